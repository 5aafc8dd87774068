// Package ledger keeps an Org honest about its own past: an append-only
// Merkle log of what it did, that its peers witness.
//
//	leaf ─▶ tree ─▶ checkpoint (signed by us) ─▶ peer checks consistency ─▶ cosignature
//	                     │                                                     │
//	                     └────────────▶ Proof in a referral's ledger.json ◀────┘
//
// It speaks the public formats of C2SP (tlog-checkpoint, tlog-cosignature,
// tlog-witness, tlog-tiles) over the tree of RFC 6962, so witnesses and
// verifiers that others wrote can hold us to it. docs/spec/ledger.md has the
// bytes.
//
// What must stay true: a checkpoint is never signed for a tree that does not
// extend the last one signed; a peer's checkpoint is never cosigned unless it
// extends the last one of that peer that we cosigned; and a peer that shows
// two histories is named, with its own signatures as the evidence.
package ledger
