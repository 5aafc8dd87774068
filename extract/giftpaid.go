package extract

// paidInGifts says whether a sum was paid in cards of the brand at tokens first
// to last, where no word for a card stands near: "$1,200 in Best Buy.", "paid
// $600 by Vanilla", "4 x Nordstrom $500", "Apple x4".
func (x *scan) paidInGifts(first, last int) bool {
	if first == 0 {
		return false
	}
	if first > 1 && equalFold("x", x.bytes(first-1)) && x.toks[first-2].class == classNumber && moneySign(x.markAt(last+1)) {
		return true
	}
	if next := x.wordAt(last + 1); len(next) > 1 && len(next) < 4 && next[0]|0x20 == 'x' && isDigit(next[1]) {
		return true
	}
	if x.markAt(first-1) == '"' && x.markAt(last+1) == '-' && last+4 < len(x.toks) && x.toks[last+2].class == classNumber && x.markAt(last+3) == '-' && moneySign(x.markAt(last+4)) {
		return true // a note: "Vanilla - 4 - $500"
	}
	by := equalFold("by", x.bytes(first-1))
	if !by && !inBrand(x.bytes(first-1)) {
		return false
	}
	sum, paid := false, false
	for k := first - 2; k >= 0 && k > first-9 && !x.lineBreak(k+1); k-- {
		if m := x.markAt(k); m == '.' && x.gap(k+1) > 0 || m == ';' {
			break
		}
		sum = sum || moneySign(x.markAt(k)) || x.is(k).has(cueMoney) || x.toks[k].class == classNumber && equalFold("ka", x.bytes(first-1))
		if sum && paidWord(x.bytes(k)) {
			paid = !x.is(k - 1).has(cueIs) // "I was paid $500 by Walmart"
			break
		}
	}
	if !sum || by && !paid {
		return false
	}
	if !by && !x.boughtBefore(first-2) {
		return false // "a charge of … of Amazon"
	}
	return x.clauseEnds(last + 1)
}

// boughtBefore says whether the words before token k are about buying.
func (x *scan) boughtBefore(k int) bool {
	for back := k; back >= 0 && back > k-10; back-- {
		switch string(small(x.bytes(back), new(smallRoom))) {
		case "worth", "bought", "buy", "got", "get", "purchased", "purchase", "purchases", "done", "paid", "pay", "wanted", "wants", "asked", "loaded",
			"compré", "comprar", "pagó", "pagué", "pidió", "quería", "wollte", "kaufte", "gekauft", "acheté", "acheter", "voulait", "veut", "payé", "comprei", "paguei", "pagou", "usne":
			return true
		}
	}
	return false
}

func paidWord(w []byte) bool {
	switch string(small(w, new(smallRoom))) {
	case "paid", "pay", "payment", "paying":
		return true
	}
	return false
}

// inBrand stands between a sum and what it was paid in.
func inBrand(w []byte) bool {
	switch string(w) {
	case "in", "en", "em", "of", "de", "ka", "ke":
		return true
	}
	return false
}

// clauseEnds says whether a clause ends before token k.
func (x *scan) clauseEnds(k int) bool {
	if k >= len(x.toks) || x.lineBreak(k) {
		return true
	}
	if m := x.markAt(k); m != 0 {
		return m != '\'' && !moneySign(m)
	}
	switch string(x.bytes(k)) {
	case "and", "y", "und", "et", "e", "aur", "that", "then", "to", "mangwaya":
		return true
	}
	return false
}
