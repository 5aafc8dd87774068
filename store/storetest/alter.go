package storetest

import (
	"bytes"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// wholeHouse puts at least one row into every table that fsck holds against the
// ledger, and two into those whose rows stand in an order.
func (b *bench) wholeHouse() {
	b.Helper()
	b.everything()
	c := access.With(b.ctx, access.Who{Person: "ana", Org: "alder"})
	b.must(b.AddAudit(c, fraud.AuditEntry{By: "ana", Org: "alder", Act: "referral.sign", Ref: "REF-1", Why: "w", OK: true}))
	_, _, err := b.OpenVault(c, "s/1", "kim", "to call her again", after(time.Hour))
	b.must(err)
	b.must(b.AddJudgement(c, fraud.Judgement{ID: "J-2", Verdict: fraud.VerdictDifferent, A: "s/1", B: "s/3", By: "ana", Reason: "another voice", At: t0}))
	b.must(b.RecallShare(c, "S-1", t0, "signed again"))
	b.must(b.AddPeer(c, peer("cedar")))
	_, keys := keyed(b, "birch")
	change, _ := changed(b, keys, "a year is over")
	b.must(b.ChangePeerKeys(c, change, time.Now()))
	b.must(b.AddKeyNotice(c, 1, "birch"))
	b.must(b.CatchPeer(c, fraud.PeerFault{Peer: "cedar", Why: "shrank", Seen: "one", Shown: "other", At: t0}))
	m := match("M-1", t0)
	b.must(b.SaveMatch(c, m, []byte("state")))
	m.Step, m.PeerRoot = fraud.MatchKinds, "bb"
	b.must(b.SaveMatch(c, m, []byte("state of later")))
	b.must(b.SaveJointCase(c, jointCase("C-1", t0), letter("birch", "joint", "C-1")))
	for i := range 2 {
		b.must(b.AddJointEntry(c, fraud.JointEntry{ID: id("JE", i), Case: "C-1", Kind: fraud.JointComment, Org: "alder", Person: "ana", Says: "x", At: t0}))
	}
	l := letter("birch", "status", "REF-1")
	b.must(b.Post(c, l))
	b.must(b.EndLetter(c, l.No, "", t0))
	r := referral(1)
	r.Manifest = fmt.Sprintf("%x", digest("m"))
	b.must(b.SaveReferral(c, r))
	_, err = b.AppendLeaf(c, fraud.Leaf{Kind: fraud.LeafManifest, Ref: "REF-1/1", Digest: digest("m")})
	b.must(err)
	r.Status = fraud.ReferralSigned
	b.must(b.SaveReferral(c, r))
	b.must(b.AddStatus(c, status(fraud.ReferralOpened, time.Hour)))
	x := fraud.InboxItem{Referral: "REF-2", Version: 1, Sealed: "s1", ReceivedAt: t0}
	b.must(b.AddInbox(c, x))
	x.Package, x.OpenedAt, x.OpenedBy = "p1", t0, "ines"
	b.must(b.SaveOpened(c, x))
	b.must(b.AddCase(c, fraud.Case{ID: "CASE-2", Complainant: "birch", Linked: []fraud.CaseID{"CASE-1"}, RegisteredAt: t0, By: "ines"}))
	b.must(b.UnsealCase(c, "CASE-1", "order 3", "ines", t0))
	b.must(b.EndOperation(c, "OP-1", t0, "ines"))
	b.must(b.AddSafe(c, []fraud.SafeEntry{{Indicator: numberA, Owner: "Alder", Source: "its site"}}))
	d := fraud.Dispute{ID: "D-1", Indicator: numberA, Says: "it is ours", Contact: "sealed", At: t0}
	b.must(b.AddDispute(c, d))
	d.Decided, d.By, d.Reason = t0, "ana", "it is theirs"
	b.must(b.DecideDispute(c, d))
	b.must(b.SaveSignature(c, fraud.Signature{Ring: "R-1", Disrupted: t0}))
	_, err = b.AddAlert(c, fraud.Alert{ID: "AL-1", Kind: fraud.AlertReturn, Ring: "R-2", Broken: "R-1", Says: "it is back", Bits: 31.5, At: t0})
	b.must(err)
	b.must(b.SeeAlert(c, "AL-1", "ana", t0))
	b.must(b.AddPerson(c, access.Person{ID: "ana", Org: "alder", Roles: []access.Role{access.RoleAnalyst}, Password: "$argon2id$x"}))
	b.must(b.SavePerson(c, access.Person{ID: "ana", Org: "alder", Office: "Counsel", Password: "$argon2id$y"}))
	for _, x := range []string{"7", "8"} {
		a := report("s", x, phoneB)
		a.Vault, a.VaultKey = []byte("box "+x), []byte("its key")
		b.accept(a)
		_, err = b.DeleteReport(c, fraud.ReportID("s/"+x), "ana", "the victim asked for it by letter", t0, nil)
		b.must(err)
	}
	b.must(b.SaveRings(b.ctx, fraud.Linking{Rings: linking().Rings, Links: linking().Links, Events: linking().Events}))
}

// notHeld are the tables of which docs/ledger.md says why no leaf tells of them.
var notHeld = strings.Fields(`
	report_cards report_words texts_done vault_keys vault_before wipes
	rings ring_reports suggestions linkings ring_heads ring_orders ring_facets ring_facet_counts ring_values ring_tops
	listings shelves shelved nonces sessions checkpoints peer_checkpoints schema_versions`)

// notHeldColumns are those of held tables that say how sending goes.
var notHeldColumns = []string{"letters.tries", "letters.next_at", "letters.problem"}

// orderOnly are numbers that say in what order rows were written and nothing
// else: fsck finds one by which the order is another.
var orderOnly = []string{"judgements.no", "vault_openings.no", "deletions.no", "referral_statuses.no", "share_recalls.no", "joint_entries.no"}

// calledBy says by what fsck calls a row, where that is not the first column of
// its key: a query of the row's own table.
var calledBy = map[string]string{
	"reports": "id", "extractions": "(SELECT id FROM reports WHERE no = report_no)", "sightings": "(SELECT id FROM reports WHERE no = report_no)",
	"judgements": "id", "vault_openings": "report_id", "deletions": "report_id", "referral_statuses": "referral", "share_recalls": "share_id", "joint_entries": "id",
	"ledger_head": "'head'", "ledger_hashes": "'ledger'",
}

// tableColumn is a column as the database itself knows it.
type tableColumn struct {
	table, column, kind string
	key                 bool
}

// schema asks the database what tables and columns it has.
func (b *bench) schema(db *sql.DB) (out []tableColumn) {
	b.Helper()
	query := `
	SELECT m.name, c.name, c.type, c.pk > 0 FROM sqlite_master m, pragma_table_info(m.name) c
	WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'report_words%'
	ORDER BY m.name, c.pk = 0, c.pk, c.cid`
	if strings.HasPrefix(b.url, "postgres") {
		query = `
	SELECT c.table_name, c.column_name, c.data_type, k.ordinal_position IS NOT NULL
	FROM information_schema.columns c
	    LEFT JOIN information_schema.table_constraints t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY'
	    LEFT JOIN information_schema.key_column_usage k ON k.constraint_schema = t.constraint_schema AND k.constraint_name = t.constraint_name
	        AND k.table_name = c.table_name AND k.column_name = c.column_name
	WHERE c.table_schema = current_schema() AND c.table_name NOT LIKE 'report_words%'
	ORDER BY c.table_name, k.ordinal_position NULLS LAST, c.ordinal_position`
	}
	rows, err := db.QueryContext(b.ctx, query)
	b.must(err)
	defer rows.Close()
	for rows.Next() {
		var c tableColumn
		b.must(rows.Scan(&c.table, &c.column, &c.kind, &c.key))
		out = append(out, c)
	}
	b.must(rows.Err())
	return out
}

// altered is a value that differs from v in as little as can be, of the kind
// that the column has.
func altered(kind string, v any) any {
	kind = strings.ToUpper(kind)
	switch x := v.(type) {
	case string:
		if len(x) > 0 && x[0] >= 'b' && x[0] <= 'y' { // one letter
			return string(x[0]+1) + x[1:]
		}
		return x + "x"
	case []byte:
		if len(x) == 0 {
			return []byte{1}
		}
		y := bytes.Clone(x)
		y[len(y)/2] ^= 1
		return y
	case int64:
		return x + 2_000_000 // of a leaf's time the tree tells the seconds
	case float64:
		return x + 1
	case bool:
		return !x
	}
	switch {
	case strings.Contains(kind, "TEXT"):
		return "x"
	case strings.Contains(kind, "INT"):
		return int64(5)
	case strings.Contains(kind, "BOOL"):
		return true
	}
	return []byte{1}
}

// open gets around all that keeps rows as they are, and gives the one
// connection on which it has.
func (b *bench) open() *sql.DB {
	b.Helper()
	db := b.raw()
	db.SetMaxOpenConns(1)
	prepare := []string{"PRAGMA foreign_keys = 0", "PRAGMA ignore_check_constraints = 1"}
	drops := "SELECT COALESCE(group_concat('DROP TRIGGER ' || name, ';'), '') FROM sqlite_master WHERE type = 'trigger'"
	if strings.HasPrefix(b.url, "postgres") {
		prepare = []string{"SET session_replication_role = replica"}
		drops = `
	SELECT string_agg('ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname, ';') FROM pg_constraint
	WHERE contype = 'c' AND connamespace = current_schema()::regnamespace`
	}
	var all string
	b.must(db.QueryRowContext(b.ctx, drops).Scan(&all))
	for _, s := range append(prepare, all) {
		if _, err := db.ExecContext(b.ctx, s); err != nil {
			b.Fatalf("%s: %v", s, err)
		}
	}
	return db
}

var alterTests = []test{
	{"any one column of any row that is held can be changed only in sight of fsck", func(b *bench) {
		b.wholeHouse()
		b.sound()
		db := b.open()
		all := b.schema(db)
		for i := 0; i < len(all); {
			var columns []tableColumn
			for table := all[i].table; i < len(all) && all[i].table == table; i++ {
				columns = append(columns, all[i])
			}
			if !slices.Contains(notHeld, columns[0].table) {
				b.alterEach(db, columns)
			}
		}
		b.sound()
	}},
	{"a row that is taken away or put in behind the store is named", func(b *bench) {
		b.wholeHouse()
		for _, x := range []struct{ change, says string }{
			{"DELETE FROM freezes WHERE id = 'F-1'", "freezes/F-1: the ledger attests it and it is gone"},
			{"DELETE FROM judgements WHERE id = 'J-1'", "judgement J-1: the ledger attests it and it is gone"},
			{"DELETE FROM vault WHERE report_id = 's/1'", "report s/1: it is not what its leaf says"},
			{"DELETE FROM audits WHERE seq = 2", "row_runs/audits/2-3: 2 rows were written and 1 are there"},
			{"DELETE FROM row_runs WHERE tbl = 'ring_events'", "ring_events: the ledger attests"},
			{"INSERT INTO outcomes (id, referral, says, disrupted, figures, at, by_person) VALUES ('O-9', 'REF-1', 'all free', '[]', '[]', 0, 'x')", "outcomes/O-9: no leaf of the ledger tells of it"},
			{"INSERT INTO safe_list (kind, value, owner, source) VALUES ('phone', '+12125550199', 'nobody', '')", "safe_list/phone/+12125550199: no leaf"},
			{"UPDATE referrals SET manifest = 'another'", "referrals/REF-1/1: its manifest is not one that the ledger attests"},
			{"UPDATE reports SET raw = X'7b7d', raw_sha256 = X'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' WHERE id = 's/2'", "report s/2: it is not what its leaf says"},
		} {
			if strings.HasPrefix(b.url, "postgres") {
				x.change = strings.ReplaceAll(x.change, "X'", `'\x`)
			}
			b.tamper(x.change)
			found, err := b.Fsck(b.ctx)
			b.must(err)
			if !strings.Contains(strings.Join(found, "\n"), x.says) {
				b.Errorf("after %q fsck says %q, want %q in it", x.change, found, x.says)
			}
		}
	}},
	{"no table is both held and said not to be", func(b *bench) {
		db := b.raw()
		have := map[string]bool{}
		for _, c := range b.schema(db) {
			have[c.table] = true
		}
		for _, t := range notHeld {
			if !have[t] && t != "report_words" {
				b.Errorf("there is no table %s", t)
			}
		}
	}},
}

// alterEach changes column by column the first and the last row of a table, and
// puts back what was there.
func (b *bench) alterEach(db *sql.DB, columns []tableColumn) {
	b.Helper()
	table := columns[0].table
	var names, where, order []string
	for _, c := range columns {
		names = append(names, c.column)
		if c.key {
			where = append(where, fmt.Sprintf("%s = $%d", c.column, len(where)+2))
			order = append(order, c.column)
		}
	}
	called := calledBy[table]
	if called == "" {
		called = columns[0].column
	}
	ends := []string{"", " DESC"}
	if strings.HasPrefix(b.url, "postgres") {
		ends = ends[:1] // a question costs ten times as much there, and the list is one
	}
	for _, end := range ends {
		values := make([]any, len(columns)+1)
		dest := make([]any, len(values))
		for i := range values {
			dest[i] = &values[i]
		}
		query := "SELECT " + strings.Join(append(slices.Clone(names), called), ", ") + " FROM " + table + " ORDER BY " + strings.Join(order, end+", ") + end + " LIMIT 1"
		if err := db.QueryRowContext(b.ctx, query).Scan(dest...); err != nil {
			b.Errorf("%s: no row to try it on: %v", table, err)
			return
		}
		name := fmt.Sprint(values[len(columns)])
		for i, c := range columns {
			full := table + "." + c.column
			if slices.Contains(notHeldColumns, full) || end != "" && slices.Contains(orderOnly, full) {
				continue
			}
			now := altered(c.kind, values[i])
			set := "UPDATE " + table + " SET " + c.column + " = $1 WHERE " + strings.Join(where, " AND ")
			key := func(changed bool) (out []any) {
				for j, k := range columns {
					if k.key && changed && j == i {
						out = append(out, now)
					} else if k.key {
						out = append(out, values[j])
					}
				}
				return out
			}
			if _, err := db.ExecContext(b.ctx, set, append([]any{now}, key(false)...)...); err != nil {
				b.Errorf("%s of %s: %v", full, name, err)
				continue
			}
			found, err := b.Fsck(b.ctx)
			if said := strings.Join(found, "\n"); err != nil || said == "" {
				b.Errorf("%s of %s was changed from %q to %q: fsck finds %q, %v", full, name, values[i], now, found, err)
			} else if !strings.Contains(said, name) && table != "ledger_head" {
				b.Errorf("%s of %s was changed: fsck finds %q, and does not name it", full, name, found)
			}
			if _, err := db.ExecContext(b.ctx, set, append([]any{values[i]}, key(true)...)...); err != nil {
				b.Fatalf("put %s of %s back: %v", full, name, err)
			}
		}
	}
}
