package link

import (
	"math"
	"slices"
)

// insert places the nodes one by one, in order of time, each where it saves
// most among the groups that are there.
func (w *world) insert() {
	for i := range w.len() {
		g, ok := w.best(int32(i), -1)
		if !ok {
			g = w.vacant()
		}
		w.place(int32(i), g)
		w.clock++
		w.seen[i] = w.clock
		w.stampOf(int32(i))
	}
}

// settle moves nodes, in order of time, to where they save most, until none
// moves. A node is weighed again only if a value of its has changed hands.
func (w *world) settle() {
	for range settlePasses {
		moved := false
		for i := range w.len() {
			if w.stale(int32(i)) && w.move(int32(i)) {
				moved = true
			}
		}
		if !moved {
			return
		}
	}
}

// stale says whether any value of a node changed since it was last weighed.
func (w *world) stale(i int32) bool {
	for k := range w.tokensOf(i) {
		t := &w.tokens[w.nodes[i].tokens+uint32(k)]
		if t.bits >= w.p.medium && w.values[t.value].stamp > w.seen[i] {
			return true
		}
	}
	return false
}

// stampOf marks a node's values as changed. One report more or less in a
// value that many groups hold changes nobody's mind.
func (w *world) stampOf(i int32) {
	for _, t := range w.tokensOf(i) {
		if v := &w.values[t.value]; v.holders.index == nil {
			v.stamp = w.clock
		}
	}
}

func (w *world) move(i int32) bool {
	was := w.of[i]
	alone := w.groups[was].nodes == 1
	w.take(i)
	best, ok := w.best(i, was)
	switch {
	case ok:
	case alone:
		best = w.again(was)
	default:
		best = w.vacant()
	}
	w.place(i, best)
	w.clock++
	if best != was {
		w.stampOf(i)
	}
	w.seen[i] = w.clock
	return best != was
}

// again takes a group off the free list that was just put there.
func (w *world) again(g int32) int32 {
	if n := len(w.free) - 1; n >= 0 && w.free[n] == g {
		w.free = w.free[:n]
		return g
	}
	return w.vacant()
}

// best gives the group in which a node saves most, was being preferred.
func (w *world) best(i, was int32) (int32, bool) {
	best, bestGain := int32(-1), 0.0
	for _, g := range w.near(i) {
		gain, held := w.joining(i, g)
		if held == 0 || w.barred(i, g) {
			continue
		}
		if gain > bestGain+1e-9 || gain > bestGain-1e-9 && g == was {
			best, bestGain = g, gain
		}
	}
	return best, best >= 0
}

// near lists the groups that share a value with the node, ascending: all that
// hold a value which few hold, the largest of one that many hold.
func (w *world) near(i int32) []int32 {
	out := w.buf[:0]
	for k := range w.tokensOf(i) {
		t := &w.tokens[w.nodes[i].tokens+uint32(k)]
		if t.bits < w.p.medium {
			continue // holds nothing by itself (DESIGN §7.5)
		}
		h := &w.values[t.value].holders
		if h.index != nil {
			out = append(out, h.largest()...)
			continue
		}
		for _, x := range h.list {
			out = append(out, x.group)
		}
	}
	slices.Sort(out)
	w.buf = out
	return slices.Compact(out)
}

// joining is what a node saves, in bits, by being in a group, against being
// alone; and the evidence that holds it there, for the rule of §7.5. Without a
// strong value it must save what two groups must that become one, else the
// first report that bought the other ring's kit and took up its number would
// draw all of its own after it.
func (w *world) joining(i, g int32) (gain float64, held int32) {
	gr := &w.groups[g]
	var best [numFamilies]int32
	var sum tallyOf
	for k := range w.tokensOf(i) {
		t := &w.tokens[w.nodes[i].tokens+uint32(k)]
		v := &w.values[t.value]
		if s := w.stat(gr, t.month, v.kind); s.tokens > 0 {
			gain -= float64(s.repeats) * (lg(s.tokens+1) - lg(s.tokens))
		}
		c := v.holders.count(g)
		if c == 0 {
			continue
		}
		share := v.share
		sum.add(v.family, v.weight(t)*math.Log2(1+(1-share)/share*float64(c)/float64(max(w.seenIn(gr, v), c))/v.base))
		best[v.family] = max(best[v.family], min(v.worth, t.bits))
	}
	gain += sum.total(w.p.second)
	gain += w.p.assign * lg(1+w.stat(gr, w.nodes[i].month, 0).tokens)
	if slices.Max(best[:]) < w.p.strong {
		gain -= w.p.merge
	}
	return gain, w.p.sum(&best)
}
