package extract_test

import (
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

func TestCommonTextIsTheLongestThatTwoReportsShare(t *testing.T) {
	read := func(firm, number string) string {
		return "This is " + firm + " security. Your computer has sent us an error report. Do not turn it off. Call " + number + " within 24 hours or your account will be closed."
	}
	a := &fraud.Report{Narrative: "I was afraid.", Contacts: []fraud.Contact{{Text: "Hello, how are you?"}, {Text: read("Alder", "1-212-555-0142")}}}
	b := &fraud.Report{Narrative: "They showed me this. " + read("Bramble", "1-312-555-0187"), Contacts: []fraud.Contact{{Text: "Hello, who is this?"}}}
	got := extract.CommonText(a, b)
	want := "security. Your computer has sent us an error report. Do not turn it off. Call […] within […] hours or your account will be closed"
	if norm := strings.NewReplacer(".", "", ",", "").Replace; !strings.Contains(norm(got.Template), norm(want)) {
		t.Errorf("the common text is %q, want %q in it", got.Template, want)
	}
	if got.FieldA != "contacts[1].text" || got.FieldB != "narrative" || got.OfA < 0.9 || got.OfB > got.OfA {
		t.Errorf("%+v, want all of contacts[1].text in the narrative", got)
	}
	if none := extract.CommonText(&fraud.Report{}, b); none != (extract.Common{}) {
		t.Errorf("a report without a text shares %+v", none)
	}
}

// Words that stand in one order in any two texts are not a text in common.
func TestScatteredWordsAreNoCommonText(t *testing.T) {
	a := &fraud.Report{Narrative: "A man from the bank called and said that the account was open, so I went to the branch."}
	b := &fraud.Report{Narrative: "They showed a window full of warnings and the fan was loud until I drove to my neighbour."}
	if got := extract.CommonText(a, b); got != (extract.Common{}) {
		t.Errorf("%q is told as what both texts share", got.Template)
	}
}
