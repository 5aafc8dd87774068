package extract

import "ringbreaker.example/fraud"

// mostFirm is how many words the name of a firm without a legal form has.
const mostFirm = 5

// business takes a firm that has no legal form, at a word of its name that is
// one for a trade ("Care", "Solutions", "Dépannage"): capitals on both sides,
// and words around them that say that it is one: who is paid, who they said they
// were, what the letter was headed.
func (x *scan) business(i int) {
	if x.toks[i].used || !isUpper(x.bytes(i)[0]) {
		return
	}
	first, last := i, i
	for words := 1; first > 0 && words < mostFirm && x.gap(first) == 1 && !x.lineBreak(first); words++ {
		if x.firmsWord(first - 1) {
			first--
		} else if particleOfFirm(x.bytes(first-1)) && first > 1 && x.firmsWord(first-2) && !x.lineBreak(first-1) {
			first -= 2
		} else {
			break
		}
	}
	for ; last+1 < len(x.toks) && last-first+1 < mostFirm && !x.lineBreak(last+1); last++ {
		next := last + 1
		if x.firmsWord(next) && x.gap(next) == 1 {
			continue
		}
		if (particleOfFirm(x.bytes(next)) || x.markAt(next) == '-' && x.gap(next) == 0) && next+1 < len(x.toks) && x.firmsWord(next+1) && x.gap(next+1) <= 1 && !x.lineBreak(next+1) {
			last++
			continue
		}
		break
	}
	for first < last && first > 0 && !x.lineBreak(first) && (x.noFirmsWord(first) || x.is(first).has(cueI|cueUs|cueMy|cueFrom|cueTo)) {
		first++
	}
	camel := camelCase(x.bytes(first))
	if last == first && !camel || x.is(last+1).has(cueFirm) && x.gap(last+1) <= 1 || x.knownName(first) && !camel && !x.quotesAround(first, last) {
		return
	}
	for k := first + 1; k <= last+4 && k < len(x.toks); k++ { // what has a legal form is taken by it
		if x.is(k).has(cueFirm) || equalFold("co", x.bytes(k)) {
			return
		}
		if k > last && x.toks[k].class != classMark {
			break
		}
	}
	own, caps := 0, true // words that are no everyday ones
	for k := first; k <= last; k++ {
		if x.toks[k].class == classMark {
			continue
		}
		b := x.bytes(k)
		if brandWord(b) && x.is(k) == 0 && x.hint(k)&hintNoName == 0 && !x.frames(k).has(frameBusiness) {
			return
		}
		if x.hint(k)&(hintNoName|hintKin) == 0 && !x.frames(k).has(frameBusiness) && x.is(k)&^cueMore == 0 || camelCase(b) {
			own++
		}
		caps = caps && allCapitals(b)
	}
	if caps || own == 0 && last-first < 2 || desksName(x.bytes(last)) {
		return
	}
	if !x.firmSaid(first, last) {
		return
	}
	name := foldCompany(string(x.text.b[x.toks[first].start:x.toks[last].end]))
	if len(name) < 5 || brandFirm("name:"+name) != "" || brandFirm(name) != "" {
		return
	}
	x.take(fraud.Company, "name:"+name, first, last, true)
}

// particleOfFirm is a small word inside a firm's name.
func particleOfFirm(w []byte) bool {
	switch string(w) {
	case "de", "di", "do", "für", "of":
		return true
	}
	return false
}

// firmsWord says whether token k may be a word of a firm's name.
func (x *scan) firmsWord(k int) bool {
	t := &x.toks[k]
	b := x.bytes(k)
	return !t.used && (t.class == classWord || t.class == classMixed) && startsUpper(b) && !x.is(k).has(cueDate|cueMoney)
}

// desksName is what ends the name of a desk and not of a firm.
func desksName(w []byte) bool {
	switch string(small(w, new(smallRoom))) {
	case "department", "dept", "division", "team", "unit", "abteilung", "departamento":
		return true
	}
	return false
}

func camelCase(b []byte) bool {
	if len(b) < 6 || !isUpper(b[0]) {
		return false
	}
	for i := 2; i+2 < len(b); i++ {
		if isUpper(b[i]) && isLower(b[i-1]) && isLower(b[i+1]) {
			return true
		}
	}
	return false
}

func (x *scan) quotesAround(first, last int) bool {
	open, shut := x.markAt(first-1), x.markAt(last+1)
	return (open == '"' || open == '\'') && (shut == '"' || shut == '\'')
}

// firmSaid says whether the words around a name say that it is a firm's.
func (x *scan) firmSaid(first, last int) bool {
	if x.opt.FromFraudster {
		return (x.lineBreak(first) || x.closing > 0 && x.closing > first-4 || equalFold("team", x.wordAt(first-1)) || x.markAt(first-1) == ',' && x.hint(first-2).has(hintSignoff)) && (x.lineBreak(last+1) || last+1 >= len(x.toks)) && first > 12
	}
	quoted := x.quotesAround(first, last)
	k := first - 1
	for k >= 0 && (x.markAt(k) == '"' || x.markAt(k) == '\'' || x.markAt(k) == ',' && x.firmWord(k-1) || x.markAt(k) == ':' || article(x.bytes(k)) || equalFold("eine", x.bytes(k)) || equalFold("einer", x.bytes(k)) || equalFold("angeblich", x.bytes(k)) || x.is(k).has(cueIs) || equalFold("serait", x.bytes(k))) {
		k--
	}
	if k < 0 {
		return quoted
	}
	if x.firmWord(k) || x.firmWord(k-1) || x.firmWord(k-2) && x.toks[k-1].class == classWord {
		return true
	}
	if x.accountBehind(last) {
		return true
	}
	lead := x.bytes(k)
	switch {
	case payeeLead(lead), x.markAt(k) == '/':
		for back, at := k-1, 0; back >= 0 && at < 14; back, at = back-1, at+1 {
			if m := x.markAt(back); m == '.' && x.gap(back+1) > 0 && !x.abbreviation(back) {
				break
			}
			if x.is(back).has(cuePay|cueAccount|cueMoney) || moneySign(x.markAt(back)) || x.toks[back].used && x.toks[back].class == classNumber || paidFirm(x.bytes(back)) {
				return true
			}
		}
	case equalFold("from", lead), equalFold("with", lead), equalFold("of", lead), equalFold("de", lead), equalFold("von", lead), equalFold("dal", lead):
		return quoted && !x.hint(k-1).has(hintNoName) && x.near(k, 8, 0, cueCalled|cueScript|cueText|cueMail|cueSigned) || x.hint(k-1).has(hintGiven)
	case x.is(k).has(cueScript) && quoted, headedWord(lead):
		return true
	}
	return quoted && (x.near(k, 4, 0, cueScript|cueSite|cueName) || headedWord(x.wordAt(k-1)) || equalFold("then", lead))
}

// payeeLead is a word before the name of who is paid.
func payeeLead(w []byte) bool {
	switch string(small(w, new(smallRoom))) {
	case "to", "for", "payee", "payable", "an", "a", "pour", "para", "pra", "por", "à", "under", "p", "naam", "nombre", "name", "bénéf", "favor", "via", "by":
		return true
	}
	return false
}

// moneySign says whether a mark is that of money.
func moneySign(m byte) bool { return m == '$' || m >= signEuro && m <= signRupee }

// firmWord is a word for a firm, or for being called one.
func (x *scan) firmWord(k int) bool {
	if k < 0 {
		return false
	}
	switch string(small(x.bytes(k), new(smallRoom))) {
	case "company", "firm", "firma", "business", "outfit", "empresa", "société", "societe", "entreprise", "ditta", "azienda", "société:", "agency", "employer", "merchant", "payee", "beneficiary", "empfänger", "beneficiario", "bénéficiaire", "heißt", "heisst", "nennt", "itself", "themselves", "dharak", "fantomatico", "sedicente":
		return true
	}
	return false
}

// headedWord is what a letter, a sheet or a door does that names a firm.
func headedWord(w []byte) bool {
	switch string(w) {
	case "headed", "titled", "labeled", "labelled", "marked", "door", "letterhead", "called", "named", "reads", "a.k.a.", "aka", "dba":
		return true
	}
	return false
}

// paidFirm is what one does who pays a firm.
func paidFirm(w []byte) bool {
	switch string(w) {
	case "check", "cheque", "moved", "made", "bonifico", "Bonifico", "transferencias", "transferencia", "virement", "Überweisung", "überwiesen", "Überwiesen", "gingen", "sold", "Sold", "subscription", "wire", "EÜ", "TED", "RTGS", "NEFT":
		return true
	}
	return false
}

// accountBehind says whether an account or its code stands right behind a name,
// as it does behind a payee's.
func (x *scan) accountBehind(last int) bool {
	k := last + 1
	for k < len(x.toks) && k <= last+3 && (x.markAt(k) == ',' || x.markAt(k) == '(' || x.markAt(k) == ':') {
		k++
	}
	if k >= len(x.toks) || x.lineBreak(k) {
		return false
	}
	return x.is(k).has(cueAccount|cueRouting) || x.toks[k].class == classMixed && x.toks[k].used
}

// companyNamed takes the name that a word for a firm announces: "La empresa,
// Reparatel Sur", "Die Firma heisst angeblich Alpen-Support24".
func (x *scan) companyNamed(i int) {
	if !x.firmWord(i) {
		return
	}
	k := i + 1
	for ; k < len(x.toks) && k <= i+6; k++ {
		if m := x.markAt(k); m != 0 {
			if m == ':' || m == '"' || m == ',' && k == i+1 {
				continue
			}
			return
		}
		if startsUpper(x.bytes(k)) {
			break
		}
		if !x.is(k).has(cueIs|cueName) && !firmLead(x.bytes(k)) {
			return
		}
	}
	if k >= len(x.toks) || k > i+6 || k == i+1 && !announcesFirm(x.bytes(i)) || x.lineBreak(k) || x.knownName(k) || !x.firmsWord(k) {
		return
	}
	first, last, words := k, k, 1
	for last+1 < len(x.toks) && words < mostFirm && !x.lineBreak(last+1) {
		next := last + 1
		if x.firmsWord(next) && x.gap(next) <= 1 && !x.is(next).has(cueFirm) {
			last, words = next, words+1
		} else if x.markAt(next) == '-' && x.gap(next) == 0 && next+1 < len(x.toks) && x.firmsWord(next+1) && x.gap(next+1) == 0 {
			last, words = next+1, words+1
		} else {
			break
		}
	}
	for at := first; at <= last+4 && at < len(x.toks); at++ { // what has a legal form is taken by it
		if x.is(at).has(cueFirm) || equalFold("co", x.bytes(at)) || brandWord(x.bytes(at)) && at <= last {
			return
		}
		if at > last && x.toks[at].class != classMark {
			break
		}
	}
	if words < 2 && !camelCase(x.bytes(first)) && !x.quotesAround(first, last) || allCapitals(x.bytes(first)) && x.toks[first].len() > 3 {
		return
	}
	name := foldCompany(string(x.text.b[x.toks[first].start:x.toks[last].end]))
	if len(name) < 5 || brandFirm("name:"+name) != "" {
		return
	}
	x.take(fraud.Company, "name:"+name, first, last, true)
}

// firmLead is a small word between one for a firm and its name.
func firmLead(w []byte) bool {
	switch string(w) {
	case "the", "a", "que", "mencionó", "se", "llama", "llamada", "angeblich", "heisst", "heißt", "die", "sich", "serait", "called", "named", "was", "dite", "sedicente", "si", "chiama", "mentioned", "citée", "indicada", "nombre", "they", "said", "gave", "she", "he":
		return true
	}
	return false
}
