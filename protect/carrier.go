package protect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// Asker is who sends a request to a carrier.
type Asker struct {
	Org     string // its name
	Person  string // name and office
	Contact string // where the answer goes
	Basis   string // on what right it asks
}

func (a Asker) check() error {
	if strings.TrimSpace(a.Org) == "" || strings.TrimSpace(a.Person) == "" || strings.TrimSpace(a.Contact) == "" || strings.TrimSpace(a.Basis) == "" {
		return fmt.Errorf("a request to a carrier needs organisation, person, contact and basis: %w", fraud.ErrInvalid)
	}
	return nil
}

// TraceForward writes the request to the provider that serves a callback
// number: whose customer is it? It is the one trace that works for frauds
// which make the victim call, since a callback number must be real (Industry
// Traceback Group, Policies and Procedures, trace forward). It needs a
// listing that is active and under no hold: asking would warn the ring.
func (s *Service) TraceForward(ctx context.Context, number string, from Asker) (string, error) {
	if err := from.check(); err != nil {
		return "", err
	}
	value, ok := extract.Canonical(fraud.Phone, number, "")
	if !ok {
		return "", fmt.Errorf("a trace-forward request needs a number in international form: %w", fraud.ErrInvalid)
	}
	l, err := s.store.Listing(ctx, fraud.Indicator{Kind: fraud.Phone, Value: value})
	if errors.Is(err, fraud.ErrNotFound) {
		return "", fmt.Errorf("the number is not listed as a callback number: confirm its reports first: %w", err)
	}
	if err != nil {
		return "", fmt.Errorf("find the listing for a trace-forward request: %w", err)
	}
	holds, err := s.store.Holds(ctx)
	if err != nil {
		return "", fmt.Errorf("read the holds: %w", err)
	}
	now := s.now()
	if err := s.allowed(ctx, access.ActExport, listingThing(l, restraint{held: heldTill(l, holds)}, now), access.Recipient{Kind: access.ToCommunity}); err != nil {
		return "", err
	}
	if l.State != fraud.ListingActive || !now.Before(l.Expires) {
		return "", fmt.Errorf("the number's listing is %s: only an active one is traced: %w", l.State, fraud.ErrConflict)
	}
	return traceForwardText(l, from, now), nil
}

func traceForwardText(l fraud.Listing, from Asker, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "TRACE-FORWARD REQUEST\n\nTo: the provider to which this number is assigned, and the Responsible Organization for toll-free numbers\n")
	fmt.Fprintf(&b, "From: %s, %s\nAnswer to: %s\nDate: %s\nHandling: TLP:%s PAP:%s\n\n", from.Person, from.Org, from.Contact, stamp(now), l.Mark.Filled().TLP, l.Mark.Filled().PAP)
	fmt.Fprintf(&b, "Callback number: %s\nSeen in use: %s to %s (UTC)\nReports: %d, from %d independent sources\n", l.Indicator.Value, stamp(l.Since), stamp(l.LastSeen), l.Reports, l.Sources)
	if l.Brand != "" {
		fmt.Fprintf(&b, "Impersonated: %s (a victim of this, not its author)\n", l.Brand)
	}
	fmt.Fprintf(&b, "\nVictims are told to call this number. It is not a displayed caller id: it reaches the people who answer.\n\n")
	b.WriteString("Please tell us, for the period above:\n" +
		"1. the customer or reseller to whom the number was assigned, and since when;\n" +
		"2. where calls to it are delivered: trunk, SIP address or forwarding number, and the IP addresses used;\n" +
		"3. other numbers assigned to the same customer, and blocks ordered on the same day;\n" +
		"4. how the customer was identified, and how it pays;\n" +
		"5. whether the number was ported, from and to whom.\n\n")
	b.WriteString("Please keep call records and recordings of this number. Please do not tell the customer of this request, and do not\n" +
		"disconnect the number before you have told us: an investigation may depend on it.\n\n")
	fmt.Fprintf(&b, "Basis of this request: %s\nThe reports are not verified facts; they say what people told. This list entry expires %s.\n", from.Basis, stamp(l.Expires))
	return b.String()
}

// DoNotOriginate writes the request to put a firm's or authority's own
// inbound-only numbers on the do-not-originate list: they are called and
// never call, so a call that shows one is forged. Every number must be on the
// node's safe list as that owner's own, so that nobody can silence somebody
// else's line.
func (s *Service) DoNotOriginate(ctx context.Context, owner string, numbers []string, from Asker) (string, error) {
	if err := s.allowed(ctx, access.ActExport, access.Thing{Mark: fraud.Mark{TLP: fraud.TLPGreen, PAP: fraud.PAPGreen}}, access.Recipient{Kind: access.ToCommunity}); err != nil {
		return "", err
	}
	if err := from.check(); err != nil {
		return "", err
	}
	safe, err := s.store.SafeList(ctx)
	if err != nil {
		return "", fmt.Errorf("read the safe list: %w", err)
	}
	var own []string
	for i, n := range numbers {
		value, ok := extract.Canonical(fraud.Phone, n, "")
		if !ok {
			return "", fmt.Errorf("number %d is not in international form: %w", i+1, fraud.ErrInvalid)
		}
		mine := slices.ContainsFunc(safe, func(e fraud.SafeEntry) bool {
			return e.Indicator == fraud.Indicator{Kind: fraud.Phone, Value: value} && strings.EqualFold(e.Owner, owner)
		})
		if !mine {
			return "", fmt.Errorf("number %d is not on the safe list as a number of this owner: add it there first: %w", i+1, fraud.ErrForbidden)
		}
		own = append(own, value)
	}
	if len(own) == 0 {
		return "", fmt.Errorf("a do-not-originate request needs at least one number: %w", fraud.ErrInvalid)
	}
	slices.Sort(own)
	own = slices.Compact(own)
	var b strings.Builder
	fmt.Fprintf(&b, "DO-NOT-ORIGINATE REQUEST\n\nTo: the registry of do-not-originate numbers\nFrom: %s, %s\nAnswer to: %s\nDate: %s\n\n", from.Person, from.Org, from.Contact, stamp(s.now()))
	fmt.Fprintf(&b, "The following numbers belong to %s. They take calls and never make any. A call that shows one of them is forged\nand may be blocked wherever it enters the network.\n\n", owner)
	for _, n := range own {
		fmt.Fprintf(&b, "  %s\n", n)
	}
	fmt.Fprintf(&b, "\nBasis of this request: %s\nWe confirm that no outbound call from these numbers is lawful, and will tell you when that changes.\n", from.Basis)
	return b.String(), nil
}
