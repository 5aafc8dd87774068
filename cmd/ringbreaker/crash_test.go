package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/synth"
)

// TestKilledImportLosesNothingAcknowledged starts the real program, kills it
// with SIGKILL at moments that nobody chose, and holds what the next start
// finds against what the store had answered for before: a report that another
// reader of the database saw has been acknowledged.
func TestKilledImportLosesNothingAcknowledged(t *testing.T) {
	program, err := exec.LookPath("ringbreaker")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	const reports = 1500
	file := filepath.Join(dir, "world", "a.jsonl")
	w, err := synth.Make("mixed", 11, reports, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := bytes.Count(b, []byte("\n"))
	data := filepath.Join(dir, "node")
	db := filepath.Join(data, "ringbreaker.db")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))

	had, killed := 0, 0
	for round := 0; round < 3 && had < all; round++ {
		seen, whole := importUntil(t, program, data, file, db, had+chance.IntN(max((all-had)/2, 1)))
		if !whole {
			killed++
		}
		now := count(t, db)
		if now < seen {
			t.Fatalf("round %d: %d reports had been acknowledged, %d are there", round, seen, now)
		}
		said(t, exitDone, "sound", "fsck", "-data", data)
		had = now
	}
	if killed == 0 {
		t.Fatal("no import was killed: the test proved nothing")
	}
	want := fmt.Sprintf("%d records, %d new, %d same, 0 conflicts, 0 rejected", all, all-had, had)
	said(t, exitDone, want, "import", "-link=false", "-data", data, file)
	if got := count(t, db); got != all {
		t.Errorf("%d reports in the end, want %d", got, all)
	}
	said(t, exitDone, "sound", "fsck", "-data", data)
}

// importUntil starts an import, kills it once a reader sees more than limit
// reports, and returns how many that reader had seen, and whether the import
// was done before.
func importUntil(t *testing.T, program, data, file, db string, limit int) (seen int, whole bool) {
	t.Helper()
	cmd := exec.Command(program, "import", "-link=false", "-data", data, file)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("import: %v: %s", err, errs.String())
			}
			return count(t, db), true
		default:
		}
		if n, ok := peek(db); ok {
			seen = n
		}
		if seen > limit {
			if err := cmd.Process.Kill(); err != nil {
				t.Logf("kill: %v", err) // it ended at this very moment
			}
			<-ended //nolint:errcheck // it was killed
			return seen, false
		}
	}
}

// peek counts the reports as another reader of the database sees them. It
// answers false while the database is being made.
func peek(name string) (int, bool) {
	if _, err := os.Stat(name); err != nil {
		return 0, false
	}
	db, err := sql.Open("sqlite", "file:"+name+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return 0, false
	}
	defer db.Close()
	n := 0
	err = db.QueryRow("SELECT COUNT(*) FROM reports").Scan(&n)
	return n, err == nil
}

func count(t *testing.T, name string) int {
	t.Helper()
	n, ok := peek(name)
	if !ok {
		t.Fatalf("the database cannot be read")
	}
	return n
}

// said runs a command in this process and wants its code and words.
func said(t *testing.T, want int, words string, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != want || !strings.Contains(out.String(), words) {
		t.Fatalf("%s: exit %d, want %d and %q: %s%s", args[0], code, want, words, out.String(), errs.String())
	}
}

// TestKilledLinkLeavesNothingBeside kills linkings of files, early and late,
// and wants the next to write what an undisturbed one does and nothing else
// to lie there: a part of a large world is gigabytes.
func TestKilledLinkLeavesNothingBeside(t *testing.T) {
	program, err := exec.LookPath("ringbreaker")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	world, want, out := filepath.Join(dir, "world"), filepath.Join(dir, "want"), filepath.Join(dir, "out")
	w, err := synth.Make("mixed", 11, 1500, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(world); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(world, "a.jsonl")
	began := time.Now()
	said(t, exitDone, "1500 reports", "link", "-in", file, "-out", want)
	took := time.Since(began)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))
	for range 4 {
		cmd := exec.Command(program, "link", "-in", file, "-out", out)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(chance.Int64N(int64(took))))
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	}
	// As a linking that was killed while it wrote leaves it, whatever the clock did above.
	if err := os.WriteFile(filepath.Join(out, ".links.jsonl.part-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	said(t, exitDone, "1500 reports", "link", "-in", file, "-out", out)
	for _, d := range []string{want, out} {
		if list, err := os.ReadDir(d); err != nil || len(list) != 4 {
			t.Errorf("%s holds %v, want four files (%v)", d, list, err)
		}
	}
	for _, name := range []string{"assign.tsv", "rings.jsonl", "links.jsonl", "suggestions.jsonl"} {
		a, errA := os.ReadFile(filepath.Join(want, name))
		b, errB := os.ReadFile(filepath.Join(out, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s is not what an undisturbed linking writes (%v, %v)", name, errA, errB)
		}
	}
}
