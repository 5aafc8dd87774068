package extract

import (
	"bytes"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bytes that folding writes for signs that carry meaning. They do not occur
// in folded text otherwise.
const (
	signPhone  = 0x01 // ☎ 📞 📱
	signEuro   = 0x02
	signPound  = 0x03
	signYen    = 0x04
	signRupee  = 0x05
	signBreak  = 0x06 // any other symbol: it ends what stood before it
	firstPlain = 0x09 // control bytes below this one are folded to blanks
)

// folded is a text made ready for the scanner: signs of one meaning have one
// form, what is invisible is gone. Where it differs from the text as given,
// stretches tell where each byte came from, so that offsets are always bytes
// of the text that was given.
type folded struct {
	src       string
	b         []byte
	stretches []stretch // ascending; empty if b equals src
}

// stretch is a run of folded bytes that begins at b[at]: taken one for one
// from src[from:], or, where till is not 0, all made from src[from:till].
type stretch struct{ at, from, till int32 }

// span gives the bytes of src that b[start:end] was made from, whole
// characters.
func (f *folded) span(start, end int) (int, int) {
	if start >= end {
		return start, end
	}
	if len(f.stretches) > 0 {
		start, _ = f.origin(start)
		_, end = f.origin(end - 1)
	}
	for start > 0 && !utf8.RuneStart(f.src[start]) {
		start--
	}
	for end < len(f.src) && !utf8.RuneStart(f.src[end]) {
		end++
	}
	return start, end
}

// origin is the bytes of src that b[i] was made from.
func (f *folded) origin(i int) (from, till int) {
	lo, hi := 0, len(f.stretches) // the last one that begins at i or before
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; int(f.stretches[mid].at) <= i {
			lo = mid
		} else {
			hi = mid
		}
	}
	s := f.stretches[lo]
	if s.till != 0 {
		return int(s.from), int(s.till)
	}
	from = int(s.from) + i - int(s.at)
	return from, from + 1
}

// text is b[start:end] as a string, a piece of src where nothing was folded.
func (f *folded) text(start, end int) string {
	if len(f.stretches) == 0 {
		return f.src[start:end]
	}
	return string(f.b[start:end])
}

// fold fills f from s.
func (f *folded) fold(s string) {
	f.take(s)
	if at := plainRun(s, 0); at < len(s) {
		f.foldFrom(at)
	}
}

// padding is how many blanks stand behind a folded text, beyond its length,
// so that eight bytes can be read at any place in it.
const padding = 8

// folds says whether anything in the text was looked at to be folded; if not, it
// is ASCII without a sign of ours.
func (f *folded) folds() bool { return len(f.stretches) > 0 }

// take fills f from s as if nothing in it had to be folded, which is so of
// most that people write. Whoever finds a byte that foldClass marks, goes on
// with [folded.foldFrom].
func (f *folded) take(s string) {
	f.src, f.stretches = s, f.stretches[:0]
	f.b = append(f.b[:0], s...)
	f.pad()
}

func (f *folded) pad() {
	n := len(f.b)
	f.b = append(f.b, "        "[:padding]...)[:n]
}

// foldFrom folds what f was filled from, from its byte at on: all before it is
// plain.
func (f *folded) foldFrom(at int) {
	s := f.src
	f.b = f.b[:at]
	f.stretches = append(f.stretches, stretch{})
	for at < len(s) {
		if foldClass[s[at]] == 0 {
			end := plainRun(s, at)
			f.same(at, end)
			at = end
			continue
		}
		at = f.foldOne(at)
	}
	f.pad()
}

// plainRun is the end of the run of bytes from s[at] on that folding need not
// look at.
func plainRun(s string, at int) int {
	for at+8 <= len(s) {
		v := uint64(s[at]) | uint64(s[at+1])<<8 | uint64(s[at+2])<<16 | uint64(s[at+3])<<24 | uint64(s[at+4])<<32 | uint64(s[at+5])<<40 | uint64(s[at+6])<<48 | uint64(s[at+7])<<56
		// High bits are set by bytes that are not ASCII, equal to '<' or '&', or
		// below firstPlain (Mycroft's test for a zero byte).
		const ones, highs = 0x0101010101010101, 0x8080808080808080
		tag, entity := v^ones*'<', v^ones*'&'
		if (v|(tag-ones)&^tag|(entity-ones)&^entity|(v-ones*firstPlain)&^v)&highs != 0 {
			break
		}
		at += 8
	}
	for at < len(s) && foldClass[s[at]] == 0 {
		at++
	}
	return at
}

// foldClass marks the bytes that folding must look at.
var foldClass = func() (t [256]uint8) {
	for i := range t {
		if i < firstPlain || i >= utf8.RuneSelf || i == '<' || i == '&' {
			t[i] = 1
		}
	}
	return t
}()

// same takes src[from:till] as it stands.
func (f *folded) same(from, till int) {
	last := &f.stretches[len(f.stretches)-1]
	if at := len(f.b); last.till != 0 || int(last.from)+at-int(last.at) != from {
		f.stretches = append(f.stretches, stretch{at: int32(at), from: int32(from)})
	}
	f.b = append(f.b, f.src[from:till]...)
}

// put writes one byte that src[from:till] was folded to.
func (f *folded) put(c byte, from, till int) {
	if last := &f.stretches[len(f.stretches)-1]; int(last.from) != from || int(last.till) != till {
		f.stretches = append(f.stretches, stretch{int32(len(f.b)), int32(from), int32(till)})
	}
	f.b = append(f.b, c)
}

// foldOne folds what begins at s[at] and returns where it ends.
func (f *folded) foldOne(at int) int {
	s := f.src
	switch c := s[at]; {
	case c == '<':
		if end, breaks := tagAt(s, at); end > 0 {
			if breaks != 0 {
				f.put(breaks, at, end)
			}
			return end
		}
		f.same(at, at+1)
		return at + 1
	case c == '&':
		if end := strings.IndexByte(s[at:min(len(s), at+12)], ';'); end > 1 {
			end += at + 1
			if r := html.UnescapeString(s[at:end]); r != s[at:end] {
				for _, one := range r {
					f.rune(one, at, end)
				}
				return end
			}
		}
		f.same(at, at+1)
		return at + 1
	case c < firstPlain:
		f.put(' ', at, at+1)
		return at + 1
	}
	for at < len(s) && s[at] >= utf8.RuneSelf {
		r, n := utf8.DecodeRuneInString(s[at:])
		if staysAsItIs(r) {
			f.same(at, at+n)
		} else {
			f.rune(r, at, at+n)
		}
		at += n
	}
	return at
}

// staysAsItIs says of the commonest characters that are not ASCII whether
// folding leaves them; false where it has to be looked at.
func staysAsItIs(r rune) bool {
	if r < letterLimit {
		return letterBits[r>>6]>>(r&63)&1 != 0
	}
	return r >= 0x3041 && r <= 0x3096 || r >= 0x30A1 && r <= 0x30FA || r >= 0x4E00 && r <= 0x9FFF
}

// letterLimit ends the alphabets that letterBits covers: Latin to Devanagari.
const letterLimit = 0xA00

var letterBits = func() (t [letterLimit / 64]uint64) {
	for r := rune(utf8.RuneSelf); r < letterLimit; r++ {
		if (unicode.IsLetter(r) || unicode.IsMark(r)) && !invisible(r) {
			t[r>>6] |= 1 << (r & 63)
		}
	}
	return t
}()

// rune folds one character that stood at src[from:till].
func (f *folded) rune(r rune, from, till int) {
	switch {
	case r < utf8.RuneSelf:
		f.put(byte(r), from, till)
	case invisible(r):
	case r >= 0xFF01 && r <= 0xFF5E: // fullwidth forms
		f.put(byte(r-0xFF01+'!'), from, till)
	case r == 0x3002 || r == 0xFF61 || r == 0x0964: // full stops, behind which no blank is written
		f.put('.', from, till)
		f.put(' ', from, till)
	case unicode.Is(unicode.Nd, r):
		f.put('0'+digitValue(r), from, till)
	case unicode.Is(unicode.Zs, r):
		f.put(' ', from, till)
	case r == 0x2028 || r == 0x2029:
		f.put('\n', from, till)
	case dash(r), r == 0x30FC && len(f.b) > 0 && isDigit(f.b[len(f.b)-1]):
		f.put('-', from, till)
	case r == 0x2018 || r == 0x2019 || r == 0x201B || r == 0x2032 || r == 0xB4:
		f.put('\'', from, till)
	case r >= 0x201C && r <= 0x201F || r == 0xAB || r == 0xBB:
		f.put('"', from, till)
	case r >= 0x1D400 && r <= 0x1D7FF, r >= 0x2460 && r <= 0x24FF, r >= 0xFB00 && r <= 0xFB06:
		for _, one := range norm.NFKC.String(string(r)) {
			var b [4]byte
			for _, c := range b[:utf8.EncodeRune(b[:], one)] {
				f.put(c, from, till)
			}
		}
	case unicode.IsLetter(r) || unicode.IsMark(r):
		var b [4]byte
		for _, c := range b[:utf8.EncodeRune(b[:], r)] {
			f.put(c, from, till)
		}
	default:
		f.put(signOf(r), from, till)
	}
}

// signOf is the byte that stands for a symbol.
func signOf(r rune) byte {
	switch r {
	case 0x260E, 0x260F, 0x2706, 0x1F4DE, 0x1F4DF, 0x1F4F1, 0x1F4F2:
		return signPhone
	case 0x20AC:
		return signEuro
	case 0xA3, 0xFFE1:
		return signPound
	case 0xA5, 0xFFE5:
		return signYen
	case 0x20B9, 0x20A8:
		return signRupee
	}
	return signBreak
}

// invisible says whether a character shows nothing, so that spammers put it
// between letters and digits: zero-width signs, bidirectional controls,
// variation selectors, tags, and strokes laid over a letter.
func invisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0xFEFF, r == 0x3164, r == 0xFFA0:
		return true
	case r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F:
		return true
	case r >= 0x334 && r <= 0x338, r >= 0x20D0 && r <= 0x20F0, r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE0FFF:
		return true
	}
	return false
}

func dash(r rune) bool {
	return r >= 0x2010 && r <= 0x2015 || r == 0x2212 || r == 0x2043 || r == 0xFE58 || r == 0xFE63 || r == 0x2500 || r == 0x207B
}

// digitValue is the value of a decimal digit of any script: the ranges of
// Unicode's category Nd are runs of ten that begin with zero.
func digitValue(r rune) byte {
	for _, rg := range unicode.Nd.R16 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return byte((r - rune(rg.Lo)) % 10)
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return byte((r - rune(rg.Lo)) % 10)
		}
	}
	return 0
}

// maxTag is the longest tag that folding takes out of a plain text. Longer
// ones are left standing: text that is HTML goes through [HTML].
const maxTag = 400

// tagAt says where an HTML tag at s[at] ends, 0 if none stands there, and
// what byte it leaves: 0 for a tag inside a line, which glues its sides.
// Only names of the HTML standard count, so that "<name@host>" stays.
func tagAt(s string, at int) (end int, breaks byte) {
	i := at + 1
	if i < len(s) && s[i] == '/' {
		i++
	}
	start := i
	for i < len(s) && i-start < 12 && (isLetter(s[i]) || i > start && isDigit(s[i])) {
		i++
	}
	if i == start || i >= len(s) {
		return 0, 0
	}
	if c := s[i]; c != '>' && c != '/' && !isBlank(c) {
		return 0, 0
	}
	shut := strings.IndexByte(s[i:min(len(s), i+maxTag)], '>')
	if shut < 0 {
		return 0, 0
	}
	var low [12]byte
	for k := range i - start {
		low[k] = s[start+k] | 0x20
	}
	switch string(low[:i-start]) {
	case "a", "abbr", "b", "bdi", "bdo", "big", "code", "em", "font", "i", "ins", "kbd", "mark", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr":
		return i + shut + 1, 0
	case "br", "p", "div", "li", "ul", "ol", "tr", "table", "tbody", "blockquote", "hr", "center", "section", "body", "html", "head", "title":
		return i + shut + 1, '\n'
	case "td", "th", "img", "input", "button":
		return i + shut + 1, ' '
	}
	if i-start == 2 && low[0] == 'h' && isDigit(s[start+1]) {
		return i + shut + 1, '\n'
	}
	return 0, 0
}

func isDigit(c byte) bool  { return c-'0' < 10 }
func isLetter(c byte) bool { return c|0x20-'a' < 26 }
func isUpper(c byte) bool  { return c-'A' < 26 }
func isLower(c byte) bool  { return c-'a' < 26 }
func isAlnum(c byte) bool  { return isDigit(c) || isLetter(c) }
func isBlank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}
func isHex(c byte) bool { return isDigit(c) || c|0x20-'a' < 6 }

func lower(c byte) byte {
	if isUpper(c) {
		return c | 0x20
	}
	return c
}

// smallRoom is where the small letters of a word go: nearly all words fit.
type smallRoom [24]byte

// small is a word in small letters, as bytes.ToLower has it, in room if it is
// ASCII and fits: the recognisers ask for thousands of words in a text.
func small(word []byte, room *smallRoom) []byte {
	if len(word) > len(room) {
		return bytes.ToLower(word)
	}
	for i, c := range word {
		if c >= utf8.RuneSelf {
			return bytes.ToLower(word)
		}
		room[i] = lower(c)
	}
	return room[:len(word)]
}
