package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
	"ringbreaker.example/store"
)

const (
	// followEvery is how often a serving node looks for new reports and
	// decisions, whatever door or program they came through. A look at nothing
	// new is one read by key.
	followEvery = 2 * time.Second
	// lookPause is how long after a look what comes through this node's own doors
	// waits for the next: a stream is followed in groups, a single report at once.
	lookPause = 5 * time.Millisecond
	// linkQuiet is how long nothing new must have come before the rings are
	// found anew, and linkLatest how long a stream that never pauses may put
	// that off. A linking that takes long is followed by as long a pause and
	// three times that at most, so that it never has more than half a core.
	linkQuiet  = 5 * time.Second
	linkLatest = time.Minute
	// judgeWait is how long a person who decided something waits for the rings
	// to follow, before the page says that they are pending.
	judgeWait = time.Second
)

// rings keeps what linking needs in memory from one linking to the next, and
// in step with the store.
type rings struct {
	n *Node

	one     sync.Mutex // one linking at a time, from its begin until it is saved
	reading sync.Mutex // held below one; the next three
	base    *link.Base
	after   int64 // the report up to which the base follows the store
	judged  int   // likewise the judgements
	savedAt time.Time

	state   sync.Mutex
	since   time.Time // when the first change was seen that no linking holds
	seen    atomic.Pointer[link.Base]
	ask     chan chan struct{}
	came    chan struct{} // something came through a door of this node
	serving atomic.Bool
}

func newRings(n *Node) *rings {
	return &rings{n: n, ask: make(chan chan struct{}), came: make(chan struct{}, 1)}
}

// arrivals is the store as the intake sees it: what it took is told to who
// follows, so that a report stands in its ring at once and not at the next look.
type arrivals struct {
	*store.DB
	came chan<- struct{}
}

func (a arrivals) AcceptBatch(ctx context.Context, batch []fraud.Acceptance) ([]fraud.Taken, error) {
	taken, err := a.DB.AcceptBatch(ctx, batch)
	if slices.Contains(taken, fraud.TakenNew) {
		select {
		case a.came <- struct{}{}:
		default: // it was told already and has not looked yet
		}
	}
	return taken, err
}

// Relink brings the rings in step with all that is in the store, keeps the ids
// of rings that were there, and logs what was born, merged or split.
func (n *Node) Relink(ctx context.Context) (*link.Settled, error) {
	r := n.rings
	r.one.Lock()
	defer r.one.Unlock()
	if err := r.stale(ctx); err != nil {
		return nil, err
	}
	if _, err := r.follow(ctx); err != nil {
		return nil, err
	}
	at := n.now().UTC()
	s := r.base.Settle(at)
	err := n.db.SaveRings(ctx, fraud.Linking{
		Partial: true, Rings: s.Changed, Gone: s.Gone, Links: s.ChangedLinks, Suggestions: s.Suggestions(), Events: s.Events, Model: s.Model(), At: at,
	})
	if err != nil {
		r.drop() // what is in memory is not what was saved
		return nil, err
	}
	r.settled(at)
	return s, nil
}

// stale lets go of the base if somebody else saved rings since it was in step
// with them: another program on the same folder.
func (r *rings) stale(ctx context.Context) error {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.base == nil {
		return nil
	}
	at, err := r.lastSaved(ctx)
	if err != nil {
		return err
	}
	if !at.Equal(r.savedAt) {
		r.base = nil
	}
	return nil
}

// lastSaved is when rings were last saved, by whomever; zero if never.
func (r *rings) lastSaved(ctx context.Context) (time.Time, error) {
	at, _, _, err := r.n.db.LastLinking(ctx)
	if errors.Is(err, fraud.ErrNotFound) {
		return time.Time{}, nil
	}
	return at, err
}

func (r *rings) drop() {
	r.reading.Lock()
	defer r.reading.Unlock()
	r.base = nil
}

func (r *rings) settled(at time.Time) {
	r.reading.Lock()
	defer r.reading.Unlock()
	r.savedAt = at.Truncate(time.Microsecond) // as the store keeps it
	r.state.Lock()
	defer r.state.Unlock()
	if r.base.Waiting("") == 0 {
		r.since = time.Time{}
	} else {
		r.since = at
	}
}

// follow reads what came into the store since the last look, and says how
// many reports and judgements that were.
func (r *rings) follow(ctx context.Context) (changes int, err error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	first := r.base == nil
	if first {
		at, err := r.lastSaved(ctx)
		if err != nil {
			return 0, err
		}
		r.base, r.after, r.judged, r.savedAt = link.NewBase(r.n.model), 0, 0, at
	}
	defer func() {
		if err != nil && first {
			r.base = nil
		}
	}()
	base := r.base
	err = r.n.db.EachForLinkingAfter(ctx, r.after, func(no int64, f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error {
		if first {
			base.Load(f, s, k)
		} else {
			base.Add(f, s, k)
		}
		r.after = no
		changes++
		return nil
	})
	if err != nil {
		return changes, err
	}
	r.seen.Store(base)
	if first {
		err := r.n.db.EachRingReport(ctx, func(report fraud.ReportID, ring fraud.RingID) error {
			base.Restore(report, ring)
			return nil
		})
		if err != nil {
			return changes, err
		}
	}
	js, err := r.n.db.JudgementsAfter(ctx, r.judged)
	if err != nil {
		return changes, err
	}
	base.Judge(js)
	changes += len(js)
	r.judged += len(js)
	if changes > 0 {
		r.pending()
	}
	return changes, nil
}

func (r *rings) pending() {
	r.state.Lock()
	defer r.state.Unlock()
	if r.since.IsZero() {
		r.since = r.n.now().UTC()
	}
}

// changed says that something was written that changes the rings. Of a node
// that serves the background links, and the caller waits a moment for it;
// otherwise it links here and now.
func (r *rings) changed(ctx context.Context) error {
	if !r.serving.Load() {
		return r.n.Flow(ctx)
	}
	r.pending()
	done := make(chan struct{})
	wait := time.NewTimer(judgeWait)
	defer wait.Stop()
	select {
	case r.ask <- done:
	case <-wait.C: // it links already; it will see what was written
		return nil
	case <-ctx.Done():
		return nil //nolint:nilerr // what was written stands; who asked has gone
	}
	select {
	case <-done:
	case <-wait.C:
	case <-ctx.Done():
	}
	return nil
}

// keep follows the store and links in the background until ctx ends. What
// comes while it links is placed at once all the same.
func (r *rings) keep(ctx context.Context) {
	r.serving.Store(true)
	defer r.serving.Store(false)
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	var first, last time.Time // of the changes that wait
	var took time.Duration
	var ended chan time.Duration // of the flow that goes on
	soon := time.NewTimer(0)     // when to look at what came
	defer soon.Stop()
	var looked time.Time
	start := func(done chan struct{}) {
		flow := make(chan time.Duration, 1)
		first, last, ended = time.Time{}, time.Time{}, flow
		go func() {
			began := time.Now()
			if err := r.n.Flow(r.n.Console(ctx)); err != nil && ctx.Err() == nil {
				r.n.log.ErrorContext(ctx, "flow after a change", slog.String("error", err.Error()))
			}
			if done != nil {
				close(done)
			}
			flow <- time.Since(began)
		}()
	}
	look := func() {
		n, err := r.follow(ctx)
		looked = time.Now()
		switch {
		case err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled):
			r.n.log.ErrorContext(ctx, "look for new reports", slog.String("error", err.Error()))
		case n > 0:
			last = time.Now()
			if first.IsZero() {
				first = last
			}
		}
	}
	for {
		ask := r.ask
		if ended != nil {
			ask = nil // who asks now is not answered by what goes on
		}
		select {
		case <-ctx.Done():
			if ended != nil {
				<-ended
			}
			return // the next start links
		case done := <-ask:
			start(done)
		case took = <-ended:
			ended = nil
			if base := r.seen.Load(); base != nil && base.Waiting("") == 0 {
				first = time.Time{} // what came meanwhile was in time for it
			}
		case <-r.came:
			soon.Reset(max(0, lookPause-time.Since(looked)))
		case <-soon.C:
			look()
		case now := <-tick.C:
			look()
			if ended == nil && !first.IsZero() && (now.Sub(last) >= max(linkQuiet, took) || now.Sub(first) >= max(linkLatest, 3*took)) {
				start(nil)
			}
		}
	}
}

// PendingSince says since when a ring, or any if id is empty, is being worked
// out again: the zero time if it is not.
func (n *Node) PendingSince(_ context.Context, id fraud.RingID) (time.Time, error) {
	r := n.rings
	r.state.Lock()
	since := r.since
	r.state.Unlock()
	if since.IsZero() || id == "" {
		return since, nil
	}
	if base := r.seen.Load(); base == nil || base.Waiting(id) > 0 {
		return since, nil
	}
	return time.Time{}, nil
}

// PlacedIn says which ring a report most probably belongs to that came after
// the rings were derived.
func (n *Node) PlacedIn(_ context.Context, id fraud.ReportID) (fraud.RingID, error) {
	base := n.rings.seen.Load()
	if base == nil {
		return "", nil
	}
	ring, settled := base.RingOf(id)
	if settled {
		return "", nil
	}
	return ring, nil
}
