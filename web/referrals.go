package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// referralsPage lists referrals with where each stands.
type referralsPage struct {
	base
	Rows     []fraud.Referral
	Gone     []goneRow // unsent, resting on what a peer recalled
	Withheld int       // that this person may not read
}

func (s *Server) referrals(w http.ResponseWriter, r *http.Request) error {
	p := referralsPage{base: s.base(w, r, "Referrals")}
	var err error
	if p.Rows, err = s.Store.Referrals(r.Context()); err != nil {
		return fmt.Errorf("read the referrals: %w", err)
	}
	all := p.Rows
	p.Rows = nil
	for _, x := range all {
		thing, err := s.referralThing(r.Context(), x)
		if err != nil {
			return err
		}
		if thing.Recalled {
			thing.Recalled = false // that it was recalled may be known
			recall, err := s.referralRecall(r.Context(), x)
			if err != nil {
				return err
			}
			if s.can(r.Context(), access.ActRead, thing) {
				p.Gone = append(p.Gone, goneRow{fmt.Sprintf("%s v%d", x.ID, x.Version), fmt.Sprintf("/referrals/%s?version=%d", pathID(x.ID), x.Version), *recall})
			} else {
				p.Withheld++
			}
			continue
		}
		if s.can(r.Context(), access.ActRead, thing) {
			p.Rows = append(p.Rows, x)
		} else {
			p.Withheld++
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b fraud.Referral) int { return b.At.Compare(a.At) })
	return s.render(w, http.StatusOK, "referrals.html", p)
}

// referralThing is a referral as the rules are asked about it: one that is
// TLP:RED is for those who take part in the joint case that it was made from.
func (s *Server) referralThing(ctx context.Context, x fraud.Referral) (access.Thing, error) {
	thing := access.Thing{Kind: access.ThingReferral, ID: string(x.ID), Mark: x.Mark}
	if x.JointCase == "" {
		return thing, nil
	}
	recall, err := s.referralRecall(ctx, x)
	if err != nil {
		return thing, err
	}
	thing.Recalled = recall != nil
	if x.Mark.TLP != fraud.TLPRed {
		return thing, nil
	}
	named, err := s.jointThing(ctx, fraud.JointCase{ID: x.JointCase, Mark: x.Mark})
	thing.Named = named.Named
	return thing, err
}

// referralRecall is the recall by which an unsent referral is out of use: the
// other side took back what it had given for it, and its package was
// destroyed. What went to the agency before is the agency's.
func (s *Server) referralRecall(ctx context.Context, x fraud.Referral) (*fraud.Recall, error) {
	if x.Sealed != "" || x.Status != fraud.ReferralDraft && x.Status != fraud.ReferralSigned {
		return nil, nil
	}
	recalls, err := s.recallsOf(ctx, string(x.JointCase), x.Complainants...)
	if err != nil {
		return nil, err
	}
	for _, r := range recalls {
		if !r.At.Before(x.At) {
			return &r, nil
		}
	}
	return nil, nil
}

// referralPage is one referral: checks, signatures, files, status.
type referralPage struct {
	base
	fraud.Referral
	Line     []statusStep
	Signers  []signerRow
	Found    []checkRow
	Failing  int
	Files    []fraud.Exhibit
	Reads    []string // of them, what a person reads before signing
	CanBuild bool
	CanSign  bool
	CanSend  bool
	CanMore  bool // a supplement may follow
	Asked    string
	Held     int
	Signed   bool           // by us
	Recalled []fraud.Recall // by the other side, while it is unsent
	Waits    []letterRow    // about it, that a peer has not taken yet
}

type statusStep struct {
	Word, Class string
	At          string
}

type signerRow struct {
	Org    fraud.OrgID
	Signer *fraud.Signer
	Words  []string
}

var statusLine = []fraud.ReferralStatus{
	fraud.ReferralDraft, fraud.ReferralSigned, fraud.ReferralSealed, fraud.ReferralSent, fraud.ReferralReceived, fraud.ReferralOpened,
	fraud.ReferralRegistered, fraud.ReferralOutcome,
}

func (s *Server) referral(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.ReferralID(r.PathValue("id"))
	version, err := versionOf(r.URL.Query().Get("version"))
	if err != nil {
		return err
	}
	x, err := s.Store.Referral(ctx, id, version)
	if err != nil {
		return fmt.Errorf("read referral %s: %w", id, err)
	}
	p := referralPage{base: s.base(w, r, "Referral "+string(id)), Referral: x, Line: lineOf(x)}
	recall, err := s.referralRecall(ctx, x)
	if err != nil {
		return err
	}
	if recall != nil {
		p.Recalled = []fraud.Recall{*recall}
	}
	if p.Waits, err = s.waitingAbout(ctx, string(id)); err != nil {
		return err
	}
	for _, c := range x.Checks {
		if c.OK {
			p.Held++
		}
		if !c.OK && c.Override == "" {
			p.Failing++
		}
	}
	for _, org := range x.Complainants {
		row := signerRow{Org: org}
		for _, sg := range x.Signers {
			if sg.Org != org {
				continue
			}
			row.Signer = &sg
			p.Signed = p.Signed || org == s.Org.ID
			if s.Refer != nil {
				if row.Words, err = s.Refer.Words(ctx, sg.KeyID); err != nil && !isNotFound(err) {
					return fmt.Errorf("spell the key of %s: %w", org, err)
				}
			}
		}
		p.Signers = append(p.Signers, row)
	}
	if s.Package != nil {
		if p.Files, err = s.Package.Files(ctx, id, x.Version); err != nil && !isNotFound(err) {
			return fmt.Errorf("list the files of referral %s: %w", id, err)
		}
		p.Reads = readFirst(p.Files)
	}
	if err := s.checkRows(ctx, &p); err != nil {
		return err
	}
	may := func(a access.Action) bool {
		return s.Refer != nil && s.can(ctx, a, access.Thing{Kind: access.ThingReferral})
	}
	draft := x.Status == fraud.ReferralDraft
	p.CanBuild = draft && may(access.ActBuild)
	p.CanSign = draft && !p.Signed && may(access.ActSign)
	p.CanMore = !draft && x.Status != fraud.ReferralSigned && x.Sealed != "" && may(access.ActBuild)
	if x.Status == fraud.ReferralMoreAsked && len(x.History) > 0 {
		p.Asked = x.History[len(x.History)-1].Says
	}
	p.CanSend = x.Status == fraud.ReferralSigned && may(access.ActSign)
	return s.render(w, http.StatusOK, "referral.html", p)
}

func versionOf(v string) (int, error) {
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("a version is a number: %w", fraud.ErrInvalid)
	}
	return n, nil
}

// lineOf is the status line from draft to outcome, with the time of each step.
func lineOf(x fraud.Referral) []statusStep {
	at := map[fraud.ReferralStatus]string{fraud.ReferralDraft: stamp(x.At)}
	if x.Status != fraud.ReferralDraft {
		var last time.Time
		for _, sg := range x.Signers {
			if sg.At.After(last) {
				last = sg.At
			}
		}
		at[fraud.ReferralSigned] = stamp(last)
	}
	for _, h := range x.History {
		at[h.Status] = stamp(h.At)
	}
	reached := slices.Index(statusLine, x.Status)
	var out []statusStep
	for i, st := range statusLine {
		step := statusStep{Word: words(st), At: at[st]}
		switch {
		case i < reached:
			step.Class = "done"
		case i == reached:
			step.Class = "now"
		}
		out = append(out, step)
	}
	if reached < 0 { // declined, more asked for: the line ends with it
		out = append(out, statusStep{Word: words(x.Status), Class: "now", At: at[x.Status]})
	}
	return out
}

func (s *Server) buildReferral(w http.ResponseWriter, r *http.Request) error {
	id, err := s.Refer.Build(r.Context(), fraud.JointCaseID(r.PostFormValue("joint")), fraud.OrgID(r.PostFormValue("to")), strings.TrimSpace(r.PostFormValue("title")))
	if err != nil {
		return fmt.Errorf("build a referral: %w", err)
	}
	return done(w, r, "/referrals/"+pathID(id), "built")
}

// recheckReferral gathers a draft's records anew, so that a record which was
// mended shows in the checks.
func (s *Server) recheckReferral(w http.ResponseWriter, r *http.Request) error {
	id := fraud.ReferralID(r.PathValue("id"))
	if err := s.Refer.Rebuild(r.Context(), id); err != nil {
		return fmt.Errorf("check referral %s again: %w", id, err)
	}
	return done(w, r, "/referrals/"+pathID(id), "checked")
}

func (s *Server) supplementReferral(w http.ResponseWriter, r *http.Request) error {
	id := fraud.ReferralID(r.PathValue("id"))
	if _, err := s.Refer.Supplement(r.Context(), id, strings.TrimSpace(r.PostFormValue("title"))); err != nil {
		return fmt.Errorf("build a supplement of referral %s: %w", id, err)
	}
	return done(w, r, "/referrals/"+pathID(id), "built")
}

func (s *Server) overrideCheck(w http.ResponseWriter, r *http.Request) error {
	id, version, err := s.referralForm(r)
	if err != nil {
		return err
	}
	check, err := strconv.Atoi(r.PostFormValue("check"))
	if err != nil {
		return fmt.Errorf("name the check by its number: %w", fraud.ErrInvalid)
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	if reason == "" {
		return fmt.Errorf("signing all the same needs a reason, which goes into the package: %w", fraud.ErrInvalid)
	}
	if err := s.Refer.Override(r.Context(), id, version, check, reason); err != nil {
		return fmt.Errorf("override check %d of referral %s: %w", check, id, err)
	}
	return done(w, r, "/referrals/"+pathID(id), "overridden")
}

func (s *Server) referralForm(r *http.Request) (fraud.ReferralID, int, error) {
	version, err := versionOf(r.PostFormValue("version"))
	return fraud.ReferralID(r.PathValue("id")), version, err
}

func (s *Server) signReferral(w http.ResponseWriter, r *http.Request) error {
	id, version, err := s.referralForm(r)
	if err != nil {
		return err
	}
	if err := s.Refer.Sign(r.Context(), id, version); err != nil {
		return fmt.Errorf("sign referral %s: %w", id, err)
	}
	return done(w, r, "/referrals/"+pathID(id), "signed")
}

func (s *Server) sendReferral(w http.ResponseWriter, r *http.Request) error {
	id, version, err := s.referralForm(r)
	if err != nil {
		return err
	}
	if err := s.Refer.Send(r.Context(), id, version); err != nil {
		return fmt.Errorf("seal and send referral %s: %w", id, err)
	}
	return done(w, r, "/referrals/"+pathID(id), "sealed")
}
