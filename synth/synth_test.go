package synth_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ringbreaker.example/fraud"
	"ringbreaker.example/synth"
)

func world(t testing.TB, scenario string, seed int64, reports int) *synth.World {
	t.Helper()
	w, err := synth.Make(scenario, seed, reports, 2)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// decoded gives all reports of a world before the raid, or after it.
func decoded(t testing.TB, w *synth.World, after bool) []*fraud.Report {
	t.Helper()
	var out []*fraud.Report
	for _, o := range w.Orgs {
		lines := o.Reports
		if after {
			lines = o.After
		}
		for _, line := range lines {
			r, err := fraud.DecodeReport(line)
			if err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			out = append(out, r)
		}
	}
	return out
}

func TestEveryLineOfEveryScenarioIsAReport(t *testing.T) {
	for _, name := range synth.Scenarios() {
		t.Run(name, func(t *testing.T) {
			w := world(t, name, 5, 1500)
			seen := map[fraud.ReportID]bool{}
			for _, after := range []bool{false, true} {
				for _, r := range decoded(t, w, after) {
					if seen[r.Name()] {
						t.Errorf("report %s stands twice", r.Name())
					}
					seen[r.Name()] = true
					if before := r.ReceivedAt.Before(w.Truth.Raid); before == after {
						t.Errorf("report %s of %v stands on the wrong side of the raid", r.Name(), r.ReceivedAt)
					}
				}
			}
			if len(w.Rows) != 1500 || len(seen) != len(w.Rows)+len(w.AfterRows) {
				t.Errorf("got %d reports, %d rows before and %d after the raid", len(seen), len(w.Rows), len(w.AfterRows))
			}
			for _, r := range append(w.Rows[:len(w.Rows):len(w.Rows)], w.AfterRows...) {
				if !seen[r.Report] {
					t.Errorf("truth names %s, which is no report", r.Report)
				}
			}
		})
	}
}

// shared finds the folder of data that lies beside the checkout.
func shared(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("RINGBREAKER_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "shared", "schema")); err == nil {
			return filepath.Join(dir, "shared")
		}
	}
	t.Skip("SKIPPED: no folder shared/schema beside the checkout, so lines are not held against report.schema.json")
	return ""
}

func TestEveryLineHoldsAgainstTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(shared(t), "schema", "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	w := world(t, "mixed", 2, 3000)
	for _, o := range w.Orgs {
		for _, line := range slices.Concat(o.Reports, o.After) {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Fatalf("%v\n%s", err, line)
			}
		}
	}
}

func TestSameSeedSameBytesOnAnyNumberOfProcessors(t *testing.T) {
	write := func(seed int64, procs int) map[string][]byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		dir := t.TempDir()
		if err := world(t, "chakra", seed, 5000).Write(dir); err != nil {
			t.Fatal(err)
		}
		return files(t, dir)
	}
	one, again, other := write(7, 1), write(7, 4), write(8, 4)
	for name := range one {
		if !bytes.Equal(one[name], again[name]) {
			t.Errorf("%s differs between one processor and four", name)
		}
		if bytes.Equal(one[name], other[name]) {
			t.Errorf("%s is the same under another seed", name)
		}
	}
	if len(one) != 8 {
		t.Errorf("got %d files, want a and b before and after the raid, two truths, truth.json and transfers.csv", len(one))
	}
}

func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if out[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestTruthIsSortedAndWhole(t *testing.T) {
	dir := t.TempDir()
	w := world(t, "chakra", 3, 0)
	if err := w.Write(dir); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(files(t, dir)["truth.tsv"]), "\n"), "\n")
	if lines[0] != "report_id\tring" || len(lines) != 2301 {
		t.Fatalf("got %d lines under the header %q", len(lines)-1, lines[0])
	}
	if !slices.IsSortedFunc(w.Rows, func(a, b synth.Row) int { return strings.Compare(string(a.Report), string(b.Report)) }) {
		t.Error("rows are not sorted by report")
	}
	rings := map[string]int{}
	for _, r := range w.Rows {
		rings[r.Ring]++
	}
	for _, o := range w.Truth.Operators {
		if rings[o.ID] != o.Reports || o.Reports < 30 {
			t.Errorf("%s: truth.json says %d reports, truth.tsv %d", o.ID, o.Reports, rings[o.ID])
		}
	}
	if n := rings[""]; n < 100 || n > 300 {
		t.Errorf("got %d reports of nobody's ring, want some decoys", n)
	}
}

func TestBadSizesAndNamesAreRefused(t *testing.T) {
	for _, tt := range []struct {
		scenario      string
		reports, orgs int
		want          string
	}{
		{"chakra-9", 0, 2, "no scenario"}, {"chakra", -1, 2, "a world has between"}, {"chakra", 0, 0, "knows 1 to 4 orgs"}, {"chakra", 0, 9, "knows 1 to 4 orgs"},
	} {
		if _, err := synth.Make(tt.scenario, 1, tt.reports, tt.orgs); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s, %d reports, %d orgs: got %v, want %q", tt.scenario, tt.reports, tt.orgs, err, tt.want)
		}
	}
	for orgs := 1; orgs <= 4; orgs++ {
		if w, err := synth.Make("chakra", 1, 300, orgs); err != nil || len(w.Orgs) != orgs || len(w.Orgs[orgs-1].Reports) == 0 {
			t.Errorf("%d orgs: %v", orgs, err)
		}
	}
	for _, reports := range []int{1, 2, 7, 40} {
		if w, err := synth.Make("flood", 1, reports, 2); err != nil || len(w.Rows) != reports {
			t.Errorf("%d reports: %v", reports, err)
		}
	}
}
