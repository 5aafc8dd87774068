package draw_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ringbreaker.example/web/draw"
)

var box = draw.Box{X: 100, Y: 20, W: 900, H: 560}

// ringLike is a graph such as rings have: reports that each hold one to four
// values, of which few are held by many.
func ringLike(nodes int) (int, []draw.Edge) {
	random := rand.New(rand.NewPCG(3, 5))
	values := nodes / 6
	var edges []draw.Edge
	for r := values; r < nodes; r++ {
		for range 1 + random.IntN(4) {
			v := int32(float64(values) * math.Pow(random.Float64(), 2.2))
			edges = append(edges, draw.Edge{A: int32(r), B: v})
		}
	}
	return nodes, edges
}

func TestTheSameGraphGetsTheSamePlaces(t *testing.T) {
	n, edges := ringLike(5000)
	first := draw.Layout(n, edges, box)
	if again := draw.Layout(n, edges, box); !slices.Equal(first, again) {
		t.Error("the second layout differs from the first")
	}
}

// Property: whatever the graph, every node has a place in the box, and a
// place is a number.
func TestEveryNodeHasAPlaceInTheBox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 120).Draw(t, "n")
		var edges []draw.Edge
		for range rapid.IntRange(0, 300).Draw(t, "edges") {
			edges = append(edges, draw.Edge{A: rapid.Int32Range(-2, 125).Draw(t, "a"), B: rapid.Int32Range(-2, 125).Draw(t, "b")})
		}
		at := draw.Layout(n, edges, box)
		if len(at) != n {
			t.Fatalf("%d places for %d nodes", len(at), n)
		}
		for i, p := range at {
			if !(p.X >= box.X && p.X <= box.X+box.W && p.Y >= box.Y && p.Y <= box.Y+box.H) {
				t.Fatalf("node %d of %d stands at %v", i, n, p)
			}
		}
	})
}

// Two groups that one edge joins must stand apart: that is what the picture
// is for.
func TestTwoGroupsWithOneEdgeBetweenThemStandApart(t *testing.T) {
	const each = 150
	random := rand.New(rand.NewPCG(1, 9))
	var edges []draw.Edge
	for g := range int32(2) {
		for range each * 4 {
			edges = append(edges, draw.Edge{A: g*each + random.Int32N(each), B: g*each + random.Int32N(each)})
		}
	}
	edges = append(edges, draw.Edge{A: 0, B: each})
	at := draw.Layout(2*each, edges, box)
	middle := func(from int) (m draw.Point, spread float64) {
		for _, p := range at[from : from+each] {
			m.X, m.Y = m.X+p.X/each, m.Y+p.Y/each
		}
		for _, p := range at[from : from+each] {
			spread += math.Hypot(p.X-m.X, p.Y-m.Y) / each
		}
		return m, spread
	}
	a, wideA := middle(0)
	b, wideB := middle(each)
	if d := math.Hypot(a.X-b.X, a.Y-b.Y); d < 1.5*(wideA+wideB)/2 {
		t.Errorf("the middles are %.0f apart, the groups %.0f and %.0f wide", d, wideA, wideB)
	}
}

// Edges must be short against what chance would give, or the picture shows
// nothing.
func TestNeighboursStandNear(t *testing.T) {
	n, edges := ringLike(2000)
	at := draw.Layout(n, edges, box)
	random := rand.New(rand.NewPCG(4, 4))
	var joined, any float64
	for _, e := range edges {
		joined += math.Hypot(at[e.A].X-at[e.B].X, at[e.A].Y-at[e.B].Y)
		x, y := at[random.IntN(n)], at[random.IntN(n)]
		any += math.Hypot(x.X-y.X, x.Y-y.Y)
	}
	if joined > 0.5*any {
		t.Errorf("an edge is %.0f long, two nodes are %.0f apart", joined/float64(len(edges)), any/float64(len(edges)))
	}
}

// A node that nothing joins must not push the rest into a corner.
func TestALonelyNodeLeavesTheRestItsRoom(t *testing.T) {
	n, edges := ringLike(600)
	at := draw.Layout(n+3, edges, box)
	var wide float64
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range at[:n] {
		low, high = math.Min(low, p.X), math.Max(high, p.X)
	}
	if wide = high - low; wide < box.W/2 {
		t.Errorf("the graph is %.0f wide in a box of %.0f", wide, box.W)
	}
}

// A report and a value that stand on one spot cannot be told apart.
func TestNodesStandApart(t *testing.T) {
	n, edges := ringLike(1000)
	at := draw.Layout(n, edges, box)
	seen := map[draw.Point]int{}
	for _, p := range at {
		seen[p]++
	}
	if len(seen) < n*98/100 {
		t.Errorf("%d nodes stand on %d spots", n, len(seen))
	}
}

// Promise: a ring of 5,000 nodes is drawn within a page's time.
func BenchmarkLayout(b *testing.B) {
	for _, nodes := range []int{200, 1000, 5000} {
		b.Run(fmt.Sprintf("nodes=%d", nodes), func(b *testing.B) {
			n, edges := ringLike(nodes)
			b.ReportMetric(float64(len(edges)), "edges")
			for b.Loop() {
				draw.Layout(n, edges, box)
			}
		})
	}
}
