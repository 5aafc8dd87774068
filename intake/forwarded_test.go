package intake_test

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

// forwardOf is a reporter's mail that carries others, and files of their own.
func forwardOf(mails []string, files ...attached) string {
	body := mailWith("They sent me these. My number is 212 555 0199.", files...)
	body = strings.Replace(body, "Billing <billing@renew-desk.example>", "Edna Sample <edna@mail.example>", 1)
	body = strings.Replace(body, "someone@mail.example", reportsAt, 1)
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(body, "--B--\r\n"))
	for _, m := range mails {
		b.WriteString("--B\r\nContent-Type: message/rfc822\r\n\r\n" + m + "\r\n")
	}
	b.WriteString("--B--\r\n")
	return b.String()
}

// Whoever forwards several mails at once has had several, perhaps of several
// operators: none may be lost, and one report must not join them.
func TestEachOfTheMailsThatOneCarriesIsAReport(t *testing.T) {
	second := strings.NewReplacer("billing@renew-desk", "pay@other-desk", "0107", "0108").Replace(mailWith("Call +1 (888) 555-0107", attached{"tool.exe", "application/octet-stream", []byte("MZ\x90\x00 and so on")}))
	s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	mail := forwardOf([]string{scamMail, strings.ReplaceAll(second, "--B", "--C"), scamMail}, attached{"chat.txt", "text/plain", []byte("Agent: call me at +1 888 555 0109")})
	mail = replaceLast(mail, "boundary=B", "boundary=C")
	if err := c.Mail("edna@mail.example", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt(reportsAt, nil); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(mail)); err != nil {
		t.Fatal(err)
	}
	said, err := w.CloseWithResponse()
	if err != nil || !strings.Contains(said.StatusText, " and 1 more, one for each mail") {
		t.Errorf("the answer is %+v, %v", said, err)
	}
	if len(k.reports) != 2 {
		t.Fatalf("%d reports of two mails, one of which came twice", len(k.reports))
	}
	ids := make([]fraud.ReportID, 0, 2)
	for id, r := range k.reports {
		ids = append(ids, id)
		noReporterIn(t, r)
	}
	slices.Sort(ids)
	first, next := k.reports[ids[0]], k.reports[ids[1]]
	if string(ids[1]) != string(ids[0])+"-2" || first.Report.Contacts[0].Sender != "billing@renew-desk.example" || next.Report.Contacts[0].Sender != "pay@other-desk.example" {
		t.Errorf("%s of %s, %s of %s", ids[0], first.Report.Contacts[0].Sender, ids[1], next.Report.Contacts[0].Sender)
	}
	phone := func(n string) fraud.Indicator { return fraud.Indicator{Kind: fraud.Phone, Value: n} }
	if !sees(first, phone("+18885550107")) || !sees(first, phone("+18885550109")) || sees(first, phone("+18885550108")) {
		t.Errorf("the first report: %+v", first.Sightings)
	}
	if !sees(next, phone("+18885550108")) || sees(next, phone("+18885550107")) || sees(next, phone("+18885550109")) || sees(next, phone("+12125550199")) {
		t.Errorf("the second report: %+v", next.Sightings)
	}
	if names := len(notesOf(t, first.Report)); names != 1 {
		t.Errorf("the first report has %d attachments, want its own chat alone", names)
	}
	if notesOf(t, next.Report)["tool.exe"].Unread == "" {
		t.Error("what the second mail carries is not told as its own")
	}
	for _, a := range first.Sightings {
		for _, b := range next.Sightings {
			if a.Indicator == b.Indicator && a.Role.Links() && b.Role.Links() {
				t.Errorf("two mails of two operators are linked by %s", a.Indicator)
			}
		}
	}

	// A file on disk gives the same two, and changes nothing the second time.
	for range 2 {
		if res, err := s.Import(analyst(), write(t, "m.eml", mail), nil); err != nil || res.Records != 2 || res.New != 0 || res.Same != 2 {
			t.Errorf("%+v, %v", res, err)
		}
	}
}

func replaceLast(s, old, with string) string {
	at := strings.LastIndex(s, old)
	return s[:at] + with + s[at+len(old):]
}

func TestMoreMailsThanAreReadAreTold(t *testing.T) {
	var mails []string
	for n := range 60 {
		mails = append(mails, strings.Replace(scamMail, "Your order", fmt.Sprintf("Your order %d", n), 1))
	}
	s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep})
	if _, err := s.Import(analyst(), write(t, "m.eml", forwardOf(mails)), nil); err != nil {
		t.Fatal(err)
	}
	if len(k.reports) != 50 {
		t.Errorf("%d reports, want 50", len(k.reports))
	}
	told := 0
	for _, r := range k.reports {
		if strings.Contains(string(r.Report.Raw), "it carries more than 50 mails: the others are in the mail itself, and were not read") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("%d reports say that there are more", told)
	}
}

// A victim who saves the invitation, the page or the chat and attaches it has told what stands in it.
func TestTextThatTheReporterAttachesIsRead(t *testing.T) {
	s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	mail := forwardOf(nil,
		attached{"invite.ics", "text/calendar", []byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nORGANIZER:mailto:pay@coin-desk.example\r\nDESCRIPTION:If not you\\, call +1-888-555-01\r\n 31\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")},
		attached{"popup.html", "text/html", []byte(`<html><body>Call <b>+1 888 555</b> 0132<div style="display:none">Jo, mobile 212-555-0188</div></body></html>`)},
		attached{"chat.txt", "application/octet-stream", []byte("Agent: call me back at +1 888 555 0133")},
		attached{"notes.txt", "text/plain", []byte("Agent: call me back at +1 888 555 0134")},
		attached{"card.vcf", "text/vcard", []byte("BEGIN:VCARD\r\nFN:Agent\r\nTEL:+18885550135\r\nEND:VCARD\r\n")})
	if err := sendMail(addr, "edna@mail.example", []string{reportsAt}, strings.NewReader(mail)); err != nil {
		t.Fatal(err)
	}
	r := only(t, k)
	noReporterIn(t, r)
	notes := notesOf(t, r.Report)
	if n := notes["chat.txt"]; n.By != "document" || !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550133"}) {
		t.Errorf("a text without a type: %+v", n)
	}
	for name, number := range map[string]string{"invite.ics": "+18885550131", "popup.html": "+18885550132", "notes.txt": "+18885550134", "card.vcf": "+18885550135"} {
		if n := notes[name]; n.By != "mail" || n.Field != "narrative" || n.Unread != "" {
			t.Errorf("%s: %+v", name, n)
		}
		if !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: number}) {
			t.Errorf("%s: %s was not found", name, number)
		}
	}
	if strings.Contains(r.Report.Narrative, "0188") {
		t.Error("what the page hides from its reader was taken for the reporter's words")
	}
}

// Screenshots come as they were turned on the phone.
func TestPicturesAreReadWhicheverWayTheyLie(t *testing.T) {
	needTool(t, "tesseract")
	upright := drawn(t, "Your computer is blocked", "Call 888-555-0112 now")
	for name, turns := range map[string]int{"upright": 0, "on its side": 1, "upside down": 2, "on its other side": 3} {
		t.Run(name, func(t *testing.T) {
			img := upright
			for range turns {
				img = quarterTurned(img)
			}
			s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep})
			if _, err := s.Import(analyst(), write(t, "m.eml", mailWith("See it.", attached{"screen.png", "image/png", pngOf(t, img)})), nil); err != nil {
				t.Fatal(err)
			}
			r := only(t, k)
			if !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550112"}) {
				t.Errorf("the number was not read: %q", r.Report.Contacts[1:])
			}
			if len(r.Report.Contacts) != 2 || !strings.Contains(r.Report.Contacts[1].Text, "blocked\n") {
				t.Errorf("the lines were not kept apart: %q", r.Report.Contacts[1:])
			}
		})
	}
}

func quarterTurned(in *image.Gray) *image.Gray {
	b := in.Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.SetGray(b.Dy()-1-y, x, in.GrayAt(x, y))
		}
	}
	return out
}
