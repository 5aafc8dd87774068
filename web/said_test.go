package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// readTo gives two reports a text that was read to both victims, each by name.
func readTo(t *testing.T, w *world, a, b fraud.ReportID) {
	t.Helper()
	for id, victim := range map[fraud.ReportID]string{a: "Mary Underhill", b: "Tom Overton"} {
		r, err := w.Report(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		r.Narrative = ""
		r.Contacts = []fraud.Contact{{Text: "Hello " + victim + " this is the security desk and your computer has sent 4471 errors to us, so please stay near it"}}
	}
}

const quoted = `<q class="said" title="script:77aa">this is the security desk and your computer…</q>`

// A hash names a text to a program. A person reads how it begins, and never
// to whom it was read.
func TestAScriptIsCalledByItsFirstWords(t *testing.T) {
	w := company(t)
	r := &w.rings[0]
	a, b := r.Reports[0], r.Reports[1]
	readTo(t, w, a, b)
	script := fraud.Indicator{Kind: fraud.Script, Value: "script:77aa"}
	r.Indicators = append(r.Indicators, fraud.RingIndicator{Indicator: script, Role: fraud.RoleScript, Bits: 99, Reports: 99, Texts: []fraud.ReportID{a, b}})
	r.Suppliers = append(r.Suppliers, fraud.Tie{ID: "S-9", Indicator: script, Role: fraud.RoleScript, Rings: []fraud.RingID{"R-17", "R-22"}, Reports: 9, Why: "whoever wrote it"})
	w.suggest[0].Link.Cause = append(w.suggest[0].Link.Cause, fraud.Cause{Indicator: script, Role: fraud.RoleScript, Texts: []fraud.ReportID{a, b}})
	w.suggest[0].A = "R-17"
	w.links[0].Cause = append(w.links[0].Cause, fraud.Cause{Indicator: script, Role: fraud.RoleScript, Bits: 7, Texts: []fraud.ReportID{a, b}})
	v := visit(t, serve(t, w)).as("analyst")
	for _, at := range []string{"/rings/R-17", "/rings/R-17/evidence", "/rings/R-17/time", "/suggestions", "/search?q=script:77aa", "/explain?a=" + string(w.links[0].A) + "&b=" + string(w.links[0].B)} {
		_, _, body := v.get(at)
		if !strings.Contains(body, quoted) {
			t.Errorf("%s does not quote the script\n%s", at, body)
		}
		for _, no := range []string{"Underhill", "Overton", "4471"} {
			if strings.Contains(body, no) {
				t.Errorf("%s shows %q, which one victim was told", at, no)
			}
		}
	}
	if _, _, body := v.get("/rings/R-17"); strings.Count(body, quoted) < 2 || !strings.Contains(body, "“this is the security…”") {
		t.Errorf("the supplier or the picture does not quote the script\n%s", body)
	}
}

// Who may not read a report is not told its words by a ring.
func TestAScriptIsNotQuotedFromReportsThatAPersonMayNotRead(t *testing.T) {
	w := company(t)
	r := &w.rings[0]
	a, b := r.Reports[0], r.Reports[1]
	readTo(t, w, a, b)
	r.Indicators = append(r.Indicators, fraud.RingIndicator{Indicator: fraud.Indicator{Kind: fraud.Script, Value: "script:77aa"}, Role: fraud.RoleScript, Bits: 99, Reports: 99, Texts: []fraud.ReportID{a, b}})
	srv, pages := serveWith(t, w)
	pages.Also(func(_ access.Who, _ access.Action, x access.Thing) string {
		if x.Kind == access.ThingReport && x.ID == string(a) {
			return "not for you"
		}
		return ""
	})
	if _, _, body := visit(t, srv).as("analyst").get("/rings/R-17"); strings.Contains(body, "security desk") || !strings.Contains(body, "text 77aa") {
		t.Errorf("a report that may not be read is quoted\n%s", body)
	}
}

// A mark that nothing is tied to says that nobody holds the value.
func TestEveryMarkOfAPictureIsTiedToAReport(t *testing.T) {
	w := company(t)
	r := &w.rings[0]
	script, lone, seller := fraud.Indicator{Kind: fraud.Script, Value: "script:77aa"}, fraud.Indicator{Kind: fraud.Script, Value: "script:88bb"}, fraud.Indicator{Kind: fraud.Phone, Value: "+12125550199"}
	r.Indicators = []fraud.RingIndicator{
		{Indicator: script, Role: fraud.RoleScript, Bits: 7, Reports: 2, Held: []int{0, 3}},
		{Indicator: seller, Role: fraud.RoleCallback, Bits: 12, Reports: 1, Held: []int{1}},
		{Indicator: lone, Role: fraud.RoleScript, Bits: 7, Reports: 1},
	}
	r.Suppliers, r.Launderers, r.Bridges = []fraud.Tie{{ID: "S-9", Indicator: seller, Role: fraud.RoleCallback, Rings: []fraud.RingID{"R-17", "R-22"}, Reports: 1, Why: "whoever holds it"}}, nil, nil
	status, _, body := visit(t, serve(t, w)).as("analyst").get("/rings/R-17/graph.json")
	var g struct {
		Nodes [][]any
		Edges []int
	}
	if err := json.Unmarshal([]byte(body), &g); err != nil || status != http.StatusOK {
		t.Fatal(status, err)
	}
	var got []string
	for i := 0; i < len(g.Edges); i += 3 {
		a, b := g.Nodes[g.Edges[i]], g.Nodes[g.Edges[i+1]]
		got = append(got, a[3].(string)+" "+a[4].(string)+" - "+b[6].(string)+map[int]string{1: " inferred"}[g.Edges[i+2]])
	}
	want := "indicator script - " + string(r.Reports[0]) + "\nindicator script - " + string(r.Reports[3]) + "\nsupplier contact - " + string(r.Reports[1]) + " inferred"
	if strings.Join(got, "\n") != want {
		t.Errorf("the picture ties\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	if len(g.Nodes) != len(r.Reports)+2 {
		t.Errorf("%d marks for %d reports and two values that some hold", len(g.Nodes), len(r.Reports))
	}
}
