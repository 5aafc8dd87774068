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
	best := w.likeliest(i, near, was)
	switch {
	case best.group >= 0 && best.odds >= w.p.attribute*best.all && (alone || best.odds >= 2*best.stay):
	case alone:
		best.group = w.again(was)
	case best.stay > 0:
		best.group = was
	default:
		best.group = w.vacant()
	}
	w.place(i, best.group)
	if best.group != was {
		w.clock++
		w.stampOf(i)
	}
	return best.group != was
}

// likely is the group that a node most probably belongs to (-1 = none), by
// odds; those of the group that it is in, and those of all together.
type likely struct {
	group           int32
	odds, stay, all float64
}

// likeliest finds among some groups the one that a node most probably belongs
// to. Those with which it shares too little to rule out chance do not count.
func (w *world) likeliest(i int32, groups []int32, was int32) likely {
	best := likely{group: -1, all: 1} // the 1 is for a group that nobody has seen
	for _, g := range groups {
		if w.connection(i, g) < w.p.strong || w.barred(i, g) {
			continue
		}
		odds := math.Exp2(min(w.fit(i, g), 200))
		best.all += odds
		if g == was {
			best.stay = odds
		}
		if odds > best.odds*(1+1e-9) {
			best.group, best.odds = g, odds
		}
	}
	return best
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
		share := v.share
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
