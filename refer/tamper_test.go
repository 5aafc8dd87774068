package refer_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// small is a world with as little in it as a signed referral can have.
func small(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.m.Jurisdictions, w.m.Nexus, w.m.Premises, w.m.Hours, w.m.Timeline = nil, nil, nil, nil, nil
	w.m.Complainants[1].Org.Country = "IE"
	w.m.Transfers, w.m.Money, w.m.Victims = nil, refer.Money{}, w.m.Victims[:1]
	w.m.Figures, w.m.Queries, w.m.Requests, w.m.Holds, w.m.Disclosure = w.m.Figures[:1], []refer.Query{{ID: "Q-1", Text: "distinct victims.csv pseudonym", Result: 1, RanAt: asOf}}, nil, nil, nil
	w.m.Figures[0].Value = 1
	for i := range w.m.Rings {
		w.m.Rings[i].Ring.Indicators = w.m.Rings[i].Ring.Indicators[:1]
	}
	return w
}

// Every bit of a whole package is flipped, one at a time, tar headers and
// padding too, and each is found. A flip is verified from the file on in which
// it lies, since nothing before can depend on it; every 509th is verified from
// the start as well, and must be refused in the same words.
func TestEveryFlippedBitIsFound(t *testing.T) {
	whole := small(t).packed(t)
	flips, err := refer.NewFlips(whole, refer.Trust{})
	if err != nil {
		t.Fatal(err)
	}
	stride := int64(1)
	if raced || testing.Short() {
		stride = 499 // a prime, so that all places of a byte and of a header get their turn
	}
	began := cpuTime(t)
	var next, done, twice atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			mine := bytes.Clone(whole)
			for {
				turn := next.Add(1) - 1
				at := turn * stride
				if at >= int64(len(whole))*8 {
					return
				}
				mine[at/8] ^= 1 << (at % 8)
				err := flips.Verify(mine, at/8)
				if turn%509 == 0 {
					twice.Add(1)
					_, full := refer.Verify(bytes.NewReader(mine), refer.Trust{})
					if fmt.Sprint(full) != fmt.Sprint(err) {
						t.Errorf("byte %d bit %d: from its file %v, from the start %v", at/8, at%8, err, full)
					}
				}
				mine[at/8] ^= 1 << (at % 8)
				done.Add(1)
				if !errors.Is(err, fraud.ErrInvalid) {
					t.Errorf("byte %d bit %d: got %v, want ErrInvalid", at/8, at%8, err)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d of %d bits flipped, %d of them verified from the start too, in %.0f CPU-s", done.Load(), len(whole)*8, twice.Load(), (cpuTime(t) - began).Seconds())
}

// The sealed form is age's: a header whose every byte is under a MAC, and
// chunks of 64 KiB under ChaCha20-Poly1305, the last of them marked (age
// specification, "Header MAC" and "Payload"). So whether a flip is found does
// not depend on what is sealed: every bit of a short sealed file is flipped,
// and of the sealed package every 4001st, so that each chunk gets its turn.
func TestEveryFlippedBitOfASealedFileIsFound(t *testing.T) {
	w := small(t)
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		plain  []byte
		to     string
		with   age.Identity
		stride int
	}{
		{"a few bytes", []byte("a few bytes"), w.cfb.Keys.Seal, w.cfb.seal, 1},
		{"nothing", nil, w.cfb.Keys.Seal, w.cfb.seal, 1},
		{"a few bytes to a post-quantum key", []byte("a few bytes"), hybrid.Recipient().String(), hybrid, 1},
		{"the package", w.packed(t), w.cfb.Keys.Seal, w.cfb.seal, 4001},
	} {
		if raced && tt.stride == 1 {
			tt.stride = 13
		}
		var sealed bytes.Buffer
		to, err := refer.Seal(&sealed, []string{tt.to})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(tt.plain); err != nil {
			t.Fatal(err)
		}
		if err := to.Close(); err != nil {
			t.Fatal(err)
		}
		open := func(b []byte) ([]byte, error) {
			r, err := refer.Unseal(bytes.NewReader(b), tt.with)
			if err != nil {
				return nil, err
			}
			return io.ReadAll(r)
		}
		b := sealed.Bytes()
		if got, err := open(b); err != nil || !bytes.Equal(got, tt.plain) {
			t.Fatalf("%s: unchanged it does not open: %v", tt.name, err)
		}
		n := 0
		for at := 0; at < len(b)*8; at += tt.stride {
			b[at/8] ^= 1 << (at % 8)
			if _, err := open(b); !errors.Is(err, fraud.ErrInvalid) && !errors.Is(err, fraud.ErrForbidden) {
				t.Errorf("%s: byte %d bit %d: got %v, want ErrInvalid or ErrForbidden", tt.name, at/8, at%8, err)
			}
			b[at/8] ^= 1 << (at % 8)
			n++
		}
		t.Logf("%s: %d of %d bits flipped", tt.name, n, len(b)*8)
		if _, err := open(append(bytes.Clone(b), 0)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: with a byte after its end: got %v, want ErrInvalid", tt.name, err)
		}
		for _, cut := range []int{1, 15, 16, 17, len(b) / 2} {
			if _, err := open(b[:max(0, len(b)-cut)]); !errors.Is(err, fraud.ErrInvalid) {
				t.Errorf("%s: %d bytes shorter: got %v, want ErrInvalid", tt.name, cut, err)
			}
		}
	}
}

// entry is one file of a tar, for taking packages apart.
type entry struct {
	h    tar.Header
	body []byte
}

func take(t testing.TB, whole []byte) []entry {
	t.Helper()
	var out []entry
	r := tar.NewReader(bytes.NewReader(whole))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry{*h, b})
	}
}

func put(t testing.TB, list []entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range list {
		e.h.Size = int64(len(e.body))
		if e.h.Typeflag != tar.TypeReg {
			e.h.Size = 0
		}
		if err := w.WriteHeader(&e.h); err != nil {
			t.Fatal(err)
		}
		if e.h.Typeflag == tar.TypeReg {
			if _, err := w.Write(e.body); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func file(name, body string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Format: tar.FormatUSTAR, ModTime: time.Time{}}, []byte(body)}
}

func index(t testing.TB, list []entry, name string) int {
	t.Helper()
	i := slices.IndexFunc(list, func(e entry) bool { return e.h.Name == name })
	if i < 0 {
		t.Fatalf("no %s in the package", name)
	}
	return i
}

func TestATamperedPackageIsRefusedAndTheFirstFaultNamed(t *testing.T) {
	w := newWorld(t)
	whole := w.packed(t)
	if !bytes.Equal(put(t, take(t, whole)), whole) {
		t.Fatal("taking the package apart and putting it together changes it: the test cannot tell")
	}
	other := newWorld(t)
	other.m.Title = "Another referral"
	foreign := take(t, other.packed(t))
	for _, tt := range []struct {
		name string
		make func(list []entry) []entry
		want string
	}{
		{"a file added at the end", func(l []entry) []entry { return append(l, file("victims2.csv", "x")) }, "victims2.csv is not in the manifest"},
		{"a file missing", func(l []entry) []entry { return slices.Delete(l, index(t, l, "stix.json"), index(t, l, "stix.json")+1) }, "stands where stix.json must stand"},
		{"a file renamed", func(l []entry) []entry { l[index(t, l, "stix.json")].h.Name = "stjx.json"; return l }, "stjx.json is not in the manifest"},
		{"two files swapped", func(l []entry) []entry {
			a, b := index(t, l, "stix.json"), index(t, l, "victims.csv")
			l[a], l[b] = l[b], l[a]
			return l
		}, "out of its place"},
		{"a file twice", func(l []entry) []entry { i := index(t, l, "stix.json"); return slices.Insert(l, i, l[i]) }, "stix.json stands twice"},
		{"a name that leaves the folder", func(l []entry) []entry { l[index(t, l, "stix.json")].h.Name = "../stix.json"; return l }, "not a plain path"},
		{"an absolute name", func(l []entry) []entry { l[index(t, l, "stix.json")].h.Name = "/etc/stix.json"; return l }, "not a plain path"},
		{"a symbolic link", func(l []entry) []entry {
			i := index(t, l, "stix.json")
			l[i].h.Typeflag, l[i].h.Linkname = tar.TypeSymlink, "/etc/passwd"
			return l
		}, "not a plain file"},
		{"a hard link", func(l []entry) []entry {
			i := index(t, l, "stix.json")
			l[i].h.Typeflag, l[i].h.Linkname = tar.TypeLink, "referral.json"
			return l
		}, "not a plain file"},
		{"an owner", func(l []entry) []entry { l[0].h.Uid = 1000; return l }, "one byte form"},
		{"a time", func(l []entry) []entry { l[0].h.ModTime = time.Unix(1700000000, 0); return l }, "one byte form"},
		{"an executable", func(l []entry) []entry { l[3].h.Mode = 0o755; return l }, "one byte form"},
		{"an exhibit changed", func(l []entry) []entry {
			i := index(t, l, "exhibits/0001-bank-export.csv")
			l[i].body = bytes.Replace(l[i].body, []byte("299.99"), []byte("999.99"), 1)
			return l
		}, "exhibits/0001-bank-export.csv is not what the manifest says"},
		{"an exhibit made longer", func(l []entry) []entry {
			i := index(t, l, "exhibits/0001-bank-export.csv")
			l[i].body = append(l[i].body, ' ')
			return l
		}, "bytes, the manifest says"},
		{"another package's manifest", func(l []entry) []entry { l[0].body = foreign[0].body; return l }, "is not what the manifest says"},
		{"another package's signatures", func(l []entry) []entry { l[1].body = foreign[1].body; return l }, "signed is another one"},
		{"another package's ledger proofs", func(l []entry) []entry { l[2].body = foreign[2].body; return l }, "about something else"},
		{"another package's referral.json", func(l []entry) []entry { l[3].body = foreign[3].body; return l }, "referral.json is not what the manifest says"},
		{"no signature at all", func(l []entry) []entry {
			l[1].body = []byte("{\n  \"format\": \"ringbreaker/signatures/1\",\n  \"by\": []\n}\n")
			return l
		}, "nobody has signed"},
		{"no ledger proof at all", func(l []entry) []entry {
			l[2].body = []byte("{\n  \"format\": \"ringbreaker/ledger/1\",\n  \"proofs\": []\n}\n")
			return l
		}, "ledger proof of alder is missing"},
		{"signatures with another blank", func(l []entry) []entry { l[1].body = append(l[1].body, '\n'); return l }, "one byte form"},
		{"nothing", func([]entry) []entry { return nil }, "manifest.json is missing"},
		{"a bomb for a manifest", func(l []entry) []entry { l[0].body = make([]byte, 33<<20); return l }, "larger than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := refer.Verify(bytes.NewReader(put(t, tt.make(take(t, whole)))), refer.Trust{})
			if !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want ErrInvalid with %q", err, tt.want)
			}
		})
	}
	for name, bad := range map[string][]byte{
		"a byte after the end":   append(bytes.Clone(whole), 0),
		"a block after the end":  append(bytes.Clone(whole), make([]byte, 512)...),
		"one end block missing":  whole[:len(whole)-512],
		"cut in the middle":      whole[:len(whole)/2],
		"not a tar":              []byte(strings.Repeat("no tar ", 200)),
		"padding that is set":    padded(t, whole),
		"a size of 8 GiB":        sized(t, whole),
		"a folder entry between": withFolder(t, whole),
	} {
		if _, err := refer.Verify(bytes.NewReader(bad), refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

func padded(t testing.TB, whole []byte) []byte {
	t.Helper()
	out := bytes.Clone(whole)
	list := take(t, whole)
	out[512+len(list[0].body)] = 1
	return out
}

// sized makes a header claim a size that the file does not have.
func sized(t testing.TB, whole []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "manifest.json", Size: 1 << 33, Mode: 0o644, Format: tar.FormatGNU}); err != nil {
		t.Fatal(err)
	}
	return append(buf.Bytes(), whole[512:]...)
}

func withFolder(t testing.TB, whole []byte) []byte {
	t.Helper()
	list := take(t, whole)
	return put(t, slices.Insert(list, 4, entry{h: tar.Header{Typeflag: tar.TypeDir, Name: "exhibits/", Mode: 0o755, Format: tar.FormatUSTAR}}))
}

// sign re-signs after a change of signatures.json by f.
func signatures(t testing.TB, whole []byte, change func(*refer.Signatures)) []byte {
	t.Helper()
	list := take(t, whole)
	var s refer.Signatures
	if err := json.Unmarshal(list[1].body, &s); err != nil {
		t.Fatal(err)
	}
	change(&s)
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	list[1].body = append(b, '\n')
	return put(t, list)
}

func TestASignatureCountsForItsOwnComplainantAlone(t *testing.T) {
	w := newWorld(t)
	whole := w.packed(t)
	if !bytes.Equal(signatures(t, whole, func(*refer.Signatures) {}), whole) {
		t.Fatal("reading and writing the signatures changes them: the test cannot tell")
	}
	for _, tt := range []struct {
		name   string
		change func(*refer.Signatures)
		want   string
	}{
		{"swapped between the two", func(s *refer.Signatures) { s.By[0].Org, s.By[1].Org = "birch", "alder" }, "has not signed, or its signature is out of place"},
		{"the other's envelopes", func(s *refer.Signatures) { s.By[0].Manifest = s.By[1].Manifest }, "key id"},
		{"the other's statement", func(s *refer.Signatures) { s.By[0].Statement = s.By[1].Statement }, "key id"},
		{"statement in the place of the manifest", func(s *refer.Signatures) { s.By[0].Manifest = s.By[0].Statement }, "payload type"},
		{"one missing", func(s *refer.Signatures) { s.By = s.By[:1] }, "birch has not signed"},
		{"a stranger added", func(s *refer.Signatures) { s.By = append(s.By, s.By[1]); s.By[2].Org = "mallory" }, "not a complainant"},
		{"two signatures in one envelope", func(s *refer.Signatures) {
			s.By[0].Manifest.Signatures = append(s.By[0].Manifest.Signatures, s.By[1].Manifest.Signatures...)
		}, "2 signatures"},
	} {
		_, err := refer.Verify(bytes.NewReader(signatures(t, whole, tt.change)), refer.Trust{})
		if !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want ErrInvalid with %q", tt.name, err, tt.want)
		}
	}
}

func TestAKeyThatIsKnownOtherwiseIsRefused(t *testing.T) {
	w := newWorld(t)
	whole := w.packed(t)
	for name, trust := range map[string]refer.Trust{
		"signing key": {Keys: map[fraud.OrgID]string{"alder": w.birch.Keys.Sign}},
		"ledger key":  {Ledgers: map[fraud.OrgID]string{"alder": w.birch.Keys.Ledger}},
		"too large":   {MaxBytes: 1000},
	} {
		if _, err := refer.Verify(bytes.NewReader(whole), trust); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

func TestAForkedUnwitnessedOrOldLedgerIsRefused(t *testing.T) {
	w := newWorld(t)
	p := w.build(t)
	leaf, err := p.Leaf(asOf)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Prove("alder", prove(t, w.alder, leaf)); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "fork") {
		t.Errorf("without a witness: got %v", err)
	}
	if err := p.Prove("alder", prove(t, w.alder, leaf, w.cfb)); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("with a witness that was not asked: got %v", err)
	}
	if err := p.Prove("alder", prove(t, w.alder, leaf, w.birch, w.cfb)); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "nobody here can verify") {
		t.Errorf("with a signature line that nobody can verify: got %v", err)
	}
	if err := p.Prove("alder", prove(t, w.birch, leaf, w.birch)); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("in another's ledger: got %v", err)
	}
	old := leaf
	old.Ref = refer.LeafRef(w.m.ID, 2)
	if err := p.Prove("alder", prove(t, w.alder, old, w.birch)); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("of another version: got %v", err)
	}
	good := prove(t, w.alder, leaf, w.birch)
	good.Index = 2
	if err := p.Prove("alder", good); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("at another index: got %v", err)
	}
}

func TestAFolderIsHeldToTheSameRules(t *testing.T) {
	w := newWorld(t)
	p := w.build(t)
	w.complete(t, p)
	for _, tt := range []struct {
		name   string
		change func(dir string) error
		want   string
	}{
		{"as it was", func(string) error { return nil }, ""},
		{"a file added", func(d string) error { return os.WriteFile(filepath.Join(d, "x.txt"), nil, 0o600) }, "not in the manifest"},
		{"a file removed", func(d string) error { return os.Remove(filepath.Join(d, "stix.json")) }, "stix.json is missing"},
		{"a file changed", func(d string) error { return os.WriteFile(filepath.Join(d, "stix.json"), []byte("{}"), 0o600) }, "stix.json has"},
		{"a link", func(d string) error {
			return errors.Join(os.Remove(filepath.Join(d, "stix.json")), os.Symlink("referral.json", filepath.Join(d, "stix.json")))
		}, "not a plain file"},
	} {
		dir := filepath.Join(t.TempDir(), "ref")
		if err := p.WriteDir(dir); err != nil {
			t.Fatal(err)
		}
		if err := tt.change(dir); err != nil {
			t.Fatal(err)
		}
		_, err := refer.VerifyPath(dir, refer.Trust{})
		if tt.want == "" && err != nil || tt.want != "" && (!errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestAnExhibitThatChangesBetweenBuildAndPackIsCaught(t *testing.T) {
	w := newWorld(t)
	n := 0
	w.m.Exhibits[0].Open = func() (io.ReadCloser, error) {
		n++
		text := "id,amount\n1,299.99\n"
		if n > 3 {
			text = "id,amount\n1,999.99\n"
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
	p := w.build(t)
	n = 10
	if err := p.Pack(io.Discard); !errors.Is(err, fraud.ErrConflict) || !strings.Contains(err.Error(), "exhibits/0001") {
		t.Errorf("got %v, want ErrConflict that names the exhibit", err)
	}
}

// Whatever verifies was signed by the two keys of the seeds, which the fuzzer
// does not have, and has one byte form: packed again it is the same.
func FuzzVerify(f *testing.F) {
	w := small(f)
	whole := w.packed(f)
	f.Add(whole)
	f.Add(whole[:2048])
	f.Add(make([]byte, 1024))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := refer.Verify(bytes.NewReader(b), refer.Trust{MaxBytes: 1 << 20, Keys: map[fraud.OrgID]string{"alder": w.alder.Keys.Sign, "birch": w.birch.Keys.Sign}})
		if err != nil {
			if !errors.Is(err, fraud.ErrInvalid) || v.OK {
				t.Fatalf("got %v, %v", v.OK, err)
			}
			return
		}
		p, err := refer.LoadBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := p.Pack(&again); err != nil || !bytes.Equal(b, again.Bytes()) {
			t.Fatalf("it verifies and has another byte form: %v", err)
		}
	})
}

// FuzzTar reads small tars that need no key: what Load takes in, it can list,
// and what it refuses is invalid, never a fault of the machine.
func FuzzTar(f *testing.F) {
	f.Add(put(f, []entry{file("manifest.json", "{}"), file("signatures.json", ""), file("ledger.json", "x"), file("referral.json", "{}")}))
	f.Add(put(f, []entry{file("../a", "x")}))
	f.Add(make([]byte, 1024))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := refer.Verify(bytes.NewReader(b), refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("verify: got %v, want ErrInvalid", err)
		}
		if _, err := refer.LoadBytes(b); !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("load: got %v, want ErrInvalid", err)
		}
	})
}

func ExampleVerification_Show() {
	_ = refer.Verification{Checks: []fraud.Check{{Name: "broken", Says: "stix.json is missing"}}}.Show(os.Stdout)
	// Output:
	//   DOES NOT HOLD broken: stix.json is missing
	fmt.Print()
}
