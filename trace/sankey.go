package trace

import (
	"cmp"
	"fmt"
	"slices"
)

// Sankey is a picture of the money's way as data: boxes in columns and bands
// between them, in a drawing area of Width × Height. A page draws it as SVG
// without any arithmetic of its own.
type Sankey struct {
	Currency string `json:"currency"`
	Method   Method `json:"method"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Boxes    []Box  `json:"boxes"`
	Bands    []Band `json:"bands"`
}

// Box is an account, the victims together, or the small accounts of a column
// together.
type Box struct {
	ID       string   `json:"id"`
	Label    string   `json:"label"`
	Column   int      `json:"column"`
	Accounts []string `json:"accounts"`
	In       int64    `json:"in"`
	Out      int64    `json:"out"`
	Held     int64    `json:"held"` // stays here
	X        float64  `json:"x"`
	Y        float64  `json:"y"`
	W        float64  `json:"w"`
	H        float64  `json:"h"`
}

// Band is money that went from one box to another.
type Band struct {
	From     string  `json:"from"`
	To       string  `json:"to"`
	Value    int64   `json:"value"`    // of victims' money, minor units
	Inferred int64   `json:"inferred"` // the part of it that is inferred
	Count    int     `json:"count"`    // transfers
	Back     bool    `json:"back"`     // against the columns' direction
	X0       float64 `json:"x0"`
	Y0       float64 `json:"y0"` // middle of the band where it leaves
	X1       float64 `json:"x1"`
	Y1       float64 `json:"y1"`
	Thick    float64 `json:"thick"`
	Path     string  `json:"path"` // the SVG path of its middle line
}

const (
	sankeyWidth  = 1200
	sankeyHeight = 640
	boxWidth     = 16
	boxGap       = 8
)

// Sankey lays the result out for one currency and method. perColumn is the
// most boxes in a column (0 means 12): smaller accounts are put together, so
// that a picture of 137 shells can be read.
func (r Result) Sankey(currency string, method Method, perColumn int) Sankey {
	if perColumn == 0 {
		perColumn = 12
	}
	s := Sankey{Currency: currency, Method: method, Width: sankeyWidth, Height: sankeyHeight, Boxes: []Box{}, Bands: []Band{}}
	boxOf := s.boxes(r, perColumn)
	s.bands(r, boxOf)
	s.place()
	return s
}

// boxes makes the boxes and says in which box each account is.
func (s *Sankey) boxes(r Result, perColumn int) map[string]string {
	boxOf := map[string]string{}
	through := map[string]int64{}
	column := map[string]int{}
	for _, a := range r.Accounts {
		if a.Currency == s.Currency && a.CameIn[s.Method] > 0 {
			column[a.Account] = a.Hops
			through[a.Account] = a.CameIn[s.Method]
		}
	}
	victims := map[string]bool{}
	for _, e := range r.Edges {
		if _, known := column[e.From]; !known && e.Currency == s.Currency && e.Taint[s.Method] > 0 {
			victims[e.From] = true
		}
	}
	byColumn := map[int][]string{}
	deepest := 0
	for a, c := range column {
		byColumn[c] = append(byColumn[c], a)
		deepest = max(deepest, c)
	}
	if len(victims) > 0 {
		v := Box{ID: "victims", Label: fmt.Sprintf("victims (%d)", len(victims))}
		for a := range victims {
			boxOf[a] = v.ID
		}
		s.Boxes = append(s.Boxes, v)
	}
	for c := 1; c <= deepest; c++ {
		list := byColumn[c]
		slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(through[b], through[a]), cmp.Compare(a, b)) })
		shown := len(list)
		if shown > perColumn {
			shown = perColumn - 1
		}
		for _, a := range list[:shown] {
			s.Boxes = append(s.Boxes, Box{ID: a, Label: a, Column: c, Accounts: []string{a}})
			boxOf[a] = a
		}
		if rest := list[shown:]; len(rest) > 0 {
			b := Box{ID: fmt.Sprintf("others-%d", c), Label: fmt.Sprintf("%d smaller accounts", len(rest)), Column: c, Accounts: rest}
			s.Boxes = append(s.Boxes, b)
			for _, a := range rest {
				boxOf[a] = b.ID
			}
		}
	}
	return boxOf
}

func (s *Sankey) bands(r Result, boxOf map[string]string) {
	number := map[string]int{}
	for i, b := range s.Boxes {
		number[b.ID] = i
	}
	type pair struct{ from, to string }
	bands := map[pair]*Band{}
	for _, e := range r.Edges {
		v := e.Taint[s.Method]
		from, okFrom := boxOf[e.From]
		to, okTo := boxOf[e.To]
		if e.Currency != s.Currency || v <= 0 || !okFrom || !okTo {
			continue
		}
		s.Boxes[number[from]].Out += v
		s.Boxes[number[to]].In += v
		if from == to {
			continue // inside a box
		}
		b := bands[pair{from, to}]
		if b == nil {
			b = &Band{From: from, To: to, Back: s.Boxes[number[to]].Column <= s.Boxes[number[from]].Column}
			bands[pair{from, to}] = b
		}
		b.Value += v
		b.Count++
		if e.Basis == "inferred" {
			b.Inferred += v
		}
	}
	for _, b := range bands {
		s.Bands = append(s.Bands, *b)
	}
	slices.SortFunc(s.Bands, func(a, b Band) int {
		return cmp.Or(cmp.Compare(number[a.From], number[b.From]), cmp.Compare(number[a.To], number[b.To]))
	})
	for i := range s.Boxes {
		if b := &s.Boxes[i]; b.Column > 0 {
			b.Held = b.In - b.Out
		}
	}
}

// place gives boxes and bands their coordinates: one scale for all columns,
// so that equal thickness is equal money.
func (s *Sankey) place() {
	columns := 1
	count, sum := map[int]int{}, map[int]int64{}
	for _, b := range s.Boxes {
		columns = max(columns, b.Column+1)
		count[b.Column]++
		sum[b.Column] += max(b.In, b.Out)
	}
	scale := 0.0
	for c := range columns {
		room := float64(s.Height - boxGap*max(0, count[c]-1))
		if sum[c] > 0 && (scale == 0 || room/float64(sum[c]) < scale) {
			scale = max(room, 1) / float64(sum[c])
		}
	}
	step := float64(s.Width-boxWidth) / float64(max(1, columns-1))
	y := map[int]float64{}
	number := map[string]int{}
	for i := range s.Boxes {
		b := &s.Boxes[i]
		b.X, b.Y, b.W, b.H = float64(b.Column)*step, y[b.Column], boxWidth, max(1, float64(max(b.In, b.Out))*scale)
		y[b.Column] += b.H + boxGap
		number[b.ID] = i
	}
	usedOut, usedIn := make([]float64, len(s.Boxes)), make([]float64, len(s.Boxes))
	for i := range s.Bands {
		b := &s.Bands[i]
		from, to := number[b.From], number[b.To]
		b.Thick = max(0.5, float64(b.Value)*scale)
		b.X0, b.Y0 = s.Boxes[from].X+boxWidth, s.Boxes[from].Y+usedOut[from]+b.Thick/2
		b.X1, b.Y1 = s.Boxes[to].X, s.Boxes[to].Y+usedIn[to]+b.Thick/2
		usedOut[from] += b.Thick
		usedIn[to] += b.Thick
		bend := (b.X1 - b.X0) / 2
		if b.Back {
			bend = step / 2
		}
		b.Path = fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", b.X0, b.Y0, b.X0+bend, b.Y0, b.X1-bend, b.Y1, b.X1, b.Y1)
	}
}
