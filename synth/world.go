package synth

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// inMemory is the largest world whose reports [Make] keeps: a larger one is
// drawn as it is written.
const inMemory = 200_000

// World is an invented world.
type World struct {
	Orgs      []OrgWorld
	Truth     Truth
	Rows      []Row // the true ring of each report, sorted; empty above 200,000 reports
	AfterRows []Row // the same for the reports after the raid
	Transfers []fraud.Transfer
	c         *cast
}

// OrgWorld is one company and what reached it.
type OrgWorld struct {
	ID, Name, Brand string
	Reports         [][]byte // JSON lines without their end; before the raid
	After           [][]byte // after it
}

// Row says which operator is behind a report; an empty ring is nobody's.
type Row struct {
	Report fraud.ReportID
	Ring   string
}

// Make draws a world. Zero reports means the scenario's own number. Above
// 200,000 reports nothing is kept: [World.Write] draws and writes them in
// bounded memory, and Truth, Rows and Reports stay empty.
func Make(scenario string, seed int64, reports, orgs int) (*World, error) {
	sc, err := Load(scenario)
	if err != nil {
		return nil, err
	}
	if reports == 0 {
		reports = sc.Reports
	}
	if reports < 1 || reports > math.MaxInt32 {
		return nil, fmt.Errorf("a world has between 1 and %d reports: %w", math.MaxInt32, fraud.ErrInvalid)
	}
	if orgs < 1 || orgs > len(sc.Orgs) {
		return nil, fmt.Errorf("scenario %s knows 1 to %d orgs: %w", scenario, len(sc.Orgs), fraud.ErrInvalid)
	}
	w := &World{c: newCast(sc, seed, reports, orgs)}
	for _, o := range sc.Orgs[:orgs] {
		w.Orgs = append(w.Orgs, OrgWorld{ID: o.ID, Name: o.Name, Brand: o.Brand})
	}
	if reports > inMemory {
		return w, nil
	}
	t := w.c.newTally()
	err = w.c.draw(false, t, func(b *batch) error { w.take(b); return nil })
	if err == nil {
		err = w.c.draw(true, t, func(b *batch) error { w.take(b); return nil })
	}
	if err != nil {
		return nil, err
	}
	sortRows(w.Rows)
	sortRows(w.AfterRows)
	l := w.c.layering()
	w.Transfers = w.c.transfers(l, t.paid)
	w.Truth = w.c.truth(t, l)
	return w, nil
}

func (w *World) take(b *batch) {
	for _, l := range b.lines {
		line := b.bytes[l.from:l.to:l.to]
		o := &w.Orgs[l.org]
		if b.after {
			o.After = append(o.After, line)
			w.AfterRows = append(w.AfterRows, Row{l.name, l.ring})
		} else {
			o.Reports = append(o.Reports, line)
			w.Rows = append(w.Rows, Row{l.name, l.ring})
		}
	}
}

// batch is a run of reports, written out.
type batch struct {
	after bool
	bytes []byte
	lines []written
	plans []plan
	seen  map[seen]int
	paid  []paid
	err   error
}

type written struct {
	from, to int
	org      int
	name     fraud.ReportID
	ring     string
	at       int64 // received, Unix
}

const batchSize = 2048

// draw writes all reports in batches on all processors and hands them over in
// order.
func (c *cast) draw(after bool, t *tally, give func(*batch) error) error {
	n := c.reports
	if after {
		n = c.after
		if len(c.returned) == 0 {
			return nil
		}
	}
	todo := make(chan int)
	batches := (n + batchSize - 1) / batchSize
	done := make([]chan *batch, batches)
	for i := range done {
		done[i] = make(chan *batch, 1)
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), batches))
	ahead := make(chan struct{}, workers*4) // batches drawn and not yet taken
	stop := make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(stop)
	go func() {
		defer close(todo)
		for i := range batches {
			select {
			case ahead <- struct{}{}:
			case <-stop:
				return
			}
			select {
			case todo <- i:
			case <-stop:
				return
			}
		}
	}()
	for range workers {
		wg.Go(func() {
			w := c.writer(after)
			w.keep = c.reports <= inMemory
			for i := range todo {
				done[i] <- w.batch(i*batchSize, min((i+1)*batchSize, n))
			}
		})
	}
	for i := range done {
		b := <-done[i]
		done[i] = nil
		<-ahead
		if b.err != nil {
			return b.err
		}
		for k, pl := range b.plans {
			t.count(pl, unix(b.lines[k].at))
		}
		for s, n := range b.seen {
			t.seen[s] += n
		}
		t.paid = append(t.paid, b.paid...)
		if err := give(b); err != nil {
			return err
		}
	}
	return nil
}

// batch writes reports from lo up to hi.
func (w *writer) batch(lo, hi int) *batch {
	b := &batch{after: w.p.after, bytes: make([]byte, 0, (hi-lo)*1600)}
	clear(w.seen)
	w.paid = nil
	buf := &appender{b: b.bytes}
	enc := jsontext.NewEncoder(buf)
	for i := lo; i < hi; i++ {
		r, pl := w.report(i)
		from := len(buf.b)
		if err := json.MarshalEncode(enc, r); err != nil {
			b.err = fmt.Errorf("write report %s: %w", r.Name(), err)
			return b
		}
		b.lines = append(b.lines, written{from: from, to: len(buf.b) - 1, org: pl.org, name: r.Name(), ring: w.p.ring(pl), at: r.ReceivedAt.Unix()})
		b.plans = append(b.plans, pl)
	}
	b.bytes = buf.b
	b.seen = make(map[seen]int, len(w.seen))
	for s, n := range w.seen {
		b.seen[s] = n
	}
	b.paid = w.paid
	return b
}

// appender is an io.Writer into memory that shows how far it is.
type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

// Write writes the world's files into a folder, which it makes: ORG.jsonl and
// ORG-after.jsonl for each org, truth.tsv, truth-after.tsv, transfers.csv and
// truth.json.
func (w *World) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	t := w.c.newTally()
	if err := w.writeReports(dir, false, t); err != nil {
		return err
	}
	if err := w.writeReports(dir, true, t); err != nil {
		return err
	}
	l := w.c.layering()
	if err := writeFile(filepath.Join(dir, "transfers.csv"), func(out io.Writer) error {
		return WriteTransfers(out, w.c.transfers(l, t.paid))
	}); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "truth.json"), func(out io.Writer) error {
		return json.MarshalWrite(out, w.c.truth(t, l), jsontext.WithIndent("  "), json.Deterministic(true))
	})
}

func (w *World) writeReports(dir string, after bool, t *tally) error {
	suffix := ""
	if after {
		suffix = "-after"
	}
	outs := make([]*bufio.Writer, len(w.Orgs))
	for i, o := range w.Orgs {
		f, err := os.Create(filepath.Join(dir, o.ID+suffix+".jsonl"))
		if err != nil {
			return err
		}
		defer f.Close()
		outs[i] = bufio.NewWriterSize(f, 1<<20)
	}
	rows := newRowSorter(w.c)
	err := w.c.draw(after, t, func(b *batch) error {
		for _, l := range b.lines {
			if _, err := outs[l.org].Write(b.bytes[l.from : l.to+1]); err != nil {
				return err
			}
			rows.add(l.name, l.ring)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range outs {
		if err := o.Flush(); err != nil {
			return err
		}
	}
	return writeFile(filepath.Join(dir, "truth"+suffix+".tsv"), rows.write)
}

func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	b := bufio.NewWriterSize(f, 1<<20)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}

// rowSorter brings rows into the order of truth.tsv: reports are drawn with
// rising ids, so that rows of one source are sorted as they come, and only
// the sources have to be put after each other.
type rowSorter struct {
	bySource map[string]*strings.Builder
}

func newRowSorter(*cast) *rowSorter { return &rowSorter{bySource: map[string]*strings.Builder{}} }

func (s *rowSorter) add(id fraud.ReportID, ring string) {
	source, _ := id.Split()
	b := s.bySource[source]
	if b == nil {
		b = new(strings.Builder)
		s.bySource[source] = b
	}
	b.WriteString(string(id))
	b.WriteByte('\t')
	b.WriteString(ring)
	b.WriteByte('\n')
}
