package link_test

import (
	"slices"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// Pages draw a ring from what it says of itself: each value names the reports
// that hold it, and a script two in which it stands.
func TestARingSaysWhichReportsHoldEachOfItsValues(t *testing.T) {
	reports := []told{
		{id: "b/3", day: 2, has: []string{"call +12125550142", "upi one@okbank"}, text: 1},
		{id: "a/9", day: 0, has: []string{"call +12125550142"}, text: 1},
		{id: "a/1", day: 5, has: []string{"call +12125550142", "upi one@okbank"}},
		{id: "c/2", day: 3, has: []string{"upi one@okbank"}, text: 1, cut: 3},
	}
	b := link.NewBuilder(link.DefaultModel())
	add(b, reports...)
	rings := b.Link().Rings
	if len(rings) != 1 {
		t.Fatalf("%d rings, want 1", len(rings))
	}
	want := map[fraud.Kind][]fraud.ReportID{
		fraud.Phone: {"a/1", "a/9", "b/3"}, fraud.UPI: {"a/1", "b/3", "c/2"}, fraud.Script: {"a/9", "b/3", "c/2"},
	}
	for _, i := range rings[0].Indicators {
		var got []fraud.ReportID
		for _, place := range i.Held {
			got = append(got, rings[0].Reports[place])
		}
		if !slices.Equal(got, want[i.Kind]) {
			t.Errorf("%s is held by %v, want %v", i.Indicator, got, want[i.Kind])
		}
		if texts := []fraud.ReportID{"a/9", "b/3"}; i.Kind == fraud.Script && !slices.Equal(i.Texts, texts) {
			t.Errorf("the script stands in %v, want %v", i.Texts, texts)
		}
		delete(want, i.Kind)
	}
	if len(want) > 0 {
		t.Errorf("the ring does not hold %v", want)
	}
}

// One victim who reported twice would be quoted with all that is theirs.
func TestTheTextsOfAScriptAreOfTwoVictims(t *testing.T) {
	b := link.NewBuilder(link.DefaultModel())
	for _, x := range []struct {
		told
		victim string
	}{
		{told{id: "a/1", has: []string{"call +12125550142"}, text: 1}, "v1"},
		{told{id: "a/2", day: 1, has: []string{"call +12125550142"}, text: 1}, "v1"},
		{told{id: "a/3", day: 2, has: []string{"call +12125550142"}, text: 1}, "v2"},
	} {
		f := facts(x.told)
		f.Victim = x.victim
		b.Add(f, x.sightings(), x.sketches())
	}
	for _, i := range b.Link().Rings[0].Indicators {
		if want := []fraud.ReportID{"a/1", "a/3"}; i.Kind == fraud.Script && !slices.Equal(i.Texts, want) {
			t.Errorf("the script is shown by %v, want %v", i.Texts, want)
		}
	}
}
