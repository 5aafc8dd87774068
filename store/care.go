package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

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

const (
	vacuumAllSQL = `VACUUM`
	foldLogSQL   = `PRAGMA wal_checkpoint(TRUNCATE)`
)

// wipe: VACUUM copies what is there and leaves out every freed page and the
// slack of every other (SQLite, lang_vacuum); the log still holds old pages
// until it is folded in whole and cut to nothing.
func (sqliteFile) wipe(ctx context.Context, db *DB) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, vacuumAllSQL); err != nil {
		return db.dialect.explain(err)
	}
	var busy, pages, moved int64
	if err := conn.QueryRowContext(ctx, foldLogSQL).Scan(&busy, &pages, &moved); err != nil {
		return db.dialect.explain(err)
	}
	if busy != 0 {
		return conflict("somebody reads the database all the while: try again later")
	}
	return nil
}

// wipedTables are those that held something of a report, on PostgreSQL.
var wipedTables = []string{
	"reports", "extractions", "sightings", "report_words", "report_cards", "vault", "vault_keys",
	"rings", "ring_reports", "ring_heads", "ring_tops", "ring_orders", "ring_facets", "ring_values", "suggestions",
}

// wipe: VACUUM FULL writes each table and its indexes into new files and
// removes the old ones (PostgreSQL 15, 25.1.2).
func (postgres) wipe(ctx context.Context, db *DB) error {
	for _, table := range wipedTables {
		if _, err := db.writer.ExecContext(ctx, "VACUUM (FULL) "+table); err != nil {
			return db.dialect.explain(err)
		}
	}
	return nil
}

// synced waits until a file or a folder is on disk.
func synced(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
