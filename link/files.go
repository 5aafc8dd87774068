package link

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// The names of the files in an -out folder (docs/spec/assignment.md).
const (
	AssignFile      = "assign.tsv"
	RingsFile       = "rings.jsonl"
	LinksFile       = "links.jsonl"
	SuggestionsFile = "suggestions.jsonl"
)

// WriteAssign writes assign.tsv: the header, then a line for every report in
// order of names; a report in no ring has an empty ring.
func WriteAssign(w io.Writer, rows []Assigned) error {
	out := bufio.NewWriter(w)
	if _, err := out.WriteString("report_id\tring\n"); err != nil {
		return fmt.Errorf("write assignment: %w", err)
	}
	for _, a := range rows {
		if _, err := out.WriteString(string(a.Report) + "\t" + string(a.Ring) + "\n"); err != nil {
			return fmt.Errorf("write assignment: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write assignment: %w", err)
	}
	return nil
}

// ReadAssign reads what [WriteAssign] wrote. Errors wrap [fraud.ErrInvalid]
// and name the line.
func ReadAssign(r io.Reader) ([]Assigned, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	var out []Assigned
	for n := 1; sc.Scan(); n++ {
		report, ring, ok := strings.Cut(sc.Text(), "\t")
		if !ok || strings.Contains(ring, "\t") || report == "" {
			return nil, fmt.Errorf("assignment line %d is not a report and a ring: %w", n, fraud.ErrInvalid)
		}
		if n == 1 {
			if report != "report_id" || ring != "ring" {
				return nil, fmt.Errorf("assignment has no header report_id, ring: %w", fraud.ErrInvalid)
			}
			continue
		}
		out = append(out, Assigned{fraud.ReportID(report), fraud.RingID(ring)})
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read assignment: %w", err)
	}
	return out, nil
}

// WriteRings writes rings.jsonl: one ring a line, by harm still to come.
func WriteRings(w io.Writer, rings []fraud.Ring) error { return writeLines(w, rings, "rings") }

// WriteLinks writes links.jsonl: the trees that hold rings together, then
// the ties to suppliers and launderers.
func WriteLinks(w io.Writer, links []fraud.Link) error { return writeLines(w, links, "links") }

// WriteSuggestions writes suggestions.jsonl: pairs of rings for a person.
func WriteSuggestions(w io.Writer, s []fraud.Suggestion) error {
	return writeLines(w, s, "suggestions")
}

// ReadRings reads what [WriteRings] wrote.
func ReadRings(r io.Reader) ([]fraud.Ring, error) { return readLines[fraud.Ring](r, "rings") }

// ReadLinks reads what [WriteLinks] wrote.
func ReadLinks(r io.Reader) ([]fraud.Link, error) { return readLines[fraud.Link](r, "links") }

// ReadSuggestions reads what [WriteSuggestions] wrote.
func ReadSuggestions(r io.Reader) ([]fraud.Suggestion, error) {
	return readLines[fraud.Suggestion](r, "suggestions")
}

func writeLines[T any](w io.Writer, rows []T, what string) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for i := range rows {
		if err := json.MarshalWrite(out, &rows[i], json.Deterministic(true)); err != nil {
			return fmt.Errorf("write %s: %w", what, err)
		}
		if err := out.WriteByte('\n'); err != nil {
			return fmt.Errorf("write %s: %w", what, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}

func readLines[T any](r io.Reader, what string) ([]T, error) {
	dec := jsontext.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	var out []T
	for n := 1; ; n++ {
		if dec.PeekKind() == 0 {
			if _, err := dec.ReadToken(); err == io.EOF {
				return out, nil
			}
		}
		var row T
		if err := json.UnmarshalDecode(dec, &row); err != nil {
			return nil, fmt.Errorf("%s line %d is not what link writes: %w", what, n, fraud.ErrInvalid)
		}
		out = append(out, row)
	}
}
