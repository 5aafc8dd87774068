package extract

import "bytes"

// cuesAround is what the words near a finding say.
type cuesAround struct {
	mine     bool // my, with nothing between that turns it
	from     bool // "from" right before it, or its like right behind it
	toward   bool // "to" right before it, or its like right behind it
	me       bool // called me, sent me
	i        bool // I called
	call     bool // an order or a wish to call
	called   bool // somebody called
	got      bool // a call or message came in
	shown    bool // the phone displayed it
	text     bool // a text message
	mail     bool
	site     bool
	phone    bool // a word for a phone
	genuine  bool
	bank     bool
	fax      bool
	theirs   bool // told, asked: they said it
	sent     bool
	p2p      bool // a service that pays to a number or an address
	label    bool // a signature's label: M:, Mob, Direct
	signed   bool // Regards, and the like, before it
	moved    bool // redirected
	isMine   bool // "… is my number" behind it
	dialled  bool // "I called" right before it
	asked    bool // "your number?" before it: the one who answers says the own
	victims  bool // a word for the victim before it, and none for the other side
	paid     bool // an amount stands in the sentence
	numIs    bool // "the number was" right before it
	helper   bool // my lawyer, our bank's branch, the police they reported to
	p2pRight bool // a service that pays stands right before it
	howFar   int  // tokens back to the nearest word for calling
	seen     cues // of the words before the finding, all together
	display  bool // the display of a telephone, by its own word: caller id
	payment  bool // a word for paying stands right before it
	given    bool // they gave it out, or asked to be called there
	other    bool // a form's field about the other side
	toldOf   bool // the speaker called it, and was told of the fraud
	floor    int  // the first token that is read, where the line has a label of its own
}

// window is how many words back and on a sentence is read.
const (
	windowBack = 16
	windowOn   = 7
)

// around reads the words of the sentence before and behind a finding.
func (x *scan) around(m mark) cuesAround {
	first, last := x.tokensOf(m)
	c := cuesAround{howFar: windowBack + 1}
	x.readBefore(&c, first)
	c.told()
	if first > 0 && x.is(first-1).has(cueUPI) {
		c.p2pRight = true
	}
	if !x.opt.FromFraudster {
		x.readPeople(&c, first)
	}
	x.readOn(&c, last)
	return c
}

// readBefore takes in the words of the sentence before token first.
func (x *scan) readBefore(c *cuesAround, first int) {
	words := 0
	var turned bool // a word between "my" and the value made it another's
	c.floor = x.labelled(first)
	for k := first - 1; k >= c.floor && words < windowBack; k-- {
		t := &x.toks[k]
		if t.class == classMark {
			switch x.text.b[t.start] {
			case signPhone:
				c.phone = true
			case '.', '!', '?':
				if x.gap(k+1) > 0 && words > 0 && !x.abbreviation(k) {
					return
				}
			}
			continue
		}
		if words > 3 && x.lines && x.gap(k+1) > 1 && x.blankLine(k+1) {
			return
		}
		words++
		is := x.is(k)
		if t.used && !is.has(cueTool) {
			turned = true
			c.paid = c.paid || is.has(cueMoney) || x.markAt(k-1) == '$' || x.markAt(k+1) >= signEuro && x.markAt(k+1) <= signRupee
			continue
		}
		if is == 0 {
			continue
		}
		before := c.seen
		if c.seen |= is; is.has(placed) {
			x.readBack(c, is, before, words, &turned, k)
		}
	}
}

// paymentBefore says whether "payment", "deposit", "PayPal" stands within six
// words before token first, in its sentence.
func (x *scan) paymentBefore(first int) bool {
	for k := first - 1; k >= 0 && k >= first-6; k-- {
		if m := x.markAt(k); (m == '.' || m == '!' || m == '?') && x.gap(k+1) > 0 {
			return false
		}
		switch string(x.bytes(k)) {
		case "payment", "payments", "pay", "paid", "deposit", "PayPal", "paypal", "Paypal", "pago", "paiement", "pagamento", "Zahlung", "money":
			return true
		}
	}
	return false
}

// labelled is the first token of a finding's line where the line is a label
// and its value, "Caller ID: +1 …", and a line above has a label too: they are
// a form's, and what the one says it does not say of the other. Else 0.
func (x *scan) labelled(first int) int {
	k := first - 1
	for k >= 0 && (x.markAt(k) == '+' || x.markAt(k) == '(') && !x.lineBreak(k+1) {
		k--
	}
	if k < 0 || x.markAt(k) != ':' || x.lineBreak(k+1) {
		return 0
	}
	start, words := k, 0
	for start > 0 && words <= 4 && !x.lineBreak(start) {
		start--
		if x.toks[start].class != classMark {
			words++
		}
	}
	if start == 0 || words == 0 || words > 4 || !x.lineBreak(start) || x.markAt(start-1) == '?' {
		return 0 // no form's field: a speaker's line that answers
	}
	for above := start - 1; above >= 0 && above >= start-16; above-- {
		if x.markAt(above) == ':' {
			return start
		}
		if above > 0 && x.lineBreak(above) {
			break
		}
	}
	return 0
}

// told takes in what the words before the finding say wherever they stand.
func (c *cuesAround) told() {
	c.called = c.seen.has(cueCalled)
	c.got = c.got || c.seen.has(cueGot)
	c.me, c.i = c.seen.has(cueUs), c.seen.has(cueI)
	c.text, c.mail, c.site = c.seen.has(cueText), c.seen.has(cueMail), c.seen.has(cueSite)
	c.phone = c.phone || c.seen.has(cuePhone|cueFree)
	c.theirs, c.sent = c.seen.has(cueScript), c.seen.has(cuePay)
	c.p2p, c.moved = c.seen.has(cueUPI), c.seen.has(cueRedirect)
}

// placed are the cues of which it matters where the word stands; the others
// are taken in by told.
const placed = cueFrom | cueTo | cueMy | cueShown | cueCall | cueNumber | cueGenuine | cueBank | cueFax | cueScript | cueSite | cueMail

// readPeople reads in an account who speaks of whose number: "RP cb", "Victime
// …, rappel", "your phone number? — it's", "and called", "number was".
func (x *scan) readPeople(c *cuesAround, first int) {
	x.readWho(c, first)
	c.asked = x.meAt(c, first)
	if !x.marked('?') {
		return
	}
	asks := 0
	for k := first - 1; k >= c.floor && k > first-18; k-- {
		if m := x.markAt(k); m == '?' {
			asks = k
		} else if m == '.' && x.gap(k+1) > 0 && asks == 0 {
			return
		}
		if asks > 0 && k < asks && x.hint(k).has(hintYours) && x.near(k, 0, 3, cuePhone|cueNumber) {
			c.asked = true
			return
		}
	}
}

// meAt says whether "reach me at", "call me on" stands right before a finding:
// in an account it is the speaker's own, unless they tell what was said to them.
func (x *scan) meAt(c *cuesAround, first int) bool {
	to := first - 1
	if to > 1 && equalFold("me", x.bytes(to)) { // "contact me NAME@HOST"
		to++
	} else if to < 2 || !x.is(to).has(cueTo) || !equalFold("me", x.bytes(to-1)) {
		return false
	}
	if c.theirs {
		return false
	}
	is := x.is(to - 2)
	return is.has(cueCall|cueText|cueMail) && !is.has(cueCalled) || x.hint(to-2).has(hintWrite)
}

// farPeople is how many tokens before a number its people stand: what other
// findings have taken counts for no word, and may be the whole text.
const farPeople = 48

// readWho reads the nine words before a number for the people in them.
func (x *scan) readWho(c *cuesAround, first int) {
	for k, words := first-1, 0; k >= max(c.floor, first-farPeople) && words < 9; k-- {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); (m == '.' || m == ';' || m == '!') && x.gap(k+1) > 0 && !x.abbreviation(k) && words > 1 {
				return
			}
			continue
		}
		if x.toks[k].used {
			if words > 1 {
				return
			}
			continue
		}
		if x.toks[k].class == classNumber {
			continue // a date of birth
		}
		words++
		is, hint := x.is(k), x.hint(k)
		switch {
		case equalFold("p", x.bytes(k)) && x.markAt(k-1) == '/' && equalFold("r", x.wordAt(k-2)), equalFold("ip", x.bytes(k)) && x.is(k+1).has(cuePhone|cueOwn):
			c.victims = true // the reporting party, the injured party
		case words <= 2 && is.has(cueCalled|cueCall) && (x.is(k-1).has(cueI|cueAnd) || words == 1 && is.has(cueCalled) && !x.is(k+1).has(cueUs)):
			c.dialled = is.has(cueCalled) || x.is(k-1).has(cueI)
			return
		case hint.has(hintKin) && !hint.has(hintPerson|hintRole) && words <= 7 && !(x.is(k+1).has(cuePhone) && x.hint(k+1).has(hintNoName)):
			c.victims = true
		case hint.has(hintRole) && words <= 7 && (x.is(k-1).has(cueMy) || k > 0 && equalFold("our", x.bytes(k-1))):
			c.helper = true
		case hint.has(hintPerson | hintTheirs):
			c.numIs = false
			return
		case is.has(cueScript), is.has(cueFrom|cueCalled|cueGot|cueShown) && words <= 4:
			return
		case words <= 2 && wasWord(x.bytes(k)) && (x.is(k-1).has(cueNumber|cuePhone) || k > 0 && equalFold("ids", x.bytes(k-1))) && !x.is(k-2).has(cueMy):
			c.numIs = true
		}
	}
}

// wasWord says whether a word is "was": of a number that came up, for one to
// call still is.
func wasWord(word []byte) bool {
	switch string(word) {
	case "was", "were", "war", "era", "était", "tha", "था", "でした":
		return true
	}
	return false
}

// readBack takes in one word before the finding; before is what those between
// the two say.
func (x *scan) readBack(c *cuesAround, is, before cues, words int, turned *bool, k int) {
	switch {
	case is.has(cueFrom) && words <= 6 && x.inbound(k):
		c.from, c.got, c.mine = true, true, false
	case is.has(cueFrom) && words <= 4 && !c.toward && !c.mine && !c.call && !before.has(cueCalled):
		c.from = true
	case is.has(cueTo) && words <= 3 && !c.from && !c.mine && !x.indefinite(k):
		c.toward = true
	}
	if is.has(cueMy) && !*turned && !c.toward && (words <= 6) && !c.shown && !c.got && !before.has(cueGot) {
		c.mine = true
	}
	if is.has(cueShown) && words <= 9 && (!is.has(cueID) || x.is(k-1).has(cueShown)) {
		c.shown = true
		c.display = c.display || displayWord(x.bytes(k))
	}
	if is.has(cueCall) && !(is.has(cuePhone) && x.is(k+1).has(cueNumber)) { // a "telephone number" is no order
		c.call = true
		c.howFar = min(c.howFar, words)
	}
	c.phone = c.phone || is.has(cueNumber) && words <= 3
	c.genuine = c.genuine || is.has(cueGenuine) && words <= 8 && !x.officer(k)
	c.bank = c.bank || is.has(cueBank) && words <= 6
	c.fax = c.fax || is.has(cueFax) && words <= 4
	if is.has(cueScript|cueTo|cueBank|cueSite|cueMail) && !is.has(cueOwn) && !x.is(k-1).has(cueMy) {
		*turned = true
	}
}

// displayWord says whether a word means a telephone's own display, and no
// page's or screen's.
func displayWord(w []byte) bool {
	return hasFold(string(w), "caller") || hasFold(string(w), "identif") || hasFold(string(w), "afficheur") || equalFold("display", w) || equalFold("anzeige", w) || equalFold("cli", w) || equalFold("ani", w) || equalFold("clid", w)
}

// indefinite says whether the word at token k is the English article "a",
// which is "to" in Spanish.
func (x *scan) indefinite(k int) bool {
	return x.toks[k].len() == 1 && x.bytes(k)[0]|0x20 == 'a' && x.lang() == langEN
}

// officer says whether the Spanish word at token k is an officer and not
// "official": "el oficial Ruiz", "un oficial".
func (x *scan) officer(k int) bool {
	if !equalFold("oficial", x.bytes(k)) {
		return false
	}
	w := x.wordAt(k - 1)
	return (equalFold("el", w) || equalFold("un", w) || equalFold("del", w) || equalFold("al", w) || x.markAt(k-1) == '"') && (startsUpper(x.wordAt(k+1)) || equalFold("un", w))
}

// inbound says whether the "from" at token k follows a call that came in:
// "called me from", "was called from", "a call from".
func (x *scan) inbound(k int) bool {
	for back := k - 1; back >= 0 && back >= k-3; back-- {
		is := x.is(back)
		if is.has(cueUs) && x.is(back-1).has(cueCalled|cueCall|cuePay) {
			return !x.is(back - 2).has(cueI)
		}
		if is.has(cueCalled) {
			return x.is(back-1).has(cueIs) || x.is(back-2).has(cueIs)
		}
	}
	return false
}

// readOn takes in the words behind the finding, in the same sentence.
func (x *scan) readOn(c *cuesAround, last int) {
	words := 0
	verbs := false
	for k := last + 1; k < len(x.toks) && words < windowOn; k++ {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); m == '.' || m == '!' || m == '?' || m == '|' || m == signBreak {
				break
			}
			continue
		}
		if x.lineBreak(k) {
			break
		}
		words++
		is := x.is(k)
		if words == 1 {
			if from := is.has(cueFrom) || equalFold("se", x.bytes(k)); (from || is.has(cueTo)) && (x.lang() == langHI || x.lang() == langJA) {
				c.from, c.toward = c.from || from, c.toward || is.has(cueTo)
			}
		}
		if is == 0 {
			continue
		}
		if is.has(cueIs) && words <= 2 || verbs {
			verbs = true
			c.isMine = c.isMine || is.has(cueMy) && !screenWord(x.wordAt(k+1))
		}
		if is.has(cueCalled|cueGot) && words <= 3 && !c.toward {
			c.got = true
			c.from = c.from || !c.call
		}
		if is.has(cueShown) && words <= 4 {
			c.shown = true
		}
		c.call = c.call || is.has(cueCall)
		c.text = c.text || is.has(cueText) && c.from
		c.genuine = c.genuine || is.has(cueGenuine) && words <= 5 && !x.officer(k)
		c.phone = c.phone || is.has(cuePhone)
	}
}

// readSignature looks for a signature's label before the finding, and for a
// closing word in the lines above it.
func (x *scan) readSignature(c *cuesAround, m mark) {
	first, _ := x.tokensOf(m)
	k := first - 1
	for k >= 0 && (x.markAt(k) == ':' || x.markAt(k) == '-' || x.markAt(k) == '.' || x.markAt(k) == '(' || x.markAt(k) == '|') {
		k--
	}
	if k >= 0 && x.toks[k].class == classWord && k < first-1 {
		switch string(small(x.bytes(k), new(smallRoom))) {
		case "m", "o", "c", "d", "f", "mob", "mobile", "cell", "direct", "office", "main":
			c.label = true
		}
	}
	words := 0
	for k = first - 1; k >= 0 && words < 30; k-- {
		if x.toks[k].class == classMark {
			continue
		}
		words++
		if x.is(k).has(cueSigned) {
			c.signed = true
			return
		}
	}
}

// tokensOf finds the tokens that a mark lies in.
func (x *scan) tokensOf(m mark) (first, last int) {
	if m.last > 0 {
		return int(m.first), int(m.last) - 1
	}
	lo, hi := 0, len(x.toks)
	for lo < hi {
		mid := (lo + hi) / 2
		if int(x.toks[mid].end) <= m.start {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	last = lo
	for last+1 < len(x.toks) && int(x.toks[last+1].start) < m.end {
		last++
	}
	return lo, last
}

// abbreviation says whether the dot at token k ends a short form and no
// sentence: "no.", "tel.", "Mr.", an initial.
func (x *scan) abbreviation(k int) bool {
	if k == 0 || x.gap(k) > 0 {
		return false
	}
	n := x.toks[k-1].len()
	if x.toks[k-1].class == classMark {
		return false // ") ."
	}
	return x.is(k-1).has(cueNumber|cueFirm) || x.shortTitle(k-1) || n <= 3 && x.is(k-1).has(cuePhone|cueExt)
}

// blankLine says whether a blank line stands before token k.
func (x *scan) blankLine(k int) bool {
	return x.lines && bytes.Count(x.text.b[x.toks[k-1].end:x.toks[k].start], []byte{'\n'}) >= 2
}
