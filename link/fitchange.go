package link

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// Changes is what becomes of rings where the same input is linked with
// another model. Rings have the names that each linking gives them.
type Changes struct {
	RingsBefore, RingsAfter     int
	PlacedBefore, PlacedAfter   int // reports in a ring
	Reports                     int
	Merged, Split               []RingChange
	Joined, Left, Moved, Stayed int // reports
	Examples                    []Move
}

// RingChange is several rings that would be one, or one that would be several.
type RingChange struct {
	One   Sized
	Many  []Sized
	Cause string // the strongest link between two of the many, in words
}

// Sized is a ring and how many of the reports in question it holds.
type Sized struct {
	Ring    fraud.RingID
	Reports int
}

// Move is one report that would be in another ring; an empty name says none.
type Move struct {
	Report   fraud.ReportID
	From, To fraud.RingID
}

// mostMoves is how many moved reports are named; the rest is counted.
const mostMoves = 10

// Compare tells what would change from one linking of an input to another of
// the same input. It says false if the two are not of the same reports.
func Compare(before, after *Linking) (Changes, bool) {
	if !slices.EqualFunc(before.m.order, after.m.order, func(x, y uint32) bool { return x == y }) {
		return Changes{}, false
	}
	c := Changes{Reports: len(before.part), RingsBefore: len(before.groups()), RingsAfter: len(after.groups())}
	there, back := overlapsOf(before, after), overlapsOf(after, before)
	c.Merged = changed(after, before, back)
	c.Split = changed(before, after, there)
	for r := range before.part {
		g, h := before.part[r], after.part[r]
		from, to := before.rings[g], after.rings[h]
		c.PlacedBefore += one(from != "")
		c.PlacedAfter += one(to != "")
		switch {
		case from == "" && to == "":
			continue
		case from == "":
			c.Joined++
		case to == "":
			c.Left++
		case there[g][0].group == h || back[h][0].group == g:
			c.Stayed++
			continue
		default:
			c.Moved++
		}
		if len(c.Examples) < mostMoves {
			c.Examples = append(c.Examples, Move{before.m.id(uint32(r)), from, to})
		}
	}
	return c, true
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// overlap is how many reports of a group lie in one group of the other linking.
type overlap struct {
	group uint32
	count int
}

// overlapsOf lists for each group of one linking those of the other, most first.
func overlapsOf(a, b *Linking) [][]overlap {
	out := make([][]overlap, len(a.members))
	for g, reports := range a.members {
		count := map[uint32]int{}
		for _, r := range reports {
			count[b.part[r]]++
		}
		for h, n := range count {
			out[g] = append(out[g], overlap{h, n})
		}
		slices.SortFunc(out[g], func(x, y overlap) int { return cmp.Or(cmp.Compare(y.count, x.count), cmp.Compare(x.group, y.group)) })
	}
	return out
}

// changed lists the rings of whole of which two parts or more are each most
// of a ring of parts, largest first.
func changed(whole, parts *Linking, of [][]overlap) []RingChange {
	var out []RingChange
	for g := range whole.members {
		if whole.rings[g] == "" {
			continue
		}
		x := RingChange{One: Sized{whole.rings[g], len(whole.members[g])}}
		for _, o := range of[g] {
			if parts.rings[o.group] != "" && 2*o.count > len(parts.members[o.group]) {
				x.Many = append(x.Many, Sized{parts.rings[o.group], o.count})
			}
		}
		if len(x.Many) > 1 {
			x.Cause = whole.between(uint32(g), parts)
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(x, y RingChange) int {
		return cmp.Or(cmp.Compare(y.Many[1].Reports, x.Many[1].Reports), cmp.Compare(x.One.Ring, y.One.Ring))
	})
	return out
}

// between tells the strongest link of a ring whose ends lie in two rings of
// the other linking.
func (l *Linking) between(g uint32, other *Linking) string {
	ring := map[fraud.ReportID]fraud.RingID{}
	for _, r := range l.members[g] {
		ring[l.m.id(r)] = other.rings[other.part[r]]
	}
	best := fraud.Link{Bits: -1}
	for _, x := range l.tree(g) {
		if a, b := ring[x.A], ring[x.B]; a != "" && b != "" && a != b && x.Bits > best.Bits {
			best = x
		}
	}
	if best.Bits < 0 || len(best.Cause) == 0 {
		return "no single link: what the two share together"
	}
	var names []string
	for _, cause := range best.Cause {
		names = append(names, cause.Indicator.String())
	}
	return fmt.Sprintf("%s and %s share %s (%.1f bits)", best.A, best.B, strings.Join(names, " and "), best.Bits)
}

// Write tells the changes in words, with at most most examples of each.
func (c Changes) Write(w io.Writer, old, now string, most int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d reports, linked with %s and with %s:\n", c.Reports, old, now)
	fmt.Fprintf(&b, "  rings: %d before, %d after; reports in a ring: %d before, %d after\n", c.RingsBefore, c.RingsAfter, c.PlacedBefore, c.PlacedAfter)
	fmt.Fprintf(&b, "  reports: %d stay, %d move to another ring, %d join one, %d are in none any more\n", c.Stayed, c.Moved, c.Joined, c.Left)
	tellRings(&b, "merge", "would be one ring", c.Merged, most)
	tellRings(&b, "split", "would come out of one ring", c.Split, most)
	for i, x := range c.Examples {
		if i == most {
			break
		}
		fmt.Fprintf(&b, "  %s: %s → %s\n", x.Report, orNone(x.From), orNone(x.To))
	}
	if c.Same() {
		b.WriteString("  nothing changes\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Same says that both linkings are the same but for the names of rings.
func (c Changes) Same() bool {
	return c.Moved+c.Joined+c.Left+len(c.Merged)+len(c.Split) == 0
}

func tellRings(b *strings.Builder, does, what string, list []RingChange, most int) {
	if len(list) == 0 {
		fmt.Fprintf(b, "  no rings would %s\n", does)
		return
	}
	fmt.Fprintf(b, "  %d times rings would %s:\n", len(list), does)
	for i, x := range list {
		if i == most {
			fmt.Fprintf(b, "    and %d more\n", len(list)-most)
			break
		}
		var parts []string
		for _, p := range x.Many {
			parts = append(parts, fmt.Sprintf("%s (%d reports)", p.Ring, p.Reports))
		}
		fmt.Fprintf(b, "    %s %s, %s of %d; %s\n", strings.Join(parts, " and "), what, x.One.Ring, x.One.Reports, x.Cause)
	}
}

func orNone(r fraud.RingID) string {
	if r == "" {
		return "no ring"
	}
	return string(r)
}
