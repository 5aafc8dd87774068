package fraud

import "time"

// Kind is the type of an indicator's value. The list is DESIGN §2.
type Kind string

// The kinds that identify: each value is in the canonical form named here.
const (
	Phone          Kind = "phone"           // E.164 with "+" (ITU-T E.164)
	Email          Kind = "email"           // lower case, IDNA domain (RFC 5321, RFC 5890)
	URL            Kind = "url"             // scheme and host lower case, no fragment (RFC 3986 §6)
	Domain         Kind = "domain"          // lower-case A-labels, no trailing dot (RFC 5890)
	IP             Kind = "ip"              // RFC 5952 text
	RemoteID       Kind = "remote_id"       // "tool:id", e.g. "anydesk:123456789"
	RemoteHost     Kind = "remote_host"     // relay or instance host name, lower case
	BankAccount    Kind = "bank_account"    // IBAN without blanks, or "BANKCODE/ACCOUNT"
	UPI            Kind = "upi"             // "name@handle", lower case (NPCI)
	Wallet         Kind = "wallet"          // the address; hex and bech32 addresses in lower case
	TxID           Kind = "txid"            // transaction hash, lower case
	CardDescriptor Kind = "card_descriptor" // upper case, blanks folded
	MerchantID     Kind = "merchant_id"     // as the acquirer writes it, upper case
	Company        Kind = "company"         // "REGISTER:NUMBER", or "name:" and a folded name
	TaxID          Kind = "tax_id"          // "SCHEME:NUMBER", e.g. "gstin:27AAPFU0939F1ZV"
	PersonAlias    Kind = "person_alias"    // folded name an agent used
	Handle         Kind = "handle"          // "network:name", lower case
	Tracker        Kind = "tracker"         // "scheme:id", e.g. "ga:G-1A2B3C4D5E"
	Script         Kind = "script"          // "script:" and the template's hash
	Image          Kind = "image"           // SHA-256 of the bytes
	File           Kind = "file"            // hash of the bytes, lower-case hex
	IMEI           Kind = "imei"            // 15 digits (3GPP TS 23.003)
	ICCID          Kind = "iccid"           // 18 to 20 digits (ITU-T E.118)
)

// The kinds that give context and never link: a product's name, a brand of
// gift card and an amount are shared by everybody.
const (
	RemoteTool Kind = "remote_tool" // product's name, lower case: "anydesk"
	GiftCard   Kind = "gift_card"   // brand, lower case; never the code
	Amount     Kind = "amount"      // "USD 299.99"
)

// Role says what an indicator did in a report.
type Role string

// The roles of DESIGN §2.
const (
	RoleCallback      Role = "callback"        // the number the victim was told to call
	RoleShownCallerID Role = "shown_caller_id" // the number a phone displayed: easily forged
	RoleSender        Role = "sender"
	RoleLure          Role = "lure"     // the page or link that the victim met
	RoleRedirect      Role = "redirect" // on the way to the lure
	RolePayee         Role = "payee"    // where money went
	RoleRemote        Role = "remote"   // how the victim's machine was reached
	RoleAlias         Role = "alias"    // a name an agent used
	RoleCompany       Role = "company"  // a firm named as being behind it
	RoleScript        Role = "script"   // a text that was read or shown
	RoleAsset         Role = "asset"    // a kit's file or image
	RoleTracker       Role = "tracker"  // an analytics or advertising id
	RoleMention       Role = "mention"  // found in free text, its part unknown

	// These three never link (DESIGN §2).
	RoleVictimOwned  Role = "victim_owned"
	RoleBystander    Role = "bystander"
	RoleGenuineBrand Role = "genuine_brand"
)

// Links says whether an indicator in this role may be evidence at all.
func (r Role) Links() bool {
	return r != RoleVictimOwned && r != RoleBystander && r != RoleGenuineBrand && r != ""
}

// Indicator is a typed value in canonical form. Two indicators are the same
// exactly if they are equal.
type Indicator struct {
	Kind  Kind   `json:"kind"`
	Value string `json:"value"`
}

// String is "kind:value", for people.
func (i Indicator) String() string { return string(i.Kind) + ":" + i.Value }

// Less orders indicators by kind, then value.
func (i Indicator) Less(o Indicator) bool {
	if i.Kind != o.Kind {
		return i.Kind < o.Kind
	}
	return i.Value < o.Value
}

// Place is where in a report's text an indicator stands.
type Place struct {
	Field string `json:"field"` // "narrative", "contacts[0].callback", …
	Start int    `json:"start"` // bytes of the decoded field
	End   int    `json:"end"`   // one past the last byte
}

// Sighting is an indicator, in a role, in a report, at a time, at a place in
// the text. Append-only.
type Sighting struct {
	Report    ReportID  `json:"report"`
	Indicator Indicator `json:"indicator"`
	Role      Role      `json:"role"`
	At        time.Time `json:"at"` // of the contact or payment it stands in; else the report's
	Place     Place     `json:"place"`
	Raw       string    `json:"raw"`   // as it was written
	Valid     bool      `json:"valid"` // passed its check digits or numbering plan
	Why       string    `json:"why"`   // the reason for the role, for a person
}

// Sketch is a short summary of one text of a report, by which near-duplicate
// scripts find each other: the lowest hashes of its shingles, ascending.
type Sketch struct {
	Field  string   `json:"field"`
	Words  int      `json:"words"`  // words of the text it was made from
	Hashes []uint64 `json:"hashes"` // ascending, no doubles
}

// Tenure is one unbroken run of use of an indicator. Numbers are rented and
// recycled: the same number after a long silence is a new tenure.
type Tenure struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // last sighting, not an expiry
}

// Extraction is all that extract took out of one report.
type Extraction struct {
	Sightings []Sighting
	Sketches  []Sketch
}
