package score

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Run is the card of one world of a kind: a seed, or a folder's name.
type Run struct {
	Seed string
	Card Card
}

// figure is one column of a table of runs.
type figure struct {
	name  string
	of    func(*Card) float64
	count bool // a number of things, of which fewer are better; else a share, of which more is
}

var figures = []figure{
	{"reports", func(c *Card) float64 { return float64(c.Reports) }, true},
	{"b3_p", func(c *Card) float64 { return c.B3.Precision }, false},
	{"b3_r", func(c *Card) float64 { return c.B3.Recall }, false},
	{"b3_f1", func(c *Card) float64 { return c.B3.F1 }, false},
	{"pair_p", func(c *Card) float64 { return c.Pairwise.Precision }, false},
	{"pair_r", func(c *Card) float64 { return c.Pairwise.Recall }, false},
	{"pair_f1", func(c *Card) float64 { return c.Pairwise.F1 }, false},
	{"swallowed", func(c *Card) float64 { return float64(c.Swallowed()) }, true},
	{"over_merged", func(c *Card) float64 { return float64(c.OverMerged) }, true},
	{"outside", func(c *Card) float64 { return float64(c.OverMergedReports) }, true},
	{"split", func(c *Card) float64 { return float64(c.Split) }, true},
	{"lost", func(c *Card) float64 { return float64(c.Lost) }, true},
	{"supplier_f1", func(c *Card) float64 { return c.tie(func(t *Ties) EdgeScore { return t.Suppliers }) }, false},
	{"launderer_f1", func(c *Card) float64 { return c.tie(func(t *Ties) EdgeScore { return t.Launderers }) }, false},
}

func (c *Card) tie(which func(*Ties) EdgeScore) float64 {
	if c.Ties == nil {
		return 0
	}
	return which(c.Ties).F1
}

// swallowedShare and swallowedReports part a true ring that was swallowed by
// another from a few reports that strayed: the linking's own worlds promise
// that no two operators become one (DESIGN §12).
const (
	swallowedShare   = 0.1
	swallowedReports = 10
)

// Swallowed counts true rings that make up a tenth or more, and ten reports or
// more, of a found ring in which another true ring is larger.
func (r *Result) Swallowed() int {
	n := 0
	for _, ring := range r.OverMergedRings {
		large := 0
		for _, p := range ring.Parts {
			if p.Ring != "" && p.Reports >= swallowedReports && float64(p.Reports) >= swallowedShare*float64(ring.Reports) {
				large++
			}
		}
		n += max(large-1, 0)
	}
	return n
}

// WriteRuns writes the table of one kind of world: a line for each run, the
// mean and the worst of each figure, then the reliability of links over all
// runs: of those said to have so many bits, how many were true. It is meant
// to be committed: what a change does to it stands in the diff.
func WriteRuns(w io.Writer, runs []Run) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "seed")
	for _, f := range figures {
		fmt.Fprint(b, "\t", f.name)
	}
	fmt.Fprintln(b)
	for i := range runs {
		fmt.Fprint(b, runs[i].Seed)
		for _, f := range figures {
			fmt.Fprint(b, "\t", f.show(f.of(&runs[i].Card)))
		}
		fmt.Fprintln(b)
	}
	for _, line := range []string{"mean", "worst"} {
		fmt.Fprint(b, line)
		for _, f := range figures {
			mean, worst := f.sum(runs)
			if line == "worst" {
				mean = worst
			}
			fmt.Fprint(b, "\t", f.show(mean))
		}
		fmt.Fprintln(b)
	}
	fmt.Fprint(b, "\nbits\tlinks\ttrue\tshare\n")
	for _, bin := range Reliability(runs) {
		fmt.Fprintf(b, "%s\t%d\t%d\t%.4f\n", bin.Name(), bin.Links, bin.True, bin.Share)
	}
	return b.Flush()
}

// Name is the bin's bits, as in "10-12" or "30-".
func (b Bin) Name() string {
	if b.To == 0 {
		return fmt.Sprintf("%g-", b.From)
	}
	return fmt.Sprintf("%g-%g", b.From, b.To)
}

// Reliability adds up the calibration of several runs.
func Reliability(runs []Run) []Bin {
	var sum []Bin
	for i := range runs {
		bins := runs[i].Card.Calibration
		if sum == nil {
			sum = slices.Clone(bins)
			continue
		}
		for k := range bins {
			sum[k].Links += bins[k].Links
			sum[k].True += bins[k].True
		}
	}
	for k := range sum {
		if sum[k].Links > 0 {
			sum[k].Share = float64(sum[k].True) / float64(sum[k].Links)
		}
	}
	return sum
}

func (f figure) show(v float64) string {
	if f.count {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	}
	return fmt.Sprintf("%.4f", v)
}

// sum gives the mean and the worst of a figure.
func (f figure) sum(runs []Run) (mean, worst float64) {
	all := make([]float64, len(runs))
	for i := range runs {
		all[i] = f.of(&runs[i].Card)
		if f.count {
			all[i] = -all[i]
		}
	}
	s := Summarise(all)
	if f.count {
		return 0 - s.Mean, 0 - s.Worst // 0 - 0 is 0, and -0 is not
	}
	return s.Mean, s.Worst
}

// summaryColumns are the figures of [SummaryRow], each as mean / worst.
var summaryColumns = []string{"b3_p", "b3_r", "b3_f1", "pair_f1", "swallowed", "outside", "split", "supplier_f1", "launderer_f1"}

// SummaryHead is the head of a Markdown table of [SummaryRow].
func SummaryHead() string {
	line := "|---|---|---"
	return "| world | runs | reports | " + strings.Join(summaryColumns, " | ") + " |\n" + line + strings.Repeat("|---", len(summaryColumns)) + "|\n"
}

// SummaryRow is a Markdown line: the mean and the worst of the main figures.
func SummaryRow(name string, runs []Run) string {
	if len(runs) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %d | %d |", name, len(runs), runs[0].Card.Reports)
	for _, column := range summaryColumns {
		for _, f := range figures {
			if f.name != column {
				continue
			}
			mean, worst := f.sum(runs)
			if f.count {
				fmt.Fprintf(&b, " %.1f / %.0f |", mean, worst)
			} else {
				fmt.Fprintf(&b, " %.3f / %.3f |", mean, worst)
			}
		}
	}
	return b.String() + "\n"
}
