package link

import (
	"cmp"
	"crypto/sha256"
	"slices"

	"ringbreaker.example/fraud"
)

// Assigned says which ring a report is in; an empty ring says none.
type Assigned struct {
	Report fraud.ReportID
	Ring   fraud.RingID
}

// Result is one whole linking.
type Result struct {
	Model string
	// Rings are ordered by harm still to come, most first.
	Rings []fraud.Ring
	// Links holds each ring together as a tree of its strongest links, so the
	// way between two reports in it is the strongest chain; ties follow.
	Links []fraud.Link
	// Assign has a line for every report, in order of names.
	Assign      []Assigned
	Suggestions []fraud.Suggestion
	// Conflicts are judgements that cannot be obeyed as they stand.
	Conflicts []Conflict
}

// Conflict is a judgement that waits or clashes, and why.
type Conflict struct {
	Judgement fraud.Judgement `json:"judgement"`
	Why       string          `json:"why"`
}

// Link makes rings of what was added. It may be called again after more was
// added; the same content gives the same Result, in whatever order it came.
func (b *Builder) Link() Result {
	rules := b.rules()
	m := b.prepare(rules)
	part := m.partition(rules)
	return m.result(part, rules)
}

// ringOf names a ring by the earliest report that is in it.
func ringOf(first fraud.ReportID) fraud.RingID {
	return fraud.RingID(fraud.DerivedID("R", sha256.Sum256([]byte(first))))
}

// result turns groups into rings. part gives each rank its group's number.
func (m *material) result(part []uint32, rules *rules) Result {
	members := membersOf(part)
	trees := m.trees(members, part, rules)
	res := Result{Model: m.b.model.Version, Conflicts: rules.conflicts(m, part)}
	ringByGroup := make([]fraud.RingID, len(members))
	for g, reports := range members {
		if len(reports) > 1 {
			ringByGroup[g] = ringOf(m.id(reports[0]))
		}
	}
	ties, tieLinks := m.ties(part, members, ringByGroup)
	end := m.end()
	typical := m.typicalSent()
	for g, reports := range members {
		if ringByGroup[g] == "" {
			continue
		}
		ring := m.ring(ringByGroup[g], reports, part)
		ring.Suppliers, ring.Launderers = ties[g].suppliers, ties[g].launderers
		ring.Harm = m.harm(reports, end, typical)
		for i := range trees[g] {
			trees[g][i].Ring = ring.ID
		}
		ring.Bridges = m.bridges(reports, part, trees[g])
		res.Rings = append(res.Rings, ring)
		res.Links = append(res.Links, trees[g]...)
	}
	res.Links = append(res.Links, tieLinks...)
	res.Assign = m.assign(part, ringByGroup)
	res.Suggestions = m.suggestions(part, members, ringByGroup)
	sortResult(&res)
	return res
}

func sortResult(res *Result) {
	slices.SortFunc(res.Rings, func(x, y fraud.Ring) int {
		return cmp.Or(cmp.Compare(y.Harm.Score, x.Harm.Score), cmp.Compare(x.ID, y.ID))
	})
	slices.SortStableFunc(res.Links, func(x, y fraud.Link) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Ring, y.Ring), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
}

// membersOf lists ranks by group number.
func membersOf(part []uint32) [][]uint32 {
	n := uint32(0)
	for _, g := range part {
		n = max(n, g+1)
	}
	out := make([][]uint32, n)
	for r, g := range part {
		out[g] = append(out[g], uint32(r))
	}
	return out
}

func (m *material) id(r uint32) fraud.ReportID { return fraud.ReportID(m.b.ids.text(m.order[r])) }

func (m *material) assign(part []uint32, rings []fraud.RingID) []Assigned {
	out := make([]Assigned, 0, len(m.b.reports))
	for n, row := range m.b.reports {
		if row.flags&flagKnown == 0 {
			continue
		}
		a := Assigned{Report: fraud.ReportID(m.b.ids.text(uint32(n)))}
		if r := m.rank[n]; r != none {
			a.Ring = rings[part[r]]
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(x, y Assigned) int { return cmp.Compare(x.Report, y.Report) })
	return out
}

// partition gives each rank the number of its group; groups are numbered by
// their earliest report.
func (m *material) partition(rules *rules) []uint32 {
	together := newForest(len(m.order))
	for _, v := range rules.same {
		if a, b := m.rank[v.a], m.rank[v.b]; a != none && b != none {
			together.union(a, b)
		}
	}
	touching := newForest(len(m.order))
	for i := range m.tenures {
		incs := m.of(i)
		for k := 1; k < len(incs); k++ {
			touching.union(incs[k-1].report, incs[k].report)
		}
	}
	for r := range m.order {
		touching.union(uint32(r), together.find(uint32(r)))
	}
	sets := newForest(len(m.order))
	for _, reports := range touching.groups() {
		if len(reports) < 2 {
			continue
		}
		m.newWorld(reports, together, rules).solve(sets)
	}
	return number32(sets)
}

func number32(sets *forest) []uint32 {
	part := make([]uint32, len(sets.parent))
	next := uint32(0)
	for i := range part {
		if root := sets.find(uint32(i)); root == uint32(i) {
			part[i] = next
			next++
		} else {
			part[i] = part[root]
		}
	}
	return part
}

// pairBits is what one shared value is worth between two reports: a forged
// part on either side leaves no more than that part is worth; otherwise the
// mean, since a value that one report names as the callback and the other
// only mentions is still the callback.
func pairBits(a, b incidence) int32 {
	if low := min(a.bits, b.bits); low < 5000 {
		return low
	}
	return (a.bits + b.bits) / 2
}
