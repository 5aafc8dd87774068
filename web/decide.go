package web

import (
	"fmt"
	"net/http"
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
	if err := sound(j); err != nil {
		return err
	}
	if err := s.Judge.AddJudgement(r.Context(), j); err != nil {
		return fmt.Errorf("record judgement %s: %w", j.ID, err)
	}
	next := ownPath(r.PostFormValue("next"))
	if next == "" {
		next = "/suggestions"
	}
	return done(w, r, next, "judged")
}

// sound says what a judgement lacks. A reason is never left out: the linker
// obeys it, and somebody will ask why.
func sound(j fraud.Judgement) error {
	if j.Reason == "" {
		return fmt.Errorf("a judgement needs its reason: %w", fraud.ErrInvalid)
	}
	switch j.Verdict {
	case fraud.VerdictSame, fraud.VerdictDifferent:
		if j.A == "" || j.B == "" || j.A == j.B {
			return fmt.Errorf("name two different reports: %w", fraud.ErrInvalid)
		}
	case fraud.VerdictConfirmed, fraud.VerdictWrong:
		if j.A == "" {
			return fmt.Errorf("name the report: %w", fraud.ErrInvalid)
		}
	case fraud.VerdictNotIndicator:
		if j.Indicator.Kind == "" || j.Indicator.Value == "" {
			return fmt.Errorf("name the indicator: %w", fraud.ErrInvalid)
		}
	default:
		return fmt.Errorf("choose same, different, confirmed, wrong or not an indicator: %w", fraud.ErrInvalid)
	}
	return nil
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
	if _, err := s.Store.Ring(r.Context(), ring); err != nil {
		return fmt.Errorf("read ring %s: %w", ring, err)
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

// explainPage says why two reports are in one ring, or why not.
type explainPage struct {
	base
	A, B string
	Why  *link.Explanation
}

func (s *Server) explain(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := explainPage{base: s.base(w, r, "Why are two reports together?"), A: strings.TrimSpace(q.Get("a")), B: strings.TrimSpace(q.Get("b"))}
	if p.A != "" && p.B != "" {
		why, err := s.Explain.Explain(r.Context(), fraud.ReportID(p.A), fraud.ReportID(p.B))
		if err != nil {
			return fmt.Errorf("explain %s and %s: %w", p.A, p.B, err)
		}
		p.Why = &why
	}
	return s.render(w, http.StatusOK, "explain.html", p)
}

// suggestionsPage shows pairs of rings between the thresholds, one above the
// other, for a person to decide.
type suggestionsPage struct {
	base
	Rows     []suggestionRow
	Left     int
	CanJudge bool
	Judged   []fraud.Judgement
}

type suggestionRow struct {
	fraud.Suggestion
	RingA, RingB fraud.Ring
	Only         sideBySide
}

// sideBySide is what two rings do not share, so that a person sees both.
type sideBySide struct{ A, B []fraud.RingIndicator }

const suggestionsShown = 20

func (s *Server) suggestions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := suggestionsPage{base: s.base(w, r, "Suggestions")}
	all, err := s.Store.Suggestions(ctx)
	if err != nil {
		return fmt.Errorf("read the suggestions: %w", err)
	}
	for _, x := range all {
		if len(p.Rows) == suggestionsShown {
			p.Left = len(all) - suggestionsShown
			break
		}
		a, err := s.Store.Ring(ctx, x.A)
		if err != nil && !isNotFound(err) {
			return fmt.Errorf("read ring %s: %w", x.A, err)
		}
		b, err := s.Store.Ring(ctx, x.B)
		if err != nil && !isNotFound(err) {
			return fmt.Errorf("read ring %s: %w", x.B, err)
		}
		shared := map[fraud.Indicator]bool{}
		for _, c := range x.Link.Cause {
			shared[c.Indicator] = true
		}
		only := func(in []fraud.RingIndicator) []fraud.RingIndicator {
			out := slices.DeleteFunc(byReports(in), func(i fraud.RingIndicator) bool { return shared[i.Indicator] })
			return out[:min(len(out), 5)]
		}
		p.Rows = append(p.Rows, suggestionRow{Suggestion: x, RingA: a, RingB: b, Only: sideBySide{only(a.Indicators), only(b.Indicators)}})
	}
	judged, err := s.Store.Judgements(ctx)
	if err != nil {
		return fmt.Errorf("read the judgements: %w", err)
	}
	slices.SortStableFunc(judged, func(a, b fraud.Judgement) int { return b.At.Compare(a.At) })
	p.Judged = judged[:min(len(judged), 20)]
	p.CanJudge = s.Judge != nil && access.Decide(access.From(ctx), access.ActJudge, access.Thing{}, access.Recipient{}, s.Now()).Allow
	return s.render(w, http.StatusOK, "suggestions.html", p)
}
