package store

import (
	"context"
	"database/sql"

	"ringbreaker.example/fraud"
)

const (
	saveMatchSQL = `
	INSERT INTO matches (id, peer, offered, step, consent, peer_consent, kinds, min_reports, our_size, peer_size,
	    our_root, peer_root, report, problem, at, state)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
	ON CONFLICT (id) DO UPDATE SET
	    step = excluded.step, consent = excluded.consent, peer_consent = excluded.peer_consent, kinds = excluded.kinds,
	    min_reports = excluded.min_reports, our_size = excluded.our_size, peer_size = excluded.peer_size,
	    our_root = excluded.our_root, peer_root = excluded.peer_root, report = excluded.report,
	    problem = excluded.problem, state = excluded.state
	WHERE matches.peer = excluded.peer AND matches.offered = excluded.offered
	    AND matches.our_root IN ('', excluded.our_root)
	    AND (matches.peer_root IN ('', excluded.peer_root) OR excluded.step = 'broken')`
	matchSQL = `
	SELECT id, peer, offered, step, consent, peer_consent, kinds, min_reports, our_size, peer_size,
	    our_root, peer_root, report, problem, at, state
	FROM matches WHERE id = $1`
	matchesSQL = `
	SELECT id, peer, offered, step, consent, peer_consent, kinds, min_reports, our_size, peer_size,
	    our_root, peer_root, report, problem, at, state
	FROM matches ORDER BY at, id`
)

// stateful is a match with the engine's own state of it.
type stateful struct {
	match fraud.Match
	state []byte
}

func scanMatch(r row) (stateful, error) {
	var s stateful
	m := &s.match
	err := r.Scan(&m.ID, &m.Peer, &m.Offered, &m.Step, into(&m.Consent), into(&m.PeerConsent), into(&m.Kinds), &m.MinReports,
		&m.OurSize, &m.PeerSize, &m.OurRoot, &m.PeerRoot, into(&m.Report), &m.Problem, at(&m.At), &s.state)
	return s, err
}

// SaveMatch keeps a match as it stands, with the engine's own state, so that
// it can go on after a restart. ErrConflict if it would change the peer or
// who offered, or a set's commitment after it was made: whoever commits is
// bound (DESIGN §8.1). ErrNotFound if the peer is not known here.
func (db *DB) SaveMatch(ctx context.Context, m fraud.Match, state []byte) error {
	if state == nil {
		state = []byte{}
	}
	err := db.record(ctx, func(t *tx) error {
		if m.At.IsZero() {
			m.At = t.now
		}
		n, err := t.exec(ctx, saveMatchSQL, m.ID, m.Peer, m.Offered, m.Step, part{m.Consent}, part{m.PeerConsent}, part{m.Kinds},
			m.MinReports, m.OurSize, m.PeerSize, m.OurRoot, m.PeerRoot, part{m.Report}, m.Problem, us(m.At), state)
		if err := mustChange(n, err, conflict("its peer or a commitment would change")); err != nil {
			return err
		}
		return t.attestOne(ctx, "matches", m.ID)
	})
	return doing(err, "save match %s", m.ID)
}

// Match gives one match and the engine's state of it, or ErrNotFound.
func (db *DB) Match(ctx context.Context, id fraud.MatchID) (fraud.Match, []byte, error) {
	s, err := oneOf(ctx, db, scanMatch, "match", matchSQL, id)
	return s.match, s.state, doing(err, "match %s", id)
}

// Matches gives all matches, oldest first.
func (db *DB) Matches(ctx context.Context) ([]fraud.Match, error) {
	var out []fraud.Match
	err := db.read(ctx, func(t *sql.Tx) error {
		return each(ctx, t, matchesSQL, nil, func(r row) error {
			s, err := scanMatch(r)
			out = append(out, s.match)
			return err
		})
	})
	return out, doing(err, "read the matches")
}

const (
	saveJointCaseSQL = `
	INSERT INTO joint_cases (id, title, peer, match_id, in_common, basis, tlp, pap, embargo, opened_by, opened_at, accepted)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
	ON CONFLICT (id) DO UPDATE SET
	    title = excluded.title, match_id = excluded.match_id, in_common = excluded.in_common, basis = excluded.basis,
	    tlp = excluded.tlp, pap = excluded.pap, embargo = excluded.embargo, accepted = excluded.accepted
	WHERE joint_cases.peer = excluded.peer AND joint_cases.opened_by = excluded.opened_by`
	jointCaseSQL = `
	SELECT id, title, peer, match_id, in_common, basis, tlp, pap, embargo, opened_by, opened_at, accepted
	FROM joint_cases WHERE id = $1`
	jointCasesSQL = `
	SELECT id, title, peer, match_id, in_common, basis, tlp, pap, embargo, opened_by, opened_at, accepted
	FROM joint_cases ORDER BY opened_at, id`
)

func scanJointCase(r row) (c fraud.JointCase, err error) {
	err = r.Scan(&c.ID, &c.Title, &c.Peer, &c.Match, into(&c.Overlaps), into(&c.Basis), &c.Mark.TLP, &c.Mark.PAP,
		at(&c.Embargo), &c.OpenedBy, at(&c.OpenedAt), at(&c.Accepted))
	return c, err
}

// SaveJointCase keeps a joint case as it stands. ErrConflict if it would
// change the peer or who opened it, ErrNotFound if the peer is not known here.
// Letters that tell of it are written with it.
func (db *DB) SaveJointCase(ctx context.Context, c fraud.JointCase, letters ...*fraud.Letter) error {
	err := db.record(ctx, func(t *tx) error {
		if c.OpenedAt.IsZero() {
			c.OpenedAt = t.now
		}
		n, err := t.exec(ctx, saveJointCaseSQL, c.ID, c.Title, c.Peer, c.Match, part{c.Overlaps}, part{c.Basis},
			c.Mark.TLP, c.Mark.PAP, us(c.Embargo), c.OpenedBy, us(c.OpenedAt), us(c.Accepted))
		if err := mustChange(n, err, conflict("its peer or who opened it would change")); err != nil {
			return err
		}
		if err := t.attestOne(ctx, "joint_cases", c.ID); err != nil {
			return err
		}
		return t.addLetters(ctx, letters)
	})
	return doing(err, "save joint case %s", c.ID)
}

// JointCase gives one joint case, or ErrNotFound.
func (db *DB) JointCase(ctx context.Context, id fraud.JointCaseID) (fraud.JointCase, error) {
	c, err := oneOf(ctx, db, scanJointCase, "joint case", jointCaseSQL, id)
	return c, doing(err, "joint case %s", id)
}

// JointCases gives all joint cases, oldest first.
func (db *DB) JointCases(ctx context.Context) ([]fraud.JointCase, error) {
	return listAll(ctx, db, scanJointCase, "joint cases", jointCasesSQL)
}
