package intake_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/intake"
	"ringbreaker.example/store"
)

// BenchmarkImport is the promise of 2,000 reports a second taken in durably
// on SQLite (docs/benchmarks.md): from JSON lines to disk, extraction,
// identities and ledger included.
func BenchmarkImport(b *testing.B) {
	const reports = 10_000
	var text strings.Builder
	for i := range reports {
		text.WriteString(line(fmt.Sprint(i), fmt.Sprintf(`,"reporter":{"name":"Edna Sample","email":"e%d@mail.example","country":"US"},"narrative":"A pop-up said that my computer was infected and told me to call 1-888-555-01%02d. They used AnyDesk 123 456 789 and asked for USD 299.99."`, i, i%100)))
	}
	p := write(b, "r.jsonl", text.String())
	vault, err := access.NewVault(bytes.Repeat([]byte{7}, access.VaultKeySize))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("reports=10k", func(b *testing.B) {
		var took time.Duration
		n := 0
		for b.Loop() {
			db, err := store.Open(analyst(), filepath.Join(b.TempDir(), "node.db"))
			if err != nil {
				b.Fatal(err)
			}
			s, err := intake.New(db, vault, func() time.Time { return testNow }, rand.Reader, intake.Config{})
			if err != nil {
				b.Fatal(err)
			}
			began := time.Now()
			res, err := s.Import(analyst(), p, nil)
			took += time.Since(began)
			n += res.New
			if err != nil || res.New != reports {
				b.Fatalf("%+v, %v", res, err)
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n)/took.Seconds(), "reports/s")
	})
}

func TestImportIntoTheRealStoreKeepsWhatItSays(t *testing.T) {
	db, err := store.Open(analyst(), filepath.Join(t.TempDir(), "node.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	vault, err := access.NewVault(bytes.Repeat([]byte{7}, access.VaultKeySize))
	if err != nil {
		t.Fatal(err)
	}
	s, err := intake.New(db, vault, func() time.Time { return testNow }, rand.Reader, intake.Config{Batch: 7})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := range 50 {
		text.WriteString(line(fmt.Sprint(i), `,"reporter":{"email":"edna@mail.example"}`))
	}
	p := write(t, "r.jsonl", text.String()+line("3", `,"narrative":"other"`))
	res, err := s.Import(analyst(), p, nil)
	if err != nil || res.New != 50 || res.Conflicts != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	if n, err := db.CountReports(analyst()); err != nil || n != 50 {
		t.Errorf("%d reports in the store, %v", n, err)
	}
	if found, err := db.Fsck(analyst()); err != nil || len(found) != 0 {
		t.Errorf("fsck: %q, %v", found, err)
	}
	if res, err = s.Import(analyst(), p, nil); err != nil || res.Same != 50 || res.Conflicts != 1 || res.New != 0 {
		t.Errorf("again: %+v, %v", res, err)
	}
}
