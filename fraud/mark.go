package fraud

import "fmt"

// TLP says who may read (FIRST, Traffic Light Protocol 2.0). Labels are in
// capitals and are never translated.
type TLP string

// The five labels of TLP 2.0, strictest first.
const (
	TLPRed         TLP = "RED"          // the named people only
	TLPAmberStrict TLP = "AMBER+STRICT" // the organisation only
	TLPAmber       TLP = "AMBER"        // the organisation and its clients, need to know
	TLPGreen       TLP = "GREEN"        // the community
	TLPClear       TLP = "CLEAR"        // anyone
)

// PAP says what may be done with a thing (Permissible Actions Protocol).
type PAP string

// The four labels of PAP, strictest first. Blocking and listing need GREEN
// or CLEAR.
const (
	PAPRed   PAP = "RED"   // nothing that the ring could notice
	PAPAmber PAP = "AMBER" // passive look-ups through third parties
	PAPGreen PAP = "GREEN" // active steps, blocking among them
	PAPClear PAP = "CLEAR" // no restriction
)

// Mark is how a thing must be handled. The zero Mark means AMBER, AMBER: the
// defaults of report.schema.json.
type Mark struct {
	TLP TLP `json:"tlp"`
	PAP PAP `json:"pap"`
}

var (
	tlpRank = map[TLP]int{TLPClear: 1, TLPGreen: 2, TLPAmber: 3, "": 3, TLPAmberStrict: 4, TLPRed: 5}
	papRank = map[PAP]int{PAPClear: 1, PAPGreen: 2, PAPAmber: 3, "": 3, PAPRed: 4}
)

// AtLeast says whether t is as strict as other, or stricter.
func (t TLP) AtLeast(other TLP) bool { return tlpRank[t] >= tlpRank[other] }

// AtLeast says whether p is as strict as other, or stricter.
func (p PAP) AtLeast(other PAP) bool { return papRank[p] >= papRank[other] }

// Valid returns nil for a known label and ErrInvalid for any other.
func (m Mark) Valid() error {
	if tlpRank[m.TLP] == 0 {
		return fmt.Errorf("tlp is not one of RED, AMBER+STRICT, AMBER, GREEN, CLEAR: %w", ErrInvalid)
	}
	if papRank[m.PAP] == 0 {
		return fmt.Errorf("pap is not one of RED, AMBER, GREEN, CLEAR: %w", ErrInvalid)
	}
	return nil
}

// Filled returns the mark with its defaults written out.
func (m Mark) Filled() Mark {
	if m.TLP == "" {
		m.TLP = TLPAmber
	}
	if m.PAP == "" {
		m.PAP = PAPAmber
	}
	return m
}

// Strictest is the mark of a thing made from others: the strictest of theirs
// (DESIGN §6.1). With nothing given it is AMBER, AMBER.
func Strictest(marks ...Mark) Mark {
	if len(marks) == 0 {
		return Mark{}.Filled()
	}
	out := marks[0].Filled()
	for _, m := range marks[1:] {
		m = m.Filled()
		if m.TLP.AtLeast(out.TLP) {
			out.TLP = m.TLP
		}
		if m.PAP.AtLeast(out.PAP) {
			out.PAP = m.PAP
		}
	}
	return out
}
