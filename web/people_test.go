package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Everybody knows their own name: it is theirs to give, not to remember.
func TestNobodyIsAskedForTheirNameIfTheyKnowIt(t *testing.T) {
	_, _, body := visit(t, serve(t, company(t))).post("/report", url.Values{"step": {"missing"}, "country": {"US"}, "story": {"x"}, "paid": {"none"}})
	if !strings.Contains(body, `Your name <span class="soft">(only if you wish)`) || strings.Contains(body, "if you know it") {
		t.Errorf("who may give their name is asked otherwise\n%s", body)
	}
}

// Of two ways to pay that are named nobody knows which it was.
func TestAWayToPayIsChosenOnlyWhereOneIsTold(t *testing.T) {
	for story, want := range map[string]string{
		"He made me buy gift cards for 500 dollars.":                 `name="rail" value="gift_card"`,
		"Er wollte Bitcoin von mir.":                                 `name="rail" value="crypto"`,
		"First he wanted bitcoin and then I bought gift cards.":      "",
		"He made me send 9,000 rupees to refund.desk@okaxis by UPI.": `name="rail" value="upi"`,
		"He called me and I hung up.":                                "",
	} {
		_, _, body := visit(t, serve(t, company(t))).post("/report", url.Values{"step": {"tell"}, "country": {"IN"}, "story": {story}})
		if got := strings.Contains(body, `name="rail"`); got != (want != "") || !strings.Contains(body, want) {
			t.Errorf("%q: want %q kept\n%s", story, want, body)
		}
	}
}

// A print-out for the fridge: browsers leave backgrounds out, so that white
// on a colour is white on white.
func TestStepsAreNumberedOnPaper(t *testing.T) {
	ctx := chromium(t)
	srv := serve(t, company(t))
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/advice?paid=yes&country=US")); err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".steps > li")].map((li) => { const s = getComputedStyle(li, "::before"); return s.color + " on " + s.backgroundColor; })`))
	if err != nil || len(got) == 0 {
		t.Fatal(got, err)
	}
	for _, g := range got {
		if g != "rgb(0, 0, 0) on rgba(0, 0, 0, 0)" {
			t.Errorf("a number is printed %s", g)
		}
	}
}
