package act

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Registration is what a person gives to register the cases of a referral.
type Registration struct {
	Referral fraud.ReferralID
	Version  int
	// Numbers holds the agency's own number for each complainant's case.
	Numbers map[fraud.OrgID]string
	Law     string // sections, e.g. "IPC 420, 120B; IT Act 66D"
	Title   string // empty takes the referral's
	Rings   []fraud.RingID
}

// RegisterCases registers one case per complainant, links them to each other
// and seals them: each stays so until [Service.UnsealCase]. It refuses a
// referral that was not opened, or whose checks do not all hold, with
// fraud.ErrInvalid naming the first that fails; a complainant without a
// number is refused too, so that no case is half-registered.
func (s *Service) RegisterCases(ctx context.Context, r Registration) ([]fraud.Case, error) {
	who, err := s.door(ctx, access.ActCase, thing(string(r.Referral)))
	if err != nil {
		return nil, err
	}
	item, err := s.store.InboxItem(ctx, r.Referral, r.Version)
	if err != nil {
		return nil, fmt.Errorf("find referral %s in the inbox: %w", r.Referral, err)
	}
	if ok, first := Sound(item); !ok {
		return nil, fmt.Errorf("referral %s cannot be registered, check %q does not hold: %w", r.Referral, first.Name, fraud.ErrInvalid)
	}
	if err := s.freeNumbers(ctx, item, r); err != nil {
		return nil, err
	}
	title := r.Title
	if title == "" {
		title = item.Title
	}
	var cases []fraud.Case
	for _, org := range item.From {
		id, err := s.newID("case")
		if err != nil {
			return nil, err
		}
		cases = append(cases, fraud.Case{
			ID: fraud.CaseID(id), Number: strings.TrimSpace(r.Numbers[org]), Complainant: org, Referral: r.Referral,
			Title: title, Law: r.Law, Rings: slices.Clone(r.Rings), Sealed: true, RegisteredAt: s.now().UTC(), By: who.Person,
		})
	}
	return s.addLinked(ctx, cases)
}

// freeNumbers checks that every complainant gets a number and that no case
// has it already.
func (s *Service) freeNumbers(ctx context.Context, item fraud.InboxItem, r Registration) error {
	if err := required("law", r.Law); err != nil {
		return err
	}
	have, err := s.store.Cases(ctx)
	if err != nil {
		return fmt.Errorf("read the cases: %w", err)
	}
	taken := map[string]bool{}
	for _, c := range have {
		taken[c.Number] = true
		if c.Referral == r.Referral && slices.Contains(item.From, c.Complainant) {
			return fmt.Errorf("referral %s of %s is already case %s: %w", r.Referral, c.Complainant, c.ID, fraud.ErrConflict)
		}
	}
	for _, org := range item.From {
		number := strings.TrimSpace(r.Numbers[org])
		switch {
		case number == "":
			return fmt.Errorf("the case of %s needs a number: %w", org, fraud.ErrInvalid)
		case taken[number]:
			return fmt.Errorf("the case number given for %s is in use: %w", org, fraud.ErrConflict)
		}
		taken[number] = true
	}
	return nil
}

func (s *Service) addLinked(ctx context.Context, cases []fraud.Case) ([]fraud.Case, error) {
	for _, c := range cases {
		if err := s.store.AddCase(ctx, c); err != nil {
			return nil, fmt.Errorf("register case %s: %w", c.ID, err)
		}
	}
	for i := range cases {
		for j := range cases {
			if i < j {
				if err := s.store.LinkCases(ctx, cases[i].ID, cases[j].ID); err != nil {
					return nil, fmt.Errorf("link cases %s and %s: %w", cases[i].ID, cases[j].ID, err)
				}
			}
			if i != j {
				cases[i].Linked = append(cases[i].Linked, cases[j].ID)
			}
		}
	}
	return cases, nil
}

// RegisterCase registers one case outside a referral: on the agency's own
// knowledge, or on a financial intelligence unit's inputs (as one of the five
// cases of October 2023 was). It is sealed as every case is.
func (s *Service) RegisterCase(ctx context.Context, c fraud.Case) (fraud.Case, error) {
	who, err := s.door(ctx, access.ActCase, thing(c.Number))
	if err != nil {
		return fraud.Case{}, err
	}
	if err := required("case number", c.Number, "title", c.Title, "law", c.Law); err != nil {
		return fraud.Case{}, err
	}
	have, err := s.store.Cases(ctx)
	if err != nil {
		return fraud.Case{}, fmt.Errorf("read the cases: %w", err)
	}
	if slices.ContainsFunc(have, func(o fraud.Case) bool { return o.Number == c.Number }) {
		return fraud.Case{}, fmt.Errorf("the case number is in use: %w", fraud.ErrConflict)
	}
	id, err := s.newID("case")
	if err != nil {
		return fraud.Case{}, err
	}
	c.ID, c.Sealed, c.UnsealOrder, c.Linked = fraud.CaseID(id), true, "", nil
	c.RegisteredAt, c.By = s.now().UTC(), who.Person
	if err := s.store.AddCase(ctx, c); err != nil {
		return fraud.Case{}, fmt.Errorf("register case %s: %w", c.ID, err)
	}
	return c, nil
}

// LinkCases makes two cases name each other.
func (s *Service) LinkCases(ctx context.Context, a, b fraud.CaseID) error {
	if _, err := s.door(ctx, access.ActCase, thing(string(a))); err != nil {
		return err
	}
	if a == b {
		return fmt.Errorf("case %s cannot be linked to itself: %w", a, fraud.ErrInvalid)
	}
	if err := s.store.LinkCases(ctx, a, b); err != nil {
		return fmt.Errorf("link cases %s and %s: %w", a, b, err)
	}
	return nil
}

// UnsealCase opens a case by a court's order, which must be named.
func (s *Service) UnsealCase(ctx context.Context, id fraud.CaseID, order string) error {
	who, err := s.door(ctx, access.ActUnseal, thing(string(id)))
	if err != nil {
		return err
	}
	if err := required("the court's order", order); err != nil {
		return err
	}
	c, err := s.store.Case(ctx, id)
	if err != nil {
		return fmt.Errorf("find case %s: %w", id, err)
	}
	if !c.Sealed {
		return fmt.Errorf("case %s is unsealed already: %w", id, fraud.ErrConflict)
	}
	if err := s.store.UnsealCase(ctx, id, order, who.Person, s.now().UTC()); err != nil {
		return fmt.Errorf("unseal case %s: %w", id, err)
	}
	return nil
}

// Case returns one case.
func (s *Service) Case(ctx context.Context, id fraud.CaseID) (fraud.Case, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(id))); err != nil {
		return fraud.Case{}, err
	}
	c, err := s.store.Case(ctx, id)
	if err != nil {
		return c, fmt.Errorf("find case %s: %w", id, err)
	}
	return c, nil
}

// Cases returns all cases.
func (s *Service) Cases(ctx context.Context) ([]fraud.Case, error) {
	if _, err := s.door(ctx, access.ActRead, thing("")); err != nil {
		return nil, err
	}
	cases, err := s.store.Cases(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the cases: %w", err)
	}
	return cases, nil
}
