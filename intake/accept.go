package intake

import (
	"fmt"
	"slices"
	"strings"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// prepare makes a decoded report ready for storage: its times are checked,
// its indicators taken out, its identity sealed and gone from everywhere else.
func (s *Service) prepare(b built, via string) (fraud.Acceptance, error) {
	r := b.report
	if err := s.plausible(r); err != nil {
		return fraud.Acceptance{}, err
	}
	country := r.Reporter.Country
	if country == "" {
		country = s.cfg.Country
	}
	x := extract.Report(r, extract.Options{Country: country, Safe: *s.safe.Load()})
	x.Sightings = instead(x.Sightings, r, b.found)
	b.places(x.Sightings)
	own := ownValues(r.Reporter.Identity, country)
	x.Sightings = scrub(x.Sightings, own)
	// Of the report as it came: who sends it again under another name or
	// address sends another content.
	digest, err := r.Digest()
	if err != nil {
		return fraud.Acceptance{}, err
	}
	id, err := r.TakeIdentity()
	if err != nil {
		return fraud.Acceptance{}, err
	}
	a := fraud.Acceptance{Report: r, Sightings: x.Sightings, Sketches: x.Sketches, Via: via, Digest: digest}
	if !id.Empty() {
		r.Victim = s.vault.Pseudonym(id)
		if a.Vault, a.VaultKey, err = s.vault.Seal(r.Name(), id); err != nil {
			return fraud.Acceptance{}, fmt.Errorf("seal the identity of report %s: %w", r.Name(), err)
		}
	}
	return a, nil
}

// prepareAll prepares a record and the others that its bytes hold: all of
// them come in, or none.
func (s *Service) prepareAll(b built, via string) ([]fraud.Acceptance, error) {
	var all []fraud.Acceptance
	for _, one := range append([]built{b}, b.more...) {
		a, err := s.prepare(one, via)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// instead puts what a mail's or page's own reader found in place of what the
// same text gave as plain words.
func instead(all []fraud.Sighting, r *fraud.Report, found map[string][]extract.Finding) []fraud.Sighting {
	if len(found) == 0 {
		return all
	}
	all = slices.DeleteFunc(all, func(x fraud.Sighting) bool { _, better := found[x.Place.Field]; return better })
	for i, c := range r.Contacts {
		field := fmt.Sprintf("contacts[%d].text", i)
		at := c.At
		if at.IsZero() {
			at = r.HappenedAt()
		}
		for _, f := range found[field] {
			if f.End > len(c.Text) {
				continue // beyond what was kept of the text
			}
			all = append(all, fraud.Sighting{
				Report: r.Name(), Indicator: f.Indicator, Role: f.Role, At: at.UTC(),
				Place: fraud.Place{Field: field, Start: f.Start, End: f.End}, Raw: f.Raw, Valid: f.Valid, Why: f.Why,
			})
		}
	}
	return all
}

// plausible refuses times in the future.
func (s *Service) plausible(r *fraud.Report) error { return r.NotAfter(s.now()) }

// ownValues are the reporter's own number and mailbox in canonical form.
func ownValues(id fraud.Identity, country string) map[fraud.Indicator]bool {
	own := map[fraud.Indicator]bool{}
	if v, ok := extract.Canonical(fraud.Phone, id.Phone, country); ok {
		own[fraud.Indicator{Kind: fraud.Phone, Value: v}] = true
	}
	if v, ok := extract.Canonical(fraud.Email, id.Email, ""); ok {
		own[fraud.Indicator{Kind: fraud.Email, Value: v}] = true
	}
	return own
}

// scrub drops sightings of the identity's own fields, and whatever else
// repeats a value of the identity: where a victim wrote their own number into
// the story, the story keeps it, but no index does.
func scrub(all []fraud.Sighting, own map[fraud.Indicator]bool) []fraud.Sighting {
	return slices.DeleteFunc(all, func(x fraud.Sighting) bool {
		return strings.HasPrefix(x.Place.Field, "reporter.") || own[x.Indicator]
	})
}
