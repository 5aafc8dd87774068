// Package misp exchanges indicators with MISP, the sharing platform that
// most of the field runs, in its core format (MISP core format,
// draft-dulaunoy-misp-core-format).
//
//	event JSON ─▶ Import ─▶ fraud.Claim: a value, and who said so
//	fraud.Ring ─▶ Export ─▶ event JSON
//
// What must stay true: what an event says of a victim, a witness, a target
// or an impersonated brand never becomes a claim; nothing goes out marked
// for detection (to_ids) unless its PAP allows blocking.
package misp
