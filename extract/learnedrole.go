package extract

import (
	_ "embed" // the weights
	"math/bits"
	"slices"
	"sync"

	"ringbreaker.example/fraud"
)

// rolesText is what was learned from labelled accounts: a clue a line, with
// what it says for and against each role. go test ./extract -run Learned -update
// writes it.
//
//go:embed data/roles.tsv
var rolesText string

// learnable are the roles that a number of an account may have, in the order
// of the weights' columns. The first is what the rules say where no word tells.
var learnable = [...]fraud.Role{
	fraud.RoleCallback, fraud.RoleShownCallerID, fraud.RoleSender, fraud.RoleVictimOwned, fraud.RoleBystander, fraud.RoleGenuineBrand, fraud.RolePayee,
}

// learned is what data/roles.tsv says. It is read when a number first asks.
var learned = sync.OnceValue(func() *learning { return readLearned(rolesText, len(learnable), true) })

// The facts of a number that are no words.
const (
	factFree     = iota // free to call
	factFreeOne         // free to call, and no other number in the text
	factFreeElse        // another number is free to call
	factNearby          // another number begins as it does
	factAgain           // it stands in the text more than once
	factLast            // the last of several
	factCallback        // the rules know another number to call
	factShown           // another that was shown
	factSender          // another that wrote
	factVictim          // another that is the victim's
	factAlways          // true of every number
	factMail            // an address
)

// weigh reads what stands beside a number.
func (x *scan) weigh(f *Finding, m mark) {
	first, last := x.tokensOf(m)
	x.weighAround(learned(), first, last)
	x.weighText(f)
}

// mostCounted is how many findings of a text are looked at for the numbers
// among them.
const mostCounted = 64

// weighText weighs what the text's other numbers tell.
func (x *scan) weighText(f *Finding) {
	different, before, last := 1, 0, true
	facts := 1 << factAlways
	fact := func(is bool, n int) {
		if is {
			facts |= 1 << n
		}
	}
	fact(f.Kind == fraud.Email, factMail)
	isFree := f.Kind == fraud.Phone && tollFree(f.Value)
	fact(isFree, factFree)
	found := x.found[:min(len(x.found), mostCounted)]
	for i := range found {
		g := &found[i]
		if g.Kind != f.Kind || g == f {
			continue
		}
		if g.Start < f.Start {
			before++
		} else {
			last = false
		}
		if g.Value == f.Value {
			fact(true, factAgain)
			continue
		}
		if !unsure(g.Why) {
			fact(g.Role == fraud.RoleCallback, factCallback)
			fact(g.Role == fraud.RoleShownCallerID, factShown)
			fact(g.Role == fraud.RoleSender, factSender)
			fact(g.Role == fraud.RoleVictimOwned, factVictim)
		}
		if !isFree && f.Kind == fraud.Phone {
			fact(len(g.Value) > 5 && len(f.Value) > 5 && g.Value[:5] == f.Value[:5], factNearby)
			fact(tollFree(g.Value), factFreeElse)
		}
		fresh := true
		for k := range i {
			fresh = fresh && found[k].Value != g.Value
		}
		if fresh {
			different++
		}
	}
	fact(isFree && different == 1, factFreeOne)
	fact(last && different > 1, factLast)
	different, before = min(different, 4), min(before, 3)
	x.wordless(clueCount, different)
	x.wordless(clueCount, 10+before)
	x.wordless(clueCount, 20+before*10+different)
	for ; facts != 0; facts &= facts - 1 {
		x.wordless(clueFact, bits.TrailingZeros(uint(facts)))
	}
}

// leastLead is by how much another role must lead to be said in place of the
// rules' guess.
const leastLead = learnedUnit

// learnedRoles asks what was learned of the numbers in accounts of which the
// rules only guess that they are to be called, unless a sentence bids its reader
// to call them.
func (x *scan) learnedRoles() {
	if x.opt.FromFraudster || x.medium == mediumLetter {
		defer x.learnedOfGiven()
	} else if x.medium == mediumOwn {
		defer x.judgeSigned()
	}
	if x.opt.FromFraudster {
		return
	}
	for i := range x.found {
		f := &x.found[i]
		if f.Kind == fraud.Phone && guessedByRules(f.Why) || f.Kind == fraud.Email && (f.Why == whyInTouch || f.Why == whyWrittenTo) {
			if first, _ := x.tokensOf(x.marks[i]); f.Kind == fraud.Phone && x.bidden(first) {
				continue
			}
			x.weigh(f, x.marks[i])
			if role, why := x.weighed.best(slices.Index(learnable[:], f.Role), leastLead); role >= 0 && why != "" {
				f.Role, f.Why = learnable[role], why
			}
		}
	}
}

// bidding is how far before a number its reader is bidden to call it, in words.
const bidding = 8

// bidden says whether a sentence bids its reader to call the number before
// token first, as pop-ups and letters do: "Dial …", "it said contact support
// on …". Who bids for themselves or their own ("call me on …") does not.
func (x *scan) bidden(first int) bool {
	for k, words := first-1, 0; k >= 0 && words < bidding; k-- {
		if words > 0 && x.lineBreak(k+1) {
			return false
		}
		if t := &x.toks[k]; t.class == classMark && !t.used {
			if words > 0 && x.endsSentence(k) {
				return false
			}
			continue
		}
		words++
		w := x.bytes(k)
		switch {
		case x.is(k).has(cueMy), x.hint(k).has(hintSelf | hintKin), equalFold("us", w):
			return false
		case bids(w):
			return k == 0 || x.lineBreak(k) || x.toks[k-1].class == classMark || tellsOn(x.bytes(k-1))
		}
	}
	return false
}

// bids has the forms of cueCall in which a page or a letter gives an order; the
// others are said of what somebody did as often.
func bids(w []byte) bool {
	switch string(w) {
	case "call", "Call", "CALL", "dial", "Dial", "DIAL", "ring", "Ring", "phone", "Phone", "contact", "Contact", "CONTACT", "speak", "Speak",
		"rufen", "Rufen", "kontaktieren", "Kontaktieren", "appelez", "Appelez", "contactez", "Contactez", "llame", "Llame", "contacte", "Contacte", "ligue", "Ligue":
		return true
	}
	return false
}

// tellsOn says whether after a word stands what something bade.
func tellsOn(w []byte) bool {
	switch string(w) {
	case "said", "says", "read", "reads", "and", "or", "then":
		return true
	}
	return false
}
