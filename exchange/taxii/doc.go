// Package taxii writes the answers of a TAXII 2.1 server (OASIS TAXII Version
// 2.1, Committee Specification 01) whose collections are read and never
// written to, and reads what is asked of it.
//
//	STIX objects of a list ─▶ Shelf (when was each added) ─▶ Query ─▶ Envelope, Manifest, Versions
//
// What must stay true: a client that asks with added_after for what came after
// its last answer misses nothing, also what came back after a hold or a
// dispute; the pages of one walk hold each object once; what is no longer on
// the list is on no page.
package taxii
