package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// pairAhead is how far the clocks of a pair of nodes are ahead, in
// nanoseconds; tests of one package run one after another.
var pairAhead atomic.Int64

func pairClock() time.Time { return time.Now().Add(time.Duration(pairAhead.Load())) }

// onLoopback is a node with a folder of its own that serves there; through, if
// given, stands before its doors.
func onLoopback(t *testing.T, cfg Config, now func() time.Time, through func(http.Handler) http.Handler) *Node {
	t.Helper()
	late := &struct{ http.Handler }{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { late.ServeHTTP(w, r) }))
	t.Cleanup(srv.Close)
	cfg.Data, cfg.URL = t.TempDir(), srv.URL
	n, err := Open(t.Context(), cfg, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	if late.Handler, err = n.Handler(); err != nil {
		t.Fatal(err)
	}
	if through != nil {
		late.Handler = through(late.Handler)
	}
	return n
}

// pair is two companies' nodes on loopback that trust each other.
func pair(t *testing.T) (a, b *Node, through *flaky) {
	t.Helper()
	through = &flaky{}
	a = onLoopback(t, Config{Org: fraud.Org{ID: "alder", Name: "ALDER", Kind: fraud.OrgCompany, Country: "US"}}, pairClock, nil)
	b = onLoopback(t, Config{Org: fraud.Org{ID: "bramble", Name: "BRAMBLE", Kind: fraud.OrgCompany, Country: "US"}}, pairClock, func(h http.Handler) http.Handler {
		through.next = h
		return through
	})
	for _, x := range [][2]*Node{{a, b}, {b, a}} {
		words, _ := x[1].Card().Fingerprint()
		if err := x[0].AddPeer(x[0].Console(t.Context()), x[1].Card(), words); err != nil {
			t.Fatal(err)
		}
	}
	return a, b, through
}

// flaky drops the connection of every third part when it is on, and of every
// request while it is down.
type flaky struct {
	next  http.Handler
	on    atomic.Bool
	down  atomic.Bool
	parts atomic.Int64
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.down.Load() || strings.HasSuffix(r.URL.Path, "/files/part") && f.on.Load() && f.parts.Add(1)%3 == 0 {
		panic(http.ErrAbortHandler)
	}
	f.next.ServeHTTP(w, r)
}

// large writes a file of size bytes and gives its hash.
func large(t *testing.T, size int64) (name, sum string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "large")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	chunk := make([]byte, 1<<20)
	for at := int64(0); at < size; at += int64(len(chunk)) {
		chunk[0], chunk[1] = byte(at>>20), byte(at>>28)
		if _, err := io.MultiWriter(f, h).Write(chunk[:min(int64(len(chunk)), size-at)]); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name, hex.EncodeToString(h.Sum(nil))
}

// A file far larger than the memory that is used for it goes from node to
// node, over a line that breaks again and again, and arrives byte for byte.
func TestALargeFileGoesInPartsOverABadLine(t *testing.T) {
	size := int64(300 << 20)
	if testing.Short() {
		size = 40 << 20
	}
	a, b, line := pair(t)
	line.on.Store(true)
	name, sum := large(t, size)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c, err := a.carryTo(t.Context(), "bramble", name, sum)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grew := int64(after.HeapSys) - int64(before.HeapSys); grew > 160<<20 {
		t.Errorf("the heap of both nodes together grew by %d MiB for a file of %d MiB", grew>>20, size>>20)
	}
	got, err := b.arrived("alder", c)
	if err != nil {
		t.Fatal(err)
	}
	if is, err := hashFile(got); err != nil || is != sum {
		t.Errorf("it arrived as %s, %v", is, err)
	}
	if line.parts.Load() <= size/partSize {
		t.Errorf("%d parts: no connection was lost, the test cannot tell", line.parts.Load())
	}
	// Sent again, nothing travels.
	sent := line.parts.Load()
	if _, err := a.carryTo(t.Context(), "bramble", name, sum); err != nil || line.parts.Load() != sent {
		t.Errorf("sent again: %v, %d more parts", err, line.parts.Load()-sent)
	}
}

func TestAFileGoesOnWhereItWasLeftOff(t *testing.T) {
	a, b, line := pair(t)
	name, sum := large(t, 3*partSize+5)
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := carried{SHA256: sum, Size: 3*partSize + 5}
	if _, err := a.sendPart(t.Context(), "bramble", f, c, partSize, make([]byte, partSize)); err == nil {
		t.Error("a part that nobody offered begins in the middle and was taken")
	}
	var so carriedSoFar
	if err := a.call(t.Context(), "bramble", "/peer/v1/files/offer", c, &so); err != nil || so.Have != 0 {
		t.Fatalf("offered: %+v, %v", so, err)
	}
	if so, err = a.sendPart(t.Context(), "bramble", f, c, 0, make([]byte, partSize)); err != nil || so.Have != partSize {
		t.Fatalf("first part: %+v, %v", so, err)
	}
	line.on.Store(true) // only to count
	line.parts.Store(100)
	if _, err := a.carryTo(t.Context(), "bramble", name, sum); err != nil {
		t.Fatal(err)
	}
	if _, err := b.arrived("alder", c); err != nil {
		t.Error(err)
	}
}

func TestAFileThatIsNotWhatItsNameSaysIsDropped(t *testing.T) {
	a, b, _ := pair(t)
	name, _ := large(t, 1000)
	other := strings.Repeat("ab", 32)
	if _, err := a.carryTo(t.Context(), "bramble", name, other); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "came with the hash") {
		t.Errorf("got %v, want ErrInvalid that says which hash came", err)
	}
	if _, err := b.arrived("alder", carried{SHA256: other, Size: 1000}); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("it is there all the same: %v", err)
	}
	for what, c := range map[string]carried{"no hash": {SHA256: "../../x", Size: 1}, "too large": {SHA256: other, Size: maxCarried + 1}, "less than nothing": {SHA256: other, Size: -1}} {
		if err := a.call(t.Context(), "bramble", "/peer/v1/files/offer", c, nil); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", what, err)
		}
	}
	// A part may not be longer than its file.
	c := carried{SHA256: other, Size: 4}
	if err := a.call(t.Context(), "bramble", "/peer/v1/files/offer", c, nil); err != nil {
		t.Fatal(err)
	}
	if err := a.send(t.Context(), "bramble", "/peer/v1/files/part?sha256="+other+"&size=4&at=0", "application/octet-stream", []byte("12345"), nil); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("a part past the end: got %v", err)
	}
}

func TestAPeerCannotLeaveManyFilesUnfinished(t *testing.T) {
	a, _, _ := pair(t)
	var err error
	for i := range mostUnfinished + 1 {
		sum := hex.EncodeToString(bytes.Repeat([]byte{byte(i)}, 32))
		c := carried{SHA256: sum, Size: 10}
		if err = a.call(t.Context(), "bramble", "/peer/v1/files/offer", c, nil); err == nil {
			err = a.send(t.Context(), "bramble", "/peer/v1/files/part?sha256="+sum+"&size=10&at=0", "application/octet-stream", []byte("1"), nil)
		}
	}
	if !errors.Is(err, fraud.ErrConflict) || !strings.Contains(err.Error(), "finish one first") {
		t.Errorf("got %v, want ErrConflict", err)
	}
}

// A peer gets an exhibit of a joint case that we gave, and nothing else.
func TestAPeerGetsOnlyExhibitsThatWereGiven(t *testing.T) {
	a, b, _ := pair(t)
	ctx := a.Console(t.Context())
	text := strings.Repeat("payments ", 1<<21) // more than two parts
	sum, size, err := a.blobs.Put(ctx, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	secret, n, err := a.blobs.Put(ctx, strings.NewReader("not for them"))
	if err != nil {
		t.Fatal(err)
	}
	at := a.now().UTC()
	for _, x := range []struct{ of, with *Node }{{a, b}, {b, a}} {
		err := x.of.db.SaveJointCase(ctx, fraud.JointCase{ID: "J-1", Title: "t", Peer: x.with.Org.ID, OpenedBy: "alder", OpenedAt: at, Accepted: at})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.fetchExhibit(context.Background(), "alder", "J-1", carried{sum, size}); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("before anything was given: got %v", err)
	}
	var c Contribution
	c.Exhibits = append(c.Exhibits, refer.Exhibit{Exhibit: fraud.Exhibit{SHA256: sum, Size: size}})
	if err := a.rememberGiven("J-1", c); err != nil {
		t.Fatal(err)
	}
	if err := b.fetchExhibit(context.Background(), "alder", "J-1", carried{sum, size}); err != nil {
		t.Fatal(err)
	}
	if ok, err := b.blobs.Has(ctx, sum); err != nil || !ok {
		t.Errorf("it did not arrive: %v", err)
	}
	if err := b.fetchExhibit(context.Background(), "alder", "J-1", carried{secret, n}); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("what was not given: got %v", err)
	}
}
