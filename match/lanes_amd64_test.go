package match

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"filippo.io/edwards25519/field"
)

// Each routine on eight numbers gives what the field's library gives on one,
// for drawn numbers and for limbs as large as they may be.
func TestEightNumbersAtOnceAreEightTimesOne(t *testing.T) {
	if !haveLanes {
		t.Skip("SKIPPED: this machine has no AVX-512 IFMA")
	}
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() (v fe8, each [8]field.Element) {
		for lane := range 8 {
			for i := range v {
				v[i][lane] = r.Uint64() & limbMask
				switch r.IntN(4) {
				case 0:
					v[i][lane] = limbMask + r.Uint64N(1<<15)
				case 1:
					v[i][lane] = r.Uint64N(2)
				}
			}
		}
		for lane := range each {
			var b [32]byte
			v.bytes(lane, b[:])
			if _, err := each[lane].SetBytes(b[:]); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(each[lane].Bytes(), b[:]) {
				t.Fatalf("%x is not in its one form", b)
			}
		}
		return v, each
	}
	check := func(what string, got *fe8, want func(lane int) *field.Element) {
		t.Helper()
		for lane := range 8 {
			var b [32]byte
			got.bytes(lane, b[:])
			if !bytes.Equal(b[:], want(lane).Bytes()) {
				t.Fatalf("%s, lane %d: got %x, want %x", what, lane, b, want(lane).Bytes())
			}
			for i := range got {
				if got[i][lane] >= 1<<51+1<<15 {
					t.Fatalf("%s, lane %d: limb %d is %x", what, lane, i, got[i][lane])
				}
			}
		}
	}
	for range 20_000 {
		a, as := draw()
		b, bs := draw()
		var c fe8
		mul8(&c, &a, &b)
		check("multiply", &c, func(i int) *field.Element { return new(field.Element).Multiply(&as[i], &bs[i]) })
		sqr8(&c, &a, 1)
		check("square", &c, func(i int) *field.Element { return new(field.Element).Square(&as[i]) })
		sqr8(&c, &a, 3)
		check("square three times", &c, func(i int) *field.Element {
			x := new(field.Element).Square(&as[i])
			return x.Square(x.Square(x))
		})
		add8(&c, &a, &b)
		check("add", &c, func(i int) *field.Element { return new(field.Element).Add(&as[i], &bs[i]) })
		sub8(&c, &a, &b)
		check("subtract", &c, func(i int) *field.Element { return new(field.Element).Subtract(&as[i], &bs[i]) })
		mul8(&a, &a, &a) // in place
		check("multiply in place", &a, func(i int) *field.Element { return new(field.Element).Square(&as[i]) })
	}
	a, as := draw()
	a.invert(&a)
	check("invert", &a, func(i int) *field.Element { return new(field.Element).Invert(&as[i]) })
}
