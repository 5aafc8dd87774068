package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
)

// The tests start this very program again as a child that accepts reports and
// prints the ids of those that were acknowledged.
const (
	crashChild = "RINGBREAKER_STORE_CRASH_CHILD" // URL of the database
	crashRound = "RINGBREAKER_STORE_CRASH_ROUND" // first part of the ids
	crashLimit = "RINGBREAKER_STORE_CRASH_LIMIT" // set: no file may grow past diskLimit
)

// diskLimit is how large the child's disk is, so to speak.
const diskLimit = 2 << 20

func acceptUntilKilled(url string) {
	if os.Getenv(crashLimit) != "" {
		signal.Ignore(syscall.SIGXFSZ) // a write past the limit fails, as on a full disk
		limit := syscall.Rlimit{Cur: diskLimit, Max: diskLimit}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			exit(err)
		}
	}
	db, err := store.Open(context.Background(), url)
	if err != nil {
		exit(err)
	}
	failed := make(chan error)
	for w := range 3 {
		go func() {
			for i := 0; ; i++ {
				batch := make([]fraud.Acceptance, 1+(i+w)%7)
				said := make([]string, len(batch))
				for j := range batch {
					batch[j] = acceptance(fmt.Sprintf("%s-%d-%d-%d", os.Getenv(crashRound), w, i, j))
					said[j] = string(batch[j].Report.Name()) + "\n"
				}
				if _, err := db.AcceptBatch(context.Background(), batch); err != nil {
					failed <- err
					return
				}
				// One write for each batch: it is acknowledged whole or not at all.
				if _, err := io.WriteString(os.Stdout, strings.Join(said, "")); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	exit(<-failed)
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(3)
}

// acceptance is a report of the given id as intake hands it over.
func acceptance(id string) fraud.Acceptance {
	r, err := fraud.DecodeReport([]byte(`{"id":"` + id + `","source":"c","received_at":"2023-10-19T09:00:00Z",` +
		`"contacts":[{"callback":"+1 212 555 0142"}],"narrative":"` + strings.Repeat("They told me to call. ", 20) + `"}`))
	if err != nil {
		exit(err)
	}
	digest, err := r.Digest()
	if err != nil {
		exit(err)
	}
	phone := fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}
	return fraud.Acceptance{
		Report: r, Digest: digest, Via: "import", Vault: []byte("box"), VaultKey: make([]byte, 73),
		Sightings: []fraud.Sighting{{Report: r.Name(), Indicator: phone, Role: fraud.RoleCallback, At: r.ReceivedAt, Raw: "+1 212 555 0142", Valid: true}},
		Sketches:  []fraud.Sketch{{Field: "narrative", Words: 100, Hashes: []uint64{1, 2, 3, 4, 5, 6, 7, 8}}},
	}
}

// child starts a child and gives the ids that it acknowledged, as they come.
func child(t *testing.T, url, round string, env ...string) (*exec.Cmd, *bufio.Scanner, *strings.Builder) {
	t.Helper()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(me)
	cmd.Env = append(append(os.Environ(), crashChild+"="+url, crashRound+"="+round), env...)
	said := new(strings.Builder)
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out), said
}

func closed(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// holds checks that nothing acknowledged is missing and that all is sound.
func holds(t *testing.T, url string, acknowledged []string) {
	t.Helper()
	db, err := store.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	for _, id := range acknowledged {
		if _, err := db.Report(context.Background(), fraud.ReportID(id)); err != nil {
			t.Fatalf("acknowledged and lost: %v", err)
		}
		if _, err := db.LeafIndex(context.Background(), fraud.LeafReport, id); err != nil {
			t.Fatalf("acknowledged and not in the ledger: %v", err)
		}
	}
	found, err := db.Fsck(context.Background())
	if err != nil || len(found) > 0 {
		t.Fatalf("fsck: %q, %v", found, err)
	}
}

// Kill -9 at any moment loses nothing that was acknowledged.
func TestNothingAcknowledgedIsLostToAKill(t *testing.T) {
	for name, fresh := range map[string]func(testing.TB) string{"SQLite": file, "PostgreSQL": postgres.URL} {
		t.Run(name, func(t *testing.T) {
			url := fresh(t)
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			var acknowledged []string
			for round := range 6 {
				cmd, lines, said := child(t, url, fmt.Sprint(round))
				die := 1 + random.IntN(300)
				n := 0
				for lines.Scan() {
					acknowledged = append(acknowledged, lines.Text())
					if n++; n == die {
						if err := cmd.Process.Kill(); err != nil {
							t.Fatal(err)
						}
					}
				}
				var ended *exec.ExitError
				if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() != -1 {
					t.Fatalf("the child ended by itself: %v: %s", err, said)
				}
				holds(t, url, acknowledged)
			}
		})
	}
}

// A full disk refuses what no longer fits and loses nothing that did; with
// room again the node goes on.
func TestAFullDiskLosesNothing(t *testing.T) {
	url := file(t)
	cmd, lines, said := child(t, url, "full", crashLimit+"=1")
	var acknowledged []string
	for lines.Scan() {
		acknowledged = append(acknowledged, lines.Text())
	}
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() != 3 {
		t.Fatalf("the child ended with %v: %s", err, said)
	}
	if !strings.Contains(said.String(), "accept ") {
		t.Fatalf("the child said %q, want a refusal to accept", said)
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was acknowledged before the disk was full")
	}
	holds(t, url, acknowledged)
	cmd, lines, _ = child(t, url, "room")
	for lines.Scan() {
		acknowledged = append(acknowledged, lines.Text())
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	holds(t, url, acknowledged)
}

// A write-ahead log that was torn anywhere opens to the last state that was
// wholly in it: the one that was acknowledged before, never a half.
func TestATornLogOpensToTheLastWholeState(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	db, err := store.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	type state struct{ bytes, reports int }
	size := func() int {
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return int(info.Size())
	}
	states := []state{{size(), 0}}
	for i := range 8 {
		batch := []fraud.Acceptance{acceptance(fmt.Sprint(i, "a")), acceptance(fmt.Sprint(i, "b"))}
		if _, err := db.AcceptBatch(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
		states = append(states, state{size(), 2 * (i + 1)})
	}
	main, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 7))
	for k := 1; k < len(states); k++ {
		for _, cut := range []int{states[k].bytes, states[k].bytes - 1, states[k-1].bytes + 1 + random.IntN(states[k].bytes-states[k-1].bytes-1)} {
			want := states[k-1].reports
			if cut == states[k].bytes {
				want = states[k].reports
			}
			torn := filepath.Join(dir, fmt.Sprintf("torn-%d.db", cut))
			if err := errors.Join(os.WriteFile(torn, main, 0o600), os.WriteFile(torn+"-wal", wal[:cut], 0o600)); err != nil {
				t.Fatal(err)
			}
			copied, err := store.Open(context.Background(), torn)
			if err != nil {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			got, err := copied.CountReports(context.Background())
			if err != nil || got != want {
				t.Errorf("cut at %d: %d reports and %v, want %d", cut, got, err, want)
			}
			found, err := copied.Fsck(context.Background())
			if err != nil || len(found) > 0 {
				t.Errorf("cut at %d: fsck says %q and %v", cut, found, err)
			}
			if err := copied.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A backup is a whole copy, made while the node goes on.
func TestABackupIsAWholeCopy(t *testing.T) {
	url := file(t)
	db, err := store.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	if _, err := db.AcceptBatch(context.Background(), []fraud.Acceptance{acceptance("1"), acceptance("2")}); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(context.Background(), copied); err != nil {
		t.Fatal(err)
	}
	if _, err := db.AcceptBatch(context.Background(), []fraud.Acceptance{acceptance("3")}); err != nil {
		t.Fatal(err)
	}
	holds(t, copied, []string{"c/1", "c/2"})
	if err := db.Backup(context.Background(), copied); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("onto a file that is there: got %v, want ErrConflict", err)
	}
	if err := db.Backup(context.Background(), filepath.Join(copied, "no", "folder")); err == nil {
		t.Error("into a folder that is not there: got no error")
	}
}

func TestPostgreSQLSaysHowItIsBackedUp(t *testing.T) {
	db := postgres.Open(t)
	err := db.Backup(context.Background(), filepath.Join(t.TempDir(), "copy.db"))
	if !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "pg_dump") {
		t.Errorf("got %v, want ErrInvalid naming pg_dump", err)
	}
}
