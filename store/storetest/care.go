package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// everything puts at least one row into every table that is append-only.
func (b *bench) everything() {
	b.Helper()
	a := report("s", "1", phoneA)
	a.Vault = []byte("box")
	a.VaultKey = []byte("its key")
	b.accept(a)
	b.accept(report("s", "2", phoneA), report("s", "3", phoneB))
	_, _, err := b.OpenVault(b.ctx, "s/1", "kim", "to call her back", t0)
	b.must(err)
	b.must(b.SaveRings(b.ctx, linking()))
	b.must(b.AddJudgement(b.ctx, fraud.Judgement{ID: "J-1", Verdict: fraud.VerdictSame, A: "s/1", B: "s/2", By: "ana", Reason: "one voice", At: t0}))
	_, err = b.AddTransfers(b.ctx, []fraud.Transfer{{ID: "T-1", Basis: fraud.Observed, At: t0}})
	b.must(err)
	b.must(b.AddShare(b.ctx, fraud.Share{ID: "S-1", To: "birch", At: t0}))
	b.must(b.RecallShare(b.ctx, "S-1", t0, "signed"))
	b.must(b.AddHold(b.ctx, fraud.Hold{ID: "H-1", Ring: "R-1", Until: t0, At: t0}))
	b.must(b.ReleaseHold(b.ctx, "H-1", "ana", t0))
	b.must(b.AddStatus(b.ctx, status(fraud.ReferralReceived, 0)))
	b.search()
	_, err = b.AddSeizure(b.ctx, item("I-1", ""))
	b.must(err)
	_, err = b.AddCustody(b.ctx, fraud.CustodyEvent{Item: "I-1", Act: fraud.CustodyReceived, Holder: "lab", At: after(time.Hour), By: "lena"})
	b.must(err)
	b.must(b.AddFreeze(b.ctx, fraud.Freeze{ID: "F-1", Case: "CASE-1"}))
	b.must(b.AddFreezeEvent(b.ctx, fraud.FreezeEvent{Freeze: "F-1", State: fraud.FreezeHeld, At: t0}))
	b.must(b.AddArrest(b.ctx, fraud.Arrest{ID: "A-1", Case: "CASE-1", At: t0}))
	b.must(b.AddLead(b.ctx, fraud.Lead{ID: "L-1", Case: "CASE-1", At: t0}))
	b.must(b.AddOutcome(b.ctx, fraud.Outcome{ID: "O-1", At: t0}))
	b.must(b.Shelve(b.ctx, put(1, t0, "a", "b")))
}

// appendOnly are the tables that refuse to be changed, each with a column.
var appendOnly = []struct{ table, column string }{
	{"reports", "victim"},
	{"extractions", "facts"},
	{"sightings", "value"},
	{"vault_openings", "reason"},
	{"leaves", "ref"},
	{"ledger_hashes", "hash"},
	{"judgements", "reason"},
	{"transfers", "source"},
	{"shares", "ref"},
	{"share_recalls", "receipt"},
	{"holds", "reason"},
	{"hold_releases", "by_person"},
	{"referral_statuses", "says"},
	{"seizures", "what"},
	{"custody", "holder"},
	{"freeze_events", "why"},
	{"arrests", "person"},
	{"leads", "says"},
	{"outcomes", "says"},
	{"ring_events", "cause"},
	{"audits", "why"},
}

// tamper changes the database as somebody would who knows how to get around
// the triggers.
func (b *bench) tamper(statement string) {
	b.Helper()
	db := b.raw()
	db.SetMaxOpenConns(1) // the settings below are of one connection
	prepare := []string{"PRAGMA foreign_keys = 0", "PRAGMA ignore_check_constraints = 1"}
	if strings.HasPrefix(b.url, "postgres") {
		prepare = []string{"SET session_replication_role = replica"}
	} else {
		var drops string
		b.must(db.QueryRowContext(b.ctx, "SELECT COALESCE(group_concat('DROP TRIGGER ' || name, ';'), '') FROM sqlite_master WHERE type = 'trigger'").Scan(&drops))
		prepare = append(prepare, drops)
	}
	for _, s := range append(prepare, statement) {
		if _, err := db.ExecContext(b.ctx, s); err != nil {
			b.Fatalf("%s: %v", s, err)
		}
	}
}

var careTests = []test{
	{"what is append only refuses to be changed or deleted", func(b *bench) {
		b.everything()
		db := b.raw()
		for _, x := range appendOnly {
			var before, now int
			count := "SELECT COUNT(*) FROM " + x.table
			b.must(db.QueryRowContext(b.ctx, count).Scan(&before))
			if before == 0 {
				b.Errorf("%s has no row to try it on", x.table)
			}
			for _, change := range []string{"UPDATE " + x.table + " SET " + x.column + " = " + x.column, "DELETE FROM " + x.table} {
				if _, err := db.ExecContext(b.ctx, change); err == nil || !strings.Contains(err.Error(), "append-only") {
					b.Errorf("%s: got %v, want a refusal", change, err)
				}
			}
			b.must(db.QueryRowContext(b.ctx, count).Scan(&now))
			same(b, now, nil, before)
		}
		b.sound()
	}},
	{"an empty and a full database are sound", func(b *bench) {
		b.sound()
		b.everything()
		b.sound()
	}},
	{"a database that is opened again holds the same", func(b *bench) {
		b.everything()
		before, err := b.Leaves(b.ctx, 0, 0)
		b.must(err)
		again := opened(b.T, b.url)
		leaves, err := again.Leaves(b.ctx, 0, 0)
		same(b, leaves, err, before)
		version, err := again.SchemaVersion(b.ctx)
		b.must(err)
		if version < 1 {
			b.Errorf("schema version %d", version)
		}
		taken, err := again.AcceptBatch(b.ctx, []fraud.Acceptance{report("s", "1", phoneA), report("s", "4", phoneA)})
		same(b, taken, err, []fraud.Taken{fraud.TakenSame, fraud.TakenNew})
		b.sound()
	}},
	{"a database of a newer program is refused", func(b *bench) {
		_, err := b.raw().ExecContext(b.ctx, "INSERT INTO schema_versions (version, name, applied_at) VALUES (9999, 'from the future', 0)")
		b.must(err)
		_, err = reopen(b)
		b.refused(err, fraud.ErrInvalid)
	}},
	{"fsck names what was changed behind the store", func(b *bench) {
		b.everything()
		for _, x := range []struct{ change, says string }{
			{
				"UPDATE reports SET victim = victim, raw = raw_sha256 WHERE id = 's/1'",
				"report s/1: its JSON was changed",
			},
			{
				"UPDATE reports SET digest = (SELECT hash FROM ledger_hashes WHERE idx = 1) WHERE id = 's/2'",
				"report s/2: its digest is not the one in the ledger",
			},
			{"DELETE FROM leaves WHERE ref = 's/3'", "report s/3: the ledger has no leaf for it"},
			{"UPDATE custody SET holder = 'a thief' WHERE item = 'I-1' AND seq = 2", "custody of I-1: event 2 was changed"},
			{"UPDATE judgements SET reason = 'another' WHERE id = 'J-1'", "judgement J-1 is not the one in the ledger"},
			{"UPDATE vault_openings SET by_person = 'nobody'", "opening of the vault for report s/1"},
			{"UPDATE referral_statuses SET says = 'another'", "status of referral REF-1"},
			{"UPDATE shares SET to_org = 'somebody'", "share S-1 is not the one in the ledger"},
			{"UPDATE share_recalls SET receipt = 'forged'", "recall of share S-1 is not"},
			{"UPDATE referral_statuses SET digest = (SELECT hash FROM ledger_hashes WHERE idx = 1)", "status of referral REF-1"},
			{"UPDATE ledger_hashes SET hash = (SELECT raw_sha256 FROM reports WHERE no = 1) WHERE idx = 0", "ledger: hash 0 is not that of its leaves"},
			{"UPDATE ledger_head SET size = 99", "ledger: its head says 99 leaves"},
			{"UPDATE extractions SET sightings = sketches WHERE report_no = 1", "report s/1: what was taken out of it cannot be read"},
			{"DELETE FROM sightings WHERE report_no = 2", "report s/2: the index of its indicators is not what was taken out of it"},
			{"INSERT INTO sightings (kind, value, report_no) VALUES ('phone', 'x', 77)", "sightings: 1 belong to no report"},
			{"DELETE FROM custody WHERE seq = 1", "custody of I-1: event 2 does not follow"},
		} {
			b.tamper(x.change)
			found, err := b.Fsck(b.ctx)
			b.must(err)
			if !strings.Contains(strings.Join(found, "\n"), x.says) {
				b.Errorf("after %q fsck says %q, want %q in it", x.change, found, x.says)
			}
		}
	}},
	{"fsck names a report that the ledger attests and that is gone", func(b *bench) {
		b.three()
		b.tamper("DELETE FROM reports WHERE id = 's/2'")
		found, err := b.Fsck(b.ctx)
		b.must(err)
		said := strings.Join(found, "\n")
		for _, want := range []string{"report number 2 is missing", "report s/2: the ledger attests it and it is gone"} {
			if !strings.Contains(said, want) {
				b.Errorf("fsck says %q, want %q in it", found, want)
			}
		}
	}},
}

// told is a report of source s with the fields given.
func told(id, fields string, sightings ...fraud.Sighting) fraud.Acceptance {
	r, err := fraud.DecodeReport([]byte(`{"id":"` + id + `","source":"s","received_at":"2023-10-19T09:00:00Z",` + fields + `}`))
	if err != nil {
		panic(err)
	}
	digest, err := r.Digest()
	if err != nil {
		panic(err)
	}
	return fraud.Acceptance{Report: r, Digest: digest, Via: "import", Sightings: sightings}
}

var searchTests = []test{
	{"a search finds rings reports and indicators by how they begin", func(b *bench) {
		b.three()
		b.must(b.SaveRings(b.ctx, linking()))
		hit := fraud.Hit{Kind: fraud.HitIndicator, Ref: "phone:" + phoneA, Indicator: numberA, Ring: "R-1", Reports: 2}
		for _, x := range []struct {
			q     string
			limit int
			want  []fraud.Hit
		}{
			{phoneA, 10, []fraud.Hit{hit}},
			{"+1212", 10, []fraud.Hit{hit}},
			{" 1 (212) 555-0142 ", 10, []fraud.Hit{hit}},
			{"phone:+1212", 10, []fraud.Hit{hit}},
			{"email:+1212", 10, nil},
			{"R-", 10, []fraud.Hit{{Kind: fraud.HitRing, Ref: "R-1", Ring: "R-1", Reports: 2}, {Kind: fraud.HitRing, Ref: "R-2", Ring: "R-2", Reports: 1}}},
			{"R-", 1, []fraud.Hit{{Kind: fraud.HitRing, Ref: "R-1", Ring: "R-1", Reports: 2}}},
			{"s/2", 10, []fraud.Hit{{Kind: fraud.HitReport, Ref: "s/2", Ring: "R-1", Reports: 1}}},
			{"%", 10, nil},
			{"", 10, nil},
			{"nothing", 10, nil},
		} {
			got, err := b.Find(b.ctx, x.q, x.limit)
			if err == nil && len(got) == 0 {
				got = nil
			}
			same(b, got, err, x.want)
		}
	}},
	{"a search finds reports by the words of their texts on both engines alike", func(b *bench) {
		b.accept(
			told("1", `"narrative":"The caller said \"Windows Défender\" had expired and asked me to ring Jürgen Straße.","contacts":[{"text":"CALL NOW to renew","brand":"Alder","agent_alias":"Officer Daniel"}]`),
			told("2", `"narrative":"मेरे फोन पर एक संदेश आया, खाता बंद हो जाएगा"`),
			told("3", `"narrative":"東京電力を名乗る電話がありました"`),
			told("4", `"narrative":"My own number is 212-555-0199, they called it twice and said defender"`, fraud.Sighting{
				Report: "s/4", Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550199"}, Role: fraud.RoleVictimOwned,
				Place: fraud.Place{Field: "narrative", Start: 17, End: 29},
			}),
		)
		for _, q := range []string{"defender", "東京"} {
			got, err := b.FindTexts(b.ctx, q, 10)
			same(b, got, err, nil)
		}
		behind, err := b.TextsBehind(b.ctx)
		same(b, behind, err, 4)
		done, err := b.IndexTexts(b.ctx, 3)
		same(b, done, err, 3)
		done, err = b.IndexTexts(b.ctx, 0)
		same(b, done, err, 1)
		behind, err = b.TextsBehind(b.ctx)
		same(b, behind, err, 0)
		for _, x := range []struct{ q, want string }{
			{"DEFENDER", "s/4 s/1"},
			{"windows defender", "s/1"},
			{"jurgen strasse", ""}, // ß is a letter of its own
			{"Jurgen Straße", "s/1"},
			{"officer", "s/1"},
			{"alder renew", "s/1"},
			{"संदेश", "s/2"},
			{"खाता बंद", "s/2"},
			{"電話", "s/3"},
			{"東京電力", "s/3"},
			{"京都", ""},
			{"0199", ""}, // the victim's own number is not in the index
			{"twice", "s/4"},
			{`" OR 1=1 --`, ""},
			{"' & !", ""},
			{"* ( NEAR", ""},
		} {
			var got []string
			hits, err := b.FindTexts(b.ctx, x.q, 10)
			for _, h := range hits {
				got = append(got, h.Ref)
			}
			if strings.Join(got, " ") != x.want || err != nil {
				b.Errorf("%q finds %q, %v; want %q", x.q, got, err, x.want)
			}
		}
		hits, err := b.FindTexts(b.ctx, "defender", 1)
		same(b, hits, err, []fraud.Hit{{Kind: fraud.HitText, Ref: "s/4", Reports: 1}})
		b.sound()
	}},
	{"a value that is in a ring leads to it", func(b *bench) {
		b.three()
		b.must(b.SaveRings(b.ctx, linking()))
		for _, x := range []struct {
			i    fraud.Indicator
			want []fraud.RingID
		}{
			{numberA, []fraud.RingID{"R-1", "R-2"}},
			{fraud.Indicator{Kind: fraud.Script, Value: "script:1"}, []fraud.RingID{"R-1", "R-2"}},
			{fraud.Indicator{Kind: fraud.Script, Value: "script:2"}, nil},
		} {
			got, err := b.RingsWith(b.ctx, x.i, 10)
			same(b, got, err, x.want)
		}
		held, err := b.Held(b.ctx, []fraud.Indicator{{Kind: fraud.Phone, Value: "+1"}, numberA}, 1)
		same(b, held, err, []fraud.Held{{Indicator: numberA, Reports: []fraud.ReportID{"s/2"}, Rings: []fraud.RingID{"R-1"}}})
		entries, err := b.ReportEntries(b.ctx, []fraud.ReportID{"s/2", "s/9", "s/1"})
		b.must(err)
		if len(entries) != 2 || entries[0].Report.Name() != "s/1" || entries[1].Ring != "R-1" {
			b.Errorf("the entries of reports s/1 and s/2 are %+v", entries)
		}
	}},
	{"when and to whom incidents happened is told without who", func(b *bench) {
		b.three()
		r := report("s", "1", phoneA).Report
		want := fraud.Incident{At: r.HappenedAt().UTC(), Country: r.Reporter.Country, AgeBand: r.Reporter.AgeBand, TimeZone: r.Reporter.TimeZone}
		for range 2 { // before its card is made and after
			got, err := b.Incidents(b.ctx, []fraud.ReportID{"s/2", "s/1", "s/9"})
			same(b, got, err, []fraud.Incident{want, want})
			_, err = b.IndexTexts(b.ctx, 0)
			b.must(err)
		}
		held, err := b.SightingsOfMany(b.ctx, []fraud.ReportID{"s/1", "s/9"})
		mine, _ := b.SightingsOf(b.ctx, "s/1")
		same(b, held, err, map[fraud.ReportID][]fraud.Sighting{"s/1": mine})
	}},
	{"the inbox comes in pages, newest first, and by what was paid and who is old", func(b *bench) {
		pay := func(id, age, at string) fraud.Acceptance {
			return told(id, `"reporter":{"age_band":"`+age+`"},"payments":[{"status":"sent","amount":"9.99","currency":"USD","at":"`+at+`"}]`)
		}
		b.accept(pay("1", "60_plus", "2023-10-19T09:00:00Z"), pay("2", "40_49", "2023-10-21T09:00:00Z"), told("3", `"reporter":{"age_band":"60_plus"}`), pay("4", "60_plus", "2023-10-21T09:00:00Z"))
		_, err := b.IndexTexts(b.ctx, 0)
		b.must(err)
		b.must(b.SaveRings(b.ctx, fraud.Linking{Rings: []fraud.Ring{ring("R-1", 1, "s/2", "s/4")}}))
		names := func(q fraud.InboxQuery) (out []string) {
			q.Limit = 2
			for {
				page, err := b.ReportInbox(b.ctx, q)
				b.must(err)
				if len(page) == 0 {
					return out
				}
				for _, e := range page {
					out = append(out, string(e.Report.Name())+" "+string(e.Ring))
				}
				q.Before, q.PaidTo = page[len(page)-1].No, page[len(page)-1].PaidAt
			}
		}
		for _, x := range []struct {
			q    fraud.InboxQuery
			want []string
		}{
			{fraud.InboxQuery{}, []string{"s/4 R-1", "s/3 ", "s/2 R-1", "s/1 "}},
			{fraud.InboxQuery{Only: fraud.InboxPaid}, []string{"s/4 R-1", "s/2 R-1", "s/1 "}},
			{fraud.InboxQuery{Only: fraud.InboxPaid, PaidFrom: time.Date(2023, 10, 20, 0, 0, 0, 0, time.UTC)}, []string{"s/4 R-1", "s/2 R-1"}},
			{fraud.InboxQuery{Only: fraud.InboxAged}, []string{"s/4 R-1", "s/3 ", "s/1 "}},
			{fraud.InboxQuery{Only: fraud.InboxAlone}, []string{"s/3 ", "s/1 "}},
		} {
			same(b, names(x.q), nil, x.want)
		}
	}},
	{"the reports of a ring and its hours", func(b *bench) {
		b.three()
		b.must(b.SaveRings(b.ctx, linking()))
		got, err := b.ReportsOfRing(b.ctx, "R-1", 0)
		same(b, got, err, []*fraud.Report{report("s", "1", phoneA).Report, report("s", "2", phoneA).Report})
		got, err = b.ReportsOfRing(b.ctx, "R-1", 1)
		same(b, len(got), err, 1)
		got, err = b.ReportsOfRing(b.ctx, "R-9", 1)
		same(b, got, err, nil)
		var want [7][24]int
		want[time.Thursday][8] = 2
		hours, err := b.HoursOfRing(b.ctx, "R-1")
		same(b, hours, err, want)
	}},
}

// Fill puts at least one of everything into the empty database at url, so
// that a later program can show that it still opens it.
func Fill(t *testing.T, url string) {
	t.Helper()
	b := &bench{T: t, DB: opened(t, url), url: url, ctx: context.Background()}
	b.everything()
}

// Holds checks that the database at url, filled by [Fill] of any earlier
// version, opens, is sound, still holds what was put there and goes on.
func Holds(t *testing.T, url string) {
	t.Helper()
	b := &bench{T: t, DB: opened(t, url), url: url, ctx: context.Background()}
	b.sound()
	got, err := b.Report(b.ctx, "s/1")
	same(b, got, err, report("s", "1", phoneA).Report)
	rings, err := b.RingsByHarm(b.ctx, 0)
	same(b, rings, err, []fraud.Ring{linking().Rings[1], linking().Rings[0]})
	listed, err := b.ListRings(b.ctx, fraud.RingQuery{Brand: "Alder"})
	same(b, len(listed.Rings), err, 2)
	_, all, err := b.StrongestLinks(b.ctx, rings[0].ID)
	links, errLinks := b.RingLinks(b.ctx, rings[0].ID)
	same(b, all, errors.Join(err, errLinks), len(links))
	tops, err := b.TopIndicators(b.ctx, []fraud.RingID{rings[0].ID, rings[1].ID})
	same(b, len(tops[rings[0].ID])+len(tops[rings[1].ID]), err, len(rings[0].Indicators)+len(rings[1].Indicators))
	judged, err := b.Judgements(b.ctx)
	same(b, len(judged), err, 1)
	_, err = b.IndexTexts(b.ctx, 0)
	b.must(err)
	chain, err := b.Custody(b.ctx, "I-1")
	same(b, len(chain), err, 2)
	statuses, err := b.Statuses(b.ctx, "REF-1")
	same(b, statuses, err, []fraud.StatusEvent{status(fraud.ReferralReceived, 0)})
	shelf, err := b.Shelf(b.ctx, "public")
	if want := put(1, t0, "a", "b"); shelf.Fill > 0 { // before version 9 there is none
		same(b, shelf, err, fraud.Shelf{List: "public", Fill: 1, Last: want.Added[1].Added, Objects: want.Added})
	}
	b.must(b.Shelve(b.ctx, put(shelf.Fill+1, after(time.Hour), "c")))
	b.accept(report("s", "9", phoneA))
	b.sound()
	// What was there is as the upgrade found it, and no longer changes unseen.
	leaves, err := b.Leaves(b.ctx, 0, 0)
	b.must(err)
	found := slices.ContainsFunc(leaves, func(raw []byte) bool {
		l, err := fraud.ParseLeaf(raw)
		return err == nil && l.Kind == fraud.LeafFound
	})
	_, before, err := b.FsckCounting(b.ctx, nil)
	same(b, before > 0, err, found)
	b.tamper("UPDATE freeze_events SET bank_ref = 'another'")
	wrong, err := b.Fsck(b.ctx)
	b.must(err)
	if said := strings.Join(wrong, "\n"); !strings.Contains(said, "freeze_events/1: it is not what its leaf says") {
		b.Errorf("fsck says %q of a step of a freeze that was changed after the upgrade", wrong)
	}
}
