package link

import "math"

// attribute gives each node to the group that it most probably belongs to,
// among those with which it shares enough to rule out chance. A number that
// three rings use rules out chance and does not say which of the three; the
// agent's name, the text, the account and the month may (naive Bayes over all
// that the node holds, each group's counts without the node itself).
func (w *world) attribute() bool {
	moved := false
	for i := range w.len() {
		moved = w.attributeOne(int32(i)) || moved
	}
	return moved
}

func (w *world) attributeOne(i int32) bool {
	was := w.of[i]
	alone := w.groups[was].nodes == 1
	near := w.near(i)
	if alone && len(near) == 1 {
		return false // it shares nothing with anybody
	}
	w.take(i)
	best, top, sum := int32(-1), 0.0, 1.0 // the 1 is for a group that nobody has seen
	stay := 0.0
	for _, g := range near {
		if g == was && alone || w.connection(i, g) < w.p.strong || w.barred(i, g) {
			continue
		}
		odds := math.Exp2(min(w.fit(i, g), 200))
		sum += odds
		if g == was {
			stay = odds
		}
		if odds > top*(1+1e-9) {
			best, top = g, odds
		}
	}
	switch {
	case best >= 0 && top >= w.p.attribute*sum && (alone || top >= 2*stay):
	case alone:
		best = w.again(was)
	case stay > 0:
		best = was
	default:
		best = w.vacant()
	}
	w.place(i, best)
	if best != was {
		w.clock++
		w.stampOf(i)
	}
	return best != was
}

// connection is what rules out that a node shares values with a group by
// chance, whoever stands behind them.
func (w *world) connection(i, g int32) int32 {
	var best [numFamilies]int32
	for _, t := range w.tokensOf(i) {
		if v := &w.values[t.value]; v.holders.count(g) > 0 {
			best[v.family] = max(best[v.family], min(v.prior, t.bits))
		}
	}
	return w.p.sum(&best)
}

// fit is log2 of how much better the group explains what the node holds than
// a stranger would, times how many reports the group has in that month.
func (w *world) fit(i, g int32) float64 {
	gr := &w.groups[g]
	bits := math.Log2(0.5 + float64(w.stat(gr, w.nodes[i].month, 0).tokens))
	var sum tallyOf
	for k := range w.tokensOf(i) {
		t := &w.tokens[w.nodes[i].tokens+uint32(k)]
		v := &w.values[t.value]
		share := w.p.share[v.family]
		own := (float64(v.holders.count(g)) + v.base) / (float64(w.seenIn(gr, v)) + 1)
		sum.add(v.family, v.weight(t)*math.Log2((1-share)*own/v.base+share))
	}
	return bits + sum.total(w.p.second)
}

// tallyOf adds up evidence by family: the strongest for and the strongest
// against count whole, the rest of a family for a part, since the values of
// one family come from one hand.
type tallyOf struct {
	up, down         [numFamilies]float64
	moreUp, moreDown [numFamilies]float64
}

func (s *tallyOf) add(family uint8, bits float64) {
	switch {
	case bits > s.up[family]:
		s.moreUp[family] += s.up[family]
		s.up[family] = bits
	case bits > 0:
		s.moreUp[family] += bits
	case bits < s.down[family]:
		s.moreDown[family] += s.down[family]
		s.down[family] = bits
	default:
		s.moreDown[family] += bits
	}
}

func (s *tallyOf) total(part float64) float64 {
	sum := 0.0
	for f := range s.up {
		sum += s.up[f] + s.down[f] + part*(s.moreUp[f]+s.moreDown[f])
	}
	return sum
}
