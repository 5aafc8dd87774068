package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// jointCasesPage lists what two organisations work on together.
type jointCasesPage struct {
	base
	Rows []fraud.JointCase
}

func (s *Server) jointCases(w http.ResponseWriter, r *http.Request) error {
	p := jointCasesPage{base: s.base(w, r, "Joint cases")}
	var err error
	if p.Rows, err = s.Store.JointCases(r.Context()); err != nil {
		return fmt.Errorf("read the joint cases: %w", err)
	}
	slices.SortStableFunc(p.Rows, func(a, b fraud.JointCase) int { return b.OpenedAt.Compare(a.OpenedAt) })
	return s.render(w, http.StatusOK, "joint_list.html", p)
}

// jointPage is one joint case: the rings side by side, what was shared, by
// what right, and what can be taken back.
type jointPage struct {
	base
	fraud.JointCase
	Rings     []jointRing
	Shares    []fraud.Share
	Referrals []fraud.Referral
	Agencies  []fraud.Peer
	CanAccept bool
	CanBuild  bool
	CanRecall bool
}

type jointRing struct {
	fraud.Overlap
	Ring  fraud.Ring
	Kinds string
}

func (s *Server) jointCase(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.JointCaseID(r.PathValue("id"))
	c, err := s.Store.JointCase(ctx, id)
	if err != nil {
		return fmt.Errorf("read joint case %s: %w", id, err)
	}
	if err := s.may(ctx, access.ActRead, access.Thing{Kind: access.ThingJointCase, ID: string(id), Mark: c.Mark}); err != nil {
		return err
	}
	p := jointPage{base: s.base(w, r, "Joint case "+string(id)), JointCase: c}
	for _, o := range c.Overlaps {
		ring, err := s.Store.Ring(ctx, o.OurRing)
		if err != nil && !isNotFound(err) {
			return fmt.Errorf("read ring %s: %w", o.OurRing, err)
		}
		p.Rings = append(p.Rings, jointRing{o, ring, kindCounts(o.Kinds)})
	}
	shares, err := s.Store.Shares(ctx)
	if err != nil {
		return fmt.Errorf("read the shares: %w", err)
	}
	for _, x := range shares {
		if x.Ref == string(id) || x.Ref == string(c.Match) {
			p.Shares = append(p.Shares, x)
		}
	}
	referrals, err := s.Store.Referrals(ctx)
	if err != nil {
		return fmt.Errorf("read the referrals: %w", err)
	}
	for _, x := range referrals {
		if x.JointCase == id {
			p.Referrals = append(p.Referrals, x)
		}
	}
	peers, err := s.Store.Peers(ctx)
	if err != nil {
		return fmt.Errorf("read the peers: %w", err)
	}
	for _, x := range peers {
		if x.Org.Kind == fraud.OrgAgency && x.Revoked.IsZero() {
			p.Agencies = append(p.Agencies, x)
		}
	}
	who := access.From(ctx)
	may := func(a access.Action) bool {
		return access.Decide(who, a, access.Thing{Mark: fraud.Mark{TLP: fraud.TLPGreen}}, access.Recipient{}, s.Now()).Allow
	}
	p.CanAccept = s.Joint != nil && c.Accepted.IsZero() && c.OpenedBy != s.Org.ID && may(access.ActMatch)
	p.CanBuild = s.Refer != nil && !c.Accepted.IsZero() && may(access.ActBuild)
	p.CanRecall = s.Joint != nil && may(access.ActRecall)
	return s.render(w, http.StatusOK, "joint.html", p)
}

func (s *Server) openJointCase(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.MatchID(r.PathValue("id"))
	m, _, err := s.Store.Match(ctx, id)
	if err != nil {
		return fmt.Errorf("read match %s: %w", id, err)
	}
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	c := fraud.JointCase{
		Title: v("title"), Peer: m.Peer, Match: id, Overlaps: m.Report.Overlaps, OpenedBy: s.Org.ID, OpenedAt: s.Now().UTC(),
		Mark: fraud.Mark{TLP: fraud.TLP(v("tlp")), PAP: fraud.PAP(v("pap"))}.Filled(),
		Basis: fraud.ShareBasis{
			Purpose: v("purpose"), LegalBasis: v("legal_basis"), Agreement: v("agreement"), Recipients: []fraud.OrgID{m.Peer},
		},
	}
	if err := c.Mark.Valid(); err != nil {
		return err
	}
	if day := v("embargo"); day != "" {
		if c.Embargo, err = time.Parse("2006-01-02", day); err != nil {
			return fmt.Errorf("give the embargo as a day: %w", fraud.ErrInvalid)
		}
	}
	joint, err := s.Joint.OpenCase(ctx, c)
	if err != nil {
		return fmt.Errorf("open a joint case over match %s: %w", id, err)
	}
	return done(w, r, "/joint/"+pathID(joint), "opened")
}

func (s *Server) acceptJointCase(w http.ResponseWriter, r *http.Request) error {
	id := fraud.JointCaseID(r.PathValue("id"))
	if err := s.Joint.AcceptCase(r.Context(), id); err != nil {
		return fmt.Errorf("accept joint case %s: %w", id, err)
	}
	return done(w, r, "/joint/"+pathID(id), "saved")
}

func (s *Server) recallShare(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if err := s.Joint.Recall(r.Context(), id, strings.TrimSpace(r.PostFormValue("reason"))); err != nil {
		return fmt.Errorf("recall share %s: %w", id, err)
	}
	next := ownPath(r.PostFormValue("next"))
	if next == "" {
		next = "/joint"
	}
	return done(w, r, next, "saved")
}
