package link

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/synth"
)

// TestCeiling tells how much of the recall of a world can be had at all:
// RINGBREAKER_CEILING lists folders of reports and truth.tsv; else it is a small world of our own. Groups of
// one operator are joined by the rule of merging alone, told by the truth which
// values they share by right; beside it stands what the linker reaches.
func TestCeiling(t *testing.T) {
	folders := os.Getenv("RINGBREAKER_CEILING")
	own := folders == ""
	if own {
		folders = t.TempDir()
		made, err := synth.Make("chakra", 1, 1000, 2)
		if err == nil {
			err = made.Write(folders)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range strings.Split(folders, ",") {
		b, truth := worldIn(t, dir)
		rules := b.rules()
		m := b.prepare(rules)
		of := func(r uint32) string { return truth[string(m.id(r))] }
		part, _ := m.partition(rules, nil)
		most, have := recallOf(len(m.order), of, m.byRule(of).find), recallOf(len(m.order), of, func(r uint32) uint32 { return part[r] })
		t.Logf("%s: recall %.3f, by the rule of merging at most %.3f", dir, have, most)
		if own && (most < 0.95 || most > 1 || have < most-0.05 || have > 1) {
			t.Errorf("an easy world: recall %v of %v", have, most)
		}
	}
}

func worldIn(t *testing.T, dir string) (*Builder, map[string]string) {
	t.Helper()
	b, truth := NewBuilder(DefaultModel()), map[string]string{}
	lines := func(pattern string, tell func(line string)) {
		names, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				tell(strings.TrimSpace(line))
			}
		}
	}
	lines("*.jsonl", func(line string) {
		r, err := fraud.DecodeReport([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		e := extract.Report(r, extract.Options{})
		b.Add(r.Facts(), e.Sightings, e.Sketches)
	})
	lines("truth.tsv", func(line string) {
		id, op, _ := strings.Cut(line, "\t")
		op, _, _ = strings.Cut(op, "\t")
		truth[id] = op
	})
	return b, truth
}

// byRule joins the reports of each operator by the rule of merging until no two
// of its groups pass it.
func (m *material) byRule(of func(r uint32) string) *forest {
	type pair struct{ a, b uint32 }
	sets := newForest(len(m.order))
	for joined := true; joined; {
		best := map[pair]*[numFamilies]int32{}
		for i := range m.tenures {
			bits := map[uint32]int32{}
			for _, inc := range m.of(i) {
				if g := sets.find(inc.report); of(inc.report) != "" {
					bits[g] = max(bits[g], inc.bits)
				}
			}
			for a, x := range bits {
				for b, y := range bits {
					if a >= b || of(a) != of(b) || min(x, y) < m.params.medium {
						continue
					}
					if best[pair{a, b}] == nil {
						best[pair{a, b}] = new([numFamilies]int32)
					}
					family := &best[pair{a, b}][m.tenures[i].family]
					*family = max(*family, min(x, y))
				}
			}
		}
		joined = false
		for p, x := range best {
			if m.params.sum(x) > 0 {
				joined = true
				sets.union(p.a, p.b)
			}
		}
	}
	return sets
}

// recallOf is the B3 recall of a partition.
func recallOf(reports int, of func(r uint32) string, group func(r uint32) uint32) float64 {
	type part struct {
		op    string
		group uint32
	}
	size, held, all := map[string]int{}, map[part]int{}, 0
	for r := range uint32(reports) {
		if op := of(r); op != "" {
			size[op]++
			held[part{op, group(r)}]++
			all++
		}
	}
	sum := 0.0
	for p, n := range held {
		sum += float64(n) * float64(n) / float64(size[p.op])
	}
	return sum / float64(all)
}
