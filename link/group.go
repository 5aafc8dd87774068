package link

import (
	"slices"
	"sync"
)

// stat counts a group's reports that name a value of a kind in a month, and
// how many of them name one that the group had named before.
type stat struct{ tokens, repeats int32 }

// group is who is together so far. A group of one node has no counts of its
// own: they are read off the node.
type group struct {
	size   int32 // reports
	nodes  int32
	only   int32 // the node, while there are no counts
	from   int32 // first month that stats cover
	months int32
	stats  []stat // month by month, kind by kind: a report asks for one month's kinds
	turn   uint32 // when a node last came or went, see world.inBlocks
}

func (g *group) has(month int32) bool { return uint32(month-g.from) < uint32(g.months) }

// stat gives a group's counts for a kind in a month.
func (w *world) stat(g *group, month int32, kind uint8) stat {
	if g.stats == nil {
		return w.loneStat(g, month, month, kind)
	}
	if !g.has(month) {
		return stat{}
	}
	return g.stats[(month-g.from)*w.kinds+int32(kind)]
}

// loneStat counts what the only node of a group says of a kind in some months.
func (w *world) loneStat(g *group, from, to int32, kind uint8) (s stat) {
	if g.nodes == 0 {
		return s
	}
	if kind == 0 {
		if n := &w.nodes[g.only]; n.month >= from && n.month <= to {
			s.tokens = w.weightOf(g.only)
		}
		return s
	}
	for _, t := range w.tokensOf(g.only) {
		if t.month >= from && t.month <= to && w.values[t.value].kind == kind {
			s.tokens += t.count
			s.repeats += t.count - 1
		}
	}
	return s
}

// seenIn counts the reports of a group that name a value of this kind while
// this one was in use.
func (w *world) seenIn(g *group, v *value) int32 {
	if g.stats == nil {
		return w.loneStat(g, v.from, v.to, v.kind).tokens
	}
	n := int32(0)
	for month := max(v.from-g.from, 0); month <= min(v.to-g.from, g.months-1); month++ {
		n += g.stats[month*w.kinds+int32(v.kind)].tokens
	}
	return n
}

// cover makes room for months in a group's counts.
func (w *world) cover(g *group, from, to int32) {
	if g.stats != nil && from >= g.from && to < g.from+g.months {
		return
	}
	if g.stats != nil {
		from, to = min(from, g.from), max(to, g.from+g.months-1)
	}
	months := to - from + 1
	stats := make([]stat, months*w.kinds)
	if g.stats != nil {
		copy(stats[(g.from-from)*w.kinds:], g.stats)
	}
	g.from, g.months, g.stats = from, months, stats
}

// span gives the first and last month of a node's tokens and itself.
func (w *world) span(i int32) (from, to int32) {
	from, to = w.nodes[i].month, w.nodes[i].month
	for _, t := range w.tokensOf(i) {
		from, to = min(from, t.month), max(to, t.month)
	}
	return from, to
}

// open writes out the counts of a group of one node, so that more can be
// added.
func (w *world) open(g *group) {
	if g.stats != nil || g.nodes == 0 {
		return
	}
	from, to := w.span(g.only)
	w.cover(g, from, to)
	w.at(g, w.nodes[g.only].month, 0).tokens += w.weightOf(g.only)
	for _, t := range w.tokensOf(g.only) {
		s := w.at(g, t.month, w.values[t.value].kind)
		s.tokens += t.count
		s.repeats += t.count - 1
	}
}

func (w *world) at(g *group, month int32, kind uint8) *stat {
	return &g.stats[(month-g.from)*w.kinds+int32(kind)]
}

// vacant gives a group that nobody is in.
func (w *world) vacant() int32 {
	if n := len(w.free); n > 0 {
		g := w.free[n-1]
		w.free = w.free[:n-1]
		return g
	}
	w.groups = append(w.groups, group{})
	return int32(len(w.groups) - 1)
}

// place puts a node into a group and counts it there.
func (w *world) place(i, g int32) {
	w.counted = false
	w.of[i] = g
	gr := &w.groups[g]
	dense := gr.nodes > 0
	if dense {
		w.open(gr)
		w.cover(gr, w.nodes[i].month, w.nodes[i].month)
		w.at(gr, w.nodes[i].month, 0).tokens += w.weightOf(i)
	} else {
		gr.only, gr.stats = i, nil
	}
	gr.nodes++
	gr.size += w.weightOf(i)
	for k := range w.tokensOf(i) {
		t := &w.tokens[w.nodes[i].tokens+uint32(k)]
		v := &w.values[t.value]
		repeats := t.count
		if v.holders.add(g, t, w.arenaOf(t.value)) {
			repeats--
		}
		if dense {
			w.cover(gr, t.month, t.month)
			s := w.at(gr, t.month, v.kind)
			s.tokens += t.count
			s.repeats += repeats
		}
	}
}

// take takes a node out of its group.
func (w *world) take(i int32) {
	w.counted = false
	g := w.of[i]
	gr := &w.groups[g]
	w.of[i] = -1
	gr.nodes--
	gr.size -= w.weightOf(i)
	dense := gr.nodes > 0
	if dense {
		w.at(gr, w.nodes[i].month, 0).tokens -= w.weightOf(i)
	} else {
		gr.stats = nil
		w.free = append(w.free, g)
	}
	for k := range w.tokensOf(i) {
		t := &w.tokens[w.nodes[i].tokens+uint32(k)]
		v := &w.values[t.value]
		repeats := t.count
		if v.holders.remove(g, t.count) {
			repeats--
		}
		if dense {
			s := w.at(gr, t.month, v.kind)
			s.tokens -= t.count
			s.repeats = max(s.repeats-repeats, 0)
		}
	}
}

// recount counts values and months anew. Which of a group's reports was the
// first to name a value shifts as nodes move; counting in order of time makes
// the counts a function of the partition alone. It counts group by group: what
// a group counts is then near at hand, and a value is met once a group.
//
// Some groups at a time are counted side by side; then who holds each value is
// listed, group after group, side by side for different values. So the lists
// are as if one had counted all.
func (w *world) recount() {
	if w.counted {
		return
	}
	starts, order := w.byGroup()
	w.forget()
	w.groups = slices.Grow(w.groups, len(starts)-1)[:len(starts)-1]
	clear(w.groups)
	for len(w.counts) < len(w.arenas) {
		w.counts = append(w.counts, counting{w: w, at: make([]int32, len(w.values))})
	}
	for k := range w.counts {
		w.counts[k].stats = w.counts[k].stats[:0]
	}
	for from := 0; from < len(w.groups); {
		to, _ := slices.BinarySearch(starts[:len(w.groups)], starts[from]+countedNodes*uint32(len(w.counts)))
		to = max(to, from+1)
		w.beside(func(k int) {
			share := func(k int) int { // the first group of its part, parts by nodes
				at := starts[from] + uint32(k)*((starts[to]-starts[from])/uint32(len(w.counts))+1)
				g, _ := slices.BinarySearch(starts[from:to], at)
				return from + g
			}
			c := &w.counts[k]
			c.rows = c.rows[:0]
			for g := share(k); g < share(k+1); g++ {
				c.count(int32(g), order[starts[g]:starts[g+1]])
			}
		})
		w.beside(func(k int) {
			for i := range w.counts {
				for _, x := range w.counts[i].rows {
					if w.sideOf(x.value) == k {
						h := &w.values[x.value].holders
						h.list = append(roomy(w.arenas[k], h.list), x.holder)
					}
				}
			}
		})
		from = to
	}
	w.beside(func(k int) {
		for i := range w.values {
			if w.sideOf(int32(i)) == k {
				w.values[i].holders.reindex(w.arenas[k])
			}
		}
	})
	w.counted = true
}

// countedNodes is how many nodes are counted by each before what they hold is
// listed: what that is stays near at hand.
const countedNodes = 1 << 14

// beside runs something once for each arena, side by side.
func (w *world) beside(run func(k int)) {
	var rest sync.WaitGroup
	for k := 1; k < len(w.arenas); k++ {
		rest.Go(func() { run(k) })
	}
	run(0)
	rest.Wait()
}

// byGroup numbers the groups by their first nodes and gives the nodes of group
// g in their order: order[starts[g]:starts[g+1]].
func (w *world) byGroup() (starts []uint32, order []int32) {
	number := make([]int32, len(w.groups))
	starts = []uint32{0}
	for i, g := range w.of {
		if number[g] == 0 {
			starts = append(starts, 0)
			number[g] = int32(len(starts) - 1)
		}
		w.of[i] = number[g] - 1
		starts[number[g]]++
	}
	for g := 1; g < len(starts); g++ {
		starts[g] += starts[g-1]
	}
	order = make([]int32, len(w.of))
	next := slices.Clone(starts)
	for i, g := range w.of {
		order[next[g]] = int32(i)
		next[g]++
	}
	return starts, order
}

// counting counts groups one after the other.
type counting struct {
	w     *world
	at    []int32 // by value: its place in rows + 1; zero between groups
	rows  []holding
	stats []stat // room for the groups' counts
}

// holding is a value and who holds it.
type holding struct {
	value int32
	holder
}

func (c *counting) count(g int32, nodes []int32) {
	w := c.w
	gr := &w.groups[g]
	gr.only, gr.nodes = nodes[0], int32(len(nodes))
	c.cover(gr, nodes)
	first := len(c.rows)
	for _, i := range nodes {
		gr.size += w.weightOf(i)
		if gr.stats != nil {
			w.at(gr, w.nodes[i].month, 0).tokens += w.weightOf(i)
		}
		for _, t := range w.tokensOf(i) {
			again := c.token(g, &t)
			if gr.stats == nil {
				continue
			}
			s := w.at(gr, t.month, w.values[t.value].kind)
			s.tokens += t.count
			s.repeats += t.count - 1 + again
		}
	}
	for _, x := range c.rows[first:] {
		c.at[x.value] = 0
	}
}

// token counts a token of a group and gives 1 if the group had named the value
// before.
func (c *counting) token(g int32, t *token) (again int32) {
	if k := c.at[t.value]; k > 0 {
		x := &c.rows[k-1]
		x.count += t.count
		x.bits, x.first = max(x.bits, t.bits), min(x.first, t.month)
		return 1
	}
	c.rows = append(c.rows, holding{t.value, holder{g, t.count, t.bits, t.month}})
	c.at[t.value] = int32(len(c.rows))
	return 0
}

// cover makes room for the counts of a group of several nodes.
func (c *counting) cover(gr *group, nodes []int32) {
	if len(nodes) < 2 {
		return
	}
	from, to := c.w.span(nodes[0])
	for _, i := range nodes[1:] {
		f, t := c.w.span(i)
		from, to = min(from, f), max(to, t)
	}
	gr.from, gr.months = from, to-from+1
	n := int(gr.months * c.w.kinds)
	if cap(c.stats)-len(c.stats) < n {
		c.stats = make([]stat, 0, max(2*cap(c.stats), n, 1<<12)) // groups that were counted keep theirs
	}
	at := len(c.stats)
	c.stats = c.stats[:at+n]
	gr.stats = c.stats[at : at+n : at+n]
	clear(gr.stats)
}
