package link

// insert places the nodes one by one, in order of time, each where it saves
// most among the groups that are there.
func (w *world) insert() {
	q := asking{w: w}
	for i := range int32(w.len()) {
		q.ask(i)
		g := q.saves()
		if g < 0 {
			g = w.vacant()
		}
		w.place(i, g)
		w.clock++
		w.seen[i] = w.clock
		w.stampOf(i)
	}
}

// settle moves nodes, in order of time, to where they save most, until none
// moves. A node is asked again only if a value of its has changed hands.
func (w *world) settle() {
	for range settlePasses {
		if !w.inBlocks(w.stale, (*asking).saves) {
			return
		}
	}
}

// stale says whether any value of a node changed since it was last asked.
func (w *world) stale(i int32) bool {
	for k := range w.tokensOf(i) {
		t := &w.tokens[w.nodes[i].tokens+uint32(k)]
		if t.bits >= w.p.medium && w.stamps[t.value] > w.seen[i] {
			return true
		}
	}
	return false
}

// stampOf marks a node's values as changed. One report more or less in a
// value that many groups hold changes nobody's mind.
func (w *world) stampOf(i int32) {
	for _, t := range w.tokensOf(i) {
		if !w.values[t.value].holders.many() {
			w.stamps[t.value] = w.clock
		}
	}
}

// heeds is of how many reports of a group that hold a value one more or less
// changes somebody's mind.
const heeds = 16

// stampMove marks the values of a node that went from one group to another, but
// not those of which either holds so many that one is next to nothing.
func (w *world) stampMove(i, from, to int32) {
	for _, t := range w.tokensOf(i) {
		h := &w.values[t.value].holders
		if !h.many() && max(h.count(from), h.count(to)) < heeds*t.count {
			w.stamps[t.value] = w.clock
		}
	}
}
