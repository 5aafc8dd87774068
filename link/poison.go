package link

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/zeebo/xxh3"

	"ringbreaker.example/fraud"
)

// findPoison flags reports that look like an attempt to frame somebody
// (DESIGN §7.9): no money sent, and all alike. Either many of one source
// within days name exactly the same values, or several tell the same story in
// the same words about one value; where that value is a firm, in whatever
// time and from whatever source. Victims of one ring share values too, but
// not all of them, and they do not write the same story. What such a report
// names counts for a part.
//
// A report that names where money went or how a machine was reached is not
// flagged: who only wants to blame somebody has nothing of the kind to tell.
func (m *material) findPoison(sights []sight, texts []textGroup, rules *rules) []bool {
	weak := make([]bool, len(m.order))
	knows := m.knows(sights)
	var rows []alike
	shown := m.shownText()
	for r, sum := range m.valueSums(sights, knows) {
		if sum != 0 && !shown[r] {
			rows = append(rows, alike{key: sum, report: uint32(r)})
		}
	}
	m.flagBursts(rows, int(m.b.model.Param("poison_reports")), weak, rules)
	story := make([]uint64, len(m.order))
	for _, g := range texts {
		if !g.told {
			continue
		}
		for _, s := range g.texts {
			story[s.report] = m.b.digest(g.texts[0])
		}
	}
	rows = rows[:0]
	company := kindNumber(fraud.Company)
	for _, s := range sights {
		if story[s.report] != 0 && !knows[s.report] {
			x := alike{key: story[s.report] ^ m.b.values.hashes[s.value], report: s.report, anyhow: m.b.values.bytes(s.value)[0] == company}
			rows = append(rows, x)
		}
	}
	m.flagBursts(rows, int(m.b.model.Param("poison_stories")), weak, rules)
	return weak
}

// knows tells which reports name money or machines.
func (m *material) knows(sights []sight) []bool {
	knows := make([]bool, len(m.order))
	for _, s := range sights {
		if f := families[m.params.priors[m.b.values.bytes(s.value)[0]][s.role].family]; f == fraud.FamilyMoney || f == fraud.FamilyRemote {
			knows[s.report] = true
		}
	}
	return knows
}

// alike marks a report that has something (key) in common with others.
type alike struct {
	key    uint64
	report uint32
	anyhow bool // whatever the source and time
}

// shownText tells which reports hold a text that was read or shown to the
// victim: a recording is the same for all, so likeness says nothing there.
func (m *material) shownText() []bool {
	out := make([]bool, len(m.order))
	narrative := m.b.story
	for _, s := range m.b.sketches {
		if r := m.rank[s.report]; r != none && s.field != narrative {
			out[r] = true
		}
	}
	return out
}

// valueSums gives each report a sum over what it names, 0 if it names nothing
// by which somebody could be blamed, or knows of money or machines.
func (m *material) valueSums(sights []sight, knows []bool) []uint64 {
	sums := make([]uint64, len(m.order))
	var buf [9]byte
	for _, s := range sights {
		if knows[s.report] || m.params.priors[m.b.values.bytes(s.value)[0]][s.role].bits < m.params.medium {
			continue
		}
		binary.LittleEndian.PutUint64(buf[:], m.b.values.hashes[s.value])
		buf[8] = s.role
		sums[s.report] += xxh3.Hash(buf[:])
	}
	return sums
}

// flagBursts flags unpaid reports that are alike, of one source and close in
// time if that is asked.
func (m *material) flagBursts(rows []alike, many int, weak []bool, rules *rules) {
	rows = slices.DeleteFunc(rows, func(x alike) bool {
		n := m.order[x.report]
		return m.b.reports[n].flags&flagPaid != 0 || rules.confirmed[n]
	})
	source := func(x alike) uint64 {
		if x.anyhow {
			return 0
		}
		return m.b.sources.hashes[m.b.reports[m.order[x.report]].source]
	}
	slices.SortFunc(rows, func(x, y alike) int {
		return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(source(x), source(y)), cmp.Compare(x.report, y.report))
	})
	rows = slices.CompactFunc(rows, func(x, y alike) bool { return x == y })
	span := int64(m.b.model.Param("poison_hours") * 3600)
	at := func(x alike) int64 { return m.b.reports[m.order[x.report]].at }
	for i, j := 0, 0; j < len(rows); j++ {
		for rows[i].key != rows[j].key || source(rows[i]) != source(rows[j]) || !rows[i].anyhow && at(rows[j])-at(rows[i]) > span {
			i++
		}
		if j-i+1 >= many {
			for _, x := range rows[i : j+1] {
				weak[x.report] = true
			}
		}
	}
}
