// Package act is the agency's workspace: from a sealed referral at the door
// to the outcome that flows back to the companies that made it.
//
//	sealed package ─▶ InboxItem ─▶ Case (one per complainant, linked, sealed)
//	                                 │
//	                                 ▼
//	               Operation ─▶ Site ─▶ briefing: hours of calling by the site's clock
//	                                 │
//	                                 ▼
//	      Search (authority, witnesses) ─▶ Seizure list ─▶ Custody, gap by gap
//	                                 │                         │
//	                 Freeze, Arrest, Lead                seized values ─▶ reports
//	                                 │
//	                                 ▼
//	          Board: figures counted from records ─▶ Outcome ─▶ rings disrupted
//
// A freeze lives by this machine ([Next] is the same as data):
//
//	requested ──▶ acknowledged ──▶ held ◀──▶ partial
//	    │ │            │  │          │ │       │
//	    │ └────────────┼──┴──────────┼─┼───────┤
//	    ▼              ▼             ▼ │       │
//	 refused        refused      extended ◀────┘
//	                             │   ▲ └─┐ (again)
//	 requested, acknowledged,    │   └───┘
//	 held, partial, extended ────┴──▶ released | expired
//
// refused, released and expired are ends: who tries again makes a new
// request, so that the record of the first stays whole.
//
// What must stay true: nothing intrusive is recorded as begun without an
// authority that had not run out; a figure is counted from records, names
// the query that counted it, and "unknown" is never zero; a gap in a custody
// chain is shown and never mended; records are added, never changed.
package act
