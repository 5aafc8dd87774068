package extract

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// sound fails if a finding does not stand where it says.
func sound(t *testing.T, text string, found []Finding) {
	t.Helper()
	for _, f := range found {
		switch {
		case f.Start < 0 || f.End > len(text) || f.Start >= f.End:
			t.Fatalf("%s at %d to %d of %d bytes", f.Kind, f.Start, f.End, len(text))
		case text[f.Start:f.End] != f.Raw:
			t.Fatalf("%s: the text holds %q, the finding %q", f.Kind, text[f.Start:f.End], f.Raw)
		case f.Value == "" || f.Role == "" || f.Why == "":
			t.Fatalf("%s without value, role or reason: %+v", f.Kind, f)
		case !utf8.ValidString(f.Value) && utf8.ValidString(text):
			t.Fatalf("%s: value is not UTF-8: %q", f.Kind, f.Value)
		}
	}
}

func seeds(f *testing.F) {
	f.Helper()
	for i, one := range corpus(f) {
		if i%13 == 0 {
			f.Add(one.Text)
		}
	}
	f.Add("1-800-MSFT-HLP +44 (0)20 7946 0123 ext. 9 <b>888</b>-555&nbsp;0144 a@b c at d dot e")
	f.Add("DE89370400440532013000 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 89014103211118510720 $1.234,56 \x01\x02\xff\xfe")
	f.Add("http://[::1]/ hxxp://a[.]b(.)c/?phone=%2B18885550142#x wa.me/1 t.me/+abc UA-1-1 fbq( 12.12.2020 1.2.3.4.5")
	f.Add("double triple eight quatre-vingt-dix-neuf hundred and and 5 five-five")
}

func FuzzText(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, scam := range []bool{false, true} {
			opt := Options{Country: []string{"US", "GB", "DE", "JP", "AR", ""}[len(s)%6], FromFraudster: scam}
			found := Text(s, opt)
			sound(t, s, found)
			for _, one := range found {
				if scam {
					break
				}
				if v, ok := Canonical(one.Kind, one.Value, opt.Country); !ok || v != one.Value {
					if one.Kind != fraud.Amount {
						t.Fatalf("%s %q is not its own canonical form but %q", one.Kind, one.Value, v)
					}
				}
			}
		}
		Sketch("narrative", s)
	})
}

func FuzzHTML(f *testing.F) {
	seeds(f)
	f.Add("<html><style>.x{display:none}@media(a){.y{display:none}}</style><p class=x>888-555-0142</p><a href='tel:+18885550142'>call</a><script>var a=\"\\u0031\\x38\"</script>")
	f.Add("<div style='font-size:0'><p><table><tr><td>a</div></p><!-- x --><title>t</title><br><br>")
	f.Fuzz(func(t *testing.T, s string) {
		doc, found := HTML([]byte(s), Options{Country: "US"})
		sound(t, doc.Text, found)
		for _, h := range doc.Hidden {
			if h.Start < 0 || h.End < h.Start || h.End > len(doc.Text) {
				t.Fatalf("hidden span %+v of %d bytes", h, len(doc.Text))
			}
		}
	})
}

func FuzzMail(f *testing.F) {
	f.Add("From: a@b.example\r\nSubject: =?utf-8?B?Y2FsbA==?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>call 888=2D555-0142</p>\r\n--x\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nSUMMARY:call 888-555-\r\n 0143\r\n--x--\r\n")
	f.Add("Content-Type: message/rfc822\n\nFrom: x\nTo: y@z.example\n\nOn Monday x wrote:\n> 888-555-0142")
	f.Add("Subject: x\nContent-Transfer-Encoding: base64\n\nODg4LTU1NS0wMTQy")
	f.Fuzz(func(t *testing.T, s string) {
		doc, found, err := Mail([]byte(s), Options{Country: "US"})
		if err != nil {
			return
		}
		sound(t, doc.Text, found)
	})
}

func FuzzReport(f *testing.F) {
	f.Add("888-555-0142", "+1 212 555 0143", "https://pc-care.example/x", "I called 888-555-0142", "021000021", "12345678")
	f.Add("telegram:abc", "a@b.example", "t.me/x", "x", "", "PCCARE*ONLINE 888")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string) {
		r := &fraud.Report{ID: "1", Source: "s", Narrative: d, Reporter: fraud.Reporter{Country: "US", Identity: fraud.Identity{Phone: b, Email: a}}}
		r.Contacts = []fraud.Contact{{Callback: a, ShownCallerID: b, Sender: c, URL: c, AgentAlias: d, Text: d}}
		r.Payments = []fraud.Payment{{ToAccount: g, ToBankCode: e, ToUPI: a, ToWallet: c, TxID: d, CardDescriptor: d, ToName: a}}
		r.RemoteAccess = []fraud.RemoteAccess{{Tool: a, SessionID: b, Host: c}}
		r.Subjects = []fraud.NamedSubject{{Name: a, Alias: []string{b}, Company: c, RegistrationNo: d, TaxID: e}}
		victim := map[fraud.Indicator]bool{}
		out := Report(r, Options{})
		for _, s := range out.Sightings {
			if s.Indicator.Value == "" || s.Role == "" || s.Why == "" || s.Report != "s/1" {
				t.Fatalf("sighting is not whole: %+v", s)
			}
			if s.Role == fraud.RoleVictimOwned && strings.HasPrefix(s.Place.Field, "reporter.") {
				victim[s.Indicator] = true
			}
		}
		for _, s := range out.Sightings {
			if victim[s.Indicator] && s.Role.Links() {
				t.Fatalf("the reporter's own value links in %s", s.Place.Field)
			}
		}
	})
}

func FuzzCanonical(f *testing.F) {
	kinds := []fraud.Kind{
		fraud.Phone, fraud.Email, fraud.URL, fraud.Domain, fraud.IP, fraud.RemoteID, fraud.RemoteHost, fraud.BankAccount, fraud.UPI, fraud.Wallet, fraud.TxID,
		fraud.CardDescriptor, fraud.MerchantID, fraud.Company, fraud.TaxID, fraud.PersonAlias, fraud.Handle, fraud.Tracker, fraud.File, fraud.IMEI, fraud.ICCID,
	}
	for i, v := range []string{"(888) 555-0142", "A@B.Example", "HXXP://A[.]example/x", "xn--pypal-4ve.com.", "::ffff:1.2.3.4", "AnyDesk: 123 456 789", "x.example:8041", "gb29 nwbk 6016 1331 9268 19", "a.b@YBL", "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"} {
		f.Add(uint8(i), v, "US")
	}
	f.Fuzz(func(t *testing.T, k uint8, raw, country string) {
		kind := kinds[int(k)%len(kinds)]
		v, ok := Canonical(kind, raw, country)
		if !ok {
			return
		}
		if again, ok := Canonical(kind, v, country); !ok || again != v {
			t.Fatalf("%s: the canonical form of %q is %q, whose own is %q (%v)", kind, raw, v, again, ok)
		}
	})
}
