package link

import (
	"fmt"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// A group whose reports fall into two parts that share nothing is two rings,
// however it came together.
func TestWhatSharesNothingIsNoRing(t *testing.T) {
	b := NewBuilder(DefaultModel())
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for k, numbers := range [][]string{{"n-1"}, {"n-1"}, {"n-2"}, {"n-2"}, {"n-1", "n-2"}} {
		id := fraud.ReportID(fmt.Sprintf("a/%d", k))
		var has []fraud.Sighting
		for _, n := range numbers {
			has = append(has, fraud.Sighting{Report: id, Indicator: fraud.Indicator{Kind: fraud.Phone, Value: n}, Role: fraud.RoleCallback, At: day, Valid: true})
		}
		b.Add(fraud.ReportFacts{ID: id, At: day.AddDate(0, 0, k)}, has, nil)
	}
	rules := b.rules()
	m := b.prepare(rules)
	for _, tt := range []struct {
		of    []int32 // by report: the group that the parting gave it to
		rings int
	}{
		{[]int32{0, 0, 0, 0, 0}, 1},
		{[]int32{0, 0, 0, 0, 1}, 3}, // who tied them has left
		{[]int32{0, 0, 1, 1, 1}, 2},
	} {
		w := m.newWorld([]uint32{0, 1, 2, 3, 4}, newForest(5), rules)
		w.groups = make([]group, 2)
		copy(w.of, tt.of)
		sets := newForest(5)
		w.tie(sets)
		if got := len(sets.groups(1)); got != tt.rings {
			t.Errorf("groups %v: %d sets, want %d", tt.of, got, tt.rings)
		}
	}
}
