package match

import (
	"testing"

	"ringbreaker.example/fraud"
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
				bytes := toCount(b, pa, pb)
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

// toCount plays a match up to the count and returns the bytes of its lists.
func toCount(b *testing.B, pa, pb *party) (bytes int64) {
	b.Helper()
	for {
		r, _ := pa.round()
		if r.gate != "" {
			return bytes
		}
		lists, _, err := exchange(b.Context(), pa, pb, r)
		if err != nil {
			b.Fatal(err)
		}
		bytes += lists
	}
}

// BenchmarkPoints is what a match spends its time on, on one core: a run of
// points eight at once where the machine can ("lanes"), one by one, and by the
// library's group, which tests hold the rest against.
func BenchmarkPoints(b *testing.B) {
	k := randomScalar()
	d := halved(k)
	in := input(fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"})
	enc := encodePoint(hashToGroup([]byte("x")))
	hashed := points{n: raiseRun, bytes: func(int) []byte { return in }}
	coded := points{n: raiseRun, encoded: true, bytes: func(int) []byte { return enc }}
	by := func(w raiser, from points) func() error {
		return func() error {
			_, err := w.raise(0, raiseRun, from)
			return err
		}
	}
	type op struct {
		name string
		do   func() error
	}
	ops := []op{
		{"one/blind", by(&one{d: d}, hashed)},
		{"one/evaluate", by(&one{d: d}, coded)},
		{"reference/blind", func() error {
			for range raiseRun {
				encodePoint(curve().NewElement().Mul(hashToGroup(in), k))
			}
			return nil
		}},
		{"reference/evaluate", func() error {
			for range raiseRun {
				p, err := decodePoint(enc)
				if err != nil {
					return err
				}
				encodePoint(p.Mul(p, k))
			}
			return nil
		}},
	}
	if w := lanes(&d); w != nil {
		ops = append([]op{{"lanes/blind", by(w, hashed)}, {"lanes/evaluate", by(w, coded)}}, ops...)
	}
	for _, op := range ops {
		b.Run(op.name, func(b *testing.B) {
			b.ReportAllocs()
			spent := cpuTime()
			for b.Loop() {
				if err := op.do(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime()-spent).Nanoseconds())/float64(b.N)/raiseRun, "cpu-ns/point")
		})
	}
}
