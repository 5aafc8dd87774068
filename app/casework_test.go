package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
	"ringbreaker.example/refer"
)

// bureau is an agency's node on loopback, and a person who may all there.
type bureau struct {
	*Node
	ctx context.Context
}

func newBureau(t *testing.T, id fraud.OrgID) bureau {
	t.Helper()
	n := onLoopback(t, Config{
		Contact: string(id) + " desk, +44 20 7946 0100",
		Org:     fraud.Org{ID: id, Name: strings.ToUpper(string(id)), Kind: fraud.OrgAgency, Country: "GB"},
	}, nil, nil)
	return bureau{n, n.Console(t.Context())}
}

// bureaus are two agencies that trust each other.
func bureaus(t *testing.T) (a, b bureau) {
	t.Helper()
	a, b = newBureau(t, "ash"), newBureau(t, "beech")
	for _, x := range [][2]bureau{{a, b}, {b, a}} {
		words, _ := x[1].Card().Fingerprint()
		if err := x[0].AddPeer(x[0].ctx, x[1].Card(), words); err != nil {
			t.Fatal(err)
		}
	}
	return a, b
}

// account that nobody's ring holds unless a test says so.
func account(number string) fraud.Indicator {
	return fraud.Indicator{Kind: fraud.UPI, Value: number + "@examplebank"}
}

func holder(i fraud.Indicator, role fraud.Role) fraud.RingIndicator {
	return fraud.RingIndicator{Indicator: i, Role: role, Bits: 12, Reports: 3}
}

// referred opens a referral of a complainant about one ring, registers its
// case and, where a court says so, unseals it.
func (b bureau) referred(t *testing.T, id fraud.ReferralID, change func(*refer.Material), unseal bool, list ...fraud.RingIndicator) fraud.Case {
	t.Helper()
	m := &refer.Material{
		ID: id, Version: 1, Title: "Calls", At: b.now().UTC(), Mark: fraud.Mark{}.Filled(), To: refer.Agency{Org: b.Org},
		Complainants: []refer.Complainant{{Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany, Country: "US"}, Signatory: "A. Signer", Statement: "They call."}},
		Rings:        []refer.RingOf{{Org: "alder", Label: "A-1", Ring: fraud.Ring{ID: fraud.RingID("R-" + id), Indicators: list}}},
	}
	if change != nil {
		change(m)
	}
	p, err := refer.Build(b.ctx, m, refer.Tools{})
	if err != nil {
		t.Fatal(err)
	}
	name := b.referralFile(id, 1, "referral")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := p.Save(name); err != nil {
		t.Fatal(err)
	}
	sum := strings.Repeat("ab", 32)
	if _, err := b.received(b.ctx, id, 1, sum, []fraud.OrgID{"alder"}); err != nil {
		t.Fatal(err)
	}
	o := act.Opening{Title: m.Title, Package: sum, Mark: m.Mark, Embargo: m.Embargo, Checks: []fraud.Check{{Name: "signatures", OK: true}}}
	if _, err := b.Act.Opened(b.ctx, id, 1, o); err != nil {
		t.Fatal(err)
	}
	cases, err := b.Act.RegisterCases(b.ctx, act.Registration{Referral: id, Version: 1, Numbers: map[fraud.OrgID]string{"alder": "FIR " + string(id)}, Law: "s. 1"})
	if err != nil {
		t.Fatal(err)
	}
	if unseal {
		if err := b.Act.UnsealCase(b.ctx, cases[0].ID, "order 1/2026"); err != nil {
			t.Fatal(err)
		}
	}
	return cases[0]
}

// holds says which values the set for a peer holds.
func (b bureau) holds(t *testing.T, peer fraud.OrgID) map[fraud.Indicator]match.Element {
	t.Helper()
	p, err := b.peer(b.ctx, peer)
	if err != nil {
		t.Fatal(err)
	}
	terms := match.Terms{Deconflict: true, Casework: true, Basis: deconflictionBasis(peer)}.Filled()
	list, err := b.matchSet(b.ctx, terms, p)
	if err != nil {
		t.Fatal(err)
	}
	out := map[fraud.Indicator]match.Element{}
	for _, e := range list {
		out[e.Indicator] = e
	}
	return out
}

// deconflicted runs a deconfliction to its count and gives what each is told.
func deconflicted(t *testing.T, a, b bureau) (m fraud.MatchID, ours, theirs fraud.MatchReport) {
	t.Helper()
	m, err := a.OfferDeconfliction(a.ctx, b.Org.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.ConsentMatch(b.ctx, m, fraud.MatchCount); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Match.Advance(a.ctx, m); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		of bureau
		to *fraud.MatchReport
	}{{a, &ours}, {b, &theirs}} {
		got, _, err := x.of.db.Match(x.of.ctx, m)
		if err != nil || got.Step != fraud.MatchCount || got.Problem != "" {
			t.Fatalf("%s stands at %s: %s, %v", x.of.Org.ID, got.Step, got.Problem, err)
		}
		*x.to = got.Report
	}
	return m, ours, theirs
}

// Two agencies whose cases share one account, which is in no ring of either,
// learn that both look at it and whom to call; each further step needs both.
func TestAgenciesLearnOfATargetThatOnlyTheirCasesShare(t *testing.T) {
	a, b := bureaus(t)
	mine := a.referred(t, "REF-1", nil, true, holder(account("shared"), fraud.RolePayee), holder(account("ash"), fraud.RolePayee))
	b.referred(t, "REF-2", nil, true, holder(account("shared"), fraud.RolePayee), holder(account("beech"), fraud.RolePayee))
	m, ours, theirs := deconflicted(t, a, b)
	for _, x := range []struct {
		who  string
		got  fraud.MatchReport
		call string
	}{{"ash", ours, "beech desk, +44 20 7946 0100"}, {"beech", theirs, "ash desk, +44 20 7946 0100"}} {
		if !x.got.Same || x.got.Contact != x.call {
			t.Errorf("%s is told %+v, want the same target and %q", x.who, x.got, x.call)
		}
		if x.got.Count != 0 || x.got.ByKind != nil || x.got.Overlaps != nil || x.got.Shared != nil {
			t.Errorf("%s is told more: %+v", x.who, x.got)
		}
	}
	if err := b.ConsentMatch(b.ctx, m, fraud.MatchIndicators); err != nil {
		t.Fatal(err)
	}
	if err := a.ConsentMatch(a.ctx, m, fraud.MatchIndicators); err != nil {
		t.Fatal(err)
	}
	got, _, err := a.db.Match(a.ctx, m)
	if err != nil || got.Problem != "" || len(got.Report.Shared) != 1 || got.Report.Shared[0].Indicator != account("shared") || got.Report.Shared[0].OurRing != fraud.RingID(mine.ID) {
		t.Errorf("with both consents ash is told %+v, %v", got, err)
	}
}

func TestAgenciesWhoseCasesShareNothingLearnNothing(t *testing.T) {
	a, b := bureaus(t)
	a.referred(t, "REF-1", nil, true, holder(account("ash"), fraud.RolePayee))
	b.referred(t, "REF-2", nil, true, holder(account("beech"), fraud.RolePayee))
	_, ours, theirs := deconflicted(t, a, b)
	if ours.Same || theirs.Same || ours.Contact != "" || theirs.Contact != "" {
		t.Errorf("got %+v and %+v", ours, theirs)
	}
}

func TestWhatTheRulesKeepBackOfACaseIsInNoSet(t *testing.T) {
	shared, other := account("shared"), account("other")
	soon := time.Now().Add(48 * time.Hour)
	rows := []struct {
		name   string
		change func(*refer.Material)
		sealed bool
		role   fraud.Role
		after  func(t *testing.T, b bureau, c fraud.Case)
		want   bool
	}{
		{name: "open and unsealed", role: fraud.RolePayee, want: true},
		{name: "sealed by a court", role: fraud.RolePayee, sealed: true},
		{name: "only displayed by phones", role: fraud.RoleShownCallerID},
		{name: "the victim's own", role: fraud.RoleVictimOwned},
		{name: "held by us", role: fraud.RolePayee, after: func(t *testing.T, b bureau, _ fraud.Case) {
			err := b.db.AddHold(b.ctx, fraud.Hold{ID: "H-1", Indicator: shared, Until: soon, Reason: "until the search", By: "console", FromOrg: b.Org.ID, At: b.now()})
			if err != nil {
				t.Fatal(err)
			}
		}},
		{name: "held by the complainant", role: fraud.RolePayee, change: func(m *refer.Material) {
			m.Holds = []fraud.Hold{{ID: "H-1", Ring: "R-REF-1", Until: soon, Reason: "until the search", FromOrg: "alder", At: time.Now()}}
		}},
		{name: "embargo", role: fraud.RolePayee, change: func(m *refer.Material) { m.Embargo = soon }},
		{name: "for us alone", role: fraud.RolePayee, change: func(m *refer.Material) { m.Mark.TLP = fraud.TLPAmberStrict }},
		{name: "all its operations ended", role: fraud.RolePayee, after: func(t *testing.T, b bureau, c fraud.Case) {
			op, err := b.Act.OpenOperation(b.ctx, "Chakra", []fraud.CaseID{c.ID}, soon)
			if err != nil {
				t.Fatal(err)
			}
			if _, there := b.holds(t, "beech")[shared]; !there {
				t.Error("not in the set while the operation goes on")
			}
			if err := b.Act.EndOperation(b.ctx, op.ID); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "withdrawn by the complainant", role: fraud.RolePayee, after: func(t *testing.T, b bureau, _ fraud.Case) {
			b.audit(access.With(b.ctx, access.Who{Org: "alder", OrgKind: fraud.OrgCompany, Peer: true}), fraud.AuditRecalled, "REF-1", "a mistake", true)
		}},
		{name: "in a sealed case too", role: fraud.RolePayee, after: func(t *testing.T, b bureau, _ fraud.Case) {
			b.referred(t, "REF-9", nil, false, holder(shared, fraud.RolePayee))
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			a, _ := bureaus(t)
			c := a.referred(t, "REF-1", row.change, !row.sealed, holder(shared, row.role), holder(other, fraud.RolePayee))
			if row.after != nil {
				row.after(t, a, c)
			}
			got, there := a.holds(t, "beech")[shared]
			if there != row.want {
				t.Fatalf("in the set: %v, want %v", there, row.want)
			}
			if there && (len(got.Evidence) != 1 || got.Reports != 1 || got.Ring != fraud.RingID(c.ID)) {
				t.Errorf("got %+v, want it on the referral's receipt", got)
			}
		})
	}
}

// What an operation seized and asked to freeze is in the set too, and comes
// out when the request is refused or the item was corrected.
func TestSeizedDevicesAndAccountsToFreezeAreInTheSet(t *testing.T) {
	a, _ := bureaus(t)
	c := a.referred(t, "REF-1", nil, true, holder(account("ash"), fraud.RolePayee))
	op, err := a.Act.OpenOperation(a.ctx, "Chakra", []fraud.CaseID{c.ID}, a.now())
	if err != nil {
		t.Fatal(err)
	}
	site, err := a.Act.AddSite(a.ctx, fraud.Site{Operation: op.ID, Case: c.ID, Name: "Unit 4", Address: "Example Park", State: "X", Country: "GB", TimeZone: "Europe/London", Confidence: "high", Evidence: "a line"})
	if err != nil {
		t.Fatal(err)
	}
	x, err := a.Act.StartSearch(a.ctx, site.ID, act.Warrant{Authority: "warrant 1", Issuer: "court", Expires: a.now().Add(time.Hour), Officers: []string{"O. One"}, Witnesses: []string{"W. One", "W. Two"}})
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := a.Act.AddItem(a.ctx, fraud.Seizure{Search: x.ID, Type: fraud.ItemMobilePhone, What: "black", IMEI: "490154203237518", Place: "desk", Seal: "S-1"})
	if err != nil {
		t.Fatal(err)
	}
	phone, right := fraud.Indicator{Kind: fraud.IMEI, Value: "490154203237518"}, fraud.Indicator{Kind: fraud.IMEI, Value: "356938035643809"}
	if _, there := a.holds(t, "beech")[phone]; !there {
		t.Error("the seized phone is not in the set")
	}
	if _, err := a.Act.AddItem(a.ctx, fraud.Seizure{Search: x.ID, Type: fraud.ItemMobilePhone, What: "black", IMEI: right.Value, Place: "desk", Seal: "S-1", Corrects: wrong.ID}); err != nil {
		t.Fatal(err)
	}
	f, err := a.Act.RequestFreeze(a.ctx, fraud.Freeze{Case: c.ID, Account: "upi:mule@examplebank", Bank: "Example", Channel: "1930"}, a.now(), "by trace")
	if err != nil {
		t.Fatal(err)
	}
	got := a.holds(t, "beech")
	if _, there := got[phone]; there {
		t.Error("the number that was corrected is still in the set")
	}
	if _, there := got[right]; !there {
		t.Error("the corrected number is not in the set")
	}
	if _, there := got[account("mule")]; !there {
		t.Error("the account to freeze is not in the set")
	}
	if _, err := a.Act.MoveFreeze(a.ctx, fraud.FreezeEvent{Freeze: f.ID, State: fraud.FreezeRefused, Why: "no such account"}); err != nil {
		t.Fatal(err)
	}
	if _, there := a.holds(t, "beech")[account("mule")]; there {
		t.Error("the account is in the set after the bank refused")
	}
}

// No match but a deconfliction holds casework.
func TestCaseworkGoesIntoNoOtherMatch(t *testing.T) {
	a, b := bureaus(t)
	a.referred(t, "REF-1", nil, true, holder(account("ash"), fraud.RolePayee))
	p, err := a.peer(a.ctx, b.Org.ID)
	if err != nil {
		t.Fatal(err)
	}
	set, err := a.matchSet(a.ctx, match.Terms{Basis: matchBasis("beech")}.Filled(), p)
	if err != nil || len(set) != 0 {
		t.Errorf("got %d elements, %v", len(set), err)
	}
	if err := (match.Terms{Casework: true}).Filled().Valid(); err == nil {
		t.Error("casework without deconfliction is taken")
	}
}
