package extract

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// reportScan gathers what one report holds.
type reportScan struct {
	x      *Extractor
	r      *fraud.Report
	id     fraud.ReportID
	opt    Options
	out    fraud.Extraction
	own    []fraud.Indicator // the reporter's
	hashes []uint64          // of the sketches
}

// forget drops what the last report left, and keeps the memory.
func (s *reportScan) forget() {
	clear(s.out.Sightings)
	clear(s.out.Sketches)
	clear(s.own)
	s.r, s.id, s.opt = nil, "", Options{}
}

// Report takes the indicators out of every field of a report, the field
// saying the role, then out of its free text, and sketches the texts.
func Report(r *fraud.Report, opt Options) fraud.Extraction {
	e := extractors.Get().(*Extractor)
	defer e.putBack()
	e.NoSketches = false
	out := e.Report(r, opt)
	out.Sightings, out.Sketches = slices.Clone(out.Sightings), slices.Clone(out.Sketches)
	for i := range out.Sketches {
		out.Sketches[i].Hashes = slices.Clone(out.Sketches[i].Hashes)
	}
	return out
}

// Report is [Report] with the Extractor's memory: what it returns is good
// until the next call.
func (e *Extractor) Report(r *fraud.Report, opt Options) fraud.Extraction {
	if opt.Country == "" {
		opt.Country = r.Reporter.Country
	}
	s := &e.report
	s.x, s.r, s.id, s.opt, s.own, s.hashes = e, r, r.Name(), opt, s.own[:0], s.hashes[:0]
	s.out = fraud.Extraction{Sightings: s.out.Sightings[:0], Sketches: s.out.Sketches[:0]}
	at := r.HappenedAt()
	s.field(fraud.Phone, r.Reporter.Phone, fraud.RoleVictimOwned, "reporter.phone", at, "the reporter's own")
	s.field(fraud.Email, r.Reporter.Email, fraud.RoleVictimOwned, "reporter.email", at, "the reporter's own")
	for i := range r.Contacts {
		s.contact(i, &r.Contacts[i], timeOr(r.Contacts[i].At, at))
	}
	for i := range r.RemoteAccess {
		s.remote(i, &r.RemoteAccess[i], timeOr(r.RemoteAccess[i].At, at))
	}
	for i := range r.Payments {
		s.payment(i, &r.Payments[i], timeOr(r.Payments[i].At, at))
	}
	for i := range r.Subjects {
		s.subject(i, &r.Subjects[i], at)
	}
	s.evidence(at)
	s.text("narrative", r.Narrative, at, false, mediumAny)
	return s.out
}

// place names a field of the i-th of a list: "contacts[0].callback".
type place struct {
	list, field string
	first       [8]string // made once: nearly all reports have fewer
}

func placeOf(list, field string) *place {
	p := &place{list: list, field: field}
	for i := range p.first {
		p.first[i] = p.make(i)
	}
	return p
}

func (p *place) make(i int) string {
	return p.list + "[" + strconv.Itoa(i) + "]." + p.field
}

func (p *place) at(i int) string {
	if i < len(p.first) {
		return p.first[i]
	}
	return p.make(i)
}

// The fields that are read, by the names that their places have.
var (
	placeShown      = placeOf("contacts", "shown_caller_id")
	placeCallback   = placeOf("contacts", "callback")
	placeSender     = placeOf("contacts", "sender")
	placeURL        = placeOf("contacts", "url")
	placeAgent      = placeOf("contacts", "agent_alias")
	placeText       = placeOf("contacts", "text")
	placeTool       = placeOf("remote_access", "tool")
	placeSession    = placeOf("remote_access", "session_id")
	placeHost       = placeOf("remote_access", "host")
	placeAccount    = placeOf("payments", "to_account")
	placeUPI        = placeOf("payments", "to_upi")
	placeWallet     = placeOf("payments", "to_wallet")
	placeTxID       = placeOf("payments", "txid")
	placeDescriptor = placeOf("payments", "card_descriptor")
	placeGift       = placeOf("payments", "gift_card_brand")
	placePayee      = placeOf("payments", "to_name")
	placeName       = placeOf("subjects", "name")
	placeAlias      = placeOf("subjects", "alias")
	placeCompany    = placeOf("subjects", "company")
	placeRegister   = placeOf("subjects", "registration_no")
	placeTax        = placeOf("subjects", "tax_id")
	placeEvidence   = placeOf("evidence", "sha256")
)

func timeOr(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t.UTC()
}

// field records a field that holds one value and nothing else.
func (s *reportScan) field(kind fraud.Kind, raw string, role fraud.Role, field string, at time.Time, why string) bool {
	if raw == "" {
		return false
	}
	value, valid, ok := s.x.scan.canonicalField(kind, raw, s.opt.Country)
	if !ok {
		return false
	}
	s.sighting(fraud.Indicator{Kind: kind, Value: value}, raw, valid, role, field, at, why)
	return true
}

// sighting records the value of a field.
func (s *reportScan) sighting(ind fraud.Indicator, raw string, valid bool, role fraud.Role, field string, at time.Time, why string) {
	switch {
	case role == fraud.RoleVictimOwned:
		s.own = append(s.own, ind)
	case slices.Contains(s.own, ind):
		role, why = fraud.RoleVictimOwned, "the reporter's own, given with the report"
	default:
		role, why = s.judged(ind, role, why)
	}
	s.out.Sightings = append(s.out.Sightings, fraud.Sighting{
		Report: s.id, Indicator: ind, Role: role, At: at,
		Place: fraud.Place{Field: field, Start: 0, End: len(raw)}, Raw: raw, Valid: valid, Why: why,
	})
}

func (s *reportScan) contact(i int, c *fraud.Contact, at time.Time) {
	s.field(fraud.Phone, c.ShownCallerID, fraud.RoleShownCallerID, placeShown.at(i), at, "shown as the caller")
	s.field(fraud.Phone, c.Callback, fraud.RoleCallback, placeCallback.at(i), at, "the number to call")
	if c.Sender != "" {
		field := placeSender.at(i)
		if !s.field(fraud.Email, c.Sender, fraud.RoleSender, field, at, "sent the message") {
			s.field(fraud.Phone, c.Sender, fraud.RoleSender, field, at, "sent the message")
		}
		s.handle(c.Sender, field, at)
	}
	s.page(c.URL, placeURL.at(i), at)
	s.field(fraud.PersonAlias, c.AgentAlias, fraud.RoleAlias, placeAgent.at(i), at, "the name the agent used")
	s.text(placeText.at(i), c.Text, at, true, mediumOf(c.Medium))
}

func (s *reportScan) remote(i int, a *fraud.RemoteAccess, at time.Time) {
	s.field(fraud.RemoteTool, a.Tool, fraud.RoleMention, placeTool.at(i), at, "the product that was used")
	if a.Tool != "" && a.SessionID != "" {
		s.field(fraud.RemoteID, a.Tool+":"+a.SessionID, fraud.RoleRemote, placeSession.at(i), at, "the session that reached the machine")
	}
	s.field(fraud.RemoteHost, a.Host, fraud.RoleRemote, placeHost.at(i), at, "the relay of the session")
}

func (s *reportScan) payment(i int, p *fraud.Payment, at time.Time) {
	if account := p.ToAccount; p.ToBankCode != "" && account != "" {
		s.field(fraud.BankAccount, p.ToBankCode+"/"+account, fraud.RolePayee, placeAccount.at(i), at, "money was to go there")
	} else {
		s.paidTo(account, p.Rail, placeAccount.at(i), at)
	}
	s.field(fraud.UPI, p.ToUPI, fraud.RolePayee, placeUPI.at(i), at, "money was to go there")
	s.field(fraud.Wallet, p.ToWallet, fraud.RolePayee, placeWallet.at(i), at, "money was to go there")
	s.field(fraud.TxID, p.TxID, fraud.RolePayee, placeTxID.at(i), at, "the payment itself")
	if s.field(fraud.CardDescriptor, p.CardDescriptor, fraud.RolePayee, placeDescriptor.at(i), at, "stood on the card's statement") {
		s.merchantsPhone(p.CardDescriptor, placeDescriptor.at(i), at)
	}
	s.field(fraud.GiftCard, p.GiftCardBrand, fraud.RoleMention, placeGift.at(i), at, "the brand of card that was bought")
	if legalForm(p.ToName) {
		s.field(fraud.Company, "name:"+p.ToName, fraud.RolePayee, placePayee.at(i), at, "the payee's name")
	} else {
		s.field(fraud.PersonAlias, p.ToName, fraud.RolePayee, placePayee.at(i), at, "the payee's name")
	}
}

// paidTo records what a report gives as an account without a bank's code. Desks
// write there whatever was paid to: a card's descriptor, a merchant's number, an
// address or a telephone that an app pays, a wallet.
func (s *reportScan) paidTo(raw string, rail fraud.Rail, field string, at time.Time) {
	const why = "money was to go there"
	switch {
	case raw == "":
	case strings.IndexByte(raw, '/') < 0 && strings.IndexByte(raw, '*') >= 0:
		s.field(fraud.CardDescriptor, raw, fraud.RolePayee, field, at, "stood on the card's statement")
	case len(raw) > 4 && strings.EqualFold(raw[:3], "mid") && !isLetter(raw[3]):
		s.field(fraud.MerchantID, strings.TrimLeft(raw[3:], " :#."), fraud.RolePayee, field, at, why)
	case raw[0] == '$' && s.field(fraud.Handle, "cashapp:"+raw[1:], fraud.RolePayee, field, at, why):
	case strings.IndexByte(raw, '@') > 0:
		if !s.field(fraud.Email, raw, fraud.RolePayee, field, at, why) {
			s.field(fraud.UPI, raw, fraud.RolePayee, field, at, why)
		}
	case rail != "bank_wire" && rail != "ach" && rail != "cheque" && writtenPhone(raw) && s.field(fraud.Phone, raw, fraud.RolePayee, field, at, why):
	case (rail == "crypto" || rail == "crypto_atm" || rail == "wallet") && s.field(fraud.Wallet, raw, fraud.RolePayee, field, at, why):
	default:
		s.field(fraud.BankAccount, raw, fraud.RolePayee, field, at, why)
	}
}

// writtenPhone says whether digits are grouped as a telephone number's are and
// no account's: behind a plus, or three, three and four.
func writtenPhone(raw string) bool {
	if raw[0] == '+' {
		return true
	}
	groups := strings.FieldsFunc(raw, func(r rune) bool { return r == '-' || r == ' ' || r == '(' || r == ')' || r == '.' })
	return len(groups) == 3 && len(groups[0]) == 3 && len(groups[1]) == 3 && len(groups[2]) == 4
}

// merchantsPhone records the number in a descriptor, which of a sale without the
// card at hand stands behind the merchant's name.
func (s *reportScan) merchantsPhone(raw, field string, at time.Time) {
	for word := range strings.FieldsSeq(raw) {
		if len(word) < 10 || !isDigit(word[len(word)-1]) || strings.Trim(word, "0123456789-.") != "" {
			continue
		}
		if value, valid, ok := s.x.scan.canonicalField(fraud.Phone, word, s.opt.Country); ok && valid {
			s.sighting(fraud.Indicator{Kind: fraud.Phone, Value: value}, word, valid, fraud.RolePayee, field, at, "the merchant's own, in the descriptor")
			place := &s.out.Sightings[len(s.out.Sightings)-1].Place
			place.Start = strings.Index(raw, word)
			place.End = place.Start + len(word)
		}
	}
}

func (s *reportScan) subject(i int, n *fraud.NamedSubject, at time.Time) {
	s.field(fraud.PersonAlias, n.Name, fraud.RoleAlias, placeName.at(i), at, "named by the reporter")
	for k, a := range n.Alias {
		s.field(fraud.PersonAlias, a, fraud.RoleAlias, placeAlias.at(i)+"["+strconv.Itoa(k)+"]", at, "named by the reporter")
	}
	if n.Company != "" {
		s.field(fraud.Company, "name:"+n.Company, fraud.RoleCompany, placeCompany.at(i), at, "named by the reporter")
	}
	s.inCountry(n.Country, fraud.Company, n.RegistrationNo, placeRegister.at(i), at)
	s.inCountry(n.Country, fraud.TaxID, n.TaxID, placeTax.at(i), at)
}

// inCountry records a register's number, read by the subject's country and
// not the reporter's.
func (s *reportScan) inCountry(country string, kind fraud.Kind, raw, field string, at time.Time) {
	home := s.opt.Country
	s.opt.Country = country
	s.field(kind, raw, fraud.RoleCompany, field, at, "named by the reporter")
	s.opt.Country = home
}

// handle records a sender that is a network's name: "telegram:name", t.me/name.
func (s *reportScan) handle(raw, field string, at time.Time) {
	if name, network, found := strings.Cut(strings.TrimSuffix(raw, ")"), " ("); found && raw[0] == '@' { // "@name (Instagram)"
		raw = network + ":" + name
	}
	if strings.Contains(raw, ":") || strings.Contains(raw, "/") {
		s.field(fraud.Handle, raw, fraud.RoleSender, field, at, "sent the message")
	}
}

// page records a URL, its host, and the site that the host belongs to.
func (s *reportScan) page(raw, field string, at time.Time) {
	if !s.field(fraud.URL, raw, fraud.RoleLure, field, at, "the page that was met") {
		return
	}
	if value := s.out.Sightings[len(s.out.Sightings)-1].Indicator.Value; value == raw {
		if f, ok := s.x.scan.siteAlone(raw, s.opt.Safe); ok {
			s.add(&f, field, at)
			return
		}
	}
	for _, f := range s.x.scan.run(raw, Options{Country: s.opt.Country, Safe: s.opt.Safe, FromFraudster: true}, given{}) {
		if f.Kind != fraud.URL {
			s.add(&f, field, at)
		}
	}
}

// judged holds a field's value against what is known of its owner.
func (s *reportScan) judged(ind fraud.Indicator, role fraud.Role, why string) (fraud.Role, string) {
	owner := ""
	if len(s.opt.Safe) > 0 {
		owner = s.opt.Safe.owner(ind)
	}
	if owner == "" {
		owner = s.x.scan.genuine(ind)
	}
	if owner != "" {
		return fraud.RoleGenuineBrand, "genuine: it is " + owner + "'s own"
	}
	return role, why
}

// evidence records the hashes of the files that came with the report.
func (s *reportScan) evidence(at time.Time) {
	for i := range s.r.Evidence {
		e := &s.r.Evidence[i]
		kind := fraud.File
		if strings.HasPrefix(e.MediaType, "image/") {
			kind = fraud.Image
		}
		s.field(kind, e.SHA256, fraud.RoleAsset, placeEvidence.at(i), timeOr(e.CapturedAt, at), "came with the report")
	}
}

// mediumOf is what a contact's text is.
func mediumOf(m string) medium {
	switch m {
	case "sms", "social":
		return mediumMessage
	case "popup", "email":
		return mediumPage
	}
	return mediumAny
}

// fieldSays gives a number or an address in a text the part that a field of
// the report gives it, where the words of the text do not tell it.
func (s *reportScan) fieldSays(f *Finding) {
	if !guessed(f.Why) {
		return
	}
	for i := range s.out.Sightings {
		t := &s.out.Sightings[i]
		if t.Indicator == f.Indicator && t.Role.Links() && t.Place.Field != "narrative" && !strings.HasSuffix(t.Place.Field, ".text") {
			f.Role, f.Why = t.Role, "the report's field "+t.Place.Field+" says so"
			return
		}
	}
}

// add records a finding of a text, and for a host the site it belongs to.
func (s *reportScan) add(f *Finding, field string, at time.Time) {
	role, why := f.Role, f.Why
	if slices.Contains(s.own, f.Indicator) {
		role, why = fraud.RoleVictimOwned, "the reporter's own, given with the report"
	}
	s.out.Sightings = append(s.out.Sightings, fraud.Sighting{
		Report: s.id, Indicator: f.Indicator, Role: role, At: at,
		Place: fraud.Place{Field: field, Start: f.Start, End: f.End}, Raw: f.Raw, Valid: f.Valid, Why: why,
	})
	if f.Kind != fraud.Domain {
		return
	}
	host := s.x.scan.host(f.Value)
	site := host.siteOf()
	if site == f.Value {
		return
	}
	g := s.out.Sightings[len(s.out.Sightings)-1]
	g.Indicator.Value, g.Why = site, "the site that "+f.Value+" belongs to"
	if shared.host[site] && g.Role.Links() {
		g.Role, g.Why = fraud.RoleBystander, "a host that many unrelated people use"
	}
	s.out.Sightings = append(s.out.Sightings, g)
}

// text records what the free text of a field holds, and sketches it.
func (s *reportScan) text(field, text string, at time.Time, scam bool, m medium) {
	if text == "" {
		return
	}
	opt := s.opt
	opt.FromFraudster = scam
	found := s.x.scan.run(text, opt, given{medium: m})
	for i := range found {
		f := &found[i]
		if f.Kind == fraud.Phone || f.Kind == fraud.Email || f.Kind == fraud.Handle {
			s.fieldSays(f)
		}
		s.add(f, field, at)
	}
	if s.x.NoSketches {
		return
	}
	if sk := s.x.scan.sketch(field); len(sk.Hashes) > 0 {
		from := len(s.hashes)
		s.hashes = append(s.hashes, sk.Hashes...)
		sk.Hashes = s.hashes[from:len(s.hashes):len(s.hashes)]
		s.out.Sketches = append(s.out.Sketches, sk)
	}
}
