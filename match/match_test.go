package match_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

// element is an invented phone on two reports.
func element(kind fraud.Kind, value, ring string, org string) match.Element {
	e := match.Element{Indicator: fraud.Indicator{Kind: kind, Value: value}, Ring: fraud.RingID(ring), Bits: 10, Reports: 2}
	for i := range 2 {
		ref := fmt.Sprintf("%s/%s-%d", org, value, i)
		e.Evidence = append(e.Evidence, match.Evidence{Report: fraud.ReportID(ref), Digest: sha256.Sum256([]byte(ref))})
	}
	return e
}

// phones are n invented numbers from an offset on.
func phones(org string, from, n int) []match.Element {
	out := make([]match.Element, n)
	for i := range out {
		v := from + i
		out[i] = element(fraud.Phone, fmt.Sprintf("+1%03d5550%03d", 200+v/1000, v%1000), fmt.Sprintf("%s-ring-%d", org, v/5), org)
	}
	return out
}

func TestTwoSetsShareWhatTheyShare(t *testing.T) {
	a := append(phones("a", 0, 100), element(fraud.UPI, "mule@bank", "a-launderer", "a"))
	b := append(phones("b", 90, 100), element(fraud.UPI, "mule@bank", "b-ring-9", "b"))
	a[len(a)-1].Relation = fraud.SameLaunderer
	ra, rb, f, err := match.Files(t.Context(), a, b, match.Terms{MinReports: 2, Batch: 4, Open: 3})
	if err != nil {
		t.Fatal(err)
	}
	for side, r := range map[string]fraud.MatchReport{"a": ra, "b": rb} {
		if r.Count != 11 || r.ByKind[fraud.Phone] != 10 || r.ByKind[fraud.UPI] != 1 || len(r.Shared) != 11 {
			t.Errorf("%s: got %d, %v, %d opened; want 11, 10 phones and a UPI id, all opened", side, r.Count, r.ByKind, len(r.Shared))
		}
		elements := 0
		for _, o := range r.Overlaps {
			elements += o.Elements
			want := fraud.SameOperator
			if o.OurRing == "a-launderer" || o.OurRing == "b-ring-9" {
				want = fraud.SameLaunderer
			}
			if o.Relation != want {
				t.Errorf("%s: %s with %s is %s, want %s", side, o.OurRing, o.PeerRing, o.Relation, want)
			}
		}
		if len(r.Overlaps) != 3 || elements != 11 {
			t.Errorf("%s: got %d overlaps of %d elements, want 3 of 11: %+v", side, len(r.Overlaps), elements, r.Overlaps)
		}
	}
	t.Logf("%+v", f)
}
