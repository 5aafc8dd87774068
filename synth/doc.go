// Package synth invents worlds whose truth is known: operators, the suppliers
// and launderers who serve them, their victims, and decoys that look like
// all of these and are innocent.
//
//	scenarios/NAME.json ─▶ cast ─▶ reports   ─▶ ORG.jsonl, ORG-after.jsonl
//	(every knob)            │  ├─▶ transfers ─▶ transfers.csv
//	                        │  └─▶ who did it ─▶ truth.tsv, truth-after.tsv, truth.json
//	                        └ operators, sellers, mules, numbers with their lives
//
// The figures behind the scenarios are those of real cases; the people, firms
// and values are not. Phone numbers are those that numbering authorities keep
// for drama (NANP 555-0100 to 0199, Ofcom, BNetzA, ACMA), except in worlds too
// large for them, and every site ends in .example (RFC 2606).
//
// What must stay true: the same scenario, seed and size give the same bytes,
// on any number of processors; each report is drawn from a
// generator of its own, so that worlds of ten million reports are written
// with the memory of their cast alone; and what makes a world hard stands in
// its scenario's file, never in code.
package synth
