package extract

// readAccount reads what an account says of a number or an address by more
// than single words: where somebody can be reached, by whom the speaker was
// called, what was asked before it, whose office it is.
func (x *scan) readAccount(c *cuesAround, m mark) {
	first, last := x.tokensOf(m)
	k := first - 1
	for k >= c.floor && (x.markAt(k) == '+' || x.markAt(k) == '(' || x.markAt(k) == ':') && !x.lineBreak(k+1) {
		k--
	}
	if k < c.floor || k < 0 {
		if k < 0 {
			x.callsBehind(c, last)
		}
		return
	}
	near := x.wordsBefore(c.floor, k)
	if near.is.has(cueMy | cueUs) {
		x.readOwnLine(c, k)
	}
	x.readReached(c, k, last)
	x.readBy(c, k)
	x.readLeft(c, k, &near)
	x.readLabel(c, k)
	x.readPronoun(c, k)
	if x.marked('?') {
		x.readQuestion(c, k)
	}
	x.readOffice(c, k, last, &near)
	if near.is.has(cueUPI) {
		x.readPaidTo(c, k)
	}
	x.readSaid(c, first, k, &near)
	x.readEvent(c, k)
	x.readDisplay(c, first, k, &near)
	x.readDialled(c, k, last, &near)
	x.readHelpers(c, k, last, &near)
	if near.is.has(cueGenuine|cueGiftWord) || near.frames.has(frameGenuine) {
		x.readGenuine(c, k)
	}
	x.readMoneyTo(c, k)
	x.readReach(c, first, k, &near)
	x.readClosing(c, first)
	x.readSubject(c, k, last, &near)
	x.readOwner(c, k, &near)
	x.behindOwner(c, last)
	x.readReceived(c, k, last)
	if x.lines || x.marked('?') || x.markAt(k+1) == ':' {
		x.readInquiry(c, k)
	}
	if x.tellsReader(c, k, last, &near) || x.signedBefore(c, first, last) {
		c.isMine = true
	}
	x.readField(c, first, k)
	if near.frames.has(frameLeft) {
		x.readCard(c, k)
	}
	if x.dialledBehind(last) {
		c.dialled = true
	}
	if c.dialled || c.called && c.i {
		c.toldOf = x.toldOfFraud(last)
	}
}

// mostSaid is how many words before a number the farthest frame that counts
// words reads, farAsk how many tokens those that count tokens.
const mostSaid = 13

// wordsBefore is what the words before a number mean, taken together: token k
// and those before it, as far as any frame reads. One look tells of most
// frames that no word of theirs is there.
func (x *scan) wordsBefore(floor, k int) (all meaning) {
	toks := x.toks[floor : k+1]
	words := 0
	for back := len(toks) - 1; back >= 0 && (words < mostSaid || back >= len(toks)-farAsk); back-- {
		t := &toks[back]
		if t.class != classMark {
			words++
		}
		m := &meanings[uint16(t.word)&(1<<cueBits-1)] // the first one is empty
		all.is |= m.is
		all.hint |= m.hint
		all.frames |= m.frames
	}
	return all
}

// dialledBehind says whether the sentence goes on with "which I dialed".
func (x *scan) dialledBehind(last int) bool {
	for k := last + 1; k <= last+4; k++ {
		if x.markAt(k) == '.' || x.lineBreak(k) {
			return false
		}
		if x.is(k).has(cueI) && x.is(k+1).has(cueCalled) {
			return equalFold("which", x.wordAt(k-1)) || equalFold("that", x.wordAt(k-1)) || equalFold("and", x.wordAt(k-1)) || equalFold("so", x.wordAt(k-1))
		}
	}
	return false
}

// mostSignature is how many tokens below a closing ("Regards,") the sender's
// own number stands.
const mostSignature = 14

// readClosing takes in that the account ends with a closing word and this
// number below it: the letter is the speaker's, and so is its signature.
func (x *scan) readClosing(c *cuesAround, first int) {
	if x.closing == 0 || x.closing > first {
		return
	}
	broken := false
	for k := first - 1; k >= 0 && k >= first-mostSignature; k-- {
		if x.markAt(k) == '>' {
			return
		}
		broken = broken || x.lineBreak(k+1)
		if broken && x.hint(k).has(hintSignoff) && (x.lineBreak(k+1) || x.lineBreak(k+2)) {
			c.isMine = true
			return
		}
	}
}

// readOwnLine takes in "my callback is", "my number:", with nothing between
// the two but words for a line.
func (x *scan) readOwnLine(c *cuesAround, k int) {
	for back := k; back >= c.floor && back > k-6; back-- {
		is, w := x.is(back), x.bytes(back)
		switch {
		case is.has(cueMy) && back < k:
			c.isMine = c.isMine || !c.text && !x.is(back-1).has(cueFrom|cueTo)
			return
		case equalFold("our", w) && back < k-1 && x.is(k).has(cueIs):
			c.isMine = c.isMine || !c.theirs && !x.is(back-1).has(cueFrom|cueTo|cueCalled)
			return
		case (equalFold("line", w) || equalFold("office", w) || equalFold("landline", w)) && back < k && x.is(k).has(cueIs):
		case x.markAt(back) == ':', x.markAt(back) == ',' && back == k, is.has(cueIs | cueNumber | cueOwn), equalFold("callback", w), equalFold("contact", w), equalFold("contato", w), equalFold("contacto", w), equalFold("phone", w), equalFold("best", w):
		default:
			return
		}
	}
}

// readReached takes in "I can be reached at", "je suis joignable au", "my
// daughter can be phoned on", "I am at", and "bin unter … erreichbar".
func (x *scan) readReached(c *cuesAround, k, last int) {
	var from int
	switch {
	case reachMe(x.bytes(k)), x.is(k).has(cueTo) && reachMe(x.wordAt(k-1)), article(x.bytes(k)) && reachMe(x.wordAt(k-2)),
		equalFold("me", x.bytes(k)) && (equalFold("need", x.wordAt(k-1)) || x.is(k-1).has(cueCall) && !x.is(k-1).has(cueCalled)) && !c.theirs:
		c.isMine = true
		return
	case x.is(k).has(cueTo) && x.hint(k-1).has(hintReachable):
		from = k - 2
	case x.is(k).has(cueTo) && (equalFold("am", x.bytes(max(0, k-1))) || equalFold("m", x.bytes(max(0, k-1)))) && (x.is(k-2).has(cueI) || x.is(k-3).has(cueI)) && !x.is(k+1).has(cueID):
		c.isMine = true
		return
	case x.is(k).has(cueTo) && (x.hint(last+1).has(hintReachable) || x.hint(last+2).has(hintReachable)):
		from = k - 1
	default:
		return
	}
	for back := from; back >= c.floor && back >= from-7; back-- {
		if x.toks[back].class == classMark {
			if mark := x.markAt(back); mark == '.' || mark == ';' || mark == '?' || mark == '!' {
				return
			}
			continue
		}
		is, hint := x.is(back), x.hint(back)
		switch {
		case hint.has(hintTheirs), thirdPerson(x.bytes(back)):
			return
		case is.has(cueI), equalFold("me", x.bytes(back)), hint.has(hintKin | hintSelf), equalFold("son", x.bytes(back)) && x.is(back-1).has(cueMy):
			c.isMine = !is.has(cueScript)
			return
		}
	}
}

// reachMe says whether a Spanish or Portuguese verb carries its "me":
// "pueden localizarme en el".
func reachMe(w []byte) bool {
	switch string(w) {
	case "contattarmi", "chiamarmi", "telefonarmi", "scrivermi", "localizarme", "contactarme", "llamarme", "ubicarme", "contatar-me", "escribirme":
		return true
	}
	return false
}

// readLeft takes in "a voicemail from … at" and "numbers used so far:": the
// call or the message came from there; and "I emailed", which the speaker did.
func (x *scan) readLeft(c *cuesAround, k int, near *meaning) {
	if w := x.bytes(k); equalFold("emailed", w) && x.is(k-1).has(cueI) {
		c.call, c.from = true, false
		return
	}
	at := x.is(k).has(cueTo) && near.is.has(cueFrom)
	if !at && !near.frames.has(frameUsed) {
		return
	}
	for back := k; back >= c.floor && back > k-9; back-- {
		if mark := x.markAt(back); mark == '.' || mark == ';' || mark == '?' || mark == '!' {
			return
		}
		switch {
		case at && x.is(back).has(cueFrom):
			for near := back - 1; near >= c.floor && near >= back-2; near-- {
				if w := x.bytes(near); equalFold("voicemail", w) || equalFold("call", w) || equalFold("calls", w) {
					c.from, c.got, c.toward, c.call = true, true, false, false
					return
				}
			}
		case equalFold("used", x.bytes(back)) && back > k-5 && x.is(back-1).has(cueNumber):
			c.from, c.got, c.toward = true, true, false
			return
		}
	}
}

// readLabel takes in a label of a form, "Home ph:", "Cell:", in the lines or
// the sentence about the victim: "Complainant: …, Cell:".
func (x *scan) readLabel(c *cuesAround, k int) {
	label := false
	back := k
	for ; back >= c.floor && back > k-4; back-- {
		is := x.is(back)
		if x.markAt(back) == ':' {
			continue
		}
		if !is.has(cueOwn|cuePhone) && !equalFold("ph", x.bytes(back)) && !(label && lineWord(x.bytes(back))) {
			break
		}
		label = label || is.has(cueOwn|cuePhone)
	}
	if label && x.markAt(k+1) == ':' && x.hint(back).has(hintYours) && x.lineBreak(back) { // a form's "Your phone:"
		c.isMine = true
		return
	}
	if !label || x.markAt(k+1) != ':' {
		return
	}
	for ; back >= c.floor && back > k-farLabel; back-- {
		switch hint := x.hint(back); {
		case x.is(back).has(cueCall | cueCalled | cueFrom | cueScript), hint.has(hintTheirs), hint.has(hintPerson) && !hint.has(hintSelf|hintKin), equalFold("suspect", x.bytes(back)), equalFold("subject", x.bytes(back)), equalFold("accused", x.bytes(back)):
			return
		case hint.has(hintKin):
			c.victims = true
			return
		}
	}
}

// farLabel is how many tokens before a label who it is about may stand.
const farLabel = 24

// readPronoun takes in "his number is" and "her cell:" of the victim's own
// people, the last person that the account spoke of.
func (x *scan) readPronoun(c *cuesAround, k int) {
	at := k
	for at >= c.floor && at > k-4 && (x.markAt(at) == ':' || x.is(at).has(cueIs|cueNumber|cueOwn|cuePhone)) {
		at--
	}
	if at < c.floor || at == k || x.toks[at].class != classWord {
		return
	}
	his, her := equalFold("his", x.bytes(at)), equalFold("her", x.bytes(at))
	if !his && !her {
		return
	}
	for back := at - 1; back >= 0 && back > at-farLabel; back-- {
		hint := x.hint(back)
		switch w := x.bytes(back); {
		case hint.has(hintKin) && !hint.has(hintPerson|hintRole):
			c.victims = c.victims || !(his && female(w)) && !(her && male(w))
			return
		case hint.has(hintPerson | hintRole), x.is(back).has(cueAgent), x.toks[back].used && x.toks[back].class == classWord && startsUpper(w):
			return
		}
	}
}

func female(w []byte) bool {
	for _, one := range [...]string{"wife", "daughter", "mother", "mom", "mum", "grandma", "grandmother", "sister", "aunt", "niece", "widow"} {
		if equalFold(one, w) {
			return true
		}
	}
	return false
}

func male(w []byte) bool {
	for _, one := range [...]string{"husband", "father", "dad", "grandpa", "grandfather", "brother", "uncle", "nephew", "widower"} {
		if equalFold(one, w) {
			return true
		}
	}
	return false
}

// thirdPerson says whether a word is he, she or they.
func thirdPerson(w []byte) bool {
	switch string(w) {
	case "he", "He", "she", "She", "they", "They", "er", "Er", "il", "Il", "elle", "Elle", "él", "Él", "ella", "Ella", "ele", "Ele", "ela", "Ela":
		return true
	}
	return false
}

// readBy takes in "texted to me by", "appelée le 2 juin par le", "contacted
// complainant by phone (", "llamaron del": the message or the call came from
// there, whoever else is named before it.
func (x *scan) readBy(c *cuesAround, k int) {
	by := k
	for by > 0 && by > k-3 && (x.is(by).has(cueNumber|cuePhone|cueMail|cueText) || article(x.bytes(by))) {
		by--
	}
	if by < c.floor {
		return
	}
	w := x.bytes(by)
	from := x.is(by).has(cueFrom) || ofWord(w) && callWord(x.wordAt(by-1))
	if !from && !equalFold("pelo", w) && !equalFold("pela", w) && !equalFold("by", w) && !equalFold("par", w) && !equalFold("por", w) && !equalFold("durch", w) {
		return
	}
	reach := 7
	if from {
		reach = 3
	}
	for back := by - 1; back >= c.floor && back >= by-reach; back-- {
		if mark := x.markAt(back); mark == '.' || mark == ';' || mark == '?' || mark == '!' {
			return
		}
		is := x.is(back)
		if !is.has(cueCalled|cueGot|cueText) && !callWord(x.bytes(back)) && !x.hint(back).has(hintReachable) {
			continue
		}
		if x.is(back-1).has(cueI) && !is.has(cueGot) { // "I called from"
			return
		}
		c.from, c.got, c.victims, c.dialled, c.toward = true, true, false, false, false
		c.text = c.text || is.has(cueText) && !is.has(cueCalled)
		c.helper = false
		return
	}
}

// ofWord is "of" where a call or a message is somebody's: "llamada de".
func ofWord(w []byte) bool {
	switch string(w) {
	case "de", "do", "da", "del", "du", "von":
		return true
	}
	return false
}

// callWord is a call or a message that came in, as Spanish, Portuguese, French
// and German name it.
func callWord(w []byte) bool {
	switch string(w) {
	case "llamada", "Llamada", "llamadas", "ligação", "Ligação", "chamada", "chamadas", "appel", "Appel", "appels", "SMS", "mensaje", "mensagem", "message", "Anruf", "Anrufe", "contactado", "contatado", "contactada":
		return true
	}
	return false
}

// article says whether a word is an article, as stands before a number.
func article(w []byte) bool {
	switch string(w) {
	case "the", "a", "le", "la", "el", "un", "une", "una", "die", "der", "dem", "den", "o", "um":
		return true
	}
	return false
}

// readQuestion takes in what was asked right before a number that answers:
// "What number did they call you from? – It said", "And the number you called?".
func (x *scan) readQuestion(c *cuesAround, k int) {
	asked := -1
	for back := k; back >= c.floor && back > k-8; back-- {
		if x.markAt(back) == '?' {
			asked = back
			break
		}
		if x.markAt(back) == '.' && x.gap(back+1) > 0 {
			return
		}
	}
	if asked < 0 {
		return
	}
	var from, called, you, they bool
	for back := asked - 1; back >= c.floor && back > asked-14; back-- {
		if mark := x.markAt(back); mark == '.' || mark == '?' || mark == '!' {
			break
		}
		is := x.is(back)
		from = from || is.has(cueFrom|cueShown)
		called = called || is.has(cueCalled|cueCall)
		you = you || equalFold("you", x.bytes(back))
		they = they || thirdPerson(x.bytes(back))
	}
	switch {
	case called && from:
		c.from, c.got, c.toward, c.call = true, true, false, false
	case called && you && !they:
		c.dialled = true
	}
}

// readOffice takes in the words of those who took the report down, and of the
// victim's own bank: their numbers are no fraudster's.
func (x *scan) readOffice(c *cuesAround, k, last int, near *meaning) {
	if equalFold("assigned", x.wordAt(last+1)) {
		c.helper = true
	}
	if !near.is.has(cueBank) && !near.hint.has(hintOffice) && !near.frames.has(frameTold) {
		return
	}
	for back, words := k, 0; back >= c.floor && words < 8; back-- {
		if x.toks[back].class == classMark {
			if mark := x.markAt(back); mark == '.' && x.gap(back+1) > 0 && words > 0 && !x.abbreviation(back) && words > 2 || mark == ';' || mark == '?' {
				return
			}
			continue
		}
		words++
		switch {
		case x.hint(back).has(hintOffice), equalFold("reported", x.bytes(back)) && x.is(back+1).has(cueTo):
			c.helper = true
			return
		case x.is(back).has(cueBank) && x.ownersBank(back) && !c.from && !c.shown:
			c.helper = true
			return
		case x.is(back).has(cueCalled | cueCall | cueFrom | cueShown | cueScript), x.hint(back).has(hintTheirs):
			return
		}
	}
}

// ownersBank says whether the bank at token k is the victim's: "my bank's",
// "complainant's bank".
func (x *scan) ownersBank(k int) bool {
	for back := k - 1; back >= 0 && back >= k-3; back-- {
		if x.is(back).has(cueMy) || equalFold("our", x.wordAt(back)) || x.hint(back).has(hintKin) {
			return true
		}
	}
	return false
}

// wordAt is the bytes of token i, none where there is no such token.
func (x *scan) wordAt(i int) []byte {
	if i < 0 || i >= len(x.toks) {
		return nil
	}
	return x.bytes(i)
}

// readPaidTo takes in a service that pays to a number right before it, with
// nothing between but words for a line: "PayID", "via PIX para a chave celular".
func (x *scan) readPaidTo(c *cuesAround, k int) {
	for back := k; back >= c.floor && back > k-6; back-- {
		is := x.is(back)
		switch {
		case is.has(cueUPI):
			c.p2pRight = !c.from
			return
		case x.markAt(back) == ':', is.has(cueTo|cueOwn|cueNumber|cueIs|cuePhone|cueSession) && !is.has(cueCall), article(x.bytes(back)), equalFold("para", x.bytes(back)):
		default:
			return
		}
	}
}

// toldOfFraud says whether the sentence goes on with the news that it is a
// fraud: "I called the sheriff's office at … and they said it's a scam".
func (x *scan) toldOfFraud(last int) bool {
	said := false
	for k := last + 1; k < len(x.toks) && k <= last+12; k++ {
		if mark := x.markAt(k); (mark == '.' || mark == '!' || mark == '?') && x.gap(k+1) > 0 {
			return false
		}
		w := x.bytes(k)
		said = said || x.is(k).has(cueScript) || equalFold("confirmed", w) || equalFold("confirmaron", w) || equalFold("bestätigte", w) || equalFold("confirmé", w)
		if said && (equalFold("scam", w) || equalFold("fraud", w) || equalFold("fake", w) || equalFold("hoax", w) || equalFold("estafa", w) || equalFold("betrug", w) || equalFold("arnaque", w)) {
			return true
		}
	}
	return false
}

// myID says whether "my" stands before a session's id and is about it: "my
// AnyDesk id", "my computer's ID is", and not "my laptop with AnyDesk".
func (x *scan) myID(m mark) bool {
	first, _ := x.tokensOf(m)
	for k := first - 1; k >= 0 && k >= first-8; k-- {
		if mark := x.markAt(k); mark == '.' && x.gap(k+1) > 0 || mark == ';' || mark == '?' || mark == '!' {
			return false
		}
		is := x.is(k)
		if is.has(cueFrom|cueScript) && !x.hint(k).has(hintReadOut) {
			return false
		}
		if !is.has(cueMy) {
			continue
		}
		for on := k + 1; on < first && on <= k+5; on++ {
			if x.is(on).has(cueSession|cueNumber) || x.is(on).has(cueTool) && on == k+1 {
				return true
			}
			if x.is(on).has(cueTo) || equalFold("with", x.bytes(on)) || equalFold("via", x.bytes(on)) || equalFold("by", x.bytes(on)) || equalFold("and", x.bytes(on)) {
				return false
			}
		}
		return false
	}
	return false
}

// saidBySelf says whether a finding stands in a chat's line that the victim
// wrote: "Me: …", "[12:06] Ich: …".
func (x *scan) saidBySelf(m mark) bool {
	first, _ := x.tokensOf(m)
	return x.selfSpeaks(first)
}

// selfSpeaks says whether token i stands in the first dozen of a chat's line
// that begins with the victim's "me" and a colon.
func (x *scan) selfSpeaks(i int) bool {
	for k := i - 1; k > 0 && k > i-12; k-- {
		if x.markAt(k) != ':' {
			if x.lineBreak(k + 1) {
				return false
			}
			continue
		}
		if (x.hint(k-1).has(hintSelf) || equalFold("main", x.bytes(k-1)) && x.lang() == langHI) && x.gap(k) <= 1 {
			before := k - 2
			return before < 0 || x.lineBreak(k-1) || x.markAt(before) == ']' || x.markAt(before) == '.' || x.markAt(before) == '?' || x.markAt(before) == '/' || x.markAt(before) == '-'
		}
	}
	return false
}
