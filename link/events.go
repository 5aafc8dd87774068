package link

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// before is which ring each report was in at the linking before.
type before struct {
	rings []fraud.RingID
	of    []uint32 // by report's number: its ring's place + 1, 0 = none
}

// claim is how many reports of an old ring a new group holds.
type claim struct {
	group, old uint32
	reports    int
}

// keepIDs gives each ring the id of the ring before with which it shares the
// most reports, so that an id stays as its ring grows, merges and splits. Of
// several rings that come from one, the one with the largest overlap keeps the
// id, ties going to the lower id; a ring whose own id is thereby taken gets
// one derived from both. It gives each group's claims, largest first.
func (was *before) keepIDs(l *Linking) [][]claim {
	of, all := was.claims(l)
	old := make(map[fraud.RingID]bool, len(was.rings))
	for _, id := range was.rings {
		old[id] = true
	}
	kept, used := make([]bool, len(l.rings)), make([]bool, len(was.rings))
	names := slices.Clone(l.rings)
	for _, c := range all {
		if !kept[c.group] && !used[c.old] {
			kept[c.group], used[c.old] = true, true
			names[c.group] = was.rings[c.old]
		}
	}
	for _, g := range l.groups() {
		if own := l.rings[g]; !kept[g] && old[own] {
			first := l.m.id(l.members[g][0])
			for _, r := range l.members[g] {
				first = min(first, l.m.id(r))
			}
			names[g] = fraud.RingID(fraud.DerivedID("R", sha256.Sum256([]byte("split "+string(own)+" "+string(first)))))
		}
	}
	l.rings = names
	return of
}

// claims counts who holds how much of whom, by group and all together, largest
// first.
func (was *before) claims(l *Linking) (of [][]claim, all []claim) {
	of = make([][]claim, len(l.rings))
	for _, g := range l.groups() {
		mine := of[g]
		for _, r := range l.members[g] {
			n := l.m.order[r]
			if int(n) >= len(was.of) || was.of[n] == 0 {
				continue
			}
			old := was.of[n] - 1
			i := slices.IndexFunc(mine, func(c claim) bool { return c.old == old })
			if i < 0 {
				i = len(mine)
				mine = append(mine, claim{group: g, old: old})
			}
			mine[i].reports++
		}
		was.sort(mine, l)
		of[g] = mine
		all = append(all, mine...)
	}
	was.sort(all, l)
	return of, all
}

func (was *before) sort(list []claim, l *Linking) {
	slices.SortFunc(list, func(x, y claim) int {
		return cmp.Or(cmp.Compare(y.reports, x.reports), cmp.Compare(was.rings[x.old], was.rings[y.old]), cmp.Compare(l.rings[x.group], l.rings[y.group]))
	})
}

// events tells what became of rings from one linking to the next. Seq is left
// to the store, which appends.
func (was *before) events(l *Linking, of [][]claim, changed []uint32, at time.Time) []fraud.RingEvent {
	size := make([]int, len(was.rings))
	for _, r := range was.of {
		if r != 0 {
			size[r-1]++
		}
	}
	group := make(map[fraud.RingID]uint32, len(l.rings))
	taken := make([]claim, len(was.rings)) // by whom most of an old ring's reports were taken
	for _, g := range l.groups() {
		group[l.rings[g]] = g
		for _, c := range of[g] {
			if t := taken[c.old]; c.reports > t.reports || c.reports == t.reports && l.rings[g] < l.rings[t.group] {
				taken[c.old] = c
			}
		}
	}
	var events []fraud.RingEvent
	for _, g := range changed {
		events = append(events, was.tell(l, g, of[g], size, at)...)
	}
	for old, id := range was.rings {
		if _, here := group[id]; here {
			continue
		}
		event := fraud.RingEvent{At: at, What: "gone", Ring: id, Cause: "none of its reports is in a ring any more"}
		if t := taken[old]; t.reports > 0 {
			event.Others, event.Cause = []fraud.RingID{l.rings[t.group]}, "its reports are in "+string(l.rings[t.group])
		}
		events = append(events, event)
	}
	slices.SortFunc(events, func(x, y fraud.RingEvent) int {
		return cmp.Or(cmp.Compare(x.Ring, y.Ring), cmp.Compare(x.What, y.What))
	})
	return events
}

func (was *before) tell(l *Linking, g uint32, from []claim, size []int, at time.Time) []fraud.RingEvent {
	event, reports := fraud.RingEvent{At: at, Ring: l.rings[g]}, len(l.members[g])
	kept := -1
	for _, c := range from {
		if id := was.rings[c.old]; id == event.Ring {
			kept = int(c.old)
		} else {
			event.Others = append(event.Others, id)
		}
	}
	slices.Sort(event.Others)
	switch {
	case len(from) == 0:
		event.What, event.Cause = "born", fmt.Sprintf("%d reports that were in no ring", reports)
	case kept < 0:
		event.What, event.Cause = "split", fmt.Sprintf("%d reports left %s", from[0].reports, was.rings[from[0].old])
	case len(event.Others) > 0:
		event.What, event.Cause = "merged", causeOf(l.m.ring(event.Ring, l.members[g]).Indicators)
	case reports > size[kept]:
		event.What, event.Cause = "grew", fmt.Sprintf("from %d to %d reports", size[kept], reports)
	default:
		return nil
	}
	return []fraud.RingEvent{event}
}

func causeOf(held []fraud.RingIndicator) string {
	if len(held) == 0 {
		return "a judgement"
	}
	return fmt.Sprintf("held together by %s and others", held[0].Indicator)
}
