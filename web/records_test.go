package web_test

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"strconv"
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

// Many suppliers stand close at the edge of the still picture: their names do
// not write over each other, nor over those of values.
func TestNoNameOfTheStillGraphWritesOverAnother(t *testing.T) {
	for _, n := range []int{1, 8, 24} {
		w := company(t)
		for i := range n {
			w.rings[0].Suppliers = append(w.rings[0].Suppliers, fraud.Tie{Indicator: phone(fmt.Sprintf("+1833555%04d", 100+i)), Role: fraud.RoleCallback, Reports: 3, Rings: []fraud.RingID{"R-17", "R-22"}, Why: "sold to both"})
		}
		_, _, body := visit(t, serve(t, w)).as("analyst").get("/rings/R-17")
		_, still, _ := strings.Cut(body, `class="scroll still"`)
		still, _, _ = strings.Cut(still, "</svg>")
		type text struct{ x1, x2, y float64 }
		var all []text
		for _, m := range regexp.MustCompile(`<text class="((?:name|note) \w+)" x="([\d.]+)" y="([\d.]+)">([^<]*)<`).FindAllStringSubmatch(still, -1) {
			x, _ := strconv.ParseFloat(m[2], 64)
			y, _ := strconv.ParseFloat(m[3], 64)
			if y > 600 {
				continue // the legend
			}
			width := float64(len([]rune(html.UnescapeString(m[4])))) * 5.4
			b := text{x, x + width, y}
			if strings.HasSuffix(m[1], "end") {
				b = text{x - width, x, y}
			}
			if strings.HasSuffix(m[1], "mid") {
				b = text{x - width/2, x + width/2, y}
			}
			for _, o := range all {
				if b.x1 < o.x2 && o.x1 < b.x2 && math.Abs(b.y-o.y) < 10 {
					t.Errorf("%d suppliers: %q at %v,%v stands over another", n, m[4], x, y)
				}
			}
			all = append(all, b)
		}
		if len(all) < n {
			t.Errorf("%d suppliers: %d names", n, len(all))
		}
	}
}
