package act

import (
	"context"
	"fmt"
	"slices"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// RecordArrest records one person arrested under a case. The name stays in
// this node: no figure and no outcome carries it.
func (s *Service) RecordArrest(ctx context.Context, a fraud.Arrest) (fraud.Arrest, error) {
	who, err := s.door(ctx, access.ActArrest, thing(string(a.Case)))
	if err != nil {
		return fraud.Arrest{}, err
	}
	if err := required("person", a.Person, "law", a.Law, "place", a.Place); err != nil {
		return fraud.Arrest{}, err
	}
	if _, err := s.store.Case(ctx, a.Case); err != nil {
		return fraud.Arrest{}, fmt.Errorf("find case %s of the arrest: %w", a.Case, err)
	}
	if a.ID, err = s.newID("arrest"); err != nil {
		return fraud.Arrest{}, err
	}
	if a.At.IsZero() {
		a.At = s.now()
	}
	if a.At.After(s.now()) {
		return fraud.Arrest{}, fmt.Errorf("an arrest cannot be in the future: %w", fraud.ErrInvalid)
	}
	a.At, a.By = a.At.UTC(), who.Person
	if err := s.store.AddArrest(ctx, a); err != nil {
		return a, fmt.Errorf("record arrest %s: %w", a.ID, err)
	}
	return a, nil
}

// SendLead records a lead for another country's police: what was found, how
// many reports, to whom and through which channel. Who sends it over is app;
// this is the record that it was meant to go.
func (s *Service) SendLead(ctx context.Context, l fraud.Lead) (fraud.Lead, error) {
	who, err := s.door(ctx, access.ActLead, thing(string(l.Case)))
	if err != nil {
		return fraud.Lead{}, err
	}
	if err := required("agency and channel", l.To, "what was found", l.Says); err != nil {
		return fraud.Lead{}, err
	}
	if len(l.Country) != 2 {
		return fraud.Lead{}, fmt.Errorf("country of a lead must be two capital letters (ISO 3166-1): %w", fraud.ErrInvalid)
	}
	if l.Reports < 0 {
		return fraud.Lead{}, fmt.Errorf("reports of a lead are counted from 0: %w", fraud.ErrInvalid)
	}
	if _, err := s.store.Case(ctx, l.Case); err != nil {
		return fraud.Lead{}, fmt.Errorf("find case %s of the lead: %w", l.Case, err)
	}
	if l.ID, err = s.newID("lead"); err != nil {
		return fraud.Lead{}, err
	}
	l.At, l.By = s.now().UTC(), who.Person
	if err := s.store.AddLead(ctx, l); err != nil {
		return l, fmt.Errorf("record lead %s: %w", l.ID, err)
	}
	return l, nil
}

// RecordOutcome records what came of a referral: the sentence, the figures
// as the agency allows them, and the rings that it disrupted, by the
// complainants' own ids. Each figure needs its source and as-of time. The
// disrupted rings are what watch then looks for.
func (s *Service) RecordOutcome(ctx context.Context, o fraud.Outcome) (fraud.Outcome, error) {
	who, err := s.door(ctx, access.ActStatus, thing(string(o.Referral)))
	if err != nil {
		return fraud.Outcome{}, err
	}
	if err := required("referral", string(o.Referral), "what came of it", o.Says); err != nil {
		return fraud.Outcome{}, err
	}
	for _, f := range o.Figures {
		if f.Name == "" || f.Source == "" || f.AsOf.IsZero() {
			return fraud.Outcome{}, fmt.Errorf("each figure of an outcome needs a name, a source and an as-of time: %w", fraud.ErrInvalid)
		}
	}
	if o.ID, err = s.newID("outcome"); err != nil {
		return fraud.Outcome{}, err
	}
	o.Disrupted = slices.Clone(o.Disrupted)
	slices.Sort(o.Disrupted)
	o.Disrupted = slices.Compact(o.Disrupted)
	if o.At.IsZero() {
		o.At = s.now()
	}
	o.At, o.By = o.At.UTC(), who.Person
	if err := s.store.AddOutcome(ctx, o); err != nil {
		return o, fmt.Errorf("record outcome %s: %w", o.ID, err)
	}
	return o, nil
}

// Arrests returns all arrests.
func (s *Service) Arrests(ctx context.Context) ([]fraud.Arrest, error) {
	if _, err := s.door(ctx, access.ActRead, thing("")); err != nil {
		return nil, err
	}
	all, err := s.store.Arrests(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the arrests: %w", err)
	}
	return all, nil
}

// Leads returns all leads.
func (s *Service) Leads(ctx context.Context) ([]fraud.Lead, error) {
	if _, err := s.door(ctx, access.ActRead, thing("")); err != nil {
		return nil, err
	}
	all, err := s.store.Leads(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the leads: %w", err)
	}
	return all, nil
}

// Outcomes returns all outcomes.
func (s *Service) Outcomes(ctx context.Context) ([]fraud.Outcome, error) {
	if _, err := s.door(ctx, access.ActRead, thing("")); err != nil {
		return nil, err
	}
	all, err := s.store.Outcomes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the outcomes: %w", err)
	}
	return all, nil
}
