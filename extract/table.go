package extract

import (
	"bytes"

	"ringbreaker.example/fraud"
)

// mostRows is how many rows of a table are climbed to its head: a table in an
// account is short, and the cost stays a straight line.
const mostRows = 64

// columnHead is what the words of the head of a finding's column say in a
// table: their cues and hints, whether they name the other side, and whether
// it is the sender's column.
func (x *scan) columnHead(m mark) (is cues, hint hints, other, sender bool) {
	b := x.text.b
	if x.firstLine(m.start) {
		return 0, 0, false, false // no head above it
	}
	from, till := lineOf(b, m.start, m.end)
	row := b[from:till]
	sep, columns := byte(0), 0
	for _, c := range []byte{'\t', '|', ';', ','} {
		if n := countCells(row, c); n >= 2 {
			sep, columns = c, n
			break
		}
	}
	if sep == 0 {
		return 0, 0, false, false
	}
	column := countCells(b[from:m.start], sep)
	var head []byte
	for rows := 0; from > 0 && rows < mostRows; rows++ {
		start, end := lineOf(b, from-1, from-1)
		if n := countCells(b[start:end], sep); n != columns {
			if n >= 2 && n >= column && n < columns && sep == ',' && bytes.IndexByte(b[start:end], ' ') < 0 && !bytes.ContainsAny(b[start:end], "0123456789") {
				head = b[start:end] // the row has a comma in its sum of money
			}
			break
		}
		head, from = b[start:end], start
	}
	cells := bytes.Split(head, []byte{sep})
	if column >= len(cells) || sep == ',' && (bytes.IndexByte(head, ' ') >= 0 || bytes.ContainsAny(head, "0123456789+@")) {
		return 0, 0, false, false // a sentence has commas too: the head of such a table has names alone
	}
	for word := range bytes.FieldsFuncSeq(cells[column], func(r rune) bool { return r < 'A' || r == '_' }) {
		if e := dictionary.entries[dictionary.find(word, 0, len(word))]; len(word) <= maxWord {
			is |= e.is
			hint |= e.hint
		}
		other = other || otherSide(word) || equalFold("scam", word) || equalFold("fraud", word)
		sender = sender || equalFold("sender", word)
	}
	if !other && is.has(cueShown) && (bytes.Contains(head, []byte("susp")) || bytes.Contains(head, []byte("scammer"))) && hasFold(string(bytes.TrimSpace(cells[column])), "caller_") {
		is, hint = is&^cueShown, hint|hintKin // who called the desk, for the others have a column of their own
	}
	return is, hint, other, sender
}

// columnRole is the part that the head of a table's column gives a number or
// an address below it, "" where the finding stands in no table whose head
// says so.
func (x *scan) columnRole(m mark) fraud.Role {
	is, hint, other, sender := x.columnHead(m)
	switch {
	case sender:
		return fraud.RoleSender
	case other && is.has(cuePhone|cueNumber|cueCall):
		return fraud.RoleCallback
	case is.has(cueCall) && is.has(cuePhone|cueNumber) && !is.has(cueShown|cueFrom) && !hint.has(hintKin|hintSelf) && !is.has(cueMy):
		return fraud.RoleCallback
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

// countCells counts a table's separators, those inside quotes of a row with
// commas not (RFC 4180 §2).
func countCells(row []byte, sep byte) int {
	if sep != ',' || bytes.IndexByte(row, '"') < 0 {
		return bytes.Count(row, []byte{sep})
	}
	n, quoted := 0, false
	for _, c := range row {
		switch {
		case c == '"':
			quoted = !quoted
		case c == sep && !quoted:
			n++
		}
	}
	return n
}
