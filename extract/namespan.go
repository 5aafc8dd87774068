package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// nameKind is how much a name has to say for itself.
type nameKind uint8

const (
	nameLoose  nameKind = iota // up to three words in capitals
	nameShort                  // up to two
	nameGiven                  // a given name first, or two words
	nameSigned                 // the same, and the line ends behind it
)

// takeName takes the name that begins at token k, past quotes and titles.
func (x *scan) takeName(k int, kind nameKind) {
	for ; k < len(x.toks) && k > 0 && (x.markAt(k) == '"' || x.markAt(k) == '(' || x.markAt(k) == '.' && x.gap(k) == 0 && x.shortTitle(k-1)); k++ {
		// in quotes, or behind a title's full stop
	}
	if k >= len(x.toks) {
		return
	}
	first, last := x.nameSpan(k, kind != nameShort)
	if last < first {
		return
	}
	known := x.knownName(first)
	if !known && allCapitals(x.bytes(first)) && (first == 0 || !x.is(first-1).has(cueAgent) && x.markAt(first-1) != '.' || allCapitals(x.bytes(first-1))) {
		return // URGENT is nobody's name
	}
	if !known && x.lang() == langDE && (kind >= nameGiven || kind == nameShort || !x.germanTitle(first)) {
		return // German writes every noun with a capital
	}
	if kind >= nameGiven && !known && (x.wordsOf(first, last) == 1 || allCapitals(x.bytes(first))) || x.letterhead(last) && kind >= nameGiven {
		return
	}
	if kind == nameSigned && last+1 < len(x.toks) && !x.lineBreak(last+1) && x.toks[last+1].class == classWord {
		return // the line goes on
	}
	x.takeAlias(first, last)
}

// germanTitle says whether Herr, Frau or a rank, a doctor's short form, or a
// word for being called stands before the name at token first.
func (x *scan) germanTitle(first int) bool {
	for k := first - 1; k >= 0 && k >= first-4; k-- {
		switch string(small(x.bytes(k), new(smallRoom))) {
		case "herr", "herrn", "frau", "dr", "prof", "kommissar", "kommissarin", "oberkommissar", "hauptkommissar", "inspektor", "mr", "mrs", "namens", "hieß", "hiess", "heiße", "heisse", "heißt", "notar", "rechtsanwalt", "anwalt":
			return true
		}
		if x.toks[k].class == classWord && !x.is(k).has(cueIs|cueName|cueAgent) {
			return false
		}
		if x.is(k).has(cueName) {
			return true
		}
	}
	return false
}

// nameSpan is the run of words from token k on that may be one name: words in
// capitals, initials, hyphens and the small words inside names; in scripts
// without capitals up to two words that mean nothing else.
func (x *scan) nameSpan(k int, long bool) (first, last int) {
	first, last = k, k-1
	most := 3
	if !long {
		most = 2
	}
	for words := 0; k < len(x.toks) && words < most; k++ {
		t := &x.toks[k]
		if t.used || k > first && x.lineBreak(k) {
			break
		}
		b := x.bytes(k)
		if t.class != classWord {
			hyphen := t.class == classMark && (b[0] == '-' || b[0] == '\'') && last == k-1 && k > first && x.gap(k) == 0 && x.gap(k+1) == 0 && x.markAt(k+1) == 0
			initial := t.class == classMark && b[0] == '.' && x.gap(k) == 0 && k > first && x.toks[k-1].class == classWord && x.toks[k-1].len() == 1
			if !hyphen && !initial {
				break
			}
			continue
		}
		if k > first && x.gap(k) != 1 && x.gap(k) != 0 {
			break
		}
		r, _ := utf8.DecodeRune(b)
		if g := cjk(b, 0); g > 1 && k == first && (x.lang() == langJA || x.hint(k).has(hintFamily|hintGiven)) && len(b) >= 6 && len(b) <= 18 {
			return first, k // a Japanese name is one run; what follows it is grammar
		}
		upper := unicode.IsUpper(r)
		caseless := r >= 0x900 && r <= 0x97F
		switch {
		case upper && len(b) == 1 && words > 0 && x.markAt(k+1) == '.': // Robert J. Smith
			continue
		case particle(b) && words > 0 && k+1 < len(x.toks) && x.gap(k+1) == 1 && startsUpper(x.bytes(k+1)) && !notAName(x.is(k+1)) && !x.hint(k+1).has(hintNoName):
			continue
		case !upper && !caseless || upper && len(b) < 2 || notAName(x.is(k)) || x.hint(k).has(hintNoName|hintSpeaks) || brandWord(b):
			return first, last
		case caseless && (words >= 2 || words == 1 && x.is(k)&^cueMore != 0):
			return first, last
		}
		if k == first || x.gap(k) > 0 || x.markAt(k-1) != '-' { // Karl-Heinz is one
			words++
		}
		last = k
	}
	return first, last
}

// wordsOf counts the words of a name, a hyphenated one as one.
func (x *scan) wordsOf(first, last int) int {
	n := 0
	for k := first; k <= last; k++ {
		if x.toks[k].class == classWord && (k == first || x.gap(k) > 0) {
			n++
		}
	}
	return n
}

// particle is a small word inside a name.
func particle(b []byte) bool {
	switch string(b) {
	case "del", "dos", "van", "von", "der", "la", "bin", "al":
		return true
	}
	return false
}

func startsUpper(b []byte) bool {
	if len(b) > 0 && b[0] < utf8.RuneSelf {
		return isUpper(b[0])
	}
	r, _ := utf8.DecodeRune(b)
	return unicode.IsUpper(r)
}

// takeAlias records tokens first to last as a name that was used.
func (x *scan) takeAlias(first, last int) {
	for last > first && x.badgeBehind(first, last) {
		last--
	}
	if x.remembered(last) && !x.quotedAt(first) {
		return
	}
	if first == last && !x.opt.FromFraudster && x.toldAlready(x.bytes(first)) && x.markAt(last+1) != ':' {
		return
	}
	name := foldName(string(x.text.b[x.toks[first].start:x.toks[last].end]))
	if len(name) < 3 || x.markAt(last+1) == '*' || x.is(last+1).has(cueFirm) && x.gap(last+1) <= 1 || x.hint(last).has(hintTrade) || x.hint(last+1).has(hintTrade) && x.gap(last+1) == 1 {
		return // a firm's
	}
	if brandFirm(name) != "" {
		return // "Charles Schwab" is the bank
	}
	x.take(fraud.PersonAlias, name, first, last, true)
	x.marks[len(x.marks)-1].how = x.how
	x.weakName = x.weakName || !sureHow[x.how]
}

// badgeBehind says whether the last word of a name is no part of it: capitals
// behind words that are not all in capitals, as "IPS", "HR", "EMP" are.
func (x *scan) badgeBehind(first, last int) bool {
	b := x.bytes(last)
	return x.toks[last].class == classWord && len(b) <= 4 && len(b) > 1 && allCapitals(b) && !allCapitals(x.bytes(first)) && x.gap(last) == 1
}

// toldAlready says whether a word is one of a longer name that the account has
// told: said again it is nobody new.
func (x *scan) toldAlready(w []byte) bool {
	for i := range x.found {
		f := &x.found[i]
		if f.Kind != fraud.PersonAlias || len(f.Raw) <= len(w)+1 {
			continue
		}
		at := strings.Index(f.Raw, string(w))
		if at >= 0 && (at == 0 || f.Raw[at-1] == ' ') && (at+len(w) == len(f.Raw) || f.Raw[at+len(w)] == ' ') {
			return true
		}
	}
	return false
}
