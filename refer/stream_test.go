package refer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// largeChild is set in the process that a test starts of itself to measure its
// memory alone; packageSize says how many bytes of exhibits it handles:
//
//	RINGBREAKER_PACKAGE=10737418240 TMPDIR=/var/tmp go test ./refer -run Large -v -timeout 30m
const (
	largeChild  = "RINGBREAKER_LARGE_CHILD"
	packageSize = "RINGBREAKER_PACKAGE"
)

// A package far larger than the memory that is used for it is built, signed,
// sealed, opened and verified, from files to files.
// What a killed program left beside a package is taken away by the next that
// writes there; what is being written, and what is somebody's own, stays.
func TestWhatAKilledProgramLeftIsTakenAway(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{".referral-1234", ".referral-77/manifest.json", ".referral-5678", ".referral-88/part", ".referral-notes"} {
		at := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o700), os.WriteFile(at, []byte("half"), 0o600)); err != nil {
			t.Fatal(err)
		}
		if name != ".referral-5678" && name != ".referral-88/part" {
			if err := os.Chtimes(at, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{".referral-77", ".referral-88"} { // one is written to, deep inside
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.build(t).Save(filepath.Join(dir, "case.referral")); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range left {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != ".referral-5678 .referral-88 .referral-notes case.referral" {
		t.Errorf("there are %s", got)
	}
}

func TestALargePackageStreamsInConstantMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED ALOUD: the peak of memory is read off /proc")
	}
	if os.Getenv(largeChild) != "" {
		largePackage(t)
		return
	}
	if testing.Short() {
		t.Skip("SKIPPED ALOUD: 300 MiB are written and hashed several times")
	}
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), me, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2h")
	cmd.Env = append(os.Environ(), largeChild+"=1")
	said, err := cmd.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Fatal(err)
	}
}

func largePackage(t *testing.T) {
	size, most := int64(300<<20), int64(80<<20)
	if raced {
		size, most = 48<<20, 1<<30 // the detector's own memory is many times the program's
	}
	if s := os.Getenv(packageSize); s != "" {
		var err error
		if size, err = strconv.ParseInt(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	w := newWorld(t)
	for i := range w.m.Exhibits {
		onDisk(t, &w.m.Exhibits[i], filepath.Join(dir, fmt.Sprint("exhibit-", i)), uint64(i), size/2)
	}
	path, out := filepath.Join(dir, "case.referral"), filepath.Join(dir, "opened")
	start := peak(t)
	var p *refer.Package
	steps := []struct {
		name string
		do   func() error
	}{
		{"build and check", func() error { p = w.build(t); return nil }},
		{"save", func() error { return p.Save(path) }},
		{"", func() error { return os.Remove(filepath.Join(dir, "exhibit-0")) }}, // the disk is not the test's subject
		{"", func() error { return os.Remove(filepath.Join(dir, "exhibit-1")) }},
		{"sign and prove", func() error {
			return refer.ProvePath(path, func(l *refer.Package) error { w.complete(t, l); return nil })
		}},
		{"verify", func() error { _, err := refer.VerifyPath(path, refer.Trust{}); return err }},
		{"verify and seal", func() error { _, err := refer.SealPath(path, path+".age", refer.Trust{}); return err }},
		{"", func() error { return os.Remove(path) }},
		{"open and verify", func() error {
			_, err := refer.OpenPath(path+".age", out, refer.Trust{}, w.cfb.seal)
			return err
		}},
		{"verify the folder", func() error { _, err := refer.VerifyPath(out, refer.Trust{}); return err }},
	}
	for _, s := range steps {
		began, cpu := time.Now(), cpuTime(t)
		if err := s.do(); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if took := time.Since(began); s.name != "" {
			t.Logf("%-18s %6.1f s, %6.1f CPU-s, %5.0f MB/s, peak of memory so far %d MiB", s.name, took.Seconds(), (cpuTime(t) - cpu).Seconds(), float64(size)/1e6/took.Seconds(), peak(t)>>20)
		}
	}
	t.Logf("%d MiB of exhibits; the peak of memory was %d MiB before, %d MiB after", size>>20, start>>20, peak(t)>>20)
	if got := peak(t); got > most {
		t.Errorf("the peak of memory is %d MiB for a package of %d MiB, want %d MiB at most", got>>20, size>>20, most>>20)
	}
}

// onDisk makes an exhibit a file of size bytes that cannot be compressed.
func onDisk(t *testing.T, e *refer.Exhibit, name string, seed uint64, size int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	random := rand.NewChaCha8([32]byte{byte(seed)})
	if _, err := io.CopyN(io.MultiWriter(f, h), random, size); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	e.Size, e.SHA256 = size, fmt.Sprintf("%x", h.Sum(nil))
	e.Open = func() (io.ReadCloser, error) { return os.Open(name) }
}

// peak is the most memory that this process ever had, in bytes (proc(5), VmHWM).
func peak(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(b)) {
		var kib int64
		if n, _ := fmt.Sscanf(l, "VmHWM: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	t.Fatal("the kernel does not say how much memory was used")
	return 0
}

// cpuTime is what this process has computed so far.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func TestAReferralCanBeSealedToAPostQuantumKey(t *testing.T) {
	w := newWorld(t)
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	w.m.To.Recipients = []string{id.Recipient().String()}
	p := w.build(t)
	w.complete(t, p)
	var sealed bytes.Buffer
	if err := p.SealTo(&sealed); err != nil {
		t.Fatal(err)
	}
	if _, err := refer.Open(&sealed, filepath.Join(t.TempDir(), "x"), refer.Trust{}, id); err != nil {
		t.Error(err)
	}
	if people, err := p.ReadAnnex(id); err != nil || len(people) != 1 {
		t.Errorf("the annex: %d people, %v", len(people), err)
	}
}

func TestADamagedSealedFileLeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	p := w.build(t)
	w.complete(t, p)
	var sealed bytes.Buffer
	if err := p.SealTo(&sealed); err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]int{"in the middle": sealed.Len() / 2, "at the end": sealed.Len() - 1} {
		bad := bytes.Clone(sealed.Bytes())
		bad[at] ^= 1
		home := t.TempDir()
		if _, err := refer.Open(bytes.NewReader(bad), filepath.Join(home, "out"), refer.Trust{}, w.cfb.seal); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
		if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind %v, %v", name, left, err)
		}
	}
}

// The way that the command line goes: build, save, sign on two nodes, prove,
// seal, open, verify, show; each by the path of a file.
func TestTheWholeWayByPaths(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "case.referral")
	if err := w.build(t).Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := refer.VerifyPath(path, refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "nobody has signed") {
		t.Errorf("unsigned: got %v", err)
	}
	if _, err := refer.SealPath(path, path+".age", refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("sealing what is unsigned: got %v, want ErrInvalid", err)
	}
	for _, s := range w.signers() {
		if _, err := refer.SignPath(context.Background(), path, s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := refer.SignPath(context.Background(), path, refer.SignAs{Org: "cfb", Key: w.cfb.sign, At: asOf}); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("a stranger signing: got %v, want ErrForbidden", err)
	}
	if _, err := refer.SignPath(context.Background(), path, refer.SignAs{Org: "alder", Key: w.birch.sign, At: asOf}); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("signing for another: got %v, want ErrForbidden", err)
	}
	for _, x := range []struct{ of, by org }{{w.alder, w.birch}, {w.birch, w.alder}} {
		err := refer.ProvePath(path, func(p *refer.Package) error {
			leaf, err := p.Leaf(asOf)
			if err != nil {
				return err
			}
			return p.Prove(x.of.ID, prove(t, x.of, leaf, x.by))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := refer.SealPath(path, path+".age", refer.Trust{}); err != nil {
		t.Fatal(err)
	}
	v, err := refer.OpenPath(path+".age", filepath.Join(dir, "opened"), refer.Trust{}, w.cfb.seal)
	if err != nil || !v.OK {
		t.Fatalf("got %v, %v", v.OK, err)
	}
	if _, err := refer.OpenPath(path, filepath.Join(dir, "opened"), refer.Trust{}); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("opening over a folder: got %v, want ErrConflict", err)
	}
	p, err := refer.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	var said strings.Builder
	if err := p.Show(&said); err != nil || !strings.Contains(said.String(), "check 14 holds") {
		t.Errorf("show says %s, %v", said.String(), err)
	}
	if _, err := refer.Load(filepath.Join(dir, "nowhere.referral")); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("a file that is not there: got %v, want ErrNotFound", err)
	}
}
