package score_test

import (
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/score"
)

func cardOf(t *testing.T, rows map[fraud.ReportID][2]string) score.Card {
	t.Helper()
	truth, assign := map[fraud.ReportID]string{}, map[fraud.ReportID]string{}
	for id, r := range rows {
		truth[id], assign[id] = r[0], r[1]
	}
	a, err := score.FromMap(truth)
	if err != nil {
		t.Fatal(err)
	}
	b, err := score.FromMap(assign)
	if err != nil {
		t.Fatal(err)
	}
	return score.NewCard(a, b, nil, nil, []fraud.Link{{A: "s/1", B: "s/2", Bits: 11}, {A: "s/1", B: "s/3", Bits: 11}})
}

func TestATableShowsMeanAndWorst(t *testing.T) {
	good := cardOf(t, map[fraud.ReportID][2]string{"s/1": {"a", "x"}, "s/2": {"a", "x"}, "s/3": {"b", "y"}, "s/4": {"b", "y"}})
	bad := cardOf(t, map[fraud.ReportID][2]string{"s/1": {"a", "x"}, "s/2": {"a", "x"}, "s/3": {"b", "x"}, "s/4": {"b", "x"}})
	var out strings.Builder
	if err := score.WriteRuns(&out, []score.Run{{Seed: "1", Card: good}, {Seed: "2", Card: bad}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nmean\t4\t0.7500\t1.0000\t0.8333\t0.6667\t", // B³ precision 1 and 0.5; pairs 2 of 2 and 2 of 6
		"\nworst\t4\t0.5000\t1.0000\t0.6667\t0.3333\t",
		"\n10-12\t4\t2\t0.5000\n", // two links a run, one of them true
		"\n30-\t0\t0\t0.0000\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

func TestAFewStraysSwallowNobody(t *testing.T) {
	rows := map[fraud.ReportID][2]string{}
	add := func(op string, from, to int) {
		for i := from; i < to; i++ {
			rows[fraud.ReportID(op+"/"+strings.Repeat("i", i+1))] = [2]string{op, "x"}
		}
	}
	add("a", 0, 30)
	add("b", 0, 9)
	if c := cardOf(t, rows); c.Swallowed() != 0 {
		t.Errorf("9 strays of b count as %d swallowed", c.Swallowed())
	}
	add("b", 9, 10)
	if c := cardOf(t, rows); c.Swallowed() != 1 {
		t.Errorf("10 of 40 reports of b count as %d swallowed, want 1", c.Swallowed())
	}
}
