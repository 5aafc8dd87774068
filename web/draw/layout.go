package draw

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// Point is a place in a picture, in its own units, y downwards.
type Point struct{ X, Y float64 }

// Edge joins two nodes by their numbers.
type Edge struct{ A, B int32 }

// Box is where a picture's marks may stand.
type Box struct{ X, Y, W, H float64 }

// The multilevel scheme and its cooling are those of Hu, "Efficient,
// High-Quality Force-Directed Graph Drawing" (2005), which Graphviz's sfdp
// uses; far nodes count as one where their square looks smaller than theta
// (Barnes and Hut, 1986).
const (
	theta       = 1.5
	coarsest    = 40  // nodes below which no coarser graph is made
	roundsFirst = 100 // on the coarsest graph
	roundsLast  = 12  // on the finest: it only smooths
	levelsMost  = 24
	sideBySide  = 600 // nodes from which forces are worked out on several cores
	depthMost   = 30  // of the tree of squares; deeper, two nodes stand on one spot
)

// Layout gives each of n nodes a place in the box, so that nodes which an edge
// joins stand near each other and no two stand on one spot. Edges from a node
// to itself, or to none, are ignored; parallel edges pull once. The same
// input gives the same places on the same kind of machine.
func Layout(n int, edges []Edge, box Box) []Point {
	if n == 0 {
		return nil
	}
	g := newNet(n, edges)
	if main, small := g.parts(); len(small) > 0 {
		return g.besides(main, small, edges, box)
	}
	stem, core := g.foldLeaves()
	at := make([]Point, n)
	if core.n > 0 {
		places := core.layOut()
		for i, v := range core.of {
			at[v] = places[i]
		}
	}
	g.unfoldLeaves(at, stem)
	fit(at, box)
	return at
}

// net is a graph as flat arrays: the neighbours of v are near[start[v]:start[v+1]].
type net struct {
	n     int
	start []int32
	near  []int32
	mass  []float64 // nodes of the first graph that each stands for
	of    []int32   // of a part: the number that each node has in the whole
}

func newNet(n int, edges []Edge) *net {
	g := &net{n: n, start: make([]int32, n+1), mass: make([]float64, n)}
	for i := range g.mass {
		g.mass[i] = 1
	}
	good := func(e Edge) bool { return e.A != e.B && e.A >= 0 && e.B >= 0 && int(e.A) < n && int(e.B) < n }
	for _, e := range edges {
		if good(e) {
			g.start[e.A+1]++
			g.start[e.B+1]++
		}
	}
	for v := range n {
		g.start[v+1] += g.start[v]
	}
	g.near = make([]int32, g.start[n])
	fill := append([]int32(nil), g.start[:n]...)
	for _, e := range edges {
		if good(e) {
			g.near[fill[e.A]], g.near[fill[e.B]] = e.B, e.A
			fill[e.A]++
			fill[e.B]++
		}
	}
	g.withoutDoubles()
	return g
}

// withoutDoubles keeps each neighbour once, in the order in which it came.
func (g *net) withoutDoubles() {
	seen := make([]int32, g.n)
	out, from := int32(0), int32(0)
	for v := range g.n {
		to := g.start[v+1]
		g.start[v] = out
		for _, u := range g.near[from:to] {
			if seen[u] != int32(v)+1 {
				seen[u] = int32(v) + 1
				g.near[out] = u
				out++
			}
		}
		from = to
	}
	g.start[g.n] = out
	g.near = g.near[:out]
}

func (g *net) around(v int32) []int32 { return g.near[g.start[v]:g.start[v+1]] }

// parts tells the large parts of the graph, that nothing joins, from those
// that are less than a quarter of the largest: forces would fling these away
// and leave the picture to empty paper.
func (g *net) parts() (main, small []int32) {
	of, sizes := make([]int32, g.n), []int{}
	for v := range of {
		of[v] = -1
	}
	var order []int32
	for v := range int32(g.n) {
		if of[v] >= 0 {
			continue
		}
		part, from := int32(len(sizes)), len(order)
		of[v] = part
		order = append(order, v)
		for k := from; k < len(order); k++ {
			for _, u := range g.around(order[k]) {
				if of[u] < 0 {
					of[u] = part
					order = append(order, u)
				}
			}
		}
		sizes = append(sizes, len(order)-from)
	}
	largest := slices.Max(sizes)
	for _, v := range order {
		if sizes[of[v]]*4 < largest {
			small = append(small, v)
		} else {
			main = append(main, v)
		}
	}
	return main, small
}

// besides lays the large parts out and sets the small ones in rows below.
func (g *net) besides(main, small []int32, edges []Edge, box Box) []Point {
	at, place := make([]Point, g.n), make([]int32, g.n)
	for v := range place {
		place[v] = -1
	}
	for i, v := range main {
		place[v] = int32(i)
	}
	var kept []Edge
	for _, e := range edges {
		if e.A >= 0 && e.B >= 0 && int(e.A) < g.n && int(e.B) < g.n && place[e.A] >= 0 && place[e.B] >= 0 {
			kept = append(kept, Edge{place[e.A], place[e.B]})
		}
	}
	strip := box.H * math.Min(0.25, 0.06+float64(len(small))/float64(g.n))
	top := Box{box.X, box.Y, box.W, box.H - strip}
	for i, p := range Layout(len(main), kept, top) {
		at[main[i]] = p
	}
	across := int(math.Ceil(math.Sqrt(float64(len(small)) * box.W / strip)))
	down := (len(small) + across - 1) / across
	for i, v := range small {
		x := box.X + box.W*(float64(i%across)+0.5)/float64(across)
		y := top.Y + top.H + strip*(float64(i/across)+0.7)/(float64(down)+0.4)
		at[v] = Point{within(x, box.X, box.W), within(y, box.Y, box.H)}
	}
	return at
}

// foldLeaves takes nodes with one neighbour out: stem[v] is that neighbour,
// or -1. What is left, the core, carries their mass.
func (g *net) foldLeaves() (stem []int32, core *net) {
	stem = make([]int32, g.n)
	for v := range stem {
		stem[v] = -1
		if near := g.around(int32(v)); len(near) == 1 && (len(g.around(near[0])) > 1 || near[0] < int32(v)) {
			stem[v] = near[0]
		}
	}
	place := make([]int32, g.n)
	core = &net{}
	for v := range g.n {
		place[v] = -1
		if stem[v] < 0 {
			place[v] = int32(core.n)
			core.of = append(core.of, int32(v))
			core.mass = append(core.mass, 1)
			core.n++
		}
	}
	for v := range g.n {
		if s := stem[v]; s >= 0 {
			core.mass[place[s]] += 0.5 // leaves stand close to their stem
		}
	}
	core.start = make([]int32, 1, core.n+1)
	for _, v := range core.of {
		for _, u := range g.around(v) {
			if place[u] >= 0 {
				core.near = append(core.near, place[u])
			}
		}
		core.start = append(core.start, int32(len(core.near)))
	}
	return stem, core
}

// goldenAngle sets leaves round their stem so that no two start alike (Vogel
// 1979, the seeds of a sunflower).
const goldenAngle = 2.39996322972865332

// unfoldLeaves sets the leaves of each stem round it, nearer the more there
// are.
func (g *net) unfoldLeaves(at []Point, stem []int32) {
	count := make([]int, g.n)
	for v := range g.n {
		if s := stem[v]; s >= 0 {
			k := float64(count[s])
			count[s]++
			r := leafStep * math.Sqrt(k+2)
			at[v] = Point{at[s].X + r*math.Cos(k*goldenAngle), at[s].Y + r*math.Sin(k*goldenAngle)}
		}
	}
}

// The natural length of an edge is 1; leafStep is the distance between leaves.
const leafStep = 0.16

// layOut gives the core places: on the coarsest graph from a spiral, on each
// finer one from the places of the coarser.
func (g *net) layOut() []Point {
	levels, into := []*net{g}, [][]int32{}
	for last := g; last.n > coarsest && len(levels) < levelsMost; last = levels[len(levels)-1] {
		coarse, to := last.coarser()
		if float64(coarse.n) > 0.9*float64(last.n) {
			break
		}
		levels, into = append(levels, coarse), append(into, to)
	}
	top := levels[len(levels)-1]
	at := make([]Point, top.n)
	for i := range at {
		r := 0.8 * math.Sqrt(float64(i)+0.5)
		at[i] = Point{r * math.Cos(float64(i)*goldenAngle), r * math.Sin(float64(i)*goldenAngle)}
	}
	top.settle(at, roundsFirst, 1)
	random := rand.New(rand.NewPCG(1, 2)) // only parts what would stand on one spot
	for l := len(levels) - 2; l >= 0; l-- {
		fine := levels[l]
		wide := math.Sqrt(float64(fine.n) / float64(len(at))) // more nodes take more room
		next := make([]Point, fine.n)
		for v := range next {
			p := at[into[l][v]]
			next[v] = Point{p.X*wide + 0.3*(random.Float64()-0.5), p.Y*wide + 0.3*(random.Float64()-0.5)}
		}
		at = next
		rounds := roundsLast
		if fine.n < 600 {
			rounds = 3 * roundsLast
		}
		fine.settle(at, rounds, 0.5)
	}
	return at
}

// coarser pairs each node with a neighbour, and those that are left over with
// a node that has a neighbour in common: stars shrink as fast as chains.
func (g *net) coarser() (*net, []int32) {
	to := make([]int32, g.n)
	for v := range to {
		to[v] = -1
	}
	n := int32(0)
	pair := func(a, b int32) { to[a], to[b] = n, n; n++ }
	for v := range int32(g.n) {
		if to[v] >= 0 {
			continue
		}
		best := int32(-1)
		for _, u := range g.around(v) {
			if to[u] < 0 && (best < 0 || len(g.around(u)) < len(g.around(best))) {
				best = u
			}
		}
		if best >= 0 {
			pair(v, best)
		}
	}
	wait := make([]int32, g.n) // by neighbour: who waits for a partner there, plus 1
	for v := range int32(g.n) {
		if to[v] >= 0 {
			continue
		}
		for _, u := range g.around(v) {
			if w := wait[u] - 1; w >= 0 && to[w] < 0 {
				pair(v, w)
				break
			}
		}
		if to[v] < 0 {
			for _, u := range g.around(v) {
				wait[u] = v + 1
			}
		}
	}
	for v := range to {
		if to[v] < 0 {
			to[v] = n
			n++
		}
	}
	edges := make([]Edge, 0, len(g.near)/2)
	for v := range int32(g.n) {
		for _, u := range g.around(v) {
			if v < u && to[v] != to[u] {
				edges = append(edges, Edge{to[v], to[u]})
			}
		}
	}
	c := newNet(int(n), edges)
	for i := range c.mass {
		c.mass[i] = 0
	}
	for v, t := range to {
		c.mass[t] += g.mass[v]
	}
	return c, to
}

// settle moves the nodes by their forces, by ever smaller steps.
func (g *net) settle(at []Point, rounds int, step float64) {
	const (
		repel = 0.6
		pull  = 0.02 // to the middle: parts that nothing joins stay in sight
	)
	move, slack := make([]Point, g.n), make([]float64, g.n)
	for v := range slack {
		slack[v] = 1 / math.Sqrt(math.Max(float64(len(g.around(int32(v)))), 1))
	}
	var t squares
	energy, good := math.Inf(1), 0
	// Nodes are moved once all forces are known, so shares of them can be worked
	// out side by side. How many shares there are depends on the graph alone: the
	// same graph gives the same picture on every machine.
	shares := make([]float64, 1)
	if g.n >= sideBySide {
		shares = make([]float64, 4)
	}
	forces := func(share int) {
		var sum float64
		for v := share * g.n / len(shares); v < (share+1)*g.n/len(shares); v++ {
			f := t.push(at[v], int32(v))
			m := math.Min(g.mass[v], 8)
			f.X, f.Y = f.X*repel*m, f.Y*repel*m
			for _, u := range g.around(int32(v)) {
				dx, dy := at[u].X-at[v].X, at[u].Y-at[v].Y
				// A hub of a thousand pulls each neighbour less, or they fall onto it.
				d := math.Sqrt(dx*dx+dy*dy) * math.Max(slack[u], slack[v])
				f.X, f.Y = f.X+dx*d, f.Y+dy*d
			}
			f.X, f.Y = f.X-pull*at[v].X*m, f.Y-pull*at[v].Y*m
			d := math.Sqrt(f.X*f.X + f.Y*f.Y)
			sum += d * d
			move[v] = Point{}
			if d > 1e-12 {
				by := math.Min(step, d) / d
				move[v] = Point{f.X * by, f.Y * by}
			}
		}
		shares[share] = sum
	}
	for range rounds {
		t.build(at, g.mass)
		if len(shares) == 1 {
			forces(0)
		} else {
			var all sync.WaitGroup
			for k := range shares {
				all.Go(func() { forces(k) })
			}
			all.Wait()
		}
		var sum float64
		for _, part := range shares {
			sum += part
		}
		for v := range at {
			at[v] = Point{at[v].X + move[v].X, at[v].Y + move[v].Y}
		}
		if sum < energy {
			if good++; good >= 5 {
				good, step = 0, step/0.9
			}
		} else {
			good, step = 0, step*0.9
		}
		energy = sum
		step *= 1 - 1/float64(rounds)
	}
}

// fit turns the picture so that it lies along the box, and scales it in.
func fit(at []Point, box Box) {
	var mx, my, xx, xy, yy float64
	for _, p := range at {
		mx, my = mx+p.X/float64(len(at)), my+p.Y/float64(len(at))
	}
	for _, p := range at {
		dx, dy := p.X-mx, p.Y-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	sin, cos := math.Sincos(-0.5 * math.Atan2(2*xy, xx-yy)) // along the longer axis
	if box.H > box.W {
		sin, cos = cos, -sin
	}
	low, high := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for i, p := range at {
		dx, dy := p.X-mx, p.Y-my
		q := Point{dx*cos - dy*sin, dx*sin + dy*cos}
		at[i] = q
		low = Point{math.Min(low.X, q.X), math.Min(low.Y, q.Y)}
		high = Point{math.Max(high.X, q.X), math.Max(high.Y, q.Y)}
	}
	w, h := math.Max(high.X-low.X, 1e-9), math.Max(high.Y-low.Y, 1e-9)
	sx, sy := box.W/w, box.H/h
	// Filling the box is worth some stretching: distances mean nearness, not miles.
	sx, sy = math.Min(sx, 1.6*sy), math.Min(sy, 1.6*sx)
	for i, p := range at {
		x := box.X + box.W/2 + (p.X-(low.X+high.X)/2)*sx
		y := box.Y + box.H/2 + (p.Y-(low.Y+high.Y)/2)*sy
		at[i] = Point{within(x, box.X, box.W), within(y, box.Y, box.H)}
	}
}

// within rounds to a tenth, what a picture prints, and holds v in its range.
func within(v, from, size float64) float64 {
	if math.IsNaN(v) {
		v = from + size/2
	}
	return math.Round(10*math.Max(from, math.Min(from+size, v))) / 10
}
