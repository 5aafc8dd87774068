package match

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// BenchmarkFiles is the promise of DESIGN §12: bytes an element of points and
// tags, both ways, and CPU for both sides up to the count. optable/match's
// DHPSI took 411 CPU-s and 96 bytes for a million elements a side.
func BenchmarkFiles(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"n=1k", 1_000}, {"n=10k", 10_000}, {"n=100k", 100_000}} {
		b.Run(size.name, func(b *testing.B) {
			if size.n > 10_000 && testing.Short() {
				b.Skip("SKIPPED: a long run")
			}
			x, y := invented("a", 0, size.n), invented("b", size.n/2, size.n)
			b.ReportAllocs()
			for b.Loop() {
				cpu := cpuTime()
				pa, pb, err := pair(x, y, Terms{MinReports: 2}.Filled())
				if err != nil {
					b.Fatal(err)
				}
				var bytes int64
				for {
					r, _ := pa.round()
					if r.gate != "" {
						break
					}
					lists, _, err := exchange(b.Context(), pa, pb, r)
					if err != nil {
						b.Fatal(err)
					}
					bytes += lists
				}
				if pa.Report.Count != size.n/2 {
					b.Fatalf("counted %d, want %d", pa.Report.Count, size.n/2)
				}
				b.ReportMetric(float64(bytes)/float64(size.n), "bytes/element")
				b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(size.n), "cpu-µs/element")
			}
			b.ReportMetric(float64(size.n)*float64(b.N)/b.Elapsed().Seconds(), "elements/s")
		})
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkPoint(b *testing.B) {
	k := randomScalar()
	enc := encodePoint(hashToGroup([]byte("x")))
	for _, op := range []struct {
		name string
		do   func(i int)
	}{
		{"hash", func(i int) { hashToGroup([]byte(fmt.Sprint(i))) }},
		{"blind", func(i int) { encodePoint(curve().NewElement().Mul(hashToGroup([]byte(fmt.Sprint(i))), k)) }},
		{"evaluate", func(int) {
			p, err := decodePoint(enc)
			if err != nil {
				b.Fatal(err)
			}
			encodePoint(p.Mul(p, k))
		}},
	} {
		b.Run(op.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				op.do(i)
			}
		})
	}
	runtime.KeepAlive(enc)
}
