package web

import (
	"cmp"
	"slices"

	"ringbreaker.example/fraud"
)

// peopleTable is a ring's victims by country and age band.
type peopleTable struct {
	Bands []string
	Rows  []peopleRow
	All   int
	Says  string // the finding
}

type peopleRow struct {
	Country string
	All     cell
	Cells   []cell
}

// cell is a count that may have to stay untold.
type cell struct {
	N      int
	Hidden bool
	Shade  int // 0 none … 5 most; 0 if hidden
}

// fewestTold is the smallest count of people that a table tells: below it, a
// neighbour could know who is meant (the threshold of five that statistical
// offices use). A count that could be worked out from a row's sum is hidden
// with it.
const fewestTold = 5

// countriesShown is how many countries have a row of their own.
const countriesShown = 14

var ageBands = []string{"under_20", "20_29", "30_39", "40_49", "50_59", "60_plus", "unknown"}

// peopleOf counts incidents by country and age band. Countries with fewer
// than fewestTold share one row.
func peopleOf(incidents []fraud.Incident) peopleTable {
	t := peopleTable{All: len(incidents)}
	for _, b := range ageBands {
		t.Bands = append(t.Bands, ageWord(b))
	}
	count, sum := map[string][]int{}, map[string]int{}
	bands := make([]int, len(ageBands))
	for _, x := range incidents {
		if count[x.Country] == nil {
			count[x.Country] = make([]int, len(ageBands))
		}
		b := slices.Index(ageBands, x.AgeBand)
		if b < 0 {
			b = len(ageBands) - 1
		}
		count[x.Country][b]++
		sum[x.Country]++
		bands[b]++
	}
	names := make([]string, 0, len(count))
	for c := range count {
		names = append(names, c)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(sum[b], sum[a]), cmp.Compare(a, b)) })
	others := make([]int, len(ageBands))
	rest := 0
	for i, c := range names {
		if i >= countriesShown || sum[c] < fewestTold {
			rest += sum[c]
			for b, n := range count[c] {
				others[b] += n
			}
			continue
		}
		t.Rows = append(t.Rows, rowOf(cmp.Or(c, "not known"), count[c], sum[c]))
	}
	if rest > 0 {
		t.Rows = append(t.Rows, rowOf("other countries", others, rest))
	}
	most := 1
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			if !c.Hidden {
				most = max(most, c.N)
			}
		}
	}
	for _, r := range t.Rows {
		for i, c := range r.Cells {
			if c.N > 0 && !c.Hidden {
				r.Cells[i].Shade = min(1+4*c.N/most, 5)
			}
		}
	}
	t.Says = peopleFinding(names, sum, bands, len(incidents))
	return t
}

// rowOf hides what is too small, and one more where the sum would tell it.
func rowOf(country string, counts []int, sum int) peopleRow {
	row := peopleRow{Country: country, All: cell{N: sum, Hidden: sum < fewestTold}}
	hidden, least := 0, -1
	for i, n := range counts {
		c := cell{N: n, Hidden: n > 0 && n < fewestTold}
		if c.Hidden {
			hidden++
		} else if n > 0 && (least < 0 || n < counts[least]) {
			least = i
		}
		row.Cells = append(row.Cells, c)
	}
	if hidden == 1 && !row.All.Hidden {
		if least >= 0 {
			row.Cells[least].Hidden = true
		} else {
			row.All.Hidden = true
		}
	}
	return row
}

func peopleFinding(names []string, sum map[string]int, bands []int, all int) string {
	if all == 0 {
		return "Nobody's country or age is known yet"
	}
	says := "No country stands out"
	if top := names[0]; top != "" && sum[top] >= fewestTold {
		says = percent(sum[top], all) + " of the victims are in " + top
	}
	if old, known := bands[len(bands)-2], all-bands[len(bands)-1]; old >= fewestTold && known > 0 {
		says += "; of those whose age is known, " + percent(old, known) + " are 60 or older"
	}
	return says
}
