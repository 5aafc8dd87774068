package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

// maxFindings bounds the answer of Fsck: past it, more lines help nobody.
const maxFindings = 1000

// findings collects what Fsck has to say.
type findings struct{ list []string }

func (f *findings) say(format string, args ...any) {
	if len(f.list) < maxFindings {
		f.list = append(f.list, fmt.Sprintf(format, args...))
	}
}

// Fsck holds the whole database against itself and its ledger, and gives what
// is wrong, a sentence each, at most 1,000; none means sound. It checks that
//
//   - the file and its foreign keys are whole (SQLite; PostgreSQL keeps them so);
//   - the Merkle hashes are those of the leaves, and no leaf is missing;
//   - each report's stored digest is the one its leaf attests, and the stored
//     JSON is byte for byte what was written (the digest is of the report as
//     it came, with the identity that now lies in the vault, so the JSON has a
//     hash of its own);
//   - what was taken out of reports can be read, and its index is whole;
//   - each custody chain is unbroken and attested, each judgement, opening of
//     the vault, status, share, recall and line of a joint case is what its leaf
//     says.
//
// It reads one state, in bounded memory, while the node goes on.
func (db *DB) Fsck(ctx context.Context) ([]string, error) {
	var f findings
	err := db.read(ctx, func(t *sql.Tx) error {
		for _, check := range []func(context.Context, queryer, *findings) error{
			db.checkEngine, checkLedger, checkReports, checkExtractions, checkCustody, checkJudgements, checkOpenings, checkStatuses, checkShares, checkJoint,
		} {
			if err := check(ctx, t, &f); err != nil {
				return err
			}
		}
		return nil
	})
	return f.list, doing(err, "check the database")
}

func (db *DB) checkEngine(ctx context.Context, q queryer, f *findings) error {
	query := db.dialect.integrity()
	if query == "" {
		return nil
	}
	return each(ctx, q, query, nil, func(r row) error {
		line, err := scanText[string](r)
		f.say("%s", line)
		return err
	})
}

const (
	leafPageSQL = `
	SELECT idx, kind, ref, digest, at, bytes FROM leaves
	WHERE idx >= $1 ORDER BY idx LIMIT $2`
	hashPageSQL = `
	SELECT idx, hash FROM ledger_hashes
	WHERE idx >= $1 AND idx < $2 ORDER BY idx`
	countHashesSQL = `SELECT COUNT(*) FROM ledger_hashes`
	leafPage       = 4096 // leaves in memory at a time
)

// storedLeaf is a leaf with the bytes that the tree hashed.
type storedLeaf struct {
	fraud.Leaf
	idx   int64
	bytes []byte
}

func scanLeaf(r row) (l storedLeaf, err error) {
	var digest []byte
	err = r.Scan(&l.idx, &l.Kind, &l.Ref, &digest, at(&l.At), &l.bytes)
	copy(l.Digest[:], digest)
	return l, err
}

// checkLedger computes the Merkle hashes again from the leaves and compares
// them with the stored ones, page by page.
func checkLedger(ctx context.Context, q queryer, f *findings) error {
	var next int64
	known := make(hashMap) // what appending needs to know of the past
	for {
		page, err := list(ctx, q, scanLeaf, leafPageSQL, next, leafPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		end := page[len(page)-1].idx + 1
		stored, err := hashRange(ctx, q, tlog.StoredHashIndex(0, page[0].idx), tlog.StoredHashIndex(0, end))
		if err != nil {
			return err
		}
		for _, l := range page {
			if l.idx != next {
				f.say("ledger: leaf %d is missing", next)
			}
			next = l.idx + 1
			checkLeaf(l, known, stored, f)
		}
		prune(known, next)
	}
	size, err := one(ctx, q, scanInt, "ledger", leafCountSQL)
	if err != nil {
		return err
	}
	if size != next {
		f.say("ledger: its head says %d leaves, there are %d", size, next)
	}
	hashes, err := one(ctx, q, scanInt, "ledger", countHashesSQL)
	if err == nil && hashes != tlog.StoredHashCount(next) {
		f.say("ledger: %d hashes are stored, %d leaves have %d", hashes, next, tlog.StoredHashCount(next))
	}
	return err
}

func hashRange(ctx context.Context, q queryer, from, to int64) (hashMap, error) {
	stored := make(hashMap)
	err := each(ctx, q, hashPageSQL, []any{from, to}, func(r row) error {
		var idx int64
		var h []byte
		if err := r.Scan(&idx, &h); err != nil {
			return err
		}
		stored[idx] = tlog.Hash(h)
		return nil
	})
	return stored, err
}

func checkLeaf(l storedLeaf, known, stored hashMap, f *findings) {
	if want, err := l.Bytes(); err != nil || !bytes.Equal(want, l.bytes) {
		f.say("ledger: leaf %d does not hold what its columns say", l.idx)
	}
	want, err := tlog.StoredHashes(l.idx, l.bytes, known)
	if err != nil {
		f.say("ledger: the tree cannot be computed past leaf %d", l.idx)
		return
	}
	pos := tlog.StoredHashIndex(0, l.idx)
	for j, h := range want {
		known[pos+int64(j)] = h
		switch have, ok := stored[pos+int64(j)]; {
		case !ok:
			f.say("ledger: hash %d is missing", pos+int64(j))
		case have != h:
			f.say("ledger: hash %d is not that of its leaves", pos+int64(j))
		}
	}
}

// prune forgets all hashes but the frontier of a tree of size leaves.
func prune(known hashMap, size int64) {
	keep := make(hashMap)
	for level := 0; size>>level > 0; level++ {
		if size>>level&1 == 1 {
			i := tlog.StoredHashIndex(level, size>>level-1)
			keep[i] = known[i]
		}
	}
	clear(known)
	for i, h := range keep {
		known[i] = h
	}
}

const checkReportsSQL = `
	SELECT r.no, r.id, r.digest, r.raw, r.raw_sha256, l.digest
	FROM reports r LEFT JOIN leaves l ON l.kind = 'report' AND l.ref = r.id
	ORDER BY r.no`

func checkReports(ctx context.Context, q queryer, f *findings) error {
	var last int64
	err := each(ctx, q, checkReportsSQL, nil, func(r row) error {
		var no int64
		var id fraud.ReportID
		var digest, raw, raw256, attested []byte
		if err := r.Scan(&no, &id, &digest, &raw, &raw256, &attested); err != nil {
			return err
		}
		if no != last+1 && no != last {
			f.say("report number %d is missing", last+1)
		}
		last = no
		switch sum := sha256.Sum256(raw); {
		case attested == nil:
			f.say("report %s: the ledger has no leaf for it", id)
		case !bytes.Equal(attested, digest):
			f.say("report %s: its digest is not the one in the ledger", id)
		case !bytes.Equal(raw256, sum[:]):
			f.say("report %s: its JSON was changed after it was accepted", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(ctx, q, lostReportsSQL, nil, func(r row) error {
		ref, err := scanText[string](r)
		f.say("report %s: the ledger attests it and it is gone", ref)
		return err
	})
}

const (
	lostReportsSQL = `
	SELECT l.ref FROM leaves l
	WHERE l.kind = 'report' AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.id = l.ref)
	ORDER BY l.idx`
	extractionsSQL = `
	SELECT r.id, e.sightings, e.sketches, COALESCE(s.n, 0)
	FROM reports r
	LEFT JOIN extractions e ON e.report_no = r.no
	LEFT JOIN (SELECT report_no, COUNT(*) AS n FROM sightings GROUP BY report_no) s ON s.report_no = r.no
	ORDER BY r.no`
	danglingSQL = `
	SELECT COUNT(*) FROM sightings s
	WHERE NOT EXISTS (SELECT 1 FROM reports r WHERE r.no = s.report_no)`
)

func checkExtractions(ctx context.Context, q queryer, f *findings) error {
	err := each(ctx, q, extractionsSQL, nil, func(r row) error {
		var id fraud.ReportID
		var packed, sketches []byte
		var have int64
		if err := r.Scan(&id, &packed, &sketches, &have); err != nil {
			return err
		}
		list, err := unpackSightings(id, packed)
		if err == nil {
			_, err = unpackSketches(sketches)
		}
		if err != nil {
			f.say("report %s: what was taken out of it cannot be read", id)
		} else if want := int64(len(distinct(list))); want != have {
			f.say("report %s: %d indicators were taken out of it and %d are in the index", id, want, have)
		}
		return nil
	})
	if err != nil {
		return err
	}
	n, err := one(ctx, q, scanInt, "sightings", danglingSQL)
	if n > 0 {
		f.say("sightings: %d belong to no report", n)
	}
	return err
}

const allCustodySQL = `
	SELECT item, seq, act, holder, from_whom, place, why, seal, sha256, at, by_person, prev, hash,
	    (SELECT l.digest FROM leaves l WHERE l.idx = custody.leaf AND l.kind = 'custody')
	FROM custody ORDER BY item, seq`

func checkCustody(ctx context.Context, q queryer, f *findings) error {
	var last fraud.CustodyEvent
	err := each(ctx, q, allCustodySQL, nil, func(r row) error {
		var e fraud.CustodyEvent
		var attested []byte
		if err := r.Scan(&e.Item, &e.Seq, &e.Act, &e.Holder, &e.From, &e.Place, &e.Why, &e.Seal, &e.SHA256, at(&e.At), &e.By, &e.Prev, &e.Hash, &attested); err != nil {
			return err
		}
		if e.Item != last.Item {
			last = fraud.CustodyEvent{Item: e.Item}
		}
		if sum, err := e.ChainHash(); err != nil || sum != e.Hash {
			f.say("custody of %s: event %d was changed after it was written", e.Item, e.Seq)
		}
		if e.Seq != last.Seq+1 || e.Prev != last.Hash {
			f.say("custody of %s: event %d does not follow the one before it", e.Item, e.Seq)
		}
		if hex.EncodeToString(attested) != e.Hash {
			f.say("custody of %s: event %d is not the one in the ledger", e.Item, e.Seq)
		}
		if e.At.Before(last.At) {
			f.say("custody of %s: event %d is before the one it follows", e.Item, e.Seq)
		}
		last = e
		return nil
	})
	if err != nil {
		return err
	}
	return each(ctx, q, itemsWithoutCustodySQL, nil, func(r row) error {
		id, err := scanText[string](r)
		f.say("custody of %s: the item has no chain", id)
		return err
	})
}

const (
	itemsWithoutCustodySQL = `
	SELECT s.id FROM seizures s
	WHERE NOT EXISTS (SELECT 1 FROM custody c WHERE c.item = s.id) ORDER BY s.id`
	attestedJudgementsSQL = `
	SELECT j.id, j.verdict, j.a, j.b, j.kind, j.value, j.withdraws, j.by_person, j.reason, j.at, l.digest
	FROM judgements j LEFT JOIN leaves l ON l.idx = j.leaf AND l.kind = 'judgement' AND l.ref = j.id
	ORDER BY j.no`
	attestedOpeningsSQL = `
	SELECT o.report_id, o.by_person, o.reason, o.at, l.digest
	FROM vault_openings o LEFT JOIN leaves l ON l.idx = o.leaf AND l.kind = 'vault_opening'
	ORDER BY o.no`
	attestedStatusesSQL = `
	SELECT s.referral, s.status, s.says, s.figures, s.disrupted, s.from_org, s.at, s.signature, s.digest, l.digest
	FROM referral_statuses s LEFT JOIN leaves l ON l.idx = s.leaf AND l.kind = 'status'
	ORDER BY s.no`
	attestedSharesSQL = `
	SELECT s.id, s.what, s.ref, s.to_org, s.by_person, s.basis, s.tlp, s.pap, s.at, l.digest
	FROM shares s LEFT JOIN leaves l ON l.idx = s.leaf AND l.kind = 'share' AND l.ref = s.id
	ORDER BY s.id`
	attestedRecallsSQL = `
	SELECT c.share_id, c.at, c.receipt, l.digest
	FROM share_recalls c LEFT JOIN leaves l ON l.idx = c.leaf AND l.kind = 'share' AND l.ref = c.share_id
	ORDER BY c.no`
)

// attests compares a record with what its leaf says of it.
func attests(v any, leaf []byte) error {
	digest, err := fraud.CanonicalDigest(v)
	if err == nil && !bytes.Equal(digest[:], leaf) {
		err = errors.New("not what its leaf says")
	}
	return err
}

func checkJudgements(ctx context.Context, q queryer, f *findings) error {
	return each(ctx, q, attestedJudgementsSQL, nil, func(r row) error {
		var j fraud.Judgement
		var leaf []byte
		if err := r.Scan(&j.ID, &j.Verdict, opt(&j.A), opt(&j.B), &j.Indicator.Kind, &j.Indicator.Value, opt(&j.Withdraws), &j.By, &j.Reason, at(&j.At), &leaf); err != nil {
			return err
		}
		if attests(j, leaf) != nil {
			f.say("judgement %s is not the one in the ledger", j.ID)
		}
		return nil
	})
}

func checkOpenings(ctx context.Context, q queryer, f *findings) error {
	return each(ctx, q, attestedOpeningsSQL, nil, func(r row) error {
		var o opening
		var leaf []byte
		if err := r.Scan(&o.Report, &o.By, &o.Reason, at(&o.At), &leaf); err != nil {
			return err
		}
		if attests(o, leaf) != nil {
			f.say("the opening of report %s in the vault at %s is not the one in the ledger", o.Report, o.At.Format(time.RFC3339))
		}
		return nil
	})
}

// checkShares holds what left the node, and what was called back, against
// their leaves.
func checkShares(ctx context.Context, q queryer, f *findings) error {
	err := each(ctx, q, attestedSharesSQL, nil, func(r row) error {
		var s fraud.Share
		var leaf []byte
		if err := r.Scan(&s.ID, &s.What, &s.Ref, &s.To, &s.By, into(&s.Basis), &s.Mark.TLP, &s.Mark.PAP, at(&s.At), &leaf); err != nil {
			return err
		}
		if attests(s, leaf) != nil {
			f.say("share %s is not the one in the ledger", s.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(ctx, q, attestedRecallsSQL, nil, func(r row) error {
		var c recall
		var leaf []byte
		if err := r.Scan(&c.Share, at(&c.At), &c.Receipt, &leaf); err != nil {
			return err
		}
		if attests(c, leaf) != nil {
			f.say("the recall of share %s at %s is not the one in the ledger", c.Share, c.At.Format(time.RFC3339))
		}
		return nil
	})
}

// checkStatuses compares the digest that was kept: figures are JSON, and JSON
// read back is never hashed again.
func checkStatuses(ctx context.Context, q queryer, f *findings) error {
	return each(ctx, q, attestedStatusesSQL, nil, func(r row) error {
		var e fraud.StatusEvent
		var digest, leaf []byte
		if err := r.Scan(&e.Referral, &e.Status, &e.Says, into(&e.Figures), into(&e.Disrupted), &e.From, at(&e.At), &e.Signature, &digest, &leaf); err != nil {
			return err
		}
		if !bytes.Equal(digest, leaf) || attests(e, leaf) != nil {
			f.say("status %s of referral %s is not the one in the ledger", e.Status, e.Referral)
		}
		return nil
	})
}

// Backup writes a whole, consistent copy of the database to a new file while
// the node goes on; the copy is on disk when it returns. It refuses, with
// ErrConflict, a file that is there. PostgreSQL is backed up with its own
// pg_dump, and Backup says so with ErrInvalid.
func (db *DB) Backup(ctx context.Context, path string) error {
	return doing(db.dialect.backup(ctx, db, path), "back the database up")
}

const (
	vacuumSQL   = `VACUUM INTO $1`
	mayWriteSQL = `PRAGMA query_only = 0`
	mayReadSQL  = `PRAGMA query_only = 1`
)

// vacuumInto copies on a reader's connection, so that the writer goes on.
// SQLite wants the right to write for it, though it writes the copy alone.
func vacuumInto(ctx context.Context, db *DB, path string) (err error) {
	conn, err := db.reader.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, mayWriteSQL); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, vacuumSQL, path)
	_, back := conn.ExecContext(context.WithoutCancel(ctx), mayReadSQL)
	return errors.Join(err, back)
}

// backup writes beside the target and renames, so that a file of that name is
// always a whole copy.
func (sqliteFile) backup(ctx context.Context, db *DB, path string) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return conflict("the file is there already: give another name")
	}
	half := path + ".part"
	if err := os.Remove(half); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(half))
		}
	}()
	if err := vacuumInto(ctx, db, half); err != nil {
		return err
	}
	if err := synced(half); err != nil {
		return err
	}
	if err := os.Rename(half, path); err != nil {
		return err
	}
	return synced(filepath.Dir(path))
}

// synced waits until a file or a folder is on disk.
func synced(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
