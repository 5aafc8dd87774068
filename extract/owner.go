package extract

// readOwner reads whose number it is by the nearest word for a person or a
// place before it: "my neighbour Ana, her number is", "the branch manager is
// at", "PC Ellis (…)", "his landline, …". k is the last token before it.
func (x *scan) readOwner(c *cuesAround, k int, near *meaning) {
	if !near.frames.has(frameOwner) || near.frames.has(frameSpoof) && c.display {
		return
	}
	for back, words := k, 0; back >= c.floor && words < mostOwned; back-- {
		t := &x.toks[back]
		if t.class == classMark {
			if m := x.markAt(back); (m == '.' || m == '!' || m == '?' || m == ';') && x.gap(back+1) > 0 && !x.abbreviation(back) || m == '"' || m == '>' {
				return
			}
			continue
		}
		words++
		w := x.bytes(back)
		if x.is(back).has(cueCalled|cueCall|cueFrom|cueScript|cueGot|cueShown|cueText|cueSite) && !x.is(back).has(cuePhone|cueOwn) || t.used && t.class != classWord {
			return
		}
		if x.toks[back].word == 0 || !meanings[uint16(t.word)&(1<<cueBits-1)].frames.has(frameOwner) {
			continue
		}
		switch {
		case ownPlace(w):
			if words <= 3 {
				c.isMine = c.isMine || !c.from && !c.shown && !c.given
			}
		case thirdHelper(w) && !x.greeted(back):
			c.helper, c.isMine, c.mine, c.asked, c.victims, c.dialled, c.given = true, false, false, false, false, false, false
		}
		return
	}
}

// mostOwned is how many words before a number its owner may stand.
const mostOwned = 8

// ownPlace is a telephone that stands in the speaker's or the victim's home.
func ownPlace(w []byte) bool {
	switch string(w) {
	case "landline", "residence", "festnetz", "Festnetz", "fijo", "fisso", "fixo", "fixe", "Mobiltelefon", "prepaid":
		return true
	}
	return false
}

// thirdHelper is one who is neither side: who lives next door, whom one pays for
// help, who sits in the own bank or with the police.
func thirdHelper(w []byte) bool {
	switch string(w) {
	case "neighbor", "neighbour", "neighbors", "vecino", "vecina", "vicino", "vicina", "voisin", "voisine", "Nachbar", "Nachbarn", "Nachbarin", "vizinho", "vizinha", "padosi",
		"lawyer", "Lawyer", "attorney", "solicitor", "Anwalt", "Anwältin", "abogado", "abogada", "avocat", "avocate", "advogado", "advogada", "avvocato", "notary",
		"dentist", "dentist's", "doctor", "landlord", "landlord's", "secretary", "treasurer", "worker", "warden", "pastor", "friend", "amiga", "amigo", "amica", "amico", "Freundin", "colleague", "coworker",
		"manager", "directora", "direttrice", "direttore", "Filialleiter", "Filialleiterin", "teller", "cashier", "Polizistin", "Polizist", "trooper", "Trooper", "constable", "Constable", "deputy", "Deputy", "maresciallo", "brigadiere",
		"plumber", "electrician", "accountant", "fontanero", "letrada", "letrado", "Klempner", "plombier", "encanador", "contador",
		"shop", "hotel", "hotel's", "store", "portero", "portinaio", "gerente", "caissière", "union":
		return true
	}
	return false
}

// behindOwner reads whose number it is by the words behind it: "… is me", "…,
// ist meine", "… is my church secretary".
func (x *scan) behindOwner(c *cuesAround, last int) {
	k := last + 1
	for k < len(x.toks) && (x.markAt(k) == ',' || x.markAt(k) == ')') {
		k++
	}
	if !x.is(k).has(cueIs) || x.lineBreak(k) {
		return
	}
	w := x.wordAt(k + 1)
	switch {
	case equalFold("me", w), equalFold("mine", w), equalFold("meine", w), equalFold("mía", w), equalFold("minha", w):
		c.isMine = true
	case x.is(k + 1).has(cueMy), equalFold("die", w), equalFold("our", w), equalFold("the", w):
		for on := k + 2; on <= k+5 && on < len(x.toks) && x.toks[on].class == classWord; on++ {
			if thirdHelper(x.bytes(on)) {
				c.helper, c.isMine, c.mine = true, false, false
				return
			}
		}
	}
}

// readReceived reads the line that a call came in on, told before the one it
// came from: "recibió en su fijo, …, una llamada", "appel reçu sur", "Chiamata su
// … da", "called on his mobile (…)".
func (x *scan) readReceived(c *cuesAround, k, last int) {
	at := k
	for at > c.floor && (x.markAt(at) == ',' || x.markAt(at) == '(') {
		at--
	}
	on, own, call := false, false, false
	for back := at; back >= c.floor && back > at-8; back-- {
		if m := x.markAt(back); m != 0 {
			if m == '\'' || m == '"' || m == ',' {
				continue
			}
			break
		}
		w := x.bytes(back)
		switch {
		case !on && (x.is(back).has(cueOwn) || ownPlace(w)):
			own = true
		case !on && (equalFold("on", w) || equalFold("sur", w) || equalFold("su", w) && !x.is(back+1).has(cueOwn) || equalFold("en", w) || equalFold("auf", w) || equalFold("no", w) && own || equalFold("al", w) && !own):
			on = true
		case on && (callEvent(w) || callWord(w) || receivedCall(w)) && !x.is(back-1).has(cueI):
			call = call || !x.is(back+1).has(cueFrom)
		case !on && !article(w) && !his(w) && !equalFold("son", w) && !equalFold("suo", w) && !equalFold("seinem", w) && !equalFold("ihrem", w) && !x.is(back).has(cueMy|cueNumber|cuePhone) && !x.hint(back).has(hintYours|hintTheirs):
			return
		}
	}
	if !on || !call {
		return
	}
	if own || x.fromBehind(last) {
		c.isMine, c.dialled, c.given = true, false, false
	}
}

func receivedCall(w []byte) bool {
	switch string(w) {
	case "recibió", "recibí", "reçu", "reçue", "ricevuto", "recebeu", "recebi", "Llamada", "Chiamata", "Appel", "Anruf":
		return true
	}
	return false
}

// fromBehind says whether the sentence goes on with where the call came from:
// another number behind "from", "procedente del", "affiché".
func (x *scan) fromBehind(last int) bool {
	from := false
	for k := last + 1; k < len(x.toks) && k <= last+9; k++ {
		if m := x.markAt(k); m == '.' && x.gap(k+1) > 0 {
			return false
		}
		w := x.bytes(k)
		if x.is(k).has(cueFrom|cueShown) || equalFold("da", w) || equalFold("de", w) || equalFold("dal", w) || equalFold("dallo", w) || equalFold("von", w) || equalFold("sale", w) {
			from = true
		} else if from && x.toks[k].used && x.toks[k].class != classWord {
			return true
		}
	}
	return false
}
