package web

import (
	"fmt"
	"net/http"
	"strings"

	"ringbreaker.example/fraud"
	"ringbreaker.example/protect"
)

// checkPage is one field for anything, and the answer in a sentence.
type checkPage struct {
	base
	Asked  string
	Answer *protect.Answer
	Tone   string // class of the answer; nothing is ever green
	Report bool   // offer the report form
}

// maxAsked is more than any message that somebody pastes.
const maxAsked = 200_000

func (s *Server) checkForm(w http.ResponseWriter, r *http.Request) error {
	p := checkPage{base: s.base(w, r, "")}
	p.PageTitle = p.Words.CheckTitle
	return s.render(w, http.StatusOK, "check.html", p)
}

func (s *Server) check(w http.ResponseWriter, r *http.Request) error {
	p := checkPage{base: s.base(w, r, ""), Asked: strings.TrimSpace(r.PostFormValue("asked"))}
	p.PageTitle = p.Words.CheckTitle
	if p.Asked == "" || len(p.Asked) > maxAsked {
		p.Problems = []problem{{Field: "asked", Says: p.Words.CheckEmpty}}
		if p.Asked != "" {
			p.Problems[0].Says = p.Words.CheckLong
		}
		return s.render(w, http.StatusUnprocessableEntity, "check.html", p)
	}
	answer, err := s.Protect.Check(r.Context(), protect.Question{Text: p.Asked, Country: s.Org.Country, Language: p.Lang})
	if err != nil {
		return fmt.Errorf("check what was asked: %w", err)
	}
	p.Answer, p.PageTitle, p.Tone = &answer, answer.Sentence, "plain"
	switch answer.Verdict {
	case protect.VerdictKnownScam, protect.VerdictBreaksRule:
		p.Tone, p.Report = "harm", s.Intake != nil
	case protect.VerdictSuspicious:
		p.Tone, p.Report = "clock", s.Intake != nil
	case protect.VerdictUnknown, protect.VerdictGenuine:
	}
	return s.render(w, http.StatusOK, "check.html", p)
}

// disputePage is how the owner of a number or site objects to a listing.
type disputePage struct {
	base
	Value, Says, Contact string
	Receipt              string
}

func (s *Server) disputeForm(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusOK, "dispute.html", disputePage{base: s.base(w, r, "Object to a listing")})
}

func (s *Server) dispute(w http.ResponseWriter, r *http.Request) error {
	p := disputePage{base: s.base(w, r, "Object to a listing"), Value: r.PostFormValue("value"), Says: r.PostFormValue("says"), Contact: r.PostFormValue("contact")}
	for _, f := range []struct{ field, value, says string }{
		{"value", p.Value, "Give the number, site or address that is listed"},
		{"says", p.Says, "Say why it should not be listed"},
		{"contact", p.Contact, "Give an address where we can answer you"},
	} {
		if strings.TrimSpace(f.value) == "" {
			p.Problems = append(p.Problems, problem{Field: f.field, Says: f.says})
		}
	}
	status := http.StatusOK
	if len(p.Problems) == 0 {
		d, err := s.Protect.Dispute(r.Context(), p.Value, p.Says, p.Contact)
		switch {
		case err == nil:
			p.Receipt = d.ID
		case mendable(err):
			p.Problems = []problem{{Field: "value", Says: sentence(err)}}
		case isNotFound(err):
			p.Problems = []problem{{Field: "value", Says: "This is not on our list, so there is nothing to take off. Check how you wrote it."}}
		default:
			return err
		}
	}
	if len(p.Problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, status, "dispute.html", p)
}

// figuresPage shows what was reported and what came of it, each figure with
// its source and as-of time.
type figuresPage struct {
	base
	Figures  []fraud.Figure
	Outcomes []fraud.Outcome
}

func (s *Server) figures(w http.ResponseWriter, r *http.Request) error {
	p := figuresPage{base: s.base(w, r, "Figures")}
	n, err := s.Store.CountReports(r.Context())
	if err != nil {
		return fmt.Errorf("count the reports: %w", err)
	}
	now := s.Now().UTC()
	p.Figures = append(p.Figures, fraud.Figure{Name: "Reports received", Value: int64(n), Source: "count of the reports kept at " + s.Org.Name, AsOf: now})
	listings, err := s.Store.Listings(r.Context())
	if err != nil {
		return fmt.Errorf("count the listings: %w", err)
	}
	active := 0
	for _, l := range listings {
		if l.State == fraud.ListingActive && l.Expires.After(now) {
			active++
		}
	}
	p.Figures = append(p.Figures, fraud.Figure{Name: "Numbers and sites we warn of now", Value: int64(active), Source: "count of active listings at " + s.Org.Name, AsOf: now})
	outcomes, err := s.Store.Outcomes(r.Context())
	if err != nil {
		return fmt.Errorf("read the outcomes: %w", err)
	}
	for _, o := range outcomes {
		p.Outcomes = append(p.Outcomes, fraud.Outcome{Figures: o.Figures, At: o.At})
	}
	return s.render(w, http.StatusOK, "figures.html", p)
}

// AskedShort is what was asked, cut where a whole message was pasted.
func (p checkPage) AskedShort() string {
	r := []rune(strings.Join(strings.Fields(p.Asked), " "))
	if len(r) <= 120 {
		return string(r)
	}
	return string(r[:119]) + "…"
}
