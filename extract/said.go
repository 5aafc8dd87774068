package extract

// readSaid reads what an account says of a number by whole turns of phrase:
// that it was given out, that the speaker asks to be reached there, that it
// was blocked, that a page showed it. k is the last token before it.
func (x *scan) readSaid(c *cuesAround, first, k int, near *meaning) {
	x.readAskedBack(c, k)
	if x.meBefore(c, k) {
		c.isMine = true
		return
	}
	if x.is(k).has(cueCall) && !x.is(k).has(cuePhone) && x.is(k-1).has(cueTo) && toldWord(x.wordAt(k-2)) {
		c.given = true // "was directed to call"
		return
	}
	if !near.is.has(cueCall) && !near.hint.has(hintTurn) {
		return
	}
	words := 0
	for back := k; back >= c.floor && words < 11; back-- {
		if x.toks[back].class == classMark {
			if m := x.markAt(back); (m == '.' || m == '!' || m == '?' || m == ';') && x.gap(back+1) > 0 && !x.abbreviation(back) {
				return
			}
			continue
		}
		words++
		if !x.is(back).has(cueCall) && !x.hint(back).has(hintTurn) {
			continue
		}
		w := x.bytes(back)
		switch {
		case gaveWord(w) && !x.is(back-1).has(cueI) && !x.is(back-2).has(cueI) && !c.mine && !c.victims && !c.p2p && x.numberOf(back, first):
			c.given = true
			return
		case words <= 3 && blockedWord(w), words <= 4 && severalNumbers(w) && x.is(back+1).has(cueNumber):
			c.from, c.got, c.toward, c.call = true, true, false, false
			return
		case words > 8:
		case searchedWord(w):
			c.site, c.got = true, false
		case x.is(back).has(cueCall) && words <= 4 && thirdObject(x.wordAt(back+1)) && (x.is(k).has(cueTo) || back+1 == k || equalFold("back", x.bytes(k))):
			c.given = true // "asked Dad to ring him on"
			return
		}
	}
}

// numberOf says whether what was given at token k is the number at token
// first: no name, no code and no money stands between.
func (x *scan) numberOf(k, first int) bool {
	for at := k + 1; at < first; at++ {
		if x.is(at).has(cueName|cueSession|cueMoney|cuePay|cueMail|cueAccount) && !x.is(at).has(cueNumber|cuePhone) || x.is(at).has(cueFrom) && !equalFold("off", x.bytes(at)) || x.toks[at].used && x.toks[at].class != classWord {
			return false
		}
	}
	return true
}

// gaveWord is what those do who give out a number.
func gaveWord(w []byte) bool {
	switch string(w) {
	case "gave", "given", "gives", "provided", "supplied", "Gave", "Given", "dio", "dieron", "donné", "fourni", "gab", "nannte", "deu", "passou":
		return true
	}
	return false
}

// toldWord is what those do who make another call.
func toldWord(w []byte) bool {
	switch string(w) {
	case "told", "directed", "instructed", "asked", "advised", "prompted", "me", "him", "her", "them":
		return true
	}
	return false
}

// hijacked says whether the account says of a mailbox that it was broken into.
func (x *scan) hijacked(m mark) bool {
	_, last := x.tokensOf(m)
	for k := last + 1; k < len(x.toks) && k <= last+5; k++ {
		switch string(x.bytes(k)) {
		case "compromised", "hacked", "hijacked", "gehackt", "piratée", "piraté", "hackeado", "hackeada", "comprometida":
			return true
		case ".", ";":
			return false
		}
	}
	return false
}

func blockedWord(w []byte) bool {
	switch string(w) {
	case "blocked", "Blocked", "block", "bloqueé", "bloqué", "blockiert", "bloqueei":
		return true
	}
	return false
}

func severalNumbers(w []byte) bool {
	switch string(w) {
	case "different", "various", "multiple", "several", "distintos", "diferentes", "différents", "verschiedene", "verschiedenen":
		return true
	}
	return false
}

func searchedWord(w []byte) bool {
	switch string(w) {
	case "googling", "googled", "Googled", "searched", "searching", "google", "Google", "busqué", "gegoogelt", "cherché":
		return true
	}
	return false
}

func thirdObject(w []byte) bool {
	switch string(w) {
	case "him", "her", "them":
		return true
	}
	return false
}

// mostBetween is how many tokens stand between "call me" and the number in
// "Call me, Denise, 512-555-0140" and "Contact me: Gwen Tatum, g@…, (563) …".
const mostBetween = 14

// meBefore says whether the account asks to be reached at the number behind
// token k, with the speaker's name between or in the order of other languages.
func (x *scan) meBefore(c *cuesAround, k int) bool {
	if c.theirs {
		return false
	}
	for back := k; back >= max(c.floor, 1) && back > k-mostBetween; back-- {
		w := x.bytes(back)
		if equalFold("me", w) && x.is(back-1).has(cueCall|cueText|cueMail) && !x.is(back-1).has(cueCalled) && !x.is(back-2).has(cueTo) && !thirdPerson(x.wordAt(back-2)) {
			return back < k
		}
		if x.toks[back].class == classMark || x.toks[back].used || startsUpper(w) || isDigit(w[0]) {
			if m := x.markAt(back); (m == '.' || m == '?' || m == '!') && x.gap(back+1) > 0 || x.blankLine(back) {
				break
			}
			continue
		}
		break
	}
	return x.reachMeAbroad(c, k)
}

// reachMeAbroad takes in "me pueden llamar al", "vous pouvez me joindre au",
// "joignez-moi au", "erreichbar bin ich unter", "bitte um Rückruf unter",
// "podem me ligar no".
func (x *scan) reachMeAbroad(c *cuesAround, k int) bool {
	if article(x.bytes(k)) && k > 0 {
		k--
	}
	if w := x.bytes(k); !x.is(k).has(cueTo) && !equalFold("en", w) && !equalFold("no", w) && !equalFold("ao", w) && x.markAt(k) != ':' {
		return false
	}
	if l := x.lang(); l == langEN || l == langHI || l == langJA {
		return false
	}
	var me, may, verb, order bool
	for back := k; back >= c.floor && back >= k-6; back-- {
		if m := x.markAt(back); m == '.' || m == '?' || m == '!' || m == ';' {
			break
		}
		w := x.bytes(back)
		switch {
		case equalFold("me", w), equalFold("mich", w), equalFold("conmigo", w), equalFold("comigo", w), equalFold("mi", w) && x.lang() != langES:
			me = true
		case equalFold("m", w) && x.markAt(back+1) == '\'':
			me = true
		case equalFold("estoy", w), equalFold("estou", w), equalFold("sono", w):
			me, order = true, true
		case equalFold("rückfragen", w):
			order = true
		case equalFold("moi", w):
			me, order = true, true
		case equalFold("ich", w), equalFold("bin", w):
			me = true
		case equalFold("bitte", w), equalFold("pueden", w), equalFold("puede", w), equalFold("pouvez", w), equalFold("podem", w), equalFold("pode", w), equalFold("können", w), equalFold("podrían", w), equalFold("veuillez", w), equalFold("peut", w), equalFold("peuvent", w), equalFold("pourrez", w), equalFold("può", w), equalFold("possono", w), equalFold("podéis", w), equalFold("kann", w):
			may = true
		case equalFold("rückruf", w), equalFold("ligar", w), equalFold("contactar", w), equalFold("contatar", w), x.hint(back).has(hintReachable), x.is(back).has(cueCall) && !x.is(back).has(cuePhone):
			verb = true
			if equalFold("rückruf", w) || x.hint(back).has(hintReachable) && equalFold("erreichbar", w) {
				me, order = true, order || equalFold("erreichbar", w)
			}
		case x.is(back).has(cueScript):
			return false
		}
	}
	return verb && me && (may || order)
}

// readAskedBack takes in who asked for the number that is the answer: "May I
// have a number in case we get cut off? CALLER: …" has the speaker's own, "what
// number did they have you call? CALLER: …" the one to call. The label of who
// speaks is no word for a display.
func (x *scan) readAskedBack(c *cuesAround, k int) {
	if !c.shown && !x.marked('?') {
		return
	}
	at := k + 1 // which is the colon itself, where no word stands between
	for at >= 0 && at > k-6 && x.markAt(at) != ':' {
		at--
	}
	if at < 2 || x.markAt(at) != ':' || x.toks[at-1].class != classWord || x.is(at-1).has(cueID) {
		return
	}
	ask := at - 2
	for ask > 0 && (x.markAt(ask) == '"' || x.markAt(ask) == '-' || x.markAt(ask) == '[' || x.markAt(ask) == ']') {
		ask--
	}
	if m := x.markAt(ask); m != '?' && (m != '.' || !equalFold("caller", x.bytes(at-1))) {
		return
	}
	c.shown = false
	if x.hint(at-1).has(hintTheirs) || x.is(at-1).has(cueAgent) {
		return
	}
	for back, words := ask-1, 0; back >= 0 && words < 16; back-- {
		if m := x.markAt(back); m == ':' || m == '?' || m == '.' && x.gap(back+1) > 0 {
			return
		}
		if x.toks[back].class == classMark {
			continue
		}
		words++
		switch w := x.bytes(back); {
		case equalFold("disconnected", w), equalFold("disconnect", w):
			c.isMine = true
			return
		case equalFold("off", w) && equalFold("cut", x.wordAt(back-1)):
			c.isMine = true
			return
		case equalFold("popped", w), equalFold("screen", w), gaveWord(w), equalFold("have", w) && equalFold("you", x.wordAt(back+1)) && x.is(back+2).has(cueCall), equalFold("told", w) && equalFold("you", x.wordAt(back+1)):
			c.given = true
			return
		}
	}
}
