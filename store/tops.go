package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

const (
	addTopSQL   = `INSERT INTO ring_tops (ring_id, tops, links, links_all) VALUES ($1, $2, $3, $4)`
	dropTopsSQL = `DELETE FROM ring_tops WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
	topsSQL     = `
	SELECT ring_id, tops FROM ring_tops
	WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	ORDER BY ring_id`
	topLinksSQL    = `SELECT links, links_all FROM ring_tops WHERE ring_id = $1`
	ringsAfterSQL  = `SELECT body, links FROM rings WHERE id > $1 ORDER BY id LIMIT $2`
	cardsAfterSQL  = `SELECT r.no, r.raw FROM reports r JOIN report_cards c ON c.report_no = r.no WHERE r.no > $1 ORDER BY r.no LIMIT $2`
	mendCardSQL    = `UPDATE report_cards SET country = $2, age_band = $3, language = $4, time_zone = $5 WHERE report_no = $1`
	topIndicators  = 25  // as the first screen of a ring lists
	topLinks       = 100 // as many as anybody reads
	fillAtOnce     = 200 // rings in memory while an earlier version's are read
	fillCardsBatch = 5000
)

// topOf is what the first screens read of a ring.
func topOf(r *fraud.Ring, links []fraud.Link) []any {
	tops := slices.Clone(r.Indicators)
	slices.SortStableFunc(tops, func(a, b fraud.RingIndicator) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.String(), b.String()))
	})
	tops = tops[:min(len(tops), topIndicators)]
	for i := range tops {
		tops[i].Held = nil // places in a list that is not here
	}
	strongest := slices.Clone(links)
	slices.SortStableFunc(strongest, func(a, b fraud.Link) int { return cmp.Compare(b.Bits, a.Bits) })
	strongest = strongest[:min(len(strongest), topLinks)]
	return []any{string(r.ID), jsonText(tops), jsonText(strongest), len(links)}
}

// TopIndicators gives of those of the rings named that are there the
// indicators with most reports, up to 25 of each: by reports, then bits, then
// name.
func (db *DB) TopIndicators(ctx context.Context, ids []fraud.RingID) (map[fraud.RingID][]fraud.RingIndicator, error) {
	out := make(map[fraud.RingID][]fraud.RingIndicator, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := db.read(ctx, func(t *sql.Tx) error {
		return each(ctx, t, topsSQL, []any{texts(ids)}, func(r row) error {
			var id fraud.RingID
			var list []fraud.RingIndicator
			if err := r.Scan(&id, into(&list)); err != nil {
				return err
			}
			out[id] = list
			return nil
		})
	})
	return out, doing(err, "read the first indicators of %d rings", len(ids))
}

// StrongestLinks gives up to 100 links of a ring, most bits first, and says
// how many it has. ErrNotFound if there is no such ring.
func (db *DB) StrongestLinks(ctx context.Context, id fraud.RingID) (links []fraud.Link, all int, err error) {
	links, err = oneOf(ctx, db, func(r row) (list []fraud.Link, err error) {
		err = r.Scan(into(&list), &all)
		return list, err
	}, "ring", topLinksSQL, id)
	return links, all, doing(err, "read the strongest links of ring %s", id)
}

// fillDerived makes what lists, searches and first screens read of rings and
// reports that an earlier version wrote.
func fillDerived(ctx context.Context, t *tx) error {
	for after, n := int64(0), fillCardsBatch; n == fillCardsBatch; {
		var rows [][]any
		err := each(ctx, t, cardsAfterSQL, []any{after, fillCardsBatch}, func(r row) error {
			var raw []byte
			if err := r.Scan(&after, &raw); err != nil {
				return err
			}
			var who reporterOf
			if err := json.Unmarshal(raw, &who); err != nil {
				return fmt.Errorf("report number %d is not the JSON that was accepted: run fsck", after)
			}
			rows = append(rows, append([]any{after}, who.columns()...))
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := t.many(ctx, mendCardSQL, rows); err != nil {
			return err
		}
		n = len(rows)
	}
	for _, q := range []string{
		`DELETE FROM ring_heads`, `DELETE FROM ring_orders`, `DELETE FROM ring_facets`, `DELETE FROM ring_facet_counts`, `DELETE FROM ring_values`,
	} {
		if _, err := t.exec(ctx, q); err != nil {
			return err
		}
	}
	counts := map[[2]string]int{}
	for after, n := "", fillAtOnce; n == fillAtOnce; {
		var rings []ringWithLinks
		err := each(ctx, t, ringsAfterSQL, []any{after, fillAtOnce}, func(r row) error {
			x := ringWithLinks{ring: new(fraud.Ring)}
			if err := r.Scan(into(x.ring), into(&x.links)); err != nil {
				return err
			}
			after = string(x.ring.ID)
			rings = append(rings, x)
			return nil
		})
		if err != nil {
			return err
		}
		if err := t.addHeads(ctx, rings, counts); err != nil {
			return err
		}
		n = len(rings)
	}
	return t.countFacets(ctx, counts)
}

// columns are what a card keeps of a reporter.
func (x reporterOf) columns() []any {
	return []any{plain(x.Reporter.Country), plain(x.Reporter.AgeBand), plain(x.Reporter.Language), plain(x.Reporter.TimeZone)}
}
