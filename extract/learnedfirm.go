package extract

import (
	"cmp"
	_ "embed" // the weights
	"math/bits"
	"sync"

	"ringbreaker.example/fraud"
)

// firmsText is what was learned from labelled accounts of the capitals in them
// that may be a firm's name.
//
//go:embed data/firms.tsv
var firmsText string

const (
	firmBehind = iota // behind a fraud
	firmLine          // a line of a statement: a card's descriptor
	firmOther
	firmAnswers
)

var learnedFirms = sync.OnceValue(func() *learning { return readLearned(firmsText, firmAnswers, false) })

// capRun is a run of words in capitals.
type capRun struct{ first, last int32 }

// The facts of a run that are no words.
const (
	firmAlways = iota
	firmOneWord
	firmTwoWords
	firmThreeWords
	firmManyWords
	firmListed // its first word is a given name
	firmTrade  // a word of it is one for a trade
	firmTradeLast
	firmCamel
	firmCaps
	firmQuoted
	firmBegins
	firmLineBegins
	firmLineEnds
	firmBrand
	firmAccount
	firmUnknown  // words that no dictionary has
	firmKnownAll // none
	firmWordBefore
)

// mostCapitals is how many words in capitals of a text are asked about.
const mostCapitals = 64

// capital keeps the word in capitals at token i, which is in no dictionary, to
// be asked whether it is a firm's.
func (x *scan) capital(i int) {
	if !x.opt.FromFraudster && len(x.capped) < mostCapitals {
		x.capped = append(x.capped, int32(i))
	}
}

// gatherFirms gathers the runs of capitals that may be a firm's name.
func (x *scan) gatherFirms() {
	x.firms = x.firms[:0]
	end := -1
	for _, i := range x.capped {
		if int(i) <= end || x.toks[i].used || len(x.firms) == mostMentions {
			continue
		}
		first, last := x.lineSpan(int(i))
		if last < first {
			first, last = x.firmSpan(int(i))
		}
		if last < first {
			continue
		}
		end = last
		if from, _ := x.text.span(int(x.toks[first].start), int(x.toks[last].end)); x.partAt(from) != nil {
			continue
		}
		x.firms = append(x.firms, capRun{int32(first), int32(last)})
	}
}

// longestLine is how many words of a descriptor are read: the field has 22 or 25
// places (Visa Merchant Data Standards Manual, "Merchant name").
const longestLine = 5

// lineSpan is the run of words all in capitals around token i, as statements
// write whom they paid; none where the words around are in capitals too, since
// somebody writes large there.
func (x *scan) lineSpan(i int) (first, last int) {
	none := i - 1
	if !capitalsAndDigits(x.bytes(i)) {
		return i, none
	}
	first = i
	for words := 1; first > 0 && x.lineGoesOn(first-1, first); first-- {
		if x.toks[first-1].class != classMark {
			if words++; words > longestLine {
				return i, none
			}
		}
	}
	last, ok := x.capitals(first)
	if !ok || last < i || x.plainWords(first, last) || x.is(first).has(cueMy|cueI) {
		return i, none
	}
	words := 0
	for k := first; k <= last; k++ {
		if x.toks[k].class != classMark {
			words++
		}
	}
	if words > longestLine+1 {
		return i, none
	}
	return first, last
}

// lineGoesOn says whether the capitals at token next go on from token k.
func (x *scan) lineGoesOn(k, next int) bool {
	t := &x.toks[k]
	if t.used || x.gap(next) > 3 || x.lineBreak(next) {
		return false
	}
	if t.class == classMark {
		m := x.text.b[t.start]
		return (m == '*' || m == '&') && k > 0 && x.lineGoesOn(k-1, k)
	}
	return t.class != classNumber && capitalsAndDigits(x.bytes(k)) && !x.is(k).has(cueMoney|cueDate|cueCardLine) && t.len() > 1
}

// firmSpan is the run of capitals around token i; none where it can be no
// firm's name.
func (x *scan) firmSpan(i int) (first, last int) {
	first, last = x.capitalsAround(i)
	for first < last && (x.noFirmsWord(first) || x.is(first).has(cueI|cueUs|cueMy|cueFrom|cueTo) || x.toks[first].class == classMark) {
		first++
	}
	for k := first; k <= last+1 && k < len(x.toks); k++ {
		if x.is(k).has(cueFirm) {
			return first, first - 1
		}
	}
	if first == last && !camelCase(x.bytes(first)) && !x.quotesAround(first, last) {
		return first, first - 1
	}
	return first, last
}

// shortestFirm is how many letters the name of a firm that nobody announces has:
// a shorter run is an abbreviation, or a brand's.
const shortestFirm = 5

// firmsName is the canonical name of a run of capitals; none where it is too
// short for a firm's, or a brand's.
func (x *scan) firmsName(c capRun) string {
	name := x.firmName(int(c.first), int(c.last))
	if len(name) < len("name:")+shortestFirm || brandFirm(name) != "" {
		return ""
	}
	return name
}

// weighFirm reads what stands beside a run of capitals and in it.
func (x *scan) weighFirm(by *learning, c capRun) {
	first, last := int(c.first), int(c.last)
	x.weighAround(by, first, last)
	words, unknown, trade, caps, camel, brand := 0, 0, false, true, false, false
	for k := first; k <= last; k++ {
		if x.toks[k].class == classMark {
			continue
		}
		words++
		x.inside(k)
		b := x.bytes(k)
		if x.toks[k].word == 0 {
			unknown++
		}
		trade = trade || x.frames(k).has(frameBusiness) || x.hint(k).has(hintTrade)
		camel = camel || camelCase(b)
		brand = brand || brandWord(b)
		caps = caps && allCapitals(b)
	}
	facts := 1 << firmAlways
	fact := func(is bool, n int) {
		if is {
			facts |= 1 << n
		}
	}
	fact(words == 1, firmOneWord)
	fact(words == 2, firmTwoWords)
	fact(words == 3, firmThreeWords)
	fact(words > 3, firmManyWords)
	fact(x.knownName(first), firmListed)
	fact(trade, firmTrade)
	fact(x.frames(last).has(frameBusiness) || x.hint(last).has(hintTrade), firmTradeLast)
	fact(camel, firmCamel)
	fact(caps, firmCaps)
	fact(brand, firmBrand)
	fact(x.quotesAround(first, last), firmQuoted)
	fact(x.beginsSentence(first-1), firmBegins)
	fact(x.lineBreak(first), firmLineBegins)
	fact(x.lineBreak(last+1), firmLineEnds)
	fact(x.accountBehind(last), firmAccount)
	fact(unknown > 0, firmUnknown)
	fact(unknown == 0, firmKnownAll)
	fact(x.firmWord(first-1) || x.firmWord(first-2), firmWordBefore)
	for ; facts != 0; facts &= facts - 1 {
		x.wordless(clueFact, bits.TrailingZeros(uint(facts)))
	}
}

// leastFirm is by how much a firm, or a line of a statement, is likelier than
// anything else before it is taken, in 64ths of a power of e: a third of one.
// Less takes as many wrong as right.
const leastFirm = 24

// judgeFirms takes the runs of capitals that by what was learned are likelier a
// firm behind a fraud, or what a statement calls one, than anything else.
func (x *scan) judgeFirms() {
	by := learnedFirms()
	if x.opt.FromFraudster || len(x.capped) == 0 || len(by.rows) == 1 {
		return
	}
	x.gatherFirms()
	for _, c := range x.firms {
		x.weighFirm(by, c)
		firm, why := x.weighed.lead(firmBehind, firmOther)
		line, whyLine := x.weighed.lead(firmLine, firmOther)
		switch {
		case max(firm, line) < leastFirm:
		case line > firm:
			n := len(x.found)
			x.takeDescriptor(int(c.first), int(c.last))
			if len(x.found) > n {
				x.found[n].Why = cmp.Or(whyLine, whyWritten)
			}
		default:
			if name := x.firmsName(c); name != "" {
				x.take(fraud.Company, name, int(c.first), int(c.last), true)
				x.found[len(x.found)-1].Why = cmp.Or(why, whyWritten)
			}
		}
	}
}

// firmName is the canonical name of the firm in tokens first to last.
func (x *scan) firmName(first, last int) string {
	return "name:" + foldCompany(string(x.text.b[x.toks[first].start:x.toks[last].end]))
}

// inside weighs a word of what is asked about.
func (x *scan) inside(k int) {
	w := x.clueWord(k)
	if x.weighed.teach {
		x.weighed.clues = append(x.weighed.clues, clue{at: clueInside, tok: w.tok})
	} else if w.n != 0 {
		x.weighed.add(x.weighed.by.words[w.n][clueInside])
	}
}
