package store

import (
	"context"
	"database/sql"

	"ringbreaker.example/fraud"
)

const (
	addFreezeSQL = `
	INSERT INTO freezes (id, case_id, account, bank, channel, seen, seen_cur, held, held_cur, state, deadline, path)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	addFreezeEventSQL = `
	INSERT INTO freeze_events (freeze_id, state, held, held_cur, bank_ref, why, at, by_person)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	RETURNING no`
	freezesSQL = `
	SELECT id, case_id, account, bank, channel, seen, seen_cur, held, held_cur, state, deadline, path
	FROM freezes WHERE id = $1 OR $1 = '' ORDER BY id`
	freezeEventsSQL = `
	SELECT freeze_id, state, held, held_cur, bank_ref, why, at, by_person
	FROM freeze_events WHERE freeze_id = $1 OR $1 = '' ORDER BY no`
)

func freezeEventRow(id fraud.FreezeID, e fraud.FreezeEvent) []any {
	return []any{string(id), string(e.State), e.Held.Minor, e.Held.Currency, e.BankRef, e.Why, us(e.At), string(e.By)}
}

// AddFreeze writes down a request to freeze an account, with the steps that
// its history holds. ErrConflict if the id is taken, ErrNotFound if the case
// is not here.
func (db *DB) AddFreeze(ctx context.Context, f fraud.Freeze) error {
	err := db.record(ctx, func(t *tx) error {
		if f.State == "" {
			f.State = fraud.FreezeRequested
		}
		_, err := t.exec(ctx, addFreezeSQL, f.ID, f.Case, f.Account, f.Bank, f.Channel, f.Seen.Minor, f.Seen.Currency,
			f.Held.Minor, f.Held.Currency, f.State, us(f.Deadline), part{f.Path})
		if err != nil {
			return err
		}
		for _, e := range f.History {
			if err := t.addFreezeEvent(ctx, f.ID, e); err != nil {
				return err
			}
		}
		return t.attestOne(ctx, "freezes", f.ID)
	})
	return doing(err, "add freeze %s", f.ID)
}

// AddFreezeEvent adds a step to a freeze: its state, and what is held if it
// says so, are from then on the freeze's. ErrNotFound if the freeze is not here.
func (db *DB) AddFreezeEvent(ctx context.Context, e fraud.FreezeEvent) error {
	err := db.record(ctx, func(t *tx) error { return t.addFreezeEvent(ctx, e.Freeze, e) })
	return doing(err, "add state %s to freeze %s", e.State, e.Freeze)
}

func (t *tx) addFreezeEvent(ctx context.Context, id fraud.FreezeID, e fraud.FreezeEvent) error {
	if e.At.IsZero() {
		e.At = t.now
	}
	no, err := one(ctx, t, scanInt, "freeze", addFreezeEventSQL, freezeEventRow(id, e)...)
	if err != nil {
		return err
	}
	return t.attestOne(ctx, "freeze_events", no)
}

// Freeze gives one freeze as it stands, with its history, or ErrNotFound.
func (db *DB) Freeze(ctx context.Context, id fraud.FreezeID) (fraud.Freeze, error) {
	if id == "" {
		return fraud.Freeze{}, notFound("freeze")
	}
	got, err := db.freezes(ctx, id)
	if err == nil && len(got) == 0 {
		err = notFound("freeze")
	}
	if err != nil {
		return fraud.Freeze{}, doing(err, "read freeze %s", id)
	}
	return got[0], nil
}

// Freezes gives all freezes as they stand, with their histories, by id.
func (db *DB) Freezes(ctx context.Context) ([]fraud.Freeze, error) {
	got, err := db.freezes(ctx, "")
	return got, doing(err, "read the freezes")
}

// freezes gives one freeze or, with an empty id, all.
func (db *DB) freezes(ctx context.Context, id fraud.FreezeID) ([]fraud.Freeze, error) {
	var out []fraud.Freeze
	err := db.read(ctx, func(t *sql.Tx) (err error) {
		out, err = list(ctx, t, func(r row) (f fraud.Freeze, err error) {
			err = r.Scan(&f.ID, &f.Case, &f.Account, &f.Bank, &f.Channel, &f.Seen.Minor, &f.Seen.Currency, &f.Held.Minor, &f.Held.Currency,
				&f.State, at(&f.Deadline), into(&f.Path))
			return f, err
		}, freezesSQL, id)
		if err != nil {
			return err
		}
		place := make(map[fraud.FreezeID]*fraud.Freeze, len(out))
		for i := range out {
			place[out[i].ID] = &out[i]
		}
		return each(ctx, t, freezeEventsSQL, []any{id}, func(r row) error {
			var e fraud.FreezeEvent
			if err := r.Scan(&e.Freeze, &e.State, &e.Held.Minor, &e.Held.Currency, &e.BankRef, &e.Why, at(&e.At), &e.By); err != nil {
				return err
			}
			f := place[e.Freeze]
			f.History = append(f.History, e)
			f.State = e.State
			if e.Held.Currency != "" {
				f.Held = e.Held
			}
			return nil
		})
	})
	return out, err
}

const (
	addArrestSQL = `
	INSERT INTO arrests (id, case_id, person, role, law, place, at, by_person)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	arrestsSQL = `SELECT id, case_id, person, role, law, place, at, by_person FROM arrests ORDER BY at, id`
	addLeadSQL = `
	INSERT INTO leads (id, case_id, country, to_whom, says, reports, at, by_person)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	leadsSQL      = `SELECT id, case_id, country, to_whom, says, reports, at, by_person FROM leads ORDER BY at, id`
	addOutcomeSQL = `
	INSERT INTO outcomes (id, referral, says, disrupted, figures, at, by_person)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`
	outcomesSQL = `SELECT id, referral, says, disrupted, figures, at, by_person FROM outcomes ORDER BY at, id`
)

// AddArrest writes down an arrest. ErrConflict if the id is taken,
// ErrNotFound if the case is not here.
func (db *DB) AddArrest(ctx context.Context, a fraud.Arrest) error {
	return doing(db.recordOne(ctx, "arrests", []any{a.ID}, addArrestSQL, a.ID, a.Case, a.Person, a.Role, a.Law, a.Place, us(a.At), a.By), "add arrest %s", a.ID)
}

// Arrests gives all arrests, oldest first.
func (db *DB) Arrests(ctx context.Context) ([]fraud.Arrest, error) {
	return listAll(ctx, db, func(r row) (a fraud.Arrest, err error) {
		err = r.Scan(&a.ID, &a.Case, &a.Person, &a.Role, &a.Law, &a.Place, at(&a.At), &a.By)
		return a, err
	}, "arrests", arrestsSQL)
}

// AddLead writes down a lead to another country's police. ErrConflict if the
// id is taken, ErrNotFound if the case is not here.
func (db *DB) AddLead(ctx context.Context, l fraud.Lead) error {
	return doing(db.recordOne(ctx, "leads", []any{l.ID}, addLeadSQL, l.ID, l.Case, l.Country, l.To, l.Says, l.Reports, us(l.At), l.By), "add lead %s", l.ID)
}

// Leads gives all leads, oldest first.
func (db *DB) Leads(ctx context.Context) ([]fraud.Lead, error) {
	return listAll(ctx, db, func(r row) (l fraud.Lead, err error) {
		err = r.Scan(&l.ID, &l.Case, &l.Country, &l.To, &l.Says, &l.Reports, at(&l.At), &l.By)
		return l, err
	}, "leads", leadsSQL)
}

// AddOutcome writes down what came of a referral: on the agency's node as it
// says so, on a complainant's as it hears it. ErrConflict if the id is taken.
func (db *DB) AddOutcome(ctx context.Context, o fraud.Outcome) error {
	return doing(db.recordOne(ctx, "outcomes", []any{o.ID}, addOutcomeSQL, o.ID, o.Referral, o.Says, part{o.Disrupted}, part{o.Figures}, us(o.At), o.By), "add outcome %s", o.ID)
}

// Outcomes gives all outcomes, oldest first.
func (db *DB) Outcomes(ctx context.Context) ([]fraud.Outcome, error) {
	return listAll(ctx, db, func(r row) (o fraud.Outcome, err error) {
		err = r.Scan(&o.ID, &o.Referral, &o.Says, into(&o.Disrupted), into(&o.Figures), at(&o.At), &o.By)
		return o, err
	}, "outcomes", outcomesSQL)
}
