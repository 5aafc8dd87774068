package link

import "cmp"

// holder is how often a group holds a value, the best it is worth there, and
// the month in which the group first named it.
type holder struct {
	group int32
	count int32
	bits  int32
	first int32
}

// holders are the groups that hold a value. Their arrays are an arena's.
type holders struct {
	list []holder
	hub  *hub  // nil until there were many
	aged int32 // changes since it was last ranked
}

// hub is what is kept of a value that many hold: where each is and who holds
// it most.
type hub struct {
	index  []indexed         // by hash of the group
	top    [topHolders]int32 // the groups that hold it most, most first, as of when it was last ranked
	ranked int32             // how many of top there are
	_      uint32            // to 64 bytes: the arena's blocks are powers of two
}

// indexed is where in a list a group stands. With the group beside the place,
// to find that a group holds nothing takes no look into the list.
type indexed struct {
	group int32
	place int32 // + 1, 0 = free
}

const (
	fewHolders = 24 // up to here a list is searched from its start
	topHolders = 8
)

// many says that so many groups hold the value, or did since it was last
// counted, that they are indexed.
func (h *holders) many() bool { return h.hub != nil && len(h.hub.index) > 0 }

// ranked gives the groups that hold the value most, if many hold it.
func (h *holders) ranked() []int32 {
	if h.hub == nil {
		return nil
	}
	return h.hub.top[:h.hub.ranked]
}

// hashed is where a group's place in the index is looked for first (Knuth,
// The Art of Computer Programming 3, §6.4: multiplicative hashing).
func (h *hub) hashed(g int32) uint32 {
	return uint32(uint64(uint32(g)*2654435761) * uint64(len(h.index)) >> 32)
}

// at is where in the index a group stands, or would.
func (h *holders) at(g int32) uint32 {
	hub := h.hub
	k := hub.hashed(g)
	for hub.index[k].place != 0 && hub.index[k].group != g {
		k = hub.next(k)
	}
	return k
}

func (h *hub) next(k uint32) uint32 {
	if k++; k == uint32(len(h.index)) {
		return 0
	}
	return k
}

func (h *holders) find(g int32) int {
	if h.many() {
		return int(h.hub.index[h.at(g)].place) - 1
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

// countBoth counts for two groups in one look, if few hold the value; of the
// first only if the second holds none.
func (h *holders) countBoth(a, b int32) (na, nb int32) {
	if h.many() {
		if nb = h.count(b); nb == 0 {
			na = h.count(a)
		}
		return na, nb
	}
	for i := range h.list {
		switch x := &h.list[i]; x.group {
		case a:
			na = x.count
		case b:
			return na, x.count
		}
	}
	return na, 0
}

// add counts a token in a group and says whether it is the group's first.
func (h *holders) add(g int32, t *token, from *arena) bool {
	defer h.changed()
	if i := h.find(g); i >= 0 {
		x := &h.list[i]
		x.count += t.count
		x.bits, x.first = max(x.bits, t.bits), min(x.first, t.month)
		return false
	}
	h.push(holder{g, t.count, t.bits, t.month}, from)
	return true
}

func (h *holders) push(x holder, from *arena) {
	h.list = append(roomy(from, h.list), x)
	n := len(h.list)
	switch many := h.many(); {
	case n > fewHolders && (!many || 2*n > len(h.hub.index)):
		h.build(from)
	case many:
		h.hub.index[h.at(x.group)] = indexed{x.group, int32(n)}
	}
}

// build makes the index anew, with room to grow.
func (h *holders) build(from *arena) {
	if h.hub == nil {
		h.hub = &carve[hub](from, 1)[:1][0]
		*h.hub = hub{}
	}
	n := 3 * len(h.list)
	if cap(h.hub.index) < n {
		giveBack(from, h.hub.index)
		h.hub.index = carve[indexed](from, n)
	}
	h.hub.index = h.hub.index[:n]
	clear(h.hub.index)
	for i := range h.list {
		g := h.list[i].group
		h.hub.index[h.at(g)] = indexed{g, int32(i + 1)}
	}
}

// reindex is called after the list was filled: many are indexed and ranked.
func (h *holders) reindex(from *arena) {
	if len(h.list) > fewHolders {
		h.build(from)
		h.rank()
	}
}

// remove counts tokens out of a group and says whether it holds none now.
func (h *holders) remove(g, count int32) bool {
	defer h.changed()
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
	if h.many() {
		h.forget(h.at(h.list[i].group))
		if i != last {
			h.hub.index[h.at(h.list[last].group)].place = int32(i + 1)
		}
	}
	h.list[i] = h.list[last]
	h.list = h.list[:last]
}

// forget frees a place of the index and moves up what would not be found any
// more beyond it.
func (h *holders) forget(free uint32) {
	hub := h.hub
	n := uint32(len(hub.index))
	for k := hub.next(free); hub.index[k].place != 0; k = hub.next(k) {
		from := hub.hashed(hub.index[k].group)
		if (k+n-from)%n >= (k+n-free)%n {
			hub.index[free] = hub.index[k]
			free = k
		}
	}
	hub.index[free] = indexed{}
}

func (h *holders) clear() {
	h.list, h.aged = h.list[:0], 0
	if h.hub != nil {
		h.hub.index, h.hub.ranked = h.hub.index[:0], 0
	}
}

// changed ranks the largest holders anew when a quarter of all may have
// changed.
func (h *holders) changed() {
	h.aged++
	if h.many() && int(h.aged) > len(h.list)/4 {
		h.rank()
	}
}

// rank finds the groups that hold the value most.
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
	for k, x := range best[:n] {
		h.hub.top[k] = x.group
	}
	h.hub.ranked = int32(n)
}

// largest is the group that holds the value most; somebody does.
func (h *holders) largest() int32 {
	top := h.list[0]
	for _, x := range h.list[1:] {
		if x.more(top) {
			top = x
		}
	}
	return top.group
}

func (x holder) more(y holder) bool {
	return cmp.Or(cmp.Compare(y.count, x.count), cmp.Compare(x.group, y.group)) < 0
}
