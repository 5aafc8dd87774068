package extract

import (
	"bytes"
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
		m := &x.marks[i]
		first, last := x.tokensOf(*m)
		m.first, m.last = int32(first), int32(last)+1
		learned := f.Why
		f.Role, f.Why = x.roleByVoice(f, *m)
		if learned != "" {
			f.Why = learned // that it is one at all
		}
		if f.Kind == fraud.Domain || f.Kind == fraud.URL {
			x.judgeHost(f)
		}
	}
	x.learnedRoles()
	if len(x.found) > 1 {
		x.hostsFollow()
		x.listed()
		x.agree()
		if x.medium == mediumPage && len(x.parts) > 0 {
			x.linksFollow()
		}
	}
}

// roleByVoice is roleOf, a forwarder's words read as an account.
func (x *scan) roleByVoice(f *Finding, m mark) (fraud.Role, string) {
	for _, s := range x.own {
		if f.Start < s.Start || f.Start >= s.End {
			continue
		}
		fraudster := x.opt.FromFraudster
		x.opt.FromFraudster = false
		role, why := x.roleOf(f, m)
		x.opt.FromFraudster = fraudster
		if f.Kind != fraud.Phone || role == fraud.RoleVictimOwned {
			return role, why
		}
		if c := x.around(m); guessed(why) || !c.call && !c.called && !c.got && !c.from && !c.shown && !c.toward {
			return fraud.RoleVictimOwned, whyForwards
		}
		return role, why
	}
	return x.roleOf(f, m)
}

// listed gives a number or an address the part of the one before it where no
// more than "and", "or", a comma or a word for its kind stands between.
func (x *scan) listed() {
	if x.opt.FromFraudster {
		return
	}
	order := x.order[:0] // of the text: addresses are found before numbers
	for i := range x.found {
		if kind := x.found[i].Kind; kind == fraud.Phone || kind == fraud.Email {
			order = append(order, int32(i))
		}
	}
	x.order = order
	slices.SortFunc(order, func(a, b int32) int { return x.found[a].Start - x.found[b].Start })
	for at := 1; at < len(order); at++ {
		i, earlier := int(order[at]), int(order[at-1])
		f, before := &x.found[i], &x.found[earlier]
		if f.Role == before.Role || f.Why == whyColumn ||
			f.Role == fraud.RoleGenuineBrand || f.Role == fraud.RoleBystander || before.Role == fraud.RoleGenuineBrand || before.Role == fraud.RoleBystander || before.Role == fraud.RolePayee {
			continue
		}
		_, last := x.tokensOf(x.marks[earlier])
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

// linksFollow makes a bystander of a number or an address in a page's list of
// links ("tel:", "mailto:") that the page itself shows as a bystander's only.
func (x *scan) linksFollow() {
	var foreign map[fraud.Indicator]string // what is shown as a bystander's, and why; "" where it is shown as another's too
	for i := range x.found {
		f := &x.found[i]
		if f.Kind != fraud.Phone && f.Kind != fraud.Email || x.inLink(x.marks[i]) {
			continue
		}
		why, seen := foreign[f.Indicator]
		switch {
		case f.Role != fraud.RoleBystander:
			why = ""
		case !seen:
			why = f.Why
		}
		if foreign == nil {
			foreign = make(map[fraud.Indicator]string)
		}
		foreign[f.Indicator] = why
	}
	for i := range x.found {
		f := &x.found[i]
		if f.Role.Links() && (f.Kind == fraud.Phone || f.Kind == fraud.Email) && foreign[f.Indicator] != "" && x.inLink(x.marks[i]) {
			f.Role, f.Why = fraud.RoleBystander, foreign[f.Indicator]
		}
	}
}

// inLink says whether a finding is what a link opens.
func (x *scan) inLink(m mark) bool {
	b := x.text.b[max(0, m.start-8):m.start]
	return bytes.HasSuffix(b, []byte("mailto:")) || bytes.HasSuffix(b, []byte("tel:")) || bytes.HasSuffix(b, []byte("tel:+"))
}

// agree lets the places of one value explain each other: what is the
// victim's in one sentence is the victim's in all, and a number that stands
// bare in one line is what the other line calls it.
func (x *scan) agree() {
	twice := x.mayRepeat()
	if twice == 0 {
		return
	}
	const few = 24 // findings that are quicker compared than hashed
	var told map[fraud.Indicator]fraud.Role
	if len(x.found) > few {
		told = make(map[fraud.Indicator]fraud.Role, len(x.found))
		for i := range x.found {
			if f := &x.found[i]; !guessed(f.Why) {
				told[f.Indicator] = tells(told[f.Indicator], f.Role)
			}
		}
	}
	for i := range x.found {
		f := &x.found[i]
		if twice&valueBit(f.Value) == 0 {
			continue // what stands once explains itself
		}
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
		case f.Role == fraud.RoleMention, guessed(f.Why):
			f.Role, f.Why = role, "another line of the text says so"
		}
	}
}

// mayRepeat has the bits of the values that may have been found twice: none, in
// most texts.
func (x *scan) mayRepeat() (twice uint64) {
	seen := uint64(0)
	for i := range x.found {
		bit := valueBit(x.found[i].Value)
		twice |= seen & bit
		seen |= bit
	}
	return twice
}

// valueBit is one of 64 for a value.
func valueBit(v string) uint64 {
	if v == "" {
		return 1
	}
	return 1 << ((len(v)*7 + int(v[len(v)-1])*5 + int(v[len(v)/2])*3 + int(v[len(v)*3/4])) & 63)
}

// toldOf is what the places of a finding's value tell of it. A place that has
// been told already tells the same again.
func (x *scan) toldOf(f *Finding) (role fraud.Role) {
	for k := range x.found {
		if g := &x.found[k]; g.Value == f.Value && g.Kind == f.Kind && !guessed(g.Why) {
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
	host = withoutWWW(host)
	h := x.host(host)
	if by := h.sharing(); by&(sharedPages|sharedMail) != 0 {
		if f.Kind == fraud.Domain && f.Role != fraud.RoleVictimOwned {
			f.Role, f.Why = fraud.RoleBystander, "a host that many unrelated people use"
		}
		if f.Kind == fraud.URL && by&sharedStock != 0 && f.Role != fraud.RoleVictimOwned {
			f.Role, f.Why = fraud.RoleBystander, "a file that the host serves to everybody"
		}
		return
	}
	f.Why = h.withLikeness(f.Why)
}

// The reasons of the roles that no word tells: another line of the text, or a
// field of the report, that does tell beats them.
const (
	whyLikeliest = "its part is not told; one to call is the likeliest"
	whyGivenOut  = "what the fraudsters' own text gives out is there to be called"
	whyInTouch   = "an address the speaker was in touch with"
	whyWrittenTo = "the address to write to"
	whyWroteAs   = "the name they wrote under"

	whyBeside = "the number to call, by the words beside it"
	whyOnPage = "stood on what the speaker was shown"

	whyColumn   = "the head of its column says so"
	whyOwn      = "the speaker calls it their own"
	whyForwards = "of the one who forwarded the message"
	whyOther    = "the form's field is about the other side"
)

// guessed says whether a reason says that no word told the part.
func guessed(why string) bool {
	switch why {
	case whyLikeliest, whyGivenOut, whyInTouch, whyWrittenTo, whyWroteAs:
		return true
	}
	return strings.HasPrefix(why, whyLearned)
}

// guessedByRules says whether a reason of the rules is so weak that what was
// learned from other accounts is asked too: of numbers in texts they had not
// met, half were something else.
func guessedByRules(why string) bool {
	return why == whyBeside || why == whyOnPage || why == whyLikeliest
}

// unsure says whether a reason is that weak, or was learned.
func unsure(why string) bool { return guessedByRules(why) || strings.HasPrefix(why, whyLearned) }

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
	if x.opt.FromFraudster && x.medium == mediumPage || f.Kind == fraud.Email {
		if why := x.footer(f.Kind, m); why != "" {
			return fraud.RoleBystander, why
		}
	}
	if m.remote && (f.Kind == fraud.URL || f.Kind == fraud.Domain) {
		return fraud.RoleRemote, "a program for remote access is fetched there"
	}
	switch f.Kind { // whose it is, the words before it say or none
	case fraud.BankAccount, fraud.UPI, fraud.Wallet:
		if x.calledOwn(m, true) {
			return fraud.RoleVictimOwned, whyOwn
		}
		return fraud.RolePayee, "named as a place for money"
	case fraud.Company, fraud.TaxID:
		if x.calledOwn(m, false) {
			return fraud.RoleVictimOwned, whyOwn
		}
		if owner := brandFirm(f.Value); owner != "" {
			return fraud.RoleGenuineBrand, "the firm " + owner + ", whose name is borrowed"
		}
		return fraud.RoleCompany, "named as a firm behind it"
	case fraud.RemoteID, fraud.RemoteHost:
		if f.Kind == fraud.RemoteID && !x.opt.FromFraudster && !strings.HasPrefix(f.Value, "screenconnect:") && (x.myID(m) || x.saidBySelf(m) || x.readOut(m) && !x.operators(m)) {
			return fraud.RoleVictimOwned, "the id that the speaker read from the own screen"
		}
		return fraud.RoleRemote, "the way into a machine"
	case fraud.IMEI, fraud.ICCID:
		if x.calledOwn(m, false) {
			return fraud.RoleVictimOwned, whyOwn
		}
		return fraud.RoleMention, "named in the text, its part not told"
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
		if m.merchant {
			return fraud.RolePayee, "the merchant's own, in the descriptor"
		}
		if first, _ := x.tokensOf(m); !x.opt.FromFraudster && first > 2 && x.toks[first-1].used && x.gap(first) == 1 && x.markAt(first-2) == '.' && x.billedHost(first-3, first-1) {
			return fraud.RolePayee, "the merchant's own, behind its site on the statement"
		}
		if x.chatLine(m) {
			return fraud.RoleSender, "wrote the line of a chat"
		}
		if x.threadHead(m) {
			return fraud.RoleSender, "stands at the head of a message, where the sender does"
		}
		if x.opt.FromFraudster {
			x.readSignature(&c, m)
			return x.phoneOfFraudster(c, f, m)
		}
		if role := x.columnRole(m); role != "" {
			return role, whyColumn
		}
		if x.theirChat(m) {
			return fraud.RoleCallback, "theirs to be written to"
		}
		x.readAccount(&c, m)
		return phoneOfAccount(&c, f.Value)
	case fraud.Email:
		if first, _ := x.tokensOf(m); !x.opt.FromFraudster && x.markAt(first-1) == '<' && !c.mine {
			return fraud.RoleSender, "stands in a mail's head"
		}
		if mailers(f.Value) {
			return fraud.RoleBystander, "a mailing service's own address, by its name"
		}
		if x.threadHead(m) {
			return fraud.RoleSender, "stands at the head of a message, where the sender does"
		}
		if x.opt.FromFraudster && x.addressee(m) {
			return fraud.RoleVictimOwned, "the message names it as the one it was sent to"
		}
		if !x.opt.FromFraudster {
			x.readAccount(&c, m)
			if x.hijacked(m) {
				return fraud.RoleBystander, "a mailbox that others broke into"
			}
		}
		if c.sent && c.toward {
			first, _ := x.tokensOf(m)
			c.payment = x.paymentBefore(first)
		}
		return x.emailRole(c)
	case fraud.URL, fraud.Domain:
		return x.webRole(c, f, m)
	case fraud.Handle:
		if c.mine && !x.opt.FromFraudster && !x.paidHandle(f, m) {
			return fraud.RoleVictimOwned, whyOwn
		}
		return x.handleRole(c, f, m)
	}
	return fraud.RoleMention, "named in the text, its part not told"
}

// calledOwn says whether the words before a finding in an account call it the
// speaker's own; notTo asks that it is not where something went "to".
func (x *scan) calledOwn(m mark, notTo bool) bool {
	if x.opt.FromFraudster {
		return false
	}
	first, last := x.tokensOf(m)
	var c cuesAround
	x.readBefore(&c, first)
	if c.mine && notTo {
		x.readOn(&c, last)
	}
	return c.mine && !(notTo && c.toward)
}

// phoneOfAccount decides what a phone number is in a victim's or a witness's
// own words.
func phoneOfAccount(c *cuesAround, number string) (fraud.Role, string) {
	switch {
	case c.isMine, c.asked:
		return fraud.RoleVictimOwned, whyOwn
	case c.given:
		return fraud.RoleCallback, "they gave it out to be called"
	case c.victims && !c.genuine && !c.text:
		return fraud.RoleVictimOwned, "the account calls it the victim's"
	case c.helper:
		return fraud.RoleBystander, "the speaker's own helper, by the words before it"
	case c.p2pRight && !c.mine:
		return fraud.RolePayee, "money was to go to this number"
	case c.toldOf:
		return fraud.RoleGenuineBrand, "who answered there told the speaker of the fraud"
	case c.dialled && !c.genuine && !c.p2p:
		return fraud.RoleCallback, "the speaker called it"
	case c.p2p && (c.toward || c.sent && !c.call) && !c.mine && !c.from:
		return fraud.RolePayee, "money was to go to this number"
	case c.fax:
		return fraud.RoleMention, "a fax number"
	case c.mine && !c.bank && !c.genuine && !c.shown && (c.phone || c.from || c.i || !c.call):
		return fraud.RoleVictimOwned, whyOwn
	case c.genuine:
		return fraud.RoleGenuineBrand, "the account calls it the genuine number"
	case c.bank && c.mine:
		return fraud.RoleBystander, "the number of the speaker's own bank"
	case c.text && c.from && !c.toward:
		return fraud.RoleSender, "a message came from it"
	case c.from && c.i && c.called && !c.me && !c.got && !c.shown:
		return fraud.RoleVictimOwned, "the speaker called from it"
	case (c.numIs || c.shown && !c.display && !c.from && !c.got) && !c.toward && tollFree(number):
		return fraud.RoleCallback, "a number that is free to call, shown to be called"
	case c.shown && !c.toward:
		return fraud.RoleShownCallerID, "shown as the caller"
	case c.text && !c.call && !c.toward && !c.site && !c.me && !c.mine && (c.numIs || c.phone):
		return fraud.RoleSender, "a message came from it"
	case c.text && c.got && !c.call && !c.called && !c.toward:
		return fraud.RoleSender, "a message came from it"
	case c.from && !c.toward, c.got && !c.theirs && !c.call && !c.toward:
		return fraud.RoleShownCallerID, "the call came from it"
	case c.numIs && !c.site && !c.call && !c.toward && !c.mail:
		return fraud.RoleShownCallerID, "the number that they called from, by the words beside it"
	case c.called && !c.call && !c.i && !c.toward && !c.phone && !c.site && !tollFree(number):
		return fraud.RoleShownCallerID, "they called, by the words beside it"
	case c.text && !c.call && !c.phone && !c.toward && !c.site && !c.mail && !tollFree(number):
		return fraud.RoleSender, "a message's, by the words beside it"
	case c.other:
		return fraud.RoleCallback, whyOther
	case c.call || c.called || c.phone || c.toward:
		return fraud.RoleCallback, whyBeside
	case c.site || c.mail:
		return fraud.RoleCallback, whyOnPage
	}
	return fraud.RoleCallback, whyLikeliest
}

// tollFree says whether a number is free to call, by its plan.
func tollFree(number string) bool {
	p, ok := parsePhone([]byte(number[1:]), true, nil)
	return ok && p.valid && p.kind == phoneTollFree
}

// theirChat says whether "his WhatsApp", "the scammer's Telegram is" stands
// right before a number.
func (x *scan) theirChat(m mark) bool {
	first, _ := x.tokensOf(m)
	k := first - 1
	for k >= 0 && k >= first-3 && (x.is(k).has(cueIs|cueNumber) || x.markAt(k) == ':' || x.markAt(k) == '+' || equalFold("le", x.bytes(k))) {
		k--
	}
	if k > 1 && x.is(k).has(cueNetwork|cueText) && x.is(k-1).has(cueNumber) && equalFold("son", x.bytes(k-2)) && x.lang() == langFR {
		return true
	}
	return k > 0 && (x.is(k).has(cueNetwork) || equalFold("whatsapp", x.bytes(k))) && (x.hint(k-1).has(hintTheirs) || x.hint(k-2).has(hintTheirs))
}

// phoneOfFraudster decides what a phone number is in a text that the
// fraudsters wrote or spoke.
func (x *scan) phoneOfFraudster(c cuesAround, f *Finding, m mark) (fraud.Role, string) {
	switch {
	case (c.label || c.signed) && !(strings.HasPrefix(f.Value, "+18") && len(f.Value) == 12) && c.howFar > 4 && (c.label && c.signed || !c.call && !c.site):
		return fraud.RoleBystander, "stands in a person's signature"
	case c.from && !c.toward && (c.shown || x.fromRightBefore(m)):
		return fraud.RoleShownCallerID, "shown as the caller"
	case c.p2pRight && !c.from:
		return fraud.RolePayee, "money was to go to this number"
	case c.call || c.phone:
		return fraud.RoleCallback, "the text says to call it"
	case x.orderToCall(m):
		return fraud.RoleCallback, "the text says to call, a sentence before"
	}
	return fraud.RoleCallback, whyGivenOut
}

// fromRightBefore says whether "from" is the word before: "will phone you
// from", "new voicemail from".
func (x *scan) fromRightBefore(m mark) bool {
	first, _ := x.tokensOf(m)
	return first > 1 && x.is(first-1).has(cueFrom) && x.lang() != langHI && x.near(first, 9, 0, cueCall|cuePhone|cueGot)
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
	case (c.mine || c.isMine || c.asked) && !x.opt.FromFraudster:
		return fraud.RoleVictimOwned, whyOwn
	case c.victims && !(c.p2p && c.toward && !c.from) && !x.opt.FromFraudster:
		return fraud.RoleVictimOwned, "the account calls it the victim's"
	case (c.p2p || c.sent && c.paid) && c.toward && !c.from, c.p2pRight && !c.from:
		return fraud.RolePayee, "money was to go to this address"
	case c.sent && c.toward && c.payment:
		return fraud.RolePayee, "money was to go to this address"
	case c.from:
		return fraud.RoleSender, "the message came from it"
	case c.other && !x.opt.FromFraudster:
		return fraud.RoleSender, whyOther
	case c.call || c.toward || c.phone || x.opt.FromFraudster:
		return fraud.RoleCallback, whyWrittenTo
	}
	return fraud.RoleSender, whyInTouch
}
