package act

import (
	"context"
	"fmt"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// RegisterOwn registers a case that no referral brought: on inputs of a
// financial intelligence unit, or on the agency's own motion. c needs the
// agency's number, title, law and the one whose inputs it rests on
// (Complainant). Like any other it stays sealed until a court says otherwise.
func (s *Service) RegisterOwn(ctx context.Context, c fraud.Case) (fraud.Case, error) {
	who, err := s.door(ctx, access.ActCase, thing(c.Number))
	if err != nil {
		return fraud.Case{}, err
	}
	if err := required("number", c.Number, "title", c.Title, "law", c.Law, "whose inputs it rests on", string(c.Complainant)); err != nil {
		return fraud.Case{}, err
	}
	have, err := s.store.Cases(ctx)
	if err != nil {
		return fraud.Case{}, fmt.Errorf("read the cases: %w", err)
	}
	for _, h := range have {
		if h.Number == strings.TrimSpace(c.Number) {
			return fraud.Case{}, fmt.Errorf("the number is that of case %s: %w", h.ID, fraud.ErrConflict)
		}
	}
	id, err := s.newID("case")
	if err != nil {
		return fraud.Case{}, err
	}
	c.ID, c.Number, c.Referral, c.Sealed = fraud.CaseID(id), strings.TrimSpace(c.Number), "", true
	c.RegisteredAt, c.By = s.now().UTC(), who.Person
	if err := s.store.AddCase(ctx, c); err != nil {
		return c, fmt.Errorf("register case %s: %w", c.ID, err)
	}
	return c, nil
}
