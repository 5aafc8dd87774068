package fraud

import "time"

// OrgKind says what an organisation is.
type OrgKind string

// The kinds of Org.
const (
	OrgCompany      OrgKind = "company"
	OrgAgency       OrgKind = "agency"
	OrgReportCentre OrgKind = "report_centre"
)

// Org is an organisation with a node. It has keys.
type Org struct {
	ID      OrgID    `json:"id"`
	Name    string   `json:"name"`
	Kind    OrgKind  `json:"kind"`
	Country string   `json:"country"`          // ISO 3166-1 alpha-2
	Brands  []string `json:"brands,omitempty"` // its own, that rings impersonate
	Keys    OrgKeys  `json:"keys"`
}

// OrgKeys are the public keys of an Org, in their tools' own text forms.
type OrgKeys struct {
	Sign   string `json:"sign"`   // Ed25519 public key, base64: signs requests (RFC 9421), manifests (DSSE)
	Ledger string `json:"ledger"` // C2SP note verifier key of its ledger's checkpoints
	Seal   string `json:"seal"`   // age recipient: what is sealed to it
}

// Peer is another Org that this node exchanges with. It was added by a
// person who compared fingerprints.
type Peer struct {
	Org     Org       `json:"org"`
	URL     string    `json:"url"` // base URL of its node
	AddedBy PersonID  `json:"added_by"`
	AddedAt time.Time `json:"added_at"`
	Revoked time.Time `json:"revoked,omitzero"`
	Why     string    `json:"why,omitempty"` // it is revoked: what it did, or said
}

// PeerFault is a lie of a peer's ledger: two notes, both signed by the peer,
// that cannot both be true. Whoever has the peer's public key can see it.
type PeerFault struct {
	Peer  OrgID     `json:"peer"`
	Why   string    `json:"why"`   // what the ledger did
	Seen  string    `json:"seen"`  // the note that we cosigned
	Shown string    `json:"shown"` // the note that contradicts it
	At    time.Time `json:"at"`
}

// MatchStep is how far a match has been revealed, by consent of both.
type MatchStep string

// The steps, in order.
const (
	MatchOffered    MatchStep = "offered"
	MatchCommitted  MatchStep = "committed"
	MatchBlinded    MatchStep = "blinded"
	MatchCount      MatchStep = "count"
	MatchKinds      MatchStep = "kinds"
	MatchSuspects   MatchStep = "suspects"
	MatchIndicators MatchStep = "indicators"
	MatchRefused    MatchStep = "refused"
	MatchBroken     MatchStep = "broken" // a peer was caught out; Problem says how
)

// Match is one run of private matching between two orgs, as one node sees it.
type Match struct {
	ID          MatchID                 `json:"id"`
	Peer        OrgID                   `json:"peer"`
	Offered     bool                    `json:"offered_by_us"`
	Step        MatchStep               `json:"step"`    // revealed so far
	Consent     map[MatchStep]time.Time `json:"consent"` // ours, by step
	PeerConsent map[MatchStep]time.Time `json:"peer_consent"`
	Kinds       []Kind                  `json:"kinds"`       // what the sets hold
	MinReports  int                     `json:"min_reports"` // behind each element
	OurSize     int                     `json:"our_size"`
	PeerSize    int                     `json:"peer_size"`
	OurRoot     string                  `json:"our_root"` // commitment, hex
	PeerRoot    string                  `json:"peer_root"`
	Report      MatchReport             `json:"report"`
	Problem     string                  `json:"problem,omitempty"`
	At          time.Time               `json:"at"`
}

// MatchReport is the product of a match: suspects in common.
type MatchReport struct {
	Count    int               `json:"count"`              // elements in common
	ByKind   map[Kind]int      `json:"by_kind,omitempty"`  // from step kinds on
	Overlaps []Overlap         `json:"overlaps,omitempty"` // from step suspects on
	Shared   []SharedIndicator `json:"shared,omitempty"`   // from step indicators on
	// Between agencies a match is a deconfliction: at the count both learn only
	// whether they look at the same target, and whom to call. The number comes
	// with the kinds.
	Deconfliction bool   `json:"deconfliction,omitempty"`
	Same          bool   `json:"same,omitempty"`
	Contact       string `json:"contact,omitempty"` // the peer's, if there is a target in common
}

// Overlap says that our ring and theirs have evidence in common.
type Overlap struct {
	OurRing  RingID       `json:"our_ring"`
	PeerRing string       `json:"peer_ring"` // the peer's label, opaque until opened
	Elements int          `json:"elements"`
	Kinds    map[Kind]int `json:"kinds"`
	Bits     float64      `json:"bits"`
	Relation LinkKind     `json:"relation"` // same operator, or only a supplier or launderer in common
}

// SharedIndicator is an element of the intersection, opened on both sides.
type SharedIndicator struct {
	Indicator   Indicator `json:"indicator"`
	OurRing     RingID    `json:"our_ring"`
	PeerRing    string    `json:"peer_ring"`
	OurReports  int       `json:"our_reports"`
	PeerReports int       `json:"peer_reports"`
}

// JointCase is what two orgs agree to work on together; each node keeps its
// own copy, built from signed messages.
type JointCase struct {
	ID       JointCaseID `json:"id"`
	Title    string      `json:"title"`
	Peer     OrgID       `json:"peer"`
	Match    MatchID     `json:"match"`
	Overlaps []Overlap   `json:"overlaps"`
	Basis    ShareBasis  `json:"basis"`
	Mark     Mark        `json:"mark"`
	Embargo  time.Time   `json:"embargo,omitzero"`
	OpenedBy OrgID       `json:"opened_by"`
	OpenedAt time.Time   `json:"opened_at"`
	Accepted time.Time   `json:"accepted,omitzero"` // by the other side
}

// JointKind is what a line of a joint case's log is.
type JointKind string

// The kinds of line.
const (
	JointMember      JointKind = "member"      // a person of Org joins: Person, Name, Role
	JointLeft        JointKind = "left"        // and leaves: Person
	JointComplainant JointKind = "complainant" // Org complains of what About names: a ring of its own
	JointTask        JointKind = "task"        // something to do: Says, by Name, until Due
	JointDone        JointKind = "done"        // the task About is done
	JointComment     JointKind = "comment"
	JointExhibit     JointKind = "exhibit"  // Org puts a file to the case; its bytes go with a referral only
	JointRecalled    JointKind = "recalled" // Org took back what About names; Says is the receipt
)

// JointEntry is one line of a joint case's log, which both nodes keep and
// neither can change. It holds no word that identifies a victim.
type JointEntry struct {
	ID        string      `json:"id"`
	Case      JointCaseID `json:"case"`
	Kind      JointKind   `json:"kind"`
	Org       OrgID       `json:"org"`    // whose node wrote it
	Person    PersonID    `json:"person"` // of Org
	Name      string      `json:"name,omitempty"`
	Role      string      `json:"role,omitempty"` // in the case: lead, analyst, counsel, …
	About     string      `json:"about,omitempty"`
	Says      string      `json:"says,omitempty"`
	Due       time.Time   `json:"due,omitzero"`
	Exhibit   Exhibit     `json:"exhibit,omitzero"`
	Mark      Mark        `json:"mark"`
	At        time.Time   `json:"at"`
	Signature string      `json:"signature,omitempty"` // base64 Ed25519 of Org over the canonical JSON without this field
}

// ShareBasis is why a share is lawful, and to whom it goes (DESIGN §6.4).
type ShareBasis struct {
	Purpose    string  `json:"purpose"`
	LegalBasis string  `json:"legal_basis"`
	Agreement  string  `json:"agreement"`
	Recipients []OrgID `json:"recipients"`
}

// Share is a record of something that left this node. Append-only; a recall
// and the recipient's receipt are further records.
type Share struct {
	ID       string     `json:"id"`
	What     string     `json:"what"` // "match", "joint_case", "referral", "list", "status"
	Ref      string     `json:"ref"`
	To       OrgID      `json:"to"`
	By       PersonID   `json:"by"`
	Basis    ShareBasis `json:"basis"`
	Mark     Mark       `json:"mark"`
	At       time.Time  `json:"at"`
	Recalled time.Time  `json:"recalled,omitzero"`
	Receipt  string     `json:"receipt,omitempty"` // the recipient's signed receipt of the recall
}

// Recall is a peer's word that what it gave us is to be used no more: a joint
// case, its part of one, what a match showed, or a referral.
type Recall struct {
	By  OrgID     `json:"by"`
	Ref string    `json:"ref"` // the joint case, match or referral
	Why string    `json:"why"` // the reason that the peer stated
	At  time.Time `json:"at"`  // taken out of use here
}

// AuditRecalled is how the audit trail calls a [Recall].
const AuditRecalled = "share.recalled"

// Hold says "do not act on this until …", so that a takedown cannot warn a
// ring before a raid. It beats every mark.
type Hold struct {
	ID        string    `json:"id"`
	Indicator Indicator `json:"indicator,omitzero"` // one indicator, or
	Ring      RingID    `json:"ring,omitempty"`     // a whole ring
	Until     time.Time `json:"until"`
	Reason    string    `json:"reason"`
	By        PersonID  `json:"by"`
	FromOrg   OrgID     `json:"from_org"` // who asked for it: an agency, usually
	At        time.Time `json:"at"`
	Released  time.Time `json:"released,omitzero"`
}
