package store

import (
	"context"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

const (
	addPersonSQL = `
	INSERT INTO persons (id, org, name, office, roles, password, disabled)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`
	savePersonSQL = `
	UPDATE persons SET org = $2, name = $3, office = $4, roles = $5, password = $6, disabled = $7
	WHERE id = $1`
	personSQL  = `SELECT id, org, name, office, roles, password, disabled FROM persons WHERE id = $1`
	personsSQL = `SELECT id, org, name, office, roles, password, disabled FROM persons ORDER BY id`
)

func personRow(p access.Person) []any {
	return []any{p.ID, p.Org, p.Name, p.Office, part{p.Roles}, p.Password, us(p.Disabled)}
}

func scanPerson(r row) (p access.Person, err error) {
	err = r.Scan(&p.ID, &p.Org, &p.Name, &p.Office, into(&p.Roles), &p.Password, at(&p.Disabled))
	return p, err
}

// AddPerson adds somebody who may sign in. ErrConflict if the id is taken.
func (db *DB) AddPerson(ctx context.Context, p access.Person) error {
	return doing(db.recordOne(ctx, "persons", []any{p.ID}, addPersonSQL, personRow(p)...), "add person %s", p.ID)
}

// SavePerson changes a person's office, roles, password or standing.
// ErrNotFound if there is no such person; a disabled one is signed out of
// every session.
func (db *DB) SavePerson(ctx context.Context, p access.Person) error {
	err := db.record(ctx, func(t *tx) error {
		n, err := t.exec(ctx, savePersonSQL, personRow(p)...)
		if err := mustChange(n, err, notFound("person")); err != nil {
			return err
		}
		if err := t.attestOne(ctx, "persons", p.ID); err != nil {
			return err
		}
		if p.Disabled.IsZero() {
			return nil
		}
		_, err = t.exec(ctx, dropSessionsOfSQL, p.ID)
		return err
	})
	return doing(err, "save person %s", p.ID)
}

// Person gives one person, or ErrNotFound.
func (db *DB) Person(ctx context.Context, id fraud.PersonID) (access.Person, error) {
	return oneOf(ctx, db, scanPerson, "person", personSQL, id)
}

// Persons gives all people, by id.
func (db *DB) Persons(ctx context.Context) ([]access.Person, error) {
	return listAll(ctx, db, scanPerson, "people", personsSQL)
}

const (
	addSessionSQL = `
	INSERT INTO sessions (token_hash, person, csrf, created, expires)
	VALUES ($1, $2, $3, $4, $5)`
	sessionSQL        = `SELECT token_hash, person, csrf, created, expires FROM sessions WHERE token_hash = $1`
	dropSessionSQL    = `DELETE FROM sessions WHERE token_hash = $1`
	dropSessionsOfSQL = `DELETE FROM sessions WHERE person = $1`
	dropOldSQL        = `DELETE FROM sessions WHERE expires < $1`
)

// AddSession keeps a session, known by the hash of its token, and forgets
// those that have expired.
func (db *DB) AddSession(ctx context.Context, s access.Session) error {
	err := db.write(ctx, func(t *tx) error {
		if _, err := t.exec(ctx, dropOldSQL, t.now.UnixMicro()); err != nil {
			return err
		}
		_, err := t.exec(ctx, addSessionSQL, s.TokenHash, s.Person, s.CSRF, us(s.Created), us(s.Expires))
		return err
	})
	return doing(err, "add a session of person %s", s.Person)
}

// Session gives the session of a token's hash, or ErrNotFound. Whether it is
// still live is the caller's to ask.
func (db *DB) Session(ctx context.Context, tokenHash string) (access.Session, error) {
	return oneOf(ctx, db, func(r row) (s access.Session, err error) {
		err = r.Scan(&s.TokenHash, &s.Person, &s.CSRF, at(&s.Created), at(&s.Expires))
		return s, err
	}, "session", sessionSQL, tokenHash)
}

// DropSession signs a session out. One that is gone already is no error.
func (db *DB) DropSession(ctx context.Context, tokenHash string) error {
	return doing(db.do(ctx, dropSessionSQL, tokenHash), "drop a session")
}

// do is a transaction of one statement.
func (db *DB) do(ctx context.Context, query string, args ...any) error {
	return db.write(ctx, func(t *tx) error {
		_, err := t.exec(ctx, query, args...)
		return err
	})
}

const (
	addAuditSQL = `
	INSERT INTO audits (at, by_person, org, act, ref, why, ok)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`
	auditsSQL = `SELECT seq, at, by_person, org, act, ref, why, ok FROM audits ORDER BY seq DESC LIMIT $1`
	// The act stands in the text, as in the index that finds it.
	recallsSQL = `SELECT org, ref, why, at FROM audits WHERE act = '` + fraud.AuditRecalled + `' AND ok ORDER BY seq`
)

func auditRow(e fraud.AuditEntry) []any {
	return []any{us(e.At), string(e.By), string(e.Org), e.Act, plain(e.Ref), plain(e.Why), e.OK}
}

// audit writes one entry in the caller's transaction, which holds the ledger.
func (t *tx) audit(ctx context.Context, e fraud.AuditEntry) error {
	if e.At.IsZero() {
		e.At = t.now
	}
	row := auditRow(e)
	if _, err := t.exec(ctx, addAuditSQL, row...); err != nil {
		return err
	}
	return t.attestNumbered(ctx, auditRuns, [][]any{row})
}

// AddAudit writes down who did, or was refused, what. Seq is given by the
// store; an entry without a time gets the present one.
func (db *DB) AddAudit(ctx context.Context, e fraud.AuditEntry) error {
	return doing(db.record(ctx, func(t *tx) error { return t.audit(ctx, e) }), "audit %s of %s", e.Act, e.Ref)
}

// Recalls are what peers took back, in the order in which it came.
func (db *DB) Recalls(ctx context.Context) ([]fraud.Recall, error) {
	return listAll(ctx, db, func(r row) (x fraud.Recall, err error) {
		err = r.Scan(&x.By, &x.Ref, &x.Why, at(&x.At))
		return x, err
	}, "recalls", recallsSQL)
}

// Audits gives the newest limit entries, newest first.
func (db *DB) Audits(ctx context.Context, limit int) ([]fraud.AuditEntry, error) {
	return listAll(ctx, db, func(r row) (e fraud.AuditEntry, err error) {
		err = r.Scan(&e.Seq, at(&e.At), &e.By, &e.Org, &e.Act, &e.Ref, &e.Why, &e.OK)
		return e, err
	}, "audits", auditsSQL, most(limit))
}
