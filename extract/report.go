package extract

import (
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// reportScan gathers what one report holds.
type reportScan struct {
	r    *fraud.Report
	opt  Options
	out  fraud.Extraction
	seen map[fraud.Indicator]bool // the reporter's own values
}

// Report takes the indicators out of every field of a report, the field
// saying the role, then out of its free text, and sketches the texts.
func Report(r *fraud.Report, opt Options) fraud.Extraction {
	if opt.Country == "" {
		opt.Country = r.Reporter.Country
	}
	s := &reportScan{r: r, opt: opt, seen: map[fraud.Indicator]bool{}}
	at := r.HappenedAt()
	s.field(fraud.Phone, r.Reporter.Phone, fraud.RoleVictimOwned, "reporter.phone", at, "the reporter's own")
	s.field(fraud.Email, r.Reporter.Email, fraud.RoleVictimOwned, "reporter.email", at, "the reporter's own")
	for i, c := range r.Contacts {
		s.contact("contacts["+strconv.Itoa(i)+"].", c, timeOr(c.At, at))
	}
	for i, a := range r.RemoteAccess {
		s.remote("remote_access["+strconv.Itoa(i)+"].", a, timeOr(a.At, at))
	}
	for i, p := range r.Payments {
		s.payment("payments["+strconv.Itoa(i)+"].", p, timeOr(p.At, at))
	}
	for i, n := range r.Subjects {
		s.subject("subjects["+strconv.Itoa(i)+"].", n, at)
	}
	s.evidence(at)
	s.text("narrative", r.Narrative, at, false)
	return s.out
}

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
	value, valid, ok := canonical(kind, raw, s.opt.Country)
	if !ok {
		return false
	}
	ind := fraud.Indicator{Kind: kind, Value: value}
	switch {
	case role == fraud.RoleVictimOwned:
		s.seen[ind] = true
	case s.seen[ind]:
		role, why = fraud.RoleVictimOwned, "the reporter's own, given with the report"
	default:
		role, why = s.judged(ind, role, why)
	}
	s.out.Sightings = append(s.out.Sightings, fraud.Sighting{
		Report: s.r.Name(), Indicator: ind, Role: role, At: at,
		Place: fraud.Place{Field: field, Start: 0, End: len(raw)}, Raw: raw, Valid: valid, Why: why,
	})
	return true
}

func (s *reportScan) contact(prefix string, c fraud.Contact, at time.Time) {
	s.field(fraud.Phone, c.ShownCallerID, fraud.RoleShownCallerID, prefix+"shown_caller_id", at, "shown as the caller")
	s.field(fraud.Phone, c.Callback, fraud.RoleCallback, prefix+"callback", at, "the number to call")
	if !s.field(fraud.Email, c.Sender, fraud.RoleSender, prefix+"sender", at, "sent the message") {
		s.field(fraud.Phone, c.Sender, fraud.RoleSender, prefix+"sender", at, "sent the message")
	}
	s.handle(c.Sender, prefix+"sender", at)
	s.page(c.URL, prefix+"url", at)
	s.field(fraud.PersonAlias, c.AgentAlias, fraud.RoleAlias, prefix+"agent_alias", at, "the name the agent used")
	s.text(prefix+"text", c.Text, at, true)
}

func (s *reportScan) remote(prefix string, a fraud.RemoteAccess, at time.Time) {
	s.field(fraud.RemoteTool, a.Tool, fraud.RoleMention, prefix+"tool", at, "the product that was used")
	if a.Tool != "" && a.SessionID != "" {
		s.field(fraud.RemoteID, a.Tool+":"+a.SessionID, fraud.RoleRemote, prefix+"session_id", at, "the session that reached the machine")
	}
	s.field(fraud.RemoteHost, a.Host, fraud.RoleRemote, prefix+"host", at, "the relay of the session")
}

func (s *reportScan) payment(prefix string, p fraud.Payment, at time.Time) {
	account := p.ToAccount
	if p.ToBankCode != "" && account != "" {
		account = p.ToBankCode + "/" + account
	}
	if p.ToBankCode == "" && !strings.ContainsAny(account, "/") && strings.Contains(account, "*") {
		s.field(fraud.CardDescriptor, account, fraud.RolePayee, prefix+"to_account", at, "stood on the card's statement")
		account = ""
	}
	s.field(fraud.BankAccount, account, fraud.RolePayee, prefix+"to_account", at, "money was to go there")
	s.field(fraud.UPI, p.ToUPI, fraud.RolePayee, prefix+"to_upi", at, "money was to go there")
	s.field(fraud.Wallet, p.ToWallet, fraud.RolePayee, prefix+"to_wallet", at, "money was to go there")
	s.field(fraud.TxID, p.TxID, fraud.RolePayee, prefix+"txid", at, "the payment itself")
	s.field(fraud.CardDescriptor, p.CardDescriptor, fraud.RolePayee, prefix+"card_descriptor", at, "stood on the card's statement")
	s.field(fraud.GiftCard, p.GiftCardBrand, fraud.RoleMention, prefix+"gift_card_brand", at, "the brand of card that was bought")
	s.field(fraud.PersonAlias, p.ToName, fraud.RolePayee, prefix+"to_name", at, "the payee's name")
}

func (s *reportScan) subject(prefix string, n fraud.NamedSubject, at time.Time) {
	s.field(fraud.PersonAlias, n.Name, fraud.RoleAlias, prefix+"name", at, "named by the reporter")
	for i, a := range n.Alias {
		s.field(fraud.PersonAlias, a, fraud.RoleAlias, prefix+"alias["+strconv.Itoa(i)+"]", at, "named by the reporter")
	}
	if n.Company != "" {
		s.field(fraud.Company, "name:"+n.Company, fraud.RoleCompany, prefix+"company", at, "named by the reporter")
	}
	s.inCountry(n.Country, fraud.Company, n.RegistrationNo, prefix+"registration_no", at)
	s.inCountry(n.Country, fraud.TaxID, n.TaxID, prefix+"tax_id", at)
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
	if strings.Contains(raw, ":") || strings.Contains(raw, "/") {
		s.field(fraud.Handle, raw, fraud.RoleSender, field, at, "sent the message")
	}
}

// page records a URL, its host, and the site that the host belongs to.
func (s *reportScan) page(raw, field string, at time.Time) {
	if !s.field(fraud.URL, raw, fraud.RoleLure, field, at, "the page that was met") {
		return
	}
	for _, f := range Text(raw, Options{Country: s.opt.Country, Safe: s.opt.Safe, FromFraudster: true}) {
		if f.Kind != fraud.URL {
			s.add(f, field, at)
		}
	}
}

// judged holds a field's value against what is known of its owner.
func (s *reportScan) judged(ind fraud.Indicator, role fraud.Role, why string) (fraud.Role, string) {
	owner := s.opt.Safe.owner(ind)
	if owner == "" {
		owner = builtinSafe.owner(ind)
	}
	if owner != "" {
		return fraud.RoleGenuineBrand, "genuine: it is " + owner + "'s own"
	}
	return role, why
}

// evidence records the hashes of the files that came with the report.
func (s *reportScan) evidence(at time.Time) {
	for i, e := range s.r.Evidence {
		kind := fraud.File
		if strings.HasPrefix(e.MediaType, "image/") {
			kind = fraud.Image
		}
		s.field(kind, e.SHA256, fraud.RoleAsset, "evidence["+strconv.Itoa(i)+"].sha256", timeOr(e.CapturedAt, at), "came with the report")
	}
}

// add records a finding of a text, and for a host the site it belongs to.
func (s *reportScan) add(f Finding, field string, at time.Time) {
	if s.seen[f.Indicator] {
		f.Role, f.Why = fraud.RoleVictimOwned, "the reporter's own, given with the report"
	}
	g := fraud.Sighting{
		Report: s.r.Name(), Indicator: f.Indicator, Role: f.Role, At: at,
		Place: fraud.Place{Field: field, Start: f.Start, End: f.End}, Raw: f.Raw, Valid: f.Valid, Why: f.Why,
	}
	s.out.Sightings = append(s.out.Sightings, g)
	if site := Site(f.Value); f.Kind == fraud.Domain && site != f.Value {
		g.Indicator.Value = site
		g.Why = "the site that " + f.Value + " belongs to"
		if shared.host[site] && f.Role.Links() {
			g.Role, g.Why = fraud.RoleBystander, "a host that many unrelated people use"
		}
		s.out.Sightings = append(s.out.Sightings, g)
	}
}

// text records what the free text of a field holds, and sketches it.
func (s *reportScan) text(field, text string, at time.Time, scam bool) {
	if text == "" {
		return
	}
	opt := s.opt
	opt.FromFraudster = scam
	for _, f := range Text(text, opt) {
		s.add(f, field, at)
	}
	if sk := Sketch(field, text); len(sk.Hashes) > 0 {
		s.out.Sketches = append(s.out.Sketches, sk)
	}
}
