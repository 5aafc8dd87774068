package link

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A group is tried as two by cutting it where a walk from report to value to
// report gets through most seldom.
const (
	splitLeast  = 16 // nodes of a group that may be two: fewer have next to nothing that could be missing
	splitFewest = 3  // nodes of a half
	splitRounds = 4  // a group may be several: halves are tried again
	walkSteps   = 24 // after which what is left of a walk is its slowest way
	walkWays    = 3  // the slowest may be time; another may be who
	halfRounds  = 3  // of putting nodes into the half that they fit

	splitHopeless = 200 // bits for one from which no exchange of nodes makes a ring two: of 2,586 cuts of flood rings none came from above 172
)

// split parts groups that are two: where two halves of a group, asked as if
// they had never been one, are two by more than some bits (model: split). What
// came together while little was known of either stays together else, since
// nodes that move one by one never take a group apart.
func (w *world) split() (any bool) {
	tried := make([]bool, w.len()) // by node: its group is one as far as cuts can tell
	for range splitRounds {
		w.recount()
		starts, order := w.byGroup()
		cuts := w.cutAll(starts, order, tried)
		for i := range tried {
			tried[i] = cuts[w.of[i]] == nil
		}
		found := false
		for _, half := range cuts {
			if half == nil {
				continue
			}
			found, w.counted = true, false
			g := int32(len(w.groups))
			w.groups = append(w.groups, group{})
			for _, i := range half {
				w.of[i] = g
			}
		}
		if !found {
			break
		}
		any = true
	}
	w.recount()
	return any
}

// cutAll cuts the groups that are worth it, side by side: of each the nodes of
// its smaller half, nil if it is one.
func (w *world) cutAll(starts []uint32, order []int32, tried []bool) [][]int32 {
	cuts := make([][]int32, len(starts)-1)
	var next atomic.Int32
	work := func() {
		c := cutter{w: w, local: make([]int32, len(w.values))}
		for {
			g := int(next.Add(1)) - 1
			if g >= len(cuts) {
				return
			}
			if nodes := order[starts[g]:starts[g+1]]; len(nodes) >= splitLeast && !tried[nodes[0]] {
				cuts[g] = c.cut(&w.groups[g], nodes)
			}
		}
	}
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(cuts)) {
		all.Go(work)
	}
	all.Wait()
	return cuts
}

// cutter cuts one group after the other. It changes nothing in the world.
type cutter struct {
	w      *world
	gr     *group
	nodes  []int32
	local  []int32 // by value: its place in values + 1; zero between groups
	values []int32
	byStem []int32    // places in values, those of one stem together
	tokens []cutToken // node by node
	starts []int
	side   []uint8    // by node: its half
	counts [2][]int32 // by half and value
	stats  [2][]stat  // by half: what a group counts, see group
	ways   [][]float64
}

// cutToken is a token, its value by its place in the cutter.
type cutToken struct {
	value  int32
	weight float64 // in a walk: what sharing the value would say at most
	t      *token
}

func (c *cutter) cut(gr *group, nodes []int32) []int32 {
	c.gr, c.nodes = gr, nodes
	c.load()
	for range walkWays {
		if !c.walk() {
			return nil
		}
		way := c.ways[len(c.ways)-1]
		for k := range c.side {
			c.side[k] = 0
			if way[k] > 0 {
				c.side[k] = 1
			}
		}
		c.count()
		if c.gain() > splitHopeless {
			continue
		}
		for range halfRounds {
			if !c.exchange() {
				break
			}
		}
		c.count()
		half, less := c.smaller()
		if len(half) >= splitFewest && c.gain() < -c.w.p.split && !c.tied(less, len(half)) {
			return half
		}
	}
	return nil
}

func (c *cutter) load() {
	w := c.w
	c.values, c.tokens, c.starts, c.ways = c.values[:0], c.tokens[:0], append(c.starts[:0], 0), c.ways[:0]
	for _, i := range c.nodes {
		tokens := w.tokensOf(i)
		for k := range tokens {
			t := &tokens[k]
			v := &w.values[t.value]
			if c.local[t.value] == 0 {
				c.values = append(c.values, t.value)
				c.local[t.value] = int32(len(c.values))
			}
			x := cutToken{value: c.local[t.value] - 1, t: t}
			if v.prior >= w.p.medium {
				x.weight = v.weight(t) * v.mostJoining
			}
			c.tokens = append(c.tokens, x)
		}
		c.starts = append(c.starts, len(c.tokens))
	}
	c.byStem = c.byStem[:0]
	for k, v := range c.values {
		c.local[v] = 0
		c.byStem = append(c.byStem, int32(k))
	}
	slices.SortFunc(c.byStem, func(x, y int32) int { return w.compareStems(c.values[x], c.values[y]) })
	c.side = slices.Grow(c.side[:0], len(c.nodes))[:len(c.nodes)]
}

func (c *cutter) of(k int) []cutToken { return c.tokens[c.starts[k]:c.starts[k+1]] }

// walk finds the next slowest way in which a walk from report to value to
// report mixes: the eigenvectors of the normalised bipartite graph after the
// first, by power iteration (Dhillon 2001, "Co-clustering documents and words
// using bipartite spectral graph partitioning"). It says whether there is one.
func (c *cutter) walk() bool {
	degrees, total := make([]float64, len(c.nodes)), 0.0
	held := make([]float64, len(c.values))
	for k := range c.nodes {
		for _, x := range c.of(k) {
			degrees[k] += x.weight
			held[x.value] += x.weight
		}
		total += degrees[k]
	}
	x, y := startOfWalk(len(c.nodes)), make([]float64, len(c.values))
	for range walkSteps {
		c.leaveKnown(x, degrees, total)
		clear(y)
		for k := range x {
			for _, t := range c.of(k) {
				y[t.value] += t.weight * x[k]
			}
		}
		norm := 0.0
		for k := range x {
			sum := 0.0
			for _, t := range c.of(k) {
				if t.weight > 0 {
					sum += t.weight * y[t.value] / held[t.value]
				}
			}
			x[k] = 0
			if degrees[k] > 0 {
				x[k] = sum / degrees[k]
			}
			norm += degrees[k] * x[k] * x[k]
		}
		if norm < 1e-24 {
			return false
		}
		for k := range x {
			x[k] /= math.Sqrt(norm)
		}
	}
	c.ways = append(c.ways, x)
	return true
}

// startOfWalk are numbers between -1 and 1 that have nothing to do with the
// nodes and are the same every time (a linear congruential generator, Knuth's
// MMIX).
func startOfWalk(n int) []float64 {
	x, seed := make([]float64, n), uint64(1)
	for k := range x {
		seed = seed*6364136223846793005 + 1442695040888963407
		x[k] = float64(seed>>11)/(1<<52) - 1
	}
	return x
}

// leaveKnown takes out of a walk where it ends in any case, and the ways that
// were found before.
func (c *cutter) leaveKnown(x, degrees []float64, total float64) {
	mean := 0.0
	for k := range x {
		mean += degrees[k] * x[k]
	}
	for k := range x {
		x[k] -= mean / total
	}
	for _, way := range c.ways {
		dot := 0.0
		for k := range x {
			dot += degrees[k] * x[k] * way[k]
		}
		for k := range x {
			x[k] -= dot * way[k]
		}
	}
}

// count counts both halves as groups are counted.
func (c *cutter) count() {
	for s := range c.counts {
		c.counts[s] = slices.Grow(c.counts[s][:0], len(c.values))[:len(c.values)]
		c.stats[s] = slices.Grow(c.stats[s][:0], len(c.gr.stats))[:len(c.gr.stats)]
		clear(c.counts[s])
		clear(c.stats[s])
	}
	for k, i := range c.nodes {
		s := c.side[k]
		c.at(s, c.w.nodes[i].month, 0).tokens += c.w.weightOf(i)
		for _, x := range c.of(k) {
			at := c.at(s, x.t.month, c.w.values[x.t.value].kind)
			at.tokens += x.t.count
			at.repeats += x.t.count
			if c.counts[s][x.value] == 0 {
				at.repeats--
			}
			c.counts[s][x.value] += x.t.count
		}
	}
}

func (c *cutter) at(side uint8, month int32, kind uint8) *stat {
	return &c.stats[side][int32(kind)*c.gr.months+month-c.gr.from]
}

// seen counts the reports of a half that name a value of this kind while this
// one was in use, and those that name one the half had named before.
func (c *cutter) seen(side uint8, v *value) (s stat) {
	for month := max(v.from, c.gr.from); month <= min(v.to, c.gr.from+c.gr.months-1); month++ {
		x := c.at(side, month, v.kind)
		s.tokens += x.tokens
		s.repeats += x.repeats
	}
	return s
}

// exchange puts each node into the half that it fits better, in order of
// nodes, and says whether any moved.
func (c *cutter) exchange() (moved bool) {
	for k := range c.nodes {
		s := c.side[k]
		c.move(k, s, -1)
		if other := 1 - s; c.fit(k, other) > c.fit(k, s)+1e-9 {
			s, moved = other, true
		}
		c.side[k] = s
		c.move(k, s, 1)
	}
	return moved
}

func (c *cutter) move(k int, side uint8, sign int32) {
	i := c.nodes[k]
	c.at(side, c.w.nodes[i].month, 0).tokens += sign * c.w.weightOf(i)
	for _, x := range c.of(k) {
		c.at(side, x.t.month, c.w.values[x.t.value].kind).tokens += sign * x.t.count
		c.counts[side][x.value] += sign * x.t.count
	}
}

// fit is how well a half explains a node that is in neither, see asking.fit.
func (c *cutter) fit(k int, side uint8) float64 {
	var sum tallyOf
	for _, x := range c.of(k) {
		v := &c.w.values[x.t.value]
		sum.add(v.family, v.fit(x.t, c.counts[side][x.value], c.seen(side, v).tokens))
	}
	return math.Log2(0.5+float64(c.at(side, c.w.nodes[c.nodes[k]].month, 0).tokens)) + sum.total(c.w.p.second)
}

// smaller gives the nodes of the smaller half, and which it is.
func (c *cutter) smaller() (half []int32, less uint8) {
	n := 0
	for _, s := range c.side {
		n += int(s)
	}
	if less = 1; 2*n > len(c.side) {
		less = 0
	}
	for k, i := range c.nodes {
		if c.side[k] == less {
			half = append(half, i)
		}
	}
	return half, less
}

// tied says whether what both halves name holds together half of the smaller
// half and some of the larger. Then the cut goes through what holds the ring
// together, and what a half lacks it lacks because of where the cut went: one
// wallet that all pay to, and pages of it that each are named a few times.
func (c *cutter) tied(less uint8, half int) bool {
	const some = 5 // of the larger one node in so many: a few that took up a number tie nothing
	return 2*c.bound(less) >= half && some*c.bound(1-less) >= len(c.nodes)-half
}

// bound counts the nodes of a half that name a value which the other half names
// too and which few enough groups name to be evidence.
func (c *cutter) bound(half uint8) (n int) {
	for k, s := range c.side {
		if s == half && slices.ContainsFunc(c.of(k), func(x cutToken) bool {
			return c.counts[1-half][x.value] > 0 && c.w.values[x.t.value].worth >= c.w.p.medium
		}) {
			n++
		}
	}
	return n
}

// gain is what the halves would save by being one, see uniting.
func (c *cutter) gain() float64 {
	w := c.w
	var x weighing
	var named [2]int
	for _, k := range c.byStem {
		a, b := c.counts[0][k], c.counts[1][k]
		if a > 0 {
			named[0]++
		}
		if b > 0 {
			named[1]++
		}
		if v := &w.values[c.values[k]]; a > 0 && b > 0 {
			x.add(v, v.saved(&w.p, a+b, c.seen(0, v).tokens+c.seen(1, v).tokens))
		}
	}
	small, large := uint8(0), uint8(1)
	if named[1] < named[0] {
		small, large = large, small
	}
	var l lack
	for _, k := range c.byStem {
		if v := &w.values[c.values[k]]; v.worth >= w.p.medium && c.counts[small][k] > 0 && c.counts[large][k] == 0 {
			l.add(&w.p, v, c.counts[small][k], c.seen(small, v).tokens, c.seen(large, v))
		}
	}
	l.excuse(&w.p, c.least())
	return x.bits(&w.p, &l) - w.p.merge
}

// least is how many reports the half has that has fewer.
func (c *cutter) least() int32 {
	var sizes [2]int32
	for k, i := range c.nodes {
		sizes[c.side[k]] += c.w.weightOf(i)
	}
	return min(sizes[0], sizes[1])
}
