package extract

import (
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// part is a piece of the text that somebody else wrote, in bytes of the text
// as given: a quoted thread, a signature, a footer, filler.
type part struct {
	start, end int
	role       fraud.Role
	why        string
}

// assignRoles gives each finding its part in the matter and the reason. Who
// owns a value beats where it stands, and where it stands beats what the
// words near it say.
func (x *scan) assignRoles() {
	for i := range x.found {
		f := &x.found[i]
		if owner := x.ownerOf(f.Indicator); owner != "" {
			f.Role, f.Why = fraud.RoleGenuineBrand, "genuine: it is "+owner+"'s own"
			continue
		}
		if p := x.partAt(f.Start); p != nil {
			f.Role, f.Why = p.role, p.why
			continue
		}
		f.Role, f.Why = x.roleOf(f, x.marks[i])
		if f.Kind == fraud.Domain || f.Kind == fraud.URL {
			x.judgeHost(f)
		}
	}
	if len(x.found) > 1 {
		x.hostsFollow()
		x.listed()
		x.agree()
	}
}

// listed gives a number or an address the part of the one before it where no
// more than "and", "or", a comma or a word for its kind stands between.
func (x *scan) listed() {
	if x.opt.FromFraudster {
		return
	}
	for i := 1; i < len(x.found); i++ {
		f, before := &x.found[i], &x.found[i-1]
		if f.Kind != fraud.Phone && f.Kind != fraud.Email || before.Kind != fraud.Phone && before.Kind != fraud.Email || f.Role == before.Role ||
			f.Role == fraud.RoleGenuineBrand || f.Role == fraud.RoleBystander || before.Role == fraud.RoleGenuineBrand || before.Role == fraud.RoleBystander || before.Role == fraud.RolePayee {
			continue
		}
		_, last := x.tokensOf(x.marks[i-1])
		first, _ := x.tokensOf(x.marks[i])
		joined, words := first > last && first-last <= 6, 0
		for k := last + 1; k < first && joined; k++ {
			if m := x.markAt(k); m != 0 {
				joined = m == ',' || m == '/' || m == '&' || m == ':' || m == '(' || m == ')' || m == signBreak
				continue
			}
			words++
			is := x.is(k)
			joined = is.has(cueAnd|cueMail|cueIs) || is.has(cuePhone|cueOwn) && !is.has(cueCall|cueFrom) || equalFold("or", x.bytes(k)) || equalFold("oder", x.bytes(k)) || equalFold("ou", x.bytes(k)) || equalFold("o", x.bytes(k)) || string(x.bytes(k)) == "、"
		}
		if joined && !x.lineBreak(first) && (words <= 1 || before.Role == fraud.RoleVictimOwned) && f.Kind == before.Kind || joined && before.Role == fraud.RoleVictimOwned && words <= 3 {
			f.Role, f.Why = before.Role, "stands in one list with the one before it"
		}
	}
}

// hostsFollow gives a host the part that its URL plays, unless the host is
// everybody's.
func (x *scan) hostsFollow() {
	for i := range x.found {
		u := &x.found[i]
		if u.Kind != fraud.URL || u.Role == fraud.RoleLure {
			continue
		}
		for k := i + 1; k < len(x.found) && x.found[k].Start < u.End; k++ {
			if d := &x.found[k]; d.Kind == fraud.Domain && d.Start >= u.Start && d.Role == fraud.RoleLure {
				d.Role, d.Why = u.Role, u.Why
			}
		}
	}
}

// agree lets the places of one value explain each other: what is the
// victim's in one sentence is the victim's in all, and a number that stands
// bare in one line is what the other line calls it.
func (x *scan) agree() {
	const few = 24 // findings that are quicker compared than hashed
	var told map[fraud.Indicator]fraud.Role
	if len(x.found) > few {
		told = make(map[fraud.Indicator]fraud.Role, len(x.found))
		for i := range x.found {
			f := &x.found[i]
			told[f.Indicator] = tells(told[f.Indicator], f.Role)
		}
	}
	for i := range x.found {
		f := &x.found[i]
		role := fraud.Role("")
		if told != nil {
			role = told[f.Indicator]
		} else {
			role = x.toldOf(f)
		}
		switch {
		case role == "" || role == f.Role:
		case role == fraud.RoleVictimOwned && f.Role.Links():
			f.Role, f.Why = role, "the speaker calls it their own elsewhere in the text"
		case f.Role == fraud.RoleMention:
			f.Role, f.Why = role, "another line of the text says so"
		}
	}
}

// toldOf is what the places of a finding's value tell of it. A place that has
// been told already tells the same again.
func (x *scan) toldOf(f *Finding) (role fraud.Role) {
	for k := range x.found {
		if g := &x.found[k]; g.Value == f.Value && g.Kind == f.Kind {
			role = tells(role, g.Role)
		}
	}
	return role
}

// tells is what a role tells of the value's other places, before which others
// told this.
func tells(before, role fraud.Role) fraud.Role {
	switch role {
	case fraud.RoleVictimOwned:
		return role
	case fraud.RoleCallback, fraud.RoleSender, fraud.RoleShownCallerID:
		if before == "" {
			return role
		}
	}
	return before
}

// ownerOf looks a value up in the lists of genuine ones.
func (x *scan) ownerOf(ind fraud.Indicator) string {
	if len(x.opt.Safe) > 0 {
		if owner := x.opt.Safe.owner(ind); owner != "" {
			return owner
		}
	}
	return x.genuine(ind)
}

// partAt finds the part that byte at of the text lies in.
func (x *scan) partAt(at int) *part {
	i, _ := slices.BinarySearchFunc(x.parts, at, func(p part, at int) int {
		if p.end <= at {
			return -1
		}
		return 1
	})
	if i < len(x.parts) && at >= x.parts[i].start {
		return &x.parts[i]
	}
	return nil
}

// inOrder sorts parts and joins the ones that overlap.
func inOrder(parts []part) []part {
	slices.SortStableFunc(parts, func(a, b part) int { return a.start - b.start })
	out := parts[:0]
	for _, p := range parts {
		if n := len(out); n > 0 && p.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, p.end)
			continue
		}
		if p.end > p.start {
			out = append(out, p)
		}
	}
	return out
}

// judgeHost adds what is known of a host: shared by many, or made to look
// like a brand's.
func (x *scan) judgeHost(f *Finding) {
	host := f.Value
	if f.Kind == fraud.URL {
		host = urlHost(host)
	}
	host = strings.TrimPrefix(host, "www.")
	if shared.host[host] || shared.mail[host] {
		if f.Kind == fraud.Domain && f.Role != fraud.RoleVictimOwned {
			f.Role, f.Why = fraud.RoleBystander, "a host that many unrelated people use"
		}
		if f.Kind == fraud.URL && shared.stock[host] && f.Role != fraud.RoleVictimOwned {
			f.Role, f.Why = fraud.RoleBystander, "a file that the host serves to everybody"
		}
		return
	}
	f.Why = x.host(host).withLikeness(f.Why)
}

// roleOf decides by the kind, and for the kinds that may be anybody's by the
// words near the finding.
func (x *scan) roleOf(f *Finding, m mark) (fraud.Role, string) {
	switch f.Kind { // no word near it says more
	case fraud.IP:
		return x.ipRole(m)
	case fraud.Amount, fraud.GiftCard, fraud.RemoteTool:
		return fraud.RoleMention, "named in the text, its part not told"
	case fraud.TxID, fraud.CardDescriptor, fraud.MerchantID:
		return fraud.RolePayee, "stands on the payment's record"
	case fraud.PersonAlias:
		return fraud.RoleAlias, "a name that was given"
	case fraud.Tracker:
		return fraud.RoleTracker, "counts the page's visitors for somebody"
	case fraud.File, fraud.Image:
		return fraud.RoleAsset, "the hash of a file"
	}
	if m.remote && (f.Kind == fraud.URL || f.Kind == fraud.Domain) {
		return fraud.RoleRemote, "a program for remote access is fetched there"
	}
	c := x.around(m)
	switch f.Kind {
	case fraud.Phone:
		if m.inURL {
			return fraud.RoleCallback, "the page was handed this number to show"
		}
		if m.billed {
			return fraud.RoleCallback, "the merchant's own, on the statement"
		}
		if x.opt.FromFraudster {
			x.readSignature(&c, m)
			return x.phoneOfFraudster(c, f, m)
		}
		return x.phoneOfAccount(c)
	case fraud.Email:
		if first, _ := x.tokensOf(m); !x.opt.FromFraudster && x.markAt(first-1) == '<' && !c.mine {
			return fraud.RoleSender, "stands in a mail's head"
		}
		if x.opt.FromFraudster && x.addressee(m) {
			return fraud.RoleVictimOwned, "the message names it as the one it was sent to"
		}
		return x.emailRole(c)
	case fraud.URL, fraud.Domain:
		return x.webRole(c, f, m)
	case fraud.BankAccount, fraud.UPI, fraud.Wallet:
		if c.mine && !c.toward {
			return fraud.RoleVictimOwned, "the speaker calls it their own"
		}
		return fraud.RolePayee, "named as a place for money"
	case fraud.Company, fraud.TaxID:
		if c.mine && !x.opt.FromFraudster {
			return fraud.RoleVictimOwned, "the speaker calls it their own"
		}
		if owner := brandFirm(f.Value); owner != "" {
			return fraud.RoleGenuineBrand, "the firm " + owner + ", whose name is borrowed"
		}
		return fraud.RoleCompany, "named as a firm behind it"
	case fraud.RemoteID, fraud.RemoteHost:
		if f.Kind == fraud.RemoteID && !x.opt.FromFraudster && !strings.HasPrefix(f.Value, "screenconnect:") && (c.mine || !x.operators(m)) {
			return fraud.RoleVictimOwned, "the id that the speaker read from the own screen"
		}
		return fraud.RoleRemote, "the way into a machine"
	case fraud.Handle:
		if c.mine && !x.opt.FromFraudster {
			return fraud.RoleVictimOwned, "the speaker calls it their own"
		}
		return x.handleRole(c, f, m)
	case fraud.IMEI, fraud.ICCID:
		if c.mine {
			return fraud.RoleVictimOwned, "the speaker calls it their own"
		}
	}
	return fraud.RoleMention, "named in the text, its part not told"
}

// cuesAround is what the words near a finding say.
type cuesAround struct {
	mine    bool // my, with nothing between that turns it
	from    bool // "from" right before it, or its like right behind it
	toward  bool // "to" right before it, or its like right behind it
	me      bool // called me, sent me
	i       bool // I called
	call    bool // an order or a wish to call
	called  bool // somebody called
	got     bool // a call or message came in
	shown   bool // the phone displayed it
	text    bool // a text message
	mail    bool
	site    bool
	phone   bool // a word for a phone
	genuine bool
	bank    bool
	fax     bool
	theirs  bool // told, asked: they said it
	sent    bool
	p2p     bool // a service that pays to a number or an address
	label   bool // a signature's label: M:, Mob, Direct
	signed  bool // Regards, and the like, before it
	moved   bool // redirected
	isMine  bool // "… is my number" behind it
	dialled bool // "I called" right before it
	asked   bool // "your number?" before it: the one who answers says the own
	victims bool // a word for the victim before it, and none for the other side
	paid    bool // an amount stands in the sentence
	numIs   bool // "the number was" right before it
	howFar  int  // tokens back to the nearest word for calling
	seen    cues // of the words before the finding, all together
}

// window is how many words back and on a sentence is read.
const (
	windowBack = 16
	windowOn   = 7
)

// around reads the words of the sentence before and behind a finding.
func (x *scan) around(m mark) cuesAround {
	first, last := x.tokensOf(m)
	c := cuesAround{howFar: windowBack + 1}
	words := 0
	var turned bool // a word between "my" and the value made it another's
	for k := first - 1; k >= 0 && words < windowBack; k-- {
		if x.toks[k].class == classMark {
			switch x.markAt(k) {
			case signPhone:
				c.phone = true
			case '.', '!', '?':
				if x.gap(k+1) > 0 && words > 0 && !x.abbreviation(k) {
					k = -1
				}
			case '\n':
			}
			continue
		}
		if words > 3 && x.gap(k+1) > 1 && x.blankLine(k+1) {
			break
		}
		words++
		is := x.is(k)
		if x.toks[k].used && !is.has(cueTool) {
			turned = true
			c.paid = c.paid || is.has(cueMoney) || x.markAt(k-1) == '$' || x.markAt(k+1) >= signEuro && x.markAt(k+1) <= signRupee
			continue
		}
		if is == 0 {
			continue
		}
		x.readBack(&c, is, words, &turned, k)
	}
	c.told()
	if !x.opt.FromFraudster {
		x.readPeople(&c, first)
	}
	x.readOn(&c, last)
	return c
}

// told takes in what the words before the finding say wherever they stand.
func (c *cuesAround) told() {
	c.called = c.seen.has(cueCalled)
	c.got = c.got || c.seen.has(cueGot)
	c.me, c.i = c.seen.has(cueUs), c.seen.has(cueI)
	c.text, c.mail, c.site = c.seen.has(cueText), c.seen.has(cueMail), c.seen.has(cueSite)
	c.phone = c.phone || c.seen.has(cuePhone|cueFree)
	c.theirs, c.sent = c.seen.has(cueScript), c.seen.has(cuePay)
	c.p2p, c.moved = c.seen.has(cueUPI), c.seen.has(cueRedirect)
}

// placed are the cues of which it matters where the word stands; the others
// are taken in by told.
const placed = cueFrom | cueTo | cueMy | cueShown | cueCall | cueNumber | cueGenuine | cueBank | cueFax | cueScript | cueSite | cueMail

// readPeople reads in an account who speaks of whose number: "RP cb", "Victime
// …, rappel", "your phone number? — it's", "and called", "number was".
func (x *scan) readPeople(c *cuesAround, first int) {
	x.readWho(c, first)
	asks := 0
	for k := first - 1; k >= 0 && k > first-18; k-- {
		if m := x.markAt(k); m == '?' {
			asks = k
		} else if m == '.' && x.gap(k+1) > 0 && asks == 0 {
			return
		}
		if asks > 0 && k < asks && x.hint(k).has(hintYours) && x.near(k, 0, 3, cuePhone|cueNumber) {
			c.asked = true
			return
		}
	}
}

// readWho reads the nine words before a number for the people in them.
func (x *scan) readWho(c *cuesAround, first int) {
	for k, words := first-1, 0; k >= 0 && words < 9; k-- {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); (m == '.' || m == ';' || m == '!') && x.gap(k+1) > 0 && !x.abbreviation(k) && words > 1 {
				return
			}
			continue
		}
		if x.toks[k].used {
			if words > 1 {
				return
			}
			continue
		}
		words++
		is, hint := x.is(k), x.hint(k)
		switch {
		case words <= 2 && is.has(cueCalled|cueCall) && (x.is(k-1).has(cueI|cueAnd) || words == 1 && is.has(cueCalled) && !x.is(k+1).has(cueUs)):
			c.dialled = is.has(cueCalled) || x.is(k-1).has(cueI)
			return
		case hint.has(hintKin) && !hint.has(hintPerson|hintRole) && words <= 7:
			c.victims = true
		case hint.has(hintPerson | hintTheirs):
			c.numIs = false
			return
		case is.has(cueScript), is.has(cueFrom|cueCalled|cueGot|cueShown) && words <= 4:
			return
		case words <= 2 && wasWord(x.bytes(k)) && x.is(k-1).has(cueNumber|cuePhone) && !x.is(k-2).has(cueMy):
			c.numIs = true
		}
	}
}

// wasWord says whether a word is "was": of a number that came up, for one to
// call still is.
func wasWord(word []byte) bool {
	switch string(word) {
	case "was", "war", "era", "était", "tha", "था", "でした":
		return true
	}
	return false
}

// readBack takes in one word before the finding.
func (x *scan) readBack(c *cuesAround, is cues, words int, turned *bool, k int) {
	before := c.seen
	if c.seen |= is; !is.has(placed) {
		return
	}
	switch {
	case is.has(cueFrom) && words <= 6 && x.inbound(k):
		c.from, c.got, c.mine = true, true, false
	case is.has(cueFrom) && words <= 4 && !c.toward && !c.mine && !c.call && !before.has(cueCalled):
		c.from = true
	case is.has(cueTo) && words <= 3 && !c.from && !c.mine:
		c.toward = true
	}
	if is.has(cueMy) && !*turned && !c.toward && (words <= 6) && !c.shown && !c.got && !before.has(cueGot) {
		c.mine = true
	}
	if is.has(cueShown) && words <= 9 && (!is.has(cueID) || x.is(k-1).has(cueShown)) {
		c.shown = true
	}
	if is.has(cueCall) {
		c.call = true
		c.howFar = min(c.howFar, words)
	}
	c.phone = c.phone || is.has(cueNumber) && words <= 3
	c.genuine = c.genuine || is.has(cueGenuine) && words <= 8
	c.bank = c.bank || is.has(cueBank) && words <= 6
	c.fax = c.fax || is.has(cueFax) && words <= 4
	if is.has(cueScript|cueTo|cueBank|cueSite|cueMail) && !is.has(cueOwn) && !x.is(k-1).has(cueMy) {
		*turned = true
	}
}

// inbound says whether the "from" at token k follows a call that came in:
// "called me from", "was called from", "a call from".
func (x *scan) inbound(k int) bool {
	for back := k - 1; back >= 0 && back >= k-3; back-- {
		is := x.is(back)
		if is.has(cueUs) && x.is(back-1).has(cueCalled|cueCall|cuePay) {
			return !x.is(back - 2).has(cueI)
		}
		if is.has(cueCalled) {
			return x.is(back-1).has(cueIs) || x.is(back-2).has(cueIs)
		}
	}
	return false
}

// readOn takes in the words behind the finding, in the same sentence.
func (x *scan) readOn(c *cuesAround, last int) {
	words := 0
	verbs := false
	for k := last + 1; k < len(x.toks) && words < windowOn; k++ {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); m == '.' || m == '!' || m == '?' || m == '|' || m == signBreak {
				break
			}
			continue
		}
		if x.lineBreak(k) {
			break
		}
		words++
		is := x.is(k)
		if words == 1 {
			if is.has(cueFrom) && (x.lang() == langHI || x.lang() == langJA) {
				c.from = true
			}
			if is.has(cueTo) && (x.lang() == langHI || x.lang() == langJA) {
				c.toward = true
			}
		}
		if is.has(cueIs) && words <= 2 || verbs {
			verbs = true
			c.isMine = c.isMine || is.has(cueMy)
		}
		if is.has(cueCalled|cueGot) && words <= 3 && !c.toward {
			c.got = true
			c.from = c.from || !c.call
		}
		if is.has(cueShown) && words <= 4 {
			c.shown = true
		}
		c.call = c.call || is.has(cueCall)
		c.text = c.text || is.has(cueText) && c.from
		c.genuine = c.genuine || is.has(cueGenuine) && words <= 5
		c.phone = c.phone || is.has(cuePhone)
	}
}

// readSignature looks for a signature's label before the finding, and for a
// closing word in the lines above it.
func (x *scan) readSignature(c *cuesAround, m mark) {
	first, _ := x.tokensOf(m)
	k := first - 1
	for k >= 0 && (x.markAt(k) == ':' || x.markAt(k) == '-' || x.markAt(k) == '.' || x.markAt(k) == '(' || x.markAt(k) == '|') {
		k--
	}
	if k >= 0 && x.toks[k].class == classWord && k < first-1 {
		switch strings.ToLower(string(x.bytes(k))) {
		case "m", "o", "c", "d", "f", "mob", "mobile", "cell", "direct", "office", "main":
			c.label = true
		}
	}
	words := 0
	for k = first - 1; k >= 0 && words < 30; k-- {
		if x.toks[k].class == classMark {
			continue
		}
		words++
		if x.is(k).has(cueSigned) {
			c.signed = true
			return
		}
	}
}

// tokensOf finds the tokens that a mark lies in.
func (x *scan) tokensOf(m mark) (first, last int) {
	lo, hi := 0, len(x.toks)
	for lo < hi {
		mid := (lo + hi) / 2
		if int(x.toks[mid].end) <= m.start {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	last = lo
	for last+1 < len(x.toks) && int(x.toks[last+1].start) < m.end {
		last++
	}
	return lo, last
}

// abbreviation says whether the dot at token k ends a short form and no
// sentence: "no.", "tel.", "Mr.", an initial.
func (x *scan) abbreviation(k int) bool {
	if k == 0 || x.gap(k) > 0 {
		return false
	}
	n := x.toks[k-1].len()
	return x.is(k-1).has(cueNumber|cueFirm) || n == 1 || n <= 3 && x.is(k-1).has(cuePhone|cueExt)
}

// blankLine says whether a blank line stands before token k.
func (x *scan) blankLine(k int) bool {
	n := 0
	for at := x.toks[k-1].end; at < x.toks[k].start; at++ {
		if x.text.b[at] == '\n' {
			n++
		}
	}
	return n >= 2
}

// phoneOfAccount decides what a phone number is in a victim's or a witness's
// own words.
func (x *scan) phoneOfAccount(c cuesAround) (fraud.Role, string) {
	switch {
	case c.isMine, c.asked:
		return fraud.RoleVictimOwned, "the speaker calls it their own"
	case c.victims && !c.genuine && !c.text:
		return fraud.RoleVictimOwned, "the account calls it the victim's"
	case c.dialled && !c.genuine && !c.p2p:
		return fraud.RoleCallback, "the speaker called it"
	case c.p2p && (c.toward || c.sent && !c.call) && !c.mine && !c.from:
		return fraud.RolePayee, "money was to go to this number"
	case c.fax:
		return fraud.RoleMention, "a fax number"
	case c.mine && !c.bank && !c.genuine && !c.shown && (c.phone || c.from || c.i || !c.call):
		return fraud.RoleVictimOwned, "the speaker calls it their own"
	case c.genuine:
		return fraud.RoleGenuineBrand, "the account calls it the genuine number"
	case c.bank && c.mine:
		return fraud.RoleBystander, "the number of the speaker's own bank"
	case c.text && c.from && !c.toward:
		return fraud.RoleSender, "a message came from it"
	case c.from && c.i && c.called && !c.me && !c.got && !c.shown:
		return fraud.RoleVictimOwned, "the speaker called from it"
	case c.shown && !c.toward:
		return fraud.RoleShownCallerID, "shown as the caller"
	case c.text && !c.call && !c.toward && !c.site && !c.me && !c.mine && (c.numIs || c.phone):
		return fraud.RoleSender, "a message came from it"
	case c.from && !c.toward, c.got && !c.theirs && !c.call && !c.toward:
		return fraud.RoleShownCallerID, "the call came from it"
	case c.numIs && !c.site && !c.call && !c.toward && !c.mail:
		return fraud.RoleShownCallerID, "the number that they called from, by the words beside it"
	case c.call || c.called || c.phone || c.toward:
		return fraud.RoleCallback, "the number to call, by the words beside it"
	case c.site || c.mail:
		return fraud.RoleCallback, "stood on what the speaker was shown"
	}
	return fraud.RoleCallback, "its part is not told; most numbers in an account are ones to call"
}

// phoneOfFraudster decides what a phone number is in a text that the
// fraudsters wrote or spoke.
func (x *scan) phoneOfFraudster(c cuesAround, f *Finding, m mark) (fraud.Role, string) {
	tollFree := strings.HasPrefix(f.Value, "+18") && len(f.Value) == 12
	switch {
	case (c.label || c.signed) && !tollFree && c.howFar > 4 && (c.label && c.signed || !c.call && !c.site):
		return fraud.RoleBystander, "stands in a person's signature"
	case c.from && !c.toward && (c.shown || x.fromRightBefore(m)):
		return fraud.RoleShownCallerID, "shown as the caller"
	case c.call || c.phone:
		return fraud.RoleCallback, "the text says to call it"
	case x.orderToCall(m):
		return fraud.RoleCallback, "the text says to call, a sentence before"
	}
	return fraud.RoleCallback, "what the fraudsters' own text gives out is there to be called"
}

// fromRightBefore says whether "from" is the word before: "will phone you
// from", "new voicemail from".
func (x *scan) fromRightBefore(m mark) bool {
	first, _ := x.tokensOf(m)
	return first > 1 && x.is(first-1).has(cueFrom) && x.lang() != langHI && x.near(first, 6, 0, cueCall|cuePhone|cueGot)
}

// farBack is how many tokens before a number an order to call still means it:
// recorded messages put a threat between the two.
const farBack = 40

// orderToCall says whether the fraudsters' text tells to call some way before
// a number.
func (x *scan) orderToCall(m mark) bool {
	first, _ := x.tokensOf(m)
	for k := first - 1; k >= 0 && k > first-farBack; k-- {
		if x.is(k).has(cueCall) {
			return true
		}
		if x.blankLine(k + 1) {
			return false
		}
	}
	return false
}

func (x *scan) emailRole(c cuesAround) (fraud.Role, string) {
	switch {
	case (c.mine || c.isMine) && !x.opt.FromFraudster:
		return fraud.RoleVictimOwned, "the speaker calls it their own"
	case c.victims && !x.opt.FromFraudster:
		return fraud.RoleVictimOwned, "the account calls it the victim's"
	case (c.p2p || c.sent && c.paid) && c.toward && !c.from:
		return fraud.RolePayee, "money was to go to this address"
	case c.from:
		return fraud.RoleSender, "the message came from it"
	case c.call || c.toward || c.phone || x.opt.FromFraudster:
		return fraud.RoleCallback, "the address to write to"
	}
	return fraud.RoleSender, "an address the speaker was in touch with"
}
