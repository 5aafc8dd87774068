package link

import (
	"slices"
	"sync"
	"time"

	"ringbreaker.example/fraud"
)

// Base is a body of reports that is linked as it changes. A change is taken
// at once: a new report is placed by what is known already ([Base.Add]), in
// time bounded by a constant and not by the number of reports. What a change
// means for everybody else is found by [Base.Settle], after which the rings
// are those that one whole linking of the same content gives. Components that
// no change touched are not parted again.
//
// It is safe for concurrent use: changes go on while it settles.
type Base struct {
	settling sync.Mutex // one settling at a time
	known    known      // held by settling

	mu      sync.Mutex // the rest
	b       *Builder
	rings   []fraud.RingID // their place is their number
	numbers map[fraud.RingID]uint32
	settled []uint32 // by report's number: its ring's number + 1 as of the last settling, 0 = none
	ringOf  []uint32 // the same, with what was placed since
	harms   map[fraud.RingID]fraud.Harm
	fresh   []arrival            // reports that came since the last settling began
	touched map[fraud.RingID]int // changes since then
	taken   map[fraud.RingID]int // changes that are being settled
	recent  recent
	params  params
}

// NewBase returns an empty Base that links by the model.
func NewBase(model Model) *Base {
	b := NewBuilder(model)
	return &Base{b: b, params: b.params(), numbers: map[fraud.RingID]uint32{}, touched: map[fraud.RingID]int{}}
}

// Restore tells the ring that a report was in when the base was last in use,
// so that rings keep their ids and new reports find them before the first
// settling. It comes after the report was loaded; what is not here is left
// out.
func (s *Base) Restore(report fraud.ReportID, ring fraud.RingID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.b.ids.find(string(report))
	if !ok {
		return
	}
	for len(s.settled) < len(s.b.reports) {
		s.settled = append(s.settled, 0)
	}
	s.settled[n] = s.ring(ring) + 1
	s.ringOf[n] = s.settled[n]
}

// ring gives the number of a ring.
func (s *Base) ring(id fraud.RingID) uint32 {
	n, ok := s.numbers[id]
	if !ok {
		n = uint32(len(s.rings))
		s.rings = append(s.rings, id)
		s.numbers[id] = n
	}
	return n
}

// Load takes a report as [Builder.Add] does and places it nowhere: for those
// that were there before the base, until [Base.Restore] or the first settling.
func (s *Base) Load(facts fraud.ReportFacts, sightings []fraud.Sighting, sketches []fraud.Sketch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.take(facts, sightings, sketches)
}

// Add takes a report as [Builder.Add] does and says at once with whom it most
// probably belongs.
func (s *Base) Add(facts fraud.ReportFacts, sightings []fraud.Sighting, sketches []fraud.Sketch) Placing {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.take(facts, sightings, sketches)
	a.sights, a.sketches = slices.Clone(a.sights), slices.Clone(a.sketches)
	s.fresh = append(s.fresh, a)
	if by := s.b.reports[a.report].replaces; by != 0 {
		s.touch(by - 1)
		s.ringOf[by-1] = 0
	}
	p := s.place(a)
	s.touch(a.report)
	return p
}

// Len is how many reports were added or named.
func (s *Base) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Len()
}

func (s *Base) take(facts fraud.ReportFacts, sightings []fraud.Sighting, sketches []fraud.Sketch) arrival {
	sights, texts := len(s.b.sights), len(s.b.sketches)
	s.b.Add(facts, sightings, sketches)
	s.recent.follow(s.b)
	s.grow()
	n, _ := s.b.ids.find(string(facts.ID))
	return arrival{n, s.b.sights[sights:], s.b.sketches[texts:]}
}

// RingOf says which ring a report is in, and whether that is settled or what
// was said at once.
func (s *Base) RingOf(id fraud.ReportID) (ring fraud.RingID, settled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.b.ids.find(string(id))
	if !ok {
		return "", false
	}
	if r := s.ringOf[n]; r != 0 {
		ring = s.rings[r-1]
	}
	return ring, int(n) < len(s.settled) && s.settled[n] == s.ringOf[n]
}

func (s *Base) grow() {
	for len(s.ringOf) < len(s.b.reports) {
		s.ringOf = append(s.ringOf, 0)
	}
}

// touch counts a change that waits, for the ring that the report is in.
func (s *Base) touch(n uint32) {
	id := fraud.RingID("")
	if r := s.ringOf[n]; r != 0 {
		id = s.rings[r-1]
	}
	s.touched[id]++
}

// Remove takes a report out, as if it had never been there.
func (s *Base) Remove(id fraud.ReportID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.b.ids.find(string(id))
	if !ok || s.b.reports[n].flags&flagKnown == 0 {
		return
	}
	s.b.Remove(id)
	s.recent = recent{}
	s.recent.follow(s.b)
	s.touch(n)
	s.ringOf[n] = 0
}

// Judge adds people's decisions. They are obeyed at the next settling.
func (s *Base) Judge(js []fraud.Judgement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.Judge(js)
	for _, j := range js {
		known := false
		for _, id := range []fraud.ReportID{j.A, j.B} {
			if n, ok := s.b.ids.find(string(id)); ok {
				s.touch(n)
				known = true
			}
		}
		if !known { // about a value, or a report that is not here yet
			s.touched[""]++
		}
	}
}

// Waiting counts the changes that are not settled yet: those that a
// ring took directly, or all if the id is empty.
func (s *Base) Waiting(id fraud.RingID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != "" {
		return s.touched[id] + s.taken[id]
	}
	sum := 0
	for _, waiting := range []map[fraud.RingID]int{s.touched, s.taken} {
		for _, n := range waiting {
			sum += n
		}
	}
	return sum
}

// Rested tells that all that was loaded, restored and judged until now was
// settled when the base was last in use: nothing waits.
func (s *Base) Rested() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh, s.touched = nil, map[fraud.RingID]int{}
}

// Settle links what was added, removed and judged until now, and says what it
// changed against the settling before (the first, against what was restored).
// at is the time for the events. Rings keep the id of the ring before with
// which they share the most reports.
func (s *Base) Settle(at time.Time) *Settled { return s.Begin().Settle(at) }

// Settling is a settling that has begun: what it will link is fixed.
type Settling struct {
	s     *Base
	rules *rules
	b     *Builder
	was   before
}

// Begin fixes what the next settling links, and takes no time to speak of. No
// other begins before this one was settled.
func (s *Base) Begin() *Settling {
	s.settling.Lock()
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &Settling{s, s.b.rules(), s.b.snapshot(), before{rings: s.rings[:len(s.rings):len(s.rings)], of: s.settled}}
	s.fresh, s.touched, s.taken = nil, map[fraud.RingID]int{}, s.touched
	return x
}

// Spill takes the long arrays that the settling makes for itself out of the
// garbage collector's heap, as [Builder.Spill] does for a linking that is made
// once: what would take more than so many bytes goes into files in dir that
// have no names. It comes before Settle; [Settled.Close] gives all back.
func (x *Settling) Spill(dir string, most int64) {
	x.b.spill = &spill{dir: dir, most: most}
}

// Len is how many reports it links, about.
func (x *Settling) Len() int { return x.b.Len() }

// Settle does the work, once, as [Base.Settle] says.
func (x *Settling) Settle(at time.Time) *Settled {
	s := x.s
	defer s.settling.Unlock()
	l := x.b.solve(x.rules, &s.known)
	out := &Settled{Linking: l, was: x.was, claims: x.was.keepIDs(l), at: at}
	l.finish()
	out.compare(s.harms)
	s.install(l)
	return out
}

// install makes a linking the state of the base, and places anew what came
// while it was being made.
func (s *Base) install(l *Linking) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = nil
	s.rings, s.numbers, s.harms = nil, map[fraud.RingID]uint32{}, map[fraud.RingID]fraud.Harm{}
	number := make([]uint32, len(l.rings))
	for g, id := range l.rings {
		if id != "" {
			number[g] = s.ring(id) + 1
			s.harms[id] = l.m.harm(l.members[g])
		}
	}
	s.settled = make([]uint32, len(l.m.rank))
	for n, r := range l.m.rank {
		if r != none {
			s.settled[n] = number[l.part[r]]
		}
	}
	s.ringOf = slices.Clone(s.settled)
	s.grow()
	for n := range s.b.reports {
		if row := &s.b.reports[n]; row.flags&flagKnown == 0 {
			s.ringOf[n] = 0
		} else if row.replaces != 0 {
			s.ringOf[row.replaces-1] = 0
		}
	}
	for _, a := range s.fresh {
		if s.b.reports[a.report].flags&flagKnown != 0 {
			s.place(a)
		}
	}
}
