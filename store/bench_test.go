package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
)

// lifelike is a report of about a kilobyte with six sightings and one sketch.
func lifelike(n int) fraud.Acceptance {
	r, err := fraud.DecodeReport(fmt.Appendf(nil, `{"id":"%08d","source":"alder","received_at":"2023-10-19T09:00:00Z","reporter":{"country":"US","age_band":"60_plus"},`+
		`"contacts":[{"callback":"+1 212 555 0142","url":"https://help-%d.example/alert","medium":"popup","brand":"Alder"}],`+
		`"payments":[{"status":"sent","amount":"299.99","currency":"USD","rail":"gift_card"}],"narrative":"%s"}`,
		n, n%1000, strings.Repeat("They said that my computer was locked and told me to call at once. ", 10)))
	if err != nil {
		panic(err)
	}
	digest, err := r.Digest()
	if err != nil {
		panic(err)
	}
	a := fraud.Acceptance{Report: r, Digest: digest, Via: "import", Vault: make([]byte, 400), VaultKey: make([]byte, 73)}
	for i := range 6 {
		value := fmt.Sprintf("+1212555%07d", (n*7+i*13)%50_000) // each value in a share of the reports
		a.Sightings = append(a.Sightings, fraud.Sighting{
			Report: r.Name(), Indicator: fraud.Indicator{Kind: fraud.Phone, Value: value}, Role: fraud.RoleCallback, At: r.ReceivedAt,
			Place: fraud.Place{Field: "narrative", Start: i, End: i + 12}, Raw: value, Valid: true, Why: "told to call it",
		})
	}
	sketch := fraud.Sketch{Field: "narrative", Words: 120}
	for i := range 32 {
		sketch.Hashes = append(sketch.Hashes, uint64(n)<<16+uint64(i))
	}
	a.Sketches = []fraud.Sketch{sketch}
	return a
}

func engines(b *testing.B, run func(b *testing.B, fresh func(testing.TB) string)) {
	b.Run("engine=sqlite", func(b *testing.B) { run(b, file) })
	b.Run("engine=postgres", func(b *testing.B) { run(b, postgres.URL) })
}

func openFor(b *testing.B, url string) *store.DB {
	b.Helper()
	db, err := store.Open(context.Background(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

// cpuTime is what this process has used of all cores: on a shared machine the
// fairer figure. A database's own process is not in it.
func cpuTime(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func rate(b *testing.B, n int, unit string) {
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), unit)
}

// Promise: 2,000 durable acknowledgements a second on SQLite, more on
// PostgreSQL (DESIGN §12).
func BenchmarkAcceptBatch(b *testing.B) {
	for _, size := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			engines(b, func(b *testing.B, fresh func(testing.TB) string) {
				db := openFor(b, fresh(b))
				n, spent := 0, time.Duration(0)
				batch := make([]fraud.Acceptance, size)
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					for i := range batch {
						batch[i] = lifelike(n)
						n++
					}
					b.StartTimer()
					began := cpuTime(b)
					if _, err := db.AcceptBatch(context.Background(), batch); err != nil {
						b.Fatal(err)
					}
					spent += cpuTime(b) - began
				}
				rate(b, n, "reports/s")
				b.ReportMetric(float64(n)/spent.Seconds(), "reports/cpu-s")
			})
		})
	}
}

// Sixteen desks that each send one report at a time.
func BenchmarkAcceptOneByOneFromMany(b *testing.B) {
	engines(b, func(b *testing.B, fresh func(testing.TB) string) {
		db := openFor(b, fresh(b))
		var n atomic.Int64
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := db.AcceptBatch(context.Background(), []fraud.Acceptance{lifelike(int(n.Add(1)))}); err != nil {
					b.Error(err)
				}
			}
		})
		rate(b, int(n.Load()), "reports/s")
	})
}

// populated is a database of n reports in rings of about fifty.
func populated(b *testing.B, url string, n int) *store.DB {
	b.Helper()
	db := openFor(b, url)
	for i := 0; i < n; i += 2000 {
		batch := make([]fraud.Acceptance, min(2000, n-i))
		for j := range batch {
			batch[j] = lifelike(i + j)
		}
		if _, err := db.AcceptBatch(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

func linkingOf(n int) fraud.Linking {
	l := fraud.Linking{Model: "m1", At: time.Date(2023, 10, 20, 0, 0, 0, 0, time.UTC)}
	for i := 0; i < n; i += 50 {
		r := fraud.Ring{ID: fraud.RingID(fmt.Sprintf("R-%08d", i)), Harm: fraud.Harm{Reports: 50, Score: float64((i * 31) % 9973)}, Model: "m1"}
		for j := i; j < min(i+50, n); j++ {
			r.Reports = append(r.Reports, fraud.ReportID(fmt.Sprintf("alder/%08d", j)))
		}
		for j := range 20 {
			r.Indicators = append(r.Indicators, fraud.RingIndicator{
				Indicator: fraud.Indicator{Kind: fraud.Phone, Value: fmt.Sprintf("+1212555%07d", i+j)}, Role: fraud.RoleCallback, Bits: 17, Reports: 5, Sources: 2,
			})
		}
		for j := 1; j < len(r.Reports); j++ {
			l.Links = append(l.Links, fraud.Link{
				Kind: fraud.SameOperator, A: r.Reports[j-1], B: r.Reports[j], Bits: 17, Ring: r.ID,
				Cause: []fraud.Cause{{Indicator: r.Indicators[j%20].Indicator, Role: fraud.RoleCallback, Bits: 17, Reports: 5, Why: "both were told to call it"}},
			})
		}
		l.Rings = append(l.Rings, r)
	}
	return l
}

func BenchmarkReading(b *testing.B) {
	for _, n := range []int{20_000, 200_000} {
		b.Run(fmt.Sprintf("reports=%d", n), func(b *testing.B) {
			engines(b, func(b *testing.B, fresh func(testing.TB) string) {
				if testing.Short() && n > 20_000 {
					b.Skip("SKIPPED: -short")
				}
				db := populated(b, fresh(b), n)
				ctx := context.Background()
				l := linkingOf(n)
				b.Run("SaveRings/first", func(b *testing.B) {
					for b.Loop() {
						b.StopTimer()
						if err := db.SaveRings(ctx, fraud.Linking{}); err != nil {
							b.Fatal(err)
						}
						b.StartTimer()
						if err := db.SaveRings(ctx, l); err != nil {
							b.Fatal(err)
						}
					}
					rate(b, n*b.N, "reports/s")
				})
				b.Run("SaveRings/unchanged", func(b *testing.B) {
					for b.Loop() {
						if err := db.SaveRings(ctx, l); err != nil {
							b.Fatal(err)
						}
					}
					rate(b, n*b.N, "reports/s")
				})
				b.Run("EachCurrent", func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						seen := 0
						err := db.EachCurrent(ctx, func(fraud.ReportFacts, []fraud.Sighting) error { seen++; return nil })
						if err != nil || seen != n {
							b.Fatal(seen, err)
						}
					}
					rate(b, n*b.N, "reports/s")
				})
				b.Run("Fsck", func(b *testing.B) {
					for b.Loop() {
						if found, err := db.Fsck(ctx); err != nil || len(found) > 0 {
							b.Fatal(found, err)
						}
					}
					rate(b, n*b.N, "reports/s")
				})
				pages(b, db, n)
			})
		})
	}
}

// pages measures what a page asks for.
func pages(b *testing.B, db *store.DB, n int) {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(1, 1))
	anyReport := func() fraud.ReportID { return fraud.ReportID(fmt.Sprintf("alder/%08d", random.IntN(n))) }
	for _, q := range []struct {
		name string
		ask  func() error
	}{
		{"RingsByHarm=50", func() error { _, err := db.RingsByHarm(ctx, 50); return err }},
		{"Report", func() error { _, err := db.Report(ctx, anyReport()); return err }},
		{"RingOf", func() error { _, err := db.RingOf(ctx, anyReport()); return err }},
		{"CountReports", func() error { _, err := db.CountReports(ctx); return err }},
		{"ReportsWith", func() error {
			_, err := db.ReportsWith(ctx, fraud.Indicator{Kind: fraud.Phone, Value: fmt.Sprintf("+1212555%07d", random.IntN(50_000))}, 100)
			return err
		}},
		{"Find=number", func() error {
			_, err := db.Find(ctx, fmt.Sprintf("+1212555%07d", random.IntN(50_000)), 20)
			return err
		}},
		{"Find=beginning", func() error { _, err := db.Find(ctx, "+1212555", 20); return err }},
		{"Find=report", func() error { _, err := db.Find(ctx, string(anyReport()), 20); return err }},
	} {
		b.Run(q.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if err := q.ask(); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
		})
	}
}

// Readers must not wait for writers: a page asked for during an import.
func BenchmarkReportDuringImport(b *testing.B) {
	engines(b, func(b *testing.B, fresh func(testing.TB) string) {
		db := populated(b, fresh(b), 2000)
		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := 2000; ctx.Err() == nil; n += 500 {
				batch := make([]fraud.Acceptance, 500)
				for i := range batch {
					batch[i] = lifelike(n + i)
				}
				if _, err := db.AcceptBatch(ctx, batch); err != nil && ctx.Err() == nil {
					b.Error(err)
					return
				}
			}
		})
		var took []time.Duration
		for b.Loop() {
			began := time.Now()
			if _, err := db.Report(ctx, fraud.ReportID(fmt.Sprintf("alder/%08d", len(took)%2000))); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		stop()
		wg.Wait()
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
	})
}
