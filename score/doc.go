// Package score says how good a linking is when the truth is known.
//
//	truth.tsv ──┐                       ┌─▶ pairwise, B³
//	            ├─▶ contingency table ──┤
//	assign.tsv ─┘   (no pairs listed)   └─▶ over-merged and split rings
//	truth.json + rings.jsonl ─────────────▶ supplier and launderer edges
//	truth.tsv  + links.jsonl ─────────────▶ calibration of bits
//
// What must stay true: the names of rings mean nothing (renaming them changes
// no figure), the order of lines means nothing, and a report in no ring is a
// singleton of its own on both sides, never a member of one big "no ring".
// Ten million reports are compared in time and memory that grow with the
// reports, since pairs are counted and never listed.
package score
