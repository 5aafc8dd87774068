package extract

import "ringbreaker.example/fraud"

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
	x.how = announcedBy[uint16(x.toks[i].word)&(1<<cueBits-1)]
	switch x.how {
	case byGiven:
		x.givenName(i)
	case bySpeaks:
		x.speaksAs(i)
	case bySignoff:
		if x.closing == 0 {
			x.closing = i + 1
		}
		x.signature(i)
	case byName:
		x.named(i)
	case byTitle:
		x.titled(i)
	case byThis:
		x.presented(i)
	case bySmallWords:
		x.behindSmallWords(i)
	case byPerson:
		x.person(i)
	}
}

// How a word announces a name.
const (
	byNothing = iota
	byGiven
	bySpeaks
	bySignoff
	byName
	byTitle
	byThis
	bySmallWords
	byPerson
	byLate    // it is in capitals
	byLearned // what was learned takes it
)

// announcedBy is how each word of the dictionary does.
var announcedBy = func() (t [1 << cueBits]uint8) {
	for i, m := range meanings {
		switch {
		case m.hint.has(hintGiven | hintFamily):
			t[i] = byGiven
		case m.hint.has(hintSpeaks):
			t[i] = bySpeaks
		case m.hint.has(hintSignoff):
			t[i] = bySignoff
		case m.is.has(cueName):
			t[i] = byName
		case m.is.has(cueAgent):
			t[i] = byTitle
		case m.is.has(cueThis):
			t[i] = byThis
		case m.hint.has(hintPresents | hintAsk):
			t[i] = bySmallWords
		case m.hint.has(hintPerson | hintRole):
			t[i] = byPerson
		}
	}
	return t
}()

// named takes what follows "name is", "name:", "named", "llamarse", "名乗".
func (x *scan) named(i int) {
	w := x.bytes(i)
	if string(w) == "名乗" {
		x.saidInJapanese(i)
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
	default:
		x.namedOn(k)
	}
}

// saidInJapanese takes the name before と名乗, を名乗, と言 and という人, brackets
// between or not. Kanji are a name where they are no office's, before と言 katakana
// alone are.
func (x *scan) saidInJapanese(i int) {
	k, word := i-1, string(x.bytes(i))
	if word == "という" {
		switch string(x.wordAt(i + 1)) {
		case "人", "男", "女", "者", "方", "男性", "女性", "担当者", "社員", "職員", "人物":
		default:
			return
		}
	} else if b := string(x.wordAt(k)); b == "と" || b == "を" && word == "名乗" {
		k--
	} else {
		return
	}
	if k > 0 && x.toks[k].class == classMark {
		k-- // 「黒田」と名乗る
	}
	if k < 0 || x.toks[k].used || x.toks[k].class != classWord {
		return
	}
	b := x.bytes(k)
	listed := x.hint(k).has(hintFamily | hintGiven)
	plain := word == "名乗" && k == i-2 && (listed || string(x.bytes(i-1)) == "と")
	if cjk(b, 0) <= 1 || !plain && (len(b) < 6 || len(b) > 18 || x.officeInJapanese(k)) {
		return
	}
	if !plain && !listed && cjk(b, 0) != cjkKatakana && (word == "言" || len(b) > 15) {
		return
	}
	x.take(fraud.PersonAlias, foldName(string(b)), k, k, true)
	x.marks[len(x.marks)-1].how = byName // nobody says so of those that they know
}

// officeInJapanese says whether the word at token k is an office's, a rank or a
// brand, and no name.
func (x *scan) officeInJapanese(k int) bool {
	b := x.bytes(k)
	if x.is(k)&^cueMore != 0 && !x.hint(k).has(hintFamily|hintGiven) || brandWord(b) || x.hint(k).has(hintNoName) || brandFirm(string(b)) != "" {
		return true
	}
	switch string(b[len(b)-3:]) {
	case "局", "署", "庁", "会", "社", "課", "部", "員", "官", "者", "店", "行", "省", "所", "係", "室", "長", "口", "警", "察", "事", "人", "家", "的":
		return !x.hint(k).has(hintFamily | hintGiven)
	}
	return false
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
	if w := x.bytes(i); string(w) == "という" || string(w) == "言" {
		x.saidInJapanese(i)
		return
	}
	if x.hint(i).has(hintAsk) && !x.opt.FromFraudster {
		if i > 1 && x.toks[i-1].class == classMark && x.toks[i-2].used && !x.near(i, 16, 0, cueScript|cueCalled) {
			return // "the store is (501) 555-0103, ask for"
		}
		if x.is(i).has(cueCall) {
			return // they were told to contact; the victim contacted anybody
		}
	}
	b, toks := x.text.b, x.toks[:min(len(x.toks), i+6)]
	for k := i + 1; k < len(toks); k++ {
		t := &toks[k]
		if t.used || x.lines && x.breaksBefore(k) {
			return
		}
		if isLower(b[t.start]) && t.len() <= 12 {
			continue // as nearly all words are
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
		t := &x.toks[k]
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
		switch string(small(b, new(smallRoom))) {
		case "on", "the", "phone", "line", "who", "was", "is", "there", "called", "by", "at", "llamado", "llamada", "am", "telefon", "au", "téléphone":
		default:
			return
		}
	}
}

// ownPerson says whether the person at token i is kin, one whom the speaker
// told of it, or somebody of theirs.
func (x *scan) ownPerson(i int) bool {
	return x.kinBefore(i) || x.is(i-1).has(cueGenuine) && x.hint(i).has(hintRole) || !x.opt.FromFraudster && (x.takenDownBy(i) || x.hint(i).has(hintRole) && (x.is(i-1).has(cueMy) || equalFold("our", x.wordAt(i-1))) || x.ours(i))
}

// greeted says whether the title at token i belongs to whom a letter is
// written to: "Dear Mr. Smith".
func (x *scan) greeted(i int) bool { return i > 0 && greeting(x.bytes(i-1)) }

func greeting(word []byte) bool {
	if len(word) < 2 || len(word) > 10 {
		return false
	}
	switch string(small(word, new(smallRoom))) {
	case "dear", "hello", "hi", "hey", "geehrter", "geehrte", "hallo", "liebe", "lieber", "estimado", "estimada", "hola", "querido", "querida", "cher", "chère", "bonjour", "salut", "प्रिय", "नमस्ते", "namaste":
		return true
	}
	return false
}

// joins says whether the word itself means "is called": me llamo, ich heiße.
func (x *scan) joins(i int) bool {
	switch string(small(x.bytes(i), new(smallRoom))) {
	case "llamo", "llama", "llamaba", "llamarse", "heiße", "heisse", "hieß", "hiess", "heißt", "appelle", "appelait", "nomme", "alias", "aka", "नाम", "naam", "名前":
		return true
	}
	return false
}

func notAName(c cues) bool {
	return c.has(cueI | cueFirm | cueCall | cuePhone | cueDate | cueFrom | cueScript | cueID | cueBank | cueAccount | cueTool | cueNetwork | cueMoney | cueSite | cueMail | cueText |
		cueUs | cueAgent | cueIs | cueTo | cueNumber | cueMy | cueGift | cueUPI | cueDigit | cueTeen | cueTens | cueTimes | cueHundred | cueGot | cueCalled | cueShown | cuePay | cueRouting | cueRegister | cueTax)
}

// brandWord says whether a word is one of brandWords.
func brandWord(w []byte) bool {
	low := small(w, new(smallRoom))
	return (len(low) < 2 || brandFilter.may(low)) && brandWords[string(low)]
}

// brandFilter is that of brandWords.
var brandFilter = func() (f filter) {
	for word := range brandWords {
		if len(word) > 1 {
			f.add(word)
		}
	}
	return f
}()

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
