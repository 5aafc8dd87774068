package protect

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Listings keeps what the public side shows.
type Listings interface {
	// SaveListings adds or replaces listings by indicator.
	SaveListings(context.Context, []fraud.Listing) error
	// Listing returns one or fraud.ErrNotFound.
	Listing(context.Context, fraud.Indicator) (fraud.Listing, error)
	// Listings returns all, expired and removed ones too.
	Listings(context.Context) ([]fraud.Listing, error)
}

// Disputes keeps objections.
type Disputes interface {
	AddDispute(context.Context, fraud.Dispute) error
	DecideDispute(context.Context, fraud.Dispute) error
	Disputes(context.Context) ([]fraud.Dispute, error)
}

// Evidence is what listings are made from.
type Evidence interface {
	// EachCurrent calls fn for every report that was not superseded.
	EachCurrent(ctx context.Context, fn func(fraud.ReportFacts, []fraud.Sighting) error) error
	// EachRing calls fn for each ring, most harm first.
	EachRing(ctx context.Context, fn func(fraud.Ring) error) error
	Judgements(context.Context) ([]fraud.Judgement, error)
	SightingsOf(context.Context, fraud.ReportID) ([]fraud.Sighting, error)
}

// Restraints is what keeps things from being listed.
type Restraints interface {
	Holds(context.Context) ([]fraud.Hold, error)
	SafeList(context.Context) ([]fraud.SafeEntry, error)
	JointCases(context.Context) ([]fraud.JointCase, error)
	Referrals(context.Context) ([]fraud.Referral, error)
}

// Store is all of it; *store.DB satisfies it.
type Store interface {
	Listings
	Disputes
	Evidence
	Restraints
	AddAudit(context.Context, fraud.AuditEntry) error
}

// Service is the public side.
type Service struct {
	store  Store
	now    func() time.Time
	random io.Reader
	rules  *Rules
	advice *Book
	// ready holds what Check answers from. Load replaces it whole, so a
	// reader never sees half of a change.
	ready atomic.Pointer[snapshot]
}

// New returns the public side over store. It knows no listing until
// [Service.Load] or [Service.Refresh] has run; until then it answers
// "unknown" for what its rules do not tell.
func New(store Store, now func() time.Time, random io.Reader) (*Service, error) {
	rules, err := LoadRules()
	if err != nil {
		return nil, err
	}
	book, err := LoadAdvice()
	if err != nil {
		return nil, err
	}
	s := &Service{store: store, now: now, random: random, rules: rules, advice: book}
	s.ready.Store(newSnapshot(nil, nil))
	return s, nil
}

// Rules returns the official rules that answers cite.
func (s *Service) Rules() *Rules { return s.rules }

// allowed asks access about one thing for who is asking in ctx.
func (s *Service) allowed(ctx context.Context, action access.Action, thing access.Thing, to access.Recipient) error {
	who := access.From(ctx)
	d := access.Decide(who, action, thing, to, s.now())
	if d.Allow {
		return nil
	}
	err := s.store.AddAudit(ctx, fraud.AuditEntry{
		At: s.now().UTC(), By: who.Person, Org: who.Org, Act: "protect." + string(action), Ref: thing.ID, Why: d.Reason,
	})
	if err != nil {
		return fmt.Errorf("write down a refusal: %w", err)
	}
	return d.Err()
}

// listingThing is a listing as access sees it. Its ID is empty: a refusal
// must not repeat a number that may be a victim's.
func listingThing(l fraud.Listing, r restraint, now time.Time) access.Thing {
	return access.Thing{
		Kind: access.ThingListing, Mark: l.Mark, HeldTill: r.held, Embargo: r.embargo, Safe: r.safe,
		Sources: l.Sources, Judged: l.Judged != "", Disputed: l.State == fraud.ListingDisputed || r.disputed,
	}
}
