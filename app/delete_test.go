package app

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// lying gives the files of a node's folder that hold one of these texts.
func lying(t *testing.T, dir string, texts ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(name)
		for _, text := range texts {
			if bytes.Contains(b, []byte(text)) {
				found = append(found, filepath.Base(name)+": "+text)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// toldNode is a node with a ring of three reports, one of them with a name, a
// number, a sentence and a picture that nobody else has.
func toldNode(t *testing.T) (n *Node, mine fraud.ReportID, secrets []string) {
	t.Helper()
	n, _, _ = pair(t)
	ctx := n.Console(t.Context())
	at := n.now().UTC().Add(-time.Hour)
	picture := "the bytes of a picture of a parakeet"
	sum, _, err := n.blobs.Put(ctx, strings.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	for i, who := range []string{"Margaret Quillfeather", "Walter Samplemann", "Vera Examplewoman"} {
		r := &fraud.Report{
			ReceivedAt: at, Contacts: []fraud.Contact{{Callback: "+12125550142", At: at, Direction: "to_victim", Medium: "popup"}},
			RemoteAccess: []fraud.RemoteAccess{{Tool: "AnyDesk", SessionID: "123456789"}}, Narrative: "They locked my computer and I called them.",
			Reporter: fraud.Reporter{Identity: fraud.Identity{Name: who, Email: fmt.Sprintf("v%d@mail.example", i), Phone: fmt.Sprintf("+1312555018%d", i)}, Country: "US"},
		}
		if i == 0 {
			r.Narrative = "I am Margaret Quillfeather. Call me back on +1 312 555 0187. The zanzibar parakeet saw how they locked my computer."
			r.Evidence = []fraud.Evidence{{SHA256: sum, Name: "parakeet.png", MediaType: "image/png"}}
		}
		rec, err := n.Intake.Submit(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			mine = rec.Report
		}
	}
	if err := n.Intake.Add(ctx, n.db, mine, "They mentioned a xylophone."); err != nil {
		t.Fatal(err)
	}
	n.rings.keepFrom = 1 // write what was linked, as a large node does
	if err := n.Flow(ctx); err != nil {
		t.Fatal(err)
	}
	return n, mine, []string{"Quillfeather", "quillfeather", "zanzibar", "parakeet", "xylophone", "3125550187", "312 555 0187"}
}

func TestADeletedReportIsNowhereAndTheNodeStaysSound(t *testing.T) {
	n, mine, secrets := toldNode(t)
	ctx := n.Console(t.Context())
	raw, err := sql.Open("sqlite", filepath.Join(n.Data, dbFile))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var key []byte
	if err := raw.QueryRowContext(ctx, `SELECT wrapped FROM vault_keys WHERE report_id = $1`, mine).Scan(&key); err != nil {
		t.Fatal(err)
	}
	rings, err := n.Rings(ctx, 9)
	if err != nil || len(rings) != 1 || len(rings[0].Reports) != 3 {
		t.Fatalf("%+v, %v", rings, err)
	}
	if had := lying(t, n.Data, append(secrets, string(key))...); len(had) < 6 {
		t.Fatalf("the folder held only %q", had)
	}
	pseudonym := ""
	if r, err := n.db.Report(ctx, mine); err == nil {
		pseudonym = r.Victim
	}

	if bar, err := n.DeletionBar(ctx, mine); err != nil || bar != fraud.BarNone {
		t.Fatalf("barred by %q, %v", bar, err)
	}
	if err := n.DeleteTold(ctx, mine); err != nil {
		t.Fatal(err)
	}
	if clean, err := n.Wipe(ctx, true); err != nil || !clean {
		t.Fatalf("wiped %v, %v", clean, err)
	}
	if found := lying(t, n.Data, append(secrets, string(key), pseudonym)...); len(found) > 0 {
		t.Errorf("the folder still holds %q", found)
	}
	if problems, err := n.Fsck(ctx); err != nil || len(problems) > 0 {
		t.Errorf("%q, %v", problems, err)
	}
	rings, err = n.Rings(ctx, 9)
	if err != nil || len(rings) != 1 || len(rings[0].Reports) != 2 || slices.Contains(rings[0].Reports, mine) {
		t.Errorf("the rings were not found anew: %+v, %v", rings, err)
	}
	if id, err := n.OpenIdentity(ctx, mine, "to see whether anything is left"); err != nil || !id.Empty() {
		t.Errorf("who it was can still be asked: %v", err)
	}
	if bar, err := n.DeletionBar(ctx, mine); err != nil || bar != fraud.BarDeleted {
		t.Errorf("afterwards barred by %q, %v", bar, err)
	}
	d, err := n.db.Deletion(ctx, mine)
	if err != nil || d.By != "" || d.Basis != toldBasis {
		t.Errorf("%+v, %v", d, err)
	}
	if err := n.Intake.Add(ctx, n.db, mine, "once more"); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("it was added to: %v", err)
	}

	// A backup of now, restored, is the same node.
	file := filepath.Join(t.TempDir(), "node.backup")
	if err := n.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "again")
	if err := Restore(file, dir); err != nil {
		t.Fatal(err)
	}
	if found := lying(t, dir, append(secrets, string(key), pseudonym)...); len(found) > 0 {
		t.Errorf("the backup holds %q", found)
	}
	cfg := n.Config
	cfg.Data = dir
	again, err := Open(ctx, cfg, n.now)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if problems, err := again.Fsck(ctx); err != nil || len(problems) > 0 {
		t.Errorf("restored: %q, %v", problems, err)
	}
	if fresh, err := again.Relink(ctx); err != nil {
		t.Error(err)
	} else {
		fresh.Close()
	}
	if rings, err := again.Rings(ctx, 9); err != nil || len(rings) != 1 || len(rings[0].Reports) != 2 {
		t.Errorf("restored: %+v, %v", rings, err)
	}
}

func TestAHoldAndASignedReferralKeepAReport(t *testing.T) {
	n, mine, _ := toldNode(t)
	ctx := n.Console(t.Context())
	rings, err := n.Rings(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Hold(ctx, fraud.Hold{Ring: rings[0].ID, Until: n.now().Add(time.Hour), Reason: "a raid"}); err != nil {
		t.Fatal(err)
	}
	if bar, err := n.DeletionBar(ctx, mine); err != nil || bar != fraud.BarNow {
		t.Errorf("barred by %q, %v", bar, err)
	}
	if err := n.DeleteTold(ctx, mine); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("its reporter: %v", err)
	}
	for _, role := range []access.Role{access.RoleVaultKeeper, access.RoleSignatory} {
		who := access.With(ctx, access.Who{Person: "vera", Org: n.Org.ID, OrgKind: n.Org.Kind, Roles: []access.Role{role}})
		if _, err := n.DeleteReport(who, mine, "asked by letter"); !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), "rule 2") {
			t.Errorf("%s: %v", role, err)
		}
	}
	holds, err := n.db.Holds(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.db.ReleaseHold(ctx, holds[0].ID, "vera", n.now()); err != nil {
		t.Fatal(err)
	}
	// A package that names it and is signed; one that nobody signed goes with it.
	for id, status := range map[fraud.ReferralID]fraud.ReferralStatus{"REF-1": fraud.ReferralSigned, "REF-2": fraud.ReferralDraft} {
		p, err := refer.Build(ctx, &refer.Material{
			ID: id, Version: 1, Title: "Calls", At: n.now().UTC(), Mark: fraud.Mark{}.Filled(), To: refer.Agency{Org: fraud.Org{ID: "cfb"}},
			Complainants: []refer.Complainant{{Org: n.Org, Signatory: "A. Signer", Statement: "They call."}},
			Rings:        []refer.RingOf{{Org: n.Org.ID, Label: "A-1", Ring: fraud.Ring{ID: rings[0].ID, Reports: []fraud.ReportID{mine}}}},
		}, refer.Tools{})
		if err != nil {
			t.Fatal(err)
		}
		name := n.referralFile(id, 1, "referral")
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(p.Save(name), n.db.SaveReferral(ctx, fraud.Referral{ID: id, Version: 1, To: "cfb", Mark: fraud.Mark{}.Filled(), Status: status, At: n.now()})); err != nil {
			t.Fatal(err)
		}
	}
	if bar, err := n.DeletionBar(ctx, mine); err != nil || bar != fraud.BarReferred {
		t.Errorf("signed into a referral and barred by %q, %v", bar, err)
	}
	if err := n.DeleteTold(ctx, mine); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("signed into a referral: %v", err)
	}
	if err := os.Remove(n.referralFile("REF-1", 1, "referral")); err != nil {
		t.Fatal(err)
	}
	analyst := access.With(ctx, access.Who{Person: "ana", Org: n.Org.ID, OrgKind: n.Org.Kind, Roles: []access.Role{access.RoleAnalyst}})
	if _, err := n.DeleteReport(analyst, mine, "asked by letter"); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("an analyst: %v", err)
	}
	if _, err := n.DeleteReport(ctx, mine, " . "); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("without a basis: %v", err)
	}
	if r, err := n.db.Report(ctx, mine); err != nil || r.Narrative == "" {
		t.Errorf("it went all the same: %v", err)
	}
	if _, err := n.DeleteReport(ctx, mine, "asked by letter"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(n.referralFile("REF-2", 1, "referral")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a draft still names it: %v", err)
	}
}

// A node of before sealed identities to the vault's key itself. What its ledger
// tells of stays true while each gets a key of its own.
func TestBoxesOfBeforeGetKeysWhenTheNodeOpens(t *testing.T) {
	n, mine, _ := toldNode(t)
	ctx := n.Console(t.Context())
	file := filepath.Join(t.TempDir(), "node.backup")
	if err := n.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	cfg := n.Config
	cfg.Data = filepath.Join(t.TempDir(), "of-before")
	if err := Restore(file, cfg.Data); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", filepath.Join(cfg.Data, dbFile))
	if err != nil {
		t.Fatal(err)
	}
	// The box that the ledger tells of becomes what lies in a box of Rebox.
	var box []byte
	if err := raw.QueryRowContext(ctx, `SELECT box FROM vault WHERE report_id = $1`, mine).Scan(&box); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{
		"INSERT INTO vault_before (report_id) SELECT report_id FROM vault WHERE report_id = '" + string(mine) + "'",
		"DELETE FROM vault_keys WHERE report_id = '" + string(mine) + "'",
	} {
		if _, err := raw.ExecContext(ctx, change); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(ctx, cfg, n.now)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	now, key, err := again.db.OpenVault(ctx, mine, "kim", "a test", n.now())
	if err != nil || bytes.Equal(now, box) || key == nil {
		t.Fatalf("it got no key of its own: %v", err)
	}
	if was, err := again.vault.Was(mine, now, key); err != nil || !bytes.Equal(was, box) {
		t.Errorf("it is not what it was: %v", err)
	}
	problems, _, err := again.db.FsckCounting(ctx, again.vault.Was)
	if err != nil || len(problems) > 0 {
		t.Errorf("%q, %v", problems, err)
	}
	if clean, err := again.Wipe(ctx, true); err != nil || !clean {
		t.Fatal(clean, err)
	}
	if found := lying(t, cfg.Data, string(box)); len(found) > 0 {
		t.Errorf("the old box can be read off %q", found)
	}
}
