package extract

// inquired is what a question or a form's label asks for.
type inquired uint8

const (
	inquiredNothing inquired = iota
	inquiredFrom             // where they called from, what was shown
	inquiredOwn              // where the one who answers can be reached
	inquiredDialled          // what was called
)

// readInquiry takes in what a question in the line before a number asked for,
// or the label of a form before it: "Welche Nummer haben Sie gewählt? Antwort:",
// "Numéro qui vous a appelé :".
func (x *scan) readInquiry(c *cuesAround, k int) {
	end := k
	if x.markAt(k+1) != ':' || x.lineBreak(k+2) {
		for end > k-9 && end > c.floor && x.markAt(end) != '?' {
			if m := x.markAt(end); m == '.' && x.gap(end+1) > 0 && end < k {
				return
			}
			end--
		}
		if x.markAt(end) != '?' {
			return
		}
		end--
	} else if x.toks[k].class == classWord && (k == 0 || x.lineBreak(k) || k == 1) {
		// a speaker's label alone: the question stands in the line above
		end = k - 1
		for end > k-6 && end > 0 && x.markAt(end) != '?' {
			end--
		}
		if x.markAt(end) != '?' {
			return
		}
		end--
	}
	switch x.inquiry(end) {
	case inquiredFrom:
		c.from, c.got, c.shown, c.toward, c.call, c.dialled, c.isMine, c.asked, c.victims, c.given, c.mine = true, true, true, false, false, false, false, false, false, false, false
		c.display = true
	case inquiredOwn:
		c.isMine = true
	case inquiredDialled:
		c.dialled, c.isMine, c.asked, c.shown, c.from, c.victims, c.mine = true, false, false, false, false, false, false
	}
}

// inquiry reads the question or the label that ends at token end.
func (x *scan) inquiry(end int) inquired {
	var from, shown, called, dialled, you, reach, own, they, number, side bool
	for k := end; k >= 0 && k > end-16; k-- {
		if m := x.markAt(k); (m == '.' || m == '?' || m == '!' || m == ':' || m == '>') && k < end && !x.abbreviation(k) {
			break
		}
		w, is, hint := x.bytes(k), x.is(k), x.hint(k)
		number = number || is.has(cueNumber|cuePhone|cueOwn)
		from = from || is.has(cueFrom) || string(w) == "De" || string(w) == "da" || equalFold("desde", w) || equalFold("che", w) && equalFold("da", x.wordAt(k-1)) || equalFold("appelé", w) && equalFold("a", x.wordAt(k-1)) || equalFold("angerufen", w) && !equalFold("sie", x.wordAt(k-1)) || equalFold("ring", w) && they
		shown = shown || is.has(cueShown) || askedShown(w)
		called = called || is.has(cueCalled|cueCall) || callVerb(w) || callEvent(w) || callWord(w)
		dialled = dialled || askedDialled(w)
		you = you || askedYou(w)
		they = they || thirdPerson(w) || hint.has(hintTheirs) || otherSide(w)
		own = own || hint.has(hintYours) || askedOwn(w)
		reach = reach || hint.has(hintReachable) || askedReach(w)
		side = side || otherSide(w) || hint.has(hintPerson) && !hint.has(hintKin|hintSelf)
		if x.lineBreak(k) {
			break
		}
	}
	switch {
	case reach && (you || own) && !they && !side:
		return inquiredOwn
	case dialled && !from && !they:
		return inquiredDialled
	case (from || shown) && (called || shown) && number:
		return inquiredFrom
	case called && they && you && equalFold("on", x.wordAt(end)):
		return inquiredOwn
	case own && number && !they && !called && !side:
		return inquiredOwn
	case own && !they && !called && !side && askedOwn(x.bytes(end)):
		return inquiredOwn
	case called && you && !they && !from:
		return inquiredDialled
	}
	return inquiredNothing
}

func askedShown(w []byte) bool {
	switch string(w) {
	case "salió", "apareció", "aparecía", "apareceu", "aparecia", "displayed", "angezeigt", "affiché", "comparso", "highlighted":
		return true
	}
	return false
}

func askedDialled(w []byte) bool {
	switch string(w) {
	case "dialed", "dialled", "dial", "gewählt", "wählten", "marcó", "composé", "digitou", "ligou", "chiamato":
		return true
	}
	return false
}

func askedYou(w []byte) bool {
	switch string(w) {
	case "you", "You", "Sie", "vous", "usted", "lei", "Lei", "senhora", "senhor", "aapne", "आपने", "le", "la", "você", "ti", "te":
		return true
	}
	return false
}

func askedOwn(w []byte) bool {
	switch string(w) {
	case "yours", "eigene", "senhora", "senhor", "suo", "Suo", "seu", "vôtre", "own", "su", "Ihre", "votre":
		return true
	}
	return false
}

func askedReach(w []byte) bool {
	switch string(w) {
	case "rappeler", "richiamarla", "richiamare", "erreichen", "reach", "contact", "zurückrufen", "llamarle", "llamarla", "localizarle", "contactar", "retornar", "joindre":
		return true
	}
	return false
}
