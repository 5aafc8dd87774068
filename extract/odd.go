package extract

import (
	"bytes"

	"ringbreaker.example/fraud"
)

// odd looks at digits that something has spoilt on the way: a spreadsheet's
// exponent, letters that look like digits, an answer in a chat. It says
// whether it has dealt with the run.
func (x *scan) odd(i int) bool {
	switch t := &x.toks[i]; {
	case t.class == classMixed:
		return t.len() <= 4 && x.lookalike(i)
	case t.len() == 1 && i+4 < len(x.toks) && (x.markAt(i+1) == '.' || x.markAt(i+1) == ',') && x.toks[i+2].class == classMixed:
		return x.rounded(i)
	case t.len() == 3 && i+2 < len(x.toks) && (x.toks[i+2].class == classMixed || i+4 < len(x.toks) && x.toks[i+4].class == classMixed || x.toks[i+1].class == classMixed) && x.lookalike(i):
		return true
	case t.len() <= 3 || t.len() == 9:
		return x.tool > 0 && x.answered(i)
	}
	return false
}

// rounded reads what a spreadsheet makes of a long number, 1.8885550123E+10.
// With all its digits it is the number still; with fewer it is none, and its
// pieces are none either.
func (x *scan) rounded(i int) bool {
	b := x.bytes(i + 2)
	digits := b[:len(b)-1]
	if b[len(b)-1]|0x20 != 'e' || !allDigits(digits) || x.markAt(i+3) != '+' || x.toks[i+4].class != classNumber || x.toks[i+4].len() != 2 {
		return false
	}
	for k := i + 1; k <= i+4; k++ {
		if x.gap(k) > 0 {
			return false
		}
	}
	for k := i; k <= i+4; k++ {
		x.toks[k].used = true
	}
	power := x.bytes(i + 4)
	if want := int(power[0]-'0')*10 + int(power[1]-'0'); want != len(digits) || want < 9 || want > 14 {
		return true
	}
	d := append(append(x.digits[:0], x.bytes(i)...), digits...)
	x.digits = d
	p, ok := parsePhone(d, false, regionUS)
	if !ok || !p.valid {
		if p, ok = parsePhone(d, true, nil); !ok || !p.valid {
			return true
		}
	}
	x.takeSpan(fraud.Phone, p.e164(), int(x.toks[i].start), int(x.toks[i+4].end), true)
	return true
}

// lookalike reads a number of North America in which letters stand for the
// digits that they look like: "l-8OO-555-Ol87". The groups of three, three
// and four have to be there, with marks between them and letters in one of
// them, so that no other code is taken for one.
func (x *scan) lookalike(i int) bool {
	var d [10]byte
	n, letters, last, from := 0, 0, i, i
	for group := range 3 {
		want := 3 + group/2
		for k := 0; k < want; {
			if last >= len(x.toks) || x.toks[last].used || x.toks[last].class == classMark || last > i && k > 0 && x.gap(last) > 1 {
				return false
			}
			b := x.bytes(last)
			if k+len(b) > want {
				return false
			}
			for _, c := range b {
				digit := looksLike(c)
				if digit == 0 {
					return false
				}
				if !isDigit(c) {
					letters++
				}
				d[n], n, k = digit, n+1, k+1
			}
			last++
		}
		if group == 2 {
			break
		}
		marks := 0
		for ; last < len(x.toks) && x.toks[last].class == classMark && marks < 2; marks++ {
			if m := x.markAt(last); m != '-' && m != '.' && m != '(' && m != ')' || x.gap(last) > 1 || x.gap(last+1) > 1 {
				return false
			}
			last++
		}
		if marks == 0 && (x.gap(last) != 1 || x.lineBreak(last) || x.phoneCue(i, last) != cueFor) {
			return false
		}
	}
	last--
	if letters == 0 || letters > 5 || last+1 < len(x.toks) && x.gap(last+1) == 0 && x.toks[last+1].class != classMark || x.markAt(last+1) == '-' {
		return false
	}
	for from > 0 && x.gap(from) <= 1 && (x.markAt(from-1) == '-' || x.markAt(from-1) == '(' || x.markAt(from-1) == '+') && !x.toks[from-1].used {
		from--
	}
	if from > 0 && x.gap(from) <= 1 && x.toks[from-1].len() == 1 && looksLike(x.bytes(from - 1)[0]) == '1' {
		from--
		if x.markAt(from-1) == '+' {
			from--
		}
	} else {
		from = i
		if x.markAt(i-1) == '(' {
			from--
		}
	}
	p, ok := parsePhone(d[:], false, regionUS)
	if !ok || !p.valid || p.code != 1 {
		return false
	}
	x.take(fraud.Phone, p.e164(), from, last, true)
	return true
}

// looksLike is the digit that a byte is or looks like, 0 if none.
func looksLike(c byte) byte {
	switch {
	case isDigit(c):
		return c
	case c == 'O' || c == 'o':
		return '0'
	case c == 'S':
		return '5'
	case c == 'B':
		return '8'
	case c == 'l' || c == 'I' || c == 'i' || c == '|':
		return '1'
	}
	return 0
}

// answered takes the id that a victim reads out in a chat's line, "Me: 774
// 120 993", where the text names a product for remote access before it or
// behind: nine digits, or ten as such a product groups them.
func (x *scan) answered(i int) bool {
	tool := remoteTools[x.tool-1]
	if tool.least == 0 || tool.most < 9 || i < 2 || x.markAt(i-1) != ':' && x.markAt(i-2) != ':' && x.markAt(i-3) != ':' || !x.selfSpeaks(i) {
		return false
	}
	id, last := x.threes(i)
	if len(id) != 9 && (len(id) != 10 || tool.most < 10) {
		return false
	}
	x.take(fraud.RemoteID, tool.name+":"+string(id), i, last, true)
	x.tool = 0
	return true
}

// threes is the digits from token i on where they stand in groups of three,
// the first of which may have one, or all in one piece of nine.
func (x *scan) threes(i int) (id []byte, last int) {
	id = append(x.joined[:0], x.bytes(i)...)
	last = i
	for k := i + 1; k < len(x.toks) && len(id) < 10 && x.toks[i].len() < 9; k++ {
		if t := &x.toks[k]; t.class != classNumber || t.len() != 3 || t.used || x.gap(k) != 1 || x.lineBreak(k) {
			break
		}
		id, last = append(id, x.bytes(k)...), k
	}
	x.joined = id
	return id, last
}

// openedFor says whether the sentence tells to open or fetch a site, and the
// lines behind it go on with a session of remote access: a product's name or
// an id, so that the site is how the machine was reached.
func (x *scan) openedFor(first, last int) bool {
	if x.is(first-1).has(cueFrom) && x.is(first-2).has(cueTool) {
		return true // "install AnyDesk from"
	}
	opens := false
	for k := first - 1; k >= 0 && k >= first-9 && !opens; k-- {
		if x.lineBreak(k+1) || x.markAt(k) == '.' && x.gap(k+1) > 0 || x.markAt(k) == '?' {
			break
		}
		opens = x.hint(k).has(hintOpens)
	}
	if !opens {
		for k := last + 1; k < len(x.toks) && k <= last+2; k++ { // …を開いて
			opens = opens || bytes.HasPrefix(x.bytes(k), []byte("開")) || x.hint(k).has(hintOpens)
		}
	}
	if !opens {
		return false
	}
	for k := last + 1; k < len(x.toks) && k < last+farSession; k++ {
		if x.is(k).has(cueTool) && x.toks[k].used {
			return true
		}
		if x.blankLine(k) {
			break
		}
	}
	return false
}

// farSession is how many tokens behind a site a session is still about it:
// three lines of a chat.
const farSession = 40
