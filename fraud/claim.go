package fraud

import "time"

// Claim is what somebody's feed says about one value, and who said so. It is
// not a Sighting and not a Report: until a person or a report of our own
// confirms it, it counts as one source, the Org that said it, however often
// it is passed on (DESIGN §7.9).
//
// Indicator.Value is as the feed wrote it, blanks and case folded where the
// field's format demands it; whoever stores it brings it to canonical form.
type Claim struct {
	Indicator  Indicator `json:"indicator"`
	Role       Role      `json:"role"`                 // RoleMention where the feed does not say
	By         string    `json:"by"`                   // who said so: the creator's name, else its id
	ByRef      string    `json:"by_ref"`               // the creator's id in the feed
	Ref        string    `json:"ref"`                  // the id of the object that says it
	Says       string    `json:"says,omitempty"`       // its title or comment, untrusted
	Labels     []string  `json:"labels,omitempty"`     // the feed's own words for what it is
	Confidence int       `json:"confidence"`           // 0 to 100; -1 where the feed does not say
	Mark       Mark      `json:"mark"`                 // the strictest that covers it
	At         time.Time `json:"at,omitzero"`          // first seen or valid from
	Until      time.Time `json:"until,omitzero"`       // valid until
	Revoked    bool      `json:"revoked,omitempty"`    // taken back by who said it
	Actionable bool      `json:"actionable,omitempty"` // the feed means it for detection (STIX indicator, MISP to_ids)
}
