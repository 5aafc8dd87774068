package web

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/web/draw"
)

// graphNode is a report of a ring, a value that reports hold, or a supplier
// or launderer at the edge.
type graphNode struct {
	Label   string
	Shape   fraud.Family // which outline it gets, so that it reads without colour
	Part    string       // "report", "indicator", "supplier", "launderer"
	Reports int          // that hold it
	Note    string       // second line of a label at the edge
	Tip     string
	Bridge  bool // the ring would fall apart without it
	Value   string
}

// graphEdge says that a report holds a value (solid), or that a tie is
// concluded (dashed). A bridge is what the ring would fall apart without.
type graphEdge struct {
	A, B     int32
	Inferred bool
	Bridge   bool
}

// graph is what a ring's picture is laid out from.
type graph struct {
	Title, Desc, Caption string
	Nodes                []graphNode
	Edges                []graphEdge
	At                   []draw.Point
	Left                 string // what of the ring it holds, where not all
	Bridges              []bridgeRow
}

const (
	graphW, graphH  = 1120, 660
	graphFloor      = 600.0 // the legend stands below
	graphMostNodes  = 5000  // that move smoothly in a browser; the tables hold all
	graphMostValues = 1500  // of them, at most, are values
	graphMostShapes = 400   // values with a shape and a tip of their own in the still picture
	graphMostNames  = 30
	graphMostTies   = 16 // lines from one supplier or launderer
	graphQuote      = 20 // letters of a script's first words
	graphMostEdge   = 24 // suppliers, or launderers: more names would run into each other
)

// ringGraph joins the reports of a picture with the values that they hold. A
// value that none of them holds is left out: it would stand alone and tell
// nothing. A supplier or launderer stands at the edge and nowhere else.
func ringGraph(r fraud.Ring, reports []int) graph {
	var g graph
	values := byReports(r.Indicators)
	of := make(map[fraud.Indicator][]int, len(values)) // the reports drawn that hold each, by their places in reports
	drawn := make([]int, len(r.Reports))
	for i, at := range reports {
		drawn[at] = i + 1
	}
	for _, v := range values {
		list, before := of[v.Indicator], len(of[v.Indicator])
		for _, at := range v.Held {
			if at < len(drawn) && drawn[at] > 0 {
				list = append(list, drawn[at]-1)
			}
		}
		if before > 0 { // another tenure of the same value: the timeline tells them apart
			slices.Sort(list)
			list = slices.Compact(list)
		}
		of[v.Indicator] = list
	}
	bridge := map[fraud.Indicator]bool{}
	across := map[fraud.ReportID]bool{}
	for _, l := range r.Bridges {
		across[l.A], across[l.B] = true, true
		if len(l.Cause) > 0 {
			bridge[l.Cause[0].Indicator] = true
		}
	}
	atEdge := map[fraud.Indicator]bool{}
	suppliers, launderers := mostHeld(r.Suppliers), mostHeld(r.Launderers)
	for _, t := range slices.Concat(suppliers, launderers) {
		atEdge[t.Indicator] = true
	}
	shown := 0
	for _, v := range values {
		holders := of[v.Indicator]
		if len(holders) == 0 || atEdge[v.Indicator] || shown == graphMostValues {
			continue
		}
		shown++
		delete(of, v.Indicator)
		n := int32(len(g.Nodes))
		for _, i := range holders {
			g.Edges = append(g.Edges, graphEdge{A: n, B: int32(i), Bridge: bridge[v.Indicator] && across[r.Reports[reports[i]]]})
		}
		g.Nodes = append(g.Nodes, graphNode{
			Label: indicatorText(v.Indicator), Shape: familyOf(v.Kind), Part: "indicator", Reports: v.Reports, Value: v.Value, Bridge: bridge[v.Indicator],
			Note: kindWord(v.Kind) + ", " + roleWord(v.Role) + fmt.Sprintf(", %.1f bits", v.Bits),
			Tip:  fmt.Sprintf("%s %s, %s, %s, %.1f bits", kindWord(v.Kind), indicatorText(v.Indicator), roleWord(v.Role), plural(v.Reports, "report"), v.Bits),
		})
	}
	tie := func(part string, list []fraud.Tie) {
		for _, t := range list {
			n := int32(len(g.Nodes))
			for _, i := range evenly(of[t.Indicator], graphMostTies) {
				g.Edges = append(g.Edges, graphEdge{A: n, B: int32(i), Inferred: true})
			}
			x := graphNode{Label: indicatorText(t.Indicator), Shape: familyOf(t.Indicator.Kind), Part: part, Reports: t.Reports, Tip: t.Why, Value: t.Indicator.Value}
			if others := t.Serves() - 1; others > 0 {
				x.Note = "serves " + plural(others, "other ring")
			}
			g.Nodes = append(g.Nodes, x)
		}
	}
	tie("supplier", suppliers)
	tie("launderer", launderers)
	for i := range g.Edges { // reports stand behind all others
		g.Edges[i].B += int32(len(g.Nodes))
	}
	for _, at := range reports {
		g.Nodes = append(g.Nodes, graphNode{Label: string(r.Reports[at]), Part: "report", Value: string(r.Reports[at])})
	}
	g.Left = leftOut(r, len(reports), shown, len(suppliers)+len(launderers))
	return g
}

// named gives the scripts of a picture their first words for a name, as far as
// they are known.
func (g graph) named(w said) graph {
	if len(w) == 0 {
		return g
	}
	g.Nodes = slices.Clone(g.Nodes)
	for i := range g.Nodes {
		n := &g.Nodes[i]
		i := fraud.Indicator{Kind: fraud.Script, Value: n.Value}
		if n.Shape != fraud.FamilyScript || w[i] == "" {
			continue
		}
		if n.Part == "indicator" {
			n.Tip = strings.Replace(n.Tip, n.Label, w.name(i), 1)
		} else {
			n.Tip = w.name(i) + ": " + n.Tip
		}
		n.Label = w.label(i, graphQuote)
	}
	return g
}

// mostHeld are the suppliers or launderers that one edge of a picture has room
// for, those with most reports.
func mostHeld(ties []fraud.Tie) []fraud.Tie {
	out := slices.Clone(ties)
	slices.SortStableFunc(out, func(a, b fraud.Tie) int { return cmp.Compare(b.Reports, a.Reports) })
	return out[:min(len(out), graphMostEdge)]
}

// leftOut says what of a ring its picture does not hold, empty if it holds all.
func leftOut(r fraud.Ring, reports, values, ties int) string {
	all := map[fraud.Indicator]bool{}
	for _, v := range r.Indicators {
		all[v.Indicator] = true
	}
	if reports == len(r.Reports) && len(r.Indicators) <= graphMostValues && ties == len(r.Suppliers)+len(r.Launderers) {
		return ""
	}
	says := fmt.Sprintf("The picture holds %s of %s, evenly drawn, and %s of %s, those with most reports", number(reports), plural(len(r.Reports), "report"), number(values), plural(len(all), "value"))
	if n := len(r.Suppliers) + len(r.Launderers); ties < n {
		says += fmt.Sprintf("; %s of %s stand at its edges", number(ties), plural(n, "supplier or launderer", "suppliers and launderers"))
	}
	return says + "."
}

// layOut gives each node a place: suppliers down the left edge, launderers
// down the right, the rest in between.
func layOut(g graph) []draw.Point {
	at := make([]draw.Point, len(g.Nodes))
	inner := make([]int32, len(g.Nodes)) // place among those in between, -1 for the edges
	var sides [2][]int32
	n := int32(0)
	for i, node := range g.Nodes {
		inner[i] = -1
		switch node.Part {
		case "supplier":
			sides[0] = append(sides[0], int32(i))
		case "launderer":
			sides[1] = append(sides[1], int32(i))
		default:
			inner[i] = n
			n++
		}
	}
	var edges []draw.Edge
	for _, e := range g.Edges {
		if a, b := inner[e.A], inner[e.B]; a >= 0 && b >= 0 {
			edges = append(edges, draw.Edge{A: a, B: b})
		}
	}
	box := draw.Box{X: 40, Y: 30, W: graphW - 80, H: graphFloor - 60}
	for k, side := range sides {
		if len(side) > 0 { // room for names
			box.W -= 170
			box.X += 170 * float64(1-k)
		}
	}
	places := draw.Layout(int(n), edges, box)
	for i := range at {
		if inner[i] >= 0 {
			at[i] = places[inner[i]]
		}
	}
	for k, side := range sides {
		for i, v := range side {
			at[v] = draw.Point{X: 34 + float64(k)*(graphW-68), Y: edgeY(i, len(side))}
		}
	}
	return at
}

func edgeY(i, n int) float64 { return 60 + edgeGap(n)*(float64(i)+0.5) }

// edgeGap is how far apart n suppliers or launderers stand.
func edgeGap(n int) float64 { return (graphFloor - 110) / float64(n) }

// drawGraph draws the graph as a still picture: what is many is one path, so
// that five thousand marks are a few shapes.
func drawGraph(id string, g graph) Drawing {
	d := Drawing{ID: id, W: graphW, H: graphH, Title: g.Title, Desc: g.Desc, Caption: g.Caption}
	if len(g.Nodes) == 0 {
		d.H = 60
		d.Shapes = []Shape{label("note start", 20, 30, "No report of this ring can be read yet.")}
		return d
	}
	var lines [3]strings.Builder
	for _, e := range g.Edges {
		k := 0
		if e.Inferred {
			k = 1
		}
		if e.Bridge {
			k = 2
		}
		fmt.Fprintf(&lines[k], "M%v %vL%v %v", px(g.At[e.A].X), px(g.At[e.A].Y), px(g.At[e.B].X), px(g.At[e.B].Y))
	}
	dense := ""
	if len(g.Edges) > 1500 {
		dense = " dense"
	}
	for k, class := range []string{"edge" + dense, "edge inferred" + dense, "edge bridge"} {
		if lines[k].Len() > 0 {
			d.Shapes = append(d.Shapes, Shape{Tag: "path", Class: class, D: lines[k].String(), Width: 0.8})
		}
	}
	d.Shapes = append(d.Shapes, nodeMarks(g)...)
	d.Shapes = append(d.Shapes, graphLegend()...)
	return d
}

// nodeMarks draws reports as dots, the values with most reports as shapes of
// their own, and the rest of the values as dots of their family.
func nodeMarks(g graph) []Shape {
	var dots strings.Builder
	small := map[fraud.Family]*strings.Builder{}
	families := []fraud.Family{fraud.FamilyContact, fraud.FamilyWeb, fraud.FamilyMoney, fraud.FamilyRemote, fraud.FamilyScript, fraud.FamilyIdentity}
	var shapes []Shape
	boxes := make([]box, 0, graphMostShapes)
	for i, n := range g.Nodes {
		p := g.At[i]
		switch {
		case n.Part == "report":
			fmt.Fprintf(&dots, "M%v %vh0", px(p.X), px(p.Y))
		case n.Part == "indicator" && len(shapes) >= graphMostShapes:
			if small[n.Shape] == nil {
				small[n.Shape] = &strings.Builder{}
			}
			fmt.Fprintf(small[n.Shape], "M%v %vh0", px(p.X), px(p.Y))
		default:
			r := nodeRadius(n) * crowding(len(g.Nodes))
			boxes = append(boxes, box{p.X - r, p.Y - r, p.X + r, p.Y + r})
			shapes = append(shapes, nodeShape(n, p, r).tipped(n.Tip))
		}
	}
	var out []Shape
	for _, f := range families {
		if b := small[f]; b != nil {
			out = append(out, Shape{Tag: "path", Class: "dots dots-" + string(f), D: b.String(), Width: 6})
		}
	}
	if dots.Len() > 0 {
		width := 5.0
		if len(g.Nodes) > 1200 {
			width = 3
		}
		out = append(out, Shape{Tag: "path", Class: "dots reports", D: dots.String(), Width: px(width)})
	}
	out = append(out, shapes...)
	return append(out, nodeLabels(g, boxes)...)
}

// crowding makes marks smaller where there are many.
func crowding(nodes int) float64 { return max(0.4, min(1, math.Sqrt(600/float64(max(nodes, 1))))) }

func nodeRadius(n graphNode) float64 { return math.Min(20, 5+math.Sqrt(float64(n.Reports))*1.1) }

// nodeShape gives each family an outline of its own.
func nodeShape(n graphNode, p draw.Point, r float64) Shape {
	class := "node " + n.Part + " fam-" + string(n.Shape)
	if n.Bridge {
		class += " bridge"
	}
	x, y := p.X, p.Y
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
func nodeLabels(g graph, taken []box) []Shape {
	var out []Shape
	at := g.At
	order := make([]int, 0, len(g.Nodes))
	side := map[string]int{}
	for _, n := range g.Nodes {
		side[n.Part]++
	}
	for i, n := range g.Nodes {
		switch n.Part {
		case "report":
		case "supplier", "launderer":
			text, x, y := clip(n.Label, 24), at[i].X+26, at[i].Y+4
			w, end := float64(len([]rune(text)))*6.3+4, "start"
			if n.Part == "launderer" {
				x, end = at[i].X-26, "end"
			}
			b := box{min(x, at[i].X+26), y - 12, max(x, at[i].X-26), y + 3}
			if end == "start" {
				b.x2 = x + w
			} else {
				b.x1 = x - w
			}
			if edgeGap(side[n.Part]) >= 30 { // room for a second line
				y -= 4
				b.y2 += 12
				out = append(out, label("note "+end, x, y+14, n.Note))
			}
			taken = append(taken, b)
			out = append(out, label("name "+end, x, y, text))
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
		x, y := at[i].X, at[i].Y
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
			if try.box.x1 < 4 || try.box.x2 > graphW-4 || slices.ContainsFunc(taken, try.box.hits) {
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
	dot := curve("dots reports", "M%v %vh0", x, y)
	dot.Width = 5
	out = append(out, dot, label("note start", x+10, y+4, "report"))
	x += 62
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
		out = append(out, nodeShape(graphNode{Shape: f.family, Part: "indicator"}, draw.Point{X: x, Y: y}, 7), label("note start", x+14, y+4, f.word))
		x += 30 + float64(len(f.word))*5.9
	}
	for _, e := range []struct{ class, word string }{
		{"edge", "holds"}, {"edge inferred", "inferred: supplier left, launderer right"}, {"edge bridge", "bridge"},
	} {
		s := line(e.class, x, y, x+28, y)
		s.Width = 2
		out = append(out, s, label("note start", x+34, y+4, e.word))
		x += 48 + float64(len(e.word))*5.6
	}
	return out
}

// bridgeRow is a link that holds two parts of a ring together alone, and what
// would fall apart without it.
type bridgeRow struct {
	fraud.Link
	Apart int               // reports of the smaller part
	Rest  int               // and of the rest
	Names []fraud.ReportID  // some of the smaller part
	Holds []fraud.Indicator // what the smaller part holds besides
}

// bridgesOf says of each bridge what would fall apart without it, from what
// the ring's reports hold: the value of the link is taken away, and the parts
// that still hang together are counted. Values below the linker's "medium"
// hold nothing together by themselves.
func bridgesOf(r fraud.Ring, held map[fraud.ReportID][]fraud.Indicator) []bridgeRow {
	weight := map[fraud.Indicator]float64{}
	for _, v := range r.Indicators {
		weight[v.Indicator] = max(weight[v.Indicator], v.Bits)
	}
	var out []bridgeRow
	for _, l := range r.Bridges {
		row := bridgeRow{Link: l}
		if len(l.Cause) > 0 {
			row.fallsApart(r.Reports, held, func(i fraud.Indicator) bool { return i != l.Cause[0].Indicator && weight[i] >= bridgeBits })
		}
		out = append(out, row)
	}
	return out
}

// bridgeBits is what a value must be worth to hold two reports together: the
// linker's parameter "medium".
const bridgeBits = 5

// fallsApart finds the part of the link's report B, then of A, that loses the
// other when only the values that count join reports.
func (b *bridgeRow) fallsApart(reports []fraud.ReportID, held map[fraud.ReportID][]fraud.Indicator, counts func(fraud.Indicator) bool) {
	with := map[fraud.Indicator][]fraud.ReportID{}
	for _, id := range reports {
		for _, i := range held[id] {
			if counts(i) {
				with[i] = append(with[i], id)
			}
		}
	}
	part := func(from fraud.ReportID) (list []fraud.ReportID, in map[fraud.ReportID]bool) {
		in = map[fraud.ReportID]bool{from: true}
		list = []fraud.ReportID{from}
		for k := 0; k < len(list); k++ {
			for _, i := range held[list[k]] {
				for _, id := range with[i] {
					if !in[id] {
						in[id] = true
						list = append(list, id)
					}
				}
				delete(with, i) // each value is walked once
			}
		}
		return list, in
	}
	small, in := part(b.A)
	if in[b.B] {
		return // other values hold the two sides together, weakly
	}
	if other, _ := part(b.B); len(other) < len(small) {
		small = other
	}
	slices.Sort(small)
	b.Apart, b.Rest, b.Names = len(small), len(reports)-len(small), small[:min(len(small), 5)]
	count := map[fraud.Indicator]int{}
	for _, id := range small {
		for _, i := range held[id] {
			if counts(i) {
				count[i]++
			}
		}
	}
	for i := range count {
		b.Holds = append(b.Holds, i)
	}
	slices.SortFunc(b.Holds, func(x, y fraud.Indicator) int {
		return cmp.Or(cmp.Compare(count[y], count[x]), cmp.Compare(x.String(), y.String()))
	})
	b.Holds = b.Holds[:min(len(b.Holds), 4)]
}

// graphJSON is the graph as graph.js reads it: arrays, not objects, since
// there are many of each.
type graphJSON struct {
	W     int     `json:"w"`
	H     int     `json:"h"`
	Nodes [][]any `json:"nodes"` // x, y, radius, part, family, reports, label, note, tip, address, bridge
	Edges []int32 `json:"edges"` // a, b, 0 held, 1 inferred, 2 bridge
}

// ringGraphJSON serves the graph of a ring to the script that moves it.
func (s *Server) ringGraphJSON(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.RingID(r.PathValue("id"))
	ring, err := s.ringOf(ctx, id)
	if err != nil {
		return err
	}
	if err := s.may(ctx, access.ActRead, access.Thing{Kind: access.ThingRing, ID: string(id), Mark: ring.Mark}); err != nil {
		return err
	}
	g, err := s.graphOf(ctx, ring)
	if err != nil {
		return err
	}
	said, err := s.whatIsSaid(ctx, inGraph(ring.Ring))
	if err != nil {
		return err
	}
	g = g.named(said)
	out := graphJSON{W: graphW, H: graphFloor}
	for i, n := range g.Nodes {
		row := []any{g.At[i].X, g.At[i].Y, 2.4, n.Part, n.Shape, n.Reports, n.Label, n.Note, "", "", 0}
		switch n.Part {
		case "report":
			row[9] = "/reports/" + n.Value
		default:
			row[2], row[9] = nodeRadius(n)*crowding(len(g.Nodes)), searchHref(n.Value)
			if n.Part != "indicator" {
				row[8] = n.Tip
			}
		}
		if n.Bridge {
			row[10] = 1
		}
		out.Nodes = append(out.Nodes, row)
	}
	for _, e := range g.Edges {
		kind := int32(0)
		if e.Inferred {
			kind = 1
		}
		if e.Bridge {
			kind = 2
		}
		out.Edges = append(out.Edges, e.A, e.B, kind)
	}
	return sendJSON(w, http.StatusOK, out)
}
