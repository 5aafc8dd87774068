package app

import (
	"context"
	"errors"
	"log/slog"
	"math"
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
	// linkTries is how often rings are found before another program that always
	// comes first is told as an error: the reports are in, and its rings hold them.
	linkTries = 5
	// judgeWait is how long a person who decided something waits for the rings
	// to follow, before the page says that they are pending.
	judgeWait = time.Second
)

// rings keeps what linking needs in memory from one linking to the next, and
// in step with the store.
type rings struct {
	n *Node

	one     sync.Mutex // one linking at a time, from its begin until it is saved
	reading sync.Mutex // held below one; the next six
	base    *link.Base
	after   int64  // the report up to which the base follows the store
	judged  int    // likewise the judgements
	deleted int    // and the deletions of reports
	saved   int64  // the linking that it is in step with
	whole   bool   // which was saved to its end, by our model
	often   func() // undoes what the garbage collector was told

	kept     atomic.Int64 // the last report in linkedFile
	keepFrom int64        // linkedLeast, but in tests

	settle  func(*link.Settling, time.Time) *link.Settled // (*link.Settling).Settle, but in tests
	state   sync.Mutex
	since   time.Time // when the first change was seen that no linking holds
	seen    atomic.Pointer[link.Base]
	ask     chan chan struct{}
	came    chan struct{} // something came through a door of this node
	serving atomic.Bool
}

func newRings(n *Node) *rings {
	return &rings{n: n, settle: (*link.Settling).Settle, keepFrom: linkedLeast, often: func() {}, ask: make(chan chan struct{}), came: make(chan struct{}, 1)}
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

// portionReports is of how many reports the rings are that one transaction
// saves, and that are held in memory written out: a few megabytes, and a
// tenth of a second that a report which comes in may have to wait.
const portionReports = 1000

// Relink links all that is in the store, keeps the ids of rings that were
// there, and logs what was born, merged or split. Who asked closes it.
func (n *Node) Relink(ctx context.Context) (*link.Settled, error) { return n.rings.link(ctx, true) }

// renew brings the rings in step with all that is in the store. If another
// program on the same folder links at the same time, it lets that one end and
// does what is left.
func (r *rings) renew(ctx context.Context) error {
	for try := 1; ; try++ {
		s, err := r.link(ctx, false)
		if s != nil {
			s.Close()
		}
		if !errors.Is(err, fraud.ErrConflict) || try == linkTries {
			return err
		}
		r.n.log.InfoContext(ctx, "link again", slog.String("because", err.Error()))
		if err := r.othersEnd(ctx); err != nil {
			return err
		}
	}
}

// othersEnd waits until no other program saves rings here, or the one that did
// seems to have ended in the middle.
func (r *rings) othersEnd(ctx context.Context) error {
	for last := time.Now().Add(linkLatest); time.Now().Before(last); {
		if now, err := r.linked(ctx); err != nil || now.Whole {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(followEvery / 4):
		}
	}
	return nil
}

// link brings the rings in step with all that is in the store. It gives nil if
// they were in step, unless they are to be linked all the same. What it makes
// for itself lies beside the heap, and in files of the node's folder where
// memory is short.
func (r *rings) link(ctx context.Context, allTheSame bool) (*link.Settled, error) {
	n := r.n
	r.one.Lock()
	defer r.one.Unlock()
	if err := r.stale(ctx); err != nil {
		return nil, err
	}
	begun, l, err := r.begin(ctx, allTheSame)
	if err != nil {
		return nil, err
	}
	if begun == nil {
		r.rest(time.Time{})
		return nil, nil
	}
	begun.Spill(n.Data, link.ArrayMemory(link.DefaultMemory()))
	settled := make(chan *link.Settled, 1)
	go func() { settled <- r.settle(begun, l.At) }()
	var s *link.Settled
	select {
	case s = <-settled:
	case <-ctx.Done(): // a node that stops waits for no linking, which may take minutes; the next start does it
		r.drop()
		go func() { (<-settled).Close() }()
		return nil, ctx.Err()
	}
	l.Model, l.Suggestions = s.Model(), s.Suggestions()
	no, err := n.db.SavePortions(ctx, s.Portions(portionReports), l)
	if err != nil {
		r.drop() // what is in memory is not what was saved
		s.Close()
		return nil, err
	}
	if err := s.Err(); err != nil {
		n.log.WarnContext(ctx, "linked, in more memory than there should be", slog.String("error", err.Error()))
	}
	r.settled(no, l.At)
	r.keepLinked(ctx, begun, l)
	return s, nil
}

// begin reads what is new in the store and begins a settling of just that;
// none if there is nothing to settle and it is not to be done all the same.
func (r *rings) begin(ctx context.Context, allTheSame bool) (*link.Settling, fraud.Linking, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if _, err := r.read(ctx); err != nil {
		return nil, fraud.Linking{}, err
	}
	if r.whole && !allTheSame && r.base.Waiting("") == 0 {
		return nil, fraud.Linking{}, nil
	}
	begun := r.base.Begin()
	r.holds(begun.Len())
	return begun, fraud.Linking{At: r.n.now().UTC(), Through: r.after, Judged: r.judged, Deleted: r.deleted}, nil
}

// stale lets go of the base if somebody else saved rings since it was in step
// with them: another program on the same folder.
func (r *rings) stale(ctx context.Context) error {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.base == nil {
		return nil
	}
	now, err := r.linked(ctx)
	if err != nil {
		return err
	}
	if now.No != r.saved {
		r.base = nil
	}
	return nil
}

// linked is how far the rings in the store go, whoever saved them; zero if
// there are none.
func (r *rings) linked(ctx context.Context) (fraud.Linked, error) {
	l, err := r.n.db.Linked(ctx)
	if errors.Is(err, fraud.ErrNotFound) {
		return fraud.Linked{}, nil
	}
	return l, err
}

func (r *rings) drop() {
	r.reading.Lock()
	defer r.reading.Unlock()
	r.base = nil
}

func (r *rings) settled(no int64, at time.Time) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.base == nil {
		return
	}
	r.saved, r.whole = no, true
	if r.base.Waiting("") == 0 {
		at = time.Time{}
	}
	r.rest(at)
}

// rest tells since when changes wait that no linking holds; zero for none.
func (r *rings) rest(since time.Time) {
	r.state.Lock()
	defer r.state.Unlock()
	r.since = since
}

// follow reads what came into the store since the last look, and says how
// many reports and judgements that were.
func (r *rings) follow(ctx context.Context) (changes int, err error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	return r.read(ctx)
}

func (r *rings) read(ctx context.Context) (changes int, err error) {
	gone, err := r.n.db.CountDeletions(ctx)
	if err != nil {
		return 0, err
	}
	if r.base != nil && gone != r.deleted {
		r.base = nil // what a deleted report said stays in no memory either
	}
	if r.base == nil {
		if changes, err = r.load(ctx); err != nil {
			return 0, err
		}
	}
	base := r.base
	err = r.n.db.EachForLinkingBetween(ctx, r.after, math.MaxInt64, func(no int64, f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error {
		base.Add(f, s, k)
		r.after = no
		changes++
		return nil
	})
	if err != nil {
		return changes, err
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

// load makes the base anew of what is in the store, as far as the rings there
// go; of what they do not hold it says how many changes that is. Rings by
// another model, or that were not saved to their end, hold nothing: then all
// is loaded, and all is to be settled.
func (r *rings) load(ctx context.Context) (changes int, err error) {
	linked, err := r.linked(ctx)
	if err != nil {
		return 0, err
	}
	gone, err := r.n.db.CountDeletions(ctx)
	if err != nil {
		return 0, err
	}
	whole := linked.Whole && linked.Model == r.n.model.Version && linked.Deleted == gone
	to := linked.Through
	if !whole {
		to = math.MaxInt64
	}
	r.holds(int(linked.Through)) // about as many as come
	base, after := link.NewBase(r.n.model), int64(0)
	r.deleted = gone
	if whole {
		base, after = r.reopen(ctx, to)
	}
	err = r.n.db.EachForLinkingBetween(ctx, after, to, func(no int64, f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error {
		base.Load(f, s, k)
		after = no
		changes++
		return nil
	})
	if err != nil {
		return 0, err
	}
	err = r.n.db.EachRingReport(ctx, func(report fraud.ReportID, ring fraud.RingID) error {
		base.Restore(report, ring)
		return nil
	})
	if err != nil {
		return 0, err
	}
	js, err := r.n.db.JudgementsAfter(ctx, 0)
	if err != nil {
		return 0, err
	}
	if whole {
		js, changes = js[:min(linked.Judged, len(js))], 0
	} else {
		changes += len(js)
	}
	base.Judge(js)
	if whole {
		base.Rested()
	}
	r.holds(base.Len())
	r.base, r.after, r.judged, r.saved, r.whole = base, after, len(js), linked.No, whole
	r.seen.Store(base)
	return changes, nil
}

// holds tells the garbage collector of how many reports the base is.
func (r *rings) holds(reports int) {
	before := r.often
	r.often = link.CollectOften(reports)
	before()
}

// close lets go of what linking needs.
func (r *rings) close() {
	r.reading.Lock()
	defer r.reading.Unlock()
	r.base = nil
	r.often()
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
