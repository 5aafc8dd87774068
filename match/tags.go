package match

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"ringbreaker.example/fraud"
)

// tagLen is the length of a tag in bytes: with a million elements a side two
// different values share a tag in one of 2^32 matches, and that comes out when
// they are opened.
const tagLen = 9

// tag is what is compared: the first bytes of a hash of a point raised to
// both keys.
type tag [tagLen]byte

func tagOf(point []byte) tag {
	h := sha256.New()
	h.Write([]byte("ringbreaker/match/1/tag\n"))
	h.Write(point)
	return tag(h.Sum(nil)[:tagLen])
}

// compareTags is bytes.Compare, in two comparisons of numbers: millions are sorted.
func compareTags(a, b tag) int {
	if c := cmp.Compare(binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(b[:])); c != 0 {
		return c
	}
	return cmp.Compare(a[8], b[8])
}

// packTags writes sorted tags by their gaps, Rice-coded: the gap less its low
// k bits in unary (ones ended by a zero), then the k bits, most significant
// first; k = 72 - bits(n), where bits(n) is the length of n in binary. Sorted,
// their order says nothing of the order of the points; coded so, a million
// cost 6.7 bytes each.
func packTags(sorted []tag) []byte {
	k := riceBits(len(sorted))
	w := bitWriter{out: make([]byte, 0, len(sorted)*(k+2)/8+16)}
	var prev tag
	for _, t := range sorted {
		hi, lo := sub(t, prev)
		for q := shiftDown(hi, lo, k); q > 0; q-- {
			w.put(1, 1)
		}
		w.put(0, 1)
		if k > 64 {
			w.put(hi, k-64)
		}
		w.put(lo, min(k, 64))
		prev = t
	}
	return w.end()
}

// unpackTags reads n tags. They come out strictly ascending, or it is
// fraud.ErrInvalid: a double would count one match twice.
func unpackTags(b []byte, n int) ([]tag, error) {
	bad := fmt.Errorf("list of tags cannot be read: %w", fraud.ErrInvalid)
	k := riceBits(n)
	r := bitReader{in: b}
	out := make([]tag, 0, min(n, len(b)*8/max(k, 1)+1))
	var prev tag
	for i := range n {
		var q uint64
		for {
			bit, ok := r.get(1)
			if !ok || q > uint64(n)*4+8 {
				return nil, bad
			}
			if bit == 0 {
				break
			}
			q++
		}
		var hi uint64
		okHi := true
		if k > 64 {
			hi, okHi = r.get(k - 64)
		}
		lo, okLo := r.get(min(k, 64))
		if !okHi || !okLo {
			return nil, bad
		}
		qh, ql := shiftUp(q, k)
		t, fits := add(prev, hi|qh, lo|ql)
		if !fits || i > 0 && t == prev {
			return nil, bad
		}
		out, prev = append(out, t), t
	}
	if !r.clean() {
		return nil, bad
	}
	return out, nil
}

func riceBits(n int) int { return tagLen*8 - bits.Len(uint(n)) }

func split(t tag) (hi, lo uint64) {
	return uint64(t[0]), binary.BigEndian.Uint64(t[1:])
}

func sub(a, b tag) (hi, lo uint64) {
	ah, al := split(a)
	bh, bl := split(b)
	lo, borrow := bits.Sub64(al, bl, 0)
	hi, _ = bits.Sub64(ah, bh, borrow)
	return hi, lo
}

func add(a tag, hi, lo uint64) (t tag, fits bool) {
	ah, al := split(a)
	l, carry := bits.Add64(al, lo, 0)
	h, over := bits.Add64(ah, hi, carry)
	if over != 0 || h > 0xff {
		return tag{}, false
	}
	t[0] = byte(h)
	binary.BigEndian.PutUint64(t[1:], l)
	return t, true
}

// shiftDown and shiftUp move a 128-bit number by k bits, k in 1…72.
func shiftDown(hi, lo uint64, k int) uint64 {
	if k >= 64 {
		return hi >> (k - 64)
	}
	return hi<<(64-k) | lo>>k
}

func shiftUp(q uint64, k int) (hi, lo uint64) {
	if k >= 64 {
		return q << (k - 64), 0
	}
	return q >> (64 - k), q << k
}

// bitWriter writes bits, the most significant of each byte first.
type bitWriter struct {
	out  []byte
	cur  byte
	used int
}

func (w *bitWriter) put(v uint64, n int) {
	for n > 0 {
		take := min(n, 8-w.used)
		w.cur |= byte(v>>(n-take)&(1<<take-1)) << (8 - w.used - take)
		if w.used += take; w.used == 8 {
			w.out, w.cur, w.used = append(w.out, w.cur), 0, 0
		}
		n -= take
	}
}

func (w *bitWriter) end() []byte {
	if w.used > 0 {
		w.out = append(w.out, w.cur)
	}
	return w.out
}

type bitReader struct {
	in []byte
	at int // in bits
}

func (r *bitReader) get(n int) (v uint64, ok bool) {
	if r.at+n > len(r.in)*8 {
		return 0, false
	}
	for n > 0 {
		take := min(n, 8-r.at%8)
		b := r.in[r.at/8] >> (8 - r.at%8 - take) & (1<<take - 1)
		v = v<<take | uint64(b)
		r.at += take
		n -= take
	}
	return v, true
}

// clean says whether nothing is left but the zero bits that fill a byte, so
// that one list has one coding.
func (r *bitReader) clean() bool {
	if len(r.in) != (r.at+7)/8 {
		return false
	}
	rest, _ := r.get(len(r.in)*8 - r.at)
	return rest == 0
}

// merged is two ascending lists in one.
func merged(a, b []tag) []tag {
	if len(a) == 0 {
		return b
	}
	out := make([]tag, 0, len(a)+len(b))
	for _, t := range b { // the few among the many
		n, _ := slices.BinarySearchFunc(a, t, compareTags)
		out, a = append(append(out, a[:n]...), t), a[n:]
	}
	return append(out, a...)
}

// common returns the tags in both, ascending; both are ascending.
func common(a, b []tag) []tag {
	var out []tag
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := compareTags(a[i], b[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			out = append(out, a[i])
			i, j = i+1, j+1
		}
	}
	return out
}

// distinctPoints says whether a list of points holds none twice: a double
// would let its sender mark one value by how often it counts.
func distinctPoints(list []byte) bool {
	n := len(list) / pointLen
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	at := func(i int32) []byte { return list[int(i)*pointLen : int(i)*pointLen+pointLen] }
	slices.SortFunc(order, func(a, b int32) int { return bytes.Compare(at(a), at(b)) })
	for i := 1; i < n; i++ {
		if bytes.Equal(at(order[i-1]), at(order[i])) {
			return false
		}
	}
	return true
}
