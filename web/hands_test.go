package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ringbreaker.example/fraud"
)

// One hand holds the phone that is seized: what its type asks for lies open.
func TestAnItemsTypeUnfoldsWhatItAsksFor(t *testing.T) {
	ctx := chromium(t)
	srv := serve(t, bureau(t))
	enter(t, ctx, srv, "officer")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/searches/search-1/add")); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ item, imei, amount string }{{"mobile_phone", "open", "shut"}, {"cash", "shut", "open"}, {"document", "shut", "shut"}} {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('input[value="`+x.item+`"]').click(); ["imei", "amount"].map((id) => document.getElementById(id).closest("details").open ? "open" : "shut").join(" ")`))
		if err != nil {
			t.Fatal(err)
		}
		if want := x.imei + " " + x.amount; got != want {
			t.Errorf("%s: the IMEI and the amount are %s, want %s", x.item, got, want)
		}
	}
	v := visit(t, srv).as("officer")
	if _, _, body := v.get("/searches/search-1/add?type=mobile_phone"); !strings.Contains(body, `hard_disk pen_drive dvr" open>`) {
		t.Errorf("without script the numbers of a phone are folded\n%s", body)
	}
}

// Twenty sums with twenty queries are read by nobody: the sums stand, the
// queries are one click away.
func TestWhatCameOfAReferralIsATableOfFigures(t *testing.T) {
	w := company(t)
	r := &w.referrals[0]
	r.History = append(r.History, fraud.StatusEvent{Status: "outcome", From: "cfb", At: ago(1), Says: "Two floors closed.", Figures: []fraud.Figure{
		{Name: "sites", Value: 76, Source: "count of sites of op-1", AsOf: ago(1)}, {Name: "arrests", Unknown: true, Source: "count of arrests in cases of op-1", AsOf: ago(1)},
	}})
	_, _, body := visit(t, serve(t, w)).as("signatory").get("/referrals/" + string(r.ID))
	for _, want := range []string{`<th scope="row">sites</th><td class="num">76</td>`, `<th scope="row">arrests</th><td class="num">not known</td>`, "How each was counted, as of ", "count of arrests in cases of op-1"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q\n%s", want, body)
		}
	}
}
