package extract

import (
	"strings"

	"ringbreaker.example/fraud"
)

const (
	// farOptOut is how many tokens before an address, or behind it, the word may
	// stand that makes it the one for those who want no more mails.
	farOptOut = 14
	// farFooter is how many tokens a mailer's own footer has, its address and
	// telephone among them, behind that word.
	farFooter = 48
)

// footer says why a value stands in the footer that a mailing service puts
// under the mails of its customers, "" if it does not: an address or a page to
// unsubscribe at, and behind it or in its line the service's own name and
// telephone, if the message has told another number to call before.
func (x *scan) footer(kind fraud.Kind, m mark) string {
	switch kind {
	case fraud.Email, fraud.URL, fraud.Domain, fraud.Phone, fraud.Company:
	default:
		return ""
	}
	if !x.optsOut() {
		return ""
	}
	first, last := x.tokensOf(m)
	far := farOptOut
	if kind == fraud.Phone || kind == fraud.Company {
		far = farFooter
	}
	for k := first - 1; k >= 0 && k >= first-far; k-- {
		if x.hint(k).has(hintOptOut) {
			if kind == fraud.Phone && (x.near(first, 6, 0, cueCall) || x.firstPhone() > m.start) {
				return ""
			}
			return "stands in the mailer's own footer"
		}
		if far == farOptOut && x.blankLine(k+1) {
			break
		}
	}
	if kind == fraud.Phone || kind == fraud.Company {
		if kind == fraud.Phone && (x.near(first, 6, 0, cueCall) || x.firstPhone() > m.start) {
			return ""
		}
		for k := last + 1; k < len(x.toks) && k <= last+farFooter && !x.lineBreak(k); k++ {
			if x.hint(k).has(hintOptOut) {
				return "stands in the mailer's own footer"
			}
		}
		return ""
	}
	for k := last + 1; k < len(x.toks) && k <= last+4 && !x.lineBreak(k); k++ {
		if x.hint(k).has(hintOptOut) {
			return "where one unsubscribes"
		}
	}
	return ""
}

// optsOut says whether the text has a word for unsubscribing at all.
func (x *scan) optsOut() bool {
	if x.optOut == notAsked {
		x.optOut = saysNo
		for i := range x.toks {
			if optOutWords[uint16(x.toks[i].word)&(1<<cueBits-1)] {
				x.optOut = saysYes
				break
			}
		}
	}
	return x.optOut == saysYes
}

// optOutWords are the words of the dictionary for unsubscribing.
var optOutWords = func() (t [1 << cueBits]bool) {
	for i := range dictionary.entries {
		t[i] = dictionary.entries[i].hint.has(hintOptOut)
	}
	return t
}()

// mailers says whether an address is one that every mailing service has
// (RFC 2142), or one to unsubscribe at.
func mailers(address string) bool {
	switch name, _, _ := strings.Cut(address, "@"); name {
	case "abuse", "postmaster", "mailer-daemon", "unsubscribe", "unsub", "optout", "opt-out":
		return true
	}
	return false
}

// firstPhone is where the first phone number of the text ends.
func (x *scan) firstPhone() int {
	if x.phoneEnd == 0 {
		x.phoneEnd = len(x.text.b) + 1
		for i := range x.found {
			if x.found[i].Kind == fraud.Phone {
				x.phoneEnd = min(x.phoneEnd, x.marks[i].end)
			}
		}
	}
	return x.phoneEnd
}
