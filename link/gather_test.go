package link_test

import (
	"fmt"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// floorAndStreets tells of operators with a floor of four numbers, streets of one
// number and three reports each, and an account that every third report names.
func floorAndStreets(operators int, account func(op int) string) (all []told) {
	const onFloor, streets, onStreet = 60, 6, 3
	for op := range operators {
		tell := func(k int, day float64, number string) {
			x := told{id: fmt.Sprintf("op%d/%03d", op, k), day: day, paid: k%3 == 0, has: []string{"call " + number}}
			if x.paid {
				x.has = append(x.has, "upi "+account(op))
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
	res := linkOf(t, floorAndStreets(operators, func(op int) string { return fmt.Sprintf("desk%d@example", op) })...)
	if n := len(res.Rings); n > operators+4 { // pair by pair: 104
		t.Errorf("%d rings of %d operators", n, operators)
	}
	for _, r := range res.Rings {
		for _, id := range r.Reports {
			if op, _, _ := strings.Cut(string(r.Reports[0]), "/"); !strings.HasPrefix(string(id), op+"/") {
				t.Errorf("%s and %s are in one ring", r.Reports[0], id)
			}
		}
	}
}

// Whether an account is rare is asked of all who name one and not of those alone
// who have to do with it.
func TestAnAccountIsRareWhereOthersNameOthers(t *testing.T) {
	const operators = 12
	alone := linkOf(t, floorAndStreets(1, func(int) string { return "desk@example" })...)
	among := linkOf(t, floorAndStreets(operators, func(op int) string { return fmt.Sprintf("desk%d@example", op) })...)
	if len(alone.Rings) < 2 || len(among.Rings) >= operators*len(alone.Rings) {
		t.Errorf("one operator alone is %d rings, %d are %d", len(alone.Rings), operators, len(among.Rings))
	}
}

// What is told of others later makes an account rarer, so a ring may change that
// they do not touch, and a base finds it as a whole linking does.
func TestWhatOthersNameLaterIsHeeded(t *testing.T) {
	all := floorAndStreets(12, func(op int) string { return fmt.Sprintf("desk%d@example", op) })
	base := link.NewBase(link.DefaultModel())
	var settled *link.Settled
	for i, x := range all {
		base.Add(facts(x), x.sightings(), x.sketches())
		if first := len(all) / 12; i == first-1 || i == len(all)-1 {
			settled = base.Settle(day0)
		}
	}
	got, want := settled.Result().Assign, linkOf(t, all...).Assign
	of, back := map[fraud.RingID]fraud.RingID{}, map[fraud.RingID]fraud.RingID{}
	for i := range want {
		g, w := got[i].Ring, want[i].Ring
		if of[g] == "" && back[w] == "" {
			of[g], back[w] = w, g
		}
		if of[g] != w || back[w] != g {
			t.Fatalf("%s is with others step by step than at once", want[i].Report)
		}
	}
}
