package protect

import (
	"strings"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// asked are the kinds that somebody asks about one at a time, in the order in
// which a value is tried: what has the stricter form first.
var asked = []fraud.Kind{fraud.Email, fraud.URL, fraud.Domain, fraud.IP, fraud.Phone, fraud.Wallet, fraud.UPI}

// maxValue is the longest question that is tried as one value.
const maxValue = 2048

// readOne reads a question that is one value; nil if it is not.
func (s *Service) readOne(text, country string) []fraud.Indicator {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxValue || strings.ContainsAny(text, "\n\r\t") {
		return nil
	}
	spaced := strings.ContainsRune(text, ' ')
	for _, k := range asked {
		if spaced && k != fraud.Phone {
			continue
		}
		if k == fraud.URL && !strings.Contains(text, "/") {
			continue // a bare name is a site, not a page
		}
		v, ok := extract.Canonical(k, text, country)
		if !ok || (k == fraud.Phone && !strings.HasPrefix(v, "+")) {
			continue
		}
		return []fraud.Indicator{{Kind: k, Value: v}}
	}
	return nil
}

// read finds what a question speaks of, and says whether it is one value and
// nothing else.
func (s *Service) read(text, country string) (parts []Part, whole bool) {
	if one := s.readOne(text, country); one != nil {
		for _, i := range one {
			parts = append(parts, Part{Indicator: i, Raw: text, AskedFor: true})
		}
		return parts, true
	}
	seen := map[fraud.Indicator]bool{}
	for _, f := range extract.Text(text, extract.Options{Country: country, FromFraudster: true}) {
		if !answers(f.Kind) || !f.Valid || seen[f.Indicator] {
			continue
		}
		seen[f.Indicator] = true
		parts = append(parts, Part{Indicator: f.Indicator, Raw: f.Raw})
	}
	return parts, false
}

// answers says whether Check speaks of a kind one by one.
func answers(k fraud.Kind) bool {
	_, listed := terms[k]
	return listed || k == fraud.IP
}
