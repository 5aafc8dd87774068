package app

import (
	"context"
	"fmt"
	"slices"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// A referral has one body, and the other complainant signs and reads it too. So
// what a victim keeps from other companies stays out of it, as it stays out of
// matches: a value that only such reports hold, their lines of an exhibit and
// the payments that they told of. How much that is, is told, for the agency to
// ask for; what the partner had opened to it by a match anyhow stays.

// leaveOut finds what of these rings only reports hold that are withheld.
func (g *gathering) leaveOut(ctx context.Context, rings []fraud.Ring, shared []fraud.SharedIndicator) error {
	g.hidden = map[fraud.Indicator]bool{}
	open := map[fraud.Indicator]bool{}
	for _, s := range shared {
		open[s.Indicator] = true
	}
	for _, ring := range rings {
		for _, id := range ring.Reports {
			list, err := g.node.db.SightingsOf(ctx, id)
			if err != nil {
				return err
			}
			for _, s := range list {
				switch {
				case !s.Role.Links() || s.Role == fraud.RoleShownCallerID:
				case g.withheld[id]:
					g.hidden[s.Indicator] = true
				default:
					open[s.Indicator] = true
				}
			}
		}
		for _, i := range ring.Indicators { // a script stands in no sighting
			switch kept := func(at int) bool { return at >= 0 && at < len(ring.Reports) && g.withheld[ring.Reports[at]] }; {
			case len(i.Held) == 0:
			case slices.ContainsFunc(i.Held, func(at int) bool { return !kept(at) }):
				open[i.Indicator] = true
			default:
				g.hidden[i.Indicator] = true
			}
		}
	}
	for i := range open {
		delete(g.hidden, i)
	}
	return nil
}

// tellLeftOut says how many values of a ring are left out, and whom to ask.
func (g *gathering) tellLeftOut(ring fraud.Ring) {
	values := map[fraud.Indicator]bool{}
	for _, i := range ring.Indicators {
		if g.hidden[i.Indicator] {
			values[i.Indicator] = true
		}
	}
	reports := 0
	for _, id := range ring.Reports {
		if g.withheld[id] {
			reports++
		}
	}
	if reports == 0 {
		return
	}
	org := g.node.Org
	says := fmt.Sprintf("ring %s: %d of its reports are by people who did not agree that other companies see what they told; %d values that only these hold are left out", ring.ID, reports, len(values))
	g.out.NotDone = append(g.out.NotDone, org.Name+": "+says+".")
	g.disclose(refer.Disclosure{Org: org.ID, What: "R" + says[1:], At: g.at, Where: "case store of " + org.Name + ", for the agency to ask"})
}
