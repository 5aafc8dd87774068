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
	stats  []stat // kind by kind, month by month: a value asks for its kind while it was in use
	turn   uint32 // when a node last came or went, see world.inBlocks
	_      uint64 // to 64 bytes, a line of a core's cache: groups are met at random
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
	return *g.at(month, kind)
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
		if t.month >= from && t.month <= to && w.kindOf[t.value] == kind {
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
	for _, s := range g.during(v) {
		n += s.tokens
	}
	return n
}

// during gives a group's counts for a value's kind while the value was in use.
func (g *group) during(v *value) []stat {
	from, to := max(v.from-g.from, 0), min(v.to-g.from, g.months-1)
	if from > to {
		return nil
	}
	row := int32(v.kind) * g.months
	return g.stats[row+from : row+to+1]
}

// cover makes room for months in a group's counts.
func (w *world) cover(g *group, from, to int32) {
	if g.stats != nil && from >= g.from && to < g.from+g.months {
		return
	}
	if g.stats != nil {
		from, to = min(from, g.from), max(to, g.from+g.months-1)
	}
	had := *g
	g.from, g.months = from, to-from+1
	g.stats = make([]stat, g.months*w.kinds)
	g.addStats(&had)
}

// addStats adds the counts of a group that covers no other months.
func (g *group) addStats(x *group) {
	for row := 0; row < len(x.stats); row += int(x.months) {
		to := g.stats[row/int(x.months)*int(g.months)+int(x.from-g.from):]
		for k, s := range x.stats[row : row+int(x.months)] {
			to[k].tokens += s.tokens
			to[k].repeats += s.repeats
		}
	}
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
	g.at(w.nodes[g.only].month, 0).tokens += w.weightOf(g.only)
	for _, t := range w.tokensOf(g.only) {
		s := g.at(t.month, w.kindOf[t.value])
		s.tokens += t.count
		s.repeats += t.count - 1
	}
}

func (g *group) at(month int32, kind uint8) *stat {
	return &g.stats[int32(kind)*g.months+month-g.from]
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
		gr.at(w.nodes[i].month, 0).tokens += w.weightOf(i)
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
			s := gr.at(t.month, v.kind)
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
		gr.at(w.nodes[i].month, 0).tokens -= w.weightOf(i)
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
			s := gr.at(t.month, v.kind)
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
		w.counts[k].used, w.counts[k].rest = 0, nil
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
	stats [][]stat // room for the groups' counts; so many are in use, and of the last this is left
	used  int
	rest  []stat
}

// A room for counts is as long as all before it together, from 32 KiB to 8 MiB.
const (
	statsLeast   = 1 << 12
	statsDoubles = 8
)

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
			gr.at(w.nodes[i].month, 0).tokens += w.weightOf(i)
		}
		for _, t := range w.tokensOf(i) {
			again := c.token(g, &t)
			if gr.stats == nil {
				continue
			}
			s := gr.at(t.month, w.kindOf[t.value])
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
	gr.stats = c.room(int(gr.months * c.w.kinds))
	clear(gr.stats)
}

// room gives a place for so many counts until all is counted anew.
func (c *counting) room(n int) []stat {
	for len(c.rest) < n {
		if c.used == len(c.stats) {
			c.stats = append(c.stats, long[stat](c.w.sp, max(n, statsLeast<<min(c.used, statsDoubles))))
		}
		c.rest = c.stats[c.used]
		c.used++
	}
	out := c.rest[:n:n]
	c.rest = c.rest[n:]
	return out
}
