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

// ties finds the tenures that more than one ring holds: whoever stands behind
// such a value serves several rings and does not make them one.
func (m *material) ties(part []uint32, members [][]uint32, rings []fraud.RingID) ([]tied, []fraud.Link) {
	out := make([]tied, len(members))
	var links []fraud.Link
	medium := int32(m.b.model.Param("medium") * 1000)
	for ti := range m.tenures {
		t := &m.tenures[ti]
		if t.soft == softBlock || t.soft == softReuse {
			continue
		}
		touched := m.touched(ti, part, rings, medium)
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

func (m *material) tie(ti uint32, touched []touch, rings []fraud.RingID, out []tied) []fraud.Link {
	t := &m.tenures[ti]
	ind := m.indicatorOf(ti)
	launders := families[t.family] == fraud.FamilyMoney || families[t.family] == fraud.FamilyIdentity
	kind, prefix, does := fraud.SameSupplier, "S", "supplies"
	if launders {
		kind, prefix, does = fraud.SameLaunderer, "L", "takes money for"
	}
	ids := make([]fraud.RingID, 0, len(touched))
	for _, x := range touched {
		ids = append(ids, rings[x.group])
	}
	slices.Sort(ids)
	var links []fraud.Link
	for i, x := range touched {
		tie := fraud.Tie{
			ID: fraud.DerivedID(prefix, sha256.Sum256([]byte(ind.String()))), Indicator: ind, Role: roles[x.best.role], Rings: ids,
			Reports: x.count, Bits: bitsOf(x.best.bits),
			Why: fmt.Sprintf("whoever holds the %s %s %s %d rings that share little else", kindWord(ind.Kind), ind.Value, does, len(touched)),
		}
		if launders {
			out[x.group].launderers = append(out[x.group].launderers, tie)
		} else {
			out[x.group].suppliers = append(out[x.group].suppliers, tie)
		}
		if i > 0 {
			a, b := touched[i-1].best, x.best
			bits := pairBits(a, b)
			links = append(links, fraud.Link{Kind: kind, A: m.id(min(a.report, b.report)), B: m.id(max(a.report, b.report)), Bits: bitsOf(bits), Cause: []fraud.Cause{m.cause(ti, bits, a, b)}})
		}
	}
	return links
}

func (m *material) suggestions(part []uint32, members [][]uint32, rings []fraud.RingID, rules *rules) []fraud.Suggestion {
	return nil
}
