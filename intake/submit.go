package intake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Receipt is what somebody who reported gets: a code to come back with, and
// what became of the report.
type Receipt struct {
	Code   string // "7K2M-9QXT-4HBD-R3WE": 80 bits, no letter that is misread aloud; empty if the report had an id of its own
	Report fraud.ReportID
	Taken  fraud.Taken // of Report
	More   int         // reports that came in with it: the other mails that one mail forwards
}

// Submit takes one report from the form or the API. A report without an id
// gets one that is derived from the receipt's code, so that the code opens
// the report and the report does not tell the code; source and time are
// filled in where they are missing. When it returns, the report is on disk.
// The error wraps fraud.ErrInvalid if a field is wrong, and names the field.
func (s *Service) Submit(ctx context.Context, r *fraud.Report) (Receipt, error) {
	if err := s.door(ctx, access.ActReport); err != nil {
		return Receipt{}, err
	}
	if err := s.loadSafe(ctx); err != nil {
		return Receipt{}, err
	}
	var rec Receipt
	mine := *r
	if mine.ID == "" {
		code, err := newCode(s.random)
		if err != nil {
			return rec, err
		}
		rec.Code, mine.ID = code, reportIDOf(code)
	}
	if mine.Source == "" {
		mine.Source = s.cfg.Source
	}
	if mine.ReceivedAt.IsZero() {
		mine.ReceivedAt = s.now().UTC()
	}
	whole, err := withUnknown(&mine)
	if err != nil {
		return rec, err
	}
	a, err := s.prepare(built{report: whole}, "form")
	if err != nil {
		return rec, err
	}
	taken, err := s.store.AcceptBatch(ctx, []fraud.Acceptance{a})
	if err != nil {
		return rec, fmt.Errorf("take in report %s: %w", whole.Name(), err)
	}
	rec.Report, rec.Taken = whole.Name(), taken[0]
	if rec.Taken == fraud.TakenDeleted {
		return rec, fmt.Errorf("report %s corrects one that was deleted: %w", rec.Report, fraud.ErrConflict)
	}
	if rec.Taken == fraud.TakenConflict {
		return rec, fmt.Errorf("report %s was taken in before with other content: %w", rec.Report, fraud.ErrConflict)
	}
	return rec, nil
}

// withUnknown writes a report as JSON with the fields of its Raw that we do
// not know, and reads it back.
func withUnknown(r *fraud.Report) (*fraud.Report, error) {
	known, err := json.Marshal(r, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write report %s: %w: %w", r.Name(), err, fraud.ErrInvalid)
	}
	if len(r.Raw) == 0 {
		return fraud.DecodeReport(known)
	}
	doc, set := map[string]any{}, map[string]any{}
	if err := json.Unmarshal(r.Raw, &doc); err != nil {
		return nil, fmt.Errorf("report %s is not a JSON object: %w", r.Name(), fraud.ErrInvalid)
	}
	if err := json.Unmarshal(known, &set); err != nil {
		return nil, fmt.Errorf("read report %s back: %w", r.Name(), err)
	}
	for _, f := range []string{"id", "source", "received_at"} {
		doc[f] = set[f]
	}
	b, err := json.Marshal(doc, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write report %s: %w: %w", r.Name(), err, fraud.ErrInvalid)
	}
	return fraud.DecodeReport(b)
}

// codeLetters are Crockford's: no I, L, O, U.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode draws a code of 80 random bits.
func newCode(random io.Reader) (string, error) {
	id, err := fraud.NewID("", random)
	if err != nil {
		return "", err
	}
	c := strings.TrimPrefix(id, "-")
	return c[:4] + "-" + c[4:8] + "-" + c[8:12] + "-" + c[12:16], nil
}

// CodeReport is the report that a receipt's code opens, as somebody typed or
// read it out: blanks, hyphens and case do not matter, and O, I and L are
// taken for 0 and 1. ok is false for what cannot be a code.
func (s *Service) CodeReport(code string) (id fraud.ReportID, ok bool) {
	var b strings.Builder
	for _, c := range strings.ToUpper(code) {
		switch c {
		case ' ', '-', '\u2013', '.':
			continue
		case 'O':
			c = '0'
		case 'I', 'L':
			c = '1'
		}
		if !strings.ContainsRune(codeLetters, c) {
			return "", false
		}
		b.WriteRune(c)
	}
	v := b.String()
	if len(v) != 16 {
		return "", false
	}
	return fraud.NewReportID(s.cfg.Source, reportIDOf(v[:4]+"-"+v[4:8]+"-"+v[8:12]+"-"+v[12:])), true
}

// reportIDOf derives a report's id from its code; it does not lead back.
func reportIDOf(code string) string {
	return fraud.DerivedID("r", sha256.Sum256([]byte("ringbreaker/receipt/1\n"+code)))
}
