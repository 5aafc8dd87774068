package link

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A value that one operator kept while it changed its numbers is in the hands
// of many groups. Weighed pair by pair each of them finds it common, since the
// others name it too, and stays alone; asked of all at once it is not. So of
// the groups that hold a value it is asked which would be one with the largest
// holder, if common is only what the others make of it.

// gather joins groups that hang on a value of a larger one, value by value, and
// gives those to be weighed anew.
func (u *uniting) gather() []int32 {
	w := u.w
	if u.asked == nil {
		u.asked = make([]uint32, len(w.values))
	}
	changed, any := make([]bool, len(u.best)), false
	for from := 0; from < len(w.values); from += gatherBlock {
		to := min(from+gatherBlock, len(w.values))
		ahead, moved := u.lacksOf(from, to), map[int32]bool{}
		for i := from; i < to; i++ {
			if !u.mayGather(i) {
				continue
			}
			v := &w.values[i]
			u.asked[i] = max(w.clock, 1)
			core, hung := u.hung(v, &ahead[i-from], moved)
			if len(hung) < gatherLeast-1 {
				continue // a pair is weighed as a pair
			}
			any = true
			for _, h := range hung {
				core = u.find(core)
				if u.barred[[2]int32{core, h.group}] {
					continue // kept apart from one that joined
				}
				changed[h.group], changed[core] = true, true
				moved[h.group], moved[core] = true, true
				u.join(core, h.group)
				u.bar()
			}
		}
	}
	if !any {
		return nil
	}
	u.rankHubs()
	return u.shaken(changed)
}

// gatherLeast is how many groups hold a value that may be asked of all at once.
const gatherLeast = 3

// hangLack is how many bits of missing values a group has that is no fragment
// of another: they are not counted to the end.
const hangLack = 60

// hanger is a group that holds a value of another, the core, and may be its.
type hanger struct {
	group  int32
	shared []int32 // values that the core holds too, by stem
	faint  float64 // bits of those that cannot bring two together
	lack   *lack
}

// gatherBlock is how many values are asked together. What their holders lack
// is most of the work and is counted side by side before any of them joins;
// who did join since is counted again.
const gatherBlock = 1 << 13

// lacks is what each holder of a value lacks of the largest, the core.
type lacks struct {
	core int32
	of   []lackOf
}

type lackOf struct {
	group int32
	lack  *lack // nil if it is no fragment of the core
}

// mayGather says whether a value is to be asked of all its holders at once.
func (u *uniting) mayGather(i int) bool {
	v := &u.w.values[i]
	n := len(v.holders.list)
	return v.prior >= u.w.p.medium && v.soft == hard && n >= gatherLeast && n <= manyHolders && (u.asked[i] == 0 || u.w.stamps[i] > u.asked[i])
}

// lacksOf counts for the values of a block what their holders lack, side by
// side. It changes nothing.
func (u *uniting) lacksOf(from, to int) []lacks {
	const some = 64 // values that are worth a hand-over
	out := make([]lacks, to-from)
	var next atomic.Int64
	var rest sync.WaitGroup
	count := func() {
		for end := int(next.Add(some)); end-some < len(out); end = int(next.Add(some)) {
			for k := end - some; k < min(end, len(out)); k++ {
				if u.mayGather(from + k) {
					out[k] = u.lacksOfOne(&u.w.values[from+k])
				}
			}
		}
	}
	for range min(runtime.GOMAXPROCS(0)-1, len(out)/some) {
		rest.Go(count)
	}
	count()
	rest.Wait()
	return out
}

func (u *uniting) lacksOfOne(v *value) lacks {
	out := lacks{core: v.holders.largest()}
	if u.w.groups[out.core].size < u.w.p.hangCore {
		return out
	}
	for _, x := range v.holders.list {
		if u.mayHang(out.core, x.group) {
			out.of = append(out.of, lackOf{x.group, u.lacking(out.core, x.group, hangLack)})
		}
	}
	return out
}

func (u *uniting) mayHang(core, g int32) bool {
	return g != core && u.w.groups[g].size <= u.w.groups[core].size && !u.barred[[2]int32{core, g}]
}

// lack gives what was counted before, or counts it if either has moved since.
func (u *uniting) lack(core, g int32, ahead *lacks, moved map[int32]bool) *lack {
	if ahead.core == core && !moved[core] && !moved[g] {
		for _, x := range ahead.of {
			if x.group == g {
				return x.lack
			}
		}
	}
	return u.lacking(core, g, hangLack)
}

// hung finds which groups would be one with the largest holder of a value, each
// weighed as if all of them were. Whoever would not makes the value common, and
// the rest is weighed again: fewer remain each time.
func (u *uniting) hung(v *value, ahead *lacks, moved map[int32]bool) (core int32, in []hanger) {
	if core = v.holders.largest(); u.w.groups[core].size < u.w.p.hangCore {
		return core, nil
	}
	for _, x := range v.holders.list {
		if u.mayHang(core, x.group) {
			if lack := u.lack(core, x.group, ahead, moved); lack != nil {
				in = append(in, u.hanger(core, x.group, lack))
			}
		}
	}
	for {
		var keep []hanger
		for i := range in {
			if u.hangs(core, &in[i], in) > 0 {
				keep = append(keep, in[i])
			}
		}
		if len(keep) == len(in) {
			break
		}
		in = keep
	}
	slices.SortFunc(in, func(x, y hanger) int { return int(x.group - y.group) })
	return core, in
}

func (u *uniting) hanger(core, g int32, lack *lack) hanger {
	w := u.w
	c := hanger{group: g, lack: lack}
	for _, vi := range u.values[g] {
		v := &w.values[vi]
		n := v.holders.count(core)
		switch {
		case n == 0:
		case v.prior < w.p.medium:
			c.faint += v.saved(&w.p, n+v.holders.count(g), w.seenIn(&w.groups[core], v)+w.seenIn(&w.groups[g], v))
		default:
			c.shared = append(c.shared, vi)
		}
	}
	return c
}

// hangs is what a group saves, in bits, by being one with the core if all of in
// are.
func (u *uniting) hangs(core int32, c *hanger, in []hanger) float64 {
	w := u.w
	var x weighing
	for _, vi := range c.shared {
		v := w.values[vi] // a copy: worth is what it would be
		var of, ofSeen int32
		v.worth, of, ofSeen = u.asOne(&v, core, in)
		if v.worth < w.p.medium {
			continue
		}
		h := &v.holders
		a, b := h.list[h.find(core)], h.list[h.find(c.group)]
		seen := w.seenIn(&w.groups[core], &v) + w.seenIn(&w.groups[c.group], &v)
		x.add(&v, v.savedAmong(&w.p, a.count+b.count, seen, of, ofSeen))
		x.best[v.family] = max(x.best[v.family], min(a.bits, b.bits, v.worth), 1)
	}
	if w.p.sum(&x.best) == 0 {
		return 0
	}
	return fine(x.bits(&w.p, c.lack) - w.p.merge + c.faint)
}

// asOne gives what a value would be worth if the core and all of in were one,
// how many of their reports name it and how many could.
func (u *uniting) asOne(v *value, core int32, in []hanger) (worth, count, seen int32) {
	w := u.w
	count, seen = v.holders.count(core), w.seenIn(&w.groups[core], v)
	for i := range in {
		count += v.holders.count(in[i].group)
		seen += w.seenIn(&w.groups[in[i].group], v)
	}
	if len(v.holders.list) > manyHolders {
		return v.worth, count, seen // few of so many change nothing
	}
	var others spread
	for _, x := range v.holders.list {
		if x.group != core && w.groups[x.group].unrelated(x) && !slices.ContainsFunc(in, func(c hanger) bool { return c.group == x.group }) {
			others.add(x.count)
		}
	}
	others.add(count)
	return others.worth(&w.p, v), count, seen
}
