package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
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
