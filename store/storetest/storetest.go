// Package storetest holds what must be true of a store, whichever engine is
// under it: one suite, run whole on SQLite and on PostgreSQL.
//
//	store_test ──▶ Run(t, fresh) ──▶ each test: fresh(t) gives the URL of an empty database ──▶ store.Open
//
// What must stay true: a test here knows no engine by name. It asks only what
// the exported methods promise, and goes below them only where a promise is
// about the database itself: what is append-only refuses to be changed, and
// fsck finds what somebody changed all the same.
package storetest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
)

// Run runs the suite; fresh gives the URL of a database in which nothing is yet.
func Run(t *testing.T, fresh func(testing.TB) string) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"reports", reportTests},
		{"vault", vaultTests},
		{"deletions", deletionTests},
		{"ledger", ledgerTests},
		{"rings", ringTests},
		{"portions", portionTests},
		{"peers", peerTests},
		{"referrals", referralTests},
		{"letters", letterTests},
		{"keys", keyTests},
		{"agency", agencyTests},
		{"public", publicTests},
		{"shelves", shelfTests},
		{"people", peopleTests},
		{"care", careTests},
		{"alter", alterTests},
		{"search", searchTests},
		{"fields", fieldTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, x := range group.tests {
				t.Run(strings.ReplaceAll(x.isTrue, " ", "_"), func(t *testing.T) {
					url := fresh(t)
					x.check(&bench{T: t, DB: opened(t, url), url: url, ctx: context.Background()})
				})
			}
		})
	}
}

// test is one thing that must be true, said in words.
type test struct {
	isTrue string
	check  func(*bench)
}

// bench is a test with an empty store before it.
type bench struct {
	*testing.T
	*store.DB
	url string
	ctx context.Context
}

// raw is the database below the store.
func (b *bench) raw() *sql.DB {
	b.Helper()
	driver := "sqlite"
	if strings.HasPrefix(b.url, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, b.url)
	if err != nil {
		b.Fatal(err)
	}
	b.closing(db)
	return db
}

// closing closes c when the test is over.
func (b *bench) closing(c io.Closer) {
	b.Cleanup(func() {
		if err := c.Close(); err != nil {
			b.Error(err)
		}
	})
}

// must stops the test on an error.
func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// refused checks that err is the refusal that was promised.
func (b *bench) refused(err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("got %v, want %v", err, want)
	}
}

// same compares what came back with what was given; an empty list and none
// are one.
func same[T any](b *bench, got T, err error, want T) {
	b.Helper()
	if err != nil {
		b.Error(err)
	} else if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Errorf("came back otherwise (-want +got):\n%s", diff)
	}
}

// t0 is when the invented world of the suite begins.
var t0 = time.Date(2023, 10, 19, 9, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return t0.Add(d) }

// report is a report as intake hands it over, with one number in it.
func report(source, id, phone string) fraud.Acceptance {
	raw, err := json.Marshal(map[string]any{
		"id": id, "source": source, "received_at": t0, "narrative": "They said that my computer was locked. I called " + phone + ".",
		"contacts": []map[string]any{{"callback": phone, "at": after(-time.Hour), "direction": "to_victim", "medium": "popup", "brand": "Alder"}},
		"payments": []map[string]any{{"status": "sent", "amount": "299.99", "currency": "USD"}},
	})
	if err != nil {
		panic(err) // the suite itself is broken
	}
	r, err := fraud.DecodeReport(raw)
	if err != nil {
		panic(err)
	}
	r.Victim = "v-" + id
	digest, err := r.Digest()
	if err != nil {
		panic(err)
	}
	name := r.Name()
	return fraud.Acceptance{
		Report: r, Digest: digest, Via: "import",
		Sightings: []fraud.Sighting{
			{
				Report: name, Indicator: fraud.Indicator{Kind: fraud.Phone, Value: phone}, Role: fraud.RoleCallback, At: after(-time.Hour),
				Place: fraud.Place{Field: "contacts[0].callback", Start: 0, End: len(phone)}, Raw: phone, Valid: true, Why: "the field says so",
			},
			{
				Report: name, Indicator: fraud.Indicator{Kind: fraud.Phone, Value: phone}, Role: fraud.RoleMention, At: t0,
				Place: fraud.Place{Field: "narrative", Start: 48, End: 48 + len(phone)}, Raw: phone, Valid: true, Why: "found in the text",
			},
			{
				Report: name, Indicator: fraud.Indicator{Kind: fraud.Handle, Value: "chat:\x00odd\xff" + id}, Role: fraud.RoleAlias,
				Place: fraud.Place{Field: "narrative", Start: 1, End: 5}, Raw: "odd\x00", Why: "not a text that every engine takes",
			},
		},
		Sketches: []fraud.Sketch{{Field: "narrative", Words: 9, Hashes: []uint64{1, 1 << 40, ^uint64(0)}}},
	}
}

const (
	phoneA = "+12125550142"
	phoneB = "+442079460001"
)

// accept takes reports in and expects that all are new.
func (b *bench) accept(batch ...fraud.Acceptance) {
	b.Helper()
	taken, err := b.AcceptBatch(b.ctx, batch)
	b.must(err)
	for i, x := range taken {
		if x != fraud.TakenNew {
			b.Fatalf("report %s is %s, want new", batch[i].Report.Name(), x)
		}
	}
}

// three accepts s/1, s/2 and s/3; the first two share a number.
func (b *bench) three() {
	b.Helper()
	b.accept(report("s", "1", phoneA), report("s", "2", phoneA), report("s", "3", phoneB))
}

func (b *bench) sound() {
	b.Helper()
	found, err := b.Fsck(b.ctx)
	if err != nil || len(found) > 0 {
		b.Errorf("fsck found %q and %v, want nothing", found, err)
	}
}

// nouns counts the leaves below a place that tell of nouns, not of rows: all,
// from the place -1.
func (b *bench) nouns(below int64) (n int64, err error) {
	b.Helper()
	leaves, err := b.Leaves(b.ctx, 0, 0)
	for i, raw := range leaves {
		l, err := fraud.ParseLeaf(raw)
		b.must(err)
		if (below < 0 || int64(i) < below) && l.Kind != fraud.LeafRow {
			n++
		}
	}
	return n, err
}

// place says how many nouns were attested before this one was.
func (b *bench) place(kind fraud.LeafKind, ref string) (int64, error) {
	b.Helper()
	i, err := b.LeafIndex(b.ctx, kind, ref)
	b.must(err)
	return b.nouns(i)
}

func id(prefix string, n int) string { return fmt.Sprintf("%s-%04d", prefix, n) }

// reopen opens the same database a second time.
func reopen(b *bench) (*store.DB, error) {
	db, err := store.Open(b.ctx, b.url)
	if err == nil {
		b.closing(db)
	}
	return db, err
}
