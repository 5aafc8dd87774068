package app

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// What a partner signs and reads holds no value that only people told who keep
// it from other companies, and says how many are left out.
func TestWhatAVictimKeepsFromCompaniesStaysOutOfWhatBothSign(t *testing.T) {
	n, _, _ := pair(t)
	ctx := n.Console(t.Context())
	at := n.now().UTC().Add(-time.Hour)
	var kept fraud.ReportID
	for i, partner := range []bool{true, true, false} {
		r := &fraud.Report{
			ReceivedAt: at, Contacts: []fraud.Contact{{Callback: "+12125550142", At: at, Direction: "to_victim", Medium: "popup"}},
			RemoteAccess: []fraud.RemoteAccess{{Tool: "AnyDesk", SessionID: "123456789"}}, Consent: fraud.Consent{ShareLawEnforcement: true, SharePartner: partner},
		}
		if i == 2 {
			r.Contacts = append(r.Contacts, fraud.Contact{Callback: "+12125550177", URL: "https://only-told-once.example/pay", At: at, Direction: "to_victim", Medium: "popup"})
		}
		rec, err := n.Intake.Submit(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		kept = rec.Report
	}
	if err := n.Flow(ctx); err != nil {
		t.Fatal(err)
	}
	rings, err := n.Rings(ctx, 9)
	if err != nil || len(rings) != 1 || len(rings[0].Reports) != 3 {
		t.Fatalf("%+v, %v", rings, err)
	}
	gather := func(withheld map[fraud.ReportID]bool) (*gathering, string) {
		t.Helper()
		g := &gathering{node: n, at: n.now().UTC(), out: Contribution{}, victims: map[string]*refer.Victim{}, withheld: withheld}
		g.before, err = n.served("", 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.leaveOut(ctx, rings, nil); err != nil {
			t.Fatal(err)
		}
		if err := g.ring(ctx, rings[0]); err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		if err := g.sightings(ctx, &lines, rings[0].Reports); err != nil {
			t.Fatal(err)
		}
		return g, lines.String()
	}
	values := func(g *gathering) string {
		var all strings.Builder
		for _, i := range g.out.Rings[0].Ring.Indicators {
			all.WriteString(i.Value + "\n")
		}
		for _, l := range g.out.Rings[0].Links {
			for _, c := range l.Cause {
				all.WriteString(c.Indicator.Value + "\n")
			}
		}
		return all.String()
	}
	whole, _ := gather(nil)
	for _, v := range []string{"+12125550142", "+12125550177", "only-told-once.example"} {
		if !strings.Contains(values(whole), v) {
			t.Fatalf("the ring holds no %s: the test shows nothing\n%s", v, values(whole))
		}
	}
	withheld, err := n.withheld(ctx)
	if err != nil || len(withheld) != 1 || !withheld[kept] {
		t.Fatalf("withheld are %v, %v", withheld, err)
	}
	g, lines := gather(withheld)
	for _, v := range []string{"+12125550177", "only-told-once.example"} {
		if strings.Contains(values(g), v) || strings.Contains(lines, v) {
			t.Errorf("the partner sees %s\n%s%s", v, values(g), lines)
		}
	}
	if !strings.Contains(values(g), "+12125550142") || !strings.Contains(lines, "123456789") || strings.Contains(lines, string(kept)) {
		t.Errorf("left are\n%s%s", values(g), lines)
	}
	says := strings.Join(g.out.NotDone, "\n")
	if !strings.Contains(says, "1 of its reports are by people who did not agree") || strings.Contains(says, " 0 values") || len(g.out.Disclosure) != 1 {
		t.Errorf("it says %q and lists %+v", says, g.out.Disclosure)
	}
}
