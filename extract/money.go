package extract

import (
	"strings"

	"ringbreaker.example/fraud"
)

// dollarsOf names the dollar of a country whose people write "$" for it.
var dollarsOf = map[string]string{"CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "MX": "MXN"}

// currencies names the currency of a word, ISO 4217 or a coin's ticker.
var currencies = map[string]string{
	"usd": "USD", "eur": "EUR", "gbp": "GBP", "inr": "INR", "jpy": "JPY", "cad": "CAD", "aud": "AUD", "chf": "CHF", "sgd": "SGD",
	"mxn": "MXN", "usdt": "USDT", "btc": "BTC", "eth": "ETH", "aed": "AED", "nzd": "NZD", "brl": "BRL", "cop": "COP", "rs": "INR",
	"dollars": "USD", "dollar": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP", "rupees": "INR", "rupee": "INR", "yen": "JPY",
	"rupien": "INR", "rupias": "INR", "dólares": "USD", "dolares": "USD", "livres": "GBP", "円": "JPY", "रुपये": "INR", "रुपए": "INR",
	"रुपया": "INR", "डॉलर": "USD",
}

// price takes an amount of money at number token i. It claims the digits, so
// that a price is no phone number.
func (x *scan) price(i int) bool {
	if x.toks[i].class != classNumber {
		return false
	}
	currency, first := x.currencyBefore(i)
	whole, frac, last := x.decimal(i)
	name, at := x.currencyAfter(last)
	switch {
	case currency == "" && name == "":
		return false
	case currency == "":
		if len(whole)+min(len(frac), 1)+len(frac) > mostDecimal {
			return false
		}
		currency, last = name, at
	case name == currency || name != "" && currency == "USD" && strings.HasSuffix(name, "D"):
		currency, last = name, at
	}
	v, ok := amountOf(whole, frac, currency)
	if ok {
		x.take(fraud.Amount, v, first, last, true)
	}
	return ok
}

// mostDecimal is the most signs of an amount whose currency stands behind it.
const mostDecimal = 12

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
	if k < 0 || x.gap(i) > 1 {
		return "", i
	}
	if x.markAt(k) == '.' && k > 0 && strings.EqualFold(string(x.bytes(k-1)), "rs") {
		return "INR", k - 1
	}
	switch x.markAt(k) {
	case '$':
		currency := "USD"
		if local := dollarsOf[x.opt.Country]; local != "" {
			currency = local
		}
		if k > 0 && x.gap(k) == 0 && x.toks[k-1].class == classWord {
			switch strings.ToUpper(string(x.bytes(k - 1))) {
			case "US":
				return "USD", k - 1
			case "CA", "C":
				return "CAD", k - 1
			case "A", "AU":
				return "AUD", k - 1
			}
		}
		return currency, k
	case signEuro:
		return "EUR", k
	case signPound:
		return "GBP", k
	case signYen:
		return "JPY", k
	case signRupee:
		return "INR", k
	}
	if x.is(k).has(cueMoney) {
		return currencies[strings.ToLower(string(x.bytes(k)))], k
	}
	return "", i
}

// currencyAfter reads a sign or a word after token i.
func (x *scan) currencyAfter(i int) (string, int) {
	k := i + 1
	if k >= len(x.toks) || x.gap(k) > 1 || x.lineBreak(k) {
		return "", i
	}
	switch x.markAt(k) {
	case signEuro:
		return "EUR", k
	case signPound:
		return "GBP", k
	case signYen:
		return "JPY", k
	case signRupee:
		return "INR", k
	case '$':
		if k+1 >= len(x.toks) || x.gap(k+1) > 0 {
			return "USD", k
		}
		return "", i
	}
	if x.is(k).has(cueMoney) {
		return currencies[strings.ToLower(string(x.bytes(k)))], k
	}
	return "", i
}

// decimal reads "1,234.56", "1.234,56", "3,50,000" or "1 234,56" from token i
// as a plain decimal, whole part and decimals, and the token it ends in.
func (x *scan) decimal(i int) (whole, frac []byte, last int) {
	whole, last = append(x.whole[:0], x.bytes(i)...), i
	for k := i + 1; k+1 < len(x.toks) && k < i+16; k += 2 {
		m, next := x.markAt(k), x.toks[k+1]
		if m == 0 && frac == nil && x.lang != langEN && x.gap(k) == 1 && x.toks[k].class == classNumber && x.toks[k].len() == 3 {
			whole = append(whole, x.bytes(k)...)
			last = k
			k--
			continue
		}
		if m != ',' && m != '.' || x.gap(k) > 0 || x.gap(k+1) > 0 || next.class != classNumber || next.used {
			break
		}
		group := x.bytes(k + 1)
		more := k+3 < len(x.toks) && (x.markAt(k+2) == '.' || x.markAt(k+2) == ',') && x.gap(k+2) == 0 && x.gap(k+3) == 0 && x.toks[k+3].class == classNumber
		switch {
		case len(group) == 3 && (m == ',' || more || x.lang == langDE || x.lang == langES):
			whole = append(whole, group...)
		case len(group) == 2 && m == ',' && more:
			whole = append(whole, group...)
		case len(group) <= 2 || m == '.':
			frac = group
		default:
			x.whole = whole
			return whole, frac, last
		}
		last = k + 1
		if frac != nil {
			break
		}
	}
	x.whole = whole
	return whole, frac, last
}

// gift takes a brand of gift card where a word for a card stands near. The
// brand alone is a firm; the code on a card is never kept.
func (x *scan) gift(i int) {
	for k := i + 1; k < len(x.toks) && k <= i+4; k++ {
		if x.is(k).has(cueGiftWord) {
			x.take(fraud.GiftCard, giftBrands[x.value(i)].name, i, i, true)
			return
		}
	}
	for k := i - 1; k >= 0 && k >= i-6; k-- {
		if x.is(k).has(cueGiftWord) {
			x.take(fraud.GiftCard, giftBrands[x.value(i)].name, i, i, true)
			return
		}
	}
}

// descriptor takes what a card's statement said: capitals after "as" or a
// colon, behind a word for a statement.
func (x *scan) descriptor(i int) {
	for k := i + 1; k < len(x.toks) && k <= i+9; k++ {
		if m := x.markAt(k); m == '.' && x.gap(k+1) > 0 {
			return
		}
		lead := x.markAt(k) == ':' || x.markAt(k) == '"' || x.markAt(k) == '\'' || isLead(string(x.bytes(k)))
		if !lead || k+1 >= len(x.toks) {
			continue
		}
		first := k + 1
		if m := x.markAt(first); m == '"' || m == '\'' {
			first++
		}
		if last, ok := x.capitals(first); ok {
			raw := string(x.text.b[x.toks[first].start:x.toks[last].end])
			x.take(fraud.CardDescriptor, canonicalDescriptor(raw), first, last, true)
			return
		}
	}
}

func isLead(word string) bool {
	switch strings.ToLower(word) {
	case "as", "from", "by", "como", "als", "comme", "shows", "says", "है":
		return true
	}
	return false
}

// capitals is the end of a run of capitals, digits and the marks of card
// statements, from token first on; ok if it is long enough to be one.
func (x *scan) capitals(first int) (last int, ok bool) {
	letters, words, star := 0, 0, false
	last = first - 1
	for k := first; k < len(x.toks) && k < first+24; k++ {
		t := x.toks[k]
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
		if !capital || t.class == classNumber && t.len() >= 7 && words > 0 && !star {
			break
		}
		if t.class != classNumber {
			letters += t.len()
			words++
		}
		last = k
	}
	quoted := first > 0 && (x.markAt(first-1) == '"' || x.markAt(first-1) == '\'')
	return last, letters >= 5 && last >= first && (star || words >= 2 || quoted)
}

// canonicalDescriptor is the form of card_descriptor.
func canonicalDescriptor(raw string) string {
	return strings.ToUpper(strings.Join(strings.Fields(raw), " "))
}

// merchant takes the id behind "merchant id" or "MID".
func (x *scan) merchant(i int) {
	word := strings.ToLower(string(x.bytes(i)))
	named := word == "mid"
	for k := i + 1; k < len(x.toks) && k <= i+6; k++ {
		t := x.toks[k]
		switch {
		case t.class == classMark:
			if m := x.markAt(k); m != ':' && m != '#' && m != '-' && m != '(' && m != '.' && m != '=' {
				return
			}
		case t.class == classWord:
			if x.is(k).has(cueID | cueNumber | cueSession) {
				named = true
			} else if !x.is(k).has(cueIs) {
				return
			}
		case named && !t.used && t.len() >= 6 && t.len() <= 20:
			x.take(fraud.MerchantID, strings.ToUpper(string(x.bytes(k))), k, k, true)
			return
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
