package link

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/fraud"
)

// addReuse joins the tenures of one value by weak evidence: operators take a
// number up again after a cool-down, and numbers are handed to strangers.
func (m *material) addReuse() {
	bits := m.b.model.Param("reuse")
	for i := 1; i < len(m.tenures); i++ {
		a, b := m.tenures[i-1], m.tenures[i]
		if a.value != b.value || a.soft != hard || b.soft != hard || m.faint(a) {
			continue
		}
		t := tenure{value: a.value, from: a.to, to: b.from, start: uint32(len(m.incs)), kind: a.kind, family: a.family, soft: softReuse, hash: a.hash + 2}
		m.incs = reserve(m.b.spill, m.incs, int(a.end-a.start+b.end-b.start)) // before they are read
		for _, k := range []int{i - 1, i} {
			for _, inc := range m.of(k) {
				inc.bits = min(inc.bits, m.weigh(bits, inc.report))
				m.incs = append(m.incs, inc)
			}
		}
		m.close(t)
	}
}

// faint says that a value is common by nature: that a first name comes back
// says nothing that the name does not.
func (m *material) faint(t tenure) bool {
	return !slices.ContainsFunc(m.incs[t.start:t.end], func(inc incidence) bool { return inc.bits >= m.params.medium })
}

// numberRow is a phone number of a block: the number without its last two
// digits, and those digits.
type numberRow struct {
	head   string
	tail   int
	tenure int
}

// addBlocks joins callback numbers that stand close in one consecutive block
// and were in use on the same days: they were rented together.
func (m *material) addBlocks() {
	rows := m.numberRows()
	span := int(m.b.model.Param("block_span"))
	for i := 0; i < len(rows); {
		j := i + 1
		for j < len(rows) && rows[j].head == rows[i].head && rows[j].tail-rows[i].tail <= span && m.sameDays(rows[j-1].tenure, rows[j].tenure) {
			j++
		}
		if j-i > 1 && rows[i].tail != rows[j-1].tail {
			m.addBlock(rows[i:j])
		}
		i = j
	}
}

func (m *material) numberRows() []numberRow {
	var rows []numberRow
	callback := roleNumber(fraud.RoleCallback)
	for i := range m.tenures {
		t := &m.tenures[i]
		if t.soft != hard || kinds[t.kind] != fraud.Phone || !slices.ContainsFunc(m.of(i), func(inc incidence) bool { return inc.role == callback }) {
			continue
		}
		v := string(m.b.values.bytes(t.value)[1:])
		if len(v) < 9 || fictional(v) {
			continue
		}
		tail, err := strconv.Atoi(v[len(v)-2:])
		if err != nil {
			continue
		}
		rows = append(rows, numberRow{v[:len(v)-2], tail, i})
	}
	slices.SortFunc(rows, func(x, y numberRow) int {
		return cmp.Or(strings.Compare(x.head, y.head), cmp.Compare(x.tail, y.tail), cmp.Compare(m.tenures[x.tenure].from, m.tenures[y.tenure].from))
	})
	return rows
}

// fictional says whether a number is one of the hundred in each area code of
// North America that are kept for fiction (555-01XX: ATIS-0300115). Nobody rents
// them out, so that two stand close says nothing: it is invented data.
func fictional(number string) bool {
	return len(number) == len("+12125550100") && strings.HasPrefix(number, "+1") && number[5:10] == "55501"
}

// sameDays says whether two tenures began within days of each other: numbers
// rented together are taken into use together.
func (m *material) sameDays(a, b int) bool {
	const few = 4 * 24 * 60
	x, y := m.tenures[a].from, m.tenures[b].from
	return max(x, y)-min(x, y) <= few
}

func (m *material) addBlock(rows []numberRow) {
	first := m.tenures[rows[0].tenure]
	m.notes = append(m.notes, rows[0].head+"00-99")
	t := tenure{value: first.value, from: none, start: uint32(len(m.incs)), kind: first.kind, family: first.family, soft: softBlock, note: uint32(len(m.notes) - 1), hash: first.hash + 1}
	bits := m.b.model.Param("block")
	for _, row := range rows {
		x := m.tenures[row.tenure]
		m.incs = reserve(m.b.spill, m.incs, int(x.end-x.start)) // before they are read
		t.from, t.to = min(t.from, x.from), max(t.to, x.to)
		for _, inc := range m.of(row.tenure) {
			inc.bits = min(inc.bits, m.weigh(bits, inc.report))
			m.incs = append(m.incs, inc)
		}
	}
	m.close(t)
}
