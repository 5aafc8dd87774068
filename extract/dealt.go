package extract

import "strings"

// dealtWith says whether an account's words around a given name make it one
// whom the speaker dealt with on the other side: who called, to whom they were
// put through, who told or took something.
func (x *scan) dealtWith(first, last int) bool {
	return x.introduced(first) || x.titledBehind(last) || x.deskBehind(last) || x.doesToMe(first, last)
}

// introduced says whether the words before a name lead up to one of the other
// side: "a call from a", "put me through to", "contacted by", "only know him
// as", "his name?".
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
	lead := x.bytes(k)
	switch {
	case equalFold("from", lead), equalFold("von", lead), equalFold("vom", lead), equalFold("de", lead), equalFold("by", lead), equalFold("par", lead), equalFold("por", lead):
		for back := k - 1; back >= 0 && back >= k-4 && x.toks[back].class == classWord; back-- {
			w := x.bytes(back)
			if callEvent(w) || callWord(w) || textEvent(w) || x.is(back).has(cueMail) || contactedWord(w) {
				return !x.is(back-1).has(cueI) || contactedWord(w) && !equalFold("by", w)
			}
		}
	case equalFold("to", lead):
		for back := k - 1; back >= 0 && back >= k-4 && x.toks[back].class == classWord; back-- {
			switch w := x.bytes(back); {
			case equalFold("through", w), equalFold("transferred", w), equalFold("handed", w), equalFold("passed", w), equalFold("escalated", w), equalFold("connected", w), equalFold("switched", w):
				return !x.toks[k].used
			case equalFold("over", w), equalFold("me", w), equalFold("him", w), equalFold("her", w), equalFold("us", w), equalFold("them", w), equalFold("on", w):
			default:
				return false
			}
		}
	case equalFold("as", lead):
		for back := k - 1; back >= 0 && back >= k-5 && x.toks[back].class == classWord; back-- {
			if w := x.bytes(back); equalFold("know", w) || equalFold("knew", w) || equalFold("known", w) || equalFold("saved", w) {
				return true
			}
		}
	}
	return false
}

// contactedWord is what was done to the speaker by whom "by" names.
func contactedWord(w []byte) bool {
	switch string(w) {
	case "contacted", "approached", "emailed", "befriended", "messaged", "instructed", "helped", "guided", "answered", "visited", "scammed", "tricked", "defrauded", "kontaktiert", "contactée", "contacté", "contactado", "contactada":
		return true
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
		case deskWord(w), from && startsUpper(w) && brandWords[strings.ToLower(string(w))] && !article(w) && len(w) > 2:
			return true
		}
	}
	return false
}

// deskWord is a part of a firm that agents say they are from.
func deskWord(w []byte) bool {
	switch strings.ToLower(string(w)) {
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
