package store

import (
	"context"
	"database/sql"
	"time"

	"ringbreaker.example/fraud"
)

const (
	// UNION drops what was met before, so reports that correct each other in a
	// circle end too.
	toldSQL = `
	WITH RECURSIVE told (no, id, accepted_at) AS (
	    SELECT no, id, accepted_at FROM reports WHERE id = $1
	    UNION
	    SELECT r.no, r.id, r.accepted_at FROM told t JOIN reports r ON r.supersedes = t.id AND r.supersedes <> ''
	)
	SELECT id, accepted_at FROM told ORDER BY no`
	firstReadSQL = `
	SELECT COALESCE(MIN(seen.at), 0) FROM (
	    SELECT at FROM audits WHERE act = 'report.read' AND ref IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	    UNION ALL
	    SELECT at FROM judgements WHERE a IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	    UNION ALL
	    SELECT at FROM judgements WHERE b IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	) seen`
)

// ReportStand says what became of a report and its corrections, from the
// records alone; ErrNotFound if there is no such report.
func (db *DB) ReportStand(ctx context.Context, id fraud.ReportID) (fraud.ReportStand, error) {
	var out fraud.ReportStand
	err := db.read(ctx, func(t *sql.Tx) error {
		out = fraud.ReportStand{}
		err := each(ctx, t, toldSQL, []any{id}, func(r row) error {
			var told fraud.ReportID
			var accepted time.Time
			if err := r.Scan(&told, at(&accepted)); err != nil {
				return err
			}
			if len(out.All) == 0 {
				out.Received = accepted
			}
			out.All = append(out.All, told)
			return nil
		})
		if err != nil {
			return err
		}
		if len(out.All) == 0 {
			return notFound("report")
		}
		gone, err := list(ctx, t, scanDeletion, deletionSQL, id)
		if err != nil {
			return err
		}
		if len(gone) > 0 {
			out.Deleted = gone[0].At
		}
		first, err := one(ctx, t, scanInt, "first reading", firstReadSQL, texts(out.All))
		if err == nil && first != 0 {
			out.Read = time.UnixMicro(first).UTC()
		}
		return err
	})
	return out, doing(err, "where report %s stands", id)
}
