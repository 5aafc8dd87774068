package refer

import (
	"io"
	"time"

	"ringbreaker.example/fraud"
)

// Material is everything that a referral is made from, gathered by app from
// the nodes' records. Build reads no clock and no store: what is not here is
// not in the package.
type Material struct {
	ID          fraud.ReferralID
	Version     int              // 1, 2, …
	Supplements fraud.ReferralID // the referral that this one continues
	// FirstExhibit and FirstDisclosure are the numbers at which the two
	// schedules start; a supplement continues where the last one ended (CPIA
	// practice). Zero means 1.
	FirstExhibit    int
	FirstDisclosure int

	Title     string
	Summary   string    // what is asked and why, in a paragraph a busy officer reads
	At        time.Time // as-of: printed wherever the package says "now"
	Mark      fraud.Mark
	Embargo   time.Time
	Basis     fraud.ShareBasis
	JointCase fraud.JointCaseID

	// Proceeding is when the proceeding began or will begin; it chooses between
	// the Indian Evidence Act s.65B and BSA 2023 s.63(4).
	Proceeding    time.Time
	Jurisdictions []string // ISO 3166-1 of the courts: "IN", "US", "GB"
	Nexus         []Nexus  // why each country has to do with it

	Complainants []Complainant
	To           Agency

	Rings    []RingOf
	Overlaps []Overlap
	Subjects []fraud.Subject
	Premises []Premises
	Hours    []Hours
	Method   string // how the fraud works, and how the rings were found
	Timeline []Event

	Transfers []fraud.Transfer
	Money     Money

	Victims  []Victim
	Exhibits []Exhibit
	Custody  []fraud.CustodyEvent // of exhibits: Item is the exhibit's id
	Gaps     []Gap                // known gaps in a chain of custody

	Figures []fraud.Figure // Source is the id of a Query, or who says so
	Queries []Query

	// Contrary is evidence against what this referral says, and NotDone the
	// tests that were not made. Each must be said: if there is none, one entry
	// that is exactly [None].
	Contrary   []string
	NotDone    []string
	Disclosure []Disclosure

	Requests      []Request
	Holds         []fraud.Hold
	Deconfliction string // who else was told, or that nobody was
	Safe          []fraud.SafeEntry
	Reports       []ReportState // of every report that an exhibit or ring rests on

	Overrides []Override

	// Annex is annex-victims.age made by [SealAnnex]. Age encryption is not
	// repeatable, so who wants the same bytes twice keeps the annex. With nil,
	// Build seals it anew.
	Annex []byte
	// OtherAnnexes are the annexes that the other complainants sealed on their
	// own nodes: a victim's identity never crosses to a partner.
	OtherAnnexes []OtherAnnex
}

// OtherAnnex is a sealed annex that another complainant made with
// [SealAnnex]. Who lays the package together cannot open it.
type OtherAnnex struct {
	Org     fraud.OrgID
	Sealed  []byte
	Victims int // that stand in it, as its maker says
}

// None is the word by which a schedule says that it is empty on purpose.
const None = "none known"

// Complainant is a company that lays the complaint, with its standing and
// the person who may sign for it.
type Complainant struct {
	Org         fraud.Org     `json:"org"`
	Standing    string        `json:"standing"`  // why it may complain: brand owner, provider, …
	Signatory   string        `json:"signatory"` // the person
	Office      string        `json:"office"`    // and their office
	Authority   string        `json:"authority"` // by what they may sign: board resolution, power of attorney
	Address     string        `json:"address"`   // of the company, for its statement and certificates
	Statement   string        `json:"statement"` // its own account, in its own words; paragraphs apart by a blank line
	System      System        `json:"system"`    // where its records were kept
	Contact     string        `json:"contact"`   // who answers questions at it
	LedgerUse   bool          `json:"ledger"`    // its ledger proves the manifest
	Witnesses   []fraud.OrgID `json:"witnesses"`
	HasDPIA     bool          `json:"dpia"`        // it assessed the sharing (GDPR art. 35)
	OutsideLine string        `json:"out_of_band"` // how to reach the contact out of band
	// SignKey is the signatory's own Ed25519 key, in base64, and SignKeyProof
	// the organisation's signature over [VouchFor] it. Both empty: the
	// organisation's key signs.
	SignKey      string `json:"sign_key,omitempty"`
	SignKeyProof string `json:"sign_key_proof,omitempty"`
}

// System describes the record-keeping system of a complainant, for the
// certificates: facts only, which the signatory confirms by signing.
type System struct {
	Name     string `json:"name"` // e.g. "fraud desk case store"
	Kind     string `json:"kind"` // one of certificate's device boxes: "Server", "Cloud", …
	Make     string `json:"make"`
	Serial   string `json:"serial"`
	Location string `json:"location"`
	Control  string `json:"control"` // Owned, Maintained, Managed or Operated
	Process  string `json:"process"` // how it makes an accurate result, in two or three sentences
	Faults   string `json:"faults"`  // any time it did not work properly, or "none"
}

// Agency is who receives the referral.
type Agency struct {
	Org        fraud.Org `json:"org"`
	Unit       string    `json:"unit"`
	Contact    string    `json:"contact"`
	Recipients []string  `json:"recipients"` // age recipients; the vault annex and the seal are to these alone
}

// Nexus says why a country has to do with the case.
type Nexus struct {
	Country string `json:"country"`
	Says    string `json:"says"`
}

// RingOf is a ring as one complainant's node holds it.
type RingOf struct {
	Org   fraud.OrgID  `json:"org"`
	Label string       `json:"label"` // how the dossier calls it: "A-1"
	Ring  fraud.Ring   `json:"ring"`
	Links []fraud.Link `json:"links"` // strongest first; Bridges are in Ring
}

// Overlap is a suspect that several complainants have in common.
type Overlap struct {
	ID       string                  `json:"id"` // "OV-1"
	Relation fraud.LinkKind          `json:"relation"`
	Bits     float64                 `json:"bits"`
	Kinds    map[fraud.Kind]int      `json:"kinds"`
	Sides    []Side                  `json:"sides"`
	Shared   []fraud.SharedIndicator `json:"shared"`
	Says     string                  `json:"says"`
}

// Side is what one complainant holds on a suspect, apart from the other.
type Side struct {
	Org      fraud.OrgID       `json:"org"`
	Ring     fraud.RingID      `json:"ring"`
	Reports  int               `json:"reports"`
	Exhibits []fraud.ExhibitID `json:"exhibits"` // produced by this Org
}

// Premises is a place from which a ring may work: a candidate, no more.
type Premises struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Address    string            `json:"address"`
	Country    string            `json:"country"`
	TimeZone   string            `json:"time_zone"`  // IANA
	Confidence string            `json:"confidence"` // low, medium, high
	Rings      []fraud.RingID    `json:"rings"`
	Exhibits   []fraud.ExhibitID `json:"exhibits"`
	Says       string            `json:"says"`
}

// Hours is when a ring's victims were called, by the clock of TimeZone.
type Hours struct {
	Ring     fraud.RingID `json:"ring"`
	TimeZone string       `json:"time_zone"` // IANA, of the premises
	Counts   [7][24]int   `json:"counts"`    // Monday first
}

// Event is a line of the timeline.
type Event struct {
	At       time.Time         `json:"at,omitzero"`
	Says     string            `json:"says"`
	Basis    fraud.Basis       `json:"basis"`
	Exhibits []fraud.ExhibitID `json:"exhibits"`
}

// Money is what the money trail comes to.
type Money struct {
	Method    string                  `json:"method"` // of tracing: fifo, haircut, poison
	AsOf      time.Time               `json:"as_of,omitzero"`
	Freeze    []fraud.FreezeCandidate `json:"freeze"`
	Tried     []Channel               `json:"tried"`      // recovery channels tried so far
	NoneTried string                  `json:"none_tried"` // why, if none was
}

// Channel is one recovery route that was tried.
type Channel struct {
	Name   string    `json:"name"` // "IC3 RAT / FFKC", "1930 / CFCFRMS", …
	At     time.Time `json:"at,omitzero"`
	Ref    string    `json:"ref"`
	Result string    `json:"result"`
}

// Victim is one victim under a pseudonym, with what they agreed to. Identity
// goes into the sealed annex and only with Consent.ShareLawEnforcement.
type Victim struct {
	Pseudonym string
	Org       fraud.OrgID // who knows them
	AgeBand   string
	Country   string
	Region    string
	Sent      []fraud.Money
	FirstAt   time.Time
	Reports   []fraud.ReportID
	Rings     []fraud.RingID
	Consent   fraud.Consent
	ConsentAt time.Time // when they were asked; zero means they never were
	Identity  fraud.Identity
}

// Exhibit is a file of evidence with what it shows.
type Exhibit struct {
	fraud.Exhibit
	// Kind is "record" for what a machine or a bank wrote, "report" for what a
	// person told.
	Kind    string           `json:"kind"`
	Reports []fraud.ReportID `json:"reports"` // that it shows or was taken from
	Roles   []fraud.Role     `json:"roles"`   // of the indicators it shows, if it shows only such
	Mark    fraud.Mark       `json:"mark,omitzero"`
	// Open gives the bytes anew at each call; the caller closes.
	Open func() (io.ReadCloser, error) `json:"-"`
}

// Gap is a time in which an exhibit's custody is not known, said aloud.
type Gap struct {
	Exhibit fraud.ExhibitID `json:"exhibit"`
	From    time.Time       `json:"from,omitzero"`
	To      time.Time       `json:"to,omitzero"`
	Says    string          `json:"says"`
}

// Query is how a number was counted. Text in the small language of
// docs/spec/referral.md is counted again from the package's own tables by
// Build and by Verify; any other text is a record of what a node ran.
type Query struct {
	ID     string      `json:"id"`
	Org    fraud.OrgID `json:"org"`
	Text   string      `json:"text"`
	Result int64       `json:"result"`
	RanAt  time.Time   `json:"ran_at,omitzero"`
}

// Disclosure is one item that is relevant and not used, whether it helps or
// undermines (CPIA 1996; CPS Disclosure Manual ch. 7).
type Disclosure struct {
	Org        fraud.OrgID     `json:"org"`
	What       string          `json:"what"` // described so that it can be told from the others
	At         time.Time       `json:"at,omitzero"`
	Where      string          `json:"where"`      // who keeps it
	Undermines bool            `json:"undermines"` // might undermine the case or help a suspect
	Sensitive  bool            `json:"sensitive"`  // MG6D rather than MG6C
	Reason     string          `json:"reason"`     // why sensitive
	Exhibit    fraud.ExhibitID `json:"exhibit"`
}

// Request is what the complainants ask the agency to do, or a preservation
// request that was sent, with its expiry.
type Request struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"` // preserve, freeze, search, trace_forward, lead, …
	To      string    `json:"to"`
	Says    string    `json:"says"`
	Sent    time.Time `json:"sent,omitzero"` // zero: not yet
	Expires time.Time `json:"expires,omitzero"`
}

// ReportState is how far a report was verified.
type ReportState struct {
	ID    fraud.ReportID `json:"id"`
	State string         `json:"state"` // unverified, corroborated, confirmed, disputed, retracted
}

// Override is a person's reason to sign although a check fails.
type Override struct {
	No     int
	Reason string
	By     fraud.PersonID
}
