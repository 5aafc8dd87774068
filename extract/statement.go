package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// gift takes a brand of gift card where a word for a card stands near. A firm's
// name alone is a firm; a brand of cards that is nothing else counts alone.
// The code on a card is never kept.
func (x *scan) gift(i int) {
	g := &giftBrands[x.value(i)]
	last := i
	if g.rest != "" && x.gap(i+1) <= 1 && equalFold(g.rest, x.bytes(i+1)) {
		last++
	} else if g.needs {
		return
	}
	if (!g.alone || last == i && g.rest != "") && !x.giftWord(i, last, g) && (g.debit || !x.paidInGifts(i, last) || g.word == "pcs" && x.lang() != langFR) {
		return
	}
	x.take(fraud.GiftCard, g.name, i, last, true)
	if g.name == "green dot" && x.is(last+1).has(cueBank) {
		x.found, x.marks = x.found[:len(x.found)-1], x.marks[:len(x.marks)-1]
		return // the bank of that name
	}
	if g.name == "green dot" && last+1 < len(x.toks) && equalFold("moneypak", x.bytes(last+1)) {
		x.toks[last+1].used = true // its own name for the card
	}
}

// giftWord says whether a word for a card, a voucher or a top-up stands near
// the brand at tokens first to last: up to four tokens behind it or six before
// it, and further back where the brand is a shop and stands in a list.
func (x *scan) giftWord(first, last int, g *giftBrand) bool {
	if g.debit { // a bank's card too
		return last+1 < len(x.toks) && giftOnly(x.bytes(last+1)) || first > 0 && giftOnly(x.bytes(first-1))
	}
	for k := last + 1; k < len(x.toks) && k <= last+4; k++ {
		if x.is(k).has(cueGiftWord) {
			return true
		}
		if m := x.markAt(k); (m == '.' || m == '!' || m == '?') && x.gap(k+1) > 0 || x.is(k).has(cueGift) {
			break
		}
	}
	listed := x.counted(first, last)
	for k := first - 1; k >= 0 && k >= first-24; k-- {
		if x.is(k).has(cueGiftWord) && (k >= first-6 || giftOnly(x.bytes(k)) && (g.shop || listed) || listed && x.bytes(k)[x.toks[k].len()-1]|0x20 == 's') {
			return true
		}
		if m := x.markAt(k); (m == '.' || m == '!') && x.gap(k+1) > 0 && (!g.shop || k < first-6) {
			return false
		}
	}
	return false
}

// giftOnly says whether a word for a card means one that is bought for others.
func giftOnly(word []byte) bool {
	switch string(small(word, new(smallRoom))) {
	case "gift", "giftcard", "giftcards", "prepaid", "voucher", "vouchers", "egift", "cadeau", "regalo", "gutschein", "gutscheine", "geschenkkarte", "geschenkkarten", "गिफ्ट", "ギフト", "ギフトカード", "プリペイド":
		return true
	}
	return false
}

// counted says whether a brand stands in a list of cards, with how many or
// for how much: "2 x Apple $500", "Steam 200 €".
func (x *scan) counted(first, last int) bool {
	next := x.markAt(last + 1)
	return next == '$' || next >= signEuro && next <= signRupee || last+1 < len(x.toks) && x.toks[last+1].class == classNumber ||
		first > 0 && (x.toks[first-1].class == classNumber || equalFold("x", x.bytes(first-1)))
}

// descriptor takes what a card's statement said: capitals after "as" or a
// colon, behind a word for a statement, or whatever stands there in quotes.
func (x *scan) descriptor(i int) {
	if x.statementRow(i) || equalFold("disputed", x.bytes(i)) && equalFold("not", x.wordAt(i-1)) {
		return
	}
	if x.onlyWhereItReads(i) {
		return
	}
	if x.capitalsBehind(i) && x.gap(i+1) == 1 && onStatement(x.bytes(i)) && !x.opt.FromFraudster && !equalFold("transaction", x.bytes(i)) { // "en el extracto TECNIALIVIO SOPORTE"
		if last, ok := x.capitals(i + 1); ok && last > i+1 && !x.plainWords(i+1, last) {
			x.takeDescriptor(i+1, last)
			return
		}
	}
	toks := x.toks[:min(len(x.toks), i+12)]
	if equalFold("came", x.bytes(i)) {
		toks = x.toks[:min(len(x.toks), i+5)] // "came up as"
	}
	for k := i + 1; k < len(toks); k++ {
		quote := false
		if t := &toks[k]; t.class == classMark {
			m := x.text.b[t.start]
			if m == '.' && x.gap(k+1) > 0 {
				return
			}
			if quote = m == '"' || m == '\''; !quote && m != ':' && !(moneySign(m) && x.toks[k-1].class == classNumber) {
				continue
			}
		} else if t.used {
			return
		} else if !x.hint(k).has(hintLead) && (!x.capitalsBehind(k) || !x.leadsToLine(i, k)) {
			continue
		}
		if k+1 >= len(x.toks) {
			return
		}
		first := k + 1
		if m := x.markAt(first); m == '"' || m == '\'' {
			first, quote = first+1, true
		}
		if quote {
			if last, ok := x.quotedLine(first); ok && (onStatement(x.bytes(i)) || x.capitalsOnly(first, last)) {
				x.takeDescriptor(first, last)
				return
			}
		}
		if last, ok := x.capitals(first); ok && (quote || !x.plainWords(first, last)) {
			x.takeDescriptor(first, last)
			return
		}
	}
}

// onlyWhereItReads says whether the word at token i is one for a card, which
// many have in their hands, and no verb of reading or showing stands right
// behind it: "card says", "la tarjeta me sale", "Amex shows it as".
func (x *scan) onlyWhereItReads(i int) bool {
	if n := x.toks[i].len(); n > 8 || n == 5 && x.bytes(i)[0]|0x20 != 'k' && x.bytes(i)[0]|0x20 != 'c' || !cardWord(x.bytes(i)) {
		return x.opt.FromFraudster && equalFold("transaction", x.bytes(i))
	}
	if x.opt.FromFraudster || equalFold("gift", x.wordAt(i-1)) || equalFold("app", x.bytes(i)) && !x.is(i-1).has(cueBank) {
		return true
	}
	for k := i + 1; k <= i+2 && k < len(x.toks); k++ {
		if reads(x.bytes(k)) {
			return false
		}
	}
	return true
}

// cardWord is a word for what is in a purse, and for what shows what was
// charged to it.
func cardWord(w []byte) bool {
	switch string(small(w, new(smallRoom))) {
	case "card", "tarjeta", "karte", "carte", "cartão", "amex", "discover", "app":
		return true
	}
	return false
}

// reads is what a line of a statement does.
func reads(w []byte) bool {
	switch string(w) {
	case "as", "als", "como", "comme", "says", "reads", "shows", "said", "showed", "lists", "statement", "sale", "aparece", "dice", "pone", "zeigt", "indique", "affiche":
		return true
	}
	return false
}

// capitalsBehind says whether a word in capitals, or a quote, stands behind
// token k.
func (x *scan) capitalsBehind(k int) bool {
	if k+1 >= len(x.toks) {
		return false
	}
	b := x.bytes(k + 1)
	return b[0] == '"' || b[0] == '\'' || b[0] == ':' || (isUpper(b[0]) || isDigit(b[0])) && len(b) > 1 && !isLower(b[1])
}

// leadsToLine says whether the word at token k leads from a word for a
// statement, token i, to what it said.
func (x *scan) leadsToLine(i, k int) bool {
	w := x.bytes(k)
	switch {
	case equalFold("s", w):
		return x.markAt(k-1) == '\'' && equalFold("it", x.wordAt(k-2))
	case equalFold("me", w), equalFold("was", w):
		return onStatement(x.bytes(i)) && !equalFold("came", x.bytes(i)) // "the name that came up was"
	case equalFold("est", w), equalFold("is", w), equalFold("auf", w), equalFold("a", w):
		return onStatement(x.bytes(i)) && (w[0]|0x20 != 'a' || x.lang() != langEN)
	}
	return lineLead(w) && onStatement(x.bytes(i))
}

// lineLead is what a statement does that lists a charge, or how a charge is
// listed there.
func lineLead(w []byte) bool {
	switch string(w) {
	case "under", "unter", "lists", "called", "labeled", "labelled", "indique", "affiche", "intitulé", "consta", "veio", "dice", "sale", "figura", "lautet", "mentionne", "indica", "mostra", "dizia", "likha":
		return true
	}
	return false
}

// plainWords says whether a run of capitals is a sentence that somebody wrote
// large, or the heading of a sum, and no merchant's name.
func (x *scan) plainWords(first, last int) bool {
	for k := first; k <= last; k++ {
		if k == first && x.frames(k).has(frameShort) || x.is(k).has(cueI|cueMy|cueMoney|cueCalled|cueScript|cueGenuine) || x.hint(k).has(hintYours) && x.toks[k].len() > 2 || x.toks[k].len() > 1 && plainWord(x.bytes(k)) {
			return true
		}
	}
	return false
}

// plainWord is one in capitals that merchants do not put into their names.
func plainWord(w []byte) bool {
	switch string(w) {
	case "THE", "AND", "NOT", "NEVER", "WAS", "YOUR", "YOU", "DUE", "BALANCE", "OPENING", "CLOSING", "NOTICE", "WARNING", "FRAUD", "ALERT", "HAPPY", "THANK", "DEPOSIT", "INSUFFICIENT", "UNAUTHORIZED", "LOCKED", "BLOCKED", "VALID", "CALL", "AVISO", "SU", "IHR", "VOTRE", "SEU", "SALDO", "KONTOSTAND":
		return true
	}
	return false
}

// statementRow takes what stands behind a rail's word in the row of a statement,
// "VIS HELPNOW DIGITAL LONDON £189.00", where its words are those of the trade
// that fraudsters pretend to be in: any other row is a shop's.
func (x *scan) statementRow(i int) bool {
	if x.opt.FromFraudster || len(x.bytes(i)) < 2 || !allCapitals(x.bytes(i)) || equalFold("ach", x.wordAt(i-1)) {
		return false
	}
	first, helps := i+1, false
	for first < len(x.toks) && railWords[string(x.bytes(first))] {
		first++
	}
	k := first
	for ; k < len(x.toks) && k < first+6 && !x.toks[k].used && !x.lineBreak(k) && x.gap(k) <= 2 && x.toks[k].class != classMark; k++ {
		b := x.bytes(k)
		if x.toks[k].class == classNumber || !capitalsAndDigits(b) || x.is(k).has(cueMoney|cueUPI) {
			break
		}
		helps = helps || x.frames(k).has(frameBusiness) || helpsName(string(b))
	}
	last := k - 1
	if last > first && len(x.bytes(last)) == 2 && usStates[string(x.bytes(last))] {
		last--
	}
	m := x.markAt(k)
	if !helps || last <= first || m != '-' && !moneySign(m) && (k >= len(x.toks) || x.toks[k].class != classNumber) {
		return false
	}
	x.takeDescriptor(first, last)
	return true
}

// helpsName says whether a word of a merchant's name is made of one for help
// with computers.
func helpsName(w string) bool {
	for _, part := range [...]string{"PC", "TECH", "HELP", "ASIST", "ASSIST", "SUPP", "SOPORT", "SECUR", "SEGUR", "GUARD", "AJUDA", "AYUDA", "HILFE", "GEEK", "REPAIR", "VIRUS"} {
		if strings.Contains(w, part) {
			return true
		}
	}
	return false
}

// onStatement says whether a word for a charge means the statement itself.
func onStatement(word []byte) bool {
	switch string(small(word, new(smallRoom))) {
	case "statement", "stmt", "descriptor", "merchant", "transaction", "card", "tarjeta", "kreditkartenabrechnung", "cartilla", "fatura", "extrato", "cobrança", "vivaran", "abbuchung", "abgebucht", "prélèvement", "billed", "appeared", "appears", "came", "extracto", "apareció", "aparece", "relevé", "libellé", "kontoauszug", "abrechnung", "kartenabrechnung", "umsatz", "स्टेटमेंट", "明細":
		return true
	}
	return false
}

// capitalsOnly says whether every word of tokens first to last is in capitals.
func (x *scan) capitalsOnly(first, last int) bool {
	for k := first; k <= last; k++ {
		if x.toks[k].class != classMark && !capitalsAndDigits(x.bytes(k)) {
			return false
		}
	}
	return true
}

// takeDescriptor takes tokens first to last as a descriptor, with the number
// that stands right behind them.
func (x *scan) takeDescriptor(first, last int) {
	from, till, phone := x.merchantsPhone(last + 1)
	for k := first + 1; phone == "" && k <= last; k++ { // the run of capitals went over it
		if x.toks[k].class == classNumber && x.markAt(k-1) == 0 {
			if from, till, phone = x.merchantsPhone(k); phone != "" {
				if till > last { // it ended within the number
					if last = till; x.stateBehind(last) {
						last++
					}
				} else if till < last {
					phone = ""
					continue
				}
				if !x.takeMerchant(first, last) {
					phone = ""
					continue
				}
				x.takeSpan(fraud.Phone, phone, int(x.toks[from].start), int(x.toks[till].end), true)
				x.marks[len(x.marks)-1].merchant = true
				return
			}
		}
	}
	if phone != "" {
		last = till
		if x.stateBehind(last) {
			last++
		}
	}
	if x.takeMerchant(first, last) && phone != "" {
		x.take(fraud.Phone, phone, from, till, true)
		x.marks[len(x.marks)-1].merchant = true
	}
}

// stateBehind says whether a state's code stands right behind token last.
func (x *scan) stateBehind(last int) bool {
	b := x.wordAt(last + 1)
	return len(b) == 2 && usStates[string(b)] && x.gap(last+1) == 1 && !x.lineBreak(last+1)
}

// takeMerchant takes tokens first to last as a descriptor and no more.
func (x *scan) takeMerchant(first, last int) bool {
	v := canonicalDescriptor(string(x.text.b[x.toks[first].start:x.toks[last].end]))
	if len(v) <= 2 || len(v) > mostDescriptor {
		return false
	}
	x.take(fraud.CardDescriptor, v, first, last, true)
	return true
}

// merchantsPhone reads the number that stands right behind a merchant's name:
// of a sale without the card at hand it is the field's second half.
func (x *scan) merchantsPhone(i int) (first, last int, value string) {
	if i >= len(x.toks) || x.gap(i) > 3 || x.lineBreak(i) || x.toks[i].used || x.toks[i].class != classNumber || x.opt.FromFraudster {
		return 0, 0, ""
	}
	d := x.joined[:0]
	for k := i; k < len(x.toks) && len(d) < 11; k++ {
		t := &x.toks[k]
		if t.used || k > i && (x.gap(k) > 1 || x.lineBreak(k)) {
			break
		}
		if m := x.markAt(k); t.class == classMark && k > i && (m == '-' || m == '.') && x.gap(k) == 0 && x.gap(k+1) == 0 {
			continue
		}
		if t.class != classNumber || len(d)+t.len() > 11 {
			break
		}
		d, last = append(d, x.bytes(k)...), k
	}
	x.joined = d
	if len(d) == 11 && d[0] == '0' && last == i { // of Britain, in one run
		if home := x.atHome(); home.region != nil {
			if p, ok := parsePhone(d, false, home.region); ok && p.valid && p.code == 44 {
				return i, last, p.e164()
			}
		}
	}
	if len(d) != 10 && !(len(d) == 11 && d[0] == '1') {
		return 0, 0, ""
	}
	p, ok := parsePhone(d, false, regionUS)
	if !ok || !p.valid || p.code != 1 {
		return 0, 0, ""
	}
	return i, last, p.e164()
}

// mostDescriptor is the longest line of a statement in bytes: cards' networks
// send 22 to 25, banks add a town, a date and a number.
const mostDescriptor = 80

// quotedLine is the end of what stands in quotes from token first on, if it is
// short and every word of it begins with a capital or a digit.
func (x *scan) quotedLine(first int) (last int, ok bool) {
	letters := 0
	for k := first; k < len(x.toks) && k < first+12 && !(k > first && x.lineBreak(k)); k++ {
		if m := x.markAt(k); m == '"' || m == '\'' {
			return k - 1, k > first && letters >= 4
		}
		if x.toks[k].class == classMark {
			continue
		}
		if x.toks[k].used || !startsUpper(x.bytes(k)) && !isDigit(x.bytes(k)[0]) && (k == first || x.markAt(k-1) != '.') {
			return 0, false
		}
		letters += x.toks[k].len()
	}
	return 0, false
}

// starred takes a descriptor by the mark at token i: a payment facilitator
// writes its own short name, "*", and its merchant's (Visa Merchant Data
// Standards Manual, "Merchant name"; Mastercard Transaction Processing Rules,
// "Payment Facilitator"): SQ *JOES, PAYDESK*SUPPORT247, SP * BRIGHTLANE.
func (x *scan) starred(i int) {
	if i == 0 || i+1 >= len(x.toks) || x.gap(i) > 1 || x.gap(i+1) > 2 || x.lineBreak(i) || x.lineBreak(i+1) {
		return
	}
	before, behind := &x.toks[i-1], x.bytes(i+1)
	if before.class == classMark || before.used || before.class == classNumber || before.len() < 2 || before.len() > 22 || !capitalsAndDigits(x.bytes(i-1)) ||
		x.toks[i+1].class == classMark || x.toks[i+1].class == classNumber || len(behind) < 2 || !isUpper(behind[0]) && !isDigit(behind[0]) {
		return
	}
	if (x.gap(i) > 0 || x.gap(i+1) > 0) && (x.opt.FromFraudster || x.emphasis(i)) {
		return
	}
	last := i + 1
	for ; x.markAt(last+1) == '.' && x.gap(last+1) == 0 && x.gap(last+2) == 0; last += 2 { // MSFT*SUPPORT.COM
	}
	for words := 0; last+1 < len(x.toks) && words < 3; words++ {
		next := &x.toks[last+1]
		b := x.bytes(last + 1)
		if next.class == classMark || next.class == classNumber && (next.len() > 4 || x.markAt(last+2) == '-') || next.used || x.gap(last+1) != 1 || x.lineBreak(last+1) || !capitalsAndDigits(b) || towns[string(b)] || len(b) == 2 && !isDigit(b[0]) && !x.namesOn(last+1) {
			break
		}
		if x.is(last+1).has(cueMoney|cueDate) || next.class == classNumber && (x.markAt(last+2) == '.' || x.markAt(last+2) == ',' || x.markAt(last+2) == '/') {
			break
		}
		last++
	}
	x.takeDescriptor(i-1, last)
}

// namesOn says whether the two capitals at token k are a word of the name and
// no state or country: no such code, or a longer word follows that is no town.
func (x *scan) namesOn(k int) bool {
	b := x.bytes(k)
	return !usStates[string(b)] && regionNamed(string(b)) == nil && string(b) != "UK"
}

// usStates are the postal codes that end a descriptor (USPS Publication 28,
// appendix B).
var usStates = setOf(`AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR
	AB BC MB NB NL NS NT NU ON PE QC SK YT`)

// emphasis says whether the "*" at token i is one of a pair around words that
// are stressed: "*HAVE A NICE EVENING* …".
func (x *scan) emphasis(i int) bool {
	for k := i - 2; k >= 0 && k > i-16 && !x.lineBreak(k+1); k-- {
		if x.markAt(k) == '*' && x.gap(k+1) == 0 {
			return true
		}
	}
	for k := i + 2; k < len(x.toks) && k < i+16 && !x.lineBreak(k); k++ {
		if x.markAt(k) == '*' && x.gap(k) == 0 {
			return true
		}
	}
	return false
}

// towns end a descriptor: the field behind the name is the merchant's town.
var towns = setOf(`DUBLIN LONDON LUXEMBOURG AMSTERDAM BERLIN PARIS MADRID BARCELONA LISBOA PORTO TORONTO VANCOUVER SYDNEY MELBOURNE SINGAPORE MUMBAI DELHI NOIDA GURGAON GURUGRAM
	BANGALORE BENGALURU KOLKATA HYDERABAD PUNE VILNIUS TALLINN RIGA LIMASSOL NICOSIA GIBRALTAR VALLETTA SOFIA PRAGUE PRAHA WARSAW WARSZAWA BUDAPEST TOKYO OSAKA SEATTLE AUSTIN DALLAS
	HOUSTON MIAMI CHICAGO ATLANTA DOVER WILMINGTON CHEYENNE PHOENIX DENVER BOISE ZURICH GENEVA WIEN VIENNA MUENCHEN MUNICH HAMBURG FRANKFURT BRUSSELS MILANO ROMA`)

// byPhone takes the capitals before a toll-free number on a statement's line
// as a descriptor: of a sale without the card at hand, the field behind the
// name holds the merchant's phone and not its town (Visa Merchant Data
// Standards Manual, "Merchant city"). first is the number's token.
func (x *scan) byPhone(first, last int) bool {
	if x.opt.FromFraudster || !x.onCharge(first, last) {
		return false
	}
	from, letters, words := first, 0, 0
	for k := first - 1; k >= 0 && words < 4; k-- {
		t := &x.toks[k]
		if t.used || x.gap(k+1) > 3 || x.lineBreak(k+1) {
			break
		}
		b := x.bytes(k)
		if t.class == classMark {
			if b[0] == '*' || b[0] == '&' || b[0] == '.' && x.gap(k+1) == 0 {
				continue
			}
			break
		}
		if t.class == classNumber || !capitalsAndDigits(b) || x.is(k).has(cuePhone|cueCall|cueDate|cueMoney|cueCardLine|cueFree|cueFrom|cueTo|cueNumber|cueUPI) || railWords[string(b)] && !(words > 0 && x.merchantBefore(k)) {
			break
		}
		from, words, letters = k, words+1, letters+len(b)
	}
	if words == 0 || letters < 6 || words == 1 && letters < 8 {
		return false
	}
	if from > 0 && !x.lineBreak(from) && (equalFold("debit", x.bytes(from-1)) && equalFold("ach", x.wordAt(from-2)) || equalFold("ach", x.bytes(from-1))) {
		x.takeMerchant(from, first-1)
		return true // a debit's entry has the firm's name and number in fields of their own (Nacha file format, batch header)
	}
	x.takeDescriptor(from, first-1)
	return true
}

// merchantBefore says whether the rail's word at token k stands inside a
// merchant's name: "WINCARE ONLINE SERV".
func (x *scan) merchantBefore(k int) bool {
	b := x.wordAt(k - 1)
	return len(b) > 3 && x.toks[k-1].class == classWord && x.gap(k) == 1 && allCapitals(b) && !railWords[string(b)]
}

// onCharge says whether a state's code stands right behind a number, an amount stands behind a number in its line, or a
// word for a charge before it.
func (x *scan) onCharge(first, last int) bool {
	if x.stateBehind(last) {
		return true
	}
	for k := last + 1; k < len(x.toks) && k <= last+10 && !x.lineBreak(k); k++ {
		if m := x.markAt(k); m == '$' || m >= signEuro && m <= signRupee || x.is(k).has(cueMoney) {
			return true
		}
	}
	return x.near(first, 10, 0, cueCardLine)
}

// railWords stand before a merchant's name on a statement.
var railWords = setOf(`ACH DEBIT CREDIT POS PURCHASE CHECKCARD CARD VISA MASTERCARD MC AMEX PREAUTH RECURRING WEB PPD ONLINE PAYMENT TRANSFER WITHDRAWAL LASTSCHRIFT KARTENZAHLUNG SEPA
	COMPRA TARJ TARJETA PAGO RECIBO CB PRLV VIR ACHAT DB DR UPI IMPS NEFT CALL TOLL FREE PENDING POSTED AUTH`)

// capitals is the end of a run of capitals, digits and the marks of card
// statements, from token first on; ok if it is long enough to be one.
func (x *scan) capitals(first int) (last int, ok bool) {
	letters, words, star := 0, 0, false
	last = first - 1
	for k := first; k < len(x.toks) && k < first+24; k++ {
		t := &x.toks[k]
		if t.used || k > first && (x.gap(k) > 3 || x.lineBreak(k)) {
			break
		}
		if t.class == classMark {
			switch x.markAt(k) {
			case '*':
				star = true
				continue
			case '.', '-', '/', '&', '#':
				if x.gap(k+1) == 0 || x.markAt(k) == '&' {
					continue
				}
			}
			break
		}
		capital := true
		for _, c := range x.bytes(k) {
			capital = capital && (isUpper(c) || isDigit(c) || star && x.gap(k) == 0)
		}
		if t.len() <= 3 && moneySign(x.markAt(k+1)) && x.gap(k+1) == 0 && k > first {
			break // R$
		}
		if t.class == classNumber && (x.markAt(k+1) == ',' || x.markAt(k+1) == '.') && x.gap(k+1) == 0 && x.gap(k+2) == 0 && words > 0 && k+2 < len(x.toks) && x.toks[k+2].class == classNumber {
			break // a sum
		}
		if t.class == classNumber && t.len() == 2 && words > 0 && x.markAt(k+1) == '/' && x.gap(k+1) == 0 && k+2 < len(x.toks) && x.toks[k+2].len() == 2 {
			break // the day
		}
		if !capital || t.class == classNumber && t.len() >= 7 && words > 0 || x.is(k).has(cueMoney|cueDate) && words > 0 {
			break
		}
		if t.class != classNumber {
			letters += t.len()
			words++
		}
		last = k
	}
	quoted := first > 0 && (x.markAt(first-1) == '"' || x.markAt(first-1) == '\'')
	return last, letters >= 5 && last >= first && (star || words >= 2 || quoted || letters >= 8 && words == 1)
}

// canonicalDescriptor is the form of card_descriptor. What folding writes for
// a symbol is a blank in it.
func canonicalDescriptor(raw string) string {
	plain := raw != "" && raw[len(raw)-1] != ' '
	for i := 0; plain && i < len(raw); i++ {
		c := raw[i]
		plain = c >= ' ' && c < utf8.RuneSelf && !isLower(c) && (c != ' ' || i > 0 && raw[i-1] != ' ')
	}
	if plain {
		return raw // as most statements write it
	}
	return strings.ToUpper(strings.Join(strings.FieldsFunc(raw, func(r rune) bool { return r < ' ' || unicode.IsSpace(r) }), " "))
}

// merchant takes the id behind "merchant id", "MID", and a name in capitals
// behind "merchant".
func (x *scan) merchant(i int) {
	named := equalFold("mid", x.bytes(i)) || equalFold("mids", x.bytes(i)) || equalFold("merchantid", x.bytes(i))
	for k := i + 1; k < len(x.toks) && k <= i+8; k++ {
		t := &x.toks[k]
		switch {
		case t.used:
			return
		case t.class == classMark:
			switch m := x.markAt(k); {
			case m == ':' || m == '#' || m == '-' || m == '(' || m == '.' || m == '=' || m == '/':
			case (m == '"' || m == '\'') && k+1 < len(x.toks):
				if last, ok := x.quotedLine(k + 1); ok {
					x.takeDescriptor(k+1, last)
				}
				return
			default:
				return
			}
		case t.class == classWord:
			switch {
			case x.is(k).has(cueID | cueNumber | cueSession):
				named = true
			case x.is(k).has(cueIs|cueName) || equalFold("of", x.bytes(k)) || equalFold("record", x.bytes(k)) || equalFold("acct", x.bytes(k)) || equalFold("account", x.bytes(k)):
			case named && isLower(x.bytes(k)[0]) && t.len() <= 8: // "the merchant ID on the slip is"
			default:
				if last, ok := x.capitals(k); ok && last > k {
					x.takeDescriptor(k, last)
				}
				return
			}
		case named && t.len() >= 6 && t.len() <= 20:
			x.take(fraud.MerchantID, strings.ToUpper(string(x.bytes(k))), k, k, true)
			if m := x.markAt(k + 1); m != ',' && m != '/' && m != '&' {
				return
			}
			k++
		default:
			return
		}
	}
}

// canonicalMerchant is the form of merchant_id.
func canonicalMerchant(raw string) (string, bool, bool) {
	v := compact(raw)
	return v, true, len(v) >= 4 && len(v) <= 40 && plainSigns(v)
}
