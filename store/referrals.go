package store

import (
	"context"
	"database/sql"
	"errors"

	"ringbreaker.example/fraud"
)

const (
	saveReferralSQL = `
	INSERT INTO referrals (id, version, supplements, title, joint_case, complainants, to_org, tlp, pap, embargo,
	    status, package, sealed, manifest, checks, signers, at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
	ON CONFLICT (id, version) DO UPDATE SET
	    supplements = excluded.supplements, title = excluded.title, joint_case = excluded.joint_case,
	    complainants = excluded.complainants, to_org = excluded.to_org, tlp = excluded.tlp, pap = excluded.pap,
	    embargo = excluded.embargo, status = excluded.status, package = excluded.package, sealed = excluded.sealed,
	    manifest = excluded.manifest, checks = excluded.checks, signers = excluded.signers
	WHERE referrals.status = 'draft' OR referrals.manifest = excluded.manifest`
	referralSQL = `
	SELECT id, version, supplements, title, joint_case, complainants, to_org, tlp, pap, embargo,
	    status, package, sealed, manifest, checks, signers, at
	FROM referrals WHERE id = $1 AND (version = $2 OR $2 = 0)
	ORDER BY version DESC LIMIT 1`
	referralsSQL = `
	SELECT id, version, supplements, title, joint_case, complainants, to_org, tlp, pap, embargo,
	    status, package, sealed, manifest, checks, signers, at
	FROM referrals ORDER BY id, version`
	statusesSQL = `
	SELECT referral, status, says, figures, disrupted, from_org, at, signature
	FROM referral_statuses WHERE referral = $1 OR $1 = '' ORDER BY no`
	knownStatusSQL = `SELECT COUNT(*) FROM referral_statuses WHERE referral = $1 AND digest = $2`
	addStatusSQL   = `
	INSERT INTO referral_statuses (referral, status, says, figures, disrupted, from_org, at, signature, digest, leaf)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	moveReferralSQL = `
	UPDATE referrals SET status = $2
	WHERE id = $1 AND version = (SELECT MAX(v.version) FROM referrals v WHERE v.id = $1 AND (v.status <> 'draft' OR v.version = 1))
	RETURNING version`
)

// SaveReferral keeps a version of a referral as it stands: once it is past
// draft, its manifest cannot change (ErrConflict), since people signed it.
// Steps of its history that are not here yet are added as by [DB.AddStatus],
// without changing the status that r says. Letters that tell of it are written
// with it.
func (db *DB) SaveReferral(ctx context.Context, r fraud.Referral, letters ...*fraud.Letter) error {
	err := db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil {
			return err
		}
		if r.At.IsZero() {
			r.At = t.now
		}
		n, err := t.exec(ctx, saveReferralSQL, r.ID, r.Version, r.Supplements, r.Title, r.JointCase, part{r.Complainants},
			r.To, r.Mark.TLP, r.Mark.PAP, us(r.Embargo), r.Status, r.Package, r.Sealed, r.Manifest, part{r.Checks},
			part{r.Signers}, us(r.At))
		if err := mustChange(n, err, conflict("it was signed with another manifest: make a new version")); err != nil {
			return err
		}
		if err := t.addStatuses(ctx, r.History); err != nil {
			return err
		}
		if err := t.attestOne(ctx, "referrals", r.ID, r.Version); err != nil {
			return err
		}
		return t.addLetters(ctx, letters)
	})
	return doing(err, "save referral %s version %d", r.ID, r.Version)
}

// AddStatus adds one step to a referral's history, with its leaf, and moves
// the newest version of the referral, if it is kept here, to that status: not
// a supplement that is still a draft, of which nobody can have heard. The same
// step again changes nothing. Letters that tell of it are written with it.
func (db *DB) AddStatus(ctx context.Context, e fraud.StatusEvent, letters ...*fraud.Letter) error {
	err := db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil {
			return err
		}
		if e.At.IsZero() {
			e.At = t.now
		}
		if err := t.addStatuses(ctx, []fraud.StatusEvent{e}); err != nil {
			return err
		}
		var moved [][]any
		err := each(ctx, t, moveReferralSQL, []any{e.Referral, e.Status}, func(r row) error {
			var version int64
			err := r.Scan(&version)
			moved = append(moved, []any{e.Referral, version})
			return err
		})
		if err := errors.Join(err, t.attest(ctx, "referrals", moved...)); err != nil {
			return err
		}
		return t.addLetters(ctx, letters)
	})
	return doing(err, "add status %s to referral %s", e.Status, e.Referral)
}

// addStatuses adds the steps that are not here yet: a handful at most.
func (t *tx) addStatuses(ctx context.Context, history []fraud.StatusEvent) error {
	for _, e := range history {
		e.At = cut(e.At)
		digest, err := fraud.CanonicalDigest(e)
		if err != nil {
			return err
		}
		known, err := one(ctx, t, scanInt, "status", knownStatusSQL, e.Referral, digest[:])
		if err != nil {
			return err
		}
		if known > 0 {
			continue
		}
		leaf, err := t.leaf(ctx, fraud.LeafStatus, string(e.Referral), digest)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, addStatusSQL, e.Referral, e.Status, e.Says, part{e.Figures}, part{e.Disrupted}, e.From, us(e.At), e.Signature, digest[:], leaf); err != nil {
			return err
		}
	}
	return nil
}

func scanReferral(r row) (f fraud.Referral, err error) {
	err = r.Scan(&f.ID, &f.Version, &f.Supplements, &f.Title, &f.JointCase, into(&f.Complainants), &f.To, &f.Mark.TLP, &f.Mark.PAP,
		at(&f.Embargo), &f.Status, &f.Package, &f.Sealed, &f.Manifest, into(&f.Checks), into(&f.Signers), at(&f.At))
	return f, err
}

func scanStatus(r row) (e fraud.StatusEvent, err error) {
	err = r.Scan(&e.Referral, &e.Status, &e.Says, into(&e.Figures), into(&e.Disrupted), &e.From, at(&e.At), &e.Signature)
	return e, err
}

// Referral gives one version of a referral with its whole history; version 0
// is the newest. ErrNotFound if it is not here.
func (db *DB) Referral(ctx context.Context, id fraud.ReferralID, version int) (fraud.Referral, error) {
	var f fraud.Referral
	err := db.read(ctx, func(t *sql.Tx) (err error) {
		if f, err = one(ctx, t, scanReferral, "referral", referralSQL, id, version); err != nil {
			return err
		}
		f.History, err = list(ctx, t, scanStatus, statusesSQL, id)
		return err
	})
	return f, doing(err, "read referral %s", id)
}

// Referrals gives all versions of all referrals with their histories, by id,
// then version.
func (db *DB) Referrals(ctx context.Context) ([]fraud.Referral, error) {
	var out []fraud.Referral
	err := db.read(ctx, func(t *sql.Tx) (err error) {
		if out, err = list(ctx, t, scanReferral, referralsSQL); err != nil {
			return err
		}
		steps, err := list(ctx, t, scanStatus, statusesSQL, "")
		if err != nil {
			return err
		}
		history := make(map[fraud.ReferralID][]fraud.StatusEvent)
		for _, e := range steps {
			history[e.Referral] = append(history[e.Referral], e)
		}
		for i := range out {
			out[i].History = history[out[i].ID]
		}
		return nil
	})
	return out, doing(err, "read the referrals")
}

// Statuses gives the steps of a referral's life, also on a node that keeps no
// copy of the referral itself: an agency's. Oldest first.
func (db *DB) Statuses(ctx context.Context, id fraud.ReferralID) ([]fraud.StatusEvent, error) {
	if id == "" {
		return nil, nil
	}
	return listAll(ctx, db, scanStatus, "statuses", statusesSQL, id)
}

const (
	addInboxSQL = `
	INSERT INTO inbox (referral, version, from_orgs, title, sealed, package, received_at, opened_at, opened_by, verified, tlp, pap, embargo)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
	ON CONFLICT (referral, version) DO NOTHING`
	saveOpenedSQL = `
	UPDATE inbox SET from_orgs = $3, title = $4, package = $6, opened_at = $7, opened_by = $8, verified = $9, tlp = $10, pap = $11, embargo = $12
	WHERE referral = $1 AND version = $2 AND sealed = $5 AND package IN ('', $6)`
	inboxSQL = `
	SELECT referral, version, from_orgs, title, sealed, package, received_at, opened_at, opened_by, verified, tlp, pap, embargo
	FROM inbox ORDER BY received_at, referral, version`
	inboxItemSQL = `
	SELECT referral, version, from_orgs, title, sealed, package, received_at, opened_at, opened_by, verified, tlp, pap, embargo
	FROM inbox WHERE referral = $1 AND (version = $2 OR $2 = 0)
	ORDER BY version DESC LIMIT 1`
)

func scanInboxItem(r row) (x fraud.InboxItem, err error) {
	err = r.Scan(&x.Referral, &x.Version, into(&x.From), &x.Title, &x.Sealed, &x.Package, at(&x.ReceivedAt), at(&x.OpenedAt),
		&x.OpenedBy, into(&x.Verified), &x.Mark.TLP, &x.Mark.PAP, at(&x.Embargo))
	return x, err
}

// AddInbox writes down that a referral came. The same file again changes
// nothing; another file under the same name and version is refused with
// ErrConflict.
func (db *DB) AddInbox(ctx context.Context, x fraud.InboxItem) error {
	err := db.record(ctx, func(t *tx) error {
		if x.ReceivedAt.IsZero() {
			x.ReceivedAt = t.now
		}
		n, err := t.exec(ctx, addInboxSQL, x.Referral, x.Version, part{x.From}, x.Title, x.Sealed, x.Package, us(x.ReceivedAt),
			us(x.OpenedAt), x.OpenedBy, part{x.Verified}, x.Mark.TLP, x.Mark.PAP, us(x.Embargo))
		if err != nil {
			return err
		}
		if n > 0 {
			return t.attestOne(ctx, "inbox", x.Referral, x.Version)
		}
		have, err := one(ctx, t, scanInboxItem, "referral", inboxItemSQL, x.Referral, x.Version)
		if err == nil && have.Sealed != x.Sealed {
			err = conflict("another file came under this name and version")
		}
		return err
	})
	return doing(err, "take referral %s version %d in", x.Referral, x.Version)
}

// SaveOpened writes down who opened a referral, when, and what was verified.
// ErrConflict if it is not the file that came, or was opened to another
// package; ErrNotFound if nothing came under that name.
func (db *DB) SaveOpened(ctx context.Context, x fraud.InboxItem) error {
	err := db.record(ctx, func(t *tx) error {
		n, err := t.exec(ctx, saveOpenedSQL, x.Referral, x.Version, part{x.From}, x.Title, x.Sealed, x.Package,
			us(x.OpenedAt), x.OpenedBy, part{x.Verified}, x.Mark.TLP, x.Mark.PAP, us(x.Embargo))
		if err != nil {
			return err
		}
		if n > 0 {
			return t.attestOne(ctx, "inbox", x.Referral, x.Version)
		}
		if _, err := one(ctx, t, scanInboxItem, "referral", inboxItemSQL, x.Referral, x.Version); err != nil {
			return err
		}
		return conflict("it is not the file that came")
	})
	return doing(err, "open referral %s version %d", x.Referral, x.Version)
}

// Inbox gives all referrals that came, oldest first.
func (db *DB) Inbox(ctx context.Context) ([]fraud.InboxItem, error) {
	return listAll(ctx, db, scanInboxItem, "the inbox", inboxSQL)
}

// InboxItem gives one referral that came; version 0 is the newest.
// ErrNotFound if none did.
func (db *DB) InboxItem(ctx context.Context, id fraud.ReferralID, version int) (fraud.InboxItem, error) {
	x, err := oneOf(ctx, db, scanInboxItem, "referral", inboxItemSQL, id, version)
	return x, doing(err, "referral %s", id)
}
