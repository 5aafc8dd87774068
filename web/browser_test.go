package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
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
	ctx, cancel = context.WithTimeout(ctx, 8*time.Minute) // axe reads a hundred and fifty pages, on any machine
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
	srv = serve(t, company(t))
	enter(t, ctx, srv, "admin")
	for _, p := range adminPages {
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

func TestWhereAReportStandsFitsAPhone(t *testing.T) {
	ctx := chromium(t)
	srv := serve(t, reported(t))
	w := listen(t, ctx)
	for _, lang := range []string{"de", "fr", "hi", "ja"} {
		for _, p := range []string{standAt, standAt + "/withdraw", standAt + "/delete", "/now/7K2M-9QXT-4HBD-R3WE"} {
			for _, s := range []screen{phoneScreen, smallScreen} {
				picture(t, ctx, srv, p+"?lang="+lang, s)
			}
		}
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

// wire is a connection that can be cut: while it is, every request dies as
// it does in a cellar.
func wire(t *testing.T, srv *httptest.Server) (*httptest.Server, *atomic.Bool) {
	t.Helper()
	to, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	cut := new(atomic.Bool)
	through := httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !cut.Load() {
			through.ServeHTTP(w, r)
			return
		}
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.Close() // that is the cut
		}
	}))
	t.Cleanup(front.Close)
	return front, cut
}

func TestAnItemTypedWithoutAConnectionIsKeptAndSentLaterOnce(t *testing.T) {
	ctx := chromium(t)
	w := bureau(t)
	srv, cut := wire(t, serve(t, w))
	enter(t, ctx, srv, "officer")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/searches/search-1/add")); err != nil {
		t.Fatal(err)
	}
	before := len(w.seizures)
	cut.Store(true)
	err := chromedp.Do(
		ctx, chromedp.Click(chromedp.CSS(`input[value="pen_drive"]`)), chromedp.SendKeys(chromedp.ID("what"), "red, 64 GB"), chromedp.SendKeys(chromedp.ID("place"), "pocket"),
		chromedp.SendKeys(chromedp.ID("seal"), "CFB-00430"), chromedp.Click(chromedp.CSS(`button[name="again"]`)), chromedp.WaitVisible(chromedp.ID("kept")),
	)
	if err != nil {
		t.Fatal(err)
	}
	says, err := chromedp.Run(ctx, chromedp.Text(chromedp.ID("kept-count")))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(says, "Kept here, not yet sent: 1 item.") || len(w.seizures) != before {
		t.Errorf("cut off: the page says %q and the node has %d more", says, len(w.seizures)-before)
	}
	cut.Store(false)
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.ID("kept-send")), chromedp.WaitNotVisible(chromedp.ID("kept"))); err != nil {
		t.Fatal(err)
	}
	if got := len(w.seizures) - before; got != 1 || w.seizures[before].What != "red, 64 GB" {
		t.Errorf("joined again: the node has %d more, want the pen drive once", got)
	}
}

func TestARefusedItemSaysWhyAndKeepsWhatWasTyped(t *testing.T) {
	ctx := chromium(t)
	w := bureau(t)
	srv := serve(t, w)
	enter(t, ctx, srv, "officer")
	before := len(w.seizures)
	err := chromedp.Do(
		ctx, chromedp.Navigate(srv.URL+"/searches/search-1/add?type=mobile_phone"), chromedp.SendKeys(chromedp.ID("what"), "Nokia"), chromedp.SendKeys(chromedp.ID("place"), "desk"),
		chromedp.SendKeys(chromedp.ID("seal"), "CFB-00431"), chromedp.SendKeys(chromedp.ID("imei"), "490154203237510"),
		chromedp.Click(chromedp.CSS(`button[name="again"]`)), chromedp.WaitVisible(chromedp.ID("refused")),
	)
	if err != nil {
		t.Fatal(err)
	}
	typed, err := chromedp.Run(ctx, chromedp.Value(chromedp.ID("what")))
	if err != nil {
		t.Fatal(err)
	}
	if typed != "Nokia" || len(w.seizures) != before {
		t.Errorf("typed %q is left, %d items were added", typed, len(w.seizures)-before)
	}
}

func TestListsShowAllTheirColumnsAtADesk(t *testing.T) {
	ctx := chromium(t)
	w := company(t)
	w.rings[0].ID = "R-WB273SVSFSYD" // as long as ids are
	w.reports[0].Source, w.reports[0].ID = "alder-centre", "r-5GM4SP5C3069"
	srv := serve(t, w)
	enter(t, ctx, srv, "analyst")
	for _, list := range []string{"/rings", "/reports"} {
		for _, width := range []int64{1280, 1366, 1920} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate(srv.URL+list)); err != nil {
				t.Fatal(err)
			}
			over, err := chromedp.Run(ctx, chromedp.Evaluate[int](`(e => e.scrollWidth - e.clientWidth)(document.querySelector(".scroll.tall"))`))
			if err != nil {
				t.Fatal(err)
			}
			if over > 0 {
				t.Errorf("%s: at %d pixels the table is %d pixels wider than its place", list, width, over)
			}
		}
	}
}
