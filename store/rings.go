package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

const (
	ringDigestsSQL     = `SELECT id, digest FROM rings ORDER BY id`
	ringDigestsSomeSQL = `
	SELECT id, digest FROM rings
	WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	ORDER BY id`
	membersSQL     = `SELECT report_id FROM ring_reports WHERE ring_id = $1 ORDER BY report_id`
	valuesSQL      = `SELECT kind, value, part FROM ring_values WHERE ring_id = $1`
	headSQL        = `SELECT head FROM ring_heads WHERE ring_id = $1`
	dropMembersSQL = `
	DELETE FROM ring_reports
	WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
	dropRingsSQL = `
	DELETE FROM rings
	WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
	addRingSQL = `
	INSERT INTO rings (id, score, digest, body, links) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (id) DO UPDATE SET score = excluded.score, digest = excluded.digest, body = excluded.body, links = excluded.links`
	addMemberSQL       = `INSERT INTO ring_reports (report_id, ring_id) VALUES ($1, $2)`
	dropSuggestionsSQL = `DELETE FROM suggestions`
	addSuggestionSQL   = `INSERT INTO suggestions (no, ring_a, ring_b, link) VALUES ($1, $2, $3, $4)`
	addRingEventSQL    = `INSERT INTO ring_events (at, what, ring, others, cause) VALUES ($1, $2, $3, $4, $5)`
	beginLinkingSQL    = `INSERT INTO linkings (at, model, rings, through, judged) VALUES ($1, $2, 0, -1, 0)`
	newestLinkingSQL   = `SELECT COALESCE(MAX(no), 0) FROM linkings`
	endLinkingSQL      = `
	UPDATE linkings SET at = $2, model = $3, through = $4, judged = $5, deleted = $6, rings = (SELECT COUNT(*) FROM rings)
	WHERE no = $1`
)

// ringRow is a ring ready to be written. Its JSON may be left out, to be made
// again when it is written: that of a million reports would fill the memory.
type ringRow struct {
	ring   *fraud.Ring
	mine   []int32 // its links, by their places
	digest [32]byte
	body   []byte
	links  []byte
	have   *kept // what of it stays as it is, if it is there
}

// kept is what a ring that changed has in common with itself as it is in the
// store. As a linking goes on, most rings change by a count in a reason and
// keep their reports and values, which are most of the rows.
type kept struct {
	reports, values bool
	languages       []string // of the reports, if those are the same
}

const (
	// keptJSON is how much JSON one save keeps between comparing and writing.
	keptJSON = 128 << 20
	// writtenAtOnce is how much JSON is handed to the database in one go.
	writtenAtOnce = 16 << 20
)

// SaveRings replaces the derived rings, their links and the suggestions by
// those of l and appends its events, in one transaction; of a partial linking,
// the rings that it names. Rings that did not change are not written again, so
// a re-link costs what it changed. A link that holds no ring together (to a supplier or a launderer) is kept with the
// rings of its two reports. ErrConflict if one report is in two rings,
// ErrNotFound if a ring holds a report that is not here.
func (db *DB) SaveRings(ctx context.Context, l fraud.Linking) error {
	rows, err := ringRows(l)
	if err != nil {
		return doing(err, "save %d rings", len(l.Rings))
	}
	err = db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil { // two linkings never interleave
			return err
		}
		if err := t.saveRings(ctx, l, rows); err != nil {
			return err
		}
		no, err := t.beginLinking(ctx, l)
		if err != nil {
			return err
		}
		return t.endLinking(ctx, no, l)
	})
	return doing(err, "save %d rings", len(l.Rings))
}

// SavePortions saves a partial linking portion by portion, each in a
// transaction of its own, so that reports that come in meanwhile wait for one
// of those and not for the whole; l is what stands at its end: suggestions,
// model, time, and how far it read. Each portion must leave no report in two
// rings. A linking that was not saved to its end is told by [DB.Linked], and
// the next one mends it. It gives the number under which [DB.Linked] knows the
// linking. ErrConflict if another was begun meanwhile; the other errors are
// those of [DB.SaveRings].
func (db *DB) SavePortions(ctx context.Context, portions iter.Seq[fraud.Linking], l fraud.Linking) (no int64, err error) {
	err = db.write(ctx, func(t *tx) (err error) {
		if err = t.lockLedger(ctx); err == nil {
			no, err = t.beginLinking(ctx, l)
		}
		return err
	})
	if err != nil {
		return 0, doing(err, "begin to save a linking")
	}
	saved := 0
	for p := range portions {
		p.Partial = true
		rows, err := ringRows(p)
		if err != nil {
			return 0, doing(err, "save %d rings after %d", len(p.Rings), saved)
		}
		err = db.write(ctx, func(t *tx) error {
			if err := t.ownLinking(ctx, no); err != nil {
				return err
			}
			return t.saveRings(ctx, p, rows)
		})
		if err != nil {
			return 0, doing(err, "save %d rings after %d", len(p.Rings), saved)
		}
		saved += len(p.Rings)
	}
	err = db.write(ctx, func(t *tx) error {
		if err := t.ownLinking(ctx, no); err != nil {
			return err
		}
		return t.endLinking(ctx, no, l)
	})
	return no, doing(err, "end the saving of %d rings", saved)
}

// beginLinking takes the place of whoever else is saving a linking.
func (t *tx) beginLinking(ctx context.Context, l fraud.Linking) (no int64, err error) {
	if _, err := t.exec(ctx, beginLinkingSQL, us(t.moment(l)), l.Model); err != nil {
		return 0, err
	}
	return one(ctx, t, scanInt, "linking", newestLinkingSQL)
}

// ownLinking refuses to go on with a linking that another took the place of.
func (t *tx) ownLinking(ctx context.Context, no int64) error {
	if err := t.lockLedger(ctx); err != nil {
		return err
	}
	newest, err := one(ctx, t, scanInt, "linking", newestLinkingSQL)
	if err == nil && newest != no {
		err = conflict("another program links here too")
	}
	return err
}

func (t *tx) endLinking(ctx context.Context, no int64, l fraud.Linking) error {
	if err := t.replaceSuggestions(ctx, l.Suggestions); err != nil {
		return err
	}
	_, err := t.exec(ctx, endLinkingSQL, no, us(t.moment(l)), l.Model, l.Through, l.Judged, l.Deleted)
	return err
}

func (t *tx) moment(l fraud.Linking) time.Time {
	if l.At.IsZero() {
		return t.now
	}
	return l.At
}

// saveRings writes the rings of a linking and appends its events.
func (t *tx) saveRings(ctx context.Context, l fraud.Linking, rows []ringRow) error {
	if err := t.replaceRings(ctx, l, rows); err != nil {
		return err
	}
	events := make([][]any, len(l.Events))
	for i, e := range l.Events {
		when := e.At
		if when.IsZero() {
			when = t.moment(l)
		}
		events[i] = []any{us(when), e.What, string(e.Ring), part{e.Others}, plain(e.Cause)}
	}
	if _, err := t.many(ctx, addRingEventSQL, events); err != nil {
		return err
	}
	return t.attestNumbered(ctx, ringEventRuns, events)
}

// ringRows lays out the rings, each with its links and its digest.
func ringRows(l fraud.Linking) ([]ringRow, error) {
	place := make(map[fraud.RingID]int, len(l.Rings))
	home := make(map[fraud.ReportID]int32)
	rows := make([]ringRow, len(l.Rings))
	for i := range l.Rings {
		rows[i].ring = &l.Rings[i]
		place[l.Rings[i].ID] = i
		for _, r := range l.Rings[i].Reports {
			home[r] = int32(i) + 1 // 0 is in no ring of these
		}
	}
	for k, x := range l.Links {
		if x.Ring != "" {
			if i, ok := place[x.Ring]; ok {
				rows[i].mine = append(rows[i].mine, int32(k))
			}
			continue
		}
		a, b := home[x.A], home[x.B]
		if a > 0 {
			rows[a-1].mine = append(rows[a-1].mine, int32(k))
		}
		if b > 0 && b != a {
			rows[b-1].mine = append(rows[b-1].mine, int32(k))
		}
	}
	kept := 0
	for i := range rows {
		r := &rows[i]
		if err := r.write(l); err != nil {
			return nil, err
		}
		sum := sha256.New()
		sum.Write(r.body)
		sum.Write([]byte{'\n'})
		sum.Write(r.links)
		sum.Sum(r.digest[:0])
		if kept += len(r.body) + len(r.links); kept > keptJSON {
			r.body, r.links = nil, nil
		}
	}
	return rows, nil
}

// own are the links of a ring.
func (r *ringRow) own(l fraud.Linking) []fraud.Link {
	if len(r.mine) == 0 {
		return nil
	}
	out := make([]fraud.Link, len(r.mine))
	for i, k := range r.mine {
		out[i] = l.Links[k]
	}
	return out
}

// write makes a ring's JSON, if it is not there.
func (r *ringRow) write(l fraud.Linking) (err error) {
	if r.body != nil {
		return nil
	}
	if r.body, err = json.Marshal(r.ring, json.Deterministic(true)); err != nil {
		return fmt.Errorf("ring %s: %w", r.ring.ID, fraud.ErrInvalid)
	}
	if r.links, err = json.Marshal(r.own(l), json.Deterministic(true)); err != nil {
		return fmt.Errorf("links of ring %s: %w", r.ring.ID, fraud.ErrInvalid)
	}
	return nil
}

func (t *tx) replaceRings(ctx context.Context, l fraud.Linking, rows []ringRow) error {
	stored := make(map[fraud.RingID][]byte)
	query, args := ringDigestsSQL, []any(nil)
	if l.Partial {
		ids := make([]fraud.RingID, len(rows))
		for i := range rows {
			ids[i] = rows[i].ring.ID
		}
		query, args = ringDigestsSomeSQL, []any{texts(ids)}
	}
	err := each(ctx, t, query, args, func(r row) error {
		var id fraud.RingID
		var digest []byte
		if err := r.Scan(&id, &digest); err != nil {
			return err
		}
		stored[id] = digest
		return nil
	})
	if err != nil {
		return err
	}
	var fresh []*ringRow
	for i := range rows {
		n := &rows[i]
		digest, here := stored[n.ring.ID]
		delete(stored, n.ring.ID)
		if bytes.Equal(digest, n.digest[:]) {
			continue
		}
		if here {
			if n.have, err = t.keptOf(ctx, n.ring); err != nil {
				return err
			}
		}
		fresh = append(fresh, n)
	}
	gone := slices.Clone(l.Gone)
	if !l.Partial {
		for id := range stored {
			gone = append(gone, id)
		}
	}
	return t.exchange(ctx, l, fresh, gone)
}

// keptOf says what of a ring that is in the store stays as it is.
func (t *tx) keptOf(ctx context.Context, r *fraud.Ring) (*kept, error) {
	members, err := list(ctx, t, scanText[fraud.ReportID], membersSQL, string(r.ID))
	if err != nil {
		return nil, err
	}
	var out kept
	if out.reports = slices.Equal(members, slices.Sorted(slices.Values(r.Reports))); out.reports {
		head, err := one(ctx, t, func(r row) (h fraud.RingHead, err error) {
			err = r.Scan(into(&h))
			return h, err
		}, "head of a ring", headSQL, string(r.ID))
		if err != nil {
			return nil, err
		}
		out.languages = head.Languages
	}
	here := map[[3]string]bool{}
	err = each(ctx, t, valuesSQL, []any{string(r.ID)}, func(r row) error {
		var v [3]string
		err := r.Scan(&v[0], &v[1], &v[2])
		here[v] = true
		return err
	})
	now := valuesOf(r)
	out.values = len(now) == len(here) && !slices.ContainsFunc(now, func(v []any) bool {
		return !here[[3]string{v[0].(string), v[1].(string), v[3].(string)}]
	})
	return &out, err
}

// exchange takes out rings that are gone and of those that changed what did,
// and writes what is new.
func (t *tx) exchange(ctx context.Context, l fraud.Linking, fresh []*ringRow, gone []fraud.RingID) error {
	changed, members, values := slices.Clone(gone), slices.Clone(gone), slices.Clone(gone)
	for _, n := range fresh {
		id := n.ring.ID
		if n.have == nil {
			continue
		}
		changed = append(changed, id)
		if !n.have.reports {
			members = append(members, id)
		}
		if !n.have.values {
			values = append(values, id)
		}
	}
	if err := t.dropHeads(ctx, changed); err != nil {
		return err
	}
	for _, x := range []struct {
		query string
		ids   []fraud.RingID
	}{{dropValuesSQL, values}, {dropMembersSQL, members}, {dropRingsSQL, gone}} {
		if len(x.ids) == 0 {
			continue
		}
		if _, err := t.exec(ctx, x.query, texts(x.ids)); err != nil {
			return err
		}
	}
	return t.addRings(ctx, l, fresh)
}

// addRings writes rings with what they do not have yet of members and heads, a
// bounded part at a time.
func (t *tx) addRings(ctx context.Context, l fraud.Linking, fresh []*ringRow) error {
	counts := map[[2]string]int{}
	for len(fresh) > 0 {
		var rings, members [][]any
		var heads []ringWithLinks
		size := 0
		for len(fresh) > 0 && size < writtenAtOnce {
			n := fresh[0]
			fresh = fresh[1:]
			if err := n.write(l); err != nil {
				return err
			}
			size += len(n.body) + len(n.links)
			rings = append(rings, []any{string(n.ring.ID), n.ring.Harm.Score, n.digest[:], n.body, n.links})
			if n.have == nil || !n.have.reports {
				for _, r := range n.ring.Reports {
					members = append(members, []any{string(r), string(n.ring.ID)})
				}
			}
			heads = append(heads, ringWithLinks{n.ring, n.own(l), n.have})
			n.body, n.links = nil, nil
		}
		if _, err := t.many(ctx, addRingSQL, rings); err != nil {
			return err
		}
		if err := t.bulk(ctx, addMemberSQL, members); err != nil {
			return err
		}
		if err := t.addHeads(ctx, heads, counts); err != nil {
			return err
		}
	}
	return t.countFacets(ctx, counts)
}

func (t *tx) replaceSuggestions(ctx context.Context, list []fraud.Suggestion) error {
	if _, err := t.exec(ctx, dropSuggestionsSQL); err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, s := range list {
		rows[i] = []any{i, string(s.A), string(s.B), part{s.Link}}
	}
	_, err := t.many(ctx, addSuggestionSQL, rows)
	return err
}

const (
	ringsByHarmSQL = `SELECT body FROM rings ORDER BY score DESC, id LIMIT $1`
	ringSQL        = `SELECT body FROM rings WHERE id = $1`
	ringDigestSQL  = `SELECT digest FROM rings WHERE id = $1`
	ringLinksSQL   = `SELECT links FROM rings WHERE id = $1`
	ringOfSQL      = `SELECT ring_id FROM ring_reports WHERE report_id = $1`
	ringReportsSQL = `SELECT report_id, ring_id FROM ring_reports`
	suggestionsSQL = `SELECT ring_a, ring_b, link FROM suggestions ORDER BY no`
	ringEventsSQL  = `
	SELECT seq, at, what, ring, others, cause FROM ring_events
	WHERE ring = $1 ORDER BY seq`
	lastLinkingSQL = `
	SELECT at, model, rings FROM linkings
	WHERE through IS NULL OR through >= 0 ORDER BY no DESC LIMIT 1`
	linkedSQL = `SELECT no, at, model, COALESCE(through, -1), COALESCE(judged, 0), COALESCE(deleted, 0) FROM linkings ORDER BY no DESC LIMIT 1`
)

func scanRing(r row) (ring fraud.Ring, err error) {
	err = r.Scan(into(&ring))
	return ring, err
}

// RingsByHarm gives up to limit rings, those with most harm still to come
// first; of equal harm, by id.
func (db *DB) RingsByHarm(ctx context.Context, limit int) ([]fraud.Ring, error) {
	return listAll(ctx, db, scanRing, "rings", ringsByHarmSQL, most(limit))
}

// EachRing calls fn for each ring, those with most harm still to come first,
// in bounded memory: written out, the rings of a million reports are
// gigabytes. An error of fn ends it and is returned.
func (db *DB) EachRing(ctx context.Context, fn func(fraud.Ring) error) error {
	err := db.read(ctx, func(t *sql.Tx) error {
		return each(ctx, t, ringsByHarmSQL, []any{most(0)}, func(r row) error {
			ring, err := scanRing(r)
			if err != nil {
				return err
			}
			return fn(ring)
		})
	})
	return doing(err, "read the rings")
}

// Ring gives one ring, or ErrNotFound.
func (db *DB) Ring(ctx context.Context, id fraud.RingID) (fraud.Ring, error) {
	r, err := oneOf(ctx, db, scanRing, "ring", ringSQL, id)
	return r, doing(err, "ring %s", id)
}

// RingDigest tells one state of a ring from another: it changes whenever the
// ring or its links do. ErrNotFound if there is no such ring.
func (db *DB) RingDigest(ctx context.Context, id fraud.RingID) (string, error) {
	return oneOf(ctx, db, func(r row) (string, error) {
		var digest []byte
		err := r.Scan(&digest)
		return string(digest), err
	}, "ring", ringDigestSQL, id)
}

// EachRingReport calls fn for each report that is in a ring. An error of fn
// ends it and is returned.
func (db *DB) EachRingReport(ctx context.Context, fn func(fraud.ReportID, fraud.RingID) error) error {
	err := db.read(ctx, func(t *sql.Tx) error {
		return each(ctx, t, ringReportsSQL, nil, func(r row) error {
			var report fraud.ReportID
			var ring fraud.RingID
			if err := r.Scan(&report, &ring); err != nil {
				return err
			}
			return fn(report, ring)
		})
	})
	return doing(err, "read the reports of the rings")
}

// RingOf says which ring a report is in, or ErrNotFound if in none.
func (db *DB) RingOf(ctx context.Context, id fraud.ReportID) (fraud.RingID, error) {
	return oneOf(ctx, db, scanText[fraud.RingID], "ring", ringOfSQL, id)
}

// RingLinks gives the links that hold a ring together and those that tie it
// to suppliers and launderers, in the linker's order. ErrNotFound if there is
// no such ring.
func (db *DB) RingLinks(ctx context.Context, id fraud.RingID) ([]fraud.Link, error) {
	return oneOf(ctx, db, func(r row) (list []fraud.Link, err error) {
		err = r.Scan(into(&list))
		return list, err
	}, "ring", ringLinksSQL, id)
}

// Suggestions gives the pairs of rings that wait for a person, in the
// linker's order.
func (db *DB) Suggestions(ctx context.Context) ([]fraud.Suggestion, error) {
	return listAll(ctx, db, scanSuggestion, "suggestions", suggestionsSQL)
}

// RingEvents gives what happened to a ring, oldest first, also after it is
// gone.
func (db *DB) RingEvents(ctx context.Context, id fraud.RingID) ([]fraud.RingEvent, error) {
	return listAll(ctx, db, func(r row) (e fraud.RingEvent, err error) {
		err = r.Scan(&e.Seq, at(&e.At), &e.What, &e.Ring, into(&e.Others), &e.Cause)
		return e, err
	}, "ring events", ringEventsSQL, id)
}

// LastLinking says when the rings were derived, by which model, and how many
// there are. ErrNotFound before the first time.
func (db *DB) LastLinking(ctx context.Context) (when time.Time, model string, rings int, err error) {
	err = db.read(ctx, func(t *sql.Tx) error {
		_, err := one(ctx, t, func(r row) (int, error) {
			return 0, r.Scan(at(&when), &model, &rings)
		}, "linking", lastLinkingSQL)
		return err
	})
	return when, model, rings, doing(err, "read the last linking")
}

// Linked says how far the rings have followed the reports. ErrNotFound before
// the first linking.
func (db *DB) Linked(ctx context.Context) (fraud.Linked, error) {
	return oneOf(ctx, db, func(r row) (l fraud.Linked, err error) {
		err = r.Scan(&l.No, at(&l.At), &l.Model, &l.Through, &l.Judged, &l.Deleted)
		l.Whole = l.Through >= 0
		return l, err
	}, "linking", linkedSQL)
}

const (
	addJudgementSQL = `
	INSERT INTO judgements (id, verdict, a, b, kind, value, withdraws, by_person, reason, at, leaf)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	judgementsSQL = `
	SELECT id, verdict, a, b, kind, value, withdraws, by_person, reason, at
	FROM judgements ORDER BY no`
	judgementsAfterSQL = judgementsSQL + ` LIMIT $1 OFFSET $2`
)

// AddJudgement writes down what a person decided, and its leaf. ErrConflict
// if the id is taken, ErrNotFound if it is about a report or takes back a judgement that is not here,
// ErrInvalid without a person, a reason, or what the verdict is about.
func (db *DB) AddJudgement(ctx context.Context, j fraud.Judgement) error {
	err := db.write(ctx, func(t *tx) error {
		if j.At.IsZero() {
			j.At = t.now
		}
		j.At = cut(j.At)
		digest, err := fraud.CanonicalDigest(j)
		if err != nil {
			return err
		}
		leaf, err := t.leaf(ctx, fraud.LeafJudgement, j.ID, digest)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, addJudgementSQL, j.ID, j.Verdict, orNull(j.A), orNull(j.B),
			j.Indicator.Kind, j.Indicator.Value, orNull(j.Withdraws), j.By, j.Reason, us(j.At), leaf)
		return err
	})
	return doing(err, "add judgement %s", j.ID)
}

func scanJudgement(r row) (j fraud.Judgement, err error) {
	err = r.Scan(&j.ID, &j.Verdict, opt(&j.A), opt(&j.B), &j.Indicator.Kind, &j.Indicator.Value, opt(&j.Withdraws), &j.By, &j.Reason, at(&j.At))
	return j, err
}

// Judgements gives all judgements in the order in which they were made.
func (db *DB) Judgements(ctx context.Context) ([]fraud.Judgement, error) {
	return listAll(ctx, db, scanJudgement, "judgements", judgementsSQL)
}

// JudgementsAfter gives the judgements but for the first ones, of which who
// follows has so many: all others, in the order in which they were made.
func (db *DB) JudgementsAfter(ctx context.Context, first int) ([]fraud.Judgement, error) {
	return listAll(ctx, db, scanJudgement, "judgements", judgementsAfterSQL, most(0), first)
}

const (
	addTransferSQL = `
	INSERT INTO transfers (id, from_acct, to_acct, minor, currency, at, rail, basis, report_id, source)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	ON CONFLICT (id) DO NOTHING`
	transfersSQL = `
	SELECT id, from_acct, to_acct, minor, currency, at, rail, basis, report_id, source
	FROM transfers ORDER BY at, id`
)

// AddTransfers adds the transfers whose ids are not here yet, and says how
// many that were.
func (db *DB) AddTransfers(ctx context.Context, list []fraud.Transfer) (added int, err error) {
	rows := make([][]any, len(list))
	for i, x := range list {
		rows[i] = []any{
			x.ID, x.From, x.To, x.Amount.Minor, x.Amount.Currency, us(x.At),
			string(x.Rail), string(x.Basis), string(x.Report), x.Source,
		}
	}
	err = db.record(ctx, func(t *tx) error {
		keys := make([][]any, len(rows))
		for i, row := range rows {
			keys[i] = row[:1]
		}
		n, err := t.many(ctx, addTransferSQL, rows)
		added = int(n)
		return errors.Join(err, t.attest(ctx, "transfers", keys...))
	})
	if err != nil {
		return 0, doing(err, "add %d transfers", len(list))
	}
	return added, nil
}

// Transfers gives all transfers by time, then id.
func (db *DB) Transfers(ctx context.Context) ([]fraud.Transfer, error) {
	return listAll(ctx, db, scanTransfer, "transfers", transfersSQL)
}

func scanTransfer(r row) (x fraud.Transfer, err error) {
	err = r.Scan(&x.ID, &x.From, &x.To, &x.Amount.Minor, &x.Amount.Currency, at(&x.At), &x.Rail, &x.Basis, &x.Report, &x.Source)
	return x, err
}
