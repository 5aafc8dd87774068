package fraud

// HitKind says what a search found.
type HitKind string

// What a search over a node may find.
const (
	HitReport    HitKind = "report"
	HitRing      HitKind = "ring"
	HitIndicator HitKind = "indicator"
)

// Hit is one answer to a search: a thing whose name holds what was asked.
type Hit struct {
	Kind      HitKind   `json:"kind"`
	Ref       string    `json:"ref"` // the report's or ring's id, or the indicator as "kind:value"
	Indicator Indicator `json:"indicator,omitzero"`
	Ring      RingID    `json:"ring,omitempty"` // the ring that it belongs to, if any
	Reports   int       `json:"reports"`        // that hold it, or are in it
}
