package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// TestEachMarkIsAskedAtEachDoor goes over every route that shows one thing
// with a mark, with each TLP and PAP, held and not, with persons that the
// thing names and that it does not. A change shows as a diff.
func TestEachMarkIsAskedAtEachDoor(t *testing.T) {
	var b strings.Builder
	marksOfCompany(t, &b)
	marksOfAgency(t, &b)
	golden(t, "marks.tsv", b.String())
}

func marksOfCompany(t *testing.T, b *strings.Builder) {
	w := company(t)
	w.referrals[0].JointCase = "JC-4HBD"
	w.entries = append(w.entries, fraud.JointEntry{ID: "JE-M", Case: "JC-4HBD", Kind: fraud.JointMember, Org: "alder", Person: "signatory", Role: "lead", At: ago(1)})
	report := w.reports[0]
	askDoors(t, b, serve(t, w), []string{"analyst", "signatory", "auditor", "admin"}, []string{
		"/reports/" + string(report.Name()), "/rings/R-17", "/rings/R-17/time", "/rings/R-17/victims", "/rings/R-17/evidence", "/rings/R-17/graph.json",
		"/explain?a=" + string(report.Name()) + "&b=" + string(w.reports[1].Name()), "/matches/M-7QXT", "/joint/JC-4HBD", "/referrals/REF-2K7M",
	}, func(mark fraud.Mark, held bool) {
		report.TLP, report.PAP = mark.TLP, mark.PAP
		w.rings[0].Mark, w.joint[0].Mark, w.referrals[0].Mark = mark, mark, mark
		w.holds = nil
		if held {
			w.holds = []fraud.Hold{{ID: "H-1", Ring: "R-17", Until: asOf.AddDate(0, 1, 0), Reason: "raid", At: ago(1)}}
		}
	})
}

func marksOfAgency(t *testing.T, b *strings.Builder) {
	w := bureau(t)
	askDoors(t, b, serve(t, w), []string{"investigator", "officer", "auditor", "admin"}, []string{
		"/inbox/REF-2K7M/1", "/cases/case-1", "/operations/op-1", "/sites/site-1", "/searches/search-1", "/searches/search-1/add", "/searches/search-1/sign", "/exhibits/X-1", "/matches/M-3DCF",
	}, func(mark fraud.Mark, held bool) {
		w.inbox[0].Mark = mark
		w.holds = nil
		if held {
			w.holds = []fraud.Hold{{ID: "H-1", Ring: "R-17", Until: asOf.AddDate(0, 1, 0), Reason: "raid", At: ago(1)}}
		}
	})
}

// askDoors tries each door with each mark, and writes down who is let in.
func askDoors(t *testing.T, b *strings.Builder, srv *httptest.Server, readers, doors []string, set func(mark fraud.Mark, held bool)) {
	t.Helper()
	visitors := map[string]*visitor{}
	for _, r := range readers {
		visitors[r] = visit(t, srv).as(r)
	}
	fmt.Fprintf(b, "route\ttlp\tpap\theld\t%s\n", strings.Join(readers, "\t"))
	for _, door := range doors {
		for _, tlp := range []fraud.TLP{fraud.TLPRed, fraud.TLPAmberStrict, fraud.TLPAmber, fraud.TLPGreen, fraud.TLPClear} {
			for _, pap := range []fraud.PAP{fraud.PAPRed, fraud.PAPGreen} {
				for _, held := range []bool{false, true} {
					set(fraud.Mark{TLP: tlp, PAP: pap}, held)
					row := []string{door, string(tlp), string(pap), fmt.Sprint(held)}
					for _, r := range readers {
						status, _, body := visitors[r].get(door)
						switch {
						case status == http.StatusOK:
							row = append(row, "in")
						case status == http.StatusForbidden && (strings.Contains(body, "(rule 1, TLP)") || strings.Contains(body, "(roles)")):
							row = append(row, "no")
						default:
							t.Errorf("%s as %s: %d without the rule's sentence\n%s", door, r, status, body)
						}
					}
					b.WriteString(strings.Join(row, "\t") + "\n")
				}
			}
		}
	}
}

func TestWhatIsRedIsForThePeopleItNames(t *testing.T) {
	w := company(t)
	w.referrals[0].JointCase = "JC-4HBD"
	w.entries = append(w.entries, fraud.JointEntry{ID: "JE-M", Case: "JC-4HBD", Kind: fraud.JointMember, Org: "alder", Person: "signatory", Role: "lead", At: ago(1)})
	red := fraud.Mark{TLP: fraud.TLPRed, PAP: fraud.PAPRed}
	w.joint[0].Mark, w.referrals[0].Mark = red, red
	srv := serve(t, w)
	in, out := visit(t, srv).as("signatory"), visit(t, srv).as("auditor")
	title := w.joint[0].Title
	for _, path := range []string{"/joint", "/referrals", "/search?q=REF-2K"} {
		if _, _, body := in.get(path); strings.Contains(body, "withheld") || !strings.Contains(body, "REF-2K7M") && !strings.Contains(body, "JC-4HBD") {
			t.Errorf("%s: whom it names does not see it\n%s", path, body)
		}
		_, _, body := out.get(path)
		if strings.Contains(body, "REF-2K7M") || strings.Contains(body, "JC-4HBD") || strings.Contains(body, title) {
			t.Errorf("%s: who is not named sees it", path)
		}
		if !strings.Contains(body, "1 row of this page is withheld") {
			t.Errorf("%s: what is withheld is not counted\n%s", path, body)
		}
	}
	for _, path := range []string{"/joint/JC-4HBD", "/referrals/REF-2K7M"} {
		if status, _, _ := in.get(path); status != http.StatusOK {
			t.Errorf("%s: %d for whom it names", path, status)
		}
		if status, _, body := out.get(path); status != http.StatusForbidden || !strings.Contains(body, "you are not one of them") {
			t.Errorf("%s: %d for who is not named", path, status)
		}
	}
	w.entries = append(w.entries, fraud.JointEntry{ID: "JE-L", Case: "JC-4HBD", Kind: fraud.JointLeft, Org: "alder", Person: "signatory", At: asOf})
	if status, _, _ := in.get("/joint/JC-4HBD"); status != http.StatusForbidden {
		t.Errorf("who left still reads it: %d", status)
	}
}

// TestEachPageAsksAboutTheRingsAndReportsThatItShows puts a rule in force
// under which the mark of a ring or report keeps one person out: each page of
// one thing refuses it, and each list leaves it out and counts it.
func TestEachPageAsksAboutTheRingsAndReportsThatItShows(t *testing.T) {
	w := company(t)
	report := w.reports[0]
	name, other := string(report.Name()), string(w.reports[1].Name())
	srv, s := serveWith(t, w)
	s.Also(func(who access.Who, _ access.Action, thing access.Thing) string {
		if who.Person == "auditor" && thing.Mark.TLP == fraud.TLPRed {
			return "the mark says no"
		}
		return ""
	})
	v := visit(t, srv).as("auditor")
	for _, path := range []string{"/reports/" + name, "/explain?a=" + name, "/explain?a=" + name + "&b=" + other, "/explain?a=" + other + "&b=" + name, "/rings/R-17", "/rings/R-17/time", "/rings/R-17/victims", "/rings/R-17/evidence", "/rings/R-17/graph.json", "/matches/M-7QXT"} {
		for tlp, want := range map[fraud.TLP]int{fraud.TLPGreen: http.StatusOK, fraud.TLPRed: http.StatusForbidden} {
			report.TLP, w.rings[0].Mark.TLP = fraud.TLPGreen, fraud.TLPGreen
			if strings.Contains(path, name) {
				report.TLP = tlp
			} else {
				w.rings[0].Mark.TLP = tlp
			}
			if status, _, _ := v.get(path); status != want {
				t.Errorf("%s, TLP:%s: %d, want %d", path, tlp, status, want)
			}
		}
	}
	for i := range w.rings {
		w.rings[i].Mark = fraud.Mark{TLP: fraud.TLPRed}
	}
	for _, r := range w.reports {
		r.TLP = fraud.TLPRed
	}
	_, word, _ := strings.Cut(report.Narrative, " ")
	in := visit(t, srv).as("analyst")
	for path, shown := range map[string]string{"/reports": `href="/reports/alder/`, "/rings": `href="/rings/R-17"`, "/suggestions": `<section class="box suggestion"`, "/search?q=R-1": `href="/rings/R-17"`, "/watch": "doubled in 30 days", "/matches": `href="/matches/M-7QXT"`, "/search?q=M-7": `href="/matches/M-7QXT"`, "/search?q=" + url.QueryEscape(word[:12]): `href="/reports/alder/`} {
		if _, _, body := in.get(path); !strings.Contains(body, shown) {
			t.Errorf("%s does not show %s to whom the mark lets in\n%s", path, shown, body)
		}
		_, _, body := v.get(path)
		if strings.Contains(body, shown) {
			t.Errorf("%s shows %s, which it may not\n%s", path, shown, body)
		}
		if !strings.Contains(body, "withheld: their marks do not let you read them") {
			t.Errorf("%s does not say that something is withheld\n%s", path, body)
		}
	}
}

// TestEachPageOfAnAgencyAsksAboutTheReferralThatItComesFrom does the same for
// what an agency made of a referral: a case, its operations, its exhibits.
func TestEachPageOfAnAgencyAsksAboutTheReferralThatItComesFrom(t *testing.T) {
	w := bureau(t)
	srv, s := serveWith(t, w)
	s.Also(func(who access.Who, _ access.Action, thing access.Thing) string {
		if who.Person == "investigator" && thing.Mark.TLP == fraud.TLPRed {
			return "the mark says no"
		}
		return ""
	})
	v := visit(t, srv).as("investigator")
	v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	one := []string{"/inbox/REF-2K7M/1", "/cases/case-1", "/operations/op-1", "/sites/site-1", "/searches/search-1", "/searches/search-1/add", "/searches/search-1/sign", "/exhibits/X-1"}
	lists := map[string]string{
		"/inbox": `href="/inbox/REF-2K7M/1"`, "/cases": `href="/cases/case-1"`, "/operations": `href="/operations/op-1"`, "/exhibits": `href="/exhibits/X-1"`, "/freezes": "HDFC",
		"/leads": "INTERPOL", "/outcomes": "a call floor closed", "/search?q=RC-001": `href="/cases/case-1"`, "/search?q=Lantern": `href="/operations/op-1"`, "/search?q=CFB-00411": `href="/exhibits/X-1"`, "/search?q=Third": `href="/sites/site-1"`,
	}
	posts := []string{
		"/inbox/REF-2K7M/1/open", "/inbox/REF-2K7M/1/more", "/inbox/REF-2K7M/1/cases", "/cases/case-1/unseal", "/cases/case-1/arrests", "/cases/case-1/leads", "/operations/op-1/sites", "/operations/op-1/end",
		"/sites/site-1/searches", "/searches/search-1/items", "/api/searches/search-1/items", "/searches/search-1/sign", "/searches/search-1/end", "/exhibits/X-1/custody", "/freezes/freeze-1",
	}
	for tlp, want := range map[fraud.TLP]int{fraud.TLPGreen: http.StatusOK, fraud.TLPRed: http.StatusForbidden} {
		w.inbox[0].Mark.TLP, w.inbox[1].Mark.TLP = tlp, tlp
		for _, path := range one {
			if status, _, _ := v.get(path); status != want {
				t.Errorf("%s, TLP:%s: %d, want %d", path, tlp, status, want)
			}
		}
		for path, shown := range lists {
			_, _, body := v.get(path)
			if strings.Contains(body, shown) != (tlp == fraud.TLPGreen) {
				t.Errorf("%s, TLP:%s: that %s stands there is wrong", path, tlp, shown)
			}
			if strings.Contains(body, "withheld: their marks do not let you read them") != (tlp == fraud.TLPRed) {
				t.Errorf("%s, TLP:%s: what is withheld is not counted rightly\n%s", path, tlp, body)
			}
		}
	}
	v.get("/signin") // for its form's token; the mark is still red, or set so
	w.inbox[0].Mark.TLP = fraud.TLPRed
	for _, path := range posts {
		if status, _, body := v.post(path, url.Values{"csrf": {v.csrf}}); status != http.StatusForbidden || !strings.Contains(body, "The mark says no") {
			t.Errorf("POST %s: %d, want the mark's refusal", path, status)
		}
	}
}
