package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
)

// jsonLines reads one object a line: reports by report.schema.json, or the
// records of a mapping, whichever the first whole object is.
func (r *run) jsonLines(src source) error {
	in := newLines(src.r, fraud.MaxReportBytes)
	var foreign *records
	decided, bundles := false, false
	for {
		line, no, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if !errors.Is(err, fraud.ErrInvalid) {
				return err
			}
			if err := r.reject(src.label, no, err); err != nil {
				return err
			}
			continue
		}
		if !decided {
			row, err := csvmap.Object(line)
			decided = err == nil
			if bundles = what(line) != ""; decided && !bundles && !isReport(row.Columns) {
				foreign = r.recordsFor(src, []csvmap.Shape{csvmap.JSONLines, csvmap.JSONDoc}, row.Columns, nil)
			}
		}
		if bundles {
			done, err := r.exchangedLine(src, slices.Clone(line), no)
			if err != nil {
				return err
			}
			if done {
				continue
			}
		}
		if err := r.jsonLine(src, foreign, slices.Clone(line), no); err != nil {
			return err
		}
	}
}

// exchangedLine takes in a line that is a STIX bundle or a MISP event of its
// own. Its objects are told by their number in it, so one that is not the
// first line is named by its line too.
func (r *run) exchangedLine(src source, line []byte, no int) (done bool, err error) {
	if no > 1 {
		src.label = fmt.Sprintf("%s!line %d", src.label, no)
	}
	done, err = r.exchanged(src, line)
	if err != nil && errors.Is(err, fraud.ErrInvalid) {
		err = r.reject(src.label, 1, err)
	}
	return done, err
}

func (r *run) jsonLine(src source, foreign *records, line []byte, no int) error {
	if foreign == nil {
		return r.add(item{file: src.label, line: no, decode: decoded(line)})
	}
	row, err := csvmap.Object(line)
	if err != nil {
		return r.reject(src.label, no, err)
	}
	if foreign.mapping == nil && isReport(row.Columns) { // one bad record at the front stops no good one behind it
		return r.add(item{file: src.label, line: no, decode: decoded(line)})
	}
	return foreign.add(row, no)
}

// decoded is a decode that reads a report by report.schema.json.
func decoded(line []byte) func() (built, error) {
	return func() (built, error) {
		r, err := fraud.DecodeReport(line)
		return built{report: r}, err
	}
}

// isReport says whether an object is meant as a report of ours: it has one of
// the fields that no mapping's record has together.
func isReport(columns []string) bool {
	return slices.Contains(columns, "source") && slices.Contains(columns, "id") || slices.Contains(columns, "received_at")
}

// jsonDoc reads a JSON document: a report, a list of reports, the answer of an
// API by a mapping, a STIX bundle or a MISP event.
func (r *run) jsonDoc(src source) error {
	b, err := io.ReadAll(io.LimitReader(src.r, maxDoc+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", src.label, err)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	switch {
	case len(b) > maxDoc:
		return fmt.Errorf("the document is longer than %d bytes: %w", maxDoc, fraud.ErrInvalid)
	}
	if done, err := r.exchanged(src, b); done || err != nil {
		return err
	}
	if jsontext.Value(bytes.TrimSpace(b)).Kind() == '[' {
		return r.jsonList(src, b, "")
	}
	for _, m := range r.s.mappings() {
		if m.Shape != csvmap.JSONDoc {
			continue
		}
		if err := csvmap.Items(b, m.Records, func(int, []byte) error { return io.EOF }); errors.Is(err, io.EOF) {
			return r.jsonList(src, b, m.Records)
		}
	}
	if row, err := csvmap.Object(shallow(b)); err == nil && !isReport(row.Columns) && !slices.Contains(row.Columns, "source") {
		return r.reject(src.label, 1, fmt.Errorf("it is no report, no STIX bundle, no MISP event and no answer that a mapping reads: give its records one a line, and `ringbreaker import -map guess FILE` proposes a mapping: %w", fraud.ErrInvalid))
	}
	return r.jsonLine(src, nil, b, 1)
}

func (r *run) jsonList(src source, doc []byte, path string) error {
	var foreign *records
	return csvmap.Items(doc, path, func(n int, x []byte) error {
		row, err := csvmap.Object(x)
		if err != nil {
			return r.reject(src.label, n, err)
		}
		if n == 1 && !isReport(row.Columns) {
			foreign = r.recordsFor(src, []csvmap.Shape{csvmap.JSONDoc, csvmap.JSONLines}, row.Columns, nil)
		}
		return r.jsonLine(src, foreign, slices.Clone(x), n)
	})
}

// table reads a CSV or TSV file by the mapping that fits its head, or by a
// guess that a person confirms.
func (r *run) table(src source) error {
	comma := rune(0)
	if strings.HasSuffix(strings.ToLower(src.name), ".tsv") {
		comma = '\t'
	}
	t, err := csvmap.NewTable(src.r, comma)
	if err != nil {
		return err
	}
	var early []lined
	for range sampleRows {
		row, line, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		early = append(early, lined{row, line, err})
	}
	rec := r.recordsFor(src, []csvmap.Shape{csvmap.CSV, csvmap.TSV}, t.Columns, early)
	for _, x := range early {
		if err := rec.addOr(x); err != nil {
			return err
		}
	}
	for len(early) == sampleRows {
		row, line, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err := rec.addOr(lined{row, line, err}); err != nil {
			return err
		}
	}
	return nil
}

// sampleRows are looked at before a mapping is guessed.
const sampleRows = 50

type lined struct {
	row  csvmap.Row
	line int
	err  error
}

// records makes foreign rows into reports by one mapping, in order.
type records struct {
	r       *run
	src     source
	mapping *csvmap.Mapping // nil: every row is rejected, with why
	why     error
	seen    csvmap.Seen
	lost    int // cells that a spreadsheet had destroyed
}

// maxLostTold is how many destroyed cells of a file are told one by one.
const maxLostTold = 20

// recordsFor finds the mapping for these columns.
func (r *run) recordsFor(src source, shapes []csvmap.Shape, columns []string, sample []lined) *records {
	rec := &records{r: r, src: src, seen: csvmap.Seen{}}
	if m := csvmap.Choose(r.s.mappings(), shapes, columns); m != nil {
		rec.mapping = m
		r.note("%s was read by the mapping %s", src.label, m.Name)
		return rec
	}
	var rows []csvmap.Row
	for _, x := range sample {
		if x.err == nil {
			rows = append(rows, x.row)
		}
	}
	rec.why = fmt.Errorf("no mapping fits the columns: `ringbreaker import -map guess FILE` proposes one: %w", fraud.ErrInvalid)
	guess := csvmap.Guess(src.name, shapes[0], columns, rows)
	if guess == nil || r.s.cfg.Confirm == nil {
		return rec
	}
	var examples [][]byte
	for _, row := range rows[:min(3, len(rows))] {
		if b, keep, err := guess.Report(row, nil); err == nil && keep {
			examples = append(examples, b)
		}
	}
	if r.s.cfg.Confirm(guess, examples) {
		rec.mapping = guess
		r.note("%s was read by a mapping that was guessed and confirmed", src.label)
		return rec
	}
	rec.why = fmt.Errorf("no mapping fits the columns and the guess was not confirmed: %w", fraud.ErrInvalid)
	return rec
}

func (c *records) addOr(x lined) error {
	if x.err != nil {
		if !errors.Is(x.err, fraud.ErrInvalid) {
			return x.err
		}
		return c.r.reject(c.src.label, x.line, x.err)
	}
	return c.add(x.row, x.line)
}

func (c *records) add(row csvmap.Row, line int) error {
	if c.mapping == nil {
		return c.r.reject(c.src.label, line, c.why)
	}
	for _, l := range c.mapping.Lost(row) {
		switch c.lost++; {
		case c.lost <= maxLostTold:
			c.r.note("%s:%d: %s", c.src.label, line, l)
		case c.lost == maxLostTold+1:
			c.r.note("%s: more cells were destroyed in the same way, and are not told one by one", c.src.label)
		}
	}
	b, keep, err := c.mapping.Report(row, c.seen)
	if err != nil {
		return c.r.reject(c.src.label, line, err)
	}
	if !keep {
		c.r.skip(1)
		return nil
	}
	return c.r.add(item{file: c.src.label, line: line, decode: decoded(b)})
}
