package extract_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// roles are what Mail says of each value, a linking role first.
func roles(t *testing.T, mail string) map[string]fraud.Role {
	t.Helper()
	_, found, err := extract.Mail([]byte(mail), extract.Options{Country: "US"})
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]fraud.Role{}
	for _, f := range found {
		if !m[f.Value].Links() {
			m[f.Value] = f.Role
		}
	}
	return m
}

// Who forwards a fraud as text is not the fraudster, and the one they forward is.
func TestMailForwardedAsText(t *testing.T) {
	got := roles(t, `From: Ruth Abrams <ruth@homebox.example>
To: reports@desk.example
Subject: Fwd: Your renewal

Got this yesterday and did not call. Ruth, cell 617-555-0139

---------- Forwarded message ---------
From: Desk <m.portal@lettermill.example>
Date: Wed, 12 Mar 2025
Subject: Your renewal
To: <ruth@homebox.example>

Your plan renews for $299. Call 1-888-555-0142 to cancel.
`)
	for value, want := range map[string]fraud.Role{
		"ruth@homebox.example": fraud.RoleVictimOwned, "+16175550139": fraud.RoleVictimOwned,
		"m.portal@lettermill.example": fraud.RoleSender, "+18885550142": fraud.RoleCallback,
	} {
		if got[value] != want {
			t.Errorf("%s is %q, want %q", value, got[value], want)
		}
	}
	if _, named := got["ruth abrams"]; named {
		t.Error("the forwarder is taken for an agent")
	}
}

// The mail that somebody answers in a complaint to a desk is what the desk is
// told of, and the words above it are an account with its agents' names.
func TestMailAnsweredToADesk(t *testing.T) {
	const mail = `From: Harold Beem <hbeem@homebox.example>
To: %
Subject: I was scammed

I called and a man who said he was Chris Evans wanted AnyDesk. My phone is (573) 555-0182.
Harold

-----Original Message-----
From: "SQUAD" <billing@postgrid.example>
Sent: Monday, November 16, 2026 1:14 PM
To: hbeem@homebox.example

Renewal amt: $419.95. Cancel: 1 (818) 555 0165.
`
	for value, want := range map[string]fraud.Role{
		"hbeem@homebox.example": fraud.RoleVictimOwned, "+15735550182": fraud.RoleVictimOwned, "chris evans": fraud.RoleAlias,
		"billing@postgrid.example": fraud.RoleSender, "+18185550165": fraud.RoleCallback, "harold": "",
	} {
		if got := roles(t, strings.Replace(mail, "%", "complaints@desk.example", 1)); got[value] != want {
			t.Errorf("%s is %q, want %q", value, got[value], want)
		}
	}
	if got := roles(t, strings.Replace(mail, "%", "joan@homebox.example", 1)); got["hbeem@homebox.example"] != fraud.RoleSender {
		t.Errorf("who writes to anybody is %q, want %q", got["hbeem@homebox.example"], fraud.RoleSender)
	}
}

// What a forwarder tells at length is read as an account in one pass over what
// was found, and each value stands once.
func TestMailForwardedWithALongAccount(t *testing.T) {
	var own strings.Builder
	const told = 20_000
	for i := range told {
		fmt.Fprintf(&own, "He called from 1-888-555-01%02d and said his name was Kevin Parker.\n", i%100)
	}
	_, found, err := extract.Mail([]byte("From: Ruth <ruth@homebox.example>\nTo: reports@desk.example\nSubject: Fwd: x\n\n"+own.String()+
		"\n---------- Forwarded message ---------\nFrom: D <d@lettermill.example>\nSubject: y\n\nCall 1-844-555-0142.\n"), extract.Options{Country: "US"})
	if err != nil {
		t.Fatal(err)
	}
	phones, names, last := 0, 0, 0
	for _, f := range found {
		if f.Start < last {
			t.Fatalf("%s stands at %d, behind %d", f.Value, f.Start, last)
		}
		last = f.Start
		switch f.Kind {
		case fraud.Phone:
			phones++
		case fraud.PersonAlias:
			names++
		}
	}
	if phones != told+1 || names != told {
		t.Errorf("%d numbers and %d names, want %d and %d", phones, names, told+1, told)
	}
}

// A mail that could not be delivered comes back to who had sent it: their words
// are an account, and the mail service is no fraudster.
func TestMailThatCameBack(t *testing.T) {
	got := roles(t, `From: Mail Delivery Subsystem <mailer-daemon@bigmail.example>
To: olive@homebox.example
Subject: Delivery Status Notification (Failure)
Content-Type: multipart/report; boundary=b

--b
Content-Type: text/plain

Your message couldn't be delivered.

--b
Content-Type: message/rfc822

From: Olive <olive@homebox.example>
To: billing@norteam.example
Subject: Re: Your invoice

Please refund my $349.99. I spoke to Jason on 1-844-555-0120. My number is 207-555-0133.

--b--
`)
	for value, want := range map[string]fraud.Role{
		"mailer-daemon@bigmail.example": fraud.RoleBystander, "olive@homebox.example": fraud.RoleVictimOwned,
		"+18445550120": fraud.RoleCallback, "+12075550133": fraud.RoleVictimOwned, "jason": fraud.RoleAlias,
	} {
		if got[value] != want {
			t.Errorf("%s is %q, want %q", value, got[value], want)
		}
	}
}

// Desks write into a report's field for an account whatever was paid to.
func TestReportAccountThatIsNone(t *testing.T) {
	for _, tt := range []struct {
		to   string
		rail fraud.Rail
		want string
	}{
		{"MID 4445019920071", "card_gateway", "merchant_id:4445019920071"},
		{"PAYDESK*HELP24", "card_gateway", "card_descriptor:PAYDESK*HELP24"},
		{"pay.me@quickmail.example", "other", "email:pay.me@quickmail.example"},
		{"abc.def@okaxis", "upi", "upi:abc.def@okaxis"},
		{"$reedsupply55", "other", "handle:cashapp:reedsupply55"},
		{"832-555-0101", "other", "phone:+18325550101"},
		{"832-555-0101", "ach", "bank_account:8325550101"},
		{"8325550101", "other", "bank_account:8325550101"},
		{"0x52908400098527886E0F7030069857D2E4169EE7", "crypto", "wallet:0x52908400098527886e0f7030069857d2e4169ee7"},
	} {
		r := fraud.Report{ID: "1", Source: "s", Payments: []fraud.Payment{{ToAccount: tt.to, Rail: tt.rail}}}
		var got []string
		for _, s := range extract.Report(&r, extract.Options{Country: "US"}).Sightings {
			got = append(got, string(s.Indicator.Kind)+":"+s.Indicator.Value)
			if s.Role != fraud.RolePayee {
				t.Errorf("%s is %s", tt.to, s.Role)
			}
		}
		if !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s by %s: %q, want %q", tt.to, tt.rail, got, tt.want)
		}
	}
}

// What stands in other fields under a form of its own.
func TestReportFieldsWithMoreThanAValue(t *testing.T) {
	r := fraud.Report{ID: "1", Source: "s", Contacts: []fraud.Contact{{Sender: "@maj_reed (Instagram)"}}, Payments: []fraud.Payment{{CardDescriptor: "PCCALM* 8005550166 DE"}}}
	got := map[string]fraud.Place{}
	for _, s := range extract.Report(&r, extract.Options{Country: "US"}).Sightings {
		got[s.Indicator.Value] = s.Place
	}
	if p, ok := got["+18005550166"]; !ok || p.Start != 8 || p.End != 18 {
		t.Errorf("the merchant's number stands at %+v", p)
	}
	if _, ok := got["instagram:maj_reed"]; !ok {
		t.Errorf("no handle in %v", got)
	}
}

// A fraudster who answers in somebody's thread is the sender, and the people
// of the thread are bystanders.
func TestMailAnsweringInAThread(t *testing.T) {
	got := roles(t, `From: J. Hargreave <j.hargreave@estates.example>
To: accounts@millbrook.example
Subject: Re: Invoice

Please pay to the new account today and call me on 415-555-0170.

> Alice Penn
> 503-555-0121
> alice@millbrook.example
`)
	for value, want := range map[string]fraud.Role{
		"j.hargreave@estates.example": fraud.RoleSender, "+14155550170": fraud.RoleCallback,
		"+15035550121": fraud.RoleBystander, "alice@millbrook.example": fraud.RoleBystander,
	} {
		if got[value] != want {
			t.Errorf("%s is %q, want %q", value, got[value], want)
		}
	}
}

// A broken line among a mail's header lines ends no header: the lines behind
// it say how the body is read.
func TestMailWithABrokenHeaderLine(t *testing.T) {
	doc, _, err := extract.Mail([]byte("From: a@b.example\r\n\"Message-ID: \" <x@y.example>\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nQ2FsbCAxLTg4OC01NTUtMDE0Mg==\r\n"), extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "From: a@b.example\n\nCall 1-888-555-0142\n\n"; doc.Text != want {
		t.Errorf("%q, want %q", doc.Text, want)
	}
}

// Numbers that a page shows by its style sheet or keeps for its scripts count,
// and a link's number is what the page shows it as.
func TestPageStylesAndAttributes(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		value      string
		want       fraud.Role
	}{
		{"content of a style sheet", `<style>#w:after{content:"Toll Free: +1 (855) 555-0188"}</style><p id=w>Locked`, "+18555550188", fraud.RoleCallback},
		{"an attribute", `<div data-phone="18445550126">CALL NOW</div>`, "+18445550126", fraud.RoleCallback},
		{"a name in a script", `<script>var supportPhone = "8665550174"</script>`, "+18665550174", fraud.RoleCallback},
		{"another name in a script", `<script>var orderId = "8665550174"</script>`, "+18665550174", ""},
		{"a tag manager's id", `<script src="https://www.googletagmanager.com/gtag/js?id=G-8K2M4P7Q1Z"></script>`, "ga:G-8K2M4P7Q1Z", fraud.RoleTracker},
		{"constants that a script adds up", `<script>var s = 'Call ' + '1-844' + "-555-" + '0137'</script><p>LOCKED`, "+18445550137", fraud.RoleCallback},
		{"constants that a script lists", `<script>var s = ['1-844', '-555-', '0137']</script><p>LOCKED`, "+18445550137", ""},
		{"what a field is filled in with", `<label>Refund</label><input type="text" value="Call 1-844-555-0137">`, "+18445550137", fraud.RoleCallback},
		{"a mailer's footer in one line", `<p>Not you? Call (844) 555-0188.</p><p>You get this as a member. Lettermill Inc., Austin TX, (512) 555-0100. <a href="https://l.example/u">Unsubscribe</a></p>`, "+15125550100", fraud.RoleBystander},
		{"base64 in a script", `<script>document.title = atob("Q2FsbCAxLTg0NC01NTUtMDEzNw==")</script>`, "+18445550137", fraud.RoleCallback},
		{"percent signs in a script", `<script>eval(unescape('%43%61%6c%6c%20%38%34%34%2d%35%35%35%2d%30%31%33%37'))</script>`, "+18445550137", fraud.RoleCallback},
		{"percent signs that no call undoes", `<script>var n = '%43%61%6c%6c%20%38%34%34%2d%35%35%35%2d%30%31%33%37'</script>`, "+18445550137", ""},
		{"codes of letters", `<script>w(String.fromCharCode(67,97,108,108,32,56,52,52,45,53,53,53,45,48,49,51,55))</script>`, "+18445550137", fraud.RoleCallback},
		{"a page within a frame's attribute", `<iframe srcdoc="&lt;p&gt;Call &lt;b&gt;1-844&lt;/b&gt;-555-0137&lt;/p&gt;"></iframe>`, "+18445550137", fraud.RoleCallback},
		{"what search engines show", `<meta name="description" content="Printer offline? Call 1-844-555-0137 now">`, "+18445550137", fraud.RoleCallback},
		{"an address that was cloaked", `<a data-cfemail="5a323f362a1a393b36372a39743f223b372a363f">[email protected]</a>`, "help@calmpc.example", fraud.RoleCallback},
		{"what a field hides", `<label>Refund</label><input type=hidden value="Call 1-844-555-0137">`, "+18445550137", ""},
		{"the link of a number that is hidden", `<p>Locked</p><div style="display:none">617-555-0139</div><a href="tel:6175550139">x</a>`, "+16175550139", fraud.RoleBystander},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, found := extract.HTML([]byte(tt.page), extract.Options{})
			got := fraud.Role("")
			for _, f := range found {
				if f.Value == tt.value && !got.Links() {
					got = f.Role
				}
			}
			if got != tt.want {
				t.Errorf("%s is %q, want %q", tt.value, got, tt.want)
			}
		})
	}
}

// A field of a report tells the part of a number that its text leaves open.
func TestReportFieldBeatsAGuess(t *testing.T) {
	r := fraud.Report{ID: "1", Source: "s", Contacts: []fraud.Contact{{ShownCallerID: "+1 206 555 0199"}}, Narrative: "It was (206) 555-0199. Bad people."}
	for _, s := range extract.Report(&r, extract.Options{Country: "US"}).Sightings {
		if s.Role != fraud.RoleShownCallerID {
			t.Errorf("%s in %s is %q: %s", s.Indicator.Value, s.Place.Field, s.Role, s.Why)
		}
	}
}
