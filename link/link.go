package link

import (
	"cmp"
	"crypto/sha256"
	"iter"
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
	// Links holds each ring together as a tree of its strongest links; ties
	// follow.
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
func (b *Builder) Link() Result { return b.Solve().Result() }

// Linking is one whole linking that has not been written out: what every
// report's group is. Written out, each link is a kilobyte of reasons, so a
// large linking is better streamed ([Linking.WriteRings]) than kept
// ([Linking.Result]).
type Linking struct {
	m         *material
	rules     *rules
	part      []uint32   // by rank: the group
	members   [][]uint32 // by group: ranks
	rings     []fraud.RingID
	reused    []bool // by group: its component is as it was at an earlier linking
	ties      []tied
	tieLinks  []tieLink
	conflicts []Conflict
}

// Solve makes rings of what was added, as [Builder.Link] does.
func (b *Builder) Solve() *Linking {
	l := b.solve(b.rules(), nil)
	l.finish()
	return l
}

// SolveLast is Solve for the last time: it lets go of what it needs no more, so
// nothing may be added, linked or asked after it. The error is of a disk that
// could not take what memory does not hold ([Builder.Spill]).
func (b *Builder) SolveLast() (*Linking, error) {
	rules := b.rules()
	b.last = true
	b.ids.close()
	b.values.close()
	l := b.solve(rules, nil)
	if err := b.Err(); err != nil {
		return nil, err
	}
	l.finish()
	return l, nil
}

// solve parts the reports into groups and names those that are rings. What
// became of components that known holds is taken from there.
func (b *Builder) solve(rules *rules, known *known) *Linking {
	l := &Linking{rules: rules}
	l.m = b.prepare(rules)
	var reused []bool
	l.part, reused = l.m.partition(rules, known)
	l.members = membersOf(l.part)
	l.rings = make([]fraud.RingID, len(l.members))
	l.reused = make([]bool, len(l.members))
	for g, reports := range l.members {
		if len(reports) > 1 {
			l.rings[g] = ringOf(l.m.id(reports[0]))
			l.reused[g] = reused != nil && reused[reports[0]]
		}
	}
	return l
}

// finish finds what the rings, by their names, have to do with each other.
func (l *Linking) finish() {
	l.ties, l.tieLinks = l.m.ties(l.part, l.members, l.rings)
	l.conflicts = l.rules.conflicts(l.m, l.part)
}

// Result writes everything out in memory.
func (l *Linking) Result() Result {
	res := Result{Model: l.Model(), Conflicts: l.conflicts, Assign: l.Assign(), Suggestions: l.Suggestions()}
	for _, g := range l.byHarm() {
		res.Rings = append(res.Rings, l.ring(g))
	}
	for link := range l.Links() {
		res.Links = append(res.Links, link)
	}
	return res
}

// Assign has a line for every report, in order of names.
func (l *Linking) Assign() []Assigned { return l.m.assign(l.part, l.rings) }

// Model is the version of the model by which it was made.
func (l *Linking) Model() string { return l.m.b.model.Version }

// Suggestions are pairs of rings for a person to look at.
func (l *Linking) Suggestions() []fraud.Suggestion {
	return l.m.suggestions(l.part, l.members, l.rings, l.rules.barred(l.m, l.part))
}

// Conflicts are judgements that cannot be obeyed as they stand.
func (l *Linking) Conflicts() []Conflict { return l.conflicts }

// Rings gives the rings by harm still to come, most first.
func (l *Linking) Rings() iter.Seq[fraud.Ring] {
	return func(yield func(fraud.Ring) bool) {
		for _, g := range l.byHarm() {
			if !yield(l.ring(g)) {
				return
			}
		}
	}
}

// Links gives each ring's tree of strongest links, rings by name, and the ties
// to suppliers and launderers, in the order of links.jsonl.
func (l *Linking) Links() iter.Seq[fraud.Link] {
	return func(yield func(fraud.Link) bool) {
		sorted, tie := l.sortedTies(), 0
		ties := func(before fraud.LinkKind) bool {
			for ; tie < len(sorted) && sorted[tie].Kind < before; tie++ {
				if !yield(sorted[tie].Link) {
					return false
				}
			}
			return true
		}
		if !ties(fraud.SameOperator) {
			return
		}
		for _, g := range l.byName() {
			links := l.tree(g)
			slices.SortStableFunc(links, compareLinks)
			for _, x := range links {
				if !yield(x) {
					return
				}
			}
		}
		ties("~") // above every kind
	}
}

// sortedTies gives the ties in the order of links.jsonl.
func (l *Linking) sortedTies() []tieLink {
	slices.SortStableFunc(l.tieLinks, func(x, y tieLink) int { return compareLinks(x.Link, y.Link) })
	return l.tieLinks
}

func compareLinks(x, y fraud.Link) int {
	return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Ring, y.Ring), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
}

// tree writes out the links that hold a group together, strongest first.
func (l *Linking) tree(g uint32) []fraud.Link {
	edges := l.m.tree(l.members[g], l.rules)
	out := make([]fraud.Link, 0, len(edges))
	for _, e := range edges {
		out = append(out, l.link(g, e))
	}
	return out
}

// link writes one link of a group's tree out.
func (l *Linking) link(g uint32, e edge) fraud.Link {
	x := l.m.link(e, l.rules)
	x.Ring = l.rings[g]
	return x
}

func (l *Linking) byName() []uint32 {
	out := l.groups()
	slices.SortFunc(out, func(x, y uint32) int { return cmp.Compare(l.rings[x], l.rings[y]) })
	return out
}

// groups are those that are rings.
func (l *Linking) groups() []uint32 {
	var out []uint32
	for g, id := range l.rings {
		if id != "" {
			out = append(out, uint32(g))
		}
	}
	return out
}

func (l *Linking) byHarm() []uint32 {
	l.m.weighHarm()
	out := l.groups()
	score := make(map[uint32]float64, len(out))
	for _, g := range out {
		score[g] = l.m.harm(l.members[g]).Score
	}
	slices.SortFunc(out, func(x, y uint32) int {
		return cmp.Or(cmp.Compare(score[y], score[x]), cmp.Compare(l.rings[x], l.rings[y]))
	})
	return out
}

// ring writes one ring out.
func (l *Linking) ring(g uint32) fraud.Ring {
	m := l.m
	r := m.ring(l.rings[g], l.members[g])
	r.Suppliers, r.Launderers = l.ties[g].suppliers, l.ties[g].launderers
	r.Harm = m.harm(l.members[g])
	r.Parts = m.parts(l.members[g])
	if cuts := m.cutValues(l.members[g]); len(cuts) > 0 {
		r.Bridges = l.bridges(g, cuts)
	}
	return r
}

// ringOf names a ring by the earliest report that is in it.
func ringOf(first fraud.ReportID) fraud.RingID {
	return fraud.RingID(fraud.DerivedID("R", sha256.Sum256([]byte(first))))
}

// membersOf lists ranks by group number.
func membersOf(part []uint32) [][]uint32 {
	n := uint32(0)
	for _, g := range part {
		n = max(n, g+1)
	}
	first := starts(int(n), len(part), func(r int) uint32 { return part[r] })
	all, next := make([]uint32, len(part)), slices.Clone(first)
	for r, g := range part {
		all[next[g]] = uint32(r)
		next[g]++
	}
	out := make([][]uint32, n)
	for g := range out {
		out[g] = all[first[g]:first[g+1]:first[g+1]]
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

// restLeast is how many reports a component has whose parting takes long enough
// to put the rest away.
const restLeast = 1 << 16

// partition gives each rank the number of its group; groups are numbered by
// their earliest report. Components that known holds are not parted again;
// reused says of which ranks that is so.
func (m *material) partition(rules *rules, known *known) (part []uint32, reused []bool) {
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
	if known != nil {
		reused = make([]bool, len(m.order))
		known.begin(m, rules)
		defer known.end()
	}
	for _, reports := range touching.groups(2) {
		if known != nil && known.apply(reports, sets) {
			for _, r := range reports {
				reused[r] = true
			}
			continue
		}
		w := m.newWorld(reports, together, rules)
		if len(reports) > restLeast {
			m.rest()
		}
		w.solve(sets)
		w.end()
		if known != nil {
			known.learn(reports, sets)
		}
	}
	return number32(sets), reused
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
