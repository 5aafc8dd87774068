package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"ringbreaker.example/fraud"
)

// graphNode is an indicator of a ring with the reports that hold it folded in,
// or a supplier or launderer at the edge.
type graphNode struct {
	Label   string
	Shape   fraud.Family // which outline it gets, so that it reads without colour
	Part    string       // "hub", "indicator", "supplier", "launderer"
	Reports int
	Note    string // second line of a label at the edge
	Tip     string
}

// graphEdge says that reports hold both ends (solid), or that a tie is
// concluded (dashed). A bridge is an edge whose loss would split the ring.
type graphEdge struct {
	A, B     int
	Reports  int
	Inferred bool
	Bridge   bool
}

// graph is what a ring's picture is laid out from.
type graph struct {
	Title, Desc, Caption string
	Nodes                []graphNode
	Edges                []graphEdge
}

const (
	graphW, graphH = 1120, 660
	graphFloor     = 600.0 // the legend stands below
	graphMostNodes = 160   // the rest is in the table below the picture
	graphMostNames = 30
)

// ringGraph folds a ring and its links into a graph: indicators are joined
// where one report holds both.
func ringGraph(r fraud.Ring, links []fraud.Link) (g graph, leftOut int) {
	hub := graphNode{Label: string(r.ID), Part: "hub", Reports: r.Harm.Reports, Tip: fmt.Sprintf("%s: %s", r.ID, plural(r.Harm.Reports, "report"))}
	g.Nodes = append(g.Nodes, hub)
	inds := slices.Clone(r.Indicators)
	slices.SortStableFunc(inds, func(a, b fraud.RingIndicator) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.String(), b.String()))
	})
	if len(inds) > graphMostNodes {
		leftOut = len(inds) - graphMostNodes
		inds = inds[:graphMostNodes]
	}
	at := map[fraud.Indicator]int{}
	for _, ind := range inds {
		if _, twice := at[ind.Indicator]; twice {
			continue // a second tenure of the same value: the timeline tells them apart
		}
		at[ind.Indicator] = len(g.Nodes)
		g.Nodes = append(g.Nodes, graphNode{
			Label: indicatorText(ind.Indicator), Shape: familyOf(ind.Kind), Part: "indicator", Reports: ind.Reports,
			Tip: fmt.Sprintf("%s %s, %s, %s, %.1f bits", kindWord(ind.Kind), indicatorText(ind.Indicator), roleWord(ind.Role), plural(ind.Reports, "report"), ind.Bits),
		})
	}
	g.Edges = sharedReports(at, links, r.Bridges)
	joined := make([]bool, len(g.Nodes))
	for _, e := range g.Edges {
		joined[e.A], joined[e.B] = true, true
	}
	for i := 1; i < len(g.Nodes); i++ {
		if !joined[i] {
			g.Edges = append(g.Edges, graphEdge{A: 0, B: i, Reports: g.Nodes[i].Reports})
		}
	}
	if len(r.Indicators) > 0 {
		g.Edges = append(g.Edges, graphEdge{A: 0, B: 1, Reports: g.Nodes[1].Reports})
	}
	g.addTies("supplier", r.Suppliers)
	g.addTies("launderer", r.Launderers)
	return g, leftOut
}

func (g *graph) addTies(part string, ties []fraud.Tie) {
	for _, t := range ties {
		others := len(t.Rings) - 1
		n := graphNode{Label: indicatorText(t.Indicator), Shape: familyOf(t.Indicator.Kind), Part: part, Reports: t.Reports, Tip: t.Why}
		if others > 0 {
			n.Note = "serves " + plural(others, "other ring")
		}
		g.Edges = append(g.Edges, graphEdge{A: 0, B: len(g.Nodes), Reports: t.Reports, Inferred: true})
		g.Nodes = append(g.Nodes, n)
	}
}

// sharedReports counts, from a ring's links, the reports that hold both of two
// indicators. A link's two reports both hold each of its causes.
func sharedReports(at map[fraud.Indicator]int, links, bridges []fraud.Link) []graphEdge {
	holds := map[fraud.ReportID][]int{}
	for _, l := range links {
		for _, c := range l.Cause {
			i, ok := at[c.Indicator]
			if !ok {
				continue
			}
			for _, r := range []fraud.ReportID{l.A, l.B} {
				if !slices.Contains(holds[r], i) {
					holds[r] = append(holds[r], i)
				}
			}
		}
	}
	bridge := map[fraud.ReportID]bool{}
	for _, l := range bridges {
		bridge[l.A], bridge[l.B] = true, true
	}
	count := map[[2]int]*graphEdge{}
	for r, have := range holds {
		slices.Sort(have)
		for i, a := range have {
			for _, b := range have[i+1:] {
				e := count[[2]int{a, b}]
				if e == nil {
					e = &graphEdge{A: a, B: b}
					count[[2]int{a, b}] = e
				}
				e.Reports++
				e.Bridge = e.Bridge || bridge[r]
			}
		}
	}
	out := make([]graphEdge, 0, len(count))
	for _, e := range count {
		out = append(out, *e)
	}
	slices.SortFunc(out, func(x, y graphEdge) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return out
}

type point struct{ x, y float64 }

// drawGraph lays the graph out and draws it. The same graph gives the same
// picture: places start from a spiral by rank and are relaxed a fixed number
// of times.
func drawGraph(id string, g graph) Drawing {
	d := Drawing{ID: id, W: graphW, H: graphH, Title: g.Title, Desc: g.Desc, Caption: g.Caption}
	at := layOut(g)
	for _, e := range g.Edges {
		class := "edge"
		if e.Inferred {
			class = "edge inferred"
		}
		if e.Bridge {
			class += " bridge"
		}
		s := line(class, at[e.A].x, at[e.A].y, at[e.B].x, at[e.B].y)
		s.Width = px(math.Min(5, 0.8+math.Sqrt(float64(e.Reports))*0.35))
		d.Shapes = append(d.Shapes, s)
	}
	boxes := make([]box, 0, len(g.Nodes))
	for i, n := range g.Nodes {
		r := nodeRadius(n)
		boxes = append(boxes, box{at[i].x - r, at[i].y - r, at[i].x + r, at[i].y + r})
		d.Shapes = append(d.Shapes, nodeShape(n, at[i], r).tipped(n.Tip))
	}
	d.Shapes = append(d.Shapes, nodeLabels(g, at, boxes)...)
	d.Shapes = append(d.Shapes, graphLegend()...)
	return d
}

// layOut gives each node a place: suppliers down the left edge, launderers
// down the right, the rest in between by repulsion and attraction
// (Fruchterman and Reingold, 1991).
func layOut(g graph) []point {
	n := len(g.Nodes)
	at := make([]point, n)
	pinned := make([]bool, n)
	left, right := 0, 0
	for _, node := range g.Nodes {
		if node.Part == "supplier" {
			left++
		}
		if node.Part == "launderer" {
			right++
		}
	}
	l, r := 0, 0
	for i, node := range g.Nodes {
		switch node.Part {
		case "supplier":
			at[i], pinned[i] = point{34, edgeY(l, left)}, true
			l++
		case "launderer":
			at[i], pinned[i] = point{graphW - 34, edgeY(r, right)}, true
			r++
		case "hub":
			at[i], pinned[i] = point{graphW / 2, graphFloor / 2}, true
		default:
			a, rad := float64(i)*2.399963, 40+math.Sqrt(float64(i))*34 // golden angle: no two start alike
			at[i] = point{graphW/2 + rad*math.Cos(a)*1.35, graphFloor/2 + rad*math.Sin(a)*0.8}
		}
	}
	relax(at, pinned, g.Edges)
	return at
}

func edgeY(i, n int) float64 { return 60 + (graphFloor-110)*(float64(i)+0.5)/float64(n) }

func relax(at []point, pinned []bool, edges []graphEdge) {
	n := len(at)
	rounds := min(220, 3_000_000/(n*n+1))
	k := 0.95 * math.Sqrt(760*520/float64(n+1))
	move := make([]point, n)
	for round := range rounds {
		clear(move)
		for i := range n {
			for j := i + 1; j < n; j++ {
				dx, dy := at[i].x-at[j].x, at[i].y-at[j].y
				d2 := math.Max(dx*dx+dy*dy, 1)
				f := k * k / d2
				move[i].x, move[i].y = move[i].x+dx*f, move[i].y+dy*f
				move[j].x, move[j].y = move[j].x-dx*f, move[j].y-dy*f
			}
		}
		for _, e := range edges {
			if e.Inferred {
				continue // the edge of the picture pulls nothing towards it
			}
			dx, dy := at[e.A].x-at[e.B].x, at[e.A].y-at[e.B].y
			f := math.Min(1, math.Hypot(dx, dy)/k*0.12) // many edges meet here: each pulls little
			move[e.A].x, move[e.A].y = move[e.A].x-dx*f, move[e.A].y-dy*f
			move[e.B].x, move[e.B].y = move[e.B].x+dx*f, move[e.B].y+dy*f
		}
		heat := 60 * (1 - float64(round)/float64(rounds))
		for i := range n {
			if pinned[i] {
				continue
			}
			move[i].x += (graphW/2 - at[i].x) * 0.1
			move[i].y += (graphFloor/2 - at[i].y) * 0.22
			d := math.Max(math.Hypot(move[i].x, move[i].y), 1e-9)
			step := math.Min(d, heat) / d
			at[i].x = math.Round(10*clamp(at[i].x+move[i].x*step, 230, graphW-230)) / 10
			at[i].y = math.Round(10*clamp(at[i].y+move[i].y*step, 34, graphFloor-24)) / 10
		}
	}
}

func clamp(v, low, high float64) float64 { return math.Max(low, math.Min(high, v)) }

func nodeRadius(n graphNode) float64 {
	if n.Part == "hub" {
		return 22
	}
	return math.Min(20, 5+math.Sqrt(float64(n.Reports))*1.1)
}

// nodeShape gives each family an outline of its own.
func nodeShape(n graphNode, p point, r float64) Shape {
	class := "node " + n.Part + " fam-" + string(n.Shape)
	x, y := p.x, p.y
	if n.Part == "hub" {
		return circle("node hub", x, y, r)
	}
	switch n.Shape {
	case fraud.FamilyWeb:
		return rect(class, x-r*.88, y-r*.88, r*1.76, r*1.76)
	case fraud.FamilyMoney:
		return curve(class, "M%v %vL%v %vL%v %vL%v %vZ", x, y-r*1.2, x+r*1.2, y, x, y+r*1.2, x-r*1.2, y)
	case fraud.FamilyRemote:
		return curve(class, "M%v %vL%v %vL%v %vZ", x, y-r*1.15, x+r*1.1, y+r*.85, x-r*1.1, y+r*.85)
	case fraud.FamilyIdentity:
		return curve(class, "M%v %vL%v %vL%v %vL%v %vL%v %vL%v %vZ", x-r, y, x-r*.5, y-r*.9, x+r*.5, y-r*.9, x+r, y, x+r*.5, y+r*.9, x-r*.5, y+r*.9)
	case fraud.FamilyScript:
		return curve(class, "M%v %vL%v %vL%v %vL%v %vL%v %vZ", x-r*.8, y-r, x+r*.3, y-r, x+r*.8, y-r*.4, x+r*.8, y+r, x-r*.8, y+r)
	}
	return circle(class, x, y, r)
}

type box struct{ x1, y1, x2, y2 float64 }

func (b box) hits(o box) bool { return b.x1 < o.x2 && o.x1 < b.x2 && b.y1 < o.y2 && o.y1 < b.y2 }

// nodeLabels names the ends of the picture and as many indicators as have
// room, most reports first; the table names them all.
func nodeLabels(g graph, at []point, taken []box) []Shape {
	var out []Shape
	order := make([]int, 0, len(g.Nodes))
	for i, n := range g.Nodes {
		switch n.Part {
		case "hub":
			out = append(out, label("hub-name", at[i].x, at[i].y+4, n.Label))
		case "supplier":
			out = append(out, label("name start", at[i].x+26, at[i].y, clip(n.Label, 24)), label("note start", at[i].x+26, at[i].y+14, n.Note))
		case "launderer":
			out = append(out, label("name end", at[i].x-26, at[i].y, clip(n.Label, 24)), label("note end", at[i].x-26, at[i].y+14, n.Note))
		default:
			order = append(order, i)
		}
	}
	named := 0
	for _, i := range order { // already most reports first
		if named == graphMostNames {
			break
		}
		text := clip(g.Nodes[i].Label, 26)
		w, r := float64(len([]rune(text)))*6.3+4, nodeRadius(g.Nodes[i])+4
		x, y := at[i].x, at[i].y
		for _, try := range []struct {
			class string
			x, y  float64
			box   box
		}{
			{"name start", x + r, y + 4, box{x + r, y - 8, x + r + w, y + 7}},
			{"name end", x - r, y + 4, box{x - r - w, y - 8, x - r, y + 7}},
			{"name mid", x, y - r - 2, box{x - w/2, y - r - 14, x + w/2, y - r + 1}},
			{"name mid", x, y + r + 9, box{x - w/2, y + r - 2, x + w/2, y + r + 13}},
		} {
			if try.box.x1 < 200 || try.box.x2 > graphW-200 || slices.ContainsFunc(taken, try.box.hits) {
				continue
			}
			taken = append(taken, try.box)
			out = append(out, label(try.class, try.x, try.y, text))
			named++
			break
		}
	}
	return out
}

func graphLegend() []Shape {
	out := []Shape{line("rule", 0, graphFloor+14, graphW, graphFloor+14)}
	x, y := 20.0, graphFloor+34
	for _, f := range []struct {
		family fraud.Family
		word   string
	}{
		{fraud.FamilyContact, "phone, e-mail"},
		{fraud.FamilyWeb, "site"},
		{fraud.FamilyMoney, "account"},
		{fraud.FamilyRemote, "remote access"},
		{fraud.FamilyScript, "script"},
		{fraud.FamilyIdentity, "company, name"},
	} {
		out = append(out, nodeShape(graphNode{Shape: f.family, Part: "indicator"}, point{x, y}, 7), label("note start", x+14, y+4, f.word))
		x += 30 + float64(len(f.word))*5.9
	}
	for _, e := range []struct{ class, word string }{
		{"edge", "in the same report"}, {"edge inferred", "inferred: supplier left, launderer right"}, {"edge bridge", "bridge"},
	} {
		s := line(e.class, x, y, x+28, y)
		s.Width = 2
		out = append(out, s, label("note start", x+34, y+4, e.word))
		x += 48 + float64(len(e.word))*5.6
	}
	return out
}
