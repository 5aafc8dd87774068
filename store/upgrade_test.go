package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"ringbreaker.example/store"
	"ringbreaker.example/store/storetest"
)

var update = flag.Bool("update", false, "write testdata/schema-N.db.gz for the present schema version")

// Each released schema version has a database in testdata, filled by the
// program of that time. A new version adds its own with -update and touches
// no earlier one.
func TestADatabaseOfEveryEarlierVersionOpens(t *testing.T) {
	if *update {
		writePresent(t)
	}
	files, err := filepath.Glob("testdata/schema-*.db.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata holds no database of an earlier version: %v", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			packed, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			r, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			url := file(t)
			if err := os.WriteFile(url, body, 0o600); err != nil {
				t.Fatal(err)
			}
			storetest.Holds(t, url)
		})
	}
}

func writePresent(t *testing.T) {
	t.Helper()
	url := file(t)
	storetest.Fill(t, url)
	db, err := store.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	version, err := db.SchemaVersion(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(context.Background(), copied); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("testdata", fmt.Sprintf("schema-%04d.db.gz", version))
	if err := errors.Join(w.Close(), os.MkdirAll("testdata", 0o755), os.WriteFile(name, packed.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}
