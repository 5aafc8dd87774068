package fraud_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
)

func ids(list []fraud.Judgement) (out string) {
	for _, j := range list {
		out += j.ID
	}
	return out
}

func TestAJudgementThatIsTakenBackCountsNoMore(t *testing.T) {
	same := func(id string) fraud.Judgement {
		return fraud.Judgement{ID: id, Verdict: fraud.VerdictSame, A: "s/1", B: "s/2"}
	}
	back := func(id, of string) fraud.Judgement {
		return fraud.Judgement{ID: id, Verdict: fraud.VerdictWithdrawn, Withdraws: of}
	}
	for _, tt := range []struct {
		name string
		list []fraud.Judgement
		want string
	}{
		{"nothing taken back", []fraud.Judgement{same("a"), same("b")}, "ab"},
		{"one taken back", []fraud.Judgement{same("a"), same("b"), back("c", "a")}, "b"},
		{"the taking back is taken back", []fraud.Judgement{same("a"), back("b", "a"), back("c", "b")}, "a"},
		{"and that again", []fraud.Judgement{same("a"), back("b", "a"), back("c", "b"), back("d", "c")}, ""},
		{"twice is once", []fraud.Judgement{same("a"), back("b", "a"), back("c", "a"), back("d", "c")}, ""},
		{"what comes later is not reached", []fraud.Judgement{back("b", "a"), same("a")}, "a"},
		{"itself", []fraud.Judgement{same("a"), back("b", "b")}, "a"},
		{"what is not there", []fraud.Judgement{same("a"), back("b", "z")}, "a"},
	} {
		if got := ids(fraud.Standing(tt.list)); got != tt.want {
			t.Errorf("%s: %q stand, want %q", tt.name, got, tt.want)
		}
	}
}

// Property: a judgement that is taken back at once leaves everything as if
// neither had been made.
func TestTakingBackAtOnceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []fraud.Judgement
		for i := range rapid.IntRange(0, 12).Draw(t, "n") {
			j := fraud.Judgement{ID: string(rune('a' + i)), Verdict: fraud.VerdictSame, At: time.Unix(int64(i), 0)}
			if i > 0 && rapid.Bool().Draw(t, "back") {
				j.Verdict, j.Withdraws = fraud.VerdictWithdrawn, string(rune('a'+rapid.IntRange(0, i-1).Draw(t, "of")))
			}
			list = append(list, j)
		}
		more := append(list[:len(list):len(list)], fraud.Judgement{ID: "x", Verdict: fraud.VerdictDifferent}, fraud.Judgement{ID: "y", Verdict: fraud.VerdictWithdrawn, Withdraws: "x"})
		if got, want := ids(fraud.Standing(more)), ids(fraud.Standing(list)); got != want {
			t.Fatalf("%q stand, want %q", got, want)
		}
	})
}
