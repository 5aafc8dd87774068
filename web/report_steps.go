package web

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

func asLarge(err error, large **http.MaxBytesError) bool { return errors.As(err, large) }

func (s *Server) reportRender(w http.ResponseWriter, r *http.Request, step string, f reportForm, wrong []problem) error {
	p := reportPage{base: s.base(w, r, ""), Step: step, Form: f}
	p.Problems = wrong
	titles := []struct{ step, title string }{
		{"tell", p.Words.TellTitle},
		{"found", p.Words.FoundTitle},
		{"missing", p.Words.MissingTitle},
		{"consent", p.Words.ConsentTitle},
		{"review", p.Words.ReviewTitle},
	}
	for i, t := range titles {
		if t.step == step {
			p.StepNo, p.PageTitle = i+1, t.title
		}
	}
	if p.StepNo == 0 {
		p.Step, p.StepNo, p.PageTitle = "tell", 1, titles[0].title
	}
	p.CanAttach = s.Evidence != nil
	p.Kept = f.kept(p.Step)
	p.Cards = cards(p.Words, f.Findings)
	p.Rails = railOptions(p.Words, f.Rail)
	p.Places = s.countryOptions(p.Words, f.Country)
	p.Moneys = moneys
	if p.Form.Currency == "" {
		p.Form.Currency = currencyOf(f.Country)
	}
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, status, "report.html", p)
}

// kept lists the answers that this step does not ask for itself.
func (f reportForm) kept(step string) []hidden {
	var out []hidden
	add := func(of, name, value string) {
		if of != step && value != "" {
			out = append(out, hidden{name, value})
		}
	}
	yes := func(b bool) string {
		if b {
			return "yes"
		}
		return ""
	}
	for _, x := range []struct{ of, name, value string }{
		{"tell", "story", f.Story},
		{"tell", "who", f.Who},
		{"tell", "country", f.Country},
		{"", "file_sha", f.FileSHA},
		{"", "file_name", f.FileName},
		{"", "file_type", f.FileType},
		{"missing", "paid", f.Paid},
		{"missing", "amount", f.Amount},
		{"missing", "currency", f.Currency},
		{"missing", "rail", f.Rail},
		{"missing", "paid_on", f.PaidOn},
		{"missing", "bank_told", f.BankTold},
		{"missing", "remote", f.Remote},
		{"missing", "brand", f.Brand},
		{"missing", "began", f.Began},
		{"missing", "age", f.Age},
		{"consent", "police", yes(f.Police)},
		{"consent", "partner", yes(f.Partner)},
		{"consent", "contact", yes(f.Contact)},
		{"consent", "testify", yes(f.Testify)},
		{"consent", "name", f.Name},
		{"consent", "mail", f.Mail},
		{"consent", "phone", f.Phone},
	} {
		add(x.of, x.name, x.value)
	}
	if f.FileSHA != "" {
		add("", "file_size", strconv.FormatInt(f.FileSize, 10))
	}
	for i, x := range f.Findings {
		n := strconv.Itoa(i)
		add("", "kind_"+n, string(x.Kind))
		add("", "value_"+n, x.Value)
		add("found", "role_"+n, string(x.Role))
	}
	return out
}

func cards(w Words, findings []finding) []findingCard {
	out := make([]findingCard, 0, len(findings))
	for i, x := range findings {
		c := findingCard{finding: x, No: i, What: w.KindOther, Shown: asTold(fraud.Indicator{Kind: x.Kind, Value: x.Value})}
		var roles []fraud.Role
		switch familyOf(x.Kind) {
		case fraud.FamilyContact:
			c.What, roles = w.KindPhone, []fraud.Role{fraud.RoleCallback, fraud.RoleShownCallerID}
			if x.Kind != fraud.Phone {
				c.What, roles = w.KindMail, []fraud.Role{fraud.RoleSender}
			}
		case fraud.FamilyWeb:
			c.What, roles = w.KindSite, []fraud.Role{fraud.RoleLure}
		case fraud.FamilyMoney:
			c.What, roles = w.KindMoney, []fraud.Role{fraud.RolePayee}
		case fraud.FamilyRemote:
			c.What, roles = w.KindRemote, []fraud.Role{fraud.RoleRemote}
		default:
			c.What, roles = w.KindFirm, []fraud.Role{fraud.RoleAlias, fraud.RolePayee}
		}
		roles = append(roles, fraud.RoleVictimOwned, fraud.RoleGenuineBrand, "drop")
		chosen := false
		for _, role := range roles {
			o := option{Value: string(role), Word: roleQuestion(w, role), Chosen: role == x.Role}
			chosen = chosen || o.Chosen
			c.Roles = append(c.Roles, o)
		}
		if !chosen {
			c.Roles[0].Chosen = true
		}
		out = append(out, c)
	}
	return out
}

// asTold writes a value as people write it, not in the form in which it is
// compared: "AnyDesk 128 445 769" for anydesk:128445769, "James" for james.
func asTold(i fraud.Indicator) string {
	text := indicatorText(i)
	switch i.Kind {
	case fraud.RemoteID:
		tool, no, ok := strings.Cut(text, ":")
		if !ok {
			return text
		}
		names := map[string]string{"anydesk": "AnyDesk", "teamviewer": "TeamViewer", "ultraviewer": "UltraViewer", "screenconnect": "ScreenConnect", "rustdesk": "RustDesk", "supremo": "Supremo"}
		var groups []string
		for len(no) > 3 && strings.Trim(no, "0123456789") == "" {
			groups, no = append(groups, no[:3]), no[3:]
		}
		return cmp.Or(names[tool], tool) + " " + strings.Join(append(groups, no), " ")
	case fraud.PersonAlias, fraud.Company:
		words := strings.Fields(text)
		for n, w := range words {
			r, size := utf8.DecodeRuneInString(w)
			words[n] = string(unicode.ToUpper(r)) + w[size:]
		}
		return strings.Join(words, " ")
	}
	return text
}

// roleQuestion says a role as the person who reports would.
func roleQuestion(w Words, r fraud.Role) string {
	switch r {
	case fraud.RoleCallback:
		return w.RoleCallback
	case fraud.RoleShownCallerID:
		return w.RoleShown
	case fraud.RoleSender:
		return w.RoleSender
	case fraud.RoleLure, fraud.RoleRedirect:
		return w.RoleLure
	case fraud.RolePayee:
		return w.RolePayee
	case fraud.RoleRemote:
		return w.RoleRemote
	case fraud.RoleAlias, fraud.RoleCompany:
		return w.RoleNamed
	case fraud.RoleVictimOwned:
		return w.RoleMine
	case fraud.RoleGenuineBrand:
		return w.RoleGenuine
	}
	return w.RoleDrop
}

func railOptions(w Words, chosen string) []option {
	out := []option{
		{"bank_wire", w.RailWire, false},
		{"card_gateway", w.RailCard, false},
		{"gift_card", w.RailGift, false},
		{"crypto", w.RailCrypto, false},
		{"cash", w.RailCash, false},
		{"gold_courier", w.RailCourier, false},
		{"upi", w.RailUPI, false},
		{"money_transfer", w.RailTransfer, false},
		{"other", w.RailOther, false},
	}
	for i := range out {
		out[i].Chosen = out[i].Value == chosen
	}
	return out
}

// railNames are words by which people say how they paid, where no value tells.
var railNames = []struct{ rail, name string }{
	{"gift_card", "gift card"},
	{"gift_card", "giftcard"},
	{"gift_card", "geschenkkarte"},
	{"gift_card", "gutscheinkarte"},
	{"gift_card", "tarjeta regalo"},
	{"gift_card", "tarjeta de regalo"},
	{"gift_card", "tarjetas regalo"},
	{"gift_card", "tarjetas de regalo"},
	{"gift_card", "carte cadeau"},
	{"gift_card", "cartes cadeau"},
	{"gift_card", "गिफ्ट कार्ड"},
	{"gift_card", "ギフトカード"},
	{"crypto", "bitcoin"},
	{"crypto", "बिटकॉइन"},
	{"crypto", "ビットコイン"},
	{"money_transfer", "western union"},
	{"money_transfer", "moneygram"},
}

// railTold is how money was sent as far as the words say it, empty if they
// name no way or several: the steps of one way are a third of those of all.
func railTold(story string, found []fraud.Sighting) string {
	told := map[string]bool{}
	for _, x := range found {
		switch {
		case x.Indicator.Kind == fraud.GiftCard:
			told["gift_card"] = true
		case x.Indicator.Kind == fraud.Wallet || x.Indicator.Kind == fraud.TxID:
			told["crypto"] = true
		case x.Indicator.Kind == fraud.UPI && x.Role == fraud.RolePayee:
			told["upi"] = true
		case x.Indicator.Kind == fraud.BankAccount && x.Role == fraud.RolePayee:
			told["bank_wire"] = true
		case x.Indicator.Kind == fraud.CardDescriptor:
			told["card_gateway"] = true
		}
	}
	story = strings.ToLower(story)
	for _, n := range railNames {
		if strings.Contains(story, n.name) {
			told[n.rail] = true
		}
	}
	if len(told) != 1 {
		return ""
	}
	for rail := range told {
		return rail
	}
	return ""
}

// railSays is a rail as the review shows it.
func (p reportPage) RailSays() string {
	for _, o := range p.Rails {
		if o.Chosen {
			return o.Word
		}
	}
	return ""
}

// PaidSays is the answer about money as the review shows it.
func (p reportPage) PaidSays() string {
	switch p.Form.Paid {
	case "sent":
		return p.Words.MoneySent
	case "attempted":
		return p.Words.MoneyTried
	case "demanded":
		return p.Words.MoneyAsked
	}
	return p.Words.MoneyNone
}

// Theirs are the cards that the person says belong to the ring.
func (p reportPage) Theirs() []findingCard {
	var out []findingCard
	for _, c := range p.Cards {
		for _, o := range c.Roles {
			if o.Chosen && o.Value != string(fraud.RoleVictimOwned) && o.Value != string(fraud.RoleGenuineBrand) && o.Value != "drop" {
				out = append(out, c)
			}
		}
	}
	return out
}

// BackTo is the step before this one.
func (p reportPage) BackTo() string {
	return []string{"tell", "tell", "found", "missing", "consent"}[p.StepNo-1]
}

// Own are the answers of this step as they stand, so that going back keeps
// them too.
func (p reportPage) Own() []hidden {
	var out []hidden
	for _, h := range p.Form.kept("") {
		mine := true
		for _, k := range p.Kept {
			mine = mine && k.Name != h.Name
		}
		if mine {
			out = append(out, h)
		}
	}
	return out
}

type changeLink struct{ To, Word, What string }

// Change names the button that leads from the review back to a step.
func (p reportPage) Change(to string) changeLink {
	what := map[string]string{"tell": p.Words.ReviewYourWords, "found": p.Words.ReviewFound, "missing": p.Words.MissingTitle, "consent": p.Words.ReviewConsents}
	return changeLink{To: to, Word: p.Words.Change, What: what[to]}
}
