package extract

import (
	"bytes"
	"cmp"
	_ "embed" // the weights
	"math/bits"
	"slices"
	"sync"

	"ringbreaker.example/fraud"
)

// signedText is what was learned from labelled mails and pages of the names in
// them: an agent's, or a clerk's, a victim's, the owner's of a hijacked mailbox.
// go test ./extract -run Learned -update writes it.
//
//go:embed data/signed.tsv
var signedText string

// learnedSigned is what data/signed.tsv says. It is read when a name in a mail or
// on a page first asks.
var learnedSigned = sync.OnceValue(func() *learning { return readLearned(signedText, nameAnswers, true) })

// The codes of clueText that names have in the place of textSame and textRule.
const (
	textBehind = textSame // the role of the value behind the name
	textHow    = textRule // how it was announced
)

// nearName is how many bytes of the text may stand between a name and a value that
// goes with it.
const nearName = 160

// By how much an agent must be likelier than another that a name in a mail or on a
// page is taken which no rule takes, and the other way about that one is given back.
const (
	signedTake   = learnedUnit / 2
	signedRefuse = learnedUnit / 2
)

// judgeSigned asks what was learned of the names in a mail, on a page or in a
// forwarder's words: those that the rules took and those that they did not.
func (x *scan) judgeSigned() {
	by := learnedSigned()
	if len(x.found) == 0 || len(by.rows) == 1 && x.opt.askedName == nil {
		return
	}
	x.gatherMentions()
	if len(x.mentions) == 0 {
		return
	}
	order := x.order[:0]
	for i := range x.found {
		if slices.Contains(givenRoles[:], x.found[i].Role) {
			order = append(order, int32(i))
		}
	}
	x.order = order
	slices.SortFunc(order, func(a, b int32) int { return inText(x.found[a], x.found[b]) })
	for i := range x.mentions {
		m := &x.mentions[i]
		if x.opt.askedName != nil {
			x.opt.askedName(x, m)
			continue
		}
		x.weighSigned(by, m)
		m.lead, m.why = x.weighed.lead(nameAgents, nameOthers)
	}
	if x.opt.askedName == nil && x.judgeAllSigned() {
		x.forget()
	}
}

// judgeAllSigned judges the names that were weighed, all mentions of one at once, and
// says whether one was given back.
func (x *scan) judgeAllSigned() (dropped bool) {
	for i := range x.mentions {
		a := &x.mentions[i]
		if a.person != 0 {
			continue
		}
		most, ruled := i, false
		for k := i; k < len(x.mentions); k++ {
			if m := &x.mentions[k]; m.person == 0 && x.samePerson(a, m) {
				m.person = int32(i) + 1
				ruled = ruled || m.found > 0
				if m.lead > x.mentions[most].lead {
					most = k
				}
			}
		}
		switch best := &x.mentions[most]; {
		case ruled && best.lead < -signedRefuse:
			for k := i; k < len(x.mentions); k++ {
				if m := &x.mentions[k]; m.person == int32(i)+1 && m.found > 0 {
					x.found[m.found-1].Kind = ""
					dropped = true
				}
			}
		case !ruled && best.lead > signedTake:
			x.how = byLearned
			n := len(x.found)
			if x.takeAlias(int(best.first), int(best.last)); len(x.found) > n {
				x.found[n].Role, x.found[n].Why = fraud.RoleAlias, cmp.Or(best.why, whyWritten)
			}
		}
	}
	return dropped
}

// weighSigned reads what stands beside a name of such a text, and not which one it is.
func (x *scan) weighSigned(by *learning, m *mention) {
	first, last := int(m.first), int(m.last)
	x.weighed.countOnce(by)
	defer func() { x.weighed.once = false }()
	x.weighAround(by, first, last)
	x.weighFar(first, last)
	x.weighMention(m)
	start, end := int(x.toks[first].start), int(x.toks[last].end)
	from, till := x.text.span(start, end)
	x.weighPlace(first, last, start, end, from)
	if m.found > 0 {
		x.wordless(clueText, textHow+int(x.marks[m.found-1].how))
	} else {
		x.wordless(clueText, textHow+int(byLearned))
	}
	before, behind := -1, -1
	for _, n := range x.order {
		f := &x.found[n]
		if f.End <= from {
			before = int(n)
		} else if f.Start >= till {
			behind = int(n)
			break
		}
	}
	if before >= 0 {
		far := textBefore
		if from-x.found[before].End > nearName || bytes.Contains(x.text.b[min(x.marks[before].end, start):start], []byte("\n\n")) {
			far = textFarBefore
		}
		x.wordless(clueText, far+slices.Index(givenRoles[:], x.found[before].Role))
	}
	if behind >= 0 && x.found[behind].Start-till <= nearName {
		x.wordless(clueText, textBehind+slices.Index(givenRoles[:], x.found[behind].Role))
	}
}

// weighMention weighs the facts of a name, and together those that say something
// else beside one another.
func (x *scan) weighMention(m *mention) {
	facts := x.nameFacts(int(m.first), int(m.last))
	fact := func(is bool, n int) {
		if is {
			facts |= 1 << n
		}
	}
	for i := range x.mentions {
		o := &x.mentions[i]
		switch {
		case o == m:
		case x.samePerson(o, m):
			fact(true, nameSame)
			fact(o.sure, nameSameSure)
			fact(o.first != o.last, nameFull)
		default:
			fact(o.sure, nameOthersSure)
		}
	}
	x.wordless(clueCount, facts&(1<<nameAlone-1))
	for ; facts != 0; facts &= facts - 1 {
		x.wordless(clueFact, bits.TrailingZeros(uint(facts)))
	}
}
