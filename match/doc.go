// Package match lets two organisations learn which suspects they have in
// common, and nothing else about each other's customers.
//
//	rings ─▶ set ─▶ commit ─▶ witness ─▶ blind ─▶ tags ─▶ COUNT ─▶ KINDS ─▶ SUSPECTS ─▶ INDICATORS
//	                  │          │         │                │         │          │            │
//	               ledger     peer's    points         by consent of both people, one step at a time
//	                leaf      cosign    only
//
// Each value becomes a point of a group, raised to a key that its owner made
// for this match alone (RFC 9497's suite OPRF(ristretto255, SHA-512)). Each
// side raises the other's points to its own key and gives back short tags of
// the results, sorted, so that neither knows which of its own values a tag
// belongs to: equal tags can be counted, and that is all. What comes later is
// opened against a commitment that was in both ledgers before the first point
// was sent.
//
// docs/spec/match.md has the bytes, what is protected against whom, what
// leaks, and what cannot be stopped.
//
// What must stay true: nothing of a step can be computed from the messages
// before it; every item that is revealed opens against the commitment, or the
// match is broken and says what failed; and no plain or salted hash of a
// value is ever sent.
package match
