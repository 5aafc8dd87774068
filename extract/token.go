package extract

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// class is what a token is made of.
type class uint8

const (
	classWord   class = iota // letters, of any script
	classNumber              // ASCII digits
	classMixed               // letters and digits without a gap
	classMark                // one byte of punctuation or a sign
)

// token is one run of the folded text. Blanks are not tokens: they are the
// gaps between one token's end and the next one's start.
type token struct {
	start, end int32
	word       int16 // place in the dictionary, 0 if not in it
	class      class
	used       bool // part of a finding already
}

func (t *token) len() int { return int(t.end - t.start) }

// byteClass sorts bytes for the tokeniser.
var byteClass = func() (t [256]uint8) {
	for i := range t {
		c := byte(i)
		switch {
		case isLetter(c) || c >= utf8.RuneSelf:
			t[i] = byteLetter
		case isDigit(c):
			t[i] = byteDigit
		case isBlank(c):
			t[i] = byteBlank
		default:
			t[i] = byteMark
		}
	}
	return t
}()

const (
	byteMark   uint8 = 0
	byteLetter uint8 = 1
	byteDigit  uint8 = 2
	byteBlank  uint8 = 4
	byteFold   uint8 = 8 // folding has to look at it
)

// plainClass is byteClass of a text that is not folded yet.
var plainClass = func() (t [256]uint8) {
	for i := range t {
		if t[i] = byteClass[i]; foldClass[i] != 0 {
			t[i] = byteFold
		}
	}
	return t
}()

// trigger is a place where a recogniser of what has structure has to look.
type trigger struct {
	tok  int32
	what uint8
}

const (
	triggerColon uint8 = iota // "://" or a scheme's colon
	triggerAt                 // "@"
	triggerDot                // a dot or a defanged dot between letters or digits
	triggerStar               // "*" behind a capital or a digit
	triggerLong               // a run of letters and digits long enough for an address or a hash
)

// minLong is the shortest run that may be an address, a hash or a register
// number by itself: a PAN has ten characters.
const minLong = 10

// tokenise cuts a text into tokens and notes where to look. It is the one pass
// over all bytes; everything after it looks at tokens. What is plain is cut by
// [cutter.plain], the rest here, token by token. The first byte that has to be
// folded folds the text from there on.
func (x *scan) tokenise(s string) {
	x.text.take(s)
	x.langSet = false
	x.triggers = x.triggers[:0]
	c := &x.cuts
	c.n, c.asked, c.numbered, c.marks = 0, 0, 0, [2]uint64{}
	end := len(x.text.b)
	b, class, step := x.text.b[:end+padding], &plainClass, &plainStep
	for i := 0; ; {
		c.room()
		if i = c.plain(b, i, step); i >= end {
			break
		}
		next := uint8(0)
		switch m := b[i]; class[m] {
		case byteMark:
			if specialMark[m] == 0 {
				continue // the room was used up
			}
			if x.special(i, class) {
				c.addMark(b, i)
				i++
			} else {
				next = byteFold
			}
		case byteLetter, byteDigit:
			i, next = x.letters(i, class)
		default:
			next = class[m]
		}
		if next == byteFold && class == &plainClass {
			x.text.foldFrom(i)
			end = len(x.text.b)
			b, class, step = x.text.b[:end+padding], &byteClass, &foldedStep
		}
	}
	x.toks, x.asking, x.numbers = c.toks[:c.n], c.asking[:c.asked], c.numbers[:c.numbered]
	x.lines = bytes.IndexByte(x.text.b, '\n') >= 0
}

// letters takes a run of letters and digits that begins at i, byte by byte,
// and returns where it ends and what stands there. Where that has to be
// folded first, it takes nothing.
func (x *scan) letters(i int, class *[256]uint8) (end int, next uint8) {
	b := x.text.b
	padded := b[:len(b)+padding]
	start := i
	if i = lettersEnd(padded, i); i > start && class[padded[i]]&(byteLetter|byteDigit|byteFold) == 0 {
		x.addRun(start, i, byteLetter)
		return i, 0
	}
	i = start
	var seen uint8
	group := 0 // of the character before, see cjk
	for i < len(b) {
		c := b[i]
		k := class[c]
		if k&(byteLetter|byteDigit) == 0 {
			if k == byteFold {
				return start, byteFold
			}
			break
		}
		if c < utf8.RuneSelf {
			if group != 0 { // 手数料5,000円: nobody writes a blank there
				break
			}
		} else if utf8.RuneStart(c) {
			g := cjk(b, i)
			if g != group && i > start {
				break
			}
			group = g
		}
		seen |= k
		i++
	}
	x.addRun(start, i, seen)
	return i, 0
}

// lettersEnd is where the run of ASCII letters that begins at b[i] ends. b has
// the padding.
func lettersEnd(b []byte, i int) int {
	for i+8 <= len(b) {
		n := bytesBefore(notLetters(binary.LittleEndian.Uint64(b[i:])))
		if i += n; n < 8 {
			break
		}
	}
	return i
}

// addRun adds a token of letters and digits, seen says which.
func (x *scan) addRun(start, end int, seen uint8) {
	c, t, n := &x.cuts, token{start: int32(start), end: int32(end)}, end-start
	switch seen {
	case byteLetter:
		if n <= maxWord {
			if t.word = dictionary.find(x.text.b, start, end); t.word != 0 && dictionary.entries[t.word].is.has(wordsToLookAt) || t.word == 0 && isUpper(x.text.b[start]) {
				c.asking[c.asked] = int32(c.n)
				c.asked++
			}
		}
		if n >= minBase58 {
			x.triggers = append(x.triggers, trigger{int32(c.n), triggerLong})
		}
	case byteDigit:
		t.class = classNumber
	default:
		t.class = classMixed
		if n >= minLong {
			x.triggers = append(x.triggers, trigger{int32(c.n), triggerLong})
		}
	}
	if t.class != classWord {
		c.numbers[c.numbered] = int32(c.n)
		c.numbered++
	}
	c.add(t)
}

// specialMark has the marks at which something may begin or be joined, with
// how many bytes behind them say so.
var specialMark = [256]uint8{'@': 1, ':': 3, '.': 2, '[': 6, '(': 6, '{': 6, '*': 1}

// special looks at such a mark at byte i, the next token. It is false where
// the bytes behind the mark have to be folded first.
func (x *scan) special(i int, class *[256]uint8) bool {
	b, at := x.text.b, int32(x.cuts.n)
	for _, c := range b[i+1 : min(len(b), i+int(specialMark[b[i]]))] {
		if class[c] == byteFold {
			return false
		}
	}
	switch b[i] {
	case '@':
		x.triggers = append(x.triggers, trigger{at, triggerAt})
	case ':':
		if i+2 < len(b) && b[i+1] == '/' && b[i+2] == '/' {
			x.triggers = append(x.triggers, trigger{at, triggerColon})
		}
	case '.':
		if i > 0 && i+1 < len(b) && byteClass[b[i-1]]&(byteLetter|byteDigit) != 0 && byteClass[b[i+1]]&(byteLetter|byteDigit) != 0 {
			x.triggers = append(x.triggers, trigger{at, triggerDot})
		}
	case '*':
		if i > 1 && (isUpper(b[i-1]) || isDigit(b[i-1]) || b[i-1] == ' ' && isUpper(b[i-2])) {
			x.triggers = append(x.triggers, trigger{at, triggerStar})
		}
	default:
		if defangedDot(b, i) > 0 {
			x.triggers = append(x.triggers, trigger{at, triggerDot})
		}
	}
	return true
}

// langsOf is the languages of each word of the dictionary.
var langsOf = func() (t [1 << cueBits]uint8) {
	for i, e := range dictionary.entries {
		t[i] = e.langs
	}
	t[0] = 0
	return t
}()

// votesOf spreads a set of languages over the lanes of lang, a byte for each.
var votesOf = func() (t [1 << languages]uint64) {
	for set := range t {
		for l := range languages {
			t[set] |= uint64(set>>l&1) << (l * 8)
		}
	}
	return t
}()

// lang is the language of the text, as far as its words tell: the one that
// has most of them among the first 32,768 tokens, which settle it. Few texts
// need to be asked.
func (x *scan) lang() language {
	if x.langSet {
		return x.langOf
	}
	var votes [languages]int
	for rest := x.toks[:min(len(x.toks), 1<<15)]; len(rest) > 0; {
		some := rest[:min(len(rest), 255)] // what a lane of eight bits can count
		rest = rest[len(some):]
		lanes := uint64(0)
		for i := range some {
			lanes += votesOf[langsOf[uint16(some[i].word)&(1<<cueBits-1)]]
		}
		for l := range votes {
			votes[l] += int(lanes >> (l * 8) & 0xFF)
		}
	}
	most := 0
	x.langOf, x.langSet = langNone, true
	for l := langEN; l < languages; l++ {
		if votes[l] > most {
			x.langOf, most = l, votes[l]
		}
	}
	return x.langOf
}

// afterCJK says whether a character of those scripts ends before b[i].
func afterCJK(b []byte, i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if utf8.RuneStart(b[k]) {
			return cjk(b, k) != 0
		}
	}
	return false
}

// cjkKatakana is the group of katakana.
const cjkKatakana = 2

// cjk groups the scripts that are written without blanks, by the bytes of the
// character that begins at b[i]; 0 is every other. Japanese and Chinese write
// no blanks, so a change between kanji, hiragana and katakana is taken as one.
func cjk(b []byte, i int) int {
	c := b[i]
	if c < 0xE3 || c > 0xEF || i+2 >= len(b) {
		return 0
	}
	r := rune(c&15)<<12 | rune(b[i+1]&63)<<6 | rune(b[i+2]&63)
	switch {
	case r >= 0x3040 && r <= 0x309F:
		return 1
	case r >= 0x30A0 && r <= 0x30FF:
		return cjkKatakana
	case r == 0x3005 || r >= 0x3400 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF:
		return 3
	}
	return 0
}

// gap is the number of blank bytes between token i and the one before it.
func (x *scan) gap(i int) int {
	if i <= 0 || i >= len(x.toks) {
		return 1 << 20
	}
	return int(x.toks[i].start - x.toks[i-1].end)
}

// lineBreak says whether the line ends between token i-1 and token i, as it
// does before the first and behind the last.
func (x *scan) lineBreak(i int) bool {
	return uint(i-1) >= uint(len(x.toks)-1) || x.lines && x.breaksBefore(i)
}

// breaksBefore is lineBreak of a text with more than one line.
func (x *scan) breaksBefore(i int) bool {
	return bytes.IndexByte(x.text.b[x.toks[i-1].end:x.toks[i].start], '\n') >= 0
}

// marked says whether a mark stands anywhere in the text.
func (x *scan) marked(mark byte) bool { return x.cuts.marks[mark>>6&1]>>(mark&63)&1 != 0 }

// bytes is the text of token i.
func (x *scan) bytes(i int) []byte { return x.text.b[x.toks[i].start:x.toks[i].end] }

// markAt is the byte of token i if it is punctuation, else 0.
func (x *scan) markAt(i int) byte {
	if i < 0 || i >= len(x.toks) || x.toks[i].class != classMark {
		return 0
	}
	return x.text.b[x.toks[i].start]
}
