package app_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
	"ringbreaker.example/store/storetest"
	"ringbreaker.example/web"
)

// The desk's pages over a store that holds a large node: what the promise of
// DESIGN §12 is about, from the request to the last byte, without a network.
//
//	RINGBREAKER_PAGES_REPORTS   how many reports (20,000)
//	RINGBREAKER_PAGES_DB        a file or PostgreSQL URL that is kept and used again
var postgres storetest.Postgres

func TestMain(m *testing.M) {
	code := m.Run()
	_ = postgres.Stop() // the code says how the tests ended
	os.Exit(code)
}

// bigNode is the shape of an invented node: rings of Zipf sizes, the first of
// 5,000 reports; three reports in ten are in none.
type bigNode struct {
	reports int
	sizes   []int // of each ring
	starts  []int // the number of its first report
	words   []string
}

func newBigNode(reports int) *bigNode {
	n := &bigNode{reports: reports}
	in := reports * 7 / 10
	for at, k := 0, 0; at < in; k++ {
		size := max(4, int(5000/math.Pow(float64(k+1), 0.55)))
		size = min(size, in-at)
		n.sizes, n.starts = append(n.sizes, size), append(n.starts, at)
		at += size
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 30_000 {
		b := make([]byte, 3+random.IntN(8))
		for i := range b {
			b[i] = "etaoinshrdlucmfw"[random.IntN(16)]
		}
		n.words = append(n.words, string(b))
	}
	return n
}

func (n *bigNode) ringOf(report int) int {
	k, found := slices.BinarySearch(n.starts, report)
	if !found {
		k--
	}
	if report >= n.starts[len(n.starts)-1]+n.sizes[len(n.sizes)-1] {
		return -1
	}
	return k
}

func ringName(k int) fraud.RingID { return fraud.RingID(fmt.Sprintf("R-%06d", k)) }

var (
	bigCountries = []string{"US", "US", "US", "GB", "CA", "AU", "DE", "JP", "IN", "FR"}
	bigBrands    = []string{"Alder", "Birch", "Cedar", "Dogwood", "Elm"}
	bigKinds     = []struct {
		kind fraud.Kind
		role fraud.Role
		form string
	}{
		{fraud.Phone, fraud.RoleCallback, "+1212%07d"},
		{fraud.Domain, fraud.RoleLure, "help-%d.example"},
		{fraud.BankAccount, fraud.RolePayee, "HDFC0000001/%d"},
		{fraud.RemoteID, fraud.RoleRemote, "anydesk:%09d"},
		{fraud.Email, fraud.RoleSender, "desk%d@pc-help.example"},
	}
	bigEnd = time.Date(2023, 10, 19, 9, 0, 0, 0, time.UTC)
)

// value is the j-th value of a ring: each sixth report brings a new one.
func (n *bigNode) value(ring, j int) (fraud.Indicator, fraud.Role) {
	k := bigKinds[j%len(bigKinds)]
	return fraud.Indicator{Kind: k.kind, Value: fmt.Sprintf(k.form, ring*1000+j)}, k.role
}

func (n *bigNode) values(ring int) int { return 2 + n.sizes[ring]/6 }

func (n *bigNode) report(i int) fraud.Acceptance {
	random := rand.New(rand.NewPCG(7, uint64(i)))
	var text strings.Builder
	for range 70 {
		text.WriteString(n.words[int(math.Pow(random.Float64(), 3)*float64(len(n.words)))])
		text.WriteByte(' ')
	}
	ring := n.ringOf(i)
	at := bigEnd.Add(-time.Duration(random.ExpFloat64() * 60 * 24 * float64(time.Hour)))
	country := bigCountries[random.IntN(len(bigCountries))]
	r, err := fraud.DecodeReport(fmt.Appendf(nil, `{"id":"%08d","source":"alder","received_at":%q,"reporter":{"country":%q,"age_band":%q,"language":%q,"time_zone":"America/New_York"},`+
		`"contacts":[{"at":%q,"callback":"+1 212 555 0142","medium":"popup","brand":%q}],"payments":[{"status":"sent","amount":"%d.99","currency":"USD","rail":"gift_card","at":%q}],"narrative":%q}`,
		i, at.Add(time.Hour).Format(time.RFC3339), country, []string{"60_plus", "50_59", "30_39"}[random.IntN(3)], map[string]string{"DE": "de", "JP": "ja", "IN": "hi", "FR": "fr"}[country],
		at.Format(time.RFC3339), bigBrands[max(ring, i)%len(bigBrands)], 100+random.IntN(900), at.Format(time.RFC3339), text.String()))
	if err != nil {
		panic(err)
	}
	digest, err := r.Digest()
	if err != nil {
		panic(err)
	}
	a := fraud.Acceptance{Report: r, Digest: digest, Via: "import", Vault: make([]byte, 200), VaultKey: make([]byte, 73)}
	hold := func(v fraud.Indicator, role fraud.Role) {
		a.Sightings = append(a.Sightings, fraud.Sighting{Report: r.Name(), Indicator: v, Role: role, At: at, Place: fraud.Place{Field: "narrative"}, Raw: v.Value, Valid: true, Why: "told to use it"})
	}
	if ring < 0 {
		hold(n.value(1_000_000+i, 0))
		return a
	}
	for range 1 + random.IntN(3) {
		hold(n.value(ring, int(float64(n.values(ring))*math.Pow(random.Float64(), 2))))
	}
	hold(n.value(ring, 0))
	return a
}

func (n *bigNode) linking() fraud.Linking {
	l := fraud.Linking{Model: "1.0", At: bigEnd}
	for k, size := range n.sizes {
		random := rand.New(rand.NewPCG(9, uint64(k)))
		last := bigEnd.Add(-time.Duration(random.ExpFloat64() * 20 * 24 * float64(time.Hour)))
		r := fraud.Ring{
			ID: ringName(k), Model: "1.0", Brands: []string{bigBrands[k%len(bigBrands)]}, Countries: []string{bigCountries[k%10], bigCountries[(k/10)%10]},
			Mark: fraud.Mark{TLP: []fraud.TLP{fraud.TLPAmber, fraud.TLPGreen, fraud.TLPAmberStrict}[k%3], PAP: fraud.PAPAmber},
			Harm: fraud.Harm{Reports: size, Victims: size, Sent: fraud.Sums{"USD": int64(size) * 29_999}, Aged60: size / 3, FirstAt: last.AddDate(0, -3, 0), LastAt: last, Last30d: random.IntN(size), Before30: random.IntN(size), Score: random.Float64() * float64(size)},
		}
		for i := range size {
			r.Reports = append(r.Reports, fraud.ReportID(fmt.Sprintf("alder/%08d", n.starts[k]+i)))
		}
		for j := range n.values(k) {
			v, role := n.value(k, j)
			r.Indicators = append(r.Indicators, fraud.RingIndicator{Indicator: v, Role: role, Tenure: fraud.Tenure{From: last.AddDate(0, -1, 0), To: last}, Bits: 12, Reports: 6, Sources: 2})
		}
		for j := 1; j < size && j < 2000; j++ {
			v, role := n.value(k, 0)
			l.Links = append(l.Links, fraud.Link{Kind: fraud.SameOperator, A: r.Reports[j-1], B: r.Reports[j], Bits: 12, Ring: r.ID, Cause: []fraud.Cause{{Indicator: v, Role: role, Bits: 12, Reports: 6, Why: "both were told to call it"}}})
		}
		l.Rings = append(l.Rings, r)
		if k > 0 && k%20 == 0 {
			l.Suggestions = append(l.Suggestions, fraud.Suggestion{A: ringName(k - 1), B: ringName(k), Link: l.Links[len(l.Links)-1]})
		}
	}
	return l
}

// filled opens the database and fills it with what it lacks.
func (n *bigNode) filled(b *testing.B, url string) *store.DB {
	b.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() }) // only read
	have, err := db.CountReports(ctx)
	if err != nil {
		b.Fatal(err)
	}
	const each = 4000
	made := make(chan chan []fraud.Acceptance, 6) // batches are made beside, and taken in order
	go func() {
		defer close(made)
		for i := have; i < n.reports; i += each {
			one := make(chan []fraud.Acceptance, 1)
			made <- one
			go func() {
				batch := make([]fraud.Acceptance, min(each, n.reports-i))
				for j := range batch {
					batch[j] = n.report(i + j)
				}
				one <- batch
			}()
		}
	}()
	for one := range made {
		if _, err := db.AcceptBatch(ctx, <-one); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := db.IndexTexts(ctx, 0); err != nil {
		b.Fatal(err)
	}
	if _, _, _, err := db.LastLinking(ctx); err != nil {
		if err := db.SaveRings(ctx, n.linking()); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

// analyst signs in straight at the store.
func analyst(b *testing.B, db *store.DB, org fraud.OrgID, now time.Time) *http.Cookie {
	b.Helper()
	ctx := context.Background()
	if err := db.AddPerson(ctx, access.Person{ID: "ana", Org: org, Name: "Ana", Roles: []access.Role{access.RoleAnalyst}}); err != nil && !errors.Is(err, fraud.ErrConflict) {
		b.Fatal(err)
	}
	token, session := access.NewSession("ana", now)
	if err := db.AddSession(ctx, session); err != nil {
		b.Fatal(err)
	}
	return access.Cookie(token, access.SessionLife, false)
}

func BenchmarkPages(b *testing.B) {
	reports := 20_000
	if v := os.Getenv("RINGBREAKER_PAGES_REPORTS"); v != "" {
		if _, err := fmt.Sscan(v, &reports); err != nil {
			b.Fatal(err)
		}
	}
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{
		{"sqlite", func(t testing.TB) string { return filepath.Join(t.TempDir(), "node.db") }},
		{"postgres", postgres.URL},
	} {
		b.Run(fmt.Sprintf("engine=%s/reports=%d", engine.name, reports), func(b *testing.B) {
			kept := os.Getenv("RINGBREAKER_PAGES_DB")
			if kept != "" && strings.HasPrefix(kept, "postgres") != (engine.name == "postgres") {
				b.Skip("SKIPPED: RINGBREAKER_PAGES_DB names the other engine")
			}
			if kept == "" {
				kept = engine.url(b)
			}
			n := newBigNode(reports)
			pages(b, n, n.filled(b, kept))
		})
	}
}

func pages(b *testing.B, n *bigNode, db *store.DB) {
	s, err := web.New(web.Config{Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany, Country: "US"}, Now: func() time.Time { return bigEnd }, Store: db, Judge: unjudged{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	h, cookie := s.Handler(), analyst(b, db, "alder", bigEnd)
	random := rand.New(rand.NewPCG(2, 3))
	anyRing := func() string { return string(ringName(random.IntN(len(n.sizes)))) }
	anyReport := func() string { return fmt.Sprintf("alder/%08d", random.IntN(n.reports)) }
	rare := func() string { return n.words[len(n.words)/2+random.IntN(len(n.words)/2)] }
	search := func(q string) string { return "/search?" + url.Values{"q": {q}}.Encode() }
	for _, p := range []struct {
		name string
		path func() string
	}{
		{"rings", func() string { return "/rings" }},
		{"rings/filtered", func() string {
			return "/rings?brand=" + bigBrands[random.IntN(5)] + "&country=" + bigCountries[random.IntN(10)] + "&seen=30d&sort=last"
		}},
		{"rings/nothing-fits", func() string { return "/rings?brand=Alder&tlp=RED&state=quiet" }},
		{"rings/deep", func() string { return "/rings?after=" + anyRing() + "&key=3&from=4000" }},
		{"ring", func() string { return "/rings/" + anyRing() }},
		{"ring/5000-reports", func() string { return "/rings/" + string(ringName(0)) }},
		{"ring/5000-reports/graph.json", func() string { return "/rings/" + string(ringName(0)) + "/graph.json" }},
		{"ring/5000-reports/time", func() string { return "/rings/" + string(ringName(0)) + "/time" }},
		{"ring/5000-reports/hours", func() string { return "/rings/" + string(ringName(0)) + "/hours" }},
		{"ring/5000-reports/victims", func() string { return "/rings/" + string(ringName(0)) + "/victims" }},
		{"ring/evidence", func() string { return "/rings/" + anyRing() + "/evidence" }},
		{"ring/money", func() string { return "/rings/" + anyRing() + "/money" }},
		{"reports", func() string { return "/reports" }},
		{"reports/clock", func() string { return "/reports?only=clock" }},
		{"reports/alone", func() string { return "/reports?only=alone" }},
		{"reports/deep", func() string { return fmt.Sprintf("/reports?before=%d", random.IntN(n.reports)) }},
		{"report", func() string { return "/reports/" + anyReport() }},
		{"suggestions", func() string { return "/suggestions" }},
		{"judgements", func() string { return "/judgements" }},
		{"lists", func() string { return "/lists" }},
		{"watch", func() string { return "/watch" }},
		{"search/number", func() string {
			return search(fmt.Sprintf("+1 (212) %07d", (random.IntN(len(n.sizes))*1000)%10_000_000))
		}},
		{"search/beginning", func() string { return search("+1212") }},
		{"search/word", func() string { return search(n.words[random.IntN(20)]) }},
		{"search/two-words", func() string { return search(n.words[random.IntN(50)] + " " + rare()) }},
		{"search/rare-word", func() string { return search(rare()) }},
		{"search/nothing", func() string { return search("zzzzqqq nowhere") }},
	} {
		b.Run(p.name, func(b *testing.B) { timePage(b, h, cookie, p.path) })
	}
}

// timePage asks a page again and again, each time where path says, and
// reports what it took from the request to the last byte.
func timePage(b *testing.B, h http.Handler, cookie *http.Cookie, path func() string) {
	var took []time.Duration
	var cpu syscall.Rusage
	before := cpuNow(b, &cpu)
	for b.Loop() {
		r := httptest.NewRequest("GET", path(), nil)
		r.RemoteAddr = fmt.Sprintf("198.51.100.%d:1", len(took)%256) // public pages count each address's requests
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		began := time.Now()
		h.ServeHTTP(w, r)
		took = append(took, time.Since(began))
		if w.Code != http.StatusOK && w.Code != http.StatusSeeOther {
			b.Fatalf("%s: %d", r.URL, w.Code)
		}
	}
	used := cpuNow(b, &cpu) - before
	slices.Sort(took)
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*95/100]), "p95-ms")
	b.ReportMetric(ms(used)/float64(len(took)), "cpu-ms/page")
}

// unjudged takes no judgement: these pages are only read.
type unjudged struct{}

func (unjudged) AddJudgement(context.Context, fraud.Judgement) error { return fraud.ErrForbidden }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// cpuNow is the CPU time that this process has used: on a machine that others
// use too it says more than the clock. PostgreSQL's own is not in it.
func cpuNow(b *testing.B, u *syscall.Rusage) time.Duration {
	b.Helper()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
