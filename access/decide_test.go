package access_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

var update = flag.Bool("update", false, "write testdata/matrix.golden anew")

var (
	now  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tlps = []fraud.TLP{fraud.TLPRed, fraud.TLPAmberStrict, fraud.TLPAmber, fraud.TLPGreen, fraud.TLPClear}
	paps = []fraud.PAP{fraud.PAPRed, fraud.PAPAmber, fraud.PAPGreen, fraud.PAPClear}
)

// fit is a thing that no rule but those of roles and marks refuses.
func fit(kind access.ThingKind) access.Thing {
	return access.Thing{
		Kind: kind, ID: "R-1", Sources: 2, Reason: "to ask about the cheque", Sealed: true, Consent: true,
		Basis: fraud.ShareBasis{Purpose: "referral", LegalBasis: "GDPR Art. 6(1)(f)", Agreement: "MoU 1", Recipients: []fraud.OrgID{"other"}},
	}
}

func askers() []struct {
	name string
	who  access.Who
} {
	type asker = struct {
		name string
		who  access.Who
	}
	out := []asker{{"public", access.Who{}}, {"peer", access.Who{Org: "birch", OrgKind: fraud.OrgCompany, Peer: true}}}
	for _, kind := range []fraud.OrgKind{fraud.OrgCompany, fraud.OrgAgency} {
		for _, r := range access.Roles {
			out = append(out, asker{string(kind) + " " + string(r), access.Who{Person: "p1", Org: "alder", OrgKind: kind, Roles: []access.Role{r}}})
		}
	}
	return out
}

// matrix draws the table: a line for each asker, action and recipient; for
// each TLP the four PAP labels from RED to CLEAR, "+" allowed, "-" refused.
func matrix() string {
	var out bytes.Buffer
	fmt.Fprintln(&out, "# who | action | thing | recipient | RED A+S AMB GRN CLR, each with PAP RED AMBER GREEN CLEAR")
	for _, a := range askers() {
		for _, act := range access.Actions {
			kinds := []access.ThingKind{access.ThingRing, access.ThingListing, access.ThingIdentity, access.ThingCase, access.ThingSettings}
			if act == access.ActDelete {
				kinds = append(kinds, access.ThingReport)
			}
			for _, kind := range kinds {
				for _, to := range access.RecipientKinds {
					row := marksRow(a.who, act, kind, to)
					if strings.Contains(row, "+") { // what is not in the table is refused
						fmt.Fprintf(&out, "%s | %s | %s | %s | %s\n", a.name, act, kind, to, row)
					}
				}
			}
		}
	}
	return out.String()
}

func marksRow(who access.Who, act access.Action, kind access.ThingKind, to access.RecipientKind) string {
	var row strings.Builder
	for i, tlp := range tlps {
		if i > 0 {
			row.WriteByte(' ')
		}
		for _, pap := range paps {
			thing := fit(kind)
			thing.Mark = fraud.Mark{TLP: tlp, PAP: pap}
			if access.Decide(who, act, thing, access.Recipient{Kind: to, Org: "other"}, now).Allow {
				row.WriteByte('+')
			} else {
				row.WriteByte('-')
			}
		}
	}
	return row.String()
}

func TestAuthorisationMatrixIsAsReviewed(t *testing.T) {
	const golden = "testdata/matrix.golden"
	got := matrix()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	was := map[string]bool{}
	for l := range strings.Lines(string(want)) {
		was[l] = true
	}
	for l := range strings.Lines(got) {
		if !was[l] {
			t.Errorf("new or changed: %s", l)
		}
		delete(was, l)
	}
	for l := range was {
		t.Errorf("gone: %s", l)
	}
	t.Error("who may do what has changed; read the lines above, and only then go test ./access -update")
}

// draws anybody asking anything about a fit thing.
func drawAsk(t *rapid.T) (access.Who, access.Action, access.Thing, access.Recipient) {
	who := rapid.SampledFrom(askers()).Draw(t, "who").who
	who.Roles = append(who.Roles, rapid.SliceOf(rapid.SampledFrom(access.Roles)).Draw(t, "roles")...)
	thing := fit(rapid.SampledFrom([]access.ThingKind{access.ThingReport, access.ThingIndicator, access.ThingRing, access.ThingListing, access.ThingCase, access.ThingIdentity}).Draw(t, "kind"))
	thing.Mark = fraud.Mark{TLP: rapid.SampledFrom(tlps).Draw(t, "tlp"), PAP: rapid.SampledFrom(paps).Draw(t, "pap")}
	thing.Sealed = rapid.Bool().Draw(t, "sealed")
	thing.Consent = rapid.Bool().Draw(t, "consent")
	to := access.Recipient{Kind: rapid.SampledFrom(access.RecipientKinds).Draw(t, "to"), Org: "other"}
	return who, rapid.SampledFrom(access.Actions).Draw(t, "action"), thing, to
}

func TestNothingUnderAHoldOrEmbargoLeavesButASealedReferralToAnAgency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, act, thing, to := drawAsk(t)
		if rapid.Bool().Draw(t, "embargo") {
			thing.Embargo = now.Add(time.Hour)
		} else {
			thing.HeldTill = now.Add(time.Hour)
		}
		if !access.Decide(who, act, thing, to, now).Allow {
			return
		}
		leaves := to.Kind != access.ToSelf || act == access.ActList || act == access.ActBlock || act == access.ActMatch || act == access.ActShare ||
			thing.Kind == access.ThingListing && act == access.ActRead && who.Person == ""
		sealed := act == access.ActRefer && to.Kind == access.ToAgency && thing.Sealed
		if leaves && !sealed && act != access.ActRecall {
			t.Fatalf("%+v may %s a held %s to %s", who, act, thing.Kind, to.Kind)
		}
	})
}

func TestAnIdentityLeavesOnlySealedToAnAgencyByConsent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, act, thing, to := drawAsk(t)
		thing.Kind = access.ThingIdentity
		if !access.Decide(who, act, thing, to, now).Allow || act == access.ActReceive {
			return
		}
		opened := act == access.ActOpenVault && to.Kind == access.ToSelf && who.Has(access.RoleVaultKeeper)
		annex := act == access.ActRefer && to.Kind == access.ToAgency && thing.Sealed && thing.Consent
		if !opened && !annex {
			t.Fatalf("%+v may %s an identity to %s (sealed %v, consent %v)", who, act, to.Kind, thing.Sealed, thing.Consent)
		}
	})
}

func TestAReportIsDeletedAtItsVictimsWishAndNoneUnderAHoldOrInAReferral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, _, thing, to := drawAsk(t)
		thing.Own = rapid.Bool().Draw(t, "own")
		thing.Referred = rapid.Bool().Draw(t, "referred")
		if rapid.Bool().Draw(t, "held") {
			thing.HeldTill = now.Add(time.Hour)
		}
		if rapid.Bool().Draw(t, "embargo") {
			thing.Embargo = now.Add(time.Hour)
		}
		if rapid.Bool().Draw(t, "no basis") {
			thing.Reason = " ."
		}
		if !access.Decide(who, access.ActDelete, thing, to, now).Allow {
			return
		}
		victim := who.Public() && thing.Own
		keeper := !who.Peer && (who.Has(access.RoleVaultKeeper) || who.Has(access.RoleSignatory)) && thing.Reason != " ."
		if thing.Kind != access.ThingReport || to.Kind != access.ToSelf || thing.Referred || !thing.HeldTill.IsZero() || !thing.Embargo.IsZero() || !victim && !keeper {
			t.Fatalf("%+v may delete %+v", who, thing)
		}
	})
	own := fit(access.ThingReport)
	own.Own = true
	if d := access.Decide(access.Who{}, access.ActDelete, own, access.Recipient{}, now); !d.Allow {
		t.Errorf("who holds the code may not delete: %s", d.Reason)
	}
}

func TestAStricterMarkNeverAllowsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, act, thing, to := drawAsk(t)
		strict := thing
		strict.Mark = fraud.Strictest(thing.Mark, fraud.Mark{TLP: rapid.SampledFrom(tlps).Draw(t, "tlp2"), PAP: rapid.SampledFrom(paps).Draw(t, "pap2")})
		if access.Decide(who, act, strict, to, now).Allow && !access.Decide(who, act, thing, to, now).Allow {
			t.Fatalf("%s to %s: %v is allowed and %v is not", act, to.Kind, strict.Mark, thing.Mark)
		}
	})
}

func TestASubscriberFetchesListsAndDoesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, act, thing, to := drawAsk(t)
		who := access.Who{Person: "bank", Org: "alder", OrgKind: rapid.SampledFrom([]fraud.OrgKind{fraud.OrgCompany, fraud.OrgAgency}).Draw(t, "org"), Roles: []access.Role{access.RoleSubscriber}}
		door := act == access.ActFetch && to.Kind == access.ToSelf
		given := act == access.ActBlock && (to.Kind == access.ToCommunity || to.Kind == access.ToPublic)
		if access.Decide(who, act, thing, to, now).Allow && (thing.Kind != access.ThingListing || !door && !given) {
			t.Fatalf("a subscriber may %s a %s to %s", act, thing.Kind, to.Kind)
		}
		// Whatever a subscriber is given, an analyst could have given it.
		analyst := access.Who{Person: "ana", Org: "alder", OrgKind: who.OrgKind, Roles: []access.Role{access.RoleAnalyst}}
		if access.Decide(who, act, thing, to, now).Allow && !access.Decide(analyst, act, thing, to, now).Allow {
			t.Fatalf("a subscriber may %s a %s to %s, and an analyst may not", act, thing.Kind, to.Kind)
		}
	})
}

func TestEachRefusalNamesItsRule(t *testing.T) {
	analyst := access.Who{Person: "p1", Org: "alder", OrgKind: fraud.OrgCompany, Roles: []access.Role{access.RoleAnalyst, access.RoleSignatory, access.RoleVaultKeeper}}
	agent := access.Who{Person: "p2", Org: "cfb", OrgKind: fraud.OrgAgency, Roles: []access.Role{access.RoleInvestigator}}
	partner := access.Recipient{Kind: access.ToPartner, Org: "other"}
	public := access.Recipient{Kind: access.ToPublic}
	clear := fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}
	change := func(f func(*access.Thing)) access.Thing {
		th := fit(access.ThingRing)
		th.Mark = clear
		f(&th)
		return th
	}
	for _, tt := range []struct {
		name  string
		who   access.Who
		act   access.Action
		thing access.Thing
		to    access.Recipient
		want  string
	}{
		{"nobody signed in", access.Who{}, access.ActRead, fit(access.ThingRing), access.Recipient{}, "please sign in"},
		{"wrong role", analyst, access.ActManage, access.Thing{}, access.Recipient{}, "needs the role admin"},
		{"company does police work", access.Who{Person: "p", OrgKind: fraud.OrgCompany, Roles: []access.Role{access.RoleInvestigator}}, access.ActFreeze, access.Thing{}, access.Recipient{}, "only an agency"},
		{"person poses as node", analyst, access.ActReceive, access.Thing{}, access.Recipient{}, "not from a person"},
		{"subscriber reads", access.Who{Person: "bank", OrgKind: fraud.OrgCompany, Roles: []access.Role{access.RoleSubscriber}}, access.ActRead, fit(access.ThingListing), access.Recipient{}, "fetches lists"},
		{"hold", analyst, access.ActList, change(func(t *access.Thing) { t.HeldTill = now.Add(time.Hour) }), public, "rule 2, hold"},
		{"embargo", analyst, access.ActShare, change(func(t *access.Thing) { t.Embargo = now.Add(time.Hour) }), partner, "rule 2, embargo"},
		{"recalled", analyst, access.ActRead, change(func(t *access.Thing) { t.Recalled = true }), access.Recipient{}, "rule 4, recall"},
		{"no reason but a mark", analyst, access.ActOpenVault, access.Thing{Kind: access.ThingIdentity, Reason: "\x00 ."}, access.Recipient{}, "rule 3"},
		{"no reason", analyst, access.ActOpenVault, access.Thing{Kind: access.ThingIdentity, Reason: " "}, access.Recipient{}, "rule 3"},
		{"identity read", analyst, access.ActRead, access.Thing{Kind: access.ThingIdentity}, access.Recipient{}, "rule 3"},
		{"identity to partner", analyst, access.ActRefer, fit(access.ThingIdentity), partner, "never goes to a partner"},
		{"no consent", analyst, access.ActRefer, access.Thing{Kind: access.ThingIdentity, Sealed: true}, access.Recipient{Kind: access.ToAgency}, "has not agreed"},
		{"safe", analyst, access.ActMatch, change(func(t *access.Thing) { t.Safe = true }), partner, "rule 5"},
		{"sealed case", agent, access.ActShare, change(func(t *access.Thing) { t.SealedBy = true }), partner, "court"},
		{"amber to public", analyst, access.ActExport, change(func(t *access.Thing) { t.Mark.TLP = fraud.TLPAmber }), public, "TLP:AMBER"},
		{"red by name", analyst, access.ActRead, change(func(t *access.Thing) { t.Mark.TLP = fraud.TLPRed; t.Named = []fraud.PersonID{"p9"} }), access.Recipient{}, "not one of them"},
		{"pap", analyst, access.ActList, change(func(t *access.Thing) { t.Mark.PAP = fraud.PAPAmber }), public, "PAP:AMBER"},
		{"no basis", analyst, access.ActShare, change(func(t *access.Thing) { t.Basis = fraud.ShareBasis{} }), partner, "rule 4, purpose"},
		{"basis names another", analyst, access.ActShare, change(func(t *access.Thing) { t.Basis.Recipients = []fraud.OrgID{"x"} }), partner, "does not name"},
		{"one source", analyst, access.ActList, change(func(t *access.Thing) { t.Sources = 1 }), public, "rule 6, listings"},
		{"disputed", analyst, access.ActBlock, change(func(t *access.Thing) { t.Disputed = true }), access.Recipient{Kind: access.ToCommunity}, "rule 6, disputes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := access.Decide(tt.who, tt.act, tt.thing, tt.to, now).Err()
			if !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want ErrForbidden with %q", err, tt.want)
			}
		})
	}
}

func TestPermissionIsNoError(t *testing.T) {
	if err := access.Decide(access.Who{}, access.ActCheck, access.Thing{}, access.Recipient{}, now).Err(); err != nil {
		t.Error(err)
	}
}
