package refer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// A package far larger than the memory that is used for it is sealed,
// opened and verified in one stream.
func TestALargePackageStreamsInConstantMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED ALOUD: 128 MiB are hashed four times")
	}
	const size = 128 << 20
	w := newWorld(t)
	h := sha256.New()
	if _, err := io.Copy(h, &pattern{size}); err != nil {
		t.Fatal(err)
	}
	e := &w.m.Exhibits[0]
	e.Size, e.SHA256 = size, fmt.Sprintf("%x", h.Sum(nil))
	e.Open = func() (io.ReadCloser, error) { return io.NopCloser(&pattern{size}), nil }
	p := w.build(t)
	w.complete(t, p)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, in := io.Pipe()
	go func() { in.CloseWithError(p.SealTo(in)) }()
	plain, err := refer.Unseal(r, w.cfb.seal)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := refer.Verify(plain, refer.Trust{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := int64(after.HeapSys) - int64(before.HeapSys); got > size/4 {
		t.Errorf("the heap grew by %d MiB for a package of %d MiB", got>>20, size>>20)
	}
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
