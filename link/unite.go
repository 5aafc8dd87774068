package link

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// uniting joins groups that save bits by being one, best first, in rounds of
// pairs of which each is the other's best. A round weighs anew only the groups
// that the round before changed, and those whose best partner it changed; of
// these only the pairs of which it changed one.
type uniting struct {
	w      *world
	values [][]int32 // by group: the values it holds, by stem
	best   []offer   // by group: with whom it saves most
	into   []int32   // by group: what it became part of, itself if it stands
	barred map[[2]int32]bool
	hubs   []int32  // values whose many holders changed and are to be ranked
	asked  []uint32 // by value: the clock when its holders were last asked all at once
	scales []scale  // one for each that weighs at the same time

	round   uint32           // counts rounds of weighing
	weighed []uint32         // by group: the round in which it was last weighed
	changed []uint32         // by group: the round after which it last changed
	kept    [][]pair         // by group: what it saved with others when it was last weighed, nil if that was not kept
	moves   map[int32][]move // by value of many holders: who came among the largest or left them
}

// scale weighs groups against others. Weighing changes nothing in the world.
type scale struct {
	u      *uniting
	slot   []int32    // by group: its place in acc + 1; zero between groups
	acc    []weighing // one for each of met
	met    []int32
	own    holder // of the group that is weighed and the value at hand; seen likewise
	seen   int32
	found  []pair
	again  []int32 // groups that are weighed again though they did not change: their slot is not zero
	offers []proposal
}

// proposal is an offer of one group to another.
type proposal struct {
	group int32
	offer
}

// offer is what a group saves by being one with another.
type offer struct {
	with int32 // -1 = with none
	gain float64
}

// unite joins groups and says whether any were joined.
func (w *world) unite() bool {
	w.recount()
	u := w.newUniting()
	todo := make([]int32, len(w.groups))
	for g := range todo {
		todo[g] = int32(g)
	}
	any := false
	for len(todo) > 0 {
		for _, g := range todo {
			u.best[g] = offer{with: -1}
		}
		u.weighAll(todo)
		if todo = u.joinMutual(); len(todo) == 0 {
			todo = u.gather()
		}
		any = any || len(todo) > 0
	}
	if any {
		w.counted = false
		for i := range w.of {
			w.of[i] = u.find(w.of[i])
		}
		w.free = w.free[:0]
	}
	return any
}

func (w *world) newUniting() *uniting {
	n := len(w.groups)
	u := &uniting{w: w, values: make([][]int32, n), best: make([]offer, n), into: make([]int32, n)}
	u.weighed, u.changed, u.kept, u.moves = make([]uint32, n), make([]uint32, n), make([][]pair, n), map[int32][]move{}
	starts := make([]uint32, n+1)
	for i := range w.values {
		for _, h := range w.values[i].holders.list {
			starts[h.group+1]++
		}
	}
	for g := range n {
		starts[g+1] += starts[g]
		u.into[g] = int32(g)
		u.best[g].with = -1
	}
	flat := make([]int32, starts[n])
	next := slices.Clone(starts)
	for _, i := range w.byStem {
		for _, h := range w.values[i].holders.list {
			flat[next[h.group]] = i
			next[h.group]++
		}
	}
	for g := range n {
		u.values[g] = flat[starts[g]:starts[g+1]:starts[g+1]]
	}
	for i := range w.values {
		if h := &w.values[i].holders; h.many() {
			h.rank()
		}
	}
	u.bar()
	return u
}

// weighAll weighs groups side by side. What is offered to a group is the same
// in whatever order the offers come.
func (u *uniting) weighAll(groups []int32) {
	const least = 64 // groups that are worth a hand-over
	u.round++
	n := max(1, min(runtime.GOMAXPROCS(0), len(groups)/least))
	for len(u.scales) < n {
		u.scales = append(u.scales, scale{u: u, slot: make([]int32, len(u.into))})
	}
	var next atomic.Int64
	var rest sync.WaitGroup
	for k := range n { // some at a time, since the first groups are the largest
		rest.Go(func() {
			for {
				to := int(next.Add(least / 4))
				from := to - least/4
				if from >= len(groups) {
					return
				}
				u.scales[k].weigh(groups[from:min(to, len(groups))])
			}
		})
	}
	rest.Wait()
	for k := range u.scales {
		for _, p := range u.scales[k].offers {
			u.offer(p)
		}
		u.scales[k].offers = u.scales[k].offers[:0]
	}
}

func (s *scale) weigh(groups []int32) {
	for _, g := range groups {
		s.weighOne(g)
	}
}

// bar lists the pairs of groups that a person keeps apart.
func (u *uniting) bar() {
	if u.w.rivals == nil {
		return
	}
	u.barred = map[[2]int32]bool{}
	for i, js := range u.w.rivals {
		for _, j := range js {
			u.barred[[2]int32{u.find(u.w.of[i]), u.find(u.w.of[j])}] = true
		}
	}
}

func (u *uniting) find(g int32) int32 {
	for u.into[g] != g {
		u.into[g] = u.into[u.into[g]]
		g = u.into[g]
	}
	return g
}

// manyHolders is above how many holders a value pairs its groups only with
// those that hold it most: a hub then costs a straight line.
const manyHolders = 48

// fine rounds bits to a millionth, so that the order in which they were added
// up decides nothing.
func fine(bits float64) float64 { return math.Round(bits*1e6) / 1e6 }

// faintBits is how far a pair may be from gaining before what is faint is
// looked at: first names and hubs hardly give more.
const faintBits = 25

// share adds what one value saves if its two holders become one: the group that
// is weighed, and y.
func (s *scale) share(a int32, y holder, v *value) {
	w := s.u.w
	if s.own.count == 0 {
		s.own, s.seen = v.holders.list[v.holders.find(a)], w.seenIn(&w.groups[a], v)
	}
	if s.slot[y.group] <= 0 {
		s.met, s.acc = append(s.met, y.group), append(s.acc, weighing{})
		s.slot[y.group] = int32(len(s.acc))
	}
	acc := &s.acc[s.slot[y.group]-1]
	acc.add(v, v.saved(&w.p, s.own.count+y.count, s.seen+w.seenIn(&w.groups[y.group], v)))
	acc.best[v.family] = max(acc.best[v.family], min(s.own.bits, y.bits, v.worth), 1)
}

// faint adds what two groups save by the values that cannot bring them
// together by themselves, and by hubs of which neither is a large holder.
func (u *uniting) faint(a, b int32) float64 {
	w := u.w
	if len(u.values[b]) < len(u.values[a]) {
		a, b = b, a
	}
	gain := 0.0
	for _, vi := range u.values[a] {
		v := &w.values[vi]
		h := &v.holders
		hub := len(h.list) > manyHolders
		if v.worth >= w.p.medium && !hub {
			continue
		}
		cb := h.count(b)
		if cb == 0 || hub && v.worth >= w.p.medium && (slices.Contains(h.ranked(), a) || slices.Contains(h.ranked(), b)) {
			continue
		}
		gain += v.saved(&w.p, h.count(a)+cb, w.seenIn(&w.groups[a], v)+w.seenIn(&w.groups[b], v))
	}
	return gain
}

// offer keeps the best that a group was offered; of two that are equally good,
// the group with the lower number.
func (u *uniting) offer(p proposal) {
	have := &u.best[p.group]
	if have.with < 0 || p.gain > have.gain || p.gain == have.gain && p.with < have.with {
		*have = p.offer
	}
}

// lacking is what speaks against two groups being one: values of the smaller
// that the larger never named, although it named others of the kind at the time
// and names most of its values more than once; or that it had no occasion to
// name. It is nil if it comes to more than most, in bits.
func (u *uniting) lacking(a, b int32, most float64) *lack {
	w := u.w
	if len(u.values[b]) < len(u.values[a]) {
		a, b = b, a
	}
	small, large := &w.groups[a], &w.groups[b]
	l := new(lack)
	for _, vi := range u.values[a] {
		v := &w.values[vi]
		if v.worth < w.p.medium {
			continue
		}
		if n, other := v.holders.countBoth(a, b); other == 0 {
			l.add(&w.p, v, n, w.seenIn(small, v), w.seenTwice(large, v))
			if l.all > most {
				return nil
			}
		}
	}
	l.excuse(&w.p, min(small.size, large.size))
	return l
}

// seenTwice counts the reports of a group that name a value of this kind while
// this one was in use, and those of them that name one the group had named
// before.
func (w *world) seenTwice(g *group, v *value) (s stat) {
	if g.stats == nil {
		return w.loneStat(g, v.from, v.to, v.kind)
	}
	for _, x := range g.during(v) {
		s.tokens += x.tokens
		s.repeats += x.repeats
	}
	return s
}

// joinMutual joins the pairs of which each is the other's best offer and
// gives the groups to be weighed anew.
func (u *uniting) joinMutual() []int32 {
	type pair struct{ a, b int32 }
	var pairs []pair
	for g := range u.best {
		a := int32(g)
		if b := u.best[g].with; b > a && u.best[b].with == a && u.into[a] == a {
			pairs = append(pairs, pair{a, b})
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	changed := make([]bool, len(u.best))
	for _, p := range pairs {
		changed[p.a], changed[p.b] = true, true
		u.join(p.a, p.b)
	}
	u.rankHubs()
	u.bar()
	return u.shaken(changed)
}

// shaken gives the groups that changed and those whose best partner did.
func (u *uniting) shaken(changed []bool) (todo []int32) {
	for g, o := range u.best {
		if u.into[g] != int32(g) || u.w.groups[g].nodes == 0 {
			continue
		}
		if changed[g] || o.with >= 0 && changed[o.with] {
			todo = append(todo, int32(g))
		}
	}
	return todo
}

// rankHubs finds anew who holds most of the values that changed hands.
func (u *uniting) rankHubs() {
	slices.Sort(u.hubs)
	for _, vi := range slices.Compact(u.hubs) {
		u.rerank(vi)
	}
	u.hubs = u.hubs[:0]
}

// join makes b a part of a, or a of b if b is larger.
func (u *uniting) join(a, b int32) {
	w := u.w
	if len(u.values[b]) > len(u.values[a]) {
		a, b = b, a
	}
	x, y := &w.groups[a], &w.groups[b]
	u.changed[a], u.changed[b] = u.round, u.round
	w.open(x)
	w.open(y)
	w.cover(x, min(x.from, y.from), max(x.from+x.months, y.from+y.months)-1)
	x.addStats(y)
	var fresh []int32
	for _, vi := range u.values[b] {
		v := &w.values[vi]
		h := &v.holders
		hub := len(h.list) > manyHolders
		from := h.list[h.find(b)]
		h.drop(h.find(b))
		if i := h.find(a); i >= 0 {
			to := &h.list[i]
			x.at(max(to.first, from.first), v.kind).repeats++
			to.count += from.count
			to.bits, to.first = max(to.bits, from.bits), min(to.first, from.first)
		} else {
			from.group = a
			h.push(from, w.arenaOf(vi))
			fresh = append(fresh, vi)
		}
		if h.many() {
			u.hubs = append(u.hubs, vi)
		}
		if hub && len(h.list) <= manyHolders {
			for _, x := range h.list {
				u.move(vi, x.group) // each is paired with all of them now
			}
		}
		w.touch(vi)
	}
	u.values[a] = w.mergedByStem(u.values[a], fresh)
	x.size += y.size
	x.nodes += y.nodes
	*y = group{}
	u.values[b] = nil
	u.into[b] = a
}
