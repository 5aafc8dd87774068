package link

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
)

// asking is the question to which group a node belongs. It is asked without
// taking the node out of the group that it is in: what the node itself counts
// there is left out of account. Asking changes nothing in the world, so many
// nodes may be asked side by side, each with an asking of its own.
type asking struct {
	w      *world
	node   int32
	tokens []token
	was    int32   // the group that the node shares with others, -1 if with none
	near   []int32 // the groups that share a value with it, ascending; its own only if it shares that with others
	counts []int32 // near by near, token by token: how many other reports of the group hold the value
	slot   []int32 // by group: its place in near + 1; zero between questions
	hopes  []hope
}

// hope is the most that a near group can come to, as far as can be told
// without looking up what it counts: of most groups that is enough to leave
// them alone.
type hope struct {
	near int
	bits float64
}

// hoping lists the near groups that are worth a look, the node's own first and
// then those that may come to most.
func (q *asking) hoping(of func(n int) (hope, bool)) []hope {
	out := q.hopes[:0]
	for n, g := range q.near {
		h, ok := of(n)
		if !ok || q.w.barred(q.node, g) {
			continue
		}
		if g == q.was {
			h.bits = math.Inf(1)
		}
		out = append(out, h)
	}
	slices.SortFunc(out, func(x, y hope) int {
		return cmp.Or(cmp.Compare(y.bits, x.bits), cmp.Compare(x.near, y.near))
	})
	q.hopes = out
	return out
}

// ask finds the groups near a node, and how often each names its values.
func (q *asking) ask(i int32) {
	w := q.w
	q.node, q.tokens, q.was = i, w.tokensOf(i), -1
	alone := int32(-1)
	if g := w.of[i]; g >= 0 && w.groups[g].nodes > 1 {
		q.was = g
	} else {
		alone = g
	}
	q.findNear(alone)
	q.count()
}

// findNear lists all groups that hold a value which few hold, and the largest
// of one that many hold.
func (q *asking) findNear(but int32) {
	w := q.w
	out := q.near[:0]
	for k := range q.tokens {
		t := &q.tokens[k]
		if t.bits < w.p.medium {
			continue // holds nothing by itself (DESIGN §7.5)
		}
		h := &w.values[t.value].holders
		if h.many() {
			out = append(out, h.ranked()...)
			continue
		}
		for _, x := range h.list {
			out = append(out, x.group)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if k, ok := slices.BinarySearch(out, but); ok {
		out = slices.Delete(out, k, k+1)
	}
	q.near = out
}

func (q *asking) count() {
	w, width := q.w, len(q.tokens)
	if n := len(w.groups); len(q.slot) < n {
		q.slot = append(q.slot, make([]int32, n-len(q.slot))...)
	}
	q.counts = slices.Grow(q.counts[:0], len(q.near)*width)[:len(q.near)*width]
	clear(q.counts)
	for n, g := range q.near {
		q.slot[g] = int32(n + 1)
	}
	for k := range q.tokens {
		t := &q.tokens[k]
		h := &w.values[t.value].holders
		if len(h.list) > 2*len(q.near) && h.many() {
			for n, g := range q.near {
				q.counts[n*width+k] = h.count(g)
			}
		} else {
			for _, x := range h.list {
				if n := q.slot[x.group]; n > 0 {
					q.counts[int(n-1)*width+k] = x.count
				}
			}
		}
		if q.was >= 0 {
			if n := q.slot[q.was]; n > 0 {
				q.counts[int(n-1)*width+k] -= t.count
			}
		}
	}
	for _, g := range q.near {
		q.slot[g] = 0
	}
}

// of gives how many reports of a near group hold each of the node's values.
func (q *asking) of(n int) []int32 { return q.counts[n*len(q.tokens) : (n+1)*len(q.tokens)] }

// stat is a near group's counts for a kind in a month, without the node.
func (q *asking) stat(n int, month int32, kind uint8) stat {
	g := q.near[n]
	s := q.w.stat(&q.w.groups[g], month, kind)
	if g == q.was {
		own := q.own(n, month, month, kind)
		s.tokens -= own.tokens
		s.repeats = max(s.repeats-own.repeats, 0)
	}
	return s
}

// seenIn counts the reports of a near group, without the node, that name a
// value of this kind while this one was in use.
func (q *asking) seenIn(n int, v *value) int32 {
	g := q.near[n]
	seen := q.w.seenIn(&q.w.groups[g], v)
	if g == q.was {
		seen -= q.own(n, v.from, v.to, v.kind).tokens
	}
	return seen
}

// own is what the node counts in the group that it is in.
func (q *asking) own(n int, from, to int32, kind uint8) (s stat) {
	w := q.w
	if kind == 0 {
		if month := w.nodes[q.node].month; month >= from && month <= to {
			s.tokens = w.weightOf(q.node)
		}
		return s
	}
	others := q.of(n)
	for k := range q.tokens {
		t := &q.tokens[k]
		if t.month < from || t.month > to || w.kindOf[t.value] != kind {
			continue
		}
		s.tokens += t.count
		s.repeats += t.count
		if others[k] == 0 {
			s.repeats-- // the first to name it repeats nobody
		}
	}
	return s
}

// saves gives the group in which the node saves most, its own being preferred:
// -1 for one of its own.
func (q *asking) saves() int32 {
	best, bestGain := int32(-1), 0.0
	for _, h := range q.hoping(q.mayJoin) {
		if h.bits <= bestGain-1e-9 {
			break
		}
		g, gain := q.near[h.near], q.joining(h)
		if gain > bestGain+1e-9 || gain > bestGain-1e-9 && best != q.was && (g == q.was || g < best) {
			best, bestGain = g, gain
		}
	}
	return best
}

// mayJoin is the most that a node could save by being in a group: each value
// that both hold named by all of the group that could have. Groups that it may
// not join by the rule of §7.5 are left out. Without a strong value it must
// save what two groups must that become one, else the first report that bought
// the other ring's kit and took up its number would draw all of its own after it.
func (q *asking) mayJoin(n int) (hope, bool) {
	w := q.w
	var best [numFamilies]int32
	for k, c := range q.of(n) {
		if c > 0 {
			t := &q.tokens[k]
			v := &w.values[t.value]
			best[v.family] = max(best[v.family], min(v.worth, t.bits))
		}
	}
	if w.p.sum(&best) == 0 {
		return hope{}, false // as of most
	}
	var sum tallyOf
	for k, c := range q.of(n) {
		if c > 0 {
			t := &q.tokens[k]
			v := &w.values[t.value]
			sum.add(v.family, v.weight(t)*v.mostJoining)
		}
	}
	most := sum.total(w.p.second) + w.p.assign*lg(1+w.groups[q.near[n]].size)
	if slices.Max(best[:]) < w.p.strong {
		return hope{n, most - w.p.merge}, true
	}
	return hope{n, most}, true
}

// joining is what a node saves, in bits, by being in a group, against being
// alone.
func (q *asking) joining(h hope) float64 {
	w := q.w
	gain := 0.0
	var best [numFamilies]int32
	var sum tallyOf
	for k, c := range q.of(h.near) {
		t := &q.tokens[k]
		v := &w.values[t.value]
		if s := q.stat(h.near, t.month, v.kind); s.tokens > 0 {
			gain -= float64(s.repeats) * (lg(s.tokens+1) - lg(s.tokens))
		}
		if c == 0 {
			continue
		}
		often := float64(c) / float64(max(q.seenIn(h.near, v), c)) / v.base
		sum.add(v.family, v.weight(t)*math.Log2(1+(1-v.share)/v.share*often))
		best[v.family] = max(best[v.family], min(v.worth, t.bits))
	}
	gain += sum.total(w.p.second)
	gain += w.p.assign * lg(1+q.stat(h.near, w.nodes[q.node].month, 0).tokens)
	if slices.Max(best[:]) < w.p.strong {
		gain -= w.p.merge
	}
	return gain
}

// likely is the group that a node most probably belongs to (-1 = none), by
// odds; those of the group that it is in, and those of all together.
type likely struct {
	group           int32
	odds, stay, all float64
}

// likeliest finds among the near groups the one that the node most probably
// belongs to. Those with which it shares too little to rule out chance do not
// count, nor those that are not wanted (nil = all are).
func (q *asking) likeliest(wanted func(g int32) bool) likely {
	best := likely{group: -1, all: 1} // the 1 is for a group that nobody has seen
	for _, h := range q.hoping(func(n int) (hope, bool) {
		if q.connection(n) < q.w.p.strong || wanted != nil && !wanted(q.near[n]) {
			return hope{}, false
		}
		return q.mayFit(n), true
	}) {
		if h.bits < math.Log2(best.all)-outOfSight {
			break
		}
		g := q.near[h.near]
		odds := math.Exp2(min(q.fit(h.near), 200))
		best.all += odds
		if g == q.was {
			best.stay = odds
		}
		if odds > best.odds*(1+1e-9) {
			best.group, best.odds = g, odds
		}
	}
	return best
}

// outOfSight is by how many bits a group may fall short of the others before
// it changes nobody's odds.
const outOfSight = 20

// mayFit is the most that fit could be: each value that both hold named by all
// of the group, and none missing.
func (q *asking) mayFit(n int) hope {
	w := q.w
	var sum tallyOf
	for k, c := range q.of(n) {
		if c > 0 {
			v := &w.values[q.tokens[k].value]
			sum.add(v.family, v.weight(&q.tokens[k])*v.mostFit)
		}
	}
	return hope{n, math.Log2(0.5+float64(w.groups[q.near[n]].size)) + sum.total(w.p.second)}
}

// connection is what rules out that a node shares values with a group by
// chance, whoever stands behind them.
func (q *asking) connection(n int) int32 {
	var best [numFamilies]int32
	for k, c := range q.of(n) {
		if c > 0 {
			v := &q.w.values[q.tokens[k].value]
			bits := min(v.prior, q.tokens[k].bits)
			if q.near[n] == q.was && bits >= q.w.p.medium {
				bits += v.sure // it may hang there, see gather
			}
			best[v.family] = max(best[v.family], bits)
		}
	}
	return q.w.p.sum(&best)
}

// fit is log2 of how much better the group explains what the node holds than
// a stranger would, times how many reports the group has in that month.
func (q *asking) fit(n int) float64 {
	bits := math.Log2(0.5 + float64(q.stat(n, q.w.nodes[q.node].month, 0).tokens))
	var sum tallyOf
	for k, c := range q.of(n) {
		v := &q.w.values[q.tokens[k].value]
		sum.add(v.family, v.fit(&q.tokens[k], c, q.seenIn(n, v)))
	}
	return bits + sum.total(q.w.p.second)
}

// fit is how much better a token is explained by a group, of whose reports so
// many hold the value and so many could, than by a stranger, in bits.
func (v *value) fit(t *token, count, seen int32) float64 {
	own := (float64(count) + v.base) / (float64(seen) + 1)
	return v.weight(t) * math.Log2((1-v.share)*own/v.base+v.share)
}

// answer is where a node is to go: a group, or -1 for one of its own.
type answer struct{ node, group int32 }

// Nodes are asked in blocks: large enough that asking side by side pays, and
// small enough that few of a block touch the same group.
const (
	blockMost  = 256
	blockShare = 128 // of all nodes a block is at most one in so many
	blockLeast = 16  // fewer are not worth the hand-over
)

// inBlocks asks nodes where they belong, a block at a time and side by side,
// and moves them in their order; it says whether any moved. A node is asked
// again at its turn if its group, or the one that it wants, gained or lost
// another of the block. What comes of it depends on the nodes and their order
// and not on how many are asked at once.
func (w *world) inBlocks(wanted func(i int32) bool, where func(q *asking) int32) (moved bool) {
	block := min(max(w.len()/blockShare, 1), blockMost)
	askings := make([]asking, max(1, min(runtime.GOMAXPROCS(0), block/blockLeast)))
	for k := range askings {
		askings[k].w = w
	}
	answers := make([]answer, 0, block)
	ask := func(q *asking, a *answer) {
		q.ask(a.node)
		a.group = where(q)
	}
	for from := 0; from < w.len(); from += block {
		answers = answers[:0]
		for i := from; i < min(from+block, w.len()); i++ {
			if wanted(int32(i)) {
				answers = append(answers, answer{node: int32(i)})
			}
		}
		w.clock++
		at := w.clock
		w.sideBySide(askings, answers, ask)
		w.turn++
		for k := range answers {
			a := &answers[k]
			if k > 0 && w.shifted(a) {
				ask(&askings[0], a)
			}
			w.seen[a.node] = at
			moved = w.shift(a) || moved
		}
	}
	return moved
}

func (w *world) sideBySide(askings []asking, answers []answer, ask func(*asking, *answer)) {
	n := min(len(askings), max(1, len(answers)/blockLeast))
	var rest sync.WaitGroup
	for k := 1; k < n; k++ {
		part := answers[k*len(answers)/n : (k+1)*len(answers)/n]
		rest.Go(func() {
			for i := range part {
				ask(&askings[k], &part[i])
			}
		})
	}
	for i := range answers[:len(answers)/n] {
		ask(&askings[0], &answers[i])
	}
	rest.Wait()
}

// shifted says whether the group of a node, or the one that it wants, gained
// or lost a node in this block.
func (w *world) shifted(a *answer) bool {
	return w.groups[w.of[a.node]].turn == w.turn || a.group >= 0 && w.groups[a.group].turn == w.turn
}

// shift moves a node to where it is to go and says whether that is elsewhere.
func (w *world) shift(a *answer) bool {
	was := w.of[a.node]
	if a.group == was || a.group < 0 && w.groups[was].nodes == 1 {
		return false
	}
	w.take(a.node)
	if a.group < 0 {
		a.group = w.vacant()
	}
	w.place(a.node, a.group)
	w.groups[was].turn, w.groups[a.group].turn = w.turn, w.turn
	w.clock++
	w.stampMove(a.node, was, a.group)
	w.seen[a.node] = w.clock
	return true
}
