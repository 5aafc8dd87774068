package extract

// dealtWith says whether an account's words around a given name make it one
// whom the speaker dealt with on the other side: who called, to whom they were
// put through, who told or took something.
func (x *scan) dealtWith(first, last int) bool {
	return x.calledSo(first) || x.saysOfSelf(first, last) || x.reckoned(first, last) || x.introduced(first) || x.titledBehind(last) || x.deskBehind(last) || x.doesToMe(first, last)
}

// introduced says whether the words before a name lead up to one of the other
// side: "a call from a", "his name?".
func (x *scan) introduced(first int) bool {
	k := first - 1
	if x.markAt(k) == '?' {
		return x.is(k-1).has(cueName) && !x.is(k-2).has(cueMy) && !x.hint(k-2).has(hintYours)
	}
	for k > 0 && (article(x.bytes(k)) || equalFold("certain", x.bytes(k)) || equalFold("some", x.bytes(k))) {
		k--
	}
	if k < 1 || x.toks[k].class != classWord {
		return false
	}
	switch string(small(x.bytes(k), new(smallRoom))) {
	case "from", "von", "vom", "de", "by", "par", "por":
		for back := k - 1; back >= 0 && back >= k-4 && x.toks[back].class == classWord; back-- {
			w := x.bytes(back)
			if callEvent(w) || callWord(w) || textEvent(w) || x.is(back).has(cueMail) {
				return !x.is(back - 1).has(cueI)
			}
		}
	}
	return false
}

// titledBehind says whether a part of the other side's stands behind a name,
// set apart: "Marcus, her boss,", "Tiffany (supervisor)".
func (x *scan) titledBehind(last int) bool {
	k := last + 1
	if m := x.markAt(k); m != ',' && m != '(' {
		return false
	}
	k++
	w := x.wordAt(k)
	if !his(w) && !equalFold("their", w) && !equalFold("the", w) && !equalFold("a", w) {
		if x.markAt(last+1) == ',' {
			return false
		}
		k--
	}
	for on := k + 1; on <= k+3 && on < len(x.toks) && x.toks[on].class == classWord; on++ {
		if is, hint := x.is(on), x.hint(on); is.has(cueAgent) || hint.has(hintRole) && !hint.has(hintKin) || equalFold("boss", x.bytes(on)) || equalFold("partner", x.bytes(on)) || equalFold("colleague", x.bytes(on)) {
			return !helperRole(x.bytes(on)) && !policeWord(x.bytes(on))
		}
		if x.hint(on).has(hintKin) {
			return false
		}
	}
	return false
}

// deskBehind says whether a firm's desk stands behind a name: "Brian with the
// refund department", "Sharon in accounts", "Greg from Norton".
func (x *scan) deskBehind(last int) bool {
	k := last + 1
	w := x.wordAt(k)
	from := equalFold("from", w) || equalFold("with", w) || equalFold("of", w)
	if !from && !equalFold("in", w) && !equalFold("at", w) || x.gap(k) != 1 {
		return false
	}
	for on := k + 1; on <= k+4 && on < len(x.toks); on++ {
		if m := x.markAt(on); m != 0 {
			if m == '"' || m == '\'' {
				continue
			}
			return false
		}
		w := x.bytes(on)
		switch {
		case x.is(on).has(cueMy), equalFold("our", w), x.hint(on).has(hintKin):
			return false // "Tom from my office"
		case deskWord(w), from && startsUpper(w) && brandWord(w) && !article(w) && len(w) > 2:
			return true
		}
	}
	return false
}

// deskWord is a part of a firm that agents say they are from.
func deskWord(w []byte) bool {
	switch string(small(w, new(smallRoom))) {
	case "department", "dept", "support", "billing", "accounts", "refunds", "security", "service", "services", "helpdesk", "team", "abteilung", "soporte", "departamento", "suporte", "servicio":
		return true
	}
	return false
}

// doesToMe says whether the one named is who does something to the speaker, in
// a clause of its own: "then Marcus sent me a check", "and Leo had me install".
func (x *scan) doesToMe(first, last int) bool {
	if first > 0 && !x.lineBreak(first) {
		w := x.bytes(first - 1)
		if m := x.markAt(first - 1); m == '.' && x.gap(first) > 0 && !x.shortTitle(first-2) || m == ',' || m == '!' || m == ';' {
			// its clause begins
		} else if m != 0 || !clauseWord(w) {
			return false
		}
	}
	k := last + 1
	if k+1 >= len(x.toks) || x.gap(k) != 1 || x.lineBreak(k) {
		return false
	}
	if equalFold("then", x.bytes(k)) || equalFold("also", x.bytes(k)) || equalFold("even", x.bytes(k)) {
		k++
	}
	if !objectVerb(x.bytes(k)) {
		return false
	}
	if w := x.wordAt(k + 1); !equalFold("me", w) && !equalFold("us", w) && !equalFold("him", w) && !equalFold("her", w) && !equalFold("them", w) && !equalFold("my", w) {
		return false
	}
	for on := k + 1; on < len(x.toks) && on < k+14; on++ { // a friend's warning
		if x.markAt(on) == '.' && x.gap(on+1) > 0 {
			break
		}
		switch w := x.bytes(on); {
		case equalFold("scam", w), equalFold("scammed", w), equalFold("fraud", w), equalFold("fake", w), equalFold("police", w), equalFold("report", w):
			return false
		}
	}
	return !x.ownElsewhere(first)
}

func clauseWord(w []byte) bool {
	switch string(w) {
	case "then", "Then", "and", "And", "but", "But", "when", "When", "so", "So", "because", "after", "After", "until", "where", "while", "that", "before":
		return true
	}
	return false
}

// objectVerb is what agents do to those they call, with an object behind it.
func objectVerb(w []byte) bool {
	switch string(w) {
	case "had", "made", "got", "sent", "gave", "called", "phoned", "rang", "emailed", "mailed", "messaged", "helped", "let", "begged", "urged", "pushed", "forced", "scared", "calmed", "coached", "talked", "added", "invited", "taught", "kept", "charged", "asked", "told", "instructed":
		return true
	}
	return false
}

// ownElsewhere says whether the account gives the name at token first to
// somebody of the speaker's own in another place.
func (x *scan) ownElsewhere(first int) bool {
	for _, other := range x.asking[:min(len(x.asking), fewWords)] {
		if int(other) != first && string(x.bytes(int(other))) == string(x.bytes(first)) && x.ownersName(int(other)) {
			return true
		}
	}
	return false
}

// victimsVerb says whether a full name is the subject of what victims do, or of
// what is done to them: "John Miller received a call", "Ann Hayes, 71, reports".
func (x *scan) victimsVerb(first, last int) bool {
	k := last + 1
	if m := x.markAt(k); m == ',' || m == '(' { // an age, a place
		for k++; k < len(x.toks) && k < last+9 && x.markAt(k) != ',' && x.markAt(k) != ')'; k++ {
			if x.markAt(k) == '.' || x.is(k).has(cueScript) {
				return false
			}
		}
		k++
	}
	if k >= len(x.toks) || x.toks[k].class != classWord || x.gap(k) != 1 {
		return false
	}
	if first > 0 && !x.lineBreak(first) && x.toks[first-1].class != classMark && !clauseWord(x.bytes(first-1)) && !x.hint(first-1).has(hintKin) && !x.is(first-1).has(cueAgent) {
		return false
	}
	switch string(x.bytes(k)) {
	case "received", "receives", "reports", "reported", "lost", "paid", "wired", "purchased", "bought", "noticed", "believes", "believed", "realized", "realised", "fell", "complained", "lives", "resides",
		"recibió", "perdió", "pagó", "denuncia", "erhielt", "verlor", "überwies", "recebeu", "perdeu", "pagou":
		return true
	case "can", "may":
		return equalFold("be", x.wordAt(k+1)) && x.hint(k+2).has(hintReachable)
	case "was", "is", "wurde", "fue", "foi":
		switch string(x.wordAt(k + 1)) {
		case "called", "contacted", "told", "asked", "instructed", "targeted", "scammed", "tricked", "defrauded", "approached", "persuaded", "convinced", "angerufen", "kontaktiert", "contactado", "contactada", "engañado", "vítima", "víctima", "tricked.":
			return true
		}
	case "a":
		switch string(x.wordAt(k + 1)) {
		case "reçu", "perdu", "été", "payé":
			return true
		}
	}
	return false
}

// lateName looks at a capital of an account that the dictionary does not know,
// for a given name of those that are too many for it (data/morenames.txt), which
// is read as one that the dictionary knows. What is in no list is a name where
// the words around leave nothing else.
func (x *scan) lateName(i int) {
	t := &x.toks[i]
	if n := t.len(); n < 3 || n > 14 || t.word != 0 || len(x.numbers) == 0 && len(x.triggers) == 0 {
		return // an account of a fraud has a number or an address in it
	}
	if x.opt.FromFraudster {
		x.perhaps(i)
		return
	}
	x.how = byLate
	x.capital(i)
	if nameFilter.may(x.text.b[t.start:t.end]) && x.knownName(i) {
		x.givenName(i)
	} else if i > 0 && x.leadsToName(i) && !x.lineBreak(i) {
		x.unlisted(i)
		if !t.used {
			x.perhaps(i)
		}
	} else if !x.beginsSentence(i - 1) {
		x.perhaps(i)
	}
}

// leadsToName says quickly of most capitals, token i, that the words before
// lead up to no name.
func (x *scan) leadsToName(i int) bool {
	if i == 0 {
		return false
	}
	t := &x.toks[i-1]
	if t.class == classMark {
		switch x.text.b[t.start] {
		case '"', ':', '\'':
			return true
		case ',', '>':
			return true
		case '.', '!', '?':
			return x.markAt(i+1) == ','
		}
		return false
	}
	m := &meanings[uint16(t.word)&(1<<cueBits-1)]
	return m.is.has(cueIs|cueName|cueAgent|cueTo|cueThis) || m.hint.has(hintLead) || t.word == 0 && (certainWord(x.bytes(i-1)) || hintsPerson(x.bytes(i-1)))
}

// unlisted takes a name that no list has, at token i.
func (x *scan) unlisted(i int) {
	if !x.calledSo(i) && !x.saysOfSelf(i, i) && !x.reckoned(i, i) {
		return
	}
	first, last := x.nameSpan(i, true)
	if last < first || x.wordsOf(first, last) > 2 || x.lang() == langDE && !certainWord(x.bytes(i-1)) || x.letterhead(last) || allCapitals(x.bytes(first)) || camelCase(x.bytes(first)) ||
		x.ownersName(i) || x.streetBehind(last) || x.reportersOwn(first, last) || x.ownPeople(first, last) {
		return
	}
	x.takeAlias(first, last)
}

// filter says quickly of most words of two bytes and more that they are none of
// a set, capitals aside.
type filter [1 << 8]uint64

func filterAt[T string | []byte](b T) (word, bit uint32) {
	h := uint32(lower(b[0]))*0x9E37 ^ uint32(lower(b[1]))*0x85EB ^ uint32(lower(b[len(b)-1]))*0xC2B2 ^ uint32(lower(b[len(b)/2]))*0x27D5 ^ uint32(len(b))*0x1657
	h ^= h >> 7
	return h >> 6 & (1<<8 - 1), h & 63
}

func (f *filter) add(s string) {
	word, bit := filterAt(s)
	f[word] |= 1 << bit
}

func (f *filter) may(b []byte) bool {
	word, bit := filterAt(b)
	return f[word]>>bit&1 != 0
}

// mayString is may of a string.
func (f *filter) mayString(s string) bool {
	word, bit := filterAt(s)
	return f[word]>>bit&1 != 0
}

// nameFilter is that of moreNames.
var nameFilter = func() (f filter) {
	for name := range moreNames {
		f.add(name)
	}
	return f
}()

// calledSo says whether the words before a name say that the one of the other
// side is called so: "said he was", "name of rep:", "the girl was", "un certo",
// "one", "ask for", "himself".
func (x *scan) calledSo(first int) bool {
	k := first - 1
	for k > 0 && (x.markAt(k) == '"' || x.markAt(k) == ':' || x.markAt(k) == ',' && x.personBefore(k-1) || x.markAt(k) == '>' && x.markAt(k-1) == '-' || x.markAt(k) == '?' && x.is(k-1).has(cueName)) {
		if x.markAt(k) == ',' {
			return true
		}
		k--
	}
	if k < 1 {
		return false
	}
	w := x.bytes(k)
	switch {
	case certainWord(w):
		return true
	case x.is(k).has(cueIs) && !startsUpper(w) || equalFold("am", w) || equalFold("m", w) && x.markAt(k-1) == '\'' || equalFold("era", w):
		for back := k - 1; back >= 0 && back >= k-4; back-- {
			is, hint := x.is(back), x.hint(back)
			switch b := x.bytes(back); {
			case is.has(cueMy), hint.has(hintKin) && !hint.has(hintPerson):
				return false
			case back == k-1 && thirdPerson(b) && x.near(back, 3, 0, cueScript), hint.has(hintPerson) && back == k-1 && !x.is(back-1).has(cueGenuine|cueMy):
				return !equalFold("i", x.wordAt(k-1))
			}
		}
	case x.is(k).has(cueName) || x.is(k).has(cueAgent) && equalFold("of", x.wordAt(k-1)):
		return x.markAt(first-1) == ':' && (equalFold("rep", w) || x.hint(k-1).has(hintPerson|hintTheirs) || otherSide(x.wordAt(k-1)) || equalFold("agent", x.wordAt(k-1)) || equalFold("of", x.wordAt(k-1)))
	case equalFold("as", w):
		return x.near(k, 4, 0, cueName) && (gaveWord(x.wordAt(k-1)) || gaveWord(x.wordAt(k-2)))
	case equalFold("on", w):
		return equalFold("puts", x.wordAt(k-1))
	case equalFold("by", w):
		switch string(x.wordAt(k - 1)) {
		case "goes", "went", "going", "go":
			return !x.is(k - 2).has(cueI | cueMy)
		}
	case equalFold("to", w):
		switch string(x.wordAt(k - 1)) {
		case "talked", "spoke", "spoken", "talking", "speaking", "SPOKE", "TALKED":
			return !x.is(k - 2).has(cueMy)
		}
	case hintsPerson(w):
		return true
	}
	return false
}

// personBefore says whether a clause about a person of the other side ends at
// token k: "the girl on the phone,", "Un monsieur m'a répondu,", "atendeu um
// rapaz,".
func (x *scan) personBefore(k int) bool {
	for back := k; back >= 0 && back >= k-5; back-- {
		if x.toks[back].class == classMark && x.markAt(back) != '\'' {
			return false
		}
		hint := x.hint(back)
		if hint.has(hintPerson) && !hint.has(hintKin) {
			return !x.ours(back)
		}
		if x.is(back).has(cueMy|cueScript) || hint.has(hintKin) {
			return false
		}
	}
	return false
}

// certainWord stands before a name that the speaker had from hearsay.
func certainWord(w []byte) bool {
	switch string(w) {
	case "certain", "certain,", "gewisser", "gewissen", "gewisse", "gewissem", "certo", "certa", "tale", "tal", "cierto", "cierta", "sedicente", "supposed", "so-called":
		return true
	}
	return false
}

func hintsPerson(w []byte) bool {
	switch string(w) {
	case "ladki", "ladka", "aadmi", "banda", "bando", "rapaz", "moça":
		return true
	}
	return false
}

// saysOfSelf says whether a name stands in words that were said to the speaker,
// in quotes or in the other side's line: `"this is Carter from`, "I am Julius".
func (x *scan) saysOfSelf(first, last int) bool {
	k := first - 1
	w, before := x.wordAt(k), x.wordAt(k-1)
	self := equalFold("is", w) && equalFold("this", before) || equalFold("am", w) && equalFold("i", before) || equalFold("m", w) && x.markAt(k-1) == '\'' || equalFold("bin", w) || equalFold("soy", w) || equalFold("sono", w) || equalFold("sou", w)
	if !self {
		return false
	}
	if from := x.wordAt(last + 1); equalFold("from", from) || equalFold("with", from) || equalFold("from", x.wordAt(last+2)) {
		return x.brandSaid(first) || x.markAt(k-2) == '"' || x.near(k, 5, 0, cueScript|cueText) || x.deskBehind(last)
	}
	for back := k; back >= 0 && back > k-5; back-- {
		if x.markAt(back) == '"' && x.gap(back+1) == 0 {
			return true
		}
	}
	return false
}

// reckoned says whether the one named is said to have said so: "Lachlan, he
// reckoned", "Neville said".
func (x *scan) reckoned(first, last int) bool {
	return x.beginsSentence(first-1) && x.markAt(last+1) == ',' && thirdPerson(x.wordAt(last+2)) && (x.is(last+3).has(cueScript) || equalFold("reckoned", x.wordAt(last+3)) || equalFold("called", x.wordAt(last+3)))
}
