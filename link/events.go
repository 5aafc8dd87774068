package link

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// Events tells what became of rings from one linking to the next, by their
// ids as they stand: call [Result.Keep] first, so that a ring that went on has
// kept its id. Seq is left to the store, which appends.
func Events(prev, now []fraud.Ring, at time.Time) []fraud.RingEvent {
	was, size := membership(prev)
	all := overlaps(was, now)
	here, taken := map[fraud.RingID]bool{}, map[fraud.RingID]fraud.RingID{}
	for _, r := range now {
		here[r.ID] = true
	}
	var events []fraud.RingEvent
	for i := range now {
		from := all.of(now[i].ID)
		for _, c := range from {
			if taken[c.old] == "" {
				taken[c.old] = c.now
			}
		}
		events = append(events, tell(&now[i], from, size, at)...)
	}
	for _, r := range prev {
		switch {
		case here[r.ID]:
		case taken[r.ID] == "":
			events = append(events, fraud.RingEvent{At: at, What: "gone", Ring: r.ID, Cause: "none of its reports is in a ring any more"})
		default:
			events = append(events, fraud.RingEvent{At: at, What: "gone", Ring: r.ID, Others: []fraud.RingID{taken[r.ID]}, Cause: "its reports are in " + string(taken[r.ID])})
		}
	}
	slices.SortFunc(events, func(x, y fraud.RingEvent) int {
		return cmp.Or(cmp.Compare(x.Ring, y.Ring), cmp.Compare(x.What, y.What))
	})
	return events
}

// Keep gives each ring the id of the ring of the linking before with which it
// shares the most reports, so that an id stays as its ring grows, merges and
// splits. Of several rings that come from one, the one with the largest
// overlap keeps the id, ties going to the lower id; a ring whose own id is
// thereby taken gets one derived from both. The Result is changed throughout:
// rings, ties, links, suggestions and assignment.
func (r Result) Keep(prev []fraud.Ring) Result {
	was, _ := membership(prev)
	old := map[fraud.RingID]bool{}
	for _, p := range prev {
		old[p.ID] = true
	}
	to := keepIDs(overlaps(was, r.Rings))
	for _, ring := range r.Rings {
		if to[ring.ID] == "" && old[ring.ID] {
			to[ring.ID] = fraud.RingID(fraud.DerivedID("R", sha256.Sum256([]byte("split "+string(ring.ID)+" "+string(ring.Reports[0])))))
		}
	}
	return r.renamed(func(id fraud.RingID) fraud.RingID {
		if k := to[id]; k != "" {
			return k
		}
		return id
	})
}

func (r Result) renamed(name func(fraud.RingID) fraud.RingID) Result {
	out := r
	out.Rings, out.Links = slices.Clone(r.Rings), slices.Clone(r.Links)
	out.Assign, out.Suggestions = slices.Clone(r.Assign), slices.Clone(r.Suggestions)
	for i := range out.Rings {
		ring := &out.Rings[i]
		ring.ID = name(ring.ID)
		ring.Suppliers, ring.Launderers = renamedTies(ring.Suppliers, name), renamedTies(ring.Launderers, name)
		ring.Bridges = slices.Clone(ring.Bridges)
		for k := range ring.Bridges {
			ring.Bridges[k].Ring = ring.ID
		}
	}
	for i := range out.Links {
		if out.Links[i].Ring != "" {
			out.Links[i].Ring = name(out.Links[i].Ring)
		}
	}
	for i := range out.Assign {
		if out.Assign[i].Ring != "" {
			out.Assign[i].Ring = name(out.Assign[i].Ring)
		}
	}
	for i := range out.Suggestions {
		out.Suggestions[i].A, out.Suggestions[i].B = name(out.Suggestions[i].A), name(out.Suggestions[i].B)
	}
	sortResult(&out)
	return out
}

func renamedTies(ties []fraud.Tie, name func(fraud.RingID) fraud.RingID) []fraud.Tie {
	out := slices.Clone(ties)
	for i := range out {
		out[i].Rings = slices.Clone(out[i].Rings)
		for k := range out[i].Rings {
			out[i].Rings[k] = name(out[i].Rings[k])
		}
		slices.Sort(out[i].Rings)
	}
	return out
}

// membership gives each report's ring and each ring's size.
func membership(rings []fraud.Ring) (map[fraud.ReportID]fraud.RingID, map[fraud.RingID]int) {
	was, size := map[fraud.ReportID]fraud.RingID{}, map[fraud.RingID]int{}
	for _, r := range rings {
		size[r.ID] = len(r.Reports)
		for _, id := range r.Reports {
			was[id] = r.ID
		}
	}
	return was, size
}

// claim is how many reports of an old ring a new one holds.
type claim struct {
	now, old fraud.RingID
	reports  int
}

type claims []claim

func (c claims) of(now fraud.RingID) []claim {
	var out []claim
	for _, x := range c {
		if x.now == now {
			out = append(out, x)
		}
	}
	return out
}

func overlaps(was map[fraud.ReportID]fraud.RingID, now []fraud.Ring) claims {
	var out claims
	for _, r := range now {
		count := map[fraud.RingID]int{}
		for _, id := range r.Reports {
			if old := was[id]; old != "" {
				count[old]++
			}
		}
		for old, n := range count {
			out = append(out, claim{r.ID, old, n})
		}
	}
	slices.SortFunc(out, func(x, y claim) int {
		return cmp.Or(cmp.Compare(y.reports, x.reports), cmp.Compare(x.old, y.old), cmp.Compare(x.now, y.now))
	})
	return out
}

// keepIDs gives new id → the old id it keeps.
func keepIDs(all claims) map[fraud.RingID]fraud.RingID {
	kept, used := map[fraud.RingID]fraud.RingID{}, map[fraud.RingID]bool{}
	for _, c := range all {
		if kept[c.now] == "" && !used[c.old] {
			kept[c.now], used[c.old] = c.old, true
		}
	}
	return kept
}

func tell(r *fraud.Ring, from []claim, size map[fraud.RingID]int, at time.Time) []fraud.RingEvent {
	event := fraud.RingEvent{At: at, Ring: r.ID}
	kept := false
	for _, c := range from {
		if c.old == r.ID {
			kept = true
		} else {
			event.Others = append(event.Others, c.old)
		}
	}
	slices.Sort(event.Others)
	switch {
	case len(from) == 0:
		event.What, event.Cause = "born", fmt.Sprintf("%d reports that were in no ring", len(r.Reports))
	case !kept:
		event.What, event.Cause = "split", fmt.Sprintf("%d reports left %s", from[0].reports, from[0].old)
	case len(event.Others) > 0:
		event.What, event.Cause = "merged", causeOf(r)
	case len(r.Reports) > size[r.ID]:
		event.What, event.Cause = "grew", fmt.Sprintf("from %d to %d reports", size[r.ID], len(r.Reports))
	default:
		return nil
	}
	return []fraud.RingEvent{event}
}

func causeOf(r *fraud.Ring) string {
	if len(r.Indicators) == 0 {
		return "a judgement"
	}
	return fmt.Sprintf("held together by %s and others", r.Indicators[0].Indicator)
}
