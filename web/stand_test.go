package web_test

import (
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/web"
)

const standAt = "/report/7K2M-9QXT-4HBD-R3WE"

// reported is a company's node with the report that the code opens.
func reported(t testing.TB) *world {
	w := company(t)
	w.reports = append(w.reports, &fraud.Report{
		ID: "r-NEW", Source: "alder", Narrative: story, ReceivedAt: ago(1),
		Consent: fraud.Consent{ShareLawEnforcement: true, Contact: true},
	})
	return w
}

func TestWhoReportedSeesWhereItStandsAddsAndTakesBack(t *testing.T) {
	w := reported(t)
	v := visit(t, serve(t, w))
	page := func(status int, path string, body string, want ...string) {
		t.Helper()
		body = html.UnescapeString(body)
		if status != http.StatusOK || v.at != path {
			t.Fatalf("got %d at %s, want %s\n%s", status, v.at, path, body)
		}
		for _, x := range want {
			if !strings.Contains(body, x) {
				t.Errorf("%s does not say %q\n%s", path, x, body)
			}
		}
		for _, b := range htmlProblems(body) {
			t.Errorf("%s: %s", path, b)
		}
	}
	status, head, body := v.get("/now?code=7k2m-9qxt-4hbd-r3we")
	page(status, "/report/7k2m-9qxt-4hbd-r3we", body, "Received", "2026-03-02", `href="/now/7K2M-9QXT-4HBD-R3WE"`, "You may give my report to the police")
	if n := strings.Count(body, "Not yet"); n != 3 {
		t.Errorf("%d steps are not yet, want 3\n%s", n, body)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if head.Get(name) != want {
			t.Errorf("%s is %q: the code in the address would leak", name, head.Get(name))
		}
	}
	_, _, body = v.get("/now/7K2M-9QXT-4HBD-R3WE")
	if !strings.Contains(body, `href="`+standAt+`"`) {
		t.Errorf("what to do now does not lead to where it stands\n%s", body)
	}

	if status, _, body = v.post(standAt, url.Values{"do": {"add"}, "text": {"  "}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Write what you want to add") {
		t.Errorf("nothing was added: %d\n%s", status, body)
	}
	if status, _, body = v.post(standAt, url.Values{"do": {"add"}, "text": {strings.Repeat("ü", 600)}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "too long") || !strings.Contains(body, "üüü") {
		t.Errorf("too much was added: %d", status)
	}
	status, _, body = v.post(standAt, url.Values{"do": {"add"}, "text": {"He called again today."}})
	page(status, standAt, body, "It was added to your report.")
	if got := w.reports[len(w.reports)-1]; !strings.HasSuffix(got.Narrative, "He called again today.") || got.Supersedes != "r-NEW" || strings.Contains(body, "He called") {
		t.Errorf("kept %+v, and the page says\n%s", got, body)
	}

	status, _, body = v.get(standAt + "/withdraw")
	page(status, standAt+"/withdraw", body, "that cannot be undone", "You may contact me", `value="withdraw"`)
	if got := w.reports[len(w.reports)-1]; !got.Consent.Contact {
		t.Error("asking takes it back already")
	}
	status, _, body = v.post(standAt, url.Values{"do": {"withdraw"}})
	page(status, standAt, body, "It is taken back. Your report stays with us.", "You did not say that we may give it to them")
	if got := w.reports[len(w.reports)-1]; got.Consent != (fraud.Consent{}) || got.Supersedes != "r-NEW-2" {
		t.Errorf("kept %+v", got)
	}
	if strings.Contains(body, "/withdraw") {
		t.Error("what was taken back is offered again")
	}
}

func TestWhoReportedDeletesAfterBeingToldWhatGoesAndWhatStays(t *testing.T) {
	w := reported(t)
	v := visit(t, serve(t, w))
	for bar, want := range map[fraud.Bar]string{
		fraud.BarNow:      "Or write to Alder Software, say that you want it deleted",
		fraud.BarReferred: "part of a case that was signed for the police",
	} {
		w.bar = bar
		status, _, body := v.get(standAt + "/delete")
		if body = html.UnescapeString(body); status != http.StatusOK || !strings.Contains(body, want) || strings.Contains(body, "<form method") {
			t.Errorf("barred by %q: %d\n%s", bar, status, body)
		}
		for _, b := range htmlProblems(body) {
			t.Errorf("barred by %q: %s", bar, b)
		}
		if _, _, body = v.post(standAt, url.Values{"do": {"delete"}}); len(w.deletions) > 0 || !strings.Contains(html.UnescapeString(body), want) {
			t.Errorf("barred by %q and deleted all the same: %+v\n%s", bar, w.deletions, body)
		}
	}
	w.bar = fraud.BarNone
	_, _, body := v.get(standAt + "/delete")
	for _, want := range []string{"What goes, for good", "What stays, and why", "What the police or others already have", "Nobody can undo this", `value="delete"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q\n%s", want, body)
		}
	}
	if len(w.deletions) > 0 {
		t.Fatal("asking deletes already")
	}
	status, _, body := v.post(standAt, url.Values{"do": {"delete"}})
	if status != http.StatusOK || v.at != standAt || !strings.Contains(body, "Your report was deleted") || len(w.deletions) != 1 || w.deletions[0].By != "" {
		t.Fatalf("%d at %s: %+v\n%s", status, v.at, w.deletions, body)
	}
	for _, b := range htmlProblems(body) {
		t.Error(b)
	}
	for _, path := range []string{standAt, standAt + "/withdraw", standAt + "/delete", "/now/7K2M-9QXT-4HBD-R3WE"} {
		if status, _, body := v.get(path); status != http.StatusOK || !strings.Contains(body, "Your report was deleted") || strings.Contains(body, "<form method") {
			t.Errorf("%s after it was deleted: %d\n%s", path, status, body)
		}
	}
	if v.post(standAt, url.Values{"do": {"add"}, "text": {"once more"}}); len(w.deletions) != 1 || strings.Contains(w.reports[len(w.reports)-1].Narrative, "once more") {
		t.Error("something was added to what was deleted")
	}
}

func TestThePersonWithTheRightDeletesAtAVictimsWish(t *testing.T) {
	w := company(t)
	srv := serve(t, w)
	ana := visit(t, srv).as("analyst")
	if _, _, body := ana.get("/reports/alder/r-0004"); strings.Contains(body, "/deletions/") {
		t.Error("an analyst is offered to delete")
	}
	v := visit(t, srv).as("vault_keeper")
	if _, _, body := v.get("/reports/alder/r-0004"); !strings.Contains(body, `action="/deletions/alder/r-0004"`) {
		t.Fatalf("nothing leads to deleting\n%s", body)
	}
	for _, form := range []url.Values{{"csrf": {v.csrf}, "reason": {"asked by letter"}}, {"csrf": {v.csrf}, "sure": {"yes"}, "reason": {" . "}}} {
		if status, _, _ := v.post("/deletions/alder/r-0004", form); status < 400 || len(w.deletions) > 0 {
			t.Errorf("%v: %d, %+v", form, status, w.deletions)
		}
	}
	status, _, body := v.post("/deletions/alder/r-0004", url.Values{"csrf": {v.csrf}, "sure": {"yes"}, "reason": {"asked by letter, GDPR Art. 17"}})
	if status != http.StatusOK || len(w.deletions) != 1 || !strings.Contains(body, "was deleted on") || !strings.Contains(body, "GDPR Art. 17") {
		t.Errorf("%d: %+v\n%s", status, w.deletions, body)
	}
	for _, b := range htmlProblems(body) {
		t.Error(b)
	}
}

func TestTheFourWordsAreCountedFromRecords(t *testing.T) {
	w := reported(t)
	v := visit(t, serve(t, w))
	says := func(not int, want ...string) {
		t.Helper()
		_, _, body := v.get(standAt)
		if n := strings.Count(body, "Not yet"); n != not {
			t.Errorf("%d steps are not yet, want %d\n%s", n, not, body)
		}
		for _, x := range want {
			if !strings.Contains(body, x) {
				t.Errorf("the page does not say %q\n%s", x, body)
			}
		}
	}
	visit(t, serve(t, w)).as("analyst").get("/reports/alder/r-NEW")
	says(2, "Somebody here has read it.")
	w.rings[0].Reports = append(w.rings[0].Reports, "alder/r-NEW")
	says(1, "Other people reported the same swindlers.")
	ref := &w.referrals[0]
	ref.History = append(ref.History, fraud.StatusEvent{Referral: ref.ID, Status: fraud.ReferralSent, From: "alder", At: ago(2)})
	says(1) // nobody confirmed it
	ref.History = append(ref.History, fraud.StatusEvent{Referral: ref.ID, Status: fraud.ReferralReceived, From: "cfb", At: ago(2)})
	says(1) // under an embargo
	ref.Embargo = ago(1)
	says(0, "It is in what we gave to the police.", "2026-02-28")
	w.holds = append(w.holds, fraud.Hold{ID: "H-9", Ring: w.rings[0].ID, Until: asOf.AddDate(0, 0, 3), Reason: "a raid", By: "analyst", At: ago(1)})
	says(2) // a report can come from the ring itself: nobody is warned
	w.holds[len(w.holds)-1].Released = ago(.1)
	says(0)
	w.reports[len(w.reports)-1].Consent.ShareLawEnforcement = false
	says(0, "You did not say that we may give it to them.")
}

func TestAWrongMethodIsToldFromAnAddressThatIsNot(t *testing.T) {
	base := visit(t, serve(t, reported(t))).base
	for _, x := range []struct {
		method, path, allow string
		status              int
	}{
		{"PUT", "/report", "GET, HEAD, POST", 405},
		{"GET", "/signout", "POST", 405},
		{"DELETE", standAt, "GET, HEAD, POST", 405},
		{"DELETE", "/rings/R-17", "GET, HEAD", 405},
		{"PATCH", "/static/base.css", "GET, HEAD", 405},
		{"PUT", "/nothing", "", 404},
		{"GET", "/nothing", "", 404},
	} {
		req, err := http.NewRequestWithContext(t.Context(), x.method, base+x.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != x.status || resp.Header.Get("Allow") != x.allow {
			t.Errorf("%s %s: %d, Allow %q; want %d, %q", x.method, x.path, resp.StatusCode, resp.Header.Get("Allow"), x.status, x.allow)
		}
	}
}

func TestACodeThatOpensNothingIsToldAsOneThatCannotBe(t *testing.T) {
	v := visit(t, serve(t, reported(t)))
	for _, code := range []string{"7K2M-9QXT-4HBD-R3WF", "x", "r-NEW"} {
		_, _, want := v.get("/now/" + code)
		for _, path := range []string{"/report/" + code, "/report/" + code + "/withdraw", "/report/" + code + "/delete"} {
			status, _, body := v.get(path)
			if status != http.StatusNotFound || strings.ReplaceAll(body, path, "/now/"+code) != want {
				t.Errorf("%s: %d, and not as /now says it\n%s", path, status, body)
			}
		}
		if status, _, _ := v.post("/report/"+code, url.Values{"do": {"withdraw"}}); status != http.StatusNotFound {
			t.Errorf("withdrawing %s: %d", code, status)
		}
	}
	if status, _, _ := v.get(standAt + "/else"); status != http.StatusNotFound {
		t.Error("a page that nobody made is there")
	}
}

// What the page shows is of one report: no ring, no other victim, no id, and
// no word of what was told, whatever the records hold.
func TestWhereAReportStandsNamesNobodyAndNoRing(t *testing.T) {
	langs := web.Languages()
	rapid.Check(t, func(rt *rapid.T) {
		w := reported(t)
		mine := w.reports[len(w.reports)-1]
		mine.Consent = fraud.Consent{ShareLawEnforcement: rapid.Bool().Draw(rt, "police"), SharePartner: rapid.Bool().Draw(rt, "partner"), Testify: rapid.Bool().Draw(rt, "testify")}
		if rapid.Bool().Draw(rt, "in a ring") {
			r := &w.rings[rapid.IntRange(0, len(w.rings)-1).Draw(rt, "ring")]
			r.Reports = append(r.Reports, mine.Name())
		}
		if rapid.Bool().Draw(rt, "sent") {
			w.referrals[0].Embargo = ago(1)
			w.referrals[0].History = append(w.referrals[0].History, fraud.StatusEvent{Status: fraud.ReferralReceived, From: "cfb", At: ago(1), Says: "case 77 of Inspector Rao"})
		}
		if rapid.Bool().Draw(rt, "read") {
			w.audits = append(w.audits, fraud.AuditEntry{Act: "report.read", Ref: "alder/r-NEW", By: "analyst", At: ago(1), OK: true})
		}
		v := visit(t, serve(t, w))
		lang := langs[rapid.IntRange(0, len(langs)-1).Draw(rt, "language")].Lang
		for _, path := range []string{standAt, standAt + "/withdraw", standAt + "/delete"} {
			_, _, body := v.get(path + "?lang=" + lang)
			body = html.UnescapeString(body)
			never := []string{"r-NEW", "alder/", "REF-2K7M", "JC-4HBD", "cfb", "Rao", "Priya", "analyst", "+12125550142", "AnyDesk", "604 118 223", "199"}
			for _, r := range w.rings {
				never = append(never, string(r.ID))
			}
			for _, r := range w.reports[:20] {
				never = append(never, string(r.Name()), r.Victim)
			}
			for _, x := range slices.DeleteFunc(never, func(x string) bool { return x == "" }) {
				if strings.Contains(body, x) {
					rt.Fatalf("%s in %s tells %q\n%s", path, lang, x, body)
				}
			}
		}
	})
}
