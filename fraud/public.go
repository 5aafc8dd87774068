package fraud

import "time"

// ListingState is where a listing stands.
type ListingState string

// The states of a listing.
const (
	ListingActive   ListingState = "active"
	ListingDisputed ListingState = "disputed" // paused until a person decides
	ListingHeld     ListingState = "held"     // paused by a hold
	ListingExpired  ListingState = "expired"
	ListingRemoved  ListingState = "removed"
)

// Listing is an indicator that the public side shows. It expires (phone 30
// days, domain 90) unless new sightings renew it, and rests on two
// independent sources or a person's judgement (DESIGN §6.6).
type Listing struct {
	Indicator Indicator    `json:"indicator"`
	State     ListingState `json:"state"`
	Since     time.Time    `json:"since"`
	LastSeen  time.Time    `json:"last_seen"`
	Expires   time.Time    `json:"expires"`
	Sources   int          `json:"sources"`          // independent
	Judged    string       `json:"judged,omitempty"` // judgement's id, where a person decided
	Reports   int          `json:"reports"`
	Ring      RingID       `json:"ring,omitempty"`
	Brand     string       `json:"brand,omitempty"`
	Mark      Mark         `json:"mark"`
}

// Shelf says since when a list that programs fetch holds what it holds, so
// that they can ask for what came after they asked last, whatever became of
// the node in between.
type Shelf struct {
	List    string    `json:"list"`
	Fill    int64     `json:"fill"` // how often it changed
	Last    time.Time `json:"last"` // nothing is added at or before it any more
	Objects []Shelved `json:"objects"`
}

// Shelved is one object on a shelf, in one form, and when it was put there.
type Shelved struct {
	ID     string    `json:"id"`
	Digest [32]byte  `json:"digest"` // SHA-256 of its form
	Added  time.Time `json:"added"`
}

// Shelving is one change of a shelf: what was taken off, and what was put on
// it, new or in a new form, in the order of when.
type Shelving struct {
	List  string    `json:"list"`
	Fill  int64     `json:"fill"` // the number of this change, from 1
	Gone  []string  `json:"gone"`
	Added []Shelved `json:"added"`
}

// Dispute is anybody's objection to a listing.
type Dispute struct {
	ID        string    `json:"id"`
	Indicator Indicator `json:"indicator"`
	Says      string    `json:"says"`
	Contact   string    `json:"contact"` // kept from all but who decides
	At        time.Time `json:"at"`
	Decided   time.Time `json:"decided,omitzero"`
	Upheld    bool      `json:"upheld"`
	By        PersonID  `json:"by,omitempty"`
	Reason    string    `json:"reason,omitempty"`
}

// SafeEntry is a genuine number or site of a brand, a bank or an emergency
// line: never linked, listed or referred as a fraudster's (DESIGN §6.5).
type SafeEntry struct {
	Indicator Indicator `json:"indicator"`
	Owner     string    `json:"owner"`
	Source    string    `json:"source"`
}

// AlertKind says what watch found.
type AlertKind string

// The kinds of Alert.
const (
	AlertReturn AlertKind = "return" // a broken ring returning
	AlertGrowth AlertKind = "growth" // a ring growing fast
	AlertClock  AlertKind = "clock"  // a clock running out
)

// Alert is what watch found, why, and how sure it is.
type Alert struct {
	ID     string      `json:"id"`
	Kind   AlertKind   `json:"kind"`
	Ring   RingID      `json:"ring"`             // the ring as it is now
	Broken RingID      `json:"broken,omitempty"` // the ring that was disrupted
	Says   string      `json:"says"`             // one sentence
	Kept   []Cause     `json:"kept,omitempty"`   // what survived
	New    []Indicator `json:"new,omitempty"`    // what it changed to
	Bits   float64     `json:"bits,omitempty"`
	Since  time.Time   `json:"since"` // first report after the disruption
	At     time.Time   `json:"at"`
	Seen   time.Time   `json:"seen,omitzero"` // by a person
}

// Signature is what a disrupted ring leaves behind: what survives a raid.
type Signature struct {
	Ring      RingID          `json:"ring"`
	Disrupted time.Time       `json:"disrupted"`
	Keeps     []RingIndicator `json:"keeps"`
	Hours     [24]int         `json:"hours"` // reports by UTC hour
}
