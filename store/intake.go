package store

import (
	"context"
	"errors"
	"fmt"

	"ringbreaker.example/fraud"
)

// intake lets calls of AcceptBatch that come at the same time share one
// transaction, and so one sync of the disk:
//
//	AcceptBatch ──┐
//	AcceptBatch ──┼──▶ waiting ──▶ one goroutine ──▶ acceptAll ──▶ each caller its own answer
//	AcceptBatch ──┘
//
// A caller is answered only after the commit. A group that fails is tried
// again call by call, so that one bad call costs no other.
type intake struct {
	db      *DB
	waiting chan *call
	closing chan struct{} // closed when no more calls are taken
	done    chan struct{} // closed when the last was answered
}

// call is one AcceptBatch that waits.
type call struct {
	ctx    context.Context
	rows   []accepted
	answer chan answer
}

type answer struct {
	taken []fraud.Taken
	err   error
}

// groupMost is how many reports one transaction holds at most, unless a
// single call brings more: past it a longer group saves no time and only
// makes the first of it wait.
const groupMost = 1000

// newIntake starts the one goroutine; ctx gives it values and never ends it.
func newIntake(ctx context.Context, db *DB) *intake {
	in := &intake{db: db, waiting: make(chan *call), closing: make(chan struct{}), done: make(chan struct{})}
	go in.run(context.WithoutCancel(ctx))
	return in
}

// close answers what is being worked on and takes no more.
func (in *intake) close() {
	close(in.closing)
	<-in.done
}

// take waits for the answer. If ctx ends first, the reports may or may not
// have been accepted: nothing was acknowledged, and sending them again tells.
func (in *intake) take(ctx context.Context, rows []accepted) ([]fraud.Taken, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &call{ctx: ctx, rows: rows, answer: make(chan answer, 1)}
	select {
	case in.waiting <- c:
	case <-in.closing:
		return nil, errors.New("the database is closed")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case a := <-c.answer:
		return a.taken, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (in *intake) run(ctx context.Context) {
	defer close(in.done)
	for {
		select {
		case first := <-in.waiting:
			in.accept(ctx, in.gather(first))
		case <-in.closing:
			return
		}
	}
}

// gather adds to the first call those that wait already.
func (in *intake) gather(first *call) []*call {
	group, n := []*call{first}, len(first.rows)
	for n < groupMost {
		select {
		case c := <-in.waiting:
			group = append(group, c)
			n += len(c.rows)
		default:
			return group
		}
	}
	return group
}

// accept works a group off. The transaction outlives any one caller's
// patience, since others wait for it too; a caller who gave up before it
// began is left out.
func (in *intake) accept(ctx context.Context, group []*call) {
	var live []*call
	var rows []accepted
	for _, c := range group {
		if err := c.ctx.Err(); err != nil {
			c.answer <- answer{err: err}
			continue
		}
		live = append(live, c)
		rows = append(rows, c.rows...)
	}
	if len(live) == 0 {
		return
	}
	taken, err := in.db.acceptAll(ctx, rows)
	if err != nil && len(live) > 1 {
		for _, c := range live {
			in.accept(ctx, []*call{c})
		}
		return
	}
	if err == nil && len(taken) != len(rows) {
		err = fmt.Errorf("%d answers for %d reports", len(taken), len(rows))
	}
	for _, c := range live {
		if err != nil {
			c.answer <- answer{err: err}
			continue
		}
		c.answer <- answer{taken: taken[:len(c.rows):len(c.rows)]}
		taken = taken[len(c.rows):]
	}
}
