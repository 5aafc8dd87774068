package match

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"ringbreaker.example/fraud"
)

// session is a match in memory.
type session struct {
	id      fraud.MatchID
	with    fraud.OrgID // the peer
	offered bool        // by us

	mu    sync.Mutex // guards all below; held while a message is worked on
	m     fraud.Match
	state state
	peer  fraud.Peer
	seen  [32]byte                 // hash of the stored state that this is
	fault error                    // why what the match keeps on disk cannot be taken up; people may still refuse it
	work  atomic.Pointer[Progress] // of what is being worked on; may be read without mu
}

// state is what is sealed into the store.
type state struct {
	Terms Terms
	Party *party
	Chain []fraud.MatchID // the earlier matches of the epoch
	Moved time.Time       // when the last round ended
	Round int             // the round that was next then

	Stopped bool // too little in common to go on
	Gone    bool // what it kept for the next match of its epoch is no longer there
}

// note writes down what people must know of an error: that the peer was
// caught, or that something of ours is lost for good.
func (e *Engine) note(ctx context.Context, s *session, err error) {
	switch {
	case isCheat(err):
		e.breakOff(ctx, s, err)
	case errors.Is(err, errLost):
		s.m.Problem = err.Error()
	}
}

// breakOff ends a match whose peer was caught, in our ledger too.
func (e *Engine) breakOff(ctx context.Context, s *session, why error) {
	s.m.Step, s.m.Problem = fraud.MatchBroken, why.Error()
	at := unix(e.c.Now())
	leaf := fraud.Leaf{Kind: fraud.LeafCommitment, Ref: string(s.m.ID) + "/broken", Digest: digest("broken", []byte(s.m.Problem)), At: at}
	if _, err := e.c.Ledger.Append(ctx, leaf); err != nil {
		s.m.Problem += "; and our ledger did not take it"
	}
}

// session finds a match in memory, or makes the place for it. What is in it is
// as of the last time that somebody held it.
func (e *Engine) session(ctx context.Context, id fraud.MatchID) (*session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.open[id]; s != nil {
		return s, nil
	}
	m, _, err := e.c.Store.Match(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("find match %s: %w", id, err)
	}
	s := &session{id: id, with: m.Peer, offered: m.Offered, m: m}
	e.open[id] = s
	return s, nil
}

// hold waits until nobody else works on the match, here or in another program
// on the same node (a command beside the running node), and brings it up to
// what the store says. The returned function lets it go.
func (e *Engine) hold(ctx context.Context, s *session) (release func(), err error) {
	s.mu.Lock()
	release, err = e.held(ctx, s, true)
	return faultless(s, release, err)
}

// faultless lets a match go that cannot be taken up.
func faultless(s *session, release func(), err error) (func(), error) {
	if release != nil && s.fault != nil {
		err = s.fault
		release()
		return nil, err
	}
	return release, err
}

// tryHold is hold for those who will not wait; ok is false if it is held.
func (e *Engine) tryHold(ctx context.Context, s *session) (release func(), ok bool, err error) {
	if !s.mu.TryLock() {
		return nil, false, nil
	}
	release, err = e.held(ctx, s, false)
	release, err = faultless(s, release, err)
	return release, release != nil, err
}

// held is the rest of hold, with s.mu locked. It returns no function if the
// match is held elsewhere and wait is false.
func (e *Engine) held(ctx context.Context, s *session, wait bool) (func(), error) {
	lock, err := e.lists(s.id).lock()
	for wait && err == nil && lock == nil {
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(lockEvery):
			lock, err = e.lists(s.id).lock()
		}
	}
	if err != nil || lock == nil {
		s.mu.Unlock()
		return nil, err
	}
	release := func() {
		s.work.Store(nil)
		if p := s.state.Party; p != nil && over(s.m.Step) { // what is over sleeps in the store
			p.rest()
			s.state, s.seen = state{}, [32]byte{}
		}
		lock()
		s.mu.Unlock()
	}
	if err := e.refresh(ctx, s); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// refresh brings a match up to what the store says of it and of its peer,
// whose keys may have changed.
func (e *Engine) refresh(ctx context.Context, s *session) error {
	m, box, err := e.c.Store.Match(ctx, s.id)
	if err != nil {
		return fmt.Errorf("find match %s: %w", s.id, err)
	}
	if s.peer, err = e.c.Store.Peer(ctx, m.Peer); err != nil {
		return fmt.Errorf("find peer %s of match %s: %w", m.Peer, m.ID, err)
	}
	sum := sha256.Sum256(box)
	if sum != s.seen {
		if err := e.wake(s, m, box); err != nil {
			return err
		}
		s.seen = sum
	}
	if p := s.state.Party; p != nil {
		now, err := e.env(s)
		if err != nil {
			return err
		}
		now.spool, p.env = p.env.spool, now
	}
	return nil
}

// wake reads a match out of the store.
func (e *Engine) wake(s *session, m fraud.Match, box []byte) error {
	if p := s.state.Party; p != nil {
		p.rest()
	}
	s.m, s.state, s.fault = m, state{}, nil
	if len(box) == 0 {
		return nil
	}
	plain, err := e.c.Vault.OpenBytes("match "+string(m.ID), box)
	if err != nil {
		return fmt.Errorf("open the state of match %s: %w", m.ID, err)
	}
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&s.state); err != nil {
		return fmt.Errorf("read the state of match %s: %w", m.ID, err)
	}
	p := s.state.Party
	if p == nil {
		return nil
	}
	if p.env, err = e.env(s); err != nil {
		return err
	}
	p.wake()
	if err := p.load(); err != nil {
		s.fault = fmt.Errorf("take match %s up: %w", m.ID, err)
	}
	return nil
}

// save writes a match down as it is. A match that is over keeps its report
// and forgets its secrets.
func (e *Engine) save(ctx context.Context, s *session) error {
	if p := s.state.Party; p != nil {
		s.m.Report = p.Report
		if !over(s.m.Step) {
			s.m.Step = p.step()
		}
		if c, err := p.commitment(); err == nil {
			s.m.OurRoot = fmt.Sprintf("%x", c.Root)
		}
		if c, err := p.theirCommitment(); err == nil {
			s.m.PeerRoot, s.m.PeerSize = fmt.Sprintf("%x", c.Root), c.Size
		}
		if s.state.Round != p.Next || s.state.Moved.IsZero() {
			s.state.Round, s.state.Moved = p.Next, e.c.Now()
		}
		s.state.Stopped = p.below()
		if over(s.m.Step) {
			if err := p.forget(s.state.Gone); err != nil {
				return err
			}
		}
	}
	var plain bytes.Buffer
	light := s.state
	light.Party = s.state.Party.light()
	if err := gob.NewEncoder(&plain).Encode(&light); err != nil {
		return fmt.Errorf("write the state of match %s: %w", s.m.ID, err)
	}
	box := e.c.Vault.SealBytes("match "+string(s.m.ID), plain.Bytes())
	if err := e.c.Store.SaveMatch(ctx, s.m, box); err != nil {
		return fmt.Errorf("save match %s: %w", s.m.ID, err)
	}
	s.seen = sha256.Sum256(box)
	if s.m.Step == fraud.MatchIndicators && e.c.Opened != nil && len(s.m.Report.Shared) > 0 {
		return e.c.Opened(ctx, s.m, s.state.Terms)
	}
	return nil
}
