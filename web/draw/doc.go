// Package draw finds places for the marks of a picture. It knows graphs and
// numbers and nothing of fraud: what a mark means and how it looks is the
// page's.
//
//	nodes and edges ──▶ Layout: leaves fold into their stems ─▶ coarser and coarser graphs ─▶ forces on each ─▶ leaves unfold ──▶ a place for each node
//
// What must stay true: the same graph gives the same places, the work is
// bounded by the size of the graph alone, and no place is outside the box or
// not a number.
package draw
