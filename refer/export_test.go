package refer

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
)

// For tests that make what nobody may sign.
var (
	SHA256Hex       = sha256Hex
	SchedulesDigest = schedulesDigest
	Encode          = func(v any) ([]byte, error) { return encode(v) }
)

// SealEnvelope signs a payload.
func SealEnvelope(key ed25519.PrivateKey, kind string, payload []byte) (Envelope, error) {
	pub, _ := key.Public().(ed25519.PublicKey)
	return seal(key, pub, kind, payload)
}

// LoadBytes is [Load] of a file that lies in memory.
func LoadBytes(b []byte) (*Package, error) { return loadTar(bytes.NewReader(b), int64(len(b))) }

// Flips verifies copies of one package in each of which something within one
// file was changed. What stands before that file was verified once, since it
// cannot depend on it; everything from there on is verified by the same code
// as in [Verify], whose answer a test compares.
type Flips struct {
	whole []byte
	trust Trust
	files []flipFile
	pool  sync.Pool
}

type flipFile struct {
	after                 string    // the name of the file before
	from, body, size, end int64     // header, body, its length, and where the next header begins
	before                *verifier // as it stood before this file was looked into
}

// NewFlips verifies the package that is to be changed.
func NewFlips(whole []byte, trust Trust) (*Flips, error) {
	f := &Flips{whole: whole, trust: trust}
	vr := &verifier{trust: trust, content: newContent()}
	t := &tarReader{r: bytes.NewReader(whole)}
	var at int64
	var b [4][]byte
	for i := 0; ; i++ {
		before := vr.clone()
		after := t.name
		name, size, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		f.files = append(f.files, flipFile{after, at, at + block, size, at + block + size + padding(size), before})
		at += block + size + padding(size)
		if i < len(b) {
			if b[i], err = io.ReadAll(t); err != nil {
				return nil, err
			}
			continue
		}
		if i == len(b) {
			steps := []func() error{
				func() error { return vr.takeManifest(b[0]) }, func() error { return vr.takeReferral(b[3]) },
				func() error { return vr.takeSignatures(b[1]) }, func() error { return vr.takeLedger(b[2]) },
			}
			for k, of := range []int{0, 3, 1, 2} {
				f.files[of].before = vr.clone()
				if err := steps[k](); err != nil {
					return nil, err
				}
			}
			f.files[i].before = vr.clone()
		}
		file, _ := vr.m.Find(name)
		if err := vr.file(file, size, t, nil); err != nil {
			return nil, err
		}
	}
	return f, vr.inside()
}

func (vr *verifier) clone() *verifier {
	c := *vr
	c.content.kept = maps.Clone(vr.content.kept)
	c.v.Checks, c.v.Signers = slices.Clip(slices.Clone(vr.v.Checks)), slices.Clip(slices.Clone(vr.v.Signers))
	c.buf, c.sigs = nil, Signatures{}
	return &c
}

// Verify verifies a copy that differs from the package at one place only.
func (f *Flips) Verify(changed []byte, at int64) error {
	i, found := slices.BinarySearchFunc(f.files, at, func(x flipFile, at int64) int {
		switch {
		case x.end <= at:
			return -1
		case x.from > at:
			return 1
		}
		return 0
	})
	if !found { // the end blocks
		i = len(f.files) - 1
	}
	x := f.files[i]
	vr := x.before.clone()
	buf, _ := f.pool.Get().([]byte)
	vr.buf = buf
	defer func() { f.pool.Put(vr.buf) }() //nolint:staticcheck // a slice's header is small beside what it saves
	if i >= len(outlined) {
		t := &tarReader{r: bytes.NewReader(changed[x.from:]), name: x.after}
		next := func() (string, int64, io.Reader, error) {
			name, size, err := t.next()
			return name, size, t, err
		}
		return vr.rest(next, nil, vr.m.order()[:i])
	}
	if at < x.body || at >= x.body+x.size { // a header or padding of the outline: found before anything is computed
		_, err := Verify(bytes.NewReader(changed), f.trust)
		return err
	}
	// Each step of the outline from the changed one on; an error ends them.
	steps := []struct {
		of   int
		take func(*verifier, []byte) error
	}{{0, (*verifier).takeManifest}, {3, (*verifier).takeReferral}, {1, (*verifier).takeSignatures}, {2, (*verifier).takeLedger}}
	on := false
	for _, s := range steps {
		if on = on || s.of == i; !on {
			continue
		}
		y := f.files[s.of]
		if err := s.take(vr, changed[y.body:y.body+y.size]); err != nil {
			return err
		}
	}
	y := f.files[len(outlined)]
	t := &tarReader{r: bytes.NewReader(changed[y.from:]), name: y.after}
	return vr.rest(func() (string, int64, io.Reader, error) {
		name, size, err := t.next()
		return name, size, t, err
	}, nil, outlined[:])
}
