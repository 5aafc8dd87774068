// Package caseuco writes evidence as CASE/UCO JSON-LD (CASE 1.4.0 on UCO
// 1.4.0), the exchange format of digital investigations, so that an agency's
// own tools can take a referral's exhibits in with their hashes and custody.
//
//	fraud.Exhibit ─▶ File + ProvenanceRecord      fraud.CustodyEvent ─▶ InvestigativeAction ─▶ ProvenanceRecord
//	fraud.Indicator ─▶ observable                 all of it ─▶ Investigation
//
// CASE 1.4.0 has no class for seizure or for a chain of custody; a chain is
// written as InvestigativeActions, each informed by the one before, each
// with the provenance record that it takes and the one that it leaves.
//
// What must stay true: ids are computed from what they name; no victim and
// nothing that only a vault may hold is written; an impersonated brand is
// never a subject.
package caseuco
