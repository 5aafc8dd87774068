package score_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/score"
)

func rows(t testing.TB, pairs ...string) score.Assignment {
	t.Helper()
	var rs []score.Row
	for _, p := range pairs {
		id, ring, _ := strings.Cut(p, "=")
		rs = append(rs, score.Row{Report: fraud.ReportID(id), Ring: ring})
	}
	a, err := score.NewAssignment(rs)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestHandCountedScores(t *testing.T) {
	for _, tt := range []struct {
		name          string
		truth, assign []string
		pairwise, b3  score.Measure
		over, split   int
	}{
		{
			"the answer is the truth",
			[]string{"s/1=A", "s/2=A", "s/3=B", "s/4="},
			[]string{"s/1=x", "s/2=x", "s/3=y", "s/4="},
			score.Measure{Precision: 1, Recall: 1, F1: 1},
			score.Measure{Precision: 1, Recall: 1, F1: 1},
			0, 0,
		},
		{
			"all in one heap",
			[]string{"s/1=A", "s/2=A", "s/3=B", "s/4=B"},
			[]string{"s/1=x", "s/2=x", "s/3=x", "s/4=x"},
			score.Measure{Precision: 2.0 / 6, Recall: 1, F1: 0.5},
			score.Measure{Precision: 0.5, Recall: 1, F1: 2.0 / 3},
			1, 0,
		},
		{
			"everyone alone",
			[]string{"s/1=A", "s/2=A", "s/3=A", "s/4="},
			[]string{"s/1=", "s/2=", "s/3=", "s/4="},
			score.Measure{Precision: 1, Recall: 0, F1: 0},
			score.Measure{Precision: 1, Recall: 0.5, F1: 2.0 / 3},
			0, 0,
		},
		{
			"one ring in two halves",
			[]string{"s/1=A", "s/2=A", "s/3=A", "s/4=A"},
			[]string{"s/1=x", "s/2=x", "s/3=y", "s/4=y"},
			score.Measure{Precision: 1, Recall: 2.0 / 6, F1: 0.5},
			score.Measure{Precision: 1, Recall: 0.5, F1: 2.0 / 3},
			0, 1,
		},
		{
			"reports of no ring heaped together are wrong pairs",
			[]string{"s/1=", "s/2="},
			[]string{"s/1=x", "s/2=x"},
			score.Measure{Precision: 0, Recall: 1, F1: 0},
			score.Measure{Precision: 0.5, Recall: 1, F1: 2.0 / 3},
			0, 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := score.Compare(rows(t, tt.truth...), rows(t, tt.assign...))
			for _, m := range []struct {
				name      string
				got, want score.Measure
			}{{"pairwise", got.Pairwise, tt.pairwise}, {"b3", got.B3, tt.b3}} {
				if !near(m.got.Precision, m.want.Precision) || !near(m.got.Recall, m.want.Recall) || !near(m.got.F1, m.want.F1) {
					t.Errorf("%s: got %+v, want %+v", m.name, m.got, m.want)
				}
			}
			if got.OverMerged != tt.over || got.Split != tt.split {
				t.Errorf("over-merged, split: got %d, %d, want %d, %d", got.OverMerged, got.Split, tt.over, tt.split)
			}
		})
	}
}

func TestMissingAndExtraReportsAreTold(t *testing.T) {
	got := score.Compare(rows(t, "s/1=A", "s/2=A", "s/3=A"), rows(t, "s/1=x", "s/2=x", "s/9=x"))
	if got.Missing != 1 || got.MissingList[0] != "s/3" || got.Lost != 1 {
		t.Errorf("missing: got %d %v, lost %d, want s/3 in both", got.Missing, got.MissingList, got.Lost)
	}
	if got.Extra != 1 || got.ExtraList[0] != "s/9" {
		t.Errorf("extra: got %d %v, want s/9", got.Extra, got.ExtraList)
	}
	if got.Pairwise.Precision != 1 {
		t.Errorf("precision: got %v, want 1, since an unknown report is not scored", got.Pairwise.Precision)
	}
}

func TestMixedRingsAreNamedWithTheirParts(t *testing.T) {
	got := score.Compare(rows(t, "s/1=A", "s/2=A", "s/3=B", "s/4=", "s/5=B"), rows(t, "s/1=x", "s/2=x", "s/3=x", "s/4=x", "s/5=y"))
	want := "[{x 3 [{A 2} {B 1}] 1}]"
	if s := fmt.Sprint(got.OverMergedRings); s != want {
		t.Errorf("over-merged: got %s, want %s", s, want)
	}
	if s := fmt.Sprint(got.SplitRings); s != "[{B 2 [{x 1} {y 1}] 1}]" {
		t.Errorf("split: got %s", s)
	}
	if got.Strays != 1 {
		t.Errorf("strays: got %d, want 1", got.Strays)
	}
}

func drawRings(t *rapid.T, label string, n int) []string {
	return rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "c", "d"}), n, n).Draw(t, label)
}

func assignment(t *rapid.T, rings []string, rename func(string) string) score.Assignment {
	var rs []score.Row
	for i, r := range rings {
		if r != "" {
			r = rename(r)
		}
		rs = append(rs, score.Row{Report: fraud.ReportID(fmt.Sprintf("s/%03d", i)), Ring: r})
	}
	a, err := score.NewAssignment(rs)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func same(s string) string { return s }

// Property: the contingency table gives what listing every pair gives.
func TestPairsCountedEqualPairsListed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		truth, found := drawRings(t, "truth", n), drawRings(t, "found", n)
		var right, said, isTrue uint64
		var precision, recall float64
		for i := range n {
			var both, inP, inT float64
			for j := range n {
				tt := i == j || (truth[i] != "" && truth[i] == truth[j])
				ff := i == j || (found[i] != "" && found[i] == found[j])
				if tt {
					inT++
				}
				if ff {
					inP++
				}
				if tt && ff {
					both++
				}
				if i < j {
					if tt {
						isTrue++
					}
					if ff {
						said++
					}
					if tt && ff {
						right++
					}
				}
			}
			precision += both / inP / float64(n)
			recall += both / inT / float64(n)
		}
		got := score.Compare(assignment(t, truth, same), assignment(t, found, same))
		if want := score.NewMeasure(right, said, isTrue); got.Pairwise != want {
			t.Fatalf("pairwise: got %+v, want %+v", got.Pairwise, want)
		}
		if n > 0 && (!near(got.B3.Precision, precision) || !near(got.B3.Recall, recall)) {
			t.Fatalf("b3: got %+v, want %v %v", got.B3, precision, recall)
		}
	})
}

// Property: names of rings mean nothing, and comparing the other way round
// exchanges precision and recall.
func TestNamesMeanNothingAndSidesMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		truth, found := drawRings(t, "truth", n), drawRings(t, "found", n)
		perm := rapid.Permutation([]string{"a", "b", "c", "d"}).Draw(t, "perm")
		rename := func(s string) string { return "R" + perm[s[0]-'a'] }
		one := score.Compare(assignment(t, truth, same), assignment(t, found, same))
		two := score.Compare(assignment(t, truth, same), assignment(t, found, rename))
		if one.Pairwise != two.Pairwise || one.OverMerged != two.OverMerged || one.Split != two.Split ||
			!near(one.B3.F1, two.B3.F1) || one.Strays != two.Strays || one.Lost != two.Lost {
			t.Fatalf("renamed rings changed the score: %+v, %+v", one, two)
		}
		back := score.Compare(assignment(t, found, same), assignment(t, truth, same))
		if back.Pairwise.Precision != one.Pairwise.Recall || !near(back.B3.Precision, one.B3.Recall) || back.OverMerged != one.Split {
			t.Fatalf("mirrored: got %+v, want the mirror of %+v", back, one)
		}
		perfect := score.Compare(assignment(t, truth, same), assignment(t, truth, rename))
		if perfect.Pairwise.F1 != 1 || !near(perfect.B3.F1, 1) || perfect.OverMerged+perfect.Split+perfect.Lost+perfect.Strays != 0 {
			t.Fatalf("the truth against itself: got %+v", perfect)
		}
	})
}

func TestReadTSVRefusesBadLinesByNumber(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"no header", "s/1\tA\n", "line 1: the header must be"},
		{"empty file", "", "line 1: the file is empty"},
		{"header alone", "report_id\tring\n", ""},
		{"no tab", "report_id\tring\ns/1\tA\ns/2\n", "line 3: no tab"},
		{"three columns", "report_id\tring\ns/1\tA\tB\n", "line 2: more than two"},
		{"no id", "report_id\tring\n\tB\n", "line 2: the report id is empty"},
		{"twice", "report_id\tring\ns/1\tB\ns/1\tB\n", "line 3: report s/1 stands twice"},
		{"twice, apart", "report_id\tring\ns/2\tB\ns/1\tB\ns/2\t\n", "report s/2 stands twice"},
		{"not UTF-8", "report_id\tring\ns/\xff\tB\n", "line 2: not UTF-8"},
		{"very long", "report_id\tring\n" + strings.Repeat("x", 1<<17) + "\t\n", "line 2: longer than"},
		{"CR LF and any order", "report_id\tring\r\ns/2\tB\r\ns/1\t\r\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := score.ReadTSV(strings.NewReader(tt.in))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !errors.Is(err, fraud.ErrInvalid)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzReadTSV(f *testing.F) {
	f.Add([]byte("report_id\tring\ns/1\tA\ns/2\t\n"))
	f.Add([]byte("\ufeffreport_id\tring\r\ns/1\tA\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := score.ReadTSV(bytes.NewReader(b))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := a.WriteTSV(&out); err != nil {
			t.Fatal(err)
		}
		again, err := score.ReadTSV(&out)
		if err != nil || again.Len() != a.Len() {
			t.Fatalf("written and read again: %v, %d rows, want %d", err, again.Len(), a.Len())
		}
	})
}

func TestTieEdgesAreScoredByWhoAndWhom(t *testing.T) {
	truth := rows(t, "s/1=A", "s/2=A", "s/3=B", "s/4=B", "s/5=C")
	lead := fraud.Indicator{Kind: fraud.Phone, Value: "+12125550100"}
	mule := fraud.Indicator{Kind: fraud.UPI, Value: "x@upi"}
	ties := score.TrueTies{
		Suppliers:  []score.TrueTie{{ID: "S1", Indicators: []fraud.Indicator{lead}, Rings: []string{"A", "B"}}},
		Launderers: []score.TrueTie{{ID: "L1", Indicators: []fraud.Indicator{mule}, Rings: []string{"A", "C"}}},
	}
	found := []fraud.Ring{
		{ID: "r1", Reports: []fraud.ReportID{"s/1", "s/2"}, Suppliers: []fraud.Tie{{Indicator: lead}}, Launderers: []fraud.Tie{{Indicator: mule}}},
		{ID: "r2", Reports: []fraud.ReportID{"s/3", "s/4"}, Suppliers: []fraud.Tie{{Indicator: lead}, {Indicator: mule}, {Indicator: fraud.Indicator{Kind: fraud.Script, Value: "script:1"}}}},
	}
	got := score.CompareTies(truth, ties, found)
	if got.Suppliers.Unscored != 1 {
		t.Errorf("a shared script: got %d unscored, want 1", got.Suppliers.Unscored)
	}
	if got.Suppliers.Right != 2 || got.Suppliers.Said != 3 || got.Suppliers.True != 2 {
		t.Errorf("suppliers: got %+v", got.Suppliers)
	}
	if got.Launderers.Right != 1 || got.Launderers.Missed[0] != "L1 -> C" {
		t.Errorf("launderers: got %+v", got.Launderers)
	}
	if got.Either.Wrong[0] != "L1 -> B" {
		t.Errorf("either: got %+v", got.Either)
	}
}

func TestCalibrationCountsTrueLinksByStrength(t *testing.T) {
	truth := rows(t, "s/1=A", "s/2=A", "s/3=B", "s/4=", "s/5=")
	got := score.Calibrate(truth, []fraud.Link{
		{Kind: fraud.SameOperator, A: "s/1", B: "s/2", Bits: 20},
		{Kind: fraud.SameOperator, A: "s/1", B: "s/3", Bits: 20.5},
		{Kind: fraud.SameOperator, A: "s/4", B: "s/5", Bits: 3},
		{Kind: fraud.SameSupplier, A: "s/4", B: "s/5", Bits: 3},
		{Kind: fraud.SameOperator, A: "s/1", B: "s/unknown", Bits: 99},
	})
	for _, b := range got {
		switch b.From {
		case 20:
			if b.Links != 2 || b.True != 1 || b.Share != 0.5 {
				t.Errorf("20 bits: got %+v", b)
			}
		case 2:
			if b.Links != 1 || b.True != 0 {
				t.Errorf("3 bits: got %+v", b)
			}
		default:
			if b.Links != 0 {
				t.Errorf("got %+v, want none", b)
			}
		}
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

func BenchmarkCompare(b *testing.B) {
	const n = 1_000_000
	truth, found := make([]score.Row, n), make([]score.Row, n)
	for i := range n {
		id := fraud.ReportID(fmt.Sprintf("bulk/%07d", i))
		truth[i] = score.Row{Report: id, Ring: fmt.Sprint(i % 1000)}
		found[i] = score.Row{Report: id, Ring: fmt.Sprint(i % 1500)}
	}
	ta, err := score.NewAssignment(truth)
	if err != nil {
		b.Fatal(err)
	}
	fa, err := score.NewAssignment(found)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("reports=1M", func(b *testing.B) {
		b.ReportAllocs()
		began := cpuTime(b)
		for b.Loop() {
			score.Compare(ta, fa)
		}
		b.ReportMetric(float64(n)*float64(b.N)/(cpuTime(b)-began).Seconds(), "reports/cpu-s")
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "reports/s")
	})
}

func TestCardSaysWhatItHasAndSummaryNamesTheWorst(t *testing.T) {
	truth := rows(t, "s/1=A", "s/2=A")
	bare := score.NewCard(truth, truth, nil, nil, nil)
	if bare.B3.F1 != 1 || bare.Ties != nil || bare.Calibration != nil {
		t.Errorf("got %+v, want the comparison alone", bare)
	}
	whole := score.NewCard(truth, truth, &score.TrueTies{}, []fraud.Ring{}, []fraud.Link{})
	if whole.Ties == nil || len(whole.Calibration) == 0 {
		t.Errorf("got %+v, want ties and calibration", whole)
	}
	if s := score.Summarise([]float64{0.9, 0.5, 1}); !near(s.Mean, 0.8) || s.Worst != 0.5 || s.Worlds != 3 {
		t.Errorf("got %+v", s)
	}
}
