package extract

import (
	"strings"

	"ringbreaker.example/fraud"
)

// structured looks at a run with digits for what is no phone number although
// it may look like one: accounts, cards, handsets, and numbers that a word
// names. It says whether it has dealt with the run.
func (x *scan) structured(i int) bool {
	t := &x.toks[i]
	if t.class == classMixed && x.iban(i) {
		return true
	}
	if t.class != classNumber {
		return false
	}
	n := t.len()
	switch {
	case n == 15 && luhn(x.bytes(i)) && x.near(i, 8, 3, cueHandset):
		x.take(fraud.IMEI, string(x.bytes(i)), i, i, true)
		return true
	case n >= 18 && n <= 20:
		if s := string(x.bytes(i)); s[:2] == "89" && (luhn(s) || x.near(i, 8, 3, cueSIM)) {
			x.take(fraud.ICCID, s, i, i, luhn(s))
			return true
		}
	case n <= 6 && x.near(i, 4, 0, cueHandset|cueSIM):
		return x.spacedHandset(i)
	}
	return x.bareAccount(i) || x.cardNumber(i)
}

// spacedHandset takes an IMEI or ICCID written in groups.
func (x *scan) spacedHandset(i int) bool {
	s, last := x.runOfDigits(i, 20)
	switch {
	case len(s) == 15 && luhn(s) && x.near(i, 4, 0, cueHandset):
		x.take(fraud.IMEI, string(s), i, last, true)
		return true
	case len(s) >= 18 && string(s[:2]) == "89" && luhn(s):
		x.take(fraud.ICCID, string(s), i, last, true)
		return true
	}
	return false
}

// bareAccount takes an account number that a word for an account names and
// no bank's code stands by.
func (x *scan) bareAccount(i int) bool {
	if n := x.toks[i].len(); n < 3 {
		return false
	}
	named := false
	for k, seen := i-1, 0; k >= 0 && seen < 4; k-- {
		if x.toks[k].class == classMark {
			continue
		}
		seen++
		is := x.is(k)
		if is.has(cuePhone|cueCall) && !is.has(cueAccount) {
			return false
		}
		if is.has(cueAccount) {
			named = true
			break
		}
		if !is.has(cueNumber | cueIs | cueID | cueTo | cueSession) {
			return false
		}
	}
	if !named {
		return false
	}
	s, last := x.runOfDigits(i, 18)
	if len(s) < 7 {
		return false
	}
	x.take(fraud.BankAccount, string(s), i, last, false)
	return true
}

// cardNumber steps over a payment card's number: it is never taken down.
func (x *scan) cardNumber(i int) bool {
	if c := x.bytes(i)[0]; c < '3' || c > '6' || x.markAt(i-1) == '+' {
		return false
	}
	s, last := x.runOfDigits(i, 19)
	if len(s) < 14 || len(s) > 19 || !luhn(s) {
		return false
	}
	for k := i; k <= last; k++ {
		x.toks[k].used = true
	}
	return true
}

// canonicalIMEI is 15 digits with a Luhn check (3GPP TS 23.003 §6.2.1).
func canonicalIMEI(raw string) (string, bool, bool) {
	v := strings.NewReplacer("/", "").Replace(compact(raw))
	if len(v) == 16 || len(v) == 17 { // IMEISV: the software version is not the handset's
		v = v[:min(len(v), 15)]
	}
	return v, len(v) == 15 && luhn(v), len(v) == 15 && allDigits(v)
}

// canonicalICCID is 18 to 20 digits that begin with 89 (ITU-T E.118 §4.1).
func canonicalICCID(raw string) (string, bool, bool) {
	v := strings.TrimSuffix(compact(raw), "F")
	if !allDigits(v) {
		return "", false, false
	}
	return v, luhn(v), len(v) >= 18 && len(v) <= 20 && v[:2] == "89"
}

var unescapeURL = strings.NewReplacer("%20", " ", "%2B", "+", "%2b", "+", "%28", "(", "%29", ")", "%2D", "-", "%2d", "-")

// urlNumbers takes phone numbers out of a URL's query and path: pop-up kits
// are handed the number as ?nr= or ?phone=.
func (x *scan) urlNumbers(start, end int) {
	b := x.text.b
	for at := start; at < end; at++ {
		if c := b[at]; c != '=' && c != '/' {
			continue
		}
		from := at + 1
		for from < end && (b[from] == ' ' || b[from] == '(') {
			from++
		}
		to := from
		for to < end && (isDigit(b[to]) || strings.IndexByte("+-.() ", b[to]) >= 0 || b[to] == '%' && to+2 < end && b[to+1] == '2') {
			if b[to] == '%' {
				to += 2
			}
			to++
		}
		if to < end && isAlnum(b[to]) || to-from < leastPhone || !x.urlKey(start, at, from, to) {
			continue
		}
		for to > from && !isDigit(b[to-1]) {
			to--
		}
		raw := unescapeURL.Replace(string(b[from:to]))
		country := "US"
		if home := x.atHome().region; home != nil {
			country = home.name
		}
		if value, valid, ok := canonicalPhone(raw, country); ok && valid {
			x.takeSpan(fraud.Phone, value, from, to, true)
			x.marks[len(x.marks)-1].inURL = true
			at = to
		}
	}
}

// urlKey says whether the digits at from are a phone number's by their key,
// or by the toll-free form that a path needs.
func (x *scan) urlKey(start, at, from, to int) bool {
	b := x.text.b
	digits := 0
	for _, c := range b[from:to] {
		if isDigit(c) {
			digits++
		}
	}
	if digits < 9 || digits > 15 {
		return false
	}
	if b[at] == '/' {
		host := strings.ToLower(string(b[max(0, at-20):at]))
		return strings.HasSuffix(host, "wa.me") || strings.HasSuffix(host, "/call") || strings.HasSuffix(host, "tel")
	}
	key := at
	for key > start && isAlnum(b[key-1]) || key > start && b[key-1] == '_' {
		key--
	}
	switch strings.ToLower(string(b[key:at])) {
	case "nr", "phone", "tel", "num", "number", "p", "ph", "call", "phonenumber", "phone_number", "tfn", "toll", "tollfree", "n", "bcda", "pnum", "phn", "contact", "mobile", "support", "helpline", "telephone", "no", "ph_no", "dial":
		return true
	}
	return false
}
