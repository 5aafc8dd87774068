// Package access is the one place that says who may see, do or send what.
//
//	person ─ password ─▶ Session ─┐
//	                              ├─▶ Who ─▶ Decide(who, action, thing, recipient) ─▶ allow | a sentence
//	peer ─ signed request ────────┘                        │
//	                                                       ▼
//	                     page, API, export, list, match, share, referral: each asks here
//
// It also holds the secrets that those answers rest on: password hashes,
// session tokens, the vault that keeps victims' identities ([Vault]), an
// Org's keys ([Keys]) and the signatures on requests between nodes ([Sign],
// [Verify]).
//
// What must stay true: nothing under a hold or an embargo leaves the node,
// whoever asks and whatever the marks say; a victim's identity goes nowhere
// but into a referral's sealed annex to an agency, with consent; and each
// refusal is a sentence that names its rule (DESIGN §6).
package access
