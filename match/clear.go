package match

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"slices"

	"ringbreaker.example/fraud"
)

// keeps is what the sealed state of a match says of what it keeps for the next
// one of its epoch.
type keeps struct {
	Terms Terms
	Chain []fraud.MatchID
	Party *struct { // gob leaves the rest out
		Set *struct{ Key []byte }
	}
}

// any says whether there is anything: keys and lists go together.
func (k keeps) any() bool { return k.Terms.Epoch && k.Party != nil && k.Party.Set != nil }

func (e *Engine) keepsOf(m fraud.Match, box []byte) (k keeps, err error) {
	if len(box) == 0 {
		return k, nil
	}
	plain, err := e.c.Vault.OpenBytes("match "+string(m.ID), box)
	if err != nil {
		return k, fmt.Errorf("open the state of match %s: %w", m.ID, err)
	}
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&k); err != nil {
		return k, fmt.Errorf("read the state of match %s: %w", m.ID, err)
	}
	return k, nil
}

// Clear lets go of the keys and lists that a match of an epoch keeps for the
// next one once nobody goes on from it: a later match of the epoch has come to
// its count and keeps all of it, or the epoch is as long as one may be, or the
// peer is revoked. Only a match that is over: what people may still consent to
// needs its lists. Report, commitments and transcript stay, which is what can
// be asked about later. It returns how many it cleared; one that is being
// worked on waits for the next time.
func (e *Engine) Clear(ctx context.Context) (int, error) {
	all, err := e.c.Store.Matches(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the matches: %w", err)
	}
	counted := slices.Index(stepOrder(), fraud.MatchCount)
	gone := map[fraud.MatchID]bool{} // a later match of the epoch has it all
	var ended []fraud.MatchID
	for _, m := range all {
		_, box, err := e.c.Store.Match(ctx, m.ID)
		if err != nil {
			return 0, fmt.Errorf("find match %s: %w", m.ID, err)
		}
		k, err := e.keepsOf(m, box)
		if err != nil {
			return 0, err
		}
		if !k.any() {
			continue
		}
		if slices.Index(stepOrder(), m.Step) >= counted {
			for _, id := range k.Chain {
				gone[id] = true
			}
		}
		if m.Step != fraud.MatchIndicators {
			continue
		}
		ended = append(ended, m.ID)
		peer, err := e.c.Store.Peer(ctx, m.Peer)
		if err != nil && !errors.Is(err, fraud.ErrNotFound) {
			return 0, fmt.Errorf("find peer %s of match %s: %w", m.Peer, m.ID, err)
		}
		if err == nil && !peer.Revoked.IsZero() || len(k.Chain)+1 >= maxRuns {
			gone[m.ID] = true
		}
	}
	n := 0
	for _, id := range ended {
		if !gone[id] {
			continue
		}
		did, err := e.clear(ctx, id)
		if err != nil {
			return n, err
		}
		if did {
			n++
		}
	}
	return n, nil
}

// clear lets go of what one match keeps, unless it is being worked on.
func (e *Engine) clear(ctx context.Context, id fraud.MatchID) (bool, error) {
	s, err := e.session(ctx, id)
	if err != nil || !s.mu.TryLock() {
		return false, err
	}
	release, err := e.held(ctx, s, false) // what cannot be taken up any more can still be let go
	if err != nil || release == nil {
		return false, err
	}
	defer release()
	if s.state.Party == nil || s.m.Step != fraud.MatchIndicators {
		return false, nil
	}
	s.state.Gone = true
	return true, e.save(ctx, s)
}
