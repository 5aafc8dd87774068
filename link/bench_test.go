package link_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// plain draws reports of operators of about 60 reports each: a callback of 14
// days, a site, a remote id and an account, of which one in ten is another
// operator's.
type plain struct {
	rng    *rand.Rand
	ops, n int
}

func newPlain(reports int) *plain {
	return &plain{rng: rand.New(rand.NewPCG(1, uint64(reports))), ops: max(1, reports/60)}
}

// next draws a report and says whose it is.
func (p *plain) next() (x told, op int) {
	op, day := p.rng.IntN(p.ops), p.rng.Float64()*365
	pick := func() int {
		if p.rng.IntN(10) == 0 {
			return p.rng.IntN(p.ops)
		}
		return op
	}
	x = told{id: fmt.Sprintf("s%d/%d", p.n%5, p.n), day: day, paid: true, has: []string{
		fmt.Sprintf("call +1%d-%d", pick(), int(day)/14),
		fmt.Sprintf("site s%d-%d.example", op, p.rng.IntN(200)),
		fmt.Sprintf("remote anydesk:%d-%d", op, int(day)/90),
		fmt.Sprintf("upi u%d-%d", pick(), p.rng.IntN(4)),
	}}
	p.n++
	return x, op
}

func plainReports(n int) []told {
	p, out := newPlain(n), make([]told, n)
	for i := range out {
		out[i], _ = p.next()
	}
	return out
}

// page is the text of an operator's page as one victim saw it: one hash in
// eight is that victim's own.
func page(rng *rand.Rand, op int) []fraud.Sketch {
	s := fraud.Sketch{Field: "page_text", Words: 200, Hashes: make([]uint64, 128)}
	own := rand.New(rand.NewPCG(7, uint64(op)))
	for i := range s.Hashes {
		s.Hashes[i] = own.Uint64()
		if rng.IntN(8) == 0 {
			s.Hashes[i] = rng.Uint64()
		}
	}
	slices.Sort(s.Hashes)
	return []fraud.Sketch{s}
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

// sizes are the bases to measure: RINGBREAKER_BASE=10000000 for one of ten
// million, which wants 12 GB of memory and ten minutes.
func sizes(b *testing.B) []int {
	b.Helper()
	v := os.Getenv("RINGBREAKER_BASE")
	if v == "" {
		return []int{10_000, 100_000, 1_000_000}
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		b.Fatal(err)
	}
	return []int{n}
}

// BenchmarkBase measures a base of reports that stand in rings, one text to
// two reports. kept: what a node that starts does, to write it and to read it
// back. add: one report more, until it is placed, of which the slowest
// hundredth counts; a twentieth of all name one number.
func BenchmarkBase(b *testing.B) {
	for _, n := range sizes(b) {
		p, rng := newPlain(n), rand.New(rand.NewPCG(2, 2))
		draw := func() (told, []fraud.Sketch, int) {
			x, op := p.next()
			if p.n%20 == 0 {
				x.has = append(x.has, "call +12125550142")
			}
			if p.n%2 == 0 {
				return x, nil, op
			}
			return x, page(rng, op), op
		}
		base := link.NewBase(link.DefaultModel())
		for range n {
			x, texts, op := draw()
			base.Load(facts(x), x.sightings(), texts)
			base.Restore(fraud.ReportID(x.id), fraud.RingID(fmt.Sprintf("R-%d", op)))
		}
		b.Run(fmt.Sprintf("kept/reports=%dk", n/1000), func(b *testing.B) {
			f, err := os.Create(filepath.Join(b.TempDir(), "kept"))
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			start := time.Now()
			if err := base.Begin().Keep(f); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(start).Seconds(), "write-s")
			size, err := f.Seek(0, io.SeekCurrent)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(size)/1e6, "MB")
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				b.Fatal(err)
			}
			start = time.Now()
			if base, err = link.OpenBase(link.DefaultModel(), f, size); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(start).Seconds(), "read-s")
			rings := newPlain(n)
			start = time.Now()
			for range n {
				x, op := rings.next()
				base.Restore(fraud.ReportID(x.id), fraud.RingID(fmt.Sprintf("R-%d", op)))
			}
			b.ReportMetric(time.Since(start).Seconds(), "restore-s")
		})
		b.Run(fmt.Sprintf("add/reports=%dk", n/1000), func(b *testing.B) {
			var took []time.Duration
			placed := 0
			for b.Loop() {
				x, texts, _ := draw()
				f, s := facts(x), x.sightings()
				start := time.Now()
				p := base.Add(f, s, texts)
				took = append(took, time.Since(start))
				if p.Ring != "" {
					placed++
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-µs")
			b.ReportMetric(float64(took[len(took)-1].Nanoseconds())/1e3, "worst-µs")
			b.ReportMetric(float64(placed)/float64(len(took)), "placed")
		})
	}
}
