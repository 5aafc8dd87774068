package link_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

var updateWhyNot = flag.Bool("whynot.update", false, "write the golden file of explanations of why not anew")

// desk is a ring of its own that besides holds what it is told.
func desk(name string, of int, has ...string) (out []told) {
	for i := range of {
		x := told{id: fmt.Sprintf("%s/%02d", name, i), day: float64(i), paid: true, has: []string{"upi " + name + "@okbank", fmt.Sprintf("remote %s-%d", name, i/2)}}
		if i < 2 {
			x.has = append(x.has, has...)
		}
		out = append(out, x)
	}
	return out
}

// whyNots are pairs that are in no ring together, each for a reason of its own.
var whyNots = []struct {
	name       string
	reports    []told
	judgements []fraud.Judgement
	a, b       fraud.ReportID
}{
	{name: "nothing in common", a: "a/1", b: "b/1", reports: []told{
		{id: "a/1", has: []string{"call +12125550142"}}, {id: "b/1", has: []string{"call +12125550143"}},
	}},
	{name: "only what is common by nature", a: "a/1", b: "b/1", reports: []told{
		{id: "a/1", has: []string{"alias steve", "shown +12125550150"}}, {id: "b/1", has: []string{"alias steve", "shown +12125550150", "call +12125550143"}},
	}},
	{name: "what never links", a: "a/1", b: "b/1", reports: []told{
		{id: "a/1", has: []string{"victim +12125550111", "brand +12125550100", "by +12125550122", "site bit.ly"}},
		{id: "b/1", has: []string{"call +12125550111", "brand +12125550100", "by +12125550122", "site bit.ly"}},
	}},
	{name: "a silence", a: "a/1", b: "b/1", reports: []told{
		{id: "a/1", day: 0, has: []string{"call +12125550142"}}, {id: "b/1", day: 74, has: []string{"call +12125550142"}},
	}},
	{name: "one kind of evidence", a: "a/1", b: "b/1", reports: []told{
		{id: "a/1", has: []string{"sms +12125550142"}}, {id: "b/1", has: []string{"sms +12125550142"}},
	}},
	{name: "looks like poison", a: "a/1", b: "b/9", reports: []told{
		{id: "a/1", has: []string{"call +12125550142"}},
		{id: "a/2", day: 1, has: []string{"call +12125550142"}},
		{id: "a/3", day: 2, has: []string{"call +12125550142"}},
		{id: "a/4", day: 2, has: []string{"call +12125550142"}},
		{id: "a/5", day: 3, has: []string{"call +12125550142"}},
		{id: "b/9", day: 3, paid: true, has: []string{"call +12125550142"}},
	}},
	{
		name: "a person decided", a: "a/1", b: "b/1",
		reports: []told{{id: "a/1", has: []string{"call +12125550142"}}, {id: "b/1", has: []string{"call +12125550142"}}},
		judgements: []fraud.Judgement{
			{ID: "J-1", Verdict: fraud.VerdictDifferent, A: "a/1", B: "b/1", By: "mia", Reason: "two voices", At: day0},
		},
	},
	{
		name: "no indicator", a: "a/1", b: "b/1",
		reports: []told{{id: "a/1", has: []string{"call +12125550142"}}, {id: "b/1", has: []string{"call +12125550142"}}},
		judgements: []fraud.Judgement{
			{ID: "J-1", Verdict: fraud.VerdictNotIndicator, Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}, By: "mia", Reason: "the bank's", At: day0},
		},
	},
	{name: "a supplier's number", a: "oak/00", b: "elm/00", reports: append(append(desk("oak", 12, "call +12125550142"), desk("elm", 12, "call +12125550142")...), desk("fir", 12, "call +12125550142")...)},
}

func TestWhyNotIsSaidInWords(t *testing.T) {
	var got strings.Builder
	for _, x := range whyNots {
		b := link.NewBuilder(link.DefaultModel())
		add(b, x.reports...)
		b.Judge(x.judgements)
		res := b.Link()
		beside := link.Beside{Model: link.DefaultModel(), Judgements: x.judgements}
		of := map[fraud.ReportID][]fraud.Sighting{}
		for _, r := range x.reports {
			beside.Told = append(beside.Told, link.Told{Facts: facts(r), Sightings: r.sightings(), Sketches: r.sketches()})
			of[fraud.ReportID(r.id)] = r.sightings()
		}
		beside.Uses = link.UsesOf(link.Common(of[x.a], of[x.b]), res.Rings)
		e := res.ExplainBeside(x.a, x.b, beside)
		if e.Same {
			t.Errorf("%s: they are in one ring", x.name)
		}
		fmt.Fprintf(&got, "# %s\n%s\n", x.name, strings.Join(e.Says, "\n"))
		for _, w := range e.Would {
			fmt.Fprintf(&got, "would: %s\n", w)
		}
		fmt.Fprintf(&got, "bits %.1f, missing %.1f\n\n", e.Bits, e.Missing)
		for _, v := range e.Shared {
			if v.Bits > v.Full {
				t.Errorf("%s: %s counts %.1f of %.1f bits", x.name, v.Indicator, v.Bits, v.Full)
			}
		}
		if strings.Contains(strings.Join(e.Says, "\n"), "+12125550111") {
			t.Errorf("%s: a victim's own number is told", x.name)
		}
		turned := res.ExplainBeside(x.b, x.a, beside)
		if turned.Bits != e.Bits || len(turned.Shared) != len(e.Shared) {
			t.Errorf("%s: turned round it is %.1f bits of %d values, want %.1f of %d", x.name, turned.Bits, len(turned.Shared), e.Bits, len(e.Shared))
		}
	}
	golden := filepath.Join("testdata", "whynot.golden")
	if *updateWhyNot {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}
}
