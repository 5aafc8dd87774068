package extract

import (
	"strings"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// dollarOf names the dollar, or the peso, of a country whose people write
// "$" for it (Unicode CLDR, narrow symbols).
func dollarOf(country string) string {
	switch country {
	case "CA":
		return "CAD"
	case "AU":
		return "AUD"
	case "NZ":
		return "NZD"
	case "SG":
		return "SGD"
	case "HK":
		return "HKD"
	case "TW":
		return "TWD"
	case "MX":
		return "MXN"
	case "CO":
		return "COP"
	case "AR":
		return "ARS"
	case "CL":
		return "CLP"
	case "UY":
		return "UYU"
	}
	return "USD"
}

// pesosOf names what "pesos" are in a country; elsewhere they are Mexico's.
var pesosOf = map[string]string{"CO": "COP", "AR": "ARS", "CL": "CLP", "UY": "UYU", "PH": "PHP", "DO": "DOP", "CU": "CUP"}

// prefixed names the currency of the letters that stand before "$" without a
// blank: "C$2,000", "R$ 50", "NT$".
var prefixed = map[string]string{
	"US": "USD", "USD": "USD", "CA": "CAD", "C": "CAD", "CAD": "CAD", "CDN": "CAD", "A": "AUD", "AU": "AUD", "AUD": "AUD",
	"NZ": "NZD", "NZD": "NZD", "S": "SGD", "SG": "SGD", "SGD": "SGD", "HK": "HKD", "HKD": "HKD", "NT": "TWD", "R": "BRL", "BR": "BRL",
	"MX": "MXN", "MXN": "MXN", "COP": "COP", "ARS": "ARS", "CLP": "CLP",
}

// currencies names the currency of a word, ISO 4217 or a coin's ticker.
var currencies = map[string]string{
	"usd": "USD", "eur": "EUR", "gbp": "GBP", "inr": "INR", "jpy": "JPY", "cad": "CAD", "aud": "AUD", "chf": "CHF", "sgd": "SGD",
	"mxn": "MXN", "usdt": "USDT", "usdc": "USDC", "btc": "BTC", "eth": "ETH", "ltc": "LTC", "trx": "TRX", "xrp": "XRP", "xmr": "XMR", "sol": "SOL",
	"aed": "AED", "nzd": "NZD", "brl": "BRL", "cop": "COP", "clp": "CLP", "ars": "ARS", "pen": "PEN", "hkd": "HKD", "cny": "CNY", "rmb": "CNY",
	"krw": "KRW", "thb": "THB", "php": "PHP", "zar": "ZAR", "ngn": "NGN", "myr": "MYR", "idr": "IDR", "vnd": "VND", "pkr": "PKR", "bdt": "BDT", "npr": "NPR",
	"sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "czk": "CZK", "huf": "HUF", "ron": "RON", "try": "TRY", "ils": "ILS", "sar": "SAR", "qar": "QAR",
	"rs": "INR", "dollars": "USD", "dollar": "USD", "bucks": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP", "quid": "GBP", "sterling": "GBP",
	"rupees": "INR", "rupee": "INR", "rupaye": "INR", "rupay": "INR", "rupaya": "INR", "rupye": "INR", "rupiye": "INR", "yen": "JPY",
	"rupien": "INR", "rupias": "INR", "dólares": "USD", "dolares": "USD", "dólar": "USD", "livres": "GBP", "libras": "GBP", "pfund": "GBP",
	"franken": "CHF", "francs": "CHF", "reais": "BRL", "soles": "PEN", "dirhams": "AED", "dirham": "AED", "naira": "NGN", "yuan": "CNY",
	"bitcoin": "BTC", "bitcoins": "BTC", "tether": "USDT", "sfr": "CHF",
	"円": "JPY", "रुपये": "INR", "रुपए": "INR", "रुपया": "INR", "रू": "INR", "रु": "INR", "डॉलर": "USD", "ドル": "USD", "ユーロ": "EUR",
}

// onlyBehind are words for money that mean something else before a number:
// "sol 4", "try 12".
var onlyBehind = setOf("sol try ron pen won cop php bucks quid euros dollars pounds sterling bitcoin bitcoins tether francs franken yuan pfund soles reais peso pesos")

// times holds how many zeros a word or a suffix behind a number stands for.
var times = map[string]int{
	"k": 3, "thousand": 3, "tsd": 3, "tausend": 3, "mille": 3, "mil": 3, "हजार": 3, "हज़ार": 3, "hazar": 3, "hazaar": 3, "grand": 3,
	"lakh": 5, "lakhs": 5, "lac": 5, "lacs": 5, "लाख": 5, "crore": 7, "crores": 7, "cr": 7, "करोड़": 7, "करोड": 7,
	"m": 6, "mn": 6, "mio": 6, "million": 6, "millions": 6, "millionen": 6, "millón": 6, "millones": 6, "milhão": 6, "milhões": 6, "milioni": 6,
	"bn": 9, "billion": 9, "billions": 9, "mrd": 9, "milliarden": 9, "milliards": 9,
}

// timesFilter is that of times.
var timesFilter = func() (f filter) {
	for word := range times {
		if len(word) > 1 {
			f.add(word)
		}
	}
	return f
}()

// price takes an amount of money at number token i. It claims the digits, so
// that a price is no phone number.
//
//	[sign or code] digits [× k, million, lakh, 万] [sign or code]
func (x *scan) price(i int) bool {
	t := &x.toks[i]
	if !x.money && t.class == classNumber && x.markAt(i-1) != '.' && x.markAt(i-1) != '/' { // Fr. 300, S/ 350
		return false
	}
	if t.class == classMixed && !x.gluedPrice(i) {
		return false
	}
	currency, first := x.currencyBefore(i)
	if currency == "" && t.class == classNumber && !x.mayGoOn(i+1) {
		return false
	}
	whole, frac, zeros, last := x.decimal(i, currency != "")
	if len(whole) == 0 {
		return false
	}
	if zeros == 0 && last+1 < len(x.toks) {
		if v, end, ok := x.yen(whole, last); ok {
			x.takeSpan(fraud.Amount, v, int(x.toks[first].start), end, true)
			x.use(first, end)
			return true
		}
		zeros, last = x.multiplier(last, currency != "")
	}
	name, at := x.currencyAfter(last)
	switch {
	case currency == "" && name == "":
		name, at = x.gluedCurrency(i, last)
		if name == "" {
			return false
		}
		currency, last = name, at
	case currency == "":
		if len(whole)+min(len(frac), 1)+len(frac) > mostDecimal {
			return false
		}
		currency, last = name, at
	case name == currency || name != "" && x.dollarBefore(i) && manyDollars[name]:
		currency, last = name, at
	}
	whole, frac = grouped(whole, frac, zeros, currency)
	v, ok := amountOf(whole, frac, currency)
	if ok {
		x.take(fraud.Amount, v, first, last, true)
	}
	return ok
}

// mayGoOn says quickly of most tokens behind a number, k here, that no amount
// goes on with them.
func (x *scan) mayGoOn(k int) bool {
	if k >= len(x.toks) {
		return false
	}
	switch b := x.bytes(k); x.toks[k].class {
	case classWord:
		return b[0] >= utf8.RuneSelf || x.is(k).has(cueMoney) || timesOf(b) > 0
	case classMark:
		return b[0] == '.' || b[0] == ',' || b[0] == '\'' || b[0] == '/' || moneySign(b[0])
	case classNumber:
		return true
	}
	return false
}

// mayPrice says whether the text has anything that makes an amount of a number
// but the short forms that end in "." or "/": a sign of money, which is a dollar
// or was folded, a word for it among the words to look at, or letters glued
// to digits.
func (x *scan) mayPrice() bool {
	if x.marked('$') || x.text.folds() {
		return true
	}
	for _, i := range x.asking {
		if x.is(int(i)).has(cueMoney) {
			return true
		}
	}
	for _, i := range x.numbers {
		if x.toks[i].class == classMixed {
			return true
		}
	}
	return false
}

// manyDollars are the currencies that "$" stands for.
var manyDollars = map[string]bool{
	"USD": true, "CAD": true, "AUD": true, "NZD": true, "SGD": true, "HKD": true, "TWD": true, "MXN": true, "COP": true, "ARS": true, "CLP": true, "UYU": true,
}

// dollarBefore says whether "$" stands right before token i.
func (x *scan) dollarBefore(i int) bool { return x.markAt(i-1) == '$' }

// mostDecimal is the most signs of an amount whose currency stands behind it.
const mostDecimal = 12

// gluedPrice says whether a run of digits and letters may be an amount: digits
// before a suffix of one, or a currency's letters before digits.
func (x *scan) gluedPrice(i int) bool {
	b := x.bytes(i)
	n := leadDigits(b)
	if n == 0 {
		return false
	}
	tail := b[n:]
	return len(tail) <= 12 && (timesOf(tail) > 0 || x.currencyWord(tail) != "")
}

func leadDigits(b []byte) int {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return n
}

// timesOf is how many zeros a word stands for, 0 if it is none of ours.
func timesOf(word []byte) int {
	if len(word) > 18 || len(word) > 1 && !timesFilter.may(word) {
		return 0
	}
	var room [18]byte
	low := room[:len(word)]
	for i, c := range word {
		low[i] = lower(c)
	}
	return times[string(low)]
}

// currencyWord is the currency that a word names, in this text's country.
func (x *scan) currencyWord(word []byte) string {
	if len(word) < 2 || len(word) > 24 {
		return ""
	}
	var room [24]byte
	low := room[:len(word)]
	for i, c := range word {
		low[i] = lower(c)
	}
	if name := currencies[string(low)]; name != "" {
		return name
	}
	switch string(low) {
	case "pesos", "peso":
		if local := pesosOf[x.atHome().where]; local != "" {
			return local
		}
		return "MXN"
	case "kr", "kronor", "kroner":
		return map[string]string{"SE": "SEK", "NO": "NOK", "DK": "DKK"}[x.atHome().where]
	}
	return ""
}

// yen reads what Japanese writes behind a number: 29万8000円, 1億2000万円. whole
// is the number before token last+1.
func (x *scan) yen(whole []byte, last int) (value string, end int, ok bool) {
	if next := x.bytes(last + 1); len(next) < 3 || next[0] < 0xE4 || x.gap(last+1) > 1 || len(whole) > 9 {
		return "", 0, false
	}
	sum, part := int64(0), number64(whole)
	scaled := false
	for k := last + 1; k < len(x.toks) && k <= last+6; k++ {
		b := x.bytes(k)
		if x.toks[k].class == classNumber && scaled && len(b) <= 8 && x.gap(k) == 0 {
			part = number64(b)
			if k+2 < len(x.toks) && x.markAt(k+1) == ',' && x.toks[k+2].class == classNumber && x.toks[k+2].len() == 3 && x.gap(k+1) == 0 && x.gap(k+2) == 0 && len(b) <= 3 { // 29万8,000円
				part = part*1000 + number64(x.bytes(k+2))
				k += 2
			}
			continue
		}
		at := 0
		for at+3 <= len(b) {
			sign := string(b[at : at+3])
			if sign != "円" && part > mostPart || sign == "億" && sum > mostPart {
				return "", 0, false
			}
			switch sign {
			case "億":
				sum, part, scaled = (sum+part)*1e8, 0, true
			case "万":
				sum, part, scaled = sum+part*1e4, 0, true
			case "千":
				part, scaled = part*1e3, true
			case "円":
				m := fraud.Money{Minor: sum + part, Currency: "JPY"}
				return m.String(), int(x.toks[k].start) + at + 3, sum+part > 0
			default:
				return "", 0, false
			}
			at += 3
		}
		if at < len(b) {
			return "", 0, false
		}
	}
	return "", 0, false
}

// mostPart is the most that may be multiplied once more: 億 of it fit an int64.
const mostPart = 1e10

func number64(digits []byte) int64 {
	v := int64(0)
	for _, c := range digits {
		v = v*10 + int64(c-'0')
	}
	return v
}

// multiplier reads "million", "lakh", "Mio." behind token i. One letter only
// where the currency is known already, for "5 m" may be metres.
func (x *scan) multiplier(i int, known bool) (zeros, last int) {
	k := i + 1
	if k >= len(x.toks) || x.gap(k) > 1 || x.lineBreak(k) || x.toks[k].class != classWord {
		return 0, i
	}
	b := x.bytes(k)
	zeros = timesOf(b)
	if zeros == 0 || len(b) == 1 && !known && !x.currencySign(k+1) {
		return 0, i
	}
	if x.markAt(k+1) == '.' && len(b) == 3 && x.gap(k+1) == 0 { // Mio. Tsd.
		k++
	}
	for step := k + 1; step < len(x.toks) && step <= k+3; step++ { // millions d'euros, millones de pesos
		if w := x.bytes(step); string(w) != "de" && string(w) != "d" && string(w) != "'" && string(w) != "of" {
			if step > k+1 && x.toks[step].class == classWord && x.currencyWord(w) != "" {
				k = step - 1
			}
			break
		}
	}
	return zeros, k
}

// currencySign says whether a sign of money stands at token k with no blank.
func (x *scan) currencySign(k int) bool {
	m := x.markAt(k)
	return (m == '$' || m >= signEuro && m <= signRupee) && x.gap(k) == 0
}

// gluedCurrency is the currency in the letters of a run such as "500eur",
// where token i, or the last of its decimals, is that run.
func (x *scan) gluedCurrency(i, last int) (string, int) {
	for _, k := range [2]int{last, i} {
		if b := x.bytes(k); x.toks[k].class == classMixed {
			if name := x.currencyWord(b[leadDigits(b):]); name != "" {
				return name, last
			}
		}
	}
	return "", last
}

// grouped brings a decimal into the currency's own: three digits behind a dot
// are thousands where the money has no third decimal, and zeros move the dot.
func grouped(whole, frac []byte, zeros int, currency string) ([]byte, []byte) {
	if zeros == 0 {
		if len(frac) == 3 && fraud.Exponent(currency) <= 2 && len(whole) <= 3 && (len(whole) > 1 || whole[0] != '0') {
			return append(whole, frac...), nil
		}
		return whole, frac
	}
	for range zeros {
		if len(frac) > 0 {
			whole, frac = append(whole, frac[0]), frac[1:]
		} else {
			whole = append(whole, '0')
		}
	}
	return whole, frac
}

// amountOf writes "USD 299.99", the form of an amount.
func amountOf(whole, frac []byte, currency string) (string, bool) {
	if len(frac) > 2 || len(whole) > 15 || fraud.Exponent(currency) != 2 {
		decimal := string(whole)
		if len(frac) > 0 {
			decimal += "." + string(frac)
		}
		m, err := fraud.ParseMoney(decimal, currency)
		return m.String(), err == nil
	}
	for len(whole) > 1 && whole[0] == '0' {
		whole = whole[1:]
	}
	var room [40]byte
	b := append(append(append(room[:0], currency...), ' '), whole...)
	b = append(append(b, '.'), frac...)
	for range 2 - len(frac) {
		b = append(b, '0')
	}
	return string(b), true
}

// currencyBefore reads a sign or a code before token i.
func (x *scan) currencyBefore(i int) (string, int) {
	k := i - 1
	if k < 0 || x.gap(i) > 1 || x.lineBreak(i) {
		return "", i
	}
	glued := k > 0 && x.gap(k) == 0 && x.toks[k-1].class == classWord && !x.toks[k-1].used
	switch m := x.markAt(k); m {
	case '.', '/':
		if !glued {
			return "", i
		}
		switch w := x.bytes(k - 1); {
		case m == '.' && equalFold("rs", w), m == '.' && string(w) == "रु", m == '.' && string(w) == "रू":
			return "INR", k - 1
		case m == '.' && (equalFold("fr", w) || equalFold("sfr", w)):
			return "CHF", k - 1
		case m == '/' && string(w) == "S": // S/ 350, and S/. 350 of old
			return "PEN", k - 1
		}
		return "", i
	case '$':
		if glued {
			if name := prefixed[strings.ToUpper(string(x.bytes(k-1)))]; name != "" {
				return name, k - 1
			}
		}
		return x.localDollar(), k
	case signEuro:
		return "EUR", k
	case signPound:
		return "GBP", k
	case signYen:
		return x.yenOrYuan(), k
	case signRupee:
		return "INR", k
	case 0:
	default:
		return "", i
	}
	return x.codeBefore(i)
}

// codeBefore reads "USD 300", "INR 42,000" before token i. A code before what
// goes on behind a hyphen names no money: "CAD 24-0188213" is a case.
func (x *scan) codeBefore(i int) (string, int) {
	k := i - 1
	if !x.is(k).has(cueMoney) || x.toks[k].class != classWord {
		return "", i
	}
	b := x.bytes(k)
	if len(b) > 8 || x.markAt(i+1) == '-' && x.gap(i+1) == 0 && x.gap(i+2) == 0 && i+2 < len(x.toks) && x.toks[i+2].class != classMark {
		return "", i
	}
	name := x.currencyWord(b)
	if name == "" || onlyBehind[string(small(b, new(smallRoom)))] && !isUpper(b[0]) {
		return "", i
	}
	return name, k
}

// localDollar is the currency of "$" where the text is at home.
func (x *scan) localDollar() string { return dollarOf(x.atHome().where) }

func (x *scan) yenOrYuan() string {
	if x.atHome().where == "CN" {
		return "CNY"
	}
	return "JPY"
}

// currencyAfter reads a sign or a word after token i, past the dash that
// stands for no cents: "480.-", "3.600,-".
func (x *scan) currencyAfter(i int) (string, int) {
	k := i + 1
	if m := x.markAt(k); (m == '.' || m == ',' || m == '/') && x.markAt(k+1) == '-' && x.gap(k) == 0 && x.gap(k+1) == 0 {
		for k++; x.markAt(k) == '-'; k++ {
		}
	}
	if k >= len(x.toks) || x.gap(k) > 1 || x.lineBreak(k) {
		return "", i
	}
	if x.gap(k) > 0 && k+1 < len(x.toks) && x.gap(k+1) == 0 && x.toks[k+1].class == classNumber && x.markAt(k) >= signEuro && x.markAt(k) <= signRupee {
		return "", i // the sign of the amount that follows
	}
	switch x.markAt(k) {
	case signEuro:
		return "EUR", k
	case signPound:
		return "GBP", k
	case signYen:
		return x.yenOrYuan(), k
	case signRupee:
		return "INR", k
	case '$':
		if k+1 >= len(x.toks) || x.gap(k+1) > 0 || x.toks[k+1].class == classMark {
			return x.localDollar(), k
		}
		return "", i
	}
	if x.toks[k].class != classWord || x.toks[k].used {
		return "", i
	}
	b := x.bytes(k)
	if b[0] >= utf8.RuneSelf && cjk(b, 0) == 3 && len(b) > 3 { // 円分, 円追加: the money, and what goes on
		if string(b[:3]) == "円" {
			return "JPY", k
		}
	}
	if !x.is(k).has(cueMoney) {
		return "", i
	}
	if len(b) == 3 && isUpper(b[0]) && k+1 < len(x.toks) && x.gap(k+1) == 1 && x.toks[k+1].class == classNumber && x.markAt(k+2) == '-' && x.gap(k+2) == 0 {
		return "", i // 911 CAD 24-0188213
	}
	return x.currencyWord(b), k
}

// decimal reads "1,234.56", "1.234,56", "3,50,000", "1'250.00" or "1 234,56"
// from token i as a plain decimal: whole part and decimals, how many zeros a
// suffix adds ("2.5k"), and the token it ends in. paid says that a currency
// stands before it.
func (x *scan) decimal(i int, paid bool) (whole, frac []byte, zeros, last int) {
	b := x.bytes(i)
	n := leadDigits(b)
	whole, last = append(x.whole[:0], b[:n]...), i
	if n < len(b) {
		x.whole = whole
		return whole, nil, x.suffix(b[n:], paid, i), last
	}
	for k := i + 1; k+1 < len(x.toks) && k < i+16; k += 2 {
		m, next := x.markAt(k), &x.toks[k+1]
		if m == 0 && frac == nil && len(whole) <= 12 && x.gap(k) == 1 && x.toks[k].class == classNumber && x.toks[k].len() == 3 && x.blankGroup(i, k) {
			whole = append(whole, x.bytes(k)...)
			last = k
			k--
			continue
		}
		spaced := paid && m == '.' && x.gap(k) == 1 && x.gap(k+1) == 1 && next.class == classNumber && next.len() == 2
		if m != ',' && m != '.' && m != '\'' || !spaced && (x.gap(k) > 0 || x.gap(k+1) > 0) || next.used || next.class != classNumber && next.class != classMixed {
			break
		}
		group := x.bytes(k + 1)
		if next.class == classMixed {
			n := leadDigits(group)
			if n == 0 || n > 2 || timesOf(group[n:]) == 0 && x.currencyWord(group[n:]) == "" {
				break
			}
			zeros, group = x.suffix(group[n:], paid, k+1), group[:n]
		}
		more := k+3 < len(x.toks) && (x.markAt(k+2) == '.' || x.markAt(k+2) == ',') && x.gap(k+2) == 0 && x.gap(k+3) == 0 && x.toks[k+3].class == classNumber
		switch {
		case len(group) == 3 && m == '\'':
			whole = append(whole, group...)
		case len(group) == 3 && (m == ',' || more || x.lang() == langDE || x.lang() == langES || x.lang() == langPT) && (len(whole) > 1 || whole[0] != '0'):
			whole = append(whole, group...)
		case len(group) == 2 && m == ',' && more:
			whole = append(whole, group...)
		case m == '\'':
			x.whole = whole
			return whole, frac, zeros, last
		case len(group) <= 2 || m == '.' || len(group) <= 8 && (len(group) > 3 || whole[0] == '0'):
			frac = group
		default:
			x.whole = whole
			return whole, frac, zeros, last
		}
		last = k + 1
		if frac != nil {
			break
		}
	}
	x.whole = whole
	return whole, frac, zeros, last
}

// suffix is how many zeros letters glued to digits stand for; a single one
// only where money is named before or behind token i.
func (x *scan) suffix(letters []byte, paid bool, i int) int {
	zeros := timesOf(letters)
	if len(letters) == 1 && letters[0]|0x20 == 'm' && !paid && !x.currencySign(i+1) {
		return 0
	}
	return zeros
}

// blankGroup says whether three digits at token k go on with the number that
// began at token i, as in "1 200 000 €": every group but the first has three.
func (x *scan) blankGroup(i, k int) bool {
	if x.toks[i].len() > 3 || x.text.b[x.toks[i].start] == '0' || x.toks[k].used {
		return false
	}
	name, _ := x.currencyAfter(k) // English writes a comma, but copies invoices
	return name != "" || x.lang() != langEN
}
