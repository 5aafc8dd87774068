package extract

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// speaker says whether a name is who speaks in a chat: at the start of a line
// or behind its time, a colon behind it, and the other side is "me" or its
// like somewhere near, or the name has the desk's name in brackets.
func (x *scan) speaker(first, last int) bool {
	if first > 1 && brandWord(x.bytes(first-1)) {
		first-- // Microsoft 佐藤
	}
	desk := false
	for words := 0; words < 3 && x.markAt(first-1) == '_' && first > 1; words++ { // Support_Agent_Leo:
		first -= 2
		desk = desk || x.is(first).has(cueAgent|cuePhone) || x.hint(first).has(hintNoName|hintRole)
	}
	for words := 0; words < 3 && first > 0 && !x.lineBreak(first) && x.toks[first-1].class == classWord; words++ { // Support Lead Kyle:
		first--
		desk = desk || x.is(first).has(cueAgent|cuePhone) || x.hint(first).has(hintNoName|hintRole)
	}
	if first > 0 && !x.lineBreak(first) {
		if m := x.markAt(first - 1); m != ']' && m != '/' && m != '~' && m != '>' && m != '|' && (m != '(' || first < 2) {
			return false
		}
	}
	k := last + 1
	if x.markAt(k) == '(' {
		for k++; k < len(x.toks) && k <= last+6 && x.markAt(k) != ')'; k++ {
			desk = desk || x.is(k).has(cueAgent|cuePhone) || x.hint(k).has(hintNoName|hintRole)
		}
		k++
	}
	if x.markAt(k) == ')' && !desk && x.markAt(first-1) == '(' {
		k++
	}
	if x.markAt(k) != ':' || x.gap(k) > 1 || k+1 < len(x.toks) && x.gap(k+1) == 0 {
		return false
	}
	if x.asksOfThem(last) {
		x.remember(last) // the speaker's own bank or desk
		return false
	}
	if desk {
		return true
	}
	for _, step := range [2]int{-1, 1} {
		for m := k + step; m > 0 && m+1 < len(x.toks) && m > first-80 && m < last+80; m += step {
			if x.hint(m).has(hintSelf) && x.markAt(m+1) == ':' {
				return true
			}
		}
	}
	return false
}

// asksOfThem says whether the lines of a chat that begin with the word at token
// label ask about somebody else: "What number did he call from?". Who sells does
// not; who takes a report does.
func (x *scan) asksOfThem(label int) bool {
	if x.opt.FromFraudster {
		return false
	}
	end := min(len(x.toks), label+fewWords)
	for k := label; k < end; k++ {
		if x.markAt(k+1) != ':' || !bytes.Equal(x.bytes(k), x.bytes(label)) {
			continue
		}
		third := false
		for k += 2; k < end && !x.lineBreak(k) && x.markAt(k) != '['; k++ {
			switch {
			case x.markAt(k) == '?' && third:
				return true
			case x.markAt(k) == '.' || x.markAt(k) == '?':
				third = false
			}
			third = third || thirdPerson(x.bytes(k)) && !startsUpper(x.bytes(k))
		}
		k--
	}
	return false
}

// speaksAs takes the name before "bol raha" and "बोल रहा".
func (x *scan) speaksAs(i int) {
	if next := i + 1; next >= len(x.toks) || !strings.HasPrefix(string(x.bytes(next)), "रह") && !strings.HasPrefix(strings.ToLower(string(x.bytes(next))), "rah") {
		return
	}
	first := i
	for k := i - 1; k >= 0 && k >= i-2; k-- {
		r, _ := utf8.DecodeRune(x.bytes(k))
		if x.toks[k].class != classWord || x.toks[k].used || x.gap(k+1) != 1 || x.is(k)&^cueMore != 0 || x.hint(k)&^(hintGiven|hintFamily) != 0 || r < 0x900 && !unicode.IsUpper(r) {
			break
		}
		first = k
	}
	if first < i {
		x.takeAlias(first, i-1)
	}
}

// signature takes the name in the line behind a closing word. A victim's own
// letter closes with the victim's name, so there it counts in a quote only.
func (x *scan) signature(i int) {
	k := i + 1
	quoted := false
	for ; k < len(x.toks) && k <= i+8; k++ {
		m := x.markAt(k)
		if m == '>' {
			quoted = true
			continue
		}
		if m == ',' || m == '-' || m == '!' || m == '.' || m == '&' || m == '*' {
			continue
		}
		if x.hint(k).has(hintSignoff) || equalFold("and", x.bytes(k)) || equalFold("you", x.bytes(k)) || equalFold("sincerely", x.bytes(k)) {
			continue
		}
		break
	}
	if k >= len(x.toks) || x.markAt(k-1) == 0 && !x.lineBreak(k) && !equalFold("mfg", x.bytes(i)) {
		return // "Thanks Linda" thanks Linda
	}
	if !x.opt.FromFraudster && !quoted && !x.lineQuoted(i) {
		return
	}
	x.takeName(k, nameSigned)
}

// lineQuoted says whether the line of token i begins with ">".
func (x *scan) lineQuoted(i int) bool {
	at := int(x.toks[i].start)
	for at > 0 && x.text.b[at-1] != '\n' {
		at--
	}
	return x.text.b[at] == '>'
}
