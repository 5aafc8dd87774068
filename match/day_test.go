package match_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

// ringed are n invented numbers, five to a ring, which rest on the ring's two reports.
func ringed(org string, from, n int) []match.Element {
	out := make([]match.Element, n)
	var evidence []match.Evidence
	last := -1
	for i := range out {
		v := from + i
		if v/5 != last {
			last = v / 5
			evidence = element(fraud.Phone, fmt.Sprint(last), "", org).Evidence
		}
		out[i] = match.Element{
			Indicator: fraud.Indicator{Kind: fraud.Phone, Value: fmt.Sprintf("+1%03d5550%03d", 200+v/1000, v%1000)},
			Ring:      fraud.RingID(fmt.Sprintf("%s-ring-%d", org, v/5)), Bits: 10, Reports: 2, Evidence: evidence,
		}
	}
	return out
}

// BenchmarkNodesDay is the promise of DESIGN §12 as two nodes keep it, who have
// slept since yesterday: from the offer to the count, with all that is read from
// disk, unsealed, sealed again and written, both nodes on one machine. What is not
// counted is gathering the set from the rings, and the first match.
// RINGBREAKER_MATCH=1000000/20000 sets old and new elements a side.
func BenchmarkNodesDay(b *testing.B) {
	sizes := []string{"10000/200", "100000/2000"}
	if v := os.Getenv("RINGBREAKER_MATCH"); v != "" {
		sizes = []string{v}
	}
	for _, size := range sizes {
		var n, fresh int
		if _, err := fmt.Sscanf(size, "%d/%d", &n, &fresh); err != nil || n < 100 || fresh < 2 {
			b.Fatalf("RINGBREAKER_MATCH=%s: say OLD/NEW", size)
		}
		b.Run(fmt.Sprintf("old=%d/new=%d", n, fresh), func(b *testing.B) {
			if n > 10_000 && testing.Short() {
				b.Skip("SKIPPED: a long run")
			}
			x, y := newNode(b, "alder", ringed("a", 0, n)), newNode(b, "birch", ringed("b", n/2, n))
			befriend(x, y)
			tm := terms()
			tm.Epoch, tm.MaxSet = true, 4<<20
			for _, nd := range []*node{x, y} {
				nd.limits = match.Limits{MaxSet: 4 << 20, Lifetime: 1 << 40, RunsPerDay: 1 << 20}
				nd.start(b)
			}
			var sent int64
			x.wire = wireFunc(func(r *http.Request) (*http.Response, error) {
				resp, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					return nil, err
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body = io.NopCloser(bytes.NewReader(body))
				sent += r.ContentLength + int64(len(body))
				return resp, err
			})
			day := func() fraud.Match {
				m, err := x.Offer(x.desk(b), "birch", tm)
				must(b, m, err, fraud.MatchOffered)
				if _, err := y.Accept(y.desk(b), m.ID); err != nil {
					b.Fatal(err)
				}
				m, err = x.Advance(b.Context(), m.ID)
				return must(b, m, err, fraud.MatchCount)
			}
			yesterday := day()
			at, want := n, n/2
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				x.learn(b, ringed("a", at, fresh))
				y.learn(b, ringed("b", n/2+at, fresh))
				at, want = at+fresh, want+fresh
				x.start(b)
				y.start(b)
				tm.Continues, sent = yesterday.ID, 0
				cpu := match.CPUTime()
				b.StartTimer()
				yesterday = day()
				if yesterday.Report.Count != want {
					b.Fatalf("counted %d, want %d", yesterday.Report.Count, want)
				}
				b.ReportMetric(float64(sent)/float64(fresh), "bytes/new-element")
				b.ReportMetric((match.CPUTime() - cpu).Seconds(), "cpu-s")
			}
			b.ReportMetric(float64(match.PeakMemory())/(1<<20), "peak-MiB")
		})
	}
}
