package extract

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
)

// Property: the short way through a field that holds a URL finds what the
// long way finds, in the same words.
func TestTheHostOfAURLFieldIsWhatTheWholeScanFinds(t *testing.T) {
	hosts := []string{"pc-care.example", "www.pc-care.example", "micros0ft-help.com", "paypal-login.example", "www.microsoft.com", "x.azurewebsites.net", "sites.google.com", "irs.gov", "a.b.co.uk", "xn--pypal-4ve.com", "localhost", "10.0.0.1", "pc-care.example:8080", "a_b.example", "bit.ly"}
	paths := []string{"", "/x", "/help/call", "/?nr=8885550142", "/a?phone=888-555-0142", "/call/18885550142", "/en/7fbb57bf", "/x.", "/x)", "/(x)", "/a,b", "/%2B1888", "?q=1", "/a'b", "/a*b", "/a|b", "/12/34/5678", "/a&amp;b", "/a[.]b", "/@name", "/é", "/?ph=31&c=c6dfa2", "/?a&lt;b", "/?a&lt=b", "/?a&b;c", "/?a=1&copy=2"}
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

// Property: what passes over most hosts, labels and URLs quickly never passes
// over one that the long way finds something in.
func TestQuickLooksPassNothingOver(t *testing.T) {
	var genuine []string
	for ind := range builtinSafe {
		if ind.Kind == fraud.Domain {
			genuine = append(genuine, ind.Value)
		}
	}
	genuine = append(genuine, "irs.gov", "army.mil", "hmrc.gov.uk", "x.example", "gov.uk", "impots.gouv.fr")
	looks := []rune("aοе01345792rnvvm-_xé|")
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.SampledFrom([]string{"", "www.", "a.b.", "x", "."}).Draw(t, "before") + rapid.SampledFrom(genuine).Draw(t, "host") + rapid.SampledFrom([]string{"", ".example", "x"}).Draw(t, "behind")
		if owner := builtinSafe.ownerOfHost(host); owner != "" && !mayBeGenuine(host) {
			t.Fatalf("%s is %s's, and was passed over", host, owner)
		}
		b := rapid.SampledFrom(brands).Draw(t, "brand")
		label := string(rapid.SliceOfN(rapid.SampledFrom(looks), 0, 3).Draw(t, "left")) + b.label + string(rapid.SliceOfN(rapid.SampledFrom(looks), 0, 3).Draw(t, "right"))
		for _, one := range brands {
			if holds(label, one.label) && !brandBegins(label) {
				t.Fatalf("%q holds %q, and was passed over", label, one.label)
			}
		}
		if looksLikeItself(label) && plainSkeleton(label) != label {
			t.Fatalf("%q looks like %q, and was passed over", label, plainSkeleton(label))
		}
		if got, want := skeletonOf(label), plainSkeleton(label); got != want {
			t.Fatalf("%q looks like %q, want %q", label, got, want)
		}
	})
	for _, url := range []string{"https://a.example/Bin/ScreenConnect.Client.exe", "https://a.example/x.Client.EXE?h=1", "https://a.ClientSetup.example/", "https://a.example/y.client.application", "https://a.example/?e=Support&y=Guest", "https://a.example/?E=access&"} {
		if !fetchesClient(url) {
			t.Errorf("%s was passed over", url)
		}
	}
}

// plainSkeleton is skeletonOf, one character at a time.
func plainSkeleton(label string) string {
	var out []rune
	for _, r := range label {
		if to, ok := confusables[r]; ok {
			r = rune(to)
		} else if r == '_' {
			r = '-'
		}
		out = append(out, r)
	}
	return strings.NewReplacer("rn", "m", "vv", "w").Replace(string(out))
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
