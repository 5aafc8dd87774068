package store

import (
	"context"
	"database/sql"
	"errors"

	"ringbreaker.example/fraud"
)

const (
	shelfSQL     = `SELECT fill, last FROM shelves WHERE list = $1`
	shelvedSQL   = `SELECT id, digest, added FROM shelved WHERE list = $1 ORDER BY added`
	firstFillSQL = `INSERT INTO shelves (list, fill, last) VALUES ($1, 1, $2) ON CONFLICT (list) DO NOTHING`
	nextFillSQL  = `UPDATE shelves SET fill = fill + 1, last = $4 WHERE list = $1 AND fill + 1 = $2 AND last < $3`
	onlyGoneSQL  = `UPDATE shelves SET fill = fill + 1 WHERE list = $1 AND fill + 1 = $2`
	unshelveSQL  = `DELETE FROM shelved WHERE list = $1 AND id = $2`
	shelveSQL    = `
	INSERT INTO shelved (list, id, digest, added) VALUES ($1, $2, $3, $4)
	ON CONFLICT (list, id) DO UPDATE SET digest = excluded.digest, added = excluded.added`
)

// Shelf says since when a list holds what it holds, by when it was added. A
// list that was never filled is empty.
func (db *DB) Shelf(ctx context.Context, list string) (fraud.Shelf, error) {
	s := fraud.Shelf{List: list}
	err := db.read(ctx, func(t *sql.Tx) error {
		err := each(ctx, t, shelfSQL, []any{list}, func(r row) error { return r.Scan(&s.Fill, at(&s.Last)) })
		if err != nil {
			return err
		}
		return each(ctx, t, shelvedSQL, []any{list}, func(r row) error {
			var o fraud.Shelved
			var digest []byte
			if err := r.Scan(&o.ID, &digest, at(&o.Added)); err != nil {
				return err
			}
			if copy(o.Digest[:], digest) != len(o.Digest) {
				return errors.New("a digest is cut")
			}
			s.Objects = append(s.Objects, o)
			return nil
		})
	})
	return s, doing(err, "read since when the list %s holds what it holds", list)
}

// Shelve changes what a list holds. ErrConflict if somebody else changed it
// since it was read, or if something was to be added at or before an instant
// that was given before; ErrInvalid if not in the order of when. Then nothing
// is changed.
func (db *DB) Shelve(ctx context.Context, c fraud.Shelving) error {
	gone, added := make([][]any, len(c.Gone)), make([][]any, len(c.Added))
	for i, id := range c.Gone {
		gone[i] = []any{c.List, id}
	}
	for i, o := range c.Added {
		if i > 0 && !cut(o.Added).After(cut(c.Added[i-1].Added)) || o.Added.IsZero() {
			return doing(invalid("objects are added one after the other"), "shelve the list %s", c.List)
		}
		added[i] = []any{c.List, o.ID, o.Digest[:], us(o.Added)}
	}
	err := db.write(ctx, func(t *tx) error {
		n, err := t.fillShelf(ctx, c)
		if err := mustChange(n, err, conflict("somebody else changed it")); err != nil {
			return err
		}
		if _, err := t.many(ctx, unshelveSQL, gone); err != nil {
			return err
		}
		_, err = t.many(ctx, shelveSQL, added)
		return err
	})
	return doing(err, "shelve the list %s", c.List)
}

// fillShelf counts a change of a shelf that is as the caller read it.
func (t *tx) fillShelf(ctx context.Context, c fraud.Shelving) (int64, error) {
	if len(c.Added) == 0 {
		return t.exec(ctx, onlyGoneSQL, c.List, c.Fill)
	}
	first, last := us(c.Added[0].Added), us(c.Added[len(c.Added)-1].Added)
	if c.Fill == 1 {
		return t.exec(ctx, firstFillSQL, c.List, last)
	}
	return t.exec(ctx, nextFillSQL, c.List, c.Fill, first, last)
}
