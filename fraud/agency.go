package fraud

import "time"

// InboxItem is a referral as it lies at an agency's door.
type InboxItem struct {
	Referral   ReferralID `json:"referral"`
	Version    int        `json:"version"`
	From       []OrgID    `json:"from"`
	Title      string     `json:"title"`   // empty until opened
	Sealed     string     `json:"sealed"`  // SHA-256 of what came
	Package    string     `json:"package"` // SHA-256 of the opened package, empty until opened
	ReceivedAt time.Time  `json:"received_at"`
	OpenedAt   time.Time  `json:"opened_at,omitzero"`
	OpenedBy   PersonID   `json:"opened_by,omitempty"`
	Verified   []Check    `json:"verified"` // what was verified and what was not
	Mark       Mark       `json:"mark"`
	Embargo    time.Time  `json:"embargo,omitzero"`
}

// Case is an agency's case: one per complainant, linked, sealed until a court
// says otherwise.
type Case struct {
	ID           CaseID     `json:"id"`
	Number       string     `json:"number"` // the agency's own, e.g. an FIR number
	Complainant  OrgID      `json:"complainant"`
	Referral     ReferralID `json:"referral"`
	Title        string     `json:"title"`
	Law          string     `json:"law"` // the sections it is registered under
	Linked       []CaseID   `json:"linked,omitempty"`
	Rings        []RingID   `json:"rings"`
	Sealed       bool       `json:"sealed"`
	UnsealOrder  string     `json:"unseal_order,omitempty"`
	RegisteredAt time.Time  `json:"registered_at"`
	By           PersonID   `json:"by"`
}

// Operation is many searches made as one.
type Operation struct {
	ID    OperationID `json:"id"`
	Name  string      `json:"name"`
	Cases []CaseID    `json:"cases"`
	GoAt  time.Time   `json:"go_at"`
	Lead  PersonID    `json:"lead"`
	Done  time.Time   `json:"done,omitzero"`
	At    time.Time   `json:"at"`
}

// Site is a place of an operation, with how sure we are and why.
type Site struct {
	ID         SiteID      `json:"id"`
	Operation  OperationID `json:"operation"`
	Case       CaseID      `json:"case"`
	Name       string      `json:"name"`
	Address    string      `json:"address"`
	State      string      `json:"state"` // of the country, as people count it
	Country    string      `json:"country"`
	TimeZone   string      `json:"time_zone"`  // IANA, for the calling hours
	Confidence string      `json:"confidence"` // low, medium, high
	Evidence   string      `json:"evidence"`
	Rings      []RingID    `json:"rings"`
}

// Search is one search of one site under an authority.
type Search struct {
	ID              SearchID  `json:"id"`
	Site            SiteID    `json:"site"`
	Authority       string    `json:"authority"` // warrant or section, with its number
	Issuer          string    `json:"issuer"`
	Expires         time.Time `json:"expires"`
	Officers        []string  `json:"officers"`
	Witnesses       []string  `json:"witnesses"`
	StartedAt       time.Time `json:"started_at,omitzero"`
	EndedAt         time.Time `json:"ended_at,omitzero"`
	RecordingSHA256 string    `json:"recording_sha256,omitempty"` // BNSS s.105
	SignedAt        time.Time `json:"signed_at,omitzero"`         // the list, by officer and witnesses
	By              PersonID  `json:"by"`
}

// ItemType is what kind of thing was seized.
type ItemType string

// The item types of DESIGN §10.
const (
	ItemMobilePhone ItemType = "mobile_phone"
	ItemSIM         ItemType = "sim_card"
	ItemLaptop      ItemType = "laptop"
	ItemHardDisk    ItemType = "hard_disk"
	ItemServerImage ItemType = "server_image"
	ItemPenDrive    ItemType = "pen_drive"
	ItemMailbox     ItemType = "mailbox_export"
	ItemDVR         ItemType = "dvr"
	ItemDocument    ItemType = "document"
	ItemCash        ItemType = "cash"
	ItemGold        ItemType = "gold"
)

// ItemTypes lists the item types in the order in which a form shows them.
var ItemTypes = []ItemType{ItemMobilePhone, ItemSIM, ItemLaptop, ItemHardDisk, ItemServerImage, ItemPenDrive, ItemMailbox, ItemDVR, ItemDocument, ItemCash, ItemGold}

// Seizure is one item on a seizure list. Append-only: a correction is a new
// entry that names the one it corrects.
type Seizure struct {
	ID       SeizureID `json:"id"`
	Search   SearchID  `json:"search"`
	No       int       `json:"no"` // running number within the search
	Type     ItemType  `json:"type"`
	What     string    `json:"what"` // make, model, colour, marks
	IMEI     string    `json:"imei,omitempty"`
	ICCID    string    `json:"iccid,omitempty"`
	Serial   string    `json:"serial,omitempty"`
	Place    string    `json:"place"`            // in the room
	Seal     string    `json:"seal"`             // number of the seal
	Root     SeizureID `json:"root,omitempty"`   // the item it was taken out of (SIM out of phone)
	SHA256   string    `json:"sha256,omitempty"` // at intake, for what is data
	Photo    string    `json:"photo,omitempty"`  // SHA-256 of the photo
	Amount   Money     `json:"amount,omitzero"`  // for cash
	Corrects SeizureID `json:"corrects,omitempty"`
	At       time.Time `json:"at"`
	By       PersonID  `json:"by"`
	Key      string    `json:"key,omitempty"` // made on the phone: the same item sent twice is one
}

// CustodyAct is what was done with an item.
type CustodyAct string

// The acts of a custody chain.
const (
	CustodySeized    CustodyAct = "seized"
	CustodyReleased  CustodyAct = "released" // handed over by …
	CustodyReceived  CustodyAct = "received" // … and taken by
	CustodyExamined  CustodyAct = "examined"
	CustodyImaged    CustodyAct = "imaged"
	CustodyResealed  CustodyAct = "resealed"
	CustodyReturned  CustodyAct = "returned"
	CustodyDestroyed CustodyAct = "destroyed"
)

// CustodyEvent is one link of the chain of who held an item, when, where and
// why. Append-only; each names the hash of the one before, and a gap is
// shown, never hidden.
type CustodyEvent struct {
	Item   SeizureID  `json:"item"`
	Seq    int        `json:"seq"` // 1, 2, … within the item
	Act    CustodyAct `json:"act"`
	Holder string     `json:"holder"`         // who has it after this event
	From   string     `json:"from,omitempty"` // who had it before
	Place  string     `json:"place"`
	Why    string     `json:"why"`
	Seal   string     `json:"seal,omitempty"`   // after this event
	SHA256 string     `json:"sha256,omitempty"` // hashed again at this hand-over
	At     time.Time  `json:"at"`
	By     PersonID   `json:"by"`
	Prev   string     `json:"prev"` // Hash of the event before, empty for the first
	Hash   string     `json:"hash"` // SHA-256 over the canonical JSON without this field
}

// FreezeState is a freeze's place in its life.
type FreezeState string

// The states of a freeze.
const (
	FreezeRequested    FreezeState = "requested"
	FreezeAcknowledged FreezeState = "acknowledged"
	FreezeHeld         FreezeState = "held"
	FreezePartial      FreezeState = "partial"
	FreezeExtended     FreezeState = "extended"
	FreezeRefused      FreezeState = "refused"
	FreezeReleased     FreezeState = "released"
	FreezeExpired      FreezeState = "expired"
)

// Freeze is one request to freeze one account, with its history.
type Freeze struct {
	ID       FreezeID      `json:"id"`
	Case     CaseID        `json:"case"`
	Account  string        `json:"account"`
	Bank     string        `json:"bank"`
	Channel  string        `json:"channel"`
	Seen     Money         `json:"seen"` // of victims' money, by trace
	Held     Money         `json:"held"` // as the bank answered
	State    FreezeState   `json:"state"`
	Deadline time.Time     `json:"deadline,omitzero"`
	Path     []string      `json:"path,omitempty"` // from a victim
	History  []FreezeEvent `json:"history"`
}

// FreezeEvent is one step of a freeze. Append-only.
type FreezeEvent struct {
	Freeze  FreezeID    `json:"freeze"`
	State   FreezeState `json:"state"`
	Held    Money       `json:"held,omitzero"`
	BankRef string      `json:"bank_ref,omitempty"`
	Why     string      `json:"why"`
	At      time.Time   `json:"at"`
	By      PersonID    `json:"by"`
}

// Arrest is one person arrested. Names stay in the agency's node.
type Arrest struct {
	ID     string    `json:"id"`
	Case   CaseID    `json:"case"`
	Person string    `json:"person"`
	Role   string    `json:"role"` // believed
	Law    string    `json:"law"`
	Place  string    `json:"place"`
	At     time.Time `json:"at"`
	By     PersonID  `json:"by"`
}

// Lead is something found that belongs to another country's police.
type Lead struct {
	ID      string    `json:"id"`
	Case    CaseID    `json:"case"`
	Country string    `json:"country"`
	To      string    `json:"to"` // agency and channel
	Says    string    `json:"says"`
	Reports int       `json:"reports"`
	At      time.Time `json:"at"`
	By      PersonID  `json:"by"`
}

// Outcome is what an agency says came of a referral; it flows back to the
// complainants and marks rings as disrupted.
type Outcome struct {
	ID        string     `json:"id"`
	Referral  ReferralID `json:"referral"`
	Says      string     `json:"says"`
	Disrupted []RingID   `json:"disrupted"` // rings by the complainants' own ids
	Figures   []Figure   `json:"figures"`
	At        time.Time  `json:"at"`
	By        PersonID   `json:"by"`
}
