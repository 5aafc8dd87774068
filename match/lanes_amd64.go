package match

import (
	"encoding/binary"
	"math/bits"

	"filippo.io/edwards25519/field"
	"golang.org/x/sys/cpu"
)

//go:generate go run lanes_gen.go

// The same arithmetic as in ristretto.go on eight points at once, for machines
// with AVX-512 IFMA. Each operation has its twin there, by the same name, and
// tests hold one against the other. No branch and no memory address depends
// on a key or a value.

// fe8 is eight field elements, limb by limb to the base 2^51. What the
// routines return has limbs below 2^51 + 2^15.
type fe8 [5][8]uint64

// mask8 is all ones or all zeros for each of the eight.
type mask8 [8]uint64

// cached8 is eight points as additions want them.
type cached8 struct{ sum, diff, Z, T2d fe8 }

// ext8 is eight points in extended coordinates.
type ext8 struct{ X, Y, Z, T fe8 }

//go:noescape
func mul8(out, a, b *fe8)

//go:noescape
func sqr8(out, a *fe8, n int)

//go:noescape
func add8(out, a, b *fe8)

//go:noescape
func sub8(out, a, b *fe8)

//go:noescape
func sel8(out, a, b *fe8, where *mask8)

//go:noescape
func choose8(out *cached8, table *[8]cached8, abs, neg *mask8)

// haveLanes says whether this machine has the instructions.
var haveLanes = cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512IFMA

const limbMask = 1<<51 - 1

// limbsOf splits 32 bytes, little-endian, into limbs; the top bit is left out.
func limbsOf(b []byte) (l [5]uint64) {
	w0, w1 := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	w2, w3 := binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:])
	l[0] = w0 & limbMask
	l[1] = (w0>>51 | w1<<13) & limbMask
	l[2] = (w1>>38 | w2<<26) & limbMask
	l[3] = (w2>>25 | w3<<39) & limbMask
	l[4] = w3 >> 12 & limbMask
	return l
}

func (v *fe8) set(lane int, l [5]uint64) {
	for i := range v {
		v[i][lane] = l[i]
	}
}

// canon is one of the eight in the one form that is below p.
func (v *fe8) canon(lane int) (l [5]uint64) {
	for i := range l {
		l[i] = v[i][lane]
	}
	for range 2 { // below 2^51 + 2^15 each; the second pass ends what the first carried
		c := l[4] >> 51
		l[4] &= limbMask
		l[0] += 19 * c
		for i := range 4 {
			l[i+1] += l[i] >> 51
			l[i] &= limbMask
		}
	}
	c := (l[0] + 19) >> 51
	for i := 1; i < 5; i++ {
		c = (l[i] + c) >> 51
	}
	l[0] += 19 * c
	for i := range 4 {
		l[i+1] += l[i] >> 51
		l[i] &= limbMask
	}
	l[4] &= limbMask
	return l
}

// bytes is one of the eight as 32 bytes.
func (v *fe8) bytes(lane int, out []byte) {
	l := v.canon(lane)
	binary.LittleEndian.PutUint64(out, l[0]|l[1]<<51)
	binary.LittleEndian.PutUint64(out[8:], l[1]>>13|l[2]<<38)
	binary.LittleEndian.PutUint64(out[16:], l[2]>>26|l[3]<<25)
	binary.LittleEndian.PutUint64(out[24:], l[3]>>39|l[4]<<12)
}

// all8 is one element eight times.
func all8(e *field.Element) (v fe8) {
	l := limbsOf(e.Bytes())
	for i := range 8 {
		v.set(i, l)
	}
	return v
}

// The constants of ristretto.go, eight times.
var (
	zero8       fe8
	one8        = all8(feOne)
	minusOne8   = all8(feMinusOne)
	d8          = all8(feD)
	twoD8       = all8(fe2D)
	sqrtM18     = all8(feSqrtM1)
	sqrtADm18   = all8(feSqrtADMinus1)
	invSqrtAmD8 = all8(feInvSqrtAMinD)
	oneMinusD28 = all8(feOneMinusDSq)
	dMinusOne28 = all8(feDMinusOneSq)
)

// maskOf is all ones for 1, zeros for 0.
func maskOf(bit uint64) uint64 { return -(bit & 1) }

// isZero says 1 for 0 and 0 for all else.
func isZero(v uint64) uint64 {
	_, borrow := bits.Sub64(v, 1, 0)
	return borrow
}

// negative marks the odd ones (RFC 9496 §3.1).
func (v *fe8) negative() (m mask8) {
	for i := range m {
		m[i] = maskOf(v.canon(i)[0])
	}
	return m
}

// zero marks the zeros.
func (v *fe8) zero() (m mask8) {
	for i := range m {
		l := v.canon(i)
		m[i] = maskOf(isZero(l[0] | l[1] | l[2] | l[3] | l[4]))
	}
	return m
}

func (m mask8) or(o mask8) mask8 {
	for i := range m {
		m[i] |= o[i]
	}
	return m
}

func (v *fe8) negate(a *fe8) { sub8(v, &zero8, a) }

func (v *fe8) absolute(a *fe8) {
	var minus fe8
	minus.negate(a)
	odd := a.negative()
	sel8(v, &minus, a, &odd)
}

// power raises z to 2^250 - 1 and returns z^11 beside it: what both the
// inverse and the square root are made of.
func power(z *fe8) (t0, z11 fe8) {
	var t1, t2 fe8
	sqr8(&t0, z, 1)
	sqr8(&t1, &t0, 2)
	mul8(&t1, z, &t1)    // 9
	mul8(&z11, &t0, &t1) // 11
	sqr8(&t0, &z11, 1)
	mul8(&t0, &t1, &t0) // 2^5 - 1
	sqr8(&t1, &t0, 5)
	mul8(&t0, &t1, &t0) // 2^10 - 1
	sqr8(&t1, &t0, 10)
	mul8(&t1, &t1, &t0) // 2^20 - 1
	sqr8(&t2, &t1, 20)
	mul8(&t1, &t2, &t1) // 2^40 - 1
	sqr8(&t1, &t1, 10)
	mul8(&t0, &t1, &t0) // 2^50 - 1
	sqr8(&t1, &t0, 50)
	mul8(&t1, &t1, &t0) // 2^100 - 1
	sqr8(&t2, &t1, 100)
	mul8(&t1, &t2, &t1) // 2^200 - 1
	sqr8(&t1, &t1, 50)
	mul8(&t0, &t1, &t0) // 2^250 - 1
	return t0, z11
}

func (v *fe8) invert(z *fe8) {
	t, z11 := power(z)
	sqr8(&t, &t, 5)
	mul8(v, &t, &z11) // 2^255 - 21
}

// sqrtRatio is SQRT_RATIO_M1 of RFC 9496 §4.2; the mask marks the squares.
func (v *fe8) sqrtRatio(u, w *fe8) mask8 {
	var w2, uw3, uw7, r, check, prime fe8
	sqr8(&w2, w, 1)
	mul8(&uw3, u, w)
	mul8(&uw3, &uw3, &w2)
	sqr8(&w2, &w2, 1)
	mul8(&uw7, &uw3, &w2)
	t, _ := power(&uw7)
	sqr8(&t, &t, 2)
	mul8(&t, &t, &uw7) // 2^252 - 3
	mul8(&r, &uw3, &t)
	sqr8(&check, &r, 1)
	mul8(&check, &check, w)
	var same, turned, turnedI, uI fe8
	sub8(&same, &check, u)
	add8(&turned, &check, u)
	mul8(&uI, u, &sqrtM18)
	add8(&turnedI, &check, &uI)
	right, flipped := same.zero(), turned.zero()
	mul8(&prime, &r, &sqrtM18)
	other := flipped.or(turnedI.zero())
	sel8(&r, &prime, &r, &other)
	v.absolute(&r)
	return right.or(flipped)
}

// decode takes eight encodings; ok marks those that are canonical and not the
// identity.
func (p *ext8) decode(in *[8][]byte) (ok [8]bool) {
	var s, ss, u1, u2, u2sq, v, inv, denX, denY fe8
	for i, b := range in {
		l := limbsOf(b)
		s.set(i, l)
		ok[i] = b[31]&0x80 == 0 && s.canon(i) == l && l[0]&1 == 0 && l != [5]uint64{}
	}
	sqr8(&ss, &s, 1)
	sub8(&u1, &one8, &ss)
	add8(&u2, &one8, &ss)
	sqr8(&u2sq, &u2, 1)
	sqr8(&v, &u1, 1)
	mul8(&v, &v, &d8)
	v.negate(&v)
	sub8(&v, &v, &u2sq)
	mul8(&inv, &v, &u2sq)
	square := inv.sqrtRatio(&one8, &inv)
	mul8(&denX, &inv, &u2)
	mul8(&denY, &inv, &denX)
	mul8(&denY, &denY, &v)
	add8(&p.X, &s, &s)
	mul8(&p.X, &p.X, &denX)
	p.X.absolute(&p.X)
	mul8(&p.Y, &u1, &denY)
	p.Z = one8
	mul8(&p.T, &p.X, &p.Y)
	odd, none := p.T.negative(), p.Y.zero()
	for i := range ok {
		ok[i] = ok[i] && square[i] != 0 && odd[i] == 0 && none[i] == 0
	}
	return ok
}

// elligator maps eight times 32 bytes.
func (p *ext8) elligator(in *[8][]byte) {
	var t, r, u, v, s, prime, c, n, w0, w1, w2, w3 fe8
	for i, b := range in {
		t.set(i, limbsOf(b))
	}
	sqr8(&r, &t, 1)
	mul8(&r, &r, &sqrtM18)
	add8(&u, &r, &one8)
	mul8(&u, &u, &oneMinusD28)
	mul8(&v, &r, &d8)
	sub8(&v, &minusOne8, &v)
	add8(&w0, &r, &d8)
	mul8(&v, &v, &w0)
	square := s.sqrtRatio(&u, &v)
	mul8(&prime, &s, &t)
	prime.absolute(&prime)
	prime.negate(&prime)
	sel8(&s, &s, &prime, &square)
	sel8(&c, &minusOne8, &r, &square)
	sub8(&n, &r, &one8)
	mul8(&n, &n, &c)
	mul8(&n, &n, &dMinusOne28)
	sub8(&n, &n, &v)
	mul8(&w0, &s, &v)
	add8(&w0, &w0, &w0)
	mul8(&w1, &n, &sqrtADm18)
	sqr8(&w2, &s, 1)
	add8(&w3, &one8, &w2)
	sub8(&w2, &one8, &w2)
	mul8(&p.X, &w0, &w3)
	mul8(&p.Y, &w2, &w1)
	mul8(&p.Z, &w1, &w3)
	mul8(&p.T, &w0, &w2)
}

// hash is HashToGroup of eight inputs.
func (p *ext8) hash(in *[8][]byte) {
	var wide [8][64]byte
	var lo, hi [8][]byte
	for i, b := range in {
		wide[i] = expand(b)
		lo[i], hi[i] = wide[i][:32], wide[i][32:]
	}
	var q ext8
	var c cached8
	p.elligator(&lo)
	q.elligator(&hi)
	c.of(&q)
	p.add(&c)
}

func (c *cached8) of(p *ext8) {
	add8(&c.sum, &p.Y, &p.X)
	sub8(&c.diff, &p.Y, &p.X)
	c.Z = p.Z
	mul8(&c.T2d, &p.T, &twoD8)
}

func (p *ext8) add(c *cached8) {
	var a, b, tt, zz, e, f, g, h fe8
	add8(&a, &p.Y, &p.X)
	mul8(&a, &a, &c.sum)
	sub8(&b, &p.Y, &p.X)
	mul8(&b, &b, &c.diff)
	mul8(&tt, &p.T, &c.T2d)
	mul8(&zz, &p.Z, &c.Z)
	add8(&zz, &zz, &zz)
	sub8(&e, &a, &b)
	add8(&h, &a, &b)
	add8(&g, &zz, &tt)
	sub8(&f, &zz, &tt)
	mul8(&p.X, &e, &f)
	mul8(&p.Y, &h, &g)
	mul8(&p.Z, &g, &f)
	mul8(&p.T, &e, &h)
}

func (p *ext8) double(withT bool) {
	var xx, yy, zz, e, f, g fe8
	sqr8(&xx, &p.X, 1)
	sqr8(&yy, &p.Y, 1)
	sqr8(&zz, &p.Z, 1)
	add8(&zz, &zz, &zz)
	add8(&e, &p.X, &p.Y)
	sqr8(&e, &e, 1)
	add8(&g, &yy, &xx)
	sub8(&f, &yy, &xx)
	sub8(&e, &e, &g)
	sub8(&zz, &zz, &f)
	mul8(&p.X, &e, &zz)
	mul8(&p.Y, &g, &f)
	mul8(&p.Z, &f, &zz)
	if withT {
		mul8(&p.T, &e, &g)
	}
}

// digits8 are the digits of a scalar for each of eight points, as choose8
// wants them.
type digits8 struct{ abs, neg [64]mask8 }

// set puts one of the eight scalars in.
func (d *digits8) set(lane int, of *digits) {
	for i, v := range of {
		neg := maskOf(uint64(uint8(v) >> 7))
		d.neg[i][lane] = neg
		d.abs[i][lane] = (uint64(int64(v)) ^ neg) - neg
	}
}

// multiply sets each point to its digits times it.
func (p *ext8) multiply(d *digits8, table *[8]cached8) {
	q := *p
	for i := range table {
		if table[i].of(&q); i < 7 {
			q.add(&table[0])
		}
	}
	var c cached8
	p.X, p.Y, p.Z, p.T = zero8, one8, one8, zero8
	for i := 63; i >= 0; i-- {
		if i < 63 {
			p.double(false)
			p.double(false)
			p.double(false)
			p.double(true)
		}
		choose8(&c, table, &d.abs[i], &d.neg[i])
		p.add(&c)
	}
}

// encodeDoubled8 is encodeDoubled for runs of eight; none marks the places
// whose whole column holds an identity.
func encodeDoubled8(points []ext8, states []half8, out []byte) (none mask8) {
	run := one8
	for i := range points {
		p, s := &points[i], &states[i]
		var xx, yy, zz, dtt fe8
		sqr8(&xx, &p.X, 1)
		sqr8(&yy, &p.Y, 1)
		sqr8(&zz, &p.Z, 1)
		sqr8(&dtt, &p.T, 1)
		mul8(&dtt, &dtt, &d8)
		add8(&s.e, &p.Y, &p.Y)
		mul8(&s.e, &s.e, &p.X)
		add8(&s.f, &zz, &dtt)
		add8(&s.g, &yy, &xx)
		sub8(&s.h, &zz, &dtt)
		mul8(&s.eg, &s.e, &s.g)
		mul8(&s.fh, &s.f, &s.h)
		mul8(&s.efgh, &s.eg, &s.fh)
		s.before = run
		mul8(&run, &run, &s.efgh)
	}
	if none = run.zero(); none != (mask8{}) {
		return none
	}
	run.invert(&run)
	for i := len(points) - 1; i >= 0; i-- {
		s := &states[i]
		var inv, zInv, tInv, check, minus, fi, magic, v fe8
		mul8(&inv, &run, &s.before)
		mul8(&run, &run, &s.efgh)
		mul8(&zInv, &s.eg, &inv)
		mul8(&tInv, &s.fh, &inv)
		mul8(&check, &s.eg, &zInv)
		turn := check.negative()
		minus.negate(&s.e)
		mul8(&fi, &s.f, &sqrtM18)
		var e, g, h fe8
		sel8(&e, &s.g, &s.e, &turn)
		sel8(&g, &minus, &s.g, &turn)
		sel8(&h, &fi, &s.h, &turn)
		sel8(&magic, &sqrtM18, &invSqrtAmD8, &turn)
		mul8(&check, &h, &e)
		mul8(&check, &check, &zInv)
		odd := check.negative()
		minus.negate(&g)
		sel8(&g, &minus, &g, &odd)
		sub8(&v, &h, &g)
		mul8(&tInv, &tInv, &g)
		mul8(&tInv, &tInv, &magic)
		mul8(&v, &v, &tInv)
		v.absolute(&v)
		for lane := range 8 {
			v.bytes(lane, out[(8*i+lane)*pointLen:])
		}
	}
	return none
}

type half8 struct{ e, f, g, h, eg, fh, efgh, before fe8 }

// eight is what one core works with: a run of points, eight abreast.
type eight struct {
	points [raiseRun / 8]ext8
	states [raiseRun / 8]half8
	table  [8]cached8
	digits digits8
	out    [raiseRun * pointLen]byte
}

// raiseLanes is raiseRun of the scalar way: points lo … hi-1 of all, raised
// to the digits.
func (w *eight) raise(lo, hi int, from points) ([]byte, error) {
	groups := (hi - lo + 7) / 8
	for g := range groups {
		var in [8][]byte
		for lane := range in { // the last one fills what is left over
			in[lane] = from.bytes(min(lo+8*g+lane, hi-1))
		}
		p := &w.points[g]
		if from.encoded {
			for lane, ok := range p.decode(&in) {
				if !ok {
					return nil, from.bad(min(lo+8*g+lane, hi-1))
				}
			}
		} else {
			p.hash(&in)
		}
		p.multiply(&w.digits, &w.table)
	}
	if encodeDoubled8(w.points[:groups], w.states[:groups], w.out[:]) != (mask8{}) {
		return nil, errIdentity
	}
	return w.out[:(hi-lo)*pointLen], nil
}

// lanes makes what a core needs to raise eight points at once, nil where the
// machine cannot.
func lanes(d *digits) raiser {
	if !haveLanes {
		return nil
	}
	w := new(eight)
	for lane := range 8 {
		w.digits.set(lane, d)
	}
	return w
}
