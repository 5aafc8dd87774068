package extract

import (
	"strings"

	"ringbreaker.example/fraud"
)

// upiHandles are ends of UPI ids in common use (NPCI's lists of third-party
// applications and banks). Another end counts only with a word for UPI near.
var upiHandles = setOf(`abfspay airtel airtelpaymentsbank allbank alpb apb apl aubank axisb axisbank axisgo axl
	bandhan barodampay boi bpunity cboi centralbank citi cnrb csbpay dbs dcb dlb equitas ezeepay fam fbl federal
	freecharge hdfcbank hsbc ibl icici idbi idfb idfcbank idfcfirst ikwik indus indianbank indusind inhdfc iob jio
	jkb jsb jupiteraxis kbl kotak kotak811 kvb lvb mahb naviaxis niyoicici obc okaxis okhdfcbank okicici oksbi
	paytm pingpay pnb postbank pthdfc ptsbi ptyes ptaxis rapl rbl s2b sbi sc sib slice supermoney superyes tapicici
	timecosmos ubi uboi uco unionbank united upi utbi vijb waaxis waicici wahdfcbank wasbi yapl ybl yesbank yesbankltd yespay yesg yespop`)

func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// upi looks at "name@handle", whose "@" is token i, after it was found to be
// no e-mail address.
func (x *scan) upi(i, start, at int) {
	b := x.text.b
	if i+1 >= len(x.toks) || x.gap(i+1) > 0 {
		return
	}
	end := int(x.toks[i+1].end)
	value, known, ok := canonicalUPI(string(b[start:end]))
	if !ok || !known && !x.near(i, 8, 4, cueUPI) {
		return
	}
	x.takeSpan(fraud.UPI, value, start, end, known)
	x.use(x.tokenAt(start, i), end)
}

// canonicalUPI writes a virtual payment address in lower case: a name of
// letters, digits, dots and hyphens, and a handle (NPCI UPI specification,
// Virtual Payment Address).
func canonicalUPI(raw string) (value string, known, ok bool) {
	value = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(raw, "upi:")))
	name, handle, found := strings.Cut(value, "@")
	if !found || len(name) < 2 || len(name) > 255 || len(handle) < 2 || len(handle) > 64 {
		return "", false, false
	}
	for i := range len(name) {
		if c := name[i]; !isAlnum(c) && c != '.' && c != '-' && c != '_' {
			return "", false, false
		}
	}
	for i := range len(handle) {
		if !isAlnum(handle[i]) {
			return "", false, false
		}
	}
	return value, upiHandles[handle], true
}

// near says whether one of the cues stands within so many tokens.
func (x *scan) near(i, back, on int, c cues) bool {
	for k := max(0, i-back); k <= i+on && k < len(x.toks); k++ {
		if x.is(k).has(c) {
			return true
		}
	}
	return false
}

// iban looks for an IBAN that begins at token i, in one piece or in groups.
func (x *scan) iban(i int) bool {
	first := x.bytes(i)
	if len(first) < 4 || !isUpper(first[0]) || !isUpper(first[1]) || !isDigit(first[2]) || !isDigit(first[3]) {
		return false
	}
	want := ibanLengths[string(first[:2])]
	if want == 0 {
		return false
	}
	var room [40]byte
	s := room[:0]
	for k := i; k < len(x.toks); k++ {
		if k > i && (x.gap(k) > 1 || x.toks[k].class == classMark && x.markAt(k) != '-') {
			return false
		}
		if x.toks[k].class == classMark {
			continue
		}
		if len(s)+x.toks[k].len() > want {
			return false
		}
		for _, c := range x.bytes(k) {
			s = append(s, c&^(c>>1&0x20)) // letters to capitals, digits as they are
		}
		if len(s) == want {
			form, valid := ibanForm(string(s))
			if !form {
				return false
			}
			if !valid { // no money can go there, and its digits are no phone number
				for m := i; m <= k; m++ {
					x.toks[m].used = true
				}
				return true
			}
			x.take(fraud.BankAccount, string(s), i, k, valid)
			return true
		}
	}
	return false
}

// account looks for an account number with the code of its bank: the word at
// token i names the code (ifsc, routing, sort code, swift, account).
func (x *scan) account(i int) {
	code, codeTok, codeValid := x.bankCode(i)
	if code == "" {
		return
	}
	number, first, last := x.accountNumber(i, codeTok)
	if number == "" {
		return
	}
	from, to := min(first, codeTok), max(last, codeTok)
	if to-from > 24 {
		return
	}
	x.takeSpan(fraud.BankAccount, code+"/"+number, int(x.toks[first].start), int(x.toks[last].end), codeValid)
	for k := first; k <= last; k++ {
		x.toks[k].used = true
	}
	x.toks[codeTok].used = true
}

// sortCodeAt takes a British account that stands as every statement writes it,
// sort code and eight digits, "20-45-77 60119283", without a word for either
// (Pay.UK). i is the first pair.
func (x *scan) sortCodeAt(i int) bool {
	if x.toks[i].len() != 2 || i+5 >= len(x.toks) || x.markAt(i+1) != '-' || x.markAt(i+3) != '-' || i > 0 && (x.markAt(i-1) == '-' && x.gap(i) == 0) {
		return false
	}
	if home := x.atHome().region; home == nil || home.code != 44 {
		return false
	}
	for k := i + 1; k <= i+4; k++ {
		if x.gap(k) > 0 || k%2 == i%2 && (x.toks[k].class != classNumber || x.toks[k].len() != 2) {
			return false
		}
	}
	at := i + 5
	for at < len(x.toks) && at <= i+8 && (x.is(at).has(cueAccount) || x.markAt(at) == ',' || x.markAt(at) == ':' || x.is(at).has(cueNumber)) {
		at++
	}
	if at >= len(x.toks) || x.toks[at].class != classNumber || x.toks[at].len() != 8 || x.gap(at) > 2 || x.lineBreak(at) || x.toks[at].used {
		return false
	}
	code := string(x.bytes(i)) + string(x.bytes(i+2)) + string(x.bytes(i+4))
	x.takeSpan(fraud.BankAccount, code+"/"+string(x.bytes(at)), int(x.toks[at].start), int(x.toks[at].end), true)
	for k := i; k <= at; k++ {
		x.toks[k].used = true
	}
	return true
}

// bankCode is the code that follows the word at token i.
func (x *scan) bankCode(i int) (code string, tok int, valid bool) {
	for k := i + 1; k < len(x.toks) && k <= i+7; k++ {
		if x.toks[k].used || x.toks[k].class == classMark {
			continue
		}
		raw := x.bytes(k)
		switch {
		case x.toks[k].class == classMixed && len(raw) == 11 && ifscForm(strings.ToUpper(string(raw))):
			return strings.ToUpper(string(raw)), k, true
		case abaValid(raw):
			return string(raw), k, true
		case x.is(i).has(cueSwift) && bicForm(string(raw)):
			return string(raw), k, true
		case len(raw) == 6 && allDigits(raw) && x.sortWord(i):
			return string(raw), k, true
		case len(raw) == 3 && allDigits(raw) && equalFold("bsb", x.bytes(i)): // Australia's bank, state and branch (APCA)
			if code, tok, ok := x.codeGroups(k, 3, 2); ok {
				return code, tok, true
			}
		case len(raw) == 2 && allDigits(raw) && x.sortWord(i): // Britain's sort code (Pay.UK)
			if code, tok, ok := x.codeGroups(k, 2, 3); ok {
				return code, tok, true
			}
		}
	}
	return "", 0, false
}

// codeGroups joins a bank's code that stands in so many groups of size digits
// from token k on, with hyphens or blanks between, and marks them used.
func (x *scan) codeGroups(k, size, groups int) (code string, tok int, ok bool) {
	first, last := k, k
	for n := 1; n < groups; n++ {
		next := last + 1
		if x.markAt(next) == '-' {
			next++
		}
		if next >= len(x.toks) || x.gap(next) > 1 || x.toks[next].class != classNumber || x.toks[next].len() != size || x.toks[next].used || x.lineBreak(next) {
			return "", 0, false
		}
		last = next
	}
	for m := first; m <= last; m++ {
		if x.toks[m].class == classNumber {
			code += string(x.bytes(m))
		}
		x.toks[m].used = true
	}
	return code, last, true
}

func (x *scan) sortWord(i int) bool {
	switch string(small(x.bytes(i), new(smallRoom))) {
	case "sort", "sortcode", "bsb", "blz", "bankleitzahl":
		return true
	}
	return false
}

// accountNumber is the number that belongs to a bank's code: after a word for
// an account, within twelve tokens of the code on either side.
func (x *scan) accountNumber(cue, code int) (number string, first, end int) {
	for k := max(0, cue-14); k < len(x.toks) && k <= code+14; k++ {
		if !x.is(k).has(cueAccount) {
			continue
		}
		for m := k + 1; m < len(x.toks) && m <= k+6; m++ {
			t := &x.toks[m]
			if x.toks[m].class == classMixed && t.len() == 4 && ibanLengths[string(x.bytes(m)[:2])] > 0 {
				break // an IBAN, which goes by itself
			}
			if t.class == classNumber && !t.used && t.len() >= 3 && m != code {
				digits, last := x.runOfDigits(m, 18)
				if len(digits) >= 6 {
					return string(digits), m, last
				}
			}
		}
	}
	return "", 0, 0
}

// byIFSC takes the account that stands beside an IFSC, token i, whatever words
// do or do not announce it: the nearest run of 9 to 18 digits within five
// tokens, before it first (RBI: an IFSC has eleven signs, the fifth is 0).
func (x *scan) byIFSC(i int, code string) bool {
	for _, step := range [2]int{-1, 1} {
		for k := i + step; k >= 0 && k < len(x.toks) && k >= i-5 && k <= i+6; k += step {
			t := &x.toks[k]
			if t.used || ifscForm(strings.ToUpper(string(x.bytes(k)))) && t.class == classMixed {
				break
			}
			if t.class == classNumber && t.len() >= 9 && t.len() <= 18 {
				x.takeSpan(fraud.BankAccount, code+"/"+string(x.bytes(k)), int(t.start), int(t.end), true)
				x.toks[k].used, x.toks[i].used = true, true
				return true
			}
			if m := x.markAt(k); m == ';' || (m == '.' || m == '!') && x.gap(k+1) > 0 && x.toks[max(k-1, 0)].len() > 4 {
				break
			}
		}
	}
	return false
}

// runOfDigits joins groups of digits with single blanks or hyphens between.
// What it returns is good until the next call.
func (x *scan) runOfDigits(i, most int) ([]byte, int) {
	s := append(x.joined[:0], x.bytes(i)...)
	last := i
	for k := i + 1; k < len(x.toks); k++ {
		t := &x.toks[k]
		if x.gap(k) > 1 || t.used {
			break
		}
		if m := x.markAt(k); m == '-' && k+1 < len(x.toks) && x.gap(k) == 0 && x.gap(k+1) == 0 {
			continue
		}
		if t.class != classNumber || len(s)+t.len() > most || t.len() < 2 {
			break
		}
		s = append(s, x.bytes(k)...)
		last = k
	}
	x.joined = s
	return s, last
}

// canonicalAccount is the form of bank_account: an IBAN, or the bank's code,
// a slash and the account.
func canonicalAccount(raw, _ string) (string, bool, bool) {
	code, number, found := strings.Cut(raw, "/")
	if !found {
		v := compact(raw)
		if form, valid := ibanForm(v); form {
			return v, valid, true
		}
		return v, false, len(v) >= 5 && len(v) <= 34 && plainSigns(v) && strings.ContainsAny(v, "0123456789")
	}
	code, number = compact(code), compact(number)
	if form, valid := ibanForm(number); form {
		return number, valid, true
	}
	valid := ifscForm(code) || abaValid(code) || bicForm(code) || len(code) == 6 && allDigits(code) || len(code) == 8 && allDigits(code)
	if code == "" {
		return canonicalAccount(number, "")
	}
	return code + "/" + number, valid, len(number) >= 3 && len(number) <= 34 && len(code) <= 16 && plainSigns(code) && plainSigns(number)
}

func plainSigns(s string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) && s[i] != '*' && s[i] != '.' && s[i] != '_' {
			return false
		}
	}
	return s != ""
}
