package store_test

import (
	"context"
	"path/filepath"
	"testing"

	"ringbreaker.example/store"
)

func TestSmoke(t *testing.T) {
	db, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(db.Fsck(context.Background()))
	t.Log(db.Backup(context.Background(), filepath.Join(t.TempDir(), "b.db")))
	t.Log(db.SchemaVersion(context.Background()))
	t.Log(db.Close())
}
