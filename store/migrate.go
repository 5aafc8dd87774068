package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema: NNNN_name.sql for both engines, then
// NNNN_name.ENGINE.sql for one. Steps are numbered without gaps and go
// forward only.
type migration struct {
	number int
	name   string
	text   string
	then   func(context.Context, *tx) error // what SQL alone cannot do; nil for nothing
}

// afterMigration is what a step does beyond its SQL, by its number.
var afterMigration = map[int]func(context.Context, *tx) error{5: fillDerived, 10: attestFound}

func migrations(d dialect) ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql") // sorted by name
	if err != nil {
		return nil, err
	}
	var out []migration
	for _, path := range names {
		base := strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql")
		base, engine, _ := strings.Cut(base, ".")
		if engine != "" {
			continue
		}
		number, _, _ := strings.Cut(base, "_")
		n, err := strconv.Atoi(number)
		if err != nil || n != len(out)+1 {
			return nil, fmt.Errorf("migration %s is not number %d", base, len(out)+1)
		}
		shared, err := migrationFiles.ReadFile(path)
		if err != nil {
			return nil, err
		}
		own, err := migrationFiles.ReadFile("migrations/" + base + "." + d.name() + ".sql")
		if err != nil && len(own) > 0 {
			return nil, err
		}
		out = append(out, migration{number: n, name: base, text: d.types(string(shared)) + "\n" + string(own), then: afterMigration[n]})
	}
	return out, nil
}

const (
	createVersionsSQL = `
	CREATE TABLE IF NOT EXISTS schema_versions (
	    version    BIGINT NOT NULL PRIMARY KEY,
	    name       TEXT NOT NULL,
	    applied_at BIGINT NOT NULL
	)`
	versionSQL    = `SELECT COALESCE(MAX(version), 0) FROM schema_versions`
	addVersionSQL = `INSERT INTO schema_versions (version, name, applied_at) VALUES ($1, $2, $3)`
)

// migrate brings the schema to the newest version, all steps in one
// transaction: an upgrade that fails leaves the old version as it was.
func (db *DB) migrate(ctx context.Context) error {
	steps, err := migrations(db.dialect)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	err = db.write(ctx, func(t *tx) error {
		if err := each(ctx, t, db.dialect.lockMigrations(), nil, func(row) error { return nil }); err != nil {
			return err
		}
		if _, err := t.exec(ctx, createVersionsSQL); err != nil {
			return err
		}
		have, err := one(ctx, t, scanInt, "schema", versionSQL)
		if err != nil {
			return err
		}
		if have > int64(len(steps)) {
			return invalid(fmt.Sprintf("the database has schema version %d and this program knows %d: use a newer ringbreaker", have, len(steps)))
		}
		for _, m := range steps[have:] {
			if _, err := t.ExecContext(ctx, m.text); err != nil {
				return fmt.Errorf("migration %s: %w", m.name, err)
			}
			if m.then != nil {
				if err := m.then(ctx, t); err != nil {
					return fmt.Errorf("migration %s: %w", m.name, err)
				}
			}
			if _, err := t.exec(ctx, addVersionSQL, m.number, m.name, t.now.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	return doing(err, "bring the database to the newest schema")
}

// SchemaVersion says which schema the database has: the number of its newest
// migration.
func (db *DB) SchemaVersion(ctx context.Context) (int, error) {
	n, err := oneOf(ctx, db, scanInt, "schema version", versionSQL)
	return int(n), err
}
