package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// standPage is where one report stands, for who has its receipt code. It
// names nobody and no ring, and shows nothing that was told.
type standPage struct {
	base
	Code   string
	Ask    string    // "withdraw" or "delete": the page asks once more, or says why not; "deleted": there is nothing more
	Bar    fraud.Bar // against deleting it
	Gone   string    // the day on which it was deleted
	Steps  []standStep
	Agreed []string // what the victim agreed to
	Text   string   // to add
	Done   string   // what was just done
}

// standStep is one of the four words. On is empty where only that it happened
// is known; Waits is what is said of a step that nothing recorded yet.
type standStep struct {
	Word, Says, On, Waits string
}

func (s *Server) stand(w http.ResponseWriter, r *http.Request) error {
	return s.standRender(w, r, "", "", nil)
}

func (s *Server) standAsk(w http.ResponseWriter, r *http.Request) error {
	ask := r.PathValue("what")
	if ask != "withdraw" && ask != "delete" {
		return fmt.Errorf("no page is called this: %w", fraud.ErrNotFound)
	}
	return s.standRender(w, r, ask, "", nil)
}

// standDo adds a text to the report, or takes back what was agreed to.
func (s *Server) standDo(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	stand, err := s.standOf(r)
	if err != nil {
		return err
	}
	here := "/report/" + pathID(r.PathValue("code"))
	if !stand.Deleted.IsZero() {
		return done(w, r, here, "")
	}
	switch r.PostFormValue("do") {
	case "delete":
		bar, err := s.barOf(ctx, stand)
		if err != nil {
			return err
		}
		if bar != fraud.BarNone {
			return s.standRender(w, r, "delete", "", nil)
		}
		if err := s.Delete.DeleteTold(ctx, stand.All[0]); err != nil && !errors.Is(err, fraud.ErrConflict) {
			return fmt.Errorf("delete a report: %w", err)
		}
		return done(w, r, here, "")
	case "withdraw":
		if err := s.Intake.Withdraw(ctx, s.Store, stand.Newest()); err != nil {
			return fmt.Errorf("take the consents back: %w", err)
		}
		return done(w, r, here, "taken-back")
	case "add":
		text := strings.TrimSpace(r.PostFormValue("text"))
		if text == "" {
			return s.standRender(w, r, "", "", func(words Words) []problem { return []problem{{"text", words.StandAddEmpty}} })
		}
		err := s.Intake.Add(ctx, s.Store, stand.Newest(), text)
		if errors.Is(err, fraud.ErrInvalid) {
			return s.standRender(w, r, "", text, func(words Words) []problem { return []problem{{"text", words.StandAddLong}} })
		}
		if err != nil {
			return fmt.Errorf("add to the report: %w", err)
		}
		return done(w, r, here, "added")
	}
	return fmt.Errorf("the form does not say what to do: %w", fraud.ErrInvalid)
}

// standOf finds the report of the code in the address. A code that cannot be
// one and one that opens nothing are told alike.
func (s *Server) standOf(r *http.Request) (fraud.ReportStand, error) {
	id, ok := s.Intake.CodeReport(r.PathValue("code"))
	if !ok {
		return fraud.ReportStand{}, fmt.Errorf("no report has this code: %w", fraud.ErrNotFound)
	}
	stand, err := s.Store.ReportStand(r.Context(), id)
	if err != nil {
		return fraud.ReportStand{}, fmt.Errorf("find the report of a code: %w", err)
	}
	return stand, nil
}

func (s *Server) standRender(w http.ResponseWriter, r *http.Request, ask, text string, wrong func(Words) []problem) error {
	ctx := r.Context()
	stand, err := s.standOf(r)
	if err != nil {
		return err
	}
	if !stand.Deleted.IsZero() {
		p := standPage{base: s.base(w, r, ""), Code: strings.ToUpper(r.PathValue("code")), Ask: "deleted", Gone: isoDay(stand.Deleted)}
		p.PageTitle, p.Notice = p.Words.StandDeleted, ""
		return s.render(w, http.StatusOK, "stand.html", p)
	}
	rep, err := s.Store.Report(ctx, stand.Newest())
	if err != nil {
		return fmt.Errorf("find the report of a code: %w", err)
	}
	p := standPage{base: s.base(w, r, ""), Code: strings.ToUpper(r.PathValue("code")), Ask: ask, Text: text}
	words := p.Words
	p.Notice = ""
	p.Agreed = agreed(words, rep.Consent)
	if p.Ask == "withdraw" && p.Agreed == nil {
		p.Ask = "" // nothing is left to take back
	}
	switch p.Ask {
	case "withdraw":
		p.PageTitle = words.StandWithdraw
	case "delete":
		p.PageTitle = words.StandDelete
		if p.Bar, err = s.barOf(ctx, stand); err != nil {
			return err
		}
	default:
		p.PageTitle = words.StandTitle
		if p.Steps, err = s.standSteps(ctx, words, stand, rep); err != nil {
			return err
		}
		switch r.URL.Query().Get("done") {
		case "added":
			p.Done = words.StandAdded
		case "taken-back":
			p.Done = words.StandWithdrawn
		}
	}
	status := http.StatusOK
	if wrong != nil {
		p.Problems, status = wrong(words), http.StatusUnprocessableEntity
	}
	return s.render(w, status, "stand.html", p)
}

// barOf says what stands against deleting a report, as its reporter may know
// it: a node whose pages cannot delete says whom to write to.
func (s *Server) barOf(ctx context.Context, stand fraud.ReportStand) (fraud.Bar, error) {
	if s.Delete == nil {
		return fraud.BarNow, nil
	}
	bar, err := s.Delete.DeletionBar(ctx, stand.All[0])
	if err != nil {
		return bar, fmt.Errorf("ask whether a report may be deleted: %w", err)
	}
	return bar, nil
}

// agreed says what a victim agreed to, in the words of the question.
func agreed(w Words, c fraud.Consent) []string {
	var out []string
	for _, x := range []struct {
		given bool
		word  string
	}{{c.ShareLawEnforcement, w.ConsentPolice}, {c.SharePartner, w.ConsentPartner}, {c.Testify, w.ConsentTestify}, {c.Contact, w.ConsentContact}} {
		if x.given {
			out = append(out, x.word)
		}
	}
	return out
}

// standSteps counts the four words from the records. What no record says is
// not yet; a day stands only where a record has one.
func (s *Server) standSteps(ctx context.Context, w Words, stand fraud.ReportStand, rep *fraud.Report) ([]standStep, error) {
	ring, err := s.mayTellRing(ctx, stand.Newest())
	if err != nil {
		return nil, err
	}
	together := standStep{Word: w.StandTogether, Says: w.StandTogetherText, Waits: w.StandNotYet}
	if ring != "" {
		heads, err := s.Store.RingHeads(ctx, []fraud.RingID{ring})
		if err != nil {
			return nil, fmt.Errorf("read whether others belong to it: %w", err)
		}
		if len(heads) == 1 && heads[0].Harm.Victims >= 2 {
			together.Waits = ""
		}
	}
	police := standStep{Word: w.StandPolice, Says: w.StandPoliceText, Waits: w.StandNotYet}
	switch {
	case !rep.Consent.ShareLawEnforcement:
		police.Waits = w.StandNotAgreed
	case ring != "":
		at, err := s.deliveredAt(ctx, ring, stand.All)
		if err != nil {
			return nil, err
		}
		if !at.IsZero() {
			police.On, police.Waits = isoDay(at), ""
		}
	}
	read := standStep{Word: w.StandRead, Says: w.StandReadText, Waits: w.StandNotYet}
	if !stand.Read.IsZero() {
		read.On, read.Waits = isoDay(stand.Read), ""
	}
	return []standStep{{Word: w.StandReceived, Says: w.StandReceivedText, On: isoDay(stand.Received)}, read, together, police}, nil
}

// isoDay is a day as every language of the pages reads it.
func isoDay(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// mayTellRing is the ring of a report if its victim may learn that there is
// one: what is under a hold is told to nobody outside, since a report can
// come from the ring itself.
func (s *Server) mayTellRing(ctx context.Context, id fraud.ReportID) (fraud.RingID, error) {
	ring, err := s.Store.RingOf(ctx, id)
	if isNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find whether a report belongs to others: %w", err)
	}
	held, err := s.heldRings(ctx)
	if err != nil {
		return "", err
	}
	if !s.mayTell(access.Thing{HeldTill: held[ring]}) {
		return "", nil
	}
	return ring, nil
}

// mayTell asks the rules whether a report's own reporter may learn of it: it
// leaves the node, whoever asks.
func (s *Server) mayTell(thing access.Thing) bool {
	thing.Kind = access.ThingReport
	return s.decide(access.Who{}, access.ActReport, thing, access.Recipient{Kind: access.ToPublic}, s.Now()).Allow
}

// deliveredAt is when an agency first confirmed a referral whose package
// names the report in a ring, zero if none did. It reads our own packages, of
// the referrals about the ring.
func (s *Server) deliveredAt(ctx context.Context, ring fraud.RingID, all []fraud.ReportID) (time.Time, error) {
	if s.Package == nil {
		return time.Time{}, nil
	}
	referrals, err := s.Store.Referrals(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the referrals: %w", err)
	}
	var first time.Time
	for _, x := range referrals {
		at := confirmedAt(x)
		if at.IsZero() || !first.IsZero() && !at.Before(first) || !s.mayTell(access.Thing{Embargo: x.Embargo}) {
			continue
		}
		if about, err := s.isAbout(ctx, x, ring); err != nil || !about {
			if err != nil {
				return first, err
			}
			continue
		}
		named, err := s.Package.Names(ctx, x.ID, x.Version, all)
		if err != nil {
			return first, fmt.Errorf("read the rings of referral %s: %w", x.ID, err)
		}
		if named {
			first = at
		}
	}
	return first, nil
}

// confirmedAt is when the agency signed that a version reached it. The
// history is the referral's, so it counts from when the version was made.
func confirmedAt(x fraud.Referral) time.Time {
	for _, e := range x.History {
		switch e.Status {
		case fraud.ReferralReceived, fraud.ReferralOpened, fraud.ReferralRegistered:
			if !e.At.Before(x.At) {
				return e.At
			}
		}
	}
	return time.Time{}
}

// isAbout says whether a referral's joint case is about a ring.
func (s *Server) isAbout(ctx context.Context, x fraud.Referral, ring fraud.RingID) (bool, error) {
	c, err := s.Store.JointCase(ctx, x.JointCase)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the joint case of referral %s: %w", x.ID, err)
	}
	return slices.ContainsFunc(c.Overlaps, func(o fraud.Overlap) bool { return o.OurRing == ring }), nil
}
