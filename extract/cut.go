package extract

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// cutter holds the tokens while they are cut, and where recognisers have to
// look.
type cutter struct {
	toks               []token // n of them in use
	asking, numbers    []int32 // as long as toks; asked and numbered of them in use
	n, asked, numbered int
	marks              [2]uint64 // a bit for each mark that is among toks
}

// leastRoom is how many tokens fit at least when [cutter.plain] begins.
const leastRoom = 64

// room makes room for some tokens more.
func (c *cutter) room() {
	if more := len(c.toks) + 4*leastRoom; len(c.toks)-c.n < leastRoom {
		c.toks = append(c.toks, make([]token, more)...)
		c.asking = append(c.asking, make([]int32, more)...)
		c.numbers = append(c.numbers, make([]int32, more)...)
	}
}

func (c *cutter) add(t token) {
	c.toks[c.n] = t
	c.n++
}

// addMark adds the mark at b[i].
func (c *cutter) addMark(b []byte, i int) {
	c.marks[b[i]>>6&1] |= 1 << (b[i] & 63)
	c.add(token{start: int32(i), end: int32(i + 1), class: classMark})
}

// plain cuts a text from byte i on as long as it is made of words of at most
// eight ASCII letters, runs of at most seven digits, marks at which nothing
// begins, and blanks, and returns where it stopped. b has the padding. It is
// where most of the time goes: no calls, eight bytes at a time, the blank
// behind a token goes with it, and whether a word is in the dictionary is no
// branch.
func (c *cutter) plain(b []byte, i int, step *[256]uint8) int {
	end := len(b) - padding
	toks, n := c.toks, c.n
	asking, asked := c.asking[:len(toks)], c.asked
	for i < end && n+1 < len(toks) {
		v := binary.LittleEndian.Uint64(b[i:])
		switch step[byte(v)] {
		case byteLetter:
			stops := notLetters(v)
			size := bytesBefore(stops)
			next := step[b[i+size]]
			if next&(byteLetter|byteDigit|byteStop) != 0 {
				goto stop
			}
			key := (v | eachByte*0x20) & ((stops ^ (stops - 1)) >> 8)
			if size == 8 {
				key = v | eachByte*0x20
			}
			w := &shorts.slots[shorts.at(shorts.hash(key))]
			miss := differ(w.key, key)
			asking[asked] = int32(n)
			asked += int(uint64(w.look)&^miss | miss&^(v>>5)&1) // and a capital that is no word of ours: it may be a name
			t := &toks[n]
			t.start, t.end, t.word, t.class, t.used = int32(i), int32(i+size), w.entry&^int16(miss), classWord, false
			n++
			if i += size; next == byteBlank { // foreseen nearly always, so that nothing waits for the byte
				i++
			}
		case byteSpecial:
			if maySay(byte(v), byte(v>>8), step) {
				goto stop
			}
			fallthrough
		case byteMark:
			c.marks[byte(v)>>6&1] |= 1 << (v & 63)
			t := &toks[n]
			t.start, t.end, t.word, t.class, t.used = int32(i), int32(i+1), 0, classMark, false
			n++
			i += 1 + int(step[byte(v>>8)]&byteBlank>>2)
		case byteBlank:
			i++
		case byteDigit:
			size := bytesBefore(notDigits(v))
			next := step[b[i+size]]
			if next&(byteLetter|byteDigit|byteStop) != 0 {
				goto stop
			}
			c.numbers[c.numbered] = int32(n)
			c.numbered++
			t := &toks[n]
			t.start, t.end, t.word, t.class, t.used = int32(i), int32(i+size), 0, classNumber, false
			n++
			i += size + int(next&byteBlank>>2)
		default:
			goto stop
		}
	}
stop:
	c.n, c.asked = n, asked
	return i
}

// maySay is false where the byte behind a special mark says already that
// [scan.special] would find nothing.
func maySay(mark, next byte, step *[256]uint8) bool {
	switch mark {
	case '.':
		return step[next]&(byteLetter|byteDigit|byteStop) != 0
	case ':':
		return next == '/' || step[next] == byteStop
	case '[', '(', '{':
		return next == '.' || next|0x20 == 'd' || step[next] == byteStop
	}
	return true
}

// The classes of bytes that [cutter.plain] has beside those of byteClass.
const (
	byteStop    uint8 = 8  // it stops before what this byte belongs to
	byteSpecial uint8 = 16 // a mark at which something may begin
)

// plainStep and foldedStep are the classes by which [cutter.plain] goes, of a
// text that is not folded yet and of one that is.
var plainStep, foldedStep = stepsOf(&plainClass), stepsOf(&byteClass)

func stepsOf(class *[256]uint8) (t [256]uint8) {
	for i := range t {
		switch t[i] = class[i]; {
		case class[i] == byteFold || i >= utf8.RuneSelf:
			t[i] = byteStop
		case specialMark[i] != 0:
			t[i] = byteSpecial
		}
	}
	return t
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// notLetters has the high bit of each byte of v that is no ASCII letter.
func notLetters(v uint64) uint64 {
	low := (v | eachByte*0x20) &^ highBits
	from, past := low+eachByte*(0x80-'a'), low+eachByte*(0x80-'z'-1)
	return (^from | past | v) & highBits
}

// notDigits has the high bit of each byte of v that is no ASCII digit.
func notDigits(v uint64) uint64 {
	low := v &^ highBits
	from, past := low+eachByte*(0x80-'0'), low+eachByte*(0x80-'9'-1)
	return (^from | past | v) & highBits
}

// bytesBefore is how many bytes stand below the lowest bit of marks: 8 if
// there is none.
func bytesBefore(marks uint64) int { return bits.TrailingZeros64(marks) >> 3 }
