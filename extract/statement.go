package extract

import (
	"strings"

	"ringbreaker.example/fraud"
)

// gift takes a brand of gift card where a word for a card stands near. The
// brand alone is a firm; the code on a card is never kept.
func (x *scan) gift(i int) {
	for k := i + 1; k < len(x.toks) && k <= i+4; k++ {
		if x.is(k).has(cueGiftWord) {
			x.take(fraud.GiftCard, giftBrands[x.value(i)].name, i, i, true)
			return
		}
	}
	for k := i - 1; k >= 0 && k >= i-6; k-- {
		if x.is(k).has(cueGiftWord) {
			x.take(fraud.GiftCard, giftBrands[x.value(i)].name, i, i, true)
			return
		}
	}
}

// descriptor takes what a card's statement said: capitals after "as" or a
// colon, behind a word for a statement.
func (x *scan) descriptor(i int) {
	for k := i + 1; k < len(x.toks) && k <= i+9; k++ {
		if m := x.markAt(k); m == '.' && x.gap(k+1) > 0 {
			return
		}
		lead := x.markAt(k) == ':' || x.markAt(k) == '"' || x.markAt(k) == '\'' || isLead(string(x.bytes(k)))
		if !lead || k+1 >= len(x.toks) {
			continue
		}
		first := k + 1
		if m := x.markAt(first); m == '"' || m == '\'' {
			first++
		}
		if last, ok := x.capitals(first); ok {
			raw := string(x.text.b[x.toks[first].start:x.toks[last].end])
			x.take(fraud.CardDescriptor, canonicalDescriptor(raw), first, last, true)
			return
		}
	}
}

func isLead(word string) bool {
	switch strings.ToLower(word) {
	case "as", "from", "by", "como", "als", "comme", "shows", "says", "है":
		return true
	}
	return false
}

// capitals is the end of a run of capitals, digits and the marks of card
// statements, from token first on; ok if it is long enough to be one.
func (x *scan) capitals(first int) (last int, ok bool) {
	letters, words, star := 0, 0, false
	last = first - 1
	for k := first; k < len(x.toks) && k < first+24; k++ {
		t := x.toks[k]
		if t.used || k > first && (x.gap(k) > 3 || x.lineBreak(k)) {
			break
		}
		if t.class == classMark {
			switch x.markAt(k) {
			case '*':
				star = true
				continue
			case '.', '-', '/', '&', '#':
				if x.gap(k+1) == 0 || x.markAt(k) == '&' {
					continue
				}
			}
			break
		}
		capital := true
		for _, c := range x.bytes(k) {
			capital = capital && (isUpper(c) || isDigit(c) || star && x.gap(k) == 0)
		}
		if !capital || t.class == classNumber && t.len() >= 7 && words > 0 && !star {
			break
		}
		if t.class != classNumber {
			letters += t.len()
			words++
		}
		last = k
	}
	quoted := first > 0 && (x.markAt(first-1) == '"' || x.markAt(first-1) == '\'')
	return last, letters >= 5 && last >= first && (star || words >= 2 || quoted)
}

// canonicalDescriptor is the form of card_descriptor.
func canonicalDescriptor(raw string) string {
	return strings.ToUpper(strings.Join(strings.Fields(raw), " "))
}

// merchant takes the id behind "merchant id" or "MID".
func (x *scan) merchant(i int) {
	word := strings.ToLower(string(x.bytes(i)))
	named := word == "mid"
	for k := i + 1; k < len(x.toks) && k <= i+6; k++ {
		t := x.toks[k]
		switch {
		case t.class == classMark:
			if m := x.markAt(k); m != ':' && m != '#' && m != '-' && m != '(' && m != '.' && m != '=' {
				return
			}
		case t.class == classWord:
			if x.is(k).has(cueID | cueNumber | cueSession) {
				named = true
			} else if !x.is(k).has(cueIs) {
				return
			}
		case named && !t.used && t.len() >= 6 && t.len() <= 20:
			x.take(fraud.MerchantID, strings.ToUpper(string(x.bytes(k))), k, k, true)
			return
		default:
			return
		}
	}
}

// canonicalMerchant is the form of merchant_id.
func canonicalMerchant(raw string) (string, bool, bool) {
	v := compact(raw)
	return v, true, len(v) >= 4 && len(v) <= 40 && plainSigns(v)
}
