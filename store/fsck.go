package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

// maxFindings bounds the answer of Fsck: past it, more lines help nobody.
const maxFindings = 1000

// findings collects what Fsck has to say.
type findings struct {
	list   []string
	before int   // rows that are under leaves since an upgrade found them
	tree   tally // leaves by kind, as the tree has them
	rows   tally // and as rows name them
}

func (f *findings) say(format string, args ...any) {
	if len(f.list) < maxFindings {
		f.list = append(f.list, fmt.Sprintf(format, args...))
	}
}

// tally counts leaves, and adds up which they are, so that two sets of them
// are compared without keeping either.
type tally map[fraud.LeafKind][2]uint64

func (t tally) add(kind fraud.LeafKind, idx int64) {
	x := t[kind]
	t[kind] = [2]uint64{x[0] + 1, x[1] + maphash.Comparable(tallySeed, idx)}
}

var tallySeed = maphash.MakeSeed()

// Fsck holds the whole database against itself and its ledger, and gives what
// is wrong, a sentence each, at most 1,000; none means sound. It checks that
//
//   - the file and its foreign keys are whole (SQLite; PostgreSQL keeps them so);
//   - the Merkle hashes are those of the leaves, and no leaf is missing;
//   - each report's stored digest is the one its leaf attests, and the stored
//     JSON is byte for byte what was written (the digest is of the report as
//     it came, with the identity that now lies in the vault, so the JSON has a
//     hash of its own);
//   - what was taken out of reports can be read, and its index is of just that;
//   - of a report that was deleted nothing is there but that it was;
//   - each custody chain is unbroken;
//   - each row of a table of attested.go is as its leaf says, each such leaf has
//     its row, and rows stand in the order in which they were written.
//
// It reads one state, in bounded memory, while the node goes on.
func (db *DB) Fsck(ctx context.Context) ([]string, error) {
	found, _, err := db.FsckCounting(ctx, nil)
	return found, err
}

// FsckCounting is Fsck that says too how many rows were written before their
// tables were under leaves: of these it is known that nothing changed since the
// upgrade. was gives a box of the vault as it was when its report was accepted
// ([access.Vault.Was]); without it those that got a key of their own later are
// told as changed.
func (db *DB) FsckCounting(ctx context.Context, was WasBox) (found []string, before int, err error) {
	f := findings{tree: tally{}, rows: tally{}}
	err = db.read(ctx, func(t *sql.Tx) error {
		checks := []func(context.Context, queryer, *findings) error{db.checkEngine, checkLedger, reportCheck(was), checkCustody, checkNouns, checkManifests}
		for _, x := range rowTables {
			checks = append(checks, x.check)
		}
		for _, x := range []runTable{auditRuns, ringEventRuns} {
			checks = append(checks, x.check)
		}
		for _, check := range checks {
			if err := check(ctx, t, &f); err != nil {
				return err
			}
		}
		return nil
	})
	return f.list, f.before, doing(err, "check the database")
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
			if l.Kind != fraud.LeafStatus || !ofNoReferral(l.Ref) {
				f.tree.add(l.Kind, l.idx)
			}
		}
		prune(known, next)
	}
	size, err := one(ctx, q, scanInt, "ledger", leafCountSQL)
	if err != nil && !errors.Is(err, fraud.ErrNotFound) {
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

// ofNoReferral says that a leaf of the kind "status" is of no referral's course.
func ofNoReferral(ref string) bool {
	return strings.HasPrefix(ref, "keys/") || strings.HasPrefix(ref, "fork/")
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

const (
	allCustodySQL = `
	SELECT c.item, c.seq, c.act, c.holder, c.from_whom, c.place, c.why, c.seal, c.sha256, c.at, c.by_person, c.prev, c.hash, c.leaf, l.ref, l.digest
	FROM custody c LEFT JOIN leaves l ON l.idx = c.leaf AND l.kind = 'custody'
	ORDER BY c.item, c.seq`
	itemsWithoutCustodySQL = `
	SELECT s.id FROM seizures s
	WHERE NOT EXISTS (SELECT 1 FROM custody c WHERE c.item = s.id) ORDER BY s.id`
)

func checkCustody(ctx context.Context, q queryer, f *findings) error {
	var last fraud.CustodyEvent
	err := each(ctx, q, allCustodySQL, nil, func(r row) error {
		var e fraud.CustodyEvent
		var attested []byte
		var ref sql.NullString
		var leaf int64
		if err := r.Scan(&e.Item, &e.Seq, &e.Act, &e.Holder, &e.From, &e.Place, &e.Why, &e.Seal, &e.SHA256, at(&e.At), &e.By, &e.Prev, &e.Hash, &leaf, &ref, &attested); err != nil {
			return err
		}
		f.rows.add(fraud.LeafCustody, leaf)
		if e.Item != last.Item {
			last = fraud.CustodyEvent{Item: e.Item}
		}
		if sum, err := e.ChainHash(); err != nil || sum != e.Hash {
			f.say("custody of %s: event %d was changed after it was written", e.Item, e.Seq)
		}
		if e.Seq != last.Seq+1 || e.Prev != last.Hash {
			f.say("custody of %s: event %d does not follow the one before it", e.Item, e.Seq)
		}
		if hex.EncodeToString(attested) != e.Hash || ref.String != custodyRef(e) {
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

// checkNouns holds the rows that name their leaves against these, and these
// against the rows.
func checkNouns(ctx context.Context, q queryer, f *findings) error {
	for _, x := range nounTables {
		last := leafOf{idx: -1}
		err := each(ctx, q, x.query, nil, func(r row) error {
			l := leafOf{idx: -1}
			id, noun, err := x.read(r, &l)
			if err == nil {
				err = attests(noun, l.digest)
			}
			if err != nil {
				f.say("%s %s is not the one in the ledger", x.name, id)
			} else if l.idx <= last.idx {
				f.say("%s %s does not stand where it was written", x.name, id)
			}
			f.rows.add(x.kind, l.idx)
			last = l
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, kind := range leafNaming {
		if f.tree[kind] == f.rows[kind] {
			continue
		}
		err := each(ctx, q, goneSQL(kind), []any{string(kind)}, func(r row) error {
			ref, err := scanText[string](r)
			if kind != fraud.LeafStatus || !ofNoReferral(ref) {
				f.say("%s %s: the ledger attests it and it is gone", kind, ref)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// leafNaming are the kinds of leaf that rows name, each with the tables.
var leafNaming = []fraud.LeafKind{fraud.LeafJudgement, fraud.LeafVaultOpening, fraud.LeafDeletion, fraud.LeafStatus, fraud.LeafShare, fraud.LeafJoint, fraud.LeafCustody}

// goneSQL asks for the leaves of a kind that no row names.
func goneSQL(kind fraud.LeafKind) string {
	q := "SELECT l.ref FROM leaves l WHERE l.kind = $1"
	tables := []string{"custody"}
	if kind != fraud.LeafCustody {
		tables = nil
	}
	for _, x := range nounTables {
		if x.kind == kind {
			tables = append(tables, x.table)
		}
	}
	for _, t := range tables {
		q += " AND NOT EXISTS (SELECT 1 FROM " + t + " x WHERE x.leaf = l.idx)"
	}
	return q + " ORDER BY l.idx"
}

// attests compares a record with what its leaf says of it.
func attests(v any, leaf []byte) error {
	digest, err := fraud.CanonicalDigest(v)
	if err != nil {
		return err
	}
	return sameBytes(digest[:], leaf)
}

func sameBytes(a, b []byte) error {
	if !bytes.Equal(a, b) {
		return errChanged
	}
	return nil
}

// A manifest that is built anew before it is signed by all has a leaf for each
// time it was signed by us; the record's is one of them.
const manifestsSQL = `
	SELECT r.id, r.version, r.manifest, l.digest
	FROM referrals r JOIN leaves l ON l.kind = 'manifest' AND l.ref = r.id || '/' || r.version
	WHERE r.status <> 'draft'
	ORDER BY r.id, r.version, l.idx`

// checkManifests holds what was signed against the leaf that the signatures'
// proofs rest on.
func checkManifests(ctx context.Context, q queryer, f *findings) error {
	type signed struct{ id, version string }
	var list []signed
	whole := map[signed]bool{}
	err := each(ctx, q, manifestsSQL, nil, func(r row) error {
		var x signed
		var manifest string
		var digest []byte
		if err := r.Scan(&x.id, &x.version, &manifest, &digest); err != nil {
			return err
		}
		if _, ok := whole[x]; !ok {
			list = append(list, x)
		}
		whole[x] = whole[x] || manifest == hex.EncodeToString(digest)
		return nil
	})
	for _, x := range list {
		if !whole[x] {
			f.say("referrals/%s/%s: its manifest is not one that the ledger attests", x.id, x.version)
		}
	}
	return err
}
