package link_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
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
