package link_test

import (
	"fmt"
	"testing"
)

// floorReports draws reports of one operator with an account and a site of
// its own, whose floors have two numbers and two machines each. gap is how
// many days each floor begins after the one before.
func floorReports(floors, each int, gap float64) []told {
	var out []told
	for f := range floors {
		for i := range each {
			out = append(out, told{id: fmt.Sprintf("s%d/%d-%d", i%3, f, i), day: float64(f)*gap + float64(i), paid: true, has: []string{
				fmt.Sprintf("call +1212555%d%02d", 1+f, i%2), fmt.Sprintf("remote anydesk:12345678%d%d", f, i/2%2),
				"upi upi:one@ybx", "site one-support.example",
			}})
		}
	}
	return out
}

func TestFloorsOfOneOperatorAreParts(t *testing.T) {
	res := linked(nil, floorReports(2, 14, 0)...)
	if len(res.Rings) != 1 || len(res.Rings[0].Reports) != 28 {
		t.Fatalf("%d rings, want one of 28 reports", len(res.Rings))
	}
	parts := res.Rings[0].Parts
	if len(parts) != 2 || len(parts[0].Reports) != 14 || len(parts[1].Reports) != 14 {
		t.Fatalf("%d parts, want the two floors", len(parts))
	}
	for _, p := range parts {
		floor := string(p.Reports[0])[:len("s0/0")]
		for _, id := range p.Reports {
			if string(id)[3] != floor[3] {
				t.Errorf("%s is in a part with %s", id, p.Reports[0])
			}
		}
		if len(p.Indicators) != 4 || p.From.IsZero() || !p.To.After(p.From) {
			t.Errorf("part %+v, want four values of its own and its time", p)
		}
	}
}

func TestRingWithoutFloorsHasNoParts(t *testing.T) {
	for name, reports := range map[string][]told{
		"one floor with four numbers": floorReports(1, 40, 0),
		"a floor that moved":          floorReports(2, 14, 20),
		"too few to say":              floorReports(2, 4, 0),
	} {
		res := linked(nil, reports...)
		if len(res.Rings) != 1 || len(res.Rings[0].Reports) != len(reports) {
			t.Fatalf("%s: %d rings, want one", name, len(res.Rings))
		}
		if parts := res.Rings[0].Parts; len(parts) != 0 {
			t.Errorf("%s: %d parts, want none", name, len(parts))
		}
	}
	var shared []told
	for i, x := range floorReports(2, 14, 0) { // an agent who works on both floors
		if i%9 == 4 {
			x.has = append(x.has, "remote anydesk:999888777")
		}
		shared = append(shared, x)
	}
	for _, r := range linked(nil, shared...).Rings {
		if len(r.Parts) != 0 {
			t.Errorf("two floors that share a machine are told as %d parts", len(r.Parts))
		}
	}
}
