package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// Past one machine, another program (docs/spark.md) carries rows between two
// runs of this one, as lines of columns with tabs between:
//
//	report JSONL ─▶ extract -rows ─▶ name, keys, packed
//	                                  components of shared keys (the other program)
//	component, packed ─▶ link -component ─▶ what, name, JSON or ring
//
// name and keys are signed decimal 64-bit numbers, keys with commas between,
// the row's own name among them. packed is base64 of JSON and means nothing to
// others. No column holds a tab, a line break or a backslash but the JSON.

// packed is what linking needs of one report.
type packed struct {
	Facts     fraud.ReportFacts `json:"f"`
	Sightings []packedSighting  `json:"s,omitempty"`
	Sketches  []fraud.Sketch    `json:"t,omitempty"`
}

type packedSighting struct {
	Indicator fraud.Indicator `json:"i"`
	Role      fraud.Role      `json:"r"`
	At        time.Time       `json:"a"`
	Valid     bool            `json:"v,omitempty"`
}

// mostRows is how many reports of whole components are linked at once: few
// enough for any worker's memory (about 500 bytes each), many enough that
// small components cost no start each. A larger component is linked whole.
const mostRows = 50_000

// extractRows prints a row for every report of JSONL on standard input. It
// works on one core: Spark runs one for each core that it has.
func extractRows(ctx context.Context, c *call, model link.Model, judged []fraud.Judgement, opt extract.Options) error {
	named := map[fraud.ReportID][]fraud.Judgement{}
	for _, j := range judged {
		named[j.A] = append(named[j.A], j)
		named[j.B] = append(named[j.B], j)
	}
	out := bufio.NewWriterSize(c.stdout, 1<<16)
	in := newLineReader(c.stdin, fraud.MaxReportBytes)
	var x extract.Extractor
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err == nil && len(bytes.TrimSpace(line)) > 0 {
			err = extractRow(out, &x, line, model, named, opt)
		}
		switch {
		case errors.Is(err, fraud.ErrInvalid):
			fmt.Fprintf(c.stderr, "-:%d: %s\n", n, oneLine(err))
		case err != nil:
			return fmt.Errorf("read standard input: %w", err)
		}
	}
}

func extractRow(out io.Writer, x *extract.Extractor, line []byte, model link.Model, named map[fraud.ReportID][]fraud.Judgement, opt extract.Options) error {
	r, err := fraud.DecodeReport(line)
	if err != nil {
		return err
	}
	if r.Reporter.Country != "" {
		opt.Country = r.Reporter.Country
	}
	found, facts := x.Report(r, opt), r.Facts()
	p := packed{Facts: facts, Sketches: found.Sketches}
	for _, s := range found.Sightings {
		if s.Role.Links() {
			p.Sightings = append(p.Sightings, packedSighting{s.Indicator, s.Role, s.At, s.Valid})
		}
	}
	js, err := json.Marshal(p)
	if err != nil {
		return err
	}
	keys := model.Keys(facts, found.Sightings, found.Sketches, named[facts.ID])
	_, err = fmt.Fprintf(out, "%d\t%s\t%s\n", int64(link.NameKey(facts.ID)), keyList(keys), base64.StdEncoding.EncodeToString(js))
	return err
}

func keyList(keys []uint64) string {
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d", int64(k))
	}
	return b.String()
}

// linkComponents links rows of component and packed report on standard input,
// in which each component stands in one piece, and prints what it found.
func linkComponents(ctx context.Context, c *call, model link.Model, judged []fraud.Judgement) error {
	out := bufio.NewWriterSize(c.stdout, 1<<16)
	in := newLineReader(c.stdin, 4*fraud.MaxReportBytes)
	b, rows, last := link.NewBuilder(model), 0, ""
	now, ahead := time.Now(), 0
	flush := func() error {
		b.Judge(judged)
		err := writeRows(out, b.Link())
		b, rows = link.NewBuilder(model), 0
		return err
	}
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		component, rest, _ := strings.Cut(string(line), "\t")
		if component != last && rows >= mostRows {
			if err := flush(); err != nil {
				return err
			}
		}
		p, err := unpack(rest)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		sightings := make([]fraud.Sighting, len(p.Sightings))
		for i, s := range p.Sightings {
			sightings[i] = fraud.Sighting{Report: p.Facts.ID, Indicator: s.Indicator, Role: s.Role, At: s.At, Valid: s.Valid}
		}
		if p.ahead(now) {
			ahead++
		}
		b.Add(p.Facts, sightings, p.Sketches)
		last = component
		rows++
	}
	tellAhead(c.stderr, ahead)
	if err := flush(); err != nil {
		return err
	}
	return out.Flush()
}

// ahead says whether a report holds a time in the future, as far as its row
// tells: when it was received, when it happened and when its values were met.
func (p packed) ahead(now time.Time) bool {
	last := now.Add(fraud.ClockSlack)
	for _, s := range p.Sightings {
		if s.At.After(last) {
			return true
		}
	}
	return p.Facts.ReceivedAt.After(last) || p.Facts.At.After(last)
}

// unpack reads a packed report. A row that cannot be read stops the run: it
// was made by us and damaged on the way, so what is left would be wrong.
func unpack(row string) (packed, error) {
	var p packed
	js, err := base64.StdEncoding.DecodeString(row)
	if err == nil {
		err = json.Unmarshal(js, &p)
	}
	if err != nil || p.Facts.ID == "" {
		return p, fmt.Errorf("not a component and what `ringbreaker extract -rows` packed, with a tab between: %w", fraud.ErrInvalid)
	}
	return p, nil
}

// writeRows prints a linking as rows: "assign", report, ring; and "ring",
// "link" and "suggestion" with their JSON, as in the files of docs/spec.
func writeRows(w io.Writer, res link.Result) error {
	for _, a := range res.Assign {
		if _, err := fmt.Fprintf(w, "assign\t%s\t%s\n", a.Report, a.Ring); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		what  string
		write func(io.Writer) error
	}{
		{"ring", func(w io.Writer) error { return link.WriteRings(w, res.Rings) }},
		{"link", func(w io.Writer) error { return link.WriteLinks(w, res.Links) }},
		{"suggestion", func(w io.Writer) error { return link.WriteSuggestions(w, res.Suggestions) }},
	} {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			return err
		}
		for line := range bytes.Lines(b.Bytes()) {
			if _, err := fmt.Fprintf(w, "%s\t\t%s", f.what, line); err != nil {
				return err
			}
		}
	}
	return nil
}
