package store

import (
	"context"
	"database/sql"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

const (
	vaultBoxSQL = `
	SELECT v.box, k.wrapped
	FROM vault v LEFT JOIN vault_keys k ON k.report_id = v.report_id
	WHERE v.report_id = $1 AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.report_id = v.report_id)`
	// Of a box whose report was deleted nothing can be asked any more: its key is
	// gone. One that has neither key nor deletion is broken.
	vaultBoxesSQL = `
	SELECT v.report_id, v.box, k.wrapped
	FROM vault v LEFT JOIN vault_keys k ON k.report_id = v.report_id
	WHERE NOT EXISTS (SELECT 1 FROM deletions d WHERE d.report_id = v.report_id)
	ORDER BY v.report_id`
	lastOpeningSQL = `SELECT COALESCE(MAX(no), 0) FROM vault_openings`
	addOpeningSQL  = `
	INSERT INTO vault_openings (no, report_id, by_person, reason, at, leaf)
	VALUES ($1, $2, $3, $4, $5, $6)`
	addVaultKeySQL = `INSERT INTO vault_keys (report_id, wrapped) VALUES ($1, $2)`
	oldBoxesSQL    = `
	SELECT b.report_id, v.box FROM vault_before b JOIN vault v ON v.report_id = b.report_id
	ORDER BY b.report_id LIMIT $1`
	setBoxSQL   = `UPDATE vault SET box = $2 WHERE report_id = $1`
	reboxedSQL  = `DELETE FROM vault_before WHERE report_id = $1`
	addWipeSQL  = `INSERT INTO wipes (file, at) VALUES ($1, $2)`
	reboxAtOnce = 1000
)

// opening is what a leaf of kind vault_opening attests.
type opening struct {
	Report fraud.ReportID `json:"report"`
	By     fraud.PersonID `json:"by"`
	Reason string         `json:"reason"`
	At     time.Time      `json:"at"`
}

// sealed is a box with the wrapped key that opens it; a box of before has none.
type sealed struct{ box, key []byte }

func scanSealed(r row) (s sealed, err error) {
	err = r.Scan(&s.box, &s.key)
	return s, err
}

// OpenVault gives the sealed identity that belongs to a report and its wrapped
// key, for the vault key to open, and writes down who asked and why, in the
// ledger and the audit log, before anybody can read it (DESIGN §6.3).
// ErrNotFound if the report has no identity in the vault, or none any more;
// ErrInvalid without a person and a reason.
func (db *DB) OpenVault(ctx context.Context, id fraud.ReportID, by fraud.PersonID, reason string, when time.Time) (box, key []byte, err error) {
	o := opening{Report: id, By: by, Reason: reason, At: cut(when)}
	digest, err := fraud.CanonicalDigest(o)
	if err != nil {
		return nil, nil, doing(err, "open the vault for report %s", id)
	}
	var got sealed
	err = db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil {
			return err
		}
		if got, err = one(ctx, t, scanSealed, "identity", vaultBoxSQL, id); err != nil {
			return err
		}
		leaf, err := t.leaf(ctx, fraud.LeafVaultOpening, string(id), digest)
		if err != nil {
			return err
		}
		no, err := one(ctx, t, scanInt, "opening", lastOpeningSQL)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, addOpeningSQL, no+1, id, by, reason, us(o.At), leaf); err != nil {
			return err
		}
		return t.audit(ctx, fraud.AuditEntry{At: o.At, By: by, Org: access.From(ctx).Org, Act: "vault.open", Ref: string(id), Why: reason, OK: true})
	})
	if err != nil {
		return nil, nil, doing(err, "open the vault for report %s", id)
	}
	return got.box, got.key, nil
}

// BrokenBoxes gives the reports whose sealed identity is no longer whole, as
// whole says: no leaf tells of what is in the boxes, since a ledger that others
// see says nothing of victims, and what is under the vault's key proves itself.
func (db *DB) BrokenBoxes(ctx context.Context, whole func(id fraud.ReportID, box, key []byte) error) (broken []fraud.ReportID, err error) {
	err = db.read(ctx, func(t *sql.Tx) error {
		return each(ctx, t, vaultBoxesSQL, nil, func(r row) error {
			var id fraud.ReportID
			var s sealed
			if err := r.Scan(&id, &s.box, &s.key); err != nil {
				return err
			}
			if whole(id, s.box, s.key) != nil && len(broken) < maxFindings {
				broken = append(broken, id)
			}
			return nil
		})
	})
	return broken, doing(err, "look at the vault's boxes")
}

// Rebox gives each box of before a key of its own, as rebox makes it, a
// thousand in a transaction: what was done when the machine stopped is done,
// the rest is done the next time. It says how many got one.
func (db *DB) Rebox(ctx context.Context, rebox func(id fraud.ReportID, old []byte) (box, key []byte, err error)) (done int, err error) {
	type old struct {
		id  fraud.ReportID
		box []byte
	}
	for {
		var page []old
		err := db.record(ctx, func(t *tx) error {
			var err error
			page, err = list(ctx, t, func(r row) (x old, err error) { err = r.Scan(&x.id, &x.box); return x, err }, oldBoxesSQL, reboxAtOnce)
			if err != nil || len(page) == 0 {
				return err
			}
			var boxes, keys, over [][]any
			for _, x := range page {
				over = append(over, []any{string(x.id)})
				box, key, err := rebox(x.id, x.box)
				if err != nil {
					return err
				}
				boxes, keys = append(boxes, []any{string(x.id), box}), append(keys, []any{string(x.id), key})
			}
			done += len(boxes)
			if _, err := t.many(ctx, setBoxSQL, boxes); err != nil {
				return err
			}
			if err := t.bulk(ctx, addVaultKeySQL, keys); err != nil {
				return err
			}
			if _, err := t.many(ctx, reboxedSQL, over); err != nil {
				return err
			}
			return t.wipe(ctx, "") // or the old boxes could be read off the disk
		})
		if err != nil || len(page) < reboxAtOnce {
			return done, doing(err, "give the boxes of the vault keys of their own")
		}
	}
}

// wipe writes down that something is to go from the disk.
func (t *tx) wipe(ctx context.Context, file string) error {
	_, err := t.exec(ctx, addWipeSQL, file, t.now.UnixMicro())
	return err
}
