package extract

import (
	"bytes"
	"cmp"
	_ "embed" // the weights
	"math/bits"
	"slices"
	"strings"
	"sync"

	"ringbreaker.example/fraud"
)

// givenText is what was learned from labelled mails and pages: of whom a number
// or an address in them is. go test ./extract -run Learned -update writes it.
//
//go:embed data/given.tsv
var givenText string

// learnedGiven is what data/given.tsv says. It is read when a mail or a page
// first asks.
var learnedGiven = sync.OnceValue(func() *learning { return readLearned(givenText, len(learnable), true) })

// hostsText is the same of sites and hosts.
//
//go:embed data/hosts.tsv
var hostsText string

// hostRoles are the roles that a site or a host of such a text may have, in the
// order of the weights' columns.
var hostRoles = [...]fraud.Role{fraud.RoleLure, fraud.RoleBystander, fraud.RoleGenuineBrand, fraud.RoleVictimOwned}

var learnedHosts = sync.OnceValue(func() *learning { return readLearned(hostsText, len(hostRoles), true) })

// givenRoles are all of these answers.
var givenRoles = [...]fraud.Role{
	fraud.RoleCallback, fraud.RoleShownCallerID, fraud.RoleSender, fraud.RoleVictimOwned, fraud.RoleBystander, fraud.RoleGenuineBrand, fraud.RolePayee, fraud.RoleLure,
}

// givenQuestion is what is asked of a kind, and its answers.
func givenQuestion(kind fraud.Kind) (by *learning, answers []fraud.Role) {
	switch kind {
	case fraud.Phone, fraud.Email:
		return learnedGiven(), learnable[:]
	case fraud.URL, fraud.Domain:
		return learnedHosts(), hostRoles[:]
	}
	return nil, nil
}

// The codes of clueText, behind those of the cues that the text has anywhere.
const (
	textCues      = 0
	textKinds     = 64  // classes of words alike that it has anywhere
	textRule      = 128 // what the rules say: a role of learnable, guessed or not
	textAt        = 160 // in which eighth of the text it stands
	textLines     = 176 // how many lines stand between it and the text's end
	textIs        = 192 // see below
	textSame      = 216 // how often its host stands in the text besides
	textBefore    = 224 // the role of the value before it, in the same paragraph
	textFarBefore = 232 // or another
)

const (
	isLinked     = iota // it is what a link opens
	isClosed            // it stands behind the words that close a letter
	isAlone             // in its line
	isOptOut            // the text says where one unsubscribes
	isForwarded         // it stands in a forwarder's own words
	isPage              // a page's or a mail's, not a bare text's
	isTheSenders        // an address at the host of the first one
	isEverybodys        // an address at a provider of mailboxes
	isLink              // a whole address of a page
	isLetters           // in a mail that tells of a fraud, or has none in it
	isOwn               // in what a forwarder writes above one
)

// weighGiven reads what stands beside a number or an address of a text that
// fraudsters wrote, or that carries what they wrote.
func (x *scan) weighGiven(by *learning, answers []fraud.Role, i, before int) {
	f, m := &x.found[i], x.marks[i]
	first, last := x.tokensOf(m)
	x.weighed.countOnce(by)
	defer func() { x.weighed.once = false }()
	x.weighAround(by, first, last)
	x.weighFar(first, last)
	x.weighText(f)
	if f.Kind != fraud.Phone {
		x.weighInside(f, first, last)
	}
	rule := slices.Index(answers, f.Role)
	if guessed(f.Why) {
		rule += len(answers)
	}
	x.wordless(clueText, textRule+rule)
	x.weighPlace(first, last, m.start, m.end, f.Start)
	x.textIs(x.inLink(m), isLinked)
	if before >= 0 {
		if role := slices.Index(givenRoles[:], x.found[before].Role); role >= 0 {
			_, end := x.tokensOf(x.marks[before])
			far := textBefore
			if first-end > farLines || end < first && bytes.Contains(x.text.b[x.toks[end].end:x.toks[first].start], []byte("\n\n")) {
				far = textFarBefore
			}
			x.wordless(clueText, far+role)
		}
	}
	host := hostOf(f)
	if host == "" {
		return
	}
	x.textIs(f.Kind == fraud.URL, isLink)
	x.textIs(x.host(host).sharing()&sharedMail != 0, isEverybodys)
	same, senders := 0, true
	for k := range x.found[:min(len(x.found), mostCounted)] {
		g := &x.found[k]
		other := hostOf(g)
		if other == "" || g.Start == f.Start {
			continue
		}
		x.textIs(senders && other == host && g.Start < f.Start, isTheSenders)
		senders = false
		if other == host {
			same++
		}
	}
	x.wordless(clueText, textSame+min(same, 7))
}

// weighPlace reads what the text speaks of anywhere, and where in it tokens first to
// last stand: bytes start to end of the folded text, from byte from of the text.
func (x *scan) weighPlace(first, last, start, end, from int) {
	x.gatherBag()
	for b := x.bag.cues; b != 0; b &= b - 1 {
		x.wordless(clueText, textCues+bits.TrailingZeros64(b))
	}
	for b := x.bag.kinds; b != 0; b &= b - 1 {
		x.wordless(clueText, textKinds+bits.TrailingZeros64(b))
	}
	x.wordless(clueText, textAt+first*8/len(x.toks))
	x.wordless(clueText, textLines+min(x.linesBehind(last), 15))
	x.textIs(x.closing > 0 && first >= x.closing, isClosed)
	_, alone := aloneIn(x.text.b, start, end)
	x.textIs(alone, isAlone)
	x.textIs(x.optsOut(), isOptOut)
	x.textIs(x.medium == mediumPage, isPage)
	x.textIs(x.medium == mediumLetter, isLetters)
	x.textIs(x.medium == mediumOwn, isOwn)
	for _, s := range x.own {
		x.textIs(from >= s.Start && from < s.End, isForwarded)
	}
}

// textIs weighs what is true of a text or of a place in it.
func (x *scan) textIs(yes bool, n int) {
	if yes {
		x.wordless(clueText, textIs+n)
	}
}

// hostOf is the host of an address, a site or a host itself, "" of what has none.
func hostOf(f *Finding) string {
	switch f.Kind {
	case fraud.Email:
		return f.Value[strings.LastIndexByte(f.Value, '@')+1:]
	case fraud.URL:
		return withoutWWW(urlHost(f.Value))
	case fraud.Domain:
		return withoutWWW(f.Value)
	}
	return ""
}

// givenLead is by how much another answer must lead here: a mail's or a page's
// rules know less of whose a value is than an account's do.
const givenLead = leastLead / 2

// onlyLead is so where it is the text's only number: a mail that is reported has
// one to call, more often than not.
const onlyLead = 2 * leastLead

// onlyPhone is the text's only number, "" where it has several.
func (x *scan) onlyPhone() (only string) {
	for i := range x.found {
		if f := &x.found[i]; f.Kind == fraud.Phone && only == "" {
			only = f.Value
		} else if f.Kind == fraud.Phone && f.Value != only {
			return ""
		}
	}
	return only
}

// mostAsked is how many values of a text are asked about: what has more is a list.
const mostAsked = 256

// learnedOfGiven asks what was learned of the numbers and addresses of such a
// text that no structure told.
func (x *scan) learnedOfGiven() {
	order := x.order[:0]
	for i := range x.found {
		if by, _ := givenQuestion(x.found[i].Kind); by != nil {
			order = append(order, int32(i))
		}
	}
	x.order = order
	slices.SortFunc(order, func(a, b int32) int { return inText(x.found[a], x.found[b]) })
	end, before := 0, -1 // end of the last page's address: its host goes with it
	only := x.onlyPhone()
	for _, n := range order[:min(len(order), mostAsked)] {
		i := int(n)
		f := &x.found[i]
		by, answers := givenQuestion(f.Kind)
		if f.Kind == fraud.Domain && f.Start < end {
			continue
		}
		if f.Kind == fraud.URL {
			end = f.End
		}
		if !x.settledOf(f, answers) {
			if x.opt.asked != nil {
				x.opt.asked(x, i, before)
			} else if len(by.rows) > 1 {
				lead := givenLead
				if f.Kind == fraud.Phone && f.Value == only {
					lead = onlyLead
				}
				x.weighGiven(by, answers, i, before)
				if role, why := x.weighed.best(slices.Index(answers, f.Role), lead); role >= 0 {
					f.Role, f.Why = answers[role], cmp.Or(why, whyWritten)
				}
			}
		}
		before = i
	}
	if x.medium == mediumPage || x.medium == mediumLetter || x.opt.askedName != nil { // a message holds but its sender's name; it teaches
		x.judgeSigned()
	}
}

// settledOf says whether a finding's part is told by what it is or where it
// stands, which no word near it changes. Nor does any make a fraudsters' of what
// the rules know to be somebody else's.
func (x *scan) settledOf(f *Finding, answers []fraud.Role) bool {
	switch f.Role {
	case fraud.RoleBystander:
		return true
	case fraud.RoleVictimOwned:
		if x.opt.FromFraudster && f.Why != whyForwards {
			return true
		}
	case fraud.RoleSender, fraud.RoleShownCallerID:
		if x.opt.FromFraudster && f.Kind == fraud.Phone {
			return true // where a phone shows it
		}
	}
	return slices.Index(answers, f.Role) < 0 || x.ownerOf(f.Indicator) != "" || x.partAt(f.Start) != nil
}

// weighInside reads the words of an address, a site or a host, but for its last
// label: all that is made up ends alike.
func (x *scan) weighInside(f *Finding, first, last int) {
	at := strings.LastIndexByte(hostOf(f), '.')
	top := hostOf(f)[at+1:]
	for k := first; k <= last; k++ {
		if x.toks[k].class == classWord && !equalFold(top, x.bytes(k)) {
			x.wordWhere(clueInside, x.clueInside(k))
		}
	}
}

// farWords is how many words before and behind a value are read besides those
// of its sentence and line, among so many tokens: a page may be all digits.
const (
	farWords  = 24
	farTokens = 8 * farWords
)

// weighFar reads the words around tokens first to last wherever their lines and
// sentences end: the heading, the line of a signature above or below.
func (x *scan) weighFar(first, last int) {
	for k, words := first-1, 0; k >= max(0, first-farTokens) && words < farWords; k-- {
		if t := &x.toks[k]; t.class == classWord && !t.used {
			words++
			x.wordWhere(clueAbove, x.clueWord(k))
		}
	}
	for k, words := last+1, 0; k < min(len(x.toks), last+farTokens) && words < farWords; k++ {
		if t := &x.toks[k]; t.class == classWord && !t.used {
			words++
			x.wordWhere(clueBelow, x.clueWord(k))
		}
	}
}

// clueInside is a word of a value.
func (x *scan) clueInside(k int) clueWord {
	t := &x.toks[k]
	return clueWord{tok: int32(k), n: x.weighed.by.number(wordKey(x.text.b[:len(x.text.b)+padding], int(t.start), int(t.end)))}
}

// wordWhere weighs a word at a place, and its class.
func (x *scan) wordWhere(at where, w clueWord) {
	one := func(w clueWord) {
		if x.weighed.teach {
			x.weighed.clues = append(x.weighed.clues, clue{at: at, tok: w.tok})
		} else if w.n != 0 {
			x.weighed.add(x.weighed.by.words[w.n][at])
		}
	}
	one(w)
	if kind := x.kind(w); kind.n != 0 {
		one(kind)
	}
}

// bag is what a text speaks of anywhere.
type bag struct {
	gathered bool
	cues     uint64 // of nearCues
	kinds    uint64 // classes of words alike
}

// mostBagged is how many words of a text are looked at for its bag.
const mostBagged = 4096

func (x *scan) gatherBag() {
	if x.bag.gathered {
		return
	}
	x.bag = bag{gathered: true}
	for k := range x.toks[:min(len(x.toks), mostBagged)] {
		if t := &x.toks[k]; t.class == classWord && !t.used {
			x.bag.cues |= uint64(x.is(k)) & nearCues
			if kind := x.kind(x.clueWord(k)); kind.n != 0 {
				x.bag.kinds |= 1 << (kind.n - stands)
			}
		}
	}
}

// farLines is how many tokens behind a value lines are counted.
const farLines = 96

// linesBehind is how many lines stand behind token last, to 15.
func (x *scan) linesBehind(last int) (lines int) {
	for k := last + 1; k < min(len(x.toks), last+farLines) && lines < 15; k++ {
		if x.lineBreak(k) {
			lines++
		}
	}
	return lines
}
