package fraud

import "time"

// Letter is a message of ours to a peer's node that was decided and written
// down, and waits until the peer has taken it: a node that is down must not
// lose an agency's word, a signature or a supplement.
type Letter struct {
	No      int64     `json:"no"` // in the order of writing
	To      OrgID     `json:"to"`
	What    string    `json:"what"` // "status", "signed", "to_sign", "sealed", "joint", "recall"
	Ref     string    `json:"ref"`  // the referral, joint case or share that it is about
	Version int       `json:"version,omitzero"`
	Path    string    `json:"path"` // where at the peer's node; empty where more than one message is needed
	Body    []byte    `json:"body"` // JSON
	At      time.Time `json:"at"`
	Tries   int       `json:"tries"`
	Next    time.Time `json:"next"`           // not tried before
	Problem string    `json:"problem"`        // what came of the last try
	Ended   time.Time `json:"ended,omitzero"` // refused for good, and not sent again
}
