package link

import (
	"fmt"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// stemsOf gives the stems of the values of two reports that hold all of them,
// by value.
func stemsOf(t *testing.T, sightings ...fraud.Sighting) map[string]uint32 {
	t.Helper()
	b := NewBuilder(DefaultModel())
	for k := range 2 {
		b.Add(fraud.ReportFacts{ID: fraud.ReportID(fmt.Sprintf("a/%d", k)), At: time.Unix(1_700_000_000, 0)}, sightings, nil)
	}
	w := largest(b)
	out := map[string]uint32{}
	for i := range w.values {
		ind := w.m.indicatorOf(w.values[i].tenure)
		out[ind.Value] = w.values[i].stem
	}
	if len(out) != len(sightings) {
		t.Fatalf("%d values of %d", len(out), len(sightings))
	}
	return out
}

func TestHostsBelowASiteStemFromIt(t *testing.T) {
	var all []fraud.Sighting
	for _, host := range []string{"help.example", "win.help.example", "a.win.help.example", "xhelp.example", "x-help.example", "b.x-help.example", "lone.other.example"} {
		all = append(all, fraud.Sighting{Indicator: fraud.Indicator{Kind: fraud.Domain, Value: host}, Role: fraud.RoleLure, At: time.Unix(1_700_000_000, 0), Valid: true})
	}
	stem := stemsOf(t, all...)
	for host, site := range map[string]string{
		"help.example": "help.example", "win.help.example": "help.example", "a.win.help.example": "help.example",
		"xhelp.example": "xhelp.example", "x-help.example": "x-help.example", "b.x-help.example": "x-help.example",
		"lone.other.example": "lone.other.example",
	} {
		if stem[host] != stem[site] {
			t.Errorf("%s does not stem from %s", host, site)
		}
	}
	distinct := map[uint32]bool{}
	for _, s := range stem {
		distinct[s] = true
	}
	if len(distinct) != 4 {
		t.Errorf("%d stems, want 4", len(distinct))
	}
}

// What stems from one thing says no more than the most of it, in whatever order
// it comes.
func TestWhatStemsFromOneThingIsOneFact(t *testing.T) {
	for _, bits := range [][]float64{{3, 7, 5}, {7, 3, 5}, {5, 3, 7}} {
		var f fact
		sum := 0.0
		for _, x := range bits {
			sum += f.more(1, x)
		}
		sum += f.more(2, 4)
		if sum != 11 {
			t.Errorf("%v of one thing and 4 of another say %v bits, want 11", bits, sum)
		}
	}
}
