package link

import (
	"cmp"
	"slices"
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
	stats  []stat // kind by kind, month by month
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
	return g.stats[int32(kind)*g.months+month-g.from]
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
	row := g.stats[int32(v.kind)*g.months : (int32(v.kind)+1)*g.months]
	for month := max(v.from-g.from, 0); month <= min(v.to-g.from, g.months-1); month++ {
		n += row[month].tokens
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
		for k := range w.kinds {
			copy(stats[k*months+g.from-from:], g.stats[k*g.months:(k+1)*g.months])
		}
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
	g.at(w.nodes[g.only].month, 0).tokens += w.weightOf(g.only)
	for _, t := range w.tokensOf(g.only) {
		s := g.at(t.month, w.values[t.value].kind)
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
		if v.holders.add(g, t) {
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
// the counts a function of the partition alone.
func (w *world) recount() {
	number := make([]int32, len(w.groups))
	was := slices.Clone(w.of)
	w.dissolve()
	for i, g := range was {
		if number[g] == 0 {
			w.groups = append(w.groups, group{})
			number[g] = int32(len(w.groups))
		}
		w.place(int32(i), number[g]-1)
	}
}

// holder is how often a group holds a value, the best it is worth there, and
// the month in which the group first named it.
type holder struct {
	group int32
	count int32
	bits  int32
	first int32
}

// holders are the groups that hold a value. A value that many hold is indexed
// and knows the largest.
type holders struct {
	list  []holder
	index map[int32]int32 // of a group in list, once there are many
	top   []int32         // the groups that hold it most, most first
	aged  int             // changes since top was found
}

const (
	fewHolders = 24 // up to here a list is searched from its start
	topHolders = 8
)

func (h *holders) find(g int32) int {
	if h.index != nil {
		if i, ok := h.index[g]; ok {
			return int(i)
		}
		return -1
	}
	for i := range h.list {
		if h.list[i].group == g {
			return i
		}
	}
	return -1
}

func (h *holders) count(g int32) int32 {
	if i := h.find(g); i >= 0 {
		return h.list[i].count
	}
	return 0
}

// add counts a token in a group and says whether it is the group's first.
func (h *holders) add(g int32, t *token) bool {
	h.aged++
	if i := h.find(g); i >= 0 {
		x := &h.list[i]
		x.count += t.count
		x.bits, x.first = max(x.bits, t.bits), min(x.first, t.month)
		return false
	}
	h.push(holder{g, t.count, t.bits, t.month})
	return true
}

func (h *holders) push(x holder) {
	h.list = append(h.list, x)
	switch {
	case h.index != nil:
		h.index[x.group] = int32(len(h.list) - 1)
	case len(h.list) > fewHolders:
		h.index = make(map[int32]int32, 2*len(h.list))
		for i := range h.list {
			h.index[h.list[i].group] = int32(i)
		}
		h.aged = len(h.list)
	}
}

// remove counts tokens out of a group and says whether it holds none now.
func (h *holders) remove(g, count int32) bool {
	h.aged++
	i := h.find(g)
	h.list[i].count -= count
	if h.list[i].count > 0 {
		return false
	}
	h.drop(i)
	return true
}

func (h *holders) drop(i int) {
	last := len(h.list) - 1
	if h.index != nil {
		delete(h.index, h.list[i].group)
		if i != last {
			h.index[h.list[last].group] = int32(i)
		}
	}
	h.list[i] = h.list[last]
	h.list = h.list[:last]
}

func (h *holders) clear() {
	h.list = h.list[:0]
	h.index, h.top, h.aged = nil, nil, 0
}

// largest gives the groups that hold the value most, found anew when a
// quarter of the holders may have changed.
func (h *holders) largest() []int32 {
	if h.aged > len(h.list)/4 {
		h.rank()
	}
	return h.top
}

func (h *holders) rank() {
	h.aged = 0
	var best [topHolders]holder
	n := 0
	for _, x := range h.list {
		if n == topHolders && !x.more(best[n-1]) {
			continue
		}
		n = min(n+1, topHolders)
		k := n - 1
		for ; k > 0 && x.more(best[k-1]); k-- {
			best[k] = best[k-1]
		}
		best[k] = x
	}
	h.top = h.top[:0]
	for _, x := range best[:n] {
		h.top = append(h.top, x.group)
	}
}

func (x holder) more(y holder) bool {
	return cmp.Or(cmp.Compare(y.count, x.count), cmp.Compare(x.group, y.group)) < 0
}
