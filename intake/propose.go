package intake

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
)

// Proposal is a mapping that was guessed for a table, and what a person needs
// to see before they confirm it.
type Proposal struct {
	Fits    string          // the known mapping that fits; then nothing is guessed
	Mapping *csvmap.Mapping // guessed; nil if Fits is set
	Samples []Sample        // by place, in order
	Columns []Column        // in the table's order
	Unused  []string        // columns that no place takes; they are kept under "original"
	Dropped []string        // columns that no place takes and that tell who a victim is: they are left out
	Lost    []string        // what a spreadsheet has destroyed in the first rows
	Rows    int             // first rows that were looked at
	Refused int             // of them, those that would become no report
	Reasons []string        // why not, each reason once
}

// Sample is what one place of a report would hold, from the first rows.
type Sample struct {
	Place  string
	Why    string
	Values []string // at most three, as they would stand in the report; empty ones left out
}

// Column is one column of a foreign table as a person sees it before they say
// what it means.
type Column struct {
	Name    string
	Place   string   // that the mapping gives it; empty if none
	Values  []string // at most three different cells, short, as they stand in the file
	Slashed bool     // holds dates of which nothing tells whether day or month stands first
}

// reasonsShown is how many different reasons are told for rows that would be
// refused.
const reasonsShown = 5

// sampleWidth is how much of a value is shown, in bytes.
const sampleWidth = 60

// Propose guesses a mapping for a table or for JSON records, from their
// columns and their first rows. known are tried before the built-in ones. The
// error wraps fraud.ErrInvalid if the file is neither or nothing in it looks
// like a report.
func Propose(path string, known []*csvmap.Mapping) (Proposal, error) {
	builtin, err := csvmap.Builtin()
	if err != nil {
		return Proposal{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return Proposal{}, fmt.Errorf("guess a mapping: %w", err)
	}
	defer f.Close()
	columns, rows, shapes, err := sampled(f, filepath.Base(path))
	if err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", path, err)
	}
	if m := csvmap.Choose(append(slices.Clone(known), builtin...), shapes, columns); m != nil {
		return Proposal{Fits: m.Name}, nil
	}
	m := csvmap.Guess(filepath.Base(path), shapes[0], columns, rows)
	if m == nil {
		return Proposal{}, fmt.Errorf("%s: nothing in its columns looks like a report; write a mapping by hand (docs/spec/mapping.md): %w", path, fraud.ErrInvalid)
	}
	return propose(m, columns, rows, func(*fraud.Report) error { return nil }), nil
}

// Try shows the first rows of a table by a mapping that a person is about to
// confirm; nil stands for one that fills nothing yet. The error wraps
// fraud.ErrInvalid if the file is no table.
func (s *Service) Try(path string, m *csvmap.Mapping) (Proposal, error) {
	f, err := os.Open(path)
	if err != nil {
		return Proposal{}, fmt.Errorf("try a mapping: %w", err)
	}
	defer f.Close()
	columns, rows, shapes, err := sampled(f, filepath.Base(path))
	if err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", path, err)
	}
	if m == nil {
		m = csvmap.Blank(filepath.Base(path), shapes[0], columns)
	}
	return propose(m, columns, rows, s.plausible), nil
}

// sampled reads the columns and first rows of a file.
func sampled(f io.Reader, name string) (columns []string, rows []csvmap.Row, shapes []csvmap.Shape, err error) {
	b := bufio.NewReaderSize(f, 64<<10)
	head, _ := b.Peek(headSize)
	switch detect(name, head) {
	case formatTable, formatText:
		comma, shape := rune(0), csvmap.CSV
		if strings.HasSuffix(strings.ToLower(name), ".tsv") {
			comma, shape = '\t', csvmap.TSV
		}
		t, err := csvmap.NewTable(b, comma)
		if err != nil {
			return nil, nil, nil, err
		}
		for len(rows) < sampleRows {
			row, _, err := t.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				rows = append(rows, row)
			} else if !errors.Is(err, fraud.ErrInvalid) {
				return nil, nil, nil, err
			}
		}
		return t.Columns, rows, []csvmap.Shape{shape, csvmap.CSV, csvmap.TSV}, nil
	case formatLines:
		in := newLines(b, fraud.MaxReportBytes)
		for len(rows) < sampleRows {
			line, _, err := in.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				if row, err := csvmap.Object(line); err == nil {
					rows = append(rows, row)
				}
			} else if !errors.Is(err, fraud.ErrInvalid) {
				return nil, nil, nil, err
			}
		}
		shapes = []csvmap.Shape{csvmap.JSONLines, csvmap.JSONDoc}
	case formatJSON:
		doc, err := io.ReadAll(io.LimitReader(b, maxDoc))
		if err != nil {
			return nil, nil, nil, err
		}
		_ = csvmap.Items(doc, "", func(_ int, x []byte) error {
			if row, err := csvmap.Object(x); err == nil {
				rows = append(rows, row)
			}
			if len(rows) >= sampleRows {
				return io.EOF
			}
			return nil
		})
		shapes = []csvmap.Shape{csvmap.JSONDoc, csvmap.JSONLines}
	}
	if len(rows) == 0 {
		return nil, nil, nil, fmt.Errorf("it is no table, and no list of JSON records: %w", fraud.ErrInvalid)
	}
	for _, r := range rows {
		for _, c := range r.Columns {
			if !slices.Contains(columns, c) && len(columns) < csvmap.MaxColumns {
				columns = append(columns, c)
			}
		}
	}
	return columns, rows, shapes, nil
}

func propose(m *csvmap.Mapping, columns []string, rows []csvmap.Row, check func(*fraud.Report) error) Proposal {
	p := Proposal{Mapping: m}
	var used []string
	for place, rule := range m.Fields {
		used = append(used, rule.From...)
		if rule.Const == "" || m.Why[place] != "" {
			p.Samples = append(p.Samples, Sample{Place: place, Why: m.Why[place]})
		}
	}
	slices.SortFunc(p.Samples, func(a, b Sample) int { return strings.Compare(a.Place, b.Place) })
	for _, row := range rows {
		for _, l := range m.Lost(row) {
			if !slices.Contains(p.Lost, l) {
				p.Lost = append(p.Lost, l)
			}
		}
		p.Rows++
		b, keep, err := m.Report(row, nil)
		if err == nil && keep {
			var r *fraud.Report
			if r, err = fraud.DecodeReport(b); err == nil {
				err = check(r)
			}
		}
		if err != nil {
			p.Refused++
			if why := reason(err); !slices.Contains(p.Reasons, why) && len(p.Reasons) < reasonsShown {
				p.Reasons = append(p.Reasons, why)
			}
		}
		if b == nil {
			continue
		}
		for i := range p.Samples {
			s := &p.Samples[i]
			if v := at(b, s.Place); v != "" && len(s.Values) < 3 && !slices.Contains(s.Values, v) {
				s.Values = append(s.Values, v)
			}
		}
	}
	for _, c := range columns {
		switch {
		case slices.Contains(used, c):
		case slices.Contains(m.Drop, c):
			p.Dropped = append(p.Dropped, c)
		default:
			p.Unused = append(p.Unused, c)
		}
		p.Columns = append(p.Columns, columnOf(c, m, rows))
	}
	return p
}

func columnOf(name string, m *csvmap.Mapping, rows []csvmap.Row) Column {
	c := Column{Name: name}
	for _, place := range slices.Sorted(maps.Keys(m.Fields)) {
		// The time of the contact also stands in for the time of the report: the
		// column's own place is the narrower one.
		if slices.Contains(m.Fields[place].From, name) && (c.Place == "" || c.Place == "received_at") {
			c.Place = place
		}
	}
	for _, row := range rows {
		i := slices.Index(row.Columns, name)
		if i < 0 || i >= len(row.Cells) {
			continue
		}
		v := brief(row.Cells[i])
		c.Slashed = c.Slashed || csvmap.Slashed(v)
		if v != "" && len(c.Values) < 3 && !slices.Contains(c.Values, v) {
			c.Values = append(c.Values, v)
		}
	}
	return c
}

// brief is a value on one line, short enough to look at.
func brief(v string) string {
	v = strings.Join(strings.Fields(strings.ToValidUTF8(v, "\ufffd")), " ")
	if len(v) > sampleWidth {
		v = cut(v, sampleWidth) + "…"
	}
	return v
}

// at is what stands in a report's place such as "contacts[0].callback", short
// and on one line.
func at(report []byte, place string) string {
	v := jsontext.Value(report)
	for _, name := range strings.FieldsFunc(place, func(c rune) bool { return c == '.' || c == '[' || c == ']' }) {
		if v.Kind() == '[' {
			var list []jsontext.Value
			if json.Unmarshal(v, &list) != nil || len(list) <= int(name[0]-'0') {
				return ""
			}
			v = list[name[0]-'0']
			continue
		}
		var doc map[string]jsontext.Value
		if json.Unmarshal(v, &doc) != nil {
			return ""
		}
		v = doc[name]
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		s = string(v)
	}
	return brief(s)
}
