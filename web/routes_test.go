package web_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/web"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at the change and run with -update\n%s", file, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			old := "(nothing)"
			if i < len(w) {
				old = w[i]
			}
			return fmt.Sprintf("line %d\n got  %s\n want %s", i+1, g[i], old)
		}
	}
	return "it is shorter"
}

// ofWorld fills a route's pattern with things that the world holds.
var ofWorld = strings.NewReplacer(
	"{$}", "", "/files/{name...}", "/files/dossier.html", "/reports/{source}/{rest...}", "/reports/alder/r-0004", "/identities/{source}/{rest...}", "/identities/alder/r-0004", "/deletions/{source}/{rest...}", "/deletions/alder/r-0004", "/rings/{id}/{tab}", "/rings/R-17/time", "/rings/{id}/graph.json", "/rings/R-17/graph.json", "/judgements/{id}", "/judgements/J-1",
	"/rings/{id}", "/rings/R-17", "/holds/{id}", "/holds/H-1", "/watch/{id}", "/watch/A-1", "/disputes/{id}", "/disputes/dispute-1", "/matches/{id}", "/matches/M-7QXT",
	"/joint/{id}", "/joint/JC-4HBD", "/shares/{id}", "/shares/SH-1", "/referrals/{id}", "/referrals/REF-2K7M", "/inbox/{id}/{version}", "/inbox/REF-2K7M/1",
	"/cases/{id}", "/cases/case-1", "/operations/{id}", "/operations/op-1", "/sites/{id}", "/sites/site-1", "/searches/{id}", "/searches/search-1",
	"/taxii2/lists/collections/{id}/", "/taxii2/lists/collections/public/", "{object}", "indicator--1", "/taxii2/{rest...}", "/taxii2/none",
	"/imports/{id}", "/imports/UP-1", "/exhibits/{id}", "/exhibits/X-1", "/freezes/{id}", "/freezes/freeze-1", "/now/{code}", "/now/7K2M-9QXT-4HBD-R3WE",
	"/report/{code}/{what}", "/report/7K2M-9QXT-4HBD-R3WE/delete", "/report/{code}", "/report/7K2M-9QXT-4HBD-R3WE",
)

// TestEachRouteIsOpenToTheRolesOfTheMatrix goes over every route with every
// role and with nobody. What matters is who is let in: a form that is let in
// empty is told what it lacks. A change of the matrix shows as a diff.
func TestEachRouteIsOpenToTheRolesOfTheMatrix(t *testing.T) {
	var b strings.Builder
	roles := []string{"public"}
	for _, r := range access.Roles {
		roles = append(roles, string(r))
	}
	roles = append(roles, "nobody")
	for _, node := range []struct {
		name string
		make func(testing.TB) *world
	}{{"company", company}, {"agency", bureau}} {
		fmt.Fprintf(&b, "%s\nmethod\troute\taction\t%s\n", node.name, strings.Join(roles, "\t"))
		visitors, routes := map[string]*visitor{}, []web.RouteInfo(nil)
		for _, r := range roles {
			w := node.make(t)
			srv, s := serveWith(t, w, func(c *web.Config) { c.Lists = listsOf(t, w, c.Now) })
			routes = s.Routes()
			v := visit(t, srv)
			v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			switch r {
			case "public":
			case string(access.RoleSubscriber):
				v.forge(w, r) // is let into no page: even a session would open none
			default:
				v.enter(r)
				v.get("/signin") // for its form's token
			}
			visitors[r] = v
		}
		for _, rt := range routes {
			if rt.Pattern == "/signout" {
				continue // whoever tries it is out for the rest: it has a test of its own
			}
			path := ofWorld.Replace(rt.Pattern)
			if strings.ContainsAny(path, "{}") {
				t.Fatalf("the test does not know how to fill %s", rt.Pattern)
			}
			row := []string{rt.Method, rt.Pattern, string(rt.Action)}
			for _, r := range roles {
				if rt.Basic {
					row = append(row, program{t, visitors[r].base, strings.TrimPrefix(r, "public")}.tries(rt.Method, path))
					continue
				}
				row = append(row, visitors[r].tries(rt.Method, path))
			}
			b.WriteString(strings.Join(row, "\t") + "\n")
		}
	}
	golden(t, "routes.tsv", b.String())
}

// enter signs in without following redirects.
func (v *visitor) enter(name string) {
	v.t.Helper()
	if status, _, _ := v.post("/signin", url.Values{"name": {name}, "password": {password}}); status != http.StatusSeeOther {
		v.t.Fatalf("sign in as %s: %d", name, status)
	}
}

// forge gives the visitor a session that no sign-in would have given.
func (v *visitor) forge(w *world, name string) {
	v.t.Helper()
	secret, session := access.NewSession(fraud.PersonID(name), asOf)
	w.sessions[session.TokenHash] = session
	at, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	v.http.Jar.SetCookies(at, []*http.Cookie{access.Cookie(secret, access.SessionLife, false)})
	v.csrf = session.CSRF
}

// tries says what became of a request: "in", "sign in" or "no".
func (v *visitor) tries(method, path string) string {
	v.t.Helper()
	var status int
	var head http.Header
	var body string
	if method == http.MethodGet {
		status, head, body = v.get(path)
	} else {
		status, head, body = v.post(path, url.Values{"csrf": {v.csrf}, "reason": {"a test"}})
	}
	switch {
	case status == http.StatusSeeOther && strings.HasPrefix(head.Get("Location"), "/signin?next="):
		return "sign in"
	case status == http.StatusForbidden:
		return "no"
	case status == http.StatusInternalServerError:
		v.t.Errorf("%s %s fails: %s", method, path, body)
		return "fails"
	}
	return "in"
}

// tries says what became of a program's request. A list's address is refused by its door, and what
// cannot be written to by the list, to those whom the door lets in.
func (p program) tries(method, path string) string {
	p.t.Helper()
	switch status, _, body := p.ask(method, path, ""); {
	case status == http.StatusUnauthorized:
		return "sign in"
	case status == http.StatusForbidden && !strings.Contains(body, "cannot be written to"):
		return "no"
	case status >= http.StatusInternalServerError:
		p.t.Errorf("%s %s fails: %s", method, path, body)
		return "fails"
	}
	return "in"
}

func TestAFormWithoutItsTokenIsRefused(t *testing.T) {
	v := visit(t, serve(t, company(t))).as("analyst")
	form := url.Values{"a": {"alder/r-0001"}, "b": {"alder/r-0002"}, "verdict": {"same"}, "reason": {"same voice"}}
	if status, _, body := v.post("/judgements", form); status != http.StatusForbidden || !strings.Contains(body, "older than your sign-in") {
		t.Errorf("without a token: %d", status)
	}
	_, _, page := v.get("/suggestions")
	form.Set("csrf", token(page))
	if status, _, _ := v.post("/judgements", form); status != http.StatusOK || v.at != "/suggestions" {
		t.Errorf("with its token: %d at %s", status, v.at)
	}
}

func TestAFormFromAnotherSiteIsRefused(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	r := httptest.NewRequest("POST", v.base+"/check", strings.NewReader("asked=x"))
	r.RequestURI = ""
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := v.http.Do(r) //nolint:bodyclose // read closes it
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := v.read(res); status != http.StatusForbidden || !strings.Contains(body, "came from another site") {
		t.Errorf("got %d, want a refusal that says why\n%s", status, body)
	}
}

func TestARefusalIsASentenceOnAPageAndInTheTrail(t *testing.T) {
	w := company(t)
	v := visit(t, serve(t, w)).as("admin")
	status, _, body := v.get("/rings")
	if status != http.StatusForbidden || !strings.Contains(body, "To read needs the role") {
		t.Errorf("got %d\n%s", status, body)
	}
	for _, b := range htmlProblems(body) {
		t.Error(b)
	}
	last := w.audits[len(w.audits)-1]
	if last.OK || last.By != "admin" || last.Act != "read" {
		t.Errorf("the trail ends with %+v, want the refusal", last)
	}
}

func TestASignInLeadsBackButNeverElsewhere(t *testing.T) {
	for next, want := range map[string]string{"/rings/R-17": "/rings/R-17", "//evil.example/": "/reports", "https://evil.example/": "/reports", "/\\evil.example": "/reports"} {
		v := visit(t, serve(t, company(t)))
		v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		_, head, _ := v.post("/signin", url.Values{"name": {"analyst"}, "password": {password}, "next": {next}})
		if got := head.Get("Location"); got != want {
			t.Errorf("next=%s leads to %s, want %s", next, got, want)
		}
		cookie := head.Get("Set-Cookie")
		for _, flag := range []string{"HttpOnly", "SameSite=Strict"} {
			if !strings.Contains(cookie, flag) {
				t.Errorf("the cookie lacks %s: %s", flag, cookie)
			}
		}
	}
}

func TestTheNinthWrongPasswordHasToWait(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	var got []int
	for range 9 {
		status, _, _ := v.post("/signin", url.Values{"name": {"nobody-of-this-name"}, "password": {"x"}})
		got = append(got, status)
	}
	if got[0] != http.StatusUnprocessableEntity || got[8] != http.StatusTooManyRequests {
		t.Errorf("got %v, want refusals and then a wait", got)
	}
}

func TestSignOutEndsTheSession(t *testing.T) {
	w := company(t)
	v := visit(t, serve(t, w)).as("analyst")
	_, _, page := v.get("/rings")
	v.post("/signout", url.Values{"csrf": {token(page)}})
	if len(w.sessions) != 0 {
		t.Error("the session is still there")
	}
	if v.get("/rings"); v.at != "/signin" {
		t.Errorf("after signing out /rings is at %s", v.at)
	}
}

func TestNoPageOfTheTableIsForgottenByTheSmokeTest(t *testing.T) {
	_, c := serveWith(t, company(t))
	_, a := serveWith(t, bureau(t))
	seen := slices.Concat(companyPages, agencyPages, adminPages, []string{"/now", "/now/7K2M-9QXT-4HBD-R3WE", "/report/7K2M-9QXT-4HBD-R3WE", "/report/7K2M-9QXT-4HBD-R3WE/delete", "/rings.csv", "/rings/R-17/graph.json", "/imports/UP-1/rejects.csv", "/disputes", "/referrals/REF-2K7M/files/dossier.html", "/inbox/REF-2K7M/1/files/dossier.html"})
	for i := range seen {
		seen[i], _, _ = strings.Cut(seen[i], "?")
	}
	for _, rt := range append(c.Routes(), a.Routes()...) {
		if rt.Method == http.MethodGet && !slices.Contains(seen, ofWorld.Replace(rt.Pattern)) {
			t.Errorf("no test loads %s", rt.Pattern)
		}
	}
}
