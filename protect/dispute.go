package protect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Limits of what a stranger may write.
const (
	maxSays    = 4000
	maxContact = 200
)

// Dispute records anybody's objection to a listing, and pauses it at once:
// from here on it is not shown, answered from or exported until a person
// decides. kind may be empty: then the value is read as Check reads it. An
// objection to what is not listed is fraud.ErrNotFound.
func (s *Service) Dispute(ctx context.Context, value, says, contact string) (fraud.Dispute, error) {
	if err := s.allowed(ctx, access.ActDispute, access.Thing{Kind: access.ThingListing}, access.Recipient{}); err != nil {
		return fraud.Dispute{}, err
	}
	says, contact = strings.TrimSpace(says), strings.TrimSpace(contact)
	switch {
	case says == "":
		return fraud.Dispute{}, fmt.Errorf("please say why the listing is wrong: %w", fraud.ErrInvalid)
	case utf8.RuneCountInString(says) > maxSays || utf8.RuneCountInString(contact) > maxContact:
		return fraud.Dispute{}, fmt.Errorf("please keep it under %d characters, and the contact under %d: %w", maxSays, maxContact, fraud.ErrInvalid)
	}
	listing, err := s.listingOf(ctx, value)
	if err != nil {
		return fraud.Dispute{}, err
	}
	id, err := fraud.NewID("dispute", s.random)
	if err != nil {
		return fraud.Dispute{}, err
	}
	d := fraud.Dispute{ID: id, Indicator: listing.Indicator, Says: says, Contact: contact, At: s.now().UTC()}
	if err := s.store.AddDispute(ctx, d); err != nil {
		return d, fmt.Errorf("record dispute %s: %w", d.ID, err)
	}
	listing.State = fraud.ListingDisputed
	if err := s.store.SaveListings(ctx, []fraud.Listing{listing}); err != nil {
		return d, fmt.Errorf("pause the listing of dispute %s: %w", d.ID, err)
	}
	return d, s.Load(ctx)
}

// listingOf finds the listing that a stranger's spelling means.
func (s *Service) listingOf(ctx context.Context, value string) (fraud.Listing, error) {
	for _, i := range s.readOne(value, "") {
		l, err := s.store.Listing(ctx, i)
		if err == nil && l.State != fraud.ListingRemoved {
			return l, nil
		}
		if err != nil && !errors.Is(err, fraud.ErrNotFound) {
			return l, fmt.Errorf("find the listing: %w", err)
		}
	}
	return fraud.Listing{}, fmt.Errorf("this is not on our list, so there is nothing to take off: %w", fraud.ErrNotFound)
}

// DecideDispute is a person's decision: upheld takes the listing off for
// good, otherwise it comes back if it still may (a new Refresh decides when).
func (s *Service) DecideDispute(ctx context.Context, id string, upheld bool, reason string) (fraud.Dispute, error) {
	if err := s.allowed(ctx, access.ActDecideDispute, access.Thing{Kind: access.ThingListing}, access.Recipient{}); err != nil {
		return fraud.Dispute{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return fraud.Dispute{}, fmt.Errorf("a decision needs its reason: %w", fraud.ErrInvalid)
	}
	all, err := s.store.Disputes(ctx)
	if err != nil {
		return fraud.Dispute{}, fmt.Errorf("read the disputes: %w", err)
	}
	at := slices.IndexFunc(all, func(d fraud.Dispute) bool { return d.ID == id })
	if at < 0 {
		return fraud.Dispute{}, fmt.Errorf("dispute %s: %w", id, fraud.ErrNotFound)
	}
	d := all[at]
	if !d.Decided.IsZero() {
		return d, fmt.Errorf("dispute %s was decided at %s: %w", id, d.Decided.UTC().Format(time.RFC3339), fraud.ErrConflict)
	}
	d.Decided, d.Upheld, d.By, d.Reason = s.now().UTC(), upheld, access.From(ctx).Person, reason
	if err := s.store.DecideDispute(ctx, d); err != nil {
		return d, fmt.Errorf("decide dispute %s: %w", id, err)
	}
	if err := s.afterDecision(ctx, d, all); err != nil {
		return d, err
	}
	return d, s.Load(ctx)
}

// afterDecision takes the listing off, or brings it back if no other
// objection is open and it has not run out.
func (s *Service) afterDecision(ctx context.Context, d fraud.Dispute, all []fraud.Dispute) error {
	l, err := s.store.Listing(ctx, d.Indicator)
	if errors.Is(err, fraud.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the listing of dispute %s: %w", d.ID, err)
	}
	others := slices.ContainsFunc(all, func(o fraud.Dispute) bool {
		return o.ID != d.ID && o.Indicator == d.Indicator && o.Decided.IsZero()
	})
	switch {
	case d.Upheld:
		l.State = fraud.ListingRemoved
	case others:
		l.State = fraud.ListingDisputed
	case !s.now().Before(l.Expires):
		l.State = fraud.ListingExpired
	default:
		l.State = fraud.ListingActive
	}
	// A hold placed in the meantime still counts: it beats everything.
	holds, err := s.store.Holds(ctx)
	if err != nil {
		return fmt.Errorf("read the holds for dispute %s: %w", d.ID, err)
	}
	for _, h := range holds {
		if l.State == fraud.ListingActive && h.Released.IsZero() && h.Until.After(s.now()) && (h.Indicator == l.Indicator || (h.Ring != "" && h.Ring == l.Ring)) {
			l.State = fraud.ListingHeld
		}
	}
	if err := s.store.SaveListings(ctx, []fraud.Listing{l}); err != nil {
		return fmt.Errorf("save the listing of dispute %s: %w", d.ID, err)
	}
	return nil
}

// Disputes returns all objections, for the people who decide them. Others
// do not see who objected.
func (s *Service) Disputes(ctx context.Context) ([]fraud.Dispute, error) {
	if err := s.allowed(ctx, access.ActDecideDispute, access.Thing{Kind: access.ThingListing}, access.Recipient{}); err != nil {
		return nil, err
	}
	all, err := s.store.Disputes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the disputes: %w", err)
	}
	return all, nil
}
