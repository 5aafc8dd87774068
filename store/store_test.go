package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"ringbreaker.example/store/storetest"
)

var postgres storetest.Postgres // one cluster for all tests of the process

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashChild); dir != "" {
		acceptUntilKilled(dir)
	}
	code := m.Run()
	if err := postgres.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		code = 1
	}
	os.Exit(code)
}

func file(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "node with a blank & 100%.db")
}

func TestSQLite(t *testing.T) { storetest.Run(t, file) }

func TestPostgreSQL(t *testing.T) { storetest.Run(t, postgres.URL) }
