package extract

import (
	"strings"

	"ringbreaker.example/fraud"
)

// spoken takes a phone number that was said or spelled out in words, from
// token i on: "eight five five, four seven oh, one two one two", "double
// five", "cero ocho cientos", "zéro un trente-deux", "achtundachtzig".
func (x *scan) spoken(i int) bool {
	enough := 3
	if times := x.is(i).has(cueTimes); times || x.is(i).has(cueDigit) { // "646 triple five 0178", "8 seven 7": the digits before it count
		for from := i; from > 0 && from > i-8 && !x.toks[from-1].used && x.gap(from) <= 1; from-- {
			t := &x.toks[from-1]
			if t.class == classNumber && (t.len() == 1 || t.len() == 3 || t.len() <= 4 && times) {
				i, enough = from-1, 2
			} else if x.markAt(from-1) != ',' {
				break
			}
		}
	}
	d := x.digits[:0]
	words, last := 0, i-1
	end := x.spokenEnd(i)
	for k := i; k < end; {
		n, took, isWord := x.spokenPart(k, end, &d)
		if took == 0 {
			break
		}
		if isWord {
			words += n
		}
		k += took
		last = k - 1
		if len(d) > maxPhoneDigits {
			break
		}
	}
	x.digits = d
	if words < enough || len(d) < leastPhone || last < i {
		return false
	}
	for x.toks[last].class == classMark && last > i {
		last--
	}
	return x.spokenPhone(i, last, d)
}

// maxSpoken is how many words and marks a number said aloud may take.
const maxSpoken = 64

// spokenEnd is the token after the last one that may belong to a number said
// aloud: digits, number words, small marks.
func (x *scan) spokenEnd(i int) int {
	k := i
	for ; k < len(x.toks) && k < i+maxSpoken; k++ {
		t := &x.toks[k]
		if t.used || k > i && (x.gap(k) > 3) {
			break
		}
		is := x.is(k)
		if is.has(cueTeen|cueTens|cueHundred) && !x.counts(k) {
			break // "once again" has no eleven in it
		}
		if t.class == classNumber && t.len() <= 4 || is.has(cueDigit|cueTeen|cueTens|cueTimes|cueHundred|cueAnd|cueFiller) {
			continue
		}
		if k > i && is.has(cueDo) && x.lang() == langHI {
			continue
		}
		if m := x.markAt(k); m == ',' || m == '-' || m == '.' || m == '(' || m == ')' || m == ';' {
			continue
		}
		break
	}
	return k
}

// counts says whether the number word at token k is one of the text's
// language, or of English, in which agents everywhere count.
func (x *scan) counts(k int) bool {
	langs := dictionary.entries[x.toks[k].word].langs
	if langs&(1<<langEN) != 0 {
		return true
	}
	lang := x.lang()
	return lang == langNone || langs&(1<<lang) != 0
}

// spokenPart appends what the words at token k say. It returns how many
// number words it read and how many tokens it took.
func (x *scan) spokenPart(k, end int, d *[]byte) (words, took int, isWord bool) {
	t := &x.toks[k]
	is := x.is(k)
	switch {
	case t.class == classMark:
		return 0, 1, false
	case t.class == classNumber:
		*d = append(*d, x.bytes(k)...)
		return 0, 1, false
	case is.has(cueTimes):
		times := x.value(k)
		next := k + 1
		if next < end && (x.is(next).has(cueDigit) || x.toks[next].len() == 1 && x.toks[next].class == classNumber) {
			digit := byte('0')
			if x.toks[next].class == classNumber {
				digit = x.bytes(next)[0]
			} else {
				digit += byte(x.value(next))
			}
			for range times {
				*d = append(*d, digit)
			}
			return times, 2, true
		}
		return 0, 0, false
	case is.has(cueHundred):
		if len(*d) > 0 && (*d)[len(*d)-1] != '0' { // "eight hundred" is 800
			*d = append(*d, '0', '0')
		} else {
			*d = append(*d, '1', '0', '0')
		}
		return 2, 1, true
	case is.has(cueAnd), is.has(cueFiller):
		return 0, 1, true
	case is.has(cueDo):
		*d = append(*d, '2')
		return 1, 1, true
	case is.has(cueTens):
		return x.spokenTens(k, end, d)
	case is.has(cueTeen):
		v := x.value(k)
		*d = append(*d, byte('0'+v/10), byte('0'+v%10))
		return 2, 1, true
	case is.has(cueDigit):
		return x.spokenUnit(k, end, d)
	}
	return 0, 0, false
}

// spokenUnit appends one digit; in French, "quatre-vingts" is 80, and with
// what follows up to 99.
func (x *scan) spokenUnit(k, end int, d *[]byte) (int, int, bool) {
	v := x.value(k)
	if x.lang() == langFR && v == 4 {
		next := x.skipJoint(k+1, end)
		if next < end && strings.HasPrefix(string(x.bytes(next)), "vingt") {
			return x.frenchRest(80, next, k, end, d)
		}
	}
	*d = append(*d, byte('0'+v))
	return 1, 1, true
}

// spokenTens appends a two-digit number: "fifty five", "cincuenta y cinco",
// "soixante-dix-huit".
func (x *scan) spokenTens(k, end int, d *[]byte) (int, int, bool) {
	v := x.value(k)
	if v%10 != 0 {
		*d = append(*d, byte('0'+v/10), byte('0'+v%10))
		return 2, 1, true
	}
	if x.lang() == langFR {
		return x.frenchRest(v, k, k, end, d)
	}
	next := x.skipJoint(k+1, end)
	took := 1
	if next < end && x.is(next).has(cueDigit) && x.value(next) > 0 && x.gap(next) <= 1 && (next == k+1 || x.toks[k+1].class == classMark && x.markAt(k+1) == '-' || x.is(k+1).has(cueAnd)) {
		v += x.value(next)
		took = next - k + 1
	}
	*d = append(*d, byte('0'+v/10), byte('0'+v%10))
	return 2, took, true
}

// frenchRest adds units or teens to tens: 60 and 80 take up to 19.
func (x *scan) frenchRest(v, at, k, end int, d *[]byte) (int, int, bool) {
	next := x.skipJoint(at+1, end)
	took := at - k + 1
	if next < end {
		is, more := x.is(next), x.value(next)
		switch {
		case is.has(cueTeen) && (v == 60 || v == 80):
			v += more
			took = next - k + 1
			if more == 10 { // dix-sept, dix-huit, dix-neuf
				if unit := x.skipJoint(next+1, end); unit < end && x.is(unit).has(cueDigit) && x.value(unit) >= 7 {
					v += x.value(unit)
					took = unit - k + 1
				}
			}
		case is.has(cueDigit) && more > 0 && more < 10 && (x.gap(next) == 0 || x.is(next-1).has(cueAnd) || x.gap(next) == 1 && next == at+1):
			v += more
			took = next - k + 1
		}
	}
	*d = append(*d, byte('0'+v/10%10), byte('0'+v%10))
	return 2, took, true
}

// skipJoint steps over one hyphen or "and".
func (x *scan) skipJoint(k, end int) int {
	if k < end && (x.markAt(k) == '-' || x.is(k).has(cueAnd)) {
		return k + 1
	}
	return k
}

// spokenPhone takes the digits if a numbering plan knows them: the words say
// themselves that it is a number, so groups do not matter.
func (x *scan) spokenPhone(first, last int, d []byte) bool {
	home := x.atHome().region
	p, ok := parsePhone(d, false, home)
	if !ok || !p.valid && !fiction(&p) || len(d) < 9 {
		if p, ok = parsePhone(d, false, regionUS); !ok || !p.valid || p.code != 1 || len(d) < 10 {
			if p, ok = x.elsewhere(d, nil, cueFor); !ok || len(d) < 10 {
				return false
			}
		}
	}
	if x.phoneCue(first, last) == cueAgainst {
		return false
	}
	x.take(fraud.Phone, p.e164(), first, last, p.valid)
	return true
}

// maxSpokenHost is how many tokens a host name said aloud takes on either
// side of one of its dots.
const maxSpokenHost = 12

// spokenHost takes "example dot com" and "name (at) example (dot) com", whose
// "dot" is token i.
func (x *scan) spokenHost(i int) {
	if langs := dictionary.entries[x.toks[i].word].langs; langs&(1<<x.lang()|1<<langEN) == 0 {
		return // "point" is a dot in French only
	}
	first, last := x.unbracket(i, -1), x.unbracket(i, 1)
	if first < 0 || last >= len(x.toks) || x.toks[first].class == classMark || x.toks[first].used || x.toks[last].class == classMark {
		return
	}
	for first >= 2 && first > i-maxSpokenHost {
		if x.markAt(first-1) == '-' && x.gap(first-1) == 0 && x.gap(first) == 0 || x.is(first-1).has(cueDot|cueHyphen) {
			first -= 2
			continue
		}
		break
	}
	for last+2 < len(x.toks) && last < i+maxSpokenHost && (x.is(last+1).has(cueDot|cueHyphen) || x.markAt(last+1) == '-' && x.gap(last+1) == 0 && x.gap(last+2) == 0) {
		last += 2
	}
	var host strings.Builder
	for k := first; k <= last; k++ {
		switch m := x.markAt(k); {
		case x.is(k).has(cueDot) && k > first && k < last:
			host.WriteByte('.')
		case m == '-', x.is(k).has(cueHyphen) && k > first && k < last:
			host.WriteByte('-')
		case m == 0:
			host.Write(x.bytes(k))
		}
	}
	name := host.String()
	if strings.HasPrefix(name, "w.") { // w w w, spelled
		name = name[2:]
		for first > 0 && strings.EqualFold(string(x.bytes(first-1)), "w") {
			first--
		}
	}
	value, valid, ok := canonicalDomain(name)
	if !ok || !valid || len(value) < 5 || x.gap(last) > 2 {
		return
	}
	if local, end := x.spokenLocal(first); local >= 0 {
		name := strings.ToLower(string(x.text.b[x.toks[local].start:x.toks[end].end]))
		if email, _, ok := canonicalEmail(name + "@" + value); ok {
			x.take(fraud.Email, email, local, last, true)
			return
		}
	}
	x.take(fraud.Domain, withoutWWW(value), first, last, true)
}

// unbracket is the token beside token i, on the side that step says, past one
// bracket that goes with it: "(dot)".
func (x *scan) unbracket(i, step int) int {
	k := i + step
	if m := x.markAt(k); k >= 0 && k < len(x.toks) && (m == '(' || m == '[' || m == ')' || m == ']' || m == '{' || m == '}') {
		k += step
	}
	return k
}

// spokenLocal is the tokens of the name before "at" before a host; -1 if
// there is none.
func (x *scan) spokenLocal(first int) (local, end int) {
	k := x.unbracket(first, -1)
	if k < 1 || !x.is(k).has(cueAtWord) && x.markAt(k) != '@' {
		return -1, 0
	}
	bracketed := k != first-1
	if !bracketed && x.markAt(k) == '@' && x.gap(first) > 0 {
		return -1, 0 // "verify @ example.com": the sign stands for the word
	}
	k = x.unbracket(k, -1)
	if k < 0 || x.toks[k].class == classMark || x.toks[k].used || !bracketed && x.is(k)&^cueMore != 0 {
		return -1, 0
	}
	end = k
	for k >= 2 && k > first-maxSpokenHost && (x.markAt(k-1) == '.' || x.markAt(k-1) == '_' || x.markAt(k-1) == '-') && x.gap(k) == 0 && x.gap(k-1) == 0 && x.toks[k-2].class != classMark {
		k -= 2
	}
	return k, end
}
