package web_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// visitor is a browser without script.
type visitor struct {
	t    testing.TB
	http *http.Client
	base string
	csrf string // of the last page that had one
	at   string // the path that the last answer came from, after redirects
}

func visit(t testing.TB, srv *httptest.Server) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, http: &http.Client{Jar: jar}, base: srv.URL}
}

// as signs in.
func (v *visitor) as(name string) *visitor {
	v.t.Helper()
	status, _, body := v.post("/signin", url.Values{"name": {name}, "password": {password}, "next": {"/advice"}})
	if status != http.StatusOK {
		v.t.Fatalf("sign in as %s: %d\n%s", name, status, body)
	}
	return v
}

func (v *visitor) get(path string) (int, http.Header, string) {
	v.t.Helper()
	res, err := v.http.Get(v.base + path) //nolint:bodyclose // read closes it
	if err != nil {
		v.t.Fatal(err)
	}
	return v.read(res)
}

func (v *visitor) read(res *http.Response) (int, http.Header, string) {
	v.t.Helper()
	v.at = res.Request.URL.Path
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if tok := token(string(b)); tok != "" {
		v.csrf = tok
	}
	return res.StatusCode, res.Header, string(b)
}

// post sends a form as it is.
func (v *visitor) post(path string, form url.Values) (int, http.Header, string) {
	v.t.Helper()
	res, err := v.http.PostForm(v.base+path, form) //nolint:bodyclose // read closes it
	if err != nil {
		v.t.Fatal(err)
	}
	return v.read(res)
}

// token is the form token of a page.
func token(page string) string {
	_, rest, ok := strings.Cut(page, `name="csrf" value="`)
	if !ok {
		return ""
	}
	v, _, _ := strings.Cut(rest, `"`)
	return v
}

var companyPages = []string{
	"/", "/report", "/check", "/advice", "/dispute", "/figures", "/signin",
	"/reports", "/reports?only=clock", "/reports/alder/r-0004", "/rings", "/rings?state=active+now&sort=victims", "/rings?brand=Nobody", "/rings/R-17", "/rings/R-17/time", "/rings/R-17/hours", "/rings/R-17/victims", "/rings/R-17/money",
	"/rings/R-17/evidence", "/rings/R-17/reports", "/explain", "/explain?a=alder/r-0001&b=alder/r-0002", "/explain?a=alder/r-0001", "/suggestions", "/judgements", "/search?q=%2B12125550142", "/money", "/watch", "/lists",
	"/matches", "/matches/new", "/matches/M-7QXT", "/peers", "/letters", "/joint", "/joint/JC-4HBD", "/referrals", "/referrals/REF-2K7M", "/imports", "/imports/UP-1", "/imports/UP-2", "/imports/UP-3",
}

var agencyPages = []string{
	"/inbox", "/inbox/REF-2K7M/1", "/inbox/REF-9XYZ/1", "/cases", "/cases/case-1", "/operations", "/operations/op-1", "/sites/site-1", "/searches/search-1",
	"/searches/search-1/add", "/searches/search-1/sign", "/exhibits", "/exhibits/X-1", "/exhibits/X-4", "/freezes", "/leads", "/outcomes",
	"/matches", "/matches/new", "/matches/M-3DCF", "/peers", "/letters",
}

// adminPages are the administrator's own, on a company's node.
var adminPages = []string{"/keys", "/audit"}

func TestEveryPageAnswers(t *testing.T) {
	v := visit(t, serve(t, company(t))).as("analyst")
	for _, p := range companyPages {
		status, _, body := v.get(p)
		path, _, _ := strings.Cut(p, "?")
		if status != http.StatusOK || v.at != path {
			t.Errorf("%s: %d at %s\n%s", p, status, v.at, body)
		}
	}
	v = visit(t, serve(t, bureau(t))).as("investigator")
	for _, p := range agencyPages {
		status, _, body := v.get(p)
		path, _, _ := strings.Cut(p, "?")
		if status != http.StatusOK || v.at != path {
			t.Errorf("%s: %d at %s\n%s", p, status, v.at, body)
		}
	}
}
