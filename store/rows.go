package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

// queryer is a transaction, for reading or for writing.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// row is one row of an answer, about to be read.
type row interface{ Scan(dest ...any) error }

// each reads the answer to query row by row, in bounded memory.
func each(ctx context.Context, q queryer, query string, args []any, fn func(row) error) (err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// list reads the whole answer to query.
func list[T any](ctx context.Context, q queryer, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	var out []T
	err := each(ctx, q, query, args, func(r row) error {
		v, err := scan(r)
		if err == nil {
			out = append(out, v)
		}
		return err
	})
	return out, err
}

// one reads the single row that query answers with, or says ErrNotFound.
func one[T any](ctx context.Context, q queryer, scan func(row) (T, error), what, query string, args ...any) (T, error) {
	got, err := list(ctx, q, scan, query, args...)
	if err == nil && len(got) == 0 {
		err = notFound(what)
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return got[0], nil
}

// listAll and oneOf are list and one in a transaction of their own.
func listAll[T any](ctx context.Context, db *DB, scan func(row) (T, error), what, query string, args ...any) ([]T, error) {
	var out []T
	err := db.read(ctx, func(t *sql.Tx) (err error) {
		out, err = list(ctx, t, scan, query, args...)
		return err
	})
	return out, doing(err, "read "+what)
}

func oneOf[T any](ctx context.Context, db *DB, scan func(row) (T, error), what, query string, args ...any) (T, error) {
	var out T
	err := db.read(ctx, func(t *sql.Tx) (err error) {
		out, err = one(ctx, t, scan, what, query, args...)
		return err
	})
	return out, doing(err, "read "+what)
}

func scanInt(r row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

func scanText[T ~string](r row) (s T, err error) {
	err = r.Scan(&s)
	return s, err
}

// cut brings a time to what the store keeps: UTC, whole microseconds. The
// zero time stays zero.
func cut(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}

// us is a time as a column: microseconds since 1970 in UTC, NULL for zero.
func us(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// at reads what us wrote.
func at(t *time.Time) sql.Scanner { return (*moment)(t) }

type moment time.Time

func (m *moment) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m = moment{}
	case int64:
		*m = moment(time.UnixMicro(v).UTC())
	default:
		return fmt.Errorf("a time is an integer of microseconds, not %T", src)
	}
	return nil
}

// part is a nested part as a column of JSON.
type part struct{ v any }

func (p part) Value() (driver.Value, error) {
	b, err := json.Marshal(p.v, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write a nested part as JSON: %w", err)
	}
	return string(b), nil
}

// into reads what part wrote.
func into(v any) sql.Scanner { return reading{v} }

type reading struct{ v any }

func (p reading) Scan(src any) error {
	var err error
	switch s := src.(type) {
	case nil:
		return errors.New("a nested part is missing")
	case string:
		err = json.Unmarshal([]byte(s), p.v)
	case []byte:
		err = json.Unmarshal(s, p.v)
	default:
		return fmt.Errorf("a nested part is JSON, not %T", src)
	}
	if err != nil {
		return errors.New("a nested part is not the JSON that was written") // the decoder's own words may repeat it
	}
	return nil
}

// orNull is an optional reference: NULL if empty, so that a foreign key does
// not ask for it.
func orNull[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// opt reads what orNull wrote.
func opt[T ~string](s *T) sql.Scanner { return optional[T]{s} }

type optional[T ~string] struct{ s *T }

func (o optional[T]) Scan(src any) error {
	var n sql.NullString
	if err := n.Scan(src); err != nil {
		return err
	}
	*o.s = T(n.String)
	return nil
}

// texts is a list as one parameter, for "IN (SELECT value FROM json_each(…))".
func texts[T ~string | ~int64](v []T) any { return part{v} }

// most is a limit as SQL knows it: all, if it is zero or less.
func most(limit int) int64 {
	if limit <= 0 {
		return 1<<63 - 1
	}
	return int64(limit)
}

// plain makes a foreign text fit to be a key on both engines: PostgreSQL
// refuses NUL and broken UTF-8, which a hostile report may well contain. The
// text itself is kept as it was elsewhere.
func plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func key(i fraud.Indicator) (kind, value string) { return plain(string(i.Kind)), plain(i.Value) }
