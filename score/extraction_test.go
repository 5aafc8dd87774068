package score_test

import (
	"errors"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/score"
)

func readOne(t *testing.T, text string) score.Snippet {
	t.Helper()
	all, err := score.ReadMarked(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d snippets, want 1", len(all))
	}
	return all[0]
}

func TestPlacesOfMarksAreCountedFromTheText(t *testing.T) {
	one := readOne(t, "@ a-1 en US v text sms\nIt ca\\u200blled [[+1 888\\u00a0555 0147|phone callback = +18885550147]] | ok\nsee [[https://pay.example/?p=[[888-555-0101|phone callback = +18885550101]]&x|url lure/bystander]]\n")
	if want := "It ca\u200blled +1 888\u00a0555 0147 | ok\nsee https://pay.example/?p=888-555-0101&x"; one.Text != want {
		t.Errorf("text %q, want %q", one.Text, want)
	}
	want := map[string]string{
		"+18885550147":                          "+1 888\u00a0555 0147",
		"+18885550101":                          "888-555-0101",
		"https://pay.example/?p=888-555-0101&x": "https://pay.example/?p=888-555-0101&x",
		"pay.example":                           "https://pay.example/?p=888-555-0101&x",
	}
	if len(one.Marks) != len(want) {
		t.Fatalf("%d marks, want %d: %v", len(one.Marks), len(want), one.Marks)
	}
	for _, m := range one.Marks {
		if got := one.Text[m.Start:m.End]; got != want[m.Value] {
			t.Errorf("%s stands at %q, want %q", m.Value, got, want[m.Value])
		}
		if m.Kind == fraud.Domain && m.Role != fraud.RoleBystander {
			t.Errorf("the host is a %s, want what stands behind the slash", m.Role)
		}
	}
}

func TestMarksWithoutAnEndAreRefused(t *testing.T) {
	for _, text := range []string{
		"@ a en US v text sms\n[[+1|phone callback",
		"@ a en US v text sms\n[[+1",
		"@ a en US v text sms\n[[+1|phone]]",
		"@ a en US v text sms\n[[pay.example|url lure]]",
		"@ a en US\nno format",
		"@ a en US v text sms\nbad \\uzzzz",
	} {
		if _, err := score.ReadMarked(strings.NewReader(text)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", text, err)
		}
	}
}

func FuzzMarkedTextsNeverPanic(f *testing.F) {
	f.Add("@ a en US v text sms\n[[x|phone callback = +1]] [[https://a.example|url lure/-]] \\u200b")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := score.ReadMarked(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, one := range all {
			for _, m := range one.Marks {
				if m.Start < 0 || m.End < m.Start || m.End > len(one.Text) {
					t.Fatalf("place %d to %d in a text of %d bytes", m.Start, m.End, len(one.Text))
				}
			}
		}
	})
}

func TestAValueCountsOnceAndOnlyAtItsPlace(t *testing.T) {
	one := readOne(t, "@ a en US v text sms\n[[111|phone callback]] then [[111|phone sender]] then [[222|phone sender]]")
	e := score.NewExtraction()
	e.Add(one, []score.Mark{
		{Kind: fraud.Phone, Value: "111", Role: fraud.RoleCallback, Start: 0, End: 3},
		{Kind: fraud.Phone, Value: "111", Role: fraud.RoleCallback, Start: 9, End: 12},
		{Kind: fraud.Phone, Value: "222", Role: fraud.RoleSender, Start: 0, End: 3}, // not where it stands
	})
	if want := (score.Tally{Right: 2, Over: 1, Missed: 1}); e.All != want {
		t.Errorf("values %+v, want %+v", e.All, want)
	}
	if e.RolesRight != 1 || e.Role() != 0.5 {
		t.Errorf("%d roles right, want 1 of 2", e.RolesRight)
	}
	if e.Exact != 2 || e.Placed != 2 {
		t.Errorf("%d of %d exact, want 2 of 2", e.Exact, e.Placed)
	}
	var said []string
	for _, m := range e.Misses {
		said = append(said, m.What)
	}
	if got := strings.Join(said, " "); got != "role missed too much" {
		t.Errorf("misses %q", got)
	}
	if !strings.Contains(e.Table(), "| phone | 2 | 1 | 1 | 0.6667 | 0.6667 | 0.6667 |") {
		t.Errorf("table:\n%s", e.Table())
	}
}

func TestAPageThatRepeatsItsNumberIsCountedOnce(t *testing.T) {
	one := readOne(t, "@ a en US f html popup\n<title>[[1|phone bystander]]</title>[[1|phone callback]]")
	e := score.NewExtraction()
	e.Add(one, []score.Mark{{Kind: fraud.Phone, Value: "1", Role: fraud.RoleCallback, Start: 40, End: 41}, {Kind: fraud.Phone, Value: "1", Role: fraud.RoleBystander}})
	if want := (score.Tally{Right: 1}); e.All != want {
		t.Errorf("values %+v, want %+v", e.All, want)
	}
	if e.RolesRight != 1 {
		t.Error("the telling role of a repeated number was not the one that counted")
	}
}
