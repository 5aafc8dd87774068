package fraud

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// LinkKind says which kind of "together" a link argues for.
type LinkKind string

// The three kinds of link.
const (
	SameOperator  LinkKind = "same_operator"
	SameSupplier  LinkKind = "same_supplier"
	SameLaunderer LinkKind = "same_launderer"
)

// Family groups evidence that does not add up as if it were independent
// (DESIGN §7.2).
type Family string

// The six families of evidence.
const (
	FamilyContact  Family = "contact"
	FamilyWeb      Family = "web"
	FamilyMoney    Family = "money"
	FamilyRemote   Family = "remote"
	FamilyScript   Family = "script"
	FamilyIdentity Family = "identity"
)

// Link is evidence that two things belong together: what kind, how strong
// (bits, log2 of how unlikely chance is) and the cause.
type Link struct {
	Kind  LinkKind `json:"kind"`
	A     ReportID `json:"a"`
	B     ReportID `json:"b"`
	Bits  float64  `json:"bits"`
	Cause []Cause  `json:"cause"`
	Ring  RingID   `json:"ring,omitempty"` // the ring it holds together, if it merged
}

// Cause is one piece of a link: the shared value, in which role, worth what.
type Cause struct {
	Indicator Indicator `json:"indicator"`
	Role      Role      `json:"role"`
	Family    Family    `json:"family"`
	Bits      float64   `json:"bits"`
	Tenure    Tenure    `json:"tenure,omitzero"`
	Reports   int       `json:"reports"`             // how many reports hold it in this tenure
	Judgement string    `json:"judgement,omitempty"` // the judgement that caused it, if a person did
	Why       string    `json:"why"`                 // a sentence that a judge can read
	// Texts are, of a script, the two reports in which it stands, where those
	// are not the link's own.
	Texts []ReportID `json:"texts,omitempty"`
}

// Ring is the reports and indicators that one operator stands behind.
// Derived by link from sightings and judgements, never typed in.
type Ring struct {
	ID         RingID          `json:"id"`
	Reports    []ReportID      `json:"reports"` // sorted
	Indicators []RingIndicator `json:"indicators"`
	Suppliers  []Tie           `json:"suppliers"`
	Launderers []Tie           `json:"launderers"`
	Harm       Harm            `json:"harm"`
	Brands     []string        `json:"brands"`            // impersonated: victims, never actors
	Countries  []string        `json:"countries"`         // of the victims, most first
	Mark       Mark            `json:"mark"`              // the strictest of its reports'
	Bridges    []Link          `json:"bridges,omitempty"` // links whose loss would split the ring
	Parts      []RingPart      `json:"parts,omitempty"`   // that share no number and no machine; none is the rule
	Model      string          `json:"model"`             // version of the linking model
}

// RingPart is a part of a ring that has numbers and machines of its own while
// others of the ring are at work: a call floor of one operator, or another
// operator that was joined by mistake. It is inferred, from what the parts
// could have shared and did not.
type RingPart struct {
	Reports    []ReportID  `json:"reports"`    // sorted
	Indicators []Indicator `json:"indicators"` // its own numbers and machines, most used first
	From       time.Time   `json:"from"`
	To         time.Time   `json:"to"`
}

// RingIndicator is an indicator's part in a ring.
type RingIndicator struct {
	Indicator
	Role    Role    `json:"role"`
	Tenure  Tenure  `json:"tenure"`
	Bits    float64 `json:"bits"`
	Reports int     `json:"reports"` // of the ring, that hold it
	Sources int     `json:"sources"` // independent sources among them
	// Held names the reports that hold it, by their places in the ring's
	// Reports, ascending. A ring that an older program wrote has none.
	Held []int `json:"held,omitempty"`
	// Texts are, of a script, two reports in which it stands, of two victims:
	// what both say is what a person is shown of it.
	Texts []ReportID `json:"texts,omitempty"`
}

// Tie is an edge from a ring to a supplier or a launderer: somebody who
// serves several rings and does not make them one.
type Tie struct {
	ID        string    `json:"id"` // of the supplier or launderer, derived from its indicator
	Indicator Indicator `json:"indicator"`
	Role      Role      `json:"role"`
	Rings     []RingID  `json:"rings"`              // the rings it touches, sorted; of more than TieRings those that name it most
	RingsAll  int       `json:"rings_all,omitzero"` // how many it touches, if that is more than stand in Rings
	Reports   int       `json:"reports"`            // of this ring, that hold it
	Bits      float64   `json:"bits"`
	Why       string    `json:"why"`
}

// TieRings is how many rings a tie names: each of them holds the tie, so what
// thousands have in common would grow by the square, and nobody reads more.
const TieRings = 100

// Serves is how many rings the supplier or launderer touches.
func (t Tie) Serves() int { return max(len(t.Rings), t.RingsAll) }

// Harm is what a ring did, and is likely to do next.
type Harm struct {
	Reports  int       `json:"reports"`
	Victims  int       `json:"victims"` // distinct pseudonyms, else reports
	Sent     Sums      `json:"sent"`    // minor units by currency; sent, never asked
	Asked    Sums      `json:"asked"`
	Aged60   int       `json:"aged_60_plus"`
	FirstAt  time.Time `json:"first_seen"`
	LastAt   time.Time `json:"last_seen"`
	Last30d  int       `json:"last_30_days"` // reports in the 30 days to the data's end
	Before30 int       `json:"prior_30_days"`
	Score    float64   `json:"score"` // harm still to come; rings are ranked by it
}

// RingHead is a ring as a list shows it: without its reports, its indicators
// and its links. Derived from the ring and its reports.
type RingHead struct {
	ID         RingID   `json:"id"`
	Harm       Harm     `json:"harm"`
	Brands     []string `json:"brands,omitempty"`
	Countries  []string `json:"countries,omitempty"` // of the victims, most first
	Languages  []string `json:"languages,omitempty"` // of the victims, BCP 47, most first
	Kinds      []Kind   `json:"kinds,omitempty"`     // of its indicators, most first
	Indicators int      `json:"indicators"`
	Suppliers  int      `json:"suppliers"`
	Launderers int      `json:"launderers"`
	Bridges    int      `json:"bridges"`
	Mark       Mark     `json:"mark"`
	Model      string   `json:"model"`
}

// Head gives the ring as a list shows it; languages are those of its victims.
func (r *Ring) Head(languages []string) RingHead {
	h := RingHead{
		ID: r.ID, Harm: r.Harm, Brands: r.Brands, Countries: r.Countries, Languages: languages, Indicators: len(r.Indicators),
		Suppliers: len(r.Suppliers), Launderers: len(r.Launderers), Bridges: len(r.Bridges), Mark: r.Mark.Filled(), Model: r.Model,
	}
	count := map[Kind]int{}
	for _, i := range r.Indicators {
		if count[i.Kind] == 0 {
			h.Kinds = append(h.Kinds, i.Kind)
		}
		count[i.Kind]++
	}
	slices.SortFunc(h.Kinds, func(a, b Kind) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return h
}

// RingOrder is an order in which rings are listed, largest first.
type RingOrder string

// The orders of lists of rings.
const (
	RingsByHarm     RingOrder = "harm"    // harm still to come
	RingsByVictims  RingOrder = "victims" // how many there are
	RingsByLastSeen RingOrder = "last"    // when it was last reported
	RingsByGrowth   RingOrder = "growth"  // reports of the last 30 days less those of the 30 before
)

// RingMoney says what is known of the money that a ring's victims sent.
type RingMoney string

// What a list of rings can be asked for; a currency's code stands for any sum
// in it.
const (
	RingMoneySent  RingMoney = "sent"  // any
	RingMoneyNone  RingMoney = "none"  // none known
	RingMoneyGreat RingMoney = "great" // 100,000 or more in one currency
)

// RingQuery asks for a page of a list of rings. Zero fields ask for nothing.
type RingQuery struct {
	Order    RingOrder // empty means harm
	Brand    string
	Country  string
	Language string
	Kind     Kind // of its indicators
	TLP      TLP
	Money    RingMoney // or a currency's code
	SeenFrom time.Time // last seen at or after
	SeenTo   time.Time // last seen before
	Only     []RingID  // these alone, if not nil
	Not      []RingID  // but not these
	Key      float64   // with After: the place in the order after which the page begins
	After    RingID
	Limit    int
}

// RingList is a page of a list of rings.
type RingList struct {
	Rings []RingHead
	Keys  []float64 // of each ring in the order that was asked for
}

// FacetCount is how many rings have one value of one thing that lists are
// filtered by: "brand", "country", "language", "kind", "tlp", "money"; "all"
// with an empty value counts every ring.
type FacetCount struct {
	Facet, Value string
	Rings        int
}

// Verdict is what a person decided.
type Verdict string

// The verdicts a Judgement may hold.
const (
	VerdictSame         Verdict = "same"             // A and B are one ring's
	VerdictDifferent    Verdict = "different"        // A and B are not one ring's
	VerdictConfirmed    Verdict = "confirmed"        // report A is confirmed
	VerdictWrong        Verdict = "wrong"            // report A is false or framed
	VerdictNotIndicator Verdict = "not_an_indicator" // the indicator never links
	VerdictWithdrawn    Verdict = "withdrawn"        // the judgement that Withdraws names no longer counts
)

// Judgement is a person's decision about links. Append-only: a later one
// about the same pair outweighs an earlier one, and both stay. The linker
// obeys it on every re-link.
type Judgement struct {
	ID        string    `json:"id"`
	Verdict   Verdict   `json:"verdict"`
	A         ReportID  `json:"a,omitempty"`
	B         ReportID  `json:"b,omitempty"`
	Indicator Indicator `json:"indicator,omitzero"`  // for not_an_indicator
	Withdraws string    `json:"withdraws,omitempty"` // for withdrawn: the id of the judgement that is taken back
	By        PersonID  `json:"by"`
	Reason    string    `json:"reason"`
	At        time.Time `json:"at"`
}

// Validate says what a judgement lacks to be obeyed: a verdict that there is,
// and what it is about.
func (j *Judgement) Validate() error {
	switch j.Verdict {
	case VerdictSame, VerdictDifferent:
		if j.A == "" || j.B == "" || j.A == j.B {
			return fmt.Errorf("name two different reports: %w", ErrInvalid)
		}
	case VerdictConfirmed, VerdictWrong:
		if j.A == "" {
			return fmt.Errorf("name the report: %w", ErrInvalid)
		}
	case VerdictNotIndicator:
		if j.Indicator.Kind == "" || j.Indicator.Value == "" {
			return fmt.Errorf("name the indicator: %w", ErrInvalid)
		}
	case VerdictWithdrawn:
		if j.Withdraws == "" {
			return fmt.Errorf("name the judgement that is taken back: %w", ErrInvalid)
		}
	default:
		return fmt.Errorf("verdict is same, different, confirmed, wrong, not_an_indicator or withdrawn: %w", ErrInvalid)
	}
	return nil
}

// JudgementEntry is a judgement as the log of judgements shows it, with what
// became of it.
type JudgementEntry struct {
	Judgement
	No           int64  // place in the log
	RingA, RingB RingID // that its reports are in now, empty for none
	WithdrawnBy  string // the newest judgement that takes it back, if any
}

// Standing gives the judgements that count: those that nobody took back, and
// no withdrawal. Nothing is ever removed, so taking a withdrawal back makes
// what it withdrew count again. list is in the order in which they were made,
// and so is what comes back; a withdrawal of what comes after it, or of what
// is not there, does nothing.
func Standing(list []Judgement) []Judgement {
	struck := map[string]bool{}
	at := make(map[string]int, len(list))
	for i, j := range list {
		at[j.ID] = i
	}
	for i := len(list) - 1; i >= 0; i-- {
		j := list[i]
		if j.Verdict != VerdictWithdrawn || struck[j.ID] {
			continue
		}
		if k, ok := at[j.Withdraws]; ok && k < i {
			struck[j.Withdraws] = true
		}
	}
	out := make([]Judgement, 0, len(list))
	for _, j := range list {
		if j.Verdict != VerdictWithdrawn && !struck[j.ID] {
			out = append(out, j)
		}
	}
	return out
}

// Suggestion is a pair of rings between the thresholds: for a person.
type Suggestion struct {
	A    RingID `json:"a"`
	B    RingID `json:"b"`
	Link Link   `json:"link"`
}

// RingEvent is an entry of the log of rings: what was born, merged or split,
// and by what cause. Append-only.
type RingEvent struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	What   string    `json:"what"` // "born", "grew", "merged", "split", "gone"
	Ring   RingID    `json:"ring"`
	Others []RingID  `json:"others,omitempty"`
	Cause  string    `json:"cause"`
}

// Linking is a result of the linker, as the store keeps it: it replaces the
// derived rings and appends the events. A partial one holds the rings that are
// new or changed and names those that are gone; all others stay as they are.
type Linking struct {
	Rings       []Ring
	Partial     bool
	Gone        []RingID
	Links       []Link
	Suggestions []Suggestion
	Events      []RingEvent
	Model       string
	At          time.Time
	// Through is the number of the last report that it read, Judged how many
	// judgements, Deleted how many deletions.
	Through int64
	Judged  int
	Deleted int
}

// Linked is how far the rings of a store have followed its reports.
type Linked struct {
	No      int64     // of the linking that was begun last
	At      time.Time // when that was
	Model   string    // by which it linked
	Whole   bool      // it was saved to its end and says how far it read
	Through int64     // the number of the last report that it read
	Judged  int       // how many judgements
	Deleted int       // how many deletions of reports
}
