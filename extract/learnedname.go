package extract

import (
	"bytes"
	"cmp"
	_ "embed" // the weights
	"slices"
	"sync"

	"ringbreaker.example/fraud"
)

// agentsText is what was learned from labelled accounts of the names in them:
// a clue a line, with what it says for an agent's and for anybody else's. Which
// name it is, is no clue: nobody is taken for an agent for being called so.
//
//go:embed data/agents.tsv
var agentsText string

// Whose a name is, in the order of the weights' columns.
const (
	nameAgents = iota
	nameOthers
	nameAnswers
)

// learnedAgents is what data/agents.tsv says. It is read when a name first asks.
var learnedAgents = sync.OnceValue(func() *learning { return readLearned(agentsText, nameAnswers, true) })

// mention is a place of an account where a name stands.
type mention struct {
	first, last int32
	found       int32 // its place in found, counted from 1; 0 where no rule took it
	person      int32 // the first mention of the same name, counted from 1
	sure        bool  // a rule took it that is believed
	lead        int   // by how much an agent's is likelier than another's
	why         string
}

// mostMentions is how many names of a text are asked about: people are
// introduced early, and the cost stays a straight line.
const mostMentions = 32

// sureHow are the ways in which a name is announced that are believed: "his name
// was", "bol raha hoon", a closing. The others are asked about.
var sureHow = [byLearned + 1]bool{byName: true, bySpeaks: true, bySignoff: true}

// By how much an agent must be likelier than another that a name is taken which
// no rule takes, and the other way about that one is given back.
const (
	takeLead   = learnedUnit * 9 / 8
	refuseLead = learnedUnit * 3 / 2
)

// The facts of a name that are no words. Those up to nameLeads and nameVerb are
// weighed together too, for one says something else beside another.
const (
	nameListed  = iota // it begins with a given name that a list has
	nameOneWord        // it has one word
	nameBegins         // it begins a sentence
	nameTitle          // a title stands before it
	nameLeads          // a word that leads up to a name does
	nameVerb           // behind it stands what agents do
	nameAlone          // from here on each is a fact of its own
	nameUnlisted
	nameTwoWords
	nameManyWords
	nameLineBegins
	nameLineEnds
	nameEnds
	nameQuoted
	nameCapitals
	nameObject     // behind it stands what agents do to somebody
	nameVictims    // behind it stands what victims do
	nameSame       // the name stands elsewhere too
	nameSameSure   // a rule that is believed took it there
	nameFull       // it is longer there
	nameOwners     // the account gives it to one of the speaker's people
	nameOthersSure // a rule that is believed took another name
	nameAlways     // true of every name
)

// perhaps keeps the name at token i, which no rule takes, to be asked about.
func (x *scan) perhaps(i int) {
	if (!x.opt.FromFraudster || x.medium == mediumPage) && len(x.maybe) < mostMentions {
		x.maybe = append(x.maybe, int32(i))
	}
}

// judgeNames gives back the names that weak rules took and that by what was
// learned are no agents', and takes those that no rule took and that are. The
// first mention of a name says whose it is. Said again it is nobody new, but as
// the label of a chat's line or in a longer form.
func (x *scan) judgeNames() {
	by := learnedAgents()
	if x.opt.FromFraudster || len(x.maybe) == 0 && !x.weakName || len(x.found) == 0 || len(by.rows) == 1 {
		return // an account of a fraud has more in it than a name
	}
	x.gatherMentions()
	for i := range x.mentions {
		if m := &x.mentions[i]; !m.sure {
			x.weighName(by, m)
			m.lead, m.why = x.weighed.lead(nameAgents, nameOthers)
		}
	}
	dropped := false
	for i := range x.mentions {
		if x.mentions[i].person == 0 && x.judgePerson(i) {
			dropped = true
		}
	}
	if dropped {
		x.forget()
	}
}

// judgePerson judges all mentions of the name that stands first at mention i,
// and says whether one was given back.
func (x *scan) judgePerson(i int) (dropped bool) {
	sure, ruled := false, false
	for k := i; k < len(x.mentions); k++ {
		if m := &x.mentions[k]; m.person == 0 && x.samePerson(&x.mentions[i], m) {
			m.person = int32(i) + 1
			sure, ruled = sure || m.sure, ruled || m.found > 0
		}
	}
	least := takeLead
	if ruled {
		least = 0
	}
	lead := x.mentions[i].lead
	agents := sure || lead > takeLead || ruled && lead >= -refuseLead
	var told []byte // the longest form so far
	for k := i; k < len(x.mentions); k++ {
		m := &x.mentions[k]
		if m.person != int32(i)+1 {
			continue
		}
		name := x.text.b[x.toks[m.first].start:x.toks[m.last].end]
		again := told != nil && bytes.Contains(told, name)
		switch {
		case m.found > 0 && (!agents || again && !m.sure && x.marks[m.found-1].how == byTitle && x.markAt(int(m.last)+1) != ':'):
			x.found[m.found-1].Kind = ""
			dropped = true
			continue
		case m.found == 0 && (!agents || again || m.lead < least):
			continue
		case m.found == 0:
			x.how = byLearned
			n := len(x.found)
			if x.takeAlias(int(m.first), int(m.last)); len(x.found) > n {
				x.found[n].Why = cmp.Or(m.why, whyWritten)
			}
		}
		if len(name) > len(told) {
			told = name
		}
	}
	return dropped
}

// forget takes the findings out that have lost their kind.
func (x *scan) forget() {
	n := 0
	for i := range x.found {
		if x.found[i].Kind == "" {
			for k := x.marks[i].first; k < x.marks[i].last; k++ {
				x.toks[k].used = false
			}
			continue
		}
		x.found[n], x.marks[n] = x.found[i], x.marks[i]
		n++
	}
	x.found, x.marks = x.found[:n], x.marks[:n]
}

// gatherMentions gathers the names of an account that somebody took or may
// take, in the order of the text.
func (x *scan) gatherMentions() {
	all := x.mentions[:0]
	for i := range x.found {
		f, m := &x.found[i], &x.marks[i]
		if f.Kind == fraud.PersonAlias && len(all) < mostMentions && x.partAt(f.Start) == nil {
			all = append(all, mention{first: m.first, last: m.last - 1, found: int32(i) + 1, sure: sureHow[m.how] || x.goesBy(int(m.first))})
		}
	}
	for _, i := range x.maybe {
		if len(all) == mostMentions {
			break
		}
		if x.toks[i].used {
			continue
		}
		first, last := x.nameSpan(int(i), true)
		if last < first || x.signsOff(first, last) {
			continue
		}
		if from, _ := x.text.span(int(x.toks[first].start), int(x.toks[last].end)); x.partAt(from) == nil {
			all = append(all, mention{first: int32(first), last: int32(last)})
		}
	}
	slices.SortFunc(all, func(a, b mention) int { return int(a.first - b.first) })
	x.mentions = all[:0]
	for _, m := range all {
		if n := len(x.mentions); n == 0 || x.mentions[n-1].last < m.first {
			x.mentions = append(x.mentions, m)
		}
	}
}

// goesBy says whether "goes by" announces the name at token first, of nobody of the
// speaker's own: a rule that took it is believed.
func (x *scan) goesBy(first int) bool {
	if !equalFold("by", x.wordAt(first-1)) || !equalFold("goes", x.wordAt(first-2)) && !equalFold("went", x.wordAt(first-2)) {
		return false
	}
	for k := first - 3; k >= 0 && k >= first-7 && x.markAt(k) != '.'; k-- {
		if x.hint(k).has(hintKin) || x.is(k).has(cueMy) {
			return false
		}
	}
	return true
}

// signsOff says whether an account ends with a name and where its owner can be
// reached: "I have nothing more to say. Joanne, (575) 555-0166".
func (x *scan) signsOff(first, last int) bool {
	if x.opt.FromFraudster || first < fewestAbove || last+mostBelow < len(x.toks) || !x.beginsSentence(first-1) && !x.lineBreak(first) {
		return false
	}
	if m := x.markAt(last + 1); m != ',' && m != '(' && !x.lineBreak(last+1) {
		return false
	}
	for k := last + 1; k < len(x.toks); k++ {
		if t := &x.toks[k]; t.class == classWord && !t.used && !x.is(k).has(cuePhone|cueOwn|cueMail|cueCall) {
			return false
		}
	}
	for i := range x.found {
		if f := &x.found[i]; f.Kind == fraud.Phone && x.marks[i].start > int(x.toks[last].start) {
			return !tollFree(f.Value)
		}
	}
	return false
}

// fewestAbove is how many tokens stand above a signature at least.
const fewestAbove = 16

// samePerson says whether two mentions have their first or last word in common.
func (x *scan) samePerson(a, b *mention) bool {
	for _, i := range [2]int32{a.first, a.last} {
		for _, k := range [2]int32{b.first, b.last} {
			if bytes.Equal(x.bytes(int(i)), x.bytes(int(k))) {
				return true
			}
		}
	}
	return false
}

// weighName reads what stands beside a name, and not which one it is.
func (x *scan) weighName(by *learning, m *mention) {
	x.weighAround(by, int(m.first), int(m.last))
	x.weighMention(m)
}

// nameFacts are the facts of the name in tokens first to last by itself.
func (x *scan) nameFacts(first, last int) int {
	facts := 1 << nameAlways
	fact := func(is bool, n int) {
		if is {
			facts |= 1 << n
		}
	}
	fact(x.knownName(first), nameListed)
	fact(!x.knownName(first), nameUnlisted)
	fact(last+2 >= len(x.toks), nameEnds)
	switch words := x.wordsOf(first, last); words {
	case 1:
		fact(true, nameOneWord)
	case 2:
		fact(true, nameTwoWords)
	default:
		fact(true, nameManyWords)
	}
	title := first - 1
	if x.markAt(title) == '.' {
		title--
	}
	fact(x.is(title).has(cueAgent), nameTitle)
	fact(x.beginsSentence(first-1), nameBegins)
	fact(first > 0 && x.leadsToName(first), nameLeads)
	fact(x.lineBreak(first), nameLineBegins)
	fact(x.lineBreak(last+1), nameLineEnds)
	fact(x.quotedAt(first), nameQuoted)
	fact(allCapitals(x.bytes(first)), nameCapitals)
	fact(x.victimsVerb(first, last), nameVictims)
	fact(x.remembered(last) || x.remembered(first), nameOwners)
	if k := last + 1; k < len(x.toks) && x.gap(k) == 1 && x.toks[k].class == classWord {
		if equalFold("then", x.bytes(k)) || equalFold("also", x.bytes(k)) || equalFold("even", x.bytes(k)) {
			k++
		}
		fact(k < len(x.toks) && agentsVerb[string(x.bytes(k))], nameVerb)
		fact(k < len(x.toks) && objectVerb(x.bytes(k)), nameObject)
	}
	return facts
}
