package refer_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// BenchmarkVerifySmall is what one verification costs beside hashing.
func BenchmarkVerifySmall(b *testing.B) {
	whole := small(b).packed(b)
	b.SetBytes(int64(len(whole)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := refer.Verify(bytes.NewReader(whole), refer.Trust{}); err != nil {
			b.Fatal(err)
		}
	}
}

// pattern is an endless exhibit that costs next to nothing to read.
type pattern struct{ left int64 }

func (p *pattern) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), p.left)
	clear(b[:n])
	p.left -= n
	return int(n), nil
}

// withExhibit is the world with one exhibit of size bytes.
func withExhibit(b *testing.B, size int64) *world {
	w := newWorld(b)
	h := sha256.New()
	if _, err := io.Copy(h, &pattern{size}); err != nil {
		b.Fatal(err)
	}
	e := &w.m.Exhibits[0]
	e.Size, e.SHA256 = size, fmt.Sprintf("%x", h.Sum(nil))
	e.Open = func() (io.ReadCloser, error) { return io.NopCloser(&pattern{size}), nil }
	return w
}

// BenchmarkSeal hashes a package and seals it to the agency; sha256sum's own
// speed is BenchmarkSHA256.
func BenchmarkSeal(b *testing.B) {
	const size = 256 << 20
	w := withExhibit(b, size)
	p := w.build(b)
	w.complete(b, p)
	b.SetBytes(size)
	for b.Loop() {
		if err := p.SealTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHash packs without sealing: the promise's first half.
func BenchmarkHash(b *testing.B) {
	const size = 256 << 20
	w := withExhibit(b, size)
	p := w.build(b)
	w.complete(b, p)
	b.SetBytes(size)
	for b.Loop() {
		if err := p.Pack(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	const size = 256 << 20
	w := withExhibit(b, size)
	p := w.build(b)
	w.complete(b, p)
	b.SetBytes(size)
	for b.Loop() {
		r, in := io.Pipe()
		go func() { in.CloseWithError(p.Pack(in)) }()
		if _, err := refer.Verify(r, refer.Trust{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSHA256(b *testing.B) {
	const size = 256 << 20
	b.SetBytes(size)
	for b.Loop() {
		if _, err := io.CopyBuffer(struct{ io.Writer }{sha256.New()}, &pattern{size}, make([]byte, 256<<10)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFindIdentity looks for 2,000 victims in files of text and in files
// that are none.
func BenchmarkFindIdentity(b *testing.B) {
	m := refer.NewMatcher()
	for i := range 2000 {
		m.Add(refer.Victim{Pseudonym: fmt.Sprint("V-", i), Identity: fraud.Identity{
			Name: fmt.Sprintf("Firstname%d Lastname%d", i, i*7), Email: fmt.Sprintf("someone%d@mail.example", i), Phone: fmt.Sprintf("+44 20 7946 %04d", i),
		}})
	}
	text := []byte(strings.Repeat(`{"report":"alder/1093","kind":"phone","value":"+12125550143","role":"callback","at":"2026-03-04T05:06:07Z"} They said they were Alder and called me again. `, 64000))
	noise := make([]byte, 8<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise) // never fails
	for name, file := range map[string][]byte{"text": text, "noise": noise} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				if hit, err := m.File(name, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }); hit.Pseudonym != "" || err != nil {
					b.Fatal(hit, err)
				}
			}
		})
	}
}
