package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// What a page is about is asked at the door with its own mark, and whether it
// was recalled: the route says how to find it. What a list leaves out by the
// same question is counted below it.

// matchOf is the match that an address names.
func matchOf(s *Server, r *http.Request) (access.Thing, error) {
	id := fraud.MatchID(r.PathValue("id"))
	m, _, err := s.Store.Match(r.Context(), id)
	if err != nil {
		return access.Thing{}, fmt.Errorf("read match %s: %w", id, err)
	}
	thing, err := s.matchThing(r.Context(), m)
	if err != nil || r.Method == http.MethodGet {
		return thing, err
	}
	recalls, err := s.recallsOf(r.Context(), string(id), m.Peer)
	// That it ran, and how many values it found, stays on record and may be
	// read; nothing more is made of it.
	thing.Recalled = len(recalls) > 0
	return thing, err
}

// matchThing is a match as the rules are asked about it: a match carries the
// strictest mark of our rings that it shows (DESIGN §6.1).
func (s *Server) matchThing(ctx context.Context, m fraud.Match) (access.Thing, error) {
	thing := access.Thing{Kind: access.ThingMatch, ID: string(m.ID)}
	var rings []fraud.RingID
	for _, o := range m.Report.Overlaps {
		rings = append(rings, o.OurRing)
	}
	for _, x := range m.Report.Shared {
		rings = append(rings, x.OurRing)
	}
	slices.Sort(rings)
	rings = slices.Compact(rings)
	if s.Act != nil { // a deconfliction names cases
		things, err := s.agencyThings(ctx)
		var marks []fraud.Mark
		for _, id := range rings {
			marks = append(marks, things.ofCases(fraud.CaseID(id)).Mark)
		}
		thing.Mark = fraud.Strictest(marks...)
		return thing, err
	}
	heads, err := s.Store.RingHeads(ctx, rings)
	if err != nil {
		return thing, fmt.Errorf("read the rings of match %s: %w", m.ID, err)
	}
	var marks []fraud.Mark
	for _, h := range heads {
		marks = append(marks, h.Mark)
	}
	thing.Mark = fraud.Strictest(marks...)
	return thing, nil
}

// jointOf is the joint case that an address names.
func jointOf(s *Server, r *http.Request) (access.Thing, error) {
	id := fraud.JointCaseID(r.PathValue("id"))
	c, err := s.Store.JointCase(r.Context(), id)
	if err != nil {
		return access.Thing{}, fmt.Errorf("read joint case %s: %w", id, err)
	}
	return s.jointThing(r.Context(), c)
}

// referralOf is the referral that an address names, in the version that it or
// the form names.
func referralOf(s *Server, r *http.Request) (access.Thing, error) {
	id := fraud.ReferralID(r.PathValue("id"))
	version, err := versionOf(r.FormValue("version"))
	if err != nil {
		return access.Thing{}, err
	}
	x, err := s.Store.Referral(r.Context(), id, version)
	if err != nil {
		return access.Thing{}, fmt.Errorf("read referral %s: %w", id, err)
	}
	return s.referralThing(r.Context(), x)
}

// recallsOf are what an organisation took back of what one id names.
func (s *Server) recallsOf(ctx context.Context, ref string, by ...fraud.OrgID) ([]fraud.Recall, error) {
	all, err := s.Store.Recalls(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what was recalled: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(x fraud.Recall) bool { return x.Ref != ref || !slices.Contains(by, x.By) }), nil
}

// agencyThings is what an agency has, as the rules are asked about it: a case
// carries the mark of the referral that it came from, and what belongs to a
// case or to several the strictest of theirs.
type agencyThings struct {
	inbox   map[fraud.ReferralID][]fraud.InboxItem
	newest  map[fraud.ReferralID]int
	cases   map[fraud.CaseID]fraud.Case
	recalls []fraud.Recall
}

func (s *Server) agencyThings(ctx context.Context) (agencyThings, error) {
	t := agencyThings{inbox: map[fraud.ReferralID][]fraud.InboxItem{}, newest: map[fraud.ReferralID]int{}, cases: map[fraud.CaseID]fraud.Case{}}
	items, err := s.Act.InboxItems(ctx)
	if err != nil {
		return t, err
	}
	for _, x := range items {
		t.inbox[x.Referral] = append(t.inbox[x.Referral], x)
		t.newest[x.Referral] = max(t.newest[x.Referral], x.Version)
	}
	cases, err := s.Act.Cases(ctx)
	if err != nil {
		return t, err
	}
	for _, c := range cases {
		t.cases[c.ID] = c
	}
	if t.recalls, err = s.Store.Recalls(ctx); err != nil {
		return t, fmt.Errorf("read what was withdrawn: %w", err)
	}
	return t, nil
}

func (t agencyThings) mark(id fraud.ReferralID) fraud.Mark {
	var marks []fraud.Mark
	for _, x := range t.inbox[id] {
		marks = append(marks, x.Mark)
	}
	return fraud.Strictest(marks...)
}

// withdrawn are the complainants' words that they withdraw a referral.
func (t agencyThings) withdrawn(id fraud.ReferralID) []fraud.Recall {
	from := map[fraud.OrgID]bool{}
	for _, x := range t.inbox[id] {
		for _, o := range x.From {
			from[o] = true
		}
	}
	var out []fraud.Recall
	for _, r := range t.recalls {
		if r.Ref == string(id) && from[r.By] {
			out = append(out, r)
		}
	}
	return out
}

// ofReferral is a referral that came. It is out of use when everybody who
// complains has withdrawn it and nothing was registered of it: what was
// registered stays on record, and is the agency's own.
func (t agencyThings) ofReferral(id fraud.ReferralID) access.Thing {
	thing := access.Thing{Kind: access.ThingReferral, ID: string(id), Mark: t.mark(id)}
	for _, c := range t.cases {
		if c.Referral == id {
			return thing
		}
	}
	gone := t.withdrawn(id)
	thing.Recalled = len(gone) > 0
	for _, x := range t.inbox[id] {
		for _, o := range x.From {
			thing.Recalled = thing.Recalled && slices.ContainsFunc(gone, func(r fraud.Recall) bool { return r.By == o })
		}
	}
	return thing
}

// ofCases is what belongs to some cases.
func (t agencyThings) ofCases(ids ...fraud.CaseID) access.Thing {
	thing := access.Thing{Kind: access.ThingCase}
	if len(ids) == 1 {
		thing.ID = string(ids[0])
	}
	var marks []fraud.Mark
	for _, id := range ids {
		marks = append(marks, t.mark(t.cases[id].Referral))
	}
	thing.Mark = fraud.Strictest(marks...)
	return thing
}

// withdrawnBy is the complainant's word that it withdraws what a case came
// from, if it gave one.
func (t agencyThings) withdrawnBy(c fraud.Case) *fraud.Recall {
	for _, r := range t.withdrawn(c.Referral) {
		if r.By == c.Complainant {
			return &r
		}
	}
	return nil
}

// inboxOf is the referral at the agency's door that an address names.
func inboxOf(s *Server, r *http.Request) (access.Thing, error) {
	ref, version, err := s.inboxRef(r)
	if err != nil {
		return access.Thing{}, err
	}
	if _, err := s.Act.InboxItem(r.Context(), ref, version); err != nil {
		return access.Thing{}, err
	}
	things, err := s.agencyThings(r.Context())
	return things.ofReferral(ref), err
}

// underCases makes of a way to the cases that an address belongs to a way to
// the thing that the rules are asked about.
func underCases(cases func(*Server, *http.Request) ([]fraud.CaseID, error)) func(*Server, *http.Request) (access.Thing, error) {
	return func(s *Server, r *http.Request) (access.Thing, error) {
		ids, err := cases(s, r)
		if err != nil {
			return access.Thing{}, err
		}
		things, err := s.agencyThings(r.Context())
		if err != nil {
			return access.Thing{}, err
		}
		thing := things.ofCases(ids...)
		thing.ID = r.PathValue("id")
		return thing, nil
	}
}

var (
	caseOf = underCases(func(s *Server, r *http.Request) ([]fraud.CaseID, error) {
		c, err := s.Act.Case(r.Context(), fraud.CaseID(r.PathValue("id")))
		return []fraud.CaseID{c.ID}, err
	})
	operationOf = underCases(func(s *Server, r *http.Request) ([]fraud.CaseID, error) {
		o, err := s.Act.Operation(r.Context(), fraud.OperationID(r.PathValue("id")))
		return o.Cases, err
	})
	siteOf = underCases(func(s *Server, r *http.Request) ([]fraud.CaseID, error) {
		return s.casesOfSite(r.Context(), fraud.SiteID(r.PathValue("id")))
	})
	searchOf = underCases(func(s *Server, r *http.Request) ([]fraud.CaseID, error) {
		return s.casesOfSearch(r.Context(), fraud.SearchID(r.PathValue("id")))
	})
	exhibitOf = underCases(func(s *Server, r *http.Request) ([]fraud.CaseID, error) {
		x, err := s.Act.Item(r.Context(), fraud.SeizureID(r.PathValue("id")))
		if err != nil {
			return nil, err
		}
		return s.casesOfSearch(r.Context(), x.Search)
	})
	freezeOf = underCases(func(s *Server, r *http.Request) ([]fraud.CaseID, error) {
		f, err := s.Act.Freeze(r.Context(), fraud.FreezeID(r.PathValue("id")))
		return []fraud.CaseID{f.Case}, err
	})
)

// casesOfSite are the case of a site, or if it names none those of its
// operation.
func (s *Server) casesOfSite(ctx context.Context, id fraud.SiteID) ([]fraud.CaseID, error) {
	site, err := s.Act.Site(ctx, id)
	if err != nil || site.Case != "" {
		return []fraud.CaseID{site.Case}, err
	}
	o, err := s.Act.Operation(ctx, site.Operation)
	return o.Cases, err
}

func (s *Server) casesOfSearch(ctx context.Context, id fraud.SearchID) ([]fraud.CaseID, error) {
	x, err := s.Act.Search(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.casesOfSite(ctx, x.Site)
}

// readable keeps of a list what the rules let this person read, and counts
// the rest.
func readable[T any](s *Server, ctx context.Context, all []T, thing func(T) access.Thing) (rows []T, withheld int) {
	for _, x := range all {
		if s.can(ctx, access.ActRead, thing(x)) {
			rows = append(rows, x)
		} else {
			withheld++
		}
	}
	return rows, withheld
}
