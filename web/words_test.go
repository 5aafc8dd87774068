package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ringbreaker.example/web"
)

func TestEveryLanguageSaysEverything(t *testing.T) {
	for _, lang := range web.Languages() {
		for _, gap := range lang.Gaps() {
			t.Errorf("%s: %s", lang.Lang, gap)
		}
	}
}

func TestPublicPagesSpeakTheLanguageThatWasChosen(t *testing.T) {
	for lang, want := range map[string]string{"en": "Is this a scam?", "es": "¿Es una estafa?", "de": "Ist das Betrug?", "fr": "Est-ce une arnaque", "hi": "क्या यह धोखा है?", "ja": "これは詐欺ですか"} {
		v := visit(t, serve(t, company(t)))
		_, _, body := v.get("/?lang=" + lang)
		if !strings.Contains(body, want) || !strings.Contains(body, `<html lang="`+lang+`"`) {
			t.Errorf("%s: the page does not say %q", lang, want)
		}
		for _, p := range []string{"/check", "/report", "/advice"} {
			_, _, body = v.get(p) // the choice is remembered
			if !strings.Contains(body, `<html lang="`+lang+`"`) {
				t.Errorf("%s: %s forgot the language", lang, p)
			}
			for _, b := range htmlProblems(body) {
				t.Errorf("%s %s: %s", lang, p, b)
			}
		}
	}
}

func TestTheBrowsersLanguageIsObeyed(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	for accept, want := range map[string]string{"de-AT,en;q=0.5": "de", "ja": "ja", "sv": "en", "": "en", "%%%": "en"} {
		r, err := http.NewRequest("GET", v.base+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Language", accept)
		res, err := v.http.Do(r) //nolint:bodyclose // read closes it
		if err != nil {
			t.Fatal(err)
		}
		if _, _, body := v.read(res); !strings.Contains(body, `<html lang="`+want+`"`) {
			t.Errorf("Accept-Language %q does not give %s", accept, want)
		}
	}
}

func TestTheReportKeepsItsLanguageThroughItsSteps(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	v.get("/report?lang=hi")
	_, _, body := v.post("/report", url.Values{"step": {"tell"}, "story": {"x"}})
	if !strings.Contains(body, "हमने यह समझा") {
		t.Error("the second step is not in Hindi")
	}
}
