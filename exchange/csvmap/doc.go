// Package csvmap reads other people's tables and JSON records as reports, by
// mappings that are declared as data: which column says what.
//
//	bytes ─▶ Records (CSV, TSV, JSON lines, JSON document) ─▶ Row
//	                                                           │ Mapping, chosen by its columns or guessed
//	                                                           ▼
//	                                              report by report.schema.json, in JSON
//
// What must stay true: the same row gives the same report, byte for byte, so
// that bringing a file in twice changes nothing; a column that the mapping
// does not know is kept under "original" and never dropped in silence, except
// where it tells who a victim is; a mapping that was guessed says so, and is
// used only once a person has confirmed it.
package csvmap
