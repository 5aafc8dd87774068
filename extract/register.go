package extract

import (
	"strings"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// long looks at a run of ten or more letters and digits: an account, an
// address, a hash or a register's number.
func (x *scan) long(i int) {
	t := &x.toks[i]
	n := t.len()
	if n > maxAddress || x.iban(i) {
		return
	}
	b := x.bytes(i)
	if n >= minBase58 && x.address(i, string(b)) || n >= 32 && x.hash(i, b) {
		return
	}
	if n > 21 || t.class == classWord {
		return
	}
	s := string(b)
	switch {
	case n == 11 && ifscForm(s) && x.byIFSC(i, s):
	case gstinForm(s):
		x.take(fraud.TaxID, "gstin:"+s, i, i, gstinValid(s))
	case cinForm(s):
		x.take(fraud.Company, "cin:"+s, i, i, true)
	case n == 20 && leiValid(s):
		x.take(fraud.Company, "lei:"+s, i, i, true)
	case panForm(s) && (x.near(i, 6, 2, cueTax) || !x.near(i, 4, 0, cueID)):
		x.take(fraud.TaxID, "pan:"+s, i, i, true)
	}
}

// address takes a wallet's address. A Solana key has no check digits, so a
// word for a wallet must stand near it; so for an address whose check fails.
func (x *scan) address(i int, s string) bool {
	value, c := addressOf(s)
	if c != "" {
		x.take(fraud.Wallet, value, i, i, true)
		return true
	}
	if solanaAddress(s) && !isHexRun(s) && x.near(i, 10, 6, cueWallet) {
		x.take(fraud.Wallet, s, i, i, true)
		return true
	}
	return false
}

func isHexRun(s string) bool {
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return true
}

// hash takes 32, 40 or 64 hex digits: a transaction with a word for one near
// or with 0x before it, else a file's hash (MD5, SHA-1, SHA-256).
func (x *scan) hash(i int, b []byte) bool {
	s := strings.ToLower(string(b))
	prefixed := strings.HasPrefix(s, "0x")
	digits := strings.TrimPrefix(s, "0x")
	if n := len(digits); n != 32 && n != 40 && n != 64 || !isHexRun(digits) {
		return false
	}
	switch tx := x.near(i, 8, 4, cueTx|cueWallet) && !x.near(i, 3, 0, cueFileHash); {
	case len(digits) == 64 && (prefixed || tx):
		x.take(fraud.TxID, s, i, i, true)
	case prefixed:
		return false
	case len(digits) == 40 && (x.wordBefore(i, "commit") || x.wordBefore(i, "thumbprint") || x.wordBefore(i, "fingerprint")):
		return false // of a program's source, of a certificate
	case len(digits) == 64 && x.walletInLine(i):
		x.take(fraud.TxID, s, i, i, true)
	case strings.Trim(digits, digits[:1]) == "":
		return false
	default:
		x.take(fraud.File, digits, i, i, true)
	}
	return true
}

// wordBefore says whether one of the two words before token i is word.
func (x *scan) wordBefore(i int, word string) bool {
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if equalFold(word, x.bytes(k)) {
			return true
		}
	}
	return false
}

// walletInLine says whether the line of token i has a wallet before it: a
// table of payments.
func (x *scan) walletInLine(i int) bool {
	at := int(x.toks[i].start)
	for k := len(x.found) - 1; k >= 0 && k >= len(x.found)-3; k-- {
		if m := x.marks[k]; x.found[k].Kind == fraud.Wallet && m.end <= at && at-m.end < 60 && !strings.Contains(string(x.text.b[m.end:at]), "\n") {
			return true
		}
	}
	return false
}

// canonicalTxID is a transaction's hash: 64 hex digits, with 0x where the
// chain writes it; or what a bank's wire calls its own.
func canonicalTxID(raw string) (string, bool, bool) {
	v := strings.ToLower(strings.TrimSpace(raw))
	digits := strings.TrimPrefix(v, "0x")
	if len(digits) == 64 && isHexRun(digits) {
		return v, true, true
	}
	if len(raw) >= 80 && len(raw) <= 90 && base58(raw, bitcoinAlphabet) != nil {
		return raw, true, true // Solana's signatures are base58
	}
	v = strings.ReplaceAll(v, " ", "")
	return v, false, len(v) >= 6 && len(v) <= 100 && plainSigns(strings.NewReplacer("-", "", "/", "").Replace(v)) && strings.ContainsAny(v, "0123456789")
}

// canonicalFile is a hash of bytes by its length.
func canonicalFile(raw string) (string, bool, bool) {
	v := strings.ToLower(strings.TrimSpace(raw))
	return v, true, (len(v) == 32 || len(v) == 40 || len(v) == 64) && isHexRun(v)
}

// register looks behind a word such as "company number", "CIN" or "EIN".
func (x *scan) register(i int) {
	for k := i + 1; k < len(x.toks) && k <= i+8; k++ {
		t := &x.toks[k]
		if t.used || t.class == classMark || t.class == classWord {
			continue
		}
		word := string(small(x.bytes(i), new(smallRoom)))
		s := strings.ToUpper(string(x.bytes(k)))
		switch {
		case x.is(i).has(cueRegister) && ukCompanyForm(s) && (t.class == classMixed || word == "company" || x.near(k, 6, 0, cueNumber)):
			x.take(fraud.Company, "uk:"+s, k, k, true)
			return
		case (word == "ein" || word == "fein" || word == "tin" || word == "employer") && t.len() == 2 && x.markAt(k+1) == '-' && k+2 < len(x.toks) && x.toks[k+2].len() == 7 && x.toks[k+2].class == classNumber:
			x.take(fraud.TaxID, "ein:"+s+string(x.bytes(k+2)), k, k+2, einPrefix(s))
			return
		case (word == "ein" || word == "fein") && t.len() == 9 && t.class == classNumber:
			x.take(fraud.TaxID, "ein:"+s, k, k, einPrefix(s[:2]))
			return
		case word == "vat" && t.class == classMixed && len(s) >= 8 && len(s) <= 14 && isUpper(s[0]) && isUpper(s[1]):
			x.take(fraud.TaxID, "vat:"+s, k, k, regionNamed(s[:2]) != nil || s[:2] == "EL")
			return
		}
		return
	}
}

// einPrefix says whether the first two digits are ones that the IRS gives out
// (IRS, "How EINs are assigned and valid EIN prefixes").
func einPrefix(s string) bool {
	if len(s) < 2 {
		return false
	}
	switch s[:2] {
	case "00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97":
		return false
	}
	return true
}

// canonicalCompany is "REGISTER:NUMBER" in lower-case register names, or
// "name:" and the folded name.
func canonicalCompany(raw, country string) (string, bool, bool) {
	if len(raw) > 5 && strings.EqualFold(raw[:5], "name:") {
		return canonicalFirm(raw[5:])
	}
	scheme, number, found := strings.Cut(raw, ":")
	if !found {
		number, scheme = raw, ""
	}
	v := compact(number)
	switch {
	case cinForm(v):
		return "cin:" + v, true, true
	case len(v) == 20 && leiValid(v):
		return "lei:" + v, true, true
	case ukCompanyForm(v) && (country == "GB" || scheme == "" && country == "" || strings.EqualFold(scheme, "uk")):
		return "uk:" + v, true, true
	case v == "" || !plainSigns(strings.NewReplacer("/", "", "-", "").Replace(v)) || !strings.ContainsAny(v, "0123456789") || len(v) < 4 || len(v) > 40:
		return "", false, false
	case scheme != "" && len(scheme) <= 12:
		return strings.ToLower(strings.TrimSpace(scheme)) + ":" + v, false, true
	case len(country) == 2 && isLetter(country[0]) && isLetter(country[1]):
		return strings.ToLower(country) + ":" + v, false, true
	}
	return "reg:" + v, false, true
}

// canonicalFirm is the form of a company that is known by its name alone.
func canonicalFirm(name string) (string, bool, bool) {
	v := foldCompany(name)
	return "name:" + v, true, len(v) > 2
}

// canonicalTaxID is "SCHEME:NUMBER" by the number's form.
func canonicalTaxID(raw, country string) (string, bool, bool) {
	scheme, number, found := strings.Cut(raw, ":")
	if !found {
		number, scheme = raw, ""
	}
	scheme = strings.ToLower(strings.TrimSpace(scheme))
	v := compact(number)
	switch {
	case gstinForm(v):
		return "gstin:" + v, gstinValid(v), true
	case panForm(v):
		return "pan:" + v, true, true
	case len(v) == 9 && allDigits(v) && (scheme == "ein" || country == "US" || strings.IndexByte(number, '-') == 2):
		return "ein:" + v, einPrefix(v), true
	case len(v) < 6 || len(v) > 20 || !plainSigns(v) || !strings.ContainsAny(v, "0123456789"):
		return "", false, false
	case scheme != "":
		return scheme + ":" + v, false, true
	case isLetter(v[0]) && isLetter(v[1]):
		return "vat:" + v, regionNamed(v[:2]) != nil, true
	}
	return "tax:" + v, false, true
}

// legalForms brings the ends of company names into one spelling.
var legalForms = strings.NewReplacer(
	" private limited", " pvt ltd", " pvt limited", " pvt ltd", " private ltd", " pvt ltd", " p ltd", " pvt ltd",
	" limited liability company", " llc", " l l c", " llc", " limited", " ltd", " incorporated", " inc", " corporation", " corp", " company", " co",
)

// legalForm says whether a name ends as a firm's does, or begins so in
// Japanese.
func legalForm(name string) bool {
	name = strings.TrimRight(strings.TrimSpace(name), ".")
	at := strings.LastIndexAny(name, " \u00a0\u3000") + 1
	if at == 0 {
		return japaneseForm(name) != ""
	}
	last := []byte(strings.Trim(name[at:], "().,\u3000"))
	is := dictionary.entries[dictionary.find(last, 0, len(last))]
	return is.is.has(cueFirm) || is.hint.has(hintTrade) || japaneseForm(name) != ""
}

// japaneseForm is the legal form that a Japanese firm's name begins or ends
// with, "" if it has none (Companies Act of Japan, Articles 2 and 6).
func japaneseForm(name string) string {
	for _, form := range [...]string{"株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "一般社団法人"} {
		if strings.HasPrefix(name, form) || strings.HasSuffix(name, form) {
			return form
		}
	}
	return ""
}

// foldCompany folds a company's name, its legal form in one spelling.
func foldCompany(raw string) string {
	name := foldName(raw)
	if n := len(name); n > 4 && name[n-2] == ' ' { // a form with full stops
		for _, form := range [...][2]string{{" s l", " sl"}, {" s l u", " slu"}, {" s a de c v", " sa de cv"}, {" s a", " sa"}, {" s a s", " sas"}, {" s r l", " srl"}, {" s p a", " spa"}, {" b v", " bv"}, {" n v", " nv"}, {" k k", " kk"}} {
			if rest, found := strings.CutSuffix(name, form[0]); found {
				return rest + form[1]
			}
		}
	}
	if !longForm(name) {
		return name
	}
	for range 4 { // one spelling may lead to the next: p limited, p ltd, pvt ltd
		next := strings.TrimSpace(legalForms.Replace(name))
		if next == name {
			break
		}
		name = next
	}
	return name
}

// longForm says whether a folded name has a legal form that has a shorter
// spelling.
func longForm(name string) bool {
	for i := 0; i+1 < len(name); i++ {
		if name[i] != ' ' {
			continue
		}
		switch rest := name[i+1:]; rest[0] {
		case 'p':
			if strings.HasPrefix(rest, "priv") || strings.HasPrefix(rest, "pvt l") || strings.HasPrefix(rest, "p l") {
				return true
			}
		case 'l':
			if strings.HasPrefix(rest, "limited") || strings.HasPrefix(rest, "l l c") {
				return true
			}
		case 'i':
			if strings.HasPrefix(rest, "inc") {
				return true
			}
		case 'c':
			if strings.HasPrefix(rest, "corp") || strings.HasPrefix(rest, "comp") {
				return true
			}
		}
	}
	return false
}

// firm takes the capitalised words before a legal form, token i, as a
// company's name.
func (x *scan) firm(i int) { x.firmTo(i, i) }

// announcesFirm says whether a word before a firm's name only says that one
// comes.
func announcesFirm(word []byte) bool {
	switch string(small(word, new(smallRoom))) {
	case "firma", "company", "empresa", "société", "entreprise", "firm", "unternehmen", "sociedad":
		return true
	}
	return false
}

// japaneseFirm takes a firm whose Japanese legal form is token i: the name
// stands behind the form, or else before it, and ends at the hiragana of the
// sentence around it, at a quote or a blank.
func (x *scan) japaneseFirm(i int) bool {
	if japaneseForm(string(x.bytes(i))) == "" {
		return false
	}
	first, last := i, i
	for k := i + 1; k < len(x.toks) && k <= i+5 && x.inName(k) && (x.gap(k) == 0 || k == i+1 && x.gap(k) == 1); k++ {
		last = k
	}
	for k := i - 1; last == i && k >= 0 && k >= i-4 && x.gap(k+1) == 0 && x.inName(k); k-- {
		first = k
	}
	if first == last {
		return true // "the company", and no more
	}
	if name := foldCompany(string(x.text.b[x.toks[first].start:x.toks[last].end])); len(name) <= 120 {
		x.take(fraud.Company, "name:"+name, first, last, true)
	}
	return true
}

// inName says whether token k may be part of a Japanese firm's name.
func (x *scan) inName(k int) bool {
	t := &x.toks[k]
	if t.used || t.class == classMark || x.lineBreak(k) {
		return false
	}
	r, _ := utf8.DecodeRune(x.bytes(k))
	return r < 0x3041 || r > 0x309F // no hiragana
}

// isYear says whether four digits are a year of these two centuries.
func isYear(digits []byte) bool {
	return digits[0] == '1' && digits[1] == '9' || digits[0] == '2' && digits[1] == '0'
}

// numbered are the places whose companies may have a number for a name
// (Canada Business Corporations Act s. 11(2) and its provinces' like).
var numbered = setOf("ontario canada québec quebec alberta bc manitoba saskatchewan")

// dottedForms are legal forms that are written with full stops.
var dottedForms = setOf("SL SLU SA SAS SRL SPA BV NV KK SARL SC LLC")

// dottedFirm takes a company whose form has full stops, the first of which is
// token i: "Inversiones Delmar S.L.", "Rivas S.A. de C.V."
func (x *scan) dottedFirm(i int) bool {
	form, last := strings.ToUpper(string(x.bytes(i-1))), i-1
	for k := i; k+1 < len(x.toks) && x.markAt(k) == '.' && x.toks[k+1].len() == 1 && x.toks[k+1].class == classWord && x.gap(k) == 0 && x.gap(k+1) == 0 && len(form) < 4; k += 2 {
		form, last = form+strings.ToUpper(string(x.bytes(k+1))), k+1
	}
	if !dottedForms[form] || !isUpper(x.bytes(i - 1)[0]) {
		return false
	}
	if form == "SA" && last+5 < len(x.toks) && equalFold("de", x.bytes(last+2)) && equalFold("c", x.bytes(last+3)) && equalFold("v", x.bytes(last+5)) {
		last += 5
	}
	n := len(x.found)
	x.firmTo(i-1, last)
	return len(x.found) > n
}

// noFirmsWord says whether the word at token k stands before a firm's name and
// is none of it: "Firma", "Inhaber", "Copyright", "© 2019-2025", a number.
func (x *scan) noFirmsWord(k int) bool {
	t := &x.toks[k]
	switch t.class {
	case classMark:
		return x.markAt(k) == '-'
	case classNumber:
		return t.len() == 4 && isYear(x.bytes(k)) || x.markAt(k-1) == '-' || x.markAt(k+1) == '-'
	}
	return announcesFirm(x.bytes(k)) || equalFold("your", x.bytes(k)) || x.hint(k).has(hintHolder) && !x.is(k).has(cueFirm) && x.lang() != langEN || equalFold("copyright", x.bytes(k)) || equalFold("beneficiary", x.bytes(k)) || equalFold("payee", x.bytes(k)) || equalFold("recipient", x.bytes(k)) || labelsFirm(x.bytes(k))
}

// labelsFirm is a word in a capital that stands before a firm's name and is none
// of it: a field's label, or the paper on which it stands.
func labelsFirm(w []byte) bool {
	switch string(small(w, new(smallRoom))) {
	case "name", "payable", "rechnung", "facture", "factura", "fattura", "fatura", "invoice", "receipt", "titulaire", "titular", "kontoinhaber", "empfänger", "bénéficiaire", "beneficiario", "intestatario":
		return true
	}
	return false
}

// firmTo is firm for a legal form that stands at tokens i to end.
func (x *scan) firmTo(i, end int) {
	if c := x.bytes(i)[0]; isLower(c) {
		return
	}
	first, words := i, 0
	for k := i - 1; k >= 0 && k > i-24 && words < 6; k-- {
		t := &x.toks[k]
		if t.used || x.gap(k+1) > 2 || x.lineBreak(k+1) {
			break
		}
		if t.class == classMark {
			if m := x.markAt(k); m == '&' || m == ',' && k+1 >= i-1 || m == '.' && (x.is(k-1).has(cueFirm) || equalFold("co", x.bytes(max(k-1, 0)))) || m == '-' && x.gap(k) == 0 && x.gap(k+1) == 0 {
				continue
			}
			break
		}
		if c := x.bytes(k); len(c) == 2 && c[0] >= 0xC0 && !startsUpper(c) {
			break // "é", "à": a word of the sentence
		}
		if c := x.bytes(k)[0]; !isUpper(c) && c < 0x80 && !isDigit(c) || x.toks[k].class == classNumber && x.toks[k].len() > 4 {
			break
		}
		if c := x.is(k); c.has(cueUs|cueI|cueFrom|cueScript|cueCall|cueMy) && !c.has(cueFirm) {
			break
		}
		first = k
		if !x.is(k).has(cueFirm) && !strings.EqualFold(string(x.bytes(k)), "private") {
			words++
		}
	}
	if w := x.bytes(i); i > 0 && len(w) == 2 && usStates[string(w)] && (x.toks[i-1].class == classNumber || x.toks[min(i+1, len(x.toks)-1)].class == classNumber || x.markAt(i-1) == ',' || x.toks[first].class == classNumber) {
		return // "14, Reno NV 89502"
	}
	for first < i-1 && x.noFirmsWord(first) {
		first++
		words--
	}
	if words == 0 || first == i {
		return
	}
	last := max(i, end)
	if w := x.bytes(first); first > 0 && startsUpper(w) && x.toks[first-1].class == classNumber && x.toks[first-1].len() >= 6 && x.toks[first-1].len() <= 9 && x.gap(first) == 1 && numbered[string(small(w, new(smallRoom)))] {
		first-- // 1234567 Ontario Inc.
	}
	for last+1 < len(x.toks) && last < i+6 && (x.is(last+1).has(cueFirm) && x.gap(last+1) <= 1 || x.markAt(last+1) == '.' && x.is(last+2).has(cueFirm) && x.gap(last+2) <= 1) {
		last++
	}
	if x.markAt(last+1) == '&' && equalFold("co", x.bytes(min(last+2, len(x.toks)-1))) { // GmbH & Co. KG
		if kg := last + 3; equalFold("kg", x.bytes(min(kg, len(x.toks)-1))) {
			last = kg
		} else if x.markAt(kg) == '.' && equalFold("kg", x.bytes(min(kg+1, len(x.toks)-1))) {
			last = kg + 1
		}
	}
	if x.markAt(last+1) == '(' && last+3 < len(x.toks) && x.markAt(last+3) == ')' && equalFold("haftungsbeschränkt", x.bytes(last+2)) {
		last += 3
	}
	if w := x.bytes(first); equalFold("co", w) {
		return // the end of a name that was not read
	}
	name := foldCompany(string(x.text.b[x.toks[first].start:x.toks[last].end]))
	if len(name) < 6 || len(name) > 120 {
		return
	}
	x.take(fraud.Company, "name:"+name, first, last, true)
}
