package store

import (
	"context"
	"database/sql"

	"ringbreaker.example/fraud"
)

const (
	suggestionPageSQL = `SELECT ring_a, ring_b, link FROM suggestions WHERE no > $1 ORDER BY no LIMIT $2`
	suggestionsOfSQL  = `
	SELECT ring_a, ring_b, link FROM suggestions
	WHERE ring_a = $1 OR ring_b = $1 ORDER BY no LIMIT $2`
	countSuggestionsSQL = `SELECT COUNT(*) FROM suggestions`
)

func scanSuggestion(r row) (s fraud.Suggestion, err error) {
	err = r.Scan(&s.A, &s.B, into(&s.Link))
	return s, err
}

// SuggestionPage gives up to limit of the pairs of rings that wait for a
// person, in the linker's order, skipping the first ones, and how many there
// are in all.
func (db *DB) SuggestionPage(ctx context.Context, skip, limit int) (page []fraud.Suggestion, all int, err error) {
	err = db.read(ctx, func(t *sql.Tx) error {
		n, err := one(ctx, t, scanInt, "count", countSuggestionsSQL)
		if err != nil {
			return err
		}
		all = int(n)
		page, err = list(ctx, t, scanSuggestion, suggestionPageSQL, skip-1, most(limit)) // numbered from 0 without gaps
		return err
	})
	return page, all, doing(err, "read the suggestions")
}

// SuggestionsOf gives up to limit of the suggestions that a ring is part of.
func (db *DB) SuggestionsOf(ctx context.Context, id fraud.RingID, limit int) ([]fraud.Suggestion, error) {
	return listAll(ctx, db, scanSuggestion, "suggestions", suggestionsOfSQL, id, most(limit))
}

const (
	judgementColumns  = `j.id, j.verdict, j.a, j.b, j.kind, j.value, j.withdraws, j.by_person, j.reason, j.at`
	judgementsPageSQL = `
	SELECT ` + judgementColumns + `, j.no,
	    COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = j.a), ''),
	    COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = j.b), ''),
	    COALESCE((SELECT MAX(w.id) FROM judgements w WHERE w.withdraws = j.id), '')
	FROM judgements j
	WHERE j.no < $1 ORDER BY j.no DESC LIMIT $2`
	judgementsAboutSQL = `
	SELECT ` + judgementColumns + ` FROM judgements j
	WHERE j.a = $1 OR j.b = $1 ORDER BY j.no`
	judgementSQL = `SELECT ` + judgementColumns + ` FROM judgements j WHERE j.id = $1`
)

// JudgementPage gives up to limit judgements made before the number given (0:
// the newest), newest first, each with the rings that its reports are in now.
func (db *DB) JudgementPage(ctx context.Context, before int64, limit int) ([]fraud.JudgementEntry, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	return listAll(ctx, db, func(r row) (e fraud.JudgementEntry, err error) {
		j := &e.Judgement
		err = r.Scan(&j.ID, &j.Verdict, opt(&j.A), opt(&j.B), &j.Indicator.Kind, &j.Indicator.Value, opt(&j.Withdraws), &j.By, &j.Reason, at(&j.At),
			&e.No, &e.RingA, &e.RingB, &e.WithdrawnBy)
		return e, err
	}, "judgements", judgementsPageSQL, before, most(limit))
}

// JudgementsAbout gives the judgements that name a report, in the order in
// which they were made.
func (db *DB) JudgementsAbout(ctx context.Context, id fraud.ReportID) ([]fraud.Judgement, error) {
	return listAll(ctx, db, scanJudgement, "judgements", judgementsAboutSQL, id)
}

// Judgement gives one judgement, or ErrNotFound.
func (db *DB) Judgement(ctx context.Context, id string) (fraud.Judgement, error) {
	j, err := oneOf(ctx, db, scanJudgement, "judgement", judgementSQL, id)
	return j, doing(err, "judgement %s", id)
}

const (
	transferColumns = `id, from_acct, to_acct, minor, currency, at, rail, basis, report_id, source`
	transfersOfSQL  = `
	SELECT ` + transferColumns + ` FROM transfers
	WHERE id IN (
	    SELECT id FROM transfers WHERE from_acct IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	    UNION SELECT id FROM transfers WHERE to_acct IN (SELECT value FROM json_each(CAST($1 AS TEXT))))
	ORDER BY at, id LIMIT $2`
	countTransfersSQL = `SELECT COUNT(*) FROM transfers`
)

// TransfersOf gives up to limit transfers from or to these accounts, by time,
// then id.
func (db *DB) TransfersOf(ctx context.Context, accounts []string, limit int) ([]fraud.Transfer, error) {
	return listAll(ctx, db, scanTransfer, "transfers", transfersOfSQL, texts(accounts), most(limit))
}

// CountTransfers says how many transfers are here.
func (db *DB) CountTransfers(ctx context.Context) (int, error) {
	n, err := oneOf(ctx, db, scanInt, "transfer count", countTransfersSQL)
	return int(n), err
}
