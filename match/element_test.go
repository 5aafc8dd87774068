package match_test

import (
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

func TestSetLeavesOutWhatPhonesOnlyDisplayed(t *testing.T) {
	ring := fraud.Ring{ID: "R-1", Indicators: []fraud.RingIndicator{
		{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}, Role: fraud.RoleCallback, Bits: 12, Reports: 2},
		{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550143"}, Role: fraud.RoleShownCallerID, Bits: 10.5, Reports: 5},
	}}
	behind := func(fraud.Indicator) []match.Evidence {
		return []match.Evidence{{Report: "a/1", Digest: [32]byte{1}}, {Report: "a/2", Digest: [32]byte{2}}}
	}
	set := match.Collect([]fraud.Ring{ring}, match.Terms{}.Filled(), behind, func(fraud.Indicator, fraud.Ring) bool { return true })
	if len(set) != 1 || set[0].Indicator.Value != "+12125550142" {
		t.Errorf("the set holds %+v, want the callback alone", set)
	}
}
