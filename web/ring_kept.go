package web

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"ringbreaker.example/fraud"
)

// graphOf lays out what a ring's reports hold, or gives what it gave the last
// time if the ring is the same.
func (s *Server) graphOf(ctx context.Context, r keptRing) (graph, error) {
	if g, ok := s.layouts.get(r.ID, r.digest); ok {
		return g, nil
	}
	ring, reports, err := s.whoHoldsWhat(ctx, r.Ring)
	if err != nil {
		return graph{}, err
	}
	g := ringGraph(ring, reports)
	if len(r.Bridges) > 0 {
		g.Bridges = bridgesOf(ring, heldIn(ring, reports))
	}
	g.At = layOut(g)
	s.layouts.put(r.ID, r.digest, g)
	return g, nil
}

// whoHoldsWhat gives a ring in which each value tells which of the reports of
// a picture hold it; those are places in its Reports. A ring that an older
// program linked does not say it, so it is read from the reports themselves: of
// a script they know nothing.
func (s *Server) whoHoldsWhat(ctx context.Context, r fraud.Ring) (fraud.Ring, []int, error) {
	all := make([]int, len(r.Reports))
	for i := range all {
		all[i] = i
	}
	reports := evenly(all, graphMostNodes-min(len(r.Indicators), graphMostValues)-min(len(r.Suppliers), graphMostEdge)-min(len(r.Launderers), graphMostEdge))
	if slices.ContainsFunc(r.Indicators, func(i fraud.RingIndicator) bool { return len(i.Held) > 0 }) {
		return r, reports, nil
	}
	ids := make([]fraud.ReportID, len(reports))
	for i, at := range reports {
		ids[i] = r.Reports[at]
	}
	sightings, err := s.Store.SightingsOfMany(ctx, ids)
	if err != nil {
		return r, nil, fmt.Errorf("read what the reports of ring %s hold: %w", r.ID, err)
	}
	r.Indicators = slices.Clone(r.Indicators)
	first := make(map[fraud.Indicator]int, len(r.Indicators))
	for k, v := range r.Indicators {
		if _, later := first[v.Indicator]; !later {
			first[v.Indicator] = k
		}
	}
	for i, at := range reports {
		for _, x := range sightings[ids[i]] {
			k, ok := first[x.Indicator]
			if !ok || !x.Role.Links() {
				continue
			}
			if v := &r.Indicators[k]; len(v.Held) == 0 || v.Held[len(v.Held)-1] != at {
				v.Held = append(v.Held, at)
			}
		}
	}
	return r, reports, nil
}

// heldIn says which values of the ring each report of a picture holds.
func heldIn(r fraud.Ring, reports []int) map[fraud.ReportID][]fraud.Indicator {
	drawn := map[int]bool{}
	for _, at := range reports {
		drawn[at] = true
	}
	out := map[fraud.ReportID][]fraud.Indicator{}
	for _, v := range r.Indicators {
		for _, at := range v.Held {
			if id := r.Reports[at]; drawn[at] && !slices.Contains(out[id], v.Indicator) {
				out[id] = append(out[id], v.Indicator)
			}
		}
	}
	return out
}

// layouts keeps the graphs that were looked at last, since a person goes back
// and forth between a ring and its reports, and the script asks for the same
// graph again.
type layouts struct {
	mu   sync.Mutex // guards keep and used
	keep map[fraud.RingID]keptGraph
	used []fraud.RingID // oldest first
}

type keptGraph struct {
	digest string // of the ring that it was made from
	graph
}

// layoutsKept is how many: at 5,000 nodes each is about 2 MB.
const layoutsKept = 64

func newLayouts() *layouts { return &layouts{keep: map[fraud.RingID]keptGraph{}} }

func (l *layouts) get(id fraud.RingID, digest string) (graph, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	have, ok := l.keep[id]
	return have.graph, ok && have.digest == digest
}

func (l *layouts) put(id fraud.RingID, digest string, g graph) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used = append(slices.DeleteFunc(l.used, func(x fraud.RingID) bool { return x == id }), id)
	l.keep[id] = keptGraph{digest, g}
	if len(l.used) > layoutsKept {
		delete(l.keep, l.used[0])
		l.used = l.used[1:]
	}
}

// keptRings keeps the rings that were looked at last as they were read: a
// person goes from tab to tab of one ring, and a large one takes longer to
// read than to show. Nothing in them may be changed.
type keptRings struct {
	mu   sync.Mutex // guards the rest
	keep map[fraud.RingID]keptRing
	used []fraud.RingID // oldest first
	all  int            // reports and indicators of all that are kept
}

type keptRing struct {
	digest string
	fraud.Ring
}

// ringsKeptMost is how many reports and indicators are kept together: at
// about 300 bytes each, 30 MB.
const ringsKeptMost = 100_000

func (k keptRing) size() int { return len(k.Reports) + len(k.Indicators) }

func (l *keptRings) get(id fraud.RingID, digest string) (keptRing, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	have, ok := l.keep[id]
	return have, ok && have.digest == digest
}

func (l *keptRings) put(k keptRing) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keep == nil {
		l.keep = map[fraud.RingID]keptRing{}
	}
	l.all += k.size() - l.keep[k.ID].size()
	l.used = append(slices.DeleteFunc(l.used, func(x fraud.RingID) bool { return x == k.ID }), k.ID)
	l.keep[k.ID] = k
	for l.all > ringsKeptMost && len(l.used) > 1 {
		l.all -= l.keep[l.used[0]].size()
		delete(l.keep, l.used[0])
		l.used = l.used[1:]
	}
}

// ringOf reads a ring, or gives what it gave the last time if the ring is the
// same.
func (s *Server) ringOf(ctx context.Context, id fraud.RingID) (keptRing, error) {
	digest, err := s.Store.RingDigest(ctx, id)
	if err != nil {
		return keptRing{}, fmt.Errorf("read ring %s: %w", id, err)
	}
	if k, ok := s.looked.get(id, digest); ok {
		return k, nil
	}
	ring, err := s.Store.Ring(ctx, id)
	if err != nil {
		return keptRing{}, fmt.Errorf("read ring %s: %w", id, err)
	}
	k := keptRing{digest, ring}
	s.looked.put(k)
	return k, nil
}
