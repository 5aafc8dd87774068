// Package intake takes reports in: from the form and the API one by one, from
// files by the thousand, and says what became of each.
//
//	form, API ─▶ Submit ─────────────────────────────────┐
//	file, folder, zip ─▶ what is it? ─▶ record by record ─┤
//	   JSONL · CSV by mapping · mail · page · text · STIX · MISP, packed by zip, tar or gzip or not
//	                                                       ▼
//	      check ─▶ extract ─▶ identity to the vault ─▶ batch ─▶ AcceptBatch (on disk)
//	        │                                                     │
//	        ▼                                                     ▼
//	  FILE.rejects.jsonl: file, line, reason      new · same · conflict (told, refused)
//
// What must stay true: what was acknowledged is on disk; a bad record is told
// with its place and reason and never stops the good ones; bringing a file in
// again changes nothing and leaves the same rejects; a reporter's identity
// goes into the sealed box and into no column, no error and no reject.
package intake
