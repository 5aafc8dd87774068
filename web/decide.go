package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// judge records what a person decided; the rings are linked again with it.
func (s *Server) judge(w http.ResponseWriter, r *http.Request) error {
	id, err := s.newID("J")
	if err != nil {
		return err
	}
	j := fraud.Judgement{
		ID: id, Verdict: fraud.Verdict(r.PostFormValue("verdict")), A: fraud.ReportID(strings.TrimSpace(r.PostFormValue("a"))), B: fraud.ReportID(strings.TrimSpace(r.PostFormValue("b"))),
		Indicator: fraud.Indicator{Kind: fraud.Kind(r.PostFormValue("kind")), Value: r.PostFormValue("value")},
		By:        access.From(r.Context()).Person, Reason: strings.TrimSpace(r.PostFormValue("reason")), At: s.Now().UTC(),
	}
	if err := sound(&j); err != nil {
		return err
	}
	return s.record(w, r, j, "judged")
}

// record keeps a judgement and goes back to where the person was, with the
// means to take it back.
func (s *Server) record(w http.ResponseWriter, r *http.Request, j fraud.Judgement, what string) error {
	if err := s.Judge.AddJudgement(r.Context(), j); err != nil {
		return fmt.Errorf("record judgement %s: %w", j.ID, err)
	}
	next := ownPath(r.PostFormValue("next"))
	if next == "" {
		next = "/suggestions"
	}
	if what == "judged" {
		sep := "?"
		if strings.Contains(next, "?") {
			sep = "&"
		}
		next += sep + "judged=" + url.QueryEscape(j.ID)
	}
	return done(w, r, next, what)
}

// withdraw takes a judgement back. Nothing is removed: a judgement that says
// so is added, and can be taken back itself.
func (s *Server) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	old, err := s.Store.Judgement(ctx, id)
	if err != nil {
		return fmt.Errorf("read judgement %s: %w", id, err)
	}
	no, err := s.newID("J")
	if err != nil {
		return err
	}
	j := fraud.Judgement{
		ID: no, Verdict: fraud.VerdictWithdrawn, Withdraws: old.ID, A: old.A, B: old.B, Indicator: old.Indicator,
		By: access.From(ctx).Person, Reason: strings.TrimSpace(r.PostFormValue("reason")), At: s.Now().UTC(),
	}
	if j.Reason == "" {
		return fmt.Errorf("taking a judgement back needs its reason: %w", fraud.ErrInvalid)
	}
	return s.record(w, r, j, "withdrawn")
}

// sound says what a judgement lacks. A reason is never left out: the linker
// obeys it, and somebody will ask why.
func sound(j *fraud.Judgement) error {
	if j.Reason == "" {
		return fmt.Errorf("a judgement needs its reason: %w", fraud.ErrInvalid)
	}
	return j.Validate()
}

func (s *Server) newID(prefix string) (string, error) {
	id, err := fraud.NewID(prefix, s.Random)
	if err != nil {
		return "", fmt.Errorf("draw an id: %w", err)
	}
	return id, nil
}

// holdRing places a hold: nothing about the ring leaves the node until then.
func (s *Server) holdRing(w http.ResponseWriter, r *http.Request) error {
	ring := fraud.RingID(r.PathValue("id"))
	is, err := s.ringOf(r.Context(), ring)
	if err != nil {
		return err
	}
	if err := s.may(r.Context(), access.ActRead, access.Thing{Kind: access.ThingRing, ID: string(ring), Mark: is.Mark}); err != nil {
		return err
	}
	until, err := time.Parse("2006-01-02", r.PostFormValue("until"))
	if err != nil || !until.After(s.Now()) {
		return fmt.Errorf("give the day until which the hold lasts, after today: %w", fraud.ErrInvalid)
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	if reason == "" {
		return fmt.Errorf("a hold needs its reason: %w", fraud.ErrInvalid)
	}
	id, err := s.newID("H")
	if err != nil {
		return err
	}
	who := access.From(r.Context())
	h := fraud.Hold{ID: id, Ring: ring, Until: until.UTC(), Reason: reason, By: who.Person, FromOrg: who.Org, At: s.Now().UTC()}
	if err := s.Store.AddHold(r.Context(), h); err != nil {
		return fmt.Errorf("place hold %s: %w", id, err)
	}
	return done(w, r, "/rings/"+pathID(ring), "held")
}

func (s *Server) releaseHold(w http.ResponseWriter, r *http.Request) error {
	who := access.From(r.Context())
	if err := s.Store.ReleaseHold(r.Context(), r.PathValue("id"), who.Person, s.Now().UTC()); err != nil {
		return fmt.Errorf("release hold %s: %w", r.PathValue("id"), err)
	}
	next := ownPath(r.PostFormValue("next"))
	if next == "" {
		next = "/rings"
	}
	return done(w, r, next, "released")
}

// explainPage says why two reports are in one ring, or why not; with one
// report alone, what holds it in its ring.
type explainPage struct {
	base
	A, B   string
	Why    *link.Explanation
	Common []commonText
}

func (s *Server) explain(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := explainPage{A: strings.TrimSpace(q.Get("a")), B: strings.TrimSpace(q.Get("b"))}
	title := "Why are two reports together?"
	if p.A != "" && p.B == "" {
		title = "Why is it in its ring?"
	}
	p.base = s.base(w, r, title)
	if p.A != "" {
		reports := []fraud.ReportID{fraud.ReportID(p.A)}
		if p.B != "" {
			reports = append(reports, fraud.ReportID(p.B))
		}
		if err := s.mayExplain(r.Context(), reports...); err != nil {
			return err
		}
		why, err := s.Explain.Explain(r.Context(), fraud.ReportID(p.A), fraud.ReportID(p.B))
		if err != nil {
			return fmt.Errorf("explain %s and %s: %w", p.A, p.B, err)
		}
		p.Why = &why
		if p.Common, err = s.commonTexts(r.Context(), append(slices.Clone(why.Chain), why.Between...)); err != nil {
			return err
		}
		p.Said = hear(p.Common)
	}
	return s.render(w, http.StatusOK, "explain.html", p)
}

// mayExplain asks the rules about two reports and the rings that they are in:
// an explanation tells what all of them hold.
func (s *Server) mayExplain(ctx context.Context, reports ...fraud.ReportID) error {
	var rings []fraud.RingID
	for _, id := range reports {
		rep, err := s.Store.Report(ctx, id)
		if err != nil {
			return fmt.Errorf("read report %s: %w", id, err)
		}
		if err := s.may(ctx, access.ActRead, access.Thing{Kind: access.ThingReport, ID: string(id), Mark: rep.Mark()}); err != nil {
			return err
		}
		ring, err := s.Store.RingOf(ctx, id)
		if err != nil && !isNotFound(err) {
			return fmt.Errorf("find the ring of %s: %w", id, err)
		}
		rings = append(rings, ring)
	}
	heads, err := s.Store.RingHeads(ctx, rings)
	if err != nil {
		return fmt.Errorf("read the rings: %w", err)
	}
	for _, h := range heads {
		if err := s.may(ctx, access.ActRead, access.Thing{Kind: access.ThingRing, ID: string(h.ID), Mark: h.Mark}); err != nil {
			return err
		}
	}
	return nil
}
