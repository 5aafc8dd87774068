package refer_test

import (
	"fmt"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// Rings are read one by one while the file is hashed: a decoder moves bytes
// about in its buffer, which the hash must have taken by then.
func TestRingsLargerThanAnyBufferAreReadAndHashed(t *testing.T) {
	w := newWorld(t)
	for i := range 12 { // large by what stands in no other file, which would cost the more to make
		r := fraud.Ring{ID: fraud.RingID(fmt.Sprint("R-large-", i))}
		for k := range 15_000 + 1400*i {
			r.Reports = append(r.Reports, fraud.ReportID(fmt.Sprintf("desk/R-%d-%d", i, k)))
		}
		w.m.Rings = append(w.m.Rings, refer.RingOf{Org: "alder", Label: fmt.Sprint("L-", i), Ring: r})
	}
	p := w.build(t)
	for range 5 {
		n := 0
		err := p.EachRing(func(r refer.RingOf) error {
			n += len(r.Ring.Reports)
			return nil
		})
		if want := 12*15_000 + 1400*66; err != nil || n < want {
			t.Fatalf("read %d reports of %d and more: %v", n, want, err)
		}
	}
}
