package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"ringbreaker.example/fraud"
)

// flow is money that went from one account to another, summed, in one currency.
type flow struct {
	From, To string
	Minor    int64
	Inferred bool // any part of it is concluded, not observed or reported
	Count    int
}

const (
	sankeyW, sankeyTop = 1120, 30.0
	sankeyHops         = 4
	sankeyMost         = 60 // flows drawn; the table holds the rest
	sankeyBar          = 14.0
)

// flowsFrom follows transfers of one currency from a set of accounts, at most
// sankeyHops onwards, and sums them by pair. Payments into the set come first.
func flowsFrom(transfers []fraud.Transfer, payees map[string]bool, currency string) []flow {
	depth := map[string]int{}
	for p := range payees {
		depth[p] = 0
	}
	out := map[string][]fraud.Transfer{}
	sum := map[[2]string]*flow{}
	add := func(from string, t fraud.Transfer) {
		f := sum[[2]string{from, t.To}]
		if f == nil {
			f = &flow{From: from, To: t.To}
			sum[[2]string{from, t.To}] = f
		}
		f.Minor += t.Amount.Minor
		f.Count++
		f.Inferred = f.Inferred || t.Basis == fraud.Inferred
	}
	for _, t := range transfers {
		if t.Amount.Currency != currency {
			continue
		}
		out[t.From] = append(out[t.From], t)
		if payees[t.To] && !payees[t.From] {
			add(victimsNode, t)
		}
	}
	level := make([]string, 0, len(payees))
	for p := range payees {
		level = append(level, p)
	}
	for hop := 1; hop <= sankeyHops && len(level) > 0; hop++ {
		var next []string
		slices.Sort(level)
		for _, from := range level {
			for _, t := range out[from] {
				add(from, t)
				if _, seen := depth[t.To]; !seen {
					depth[t.To] = hop
					next = append(next, t.To)
				}
			}
		}
		level = next
	}
	flows := make([]flow, 0, len(sum))
	for _, f := range sum {
		flows = append(flows, *f)
	}
	slices.SortFunc(flows, func(a, b flow) int {
		return cmp.Or(cmp.Compare(b.Minor, a.Minor), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return flows
}

// victimsNode stands for all accounts that paid in: a victim's own account is
// not drawn.
const victimsNode = "victims"

type sankeyNode struct {
	name    string
	layer   int
	in, out int64
	y, h    float64
	yIn     float64 // where the next flow arrives
	yOut    float64 // where the next flow leaves
}

func (n *sankeyNode) size() int64 { return max(n.in, n.out) }

// drawSankey draws flows from left to right; a band's width is its amount.
// Flows back to an earlier layer are left to the table.
func drawSankey(id, title, caption, currency string, flows []flow) Drawing {
	d := Drawing{ID: id, W: sankeyW, H: 80, Title: title, Caption: caption}
	nodes, layers, drawn := sankeyLayers(flows)
	if len(drawn) == 0 {
		d.Shapes = []Shape{label("note start", 20, 40, "No transfers are recorded yet.")}
		return d
	}
	deepest := 0
	for _, l := range layers {
		deepest = max(deepest, len(l))
	}
	d.H = max(220, min(900, 70+deepest*34))
	room := float64(d.H) - sankeyTop - 20
	scale := math.Inf(1)
	for _, l := range layers {
		var sum int64
		for _, n := range l {
			sum += n.size()
		}
		scale = math.Min(scale, (room-10*float64(len(l)))/math.Max(float64(sum), 1))
	}
	for _, l := range layers {
		y := sankeyTop
		for _, n := range l {
			n.y, n.h = y, math.Max(float64(n.size())*scale, 1.5)
			n.yIn, n.yOut = y, y
			y += math.Max(n.h, 14) + 10
		}
		d.H = max(d.H, int(y)+20)
	}
	gap := (sankeyW - 2*20 - sankeyBar - 230) / float64(max(len(layers)-1, 1))
	x := func(n *sankeyNode) float64 { return 20 + gap*float64(n.layer) }
	for _, f := range drawn {
		from, to := nodes[f.From], nodes[f.To]
		w := math.Max(float64(f.Minor)*scale, 0.8)
		x1, x2, y1, y2 := x(from)+sankeyBar, x(to), from.yOut+w/2, to.yIn+w/2
		from.yOut, to.yIn = from.yOut+w, to.yIn+w
		class := "flow"
		if f.Inferred {
			class = "flow inferred"
		}
		band := curve(class, "M%v %vC%v %v %v %v %v %v", x1, y1, (x1+x2)/2, y1, (x1+x2)/2, y2, x2, y2)
		band.Width = px(w)
		d.Shapes = append(d.Shapes, band.tipped(fmt.Sprintf("%s to %s: %s in %s", accountText(f.From), accountText(f.To), moneyText(fraud.Money{Minor: f.Minor, Currency: currency}), plural(f.Count, "transfer"))))
	}
	for _, l := range layers {
		for _, n := range l {
			amount := moneyShort(fraud.Money{Minor: n.size(), Currency: currency})
			d.Shapes = append(d.Shapes, rect("account", x(n), n.y, sankeyBar, n.h), label("name start", x(n)+sankeyBar+6, n.y+math.Min(n.h/2, 400)+4, clip(accountText(n.name), 18)+" "+amount))
		}
	}
	return d
}

func sankeyLayers(flows []flow) (nodes map[string]*sankeyNode, layers [][]*sankeyNode, drawn []flow) {
	nodes = map[string]*sankeyNode{}
	layer := map[string]int{victimsNode: 0}
	for changed := true; changed; { // at most one round a hop
		changed = false
		for _, f := range flows {
			at, known := layer[f.From]
			if !known {
				continue
			}
			if _, have := layer[f.To]; !have {
				layer[f.To] = at + 1
				changed = true
			}
		}
	}
	for _, f := range flows {
		a, okA := layer[f.From]
		b, okB := layer[f.To]
		if !okA || !okB || b != a+1 || len(drawn) == sankeyMost {
			continue
		}
		drawn = append(drawn, f)
		for _, name := range []string{f.From, f.To} {
			if nodes[name] == nil {
				nodes[name] = &sankeyNode{name: name, layer: layer[name]}
			}
		}
		nodes[f.From].out += f.Minor
		nodes[f.To].in += f.Minor
	}
	for _, n := range nodes {
		for len(layers) <= n.layer {
			layers = append(layers, nil)
		}
		layers[n.layer] = append(layers[n.layer], n)
	}
	for _, l := range layers {
		slices.SortFunc(l, func(a, b *sankeyNode) int {
			return cmp.Or(cmp.Compare(b.size(), a.size()), cmp.Compare(a.name, b.name))
		})
	}
	return nodes, layers, drawn
}
