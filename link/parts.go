package link

import (
	"cmp"
	"slices"

	"ringbreaker.example/fraud"
)

// partLeast is the fewest reports that make a part of a ring, and partShare
// the least share of the ring's reports: fewer are chance.
const (
	partLeast = 5
	partShare = 0.05
	partShown = 12 // indicators told of each part
)

// parts finds the parts of a ring that may be call floors, or operators of
// their own: they share no number and no machine although they were at work in
// the same weeks, and though each names its own again and again. What they
// could have shared and did not must come to as many bits as tell a common
// supplier from a common operator (model: hand_miss); what makes them one ring is their money, sites or texts. A ring
// that moves from number to number has no parts, since they do not overlap.
func (m *material) parts(reports []uint32) []fraud.RingPart {
	if len(reports) < 2*partLeast {
		return nil
	}
	floors := m.floors(reports)
	slices.SortFunc(floors, func(x, y *floor) int {
		return cmp.Or(cmp.Compare(len(y.reports), len(x.reports)), cmp.Compare(x.reports[0], y.reports[0]))
	})
	var kept []*floor
	for _, f := range floors {
		apart := func(g *floor) bool { return m.apart(g, f) }
		if len(kept) == 0 || !slices.ContainsFunc(kept, func(g *floor) bool { return !apart(g) }) {
			kept = append(kept, f)
		}
	}
	if len(kept) < 2 {
		return nil
	}
	out := make([]fraud.RingPart, len(kept))
	for i, f := range kept {
		out[i] = m.part(f)
	}
	return out
}

// floor is reports of a ring that numbers and machines hold together.
type floor struct {
	reports  []uint32
	values   []uint32  // tenures of numbers and machines that two reports or more hold
	from, to uint32    // minutes
	named    []mention // in order of time
}

// mention is one report's naming of a value of a kind, and whether the floor
// had named that value before.
type mention struct {
	at    uint32
	kind  uint8
	again bool
}

// floors joins the reports that share a number or a machine.
func (m *material) floors(reports []uint32) []*floor {
	local := make(map[uint32]uint32, len(reports))
	sets := newForest(len(reports))
	first := map[uint32]uint32{} // by tenure
	for i, r := range reports {
		local[r] = uint32(i)
		for _, h := range m.held(r) {
			if !m.ofFloor(h) {
				continue
			}
			if j, ok := first[h.tenure]; ok {
				sets.union(uint32(i), j)
			} else {
				first[h.tenure] = uint32(i)
			}
		}
	}
	var out []*floor
	least := max(partLeast, int(partShare*float64(len(reports))))
	for _, members := range sets.groups(uint32(least)) {
		f := &floor{from: none}
		for _, i := range members {
			f.reports = append(f.reports, reports[i])
		}
		m.fillFloor(f)
		out = append(out, f)
	}
	return out
}

// ofFloor says whether a value is a floor's own: a number that is called or a
// machine's id, and not what a phone displayed.
func (m *material) ofFloor(h held) bool {
	t := &m.tenures[h.tenure]
	family := families[t.family]
	return t.soft == hard && (family == fraud.FamilyContact || family == fraud.FamilyRemote) && m.incs[h.inc].bits >= m.params.medium
}

func (m *material) fillFloor(f *floor) {
	count := map[uint32]int{}
	for _, r := range f.reports {
		f.from, f.to = min(f.from, m.at[r]), max(f.to, m.at[r])
		for _, h := range m.held(r) {
			if !m.ofFloor(h) {
				continue
			}
			count[h.tenure]++
			if count[h.tenure] == 2 {
				f.values = append(f.values, h.tenure)
			}
			f.named = append(f.named, mention{m.incs[h.inc].at, m.tenures[h.tenure].kind, count[h.tenure] > 1})
		}
	}
	slices.SortFunc(f.values, func(x, y uint32) int { return cmp.Or(cmp.Compare(count[y], count[x]), cmp.Compare(x, y)) })
	slices.SortFunc(f.named, func(x, y mention) int { return cmp.Compare(x.at, y.at) })
}

// apart says whether two floors could have shared much and share nothing: for
// each value of the smaller, the share of the larger's namings of that kind in
// that time which repeat one of its own.
func (m *material) apart(large, small *floor) bool {
	bits := 0.0
	for _, v := range small.values {
		t := &m.tenures[v]
		i, _ := slices.BinarySearchFunc(large.named, t.from, func(x mention, at uint32) int { return cmp.Compare(x.at, at) })
		all, again := 0, 0
		for ; i < len(large.named) && large.named[i].at <= t.to; i++ {
			if large.named[i].kind == t.kind {
				all++
				if large.named[i].again {
					again++
				}
			}
		}
		if all >= partLeast {
			bits += m.params.miss * float64(again) / float64(all)
		}
	}
	return bits >= m.params.handMiss
}

func (m *material) part(f *floor) fraud.RingPart {
	p := fraud.RingPart{From: fromMinutes(f.from), To: fromMinutes(f.to)}
	for _, r := range f.reports {
		p.Reports = append(p.Reports, m.id(r))
	}
	slices.Sort(p.Reports)
	for _, v := range f.values[:min(len(f.values), partShown)] {
		p.Indicators = append(p.Indicators, m.indicatorOf(v))
	}
	return p
}
