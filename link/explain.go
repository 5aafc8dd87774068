package link

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Explanation says why two reports are in one ring, or why they are not, or
// why one is in its ring.
type Explanation struct {
	A     fraud.ReportID `json:"a"`
	B     fraud.ReportID `json:"b,omitempty"` // "" = about A alone
	Same  bool           `json:"same"`
	RingA fraud.RingID   `json:"ring_a,omitempty"`
	RingB fraud.RingID   `json:"ring_b,omitempty"`
	// Chain leads from A to B in the ring, each link from where the one before
	// ended; of the ways that the ring's links show it is the one that is least
	// likely to be wrong somewhere. Empty if they are not in one ring. About A
	// alone it is A's own strongest links, strongest first.
	Chain []fraud.Link `json:"chain"`
	Bits  float64      `json:"bits"` // of the weakest link of the chain; about A alone of the strongest; of two apart, of what they share
	// Between is what the two rings share without being one: suppliers,
	// launderers and suggestions.
	Between []fraud.Link `json:"between,omitempty"`
	Says    []string     `json:"says"`  // the argument, in sentences
	Fails   []string     `json:"fails"` // what would have to be wrong for it to fail
	// Of two reports that are in no ring together ([Result.ExplainBeside]): what
	// they share, how many bits the best of it lacks, and what would have to be
	// found for them to be one ring.
	Shared  []SharedValue `json:"shared,omitempty"`
	Missing float64       `json:"missing,omitempty"`
	Would   []string      `json:"would,omitempty"`
}

// Explain gives the strongest chain of evidence between two reports of one
// ring, or says why they are in none together; with b empty it says what holds
// a in its ring. It needs no more of the Result than its files hold. An unknown
// report is told as such in Says.
func (r Result) Explain(a, b fraud.ReportID) Explanation {
	e := Explanation{A: a, B: b, Chain: []fraud.Link{}}
	known := true
	for _, x := range []struct {
		id   fraud.ReportID
		ring *fraud.RingID
	}{{a, &e.RingA}, {b, &e.RingB}} {
		if x.id == "" {
			continue
		}
		ring, ok := r.RingOf(x.id)
		if *x.ring = ring; !ok {
			known = false
			e.Says = append(e.Says, fmt.Sprintf("Report %s is not in this linking.", x.id))
		}
	}
	switch {
	case !known:
	case b == "":
		r.explainOne(&e)
	case e.RingA != "" && e.RingA == e.RingB:
		r.explainSame(&e)
	default:
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
	for i, l := range e.Chain {
		if i == 0 || l.Bits < e.Bits {
			e.Bits = l.Bits
		}
		e.tell(l)
	}
	weakest := slices.Clone(e.Chain)
	slices.SortStableFunc(weakest, func(x, y fraud.Link) int { return cmp.Compare(x.Bits, y.Bits) })
	for _, l := range weakest {
		e.Fails = append(e.Fails, fails(l))
	}
}

// tell adds a link to what is said. A decision is no evidence, so its bits,
// which only put it first, are not told.
func (e *Explanation) tell(l fraud.Link) {
	judged := func(c fraud.Cause) bool { return c.Family == "" }
	by := fmt.Sprintf("%.1f bits", l.Bits)
	if slices.ContainsFunc(l.Cause, judged) {
		by = "a decision"
	}
	e.Says = append(e.Says, fmt.Sprintf("%s and %s are linked by %s:", l.A, l.B, by))
	for _, c := range l.Cause {
		if judged(c) {
			e.Says = append(e.Says, "  "+c.Why)
			continue
		}
		e.Says = append(e.Says, fmt.Sprintf("  %.1f bits (%s): %s", c.Bits, c.Family, c.Why))
	}
}

// explainOne says what holds a report in its ring: its own links.
func (r Result) explainOne(e *Explanation) {
	if e.RingA == "" {
		e.Says = append(e.Says, inNoRing(e.A))
		return
	}
	e.Same = true
	for _, l := range r.Links {
		if l.Ring != e.RingA || l.Kind != fraud.SameOperator || l.A != e.A && l.B != e.A {
			continue
		}
		if l.B == e.A {
			l.A, l.B = l.B, l.A
		}
		e.Chain = append(e.Chain, l)
	}
	slices.SortFunc(e.Chain, func(x, y fraud.Link) int { return cmp.Or(cmp.Compare(y.Bits, x.Bits), cmp.Compare(x.B, y.B)) })
	const shown = 5 // a hub's report may have hundreds, and the sixth persuades nobody whom five did not
	of := len(e.Chain)
	e.Chain = e.Chain[:min(of, shown)]
	head := fmt.Sprintf("%s is in ring %s, whose tree of strongest links joins it to one other report:", e.A, e.RingA)
	if of > 1 {
		head = fmt.Sprintf("%s is in ring %s, whose tree of strongest links joins it to %d other reports, the strongest first:", e.A, e.RingA, of)
	}
	e.Says = append(e.Says, head)
	for i, l := range e.Chain {
		e.Bits = max(e.Bits, l.Bits)
		e.tell(l)
		if i == 0 {
			e.Fails = append(e.Fails, fails(l))
		}
	}
	if of > 1 {
		e.Fails = append(e.Fails, fmt.Sprintf("It leaves the ring no sooner than each of its %d links fails.", of))
	}
}

func inNoRing(id fraud.ReportID) string {
	return fmt.Sprintf("%s is in no ring: what it shares with other reports, if it shares anything, does not come to one strong value or two independent ones that speak for one operator rather than for a common supplier (of a burst of unpaid reports that are all alike, each counts for a part only).", id)
}

// fails says what would have to be wrong for a link to fail.
func fails(l fraud.Link) string {
	link := fmt.Sprintf("The link of %s and %s", l.A, l.B)
	var by []string
	for _, c := range l.Cause {
		if c.Judgement != "" {
			return fmt.Sprintf("%s stands as long as decision %s does, which a person took.", link, c.Judgement)
		}
		by = append(by, fmt.Sprintf("%s (%s to %s)", valueWord(c.Indicator), c.Tenure.From.Format(time.DateOnly), c.Tenure.To.Format(time.DateOnly)))
	}
	if len(by) == 1 {
		return fmt.Sprintf("%s fails if %s was in the hands of two unrelated operators, or if one of the two reports names it wrongly.", link, by[0])
	}
	return fmt.Sprintf("%s fails only if each of these was in the hands of two unrelated operators or is named wrongly: %s.", link, strings.Join(by, ", "))
}

// tiesMost is how many suppliers and launderers of two rings are told one by
// one: the sixth says what the fifth did.
const tiesMost = 5

func (r Result) explainApart(e *Explanation) {
	for _, x := range []struct {
		id   fraud.ReportID
		ring fraud.RingID
	}{{e.A, e.RingA}, {e.B, e.RingB}} {
		if x.ring == "" {
			e.Says = append(e.Says, inNoRing(x.id))
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
			e.Says = append(e.Says, fmt.Sprintf("A person should look: what the two rings share comes to %.1f bits, but what they could share and do not, and how common it is, left too little of it to join them.", s.Link.Bits))
		}
	}
	a, b := r.ring(e.RingA), r.ring(e.RingB)
	if a == nil || b == nil {
		return
	}
	ties := 0
	theirs := map[string]bool{}
	for _, t := range slices.Concat(b.Suppliers, b.Launderers) {
		theirs[t.ID] = true
	}
	for _, t := range slices.Concat(a.Suppliers, a.Launderers) {
		if theirs[t.ID] {
			if ties++; ties > tiesMost {
				continue
			}
			which := ""
			if t.Indicator.Kind == fraud.Script {
				which = " (" + t.Indicator.Value + ")"
			}
			e.Says = append(e.Says, fmt.Sprintf("%s, these two among them%s.", strings.Replace(t.Why, "whoever", "Whoever", 1), which))
		}
	}
	if ties > tiesMost {
		e.Says = append(e.Says, fmt.Sprintf("They have %d more suppliers or launderers in common, which stand on the pages of both rings.", ties-tiesMost))
	}
	if ties == 0 && len(e.Between) == 0 {
		both := inCommon(a, b)
		if len(both) == 0 {
			e.Says = append(e.Says, "The two rings share no value that could link them.")
			return
		}
		for _, i := range both[:min(len(both), againstMost)] {
			e.Says = append(e.Says, fmt.Sprintf("Both rings name %s, but one after the other with a silence between, or so few times beside so many that it makes no tie.", valueWord(i)))
		}
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
