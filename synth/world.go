package synth

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"

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
	kept      bool // the reports are in memory
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
// the memory that their cast needs, Truth, Rows and Reports stay empty, and
// there are no transfers.
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
	w.Truth, w.kept = w.c.truth(t, l), true
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
		t.take(b, c.reports <= inMemory)
		if err := give(b); err != nil {
			return err
		}
	}
	return nil
}

// take adds a batch to the tally. Numbers, of which there are as many as
// reports, are tallied in small worlds alone.
func (t *tally) take(b *batch, numbers bool) {
	for k, pl := range b.plans {
		t.count(pl, time.Unix(b.lines[k].at, 0).UTC())
	}
	for s, n := range b.seen {
		if numbers || s.kind != 'n' {
			t.seen[s] += n
		}
	}
	t.paid = append(t.paid, b.paid...)
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
