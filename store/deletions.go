package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// WasBox gives a box of the vault as it was when its report was accepted: the
// leaf of its row is of that one.
type WasBox func(id fraud.ReportID, box, key []byte) ([]byte, error)

// keptReports is reportRuns with what came to a report later: the key of its
// box, and that it was deleted.
var keptReports = func() runTable {
	x := reportRuns
	x.from += " LEFT JOIN vault_keys k ON k.report_id = r.id LEFT JOIN deletions d ON d.report_no = r.no"
	return x
}()

const (
	beforeSQL  = `SELECT supersedes FROM reports WHERE id = $1`
	deletedSQL = `
	SELECT report_id FROM deletions
	WHERE report_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
	deletedBetweenSQL = `SELECT report_no FROM deletions WHERE report_no > $1 AND report_no <= $2`
	deletionColumns   = `report_id, by_person, basis, at, row_was, row_left`
	deletionSQL       = `SELECT ` + deletionColumns + ` FROM deletions WHERE report_id = $1`
	lastDeletionSQL   = `SELECT COALESCE(MAX(no), 0) FROM deletions`
	addDeletionSQL    = `
	INSERT INTO deletions (no, report_id, report_no, by_person, basis, at, row_was, row_left, leaf)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	bareReportSQL = `
	UPDATE reports SET raw = $2, raw_sha256 = $3, victim = '', happened_at = received_at WHERE no = $1`
	dropSightingSQL   = `DELETE FROM sightings WHERE kind = $1 AND value = $2 AND report_no = $3`
	dropExtractionSQL = `DELETE FROM extractions WHERE report_no = $1`
	dropCardSQL       = `DELETE FROM report_cards WHERE report_no = $1`
	dropMemberSQL     = `DELETE FROM ring_reports WHERE report_id = $1`
	dropVaultKeySQL   = `DELETE FROM vault_keys WHERE report_id = $1`
	boxOfBeforeSQL    = `SELECT COUNT(*) FROM vault_before WHERE report_id = $1`
	wipesSQL          = `SELECT no, file, at FROM wipes ORDER BY no`
	wipedSQL          = `DELETE FROM wipes WHERE no = $1`
)

// DeleteReport takes everything out of a report and its corrections, whichever
// of them id names: who reported (the key of the box is destroyed), what was
// told, what was taken out of it and the index of it. What stays is that it
// was taken in, when and under which id, with its leaves, and a leaf of each
// deletion; so fsck goes on holding all others against theirs. It gives what
// was deleted, oldest first, and the hashes of the files that came with it,
// which wait to be wiped with the space that the database let go of
// ([DB.Wipes]). ErrNotFound if there is no such report, ErrConflict if it was
// deleted before, ErrInvalid without a basis.
func (db *DB) DeleteReport(ctx context.Context, id fraud.ReportID, by fraud.PersonID, basis string, when time.Time, was WasBox) (done []fraud.Deletion, err error) {
	err = db.record(ctx, func(t *tx) error {
		done = nil
		first, err := firstTold(ctx, t, id)
		if err != nil {
			return err
		}
		all, err := list(ctx, t, func(r row) (told fraud.ReportID, err error) {
			var accepted time.Time
			err = r.Scan(&told, at(&accepted))
			return told, err
		}, toldSQL, first)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return notFound("report")
		}
		gone, err := t.deleted(ctx, all)
		if err != nil {
			return err
		}
		for _, id := range all {
			if gone[id] {
				continue
			}
			d := fraud.Deletion{Report: id, By: by, Basis: basis, At: cut(when)}
			if err := t.deleteOne(ctx, &d, was); err != nil {
				return err
			}
			done = append(done, d)
		}
		if len(done) == 0 {
			return conflict("it was deleted before")
		}
		return t.wipe(ctx, "")
	})
	if err != nil {
		return nil, doing(err, "delete report %s", id)
	}
	return done, nil
}

// FirstTold is the report that one corrects, or that one corrects, and so on;
// id itself where it corrects none that is here.
func (db *DB) FirstTold(ctx context.Context, id fraud.ReportID) (first fraud.ReportID, err error) {
	err = db.read(ctx, func(t *sql.Tx) error {
		first, err = firstTold(ctx, t, id)
		return err
	})
	return first, err
}

func firstTold(ctx context.Context, t queryer, id fraud.ReportID) (fraud.ReportID, error) {
	for seen := map[fraud.ReportID]bool{}; !seen[id]; {
		seen[id] = true
		before, err := list(ctx, t, scanText[fraud.ReportID], beforeSQL, id)
		if err != nil || len(before) == 0 || before[0] == "" {
			return id, err
		}
		there, err := list(ctx, t, scanText[fraud.ReportID], beforeSQL, before[0])
		if err != nil || len(there) == 0 {
			return id, err
		}
		id = before[0]
	}
	return id, nil
}

// deleted says which of these reports were deleted.
func (t *tx) deleted(ctx context.Context, ids []fraud.ReportID) (map[fraud.ReportID]bool, error) {
	gone := map[fraud.ReportID]bool{}
	err := each(ctx, t, deletedSQL, []any{texts(ids)}, func(r row) error {
		id, err := scanText[fraud.ReportID](r)
		gone[id] = true
		return err
	})
	return gone, err
}

// reportWhole is a row of reports with what belongs to it.
type reportWhole struct {
	no        int64
	raw       []byte
	was       [32]byte // digest of the row as the leaf of its run has it
	left      [32]byte // and as it is once everything was taken out
	stub      []byte   // the JSON that stays
	sightings []fraud.Sighting
}

func (t *tx) readWhole(ctx context.Context, id fraud.ReportID, was WasBox) (w reportWhole, err error) {
	x := keptReports
	at := placesOf(x)
	var key, box []byte
	read := newRowReader(x.name, x.list(), &w.no, &w.raw, &key)
	read.mend = func(values []any) {
		box, _ = values[at["v.box"]].([]byte)
		mendBox(values, at, key, was)
	}
	found := false
	err = each(ctx, t, "SELECT "+x.columns+", r.no, r.raw, k.wrapped FROM "+x.from+" WHERE r.id = $1", []any{id}, func(r row) error {
		found = true
		if w.was, err = read.read(r); err != nil {
			return err
		}
		packed, _ := read.values[at["e.sightings"]].([]byte)
		if w.sightings, err = unpackSightings(id, packed); err != nil {
			return err
		}
		if w.stub, err = stubOf(read.values, at); err != nil {
			return err
		}
		sum := sha256.Sum256(w.stub)
		left := slices.Clone(read.values)
		for column, v := range map[string]any{
			"r.raw_sha256": sum[:], "r.victim": "", "r.happened_at": left[at["r.received_at"]], "e.facts": nil, "e.sightings": nil, "e.sketches": nil,
		} {
			left[at[column]] = v
		}
		if box != nil {
			left[at["v.box"]] = box
		}
		w.left, _, err = rowDigest(nil, x.name, x.list(), left)
		return err
	})
	if err == nil && !found {
		err = notFound("report")
	}
	return w, err
}

// placesOf is at which place of a row's columns each stands.
func placesOf(x runTable) map[string]int {
	at := map[string]int{}
	for i, c := range x.list() {
		at[c] = i
	}
	return at
}

// mendBox puts the box as it was when the report was accepted in place of the
// one with a key of its own that it is now. One that does not open stays, to be
// told as changed.
func mendBox(values []any, at map[string]int, key []byte, was WasBox) {
	box, ok := values[at["v.box"]].([]byte)
	if !ok || was == nil || key == nil {
		return
	}
	if old, err := was(fraud.ReportID(fmt.Sprint(values[at["r.id"]])), box, key); err == nil {
		values[at["v.box"]] = old
	}
}

// stubOf is the JSON of a deleted report: its name and when it came.
func stubOf(values []any, at map[string]int) ([]byte, error) {
	text := func(column string) string { return fmt.Sprint(values[at[column]]) }
	received, _ := values[at["r.received_at"]].(int64)
	mine := text("r.source") + "/"
	b, err := json.Marshal(struct {
		ID         string    `json:"id"`
		Source     string    `json:"source"`
		ReceivedAt time.Time `json:"received_at"`
		Supersedes string    `json:"supersedes,omitempty"`
	}{strings.TrimPrefix(text("r.id"), mine), text("r.source"), time.UnixMicro(received).UTC(), strings.TrimPrefix(text("r.supersedes"), mine)}, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write what stays of report %s: %w", text("r.id"), err)
	}
	return b, nil
}

// deleteOne takes everything out of one report. The caller holds the ledger.
func (t *tx) deleteOne(ctx context.Context, d *fraud.Deletion, was WasBox) error {
	if n, err := one(ctx, t, scanInt, "box", boxOfBeforeSQL, d.Report); err != nil || n > 0 {
		return errors.Join(err, conflict("its box in the vault has no key of its own yet: start the node once, which gives it one"))
	}
	w, err := t.readWhole(ctx, d.Report, was)
	if err != nil {
		return err
	}
	rep, err := fraud.DecodeReport(w.raw)
	if err != nil {
		return err
	}
	d.RowSHA256, d.LeftSHA256 = hex.EncodeToString(w.was[:]), hex.EncodeToString(w.left[:])
	told, err := fraud.CanonicalDigest(*d)
	if err != nil {
		return err
	}
	leaf, err := t.leaf(ctx, fraud.LeafDeletion, string(d.Report), told)
	if err != nil {
		return err
	}
	no, err := one(ctx, t, scanInt, "deletion", lastDeletionSQL)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(w.stub)
	for _, x := range []struct {
		query string
		args  []any
	}{
		{addDeletionSQL, []any{no + 1, d.Report, w.no, d.By, d.Basis, us(d.At), d.RowSHA256, d.LeftSHA256, leaf}},
		{bareReportSQL, []any{w.no, w.stub, sum[:]}},
		{dropExtractionSQL, []any{w.no}},
		{dropCardSQL, []any{w.no}},
		{dropMemberSQL, []any{d.Report}},
		{dropVaultKeySQL, []any{d.Report}},
	} {
		if _, err := t.exec(ctx, x.query, x.args...); err != nil {
			return err
		}
	}
	var rows [][]any
	for _, i := range distinct(w.sightings) {
		rows = append(rows, []any{string(i.Kind), i.Value, w.no})
	}
	if _, err := t.many(ctx, dropSightingSQL, rows); err != nil {
		return err
	}
	indexed, err := one(ctx, t, scanInt, "mark", textsDoneSQL)
	if err != nil {
		return err
	}
	if w.no <= indexed {
		if _, err := t.exec(ctx, t.dialect.dropWords(), w.no, t.dialect.words(wordsOf(textsOf(rep, w.sightings)...))); err != nil {
			return err
		}
	}
	for _, e := range rep.Evidence {
		if err := t.wipe(ctx, e.SHA256); err != nil {
			return err
		}
	}
	return t.audit(ctx, fraud.AuditEntry{At: d.At, By: d.By, Org: access.From(ctx).Org, Act: "report.delete", Ref: string(d.Report), Why: d.Basis, OK: true})
}

func scanDeletion(r row) (d fraud.Deletion, err error) {
	err = r.Scan(&d.Report, &d.By, &d.Basis, at(&d.At), &d.RowSHA256, &d.LeftSHA256)
	return d, err
}

// Deletion says how a report was deleted; ErrNotFound if it was not.
func (db *DB) Deletion(ctx context.Context, id fraud.ReportID) (fraud.Deletion, error) {
	d, err := oneOf(ctx, db, scanDeletion, "deletion", deletionSQL, id)
	return d, doing(err, "the deletion of report %s", id)
}

// CountDeletions says how many reports were deleted.
func (db *DB) CountDeletions(ctx context.Context) (int, error) {
	n, err := oneOf(ctx, db, scanInt, "deletions", lastDeletionSQL)
	return int(n), err
}

// ---- Off the disk ----

// Wipe is something that is still to go from the disk: an evidence file, or,
// with an empty name, the space that the database let go of.
type Wipe struct {
	No   int64
	File string
	At   time.Time
}

// Wipes gives what is still to go from the disk, oldest first.
func (db *DB) Wipes(ctx context.Context) ([]Wipe, error) {
	return listAll(ctx, db, func(r row) (w Wipe, err error) {
		err = r.Scan(&w.No, &w.File, at(&w.At))
		return w, err
	}, "what is to be wiped", wipesSQL)
}

// Wiped tells that these are gone from the disk.
func (db *DB) Wiped(ctx context.Context, done []Wipe) error {
	err := db.write(ctx, func(t *tx) error {
		for _, w := range done {
			if _, err := t.exec(ctx, wipedSQL, w.No); err != nil {
				return err
			}
		}
		return nil
	})
	return doing(err, "note what was wiped")
}

// WipeSpace writes the database anew without the space that it let go of, so
// that nothing that was deleted can be read off the files. Who writes waits for
// it: seconds for a gigabyte. ErrConflict if somebody else reads or writes all
// the while; then it is to be tried again.
func (db *DB) WipeSpace(ctx context.Context) error {
	return doing(db.dialect.wipe(ctx, db), "write the database anew without what was deleted")
}

// Size says how many bytes the database takes on the disk.
func (db *DB) Size(ctx context.Context) (int64, error) {
	return oneOf(ctx, db, scanInt, "size", db.dialect.size())
}

// FileHeld says whether another record here names an evidence file: a report
// that stands, an exhibit of a joint case, an item that was seized.
func (db *DB) FileHeld(ctx context.Context, sum string) (held bool, err error) {
	err = db.read(ctx, func(t *sql.Tx) error {
		n, err := one(ctx, t, scanInt, "count", `
	SELECT (SELECT COUNT(*) FROM reports WHERE `+db.dialect.holdsText("raw")+`)
	    + (SELECT COUNT(*) FROM joint_entries WHERE body LIKE '%' || CAST($1 AS TEXT) || '%')
	    + (SELECT COUNT(*) FROM seizures WHERE sha256 = $1 OR photo = $1)
	    + (SELECT COUNT(*) FROM custody WHERE sha256 = $1)
	    + (SELECT COUNT(*) FROM searches WHERE recording_sha256 = $1)`, sum)
		held = n > 0
		return err
	})
	return held, doing(err, "ask whether anything else holds a file")
}

// withoutDeleted leaves out the rows of reports, by their numbers, that were
// deleted since they were read.
func (t *tx) withoutDeleted(ctx context.Context, rows [][]any, from, to int64) ([][]any, error) {
	gone, err := list(ctx, t, scanInt, deletedBetweenSQL, from, to)
	if err != nil || len(gone) == 0 {
		return rows, err
	}
	return slices.DeleteFunc(rows, func(x []any) bool { no, ok := x[0].(int64); return ok && slices.Contains(gone, no) }), nil
}
