package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Rings is what watching needs of the linker's work.
type Rings interface {
	// RingsByHarm returns the rings, most harm first.
	RingsByHarm(ctx context.Context, limit int) ([]fraud.Ring, error)
	// Ring returns one ring or fraud.ErrNotFound.
	Ring(context.Context, fraud.RingID) (fraud.Ring, error)
	// EachCurrent calls fn for every report that was not superseded.
	EachCurrent(ctx context.Context, fn func(fraud.ReportFacts, []fraud.Sighting) error) error
}

// Watched keeps signatures and alerts.
type Watched interface {
	SaveSignature(context.Context, fraud.Signature) error
	Signatures(context.Context) ([]fraud.Signature, error)
	// AddAlert keeps an alert; isNew is false if its id was known.
	AddAlert(context.Context, fraud.Alert) (isNew bool, err error)
	Alerts(context.Context) ([]fraud.Alert, error)
	SeeAlert(ctx context.Context, id string, by fraud.PersonID, at time.Time) error
}

// Clocked is what clocks are read from.
type Clocked interface {
	Holds(context.Context) ([]fraud.Hold, error)
	JointCases(context.Context) ([]fraud.JointCase, error)
	Referrals(context.Context) ([]fraud.Referral, error)
	Operations(context.Context) ([]fraud.Operation, error)
	Searches(context.Context, fraud.OperationID) ([]fraud.Search, error)
	Freezes(context.Context) ([]fraud.Freeze, error)
}

// Store is all of it; *store.DB satisfies it.
type Store interface {
	Rings
	Watched
	Clocked
}

// Service watches. It keeps nothing in memory.
type Service struct {
	store Store
	now   func() time.Time
}

// New returns a watch over store.
func New(store Store, now func() time.Time) *Service { return &Service{store: store, now: now} }

func (s *Service) door(ctx context.Context, action access.Action) error {
	return access.Decide(access.From(ctx), action, access.Thing{Kind: access.ThingRing}, access.Recipient{}, s.now()).Err()
}

// Disrupted takes down the signatures of rings that an agency says it broke.
// Rings that this node does not have are passed over: they are the other
// complainant's. It returns the signatures that it saved. It is called by the
// node itself when an outcome comes in, so no person is asked for.
func (s *Service) Disrupted(ctx context.Context, rings []fraud.RingID, at time.Time) ([]fraud.Signature, error) {
	var out []fraud.Signature
	for _, id := range rings {
		ring, err := s.store.Ring(ctx, id)
		if errors.Is(err, fraud.ErrNotFound) {
			continue
		}
		if err != nil {
			return out, fmt.Errorf("find the disrupted ring %s: %w", id, err)
		}
		times, err := s.times(ctx, []fraud.Ring{ring})
		if err != nil {
			return out, err
		}
		sig := SignatureOf(ring, at, times[id])
		if err := s.store.SaveSignature(ctx, sig); err != nil {
			return out, fmt.Errorf("save the signature of ring %s: %w", id, err)
		}
		out = append(out, sig)
	}
	return out, nil
}

// allRings is "no limit" for RingsByHarm.
const allRings = 1 << 30

// Run scans everything, keeps the alerts, and returns those that are new. The
// node runs it after each linking and each hour; no person is asked for.
func (s *Service) Run(ctx context.Context) ([]fraud.Alert, error) {
	at := s.now().UTC()
	rings, err := s.store.RingsByHarm(ctx, allRings)
	if err != nil {
		return nil, fmt.Errorf("read the rings to watch: %w", err)
	}
	sigs, err := s.store.Signatures(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the signatures: %w", err)
	}
	scene := Scene{Rings: rings, Signatures: sigs, At: at}
	if found := Scan(scene); len(found) > 0 {
		// Only of rings that may be returns are the reports' times needed.
		likely := map[fraud.RingID]bool{}
		for _, a := range found {
			likely[a.Ring] = true
		}
		var some []fraud.Ring
		for _, r := range rings {
			if likely[r.ID] {
				some = append(some, r)
			}
		}
		if scene.Times, err = s.times(ctx, some); err != nil {
			return nil, err
		}
	}
	records, err := s.records(ctx)
	if err != nil {
		return nil, err
	}
	all := append(append(Scan(scene), Growth(rings, at)...), Running(records.Clocks(), at)...)
	var fresh []fraud.Alert
	for _, a := range all {
		isNew, err := s.store.AddAlert(ctx, a)
		if err != nil {
			return fresh, fmt.Errorf("keep alert %s: %w", a.ID, err)
		}
		if isNew {
			fresh = append(fresh, a)
		}
	}
	return fresh, nil
}

// times reads when the reports of some rings happened.
func (s *Service) times(ctx context.Context, rings []fraud.Ring) (map[fraud.RingID][]time.Time, error) {
	ringOf := map[fraud.ReportID]fraud.RingID{}
	for _, r := range rings {
		for _, id := range r.Reports {
			ringOf[id] = r.ID
		}
	}
	out := map[fraud.RingID][]time.Time{}
	err := s.store.EachCurrent(ctx, func(f fraud.ReportFacts, _ []fraud.Sighting) error {
		if ring, ok := ringOf[f.ID]; ok {
			out[ring] = append(out[ring], f.At)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the times of reports: %w", err)
	}
	return out, nil
}

func (s *Service) records(ctx context.Context) (Records, error) {
	var r Records
	var err error
	fail := func(what string) (Records, error) {
		return r, fmt.Errorf("read the %s for their clocks: %w", what, err)
	}
	if r.Holds, err = s.store.Holds(ctx); err != nil {
		return fail("holds")
	}
	if r.JointCases, err = s.store.JointCases(ctx); err != nil {
		return fail("joint cases")
	}
	if r.Referrals, err = s.store.Referrals(ctx); err != nil {
		return fail("referrals")
	}
	if r.Freezes, err = s.store.Freezes(ctx); err != nil {
		return fail("freezes")
	}
	ops, err := s.store.Operations(ctx)
	if err != nil {
		return fail("operations")
	}
	for _, op := range ops {
		if !op.Done.IsZero() {
			continue
		}
		searches, err := s.store.Searches(ctx, op.ID)
		if err != nil {
			return fail("searches")
		}
		r.Searches = append(r.Searches, searches...)
	}
	return r, nil
}

// Alerts returns all alerts, for people who may read rings.
func (s *Service) Alerts(ctx context.Context) ([]fraud.Alert, error) {
	if err := s.door(ctx, access.ActRead); err != nil {
		return nil, err
	}
	all, err := s.store.Alerts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the alerts: %w", err)
	}
	return all, nil
}

// See records that a person has seen an alert.
func (s *Service) See(ctx context.Context, id string) error {
	if err := s.door(ctx, access.ActRead); err != nil {
		return err
	}
	if err := s.store.SeeAlert(ctx, id, access.From(ctx).Person, s.now().UTC()); err != nil {
		return fmt.Errorf("see alert %s: %w", id, err)
	}
	return nil
}
