package match

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/cloudflare/circl/group"

	"ringbreaker.example/fraud"
)

// positions are where the matched tags stand among the peer's points.
func (p *party) positions() ([]int, error) {
	if p.at != nil && len(p.at) == len(p.Matched) {
		return p.at, nil
	}
	at := make(map[tag]int, len(p.Matched))
	for n, t := range p.Matched {
		at[t] = n
	}
	out := make([]int, len(p.Matched))
	first := 0
	for r := range len(p.Past) + 1 {
		tags := p.TagsOf
		if r < len(p.Past) {
			var err error
			if tags, err = p.pastTags(r); err != nil {
				return nil, err
			}
		}
		for i := range len(tags) / tagLen {
			if n, ok := at[tag(tags[i*tagLen:])]; ok {
				out[n] = first + i
			}
		}
		first += len(tags) / tagLen
	}
	p.at = out
	return out, nil
}

// pointAt is a point of a list.
func pointAt(list []byte, i int) (group.Element, error) {
	if i < 0 || (i+1)*pointLen > len(list) {
		return nil, fmt.Errorf("there is no point %d: %w", i, fraud.ErrInvalid)
	}
	return decodePoint(list[i*pointLen : (i+1)*pointLen])
}

// takeKinds keeps what the peer says opens its kinds' hash.
func (p *party) takeKinds(b listBody) error {
	if len(b.Nonce) != 32 {
		return caught("did not open its kinds")
	}
	p.Want["kinds nonce"] = b.Nonce
	return p.expect("kinds", b)
}

// useKinds counts the matches by the kinds that the peer had committed to by
// position before either knew what matches.
func (p *party) useKinds(list []byte) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	sum := kindsHash([32]byte(p.Want["kinds nonce"]), list)
	if !bytes.Equal(sum[:], c.KindsHash) {
		return caught("showed other kinds than it had committed to")
	}
	if bytes.Count(list, []byte{0}) != c.Points-c.Size {
		return caught("showed kinds with another number of sentinels than were agreed")
	}
	positions, err := p.positions()
	if err != nil {
		return err
	}
	by := map[fraud.Kind]int{}
	for _, at := range positions {
		k, ok := kindOf(list[at])
		if !ok || !slices.Contains(p.Terms.Kinds, k) {
			return caught("matched on something that is of no agreed kind")
		}
		by[k]++
	}
	p.Report.Count, p.Report.ByKind = len(p.Matched), by
	return nil
}

// makeLabels encrypts, for each of our points, the label of its ring: the
// point to a second key of ours, plus the label as a point. That is ElGamal
// with the point as its random part. The peer can pick the ones that matched
// and blind them again, so that we can decrypt a label and not see whose.
func (p *party) makeLabels() ([]byte, error) {
	k, err := decodeScalar(p.Set.LabelKey)
	if err != nil {
		return nil, err
	}
	points, err := p.allOurPoints()
	if err != nil {
		return nil, err
	}
	labels, err := p.Set.labels()
	if err != nil {
		return nil, err
	}
	table := map[label]group.Element{{}: label{}.point()}
	for _, l := range labels {
		if table[l] == nil {
			table[l] = l.point()
		}
	}
	out := make([]byte, len(points))
	err = eachCore(len(points)/pointLen, func(lo, hi int) error {
		for at := lo; at < hi; at++ {
			q, err := pointAt(points, at)
			if err != nil {
				return err
			}
			var l label
			if i, ok := p.Set.at(at); ok {
				l = labels[i]
			}
			q = curve().NewElement().Mul(q, k)
			copy(out[at*pointLen:], encodePoint(q.Add(q, table[l])))
		}
		return nil
	})
	return out, err
}

// allOurPoints are our points of all runs.
func (p *party) allOurPoints() ([]byte, error) {
	if len(p.Past) == 0 {
		return p.Points, nil
	}
	var out []byte
	for n := range p.Past {
		list, err := p.ourPoints(n)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return append(out, p.Points...), nil
}

// labels are the labels of all elements.
func (s *ownSet) labels() ([]label, error) {
	out := make([]label, 0, s.size())
	of := map[fraud.RingID]label{}
	err := s.each(func(_ int, e Element) {
		l, had := of[e.Ring]
		if !had {
			l = s.label(e)
			of[e.Ring] = l
		}
		l[8] = byte(slices.Index(relations(), e.Relation))
		out = append(out, l)
	})
	return out, err
}

// askedLabel is a label of the peer's that matched, blinded again, with the
// proof that it is one that matched.
type askedLabel struct {
	C1    []byte `json:"c1"`
	C2    []byte `json:"c2"`
	Proof []byte `json:"proof"` // challenge and two responses, 32 bytes each
}

// makeAsk blinds the labels of the peer's matched points again.
func (p *party) makeAsk() (askBody, error) {
	c, err := p.theirCommitment()
	if err != nil {
		return askBody{}, err
	}
	theirKey, err := decodePoint(c.LabelKey)
	if err != nil {
		return askBody{}, err
	}
	k, err := decodeScalar(p.Set.Key)
	if err != nil {
		return askBody{}, err
	}
	out := make([]askedLabel, len(p.Matched))
	at, err := p.positions()
	if err != nil {
		return askBody{}, err
	}
	theirs, err := p.allPeerPoints()
	if err != nil {
		return askBody{}, err
	}
	err = eachCore(len(out), func(lo, hi int) error {
		for n := lo; n < hi; n++ {
			u, err := pointAt(theirs, at[n])
			if err != nil {
				return err
			}
			l, err := pointAt(p.Got["labels"], at[n])
			if err != nil {
				return caught("sent a bad label at %d", at[n])
			}
			s := randomScalar()
			g := curve()
			c1 := g.NewElement().Add(u, g.NewElement().MulGen(s))
			c2 := g.NewElement().Add(l, g.NewElement().Mul(theirKey, s))
			shared := g.NewElement().Mul(u, k)
			out[n] = askedLabel{C1: encodePoint(c1), C2: encodePoint(c2)}
			out[n].Proof = proveAsked(k, s, c1, shared, out[n])
		}
		return nil
	})
	return askBody{Ciphers: out}, err
}

// proveAsked shows knowledge of k and s with K = kG and T = k·C1 − s·K, which
// holds only if C1 − sG is the point that the tag T is of: nobody can ask for
// the label of a point that did not match. A Schnorr proof of two exponents
// made non-interactive by hashing (Fiat and Shamir).
func proveAsked(k, s group.Scalar, c1, shared group.Element, a askedLabel) []byte {
	g := curve()
	key := g.NewElement().MulGen(k)
	r1, r2 := randomScalar(), randomScalar()
	t1 := g.NewElement().MulGen(r1)
	t2 := g.NewElement().Add(g.NewElement().Mul(c1, r1), g.NewElement().Neg(g.NewElement().Mul(key, r2)))
	c := challengeAsked(key, shared, t1, t2, a)
	z1 := g.NewScalar().Add(r1, g.NewScalar().Mul(c, k))
	z2 := g.NewScalar().Add(r2, g.NewScalar().Mul(c, s))
	return slices.Concat(encodeScalar(c), encodeScalar(z1), encodeScalar(z2))
}

func challengeAsked(key, shared, t1, t2 group.Element, a askedLabel) group.Scalar {
	d := digest("asked", encodePoint(key), encodePoint(shared), encodePoint(t1), encodePoint(t2), a.C1, a.C2)
	return curve().HashToScalar(d[:], []byte("HashToScalar-"+labelDST))
}

// provedAsked checks what proveAsked made. shared is our own computation of
// the tag's point.
func provedAsked(key, shared group.Element, a askedLabel) (c1, c2 group.Element, ok bool) {
	if len(a.Proof) != 96 {
		return nil, nil, false
	}
	c1, err1 := decodePoint(a.C1)
	c2, err2 := decodePoint(a.C2)
	c, err3 := decodeScalar(a.Proof[:32])
	z1, err4 := decodeScalar(a.Proof[32:64])
	z2, err5 := decodeScalar(a.Proof[64:])
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || err5 != nil {
		return nil, nil, false
	}
	g := curve()
	minus := g.NewScalar().Neg(c)
	t1 := g.NewElement().Add(g.NewElement().MulGen(z1), g.NewElement().Mul(key, minus))
	t2 := g.NewElement().Add(g.NewElement().Mul(c1, z1), g.NewElement().Neg(g.NewElement().Mul(key, z2)))
	t2.Add(t2, g.NewElement().Mul(shared, minus))
	return c1, c2, challengeAsked(key, shared, t1, t2, a).IsEqual(c)
}

// takeAsk decrypts our labels that matched, without learning of which points.
func (p *party) takeAsk(b askBody) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	if len(b.Ciphers) != len(p.Matched) {
		return caught("asked for %d labels where %d match", len(b.Ciphers), len(p.Matched))
	}
	key, err := decodePoint(c.Key)
	if err != nil {
		return err
	}
	k, err := decodeScalar(p.Set.Key)
	if err != nil {
		return err
	}
	labelKey, err := decodeScalar(p.Set.LabelKey)
	if err != nil {
		return err
	}
	known := map[string]label{string(encodePoint(label{}.point())): {}}
	labels, err := p.Set.labels()
	if err != nil {
		return err
	}
	seen := map[label]bool{}
	for _, l := range labels {
		if !seen[l] {
			seen[l], known[string(encodePoint(l.point()))] = true, l
		}
	}
	at, err := p.positions()
	if err != nil {
		return err
	}
	theirs, err := p.allPeerPoints()
	if err != nil {
		return err
	}
	out := make([]label, len(p.Matched))
	if err := eachCore(len(out), func(lo, hi int) error {
		g := curve()
		for n := lo; n < hi; n++ {
			u, err := pointAt(theirs, at[n])
			if err != nil {
				return err
			}
			c1, c2, ok := provedAsked(key, g.NewElement().Mul(u, k), b.Ciphers[n])
			if !ok {
				return caught("asked for the ring of something that does not match")
			}
			plain := g.NewElement().Add(c2, g.NewElement().Neg(g.NewElement().Mul(c1, labelKey)))
			if out[n], ok = known[string(encodePoint(plain))]; !ok {
				return caught("changed a label that it blinded")
			}
		}
		return nil
	}); err != nil {
		return err
	}
	p.Labels = out
	return nil
}

func (p *party) makeRings() ringsBody {
	out := make([][]byte, len(p.Labels))
	for i, l := range p.Labels {
		out[i] = bytes.Clone(l[:])
	}
	return ringsBody{Labels: out}
}

// takeRings lays our rings and the peer's over each other.
func (p *party) takeRings(b ringsBody) error {
	if len(b.Labels) != len(p.Matched) {
		return caught("named %d rings where %d elements match", len(b.Labels), len(p.Matched))
	}
	p.PeerLb = make([]label, len(b.Labels))
	for i, l := range b.Labels {
		if len(l) != len(label{}) {
			return caught("named a ring that is no label")
		}
		p.PeerLb[i] = label(l)
		if _, ok := p.PeerLb[i].relation(); !ok {
			return caught("named a relation that we do not know")
		}
	}
	var err error
	p.Report.Overlaps, err = p.overlaps()
	return err
}

// overlaps is the match report: which of our rings meets which of theirs, in
// how many elements of what kinds. The bits are the mean of what our ring's
// elements of that kind are worth, since which of them it is stays hidden.
func (p *party) overlaps() ([]fraud.Overlap, error) {
	type pair struct {
		ours [8]byte
		peer string
	}
	kinds := p.Got["kinds"]
	at, err := p.positions()
	if err != nil {
		return nil, err
	}
	mean, rings, err := p.meanBits()
	if err != nil {
		return nil, err
	}
	found := map[pair]*fraud.Overlap{}
	var order []pair
	for n := range p.Matched {
		ours, theirs := p.Labels[n], p.PeerLb[n]
		key := pair{[8]byte(ours[:8]), theirs.name()}
		o := found[key]
		if o == nil {
			o = &fraud.Overlap{OurRing: rings[ours], PeerRing: theirs.name(), Kinds: map[fraud.Kind]int{}}
			found[key], order = o, append(order, key)
		}
		k, _ := kindOf(kinds[at[n]])
		o.Elements++
		o.Kinds[k]++
		o.Bits += mean[ours][k]
		o.Relation = nearest(o.Relation, ours, theirs)
	}
	out := make([]fraud.Overlap, 0, len(order))
	for _, k := range order {
		out = append(out, *found[k])
	}
	slices.SortFunc(out, func(a, b fraud.Overlap) int {
		if a.Bits != b.Bits {
			return int(b.Bits*1024) - int(a.Bits*1024)
		}
		if c := strings.Compare(string(a.OurRing), string(b.OurRing)); c != 0 {
			return c
		}
		return strings.Compare(a.PeerRing, b.PeerRing)
	})
	return out, nil
}

// meanBits is what an element of a ring is worth by kind, and which ring a
// label stands for.
func (p *party) meanBits() (map[label]map[fraud.Kind]float64, map[label]fraud.RingID, error) {
	labels, err := p.Set.labels()
	if err != nil {
		return nil, nil, err
	}
	sum, n, rings := map[label]map[fraud.Kind]float64{}, map[label]map[fraud.Kind]int{}, map[label]fraud.RingID{}
	err = p.Set.each(func(i int, e Element) {
		l := labels[i]
		if sum[l] == nil {
			sum[l], n[l], rings[l] = map[fraud.Kind]float64{}, map[fraud.Kind]int{}, e.Ring
		}
		sum[l][e.Indicator.Kind] += e.Bits
		n[l][e.Indicator.Kind]++
	})
	for l, kinds := range sum {
		for k := range kinds {
			sum[l][k] /= float64(n[l][k])
		}
	}
	return sum, rings, err
}

// nearest is the closest relation that a further element argues for: the same
// operator only if it is the operator's own on both sides.
func nearest(so fraud.LinkKind, ours, theirs label) fraud.LinkKind {
	a, _ := ours.relation()
	b, _ := theirs.relation()
	now := fraud.SameOperator
	for _, r := range []fraud.LinkKind{a, b} {
		if r != fraud.SameOperator {
			now = r
		}
	}
	if so == fraud.SameOperator || now == fraud.SameOperator {
		return fraud.SameOperator
	}
	if so == fraud.SameSupplier || now == fraud.SameSupplier {
		return fraud.SameSupplier
	}
	return now
}

// batch is the run of matched tags that the present round opens.
func (p *party) batch() (lo, hi int) {
	k := (p.Next - len(rounds())) / 2
	return k * p.Terms.Batch, min((k+1)*p.Terms.Batch, len(p.Matched))
}

// shown is how many of our indicators the peer has seen, or may have: what we
// showed, and the batch that we sent and that it has not answered.
func (p *party) shown() int {
	n := p.Next - len(rounds())
	if n < 0 {
		return 0
	}
	batches := n / 2
	if n%2 == 1 && p.Pending != nil {
		batches++
	}
	return min(batches*p.Terms.Batch, len(p.Matched))
}

// makeOpen tells the peer which of its points the tags of the batch are of,
// and proves that they are.
func (p *party) makeOpen() (openBody, error) {
	k, err := decodeScalar(p.Set.Key)
	if err != nil {
		return openBody{}, err
	}
	lo, hi := p.batch()
	var b openBody
	var from, to []group.Element
	positions, err := p.positions()
	if err != nil {
		return openBody{}, err
	}
	for _, at := range positions[lo:hi] {
		u, err := p.peerPoint(at)
		if err != nil {
			return openBody{}, err
		}
		t := curve().NewElement().Mul(u, k)
		b.Positions, b.Points = append(b.Positions, at), append(b.Points, encodePoint(t))
		from, to = append(from, u), append(to, t)
	}
	b.Proof, err = prove(k, publicKey(k), from, to)
	return b, err
}

// takeOpen learns which of our elements the batch is.
func (p *party) takeOpen(b openBody) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	lo, hi := p.batch()
	if len(b.Positions) != hi-lo || len(b.Points) != hi-lo {
		return caught("opened %d elements of %d", len(b.Positions), hi-lo)
	}
	var from, to []group.Element
	opened := make([]int, 0, hi-lo)
	for n, at := range b.Positions {
		i, ok := p.Set.at(at)
		if !ok {
			return caught("opened a match with something that is no element of ours")
		}
		t, err := decodePoint(b.Points[n])
		if err != nil || tagOf(b.Points[n]) != p.Matched[lo+n] {
			return caught("opened a match that was none")
		}
		own, err := p.ourPoint(at)
		if err != nil {
			return err
		}
		e, err := p.Set.element(i)
		if err != nil {
			return err
		}
		if p.Set.label(e) != p.Labels[lo+n] {
			return caught("had asked for the ring of another element")
		}
		from, to, opened = append(from, own), append(to, t), append(opened, i)
	}
	if !proved(c.Key, from, to, b.Proof) {
		return caught("opened a match that was not made with the key it had committed to")
	}
	p.Opened = append(p.Opened, opened...)
	return nil
}

// makeShow opens our elements of the batch against our commitment.
func (p *party) makeShow() (showBody, error) {
	k, err := decodeScalar(p.Set.Key)
	if err != nil {
		return showBody{}, err
	}
	where := p.Set.where()
	lo, hi := p.batch()
	var b showBody
	var from, to []group.Element
	for _, i := range p.Opened[lo:hi] {
		o, err := p.Set.open(i, true)
		if err != nil {
			return showBody{}, err
		}
		pt, err := p.ourPoint(int(where[i]))
		if err != nil {
			return showBody{}, err
		}
		e, err := p.Set.element(i)
		if err != nil {
			return showBody{}, err
		}
		b.Elements = append(b.Elements, o)
		from, to = append(from, hashToGroup(input(e.Indicator))), append(to, pt)
	}
	b.Proof, err = prove(k, publicKey(k), from, to)
	return b, err
}

// takeShow holds the peer's elements of the batch against all that it had
// committed to, and writes them into the report.
func (p *party) takeShow(b showBody) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	lo, hi := p.batch()
	if len(b.Elements) != hi-lo || len(p.Opened) < hi {
		return caught("showed %d elements of %d", len(b.Elements), hi-lo)
	}
	at, err := p.positions()
	if err != nil {
		return err
	}
	var from, to []group.Element
	for n, o := range b.Elements {
		if err := o.check(c, p.Terms, true); err != nil {
			return caught("matched with something it had not committed to: %s", reason(err))
		}
		mine, err := p.Set.element(p.Opened[lo+n])
		if err != nil {
			return err
		}
		code := p.Got["kinds"][at[lo+n]]
		switch {
		case *o.Value != mine.Indicator:
			return caught("showed another value than the one that matched (%s %d)", mine.Indicator.Kind, lo+n)
		case kindCode(o.Value.Kind) != code:
			return caught("had given element %d another kind", o.Leaf)
		case label(o.Label) != p.PeerLb[lo+n]:
			return caught("had named another ring for element %d", o.Leaf)
		}
		u, err := p.peerPoint(at[lo+n])
		if err != nil {
			return err
		}
		from, to = append(from, hashToGroup(input(*o.Value))), append(to, u)
		p.Report.Shared = append(p.Report.Shared, fraud.SharedIndicator{
			Indicator: *o.Value, OurRing: mine.Ring, PeerRing: p.PeerLb[lo+n].name(), OurReports: mine.Reports, PeerReports: o.Reports,
		})
	}
	if !proved(c.Key, from, to, b.Proof) {
		return caught("had blinded a matched element with another key than it had committed to")
	}
	return nil
}
