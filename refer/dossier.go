package refer

import (
	"context"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// shown is how many rows of a schedule the dossier prints; the table file
// beside it always has all of them, and the dossier says how many it left out.
const shown = 200

// dossierPage is what dossier.html shows.
type dossierPage struct {
	D          *Document
	Rings      []RingOf
	Transfers  []fraud.Transfer
	Indicators []indicatorRow
	LeftOut    struct{ Indicators, Transfers int }
	Disclosure struct{ Items, Undermining, Sensitive int }
	Sides      []sideRow
	Countries  []countRow
	Ages       []countRow
	Regions    []countRow
	Map        template.HTML
	Named      int
	Network    template.HTML
	Flow       template.HTML
	Digest     string
}

type indicatorRow struct {
	Label string
	fraud.RingIndicator
}

type sideRow struct {
	Overlap Overlap
	Side    Side
	Rows    int // of the overlap, for its first row
}

type countRow struct {
	Name string
	N    int
	Part int // per cent of the largest
	// Shown is N as it is printed: not below the fewest that point at nobody.
	Shown string
}

var pageFuncs = template.FuncMap{
	"stamp": stamp, "day": day, "sums": sums, "handling": (*Document).handling, "basis": basisWord, "kindWord": kindWord,
	"join": func(list any) string { return joinAny(list) }, "bits": func(f float64) string { return fmt.Sprintf("%.1f", f) },
	"value": figureValue, "shade": shade, "weekday": func(i int) string { return weekdays[i] }, "inc": func(i int) int { return i + 1 },
	"yes": yes, "relation": relationWord, "state": checkState,
}

var weekdays = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

func day(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2 Jan 2006")
}

func sums(s fraud.Sums) string {
	if len(s) == 0 {
		return "nothing known"
	}
	var out []string
	for _, c := range slices.Sorted(maps.Keys(s)) {
		out = append(out, fraud.Money{Minor: s[c], Currency: c}.String())
	}
	return strings.Join(out, ", ")
}

func joinAny(list any) string {
	switch l := list.(type) {
	case []string:
		return strings.Join(l, ", ")
	case []fraud.ExhibitID:
		return strings.ReplaceAll(joined(l), " ", ", ")
	case []fraud.RingID:
		return strings.ReplaceAll(joined(l), " ", ", ")
	case []fraud.OrgID:
		return strings.ReplaceAll(joined(l), " ", ", ")
	case map[fraud.Kind]int:
		var out []string
		for _, k := range slices.Sorted(maps.Keys(l)) {
			out = append(out, fmt.Sprintf("%d %s", l[k], kindWord(k)))
		}
		return strings.Join(out, ", ")
	}
	return ""
}

func kindWord(k fraud.Kind) string { return strings.ReplaceAll(string(k), "_", " ") }

func basisWord(b fraud.Basis) string {
	switch b {
	case fraud.Observed:
		return "● OBSERVED"
	case fraud.Reported:
		return "◐ REPORTED"
	case fraud.Inferred:
		return "○ INFERRED"
	}
	return "? " + string(b)
}

func relationWord(k fraud.LinkKind) string {
	switch k {
	case fraud.SameOperator:
		return "the same operator"
	case fraud.SameSupplier:
		return "a supplier in common"
	case fraud.SameLaunderer:
		return "a launderer in common"
	}
	return string(k)
}

func figureValue(f fraud.Figure) string {
	switch {
	case f.Unknown:
		return "not known"
	case f.Unit != "":
		return fraud.Money{Minor: f.Value, Currency: f.Unit}.String()
	}
	return fmt.Sprint(f.Value)
}

func checkState(c fraud.Check) string {
	switch {
	case c.OK:
		return "holds"
	case c.Override != "":
		return "OVERRIDDEN"
	}
	return "FAILS"
}

// shade is a cell's background, darker for more, with text that stays
// readable on it (contrast of at least 4.5 : 1, WCAG 2.2 §1.4.3).
func shade(n, most int) template.CSS {
	if n == 0 || most == 0 {
		return ""
	}
	level := 92 - 60*n/most
	ink := "#000"
	if level < 55 {
		ink = "#fff"
	}
	return template.CSS(fmt.Sprintf("background:hsl(212 60%% %d%%);color:%s", level, ink)) //nolint:gosec // digits only
}

// Most is the largest count of the week, for shading.
func (h Hours) Most() int {
	most := 0
	for _, d := range h.Counts {
		for _, c := range d {
			most = max(most, c)
		}
	}
	return most
}

// dossier writes dossier.html, and dossier.pdf if a browser is at hand.
// referral.json must be whole by then, since the dossier's footer holds the
// digest of all other files.
func (b *builder) dossier(ctx context.Context, tools Tools) error {
	b.doc.DossierPDF = "none: no browser was at hand to print it when the package was built"
	if tools.PDF != nil {
		b.doc.DossierPDF = dossierPDF
	}
	page, err := b.dossierHTML()
	if err != nil {
		return err
	}
	if tools.PDF != nil {
		pdf, err := tools.PDF(ctx, page)
		if err != nil {
			b.doc.DossierPDF = "none: the browser did not print it"
			if page, err = b.dossierHTML(); err != nil {
				return err
			}
		} else if err := b.put(dossierPDF, fixedPDF(pdf, b.m.At)); err != nil {
			return err
		}
	}
	return b.put(dossierHTML, page)
}

func (b *builder) dossierHTML() ([]byte, error) {
	digest, err := b.digest()
	if err != nil {
		return nil, err
	}
	m := b.m
	page := dossierPage{D: &b.doc, Rings: m.Rings, Transfers: m.Transfers, Digest: digest, Named: b.doc.Annex.Victims}
	for _, o := range b.doc.Annex.Others {
		page.Named += o.Victims
	}
	for _, r := range m.Rings {
		for _, i := range r.Ring.Indicators {
			page.Indicators = append(page.Indicators, indicatorRow{r.Label, i})
		}
	}
	if n := len(page.Indicators); n > shown {
		page.Indicators, page.LeftOut.Indicators = page.Indicators[:shown], n-shown
	}
	if n := len(page.Transfers); n > shown {
		page.Transfers, page.LeftOut.Transfers = page.Transfers[:shown], n-shown
	}
	page.Disclosure.Items = len(m.Disclosure)
	for _, d := range m.Disclosure {
		if d.Undermines {
			page.Disclosure.Undermining++
		}
		if d.Sensitive {
			page.Disclosure.Sensitive++
		}
	}
	for _, o := range m.Overlaps {
		for i, s := range o.Sides {
			row := sideRow{Overlap: o, Side: s}
			if i == 0 {
				row.Rows = len(o.Sides)
			}
			page.Sides = append(page.Sides, row)
		}
	}
	page.Countries = countBy(m.Victims, func(v Victim) string { return v.Country })
	page.Ages = countBy(m.Victims, func(v Victim) string { return strings.ReplaceAll(v.AgeBand, "_", " ") })
	page.Regions = countBy(m.Victims, func(v Victim) string {
		if v.Region == "" {
			return ""
		}
		return v.Country + ", " + v.Region
	})
	page.Map = mapSVG(page.Countries)
	page.Network, page.Flow = networkSVG(m), flowSVG(m)
	return render("dossier.html", page)
}

// digest is schedulesDigest over the files as they will be.
func (b *builder) digest() (string, error) {
	doc, err := encode(b.doc)
	if err != nil {
		return "", err
	}
	if err := b.put(referralName, doc); err != nil {
		return "", err
	}
	files := slices.SortedFunc(maps.Values(b.files), func(x, y File) int { return strings.Compare(x.Path, y.Path) })
	return schedulesDigest(files), nil
}

// countBy counts distinct victims by some property, most first.
func countBy(victims []Victim, by func(Victim) string) []countRow {
	n, seen := map[string]int{}, map[string]bool{}
	for _, v := range victims {
		if seen[v.Pseudonym] {
			continue
		}
		seen[v.Pseudonym] = true
		key := by(v)
		if key == "" {
			key = "not known"
		}
		n[key]++
	}
	var out []countRow
	for _, k := range slices.Sorted(maps.Keys(n)) {
		out = append(out, countRow{Name: k, N: n[k], Shown: counted(n[k])})
	}
	slices.SortStableFunc(out, func(a, b countRow) int { return b.N - a.N })
	for i := range out {
		out[i].Part = 100 * out[i].N / out[0].N
	}
	return out
}
