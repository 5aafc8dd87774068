package match

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/cloudflare/circl/group"

	"ringbreaker.example/fraud"
)

// eachRaiser runs a test on every way that this machine has to raise points.
func eachRaiser(t *testing.T, f func(t *testing.T, make func(*digits) raiser)) {
	t.Run("one", func(t *testing.T) { f(t, func(d *digits) raiser { return &one{d: *d} }) })
	t.Run("lanes", func(t *testing.T) {
		if lanes(&digits{}) == nil {
			t.Skip("SKIPPED: this machine has no AVX-512 IFMA, so eight points at once are not tested here")
		}
		f(t, func(d *digits) raiser { return lanes(d) })
	})
}

// raised are all points of from to k.
func raised(t *testing.T, w raiser, from points) []byte {
	t.Helper()
	var got []byte
	for lo := 0; lo < from.n; lo += raiseRun {
		b, err := w.raise(lo, min(lo+raiseRun, from.n), from)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b...)
	}
	return got
}

// encodings are points that came encoded.
func encodings(list []byte) points {
	return points{
		n: len(list) / pointLen, encoded: true, bytes: func(i int) []byte { return list[i*pointLen : (i+1)*pointLen] },
		bad: func(int) error { return fraud.ErrInvalid },
	}
}

// The bulk arithmetic gives, for drawn inputs and keys and for the edges of
// the scalars, what the reference group gives.
func TestBulkPowersAreThoseOfTheReferenceGroup(t *testing.T) {
	eachRaiser(t, func(t *testing.T, make1 func(*digits) raiser) {
		one := curve().NewScalar().SetUint64(1)
		keys := []group.Scalar{one, curve().NewScalar().SetUint64(2), curve().NewScalar().SetUint64(16), curve().NewScalar().Neg(one)}
		for range 12 {
			keys = append(keys, randomScalar())
		}
		for n, k := range keys {
			size := []int{300, 1, 7, 8, 9, 128, 129, 131}[n%8] // whole and broken runs
			in := make([][]byte, size)
			want := make([]byte, 0, size*pointLen)
			given := make([]byte, 0, size*pointLen)
			for i := range in {
				in[i] = make([]byte, i%70)
				_, _ = rand.Read(in[i])
				p := hashToGroup(in[i])
				given = append(given, encodePoint(p)...)
				want = append(want, encodePoint(p.Mul(p, k))...)
			}
			d := halved(k)
			if got := raised(t, make1(&d), points{n: size, bytes: func(i int) []byte { return in[i] }}); !bytes.Equal(got, want) {
				t.Errorf("key %d: hashed points differ from the reference", n)
			}
			if got := raised(t, make1(&d), encodings(given)); !bytes.Equal(got, want) {
				t.Errorf("key %d: decoded points differ from the reference", n)
			}
		}
	})
}

func TestBulkDecodingRefusesWhatTheReferenceRefuses(t *testing.T) {
	eachRaiser(t, func(t *testing.T, make1 func(*digits) raiser) {
		d := halved(randomScalar())
		w := make1(&d)
		takes := func(b []byte) bool {
			_, err := w.raise(0, 1, encodings(b))
			if err != nil && !errors.Is(err, fraud.ErrInvalid) {
				t.Error(err)
			}
			return err == nil
		}
		refused := 0
		for range 4000 {
			b := make([]byte, pointLen)
			_, _ = rand.Read(b)
			b[31] &= 0x7f
			b[0] &= 0xfe
			_, err := decodePoint(b)
			if ok := takes(b); ok != (err == nil) {
				t.Fatalf("%x: bulk says %v, the reference %v", b, ok, err)
			}
			if err != nil {
				refused++
			}
		}
		if refused == 0 || refused == 4000 {
			t.Errorf("%d of 4000 were refused: nothing was tested", refused)
		}
		good := encodePoint(hashToGroup([]byte("good")))
		for _, h := range []string{
			"0000000000000000000000000000000000000000000000000000000000000000",
			"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
			"0100000000000000000000000000000000000000000000000000000000000000",
		} {
			if takes(unhex(t, h)) {
				t.Errorf("%s was decoded", h)
			}
			for at := range 8 { // one bad among eight
				list := bytes.Repeat(good, 8)
				copy(list[at*pointLen:], unhex(t, h))
				if _, err := w.raise(0, 8, encodings(list)); !errors.Is(err, fraud.ErrInvalid) {
					t.Errorf("%s in place %d of eight: got %v", h, at, err)
				}
			}
		}
	})
}

func TestBulkEncodingKnowsTheMultiplesOfTheBase(t *testing.T) {
	// RFC 9496 A.1: 1·G and 2·G.
	eachRaiser(t, func(t *testing.T, make1 func(*digits) raiser) {
		for n, want := range map[uint64]string{
			1: "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
			2: "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
		} {
			g := unhex(t, "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")
			d := halved(curve().NewScalar().SetUint64(n))
			if got := raised(t, make1(&d), encodings(g)); hex.EncodeToString(got) != want {
				t.Errorf("%d·G: got %x; want %s", n, got, want)
			}
		}
	})
}
