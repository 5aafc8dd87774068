package link

import (
	"fmt"
	"slices"
	"testing"

	"ringbreaker.example/fraud"
)

func TestATieNamesWhoHoldsItMostAndCountsTheRest(t *testing.T) {
	const n = fraud.TieRings + 50
	var touched []touch
	var rings []fraud.RingID
	for g := range uint32(n) {
		rings = append(rings, fraud.RingID(fmt.Sprintf("R-%03d", g)))
		touched = append(touched, touch{group: g, count: int(g)})
	}
	ids, all := named(touched, rings)
	if all != n || len(ids) != fraud.TieRings || !slices.IsSorted(ids) || ids[0] != "R-050" || ids[len(ids)-1] != "R-149" {
		t.Errorf("%d of %d named, %s to %s; want the 100 of 150 that hold it most", len(ids), all, ids[0], ids[len(ids)-1])
	}
	if got := (fraud.Tie{Rings: ids, RingsAll: all}).Serves(); got != n {
		t.Errorf("serves %d, want %d", got, n)
	}
	if touched[0].count != 0 {
		t.Error("the order of who holds it was changed")
	}
	ids, all = named(touched[:fraud.TieRings], rings)
	if all != 0 || len(ids) != fraud.TieRings {
		t.Errorf("%d named of %d, want all of 100, and no count beside", len(ids), all)
	}
}
