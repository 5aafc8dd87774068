package storetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// What only one victim told: it must be nowhere once it was deleted.
const (
	toldName   = "Margaret Quillfeather"
	toldNumber = "+13125550187"
	toldWords  = "the parakeet watched me read out the zanzibar password"
)

// toldBy is a report in which a victim names herself, with a file and a box.
func toldBy(id, supersedes, more string) fraud.Acceptance {
	file := sha256.Sum256([]byte("a picture of " + id))
	doc := map[string]any{
		"id": id, "source": "s", "received_at": t0, "narrative": "I am " + toldName + ", " + toldNumber + ": " + toldWords + ". " + more,
		"contacts": []map[string]any{{"callback": phoneA, "at": t0, "text": "Dear " + toldName}},
		"evidence": []map[string]any{{"sha256": hex.EncodeToString(file[:]), "name": toldName + ".png"}},
	}
	if supersedes != "" {
		doc["supersedes"] = supersedes
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		panic(err) // the suite itself is broken
	}
	r, err := fraud.DecodeReport(raw)
	if err != nil {
		panic(err)
	}
	r.Victim = "V-QUILLFEATHER"
	a := report("s", id, phoneA)
	a.Report = r
	a.Digest, err = r.Digest()
	if err != nil {
		panic(err)
	}
	a.Sightings = append(a.Sightings, fraud.Sighting{
		Report: r.Name(), Indicator: fraud.Indicator{Kind: fraud.Phone, Value: toldNumber}, Role: fraud.RoleVictimOwned, At: t0,
		Place: fraud.Place{Field: "narrative", Start: 28, End: 40}, Raw: toldNumber, Valid: true, Why: toldName + " says so",
	})
	if supersedes == "" {
		a.Vault, a.VaultKey = []byte("\x02box of "+id), []byte("key of "+id)
	}
	return a
}

// unclean gives which of these texts the database's files still hold.
func (b *bench) unclean(texts ...string) (found []string) {
	b.Helper()
	var all []byte
	if strings.HasPrefix(b.url, "postgres") {
		db := b.raw()
		_, err := db.ExecContext(b.ctx, "CHECKPOINT")
		b.must(err)
		rows, err := db.QueryContext(b.ctx, `
	SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) FROM pg_class c
	WHERE c.relkind IN ('r', 'i', 't') AND pg_relation_filepath(c.oid) IS NOT NULL
	    AND (c.relnamespace = current_schema()::regnamespace
	        OR c.oid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = current_schema()::regnamespace))`)
		b.must(err)
		defer rows.Close()
		for rows.Next() {
			var file []byte
			b.must(rows.Scan(&file))
			all = append(all, file...)
		}
		b.must(rows.Err())
	} else {
		for _, end := range []string{"", "-wal"} {
			file, err := os.ReadFile(b.url + end)
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				b.Fatal(err)
			}
			all = append(all, file...)
		}
	}
	for _, text := range texts {
		if bytes.Contains(all, []byte(text)) {
			found = append(found, text)
		}
	}
	return found
}

var deletionTests = []test{
	{"what a victim told is nowhere in the files once it was deleted and wiped and all others stay attested", func(b *bench) {
		b.accept(report("s", "1", phoneA), toldBy("2", "", ""), report("s", "3", phoneA))
		b.accept(toldBy("4", "2", "He called again."), report("s", "5", phoneB))
		_, err := b.IndexTexts(b.ctx, 0)
		b.must(err)
		b.must(b.SaveRings(b.ctx, linking()))
		_, _, err = b.OpenVault(b.ctx, "s/2", "kim", "to call her back", t0)
		b.must(err)
		texts := []string{toldName, "Quillfeather", "quillfeather", "QUILLFEATHER", toldNumber, toldWords, "zanzibar", "parakeet", "key of 2"}
		if had := b.unclean(texts...); len(had) < 7 {
			b.Fatalf("the files held only %q: the test looks at the wrong place", had)
		}
		b.sound()
		ledger, err := b.LeafCount(b.ctx)
		b.must(err)

		// By the correction's name too it is the whole account that goes.
		gone, err := b.DeleteReport(b.ctx, "s/4", "", "who reported asked for it", after(1), nil)
		b.must(err)
		if len(gone) != 2 || gone[0].Report != "s/2" || gone[1].Report != "s/4" {
			b.Fatalf("deleted %+v, want s/2 and its correction", gone)
		}
		b.sound()
		b.must(b.WipeSpace(b.ctx))
		if found := b.unclean(texts...); len(found) > 0 {
			b.Errorf("the files still hold %q", found)
		}
		b.sound()
		if n, err := b.LeafCount(b.ctx); err != nil || n < ledger+2 {
			b.Errorf("%d leaves before and %d after, %v", ledger, n, err)
		}
		for _, id := range []fraud.ReportID{"s/2", "s/4"} {
			if _, err := b.place(fraud.LeafDeletion, string(id)); err != nil {
				b.Errorf("no leaf tells that %s was deleted: %v", id, err)
			}
			d, err := b.Deletion(b.ctx, id)
			if err != nil || d.Basis != "who reported asked for it" || d.By != "" {
				b.Errorf("the deletion of %s is %+v, %v", id, d, err)
			}
			r, err := b.Report(b.ctx, id)
			if err != nil || r.Narrative != "" || r.Victim != "" || len(r.Evidence) > 0 || !r.ReceivedAt.Equal(t0) {
				b.Errorf("of %s there is %+v, %v", id, r, err)
			}
			if s, err := b.SightingsOf(b.ctx, id); err != nil || len(s) > 0 {
				b.Errorf("%s still holds %v, %v", id, s, err)
			}
		}
		_, _, err = b.OpenVault(b.ctx, "s/2", "kim", "to call her back", t0)
		b.refused(err, fraud.ErrNotFound)
		n, err := b.CountReports(b.ctx)
		same(b, n, err, 5)
		hits, err := b.FindTexts(b.ctx, "parakeet", 9)
		same(b, hits, err, nil)
		hits, err = b.FindTexts(b.ctx, "computer locked", 9)
		b.must(err)
		if len(hits) != 3 {
			b.Errorf("the words of others are found %d times, want 3", len(hits))
		}
		with, err := b.ReportsWith(b.ctx, fraud.Indicator{Kind: fraud.Phone, Value: phoneA}, 9)
		same(b, with, err, []fraud.ReportID{"s/3", "s/1"})
		var current []fraud.ReportID
		b.must(b.EachForLinkingBetween(b.ctx, 0, 99, func(_ int64, f fraud.ReportFacts, _ []fraud.Sighting, _ []fraud.Sketch) error {
			current = append(current, f.ID)
			return nil
		}))
		same(b, current, nil, []fraud.ReportID{"s/1", "s/3", "s/5"})
		stand, err := b.ReportStand(b.ctx, "s/2")
		if err != nil || stand.Deleted.IsZero() || len(stand.All) != 2 {
			b.Errorf("it stands as %+v, %v", stand, err)
		}

		wipes, err := b.Wipes(b.ctx)
		b.must(err)
		var files int
		for _, w := range wipes {
			if w.File != "" {
				files++
				held, err := b.FileHeld(b.ctx, w.File)
				same(b, held, err, false)
			}
		}
		if files != 2 || len(wipes) != 3 {
			b.Errorf("to be wiped are %+v", wipes)
		}
		b.must(b.Wiped(b.ctx, wipes))
		wipes, err = b.Wipes(b.ctx)
		same(b, wipes, err, nil)
	}},
	{"a deleted report is not brought back and is deleted once", func(b *bench) {
		b.accept(toldBy("1", "", ""), report("s", "2", phoneA))
		for _, x := range []struct {
			id    fraud.ReportID
			basis string
			want  error
		}{{"s/9", "asked for", fraud.ErrNotFound}, {"s/1", " ", fraud.ErrInvalid}} {
			_, err := b.DeleteReport(b.ctx, x.id, "kim", x.basis, t0, nil)
			b.refused(err, x.want)
		}
		_, err := b.DeleteReport(b.ctx, "s/1", "kim", "asked for by letter", t0, nil)
		b.must(err)
		_, err = b.DeleteReport(b.ctx, "s/1", "kim", "asked for again", t0, nil)
		b.refused(err, fraud.ErrConflict)
		taken, err := b.AcceptBatch(b.ctx, []fraud.Acceptance{toldBy("1", "", ""), toldBy("7", "1", "and more")})
		same(b, taken, err, []fraud.Taken{fraud.TakenSame, fraud.TakenDeleted})
		_, err = b.Report(b.ctx, "s/7")
		b.refused(err, fraud.ErrNotFound)
		n, err := b.IndexTexts(b.ctx, 0)
		if behind, berr := b.TextsBehind(b.ctx); err != nil || berr != nil || behind != 0 {
			b.Errorf("%d indexed and %d behind, %v, %v", n, behind, err, berr)
		}
		hits, err := b.FindTexts(b.ctx, "zanzibar", 9)
		same(b, hits, err, nil)
		b.sound()
	}},
	{"of a deletion that somebody wrote behind the store fsck tells", func(b *bench) {
		b.accept(toldBy("1", "", ""), toldBy("2", "", ""))
		_, err := b.DeleteReport(b.ctx, "s/1", "kim", "asked for by letter", t0, nil)
		b.must(err)
		b.sound()
		for _, change := range []string{
			"UPDATE deletions SET basis = 'a whim'", "DELETE FROM deletions", "DELETE FROM extractions WHERE report_no = 2", "UPDATE reports SET victim = '' WHERE no = 2",
		} {
			if _, err := b.raw().ExecContext(b.ctx, change); err == nil || !strings.Contains(err.Error(), "append-only") {
				b.Errorf("%s: %v, want a refusal", change, err)
			}
		}
		for _, x := range []struct{ change, says string }{
			{"INSERT INTO vault_keys (report_id, wrapped) SELECT 's/1', wrapped FROM vault_keys WHERE report_id = 's/2'", "report s/1: it was deleted, and what is there is not what was left of it"},
			{"DELETE FROM vault_keys WHERE report_id = 's/1'", ""},
			{"UPDATE deletions SET basis = 'a whim'", "deletion of report s/1 is not the one in the ledger"},
			{"UPDATE deletions SET basis = 'asked for by letter'", ""},
			{"DELETE FROM deletions", "deletion s/1: the ledger attests it and it is gone"},
		} {
			b.tamper(x.change)
			found, err := b.Fsck(b.ctx)
			b.must(err)
			if x.says == "" && len(found) > 0 || !strings.Contains(strings.Join(found, "\n"), x.says) {
				b.Errorf("after %q fsck says %q, want %q in it", x.change, found, x.says)
			}
		}
	}},
	{"boxes of before get keys of their own in steps that each are whole", func(b *bench) {
		b.accept(toldBy("1", "", ""), toldBy("2", "", ""), report("s", "3", phoneA))
		b.tamper("DELETE FROM vault_keys")
		b.tamper("INSERT INTO vault_before (report_id) SELECT report_id FROM vault")
		_, err := b.DeleteReport(b.ctx, "s/1", "kim", "asked for by letter", t0, nil)
		b.refused(err, fraud.ErrConflict)
		stop := errors.New("the machine stops")
		_, err = b.Rebox(b.ctx, func(id fraud.ReportID, old []byte) (box, key []byte, err error) { return nil, nil, stop })
		b.refused(err, stop)
		_, key, err := b.OpenVault(b.ctx, "s/1", "kim", "to call her back", t0)
		same(b, key, err, nil)
		n, err := b.Rebox(b.ctx, func(id fraud.ReportID, old []byte) (box, key []byte, err error) {
			return slices.Concat([]byte("\x03"), old), []byte("new key of " + id), nil
		})
		same(b, n, err, 2)
		n, err = b.Rebox(b.ctx, func(fraud.ReportID, []byte) (box, key []byte, err error) { return nil, nil, stop })
		same(b, n, err, 0)
		box, key, err := b.OpenVault(b.ctx, "s/1", "kim", "to call her back", t0)
		same(b, string(box)+string(key), err, "\x03\x02box of 1new key of s/1")
		was := func(_ fraud.ReportID, box, _ []byte) ([]byte, error) { return box[1:], nil }
		found, _, err := b.FsckCounting(b.ctx, was)
		same(b, found, err, nil)
		_, err = b.DeleteReport(b.ctx, "s/1", "kim", "asked for by letter", t0, was)
		b.must(err)
		found, _, err = b.FsckCounting(b.ctx, was)
		same(b, found, err, nil)
	}},
}
