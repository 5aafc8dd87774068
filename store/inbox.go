package store

import (
	"context"
	"database/sql"

	"ringbreaker.example/fraud"
)

const (
	inboxNewestSQL = `
	SELECT r.no, 0, r.raw, r.victim, COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = r.id), '')
	FROM reports r WHERE r.no < $1 AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.report_no = r.no) ORDER BY r.no DESC LIMIT $2`
	inboxPaidSQL = `
	SELECT r.no, c.paid_at, r.raw, r.victim, COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = r.id), '')
	FROM (SELECT report_no, paid_at FROM report_cards
	      WHERE paid_at IS NOT NULL AND paid_at >= $3 AND paid_at <= $4 AND (paid_at < $4 OR report_no < $1)
	      ORDER BY paid_at DESC, report_no DESC LIMIT $2) c
	    JOIN reports r ON r.no = c.report_no
	ORDER BY c.paid_at DESC, r.no DESC`
	inboxAgedSQL = `
	SELECT r.no, 0, r.raw, r.victim, COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = r.id), '')
	FROM (SELECT report_no FROM report_cards WHERE aged60 AND report_no < $1 ORDER BY report_no DESC LIMIT $2) c
	    JOIN reports r ON r.no = c.report_no
	ORDER BY r.no DESC`
	inboxAloneSQL = `
	SELECT r.no, 0, r.raw, r.victim, ''
	FROM reports r
	WHERE r.no < $1 AND r.no >= $3 AND NOT EXISTS (SELECT 1 FROM ring_reports m WHERE m.report_id = r.id)
	    AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.report_no = r.no)
	ORDER BY r.no DESC LIMIT $2`
	repeatVictimsSQL = `
	SELECT r.victim FROM reports r
	WHERE r.victim IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND r.victim <> ''
	GROUP BY r.victim HAVING COUNT(*) > 1
	ORDER BY r.victim`
)

// aloneReach is through how many of the newest reports one page looks for
// those that are in no ring: where nearly all are in one, the rest of the
// page would cost a walk through all.
const aloneReach = 20_000

// ReportInbox gives a page of reports, newest first; by payment, the latest first.
func (db *DB) ReportInbox(ctx context.Context, q fraud.InboxQuery) ([]fraud.InboxEntry, error) {
	before, limit := int64(1<<62), most(q.Limit)
	if q.Before > 0 {
		before = q.Before
	}
	query, args := inboxNewestSQL, []any{before, limit}
	switch q.Only {
	case fraud.InboxPaid:
		from, to := int64(-forever), int64(forever)
		if !q.PaidFrom.IsZero() {
			from = q.PaidFrom.UnixMicro()
		}
		if !q.PaidTo.IsZero() {
			to = q.PaidTo.UnixMicro()
		}
		query, args = inboxPaidSQL, []any{before, limit, from, to}
	case fraud.InboxAged:
		query = inboxAgedSQL
	case fraud.InboxAlone:
		all, err := db.CountReports(ctx)
		if err != nil {
			return nil, err
		}
		query, args = inboxAloneSQL, []any{before, limit, max(min(before, int64(all)+1)-aloneReach, 0)}
	}
	return listAll(ctx, db, scanInboxEntry, "the inbox", query, args...)
}

func scanInboxEntry(r row) (e fraud.InboxEntry, err error) {
	var raw []byte
	var victim string
	var paid int64
	if err := r.Scan(&e.No, &paid, &raw, &victim, &e.Ring); err != nil {
		return e, err
	}
	if paid != 0 {
		if err := at(&e.PaidAt).Scan(paid); err != nil {
			return e, err
		}
	}
	if e.Report, err = fraud.DecodeReport(raw); err != nil {
		return e, err
	}
	e.Report.Victim = victim
	return e, nil
}

// RepeatVictims says which of these pseudonyms reported more than once.
func (db *DB) RepeatVictims(ctx context.Context, victims []string) (repeat map[string]bool, err error) {
	repeat = map[string]bool{}
	err = db.read(ctx, func(t *sql.Tx) error {
		return each(ctx, t, repeatVictimsSQL, []any{texts(victims)}, func(r row) error {
			v, err := scanText[string](r)
			repeat[v] = true
			return err
		})
	})
	return repeat, doing(err, "look for victims who reported more than once")
}
