package link

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// An explanation of why not counts, kind by kind, what two rings could have in
// common and have not, which is what the linker weighed (docs/linking.md), in
// figures that anybody can count again on the two rings' pages.

// againstMost is how many kinds are told: a judge reads four lines.
const againstMost = 4

// againstBits is the worth from which a value is told of: what is common by
// nature, such as a first name or a displayed number, is with everybody.
const againstBits = 5

// against says what speaks against two rings being one operator's, though they
// have something in common.
func against(a, b *fraud.Ring) []string {
	out := againstTime(a, b)
	type row struct {
		kind   fraud.Kind
		common int
		of     [2]int
	}
	var rows []row
	theirs := valuesByKind(b)
	for kind, values := range valuesByKind(a) {
		others := theirs[kind]
		if len(others) == 0 {
			continue // of this kind nothing can be missing
		}
		x := row{kind: kind, of: [2]int{len(values), len(others)}}
		for v := range values {
			if others[v] {
				x.common++
			}
		}
		rows = append(rows, x)
	}
	lacks := func(x row) int { return min(x.of[0], x.of[1]) - x.common }
	slices.SortFunc(rows, func(x, y row) int { return cmp.Or(cmp.Compare(lacks(y), lacks(x)), cmp.Compare(x.kind, y.kind)) })
	for _, x := range rows[:min(len(rows), againstMost)] {
		if lacks(x) == 0 {
			break
		}
		out = append(out, fmt.Sprintf("Of %s of %s and %d of %s %s.", counted(x.of[0], x.kind), a.ID, x.of[1], b.ID, theSame(x.common)))
	}
	return out
}

// inCommon gives the values that two rings both hold and that are evidence.
func inCommon(a, b *fraud.Ring) (both []fraud.Indicator) {
	theirs := valuesByKind(b)
	for _, i := range a.Indicators {
		if i.Bits >= againstBits && theirs[i.Kind][i.Value] {
			both = append(both, i.Indicator)
		}
	}
	return both
}

// valuesByKind gives a ring's values that are evidence; of a site's pages the
// site.
func valuesByKind(r *fraud.Ring) map[fraud.Kind]map[string]bool {
	out := map[fraud.Kind]map[string]bool{}
	for _, i := range r.Indicators {
		if i.Bits < againstBits || i.Kind == fraud.URL || kindWord(i.Kind) == "" {
			continue
		}
		if out[i.Kind] == nil {
			out[i.Kind] = map[string]bool{}
		}
		out[i.Kind][i.Value] = true
	}
	return out
}

// againstTime says when each ring was seen, if the other was not: what one
// named then the other had no occasion to name.
func againstTime(a, b *fraud.Ring) []string {
	if b.Harm.FirstAt.Before(a.Harm.FirstAt) {
		a, b = b, a
	}
	if a.Harm.LastAt.IsZero() || !a.Harm.LastAt.Before(b.Harm.FirstAt) {
		return nil
	}
	day := func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	return []string{fmt.Sprintf("They were seen one after the other: %s from %s to %s, %s from %s to %s.",
		a.ID, day(a.Harm.FirstAt), day(a.Harm.LastAt), b.ID, day(b.Harm.FirstAt), day(b.Harm.LastAt))}
}

func theSame(n int) string {
	switch n {
	case 0:
		return "none is the same"
	case 1:
		return "one is the same"
	}
	return fmt.Sprintf("%d are the same", n)
}

func counted(n int, kind fraud.Kind) string {
	word := kindWord(kind)
	switch {
	case n == 1:
		return "1 " + word
	case kind == fraud.Company:
		return fmt.Sprintf("%d companies", n)
	case kind == fraud.Email || kind == fraud.IP:
		return fmt.Sprintf("%d %ses", n, word)
	}
	return fmt.Sprintf("%d %ss", n, word)
}
