package refer

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"maps"
	"math"
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// The pictures are drawn here, as plain SVG: nothing is fetched, nothing
// runs, and the same material draws the same picture. Each is followed in
// the dossier by a table that says the same in words.

// drawing gathers SVG elements; text is escaped as it is written.
type drawing struct{ strings.Builder }

func (d *drawing) add(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = html.EscapeString(s)
		}
	}
	fmt.Fprintf(d, format, args...)
}

func (d *drawing) done(w, h int, title, desc string) template.HTML {
	var out drawing
	out.add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`, w, h, title)
	out.add(`<title>%s</title><desc>%s</desc>`, title, desc)
	out.WriteString(d.String())
	out.WriteString("</svg>")
	return template.HTML(out.String()) //nolint:gosec // every text was escaped by add
}

func short(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}

// most is how many things a picture shows; it says what it leaves out.
const mostDrawn = 40

type spot struct{ x, y int }

// networkSVG draws the complainants' rings left and right, and between them
// what they have in common, with suppliers and launderers apart.
func networkSVG(m *Material) template.HTML {
	type middle struct {
		ind  fraud.Indicator
		kind string
		orgs map[string]bool
	}
	mids := map[fraud.Indicator]*middle{}
	touch := func(i fraud.Indicator, kind, ring string) {
		if mids[i] == nil {
			mids[i] = &middle{ind: i, kind: kind, orgs: map[string]bool{}}
		}
		mids[i].orgs[ring] = true
	}
	for _, o := range m.Overlaps {
		for _, s := range o.Shared {
			for _, side := range o.Sides {
				touch(s.Indicator, "shared", ringKey(side.Org, side.Ring))
			}
		}
	}
	for _, r := range m.Rings {
		for _, t := range r.Ring.Suppliers {
			touch(t.Indicator, "supplier", ringKey(r.Org, r.Ring.ID))
		}
		for _, t := range r.Ring.Launderers {
			touch(t.Indicator, "launderer", ringKey(r.Org, r.Ring.ID))
		}
	}
	list := slices.SortedFunc(maps.Values(mids), func(a, b *middle) int {
		return cmp.Or(len(b.orgs)-len(a.orgs), strings.Compare(a.ind.String(), b.ind.String()))
	})
	left := max(0, len(list)-mostDrawn)
	list = list[:len(list)-left]

	rings, height := ringSpots(m, len(list))
	var d drawing
	for i, x := range list {
		y := 70 + i*26
		for _, key := range slices.Sorted(maps.Keys(x.orgs)) {
			if s, ok := rings[key]; ok {
				d.add(`<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#7c8594" stroke-width="1.2"/>`, s.x, s.y, 450, y)
			}
		}
		colour := map[string]string{"shared": "#1f4fa3", "supplier": "#8a3d00", "launderer": "#6b1d6b"}[x.kind]
		d.add(`<rect x="300" y="%d" width="300" height="20" rx="4" fill="#fff" stroke="%s" stroke-width="1.6"/>`, y-10, colour)
		d.add(`<text x="450" y="%d" font-size="11" text-anchor="middle" fill="#17191c">%s: %s</text>`, y+4, x.kind, short(x.ind.String(), 40))
	}
	for i, r := range m.Rings {
		s, ok := rings[ringKey(r.Org, r.Ring.ID)]
		if !ok || i >= mostDrawn {
			continue
		}
		d.add(`<circle cx="%d" cy="%d" r="26" fill="#eef2f8" stroke="#17191c" stroke-width="1.6"/>`, s.x, s.y)
		d.add(`<text x="%d" y="%d" font-size="12" font-weight="700" text-anchor="middle">%s</text>`, s.x, s.y, short(r.Label, 8))
		d.add(`<text x="%d" y="%d" font-size="9" text-anchor="middle">%d reports</text>`, s.x, s.y+12, len(r.Ring.Reports))
	}
	desc := fmt.Sprintf("%d rings at the sides, %d things that join them in the middle.", len(m.Rings), len(list))
	if left > 0 {
		desc += fmt.Sprintf(" %d more are in indicators.csv.", left)
	}
	d.add(`<text x="450" y="28" font-size="12" text-anchor="middle" fill="#4a4f57">%s</text>`, desc)
	return d.done(900, height, "The network", desc)
}

func ringKey(o fraud.OrgID, r fraud.RingID) string { return string(o) + "\x00" + string(r) }

// ringSpots gives each ring its place: the first complainant's at the left,
// the others' at the right.
func ringSpots(m *Material, rows int) (map[string]spot, int) {
	out := map[string]spot{}
	count := map[bool]int{}
	for i, r := range m.Rings {
		if i >= mostDrawn {
			break
		}
		right := r.Org != m.Complainants[0].Org.ID
		s := spot{90, 80 + count[right]*72}
		if right {
			s.x = 810
		}
		count[right]++
		out[ringKey(r.Org, r.Ring.ID)] = s
	}
	return out, max(140, 90+rows*26, 120+72*max(count[true], count[false]))
}

// edge is all that went from one account to another in one currency.
type edge struct {
	from, to, currency string
	minor              int64
	n                  int
	inferred           bool
}

// edges adds transfers up, largest first; a sum that would not fit is left
// at its largest value.
func edges(list []fraud.Transfer) []*edge {
	type key struct{ from, to, currency string }
	by := map[key]*edge{}
	for _, t := range list {
		k := key{t.From, t.To, t.Amount.Currency}
		if by[k] == nil {
			by[k] = &edge{from: t.From, to: t.To, currency: t.Amount.Currency}
		}
		e := by[k]
		if e.minor > math.MaxInt64-max(0, t.Amount.Minor) {
			e.minor = math.MaxInt64
		} else {
			e.minor += t.Amount.Minor
		}
		e.n++
		e.inferred = e.inferred || t.Basis == fraud.Inferred
	}
	return slices.SortedFunc(maps.Values(by), func(a, b *edge) int {
		return cmp.Or(cmp.Compare(b.minor, a.minor), strings.Compare(a.from, b.from), strings.Compare(a.to, b.to), strings.Compare(a.currency, b.currency))
	})
}

// flowSVG draws where the money went, from left to right by hops from where
// it entered.
func flowSVG(m *Material) template.HTML {
	all := edges(m.Transfers)
	left := max(0, len(all)-mostDrawn)
	list := all[:len(all)-left]
	hop := hops(list)
	columns := map[int][]string{}
	for _, a := range slices.Sorted(maps.Keys(hop)) {
		columns[hop[a]] = append(columns[hop[a]], a)
	}
	at := map[string]spot{}
	rows := 0
	for c, accounts := range columns {
		for i, a := range accounts {
			at[a] = spot{20 + c*230, 60 + i*44}
		}
		rows = max(rows, len(accounts))
	}
	var d drawing
	for _, e := range list {
		a, b := at[e.from], at[e.to]
		width := 1 + math.Log10(1+math.Abs(float64(e.minor)))/2
		dash := ""
		if e.inferred {
			dash = "5 4"
		}
		d.add(`<path d="M%d %d C%d %d %d %d %d %d" fill="none" stroke="#1f4fa3" stroke-opacity="0.55" stroke-width="%.1f" stroke-dasharray="%s"/>`,
			a.x+160, a.y, a.x+195, a.y, b.x-35, b.y, b.x, b.y, width, dash)
		d.add(`<text x="%d" y="%d" font-size="9" text-anchor="middle" fill="#17191c">%s</text>`, (a.x+160+b.x)/2, (a.y+b.y)/2-3,
			fraud.Money{Minor: e.minor, Currency: e.currency}.String())
	}
	for _, a := range slices.Sorted(maps.Keys(at)) {
		s := at[a]
		d.add(`<rect x="%d" y="%d" width="160" height="26" rx="4" fill="#f1f3f6" stroke="#17191c"/>`, s.x, s.y-13)
		d.add(`<text x="%d" y="%d" font-size="10" text-anchor="middle">%s</text>`, s.x+80, s.y+4, short(a, 26))
	}
	desc := fmt.Sprintf("%d accounts and %d flows between them; a broken line is inferred.", len(at), len(list))
	if left > 0 {
		desc += fmt.Sprintf(" The %d largest are drawn; the rest is in transactions.csv.", mostDrawn)
	}
	d.add(`<text x="20" y="24" font-size="12" fill="#4a4f57">%s</text>`, desc)
	return d.done(max(420, 40+230*len(columns)), 80+44*max(rows, 1), "Where the money went", desc)
}

// hops counts, for each account, the fewest transfers from an account that
// nothing flows into; accounts of pure cycles count from the first of them.
func hops(list []*edge) map[string]int {
	into, out := map[string]bool{}, map[string][]string{}
	names := map[string]bool{}
	for _, e := range list {
		names[e.from], names[e.to] = true, true
		into[e.to] = true
		out[e.from] = append(out[e.from], e.to)
	}
	hop := map[string]int{}
	var queue []string
	start := func(a string) {
		if _, seen := hop[a]; !seen {
			hop[a] = 0
			queue = append(queue, a)
		}
	}
	walk := func() {
		for len(queue) > 0 {
			a := queue[0]
			queue = queue[1:]
			for _, b := range out[a] {
				if _, seen := hop[b]; !seen {
					hop[b] = hop[a] + 1
					queue = append(queue, b)
				}
			}
		}
	}
	sorted := slices.Sorted(maps.Keys(names))
	for _, a := range sorted {
		if !into[a] {
			start(a)
		}
	}
	walk()
	for _, a := range sorted {
		start(a)
		walk()
	}
	return hop
}
