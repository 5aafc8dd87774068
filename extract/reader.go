package extract

// tellsReader says whether the words right around a number tell the reader of an
// account when or for what its writer can be reached there: "evenings …",
// "questions? …", "for details contact".
func (x *scan) tellsReader(c *cuesAround, k, last int, near *meaning) bool {
	if c.from || c.shown || c.theirs || c.text {
		return false
	}
	if x.markAt(k) == '?' && inquiry(x.wordAt(k-1)) {
		return true
	}
	for at := max(c.floor, k-2); at <= last+3; at++ {
		if at > k && at <= last {
			at = last
			continue
		}
		if m := x.markAt(at); m == '.' && at > last || x.lineBreak(at) && at > last {
			break
		}
		if t := x.wordAt(at); len(t) >= 5 && openHours(t) {
			return !x.near(k, 9, 0, cueCalled|cueScript|cueFrom|cueGot|cueShown|cueSite)
		}
	}
	if !near.frames.has(frameAsks) && !near.is.has(cueCall) {
		return false
	}
	verb := false
	for back, at := k, 0; back >= c.floor && at < 9; back, at = back-1, at+1 {
		if m := x.markAt(back); (m == '.' || m == '!' || m == '?') && x.gap(back+1) > 0 && !x.abbreviation(back) {
			return false
		}
		w := x.bytes(back)
		switch {
		case x.is(back).has(cueScript), quoting(w), x.toks[back].used:
			return false
		case contactVerb(w):
			verb = true
		case inquiry(w) && verb:
			return equalFold("for", x.wordAt(back-1)) || equalFold("for", x.wordAt(back-2))
		}
	}
	return false
}

// inquiry is what a reader may want of the writer.
func inquiry(w []byte) bool {
	for _, one := range [...]string{"questions", "question", "details", "information", "info", "queries", "clarification", "preguntas", "fragen", "rückfragen", "questions", "dúvidas", "domande"} {
		if equalFold(one, w) {
			return true
		}
	}
	return false
}

// openHours is when somebody can be reached.
func openHours(w []byte) bool {
	switch string(w) {
	case "evenings", "Evenings", "mornings", "afternoons", "weekdays", "weekends", "anytime", "daytime", "Daytime", "tardes", "mañanas", "tagsüber", "abends", "vormittags", "soirs":
		return true
	}
	return false
}

// signedBefore says whether a number ends an account behind the writer's name:
// in one line with the closing word ("Yours sincerely, J Fielding, Tel. …"), or
// alone in the last line below a line that is nothing but a name.
func (x *scan) signedBefore(c *cuesAround, first, last int) bool {
	if c.from || c.shown || x.opt.FromFraudster {
		return false
	}
	for k := last + 1; k < len(x.toks); k++ {
		if k > last+6 || x.toks[k].class == classWord && !x.toks[k].used {
			return false // the text goes on
		}
	}
	if x.closing > 0 && x.closing <= first && first-x.closing < mostSignature {
		for k := x.closing; k < first; k++ {
			if x.is(k).has(cueCalled|cueCall|cueScript|cueFrom|cueI) || x.markAt(k) == '>' {
				return false
			}
		}
		return !x.lineQuoted(x.closing - 1)
	}
	for first > 0 && (x.markAt(first-1) == '+' || x.markAt(first-1) == '(' || x.markAt(first-1) == ':' || x.is(first-1).has(cuePhone|cueOwn)) && !x.lineBreak(first) {
		first--
	}
	if first == 0 || !x.lineBreak(first) {
		return false
	}
	words := 0
	for k := first - 1; k >= 0; k-- {
		if x.toks[k].class == classWord {
			if words++; words > 4 || !startsUpper(x.bytes(k)) || x.is(k).has(cueCall|cueFrom|cueSite) || x.hint(k).has(hintNoName) {
				return false
			}
		} else if m := x.markAt(k); m != '.' && m != ',' && m != '-' && m != '(' && m != ')' || m == '.' && words == 0 {
			return false
		}
		if x.lineBreak(k) {
			return words >= 1 && k > 0
		}
	}
	return false
}
