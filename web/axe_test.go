package web_test

import (
	"context"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axeRun asks axe-core for everything that WCAG 2.2 A and AA and its own
// advice find, and answers with a line for each.
const axeRun = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
	r.violations.flatMap(v => v.nodes.slice(0, 4).map(n => v.id + " (" + v.impact + "): " + n.target.join(" ") + ": " + (n.any[0] || n.all[0] || n.none[0] || {message: ""}).message)))`

// TestAxeFindsNothing holds every page against axe-core, the field's own
// accessibility checker, light and dark. RINGBREAKER_AXE names its
// axe.min.js; `make interop` fetches it.
func TestAxeFindsNothing(t *testing.T) {
	file := os.Getenv("RINGBREAKER_AXE")
	if file == "" {
		t.Skip("SKIPPED: RINGBREAKER_AXE names no axe.min.js (make interop fetches it)")
	}
	script, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx := chromium(t)
	srv := serve(t, company(t))
	hold := func(srv *httptest.Server, paths []string) {
		for _, p := range paths {
			for _, f := range axeOn(t, ctx, srv.URL+p, string(script)) {
				t.Errorf("%s: %s", p, f)
			}
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		if err != nil {
			t.Fatal(err)
		}
		hold(serve(t, reported(t)), []string{"/now/7K2M-9QXT-4HBD-R3WE", standAt, standAt + "/withdraw", standAt + "/delete"})
		hold(srv, []string{"/", "/?lang=hi", "/report?lang=en", "/check", "/advice", "/dispute", "/figures", "/signin", "/nowhere"})
		enter(t, ctx, srv, "analyst")
		hold(srv, companyPages[7:])
		srv = serve(t, company(t))
		enter(t, ctx, srv, "admin")
		hold(srv, adminPages)
		agency := serve(t, bureau(t))
		enter(t, ctx, agency, "investigator")
		hold(agency, agencyPages)
		srv = serve(t, company(t))
	}
}

func axeOn(t *testing.T, ctx context.Context, address, script string) []string {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(address), chromedp.Evaluate[chromedp.Void](script+"; void 0")); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return found
}
