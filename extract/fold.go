package extract

import (
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
// form, what is invisible is gone. Each byte knows where it came from, so
// that offsets are always bytes of the text that was given.
type folded struct {
	src  string
	b    []byte
	from []int32 // start in src of each byte's character; empty if b equals src
	till []int32 // end in src of each byte's character
}

// span gives the bytes of src that b[start:end] was made from.
func (f *folded) span(start, end int) (int, int) {
	if len(f.from) == 0 || start >= end {
		return start, end
	}
	return int(f.from[start]), int(f.till[end-1])
}

// fold fills f from s. Plain ASCII without tags and entities, which is most
// of what people write, is copied and nothing else.
func (f *folded) fold(s string) {
	f.src, f.from, f.till = s, f.from[:0], f.till[:0]
	f.b = append(f.b[:0], s...)
	at := 0
	for at < len(s) && foldClass[s[at]] == 0 {
		at++
	}
	if at == len(s) {
		return
	}
	f.b = f.b[:0]
	for at = 0; at < len(s); {
		start := at
		for at < len(s) && foldClass[s[at]] == 0 {
			at++
		}
		for i := start; i < at; i++ {
			f.put(s[i], i, i+1)
		}
		if at < len(s) {
			at = f.foldOne(at)
		}
	}
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

func (f *folded) put(c byte, from, till int) {
	f.b = append(f.b, c)
	f.from = append(f.from, int32(from))
	f.till = append(f.till, int32(till))
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
		f.put('<', at, at+1)
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
		f.put('&', at, at+1)
		return at + 1
	case c < firstPlain:
		f.put(' ', at, at+1)
		return at + 1
	}
	r, n := utf8.DecodeRuneInString(s[at:])
	f.rune(r, at, at+n)
	return at + n
}

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
	case 0xA3:
		return signPound
	case 0xA5:
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
