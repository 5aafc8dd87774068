package link

import "ringbreaker.example/fraud"

// cutValues gives the values whose loss would split off three reports of a
// ring or more. It walks the graph of the ring's reports and the values they
// share once, depth first, for values whose removal parts it (Tarjan 1972).
func (m *material) cutValues(reports []uint32) []uint32 {
	const fewest = 3
	if len(reports) < 2*fewest {
		return nil
	}
	return newWalk(m, reports).cuts(fewest)
}

// bridges gives the links of a ring's tree that stand on such a value alone:
// each is for a person to look at.
func (l *Linking) bridges(g uint32, cuts []uint32) []fraud.Link {
	m := l.m
	first := make(map[fraud.Indicator]edge, len(cuts)) // the strongest link that stands on it
	for _, v := range cuts {
		first[m.indicatorOf(v)] = edge{}
	}
	left := len(first)
	for _, e := range m.tree(l.members[g], l.rules) {
		if e.bits == judgedBits {
			continue // it stands on a person's word
		}
		ind := m.indicatorOf(m.strongest(e).tenure)
		if had, cut := first[ind]; cut && had == (edge{}) {
			first[ind] = e
			if left--; left == 0 {
				break
			}
		}
	}
	var out []fraud.Link
	for _, v := range cuts {
		if e := first[m.indicatorOf(v)]; e != (edge{}) {
			out = append(out, l.link(g, e))
		}
	}
	return out
}

// walk is a depth-first search over a ring: vertices below n are reports, the
// rest values.
type walk struct {
	n       int
	near    [][]int32
	values  []uint32
	order   []int32 // when each vertex was met, 0 = not yet
	low     []int32 // earliest vertex that can be reached from below it
	reports []int32 // reports in the tree below it, itself counted
}

func newWalk(m *material, reports []uint32) *walk {
	w := &walk{n: len(reports), near: make([][]int32, len(reports))}
	medium := int32(m.b.model.Param("medium") * 1000)
	at := map[uint32]int32{}
	for i, r := range reports {
		for _, h := range m.held(r) {
			t := h.tenure
			if m.incs[h.inc].bits < medium {
				continue
			}
			v, ok := at[t]
			if !ok {
				v = int32(len(w.near))
				at[t] = v
				w.near = append(w.near, nil)
				w.values = append(w.values, t)
			}
			w.near[i] = append(w.near[i], v)
			w.near[v] = append(w.near[v], int32(i))
		}
	}
	w.order, w.low, w.reports = make([]int32, len(w.near)), make([]int32, len(w.near)), make([]int32, len(w.near))
	return w
}

// cuts gives the values whose removal leaves at least fewest reports on each
// side of the ring.
func (w *walk) cuts(fewest int) []uint32 {
	type frame struct{ at, from, next int32 }
	var out []uint32
	clock := int32(0)
	enter := func(v int32) {
		clock++
		w.order[v], w.low[v] = clock, clock
		if int(v) < w.n {
			w.reports[v] = 1
		}
	}
	enter(0)
	stack := []frame{{0, -1, 0}}
	for len(stack) > 0 {
		f := &stack[len(stack)-1]
		if int(f.next) < len(w.near[f.at]) {
			to := w.near[f.at][f.next]
			f.next++
			switch {
			case to == f.from:
			case w.order[to] == 0:
				enter(to)
				stack = append(stack, frame{to, f.at, 0})
			default:
				w.low[f.at] = min(w.low[f.at], w.order[to])
			}
			continue
		}
		child := *f
		stack = stack[:len(stack)-1]
		if child.from < 0 {
			break
		}
		parent := child.from
		w.low[parent] = min(w.low[parent], w.low[child.at])
		w.reports[parent] += w.reports[child.at]
		below := int(w.reports[child.at])
		if int(parent) >= w.n && w.low[child.at] >= w.order[parent] && below >= fewest && w.n-below >= fewest {
			v := w.values[int(parent)-w.n]
			if len(out) == 0 || out[len(out)-1] != v {
				out = append(out, v)
			}
		}
	}
	return out
}
