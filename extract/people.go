package extract

import (
	_ "embed" // the names
	"strings"
)

// moreNamesText holds given names that are too many for the dictionary of the
// pass over the text: they are asked for where other words announce a name.
//
//go:embed data/morenames.txt
var moreNamesText string

// moreNames is read once and never changes.
var moreNames = func() map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(moreNamesText) {
		if !strings.HasPrefix(line, "#") {
			for name := range strings.FieldsSeq(line) {
				names[name] = true
			}
		}
	}
	return names
}()

// knownName says whether token k is a given name, or in a script without
// capitals a family's.
func (x *scan) knownName(k int) bool {
	if x.hint(k).has(hintGiven | hintFamily) {
		return true
	}
	b := x.bytes(k)
	if len(b) < 3 || len(b) > 14 || x.is(k) != 0 {
		return false
	}
	var room [14]byte
	low := room[:len(b)]
	for i, c := range b {
		low[i] = lower(c)
	}
	return moreNames[string(low)]
}

// mostOwners is how many names of the speaker's own people are remembered of
// one text.
const mostOwners = 8

// remember keeps the name that begins at token k as one of the speaker's own
// people, so that it is no agent's where it stands again: "my neighbour, Mrs
// Edith Lowe … Mrs Lowe is too upset".
func (x *scan) remember(k int) {
	for k < len(x.toks) && (x.markAt(k) == '.' || x.markAt(k) == ',' || x.markAt(k) == '"') {
		k++
	}
	if k >= len(x.toks) || len(x.owners) >= mostOwners {
		return
	}
	if first, last := x.nameSpan(k, true); last >= first {
		x.owners = append(x.owners, int32(last))
	}
}

// remembered says whether the name that ends at token last is that of one of
// the speaker's own people.
func (x *scan) remembered(last int) bool {
	for _, k := range x.owners {
		if int(k) != last && string(x.bytes(int(k))) == string(x.bytes(last)) {
			return true
		}
	}
	return false
}

// theirLine says whether token i stands in a line of a call's or a chat's copy
// that the other side speaks: "REP: …", "Scammer: …", "Agent: …".
func (x *scan) theirLine(i int) bool {
	for k := i - 1; k > 0 && k > i-farAsk; k-- {
		if x.markAt(k) != ':' || x.toks[k-1].class != classWord || x.gap(k) > 0 {
			if x.lineBreak(k + 1) {
				return false
			}
			continue
		}
		if !x.lineBreak(k-1) && x.markAt(k-2) != ']' && !x.lineBreak(k-2) {
			continue
		}
		w, hint := x.bytes(k-1), x.hint(k-1)
		return x.is(k-1).has(cueAgent) || hint.has(hintTheirs) || equalFold("scammer", w) || equalFold("them", w) || equalFold("suspect", w) || equalFold("tech", w) || equalFold("betrüger", w) || equalFold("estafador", w)
	}
	return false
}

// ownPeople says whether the full name in tokens first to last is that of one
// on the speaker's side or on neither: the letter's signature, whose statement
// it is, an officer it was reported to, a cashier, the speaker's own
// accountant.
func (x *scan) ownPeople(first, last int) bool {
	if x.streetBehind(last) {
		return true
	}
	for k, at := first-1, 0; k >= 0 && at < 6; k, at = k-1, at+1 {
		if m := x.markAt(k); m == '>' || m == '"' || m == '.' && at > 2 && !x.abbreviation(k) || m == ';' || m == ')' {
			break
		}
		w := x.bytes(k)
		switch {
		case x.hint(k).has(hintSignoff) && at < 5 && (x.lineBreak(first) || x.markAt(first-1) == ',' || x.lineBreak(k)):
			return !x.lineQuoted(k)
		case at < 6 && equalFold("me", w) && x.markAt(first-1) == ':' && x.is(k-1).has(cueCall):
			return true
		case equalFold("of", w) && at == 0 && (equalFold("statement", x.wordAt(k-1)) || equalFold("behalf", x.wordAt(k-1)) || equalFold("interview", x.wordAt(k-1))):
			return true
		case at <= 2 && (equalFold("teller", w) || equalFold("cashier", w) || equalFold("clerk", w) || equalFold("witness", w) || equalFold("reporter", w) || equalFold("notary", w)):
			return true
		case at <= 1 && (x.is(k).has(cueAgent) || x.hint(k).has(hintRole) || equalFold("accountant", w)) && (helperRole(w) && x.ours(k) || x.hint(k).has(hintRole) && x.is(k-1).has(cueGenuine) || equalFold("reported", x.wordAt(k-2))):
			return true
		}
	}
	return x.signsBelow(first, last)
}

// helperRole is somebody whom one has on one's own side; a director or a
// manager of the speaker's firm is whom fraudsters pretend to be.
func helperRole(w []byte) bool {
	switch string(w) {
	case "attorney", "lawyer", "solicitor", "accountant", "banker", "realtor", "barrister", "Anwalt", "Steuerberater", "abogado", "abogada", "avocat", "avocate", "notaire", "gestor", "gestora":
		return true
	}
	return false
}

// streetBehind says whether a name ends as a street's does.
func (x *scan) streetBehind(last int) bool {
	for k := last; k <= last+1 && k < len(x.toks); k++ {
		if k > last && x.gap(k) != 1 {
			return false
		}
		switch string(x.bytes(k)) {
		case "Rd", "St", "Ave", "Blvd", "Ln", "Street", "Road", "Avenue", "Ct", "Hwy", "Plaza", "Kong", "Springs", "Airport", "Hospital", "University", "School", "Mall":
			return true
		}
	}
	return false
}

// mostBelow is how many tokens a signature has below its name.
const mostBelow = 14

// signsBelow says whether a name stands alone in its line below an account,
// with nothing behind it but where the writer can be reached.
func (x *scan) signsBelow(first, last int) bool {
	if first == 0 || !x.lineBreak(first) || !x.lineBreak(last+1) || last+mostBelow < len(x.toks) || last+1 >= len(x.toks) {
		return false
	}
	if m := x.markAt(first - 1); m == ':' || m == '>' {
		return false
	}
	for k := last + 1; k < len(x.toks); k++ {
		if t := &x.toks[k]; t.class == classWord && !t.used && !x.is(k).has(cuePhone|cueOwn|cueMail|cueCall) {
			return false
		}
	}
	return true
}

// columnName says whether a name stands in the column of a table whose head
// is about the agent's name.
func (x *scan) columnName(first int) bool {
	if x.lineBreak(first) && first > 0 || x.markAt(first-1) != ',' && x.markAt(first-1) != '|' && x.markAt(first-1) != ';' && x.text.b[max(0, int(x.toks[first].start)-1)] != '\t' {
		return false
	}
	is, _, other, _ := x.columnHead(mark{start: int(x.toks[first].start), end: int(x.toks[first].end)})
	return is.has(cueAgent) || is.has(cueName) && (other || is.has(cueShown)) || other && !is.has(cuePhone|cueNumber|cueMail)
}
