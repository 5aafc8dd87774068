package app

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

// What a victim adds is linked in place of what they told first, taking their
// consent back leaves the report in its ring, and both leave who they are in
// the vault, where those who may still find it.
func TestAVictimAddsToAReportAndTakesTheConsentBack(t *testing.T) {
	a, _, _ := pair(t)
	ctx := a.Console(t.Context())
	var mine fraud.ReportID
	for i, phone := range []string{"+12125550170", "+12125550171"} {
		got, err := a.Intake.Submit(t.Context(), &fraud.Report{
			Narrative: "A window said to call +1 212 555 0142. They used AnyDesk 123 456 789. I am at " + phone + ".",
			Contacts:  []fraud.Contact{{Callback: "+12125550142", Direction: "to_victim", Medium: "popup", At: a.now().UTC()}},
			Reporter:  fraud.Reporter{Country: "US", Identity: fraud.Identity{Name: []string{"Vera Examplewoman", "Walter Samplemann"}[i], Phone: phone}},
			Consent:   fraud.Consent{ShareLawEnforcement: true, Contact: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		id, ok := a.Intake.CodeReport(got.Code)
		if !ok || id != got.Report {
			t.Fatalf("the code opens %s, not %s", id, got.Report)
		}
		mine = id
	}
	first, err := a.db.Report(t.Context(), mine)
	if err != nil {
		t.Fatal(err)
	}
	newest := func(want int) *fraud.Report {
		t.Helper()
		stand, err := a.db.ReportStand(t.Context(), mine)
		if err != nil || len(stand.All) != want {
			t.Fatalf("got %+v, %v, want %d reports", stand, err, want)
		}
		r, err := a.db.Report(t.Context(), stand.Newest())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if err := a.Intake.Add(t.Context(), a.db, mine, "They called again from +1 212 555 0143 and told me to call it back."); err != nil {
		t.Fatal(err)
	}
	added := newest(2)
	if err := a.Intake.Add(t.Context(), a.db, added.Name(), "They called again from +1 212 555 0143 and told me to call it back."); err != nil {
		t.Fatal(err)
	}
	newest(2) // sent twice, kept once
	if !strings.HasPrefix(added.Narrative, first.Narrative) || added.Victim != first.Victim || added.Victim == "" || added.Consent != first.Consent || !added.ReceivedAt.Equal(first.ReceivedAt) {
		t.Errorf("the addition is %+v", added)
	}
	seen, err := a.db.SightingsOf(t.Context(), added.Name())
	if err != nil {
		t.Fatal(err)
	}
	has := func(phone string) bool {
		return slices.ContainsFunc(seen, func(s fraud.Sighting) bool { return s.Report == added.Name() && s.Indicator.Value == phone })
	}
	if !has("+12125550142") || !has("+12125550143") || has("+12125550171") {
		t.Errorf("seen: %+v: want what was told and added, and never the victim's own", seen)
	}

	if err := a.Intake.Withdraw(t.Context(), a.db, added.Name()); err != nil {
		t.Fatal(err)
	}
	bare := newest(3)
	if bare.Consent != (fraud.Consent{}) || bare.Narrative != added.Narrative || bare.Victim != first.Victim {
		t.Errorf("what was taken back is %+v", bare)
	}
	if err := a.Intake.Withdraw(t.Context(), a.db, bare.Name()); err != nil {
		t.Fatal(err)
	}
	newest(3) // nothing was left to take back
	for text, report := range map[string]fraud.ReportID{"": bare.Name(), "more": "alder/none"} {
		if err := a.Intake.Add(t.Context(), a.db, report, text); err == nil {
			t.Errorf("%q was added to %s", text, report)
		}
	}
	if err := a.Intake.Add(t.Context(), a.db, mine, "two at once"); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("a report was corrected twice: %v", err)
	}
	if err := a.Intake.Add(t.Context(), a.db, bare.Name(), strings.Repeat("x", 300_000)); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("a text without an end: %v", err)
	}

	if err := a.Flow(ctx); err != nil {
		t.Fatal(err)
	}
	rings, err := a.Rings(ctx, 1)
	if err != nil || len(rings) != 1 || len(rings[0].Reports) != 2 || rings[0].Harm.Victims != 2 || !slices.Contains(rings[0].Reports, bare.Name()) {
		t.Fatalf("got %+v, %v, want a ring of two with the report as it stands", rings, err)
	}
	who, err := a.identity(ctx, bare.Name(), "to make sure that nothing of it stands in the referral")
	if err != nil || who.Name != "Walter Samplemann" {
		t.Errorf("who reported is %+v, %v", who, err)
	}
}

// What only those told who did not say that other companies may see it is in no
// match with a company, nor what was told by one who took that back.
func TestWhatAVictimKeepsFromCompaniesIsInNoMatch(t *testing.T) {
	a, _, _ := pair(t)
	ctx := a.Console(t.Context())
	number := fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}
	tell := func(partner bool) fraud.ReportID {
		t.Helper()
		got, err := a.Intake.Submit(t.Context(), &fraud.Report{
			Narrative: "A window said to call +1 212 555 0142.", Reporter: fraud.Reporter{Country: "US"},
			Contacts: []fraud.Contact{{Callback: "+12125550142", Direction: "to_victim", Medium: "popup", At: a.now().UTC()}},
			Consent:  fraud.Consent{ShareLawEnforcement: true, SharePartner: partner},
		})
		if err != nil {
			t.Fatal(err)
		}
		return got.Report
	}
	shown := func() (ids []fraud.ReportID) {
		t.Helper()
		kept, err := a.withheld(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all, err := a.evidence(ctx, nil, kept)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all[number] {
			ids = append(ids, e.Report)
		}
		return ids
	}
	tell(false)
	if got := shown(); len(got) != 0 {
		t.Errorf("shown on %v, whose teller did not agree", got)
	}
	agreed := tell(true)
	if got := shown(); !slices.Equal(got, []fraud.ReportID{agreed}) {
		t.Errorf("shown on %v, want %v alone", got, agreed)
	}
	if err := a.Intake.Withdraw(t.Context(), a.db, agreed); err != nil {
		t.Fatal(err)
	}
	if got := shown(); len(got) != 0 {
		t.Errorf("shown on %v after the consent was taken back", got)
	}
}
