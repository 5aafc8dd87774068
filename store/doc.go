// Package store keeps what a node knows: reports and what was taken out of
// them, rings, judgements, referrals, the agency's records, people, and the
// ledger that attests them. SQLite in one file by default, PostgreSQL by URL.
//
//	verb ──▶ one method ──▶ one transaction ──▶ rows + ledger leaf + audit ──▶ disk ──▶ nil
//
// One exported method is one intent and one transaction: it happens whole or
// not at all, and when it returns nil it is on disk. The SQL text is one for
// both engines; what differs stands in dialect.go and in the migrations'
// ENGINE files. package storetest proves that both behave alike.
//
// What must stay true: reports, sightings, judgements, custody, shares,
// audits, leaves and openings of the vault are append-only, and triggers say
// so to whoever forgets; what the ledger attests was written in the same
// transaction as its leaf; rings are derived and can be deleted and linked
// again.
//
// Times are kept to the microsecond, in UTC; finer parts are cut off before
// anything is hashed. A limit of zero or less means all. Lists come in a
// stated order. Errors wrap the four of package fraud where a caller can act
// on them, and hold ids, never a victim's words.
package store
