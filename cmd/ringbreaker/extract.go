package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

func extractCommand() command {
	return command{
		name: "extract", args: "[-in text|jsonl|eml|html] [-country CC] [FILE…]",
		does:    "prints the indicators in files as JSONL, with kind, canonical value, role and place; needs no node",
		example: "ringbreaker extract -in eml mail.eml",
		run:     runExtract,
	}
}

// found is one line of the output. Start and End are bytes of the decoded
// text; in a report they count within Field.
type found struct {
	Doc   string     `json:"doc"`
	Kind  fraud.Kind `json:"kind"`
	Value string     `json:"value"`
	Raw   string     `json:"raw"`
	Start int        `json:"start"`
	End   int        `json:"end"`
	Role  fraud.Role `json:"role"`
	Valid bool       `json:"valid"`
	Field string     `json:"field,omitempty"`
	Why   string     `json:"why,omitempty"`
}

// maxDocument is the most bytes of one mail or page: a mail server refuses
// larger ones.
const maxDocument = 64 << 20

func runExtract(ctx context.Context, c *call) error {
	in := c.flags.String("in", "text", "what the files are: text, jsonl, eml or html")
	country := c.flags.String("country", "", "where numbers without a country are at home (ISO 3166-1); a report's own goes first")
	own := c.flags.Bool("fraudster", false, "the text is the fraudster's own (a message, a script), not a victim's account")
	if err := c.parse(); err != nil {
		return err
	}
	opt := extract.Options{Country: *country, FromFraudster: *own}
	var lines func(name string, line []byte, n int) ([]found, error)
	switch *in {
	case "text":
		lines = func(name string, line []byte, n int) ([]found, error) {
			return ofText(fmt.Sprintf("%s:%d", name, n), extract.Text(string(line), opt)), nil
		}
	case "jsonl":
		lines = func(_ string, line []byte, _ int) ([]found, error) { return ofReport(line, opt) }
	case "eml", "html":
		return extractDocuments(ctx, c, *in, opt)
	default:
		return usagef("-in is text, jsonl, eml or html, not %q", *in)
	}
	if c.flags.NArg() == 0 {
		return extractLines(ctx, c, "-", c.stdin, lines)
	}
	for _, name := range c.flags.Args() {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = extractLines(ctx, c, name, f, lines)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func ofText(doc string, list []extract.Finding) []found {
	out := make([]found, len(list))
	for i, f := range list {
		out[i] = found{Doc: doc, Kind: f.Kind, Value: f.Value, Raw: f.Raw, Start: f.Start, End: f.End, Role: f.Role, Valid: f.Valid, Why: f.Why}
	}
	return out
}

func ofReport(line []byte, opt extract.Options) ([]found, error) {
	r, err := fraud.DecodeReport(line)
	if err != nil {
		return nil, err
	}
	if r.Reporter.Country != "" {
		opt.Country = r.Reporter.Country
	}
	x := extract.Report(r, opt)
	out := make([]found, len(x.Sightings))
	for i, s := range x.Sightings {
		out[i] = found{
			Doc: string(r.Name()), Kind: s.Indicator.Kind, Value: s.Indicator.Value, Raw: s.Raw, Start: s.Place.Start, End: s.Place.End,
			Role: s.Role, Valid: s.Valid, Field: s.Place.Field, Why: s.Why,
		}
	}
	return out, nil
}

// batchOf lines goes through one worker and comes out in its place.
type batchOf struct {
	first int
	lines [][]byte
	out   bytes.Buffer
	errs  bytes.Buffer
	done  chan struct{}
}

// extractLines works on all cores and prints in the order of the lines.
func extractLines(ctx context.Context, c *call, name string, r io.Reader, each func(string, []byte, int) ([]found, error)) error {
	const size = 256 // lines handed over at once
	work, order := make(chan *batchOf, runtime.NumCPU()), make(chan *batchOf, 4*runtime.NumCPU())
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for b := range work {
				b.run(name, each)
			}
		})
	}
	var readErr error
	go func() {
		readErr = readBatches(ctx, name, r, size, func(b *batchOf) {
			order <- b
			work <- b
		})
		close(work)
		close(order)
	}()
	for b := range order {
		<-b.done
		if _, err := c.stdout.Write(b.out.Bytes()); err != nil {
			return err
		}
		if b.errs.Len() > 0 {
			if _, err := c.stderr.Write(b.errs.Bytes()); err != nil {
				return err
			}
		}
	}
	workers.Wait()
	return readErr
}

func readBatches(ctx context.Context, name string, r io.Reader, size int, hand func(*batchOf)) error {
	lines := newLineReader(r, fraud.MaxReportBytes)
	b := &batchOf{first: 1, done: make(chan struct{})}
	for n := 1; ; n++ {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			hand(b)
			return ctx.Err()
		case errors.Is(err, fraud.ErrInvalid):
			fmt.Fprintf(&b.errs, "%s:%d: %s\n", name, n, oneLine(err))
			line = nil
		case err != nil:
			hand(b)
			return fmt.Errorf("read %s: %w", name, err)
		}
		b.lines = append(b.lines, bytes.Clone(line))
		if len(b.lines) == size {
			hand(b)
			b = &batchOf{first: n + 1, done: make(chan struct{})}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (b *batchOf) run(name string, each func(string, []byte, int) ([]found, error)) {
	defer close(b.done)
	enc := json.NewEncoder(&b.out)
	enc.SetEscapeHTML(false)
	for i, line := range b.lines {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		list, err := each(name, line, b.first+i)
		if err != nil {
			fmt.Fprintf(&b.errs, "%s:%d: %s\n", name, b.first+i, oneLine(err))
			continue
		}
		for _, f := range list {
			if err := enc.Encode(f); err != nil {
				fmt.Fprintf(&b.errs, "%s:%d: %s\n", name, b.first+i, oneLine(err))
			}
		}
	}
}

// extractDocuments reads each file as one mail or page.
func extractDocuments(ctx context.Context, c *call, in string, opt extract.Options) error {
	names := c.flags.Args()
	if len(names) == 0 {
		names = []string{"-"}
	}
	enc := json.NewEncoder(c.stdout)
	enc.SetEscapeHTML(false)
	failed := 0
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		list, err := extractDocument(c, in, name, opt)
		if err != nil {
			failed++
			fmt.Fprintf(c.stderr, "%s: %s\n", name, oneLine(err))
			continue
		}
		for _, f := range ofText(name, list) {
			if err := enc.Encode(f); err != nil {
				return err
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be read", failed, len(names))
	}
	return nil
}

func extractDocument(c *call, in, name string, opt extract.Options) ([]extract.Finding, error) {
	r := c.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxDocument {
		return nil, fmt.Errorf("larger than %d bytes: %w", maxDocument, fraud.ErrInvalid)
	}
	if in == "html" {
		_, list := extract.HTML(b, opt)
		return list, nil
	}
	_, list, err := extract.Mail(b, opt)
	return list, err
}
