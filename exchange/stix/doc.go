// Package stix speaks STIX 2.1 to the tools of the field, and reads STIX 2.0
// and 2.1 from them (OASIS, STIX Version 2.1, 10 June 2021).
//
//	fraud.Ring ─▶ Export ─▶ bundle: intrusion-set, indicator, sighting, observed-data, note, report
//	bundle ─▶ Import ─▶ fraud.Claim: a value, and who said so
//
// Telephone numbers, bank accounts and wallets have no type of their own in
// STIX 2.1; they go out under the names that OpenCTI and stix2extensions
// use, with the extension definitions of the latter.
//
// What must stay true: every id is computed from what it names, so the same
// ring gives the same bundle; an import turns patterns and observables into
// claims and never an identity: neither who reports nor a brand that was
// impersonated can become a suspect by a wrong relationship.
package stix
