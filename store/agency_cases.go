package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ringbreaker.example/fraud"
)

const (
	addCaseSQL = `
	INSERT INTO cases (id, number, complainant, referral, title, law, rings, sealed, unseal_order, unsealed_by, registered_at, by_person)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11)`
	linkCasesSQL = `
	INSERT INTO case_links (a, b) VALUES ($1, $2)
	ON CONFLICT (a, b) DO NOTHING`
	unsealCaseSQL = `
	UPDATE cases SET sealed = FALSE, unseal_order = $2, unsealed_by = $3, unsealed_at = $4
	WHERE id = $1 AND sealed`
	caseSQL = `
	SELECT id, number, complainant, referral, title, law, rings, sealed, unseal_order, registered_at, by_person
	FROM cases WHERE id = $1`
	casesSQL = `
	SELECT id, number, complainant, referral, title, law, rings, sealed, unseal_order, registered_at, by_person
	FROM cases ORDER BY registered_at, id`
	caseLinksSQL = `
	SELECT a, b FROM case_links WHERE a = $1 OR b = $1 OR $1 = '' ORDER BY a, b`
)

func scanCase(r row) (c fraud.Case, err error) {
	err = r.Scan(&c.ID, &c.Number, &c.Complainant, &c.Referral, &c.Title, &c.Law, into(&c.Rings), &c.Sealed, &c.UnsealOrder,
		at(&c.RegisteredAt), &c.By)
	return c, err
}

// AddCase registers a case and links it with those that it names. ErrConflict
// if the id is taken.
func (db *DB) AddCase(ctx context.Context, c fraud.Case) error {
	err := db.record(ctx, func(t *tx) error {
		if c.RegisteredAt.IsZero() {
			c.RegisteredAt = t.now
		}
		_, err := t.exec(ctx, addCaseSQL, c.ID, c.Number, c.Complainant, c.Referral, c.Title, c.Law, part{c.Rings}, c.Sealed,
			c.UnsealOrder, us(c.RegisteredAt), c.By)
		if err != nil {
			return err
		}
		links := make([][]any, len(c.Linked))
		for i, other := range c.Linked {
			links[i] = linkRow(c.ID, other)
		}
		if _, err = t.many(ctx, linkCasesSQL, links); err != nil {
			return err
		}
		return errors.Join(t.attestOne(ctx, "cases", c.ID), t.attest(ctx, "case_links", links...))
	})
	return doing(err, "add case %s", c.ID)
}

func linkRow(a, b fraud.CaseID) []any { return []any{string(min(a, b)), string(max(a, b))} }

// LinkCases links two cases; again changes nothing. ErrNotFound if one of
// them is not here, ErrInvalid if they are one.
func (db *DB) LinkCases(ctx context.Context, a, b fraud.CaseID) error {
	return doing(db.recordOne(ctx, "case_links", linkRow(a, b), linkCasesSQL, linkRow(a, b)...), "link cases %s and %s", a, b)
}

// UnsealCase opens a case to view by a court's order. ErrInvalid without the
// order, ErrConflict if it is not sealed, ErrNotFound if it is not here.
func (db *DB) UnsealCase(ctx context.Context, id fraud.CaseID, order string, by fraud.PersonID, when time.Time) error {
	err := db.record(ctx, func(t *tx) error {
		n, err := t.exec(ctx, unsealCaseSQL, id, order, by, us(when))
		if err != nil {
			return err
		}
		if n > 0 {
			return t.attestOne(ctx, "cases", id)
		}
		if _, err := one(ctx, t, scanCase, "case", caseSQL, id); err != nil {
			return err
		}
		return conflict("it is not sealed")
	})
	return doing(err, "unseal case %s", id)
}

// Case gives one case, or ErrNotFound.
func (db *DB) Case(ctx context.Context, id fraud.CaseID) (fraud.Case, error) {
	var c fraud.Case
	err := db.read(ctx, func(t *sql.Tx) (err error) {
		if c, err = one(ctx, t, scanCase, "case", caseSQL, id); err != nil {
			return err
		}
		linked, err := caseLinks(ctx, t, id)
		c.Linked = linked[id]
		return err
	})
	return c, doing(err, "read case %s", id)
}

// Cases gives all cases, oldest first.
func (db *DB) Cases(ctx context.Context) ([]fraud.Case, error) {
	var out []fraud.Case
	err := db.read(ctx, func(t *sql.Tx) (err error) {
		if out, err = list(ctx, t, scanCase, casesSQL); err != nil {
			return err
		}
		linked, err := caseLinks(ctx, t, "")
		for i := range out {
			out[i].Linked = linked[out[i].ID]
		}
		return err
	})
	return out, doing(err, "read the cases")
}

// caseLinks gives the cases linked with each case, of one case or (with an
// empty id) of all; sorted, since rows come by a, then b, and a < b.
func caseLinks(ctx context.Context, q queryer, id fraud.CaseID) (map[fraud.CaseID][]fraud.CaseID, error) {
	linked := make(map[fraud.CaseID][]fraud.CaseID)
	err := each(ctx, q, caseLinksSQL, []any{id}, func(r row) error {
		var a, b fraud.CaseID
		if err := r.Scan(&a, &b); err != nil {
			return err
		}
		linked[a] = append(linked[a], b)
		linked[b] = append(linked[b], a)
		return nil
	})
	return linked, err
}

const (
	addOperationSQL = `
	INSERT INTO operations (id, name, cases, go_at, lead, done, done_by, at)
	VALUES ($1, $2, $3, $4, $5, $6, '', $7)`
	endOperationSQL = `UPDATE operations SET done = $2, done_by = $3 WHERE id = $1 AND done IS NULL`
	operationSQL    = `SELECT id, name, cases, go_at, lead, done, at FROM operations WHERE id = $1`
	operationsSQL   = `SELECT id, name, cases, go_at, lead, done, at FROM operations ORDER BY at, id`
)

func scanOperation(r row) (o fraud.Operation, err error) {
	err = r.Scan(&o.ID, &o.Name, into(&o.Cases), at(&o.GoAt), &o.Lead, at(&o.Done), at(&o.At))
	return o, err
}

// AddOperation adds an operation. ErrConflict if the id is taken.
func (db *DB) AddOperation(ctx context.Context, o fraud.Operation) error {
	err := db.record(ctx, func(t *tx) error {
		if o.At.IsZero() {
			o.At = t.now
		}
		if _, err := t.exec(ctx, addOperationSQL, o.ID, o.Name, part{o.Cases}, us(o.GoAt), o.Lead, us(o.Done), us(o.At)); err != nil {
			return err
		}
		return t.attestOne(ctx, "operations", o.ID)
	})
	return doing(err, "add operation %s", o.ID)
}

// Operation gives one operation, or ErrNotFound.
func (db *DB) Operation(ctx context.Context, id fraud.OperationID) (fraud.Operation, error) {
	o, err := oneOf(ctx, db, scanOperation, "operation", operationSQL, id)
	return o, doing(err, "operation %s", id)
}

// Operations gives all operations, oldest first.
func (db *DB) Operations(ctx context.Context) ([]fraud.Operation, error) {
	return listAll(ctx, db, scanOperation, "operations", operationsSQL)
}

// EndOperation says that an operation is over. ErrConflict if it was before,
// ErrNotFound if it is not here.
func (db *DB) EndOperation(ctx context.Context, id fraud.OperationID, when time.Time, by fraud.PersonID) error {
	err := db.record(ctx, func(t *tx) error {
		n, err := t.exec(ctx, endOperationSQL, id, us(when), by)
		if err != nil {
			return err
		}
		if n > 0 {
			return t.attestOne(ctx, "operations", id)
		}
		if _, err := one(ctx, t, scanOperation, "operation", operationSQL, id); err != nil {
			return err
		}
		return conflict("it is over already")
	})
	return doing(err, "end operation %s", id)
}
