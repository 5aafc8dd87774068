package extract

import (
	"bytes"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"ringbreaker.example/fraud"
)

const (
	// maxHTML is the most of a page that is read. Kits' pages are under 300 kB
	// without their sounds; a saved page with pictures in it seldom passes 8 MB.
	maxHTML = 16 << 20
	// maxDepth is the deepest nesting that is followed; browsers stop at 512.
	maxDepth = 512
	// maxScriptStrings is the most text taken out of scripts: a page's own
	// constants are few, a library's are many and say nothing.
	maxScriptStrings = 256 << 10
	// longSpacer is how many blanks in a row push what follows out of sight.
	longSpacer = 40
	// mainWords is how many words must stand above a spacer or a quoted thread
	// before what follows counts as filler: a forwarded scam has a bare line.
	mainWords = 25
	// replyWords is the same for a mail that calls itself an answer.
	replyWords = 8
	// mostStyles is how many styles of a page's elements are remembered, and
	// longStyle is longer than any of them.
	mostStyles = 256
	longStyle  = 512
)

// Doc is a page as a person saw it, and what it hid.
type Doc struct {
	Title string
	// Text is the decoded text that offsets count in: the visible text in
	// order, with hidden text in its place, then the addresses of links, then
	// the string constants of scripts, each on a line of its own.
	Text string
	// Hidden are the spans of Text that the page's style kept from the reader.
	Hidden []Span
	// Links are the href, src and action attributes, as written.
	Links []string
}

// Span is a piece of a text, in bytes.
type Span struct{ Start, End int }

// HTML reads a page as bytes, renders nothing, and finds its indicators. The
// page is taken to be the fraudsters' own.
func HTML(b []byte, opt Options) (Doc, []Finding) {
	opt.FromFraudster = true
	doc, parts := readHTML(b)
	found := text(doc.Text, opt, given{parts: append(parts, foreignParts(doc.Text, mainWords)...), medium: mediumPage})
	return doc, found
}

// page is a page being read.
type page struct {
	out     strings.Builder
	title   strings.Builder
	open    []element
	hiding  hidingRules
	links   []link
	scripts []string
	held    int // bytes of scripts
	frames  int // read so far, of the whole page
	hidden  []Span
	start   int // of the hidden span being written, -1 outside
	inTitle bool
	raw     atom.Atom       // script or style whose text comes next
	styles  map[string]bool // see hides
}

type element struct {
	name   atom.Atom
	hidden bool
}

type link struct {
	value  string
	hidden bool
}

func readHTML(b []byte) (Doc, []part) {
	if len(b) > maxHTML {
		b = b[:maxHTML]
	}
	if !utf8.Valid(b) {
		b = toUTF8(b, "text/html")
	}
	return (&page{start: -1}).read(b)
}

// read reads the page's bytes, which are UTF-8.
func (p *page) read(b []byte) (Doc, []part) {
	p.out.Grow(len(b) / 4) // a page's text; what is more makes room for itself
	z := html.NewTokenizer(bytes.NewReader(b))
	z.SetMaxBuf(maxHTML)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p.finish()
		case html.TextToken:
			p.text(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			p.startTag(z)
		case html.EndTagToken:
			p.endTag(tagOf(z))
		}
	}
}

// maxFrames is how many pages within a page are read: each is a page of its own
// that an attribute holds, and may hold others.
const maxFrames = 16

// frame reads the page that a frame's attribute holds (HTML, "srcdoc").
func (p *page) frame(s string) {
	p.frames++
	inner := &page{start: -1, frames: p.frames}
	doc, _ := inner.read([]byte(s))
	p.frames = inner.frames
	p.blank('\n')
	p.visible([]byte(doc.Text))
	p.blank('\n')
}

// maxMailbox is the longest address in bytes (RFC 5321, 4.5.3.1.3, without its
// brackets).
const maxMailbox = 254

// cloaked is the address that Cloudflare's "Email Address Obfuscation" hid from
// the page's source: hexadecimal, each byte crossed with the first.
func cloaked(hexed []byte) []byte {
	b, err := hex.DecodeString(string(hexed[:min(len(hexed), 2*maxMailbox)]))
	if err != nil || len(b) < 2 {
		return nil
	}
	for i := range b[1:] {
		b[i+1] ^= b[0]
	}
	return b[1:]
}

// toUTF8 decodes by the declared or guessed character set.
func toUTF8(b []byte, contentType string) []byte {
	enc, _, _ := charset.DetermineEncoding(b, contentType)
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return bytes.ToValidUTF8(b, []byte("\uFFFD"))
	}
	return out
}

func (p *page) text(b []byte) {
	switch {
	case p.raw == atom.Script:
		p.script(string(b))
	case p.raw == atom.Style:
		p.hiding.read(string(b))
		p.styleTexts(string(b))
	case p.inTitle:
		p.title.Write(unescape(b))
	default:
		p.visible(unescape(b))
	}
}

// visible writes text with its white space folded as a browser does.
func (p *page) visible(b []byte) {
	for i := 0; i < len(b); {
		if whiteSpace(b[i]) {
			p.blank(' ')
			i++
			continue
		}
		end := i // words with one blank between go together
		for end < len(b) && (!whiteSpace(b[end]) || b[end] == ' ' && end+1 < len(b) && !whiteSpace(b[end+1])) {
			end++
		}
		p.out.Write(b[i:end])
		i = end
	}
}

// whiteSpace is what a page folds into one blank.
func whiteSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

// blank writes a blank or a line break unless one stands there already.
func (p *page) blank(c byte) {
	s := p.out.String()
	if n := len(s); n > 0 && (s[n-1] == '\n' || s[n-1] == ' ' && c == ' ') {
		return
	}
	p.out.WriteByte(c)
}

// tagOf is the tag that z stands at. z.TagName makes a new name for each.
func tagOf(z *html.Tokenizer) atom.Atom {
	raw := bytes.TrimPrefix(z.Raw()[1:], []byte{'/'})
	var name [32]byte
	for i, c := range raw {
		if whiteSpace(c) || c == '/' || c == '>' {
			return atom.Lookup(name[:i])
		}
		if i == len(name) {
			break // none is so long
		}
		name[i] = lower(c)
	}
	return 0
}

func (p *page) startTag(z *html.Tokenizer) {
	tag := tagOf(z)
	p.raw, p.inTitle = 0, false
	var style []byte // good until the next token
	var class, id, kind, filled, framed, meta, named string
	hidden := false
	for key, value, _ := z.TagAttr(); key != nil; key, value, _ = z.TagAttr() {
		switch string(key) {
		case "style":
			style = value
		case "class":
			class = string(value)
		case "id":
			id = string(value)
		case "hidden":
			hidden = true
		case "href", "src", "action", "data-href", "data-url":
			p.link(string(value))
		case "onclick", "onload", "onmousemove":
			p.script(string(value))
		case "content":
			if tag == atom.Meta {
				meta = string(value)
				if _, url, found := strings.Cut(strings.ToLower(string(value)), "url="); found {
					p.link(string(value[len(value)-len(url):]))
				}
			}
		case "data-cfemail":
			p.blank(' ')
			p.visible(cloaked(value))
			p.blank(' ')
		case "srcdoc":
			framed = string(value)
		case "name", "property":
			if tag == atom.Meta {
				named = strings.ToLower(string(value))
			}
		case "type":
			if tag == atom.Input {
				kind = strings.ToLower(string(value))
			}
		case "value":
			if tag == atom.Input {
				filled = string(value)
			}
		case "placeholder", "alt":
			p.blank(' ')
			p.visible(value)
			p.blank(' ')
		default:
			p.attribute(key, value)
		}
	}
	if framed != "" && tag == atom.Iframe && p.frames < maxFrames {
		p.frame(framed)
	}
	if tag == atom.Meta && (strings.HasSuffix(named, "description") || strings.HasSuffix(named, ":title") || strings.Contains(named, "phone")) {
		p.keep(phoneName(named+"=") + meta) // what search engines and previews show
	}
	if tag == atom.Input && filled != "" && kind != "hidden" && kind != "checkbox" && kind != "radio" {
		p.blank(' ') // what the page has filled in is read as its text is
		p.visible([]byte(filled))
		p.blank(' ')
	}
	switch tag {
	case atom.Script, atom.Style:
		p.raw = tag
		return
	case atom.Title:
		p.inTitle = true
	case atom.Br:
		p.out.WriteByte('\n')
	}
	p.separate(tag)
	if void(tag) {
		return
	}
	if closesParagraph(tag) && len(p.open) > 0 && p.open[len(p.open)-1].name == atom.P {
		p.pop(len(p.open) - 1)
	}
	hidden = hidden || p.hides(style) || p.hiding.match(tag, class, id)
	if len(p.open) < maxDepth {
		p.open = append(p.open, element{tag, hidden || p.isHidden()})
		p.mark()
	}
}

// hides is [hides] of a style; pages repeat theirs.
func (p *page) hides(style []byte) bool {
	if said, seen := p.styles[string(style)]; seen {
		return said
	}
	said := hides(string(style))
	if p.styles == nil {
		p.styles = make(map[string]bool)
	}
	if len(p.styles) < mostStyles && len(style) < longStyle {
		p.styles[string(style)] = said
	}
	return said
}

func (p *page) endTag(tag atom.Atom) {
	p.raw, p.inTitle = 0, false
	p.separate(tag)
	for i := len(p.open) - 1; i >= 0 && i > len(p.open)-64; i-- {
		if p.open[i].name == tag {
			p.pop(i)
			return
		}
	}
}

func (p *page) pop(to int) {
	p.open = p.open[:to]
	p.mark()
}

func (p *page) isHidden() bool { return len(p.open) > 0 && p.open[len(p.open)-1].hidden }

// mark begins or ends a hidden span where the state has changed.
func (p *page) mark() {
	switch hidden := p.isHidden(); {
	case hidden && p.start < 0:
		p.start = p.out.Len()
	case !hidden && p.start >= 0:
		p.hidden = append(p.hidden, Span{p.start, p.out.Len()})
		p.start = -1
	}
}

// separate writes what an element puts between its text and the rest.
func (p *page) separate(tag atom.Atom) {
	switch tag {
	case atom.P, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Tr, atom.Table, atom.Blockquote, atom.Hr, atom.Center, atom.Section,
		atom.Article, atom.Header, atom.Footer, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Form, atom.Dd, atom.Dt, atom.Body:
		p.blank('\n')
	case atom.Td, atom.Th, atom.Img, atom.Input, atom.Button, atom.Option, atom.Label:
		p.blank(' ')
	}
}

func void(tag atom.Atom) bool {
	switch tag {
	case atom.Br, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Hr, atom.Area, atom.Base, atom.Col, atom.Embed, atom.Source, atom.Track, atom.Wbr, atom.Param:
		return true
	}
	return false
}

func closesParagraph(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Table, atom.Ul, atom.Ol, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.Hr, atom.Pre, atom.Section, atom.Form:
		return true
	}
	return false
}

// link keeps an address unless it is a piece of the page itself.
func (p *page) link(value string) {
	value = strings.TrimSpace(value)
	low := strings.ToLower(value)
	switch {
	case value == "" || value[0] == '#' || len(value) > maxURL || strings.HasPrefix(low, "data:") || strings.HasPrefix(low, "cid:"):
		return
	case strings.HasPrefix(low, "javascript:"):
		p.script(value[len("javascript:"):])
		return
	}
	p.links = append(p.links, link{value, p.isHidden()})
}

// attribute keeps what an attribute holds that scripts show, or that readers
// aloud read out: data-phone="18885550142", aria-label="Call (888) 555-0142".
func (p *page) attribute(key, value []byte) {
	if len(value) > 200 || string(key) != "aria-label" && string(key) != "title" && !bytes.HasPrefix(key, []byte("data-")) {
		return
	}
	digits := 0
	for i := range len(value) {
		if isDigit(value[i]) {
			digits++
		}
	}
	if digits >= leastPhone && digits <= maxPhoneDigits {
		p.keep(phoneName(string(key)+"=") + string(value))
	}
}

// styleTexts keeps the texts that a style sheet shows (CSS Generated Content
// Module Level 3, the property "content").
func (p *page) styleTexts(css string) {
	for {
		_, rest, found := strings.Cut(css, "content")
		if !found || p.held > maxScriptStrings {
			return
		}
		css = rest
		rest = strings.TrimLeft(rest, " \t\n")
		if !strings.HasPrefix(rest, ":") {
			continue
		}
		rest = strings.TrimLeft(rest[1:], " \t\n")
		if rest == "" || rest[0] != '"' && rest[0] != '\'' {
			continue
		}
		if text, _, closed := strings.Cut(rest[1:], rest[:1]); closed && len(text) > 4 && len(text) < 300 {
			p.keep(unquote(text))
		}
	}
}

func (p *page) keep(s string) {
	p.held += len(s)
	p.scripts = append(p.scripts, s)
}

// finish puts the page's parts one after the other.
func (p *page) finish() (Doc, []part) {
	if p.start >= 0 {
		p.hidden = append(p.hidden, Span{p.start, p.out.Len()})
	}
	doc := Doc{Title: strings.Join(strings.Fields(p.title.String()), " "), Hidden: p.hidden}
	var parts []part
	for _, h := range p.hidden {
		parts = append(parts, part{h.Start, h.End, fraud.RoleBystander, "hidden from the reader by the page's style"})
	}
	for _, l := range p.links {
		doc.Links = append(doc.Links, l.value)
		p.out.WriteString("\n")
		if l.hidden {
			parts = append(parts, part{p.out.Len(), p.out.Len() + len(l.value), fraud.RoleBystander, "hidden from the reader by the page's style"})
		}
		p.out.WriteString(l.value)
	}
	for _, s := range p.scripts {
		p.out.WriteString("\n")
		p.out.WriteString(s)
	}
	doc.Text = validText(p.out.String())
	return doc, parts
}

func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 {
		return b
	}
	return []byte(html.UnescapeString(string(b)))
}
