package link

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// ring writes out one ring: its reports, what it used and whom it hit.
func (m *material) ring(id fraud.RingID, reports []uint32) fraud.Ring {
	r := fraud.Ring{ID: id, Model: m.b.model.Version, Suppliers: []fraud.Tie{}, Launderers: []fraud.Tie{}, Brands: []string{}}
	marks := make([]fraud.Mark, 0, len(reports))
	countries := map[string]int{}
	for _, rank := range reports {
		r.Reports = append(r.Reports, m.id(rank))
		row := &m.b.reports[m.order[rank]]
		marks = append(marks, unpackMark(row.mark))
		if row.country != 0 {
			countries[m.b.texts.text(row.country-1)]++
		}
	}
	place := places(r.Reports)
	slices.Sort(r.Reports)
	r.Mark = fraud.Strictest(marks...)
	r.Countries = byCount(countries)
	r.Indicators = m.ringIndicators(reports, place)
	r.Brands = m.brandsOf(reports)
	return r
}

func byCount(count map[string]int) []string {
	out := make([]string, 0, len(count))
	for c := range count {
		out = append(out, c)
	}
	slices.SortFunc(out, func(x, y string) int { return cmp.Or(cmp.Compare(count[y], count[x]), cmp.Compare(x, y)) })
	return out
}

func (m *material) brandsOf(reports []uint32) []string {
	out := []string{}
	for _, r := range reports {
		n := m.order[r]
		for i := m.brandStart[n]; i < m.brandStart[n+1]; i++ {
			if name := m.b.texts.text(m.b.brands[i].b); !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// places gives each name's place among all of them, sorted.
func places(names []fraud.ReportID) []int {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(names[x], names[y]) })
	out := make([]int, len(names))
	for place, i := range order {
		out[i] = place
	}
	return out
}

// heldAt is what a report of a ring holds, with the report's place there.
type heldAt struct {
	held
	place int
}

// ringIndicators lists the hard tenures of a ring, most bits first. Each
// report has the place given.
func (m *material) ringIndicators(reports []uint32, place []int) []fraud.RingIndicator {
	var uses []heldAt
	for i, r := range reports {
		for _, h := range m.held(r) {
			if soft := m.tenures[h.tenure].soft; soft != softBlock && soft != softReuse {
				uses = append(uses, heldAt{h, place[i]})
			}
		}
	}
	slices.SortFunc(uses, func(x, y heldAt) int { return cmp.Or(cmp.Compare(x.tenure, y.tenure), cmp.Compare(x.inc, y.inc)) })
	out := []fraud.RingIndicator{}
	for i := 0; i < len(uses); {
		j := i + 1
		for j < len(uses) && uses[j].tenure == uses[i].tenure {
			j++
		}
		out = append(out, m.ringIndicator(uses[i:j]))
		i = j
	}
	slices.SortFunc(out, func(x, y fraud.RingIndicator) int {
		c := cmp.Or(cmp.Compare(y.Bits, x.Bits), cmp.Compare(y.Reports, x.Reports), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Value, y.Value))
		return cmp.Or(c, x.Tenure.From.Compare(y.Tenure.From))
	})
	return out
}

// ringIndicator sums up the part of a ring in one tenure.
func (m *material) ringIndicator(uses []heldAt) fraud.RingIndicator {
	ri := fraud.RingIndicator{Indicator: m.indicatorOf(uses[0].tenure), Reports: len(uses), Held: make([]int, 0, len(uses))}
	best := int32(-1)
	from, to := uint32(math.MaxUint32), uint32(0)
	var sources []uint32
	for _, h := range uses {
		inc := &m.incs[h.inc]
		if source := m.b.reports[m.order[inc.report]].source; len(sources) == 0 || sources[len(sources)-1] != source {
			sources = append(sources, source)
		}
		from, to = min(from, inc.at), max(to, inc.at)
		ri.Held = append(ri.Held, h.place)
		if inc.bits > best || inc.bits == best && roles[inc.role] < ri.Role {
			best, ri.Role = inc.bits, roles[inc.role]
		}
	}
	slices.Sort(ri.Held)
	if ri.Kind == fraud.Script {
		ri.Texts = m.twoOf(uses)
	}
	slices.Sort(sources)
	ri.Bits, ri.Sources = bitsOf(best), len(slices.Compact(sources))
	ri.Tenure = fraud.Tenure{From: fromMinutes(from), To: fromMinutes(to)}
	return ri
}

// twoOf names two reports of two victims among those that hold a script, those
// that come first by name; none if there are no two.
func (m *material) twoOf(uses []heldAt) []fraud.ReportID {
	first := slices.MinFunc(uses, func(x, y heldAt) int { return cmp.Compare(x.place, y.place) })
	victim := func(h heldAt) uint32 { return m.b.reports[m.order[m.incs[h.inc].report]].victim }
	var second *heldAt
	for i := range uses {
		u := &uses[i]
		if u.place != first.place && (victim(*u) == 0 || victim(*u) != victim(first)) && (second == nil || u.place < second.place) {
			second = u
		}
	}
	if second == nil {
		return nil
	}
	return []fraud.ReportID{m.id(m.incs[first.inc].report), m.id(m.incs[second.inc].report)}
}

// end is the data's last report: "now" for a pure function.
func (m *material) end() int64 {
	last := int64(math.MinInt64)
	for _, n := range m.order {
		last = max(last, m.b.reports[n].at)
	}
	return last
}

// typicalSent is the mean of what one report says was sent, by currency:
// losses are compared as multiples of it, so no currency is converted.
func (m *material) typicalSent() map[uint32]float64 {
	sum, count := map[uint32]float64{}, map[uint32]float64{}
	for _, n := range m.order {
		for _, mo := range m.moneyOf(n) {
			if mo.sent {
				sum[mo.currency] += float64(mo.minor)
				count[mo.currency]++
			}
		}
	}
	for c := range sum {
		sum[c] /= count[c]
	}
	return sum
}

// weighHarm finds what harm is measured against, once.
func (m *material) weighHarm() {
	if m.typical == nil {
		m.last, m.typical = m.end(), m.typicalSent()
	}
}

// harm counts what a ring did, and weighs what it is likely to do next:
// reports to be expected in the next 30 days (last month's, carried on at the
// rate at which the ring grew), times what a report costs: typical losses,
// and half as much again for a victim of 60 or older.
func (m *material) harm(reports []uint32) fraud.Harm {
	end, typical := m.last, m.typical
	const month = 30 * 24 * 3600
	h := fraud.Harm{Reports: len(reports), Sent: fraud.Sums{}, Asked: fraud.Sums{}}
	victims := map[uint32]bool{}
	loss := 0.0
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for _, r := range reports {
		n := m.order[r]
		row := &m.b.reports[n]
		first, last = min(first, row.at), max(last, row.at)
		switch age := end - row.at; {
		case age < month:
			h.Last30d++
		case age < 2*month:
			h.Before30++
		}
		if row.flags&flagAged60 != 0 {
			h.Aged60++
		}
		if row.victim == 0 || !victims[row.victim] {
			h.Victims++
			victims[row.victim] = true
		}
		loss += m.addMoney(&h, n, typical)
	}
	h.FirstAt, h.LastAt = time.Unix(first, 0).UTC(), time.Unix(last, 0).UTC()
	growth := min(max(float64(h.Last30d+1)/float64(h.Before30+1), 0.25), 4)
	each := 1 + loss/float64(len(reports)) + 0.5*float64(h.Aged60)/float64(len(reports))
	h.Score = math.Round(1000*float64(h.Last30d)*growth*each) / 1000
	return h
}

// addMoney adds one report's sums and gives its losses in typical payments.
// A sum that would overflow is left as it is: the report still shows it.
func (m *material) addMoney(h *fraud.Harm, n uint32, typical map[uint32]float64) float64 {
	loss := 0.0
	for _, mo := range m.moneyOf(n) {
		amount := fraud.Money{Minor: mo.minor, Currency: m.b.texts.text(mo.currency)}
		if !mo.sent {
			if h.Asked.Add(amount) != nil {
				h.Asked[amount.Currency] = math.MaxInt64
			}
			continue
		}
		if h.Sent.Add(amount) != nil {
			h.Sent[amount.Currency] = math.MaxInt64
		}
		if typical[mo.currency] > 0 {
			loss += float64(mo.minor) / typical[mo.currency]
		}
	}
	return loss
}

func (m *material) moneyOf(n uint32) []money { return m.b.moneys[m.moneyStart[n]:m.moneyStart[n+1]] }

// barred lists the pairs of groups, the lower first, of which a person keeps a
// report of one apart from a report of the other.
func (r *rules) barred(m *material, part []uint32) map[[2]uint32]bool {
	out := make(map[[2]uint32]bool, len(r.apart))
	for _, v := range r.apart {
		if a, b := m.rank[v.a], m.rank[v.b]; a != none && b != none {
			out[[2]uint32{min(part[a], part[b]), max(part[a], part[b])}] = true
		}
	}
	return out
}

func (r *rules) conflicts(m *material, part []uint32) []Conflict {
	var out []Conflict
	for _, j := range r.waiting {
		out = append(out, Conflict{j, "it names a report that is not here, so it waits"})
	}
	for _, v := range r.apart {
		if a, b := m.rank[v.a], m.rank[v.b]; a != none && b != none && part[a] == part[b] {
			out = append(out, Conflict{v.j, fmt.Sprintf("other judgements hold %s and %s together", v.j.A, v.j.B)})
		}
	}
	for _, v := range r.same {
		if a, b := m.rank[v.a], m.rank[v.b]; a != none && b != none && part[a] != part[b] {
			out = append(out, Conflict{v.j, fmt.Sprintf("other judgements keep %s and %s apart", v.j.A, v.j.B)})
		}
	}
	return out
}
