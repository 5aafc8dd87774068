package extract_test

import (
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
