package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

// A real burst looks like a poisoning: many report one number to one desk in
// the same days. Its victims belong to the ring that is known without them, and
// what looks like a framing brings nothing in.
func TestABurstIsAdmittedToTheRingThatKnewAllItNames(t *testing.T) {
	const theirs, also, innocent = "+12125550142", "+12125550143", "+12125550199"
	known := func(paid bool, has ...string) (out []told) {
		for i := range 4 {
			out = append(out, told{id: fmt.Sprintf("b/%d", i), day: float64(9 * i), paid: paid, has: append([]string{fmt.Sprintf("alias name%d", i)}, has...)})
		}
		return out
	}
	burst := func(has ...string) (out []told) {
		for i := range 6 {
			out = append(out, told{id: fmt.Sprintf("a/%d", i), day: 20 + float64(i)/10, has: has})
		}
		return out
	}
	for _, tt := range []struct {
		name         string
		known, burst []told
		want         int // reports of the burst that are in a ring
	}{
		{"all it names is known", known(true, "call "+theirs, "call "+also), burst("call " + theirs), 6},
		{"two values, both known", known(true, "call "+theirs, "call "+also), burst("call "+theirs, "call "+also), 6},
		{"one value is new", known(true, "call "+theirs), burst("call "+theirs, "call "+innocent), 0},
		{"nobody there paid", known(false, "call "+theirs, "call "+also), burst("call " + theirs), 0},
		{"nobody there paid, yet somebody names an account", known(false, "call "+theirs, "upi desk@example"), burst("call " + theirs), 6},
		{"it names a firm", known(true, "call "+theirs, "firm name:lawful ltd"), burst("call "+theirs, "firm name:lawful ltd"), 0},
		{"nobody else names it", nil, burst("call " + theirs), 0},
	} {
		res := linkOf(t, append(tt.known, tt.burst...)...)
		got := 0
		for _, a := range res.Assign {
			if source, _ := a.Report.Split(); source == "a" && a.Ring != "" {
				got++
			}
		}
		if got != tt.want {
			t.Errorf("%s: %d of the burst's reports are in a ring, want %d", tt.name, got, tt.want)
		}
		said := slices.ContainsFunc(res.Links, func(l fraud.Link) bool {
			return strings.Contains(l.Cause[0].Why, "burst") && l.Cause[0].Bits < 5
		})
		if said != (tt.want > 0) {
			t.Errorf("%s: a link says that it counts for a part: %v", tt.name, said)
		}
	}
}

// Who wants two rings taken for one reports a number of each, many times.
func TestABurstDoesNotJoinTwoRings(t *testing.T) {
	var all []told
	for i := range 5 {
		all = append(all,
			told{id: fmt.Sprintf("b/%d", i), day: float64(5 * i), paid: true, has: []string{"call +12125550142", fmt.Sprintf("remote anydesk:%d", i%2)}},
			told{id: fmt.Sprintf("c/%d", i), day: float64(5 * i), paid: true, has: []string{"call +12125550177", fmt.Sprintf("upi pay%d@example", i%2)}},
			told{id: fmt.Sprintf("a/%d", i), day: 10 + float64(i)/10, has: []string{"call +12125550142", "call +12125550177"}})
	}
	res := linkOf(t, all...)
	if len(res.Rings) != 2 {
		t.Fatalf("%d rings, want the two", len(res.Rings))
	}
	for _, a := range res.Assign {
		if source, _ := a.Report.Split(); source == "a" && a.Ring != "" {
			t.Errorf("%s is in %s", a.Report, a.Ring)
		}
	}
}

// Numbers are handed back and rented on: that a ring took up numbers that
// another had months before, and bought the same kit, does not make them one.
func TestNumbersThatCameBackDoNotJoinTwoRings(t *testing.T) {
	var all []told
	for i := range 40 {
		number := fmt.Sprintf("call +1212555010%d", i%8)
		all = append(all, told{id: fmt.Sprintf("a/%d", i), day: float64(i) / 2, paid: true, has: []string{number, fmt.Sprintf("remote anydesk:old%d", i%3), "file kit"}})
		if i%8 >= 3 {
			number = fmt.Sprintf("call +1312555010%d", i%8)
		}
		all = append(all, told{id: fmt.Sprintf("b/%d", i), day: 150 + float64(i)/2, paid: true, has: []string{number, fmt.Sprintf("remote anydesk:new%d", i%3), "file kit"}})
	}
	if res := linkOf(t, all...); len(res.Rings) != 2 {
		t.Errorf("%d rings of 40 reports each that have three numbers in common, five months apart, want 2", len(res.Rings))
	}
}
