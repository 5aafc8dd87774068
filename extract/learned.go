package extract

import (
	_ "embed" // the words alike
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// where is where a clue stands, as seen from what is asked about.
type where uint8

const (
	clueBefore1 where = iota
	clueBefore2
	clueBefore3 // three or four words before
	clueBefore5 // five to eight
	clueBefore9
	clueSentence // anywhere before it in its sentence
	clueBehind1
	clueBehind2
	clueBehind3
	clueBehind5
	clueBehind9
	clueRest   // anywhere behind it in its sentence
	clueInside // a word of it
	clueAbove  // among the words before it, whatever lines and sentences end between
	clueBelow
	cluePair // two words that follow one another before it
	cluePairBehind
	clueMark // a mark right before it
	clueMarkBehind
	clueCount // how many numbers the text has, and which of them it is; of a name some facts together
	clueFact
	clueWho  // who is spoken of before it, by the dictionary's hints
	clueCue  // what the dictionary's cues say beside it
	clueText // what is true of the text, and of the place in it
	places
)

const (
	ofWords    = cluePair // places below it have one word
	firstCoded = clueMark // places from it on have a number below 256 and no word
)

var clueNames = [places]string{
	"before1", "before2", "before3", "before5", "before9", "sentence",
	"behind1", "behind2", "behind3", "behind5", "behind9", "rest", "inside", "above", "below", "pair", "pairbehind",
	"mark", "markbehind", "count", "fact", "who", "cue", "text",
}

// The stand-ins for what is no word that anybody could have learned, and behind
// them those of the classes of words alike. They come first among the words.
const (
	standName    int16 = 1 + iota // a name or a product that was found
	standAmount                   // an amount
	standValue                    // another value that was found
	standNumber                   // digits
	standMixed                    // letters and digits
	standEnd                      // what is asked about itself
	standCapital                  // a word with a capital that the dictionary has not, within a sentence
	stands
)

var standIns = [stands]string{"", "<name>", "<amount>", "<value>", "<digits>", "<mixed>", "<it>", "<capital>"}

// alikeText are words that mean the same to who asks whose a value is: a word
// of which nothing was learned is read as the others of its class are.
//
//go:embed data/alike.txt
var alikeText string

// alikeWords are a class of words alike.
type alikeWords struct {
	name  string // its stand-in
	words []string
}

// alike are the classes of words alike, in the order of their stand-ins.
var alike = sync.OnceValue(func() []alikeWords {
	var all []alikeWords
	for line := range strings.Lines(alikeText) {
		if line[0] == '#' {
			continue
		}
		words := strings.Fields(line)
		name := "<" + words[0] + ">"
		i := slices.IndexFunc(all, func(c alikeWords) bool { return c.name == name })
		if i < 0 {
			i, all = len(all), append(all, alikeWords{name: name})
		}
		all[i].words = append(all[i].words, words[1:]...)
	}
	return all
})

// standInFor is the name of a stand-in.
func standInFor(n int16) string {
	if n < stands {
		return standIns[n]
	}
	return alike()[n-stands].name
}

// whoHints are the hints that tell of whom a sentence speaks.
const whoHints = uint32(hintTheirs | hintKin | hintOffice | hintRole | hintPerson | hintReachable | hintSelf)

// nearCues are the cues that tell what is done with a number. Each has four
// codes: within two words, within five, anywhere before it, right behind it.
const nearCues = uint64(cueCall | cuePhone | cueMy | cueI | cueUs | cueFrom | cueGot | cueShown | cuePay | cueOwn | cueText | cueMail | cueSite | cueGenuine |
	cueTool | cueBank | cueAgent | cueCalled | cueTo | cueScript | cueUPI | cueNumber | cueThis | cueAccount | cueMoney | cueNetwork | cueName | cueSession | cueIs)

// whoNear is added to a hint's place where its word is one of the last three.
const whoNear = 32

// weights is what was learned of one clue, a lane of 32 bits for each answer
// so that two are added at once. weightBias keeps each lane above zero.
type weights [(mostColumns + 1) / 2]uint64

// mostColumns is how many answers a question may have.
const mostColumns = len(learnable)

const weightBias = 1 << 15

// learnedUnit is a factor e of odds, in units of the weights.
const learnedUnit = 64

func (w *weights) set(answer int, n int16) {
	w[answer/2] |= uint64(int(n)+weightBias) << (answer % 2 * 32)
}

// of is the sum of one answer over so many clues.
func (w *weights) of(answer, clues int) int {
	return int(w[answer/2]>>(answer%2*32)&(1<<32-1)) - clues*weightBias
}

type learnedRow struct {
	weights
	why string // names the words; empty where the clue has none
}

// learning holds the weights of all clues to one question.
type learning struct {
	columns int          // how many answers there are
	alike   bool         // words alike and cues are clues
	rows    []learnedRow // the first stands for "not learned"
	keys    []uint64     // of the words, by their number
	slots   [1 << learnedBits]int16
	entries []int16                         // the number of a word of the dictionary
	words   [][ofWords]int16                // the row of a word at a place
	leads   []bool                          // the word is the first of a pair
	kinds   []int16                         // the stand-in of the word's class, 0 where it has none
	coded   [places - firstCoded][256]int16 // the row of what has no word
	pairs   [1 << learnedBits]struct {
		key uint64
		row int16
	}
}

// learnedBits is the size of both tables, which are half full at most.
const learnedBits = 13

// readLearned reads the file's lines: place, words, then a weight for each
// answer.
func readLearned(text string, columns int, withAlike bool) *learning {
	l := &learning{columns: columns, alike: withAlike, rows: make([]learnedRow, 1, 1+strings.Count(text, "\n")), entries: make([]int16, len(dictionary.entries))}
	for range int(stands) + len(alike()) {
		l.addWord(0)
	}
	for i, c := range alike() {
		for _, w := range c.words {
			if l.alike {
				l.kinds[l.word(w)] = stands + int16(i)
			}
		}
	}
	for line := range strings.Lines(text) {
		if line[0] == '#' {
			continue
		}
		name, rest, _ := strings.Cut(line, "\t")
		words, rest, _ := strings.Cut(rest, "\t")
		at := where(slices.Index(clueNames[:], name))
		row := learnedRow{why: whyOf(at, words)}
		for i := range l.columns {
			var cell string
			cell, rest, _ = strings.Cut(strings.TrimSuffix(rest, "\n"), "\t")
			n, err := strconv.ParseInt(cell, 10, 16)
			if err != nil {
				panic("extract: what was learned: " + err.Error())
			}
			row.set(i, int16(n))
		}
		l.rows = append(l.rows, row)
		l.place(at, words, int16(len(l.rows)-1))
	}
	return l
}

// place remembers which row a clue has.
func (l *learning) place(at where, words string, row int16) {
	switch {
	case at >= firstCoded:
		n, err := strconv.ParseUint(words, 10, 8)
		if err != nil {
			panic("extract: what was learned: " + err.Error())
		}
		l.coded[at-firstCoded][n] = row
	case at < ofWords:
		l.words[l.word(words)][at] = row
	default:
		a, b, _ := strings.Cut(words, " ")
		first, second := l.word(a), l.word(b)
		l.leads[first] = true
		key := pairKey(at, first, second)
		i := pairSlot(key)
		for l.pairs[i].row != 0 {
			i = (i + 1) & (1<<learnedBits - 1)
		}
		l.pairs[i].key, l.pairs[i].row = key, row
	}
}

// word is the number of a word of the file, a new one where it has none.
func (l *learning) word(w string) int16 {
	if i := slices.Index(standIns[:], w); i > 0 {
		return int16(i)
	}
	if w[0] == '<' {
		return stands + int16(slices.IndexFunc(alike(), func(c alikeWords) bool { return c.name == w }))
	}
	b := append([]byte(w), make([]byte, padding)...)
	key := wordKey(b, 0, len(w))
	if n := l.number(key); n != 0 {
		return n
	}
	n := l.addWord(key)
	at := key >> (64 - learnedBits)
	for l.slots[at] != 0 {
		at = (at + 1) & (1<<learnedBits - 1)
	}
	l.slots[at] = n
	if e := dictionary.find(b, 0, len(w)); e != 0 {
		l.entries[e] = n
	}
	return n
}

func (l *learning) addWord(key uint64) int16 {
	l.keys, l.words, l.leads = append(l.keys, key), append(l.words, [ofWords]int16{}), append(l.leads, false)
	l.kinds = append(l.kinds, 0)
	return int16(len(l.keys) - 1)
}

// number is the number of the word with a key, 0 if nothing was learned of it.
func (l *learning) number(key uint64) int16 {
	for at := key >> (64 - learnedBits); l.slots[at] != 0; at = (at + 1) & (1<<learnedBits - 1) {
		if n := l.slots[at]; l.keys[n] == key {
			return n
		}
	}
	return 0
}

func pairKey(at where, a, b int16) uint64 { return uint64(at)<<32 | uint64(a)<<16 | uint64(b) }

func pairSlot(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> (64 - learnedBits) }

// wordKey is a hash of a word's first and last eight bytes and its length,
// ASCII letters folded. Behind the word b has room for eight bytes.
func wordKey(b []byte, start, end int) uint64 {
	var tail uint64
	n := end - start
	head := binary.LittleEndian.Uint64(b[start:])
	if n >= 8 {
		tail = binary.LittleEndian.Uint64(b[end-8:])
	} else {
		head <<= 64 - 8*n
	}
	return mix(lowEight(head) ^ bits.RotateLeft64(lowEight(tail), 29)*hashPrime + uint64(n))
}

// lowEight makes small letters of the ASCII letters in eight bytes, and as much
// of what else is ASCII; the bytes of other letters stay as they are.
func lowEight(w uint64) uint64 { return w | ^w&0x8080808080808080>>2 }

// whyLearned begins the reasons of what was learned.
const whyLearned = "likeliest by accounts that were read before: "

// whyWritten is said where no word weighed for it.
const whyWritten = whyLearned + "how it is written"

// whyOf is the reason that names a clue's words, none where it has no words. A
// class is named by its first word.
func whyOf(at where, words string) string {
	like := ""
	if at < firstCoded && strings.Contains(words, "<") {
		like = "what is like "
		for _, c := range alike() {
			words = strings.ReplaceAll(words, c.name, c.words[0])
		}
	}
	switch {
	case at >= firstCoded || strings.Contains(words, "<"):
		return ""
	case at == clueInside:
		return whyLearned + `"` + words + `" is in it`
	case at < clueBehind1 || at == clueAbove || at == cluePair:
		return whyLearned + like + `"` + words + `" stands before it`
	}
	return whyLearned + like + `"` + words + `" stands behind it`
}

// clue is something beside a number that may tell its part, as a teacher wants
// it: the tokens of its words, below zero a stand-in; or a code.
type clue struct {
	at     where
	tok, b int32
}

// weighing is what the clues to one question say together.
type weighing struct {
	sum   weights
	rows  []int16
	teach bool     // gather the clues, and weigh nothing
	once  bool     // a clue counts once, however often it stands there
	seen  []uint32 // by row, the turn in which it counted last
	turn  uint32
	clues []clue // that were gathered
	by    *learning
}

func (w *weighing) add(row int16) {
	if row == 0 {
		return
	}
	if w.once {
		if w.seen[row] == w.turn {
			return
		}
		w.seen[row] = w.turn
	}
	w.rows = append(w.rows, row)
	one := &w.by.rows[row].weights
	for i := range w.sum {
		w.sum[i] += one[i]
	}
}

// countOnce has each clue to the next question count once.
func (w *weighing) countOnce(by *learning) {
	if w.turn++; w.turn == 0 || len(w.seen) < len(by.rows) {
		w.seen, w.turn = make([]uint32, max(len(by.rows), len(w.seen))), 1
	}
	w.once = true
}

// clueWord is a word to learn from.
type clueWord struct {
	tok int32 // below zero a stand-in
	n   int16 // its number, 0 if nothing was learned of it
}

// kind is what stands for a word's class, nothing where it has none.
func (x *scan) kind(w clueWord) clueWord {
	if n := x.weighed.by.kinds[w.n]; n != 0 {
		return standIn(n)
	}
	return clueWord{}
}

// or is a word's class, or the word itself where it has none.
func (kind clueWord) or(w clueWord) clueWord {
	if kind.n != 0 {
		return kind
	}
	return w
}

// How many words of an account are read around what is asked about.
const (
	learnedBack = 16
	learnedOn   = 10
)

// weighAround reads what stands beside tokens first to last.
func (x *scan) weighAround(by *learning, first, last int) {
	w := &x.weighed
	w.by, w.sum, w.rows, w.clues = by, weights{}, w.rows[:0], w.clues[:0]
	x.weighBefore(first)
	x.weighBehind(last)
}

func (x *scan) clueWord(k int) clueWord {
	t := &x.toks[k]
	switch {
	case t.used:
		switch c := x.text.b[t.start]; {
		case t.class == classWord:
			return standIn(standName)
		case c == '$' || c >= signEuro && c <= signRupee:
			return standIn(standAmount)
		}
		return standIn(standValue)
	case t.class == classNumber:
		return standIn(standNumber)
	case t.class == classMixed:
		return standIn(standMixed)
	case t.word != 0 && !x.weighed.teach:
		return clueWord{n: x.weighed.by.entries[t.word]}
	}
	return clueWord{tok: int32(k), n: x.weighed.by.number(wordKey(x.text.b[:len(x.text.b)+padding], int(t.start), int(t.end)))}
}

func standIn(n int16) clueWord { return clueWord{tok: int32(-n), n: n} }

// wordAlone weighs a word where it stands, and as one of its sentence.
func (x *scan) wordAlone(near, anywhere where, words int, w clueWord) {
	switch {
	case words <= 2:
		near += where(words) - 1
	case words <= 4:
		near += 2
	case words <= 8:
		near += 3
	default:
		near += 4
	}
	if x.weighed.teach {
		x.weighed.clues = append(x.weighed.clues, clue{at: near, tok: w.tok}, clue{at: anywhere, tok: w.tok})
		return
	}
	if w.n != 0 {
		rows := &x.weighed.by.words[w.n]
		x.weighed.add(rows[near])
		x.weighed.add(rows[anywhere])
	}
}

// wordPair weighs two words that follow one another.
func (x *scan) wordPair(at where, a, b clueWord) {
	if x.weighed.teach {
		x.weighed.clues = append(x.weighed.clues, clue{at: at, tok: a.tok, b: b.tok})
		return
	}
	if b.n == 0 || !x.weighed.by.leads[a.n] {
		return
	}
	key := pairKey(at, a.n, b.n)
	for i := pairSlot(key); x.weighed.by.pairs[i].row != 0; i = (i + 1) & (1<<learnedBits - 1) {
		if x.weighed.by.pairs[i].key == key {
			x.weighed.add(x.weighed.by.pairs[i].row)
			return
		}
	}
}

// wordless weighs what has a code and no word.
func (x *scan) wordless(at where, code int) {
	if x.weighed.teach {
		x.weighed.clues = append(x.weighed.clues, clue{at: at, tok: int32(code)})
		return
	}
	x.weighed.add(x.weighed.by.coded[at-firstCoded][code&255])
}

// kindBefore weighs of a word before what is asked about its class, that it is a
// name of which the dictionary knows nothing, and the dictionary's cues.
func (x *scan) kindBefore(words, k int, kind clueWord) {
	if kind.n != 0 {
		x.wordAlone(clueBefore1, clueSentence, words, kind)
	}
	if x.perhapsName(k) {
		x.wordAlone(clueBefore1, clueSentence, words, standIn(standCapital))
	}
	for is := uint64(x.is(k)) & nearCues; is != 0; is &= is - 1 {
		n := bits.TrailingZeros64(is)
		if words <= 2 {
			x.wordless(clueCue, n)
		} else if words <= 5 {
			x.wordless(clueCue, n+64)
		}
		x.wordless(clueCue, n+128)
	}
}

// kindBehind does so of a word behind it.
func (x *scan) kindBehind(words, k int, kind clueWord) {
	if kind.n != 0 {
		x.wordAlone(clueBehind1, clueRest, words, kind)
	}
	if x.perhapsName(k) {
		x.wordAlone(clueBehind1, clueRest, words, standIn(standCapital))
	}
	if words > 4 {
		return
	}
	for is := uint64(x.is(k)) & nearCues; is != 0; is &= is - 1 {
		x.wordless(clueCue, bits.TrailingZeros64(is)+192)
	}
}

// perhapsName says whether the word at token k has a capital within its
// sentence and stands in no list.
func (x *scan) perhapsName(k int) bool {
	t := &x.toks[k]
	return t.class == classWord && t.word == 0 && !t.used && startsUpper(x.bytes(k)) && !allCapitals(x.bytes(k)) && !x.beginsSentence(k-1)
}

// weighBefore reads the words before token first, in its sentence and line.
func (x *scan) weighBefore(first int) {
	var near, nearKind clueWord
	for k, words := first-1, 0; k >= 0 && words < learnedBack; k-- {
		if words > 0 && x.lineBreak(k+1) {
			return
		}
		t := &x.toks[k]
		if t.class == classMark && !t.used {
			if k >= first-2 && (k == first-1 || x.toks[k+1].class == classMark) {
				x.wordless(clueMark, int(x.text.b[t.start]))
			}
			if words > 0 && x.endsSentence(k) {
				return
			}
			continue
		}
		if t.used && k+1 < first && x.toks[k+1].used {
			continue // of one value
		}
		words++
		w := x.clueWord(k)
		kind := x.kind(w)
		x.wordAlone(clueBefore1, clueSentence, words, w)
		if x.weighed.by.alike {
			x.kindBefore(words, k, kind)
		}
		for h := uint32(x.hint(k)) & whoHints; h != 0; h &= h - 1 {
			n := bits.TrailingZeros32(h)
			x.wordless(clueWho, n)
			if words <= 3 {
				x.wordless(clueWho, n+whoNear)
			}
		}
		if words > 1 && words <= 9 {
			x.wordPair(cluePair, w, near)
			if kind.n != 0 || nearKind.n != 0 {
				x.wordPair(cluePair, kind.or(w), nearKind.or(near))
			}
		}
		near, nearKind = w, kind
	}
}

// weighBehind reads the words behind token last, in its sentence and line.
func (x *scan) weighBehind(last int) {
	near, nearKind := standIn(standEnd), clueWord{}
	for k, words := last+1, 0; k < len(x.toks) && words < learnedOn && !x.lineBreak(k); k++ {
		t := &x.toks[k]
		if t.class == classMark && !t.used {
			if k == last+1 {
				x.wordless(clueMarkBehind, int(x.text.b[t.start]))
			}
			if x.endsSentence(k) {
				return
			}
			continue
		}
		if t.used && k > last+1 && x.toks[k-1].used {
			continue
		}
		words++
		w := x.clueWord(k)
		kind := x.kind(w)
		x.wordAlone(clueBehind1, clueRest, words, w)
		if x.weighed.by.alike {
			x.kindBehind(words, k, kind)
		}
		if words <= 6 {
			x.wordPair(cluePairBehind, near, w)
			if kind.n != 0 || nearKind.n != 0 {
				x.wordPair(cluePairBehind, nearKind.or(near), kind.or(w))
			}
		}
		near, nearKind = w, kind
	}
}

// endsSentence says whether the mark at token k does.
func (x *scan) endsSentence(k int) bool {
	switch x.text.b[x.toks[k].start] {
	case '!', '?':
		return x.gap(k+1) > 0
	case '.':
		return x.gap(k+1) > 0 && !(k > 0 && x.gap(k) == 0 && x.toks[k-1].len() <= 2)
	}
	return false
}

// lead is by how much one answer leads another, with the words that weighed most
// for it.
func (w *weighing) lead(answer, base int) (lead int, why string) {
	n, most := len(w.rows), 0
	for _, i := range w.rows {
		row := &w.by.rows[i]
		if lead := row.of(answer, 1) - row.of(base, 1); lead > most && row.why != "" {
			most, why = lead, row.why
		}
	}
	return w.sum.of(answer, n) - w.sum.of(base, n), why
}

// best is the answer that leads another by at least so much, below zero where
// none does, with the words that weighed most for it; none where no word can be
// shown to a reader.
func (w *weighing) best(base, least int) (answer int, why string) {
	n, best := len(w.rows), 0
	for i := range w.by.columns {
		if w.sum.of(i, n) > w.sum.of(best, n) {
			best = i
		}
	}
	lead, why := w.lead(best, base)
	if lead < least {
		return -1, ""
	}
	return best, why
}
