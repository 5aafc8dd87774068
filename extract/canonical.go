package extract

import (
	"strings"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// Canonical brings one value of a field into the canonical form of its kind
// (package fraud says which). country is where a phone number without a
// calling code is at home. ok is false if the value cannot be of that kind; so
// it is for a wallet whose chain has check digits and whose own do not hold,
// for no money can go there.
func Canonical(kind fraud.Kind, raw, country string) (value string, ok bool) {
	e := extractors.Get().(*Extractor)
	defer e.putBack()
	value, valid, ok := e.scan.canonical(kind, raw, country)
	if kind == fraud.Wallet && ok && !valid && checked(value) {
		return value, false
	}
	return value, ok
}

// canonical is Canonical, and says whether check digits and plans hold too.
func (x *scan) canonical(kind fraud.Kind, raw, country string) (value string, valid, ok bool) {
	raw = strings.TrimSpace(raw)
	if raw == "" || len(raw) > maxValue {
		return "", false, false
	}
	if !printable(raw) {
		x.one.fold(raw)
		for i, c := range x.one.b {
			if c < ' ' {
				x.one.b[i] = ' ' // a symbol, or a line's end
			}
		}
		if raw = strings.TrimSpace(string(x.one.b)); raw == "" {
			return "", false, false
		}
	}
	switch kind {
	case fraud.Phone:
		return canonicalPhone(raw, country)
	case fraud.Email:
		return x.mailAddress(raw)
	case fraud.URL:
		return x.webAddress(raw)
	case fraud.Domain:
		return x.domain(raw)
	}
	form, known := canonicalForms[kind]
	if !known {
		return "", false, false
	}
	return form(raw, country)
}

// printable says whether a value is plain ASCII that folding leaves as it is.
func printable(s string) bool {
	for ; len(s) >= 8; s = s[8:] {
		v := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		tag, entity := v^eachByte*'<', v^eachByte*'&' // see plainRun
		if (v|(tag-eachByte)&^tag|(entity-eachByte)&^entity|(v-eachByte*' ')&^v)&highBits != 0 {
			return false
		}
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || foldClass[c] != 0 {
			return false
		}
	}
	return true
}

// maxValue is the longest value of a field in bytes: the longest URL that
// browsers take is 2,083 in the oldest of them and 64 KiB in the newest.
const maxValue = 8192

// canonicalForms holds the forms of the kinds that [scan.canonical] does not
// know by itself; the input is folded and trimmed.
var canonicalForms = map[fraud.Kind]func(raw, country string) (string, bool, bool){
	fraud.IP:     func(raw, _ string) (string, bool, bool) { return canonicalIP(raw) },
	fraud.Wallet: func(raw, _ string) (string, bool, bool) { return canonicalWallet(raw) },

	fraud.PersonAlias: func(raw, _ string) (string, bool, bool) { return canonicalName(raw) },
	fraud.RemoteID:    func(raw, _ string) (string, bool, bool) { return canonicalRemoteID(raw) },
	fraud.RemoteHost:  func(raw, _ string) (string, bool, bool) { return canonicalHost(raw) },
	fraud.BankAccount: canonicalAccount,
	fraud.UPI:         func(raw, _ string) (string, bool, bool) { return canonicalUPI(raw) },
	fraud.TxID:        func(raw, _ string) (string, bool, bool) { return canonicalTxID(raw) },
	fraud.CardDescriptor: func(raw, _ string) (string, bool, bool) {
		v := canonicalDescriptor(raw)
		return v, true, len(v) > 2 && len(v) <= mostDescriptor
	},
	fraud.MerchantID: func(raw, _ string) (string, bool, bool) { return canonicalMerchant(raw) },
	fraud.Company:    canonicalCompany,
	fraud.TaxID:      canonicalTaxID,
	fraud.Handle:     func(raw, _ string) (string, bool, bool) { return canonicalHandle(raw) },
	fraud.Tracker:    func(raw, _ string) (string, bool, bool) { return canonicalTracker(raw) },
	fraud.Image: func(raw, _ string) (string, bool, bool) {
		v, valid, ok := canonicalFile(raw)
		return v, valid, ok && len(v) == 64
	},
	fraud.File:       func(raw, _ string) (string, bool, bool) { return canonicalFile(raw) },
	fraud.IMEI:       func(raw, _ string) (string, bool, bool) { return canonicalIMEI(raw) },
	fraud.ICCID:      func(raw, _ string) (string, bool, bool) { return canonicalICCID(raw) },
	fraud.RemoteTool: func(raw, _ string) (string, bool, bool) { return canonicalTool(raw) },
	fraud.GiftCard:   func(raw, _ string) (string, bool, bool) { v := foldName(raw); return v, true, v != "" },
}

// canonicalPhone reads a field that holds a phone number and nothing else.
func canonicalPhone(raw, country string) (string, bool, bool) {
	if c := raw[0] | 0x20; c >= 'a' { // letters before the number, or for it
		raw = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(raw), "tel:"), "callto:")
	}
	if cut := strings.IndexByte(raw, ';'); cut > 0 {
		raw = raw[:cut]
	}
	var room [32]byte
	d := room[:0]
	letters, plus := 0, false
	for i := range len(raw) {
		switch c := raw[i]; {
		case isDigit(c):
			d = append(d, c)
		case c == '+' && len(d) == 0:
			plus = true
		case isLetter(c):
			if c = lower(c); len(d) >= leastPhone && (c == 'x' || c == 'e' && len(raw) >= i+3 && strings.EqualFold(raw[i:i+3], "ext")) {
				goto read
			}
			letters++
			d = append(d, keypad[c-'a'])
		case c == '(' && plus && strings.HasPrefix(raw[i:], "(0)"):
			raw = raw[:i] + "   " + raw[i+3:] // +44 (0)20: the trunk zero is not dialled
			return canonicalPhone(raw, country)
		}
		if len(d) > maxPhoneDigits {
			return "", false, false
		}
	}
read:
	if len(d) < leastPhone-2 || letters > 0 && (letters < 2 || letters > 9 || len(d)-letters < 3) {
		return "", false, false
	}
	home := regionNamed(strings.ToUpper(country))
	if p, ok := parsePhone(d, plus, home); ok && (p.valid || fiction(&p)) {
		return p.e164(), true, true
	}
	if p, ok := dialled00(d); !plus && ok {
		return p.e164(), true, true
	}
	if p, ok := parsePhone(d, false, regionUS); !plus && len(d) >= 10 && ok && p.valid {
		return p.e164(), true, true
	}
	if p, ok := parsePhone(d, true, nil); !plus && len(d) >= 11 && ok && p.valid {
		return p.e164(), true, true // a calling code without its plus sign
	}
	p, ok := parsePhone(d, plus, home)
	return p.e164(), false, ok && letters == 0 && int(p.n) >= leastPhone-1 && p.settled()
}

var noBlanks = strings.NewReplacer(" ", "", "-", "", "\t", "")

// compact takes blanks and hyphens out and capitalises.
func compact(raw string) string {
	clean := true
	for i := range len(raw) {
		clean = clean && (isUpper(raw[i]) || isDigit(raw[i]))
	}
	if clean {
		return raw
	}
	return strings.ToUpper(noBlanks.Replace(raw))
}

// canonicalHost is the form of remote_host: a host, alone or in a URL, or an
// address where the relay has no name.
func canonicalHost(raw string) (string, bool, bool) {
	if _, rest, found := strings.Cut(raw, "://"); found {
		raw = rest[:hostLength(rest)]
	}
	host, _, _ := strings.Cut(raw, "/")
	if ip, valid, ok := canonicalIP(host); ok {
		return ip, valid, true
	}
	if at := strings.LastIndexByte(host, ':'); at > 0 && allDigits(host[at+1:]) {
		host = host[:at]
	}
	if ip, valid, ok := canonicalIP(host); ok {
		return ip, valid, true
	}
	return canonicalDomain(host)
}

// canonicalTool is a remote-access product's name as this package knows it.
func canonicalTool(raw string) (string, bool, bool) {
	var room [40]byte
	word := room[:0]
	for i := range len(raw) {
		if c := raw[i]; c >= utf8.RuneSelf || len(word) == len(room) {
			return canonicalForeignTool(raw)
		} else if !isBlank(c) {
			word = append(word, lower(c))
		}
	}
	if name := toolNames[string(word)]; name != "" {
		return name, true, true
	}
	return canonicalForeignTool(raw)
}

func canonicalForeignTool(raw string) (string, bool, bool) {
	word := strings.ToLower(strings.Join(strings.Fields(raw), ""))
	if name := toolNames[word]; name != "" {
		return name, true, true
	}
	return word, false, word != "" && len(word) <= 40
}

// toolNames gives a product's canonical name for each way to write it.
var toolNames = func() map[string]string {
	m := map[string]string{}
	for _, t := range remoteTools {
		m[t.word], m[t.name] = t.name, t.name
	}
	return m
}()
