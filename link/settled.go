package link

import (
	"iter"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// Settled is what became of the rings at one settling.
type Settled struct {
	*Linking
	was     before
	claims  [][]claim
	at      time.Time
	changed []uint32 // groups that are new rings or not as they were, by harm still to come
	gone    []uint32 // rings before that are no more
}

// Spilled is how many bytes of files it took, see [Settling.Spill].
func (out *Settled) Spilled() int64 { return out.m.b.Spilled() }

// Err says why an array stayed in memory that should have gone into a file.
// The rings are the same.
func (out *Settled) Err() error { return out.m.b.Err() }

// Close gives back what [Settling.Spill] took. Nothing of the settling may be
// asked after.
func (out *Settled) Close() { out.m.b.Close() }

// compare finds which rings are new, changed or gone.
func (out *Settled) compare(harms map[fraud.RingID]fraud.Harm) {
	l, here := out.Linking, map[fraud.RingID]bool{}
	for _, g := range l.byHarm() {
		id := l.rings[g]
		here[id] = true
		if old, known := harms[id]; known && l.reused[g] && sameHarm(old, l.m.harm(l.members[g])) {
			continue
		}
		out.changed = append(out.changed, g)
	}
	for old, id := range out.was.rings {
		if !here[id] {
			out.gone = append(out.gone, uint32(old))
		}
	}
}

// sameHarm compares what of a ring's harm is measured against other rings and
// the day: the rest follows from its reports.
func sameHarm(x, y fraud.Harm) bool {
	return x.Score == y.Score && x.Last30d == y.Last30d && x.Before30 == y.Before30
}

// Portions gives what changed against the settling before in partial linkings
// of about most reports each: rings that are new or not as they were, with
// their links and the ties that touch them, rings that are no more, and the
// events of both. A large linking is written out so without being held whole.
//
// Rings that took reports from one another come in one portion. So who takes
// them up one after the other never has a report in two rings, and has the
// rings of this settling after the last. Those with most harm still to come
// are first.
func (out *Settled) Portions(most int) iter.Seq[fraud.Linking] {
	return func(yield func(fraud.Linking) bool) {
		ties, events := out.tiesOf(), out.events()
		p, size := out.portion(), 0
		for _, u := range out.units() {
			for _, g := range u.groups {
				p.groups = append(p.groups, g)
				size += len(out.members[g])
			}
			p.gone = append(p.gone, u.gone...)
			if size >= most {
				if !yield(p.write(ties, events)) {
					return
				}
				p, size = out.portion(), 0
			}
		}
		if len(p.groups)+len(p.gone) > 0 {
			yield(p.write(ties, events))
		}
	}
}

// unit is rings that took reports from one another.
type unit struct{ groups, gone []uint32 }

// units lists what changed, the unit with the most harmful ring first.
func (out *Settled) units() []unit {
	// The rings before come first, then the changed groups.
	olds := uint32(len(out.was.rings))
	touch := newForest(len(out.was.rings) + len(out.changed))
	old := make(map[fraud.RingID]uint32, olds)
	for i, id := range out.was.rings {
		old[id] = uint32(i)
	}
	for i, g := range out.changed {
		if o, ok := old[out.rings[g]]; ok {
			touch.union(o, olds+uint32(i))
		}
		for _, c := range out.claims[g] {
			touch.union(c.old, olds+uint32(i))
		}
	}
	var units []unit
	place := map[uint32]int{}
	of := func(i uint32) *unit {
		root := touch.find(i)
		n, ok := place[root]
		if !ok {
			n = len(units)
			place[root] = n
			units = append(units, unit{})
		}
		return &units[n]
	}
	for i, g := range out.changed {
		u := of(olds + uint32(i))
		u.groups = append(u.groups, g)
	}
	for _, o := range out.gone {
		u := of(o)
		u.gone = append(u.gone, o)
	}
	return units
}

// tiesOf lists for each changed group the ties that touch it, by their places.
func (out *Settled) tiesOf() map[uint32][]int {
	of := make(map[uint32][]int, len(out.changed))
	for _, g := range out.changed {
		of[g] = nil
	}
	for i, x := range out.tieLinks {
		for _, g := range []uint32{out.part[x.a], out.part[x.b]} {
			if list, changed := of[g]; changed && (len(list) == 0 || list[len(list)-1] != i) {
				of[g] = append(list, i)
			}
		}
	}
	return of
}

// events gives what became of rings, by the ring that it became of.
func (out *Settled) events() map[fraud.RingID]fraud.RingEvent {
	of := map[fraud.RingID]fraud.RingEvent{}
	for _, e := range out.was.events(out.Linking, out.claims, out.changed, out.at) {
		of[e.Ring] = e
	}
	return of
}

// portion is a part of what changed.
type portion struct {
	out          *Settled
	groups, gone []uint32
}

func (out *Settled) portion() portion { return portion{out: out} }

func (p *portion) write(ties map[uint32][]int, events map[fraud.RingID]fraud.RingEvent) fraud.Linking {
	l := fraud.Linking{Partial: true, Model: p.out.Model(), At: p.out.at}
	var touching []int
	for _, g := range p.groups {
		l.Rings = append(l.Rings, p.out.ring(g))
		l.Links = append(l.Links, p.out.tree(g)...)
		touching = append(touching, ties[g]...)
		if e, ok := events[p.out.rings[g]]; ok {
			l.Events = append(l.Events, e)
		}
	}
	slices.Sort(touching)
	for _, i := range slices.Compact(touching) {
		l.Links = append(l.Links, p.out.tieLinks[i].Link)
	}
	for _, o := range p.gone {
		id := p.out.was.rings[o]
		l.Gone = append(l.Gone, id)
		l.Events = append(l.Events, events[id])
	}
	return l
}
