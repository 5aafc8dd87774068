package extract

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

const (
	// maxMail is the largest message that is read: what large providers take
	// (50 MB encoded) and then some.
	maxMail = 64 << 20
	// maxMailDepth is how deep parts and forwarded messages may nest; real
	// mail seldom passes six.
	maxMailDepth = 20
	// maxMailParts is how many parts a message may have in all.
	maxMailParts = 1000
	// maxMailText is the most decoded text that is searched.
	maxMailText = 8 << 20
	// mostForwards is how often a mail may have been forwarded as text.
	mostForwards = 8
	// maxHeader is the most of one part's header that is read.
	maxHeader = 1 << 20
)

// MailDoc is a message as a person would read it, its envelope and what was
// attached.
type MailDoc struct {
	From, ReplyTo, To, Subject, MessageID string
	Date                                  time.Time // as the sender wrote it: it may be a lie
	// Text is the decoded text that offsets count in: From, Reply-To and
	// Subject a line each, then the bodies in order, forwarded messages in
	// their places, calendar invitations as their texts.
	Text string
	// Hidden are the spans of Text that the style kept from the reader.
	Hidden      []Span
	Attachments []Attachment
}

// Attachment is a file that a message carries. Nothing is opened or rendered.
type Attachment struct {
	Name      string
	MediaType string
	SHA256    string
	Size      int64
	Data      []byte // decoded
}

// letter is a message being read.
type letter struct {
	doc   MailDoc
	out   strings.Builder
	parts []part
	count int

	heads   []head // of the message and the ones that it carries, in order
	depth   int    // of the message being read, 0 for the outermost
	forward bool   // the subject says that it forwards another
	desk    bool   // it is sent to who takes reports
	to      string // who the outermost message is sent to
	back    []Span // of the text: messages that came back to who had sent them
	above   int    // how many words must stand above a quoted thread
	own     []Span // of the text: the words of who forwarded it
	account bool   // a victim's own words to those who take reports
}

// head is the envelope of a message, or of one that it forwards.
type head struct {
	from   string
	depth  int
	inline bool // forwarded as text
}

// Mail reads a message (RFC 5322, RFC 2045 to 2047, 2231, 5545) and finds its
// indicators. The message is taken to be the fraudsters' own: its sender is
// the sender, who it was sent to is the victim. Where it forwards another, as
// an attachment or as text, that one is the fraudsters', and what its forwarder
// wrote above is a victim's account; so is a message that forwards nothing and
// is sent to who takes reports. Broken messages are read as
// far as they go; the error wraps fraud.ErrInvalid and means that the bytes
// are no message at all or pass a limit.
func Mail(b []byte, opt Options) (MailDoc, []Finding, error) {
	if len(b) > maxMail {
		return MailDoc{}, nil, fmt.Errorf("message is %d bytes, the most is %d: %w", len(b), maxMail, fraud.ErrInvalid)
	}
	root, ok := readPart(b)
	if !ok {
		return MailDoc{}, nil, fmt.Errorf("message has no header lines: %w", fraud.ErrInvalid)
	}
	subject := decodeWords(root.header("Subject"))
	l := &letter{forward: ForwardSubject(subject), above: mainWords}
	if answers(subject) {
		l.above = replyWords
	}
	l.to = root.header("To")
	l.desk = takesReports(l.to) || writesToDesk(l.to)
	l.envelope(root, true)
	l.body(root, 0)
	l.forwarder(root)
	if len(l.back) > 0 && mailersOwn(l.doc.From) {
		l.heads, l.own = l.heads[:1], l.back
	} else {
		l.back = nil
	}
	l.doc.Text = validText(l.out.String())
	if l.account = len(l.heads) == 1 && !l.forward && writesToDesk(root.header("To")); l.account {
		opt.FromFraudster = false
		return l.doc, l.judge(text(l.doc.Text, opt, given{medium: mediumLetter}), root), nil
	}
	opt.FromFraudster = true
	found := text(l.doc.Text, opt, given{parts: l.parts, medium: mediumPage, own: l.own})
	return l.doc, l.judge(l.told(found, opt), root), nil
}

// told reads a forwarder's own words as the account that they are: an account
// names agents and firms otherwise than the fraudsters' own text does. A number or
// an address that both readings find has the part that it has in the account,
// unless there it is but a guess.
func (l *letter) told(found []Finding, opt Options) []Finding {
	opt.FromFraudster = false
	ends := make([]int, len(found)+1) // where what begins before one ends at the latest
	for i := range found {
		ends[i+1] = max(ends[i], found[i].End)
	}
	from := func(at int) int {
		return sort.Search(len(found), func(i int) bool { return found[i].Start >= at })
	}
	var more []Finding
	gone := map[int]bool{}
	for _, own := range l.own {
		if own.End > len(l.doc.Text) || strings.TrimSpace(l.doc.Text[own.Start:own.End]) == "" {
			continue
		}
		has := map[fraud.Indicator]*Finding{}
		for _, a := range text(l.doc.Text[own.Start:own.End], opt, given{medium: mediumOwn}) {
			has[a.Indicator] = &a
			a.Start, a.End = a.Start+own.Start, a.End+own.Start
			if ends[from(a.End)] <= a.Start {
				more = append(more, a)
			}
		}
		for i := from(own.Start); i < len(found) && found[i].Start < own.End; i++ {
			f := &found[i]
			a := has[f.Indicator]
			if f.Kind == fraud.PersonAlias && f.End <= own.End && a == nil {
				gone[i] = true
			}
			if a != nil && (f.Kind == fraud.Phone || f.Kind == fraud.Email) && (strings.HasPrefix(a.Why, whyLearned) || !guessed(a.Why) && !guessedByRules(a.Why)) {
				f.Role, f.Why = a.Role, a.Why
			}
		}
	}
	kept := more
	for i := range found {
		if !gone[i] {
			kept = append(kept, found[i])
		}
	}
	slices.SortStableFunc(kept, func(a, b Finding) int { return a.Start - b.Start })
	return kept
}

// judge gives roles by the envelope: it beats what the words say.
func (l *letter) judge(found []Finding, root *mimePart) []Finding {
	to := addressesOf(root.header("To") + "," + root.header("Cc") + "," + root.header("Delivered-To") + "," + root.header("X-Original-To"))
	from, between, own := l.senders()
	reply := addressesOf(l.doc.ReplyTo + "," + root.header("Return-Path"))
	names := l.people(root, own)
	kept := found[:0]
	for i := range found {
		f := &found[i]
		if f.Kind == fraud.PersonAlias && names[f.Value] {
			continue // who it was sent to, or who forwarded it: no agent
		}
		kept = append(kept, *f)
		if f.Kind != fraud.Email {
			continue
		}
		f = &kept[len(kept)-1]
		switch {
		case len(l.back) > 0 && from[f.Value]:
			f.Role, f.Why = fraud.RoleBystander, "the mail service that sent the message back"
		case own[f.Value]:
			f.Role, f.Why = fraud.RoleVictimOwned, whyForwards
		case between[f.Value]:
			f.Role, f.Why = fraud.RoleBystander, "passed the message on"
		case from[f.Value]:
			if f.Role != fraud.RoleGenuineBrand && !(f.Role == fraud.RoleBystander && strings.HasPrefix(f.Why, whyLearned)) {
				f.Role, f.Why = fraud.RoleSender, "the message says that it comes from it"
			}
		case to[f.Value]:
			f.Role, f.Why = fraud.RoleVictimOwned, "the message was sent to it"
		case reply[f.Value]:
			f.Role, f.Why = fraud.RoleCallback, "answers go to it"
		}
	}
	return kept
}

// answers says whether a subject is that of an answer.
func answers(subject string) bool {
	for _, begin := range [...]string{"re:", "aw:", "sv:", "antw:", "res:", "返信:"} {
		if hasFold(subject, begin) {
			return true
		}
	}
	return false
}

// forwarder decides whether the outermost message only passes on the ones in
// it, and marks what its own words are. A fraudster may attach a message to his
// own, and an innocent thread to both; who forwards says so in the subject, or
// writes to those who take reports.
func (l *letter) forwarder(root *mimePart) {
	inner := false
	for _, h := range l.heads[1:] {
		inner = inner || !sameAddress(h.from, l.heads[0].from)
	}
	if !inner || !l.forward && !l.heads[len(l.heads)-1].inline && !l.desk {
		l.heads, l.own = l.heads[:1], nil
	}
}

// mailersOwn says whether a message comes from a mail service itself, as one does
// that could not be delivered (RFC 3464).
func mailersOwn(from string) bool {
	for one := range addressesOf(from) {
		if mailers(one) {
			return true
		}
	}
	return false
}

func sameAddress(a, b string) bool {
	of := addressesOf(b)
	for one := range addressesOf(a) {
		if of[one] {
			return true
		}
	}
	return false
}

// takesReports says whether a mailbox is one that people send frauds to.
func takesReports(to string) bool {
	for one := range addressesOf(to) {
		name, _, _ := strings.Cut(one, "@")
		for _, word := range [...]string{"report", "abuse", "phish", "spam", "scam", "fraud", "security", "soc"} {
			if strings.Contains(name, word) {
				return true
			}
		}
	}
	return false
}

// writesToDesk says whether a mailbox is one where people tell of frauds in
// their own words. What traps and filters collect ("phishing@", "spam@",
// "abuse@") are the fraudsters' own messages.
func writesToDesk(to string) bool {
	for one := range addressesOf(to) {
		name, _, _ := strings.Cut(one, "@")
		for _, trap := range [...]string{"phish", "spam", "abuse"} {
			if strings.Contains(name, trap) {
				name = ""
			}
		}
		for _, word := range [...]string{"report", "complaint", "fraud", "betrug", "truff", "estafa", "golpe", "arnaque", "escroquerie", "queixa", "scam-desk", "denuncia", "denúncia", "anzeige", "meldung", "plainte", "signalement", "segnalazion", "reclam"} {
			if strings.Contains(name, word) {
				return true
			}
		}
	}
	return false
}

// senders are the addresses of the fraudsters, of those who passed their
// message on, and of the reporter, who did so last.
func (l *letter) senders() (from, between, own map[string]bool) {
	from, between, own = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, h := range l.heads {
		set := from
		if (len(l.heads) > 1 || l.account) && i == 0 {
			set = own
		} else if i+1 < len(l.heads) && (l.heads[i+1].depth > h.depth || l.heads[i+1].inline) {
			set = between
		}
		for one := range addressesOf(h.from) {
			set[one] = true
		}
	}
	return from, between, own
}

// people are the folded names of who the message was sent to and of who
// forwarded it.
func (l *letter) people(root *mimePart, own map[string]bool) map[string]bool {
	lines := []string{decodeWords(root.header("To")), decodeWords(root.header("Cc"))}
	names := map[string]bool{}
	if len(own) > 0 {
		lines = append(lines, l.heads[0].from)
		name, _, _ := strings.Cut(l.heads[0].from, "<")
		for word := range strings.FieldsSeq(foldName(name)) { // signs with a first name
			names[word] = len(word) > 2
		}
	}
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(one, "<")
			if v := foldName(strings.Trim(name, "\"' ")); len(v) > 2 {
				names[v] = true
			}
		}
	}
	return names
}

// addressesOf is the addresses of a header line, in canonical form.
func addressesOf(line string) map[string]bool {
	set := map[string]bool{}
	for one := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ';' || r == '<' || r == '>' || r == ' ' || r == '"' }) {
		if value, _, ok := canonicalEmail(one); ok {
			set[value] = true
		}
	}
	return set
}

// validText is a text with what is no UTF-8 in it replaced.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// envelope notes a message's head and writes it as the first lines.
func (l *letter) envelope(p *mimePart, outermost bool) {
	from, reply, subject := decodeWords(p.header("From")), decodeWords(p.header("Reply-To")), decodeWords(p.header("Subject"))
	l.heads = append(l.heads, head{from: from, depth: l.depth})
	if outermost {
		l.doc.From, l.doc.ReplyTo, l.doc.Subject = from, reply, subject
		l.doc.To = decodeWords(p.header("To"))
		l.doc.MessageID = strings.Trim(p.header("Message-ID"), "<> ")
		if at, err := mail.ParseDate(p.header("Date")); err == nil {
			l.doc.Date = at.UTC()
		}
	}
	l.line("From: ", from)
	l.line("Reply-To: ", reply)
	l.line("Subject: ", subject)
	l.out.WriteByte('\n')
}

func (l *letter) line(name, value string) {
	if value != "" {
		l.out.WriteString(name)
		l.out.WriteString(value)
		l.out.WriteByte('\n')
	}
}

// body writes a part's text and what it holds.
func (l *letter) body(p *mimePart, depth int) {
	if l.count++; l.count > maxMailParts || depth > maxMailDepth || l.out.Len() > maxMailText {
		return
	}
	mediaType, params := p.mediaType()
	switch {
	case strings.HasPrefix(mediaType, "multipart/"):
		subs := p.split(params["boundary"])
		if mediaType == "multipart/alternative" {
			l.alternatives(subs, depth)
			return
		}
		for _, sub := range subs {
			l.body(sub, depth+1)
		}
		if len(subs) == 0 {
			l.plain(string(p.body))
		}
	case mediaType == "message/rfc822" || mediaType == "message/global":
		l.nested(p.decoded(), depth)
	case p.isAttachment(mediaType):
		l.attach(p, mediaType, depth)
	case mediaType == "text/html" || mediaType == "application/xhtml+xml":
		l.html(p.textOf(params))
	case mediaType == "text/calendar":
		l.plain(calendarText(p.textOf(params)))
	default:
		l.plain(p.textOf(params))
	}
}

// nested reads a message inside the message.
func (l *letter) nested(b []byte, depth int) {
	inner, ok := readPart(b)
	if !ok {
		return
	}
	l.depth++
	from := l.out.Len()
	l.envelope(inner, false)
	l.body(inner, depth+1)
	if sameAddress(l.to, decodeWords(inner.header("From"))) {
		l.back = append(l.back, Span{from, l.out.Len()})
	}
	l.depth--
}

// alternatives writes what the reader saw, the last one that can be read,
// first; then the others, whose values count where they are new.
func (l *letter) alternatives(subs []*mimePart, depth int) {
	for i := len(subs) - 1; i >= 0; i-- {
		l.body(subs[i], depth+1)
	}
}

func (l *letter) plain(s string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if looksLikeHTML(s) {
		l.html(s)
		return
	}
	l.write(s, l.partsOf(s))
}

// partsOf finds the pieces of a body that are others'. What a mail forwards as
// text is none: then the words above it are the forwarder's own.
func (l *letter) partsOf(s string) []part {
	if l.depth > 0 {
		return foreignParts(s, l.above)
	}
	base := l.out.Len()
	own, body, ok := forwardedAt(s, l.forward || writesToDesk(l.to), l.desk)
	if !ok {
		l.own = append(l.own, Span{base, base + len(s)}) // what comes with a mail that is attached
		return foreignParts(s, l.above)
	}
	at := 0
	for range mostForwards {
		from := ""
		for line := range strings.Lines(s[at+own : at+body]) {
			if rest, is := headLine(line, senderLabels[:]); is {
				from = rest
				break
			}
		}
		l.heads = append(l.heads, head{from: from, inline: true})
		l.own = append(l.own, Span{base + at, base + at + own})
		at += body
		if own, body, ok = forwardedAt(s[at:], false, false); !ok {
			break
		}
	}
	parts := foreignParts(s[at:], mainWords)
	for i := range parts {
		parts[i].start += at
		parts[i].end += at
	}
	return parts
}

// looksLikeHTML says whether text that was sent as plain is a page.
func looksLikeHTML(s string) bool {
	head := s[:min(len(s), 1024)]
	if strings.IndexByte(head, '<') < 0 {
		return false
	}
	head = strings.ToLower(head)
	return strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") || strings.Contains(head, "<body") || strings.Contains(head, "<table") || strings.Contains(head, "<div")
}

func (l *letter) html(s string) {
	doc, parts := readHTML([]byte(s))
	base := l.out.Len()
	for _, h := range doc.Hidden {
		l.doc.Hidden = append(l.doc.Hidden, Span{base + h.Start, base + h.End})
	}
	l.write(doc.Text, append(parts, l.partsOf(doc.Text)...))
}

// write adds text with its parts moved to where it lands.
func (l *letter) write(s string, parts []part) {
	base := l.out.Len()
	for _, p := range parts {
		p.start += base
		p.end += base
		l.parts = append(l.parts, p)
	}
	l.out.WriteString(s)
	l.out.WriteString("\n\n")
}

// attach lists a file, and reads the ones that are text.
func (l *letter) attach(p *mimePart, mediaType string, depth int) {
	data := p.decoded()
	sum := sha256.Sum256(data)
	name := p.fileName()
	l.doc.Attachments = append(l.doc.Attachments, Attachment{
		Name: name, MediaType: mediaType, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), Data: data,
	})
	low := strings.ToLower(name)
	switch {
	case mediaType == "text/html" || strings.HasSuffix(low, ".html") || strings.HasSuffix(low, ".htm"):
		l.html(string(toValid(data, mediaType)))
	case mediaType == "text/calendar" || strings.HasSuffix(low, ".ics"):
		l.plain(calendarText(string(toValid(data, mediaType))))
	case strings.HasSuffix(low, ".eml"):
		if depth < maxMailDepth {
			l.nested(data, depth)
		}
	case strings.HasPrefix(mediaType, "text/"):
		l.plain(string(toValid(data, mediaType)))
	}
}

// calendarText is the texts of an invitation (RFC 5545): lines unfolded,
// escapes undone, the properties that a person sees and who sent it.
func calendarText(s string) string {
	s = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "", "\r\n", "\n").Replace(s)
	var out strings.Builder
	for line := range strings.Lines(s) {
		name, value, found := strings.Cut(strings.TrimRight(line, "\n"), ":")
		key, _, _ := strings.Cut(strings.ToUpper(name), ";")
		if !found {
			continue
		}
		switch key {
		case "SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "URL", "COMMENT", "CONTACT":
			value = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(value)
			out.WriteString(strings.ToLower(key[:1]) + strings.ToLower(key[1:]) + ": " + value + "\n")
		}
	}
	return out.String()
}
