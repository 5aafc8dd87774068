package synth

import (
	"cmp"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// Truth is what nobody in the world knows: truth.json.
type Truth struct {
	Scenario   string     `json:"scenario"`
	Seed       int64      `json:"seed"`
	Reports    int        `json:"reports"`
	Start      time.Time  `json:"start"`
	Raid       time.Time  `json:"raid"`
	End        time.Time  `json:"after_end"`
	Operators  []Operator `json:"operators"`
	Overlap    []string   `json:"overlap"` // operators that hit two orgs or more
	Suppliers  []Tie      `json:"suppliers"`
	Launderers []Tie      `json:"launderers"`
	Returns    []Return   `json:"returns"`
	NewAfter   []string   `json:"new_after"` // operators that are new after the raid
	Recycled   []Recycled `json:"recycled"`
	Framed     []Framed   `json:"framed"`
	Lawful     []Firm     `json:"lawful_firms"`
	Layering   Layering   `json:"layering"`
}

// Operator is a true ring.
type Operator struct {
	ID         string            `json:"id"` // the ring's name in truth.tsv
	Orgs       []string          `json:"orgs"`
	Reports    int               `json:"reports"`
	Company    string            `json:"company"`
	CompanyNo  string            `json:"company_no"`
	TaxID      string            `json:"tax_id"`
	Director   string            `json:"director"`
	Address    string            `json:"address"`
	City       string            `json:"city"`
	State      string            `json:"state"`
	TimeZone   string            `json:"time_zone"`
	Kit        string            `json:"kit"`
	Indicators []fraud.Indicator `json:"indicators,omitempty"` // left out in worlds above 50,000 reports
}

// Tie is somebody who serves several operators.
type Tie struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"` // lead_seller, popup_maker, mule, processor, payout_merchant
	Indicators []fraud.Indicator `json:"indicators"`
	Serves     []string          `json:"serves"` // all whom it truly serves
	// Rings are those whom reports show it with: a value of its stands in
	// reports of two or more of them. Scores count these alone.
	Rings []string `json:"rings"`
}

// Return is an operator that came back after the raid.
type Return struct {
	Operator string            `json:"operator"`
	From     time.Time         `json:"from"`
	FirstAt  time.Time         `json:"first_report"` // received; zero if nobody reported
	Reports  int               `json:"reports"`
	Kept     []string          `json:"kept"` // account, director, script, tracker
	Values   []fraud.Indicator `json:"kept_values"`
	Company  string            `json:"company"`
}

// Recycled is a number that an honest firm took over.
type Recycled struct {
	Number fraud.Indicator `json:"number"`
	Was    []string        `json:"was"` // operators that had it
	Now    string          `json:"now"`
	From   time.Time       `json:"from"`
}

// Framed is who false reports accuse.
type Framed struct {
	Firm    string `json:"firm,omitempty"`
	CIN     string `json:"company_no,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Rival   string `json:"rival,omitempty"` // an operator framed by another
	By      string `json:"by,omitempty"`    // the operator behind it
	Reports int    `json:"reports"`         // that say so
}

// Firm is an honest firm.
type Firm struct {
	Name    string `json:"name"`
	CIN     string `json:"company_no"`
	Address string `json:"address"`
	Phone   string `json:"phone"`
	SameAs  string `json:"same_address_as,omitempty"` // the operator next door
}

// tally counts what reports were written, for the truth.
type tally struct {
	perOp   []int
	perBack []int
	firstAt []time.Time
	seen    map[seen]int
	firms   map[int]int
	rivals  map[[2]int]int
	paid    []paid
}

func (c *cast) newTally() *tally {
	return &tally{
		perOp: make([]int, len(c.operators)), perBack: make([]int, len(c.returned)), firstAt: make([]time.Time, len(c.returned)),
		seen: map[seen]int{}, firms: map[int]int{}, rivals: map[[2]int]int{},
	}
}

func (t *tally) count(pl plan, received time.Time) {
	switch pl.kind {
	case fromVictim, fromDesk:
		if !pl.after {
			t.perOp[pl.op]++
			break
		}
		t.perBack[pl.op]++
		if f := t.firstAt[pl.op]; f.IsZero() || received.Before(f) {
			t.firstAt[pl.op] = received
		}
	case poisonFirm:
		t.firms[pl.other]++
	case poisonRival:
		if !pl.after {
			t.rivals[[2]int{pl.op, pl.other}]++
		}
	}
}

const listedUpTo = 50000 // reports; above it truth.json leaves values out

func (c *cast) truth(t *tally, l Layering) Truth {
	out := Truth{
		Scenario: c.sc.Name, Seed: c.seed, Reports: c.reports, Start: c.sc.Start, Raid: c.sc.Raid, End: c.sc.End, Layering: l,
		Overlap: []string{}, NewAfter: []string{},
	}
	for i := range c.operators {
		o := &c.operators[i]
		out.Operators = append(out.Operators, c.operatorTruth(o, t.perOp[i]))
		if len(o.orgs) > 1 {
			out.Overlap = append(out.Overlap, o.id)
		}
	}
	out.Suppliers, out.Launderers = c.tiesTruth(t, l)
	for i := range c.returned {
		o := &c.returned[i]
		if o.was < 0 {
			out.NewAfter = append(out.NewAfter, o.id)
			continue
		}
		out.Returns = append(out.Returns, Return{
			Operator: o.id, From: o.from, FirstAt: t.firstAt[i], Reports: t.perBack[i], Kept: o.kept, Values: o.keptValues(), Company: o.firm.name,
		})
	}
	for _, r := range c.recycled {
		rec := Recycled{Number: fraud.Indicator{Kind: fraud.Phone, Value: e164(r.number)}, Now: c.innocents[r.firm%len(c.innocents)].name, From: time.Unix(r.from, 0).UTC()}
		for _, o := range c.operators {
			if slices.ContainsFunc(o.lines[0], func(l line) bool { return l.number == r.number }) {
				rec.Was = append(rec.Was, o.id)
			}
		}
		out.Recycled = append(out.Recycled, rec)
	}
	for i, f := range c.innocents {
		lawful := Firm{Name: f.name, CIN: f.cin, Address: f.address, Phone: e164(c.innocentN[i])}
		for _, o := range c.operators {
			if o.firm.address == f.address {
				lawful.SameAs = o.id
			}
		}
		out.Lawful = append(out.Lawful, lawful)
		if n := t.firms[i]; n > 0 {
			out.Framed = append(out.Framed, Framed{Firm: f.name, CIN: f.cin, Phone: lawful.Phone, Reports: n})
		}
	}
	for pair, n := range t.rivals {
		out.Framed = append(out.Framed, Framed{Rival: c.operators[pair[1]].id, By: c.operators[pair[0]].id, Reports: n})
	}
	slices.SortFunc(out.Framed, func(a, b Framed) int { return cmp.Or(cmp.Compare(a.Firm, b.Firm), cmp.Compare(a.Rival, b.Rival)) })
	return out
}

func (c *cast) operatorTruth(o *operator, reports int) Operator {
	city := cities[o.site]
	t := Operator{
		ID: o.id, Reports: reports, Company: o.firm.name, CompanyNo: o.firm.cin, TaxID: o.firm.gstin, Director: o.head, Address: o.firm.address,
		City: city.City, State: city.State, TimeZone: "Asia/Kolkata",
	}
	if len(c.makers) > 0 {
		t.Kit = c.makers[o.kit].id
	}
	for _, k := range o.orgs {
		t.Orgs = append(t.Orgs, c.sc.Orgs[k].ID)
	}
	if c.reports <= listedUpTo {
		t.Indicators = o.indicators()
	}
	return t
}

func (o *operator) indicators() []fraud.Indicator {
	out := numbersOf(o.lines)
	for _, r := range o.remotes {
		out = append(out, fraud.Indicator{Kind: fraud.RemoteID, Value: slug(o.tool) + ":" + r})
	}
	if o.relay != "" {
		out = append(out, fraud.Indicator{Kind: fraud.RemoteHost, Value: o.relay})
	}
	for i := range o.cards {
		out = append(out, fraud.Indicator{Kind: fraud.CardDescriptor, Value: o.cards[i]})
	}
	for i := range o.us {
		out = append(out, o.us[i].indicator(), o.eu[i].indicator())
	}
	for _, a := range o.wallets {
		out = append(out, fraud.Indicator{Kind: fraud.Wallet, Value: a})
	}
	out = append(out, fraud.Indicator{Kind: fraud.Tracker, Value: "ga:" + o.tracker},
		fraud.Indicator{Kind: fraud.Company, Value: "cin:" + o.firm.cin}, fraud.Indicator{Kind: fraud.TaxID, Value: "gstin:" + o.firm.gstin})
	slices.SortFunc(out, compareIndicators)
	return slices.Compact(out)
}

func compareIndicators(a, b fraud.Indicator) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
}

func numbersOf(lines [5][]line) []fraud.Indicator {
	var out []fraud.Indicator
	for _, region := range lines {
		for _, l := range region {
			out = append(out, fraud.Indicator{Kind: fraud.Phone, Value: e164(l.number)})
		}
	}
	slices.SortFunc(out, compareIndicators)
	return slices.Compact(out)
}

func (o *operator) keptValues() []fraud.Indicator {
	var out []fraud.Indicator
	for _, k := range o.kept {
		switch k {
		case keptAccount:
			out = append(out, fraud.Indicator{Kind: fraud.CardDescriptor, Value: o.cards[0]}, o.us[0].indicator(), o.eu[0].indicator(), fraud.Indicator{Kind: fraud.Wallet, Value: o.wallets[0]})
		case keptDirector:
			out = append(out, fraud.Indicator{Kind: fraud.PersonAlias, Value: o.head})
		case keptTracker:
			out = append(out, fraud.Indicator{Kind: fraud.Tracker, Value: "ga:" + o.tracker})
		}
	}
	return out
}

// tiesTruth lists suppliers and launderers, with the rings that reports show.
func (c *cast) tiesTruth(t *tally, l Layering) (suppliers, launderers []Tie) {
	shown := c.shown(t)
	ids := func(ops []int) []string {
		out := []string{}
		for _, o := range ops {
			out = append(out, c.operators[o].id)
		}
		return out
	}
	for i, s := range c.sellers {
		tie := Tie{ID: s.id, Kind: "lead_seller", Serves: ids(s.clients), Rings: shown[tieKey{'n', int32(i)}]}
		if c.reports <= listedUpTo*4 {
			tie.Indicators = append(numbersOf(s.lines), fraud.Indicator{Kind: fraud.Domain, Value: s.redirect})
		}
		suppliers = append(suppliers, tie)
	}
	for i, m := range c.makers {
		suppliers = append(suppliers, Tie{ID: m.id, Kind: "popup_maker", Serves: ids(m.clients), Rings: shown[tieKey{'a', int32(i)}], Indicators: []fraud.Indicator{{Kind: fraud.File, Value: m.asset}}})
	}
	for i := range c.mules {
		m := &c.mules[i]
		kind := "mule"
		if m.card != "" {
			kind = "processor"
		}
		launderers = append(launderers, Tie{ID: m.id, Kind: kind, Serves: ids(m.clients), Rings: shown[tieKey{'m', int32(i)}], Indicators: m.indicators()})
	}
	all := make([]int, len(c.operators))
	for i := range all {
		all[i] = i
	}
	payout := Tie{ID: "payout-merchant", Kind: "payout_merchant", Serves: ids(all), Rings: []string{}}
	for _, a := range l.PayoutAccounts {
		payout.Indicators = append(payout.Indicators, fraud.Indicator{Kind: fraud.BankAccount, Value: a[len("bank_account:"):]})
	}
	return suppliers, append(launderers, payout)
}

type tieKey struct {
	kind byte
	who  int32
}

// shown finds, for each who serves, the operators with whom one of its values
// stands in reports, where that value stands in reports of two operators.
func (c *cast) shown(t *tally) map[tieKey][]string {
	type value struct {
		seen
	}
	ops := map[value][]int32{}
	for s := range t.seen {
		if s.after {
			continue
		}
		v := value{s}
		v.op = 0
		ops[v] = append(ops[v], s.op)
	}
	out := map[tieKey][]string{}
	for v, list := range ops {
		if len(list) < 2 {
			continue
		}
		k := tieKey{v.kind, v.who}
		if v.kind == 'r' {
			k.kind = 'n'
		}
		for _, o := range list {
			out[k] = append(out[k], c.operators[o].id)
		}
	}
	for k, list := range out {
		slices.Sort(list)
		out[k] = slices.Compact(list)
	}
	return out
}
