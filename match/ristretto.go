package match

import (
	"crypto/sha512"
	"fmt"
	"math/big"
	"slices"

	"filippo.io/edwards25519/field"
	"github.com/cloudflare/circl/group"

	"ringbreaker.example/fraud"
)

// Bulk work on points. A match raises every point of both sides to one key,
// so what is shared by a run is done once: the key's digits, and the field
// inversion that encoding needs. The results are those of the group in
// group.go, which stays the reference that tests hold this against. No
// branch and no memory address depends on the key.

// ext is a point in extended coordinates of the curve under ristretto255.
type ext struct{ X, Y, Z, T field.Element }

// cached is a point as additions want it.
type cached struct{ sum, diff, Z, T2d field.Element }

// The constants of RFC 9496 §4.1.
var (
	feD            = constant("37095705934669439343138083508754565189542113879843219016388785533085940283555")
	feSqrtM1       = constant("19681161376707505956807079304988542015446066515923890162744021073123829784752")
	feSqrtADMinus1 = constant("25063068953384623474111414158702152701244531502492656460079210482610430750235")
	feInvSqrtAMinD = constant("54469307008909316920995813868745141605393597292927456921205312896311721017578")
	feOneMinusDSq  = constant("1159843021668779879193775521855586647937357759715417654439879720876111806838")
	feDMinusOneSq  = constant("40440834346308536858101042469323190826248399146238708352240133220865137265952")
	feOne          = constant("1")
	fe2D           = constant("16295367250680780974490674513165176452449235426866156013048779062215315747161")
	feMinusOne     = constant("57896044618658097711785492504343953926634992332820282019728792003956564819948")
)

// constant reads a field element written in decimal.
func constant(decimal string) *field.Element {
	n, ok := new(big.Int).SetString(decimal, 10)
	if !ok {
		return new(field.Element)
	}
	b := n.FillBytes(make([]byte, 32))
	slices.Reverse(b)
	e, err := new(field.Element).SetBytes(b)
	if err != nil {
		return new(field.Element)
	}
	return e
}

// decode is RFC 9496 §4.3.1; false for an encoding that is not canonical and
// for the identity.
func (p *ext) decode(b []byte) bool {
	var s, ss, u1, u2, u2sq, v, inv, denX, denY field.Element
	if _, err := s.SetBytes(b); err != nil || string(s.Bytes()) != string(b) || s.IsNegative() == 1 {
		return false
	}
	ss.Square(&s)
	u1.Subtract(feOne, &ss)
	u2.Add(feOne, &ss)
	u2sq.Square(&u2)
	v.Square(&u1)
	v.Multiply(&v, feD)
	v.Negate(&v)
	v.Subtract(&v, &u2sq)
	inv.Multiply(&v, &u2sq)
	_, square := inv.SqrtRatio(feOne, &inv)
	denX.Multiply(&inv, &u2)
	denY.Multiply(&inv, &denX)
	denY.Multiply(&denY, &v)
	p.X.Add(&s, &s)
	p.X.Multiply(&p.X, &denX)
	p.X.Absolute(&p.X)
	p.Y.Multiply(&u1, &denY)
	p.Z.One()
	p.T.Multiply(&p.X, &p.Y)
	var zero field.Element
	return square == 1 && p.T.IsNegative() == 0 && p.Y.Equal(&zero) == 0 && s.Equal(&zero) == 0
}

// elligator is the MAP of RFC 9496 §4.3.4.
func (p *ext) elligator(b []byte) {
	var t, r, u, v, s, sPrime, c, n, w0, w1, w2, w3 field.Element
	if _, err := t.SetBytes(b); err != nil { // 32 bytes always are one
		return
	}
	r.Square(&t)
	r.Multiply(&r, feSqrtM1)
	u.Add(&r, feOne)
	u.Multiply(&u, feOneMinusDSq)
	v.Multiply(&r, feD)
	v.Subtract(feMinusOne, &v)
	w0.Add(&r, feD)
	v.Multiply(&v, &w0)
	_, square := s.SqrtRatio(&u, &v)
	sPrime.Multiply(&s, &t)
	sPrime.Absolute(&sPrime)
	sPrime.Negate(&sPrime)
	s.Select(&s, &sPrime, square)
	c.Select(feMinusOne, &r, square)
	n.Subtract(&r, feOne)
	n.Multiply(&n, &c)
	n.Multiply(&n, feDMinusOneSq)
	n.Subtract(&n, &v)
	w0.Multiply(&s, &v)
	w0.Add(&w0, &w0)
	w1.Multiply(&n, feSqrtADMinus1)
	w2.Square(&s)
	w3.Add(feOne, &w2)
	w2.Subtract(feOne, &w2)
	p.X.Multiply(&w0, &w3)
	p.Y.Multiply(&w2, &w1)
	p.Z.Multiply(&w1, &w3)
	p.T.Multiply(&w0, &w2)
}

// expand is expand_message_xmd with SHA-512 to 64 bytes (RFC 9380 §5.3.1),
// under the tag of RFC 9497's HashToGroup.
func expand(in []byte) (wide [64]byte) {
	const dst = groupDST
	h := sha512.New()
	var pad [sha512.BlockSize]byte
	h.Write(pad[:])
	h.Write(in)
	h.Write([]byte{0, 64, 0})
	h.Write([]byte(dst))
	h.Write([]byte{byte(len(dst))})
	b0 := h.Sum(wide[:0])
	h.Reset()
	h.Write(b0)
	h.Write([]byte{1})
	h.Write([]byte(dst))
	h.Write([]byte{byte(len(dst))})
	h.Sum(wide[:0])
	return wide
}

// hash is RFC 9497's HashToGroup of in: both halves mapped and added.
func (p *ext) hash(in []byte) {
	wide := expand(in)
	var q ext
	var c cached
	p.elligator(wide[:32])
	q.elligator(wide[32:])
	c.of(&q)
	p.add(&c)
}

func (c *cached) of(p *ext) {
	c.sum.Add(&p.Y, &p.X)
	c.diff.Subtract(&p.Y, &p.X)
	c.Z.Set(&p.Z)
	c.T2d.Multiply(&p.T, fe2D)
}

// add sets p to p + c.
func (p *ext) add(c *cached) {
	var a, b, tt, zz, e, f, g, h field.Element
	a.Add(&p.Y, &p.X)
	a.Multiply(&a, &c.sum)
	b.Subtract(&p.Y, &p.X)
	b.Multiply(&b, &c.diff)
	tt.Multiply(&p.T, &c.T2d)
	zz.Multiply(&p.Z, &c.Z)
	zz.Add(&zz, &zz)
	e.Subtract(&a, &b)
	h.Add(&a, &b)
	g.Add(&zz, &tt)
	f.Subtract(&zz, &tt)
	p.X.Multiply(&e, &f)
	p.Y.Multiply(&h, &g)
	p.Z.Multiply(&g, &f)
	p.T.Multiply(&e, &h)
}

// double sets p to 2p; T only if the next step is an addition.
func (p *ext) double(withT bool) {
	var xx, yy, zz, e, f, g field.Element
	xx.Square(&p.X)
	yy.Square(&p.Y)
	zz.Square(&p.Z)
	zz.Add(&zz, &zz)
	e.Add(&p.X, &p.Y)
	e.Square(&e)
	g.Add(&yy, &xx) // "Y" of the completed point
	f.Subtract(&yy, &xx)
	e.Subtract(&e, &g)
	zz.Subtract(&zz, &f)
	p.X.Multiply(&e, &zz)
	p.Y.Multiply(&g, &f)
	p.Z.Multiply(&f, &zz)
	if withT {
		p.T.Multiply(&e, &g)
	}
}

// digits are a scalar's 64 signed digits to the base 16, each -8 … 7.
type digits [64]int8

// halved are the digits of half of k: points are doubled when they are
// encoded.
func halved(k group.Scalar) digits {
	g := curve()
	half := g.NewScalar().Inv(g.NewScalar().SetUint64(2))
	b := encodeScalar(half.Mul(half, k))
	var d digits
	for i := range 32 {
		d[2*i], d[2*i+1] = int8(b[i]&15), int8(b[i]>>4)
	}
	for i := range 63 { // the top digit has room: scalars are below 2^253
		carry := (d[i] + 8) >> 4
		d[i] -= carry << 4
		d[i+1] += carry
	}
	return d
}

// multiply sets p to d·p.
func (p *ext) multiply(d *digits) {
	var table [8]cached
	q := *p
	for i := range table {
		if table[i].of(&q); i < 7 {
			q.add(&table[0])
		}
	}
	var c cached
	p.X.Zero()
	p.Y.One()
	p.Z.One()
	p.T.Zero()
	for i := 63; i >= 0; i-- {
		if i < 63 {
			p.double(false)
			p.double(false)
			p.double(false)
			p.double(true)
		}
		c.choose(&table, d[i])
		p.add(&c)
	}
}

// choose sets c to d times the table's point, in the same steps for every d.
func (c *cached) choose(table *[8]cached, d int8) {
	neg := int(uint8(d) >> 7)
	abs := (d ^ -int8(neg)) + int8(neg)
	c.sum.One()
	c.diff.One()
	c.Z.One()
	c.T2d.Zero()
	for i := range table {
		x := uint32(abs) ^ uint32(i+1)
		same := int((x - 1) >> 31) // 1 if x is 0
		c.sum.Select(&table[i].sum, &c.sum, same)
		c.diff.Select(&table[i].diff, &c.diff, same)
		c.Z.Select(&table[i].Z, &c.Z, same)
		c.T2d.Select(&table[i].T2d, &c.T2d, same)
	}
	var minus field.Element
	minus.Negate(&c.T2d)
	c.sum.Swap(&c.diff, neg)
	c.T2d.Select(&minus, &c.T2d, neg)
}

// encodeDoubled encodes the doubles of points with one inversion for all
// (RFC 9496 §4.3.2, by way of the dual isogeny; Montgomery's trick). It is
// fraud.ErrInvalid if one is the identity.
func encodeDoubled(points []ext, out []byte) error {
	type half struct{ e, f, g, h, eg, fh, efgh, before field.Element }
	states := make([]half, len(points))
	var run field.Element
	run.One()
	for i := range points {
		p, s := &points[i], &states[i]
		var xx, yy, zz, dtt field.Element
		xx.Square(&p.X)
		yy.Square(&p.Y)
		zz.Square(&p.Z)
		dtt.Square(&p.T)
		dtt.Multiply(&dtt, feD)
		s.e.Add(&p.Y, &p.Y)
		s.e.Multiply(&s.e, &p.X)
		s.f.Add(&zz, &dtt)
		s.g.Add(&yy, &xx)
		s.h.Subtract(&zz, &dtt)
		s.eg.Multiply(&s.e, &s.g)
		s.fh.Multiply(&s.f, &s.h)
		s.efgh.Multiply(&s.eg, &s.fh)
		s.before.Set(&run)
		run.Multiply(&run, &s.efgh)
	}
	var zero field.Element
	if run.Equal(&zero) == 1 {
		return errIdentity
	}
	run.Invert(&run)
	for i := len(points) - 1; i >= 0; i-- {
		s := &states[i]
		var inv field.Element
		inv.Multiply(&run, &s.before)
		run.Multiply(&run, &s.efgh)
		var zInv, tInv, check, minusE, fi, magic, v field.Element
		zInv.Multiply(&s.eg, &inv)
		tInv.Multiply(&s.fh, &inv)
		check.Multiply(&s.eg, &zInv)
		turn := check.IsNegative()
		minusE.Negate(&s.e)
		fi.Multiply(&s.f, feSqrtM1)
		e, g, h := s.e, s.g, s.h
		e.Select(&s.g, &e, turn)
		g.Select(&minusE, &g, turn)
		h.Select(&fi, &h, turn)
		magic.Select(feSqrtM1, feInvSqrtAMinD, turn)
		check.Multiply(&h, &e)
		check.Multiply(&check, &zInv)
		minusE.Negate(&g)
		g.Select(&minusE, &g, check.IsNegative())
		v.Subtract(&h, &g)
		tInv.Multiply(&tInv, &g)
		tInv.Multiply(&tInv, &magic)
		v.Multiply(&v, &tInv)
		v.Absolute(&v)
		copy(out[i*pointLen:], v.Bytes())
	}
	return nil
}

// raiseRun is how many points share one inversion; eight divides it.
const raiseRun = 128

var errIdentity = fmt.Errorf("the identity is no element: %w", fraud.ErrInvalid)

// points are where a run of points comes from: inputs to hash, or encodings.
type points struct {
	n       int
	encoded bool
	bytes   func(i int) []byte
	bad     func(i int) error // what to say of an encoding that is none
}

// raiser raises points lo … hi-1, at most raiseRun, and returns their
// encodings, which it may use again.
type raiser interface {
	raise(lo, hi int, from points) ([]byte, error)
}

// one is the raiser that works on one point at a time.
type one struct {
	d      digits
	points [raiseRun]ext
	out    [raiseRun * pointLen]byte
}

func (w *one) raise(lo, hi int, from points) ([]byte, error) {
	run := w.points[:hi-lo]
	for i := range run {
		switch p := &run[i]; {
		case !from.encoded:
			p.hash(from.bytes(lo + i))
		case !p.decode(from.bytes(lo + i)):
			return nil, from.bad(lo + i)
		}
		run[i].multiply(&w.d)
	}
	if err := encodeDoubled(run, w.out[:]); err != nil {
		return nil, err
	}
	return w.out[:len(run)*pointLen], nil
}

// newRaiser is the fastest that this machine has.
func newRaiser(d *digits) raiser {
	if w := lanes(d); w != nil {
		return w
	}
	return &one{d: *d}
}

// raiseAll raises points to k and hands each run's encodings to done, on all
// cores.
func raiseAll(k group.Scalar, from points, done func(first int, encoded []byte)) error {
	d := halved(k)
	return eachCore(from.n, func(lo, hi int) error {
		w := newRaiser(&d)
		for ; lo < hi; lo += raiseRun {
			encoded, err := w.raise(lo, min(lo+raiseRun, hi), from)
			if err != nil {
				return err
			}
			done(lo, encoded)
		}
		return nil
	})
}
