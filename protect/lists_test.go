package protect_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/protect"
)

// lists writes every format of some listings.
func lists(t testing.TB, all []fraud.Listing) map[protect.Format]string {
	t.Helper()
	rules, err := protect.LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	out := map[protect.Format]string{}
	for _, f := range protect.Formats {
		var b bytes.Buffer
		if err := rules.Write(&b, f, all, testNow); err != nil {
			t.Fatal(err)
		}
		out[f] = b.String()
	}
	return out
}

func TestEveryFormatCarriesTheExpiryAndIsTheSameInAnyOrder(t *testing.T) {
	expires := testNow.Add(10 * 24 * time.Hour)
	one := func(k fraud.Kind, v string) fraud.Listing {
		return fraud.Listing{Indicator: fraud.Indicator{Kind: k, Value: v}, State: fraud.ListingActive, Expires: expires, Mark: open, Sources: 2, Brand: `=HYPERLINK("x")`}
	}
	all := []fraud.Listing{
		one(fraud.Phone, scamNo.Value), one(fraud.Domain, lure.Value), one(fraud.URL, "https://sites.google.com/view/x"),
		one(fraud.Domain, "google.com"), one(fraud.Domain, "co.uk"), one(fraud.Domain, "bad\nname.example"), one(fraud.Email, "a@fix-desk.example"),
	}
	got := lists(t, all)
	back := []fraud.Listing{all[6], all[5], all[4], all[3], all[2], all[1], all[0]}
	for f, text := range lists(t, back) {
		if text != got[f] {
			t.Errorf("%s depends on the order", f)
		}
		if !strings.Contains(text, "2023-10-30T12:00:00Z") {
			t.Errorf("%s has no expiry:\n%s", f, text)
		}
	}
	for _, f := range []protect.Format{protect.FormatHosts, protect.FormatRPZ, protect.FormatAdblock} {
		if !strings.Contains(got[f], lure.Value) {
			t.Errorf("%s lacks the site", f)
		}
		for _, bad := range []string{" google.com", "||google.com^", "\nco.uk", "\nname.example"} {
			if strings.Contains(got[f], bad) {
				t.Errorf("%s blocks %q", f, bad)
			}
		}
	}
	if !strings.Contains(got[protect.FormatRPZ], "*.fix-desk.example 3600 IN CNAME .") {
		t.Errorf("zone:\n%s", got[protect.FormatRPZ])
	}
}

func TestNoCellOfTheTableIsAFormula(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := fraud.Listing{
			Indicator: fraud.Indicator{Kind: fraud.Phone, Value: rapid.String().Draw(rt, "value")}, Expires: testNow.Add(time.Hour),
			Brand: rapid.StringMatching(`[=+\-@\t\r ]?.{0,8}`).Draw(rt, "brand"), Mark: open,
		}
		rows, err := csv.NewReader(strings.NewReader(lists(t, []fraud.Listing{l})[protect.FormatCSV])).ReadAll()
		if err != nil {
			rt.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
					rt.Errorf("cell %q is a formula", cell)
				}
			}
		}
	})
}

func TestHashSearchTellsFullHashesAndNothingOfTheAsker(t *testing.T) {
	m := reported()
	s := newProtect(t, m)
	listed(t, s)
	full := protect.HashOf(scamNo)
	got, _, err := s.SearchHashes(context.Background(), [][]byte{full[:4], full[:4], {0, 0, 0, 0}})
	if err != nil || len(got) != 1 || got[0].Hash != full {
		t.Errorf("got %d hashes, %v", len(got), err)
	}
	if !strings.Contains(lists(t, []fraud.Listing{m.listings[scamNo]})[protect.FormatHashPrefix], hex.EncodeToString(full[:4])) {
		t.Error("the list of prefixes lacks it")
	}
	if !bytes.Contains(s.PrefixList(), full[:4]) || len(s.PrefixList()) != 8 {
		t.Errorf("binary list of prefixes: %x", s.PrefixList())
	}
	if _, _, err := s.SearchHashes(context.Background(), make([][]byte, protect.MaxPrefixes+1)); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("too many prefixes: %v", err)
	}
	if _, _, err := s.SearchHashes(context.Background(), [][]byte{{1, 2, 3}}); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("a short prefix: %v", err)
	}
}

func TestIndexNeverMissesAListedValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []fraud.Indicator
		for _, n := range rapid.SliceOfN(rapid.Uint32(), 0, 400).Draw(t, "values") {
			all = append(all, fraud.Indicator{Kind: fraud.Phone, Value: fmt.Sprintf("+1%010d", n)})
		}
		x := protect.NewIndex(all)
		for _, i := range all {
			if !x.Has(i) {
				t.Fatalf("%s is missing", i)
			}
		}
		if x.Has(fraud.Indicator{Kind: fraud.Domain, Value: "never.example"}) {
			t.Error("a value that was never put in")
		}
		if x.Bytes() > 8*len(all) {
			t.Errorf("%d bytes for %d values", x.Bytes(), len(all))
		}
	})
}

func TestCarrierRequests(t *testing.T) {
	m := reported()
	m.safe = []fraud.SafeEntry{{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+442079460123"}, Owner: "Elm Bank"}}
	s := newProtect(t, m)
	listed(t, s)
	from := protect.Asker{Org: "Alder", Person: "A. Desk, Counsel", Contact: "trace@alder.example", Basis: "victims' reports"}
	text, err := s.TraceForward(as(access.RoleAnalyst), "+1 888 555 0107", from)
	if err != nil || !strings.Contains(text, scamNo.Value) || !strings.Contains(text, "do not\ndisconnect") {
		t.Errorf("%v\n%s", err, text)
	}
	m.holds = []fraud.Hold{{Indicator: scamNo, Until: testNow.Add(time.Hour)}}
	if _, err := s.TraceForward(as(access.RoleAnalyst), scamNo.Value, from); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("under a hold: %v", err)
	}
	if text, err = s.DoNotOriginate(as(access.RoleAnalyst), "Elm Bank", []string{"+44 20 7946 0123"}, from); err != nil || !strings.Contains(text, "+442079460123") {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := s.DoNotOriginate(as(access.RoleAnalyst), "Elm Bank", []string{"+44 20 7946 0999"}, from); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("somebody else's number: %v", err)
	}
}

func TestAdviceFitsWhatHappenedAndCountsDown(t *testing.T) {
	book, err := protect.LoadAdvice()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"AU", "CA", "DE", "ES", "GB", "IN", "JP", "SG", "US"} {
		if len(book.Of(c, "report")) == 0 || len(book.Of(c, "police")) == 0 {
			t.Errorf("%s has no authority to report to", c)
		}
	}
	ids := func(x protect.Situation) (out []string) {
		for _, s := range book.Advice(x, testNow) {
			out = append(out, s.ID)
		}
		return out
	}
	if got := strings.Join(ids(protect.Situation{Country: "US"}), " "); strings.Contains(got, "recall") || strings.Contains(got, "disconnect") {
		t.Errorf("nothing paid, nobody let in: %s", got)
	}
	x := protect.Situation{Country: "US", Language: "de-AT", Paid: true, Rails: []fraud.Rail{"bank_wire"}, PaidAt: testNow.Add(-20 * time.Hour), Remote: true}
	var recall protect.Step
	for _, s := range book.Advice(x, testNow) {
		if s.ID == "recall" {
			recall = s
		}
	}
	if recall.Left != "noch 52 Stunden" || !strings.Contains(recall.Clock, "72 hours") || len(recall.Who) == 0 {
		t.Errorf("recall %+v", recall)
	}
	x.PaidAt = testNow.Add(-100 * time.Hour)
	for _, s := range book.Advice(x, testNow) {
		if s.ID == "recall" && (!s.Late || s.Left != "") {
			t.Errorf("after the window: %+v", s)
		}
	}
}

func TestQuestionTooLongOrEmptyIsRefused(t *testing.T) {
	s := newProtect(t, newMemory())
	for _, q := range []string{"", "  \n ", strings.Repeat("x", 1<<20)} {
		if _, err := s.Check(context.Background(), protect.Question{Text: q}); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%d bytes: %v", len(q), err)
		}
	}
}

// BenchmarkCheck is the promise of 50,000 checks a second a core, at 8 bytes
// a listed value (docs/benchmarks.md).
func BenchmarkCheck(b *testing.B) {
	m := newMemory()
	for n := range 1_000_000 {
		i := fraud.Indicator{Kind: fraud.Phone, Value: fmt.Sprintf("+1%010d", n*7919)}
		m.listings[i] = fraud.Listing{Indicator: i, State: fraud.ListingActive, Expires: testNow.Add(time.Hour), Mark: open}
	}
	s := newProtect(b, m)
	if err := s.Load(context.Background()); err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct{ name, text string }{
		{"listed=1M/number-unknown", "+12125550142"},
		{"listed=1M/site-unknown", "quiet-garden.example"},
		{"listed=1M/message", "Your parcel waits. See http://parcel.example/x or call +1 212 555 0142 today."},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			began := cpuTime(b)
			for b.Loop() {
				if _, err := s.Check(context.Background(), protect.Question{Text: bb.text, Country: "US"}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checks/s")
			b.ReportMetric(float64(b.N)/(cpuTime(b)-began).Seconds(), "checks/cpu-s")
		})
	}
}

// cpuTime is what this process has used of all cores: on a shared machine the
// fairer figure.
func cpuTime(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func FuzzCheck(f *testing.F) {
	s := newProtect(f, reported())
	listed(f, s)
	f.Add("MICROSOFT virus call +1 888 555 0107", "US")
	f.Add("http://[::1]/%zz", "")
	f.Add("\xff\xfe@@..", "ZZ")
	f.Fuzz(func(t *testing.T, text, country string) {
		a, err := s.Check(context.Background(), protect.Question{Text: text, Country: country, Language: country})
		if err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Fatal(err)
		}
		if err == nil && a.Sentence == "" {
			t.Error("an answer without a sentence")
		}
	})
}
