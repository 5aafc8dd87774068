package fraud

// HitKind says what a search found.
type HitKind string

// What a search over a node may find.
const (
	HitReport    HitKind = "report"
	HitRing      HitKind = "ring"
	HitIndicator HitKind = "indicator"
	HitText      HitKind = "text"       // a report whose text holds the words
	HitMatch     HitKind = "match"      // a run of private matching
	HitJointCase HitKind = "joint_case" // what two organisations work on together
	HitReferral  HitKind = "referral"   // the newest version of one
	HitCase      HitKind = "case"       // an agency's
	HitOperation HitKind = "operation"  // an agency's
	HitSite      HitKind = "site"       // a place of an operation
	HitExhibit   HitKind = "exhibit"    // an item seized, by its number, seal, IMEI, ICCID or serial
)

// Hit is one answer to a search: a thing whose name holds what was asked.
type Hit struct {
	Kind      HitKind   `json:"kind"`
	Ref       string    `json:"ref"` // the report's or ring's id, or the indicator as "kind:value"
	Indicator Indicator `json:"indicator,omitzero"`
	Ring      RingID    `json:"ring,omitempty"` // the ring that it belongs to, if any
	Reports   int       `json:"reports"`        // that hold it, or are in it
	Says      string    `json:"says,omitempty"` // its title or name, if it has one
	Of        string    `json:"of,omitempty"`   // the id of what it is part of
	Mark      Mark      `json:"mark,omitzero"`  // its own, where it has one
}

// Held says which reports and rings hold an indicator, as far as was asked.
type Held struct {
	Indicator Indicator
	Reports   []ReportID // in any role
	Rings     []RingID   // or are served by it as supplier or launderer
}
