package watch_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
	"ringbreaker.example/synth"
	"ringbreaker.example/watch"
)

// world is a synth world, extracted.
type world struct {
	*synth.World
	before, after []taken
	ring          map[fraud.ReportID]string // true operator
}

type taken struct {
	facts fraud.ReportFacts
	x     fraud.Extraction
}

func newWorld(t testing.TB, scenario string, seed int64, reports int) world {
	t.Helper()
	sw, err := synth.Make(scenario, seed, reports, 2)
	if err != nil {
		t.Fatal(err)
	}
	w := world{World: sw, ring: map[fraud.ReportID]string{}}
	take := func(lines [][]byte) (out []taken) {
		for _, l := range lines {
			r, err := fraud.DecodeReport(l)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, taken{r.Facts(), extract.Report(r, extract.Options{Country: r.Reporter.Country})})
		}
		return out
	}
	for _, o := range sw.Orgs {
		w.before = append(w.before, take(o.Reports)...)
		w.after = append(w.after, take(o.After)...)
	}
	for _, rows := range [][]synth.Row{sw.Rows, sw.AfterRows} {
		for _, r := range rows {
			w.ring[r.Report] = r.Ring
		}
	}
	return w
}

// rings links what had been received by a day.
func (w world) rings(until time.Time) ([]fraud.Ring, map[fraud.RingID][]time.Time) {
	b := link.NewBuilder(link.DefaultModel())
	at := map[fraud.ReportID]time.Time{}
	for _, all := range [][]taken{w.before, w.after} {
		for _, x := range all {
			if !x.facts.ReceivedAt.After(until) {
				b.Add(x.facts, x.x.Sightings, x.x.Sketches)
				at[x.facts.ID] = x.facts.At
			}
		}
	}
	rings := b.Link().Rings
	times := map[fraud.RingID][]time.Time{}
	for _, r := range rings {
		for _, id := range r.Reports {
			times[r.ID] = append(times[r.ID], at[id])
		}
	}
	return rings, times
}

// owner is the true operator of most of a ring's reports that happened after
// from (zero: of all).
func (w world) owner(r fraud.Ring, times []time.Time, from time.Time) string {
	n, best := map[string]int{}, ""
	for i, id := range r.Reports {
		if !times[i].Before(from) {
			n[w.ring[id]]++
		}
	}
	for o, k := range n {
		if o != "" && (best == "" || k > n[best] || (k == n[best] && o < best)) {
			best = o
		}
	}
	return best
}

// measured is how well returns were seen.
type measured struct {
	returns, seen, falseAlarms int
	delay                      []time.Duration // from the first report received after the raid
}

// measure plays the days after the raid and counts what watch says.
func measure(t testing.TB, w world, step time.Duration) measured {
	t.Helper()
	raid := w.Truth.Raid
	rings, times := w.rings(raid)
	var sigs []fraud.Signature
	of := map[fraud.RingID]string{}
	for _, r := range rings {
		if len(r.Reports) >= 10 {
			sigs = append(sigs, watch.SignatureOf(r, raid, times[r.ID]))
			of[r.ID] = w.owner(r, times[r.ID], time.Time{})
		}
	}
	m := measured{}
	back := map[string]synth.Return{}
	for _, x := range w.Truth.Returns {
		if x.Reports > 0 {
			back[x.Operator] = x
			m.returns++
		}
	}
	told := map[string]bool{}
	for at := raid.Add(step); !at.After(w.Truth.End.Add(step)); at = at.Add(step) {
		now, nowTimes := w.rings(at)
		for _, a := range watch.Scan(watch.Scene{Rings: now, Times: nowTimes, Signatures: sigs, At: at}) {
			if told[a.ID] {
				continue
			}
			told[a.ID] = true
			i := 0
			for now[i].ID != a.Ring {
				i++
			}
			truth := w.owner(now[i], nowTimes[a.Ring], raid.Add(48*time.Hour))
			ret, ok := back[of[a.Broken]]
			switch {
			case !ok || truth != of[a.Broken]:
				m.falseAlarms++
				t.Logf("false alarm: %s said of %s, truly %s, bits %.1f, kept %v", of[a.Broken], a.Ring, truth, a.Bits, kinds(a))
			case told["op "+of[a.Broken]]:
			default:
				told["op "+of[a.Broken]] = true
				m.seen++
				m.delay = append(m.delay, at.Sub(ret.FirstAt))
			}
		}
	}
	return m
}

// TestReturnsAreSeenInInventedWorlds prints how many returns are seen, how
// soon, and how often watch cries wolf. It fails only where watch would be of
// no use: the figures belong to the table of docs/benchmarks.md.
func TestReturnsAreSeenInInventedWorlds(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: links a world again and again")
	}
	var all measured
	// One small world, so that all tests together stay quick; the figures of
	// docs/benchmarks.md are made with RINGBREAKER_WORLDS=20.
	seeds, reports, step := int64(1), 1000, 20*24*time.Hour
	if n, err := strconv.ParseInt(os.Getenv("RINGBREAKER_WORLDS"), 10, 64); err == nil && n > 0 {
		seeds, reports, step = n, 1000, 10*24*time.Hour
	}
	for seed := int64(1); seed <= seeds; seed++ {
		m := measure(t, newWorld(t, "chakra", seed, reports), step)
		t.Logf("seed %d: %d of %d returns seen, %d false alarms, delays %v", seed, m.seen, m.returns, m.falseAlarms, m.delay)
		all.returns, all.seen, all.falseAlarms = all.returns+m.returns, all.seen+m.seen, all.falseAlarms+m.falseAlarms
	}
	if all.returns == 0 || all.seen*2 < all.returns || all.falseAlarms > all.returns {
		t.Errorf("%d of %d returns seen with %d false alarms", all.seen, all.returns, all.falseAlarms)
	}
}

// kinds says by which kinds of evidence an alert was made, for the log.
func kinds(a fraud.Alert) (out []string) {
	for _, c := range a.Kept {
		out = append(out, fmt.Sprintf("%s/%s %.1f", c.Indicator.Kind, c.Role, c.Bits))
	}
	return out
}
