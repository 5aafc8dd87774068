package extract

import (
	"bytes"

	"ringbreaker.example/fraud"
)

// mostRows is how many rows of a table are climbed to its head: a table in an
// account is short, and the cost stays a straight line.
const mostRows = 64

// columnRole is the part that the head of a table's column gives a number or
// an address below it, "" where the finding stands in no table whose head
// says so.
func (x *scan) columnRole(m mark) fraud.Role {
	b := x.text.b
	if x.firstLine(m.start) {
		return "" // no head above it
	}
	from, till := lineOf(b, m.start, m.end)
	row := b[from:till]
	sep, columns := byte(0), 0
	for _, c := range []byte{'\t', '|', ';'} {
		if n := bytes.Count(row, []byte{c}); n >= 2 {
			sep, columns = c, n
			break
		}
	}
	if sep == 0 {
		return ""
	}
	column := bytes.Count(b[from:m.start], []byte{sep})
	var head []byte
	for rows := 0; from > 0 && rows < mostRows; rows++ {
		start, end := lineOf(b, from-1, from-1)
		if bytes.Count(b[start:end], []byte{sep}) != columns {
			break
		}
		head, from = b[start:end], start
	}
	cells := bytes.Split(head, []byte{sep})
	if column >= len(cells) {
		return ""
	}
	var is cues
	var hint hints
	for word := range bytes.FieldsFuncSeq(cells[column], func(r rune) bool { return r < 'A' }) {
		if e := dictionary.entries[dictionary.find(word, 0, len(word))]; len(word) <= maxWord {
			is |= e.is
			hint |= e.hint
		}
	}
	switch {
	case hint.has(hintKin|hintSelf) && !is.has(cueShown) || is.has(cueMy):
		return fraud.RoleVictimOwned
	case is.has(cueShown):
		return fraud.RoleShownCallerID
	case is.has(cueFrom) && is.has(cueText|cueMail):
		return fraud.RoleSender
	case is.has(cueFrom):
		return fraud.RoleShownCallerID
	case is.has(cueCall):
		return fraud.RoleCallback
	}
	return ""
}
