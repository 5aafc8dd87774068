package web_test

import (
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

func TestAReportSaysWhatAMachineReadInItsFiles(t *testing.T) {
	w := company(t)
	r := w.reports[0]
	r.Evidence = []fraud.Evidence{{Name: "bill.png", SHA256: strings.Repeat("ab", 32)}, {Name: "letter.pdf", SHA256: strings.Repeat("cd", 32)}, {Name: "voice.mp3", SHA256: strings.Repeat("ef", 32)}}
	r.Contacts = []fraud.Contact{{Text: "INVOICE call 212 555 O142"}}
	r.Raw = []byte(`{"attachments_read":[
		{"evidence":0,"field":"contacts[0].text","by":"tesseract","pages":1,"printed":true},
		{"evidence":1,"field":"narrative","by":"pdftotext","pages":12,"unread":"only the first 12 of 40 pages were read"},
		{"evidence":2,"unread":"nothing here reads sound"},
		{"evidence":7,"by":"tesseract"},{"evidence":-1,"by":"<b>x</b>"}]}`)
	v := visit(t, serve(t, w)).as("analyst")
	_, _, body := v.get("/reports/" + string(r.Name()))
	for _, want := range []string{
		`Text of contact 1`, `letters in a picture, by tesseract (OCR), 1 page`, `Letters and digits may be wrong: look at the file before you rely on them`,
		`text of a PDF, by pdftotext, 12 pages`, `Not whole: only the first 12 of 40 pages were read`, `nothing here reads sound`, `href="#file-1"`, `href="#text-contacts-0--text"`, `id="text-contacts-0--text"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q\n%s", want, body)
		}
	}
	for _, p := range htmlProblems(body) {
		t.Error(p)
	}
	r.Raw = []byte(`{"attachments_read":"no list"}`)
	if _, _, body := v.get("/reports/" + string(r.Name())); strings.Contains(body, "read by machine") || !strings.Contains(body, "bill.png") {
		t.Error("a record that says it wrongly hides the files, or claims a reading")
	}
}
