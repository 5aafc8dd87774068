package intake

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
	"golang.org/x/net/html/charset"

	"ringbreaker.example/fraud"
)

// Limits of an Outlook message file.
const (
	maxMsgEntries = 20_000   // streams and storages; a message with a hundred attachments has 3,000
	maxMsgBytes   = 64 << 20 // of all streams: twice a mail, which is packed less tightly there
	maxMsgFiles   = 200      // attachments or recipients of one message
)

// isOLE says whether a file is a compound file ([MS-CFB] §2.2).
func isOLE(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// msgMail reads an Outlook message file ([MS-OXMSG]) and writes it as a mail
// by RFC 5322, so that one reader reads both: its transport headers where it
// has them, its body as plain text and HTML, its attachments, and messages
// inside it as message/rfc822. The error wraps fraud.ErrInvalid.
func msgMail(b []byte) ([]byte, error) {
	all, err := msgStreams(b)
	if err != nil {
		return nil, err
	}
	m := msgStorage{all: all}
	if m.text(0x001A) == "" && m.text(0x0037) == "" && m.text(0x1000) == "" && m.text(0x007D) == "" {
		return nil, fmt.Errorf("the file is a compound file and no Outlook message: %w", fraud.ErrInvalid)
	}
	var out bytes.Buffer
	m.mail(&out, 0)
	if out.Len() > 2*maxMsgBytes {
		return nil, fmt.Errorf("the message is longer than %d bytes: %w", 2*maxMsgBytes, fraud.ErrInvalid)
	}
	return out.Bytes(), nil
}

// msgStreams reads the streams of a compound file by their paths. A panic of
// the reader on hostile bytes is the file's fault.
func msgStreams(b []byte) (all map[string][]byte, err error) {
	bad := fmt.Errorf("the Outlook message is damaged: %w", fraud.ErrInvalid)
	defer func() {
		if recover() != nil {
			all, err = nil, bad
		}
	}()
	doc, err := mscfb.New(bytes.NewReader(b))
	if err != nil {
		return nil, bad
	}
	all = map[string][]byte{}
	left := int64(maxMsgBytes)
	for n := 0; ; n++ {
		e, err := doc.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil || n >= maxMsgEntries {
			return nil, bad
		}
		if e.Size <= 0 {
			continue
		}
		// A stream cannot be longer than the file that holds it.
		data, err := io.ReadAll(io.LimitReader(e, min(left, int64(len(b)))+1))
		if err != nil && len(data) == 0 {
			continue
		}
		if left -= int64(len(data)); left < 0 {
			return nil, fmt.Errorf("the Outlook message unpacks to more than %d bytes: %w", maxMsgBytes, fraud.ErrInvalid)
		}
		all[strings.Join(append(slices.Clone(e.Path), e.Name), "/")] = data
	}
}

// msgStorage is a message or an attachment: a folder of streams.
type msgStorage struct {
	all  map[string][]byte
	path string // with its slash at the end; empty for the message itself
}

// raw is a property's stream ([MS-OXMSG] §2.1.3).
func (m msgStorage) raw(tag, typ uint16) []byte {
	return m.all[fmt.Sprintf("%s__substg1.0_%04X%04X", m.path, tag, typ)]
}

// text is a property that is text, in UTF-16 or in the code page.
func (m msgStorage) text(tag uint16) string {
	if b := m.raw(tag, 0x001F); len(b) > 0 {
		return fromUTF16(b, binary.LittleEndian)
	}
	return m.decode(m.raw(tag, 0x001E))
}

// decode reads text in the message's code page (PidTagMessageCodepage).
func (m msgStorage) decode(b []byte) string {
	name := "windows-1252"
	if cp, ok := m.fixed(0x3FFD); ok {
		name = codePage(cp)
	}
	if e, _ := charset.Lookup(name); e != nil {
		if out, err := e.NewDecoder().Bytes(b); err == nil {
			return strings.TrimRight(string(out), "\x00")
		}
	}
	return strings.ToValidUTF8(strings.TrimRight(string(b), "\x00"), "\ufffd")
}

// codePage is the name of a Windows code page number.
func codePage(n uint64) string {
	switch n {
	case 65001:
		return "utf-8"
	case 932:
		return "shift_jis"
	case 936:
		return "gbk"
	case 949:
		return "euc-kr"
	case 950:
		return "big5"
	case 20127:
		return "us-ascii"
	case 28591, 28592, 28595, 28597, 28599, 28605:
		return "iso-8859-" + strconv.FormatUint(n-28590, 10)
	}
	return "windows-" + strconv.FormatUint(n, 10)
}

// fixed is a property of eight bytes or fewer, out of the storage's list of
// them ([MS-OXMSG] §2.4). The head before it differs by what the storage is.
func (m msgStorage) fixed(tag uint16) (uint64, bool) {
	b := m.all[m.path+"__properties_version1.0"]
	head := 8 // an attachment or a recipient
	switch {
	case m.path == "":
		head = 32
	case strings.HasSuffix(m.path, "3701000D/"):
		head = 24
	}
	for at := head; at+16 <= len(b); at += 16 {
		if binary.LittleEndian.Uint16(b[at+2:]) == tag {
			return binary.LittleEndian.Uint64(b[at+8:]), true
		}
	}
	return 0, false
}

// filetimeEpoch is 1601-01-01 in seconds of Unix ([MS-DTYP] §2.3.3).
const filetimeEpoch = -11644473600

func (m msgStorage) time() time.Time {
	for _, tag := range []uint16{0x0039, 0x0E06, 0x3007} {
		if v, ok := m.fixed(tag); ok && v > 0 && v < 1<<62 {
			return time.Unix(filetimeEpoch+int64(v/1e7), 0).UTC()
		}
	}
	return time.Time{}
}

func fromUTF16(b []byte, order binary.ByteOrder) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = order.Uint16(b[2*i:])
	}
	return strings.TrimRight(string(utf16.Decode(u)), "\x00")
}

// mail writes the message by RFC 5322 and RFC 2046.
func (m msgStorage) mail(out *bytes.Buffer, depth int) {
	m.head(out)
	// What follows is base64, in which no boundary with a blank can stand.
	sep := fmt.Sprintf("ringbreaker %d", depth)
	fmt.Fprintf(out, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%q\r\n\r\n", sep)
	alt := sep + " a"
	fmt.Fprintf(out, "--%s\r\nContent-Type: multipart/alternative; boundary=%q\r\n\r\n", sep, alt)
	plain, html := m.text(0x1000), m.raw(0x1013, 0x0102)
	htmlSet := ""
	if cp, ok := m.fixed(0x3FDE); ok {
		htmlSet = "; charset=" + codePage(cp)
	}
	if len(html) == 0 {
		if s := m.text(0x1013); s != "" {
			html, htmlSet = []byte(s), "; charset=utf-8"
		}
	}
	if strings.TrimSpace(plain) == "" && len(html) == 0 {
		if rtf, err := unpackRTF(m.raw(0x1009, 0x0102)); err == nil {
			text, isHTML := rtfText(rtf)
			if isHTML {
				html, htmlSet = []byte(text), "; charset=utf-8"
			} else {
				plain = text
			}
		}
	}
	if strings.TrimSpace(plain) != "" || len(html) == 0 {
		part(out, alt, "Content-Type: text/plain; charset=utf-8\r\n", []byte(plain))
	}
	if len(html) > 0 {
		part(out, alt, "Content-Type: text/html"+htmlSet+"\r\n", html)
	}
	fmt.Fprintf(out, "--%s--\r\n", alt)
	for _, a := range m.attachments() {
		a.attach(out, sep, depth)
	}
	fmt.Fprintf(out, "--%s--\r\n", sep)
}

func part(out *bytes.Buffer, sep, head string, body []byte) {
	fmt.Fprintf(out, "--%s\r\n%sContent-Transfer-Encoding: base64\r\n\r\n", sep, head)
	line := make([]byte, base64.StdEncoding.EncodedLen(57))
	for len(body) > 0 {
		n := min(57, len(body)) // 76 letters a line, RFC 2045 §6.8
		e := base64.StdEncoding.EncodedLen(n)
		base64.StdEncoding.Encode(line[:e], body[:n])
		out.Write(line[:e])
		out.WriteString("\r\n")
		body = body[n:]
	}
	out.WriteString("\r\n")
}

// head writes the header: as the servers wrote it, without what speaks of the
// body's form; or made of the message's properties.
func (m msgStorage) head(out *bytes.Buffer) {
	given := map[string]bool{}
	skip := true
	for line := range strings.Lines(m.text(0x007D)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if !skip {
				out.WriteString(line + "\r\n")
			}
			continue
		}
		name, _, ok := strings.Cut(line, ":")
		name = strings.ToLower(name)
		skip = !ok || strings.HasPrefix(name, "content-") || name == "mime-version" || strings.ContainsAny(name, " \t")
		if !skip {
			given[name] = true
			out.WriteString(line + "\r\n")
		}
	}
	write := func(name, v string) {
		v = strings.Join(strings.Fields(v), " ")
		if v != "" && !given[strings.ToLower(name)] {
			fmt.Fprintf(out, "%s: %s\r\n", name, v)
		}
	}
	write("From", m.sender())
	write("To", mime.QEncoding.Encode("utf-8", m.recipients(m.text(0x0E04), 1)))
	write("Cc", mime.QEncoding.Encode("utf-8", m.recipients(m.text(0x0E03), 2)))
	write("Subject", mime.QEncoding.Encode("utf-8", m.text(0x0037)))
	write("Message-ID", m.text(0x1035))
	if t := m.time(); !t.IsZero() {
		write("Date", t.Format(time.RFC1123Z))
	}
}

// sender is who wrote: the name and the SMTP address, which stands in one of
// several properties; an address of an Exchange server's own form is none.
func (m msgStorage) sender() string {
	address := ""
	for _, tag := range []uint16{0x5D02, 0x5D01, 0x0065, 0x0C1F} {
		if v := m.text(tag); strings.Contains(v, "@") {
			address = v
			break
		}
	}
	name := m.text(0x0042)
	if name == "" {
		name = m.text(0x0C1A)
	}
	switch {
	case address == "":
		return mime.QEncoding.Encode("utf-8", name)
	case name == "" || name == address:
		return "<" + address + ">"
	}
	return mime.QEncoding.Encode("utf-8", strings.ReplaceAll(name, "@", " at ")) + " <" + address + ">"
}

// recipients are the addresses of one sort (1 to, 2 cc), or what was shown.
func (m msgStorage) recipients(shown string, sort uint64) string {
	var list []string
	for _, p := range m.storages("__recip_version1.0_") {
		r := msgStorage{m.all, p}
		if s, ok := r.fixed(0x0C15); ok && s&0xf != sort {
			continue
		}
		for _, tag := range []uint16{0x39FE, 0x3003} {
			if v := r.text(tag); strings.Contains(v, "@") {
				list = append(list, "<"+v+">")
				break
			}
		}
	}
	if len(list) == 0 {
		return shown
	}
	return strings.Join(list, ", ")
}

// storages are the folders of a name right inside this one, sorted.
func (m msgStorage) storages(prefix string) []string {
	seen := map[string]bool{}
	var out []string
	for p := range m.all {
		rest, ok := strings.CutPrefix(p, m.path+prefix)
		if !ok {
			continue
		}
		number, _, inside := strings.Cut(rest, "/")
		if p = m.path + prefix + number + "/"; inside && !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), maxMsgFiles)]
}

func (m msgStorage) attachments() []msgStorage {
	var out []msgStorage
	for _, p := range m.storages("__attach_version1.0_") {
		out = append(out, msgStorage{m.all, p})
	}
	return out
}

// attach writes an attachment: a file, or a message of its own.
func (m msgStorage) attach(out *bytes.Buffer, sep string, depth int) {
	inner := msgStorage{m.all, m.path + "__substg1.0_3701000D/"}
	if len(m.all[inner.path+"__properties_version1.0"]) > 0 || inner.text(0x0037) != "" {
		if depth >= maxNested || out.Len() > maxMsgBytes {
			return
		}
		var b bytes.Buffer
		inner.mail(&b, depth+1)
		// By RFC 2046 §5.2.1 a message is not encoded; its own parts are.
		fmt.Fprintf(out, "--%s\r\nContent-Type: message/rfc822\r\n\r\n", sep)
		out.Write(b.Bytes())
		out.WriteString("\r\n")
		return
	}
	data := m.raw(0x3701, 0x0102)
	if len(data) == 0 {
		return
	}
	name := m.text(0x3707)
	if name == "" {
		name = m.text(0x3704)
	}
	typ, _, err := mime.ParseMediaType(m.text(0x370E))
	if err != nil || !strings.Contains(typ, "/") || strings.HasPrefix(typ, "multipart/") || strings.HasPrefix(typ, "message/") {
		typ = "application/octet-stream"
	}
	shown := mime.FormatMediaType("attachment", map[string]string{"filename": name})
	if shown == "" {
		shown = "attachment"
	}
	part(out, sep, "Content-Type: "+typ+"\r\nContent-Disposition: "+shown+"\r\n", data)
}
