package protect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Verdict is the answer in one word. There is no "safe": what is not known
// is unknown.
type Verdict string

// The verdicts, worst first.
const (
	VerdictKnownScam  Verdict = "known_scam"  // it is listed
	VerdictBreaksRule Verdict = "breaks_rule" // it does what the named firm says that it never does
	VerdictSuspicious Verdict = "suspicious"
	VerdictUnknown    Verdict = "unknown"
	VerdictGenuine    Verdict = "genuine" // a firm's own number or site: which a caller can fake
)

var verdictRank = map[Verdict]int{VerdictKnownScam: 4, VerdictBreaksRule: 3, VerdictSuspicious: 2, VerdictUnknown: 1}

// maxQuestion is the longest text that Check reads: a long mail.
const maxQuestion = 256 << 10

// Question is what somebody asks about: a number, a site, an address, a
// wallet, or a message pasted whole.
type Question struct {
	Text     string
	Country  string // where the asker's numbers are at home, ISO 3166-1; may be empty
	Language string // of the answer, BCP 47; empty is English
}

// Reason is one reason of an answer. Of an official rule it names who says
// it, where, and as of when.
type Reason struct {
	Says      string    `json:"says"`
	Rule      string    `json:"rule,omitempty"`
	Publisher string    `json:"publisher,omitempty"`
	URL       string    `json:"url,omitempty"`
	AsOf      time.Time `json:"as_of,omitzero"`
}

// Part is one thing in what was asked, with what is known of it.
type Part struct {
	Indicator fraud.Indicator `json:"indicator"`
	Raw       string          `json:"raw"` // as it stood in the question
	Verdict   Verdict         `json:"verdict"`
	Owner     string          `json:"owner,omitempty"`     // of a genuine one
	Imitates  string          `json:"imitates,omitempty"`  // the brand of a look-alike
	LastSeen  time.Time       `json:"last_seen,omitzero"`  // of a listed one
	Expires   time.Time       `json:"expires,omitzero"`    // of its listing
	Reports   int             `json:"reports,omitempty"`   // behind its listing
	ListedAs  fraud.Indicator `json:"listed_as,omitzero"`  // the site that is listed, if that is not the value itself
	AskedFor  bool            `json:"asked_for,omitempty"` // it is all that was asked
}

// Answer is what Check says.
type Answer struct {
	Verdict  Verdict  `json:"verdict"`
	Sentence string   `json:"sentence"`
	Reasons  []Reason `json:"reasons"`
	Do       []string `json:"do"`
	Parts    []Part   `json:"parts"`
}

// Check answers in plain words what is known of a number, a site, a mailbox,
// a wallet or a message. It writes nothing down. Unknown is never "safe", and
// a genuine number is never proof of who is calling. It returns
// fraud.ErrInvalid for an empty or too long question.
func (s *Service) Check(ctx context.Context, q Question) (Answer, error) {
	if err := s.allowed(ctx, access.ActCheck, access.Thing{Kind: access.ThingListing}, access.Recipient{}); err != nil {
		return Answer{}, err
	}
	text := strings.TrimSpace(q.Text)
	switch {
	case text == "":
		return Answer{}, fmt.Errorf("please enter a number, an address or a message: %w", fraud.ErrInvalid)
	case len(text) > maxQuestion:
		return Answer{}, fmt.Errorf("this is too long: paste the part that worries you: %w", fraud.ErrInvalid)
	}
	if line := s.advice.line(text, q.Country); line != "" {
		return Answer{Verdict: VerdictGenuine, Sentence: strings.NewReplacer("{brand}", line).Replace(s.rules.Sentences["verdict_genuine_line"].In(q.Language))}, nil
	}
	a := Answer{Verdict: VerdictUnknown}
	parts, whole := s.read(text, q.Country)
	for i := range parts {
		if err := s.judge(ctx, &parts[i]); err != nil {
			return Answer{}, err
		}
		a.worse(parts[i].Verdict)
	}
	a.Parts = parts
	var broken []Rule
	if !whole {
		broken = s.rules.broken(text, parts)
		for _, r := range broken {
			a.worse(r.Verdict)
		}
	} else if len(parts) > 0 && !slices.ContainsFunc(parts, func(p Part) bool { return p.Verdict != VerdictGenuine }) {
		a.Verdict = VerdictGenuine
	}
	s.speak(&a, broken, whole, q.Language)
	return a, nil
}

func (a *Answer) worse(v Verdict) {
	if verdictRank[v] > verdictRank[a.Verdict] {
		a.Verdict = v
	}
}

// judge says what is known of one part.
func (s *Service) judge(ctx context.Context, p *Part) error {
	p.Verdict = VerdictUnknown
	ready := s.ready.Load()
	if owner := s.rules.Genuine(p.Indicator); owner != "" {
		p.Owner = owner
	} else if owner, ok := ready.safe[p.Indicator]; ok {
		p.Owner = owner
	}
	if p.Owner != "" {
		// Anybody can write any sender into a mail: an address proves nothing.
		if p.Indicator.Kind != fraud.Email {
			p.Verdict = VerdictGenuine
		}
		return nil
	}
	for _, e := range Expressions(p.Indicator) {
		if !ready.listed.Has(e) {
			continue
		}
		l, ok, err := s.shown(ctx, e)
		if err != nil {
			return err
		}
		if ok {
			p.Verdict, p.LastSeen, p.Expires, p.Reports = VerdictKnownScam, l.LastSeen, l.Expires, l.Reports
			if e != p.Indicator {
				p.ListedAs = e
			}
			return nil
		}
	}
	if host := hostOf(p.Indicator); host != "" {
		if like, ok := s.rules.LookAlike(host); ok {
			p.Verdict, p.Imitates = VerdictSuspicious, like.Brand
		}
	}
	return nil
}

// shown returns an indicator's listing if who asks may see it now: it is
// active, has not run out, and no hold was placed since.
func (s *Service) shown(ctx context.Context, i fraud.Indicator) (fraud.Listing, bool, error) {
	l, err := s.store.Listing(ctx, i)
	if errors.Is(err, fraud.ErrNotFound) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("look up a listing: %w", err)
	}
	now := s.now()
	if l.State != fraud.ListingActive || !now.Before(l.Expires) {
		return l, false, nil
	}
	holds, err := s.store.Holds(ctx)
	if err != nil {
		return l, false, fmt.Errorf("read the holds: %w", err)
	}
	who, to := access.From(ctx), access.Recipient{}
	if who.Public() {
		to.Kind = access.ToPublic
	}
	r := restraint{held: heldTill(l, holds)}
	d := access.Decide(who, access.ActRead, listingThing(l, r, now), to, now)
	return l, d.Allow, nil
}

// heldTill is the latest hold, not released, on a listing's value, on a
// domain that it lives on, or on its ring.
func heldTill(l fraud.Listing, holds []fraud.Hold) time.Time {
	values, rings := heldBy(holds)
	return later(rings[l.Ring], later(values[l.Indicator], coverOf(l.Indicator, values)))
}

// broken returns the rules that a message breaks: of two with the same needs
// the one that speaks of the brand, worst first, at most four.
func (r *Rules) broken(text string, parts []Part) []Rule {
	signals, brands := r.signals(text)
	for _, p := range parts {
		signals[string(p.Indicator.Kind)] = true
	}
	var out []Rule
	named := map[string]bool{}
	for _, pass := range []bool{true, false} { // rules about a brand first
		for _, x := range r.Rules {
			if (x.Brand != "") != pass || !has(signals, x.Needs) {
				continue
			}
			if x.Brand != "" && !slices.ContainsFunc(brands, func(b int) bool { return r.Brands[b].Name == x.Brand }) {
				continue
			}
			key := strings.Join(x.Needs, "+")
			if x.Brand == "" && named[key] {
				continue
			}
			named[key] = true
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b Rule) int { return verdictRank[b.Verdict] - verdictRank[a.Verdict] })
	return out[:min(len(out), 4)]
}

func has(signals map[string]bool, needs []string) bool {
	for _, n := range needs {
		if !signals[n] {
			return false
		}
	}
	return true
}
