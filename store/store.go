package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ringbreaker.example/fraud"
)

// DB is a node's database. Safe for use by many goroutines.
type DB struct {
	writer  *sql.DB // SQLite: one connection, since it has one writer; PostgreSQL: the pool
	reader  *sql.DB // SQLite: a pool of its own, so that readers never wait; PostgreSQL: the same pool
	dialect dialect
	now     func() time.Time
	intake  *intake
}

// Open opens, and brings to the newest schema, the database at url: a
// "postgres://…" URL, or the path of a SQLite file, which is made if it is
// not there. It refuses, with ErrInvalid, a schema newer than this program.
func Open(ctx context.Context, url string) (*DB, error) {
	d := dialectOf(url)
	writer, reader, err := d.open(url)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db := &DB{writer: writer, reader: reader, dialect: d, now: time.Now}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.intake = newIntake(ctx, db)
	return db, nil
}

// Close waits for what is being accepted and gives back the connections. On
// SQLite the log is folded into the file.
func (db *DB) Close() error {
	if db.intake != nil {
		db.intake.close()
	}
	err := db.writer.Close()
	if db.reader != db.writer {
		err = errors.Join(db.reader.Close(), err)
	}
	return err
}

// tx is one transaction and the connection that it runs on.
type tx struct {
	*sql.Tx
	conn    *sql.Conn
	dialect dialect
	now     time.Time // one moment for all that the transaction writes
}

// write runs fn in one transaction: whole and on disk, or not at all.
func (db *DB) write(ctx context.Context, fn func(*tx) error) (err error) {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return db.dialect.explain(err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return db.dialect.explain(err)
	}
	if err := fn(&tx{Tx: t, conn: conn, dialect: db.dialect, now: cut(db.now())}); err != nil {
		return errors.Join(db.dialect.explain(err), rolledBack(t))
	}
	if err := t.Commit(); err != nil {
		return db.dialect.explain(err)
	}
	return nil
}

// read runs fn on one unchanging view of the database.
func (db *DB) read(ctx context.Context, fn func(*sql.Tx) error) error {
	t, err := db.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: db.dialect.snapshot()})
	if err != nil {
		return db.dialect.explain(err)
	}
	err = fn(t)
	return errors.Join(db.dialect.explain(err), rolledBack(t))
}

// rolledBack ends t; that it had already ended (its context was cancelled) is
// no fault of its own.
func rolledBack(t *sql.Tx) error {
	if err := t.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}

// exec runs one statement and says how many rows it changed.
func (t *tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := t.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// many runs one statement for each row of arguments, and says how many rows
// were changed in all. It is how batches are written: SQLite compiles the
// statement once, PostgreSQL gets all rows in one message.
func (t *tx) many(ctx context.Context, query string, rows [][]any) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	return t.dialect.many(ctx, t, query, rows)
}

// bulk is many for rows that are all new, by the quickest way that the engine
// has; query is a plain INSERT.
func (t *tx) bulk(ctx context.Context, query string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	return t.dialect.bulk(ctx, t, query, rows)
}

// doing says what was being done when err came up; nil stays nil.
func doing(err error, what string, ids ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(what+": %w", append(ids, err)...)
}

// mustChange turns "no row was changed" into a refusal.
func mustChange(n int64, err, refusal error) error {
	if err == nil && n == 0 {
		return refusal
	}
	return err
}

func notFound(what string) error {
	return fmt.Errorf("no such %s here: %w", what, fraud.ErrNotFound)
}

func conflict(what string) error {
	return fmt.Errorf("%s: %w", what, fraud.ErrConflict)
}

func invalid(what string) error {
	return fmt.Errorf("%s: %w", what, fraud.ErrInvalid)
}
