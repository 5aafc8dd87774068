package fraud

import "time"

// Deletion is what stays of a report that its victim, or a person of the Org
// for them, had deleted: that it was, when, by whom and why. What it held is
// gone. A leaf of the ledger attests it.
type Deletion struct {
	Report ReportID `json:"report"`
	// By is the person of the Org who did it; empty for who reported, who came
	// with the receipt's code.
	By    PersonID  `json:"by,omitempty"`
	Basis string    `json:"basis"` // why it was lawful and asked for; never a victim's word
	At    time.Time `json:"at"`
	// RowSHA256 is the digest of what the node's database held of the report, as
	// an earlier leaf tells of it, in hexadecimal: with it that leaf, which tells
	// of other reports too, still can be held against them.
	RowSHA256 string `json:"row_sha256"`
	// LeftSHA256 is the digest of what stays of it there.
	LeftSHA256 string `json:"left_sha256"`
}

// Bar is what stands against deleting a report.
type Bar string

// The bars, as who reported may be told them.
const (
	BarNone     Bar = ""
	BarNow      Bar = "now"      // something that is told to nobody: ask again later
	BarReferred Bar = "referred" // it was signed into a referral
	BarDeleted  Bar = "deleted"  // it was deleted already
)
