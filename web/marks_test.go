package web_test

import (
	"fmt"
	"net/http"
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
	w := company(t)
	w.referrals[0].JointCase = "JC-4HBD"
	w.entries = append(w.entries, fraud.JointEntry{ID: "JE-M", Case: "JC-4HBD", Kind: fraud.JointMember, Org: "alder", Person: "signatory", Role: "lead", At: ago(1)})
	srv := serve(t, w)
	readers := []string{"analyst", "signatory", "auditor", "admin"}
	visitors := map[string]*visitor{}
	for _, r := range readers {
		visitors[r] = visit(t, srv).as(r)
	}
	report := w.reports[0]
	doors := []struct{ path, name string }{
		{"/reports/" + string(report.Name()), "report"},
		{"/rings/R-17", "ring"},
		{"/rings/R-17/time", "ring"},
		{"/rings/R-17/victims", "ring"},
		{"/rings/R-17/evidence", "ring"},
		{"/rings/R-17/graph.json", "ring"},
		{"/explain?a=" + string(report.Name()) + "&b=" + string(w.reports[1].Name()), "report"},
		{"/joint/JC-4HBD", "joint case"},
		{"/referrals/REF-2K7M", "referral"},
	}
	var b strings.Builder
	fmt.Fprintf(&b, "route\ttlp\tpap\theld\t%s\n", strings.Join(readers, "\t"))
	for _, d := range doors {
		for _, tlp := range []fraud.TLP{fraud.TLPRed, fraud.TLPAmberStrict, fraud.TLPAmber, fraud.TLPGreen, fraud.TLPClear} {
			for _, pap := range []fraud.PAP{fraud.PAPRed, fraud.PAPGreen} {
				for _, held := range []bool{false, true} {
					mark := fraud.Mark{TLP: tlp, PAP: pap}
					report.TLP, report.PAP = tlp, pap
					w.rings[0].Mark, w.joint[0].Mark, w.referrals[0].Mark = mark, mark, mark
					w.holds = nil
					if held {
						w.holds = []fraud.Hold{{ID: "H-1", Ring: "R-17", Until: asOf.AddDate(0, 1, 0), Reason: "raid", At: ago(1)}}
					}
					row := []string{d.path, string(tlp), string(pap), fmt.Sprint(held)}
					for _, r := range readers {
						status, _, body := visitors[r].get(d.path)
						switch {
						case status == http.StatusOK:
							row = append(row, "in")
						case status == http.StatusForbidden && (strings.Contains(body, "(rule 1, TLP)") || strings.Contains(body, "(roles)")):
							row = append(row, "no")
						default:
							t.Errorf("%s as %s: %d without the rule's sentence\n%s", d.path, r, status, body)
						}
					}
					b.WriteString(strings.Join(row, "\t") + "\n")
				}
			}
		}
	}
	golden(t, "marks.tsv", b.String())
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
	for _, path := range []string{"/reports/" + name, "/explain?a=" + name + "&b=" + other, "/explain?a=" + other + "&b=" + name, "/rings/R-17", "/rings/R-17/time", "/rings/R-17/victims", "/rings/R-17/evidence", "/rings/R-17/graph.json"} {
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
	for path, shown := range map[string]string{"/reports": `href="/reports/alder/`, "/rings": `href="/rings/R-17"`, "/suggestions": `<section class="box suggestion"`, "/search?q=R-1": `href="/rings/R-17"`, "/search?q=" + url.QueryEscape(word[:12]): `href="/reports/alder/`} {
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
