// Package refer makes the thing that a joint criminal referral is: one
// folder in which two companies lay their evidence before a police agency,
// signed by both, sealed to the agency, and such that anyone can check
// without a network that not a byte was changed (DESIGN §9).
//
//	Material ─▶ Check ─▶ Build ─▶ Package ─▶ Sign (each complainant) ─▶ Seal ─▶ NAME.referral.age
//	 records    14 rules  §9's     folder or                                        │
//	            of domain files    NAME.referral                                    ▼
//	            §8.3                              Verify ◀── NAME.referral ◀── Open (the agency)
//
// What must stay true: the same Material gives the same bytes (but for what age
// seals anew); a package has
// one byte form only, so any flipped bit is found and named; nothing that
// identifies a victim stands outside annex-victims.age, and only those who
// consented stand in it; a failing check blocks signing unless a person's
// reason for signing all the same is in the package.
//
// The package's format is docs/spec/referral.md, to the byte.
package refer
