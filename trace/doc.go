// Package trace follows victims' money through accounts.
//
//	transfers ─▶ Book ─▶ one pass in time order ─┬▶ taint of each account, by method
//	(CSV, store)  (flat)  FIFO, haircut, poison,  ├▶ paths victim → … → account
//	                      LIFO, dirty first,      ├▶ freeze list with channels and clocks
//	                      clean first             └▶ shapes, shells joined, Sankey
//
// There is no agreed rule for whose money is whose in a mixed account, and
// the rules differ (FIFO is Clayton's case, 1816; haircut is pari passu), so
// they stand side by side and every figure is an interval between them. Each
// edge says whether it was observed, reported or inferred.
//
// What must stay true: amounts are integers of minor units and currencies are
// never mixed; for every method and currency, what came in from the victims
// (and, under poison alone, what was infected by mixing) equals what is held,
// what left and what went back, to the last unit; the order of the input does
// not matter, since transfers are taken by (time, id).
package trace
