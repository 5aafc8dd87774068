package protect

import (
	_ "embed" // advice.json
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

//go:embed advice.json
var adviceJSON []byte

// Situation is what happened to somebody, as far as they told.
type Situation struct {
	Country  string // ISO 3166-1 alpha-2; empty or unknown gives the steps without a country's numbers
	Language string // BCP 47
	Paid     bool
	Rails    []fraud.Rail // by what they paid, if they did
	PaidAt   time.Time    // of the latest payment; zero if not told
	Remote   bool         // somebody was on their computer
	Password bool         // they told a password, a code or card details
	// Acknowledged is when the report centre gave its number (India: the
	// portal must be completed within 24 hours of it).
	Acknowledged time.Time
}

// Authority is who to turn to in a country.
type Authority struct {
	Country string    `json:"country"`
	Role    string    `json:"role"` // "report", "money", "police", "support", "message"
	Name    string    `json:"name"`
	Phone   string    `json:"phone,omitempty"`
	URL     string    `json:"url,omitempty"`
	AsOf    time.Time `json:"as_of"`
}

// Step is one thing to do now.
type Step struct {
	ID     string      `json:"id"`
	Says   string      `json:"says"`
	Why    string      `json:"why"`
	Who    []Authority `json:"who,omitempty"`   // to call or write to
	Due    time.Time   `json:"due,omitzero"`    // when its window closes
	Left   string      `json:"left,omitempty"`  // "52 hours", in the language asked for; empty once it is over
	Clock  string      `json:"clock,omitempty"` // whose rule the window is
	Late   bool        `json:"late,omitempty"`  // the window has closed; trying is still worth it
	Source string      `json:"source"`          // who gives this advice
}

// Book is advice.json: steps by what happened, authorities by country.
type Book struct {
	Authorities []Authority     `json:"authorities"`
	Steps       []bookStep      `json:"steps"`
	Clocks      []bookClock     `json:"clocks"`
	Words       map[string]Text `json:"words"`
}

type bookStep struct {
	ID     string       `json:"id"`
	When   []string     `json:"when"` // any of: "always", "paid", "remote", "password", "not_paid"
	Rails  []fraud.Rail `json:"rails,omitempty"`
	Who    []string     `json:"who,omitempty"` // roles of authorities
	Clock  bool         `json:"clock,omitempty"`
	Says   Text         `json:"says"`
	Why    Text         `json:"why"`
	Source string       `json:"source"`
}

type bookClock struct {
	Country string       `json:"country"`
	Rails   []fraud.Rail `json:"rails"`
	Hours   int          `json:"hours"`
	From    string       `json:"from"` // "payment" or "acknowledgement"
	Source  string       `json:"source"`
}

// LoadAdvice reads the advice that is in the binary, and checks that each
// step speaks all languages and names its source.
func LoadAdvice() (*Book, error) {
	b := new(Book)
	if err := json.Unmarshal(adviceJSON, b, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("read the advice: %w", err)
	}
	for _, s := range b.Steps {
		for _, l := range Languages {
			if s.Says[l] == "" || s.Why[l] == "" {
				return nil, fmt.Errorf("advice %q is missing in %s: %w", s.ID, l, fraud.ErrInvalid)
			}
		}
		if s.Source == "" || len(s.When) == 0 {
			return nil, fmt.Errorf("advice %q lacks its source or occasion: %w", s.ID, fraud.ErrInvalid)
		}
	}
	for _, a := range b.Authorities {
		if a.Name == "" || a.AsOf.IsZero() || (a.Phone == "" && a.URL == "") {
			return nil, fmt.Errorf("authority of %s lacks name, address or date: %w", a.Country, fraud.ErrInvalid)
		}
	}
	return b, nil
}

// Countries lists the countries whose authorities the book knows.
func (b *Book) Countries() []string {
	var out []string
	for _, a := range b.Authorities {
		if !slices.Contains(out, a.Country) {
			out = append(out, a.Country)
		}
	}
	slices.Sort(out)
	return out
}

// Of returns a country's authorities in the roles asked for, in the book's
// order; no role asks for all.
func (b *Book) Of(country string, roles ...string) []Authority {
	var out []Authority
	for _, a := range b.Authorities {
		if a.Country == strings.ToUpper(country) && (len(roles) == 0 || slices.Contains(roles, a.Role)) {
			out = append(out, a)
		}
	}
	return out
}

// Advice returns what to do now, most urgent first. A step with a clock says
// how much of its window is left at now.
func (b *Book) Advice(x Situation, now time.Time) []Step {
	var out []Step
	for _, s := range b.Steps {
		if !s.applies(x) {
			continue
		}
		step := Step{ID: s.ID, Says: s.Says.In(x.Language), Why: s.Why.In(x.Language), Source: s.Source}
		if len(s.Who) > 0 {
			step.Who = b.Of(x.Country, s.Who...)
		}
		if s.Clock {
			b.setClock(&step, s, x, now)
		}
		out = append(out, step)
	}
	return out
}

func (s bookStep) applies(x Situation) bool {
	rail := len(s.Rails) == 0 || slices.ContainsFunc(s.Rails, func(r fraud.Rail) bool { return slices.Contains(x.Rails, r) })
	for _, w := range s.When {
		switch {
		case w == "always",
			w == "paid" && x.Paid && (rail || len(x.Rails) == 0),
			w == "not_paid" && !x.Paid,
			w == "remote" && x.Remote,
			w == "password" && x.Password:
			return true
		}
	}
	return false
}

// setClock fills in the soonest window that applies to how was paid, of those
// still open; if all have closed, the last to close.
func (b *Book) setClock(step *Step, s bookStep, x Situation, now time.Time) {
	for _, c := range b.Clocks {
		rail := len(x.Rails) == 0 || slices.ContainsFunc(c.Rails, func(r fraud.Rail) bool {
			return slices.Contains(x.Rails, r) && (len(s.Rails) == 0 || slices.Contains(s.Rails, r))
		})
		from := x.PaidAt
		if c.From == "acknowledgement" {
			from = x.Acknowledged
		}
		if c.Country != strings.ToUpper(x.Country) || !rail || from.IsZero() {
			continue
		}
		due := from.UTC().Add(time.Duration(c.Hours) * time.Hour)
		late := !now.Before(due)
		better := step.Due.IsZero() || (step.Late && !late) || (step.Late == late && (due.Before(step.Due) != late))
		if better {
			step.Due, step.Late, step.Clock = due, late, c.Source
		}
	}
	if !step.Due.IsZero() && !step.Late {
		hours := int(step.Due.Sub(now) / time.Hour)
		key := "hours_left"
		if hours < 1 {
			key = "minutes_left"
			hours = max(1, int(step.Due.Sub(now)/time.Minute))
		}
		step.Left = strings.ReplaceAll(b.Words[key].In(x.Language), "{n}", fmt.Sprint(hours))
	}
}

// Advise returns what to do now for what happened.
func (s *Service) Advise(x Situation) []Step { return s.advice.Advice(x, s.now()) }

// line is the authority that answers under a short number such as 911, empty
// for any other text: in this country, or else in the first one that has it.
// Such numbers are too short for anybody to rent.
func (b *Book) line(text, country string) (name string) {
	const longest = 6 // digits
	digits := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if n := strings.TrimLeft(digits, "#*"); len(n) < 2 || len(n) > longest || strings.Trim(n, "0123456789") != "" {
		return ""
	}
	for _, a := range b.Authorities {
		home := a.Country == strings.ToUpper(country)
		if (home || name == "") && a.answers(digits) {
			name = a.Name
			if home {
				break
			}
		}
	}
	return name
}

// answers says whether an authority is called under a number, its own or one
// that its name tells ("Police 101; in danger 999").
func (a *Authority) answers(number string) bool {
	if strings.ReplaceAll(a.Phone, " ", "") == number {
		return true
	}
	return slices.Contains(strings.FieldsFunc(a.Name, func(r rune) bool { return r < '0' || r > '9' }), number)
}

// Advice returns the book of advice: authorities by country, steps.
func (s *Service) Advice() *Book { return s.advice }
