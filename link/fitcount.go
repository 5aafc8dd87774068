package link

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// counts is what a fit rests on: how often pairs of placed reports agree.
type counts struct {
	rows    []rowCount // by row of the model
	reports int
	rings   int
}

// rowCount is pairs of reports that both name a value of a row in one month,
// those of them that name the same one, and between rings those that do so
// only by values of somebody who supplies both.
type rowCount struct{ same, sameAgree, diff, diffAgree, supplied int64 }

// unplaced is the class of a report that says nothing in a fit.
const unplaced = math.MaxUint32

// classes gives each rank its ring if that is large enough to be trusted.
func (l *Linking) classes() []uint32 {
	out := make([]uint32, len(l.part))
	for r, g := range l.part {
		out[r] = unplaced
		if len(l.members[g]) >= MinFitRing {
			out[r] = g
		}
	}
	return out
}

// classesBy gives each rank its ring as it is known; who is in none, and who
// is not known, is left out.
func (l *Linking) classesBy(truth map[fraud.ReportID]string) []uint32 {
	out, number := make([]uint32, len(l.part)), map[string]uint32{}
	for r := range out {
		out[r] = unplaced
		if ring := truth[l.m.id(uint32(r))]; ring != "" {
			n, ok := number[ring]
			if !ok {
				n = uint32(len(number))
				number[ring] = n
			}
			out[r] = n
		}
	}
	return out
}

// naming is one report that names one tenure, in a row of the model.
type naming struct {
	row    uint16
	month  uint16
	report uint32
	tenure uint32
}

// count goes over all namings of placed reports. What counts only in part (a
// number that fails its check, a firm without its number, a report that looks
// like part of a poisoning) is left out: it must not say what the rest is worth.
func (m *material) count(class []uint32, model *Model) counts {
	c := counts{rows: make([]rowCount, len(model.Priors))}
	seen := map[uint32]bool{}
	for _, g := range class {
		if g != unplaced {
			c.reports++
			seen[g] = true
		}
	}
	c.rings = len(seen)
	rowOf := rowsOf(model)
	supplied := make([]bool, len(m.tenures))
	var all []naming
	for i := range m.tenures {
		t := &m.tenures[i]
		if t.soft != hard {
			continue
		}
		incs := m.of(i)
		supplied[i] = isSupplied(incs, class, m.params.medium)
		for _, inc := range incs {
			if class[inc.report] == unplaced || inc.bits != m.params.priors[t.kind][inc.role].bits {
				continue
			}
			all = append(all, naming{uint16(rowOf[t.kind][inc.role]), uint16(m.at[inc.report] / monthMinutes), inc.report, uint32(i)})
		}
	}
	slices.SortFunc(all, func(x, y naming) int {
		return cmp.Or(cmp.Compare(x.row, y.row), cmp.Compare(x.month, y.month), cmp.Compare(x.report, y.report), cmp.Compare(x.tenure, y.tenure))
	})
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j].row == all[i].row && all[j].month == all[i].month {
			j++
		}
		c.rows[all[i].row].add(m.sample(all[i:j]), class, supplied)
		i = j
	}
	return c
}

// rowsOf numbers the model's rows by kind and role.
func rowsOf(model *Model) [][]int {
	out := make([][]int, len(kinds))
	for k, kind := range kinds {
		out[k] = make([]int, len(roles))
		for r, role := range roles {
			if p, ok := model.Prior(kind, role); ok {
				out[k][r] = slices.IndexFunc(model.Priors, func(x Prior) bool { return x.Kind == p.Kind && x.Role == p.Role })
			}
		}
	}
	return out
}

// mostInMonth bounds the reports of one row and month whose pairs are
// compared. Above it those with the lowest hashes of their names stand for
// all, which is the same choice in whatever order they came; two million
// pairs a month tell a figure to far below a bit.
const mostInMonth = 2048

func (m *material) sample(run []naming) []naming {
	var reports []uint32
	for _, x := range run {
		if n := len(reports); n == 0 || reports[n-1] != x.report {
			reports = append(reports, x.report)
		}
	}
	if len(reports) <= mostInMonth {
		return run
	}
	hash := func(r uint32) uint64 { return m.b.ids.hashes[m.order[r]] }
	slices.SortFunc(reports, func(x, y uint32) int { return cmp.Or(cmp.Compare(hash(x), hash(y)), cmp.Compare(x, y)) })
	chosen := make(map[uint32]bool, mostInMonth)
	for _, r := range reports[:mostInMonth] {
		chosen[r] = true
	}
	return slices.DeleteFunc(slices.Clone(run), func(x naming) bool { return !chosen[x.report] })
}

// add counts the pairs of one row and month. A pair that shares several values
// agrees once.
func (c *rowCount) add(run []naming, class []uint32, supplied []bool) {
	first := []int{0} // where the namings of each report start
	for i := 1; i < len(run); i++ {
		if run[i].report != run[i-1].report {
			first = append(first, i)
		}
	}
	n := int64(len(first))
	size, same := map[uint32]int64{}, int64(0)
	for _, i := range first {
		g := class[run[i].report]
		same += size[g]
		size[g]++
	}
	c.same += same
	c.diff += n*(n-1)/2 - same
	first = append(first, len(run))
	holders := map[uint32][]uint32{} // by tenure: reports so far, as numbers in first
	met := make([]uint32, n)         // by report: the last that it was compared with, +1
	free := make([]uint32, n)        // likewise, by a value that is no supplier's
	for j := range uint32(n) {
		own := class[run[first[j]].report]
		for _, x := range run[first[j]:first[j+1]] {
			for _, i := range holders[x.tenure] {
				again := met[i] == j+1
				met[i] = j + 1
				switch {
				case class[run[first[i]].report] == own:
					if !again {
						c.sameAgree++
					}
				case supplied[x.tenure]:
					if !again {
						c.supplied++
					}
				case free[i] != j+1:
					free[i] = j + 1
					c.diffAgree++
					if again {
						c.supplied-- // it shares a supplier's value too
					}
				}
			}
			holders[x.tenure] = append(holders[x.tenure], j)
		}
	}
}

// isSupplied says whether two rings name a value more than once each: that is
// no coincidence, somebody serves both. What is worth less than medium bits (a
// first name, a forged number) is no tie to anybody, so it is shared by chance.
func isSupplied(incs []incidence, class []uint32, medium int32) bool {
	if len(incs) < 4 {
		return false
	}
	count, rings := map[uint32]int{}, 0
	for _, inc := range incs {
		if g := class[inc.report]; g != unplaced && inc.bits >= medium {
			if count[g]++; count[g] == 2 {
				rings++
			}
		}
	}
	return rings > 1
}

// enough refuses what is too small to say anything.
func (c *counts) enough() error {
	var same, diff int64
	for _, r := range c.rows {
		same, diff = same+r.same, diff+r.diff
	}
	if c.rings < minFitRings || same < minFitSame || diff < minFitDiff {
		return fmt.Errorf("too little to fit on: %d rings of %d reports or more, %d pairs of reports within them and %d between them; at least %d, %d and %d are needed; keep the model as it is: %w",
			c.rings, MinFitRing, same, diff, minFitRings, minFitSame, minFitDiff, fraud.ErrInvalid)
	}
	return nil
}

// priors turns counts into figures.
func (c *counts) priors(old *Model) []FittedPrior {
	out := make([]FittedPrior, len(old.Priors))
	shipped := DefaultModel()
	for i, p := range old.Priors {
		r := c.rows[i]
		x := FittedPrior{Kind: p.Kind, Role: p.Role, Same: r.same, Diff: r.diff, Was: p.Bits, Bits: p.Bits, Shipped: p.Bits}
		if s, ok := shipped.byKey[priorKey{p.Kind, p.Role}]; ok {
			x.Shipped = s.Bits
		}
		if r.same > 0 && r.diff > 0 {
			x.M, x.U = rate(r.sameAgree, r.same, 0), rate(r.diffAgree, r.diff, 0)
			x.Supply = float64(r.supplied) / float64(r.diff)
			x.Data = rounded(worth(x.M, x.U))
			x.Bits = r.drawn(x.Shipped, old)
		}
		out[i] = x
	}
	return out
}

// rate is a share of pairs, off by so many standard errors of a count, with
// half a pair of agreement added (Jeffreys), so that none is not never.
func rate(agree, pairs int64, errors float64) float64 {
	n := float64(agree) + 0.5
	return min(max((n+errors*math.Sqrt(n))/(float64(pairs)+1), 1e-12), 1)
}

// worth is what an agreement is worth: of those within a ring the part
// (m-u)/m is the operator's doing and not chance, and that is worth log2(1/u).
func worth(m, u float64) float64 { return math.Log2(1/u) * max(1-u/m, 0) }

// drawn is what a row is worth by the data: the shipped figure, as far as the
// data leave it possible; else drawn towards the nearer end of what they leave
// by how many they are, and bounded.
func (r *rowCount) drawn(shipped float64, model *Model) float64 {
	low := worth(rate(r.sameAgree, r.same, -fitErrors), rate(r.diffAgree, r.diff, fitErrors))
	high := worth(rate(r.sameAgree, r.same, fitErrors), rate(r.diffAgree, r.diff, -fitErrors))
	data := min(max(shipped, low), high)
	same, diff := float64(r.same), float64(r.diff)
	weight := diff / (diff + shrinkPairs) * same / (same + shrinkSame)
	least, most := max(shipped-maxFitBits, 0), shipped+maxFitBits
	for _, name := range []string{"medium", "strong"} {
		if limit := model.Param(name); shipped >= limit {
			least = max(least, limit)
		} else {
			most = min(most, limit-0.01)
		}
	}
	return rounded(min(max(shipped+weight*(data-shipped), least), most))
}

// rounded keeps two digits: the file says what is used, to the digit.
func rounded(x float64) float64 { return math.Round(100*x) / 100 }

// base is a version without what a fit added to its name.
func base(version string) string {
	v, _, _ := strings.Cut(version, "+fit.")
	return v
}

// origin is a source without what earlier fits said before it.
func origin(source string) string {
	for strings.HasPrefix(source, "fitted on ") {
		_, rest, ok := strings.Cut(source, "; was ")
		if !ok {
			return source
		}
		_, source, _ = strings.Cut(rest, ": ")
	}
	return source
}
