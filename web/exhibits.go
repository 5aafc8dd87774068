package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
)

// exhibitsPage lists what was seized, all searches together.
type exhibitsPage struct {
	base
	Rows     []exhibitRow
	Withheld int // that this person may not read
}

type exhibitRow struct {
	fraud.Seizure
	Site   string
	Holder string
	Gaps   int
}

func (s *Server) exhibits(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := exhibitsPage{base: s.base(w, r, "Exhibits")}
	ops, err := s.Act.Operations(ctx)
	if err != nil {
		return err
	}
	things, err := s.agencyThings(ctx)
	if err != nil {
		return err
	}
	for _, o := range ops {
		searches, err := s.Act.Searches(ctx, o.ID)
		if err != nil {
			return err
		}
		sites, err := s.Act.Sites(ctx, o.ID)
		if err != nil {
			return err
		}
		at := map[fraud.SiteID]fraud.Site{}
		for _, x := range sites {
			at[x.ID] = x
		}
		for _, x := range searches {
			items, err := s.Act.Items(ctx, x.ID)
			if err != nil {
				return err
			}
			standing, of := act.Standing(items), o.Cases
			if c := at[x.Site].Case; c != "" {
				of = []fraud.CaseID{c}
			}
			if !s.can(ctx, access.ActRead, things.ofCases(of...)) {
				p.Withheld += len(standing)
				continue
			}
			for _, it := range standing {
				row := exhibitRow{Seizure: it, Site: at[x.Site].Name}
				chain, gaps, err := s.Act.Custody(ctx, it.ID)
				if err != nil {
					return err
				}
				if len(chain) > 0 {
					row.Holder = chain[len(chain)-1].Holder
				}
				row.Gaps = len(gaps)
				p.Rows = append(p.Rows, row)
			}
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b exhibitRow) int { return cmp.Compare(b.Gaps, a.Gaps) })
	return s.render(w, http.StatusOK, "exhibits.html", p)
}

// exhibitPage is one item seized, and who held it, from left to right.
type exhibitPage struct {
	base
	fraud.Seizure
	Chain   []custodyStep
	Gaps    []act.Gap
	Search  fraud.Search
	Site    fraud.Site
	CanMove bool
	Holder  string
}

func (s *Server) exhibit(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.SeizureID(r.PathValue("id"))
	item, err := s.Act.Item(ctx, id)
	if err != nil {
		return err
	}
	events, gaps, err := s.Act.Custody(ctx, id)
	if err != nil {
		return err
	}
	p := exhibitPage{base: s.base(w, r, "Exhibit "+string(id)), Seizure: item, Chain: custodyChain(events, gaps), Gaps: gaps}
	if len(events) > 0 {
		p.Holder = events[len(events)-1].Holder
	}
	if p.Search, err = s.Act.Search(ctx, item.Search); err != nil {
		return err
	}
	if p.Site, err = s.Act.Site(ctx, p.Search.Site); err != nil {
		return err
	}
	p.CanMove = s.can(ctx, access.ActCustody, access.Thing{Kind: access.ThingCase})
	return s.render(w, http.StatusOK, "exhibit.html", p)
}

func (s *Server) handOver(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	id := fraud.SeizureID(r.PathValue("id"))
	h := act.Handover{Item: id, To: v("to"), Place: v("place"), Why: v("why"), Seal: v("seal"), SHA256: strings.ToLower(v("sha256"))}
	if _, err := s.Act.HandOver(r.Context(), h); err != nil {
		return err
	}
	return done(w, r, "/exhibits/"+pathID(id), "saved")
}

// freezesPage lists requests to freeze accounts, by their clocks.
type freezesPage struct {
	base
	Rows  []freezeRow
	Cases []fraud.Case
	Asked fraud.Sums
	Held  fraud.Sums
	CanDo bool

	Withheld int // that this person may not read
}

type freezeRow struct {
	fraud.Freeze
	Clock string
	Tone  string
	Done  bool // the bank answered: the clock is not running
	Next  []fraud.FreezeState
}

func (s *Server) freezes(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := freezesPage{base: s.base(w, r, "Freezes"), Asked: fraud.Sums{}, Held: fraud.Sums{}}
	all, err := s.Act.Freezes(ctx)
	if err != nil {
		return err
	}
	things, err := s.agencyThings(ctx)
	if err != nil {
		return err
	}
	all, p.Withheld = readable(s, ctx, all, func(f fraud.Freeze) access.Thing { return things.ofCases(f.Case) })
	for _, f := range all {
		row := freezeRow{Freeze: f, Next: act.Next(f.State), Clock: left(f.Deadline, s.Now()), Tone: "soft"}
		if len(row.Next) == 0 {
			row.Clock = "ended"
		} else if c, ok := act.FreezeClock(f, s.Now()); ok && c.Done {
			row.Clock, row.Done = "the bank answered", true
		} else if !f.Deadline.IsZero() {
			row.Tone = "clock"
			if !f.Deadline.After(s.Now().Add(6 * time.Hour)) {
				row.Tone = "harm"
			}
		}
		for _, add := range []struct {
			to fraud.Sums
			m  fraud.Money
		}{{p.Asked, f.Seen}, {p.Held, f.Held}} {
			if err := add.to.Add(add.m); err != nil {
				return err
			}
		}
		p.Rows = append(p.Rows, row)
	}
	slices.SortStableFunc(p.Rows, func(a, b freezeRow) int {
		return cmp.Or(boolFirst(len(a.Next) > 0, len(b.Next) > 0), boolFirst(!a.Done, !b.Done), boolFirst(!a.Deadline.IsZero(), !b.Deadline.IsZero()), a.Deadline.Compare(b.Deadline))
	})
	cases, err := s.Act.Cases(ctx)
	if err != nil {
		return err
	}
	p.Cases, _ = readable(s, ctx, cases, func(c fraud.Case) access.Thing { return things.ofCases(c.ID) })
	p.CanDo = s.can(ctx, access.ActFreeze, access.Thing{Kind: access.ThingCase})
	return s.render(w, http.StatusOK, "freezes.html", p)
}

// moneyOf reads an amount and its currency from a form; both empty is no
// money at all.
func moneyOf(r *http.Request, amount, currency string) (fraud.Money, error) {
	a := strings.ReplaceAll(strings.TrimSpace(r.PostFormValue(amount)), ",", "")
	if a == "" {
		return fraud.Money{}, nil
	}
	return fraud.ParseMoney(a, strings.ToUpper(strings.TrimSpace(r.PostFormValue(currency))))
}

func (s *Server) requestFreeze(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	seen, err := moneyOf(r, "seen", "currency")
	if err != nil {
		return err
	}
	moved, err := momentAt(v("moved_at"), "")
	if err != nil {
		return err
	}
	f := fraud.Freeze{Case: fraud.CaseID(v("case")), Account: v("account"), Bank: v("bank"), Channel: v("channel"), Seen: seen}
	if _, err := s.Act.RequestFreeze(r.Context(), f, moved, v("why")); err != nil {
		return err
	}
	return done(w, r, "/freezes", "sent")
}

func (s *Server) moveFreeze(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	held, err := moneyOf(r, "held", "currency")
	if err != nil {
		return err
	}
	e := fraud.FreezeEvent{Freeze: fraud.FreezeID(r.PathValue("id")), State: fraud.FreezeState(v("state")), Held: held, BankRef: v("bank_ref"), Why: v("why")}
	if _, err := s.Act.MoveFreeze(r.Context(), e); err != nil {
		return err
	}
	return done(w, r, "/freezes", "saved")
}

// leadsPage lists what was passed to other countries.
type leadsPage struct {
	base
	Rows     []fraud.Lead
	Withheld int // that this person may not read
}

func (s *Server) leads(w http.ResponseWriter, r *http.Request) error {
	p := leadsPage{base: s.base(w, r, "Leads")}
	all, err := s.Act.Leads(r.Context())
	if err != nil {
		return err
	}
	things, err := s.agencyThings(r.Context())
	if err != nil {
		return err
	}
	p.Rows, p.Withheld = readable(s, r.Context(), all, func(l fraud.Lead) access.Thing { return things.ofCases(l.Case) })
	return s.render(w, http.StatusOK, "leads.html", p)
}

// outcomesPage lists what came of referrals, and records what came of one.
type outcomesPage struct {
	base
	Rows  []fraud.Outcome
	Items []fraud.InboxItem
	CanDo bool

	Withheld int // that this person may not read
}

func (s *Server) outcomes(w http.ResponseWriter, r *http.Request) error {
	p := outcomesPage{base: s.base(w, r, "Outcomes")}
	all, err := s.Act.Outcomes(r.Context())
	if err != nil {
		return err
	}
	items, err := s.Act.InboxItems(r.Context())
	if err != nil {
		return err
	}
	things, err := s.agencyThings(r.Context())
	if err != nil {
		return err
	}
	p.Rows, p.Withheld = readable(s, r.Context(), all, func(o fraud.Outcome) access.Thing { return things.ofReferral(o.Referral) })
	p.Items, _ = readable(s, r.Context(), items, func(x fraud.InboxItem) access.Thing { return things.ofReferral(x.Referral) })
	p.CanDo = s.can(r.Context(), access.ActStatus, access.Thing{Kind: access.ThingCase})
	return s.render(w, http.StatusOK, "outcomes.html", p)
}

func (s *Server) recordOutcome(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	o := fraud.Outcome{Referral: fraud.ReferralID(v("referral")), Says: v("says")}
	for _, ring := range strings.Fields(strings.ReplaceAll(v("rings"), ",", " ")) {
		o.Disrupted = append(o.Disrupted, fraud.RingID(ring))
	}
	if _, err := s.Act.RecordOutcome(r.Context(), o); err != nil {
		return err
	}
	return done(w, r, "/outcomes", "sent")
}
