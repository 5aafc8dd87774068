package score

import (
	"cmp"
	"slices"

	"ringbreaker.example/fraud"
)

// Measure is precision, recall and their harmonic mean, each from 0 to 1.
// Where there is nothing to be wrong about (no pair was said, or none is
// true) the part is 1.
type Measure struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// NewMeasure counts precision and recall from right, said and true numbers.
func NewMeasure(right, said, isTrue uint64) Measure {
	m := Measure{Precision: 1, Recall: 1}
	if said > 0 {
		m.Precision = float64(right) / float64(said)
	}
	if isTrue > 0 {
		m.Recall = float64(right) / float64(isTrue)
	}
	return m.withF1()
}

func (m Measure) withF1() Measure {
	if m.Precision+m.Recall > 0 {
		m.F1 = 2 * m.Precision * m.Recall / (m.Precision + m.Recall)
	}
	return m
}

// Part is how many reports of one ring lie in one ring of the other side. An
// empty Ring stands for reports that are in no ring there.
type Part struct {
	Ring    string `json:"ring"`
	Reports int    `json:"reports"`
}

// Mixed is a ring that the other side sees as several: a predicted ring with
// two true operators (over-merged), or a true ring in two predicted (split).
type Mixed struct {
	Ring    string `json:"ring"`
	Reports int    `json:"reports"`
	// Parts are the rings of the other side, largest first.
	Parts []Part `json:"parts"`
	// Outside is how many reports are not in the largest part: those that a
	// person would have to move.
	Outside int `json:"outside"`
}

// Result is what [Compare] finds. Counts of reports and rings are over the
// reports that the truth knows.
type Result struct {
	Pairwise Measure `json:"pairwise"`
	B3       Measure `json:"b3"` // Bagga and Baldwin 1998, each report weighing the same

	OverMerged        int `json:"over_merged"`         // predicted rings with reports of two or more true rings
	OverMergedReports int `json:"over_merged_reports"` // reports in them outside their largest true ring
	Split             int `json:"split"`               // true rings spread over two or more predicted rings
	SplitReports      int `json:"split_reports"`       // reports in them outside their largest predicted ring
	Strays            int `json:"strays"`              // reports of no true ring that stand in a predicted ring
	Lost              int `json:"lost"`                // reports of a true ring that stand in no predicted ring

	Reports    int `json:"reports"`
	TrueRings  int `json:"true_rings"`
	FoundRings int `json:"found_rings"`

	Missing     int              `json:"missing"` // reports of the truth that the assignment lacks: scored as in no ring
	MissingList []fraud.ReportID `json:"missing_reports,omitempty"`
	Extra       int              `json:"extra"` // reports that the truth does not know: not scored
	ExtraList   []fraud.ReportID `json:"extra_reports,omitempty"`

	OverMergedRings []Mixed `json:"over_merged_rings,omitempty"`
	SplitRings      []Mixed `json:"split_rings,omitempty"`
}

// listed is how many reports Missing and Extra name; their counts are whole.
const listed = 20

// cell is one field of the contingency table: n reports that are in ring t of
// the truth and ring p of the assignment. Zero is "in no ring".
type cell struct{ t, p, n uint32 }

// Compare scores an assignment against the truth. It counts the contingency
// table once and reads every figure from it.
func Compare(truth, assign Assignment) Result {
	res := Result{Reports: len(truth.rows)}
	tNames, pNames := newNames(), newNames()
	pairs := make([]uint64, 0, len(truth.rows))
	j := 0
	for _, row := range truth.rows {
		for j < len(assign.rows) && assign.rows[j].Report < row.Report {
			res.extra(assign.rows[j].Report)
			j++
		}
		ring := ""
		if j < len(assign.rows) && assign.rows[j].Report == row.Report {
			ring = assign.rows[j].Ring
			j++
		} else {
			res.missing(row.Report)
		}
		pairs = append(pairs, uint64(tNames.of(row.Ring))<<32|uint64(pNames.of(ring)))
	}
	for ; j < len(assign.rows); j++ {
		res.extra(assign.rows[j].Report)
	}
	cells := count(pairs)
	tSize, pSize := make([]uint64, len(tNames.list)), make([]uint64, len(pNames.list))
	for _, c := range cells {
		tSize[c.t] += uint64(c.n)
		pSize[c.p] += uint64(c.n)
	}
	res.TrueRings, res.FoundRings = len(tSize)-1, len(pSize)-1
	res.measure(cells, tSize, pSize)
	res.mixed(cells, tNames.list, pNames.list)
	return res
}

func (r *Result) missing(id fraud.ReportID) {
	if r.Missing++; r.Missing <= listed {
		r.MissingList = append(r.MissingList, id)
	}
}

func (r *Result) extra(id fraud.ReportID) {
	if r.Extra++; r.Extra <= listed {
		r.ExtraList = append(r.ExtraList, id)
	}
}

// measure fills the pairwise and B³ figures.
func (r *Result) measure(cells []cell, tSize, pSize []uint64) {
	var right, said, isTrue uint64
	for _, n := range tSize[1:] {
		isTrue += pairsOf(n)
	}
	for _, n := range pSize[1:] {
		said += pairsOf(n)
	}
	var precision, recall float64
	for _, c := range cells {
		n := float64(c.n)
		switch {
		case c.t != 0 && c.p != 0:
			right += pairsOf(uint64(c.n))
			precision += n * n / float64(pSize[c.p])
			recall += n * n / float64(tSize[c.t])
		case c.p != 0: // each report is a true singleton
			precision += n / float64(pSize[c.p])
			recall += n
		case c.t != 0: // each report is a predicted singleton
			precision += n
			recall += n / float64(tSize[c.t])
		default:
			precision += n
			recall += n
		}
	}
	r.Pairwise = NewMeasure(right, said, isTrue)
	r.B3 = Measure{Precision: 1, Recall: 1}
	if r.Reports > 0 {
		r.B3 = Measure{Precision: precision / float64(r.Reports), Recall: recall / float64(r.Reports)}
	}
	r.B3 = r.B3.withF1()
}

// mixed finds over-merged and split rings, strays and lost reports.
func (r *Result) mixed(cells []cell, tNames, pNames []string) {
	byTruth := make([][]cell, len(tNames))
	byFound := make([][]cell, len(pNames))
	for _, c := range cells {
		switch {
		case c.t != 0 && c.p != 0:
			byTruth[c.t] = append(byTruth[c.t], c)
			byFound[c.p] = append(byFound[c.p], c)
		case c.p != 0:
			r.Strays += int(c.n)
		case c.t != 0:
			r.Lost += int(c.n)
		}
	}
	for p, cs := range byFound {
		if len(cs) > 1 {
			m := newMixed(pNames[p], cs, func(c cell) string { return tNames[c.t] })
			r.OverMerged++
			r.OverMergedReports += m.Outside
			r.OverMergedRings = append(r.OverMergedRings, m)
		}
	}
	for t, cs := range byTruth {
		if len(cs) > 1 {
			m := newMixed(tNames[t], cs, func(c cell) string { return pNames[c.p] })
			r.Split++
			r.SplitReports += m.Outside
			r.SplitRings = append(r.SplitRings, m)
		}
	}
	worstFirst := func(a, b Mixed) int {
		return cmp.Or(cmp.Compare(b.Outside, a.Outside), cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Ring, b.Ring))
	}
	slices.SortFunc(r.OverMergedRings, worstFirst)
	slices.SortFunc(r.SplitRings, worstFirst)
}

func newMixed(ring string, cells []cell, other func(cell) string) Mixed {
	m := Mixed{Ring: ring}
	for _, c := range cells {
		m.Reports += int(c.n)
		m.Parts = append(m.Parts, Part{Ring: other(c), Reports: int(c.n)})
	}
	slices.SortFunc(m.Parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Ring, b.Ring))
	})
	m.Outside = m.Reports - m.Parts[0].Reports
	return m
}

// count sorts the pairs of ring numbers and folds equal ones.
func count(pairs []uint64) []cell {
	slices.Sort(pairs)
	var cells []cell
	for i := 0; i < len(pairs); {
		j := i
		for j < len(pairs) && pairs[j] == pairs[i] {
			j++
		}
		cells = append(cells, cell{t: uint32(pairs[i] >> 32), p: uint32(pairs[i]), n: uint32(j - i)})
		i = j
	}
	return cells
}

func pairsOf(n uint64) uint64 {
	if n < 2 {
		return 0
	}
	return n * (n - 1) / 2
}

// names gives each ring a number; 0 is the empty name.
type names struct {
	number map[string]uint32
	list   []string
}

func newNames() *names { return &names{number: map[string]uint32{"": 0}, list: []string{""}} }

func (n *names) of(name string) uint32 {
	if k, ok := n.number[name]; ok {
		return k
	}
	k := uint32(len(n.list))
	n.number[name] = k
	n.list = append(n.list, name)
	return k
}
