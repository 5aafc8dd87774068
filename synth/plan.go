package synth

import (
	"fmt"
	"time"
)

// kindOf is what a report really is.
type kindOf uint8

const (
	fromVictim kindOf = iota // of an operator's victim
	fromDesk                 // an investigator's, on an operator
	background               // an unconnected incident
	aboutFirm                // a complaint about an honest firm
	aboutRecycled
	poisonFirm  // false, against an honest firm
	poisonRival // false, tying a rival to the poisoner
)

// plan is who did what to whom in one report, before it is written.
type plan struct {
	number int // of the report, counted over the whole world or the time after the raid
	kind   kindOf
	after  bool
	op     int // in operators, or in returned if after; -1 if none
	other  int // poison: the rival, the firm or the recycled number
	victim uint64
	again  bool // this victim was hit before
	at     time.Time
	org    int
	source int
}

// planner draws plans. It has dice of its own, so that several can work at
// once.
type planner struct {
	c        *cast
	after    bool
	stories  *dice
	ops      []operator
	upTo     []float64 // weights, summed up
	from, to time.Time
	n        int
}

func (c *cast) planner(after bool) *planner {
	p := &planner{c: c, after: after, stories: roll(c.seed, forPlan, 0), ops: c.operators, from: c.sc.Start, to: c.sc.Raid, n: c.reports}
	if after {
		p.ops, p.from, p.to, p.n = c.returned, c.sc.Raid, c.sc.End, c.after
	}
	sum := 0.0
	for _, o := range p.ops {
		sum += o.weight
		p.upTo = append(p.upTo, sum)
	}
	return p
}

// plan says what report number i is. It looks at no other report but the one
// whose victim it hits again, so reports can be drawn in any order.
func (p *planner) plan(i int) plan {
	d, k := p.stories, p.c.sc.Decoys
	stream := forPlan
	if p.after {
		stream = forAfter
	}
	d.reset(p.c.seed, stream, uint64(i))
	out := plan{number: i, after: p.after, op: -1, victim: uint64(i)}
	out.at = p.from.Add(time.Duration((float64(i) + d.Float64()) / float64(p.n) * float64(p.to.Sub(p.from)))).Truncate(time.Second)
	x := d.Float64()
	for _, s := range []struct {
		kind  kindOf
		share float64
	}{
		{background, k.Background},
		{aboutFirm, k.LawfulFirms},
		{aboutRecycled, k.Recycled},
		{poisonFirm, k.PoisonFirms},
		{poisonRival, k.PoisonRivals},
		{fromDesk, p.c.sc.Fields.Desk},
	} {
		if x < s.share {
			out.kind = s.kind
			break
		}
		x -= s.share
	}
	out.org = d.IntN(p.c.orgs)
	out.source = p.source(d)
	switch out.kind {
	case fromVictim:
		p.operator(d, &out)
		if i > 20 && d.chance(p.c.sc.Victims.Repeat) {
			p.repeat(d.IntN(i), d.chance(p.c.sc.Victims.RepeatSameRing), &out)
		}
	case fromDesk:
		p.operator(d, &out)
		out.source = 0
	case aboutFirm, poisonFirm:
		out.other = d.IntN(max(1, min(k.Campaigns, len(p.c.innocents))))
		if out.kind == aboutFirm {
			out.other = d.IntN(len(p.c.innocents))
		}
	case aboutRecycled:
		if len(p.c.recycled) == 0 {
			out.kind = background
			break
		}
		out.other = d.IntN(len(p.c.recycled))
		if from := time.Unix(p.c.recycled[out.other].from, 0).UTC(); out.at.Before(from) {
			out.at = d.within(from, p.to)
		}
	case poisonRival:
		p.poison(d, &out)
	}
	return out
}

// poison ties a rival to a poisoner: the same pair in one campaign, in a
// burst of a few days from one source.
func (p *planner) poison(d *dice, out *plan) {
	n := len(p.ops)
	if n < 2 {
		out.kind = background
		return
	}
	campaign := d.IntN(max(1, p.c.sc.Decoys.Campaigns))
	out.op, out.other, out.source = campaign*2%n, (campaign*2+1)%n, campaign%len(p.c.sc.Sources)
	start := p.from.Add(p.to.Sub(p.from) / 5 * time.Duration(2+campaign%3))
	out.at = d.within(start, start.Add(4*day))
	out.org = p.ops[out.op].orgs[0]
}

func (p *planner) operator(d *dice, out *plan) {
	if len(p.ops) == 0 {
		out.kind = background
		return
	}
	for range 8 {
		out.op = pickSum(d, p.upTo)
		if !out.at.Before(p.ops[out.op].from) && out.at.Before(p.ops[out.op].to) {
			break
		}
	}
	o := &p.ops[out.op]
	if out.at.Before(o.from) {
		out.at = d.within(o.from, o.to)
	}
	out.org = pick(d, o.orgs)
}

// repeat makes the victim of report j the victim of this one.
func (p *planner) repeat(j int, sameRing bool, out *plan) {
	keep := *out
	first := p.plan(j)
	*out = keep
	if first.kind != fromVictim {
		return
	}
	out.victim, out.again = first.victim, true
	if sameRing && !p.after {
		out.op = first.op
		if !p.ops[out.op].hits(out.org) {
			out.org = p.ops[out.op].orgs[0]
		}
	}
}

func (o *operator) hits(org int) bool {
	for _, k := range o.orgs {
		if k == org {
			return true
		}
	}
	return false
}

func (p *planner) source(d *dice) int {
	x := d.Float64() * p.c.sources[len(p.c.sources)-1]
	for i, upTo := range p.c.sources {
		if x < upTo {
			return i
		}
	}
	return 0
}

func pickSum(d *dice, upTo []float64) int {
	x := d.Float64() * upTo[len(upTo)-1]
	low, high := 0, len(upTo)-1
	for low < high {
		mid := (low + high) / 2
		if upTo[mid] <= x {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// id is the report's id within its source.
func (p plan) id() string {
	if p.after {
		return fmt.Sprintf("S%08d", p.number+1)
	}
	return fmt.Sprintf("R%08d", p.number+1)
}

// ring is the truth about the report.
func (p *planner) ring(pl plan) string {
	if pl.kind == fromVictim || pl.kind == fromDesk {
		return p.ops[pl.op].id
	}
	return ""
}
