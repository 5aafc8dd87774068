package web_test

import (
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

func TestAFailingCheckLeadsToTheRecordItself(t *testing.T) {
	w := company(t)
	report := string(w.reports[0].Name())
	refs := []struct{ ref, href string }{
		{"ring R-17", `href="/rings/R-17"`},
		{"ring b-3f91", ""}, // the partner's, and this package lists no rings.jsonl
		{"report " + report, `href="/reports/` + report + `"`},
		{"indicator phone:+12125550142", `href="/search?q=phone%3A%2B12125550142"`},
		{"file annex-victims.age", `href="#file-annex-victims-age"`},
		{"figure victims", `href="#file-referral-json"`},
		{"overlap o-1", `href="/joint/JC-4HBD"`},
		{"money", `href="/money"`},
		{"proceeding", ""},
	}
	w.referrals[0].JointCase = "JC-4HBD"
	w.referrals[0].Checks = nil
	for i, x := range refs {
		w.referrals[0].Checks = append(w.referrals[0].Checks, fraud.Check{No: i + 1, Name: "check", Says: "It fails.", Ref: x.ref})
	}
	v := visit(t, serve(t, w)).as("signatory")
	_, _, body := v.get("/referrals/REF-2K7M")
	table := body[strings.Index(body, "What was found"):strings.Index(body, "What is in the package")]
	rows := strings.Split(table, "<tr>")[1:]
	for i, x := range refs {
		if strings.Contains(rows[i], "/search?q=") != strings.HasPrefix(x.ref, "indicator ") || x.href != "" && !strings.Contains(rows[i], x.href) || x.href == "" && strings.Contains(rows[i], "href=") {
			t.Errorf("%q leads elsewhere, want %q\n%s", x.ref, x.href, rows[i])
		}
		if h := strings.TrimPrefix(x.href, `href="#`); h != x.href && !strings.Contains(body, `id="`+strings.TrimSuffix(h, `"`)+`"`) {
			t.Errorf("%q leads to no place on the page", x.ref)
		}
	}
}
