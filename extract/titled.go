package extract

// titled takes the name behind a title or an agent's word: Mr, Officer, Herr.
func (x *scan) titled(i int) {
	if x.greeted(i) || x.kinBefore(i) || !x.opt.FromFraudster && x.takenDownBy(i) {
		if !x.opt.FromFraudster {
			x.remember(x.behindTitles(i))
		}
		return
	}
	w := x.bytes(i)
	if alsoWord(w) || len(w) == 2 && (string(w) == "ME" || string(w) == "Me" && x.lang() != langFR) {
		return
	}
	if len(w) == 1 && (w[0] != 'M' || x.markAt(i+1) != '.' || x.lang() != langFR && x.lang() != langNone) { // M. Dupont
		return
	}
	k := x.behindTitles(i)
	x.takeName(k, nameLoose)
}

// ours says whether the person at token i is somebody of the speaker's: "our IT
// guy", "my own accountant".
func (x *scan) ours(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3 && x.toks[k].class == classWord; k-- {
		if equalFold("our", x.bytes(k)) || x.is(k).has(cueMy) {
			return true
		}
	}
	return false
}

// takenDownBy says whether the title at token i is that of one whom the
// speaker told: "reported to Detective", "meine Bank, Frau".
func (x *scan) takenDownBy(i int) bool {
	k := i - 1
	if x.markAt(k) == ',' {
		k--
	}
	for near := i; near >= 0 && near > i-4; near-- {
		if x.hint(near).has(hintOffice) {
			return true
		}
	}
	return x.is(k).has(cueTo) && equalFold("reported", x.wordAt(k-1)) || x.is(k).has(cueBank) && x.markAt(k+1) == ',' && x.ownersBank(k)
}

// alsoWord is a title that is another word in small letters.
func alsoWord(w []byte) bool {
	switch string(w) {
	case "don", "si", "me", "sr", "det", "rev", "rep", "lic", "ing", "acp", "dcp", "asi", "mag", "m", "ms":
		return true
	}
	return false
}

// behindTitles is the token behind the titles that begin at token i, with
// the full stops of those that are short forms: SI, Special Agent, Frau Mag.
func (x *scan) behindTitles(i int) int {
	k := i + 1
	for k < len(x.toks) && k <= i+4 {
		switch {
		case x.is(k).has(cueAgent) && !x.hint(k).has(hintSelf), x.hint(k).has(hintRole):
		case x.markAt(k) == '.' && x.gap(k) == 0 && x.shortTitle(k-1):
		default:
			return k
		}
		k++
	}
	return k
}

// shortTitle says whether token k is written with a full stop that ends no
// sentence.
func (x *scan) shortTitle(k int) bool {
	return uint(k) < uint(len(x.toks)) && (x.toks[k].len() == 1 || meanings[uint16(x.toks[k].word)&(1<<cueBits-1)].frames.has(frameShort))
}
