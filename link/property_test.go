package link_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// someReports draws a small world in which anything may be shared.
func someReports(t *rapid.T) []told {
	out := make([]told, rapid.IntRange(1, 40).Draw(t, "reports"))
	for i := range out {
		out[i] = someReport(t, i)
	}
	return out
}

func someReport(t *rapid.T, i int) told {
	words := []string{"call", "site", "remote", "upi", "alias", "shown", "file"}
	x := told{id: fmt.Sprintf("%s/%d", rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "source"), i), day: float64(rapid.IntRange(0, 200).Draw(t, "day")), paid: rapid.Bool().Draw(t, "paid")}
	for range rapid.IntRange(0, 4).Draw(t, "values") {
		w := rapid.SampledFrom(words).Draw(t, "word")
		x.has = append(x.has, fmt.Sprintf("%s %s-%d", w, w, rapid.IntRange(0, 6).Draw(t, "value")))
	}
	if rapid.IntRange(0, 3).Draw(t, "has text") == 0 {
		x.text, x.cut = rapid.IntRange(1, 4).Draw(t, "text"), rapid.IntRange(0, 30).Draw(t, "cut")
	}
	return x
}

func written(t *rapid.T, res link.Result) string {
	var buf bytes.Buffer
	for _, err := range []error{link.WriteAssign(&buf, res.Assign), link.WriteRings(&buf, res.Rings), link.WriteLinks(&buf, res.Links), link.WriteSuggestions(&buf, res.Suggestions)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return buf.String()
}

func linked(js []fraud.Judgement, reports ...told) link.Result {
	b := link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	b.Judge(js)
	return b.Link()
}

func TestOrderOfReportsChangesNoByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := someReports(t)
		shuffled := rapid.Permutation(reports).Draw(t, "shuffled")
		if a, b := written(t, linked(nil, reports...)), written(t, linked(nil, shuffled...)); a != b {
			t.Fatalf("two orders give\n%s\nand\n%s", a, b)
		}
	})
}

// Two numbers that fell silent and came back on the same days once had one
// place in the order, and the order of reports decided which was told first.
func TestNumbersTakenUpAgainTogetherAreToldInOneOrder(t *testing.T) {
	reports := []told{
		{id: "a/1", day: 0, has: []string{"call call-0", "call call-1"}},
		{id: "a/2", day: 1, has: []string{"call call-1", "call call-0"}},
		{id: "c/3", day: 120, has: []string{"call call-0", "call call-1"}},
		{id: "c/4", day: 121, has: []string{"call call-1", "call call-0"}},
	}
	rapid.Check(t, func(t *rapid.T) {
		shuffled := rapid.Permutation(reports).Draw(t, "shuffled")
		if a, b := written(t, linked(nil, reports...)), written(t, linked(nil, shuffled...)); a != b {
			t.Fatalf("two orders give\n%s\nand\n%s", a, b)
		}
	})
}

func TestEveryReportHasOneLineAndEveryRingATree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := someReports(t)
		res := linked(nil, reports...)
		if len(res.Assign) != len(reports) {
			t.Fatalf("%d lines for %d reports", len(res.Assign), len(reports))
		}
		links := map[fraud.RingID]int{}
		for _, l := range res.Links {
			if l.Kind == fraud.SameOperator {
				links[l.Ring]++
			}
		}
		for _, r := range res.Rings {
			if len(r.Reports) < 2 || links[r.ID] != len(r.Reports)-1 {
				t.Fatalf("ring of %d reports is held by %d links", len(r.Reports), links[r.ID])
			}
			if e := res.Explain(r.Reports[0], r.Reports[len(r.Reports)-1]); !e.Same || len(e.Chain) == 0 || len(e.Fails) == 0 {
				t.Fatalf("no chain within ring %s: %+v", r.ID, e)
			}
		}
	})
}

func TestJudgementsAreObeyed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := someReports(t)
		if len(reports) < 2 {
			return
		}
		i := rapid.IntRange(1, len(reports)-1).Draw(t, "one")
		a, b := fraud.ReportID(reports[0].id), fraud.ReportID(reports[i].id)
		verdict := rapid.SampledFrom([]fraud.Verdict{fraud.VerdictSame, fraud.VerdictDifferent}).Draw(t, "verdict")
		res := linked([]fraud.Judgement{{ID: "J-1", Verdict: verdict, A: a, B: b, At: day0}}, reports...)
		x, _ := res.RingOf(a)
		y, _ := res.RingOf(b)
		if together := x != "" && x == y; together != (verdict == fraud.VerdictSame) {
			t.Fatalf("judged %s, rings %q and %q", verdict, x, y)
		}
	})
}

func TestWrongAndReplacedReportsDoNotLink(t *testing.T) {
	one := told{id: "a/1", day: 0, has: []string{"call +12125550142"}}
	two := told{id: "a/2", day: 1, has: []string{"call +12125550142"}}
	res := linked([]fraud.Judgement{{ID: "J-1", Verdict: fraud.VerdictWrong, A: "a/1", At: day0}}, one, two)
	if len(res.Rings) != 0 || len(res.Assign) != 2 {
		t.Errorf("a wrong report made %d rings", len(res.Rings))
	}
	res = linked([]fraud.Judgement{{ID: "J-1", Verdict: fraud.VerdictNotIndicator, Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}, At: day0}}, one, two)
	if len(res.Rings) != 0 {
		t.Errorf("what is no indicator made %d rings", len(res.Rings))
	}
	b := link.NewBuilder(link.DefaultModel())
	add(b, one, two)
	b.Add(fraud.ReportFacts{ID: "a/3", Source: "a", At: day0, ReceivedAt: day0, Supersedes: "a/1"}, nil, nil)
	if res := b.Link(); len(res.Rings) != 0 || len(res.Assign) != 3 {
		t.Errorf("a replaced report made %d rings", len(res.Rings))
	}
}

func TestJudgementThatCannotBeObeyedIsShown(t *testing.T) {
	one := told{id: "a/1", day: 0, has: []string{"call +12125550142"}}
	two := told{id: "a/2", day: 1, has: []string{"call +12125550142"}}
	three := told{id: "a/3", day: 1, has: []string{"call +12125550142"}}
	res := linked([]fraud.Judgement{
		{ID: "J-1", Verdict: fraud.VerdictSame, A: "a/1", B: "a/2", At: day0},
		{ID: "J-2", Verdict: fraud.VerdictSame, A: "a/2", B: "a/3", At: day0.Add(time.Hour)},
		{ID: "J-3", Verdict: fraud.VerdictDifferent, A: "a/1", B: "a/3", At: day0.Add(2 * time.Hour)},
		{ID: "J-4", Verdict: fraud.VerdictSame, A: "a/1", B: "a/9", At: day0},
	}, one, two, three)
	var said []string
	for _, c := range res.Conflicts {
		said = append(said, c.Judgement.ID)
	}
	slices.Sort(said)
	if !slices.Contains(said, "J-4") || len(said) < 2 {
		t.Errorf("conflicts %v, want J-4, which waits, and one of the three that clash", said)
	}
}

func TestWhatAPersonKeepsApartIsNotSuggestedAgain(t *testing.T) {
	var reports []told
	for i := range 4 {
		reports = append(reports, told{id: fmt.Sprintf("a/%d", i), day: float64(i), has: []string{"call +12125550142", "upi desk@okaxis"}})
	}
	res := linked([]fraud.Judgement{{ID: "J-1", Verdict: fraud.VerdictDifferent, A: "a/0", B: "a/1", At: day0}}, reports...)
	if len(res.Rings) != 2 {
		t.Fatalf("%d rings, want the two that a person told apart", len(res.Rings))
	}
	if len(res.Suggestions) > 0 {
		t.Errorf("a person is asked again: %v", res.Suggestions[0].Link)
	}
}

func TestNumberAfterLongSilenceIsAnotherTenure(t *testing.T) {
	res := linked(nil,
		told{id: "a/1", day: 0, has: []string{"call +12125550142"}},
		told{id: "a/2", day: 90, has: []string{"call +12125550142"}})
	if len(res.Rings) != 0 {
		t.Error("a number that was silent for 90 days linked its two holders")
	}
}

func TestAlikeUnpaidStoriesOfOneSourceFrameNobody(t *testing.T) {
	var reports []told
	for i := range 6 {
		reports = append(reports, told{id: fmt.Sprintf("a/%d", i), day: 0.1 * float64(i), has: []string{"call +12125550142", "firm IN:U72900KA2015PTC000001"}})
	}
	if res := linked(nil, reports...); len(res.Rings) != 0 {
		t.Errorf("six alike stories became a ring of %d", len(res.Rings[0].Reports))
	}
	reports[0].paid, reports[3].paid = true, true
	if res := linked(nil, reports...); len(res.Rings) != 1 {
		t.Errorf("with payments they are %d rings, want one", len(res.Rings))
	}
}

func TestManyVictimsOfOneNumberAreOneRing(t *testing.T) {
	var reports []told
	for i := range 500 {
		reports = append(reports, told{id: fmt.Sprintf("s%d/%d", i%7, i), day: float64(i % 14), paid: i%2 == 0, has: []string{"call +12125550142", fmt.Sprintf("site s%d.example", i)}})
	}
	if res := linked(nil, reports...); len(res.Rings) != 1 || len(res.Rings[0].Reports) != 500 {
		t.Errorf("%d rings, want one of 500", len(res.Rings))
	}
}

func TestFolderExplainsAsTheResultDoes(t *testing.T) {
	res := linked(nil,
		told{id: "a/1", day: 0, has: []string{"call +12125550142"}},
		told{id: "a/2", day: 1, has: []string{"call +12125550142", "remote anydesk:123456789"}},
		told{id: "a/3", day: 40, has: []string{"remote anydesk:123456789"}})
	dir := t.TempDir()
	if err := link.WriteFolder(dir, res); err != nil {
		t.Fatal(err)
	}
	back, err := link.ReadFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, want := back.Explain("a/1", "a/3"), res.Explain("a/1", "a/3")
	if fmt.Sprint(got.Says, got.Fails) != fmt.Sprint(want.Says, want.Fails) || !got.Same || len(got.Chain) != 2 {
		t.Errorf("from the folder: %v\nfrom the result: %v", got.Says, want.Says)
	}
}

func FuzzReadAssign(f *testing.F) {
	f.Add([]byte("report_id\tring\na/1\tR-1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := link.ReadAssign(bytes.NewReader(b))
		if err != nil {
			return
		}
		var buf bytes.Buffer
		if err := link.WriteAssign(&buf, rows); err != nil {
			t.Fatal(err)
		}
		again, err := link.ReadAssign(&buf)
		if err != nil || !slices.Equal(rows, again) {
			t.Fatalf("%v read back as %v, %v", rows, again, err)
		}
	})
}

func FuzzReadModel(f *testing.F) {
	f.Add([]byte("version\t1\nparam\tstrong\t10\tx\ty\n"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = link.ReadModel(bytes.NewReader(b))
	})
}
