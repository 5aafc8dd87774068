package draw

import "math"

// squares is a tree of squares over nodes, each with the mass below it and
// where that mass lies. It is built anew for each round in arrays that stay.
type squares struct {
	at   []Point
	mass []float64
	node []square
	walk []step
}

// step is a square in the order in which a walk through the tree meets them:
// each before what lies in it.
type step struct {
	x, y, m float64 // as of the square
	far     float64 // the square of the distance from which it counts as one; 0 if nothing lies in it but a node
	past    int32   // where the walk goes on behind all that lies in it
	leaf    int32   // as of the square
}

type square struct {
	x, y, m float64  // where the mass below lies, and how much it is
	size    float64  // of the side
	child   [4]int32 // 0 is none
	leaf    int32    // the node in it plus 1; 0 if it has children or nothing
}

// build lays the tree over the nodes.
func (t *squares) build(at []Point, mass []float64) {
	t.at, t.mass = at, mass
	low, high := at[0], at[0]
	for _, p := range at {
		low = Point{math.Min(low.X, p.X), math.Min(low.Y, p.Y)}
		high = Point{math.Max(high.X, p.X), math.Max(high.Y, p.Y)}
	}
	size := math.Max(math.Max(high.X-low.X, high.Y-low.Y), 1e-9) * 1.0001
	t.node = append(t.node[:0], square{size: size})
	for v := range at {
		t.add(int32(v), low.X, low.Y, size)
	}
	t.walk = t.walk[:0]
	t.line(0)
}

// line puts a square and all that lies in it into the walk.
func (t *squares) line(i int32) {
	q, here := &t.node[i], len(t.walk)
	s := step{x: q.x, y: q.y, m: q.m, leaf: q.leaf}
	if q.m > 0 {
		s.x, s.y = q.x/q.m, q.y/q.m
	}
	t.walk = append(t.walk, s)
	if q.leaf == 0 && q.child != [4]int32{} {
		t.walk[here].far = q.size * q.size / (theta * theta)
		for _, c := range q.child {
			if c != 0 {
				t.line(c)
			}
		}
	}
	t.walk[here].past = int32(len(t.walk))
}

func (t *squares) add(v int32, x, y, size float64) {
	i, p, m := int32(0), t.at[v], t.mass[v]
	for depth := 0; ; depth++ {
		q := &t.node[i]
		q.x, q.y, q.m = q.x+p.X*m, q.y+p.Y*m, q.m+m
		if q.leaf == 0 && q.child == [4]int32{} && q.m == m {
			q.leaf = v + 1
			return
		}
		if depth == depthMost {
			return // on the spot of another: its mass counts, its name is not kept
		}
		size /= 2
		if q.leaf != 0 {
			other := q.leaf - 1
			q.leaf = 0
			c := t.below(i, t.at[other], x, y, size)
			t.node[c].leaf = other + 1
			o, om := t.at[other], t.mass[other]
			t.node[c].x, t.node[c].y, t.node[c].m = o.X*om, o.Y*om, om
		}
		c := t.below(i, p, x, y, size)
		if p.X >= x+size {
			x += size
		}
		if p.Y >= y+size {
			y += size
		}
		i = c
	}
}

// below gives the child of square i, at x and y with children of this size,
// that p lies in; it is made if it is not there.
func (t *squares) below(i int32, p Point, x, y, size float64) int32 {
	k := 0
	if p.X >= x+size {
		k++
	}
	if p.Y >= y+size {
		k += 2
	}
	if c := t.node[i].child[k]; c != 0 {
		return c
	}
	c := int32(len(t.node))
	t.node = append(t.node, square{size: size})
	t.node[i].child[k] = c
	return c
}

// push is the force with which all others push node v away from p, where it
// stands: mass over distance.
func (t *squares) push(p Point, v int32) (f Point) {
	for i := int32(0); int(i) < len(t.walk); {
		q := &t.walk[i]
		dx, dy := p.X-q.x, p.Y-q.y
		d2 := dx*dx + dy*dy
		if q.far > 0 && q.far >= d2 {
			i++
			continue
		}
		i = q.past
		if q.leaf == v+1 {
			continue
		}
		if d2 < 1e-6 { // two on one spot part by their numbers
			dx, dy, d2 = 1e-3*float64(v%7-3), 1e-3*float64(v%5-2), 1e-5
		}
		by := q.m / d2
		f.X, f.Y = f.X+dx*by, f.Y+dy*by
	}
	return f
}
