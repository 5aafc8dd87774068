package store

import (
	"context"
	"errors"

	"ringbreaker.example/fraud"
)

const (
	addJointEntrySQL = `
	INSERT INTO joint_entries (id, joint_case, kind, org, body, at, leaf)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`
	jointEntrySQL   = `SELECT body FROM joint_entries WHERE id = $1`
	jointEntriesSQL = `
	SELECT body FROM joint_entries WHERE joint_case = $1
	ORDER BY no`
)

func scanJointEntry(r row) (e fraud.JointEntry, err error) {
	err = r.Scan(into(&e))
	return e, err
}

// AddJointEntry adds a line to the log of a joint case, with its leaf. The
// same line again changes nothing; another under its id is ErrConflict.
// ErrNotFound if the case is not here. Letters that tell of it are written with
// it.
func (db *DB) AddJointEntry(ctx context.Context, e fraud.JointEntry, letters ...*fraud.Letter) error {
	err := db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil {
			return err
		}
		digest, err := fraud.CanonicalDigest(e)
		if err != nil {
			return err
		}
		have, err := one(ctx, t, scanJointEntry, "entry", jointEntrySQL, e.ID)
		if err == nil {
			if old, err := fraud.CanonicalDigest(have); err != nil || old != digest {
				return conflict("another line has this id")
			}
			return nil
		}
		if !errors.Is(err, fraud.ErrNotFound) {
			return err
		}
		leaf, err := t.leaf(ctx, fraud.LeafJoint, e.ID, digest)
		if err != nil {
			return err
		}
		if _, err = t.exec(ctx, addJointEntrySQL, e.ID, e.Case, e.Kind, e.Org, part{e}, us(e.At), leaf); err != nil {
			return err
		}
		return t.addLetters(ctx, letters)
	})
	return doing(err, "add entry %s to joint case %s", e.ID, e.Case)
}

// JointEntries gives the log of a joint case in the order in which it was
// written here.
func (db *DB) JointEntries(ctx context.Context, id fraud.JointCaseID) ([]fraud.JointEntry, error) {
	return listAll(ctx, db, scanJointEntry, "the joint case's log", jointEntriesSQL, id)
}
