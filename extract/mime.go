package extract

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// mimePart is one part of a message, its header unfolded, its body as it came.
type mimePart struct {
	headers []headerLine
	body    []byte
}

type headerLine struct{ name, value string }

// readPart splits head from body. ok is false where no header line stands.
// It takes what senders get wrong: bare line feeds, lines without a colon, a
// mailbox's "From " line, quoted or not, a missing blank line.
func readPart(b []byte) (*mimePart, bool) {
	p := &mimePart{}
	b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	b = bytes.TrimLeft(b, "\r\n")
	var folded []byte // a value over several lines, until its last one
	first := true
	read := 0
	for len(b) > 0 && read < maxHeader {
		end := bytes.IndexByte(b, '\n')
		line := b
		rest := []byte(nil)
		if end >= 0 {
			line, rest = b[:end], b[end+1:]
		}
		read += len(line) + 1
		line = bytes.TrimRight(line, "\r")
		switch {
		case len(line) == 0:
			p.body = rest
			return p, len(p.headers) > 0
		case (line[0] == ' ' || line[0] == '\t') && len(p.headers) > 0:
			if len(folded) == 0 {
				folded = append(folded, p.headers[len(p.headers)-1].value...)
			}
			folded = append(append(folded, ' '), bytes.TrimSpace(line)...)
			if len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' || read >= maxHeader {
				p.headers[len(p.headers)-1].value, folded = string(folded), folded[:0]
			}
		case first && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))) && !bytes.HasPrefix(line, []byte("From :")):
		default:
			colon := bytes.IndexByte(line, ':')
			name := bytes.TrimRight(line[:max(colon, 0)], " \t") // blanks before the colon are old, and not wrong (RFC 5322 §4.5.8)
			if len(name) == 0 || bytes.ContainsAny(name, " \t<\"") {
				if len(p.headers) == 0 {
					return p, false
				}
				if !headerGoesOn(rest) {
					p.body = b // a body without its blank line
					return p, true
				}
				break
			}
			p.headers = append(p.headers, headerLine{string(name), string(bytes.TrimSpace(line[colon+1:]))})
		}
		first = false
		b = rest
	}
	p.body = b
	return p, len(p.headers) > 0
}

// usualHeaders are names by which a line is known as one of a header, whatever
// stands before it.
var usualHeaders = []string{"content-type:", "content-transfer-encoding:", "content-disposition:", "mime-version:", "date:", "from:", "to:", "subject:", "received:", "return-path:", "reply-to:", "message-id:", "dkim-signature:", "x-"}

// headerGoesOn says whether the line that b begins with is plainly one of a
// header: then the line before it is a broken one among them, and not the
// body. Mass mailers write such lines.
func headerGoesOn(b []byte) bool {
	line := strings.ToLower(string(b[:min(len(b), 64)]))
	for _, name := range usualHeaders {
		if strings.HasPrefix(line, name) {
			return true
		}
	}
	return false
}

// header is the first header line of that name, "" if there is none.
func (p *mimePart) header(name string) string {
	for _, h := range p.headers {
		if strings.EqualFold(h.name, name) {
			return h.value
		}
	}
	return ""
}

// mediaType is the part's type in lower case, text/plain by default
// (RFC 2045 §5.2), and its parameters.
func (p *mimePart) mediaType() (string, map[string]string) {
	raw := p.header("Content-Type")
	if !strings.Contains(raw, "/") { // none, or "text" alone (RFC 2045 §5.2)
		return "text/plain", nil
	}
	mediaType, params, err := mime.ParseMediaType(raw)
	if err == nil || mediaType != "" && params != nil {
		return mediaType, params
	}
	// What senders write is often not what RFC 2045 allows.
	head, tail, _ := strings.Cut(raw, ";")
	params = map[string]string{}
	for one := range strings.SplitSeq(tail, ";") {
		key, value, found := strings.Cut(one, "=")
		if found {
			params[strings.ToLower(strings.TrimSpace(key))] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(head)), params
}

// split cuts a multipart body at its boundary lines (RFC 2046 §5.1.1).
func (p *mimePart) split(boundary string) []*mimePart {
	if boundary == "" {
		return nil
	}
	sep := []byte("--" + boundary)
	var parts []*mimePart
	body := p.body
	at := lineStarting(body, sep)
	for at >= 0 && len(parts) < maxMailParts {
		body = body[at+len(sep):]
		if bytes.HasPrefix(body, []byte("--")) {
			break
		}
		if nl := bytes.IndexByte(body, '\n'); nl >= 0 {
			body = body[nl+1:]
		}
		at = lineStarting(body, sep)
		piece := body
		if at >= 0 {
			piece = bytes.TrimSuffix(bytes.TrimSuffix(body[:at], []byte("\n")), []byte("\r"))
		}
		if sub, ok := readPart(piece); ok {
			parts = append(parts, sub)
		} else if len(bytes.TrimSpace(piece)) > 0 {
			parts = append(parts, &mimePart{body: piece})
		}
	}
	return parts
}

// lineStarting finds the first line that begins with sep, -1 if none does.
func lineStarting(b, sep []byte) int {
	for from := 0; ; {
		at := bytes.Index(b[from:], sep)
		if at < 0 {
			return -1
		}
		if at += from; at == 0 || b[at-1] == '\n' {
			return at
		}
		from = at + len(sep)
	}
}

// decoded undoes the transfer encoding, as far as it goes.
func (p *mimePart) decoded() []byte {
	switch strings.ToLower(strings.TrimSpace(p.header("Content-Transfer-Encoding"))) {
	case "base64":
		return fromBase64(p.body)
	case "quoted-printable":
		var out bytes.Buffer
		out.Grow(len(p.body) + bytes.MinRead)
		_, _ = out.ReadFrom(quotedprintable.NewReader(bytes.NewReader(p.body)))
		if out.Len() == 0 {
			return p.body
		}
		return out.Bytes()
	}
	return p.body
}

// fromBase64 decodes what of base64 stands there, skipping what does not
// belong (RFC 2045 §6.8 tells decoders to).
func fromBase64(b []byte) []byte {
	clean := make([]byte, 0, len(b))
	for _, c := range b {
		if isAlnum(c) || c == '+' || c == '/' {
			clean = append(clean, c)
		} else if c == '=' && len(clean)%4 != 0 && len(clean)%4 != 1 {
			break
		}
	}
	clean = clean[:len(clean)-map[bool]int{true: 1}[len(clean)%4 == 1]]
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(out, clean)
	return out[:n]
}

// textOf is a text part decoded to UTF-8.
func (p *mimePart) textOf(params map[string]string) string {
	b := p.decoded()
	label := strings.ToLower(params["charset"])
	if label == "" || label == "utf-8" || label == "us-ascii" {
		return string(toValid(b, "text/plain"))
	}
	enc, name := charset.Lookup(label)
	if enc == nil || name == "utf-8" {
		return string(toValid(b, "text/plain"))
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return string(toValid(b, "text/plain"))
	}
	return string(out)
}

// toValid gives valid UTF-8: as it is, or decoded by a guess.
func toValid(b []byte, contentType string) []byte {
	if utf8.Valid(b) {
		return b
	}
	return toUTF8(b, contentType)
}

// isAttachment says whether a part is a file rather than text to be read.
func (p *mimePart) isAttachment(mediaType string) bool {
	disposition := strings.ToLower(p.header("Content-Disposition"))
	if strings.HasPrefix(disposition, "attachment") {
		return true
	}
	return !strings.HasPrefix(mediaType, "text/") && mediaType != "application/xhtml+xml" || strings.Contains(disposition, "filename")
}

// fileName is the name that the sender gave a file (RFC 2183, RFC 2231).
func (p *mimePart) fileName() string {
	if _, params, err := mime.ParseMediaType(p.header("Content-Disposition")); err == nil && params["filename"] != "" {
		return decodeWords(params["filename"])
	}
	_, params := p.mediaType()
	return decodeWords(params["name"])
}

// decodeWords undoes encoded words in a header line (RFC 2047).
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return string(toValid([]byte(s), "text/plain"))
	}
	d := mime.WordDecoder{CharsetReader: func(label string, r io.Reader) (io.Reader, error) {
		return charset.NewReaderLabel(label, r)
	}}
	out, err := d.DecodeHeader(s)
	if err != nil {
		return string(toValid([]byte(s), "text/plain"))
	}
	return strings.ToValidUTF8(out, "\uFFFD")
}
