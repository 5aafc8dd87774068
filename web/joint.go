package web

import (
	"context"
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
	Rows     []fraud.JointCase
	Gone     []goneRow // recalled: only that they were here, and why not any more
	Withheld int       // that this person may not read
}

// goneRow is something that a peer took back: who, when and why, and nothing
// of what it held.
type goneRow struct {
	Ref, Href string
	fraud.Recall
}

func (s *Server) jointCases(w http.ResponseWriter, r *http.Request) error {
	p := jointCasesPage{base: s.base(w, r, "Joint cases")}
	var err error
	if p.Rows, err = s.Store.JointCases(r.Context()); err != nil {
		return fmt.Errorf("read the joint cases: %w", err)
	}
	all := p.Rows
	p.Rows = nil
	for _, c := range all {
		thing, err := s.jointThing(r.Context(), c)
		if err != nil {
			return err
		}
		if thing.Recalled {
			thing.Recalled = false // that it was recalled may be known
			recalls, err := s.recallsOf(r.Context(), string(c.ID), c.Peer)
			if err != nil {
				return err
			}
			if s.can(r.Context(), access.ActRead, thing) {
				p.Gone = append(p.Gone, goneRow{string(c.ID), "/joint/" + pathID(c.ID), recalls[len(recalls)-1]})
			} else {
				p.Withheld++
			}
			continue
		}
		if s.can(r.Context(), access.ActRead, thing) {
			p.Rows = append(p.Rows, c)
		} else {
			p.Withheld++
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b fraud.JointCase) int { return b.OpenedAt.Compare(a.OpenedAt) })
	return s.render(w, http.StatusOK, "joint_list.html", p)
}

// jointThing is a joint case as the rules are asked about it. One that is
// TLP:RED is for the people that it names: those who take part. One that the
// other side recalled whole lost its overlaps by that (a recall of the other
// side's part for a referral leaves them).
func (s *Server) jointThing(ctx context.Context, c fraud.JointCase) (access.Thing, error) {
	thing := access.Thing{Kind: access.ThingJointCase, ID: string(c.ID), Mark: c.Mark}
	if len(c.Overlaps) == 0 {
		recalls, err := s.recallsOf(ctx, string(c.ID), c.Peer)
		if err != nil {
			return thing, err
		}
		thing.Recalled = len(recalls) > 0
	}
	if c.Mark.TLP != fraud.TLPRed {
		return thing, nil
	}
	log, err := s.Store.JointEntries(ctx, c.ID)
	if err != nil {
		return thing, fmt.Errorf("read the log of joint case %s: %w", c.ID, err)
	}
	for _, e := range log {
		if e.Org != s.Org.ID {
			continue
		}
		switch e.Kind {
		case fraud.JointMember:
			thing.Named = append(thing.Named, e.Person)
		case fraud.JointLeft:
			thing.Named = slices.DeleteFunc(thing.Named, func(p fraud.PersonID) bool { return p == e.Person })
		case fraud.JointComplainant, fraud.JointTask, fraud.JointDone, fraud.JointComment, fraud.JointExhibit, fraud.JointRecalled:
		}
	}
	return thing, nil
}

// jointPage is one joint case: the rings side by side, what was shared, by
// what right, and what can be taken back.
type jointPage struct {
	base
	fraud.JointCase
	Rings     []jointRing // one operator likely stands behind both, or a supplier or launderer is shared
	Weak      []jointRing // for a person to judge
	Common    int         // of them, those of one operator as far as anybody can tell
	Shares    []fraud.Share
	Members   []fraud.JointEntry
	Tasks     []fraud.JointEntry // that are open
	Files     []fraud.JointEntry
	Log       []fraud.JointEntry // newest first
	Mine      string             // the reader's role in the case, "" if none
	CanWrite  bool
	Leads     bool
	Complains map[fraud.RingID][]fraud.OrgID
	Referrals []fraud.Referral
	Agencies  []fraud.Peer
	CanAccept bool
	CanBuild  bool
	CanRecall bool
	Recalled  []fraud.Recall // by the other side
	Waits     []letterRow    // about it, that the other side has not taken yet
}

// jointRows is a table of pairs of rings.
type jointRows struct {
	Name string
	Rows []jointRing
	Page jointPage
}

type jointRing struct {
	fraud.Overlap
	Ring    fraud.Ring
	Kinds   string
	Suspect bool // one operator likely stands behind both; the rest is for people to look at
}

func (s *Server) jointCase(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.JointCaseID(r.PathValue("id"))
	c, err := s.Store.JointCase(ctx, id)
	if err != nil {
		return fmt.Errorf("read joint case %s: %w", id, err)
	}
	p := jointPage{base: s.base(w, r, "Joint case "+string(id)), JointCase: c}
	if p.Recalled, err = s.recallsOf(ctx, string(id), c.Peer); err != nil {
		return err
	}
	gone := len(c.Overlaps) == 0 && len(p.Recalled) > 0
	suspects := suspectsOf(c.Overlaps)
	p.Common = len(suspects)
	for _, o := range c.Overlaps {
		ring, err := s.Store.Ring(ctx, o.OurRing)
		if err != nil && !isNotFound(err) {
			return fmt.Errorf("read ring %s: %w", o.OurRing, err)
		}
		row := jointRing{o, ring, kindCounts(o.Kinds), suspects[[2]string{string(o.OurRing), o.PeerRing}]}
		if row.Suspect || o.Relation != fraud.SameOperator {
			p.Rings = append(p.Rings, row)
		} else {
			p.Weak = append(p.Weak, row)
		}
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
	about := []string{string(id)}
	for _, x := range p.Shares {
		about = append(about, x.ID)
	}
	if p.Waits, err = s.waitingAbout(ctx, about...); err != nil {
		return err
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
	if err := s.jointLog(ctx, &p); err != nil {
		return err
	}
	may := func(a access.Action) bool {
		return s.can(ctx, a, access.Thing{Mark: fraud.Mark{TLP: fraud.TLPGreen}})
	}
	p.CanAccept = s.Joint != nil && !gone && c.Accepted.IsZero() && c.OpenedBy != s.Org.ID && may(access.ActMatch)
	p.CanBuild = s.Refer != nil && !c.Accepted.IsZero() && may(access.ActBuild)
	p.CanRecall = s.Joint != nil && may(access.ActRecall)
	p.CanWrite = s.Joint != nil && !c.Accepted.IsZero() && may(access.ActMatch) && p.Mine != "" && p.Mine != "observer"
	p.Leads = p.CanWrite && p.Mine == "lead"
	return s.render(w, http.StatusOK, "joint.html", p)
}

// jointLog fills what the log of a joint case says: who takes part, what is
// to be done, who complains of what.
func (s *Server) jointLog(ctx context.Context, p *jointPage) error {
	log, err := s.Store.JointEntries(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("read the log of joint case %s: %w", p.ID, err)
	}
	done := map[string]bool{}
	p.Complains = map[fraud.RingID][]fraud.OrgID{}
	for _, e := range log {
		switch e.Kind {
		case fraud.JointMember, fraud.JointLeft:
			p.Members = slices.DeleteFunc(p.Members, func(m fraud.JointEntry) bool { return m.Org == e.Org && m.Person == e.Person })
			if e.Kind == fraud.JointMember {
				p.Members = append(p.Members, e)
			}
		case fraud.JointDone:
			done[e.About] = true
		case fraud.JointExhibit:
			p.Files = append(p.Files, e)
		case fraud.JointComplainant:
			p.Complains[fraud.RingID(e.About)] = append(p.Complains[fraud.RingID(e.About)], e.Org)
		case fraud.JointTask, fraud.JointComment, fraud.JointRecalled:
		}
	}
	for _, e := range log {
		if e.Kind == fraud.JointTask && !done[e.ID] {
			p.Tasks = append(p.Tasks, e)
		}
	}
	p.Log = slices.Clone(log)
	slices.Reverse(p.Log)
	who := access.From(ctx).Person
	if i := slices.IndexFunc(p.Members, func(m fraud.JointEntry) bool { return m.Org == s.Org.ID && m.Person == who }); i >= 0 {
		p.Mine = p.Members[i].Role
	}
	return nil
}

// addJointEntry writes a line into the log of a joint case.
func (s *Server) addJointEntry(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	e := fraud.JointEntry{
		Case: fraud.JointCaseID(r.PathValue("id")), Kind: fraud.JointKind(v("kind")), Person: fraud.PersonID(v("person")), Role: v("role"),
		Name: v("name"), About: v("about"), Says: v("says"),
	}
	if e.Kind == fraud.JointExhibit || e.Kind == fraud.JointRecalled {
		return fmt.Errorf("a %s is not written by this form: %w", e.Kind, fraud.ErrInvalid)
	}
	if day := v("due"); day != "" {
		var err error
		if e.Due, err = time.Parse(time.DateOnly, day); err != nil {
			return fmt.Errorf("give the day until when: %w", fraud.ErrInvalid)
		}
	}
	if _, err := s.Joint.AddJoint(r.Context(), e); err != nil {
		return fmt.Errorf("write into joint case %s: %w", e.Case, err)
	}
	return done(w, r, "/joint/"+pathID(e.Case), "written")
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
