package intake

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// maxNested is how many mails may be forwarded inside each other.
const maxNested = 4

// mailBegins is how the line before each mail of an mbox ends: with a time as
// asctime writes it, and with a zone in some programs (RFC 4155, Appendix A).
var mailBegins = regexp.MustCompile(`[A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}(:\d{2})?( +\S+)? +\d{4}( +\S+)?\s*$`)

// anyHead is how a line of a mail's head begins (RFC 5322 §2.2).
var anyHead = regexp.MustCompile(`^[!-9;-~]+:[ \t]`)

// mbox reads a file of mails, each after a line that begins with "From "
// (RFC 4155); ">From " inside a mail loses its mark (mboxrd). Some programs
// mark no such line inside a mail: it parts two mails if it ends with a time,
// or if a head follows it.
func (r *run) mbox(src source) error {
	in := bufio.NewReaderSize(src.r, 256<<10)
	var body bytes.Buffer
	start, line, long := 1, 0, false
	done := func() error {
		defer func() { body.Reset(); long = false }()
		if long {
			return r.reject(src.label, start, fmt.Errorf("the mail is longer than %d bytes: %w", maxMail, fraud.ErrInvalid))
		}
		if len(bytes.TrimSpace(body.Bytes())) == 0 {
			return nil
		}
		w := whole{ctx: r.ctx, body: bytes.Clone(body.Bytes()), name: src.name, modified: src.modified}
		return r.add(item{file: src.label, line: start, decode: func() (built, error) { return r.s.mailReport(w) }})
	}
	blank, begins := true, true // of the line at hand
	for {
		part, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("read %s: %w", src.label, err)
		}
		if begins {
			line++
			from := blank && bytes.HasPrefix(part, []byte("From "))
			if from {
				part = bytes.Clone(part) // what follows is looked at
			}
			if from && (line == 1 || parts(part, in)) {
				if e := done(); e != nil {
					return e
				}
				start, part = line, nil
			} else if rest := bytes.TrimLeft(part, ">"); len(rest) < len(part) && bytes.HasPrefix(rest, []byte("From ")) {
				part = part[1:]
			}
			blank = len(bytes.TrimSpace(part)) == 0
		}
		if body.Len()+len(part) > maxMail {
			long = true
		} else {
			body.Write(part)
		}
		begins = err == nil
		if errors.Is(err, io.EOF) {
			return done()
		}
	}
}

// parts says whether a line of an mbox that begins with "From " parts two
// mails.
func parts(line []byte, after *bufio.Reader) bool {
	if mailBegins.Match(line) {
		return true
	}
	head, _ := after.Peek(256) // what cannot be read is told by whoever reads on
	return anyHead.Match(head)
}

// mailReport makes a mail into a report. A mail that somebody forwarded as an
// attachment is the fraudster's, and who forwarded it is the reporter, whose
// address goes to the vault; so is a mail in a file that says itself that it
// forwards one as text; a bare mail in a file has no reporter. A mail
// that came through the door of mails always has one: who sent it. There a
// mail forwarded as text, or passed on as it is, is the fraudster's too, and
// the rest is the reporter's own words, which nobody is called a sender for.
// Of several mails that one carries each becomes a report: they may be of
// several operators, whom one report would join.
func (s *Service) mailReport(w whole) (built, error) {
	outer, err := readMail(w.body)
	if err != nil {
		return built{}, err
	}
	all, more := unwrap(outer, w.body)
	// What the others carry is not the reporter's own, so they come first.
	first := letter{w: w, outer: outer, inner: all[0], together: len(all) > 1, theirs: map[string]bool{}}
	if more {
		first.lost = fmt.Sprintf("it carries more than %d mails: the others are in the mail itself, and were not read", maxForwarded)
	}
	var others []built
	for n, inner := range all[1:] {
		next := letter{w: w, outer: outer, inner: inner, place: n + 2, together: true, theirs: first.theirs}
		b, err := s.letterReport(next)
		if err != nil {
			return built{}, err
		}
		others = append(others, b)
	}
	out, err := s.letterReport(first)
	out.more = others
	return out, err
}

// letter is a mail on its way to become a report: the outermost one, and the
// one that it carries, which is itself if it carries none.
type letter struct {
	w        whole
	outer    *enmime.Envelope
	inner    enclosed
	place    int             // among the mails that were forwarded together, from 2; 0 for the first
	together bool            // with others
	theirs   map[string]bool // hashes of what the others carry
	lost     string          // what of it was not read, and why
}

func (s *Service) letterReport(l letter) (built, error) {
	w, outer, inner, body := l.w, l.outer, l.inner.env, l.inner.body
	r := &fraud.Report{
		ID: contentID("mail", w.bytes()), Source: s.cfg.Source, ReceivedAt: s.mailTime(outer, w.modified),
		Reporter: fraud.Reporter{Country: s.cfg.Country, Role: "feed"},
	}
	if w.door {
		r.ReceivedAt = w.modified.UTC()
	}
	own := outer.Text // the reporter's own words
	if w.door && strings.TrimSpace(own) == "" {
		own = s.plainly(w.body)
	}
	if l.place > 0 {
		r.ID += fmt.Sprintf("-%d", l.place)
		own = "" // they stand in the first one's report
	}
	by := outer.GetHeader("From")
	theirs := inner == outer && w.door // the outer mail is the reporter's and nobody else's
	if passed, ok := resent(outer); ok && theirs {
		by, own, theirs = passed, "", false
	} else if before, sent, ok := forwardedInline(outer.Text); ok && (theirs || inner == outer && saysForwarded(outer)) {
		if mail, err := readMail(sent); err == nil {
			inner, body, own, theirs = mail, sent, before, false
		}
	}
	if inner != outer || w.door {
		if from, err := mail.ParseAddress(by); err == nil {
			r.Reporter.Identity = fraud.Identity{Name: cut(from.Name, 200), Email: cut(from.Address, 300)}
		}
		r.Reporter.Role = "victim"
		r.Narrative = cut(strings.TrimSpace(outer.GetHeader("Subject")+"\n"+own), 120_000)
	}
	if err := s.keep(w, r, w.mediaType()); err != nil {
		return built{}, err
	}
	out := built{report: r, named: true, found: map[string][]extract.Finding{}}
	c := s.carry(w.ctx, r)
	c.own[0] = l.together // of several reports the one file is no evidence that they belong together
	if !theirs {
		if err := s.sent(r, &out, c, inner, body); err != nil {
			return built{}, err
		}
	}
	if l.place > 0 {
		maps.Copy(l.theirs, c.hashes)
	} else if inner != outer || theirs {
		maps.Copy(c.hashes, l.theirs)
		if err := s.added(c, w.body); err != nil {
			return built{}, err
		}
	}
	if l.lost != "" {
		c.notes = append(c.notes, readNote{Evidence: 0, Unread: l.lost})
	}
	out.pages, out.own = c.pages, c.own
	var err error
	out.report, err = finishedWith(r, c.notes)
	return out, err
}

// sent writes the fraudster's mail into a report as its first contact, and
// what it carries as the next ones.
func (s *Service) sent(r *fraud.Report, out *built, c *carried, inner *enmime.Envelope, body []byte) error {
	doc, found, err := extract.Mail(body, extract.Options{Country: s.cfg.Country, Safe: *s.safe.Load(), FromFraudster: true})
	if err != nil {
		return err
	}
	at := s.mailTime(inner, r.ReceivedAt)
	if at.After(r.ReceivedAt) {
		at = r.ReceivedAt // a forged date cannot be later than when we had it
	}
	contact := fraud.Contact{At: at, Direction: "to_victim", Medium: "email", Sender: sender(inner), Text: cut(doc.Text, maxContactText)}
	if own := r.Reporter.Email; own != "" && strings.EqualFold(contact.Sender, own) {
		contact.Direction, contact.Sender = "from_victim", "" // their own answer to the fraudster
	}
	r.Contacts = []fraud.Contact{contact}
	out.found["contacts[0].text"], out.owned = found, victims(found)
	return c.take(doc.Attachments, false)
}

// added takes what the reporter's own mail carries beside the forwarded one:
// a screenshot, a bill, a receipt.
func (s *Service) added(c *carried, body []byte) error {
	doc, _, err := extract.Mail(body, extract.Options{Country: s.cfg.Country})
	if err != nil {
		return err
	}
	return c.take(doc.Attachments, true)
}

// enclosed is a mail and its bytes.
type enclosed struct {
	env  *enmime.Envelope
	body []byte
}

// maxForwarded is how many mails one may carry that are read: who attaches
// more empties a mailbox, which a file of mails is for.
const maxForwarded = 50

// unwrap follows mails that were forwarded inside each other to the innermost
// ones: several where somebody attached several. more says that there are
// others yet.
func unwrap(env *enmime.Envelope, body []byte) (all []enclosed, more bool) {
	var follow func(e enclosed, depth int)
	follow = func(e enclosed, depth int) {
		var in []enclosed
		if depth < maxNested {
			in = forwarded(e.env)
		}
		if len(in) == 0 {
			if more = more || len(all) >= maxForwarded; !more {
				all = append(all, e)
			}
			return
		}
		for _, x := range in {
			if more {
				return
			}
			follow(x, depth+1)
		}
	}
	follow(enclosed{env, body}, 0)
	return all, more
}

// outlookReport makes an Outlook message file into a report. What is kept as
// evidence is the file as it came.
func (s *Service) outlookReport(w whole) (built, error) {
	b, err := msgMail(w.body)
	if err != nil {
		return built{}, err
	}
	w.original, w.body = w.body, b
	return s.mailReport(w)
}

// maxContactText is below the schema's limit of one text, in bytes.
const maxContactText = 900_000

// plainly is the text of a mail whose parts are declared in a way that the
// first reader makes nothing of, without its head.
func (s *Service) plainly(body []byte) string {
	doc, _, err := extract.Mail(body, extract.Options{Country: s.cfg.Country})
	if err != nil {
		return ""
	}
	_, text, _ := strings.Cut(doc.Text, "\n\n")
	return text
}

// readMail reads a mail. One that says of itself what cannot be (parts without
// a line between them) is read as plain text rather than refused: whoever
// forwards it cannot mend it.
func readMail(b []byte) (*enmime.Envelope, error) {
	parser := enmime.NewParser(enmime.SkipMalformedParts(true), enmime.MaxStoredPartErrors(20))
	b = bytes.TrimPrefix(b, []byte(">")) // of the line before a mail that was cut out of a mailbox
	env, err := parser.ReadEnvelope(bytes.NewReader(b))
	if err != nil {
		env, err = parser.ReadEnvelope(bytes.NewReader(typeless(b)))
	}
	if err != nil {
		return nil, fmt.Errorf("the mail cannot be taken apart, its head is broken or missing: save or send it again from the mail program: %w", fraud.ErrInvalid)
	}
	if env.GetHeader("From") == "" && env.GetHeader("Received") == "" && env.GetHeader("Subject") == "" {
		return nil, fmt.Errorf("the mail has neither sender, subject nor a line of its way: %w", fraud.ErrInvalid)
	}
	return env, nil
}

// typeless is a mail without the lines of its head that say what its body is.
func typeless(b []byte) []byte {
	out := make([]byte, 0, len(b))
	dropped := false
	for len(b) > 0 {
		end := bytes.IndexByte(b, '\n') + 1
		if end == 0 {
			end = len(b)
		}
		line := b[:end]
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		if folded := line[0] == ' ' || line[0] == '\t'; !folded {
			dropped = len(line) > len(typeField) && strings.EqualFold(string(line[:len(typeField)]), typeField)
		}
		if !dropped {
			out = append(out, line...)
		}
		b = b[end:]
	}
	return append(out, b...)
}

const typeField = "Content-Type:"

// forwarded are the mails inside a mail, in their order, each once.
func forwarded(env *enmime.Envelope) (all []enclosed) {
	seen := map[[sha256.Size]byte]bool{}
	for _, parts := range [][]*enmime.Part{env.Attachments, env.Inlines, env.OtherParts} {
		for _, p := range parts {
			content := p.Content
			switch {
			case isOLE(content):
				b, err := msgMail(content)
				if err != nil {
					continue
				}
				content = b
			case p.ContentType != "message/rfc822" && !strings.HasSuffix(strings.ToLower(p.FileName), ".eml"):
				continue
			}
			sum := sha256.Sum256(content)
			if inner, err := readMail(content); err == nil && !seen[sum] {
				seen[sum] = true
				all = append(all, enclosed{inner, content})
			}
		}
	}
	return all
}

// sender is the address a mail says it is from.
func sender(env *enmime.Envelope) string {
	from := env.GetHeader("From")
	if a, err := mail.ParseAddress(from); err == nil {
		return a.Address
	}
	return cut(from, 1000)
}

// mailTime is when a mail came: by the last server's line, else by its own
// date, else by the file. A time in the future counts as none.
func (s *Service) mailTime(env *enmime.Envelope, other time.Time) time.Time {
	limit := s.now().Add(fraud.ClockSlack)
	// Only the topmost was written by a server that we may believe.
	way := env.GetHeader("Received")
	if at := strings.LastIndexByte(way, ';'); at >= 0 {
		if t, err := mail.ParseDate(strings.TrimSpace(way[at+1:])); err == nil && t.Before(limit) {
			return t.UTC()
		}
	}
	if t, err := mail.ParseDate(env.GetHeader("Date")); err == nil && t.Before(limit) {
		return t.UTC()
	}
	return other.UTC()
}

// cut shortens a text to most bytes at a rune's edge.
func cut(s string, most int) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

// keep stores the original as evidence, if the node keeps originals.
func (s *Service) keep(w whole, r *fraud.Report, mediaType string) error {
	if s.cfg.KeepFile == nil {
		return nil
	}
	sum, size, err := s.cfg.KeepFile(w.ctx, bytes.NewReader(w.bytes()))
	if err != nil {
		return fmt.Errorf("keep the original of report %s: %w", r.Name(), err)
	}
	name, _, _ := mime.ParseMediaType(mediaType)
	r.Evidence = append(r.Evidence, fraud.Evidence{SHA256: sum, Name: cut(w.name, 200), MediaType: name, Size: size, CapturedAt: r.ReceivedAt})
	return nil
}
