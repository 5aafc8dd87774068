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
