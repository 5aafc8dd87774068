package match

import (
	"errors"
	"reflect"
	"testing"

	"ringbreaker.example/fraud"
)

// afterADay are two that have come to the count of an epoch's first match, and
// the terms of the next.
func afterADay(t *testing.T) (pa, pb *party, next Terms) {
	t.Helper()
	next = Terms{MinReports: 2, Audit: 4, Sentinels: 8, Epoch: true}.Filled()
	var err error
	pa, pb, err = pair(invented("a", 0, 40), invented("b", 30, 40), next)
	if err != nil {
		t.Fatal(err)
	}
	for pa.step() != fraud.MatchCount {
		r, _ := pa.round()
		if _, _, err := exchange(t.Context(), pa, pb, r); err != nil {
			t.Fatal(err)
		}
	}
	next.Continues = pa.ID
	return pa, pb, next
}

func TestAnEpochEndsAfterAYearOfDays(t *testing.T) {
	pa, _, terms := afterADay(t)
	pa.Past = make([]past, maxRuns-1)
	if _, err := continued(pa, "M-2", terms, invented("a", 0, 41), pa.env); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("got %v, want it to end", err)
	}
}

func TestElementsAreReadAsTheyWereWritten(t *testing.T) {
	list := invented("a", 0, 3)
	list[1].Relation, list[1].Indicator.Kind, list[1].Ring, list[1].Bits = fraud.SameLaunderer, fraud.UPI, "", -0.25
	list[2].Evidence[0].Leaf, list[2].Evidence[1].Report, list[2].Reports = 1<<40, "", 77
	list[0].Relation, list[2].Relation = fraud.SameOperator, fraud.SameSupplier
	b := packElements(list)
	got, err := unpackElements(b)
	if err != nil || !reflect.DeepEqual(got, list) {
		t.Fatalf("got %+v, %v; want %+v", got, err, list)
	}
	for n := range len(b) {
		if got, err := unpackElements(b[:n]); err == nil && len(got) == len(list) {
			t.Errorf("%d of %d bytes were read as the whole", n, len(b))
		}
	}
}

func FuzzElements(f *testing.F) {
	f.Add(packElements(invented("a", 0, 2)))
	f.Add([]byte{1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := unpackElements(b)
		if err != nil {
			return
		}
		again, err := unpackElements(packElements(list))
		if err != nil || len(again) != len(list) {
			t.Errorf("%d elements became %d, %v", len(list), len(again), err)
		}
	})
}
