package extract

import (
	"reflect"
	"testing"

	"ringbreaker.example/fraud"
)

// Property: the short way through a field that holds a URL finds what the
// long way finds, in the same words.
func TestTheHostOfAURLFieldIsWhatTheWholeScanFinds(t *testing.T) {
	hosts := []string{"pc-care.example", "www.pc-care.example", "micros0ft-help.com", "paypal-login.example", "www.microsoft.com", "x.azurewebsites.net", "sites.google.com", "irs.gov", "a.b.co.uk", "xn--pypal-4ve.com", "localhost", "10.0.0.1", "pc-care.example:8080", "a_b.example", "bit.ly"}
	paths := []string{"", "/x", "/help/call", "/?nr=8885550142", "/a?phone=888-555-0142", "/call/18885550142", "/en/7fbb57bf", "/x.", "/x)", "/(x)", "/a,b", "/%2B1888", "?q=1", "/a'b", "/a*b", "/a|b", "/12/34/5678", "/a&amp;b", "/a[.]b", "/@name", "/é"}
	short := 0
	for _, safe := range []SafeList{nil, {{Kind: fraud.Domain, Value: "pc-care.example"}: "Care"}} {
		for _, host := range append(hosts, "t.me", "instagram.com", "wa.me") {
			for _, path := range paths {
				url := "https://" + host + path
				if v, ok := Canonical(fraud.URL, url, ""); !ok || v != url {
					continue
				}
				var e Extractor
				got, ok := e.scan.siteAlone(url, safe)
				if !ok {
					continue
				}
				short++
				var want []Finding
				for _, f := range Text(url, Options{Safe: safe, FromFraudster: true}) {
					if f.Kind != fraud.URL {
						want = append(want, f)
					}
				}
				if !reflect.DeepEqual([]Finding{got}, want) {
					t.Errorf("%s: got %+v, want %+v", url, got, want)
				}
			}
		}
	}
	if short < 150 {
		t.Errorf("only %d URLs went the short way", short)
	}
}

// An Extractor that has seen a million things must say what a fresh one says.
func TestAnExtractorForgetsWhatItSaw(t *testing.T) {
	var used Extractor
	for i, one := range corpus(t) {
		if i%5 != 0 {
			continue
		}
		opt := Options{Country: one.Country, FromFraudster: one.Voice == "f"}
		r := &fraud.Report{ID: "1", Source: "s", Narrative: one.Text, Contacts: []fraud.Contact{{Text: one.Text, URL: "https://pc-care.example/x"}}}
		got, want := used.Report(r, opt), Report(r, opt)
		sketches := len(got.Sketches) == len(want.Sketches) && (len(want.Sketches) == 0 || reflect.DeepEqual(got.Sketches, want.Sketches))
		if !reflect.DeepEqual(got.Sightings, want.Sightings) || !sketches {
			t.Fatalf("%s: a used Extractor says\n%+v\na fresh one\n%+v", one.ID, got, want)
		}
		if fresh := new(Extractor).Report(r, opt); !reflect.DeepEqual(fresh.Sightings, want.Sightings) {
			t.Fatalf("%s: a fresh Extractor says\n%+v, Report %+v", one.ID, fresh.Sightings, want.Sightings)
		}
	}
}
