package link

import (
	"cmp"
	"math"
	"slices"
)

// world is one component of shared evidence while it is being parted into
// groups. Nodes are reports, or several that a person said are the same
// ring's. A partition is judged by how many bits it takes to tell who used
// what (docs/linking.md):
//
//   - a value that appears in a second group has to be explained by chance or
//     a common supplier: that costs its bits;
//   - a value that appears again within a group costs log2(N/c): which of the
//     group's N values of the kind it was, at that time, c of them this one;
//   - a report is one of its group's, which saves assign·log2(n) bits.
//
// So groups that share few of the values they could share are cheaper apart,
// groups that share many are cheaper as one, and a fragment with nothing of
// its own is cheapest with whom it shares anything.
type world struct {
	m      *material
	nodes  []node
	values []value
	group  []int32 // of each node
	size   []int32 // reports in each group
	stats  tally
	all    tally     // the same over all groups, as group 0
	rival  [][]int32 // by node: nodes that a person keeps apart from it
	inside [][]int32 // members of each group, as list found them
	vacant int32     // no group below it is empty
	assign float64
	second float64
	strong int32
	medium int32
}

type node struct {
	reports []uint32
	tokens  []token
	month   int32
}

// token is one value in one node.
type token struct {
	value int32
	month int32
	bits  int32 // worth in this node
	count int32 // reports of the node that hold it
}

// value is a tenure as this component sees it.
type value struct {
	tenure   uint32
	kind     uint8
	family   uint8
	from, to int32   // months
	prior    int32   // what rules out chance, in 1/1000 bit
	worth    int32   // the same, tapered by how many groups it touches
	total    float64 // reports of the component that hold it
	base     float64 // its share among all reports that name a value of the kind while it was in use
	cost     float64 // bits that it costs to find it in a further group
	share    float64 // how often a report's value of the family comes from a common supplier
	holders  []holder
	nodes    []int32
}

// holder is how often a group holds a value, and the best it is worth there.
type holder struct {
	group int32
	count int32
}

const monthMinutes = 28 * 24 * 60

func (m *material) newWorld(reports []uint32, together *forest, rules *rules) *world {
	w := &world{
		m: m, assign: m.b.model.Param("assign"), second: m.b.model.Param("second"), strong: int32(m.b.model.Param("strong") * 1000), medium: int32(m.b.model.Param("medium") * 1000),
	}
	at := map[uint32]int32{} // root of together → node
	ofRank := map[uint32]int32{}
	for _, r := range reports {
		root := together.find(r)
		i, ok := at[root]
		if !ok {
			i = int32(len(w.nodes))
			at[root] = i
			w.nodes = append(w.nodes, node{month: int32(m.at[r] / monthMinutes)})
		}
		w.nodes[i].reports = append(w.nodes[i].reports, r)
		ofRank[r] = i
	}
	w.addTokens()
	w.addBases()
	w.addRivals(rules, ofRank)
	w.group, w.size = make([]int32, len(w.nodes)), make([]int32, len(w.nodes))
	w.inside = make([][]int32, len(w.nodes))
	for i := range w.nodes {
		w.place(int32(i), int32(i))
	}
	return w
}

func (w *world) addTokens() {
	local := map[uint32]int32{}
	for i := range w.nodes {
		n := &w.nodes[i]
		for _, r := range n.reports {
			for _, t := range w.m.held(r) {
				x := &w.m.tenures[t]
				if x.end-x.start < 2 {
					continue
				}
				v, ok := local[t]
				if !ok {
					v = int32(len(w.values))
					local[t] = v
					w.values = append(w.values, value{tenure: t, kind: x.kind + 64*x.soft, family: x.family, from: int32(x.from / monthMinutes), to: int32(x.to / monthMinutes)})
				}
				w.addToken(int32(i), v, w.m.incidence(t, r))
			}
		}
	}
}

func (w *world) addToken(i, v int32, inc incidence) {
	n, val := &w.nodes[i], &w.values[v]
	val.prior = max(val.prior, inc.bits)
	val.worth = val.prior
	for k := range n.tokens {
		if n.tokens[k].value == v {
			n.tokens[k].count++
			n.tokens[k].bits = max(n.tokens[k].bits, inc.bits)
			return
		}
	}
	n.tokens = append(n.tokens, token{value: v, month: int32(inc.at / monthMinutes), bits: inc.bits, count: 1})
	val.nodes = append(val.nodes, i)
}

func (w *world) addRivals(rules *rules, ofRank map[uint32]int32) {
	w.rival = make([][]int32, len(w.nodes))
	for _, v := range rules.apart {
		ra, rb := w.m.rank[v.a], w.m.rank[v.b]
		if ra == none || rb == none {
			continue
		}
		a, okA := ofRank[ra]
		b, okB := ofRank[rb]
		if okA && okB && a != b {
			w.rival[a] = append(w.rival[a], b)
			w.rival[b] = append(w.rival[b], a)
		}
	}
}

// place puts a node into a group and counts it there.
func (w *world) place(i, g int32) {
	n := &w.nodes[i]
	w.group[i] = g
	w.size[g] += int32(len(n.reports))
	w.stats.add(tallyKey(g, n.month, 0), int32(len(n.reports)), 0)
	for _, t := range n.tokens {
		v := &w.values[t.value]
		h := v.holder(g)
		repeats := t.count
		if h.count == 0 {
			repeats--
		}
		w.stats.add(tallyKey(g, t.month, v.kind), t.count, repeats)
		h.count += t.count
	}
}

// take takes a node out of its group.
func (w *world) take(i int32) {
	n, g := &w.nodes[i], w.group[i]
	w.size[g] -= int32(len(n.reports))
	if w.size[g] == 0 {
		w.vacant = min(w.vacant, g)
	}
	w.stats.add(tallyKey(g, n.month, 0), -int32(len(n.reports)), 0)
	for _, t := range n.tokens {
		v := &w.values[t.value]
		h := v.holder(g)
		h.count -= t.count
		repeats := t.count
		if h.count == 0 {
			repeats--
			v.drop(g)
		}
		w.stats.add(tallyKey(g, t.month, v.kind), -t.count, -repeats)
	}
}

// holder finds a group's part in a value, a new one if it has none.
func (v *value) holder(g int32) *holder {
	for i := range v.holders {
		if v.holders[i].group == g {
			return &v.holders[i]
		}
	}
	v.holders = append(v.holders, holder{group: g})
	return &v.holders[len(v.holders)-1]
}

func (v *value) drop(g int32) {
	v.holders = slices.DeleteFunc(v.holders, func(h holder) bool { return h.group == g })
}

func (v *value) count(g int32) int32 {
	for _, h := range v.holders {
		if h.group == g {
			return h.count
		}
	}
	return 0
}

// seenIn counts the reports of a group that name a value of this kind while
// this one was in use.
func (w *world) seenIn(g int32, v *value) int32 {
	n := int32(0)
	for month := v.from; month <= v.to; month++ {
		n += w.stats.get(tallyKey(g, month, v.kind)).tokens
	}
	return n
}

// joining is what a node saves, in bits, by being in a group, against being
// alone; and the evidence that holds it there, for the rule of §7.5.
func (w *world) joining(i, g int32) (gain float64, held int32) {
	n := &w.nodes[i]
	var best [numFamilies]int32
	var sum tallyOf
	for _, t := range n.tokens {
		v := &w.values[t.value]
		if s := w.stats.get(tallyKey(g, t.month, v.kind)); s.tokens > 0 {
			gain -= float64(s.repeats) * math.Log2(1+1/float64(s.tokens))
		}
		c := v.count(g)
		if c == 0 {
			continue
		}
		worth := min(v.worth, t.bits)
		sum.add(v.family, w.weight(t, v)*math.Log2(1+(1-v.share)/v.share*float64(c)/float64(max(w.seenIn(g, v), c))/v.base))
		best[v.family] = max(best[v.family], worth)
	}
	gain += sum.total(w.second)
	gain += w.assign * math.Log2(1+float64(w.stats.get(tallyKey(g, n.month, 0)).tokens))
	return gain, w.sum(best)
}

// sum applies the rule of DESIGN §7.5: one strong value, or two of
// independent families; anything less holds nothing.
func (w *world) sum(best [numFamilies]int32) int32 {
	total, top := int32(0), int32(0)
	for _, b := range best {
		top = max(top, b)
		if b >= w.medium {
			total += b
		}
	}
	if top >= w.strong || total >= w.strong {
		return max(total, top)
	}
	return 0
}

// weight is how much of a token's evidence is believed: what is worth little
// in its role (a forged caller id, a poisoned report) tells groups apart as
// little.
func (w *world) weight(t token, v *value) float64 {
	if v.prior == 0 {
		return 0
	}
	return float64(t.bits) / float64(v.prior)
}

func (w *world) barred(i, g int32) bool {
	return slices.ContainsFunc(w.rival[i], func(j int32) bool { return w.group[j] == g })
}

// recount counts values and months anew. Which of a group's reports was the
// first to name a value shifts as nodes move; counting in order of time makes
// the counts a function of the partition alone.
func (w *world) recount() {
	w.stats.clear()
	for i := range w.values {
		w.values[i].holders = w.values[i].holders[:0]
	}
	clear(w.size)
	for i := range w.nodes {
		w.place(int32(i), w.group[i])
	}
	w.vacant = 0
}

// list fills inside: who is in which group.
func (w *world) list() {
	for g := range w.inside {
		w.inside[g] = w.inside[g][:0]
	}
	for i, g := range w.group {
		w.inside[g] = append(w.inside[g], int32(i))
	}
}

// taper lowers what a value is worth by over how many otherwise unrelated
// groups it is spread: groups of some size that have a life of their own
// without it, weighed by how much of the value each holds (the inverse
// Simpson index). A number with 5,000 victims of one ring is spread over one
// and keeps its worth; a mule, a seller's number or a shared host loses it.
func (w *world) taper() {
	w.recount()
	slope := w.m.b.model.Param("taper")
	for i := range w.values {
		v := &w.values[i]
		sum, squares := 0.0, 0.0
		for _, h := range v.holders {
			if w.size[h.group] >= 4 && w.size[h.group]-h.count >= max(3, h.count) {
				sum += float64(h.count)
				squares += float64(h.count) * float64(h.count)
			}
		}
		v.worth = v.prior
		if squares > 0 {
			v.worth = int32(float64(v.prior) / (1 + slope*(sum*sum/squares-1)))
		}
	}
}

// addBases counts how common each value is in its time and what it costs to
// find it in one more group: whoever supplies several operators is drawn on
// for a share of reports, and then this value among all of the kind.
func (w *world) addBases() {
	var shares [numFamilies]float64
	for f, name := range families {
		shares[f] = w.m.b.model.Param("share_" + string(name))
	}
	for i := range w.nodes {
		for _, t := range w.nodes[i].tokens {
			w.all.add(tallyKey(0, t.month, w.values[t.value].kind), t.count, 0)
			w.values[t.value].total += float64(t.count)
		}
	}
	for i := range w.values {
		v := &w.values[i]
		seen := int32(0)
		for month := v.from; month <= v.to; month++ {
			seen += w.all.get(tallyKey(0, month, v.kind)).tokens
		}
		v.share = shares[v.family]
		v.base = v.total / max(float64(seen), v.total)
		v.cost = math.Log2(1 / (v.share * v.base))
	}
}

// settle moves nodes, in order of time, to where they save most, until none
// moves.
func (w *world) settle() {
	for range 12 {
		w.recount()
		moved := false
		for i := range w.nodes {
			if w.move(int32(i)) {
				moved = true
			}
		}
		if !moved {
			return
		}
	}
}

func (w *world) move(i int32) bool {
	was := w.group[i]
	alone := w.size[was] == int32(len(w.nodes[i].reports))
	w.take(i)
	best, bestGain := int32(-1), 0.0
	for _, g := range w.near(i) {
		gain, held := w.joining(i, g)
		if held == 0 || w.barred(i, g) {
			continue
		}
		if gain > bestGain+1e-9 || gain > bestGain-1e-9 && g == was {
			best, bestGain = g, gain
		}
	}
	if best < 0 {
		best = was
		if !alone {
			best = w.free(i)
		}
	}
	w.place(i, best)
	return best != was
}

// free gives the first empty group; there is always one, since there are as
// many groups as nodes and this node is in none.
func (w *world) free(i int32) int32 {
	if w.size[i] == 0 {
		return i
	}
	for w.size[w.vacant] != 0 {
		w.vacant++
	}
	return w.vacant
}

// near lists the groups that share a value with the node, ascending.
func (w *world) near(i int32) []int32 {
	var out []int32
	for _, t := range w.nodes[i].tokens {
		if t.bits < w.medium {
			continue // holds nothing by itself (DESIGN §7.5)
		}
		for _, h := range w.values[t.value].holders {
			out = append(out, h.group)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// merging is what two groups save by being one, and what holds them.
func (w *world) merging(a, b int32) (gain float64, held int32) {
	var best [numFamilies]int32
	seen := map[int32]bool{}
	if len(w.inside[b]) < len(w.inside[a]) {
		a, b = b, a
	}
	for _, i := range w.inside[a] {
		for _, t := range w.nodes[i].tokens {
			v := &w.values[t.value]
			if worth := min(t.bits, v.worth); v.count(b) > 0 {
				best[v.family] = max(best[v.family], worth)
			}
			if seen[t.value] {
				continue
			}
			seen[t.value] = true
			ca, cb := float64(v.count(a)), float64(v.count(b))
			if cb == 0 {
				continue
			}
			total := float64(w.seenIn(a, v) + w.seenIn(b, v))
			gain += v.cost - math.Log2(max(total, ca+cb)) + (ca+cb-1)*math.Log2(ca+cb) - (ca-1)*math.Log2(ca) - (cb-1)*math.Log2(cb)
		}
	}
	gain -= w.mixing(a, b)
	return gain, w.sum(best)
}

// mixing is what telling two groups' values apart costs once they are one,
// less what is saved by not telling the groups apart. Only months and kinds
// that a has can mix.
func (w *world) mixing(a, b int32) float64 {
	var keys []uint64
	for _, i := range w.inside[a] {
		keys = append(keys, tallyKey(0, w.nodes[i].month, 0))
		for _, t := range w.nodes[i].tokens {
			keys = append(keys, tallyKey(0, t.month, w.values[t.value].kind))
		}
	}
	slices.Sort(keys)
	cost := 0.0
	for _, k := range slices.Compact(keys) {
		x, y := w.stats.get(k|uint64(uint32(a))<<32), w.stats.get(k|uint64(uint32(b))<<32)
		if x.tokens == 0 || y.tokens == 0 {
			continue
		}
		xt, yt := float64(x.tokens), float64(y.tokens)
		if k&0xff == 1 { // the reports themselves
			cost -= w.assign * (xt*math.Log2((xt+yt)/xt) + yt*math.Log2((xt+yt)/yt))
			continue
		}
		cost += float64(x.repeats)*math.Log2((xt+yt)/xt) + float64(y.repeats)*math.Log2((xt+yt)/yt)
	}
	return cost
}

// offer is a pair of groups that would save bits by being one.
type offer struct {
	a, b int32
	gain float64
}

// unite joins groups that save bits by it, best first, in rounds of pairs of
// which each is the other's best. A round weighs anew only the pairs of groups
// that the round before changed.
func (w *world) unite() bool {
	any := false
	weighed := map[[2]int32]float64{}
	for {
		w.recount()
		w.list()
		todo := w.mutual(weighed)
		if len(todo) == 0 {
			return any
		}
		changed := map[int32]bool{}
		for _, o := range todo {
			for _, i := range w.inside[o.b] {
				w.take(i)
				w.place(i, o.a)
			}
			changed[o.a], changed[o.b] = true, true
		}
		for p := range weighed {
			if changed[p[0]] || changed[p[1]] {
				delete(weighed, p)
			}
		}
		any = true
	}
}

// mutual gives the pairs that are each other's best offer.
func (w *world) mutual(weighed map[[2]int32]float64) []offer {
	best := map[int32]offer{}
	for _, p := range w.pairs() {
		gain, known := weighed[p]
		if !known {
			var held int32
			if gain, held = w.merging(p[0], p[1]); held == 0 || w.rivals(p[0], p[1]) {
				gain = 0
			}
			weighed[p] = gain
		}
		if gain <= 0 {
			continue
		}
		for _, o := range []offer{{p[0], p[1], gain}, {p[1], p[0], gain}} {
			if have, ok := best[o.a]; !ok || better(o, have) {
				best[o.a] = o
			}
		}
	}
	var todo []offer
	for a, o := range best {
		if back := best[o.b]; back.b == a && a < o.b {
			todo = append(todo, o)
		}
	}
	slices.SortFunc(todo, func(x, y offer) int { return cmp.Compare(x.a, y.a) })
	return todo
}

func better(x, y offer) bool {
	if math.Abs(x.gain-y.gain) > 1e-9 {
		return x.gain > y.gain
	}
	return x.b < y.b
}

func (w *world) rivals(a, b int32) bool {
	for _, i := range w.inside[a] {
		if w.barred(i, b) {
			return true
		}
	}
	return false
}

// pairs lists the pairs of groups that share a value which can hold, each
// once. Of a value that very many groups hold, each group is paired with the
// largest holders and with its neighbour, so that a hub costs a straight line.
func (w *world) pairs() [][2]int32 {
	const many, largest = 48, 8
	var out [][2]int32
	add := func(x, y holder) {
		if x.group != y.group {
			out = append(out, [2]int32{min(x.group, y.group), max(x.group, y.group)})
		}
	}
	for i := range w.values {
		if w.values[i].worth < w.medium {
			continue
		}
		hs := w.values[i].holders
		if len(hs) <= many {
			for x := range hs {
				for y := range x {
					add(hs[x], hs[y])
				}
			}
			continue
		}
		hs = slices.Clone(hs)
		slices.SortFunc(hs, func(x, y holder) int { return cmp.Or(cmp.Compare(y.count, x.count), cmp.Compare(x.group, y.group)) })
		for x := 1; x < len(hs); x++ {
			add(hs[x], hs[x-1])
			for y := range min(largest, x) {
				add(hs[x], hs[y])
			}
		}
	}
	slices.SortFunc(out, func(x, y [2]int32) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) })
	return slices.Compact(out)
}
