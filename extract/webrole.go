package extract

import (
	"strings"

	"ringbreaker.example/fraud"
)

// webRole decides what a page or a host is.
func (x *scan) webRole(c cuesAround, f *Finding, m mark) (fraud.Role, string) {
	first, last := x.tokensOf(m)
	for last+1 < len(x.toks) && x.gap(last+1) == 0 && x.toks[last+1].used { // the rest of its URL
		last++
	}
	switch {
	case c.mine && !x.opt.FromFraudster && c.site:
		return fraud.RoleVictimOwned, whyOwn
	case x.lineBegins(first, "received"):
		for k := first - 1; k >= 0 && k >= first-2; k-- {
			if equalFold("by", x.bytes(k)) {
				return fraud.RoleBystander, "the mailbox's own server"
			}
		}
		return fraud.RoleSender, "the server that handed the mail over"
	case x.arrowBehind(last), c.moved && !c.toward && (c.from || x.hint(first-1).has(hintRedirects) || x.near(first, 3, 0, cueRedirect)):
		return fraud.RoleRedirect, "led on to another page"
	case fetched(f.Value), x.codeBehind(last), remoteName(f.Value):
		return fraud.RoleRemote, "where a session begins, or its program is fetched"
	case !x.opt.FromFraudster && x.toolNamed && x.openedFor(first, last):
		return fraud.RoleRemote, "opened for a session of remote access"
	case !x.opt.FromFraudster && x.letsIn(first, last):
		return fraud.RoleRemote, "opened so that somebody else could work on the machine"
	case x.paidAt(first), !x.opt.FromFraudster && x.billedHost(first, last):
		return fraud.RolePayee, "the page where money was to be paid"
	case x.opt.FromFraudster:
		return fraud.RoleLure, "the text leads there"
	}
	return fraud.RoleLure, "a page that the speaker was led to"
}

// lineBegins says whether the line of token i begins with a header's name.
func (x *scan) lineBegins(i int, header string) bool {
	start := int(x.toks[i].start)
	at, _ := lineOf(x.text.b, start, start)
	if start-at >= mostLine {
		return false
	}
	end := at + len(header)
	return end < len(x.text.b) && x.text.b[end] == ':' && equalFold(header, x.text.b[at:end])
}

// arrowBehind says whether an arrow stands behind token last and leads on to
// another page.
func (x *scan) arrowBehind(last int) bool {
	k := last + 1
	if x.markAt(k) != signBreak && !(x.markAt(k) == '-' && x.markAt(k+1) == '>') && !(x.markAt(k) == '=' && x.markAt(k+1) == '>') {
		return false
	}
	for k++; k < len(x.toks) && k <= last+3; k++ {
		if x.toks[k].class != classMark {
			return schemeOf(x.bytes(k)) != ""
		}
	}
	return false
}

// fetched says whether a URL is that of a program for a desktop.
func fetched(url string) bool {
	path, _, _ := strings.Cut(url, "?")
	for _, end := range []string{".exe", ".msi", ".bat"} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// codeBehind says whether the sentence goes on with a session's code to type
// in: "go to HOST and enter code 338104".
func (x *scan) codeBehind(last int) bool {
	named := false
	for k := last + 1; k < len(x.toks) && k <= last+9; k++ {
		if m := x.markAt(k); (m == '.' || m == '!' || m == '?') && x.gap(k+1) > 0 {
			return false
		}
		named = named || x.is(k).has(cueSession) && !x.is(k+1).has(cueNumber)
		if !named || x.toks[k].class != classNumber || x.toks[k].len() < 3 {
			continue
		}
		digits, _ := x.runOfDigits(k, 9)
		return len(digits) == 6 || len(digits) == 9
	}
	return false
}

// remoteName says whether a host's name says that sessions begin there.
func remoteName(value string) bool {
	host := value
	if strings.Contains(host, "://") {
		host = urlHost(host)
	}
	for _, word := range []string{"remote", "anydesk", "teamviewer", "screenconnect", "ultraviewer", "fernwartung", "rescue-", "connectwise"} {
		if strings.Contains(host, word) {
			return true
		}
	}
	return strings.HasSuffix(host, ":8040") || strings.HasSuffix(host, ":8041")
}

// paidAt says whether "pay at", "customers pay at" stands right before.
func (x *scan) paidAt(first int) bool {
	if first > 1 && paidBy(x.bytes(first-2)) && (equalFold("thru", x.bytes(first-1)) || equalFold("through", x.bytes(first-1)) || equalFold("via", x.bytes(first-1))) {
		return true
	}
	return first > 1 && equalFold("at", x.bytes(first-1)) && equalFold("pay", x.bytes(first-2)) && !equalFold("to", x.bytes(max(0, first-3)))
}

// letsIn says whether an account says of a site that it was opened to let
// somebody into the machine: "wanted me to go on … so that he could get on the
// laptop", "entró en el ordenador por", "pour qu'il prenne la main".
func (x *scan) letsIn(first, last int) bool {
	ends := 0
	for k := last + 1; k < len(x.toks) && k <= last+14; k++ {
		if m := x.markAt(k); (m == '.' || m == '!' || m == '?') && x.gap(k+1) > 0 {
			if ends++; ends > 1 {
				break
			}
		}
		if x.toks[k].used && x.toks[k].class != classWord {
			break
		}
		switch w := x.bytes(k); string(w) {
		case "screen", "Screen", "pantalla", "écran", "Bildschirm", "tela", "schermo":
			if x.is(k-1).has(cueMy) || his(x.wordAt(k-1)) {
				return equalFold("see", x.wordAt(k-2)) || equalFold("share", x.wordAt(k-2)) || equalFold("view", x.wordAt(k-2)) || equalFold("mi", x.wordAt(k-1))
			}
		case "in":
			return ends == 0 && thirdObject(x.wordAt(k-1)) && (equalFold("allow", x.wordAt(k-2)) || equalFold("let", x.wordAt(k-2)))
		case "Connect", "connect":
			return equalFold("press", x.wordAt(k-1)) || equalFold("click", x.wordAt(k-1)) || equalFold("could", x.wordAt(k-1)) || equalFold("to", x.wordAt(k-1))
		case "remotely", "main", "Zugriff", "remota", "remoto":
			return string(w) != "main" || equalFold("la", x.wordAt(k-1))
		case "laptop", "computer", "machine", "PC":
			if on := x.wordAt(k - 2); equalFold("on", on) || equalFold("into", on) || equalFold("onto", on) {
				return equalFold("get", x.wordAt(k-3)) || equalFold("into", on) || equalFold("onto", on)
			}
		}
	}
	for k := first - 1; k >= 0 && k >= first-9; k-- {
		if m := x.markAt(k); m == '.' && x.gap(k+1) > 0 {
			return false
		}
		switch string(x.bytes(k)) {
		case "entró", "entraron", "entrou", "entrato", "verband":
			return true
		}
	}
	return false
}

// billedHost says whether a host stands as a merchant does on a statement: in
// capitals, with what was paid or the merchant's number behind it, or said to be
// how a charge is listed.
func (x *scan) billedHost(first, last int) bool {
	if !allCapitals(x.text.b[x.toks[first].start:x.toks[last].end]) {
		return false
	}
	if x.listedAs(first) {
		return true
	}
	if x.lineBreak(last + 1) {
		return false
	}
	m := x.markAt(last + 1)
	return m == '$' || m == '-' || m >= signEuro && m <= signRupee || last+1 < len(x.toks) && x.toks[last+1].used && isDigit(x.bytes(last + 1)[0])
}

// listedAs says whether the words before token first lead from a word for a
// statement to what it said: "it appears on the June bill as".
func (x *scan) listedAs(first int) bool {
	if first == 0 || !x.hint(first-1).has(hintLead) && !lineLead(x.bytes(first-1)) {
		return false
	}
	for k := first - 2; k >= 0 && k > first-10 && !(x.markAt(k) == '.' && x.gap(k+1) > 0); k-- {
		if x.is(k).has(cueCardLine) && onStatement(x.bytes(k)) {
			return true
		}
	}
	return false
}

// billedHosts takes the sites that stand on a statement as descriptors too: many
// merchants are called there as their site is.
func (x *scan) billedHosts() {
	if x.opt.FromFraudster {
		return
	}
	for i := range x.found {
		if x.found[i].Kind != fraud.Domain {
			continue
		}
		m := x.marks[i]
		if first, last := x.tokensOf(m); x.billedHost(first, last) {
			x.takeSpan(fraud.CardDescriptor, canonicalDescriptor(string(x.text.b[x.toks[first].start:x.toks[last].end])), m.start, m.end, true)
		}
	}
}

// paidBy says whether a word before "through" or "via" is about paying; what is
// "sent via" a site is a message.
func paidBy(w []byte) bool {
	return equalFold("pay", w) || equalFold("paid", w) || equalFold("payment", w) || equalFold("payments", w)
}

// ipRole decides what an address is by the words before it: the victim's as
// shown to them, the page's, the operators', a mail server's.
func (x *scan) ipRole(m mark) (fraud.Role, string) {
	first, last := x.tokensOf(m)
	if x.lineBegins(first, "received") || x.lineBegins(first, "x-originating-ip") {
		return fraud.RoleSender, "the server that handed the mail over"
	}
	if x.markAt(last+1) == ':' && last+2 < len(x.toks) && (string(x.bytes(last+2)) == "8040" || string(x.bytes(last+2)) == "8041") {
		return fraud.RoleRemote, "the port of a relay"
	}
	for k, words := first-1, 0; k >= 0 && words < 7; k-- {
		if x.toks[k].class == classMark {
			if x.markAt(k) == '.' && x.gap(k+1) > 0 {
				break
			}
			continue
		}
		words++
		is, hint := x.is(k), x.hint(k)
		switch {
		case x.opt.FromFraudster && (equalFold("ip", x.bytes(k)) && x.markAt(k+1) == ':' || hint.has(hintYours)), is.has(cueMy), hint.has(hintKin|hintSelf) && !is.has(cueUs):
			return fraud.RoleVictimOwned, "shown as the victim's own"
		case hint.has(hintHosts):
			return fraud.RoleLure, "where the page stands"
		case hint.has(hintReach) || is.has(cueTool):
			return fraud.RoleRemote, "where the machine was reached from"
		case x.toks[k].used && words > 1:
			return fraud.RoleMention, "named in the text, its part not told"
		}
	}
	return fraud.RoleMention, "named in the text, its part not told"
}

// operators says whether the words before a session's id give it to the
// operators: "his id", "on their end", "AnyDesk-ID des Täters".
func (x *scan) operators(m mark) bool {
	first, last := x.tokensOf(m)
	for k := max(0, first-8); k < len(x.toks) && k <= last+3; k++ {
		if k > last && x.toks[k].class == classMark {
			break
		}
		if hint := x.hint(k); hint.has(hintTheirs) || hint.has(hintPerson) && !hint.has(hintKin|hintSelf) && (k < first || equalFold("des", x.bytes(k-1))) {
			return !(k < first && x.near(k, 0, first-k, cueMy))
		}
	}
	return false
}

// readOut says whether the words around a session's id, in its sentence, say
// that the speaker told it or calls it their own, and not that it was told to
// them. The nearest such word before the id decides: "they told me to read out
// the code".
func (x *scan) readOut(m mark) bool {
	first, last := x.tokensOf(m)
	taken := false
	for k := last + 1; k < len(x.toks) && k <= last+3 && x.markAt(k) != '.'; k++ {
		if taken = x.hint(k).has(hintTaken); taken {
			if !x.hint(k).has(hintReadOut) { // "wissen", "लिया": it can only be the speaker's
				return true
			}
			break
		}
	}
	for k := first - 1; k >= 0 && k >= first-farRead; k-- {
		if x.toks[k].class == classMark {
			if c := x.markAt(k); c == '.' && x.gap(k+1) > 0 && !x.abbreviation(k) {
				break
			}
			continue
		}
		switch hint := x.hint(k); {
		case hint.has(hintAskedFor):
			return true
		case hint.has(hintReadOut), readWord(x.bytes(k)):
			return !x.toSpeaker(k)
		case taken && hint.has(hintToMe) && !x.is(k-1).has(cueFrom): // "hat mir die ID … gegeben", not "von mir"
			return false
		}
	}
	return taken
}

// toSpeaker says whether the word at token k tells or gives to the speaker:
// "gave me", "nannte uns", "m'a donné".
func (x *scan) toSpeaker(k int) bool {
	return x.hint(k+1).has(hintToMe) || k > 2 && x.toks[k-2].class == classMark && x.gap(k-2) == 0 && equalFold("m", x.bytes(k-3))
}

// paidHandle says whether a handle is one that money is sent to and "my" does
// not stand right before it: "my manager's cashapp $name".
func (x *scan) paidHandle(f *Finding, m mark) bool {
	switch network, _, _ := strings.Cut(f.Value, ":"); network {
	case "cashapp", "venmo", "chime":
		first, _ := x.tokensOf(m)
		return !x.near(max(0, first-1), 1, 0, cueMy)
	}
	return false
}

// handleRole decides what a name on a network is: where money goes, what they
// wrote under, or whom to write to.
func (x *scan) handleRole(c cuesAround, f *Finding, m mark) (fraud.Role, string) {
	switch network, _, _ := strings.Cut(f.Value, ":"); network {
	case "cashapp", "venmo", "chime", "paypal":
		return fraud.RolePayee, "money was to go to this name"
	}
	first, last := x.tokensOf(m)
	if x.markAt(last+1) == ':' && (first == 0 || x.lineBreak(first)) {
		return fraud.RoleSender, "the name they wrote under"
	}
	if x.opt.FromFraudster {
		return fraud.RoleCallback, "the name to write to"
	}
	for k, words := first-1, 0; k >= 0 && words < 8; k-- {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); (m == '.' || m == ';') && x.gap(k+1) > 0 {
				break
			}
			continue
		}
		if x.toks[k].used && !x.is(k).has(cueNetwork) {
			break
		}
		words++
		if w := x.bytes(k); x.hint(k).has(hintWrite) || equalFold("group", w) || equalFold("grupo", w) || equalFold("channel", w) || equalFold("admin", w) || equalFold("service", w) && equalFold("customer", x.wordAt(k-1)) {
			return fraud.RoleCallback, "the name to write to"
		}
	}
	for k := last + 1; k < len(x.toks) && k <= last+3; k++ { // …に誘導, … pe message karo
		if x.toks[k].class == classMark || x.is(k).has(cueFrom) {
			break
		}
		if x.hint(k).has(hintWrite) || string(x.bytes(k)) == "に" {
			return fraud.RoleCallback, "the name to write to"
		}
	}
	if c.call && c.me {
		return fraud.RoleCallback, "the name to write to"
	}
	return fraud.RoleSender, whyWroteAs
}
