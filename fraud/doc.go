// Package fraud holds the nouns of Ringbreaker: what a fraud desk, a lawyer
// and a police officer talk about, each as one type, and nothing that acts.
//
//	Report ─▶ Sighting ─▶ Ring ─▶ Match ─▶ JointCase ─▶ Referral ─▶ Case ─▶ Operation ─▶ Outcome
//	            │           │                                          │
//	            ▼           ▼                                          ▼
//	         Indicator   Supplier, Launderer, Transfer       Search ─▶ Seizure ─▶ Custody
//
// Every other room imports this one and this one imports none of ours, so a
// word means the same thing in a page, a command, a file and a table.
//
// What must stay true: money is an integer of minor units with its currency;
// times are UTC, and where a person told a time the zone they told it in is
// kept; identities of victims are in [Identity] and in no other type.
package fraud
