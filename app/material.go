package app

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// pairs says which of our rings meets which of theirs, by the indicators
// that both sides opened: ours names our ring, theirs names theirs.
func pairs(in referralInput) []refer.Overlap {
	theirs := map[fraud.Indicator]fraud.SharedIndicator{}
	for _, s := range in.Theirs.Shared {
		theirs[s.Indicator] = s
	}
	type key struct{ ours, theirs fraud.RingID }
	found := map[key][]fraud.SharedIndicator{}
	for _, s := range in.Mine.Shared {
		if t, ok := theirs[s.Indicator]; ok {
			k := key{s.OurRing, t.OurRing}
			s.PeerRing = string(t.OurRing)
			found[k] = append(found[k], s)
		}
	}
	ours, theirsBest := map[fraud.RingID]int{}, map[fraud.RingID]int{}
	for k, shared := range found {
		ours[k.ours], theirsBest[k.theirs] = max(ours[k.ours], len(shared)), max(theirsBest[k.theirs], len(shared))
	}
	var out []refer.Overlap
	for k, shared := range found {
		a, okA := ringIn(in.Mine, k.ours)
		b, okB := ringIn(in.Theirs, k.theirs)
		if !okA || !okB || len(shared) < ours[k.ours] || len(shared) < theirsBest[k.theirs] {
			continue
		}
		slices.SortFunc(shared, func(x, y fraud.SharedIndicator) int {
			return strings.Compare(x.Indicator.String(), y.Indicator.String())
		})
		o := refer.Overlap{Relation: fraud.SameOperator, Kinds: map[fraud.Kind]int{}, Shared: shared}
		for _, s := range shared {
			o.Kinds[s.Indicator.Kind]++
			o.Bits += bitsOf(a.Ring, s.Indicator)
		}
		o.Sides = []refer.Side{side(in.Mine, a), side(in.Theirs, b)}
		o.Says = fmt.Sprintf("Ring %s of %s and ring %s of %s hold %d indicators in common, in %d kinds.",
			a.Label, in.Mine.Complainant.Org.Name, b.Label, in.Theirs.Complainant.Org.Name, len(shared), len(o.Kinds))
		out = append(out, o)
	}
	slices.SortFunc(out, func(x, y refer.Overlap) int {
		return cmp.Or(cmp.Compare(len(y.Shared), len(x.Shared)), strings.Compare(x.Says, y.Says))
	})
	for i := range out {
		out[i].ID = fmt.Sprintf("OV-%d", i+1)
	}
	return out
}

func ringIn(c Contribution, id fraud.RingID) (refer.RingOf, bool) {
	i := slices.IndexFunc(c.Rings, func(r refer.RingOf) bool { return r.Ring.ID == id })
	if i < 0 {
		return refer.RingOf{}, false
	}
	return c.Rings[i], true
}

func bitsOf(r fraud.Ring, i fraud.Indicator) float64 {
	for _, x := range r.Indicators {
		if x.Indicator == i {
			return x.Bits
		}
	}
	return 0
}

func side(c Contribution, r refer.RingOf) refer.Side {
	return refer.Side{Org: r.Org, Ring: r.Ring.ID, Reports: len(r.Ring.Reports), Exhibits: exhibitsOf(c, r.Ring.ID)}
}

// exhibitOf names the file that holds a ring's sightings.
func exhibitOf(id fraud.RingID) string { return fmt.Sprintf("sightings-%s.jsonl", id) }

func exhibitsOf(c Contribution, id fraud.RingID) []fraud.ExhibitID {
	var out []fraud.ExhibitID
	for _, e := range c.Exhibits {
		if e.Name == exhibitOf(id) {
			out = append(out, e.ID)
		}
	}
	return out
}

// opener gives the bytes of a kept file anew at each call.
type opener func(sum string) func() (io.ReadCloser, error)

// material lays both parts together. mine are our victims' identities, for
// our annex and for the scan of the main body.
func material(in referralInput, c fraud.JointCase, agency fraud.Org, mine []refer.Victim, open opener) refer.Material {
	hub := hubs(in.Mine, in.Theirs)
	in.Mine, in.Theirs = withoutHubs(in.Mine, hub), withoutHubs(in.Theirs, hub)
	overlaps := pairs(in)
	m := refer.Material{
		ID: in.ID, Version: in.Version, Title: in.Title, At: in.At, Embargo: c.Embargo, Basis: c.Basis, JointCase: c.ID,
		Proceeding: in.At, Jurisdictions: []string{agency.Country, "US"},
		Complainants: []refer.Complainant{in.Mine.Complainant, in.Theirs.Complainant},
		To:           refer.Agency{Org: agency, Unit: agency.Name, Recipients: []string{agency.Keys.Seal}},
		Overlaps:     overlaps, Overrides: in.Overrides, Annex: in.Mine.Annex,
		Deconfliction: fmt.Sprintf("No other agency was told by %s or %s.", in.Mine.Complainant.Org.Name, in.Theirs.Complainant.Org.Name),
		Method: "Each complainant linked the reports of its own customers into rings on its own node. The two then ran a private match: " +
			"it showed which rings hold indicators in common, and nothing of any other customer. Each shared indicator was opened by both against a commitment logged before the run.",
	}
	if in.Version > 1 {
		m.Supplements = in.ID
	}
	if in.Previous != nil {
		m.FirstExhibit, m.FirstDisclosure = in.Previous.LastExhibit+1, in.Previous.LastDisclosure+1
	}
	m.Basis.Recipients = []fraud.OrgID{agency.ID, in.Mine.Complainant.Org.ID, in.Theirs.Complainant.Org.ID}
	marks := []fraud.Mark{c.Mark}
	victims := map[string]refer.Victim{}
	for _, v := range mine {
		victims[v.Pseudonym] = v
	}
	for _, part := range []Contribution{in.Mine, in.Theirs} {
		marks = append(marks, part.Marks...)
		m.Rings = append(m.Rings, part.Rings...)
		m.Hours = append(m.Hours, part.Hours...)
		m.Custody = append(m.Custody, part.Custody...)
		m.Reports = append(m.Reports, part.Reports...)
		m.Disclosure = append(m.Disclosure, part.Disclosure...)
		m.Contrary = append(m.Contrary, part.Contrary...)
		m.NotDone = append(m.NotDone, part.NotDone...)
		m.Safe = append(m.Safe, part.Safe...)
		m.Holds = append(m.Holds, part.Holds...)
		m.Transfers = append(m.Transfers, part.Transfers...)
		for _, v := range part.Victims {
			if known, ok := victims[v.Pseudonym]; ok && v.Org == known.Org {
				v = known
			}
			m.Victims = append(m.Victims, v)
		}
		for _, e := range part.Exhibits {
			e.Open = open(e.SHA256)
			m.Exhibits = append(m.Exhibits, e)
		}
		for _, r := range part.Rings {
			marks = append(marks, r.Ring.Mark)
		}
	}
	if len(in.Theirs.Annex) > 0 {
		m.OtherAnnexes = []refer.OtherAnnex{{Org: in.Theirs.Complainant.Org.ID, Sealed: in.Theirs.Annex, Victims: in.Theirs.Named}}
	}
	m.Mark = fraud.Strictest(marks...)
	m.Transfers = withoutDoubles(m.Transfers)
	m.Money = refer.Money{Method: "fifo, haircut and lifo side by side", AsOf: in.At, Freeze: freezeOf(in), NoneTried: "the agency is asked to freeze on receipt"}
	if len(m.Contrary) == 0 {
		m.Contrary = []string{refer.None}
	}
	m.Summary = fmt.Sprintf("%s and %s ask %s to investigate %d operators that defraud customers of both by telephone, impersonating their support.",
		in.Mine.Complainant.Org.Name, in.Theirs.Complainant.Org.Name, agency.Name, len(overlaps))
	m.Subjects = subjects(overlaps)
	m.Timeline = timeline(m)
	m.Figures, m.Queries = figures(m, in.At)
	m.Nexus = nexus(m)
	m.Requests = []refer.Request{
		{ID: "REQ-1", Kind: "search", To: string(agency.ID), Says: "Identify and, if the law allows, search the premises from which the calls are made, at the hours of calling given here."},
		{ID: "REQ-2", Kind: "freeze", To: string(agency.ID), Says: fmt.Sprintf("Ask the banks named in the freeze list to hold what is still there: %d accounts.", len(m.Money.Freeze))},
		{ID: "REQ-3", Kind: "preserve", To: string(agency.ID), Says: "Have the providers of the telephone numbers and sites in indicators.csv preserve their records.", Expires: in.At.AddDate(0, 0, 90)},
	}
	return m
}

func withoutDoubles(list []fraud.Transfer) []fraud.Transfer {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(t fraud.Transfer) bool {
		double := seen[t.ID]
		seen[t.ID] = true
		return double
	})
}

// freezeOf lays the two freeze lists together, an account once.
func freezeOf(in referralInput) []fraud.FreezeCandidate {
	seen := map[string]bool{}
	var out []fraud.FreezeCandidate
	for _, f := range slices.Concat(in.Mine.Freeze, in.Theirs.Freeze) {
		k := f.Account + " " + f.High.Currency
		if !seen[k] {
			seen[k] = true
			out = append(out, f)
		}
	}
	return out
}

// subjects are the suspects in common: each believed to be one operator, by
// inference, with what both sides hold.
func subjects(overlaps []refer.Overlap) []fraud.Subject {
	var out []fraud.Subject
	for i, o := range overlaps {
		s := fraud.Subject{ID: fmt.Sprintf("SUB-%d", i+1), Name: "Operator behind " + o.ID + " (name unknown)", Role: "operator"}
		var exhibits []fraud.ExhibitID
		for _, x := range o.Sides {
			s.Rings = append(s.Rings, x.Ring)
			exhibits = append(exhibits, x.Exhibits...)
			s.Assertions = append(s.Assertions, fraud.Assertion{
				Says: fmt.Sprintf("%d reports to %s name indicators of ring %s.", x.Reports, x.Org, x.Ring), Basis: fraud.Reported, Exhibits: x.Exhibits, Contrary: refer.None,
			})
		}
		s.Assertions = append(s.Assertions, fraud.Assertion{
			Says: o.Says + " One operator is the likeliest reason.", Basis: fraud.Inferred, Exhibits: exhibits,
			Contrary: "A supplier that serves two operators would share indicators of one family; how many families these span is in the overlap.",
		})
		out = append(out, s)
	}
	return out
}

// timeline says when each ring was first and last seen.
func timeline(m refer.Material) []refer.Event {
	var out []refer.Event
	for _, r := range m.Rings {
		var cites []fraud.ExhibitID
		for _, e := range m.Exhibits {
			if e.Name == exhibitOf(r.Ring.ID) && e.Org == r.Org {
				cites = append(cites, e.ID)
			}
		}
		out = append(out,
			refer.Event{At: r.Ring.Harm.FirstAt.UTC(), Says: "First report of ring " + r.Label, Basis: fraud.Reported, Exhibits: cites},
			refer.Event{At: r.Ring.Harm.LastAt.UTC(), Says: "Last report of ring " + r.Label, Basis: fraud.Reported, Exhibits: cites})
	}
	slices.SortStableFunc(out, func(a, b refer.Event) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Says, b.Says)) })
	return out
}

// nexus says why each country has to do with it: where the victims are.
func nexus(m refer.Material) []refer.Nexus {
	count := map[string]int{}
	for _, v := range m.Victims {
		if v.Country != "" {
			count[v.Country]++
		}
	}
	out := []refer.Nexus{{Country: m.To.Org.Country, Says: "The operators are believed to call from here."}}
	for c, n := range count {
		if c != m.To.Org.Country {
			out = append(out, refer.Nexus{Country: c, Says: fmt.Sprintf("%d victims live here.", n)})
		}
	}
	slices.SortFunc(out[1:], func(a, b refer.Nexus) int { return strings.Compare(a.Country, b.Country) })
	return out
}

// figures are the numbers of the dossier, each with the query by which
// anybody counts it again from the package's own tables.
func figures(m refer.Material, at time.Time) ([]fraud.Figure, []refer.Query) {
	people, old, sent := map[string]bool{}, map[string]bool{}, fraud.Sums{}
	for _, v := range m.Victims {
		people[v.Pseudonym] = true
		if v.AgeBand == "60_plus" {
			old[v.Pseudonym] = true
		}
		for _, s := range v.Sent {
			if err := sent.Add(s); err != nil {
				continue // beyond 63 bits: the table still has every row
			}
		}
	}
	type row struct {
		name, unit, text string
		value            int64
	}
	rows := []row{
		{"victims", "", "distinct victims.csv pseudonym", int64(len(people))},
		{"victims aged 60 or over", "", "distinct victims.csv pseudonym where age_band=60_plus", int64(len(old))},
		{"rings", "", "count rings.jsonl", int64(len(m.Rings))},
		{"transfers", "", "count transactions.csv", int64(len(m.Transfers))},
	}
	var currencies []string
	for c := range sent {
		currencies = append(currencies, c)
	}
	slices.Sort(currencies)
	for _, c := range currencies {
		rows = append(rows, row{"sent by victims", c, "sum victims.csv sent_minor where currency=" + c, sent[c]})
	}
	var figs []fraud.Figure
	var queries []refer.Query
	for i, r := range rows {
		id := fmt.Sprintf("Q-%d", i+1)
		figs = append(figs, fraud.Figure{Name: r.name, Unit: r.unit, Value: r.value, Source: id, AsOf: at})
		queries = append(queries, refer.Query{ID: id, Org: m.Complainants[0].Org.ID, Text: r.text, Result: r.value, RanAt: at})
	}
	return figs, queries
}
