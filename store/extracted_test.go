package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
)

// More reports than are taken apart at once come in their order, each once;
// who ends the reading early is not called again, and what nobody waits for
// ends too.
func TestManyReportsAreReadForLinkingInOrder(t *testing.T) {
	ctx := context.Background()
	db, err := store.Open(ctx, file(t))
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, db)
	const n = 1000
	var batch []fraud.Acceptance
	for i := range n {
		r, err := fraud.DecodeReport(fmt.Appendf(nil, `{"id":"%04d","source":"s","received_at":"2023-10-19T09:00:00Z","narrative":"n"}`, i))
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, fraud.Acceptance{Report: r, Sightings: []fraud.Sighting{{Report: r.Name(), Indicator: fraud.Indicator{Kind: fraud.Phone, Value: fmt.Sprintf("+1212555%04d", i)}, Role: fraud.RoleCallback}}})
	}
	if _, err := db.AcceptBatch(ctx, batch); err != nil {
		t.Fatal(err)
	}
	next := int64(0)
	read := func(most int64) error {
		next = 0
		enough := errors.New("enough")
		err := db.EachForLinkingBetween(ctx, 0, n, func(no int64, f fraud.ReportFacts, s []fraud.Sighting, _ []fraud.Sketch) error {
			if no != next+1 || f.ID != batch[next].Report.Name() || len(s) != 1 || s[0].Indicator != batch[next].Sightings[0].Indicator {
				t.Fatalf("after %d came %d, %s with %+v", next, no, f.ID, s)
			}
			if next++; next == most {
				return enough
			}
			return nil
		})
		if errors.Is(err, enough) {
			return nil
		}
		return err
	}
	if err := read(0); err != nil || next != n {
		t.Errorf("%d reports, %v", next, err)
	}
	if err := read(300); err != nil || next != 300 {
		t.Errorf("%d reports after enough, %v", next, err)
	}
	gone, stop := context.WithCancel(ctx)
	stop()
	if err := db.EachForLinkingBetween(gone, 0, n, func(int64, fraud.ReportFacts, []fraud.Sighting, []fraud.Sketch) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("reading for nobody: %v", err)
	}
}
