package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

const (
	knownReportsSQL = `
	SELECT id, digest FROM reports
	WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	ORDER BY id`
	lastReportSQL = `SELECT COALESCE(MAX(no), 0) FROM reports`
	addReportSQL  = `
	INSERT INTO reports (no, id, source, received_at, happened_at, accepted_at, supersedes, victim, via, digest, raw, raw_sha256)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	addExtractionSQL = `INSERT INTO extractions (report_no, facts, sightings, sketches) VALUES ($1, $2, $3, $4)`
	addSightingSQL   = `INSERT INTO sightings (kind, value, report_no) VALUES ($1, $2, $3)`
	addVaultSQL      = `INSERT INTO vault (report_id, box) VALUES ($1, $2)`
)

// AcceptBatch takes reports in, in one transaction: each report with what was
// taken out of it, its vault box, its leaf and its audit entry. When it
// returns, all that it says is new is on disk. Calls that come at the same
// time share one transaction, so that many desks pay for one sync. What became of each stands at
// the same place of the answer: new; same, if its name is known with the same
// digest; conflict, if with another, deleted, if it corrects a report that was
// deleted, and then nothing of it is kept.
// ErrInvalid, and nothing kept at all, if an acceptance lacks its report.
func (db *DB) AcceptBatch(ctx context.Context, batch []fraud.Acceptance) ([]fraud.Taken, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	rows, err := prepareAcceptances(access.From(ctx), batch)
	if err != nil {
		return nil, fmt.Errorf("accept %d reports: %w", len(batch), err)
	}
	taken, err := db.intake.take(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("accept %d reports: %w", len(batch), err)
	}
	return taken, nil
}

// acceptAll is the one transaction of what came together.
func (db *DB) acceptAll(ctx context.Context, rows []accepted) (taken []fraud.Taken, err error) {
	err = db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil {
			return err
		}
		known, err := t.knownReports(ctx, rows)
		if err != nil {
			return err
		}
		gone, err := t.deleted(ctx, supersededBy(rows))
		if err != nil {
			return err
		}
		var fresh []accepted
		taken, fresh = sortOut(rows, known, gone)
		return t.accept(ctx, fresh)
	})
	return taken, err
}

// accepted is an acceptance as rows, made before the transaction begins so
// that other writers wait less.
type accepted struct {
	fraud.Acceptance
	id        fraud.ReportID
	facts     string
	sightings []byte
	sketches  []byte
	raw256    [32]byte
	who       access.Who
}

func prepareAcceptances(who access.Who, batch []fraud.Acceptance) ([]accepted, error) {
	rows := make([]accepted, len(batch))
	for i, a := range batch {
		if a.Report == nil || len(a.Report.Raw) == 0 || a.Report.ID == "" || a.Report.Source == "" {
			return nil, invalid(fmt.Sprintf("acceptance %d holds no report with its JSON", i))
		}
		if (len(a.Vault) == 0) != (len(a.VaultKey) == 0) {
			return nil, invalid(fmt.Sprintf("acceptance %d holds a box without its key, or a key without its box", i))
		}
		facts, err := part{a.Report.Facts()}.Value()
		if err != nil {
			return nil, err
		}
		rows[i] = accepted{
			Acceptance: a, id: a.Report.Name(), facts: facts.(string),
			sightings: packSightings(a.Sightings), sketches: packSketches(a.Sketches),
			raw256: sha256.Sum256(a.Report.Raw), who: who,
		}
	}
	return rows, nil
}

func (t *tx) knownReports(ctx context.Context, rows []accepted) (map[fraud.ReportID][32]byte, error) {
	ids := make([]fraud.ReportID, len(rows))
	for i, a := range rows {
		ids[i] = a.id
	}
	known := make(map[fraud.ReportID][32]byte)
	err := each(ctx, t, knownReportsSQL, []any{texts(ids)}, func(r row) error {
		var id fraud.ReportID
		var digest []byte
		if err := r.Scan(&id, &digest); err != nil {
			return err
		}
		known[id] = [32]byte(digest)
		return nil
	})
	return known, err
}

// supersedes is the report that this one corrects, empty if there is none.
func (a accepted) supersedes() fraud.ReportID {
	if r := a.Report; r.Supersedes != "" && r.Supersedes != r.ID {
		return fraud.NewReportID(r.Source, r.Supersedes)
	}
	return ""
}

func supersededBy(rows []accepted) (ids []fraud.ReportID) {
	for _, a := range rows {
		if id := a.supersedes(); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// sortOut says what becomes of each, and which are to be written. A name that
// comes twice in one batch is told like one that came before; what corrects a
// report that was deleted would bring it back.
func sortOut(rows []accepted, known map[fraud.ReportID][32]byte, gone map[fraud.ReportID]bool) ([]fraud.Taken, []accepted) {
	taken := make([]fraud.Taken, len(rows))
	fresh := rows[:0:0]
	for i, a := range rows {
		have, ok := known[a.id]
		switch {
		case !ok && gone[a.supersedes()]:
			taken[i] = fraud.TakenDeleted
		case !ok:
			taken[i] = fraud.TakenNew
			known[a.id] = a.Digest
			fresh = append(fresh, a)
		case have == a.Digest:
			taken[i] = fraud.TakenSame
		default:
			taken[i] = fraud.TakenConflict
		}
	}
	return taken, fresh
}

// accept writes what is new. The caller holds the ledger.
func (t *tx) accept(ctx context.Context, fresh []accepted) error {
	if len(fresh) == 0 {
		return nil
	}
	no, err := one(ctx, t, scanInt, "report", lastReportSQL)
	if err != nil {
		return err
	}
	var reports, extractions, sightings, vault, keys, audits, attested [][]any
	first := no + 1
	leaves := make([]fraud.Leaf, 0, len(fresh))
	for _, a := range fresh {
		no++
		r := a.Report
		reports = append(reports, []any{
			no, string(a.id), r.Source, r.ReceivedAt.UnixMicro(), r.HappenedAt().UnixMicro(), t.now.UnixMicro(),
			string(a.supersedes()), plain(r.Victim), a.Via, a.Digest[:], r.Raw, a.raw256[:],
		})
		extractions = append(extractions, []any{no, a.facts, a.sightings, a.sketches})
		for _, i := range distinct(a.Sightings) {
			sightings = append(sightings, []any{string(i.Kind), i.Value, no})
		}
		var box any
		if len(a.Vault) > 0 {
			vault, box = append(vault, []any{string(a.id), a.Vault}), a.Vault
			keys = append(keys, []any{string(a.id), a.VaultKey})
		}
		// As in reportRuns.
		written := reports[len(reports)-1]
		attested = append(attested, append(append(slices.Clone(written[1:10]), written[11]), a.facts, a.sightings, a.sketches, box))
		leaves = append(leaves, fraud.Leaf{Kind: fraud.LeafReport, Ref: string(a.id), Digest: a.Digest, At: t.now})
		audits = append(audits, auditRow(fraud.AuditEntry{
			At: t.now, By: a.who.Person, Org: a.who.Org, Act: "report.accept", Ref: string(a.id), Why: a.Via, OK: true,
		}))
	}
	for _, w := range []struct {
		query string
		rows  [][]any
	}{
		{addReportSQL, reports},
		{addExtractionSQL, extractions},
		{addSightingSQL, sightings},
		{addVaultSQL, vault},
		{addVaultKeySQL, keys},
		{addAuditSQL, audits},
	} {
		if err := t.bulk(ctx, w.query, w.rows); err != nil {
			return err
		}
	}
	written, err := reportRuns.writtenRun(first, attested)
	if err != nil {
		return err
	}
	audited, err := t.numberedRun(ctx, auditRuns, audits)
	if err != nil {
		return err
	}
	return t.attestRuns(ctx, fraud.LeafRow, leaves, written, audited)
}

const (
	reportSQL  = `SELECT raw, victim FROM reports WHERE id = $1`
	reportsSQL = `SELECT raw, victim FROM reports WHERE id > $1 ORDER BY id LIMIT $2`
)

func scanReport(r row) (*fraud.Report, error) {
	var raw []byte
	var victim string
	if err := r.Scan(&raw, &victim); err != nil {
		return nil, err
	}
	rep, err := fraud.DecodeReport(raw)
	if err != nil {
		return nil, err
	}
	rep.Victim = victim
	return rep, nil
}

// Report gives one report, without identity, or ErrNotFound.
func (db *DB) Report(ctx context.Context, id fraud.ReportID) (*fraud.Report, error) {
	r, err := oneOf(ctx, db, scanReport, "report", reportSQL, id)
	return r, doing(err, "report %s", id)
}

// Reports gives up to limit reports whose ids come after the given one, in
// the order of their ids.
func (db *DB) Reports(ctx context.Context, after fraud.ReportID, limit int) ([]*fraud.Report, error) {
	return listAll(ctx, db, scanReport, "reports", reportsSQL, after, most(limit))
}

// CountReports says how many reports were accepted, superseded and
// deleted ones included.
func (db *DB) CountReports(ctx context.Context) (int, error) {
	// Reports are numbered without gaps; one that was deleted keeps its number.
	n, err := oneOf(ctx, db, scanInt, "report count", lastReportSQL)
	return int(n), err
}

const (
	sightingsOfSQL = `
	SELECT r.id, e.sightings
	FROM reports r LEFT JOIN extractions e ON e.report_no = r.no
	WHERE r.id = $1`
	// The index of sightings ends with the number of the report, so of a first
	// name that fifty thousand reports hold the latest are at hand.
	reportsWithSQL = `
	SELECT r.id
	FROM sightings s JOIN reports r ON r.no = s.report_no
	WHERE s.kind = $1 AND s.value = $2
	ORDER BY s.report_no DESC LIMIT $3`
	toldByFormSQL = `
	SELECT r.id
	FROM reports r
	WHERE r.via = 'form' AND NOT EXISTS (SELECT 1 FROM reports later WHERE later.supersedes = r.id AND later.supersedes <> '')
	ORDER BY r.no`
	currentSQL = `
	SELECT r.no, r.id, e.facts, e.sightings
	FROM reports r JOIN extractions e ON e.report_no = r.no
	WHERE NOT EXISTS (SELECT 1 FROM reports later WHERE later.supersedes = r.id AND later.supersedes <> '')
	ORDER BY r.no`
	forLinkingOfSQL = `
	SELECT r.no, r.id, e.facts, e.sightings, e.sketches
	FROM reports r JOIN extractions e ON e.report_no = r.no
	WHERE r.id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	ORDER BY r.no`
	forLinkingBetweenSQL = `
	SELECT r.no, r.id, e.facts, e.sightings, e.sketches
	FROM reports r JOIN extractions e ON e.report_no = r.no
	WHERE r.no > $1 AND r.no <= $2
	ORDER BY r.no`
)

// SightingsOf gives what extract found in a report, in its order, or
// ErrNotFound if there is no such report.
func (db *DB) SightingsOf(ctx context.Context, id fraud.ReportID) ([]fraud.Sighting, error) {
	list, err := oneOf(ctx, db, func(r row) ([]fraud.Sighting, error) {
		var id fraud.ReportID
		var packed []byte
		if err := r.Scan(&id, &packed); err != nil {
			return nil, err
		}
		if packed == nil {
			return nil, nil // it was deleted
		}
		return unpackSightings(id, packed)
	}, "report", sightingsOfSQL, id)
	return list, doing(err, "sightings of report %s", id)
}

// ReportsWith gives the ids of up to limit reports that hold the indicator in
// any role, those that came last first.
func (db *DB) ReportsWith(ctx context.Context, i fraud.Indicator, limit int) ([]fraud.ReportID, error) {
	kind, value := key(i)
	return listAll(ctx, db, scanText[fraud.ReportID], "reports with an indicator", reportsWithSQL, kind, value, most(limit))
}

// ToldByForm gives the reports that people told through the public form and that
// no other supersedes, in the order of acceptance: those who were asked what may
// be done with them.
func (db *DB) ToldByForm(ctx context.Context) ([]fraud.ReportID, error) {
	return listAll(ctx, db, scanText[fraud.ReportID], "reports told by form", toldByFormSQL)
}

// EachCurrent calls fn for each report that no other supersedes, in the order
// of acceptance, with its facts and sightings. It reads one state of the
// database, in bounded memory; an error of fn ends it and is returned.
func (db *DB) EachCurrent(ctx context.Context, fn func(fraud.ReportFacts, []fraud.Sighting) error) error {
	err := db.eachExtracted(ctx, currentSQL, false, nil, func(x *extracted) error { return fn(x.facts, x.sightings) })
	return doing(err, "read the reports that stand")
}

// EachForLinkingBetween calls fn for each report that was accepted after the
// one with the number after and not after the one with the number to,
// corrected ones too, in the order of acceptance: who has followed up to a
// number reads on from there. It reads one state of the database, in bounded
// memory; an error of fn ends it and is returned.
func (db *DB) EachForLinkingBetween(ctx context.Context, after, to int64, fn func(no int64, f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error) error {
	err := db.eachExtracted(ctx, forLinkingBetweenSQL, true, []any{after, to}, func(x *extracted) error { return fn(x.no, x.facts, x.sightings, x.sketches) })
	return doing(err, "read the reports for linking after number %d", after)
}

// EachForLinkingOf calls fn for each of the reports named that are here, in the
// order of acceptance, with all that linking reads of it.
func (db *DB) EachForLinkingOf(ctx context.Context, ids []fraud.ReportID, fn func(f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error) error {
	err := db.eachExtracted(ctx, forLinkingOfSQL, true, []any{texts(ids)}, func(x *extracted) error { return fn(x.facts, x.sightings, x.sketches) })
	return doing(err, "read %d reports for linking", len(ids))
}
