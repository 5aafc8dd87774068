package intake

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// Limits of what a mail carries.
const (
	maxAttachments    = 50              // that are kept one by one; the mail itself is kept whole
	maxRead           = 10              // that a program reads: each costs seconds
	maxReadTime       = 2 * time.Minute // for all of them
	maxAttachmentText = 400_000         // bytes of one
	maxAllText        = 1_200_000       // bytes of all of one mail: a report may have 4 MiB as JSON
	minAsset          = 4 << 10         // bytes; smaller images are logos, icons and counting pixels that unrelated mails share
)

// readNote is what the record says of one attachment: where it is kept, where
// its text stands, and what was not read and why.
type readNote struct {
	Evidence int    `json:"evidence"`          // its place in the report's evidence
	Field    string `json:"field,omitempty"`   // where its text stands
	By       string `json:"by,omitempty"`      // what read it
	Pages    int    `json:"pages,omitempty"`   // that were read
	Unread   string `json:"unread,omitempty"`  // why it was not read, or not whole
	Printed  bool   `json:"printed,omitempty"` // its text comes from a picture: letters may be wrong
}

// span is where a page of an attachment stands in a field's text.
type span struct {
	start, end     int
	evidence, page int
}

// carried reads what mails carry into a report.
type carried struct {
	s      *Service
	r      *fraud.Report
	ctx    context.Context
	till   time.Time // reading ends
	read   int       // attachments that a program read
	room   int       // bytes of text that still fit
	notes  []readNote
	pages  map[string][]span
	own    map[int]bool // places in evidence of the reporter's own files
	hashes map[string]bool
}

func (s *Service) carry(ctx context.Context, r *fraud.Report) *carried {
	return &carried{
		s: s, r: r, ctx: ctx, till: time.Now().Add(maxReadTime), room: maxAllText,
		pages: map[string][]span{}, own: map[int]bool{}, hashes: map[string]bool{},
	}
}

// take keeps the attachments of one mail as evidence and reads them. What a
// fraudster's mail carries is the fraudster's words and becomes a contact
// each; what a reporter's own mail carries joins the narrative.
func (c *carried) take(files []extract.Attachment, reporters bool) error {
	for _, f := range files {
		if c.hashes[f.SHA256] || len(f.Data) == 0 {
			continue
		}
		c.hashes[f.SHA256] = true
		if len(c.notes) >= maxAttachments {
			c.notes = append(c.notes, readNote{Evidence: 0, Unread: fmt.Sprintf("more than %d attachments: the others are in the mail itself, and were not read", maxAttachments)})
			return nil
		}
		if isImage(f) && len(f.Data) < minAsset {
			continue
		}
		if err := c.one(f, reporters); err != nil {
			return err
		}
	}
	return nil
}

func (c *carried) one(f extract.Attachment, reporters bool) error {
	if c.s.cfg.KeepFile == nil {
		return nil
	}
	sum, size, err := c.s.cfg.KeepFile(c.ctx, bytes.NewReader(f.Data))
	if err != nil {
		return fmt.Errorf("keep an attachment of report %s: %w", c.r.Name(), err)
	}
	at := len(c.r.Evidence)
	c.r.Evidence = append(c.r.Evidence, fraud.Evidence{
		SHA256: sum, Name: cut(path.Base(strings.ReplaceAll(f.Name, `\`, "/")), 200), MediaType: cut(f.MediaType, 100), Size: size, CapturedAt: c.r.ReceivedAt,
	})
	if reporters {
		c.own[at] = true
	}
	pages, note := c.text(f, reporters)
	if c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	note.Evidence = at
	if len(strings.TrimSpace(strings.Join(pages, ""))) > 0 {
		note.Field = c.write(pages, at, reporters, &note)
	}
	c.notes = append(c.notes, note)
	return nil
}

// write puts the pages of an attachment into the report and returns where.
func (c *carried) write(pages []string, at int, reporters bool, note *readNote) (field string) {
	text := ""
	if field = "narrative"; reporters {
		text = c.r.Narrative
	} else {
		field = fmt.Sprintf("contacts[%d].text", len(c.r.Contacts))
	}
	most := len(text) + min(maxAttachmentText, c.room)
	if reporters {
		most = min(most, maxNarrative)
	}
	began := len(text)
	for n, page := range pages {
		if text != "" {
			text += "\n\n"
		}
		if len(text)+len(page) > most {
			page = cut(page, max(0, most-len(text)))
			note.Unread = "its text is longer than is kept"
		}
		if page != "" {
			c.pages[field] = append(c.pages[field], span{len(text), len(text) + len(page), at, n + 1})
			text += page
			note.Pages = n + 1
		}
		if len(text) >= most {
			break
		}
	}
	c.room -= len(text) - began
	if reporters {
		c.r.Narrative = text
		return field
	}
	c.r.Contacts = append(c.r.Contacts, fraud.Contact{At: c.r.Contacts[0].At, Direction: "to_victim", Medium: "email", Text: text})
	return field
}

// maxNarrative is below the schema's limit of a narrative.
const maxNarrative = 240_000

// text reads one attachment. What a fraudster's mail carries as text, HTML or
// invitation stands in that mail's own text already and is not read again; a
// reporter's own mail gives no text but its body.
func (c *carried) text(f extract.Attachment, reporters bool) (pages []string, note readNote) {
	kind := fileKind(f)
	switch kind {
	case "read":
		if reporters && !isMail(f) {
			pages = []string{shownText(f)}
		}
		return pages, readNote{By: "mail"}
	case "":
		return nil, readNote{Unread: "files of this kind are not read"}
	case "archive":
		return nil, readNote{Unread: "it is an archive: import it by itself"}
	}
	if c.read++; c.read > maxRead {
		return nil, readNote{Unread: fmt.Sprintf("no more than %d attachments of a mail are read", maxRead)}
	}
	if time.Now().After(c.till) {
		return nil, readNote{Unread: "reading the mail's attachments ran out of time"}
	}
	if c.room <= 0 {
		return nil, readNote{Unread: "the mail has more text than is kept"}
	}
	ctx, stop := context.WithDeadline(c.ctx, c.till)
	defer stop()
	switch kind {
	case "pdf":
		pages, note.By, note.Unread = c.s.pdf(ctx, f.Data)
	case "image":
		text, err := c.s.ocr(ctx, f.Data)
		if err != nil {
			note.Unread = reason(err)
		} else {
			pages, note.By = []string{text}, "tesseract"
		}
	case "office":
		var err error
		if pages, err = office(f.Data); err != nil {
			note.Unread = reason(err)
		}
		note.By = "document"
	case "plain":
		pages, note.By = []string{readable(unmarked(f.Data))}, "document"
	case "drawing":
		doc, _ := extract.HTML(bytes.ToValidUTF8(f.Data, []byte("\ufffd")), extract.Options{})
		pages, note.By = []string{readable(doc.Text)}, "document"
	}
	note.Printed = note.By == "tesseract"
	if note.Unread == "" && len(strings.TrimSpace(strings.Join(pages, ""))) == 0 {
		note.Unread = "no text was found in it"
	}
	return pages, note
}

// isMail says whether an attachment is a mail, which becomes a contact and no
// words of the reporter.
func isMail(f extract.Attachment) bool {
	if isOLE(f.Data) {
		return true
	}
	_, err := readMail(f.Data)
	return err == nil && strings.HasSuffix(strings.ToLower(f.Name), ".eml")
}

// shownText is the text of a page, an invitation, a card or a plain file as
// the mail's reader reads it, without what the style of a page hides.
func shownText(f extract.Attachment) string {
	part := fmt.Appendf(nil, "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"x%s\"\r\n\r\n",
		cleanType(f.MediaType), cleanType(path.Ext(strings.ToLower(f.Name))))
	doc, _, err := extract.Mail(append(part, base64.StdEncoding.EncodeToString(f.Data)...), extract.Options{})
	if err != nil {
		return ""
	}
	var b strings.Builder
	at := 0
	for _, h := range doc.Hidden {
		if h.Start >= at && h.End <= len(doc.Text) {
			b.WriteString(doc.Text[at:h.Start])
			at = h.End
		}
	}
	b.WriteString(doc.Text[at:])
	return readable(b.String())
}

// cleanType is a media type or a file's ending without what could end a
// header line.
func cleanType(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.ContainsRune("/.+-", c) {
			return c
		}
		return -1
	}, strings.ToLower(s))
}

func isImage(f extract.Attachment) bool {
	return strings.HasPrefix(f.MediaType, "image/") || fileKind(f) == "image"
}

// fileKind says what an attachment is by what it begins with; what it is
// called is somebody's word.
func fileKind(f extract.Attachment) string {
	head := f.Data[:min(len(f.Data), 1024)]
	name := strings.ToLower(f.Name)
	switch {
	case bytes.Contains(head, []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(head, []byte("\x89PNG")), bytes.HasPrefix(head, []byte("\xff\xd8\xff")), bytes.HasPrefix(head, []byte("GIF8")),
		bytes.HasPrefix(head, []byte("BM")) && len(head) > 30 && bytes.Equal(head[6:10], make([]byte, 4)), bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")),
		len(head) > 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "image"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		for _, ext := range []string{".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm", ".odt", ".ods", ".odp"} {
			if strings.HasSuffix(name, ext) {
				return "office"
			}
		}
		if bytes.Contains(head, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("mimetypeapplication/vnd.oasis.opendocument")) {
			return "office"
		}
		return "archive"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")), bytes.HasPrefix(head, []byte("Rar!")), bytes.HasPrefix(head, []byte("7z\xbc\xaf")), isTar(head):
		return "archive"
	case f.MediaType == "image/svg+xml" || strings.HasSuffix(name, ".svg"):
		return "drawing"
	case strings.HasPrefix(f.MediaType, "text/"), strings.HasSuffix(name, ".htm"), strings.HasSuffix(name, ".html"), strings.HasSuffix(name, ".ics"), strings.HasSuffix(name, ".eml"), isOLE(head) && strings.HasSuffix(name, ".msg"):
		return "read"
	case (strings.HasSuffix(name, ".txt") || strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".vcf")) && utf8.ValidString(unmarked(f.Data)):
		return "plain" // sent as a program's file, without saying that it is text
	case strings.HasPrefix(f.MediaType, "image/"):
		return "image" // of a kind that is not read, which the note then says
	}
	return ""
}

// places says of each sighting in an attachment's text on which page it
// stands, and takes links away from files that are the reporter's own.
func (b built) places(all []fraud.Sighting) {
	for i := range all {
		x := &all[i]
		for _, p := range b.pages[x.Place.Field] {
			if x.Place.Start >= p.start && x.Place.Start < p.end {
				x.Why += fmt.Sprintf(" (evidence[%d], page %d)", p.evidence, p.page)
				if b.owned[x.Indicator] {
					x.Role, x.Why = fraud.RoleVictimOwned, "the message was sent to it"
				}
			}
		}
		var n int
		if _, err := fmt.Sscanf(x.Place.Field, "evidence[%d].sha256", &n); err == nil && b.own[n] {
			x.Role, x.Why = fraud.RoleVictimOwned, "the reporter's own file"
		}
	}
}

// victims are the values that a mail's reader found to be the recipient's.
func victims(found []extract.Finding) map[fraud.Indicator]bool {
	own := map[fraud.Indicator]bool{}
	for _, f := range found {
		if f.Role == fraud.RoleVictimOwned {
			own[f.Indicator] = true
		}
	}
	return own
}
