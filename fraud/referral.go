package fraud

import "time"

// ReferralStatus is where a referral stands.
type ReferralStatus string

// The states of a referral, in order.
const (
	ReferralDraft      ReferralStatus = "draft"
	ReferralSigned     ReferralStatus = "signed" // by every complainant
	ReferralSealed     ReferralStatus = "sealed"
	ReferralSent       ReferralStatus = "sent"
	ReferralReceived   ReferralStatus = "received"
	ReferralOpened     ReferralStatus = "opened"
	ReferralRegistered ReferralStatus = "registered"
	ReferralMoreAsked  ReferralStatus = "more_asked"
	ReferralDeclined   ReferralStatus = "declined"
	ReferralOutcome    ReferralStatus = "outcome"
)

// Referral is what a node knows of an immutable, numbered, signed package.
// The package itself is a file in the blob store.
type Referral struct {
	ID           ReferralID     `json:"id"`
	Version      int            `json:"version"`
	Supplements  ReferralID     `json:"supplements,omitempty"`
	Title        string         `json:"title"`
	JointCase    JointCaseID    `json:"joint_case,omitempty"`
	Complainants []OrgID        `json:"complainants"`
	To           OrgID          `json:"to"`
	Mark         Mark           `json:"mark"`
	Embargo      time.Time      `json:"embargo,omitzero"`
	Status       ReferralStatus `json:"status"`
	Package      string         `json:"package,omitempty"`  // SHA-256 of the .referral
	Sealed       string         `json:"sealed,omitempty"`   // SHA-256 of the .referral.age
	Manifest     string         `json:"manifest,omitempty"` // SHA-256 of manifest.json
	Checks       []Check        `json:"checks"`
	Signers      []Signer       `json:"signers"`
	History      []StatusEvent  `json:"history"`
	At           time.Time      `json:"at"`
}

// Check is one of the checks before signing (reference: domain §8.3).
type Check struct {
	No       int      `json:"no"`
	Name     string   `json:"name"`
	OK       bool     `json:"ok"`
	Says     string   `json:"says"`               // a sentence for a person
	Ref      string   `json:"ref,omitempty"`      // the offending record
	Override string   `json:"override,omitempty"` // a person's reason to sign all the same; goes into the package
	By       PersonID `json:"by,omitempty"`
}

// Signer is who signed for which complainant, with which key, when.
type Signer struct {
	Org    OrgID     `json:"org"`
	Person string    `json:"person"` // name and office, as it stands under the statement
	KeyID  string    `json:"key_id"`
	At     time.Time `json:"at"`
}

// StatusEvent is one step of a referral's life, signed by the agency.
type StatusEvent struct {
	Referral  ReferralID     `json:"referral"`
	Status    ReferralStatus `json:"status"`
	Says      string         `json:"says"`
	Figures   []Figure       `json:"figures,omitempty"`   // of an outcome, as the agency allows
	Disrupted []RingID       `json:"disrupted,omitempty"` // of an outcome, by the complainants' own ids
	From      OrgID          `json:"from"`
	At        time.Time      `json:"at"`
	Signature string         `json:"signature,omitempty"` // base64 Ed25519 over the canonical JSON without this field
}

// Subject is a person or company believed to be involved. Each assertion
// cites evidence; none is more than a belief until a person decides.
type Subject struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Aliases    []string    `json:"aliases,omitempty"`
	Role       string      `json:"role"` // operator, popup_maker, lead_seller, mule, payout_merchant, shell_company, …
	Rings      []RingID    `json:"rings,omitempty"`
	Assertions []Assertion `json:"assertions"`
}

// Assertion is one statement about a subject or a ring, apart from the others
// by how it is known, with what it rests on.
type Assertion struct {
	Says     string      `json:"says"`
	Basis    Basis       `json:"basis"`
	Exhibits []ExhibitID `json:"exhibits"`
	Contrary string      `json:"contrary"` // evidence against it, or "none known"
}

// Exhibit is a file in a referral or made from an item seized.
type Exhibit struct {
	ID      ExhibitID `json:"id"`
	No      int       `json:"no"` // consecutive, continued by supplements
	Name    string    `json:"name"`
	What    string    `json:"what"`
	SHA256  string    `json:"sha256"`
	Size    int64     `json:"size"`
	Org     OrgID     `json:"org"` // who produces it
	TakenAt time.Time `json:"taken_at"`
	From    string    `json:"from"` // the system or item that it came from
}
