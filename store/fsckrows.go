package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash/maphash"

	"ringbreaker.example/fraud"
)

const (
	// Names of rows under leaves that begin with a table's; '0' comes after '/'.
	countNamedSQL = `
	SELECT COUNT(DISTINCT ref) FROM leaves
	WHERE ref > $1 AND ref < $2 AND kind IN ('row', 'found')`
	namedSQL = `
	SELECT DISTINCT ref FROM leaves
	WHERE ref > $1 AND ref < $2 AND kind IN ('row', 'found') ORDER BY ref`
)

// check holds each row of a table against its newest leaf, and each name that
// leaves tell of against the rows.
func (x rowTable) check(ctx context.Context, q queryer, f *findings) error {
	var named int64
	err := eachRowPage(ctx, q, x, func(rows []underLeaf) error {
		newest, err := newestLeaves(ctx, q, rows)
		for _, r := range rows {
			switch l, ok := newest[r.ref]; {
			case !ok:
				f.say("%s: no leaf of the ledger tells of it", r.ref)
				continue
			case l.digest != r.digest:
				f.say("%s: it is not what its leaf says", r.ref)
			case l.kind == fraud.LeafFound:
				f.before++
			}
			named++
		}
		return err
	})
	if err != nil {
		return err
	}
	span := []any{x.name + "/", x.name + "0"}
	all, err := one(ctx, q, scanInt, "leaves", countNamedSQL, span...)
	if err != nil || all == named {
		return err
	}
	have := map[string]bool{} // a table from which rows were taken is rare
	if err := eachRowPage(ctx, q, x, func(rows []underLeaf) error {
		for _, r := range rows {
			have[r.ref] = true
		}
		return nil
	}); err != nil {
		return err
	}
	return each(ctx, q, namedSQL, span, func(r row) error {
		ref, err := scanText[string](r)
		if err == nil && !have[ref] {
			f.say("%s: the ledger attests it and it is gone", ref)
		}
		return err
	})
}

const runsSQL = `
	SELECT h.first, h.last, h.marks, l.kind, l.ref, l.digest
	FROM row_runs h LEFT JOIN leaves l ON l.idx = h.leaf
	WHERE h.tbl = $1 AND h.first > $2
	ORDER BY h.first LIMIT $3`

// storedRun is a run as it was written, with its leaf and the rows that are there.
type storedRun struct {
	run       // as it was written: first, last, marks
	kind, ref sql.NullString
	digest    []byte
	have      run
	called    []string // what findings call the rows
}

func scanRun(r row) (x *storedRun, err error) {
	x = new(storedRun)
	err = r.Scan(&x.first, &x.last, &x.marks, &x.kind, &x.ref, &x.digest)
	return x, err
}

// runs hands the rows of a table, in order, to the runs that they are of.
type runs struct {
	table runTable
	f     *findings
	page  []*storedRun
	count int64
}

// check holds each row of a table against the leaf of its run.
func (x runTable) check(ctx context.Context, q queryer, f *findings) error {
	var no int64
	var name any
	read := newRowReader(x.name, x.list(), &no, &name)
	return x.eachRun(ctx, q, f, x.columns+", "+x.number+", "+x.called, func(r row) (int64, string, [32]byte, error) {
		digest, err := read.read(r)
		return no, fmt.Sprintf("%s/%v", x.name, name), digest, err
	})
}

// eachRun reads the table once and asks of each row its number, its name and
// its digest.
func (x runTable) eachRun(ctx context.Context, q queryer, f *findings, columns string, read func(row) (int64, string, [32]byte, error)) error {
	s := runs{table: x, f: f}
	query := "SELECT " + columns + " FROM " + x.from + " WHERE " + x.number + " > $1 AND " + x.number + " <= $2 ORDER BY " + x.number
	from, before := int64(-1<<62), int64(-1<<62)
	for more := true; more; {
		var err error
		if s.page, err = list(ctx, q, scanRun, runsSQL, x.name, from, rowPage); err != nil {
			return err
		}
		to := int64(1<<63 - 1) // beyond the last run there is nothing
		if more = len(s.page) == rowPage; more {
			to = s.page[len(s.page)-1].last
		}
		if len(s.page) > 0 {
			from = s.page[len(s.page)-1].first
		}
		err = each(ctx, q, query, []any{before, to}, func(r row) error {
			no, name, digest, err := read(r)
			if err == nil {
				s.row(no, name, digest)
			}
			return err
		})
		if err != nil {
			return err
		}
		for len(s.page) > 0 {
			s.end()
		}
		before = to
	}
	all, err := one(ctx, q, scanInt, "leaves", countNamedSQL, x.name+"/", x.name+"0")
	if err == nil && all != s.count {
		f.say("%s: the ledger attests %d runs of rows and %d are there", x.name, all, s.count)
	}
	return err
}

// row takes the next row.
func (s *runs) row(no int64, name string, digest [32]byte) {
	for len(s.page) > 0 && no > s.page[0].last {
		s.end()
	}
	if len(s.page) == 0 || no < s.page[0].first {
		s.f.say("%s: no leaf of the ledger tells of it", name)
		return
	}
	x := s.page[0]
	x.have.add(digest)
	x.called = append(x.called, name)
}

// end holds the rows of the first run that waits against its leaf.
func (s *runs) end() {
	x := s.page[0]
	s.page = s.page[1:]
	s.count++
	ref := s.table.ref(x.first, x.last)
	sum := sha256.Sum256(x.have.sum)
	whole := bytes.Equal(sum[:], x.digest) && x.ref.String == ref && (x.kind.String == string(fraud.LeafRow) || x.kind.String == string(fraud.LeafFound))
	if whole && bytes.Equal(x.have.marks, x.marks) {
		if x.kind.String == string(fraud.LeafFound) {
			s.f.before += len(x.called)
		}
		return
	}
	if whole {
		s.f.say("row_runs/%s: its marks are not those of its rows", ref)
		return
	}
	said := false
	for i, name := range x.called {
		at := i * markBytes
		if at+markBytes > len(x.marks) {
			break
		}
		if !bytes.Equal(x.have.marks[at:at+markBytes], x.marks[at:at+markBytes]) {
			s.f.say("%s: it is not what its leaf says", name)
			said = true
			if len(x.have.marks) != len(x.marks) {
				break // all after a row that is gone differ
			}
		}
	}
	if have, want := len(x.called), len(x.marks)/markBytes; have != want {
		s.f.say("row_runs/%s: %d rows were written and %d are there", ref, want, have)
	} else if !said {
		s.f.say("row_runs/%s: its rows are not what its leaf says", ref)
	}
}

// reportCheck reads each report once: it holds it against its leaf, its JSON
// against the hash that was written with it, all its other columns against the
// leaf of its run, and the index of indicators against what was taken out. Of a
// deleted one nothing may be there; its row's digest was written down.
func reportCheck(was WasBox) func(context.Context, queryer, *findings) error {
	return func(ctx context.Context, q queryer, f *findings) error { return checkReports(ctx, q, f, was) }
}

func checkReports(ctx context.Context, q queryer, f *findings, was WasBox) error {
	x := keptReports
	var no, last, leaves int64
	var raw sql.RawBytes
	var attested, key []byte
	var gone, left sql.NullString // digests of a deleted report's row, as it was and as it is
	read := newRowReader(x.name, x.list(), &no, &raw, &attested, &key, &gone, &left)
	at := placesOf(x)
	read.mend = func(values []any) { mendBox(values, at, key, was) }
	index := indexSums{seed: maphash.MakeSeed()}
	err := x.eachRun(ctx, q, f, x.columns+", r.no, r.raw, "+reportLeafSQL+", k.wrapped, d.row_was, d.row_left", func(r row) (int64, string, [32]byte, error) {
		attested, key = nil, nil
		digest, err := read.read(r)
		if err != nil {
			return 0, "", digest, err
		}
		get := func(column string) []byte { b, _ := read.values[at[column]].([]byte); return b }
		id := fmt.Sprint(read.values[at["r.id"]])
		if no != last+1 {
			f.say("report number %d is missing", last+1)
		}
		last = no
		if attested != nil {
			leaves++
		}
		switch sum := sha256.Sum256(raw); {
		case attested == nil:
			f.say("report %s: the ledger has no leaf for it", id)
		case !bytes.Equal(attested, get("r.digest")):
			f.say("report %s: its digest is not the one in the ledger", id)
		case !bytes.Equal(get("r.raw_sha256"), sum[:]):
			f.say("report %s: its JSON was changed after it was accepted", id)
		}
		if gone.Valid {
			if hex.EncodeToString(digest[:]) != left.String || key != nil {
				f.say("report %s: it was deleted, and what is there is not what was left of it", id)
			}
			if b, err := hex.DecodeString(gone.String); err == nil && len(b) == len(digest) {
				digest = [32]byte(b)
			}
			index.took(no, nil)
			return no, "report " + id, digest, nil
		}
		list, err := unpackSightings(fraud.ReportID(id), get("e.sightings"))
		if err == nil {
			_, err = unpackSketches(get("e.sketches"))
		}
		if err != nil {
			f.say("report %s: what was taken out of it cannot be read", id)
		}
		index.took(no, list)
		return no, "report " + id, digest, nil
	})
	if err != nil {
		return err
	}
	if err := index.check(ctx, q, f); err != nil || uint64(leaves) == f.tree[fraud.LeafReport][0] {
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
	reportLeafSQL = `(SELECT l.digest FROM leaves l WHERE l.ref = r.id AND l.kind = 'report' ORDER BY l.idx LIMIT 1)`
	indexSQL      = `SELECT kind, value, report_no FROM sightings`
	reportNoSQL   = `SELECT id FROM reports WHERE no = $1`
)

// indexSums holds, for each report by its number, the sum of the hashes of what
// was taken out of it less those of what the index has: eight bytes a report.
type indexSums struct {
	seed maphash.Seed
	sums []uint64
}

func (x *indexSums) hash(kind, value string) uint64 {
	var h maphash.Hash
	h.SetSeed(x.seed)
	h.WriteString(kind)
	h.WriteByte(0)
	h.WriteString(value)
	return h.Sum64()
}

func (x *indexSums) took(no int64, list []fraud.Sighting) {
	if no < 0 || no > int64(len(x.sums))+1<<20 {
		return // no number that a report was ever given
	}
	for int64(len(x.sums)) <= no {
		x.sums = append(x.sums, 0)
	}
	for _, i := range distinct(list) {
		x.sums[no] += x.hash(string(i.Kind), i.Value)
	}
}

func (x *indexSums) check(ctx context.Context, q queryer, f *findings) error {
	dangling := 0
	err := each(ctx, q, indexSQL, nil, func(r row) error {
		var kind, value sql.RawBytes
		var no int64
		if err := r.Scan(&kind, &value, &no); err != nil {
			return err
		}
		if no < 1 || no >= int64(len(x.sums)) {
			dangling++
			return nil
		}
		x.sums[no] -= x.hash(string(kind), string(value))
		return nil
	})
	if err != nil {
		return err
	}
	if dangling > 0 {
		f.say("sightings: %d belong to no report", dangling)
	}
	for no, sum := range x.sums {
		if sum == 0 || len(f.list) >= maxFindings {
			continue
		}
		ids, err := list(ctx, q, scanText[string], reportNoSQL, no)
		if err != nil {
			return err
		}
		for _, id := range ids {
			f.say("report %s: the index of its indicators is not what was taken out of it", id)
		}
	}
	return nil
}
