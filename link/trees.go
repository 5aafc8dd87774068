package link

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ringbreaker.example/fraud"
)

// edge is a candidate link between two reports, by rank.
type edge struct {
	a, b uint32
	bits int32
}

// tree finds the tree of a group's strongest links (Kruskal), strongest
// first; reports are the group's ranks, ascending. A candidate is a pair of
// neighbours in time within one tenure, so a value held by n reports costs n-1
// candidates.
func (m *material) tree(reports []uint32, rules *rules) []edge {
	edges := m.candidates(reports)
	local := func(r uint32) (uint32, bool) {
		i, ok := slices.BinarySearch(reports, r)
		return uint32(i), ok
	}
	for _, v := range rules.same {
		a, b := m.rank[v.a], m.rank[v.b]
		if a == none || b == none {
			continue
		}
		if _, ok := local(a); !ok {
			continue
		}
		if _, ok := local(b); ok {
			edges = append(edges, edge{min(a, b), max(a, b), judgedBits})
		}
	}
	slices.SortFunc(edges, func(x, y edge) int {
		return cmp.Or(cmp.Compare(y.bits, x.bits), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	sets := newForest(len(reports))
	out := make([]edge, 0, len(reports)-1)
	for _, e := range edges {
		a, _ := local(e.a)
		b, _ := local(e.b)
		if sets.union(a, b) {
			out = append(out, e)
		}
	}
	return out
}

// judgedBits stands above all evidence: a person's word.
const judgedBits = 99000

// candidates gives the pairs of neighbours in each tenure among the reports
// of a group.
func (m *material) candidates(reports []uint32) []edge {
	type seen struct{ tenure, at, inc, report uint32 }
	var run []seen
	for _, r := range reports {
		for _, h := range m.held(r) {
			if t := &m.tenures[h.tenure]; t.end-t.start > 1 {
				run = append(run, seen{h.tenure, m.incs[h.inc].at, h.inc, r})
			}
		}
	}
	slices.SortFunc(run, func(x, y seen) int {
		return cmp.Or(cmp.Compare(x.tenure, y.tenure), cmp.Compare(x.at, y.at), cmp.Compare(x.inc, y.inc))
	})
	var edges []edge
	for k := 1; k < len(run); k++ {
		if run[k].tenure == run[k-1].tenure {
			a, b := run[k-1].report, run[k].report
			edges = append(edges, edge{a: min(a, b), b: max(a, b)})
		}
	}
	slices.SortFunc(edges, func(x, y edge) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	edges = slices.Compact(edges)
	for i := range edges {
		edges[i].bits = m.between(edges[i].a, edges[i].b, nil)
	}
	return edges
}

// shared is one tenure that two reports both hold, and its worth for them.
type shared struct {
	tenure uint32
	bits   int32
	a, b   uint32 // each one's part in it, in material.incs
}

// between adds up what two reports share: the best of a family whole, its
// second best for a part, families as independent. It appends what it found
// to found if that is not nil.
func (m *material) between(a, b uint32, found *[]shared) int32 {
	var best, second [numFamilies]int32
	x, y := m.held(a), m.held(b)
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i].tenure < y[j].tenure:
			i++
		case x[i].tenure > y[j].tenure:
			j++
		default:
			bits := pairBits(m.incs[x[i].inc], m.incs[y[j].inc])
			if found != nil {
				*found = append(*found, shared{x[i].tenure, bits, x[i].inc, y[j].inc})
			}
			f := m.tenures[x[i].tenure].family
			if bits > best[f] {
				best[f], second[f] = bits, best[f]
			} else {
				second[f] = max(second[f], bits)
			}
			i, j = i+1, j+1
		}
	}
	part := m.params.second
	total := int32(0)
	for f := range best {
		total += best[f] + int32(part*float64(second[f]))
	}
	return total
}

// link writes an edge out with its causes, strongest first.
func (m *material) link(e edge, rules *rules) fraud.Link {
	l := fraud.Link{Kind: fraud.SameOperator, A: m.id(e.a), B: m.id(e.b), Bits: bitsOf(e.bits)}
	if e.bits == judgedBits {
		j := rules.sameJudgement(m.order[e.a], m.order[e.b])
		l.Cause = append(l.Cause, fraud.Cause{Bits: bitsOf(e.bits), Judgement: j.ID, Why: "a person decided that the two reports belong to one ring"})
	}
	var found []shared
	m.between(e.a, e.b, &found)
	slices.SortFunc(found, stronger)
	l.Cause = slices.Grow(l.Cause, len(found))
	for _, s := range found {
		l.Cause = append(l.Cause, m.cause(s.tenure, s.bits, m.incs[s.a], m.incs[s.b]))
	}
	return l
}

// stronger orders what two reports share, what says most first.
func stronger(x, y shared) int {
	return cmp.Or(cmp.Compare(y.bits, x.bits), cmp.Compare(x.tenure, y.tenure))
}

// strongest is what an edge stands on first; the two share something.
func (m *material) strongest(e edge) shared {
	var found []shared
	m.between(e.a, e.b, &found)
	return slices.MinFunc(found, stronger)
}

func bitsOf(milli int32) float64 { return float64(milli) / 1000 }

// cause says what a tenure is evidence of, in a sentence.
func (m *material) cause(ti uint32, bits int32, a, b incidence) fraud.Cause {
	t := &m.tenures[ti]
	role := a.role
	if b.bits > a.bits {
		role = b.role
	}
	c := fraud.Cause{
		Indicator: m.indicatorOf(ti), Role: roles[role], Family: families[t.family], Bits: bitsOf(bits),
		Tenure: fraud.Tenure{From: fromMinutes(t.from), To: fromMinutes(t.to)}, Reports: int(t.end - t.start),
	}
	c.Why = m.why(t, c)
	if m.weak[a.report] || m.weak[b.report] {
		c.Why += "; it counts for a part, since one of the two looks like part of a burst of reports that are all alike"
	}
	return c
}

func (m *material) indicatorOf(ti uint32) fraud.Indicator {
	t := &m.tenures[ti]
	switch t.soft {
	case softText:
		return fraud.Indicator{Kind: fraud.Script, Value: m.notes[t.note]}
	default:
		return m.b.indicator(t.value)
	}
}

func (m *material) why(t *tenure, c fraud.Cause) string {
	span := c.Tenure.From.Format(time.DateOnly) + " to " + c.Tenure.To.Format(time.DateOnly) + ", " + strconv.Itoa(c.Reports) + " reports hold it"
	switch t.soft {
	case softText:
		return "both read or showed nearly the same text (" + span + "); texts are sold as kits, so alone it proves little"
	case softBlock:
		return "both named numbers of the consecutive block " + m.notes[t.note] + " on the same days (" + span + ")"
	case softReuse:
		return fmt.Sprintf("both named %s, but with a silence between %s and %s in which it may have changed hands", c.Indicator.Value,
			c.Tenure.From.Format("2006-01-02"), c.Tenure.To.Format("2006-01-02"))
	}
	return "both named the " + kindWord(c.Indicator.Kind) + " " + c.Indicator.Value + " as " + roleWord(c.Role) + " (" + span + ")"
}

func kindWord(k fraud.Kind) string { return kindWords[k] }

var kindWords = map[fraud.Kind]string{
	fraud.Phone: "number", fraud.Email: "address", fraud.URL: "page", fraud.Domain: "site", fraud.IP: "network address",
	fraud.RemoteID: "remote-access id", fraud.RemoteHost: "remote-access host", fraud.BankAccount: "bank account", fraud.UPI: "UPI id",
	fraud.Wallet: "wallet", fraud.TxID: "transaction", fraud.CardDescriptor: "card descriptor", fraud.MerchantID: "merchant id",
	fraud.Company: "company", fraud.TaxID: "tax id", fraud.PersonAlias: "agent's name", fraud.Handle: "handle", fraud.Tracker: "tracking id",
	fraud.Script: "text", fraud.Image: "image", fraud.File: "file", fraud.IMEI: "handset", fraud.ICCID: "SIM card",
}

func roleWord(r fraud.Role) string {
	if w, ok := roleWords[r]; ok {
		return w
	}
	return "a part of the story"
}

var roleWords = map[fraud.Role]string{
	fraud.RoleCallback: "the number to call back", fraud.RoleShownCallerID: "what the phone displayed", fraud.RoleSender: "the sender",
	fraud.RoleLure: "the lure", fraud.RoleRedirect: "a step on the way to the lure", fraud.RolePayee: "where the money goes",
	fraud.RoleRemote: "the way into the machine", fraud.RoleAlias: "the caller's name", fraud.RoleCompany: "the firm behind it",
	fraud.RoleScript: "the text that was read", fraud.RoleAsset: "a part of the page", fraud.RoleTracker: "the page's tracking id",
}

func (r *rules) sameJudgement(a, b uint32) fraud.Judgement {
	for _, v := range r.same {
		if v.a == min(a, b) && v.b == max(a, b) {
			return v.j
		}
	}
	return fraud.Judgement{}
}
