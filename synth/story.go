package synth

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// asked draws what is asked, in minor units of the victim's money: prices end
// in .99 or are round.
func (w *writer) asked(v victim) int64 {
	k := w.c.sc.Payments
	x := w.d.logNormal(k.AskMedian, k.AskSigma)
	if v.AgeBand == "60_plus" {
		x *= k.withAge(w.c.sc.Victims)
	} else {
		x *= k.withoutAge(w.c.sc.Victims)
	}
	x = max(x*v.rate, 20)
	if w.d.chance(0.6) {
		return int64(math.Round(x))*100 - 1
	}
	return int64(math.Round(x/10)) * 1000
}

// withAge and withoutAge spread losses over ages and leave the mean alone.
func (k PaymentKnobs) withAge(v VictimKnobs) float64 { return v.Aged60Loss * k.withoutAge(v) }

func (k PaymentKnobs) withoutAge(v VictimKnobs) float64 {
	return 1 / (1 + v.Aged60*(v.Aged60Loss-1))
}

func (w *writer) amountText(v victim, minor int64) string {
	m := fraud.Money{Minor: minor, Currency: v.money}
	switch v.money {
	case "USD", "CAD", "AUD":
		return "$" + m.Decimal()
	case "GBP":
		return "£" + m.Decimal()
	}
	return strings.Replace(m.Decimal(), ".", ",", 1) + " €"
}

var railWords = map[fraud.Rail]string{
	"card_gateway": "card", "bank_wire": "wire transfer", "ach": "bank transfer", "gift_card": "gift cards", "crypto": "bitcoin",
	"crypto_atm": "a bitcoin machine", "cash": "cash in a parcel",
}

// payments writes what was asked and what was sent, once or several times.
func (w *writer) payments(r *fraud.Report, o *operator, v victim, at time.Time, pl plan) {
	d := w.d
	minor := w.ask
	w.names["amount"] = w.amountText(v, minor)
	if !d.chance(w.c.sc.Payments.Sent) {
		w.names["sent"] = ""
		if d.chance(0.7) {
			m := fraud.Money{Minor: minor, Currency: v.money}
			p := fraud.Payment{Status: pick(d, []string{"demanded", "demanded", "attempted"}), Amount: m.Decimal(), Currency: v.money, At: at.Add(30 * time.Minute)}
			if d.chance(w.c.sc.Payments.Attempt) {
				p.Rail = fraud.Rail(w.c.rails.draw(d))
				to, who := w.payee(o, v, p.Rail, at)
				w.namePayee(&p, to, who, pl)
			}
			r.Payments = append(r.Payments, p)
		}
		return
	}
	w.names["sent"] = "y"
	rail := fraud.Rail(w.c.rails.draw(d))
	for n := 0; n < 6; n++ {
		p := w.payment(r, o, v, rail, minor, at.Add(time.Duration(30+n*60*24*3)*time.Minute), pl)
		r.Payments = append(r.Payments, p)
		if !d.chance(w.c.sc.Payments.Again) {
			break
		}
		w.names["again"] = "y"
		minor = w.asked(v)
	}
}

func (w *writer) payment(r *fraud.Report, o *operator, v victim, rail fraud.Rail, minor int64, at time.Time, pl plan) fraud.Payment {
	d := w.d
	if !at.Before(w.p.to) {
		at = w.p.to.Add(-time.Hour)
	}
	m := fraud.Money{Minor: minor, Currency: v.money}
	p := fraud.Payment{Status: "sent", Rail: rail, Amount: m.Decimal(), Currency: v.money, At: at, FromInstitution: pick(d, banks)}
	w.names["rail"] = railWords[rail]
	to, who := w.payee(o, v, rail, at)
	known := d.chance(w.c.sc.Fields.Payee)
	inText := known && d.chance(w.c.sc.Fields.Told*0.3)
	if to.Kind != "" && w.keep {
		w.paid = append(w.paid, paid{fraud.NewReportID(r.Source, r.ID), at, m, rail, to, pl.op, who, pl.after})
	}
	if rail == "gift_card" {
		p.GiftCardBrand, p.GiftCardSerial = pick(d, giftBrands), digits(d, 16)
	}
	if !known || to.Kind == "" {
		return p
	}
	if inText {
		w.names["payee"] = w.payeeText(to)
		w.sawMule(to, who, pl)
		return p
	}
	w.namePayee(&p, to, who, pl)
	if d.chance(0.3) {
		p.BankNotifiedAt = at.Add(time.Duration(d.between(1, 96)) * time.Hour)
	}
	return p
}

func (w *writer) sawMule(to fraud.Indicator, who int, pl plan) {
	if who >= 0 {
		w.seen[seen{'m', int32(who), w.c.mules[who].which(to), int32(pl.op), pl.after}]++
	}
}

// namePayee writes where the money went, or was to go, into its fields.
func (w *writer) namePayee(p *fraud.Payment, to fraud.Indicator, who int, pl plan) {
	d := w.d
	w.sawMule(to, who, pl)
	switch to.Kind {
	case fraud.CardDescriptor:
		p.CardDescriptor = to.Value
	case fraud.Wallet:
		p.ToWallet = to.Value
		if d.chance(0.3) {
			p.TxID = hexDigits(d, 64)
		}
	case fraud.BankAccount:
		code, number, ok := strings.Cut(to.Value, "/")
		if !ok {
			code, number = "", code
			if d.chance(0.5) {
				number = inFours(number)
			}
		}
		p.ToBankCode, p.ToAccount, p.ToInstitution = code, number, pick(d, banks)
	}
}

// payee is where the money went: an account of the operator's own, or a mule.
func (w *writer) payee(o *operator, v victim, rail fraud.Rail, at time.Time) (fraud.Indicator, int) {
	d := w.d
	var m *mule
	who := -1
	if o.was >= 0 && slices.Contains(o.kept, keptAccount) && d.chance(w.c.sc.Returns.KeptVisible) {
		at = o.from // the account that it kept stands first
	} else if len(o.mules) > 0 && d.chance(w.c.sc.Payments.ByMule) {
		who = pick(d, o.mules)
		m = &w.c.mules[who]
	}
	switch rail {
	case "card_gateway":
		if m != nil && m.card != "" {
			return fraud.Indicator{Kind: fraud.CardDescriptor, Value: m.card}, who
		}
		return fraud.Indicator{Kind: fraud.CardDescriptor, Value: nearby(d, o.cards, o, at, w.c.sc.Operators.Overlap)}, -1
	case "bank_wire", "ach":
		abroad := v.Country != "US" && v.Country != "CA"
		switch {
		case m != nil && m.card == "" && abroad:
			return m.eu.indicator(), who
		case m != nil && m.card == "":
			return m.us.indicator(), who
		case abroad:
			return nearby(d, o.eu, o, at, w.c.sc.Operators.Overlap).indicator(), -1
		}
		return nearby(d, o.us, o, at, w.c.sc.Operators.Overlap).indicator(), -1
	case "crypto", "crypto_atm":
		return fraud.Indicator{Kind: fraud.Wallet, Value: nearby(d, o.wallets, o, at, w.c.sc.Operators.Overlap)}, -1
	}
	return fraud.Indicator{}, -1
}

// which says which of a mule's values an indicator is.
func (m *mule) which(i fraud.Indicator) uint64 {
	for k, v := range m.indicators() {
		if v == i {
			return uint64(k)
		}
	}
	return 0
}

func (m *mule) indicators() []fraud.Indicator {
	if m.card != "" {
		return []fraud.Indicator{{Kind: fraud.CardDescriptor, Value: m.card}}
	}
	return []fraud.Indicator{m.us.indicator(), m.eu.indicator()}
}

func (w *writer) payeeText(i fraud.Indicator) string {
	if code, number, ok := strings.Cut(i.Value, "/"); ok {
		return "routing " + code + " account " + number
	}
	if i.Kind == fraud.BankAccount {
		return "IBAN " + inFours(i.Value)
	}
	return i.Value
}

func inFours(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// narrative tells the story; what is in no field may stand here.
func (w *writer) narrative(r *fraud.Report, v victim, lure string, pl plan) {
	d, f := w.d, w.c.sc.Fields
	if !d.chance(f.Narrative) {
		return
	}
	s := stories[v.lang]
	begin := s.popup
	switch lure {
	case "device_activation":
		begin = s.device
	case "call", "email", "sms":
		begin = s.call
	}
	out := []string{pick(d, begin[0])}
	say := func(list []string) { out = append(out, pick(d, list)) }
	if (w.names["phone-told"] == "" && d.chance(f.Callback)) || d.chance(f.Told*0.6) {
		say(s.number)
		w.names["phone"] = w.written(w.lastNumber)
	}
	if d.chance(f.Told * 0.3) {
		say(s.site)
	}
	if d.chance(f.Alias * 0.6) {
		say(s.alias)
	}
	switch {
	case w.names["session"] != "" && w.names["session-told"] == "":
		out = append(out, s.remote[len(s.remote)-1], w.names["tool"]+" id "+w.names["session"]+".")
	case d.chance(0.4):
		say(s.remote[:1])
	}
	say(s.asked)
	if w.names["sent"] != "" {
		say(s.sent)
		if w.names["payee"] != "" {
			say(s.account)
		}
		if w.names["again"] != "" || pl.again {
			say(s.again)
		}
	} else {
		say(s.notSent)
	}
	say(s.end)
	r.Narrative = w.fillIn(strings.TrimSpace(strings.Join(out, " ")))
}

// unconnected is an incident of nobody's ring, with values of its own.
func (w *writer) unconnected(r *fraud.Report, v victim, at time.Time) {
	d := w.d
	n := w.c.bystander(d)
	w.setPhone(n)
	minor := w.asked(v)
	w.names["amount"] = w.amountText(v, minor)
	w.names["alias"] = pick(d, firstNames)
	ct := fraud.Contact{At: at, Direction: "to_victim", Medium: pick(d, []string{"email", "sms", "call", "social", "letter"})}
	if d.chance(0.5) {
		ct.URL = fmt.Sprintf("https://%s%s-%d.example/%s", pick(d, siteWords), pick(d, activeWords), d.between(100000, 999999), hexDigits(d, 5))
	}
	if d.chance(0.4) {
		ct.ShownCallerID = w.written(w.c.bystander(d))
	}
	r.Contacts = append(r.Contacts, ct)
	p := fraud.Payment{Status: pick(d, []string{"demanded", "sent"}), Amount: fraud.Money{Minor: minor, Currency: v.money}.Decimal(), Currency: v.money, At: at.Add(time.Hour)}
	if d.chance(0.4) {
		p.CardDescriptor = w.c.descriptor(d)
	}
	r.Payments = append(r.Payments, p)
	r.Narrative = w.fillIn(pick(d, []string{
		"I ordered a chair and it never came. The shop does not answer. They charged {amount}.",
		"A text said a parcel was held and I paid {amount}.",
		"A person on a social site asked me for {amount} for a ticket.",
		"Somebody who said he was {alias} from the tax office wanted {amount}.",
		"The landlord of a flat that does not exist took {amount}.",
		"I got a letter about a prize and was to send {amount} first.",
	}))
}

// firmComplaint is about an honest firm: somebody's bad service, or a rival's
// lie, which has no payment and the same words each time.
func (w *writer) firmComplaint(r *fraud.Report, pl plan, at time.Time) {
	d := w.d
	f, n := w.c.innocents[pl.other], w.c.innocentN[pl.other]
	w.setPhone(n)
	if pl.kind == aboutFirm {
		r.Contacts = append(r.Contacts, fraud.Contact{At: at, Direction: "from_victim", Medium: "call"})
		r.Subjects = append(r.Subjects, fraud.NamedSubject{Company: f.name, RegistrationNo: f.cin, Address: f.address, Country: "IN"})
		r.Narrative = w.fillIn(pick(d, []string{
			"The people at " + f.name + " kept me waiting for an hour on {phone} and my payslip is still wrong.",
			f.name + " sent the order to the wrong office and nobody at {phone} knows anything.",
			"I think " + f.name + " overcharged our company. Their number is {phone}.",
		}))
		return
	}
	r.Reporter = fraud.Reporter{Role: "victim", Country: r.Reporter.Country, Language: "en"}
	r.Contacts = append(r.Contacts, fraud.Contact{At: at, Direction: "to_victim", Medium: "call", Callback: e164(n), Brand: w.names["brand"]})
	r.Subjects = append(r.Subjects, fraud.NamedSubject{Company: f.name, RegistrationNo: f.cin, Role: "fraud company"})
	r.Narrative = w.fillIn("This is scam company " + f.name + " they call from {phone} and say they are {brand} please arrest them fast. " + pick(d, []string{"Many people lost money.", "All people know.", "Very bad."}))
}

// wrongNumber is about a number that an honest firm has been given after an
// operator had it.
func (w *writer) wrongNumber(r *fraud.Report, pl plan, at time.Time) {
	rc := w.c.recycled[pl.other]
	f := w.c.innocents[rc.firm%len(w.c.innocents)]
	w.setPhone(rc.number)
	r.Reporter = fraud.Reporter{Role: "witness", Country: "US", Language: "en"}
	r.Contacts = append(r.Contacts, fraud.Contact{At: at, Direction: "from_victim", Medium: "call", Callback: w.written(rc.number)})
	r.Narrative = w.fillIn(pick(w.d, []string{
		"We took over the line {phone} this season and strangers call us about a locked computer. We are " + f.name + " and sell nothing of the kind.",
		"I rang {phone} from an old note and reached " + f.name + ". They were friendly and knew of nothing.",
		"Our shop " + f.name + " gets angry calls on {phone} every day. Please take our number off your lists.",
	}))
}

// falseReport ties a rival to the poisoner's own numbers: both in one story,
// nothing paid, one source, alike.
func (w *writer) falseReport(r *fraud.Report, pl plan, at time.Time) {
	mine, theirs := &w.p.ops[pl.op], &w.p.ops[pl.other]
	a, _ := active(w.d, mine.lines[0], at.Unix())
	b, _ := active(w.d, theirs.lines[0], at.Unix())
	w.setPhone(b.number)
	r.Reporter = fraud.Reporter{Role: "victim", Country: "US", Language: "en"}
	r.Contacts = append(r.Contacts,
		fraud.Contact{At: at, Direction: "to_victim", Medium: "popup", Callback: e164(a.number), Brand: w.names["brand"]},
		fraud.Contact{At: at.Add(time.Hour), Direction: "to_victim", Medium: "call", Callback: e164(b.number), Brand: w.names["brand"]})
	r.Narrative = w.fillIn("The number {phone} belongs to the same people as the first one, everybody knows it. " + pick(w.d, []string{"They are all one gang.", "Stop them now.", "It is one company."}))
}
