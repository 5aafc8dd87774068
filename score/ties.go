package score

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

// TrueTie is somebody who truly serves several operators: a supplier or a
// launderer, with the values by which reports show them.
type TrueTie struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"`
	Indicators []fraud.Indicator `json:"indicators"`
	Rings      []string          `json:"rings"` // the true rings that reports show them with, sorted
}

// TrueTies is the part of truth.json that this room reads; the rest of the
// file is ignored.
type TrueTies struct {
	Suppliers  []TrueTie `json:"suppliers"`
	Launderers []TrueTie `json:"launderers"`
}

// ReadTrueTies reads truth.json as synth writes it.
func ReadTrueTies(r io.Reader) (TrueTies, error) {
	var t TrueTies
	if err := json.UnmarshalRead(r, &t); err != nil {
		return TrueTies{}, fmt.Errorf("truth.json is not the JSON object that synth writes: %w", fraud.ErrInvalid)
	}
	return t, nil
}

// Ties scores the edges from rings to suppliers and to launderers. An edge is
// (who serves, whom they serve): several shared numbers of one lead seller
// with one ring are one edge.
type Ties struct {
	Suppliers  EdgeScore `json:"suppliers"`
	Launderers EdgeScore `json:"launderers"`
	// Either counts an edge as right whichever of the two it was called.
	Either EdgeScore `json:"either"`
}

// EdgeScore is a Measure with the edges behind it.
type EdgeScore struct {
	Measure
	Right int `json:"right"`
	Said  int `json:"said"`
	True  int `json:"true"`
	// Unscored are said edges whose value is a script: a sold script is shared
	// truly, and its name is the linker's own, so a truth cannot list it.
	Unscored int      `json:"unscored"`
	Wrong    []string `json:"wrong,omitempty"`  // said and not true: "who -> ring"
	Missed   []string `json:"missed,omitempty"` // true and not said
}

type edge struct{ who, ring string }

// CompareTies scores the ties of found rings. A found ring stands for the
// true ring that most of its reports belong to; a ring of strays stands for
// itself. Only those who serve two rings or more in the truth count.
func CompareTies(truth Assignment, ties TrueTies, rings []fraud.Ring) Ties {
	suppliers, sWho := trueEdges(ties.Suppliers)
	launderers, lWho := trueEdges(ties.Launderers)
	saidS, saidL, saidE := map[edge]bool{}, map[edge]bool{}, map[edge]bool{}
	either := map[edge]bool{}
	for e := range suppliers {
		either[e] = true
	}
	for e := range launderers {
		either[e] = true
	}
	scripts := 0
	for _, r := range rings {
		ring := standsFor(truth, r)
		for _, t := range r.Suppliers {
			if t.Indicator.Kind == fraud.Script {
				scripts++
				continue
			}
			saidS[edge{name(t.Indicator, sWho, lWho), ring}] = true
			saidE[edge{name(t.Indicator, sWho, lWho), ring}] = true
		}
		for _, t := range r.Launderers {
			saidL[edge{name(t.Indicator, lWho, sWho), ring}] = true
			saidE[edge{name(t.Indicator, lWho, sWho), ring}] = true
		}
	}
	out := Ties{Suppliers: edgeScore(suppliers, saidS), Launderers: edgeScore(launderers, saidL), Either: edgeScore(either, saidE)}
	out.Suppliers.Unscored, out.Either.Unscored = scripts, scripts
	return out
}

func trueEdges(ties []TrueTie) (map[edge]bool, map[fraud.Indicator]string) {
	edges, who := map[edge]bool{}, map[fraud.Indicator]string{}
	for _, t := range ties {
		for _, i := range t.Indicators {
			who[i] = t.ID
		}
		if len(t.Rings) < 2 {
			continue
		}
		for _, r := range t.Rings {
			edges[edge{t.ID, r}] = true
		}
	}
	return edges, who
}

func name(i fraud.Indicator, first, second map[fraud.Indicator]string) string {
	if who, ok := first[i]; ok {
		return who
	}
	if who, ok := second[i]; ok {
		return who
	}
	return i.String()
}

func standsFor(truth Assignment, r fraud.Ring) string {
	count := map[string]int{}
	for _, id := range r.Reports {
		if ring, _ := truth.Ring(id); ring != "" {
			count[ring]++
		}
	}
	best := ""
	for ring, n := range count {
		if n > count[best] || (n == count[best] && ring < best) {
			best = ring
		}
	}
	if best == "" {
		return "found:" + string(r.ID)
	}
	return best
}

func edgeScore(isTrue, said map[edge]bool) EdgeScore {
	s := EdgeScore{True: len(isTrue), Said: len(said)}
	for e := range said {
		if isTrue[e] {
			s.Right++
		} else {
			s.Wrong = append(s.Wrong, e.who+" -> "+e.ring)
		}
	}
	for e := range isTrue {
		if !said[e] {
			s.Missed = append(s.Missed, e.who+" -> "+e.ring)
		}
	}
	slices.Sort(s.Wrong)
	slices.Sort(s.Missed)
	s.Measure = NewMeasure(uint64(s.Right), uint64(s.Said), uint64(s.True))
	return s
}

// Bin is one line of a calibration table: links said to have between From and
// To bits, and how many of them join two reports of one true ring.
type Bin struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"` // not included; 0 in the last bin, which has no end
	Links int     `json:"links"`
	True  int     `json:"true"`
	Share float64 `json:"share"` // True / Links, 0 without links
}

// binEdges are the lower ends of the bins, in bits.
var binEdges = []float64{0, 2, 4, 6, 8, 10, 12, 15, 20, 30}

// Calibrate counts how many links of each strength are true. Only links of
// kind same_operator between two reports that the truth knows are counted; a
// report in no ring belongs with nobody.
func Calibrate(truth Assignment, links []fraud.Link) []Bin {
	bins := make([]Bin, len(binEdges))
	for i, from := range binEdges {
		bins[i].From = from
		if i+1 < len(binEdges) {
			bins[i].To = binEdges[i+1]
		}
	}
	for _, l := range links {
		if l.Kind != fraud.SameOperator && l.Kind != "" {
			continue
		}
		a, okA := truth.Ring(l.A)
		b, okB := truth.Ring(l.B)
		if !okA || !okB {
			continue
		}
		i, exact := slices.BinarySearchFunc(binEdges, l.Bits, cmp.Compare[float64])
		if !exact {
			i = max(i-1, 0)
		}
		bins[i].Links++
		if a == b && a != "" {
			bins[i].True++
		}
	}
	for i := range bins {
		if bins[i].Links > 0 {
			bins[i].Share = float64(bins[i].True) / float64(bins[i].Links)
		}
	}
	return bins
}

// ReadRings reads rings.jsonl, a [fraud.Ring] a line.
func ReadRings(r io.Reader) ([]fraud.Ring, error) { return readLines[fraud.Ring](r, "rings") }

// ReadLinks reads links.jsonl, a [fraud.Link] a line.
func ReadLinks(r io.Reader) ([]fraud.Link, error) { return readLines[fraud.Link](r, "links") }

func readLines[T any](r io.Reader, what string) ([]T, error) {
	b := bufio.NewReaderSize(r, 1<<20)
	var out []T
	for n := 1; ; n++ {
		line, err := b.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var v T
			if jerr := json.Unmarshal(line, &v); jerr != nil {
				return nil, fmt.Errorf("%s line %d: not the JSON that link writes: %w", what, n, fraud.ErrInvalid)
			}
			out = append(out, v)
		}
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", what, n, err)
		}
	}
}
