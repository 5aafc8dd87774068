package web_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ringbreaker.example/fraud"
)

// crowd is a node with one ring whose graph has as many nodes as a picture
// may hold: 4,200 reports and 800 values.
func crowd(t testing.TB) *world {
	w := company(t)
	const reports, values = 4200, 800
	random := rand.New(rand.NewPCG(5, 8))
	r := fraud.Ring{ID: "R-99", Mark: fraud.Mark{}.Filled(), Model: "1.0", Harm: fraud.Harm{Reports: reports, Victims: reports, FirstAt: ago(90), LastAt: ago(1), Last30d: 900, Before30: 700, Score: 999}}
	kinds := []fraud.Kind{fraud.Phone, fraud.Domain, fraud.BankAccount, fraud.RemoteID, fraud.Company, fraud.Script}
	for v := range values {
		r.Indicators = append(r.Indicators, fraud.RingIndicator{Indicator: fraud.Indicator{Kind: kinds[v%len(kinds)], Value: fmt.Sprintf("value-%d.example", v)}, Role: fraud.RoleCallback, Bits: 12, Reports: 1 + (values-v)/8, Sources: 2})
	}
	for i := range reports {
		id := fraud.NewReportID("alder", fmt.Sprintf("c-%05d", i))
		r.Reports = append(r.Reports, id)
		for k := range 1 + random.IntN(4) {
			v := r.Indicators[int(float64(values)*math.Pow(random.Float64(), 2.2))]
			if k == 0 && i < values { // none is left out, since somebody holds it
				v = r.Indicators[i]
			}
			w.sightings[id] = append(w.sightings[id], fraud.Sighting{Report: id, Indicator: v.Indicator, Role: v.Role, Valid: true})
		}
	}
	w.rings = append(w.rings, r)
	return w
}

const graphReady = `document.querySelector("figure[data-ready]")?.dataset.ready ?? ""`

// waitForGraph waits until the script has taken over from the still picture.
func waitForGraph(t testing.TB, ctx context.Context) string {
	t.Helper()
	for range 600 {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](graphReady))
		if err != nil {
			t.Fatal(err)
		}
		if got != "" {
			return got
		}
		time.Sleep(100 * time.Millisecond) // a browser of another process tells nobody when it is ready
	}
	t.Fatal("the graph did not begin to move")
	return ""
}

// moveIt pans and zooms for two seconds, a step a frame, as a hand would, and
// answers with the times between frames, in milliseconds.
const moveIt = `(async () => {
	const c = document.querySelector("figure canvas"), box = c.getBoundingClientRect();
	c.focus();
	const send = (type, x, y) => c.dispatchEvent(new PointerEvent(type, {pointerId: 1, bubbles: true, clientX: box.x + x, clientY: box.y + y}));
	c.setPointerCapture = () => {};
	const times = [];
	let last = await new Promise(requestAnimationFrame);
	send("pointerdown", 500, 300);
	const began = last;
	for (let i = 0; last - began < 2000; i++) {
		if (i % 60 < 30) send("pointermove", 500 + 120 * Math.sin(i / 9), 300 + 80 * Math.cos(i / 7));
		else c.dispatchEvent(new WheelEvent("wheel", {deltaY: i % 60 < 45 ? -60 : 60, bubbles: true, cancelable: true, clientX: box.x + 500, clientY: box.y + 300}));
		const now = await new Promise(requestAnimationFrame);
		times.push(now - last);
		last = now;
	}
	send("pointerup", 900, 20);
	return times;
})()`

// TestAGraphOfFiveThousandMovesTellsAndOpens: the script draws, a key goes to
// a mark and says what it is, Enter opens the reason.
func TestAGraphOfFiveThousandMovesTellsAndOpens(t *testing.T) {
	ctx := chromium(t)
	srv := serve(t, crowd(t))
	w := listen(t, ctx)
	enter(t, ctx, srv, "analyst")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/rings/R-99")); err != nil {
		t.Fatal(err)
	}
	if got := waitForGraph(t, ctx); got != "5000" {
		t.Errorf("the graph has %s nodes, want 5000", got)
	}
	says, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { const c = document.querySelector("figure canvas"); c.focus();
		for (const key of ["ArrowRight", "ArrowRight", "+", "Enter"]) c.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
		return document.querySelector(".graph-says").textContent + "|" + document.querySelector(".graph-why").innerText + "|" + [...document.querySelectorAll(".graph-why a")].map(a => a.getAttribute("href")).join(" ") + "|" + document.querySelector(".still").hidden; })()`))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"value-", "reports", "/explain?a=alder%2Fc-", "|true"} {
		if !strings.Contains(says, want) {
			t.Errorf("the graph says %q, want %q in it", says, want)
		}
	}
	times, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](moveIt, chromedp.EvalAwaitPromise))
	if err != nil || len(times) < 2 {
		t.Fatalf("%d frames while it moves, %v", len(times), err)
	}
	t.Logf("moving 5,000 nodes: %s", frames(times))
	picture(t, ctx, srv, "/rings/R-99", screen{"wide", 1440, 900})
	picture(t, ctx, srv, "/rings/R-99", screen{"narrow", 400, 800})
	for _, s := range w.all() {
		t.Error(s)
	}
}

// frames tells how smoothly a page moved.
func frames(times []float64) string {
	sorted := slices.Sorted(slices.Values(times))
	sum := 0.0
	for _, x := range times {
		sum += x
	}
	return fmt.Sprintf("%.0f frames a second; a frame every %.1f ms, 95 in 100 within %.1f ms", 1000*float64(len(times))/sum, sorted[len(sorted)/2], sorted[len(sorted)*95/100])
}

// Whoever skips a pair and decides the next is led on, not back.
func TestAfterADecisionTheNextPairIsFramed(t *testing.T) {
	ctx := chromium(t)
	w := company(t)
	for i := range 3 {
		s := w.suggest[0]
		s.Link.A, s.Link.B = w.rings[0].Reports[2*i], w.rings[0].Reports[2*i+1]
		s.Link.Bits = float64(20 + i)
		w.suggest = append(w.suggest, s)
	}
	srv := serve(t, w)
	enter(t, ctx, srv, "analyst")
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/suggestions")); err != nil {
		t.Fatal(err)
	}
	framed := func() string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelectorAll(".suggestion").length + " " + [...document.querySelectorAll(".suggestion")].findIndex((s) => s.classList.contains("framed"))`))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	press := func(key string) error {
		return chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true})); void 0`, key)))
	}
	if err := press("n"); err != nil {
		t.Fatal(err)
	}
	if got := framed(); got != "4 1" {
		t.Errorf("after a skip: %s, want 4 pairs and the second framed", got)
	}
	decide := func(key, want string) {
		t.Helper()
		if _, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true})); void 0`, key))); err != nil {
			t.Fatal(err)
		}
		if got := framed(); got != want {
			t.Errorf("after %s: %s, want %s", key, got, want)
		}
	}
	decide("d", "3 1")
	decide("u", "4 1")
	if len(w.judged) != 3 {
		t.Errorf("%d judgements stand in the log, want the one that was there, the decision and its withdrawal", len(w.judged))
	}
}
