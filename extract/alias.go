package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// alias takes the names that agents used, at the words that announce one:
//
//	my name is Kevin · a man called Steve · agent Kevin Brown · the woman, Emily Watkins (
//	Regards,⏎Janet Fowler · [14:02] Kevin (Support): · मैं राहुल शर्मा बोल रहा हूँ · 山本と名乗る
//
// A name is what stands there in capitals and is no word of the dictionary's;
// where the words around say less, it has to begin with a given name
// (data/names.txt). In a victim's account "my name is" is the victim's own,
// as are the names of their kin and the signature, and none is taken.
func (x *scan) alias(i int) {
	is, hint := x.is(i), x.hint(i)
	switch {
	case hint.has(hintGiven | hintFamily):
		x.givenName(i)
	case hint.has(hintSpeaks):
		x.speaksAs(i)
	case hint.has(hintSignoff):
		if x.closing == 0 {
			x.closing = i + 1
		}
		x.signature(i)
	case is.has(cueName):
		x.named(i)
	case is.has(cueAgent):
		x.titled(i)
	case is.has(cueThis):
		x.presented(i)
	case hint.has(hintPresents | hintAsk):
		x.behindSmallWords(i)
	case hint.has(hintPerson | hintRole):
		x.person(i)
	}
}

// named takes what follows "name is", "name:", "named", "llamarse", "名乗".
func (x *scan) named(i int) {
	w := x.bytes(i)
	if string(w) == "名乗" {
		if k := i - 2; k >= 0 && (string(x.bytes(i-1)) == "と" || string(x.bytes(i-1)) == "を" && x.hint(k).has(hintFamily|hintGiven)) && cjk(x.bytes(k), 0) > 1 && !x.toks[k].used {
			x.take(fraud.PersonAlias, foldName(string(x.bytes(k))), k, k, true)
		}
		return
	}
	if equalFold("named", w) || equalFold("namens", w) {
		x.takeName(i+1, nameLoose)
		return
	}
	if !x.opt.FromFraudster && x.near(i, 2, 0, cueMy|cueI) && !x.near(i, 7, 0, cueScript) && !x.theirLine(i) {
		if x.joins(i) || x.is(i+1).has(cueIs) {
			next := i + 1
			if !x.joins(i) {
				next++
			}
			x.remember(next)
		}
		return
	}
	k := i + 1
	for k < len(x.toks) && k <= i+2 && x.gap(k) <= 2 && (x.is(k).has(cueIs) || x.markAt(k) == ':' || string(x.bytes(k)) == "の") {
		k++
	}
	switch {
	case x.is(i - 1).has(cueAccount | cueBank):
		return // whose account it is
	case !x.opt.FromFraudster && x.formsName(i+2):
		return
	case !x.opt.FromFraudster && x.markAt(i+1) == ':' && (i == 0 || x.lineBreak(i) || x.hint(i-1).has(hintKin)):
		return // a form's own field: the reporter's name
	case x.opt.FromFraudster && (equalFold("llama", w) || equalFold("llamar", w)):
		return // an order to call
	case k > i+1 || x.joins(i):
		x.takeName(k, nameLoose)
	case x.markAt(k) == '"':
		x.takeName(k, nameLoose)
	case !x.opt.FromFraudster && x.gaveName(i) && startsUpper(x.wordAt(k)):
		x.takeName(k, nameLoose)
	case x.bataya(i):
	default:
		x.namedOn(k)
	}
}

// gaveName says whether "giving the name", "under the name of" stands at the
// word for a name, token i.
func (x *scan) gaveName(i int) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		switch string(x.bytes(k)) {
		case "giving", "gave", "gives", "using", "used", "uses", "under", "with", "provided", "unter", "sous", "bajo", "sob":
			return true
		case "the", "a", "his", "her", "first", "fake", "le", "el", "dem", "o", "nombre", "nom":
		default:
			return false
		}
	}
	return false
}

// bataya takes the name before "naam bataya", as Hindi says that one was
// given.
func (x *scan) bataya(i int) bool {
	if !equalFold("naam", x.bytes(i)) && string(x.bytes(i)) != "नाम" || !x.is(i+1).has(cueIs) || i == 0 || x.toks[i-1].class != classWord || x.toks[i-1].used || x.is(i-1).has(cueMy) {
		return false
	}
	if first := i - 1; x.knownName(first) && !x.hint(first).has(hintKin) {
		if first > 0 && x.knownName(first-1) && x.gap(first) == 1 {
			first--
		}
		x.takeAlias(first, i-1)
		return true
	}
	return false
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
	case equalFold("s", w) && x.markAt(k-1) == '\'' && (equalFold("it", x.wordAt(k-2)) || equalFold("name", x.wordAt(k-2))):
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

// namedOn takes what follows "name on the listing:", "name given", "name
// used:": small words and a mark between.
func (x *scan) namedOn(k int) {
	for from := k; k < len(x.toks) && k <= from+4 && !x.lineBreak(k); k++ {
		switch m := x.markAt(k); {
		case m == ':' || m == '"' && k > from:
			x.takeName(k+1, nameGiven)
			return
		case m != 0 || !isLower(x.bytes(k)[0]) || x.is(k).has(cueShown) || x.is(k).has(cueAccount|cueBank|cueMy) || x.hint(k).has(hintKin):
			return
		}
	}
}

// presented takes the name behind "himself as", "this is", "soy".
func (x *scan) presented(i int) {
	k := i + 1
	w := x.bytes(i)
	switch {
	case equalFold("himself", w) || equalFold("herself", w) || equalFold("themselves", w):
		if k < len(x.toks) && equalFold("as", x.bytes(k)) {
			k++
		}
	case !x.opt.FromFraudster && !(equalFold("this", w) && x.is(k).has(cueIs) && x.theirLine(i)) && !(equalFold("this", w) && x.is(k).has(cueIs) && startsUpper(x.wordAt(k+1)) && x.brandSaid(k+1) && !equalFold("calling", x.wordAt(k+2))):
		return
	case equalFold("this", w) && x.is(k).has(cueIs):
		k++
	case equalFold("soy", w) || equalFold("suis", w) || string(w) == "bin":
	case equalFold("hier", w) || equalFold("ici", w) || equalFold("aquí", w):
		for k < len(x.toks) && k <= i+2 && (x.is(k).has(cueIs) || equalFold("spricht", x.bytes(k)) || equalFold("el", x.bytes(k)) || equalFold("la", x.bytes(k))) {
			k++
		}
		if k = x.behindTitles(k - 1); !x.hint(k).has(hintGiven) && !x.is(k-1).has(cueAgent) {
			return // "hier klicken": nouns are in capitals too
		}
	case equalFold("am", w) && i > 0 && equalFold("i", x.bytes(i-1)):
	default:
		return
	}
	x.takeName(x.behindTitles(k-1), nameShort)
}

// behindSmallWords takes the name behind "goes by", "identified himself as",
// "presentó como", "ask for", "stellte sich als": up to four small words.
func (x *scan) behindSmallWords(i int) {
	if x.hint(i).has(hintAsk) && x.is(i).has(cueCall) && !x.opt.FromFraudster { // they were told to contact; the victim contacted anybody
		return
	}
	for k := i + 1; k < len(x.toks) && k <= i+5; k++ {
		t := x.toks[k]
		if t.used || x.lineBreak(k) {
			return
		}
		if t.class == classMark {
			if m := x.markAt(k); m == '"' || m == '.' && x.gap(k) == 0 && x.shortTitle(k-1) {
				continue
			}
			return
		}
		b := x.bytes(k)
		if startsUpper(b) && !x.is(k).has(cueAgent) && !x.hint(k).has(hintRole|hintPerson) {
			if before := x.lastWord(k); x.knownName(k) || x.opt.FromFraudster && k == i+1 && (equalFold("saluda", x.bytes(i)) || equalFold("habla", x.bytes(i))) || equalFold("as", before) || equalFold("como", before) || equalFold("comme", before) || equalFold("als", before) || equalFold("be", before) || equalFold("by", before) {
				kind := nameGiven
				if equalFold("saluda", x.bytes(i)) {
					kind = nameLoose
				}
				x.takeName(k, kind)
			}
			return
		}
		if len(b) > 12 {
			return
		}
	}
}

// person takes the name behind a word for a person: 'the guy "Eric Watson"',
// "Man on phone, Ethan Clark,".
func (x *scan) person(i int) {
	for k := i + 1; k < len(x.toks) && k <= i+5; k++ {
		t := x.toks[k]
		if t.used || x.lineBreak(k) {
			return
		}
		if t.class == classMark {
			switch m := x.markAt(k); {
			case m == '"' || m == '(' || m == ',' || m == ':' || m == '-' || m == '\'':
				continue
			case m == '.' && x.gap(k) == 0 && x.shortTitle(k-1):
				continue
			}
			return
		}
		b := x.bytes(k)
		if startsUpper(b) && len(b) > 1 {
			if !x.is(k).has(cueAgent) && !x.ownPerson(i) { // a title takes the name itself
				x.takeName(k, nameGiven)
			}
			return
		}
		switch {
		case equalFold("on", b), equalFold("the", b), equalFold("phone", b), equalFold("line", b), equalFold("who", b), equalFold("was", b), equalFold("is", b), equalFold("there", b),
			equalFold("called", b), equalFold("by", b), equalFold("at", b), equalFold("llamado", b), equalFold("llamada", b), equalFold("am", b), equalFold("telefon", b), equalFold("au", b), equalFold("téléphone", b):
		default:
			return
		}
	}
}

// ownPerson says whether the person at token i is kin, one whom the speaker
// told of it, or somebody of theirs.
func (x *scan) ownPerson(i int) bool {
	return x.kinBefore(i) || !x.opt.FromFraudster && (x.takenDownBy(i) || x.hint(i).has(hintRole) && (x.is(i-1).has(cueMy) || equalFold("our", x.wordAt(i-1))) || x.ours(i))
}

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
			return
		}
	case words >= 2:
		if x.reportersOwn(first, last) || x.ownPeople(first, last) {
			x.remember(first)
			return
		}
	case x.quoted(first, last) && !x.opt.FromFraudster:
	case !x.opt.FromFraudster && (x.answers(first, last) || x.acts(first, last) || equalFold("by", x.lastWord(first)) && x.is(first-2).has(cueCalled)):
	case x.opt.FromFraudster && x.introduces(first, last):
	case !x.opt.FromFraudster && (x.saysIs(first, last) || x.columnName(first) || x.spokeTo(first)):
	default:
		return
	}
	if allCapitals(b) && words < 3 && !x.quoted(first, last) {
		return // a payment's line, a brand
	}
	x.takeAlias(first, last)
}

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
	for _, other := range x.asking[:min(len(x.asking), fewWords)] {
		if int(other) != first && string(x.bytes(int(other))) == string(x.bytes(first)) && x.ownersName(int(other)) {
			return false
		}
	}
	return true
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

// speaker says whether a name is who speaks in a chat: at the start of a line
// or behind its time, a colon behind it, and the other side is "me" or its
// like somewhere near, or the name has the desk's name in brackets.
func (x *scan) speaker(first, last int) bool {
	if first > 1 && brandWords[strings.ToLower(string(x.bytes(first-1)))] {
		first-- // Microsoft 佐藤
	}
	desk := false
	for words := 0; words < 3 && x.markAt(first-1) == '_' && first > 1; words++ { // Support_Agent_Leo:
		first -= 2
		desk = desk || x.is(first).has(cueAgent|cuePhone) || x.hint(first).has(hintNoName|hintRole)
	}
	for words := 0; words < 3 && first > 0 && !x.lineBreak(first) && x.toks[first-1].class == classWord; words++ { // Support Lead Kyle:
		first--
		desk = desk || x.is(first).has(cueAgent|cuePhone) || x.hint(first).has(hintNoName|hintRole)
	}
	if first > 0 && !x.lineBreak(first) {
		if m := x.markAt(first - 1); m != ']' && m != '/' && m != '~' && m != '>' && m != '|' && (m != '(' || first < 2) {
			return false
		}
	}
	k := last + 1
	if x.markAt(k) == '(' {
		for k++; k < len(x.toks) && k <= last+6 && x.markAt(k) != ')'; k++ {
			desk = desk || x.is(k).has(cueAgent|cuePhone) || x.hint(k).has(hintNoName|hintRole)
		}
		k++
	}
	if x.markAt(k) == ')' && !desk && x.markAt(first-1) == '(' {
		k++
	}
	if x.markAt(k) != ':' || x.gap(k) > 1 || k+1 < len(x.toks) && x.gap(k+1) == 0 {
		return false
	}
	if desk {
		return true
	}
	for _, step := range [2]int{-1, 1} {
		for m := k + step; m > 0 && m+1 < len(x.toks) && m > first-80 && m < last+80; m += step {
			if x.hint(m).has(hintSelf) && x.markAt(m+1) == ':' {
				return true
			}
		}
	}
	return false
}

// speaksAs takes the name before "bol raha" and "बोल रहा".
func (x *scan) speaksAs(i int) {
	if next := i + 1; next >= len(x.toks) || !strings.HasPrefix(string(x.bytes(next)), "रह") && !strings.HasPrefix(strings.ToLower(string(x.bytes(next))), "rah") {
		return
	}
	first := i
	for k := i - 1; k >= 0 && k >= i-2; k-- {
		r, _ := utf8.DecodeRune(x.bytes(k))
		if x.toks[k].class != classWord || x.toks[k].used || x.gap(k+1) != 1 || x.is(k)&^cueMore != 0 || x.hint(k)&^(hintGiven|hintFamily) != 0 || r < 0x900 && !unicode.IsUpper(r) {
			break
		}
		first = k
	}
	if first < i {
		x.takeAlias(first, i-1)
	}
}

// signature takes the name in the line behind a closing word. A victim's own
// letter closes with the victim's name, so there it counts in a quote only.
func (x *scan) signature(i int) {
	k := i + 1
	quoted := false
	for ; k < len(x.toks) && k <= i+8; k++ {
		m := x.markAt(k)
		if m == '>' {
			quoted = true
			continue
		}
		if m == ',' || m == '-' || m == '!' || m == '.' || m == '&' || m == '*' {
			continue
		}
		if x.hint(k).has(hintSignoff) || equalFold("and", x.bytes(k)) || equalFold("you", x.bytes(k)) || equalFold("sincerely", x.bytes(k)) {
			continue
		}
		break
	}
	if k >= len(x.toks) || x.markAt(k-1) == 0 && !x.lineBreak(k) && !equalFold("mfg", x.bytes(i)) {
		return // "Thanks Linda" thanks Linda
	}
	if !x.opt.FromFraudster && !quoted && !x.lineQuoted(i) {
		return
	}
	x.takeName(k, nameSigned)
}

// lineQuoted says whether the line of token i begins with ">".
func (x *scan) lineQuoted(i int) bool {
	at := int(x.toks[i].start)
	for at > 0 && x.text.b[at-1] != '\n' {
		at--
	}
	return x.text.b[at] == '>'
}

// greeted says whether the title at token i belongs to whom a letter is
// written to: "Dear Mr. Smith".
func (x *scan) greeted(i int) bool { return i > 0 && greeting(x.bytes(i-1)) }

func greeting(word []byte) bool {
	if len(word) < 2 || len(word) > 10 {
		return false
	}
	switch strings.ToLower(string(word)) {
	case "dear", "hello", "hi", "hey", "geehrter", "geehrte", "hallo", "liebe", "lieber", "estimado", "estimada", "hola", "querido", "querida", "cher", "chère", "bonjour", "salut", "प्रिय", "नमस्ते", "namaste":
		return true
	}
	return false
}

// joins says whether the word itself means "is called": me llamo, ich heiße.
func (x *scan) joins(i int) bool {
	switch strings.ToLower(string(x.bytes(i))) {
	case "llamo", "llama", "llamaba", "llamarse", "heiße", "heisse", "hieß", "hiess", "heißt", "appelle", "appelait", "nomme", "alias", "aka", "नाम", "naam", "名前":
		return true
	}
	return false
}

func notAName(c cues) bool {
	return c.has(cueI | cueFirm | cueCall | cuePhone | cueDate | cueFrom | cueScript | cueID | cueBank | cueAccount | cueTool | cueNetwork | cueMoney | cueSite | cueMail | cueText |
		cueUs | cueAgent | cueIs | cueTo | cueNumber | cueMy | cueGift | cueUPI | cueDigit | cueTeen | cueTens | cueTimes | cueHundred | cueGot | cueCalled | cueShown | cuePay | cueRouting | cueRegister | cueTax)
}

// brandWords are firms that agents claim to be from, and small words in
// capitals: no name of a person.
var brandWords = setOf(`microsoft windows amazon apple google paypal norton mcafee geek chase wells citi bank irs social security medicare
	support technical customer service federal department fraud refund account facebook netflix dell hp cisco comcast coinbase binance venmo zelle
	xfinity at&t verizon visa mastercard the a an not that your our very also level senior he she it they we you this there then and but or if when
	his her their my no yes ok please call dear sir madam ma'am hello hi good thank thanks how what who why where wells fargo hsbc lloyds barclays quantity research address second couple warm hero kind best regards reference status invoice
	for from to with press just make even well sorry now plus first come reply remove take again like awarded money cash payment prize winner offer free new your
	ihre ihr ihren ihrem sie die der das ein eine einer es wir ich le les des une votre notre su sus los las el la un una
	general special senior europol interpol polizei policía policia gendarmerie telekom vodafone sparkasse commerzbank santander bbva caixabank correos orange ameli valid cashback gratis domain
	usps fedex dhl ups dpd evri ebay walmart costco target tesla ledger steam telegram whatsapp instagram cbi trai ed rbi sbi hdfc icici fbi ftc cia dea dhs ssa hmrc ato cra`)
