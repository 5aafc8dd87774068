package web_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium starts a headless browser of its own, in an empty folder, that has
// nothing to say to anybody but loopback.
func chromium(t *testing.T) context.Context {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI must have chromium: install Debian's package chromium")
		}
		t.Skip("SKIPPED: no chromium on this machine; pages were not looked at in a browser")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// witness hears everything that a browser complains about or asks for.
type witness struct {
	mu    sync.Mutex // guards heard
	heard []string
}

func (w *witness) say(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = append(w.heard, s)
}

func (w *witness) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.heard...)
}

func listen(t *testing.T, ctx context.Context) *witness {
	t.Helper()
	w := &witness{}
	err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventConsoleAPICalled:
			w.say("console " + string(ev.Type))
		case *runtime.EventExceptionThrown:
			w.say("exception: " + ev.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			w.say("log: " + ev.Entry.Text + " " + ev.Entry.URL)
		case *network.EventRequestWillBeSent:
			u, err := url.Parse(ev.Request.URL)
			if err != nil || u.Hostname() != "127.0.0.1" && u.Scheme != "data" {
				w.say("outside request: " + ev.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	return w
}

type screen struct {
	name          string
	width, height int64
}

var (
	deskScreen  = screen{"desk", 1280, 800}
	phoneScreen = screen{"phone", 390, 844}
	smallScreen = screen{"small", 320, 640}
)

// picture loads a page, checks that it fits its screen, and keeps a picture
// of it if RINGBREAKER_PICTURES names a folder.
func picture(t *testing.T, ctx context.Context, srv *httptest.Server, path string, s screen) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(s.width, s.height), chromedp.Navigate(srv.URL+path)); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if int64(wide) > s.width {
		t.Errorf("%s is %d pixels wide on a screen of %d", path, wide, s.width)
	}
	folder := os.Getenv("RINGBREAKER_PICTURES")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-", "%", "").Replace(path), "-")
	if name == "" {
		name = "home"
	}
	if err := os.WriteFile(filepath.Join(folder, name+"."+s.name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// enter signs in with the browser's own hands.
func enter(t *testing.T, ctx context.Context, srv *httptest.Server, name string) {
	t.Helper()
	err := chromedp.Do(
		ctx, chromedp.Navigate(srv.URL+"/signin?next=/advice"), chromedp.SendKeys(chromedp.ID("name"), name), chromedp.SendKeys(chromedp.ID("password"), password),
	)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("main button[type=submit]"))); err != nil {
		t.Fatal(err)
	}
}

func TestPagesInABrowserFitTheirScreensAndAskNothingOfOthers(t *testing.T) {
	ctx := chromium(t)
	srv := serve(t, company(t))
	w := listen(t, ctx)
	for _, p := range []string{"/", "/report", "/check", "/advice", "/dispute", "/figures"} {
		for _, s := range []screen{deskScreen, phoneScreen, smallScreen} {
			picture(t, ctx, srv, p, s)
		}
	}
	enter(t, ctx, srv, "analyst")
	for _, p := range companyPages[7:] {
		picture(t, ctx, srv, p, deskScreen)
		picture(t, ctx, srv, p, smallScreen)
	}
	srv = serve(t, bureau(t))
	enter(t, ctx, srv, "investigator")
	for _, p := range agencyPages {
		picture(t, ctx, srv, p, phoneScreen)
		picture(t, ctx, srv, p, smallScreen)
		picture(t, ctx, srv, p, deskScreen)
	}
	for _, s := range w.all() {
		t.Error(s)
	}
}

func TestDarkPagesDraw(t *testing.T) {
	ctx := chromium(t)
	srv := serve(t, company(t))
	w := listen(t, ctx)
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	if err != nil {
		t.Fatal(err)
	}
	enter(t, ctx, srv, "analyst")
	dark := screen{"dark", 1280, 800}
	for _, p := range []string{"/", "/rings", "/rings/R-17", "/rings/R-17/hours", "/referrals/REF-2K7M"} {
		picture(t, ctx, srv, p, dark)
	}
	for _, s := range w.all() {
		t.Error(s)
	}
}
