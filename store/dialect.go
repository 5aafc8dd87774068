package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"ringbreaker.example/fraud"
)

// dialect is all in which the two engines differ, side by side.
type dialect interface {
	name() string
	open(url string) (writer, reader *sql.DB, err error)
	types(migration string) string                                              // the words for the types of a migration
	lockMigrations() string                                                     // statement that lets one process migrate at a time
	snapshot() sql.IsolationLevel                                               // of a read
	bulk(ctx context.Context, t *tx, insert string, rows [][]any) error         // many new rows
	many(ctx context.Context, t *tx, query string, rows [][]any) (int64, error) // one statement, many rows
	explain(err error) error                                                    // the engine's errors as the four of fraud
	integrity() string                                                          // query: the engine's own findings, one text a row; empty for none
	backup(ctx context.Context, db *DB, path string) error                      // a copy of the whole
	wipe(ctx context.Context, db *DB) error                                     // writes the whole anew without what was deleted
	size() string                                                               // query: bytes on the disk
	holdsText(column string) string                                             // condition: a BLOB holds the text $1
	words(list []string) string                                                 // a report's words as the index takes them
	addWords() string                                                           // statement: report number, words
	dropWords() string                                                          // statement: report number, its words
	askWords(list []string) string                                              // a question for all of the words
	findWords() string                                                          // query: question, limit; report and ring, newest first
}

func dialectOf(url string) dialect {
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return postgres{}
	}
	return sqliteFile{}
}

// ---- SQLite: one file, one writer, write-ahead log, every commit on disk ----

type sqliteFile struct{}

func (sqliteFile) name() string { return "sqlite" }

// open: WAL lets readers go on beside the writer; synchronous=FULL syncs the
// log at each commit, so that what was acknowledged survives a power cut;
// IMMEDIATE takes the write lock at the start, so that a transaction never
// fails half-way for want of it.
func (sqliteFile) open(path string) (*sql.DB, *sql.DB, error) {
	if path == "" || strings.HasPrefix(path, ":") {
		return nil, nil, invalid("give the path of a database file")
	}
	if err := ownFile(path); err != nil {
		return nil, nil, err
	}
	pragmas := url.Values{"_pragma": {
		"busy_timeout(20000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-65536)", "wal_autocheckpoint(8192)", "journal_size_limit(67108864)", "trusted_schema(0)",
	}, "_txlock": {"immediate"}}
	base := "file:" + (&url.URL{Path: path}).EscapedPath()
	writer, err := sql.Open("sqlite", base+"?"+pragmas.Encode())
	if err != nil {
		return nil, nil, err
	}
	writer.SetMaxOpenConns(1)
	pragmas["_pragma"] = append(pragmas["_pragma"], "query_only(1)")
	pragmas["_txlock"] = []string{"deferred"}
	reader, err := sql.Open("sqlite", base+"?"+pragmas.Encode())
	if err != nil {
		return nil, nil, errors.Join(err, writer.Close())
	}
	readers := max(4, 2*runtime.NumCPU())
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return writer, reader, nil
}

// ownFile makes a new database for its owner alone and takes an old one from
// everybody else's eyes, whatever folder it lies in; its log and index get the
// same rights of SQLite. A group that was let in stays, and a file that
// belongs to somebody else is left to them.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().Perm()&0o007 != 0 {
		_ = f.Chmod(info.Mode().Perm() &^ 0o007)
	}
	return nil
}

func (sqliteFile) types(migration string) string { return migration }

// lockMigrations: the immediate transaction is the lock.
func (sqliteFile) lockMigrations() string { return "SELECT 1" }

// snapshot: each SQLite transaction sees one state of the file.
func (sqliteFile) snapshot() sql.IsolationLevel { return sql.LevelDefault }

func (sqliteFile) many(ctx context.Context, t *tx, query string, rows [][]any) (sum int64, err error) {
	stmt, err := t.PrepareContext(ctx, query)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, stmt.Close()) }()
	for _, args := range rows {
		res, err := stmt.ExecContext(ctx, args...)
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

func (d sqliteFile) bulk(ctx context.Context, t *tx, insert string, rows [][]any) error {
	_, err := d.many(ctx, t, insert, rows)
	return err
}

func (sqliteFile) explain(err error) error {
	var e *sqlite.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return fmt.Errorf("%w: %w", fraud.ErrConflict, err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("it names something that is not recorded here: %w: %w", fraud.ErrNotFound, err)
	case sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_NOTNULL:
		return fmt.Errorf("%w: %w", fraud.ErrInvalid, err)
	}
	return err
}

func (sqliteFile) integrity() string {
	return `
	SELECT 'file: ' || integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'
	UNION ALL
	SELECT 'foreign key: ' || "table" || ' row ' || COALESCE(rowid, '?') || ' names no ' || parent FROM pragma_foreign_key_check`
}

func (sqliteFile) words(list []string) string { return strings.Join(list, " ") }

func (sqliteFile) addWords() string { return `INSERT INTO report_words (rowid, words) VALUES ($1, $2)` }

// dropWords: an index that keeps no text is told what it held (FTS5, 6.3).
func (sqliteFile) dropWords() string {
	return `INSERT INTO report_words (report_words, rowid, words) VALUES ('delete', $1, $2)`
}

func (sqliteFile) size() string {
	return `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
}

func (sqliteFile) holdsText(column string) string {
	return "instr(" + column + ", CAST($1 AS BLOB)) > 0"
}

// askWords: each word is a string of FTS5, all must be there (FTS5, 3.1 and 3.7).
func (sqliteFile) askWords(list []string) string { return `"` + strings.Join(list, `" "`) + `"` }

// findWords: FTS5 walks its lists of row numbers from the end, so a common
// word costs no more than a rare one.
func (sqliteFile) findWords() string {
	return `
	SELECT r.id, COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = r.id), '')
	FROM (SELECT rowid AS no FROM report_words WHERE report_words MATCH $1 ORDER BY rowid DESC LIMIT $2) w
	    JOIN reports r ON r.no = w.no
	ORDER BY r.no DESC`
}

// ---- PostgreSQL: a pool, by URL ----

type postgres struct{}

func (postgres) name() string { return "postgres" }

func (postgres) open(url string) (*sql.DB, *sql.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, invalid("the PostgreSQL URL cannot be read") // its own words would repeat the password
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	cfg.RuntimeParams["synchronous_commit"] = "on" // acknowledged means on disk, whatever the server's default
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(16)
	return pool, pool, nil
}

// pgTypes: what PostgreSQL calls the types of a migration. "C" sorts by
// bytes, as SQLite does, so that lists have one order on both.
var pgTypes = strings.NewReplacer(
	"INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
	"INTEGER", "BIGINT",
	"REAL", "DOUBLE PRECISION",
	"BLOB", "BYTEA",
	"TEXT", `TEXT COLLATE "C"`,
	"WITHOUT ROWID", "",
)

func (postgres) types(migration string) string { return pgTypes.Replace(migration) }

func (postgres) lockMigrations() string {
	return "SELECT pg_advisory_xact_lock(727466) FROM (SELECT 1) AS once" // a number of our own
}

func (postgres) snapshot() sql.IsolationLevel { return sql.LevelRepeatableRead }

// many sends all rows as one pipelined message, on the connection that the
// transaction runs on.
func (postgres) many(ctx context.Context, t *tx, query string, rows [][]any) (int64, error) {
	var sum int64
	err := t.conn.Raw(func(c any) error {
		pg, ok := c.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is %T, not one of pgx", c)
		}
		batch := new(pgx.Batch)
		for _, args := range rows {
			batch.Queue(query, args...)
		}
		res := pg.Conn().SendBatch(ctx, batch)
		for range rows {
			tag, err := res.Exec()
			if err != nil {
				return errors.Join(err, res.Close())
			}
			sum += tag.RowsAffected()
		}
		return res.Close()
	})
	return sum, err
}

// insertForm reads the table and the columns off a plain INSERT of ours.
var insertForm = regexp.MustCompile(`^\s*INSERT INTO (\w+) \(([^)]*)\)`)

// bulkLeast is how many rows make a COPY worth its two more round trips.
const bulkLeast = 8

// bulk copies the rows in, which takes a fifth of the time of as many INSERTs.
func (d postgres) bulk(ctx context.Context, t *tx, insert string, rows [][]any) error {
	m := insertForm.FindStringSubmatch(insert)
	if m == nil || len(rows) < bulkLeast {
		_, err := d.many(ctx, t, insert, rows)
		return err
	}
	columns := strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	return t.conn.Raw(func(c any) error {
		pg, ok := c.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is %T, not one of pgx", c)
		}
		_, err := pg.Conn().CopyFrom(ctx, pgx.Identifier{m[1]}, columns, pgx.CopyFromRows(rows))
		return err
	})
}

// explain reads SQLSTATE classes 22 and 23 (PostgreSQL 15, appendix A).
func (postgres) explain(err error) error {
	var e *pgconn.PgError
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case "23505", "23000": // unique_violation; append_only()
		return fmt.Errorf("%w: %s", fraud.ErrConflict, e.Message)
	case "23503": // foreign_key_violation
		return fmt.Errorf("it names something that is not recorded here: %w: %s", fraud.ErrNotFound, e.ConstraintName)
	case "23514", "23502": // check_violation, not_null_violation
		return fmt.Errorf("%w: %s", fraud.ErrInvalid, e.Message)
	case "22021", "22P05": // character_not_in_repertoire, untranslatable_character
		return fmt.Errorf("a text holds bytes that no text may hold: %w", fraud.ErrInvalid)
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return fmt.Errorf("another change came between, try again: %w", fraud.ErrConflict)
	}
	return err
}

func (postgres) integrity() string { return "" }

// words as a tsvector without places: our words hold neither quote nor space.
func (postgres) words(list []string) string { return strings.Join(list, " ") }

func (postgres) addWords() string {
	return `INSERT INTO report_words (report_no, words) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))`
}

func (postgres) dropWords() string {
	return `DELETE FROM report_words WHERE report_no = $1 AND CAST($2 AS TEXT) IS NOT NULL`
}

func (postgres) size() string { return `SELECT pg_database_size(current_database())` }

func (postgres) holdsText(column string) string {
	return "position(convert_to(CAST($1 AS TEXT), 'UTF8') IN " + column + ") > 0"
}

func (postgres) askWords(list []string) string { return `'` + strings.Join(list, `' & '`) + `'` }

func (postgres) findWords() string {
	return `
	SELECT r.id, COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = r.id), '')
	FROM (SELECT report_no AS no FROM report_words WHERE words @@ CAST($1 AS tsquery) ORDER BY report_no DESC LIMIT $2) w
	    JOIN reports r ON r.no = w.no
	ORDER BY r.no DESC`
}

func (postgres) backup(context.Context, *DB, string) error {
	return invalid("this node's database is PostgreSQL: back it up with pg_dump --format=custom")
}
