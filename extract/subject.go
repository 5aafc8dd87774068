package extract

// readSubject reads what the sentence does with a number: who called or wrote
// is its subject, whom they called its aim. k is the last token before the
// number, last its own last one.
func (x *scan) readSubject(c *cuesAround, k, last int, near *meaning) {
	if x.beginsSentence(k) && x.callsBehind(c, last) {
		return
	}
	x.readAim(c, k, last)
	if near.frames.has(frameSpoof) && !c.mine && x.spoofedBefore(k) {
		c.shown, c.display, c.toward, c.call = true, true, false, false
	}
}

// beginsSentence says whether token k ends a sentence or a line, or no token
// stands before.
func (x *scan) beginsSentence(k int) bool {
	if k < 0 || x.lineBreak(k+1) {
		return true
	}
	m := x.markAt(k)
	return (m == '.' || m == '!' || m == '?' || m == ';') && x.gap(k+1) > 0 && !x.abbreviation(k)
}

// mostVerb is how many tokens behind a number its verb may stand: "has been
// calling", "me ha llamado", "hat mich gestern angerufen".
const mostVerb = 4

// callsBehind takes in that the number is who calls or writes: "888-… keeps
// calling me", "646-… texted me a link".
func (x *scan) callsBehind(c *cuesAround, last int) bool {
	for k := last + 1; k <= last+mostVerb && k < len(x.toks) && !x.lineBreak(k); k++ {
		if m := x.markAt(k); m != 0 {
			if m == ')' || m == '-' || m == '\'' {
				continue
			}
			return false
		}
		w := x.bytes(k)
		switch {
		case x.is(k).has(cueI) || startsUpper(w) || x.toks[k].used:
			return false
		case textVerb(w):
			c.text, c.from, c.toward, c.call = true, true, false, false
			return true
		case callVerb(w):
			c.from, c.got, c.text, c.toward, c.call = true, true, false, false, false
			return true
		}
	}
	return false
}

// callVerb is what a caller does.
func callVerb(w []byte) bool {
	switch string(w) {
	case "calling", "called", "calls", "rang", "rings", "ringing", "phoned", "phones", "phoning", "robocalled", "dialed", "llamó", "llama", "llamado", "llamaron", "llamando", "angerufen", "rief", "ruft", "appelé", "appelée", "appelle", "ligou", "liga", "ligaram":
		return true
	}
	return false
}

// textVerb is what the writer of a message does.
func textVerb(w []byte) bool {
	switch string(w) {
	case "texted", "texting", "texts", "messaged", "messaging", "messages", "wrote", "writes", "escribió", "escribe", "schrieb", "schreibt", "geschrieben", "écrit":
		return true
	}
	return false
}

// readAim takes in that the number is where the speaker was called, or what
// they gave out to be called: "the calls came to", "they called 312-… from
// 202-…", "I gave them", "… to reach me".
func (x *scan) readAim(c *cuesAround, k, last int) {
	if k >= 2 && thirdObject(x.bytes(k)) && gaveWord(x.bytes(k-1)) && x.is(k-2).has(cueI) {
		c.isMine = true
		return
	}
	if equalFold("to", x.wordAt(last+1)) && equalFold("me", x.wordAt(last+3)) && contactVerb(x.wordAt(last+2)) && !c.given {
		c.isMine = true
		return
	}
	if k >= 1 && callVerb(x.bytes(k)) && (thirdPerson(x.bytes(k-1)) || x.hint(k-1).has(hintPerson)) && x.is(last+1).has(cueFrom) {
		for on := last + 2; on <= last+5 && on < len(x.toks); on++ {
			if x.toks[on].used {
				c.isMine = true
				return
			}
		}
	}
	if !x.is(k).has(cueTo | cueOwn | cuePhone | cueNumber) {
		return
	}
	onto := false
	for back := k; back >= c.floor && back > k-6; back-- {
		w := x.bytes(back)
		switch {
		case equalFold("to", w), equalFold("on", w):
			onto = true
		case equalFold("came", w), equalFold("come", w), equalFold("coming", w):
			if onto && x.near(back, 4, 0, cueCall|cueText|cueGot) && !x.is(back+1).has(cueFrom) {
				c.isMine = true
			}
			return
		case article(w), x.is(back).has(cueOwn | cuePhone | cueNumber | cueMy | cueTo), equalFold("in", w), his(w):
		default:
			return
		}
	}
}

// spoofedBefore says whether the sentence says that the number was borrowed for
// the display.
func (x *scan) spoofedBefore(k int) bool {
	for back := k; back >= 0 && back > k-mostSaid; back-- {
		if m := x.markAt(back); (m == '.' || m == '!' || m == '?' || m == ';') && x.gap(back+1) > 0 && !x.abbreviation(back) {
			return false
		}
		switch w := x.bytes(back); {
		case equalFold("spoofed", w), equalFold("spoofing", w), equalFold("spoof", w), equalFold("spoofs", w), equalFold("gespooft", w), equalFold("usurpé", w), equalFold("suplantaron", w):
			return true
		}
	}
	return false
}
