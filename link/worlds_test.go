package link_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
	"ringbreaker.example/score"
	"ringbreaker.example/synth"
)

var (
	worldSeeds     = flag.Int("seeds", 3, "how many invented worlds of each scenario are linked")
	worldReports   = flag.Int("world-reports", 0, "reports of each world; 0 = as the scenario says")
	worldScenarios = flag.String("scenarios", "chakra", "scenarios, comma-separated, or all")
	worldVerbose   = flag.Bool("mixed", false, "print mixed and split rings")
)

// world is an invented world, extracted.
type world struct {
	facts []fraud.ReportFacts
	found []fraud.Extraction
	truth score.Assignment
	ties  score.TrueTies
}

func makeWorld(tb testing.TB, scenario string, seed int64, reports int) world {
	tb.Helper()
	made, err := synth.Make(scenario, seed, reports, 2)
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	if err := made.Write(dir); err != nil {
		tb.Fatal(err)
	}
	var w world
	for _, name := range []string{"a.jsonl", "b.jsonl"} {
		w.read(tb, filepath.Join(dir, name))
	}
	w.truth = must(score.ReadTSV(open(tb, filepath.Join(dir, "truth.tsv"))))(tb)
	w.ties = must(score.ReadTrueTies(open(tb, filepath.Join(dir, "truth.json"))))(tb)
	return w
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

func open(tb testing.TB, name string) *os.File {
	tb.Helper()
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = f.Close() })
	return f
}

func (w *world) read(tb testing.TB, name string) {
	tb.Helper()
	sc := bufio.NewScanner(open(tb, name))
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		r, err := fraud.DecodeReport(sc.Bytes())
		if err != nil {
			tb.Fatal(err)
		}
		w.facts = append(w.facts, r.Facts())
		w.found = append(w.found, extract.Report(r, extract.Options{}))
	}
	if err := sc.Err(); err != nil {
		tb.Fatal(err)
	}
}

func (w *world) link() link.Result {
	b := link.NewBuilder(link.DefaultModel())
	for i := range w.facts {
		b.Add(w.facts[i], w.found[i].Sightings, w.found[i].Sketches)
	}
	return b.Link()
}

func assignment(tb testing.TB, res link.Result) score.Assignment {
	tb.Helper()
	var buf bytes.Buffer
	if err := link.WriteAssign(&buf, res.Assign); err != nil {
		tb.Fatal(err)
	}
	return must(score.ReadTSV(&buf))(tb)
}

// holdPromise fails where chakra is told apart worse than DESIGN §12 asks, with
// a little room for a single seed: the mean over seeds is in docs/linking.md.
func holdPromise(t *testing.T, w world, res link.Result, s score.Result) {
	t.Helper()
	if s.B3.F1 < 0.96 {
		t.Errorf("B3 F1 %.4f, want at least 0.96 on every seed", s.B3.F1)
	}
	for _, r := range res.Rings {
		parts := map[string]int{}
		for _, id := range r.Reports {
			if op, _ := w.truth.Ring(id); op != "" {
				parts[op]++
			}
		}
		large := 0
		for _, n := range parts {
			if n >= 10 && 10*n >= len(r.Reports) {
				large++
			}
		}
		if large > 1 {
			t.Errorf("ring %s holds two operators: %v", r.ID, parts)
		}
	}
}

// TestWorldsAreToldApart prints the table of docs/linking.md and holds the
// promises of DESIGN §12 on it.
func TestWorldsAreToldApart(t *testing.T) {
	names := strings.Split(*worldScenarios, ",")
	if *worldScenarios == "all" {
		names = synth.Scenarios()
	}
	for _, name := range names {
		var f1 []float64
		for seed := range *worldSeeds {
			w := makeWorld(t, name, int64(seed+1), *worldReports)
			res := w.link()
			s := score.Compare(w.truth, assignment(t, res))
			ties := score.CompareTies(w.truth, w.ties, res.Rings)
			f1 = append(f1, s.B3.F1)
			t.Logf("%-8s seed %2d  B3 P %.3f R %.3f F1 %.4f  pair P %.3f R %.3f  over %d (%d) split %d (%d) strays %d lost %d rings %d/%d  ties S %.3f (P %.2f R %.2f) L %.3f (P %.2f R %.2f)",
				name, seed+1, s.B3.Precision, s.B3.Recall, s.B3.F1, s.Pairwise.Precision, s.Pairwise.Recall, s.OverMerged, s.OverMergedReports,
				s.Split, s.SplitReports, s.Strays, s.Lost, s.FoundRings, s.TrueRings,
				ties.Suppliers.F1, ties.Suppliers.Precision, ties.Suppliers.Recall, ties.Launderers.F1, ties.Launderers.Precision, ties.Launderers.Recall)
			if name == "chakra" && *worldReports == 0 {
				holdPromise(t, w, res, s)
			}
			if *worldVerbose {
				t.Log(fmt.Sprint("  mixed: ", s.OverMergedRings))
				t.Log(fmt.Sprint("  split: ", s.SplitRings))
				t.Log("  supplier wrong: ", ties.Suppliers.Wrong, " missed: ", ties.Suppliers.Missed)
				t.Log("  launderer wrong: ", ties.Launderers.Wrong, " missed: ", ties.Launderers.Missed)
			}
		}
		sort.Float64s(f1)
		sum := 0.0
		for _, x := range f1 {
			sum += x
		}
		t.Logf("%-8s mean B3 F1 %.4f, worst %.4f over %d seeds", name, sum/float64(len(f1)), f1[0], len(f1))
	}
}
