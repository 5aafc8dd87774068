package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
)

// agencyInboxPage is what lies at the agency's door.
type agencyInboxPage struct {
	base
	Rows     []cameRow
	Withheld int // that this person may not read
}

// cameRow is a referral that came, with who withdrew it since. One that is
// out of use by that shows no more than that it came.
type cameRow struct {
	fraud.InboxItem
	Withdrawn []fraud.Recall
	Gone      bool
}

func (s *Server) agencyInbox(w http.ResponseWriter, r *http.Request) error {
	p := agencyInboxPage{base: s.base(w, r, "Inbox")}
	items, err := s.Act.InboxItems(r.Context())
	if err != nil {
		return err
	}
	things, err := s.agencyThings(r.Context())
	if err != nil {
		return err
	}
	for _, x := range items {
		thing := things.ofReferral(x.Referral)
		row := cameRow{InboxItem: x, Withdrawn: things.withdrawn(x.Referral), Gone: thing.Recalled}
		thing.Recalled = false // that it was withdrawn must be known
		if s.can(r.Context(), access.ActRead, thing) {
			p.Rows = append(p.Rows, row)
		} else {
			p.Withheld++
		}
	}
	return s.render(w, http.StatusOK, "agency_inbox.html", p)
}

// inboxItemPage is one referral at the door: what was verified and what was
// not, in plain words, before anything else.
type inboxItemPage struct {
	base
	fraud.InboxItem
	Held   []fraud.Check
	Failed []fraud.Check
	Excuse []fraud.Check // failed, and a complainant signed all the same with a reason
	Sound  bool
	CanDo  bool
	Cases  []fraud.Case

	Withdrawn []fraud.Recall // by those who complain
	Files     []fraud.Exhibit
	Reads     []string    // of them, what a person reads first
	Waits     []letterRow // our words about it that a complainant has not taken yet
}

func (s *Server) inboxRef(r *http.Request) (fraud.ReferralID, int, error) {
	n, err := strconv.Atoi(r.PathValue("version"))
	if err != nil || n < 1 {
		return "", 0, fmt.Errorf("a version is a number from 1: %w", fraud.ErrNotFound)
	}
	return fraud.ReferralID(r.PathValue("id")), n, nil
}

func (s *Server) inboxItem(w http.ResponseWriter, r *http.Request) error {
	ref, version, err := s.inboxRef(r)
	if err != nil {
		return err
	}
	item, err := s.Act.InboxItem(r.Context(), ref, version)
	if err != nil {
		return err
	}
	p := inboxItemPage{base: s.base(w, r, "Referral "+string(ref)), InboxItem: item}
	for _, c := range item.Verified {
		switch {
		case c.OK:
			p.Held = append(p.Held, c)
		case c.Override != "":
			p.Excuse = append(p.Excuse, c)
		default:
			p.Failed = append(p.Failed, c)
		}
	}
	p.Sound, _ = act.Sound(item)
	things, err := s.agencyThings(r.Context())
	if err != nil {
		return err
	}
	p.Withdrawn = things.withdrawn(ref)
	if s.Package != nil && !item.OpenedAt.IsZero() {
		if p.Files, err = s.Package.Files(r.Context(), ref, version); err != nil && !isNotFound(err) {
			return fmt.Errorf("list the files of referral %s: %w", ref, err)
		}
		p.Reads = readFirst(p.Files)
	}
	thing := things.ofReferral(ref)
	p.CanDo = !thing.Recalled && s.can(r.Context(), access.ActCase, thing)
	if p.Waits, err = s.waitingAbout(r.Context(), string(ref)); err != nil {
		return err
	}
	cases, err := s.Act.Cases(r.Context())
	if err != nil {
		return err
	}
	for _, c := range cases {
		if c.Referral == ref {
			p.Cases = append(p.Cases, c)
		}
	}
	return s.render(w, http.StatusOK, "inbox_item.html", p)
}

func (s *Server) openReferral(w http.ResponseWriter, r *http.Request) error {
	ref, version, err := s.inboxRef(r)
	if err != nil {
		return err
	}
	if _, err := s.Act.Open(r.Context(), ref, version); err != nil {
		return fmt.Errorf("open referral %s: %w", ref, err)
	}
	return done(w, r, fmt.Sprintf("/inbox/%s/%d", pathID(ref), version), "saved")
}

func (s *Server) registerCases(w http.ResponseWriter, r *http.Request) error {
	ref, version, err := s.inboxRef(r)
	if err != nil {
		return err
	}
	item, err := s.Act.InboxItem(r.Context(), ref, version)
	if err != nil {
		return err
	}
	reg := act.Registration{Referral: ref, Version: version, Law: strings.TrimSpace(r.PostFormValue("law")), Numbers: map[fraud.OrgID]string{}}
	for _, org := range item.From {
		reg.Numbers[org] = strings.TrimSpace(r.PostFormValue("number_" + string(org)))
	}
	if _, err := s.Act.RegisterCases(r.Context(), reg); err != nil {
		return err
	}
	return done(w, r, "/cases", "registered")
}

// askMore asks the complainants for more than the referral holds.
func (s *Server) askMore(w http.ResponseWriter, r *http.Request) error {
	ref, version, err := s.inboxRef(r)
	if err != nil {
		return err
	}
	says := strings.TrimSpace(r.PostFormValue("says"))
	if says == "" {
		return fmt.Errorf("say what more is needed: the complainants read these words: %w", fraud.ErrInvalid)
	}
	if err := s.Act.AskMore(r.Context(), ref, says); err != nil {
		return fmt.Errorf("ask for more than referral %s holds: %w", ref, err)
	}
	return done(w, r, fmt.Sprintf("/inbox/%s/%d", pathID(ref), version), "asked")
}

// casesPage lists the agency's cases.
type casesPage struct {
	base
	Rows     []caseRow
	Withheld int // that this person may not read
}

type caseRow struct {
	fraud.Case
	Withdrawn *fraud.Recall // by its complainant
}

func (s *Server) cases(w http.ResponseWriter, r *http.Request) error {
	p := casesPage{base: s.base(w, r, "Cases")}
	all, err := s.Act.Cases(r.Context())
	if err != nil {
		return err
	}
	things, err := s.agencyThings(r.Context())
	if err != nil {
		return err
	}
	all, p.Withheld = readable(s, r.Context(), all, func(c fraud.Case) access.Thing { return things.ofCases(c.ID) })
	for _, c := range all {
		p.Rows = append(p.Rows, caseRow{c, things.withdrawnBy(c)})
	}
	return s.render(w, http.StatusOK, "cases.html", p)
}

// casePage is one case with what belongs to it.
type casePage struct {
	base
	fraud.Case
	Arrests    []fraud.Arrest
	Leads      []fraud.Lead
	Freezes    []fraud.Freeze
	Operations []fraud.Operation
	CanDo      bool
	Withdrawn  *fraud.Recall // by its complainant
	CameAs     string        // the page of the referral that it came from
	Numbers    map[fraud.CaseID]string
}

func (s *Server) caseView(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.CaseID(r.PathValue("id"))
	c, err := s.Act.Case(ctx, id)
	if err != nil {
		return err
	}
	p := casePage{base: s.base(w, r, "Case "+c.Number), Case: c, Numbers: map[fraud.CaseID]string{}}
	things, err := s.agencyThings(ctx)
	if err != nil {
		return err
	}
	p.Withdrawn = things.withdrawnBy(c)
	if v := things.newest[c.Referral]; v > 0 {
		p.CameAs = fmt.Sprintf("/inbox/%s/%d", pathID(c.Referral), v)
	}
	for _, id := range c.Linked {
		p.Numbers[id] = things.cases[id].Number
	}
	arrests, err := s.Act.Arrests(ctx)
	if err != nil {
		return err
	}
	for _, a := range arrests {
		if a.Case == id {
			p.Arrests = append(p.Arrests, a)
		}
	}
	leads, err := s.Act.Leads(ctx)
	if err != nil {
		return err
	}
	for _, l := range leads {
		if l.Case == id {
			p.Leads = append(p.Leads, l)
		}
	}
	freezes, err := s.Act.Freezes(ctx)
	if err != nil {
		return err
	}
	for _, f := range freezes {
		if f.Case == id {
			p.Freezes = append(p.Freezes, f)
		}
	}
	ops, err := s.Act.Operations(ctx)
	if err != nil {
		return err
	}
	for _, o := range ops {
		for _, have := range o.Cases {
			if have == id {
				p.Operations = append(p.Operations, o)
			}
		}
	}
	p.CanDo = s.can(ctx, access.ActCase, access.Thing{Kind: access.ThingCase})
	return s.render(w, http.StatusOK, "case.html", p)
}

func (s *Server) unseal(w http.ResponseWriter, r *http.Request) error {
	id := fraud.CaseID(r.PathValue("id"))
	if err := s.Act.UnsealCase(r.Context(), id, strings.TrimSpace(r.PostFormValue("order"))); err != nil {
		return err
	}
	return done(w, r, "/cases/"+pathID(id), "unsealed")
}

func (s *Server) arrest(w http.ResponseWriter, r *http.Request) error {
	id := fraud.CaseID(r.PathValue("id"))
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	at, err := momentAt(v("at"), "")
	if err != nil {
		return err
	}
	a := fraud.Arrest{Case: id, Person: v("person"), Role: v("role"), Law: v("law"), Place: v("place"), At: at}
	if _, err := s.Act.RecordArrest(r.Context(), a); err != nil {
		return err
	}
	return done(w, r, "/cases/"+pathID(id), "saved")
}

func (s *Server) lead(w http.ResponseWriter, r *http.Request) error {
	id := fraud.CaseID(r.PathValue("id"))
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	n, err := strconv.Atoi("0" + v("reports"))
	if err != nil {
		return fmt.Errorf("say how many reports with digits: %w", fraud.ErrInvalid)
	}
	l := fraud.Lead{Case: id, Country: strings.ToUpper(v("country")), To: v("to"), Says: v("says"), Reports: n}
	if _, err := s.Act.SendLead(r.Context(), l); err != nil {
		return err
	}
	return done(w, r, "/cases/"+pathID(id), "sent")
}
