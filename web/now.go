package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/protect"
)

// nowPage is what to do now, most urgent first, for one report.
type nowPage struct {
	base
	Code    string
	Steps   []protect.Step
	Offices []protect.Authority // of the country
	Clock   string              // what is left of the soonest window
}

// recallWindow is the time in which banks and police most often stop money
// that was sent: the FBI's Financial Fraud Kill Chain and FinCEN's Rapid
// Response Program ask for a report within 72 hours.
const recallWindow = 72 * time.Hour

// nowFind leads from a code that was typed to where its report stands.
func (s *Server) nowFind(w http.ResponseWriter, r *http.Request) error {
	code := strings.TrimSpace(r.URL.Query().Get("code"))
	if code == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	http.Redirect(w, r, "/report/"+url.PathEscape(code), http.StatusSeeOther)
	return nil
}

func (s *Server) now(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	id, ok := s.Intake.CodeReport(code)
	if !ok {
		return fmt.Errorf("no report has this code: %w", fraud.ErrNotFound)
	}
	rep, err := s.Store.Report(r.Context(), id)
	if err != nil {
		return fmt.Errorf("find the report of a code: %w", err)
	}
	if _, err := s.Store.Deletion(r.Context(), id); err == nil {
		return done(w, r, "/report/"+pathID(code), "")
	} else if !isNotFound(err) {
		return fmt.Errorf("ask whether it was deleted: %w", err)
	}
	p := nowPage{base: s.base(w, r, ""), Code: strings.ToUpper(code)}
	p.PageTitle, p.Notice = p.Words.NowTitle, ""
	if s.Protect != nil {
		x := situation(rep)
		x.Language = p.Lang
		p.Steps = s.Protect.Advise(x)
		p.Offices = s.Protect.Advice().Of(x.Country)
	}
	for _, st := range p.Steps {
		if st.Left != "" && p.Clock == "" {
			p.Clock = st.Left
		}
	}
	return s.render(w, http.StatusOK, "now.html", p)
}

// situation reads off a report what the steps depend on.
func situation(rep *fraud.Report) protect.Situation {
	x := protect.Situation{Country: rep.Reporter.Country, Remote: len(rep.RemoteAccess) > 0}
	for _, p := range rep.Payments {
		if p.Status != "sent" {
			continue
		}
		x.Paid = true
		if p.Rail != "" {
			x.Rails = append(x.Rails, p.Rail)
		}
		at := p.At
		if at.IsZero() {
			at = rep.ReceivedAt
		}
		if at.After(x.PaidAt) {
			x.PaidAt = at
		}
	}
	return x
}

func isNotFound(err error) bool { return errors.Is(err, fraud.ErrNotFound) }
