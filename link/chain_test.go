package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
)

// A ring whose account was in use all along, and whose numbers changed every
// other day: the tree goes from day to day, the chain by the account.
func TestAChainIsNoLongerThanItsEvidence(t *testing.T) {
	var reports []told
	for day := range 40 {
		reports = append(reports, told{id: fmt.Sprintf("a/%02d", day), day: float64(day), paid: true, has: []string{
			"upi desk@okbank", fmt.Sprintf("call n-%d", day/2), fmt.Sprintf("remote r-%d", (day+1)/2),
		}})
	}
	e := linkOf(t, reports...).Explain("a/00", "a/39")
	if !e.Same || len(e.Chain) != 1 {
		t.Fatalf("%d links from the first report to the last, want one by the account: %v", len(e.Chain), e.Says)
	}
	l := e.Chain[0]
	if l.A != "a/00" || l.B != "a/39" || len(l.Cause) != 1 || l.Cause[0].Indicator.Value != "desk@okbank" || l.Cause[0].Reports != 40 || l.Bits != l.Cause[0].Bits || e.Bits != l.Bits {
		t.Errorf("the link is %+v, want the account's", l)
	}
	if len(e.Fails) != 1 || !strings.Contains(e.Fails[0], "desk@okbank") {
		t.Errorf("fails %q, want one sentence with the account", e.Fails)
	}
}

// A chain leads from the one report to the other, each link by what both of
// its reports name, and is the same whatever order the links are in.
func TestChainsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := someReports(t)
		names := map[string]string{}
		for _, x := range reports {
			names[x.id] = strings.Join(x.has, " ") + " "
		}
		res := linked(nil, reports...)
		turned := res
		turned.Links = slices.Clone(res.Links)
		slices.Reverse(turned.Links)
		for _, r := range res.Rings {
			a, b := r.Reports[0], r.Reports[len(r.Reports)-1]
			e := res.Explain(a, b)
			if got := turned.Explain(a, b); fmt.Sprint(got) != fmt.Sprint(e) {
				t.Fatalf("%v with the links turned round, %v before", got.Says, e.Says)
			}
			at := a
			for _, l := range e.Chain {
				if l.A != at || l.Ring != r.ID || l.Bits < e.Bits || len(l.Cause) == 0 {
					t.Fatalf("link %+v does not lead on from %s in ring %s", l, at, r.ID)
				}
				at = l.B
				for _, c := range l.Cause {
					if c.Indicator.Kind == fraud.Script || strings.Contains(c.Why, "consecutive block") {
						continue
					}
					for _, id := range []fraud.ReportID{l.A, l.B} {
						if !strings.Contains(names[string(id)], " "+c.Indicator.Value+" ") {
							t.Fatalf("%s does not name %s: %s", id, c.Indicator, names[string(id)])
						}
					}
				}
			}
			if at != b {
				t.Fatalf("the chain from %s ends at %s, not at %s", a, at, b)
			}
		}
	})
}

func TestAReportIsHeldByItsOwnLinks(t *testing.T) {
	res := linkOf(t,
		told{id: "a/1", day: 0, has: []string{"call n-1"}},
		told{id: "a/2", day: 1, has: []string{"call n-1", "upi desk@okbank"}},
		told{id: "a/3", day: 2, has: []string{"upi desk@okbank", "remote r-1"}},
		told{id: "a/4", day: 3, has: []string{"upi desk@okbank", "remote r-1"}},
		told{id: "a/5", day: 3, has: []string{"call n-2"}})
	e := res.Explain("a/2", "")
	if !e.Same || len(e.Chain) != 2 || e.Chain[0].Bits != e.Bits || e.Chain[0].Bits < e.Chain[1].Bits {
		t.Fatalf("a/2 is held by %+v, want its links to a/1 and a/3, the stronger first", e.Chain)
	}
	for _, l := range e.Chain {
		if l.A != "a/2" {
			t.Errorf("link %s %s, want one from a/2", l.A, l.B)
		}
	}
	if len(e.Fails) != 2 || !strings.Contains(e.Fails[1], "each of its 2 links") {
		t.Errorf("fails %q", e.Fails)
	}
	if e := res.Explain("a/5", ""); e.Same || len(e.Says) != 1 || !strings.Contains(e.Says[0], "is in no ring") {
		t.Errorf("a/5: %+v", e)
	}
	if e := res.Explain("a/6", ""); e.Same || len(e.Says) != 1 || !strings.Contains(e.Says[0], "not in this linking") {
		t.Errorf("a/6: %+v", e)
	}
}
