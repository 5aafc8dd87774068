package match

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"testing"

	"github.com/cloudflare/circl/group"
)

// The bulk arithmetic gives, for drawn inputs and keys and for the edges of
// the scalars, what the reference group gives.
func TestBulkPowersAreThoseOfTheReferenceGroup(t *testing.T) {
	one := curve().NewScalar().SetUint64(1)
	keys := []group.Scalar{one, curve().NewScalar().SetUint64(2), curve().NewScalar().SetUint64(16), curve().NewScalar().Neg(one)}
	for range 12 {
		keys = append(keys, randomScalar())
	}
	for n, k := range keys {
		const size = 300 // more than two runs
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
		for from, at := range map[string]func(int, *ext) error{
			"hashed": func(i int, p *ext) error { p.hash(in[i]); return nil },
			"decoded": func(i int, p *ext) error {
				if !p.decode(given[i*pointLen : (i+1)*pointLen]) {
					t.Errorf("key %d: point %d is refused", n, i)
				}
				return nil
			},
		} {
			got := make([]byte, size*pointLen)
			if err := raiseAll(size, k, at, func(first int, b []byte) { copy(got[first*pointLen:], b) }); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("key %d: %s points differ from the reference", n, from)
			}
		}
	}
}

func TestBulkDecodingRefusesWhatTheReferenceRefuses(t *testing.T) {
	var p ext
	refused := 0
	for range 4000 {
		b := make([]byte, pointLen)
		_, _ = rand.Read(b)
		b[31] &= 0x7f
		b[0] &= 0xfe
		_, err := decodePoint(b)
		if ok := p.decode(b); ok != (err == nil) {
			t.Fatalf("%x: bulk says %v, the reference %v", b, ok, err)
		}
		if err != nil {
			refused++
		}
	}
	if refused == 0 || refused == 4000 {
		t.Errorf("%d of 4000 were refused: nothing was tested", refused)
	}
	for _, h := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"0100000000000000000000000000000000000000000000000000000000000000",
	} {
		if p.decode(unhex(t, h)) {
			t.Errorf("%s was decoded", h)
		}
	}
}

func TestBulkEncodingKnowsTheMultiplesOfTheBase(t *testing.T) {
	// RFC 9496 A.1: 1·G and 2·G.
	for n, want := range map[uint64]string{
		1: "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
		2: "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
	} {
		g := unhex(t, "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")
		var got []byte
		err := raiseAll(1, curve().NewScalar().SetUint64(n), func(_ int, p *ext) error { p.decode(g); return nil }, func(_ int, b []byte) { got = bytes.Clone(b) })
		if err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%d·G: got %x, %v; want %s", n, got, err, want)
		}
	}
}
