package extract

import (
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/fraud"
)

// Slot is what a template shows where its texts differ.
const Slot = "[…]"

// maxAlign is how many words of each text are aligned: the time is the
// product of the two, and scripts have some hundred words.
const maxAlign = 1500

// Aligned is the text that two near-duplicates share.
type Aligned struct {
	// Template is the shared words in order, with [Slot] where they differ.
	Template string
	// Shared is how many words both have in this order.
	Shared int
	// OfA and OfB are the shared part of each text, 0 to 1: one of them near 1
	// means that it is a piece of the other.
	OfA, OfB float64
}

// Template aligns two texts word by word (the longest common subsequence of
// their words, numbers counting as equal to each other) and shows what they
// share as evidence that a person can read. Texts beyond 1,500 words are
// aligned in their first 1,500.
func Template(a, b string) Aligned {
	wordsA, keysA := scriptOf(a)
	_, keysB := scriptOf(b)
	if len(keysA) == 0 || len(keysB) == 0 {
		return Aligned{}
	}
	width := len(keysB) + 1
	best := make([]uint16, (len(keysA)+1)*width)
	for i := len(keysA) - 1; i >= 0; i-- {
		for j := len(keysB) - 1; j >= 0; j-- {
			at := i*width + j
			if keysA[i] == keysB[j] {
				best[at] = best[at+width+1] + 1
			} else {
				best[at] = max(best[at+width], best[at+1])
			}
		}
	}
	var out []string
	slot := func() {
		if len(out) == 0 || out[len(out)-1] != Slot {
			out = append(out, Slot)
		}
	}
	number := mix(slotNumber)
	i, j := 0, 0
	for i < len(keysA) && j < len(keysB) {
		switch {
		case keysA[i] == keysB[j] && keysA[i] == number:
			slot()
			i, j = i+1, j+1
		case keysA[i] == keysB[j]:
			out = append(out, wordsA[i])
			i, j = i+1, j+1
		case best[(i+1)*width+j] >= best[i*width+j+1]:
			slot()
			i++
		default:
			slot()
			j++
		}
	}
	if i < len(keysA) || j < len(keysB) {
		slot()
	}
	shared := int(best[0])
	return Aligned{
		Template: strings.Join(out, " "), Shared: shared,
		OfA: float64(shared) / float64(len(keysA)), OfB: float64(shared) / float64(len(keysB)),
	}
}

// Common is the longest text that two reports share.
type Common struct {
	Aligned
	FieldA string // where it stands in each, as in [fraud.Place]
	FieldB string
}

// leastCommon is the part of the shorter text from which two texts have
// something in common: "the", "and" and "of" stand in one order in any two, and
// a link's reports need not be those that hold the script of its cause.
const leastCommon = 0.5

// CommonText aligns each text of one report with each of another and gives
// the pair that shares most: what a reader is shown where two reports are
// linked by a script. Nothing but scattered words shared gives the zero value.
func CommonText(a, b *fraud.Report) Common {
	var most Common
	for _, x := range textsOf(a) {
		for _, y := range textsOf(b) {
			if t := Template(x.text, y.text); t.Shared > most.Shared && max(t.OfA, t.OfB) >= leastCommon {
				most = Common{t, x.field, y.field}
			}
		}
	}
	return most
}

// fieldText is a free text of a report and where it stands.
type fieldText struct{ field, text string }

// mostTexts bounds how many texts of a report are aligned: the time is the
// product of the two reports' numbers.
const mostTexts = 12

func textsOf(r *fraud.Report) []fieldText {
	var out []fieldText
	for i := range r.Contacts {
		out = append(out, fieldText{"contacts[" + strconv.Itoa(i) + "].text", r.Contacts[i].Text})
	}
	out = append(out, fieldText{"narrative", r.Narrative})
	out = slices.DeleteFunc(out, func(t fieldText) bool { return t.text == "" })
	return out[:min(len(out), mostTexts)]
}

// scriptOf is a text's words as written and their keys, runs of numbers as
// one.
func scriptOf(text string) (words []string, keys []uint64) {
	e := extractors.Get().(*Extractor)
	defer e.putBack()
	x := &e.scan
	x.tokenise(text)
	keys = x.scriptWords(nil)
	if len(keys) > maxAlign {
		keys = keys[:maxAlign]
	}
	words = make([]string, 0, len(keys))
	number := false
	for i, t := range x.toks {
		if t.class == classMark || len(words) == len(keys) {
			continue
		}
		if slotted := x.slotted(i); slotted {
			if !number {
				words = append(words, Slot)
			}
			number = true
			continue
		}
		number = false
		words = append(words, string(x.bytes(i)))
	}
	return words, keys
}
