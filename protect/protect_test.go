package protect_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/protect"
)

var (
	testNow = time.Date(2023, 10, 20, 12, 0, 0, 0, time.UTC)
	open    = fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}
	scamNo  = fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}
	lure    = fraud.Indicator{Kind: fraud.Domain, Value: "fix-desk.example"}
)

// memory is a store in memory that keeps the promises of protect.Store.
type memory struct {
	reports   []row
	rings     []fraud.Ring
	listings  map[fraud.Indicator]fraud.Listing
	disputes  []fraud.Dispute
	judged    []fraud.Judgement
	holds     []fraud.Hold
	safe      []fraud.SafeEntry
	joint     []fraud.JointCase
	referrals []fraud.Referral
	audits    []fraud.AuditEntry
}

type row struct {
	facts fraud.ReportFacts
	seen  []fraud.Sighting
}

func (m *memory) SaveListings(_ context.Context, all []fraud.Listing) error {
	for _, l := range all {
		m.listings[l.Indicator] = l
	}
	return nil
}

func (m *memory) Listing(_ context.Context, i fraud.Indicator) (fraud.Listing, error) {
	l, ok := m.listings[i]
	if !ok {
		return l, fraud.ErrNotFound
	}
	return l, nil
}

func (m *memory) Listings(context.Context) (out []fraud.Listing, _ error) {
	for _, l := range m.listings {
		out = append(out, l)
	}
	return out, nil
}

func (m *memory) AddDispute(_ context.Context, d fraud.Dispute) error {
	m.disputes = append(m.disputes, d)
	return nil
}

func (m *memory) DecideDispute(_ context.Context, d fraud.Dispute) error {
	for i := range m.disputes {
		if m.disputes[i].ID == d.ID {
			m.disputes[i] = d
		}
	}
	return nil
}
func (m *memory) Disputes(context.Context) ([]fraud.Dispute, error) { return m.disputes, nil }
func (m *memory) EachForLinking(_ context.Context, fn func(fraud.ReportFacts, []fraud.Sighting, []fraud.Sketch) error) error {
	for _, r := range m.reports {
		if err := fn(r.facts, r.seen, nil); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) RingsByHarm(context.Context, int) ([]fraud.Ring, error) { return m.rings, nil }

func (m *memory) Judgements(context.Context) ([]fraud.Judgement, error) { return m.judged, nil }

func (m *memory) Holds(context.Context) ([]fraud.Hold, error) { return m.holds, nil }

func (m *memory) SafeList(context.Context) ([]fraud.SafeEntry, error) { return m.safe, nil }

func (m *memory) JointCases(context.Context) ([]fraud.JointCase, error) { return m.joint, nil }

func (m *memory) Referrals(context.Context) ([]fraud.Referral, error) { return m.referrals, nil }

func (m *memory) AddAudit(_ context.Context, e fraud.AuditEntry) error {
	m.audits = append(m.audits, e)
	return nil
}

func (m *memory) SightingsOf(_ context.Context, id fraud.ReportID) ([]fraud.Sighting, error) {
	for _, r := range m.reports {
		if r.facts.ID == id {
			return r.seen, nil
		}
	}
	return nil, fraud.ErrNotFound
}

// report adds a report that holds values in a role.
func (m *memory) report(source string, at time.Time, mark fraud.Mark, role fraud.Role, values ...fraud.Indicator) {
	id := fraud.NewReportID(source, fmt.Sprint(len(m.reports)))
	r := row{facts: fraud.ReportFacts{ID: id, Source: source, At: at, Mark: mark, Brands: []string{"Microsoft"}}}
	for _, v := range values {
		r.seen = append(r.seen, fraud.Sighting{Report: id, Indicator: v, Role: role, At: at, Valid: true})
	}
	m.reports = append(m.reports, r)
}

func newMemory() *memory { return &memory{listings: map[fraud.Indicator]fraud.Listing{}} }

func newProtect(t testing.TB, m *memory) *protect.Service {
	t.Helper()
	s, err := protect.New(m, func() time.Time { return testNow }, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func as(roles ...access.Role) context.Context {
	return access.With(context.Background(), access.Who{Person: "ana", Org: "alder", OrgKind: fraud.OrgCompany, Roles: roles})
}

// reported is a store in which a number and a site were reported by two
// independent sources and stand in ring R.
func reported() *memory {
	m := newMemory()
	for _, source := range []string{"alder", "birch"} {
		m.report(source, testNow.Add(-24*time.Hour), open, fraud.RoleCallback, scamNo)
		m.report(source, testNow.Add(-24*time.Hour), open, fraud.RoleLure, lure)
	}
	m.rings = []fraud.Ring{{ID: "R", Indicators: []fraud.RingIndicator{{Indicator: scamNo, Role: fraud.RoleCallback}, {Indicator: lure, Role: fraud.RoleLure}}}}
	return m
}

// listed refreshes and says which indicators are active.
func listed(t testing.TB, s *protect.Service) map[fraud.Indicator]bool {
	t.Helper()
	active, err := s.Refresh(as(access.RoleAnalyst))
	if err != nil {
		t.Fatal(err)
	}
	out := map[fraud.Indicator]bool{}
	for _, l := range active {
		out[l.Indicator] = true
	}
	return out
}

func check(t testing.TB, s *protect.Service, text string) protect.Answer {
	t.Helper()
	a, err := s.Check(context.Background(), protect.Question{Text: text, Country: "US"})
	if err != nil {
		t.Fatal(err)
	}
	if a.Sentence == "" || len(a.Do) == 0 {
		t.Errorf("answer %s without a sentence or advice", a.Verdict)
	}
	return a
}

func TestWhatTwoSourcesReportedIsListedAndToldAsKnown(t *testing.T) {
	s := newProtect(t, reported())
	if got := listed(t, s); !got[scamNo] || !got[lure] {
		t.Fatalf("listed %v", got)
	}
	for _, text := range []string{"1-888-555-0107", "fix-desk.example", "http://www.fix-desk.example/login?x=1", "Please call +1 (888) 555-0107 about your parcel"} {
		if a := check(t, s, text); a.Verdict != protect.VerdictKnownScam {
			t.Errorf("%q is %s", text, a.Verdict)
		}
	}
}

func TestUnknownIsNeverSafe(t *testing.T) {
	s := newProtect(t, reported())
	listed(t, s)
	rapid.Check(t, func(rt *rapid.T) {
		a := check(t, s, rapid.StringMatching(`(\+1212555019[0-9]|[a-z]{5,12}\.example|[a-z][a-z ]{1,40})`).Draw(rt, "text"))
		if a.Verdict == protect.VerdictGenuine || strings.Contains(strings.ToLower(a.Sentence), "is safe.") && !strings.Contains(a.Sentence, "not mean") {
			rt.Errorf("an unknown value is %s: %s", a.Verdict, a.Sentence)
		}
	})
}

func TestWhatMayNotBeListedIsNot(t *testing.T) {
	callback := func(m *memory, mark fraud.Mark, sources ...string) {
		for _, src := range sources {
			m.report(src, testNow.Add(-24*time.Hour), mark, fraud.RoleCallback, scamNo)
		}
		m.rings = []fraud.Ring{{ID: "R", Indicators: []fraud.RingIndicator{{Indicator: scamNo}}}}
	}
	for _, tt := range []struct {
		name string
		make func(*memory)
		want bool
	}{
		{"two sources", func(m *memory) { callback(m, open, "a", "b") }, true},
		{"one source twice", func(m *memory) { callback(m, open, "a", "a") }, false},
		{"one source and a person's judgement", func(m *memory) {
			callback(m, open, "a")
			m.judged = []fraud.Judgement{{ID: "j1", Verdict: fraud.VerdictConfirmed, A: "a/0", At: testNow}}
		}, true},
		{"a judgement taken back", func(m *memory) {
			callback(m, open, "a")
			m.judged = []fraud.Judgement{{ID: "j1", Verdict: fraud.VerdictConfirmed, A: "a/0", At: testNow.Add(-time.Hour)}, {ID: "j2", Verdict: fraud.VerdictWrong, A: "a/0", At: testNow}}
		}, false},
		{"pap amber", func(m *memory) { callback(m, fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPAmber}, "a", "b") }, false},
		{"no marks: amber is the default", func(m *memory) { callback(m, fraud.Mark{}, "a", "b") }, false},
		{"shown caller id", func(m *memory) {
			callback(m, open)
			m.report("a", testNow, open, fraud.RoleShownCallerID, scamNo)
			m.report("b", testNow, open, fraud.RoleShownCallerID, scamNo)
		}, false},
		{"a bystander's in one report", func(m *memory) {
			callback(m, open, "a", "b")
			m.report("c", testNow, open, fraud.RoleBystander, scamNo)
		}, false},
		{"on the safe list", func(m *memory) {
			callback(m, open, "a", "b")
			m.safe = []fraud.SafeEntry{{Indicator: scamNo, Owner: "Elm Bank"}}
		}, false},
		{"a person said it is no indicator", func(m *memory) {
			callback(m, open, "a", "b")
			m.judged = []fraud.Judgement{{ID: "j", Verdict: fraud.VerdictNotIndicator, Indicator: scamNo}}
		}, false},
		{"a hold on the value", func(m *memory) {
			callback(m, open, "a", "b")
			m.holds = []fraud.Hold{{ID: "h", Indicator: scamNo, Until: testNow.Add(time.Hour)}}
		}, false},
		{"a hold on the ring", func(m *memory) {
			callback(m, open, "a", "b")
			m.holds = []fraud.Hold{{ID: "h", Ring: "R", Until: testNow.Add(time.Hour)}}
		}, false},
		{"a hold that ended", func(m *memory) {
			callback(m, open, "a", "b")
			m.holds = []fraud.Hold{{ID: "h", Ring: "R", Until: testNow}}
		}, true},
		{"an embargo", func(m *memory) {
			callback(m, open, "a", "b")
			m.joint = []fraud.JointCase{{ID: "jc", Overlaps: []fraud.Overlap{{OurRing: "R"}}}}
			m.referrals = []fraud.Referral{{ID: "ref", JointCase: "jc", Embargo: testNow.Add(time.Hour)}}
		}, false},
		{"an open dispute", func(m *memory) {
			callback(m, open, "a", "b")
			m.disputes = []fraud.Dispute{{ID: "d", Indicator: scamNo}}
		}, false},
		{"in no ring", func(m *memory) { callback(m, open, "a", "b"); m.rings = nil }, false},
		{"seen too long ago", func(m *memory) {
			m.rings = []fraud.Ring{{ID: "R", Indicators: []fraud.RingIndicator{{Indicator: scamNo}}}}
			m.report("a", testNow.Add(-31*24*time.Hour), open, fraud.RoleCallback, scamNo)
			m.report("b", testNow.Add(-32*24*time.Hour), open, fraud.RoleCallback, scamNo)
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory()
			tt.make(m)
			s := newProtect(t, m)
			if got := listed(t, s)[scamNo]; got != tt.want {
				t.Errorf("listed %v, want %v", got, tt.want)
			}
			if a := check(t, s, scamNo.Value); (a.Verdict == protect.VerdictKnownScam) != tt.want {
				t.Errorf("check says %s", a.Verdict)
			}
		})
	}
}

func TestAHoldPlacedAfterRefreshSilencesAtOnce(t *testing.T) {
	m := reported()
	s := newProtect(t, m)
	listed(t, s)
	m.holds = []fraud.Hold{{ID: "h", Indicator: lure, Until: testNow.Add(time.Hour)}}
	for _, text := range []string{lure.Value, "https://www.fix-desk.example/x"} {
		if a := check(t, s, text); a.Verdict == protect.VerdictKnownScam {
			t.Errorf("%s is told though it is held", text)
		}
	}
	var b bytes.Buffer
	if err := s.Export(as(access.RoleAnalyst), &b, protect.FormatHosts, access.Recipient{Kind: access.ToPublic}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), lure.Value) {
		t.Error("a held site is exported")
	}
}

func TestNewSightingsRenewAListingAndSilenceEndsIt(t *testing.T) {
	m := reported()
	listed(t, newProtect(t, m))
	first := m.listings[scamNo].Expires
	m.report("alder", testNow, open, fraud.RoleCallback, scamNo)
	listed(t, newProtect(t, m))
	if got := m.listings[scamNo]; !got.Expires.After(first) || got.Expires.Sub(got.LastSeen) != 30*24*time.Hour {
		t.Errorf("renewed listing %+v", got)
	}
	if got := m.listings[lure]; got.Expires.Sub(got.LastSeen) != 90*24*time.Hour {
		t.Errorf("a site's listing lasts %s", got.Expires.Sub(got.LastSeen))
	}
	late, err := protect.New(m, func() time.Time { return testNow.Add(31 * 24 * time.Hour) }, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if listed(t, late)[scamNo] || m.listings[scamNo].State != fraud.ListingExpired {
		t.Errorf("after 31 days: %+v", m.listings[scamNo])
	}
}

func TestADisputePausesTheListingUntilAPersonDecides(t *testing.T) {
	m := reported()
	s := newProtect(t, m)
	listed(t, s)
	d, err := s.Dispute(context.Background(), "+1 888-555-0107", "This is my shop's number now.", "shop@mail.example")
	if err != nil {
		t.Fatal(err)
	}
	if a := check(t, s, scamNo.Value); a.Verdict != protect.VerdictUnknown {
		t.Errorf("disputed: %s", a.Verdict)
	}
	if listed(t, s)[scamNo] {
		t.Error("refresh ended the pause")
	}
	if _, err := s.DecideDispute(as(access.RoleAnalyst), d.ID, false, "x"); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("an analyst decided: %v", err)
	}
	if _, err := s.DecideDispute(as(access.RoleSignatory), d.ID, false, "the carrier says otherwise"); err != nil {
		t.Fatal(err)
	}
	if a := check(t, s, scamNo.Value); a.Verdict != protect.VerdictKnownScam {
		t.Errorf("rejected: %s", a.Verdict)
	}
	d, err = s.Dispute(context.Background(), scamNo.Value, "again", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.DecideDispute(as(access.RoleSignatory), d.ID, true, "proof of ownership"); err != nil {
		t.Fatal(err)
	}
	if listed(t, s)[scamNo] || m.listings[scamNo].State != fraud.ListingRemoved {
		t.Errorf("upheld: %+v", m.listings[scamNo])
	}
	if _, err := s.Dispute(context.Background(), "+1 212 555 0199", "not mine", ""); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("an objection to what is not listed: %v", err)
	}
}

func TestMessagesThatBreakARuleCiteIt(t *testing.T) {
	s := newProtect(t, newMemory())
	for _, tt := range []struct {
		name, text, rule string
		want             protect.Verdict
	}{
		{"pop-up", "MICROSOFT SECURITY ALERT: your computer is infected with a virus. Call +1 888 555 0107 now", "never include a phone number", protect.VerdictBreaksRule},
		{"pop-up in Japanese", "マイクロソフト セキュリティ警告 ウイルスに感染しました。サポートに連絡 050-0000-0000 +81 3 5555 0100", "", protect.VerdictBreaksRule},
		{"gift cards", "Amazon: to verify your refund buy two gift cards and read me the numbers", "gift cards", protect.VerdictBreaksRule},
		{"safe account", "This is your bank. Move your money to a safe account today", "Never move your money", protect.VerdictBreaksRule},
		{"courier", "A courier will pick up the cash at three", "send a courier", protect.VerdictBreaksRule},
		{"digital arrest in Hindi", "आपको डिजिटल अरेस्ट किया गया है, फ़ोन न काटें", "Digital arrest", protect.VerdictBreaksRule},
		{"invoice", "Your subscription will be renewed for USD 399. To cancel call us at +1 888 555 0107", "fake invoices", protect.VerdictSuspicious},
		{"a chat", "See you at six, bring the blue folder", "", protect.VerdictUnknown},
		{"talk of a virus is no scam", "My son has a virus and stays at home today", "", protect.VerdictUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := check(t, s, tt.text)
			if a.Verdict != tt.want {
				t.Errorf("got %s, want %s: %+v", a.Verdict, tt.want, a.Reasons)
			}
			var rules []string
			for _, r := range a.Reasons {
				rules = append(rules, r.Rule)
				if r.Rule != "" && (r.Publisher == "" || r.URL == "" || r.AsOf.IsZero()) {
					t.Errorf("rule without its source: %+v", r)
				}
			}
			if !strings.Contains(strings.Join(rules, "|"), tt.rule) {
				t.Errorf("rules %q lack %q", rules, tt.rule)
			}
		})
	}
}

func TestLookAlikesAreFoundAndLawfulNamesAreNot(t *testing.T) {
	rules, err := protect.LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ host, brand string }{
		{"micros0ft-help.example", "Microsoft"},
		{"rnicrosoft.example", "Microsoft"},
		{"microsoft.com.secure-login.example", "Microsoft"},
		{"microsoftsupport.example", "Microsoft"},
		{"xn--mirosoft-yhg.example", ""},
		{"arnazon.example", "Amazon"},
		{"amazon-refund.example", "Amazon"},
		{"paypa1.example", "PayPal"},
		{"microsfot.example", "Microsoft"},
		{"support.microsoft.com", ""},
		{"www.amazon.co.uk", ""},
		{"amazonas-reisen.example", ""},
		{"grapple.example", ""},
		{"pineapple-shop.example", ""},
		{"nortonville.example", ""},
	} {
		got, ok := rules.LookAlike(tt.host)
		if tt.host == "xn--mirosoft-yhg.example" {
			continue // whatever it decodes to
		}
		if ok != (tt.brand != "") || got.Brand != tt.brand {
			t.Errorf("%s: %+v, %v; want %q", tt.host, got, ok, tt.brand)
		}
	}
}

func TestGenuineNumberIsSaidToBeForgeable(t *testing.T) {
	m := newMemory()
	m.safe = []fraud.SafeEntry{{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+442079460123"}, Owner: "Elm Bank"}}
	s := newProtect(t, m)
	listed(t, s)
	a := check(t, s, "+44 20 7946 0123")
	if a.Verdict != protect.VerdictGenuine || !strings.Contains(a.Sentence, "Elm Bank") || !strings.Contains(a.Sentence, "fake") {
		t.Errorf("%s: %s", a.Verdict, a.Sentence)
	}
	if a := check(t, s, "Elm Bank here: call +44 20 7946 0123 and read us your gift card, buy two gift cards"); a.Verdict == protect.VerdictGenuine {
		t.Error("a message is genuine because it names a genuine number")
	}
	if a := check(t, s, "sites.google.com"); a.Verdict == protect.VerdictGenuine {
		t.Error("a host where anybody may publish is called genuine")
	}
}

// lists writes every format of some listings.
func lists(t testing.TB, all []fraud.Listing) map[protect.Format]string {
	t.Helper()
	rules, err := protect.LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	out := map[protect.Format]string{}
	for _, f := range protect.Formats {
		var b bytes.Buffer
		if err := rules.Write(&b, f, all, testNow); err != nil {
			t.Fatal(err)
		}
		out[f] = b.String()
	}
	return out
}

func TestEveryFormatCarriesTheExpiryAndIsTheSameInAnyOrder(t *testing.T) {
	expires := testNow.Add(10 * 24 * time.Hour)
	one := func(k fraud.Kind, v string) fraud.Listing {
		return fraud.Listing{Indicator: fraud.Indicator{Kind: k, Value: v}, State: fraud.ListingActive, Expires: expires, Mark: open, Sources: 2, Brand: `=HYPERLINK("x")`}
	}
	all := []fraud.Listing{
		one(fraud.Phone, scamNo.Value), one(fraud.Domain, lure.Value), one(fraud.URL, "https://sites.google.com/view/x"),
		one(fraud.Domain, "google.com"), one(fraud.Domain, "co.uk"), one(fraud.Domain, "bad\nname.example"), one(fraud.Email, "a@fix-desk.example"),
	}
	got := lists(t, all)
	back := []fraud.Listing{all[6], all[5], all[4], all[3], all[2], all[1], all[0]}
	for f, text := range lists(t, back) {
		if text != got[f] {
			t.Errorf("%s depends on the order", f)
		}
		if !strings.Contains(text, "2023-10-30T12:00:00Z") {
			t.Errorf("%s has no expiry:\n%s", f, text)
		}
	}
	for _, f := range []protect.Format{protect.FormatHosts, protect.FormatRPZ, protect.FormatAdblock} {
		if !strings.Contains(got[f], lure.Value) {
			t.Errorf("%s lacks the site", f)
		}
		for _, bad := range []string{" google.com", "||google.com^", "\nco.uk", "\nname.example"} {
			if strings.Contains(got[f], bad) {
				t.Errorf("%s blocks %q", f, bad)
			}
		}
	}
	if !strings.Contains(got[protect.FormatRPZ], "*.fix-desk.example 3600 IN CNAME .") {
		t.Errorf("zone:\n%s", got[protect.FormatRPZ])
	}
}

func TestNoCellOfTheTableIsAFormula(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := fraud.Listing{
			Indicator: fraud.Indicator{Kind: fraud.Phone, Value: rapid.String().Draw(rt, "value")}, Expires: testNow.Add(time.Hour),
			Brand: rapid.StringMatching(`[=+\-@\t\r ]?.{0,8}`).Draw(rt, "brand"), Mark: open,
		}
		rows, err := csv.NewReader(strings.NewReader(lists(t, []fraud.Listing{l})[protect.FormatCSV])).ReadAll()
		if err != nil {
			rt.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
					rt.Errorf("cell %q is a formula", cell)
				}
			}
		}
	})
}

func TestHashSearchTellsFullHashesAndNothingOfTheAsker(t *testing.T) {
	m := reported()
	s := newProtect(t, m)
	listed(t, s)
	full := protect.HashOf(scamNo)
	got, _, err := s.SearchHashes(context.Background(), [][]byte{full[:4], full[:4], {0, 0, 0, 0}})
	if err != nil || len(got) != 1 || got[0].Hash != full {
		t.Errorf("got %d hashes, %v", len(got), err)
	}
	if !strings.Contains(lists(t, []fraud.Listing{m.listings[scamNo]})[protect.FormatHashPrefix], hex.EncodeToString(full[:4])) {
		t.Error("the list of prefixes lacks it")
	}
	if !bytes.Contains(s.PrefixList(), full[:4]) || len(s.PrefixList()) != 8 {
		t.Errorf("binary list of prefixes: %x", s.PrefixList())
	}
	if _, _, err := s.SearchHashes(context.Background(), make([][]byte, protect.MaxPrefixes+1)); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("too many prefixes: %v", err)
	}
	if _, _, err := s.SearchHashes(context.Background(), [][]byte{{1, 2, 3}}); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("a short prefix: %v", err)
	}
}

func TestIndexNeverMissesAListedValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []fraud.Indicator
		for _, n := range rapid.SliceOfN(rapid.Uint32(), 0, 400).Draw(t, "values") {
			all = append(all, fraud.Indicator{Kind: fraud.Phone, Value: fmt.Sprintf("+1%010d", n)})
		}
		x := protect.NewIndex(all)
		for _, i := range all {
			if !x.Has(i) {
				t.Fatalf("%s is missing", i)
			}
		}
		if x.Has(fraud.Indicator{Kind: fraud.Domain, Value: "never.example"}) {
			t.Error("a value that was never put in")
		}
		if x.Bytes() > 8*len(all) {
			t.Errorf("%d bytes for %d values", x.Bytes(), len(all))
		}
	})
}

func TestCarrierRequests(t *testing.T) {
	m := reported()
	m.safe = []fraud.SafeEntry{{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+442079460123"}, Owner: "Elm Bank"}}
	s := newProtect(t, m)
	listed(t, s)
	from := protect.Asker{Org: "Alder", Person: "A. Desk, Counsel", Contact: "trace@alder.example", Basis: "victims' reports"}
	text, err := s.TraceForward(as(access.RoleAnalyst), "+1 888 555 0107", from)
	if err != nil || !strings.Contains(text, scamNo.Value) || !strings.Contains(text, "do not\ndisconnect") {
		t.Errorf("%v\n%s", err, text)
	}
	m.holds = []fraud.Hold{{Indicator: scamNo, Until: testNow.Add(time.Hour)}}
	if _, err := s.TraceForward(as(access.RoleAnalyst), scamNo.Value, from); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("under a hold: %v", err)
	}
	if text, err = s.DoNotOriginate(as(access.RoleAnalyst), "Elm Bank", []string{"+44 20 7946 0123"}, from); err != nil || !strings.Contains(text, "+442079460123") {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := s.DoNotOriginate(as(access.RoleAnalyst), "Elm Bank", []string{"+44 20 7946 0999"}, from); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("somebody else's number: %v", err)
	}
}

func TestAdviceFitsWhatHappenedAndCountsDown(t *testing.T) {
	book, err := protect.LoadAdvice()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"AU", "CA", "DE", "ES", "GB", "IN", "JP", "SG", "US"} {
		if len(book.Of(c, "report")) == 0 || len(book.Of(c, "police")) == 0 {
			t.Errorf("%s has no authority to report to", c)
		}
	}
	ids := func(x protect.Situation) (out []string) {
		for _, s := range book.Advice(x, testNow) {
			out = append(out, s.ID)
		}
		return out
	}
	if got := strings.Join(ids(protect.Situation{Country: "US"}), " "); strings.Contains(got, "recall") || strings.Contains(got, "disconnect") {
		t.Errorf("nothing paid, nobody let in: %s", got)
	}
	x := protect.Situation{Country: "US", Language: "de-AT", Paid: true, Rails: []fraud.Rail{"bank_wire"}, PaidAt: testNow.Add(-20 * time.Hour), Remote: true}
	var recall protect.Step
	for _, s := range book.Advice(x, testNow) {
		if s.ID == "recall" {
			recall = s
		}
	}
	if recall.Left != "noch 52 Stunden" || !strings.Contains(recall.Clock, "72 hours") || len(recall.Who) == 0 {
		t.Errorf("recall %+v", recall)
	}
	x.PaidAt = testNow.Add(-100 * time.Hour)
	for _, s := range book.Advice(x, testNow) {
		if s.ID == "recall" && (!s.Late || s.Left != "") {
			t.Errorf("after the window: %+v", s)
		}
	}
}

func TestQuestionTooLongOrEmptyIsRefused(t *testing.T) {
	s := newProtect(t, newMemory())
	for _, q := range []string{"", "  \n ", strings.Repeat("x", 1<<20)} {
		if _, err := s.Check(context.Background(), protect.Question{Text: q}); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%d bytes: %v", len(q), err)
		}
	}
}

// BenchmarkCheck is the promise of 50,000 checks a second a core, at 8 bytes
// a listed value (docs/benchmarks.md).
func BenchmarkCheck(b *testing.B) {
	m := newMemory()
	for n := range 1_000_000 {
		i := fraud.Indicator{Kind: fraud.Phone, Value: fmt.Sprintf("+1%010d", n*7919)}
		m.listings[i] = fraud.Listing{Indicator: i, State: fraud.ListingActive, Expires: testNow.Add(time.Hour), Mark: open}
	}
	s := newProtect(b, m)
	if err := s.Load(context.Background()); err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct{ name, text string }{
		{"listed=1M/number-unknown", "+12125550142"},
		{"listed=1M/site-unknown", "quiet-garden.example"},
		{"listed=1M/message", "Your parcel waits. See http://parcel.example/x or call +1 212 555 0142 today."},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Check(context.Background(), protect.Question{Text: bb.text, Country: "US"}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checks/s")
		})
	}
}

func FuzzCheck(f *testing.F) {
	s := newProtect(f, reported())
	listed(f, s)
	f.Add("MICROSOFT virus call +1 888 555 0107", "US")
	f.Add("http://[::1]/%zz", "")
	f.Add("\xff\xfe@@..", "ZZ")
	f.Fuzz(func(t *testing.T, text, country string) {
		a, err := s.Check(context.Background(), protect.Question{Text: text, Country: country, Language: country})
		if err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Fatal(err)
		}
		if err == nil && a.Sentence == "" {
			t.Error("an answer without a sentence")
		}
	})
}
