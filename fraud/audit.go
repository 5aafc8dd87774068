package fraud

import "time"

// AuditEntry says who saw, opened, sent or changed what. Append-only. What
// and Why hold ids and reasons, never a victim's words, names or accounts.
type AuditEntry struct {
	Seq int64     `json:"seq"`
	At  time.Time `json:"at"`
	By  PersonID  `json:"by"`
	Org OrgID     `json:"org"`           // whose person: ours, or a peer
	Act string    `json:"act"`           // "report.read", "vault.open", "referral.sign", …
	Ref string    `json:"ref"`           // the thing's id
	Why string    `json:"why,omitempty"` // a stated reason, or why it was refused
	OK  bool      `json:"ok"`            // false: refused
}
