package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/stix"
	"ringbreaker.example/exchange/taxii"
	"ringbreaker.example/fraud"
	"ringbreaker.example/protect"
	"ringbreaker.example/web"
)

// listStore is a world as protect reads lists from.
type listStore struct {
	protect.Store
	w *world
}

func (l listStore) Listings(ctx context.Context) ([]fraud.Listing, error) { return l.w.Listings(ctx) }
func (l listStore) Holds(ctx context.Context) ([]fraud.Hold, error)       { return l.w.Holds(ctx) }

// listsOf is what a world's node may give away: protect's own rules.
func listsOf(t testing.TB, w *world, now func() time.Time) *protect.Service {
	t.Helper()
	p, err := protect.New(listStore{w: w}, now, &counter{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// program asks as a program does: by HTTP Basic.
type program struct {
	t    testing.TB
	base string
	name string
}

func (p program) ask(method, path, accept string) (int, http.Header, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.name != "" {
		r.SetBasicAuth(p.name, password)
	}
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

const publicList = "/taxii2/lists/collections/public/"

func taxiiWorld(t testing.TB) (*world, *httptest.Server) {
	t.Helper()
	w := company(t)
	w.listings = append(w.listings,
		fraud.Listing{Indicator: fraud.Indicator{Kind: fraud.Domain, Value: "fix-desk.example"}, State: fraud.ListingActive, Since: ago(9), LastSeen: ago(2), Expires: asOf.Add(80 * 24 * time.Hour), Sources: 2, Reports: 5, Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}},
		fraud.Listing{Indicator: phone("+13125550143"), State: fraud.ListingActive, Since: ago(8), LastSeen: ago(1), Expires: asOf.Add(20 * 24 * time.Hour), Sources: 2, Reports: 4, Mark: fraud.Mark{TLP: fraud.TLPGreen, PAP: fraud.PAPGreen}},
		fraud.Listing{Indicator: phone("+13125550144"), State: fraud.ListingActive, Since: ago(8), LastSeen: ago(1), Expires: asOf.Add(20 * 24 * time.Hour), Sources: 2, Reports: 4, Mark: fraud.Mark{TLP: fraud.TLPRed, PAP: fraud.PAPRed}},
	)
	srv, _ := serveWith(t, w, func(c *web.Config) { c.Lists = listsOf(t, w, c.Now) })
	return w, srv
}

// Golden: each answer of the server, with its status and its headers.
func TestEachAnswerOfTAXIIIsAsItStands(t *testing.T) {
	_, srv := taxiiWorld(t)
	id := taxii.CollectionID("alder", "public")
	var b strings.Builder
	for _, x := range []struct{ who, method, path, accept string }{
		{"analyst", "GET", "/taxii2/", taxii.MediaType},
		{"analyst", "GET", "/taxii2/lists/", taxii.MediaType},
		{"analyst", "GET", "/taxii2/lists/collections/", taxii.MediaType},
		{"analyst", "GET", "/taxii2/lists/collections/" + id + "/", taxii.MediaType},
		{"analyst", "GET", publicList + "manifest/", taxii.MediaType},
		{"analyst", "GET", publicList + "objects/?limit=2", taxii.MediaType},
		{"analyst", "GET", publicList + "objects/?match[type]=indicator", "*/*"},
		{"analyst", "GET", "/taxii2/lists/collections/community/objects/?match[type]=indicator", ""},
		{"analyst", "GET", publicList + "objects/?match[type]=malware", taxii.MediaType},
		{"analyst", "GET", publicList + "objects/OBJECT/", taxii.MediaType},
		{"analyst", "GET", publicList + "objects/OBJECT/versions/", taxii.MediaType},
		{"analyst", "GET", publicList + "objects/indicator--00000000-0000-4000-8000-000000000000/", taxii.MediaType},
		{"analyst", "GET", publicList + "objects/?limit=none", taxii.MediaType},
		{"analyst", "GET", publicList + "objects/?match[name]=x", taxii.MediaType},
		{"analyst", "POST", publicList + "objects/", taxii.MediaType},
		{"analyst", "DELETE", publicList + "objects/OBJECT/", taxii.MediaType},
		{"analyst", "GET", "/taxii2/lists/collections/none/objects/", taxii.MediaType},
		{"analyst", "GET", "/taxii2/lists/status/2d086da7-4bdc-4f91-900e-d77486753710/", taxii.MediaType},
		{"analyst", "GET", "/taxii2/", "application/vnd.oasis.taxii+json; version=2.0"},
		{"", "GET", publicList + "objects/", taxii.MediaType},
		{"admin", "GET", publicList + "objects/", taxii.MediaType},
		{"subscriber", "GET", publicList + "manifest/", taxii.MediaType},
		{"subscriber", "POST", publicList + "objects/", taxii.MediaType},
	} {
		p := program{t, srv.URL, x.who}
		_, _, all := p.ask("GET", publicList+"manifest/?match[type]=indicator", "")
		var m taxii.Manifest
		if err := json.Unmarshal([]byte(all), &m); err == nil && len(m.Objects) > 0 {
			x.path = strings.ReplaceAll(x.path, "OBJECT", m.Objects[0].ID)
		}
		status, head, body := p.ask(x.method, x.path, x.accept)
		b.WriteString(x.method + " " + x.path + " by " + x.who + "\n" + http.StatusText(status))
		for _, h := range []string{"Content-Type", "WWW-Authenticate", "X-TAXII-Date-Added-First", "X-TAXII-Date-Added-Last"} {
			if v := head.Get(h); v != "" {
				b.WriteString("\n" + h + ": " + v)
			}
		}
		b.WriteString("\n" + strings.ReplaceAll(body, srv.URL, "http://node.example") + "\n")
	}
	golden(t, "taxii.txt", b.String())
}

// A node that starts again, by a clock that was set back even, and one of two servers of a node
// over one store, give what was given before, to the byte; who asks for what came after the last
// answer is given that and nothing twice.
func TestAStartAddsNothingAnew(t *testing.T) {
	w, first := taxiiWorld(t)
	ask := func(srv *httptest.Server, q string) (string, string) {
		t.Helper()
		status, head, body := program{t, srv.URL, "subscriber"}.ask("GET", publicList+q, taxii.MediaType)
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		return head.Get("X-TAXII-Date-Added-Last"), body
	}
	start := func(clock time.Duration) *httptest.Server {
		t.Helper()
		srv, _ := serveWith(t, w, func(c *web.Config) {
			c.Now = func() time.Time { return asOf.Add(clock) }
			c.Lists = listsOf(t, w, c.Now)
		})
		return srv
	}
	add := func(number string) {
		w.listings = append(w.listings, fraud.Listing{Indicator: phone(number), State: fraud.ListingActive, Since: ago(8), LastSeen: ago(1), Expires: asOf.Add(20 * 24 * time.Hour), Sources: 2, Reports: 4, Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPGreen}})
	}
	last, manifest := ask(first, "manifest/")
	_, objects := ask(first, "objects/")
	for _, clock := range []time.Duration{time.Hour, -time.Hour} {
		srv := start(clock)
		at, got := ask(srv, "manifest/")
		if _, all := ask(srv, "objects/"); at != last || got != manifest || all != objects {
			t.Errorf("by a clock %v off: added last at %s, was %s\n%s", clock, at, last, got)
		}
		if _, got := ask(srv, "objects/?added_after="+last); got != "{}\n" {
			t.Errorf("by a clock %v off a client that has all is given %s", clock, got)
		}
	}
	add("+13125550145")
	second := start(-time.Hour)
	at, got := ask(second, "objects/?added_after="+last)
	if !slices.Equal(indicatorsOf(t, got), []string{"phone:+13125550145"}) || at <= last {
		t.Errorf("what is new is %s, added last at %s, before that at %s", got, at, last)
	}
	// The first has not looked since, and finds what the second did.
	if here, now := ask(first, "objects/?added_after="+last); here != at || now != got {
		t.Errorf("another server gives %s at %s, want %s", now, here, at)
	}
	add("+13125550146")
	here, now := ask(first, "objects/?added_after="+at)
	if there, got := ask(second, "objects/?added_after="+at); !slices.Equal(indicatorsOf(t, now), []string{"phone:+13125550146"}) || here != there || now != got {
		t.Errorf("two servers give %s at %s and %s at %s", now, here, got, there)
	}
}

// forgetful keeps nothing.
type forgetful struct{ *world }

func (forgetful) Shelve(context.Context, fraud.Shelving) error { return errors.New("no space left") }

func TestWhatCannotBeKeptIsNotGiven(t *testing.T) {
	w := company(t)
	srv, _ := serveWith(t, w, func(c *web.Config) { c.Lists, c.Shelves = listsOf(t, w, c.Now), forgetful{w} })
	if status, _, body := (program{t, srv.URL, "analyst"}).ask("GET", publicList+"objects/", ""); status != http.StatusInternalServerError || strings.Contains(body, "space") || strings.Contains(body, "indicator--") {
		t.Errorf("%d %s", status, body)
	}
	if _, err := web.New(web.Config{Org: w.org, Store: w, Lists: listsOf(t, w, time.Now)}); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("lists that nobody remembers: %v", err)
	}
}

func indicatorsOf(t testing.TB, body string) []string {
	t.Helper()
	im, err := stix.Import([]byte(body))
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	var out []string
	for _, c := range im.Claims {
		out = append(out, c.Indicator.String())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// What a program fetches is what export -format stix would give to the same
// audience: by marks, not disputed, not run out, and under no hold.
func TestATAXIIListIsTheExportsAndObeysAHold(t *testing.T) {
	w, srv := taxiiWorld(t)
	p := program{t, srv.URL, "analyst"}
	lists := listsOf(t, w, func() time.Time { return asOf })
	who := access.With(t.Context(), access.Who{Person: "analyst", Org: w.org.ID, OrgKind: w.org.Kind, Roles: []access.Role{access.RoleAnalyst}})
	same := func(alias string, to access.RecipientKind, n int) {
		t.Helper()
		shareable, err := lists.Shareable(who, access.Recipient{Kind: to})
		if err != nil {
			t.Fatal(err)
		}
		b, err := stix.Export(stix.Content{Producer: w.org, Title: "x", At: asOf, Listings: shareable})
		if err != nil {
			t.Fatal(err)
		}
		status, _, body := p.ask("GET", "/taxii2/lists/collections/"+alias+"/objects/", taxii.MediaType) //nolint:contextcheck // a program has its own
		got, want := indicatorsOf(t, body), indicatorsOf(t, string(b))
		if status != http.StatusOK || !slices.Equal(got, want) || len(got) != n {
			t.Errorf("%s: %v, the export has %v, want %d", alias, got, want, n)
		}
	}
	same("public", access.ToPublic, 2)
	same("community", access.ToCommunity, 3)
	w.holds = append(w.holds, fraud.Hold{ID: "H-7", Ring: "R-17", Until: asOf.Add(time.Hour), Reason: "a raid", By: "ana", At: ago(1)})
	same("public", access.ToPublic, 1)
	_, head, _ := p.ask("GET", publicList+"objects/", "")
	since := "added_after=" + head.Get("X-TAXII-Date-Added-Last")
	if _, _, body := p.ask("GET", publicList+"objects/?"+since, ""); body != "{}\n" {
		t.Errorf("a client that has all is given %s", body)
	}
	w.holds = nil
	if _, _, body := p.ask("GET", publicList+"objects/?"+since, ""); !slices.Equal(indicatorsOf(t, body), []string{"phone:+12125550142"}) {
		t.Errorf("after the hold a client is given %s", body)
	}
}

// A browser's session opens no list, a password opens no page, and guessing has to wait.
func TestPasswordsOfProgramsAreTheirOwnDoor(t *testing.T) {
	w, srv := taxiiWorld(t)
	v := visit(t, srv).as("analyst")
	if status, _, _ := v.get("/taxii2/"); status != http.StatusUnauthorized {
		t.Errorf("with a cookie: %d", status)
	}
	if status, _, body := (program{t, srv.URL, "analyst"}).ask("GET", "/advice", ""); status != http.StatusOK || strings.Contains(body, "Sign out") {
		t.Errorf("a page by a password: %d", status)
	}
	for range 40 { // more than guesses: a right password waits for nothing
		if status, _, body := (program{t, srv.URL, "analyst"}).ask("GET", "/taxii2/", ""); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	last := 0
	for range 12 {
		last, _, _ = program{t, srv.URL, "somebody"}.ask("GET", "/taxii2/", "")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the twelfth guess is answered by %d", last)
	}
	_ = w
}

// A subscriber's name opens the lists, the very same that an analyst is given, and no other
// address: neither by the password, which is no more there than what anybody may see, nor by a
// session, which no sign-in gives.
func TestASubscribersNameOpensTheListsAndNothingElse(t *testing.T) {
	for _, make := range []func(testing.TB) *world{company, bureau} {
		w := make(t)
		srv, s := serveWith(t, w, func(c *web.Config) { c.Lists = listsOf(t, w, c.Now) })
		name := string(access.RoleSubscriber)
		bank := program{t, srv.URL, name}
		v, public := visit(t, srv), visit(t, srv)
		if status, head, body := v.post("/signin", url.Values{"name": {name}, "password": {password}}); status != http.StatusForbidden || head.Get("Set-Cookie") != "" || !strings.Contains(body, "fetches lists") {
			t.Errorf("%s: the sign-in answers %d", w.org.Kind, status)
		}
		v.forge(w, name)
		for _, u := range []*visitor{v, public} {
			u.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		}
		lists := 0
		for _, rt := range s.Routes() {
			path := ofWorld.Replace(rt.Pattern)
			if rt.Basic != strings.HasPrefix(rt.Pattern, "/taxii2/") {
				t.Errorf("%s %s is open to passwords: %v", rt.Method, rt.Pattern, rt.Basic)
			}
			if rt.Basic {
				lists++
				if got := bank.tries(rt.Method, path); got != "in" {
					t.Errorf("%s %s: %s", rt.Method, rt.Pattern, got)
				}
				continue
			}
			if got := v.tries(rt.Method, path); got != "no" {
				t.Errorf("%s %s with a session: %s", rt.Method, rt.Pattern, got)
			}
			// A password by HTTP Basic makes nobody of anybody on a page.
			var status [2]int
			for i, name := range []string{name, ""} {
				r, err := http.NewRequestWithContext(t.Context(), rt.Method, srv.URL+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				if name != "" {
					r.SetBasicAuth(name, password)
				}
				res, err := public.http.Do(r) //nolint:bodyclose // read closes it
				if err != nil {
					t.Fatal(err)
				}
				status[i], _, _ = public.read(res)
			}
			if status[0] != status[1] || status[1] == http.StatusTooManyRequests {
				t.Errorf("%s %s with a password: %d, nobody is answered %d", rt.Method, rt.Pattern, status[0], status[1])
			}
		}
		if lists != 11 {
			t.Errorf("%s: %d addresses of lists", w.org.Kind, lists)
		}
	}
	w, srv := taxiiWorld(t)
	for _, list := range []string{publicList, "/taxii2/lists/collections/community/"} {
		_, _, got := program{t, srv.URL, "subscriber"}.ask("GET", list+"objects/", taxii.MediaType)
		if _, _, want := (program{t, srv.URL, "analyst"}).ask("GET", list+"objects/", taxii.MediaType); got != want || len(indicatorsOf(t, got)) == 0 {
			t.Errorf("%s: a subscriber is given %s, an analyst %s", list, got, want)
		}
	}
	// Who was disabled is out at once, though the password was right a moment ago.
	gone := w.people["subscriber"]
	gone.Disabled = asOf
	w.people["subscriber"] = gone
	if status, _, _ := (program{t, srv.URL, "subscriber"}).ask("GET", publicList+"objects/", taxii.MediaType); status != http.StatusUnauthorized {
		t.Errorf("a disabled name is answered %d", status)
	}
}
