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
	for i := range 40 {
		r := fraud.Ring{ID: fraud.RingID(fmt.Sprint("R-large-", i))}
		for k := range 1500 + 37*i {
			r.Indicators = append(r.Indicators, fraud.RingIndicator{
				Indicator: fraud.Indicator{Kind: fraud.Domain, Value: fmt.Sprintf("d%d-%d.example", i, k)}, Role: fraud.RoleLure, Bits: 1, Reports: 1,
			})
		}
		w.m.Rings = append(w.m.Rings, refer.RingOf{Org: "alder", Label: fmt.Sprint("L-", i), Ring: r})
	}
	p := w.build(t)
	for range 5 {
		n := 0
		err := p.EachRing(func(r refer.RingOf) error {
			n += len(r.Ring.Indicators)
			return nil
		})
		if want := 40*1500 + 37*780; err != nil || n < want {
			t.Fatalf("read %d indicators of %d and more: %v", n, want, err)
		}
	}
}
