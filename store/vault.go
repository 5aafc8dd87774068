package store

import (
	"context"
	"database/sql"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

const (
	vaultBoxSQL    = `SELECT box FROM vault WHERE report_id = $1`
	vaultBoxesSQL  = `SELECT report_id, box FROM vault ORDER BY report_id`
	lastOpeningSQL = `SELECT COALESCE(MAX(no), 0) FROM vault_openings`
	addOpeningSQL  = `
	INSERT INTO vault_openings (no, report_id, by_person, reason, at, leaf)
	VALUES ($1, $2, $3, $4, $5, $6)`
)

// opening is what a leaf of kind vault_opening attests.
type opening struct {
	Report fraud.ReportID `json:"report"`
	By     fraud.PersonID `json:"by"`
	Reason string         `json:"reason"`
	At     time.Time      `json:"at"`
}

// OpenVault gives the sealed identity that belongs to a report, for the vault
// key to open, and writes down who asked and why, in the ledger and the audit
// log, before anybody can read it (DESIGN §6.3). ErrNotFound if the report
// has no identity in the vault; ErrInvalid without a person and a reason.
func (db *DB) OpenVault(ctx context.Context, id fraud.ReportID, by fraud.PersonID, reason string, when time.Time) (box []byte, err error) {
	o := opening{Report: id, By: by, Reason: reason, At: cut(when)}
	digest, err := fraud.CanonicalDigest(o)
	if err != nil {
		return nil, doing(err, "open the vault for report %s", id)
	}
	err = db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil {
			return err
		}
		if box, err = one(ctx, t, scanBytes, "identity", vaultBoxSQL, id); err != nil {
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
		return nil, doing(err, "open the vault for report %s", id)
	}
	return box, nil
}

// BrokenBoxes gives the reports whose sealed identity is no longer whole, as
// whole says: the boxes are under no leaf, since a ledger that others see says
// nothing of victims, and what is under the vault's key proves itself.
func (db *DB) BrokenBoxes(ctx context.Context, whole func(fraud.ReportID, []byte) error) (broken []fraud.ReportID, err error) {
	err = db.read(ctx, func(t *sql.Tx) error {
		return each(ctx, t, vaultBoxesSQL, nil, func(r row) error {
			var id fraud.ReportID
			var box []byte
			if err := r.Scan(&id, &box); err != nil {
				return err
			}
			if whole(id, box) != nil && len(broken) < maxFindings {
				broken = append(broken, id)
			}
			return nil
		})
	})
	return broken, doing(err, "look at the vault's boxes")
}
