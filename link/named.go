package link

import "math/bits"

// namings counts how many reports name a value of a kind in a month, in all of
// the material and not in one component of it: an account that everybody names
// whom a component knows is common there, and may be rare.
type namings struct {
	months []int32   // by month: how many before it anything was named in
	before [][]int32 // by kind and likeness, then by the place of a month: how many before it
}

func (m *material) countNamings() {
	last := uint32(0)
	for i := range m.tenures {
		for _, inc := range m.of(i) {
			last = max(last, inc.at/monthMinutes)
		}
	}
	n := namings{months: make([]int32, last+2), before: make([][]int32, 256)}
	m.eachNamed(func(_ uint8, month uint32) { n.months[month+1] = 1 })
	for k := 1; k < len(n.months); k++ {
		n.months[k] += n.months[k-1]
	}
	all := n.months[len(n.months)-1]
	m.eachNamed(func(kind uint8, month uint32) {
		if n.before[kind] == nil {
			n.before[kind] = make([]int32, all+1)
		}
		n.before[kind][n.months[month]+1]++
	})
	for _, row := range n.before {
		for k := 1; k < len(row); k++ {
			row[k] += row[k-1]
		}
	}
	m.named = n
}

// eachNamed tells of each naming of a value that two reports or more name.
func (m *material) eachNamed(tell func(kind uint8, month uint32)) {
	for i := range m.tenures {
		t := &m.tenures[i]
		if t.end-t.start < 2 {
			continue
		}
		for _, inc := range m.of(i) {
			tell(t.likeness(), inc.at/monthMinutes)
		}
	}
}

// likeness tells kinds apart, and the likenesses of each from its values.
func (t *tenure) likeness() uint8 { return t.kind + 64*t.soft }

// around gives how many reports named values of a tenure's kind while it was in
// use, from and to in minutes: the power of two below, so that a report more
// changes what is said of hardly any component but its own.
func (n *namings) around(t *tenure, from, to uint32) int32 {
	row := n.before[t.likeness()]
	if row == nil {
		return 0
	}
	last := uint32(len(n.months) - 1)
	count := row[n.months[min(to/monthMinutes+1, last)]] - row[n.months[min(from/monthMinutes, last)]]
	return 1 << bits.Len32(uint32(count)) >> 1
}
