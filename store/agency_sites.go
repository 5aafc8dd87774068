package store

import (
	"context"

	"ringbreaker.example/fraud"
)

const (
	addSiteSQL = `
	INSERT INTO sites (id, operation, case_id, name, address, state, country, time_zone, confidence, evidence, rings)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	siteSQL = `
	SELECT id, operation, case_id, name, address, state, country, time_zone, confidence, evidence, rings
	FROM sites WHERE id = $1`
	sitesSQL = `
	SELECT id, operation, case_id, name, address, state, country, time_zone, confidence, evidence, rings
	FROM sites WHERE operation = $1 ORDER BY id`
)

func scanSite(r row) (s fraud.Site, err error) {
	err = r.Scan(&s.ID, &s.Operation, &s.Case, &s.Name, &s.Address, &s.State, &s.Country, &s.TimeZone, &s.Confidence, &s.Evidence, into(&s.Rings))
	return s, err
}

// AddSite adds a place to an operation. ErrConflict if the id is taken,
// ErrNotFound if the operation is not here.
func (db *DB) AddSite(ctx context.Context, s fraud.Site) error {
	err := db.recordOne(ctx, "sites", []any{s.ID}, addSiteSQL, s.ID, s.Operation, s.Case, s.Name, s.Address, s.State, s.Country, s.TimeZone, s.Confidence, s.Evidence, part{s.Rings})
	return doing(err, "add site %s", s.ID)
}

// Site gives one place, or ErrNotFound.
func (db *DB) Site(ctx context.Context, id fraud.SiteID) (fraud.Site, error) {
	s, err := oneOf(ctx, db, scanSite, "site", siteSQL, id)
	return s, doing(err, "site %s", id)
}

// Sites gives the places of an operation, by id.
func (db *DB) Sites(ctx context.Context, op fraud.OperationID) ([]fraud.Site, error) {
	return listAll(ctx, db, scanSite, "sites", sitesSQL, op)
}

const (
	saveSearchSQL = `
	INSERT INTO searches (id, site, authority, issuer, expires, officers, witnesses, started_at, ended_at, recording_sha256, signed_at, by_person)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
	ON CONFLICT (id) DO UPDATE SET
	    authority = excluded.authority, issuer = excluded.issuer, expires = excluded.expires, officers = excluded.officers,
	    witnesses = excluded.witnesses, started_at = excluded.started_at, ended_at = excluded.ended_at,
	    recording_sha256 = excluded.recording_sha256, signed_at = excluded.signed_at
	WHERE searches.site = excluded.site
	    AND (searches.signed_at IS NULL OR searches.signed_at = excluded.signed_at)
	    AND searches.recording_sha256 IN ('', excluded.recording_sha256)`
	searchSQL = `
	SELECT id, site, authority, issuer, expires, officers, witnesses, started_at, ended_at, recording_sha256, signed_at, by_person
	FROM searches WHERE id = $1`
	searchesSQL = `
	SELECT s.id, s.site, s.authority, s.issuer, s.expires, s.officers, s.witnesses, s.started_at, s.ended_at, s.recording_sha256, s.signed_at, s.by_person
	FROM searches s JOIN sites p ON p.id = s.site
	WHERE p.operation = $1 ORDER BY s.id`
)

func scanSearch(r row) (s fraud.Search, err error) {
	err = r.Scan(&s.ID, &s.Site, &s.Authority, &s.Issuer, at(&s.Expires), into(&s.Officers), into(&s.Witnesses), at(&s.StartedAt),
		at(&s.EndedAt), &s.RecordingSHA256, at(&s.SignedAt), &s.By)
	return s, err
}

// SaveSearch keeps a search as it stands. ErrConflict if it would change the
// site, the time of the signatures, or the recording's hash (BNSS s.105) once
// they are there; ErrInvalid if it ends before it starts; ErrNotFound if the
// site is not here.
func (db *DB) SaveSearch(ctx context.Context, s fraud.Search) error {
	err := db.record(ctx, func(t *tx) error {
		n, err := t.exec(ctx, saveSearchSQL, s.ID, s.Site, s.Authority, s.Issuer,
			us(s.Expires), part{s.Officers}, part{s.Witnesses}, us(s.StartedAt), us(s.EndedAt), s.RecordingSHA256, us(s.SignedAt), s.By)
		if err := mustChange(n, err, conflict("its site, signatures or recording would change")); err != nil {
			return err
		}
		return t.attestOne(ctx, "searches", s.ID)
	})
	return doing(err, "save search %s", s.ID)
}

// Search gives one search of a place, or ErrNotFound.
func (db *DB) Search(ctx context.Context, id fraud.SearchID) (fraud.Search, error) {
	s, err := oneOf(ctx, db, scanSearch, "search", searchSQL, id)
	return s, doing(err, "search %s", id)
}

// Searches gives the searches of an operation, by id.
func (db *DB) Searches(ctx context.Context, op fraud.OperationID) ([]fraud.Search, error) {
	return listAll(ctx, db, scanSearch, "searches", searchesSQL, op)
}
