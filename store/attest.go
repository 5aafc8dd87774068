package store

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"ringbreaker.example/fraud"
)

// rowHead begins what the digest of a row is of (docs/spec/ledger.md).
const rowHead = "ringbreaker/row/1"

// rowDigest is of a table's name and a row's columns in the list's order. Both
// engines give the same.
func rowDigest(buf []byte, table string, columns []string, values []any) (digest [32]byte, _ []byte, err error) {
	buf = appendText(appendText(buf[:0], 's', rowHead), 's', table)
	for i, v := range values {
		buf = appendText(buf, 'c', columns[i])
		if buf, err = appendValue(buf, v); err != nil {
			return digest, buf, fmt.Errorf("column %s of %s: %w", columns[i], table, err)
		}
	}
	return sha256.Sum256(buf), buf, nil
}

func appendText[T string | []byte](b []byte, tag byte, s T) []byte {
	return append(binary.BigEndian.AppendUint64(append(b, tag), uint64(len(s))), s...)
}

func appendValue(b []byte, v any) ([]byte, error) {
	switch x := v.(type) {
	case nil:
		return append(b, 'n'), nil
	case int64:
		return binary.BigEndian.AppendUint64(append(b, 'i'), uint64(x)), nil
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 'f'), math.Float64bits(x)), nil
	case string:
		return appendText(b, 's', x), nil
	case []byte:
		return appendText(b, 'b', x), nil
	case bool:
		if x {
			return appendValue(b, int64(1))
		}
		return appendValue(b, int64(0))
	case driver.Valuer:
		written, err := x.Value()
		if err != nil {
			return b, err
		}
		return appendValue(b, written)
	}
	if x := reflect.ValueOf(v); x.Kind() == reflect.String {
		return appendText(b, 's', x.String()), nil
	}
	return b, fmt.Errorf("a digest of %T is not defined", v)
}

// rowReader reads whatever columns a query answers with, and makes the digest of them.
type rowReader struct {
	table   string
	columns []string
	values  []any
	dest    []any
	buf     []byte
	mend    func(values []any) // what is done to a row's columns before the digest is made; nil for nothing
}

// newRowReader reads rows of these columns; more is where what else the query
// answers with, after them, is put.
func newRowReader(table string, columns []string, more ...any) *rowReader {
	x := &rowReader{table: table, columns: columns, values: make([]any, len(columns))}
	for i := range x.values {
		x.dest = append(x.dest, &x.values[i])
	}
	x.dest = append(x.dest, more...)
	return x
}

func (x *rowReader) read(r row) ([32]byte, error) {
	if err := r.Scan(x.dest...); err != nil {
		return [32]byte{}, err
	}
	if x.mend != nil {
		x.mend(x.values)
	}
	digest, buf, err := rowDigest(x.buf, x.table, x.columns, x.values)
	x.buf = buf
	return digest, err
}

// underLeaf is a row as its leaf names and tells of it.
type underLeaf struct {
	ref    string
	digest [32]byte
}

// escaped keeps a part of a name one part and one line.
var escaped = strings.NewReplacer("%", "%25", "/", "%2F", "\n", "%0A", "\r", "%0D")

func (x rowTable) ref(key []any) string {
	parts := []string{x.name}
	for _, k := range key {
		parts = append(parts, escaped.Replace(fmt.Sprint(k)))
	}
	return strings.Join(parts, "/")
}

// one is the query for a row by its key, page that for the rows after a key.
func (x rowTable) one() string {
	var where []string
	for i, k := range x.key {
		where = append(where, fmt.Sprintf("%s = $%d", k, i+1))
	}
	return "SELECT " + strings.Join(x.columns(), ", ") + " FROM " + x.name + " WHERE " + strings.Join(where, " AND ")
}

func (x rowTable) page(first bool) string {
	key := strings.Join(x.key, ", ")
	q := "SELECT " + strings.Join(x.columns(), ", ") + " FROM " + x.name
	if !first {
		var after []string
		for i := range x.key {
			after = append(after, fmt.Sprintf("$%d", i+1))
		}
		q += " WHERE (" + key + ") > (" + strings.Join(after, ", ") + ")"
	}
	return q + " ORDER BY " + key + fmt.Sprintf(" LIMIT %d", rowPage)
}

// rowPage is how many rows, with their leaves, are in memory at a time.
const rowPage = 1000

// attest appends a leaf for each of the rows of a table that these keys name,
// as they now stand. One that stands as its newest leaf says gets none. The
// caller holds the ledger.
func (t *tx) attest(ctx context.Context, table string, keys ...[]any) error {
	x := rowTableOf(table)
	read := newRowReader(x.name, x.columns())
	rows := make([]underLeaf, 0, len(keys))
	err := prepared(ctx, t.Tx, x.one(), func(q queryer) error {
		for _, key := range keys {
			err := each(ctx, q, "", key, func(r row) error {
				digest, err := read.read(r)
				rows = append(rows, underLeaf{x.ref(read.values[:len(x.key)]), digest})
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	for len(rows) > 0 && err == nil {
		n := min(len(rows), rowPage)
		err = t.appendRows(ctx, fraud.LeafRow, rows[:n])
		rows = rows[n:]
	}
	return err
}

// attestOne is attest for one row.
func (t *tx) attestOne(ctx context.Context, table string, key ...any) error {
	return t.attest(ctx, table, key)
}

func (t *tx) appendRows(ctx context.Context, kind fraud.LeafKind, rows []underLeaf) error {
	newest, err := newestLeaves(ctx, t, rows)
	if err != nil {
		return err
	}
	var list []fraud.Leaf
	for _, x := range rows {
		if have, ok := newest[x.ref]; ok && have.digest == x.digest {
			continue
		}
		newest[x.ref] = newestLeaf{x.digest, kind}
		list = append(list, fraud.Leaf{Kind: kind, Ref: x.ref, Digest: x.digest, At: t.now})
	}
	if len(list) > 0 {
		_, err = t.leaves(ctx, list)
	}
	return err
}

const newestLeavesSQL = `
	SELECT ref, kind, digest FROM leaves
	WHERE ref IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND kind IN ('row', 'found')
	ORDER BY idx`

type newestLeaf struct {
	digest [32]byte
	kind   fraud.LeafKind
}

// newestLeaves gives of each row the leaf that was appended last.
func newestLeaves(ctx context.Context, q queryer, rows []underLeaf) (map[string]newestLeaf, error) {
	refs := make([]string, len(rows))
	for i, x := range rows {
		refs[i] = x.ref
	}
	newest := make(map[string]newestLeaf, len(rows))
	err := each(ctx, q, newestLeavesSQL, []any{texts(refs)}, func(r row) error {
		var ref string
		var l newestLeaf
		var digest []byte
		err := r.Scan(&ref, &l.kind, &digest)
		copy(l.digest[:], digest)
		newest[ref] = l
		return err
	})
	return newest, err
}

// record runs fn in one transaction that holds the ledger from its beginning:
// who writes rows that are under leaves takes it before any row, so that no two
// wait for each other.
func (db *DB) record(ctx context.Context, fn func(*tx) error) error {
	return db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil {
			return err
		}
		return fn(t)
	})
}

// recordOne is a record of one statement that writes one row.
func (db *DB) recordOne(ctx context.Context, table string, key []any, query string, args ...any) error {
	return db.record(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, query, args...); err != nil {
			return err
		}
		return t.attest(ctx, table, key)
	})
}

// ---- Runs ----

const (
	addRunSQL = `INSERT INTO row_runs (tbl, first, last, leaf, marks) VALUES ($1, $2, $3, $4, $5)`
	markBytes = 8
)

func (x runTable) ref(first, last int64) string { return fmt.Sprintf("%s/%d-%d", x.name, first, last) }

func (x runTable) list() []string { return commas(x.columns) }

// run is what one transaction added to a table.
type run struct {
	table       runTable
	first, last int64
	marks       []byte
	sum         []byte // the digests of the rows, one after the other
}

func (x *run) add(digest [32]byte) {
	x.sum = append(x.sum, digest[:]...)
	x.marks = append(x.marks, digest[:markBytes]...)
}

// writtenRun is the run of rows that this transaction adds one after the other,
// the first under this number.
func (x runTable) writtenRun(first int64, rows [][]any) (run, error) {
	columns := x.list()
	s := run{table: x, first: first, last: first + int64(len(rows)) - 1}
	var buf []byte
	for _, values := range rows {
		digest, b, err := rowDigest(buf, x.name, columns, values)
		if err != nil {
			return s, err
		}
		buf = b
		s.add(digest)
	}
	return s, nil
}

// attestRuns appends the leaves of runs, after those of what they come with, in
// one go: what appending costs is mostly the going. The caller has held the
// ledger since before it added the rows.
func (t *tx) attestRuns(ctx context.Context, kind fraud.LeafKind, with []fraud.Leaf, runs ...run) error {
	list := with
	for _, s := range runs {
		list = append(list, fraud.Leaf{Kind: kind, Ref: s.table.ref(s.first, s.last), Digest: sha256.Sum256(s.sum), At: t.now})
	}
	first, err := t.leaves(ctx, list)
	if err != nil {
		return err
	}
	rows := make([][]any, len(runs))
	for i, s := range runs {
		rows[i] = []any{s.table.name, s.first, s.last, first + int64(len(with)+i), s.marks}
	}
	return t.bulk(ctx, addRunSQL, rows)
}

// numberedRun is writtenRun for rows that the database has numbered.
func (t *tx) numberedRun(ctx context.Context, x runTable, rows [][]any) (run, error) {
	last, err := one(ctx, t, scanInt, x.name, "SELECT MAX("+x.number+") FROM "+x.from)
	if err != nil {
		return run{}, err
	}
	return x.writtenRun(last-int64(len(rows))+1, rows)
}

// attestNumbered appends the leaf of rows that the database has numbered.
func (t *tx) attestNumbered(ctx context.Context, x runTable, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	s, err := t.numberedRun(ctx, x, rows)
	if err != nil {
		return err
	}
	return t.attestRuns(ctx, fraud.LeafRow, nil, s)
}

// ---- Nodes of before ----

// attestFound puts under leaves what an earlier version wrote without. It tells
// of the rows as the upgrade found them: what was changed before that is not
// found by it, what is changed after it is.
func attestFound(ctx context.Context, t *tx) error {
	if err := t.lockLedger(ctx); err != nil {
		return err
	}
	for _, x := range rowTables {
		if err := t.foundRows(ctx, x); err != nil {
			return err
		}
	}
	for _, x := range runTables {
		if err := t.foundRuns(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// eachRowPage reads a table page by page, in the order of its keys.
func eachRowPage(ctx context.Context, q queryer, x rowTable, fn func([]underLeaf) error) error {
	read := newRowReader(x.name, x.columns())
	var after []any
	for {
		var rows []underLeaf
		err := each(ctx, q, x.page(after == nil), after, func(r row) error {
			digest, err := read.read(r)
			rows = append(rows, underLeaf{x.ref(read.values[:len(x.key)]), digest})
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		after = append([]any{}, read.values[:len(x.key)]...)
		if err := fn(rows); err != nil {
			return err
		}
	}
}

func (t *tx) foundRows(ctx context.Context, x rowTable) error {
	return eachRowPage(ctx, t, x, func(rows []underLeaf) error { return t.appendRows(ctx, fraud.LeafFound, rows) })
}

func (t *tx) foundRuns(ctx context.Context, x runTable) error {
	var no int64
	read := newRowReader(x.name, x.list(), &no)
	query := "SELECT " + x.columns + ", " + x.number + " FROM " + x.from + " WHERE " + x.number + " > $1 ORDER BY " + x.number + fmt.Sprintf(" LIMIT %d", rowPage)
	for after := int64(-1 << 62); ; after = no {
		s := run{table: x}
		err := each(ctx, t, query, []any{after}, func(r row) error {
			digest, err := read.read(r)
			if s.sum == nil {
				s.first = no
			}
			s.last = no
			s.add(digest)
			return err
		})
		if err != nil || s.sum == nil {
			return err
		}
		if err := t.attestRuns(ctx, fraud.LeafFound, nil, s); err != nil {
			return err
		}
	}
}

var errChanged = errors.New("not what its leaf says")
