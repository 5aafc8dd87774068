package extract

import (
	"encoding/binary"
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// group is one run of digits of a number that may be written in several.
type group struct {
	tok    int  // its token, or the first of several
	to     int  // the last
	start  int  // in the folded text
	end    int  // one past the last digit
	n      int  // digits
	sep    byte // what stands before it: ' ', '-', '.', '/', ')', or 0
	letter bool // letters that stand for digits (ITU-T E.161)
}

const (
	maxGroups      = 8  // of one number: +44 (0) 20 7946 0000 has five
	maxPhoneDigits = 20 // with an international prefix and a trunk zero
	leastPhone     = 7  // digits: shorter ones are local or emergency numbers
	mostPhone      = 15 // ITU-T E.164 §6.1
)

// number looks at a run with digits that nothing else has claimed.
func (x *scan) number(i int) {
	if x.odd(i) || x.sortCodeAt(i) || x.price(i) || x.structured(i) || x.tool > 0 && x.sessionFar(i) || x.lastTool > 0 && x.sessionRead(i) {
		return
	}
	var gs [maxGroups]group
	n := x.gather(i, &gs)
	if n == 0 {
		return
	}
	digits := 0
	for i := range gs[:n] {
		digits += gs[i].n
	}
	if digits < leastPhone {
		return
	}
	for hi := n; hi > 0 && digits >= leastPhone; hi-- {
		if x.phone(gs[:hi], true) {
			return
		}
		digits -= gs[hi-1].n
	}
	if plus, _ := x.plusBefore(gs[0].tok); !plus {
		for hi := n; hi > 0 && len(x.atHome().abroad) > 0; hi-- {
			if x.phoneAbroad(gs[:hi]) {
				return
			}
		}
		return
	}
	for hi := n; hi > 0; hi-- { // a number that its plan does not know
		if x.phone(gs[:hi], false) {
			return
		}
	}
}

// gather collects the groups of digits that may make one number, from token
// i on. A mixed run gives the digits at its start or end only.
func (x *scan) gather(i int, gs *[maxGroups]group) int {
	n, digits := 0, 0
	for at := i; at < len(x.toks) && n < maxGroups; at++ {
		t := &x.toks[at]
		if t.used || at > i && x.gap(at) > 3 {
			break
		}
		sep := byte(0)
		if at > i && x.gap(at) > 0 {
			if x.lineBreak(at) {
				break
			}
			sep = ' '
		}
		switch t.class {
		case classNumber:
			if digits += t.len(); digits > maxPhoneDigits {
				return n
			}
			if n > 0 && t.len() == 1 && sep == ' ' && x.oneByOne(gs[n-1], at) {
				gs[n-1].end, gs[n-1].to = int(t.end), at
				gs[n-1].n++
				continue
			}
			if n > 0 && t.len() == 1 && sep == 0 && x.oneByMark(gs[n-1], at) {
				gs[n-1].end, gs[n-1].to = int(t.end), at
				gs[n-1].n++
				continue
			}
			gs[n] = group{tok: at, to: at, start: int(t.start), end: int(t.end), n: t.len(), sep: x.separator(at, i, sep)}
			n++
		case classMixed:
			return x.gatherMixed(at, i, sep, gs, n)
		case classMark:
			switch x.text.b[t.start] {
			case '-', '.', '(', ')', '/', '*', '_', '~':
			case signBreak: // arrows and dots between the groups: +1 → (802) → 555 → 0141
				if n == 0 || x.gap(at) > 1 || x.markAt(gs[0].tok-1) != '+' && !(dictated(gs[:n]) && x.gap(at) == x.gap(at+1)) {
					return n
				}
			case ',':
				if !dictated(gs[:n]) || x.gap(at) > 0 || x.gap(at+1) > 1 {
					return n
				}
			case ']':
				if n != 1 || gs[0].n != 3 || x.markAt(gs[0].tok-1) != '[' {
					return n
				}
			case '+':
				if n > 0 {
					return n
				}
			default:
				return n
			}
		case classWord:
			if n == 0 || !x.vanity(at, gs[:n]) {
				return n
			}
			gs[n] = group{tok: at, to: at, start: int(t.start), end: int(t.end), n: t.len(), sep: '-', letter: true}
			n++
		}
	}
	return n
}

// oneByOne says whether the digit at token at goes on with a group of digits
// that stand one by one: "8 8 8 - 5 5 5".
func (x *scan) oneByOne(last group, at int) bool {
	return !last.letter && last.end-last.start == 2*last.n-1 && x.markAt(at-1) == 0 && last.to == at-1 && x.gap(at) == 1
}

// oneByMark is oneByOne of digits with a mark between each: "8-8-8-5-5-5".
func (x *scan) oneByMark(last group, at int) bool {
	m := x.markAt(at - 1)
	return (m == '-' || m == '.') && !last.letter && last.end-last.start == 2*last.n-1 && last.to == at-2 && x.gap(at-1) == 0 && (last.n == 1 || x.text.b[last.end-2] == m)
}

// dictated says whether groups begin a number of North America that was taken
// down with commas where the speaker drew breath: "806, 555, 0114".
func dictated(gs []group) bool {
	if len(gs) > 0 && gs[0].n == 1 {
		gs = gs[1:]
	}
	return len(gs) == 1 && gs[0].n == 3 || len(gs) == 2 && gs[0].n == 3 && gs[1].n == 3
}

// separator is the mark before the group at token at, or the blank.
func (x *scan) separator(at, first int, blank byte) byte {
	if at > first {
		if m := x.markAt(at - 1); m != 0 {
			return m
		}
	}
	return blank
}

// gatherMixed adds the digits of a run such as "18885550142call", which ends
// the number, or "helpline18885550142", which begins it.
func (x *scan) gatherMixed(at, first int, sep byte, gs *[maxGroups]group, n int) int {
	b := x.bytes(at)
	start := int(x.toks[at].start)
	lead := 0
	for lead < len(b) && isDigit(b[lead]) {
		lead++
	}
	if lead > 0 && lead < len(b) && isDigit(b[len(b)-1]) && n == 0 && x.vanityRun(at, gs) {
		return 1
	}
	if lead > 0 {
		for _, c := range b[lead:] {
			if isDigit(c) {
				if n > 0 && b[lead]|0x20 == 'x' && len(b)-lead <= 6 && allDigits(b[lead+1:]) {
					break // "0142x5" has its extension
				}
				if n == 0 && x.vanityRun(at, gs) {
					return 1
				}
				return n
			}
		}
		if n == 0 && x.vanityRun(at, gs) {
			return 1
		}
		gs[n] = group{tok: at, to: at, start: start, end: start + lead, n: lead, sep: x.separator(at, first, sep)}
		return n + 1
	}
	tail := len(b)
	for tail > 0 && isDigit(b[tail-1]) {
		tail--
	}
	for _, c := range b[:tail] {
		if isDigit(c) {
			return n
		}
	}
	named := tail > 1 && dictionary.entries[dictionary.find(b, 0, tail)].is.has(cuePhone|cueCall) // TEL06-1234-5678
	if n > 0 || tail == len(b) || len(b)-tail < 3 && !named || tail == 1 && len(b)-tail < leastPhone {
		return n // one letter and some digits begin a serial number
	}
	gs[0] = group{tok: at, to: at, start: start + tail, end: start + len(b), n: len(b) - tail}
	if at+1 < len(x.toks) && len(b)-tail < leastPhone {
		var rest [maxGroups]group
		more := x.gather(at+1, &rest)
		for k := 0; k < more && k+1 < maxGroups; k++ {
			gs[k+1] = rest[k]
			if k == 0 {
				gs[1].sep = x.separator(rest[0].tok, at, ' ')
			}
		}
		return min(more+1, maxGroups)
	}
	return 1
}

// keypad is the letters' digits (ITU-T E.161 §3.1.1).
const keypad = "22233344455566677778889999"

// vanity says whether the word at token at may be letters for digits: in
// capitals, after a toll-free prefix or the start of a ten-digit number.
func (x *scan) vanity(at int, gs []group) bool {
	b := x.bytes(at)
	digits := 0
	for _, g := range gs {
		digits += g.n
	}
	if len(b) < 2 || len(b) > 9 || x.gap(at) > 1 || digits >= 10 {
		return false // a number that is whole needs no letters
	}
	for _, c := range b {
		if !isUpper(c) {
			return false
		}
	}
	return x.tollFreeStart(gs)
}

// tollFreeStart says whether the groups begin as a toll-free number does.
func (x *scan) tollFreeStart(gs []group) bool {
	d := x.join(gs)
	if len(d) > 0 && d[0] == '1' {
		d = d[1:]
	}
	return len(d) >= 3 && d[0] == '8' && (d[1] == '0' && d[2] == '0' || d[1] == d[2] && d[1] >= '2') ||
		len(d) >= 4 && d[0] == '0' && d[1] == '8' && d[2] == '0' && d[3] == '0'
}

// vanityRun takes a run such as 1800MSFTHLP as one group of eleven.
func (x *scan) vanityRun(at int, gs *[maxGroups]group) bool {
	b := x.bytes(at)
	if len(b) < 10 || len(b) > 11 {
		return false
	}
	letters := 0
	for _, c := range b {
		if isUpper(c) {
			letters++
		} else if !isDigit(c) {
			return false
		}
	}
	whole := group{tok: at, to: at, start: int(x.toks[at].start), end: int(x.toks[at].end), n: len(b), letter: true}
	if letters < 3 || !x.tollFreeStart([]group{whole}) {
		return false
	}
	gs[0] = whole
	return true
}

// join writes the groups' digits one after the other, letters as digits.
func (x *scan) join(gs []group) []byte {
	d := x.digits[:0]
	for i := range gs {
		g := &gs[i]
		if n := len(d); !g.letter && g.end-g.start == g.n && g.n <= padding {
			d = slices.Grow(d, padding) // eight bytes at once need no loop; those that are too many are written over
			binary.LittleEndian.PutUint64(d[n:n+padding], binary.LittleEndian.Uint64(x.text.b[g.start:g.start+padding]))
			d = d[:n+g.n]
			continue
		}
		for _, c := range x.text.b[g.start:g.end] {
			if isLetter(c) {
				c = keypad[lower(c)-'a']
			}
			if isDigit(c) {
				d = append(d, c)
			}
		}
	}
	x.digits = d
	return d
}

// phone takes the groups as a phone number if they are one; valid asks that
// their plan knows it.
func (x *scan) phone(gs []group, valid bool) bool {
	first := gs[0].tok
	plus, from := x.plusBefore(first)
	d := x.join(gs)
	if plus {
		d = x.dropTrunkZero(gs, d)
	}
	if len(d) < leastPhone || len(d) > mostPhone+3 {
		return false
	}
	if before := x.before(from); !plus && (before == '#' && !threeThreeFour(gs) || before == '$' || before >= signEuro && before <= signRupee) {
		return false
	}
	if from >= 2 && x.gap(from) == 0 && x.gap(from-1) == 0 && x.toks[from-2].class == classMixed && (x.markAt(from-1) == '.' || x.markAt(from-1) == '-') {
		return false // the rest of a serial number: K447.188.00.213
	}
	cue := x.phoneCue(from, gs[len(gs)-1].to)
	if cue == cueAgainst {
		if !x.bracketed(gs) {
			return false
		}
		cue = cueNone
	}
	charged := !plus && cue != cueFor && len(gs) <= 3 && x.tollFreeStart(gs) && x.byPhone(from, gs[len(gs)-1].to)
	if charged {
		if x.toks[first].used {
			return true // the descriptor took it along
		}
		cue = cueFor
	}
	p, ok := x.plan(d, gs, plus, cue)
	if !ok || valid && plus && !p.valid && !fiction(&p) {
		return false
	}
	start := int(x.toks[from].start)
	if from == first {
		start = gs[0].start
	}
	last := gs[len(gs)-1]
	x.takeSpan(fraud.Phone, p.e164(), start, last.end, p.valid)
	m := &x.marks[len(x.marks)-1]
	m.billed, m.first, m.last = charged, int32(from), int32(last.to)+1
	for i := from; i <= last.to; i++ {
		x.toks[i].used = true
	}
	x.extension(last.to + 1)
	return true
}

// bracketed says whether groups stand as only a telephone number of North
// America does, "(402) 555-0119", whatever the words before it name.
func (x *scan) bracketed(gs []group) bool {
	return len(gs) == 3 && gs[0].n == 3 && gs[1].n == 3 && gs[2].n == 4 && gs[1].sep == ')' && gs[2].sep == '-' && x.markAt(gs[0].tok-1) == '('
}

// plusBefore finds a plus sign or an opening bracket before token first.
func (x *scan) plusBefore(first int) (plus bool, from int) {
	from = first
	for back := first - 1; back >= 0 && back >= first-2; back-- {
		switch m := x.markAt(back); {
		case m == '(' && x.gap(back+1) <= 1 && !x.toks[back].used:
			from = back
		case m == '+' && x.gap(back+1) <= 1 && !x.toks[back].used:
			return true, back
		default:
			return false, from
		}
	}
	return false, from
}

// before is the byte directly before token i, 0 at a blank or the start.
func (x *scan) before(i int) byte {
	if at := int(x.toks[i].start); at > 0 && !isBlank(x.text.b[at-1]) {
		return x.text.b[at-1]
	}
	return 0
}

// dropTrunkZero takes out the "(0)" of +44 (0)20 7946 0000.
func (x *scan) dropTrunkZero(gs []group, d []byte) []byte {
	at := 0
	for k, g := range gs {
		n := g.n
		if k > 0 && n == 1 && x.text.b[g.start] == '0' && x.markAt(g.tok-1) == '(' {
			return append(d[:at], d[at+1:]...)
		}
		at += n
	}
	return d
}

// plan reads the digits by the numbering plans that may apply.
func (x *scan) plan(d []byte, gs []group, plus bool, cue phoneCue) (phoneNumber, bool) {
	if plus {
		p, ok := parsePhone(d, true, x.atHome().region)
		return p, ok && (p.valid || fiction(&p) || cue == cueFor && len(d) >= 10 && int(p.n) >= leastPhone-1 && p.settled())
	}
	if unlike(x.text.b, gs) {
		return phoneNumber{}, false
	}
	if x.atHome().region != nil && x.atHome().region.code != 1 && !(threeThreeFour(gs) && american(d) && (x.opt.Country == "" || gs[2].sep == '-' && x.tollFreeStart(gs))) {
		p, ok := parsePhone(d, false, x.atHome().region)
		if ok && (p.valid || fiction(&p)) && shapeFits(gs, &p, d, cue) {
			return p, true
		}
	}
	if p, ok := dialled00(d); ok && shapeFits(gs, &p, d, cue) {
		return p, true
	}
	if cue == cueNone && x.medium != mediumPage && freeRun(d) && !x.near(gs[0].tok, 9, 0, cueID|cueTx|cueAccount|cueTax|cueRegister|cueRouting|cueMerchant) {
		cue = cueFor
	}
	p, ok := parsePhone(d, false, regionUS)
	if ok && p.valid && p.code == 1 && nanpShape(gs, d, cue) && !(len(x.atHome().abroad) > 0 && twoFourFour(gs)) {
		return p, true
	}
	return p, ok && p.valid && p.code != 1 && x.atHome().region != nil && x.atHome().region.code == 1 && cue == cueFor
}

// american says whether digits are a number of North America.
func american(d []byte) bool {
	p, ok := parsePhone(d, false, regionUS)
	return ok && p.valid && p.code == 1 && len(d) == 10
}

// threeThreeFour says whether the groups stand as North America writes them.
func threeThreeFour(gs []group) bool {
	return len(gs) == 3 && gs[0].n == 3 && gs[1].n == 3 && gs[2].n == 4
}

// twoFourFour says whether the groups stand as Mexico's large cities write
// them.
func twoFourFour(gs []group) bool {
	return len(gs) == 3 && gs[0].n == 2 && gs[1].n == 4 && gs[2].n == 4
}

// dialled00 reads a number behind the international prefix that ITU-T E.164
// recommends and most of the world dials, wherever the reader is at home: no
// number of North America begins with a zero.
func dialled00(d []byte) (phoneNumber, bool) {
	if len(d) < leastPhone+2 || d[0] != '0' || d[1] != '0' {
		return phoneNumber{}, false
	}
	p, ok := parsePhone(d[2:], true, nil)
	return p, ok && (p.valid || fiction(&p))
}

// fiction says whether a number lies in a range that is kept for drama, so
// that a plan may call it unassigned (Ofcom's telephone
// numbers for drama; ARCEP decision 2018-0881).
func fiction(p *phoneNumber) bool {
	n := string(p.nsn[:p.n])
	switch {
	case p.code == 44 && len(n) == 10:
		return slices.Contains(dramaGB, n[:6]) || slices.Contains(dramaGB, n[:7])
	case p.code == 33 && len(n) == 9:
		return strings.Contains("19900 26191 35301 46571 53649 63998", n[:5])
	}
	return false
}

// dramaGB is how the numbers begin that Ofcom keeps for drama ("Telephone
// numbers for drama purposes"), its ten cities, no area, mobile and others.
var dramaGB = strings.Fields(`1632960 1134960 1144960 1154960 1164960 1174960 1184960 1214960 1314960 1414960 1514960 1614960 1914980
	2079460 2890180 2920180 2896496 7700900 8081570 9098790 3069990`)

// areaCode says whether the word before "code" makes it a part of a number.
func areaCode(before []byte) bool {
	return equalFold("area", before) || equalFold("country", before) || equalFold("dialing", before)
}

// unlike says whether groups are surely something else: a date, a card
// number, a US social security number or a ZIP+4.
func unlike(b []byte, gs []group) bool {
	var n [maxGroups]int
	for i, g := range gs {
		n[i] = g.n
	}
	value := func(i int) int {
		v := 0
		for _, c := range b[gs[i].start:gs[i].end] {
			if isDigit(c) {
				v = v*10 + int(c-'0')
			}
		}
		return v
	}
	if len(gs) > 3 && n[0] == 4 && n[1] == 2 && n[2] == 2 && gs[1].sep == gs[2].sep && gs[1].sep != ' ' && value(1) <= 12 && value(2) <= 31 {
		return true // a date and what follows it
	}
	if len(gs) > 3 && n[0] <= 2 && n[1] <= 2 && n[2] == 4 && gs[1].sep == gs[2].sep && gs[1].sep == '.' && value(0) <= 31 && value(1) <= 12 && value(2) >= 1900 && value(2) < 2100 {
		return true // how most of Europe writes a day, and the hour behind it
	}
	switch len(gs) {
	case 2:
		return n[0] == 5 && n[1] == 4
	case 3:
		year := n[0] == 4 && n[1] <= 2 && n[2] <= 2 && value(1) <= 12 && value(2) <= 31
		last := n[2] == 4 && n[0] <= 2 && n[1] <= 2 && value(0) <= 31 && value(1) <= 31
		return year || last || n[0] == 3 && n[1] == 2 && n[2] == 4 && gs[1].sep == '-'
	case 4:
		return n[0] == 4 && n[1] == 4 && n[2] == 4 && n[3] >= 3
	}
	return false
}

// nanpShape says whether ten digits (or eleven with 1) are grouped as North
// America writes them. Bare digits and odd groups need a word for a phone.
func nanpShape(gs []group, d []byte, cue phoneCue) bool {
	var n []int
	var room [maxGroups]int
	n = room[:0]
	vanity := false
	for _, g := range gs {
		n = append(n, g.n)
		vanity = vanity || g.letter
	}
	if vanity {
		return len(d) >= 10 && len(d) <= 11
	}
	seps := gs[1:]
	if n[0] == 1 && d[0] == '1' && len(n) > 1 {
		n, seps = n[1:], seps[1:]
	}
	for _, g := range seps {
		if g.sep == '_' || g.sep == '*' || g.sep == ']' || g.sep == signBreak {
			return cue == cueFor && len(n) == 3 && n[0] == 3 && n[1] == 3
		}
	}
	tollFree := len(d) >= 10 && (d[len(d)-10] == '8')
	switch {
	case len(n) == 3 && n[0] == 3 && n[1] == 3 && n[2] == 4:
		return seps[0].sep != '/' && seps[1].sep != '/' && seps[0].sep != ',' && seps[1].sep != ',' || cue == cueFor
	case len(n) == 3 && n[0] == 4 && n[1] == 3 && n[2] == 4:
		return true
	case len(n) == 2 && n[0] == 3 && n[1] == 7:
		return seps[0].sep == ')' || cue == cueFor || tollFree && seps[0].sep == '-'
	case len(n) == 2 && n[0] == 6 && n[1] == 4, len(n) == 2 && n[0] == 4 && n[1] == 7:
		return cue == cueFor
	case len(n) == 1:
		return cue == cueFor
	case len(n) == 4 && n[0]+n[1]+n[2]+n[3] == 10:
		return cue == cueFor
	}
	return cue == cueFor && len(n) <= 6
}

// shapeFits says the same of other countries, which group as they like:
// separators or a trunk prefix speak for a number, bare digits need a word.
func shapeFits(gs []group, p *phoneNumber, d []byte, cue phoneCue) bool {
	if cue == cueFor {
		return true
	}
	if len(d) < 9 {
		return false
	}
	trunk := len(d) > int(p.n)
	for _, g := range gs[1:] {
		if g.sep == '*' || g.sep == '_' || g.sep == ',' || g.n < 2 {
			return false
		}
	}
	if p.code == 91 && p.kind == phoneMobile && len(gs) == 2 && gs[0].n == 5 && gs[1].n == 5 {
		return true // how India groups its mobile numbers, and nothing else
	}
	switch p.kind {
	case phoneTollFree, phonePremium, phoneShared:
		return len(gs) > 1
	}
	return trunk && len(gs) > 1 || len(gs) >= 3
}

// extension skips "ext. 123", "x123" or "extension 5" after a number.
func (x *scan) extension(i int) {
	for ; i < len(x.toks) && (x.markAt(i) == ',' || x.markAt(i) == ';' || x.markAt(i) == '.' || x.markAt(i) == '('); i++ {
	}
	if i >= len(x.toks) || x.gap(i) > 2 {
		return
	}
	b := x.bytes(i)
	if x.toks[i].class == classMixed && b[0]|0x20 == 'x' && len(b) <= 6 {
		x.toks[i].used = true
		return
	}
	if !x.is(i).has(cueExt) && string(b) != "x" && string(b) != "X" {
		return
	}
	for i++; i < len(x.toks) && (x.markAt(i) == '.' || x.markAt(i) == ':' || x.markAt(i) == '='); i++ {
	}
	if i < len(x.toks) && x.toks[i].class == classNumber && x.toks[i].len() <= 6 && x.gap(i) <= 2 {
		x.toks[i].used = true
	}
}

// phoneCue is what the words around digits say about them.
type phoneCue uint8

const (
	cueNone    phoneCue = iota
	cueFor              // a word for a phone or for calling is near
	cueAgainst          // the nearest word names another kind of number
)

// phoneCue looks eight tokens back and three on.
func (x *scan) phoneCue(first, last int) phoneCue {
	seen, number := 0, false
	for i := first - 1; i >= 0 && seen < 12; i-- {
		if seen == 0 && string(x.bytes(i)) == "Az" || seen == 0 && x.markAt(i) == '.' && string(x.wordAt(i-1)) == "Az" {
			return cueAgainst // a German file's number
		}
		if x.toks[i].class == classMark {
			if m := x.markAt(i); m == signPhone {
				return cueFor
			} else if (m == '.' || m == '!' || m == '?') && x.gap(i+1) > 0 && !x.abbreviation(i) {
				break
			}
			continue
		}
		seen++
		is := x.is(i)
		if x.toks[i].used && !is.has(cueTool) {
			continue // of a page's address, of an account
		}
		number = number || is.has(cueNumber) && !x.is(i-1).has(cueID) && !x.is(i-2).has(cueID) && !equalFold("card", x.bytes(max(i-1, 0)))
		switch {
		case is.has(cuePhone | cueCall | cueCalled | cueFree):
			return cueFor
		case is.has(cueFax | cueGot | cueShown):
			if !is.has(cueID) {
				return cueFor
			}
		case is.has(cueID | cueTx | cueHandset | cueSIM | cueAccount | cueRouting | cueTax | cueRegister | cueTool):
			if is.has(cueID) && x.is(i-1).has(cueShown|cuePhone|cueCall|cueCalled) {
				return cueFor // caller id
			}
			if is.has(cueRegister) && !is.has(cueID) && !x.is(i+1).has(cueNumber) && x.markAt(i+1) != ':' {
				continue // "the company at 954-…" is no register's number
			}
			if seen <= 4 && !areaCode(x.bytes(max(i-1, 0))) {
				return cueAgainst
			}
		}
	}
	for i := last + 1; i < len(x.toks) && i <= last+4; i++ {
		if is := x.is(i); is.has(cuePhone|cueCall|cueCalled) && !x.lineBreak(i) {
			return cueFor
		}
	}
	if number || x.givenOut(first) || x.phonesColumn(first, last) || x.threadHead(mark{start: int(x.toks[first].start), end: int(x.toks[last].end)}) {
		return cueFor
	}
	return cueNone
}

// givenOut says whether "gave", "blocked", a text stands right before digits.
func (x *scan) givenOut(first int) bool {
	for k := first - 1; k >= 0 && k >= first-3; k-- {
		if x.toks[k].class == classMark && x.markAt(k) != '(' && x.markAt(k) != ':' && x.markAt(k) != '#' {
			return false
		}
		if w := x.bytes(k); gaveWord(w) || blockedWord(w) || textVerb(w) || x.is(k).has(cueText|cueUPI) {
			return true
		}
	}
	return false
}

// phonesColumn says whether digits stand alone in a cell of a table whose
// column's head is about a phone.
func (x *scan) phonesColumn(first, last int) bool {
	if !x.lines {
		return false
	}
	m := x.markAt(last + 1)
	if m != ',' && m != '|' && m != ';' && m != '\t' && !x.lineBreak(last+1) || x.gap(last+1) > 1 {
		return false
	}
	is, hint, _, _ := x.columnHead(mark{start: int(x.toks[first].start), end: int(x.toks[last].end)})
	return !is.has(cueID|cueAccount) && (is.has(cuePhone|cueShown|cueCall|cueOwn) || is.has(cueNumber) && hint.has(hintKin|hintSelf))
}

// freeRun says whether digits are those of a number of North America that is free
// to call, 800 or 833 to 888, with a one before it or not: other runs of ten seldom
// begin so.
func freeRun(d []byte) bool {
	if len(d) == 11 && d[0] == '1' {
		d = d[1:]
	}
	return len(d) == 10 && d[0] == '8' && d[1] == d[2] && (d[1] == '0' || d[1] >= '3' && d[1] != '9') && d[3] >= '2'
}
