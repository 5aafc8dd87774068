package link_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
	"ringbreaker.example/score"
	"ringbreaker.example/synth"
)

var (
	updateFit = flag.Bool("fit.update", false, "write the golden file of a fit anew")
	fitSeeds  = flag.Int("fit.seeds", 1, "how many worlds are fitted on, and as many others scored")
)

func (w world) builder(m link.Model) *link.Builder {
	b := link.NewBuilder(m)
	for i := range w.facts {
		b.Add(w.facts[i], w.found[i].Sightings, w.found[i].Sketches)
	}
	return b
}

func fitted(tb testing.TB, b *link.Builder) link.Fit {
	tb.Helper()
	return must(b.Fit(link.FitConfig{At: day0}))(tb)
}

func modelText(tb testing.TB, m link.Model) string {
	tb.Helper()
	var buf bytes.Buffer
	if err := link.WriteModel(&buf, m); err != nil {
		tb.Fatal(err)
	}
	return buf.String()
}

// agreement is counted here by hand, report by report, from the truth.
type agreement struct{ same, sameAgree, diff, diffAgree float64 }

func (w *world) agreement(kind fraud.Kind, role fraud.Role) (a agreement) {
	const month = 28 * 24 * time.Hour
	type row struct {
		month  int64
		op     string
		values map[string]bool
	}
	var rows []row
	for i, f := range w.facts {
		op, _ := w.truth.Ring(f.ID)
		if op == "" {
			continue
		}
		values := map[string]bool{}
		for _, s := range w.found[i].Sightings {
			if s.Indicator.Kind == kind && (role == "*" || s.Role == role) && s.Valid && s.Role.Links() {
				values[s.Indicator.Value] = true
			}
		}
		if len(values) > 0 {
			rows = append(rows, row{f.At.Unix() / int64(month.Seconds()), op, values})
		}
	}
	for i, x := range rows {
		for _, y := range rows[:i] {
			if x.month != y.month {
				continue
			}
			agree := 0.0
			for v := range x.values {
				if y.values[v] {
					agree = 1
				}
			}
			if x.op == y.op {
				a.same, a.sameAgree = a.same+1, a.sameAgree+agree
			} else {
				a.diff, a.diffAgree = a.diff+1, a.diffAgree+agree
			}
		}
	}
	return a
}

// Without labels, a fit finds how often reports of one operator agree, and
// those of two, near to what the truth says.
func TestFitComesNearTheTruth(t *testing.T) {
	for _, scenario := range []string{"chakra", "kits"} {
		w := makeWorld(t, scenario, 1, 0)
		f := fitted(t, w.builder(link.DefaultModel()))
		checked := 0
		for _, x := range f.Priors {
			if x.Same < 1000 || x.Diff < 5000 {
				continue
			}
			a := w.agreement(x.Kind, x.Role)
			m, u := a.sameAgree/a.same, (a.diffAgree+0.5)/(a.diff+1)
			t.Logf("%s %s %s: m %.4f, truth %.4f; u and supply 1 in %.0f, truth 1 in %.0f", scenario, x.Kind, x.Role, x.M, m, 1/(x.U+x.Supply), 1/u)
			if math.Abs(x.M-m) > 0.05 {
				t.Errorf("%s %s %s: m is %.3f, the truth's %.3f", scenario, x.Kind, x.Role, x.M, m)
			}
			if got := math.Log2((x.U + x.Supply) / u); a.diffAgree >= 20 && math.Abs(got) > 1 {
				t.Errorf("%s %s %s: agreement of two rings is %.1f bits off the truth's", scenario, x.Kind, x.Role, got)
			}
			checked++
		}
		if checked < 4 {
			t.Errorf("%s: only %d rows had enough pairs", scenario, checked)
		}
	}
}

// With the rings known, the counts are those that a count by hand gives.
func TestFitByTheTruthCountsAsByHand(t *testing.T) {
	w := makeWorld(t, "chakra", 2, 600)
	truth := map[fraud.ReportID]string{}
	for _, f := range w.facts {
		truth[f.ID], _ = w.truth.Ring(f.ID)
	}
	f := must(w.builder(link.DefaultModel()).Fit(link.FitConfig{At: day0, Truth: truth}))(t)
	for _, x := range f.Priors {
		if x.Kind != fraud.RemoteID {
			continue
		}
		a := w.agreement(x.Kind, x.Role)
		if off := math.Abs(float64(x.Same)-a.same) / a.same; off > 0.02 {
			t.Errorf("%d pairs of one operator, by hand %.0f", x.Same, a.same)
		}
		if off := math.Abs(x.M - (a.sameAgree+0.5)/(a.same+1)); off > 0.02 {
			t.Errorf("m %.4f, by hand %.4f", x.M, a.sameAgree/a.same)
		}
	}
}

// fourRings are 120 reports of one month, thirty of each of four rings that
// share nothing but what a test adds; the rings are known.
func fourRings() (reports []told, truth map[fraud.ReportID]string) {
	truth = map[fraud.ReportID]string{}
	for i := range 120 {
		x := told{id: fmt.Sprintf("a/%03d", i), day: float64(i % 5), paid: true, has: []string{fmt.Sprintf("remote anydesk:%d", i%4), fmt.Sprintf("call +1212555%04d", i%4*100)}}
		reports, truth[fraud.ReportID(x.id)] = append(reports, x), fmt.Sprint("ring ", i%4)
	}
	return reports, truth
}

func fittedRow(t *testing.T, b *link.Builder, cfg link.FitConfig, kind fraud.Kind) link.FittedPrior {
	t.Helper()
	cfg.At = day0
	for _, x := range must(b.Fit(cfg))(t).Priors {
		if x.Kind == kind && x.Same > 0 {
			return x
		}
	}
	t.Fatalf("no row of %s was counted", kind)
	return link.FittedPrior{}
}

// What somebody supplies to two rings is no chance; a pair that shares a
// value by chance as well is counted as chance, whichever came first.
func TestFitTellsSupplyFromChance(t *testing.T) {
	const diff = 6 * 30 * 30
	reports, truth := fourRings()
	for _, i := range []int{0, 4, 1, 5} { // two reports of each of two rings
		reports[i].has = append(reports[i].has, "remote anydesk:seller")
	}
	b := link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	if x := fittedRow(t, b, link.FitConfig{Truth: truth}, fraud.RemoteID); x.Diff != diff || x.Supply != 4.0/diff || x.U != 0.5/(diff+1) {
		t.Errorf("four pairs by a supplier: %+v", x)
	}
	for n, pair := range [][2]int{{0, 1}, {0, 5}, {4, 1}, {4, 5}} {
		for _, i := range pair {
			reports[i].has = append(reports[i].has, fmt.Sprintf("remote anydesk:x-once%d", n))
		}
	}
	b = link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	if x := fittedRow(t, b, link.FitConfig{Truth: truth}, fraud.RemoteID); x.Diff != diff || x.Supply != 0 || x.U != 4.5/(diff+1) {
		t.Errorf("four pairs by a supplier and by chance: %+v", x)
	}
}

// Of the reports of one row and month at most 2,048 are compared.
func TestFitComparesABoundedNumberOfPairs(t *testing.T) {
	var reports []told
	truth := map[fraud.ReportID]string{}
	for i := range 2100 {
		x := told{id: fmt.Sprintf("a/%d", i), day: float64(i % 5), paid: true, has: []string{fmt.Sprintf("remote anydesk:%d", i%4)}}
		reports, truth[fraud.ReportID(x.id)] = append(reports, x), fmt.Sprint(i%4)
	}
	b := link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	if x := fittedRow(t, b, link.FitConfig{Truth: truth}, fraud.RemoteID); x.Same+x.Diff != 2048*2047/2 {
		t.Errorf("%d pairs were compared", x.Same+x.Diff)
	}
}

// Without labels, rings of fewer than ten reports say nothing.
func TestFitTrustsNoSmallRing(t *testing.T) {
	reports, _ := fourRings()
	for i := range 9 {
		reports = append(reports, told{id: fmt.Sprintf("b/%d", i), day: 1, paid: true, has: []string{"remote anydesk:small", "call +12125557777"}})
	}
	b := link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	if f := fitted(t, b); f.Rings != 4 || f.Reports != 120 {
		t.Errorf("fitted on %d reports in %d rings, want 120 in 4", f.Reports, f.Rings)
	}
}

// What a person is shown is what the fitted model gives, and the Builder goes
// on with its own.
func TestFitShowsWhatItsModelGives(t *testing.T) {
	reports := plainReports(900)
	b := link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	before := b.Link()
	f := fitted(t, b)
	if !reflect.DeepEqual(b.Link(), before) {
		t.Error("after a fit the Builder links otherwise than before")
	}
	own := link.NewBuilder(f.New)
	add(own, reports...)
	if after := own.Link(); !reflect.DeepEqual(f.After.Result(), after) || reflect.DeepEqual(before.Links, after.Links) {
		t.Error("the linking shown is not that of the fitted model")
	}
	judged := link.NewBuilder(link.DefaultModel())
	add(judged, reports...)
	judged.Judge([]fraud.Judgement{{ID: "J-1", Verdict: fraud.VerdictSame, A: fraud.ReportID(reports[0].id), B: fraud.ReportID(reports[1].id), At: day0}})
	if fitted(t, judged).Input == f.Input {
		t.Error("a judgement is no part of the input that a fit names")
	}
}

// The bounds are around the shipped figures, not around those of the model
// that is fitted: a figure that was moved to its bound goes no further.
func TestFitOfAFittedModelIsBoundedByTheShippedOne(t *testing.T) {
	text := strings.Replace(modelText(t, link.DefaultModel()), "prior\tphone\tcallback\tcontact\t12", "prior\tphone\tcallback\tcontact\t16", 1)
	moved := must(link.ReadModel(strings.NewReader(text)))(t)
	if p, _ := moved.Prior(fraud.Phone, fraud.RoleCallback); p.Bits != 16 {
		t.Fatalf("the figure of the test was not moved: %g", p.Bits)
	}
	b := link.NewBuilder(moved)
	add(b, plainReports(900)...)
	for _, x := range fitted(t, b).Priors {
		if x.Kind == fraud.Phone && x.Role == fraud.RoleCallback && (x.Shipped != 12 || x.Same == 0 || math.Abs(x.Bits-12) > 2.005) {
			t.Errorf("from 16 bits, shipped as 12, it went to %+v", x)
		}
	}
}

func TestFitDoesNotDependOnTheOrderOfReports(t *testing.T) {
	reports := plainReports(900)
	want := ""
	for seed := range uint64(3) {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
		b := link.NewBuilder(link.DefaultModel())
		add(b, reports...)
		got := modelText(t, fitted(t, b).New)
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatalf("two orders give\n%s\nand\n%s", got, want)
		}
	}
}

// A fitted model is a file that people read and other nodes adopt: its form is held.
func TestFittedModelFile(t *testing.T) {
	b := link.NewBuilder(link.DefaultModel())
	add(b, plainReports(900)...)
	got := modelText(t, fitted(t, b).New)
	golden := filepath.Join("testdata", "fitted.golden")
	if *updateFit {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := must(os.ReadFile(golden))(t)
	if got != string(want) {
		t.Errorf("the file is\n%s\nwant\n%s", got, want)
	}
}

func TestModelIsReadBackAsWritten(t *testing.T) {
	b := link.NewBuilder(link.DefaultModel())
	add(b, plainReports(900)...)
	for _, m := range []link.Model{link.DefaultModel(), fitted(t, b).New} {
		again := must(link.ReadModel(strings.NewReader(modelText(t, m))))(t)
		if m.Version != again.Version || !reflect.DeepEqual(m.Priors, again.Priors) || !reflect.DeepEqual(m.Params, again.Params) ||
			!reflect.DeepEqual(m.Shared, again.Shared) || !reflect.DeepEqual(m.Assets, again.Assets) || len(m.Fitted) != len(again.Fitted) {
			t.Errorf("model %s reads back as another", m.Version)
		}
	}
}

func TestFitRefusesTooLittle(t *testing.T) {
	b := link.NewBuilder(link.DefaultModel())
	add(b, plainReports(60)...)
	if _, err := b.Fit(link.FitConfig{At: day0}); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "too little") {
		t.Errorf("sixty reports of one ring: %v, want a refusal that says too little", err)
	}
}

// holdBounds fails where a fit moved a figure further than anybody may move it.
func holdBounds(t *testing.T, m link.Model) {
	t.Helper()
	shipped := link.DefaultModel()
	class := func(bits float64) int {
		switch {
		case bits >= shipped.Param("strong"):
			return 2
		case bits >= shipped.Param("medium"):
			return 1
		}
		return 0
	}
	for i, p := range m.Priors {
		was := shipped.Priors[i]
		if math.Abs(p.Bits-was.Bits) > 2.005 || class(p.Bits) != class(was.Bits) {
			t.Errorf("%s %s went from %g to %g bits", p.Kind, p.Role, was.Bits, p.Bits)
		}
	}
	if !reflect.DeepEqual(m.Params, shipped.Params) {
		t.Error("a parameter that no data can tell was moved")
	}
}

// Who sends reports by the hundred, to make callbacks worth nothing and shown
// numbers worth much, moves no figure beyond its bounds, however often.
func TestPoisonCannotDragTheModel(t *testing.T) {
	holdBounds(t, fitted(t, makeWorld(t, "poison", 1, 0).builder(link.DefaultModel())).New)

	reports := plainReports(450)
	for i := range 450 { // each names two rings' numbers and a displayed number of its own group
		a, b := reports[i%450], reports[(i*37)%450]
		reports = append(reports, told{id: fmt.Sprintf("evil/%d", i), day: a.day, paid: true, has: []string{a.has[0], b.has[0], fmt.Sprintf("shown +1555%d", i%9)}})
	}
	m := link.DefaultModel()
	for range 2 {
		b := link.NewBuilder(m)
		add(b, reports...)
		m = fitted(t, b).New
		holdBounds(t, m)
	}
	if !strings.HasPrefix(m.Version, link.DefaultModel().Version+"+fit.") || strings.Count(m.Version, "+fit.") != 1 {
		t.Errorf("after two fits the version is %s", m.Version)
	}
}

// A fit on some worlds must not score worse on others.
func TestFitDoesNotScoreWorseOnHeldWorlds(t *testing.T) {
	worlds := []string{"chakra"}
	if *fitSeeds > 1 {
		worlds = []string{"chakra", "mixed", "zipf", "brokers"}
	}
	sum := 0.0
	for _, name := range worlds {
		for seed := range *fitSeeds {
			fit := fitted(t, someWorld(t, name, seed+1).builder(link.DefaultModel()))
			held := someWorld(t, name, seed+6)
			before := score.Compare(held.truth, assignment(t, held.builder(link.DefaultModel()).Link())).B3.F1
			after := score.Compare(held.truth, assignment(t, held.builder(fit.New).Link())).B3.F1
			t.Logf("%-8s fitted on seed %d, scored on %d: B3 F1 %.4f before, %.4f after", name, seed+1, seed+6, before, after)
			sum += after - before
		}
	}
	if mean := sum / float64(len(worlds)**fitSeeds); mean < -0.002 {
		t.Errorf("scores fell by %.4f on average", -mean)
	}
}

// someWorld is a world of our own generator, or of the other one.
func someWorld(t *testing.T, name string, seed int) world {
	t.Helper()
	for _, s := range synth.Scenarios() {
		if s == name {
			return makeWorld(t, name, int64(seed), 0)
		}
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: no python3 for the other generator's worlds")
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), python, "../scripts/interop/otherworld.py", dir, name, strconv.Itoa(seed)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var w world
	w.read(t, filepath.Join(dir, "reports.jsonl"))
	w.truth = must(score.ReadTSV(open(t, filepath.Join(dir, "truth.tsv"))))(t)
	return w
}

func TestChangesOfAModelAreToldInWords(t *testing.T) {
	reports := []told{
		{id: "a/1", day: 0, has: []string{"call +12125550142"}},
		{id: "a/2", day: 1, has: []string{"call +12125550142"}},
		{id: "a/3", day: 2, has: []string{"alias mike"}},
	}
	b := link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	one := b.Solve()
	if c, ok := link.Compare(one, one); !ok || !c.Same() {
		t.Errorf("a linking differs from itself: %+v", c)
	}
	weak := must(link.ReadModel(strings.NewReader(strings.Replace(modelText(t, link.DefaultModel()), "prior\tphone\tcallback\tcontact\t12", "prior\tphone\tcallback\tcontact\t1", 1))))(t)
	w := link.NewBuilder(weak)
	add(w, reports...)
	c, ok := link.Compare(one, w.Solve())
	if !ok || c.Left != 2 || c.RingsBefore != 1 || c.RingsAfter != 0 {
		t.Errorf("of a ring of two, held by a number worth one bit: %+v", c)
	}
	var says bytes.Buffer
	if err := c.Write(&says, "old", "new", 5); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 reports, linked with old and with new", "rings: 1 before, 0 after", "2 are in none any more", "→ no ring"} {
		if !strings.Contains(says.String(), want) {
			t.Errorf("no %q in\n%s", want, says.String())
		}
	}
	other := link.NewBuilder(weak)
	add(other, reports[:2]...)
	if _, ok := link.Compare(one, other.Solve()); ok {
		t.Error("linkings of different reports were compared")
	}
}

// Two halves that a person says are one ring's merge, and a person who parts
// them splits it again: both are told with their sizes.
func TestMergesAndSplitsAreTold(t *testing.T) {
	var reports []told
	for i := range 6 {
		reports = append(reports, told{id: fmt.Sprintf("a/%d", i), day: float64(i), paid: true, has: []string{fmt.Sprintf("call +1212555010%d", i/3), fmt.Sprintf("upi u%d", i/3)}})
	}
	b, joined := link.NewBuilder(link.DefaultModel()), link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	add(joined, reports...)
	joined.Judge([]fraud.Judgement{{ID: "J-1", Verdict: fraud.VerdictSame, A: "a/0", B: "a/5", At: day0}})
	two, one := b.Solve(), joined.Solve()
	c, ok := link.Compare(two, one)
	if !ok || len(c.Merged) != 1 || len(c.Split) != 0 || len(c.Merged[0].Many) != 2 {
		t.Errorf("two rings became one: %+v", c)
	}
	c, ok = link.Compare(one, two)
	if !ok || len(c.Split) != 1 || len(c.Merged) != 0 || len(c.Split[0].Many) != 2 {
		t.Errorf("one ring became two: %+v", c)
	}
}
