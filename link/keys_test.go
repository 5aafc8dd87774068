package link_test

import (
	"bytes"
	"cmp"
	"slices"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// inParts links each part of a world that shares keys alone, and gives all
// assignments as one file, with the number of parts.
func inParts(t *testing.T, w world, judged []fraud.Judgement) (assign string, parts int) {
	t.Helper()
	model := link.DefaultModel()
	of := make([]int, len(w.facts)) // report → a report of its part
	for i := range of {
		of[i] = i
	}
	root := func(i int) int {
		for of[i] != i {
			i = of[i]
		}
		return i
	}
	first := map[uint64]int{}
	for i := range w.facts {
		for _, k := range model.Keys(w.facts[i], w.found[i].Sightings, w.found[i].Sketches, judged) {
			if j, known := first[k]; known {
				of[root(i)] = root(j)
			} else {
				first[k] = i
			}
		}
	}
	members := map[int][]int{}
	for i := range w.facts {
		members[root(i)] = append(members[root(i)], i)
	}
	var rows []link.Assigned
	for _, part := range members {
		b := link.NewBuilder(model)
		for _, i := range part {
			b.Add(w.facts[i], w.found[i].Sightings, w.found[i].Sketches)
		}
		b.Judge(judged)
		rows = append(rows, b.Link().Assign...)
	}
	slices.SortFunc(rows, func(x, y link.Assigned) int { return cmp.Compare(x.Report, y.Report) })
	return writtenAssign(t, rows), len(members)
}

func writtenAssign(t *testing.T, rows []link.Assigned) string {
	t.Helper()
	var buf bytes.Buffer
	if err := link.WriteAssign(&buf, rows); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// Spark stands on this: what is linked part by part, each part alone, is what
// one machine links whole, ring by ring and with the same names.
func TestPartsThatShareNoKeyMayBeLinkedAlone(t *testing.T) {
	for _, tt := range []struct {
		scenario string
		reports  int
		parts    int // at least
	}{{"chakra", 400, 2}, {"sparse", 600, 5}, {"poison", 400, 2}, {"recycle", 400, 2}} {
		w := makeWorld(t, tt.scenario, 5, tt.reports)
		// Reports that nothing joins, so that a judgement has to.
		judged := []fraud.Judgement{{ID: "J1", Verdict: fraud.VerdictSame, A: w.facts[0].ID, B: w.facts[len(w.facts)-1].ID, By: "test", Reason: "test", At: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}}
		for _, js := range [][]fraud.Judgement{nil, judged} {
			b := link.NewBuilder(link.DefaultModel())
			for i := range w.facts {
				b.Add(w.facts[i], w.found[i].Sightings, w.found[i].Sketches)
			}
			b.Judge(js)
			got, parts := inParts(t, w, js)
			if want := writtenAssign(t, b.Link().Assign); got != want {
				t.Errorf("%s with %d judgements: linked in %d parts the assignment is another than linked whole", tt.scenario, len(js), parts)
			}
			if parts < tt.parts {
				t.Errorf("%s: %d parts, want at least %d, or nothing was proved", tt.scenario, parts, tt.parts)
			}
		}
	}
}
