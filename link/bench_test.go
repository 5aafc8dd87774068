package link_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"ringbreaker.example/link"
)

// plainReports draws reports of operators of about 60 reports each: a callback
// of 14 days, a site, a remote id and an account, of which one in ten is
// another operator's.
func plainReports(n int) []told {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	ops := max(1, n/60)
	out := make([]told, n)
	for i := range out {
		op, day := rng.IntN(ops), rng.Float64()*365
		pick := func() int {
			if rng.IntN(10) == 0 {
				return rng.IntN(ops)
			}
			return op
		}
		out[i] = told{id: fmt.Sprintf("s%d/%d", i%5, i), day: day, paid: true, has: []string{
			fmt.Sprintf("call +1%d-%d", pick(), int(day)/14),
			fmt.Sprintf("site s%d-%d.example", op, rng.IntN(200)),
			fmt.Sprintf("remote anydesk:%d-%d", op, int(day)/90),
			fmt.Sprintf("upi u%d-%d", pick(), rng.IntN(4)),
		}}
	}
	return out
}

func BenchmarkLink(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("reports=%dk", n/1000), func(b *testing.B) {
			reports := plainReports(n)
			b.ReportAllocs()
			for b.Loop() {
				builder := link.NewBuilder(link.DefaultModel())
				add(builder, reports...)
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				start := time.Now()
				res := builder.Link()
				b.ReportMetric(float64(n)/time.Since(start).Seconds(), "reports/s")
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(before.HeapAlloc)/float64(n), "held-B/report")
				b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(n), "alloc-B/report")
				b.ReportMetric(float64(len(res.Rings)), "rings")
			}
		})
	}
}

// BenchmarkBaseAdd measures one report into a base that was settled: the time
// until it is placed, of which the slowest hundredth counts. One value in a
// hundred is a number that a twentieth of all reports name.
func BenchmarkBaseAdd(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("reports=%dk", n/1000), func(b *testing.B) {
			reports := plainReports(n + n/10)
			for i := range reports {
				if i%20 == 0 {
					reports[i].has = append(reports[i].has, "call +12125550142")
				}
			}
			base := link.NewBase(link.DefaultModel())
			for _, x := range reports[:n] {
				base.Load(facts(x), x.sightings(), nil)
			}
			base.Settle(day0)
			took := make([]time.Duration, 0, n/10)
			placed, next := 0, n
			for b.Loop() {
				if next == len(reports) {
					next = n // the same again: as much work, nothing new to keep
				}
				x := &reports[next]
				f, s := facts(*x), x.sightings()
				start := time.Now()
				p := base.Add(f, s, nil)
				took = append(took, time.Since(start))
				if p.Ring != "" {
					placed++
				}
				next++
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-µs")
			b.ReportMetric(float64(placed)/float64(len(took)), "placed")
		})
	}
}
