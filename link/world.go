package link

import (
	"math"
	"runtime"
	"slices"
)

// world is one component of shared evidence while it is being parted into
// groups. Nodes are reports, or several that a person said are the same
// ring's. A partition is judged by how many bits it takes to tell who used
// what (docs/linking.md):
//
//   - a value that two groups hold has to be explained by one operator or by a
//     common supplier: how often the groups name it, against how often anyone
//     draws on a supplier and how common the value is in its time;
//   - a value that one group never named, although it named others of the kind
//     at the time and repeats most of them, speaks against;
//   - two groups are two until that argument comes to some bits.
//
// So groups that share few of the values they could share stay apart, groups
// that share many are one, and a fragment with nothing of its own goes with
// whom it shares anything.
//
// Everything is in flat arrays in an order that depends on content alone, and
// every step is a function of them, so the partition is too.
type world struct {
	m       *material
	p       params
	reports []uint32 // ranks, node by node
	nodes   []node   // and one more that ends the last
	tokens  []token  // node by node
	values  []value
	kindOf  []uint8  // by value: its kind once more, near at hand
	stamps  []uint32 // by value: the clock when its holders last changed
	byStem  []int32  // the values, those of one stem together
	of      []int32  // the group of each node, -1 before it is placed
	groups  []group
	free    []int32           // groups that are empty
	rivals  map[int32][]int32 // nodes that a person keeps apart
	kinds   int32             // how many kinds, likenesses counted as their own; 0 is the reports themselves
	clock   uint32            // counts changes
	turn    uint32            // counts blocks, see inBlocks
	counts  []counting        // see recount
	counted bool              // nothing moved since the last recount
	seen    []uint32          // by node: the clock when it was last weighed
	sp      *spill            // for the long arrays, nil of a small component
	arenas  []*arena          // for who holds each value, see arenaOf
}

// params are the model's numbers, read once.
type params struct {
	assign, second, taper, attribute float64
	supplied, suppliedLeast          float64
	merge, miss, split               float64
	silent, silentMost               float64
	silentLeast, hangCore            int32
	hand, handOther, handMiss        float64
	missHand                         float64
	strong, medium                   int32 // 1/1000 bit
	share                            [numFamilies]float64
	shareReuse                       float64
	poison                           float64
	shownReports                     int
	shownBits                        int32
	priors                           [][]prior // by kind and role
}

// prior is a row of the model, ready for use.
type prior struct {
	bits   int32  // 1/1000 bit
	gap    uint32 // minutes
	family uint8
	links  bool
}

func (b *Builder) params() params {
	m := &b.model
	p := params{
		assign: m.Param("assign"), second: m.Param("second"), taper: m.Param("taper"), attribute: m.Param("attribute"),
		supplied: m.Param("supplied"), suppliedLeast: m.Param("supplied_least"),
		merge: m.Param("merge"), miss: m.Param("miss"), split: m.Param("split"),
		silent: m.Param("silent"), silentMost: m.Param("silent_most"), silentLeast: int32(m.Param("silent_least")), hangCore: int32(m.Param("hang_core")),
		hand: m.Param("hand"), handOther: m.Param("hand_other"), handMiss: m.Param("hand_miss"), missHand: m.Param("miss_hand"),
		strong: int32(m.Param("strong") * 1000), medium: int32(m.Param("medium") * 1000),
	}
	for f, name := range families {
		p.share[f] = m.Param("share_" + string(name))
	}
	p.shareReuse = m.Param("share_reuse")
	p.poison = m.Param("poison_factor")
	p.shownReports, p.shownBits = int(m.Param("shown_reports")), int32(m.Param("shown")*1000)
	for _, kind := range kinds {
		row := make([]prior, len(roles))
		for r, role := range roles {
			if x, ok := m.Prior(kind, role); ok {
				row[r] = prior{int32(x.Bits * 1000), uint32(x.GapDays) * 24 * 60, uint8(max(slices.Index(families, x.Family), 0)), true}
			}
		}
		p.priors = append(p.priors, row)
	}
	return p
}

type node struct {
	reports uint32 // where its reports start
	tokens  uint32 // where its tokens start
	month   int32
}

// token is one value in one node.
type token struct {
	value int32
	month int32
	bits  int32 // worth in this node
	count int32 // reports of the node that hold it
}

// value is a tenure as this component sees it. What is asked of the values of
// a group one after the other fills the first of two lines of a core's cache.
type value struct {
	stem     uint32 // what it stems from, see world.addStems
	kind     uint8
	family   uint8
	soft     uint8
	from, to int32 // months
	prior    int32 // what rules out chance, in 1/1000 bit
	worth    int32 // the same, tapered by how many groups it touches
	holders  holders

	share  float64 // how often such a value is supplied
	base   float64 // the share of the ones that name it among those that could
	total  int32   // reports that name it
	seen   int32   // reports that name a value of the kind while it was in use
	tenure uint32

	mostJoining, mostFit float64 // the most bits that it can give, see asking
	sure                 int32   // of a text: by how many 1/1000 bits it is surer to those who hang on it, see gather
	_                    [12]byte
}

const monthMinutes = 28 * 24 * 60

func (m *material) newWorld(reports []uint32, together *forest, rules *rules) *world {
	w := &world{m: m, p: m.params, arenas: make([]*arena, 1)}
	if len(reports) >= worldLeast {
		w.sp = m.b.spill
		w.arenas = make([]*arena, runtime.GOMAXPROCS(0))
	}
	if w.sp != nil {
		for k := range w.arenas {
			w.arenas[k] = &arena{sp: w.sp}
		}
	}
	ofRank := w.addNodes(reports, together, len(rules.same) > 0)
	w.addTokens()
	w.addStems()
	w.addBases()
	w.addRivals(rules, ofRank)
	w.of, w.seen = long[int32](w.sp, w.len()), long[uint32](w.sp, w.len())
	for i := range w.of {
		w.of[i] = -1
	}
	return w
}

// len is the number of nodes.
func (w *world) len() int { return len(w.nodes) - 1 }

func (w *world) reportsOf(i int32) []uint32 {
	return w.reports[w.nodes[i].reports:w.nodes[i+1].reports]
}

func (w *world) tokensOf(i int32) []token { return w.tokens[w.nodes[i].tokens:w.nodes[i+1].tokens] }

func (w *world) weightOf(i int32) int32 { return int32(w.nodes[i+1].reports - w.nodes[i].reports) }

// addNodes lists the reports by node; ranks are ascending, and so are the
// first ranks of nodes.
func (w *world) addNodes(reports []uint32, together *forest, judged bool) func(uint32) (int32, bool) {
	month := func(r uint32) int32 { return int32(w.m.at[r] / monthMinutes) }
	if !judged {
		w.reports = reports
		w.nodes = long[node](w.sp, len(reports)+1)
		for i, r := range reports {
			w.nodes[i] = node{reports: uint32(i), month: month(r)}
		}
		w.nodes[len(reports)].reports = uint32(len(reports))
		return func(r uint32) (int32, bool) {
			i, ok := slices.BinarySearch(reports, r)
			return int32(i), ok
		}
	}
	at, ofRank := map[uint32]int32{}, map[uint32]int32{}
	var byNode [][]uint32
	for _, r := range reports {
		root := together.find(r)
		i, ok := at[root]
		if !ok {
			i = int32(len(byNode))
			at[root] = i
			byNode = append(byNode, nil)
		}
		byNode[i] = append(byNode[i], r)
		ofRank[r] = i
	}
	for _, rs := range byNode {
		w.nodes = append(reserve(w.sp, w.nodes, 1), node{reports: uint32(len(w.reports)), month: month(rs[0])})
		w.reports = append(w.reports, rs...)
	}
	w.nodes = append(reserve(w.sp, w.nodes, 1), node{reports: uint32(len(w.reports))})
	return func(r uint32) (int32, bool) { i, ok := ofRank[r]; return i, ok }
}

func (w *world) addTokens() {
	local := w.m.scratch.local
	codes := map[uint8]uint8{}
	for i := range w.len() {
		w.nodes[i].tokens = uint32(len(w.tokens))
		for _, r := range w.reportsOf(int32(i)) {
			for _, h := range w.m.held(r) {
				x := &w.m.tenures[h.tenure]
				if x.end-x.start < 2 {
					continue
				}
				v := local[h.tenure] - 1
				if v < 0 {
					v = int32(len(w.values))
					local[h.tenure] = v + 1
					kind := x.kind + 64*x.soft
					if codes[kind] == 0 {
						codes[kind] = uint8(len(codes) + 1)
					}
					from, to := w.m.use(x)
					w.values = append(reserve(w.sp, w.values, 1), value{tenure: h.tenure, kind: codes[kind], family: x.family, soft: x.soft, share: w.p.shareOf(x), from: int32(from / monthMinutes), to: int32(to / monthMinutes)})
				}
				w.addToken(i, v, w.m.incs[h.inc])
			}
		}
	}
	w.nodes[w.len()].tokens = uint32(len(w.tokens))
	w.kindOf, w.stamps = long[uint8](w.sp, len(w.values)), long[uint32](w.sp, len(w.values))
	for i := range w.values {
		v := &w.values[i]
		local[v.tenure], w.kindOf[i] = 0, v.kind
	}
	w.kinds = int32(len(codes) + 1)
	w.rankMonths()
}

// use is when a tenure was in use: of a likeness of two tenures, both of them
// and the silence between.
func (m *material) use(t *tenure) (from, to uint32) {
	if t.soft != softReuse {
		return t.from, t.to
	}
	from, to = none, 0
	for _, inc := range m.incs[t.start:t.end] {
		from, to = min(from, inc.at), max(to, inc.at)
	}
	return from, to
}

// shareOf is how often whoever names such a value has it from a supplier, or
// after a silence from whoever had it before.
func (p *params) shareOf(t *tenure) float64 {
	if t.soft == softReuse {
		return p.shareReuse
	}
	return p.share[t.family]
}

func (w *world) addToken(i int, v int32, inc incidence) {
	val := &w.values[v]
	val.prior = max(val.prior, inc.bits)
	val.worth = val.prior
	for k := int(w.nodes[i].tokens); k < len(w.tokens); k++ {
		if t := &w.tokens[k]; t.value == v {
			t.count++
			t.bits = max(t.bits, inc.bits)
			return
		}
	}
	w.tokens = append(reserve(w.sp, w.tokens, 1), token{value: v, month: int32(inc.at / monthMinutes), bits: inc.bits, count: 1})
}

// rankMonths numbers the months in which anything happened, so that counts by
// month are dense whatever dates people told.
func (w *world) rankMonths() {
	var months []int32
	last := int32(-1)
	add := func(m int32) {
		if m != last {
			months = append(months, m)
			last = m
		}
	}
	for i := range w.len() {
		add(w.nodes[i].month)
	}
	for _, t := range w.tokens {
		add(t.month)
	}
	slices.Sort(months)
	months = slices.Compact(months)
	rank := func(m int32) int32 { i, _ := slices.BinarySearch(months, m); return int32(i) }
	for i := range w.len() {
		w.nodes[i].month = rank(w.nodes[i].month)
	}
	for i := range w.tokens {
		w.tokens[i].month = rank(w.tokens[i].month)
	}
	for i := range w.values {
		v := &w.values[i]
		v.from = rank(v.from)
		v.to = min(rank(v.to), int32(len(months)-1))
	}
}

func (w *world) addRivals(rules *rules, ofRank func(uint32) (int32, bool)) {
	for _, v := range rules.apart {
		ra, rb := w.m.rank[v.a], w.m.rank[v.b]
		if ra == none || rb == none {
			continue
		}
		a, okA := ofRank(ra)
		b, okB := ofRank(rb)
		if !okA || !okB || a == b {
			continue
		}
		if w.rivals == nil {
			w.rivals = map[int32][]int32{}
		}
		w.rivals[a] = append(w.rivals[a], b)
		w.rivals[b] = append(w.rivals[b], a)
	}
}

// addBases counts how common each value is in its time, among all of its kind.
func (w *world) addBases() {
	months := int32(0)
	for _, t := range w.tokens {
		months = max(months, t.month+1)
	}
	all := make([]int32, months*w.kinds)
	for _, t := range w.tokens {
		all[int32(w.kindOf[t.value])*months+t.month] += t.count
		w.values[t.value].total += t.count
	}
	for i := range w.values {
		v := &w.values[i]
		for month := v.from; month <= min(v.to, months-1); month++ {
			v.seen += all[int32(v.kind)*months+month]
		}
		v.seen = max(v.seen, v.total)
		v.base = float64(v.total) / float64(v.seen)
		v.mostJoining = math.Log2(1 + (1-v.share)/v.share/v.base)
		v.mostFit = math.Log2((1-v.share)/v.base + v.share)
	}
}

// weight is how much of a token's evidence is believed: what is worth little
// in its role (a forged caller id, a poisoned report) tells groups apart as
// little.
func (v *value) weight(t *token) float64 {
	if v.prior == 0 {
		return 0
	}
	return float64(t.bits) / float64(v.prior)
}

// sum applies the rule of DESIGN §7.5: one strong value, or two of
// independent families; anything less holds nothing.
func (p *params) sum(best *[numFamilies]int32) int32 {
	total, top := int32(0), int32(0)
	for _, b := range best {
		top = max(top, b)
		if b >= p.medium {
			total += b
		}
	}
	if top >= p.strong || total >= p.strong {
		return max(total, top)
	}
	return 0
}

func (w *world) barred(i, g int32) bool {
	return w.rivals != nil && slices.ContainsFunc(w.rivals[i], func(j int32) bool { return w.of[j] == g })
}

// taper lowers what a value is worth by over how many otherwise unrelated
// groups it is spread: groups of some size that have a life of their own
// without it, weighed by how much of the value each holds (the inverse
// Simpson index). A number with 5,000 victims of one ring is spread over one
// and keeps its worth; a mule, a seller's number or a shared host loses it.
func (w *world) taper() {
	w.recount()
	for i := range w.values {
		v := &w.values[i]
		var groups spread
		for _, h := range v.holders.list {
			if w.groups[h.group].unrelated(h) {
				groups.add(h.count)
			}
		}
		if groups.squares > 0 {
			if worth := groups.worth(&w.p, v); worth != v.worth {
				if min(worth, v.worth) < w.p.strong {
					w.touch(int32(i)) // else it holds a node all the same
				}
				v.worth = worth
			}
		}
	}
}

// unrelated says whether a holder of a value is of some size and has a life of
// its own without it.
func (g *group) unrelated(h holder) bool { return g.size >= 4 && g.size-h.count >= max(3, h.count) }

// spread is over how many groups a value is spread, as it is being added up.
type spread struct{ sum, squares float64 }

func (s *spread) add(count int32) {
	s.sum += float64(count)
	s.squares += float64(count) * float64(count)
}

// worth is what a value is worth that is spread so.
func (s *spread) worth(p *params, v *value) int32 {
	return int32(float64(v.prior) / (1 + p.taper*(s.sum*s.sum/s.squares-1)))
}

// touch says that a value's holders or worth changed.
func (w *world) touch(v int32) {
	w.clock++
	w.stamps[v] = w.clock
}

// worldLeast is how many reports a component has whose arrays are taken out of
// the heap: a thousand small components would ask the system for more than
// they take.
const worldLeast = 1 << 10

// end lets go of everything that was taken out of the heap.
func (w *world) end() {
	for _, a := range w.arenas {
		if a != nil {
			a.end()
		}
	}
	for k := range w.counts {
		for i := range w.counts[k].stats {
			release(w.sp, &w.counts[k].stats[i])
		}
	}
	release(w.sp, &w.nodes)
	release(w.sp, &w.tokens)
	release(w.sp, &w.values)
	release(w.sp, &w.kindOf)
	release(w.sp, &w.stamps)
	release(w.sp, &w.byStem)
	release(w.sp, &w.of)
	release(w.sp, &w.seen)
}

// arenaOf is where a value's holders have their arrays. Values that lie
// together are one's, and each arena is one goroutine's at a time.
func (w *world) arenaOf(v int32) *arena { return w.arenas[w.sideOf(v)] }

func (w *world) sideOf(v int32) int { return int(v>>8) % len(w.arenas) }

// solve parts the component and joins what belongs together in sets. It parts
// twice: the first time finds which values are hubs and says what they are
// worth; the second starts over with that, so that what a hub brought together
// early does not stay together for want of a way back.
func (w *world) solve(sets *forest) {
	w.insert()
	w.settle()
	w.unite()
	w.taper()
	w.settle()
	w.refine()
	w.split()
	w.taper()
	w.dissolve()
	w.insert()
	w.settle()
	w.refine()
	if w.split() {
		w.refine()
	}
	w.admit()
	w.tie(sets)
}

// tie joins in sets what is in one group and names a value in common. Reports
// move one by one, so who tied two parts of a group to each other may have left
// it: nobody could say then why they are one.
func (w *world) tie(sets *forest) {
	_, order := w.byGroup()
	last := long[int32](w.sp, len(w.values)) // by value: the node that named it last, + 1
	for _, i := range order {
		rs := w.reportsOf(i)
		for _, r := range rs[1:] {
			sets.union(rs[0], r)
		}
		for _, t := range w.tokensOf(i) {
			if t.bits == 0 {
				continue // no evidence
			}
			if j := last[t.value] - 1; j >= 0 && w.of[j] == w.of[i] {
				sets.union(w.reportsOf(j)[0], rs[0])
			}
			last[t.value] = i + 1
		}
	}
	release(w.sp, &last)
}

// refine unites groups and gives each node to the likeliest, in turns.
func (w *world) refine() {
	for round := range attributeRounds {
		joined := w.unite()
		w.recount()
		if !w.attribute(round == 0) {
			if joined {
				break
			}
			return // nothing joined and nobody moved: nothing would join again
		}
	}
	w.unite()
}

// dissolve takes all nodes out of their groups.
func (w *world) dissolve() {
	w.forget()
	for i := range w.of {
		w.of[i] = -1
	}
}

// forget forgets all groups, but not who is in them.
func (w *world) forget() {
	for i := range w.values {
		w.values[i].holders.clear()
	}
	w.groups, w.free, w.counted = w.groups[:0], w.free[:0], false
}

// Rounds are bounded because a partition may swing between two that are
// equally good; what is left to gain after them is small.
const (
	settlePasses    = 6
	attributeRounds = 4
)
