package extract_test

import (
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// What every mail and page of an honest web holds must not tie scams together.
func TestWhatEverybodyUsesLinksNothing(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		ind        fraud.Indicator
		links      bool
	}{
		{"a file that a host serves to all", "see https://fonts.googleapis.com/css?family=Roboto now", fraud.Indicator{Kind: fraud.URL, Value: "https://fonts.googleapis.com/css?family=Roboto"}, false},
		{"a picture somebody put on a shared host", "see https://i.imgur.com/abc123x.png now", fraud.Indicator{Kind: fraud.URL, Value: "https://i.imgur.com/abc123x.png"}, true},
		{"the shared host itself", "see https://i.imgur.com/abc123x.png now", fraud.Indicator{Kind: fraud.Domain, Value: "i.imgur.com"}, false},
		{"a brand's own firm", "Thank you for paying PayPal Inc. for it.", fraud.Indicator{Kind: fraud.Company, Value: "name:paypal inc"}, false},
		{"a firm that borrows a brand", "Thank you for paying PayPal Refunds LLC for it.", fraud.Indicator{Kind: fraud.Company, Value: "name:paypal refunds llc"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, f := range extract.Text(tt.text, extract.Options{Country: "US", FromFraudster: true}) {
				if f.Indicator == tt.ind {
					if got := f.Role.Links(); got != tt.links {
						t.Errorf("%s has role %s: links %v, want %v", tt.ind, f.Role, got, tt.links)
					}
					return
				}
			}
			t.Errorf("%s was not found in %q", tt.ind, tt.text)
		})
	}
}
