package extract_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/score"
)

// data/roles.tsv is what the labelled accounts teach, to the byte.
func TestLearnedWeightsAreWhatTheCorporaTeach(t *testing.T) {
	got := extract.Learn(t, "")
	if extract.Update() {
		if err := os.WriteFile("data/roles.tsv", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("data/roles.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("data/roles.tsv is stale: run go test ./extract -run Learned -update, then the scores")
	}
}

// innocent says of a role that it never links.
func innocent(r fraud.Role) bool { return !r.Links() && r != fraud.RoleMention }

// outcome is how the roles of one half came out.
type outcome struct {
	role             float64
	accused, cleared int // innocent values that link, and others that do not
}

func rolesOf(t *testing.T, name string) outcome {
	e := score.NewExtraction()
	for _, one := range half(t, name) {
		e.Add(one, found(t, one))
	}
	o := outcome{role: e.Role()}
	for _, m := range e.Misses {
		if m.What == "role" {
			switch was, is := innocent(m.Mark.Role), innocent(fraud.Role(m.Got)); {
			case was && !is:
				o.accused++
			case is && !was:
				o.cleared++
			}
		}
	}
	return o
}

// What is learned from all hands but one helps on that one: each corpus is
// left out once, and read with weights that the others taught.
func TestLearnedWeightsHelpOnAHandNeverMet(t *testing.T) {
	nothing := []byte("# nothing\n")
	sum, n := 0.0, 0
	for _, one := range []struct {
		corpus string
		halves []string
	}{
		{"second", []string{"dev", "held"}},
		{"third", []string{"third"}},
		{"fourth", []string{"fourth"}},
		{"fifth", []string{"fifth"}},
		{"sixth", []string{"sixth"}},
		{"seventh", []string{"seventh"}},
		{"eighth", []string{"eighth-dev", "eighth-held"}},
		{"ninth", []string{"ninth-dev", "ninth-held"}},
	} {
		restore := extract.Relearn(nothing)
		var before []outcome
		for _, name := range one.halves {
			before = append(before, rolesOf(t, name))
		}
		restore()
		restore = extract.Relearn(extract.Learn(t, one.corpus))
		for i, name := range one.halves {
			b, a := before[i], rolesOf(t, name)
			t.Logf("%-12s roles %.4f, with what the others taught %.4f (%+.4f); innocent values that link %d -> %d, others that do not %d -> %d",
				name, b.role, a.role, a.role-b.role, b.accused, a.accused, b.cleared, a.cleared)
			sum += a.role - b.role
			n++
			if a.role < b.role-0.003 {
				t.Errorf("%s: roles %.4f, and %.4f without what the others taught", name, a.role, b.role)
			}
			if a.accused > b.accused {
				t.Errorf("%s: %d innocent values link, %d before", name, a.accused, b.accused)
			}
		}
		restore()
	}
	t.Logf("mean of the halves %+.4f", sum/float64(n))
	if mean := sum / float64(n); mean < 0.01 {
		t.Errorf("what the others taught is worth %+.4f of the roles, want at least +0.01", mean)
	}
}

// What was learned is asked only where the rules guess, and says which words
// decided.
func TestLearnedRoleIsAskedWhereTheRulesGuess(t *testing.T) {
	for _, tt := range []struct {
		text string
		from bool
		role fraud.Role
		why  string
	}{
		{"The pharmacist, 406-555-0156, told me to stop.", false, fraud.RoleBystander, `likeliest by accounts that were read before: "`},
		{"I called 406-555-0156 and they said that my computer was broken.", false, fraud.RoleCallback, "the speaker called it"},
		{`It said "Contact our certified engineers on 406-555-0156 and do not restart".`, false, fraud.RoleCallback, "the number to call, by the words beside it"},
		{"The technician's own line is 406-555-0156. They answered under 406-555-0157.", false, fraud.RoleCallback, ""},
		{"The pharmacist, 406-555-0156, told me to stop.", true, fraud.RoleCallback, ""},
		{"The pharmacist, 1-800-642-7676, told me to stop.", false, fraud.RoleGenuineBrand, "genuine: "},
	} {
		for _, f := range extract.Text(tt.text, extract.Options{Country: "US", FromFraudster: tt.from}) {
			if f.Kind != fraud.Phone {
				continue
			}
			if f.Role != tt.role || !strings.HasPrefix(f.Why, tt.why) {
				t.Errorf("%q: %s (%s), want %s (%s)", tt.text, f.Role, f.Why, tt.role, tt.why)
			}
		}
	}
}

// A field of the report knows better than what was learned.
func TestLearnedRoleYieldsToTheReportsField(t *testing.T) {
	const number, text = "406-555-0156", "The pharmacist, 406-555-0156, told me to stop."
	r := &fraud.Report{ID: "1", Source: "s", Narrative: text, Reporter: fraud.Reporter{Country: "US"}, Contacts: []fraud.Contact{{Callback: number}}}
	for _, s := range extract.Report(r, extract.Options{}).Sightings {
		if s.Indicator.Kind == fraud.Phone && s.Role != fraud.RoleCallback {
			t.Errorf("%s: %s (%s), want the field's part", s.Place.Field, s.Role, s.Why)
		}
	}
}

// Asking costs no memory.
func TestLearnedRoleAllocatesNothing(t *testing.T) {
	const text = "The pharmacist, 406-555-0156, told me to stop."
	var x extract.Extractor
	read := func() { x.Text(text, extract.Options{Country: "US"}) }
	read()
	with := testing.AllocsPerRun(100, read)
	defer extract.Relearn(nil)()
	if without := testing.AllocsPerRun(100, read); with > without {
		t.Errorf("%v allocations, %v without what was learned", with, without)
	}
}
