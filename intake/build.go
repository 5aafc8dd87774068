package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// textReport makes a plain text into a report: somebody's own words.
func (s *Service) textReport(w whole) (built, error) {
	text := strings.TrimSpace(unmarked(w.body))
	if !utf8.ValidString(text) {
		return built{}, fmt.Errorf("the text is not UTF-8: save it as UTF-8 and bring it in again: %w", fraud.ErrInvalid)
	}
	if text == "" {
		return built{}, fmt.Errorf("the file is empty: %w", fraud.ErrInvalid)
	}
	r, err := finished(&fraud.Report{
		ID: contentID("text", w.body), Source: s.cfg.Source, ReceivedAt: w.modified.UTC(), Narrative: text,
		Reporter: fraud.Reporter{Country: s.cfg.Country},
	})
	return built{report: r, named: true}, err
}

// unmarked is text without the mark of its encoding, out of UTF-16 where the
// mark says so.
func unmarked(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return fromUTF16(b[2:], binary.LittleEndian)
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return fromUTF16(b[2:], binary.BigEndian)
	}
	return string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
}

// contentID names a record by its content, so that the same file is the same
// report wherever it lies.
func contentID(what string, body []byte) string {
	sum := sha256.Sum256(body)
	return what + "-" + hex.EncodeToString(sum[:12])
}

// finished writes a report that was made here as JSON and reads it back, so
// that it passes the same checks as everybody's.
func finished(r *fraud.Report) (*fraud.Report, error) { return finishedWith(r, nil) }

// finishedWith also writes what was read of a mail's attachments, and what was
// not, into the record as "attachments_read" (docs/spec/report.md).
func finishedWith(r *fraud.Report, notes []readNote) (*fraud.Report, error) {
	b, err := json.Marshal(r, json.Deterministic(true))
	if err == nil && len(notes) > 0 {
		doc := map[string]jsontext.Value{}
		var list []byte
		list, err = json.Marshal(notes, json.Deterministic(true))
		if err == nil {
			err = json.Unmarshal(b, &doc)
		}
		if err == nil {
			doc["attachments_read"] = list
			b, err = json.Marshal(doc, json.Deterministic(true))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("write report %s: %w: %w", r.Name(), err, fraud.ErrInvalid)
	}
	return fraud.DecodeReport(b)
}
