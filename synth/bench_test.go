package synth_test

import (
	"fmt"
	"testing"

	"ringbreaker.example/synth"
)

func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{20_000, 250_000} {
		b.Run(fmt.Sprintf("reports=%d", n), func(b *testing.B) {
			dir := b.TempDir()
			b.ReportAllocs()
			for b.Loop() {
				w, err := synth.Make("flood", 1, n, 2)
				if err != nil {
					b.Fatal(err)
				}
				if err := w.Write(dir); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "reports/s")
		})
	}
}
