package store

import (
	"context"
	"database/sql"
	"errors"

	"ringbreaker.example/fraud"
)

// ready is a statement that was compiled once and is asked several times.
type ready struct{ stmt *sql.Stmt }

// QueryContext asks it; the text was given when it was compiled.
func (r ready) QueryContext(ctx context.Context, _ string, args ...any) (*sql.Rows, error) {
	return r.stmt.QueryContext(ctx, args...) //nolint:sqlclosecheck // each closes what it reads
}

// prepared compiles a query for fn's many questions.
func prepared(ctx context.Context, t *sql.Tx, query string, fn func(queryer) error) (err error) {
	stmt, err := t.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	return fn(ready{stmt})
}

// Held says of those of the indicators that are known here which reports and
// rings hold them, at most limit of each, in the order in which they are
// given: the reports that came last first, the rings in order.
func (db *DB) Held(ctx context.Context, indicators []fraud.Indicator, limit int) ([]fraud.Held, error) {
	var out []fraud.Held
	err := db.read(ctx, func(t *sql.Tx) error {
		return prepared(ctx, t, reportsWithSQL, func(reports queryer) error {
			return prepared(ctx, t, ringsWithSQL, func(rings queryer) error {
				for _, i := range indicators {
					kind, value := key(i)
					h := fraud.Held{Indicator: i}
					var err error
					if h.Reports, err = list(ctx, reports, scanText[fraud.ReportID], reportsWithSQL, kind, value, most(limit)); err != nil {
						return err
					}
					if h.Rings, err = list(ctx, rings, scanText[fraud.RingID], ringsWithSQL, kind, value, most(limit)); err != nil {
						return err
					}
					if len(h.Reports)+len(h.Rings) > 0 {
						out = append(out, h)
					}
				}
				return nil
			})
		})
	})
	return out, doing(err, "look for %d values", len(indicators))
}

const entriesSQL = `
	SELECT r.no, 0, r.raw, r.victim, COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = r.id), '')
	FROM reports r
	WHERE r.id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	ORDER BY r.id`

// ReportEntries gives those of the reports named that are here, as lists show
// them, by id.
func (db *DB) ReportEntries(ctx context.Context, ids []fraud.ReportID) ([]fraud.InboxEntry, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return listAll(ctx, db, scanInboxEntry, "reports", entriesSQL, texts(ids))
}
