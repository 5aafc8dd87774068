package draw

import "math"

// squares is a tree of squares over nodes, each with the mass below it and
// where that mass lies. It is built anew for each round in arrays that stay.
type squares struct {
	at   []Point
	mass []float64
	node []square
	far  float64 // theta squared
}

type square struct {
	x, y, m float64  // where the mass below lies, and how much it is
	size    float64  // of the side
	child   [4]int32 // 0 is none
	leaf    int32    // the node in it plus 1; 0 if it has children or nothing
}

// build lays the tree over the nodes.
func (t *squares) build(at []Point, mass []float64) {
	t.at, t.mass, t.far = at, mass, theta*theta
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
	for i := range t.node {
		if q := &t.node[i]; q.m > 0 {
			q.x, q.y = q.x/q.m, q.y/q.m
		}
	}
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
// stands: mass over distance. stack is room to work in, which it gives back.
func (t *squares) push(p Point, v int32, stack []int32) (f Point, room []int32) {
	stack = append(stack[:0], 0)
	for len(stack) > 0 {
		q := &t.node[stack[len(stack)-1]]
		stack = stack[:len(stack)-1]
		if q.leaf == v+1 {
			continue
		}
		dx, dy := p.X-q.x, p.Y-q.y
		d2 := dx*dx + dy*dy
		if q.leaf != 0 || q.size*q.size < t.far*d2 || q.child == [4]int32{} {
			if d2 < 1e-6 { // two on one spot part by their numbers
				dx, dy, d2 = 1e-3*float64(v%7-3), 1e-3*float64(v%5-2), 1e-5
			}
			f.X, f.Y = f.X+dx*q.m/d2, f.Y+dy*q.m/d2
			continue
		}
		for _, c := range q.child {
			if c != 0 {
				stack = append(stack, c)
			}
		}
	}
	return f, stack
}
