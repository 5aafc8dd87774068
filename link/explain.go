package link

import (
	"cmp"
	"fmt"
	"slices"

	"ringbreaker.example/fraud"
)

// Explanation says why two reports are in one ring, or why they are not.
type Explanation struct {
	A     fraud.ReportID `json:"a"`
	B     fraud.ReportID `json:"b"`
	Same  bool           `json:"same"`
	RingA fraud.RingID   `json:"ring_a,omitempty"`
	RingB fraud.RingID   `json:"ring_b,omitempty"`
	// Chain leads from A to B in the ring; no other chain has a stronger
	// weakest link. Empty if they are not in one ring.
	Chain []fraud.Link `json:"chain"`
	Bits  float64      `json:"bits"` // of the weakest link of the chain
	// Between is what the two rings share without being one: suppliers,
	// launderers and suggestions.
	Between []fraud.Link `json:"between,omitempty"`
	Says    []string     `json:"says"`  // the argument, in sentences
	Fails   []string     `json:"fails"` // what would have to be wrong for it to fail
}

// Explain gives the strongest chain of evidence between two reports of one
// ring, or says why they are in none together. It needs no more of the Result
// than its files hold. An unknown report is told as such in Says.
func (r Result) Explain(a, b fraud.ReportID) Explanation {
	e := Explanation{A: a, B: b, Chain: []fraud.Link{}}
	var okA, okB bool
	e.RingA, okA = r.RingOf(a)
	e.RingB, okB = r.RingOf(b)
	for _, x := range []struct {
		id fraud.ReportID
		ok bool
	}{{a, okA}, {b, okB}} {
		if !x.ok {
			e.Says = append(e.Says, fmt.Sprintf("Report %s is not in this linking.", x.id))
		}
	}
	if !okA || !okB {
		return e
	}
	if e.RingA != "" && e.RingA == e.RingB {
		r.explainSame(&e)
	} else {
		r.explainApart(&e)
	}
	return e
}

// RingOf gives the ring of a report, and whether the report is known.
func (r Result) RingOf(id fraud.ReportID) (fraud.RingID, bool) {
	i, ok := slices.BinarySearchFunc(r.Assign, id, func(a Assigned, id fraud.ReportID) int { return cmp.Compare(a.Report, id) })
	if !ok {
		return "", false
	}
	return r.Assign[i].Ring, true
}

func (r Result) explainSame(e *Explanation) {
	e.Same = true
	e.Chain = r.chain(e.RingA, e.A, e.B)
	e.Says = append(e.Says, fmt.Sprintf("%s and %s are in ring %s.", e.A, e.B, e.RingA))
	if len(e.Chain) == 0 {
		e.Says = append(e.Says, "They are the same report.")
		return
	}
	at := e.A
	for i, l := range e.Chain {
		from, to := at, l.A
		if l.A == from {
			to = l.B
		}
		if i == 0 || l.Bits < e.Bits {
			e.Bits = l.Bits
		}
		e.Says = append(e.Says, fmt.Sprintf("%s and %s are linked by %.1f bits:", from, to, l.Bits))
		for _, c := range l.Cause {
			e.Says = append(e.Says, fmt.Sprintf("  %.1f bits (%s): %s", c.Bits, c.Family, c.Why))
		}
		at = to
	}
	e.Fails = append(e.Fails, r.fails(e)...)
}

// fails says which links the chain stands on: breaking one breaks it, unless
// another chain as strong exists beside it.
func (r Result) fails(e *Explanation) []string {
	var out []string
	for _, l := range e.Chain {
		if l.Bits > e.Bits {
			continue
		}
		for _, c := range l.Cause {
			if c.Judgement != "" {
				out = append(out, fmt.Sprintf("The person who decided %s would have to be wrong.", c.Judgement))
				continue
			}
			out = append(out, fmt.Sprintf("%s would have to be in the hands of two unrelated operators between %s and %s, or one of %s and %s would have to name it wrongly.",
				c.Indicator, c.Tenure.From.Format("2006-01-02"), c.Tenure.To.Format("2006-01-02"), l.A, l.B))
		}
	}
	return out
}

func (r Result) explainApart(e *Explanation) {
	for _, x := range []struct {
		id   fraud.ReportID
		ring fraud.RingID
	}{{e.A, e.RingA}, {e.B, e.RingB}} {
		if x.ring == "" {
			e.Says = append(e.Says, fmt.Sprintf("%s is in no ring: nothing it holds is shared with another report by one strong value or two independent ones (of a burst of unpaid reports that are all alike, each counts for a part only).", x.id))
		} else {
			e.Says = append(e.Says, fmt.Sprintf("%s is in ring %s.", x.id, x.ring))
		}
	}
	if e.RingA == "" || e.RingB == "" {
		return
	}
	for _, s := range r.Suggestions {
		if s.A == e.RingA && s.B == e.RingB || s.A == e.RingB && s.B == e.RingA {
			e.Between = append(e.Between, s.Link)
			e.Says = append(e.Says, fmt.Sprintf("A person should look: the two rings are linked by %.1f bits, which is not enough to join them.", s.Link.Bits))
		}
	}
	a, b := r.ring(e.RingA), r.ring(e.RingB)
	if a == nil || b == nil {
		return
	}
	ties := 0
	for _, t := range append(slices.Clone(a.Suppliers), a.Launderers...) {
		if slices.Contains(t.Rings, e.RingB) {
			ties++
			e.Says = append(e.Says, fmt.Sprintf("Both rings are tied to %s (%s): %s.", t.Indicator, t.Role, t.Why))
		}
	}
	if ties == 0 && len(e.Between) == 0 {
		e.Says = append(e.Says, "The two rings share no value that could link them.")
		return
	}
	e.Says = append(e.Says, against(a, b)...)
}

// ring finds a ring by its id; nil if there is none.
func (r Result) ring(id fraud.RingID) *fraud.Ring {
	i := slices.IndexFunc(r.Rings, func(x fraud.Ring) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Rings[i]
}

// chain walks the ring's tree from a to b. The tree holds the strongest links,
// so its only way between two reports is the one whose weakest link is
// strongest.
func (r Result) chain(ring fraud.RingID, a, b fraud.ReportID) []fraud.Link {
	near := map[fraud.ReportID][]int{}
	for i := range r.Links {
		if l := &r.Links[i]; l.Ring == ring && l.Kind == fraud.SameOperator {
			near[l.A] = append(near[l.A], i)
			near[l.B] = append(near[l.B], i)
		}
	}
	came := map[fraud.ReportID]int{a: -1}
	queue := []fraud.ReportID{a}
	for len(queue) > 0 && queue[0] != b {
		at := queue[0]
		queue = queue[1:]
		for _, i := range near[at] {
			next := r.Links[i].A
			if next == at {
				next = r.Links[i].B
			}
			if _, seen := came[next]; !seen {
				came[next] = i
				queue = append(queue, next)
			}
		}
	}
	var out []fraud.Link
	for at := b; at != a; {
		i, ok := came[at]
		if !ok {
			return nil
		}
		out = append(out, r.Links[i])
		if r.Links[i].A == at {
			at = r.Links[i].B
		} else {
			at = r.Links[i].A
		}
	}
	slices.Reverse(out)
	return out
}
