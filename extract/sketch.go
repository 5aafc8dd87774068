package extract

import (
	"encoding/binary"
	"slices"

	"ringbreaker.example/fraud"
)

const (
	// sketchSize is how many hashes a sketch keeps: the bottom 128 of all, so
	// that overlap and containment are estimated within about 0.09 (one
	// standard error is the root of s(1-s)/128).
	sketchSize = 128
	// shortText is the number of words below which character shingles are
	// added: a text of 12 words has 10 word shingles, and one changed word
	// takes three of them.
	shortText = 24
	// leastWords is the shortest text that has a sketch at all.
	leastWords = 4
)

// Sketch summarises a text so that near-duplicates find each other: hashes of
// its runs of three words (and, in a short text, of five characters), after
// digits, amounts, values and names became slots. The lowest 128 are kept,
// ascending; the share of one sketch's hashes in another below the smaller of
// their two greatest hashes estimates containment, which holds when one text
// is a piece cut out of the other.
func Sketch(field, text string) fraud.Sketch {
	e := extractors.Get().(*Extractor)
	defer e.putBack()
	e.scan.tokenise(text)
	sk := e.scan.sketch(field)
	sk.Hashes = slices.Clone(sk.Hashes)
	return sk
}

// sketch is the sketch of the text that was tokenised last. Its hashes are
// good until the next one.
func (x *scan) sketch(field string) fraud.Sketch {
	words := x.scriptWords(x.words[:0])
	x.words = words
	s := fraud.Sketch{Field: field, Words: len(words)}
	if len(words) < leastWords {
		return s
	}
	hashes := x.hashes[:0]
	second := mix(words[1])
	for i := 0; i+3 <= len(words); i++ {
		third := mix(words[i+2])
		hashes = append(hashes, mix(words[i]*3+second*5+mix(third)*7))
		second = third
	}
	if len(words) < shortText {
		hashes = x.characterShingles(hashes)
	}
	hashes = x.ascending(hashes)
	s.Hashes = hashes[:min(len(hashes), sketchSize)]
	return s
}

// mostSpread is how many hashes [scan.ascending] spreads over its buckets: at
// more of them, which only a long text has, sorting costs little of the whole,
// and whoever makes words that fall into one bucket gains nothing.
const (
	mostSpread = 1024
	spreadBits = 6
)

// ascending sorts hashes and leaves out what comes twice, in memory that is
// good until the next call. Hashes are spread evenly, so their highest bits
// nearly say where each one goes, and little is left to be sorted.
func (x *scan) ascending(hashes []uint64) []uint64 {
	x.hashes = hashes
	if len(hashes) > mostSpread {
		slices.Sort(hashes)
		return slices.Compact(hashes)
	}
	var ends [1<<spreadBits + 1]uint16
	for _, h := range hashes {
		ends[h>>(64-spreadBits)+1]++
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	sorted := slices.Grow(x.sorted[:0], len(hashes))[:len(hashes)]
	x.sorted = sorted
	for _, h := range hashes {
		at := &ends[h>>(64-spreadBits)]
		sorted[*at] = h
		*at++
	}
	for i := 1; i < len(sorted); i++ {
		h, k := sorted[i], i
		for ; k > 0 && sorted[k-1] > h; k-- {
			sorted[k] = sorted[k-1]
		}
		sorted[k] = h
	}
	return slices.Compact(sorted)
}

// wordHash is hashOf of the folded text's bytes from start to end. Of words of
// eight bytes at most, all steps are taken and the right one is picked, for
// nobody foresees how long the next word is.
func (x *scan) wordHash(start, end int) uint64 {
	n := end - start
	if n > 8 {
		return hashOf(x.text.b[start:end])
	}
	v := binary.LittleEndian.Uint64(x.text.b[start : start+8 : len(x.text.b)+padding])
	v |= capitals(v) >> 2
	const p = hashPrime
	h1 := (hashSeed ^ v&0xFF) * p
	h2 := (h1 ^ v>>8&0xFF) * p
	h3 := (h2 ^ v>>16&0xFF) * p
	h4 := (h3 ^ v>>24&0xFF) * p
	h5 := (h4 ^ v>>32&0xFF) * p
	h6 := (h5 ^ v>>40&0xFF) * p
	h7 := (h6 ^ v>>48&0xFF) * p
	steps := [8]uint64{h1, h2, h3, h4, h5, h6, h7, (h7 ^ v>>56) * p}
	return steps[(n-1)&7]
}

// capitals has the high bit of each byte of v that is an ASCII capital.
func capitals(v uint64) uint64 {
	low := v &^ highBits
	from, past := low+eachByte*(0x80-'A'), low+eachByte*(0x80-'Z'-1)
	return from &^ past &^ v & highBits
}

// mix is the finaliser of SplitMix64: every bit of v changes half the bits.
func mix(v uint64) uint64 {
	v ^= v >> 30
	v *= 0xbf58476d1ce4e5b9
	v ^= v >> 27
	v *= 0x94d049bb133111eb
	return v ^ v>>31
}

const slotNumber = 0x6e756d626572 // any run of numbers, dates, amounts, number words

// scriptWords are the hashes of a text's words, with a slot for each run of
// numbers: a template's digits are what is changed from victim to victim.
func (x *scan) scriptWords(words []uint64) []uint64 {
	number := false
	for i, t := range x.toks {
		switch {
		case t.class == classMark:
			continue
		case x.slotted(i):
			if !number {
				words = append(words, mix(slotNumber))
			}
			number = true
			continue
		}
		number = false
		words = append(words, mix(x.wordHash(int(t.start), int(t.end))))
	}
	return words
}

// slotted says whether token i is a number, or a word for one.
func (x *scan) slotted(i int) bool {
	t := &x.toks[i]
	return t.class != classWord || x.is(i).has(cueDigit|cueTeen|cueTens|cueTimes|cueHundred) && t.len() > 1
}

// characterShingles adds hashes of five characters running, over letters in
// lower case with one blank between words and one # for each digit.
func (x *scan) characterShingles(hashes []uint64) []uint64 {
	line := x.line[:0]
	for i, t := range x.toks {
		if t.class == classMark {
			continue
		}
		for _, c := range x.bytes(i) {
			if isDigit(c) {
				c = '#'
			}
			line = append(line, lower(c))
		}
		line = append(line, ' ')
	}
	x.line = line
	for i := 0; i+5 <= len(line); i++ {
		h := uint64(hashSeed)
		for _, c := range line[i : i+5] { // lower case already
			h = (h ^ uint64(c)) * hashPrime
		}
		hashes = append(hashes, mix(h))
	}
	return hashes
}
