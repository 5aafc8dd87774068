package extract

import "bytes"

// party is the side that a form's field is about.
type party uint8

const (
	partyNone  party = iota
	partyOwn         // the victim, the one who reports, the bank's own customer
	partyOther       // the subject, the business complained of
)

// mostAbove is how many lines above a field the heading stands that says whose
// details these are.
const mostAbove = 9

// readField takes in whose number or address a form's field holds: by its
// label ("Consumer's phone:", "Teléfono del afectado:"), or where that says no
// more than "Phone:", by the nearest label or heading above that names a side.
func (x *scan) readField(c *cuesAround, first, k int) {
	if x.agentsLine(k) || x.deskReached(k) {
		c.given, c.isMine, c.mine, c.asked, c.helper, c.victims = true, false, false, false, false, false
		return
	}
	whose := x.besideParty(k)
	if whose == partyNone && x.marked(':') {
		whose = x.fieldOf(first)
	}
	switch {
	case whose == partyOwn && !c.p2pRight:
		c.isMine, c.helper, c.dialled, c.given = true, false, false, false
	case whose == partyOther:
		c.other = true
		c.isMine, c.mine, c.victims, c.asked = false, false, false, false
	}
}

// agentsLine says whether "the technician's own number is", "the agent's direct
// line was" ends at token k.
func (x *scan) agentsLine(k int) bool {
	if k < 4 || !x.is(k).has(cueIs) {
		return false
	}
	for k--; k > 2 && x.toks[k].class == classWord && (x.is(k).has(cueNumber|cuePhone|cueOwn) || lineWord(x.bytes(k)) || equalFold("line", x.bytes(k))) && !equalFold("s", x.bytes(k)); k-- {
	}
	if !equalFold("s", x.bytes(k)) || x.markAt(k-1) != '\'' {
		return false
	}
	switch string(small(x.bytes(k-2), new(smallRoom))) {
	case "technician", "tech", "agent", "scammer", "supervisor", "operator", "engineer", "rep", "fraudster":
		return !x.is(k - 3).has(cueMy)
	}
	return false
}

// deskReached says whether an order to reach a desk ends at token k: "reach the
// security department under", "contact our billing team on".
func (x *scan) deskReached(k int) bool {
	if k < 3 || !x.is(k).has(cueTo) && !equalFold("under", x.bytes(k)) && !equalFold("on", x.bytes(k)) || !deskWord(x.bytes(k-1)) {
		return false
	}
	for back := k - 2; back >= 0 && back > k-6 && x.toks[back].class == classWord; back-- {
		if x.is(back).has(cueMy | cueI | cueBank) {
			return false
		}
		if contactVerb(x.bytes(back)) {
			return !x.is(back - 1).has(cueI)
		}
	}
	return false
}

// fieldOf is whose field the finding at token first stands in, none where it is
// in no form's line.
func (x *scan) fieldOf(first int) party {
	colon, between := -1, 0
	for k := first - 1; k >= 0 && between < 6 && !x.lineBreak(k+1); k-- { // "Reporter: Ella Voss, (217) …"
		if m := x.markAt(k); m != 0 {
			if m == ':' {
				colon = k
				break
			}
			if m != '+' && m != '(' && m != ')' && m != ',' && m != '.' && m != '-' {
				return partyNone
			}
			continue
		}
		if between++; !x.toks[k].used && !startsUpper(x.bytes(k)) && !x.is(k).has(cuePhone|cueOwn|cueMail) {
			return partyNone
		}
	}
	if colon < 1 {
		return partyNone
	}
	whose, plain, start := x.label(colon - 1)
	if start > 0 && start == colon-1 { // who answers in a talk
		if x.markAt(start-1) == '?' {
			return partyNone
		}
		for k := start - 1; k >= 0 && k > start-9; k-- {
			if bytes.Contains(x.bytes(k), []byte("連絡先")) {
				return partyOwn
			}
		}
	}
	if start < 0 {
		return partyNone
	}
	if whose != partyNone {
		return whose
	}
	if !plain {
		return partyNone
	}
	if between > 0 { // a name alone stands there too
		return partyNone
	}
	for lines := 0; start > 0 && lines < mostAbove; lines++ {
		end := start - 1
		for start = end; start > 0 && !x.lineBreak(start) && end-start < 24; start-- {
		}
		if whose := x.heading(start, end); whose != partyNone {
			return whose
		}
	}
	return partyNone
}

// label reads the label that ends at token k: whose it is, whether it is one
// for a telephone or a mailbox and no more, and where its line begins; start is
// below nothing where it begins no line.
func (x *scan) label(k int) (whose party, plain bool, start int) {
	plain = true
	for words := 0; k >= 0 && words < 6; k-- {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); m != '/' && m != '-' && m != '\'' && m != '(' && m != ')' && m != '*' && m != '.' {
				return whose, plain, -1
			}
		} else {
			words++
			w := x.bytes(k)
			if p := partyOf(w); p != partyNone && (whose == partyNone || p == partyOther) {
				whose = p
			}
			if x.is(k).has(cueFrom) && !ofWord(w) || x.is(k).has(cueShown|cueCalled) {
				return partyNone, false, -1 // it asks for what was shown, or dialled
			}
			plain = plain && (x.is(k).has(cuePhone|cueOwn|cueNumber|cueMail) || plainLabel(w))
		}
		if k == 0 || x.lineBreak(k) {
			return whose, plain, k
		}
	}
	return partyNone, false, -1
}

// heading is whose details stand below the line of tokens start to end: a label
// that names a side, or a few words that do.
func (x *scan) heading(start, end int) party {
	words := 0
	whose := partyNone
	for k := start; k <= end; k++ {
		if x.markAt(k) == ':' {
			return whose
		}
		if x.toks[k].class == classMark {
			continue
		}
		if words++; words > 4 {
			return partyNone
		}
		if p := partyOf(x.bytes(k)); p != partyNone {
			whose = p
		}
		if x.is(k).has(cueScript | cueI | cueFrom | cueCalled) {
			return partyNone
		}
	}
	return whose
}

// besideParty reads who stands right before a number that ends or fills a
// sentence, in the notes of a desk: "Member (360) …", "Reach customer at".
func (x *scan) besideParty(k int) party {
	if k < 0 || x.toks[k].class == classMark || x.markAt(k+1) == ':' {
		return partyNone
	}
	if x.is(k).has(cueTo) && k > 1 { // "Reach member at"
		verb := k - 2
		if article(x.bytes(verb)) {
			verb--
		}
		if partyOf(x.bytes(k-1)) == partyOwn && verb >= 0 && contactVerb(x.bytes(verb)) && x.beginsSentence(verb-1) {
			return partyOwn
		}
		return partyNone
	}
	if equalFold("soy", x.bytes(k)) && equalFold("yo", x.wordAt(k-1)) {
		return partyOwn // "yo soy 55 …"
	}
	who := k
	for who > 0 && who > k-2 && x.is(who).has(cuePhone|cueOwn) {
		who--
	}
	if !x.beginsSentence(who-1) || x.hint(who).has(hintYours) || possessive(x.bytes(who)) {
		return partyNone // "Ihre Hotline"
	}
	return partyOf(x.bytes(who))
}

// possessive says whose in a label, and is no party by itself.
func possessive(w []byte) bool {
	switch string(small(w, new(smallRoom))) {
	case "your", "ihre", "vos", "votre", "their":
		return true
	}
	return false
}

// plainLabel is a word of a label that says nothing of whose it is.
func plainLabel(w []byte) bool {
	if len(w) == 1 {
		return true // E-mail
	}
	switch string(small(w, new(smallRoom))) {
	case "daytime", "evening", "contact", "address", "adresse", "primary", "best", "home", "work", "tel", "tél", "name", "and", "or", "other", "details", "no", "メール", "電話", "電話番号":
		return true
	}
	return false
}

// partyOf is the side that a word of a form means.
func partyOf(w []byte) party {
	if len(w) < 3 {
		return partyNone
	}
	switch string(small(w, new(smallRoom))) {
	case "complainant", "complainants", "victim", "consumer", "member", "mbr", "customer", "cust", "client", "claimant", "reporter", "reportee", "petitioner", "applicant", "your", "resident",
		"denunciante", "afectado", "afectada", "víctima", "perjudicado", "perjudicada", "socio", "socia", "declarante",
		"geschädigte", "geschädigten", "geschädigter", "anzeigeerstatter", "anzeigeerstatterin", "anzeigenerstatter", "anzeigenerstatterin", "melder", "melderin", "ihre",
		"plaignant", "plaignante", "victime", "déclarant", "déclarante", "membre", "vos", "votre", "vítima", "cliente", "comunicante",
		"शिकायतकर्ता", "पीड़ित", "वादी", "आपका":
		return partyOwn
	case "subject", "subjects", "suspect", "suspects", "scammer", "business", "company", "caller", "fraudster", "perpetrator", "perp", "offender", "actor", "respondent", "seller", "merchant", "their", "firm",
		"autor", //nolint:misspell // it is Spanish
		"estafador", "sospechoso", "llamante", "empresa", "täter", "täters", "anrufer", "anrufers", "beschuldigter", "firma",
		"escroc", "auteur", "appelant", "société", "entreprise", "golpista", "suspeito", "ठग", "आरोपी":
		return partyOther
	}
	if w[0] >= 0xE3 {
		switch {
		case bytes.Contains(w, []byte("相談者")), bytes.Contains(w, []byte("被害者")), bytes.Contains(w, []byte("通報者")), bytes.Contains(w, []byte("届出人")):
			return partyOwn
		case bytes.Contains(w, []byte("相手")), bytes.Contains(w, []byte("犯人")), bytes.Contains(w, []byte("業者")):
			return partyOther
		}
	}
	return partyNone
}
