package link

import "math"

// attribute gives each node to the group that it most probably belongs to,
// among those with which it shares enough to rule out chance. A number that
// three rings use rules out chance and does not say which of the three; the
// agent's name, the text, the account and the month may (naive Bayes over all
// that the node holds, each group's counts without the node itself).
func (w *world) attribute() bool {
	moved := false
	for i := range w.nodes {
		moved = w.attributeOne(int32(i)) || moved
	}
	return moved
}

func (w *world) attributeOne(i int32) bool {
	was := w.group[i]
	alone := w.size[was] == int32(len(w.nodes[i].reports))
	w.take(i)
	best, top, sum := int32(-1), 0.0, 1.0 // the 1 is for a group that nobody has seen
	stay := 0.0
	for _, g := range w.near(i) {
		if w.connection(i, g) < w.strong || w.barred(i, g) {
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
	sure := w.m.b.model.Param("attribute")
	switch {
	case best >= 0 && top >= sure*sum && (alone || top >= 2*stay):
	case alone || stay > 0:
		best = was
	default:
		best = w.free(i)
	}
	w.place(i, best)
	return best != was
}

// connection is what rules out that a node shares values with a group by
// chance, whoever stands behind them.
func (w *world) connection(i, g int32) int32 {
	var best [numFamilies]int32
	for _, t := range w.nodes[i].tokens {
		if v := &w.values[t.value]; v.count(g) > 0 {
			best[v.family] = max(best[v.family], min(v.prior, t.bits))
		}
	}
	return w.sum(best)
}

// fit is log2 of how much better the group explains what the node holds than
// a stranger would, times how many reports the group has in that month.
func (w *world) fit(i, g int32) float64 {
	n := &w.nodes[i]
	bits := math.Log2(0.5 + float64(w.stats.get(tallyKey(g, n.month, 0)).tokens))
	var sum tallyOf
	for _, t := range n.tokens {
		v := &w.values[t.value]
		own := (float64(v.count(g)) + v.base) / (float64(w.seenIn(g, v)) + 1)
		sum.add(v.family, w.weight(t, v)*math.Log2((1-v.share)*own/v.base+v.share))
	}
	return bits + sum.total(w.second)
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
