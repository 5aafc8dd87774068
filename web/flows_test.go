package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"ringbreaker.example/fraud"
)

// formOf reads the fields of a page's last form, as a browser without script
// would send them back.
func formOf(t testing.TB, page string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var last url.Values
	var walk func(*html.Node, url.Values)
	walk = func(n *html.Node, in url.Values) {
		if n.Type == html.ElementNode {
			name, _ := attr(n, "name")
			value, _ := attr(n, "value")
			kind, _ := attr(n, "type")
			_, checked := attr(n, "checked")
			switch n.Data {
			case "form":
				in = url.Values{}
				last = in
			case "input":
				if in != nil && name != "" && kind != "file" && (checked || kind != "radio" && kind != "checkbox") {
					in.Set(name, value)
				}
			case "textarea":
				if in != nil {
					in.Set(name, strings.TrimPrefix(text(n), "\n"))
				}
			case "select":
				if in != nil {
					in.Set(name, chosen(n))
				}
			}
		}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			walk(k, in)
		}
	}
	walk(doc, nil)
	return last
}

func chosen(n *html.Node) string {
	first, got := "", ""
	seen := false
	for k := range n.Descendants() { // options may stand in groups
		if k.Type != html.ElementNode || k.Data != "option" {
			continue
		}
		v, ok := attr(k, "value")
		if !ok {
			v = text(k)
		}
		if !seen {
			first, seen = v, true
		}
		if _, yes := attr(k, "selected"); yes {
			got = v
		}
	}
	if got == "" {
		return first
	}
	return got
}

const story = "A red window said my computer was locked. I called +1 (212) 555-0142. They came in with AnyDesk 604 118 223 and I sent money. My own number is 212 555 0199."

func TestAVictimReportsWithoutScriptAndGetsACodeAndSteps(t *testing.T) {
	w := company(t)
	before := len(w.reports)
	v := visit(t, serve(t, w))
	step := func(form url.Values, want string) (url.Values, string) {
		t.Helper()
		status, _, body := v.post("/report", form)
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Fatalf("got %d, want a page with %q\n%s", status, want, body)
		}
		for _, b := range htmlProblems(body) {
			t.Errorf("%s: %s", want, b)
		}
		return formOf(t, body), body
	}
	_, _, page := v.get("/report")
	form := formOf(t, page)
	form.Set("story", story)
	form.Set("country", "US")
	form, body := step(form, "This is what we understood")
	if !strings.Contains(html.UnescapeString(body), "+12125550142") || !strings.Contains(body, "anydesk:604118223") {
		t.Errorf("the cards miss the number or the remote-access id\n%s", body)
	}
	form, _ = step(form, "A few questions, money first")
	form.Set("paid", "sent")
	form.Set("amount", "499.99")
	form.Set("rail", "bank_wire")
	form.Set("paid_on", "2026-03-01")
	form.Set("remote", "yes")
	form.Set("brand", "Microsoft")
	form.Set("age", "60_plus")
	form, _ = step(form, "May we use what you told us?")
	form.Set("police", "yes")
	form, body = step(form, "Check your answers")
	for _, want := range []string{story, "USD 499.99", "Microsoft", "You may give my report to the police"} {
		if !strings.Contains(html.UnescapeString(body), want) {
			t.Errorf("the review does not show %q", want)
		}
	}
	_, body = step(form, "7K2M-9QXT-4HBD-R3WE")
	if v.at != "/now/7K2M-9QXT-4HBD-R3WE" || !strings.Contains(body, "Call your bank now") {
		t.Errorf("the receipt is at %s and must say to call the bank", v.at)
	}
	if len(w.reports) != before+1 {
		t.Fatalf("%d reports were kept, want one", len(w.reports)-before)
	}
	got := w.reports[before]
	if got.Narrative != story || got.Reporter.AgeBand != "60_plus" || !got.Consent.ShareLawEnforcement || got.Consent.SharePartner {
		t.Errorf("the report kept is %+v", got)
	}
	if len(got.Payments) != 1 || got.Payments[0].Status != "sent" || got.Payments[0].Amount != "499.99" || got.Payments[0].Currency != "USD" {
		t.Errorf("the payment kept is %+v", got.Payments)
	}
	for _, c := range got.Contacts {
		if c.Callback == "+12125550199" || c.ShownCallerID == "+12125550199" {
			t.Error("the victim's own number was kept as the fraudsters'")
		}
	}
}

func TestGoingBackInTheReportLosesNothing(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	_, _, page := v.get("/report")
	form := formOf(t, page)
	form.Set("story", story)
	_, _, page = v.post("/report", form)
	form = formOf(t, page)
	form.Set("to", "tell")
	_, _, page = v.post("/report", form)
	if got := formOf(t, page).Get("story"); got != story {
		t.Errorf("after going back the story is %q", got)
	}
}

func TestAReportWithoutWordsIsAskedForThem(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	status, _, body := v.post("/report", url.Values{"step": {"tell"}})
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `href="#story"`) {
		t.Errorf("got %d, want a summary that leads to the field", status)
	}
	if p := htmlProblems(body); len(p) > 0 {
		t.Error(p)
	}
}

func TestAPictureIsKeptAndNeverShown(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, value := range map[string]string{"step": "tell", "story": story} {
		if err := m.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	f, err := m.CreateFormFile("file", `../<script>.png`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("not a picture")); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := v.http.Post(v.base+"/report", m.FormDataContentType(), &b) //nolint:bodyclose // read closes it
	if err != nil {
		t.Fatal(err)
	}
	status, _, body := v.read(res)
	form := formOf(t, body)
	if status != http.StatusOK || form.Get("file_sha") == "" || strings.Contains(body, "<script>.png") || strings.Contains(form.Get("file_name"), "/") {
		t.Errorf("got %d, sha %q, name %q", status, form.Get("file_sha"), form.Get("file_name"))
	}
}

func TestCheckSaysWhyAndUnknownIsNeverGreen(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	_, _, body := v.post("/check", url.Values{"asked": {"call +1 212 555 0142 now"}})
	for _, want := range []string{"This is a known scam", "never include a phone number", `class="answer harm"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	_, _, body = v.post("/check", url.Values{"asked": {"+44 20 7946 0123"}})
	if !strings.Contains(body, `class="answer plain"`) || strings.Contains(body, "good") {
		t.Errorf("unknown must be neither green nor called good\n%s", body)
	}
	if status, _, body := v.post("/check", url.Values{"asked": {" "}}); status != http.StatusUnprocessableEntity || len(htmlProblems(body)) > 0 {
		t.Errorf("an empty question: %d %v", status, htmlProblems(body))
	}
	if status, _, body := v.post("/check", url.Values{"asked": {strings.Repeat("a ", 150_000)}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "That is too long") {
		t.Errorf("a question that is too long: %d", status)
	}
}

func TestAnObjectionPausesAndGetsANumber(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	_, _, body := v.post("/dispute", url.Values{"value": {"+1 212 555 0142"}, "says": {"It is our shop's since May."}, "contact": {"shop@mail.example"}})
	if !strings.Contains(body, "dispute-4M2K") {
		t.Errorf("no receipt\n%s", body)
	}
	status, _, body := v.post("/dispute", url.Values{"value": {"+1 212 555 0100"}, "says": {"x"}, "contact": {"y"}})
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "not on our list") {
		t.Errorf("an objection to what is not listed: %d", status)
	}
}

func TestAnOfficerAddsAnItemWithoutScriptAndTheSameKeyTwiceIsOneItem(t *testing.T) {
	w := bureau(t)
	v := visit(t, serve(t, w)).as("officer")
	_, _, page := v.get("/searches/search-1/add")
	form := formOf(t, page)
	form.Set("type", "mobile_phone")
	form.Set("what", "Nokia, grey")
	form.Set("place", "drawer")
	form.Set("seal", "CFB-00420")
	form.Set("imei", "490154203237510")
	before := len(w.seizures)
	status, _, body := v.post("/searches/search-1/items", form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `href="#imei"`) || len(w.seizures) != before {
		t.Fatalf("a wrong check digit: %d\n%s", status, body)
	}
	form = formOf(t, body)
	if form.Get("what") != "Nokia, grey" {
		t.Error("what was typed is gone")
	}
	form.Set("imei", "490154203237518")
	for range 2 {
		if status, _, _ := v.post("/searches/search-1/items", form); status != http.StatusOK {
			t.Fatalf("add: %d", status)
		}
	}
	if got := len(w.seizures) - before; got != 1 {
		t.Errorf("%d items, want one", got)
	}
	status, head, body := v.post("/api/searches/search-1/items", form)
	if status != http.StatusCreated || head.Get("Content-Type") != "application/json" || !strings.Contains(body, `"no":5`) {
		t.Errorf("a phone that sends it once more: %d %s", status, body)
	}
}

// A browser without a picker of times sends what was typed: an arrest was
// recorded as of now then.
func TestATimeThatCannotBeReadIsAskedForAgain(t *testing.T) {
	w := bureau(t)
	v := visit(t, serve(t, w)).as("investigator")
	_, _, page := v.get("/cases/case-1")
	arrest := formOf(t, page)
	for name, value := range map[string]string{"person": "A. Sample", "role": "caller", "law": "s. 66D", "place": "Kolkata", "at": "19/10/2023 9 am"} {
		arrest.Set(name, value)
	}
	if status, _, body := v.post("/cases/case-1/arrests", arrest); status != http.StatusUnprocessableEntity || !strings.Contains(body, "2006-01-02 15:04") {
		t.Errorf("an arrest: %d\n%s", status, body)
	}
	arrest.Set("at", "2023-10-19 09:00")
	if status, _, body := v.post("/cases/case-1/arrests", arrest); status != http.StatusOK {
		t.Errorf("an arrest whose time was typed: %d\n%s", status, body)
	}
	_, _, page = v.get("/sites/site-1")
	search := formOf(t, page)
	for name, value := range map[string]string{"authority": "W 1", "issuer": "Court", "officers": "A", "witnesses": "B\nC", "expires": "tomorrow"} {
		search.Set(name, value)
	}
	if status, _, body := v.post("/sites/site-1/searches", search); status != http.StatusUnprocessableEntity || !strings.Contains(body, `href="#expires"`) || !strings.Contains(body, `value="W 1"`) {
		t.Errorf("a warrant: %d\n%s", status, body)
	}
}

func TestAHoldAndAJudgementNeedTheirReasons(t *testing.T) {
	w := company(t)
	v := visit(t, serve(t, w)).as("analyst")
	v.get("/rings/R-17")
	if status, _, _ := v.post("/rings/R-17/holds", url.Values{"csrf": {v.csrf}, "until": {"2026-04-01"}}); status != http.StatusUnprocessableEntity || len(w.holds) != 0 {
		t.Errorf("a hold without a reason: %d", status)
	}
	v.post("/rings/R-17/holds", url.Values{"csrf": {v.csrf}, "until": {"2026-04-01"}, "reason": {"raid"}})
	_, _, body := v.get("/rings/R-17")
	if len(w.holds) != 1 || !strings.Contains(body, "on hold until 1 Apr 2026") {
		t.Errorf("the hold does not show: %v", w.holds)
	}
	if status, _, _ := v.post("/judgements", url.Values{"csrf": {v.csrf}, "verdict": {"same"}, "a": {"alder/r-0001"}, "b": {"alder/r-0002"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("a judgement without a reason: %d", status)
	}
}

func TestAJudgementIsTakenBackAndStaysInTheLog(t *testing.T) {
	w := company(t)
	v := visit(t, serve(t, w)).as("analyst")
	_, _, page := v.get("/suggestions")
	form := url.Values{"csrf": {token(page)}, "a": {string(w.suggest[0].Link.A)}, "b": {string(w.suggest[0].Link.B)}, "verdict": {"same"}, "reason": {"one voice"}, "next": {"/suggestions?from=1"}}
	status, _, body := v.post("/judgements", form)
	made := w.judged[len(w.judged)-1]
	if status != http.StatusOK || !strings.Contains(body, "/judgements/"+made.ID+"/withdraw") || !strings.Contains(body, "Undo") {
		t.Errorf("after judging: %d, no way to take %s back\n%s", status, made.ID, body)
	}
	if status, _, _ := v.post("/judgements/"+made.ID+"/withdraw", url.Values{"csrf": {v.csrf}}); status != http.StatusUnprocessableEntity {
		t.Errorf("taken back without a reason: %d", status)
	}
	v.post("/judgements/"+made.ID+"/withdraw", url.Values{"csrf": {v.csrf}, "reason": {"wrong key"}})
	back := w.judged[len(w.judged)-1]
	if back.Verdict != fraud.VerdictWithdrawn || back.Withdraws != made.ID || back.By != "analyst" {
		t.Errorf("the log ends with %+v", back)
	}
	if slices.ContainsFunc(fraud.Standing(w.judged), func(j fraud.Judgement) bool { return j.ID == made.ID }) {
		t.Error("what was taken back still stands")
	}
	if _, _, body = v.get("/judgements"); !strings.Contains(body, "taken back") || !strings.Contains(body, "one voice") {
		t.Errorf("the log does not show it\n%s", body)
	}
	if status, _, _ := v.post("/judgements/J-NONE/withdraw", url.Values{"csrf": {v.csrf}, "reason": {"x"}}); status != http.StatusNotFound {
		t.Errorf("taking back what is not there: %d", status)
	}
}

func TestAJudgementThatIsNotObeyedSaysWhy(t *testing.T) {
	w := company(t)
	a, b := w.rings[0].Reports[0], w.rings[0].Reports[1]
	w.judged = append(w.judged,
		fraud.Judgement{ID: "J-2", Verdict: fraud.VerdictDifferent, A: a, B: b, By: "analyst", Reason: "two voices", At: ago(3)},
		fraud.Judgement{ID: "J-3", Verdict: fraud.VerdictConfirmed, A: a, By: "analyst", Reason: "called back", At: ago(2)},
		fraud.Judgement{ID: "J-4", Verdict: fraud.VerdictWrong, A: a, By: "analyst", Reason: "framed", At: ago(1)},
	)
	_, _, body := visit(t, serve(t, w)).as("auditor").get("/judgements")
	for _, want := range []string{"Both are in ring R-17", "Judgement J-4, made later about the same, says otherwise"} {
		if !strings.Contains(body, want) {
			t.Errorf("the log does not say %q\n%s", want, body)
		}
	}
	if strings.Contains(body, "Take it back") {
		t.Error("an auditor is offered to take a judgement back")
	}
}

func TestTheRingSaysWhatFallsApartWithoutABridge(t *testing.T) {
	_, _, body := visit(t, serve(t, company(t))).as("analyst").get("/rings/R-17")
	if !strings.Contains(body, "<b>15 reports</b> would part from the other 85") {
		t.Errorf("no word on the bridge\n%s", body)
	}
}

type since time.Time

func (p since) PendingSince(context.Context, fraud.RingID) (time.Time, error) {
	return time.Time(p), nil
}

func (p since) PlacedIn(context.Context, fraud.ReportID) (fraud.RingID, error) { return "R-17", nil }

func TestPagesSayThatRingsAreWorkedOutAgain(t *testing.T) {
	srv, s := serveWith(t, company(t))
	v := visit(t, srv).as("analyst")
	for _, p := range []string{"/rings", "/rings/R-17", "/rings/R-17/time"} {
		s.Pending = nil
		if _, _, body := v.get(p); strings.Contains(body, "being worked out again") {
			t.Errorf("%s says so when nothing is pending", p)
		}
		s.Pending = since(time.Date(2026, 3, 2, 8, 5, 0, 0, time.UTC))
		if _, _, body := v.get(p); !strings.Contains(body, "being worked out again; what you see is as of 08:05 UTC") {
			t.Errorf("%s does not say that it is pending\n%s", p, body)
		}
	}
}

func TestReportThatJustCameIsPlaced(t *testing.T) {
	w := company(t)
	w.rings = nil
	srv, s := serveWith(t, w)
	v := visit(t, srv).as("analyst")
	if _, _, body := v.get("/reports/alder/r-0001"); !strings.Contains(body, "In no ring yet") {
		t.Errorf("a report in no ring does not say so\n%s", body)
	}
	s.Pending = since(time.Date(2026, 3, 2, 8, 5, 0, 0, time.UTC))
	if _, _, body := v.get("/reports/alder/r-0001"); !strings.Contains(body, `Probably <a href="/rings/R-17">Ring R-17</a>`) {
		t.Errorf("where the report was placed is not said\n%s", body)
	}
}

func TestTextBehindAScriptIsShownAligned(t *testing.T) {
	w := company(t)
	a, b := w.links[0].A, w.links[0].B
	script := fraud.Cause{Indicator: fraud.Indicator{Kind: fraud.Script, Value: "script:77aa"}, Role: fraud.RoleScript, Bits: 7, Why: "both read nearly the same text"}
	w.links[0].Cause = append(w.links[0].Cause, script)
	for id, firm := range map[fraud.ReportID]string{a: "Alder", b: "Bramble"} {
		r, err := w.Report(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		r.Narrative = ""
		r.Contacts = append(r.Contacts, fraud.Contact{Text: "This is the security of " + firm + " and your computer has sent an error report to us"})
	}
	v := visit(t, serve(t, w)).as("analyst")
	w.rings[0].Indicators = append(w.rings[0].Indicators, fraud.RingIndicator{Indicator: script.Indicator, Role: fraud.RoleScript, Bits: 7, Reports: 2})
	for _, at := range []string{"/rings/R-17/evidence", "/explain?a=" + string(a) + "&b=" + string(b), "/search?q=script:77aa"} {
		if _, _, body := v.get(at); !strings.Contains(body, "the security of […] and your computer has sent an error report to us") {
			t.Errorf("%s does not show the text\n%s", at, body)
		}
	}
}

func TestCallFloorsOfARingAreShown(t *testing.T) {
	w := company(t)
	at := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for i := range w.rings {
		w.rings[i].Parts = []fraud.RingPart{
			{Reports: w.rings[i].Reports[:1], Indicators: []fraud.Indicator{{Kind: fraud.Phone, Value: "+12125550142"}}, From: at, To: at.AddDate(0, 0, 9)},
			{Reports: w.rings[i].Reports[1:], From: at, To: at.AddDate(0, 0, 9)},
		}
	}
	_, _, body := visit(t, serve(t, w)).as("analyst").get("/rings/R-17/evidence")
	for _, want := range []string{"Parts of the ring", "5 Jan – 14 Jan 2026"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q\n%s", want, body)
		}
	}
}

func TestSuggestionThatWasDecidedIsNotAskedAgain(t *testing.T) {
	w := company(t)
	srv, s := serveWith(t, w)
	s.Pending = since(time.Date(2026, 3, 2, 8, 5, 0, 0, time.UTC))
	v := visit(t, srv).as("analyst")
	_, _, page := v.get("/suggestions")
	x := w.suggest[0].Link
	pair := `name="a" value="` + string(x.A) + `"`
	if !strings.Contains(page, pair) {
		t.Fatalf("the suggestion is not there\n%s", page)
	}
	if err := w.AddJudgement(t.Context(), fraud.Judgement{ID: "J-7", Verdict: fraud.VerdictDifferent, A: x.B, B: x.A, By: "ana", Reason: "two voices"}); err != nil {
		t.Fatal(err)
	}
	if _, _, page = v.get("/suggestions"); strings.Contains(page, pair) {
		t.Error("what was decided is asked again while the rings follow")
	}
}

func TestFiltersStayInTheAddressAndEmptyListsSayWhatToDo(t *testing.T) {
	v := visit(t, serve(t, company(t))).as("analyst")
	_, _, body := v.get("/rings?country=CA&sort=victims&state=active+now")
	for _, want := range []string{"Status: active now", "Country: CA", "/rings?country=CA&amp;sort=victims", "/rings.csv?country=CA"} {
		if !strings.Contains(body, want) {
			t.Errorf("the list lacks %q\n%s", want, body)
		}
	}
	if strings.Contains(body, "R-09") {
		t.Error("a ring without victims in CA is listed")
	}
	if _, _, body = v.get("/rings?country=JP"); !strings.Contains(body, "Take a filter away") {
		t.Errorf("an empty list does not say what to do\n%s", body)
	}
	w := company(t)
	w.rings = nil
	if _, _, body = visit(t, serve(t, w)).as("analyst").get("/rings"); !strings.Contains(body, "ringbreaker import") {
		t.Errorf("a node without rings does not say what to do\n%s", body)
	}
}

func TestSmallCountsOfPeopleAreNotTold(t *testing.T) {
	_, _, body := visit(t, serve(t, company(t))).as("analyst").get("/rings/R-17/victims")
	table := body[strings.Index(body, "<tbody>"):strings.Index(body, "</tbody>")]
	for _, n := range []string{"1", "2", "3", "4"} {
		if strings.Contains(table, ">"+n+"</td>") {
			t.Errorf("a count of %s is told\n%s", n, table)
		}
	}
	for _, row := range strings.Split(table, "<tr>")[1:] {
		cells := row[:strings.LastIndex(row, "<td")]
		if strings.Count(cells, "&lt;") == 1 && !strings.HasSuffix(strings.TrimSpace(row), "&lt;</td></tr>") {
			t.Errorf("one hidden count can be worked out from the rest\n%s", row)
		}
	}
}

func TestASearchFindsByNounAndNeverAVictim(t *testing.T) {
	w := company(t)
	id := w.reports[2].Name()
	w.reports[2].Narrative = "they kept me on the line about a refund department"
	own := fraud.Indicator{Kind: fraud.Phone, Value: "+12125550199"}
	w.sightings[id] = append(w.sightings[id], fraud.Sighting{Report: id, Indicator: own, Role: fraud.RoleVictimOwned, Valid: true})
	v := visit(t, serve(t, w)).as("analyst")
	for _, x := range []struct{ q, want string }{
		{"(646) 555-0101", "Values"},
		{"traffic-popups.example", ">R-17</a>"},
		{"refund department", "Reports whose words fit"},
		{"REF-2K", "Referrals"},
		{"R-", ">R-22</a>"},
		{"212-555-0199", "Nothing here holds it"},
		{"no such thing", "Nothing here holds it"},
	} {
		if _, _, body := v.get("/search?" + url.Values{"q": {x.q}}.Encode()); !strings.Contains(body, x.want) {
			t.Errorf("%q does not find %q\n%s", x.q, x.want, body)
		}
	}
	if status, _, body := v.get("/search?q=%ffno%00%20such%fe%20thing"); status != http.StatusOK || !strings.Contains(body, "<h1>Search: no such thing</h1>") {
		t.Errorf("bytes that are no text: %d %s", status, body)
	}
	for q, want := range map[string]string{"R-17": "/rings/R-17", string(id): "/reports/" + string(id)} {
		if v.get("/search?" + url.Values{"q": {q}}.Encode()); v.at != want {
			t.Errorf("%q leads to %s, want %s", q, v.at, want)
		}
	}
	a := visit(t, serve(t, bureau(t))).as("investigator")
	for _, x := range []struct{ q, want string }{{"CFB-00411", "Exhibits"}, {"RC-0012026A0031", "Cases"}} {
		if _, _, body := a.get("/search?q=" + x.q); !strings.Contains(body, x.want) {
			t.Errorf("%q does not find %q\n%s", x.q, x.want, body)
		}
	}
}

func TestAMatchShowsWhatItWouldSendBeforeItSends(t *testing.T) {
	w := company(t)
	v := visit(t, serve(t, w)).as("signatory")
	_, _, page := v.get("/matches/new")
	form := formOf(t, page)
	form.Set("peer", "birch")
	form["kind"] = []string{"phone", "bank_account"}
	form.Set("legal_basis", "legitimate interests")
	form.Set("agreement", "of January")
	before := len(w.matches)
	_, _, page = v.post("/matches/new", form)
	if !strings.Contains(page, "1,284 blinded values go to birch") || len(w.matches) != before {
		t.Fatalf("the numbers come first\n%s", page)
	}
	form = formOf(t, page)
	form["kind"] = []string{"phone", "bank_account"}
	v.post("/matches/new", form)
	if len(w.matches) != before+1 || v.at != "/matches/M-OFFERED" {
		t.Errorf("not offered: at %s", v.at)
	}
}

// Partners who match every day keep their keys, and see how much is new before
// it goes.
func TestAMatchIsContinuedWithWhatIsNew(t *testing.T) {
	w := company(t)
	v := visit(t, serve(t, w)).as("signatory")
	v.shows("/matches/M-7QXT", nil, "Match again with what is new") // it keeps no keys
	_, _, page := v.get("/matches/new")
	form := formOf(t, page)
	form.Set("peer", "birch")
	form["kind"] = []string{"phone"}
	form.Set("legal_basis", "legitimate interests")
	form.Set("agreement", "of January")
	form.Set("epoch", "yes")
	if _, _, page = v.post("/matches/new", form); !strings.Contains(page, "Both sides keep their keys") {
		t.Fatalf("what keeping keys means is not said before\n%s", page)
	}
	v.post("/matches/new", formOf(t, page))
	if !w.status.Terms.Epoch {
		t.Fatal("the match was offered without its keys being kept")
	}
	w.matches[0].Offered, w.matches[0].Step, w.matches[0].OurSize = true, fraud.MatchCount, 1200
	v.shows("/matches/"+string(w.matches[0].ID), []string{"Match again with what is new"})
	before, at := len(w.matches), "/matches/"+string(w.matches[0].ID)+"/next"
	status, _, page := v.post(at, url.Values{"csrf": {v.csrf}})
	if status != http.StatusOK || !strings.Contains(page, "about 84 blinded values go to birch") || len(w.matches) != before {
		t.Fatalf("%d: how much is new comes first\n%s", status, page)
	}
	v.post(at, formOf(t, page))
	if len(w.matches) != before+1 || w.status.Terms.Continues != w.matches[0].ID || v.at != "/matches/M-OFFERED" {
		t.Errorf("not offered as the next: at %s, terms %+v", v.at, w.status.Terms)
	}
	w.matches[0].Offered = false
	if status, _, _ := v.post(at, url.Values{"csrf": {v.csrf}}); status != http.StatusConflict {
		t.Errorf("%d for continuing a match that the other side offered", status)
	}
	w.matches[0].Offered, w.status.Gone = true, true // it was continued, and has let go of its keys
	v.shows("/matches/"+string(w.matches[0].ID), nil, "Match again with what is new")
	if status, _, _ := v.post(at, url.Values{"csrf": {v.csrf}}); status != http.StatusConflict {
		t.Errorf("%d for continuing a match whose keys are gone", status)
	}
}

func TestAFailingCheckBlocksSigningUntilSomebodySaysWhy(t *testing.T) {
	w := company(t)
	v := visit(t, serve(t, w)).as("signatory")
	_, _, page := v.get("/referrals/REF-2K7M")
	if !strings.Contains(page, `<button type="submit" disabled>Sign for`) {
		t.Error("the button to sign is not blocked")
	}
	v.post("/referrals/REF-2K7M/overrides", url.Values{"csrf": {v.csrf}, "version": {"1"}, "check": {"3"}, "reason": {"The bank record stands beside it."}})
	if w.referrals[0].Checks[2].Override == "" {
		t.Error("the reason is not recorded")
	}
	if _, _, page = v.get("/referrals/REF-2K7M"); strings.Contains(page, "disabled") {
		t.Error("the button is still blocked")
	}
}

func TestAnIdentityOpensForAVaultKeeperWithAReasonAlone(t *testing.T) {
	v := visit(t, serve(t, company(t))).as("vault_keeper")
	_, _, page := v.get("/reports/alder/r-0004")
	if strings.Contains(page, "Rosa Example") {
		t.Fatal("an identity stands on a page that nobody asked to open")
	}
	if status, _, _ := v.post("/identities/alder/r-0004", url.Values{"csrf": {v.csrf}}); status != http.StatusForbidden {
		t.Errorf("without a reason: %d", status)
	}
	if _, _, page := v.post("/identities/alder/r-0004", url.Values{"csrf": {v.csrf}, "reason": {"to call her back"}}); !strings.Contains(page, "Rosa Example") {
		t.Error("with a reason it does not open")
	}
	v = visit(t, serve(t, company(t))).as("analyst")
	v.get("/reports/alder/r-0004")
	if status, _, _ := v.post("/identities/alder/r-0004", url.Values{"csrf": {v.csrf}, "reason": {"curious"}}); status != http.StatusForbidden {
		t.Errorf("for an analyst: %d", status)
	}
}

func TestACSVCellCannotBecomeAFormula(t *testing.T) {
	w := company(t)
	w.rings[0].Brands = []string{"=HYPERLINK(\"http://evil.example\")"}
	_, _, body := visit(t, serve(t, w)).as("analyst").get("/rings.csv")
	if !strings.Contains(body, `'=HYPERLINK`) {
		t.Errorf("the cell is a formula\n%s", body)
	}
}

func TestTextOfAReportNeverBecomesMarkup(t *testing.T) {
	w := company(t)
	w.reports[0].Narrative = `<script>alert(1)</script> "><img src=x onerror=alert(1)> call +1 212 555 0142`
	w.sightings[w.reports[0].Name()] = []fraud.Sighting{{Report: w.reports[0].Name(), Indicator: phone("+12125550142"), Role: fraud.RoleCallback, Place: fraud.Place{Field: "narrative", Start: 3, End: 9}, Raw: "ript>a", Why: `<b>why</b>`}}
	_, _, body := visit(t, serve(t, w)).as("analyst").get("/reports/alder/r-0001")
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img") || strings.Contains(body, "<b>why") {
		t.Error("a report's text became markup")
	}
	for _, b := range htmlProblems(body) {
		t.Error(b)
	}
}

// Nobody is asked what they have just told: what the words hold stands chosen,
// written as people write it, and can be changed.
func TestTheFormAsksOnlyWhatTheWordsDidNotTell(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	_, _, body := v.post("/report", url.Values{"step": {"tell"}, "country": {"GB"}, "story": {"They called from +1 212 555 0142. A man called James got onto my laptop with AnyDesk 128 445 769 and I paid £299.99 in gift cards."}})
	for _, want := range []string{`name="amount" value="299.99"`, `name="currency" value="GBP"`, `name="remote" value="yes"`, `name="rail" value="gift_card"`, ">AnyDesk 128 445 769<", ">James<"} {
		if !strings.Contains(body, want) {
			t.Errorf("the second step lacks %s\n%s", want, body)
		}
	}
	_, _, body = v.post("/report", url.Values{"step": {"found"}, "country": {"GB"}, "story": {"x"}, "amount": {"299.99"}, "currency": {"GBP"}, "remote": {"yes"}})
	for _, want := range []string{`name="amount" type="text" inputmode="decimal" value="299.99"`, `<option selected>GBP`, `name="remote" value="yes" checked`} {
		if !strings.Contains(body, want) {
			t.Errorf("the third step lacks %s\n%s", want, body)
		}
	}
	// Of two amounts nobody knows which was paid; where nothing was told the money is the country's.
	_, _, body = v.post("/report", url.Values{"step": {"tell"}, "country": {"IN"}, "story": {"They wanted $420.00, I sent $50.00."}})
	if strings.Contains(body, `name="amount"`) || strings.Contains(body, `name="remote"`) {
		t.Errorf("something was chosen that was not told\n%s", body)
	}
	_, _, body = v.post("/report", url.Values{"step": {"found"}, "country": {"IN"}, "story": {"x"}})
	if !strings.Contains(body, `<option selected>INR`) {
		t.Errorf("the money is not India's\n%s", body)
	}
}
