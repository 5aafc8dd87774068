package match

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"ringbreaker.example/fraud"
)

// Figures are what a match cost.
type Figures struct {
	OurSize  int           `json:"our_size"`
	PeerSize int           `json:"peer_size"`
	Wall     time.Duration `json:"wall_ns"`
	Count    time.Duration `json:"count_ns"`      // of it, until the count was known
	Lists    int64         `json:"list_bytes"`    // points and tags, both ways
	Messages int64         `json:"message_bytes"` // the rest, both ways
	PerEach  float64       `json:"bytes_per_element"`
}

// Files runs the whole protocol between two sets in one process: both sides
// are played honestly, every check is made, only the ledgers are left out. It
// returns the match report as the side of a sees it, and as b does.
func Files(ctx context.Context, a, b []Element, t Terms) (ra, rb fraud.MatchReport, f Figures, err error) {
	t = t.Filled()
	if err := t.Valid(); err != nil {
		return ra, rb, f, err
	}
	start := time.Now()
	pa, pb, err := pair(a, b, t)
	if err != nil {
		return ra, rb, f, err
	}
	f.OurSize, f.PeerSize = len(a), len(b)
	for {
		r, more := pa.round()
		if !more || ctx.Err() != nil || pa.below() {
			break
		}
		lists, messages, err := exchange(ctx, pa, pb, r)
		if err != nil {
			return ra, rb, f, fmt.Errorf("match, round %s: %w", r.name, err)
		}
		f.Messages += messages
		if r.gate == "" {
			f.Lists += lists
		}
		if r.done == fraud.MatchCount {
			f.Count = time.Since(start)
		}
	}
	f.Wall = time.Since(start)
	f.PerEach = float64(f.Lists) / float64(max(f.OurSize, f.PeerSize))
	return pa.Report, pb.Report, f, ctx.Err()
}

// pair makes two sides that know each other's key.
func pair(a, b []Element, t Terms) (pa, pb *party, err error) {
	ka, sa, errA := ed25519.GenerateKey(rand.Reader)
	kb, sb, errB := ed25519.GenerateKey(rand.Reader)
	id, errID := fraud.NewID("M", rand.Reader)
	if err := errors.Join(errA, errB, errID); err != nil {
		return nil, nil, fmt.Errorf("draw keys: %w", err)
	}
	now := time.Now
	if pa, err = newParty(fraud.MatchID(id), offerer, "a", "b", t, a, env{sign: sa, verify: kb, now: now}); err != nil {
		return nil, nil, fmt.Errorf("set a: %w", err)
	}
	if pb, err = newParty(fraud.MatchID(id), answerer, "b", "a", t, b, env{sign: sb, verify: ka, now: now}); err != nil {
		return nil, nil, fmt.Errorf("set b: %w", err)
	}
	return pa, pb, nil
}

// exchange does one round between two sides in one process and returns the
// bytes that would have travelled.
func exchange(ctx context.Context, pa, pb *party, r round) (lists, messages int64, err error) {
	if r.list {
		la, lb := pa.Mine[r.name], pb.Mine[r.name]
		if err := errors.Join(pb.feed(r.name, 0, la), pb.takeList(ctx, r, la)); err != nil {
			return 0, 0, fmt.Errorf("b refuses: %w", err)
		}
		if err := errors.Join(pa.feed(r.name, 0, lb), pa.takeList(ctx, r, lb)); err != nil {
			return 0, 0, fmt.Errorf("a refuses: %w", err)
		}
		return int64(len(la) + len(lb)), 0, nil
	}
	msg, err := pa.say(ctx, r)
	if err != nil {
		return 0, 0, err
	}
	reply, err := pb.answer(ctx, msg)
	if err != nil {
		return 0, 0, fmt.Errorf("b refuses: %w", err)
	}
	if err := pa.hear(ctx, r, reply); err != nil {
		return 0, 0, fmt.Errorf("a refuses: %w", err)
	}
	return 0, int64(len(msg) + len(reply)), nil
}
