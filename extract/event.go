package extract

// farEvent is how many tokens before "from" the call or the message may stand
// that came from a number: "a video call on WhatsApp this morning around ten,
// from".
const farEvent = 24

// readEvent reads what came from a number that "from" stands before: the
// nearest word for a call or a message decides, in the sentence before where
// this one begins with "it" or "this".
func (x *scan) readEvent(c *cuesAround, k int) {
	from := k
	for from >= c.floor && from > k-3 && (article(x.bytes(from)) || x.is(from).has(cueNumber|cuePhone) && !x.is(from).has(cueFrom)) {
		from--
	}
	if from < c.floor {
		return
	}
	if w := x.bytes(from); !x.is(from).has(cueFrom) && !ofWord(w) && !italianFrom(w) && !(string(w) == "v" && x.lang() == langDE) && !(x.markAt(from) == '.' && string(x.wordAt(from-1)) == "v") {
		return
	}
	came := x.eventBefore(c, from)
	if came == eventNone || x.lang() == langHI || x.lang() == langJA {
		return // it stands behind the number there
	}
	switch came {
	case eventPopup:
		c.from, c.site = false, true
	case eventText:
		c.text, c.from, c.toward = true, true, false
		c.victims, c.mine = false, false
	case eventMail:
		c.from, c.victims = true, false
	case eventCall:
		c.from, c.got, c.text, c.toward, c.call = true, true, false, false, false
		c.victims, c.mine, c.dialled = false, false, false
	}
}

// event is what came from a number.
type event uint8

const (
	eventNone event = iota
	eventPopup
	eventText
	eventMail
	eventCall
)

// eventBefore is what came, by the words before "from" at token from.
func (x *scan) eventBefore(c *cuesAround, from int) event {
	ends := 0
	for back := from - 1; back >= c.floor && back >= from-farEvent; back-- {
		if m := x.markAt(back); m != 0 {
			if (m == '.' || m == '!' || m == '?' || m == '"') && x.gap(back+1) > 0 && !x.abbreviation(back) {
				if ends++; ends > 1 && m != '"' || !pointsBack(x.wordAt(back+1)) && ends == 1 {
					return eventNone
				}
			}
			continue
		}
		w, is := x.bytes(back), x.is(back)
		switch {
		case equalFold("popup", w), equalFold("up", w) && equalFold("pop", x.wordAt(back-1)):
			if from-back <= 3 {
				return eventPopup
			}
			return eventNone
		case equalFold("whatsapp", w) && (x.is(back-1).has(cueTo|cueFrom) || byWay(x.wordAt(back-1))):
			continue // the way it came
		case textEvent(w) && !(equalFold("message", w) && x.onScreen(back)):
			return eventText
		case is.has(cueMail) && !is.has(cueText):
			return eventMail
		case callEvent(w) || callWord(w):
			if x.is(back-1).has(cueI) || x.is(back-2).has(cueI) && equalFold("back", x.wordAt(back-1)) {
				return eventNone // "I called from"
			}
			return eventCall
		}
	}
	return eventNone
}

// pointsBack says whether a sentence that begins so is about what the one
// before it told of.
func pointsBack(w []byte) bool {
	switch string(w) {
	case "It", "it", "This", "this", "They", "they", "That", "Es", "Era", "Venía", "Fue", "Ça", "Il", "Both", "Came", "came", "All":
		return true
	}
	return false
}

func italianFrom(w []byte) bool {
	switch string(w) {
	case "dal", "dallo", "dalla", "pelo", "do", "dai":
		return true
	}
	return false
}

// byWay stands before the service that a call came over.
func byWay(w []byte) bool {
	switch string(w) {
	case "on", "via", "over", "through", "by", "per", "por", "sur", "auf", "über", "su":
		return true
	}
	return false
}

// textEvent is a message that came in.
func textEvent(w []byte) bool {
	switch string(w) {
	case "text", "Text", "texts", "texted", "Texted", "texting", "sms", "SMS", "Sms", "message", "Message", "messages", "messaged", "msg", "iMessage", "imessage", "wrote", "writes", "whatsapp", "WhatsApp", "Whatsapp", "whatsapped", "WhatsApped",
		"mensaje", "Mensaje", "mensajes", "escribió", "escribieron", "wasap", "Nachricht", "Nachrichten", "schrieb", "texto", "mensagem", "mensagens", "messaggio", "messaggi", "notes", "pic", "picture":
		return true
	}
	return false
}

// callEvent is a call that came in.
func callEvent(w []byte) bool {
	switch string(w) {
	case "call", "Call", "calls", "called", "Called", "calling", "ringing", "rings", "rang", "Rang", "rung", "phoned", "phones", "phoning", "dialing", "voicemail", "voicemails", "robocall", "robocalls", "telephoned", "telefoneó", "telefonearon", "téléphoné", "telefoniert",
		"llamó", "llamaron", "llamando", "marcaron", "angerufen", "rief", "Anruf", "Anrufe", "appelé", "appelée", "appelés", "rappelé", "telefonata", "telefonate", "chiamata", "chiamato", "ligou", "ligaram", "ligando", "telefonou":
		return true
	}
	return false
}

// onScreen says whether the "message" at token i is one that a screen or a
// page showed.
func (x *scan) onScreen(i int) bool {
	for k := i - 1; k >= 0 && k >= i-9; k-- {
		if m := x.markAt(k); m == '.' && x.gap(k+1) > 0 {
			return false
		}
		if screenWord(x.bytes(k)) {
			return true
		}
	}
	return screenWord(x.wordAt(i-1)) || equalFold("error", x.wordAt(i-1)) || equalFold("warning", x.wordAt(i-1))
}

func screenWord(w []byte) bool {
	switch string(w) {
	case "screen", "Screen", "computer", "laptop", "popup", "Popup", "pop", "browser", "écran", "ordinateur", "pantalla", "ordenador", "computadora", "Bildschirm", "PC", "tela", "computador", "schermo":
		return true
	}
	return false
}

// readDisplay takes in what a telephone's own screen, box or list of calls said
// a number was, and what a computer's screen said: "the number on the box
// was", "the call log has", "it came up as".
func (x *scan) readDisplay(c *cuesAround, first, k int, near *meaning) {
	if near.frames.has(frameAsks) && (c.text && x.is(k).has(cueAnd|cueIs|cueTo|cuePhone|cueNumber) || article(x.bytes(k))) {
		for back := k; back >= c.floor && back > k-9; back-- {
			if m := x.markAt(back); (m == '.' || m == '!' || m == '?') && x.gap(back+1) > 0 {
				break
			}
			if equalFold("message", x.bytes(back)) && x.onScreen(back) && !c.from {
				c.text, c.site, c.got = false, true, false
			}
		}
	}
	if equalFold("as", x.bytes(k)) && equalFold("up", x.wordAt(k-1)) {
		c.shown, c.display, c.call, c.toward = true, true, false, false
		return
	}
	if equalFold("as", x.bytes(k)) && x.near(k, 5, 0, cueShown) && (x.is(k-1).has(cueNumber) || equalFold("it", x.wordAt(k-1))) {
		c.shown, c.display = true, true
		return
	}
	if w := x.bytes(k); (equalFold("used", w) || x.is(k).has(cueNumber) && equalFold("used", x.wordAt(k-1))) && thirdPerson(x.wordAt(k-1)) {
		c.from, c.got = true, true
		return
	}
	if x.markAt(k+1) == ':' && (equalFold("calls", x.bytes(k)) || equalFold("used", x.bytes(k)) && x.hint(k-1).has(hintPerson|hintTheirs)) {
		c.from, c.got, c.call = true, true, false
		return
	}
	if near.frames.has(frameAgain) && (equalFold("on", x.bytes(k)) || equalFold("from", x.bytes(k))) && x.calledAgain(c, k) {
		c.from, c.got, c.toward, c.call, c.mine = true, true, false, false, false
		return
	}
	if !saidWord(x.bytes(k)) {
		return
	}
	for back := k - 1; back >= c.floor && back > k-6; back-- {
		if m := x.markAt(back); m != 0 && m != '\'' {
			return
		}
		w := x.bytes(back)
		switch {
		case equalFold("box", w), equalFold("log", w) && x.is(back-1).has(cueCall|cuePhone|cueShown), equalFold("handset", w), equalFold("display", w), equalFold("identifier", w), equalFold("id", w) && x.is(back-1).has(cueShown):
			c.shown, c.display = true, true
			return
		case equalFold("screen", w), equalFold("pantalla", w), equalFold("écran", w), equalFold("display", w), equalFold("phone", w) && !x.is(k).has(cueIs), equalFold("tela", w), equalFold("schermo", w):
			// Without a call or a telephone near it is the computer's
			// screen, and what stands there is the number to call.
			if x.near(first, 12, 0, cueSite) || c.call || !x.ofCall(first) {
				c.given = c.given || c.call && x.is(k).has(cueIs) && !c.isMine
				return
			}
			c.shown, c.display = true, true
			return
		}
	}
}

// ofCall says whether the sentences right before token i tell of a call or of a
// telephone.
func (x *scan) ofCall(i int) bool {
	for k := i - 1; k >= 0 && k > i-farAsk; k-- {
		if x.is(k).has(cueCalled | cueCall | cuePhone) {
			return true
		}
	}
	return false
}

// saidWord is what a display does.
func saidWord(w []byte) bool {
	switch string(w) {
	case "said", "says", "was", "read", "showed", "has", "had", "shows", "show", "displayed", "salía", "aparecía", "ponía", "decía", "disait", "affichait", "stand", "zeigte", "dizia", "aparecia", "era", "diceva":
		return true
	}
	return false
}

// calledAgain says whether somebody else called again, before "on" at token k:
// "he called back six times on", "rang again at half four on".
func (x *scan) calledAgain(c *cuesAround, k int) bool {
	again := false
	for back := k - 1; back >= c.floor && back > k-10; back-- {
		if m := x.markAt(back); m == '.' || m == ';' || m == '"' {
			return false
		}
		w := x.bytes(back)
		again = again || equalFold("back", w) || equalFold("again", w) || equalFold("times", w)
		if equalFold("called", w) || equalFold("rang", w) || equalFold("phoned", w) || equalFold("calls", w) || equalFold("rings", w) {
			return again && !x.is(back-1).has(cueI) && !x.is(back-1).has(cueAnd) && !equalFold("me", x.wordAt(k-1))
		}
	}
	return false
}

// readDialled takes in that the speaker called or wrote to a number, told
// around it: "phoned the 'billing' number in it, which was", "I texted the
// number in the ad (", "I got … off Google".
func (x *scan) readDialled(c *cuesAround, k, last int, near *meaning) {
	if w := x.bytes(k); (equalFold("got", w) || equalFold("found", w)) && (x.is(k-1).has(cueI|cueAnd) || k == 0 || x.toks[k-1].class == classMark) {
		c.given, c.got = true, false
		return
	}
	if w := x.wordAt(last + 1); (equalFold("off", w) || equalFold("from", w) || equalFold("on", w) || equalFold("through", w)) && !c.from {
		for on := last + 2; on <= last+4; on++ {
			if w := x.wordAt(on); equalFold("google", w) || equalFold("bing", w) || equalFold("internet", w) || equalFold("web", w) || equalFold("website", w) || equalFold("yahoo", w) || equalFold("online", w) || equalFold("ad", w) || equalFold("invoice", w) {
				c.given = true
				return
			}
		}
	}
	if !near.is.has(cueCalled) && !near.frames.has(frameWrote) {
		return
	}
	number := false
	for back, words := k, 0; back >= c.floor && words < mostSaid; back-- {
		if m := x.markAt(back); m != 0 {
			if (m == '.' || m == '!' || m == '?' || m == ';') && x.gap(back+1) > 0 && !x.abbreviation(back) {
				return
			}
			continue
		}
		words++
		w, is := x.bytes(back), x.is(back)
		number = number || is.has(cueNumber) || equalFold("line", w) || equalFold("helpline", w) || equalFold("hotline", w)
		if is.has(cueScript) || is.has(cueFrom) && back >= k-1 {
			return
		}
		if !number || !equalFold("the", x.wordAt(back+1)) && !equalFold("that", x.wordAt(back+1)) && !equalFold("their", x.wordAt(back+1)) && !equalFold("a", x.wordAt(back+1)) {
			continue
		}
		if is.has(cueCalled) && !equalFold("called", w) || equalFold("called", w) && !x.is(back-1).has(cueIs) || equalFold("texted", w) || equalFold("messaged", w) || equalFold("emailed", w) {
			if x.hint(back-1).has(hintPerson) || equalFold("who", x.wordAt(back-1)) {
				return
			}
			c.dialled = !c.genuine
			c.text, c.shown = false, false
			return
		}
	}
}

// readHelpers takes in those who are neither side: the police that the speaker
// went to, the real owner of what was offered, a witness, a neighbour, the
// banker of one of the speaker's own, a firm that said it knows nothing of it.
func (x *scan) readHelpers(c *cuesAround, k, last int, near *meaning) {
	if x.inBrackets(k, last) && x.clearedBehind(last) {
		c.genuine, c.call = true, false
		return
	}
	if !near.hint.has(hintRole) && !near.frames.has(frameHelper|framePolice) {
		return
	}
	title, told, real := false, false, -1
	for back, at := k, 0; back >= c.floor && at < 16; back, at = back-1, at+1 {
		if m := x.markAt(back); m != 0 {
			if (m == '.' || m == '!' || m == '?' || m == ';') && x.gap(back+1) > 0 && !x.abbreviation(back) && at > 0 && !policeShort(x.wordAt(back-1)) {
				break
			}
			continue
		}
		if at > 0 && x.lines && x.gap(back+1) > 1 && x.blankLine(back+1) {
			break
		}
		w, is, hint := x.bytes(back), x.is(back), x.hint(back)
		switch {
		case equalFold("neighbor", w), equalFold("neighbour", w), equalFold("friend", w), equalFold("coworker", w), equalFold("colleague", w), equalFold("vecina", w), equalFold("vecino", w), equalFold("nachbar", w), equalFold("nachbarin", w), equalFold("voisine", w), equalFold("voisin", w):
			if x.is(back-1).has(cueMy) && at < 8 && !c.from && !x.is(k).has(cueFrom) {
				c.helper = true
				return
			}
		case equalFold("witness", w) && x.markAt(back+1) == ':':
			c.helper = true
			return
		case is.has(cueShown), is.has(cueFrom) && at < 2, is.has(cueScript) && at < 2:
			return
		case policeWord(w):
			title = true
		case toldPolice(w):
			told = true
		case is.has(cueGenuine) || equalFold("actually", w):
			real = at
		case real < 0 && (hint.has(hintRole) || equalFold("realtor", w)) && (is&cueAgent == 0 || !title) && at < 7 && (his(x.wordAt(back-1)) && x.victimsPronoun(back-1) || x.is(back-1).has(cueGenuine) || equalFold("the", x.wordAt(back-2)) && x.is(back-1).has(cueGenuine)):
			c.helper = true
			return
		}
	}
	if title && (told || x.workedOn(last)) {
		c.helper = true
	}
}

// inBrackets says whether a number stands in brackets of its own behind a name
// in capitals: "Delta (800-…)".
func (x *scan) inBrackets(k, last int) bool {
	open := k + 1
	return x.markAt(open) == '(' && x.markAt(last+1) == ')' && k >= 0 && startsUpper(x.bytes(k)) && !x.toks[k].used && !x.hint(k).has(hintKin|hintPerson) && x.hint(k)&hintGiven == 0
}

// clearedBehind says whether the sentence goes on with what only the genuine
// firm does: it says no, has no record, blocked the card.
func (x *scan) clearedBehind(last int) bool {
	for k := last + 2; k < len(x.toks) && k <= last+6; k++ {
		switch string(x.bytes(k)) {
		case "froze", "blocked", "bloqué", "reversed", "refunded", "confirmed", "denied", "gesperrt", "bloqueó", "bloqueou", "bloccato", "cancelled", "canceled", "stopped":
			return true
		case "says", "said", "had", "has", "knows", "sagt", "dice":
			switch string(x.wordAt(k + 1)) {
			case "no", "No", "nothing", "never", "they", "nein", "keine":
				return true
			}
		case ".", ";":
			return false
		}
	}
	return false
}

func policeWord(w []byte) bool {
	switch string(w) {
	case "deputy", "Deputy", "sheriff", "Sheriff", "Ofc", "ofc", "OFC", "officer", "Officer", "PK", "PHK", "POK", "KHK", "KOK", "POM", "Det", "Detective", "detective", "Sgt", "Constable", "constable", "Cst", "Const", "Cpl", "RCMP", "PC", "DC", "police", "Police", "Polizei", "gendarme", "gendarmerie", "comisaría", "carabinieri", "Carabinieri":
		return true
	}
	return false
}

func policeShort(w []byte) bool {
	switch string(w) {
	case "Ofc", "ofc", "OFC", "Det", "Sgt", "Dep", "Cst", "Const", "Cpl":
		return true
	}
	return false
}

// toldPolice is what one does who goes to the police.
func toldPolice(w []byte) bool {
	switch string(w) {
	case "gave", "filed", "Filed", "reported", "Reported", "report", "Report", "handed", "took", "met", "Anzeige", "denuncia", "plainte", "informed":
		return true
	}
	return false
}

// workedOn says whether the sentence goes on with what the police do with a
// report.
func (x *scan) workedOn(last int) bool {
	for k := last + 1; k < len(x.toks) && k <= last+9; k++ {
		if x.markAt(k) == '.' && x.gap(k+1) > 0 {
			return false
		}
		switch string(x.bytes(k)) {
		case "aufgenommen", "handling", "investigating", "assigned", "Vorgang", "took", "taking", "lleva", "enquête", "instruit":
			return true
		}
	}
	return false
}

// readGenuine takes in the back of a card, a firm "themselves", and a line that
// is somebody's real own one and no firm's.
func (x *scan) readGenuine(c *cuesAround, k int) {
	if x.onCard(k) {
		c.genuine, c.mine = true, false
		return
	}
	for back, at := k, 0; back >= c.floor && at < 14; back, at = back-1, at+1 {
		if m := x.markAt(back); m != 0 {
			if (m == '.' || m == '!' || m == '?' || m == ';') && x.gap(back+1) > 0 && !x.abbreviation(back) {
				return
			}
			continue
		}
		w := x.bytes(back)
		switch {
		case equalFold("back", w) && equalFold("of", x.wordAt(back+1)) && (equalFold("card", x.wordAt(back+2)) || equalFold("card", x.wordAt(back+3))):
			c.genuine, c.mine = true, false
			return
		case (equalFold("themselves", w) || equalFold("itself", w) || equalFold("directly", w)) && startsUpper(x.wordAt(back-1)) && at < 3:
			c.genuine = true
			return
		case x.is(back).has(cueGenuine) && at < 6 && (x.is(back+1).has(cueOwn) && !x.is(back+1).has(cueMy) || his(x.wordAt(back-1)) && (x.is(back+1).has(cueMail|cueNumber|cuePhone) || equalFold("address", x.wordAt(back+1)))):
			c.isMine = true
			return
		}
	}
}

// onCard says whether "the number on my card", "die Nummer auf der Karte"
// stands right before.
func (x *scan) onCard(k int) bool {
	for k >= 0 && x.markAt(k) == ',' {
		k--
	}
	if w := x.wordAt(k); !equalFold("card", w) && !equalFold("karte", w) && !equalFold("cards", w) && !equalFold("bankkarte", w) {
		return false
	}
	on := false
	for back := k - 1; back >= 0 && back > k-7 && x.toks[back].class == classWord; back-- {
		w := x.bytes(back)
		on = on || equalFold("on", w) || equalFold("auf", w)
		if on && x.is(back).has(cueNumber|cuePhone) {
			return true
		}
	}
	return false
}

// readMoneyTo takes in that a sum was to be sent to a number: "I sent $2,300 by
// Apple Pay to", "send the $300 to her cousin at".
func (x *scan) readMoneyTo(c *cuesAround, k int) {
	if !x.is(k).has(cueTo) || c.from || c.call {
		return
	}
	sum := false
	for back, at := k-1, 0; back >= c.floor && at < 12; back, at = back-1, at+1 {
		if m := x.markAt(back); m != 0 {
			if (m == '.' || m == '!' || m == '?' || m == ';') && x.gap(back+1) > 0 && !x.abbreviation(back) {
				return
			}
			continue
		}
		if x.toks[back].used && x.toks[back].class != classWord {
			sum = true
			continue
		}
		w := x.bytes(back)
		if sum && (x.is(back).has(cuePay) || equalFold("send", w) || equalFold("sent", w) || equalFold("paid", w)) {
			c.p2pRight, c.mine = true, false
			return
		}
		if x.is(back).has(cueScript | cueCall | cueCalled) {
			return
		}
	}
}
