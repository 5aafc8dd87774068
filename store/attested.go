package store

import (
	"errors"
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// What is held by what: the three lists that follow. A table that is in none of
// them is derived or passes with time; docs/ledger.md says so of each.

// rowTable is a table of which each row, as it stands, is under a leaf of its
// own: whoever writes a row calls [tx.attest] in the same transaction.
type rowTable struct {
	name string
	key  []string // what names a row
	rest string   // the other columns that its leaf tells of
}

var rowTables = []rowTable{
	{"freezes", keyed("id"), "case_id, account, bank, channel, seen, seen_cur, held, held_cur, state, deadline, path"},
	{"freeze_events", keyed("no"), "freeze_id, state, held, held_cur, bank_ref, why, at, by_person"},
	{"outcomes", keyed("id"), "referral, says, disrupted, figures, at, by_person"},
	{"seizures", keyed("id"), "search, no, type, what, imei, iccid, serial, place, seal, root, sha256, photo, minor, currency, corrects, at, by_person, phone_key"},
	{"searches", keyed("id"), "site, authority, issuer, expires, officers, witnesses, started_at, ended_at, recording_sha256, signed_at, by_person"},
	{"sites", keyed("id"), "operation, case_id, name, address, state, country, time_zone, confidence, evidence, rings"},
	{"operations", keyed("id"), "name, cases, go_at, lead, done, done_by, at"},
	{"cases", keyed("id"), "number, complainant, referral, title, law, rings, sealed, unseal_order, unsealed_by, unsealed_at, registered_at, by_person"},
	{"case_links", keyed("a", "b"), ""},
	{"arrests", keyed("id"), "case_id, person, role, law, place, at, by_person"},
	{"leads", keyed("id"), "case_id, country, to_whom, says, reports, at, by_person"},
	{"referrals", keyed("id", "version"), "supplements, title, joint_case, complainants, to_org, tlp, pap, embargo, status, package, sealed, manifest, checks, signers, at"},
	{"inbox", keyed("referral", "version"), "from_orgs, title, sealed, package, received_at, opened_at, opened_by, verified, tlp, pap, embargo"},
	{"matches", keyed("id"), "peer, offered, step, consent, peer_consent, kinds, min_reports, our_size, peer_size, our_root, peer_root, report, problem, at, state"},
	{"joint_cases", keyed("id"), "title, peer, match_id, in_common, basis, tlp, pap, embargo, opened_by, opened_at, accepted"},
	{"peers", keyed("id"), "name, kind, country, brands, key_sign, key_ledger, key_seal, url, added_by, added_at, revoked, revoked_by, revoked_why"},
	{"key_changes", keyed("no"), "org, old_sign, new_sign, statement, at"},
	{"key_notices", keyed("no", "peer"), "at"},
	{"peer_faults", keyed("no"), "peer, why, seen, shown, at"},
	{"holds", keyed("id"), "kind, value, ring, until, reason, by_person, from_org, at"},
	{"hold_releases", keyed("hold_id"), "by_person, at"},
	{"safe_list", keyed("kind", "value"), "owner, source"},
	{"disputes", keyed("id"), "kind, value, says, contact, at, decided, upheld, by_person, reason"},
	{"signatures", keyed("ring"), "disrupted, keeps, hours"},
	{"alerts", keyed("id"), "kind, ring, broken, says, kept, fresh, bits, since, at, seen, seen_by"},
	{"persons", keyed("id"), "org, name, office, roles, password, disabled"},
	{"transfers", keyed("id"), "from_acct, to_acct, minor, currency, at, rail, basis, report_id, source"},
	// How often sending was tried, when it is tried again and what came of the
	// last try change by the minute and are nobody's decision.
	{"letters", keyed("no"), "to_org, what, ref, version, path, body, at, done_at"},
}

func keyed(columns ...string) []string { return columns }

// rowTableOf gives the table by its name; that a name is not in the list is a
// mistake in this program.
func rowTableOf(name string) rowTable {
	i := slices.IndexFunc(rowTables, func(x rowTable) bool { return x.name == name })
	if i < 0 {
		panic("store: no rows of " + name + " are under leaves")
	}
	return rowTables[i]
}

func (x rowTable) columns() []string { return append(slices.Clone(x.key), commas(x.rest)...) }

func commas(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ", ")
}

// runTable is a table that is only added to, of which a leaf tells of a run of
// rows: those that one transaction wrote.
type runTable struct {
	name    string
	number  string // the column that counts the rows
	called  string // what a finding calls a row by
	from    string
	columns string // what the leaf tells of
}

var (
	// A report with what was taken out of it and its vault box. The text is told
	// of by its hash, which fsck holds against it.
	reportRuns = runTable{
		"reports", "r.no", "r.id",
		"reports r LEFT JOIN extractions e ON e.report_no = r.no LEFT JOIN vault v ON v.report_id = r.id",
		"r.id, r.source, r.received_at, r.happened_at, r.accepted_at, r.supersedes, r.victim, r.via, r.digest, r.raw_sha256, e.facts, e.sightings, e.sketches, v.box",
	}
	auditRuns     = runTable{"audits", "seq", "seq", "audits", "at, by_person, org, act, ref, why, ok"}
	ringEventRuns = runTable{"ring_events", "seq", "seq", "ring_events", "at, what, ring, others, cause"}
	runTables     = []runTable{reportRuns, auditRuns, ringEventRuns}
)

// nounTable is a table of which each row names its leaf, which tells of the
// noun that was written. read scans a row: its leaf's place and digest last. Custody,
// which names its leaves too, is a chain: checkCustody reads it.
type nounTable struct {
	name  string // what a finding calls a row
	table string
	kind  fraud.LeafKind
	query string // in the order of writing
	read  func(r row, l *leafOf) (id string, noun any, err error)
}

// leafOf is the leaf that a row names: no digest, if it is not of this row.
type leafOf struct {
	idx    int64
	digest []byte
}

var nounTables = []nounTable{
	{"judgement", "judgements", fraud.LeafJudgement, `
	SELECT j.id, j.verdict, j.a, j.b, j.kind, j.value, j.withdraws, j.by_person, j.reason, j.at, j.leaf, l.digest
	FROM judgements j LEFT JOIN leaves l ON l.idx = j.leaf AND l.kind = 'judgement' AND l.ref = j.id
	ORDER BY j.no`, func(r row, l *leafOf) (string, any, error) {
		var j fraud.Judgement
		err := r.Scan(&j.ID, &j.Verdict, opt(&j.A), opt(&j.B), &j.Indicator.Kind, &j.Indicator.Value, opt(&j.Withdraws), &j.By, &j.Reason, at(&j.At), &l.idx, &l.digest)
		return j.ID, j, err
	}},
	{"opening of the vault for report", "vault_openings", fraud.LeafVaultOpening, `
	SELECT COALESCE(l.ref, o.report_id), o.report_id, o.by_person, o.reason, o.at, o.leaf, l.digest
	FROM vault_openings o LEFT JOIN leaves l ON l.idx = o.leaf AND l.kind = 'vault_opening'
	ORDER BY o.no`, func(r row, l *leafOf) (string, any, error) {
		var o opening
		var id string
		err := r.Scan(&id, &o.Report, &o.By, &o.Reason, at(&o.At), &l.idx, &l.digest)
		return id, o, err
	}},
	{"deletion of report", "deletions", fraud.LeafDeletion, `
	SELECT COALESCE(l.ref, d.report_id), d.report_id, d.by_person, d.basis, d.at, d.row_was, d.row_left, d.leaf, l.digest
	FROM deletions d LEFT JOIN leaves l ON l.idx = d.leaf AND l.kind = 'deletion'
	ORDER BY d.no`, func(r row, l *leafOf) (string, any, error) {
		var d fraud.Deletion
		var id string
		err := r.Scan(&id, &d.Report, &d.By, &d.Basis, at(&d.At), &d.RowSHA256, &d.LeftSHA256, &l.idx, &l.digest)
		return id, d, err
	}},
	{"status of referral", "referral_statuses", fraud.LeafStatus, `
	SELECT s.referral, s.status, s.says, s.figures, s.disrupted, s.from_org, s.at, s.signature, s.digest, s.leaf, l.digest
	FROM referral_statuses s LEFT JOIN leaves l ON l.idx = s.leaf AND l.kind = 'status'
	ORDER BY s.no`, func(r row, l *leafOf) (string, any, error) {
		var e fraud.StatusEvent
		var digest []byte
		err := r.Scan(&e.Referral, &e.Status, &e.Says, into(&e.Figures), into(&e.Disrupted), &e.From, at(&e.At), &e.Signature, &digest, &l.idx, &l.digest)
		return string(e.Referral), e, errors.Join(err, sameBytes(digest, l.digest))
	}},
	{"share", "shares", fraud.LeafShare, `
	SELECT s.id, s.what, s.ref, s.to_org, s.by_person, s.basis, s.tlp, s.pap, s.at, s.leaf, l.digest
	FROM shares s LEFT JOIN leaves l ON l.idx = s.leaf AND l.kind = 'share' AND l.ref = s.id
	ORDER BY s.leaf`, func(r row, l *leafOf) (string, any, error) {
		var s fraud.Share
		err := r.Scan(&s.ID, &s.What, &s.Ref, &s.To, &s.By, into(&s.Basis), &s.Mark.TLP, &s.Mark.PAP, at(&s.At), &l.idx, &l.digest)
		return s.ID, s, err
	}},
	{"recall of share", "share_recalls", fraud.LeafShare, `
	SELECT c.share_id, c.at, c.receipt, c.leaf, l.digest
	FROM share_recalls c LEFT JOIN leaves l ON l.idx = c.leaf AND l.kind = 'share' AND l.ref = c.share_id
	ORDER BY c.no`, func(r row, l *leafOf) (string, any, error) {
		var c recall
		err := r.Scan(&c.Share, at(&c.At), &c.Receipt, &l.idx, &l.digest)
		return c.Share, c, err
	}},
	{"joint case entry", "joint_entries", fraud.LeafJoint, `
	SELECT j.id, j.joint_case, j.kind, j.org, j.at, j.body, j.leaf, l.digest
	FROM joint_entries j LEFT JOIN leaves l ON l.idx = j.leaf AND l.kind = 'joint' AND l.ref = j.id
	ORDER BY j.no`, func(r row, l *leafOf) (string, any, error) {
		var e, body fraud.JointEntry
		err := r.Scan(&e.ID, &e.Case, &e.Kind, &e.Org, at(&e.At), into(&body), &l.idx, &l.digest)
		if err == nil && (e.ID != body.ID || e.Case != body.Case || e.Kind != body.Kind || e.Org != body.Org || !e.At.Equal(cut(body.At))) {
			err = errChanged
		}
		return e.ID, body, err
	}},
}
