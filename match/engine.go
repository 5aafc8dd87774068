package match

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Store is what an Engine needs of the store.
type Store interface {
	// SaveMatch keeps a match as people see it, and the sealed state of its
	// protocol.
	SaveMatch(ctx context.Context, m fraud.Match, state []byte) error
	// Match returns both, or fraud.ErrNotFound.
	Match(ctx context.Context, id fraud.MatchID) (fraud.Match, []byte, error)
	Matches(ctx context.Context) ([]fraud.Match, error)
	// Peer returns a peer, or fraud.ErrNotFound.
	Peer(ctx context.Context, id fraud.OrgID) (fraud.Peer, error)
}

// Sealer keeps the state of a running match, which holds its keys, secret at
// rest: access.Vault.
type Sealer interface {
	SealBytes(of string, plain []byte) []byte
	OpenBytes(of string, box []byte) ([]byte, error)
}

// Limits bound what a peer may learn by running matches. The zero Limits mean
// a million elements a side, 24 matches a day and ten million elements over
// all time with one peer.
type Limits struct {
	MaxSet     int // elements a side
	RunsPerDay int // matches with one peer
	Lifetime   int // elements of one peer, over all matches
}

func (l Limits) filled() Limits {
	for _, d := range []struct {
		v *int
		d int
	}{{&l.MaxSet, 1 << 20}, {&l.RunsPerDay, 24}, {&l.Lifetime, 10 << 20}} {
		if *d.v == 0 {
			*d.v = d.d
		}
	}
	return l
}

// Config is what an Engine is made of.
type Config struct {
	Org    fraud.Org
	Key    ed25519.PrivateKey // signs messages; Org.Keys.Sign is its public half
	Store  Store
	Ledger witnesser // *ledger.Log
	Vault  Sealer
	Client *http.Client // signs requests (access.Signer); without a short timeout for large sets
	// Set gives our elements for a match: those that access.Decide lets go
	// into a match with that peer, and no others.
	Set func(ctx context.Context, t Terms, peer fraud.Peer) ([]Element, error)
	// Opened is told when a match has come to the indicators: what was shown
	// then is a share. It may be told twice. nil tells nobody.
	Opened func(ctx context.Context, m fraud.Match, t Terms) error
	Limits Limits
	// Contact is whom another agency may call when both look at the same
	// target; a company needs none.
	Contact string
	// Spool is a folder for the lists of running matches, which may be long;
	// empty keeps them in memory and in the store.
	Spool  string
	Prefix string           // under which peers serve Handler; empty means "/peer/match"
	Now    func() time.Time // nil means time.Now
}

// Engine runs an Org's matches. The side that offered drives: its Advance
// calls the peer's node as long as there is something to do; the other side
// answers and waits for its people's consent.
type Engine struct {
	c Config

	mu   sync.Mutex // guards open
	open map[fraud.MatchID]*session
}

// New returns an Engine, or fraud.ErrInvalid for a Config that lacks
// something.
func New(c Config) (*Engine, error) {
	if c.Store == nil || c.Ledger == nil || c.Vault == nil || c.Client == nil || c.Set == nil || len(c.Key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("a match engine needs a store, a ledger, a vault, a client, a set and a key: %w", fraud.ErrInvalid)
	}
	if c.Prefix == "" {
		c.Prefix = "/peer/match"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Limits = c.Limits.filled()
	return &Engine{c: c, open: map[fraud.MatchID]*session{}}, nil
}

// mayMatch asks the one door whether the person may do this with the peer.
// Opening indicators is a share, which a person who may sign must release.
func (e *Engine) mayMatch(ctx context.Context, t Terms, peer fraud.Peer, step fraud.MatchStep) error {
	action := access.ActMatch
	thing := access.Thing{Kind: access.ThingMatch, Basis: t.Basis}
	thing.Basis.Recipients = []fraud.OrgID{peer.Org.ID}
	if step == fraud.MatchIndicators {
		action = access.ActShare
	}
	if !peer.Revoked.IsZero() {
		return fmt.Errorf("peer %s is revoked: %w", peer.Org.ID, fraud.ErrForbidden)
	}
	if err := e.fit(t, peer); err != nil {
		return err
	}
	return access.Decide(access.From(ctx), action, thing, access.ToOrg(peer.Org), e.c.Now()).Err()
}

// fit refuses a deconfliction that is not between two agencies, or in which
// the other would not learn whom to call.
func (e *Engine) fit(t Terms, peer fraud.Peer) error {
	switch {
	case !t.Deconflict:
		return nil
	case e.c.Org.Kind != fraud.OrgAgency || peer.Org.Kind != fraud.OrgAgency:
		return fmt.Errorf("deconfliction is between two agencies, and %s and %s are not both one: %w", e.c.Org.ID, peer.Org.ID, fraud.ErrForbidden)
	case e.c.Contact == "" || len(e.c.Contact) > maxContact:
		return fmt.Errorf("the other agency must learn whom to call: set contact in the node's configuration, at most %d bytes: %w", maxContact, fraud.ErrInvalid)
	}
	return nil
}

// Offer offers a match to a peer on these terms and tells the peer's node. If
// the node does not answer, the offer stands and Advance sends it again.
func (e *Engine) Offer(ctx context.Context, to fraud.OrgID, t Terms) (fraud.Match, error) {
	t = t.Filled()
	peer, err := e.c.Store.Peer(ctx, to)
	if err != nil {
		return fraud.Match{}, fmt.Errorf("find peer %s: %w", to, err)
	}
	if err := e.mayMatch(ctx, t, peer, fraud.MatchOffered); err != nil {
		return fraud.Match{}, err
	}
	if err := t.Valid(); err != nil {
		return fraud.Match{}, err
	}
	if t.Basis.Purpose == "" || t.Basis.LegalBasis == "" {
		return fraud.Match{}, fmt.Errorf("an offer says for what purpose and on what legal basis: %w", fraud.ErrInvalid)
	}
	if err := e.budget(ctx, to, t, 0, nil); err != nil {
		return fraud.Match{}, err
	}
	id, err := fraud.NewID("M", rand.Reader)
	if err != nil {
		return fraud.Match{}, err
	}
	s := &session{id: fraud.MatchID(id), with: to, offered: true, peer: peer, state: state{Terms: t}, m: e.newMatch(fraud.MatchID(id), to, true, t)}
	consent(&s.m.Consent, fraud.MatchCount, e.c.Now())
	if err := e.save(ctx, s); err != nil {
		return fraud.Match{}, err
	}
	e.mu.Lock()
	e.open[s.id] = s
	e.mu.Unlock()
	release, err := e.hold(ctx, s)
	if err != nil {
		return fraud.Match{}, err
	}
	defer release()
	if err := e.sendOffer(ctx, s); err != nil {
		return s.m, fmt.Errorf("offer match %s to peer %s, kept to send again: %w", id, to, err)
	}
	return s.m, nil
}

// OfferNext offers the match that continues one of ours whose terms kept the
// keys (Terms.Epoch), on the same terms. fraud.ErrConflict if it kept nothing.
func (e *Engine) OfferNext(ctx context.Context, id fraud.MatchID) (fraud.Match, error) {
	s, err := e.session(ctx, id)
	if err != nil {
		return fraud.Match{}, err
	}
	release, err := e.hold(ctx, s)
	if err != nil {
		return fraud.Match{}, err
	}
	t, to, ours := s.state.Terms, s.m.Peer, s.m.Offered
	kept := t.Epoch && s.state.Party != nil && s.state.Party.Set != nil && slices.Index(stepOrder(), s.m.Step) >= slices.Index(stepOrder(), fraud.MatchCount)
	release()
	switch {
	case !ours:
		return fraud.Match{}, fmt.Errorf("match %s was offered by %s, whose node offers the next one: %w", id, to, fraud.ErrConflict)
	case !kept:
		return fraud.Match{}, fmt.Errorf("match %s kept nothing that could be continued: offer one that keeps its keys (epoch) and let it come to the count: %w", id, fraud.ErrConflict)
	}
	t.Continues = id
	return e.Offer(ctx, to, t)
}

func (e *Engine) newMatch(id fraud.MatchID, peer fraud.OrgID, offered bool, t Terms) fraud.Match {
	return fraud.Match{
		ID: id, Peer: peer, Offered: offered, Step: fraud.MatchOffered, Kinds: t.Kinds, MinReports: t.MinReports, At: unix(e.c.Now()),
		Consent: map[fraud.MatchStep]time.Time{}, PeerConsent: map[fraud.MatchStep]time.Time{},
		Report: fraud.MatchReport{Deconfliction: t.Deconflict},
	}
}

func consent(to *map[fraud.MatchStep]time.Time, step fraud.MatchStep, at time.Time) {
	if *to == nil {
		*to = map[fraud.MatchStep]time.Time{}
	}
	if _, ok := (*to)[step]; !ok {
		(*to)[step] = unix(at)
	}
}

// budget refuses with fraud.ErrForbidden what goes beyond our limits with a
// peer. adds is how many elements the peer brings, 0 before it is known; those
// of the matches in chain are among them and not counted again. So are those
// of any match that a later one continued: an epoch's elements count once.
func (e *Engine) budget(ctx context.Context, peer fraud.OrgID, t Terms, adds int, chain []fraud.MatchID) error {
	if t.MaxSet > e.c.Limits.MaxSet {
		return fmt.Errorf("a set of %d elements is more than our limit of %d: %w", t.MaxSet, e.c.Limits.MaxSet, fraud.ErrForbidden)
	}
	all, err := e.c.Store.Matches(ctx)
	if err != nil {
		return fmt.Errorf("count matches with peer %s: %w", peer, err)
	}
	covered := slices.Clone(chain)
	for _, m := range all {
		if m.Peer == peer && m.PeerSize > 0 {
			before, err := e.chainOf(ctx, m.ID)
			if err != nil {
				return err
			}
			covered = append(covered, before...)
		}
	}
	runs, life := 0, adds
	for _, m := range all {
		if m.Peer != peer {
			continue
		}
		if m.Step != fraud.MatchRefused && e.c.Now().Sub(m.At) < 24*time.Hour {
			runs++
		}
		if !slices.Contains(covered, m.ID) && (adds == 0 || m.Step != fraud.MatchOffered) {
			life += m.PeerSize
		}
	}
	if adds == 0 && runs >= e.c.Limits.RunsPerDay {
		return fmt.Errorf("peer %s has had its %d matches of the day: %w", peer, e.c.Limits.RunsPerDay, fraud.ErrForbidden)
	}
	if life > e.c.Limits.Lifetime {
		return fmt.Errorf("peer %s has had %d elements matched, the limit over all time is %d: %w", peer, life, e.c.Limits.Lifetime, fraud.ErrForbidden)
	}
	return nil
}

// chainOf names the matches that a match continued, as it was last saved.
func (e *Engine) chainOf(ctx context.Context, id fraud.MatchID) ([]fraud.MatchID, error) {
	_, box, err := e.c.Store.Match(ctx, id)
	if err != nil || len(box) == 0 {
		return nil, err
	}
	plain, err := e.c.Vault.OpenBytes("match "+string(id), box)
	if err != nil {
		return nil, fmt.Errorf("open the state of match %s: %w", id, err)
	}
	var s struct{ Chain []fraud.MatchID } // gob leaves the rest out
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&s); err != nil {
		return nil, fmt.Errorf("read the state of match %s: %w", id, err)
	}
	return s.Chain, nil
}

// Accept takes up a peer's offer: our set is fixed and its secrets drawn. It
// is consent to the count.
func (e *Engine) Accept(ctx context.Context, id fraud.MatchID) (fraud.Match, error) {
	return e.with(ctx, id, func(s *session) error {
		if s.m.Offered || s.m.Step != fraud.MatchOffered || s.state.Party != nil {
			return fmt.Errorf("match %s is not an open offer of the peer: %w", id, fraud.ErrConflict)
		}
		if err := e.mayMatch(ctx, s.state.Terms, s.peer, fraud.MatchOffered); err != nil {
			return err
		}
		if err := e.enter(ctx, s, answerer); err != nil {
			return err
		}
		consent(&s.m.Consent, fraud.MatchCount, e.c.Now())
		return nil
	})
}

// enter fixes our set.
func (e *Engine) enter(ctx context.Context, s *session, role string) error {
	set, err := e.c.Set(ctx, s.state.Terms, s.peer)
	if err != nil {
		return fmt.Errorf("gather the set for match %s: %w", s.m.ID, err)
	}
	env, err := e.env(s)
	if err != nil {
		return err
	}
	var p *party
	if s.state.Terms.Continues == "" {
		p, err = newParty(s.m.ID, role, e.c.Org.ID, s.m.Peer, s.state.Terms, set, env)
	} else {
		p, err = e.takeUp(ctx, s, set, env)
	}
	if err != nil {
		return fmt.Errorf("set for match %s: %w", s.m.ID, err)
	}
	if err := p.spill(); err != nil {
		return err
	}
	s.state.Party, s.m.OurSize = p, p.Set.size()
	return nil
}

// takeUp continues an earlier match of the epoch, which must have come to the
// count between the same two, in the same roles, on the same kinds.
func (e *Engine) takeUp(ctx context.Context, s *session, set []Element, env env) (*party, error) {
	id, t := s.state.Terms.Continues, s.state.Terms
	old, err := e.session(ctx, id)
	if err != nil {
		return nil, err
	}
	if old == s {
		return nil, fmt.Errorf("match %s cannot continue itself: %w", id, fraud.ErrInvalid)
	}
	release, err := e.holdSoon(ctx, old)
	if err != nil {
		return nil, err
	}
	defer release()
	was := old.state.Party
	switch {
	case old.m.Peer != s.m.Peer || old.m.Offered != s.m.Offered:
		return nil, fmt.Errorf("match %s was not offered by the same side to the same peer: %w", id, fraud.ErrConflict)
	case slices.Index(stepOrder(), old.m.Step) < slices.Index(stepOrder(), fraud.MatchCount) || !old.state.Terms.Epoch || was == nil || was.Set == nil:
		return nil, fmt.Errorf("match %s kept nothing that could be continued: %w", id, fraud.ErrConflict)
	case t.Casework != old.state.Terms.Casework:
		return nil, fmt.Errorf("match %s was made with other evidence: one with casework is continued with casework, one without it without: %w", id, fraud.ErrConflict)
	case t.MinReports != old.state.Terms.MinReports || !slices.Equal(t.Kinds, old.state.Terms.Kinds):
		return nil, fmt.Errorf("match %s was made on other kinds or reports: %w", id, fraud.ErrConflict)
	}
	s.state.Chain = append(slices.Clone(old.state.Chain), id)
	return continued(was, s.m.ID, t, set, env)
}

// takeUpFor is how long a match waits for the one that it continues. Somebody
// who only looks at that one, or whose node asks ours where it stands, holds it
// for a moment; but to wait for one match while holding another must end.
const takeUpFor = 10 * time.Second

// holdSoon is hold with an end to the waiting.
func (e *Engine) holdSoon(ctx context.Context, s *session) (release func(), err error) {
	for end := time.Now().Add(takeUpFor); ; { // the world's clock: e.c.Now may stand
		release, ok, err := e.tryHold(ctx, s)
		if err != nil || ok {
			return release, err
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("match %s is being worked on, try again: %w", s.id, fraud.ErrConflict)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockEvery):
		}
	}
}

func (e *Engine) env(s *session) (env, error) {
	key, err := access.SignKey(s.peer.Org.Keys)
	if err != nil {
		return env{}, fmt.Errorf("keys of peer %s: %w", s.peer.Org.ID, err)
	}
	return env{
		sign: e.c.Key, verify: key, now: e.c.Now, ledger: e.c.Ledger, peer: s.peer.Org, spool: e.lists(s.m.ID), box: e.c.Vault, call: e.c.Contact,
		tell: func(p Progress) { s.work.Store(&p) },
	}, nil
}

// lists is where a match's lists lie: a folder named by its id, in hex, since
// the peer may have chosen the id.
func (e *Engine) lists(id fraud.MatchID) *spool {
	if e.c.Spool == "" {
		return &spool{}
	}
	return &spool{dir: filepath.Join(e.c.Spool, hex.EncodeToString([]byte(id)))}
}

// Refuse ends a match that is not over. What was revealed stays revealed.
func (e *Engine) Refuse(ctx context.Context, id fraud.MatchID, why string) (fraud.Match, error) {
	return e.ending(ctx, id, func(s *session) error {
		if err := e.mayMatch(ctx, s.state.Terms, s.peer, fraud.MatchOffered); err != nil {
			return err
		}
		if over(s.m.Step) {
			return fmt.Errorf("match %s is over: %w", id, fraud.ErrConflict)
		}
		s.m.Step, s.m.Problem = fraud.MatchRefused, "refused by us: "+why
		return nil
	})
}

func over(s fraud.MatchStep) bool {
	return s == fraud.MatchIndicators || s == fraud.MatchRefused || s == fraud.MatchBroken
}

// Consent agrees to reveal a step: kinds, suspects or indicators, and those
// before it. The indicators are a share and need somebody who may release it.
func (e *Engine) Consent(ctx context.Context, id fraud.MatchID, step fraud.MatchStep) (fraud.Match, error) {
	return e.with(ctx, id, func(s *session) error {
		at := slices.Index(stepOrder(), step)
		if at <= slices.Index(stepOrder(), fraud.MatchCount) {
			return fmt.Errorf("step %q is not one to consent to: say kinds, suspects or indicators: %w", step, fraud.ErrInvalid)
		}
		if over(s.m.Step) || s.state.Party == nil {
			return fmt.Errorf("match %s is %s, there is nothing to consent to: %w", id, s.m.Step, fraud.ErrConflict)
		}
		if err := e.mayMatch(ctx, s.state.Terms, s.peer, step); err != nil {
			return err
		}
		if s.state.Party.below() {
			return fmt.Errorf("match %s has fewer than %d elements in common and stops at the count: %w", id, s.state.Terms.MinCount, fraud.ErrForbidden)
		}
		for _, st := range stepOrder()[:at+1] {
			consent(&s.m.Consent, st, e.c.Now())
		}
		return nil
	})
}

// Status is a match as a page shows it.
type Status struct {
	Match   fraud.Match
	Terms   Terms
	Round   string          // the exchange that is next, "" if none
	Wants   fraud.MatchStep // the step whose consent is awaited, "" if none
	Ours    bool            // whether it is our consent that is missing
	Stopped bool            // too little in common to go on
	Busy    bool            // being worked on just now
	Have    int             // bytes of the list that is coming
	Of      int             // its bytes in all
	Work    *Progress       // of what is being worked on just now, nil if nothing is
	Shown   int             // our indicators that the peer has seen, or may have
	Seen    int             // the peer's that we have seen
	Exposed string          // a sentence, if the peer stopped half-way
	Gone    bool            // what it kept for the next match of its epoch is no longer there
}

// patience is how long a peer may be silent in the middle of a round that
// nobody's consent holds up, before people are told that it stopped: longer
// than the largest sets take on slow machines.
const patience = time.Hour

// Status says where a match stands. While the match is being worked on it is
// as of the last save.
func (e *Engine) Status(ctx context.Context, id fraud.MatchID) (Status, error) {
	s, err := e.session(ctx, id)
	if err != nil {
		return Status{}, err
	}
	release, ok, err := e.tryHold(ctx, s)
	if errors.Is(err, errLost) {
		m, _, err2 := e.c.Store.Match(ctx, id)
		m.Problem = err.Error()
		return Status{Match: m}, err2
	}
	if err != nil {
		return Status{}, err
	}
	if !ok {
		return e.busy(ctx, s)
	}
	defer release()
	st := Status{Match: s.m, Terms: s.state.Terms, Gone: s.state.Gone}
	p := s.state.Party
	if p == nil || over(s.m.Step) {
		return st, nil
	}
	st.Stopped = p.below()
	if r, more := p.round(); more {
		st.awaits(r)
		if g := p.in[r.name]; g != nil {
			st.Have = g.n
		}
		st.Of = p.Size[r.name]
		st.Shown, st.Seen = p.shown(), len(p.Report.Shared)
		if st.Wants == "" && !st.Stopped && e.c.Now().Sub(s.state.Moved) > patience {
			st.Exposed = fmt.Sprintf("%s stopped half-way: nothing has come since %s, in round %s, though nobody's consent is missing; it has seen %d of our values and we %d of its, and its signed messages show how far it went",
				s.m.Peer, s.state.Moved.UTC().Format("2006-01-02 15:04 UTC"), r.name, st.Shown, st.Seen)
		}
	}
	return st, nil
}

// awaits says which round is next, and whose consent it waits for.
func (st *Status) awaits(r round) {
	st.Round = r.name
	_, given := st.Match.Consent[r.gate]
	_, peers := st.Match.PeerConsent[r.gate]
	if r.gate != "" && (!given || !peers) {
		st.Wants, st.Ours = r.gate, !given
	}
}

// busy says where a match that somebody works on just now stood when it was
// saved: its lists are theirs for the while.
func (e *Engine) busy(ctx context.Context, s *session) (Status, error) {
	m, box, err := e.c.Store.Match(ctx, s.id)
	st := Status{Match: m, Busy: true, Work: s.work.Load()}
	if err != nil || len(box) == 0 {
		return st, err
	}
	plain, err := e.c.Vault.OpenBytes("match "+string(m.ID), box)
	if err != nil {
		return st, fmt.Errorf("open the state of match %s: %w", m.ID, err)
	}
	var saved struct { // gob leaves the rest out
		Terms   Terms
		Stopped bool
		Gone    bool
		Party   *struct{ Next int }
	}
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&saved); err != nil {
		return st, fmt.Errorf("read the state of match %s: %w", m.ID, err)
	}
	st.Terms, st.Gone = saved.Terms, saved.Gone
	if p := saved.Party; p != nil && !over(m.Step) {
		st.Stopped = saved.Stopped
		if fixed := rounds(); p.Next < len(fixed) { // behind them nobody's consent is missing
			st.awaits(fixed[p.Next])
		}
	}
	return st, nil
}

// with runs f on a match, alone, and saves it. If f caught the peer out, the
// match is broken and says how.
func (e *Engine) with(ctx context.Context, id fraud.MatchID, f func(*session) error) (fraud.Match, error) {
	return e.withHeld(ctx, id, e.hold, f)
}

// ending is with for what ends a match, and can be done to one that cannot be
// taken up.
func (e *Engine) ending(ctx context.Context, id fraud.MatchID, f func(*session) error) (fraud.Match, error) {
	return e.withHeld(ctx, id, func(ctx context.Context, s *session) (func(), error) {
		s.mu.Lock()
		return e.held(ctx, s, true)
	}, f)
}

func (e *Engine) withHeld(ctx context.Context, id fraud.MatchID, hold func(context.Context, *session) (func(), error), f func(*session) error) (fraud.Match, error) {
	s, err := e.session(ctx, id)
	if err != nil {
		return fraud.Match{}, err
	}
	release, err := hold(ctx, s)
	if err != nil {
		return fraud.Match{}, err
	}
	defer release()
	err = f(s)
	e.note(ctx, s, err)
	if saveErr := e.save(ctx, s); saveErr != nil {
		return s.m, errors.Join(err, saveErr)
	}
	return s.m, err
}

// lockEvery is how often a match that another program holds is asked for.
const lockEvery = 20 * time.Millisecond

// Recalled takes what a peer showed in a match out of use: the indicators, and
// which rings met. That there was a match, and how many were in common, stays
// on record.
func (e *Engine) Recalled(ctx context.Context, id fraud.MatchID, by fraud.OrgID) (fraud.Match, error) {
	return e.ending(ctx, id, func(s *session) error {
		if s.with != by {
			return fmt.Errorf("match %s is not %s's to recall: %w", id, by, fraud.ErrForbidden)
		}
		if !over(s.m.Step) {
			s.m.Step = fraud.MatchRefused
		}
		s.m.Problem = "what was shown was recalled by " + string(by)
		s.m.Report.Shared, s.m.Report.Overlaps = nil, nil
		if p := s.state.Party; p != nil {
			p.Report = s.m.Report
		}
		return nil
	})
}
