package intake

import (
	"bytes"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// pageReport makes a saved page into a report: what its reader saw, what was
// hidden, where its links lead, and the strings of its scripts, in which
// trackers and numbers lie.
func (s *Service) pageReport(w whole) (built, error) {
	body := bytes.ToValidUTF8(bytes.TrimPrefix(w.body, []byte("\xef\xbb\xbf")), []byte("\ufffd"))
	doc, found := extract.HTML(body, extract.Options{Country: s.cfg.Country, Safe: *s.safe.Load(), FromFraudster: true})
	r := &fraud.Report{
		ID: contentID("page", w.body), Source: s.cfg.Source, ReceivedAt: w.modified.UTC(),
		Reporter: fraud.Reporter{Role: "feed", Country: s.cfg.Country},
		Contacts: []fraud.Contact{{Direction: "to_victim", Medium: "popup", Text: cut(doc.Text, maxContactText)}},
	}
	if err := s.keep(w, r, "text/html"); err != nil {
		return built{}, err
	}
	rep, err := finished(r)
	return built{report: rep, found: map[string][]extract.Finding{"contacts[0].text": found}, named: true}, err
}
