package extract

import (
	"bytes"
	"strings"

	"ringbreaker.example/fraud"
)

// settle finds out where the text's numbers are at home: where the caller
// says; else where the text's own words are (its money, its banks and offices),
// and else where its language is spoken most. Where nobody said, a number
// that is none there may be one of the language's other countries.
func (x *scan) settle() (h textHome) {
	h.where = x.opt.Country
	if h.region = regionNamed(h.where); h.region != nil {
		return h
	}
	lang := x.lang()
	if h.where = x.homeByWords(lang); !spokenIn(h.where, lang) {
		h.where = ""
	}
	if h.where == "" {
		h.region = regionNamed(homes[lang])
	} else {
		h.region = regionNamed(h.where)
	}
	h.abroad = abroad[lang]
	if (lang == langEN || lang == langNone) && x.text.folds() && hasCJK(x.text.b) {
		h.abroad = abroad[langJA]
	}
	return h
}

// textHome is where a text's numbers are at home.
type textHome struct {
	region *phoneRegion
	abroad []*phoneRegion // where else they may be at home, if nobody said
	where  string         // the country that was said, or that the text's words name; "" if neither
}

// atHome is what [scan.settle] says of the text. Most texts have no number that
// asks for it.
func (x *scan) atHome() *textHome {
	if !x.settled {
		x.home, x.settled = x.settle(), true
	}
	return &x.home
}

// homeByWords is the country that most of a text's words of one country speak
// for, "" where there are none or as many for another.
func (x *scan) homeByWords(lang language) string {
	b := x.text.b
	var votes [len(homeWords.countries) + 1]uint8
	vote := func(country string, n uint8) {
		votes[homeWords.place[country]] += n
	}
	if bytes.Contains(b, []byte("R$")) {
		vote("BR", 2)
	}
	if x.text.folds() { // plain text has no such signs
		if bytes.IndexByte(b, signPound) >= 0 {
			vote("GB", 2)
		}
		if bytes.IndexByte(b, signRupee) >= 0 {
			vote("IN", 2)
		}
		if (lang == langNone || lang == langEN) && kana(b) {
			vote("JP", 2)
		}
	}
	for i := range x.toks[:min(len(x.toks), mostVoting)] {
		at := homeWords.of[uint16(x.toks[i].word)&(1<<cueBits-1)]
		if at != 0 && votes[at] < 1<<7 {
			votes[at]++
		}
	}
	best, most, even := 0, uint8(0), false
	for at, n := range votes {
		switch {
		case at == 0 || n == 0:
		case n > most:
			best, most, even = at, n, false
		case n == most:
			even = true
		}
	}
	if best == 0 || even {
		return ""
	}
	return homeWords.countries[best-1]
}

// spokenIn says whether a text of a language may be at home in a country:
// English is written everywhere.
func spokenIn(country string, lang language) bool {
	if lang == langEN || lang == langNone || country == homes[lang] {
		return true
	}
	for _, region := range abroad[lang] {
		if region.name == country {
			return true
		}
	}
	return country == "US" && lang == langES || country == "CA" && lang == langFR
}

// mostVoting is how many tokens are asked for their country: what a text is
// about it says soon.
const mostVoting = 1 << 12

// homesOf is the words of one country, by their place in the dictionary.
type homesOf struct {
	countries [24]string
	place     map[string]uint8 // in countries, plus one
	of        [1 << cueBits]uint8
}

// homeWords is read from the dictionary's lines "home COUNTRY word word …".
var homeWords = func() (h homesOf) {
	h.place = make(map[string]uint8)
	for line := range strings.Lines(wordsText) {
		f := strings.Fields(line)
		if len(f) < 3 || f[0] != "home" {
			continue
		}
		if h.place[f[1]] == 0 {
			h.countries[len(h.place)] = f[1] // more countries than room would end the program here, at its start
			h.place[f[1]] = uint8(len(h.place) + 1)
		}
		for _, word := range f[2:] {
			h.of[dictionary.find([]byte(word), 0, len(word))] = h.place[f[1]]
		}
	}
	h.of[0] = 0
	return h
}()

// kana says whether the start of a text has a Japanese syllable in it
// (U+3040 to U+30FF: E3 81, E3 82 and E3 83 in UTF-8).
func kana(b []byte) bool {
	b = b[:min(len(b), mostFrame)]
	for {
		at := bytes.IndexByte(b, 0xE3)
		if at < 0 || at+1 >= len(b) {
			return false
		}
		if c := b[at+1]; c >= 0x81 && c <= 0x83 {
			return true
		}
		b = b[at+1:]
	}
}

// hasCJK says whether the start of a text has a letter of the scripts that
// Japan writes (U+3040 to U+9FFF).
func hasCJK(b []byte) bool {
	for _, c := range b[:min(len(b), mostFrame)] {
		if c >= 0xE3 && c <= 0xE9 {
			return true
		}
	}
	return false
}

// homes is where a text's numbers are taken to be at home if only its
// language is known.
var homes = [languages]string{langNone: "US", langEN: "US", langES: "ES", langDE: "DE", langFR: "FR", langHI: "IN", langJA: "JP", langPT: "BR"}

// abroad is where else numbers of a language are at home, those first that
// are met most.
var abroad = [languages][]*phoneRegion{
	langEN: regions("GB AU IN ZA"), langES: regions("MX CO AR PE CL"), langDE: regions("AT CH"), langFR: regions("BE CH"), langPT: regions("PT"), langJA: regions("JP"),
}

func regions(names string) (list []*phoneRegion) {
	for name := range strings.FieldsSeq(names) {
		list = append(list, regionNamed(name))
	}
	return list
}

// phoneAbroad takes groups that are no number at home as a number of another
// country of the language.
func (x *scan) phoneAbroad(gs []group) bool {
	first := gs[0].tok
	_, from := x.plusBefore(first)
	if before := x.before(from); before == '#' || before == '$' || before >= signEuro && before <= signRupee || before == '-' || before == '.' || before == '/' {
		return false
	}
	if from > 0 && x.gap(from) <= 1 && !x.lineBreak(from) && (x.toks[from-1].class == classNumber || x.toks[from-1].class == classMixed) {
		return false // the rest of a longer number
	}
	last := gs[len(gs)-1]
	if after := last.to + 1; after < len(x.toks) && x.gap(after) <= 1 && !x.lineBreak(after) && x.toks[after].class == classNumber || last.end < int(x.toks[last.to].end) {
		return false
	}
	d := x.join(gs)
	if unlike(x.text.b, gs) {
		return false
	}
	cue := x.phoneCue(from, last.to)
	if cue == cueAgainst {
		return false
	}
	p, ok := x.elsewhere(d, gs, cue)
	if !ok {
		return false
	}
	start := int(x.toks[from].start)
	if from == first {
		start = gs[0].start
	}
	x.takeSpan(fraud.Phone, p.e164(), start, last.end, p.valid)
	for i := from; i <= last.to; i++ {
		x.toks[i].used = true
	}
	x.extension(last.to + 1)
	return true
}

// leastAbroad is the fewest digits, without the trunk zero, of a number of a
// country that nothing names: shorter ones are too many other things.
const leastAbroad = 9

// elsewhere reads digits that are no number at home by the plans of the other
// countries of the language. It takes the zero that a country's own numbers
// begin with, or a word for a phone and a mobile's or a free number's form.
func (x *scan) elsewhere(d []byte, gs []group, cue phoneCue) (phoneNumber, bool) {
	for _, region := range x.atHome().abroad {
		if region == x.home.region {
			continue
		}
		p, ok := parsePhone(d, false, region)
		if !ok || !p.valid && !fiction(&p) || p.code != region.code || int(p.n) < leastAbroad || !shapeFits(gs, &p, d, cue) {
			continue
		}
		whole := len(gs) <= 1 || len(gs) == 2 && gs[0].n == gs[1].n
		if d[0] == '0' && len(d) > int(p.n) || cue == cueFor && (p.kind == phoneMobile && whole || p.kind == phoneTollFree && (whole || d[0] == '1') || region.trunkless()) {
			return p, true
		}
	}
	return phoneNumber{}, false
}

// trunkless says whether the country's numbers are dialled without a zero
// before them.
func (r *phoneRegion) trunkless() bool {
	switch r.name {
	case "MX", "CO", "PE", "CL", "PT", "BR":
		return true
	}
	return false
}
