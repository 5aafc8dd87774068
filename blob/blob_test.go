package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/blob"
	"ringbreaker.example/fraud"
)

func open(t testing.TB, dir string) *blob.Store {
	t.Helper()
	s, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t testing.TB, s *blob.Store, b []byte) string {
	t.Helper()
	sum, size, err := s.Put(context.Background(), bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if size != int64(len(b)) {
		t.Fatalf("size %d, want %d", size, len(b))
	}
	return sum
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// files lists what lies in a folder, by name relative to it.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			out = append(out, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatIsPutComesBackUnderItsHash(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t, dir)
		want := rapid.SliceOfN(rapid.Byte(), 0, 100_000).Draw(rt, "bytes")
		sum := put(t, s, want)
		if sum != hashOf(want) {
			rt.Fatalf("name %s, want the hash", sum)
		}
		for _, get := range []func(context.Context, string) (io.ReadCloser, error){s.Get, s.GetVerified} {
			r, err := get(context.Background(), sum)
			if err != nil {
				rt.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, want) {
				rt.Fatalf("got %d bytes and %v, want %d", len(got), err, len(want))
			}
			if err := r.Close(); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func TestAFileLiesWhereItsHashSaysAndCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	sum := put(t, open(t, dir), []byte("a call log"))
	want := filepath.Join(sum[:2], sum[2:4], sum)
	if got := files(t, dir); !slices.Equal(got, []string{want}) {
		t.Fatalf("got %q, want %q alone", got, want)
	}
	info, err := os.Stat(filepath.Join(dir, want))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o400 {
		t.Errorf("mode %v, want it read-only to its owner alone", info.Mode())
	}
}

func TestTheSameBytesAreKeptOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, _, err := s.Put(context.Background(), strings.NewReader("same")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("got %q, want one file", got)
	}
}

func TestBytesWithAnotherHashThanPromisedAreRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := s.PutExpected(context.Background(), strings.NewReader("not what was promised"), hashOf([]byte("promised")))
	if !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("%q was kept", got)
	}
	size, err := s.PutExpected(context.Background(), strings.NewReader("promised"), hashOf([]byte("promised")))
	if err != nil || size != 8 {
		t.Errorf("got %d and %v, want 8 bytes kept", size, err)
	}
}

func TestNothingIsKeptOfAFileThatIsTooLongOrBreaksOff(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir).WithLimit(100)
	if _, _, err := s.Put(context.Background(), bytes.NewReader(make([]byte, 101))); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("too long: got %v, want ErrInvalid", err)
	}
	cut := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, _, err := s.Put(context.Background(), cut); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut off: got %v, want the reader's error", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := s.Put(ctx, strings.NewReader("late")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v, want context.Canceled", err)
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("%q was left", got)
	}
	if _, _, err := s.Put(context.Background(), bytes.NewReader(make([]byte, 100))); err != nil {
		t.Errorf("as long as may be: %v", err)
	}
}

func TestANameThatIsNoHashLeadsNowhere(t *testing.T) {
	s := open(t, t.TempDir())
	for _, name := range []string{"", "..", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("0", 63), strings.Repeat("0", 65), strings.Repeat("/", 64)} {
		if _, err := s.Get(context.Background(), name); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("Get(%q): got %v, want ErrInvalid", name, err)
		}
		if _, err := s.Has(context.Background(), name); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("Has(%q): got %v, want ErrInvalid", name, err)
		}
		if _, err := s.PutExpected(context.Background(), strings.NewReader(""), name); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("PutExpected(%q): got %v, want ErrInvalid", name, err)
		}
	}
}

func TestWhatIsNotHereIsNotFound(t *testing.T) {
	s := open(t, t.TempDir())
	sum := hashOf([]byte("never put"))
	if _, err := s.Get(context.Background(), sum); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	has, err := s.Has(context.Background(), sum)
	if has || err != nil {
		t.Errorf("got %v and %v, want no", has, err)
	}
	put(t, s, []byte("never put"))
	has, err = s.Has(context.Background(), sum)
	if !has || err != nil {
		t.Errorf("got %v and %v, want yes", has, err)
	}
}

func TestEachGivesAllFilesInOrder(t *testing.T) {
	s := open(t, t.TempDir())
	var want []string
	for i := range 50 {
		want = append(want, put(t, s, []byte(fmt.Sprint(i))))
	}
	slices.Sort(want)
	var got []string
	err := s.Each(context.Background(), func(sum string, size int64) error {
		got = append(got, sum)
		if size < 1 || size > 2 {
			t.Errorf("%s has size %d", sum, size)
		}
		return nil
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q and %v, want %q", got, err, want)
	}
	stop := errors.New("enough")
	if err := s.Each(context.Background(), func(string, int64) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v, want the function's own error", err)
	}
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	body := []byte("seized")
	sum := put(t, s, body)
	other := put(t, s, []byte("whole"))
	path := filepath.Join(dir, sum[:2], sum[2:4], sum)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range body {
		for bit := range 8 {
			bad := slices.Clone(body)
			bad[i] ^= 1 << bit
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			found, err := s.Verify(context.Background())
			if err != nil || len(found) != 1 || !strings.Contains(found[0], sum) || strings.Contains(found[0], other) {
				t.Fatalf("byte %d bit %d: got %q and %v, want this file named", i, bit, found, err)
			}
			r, err := s.GetVerified(context.Background(), sum)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(r); !errors.Is(err, fraud.ErrConflict) {
				t.Fatalf("byte %d bit %d: read gave %v, want ErrConflict", i, bit, err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Putting the right bytes again heals the file.
	put(t, s, body)
	if found, err := s.Verify(context.Background()); err != nil || len(found) != 0 {
		t.Errorf("after healing: got %q and %v, want nothing", found, err)
	}
}

func TestWhatDoesNotBelongIsToldAndNotListed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	sum := put(t, s, []byte("mine"))
	for _, stray := range []string{"stray.txt", filepath.Join(sum[:2], "stray"), hashOf([]byte("elsewhere"))} {
		if err := os.WriteFile(filepath.Join(dir, stray), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := s.Verify(context.Background())
	if err != nil || len(found) != 3 {
		t.Errorf("got %q and %v, want three", found, err)
	}
	n := 0
	if err := s.Each(context.Background(), func(string, int64) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("Each gave %d and %v, want one file", n, err)
	}
}

func TestOpenRemovesWhatACrashLeftAndNothingThatIsBeingWritten(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	old, fresh := filepath.Join(dir, "tmp", "old"), filepath.Join(dir, "tmp", "fresh")
	for _, f := range []string{old, fresh} {
		if err := os.WriteFile(f, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if got, want := files(t, dir), []string{filepath.Join("tmp", "fresh")}; !slices.Equal(got, want) {
		t.Errorf("left %q, want %q", got, want)
	}
	if found, err := s.Verify(context.Background()); err != nil || len(found) != 0 {
		t.Errorf("got %q and %v: a file being written is no fault", found, err)
	}
}

func BenchmarkPut(b *testing.B) {
	for _, size := range []int{1 << 10, 1 << 20, 64 << 20} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			s := open(b, b.TempDir())
			body := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				copy(body, fmt.Sprint(n)) // another file each time
				put(b, s, body)
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	s := open(b, b.TempDir())
	const n, size = 64, 1 << 20
	for i := range n {
		put(b, s, append(make([]byte, size), byte(i)))
	}
	b.SetBytes(n * size)
	b.ReportAllocs()
	for b.Loop() {
		if found, err := s.Verify(context.Background()); err != nil || len(found) > 0 {
			b.Fatal(found, err)
		}
	}
}
