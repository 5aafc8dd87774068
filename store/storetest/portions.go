package storetest

import (
	"context"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// portionTests are about linkings that are saved portion by portion.
var portionTests = []test{
	{"a linking that is saved in portions is as one that was saved at once, and reports come in between", func(b *bench) {
		b.three()
		l := linking()
		end := fraud.Linking{Suggestions: l.Suggestions, Model: "m1", At: l.At, Through: 3, Judged: 2}
		ctx, stop := context.WithTimeout(b.ctx, time.Minute) // who holds the store for the whole never ends
		defer stop()
		no, err := b.SavePortions(ctx, func(yield func(fraud.Linking) bool) {
			if !yield(fraud.Linking{Rings: l.Rings[1:], Links: l.Links, Events: l.Events[:2], Model: "m1", At: l.At}) {
				return
			}
			taken, err := b.AcceptBatch(ctx, []fraud.Acceptance{report("s", "4", phoneB)})
			same(b, taken, err, []fraud.Taken{fraud.TakenNew})
			if got, err := b.Linked(ctx); err != nil || got.Whole {
				b.Errorf("half saved it is said to be whole, %v", err)
			}
			_, _, _, err = b.LastLinking(ctx)
			b.refused(err, fraud.ErrNotFound)
			yield(fraud.Linking{Rings: l.Rings[:1], Links: l.Links[1:2], Events: l.Events[2:], Model: "m1", At: l.At})
		}, end)
		b.must(err)
		rings, err := b.RingsByHarm(b.ctx, 0)
		same(b, rings, err, []fraud.Ring{l.Rings[1], l.Rings[0]})
		for id, want := range map[fraud.RingID][]fraud.Link{"R-1": l.Links, "R-2": l.Links[1:2]} {
			links, err := b.RingLinks(b.ctx, id)
			same(b, links, err, want)
		}
		suggestions, err := b.Suggestions(b.ctx)
		same(b, suggestions, err, l.Suggestions)
		when, model, n, err := b.LastLinking(b.ctx)
		same(b, when, err, l.At)
		same(b, model, nil, "m1")
		same(b, n, nil, 2)
		linked, err := b.Linked(b.ctx)
		same(b, linked, err, fraud.Linked{No: no, At: l.At, Model: "m1", Whole: true, Through: 3, Judged: 2})
		b.sound()
	}},
	{"of two that save a linking the one that began last goes on", func(b *bench) {
		b.three()
		l := linking()
		var no int64
		_, err := b.SavePortions(b.ctx, func(yield func(fraud.Linking) bool) {
			if !yield(fraud.Linking{Rings: l.Rings[1:], Model: "m1"}) {
				return
			}
			var err error
			no, err = b.SavePortions(b.ctx, slices.Values([]fraud.Linking{{Rings: l.Rings, Model: "m2"}}), fraud.Linking{Model: "m2", Through: 3})
			b.must(err)
			yield(fraud.Linking{Gone: []fraud.RingID{"R-1"}, Model: "m1"})
		}, fraud.Linking{Model: "m1", Through: 2})
		b.refused(err, fraud.ErrConflict)
		linked, err := b.Linked(b.ctx)
		same(b, linked, err, fraud.Linked{No: no, At: linked.At, Model: "m2", Whole: true, Through: 3})
		rings, err := b.RingsByHarm(b.ctx, 0)
		same(b, rings, err, []fraud.Ring{l.Rings[1], l.Rings[0]})
	}},
	{"of a ring that changed only what changed is written", func(b *bench) {
		b.three()
		l := linking()
		b.must(b.SaveRings(b.ctx, l))
		if strings.HasPrefix(b.url, "postgres") {
			return // the triggers that count are SQLite's
		}
		db := b.raw()
		for _, s := range []string{
			"CREATE TABLE written (what TEXT)",
			"CREATE TRIGGER m_in AFTER INSERT ON ring_reports BEGIN INSERT INTO written VALUES ('report'); END",
			"CREATE TRIGGER m_out AFTER DELETE ON ring_reports BEGIN INSERT INTO written VALUES ('report'); END",
			"CREATE TRIGGER v_in AFTER INSERT ON ring_values BEGIN INSERT INTO written VALUES ('value'); END",
			"CREATE TRIGGER v_out AFTER DELETE ON ring_values BEGIN INSERT INTO written VALUES ('value'); END",
			"CREATE TRIGGER r_up AFTER UPDATE ON rings BEGIN INSERT INTO written VALUES ('ring'); END",
		} {
			if _, err := db.ExecContext(b.ctx, s); err != nil {
				b.Fatalf("%s: %v", s, err)
			}
		}
		for _, x := range []struct {
			what   string
			change func(*fraud.Ring)
			want   map[string]int
		}{
			{"a reason", func(r *fraud.Ring) { r.Suppliers[0].Reports = 7 }, map[string]int{"ring": 1}},
			{"a value", func(r *fraud.Ring) { r.Indicators[0].Value = phoneB }, map[string]int{"ring": 1, "value": 4}},
			{"its reports", func(r *fraud.Ring) { r.Reports = []fraud.ReportID{"s/1"} }, map[string]int{"ring": 1, "report": 3}},
		} {
			r := ring("R-1", 9, "s/1", "s/2")
			x.change(&r)
			b.must(b.SaveRings(b.ctx, fraud.Linking{Partial: true, Rings: []fraud.Ring{r}}))
			got := map[string]int{}
			for _, what := range []string{"ring", "report", "value"} {
				var n int
				b.must(db.QueryRowContext(b.ctx, "SELECT COUNT(*) FROM written WHERE what = $1", what).Scan(&n))
				if n > 0 {
					got[what] = n
				}
			}
			same(b, got, nil, x.want)
			kept, err := b.Ring(b.ctx, "R-1")
			same(b, kept, err, r)
			with, err := b.RingsWith(b.ctx, r.Indicators[0].Indicator, 0)
			if !slices.Contains(with, "R-1") {
				b.Errorf("after %s the ring is not found by its value: %v, %v", x.what, with, err)
			}
			list, err := b.ListRings(b.ctx, fraud.RingQuery{})
			if err != nil || len(list.Rings) != 2 {
				b.Errorf("after %s lists show %d rings, %v", x.what, len(list.Rings), err)
			}
			b.must(b.SaveRings(b.ctx, fraud.Linking{Partial: true, Rings: []fraud.Ring{ring("R-1", 9, "s/1", "s/2")}}))
			if _, err := db.ExecContext(b.ctx, "DELETE FROM written"); err != nil {
				b.Fatal(err)
			}
		}
	}},
}
