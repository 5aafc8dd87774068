// Package protect is the public side: anybody asks about a number, a site or
// a message and gets an answer in plain words; carriers, browsers and
// resolvers get lists that expire; and whoever is listed wrongly can say so.
//
//	rings, reports' marks ─▶ Refresh ─▶ Listing ─┬─▶ Index ─▶ Check ─▶ Answer ─▶ advice, clock
//	     ▲    ▲    ▲    ▲                        ├─▶ Export: csv hosts rpz adblock phones hashprefix
//	  holds  safe  embargo  disputes             └─▶ SearchHashes (nobody learns what was asked)
//	                          ▲
//	                       Dispute ─▶ listing pauses ─▶ a person decides
//
// A listing lives so:
//
//	           ┌──── hold ends ◀──── held
//	           ▼                      ▲ hold, embargo
//	two sources or a judgement ─▶ active ──▶ expired ──▶ active (seen again)
//	                               │  ▲
//	                      dispute  ▼  │ rejected
//	                             disputed ──▶ removed (upheld)
//
// What must stay true: what is not known is "unknown" and never "safe"; a
// genuine value is never listed; nothing under a hold, an embargo or an open
// dispute is shown, exported or answered from; every listing has an expiry,
// in every format; each rule that an answer cites names who published it,
// where and as of when.
package protect
