package synth

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// incident writes what a victim of an operator tells.
func (w *writer) incident(r *fraud.Report, pl plan, v victim, at time.Time) {
	o, d, f := &w.p.ops[pl.op], w.d, w.c.sc.Fields
	org := w.c.sc.Orgs[pl.org]
	number, sold := w.callback(o, v, at, pl)
	w.names["alias"] = pick(d, o.agents)
	w.names["tool"] = o.tool
	w.names["url"] = w.lureURL(o, org, at)
	w.names["ext"] = digits(d, 3)
	w.setPhone(number)
	w.ask = w.asked(v)
	lure := w.lureContact(r, o, org, at, number, sold, pl)
	if lure != "popup" && lure != "device_activation" || d.chance(f.Call) {
		w.callContact(r, o, org, at, number, v)
	}
	w.remoteAccess(r, o, at)
	w.payments(r, o, v, at, pl)
	w.subjects(r, o)
	w.narrative(r, v, lure, pl)
	if d.chance(w.c.sc.Writing.WrongDate) {
		for i := range r.Contacts {
			r.Contacts[i].At = r.Contacts[i].At.AddDate(-1, 0, 0)
		}
	}
}

// callback is the number that the victim was told to call: the operator's,
// or one that a lead seller routes to it.
func (w *writer) callback(o *operator, v victim, at time.Time, pl plan) (number uint64, sold int) {
	region := 0
	switch v.Country {
	case "GB":
		region = 2
	case "DE":
		region = 3
	case "AU":
		region = 4
	}
	sold = -1
	lines := o.lines
	if len(o.sellers) > 0 && w.d.chance(w.c.sc.Numbers.Shared) {
		sold = pick(w.d, o.sellers)
		lines = w.c.sellers[sold].lines
	}
	l, ok := active(w.d, lines[region], at.Unix())
	if !ok {
		l, _ = active(w.d, lines[0], at.Unix())
	}
	if sold >= 0 {
		w.seen[seen{'n', int32(sold), l.number, int32(pl.op), pl.after}]++
	}
	return l.number, sold
}

func (w *writer) setPhone(number uint64) {
	w.lastNumber = number
	w.names["phone"] = w.written(number)
}

func (w *writer) lureURL(o *operator, org OrgKnobs, at time.Time) string {
	d := w.d
	words := siteWords
	if org.Lure == "device_activation" {
		words = activeWords
	}
	spread := o.sites * float64(at.Sub(o.from)) / float64(o.to.Sub(o.from))
	n := uint64(max(0, spread))
	if d.chance(w.c.sc.Domains.Reuse) {
		n -= n % 4 // a site that several met
	} else {
		n = n*64 + uint64(d.IntN(64)) + 1<<40
	}
	h := (n + uint64(o.number)<<44 + uint64(w.c.seed)) * 0x9E3779B97F4A7C15
	host := fmt.Sprintf("%s-%s-%d.example", words[h>>8%uint64(len(words))], words[h>>24%uint64(len(words))], h>>40%100000)
	path := ""
	switch d.IntN(4) {
	case 0:
		path = "/" + strings.ToLower(org.Brand) + "/index.html"
	case 1:
		path = "/?ph=" + fmt.Sprint(d.IntN(90)+10) + "&c=" + hexDigits(d, 6)
	case 2:
		path = "/en/" + hexDigits(d, 8)
	}
	u := "https://" + host + path
	if d.chance(w.c.sc.Writing.Defanged) {
		u = strings.Replace(strings.Replace(u, "https://", "hxxps://", 1), ".example", "[.]example", 1)
	}
	return u
}

// lureContact writes how the victim met the operator and returns the medium.
func (w *writer) lureContact(r *fraud.Report, o *operator, org OrgKnobs, at time.Time, number uint64, sold int, pl plan) string {
	d, f := w.d, w.c.sc.Fields
	lure := org.Lure
	if d.chance(w.c.sc.Operators.OtherLure) {
		lure = pick(d, []string{"call", "email", "sms"})
	}
	if sold >= 0 && d.chance(w.c.sc.Suppliers.RedirectSeen) {
		w.seen[seen{'r', int32(sold), 0, int32(pl.op), pl.after}]++
		r.Contacts = append(r.Contacts, fraud.Contact{
			At: at.Add(-time.Minute), Direction: "to_victim", Medium: pick(d, []string{"sponsored_ad", "search_result"}),
			URL: fmt.Sprintf("https://%s/c/%s", w.c.sellers[sold].redirect, hexDigits(d, 10)),
		})
	}
	ct := fraud.Contact{At: at, Direction: "to_victim"}
	if lure == "call" {
		return lure
	}
	if d.chance(f.Medium) {
		ct.Medium = lure
	}
	if d.chance(f.Brand) {
		ct.Brand = org.Brand
	}
	if d.chance(f.URL) && (lure == "popup" || lure == "device_activation") {
		ct.URL = w.names["url"]
	}
	if d.chance(f.Callback) {
		ct.Callback = w.written(w.typo(number))
		w.names["phone-told"] = "y"
	}
	switch lure {
	case "popup", "device_activation":
		if d.chance(f.PopupText) {
			ct.Text = w.cut(w.fillIn(w.kitText(o, org)))
		}
		if d.chance(f.Tracker) {
			ct.Text = strings.TrimSpace(ct.Text + "\n<script>gtag('config', '" + o.tracker + "');</script>")
		}
		w.asset(r, o, at, pl)
	case "email":
		ct.Sender = fmt.Sprintf("billing%d@%s%d.example", d.between(1, 99), pick(d, siteWords), d.between(10, 9999))
		ct.Text = w.fillIn("Dear customer, your {brand} protection plan was renewed. Invoice {code}. If you did not order this, call {phone} within 24 hours for a refund.")
	case "sms":
		ct.Text = w.fillIn("{brand}: a charge of $" + digits(d, 3) + ".99 is pending. Not you? Call {phone}")
	}
	r.Contacts = append(r.Contacts, ct)
	return lure
}

func (w *writer) kitText(o *operator, org OrgKnobs) string {
	if org.Lure == "device_activation" {
		return activationKits[o.kit%len(activationKits)]
	}
	return popupKits[0][o.kit%len(popupKits[0])]
}

func (w *writer) asset(r *fraud.Report, o *operator, at time.Time, pl plan) {
	if len(w.c.makers) == 0 || !w.d.chance(w.c.sc.Fields.Asset) {
		return
	}
	m := w.c.makers[o.kit]
	w.seen[seen{'a', int32(o.kit), 0, int32(pl.op), pl.after}]++
	r.Evidence = append(r.Evidence, fraud.Evidence{SHA256: m.asset, Name: "alert.mp3", MediaType: "audio/mpeg", Size: 184320, CapturedAt: at.Add(time.Hour)})
	if w.d.chance(0.5) {
		r.Evidence = append(r.Evidence, fraud.Evidence{SHA256: hexDigits(w.d, 64), Name: "screen.png", MediaType: "image/png", Size: int64(w.d.between(20000, 900000)), CapturedAt: at.Add(time.Hour)})
	}
}

// callContact writes the telephone call, with its transcript if there is one.
func (w *writer) callContact(r *fraud.Report, o *operator, org OrgKnobs, at time.Time, number uint64, v victim) {
	d, f := w.d, w.c.sc.Fields
	ct := fraud.Contact{At: at.Add(time.Duration(d.between(2, 40)) * time.Minute), Medium: "call", Direction: pick(d, []string{"to_victim", "from_victim"})}
	if d.chance(f.Brand) {
		ct.Brand = org.Brand
	}
	if d.chance(f.ShownID) {
		ct.ShownCallerID = w.written(w.shownID(number))
		ct.Direction = "to_victim"
	}
	if d.chance(f.Alias) {
		ct.AgentAlias = w.names["alias"]
	}
	if d.chance(f.Callback * f.CallbackAgain) {
		ct.Callback = w.written(number)
		w.names["phone-told"] = "y"
	}
	if d.chance(f.Call) {
		w.names["amount"] = w.amountText(v, w.ask)
		ct.Text = w.cut(w.transcript(o, org))
	}
	r.Contacts = append(r.Contacts, ct)
}

// shownID is what the phone displayed: seldom the callback, sometimes the
// number of somebody who knows of nothing, mostly a number used once.
func (w *writer) shownID(callback uint64) uint64 {
	k := w.c.sc.Numbers
	switch x := w.d.Float64(); {
	case x < k.ShownIsCallback:
		return callback
	case x < k.ShownIsCallback+k.ForeignShownShare:
		return w.c.innocentN[w.d.IntN(len(w.c.innocentN))]
	}
	return w.c.bystander(w.d)
}

func (w *writer) transcript(o *operator, org OrgKnobs) string {
	lure := 0
	if org.Lure == "device_activation" {
		lure = 1
	}
	script := callScripts[o.script[lure]]
	var b strings.Builder
	for i, s := range script {
		if w.d.chance(w.c.sc.Writing.Missed) {
			continue // a sentence that the transcript missed
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s[o.wording[lure][i]%len(s)])
	}
	return w.fillIn(b.String())
}

func (w *writer) remoteAccess(r *fraud.Report, o *operator, at time.Time) {
	d := w.d
	id := nearby(d, o.remotes, o, at, w.c.sc.Operators.Overlap)
	w.names["session"] = spaced(id)
	told := d.chance(w.c.sc.Fields.Remote)
	if !told {
		w.names["session"] = ""
		if d.chance(0.5) {
			r.RemoteAccess = append(r.RemoteAccess, fraud.RemoteAccess{Tool: o.tool})
		}
		return
	}
	if d.chance(w.c.sc.Fields.Told * 0.5) {
		return // it stands in the narrative alone
	}
	ra := fraud.RemoteAccess{At: at.Add(10 * time.Minute), Tool: o.tool, SessionID: id}
	if d.chance(0.5) {
		ra.SessionID = spaced(id)
	}
	if o.relay != "" && d.chance(w.c.sc.Operators.RelaySeen) {
		ra = fraud.RemoteAccess{At: ra.At, Tool: "ScreenConnect", Host: o.relay}
	}
	if d.chance(0.2) {
		ra.Installed = []string{"PC Guard Pro", "Support Tray"}[:d.between(1, 2)]
	}
	w.names["session-told"] = "y"
	r.RemoteAccess = append(r.RemoteAccess, ra)
}

// nearby picks the value that was in use at the time: values follow one
// another, with some overlap.
func nearby[T any](d *dice, list []T, o *operator, at time.Time, overlap float64) T {
	x := float64(at.Sub(o.from)) / float64(o.to.Sub(o.from)) * float64(len(list))
	return list[min(max(int(x+d.Float64()*overlap-overlap/2), 0), len(list)-1)]
}

func spaced(id string) string {
	if len(id) < 6 {
		return id
	}
	return id[:len(id)-6] + " " + id[len(id)-6:len(id)-3] + " " + id[len(id)-3:]
}

func (w *writer) subjects(r *fraud.Report, o *operator) {
	d, f := w.d, w.c.sc.Fields
	switch {
	case d.chance(f.Company):
		s := fraud.NamedSubject{Company: o.firm.name, Role: "company on the invoice"}
		if d.chance(f.RegisterNo) {
			s.RegistrationNo = o.firm.cin
		}
		if d.chance(0.3) {
			s.Address = o.firm.address
		}
		if o.was >= 0 && slices.Contains(o.kept, keptDirector) && d.chance(w.c.sc.Returns.KeptVisible) {
			s.Name = o.head // who signed it
		}
		r.Subjects = append(r.Subjects, s)
	case d.chance(0.2):
		r.Subjects = append(r.Subjects, fraud.NamedSubject{Alias: []string{w.names["alias"]}, Role: "agent"})
	}
}

// deskReport is an investigator's: the firm behind an operator, its director,
// an account and a number that a test call met.
func (w *writer) deskReport(r *fraud.Report, pl plan, at time.Time) {
	o, d := &w.p.ops[pl.op], w.d
	r.Reporter = fraud.Reporter{Role: "employee", Language: "en"}
	r.Consent = fraud.Consent{ShareLawEnforcement: true, SharePartner: true}
	l, _ := active(d, o.lines[0], at.Unix())
	w.setPhone(l.number)
	r.Contacts = append(r.Contacts, fraud.Contact{At: at, Direction: "from_victim", Medium: "call", Callback: e164(l.number), Brand: w.names["brand"], AgentAlias: pick(d, o.agents)})
	acct := nearby(d, o.us, o, at, w.c.sc.Operators.Overlap)
	r.Payments = append(r.Payments, fraud.Payment{Status: "demanded", Rail: "ach", ToName: acct.holder, ToInstitution: acct.bank, ToAccount: acct.number, ToBankCode: acct.code, Amount: "299.99", Currency: "USD", At: at})
	r.Subjects = append(r.Subjects, fraud.NamedSubject{
		Name: o.head, Role: "director", Company: o.firm.name, RegistrationNo: o.firm.cin, TaxID: o.firm.gstin, Address: o.firm.address, Country: "IN",
	})
	r.RemoteAccess = append(r.RemoteAccess, fraud.RemoteAccess{At: at, Tool: o.tool, SessionID: nearby(d, o.remotes, o, at, w.c.sc.Operators.Overlap)})
	r.Narrative = w.fillIn("Test call by the desk to {phone}. The agent followed the usual script and asked for payment to the account given above. " +
		"Open sources name the firm " + o.firm.name + " (" + o.firm.cin + "). The page carried the tag " + o.tracker + ".")
}

// cut shortens a text as a form or a patient's patience would.
func (w *writer) cut(s string) string {
	if len(s) < 80 || !w.d.chance(w.c.sc.Writing.CutText) {
		return s
	}
	words := strings.Fields(s)
	return strings.Join(words[:w.d.between(len(words)/2, len(words))], " ")
}

// fillIn puts the report's values into the slots of a text.
func (w *writer) fillIn(text string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		slot, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteByte('{')
			text = rest
			continue
		}
		b.WriteString(w.names[slot])
		text = after
	}
}
