package store

import (
	"context"
	"time"

	"ringbreaker.example/fraud"
)

const (
	addPeerSQL = `
	INSERT INTO peers (id, name, kind, country, brands, key_sign, key_ledger, key_seal, url, added_by, added_at, revoked_by)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')
	ON CONFLICT (id) DO UPDATE SET
	    name = excluded.name, kind = excluded.kind, country = excluded.country, brands = excluded.brands,
	    key_sign = excluded.key_sign, key_ledger = excluded.key_ledger, key_seal = excluded.key_seal,
	    url = excluded.url, added_by = excluded.added_by, added_at = excluded.added_at,
	    revoked = NULL, revoked_by = '', revoked_why = ''
	WHERE peers.revoked IS NOT NULL
	    OR (peers.key_sign = excluded.key_sign AND peers.key_ledger = excluded.key_ledger AND peers.key_seal = excluded.key_seal)`
	peerSQL = `
	SELECT id, name, kind, country, brands, key_sign, key_ledger, key_seal, url, added_by, added_at, revoked, revoked_why
	FROM peers WHERE id = $1`
	peersSQL = `
	SELECT id, name, kind, country, brands, key_sign, key_ledger, key_seal, url, added_by, added_at, revoked, revoked_why
	FROM peers ORDER BY id`
	revokePeerSQL = `UPDATE peers SET revoked = $2, revoked_by = $3, revoked_why = $4 WHERE id = $1 AND revoked IS NULL`
)

func scanPeer(r row) (p fraud.Peer, err error) {
	o := &p.Org
	err = r.Scan(&o.ID, &o.Name, &o.Kind, &o.Country, into(&o.Brands), &o.Keys.Sign, &o.Keys.Ledger, &o.Keys.Seal,
		&p.URL, &p.AddedBy, at(&p.AddedAt), at(&p.Revoked), &p.Why)
	return p, err
}

// AddPeer adds a peer, or changes the name or address of one with the same
// keys. Other keys for a peer that is not revoked are refused with
// ErrConflict: revoke first, so that nobody slips in a key of his own. So is a
// key that the peer itself gave up by a signed statement, for ever.
func (db *DB) AddPeer(ctx context.Context, p fraud.Peer) error {
	err := db.record(ctx, func(t *tx) error {
		if p.AddedAt.IsZero() {
			p.AddedAt = t.now
		}
		if err := t.neverGivenUp(ctx, p.Org.ID, p.Org.Keys.Sign); err != nil {
			return err
		}
		n, err := t.exec(ctx, addPeerSQL, p.Org.ID, p.Org.Name, p.Org.Kind, p.Org.Country, part{p.Org.Brands},
			p.Org.Keys.Sign, p.Org.Keys.Ledger, p.Org.Keys.Seal, p.URL, p.AddedBy, us(p.AddedAt))
		if err := mustChange(n, err, conflict("it is known with other keys: revoke it first")); err != nil {
			return err
		}
		return t.attestOne(ctx, "peers", p.Org.ID)
	})
	return doing(err, "add peer %s", p.Org.ID)
}

// Peer gives one peer, revoked or not, or ErrNotFound.
func (db *DB) Peer(ctx context.Context, id fraud.OrgID) (fraud.Peer, error) {
	p, err := oneOf(ctx, db, scanPeer, "peer", peerSQL, id)
	return p, doing(err, "peer %s", id)
}

// Peers gives all peers, revoked ones too, by id.
func (db *DB) Peers(ctx context.Context) ([]fraud.Peer, error) {
	return listAll(ctx, db, scanPeer, "peers", peersSQL)
}

// RevokePeer ends the exchange with a peer. ErrNotFound if there is no such
// peer that is not revoked yet.
func (db *DB) RevokePeer(ctx context.Context, id fraud.OrgID, when time.Time, by fraud.PersonID) error {
	err := db.record(ctx, func(t *tx) error {
		n, err := t.exec(ctx, revokePeerSQL, id, us(when), by, "")
		if err := mustChange(n, err, notFound("peer that is not revoked")); err != nil {
			return err
		}
		return t.attestOne(ctx, "peers", id)
	})
	return doing(err, "revoke peer %s", id)
}

const (
	dropNoncesSQL = `DELETE FROM nonces WHERE until < $1`
	addNonceSQL   = `
	INSERT INTO nonces (key_id, nonce, until) VALUES ($1, $2, $3)
	ON CONFLICT (key_id, nonce) DO NOTHING`
)

// UseNonce uses a nonce up. ErrConflict if the key has used it before: then
// the request is a replay. It is remembered until the given time, after which
// the request's own age must refuse it (RFC 9421 §7.2.2).
func (db *DB) UseNonce(ctx context.Context, keyID, nonce string, until time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, dropNoncesSQL, t.now.UnixMicro()); err != nil {
			return err
		}
		n, err := t.exec(ctx, addNonceSQL, keyID, nonce, until.UnixMicro())
		return mustChange(n, err, conflict("this request was sent before"))
	})
	return doing(err, "use a nonce of key %s", keyID)
}

const (
	addShareSQL = `
	INSERT INTO shares (id, what, ref, to_org, by_person, basis, tlp, pap, at, leaf)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	addRecallSQL = `INSERT INTO share_recalls (share_id, at, receipt, leaf) VALUES ($1, $2, $3, $4)`
	sharesSQL    = `
	SELECT s.id, s.what, s.ref, s.to_org, s.by_person, s.basis, s.tlp, s.pap, s.at,
	    (SELECT MIN(c.at) FROM share_recalls c WHERE c.share_id = s.id),
	    COALESCE((SELECT c.receipt FROM share_recalls c WHERE c.share_id = s.id AND c.receipt <> '' ORDER BY c.no DESC LIMIT 1), '')
	FROM shares s ORDER BY s.at, s.id`
)

// recall is what the second leaf of a share attests.
type recall struct {
	Share   string    `json:"share"`
	At      time.Time `json:"at"`
	Receipt string    `json:"receipt"`
}

// AddShare writes down that something left this node, and its leaf.
// ErrConflict if the id is taken. A recall that the share already bears is
// written with it.
func (db *DB) AddShare(ctx context.Context, s fraud.Share) error {
	err := db.write(ctx, func(t *tx) error {
		if s.At.IsZero() {
			s.At = t.now
		}
		s.At = cut(s.At)
		sent := s
		sent.Recalled, sent.Receipt = time.Time{}, ""
		digest, err := fraud.CanonicalDigest(sent)
		if err != nil {
			return err
		}
		leaf, err := t.leaf(ctx, fraud.LeafShare, s.ID, digest)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, addShareSQL, s.ID, s.What, s.Ref, s.To, s.By, part{s.Basis}, s.Mark.TLP, s.Mark.PAP, us(s.At), leaf)
		if err != nil || s.Recalled.IsZero() {
			return err
		}
		return t.recall(ctx, recall{Share: s.ID, At: cut(s.Recalled), Receipt: s.Receipt})
	})
	return doing(err, "add share %s", s.ID)
}

func (t *tx) recall(ctx context.Context, c recall) error {
	digest, err := fraud.CanonicalDigest(c)
	if err != nil {
		return err
	}
	leaf, err := t.leaf(ctx, fraud.LeafShare, c.Share, digest)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, addRecallSQL, c.Share, us(c.At), c.Receipt, leaf)
	return err
}

// RecallShare writes down that a share was called back, and, when it has
// come, the recipient's signed receipt: call it again with the receipt. The
// first recall's time stays. ErrNotFound if there is no such share. Letters that
// tell of it are written with it.
func (db *DB) RecallShare(ctx context.Context, id string, when time.Time, receipt string, letters ...*fraud.Letter) error {
	err := db.write(ctx, func(t *tx) error {
		if err := t.recall(ctx, recall{Share: id, At: cut(when), Receipt: receipt}); err != nil {
			return err
		}
		return t.addLetters(ctx, letters)
	})
	return doing(err, "recall share %s", id)
}

// Shares gives all that left this node, oldest first.
func (db *DB) Shares(ctx context.Context) ([]fraud.Share, error) {
	return listAll(ctx, db, func(r row) (s fraud.Share, err error) {
		err = r.Scan(&s.ID, &s.What, &s.Ref, &s.To, &s.By, into(&s.Basis), &s.Mark.TLP, &s.Mark.PAP, at(&s.At), at(&s.Recalled), &s.Receipt)
		return s, err
	}, "shares", sharesSQL)
}

const (
	addHoldSQL = `
	INSERT INTO holds (id, kind, value, ring, until, reason, by_person, from_org, at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	releaseHoldSQL = `INSERT INTO hold_releases (hold_id, by_person, at) VALUES ($1, $2, $3)`
	holdsSQL       = `
	SELECT h.id, h.kind, h.value, h.ring, h.until, h.reason, h.by_person, h.from_org, h.at, l.at
	FROM holds h LEFT JOIN hold_releases l ON l.hold_id = h.id
	ORDER BY h.at, h.id`
)

// AddHold writes down that nothing is to be done until a time. ErrConflict if
// the id is taken, ErrInvalid if it names neither a ring nor an indicator.
func (db *DB) AddHold(ctx context.Context, h fraud.Hold) error {
	err := db.record(ctx, func(t *tx) error {
		if h.At.IsZero() {
			h.At = t.now
		}
		kind, value := key(h.Indicator)
		if _, err := t.exec(ctx, addHoldSQL, h.ID, kind, value, h.Ring, us(h.Until), h.Reason, h.By, h.FromOrg, us(h.At)); err != nil {
			return err
		}
		return t.attestOne(ctx, "holds", h.ID)
	})
	return doing(err, "add hold %s", h.ID)
}

// ReleaseHold ends a hold before its time. ErrNotFound if there is no such
// hold, ErrConflict if it was released before.
func (db *DB) ReleaseHold(ctx context.Context, id string, by fraud.PersonID, when time.Time) error {
	return doing(db.recordOne(ctx, "hold_releases", []any{id}, releaseHoldSQL, id, by, us(when)), "release hold %s", id)
}

// Holds gives all holds, released and ended ones too, oldest first.
func (db *DB) Holds(ctx context.Context) ([]fraud.Hold, error) {
	return listAll(ctx, db, func(r row) (h fraud.Hold, err error) {
		err = r.Scan(&h.ID, &h.Indicator.Kind, &h.Indicator.Value, &h.Ring, at(&h.Until), &h.Reason, &h.By, &h.FromOrg, at(&h.At), at(&h.Released))
		return h, err
	}, "holds", holdsSQL)
}
