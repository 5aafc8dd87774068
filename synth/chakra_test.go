package synth_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/synth"
)

// within fails unless got lies within slack of want.
func within(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.Abs(got-want) > slack {
		t.Errorf("%s: got %.3f, want %.3f ± %.3f", what, got, want, slack)
	}
}

func TestChakraVictimsAreAsTheCaseSays(t *testing.T) {
	w := world(t, "chakra", 3, 0)
	usd := map[string]float64{"USD": 1, "CAD": 1.35, "GBP": 0.8, "AUD": 1.5, "EUR": 0.92}
	countries, names := map[string]int{}, map[string]int{}
	var old, all, lossOld, loss float64
	var asks []float64
	hit := 0
	ring := map[fraud.ReportID]string{}
	for _, r := range w.Rows {
		ring[r.Report] = r.Ring
	}
	for _, r := range decoded(t, w, false) {
		if ring[r.Name()] == "" || r.Reporter.Role == "employee" {
			continue
		}
		hit++
		all++
		countries[r.Reporter.Country]++
		if r.Reporter.Email != "" {
			names[r.Reporter.Email]++
		}
		if r.Reporter.AgeBand == "60_plus" {
			old++
		}
		for i, p := range r.Payments {
			m, err := p.Money()
			if err != nil {
				t.Fatal(err)
			}
			x := float64(m.Minor) / 100 / usd[m.Currency]
			if i == 0 {
				asks = append(asks, x)
			}
			if p.Status == "sent" {
				loss += x
				if r.Reporter.AgeBand == "60_plus" {
					lossOld += x
				}
			}
		}
	}
	if hit < 2000 {
		t.Errorf("got %d reports of victims, want over 2,000", hit)
	}
	within(t, "share aged 60 and over", old/all, 0.46, 0.04)
	within(t, "their share of the loss", lossOld/loss, 0.69, 0.06)
	within(t, "share in the United States", float64(countries["US"])/all, 0.74, 0.04)
	if len(countries) != 6 {
		t.Errorf("countries: got %v, want six", countries)
	}
	slices.Sort(asks)
	within(t, "median ask in dollars", asks[len(asks)/2], 260, 80)
	if asks[len(asks)/20] > 120 || asks[len(asks)*19/20] < 600 {
		t.Errorf("asks from %.0f to %.0f, want a wide spread", asks[len(asks)/20], asks[len(asks)*19/20])
	}
	again := 0
	for _, n := range names {
		if n > 1 {
			again++
		}
	}
	if again < 30 {
		t.Errorf("got %d victims who report again, want some", again)
	}
}

func TestChakraOperatorsAndSuppliersAreAsTheCaseSays(t *testing.T) {
	for seed := int64(1); seed <= 5; seed++ {
		w := world(t, "chakra", seed, 0)
		if len(w.Truth.Operators) != 10 || len(w.Truth.Overlap) != 5 {
			t.Errorf("seed %d: got %d operators, %d hit both, want 10 and 5", seed, len(w.Truth.Operators), len(w.Truth.Overlap))
		}
		own, sold := map[string]bool{}, map[string]bool{}
		for _, s := range w.Truth.Suppliers {
			if s.Kind == "lead_seller" && len(s.Rings) < 2 {
				t.Errorf("seed %d: %s is shown with %d rings, want two or more", seed, s.ID, len(s.Rings))
			}
			for _, i := range s.Indicators {
				sold[i.Value] = sold[i.Value] || i.Kind == fraud.Phone
			}
		}
		for _, o := range w.Truth.Operators {
			for _, i := range o.Indicators {
				if i.Kind == fraud.Phone {
					own[i.Value] = true
				}
			}
		}
		phones := 0
		for _, yes := range sold {
			if yes {
				phones++
			}
		}
		within(t, "share of callback numbers that lead sellers hold", float64(phones)/float64(phones+len(own)), 0.27, 0.05)
		within(t, "reports for each number", 2300/float64(phones+len(own)), 2.5, 0.4)
		if len(w.Truth.Layering.PayoutAccounts) != 16 || len(w.Truth.Layering.Shells) != 137 {
			t.Errorf("seed %d: got %d payout accounts and %d shells, want 16 and 137", seed, len(w.Truth.Layering.PayoutAccounts), len(w.Truth.Layering.Shells))
		}
		heads := map[string]int{}
		for _, s := range w.Truth.Layering.Shells {
			heads[s.Director]++
		}
		if len(heads) > 15 {
			t.Errorf("seed %d: 137 shells have %d directors, want few", seed, len(heads))
		}
	}
}

func TestChakraCallsComeInTheVictimsDay(t *testing.T) {
	w := world(t, "chakra", 3, 0)
	day, weekend, n := 0, 0, 0
	for _, r := range decoded(t, w, false) {
		zone, err := time.LoadLocation(r.Reporter.TimeZone)
		if err != nil || r.Reporter.TimeZone == "" || len(r.Contacts) == 0 {
			continue
		}
		at := r.Contacts[len(r.Contacts)-1].At.In(zone)
		n++
		if h := at.Hour(); h >= 8 && h <= 21 {
			day++
		}
		if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
			weekend++
		}
	}
	if n == 0 {
		t.Skip("SKIPPED: this machine has no table of time zones")
	}
	within(t, "share of calls by day", float64(day)/float64(n), 0.99, 0.03)
	within(t, "share of calls at weekends", float64(weekend)/float64(n), 0.09, 0.05)
}

// Everything that could reach somebody real must be reserved for drama.
func TestChakraNumbersAndSitesBelongToNobody(t *testing.T) {
	w := world(t, "chakra", 4, 0)
	var phones []string
	for _, o := range w.Truth.Operators {
		for _, i := range o.Indicators {
			if i.Kind == fraud.Phone {
				phones = append(phones, i.Value)
			}
		}
	}
	for _, s := range w.Truth.Suppliers {
		for _, i := range s.Indicators {
			if i.Kind == fraud.Phone {
				phones = append(phones, i.Value)
			}
		}
	}
	kept := []string{"+442079460", "+448081570", "+441614960", "+441214960", "+4930231250", "+4930231251", "+4930231252", "+4930231253", "+4930231254", "+49699000", "+49406696", "+49221471", "+49899999", "+6125550", "+6137010"}
	for _, p := range phones {
		if len(p) == 12 && p[1] == '1' && p[5:10] == "55501" {
			continue
		}
		if !slices.ContainsFunc(kept, func(k string) bool { return strings.HasPrefix(p, k) }) {
			t.Errorf("%s is in no range that is kept for drama", p)
		}
	}
	for _, r := range append(decoded(t, w, false), decoded(t, w, true)...) {
		for _, c := range r.Contacts {
			host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(strings.ReplaceAll(c.URL, "[.]", "."), "https://"), "hxxps://"), "/")
			if c.URL != "" && !strings.HasSuffix(host, ".example") {
				t.Errorf("report %s has a site outside .example", r.Name())
			}
		}
		if r.Reporter.Email != "" && !strings.HasSuffix(r.Reporter.Email, ".example") {
			t.Errorf("report %s has an e-mail address outside .example", r.Name())
		}
	}
}

func TestChakraHasDecoysThatAreNobodys(t *testing.T) {
	w := world(t, "chakra", 3, 0)
	if len(w.Truth.Framed) < 2 || len(w.Truth.Recycled) == 0 {
		t.Fatalf("got %d framed and %d recycled, want some", len(w.Truth.Framed), len(w.Truth.Recycled))
	}
	if !slices.ContainsFunc(w.Truth.Lawful, func(f synth.Firm) bool { return f.SameAs != "" }) {
		t.Error("want an honest firm at an operator's address")
	}
	for _, r := range w.Truth.Recycled {
		if len(r.Was) == 0 || r.From.After(w.Truth.Raid) {
			t.Errorf("recycled %+v: want who had it, and a time before the raid", r)
		}
	}
}

func TestHalfOfTheOperatorsComeBackUnderNewNumbers(t *testing.T) {
	w := world(t, "chakra", 3, 0)
	if len(w.Truth.Returns) != 5 || len(w.Truth.NewAfter) != 2 {
		t.Fatalf("got %d returns and %d new operators, want 5 and 2", len(w.Truth.Returns), len(w.Truth.NewAfter))
	}
	before := map[string]bool{}
	for _, o := range w.Truth.Operators {
		for _, i := range o.Indicators {
			if i.Kind == fraud.Phone {
				before[i.Value] = true
			}
		}
	}
	var text strings.Builder
	for _, o := range w.Orgs {
		for _, line := range o.After {
			text.Write(line)
		}
	}
	for _, r := range w.Truth.Returns {
		if len(r.Kept) != 2 || r.Reports == 0 || r.FirstAt.Before(w.Truth.Raid) {
			t.Errorf("return of %s: %+v", r.Operator, r)
		}
		shown := slices.Contains(r.Kept, "script") // shown by its words
		for _, v := range r.Values {
			value := v.Value
			if _, number, ok := strings.Cut(value, "/"); ok {
				value = number
			}
			shown = shown || strings.Contains(text.String(), strings.TrimPrefix(value, "ga:"))
		}
		if !shown {
			t.Errorf("%s came back, and no report shows what it kept (%v)", r.Operator, r.Kept)
		}
	}
	ring := map[fraud.ReportID]string{}
	for _, r := range w.AfterRows {
		ring[r.Report] = r.Ring
	}
	old := 0
	for _, r := range decoded(t, w, true) {
		for _, c := range r.Contacts {
			if ring[r.Name()] != "" && before[c.Callback] {
				old++
			}
		}
	}
	if old > 4 { // a mistyped digit may hit an old number
		t.Errorf("%d callbacks after the raid are numbers from before it, want none but typing errors", old)
	}
}
