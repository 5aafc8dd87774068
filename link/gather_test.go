package link_test

import (
	"fmt"
	"testing"
)

// floorAndStreets tells of operators with a floor of four numbers, streets of one
// number and three reports each, and an account that every third report names. One
// page, which all of them use, makes them one component.
func floorAndStreets(operators int) (all []told) {
	const onFloor, streets, onStreet = 60, 6, 3
	for op := range operators {
		tell := func(k int, day float64, number string) {
			x := told{id: fmt.Sprintf("op%d/%03d", op, k), day: day, paid: k%3 == 0, has: []string{"call " + number}}
			if k == 7 {
				x.has = append(x.has, "site market.example")
			}
			if x.paid {
				x.has = append(x.has, fmt.Sprintf("upi desk%d@example", op))
			}
			all = append(all, x)
		}
		for i := range onFloor {
			tell(i, float64(i), fmt.Sprintf("floor%d-%d", op, i%4))
		}
		for i := range streets * onStreet {
			tell(onFloor+i, float64(i/onStreet*onFloor/streets+i%onStreet), fmt.Sprintf("street%d-%d", op, i/onStreet))
		}
	}
	return all
}

// An account in the hands of many small groups is common only if somebody names
// it who is not theirs.
func TestSmallGroupsHangOnOneAccountTogether(t *testing.T) {
	const operators = 12
	res := linkOf(t, floorAndStreets(operators)...)
	if n := len(res.Rings); n > operators+4 { // pair by pair: 104
		t.Errorf("%d rings of %d operators", n, operators)
	}
	unmixed(t, res)
}

const ringsOfTexts = 20

// textOf tells of rings with a number each, a text that half of their reports
// quote and an agent's name that all use, which makes them one component; and of
// pairs of reports with a number of their own that quote the first ring's text. So
// many rings have that text and none of their own.
func textOf(sold, pairs int) (all []told) {
	const reports = 24
	for ring := range ringsOfTexts {
		for i := range reports {
			x := told{id: fmt.Sprintf("ring%d/%02d", ring, i), day: float64(i), paid: true, has: []string{fmt.Sprintf("call ring%d", ring)}}
			switch {
			case i%2 == 0 && ring < sold:
				x.text = 1
			case i%2 == 0:
				x.text = 1 + ring
			case i == 1:
				x.has = append(x.has, "alias kevin")
			}
			all = append(all, x)
		}
	}
	for pair := range pairs {
		for i := range 2 {
			all = append(all, told{id: fmt.Sprintf("pair%d/%d", pair, i), day: float64(3*pair + i), paid: true, text: 1, has: []string{fmt.Sprintf("call pair%d", pair)}})
		}
	}
	return all
}

// A text that one ring quotes and no other is no kit on the market: who else
// quotes it is that ring's, one fragment as well as several. What two rings
// quote is sold, and says nothing of a third.
func TestATextThatOneRingAloneQuotesIsNoKit(t *testing.T) {
	for _, tt := range []struct{ sold, pairs, more int }{
		{1, 5, 0}, {1, 1, 0}, {2, 5, 5}, {2, 1, 1},
	} {
		res := linkOf(t, textOf(tt.sold, tt.pairs)...)
		if n := len(res.Rings); n != ringsOfTexts+tt.more {
			t.Errorf("%d of %d rings and %d pairs quote one text: %d rings, want %d", tt.sold, ringsOfTexts, tt.pairs, n, ringsOfTexts+tt.more)
		}
	}
}
