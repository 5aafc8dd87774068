package extract

// myNameIs says whether "my name is", "ich heiße" stands before token first,
// in the speaker's own words.
func (x *scan) myNameIs(first int) bool {
	k := first - 1
	for k > 0 && (x.is(k).has(cueIs) || x.markAt(k) == ':') {
		k--
	}
	if my := k - 1; my > 0 && !x.lineBreak(my) && (x.markAt(my-1) != '.' && x.markAt(my-1) != '!') { // else it is told what somebody said
		return false
	}
	return k > 0 && k < first && x.is(k).has(cueName) && (x.is(k-1).has(cueMy|cueI) || x.joins(k) && x.is(k-1).has(cueUs)) && !x.near(k, 12, 0, cueScript|cueAgent) && !equalFold("calling", x.wordAt(k-3)) && x.markAt(k-2) != '"' && !x.brandSaid(first)
}

// formsName says whether a name stands behind the label of a form's field,
// "Your name:", "Name:", that is about the one who reports: the label and the
// heading above it name nobody of the other side.
func (x *scan) formsName(first int) bool {
	k := first - 1
	if k < 1 || x.markAt(k) != ':' || x.lineBreak(first) {
		return false
	}
	label := k
	for label > 0 && label > k-5 && !x.lineBreak(label) {
		label--
		if otherSide(x.bytes(label)) || x.is(label).has(cueAgent) || x.hint(label).has(hintPerson) && !x.hint(label).has(hintKin|hintSelf) {
			return false
		}
	}
	if !x.lineBreak(label) || !x.is(k-1).has(cueName) {
		return false
	}
	if x.hint(label).has(hintYours | hintKin | hintSelf) {
		return true
	}
	for above, lines := label-1, 1; above >= 0 && lines <= 2; above-- {
		if x.lineBreak(above + 1) {
			if lines++; x.markAt(above) == ':' || x.markAt(above) == '.' {
				return false // no heading
			}
		}
		switch {
		case otherSide(x.bytes(above)), x.is(above).has(cueAgent):
			return false
		case x.hint(above).has(hintKin|hintSelf) && !x.hint(above).has(hintPerson):
			return true
		}
	}
	return false
}

// otherSide says whether a word names those whom a report is about.
func otherSide(w []byte) bool {
	for _, one := range [...]string{"suspect", "suspects", "susp", "subject", "accused", "scammer", "fraudster", "offender", "perpetrator", "täter", "beschuldigter", "auteur", "agent", "alias", "company"} {
		if equalFold(one, w) {
			return true
		}
	}
	return false
}

// brandSaid says whether the words behind "I am NAME" are those of one who
// calls: "from Amazon", "with Microsoft".
func (x *scan) brandSaid(first int) bool {
	for k := first; k < len(x.toks) && k <= first+7; k++ {
		if x.markAt(k) == '.' && x.gap(k+1) > 0 {
			return false
		}
		if w := x.bytes(k); equalFold("calling", w) {
			return true
		} else if equalFold("from", w) || equalFold("with", w) || equalFold("of", w) {
			return brandWord(x.wordAt(k+1)) && startsUpper(x.wordAt(k+1))
		}
	}
	return false
}
