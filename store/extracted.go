package store

import (
	"context"
	"database/sql"
	"fmt"

	"ringbreaker.example/fraud"
)

// extracted is one report as linking reads it: as it is kept, then taken apart.
type extracted struct {
	no                              int64
	id                              fraud.ReportID
	packedFacts                     []byte
	packedSightings, packedSketches []byte

	facts     fraud.ReportFacts
	sightings []fraud.Sighting
	sketches  []fraud.Sketch
	err       error
}

const (
	// extractedAtOnce is how many reports are taken apart together, and
	// extractedAhead how many such groups are at work before they are asked for:
	// some megabytes, enough for the cores that a node has.
	extractedAtOnce = 128
	extractedAhead  = 6
)

func (x *extracted) unpack() {
	if x.err = into(&x.facts).Scan(x.packedFacts); x.err == nil {
		x.sightings, x.err = unpackSightings(x.id, x.packedSightings)
	}
	if x.err == nil && x.packedSketches != nil {
		x.sketches, x.err = unpackSketches(x.packedSketches)
	}
	x.packedFacts, x.packedSightings, x.packedSketches = nil, nil, nil
}

// eachExtracted reads what a query of reports answers, with number, id, facts,
// sightings and for linking sketches in a row, and calls fn for each in its
// order. Of a million reports reading takes a third, taking apart a third and
// what fn does a third; they go on side by side:
//
//	rows ──▶ groups of 128, each taken apart by itself ──▶ in order ──▶ fn
//
// An error of fn ends it and is returned.
func (db *DB) eachExtracted(ctx context.Context, query string, sketched bool, args []any, fn func(*extracted) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	groups := make(chan chan []extracted, extractedAhead)
	var read error // once groups is closed
	go func() {
		defer close(groups)
		var group []extracted
		give := func() error {
			unpacked, mine := make(chan []extracted, 1), group
			group = nil
			select {
			case groups <- unpacked:
			case <-ctx.Done():
				return ctx.Err()
			}
			go func() {
				for i := range mine {
					mine[i].unpack()
				}
				unpacked <- mine
			}()
			return nil
		}
		read = db.read(ctx, func(t *sql.Tx) error {
			return each(ctx, t, query, args, func(r row) error {
				var x extracted
				into := []any{&x.no, &x.id, &x.packedFacts, &x.packedSightings}
				if sketched {
					into = append(into, &x.packedSketches)
				}
				if err := r.Scan(into...); err != nil {
					return err
				}
				if group = append(group, x); len(group) < extractedAtOnce {
					return nil
				}
				return give()
			})
		})
		if read == nil && len(group) > 0 {
			read = give()
		}
	}()
	var failed error
	for group := range groups {
		if failed != nil {
			continue // only until the reader has seen that it is over
		}
		if failed = eachOf(<-group, fn); failed != nil {
			stop()
		}
	}
	if failed != nil {
		return failed
	}
	return read
}

func eachOf(group []extracted, fn func(*extracted) error) error {
	for i := range group {
		x := &group[i]
		if x.err != nil {
			return fmt.Errorf("report %s: %w", x.id, x.err)
		}
		if err := fn(x); err != nil {
			return err
		}
	}
	return nil
}
