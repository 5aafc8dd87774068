package intake

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"ringbreaker.example/fraud"
)

// pageReport makes a saved page into a report: what its reader saw, and apart
// from it the markup and the scripts, in which trackers and numbers hide.
func (s *Service) pageReport(w whole) (*fraud.Report, error) {
	body := bytes.TrimPrefix(w.body, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(body) {
		body = bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	seen, err := visible(body)
	if err != nil {
		return nil, fmt.Errorf("the page cannot be read: %w", fraud.ErrInvalid)
	}
	r := &fraud.Report{
		ID: contentID("page", w.body), Source: s.cfg.Source, ReceivedAt: w.modified.UTC(),
		Reporter: fraud.Reporter{Role: "feed", Country: s.cfg.Country},
		Contacts: []fraud.Contact{
			{Direction: "to_victim", Medium: "popup", Text: cut(seen, maxContactText)},
			{Direction: "to_victim", Medium: "popup", Text: cut(string(body), maxContactText)},
		},
	}
	if err := s.keep(w, r, "text/html"); err != nil {
		return nil, err
	}
	return finished(r)
}

// visible is the text of a page without scripts and styles, a line a block.
func visible(body []byte) (string, error) {
	z := html.NewTokenizer(bytes.NewReader(body))
	var b strings.Builder
	hidden := atom.Atom(0)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String()), nil
		case html.StartTagToken:
			t := z.Token()
			switch t.DataAtom {
			case atom.Script, atom.Style, atom.Noscript, atom.Template:
				hidden = t.DataAtom
			case atom.P, atom.Div, atom.Br, atom.Li, atom.Tr, atom.H1, atom.H2, atom.H3, atom.H4, atom.Td, atom.Section:
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			if t := z.Token(); t.DataAtom == hidden {
				hidden = 0
			}
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		}
	}
}
