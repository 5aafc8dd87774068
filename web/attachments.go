package web

import (
	"encoding/json"
	"fmt"
	"strings"

	"ringbreaker.example/fraud"
)

// fileRead is a file that came with a report, and what a machine read in it,
// as the record says (docs/spec/report.md, attachments_read).
type fileRead struct {
	fraud.Evidence
	No      int    // its place, from 1
	How     string // by which program, in words; empty if nothing was read
	Printed bool   // from a picture: letters may be wrong
	Unread  string // why it was not read, or not whole
	Field   string // where its text stands on the page; empty if nowhere
}

// readingPrograms are the programs that read attachments, in words.
var readingPrograms = map[string]string{
	"pdftotext": "text of a PDF, by pdftotext",
	"tesseract": "letters in a picture, by tesseract (OCR)",
	"document":  "text of an office document",
	"mail":      "by the mail's own reader",
}

// filesOf says of each file of a report what was read in it. A record that
// says nothing, or not what it should, leaves the files as they are.
func filesOf(rep *fraud.Report) []fileRead {
	out := make([]fileRead, len(rep.Evidence))
	for i, e := range rep.Evidence {
		out[i] = fileRead{Evidence: e, No: i + 1}
	}
	var doc struct {
		Read []struct {
			Evidence int    `json:"evidence"`
			Field    string `json:"field"`
			By       string `json:"by"`
			Pages    int    `json:"pages"`
			Unread   string `json:"unread"`
			Printed  bool   `json:"printed"`
		} `json:"attachments_read"`
	}
	if json.Unmarshal(rep.Raw, &doc) != nil {
		return out
	}
	for _, n := range doc.Read {
		if n.Evidence < 0 || n.Evidence >= len(out) {
			continue
		}
		f := &out[n.Evidence]
		f.Printed, f.Unread, f.Field = n.Printed, n.Unread, n.Field
		if n.By != "" {
			f.How = readingPrograms[n.By]
			if f.How == "" {
				f.How = "by " + n.By
			}
			if n.Pages > 0 {
				f.How += ", " + plural(n.Pages, "page")
			}
		}
	}
	return out
}

// textTitle is what stands above one of a report's texts.
func textTitle(field string) string {
	if field == "narrative" {
		return "In their own words"
	}
	var n int
	if _, err := fmt.Sscanf(field, "contacts[%d].text", &n); err == nil {
		return fmt.Sprintf("Text of contact %d", n+1)
	}
	return strings.ReplaceAll(field, "_", " ")
}

// textID is where a text stands on its page.
func textID(field string) string {
	return "text-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, field)
}
