package protect_test

import (
	"bytes"
	"context"
	"crypto/rand"
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
func (m *memory) EachCurrent(_ context.Context, fn func(fraud.ReportFacts, []fraud.Sighting) error) error {
	for _, r := range m.reports {
		if err := fn(r.facts, r.seen); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) EachRing(_ context.Context, fn func(fraud.Ring) error) error {
	for _, r := range m.rings {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

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

// A victim whom the advice sends to a line must not be told that nobody knows
// it and not to use it.
func TestWhatOurOwnAdviceTellsToCallIsKnown(t *testing.T) {
	s := newProtect(t, newMemory())
	book, err := protect.LoadAdvice()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(text, country string) {
		a, err := s.Check(t.Context(), protect.Question{Text: text, Country: country})
		if err != nil || a.Verdict != protect.VerdictGenuine || !strings.Contains(a.Sentence, "fake") {
			t.Errorf("%s in %s: %s: %s %v", text, country, a.Verdict, a.Sentence, err)
		}
	}
	for _, x := range book.Authorities {
		if x.Phone != "" {
			ask(x.Phone, x.Country)
		}
	}
	ask("999", "GB")
	ask("9 1 1", "") // of whatever country
	for _, safe := range []string{"+1 800 642 7676", "www.chase.com", "https://www.cia.gov/x"} {
		if a := check(t, s, safe); a.Verdict != protect.VerdictGenuine {
			t.Errorf("%s is on the safe list that is built in, and is called %s", safe, a.Verdict)
		}
	}
	for _, other := range []string{"12", "123456", "911 at once", "7"} {
		if a := check(t, s, other); a.Verdict != protect.VerdictUnknown {
			t.Errorf("%s is called %s", other, a.Verdict)
		}
	}
}

// What stands behind a value is collected only where something hangs on it: a
// node of a million victims would else hold each one's numbers.
func TestOnlyWantedIndicatorsAreGathered(t *testing.T) {
	phone := func(v string) fraud.Indicator { return fraud.Indicator{Kind: fraud.Phone, Value: v} }
	wanted, other, victims, firm := phone("+12125550101"), phone("+12125550102"), phone("+12125550103"), fraud.Indicator{Kind: fraud.Company, Value: "name:alder"}
	g := protect.Gathering{}
	for _, i := range []fraud.Indicator{wanted, wanted, firm} {
		g.Want(i)
	}
	facts := fraud.ReportFacts{ID: "s/1", Source: "s", Mark: fraud.Mark{TLP: fraud.TLPGreen, PAP: fraud.PAPGreen}}
	g.Add(facts, []fraud.Sighting{
		{Indicator: wanted, Role: fraud.RoleCallback, Valid: true},
		{Indicator: other, Role: fraud.RoleCallback, Valid: true},
		{Indicator: victims, Role: fraud.RoleVictimOwned, Valid: true},
		{Indicator: firm, Role: fraud.RoleCompany, Valid: true},
	})
	g.Want(wanted) // again, and what is there stays
	if len(g) != 1 || g[wanted] == nil || g[wanted].Reports != 1 {
		t.Errorf("gathered %v, want one report behind %s and nothing else", g, wanted)
	}
}
