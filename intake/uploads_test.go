package intake_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

// What an upload holds is gone from the disk once it was read; what was not
// confirmed within a day is gone too.
func TestUploadedFilesDoNotStay(t *testing.T) {
	s, k := newIntakeAt(t, intake.Config{}, time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC))
	dir := t.TempDir()
	var work sync.WaitGroup
	kept := 0
	u, err := s.OpenUploads(dir, intake.UploadsConfig{Go: work.Go, Keep: func(_ context.Context, m *csvmap.Mapping) error { kept++; s.Use(m); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	const table = "Caller number;Story of it\n+1 212 555 0142;They said my computer sends errors today\n"
	up, err := u.Add(analyst(), "../../Rosa's calls.csv", strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	if up.Name != "Rosa-s-calls.csv" || up.State != intake.UploadWaiting {
		t.Fatalf("kept as %+v", up)
	}
	p, err := u.Propose(analyst(), up.ID)
	if err != nil || p.Mapping == nil || len(p.Columns) != 2 || p.Columns[0].Place != "contacts[0].shown_caller_id" || p.Columns[0].Values[0] != "+1 212 555 0142" {
		t.Fatalf("proposed %+v, %v", p, err)
	}
	if err := u.Start(analyst(), up.ID, p.Mapping); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("a guess that nobody confirmed starts: %v", err)
	}
	m := *p.Mapping
	m.Guessed = false
	if err := u.Start(analyst(), up.ID, &m); err != nil {
		t.Fatal(err)
	}
	work.Wait()
	up, err = u.Get(analyst(), up.ID)
	if err != nil || up.State != intake.UploadDone || up.Result.New != 1 || kept != 1 || len(k.reports) != 1 {
		t.Fatalf("ended as %+v, %v", up, err)
	}
	for _, note := range up.Result.Notes {
		if strings.Contains(note, dir) {
			t.Errorf("a note tells the node's folders: %s", note)
		}
	}
	if left := lying(t, filepath.Join(dir, up.ID)); len(left) != 1 || left[0] != "upload.json" {
		t.Errorf("what is left on the disk: %v", left)
	}
	if err := u.Start(analyst(), up.ID, &m); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("a file that is gone starts: %v", err)
	}
}

func TestAnUploadThatNobodyConfirmedIsTakenAway(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	dir := t.TempDir()
	s, _ := newIntakeAt(t, intake.Config{}, now)
	u, err := s.OpenUploads(dir, intake.UploadsConfig{})
	if err != nil {
		t.Fatal(err)
	}
	up, err := u.Add(analyst(), "calls.csv", strings.NewReader("Number\n+1 212 555 0142\n"))
	if err != nil {
		t.Fatal(err)
	}
	later, _ := newIntakeAt(t, intake.Config{}, now.Add(25*time.Hour))
	if u, err = later.OpenUploads(dir, intake.UploadsConfig{}); err != nil {
		t.Fatal(err)
	}
	if list, err := u.List(analyst()); err != nil || len(list) != 0 {
		t.Errorf("a day later there are %v, %v", list, err)
	}
	if _, err := os.Stat(filepath.Join(dir, up.ID)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its folder is there still: %v", err)
	}
}

func TestAnUploadIsOfThePersonWhoBroughtItAndOfWhoMayImport(t *testing.T) {
	s, _ := newIntakeAt(t, intake.Config{}, time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC))
	u, err := s.OpenUploads(t.TempDir(), intake.UploadsConfig{})
	if err != nil {
		t.Fatal(err)
	}
	up, err := u.Add(analyst(), "calls.csv", strings.NewReader("Number\n+1 212 555 0142\n"))
	if err != nil {
		t.Fatal(err)
	}
	other := access.With(context.Background(), access.Who{Person: "other", Org: "alder", OrgKind: fraud.OrgCompany, Roles: []access.Role{access.RoleAnalyst}})
	if _, err := u.Get(other, up.ID); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("another analyst: %v", err)
	}
	if _, err := u.Rejects(other, up.ID, 0); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("another analyst's rejects: %v", err)
	}
	auditor := access.With(context.Background(), access.Who{Person: "auditor", Org: "alder", OrgKind: fraud.OrgCompany, Roles: []access.Role{access.RoleAuditor}})
	if _, err := u.Add(auditor, "calls.csv", strings.NewReader("Number\n1\n")); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("an auditor brings a file in: %v", err)
	}
	for _, id := range []string{"", "..", "../" + up.ID, "UP-NONE", "."} {
		if _, err := u.Get(analyst(), id); !errors.Is(err, fraud.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}
