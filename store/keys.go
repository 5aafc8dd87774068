package store

import (
	"context"
	"errors"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

const (
	givenUpSQL      = `SELECT COUNT(*) FROM key_changes WHERE org = $1 AND old_sign = $2`
	addKeyChangeSQL = `
	INSERT INTO key_changes (org, old_sign, new_sign, statement, at)
	VALUES ($1, $2, $3, $4, $5)
	RETURNING no`
	keyChangesSQL = `SELECT no, statement, at FROM key_changes ORDER BY no`
	newKeysSQL    = `
	UPDATE peers SET key_sign = $2, key_ledger = $3, key_seal = $4
	WHERE id = $1 AND key_sign = $5 AND revoked IS NULL`
	addKeyNoticeSQL = `
	INSERT INTO key_notices (no, peer, at) VALUES ($1, $2, $3)
	ON CONFLICT (no, peer) DO NOTHING`
	keyNoticesSQL   = `SELECT no, peer FROM key_notices ORDER BY no, peer`
	addPeerFaultSQL = `INSERT INTO peer_faults (peer, why, seen, shown, at) VALUES ($1, $2, $3, $4, $5) RETURNING no`
	peerFaultsSQL   = `SELECT peer, why, seen, shown, at FROM peer_faults ORDER BY no`
)

// neverGivenUp refuses a key that its owner gave up.
func (t *tx) neverGivenUp(ctx context.Context, org fraud.OrgID, sign string) error {
	n, err := one(ctx, t, scanInt, "key change", givenUpSQL, org, sign)
	if err == nil && n > 0 {
		err = conflict("its owner gave that key up by a signed statement: ask for the card with the new key")
	}
	return err
}

// addKeyChange writes a statement down, and its leaf.
func (t *tx) addKeyChange(ctx context.Context, c access.KeyChange) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if !c.Revokes() {
		if err := t.neverGivenUp(ctx, c.Org, c.New.Sign); err != nil {
			return err
		}
	}
	no, err := one(ctx, t, scanInt, "key change", addKeyChangeSQL, c.Org, c.Old.Sign, c.New.Sign, string(b), t.now.UnixMicro())
	if err != nil {
		return err
	}
	digest, err := fraud.CanonicalDigest(c)
	if err != nil {
		return err
	}
	if _, err = t.leaf(ctx, fraud.LeafStatus, "keys/"+string(c.Org), digest); err != nil {
		return err
	}
	return t.attestOne(ctx, "key_changes", no)
}

// AddKeyChange writes down that our own keys change, and its leaf.
// ErrConflict if the old key was given up before, or the new one ever was.
func (db *DB) AddKeyChange(ctx context.Context, c access.KeyChange) error {
	err := db.record(ctx, func(t *tx) error { return t.addKeyChange(ctx, c) })
	return doing(err, "write down the key change of %s", c.Org)
}

// ChangePeerKeys takes a peer's statement: from here on its new keys are the
// peer's, or, if it names none, the peer is revoked; the statement and its
// leaf are written with it. The statement is held against the keys that are
// known in the same transaction: ErrForbidden or ErrInvalid as
// [access.KeyChange.Check] says, ErrForbidden too for a peer that is revoked,
// ErrConflict for a key that was given up before. The statement that made the
// present keys changes nothing and is no error: its answer may have been lost.
func (db *DB) ChangePeerKeys(ctx context.Context, c access.KeyChange, now time.Time) error {
	err := db.record(ctx, func(t *tx) error {
		p, err := one(ctx, t, scanPeer, "peer", peerSQL, c.Org)
		if err != nil {
			return err
		}
		if !p.Revoked.IsZero() {
			return fraud.ErrForbidden
		}
		if p.Org.Keys == c.New && !c.Revokes() {
			was := p.Org
			was.Keys = c.Old
			return c.Check(was, now)
		}
		if err := c.Check(p.Org, now); err != nil {
			return err
		}
		if err := t.addKeyChange(ctx, c); err != nil {
			return err
		}
		var n int64
		if c.Revokes() {
			n, err = t.exec(ctx, revokePeerSQL, c.Org, us(now), "", "it gave its key up: "+c.Reason)
		} else {
			n, err = t.exec(ctx, newKeysSQL, c.Org, c.New.Sign, c.New.Ledger, c.New.Seal, c.Old.Sign)
		}
		if err := mustChange(n, err, conflict("its keys changed meanwhile")); err != nil {
			return err
		}
		return t.attestOne(ctx, "peers", c.Org)
	})
	return doing(err, "take the key change of %s", c.Org)
}

// KeyChanges gives all statements about keys, ours and the peers', oldest
// first.
func (db *DB) KeyChanges(ctx context.Context) ([]access.KeyRecord, error) {
	return listAll(ctx, db, func(r row) (c access.KeyRecord, err error) {
		var text string
		if err = r.Scan(&c.No, &text, at(&c.Came)); err == nil {
			err = json.Unmarshal([]byte(text), &c.KeyChange)
		}
		return c, err
	}, "key changes", keyChangesSQL)
}

// AddKeyNotice writes down that a peer took a statement of ours.
func (db *DB) AddKeyNotice(ctx context.Context, no int64, peer fraud.OrgID) error {
	err := db.record(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, addKeyNoticeSQL, no, peer, t.now.UnixMicro()); err != nil {
			return err
		}
		return t.attestOne(ctx, "key_notices", no, peer)
	})
	return doing(err, "note that %s took our new keys", peer)
}

// KeyNotices says which peers took which statement.
func (db *DB) KeyNotices(ctx context.Context) (map[int64]map[fraud.OrgID]bool, error) {
	out := map[int64]map[fraud.OrgID]bool{}
	_, err := listAll(ctx, db, func(r row) (struct{}, error) {
		var no int64
		var peer fraud.OrgID
		err := r.Scan(&no, &peer)
		if out[no] == nil {
			out[no] = map[fraud.OrgID]bool{}
		}
		out[no][peer] = true
		return struct{}{}, err
	}, "key notices", keyNoticesSQL)
	return out, err
}

// CatchPeer keeps the evidence against a peer whose ledger told two stories
// and ends the exchange with it. It may come back only as a revoked peer does:
// people compare fingerprints anew.
func (db *DB) CatchPeer(ctx context.Context, f fraud.PeerFault) error {
	err := db.record(ctx, func(t *tx) error {
		if f.At.IsZero() {
			f.At = t.now
		}
		no, err := one(ctx, t, scanInt, "fault", addPeerFaultSQL, f.Peer, f.Why, f.Seen, f.Shown, us(f.At))
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, revokePeerSQL, f.Peer, us(f.At), "", "its ledger "+f.Why); err != nil {
			return err
		}
		return errors.Join(t.attestOne(ctx, "peer_faults", no), t.attestOne(ctx, "peers", f.Peer))
	})
	return doing(err, "keep the evidence against peer %s", f.Peer)
}

// PeerFaults gives the evidence against peers, oldest first.
func (db *DB) PeerFaults(ctx context.Context) ([]fraud.PeerFault, error) {
	return listAll(ctx, db, func(r row) (f fraud.PeerFault, err error) {
		err = r.Scan(&f.Peer, &f.Why, &f.Seen, &f.Shown, at(&f.At))
		return f, err
	}, "faults of peers", peerFaultsSQL)
}
