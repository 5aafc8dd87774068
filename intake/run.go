package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// item is one record on its way: where it stood, and how it becomes a report.
// decode runs in a worker, so it must touch nothing that others do.
type item struct {
	file   string
	line   int
	decode func() (built, error)
	err    error // found while reading: the record is rejected
}

// built is a report, and what was found in texts of it that only their own
// form could tell: the hidden filler of a mail, the scripts of a page.
type built struct {
	report *fraud.Report
	found  map[string][]extract.Finding // by field, offsets in the field's text
	pages  map[string][]span            // by field: which part of its text stands on which page of which attachment
	own    map[int]bool                 // places in the report's evidence of the reporter's own files
	owned  map[fraud.Indicator]bool     // values of whom the mail went to
	more   []built                      // the other records that the same bytes hold: mails forwarded together
	named  bool                         // by the hash of its bytes: the same name is the same record, however it is read
}

// outcome is an item after decoding.
type outcome struct {
	item
	acc   []fraud.Acceptance // one, or more of one mail that carries several
	named bool
}

// run brings one input file in. The reader fills chunks, workers decode them,
// and one committer writes them in their order: a later record never
// overtakes an earlier one with the same name.
type run struct {
	s        *Service
	ctx      context.Context // of this import alone; cancelled when the committer fails
	stop     context.CancelCauseFunc
	chunk    []item
	order    chan chan []outcome
	work     chan job
	via      string
	res      *Result
	rej      *rejects
	mu       sync.Mutex // guards res and rej
	tell     func()
	finished chan struct{}
}

type job struct {
	items []item
	done  chan []outcome
}

func (s *Service) newRun(ctx context.Context, res *Result, rej *rejects, tell func()) *run {
	ctx, stop := context.WithCancelCause(ctx)
	r := &run{
		s: s, ctx: ctx, stop: stop, res: res, rej: rej, tell: tell, via: "import",
		order: make(chan chan []outcome, 2*s.cfg.Workers), work: make(chan job, 2*s.cfg.Workers), finished: make(chan struct{}),
	}
	for range s.cfg.Workers {
		go r.worker()
	}
	go r.committer()
	return r
}

// add hands one record over. It returns an error only when the import as a
// whole must end.
func (r *run) add(x item) error {
	r.chunk = append(r.chunk, x)
	if len(r.chunk) >= r.s.cfg.Batch {
		return r.flush()
	}
	return nil
}

// reject tells that a record was not taken.
func (r *run) reject(file string, line int, err error) error {
	return r.add(item{file: file, line: line, err: err})
}

// note adds a sentence for the person who imports.
func (r *run) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.res.Notes = append(r.res.Notes, fmt.Sprintf(format, args...))
}

func (r *run) skip(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.res.Skipped += n
}

func (r *run) flush() error {
	if len(r.chunk) == 0 {
		return nil
	}
	j := job{items: r.chunk, done: make(chan []outcome, 1)}
	r.chunk = nil
	select {
	case r.order <- j.done:
	case <-r.ctx.Done():
		return context.Cause(r.ctx)
	}
	select {
	case r.work <- j:
		return nil
	case <-r.ctx.Done():
		close(j.done)
		return context.Cause(r.ctx)
	}
}

func (r *run) worker() {
	for j := range r.work {
		out := make([]outcome, len(j.items))
		for i, x := range j.items {
			out[i] = r.decode(x)
		}
		j.done <- out
	}
}

func (r *run) decode(x item) outcome {
	o := outcome{item: x}
	if o.err != nil {
		return o
	}
	b, err := x.decode()
	if err == nil {
		o.named = b.named
		o.acc, err = r.s.prepareAll(b, r.via)
	}
	o.err = err
	return o
}

// committer writes chunk after chunk in their order.
func (r *run) committer() {
	defer close(r.finished)
	for done := range r.order {
		out, ok := <-done
		if !ok || r.ctx.Err() != nil {
			continue // the import is ending: drain
		}
		if err := r.commit(out); err != nil {
			r.stop(err)
		}
	}
}

func (r *run) commit(out []outcome) error {
	var batch []fraud.Acceptance
	for _, o := range out {
		if o.err == nil {
			batch = append(batch, o.acc...)
		} else if !errors.Is(o.err, fraud.ErrInvalid) {
			return o.err // a fault of ours or of the machine, not of the record
		}
	}
	taken, err := r.s.store.AcceptBatch(r.ctx, batch)
	if err != nil {
		return fmt.Errorf("take in %d reports: %w", len(batch), err)
	}
	if len(taken) != len(batch) {
		return fmt.Errorf("storage answered for %d of %d reports", len(taken), len(batch))
	}
	r.count(out, taken)
	r.tell()
	return nil
}

// count writes down what became of each record.
func (r *run) count(out []outcome, taken []fraud.Taken) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, o := range out {
		if o.err != nil {
			r.res.Records++
			r.res.Rejected++
			r.rej.add(o.file, o.line, o.err)
			continue
		}
		for _, a := range o.acc {
			r.res.Records++
			r.became(o, a, taken[n])
			n++
		}
	}
}

// became writes down what became of one report; r.mu is held.
func (r *run) became(o outcome, a fraud.Acceptance, taken fraud.Taken) {
	switch taken {
	case fraud.TakenNew:
		r.res.New++
	case fraud.TakenSame:
		r.res.Same++
	case fraud.TakenDeleted:
		r.res.Conflicts++
		r.rej.add(o.file, o.line, fmt.Errorf("report %s corrects one that was deleted at its victim's wish, and is not taken: %w", a.Report.Name(), fraud.ErrConflict))
	case fraud.TakenConflict:
		if o.named {
			r.res.Same++ // the same bytes, which are read otherwise by now
			return
		}
		r.res.Conflicts++
		r.rej.add(o.file, o.line, fmt.Errorf("report %s was taken in before with other content: give the correction its own id and name the old one in supersedes: %w",
			a.Report.Name(), fraud.ErrConflict))
	}
}

// finish waits until all is on disk. readErr is how reading ended.
func (r *run) finish(readErr error) error {
	if errors.Is(readErr, io.EOF) {
		readErr = nil
	}
	err := r.flush()
	close(r.order)
	close(r.work)
	<-r.finished
	cause := context.Cause(r.ctx)
	r.stop(nil)
	switch {
	case readErr != nil:
		return readErr
	case cause != nil:
		return cause
	}
	return err
}
