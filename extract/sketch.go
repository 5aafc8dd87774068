package extract

import (
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
	for i := 0; i+3 <= len(words); i++ {
		hashes = append(hashes, mix(words[i]*3+mix(words[i+1])*5+mix(mix(words[i+2]))*7))
	}
	if len(words) < shortText {
		hashes = x.characterShingles(hashes)
	}
	slices.Sort(hashes)
	x.hashes = hashes
	hashes = slices.Compact(hashes)
	s.Hashes = hashes[:min(len(hashes), sketchSize)]
	return s
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
		words = append(words, mix(hashOf(x.bytes(i))))
	}
	return words
}

// slotted says whether token i is a number, or a word for one.
func (x *scan) slotted(i int) bool {
	t := x.toks[i]
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
		for _, c := range line[i : i+5] {
			h = hashByte(h, c)
		}
		hashes = append(hashes, mix(h))
	}
	return hashes
}
