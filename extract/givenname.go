package extract

import (
	"unicode"
	"unicode/utf8"
)

// givenName looks at a given name that no other word announces. With a family
// name behind it, it is taken unless the words before say whose it is; alone
// only where a speaker, a quote or "from" says that it is the other side's.
func (x *scan) givenName(i int) {
	b := x.bytes(i)
	r, _ := utf8.DecodeRune(b)
	if unicode.IsLower(r) {
		x.saidLow(i)
		return
	}
	if x.toks[i].used {
		return
	}
	if x.ownersName(i) && !(x.opt.FromFraudster && equalFold("here", x.wordAt(i+1))) {
		if !x.opt.FromFraudster {
			x.remember(i)
		}
		return
	}
	first, last := x.nameSpan(i, true)
	if last < first || x.letterhead(last) {
		return
	}
	words := x.wordsOf(first, last)
	caseless := !unicode.IsUpper(r)
	switch {
	case caseless && words < 2 && !x.speaker(first, last) && !x.quoted(first, last):
		return
	case x.speaker(first, last):
	case words >= 2 && x.opt.FromFraudster:
		if !x.setApart(first, last) && !x.introduces(first, last) {
			x.perhaps(i)
			return
		}
	case words >= 2:
		if x.reportersOwn(first, last) || x.ownPeople(first, last) || x.victimsVerb(first, last) {
			x.remember(first)
			return
		}
	case x.quoted(first, last) && !x.opt.FromFraudster:
	case !x.opt.FromFraudster && (x.answers(first, last) || x.acts(first, last) || equalFold("by", x.lastWord(first)) && x.is(first-2).has(cueCalled)):
	case x.opt.FromFraudster && x.introduces(first, last):
	case !x.opt.FromFraudster && (x.saysIs(first, last) || x.columnName(first) || x.spokeTo(first) || x.dealtWith(first, last)):
	default:
		x.perhaps(i)
		return
	}
	if allCapitals(b) && words < 3 && !x.quoted(first, last) {
		return // a payment's line, a brand
	}
	x.takeAlias(first, last)
}

// saysIs says whether a given name is what somebody said they were: "says he's
// Nathan from", "it was Carol with", "this is Ryan".
func (x *scan) saysIs(first, last int) bool {
	k := first - 1
	if x.is(k).has(cueIs) || equalFold("s", x.wordAt(k)) && x.markAt(k-1) == '\'' || equalFold("hes", x.wordAt(k)) || equalFold("shes", x.wordAt(k)) {
		if equalFold("s", x.wordAt(k)) {
			k--
		}
		who := x.wordAt(k - 1)
		if !thirdPerson(who) && !equalFold("hes", x.wordAt(k)) && !equalFold("shes", x.wordAt(k)) && !(equalFold("this", who) && x.theirLine(first)) {
			return false
		}
		return x.is(k-2).has(cueScript) || x.is(k-3).has(cueScript) || equalFold("from", x.wordAt(last+1)) || equalFold("with", x.wordAt(last+1)) || equalFold("this", who)
	}
	return false
}

// spokeTo says whether a given name is whom the speaker dealt with on the
// other side: "spk w/ Alex", "contactó con Sergio".
func (x *scan) spokeTo(first int) bool {
	k := first - 1
	if x.markAt(k) == '/' && equalFold("w", x.wordAt(k-1)) {
		k--
	} else if w := x.wordAt(k); !equalFold("with", w) && !equalFold("con", w) && !equalFold("mit", w) && !equalFold("avec", w) && !equalFold("com", w) {
		return false
	}
	if k < 1 {
		return false
	}
	switch string(x.bytes(k - 1)) {
	case "spk", "spoke", "spoken", "dealt", "dealing", "chatted", "chatting", "contactó", "contacté", "hablé", "habló", "gesprochen", "parlé", "falei", "parlato", "texting", "connected":
		return true
	}
	return false
}

// saidLow takes a given name in small letters out of the copy of a call that
// has no capitals: "hi this is uh david miller calling from".
func (x *scan) saidLow(i int) {
	if x.toks[i].used || x.is(i)&^cueMore != 0 || x.lang() != langEN {
		return
	}
	last := i
	if k := i + 1; k < len(x.toks) && x.gap(k) == 1 && x.toks[k].class == classWord && x.is(k) == 0 && !x.hint(k).has(hintNoName) && x.toks[k].len() > 3 && !lowWords[string(x.bytes(k))] {
		last = k
	}
	if next := last + 1; next >= len(x.toks) || x.lineBreak(next) || !x.is(next).has(cueFrom) && !equalFold("calling", x.bytes(next)) && !equalFold("with", x.bytes(next)) && !x.is(next).has(cueFiller) {
		return
	}
	k := i - 1
	for k >= 0 && (x.is(k).has(cueFiller) || x.is(k).has(cueAgent)) {
		k--
	}
	w, before := x.wordAt(k), x.wordAt(k-1)
	switch {
	case equalFold("is", w) && (equalFold("this", before) || equalFold("name", before)):
	default:
		return
	}
	if x.toks[last].len() > 14 {
		return
	}
	x.takeAlias(i, last)
}

// lowWords follow a name in the copy of a call and are none of it.
var lowWords = setOf("again your here just also speaking returning reaching giving looking your about today senior badge employee with over regarding")

// setApart says whether marks or ends of lines stand on both sides of a name.
// In the fraudsters' own texts capitals run on: "Max Discount", "Marks Spencer Sale".
func (x *scan) setApart(first, last int) bool {
	before := first == 0 || x.lineBreak(first) || x.toks[first-1].class == classMark || x.is(first-1).has(cueCall|cueAgent|cueName)
	behind := last+1 >= len(x.toks) || x.lineBreak(last+1) || x.toks[last+1].class == classMark || x.is(last+1).has(cueAtWord|cueTo|cueFrom|cuePhone) || x.toks[last+1].used
	return before && behind
}

// reportersOwn says whether a full name in an account is the reporter's: said
// of oneself, followed by an age, or the last words, where one signs.
func (x *scan) reportersOwn(first, last int) bool {
	w := x.lastWord(first)
	if equalFold("to", w) && (equalFold("me", x.lastWord(first-1)) || equalFold("us", x.lastWord(first-1)) || equalFold("transferred", x.lastWord(first-1))) {
		return false // "transferred me to Nick Palmer"
	}
	if equalFold("am", w) && equalFold("i", x.wordAt(first-2)) && (equalFold("saying", x.wordAt(first-3)) || equalFold("says", x.wordAt(first-3))) {
		return false // "one boy saying I am Deepak Mishra from"
	}
	if equalFold("am", w) && !x.brandSaid(first) || equalFold("to", w) || equalFold("soy", w) || equalFold("bin", w) || equalFold("suis", w) || equalFold("is", w) && equalFold("this", x.lastWord(first-1)) ||
		w == nil && first > 1 && x.markAt(first-1) == '\'' && x.gap(first-1) == 0 {
		return true
	}
	if x.markAt(first-1) == ':' && equalFold("me", x.wordAt(first-2)) || x.myNameIs(first) || x.formsName(first) {
		return true
	}
	next := last + 1
	for next < len(x.toks) && (x.markAt(next) == '.' || x.markAt(next) == ',' || x.markAt(next) == '(') {
		next++
	}
	if next >= len(x.toks) {
		return x.lineBreak(first) || x.markAt(first-1) == '-' || x.hint(first-1).has(hintSignoff) || x.hint(first-2).has(hintSignoff)
	}
	return next > last+1 && x.toks[next].class == classNumber && x.toks[next].len() == 2 && (x.markAt(next+1) == ')' || x.markAt(next+1) == ',' || x.is(next+1) == 0)
}

func allCapitals(b []byte) bool {
	for _, c := range b {
		if isLower(c) || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ownersName says whether the words before a name say that it is the
// victim's, their kin's, who is greeted, or whose account it is.
func (x *scan) ownersName(i int) bool {
	for k, seen := i-1, 0; k >= 0 && seen < 3; k-- {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); m == '.' && x.gap(k+1) > 0 && (k == 0 || !x.shortTitle(k-1)) || m == '!' || m == '?' {
				return false
			}
			continue
		}
		if x.lineBreak(k+1) && seen > 0 {
			return false
		}
		seen++
		if is, hint := x.is(k), x.hint(k); is.has(cueMy) && !x.opt.FromFraudster || hint.has(hintKin) && !hint.has(hintRole|hintPerson) && !x.quotedAt(i) && !x.is(k+1).has(cueScript) || hint.has(hintHolder) && seen <= 3 && !x.quotedAt(i) {
			return !hint.has(hintHolder) || x.near(i, 5, 0, cueAccount|cueBank) || !equalFold("name", x.bytes(k))
		}
		if seen == 1 && (townsWord(x.bytes(k)) || x.opt.FromFraudster && (x.is(k).has(cueTo) || equalFold("by", x.bytes(k)) || equalFold("of", x.bytes(k)))) {
			return true
		}
		if (seen == 1 || seen == 2 && x.near(k, 0, 1, cueAgent)) && greeting(x.bytes(k)) || x.is(k).has(cuePay) && !x.opt.FromFraudster && seen == 1 {
			return true
		}
	}
	return false
}

// kinBefore says whether the person at token i is the victim's own kin or
// somebody that they call theirs.
func (x *scan) kinBefore(i int) bool {
	for k := i; k >= 0 && k > i-3; k-- {
		if x.is(k).has(cueScript) {
			return false // "cardholder says agent"
		}
		if hint := x.hint(k); hint.has(hintKin) && !hint.has(hintPerson|hintRole) {
			return true
		}
	}
	return false
}

// townsWord says whether a word before a given name makes a town's name of it.
func townsWord(word []byte) bool {
	return equalFold("san", word) || equalFold("santa", word) || equalFold("saint", word) || equalFold("st", word) || equalFold("los", word) || equalFold("fort", word) || equalFold("port", word)
}

// quotedAt says whether a quote opens right before token i.
func (x *scan) quotedAt(i int) bool {
	return x.markAt(i-1) == '"' || x.markAt(i-1) == '\'' && x.gap(i) == 0 && (x.gap(i-1) > 0 || i < 3 || x.toks[i-2].class == classMark)
}

// quoted says whether a name stands in quotes or brackets of its own.
func (x *scan) quoted(first, last int) bool {
	open, shut := x.markAt(first-1), x.markAt(last+1)
	return open == '"' && shut == '"' && x.gap(first) == 0 || open == '\'' && shut == '\'' && x.quotedAt(first) || open == signBreak && shut == signBreak // 「マイケル」
}

// letterhead says whether a name is the display name of an address: "<" stands
// behind it in its line.
func (x *scan) letterhead(last int) bool {
	for k := last + 1; k < len(x.toks) && k <= last+8 && !x.lineBreak(k); k++ {
		switch x.markAt(k) {
		case '<':
			return true
		case '.', '!', '?', ':':
			return false
		}
	}
	return false
}

// answers says whether the one named takes a call in the account: "Sam
// answered", "then Sam came on the line".
func (x *scan) answers(first, last int) bool {
	if first > 0 && !x.lineBreak(first) && x.markAt(first-1) != '.' && !equalFold("then", x.bytes(first-1)) && !equalFold("and", x.bytes(first-1)) {
		return false
	}
	k := last + 1
	if k >= len(x.toks) || x.gap(k) != 1 {
		return false
	}
	w := x.bytes(k)
	return equalFold("answered", w) || equalFold("picked", w) || equalFold("came", w) && equalFold("on", x.wordAt(k+1))
}

// acts says whether the one named does to the speaker what an agent does, as
// the subject of a sentence: "Alex told me", "Then Jessica said". A name that
// the account gives to somebody of the speaker's own elsewhere is theirs.
func (x *scan) acts(first, last int) bool {
	if first > 0 && !x.lineBreak(first) && !equalFold("then", x.bytes(first-1)) && !equalFold("wala", x.bytes(first-1)) && x.markAt(first-1) != ',' && (x.markAt(first-1) != '.' || x.gap(first) == 0 || x.shortTitle(first-2)) {
		return false
	}
	k := last + 1
	if first != last || k >= len(x.toks) || x.gap(k) != 1 || x.lineBreak(k) || !agentsVerb[string(x.bytes(k))] {
		return false
	}
	for on := k + 1; on < len(x.toks) && on < k+14; on++ { // "Susan told me it was a scam" is a friend
		if m := x.markAt(on); m == '.' && x.gap(on+1) > 0 {
			break
		}
		switch w := x.bytes(on); {
		case equalFold("scam", w), equalFold("scammed", w), equalFold("fraud", w), equalFold("fake", w), equalFold("police", w), equalFold("report", w):
			return false
		}
	}
	return !x.ownElsewhere(first)
}

// fewWords is how many words of a text are looked at for the same name: people
// are introduced early, and the cost stays a straight line.
const fewWords = 256

// agentsVerb are verbs of what agents do to those they call.
var agentsVerb = setOf("told said says asked wanted instructed claimed insisted demanded threatened promised convinced transferred took texted kept put showed connected charged explained offered installed logged directed guided walked persuaded passed assured claims wants tells asks insists insisting replied answered bola boli bole dijo decía meinte sagte wollte disait voulait disse falou")

// introduces says whether the fraudsters' words around a given name make it
// the speaker's: "it's Tyler", "Grace from", "here is".
func (x *scan) introduces(first, last int) bool {
	if next := last + 1; next < len(x.toks) && x.gap(next) == 1 {
		if w := x.bytes(next); equalFold("here", w) {
			return true
		} else if x.is(next).has(cueFrom) || equalFold("with", w) || equalFold("over", w) || equalFold("von", w) || equalFold("de", w) || equalFold("da", w) {
			return !greeting(x.lastWord(first))
		}
	}
	if x.gap(first) > 1 {
		return false
	}
	w := x.lastWord(first)
	return equalFold("s", w) && x.markAt(first-2) == '\'' && first > 2 && equalFold("it", x.bytes(first-3)) || equalFold("its", w) || equalFold("m", w) && x.markAt(first-2) == '\'' ||
		equalFold("soy", w) || equalFold("bin", w) || equalFold("suis", w) || equalFold("main", w) || equalFold("sou", w)
}

// lastWord is the word before token i, nil if a mark stands there.
func (x *scan) lastWord(i int) []byte {
	if i == 0 || x.toks[i-1].class == classMark {
		return nil
	}
	return x.bytes(i - 1)
}
