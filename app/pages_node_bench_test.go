package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
)

// hindi are the words of the reports in Devanagari that a bench adds to a
// node whose world has none.
var hindi = strings.Fields("बैंक खाता कंप्यूटर वायरस फ़ोन संदेश पैसे भेजे अधिकारी गिरफ़्तार पुलिस कूरियर पार्सल आधार ओटीपी लिंक ऐप स्क्रीन रिफंड गिफ्ट कार्ड माइक्रोसॉफ्ट अमेज़न " +
	"कहा बताया डराया माँगा भुगतान तुरंत नंबर कॉल आया मैंने उन्होंने मेरे उनके नहीं फिर दिया लिया किया सुरक्षा विभाग सीमा शुल्क नोटिस वीडियो निगरानी डिजिटल जुर्माना")

const hindiReports = 10_000

// addHindi brings reports in Devanagari in, once.
func addHindi(b *testing.B, db *store.DB) {
	b.Helper()
	ctx := context.Background()
	if have, err := db.ReportEntries(ctx, []fraud.ReportID{"hindi/00000000"}); err != nil || len(have) > 0 {
		if err != nil {
			b.Fatal(err)
		}
		return
	}
	random := rand.New(rand.NewPCG(5, 5))
	for at := 0; at < hindiReports; at += 1000 {
		var batch []fraud.Acceptance
		for i := at; i < at+1000; i++ {
			var text []string
			for range 25 {
				text = append(text, hindi[random.IntN(len(hindi))])
			}
			r, err := fraud.DecodeReport(fmt.Appendf(nil, `{"id":"%08d","source":"hindi","received_at":"2023-10-19T09:00:00Z","reporter":{"country":"IN","language":"hi"},"narrative":%q}`, i, strings.Join(text, " ")))
			if err != nil {
				b.Fatal(err)
			}
			digest, err := r.Digest()
			if err != nil {
				b.Fatal(err)
			}
			batch = append(batch, fraud.Acceptance{Report: r, Digest: digest, Via: "import"})
		}
		if _, err := db.AcceptBatch(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := db.IndexTexts(ctx, 0); err != nil {
		b.Fatal(err)
	}
}

// sampled are things of a node that its pages are asked for.
type sampled struct {
	rings   []fraud.RingHead // every kind: with most harm to come, and further down
	growing []fraud.RingHead // that a day's reports keep joining
	largest fraud.RingHead
	reports []fraud.InboxEntry
	values  []fraud.Indicator
	words   []string // as often as reports use them: common ones often
	last    int64    // number of the newest report
	newest  time.Time
}

func sampleOf(b *testing.B, db *store.DB) sampled {
	b.Helper()
	ctx, random := context.Background(), rand.New(rand.NewPCG(2, 3))
	var s sampled
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	list, err := db.ListRings(ctx, fraud.RingQuery{Order: fraud.RingsByVictims, Limit: 1})
	must(err)
	s.largest = list.Rings[0]
	for _, order := range []fraud.RingOrder{fraud.RingsByHarm, fraud.RingsByLastSeen, fraud.RingsByGrowth} {
		list, err := db.ListRings(ctx, fraud.RingQuery{Order: order, Limit: 200})
		must(err)
		s.rings = append(s.rings, list.Rings...)
		if order == fraud.RingsByGrowth {
			s.growing = list.Rings
		}
	}
	newest, err := db.ReportInbox(ctx, fraud.InboxQuery{Limit: 1})
	must(err)
	s.last = newest[0].No
	for _, h := range s.rings {
		if h.Harm.LastAt.After(s.newest) {
			s.newest = h.Harm.LastAt
		}
	}
	for range 100 {
		some, err := db.ReportInbox(ctx, fraud.InboxQuery{Before: 1 + random.Int64N(s.last), Limit: 5})
		must(err)
		s.reports = append(s.reports, some...)
	}
	for _, e := range s.reports {
		sights, err := db.SightingsOf(ctx, e.Report.Name())
		must(err)
		for _, x := range sights {
			if x.Role.Links() && x.Indicator.Kind != fraud.Script {
				s.values = append(s.values, x.Indicator)
			}
		}
		s.words = append(s.words, strings.Fields(e.Report.Narrative)...)
	}
	return s
}

// BenchmarkPagesOfANode asks the pages of a whole node, opened as `serve`
// opens it, that RINGBREAKER_NODE names; scripts/node.sh makes one of a
// million reports.
func BenchmarkPagesOfANode(b *testing.B) {
	dir := os.Getenv("RINGBREAKER_NODE")
	if dir == "" {
		b.Skip("SKIPPED: RINGBREAKER_NODE names no node (scripts/node.sh makes one)")
	}
	ctx := context.Background()
	cfg, err := app.LoadConfig(dir, "")
	if err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(ctx, filepath.Join(dir, "ringbreaker.db"))
	if err != nil {
		b.Fatal(err)
	}
	addHindi(b, db)
	s := sampleOf(b, db)
	cookie := analyst(b, db, cfg.Org.ID, s.newest)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	n, err := app.Open(ctx, cfg, func() time.Time { return s.newest })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = n.Close() }) // only read
	h, err := n.Handler()
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("opened in %v; largest ring %s: %d reports, %d indicators", time.Since(began).Round(time.Millisecond), s.largest.ID, s.largest.Harm.Reports, s.largest.Indicators)
	random := rand.New(rand.NewPCG(7, 7))
	ring := func() string { return "/rings/" + url.PathEscape(string(s.rings[random.IntN(len(s.rings))].ID)) }
	next := 0
	growing := func() string { // each looked at for the first time, as long as there are any
		next++
		return "/rings/" + url.PathEscape(string(s.growing[(next-1)%len(s.growing)].ID))
	}
	large := "/rings/" + url.PathEscape(string(s.largest.ID))
	report := func() string { return "/reports/" + string(s.reports[random.IntN(len(s.reports))].Report.Name()) }
	search := func(q string) string { return "/search?" + url.Values{"q": {q}}.Encode() }
	word := func() string { return s.words[random.IntN(len(s.words))] }
	at := func(path string) func() string { return func() string { return path } }
	brand, country := "", ""
	if len(s.largest.Brands) > 0 {
		brand = s.largest.Brands[0]
	}
	if len(s.largest.Countries) > 0 {
		country = s.largest.Countries[0]
	}
	for _, p := range []struct {
		name string
		path func() string
	}{
		{"home", at("/")},
		{"figures", at("/figures")},
		{"rings", at("/rings")},
		{"rings/by-victims", at("/rings?sort=victims")},
		{"rings/filtered", at("/rings?" + url.Values{"brand": {brand}, "country": {country}, "money": {"sent"}, "sort": {"last"}}.Encode())},
		{"rings/active", at("/rings?state=active+now&seen=30d")},
		{"rings/nothing-fits", at("/rings?tlp=RED&state=quiet")},
		{"rings/deep", at("/rings?after=R-5&key=1&from=4000")},
		{"rings.csv", at("/rings.csv")},
		{"ring", ring},
		{"growing", growing},
		{"ring/largest", at(large)},
		{"ring/largest/graph.json", at(large + "/graph.json")},
		{"ring/largest/time", at(large + "/time")},
		{"ring/largest/hours", at(large + "/hours")},
		{"ring/largest/victims", at(large + "/victims")},
		{"ring/largest/money", at(large + "/money")},
		{"ring/largest/evidence", at(large + "/evidence")},
		{"ring/largest/reports", at(large + "/reports")},
		{"reports", at("/reports")},
		{"reports/clock", at("/reports?only=clock")},
		{"reports/sent", at("/reports?only=sent")},
		{"reports/aged", at("/reports?only=aged")},
		{"reports/alone", at("/reports?only=alone")},
		{"reports/deep", func() string { return fmt.Sprintf("/reports?before=%d", 1+random.Int64N(s.last)) }},
		{"report", report},
		{"explain", func() string {
			return "/explain?" + url.Values{"a": {string(s.reports[random.IntN(len(s.reports))].Report.Name())}, "b": {string(s.reports[random.IntN(len(s.reports))].Report.Name())}}.Encode()
		}},
		{"suggestions", at("/suggestions")},
		{"suggestions/deep", at("/suggestions?from=400")},
		{"judgements", at("/judgements")},
		{"lists", at("/lists")},
		{"watch", at("/watch")},
		{"money", at("/money")},
		{"matches", at("/matches")},
		{"search/indicator", func() string { return search(s.values[random.IntN(len(s.values))].String()) }},
		{"search/digits", func() string {
			for {
				if v := s.values[random.IntN(len(s.values))]; v.Kind == fraud.Phone {
					return search(strings.TrimPrefix(v.Value, "+"))
				}
			}
		}},
		{"search/beginning", at(search("+1888"))},
		{"search/latin", func() string { return search(word()) }},
		{"search/latin-three", func() string { return search(word() + " " + word() + " " + word()) }},
		{"search/devanagari", func() string { return search(hindi[random.IntN(len(hindi))]) }},
		{"search/devanagari-three", func() string {
			return search(hindi[random.IntN(len(hindi))] + " " + hindi[random.IntN(len(hindi))] + " " + hindi[random.IntN(len(hindi))])
		}},
		{"search/nothing", at(search("zzzzqqq nowhere"))},
	} {
		b.Run(p.name, func(b *testing.B) { timePage(b, h, cookie, p.path) })
	}
}
