package app

import (
	"context"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

const (
	// besideEach is how many reports of a value are looked at to say why two
	// reports are not one ring: those that came last. Of a value that both name,
	// more, since its silences are judged.
	besideEach   = 32
	besideShared = 1000
	// besideRings is of how many rings of a value it is asked how much of it they
	// hold: more make it no more of a shared thing than it is by then.
	besideRings = 8
)

// beside gathers what an explanation of why not rests on: the two reports, who
// names what they name, and the rings in which what both name stands.
func (n *Node) beside(ctx context.Context, a, b fraud.ReportID) (link.Beside, error) {
	x := link.Beside{Model: n.model, Many: map[fraud.Indicator]bool{}}
	of, err := n.db.SightingsOfMany(ctx, []fraud.ReportID{a, b})
	if err != nil {
		return x, err
	}
	both := link.Common(of[a], of[b])
	most := map[fraud.Indicator]int{}
	for _, list := range of {
		for _, s := range list {
			if s.Role.Links() {
				most[s.Indicator] = besideEach
			}
		}
	}
	for _, i := range both {
		if most[i] > 0 {
			most[i] = besideShared
		}
	}
	near := map[fraud.ReportID]bool{a: true, b: true}
	for i, limit := range most {
		reports, err := n.db.ReportsWith(ctx, i, limit)
		if err != nil {
			return x, err
		}
		x.Many[i] = len(reports) == limit
		for _, id := range reports {
			near[id] = true
		}
	}
	ids := make([]fraud.ReportID, 0, len(near))
	for id := range near {
		ids = append(ids, id)
	}
	err = n.db.EachForLinkingOf(ctx, ids, func(f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error {
		x.Told = append(x.Told, link.Told{Facts: f, Sightings: s, Sketches: k})
		return nil
	})
	if err != nil {
		return x, err
	}
	var rings []fraud.Ring
	seen := map[fraud.RingID]bool{}
	for _, i := range both {
		with, err := n.db.RingsWith(ctx, i, besideRings)
		if err != nil {
			return x, err
		}
		for _, id := range with {
			if seen[id] {
				continue
			}
			seen[id] = true
			r, err := n.db.Ring(ctx, id)
			if err != nil {
				return x, err
			}
			rings = append(rings, r)
		}
	}
	x.Uses = link.UsesOf(both, rings)
	x.Judgements, err = n.db.Judgements(ctx)
	return x, err
}
