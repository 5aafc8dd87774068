package app

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// jointPair is two nodes with a joint case about a ring of alder's, whose
// reporters have names.
func jointPair(t *testing.T) (a, b *Node, c fraud.JointCase) {
	t.Helper()
	a, b, _ = pair(t)
	ctx := a.Console(t.Context())
	at := a.now().UTC()
	var lines strings.Builder
	for i, who := range []string{"Vera Examplewoman", "Walter Samplemann"} {
		fmt.Fprintf(&lines, `{"id":"r%d","source":"alder","received_at":"%s","contacts":[{"callback":"+12125550142","at":"%s","direction":"to_victim","medium":"popup"}],`+
			`"remote_access":[{"tool":"AnyDesk","id":"123456789"}],"reporter":{"name":"%s","email":"v%d@mail.example","phone":"+1212555017%d","country":"US"}}`+"\n",
			i, at.Format(time.RFC3339), at.Format(time.RFC3339), who, i, i)
	}
	name := filepath.Join(t.TempDir(), "reports.jsonl")
	if err := os.WriteFile(name, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if res, err := a.Import(ctx, name, nil); err != nil || res.New != 2 {
		t.Fatalf("%+v, %v", res, err)
	}
	if err := a.Flow(ctx); err != nil {
		t.Fatal(err)
	}
	rings, err := a.Rings(ctx, 1)
	if err != nil || len(rings) != 1 || len(rings[0].Reports) != 2 {
		t.Fatalf("got %+v, %v", rings, err)
	}
	basis := fraud.ShareBasis{Purpose: "p", LegalBasis: "l", Agreement: "a", Recipients: []fraud.OrgID{"alder", "bramble"}}
	c = fraud.JointCase{
		ID: "J-1", Title: "t", Peer: "bramble", Match: "M-1", OpenedBy: "alder", OpenedAt: at, Accepted: at, Basis: basis, Mark: fraud.Mark{}.Filled(),
		Overlaps: []fraud.Overlap{{OurRing: rings[0].ID, PeerRing: "x", Elements: 2, Kinds: map[fraud.Kind]int{fraud.Phone: 1, fraud.RemoteID: 1, fraud.Domain: 1}, Bits: 30, Relation: fraud.SameOperator}},
	}
	if err := a.db.SaveJointCase(ctx, c); err != nil {
		t.Fatal(err)
	}
	theirs := c
	theirs.Peer, theirs.Overlaps = "alder", nil
	if err := b.db.SaveJointCase(ctx, theirs); err != nil {
		t.Fatal(err)
	}
	return a, b, c
}

// A victim's name, e-mail or number in a line of a joint case never reaches
// the other side, whatever it is written into, and each box that was opened to
// know it is logged once.
func TestNoLineOfAJointCaseNamesAVictim(t *testing.T) {
	a, b, c := jointPair(t)
	ctx := a.Console(t.Context())
	if _, err := a.AddUser(ctx, access.Person{ID: "mia", Name: "Mia Ashdown", Roles: []access.Role{access.RoleAnalyst, access.RoleSignatory}}, ""); err != nil {
		t.Fatal(err)
	}
	mia, err := a.As(t.Context(), "mia")
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]fraud.JointEntry{
		"a comment":            {Kind: fraud.JointComment, Says: "Vera Examplewoman called again."},
		"family name first":    {Kind: fraud.JointComment, Says: "Talked to SAMPLEMANN, Walter today."},
		"a task":               {Kind: fraud.JointTask, Says: "Write to v1@mail.example"},
		"a complaint":          {Kind: fraud.JointComplainant, About: string(c.Overlaps[0].OurRing), Says: "of what it did to Vera  Examplewoman"},
		"an exhibit's name":    {Kind: fraud.JointExhibit, Exhibit: fraud.Exhibit{Name: "Vera Examplewoman.pdf", What: "a letter", From: "desk"}},
		"what an exhibit says": {Kind: fraud.JointExhibit, Exhibit: fraud.Exhibit{Name: "a.pdf", What: "letter of Walter Samplemann", From: "desk"}},
		"where it came from":   {Kind: fraud.JointExhibit, Exhibit: fraud.Exhibit{Name: "a.pdf", What: "a letter", From: "Walter Samplemann"}},
	} {
		e.Case = c.ID
		_, err := a.AddJoint(mia, e)
		if !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), "victim") {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
		for _, word := range []string{"Vera", "Walter", "Samplemann", "mail.example"} {
			if err != nil && strings.Contains(err.Error(), word) {
				t.Errorf("%s: the refusal itself holds %q", name, word)
			}
		}
	}
	if _, err := a.AddJoint(mia, fraud.JointEntry{Case: c.ID, Kind: fraud.JointComment, Says: "Another victim called; the callers keep office hours."}); err != nil {
		t.Errorf("a line that names nobody: %v", err)
	}
	log, err := b.db.JointEntries(t.Context(), c.ID)
	if err != nil || len(log) != 1 {
		t.Errorf("the other side has %d lines, want 1: %v", len(log), err)
	}
	openings := 0
	size, err := a.db.LeafCount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := a.db.Leaves(t.Context(), 0, int(size))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range leaves {
		if l, err := fraud.ParseLeaf(text); err == nil && l.Kind == fraud.LeafVaultOpening {
			openings++
		}
	}
	if openings != 2 {
		t.Errorf("%d openings are in the ledger, want 2: one for each victim", openings)
	}
}

// A part of a referral is searched as it reads: a line's end or a sign within a
// name, which JSON escapes, hides nobody.
func TestNoPartOfAReferralNamesAVictim(t *testing.T) {
	a, _, _ := pair(t)
	for says, free := range map[string]bool{
		"They called Vera Examplewoman.":   false,
		"They called Vera\nExamplewoman.":  false,
		"They called Tom & Ann Sampleman.": false,
		"They called a victim.\nAnother.":  true,
	} {
		g := &gathering{node: a, named: []refer.Victim{
			{Pseudonym: "V-1", Identity: fraud.Identity{Name: "Vera Examplewoman"}}, {Pseudonym: "V-2", Identity: fraud.Identity{Name: "Tom & Ann Sampleman"}},
		}}
		g.out.Complainant.Statement = says
		if err := g.withoutNames(); free && err != nil || !free && !errors.Is(err, fraud.ErrForbidden) {
			t.Errorf("%q: got %v", says, err)
		}
	}
}

// A package that the other side built is searched for our victims before it is
// taken in to sign: who built it does not know them.
func TestAPackageThatNamesAVictimOfOursIsNotTakenIn(t *testing.T) {
	a, b, c := jointPair(t)
	ctx := a.Console(t.Context())
	for says, free := range map[string]bool{"They called Vera Examplewoman.": false, "They call.": true} {
		p, err := refer.Build(ctx, &refer.Material{
			ID: "REF-1", Version: 1, Title: "Calls", At: b.now().UTC(), Mark: fraud.Mark{}.Filled(), To: refer.Agency{Org: fraud.Org{ID: "cfb"}},
			Complainants: []refer.Complainant{{Org: b.Org, Signatory: "B. Signer", Statement: says}},
		}, refer.Tools{})
		if err != nil {
			t.Fatal(err)
		}
		err = a.noVictimIn(ctx, c, p)
		if free && err != nil || !free && (!errors.Is(err, fraud.ErrForbidden) || strings.Contains(err.Error(), "Vera")) {
			t.Errorf("%q: got %v", says, err)
		}
	}
}

// What an agency says goes to every complainant, who must not learn there whom
// another's annex names.
func TestAnAgencysWordsNameNobodyOfTheAnnex(t *testing.T) {
	a, _ := bureaus(t)
	c := a.referred(t, "REF-1", func(m *refer.Material) {
		m.To.Recipients = []string{a.Org.Keys.Seal}
		m.Victims = []refer.Victim{{
			Org: "alder", Pseudonym: "V-1", Identity: fraud.Identity{Name: "Vera Examplewoman"}, Consent: fraud.Consent{ShareLawEnforcement: true}, ConsentAt: a.now().UTC(),
		}}
	}, false)
	for what, err := range map[string]error{
		"a question":      a.AskMore(a.ctx, "REF-1", "What did Vera Examplewoman pay?"),
		"a court's order": a.UnsealCase(a.ctx, c.ID, "order of VERA EXAMPLEWOMAN's court"),
		"an outcome": func() error {
			_, err := a.RecordOutcome(a.ctx, fraud.Outcome{Referral: "REF-1", Says: "Examplewoman, Vera was paid back"})
			return err
		}(),
	} {
		if !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), "names victim V-1") {
			t.Errorf("%s: got %v, want a refusal", what, err)
		}
	}
	if err := a.noVictimOf(a.ctx, "REF-1", "What did V-1 pay?"); err != nil {
		t.Errorf("by the pseudonym: %v", err)
	}
}

func TestATitleOrAReasonOfRecallNamesNoVictim(t *testing.T) {
	a, _, c := jointPair(t)
	ctx := a.Console(t.Context())
	if err := a.noVictim(ctx, c, "Rings behind Vera Examplewoman's loss"); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("a title: got %v", err)
	}
	if err := a.shared(ctx, shareCase, string(c.ID), "bramble", c.Basis, c.Mark); err != nil {
		t.Fatal(err)
	}
	shares, err := a.Shares(ctx)
	if err != nil || len(shares) != 1 {
		t.Fatalf("%v, %v", shares, err)
	}
	if err := a.Recall(ctx, shares[0].ID, "Walter Samplemann asked for it"); !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), "names victim") {
		t.Errorf("a reason: got %v", err)
	}
}

// An identity that was changed on the disk is lost, and fsck says whose before
// somebody needs it.
func TestFsckNamesAnIdentityThatNoLongerOpens(t *testing.T) {
	a, _, _ := jointPair(t)
	ctx := a.Console(t.Context())
	if problems, err := a.Fsck(ctx); err != nil || len(problems) > 0 {
		t.Fatalf("%v, %v", problems, err)
	}
	raw, err := sql.Open("sqlite", filepath.Join(a.Data, dbFile))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	// What belongs to one report opens under no other.
	if _, err := raw.ExecContext(ctx, `UPDATE vault SET box = (SELECT v.box FROM vault v WHERE v.report_id = 'alder/r0') WHERE report_id = 'alder/r1'`); err != nil {
		t.Fatal(err)
	}
	problems, err := a.Fsck(ctx)
	if err != nil || len(problems) != 2 || problems[0] != "report alder/r1: it is not what its leaf says" || !strings.HasPrefix(problems[1], "report alder/r1: the vault key does not open its identity") {
		t.Errorf("%q, %v", problems, err)
	}
}
