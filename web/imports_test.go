package web_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
	"ringbreaker.example/web"
)

// took is where a real intake puts reports in these tests.
type took struct {
	*world
	mu sync.Mutex // guards in
	in []fraud.Acceptance
}

func (k *took) AcceptBatch(_ context.Context, batch []fraud.Acceptance) ([]fraud.Taken, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make([]fraud.Taken, len(batch))
	for i, a := range batch {
		out[i] = fraud.TakenNew
		if slices.ContainsFunc(k.in, func(b fraud.Acceptance) bool { return b.Report.Name() == a.Report.Name() }) {
			out[i] = fraud.TakenSame
			continue
		}
		k.in = append(k.in, a)
	}
	return out, nil
}

func (k *took) all() []fraud.Acceptance {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.in)
}

type openBox struct{}

func (openBox) Seal(fraud.ReportID, fraud.Identity) (box, key []byte, err error) {
	return []byte("sealed"), []byte("its key"), nil
}
func (openBox) Pseudonym(fraud.Identity) string { return "V-1" }

// desk is a world with the real uploads behind its pages.
func desk(t testing.TB) (*httptest.Server, *took) {
	t.Helper()
	k := &took{world: company(t)}
	s, err := intake.New(k, openBox{}, func() time.Time { return asOf }, &counter{}, intake.Config{Source: "alder", Country: "US"})
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	t.Cleanup(work.Wait)
	ups, err := s.OpenUploads(t.TempDir(), intake.UploadsConfig{Go: work.Go, Keep: func(_ context.Context, m *csvmap.Mapping) error {
		s.Use(m)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	srv, _ := serveWith(t, k.world, func(c *web.Config) { c.Imports = ups })
	return srv, k
}

// fakeImports holds one file that waits, and one that was read.
type fakeImports struct{}

func (fakeImports) files() []intake.Upload {
	return []intake.Upload{
		{ID: "UP-1", Name: "calls.csv", By: "analyst", At: ago(0.1), Size: 2048, State: intake.UploadWaiting},
		{ID: "UP-2", Name: "mails.zip", By: "analyst", At: ago(1), Size: 90_000, State: intake.UploadDone, Result: intake.Result{Files: 1, Records: 41, New: 38, Same: 1, Rejected: 2, Notes: []string{"mails.zip was read by the mapping FCC"}}},
		{ID: "UP-3", Name: "months.csv", By: "analyst", At: ago(0.01), Size: 900_000, Read: 310_000, State: intake.UploadRunning, Result: intake.Result{Records: 812, New: 800, Rejected: 12}},
	}
}

func (f fakeImports) List(context.Context) ([]intake.Upload, error) { return f.files(), nil }

func (f fakeImports) Get(_ context.Context, id string) (intake.Upload, error) {
	return find(f.files(), func(u intake.Upload) bool { return u.ID == id })
}

func (f fakeImports) Add(context.Context, string, io.Reader) (intake.Upload, error) {
	return f.files()[0], nil
}

func (fakeImports) Propose(_ context.Context, _ string) (intake.Proposal, error) {
	return intake.Proposal{
		Mapping: &csvmap.Mapping{
			Name: "guessed:calls.csv", Shape: csvmap.CSV, Source: "file-calls.csv", Match: []string{"Number", "Date", "Email"}, Drop: []string{"Email"}, Guessed: true,
			Fields: map[string]csvmap.Rule{"contacts[0].shown_caller_id": {From: []string{"Number"}}, "contacts[0].at": {From: []string{"Date"}}, "received_at": {Const: "1970-01-01"}},
			Why:    map[string]string{"contacts[0].shown_caller_id": `column "Number" has "number" in its name; 50 of its 50 first cells look like telephone numbers`},
		},
		Columns: []intake.Column{
			{Name: "Number", Place: "contacts[0].shown_caller_id", Values: []string{"+1 212 555 0142", "+1 646 555 0101"}},
			{Name: "Date", Place: "contacts[0].at", Values: []string{"3/4/2026"}, Slashed: true},
			{Name: "Email", Values: []string{"rosa@mail.example"}},
		},
		Lost: []string{`column "Number" of row 7 was turned into 1.21E+10 by a spreadsheet`},
	}, nil
}

func (f fakeImports) Try(ctx context.Context, id string, _ *csvmap.Mapping) (intake.Proposal, error) {
	p, err := f.Propose(ctx, id)
	p.Rows, p.Refused, p.Reasons = 50, 1, []string{"report field received_at lies in the future"}
	p.Samples = []intake.Sample{{Place: "contacts[0].at", Values: []string{"2026-03-04T00:00:00Z"}}}
	return p, err
}
func (fakeImports) Start(context.Context, string, *csvmap.Mapping) error { return nil }
func (fakeImports) Rejects(context.Context, string, int) ([]intake.Reject, error) {
	return []intake.Reject{{File: "mails.zip!a.eml", Line: 0, Reason: "the mail has no text"}, {File: "mails.zip!list.csv", Line: 12, Reason: "the row's quotes do not close"}}, nil
}

// foreign is a table that no known mapping fits: two dates tell nothing about
// their order, a row is broken, a column is empty.
const foreign = "Ref;When;Caller number;Story of it;Paid;Your name;Shoe size\n" +
	"1;3/4/2025;+1 212 555 0142;They said my computer sends errors and that I must pay;250.00;Rosa Example;\n" +
	"2;2/1/2025;+1 646 555 0101;A man from the bank asked me to buy gift cards for him;;Ana Example;\n" +
	"3;the day before;+1 646 555 0101;They rang about a refund that I never asked anybody for;12.00;Li Example;\n" +
	"4;;;;;;;;more cells than the head has\n"

func (v *visitor) upload(path, name, text string) (int, string) {
	v.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("csrf", v.csrf); err != nil {
		v.t.Fatal(err)
	}
	f, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		v.t.Fatal(err)
	}
	res, err := v.http.Post(v.base+path, m.FormDataContentType(), &b) //nolint:bodyclose // read closes it
	if err != nil {
		v.t.Fatal(err)
	}
	status, _, body := v.read(res)
	return status, body
}

// seen waits until an import is over and gives its page.
func (v *visitor) seen(path string) string {
	v.t.Helper()
	for range 200 {
		if _, _, body := v.get(path); !strings.Contains(body, "data-again") {
			return body
		}
	}
	v.t.Fatal("the import never ends")
	return ""
}

func TestAForeignTableIsReadAsSomebodySaidAndTellsWhatItDidNotTake(t *testing.T) {
	srv, k := desk(t)
	v := visit(t, srv).as("analyst")
	v.get("/imports")
	status, page := v.upload("/imports", `C:\Users\rosa\calls of May.csv`, foreign)
	if status != http.StatusOK || !strings.HasPrefix(v.at, "/imports/UP-") {
		t.Fatalf("upload: %d at %s\n%s", status, v.at, page)
	}
	for _, p := range htmlProblems(page) {
		t.Error(p)
	}
	at := v.at
	form := formOf(t, page)
	for i, want := range []string{"", "contacts[0].at", "contacts[0].shown_caller_id", "contacts[0].text", "payments[0].amount", "reporter.name", ""} {
		if got := form.Get("column-" + string(rune('0'+i))); got != want {
			t.Errorf("column %d is guessed as %q, want %q", i, got, want)
		}
	}
	for _, want := range []string{"calls-of-May.csv", "&#43;1 646 555 0101", "Guessed: column", "empty in the first rows"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q\n%s", want, page)
		}
	}
	form.Set("do", "start")
	status, _, page = v.post(at, form)
	for _, want := range []string{`href="#order"`, `href="#got"`, `href="#currency"`} {
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, want) {
			t.Errorf("%d: nobody is asked for %s", status, want)
		}
	}
	if n := len(k.all()); n > 0 {
		t.Fatalf("%d reports came in before anybody confirmed", n)
	}
	form = formOf(t, page)
	form.Set("order", "month")
	form.Set("got", "2026-03-01")
	form.Set("currency", "USD")
	form.Set("column-2", "contacts[0].callback") // the person knows better
	form.Set("column-0", "external_refs[0].ref") // whose number it is, no column says
	form.Set("do", "start")
	if status, _, page = v.post(at, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "None of the first 3 rows becomes a report") {
		t.Errorf("choices by which every row is refused: %d\n%s", status, page)
	}
	form.Set("column-0", "")
	form.Set("do", "look")
	status, _, page = v.post(at, form)
	if status != http.StatusOK || !strings.Contains(page, "how they made contact: number to call back") || !strings.Contains(page, "All of the first 3 rows become reports") || len(k.all()) > 0 {
		t.Fatalf("looking: %d, %d reports in\n%s", status, len(k.all()), page)
	}
	form = formOf(t, page)
	form.Set("do", "start")
	v.post(at, form)
	page = v.seen(at)
	if !strings.Contains(page, "4 records, 3 new") || !strings.Contains(page, "1 rejected") || !strings.Contains(page, `<td class="num">5</td>`) {
		t.Errorf("the end does not say what became of the rows\n%s", page)
	}
	_, head, rejects := v.get(at + "/rejects.csv")
	if head.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(rejects, "calls-of-May.csv,5,\"the row has 9 cells") || strings.Contains(rejects, "more cells than") {
		t.Errorf("the file of rejects:\n%s", rejects)
	}
	in := k.all()
	if len(in) != 3 {
		t.Fatalf("%d reports are in, want 3", len(in))
	}
	first := in[0].Report
	if first.Contacts[0].Callback != "+1 212 555 0142" || !first.Contacts[0].At.Equal(time.Date(2025, 3, 4, 0, 0, 0, 0, time.UTC)) || first.Payments[0].Status != "demanded" || first.Reporter.Name != "" {
		t.Errorf("the first row became %+v", first)
	}
	if _, page = v.upload("/imports", "calls of June.csv", foreign); !strings.Contains(page, "fits its columns") {
		t.Errorf("the next such file is not known\n%s", page)
	}
}

func TestAnUploadIsSeenByWhoBroughtItAlone(t *testing.T) {
	srv, k := desk(t)
	v := visit(t, srv).as("analyst")
	v.get("/imports")
	v.upload("/imports", "calls.csv", foreign)
	at := v.at
	k.people["second"] = func() access.Person {
		p := k.people["analyst"]
		p.ID = "second"
		return p
	}()
	other := visit(t, srv).as("second")
	if status, _, body := other.get(at); status != http.StatusForbidden || strings.Contains(body, "Rosa") {
		t.Errorf("another analyst: %d", status)
	}
	if _, _, body := other.get("/imports"); strings.Contains(body, "calls.csv") {
		t.Error("another analyst's list names it")
	}
	for _, who := range []string{"auditor", "vault_keeper", "admin"} {
		if status, _, _ := visit(t, srv).as(who).get("/imports"); status != http.StatusForbidden {
			t.Errorf("%s: %d", who, status)
		}
	}
	if status, _, _ := v.get("/imports/UP-NONE"); status != http.StatusNotFound {
		t.Errorf("what is not there: %d", status)
	}
	if status, _, _ := v.get("/imports/..%2f..%2fkeys"); status != http.StatusNotFound {
		t.Errorf("a way out of the folder: %d", status)
	}
}

func TestAFileThatIsNoTableIsReadAsWhatItIs(t *testing.T) {
	srv, k := desk(t)
	v := visit(t, srv).as("analyst")
	v.get("/imports")
	mail := "From: a@pc-help.example\r\nTo: rosa@mail.example\r\nSubject: Your refund\r\nDate: Mon, 2 Feb 2026 10:00:00 +0000\r\n\r\nCall +1 212 555 0142 for your refund now.\r\n"
	_, page := v.upload("/imports", "refund.eml", mail)
	if !strings.Contains(page, "This is no table") {
		t.Fatalf("asked for columns\n%s", page)
	}
	at := v.at
	v.post(at, formWith(t, page, "do", "as it is"))
	if page = v.seen(at); !strings.Contains(page, "1 record, 1 new") || len(k.all()) != 1 {
		t.Errorf("not read: %d in\n%s", len(k.all()), page)
	}
	if status, page := v.upload("/imports", "empty.csv", ""); status != http.StatusUnprocessableEntity || !strings.Contains(page, "empty") {
		t.Errorf("an empty file: %d", status)
	}
}

func formWith(t testing.TB, page string, more ...string) url.Values {
	t.Helper()
	f := url.Values{"csrf": {token(page)}}
	for i := 0; i < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

// With the keyboard and the browser's own hands, and without its script.
func TestAMapperInABrowser(t *testing.T) {
	ctx := chromium(t)
	srv, k := desk(t)
	w := listen(t, ctx)
	enter(t, ctx, srv, "analyst")
	file := t.TempDir() + "/calls.csv"
	if err := os.WriteFile(file, []byte(foreign), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/imports"), chromedp.SetUploadFiles(chromedp.ID("file"), []string{file})); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("main form[enctype] button"))); err != nil {
		t.Fatal(err)
	}
	address, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []screen{deskScreen, phoneScreen, smallScreen} {
		picture(t, ctx, srv, strings.TrimPrefix(address, srv.URL), s)
	}
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(`input[name=order][value=month]`)), chromedp.SetValue(chromedp.ID("got"), "2026-03-01"), chromedp.SendKeys(chromedp.ID("currency"), "USD")); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`button[value=start]`))); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(`a[href$="rejects.csv"]`))); err != nil {
		t.Fatal(err)
	}
	if n := len(k.all()); n != 3 {
		t.Errorf("%d reports are in, want 3", n)
	}
	for _, s := range w.all() {
		t.Error(s)
	}
}

// TestEachPlaceOfAReportHasItsWords: what a mapping can fill, a person can
// choose.
func TestEachPlaceOfAReportHasItsWords(t *testing.T) {
	srv, _ := desk(t)
	v := visit(t, srv).as("analyst")
	v.get("/imports")
	_, page := v.upload("/imports", "calls.csv", foreign)
	for _, place := range csvmap.Places() {
		if !strings.Contains(page, `<option value="`+place+`"`) {
			t.Errorf("%s cannot be chosen", place)
		}
	}
}
