package synth_test

import (
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/synth"
)

func chakra(t testing.TB, seed int64) *synth.World {
	t.Helper()
	w, err := synth.Make("chakra", seed, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEveryLineIsAReport(t *testing.T) {
	w := chakra(t, 3)
	n := 0
	for _, o := range w.Orgs {
		for _, line := range append(o.Reports[:len(o.Reports):len(o.Reports)], o.After...) {
			r, err := fraud.DecodeReport(line)
			if err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if r.ReceivedAt.Before(r.HappenedAt()) && r.HappenedAt().Sub(r.ReceivedAt) > 0 {
				t.Errorf("report %s was received %v before it happened", r.Name(), r.HappenedAt().Sub(r.ReceivedAt))
			}
			n++
		}
	}
	if n < 2300 {
		t.Errorf("got %d reports, want 2300 and those after the raid", n)
	}
}
