package intake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Told is what Add and Withdraw need of the report that they correct.
type Told interface {
	Report(context.Context, fraud.ReportID) (*fraud.Report, error)
	SightingsOf(context.Context, fraud.ReportID) ([]fraud.Sighting, error)
}

// Add keeps what somebody adds to a report: a correction that says all that
// the report says, and the text behind its narrative. Adding what already
// stands there changes nothing. The error wraps fraud.ErrInvalid if the text
// is empty or too long, fraud.ErrConflict if the report was corrected since.
func (s *Service) Add(ctx context.Context, from Told, id fraud.ReportID, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return fmt.Errorf("nothing was added: %w", fraud.ErrInvalid)
	}
	return s.correct(ctx, from, id, func(doc map[string]jsontext.Value, old *fraud.Report) (bool, error) {
		if old.Narrative == text || strings.HasSuffix(old.Narrative, gap+text) {
			return false, nil // sent twice
		}
		story := text
		if old.Narrative != "" {
			story = old.Narrative + gap + text
		}
		raw, err := json.Marshal(story)
		if err != nil {
			return false, fmt.Errorf("the text is not readable: %w", fraud.ErrInvalid)
		}
		doc["narrative"] = raw
		return true, nil
	})
}

// gap stands between a story and what is added to it.
const gap = "\n\n"

// Withdraw takes back all that the victim agreed to: a correction that says
// what the report says, without any consent. The report goes on counting.
func (s *Service) Withdraw(ctx context.Context, from Told, id fraud.ReportID) error {
	return s.correct(ctx, from, id, func(doc map[string]jsontext.Value, old *fraud.Report) (bool, error) {
		delete(doc, "consent")
		return old.Consent != (fraud.Consent{}), nil
	})
}

// correct keeps a report that supersedes another one and says the same but
// for change. It is received when the first was, or a payment without a day
// would seem to be of today; when it came stands in the ledger. It has the
// victim's pseudonym; who that is stays in the vault under the first name.
func (s *Service) correct(ctx context.Context, from Told, id fraud.ReportID, change func(map[string]jsontext.Value, *fraud.Report) (bool, error)) error {
	if err := s.door(ctx, access.ActReport); err != nil {
		return err
	}
	if err := s.loadSafe(ctx); err != nil {
		return err
	}
	old, err := from.Report(ctx, id)
	if err != nil {
		return fmt.Errorf("read the report to correct: %w", err)
	}
	seen, err := from.SightingsOf(ctx, id)
	if err != nil {
		return fmt.Errorf("read the sightings of the report to correct: %w", err)
	}
	doc := map[string]jsontext.Value{}
	if err := json.Unmarshal(old.Raw, &doc); err != nil {
		return fmt.Errorf("report %s is not a JSON object: %w", id, fraud.ErrInvalid)
	}
	if changed, err := change(doc, old); err != nil || !changed {
		return err
	}
	for name, v := range map[string]string{"id": correctionOf(id), "supersedes": old.ID} {
		if doc[name], err = json.Marshal(v); err != nil {
			return fmt.Errorf("write the correction of report %s: %w", id, err)
		}
	}
	raw, err := json.Marshal(doc, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("write the correction of report %s: %w", id, err)
	}
	mine, err := fraud.DecodeReport(raw)
	if err != nil {
		return err
	}
	a, err := s.prepare(built{report: mine}, "form")
	if err != nil {
		return err
	}
	mine.Victim = old.Victim
	a.Sightings = stillSeen(mine.Name(), seen, a.Sightings, len(old.Narrative))
	taken, err := s.store.AcceptBatch(ctx, []fraud.Acceptance{a})
	if err != nil {
		return fmt.Errorf("take in the correction of report %s: %w", id, err)
	}
	switch taken[0] {
	case fraud.TakenDeleted:
		return fmt.Errorf("report %s was deleted: %w", id, fraud.ErrConflict)
	case fraud.TakenConflict:
		return fmt.Errorf("report %s was corrected at the same time: %w", id, fraud.ErrConflict)
	}
	return nil
}

// stillSeen is what was seen in the report, with what is new behind the old
// end of its narrative. The old text is not read again: the victim's own
// number was kept out of the index when who that is was at hand, and mails
// were read by their own reader.
func stillSeen(name fraud.ReportID, old, read []fraud.Sighting, end int) []fraud.Sighting {
	out := slices.Clone(old)
	for i := range out {
		out[i].Report = name
	}
	for _, x := range read {
		if x.Place.Field == "narrative" && x.Place.Start >= end {
			out = append(out, x)
		}
	}
	return out
}

// correctionOf derives the id of a report's correction: each has one, so two
// that come at once do not both stand.
func correctionOf(id fraud.ReportID) string {
	return fraud.DerivedID("r", sha256.Sum256([]byte("ringbreaker/correction/1\n"+string(id))))
}
