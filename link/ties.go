package link

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"ringbreaker.example/fraud"
)

// tied is the suppliers and launderers of one group.
type tied struct{ suppliers, launderers []fraud.Tie }

// tieLink is a link between the reports of two rings, by their ranks too.
type tieLink struct {
	fraud.Link
	a, b uint32
}

// ties finds the tenures that more than one ring holds: whoever stands behind
// such a value serves several rings and does not make them one.
func (m *material) ties(part []uint32, members [][]uint32, rings []fraud.RingID) ([]tied, []tieLink) {
	out := make([]tied, len(members))
	var links []tieLink
	medium := int32(m.b.model.Param("medium") * 1000)
	for ti := range m.tenures {
		t := &m.tenures[ti]
		if t.soft == softBlock || t.soft == softReuse {
			continue
		}
		touched := undwarfed(m.touched(ti, part, rings, medium))
		if len(touched) < 2 {
			continue
		}
		links = append(links, m.tie(uint32(ti), touched, rings, out)...)
	}
	for g := range out {
		sortTies(out[g].suppliers)
		sortTies(out[g].launderers)
	}
	return out, links
}

func sortTies(ties []fraud.Tie) {
	slices.SortFunc(ties, func(x, y fraud.Tie) int {
		return cmp.Or(cmp.Compare(y.Reports, x.Reports), cmp.Compare(x.Indicator.Kind, y.Indicator.Kind), cmp.Compare(x.Indicator.Value, y.Indicator.Value))
	})
}

// touch is a group's part in a tenure.
type touch struct {
	group uint32
	count int
	best  incidence
}

func (m *material) touched(ti int, part []uint32, rings []fraud.RingID, least int32) []touch {
	incs := m.of(ti)
	if len(incs) < 2 {
		return nil
	}
	var out []touch
	for _, inc := range incs {
		g := part[inc.report]
		if rings[g] == "" || inc.bits < least {
			continue
		}
		i := slices.IndexFunc(out, func(t touch) bool { return t.group == g })
		if i < 0 {
			out = append(out, touch{g, 1, inc})
			continue
		}
		out[i].count++
		if inc.bits > out[i].best.bits {
			out[i].best = inc
		}
	}
	return out
}

// undwarfed leaves out rings with a single report among many of another
// ring's: one report that was given to the wrong ring must not make a tie.
func undwarfed(touched []touch) []touch {
	const many = 6
	most := 0
	for _, t := range touched {
		most = max(most, t.count)
	}
	return slices.DeleteFunc(touched, func(t touch) bool { return t.count == 1 && most >= many })
}

func (m *material) tie(ti uint32, touched []touch, rings []fraud.RingID, out []tied) []tieLink {
	t := &m.tenures[ti]
	ind := m.indicatorOf(ti)
	launders := families[t.family] == fraud.FamilyMoney || families[t.family] == fraud.FamilyIdentity
	kind, prefix, does := fraud.SameSupplier, "S", "supplies"
	if launders {
		kind, prefix, does = fraud.SameLaunderer, "L", "takes money for"
	}
	ids, all := named(touched, rings)
	var links []tieLink
	for i, x := range touched {
		tie := fraud.Tie{
			ID: fraud.DerivedID(prefix, sha256.Sum256([]byte(ind.String()))), Indicator: ind, Role: roles[x.best.role], Rings: ids, RingsAll: all,
			Reports: x.count, Bits: bitsOf(x.best.bits),
			Why: fmt.Sprintf("whoever %s %s %d rings that share little else", holds(ind), does, len(touched)),
		}
		if launders {
			out[x.group].launderers = append(out[x.group].launderers, tie)
		} else {
			out[x.group].suppliers = append(out[x.group].suppliers, tie)
		}
		if i > 0 {
			a, b := touched[i-1].best, x.best
			bits := pairBits(a, b)
			x := tieLink{a: min(a.report, b.report), b: max(a.report, b.report)}
			x.Link = fraud.Link{Kind: kind, A: m.id(x.a), B: m.id(x.b), Bits: bitsOf(bits), Cause: []fraud.Cause{m.cause(ti, bits, a, b)}}
			links = append(links, x)
		}
	}
	return links
}

// named gives the rings that a tie names, and how many there are if that is
// more.
func named(touched []touch, rings []fraud.RingID) (ids []fraud.RingID, all int) {
	most := touched
	if len(touched) > fraud.TieRings {
		all = len(touched)
		most = slices.Clone(touched)
		slices.SortFunc(most, func(x, y touch) int {
			return cmp.Or(cmp.Compare(y.count, x.count), cmp.Compare(rings[x.group], rings[y.group]))
		})
		most = most[:fraud.TieRings]
	}
	for _, x := range most {
		ids = append(ids, rings[x.group])
	}
	slices.Sort(ids)
	return ids, all
}

// holds says in words what somebody has.
func holds(ind fraud.Indicator) string {
	switch ind.Kind {
	case fraud.Script:
		return "wrote or sold " + valueWord(ind)
	case fraud.File, fraud.Image:
		return "made or sold " + valueWord(ind)
	}
	return "holds " + valueWord(ind)
}

// valueWord names a value in words. A text is known by a hash, which tells
// nobody anything, and a file's is known by its beginning.
func valueWord(ind fraud.Indicator) string {
	const shown = 12
	switch {
	case ind.Kind == fraud.Script:
		return "this text"
	case (ind.Kind == fraud.File || ind.Kind == fraud.Image) && len(ind.Value) > shown:
		return "the " + kindWord(ind.Kind) + " " + ind.Value[:shown] + "…"
	}
	return "the " + kindWord(ind.Kind) + " " + ind.Value
}

// shares is what two rings have in common: by family the best value.
type shares struct {
	a, b   uint32
	best   [numFamilies]int32
	tenure [numFamilies]uint32
	from   [numFamilies][2]incidence
}

// suggestions gives pairs of rings for a person to look at: what they share
// rules out chance, but the linker would not make them one. Only pairs in
// which one is a fragment, or which share more than one family, are worth the
// look; large rings with a common seller are told of as ties. Pairs in barred
// a person looked at, and keeps apart.
func (m *material) suggestions(part []uint32, members [][]uint32, rings []fraud.RingID, barred map[[2]uint32]bool) []fraud.Suggestion {
	var out []fraud.Suggestion
	strong, medium := int32(m.b.model.Param("strong")*1000), int32(m.b.model.Param("medium")*1000)
	for _, p := range m.sharing(part, rings, medium) {
		total, kinds := int32(0), 0
		for _, bits := range p.best {
			if bits >= medium {
				total += bits
				kinds++
			}
		}
		fragment := min(len(members[p.a]), len(members[p.b])) <= 5
		if total < strong || !fragment && kinds < 2 || barred[[2]uint32{p.a, p.b}] {
			continue
		}
		out = append(out, m.suggestion(p, total, rings))
	}
	slices.SortFunc(out, func(x, y fraud.Suggestion) int {
		return cmp.Or(cmp.Compare(y.Link.Bits, x.Link.Bits), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	return out
}

// sharing lists the pairs of rings that hold a tenure together. A tenure that
// more than six rings hold belongs to somebody who serves them all.
func (m *material) sharing(part []uint32, rings []fraud.RingID, least int32) []*shares {
	const most = 6
	at := map[[2]uint32]*shares{}
	var out []*shares
	for ti := range m.tenures {
		touched := m.touched(ti, part, rings, least)
		if len(touched) < 2 || len(touched) > most {
			continue
		}
		slices.SortFunc(touched, func(x, y touch) int { return cmp.Compare(x.group, y.group) })
		for i, y := range touched {
			for _, x := range touched[:i] {
				key := [2]uint32{x.group, y.group}
				p := at[key]
				if p == nil {
					p = &shares{a: x.group, b: y.group}
					at[key] = p
					out = append(out, p)
				}
				f := m.tenures[ti].family
				if bits := pairBits(x.best, y.best); bits > p.best[f] {
					p.best[f], p.tenure[f], p.from[f] = bits, uint32(ti), [2]incidence{x.best, y.best}
				}
			}
		}
	}
	return out
}

func (m *material) suggestion(p *shares, total int32, rings []fraud.RingID) fraud.Suggestion {
	s := fraud.Suggestion{A: rings[p.a], B: rings[p.b]}
	top := 0
	for f := range p.best {
		if p.best[f] > p.best[top] {
			top = f
		}
		if p.best[f] > 0 {
			s.Link.Cause = append(s.Link.Cause, m.cause(p.tenure[f], p.best[f], p.from[f][0], p.from[f][1]))
		}
	}
	s.Link.Kind, s.Link.Bits = fraud.SameOperator, bitsOf(total)
	s.Link.A, s.Link.B = m.id(p.from[top][0].report), m.id(p.from[top][1].report)
	script := slices.Index(families, fraud.FamilyScript)
	if from := p.from[script]; p.best[script] > 0 && top != script {
		for i := range s.Link.Cause {
			if c := &s.Link.Cause[i]; c.Indicator.Kind == fraud.Script {
				c.Texts = []fraud.ReportID{m.id(from[0].report), m.id(from[1].report)}
			}
		}
	}
	slices.SortFunc(s.Link.Cause, func(x, y fraud.Cause) int { return cmp.Compare(y.Bits, x.Bits) })
	return s
}
