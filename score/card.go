package score

import "ringbreaker.example/fraud"

// Card is all that can be said about one result: the comparison, and, where
// truth.json and the linker's other files are at hand, ties and calibration.
type Card struct {
	Result
	Ties        *Ties `json:"ties,omitempty"`
	Calibration []Bin `json:"calibration,omitempty"`
}

// NewCard scores an assignment; rings and links may be nil, and ties too.
func NewCard(truth, assign Assignment, ties *TrueTies, rings []fraud.Ring, links []fraud.Link) Card {
	c := Card{Result: Compare(truth, assign)}
	if ties != nil && rings != nil {
		t := CompareTies(truth, *ties, rings)
		c.Ties = &t
	}
	if links != nil {
		c.Calibration = Calibrate(truth, links)
	}
	return c
}

// Summary is the mean and the worst of one figure over several worlds: a
// score on one seed proves nothing.
type Summary struct {
	Worlds int     `json:"worlds"`
	Mean   float64 `json:"mean"`
	Worst  float64 `json:"worst"`
}

// Summarise takes one figure from each world.
func Summarise(figures []float64) Summary {
	s := Summary{Worlds: len(figures)}
	for i, f := range figures {
		s.Mean += f / float64(len(figures))
		if i == 0 || f < s.Worst {
			s.Worst = f
		}
	}
	return s
}
