// Package watch sees what comes back: a ring that was broken and begins
// again under new numbers, a new ring that grows, a clock that runs out.
//
//	outcome: rings disrupted ─▶ SignatureOf ─▶ Signature: what survives a raid
//	                                                │
//	rings as linked now ───────────────────────▶ Scan ─▶ Alert: what it kept, what is new, how sure
//	                                                ▲
//	holds, embargoes, authorities, freezes ─▶ Clocks
//
// A raid takes phones, disks and people. What survives is what costs time to
// replace: accounts that take money, registered companies, scripts that are
// known by heart, trackers in a kit, the block that a reseller sells numbers
// from, the hours of a shift. Numbers and sites themselves are new in a week.
//
// What must stay true: an alert names the evidence that was kept, in bits;
// evidence that several rings share (a supplier's kit, a launderer's account,
// a hub) never makes an alert alone; the same return is told once; and a scan
// is a pure function of rings, signatures and the time.
package watch
