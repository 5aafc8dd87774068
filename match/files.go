package match

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// Figures are what a match cost, both sides together.
type Figures struct {
	OurSize  int           `json:"our_size"`
	PeerSize int           `json:"peer_size"`
	Wall     time.Duration `json:"wall_ns"`
	CPU      time.Duration `json:"cpu_ns"`        // user and system
	Count    time.Duration `json:"count_ns"`      // of Wall, until the count was known
	CountCPU time.Duration `json:"count_cpu_ns"`  // of CPU, until then
	Lists    int64         `json:"list_bytes"`    // points and tags, both ways
	Later    int64         `json:"later_bytes"`   // lists of kinds and labels, both ways
	Messages int64         `json:"message_bytes"` // the rest, both ways
	PerEach  float64       `json:"bytes_per_element"`
	CPUEach  float64       `json:"cpu_us_per_element"` // until the count
	Memory   int64         `json:"peak_memory_bytes"`  // of the process, 0 where the system does not say
}

// Run is how two sets in one process are matched.
type Run struct {
	Terms    Terms
	To       fraud.MatchStep // the last step to reveal; empty means all
	Progress func(Progress)  // may be nil; called from any core
}

// Files runs the whole protocol between two sets in one process, up to the
// last step. See [Run.Files].
func Files(ctx context.Context, a, b []Element, t Terms) (ra, rb fraud.MatchReport, f Figures, err error) {
	return Run{Terms: t}.Files(ctx, a, b)
}

// Files plays both sides honestly; every check is made, only the ledgers are
// left out. It returns the match report as the side of a sees it, and as b
// does. Long lists lie in a folder for temporary files, which is removed.
func (r Run) Files(ctx context.Context, a, b []Element) (ra, rb fraud.MatchReport, f Figures, err error) {
	t := r.Terms.Filled()
	if err := t.Valid(); err != nil {
		return ra, rb, f, err
	}
	last := len(stepOrder()) - 1
	if r.To != "" {
		if last = slices.Index(stepOrder(), r.To); last < slices.Index(stepOrder(), fraud.MatchCount) {
			return ra, rb, f, fmt.Errorf("step %q is none to reveal: say count, kinds, suspects or indicators: %w", r.To, fraud.ErrInvalid)
		}
	}
	dir, err := os.MkdirTemp("", "ringbreaker-match-")
	if err != nil {
		return ra, rb, f, fmt.Errorf("make a folder for the lists: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	start, spent := time.Now(), cpuTime()
	pa, pb, err := pair(a, b, t)
	if err != nil {
		return ra, rb, f, err
	}
	pa.env.spool, pb.env.spool = &spool{dir: dir + "/a", brief: true}, &spool{dir: dir + "/b", brief: true}
	pa.env.tell, pb.env.tell = r.Progress, r.Progress
	defer pa.rest()
	defer pb.rest()
	f.OurSize, f.PeerSize = len(a), len(b)
	for {
		rd, more := pa.round()
		if !more || ctx.Err() != nil || pa.below() || rd.gate != "" && slices.Index(stepOrder(), rd.gate) > last {
			break
		}
		lists, messages, err := exchange(ctx, pa, pb, rd)
		if err != nil {
			return ra, rb, f, fmt.Errorf("match, round %s: %w", rd.name, err)
		}
		f.Messages += messages
		if rd.gate == "" {
			f.Lists += lists
		} else {
			f.Later += lists
		}
		if rd.done == fraud.MatchCount {
			f.Count, f.CountCPU = time.Since(start), cpuTime()-spent
		}
	}
	f.Wall, f.CPU, f.Memory = time.Since(start), cpuTime()-spent, peakMemory()
	each := float64(max(f.OurSize, f.PeerSize))
	f.PerEach, f.CPUEach = float64(f.Lists)/each, float64(f.CountCPU.Microseconds())/each
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
		if err := hand(ctx, pb, r, la); err != nil {
			return 0, 0, fmt.Errorf("b refuses: %w", err)
		}
		if err := hand(ctx, pa, r, lb); err != nil {
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

// hand gives a list to a side in the parts in which it would travel.
func hand(ctx context.Context, to *party, r round, list []byte) error {
	for at := 0; ; at += chunk {
		part := list[min(at, len(list)):min(at+chunk, len(list))]
		done, err := to.receive(ctx, r, part)
		switch {
		case done || err != nil:
			return err
		case len(part) == 0:
			return caught("ended its list of %s early", r.name)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
