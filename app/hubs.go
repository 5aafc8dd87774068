package app

import (
	"fmt"
	"slices"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// hubs are the indicators that serve several rings of either side: a lead
// seller's number, a mule's account.
func hubs(parts ...Contribution) map[fraud.Indicator]bool {
	out := map[fraud.Indicator]bool{}
	for _, p := range parts {
		for _, r := range p.Rings {
			for _, t := range slices.Concat(r.Ring.Suppliers, r.Ring.Launderers) {
				out[t.Indicator] = true
			}
		}
	}
	return out
}

// withoutHubs leaves out of a contribution what hangs on its rings only by a
// hub: for the desk that is a hint, for a court it is nothing. What is left
// out goes into the disclosure schedule.
func withoutHubs(c Contribution, hub map[fraud.Indicator]bool) Contribution {
	gone := map[fraud.ReportID]bool{}
	c.Rings = slices.Clone(c.Rings)
	for i, r := range c.Rings {
		ring, links := core(r.Ring, r.Links, hub)
		out := len(r.Ring.Reports) - len(ring.Reports)
		if out == 0 {
			continue
		}
		for _, id := range r.Ring.Reports {
			gone[id] = true
		}
		for _, id := range ring.Reports {
			delete(gone, id)
		}
		c.Rings[i].Ring, c.Rings[i].Links = ring, links
		c.Disclosure = append(slices.Clip(c.Disclosure), refer.Disclosure{
			Org: r.Org, At: c.At, Where: "case store of " + c.Complainant.Org.Name, Undermines: true,
			What: fmt.Sprintf("%d reports hang on ring %s only by an indicator that serves several rings, and are not used", out, ring.ID),
		})
	}
	var victims []refer.Victim
	for _, v := range c.Victims {
		v.Reports = slices.DeleteFunc(slices.Clone(v.Reports), func(id fraud.ReportID) bool { return gone[id] })
		if len(v.Reports) > 0 {
			victims = append(victims, v)
		}
	}
	c.Victims = victims
	c.Reports = slices.DeleteFunc(slices.Clone(c.Reports), func(r refer.ReportState) bool { return gone[r.ID] })
	return c
}

// core is what is left of a ring without the links that rest on hubs alone.
// The links are a tree, so cutting those leaves parts; the largest stays, and
// of two alike the one with the first report.
func core(ring fraud.Ring, links []fraud.Link, hub map[fraud.Indicator]bool) (fraud.Ring, []fraud.Link) {
	part := map[fraud.ReportID]fraud.ReportID{}
	var find func(fraud.ReportID) fraud.ReportID
	find = func(r fraud.ReportID) fraud.ReportID {
		if up, ok := part[r]; ok && up != r {
			part[r] = find(up)
			return part[r]
		}
		return r
	}
	rests := func(l fraud.Link) bool {
		return slices.ContainsFunc(l.Cause, func(c fraud.Cause) bool { return !hub[c.Indicator] || c.Judgement != "" })
	}
	for _, l := range links {
		if l.Kind == fraud.SameOperator && rests(l) {
			part[find(l.A)] = find(l.B)
		}
	}
	size := map[fraud.ReportID]int{}
	best := fraud.ReportID("")
	for _, r := range ring.Reports { // sorted, so that the first of two alike wins
		p := find(r)
		size[p]++
	}
	for _, r := range ring.Reports {
		if best == "" || size[find(r)] > size[best] {
			best = find(r)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(ring.Reports), func(r fraud.ReportID) bool { return find(r) != best })
	if len(kept) == len(ring.Reports) {
		return ring, links
	}
	in := func(r fraud.ReportID) bool { return find(r) == best }
	stays := func(l fraud.Link) bool {
		return l.Kind != fraud.SameOperator || (rests(l) && (l.A == "" || in(l.A)) && (l.B == "" || in(l.B)))
	}
	ring.Reports, ring.Parts = kept, nil // parts are of the whole ring
	ring.Bridges = slices.DeleteFunc(slices.Clone(ring.Bridges), func(l fraud.Link) bool { return !stays(l) })
	links = slices.DeleteFunc(slices.Clone(links), func(l fraud.Link) bool { return !stays(l) })
	return ring, links
}
