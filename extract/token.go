package extract

import "unicode/utf8"

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

func (t token) len() int { return int(t.end - t.start) }

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
)

// trigger is a place where a recogniser has to look.
type trigger struct {
	tok  int32
	what uint8
}

const (
	triggerColon  uint8 = iota // "://" or a scheme's colon
	triggerAt                  // "@"
	triggerDot                 // a dot or a defanged dot between letters or digits
	triggerNumber              // a run with digits
	triggerWord                // a word that the dictionary wants looked at
	triggerLong                // a run of letters and digits long enough for an address or a hash
)

// minLong is the shortest run that may be an address, a hash or a register
// number by itself: a PAN has ten characters.
const minLong = 10

// tokenise cuts the folded text into tokens and notes where to look. It is
// the one pass over all bytes; everything after it looks at tokens.
func (x *scan) tokenise() {
	b := x.text.b
	x.toks, x.triggers = x.toks[:0], x.triggers[:0]
	x.votes = [2]uint64{}
	for i := 0; i < len(b); {
		switch byteClass[b[i]] {
		case byteBlank:
			i++
		case byteMark:
			x.mark(i)
			i++
		default:
			i = x.letters(i)
		}
	}
}

// letters takes a run of letters and digits that begins at i.
func (x *scan) letters(i int) int {
	b := x.text.b
	start := i
	var seen uint8
	group := 0 // of the character before, see cjk
	for i < len(b) {
		c := b[i]
		k := byteClass[c]
		if k&(byteLetter|byteDigit) == 0 {
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
	t := token{start: int32(start), end: int32(i)}
	n, at := i-start, int32(len(x.toks))
	switch seen {
	case byteLetter:
		if n <= maxWord {
			if t.word = dictionary.find(b, start, i); t.word != 0 {
				e := &dictionary.entries[t.word]
				x.vote(e.langs)
				if e.is.has(wordsToLookAt) {
					x.triggers = append(x.triggers, trigger{at, triggerWord})
				}
			}
		}
		if n >= minBase58 {
			x.triggers = append(x.triggers, trigger{at, triggerLong})
		}
	case byteDigit:
		t.class = classNumber
		x.triggers = append(x.triggers, trigger{at, triggerNumber})
	default:
		t.class = classMixed
		if n >= minLong {
			x.triggers = append(x.triggers, trigger{at, triggerLong})
		}
		x.triggers = append(x.triggers, trigger{at, triggerNumber})
	}
	x.toks = append(x.toks, t)
	return i
}

// vote counts a word for the languages that have it: a lane of 16 bits for
// each, so that a word costs two additions whatever its languages.
func (x *scan) vote(langs uint8) {
	v := &votesOf[langs]
	if (x.votes[0]|x.votes[1])&0x8000800080008000 != 0 {
		return // 32,768 words have settled it
	}
	x.votes[0] += v[0]
	x.votes[1] += v[1]
}

// votesOf spreads a set of languages over the lanes.
var votesOf = func() (t [1 << languages][2]uint64) {
	for set := range t {
		for l := range languages {
			t[set][l/4] |= uint64(set>>l&1) << (l % 4 * 16)
		}
	}
	return t
}()

// mark takes one byte of punctuation.
func (x *scan) mark(i int) {
	b := x.text.b
	at := int32(len(x.toks))
	x.toks = append(x.toks, token{start: int32(i), end: int32(i + 1), class: classMark})
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
	case '[', '(', '{':
		if defangedDot(b, i) > 0 {
			x.triggers = append(x.triggers, trigger{at, triggerDot})
		}
	}
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
		return 2
	case r >= 0x3400 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF:
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

// lineBreak says whether the line ends between token i-1 and token i.
func (x *scan) lineBreak(i int) bool {
	for at := x.toks[i-1].end; at < x.toks[i].start; at++ {
		if x.text.b[at] == '\n' {
			return true
		}
	}
	return false
}

// bytes is the text of token i.
func (x *scan) bytes(i int) []byte { return x.text.b[x.toks[i].start:x.toks[i].end] }

// markAt is the byte of token i if it is punctuation, else 0.
func (x *scan) markAt(i int) byte {
	if i < 0 || i >= len(x.toks) || x.toks[i].class != classMark {
		return 0
	}
	return x.text.b[x.toks[i].start]
}
