package fraud

func (p *Decoder) report(r *Report) {
	if !p.take('{') { // a null is no report, but the general decoder says so
		p.bad = true
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "id":
			p.once(&seen, 0)
			r.ID = p.text()
		case "source":
			p.once(&seen, 1)
			r.Source = p.keep(p.text())
		case "received_at":
			p.once(&seen, 2)
			r.ReceivedAt = p.time()
		case "supersedes":
			p.once(&seen, 3)
			r.Supersedes = p.text()
		case "reporter":
			p.once(&seen, 4)
			p.reporter(&r.Reporter)
		case "consent":
			p.once(&seen, 5)
			p.consent(&r.Consent)
		case "contacts":
			p.once(&seen, 6)
			r.Contacts = list(p, r.Contacts, (*Decoder).contact)
		case "remote_access":
			p.once(&seen, 7)
			r.RemoteAccess = list(p, r.RemoteAccess, (*Decoder).remote)
		case "payments":
			p.once(&seen, 8)
			r.Payments = list(p, r.Payments, (*Decoder).payment)
		case "subjects":
			p.once(&seen, 9)
			r.Subjects = list(p, r.Subjects, (*Decoder).subject)
		case "narrative":
			p.once(&seen, 10)
			r.Narrative = p.text()
		case "evidence":
			p.once(&seen, 11)
			r.Evidence = list(p, r.Evidence, (*Decoder).evidence)
		case "external_refs":
			p.once(&seen, 12)
			r.ExternalRefs = list(p, r.ExternalRefs, (*Decoder).externalRef)
		case "tlp":
			p.once(&seen, 13)
			r.TLP = TLP(p.keep(p.text()))
		case "pap":
			p.once(&seen, 14)
			r.PAP = PAP(p.keep(p.text()))
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}

// list reads a list of objects; a null leaves none.
func list[T any](p *Decoder, old []T, one func(*Decoder, *T)) []T {
	if !p.open('[') {
		return nil
	}
	out := old[:0]
	if out == nil {
		out = []T{}
	}
	for first := true; p.more(']', first); first = false {
		var zero T
		out = append(out, zero)
		if len(out) > maxItems { // more than any report may have: refused below
			p.bad = true
			return nil
		}
		one(p, &out[len(out)-1])
	}
	return out
}

// texts reads a list of strings.
func (p *Decoder) texts() []string {
	if !p.open('[') {
		return nil
	}
	out := []string{}
	for first := true; p.more(']', first); first = false {
		out = append(out, p.text())
	}
	return out
}

func (p *Decoder) reporter(x *Reporter) {
	if !p.open('{') {
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "role":
			p.once(&seen, 0)
			x.Role = p.text()
		case "name":
			p.once(&seen, 1)
			x.Name = p.text()
		case "email":
			p.once(&seen, 2)
			x.Email = p.text()
		case "phone":
			p.once(&seen, 3)
			x.Phone = p.text()
		case "address":
			p.once(&seen, 4)
			x.Address = p.text()
		case "age_band":
			p.once(&seen, 5)
			x.AgeBand = p.keep(p.text())
		case "country":
			p.once(&seen, 6)
			x.Country = p.keep(p.text())
		case "region":
			p.once(&seen, 7)
			x.Region = p.text()
		case "language":
			p.once(&seen, 8)
			x.Language = p.text()
		case "time_zone":
			p.once(&seen, 9)
			x.TimeZone = p.text()
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}

func (p *Decoder) consent(x *Consent) {
	if !p.open('{') {
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "contact":
			p.once(&seen, 0)
			x.Contact = p.truth()
		case "share_law_enforcement":
			p.once(&seen, 1)
			x.ShareLawEnforcement = p.truth()
		case "share_partner":
			p.once(&seen, 2)
			x.SharePartner = p.truth()
		case "testify":
			p.once(&seen, 3)
			x.Testify = p.truth()
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}

func (p *Decoder) contact(x *Contact) {
	if !p.open('{') {
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "at":
			p.once(&seen, 0)
			x.At = p.time()
		case "direction":
			p.once(&seen, 1)
			x.Direction = p.text()
		case "medium":
			p.once(&seen, 2)
			x.Medium = p.text()
		case "shown_caller_id":
			p.once(&seen, 3)
			x.ShownCallerID = p.text()
		case "callback":
			p.once(&seen, 4)
			x.Callback = p.text()
		case "sender":
			p.once(&seen, 5)
			x.Sender = p.text()
		case "url":
			p.once(&seen, 6)
			x.URL = p.text()
		case "brand":
			p.once(&seen, 7)
			x.Brand = p.keep(p.text())
		case "agent_alias":
			p.once(&seen, 8)
			x.AgentAlias = p.text()
		case "text":
			p.once(&seen, 9)
			x.Text = p.text()
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}

func (p *Decoder) remote(x *RemoteAccess) {
	if !p.open('{') {
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "at":
			p.once(&seen, 0)
			x.At = p.time()
		case "tool":
			p.once(&seen, 1)
			x.Tool = p.text()
		case "session_id":
			p.once(&seen, 2)
			x.SessionID = p.text()
		case "host":
			p.once(&seen, 3)
			x.Host = p.text()
		case "installed":
			p.once(&seen, 4)
			x.Installed = p.texts()
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}

func (p *Decoder) payment(x *Payment) {
	if !p.open('{') {
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "status":
			p.once(&seen, 0)
			x.Status = p.text()
		case "rail":
			p.once(&seen, 1)
			x.Rail = Rail(p.text())
		case "amount":
			p.once(&seen, 2)
			x.Amount = p.text()
		case "currency":
			p.once(&seen, 3)
			x.Currency = p.keep(p.text())
		case "at":
			p.once(&seen, 4)
			x.At = p.time()
		case "from_institution":
			p.once(&seen, 5)
			x.FromInstitution = p.text()
		case "to_name":
			p.once(&seen, 6)
			x.ToName = p.text()
		case "to_institution":
			p.once(&seen, 7)
			x.ToInstitution = p.text()
		case "to_account":
			p.once(&seen, 8)
			x.ToAccount = p.text()
		case "to_bank_code":
			p.once(&seen, 9)
			x.ToBankCode = p.text()
		case "to_upi":
			p.once(&seen, 10)
			x.ToUPI = p.text()
		case "to_wallet":
			p.once(&seen, 11)
			x.ToWallet = p.text()
		case "txid":
			p.once(&seen, 12)
			x.TxID = p.text()
		case "card_descriptor":
			p.once(&seen, 13)
			x.CardDescriptor = p.text()
		case "gift_card_brand":
			p.once(&seen, 14)
			x.GiftCardBrand = p.text()
		case "gift_card_serial":
			p.once(&seen, 15)
			x.GiftCardSerial = p.text()
		case "bank_notified_at":
			p.once(&seen, 16)
			x.BankNotifiedAt = p.time()
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}

func (p *Decoder) subject(x *NamedSubject) {
	if !p.open('{') {
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "name":
			p.once(&seen, 0)
			x.Name = p.text()
		case "alias":
			p.once(&seen, 1)
			x.Alias = p.texts()
		case "role":
			p.once(&seen, 2)
			x.Role = p.text()
		case "company":
			p.once(&seen, 3)
			x.Company = p.text()
		case "registration_no":
			p.once(&seen, 4)
			x.RegistrationNo = p.text()
		case "tax_id":
			p.once(&seen, 5)
			x.TaxID = p.text()
		case "address":
			p.once(&seen, 6)
			x.Address = p.text()
		case "country":
			p.once(&seen, 7)
			x.Country = p.text()
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}

func (p *Decoder) evidence(x *Evidence) {
	if !p.open('{') {
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "sha256":
			p.once(&seen, 0)
			x.SHA256 = p.text()
		case "name":
			p.once(&seen, 1)
			x.Name = p.text()
		case "media_type":
			p.once(&seen, 2)
			x.MediaType = p.text()
		case "size":
			p.once(&seen, 3)
			x.Size = p.count()
		case "captured_at":
			p.once(&seen, 4)
			x.CapturedAt = p.time()
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}

func (p *Decoder) externalRef(x *ExternalRef) {
	if !p.open('{') {
		return
	}
	seen, base := uint32(0), len(p.names)
	for first := true; p.more('}', first); first = false {
		switch name := p.name(); name {
		case "agency":
			p.once(&seen, 0)
			x.Agency = p.text()
		case "ref":
			p.once(&seen, 1)
			x.Ref = p.text()
		default:
			p.unknown(name, base)
		}
	}
	p.names = p.names[:base]
}
