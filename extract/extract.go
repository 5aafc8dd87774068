// Package extract takes out of text what links frauds to one another: phone
// numbers, sites, remote-access ids, accounts, wallets, companies and the
// scripts that are read to victims, each in its canonical form, in its place
// in the text, with the part it played and the reason why we say so.
//
//	text ─▶ tokenise (the one pass over all bytes; it folds to one form what needs it)
//	     ─▶ recognisers, at the tokens that ask for one ─▶ role (field, then nearby words) ─▶ Finding
//
// [Report] does so for every field of a report, [Text] for free text, [HTML]
// for pages and [Mail] for messages; [Canonical] brings one value into
// canonical form; [Sketch] makes what near-duplicate texts find each other by.
//
// What must stay true: the package is pure (no clock, no network, no file, no
// state that changes); offsets are bytes of the text that was given; nothing
// backtracks, so the cost is a straight line in the text's length; nothing
// panics, whatever the bytes; a value in the role victim_owned, bystander or
// genuine_brand never links, so in doubt about a person a value gets one of
// those.
package extract

import (
	"slices"
	"sync"

	"ringbreaker.example/fraud"
)

// Options say what is known about a text beside its words.
type Options struct {
	// Country is where the text's numbers are at home (ISO 3166-1 alpha-2):
	// the reporter's. Empty means unknown; the text's language then decides.
	Country string
	// Safe holds genuine values of brands, banks and authorities beside the
	// ones that are built in. They get the role genuine_brand.
	Safe SafeList
	// FromFraudster says that the text is the fraudster's own (a mail, a
	// page, a recorded message), so that "call us" is an order to the victim.
	// Otherwise it is a victim's or a witness's account.
	FromFraudster bool

	asked     func(x *scan, i, before int) // instead of what was learned, by who teaches
	askedName func(x *scan, m *mention)    // the same of names
}

// Finding is an indicator found in a text. Offsets are bytes of the text that
// was given, or of the decoded text of a [Doc] or [MailDoc].
type Finding struct {
	fraud.Indicator
	Role  fraud.Role `json:"role"`
	Raw   string     `json:"raw"` // as it stands in the text
	Start int        `json:"start"`
	End   int        `json:"end"`
	Valid bool       `json:"valid"` // passed its check digits or numbering plan
	Why   string     `json:"why"`   // the reason for the role, for a person
}

// scan is one run over one text. It is used again for the next one, so that a
// text without findings costs no memory.
type scan struct {
	cuts      cutter
	text      folded
	toks      []token
	triggers  []trigger // what has structure
	asking    []int32   // words that the dictionary wants looked at
	numbers   []int32   // runs with digits
	opt       Options
	home      textHome // see atHome
	settled   bool
	order     []int32  // of listed, kept for the next text
	langOf    language // see lang
	langSet   bool
	found     []Finding
	marks     []mark // of found: where each stands in the folded text
	digits    []byte
	joined    []byte     // see runOfDigits
	whole     []byte     // of an amount
	words     []uint64   // of a sketch
	hashes    []uint64   // of a sketch
	sorted    []uint64   // of a sketch
	line      []byte     // of a sketch's shingles
	one       folded     // the value of a field
	lines     bool       // the text has more than one line
	money     bool       // it may speak of money; see mayPrice
	past      int        // folded bytes before this one hold no more host names
	hosts     *hostCache // what is known of host names, across texts
	kept      *keptForms // of fields, across reports
	parts     []part     // of the text, by who speaks; see role.go
	own       []Span     // see given
	medium    medium     // what the text is
	lastTool  int16      // the same, whatever ids were found since
	tool      int16      // the last product for remote access that was named, counted from 1
	closing   int        // one past the first word that closes a letter, 0 if there is none
	toolNamed bool       // a product for remote access was named
	frame     asked      // see framed
	optOut    asked      // see optsOut
	owners    []int32    // see remember
	how       uint8      // how the word that is looked at announces a name
	weakName  bool       // a name was taken of which what was learned is asked
	maybe     []int32    // see perhaps
	mentions  []mention  // see judgeNames
	capped    []int32    // see capital
	firms     []capRun   // see judgeFirms
	phoneEnd  int        // see firstPhone; 0 while it has not been asked for
	weighed   weighing   // see weigh
	bag       bag        // see gatherBag
}

// given is what the reader of a form knows of its text.
type given struct {
	parts  []part // that are somebody else's
	medium medium
	own    []Span // what a victim says in a text that is else the fraudsters'
}

// medium is what a text is, as far as who gave it knows.
type medium uint8

const (
	mediumAny     medium = iota
	mediumPage           // a page or a mail, read by its own form
	mediumMessage        // a text message or a chat
	mediumLetter         // a mail that tells of a fraud, or has none in it
	mediumOwn            // what a forwarder writes above a mail
)

// mark is a span of the folded text.
type mark struct {
	start, end  int
	first, last int32 // its tokens, once known; last is one past, so 0 says they are not
	inURL       bool
	remote      bool  // a link to a program for remote access
	billed      bool  // a firm's number on a debit's line
	merchant    bool  // the number in a card's descriptor
	how         uint8 // how a name was announced
}

// Extractor does what [Text] and [Report] do for many texts one after the
// other, with the same working memory for all of them: one for each worker.
// What it returns is good until its next call, and may share memory with the
// texts it was given: clone what is to outlive them. The zero Extractor is
// ready. Not for two goroutines at once.
//
//	var x extract.Extractor
//	for each report {
//		found := x.Report(r, opt)
//		… use found.Sightings before the next turn …
//	}
type Extractor struct {
	// NoSketches leaves out the sketches of a report's texts, which only the
	// linker needs.
	NoSketches bool

	scan   scan
	report reportScan
}

var extractors = sync.Pool{New: func() any { return new(Extractor) }}

// Text finds the indicators of free text, in the order of the text.
func (e *Extractor) Text(s string, opt Options) []Finding {
	return e.scan.run(s, opt, given{})
}

// Text finds the indicators of free text, in the order of the text.
func Text(s string, opt Options) []Finding { return text(s, opt, given{}) }

// text is Text with what is known of the text's own form.
func text(s string, opt Options, g given) []Finding {
	e := extractors.Get().(*Extractor)
	defer e.putBack()
	return slices.Clone(e.scan.run(s, opt, g))
}

// mostKept bounds the working memory, in tokens, that is kept for the next
// text: one page of many megabytes shall not be paid for ever after.
const mostKept = 1 << 18

// putBack keeps the working memory for another call, and no caller's texts.
func (e *Extractor) putBack() {
	if cap(e.scan.toks) > mostKept || cap(e.report.out.Sightings) > mostKept {
		return
	}
	e.scan.text.src, e.scan.opt = "", Options{}
	clear(e.scan.found)
	e.report.forget()
	extractors.Put(e)
}

// run finds the indicators of a text. They are good until the next run.
func (x *scan) run(s string, opt Options, g given) []Finding {
	x.opt, x.found, x.marks, x.past = opt, x.found[:0], x.marks[:0], 0
	x.medium, x.own, x.frame, x.optOut, x.phoneEnd, x.tool, x.lastTool, x.toolNamed = g.medium, g.own, notAsked, notAsked, 0, 0, 0, false
	x.closing, x.settled, x.owners, x.maybe, x.weakName = 0, false, x.owners[:0], x.maybe[:0], false
	x.capped, x.bag = x.capped[:0], bag{}
	x.parts = inOrder(append(x.parts[:0], g.parts...))
	x.tokenise(s)
	if len(x.triggers) == 0 && len(x.asking) == 0 && len(x.numbers) == 0 {
		return nil
	}
	x.recognise()
	if len(x.found) == 0 {
		return nil
	}
	x.assignRoles()
	if !slices.IsSortedFunc(x.found, inText) {
		slices.SortStableFunc(x.found, inText)
	}
	return x.found
}

// inText orders findings as they stand in the text, the longer one first.
func inText(a, b Finding) int {
	if a.Start != b.Start {
		return a.Start - b.Start
	}
	return b.End - a.End
}

// recognise runs the recognisers. What has structure of its own goes first,
// so that the digits of an account are not taken for a phone number.
func (x *scan) recognise() {
	for _, t := range x.triggers {
		if x.toks[t.tok].used {
			continue
		}
		switch i := int(t.tok); t.what {
		case triggerColon:
			x.url(i)
		case triggerAt:
			x.at(i)
		case triggerDot:
			x.dot(i)
		case triggerLong:
			x.long(i)
		case triggerStar:
			x.starred(i)
		}
	}
	for _, i := range x.asking {
		if !x.toks[i].used {
			x.word(int(i))
		}
	}
	x.money = len(x.numbers) > 0 && x.mayPrice()
	for _, i := range x.numbers {
		if !x.toks[i].used {
			x.number(int(i))
		}
	}
	x.billedHosts()
	x.judgeFirms()
	x.judgeNames()
}

// take records a finding over tokens first to last and marks them used.
func (x *scan) take(kind fraud.Kind, value string, first, last int, valid bool) {
	x.takeSpan(kind, value, int(x.toks[first].start), int(x.toks[last].end), valid)
	m := &x.marks[len(x.marks)-1]
	m.first, m.last = int32(first), int32(last)+1
	for i := first; i <= last; i++ {
		x.toks[i].used = true
	}
}

// takeSpan records a finding over bytes of the folded text.
func (x *scan) takeSpan(kind fraud.Kind, value string, start, end int, valid bool) {
	from, till := x.text.span(start, end)
	x.marks = append(x.marks, mark{start: start, end: end})
	x.found = append(x.found, Finding{
		Indicator: fraud.Indicator{Kind: kind, Value: value}, Raw: x.text.src[from:till], Start: from, End: till, Valid: valid,
	})
}
