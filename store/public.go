package store

import (
	"context"
	"errors"
	"time"

	"ringbreaker.example/fraud"
)

const (
	addSafeSQL = `
	INSERT INTO safe_list (kind, value, owner, source) VALUES ($1, $2, $3, $4)
	ON CONFLICT (kind, value) DO UPDATE SET owner = excluded.owner, source = excluded.source`
	safeListSQL = `SELECT kind, value, owner, source FROM safe_list ORDER BY kind, value`
)

// AddSafe puts genuine numbers and sites on the safe list; one that is there
// gets the new owner and source.
func (db *DB) AddSafe(ctx context.Context, list []fraud.SafeEntry) error {
	rows := make([][]any, len(list))
	for i, e := range list {
		kind, value := key(e.Indicator)
		rows[i] = []any{kind, value, e.Owner, e.Source}
	}
	err := db.record(ctx, func(t *tx) error {
		keys := make([][]any, len(rows))
		for i, row := range rows {
			keys[i] = row[:2]
		}
		_, err := t.many(ctx, addSafeSQL, rows)
		return errors.Join(err, t.attest(ctx, "safe_list", keys...))
	})
	return doing(err, "add %d entries to the safe list", len(list))
}

// doMany is a transaction of one statement for many rows.
func (db *DB) doMany(ctx context.Context, query string, rows [][]any) error {
	return db.write(ctx, func(t *tx) error {
		_, err := t.many(ctx, query, rows)
		return err
	})
}

// SafeList gives the safe list by kind, then value.
func (db *DB) SafeList(ctx context.Context) ([]fraud.SafeEntry, error) {
	return listAll(ctx, db, func(r row) (e fraud.SafeEntry, err error) {
		err = r.Scan(&e.Indicator.Kind, &e.Indicator.Value, &e.Owner, &e.Source)
		return e, err
	}, "the safe list", safeListSQL)
}

const (
	saveListingSQL = `
	INSERT INTO listings (kind, value, state, since, last_seen, expires, sources, judged, reports, ring, brand, tlp, pap)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
	ON CONFLICT (kind, value) DO UPDATE SET
	    state = excluded.state, since = excluded.since, last_seen = excluded.last_seen, expires = excluded.expires,
	    sources = excluded.sources, judged = excluded.judged, reports = excluded.reports, ring = excluded.ring,
	    brand = excluded.brand, tlp = excluded.tlp, pap = excluded.pap`
	listingSQL = `
	SELECT kind, value, state, since, last_seen, expires, sources, judged, reports, ring, brand, tlp, pap
	FROM listings WHERE kind = $1 AND value = $2`
	listingsSQL = `
	SELECT kind, value, state, since, last_seen, expires, sources, judged, reports, ring, brand, tlp, pap
	FROM listings ORDER BY kind, value`
)

func scanListing(r row) (l fraud.Listing, err error) {
	err = r.Scan(&l.Indicator.Kind, &l.Indicator.Value, &l.State, at(&l.Since), at(&l.LastSeen), at(&l.Expires), &l.Sources, &l.Judged,
		&l.Reports, &l.Ring, &l.Brand, &l.Mark.TLP, &l.Mark.PAP)
	return l, err
}

// SaveListings keeps listings as they stand, each in place of the one of the
// same indicator; others stay.
func (db *DB) SaveListings(ctx context.Context, list []fraud.Listing) error {
	rows := make([][]any, len(list))
	for i, l := range list {
		kind, value := key(l.Indicator)
		rows[i] = []any{
			kind, value, string(l.State), us(l.Since), us(l.LastSeen), us(l.Expires), l.Sources, l.Judged, l.Reports,
			string(l.Ring), l.Brand, string(l.Mark.TLP), string(l.Mark.PAP),
		}
	}
	return doing(db.doMany(ctx, saveListingSQL, rows), "save %d listings", len(list))
}

// Listing gives the listing of an indicator, in whatever state, or ErrNotFound.
func (db *DB) Listing(ctx context.Context, i fraud.Indicator) (fraud.Listing, error) {
	kind, value := key(i)
	return oneOf(ctx, db, scanListing, "listing", listingSQL, kind, value)
}

// Listings gives all listings, in whatever state, by kind, then value.
func (db *DB) Listings(ctx context.Context) ([]fraud.Listing, error) {
	return listAll(ctx, db, scanListing, "listings", listingsSQL)
}

const (
	addDisputeSQL = `
	INSERT INTO disputes (id, kind, value, says, contact, at, decided, upheld, by_person, reason)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	decideDisputeSQL = `
	UPDATE disputes SET decided = $2, upheld = $3, by_person = $4, reason = $5
	WHERE id = $1 AND decided IS NULL`
	disputeSQL  = `SELECT id, kind, value, says, contact, at, decided, upheld, by_person, reason FROM disputes WHERE id = $1`
	disputesSQL = `SELECT id, kind, value, says, contact, at, decided, upheld, by_person, reason FROM disputes ORDER BY at, id`
)

func scanDispute(r row) (d fraud.Dispute, err error) {
	err = r.Scan(&d.ID, &d.Indicator.Kind, &d.Indicator.Value, &d.Says, &d.Contact, at(&d.At), at(&d.Decided), &d.Upheld, &d.By, &d.Reason)
	return d, err
}

// AddDispute writes down an objection to a listing. ErrConflict if the id is
// taken.
func (db *DB) AddDispute(ctx context.Context, d fraud.Dispute) error {
	err := db.record(ctx, func(t *tx) error {
		if d.At.IsZero() {
			d.At = t.now
		}
		kind, value := key(d.Indicator)
		if _, err := t.exec(ctx, addDisputeSQL, d.ID, kind, value, plain(d.Says), plain(d.Contact), us(d.At), us(d.Decided), d.Upheld, d.By, d.Reason); err != nil {
			return err
		}
		return t.attestOne(ctx, "disputes", d.ID)
	})
	return doing(err, "add dispute %s", d.ID)
}

// DecideDispute writes down what a person decided about an objection: once
// (ErrConflict), with a name and a reason (ErrInvalid). ErrNotFound if there
// is no such objection.
func (db *DB) DecideDispute(ctx context.Context, d fraud.Dispute) error {
	err := db.record(ctx, func(t *tx) error {
		if d.Decided.IsZero() {
			d.Decided = t.now
		}
		n, err := t.exec(ctx, decideDisputeSQL, d.ID, us(d.Decided), d.Upheld, d.By, d.Reason)
		if err != nil {
			return err
		}
		if n > 0 {
			return t.attestOne(ctx, "disputes", d.ID)
		}
		if _, err := one(ctx, t, scanDispute, "dispute", disputeSQL, d.ID); err != nil {
			return err
		}
		return conflict("it was decided before")
	})
	return doing(err, "decide dispute %s", d.ID)
}

// Disputes gives all objections, oldest first.
func (db *DB) Disputes(ctx context.Context) ([]fraud.Dispute, error) {
	return listAll(ctx, db, scanDispute, "disputes", disputesSQL)
}

const (
	saveSignatureSQL = `
	INSERT INTO signatures (ring, disrupted, keeps, hours) VALUES ($1, $2, $3, $4)
	ON CONFLICT (ring) DO UPDATE SET disrupted = excluded.disrupted, keeps = excluded.keeps, hours = excluded.hours`
	signaturesSQL = `SELECT ring, disrupted, keeps, hours FROM signatures ORDER BY ring`
	addAlertSQL   = `
	INSERT INTO alerts (id, kind, ring, broken, says, kept, fresh, bits, since, at, seen, seen_by)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')
	ON CONFLICT (id) DO NOTHING`
	alertsSQL   = `SELECT id, kind, ring, broken, says, kept, fresh, bits, since, at, seen FROM alerts ORDER BY at, id`
	seeAlertSQL = `UPDATE alerts SET seen = COALESCE(seen, $2), seen_by = CASE WHEN seen IS NULL THEN $3 ELSE seen_by END WHERE id = $1`
)

// SaveSignature keeps what a disrupted ring leaves behind, in place of what
// was known before.
func (db *DB) SaveSignature(ctx context.Context, s fraud.Signature) error {
	return doing(db.recordOne(ctx, "signatures", []any{s.Ring}, saveSignatureSQL, s.Ring, us(s.Disrupted), part{s.Keeps}, part{s.Hours}), "save the signature of ring %s", s.Ring)
}

// Signatures gives all signatures, by ring.
func (db *DB) Signatures(ctx context.Context) ([]fraud.Signature, error) {
	return listAll(ctx, db, func(r row) (s fraud.Signature, err error) {
		err = r.Scan(&s.Ring, at(&s.Disrupted), into(&s.Keeps), into(&s.Hours))
		return s, err
	}, "signatures", signaturesSQL)
}

// AddAlert writes down what watch found, and says whether it is new: an alert
// with the same id stays as it is.
func (db *DB) AddAlert(ctx context.Context, a fraud.Alert) (isNew bool, err error) {
	err = db.record(ctx, func(t *tx) error {
		if a.At.IsZero() {
			a.At = t.now
		}
		n, err := t.exec(ctx, addAlertSQL, a.ID, a.Kind, a.Ring, a.Broken, a.Says, part{a.Kept}, part{a.New}, a.Bits, us(a.Since), us(a.At), us(a.Seen))
		if isNew = n > 0; err != nil || !isNew {
			return err
		}
		return t.attestOne(ctx, "alerts", a.ID)
	})
	return isNew && err == nil, doing(err, "add alert %s", a.ID)
}

// Alerts gives all alerts, oldest first.
func (db *DB) Alerts(ctx context.Context) ([]fraud.Alert, error) {
	return listAll(ctx, db, func(r row) (a fraud.Alert, err error) {
		err = r.Scan(&a.ID, &a.Kind, &a.Ring, &a.Broken, &a.Says, into(&a.Kept), into(&a.New), &a.Bits, at(&a.Since), at(&a.At), at(&a.Seen))
		return a, err
	}, "alerts", alertsSQL)
}

// SeeAlert says that a person saw an alert; the first who did stays named.
// ErrNotFound if there is no such alert.
func (db *DB) SeeAlert(ctx context.Context, id string, by fraud.PersonID, when time.Time) error {
	err := db.record(ctx, func(t *tx) error {
		n, err := t.exec(ctx, seeAlertSQL, id, us(when), by)
		if err := mustChange(n, err, notFound("alert")); err != nil {
			return err
		}
		return t.attestOne(ctx, "alerts", id)
	})
	return doing(err, "see alert %s", id)
}
