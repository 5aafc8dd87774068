package store

import (
	"context"
	"time"

	"ringbreaker.example/fraud"
)

const (
	addLetterSQL = `
	INSERT INTO letters (to_org, what, ref, version, path, body, at, next_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
	RETURNING no`
	waitingLettersSQL = `
	SELECT no, to_org, what, ref, version, path, body, at, tries, next_at, problem
	FROM letters WHERE done_at IS NULL
	ORDER BY no`
	// Of letters about one thing to one peer the first goes first: a signature
	// before what was signed would be refused.
	dueLettersSQL = `
	SELECT no, to_org, what, ref, version, path, body, at, tries, next_at, problem
	FROM letters l
	WHERE done_at IS NULL AND next_at <= $1
	  AND NOT EXISTS (SELECT 1 FROM letters e WHERE e.done_at IS NULL AND e.to_org = l.to_org AND e.ref = l.ref AND e.no < l.no)
	ORDER BY no`
	refusedLettersSQL = `
	SELECT no, to_org, what, ref, version, path, body, at, tries, next_at, problem, done_at
	FROM letters WHERE done_at >= $1 AND problem <> ''
	ORDER BY done_at DESC, no DESC
	LIMIT $2`
	endLetterSQL = `UPDATE letters SET done_at = $2, problem = $3, tries = tries + 1 WHERE no = $1 AND done_at IS NULL`
	putOffSQL    = `UPDATE letters SET next_at = $2, problem = $3, tries = tries + 1 WHERE no = $1 AND done_at IS NULL`
	dueAtOnceSQL = `UPDATE letters SET next_at = $2 WHERE to_org = $1 AND done_at IS NULL AND next_at > $2`
)

func scanLetter(r row) (l fraud.Letter, err error) {
	err = r.Scan(&l.No, &l.To, &l.What, &l.Ref, &l.Version, &l.Path, &l.Body, at(&l.At), &l.Tries, at(&l.Next), &l.Problem)
	return l, err
}

// addLetters writes letters down with what they tell of, so that neither is
// there without the other, and gives them their numbers.
func (t *tx) addLetters(ctx context.Context, letters []*fraud.Letter) error {
	var keys [][]any
	for _, l := range letters {
		if l.At.IsZero() { // by another clock than the one that asks what is due it may never be
			return invalid("a letter is dated by who writes it")
		}
		l.At = cut(l.At)
		no, err := one(ctx, t, scanInt, "letter", addLetterSQL, l.To, l.What, l.Ref, l.Version, l.Path, l.Body, us(l.At))
		if err != nil {
			return err
		}
		l.No, l.Next = no, l.At
		keys = append(keys, []any{no})
	}
	return t.attest(ctx, "letters", keys...)
}

// Post writes letters down, to be sent at once. It gives them their numbers.
// ErrNotFound if one is to nobody that we know.
func (db *DB) Post(ctx context.Context, letters ...*fraud.Letter) error {
	err := db.record(ctx, func(t *tx) error { return t.addLetters(ctx, letters) })
	return doing(err, "post %d letters", len(letters))
}

// WaitingLetters are all that peers have not taken yet, in order of writing.
func (db *DB) WaitingLetters(ctx context.Context) ([]fraud.Letter, error) {
	return listAll(ctx, db, scanLetter, "letters", waitingLettersSQL)
}

// RefusedLetters are those that peers refused for good since a time, or that
// were given up, newest first.
func (db *DB) RefusedLetters(ctx context.Context, since time.Time, limit int) ([]fraud.Letter, error) {
	return listAll(ctx, db, func(r row) (l fraud.Letter, err error) {
		err = r.Scan(&l.No, &l.To, &l.What, &l.Ref, &l.Version, &l.Path, &l.Body, at(&l.At), &l.Tries, at(&l.Next), &l.Problem, at(&l.Ended))
		return l, err
	}, "letters", refusedLettersSQL, us(since), most(limit))
}

// DueLetters are those that can be sent now: of several about one thing to one
// peer the first alone.
func (db *DB) DueLetters(ctx context.Context, now time.Time) ([]fraud.Letter, error) {
	return listAll(ctx, db, scanLetter, "letters", dueLettersSQL, us(now))
}

// EndLetter says that a letter was taken, or with a reason that it was refused
// for good. ErrConflict if that was said before.
func (db *DB) EndLetter(ctx context.Context, no int64, why string, when time.Time) error {
	return db.letter(ctx, no, endLetterSQL, no, us(when), why)
}

// PutOffLetter says that a letter could not be sent, why, and when it is tried
// again. ErrConflict if it was taken meanwhile.
func (db *DB) PutOffLetter(ctx context.Context, no int64, why string, next time.Time) error {
	return db.letter(ctx, no, putOffSQL, no, us(next), why)
}

func (db *DB) letter(ctx context.Context, no int64, query string, args ...any) error {
	err := db.record(ctx, func(t *tx) error {
		n, err := t.exec(ctx, query, args...)
		if err := mustChange(n, err, conflict("it was taken or refused before")); err != nil {
			return err
		}
		return t.attestOne(ctx, "letters", no)
	})
	return doing(err, "letter %d", no)
}

// HurryLetters makes all letters to a peer due: it was heard of.
func (db *DB) HurryLetters(ctx context.Context, to fraud.OrgID, now time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(ctx, dueAtOnceSQL, to, us(now))
		return err
	})
	return doing(err, "hurry the letters to %s", to)
}
