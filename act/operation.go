package act

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// confidences are how sure an agency may be of a site.
var confidences = []string{"low", "medium", "high"}

// OpenOperation opens an operation over cases that exist. goAt is when the
// searches are to begin, together.
func (s *Service) OpenOperation(ctx context.Context, name string, cases []fraud.CaseID, goAt time.Time) (fraud.Operation, error) {
	who, err := s.door(ctx, access.ActOperate, thing(""))
	if err != nil {
		return fraud.Operation{}, err
	}
	if err := required("name", name); err != nil {
		return fraud.Operation{}, err
	}
	if len(cases) == 0 {
		return fraud.Operation{}, fmt.Errorf("an operation needs at least one case: %w", fraud.ErrInvalid)
	}
	for _, id := range cases {
		if _, err := s.store.Case(ctx, id); err != nil {
			return fraud.Operation{}, fmt.Errorf("find case %s for the operation: %w", id, err)
		}
	}
	id, err := s.newID("op")
	if err != nil {
		return fraud.Operation{}, err
	}
	op := fraud.Operation{
		ID: fraud.OperationID(id), Name: name, Cases: slices.Clone(cases), GoAt: goAt.UTC(), Lead: who.Person, At: s.now().UTC(),
	}
	if err := s.store.AddOperation(ctx, op); err != nil {
		return op, fmt.Errorf("open operation %s: %w", op.ID, err)
	}
	return op, nil
}

// EndOperation closes an operation. Every search that began must have ended:
// an open search is named in the error, which wraps fraud.ErrConflict.
func (s *Service) EndOperation(ctx context.Context, id fraud.OperationID) error {
	who, err := s.door(ctx, access.ActOperate, thing(string(id)))
	if err != nil {
		return err
	}
	searches, err := s.store.Searches(ctx, id)
	if err != nil {
		return fmt.Errorf("read the searches of operation %s: %w", id, err)
	}
	for _, x := range searches {
		if !x.StartedAt.IsZero() && x.EndedAt.IsZero() {
			return fmt.Errorf("search %s is still open: end it first: %w", x.ID, fraud.ErrConflict)
		}
	}
	if err := s.store.EndOperation(ctx, id, s.now().UTC(), who.Person); err != nil {
		return fmt.Errorf("end operation %s: %w", id, err)
	}
	return nil
}

// AddSite adds a place to an operation. It needs how sure the agency is (low,
// medium, high), the evidence that says so, and the place's IANA time zone,
// by whose clock the calls are timed.
func (s *Service) AddSite(ctx context.Context, site fraud.Site) (fraud.Site, error) {
	if _, err := s.door(ctx, access.ActOperate, thing(string(site.Operation))); err != nil {
		return fraud.Site{}, err
	}
	err := required("name", site.Name, "address", site.Address, "state", site.State, "country", site.Country,
		"evidence for the site", site.Evidence, "time zone", site.TimeZone)
	if err != nil {
		return fraud.Site{}, err
	}
	if !slices.Contains(confidences, site.Confidence) {
		return fraud.Site{}, fmt.Errorf("confidence must be low, medium or high: %w", fraud.ErrInvalid)
	}
	if _, err := zone(site.TimeZone); err != nil {
		return fraud.Site{}, err
	}
	op, err := s.store.Operation(ctx, site.Operation)
	if err != nil {
		return fraud.Site{}, fmt.Errorf("find operation %s: %w", site.Operation, err)
	}
	if !op.Done.IsZero() {
		return fraud.Site{}, fmt.Errorf("operation %s has ended: %w", op.ID, fraud.ErrConflict)
	}
	if site.Case != "" && !slices.Contains(op.Cases, site.Case) {
		return fraud.Site{}, fmt.Errorf("case %s is not one of operation %s: %w", site.Case, op.ID, fraud.ErrInvalid)
	}
	id, err := s.newID("site")
	if err != nil {
		return fraud.Site{}, err
	}
	site.ID = fraud.SiteID(id)
	if err := s.store.AddSite(ctx, site); err != nil {
		return site, fmt.Errorf("add site %s: %w", site.ID, err)
	}
	return site, nil
}

// Operation returns one operation.
func (s *Service) Operation(ctx context.Context, id fraud.OperationID) (fraud.Operation, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(id))); err != nil {
		return fraud.Operation{}, err
	}
	op, err := s.store.Operation(ctx, id)
	if err != nil {
		return op, fmt.Errorf("find operation %s: %w", id, err)
	}
	return op, nil
}

// Operations returns all operations.
func (s *Service) Operations(ctx context.Context) ([]fraud.Operation, error) {
	if _, err := s.door(ctx, access.ActRead, thing("")); err != nil {
		return nil, err
	}
	ops, err := s.store.Operations(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the operations: %w", err)
	}
	return ops, nil
}

// Site returns one site.
func (s *Service) Site(ctx context.Context, id fraud.SiteID) (fraud.Site, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(id))); err != nil {
		return fraud.Site{}, err
	}
	site, err := s.store.Site(ctx, id)
	if err != nil {
		return site, fmt.Errorf("find site %s: %w", id, err)
	}
	return site, nil
}

// Sites returns the sites of an operation.
func (s *Service) Sites(ctx context.Context, op fraud.OperationID) ([]fraud.Site, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(op))); err != nil {
		return nil, err
	}
	sites, err := s.store.Sites(ctx, op)
	if err != nil {
		return nil, fmt.Errorf("read the sites of operation %s: %w", op, err)
	}
	return sites, nil
}
