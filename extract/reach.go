package extract

// farAsk is how many tokens before a number the sentence that asks to be
// reached there may begin: "please don't call the landline, he listens in;
// write to me or ring my daughter Anne, who lives next door, on".
const farAsk = 26

// readReach reads an account's sentence as one that speaks to its reader and
// says where somebody of the speaker's can be reached: who asks (you, please,
// if, or an order), what is to be done (call, ring, write) and whom it means
// (me, my son, her). What somebody told the speaker to do is no such sentence,
// nor is what stands in quotes.
func (x *scan) readReach(c *cuesAround, first, k int, near *meaning) {
	if x.marked('"') && x.inQuotes(first) {
		if c.mine || c.isMine || c.asked {
			c.mine, c.isMine, c.asked, c.given = false, false, false, true
		}
		return
	}
	if x.marked(':') && !c.dialled && !c.called && !c.toward && x.selfLine(first) {
		c.isMine = true
		return
	}
	if x.ownBefore(c, k) {
		c.isMine = true
		return
	}
	if x.asksReader(c, k, near) {
		c.isMine = true
	}
}

// inQuotes says whether token i stands in quotes that began a sentence or two
// before and end behind it: what is quoted in an account is what was said or
// written to the speaker.
func (x *scan) inQuotes(i int) bool {
	open := -1
	marks := 0
	for k := i - 1; k >= 0 && k > i-farAsk; k-- {
		if x.lineBreak(k + 1) {
			break
		}
		if x.markAt(k) == '"' {
			if marks++; open < 0 {
				open = k
			}
		}
	}
	if marks&1 == 0 || open < 0 || x.gap(open+1) > 0 || x.gap(open) == 0 && open > 0 && x.toks[open-1].class != classMark {
		return false
	}
	for k := i + 1; k < len(x.toks) && k < i+farAsk; k++ {
		if x.markAt(k) == '"' {
			return k > i+2 || open < i-2 // a number alone in quotes is only set apart
		}
	}
	return false
}

// selfLine says whether the line of token i is one that the speaker wrote in a
// chat: it begins, behind its time, with "Me:" or "You:".
func (x *scan) selfLine(i int) bool {
	for k := i - 1; k > 0 && k > i-farAsk && !x.lineBreak(k+1); k-- {
		if x.markAt(k) != ':' || x.toks[k-1].class != classWord {
			continue
		}
		switch w := x.bytes(k - 1); {
		case equalFold("me", w), equalFold("you", w), equalFold("ich", w), equalFold("moi", w), equalFold("yo", w), equalFold("eu", w):
			return x.lineBreak(k-1) || x.toks[k-2].class == classMark
		}
		return false
	}
	return false
}

// ownBefore says whether what stands right before a number makes it the
// speaker's or their people's. In Hindi and Japanese what it is stands behind it.
func (x *scan) ownBefore(c *cuesAround, k int) bool {
	if !x.ownRightBefore(c, k) {
		return false
	}
	l := x.lang()
	return l != langHI && l != langJA
}

// ownRightBefore says so of the words, nothing between them and the number
// but words for a line: "Mine:", "Nan's on", "my daughter Jo's mobile is", "me:", "CBR".
func (x *scan) ownRightBefore(c *cuesAround, k int) bool {
	between := false // a word for a line, or "is"
	for back, words := k, 0; back >= c.floor && words < 7; back-- {
		is, w := x.is(back), x.bytes(back)
		if x.toks[back].used {
			return false
		}
		if x.toks[back].class == classMark {
			switch x.markAt(back) {
			case ':', '-', '(', '\'', '.', ',', '+':
				if x.markAt(back) == '.' && !x.abbreviation(back) && x.gap(back+1) > 0 || x.markAt(back) == ',' && back < k {
					return false
				}
				between = between || x.markAt(back) == ':'
				continue
			}
			return false
		}
		words++
		switch hint := x.hint(back); {
		case ownShort(w), string(w) == "CH" && !x.is(back).has(cueMoney):
			return true
		case (string(w) == "me" || string(w) == "Me") && x.lang() == langEN:
			return back < k || x.markAt(back+1) == ':' && (back == 0 || x.lineBreak(back) || x.markAt(back-1) == '.' || x.markAt(back-1) == '-' || x.markAt(back-1) == '(')
		case equalFold("mine", w):
			return between && !x.hint(back-1).has(hintTheirs) && !wasWord(x.wordAt(back+1)) && !x.is(back-1).has(cueText|cueNetwork)
		case hint.has(hintKin) && !hint.has(hintRole) && (!hint.has(hintPerson) || hint.has(hintSelf)):
			return between && !x.is(back-1).has(cueFrom|cueCalled) && !x.is(back+1).has(cueBank)
		case is.has(cueMy):
			return between && x.is(back+1).has(cueOwn|cuePhone|cueNumber) && !x.is(back-1).has(cueFrom|cueTo|cueCalled) && !wasWord(x.wordAt(k))
		case string(w) == "ella" && string(x.wordAt(back-1)) == "de" && between && x.is(back-2).has(cueOwn|cuePhone|cueNumber):
			return x.victimsPronoun(back)
		case his(w) && between && x.is(back+1).has(cueOwn|cuePhone|cueNumber|cueGenuine|cueMail) || dela(w) && x.is(back-1).has(cueOwn|cuePhone|cueNumber):
			return x.victimsPronoun(back)
		case is.has(cueIs|cueOwn|cueNumber) || is.has(cuePhone) && !hint.has(hintNoName), is.has(cueGenuine) && words <= 4, is.has(cueTo) && back == k, back == k && article(w), lineWord(w), equalFold("s", w) && x.markAt(back-1) == '\'':
			between = between || is.has(cueIs|cueOwn|cuePhone|cueNumber) || is.has(cueTo) || lineWord(w)
		case startsUpper(w) && x.markAt(back+1) == '\'' && x.hint(back-1).has(hintKin): // my daughter Jo's
		case is.has(cueI), is.has(cueCall), is.has(cueFrom), is.has(cueCalled):
			return false
		default:
			return false
		}
	}
	return false
}

// ownShort is what desks write for the number at which the one who reported is
// to be called back.
func ownShort(w []byte) bool {
	switch string(w) {
	case "CBR", "cbr", "CBN", "cbn", "hm", "HM":
		return true
	}
	return false
}

// lineWord is a word between the owner of a line and its number.
func lineWord(w []byte) bool {
	switch string(w) {
	case "contact", "Contact", "daytime", "evening", "best", "current", "registered", "direct", "ph", "Ph", "PH", "hp", "mob", "Mob", "cel", "Cel", "contato", "contacto", "Tlf", "tlf", "no", "nos", "usual", "proper", "normal", "everyday", "day", "work", "office", "alternate", "alt", "new", "own", "c", "b", "cb", "CB", "callback", "return", "de", "di", "joignable", "o", "à":
		return true
	}
	return false
}

func his(w []byte) bool {
	switch string(w) {
	case "his", "His", "her", "Her":
		return true
	}
	return false
}

// dela is "his" or "her" behind its noun, in Portuguese.
func dela(w []byte) bool { return string(w) == "dela" || string(w) == "dele" }

// victimsPronoun says whether "her" or "his" at token i means one of the
// speaker's own: the account has such a person of that sex, and nobody else
// of it.
func (x *scan) victimsPronoun(i int) bool {
	for near := i - 1; near >= 0 && near >= i-4 && x.markAt(near) != '.'; near-- {
		if x.toks[near].used && x.toks[near].class == classWord && startsUpper(x.bytes(near)) {
			return false // "run by Jessica Lam, her number"
		}
	}
	w := x.bytes(i)
	hers := w[0]|0x20 == 'h' && w[1]|0x20 == 'e' || string(w) == "dela" || string(w) == "ella"
	kin, other := false, false
	for k := 0; k < i && k < fewTokens; k++ {
		if x.toks[k].class != classWord {
			continue
		}
		hint, w := x.hint(k), x.bytes(k)
		switch {
		case hint.has(hintKin) && !hint.has(hintRole):
			if !(hers && male(w)) && !(!hers && female(w)) {
				kin = true
			}
		case hint.has(hintPerson):
			if hers && woman(w) || !hers && !woman(w) {
				other = true
			}
		case x.is(k).has(cueAgent) && !x.kinBefore(k):
			if lady := equalFold("mrs", w) || equalFold("ms", w) || equalFold("miss", w) || equalFold("frau", w); lady == hers {
				other = true
			}
		case hers && equalFold("she", w) && x.is(k+1).has(cueScript), !hers && equalFold("he", w) && x.is(k+1).has(cueScript):
			other = other || !kin
		}
	}
	return kin && !other
}

// fewTokens is how much of an account is read for the people in it.
const fewTokens = 512

func woman(w []byte) bool {
	for _, one := range [...]string{"woman", "lady", "girl", "señora", "señorita", "chica", "mujer", "frau", "dame", "femme", "moça", "mulher"} {
		if equalFold(one, w) {
			return true
		}
	}
	return false
}

// contactVerb is what a reader is asked to do, in the form of an order.
func contactVerb(w []byte) bool {
	switch string(w) {
	case "call", "Call", "CALL", "contact", "Contact", "reach", "Reach", "ring", "Ring", "phone", "Phone", "telephone", "Telephone", "text", "Text", "write", "Write", "email", "Email", "e-mail", "message", "leave", "Leave", "try", "Try", "talk", "speak":
		return true
	}
	return false
}

// asksReader says whether the sentence before a number asks its reader to get
// in touch with the speaker, or says when they can be reached there.
func (x *scan) asksReader(c *cuesAround, k int, near *meaning) bool {
	if c.genuine && !c.mine {
		return false
	}
	if near.hint.has(hintReachable) && x.passiveReach(c, k) {
		return true
	}
	if !near.frames.has(frameAsks) {
		return false
	}
	verb, object, reader := false, false, false
	for back, at := k, 0; back >= c.floor && at < farAsk; back, at = back-1, at+1 {
		if x.lineBreak(back+1) && (x.markAt(back+2) == ':' || x.markAt(back+3) == ':') {
			break // another speaker's line
		}
		if m := x.markAt(back); m != 0 {
			if (m == '.' || m == '!' || m == '?') && x.gap(back+1) > 0 && !x.abbreviation(back) || m == '"' || m == ';' || x.blankLine(back+1) && back < k {
				break
			}
			if m == ':' && verb && !ownLabel(x.wordAt(back-1)) {
				return false // a message's words, or another speaker's
			}
			continue
		}
		w, is := x.bytes(back), x.is(back)
		if is.has(cueScript) || is.has(cueFrom) && back >= k-1 || directed(w) || quoting(w) || textEvent(w) && (article(x.wordAt(back-1)) || x.is(back-1).has(cueGot)) {
			return false // what a message or a recording said
		}
		if !x.toks[back].used && contactVerb(w) && !x.toldTo(back) {
			verb = true
			object = object || x.objectOf(back)
			reader = reader || x.toReader(back)
		}
	}
	if !verb || !object || !reader {
		return false
	}
	l := x.lang()
	return l == langEN || l == langNone // "me" is "in" in Hindi
}

// directed are verbs of those who make another do something.
func directed(w []byte) bool {
	switch string(w) {
	case "instructed", "directed", "demanded", "insisted", "wanted", "wants", "urged", "ordered", "made", "begged", "had", "he", "He", "they", "They":
		return true
	}
	return false
}

// ownLabel is a word before a colon behind which the speaker goes on.
func ownLabel(w []byte) bool {
	switch string(w) {
	case "Note", "note", "NOTE", "PS", "ps", "NB", "contact", "Contact", "info", "Me", "me", "You", "you", "please", "Please", "Victim", "Caller", "CALLER", "reached", "me.":
		return true
	}
	return false
}

// quoting are words that tell what somebody else said or wrote.
func quoting(w []byte) bool {
	switch string(w) {
	case "saying", "stating", "states", "stated", "telling", "reads", "reading", "voicemail", "Voicemail", "recording", "Recording", "notice", "letter", "popup", "screen", "warning", "alert", "ad":
		return true
	}
	return false
}

// toldTo says whether the verb at token k is what somebody was to do: "told
// me to call", "I had to call", "tried to reach".
func (x *scan) toldTo(k int) bool {
	w := x.wordAt(k - 1)
	if equalFold("not", w) || equalFold("t", w) && x.markAt(k-2) == '\'' {
		return true // "do not call her at"
	}
	if !equalFold("to", w) {
		return false
	}
	w = x.wordAt(k - 3)
	return !equalFold("prefer", w) && !equalFold("like", w) && !equalFold("want", w) && !equalFold("free", x.wordAt(k-2)) && !equalFold("best", x.wordAt(k-2))
}

// objectOf says whether the speaker, or one of theirs, is who the verb at
// token k is about: "call me", "ring my son Mark", "write to us".
func (x *scan) objectOf(k int) bool {
	for on := k + 1; on < len(x.toks) && on <= k+5; on++ {
		if x.toks[on].used && x.toks[on].class != classWord {
			return false
		}
		w := x.bytes(on)
		switch {
		case equalFold("me", w):
			return true
		case x.is(on).has(cueMy), equalFold("our", w):
			for near := on + 1; near <= on+3; near++ {
				if x.hint(near).has(hintKin) && !x.hint(near).has(hintRole) || x.is(near).has(cueOwn|cuePhone|cueNumber) || equalFold("son", x.wordAt(near)) {
					return true
				}
			}
			return false
		case equalFold("her", w), equalFold("him", w), equalFold("them", w):
			return x.near(k, 3, 0, cueUs) || equalFold("you", x.wordAt(k-2)) || equalFold("please", x.wordAt(k-1))
		case equalFold("to", w), equalFold("with", w), equalFold("back", w), equalFold("a", w), equalFold("message", w), equalFold("for", w), x.toks[on].class == classMark && x.markAt(on) != '.':
		default:
			return false
		}
	}
	return false
}

// toReader says whether the verb at token k is said to the reader: behind
// "you", "please", "if", or as an order that begins its clause.
func (x *scan) toReader(k int) bool {
	if k == 0 || x.lineBreak(k) || x.toks[k-1].class == classMark && x.markAt(k-1) != '\'' && x.markAt(k-1) != '"' && x.markAt(k-1) != '(' {
		return true
	}
	for back := k - 1; back >= 0 && back >= k-7; back-- {
		if m := x.markAt(back); m == '.' || m == ';' || m == '"' {
			break
		}
		w := x.bytes(back)
		switch {
		case equalFold("you", w), equalFold("please", w), equalFold("pls", w), equalFold("plz", w), equalFold("kindly", w), equalFold("anyone", w), equalFold("can", w) && back == k-1:
			return true
		case x.is(back).has(cueI), thirdPerson(w):
			return false
		}
	}
	w := x.wordAt(k - 1)
	return equalFold("so", w) || equalFold("or", w) || equalFold("and", w) || equalFold("just", w) || equalFold("best", w) || equalFold("to", w)
}

// passiveReach takes in "can be reached on", "may be contacted at", whoever it
// is that can, unless the account has called them the other side.
func (x *scan) passiveReach(c *cuesAround, k int) bool {
	at := k
	for at >= c.floor && at > k-7 && !x.hint(at).has(hintReachable) {
		if m := x.markAt(at); m != 0 && m != ',' && m != ':' && m != '(' {
			return false
		}
		if is := x.is(at); is.has(cueFrom | cueScript | cueCalled) {
			return false
		}
		at--
	}
	if at < c.floor+2 || !x.hint(at).has(hintReachable) || !equalFold("be", x.wordAt(at-1)) && !equalFold("be", x.wordAt(at-2)) {
		return false
	}
	for back := at - 1; back >= c.floor && back > at-9; back-- {
		if x.toks[back].class == classMark {
			if m := x.markAt(back); (m == '.' || m == '!' || m == '?' || m == ';') && !x.abbreviation(back) {
				return false
			}
			continue
		}
		w, hint := x.bytes(back), x.hint(back)
		switch {
		case x.is(back).has(cueScript):
			return false
		case x.is(back).has(cueI), hint.has(hintKin|hintSelf) && !hint.has(hintRole), equalFold("mr", w), equalFold("mrs", w), equalFold("ms", w):
			return true
		case thirdPerson(w):
			return x.kinOnly(back)
		case policeWord(w):
			c.helper = true
			return false
		case hint.has(hintPerson | hintRole | hintTheirs), x.is(back).has(cueAgent):
			return false
		}
	}
	return startsUpper(x.wordAt(at-3)) && !x.toks[max(0, at-3)].used
}

// kinOnly says whether "she" or "he" at token i can only be one of the
// speaker's own.
func (x *scan) kinOnly(i int) bool {
	w := x.bytes(i)
	if !equalFold("she", w) && !equalFold("he", w) {
		return false
	}
	hers := equalFold("she", w)
	kin := false
	for k := 0; k < i && k < fewTokens; k++ {
		hint, w := x.hint(k), x.bytes(k)
		if hint.has(hintKin) && !hint.has(hintRole) && !(hers && male(w)) && !(!hers && female(w)) {
			kin = true
		}
		if hint.has(hintPerson) && !hint.has(hintKin) && woman(w) == hers {
			return false
		}
	}
	return kin
}
