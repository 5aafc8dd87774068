package link

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A value that one operator kept while it changed its numbers is in the hands
// of many groups. Weighed pair by pair each of them finds it common, since the
// others name it too, and stays alone; asked of all at once it is not. So of
// the groups that hold a value it is asked which would be one with the largest
// holder, if common is only what the others make of it. Nor can a pair tell
// whether a text is sold: of all its holders together it can be seen whether
// anybody else has it.

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
			if !u.mayJoinAs(v, hung) {
				continue
			}
			any = true
			for _, h := range hung {
				v.sure = max(v.sure, h.sure) // so that it is not taken out again, report by report
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

// mayJoinAs says whether those that hang on a value may join: two or more, since a
// pair is weighed as a pair; or a fragment that hangs on a text, of which a
// pair cannot tell whether it is sold.
func (u *uniting) mayJoinAs(v *value, hung []hanger) bool {
	few := len(hung) < gatherLeast-1
	return !few || len(hung) == 1 && v.soft == softText && u.w.groups[hung[0].group].size < u.w.p.hangCore
}

// hangLack is how many bits of missing values a group has that is no fragment
// of another: they are not counted to the end.
const hangLack = 60

// hanger is a group that holds a value of another, the core, and may be its.
type hanger struct {
	group  int32
	shared []int32 // values that the core holds too, by stem
	faint  float64 // bits of those that cannot bring two together
	lack   *lack
	sure   int32 // by how much a text that it shares is surer, in 1/1000 bit
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
	least := gatherLeast
	switch v.soft {
	case hard:
	case softText:
		least--
	default:
		return false
	}
	n := len(v.holders.list)
	return v.prior >= u.w.p.medium && n >= least && n <= manyHolders && (u.asked[i] == 0 || u.w.stamps[i] > u.asked[i])
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
	for _, x := range u.hangers(v, out.core) {
		out.of = append(out.of, lackOf{x.group, u.lacking(out.core, x.group, hangLack)})
	}
	return out
}

// hangers lists the holders of a value that may hang on the core by it.
func (u *uniting) hangers(v *value, core int32) []holder {
	var in []holder
	for _, x := range v.holders.list {
		if u.mayHang(core, x.group) {
			in = append(in, x)
		}
	}
	if v.soft == softText {
		in = u.sureOf(v, v.holders.list[v.holders.find(core)], in)
	}
	return in
}

// sureOf leaves of those that may hang on a core by a text the ones to whom it
// would be as sure as a strong value if all that are left and the core were one.
// What they lack, which takes longer to count, is asked only of them.
func (u *uniting) sureOf(v *value, core holder, in []holder) []holder {
	w := u.w
	for n := -1; n != len(in); {
		n = len(in)
		tied, others := w.tied(core), v.total-core.count
		for _, x := range in {
			tied += w.tied(x)
			others -= x.count
		}
		in = slices.DeleteFunc(in, func(x holder) bool {
			sure := v.surer(tied, others)
			if w.groups[x.group].unrelated(x) {
				sure = v.surer(tied-w.tied(x), others+x.count)
			}
			return min(core.bits, x.bits)+sure < w.p.strong
		})
	}
	return in
}

// tied counts the reports of a group that name a value and are its for other
// reasons: no more than those that do not name it.
func (w *world) tied(h holder) int32 { return max(0, min(h.count, w.groups[h.group].size-h.count)) }

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
	for _, x := range u.hangers(v, core) {
		if lack := u.lack(core, x.group, ahead, moved); lack != nil {
			in = append(in, u.hanger(core, x.group, lack))
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
	c.sure = 0
	var x weighing
	for _, vi := range c.shared {
		v := w.values[vi] // a copy: worth is what it would be
		all := u.asOne(&v, core, in, c.group)
		v.worth = all.worth + all.sure
		if v.worth < w.p.medium {
			continue
		}
		h := &v.holders
		a, b := h.list[h.find(core)], h.list[h.find(c.group)]
		seen := w.seenIn(&w.groups[core], &v) + w.seenIn(&w.groups[c.group], &v)
		x.add(&v, v.savedAmong(&w.p, a.count+b.count, seen, all.count, all.seen))
		if v.soft == softText {
			c.sure = max(c.sure, all.sure)
		}
		bits := min(a.bits, b.bits)
		if bits >= w.p.medium {
			bits += all.sure // what is forged or flagged is no surer for being repeated
		}
		x.best[v.family] = max(x.best[v.family], min(bits, v.worth), 1)
	}
	if w.p.sum(&x.best) == 0 {
		return 0
	}
	return fine(x.bits(&w.p, c.lack) - w.p.merge + c.faint)
}

// oneValue is a value as if the core and all of in were one: what it would be worth,
// how much surer it is that nobody else has it, how many of their reports name it
// and how many could.
type oneValue struct{ worth, sure, count, seen int32 }

// asOne gives a value as if the core and all of in were one, for one of in. If that
// has a life of its own, it may be who else has the value.
func (u *uniting) asOne(v *value, core int32, in []hanger, one int32) (x oneValue) {
	w := u.w
	tied, elsewhere := int32(0), v.total
	add := func(g int32) {
		h := holder{group: g, count: v.holders.count(g)}
		if g != one || !w.groups[g].unrelated(h) {
			tied += w.tied(h)
			elsewhere -= h.count
		}
		x.count += h.count
		x.seen += w.seenIn(&w.groups[g], v)
	}
	add(core)
	for i := range in {
		add(in[i].group)
	}
	x.worth = v.worth
	if len(v.holders.list) > manyHolders {
		return x // few of so many change nothing
	}
	var others spread
	for _, h := range v.holders.list {
		if h.group != core && w.groups[h.group].unrelated(h) && !slices.ContainsFunc(in, func(c hanger) bool { return c.group == h.group }) {
			others.add(h.count)
		}
	}
	others.add(x.count)
	x.worth, x.sure = others.worth(&w.p, v), v.surer(tied, elsewhere)
	return x
}

// surer is by how many bits fewer others are to be feared to have a value, by
// chance or from a supplier, where so many reports of one operator name it that
// are its for other reasons, and so many of others: by the mean of a beta
// distribution, whose prior mean is how often such values are supplied and weighs
// as one report. A text that seven reports of one ring quote and nobody else does is
// no kit on the market.
func (v *value) surer(tied, others int32) int32 {
	left := (float64(others) + v.share) / (float64(tied+others) + 1)
	return int32(1000 * max(0, math.Log2(v.share/left)))
}
