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
	first, last := x.capitalsAround(i)
	for first < last && x.is(first).has(cueIs) {
		first++ // "Is Fixora Web Care legit?"
	}
	for first < last && first > 0 && !x.lineBreak(first) && (x.noFirmsWord(first) || x.is(first).has(cueI|cueUs|cueMy|cueFrom|cueTo)) {
		first++
	}
	camel := camelCase(x.bytes(first))
	if last == first && !camel || x.is(last+1).has(cueFirm) && x.gap(last+1) <= 1 || x.knownName(first) && !camel && !x.quotesAround(first, last) && (last-first < 2 || x.hint(first).has(hintGiven) || !x.frames(last).has(frameBusiness)) || publicOffice(x.bytes(first)) {
		return
	}
	for k := first + 1; k <= last+4 && k < len(x.toks); k++ { // what has a legal form is taken by it
		if k > last && x.lineBreak(k) {
			break
		}
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
	if caps || own == 0 && last-first < 2 || desksName(x.bytes(last)) && !x.formsFirm(first) {
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

// publicOffice begins the name of an office or of a desk that every large firm
// has.
func publicOffice(w []byte) bool {
	switch string(w) {
	case "Internal", "Adult", "Social", "Postal", "Consumer", "Senior", "Legal", "Emergency", "Police", "Victim", "Customer", "Technical", "Tech", "Federal", "National", "State", "County", "Amazon", "Apple", "Google", "Child", "Citizens", "Geek", "Best", "Premium":
		return true
	}
	return false
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

// capitalsAround is the run of words around token i that may be one firm's name:
// capitals in one line, with the small words and hyphens that such names have.
func (x *scan) capitalsAround(i int) (first, last int) {
	first, last = i, i
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
	return first, last
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
		return x.moneySentTo(first-1) || (x.lineBreak(first) || x.closing > 0 && x.closing > first-4 || equalFold("team", x.wordAt(first-1)) || x.markAt(first-1) == ',' && x.hint(first-2).has(hintSignoff)) && (x.lineBreak(last+1) || last+1 >= len(x.toks)) && first > 12
	}
	quoted := x.quotesAround(first, last)
	k := first - 1
	for k >= 0 && (x.markAt(k) == '"' || x.markAt(k) == '\'' || x.markAt(k) == ',' && x.firmWord(k-1) || x.markAt(k) == ':' || article(x.bytes(k)) || equalFold("eine", x.bytes(k)) || equalFold("einer", x.bytes(k)) || equalFold("angeblich", x.bytes(k)) || x.is(k).has(cueIs) || equalFold("serait", x.bytes(k))) {
		k--
	}
	if x.doubted(first, last) {
		return true
	}
	if k < 0 {
		return quoted
	}
	if x.namedByForm(k) || x.complained(k) {
		return true
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
	case x.markAt(k) == '.' && heldBy(x.wordAt(k-1)), (equalFold("de", lead) || equalFold("von", lead)) && favor(x.wordAt(k-1)), equalFold("of", lead) && (equalFold("name", x.wordAt(k-1)) || equalFold("that", x.wordAt(k-1)) && x.is(k-2).has(cueIs)), heldBy(lead) && x.near(k, 8, 0, cueAccount|cuePay|cueBank):
		return true
	case (equalFold("from", lead) || equalFold("with", lead) || equalFold("of", lead)) && x.frames(last).has(frameBusiness) && (x.near(k-1, 4, 0, cueAgent|cueName) || x.is(k-1).has(cueIs) && thirdPerson(x.wordAt(k-2))):
		return true // "the agent named Michelle of …", "said he was from …"
	case equalFold("from", lead), equalFold("with", lead), equalFold("of", lead), equalFold("de", lead), equalFold("von", lead), equalFold("dal", lead):
		return quoted && !x.hint(k-1).has(hintNoName) && x.near(k, 8, 0, cueCalled|cueScript|cueText|cueMail|cueSigned) || x.hint(k-1).has(hintGiven)
	case x.is(k).has(cueScript) && quoted, headedWord(lead):
		return true
	}
	return quoted && (x.near(k, 4, 0, cueScript|cueSite|cueName) || headedWord(x.wordAt(k-1)) || equalFold("then", lead))
}

// formsFirm says whether a form's label for a firm stands right before a name,
// in its line: "Subject Business:", "Name of company:".
func (x *scan) formsFirm(first int) bool {
	return x.markAt(first-1) == ':' && !x.lineBreak(first) && x.namedByForm(first-2)
}

// namedByForm says whether the label that ends at token k is one for a firm or
// for who was paid, and nothing but a label stands in its line.
func (x *scan) namedByForm(k int) bool {
	if x.markAt(k+1) != ':' {
		return false
	}
	firm := false
	for back, words := k, 0; back >= 0 && words < 4; back, words = back-1, words+1 {
		if x.toks[back].class == classMark {
			return firm && x.lineBreak(back+1)
		}
		firm = firm || x.firmWord(back) || x.hint(back).has(hintHolder) && x.is(back+1).has(cueName)
		if back == 0 || x.lineBreak(back) {
			return firm
		}
	}
	return false
}

// complained says whether token k is what one does who complains of a firm or
// paid it, right before its name: "I am reporting", "we paid", "Denuncio a".
func (x *scan) complained(k int) bool {
	if w := x.bytes(k); equalFold("a", w) || equalFold("contra", w) || equalFold("gegen", w) || equalFold("against", w) || equalFold("à", w) {
		k--
	}
	switch string(x.wordAt(k)) {
	case "paid", "pay", "reporting", "report", "pagué", "pagó", "paguei", "payé":
		return k == 0 || x.is(k-1).has(cueI|cueUs|cueTo|cueIs) || x.markAt(k-1) == '\'' || startsUpper(x.wordAt(k-1)) || thirdPerson(x.wordAt(k-1)) || equalFold("le", x.wordAt(k-1)) || equalFold("am", x.wordAt(k-1))
	case "Denuncio", "denuncio", "Reporting", "Paid", "complaint", "Complaint", "Beschwerde", "Plainte", "plainte", "Denúncia":
		return true
	}
	return false
}

// doubted says whether somebody asks whether a name is an honest firm's: "is
// … legit?", "… a scam?".
func (x *scan) doubted(first, last int) bool {
	if !x.is(first - 1).has(cueIs) {
		for k := last + 1; k <= last+3 && k < len(x.toks) && x.toks[k].class == classWord; k++ {
			if w := x.bytes(k); string(w) == "Vertrag" || string(w) == "contrat" || string(w) == "contrato" || string(w) == "contract" {
				return true // "habe ich mit der … keinen Vertrag"
			}
		}
		return false
	}
	for k := last + 1; k <= last+3 && k < len(x.toks); k++ {
		switch string(x.bytes(k)) {
		case "legit", "legitimate", "scam", "SCAM", "fake", "real":
			return true
		}
	}
	return false
}

// moneySentTo says whether "You sent $799.00 to" ends at token k, as the
// message of a payment service begins.
func (x *scan) moneySentTo(k int) bool {
	if k < 3 || !equalFold("to", x.bytes(k)) {
		return false
	}
	money := false
	for back := k - 1; back >= 0 && back > k-9 && !x.lineBreak(back+1); back-- {
		money = money || moneySign(x.markAt(back))
		if equalFold("sent", x.bytes(back)) || equalFold("paid", x.bytes(back)) {
			return money
		}
	}
	return false
}

// favor stands in "a favor de", "au nom de", "zugunsten von".
func favor(w []byte) bool {
	switch string(w) {
	case "favor", "profit", "nom", "nombre", "zugunsten", "bénéfice", "titularidad":
		return true
	}
	return false
}

// heldBy stands between an account, or a payment, and whose it is.
func heldBy(w []byte) bool {
	switch string(w) {
	case "styled", "lautend", "fav", "Empfänger", "destinataire", "titular", "benef":
		return true
	}
	return false
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
	case "company", "firm", "firma", "business", "outfit", "empresa", "société", "societe", "entreprise", "ditta", "azienda", "agency", "employer", "merchant", "payee", "beneficiary", "empfänger", "beneficiario", "bénéficiaire", "favorecido", "auftraggeber", "ordre", "heißt", "heisst", "nennt", "itself", "themselves", "dharak", "fantomatico", "sedicente":
		return true
	}
	return false
}

// headedWord is what a letter, a sheet or a door does that names a firm.
func headedWord(w []byte) bool {
	switch string(w) {
	case "headed", "titled", "labeled", "labelled", "marked", "door", "letterhead", "nameplate", "wallpaper", "enrolled", "registered", "banner", "logo", "stamped", "called", "named", "reads", "a.k.a.", "aka", "dba":
		return true
	}
	return false
}

// paidFirm is what one does who pays a firm.
func paidFirm(w []byte) bool {
	switch string(w) {
	case "debit", "debits", "check", "cheque", "checks", "cheques", "moved", "made", "bonifico", "Bonifico", "transferencias", "transferencia", "virement", "Überweisung", "überwiesen", "Überwiesen", "gingen", "sold", "Sold", "subscription", "wire", "EÜ", "TED", "RTGS", "NEFT":
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
