// Package web is what people see: the pages for a victim, an analyst, a
// lawyer and an officer, drawn on the server and complete without script.
//
//	request ─▶ route (a table) ─▶ who signed in ─▶ may they (access.Decide)
//	                                                   │
//	     page ◀─ buffer ◀─ template ◀─ page struct ◀─ handler ─▶ one verb or reader
//	       ▲
//	       └─ an error becomes a page too: not found, forbidden with the reason, invalid, conflict, fault
//
// Three readers, three densities: public pages ask one question each in large
// type; desk pages are dense tables with reasons one click away; field pages
// are for one hand in a raided room. A file per page, and its template bears
// the same name.
//
// What must stay true: no page makes a request outside its own node; no page
// holds inline script or style; every route stands in the table with the
// action that it needs; nothing is sent before it is whole; and no page shows
// a victim's identity, which lives in the vault and nowhere else.
package web
