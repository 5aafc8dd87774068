package extract_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/extract"
)

// family is one sentence of testdata/families.txt.
type family struct {
	section, text string
	want          []string
	weak          bool // not read right yet
}

func families(t *testing.T) (all []family) {
	t.Helper()
	b, err := os.ReadFile("testdata/families.txt")
	if err != nil {
		t.Fatal(err)
	}
	section := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		if rest, ok := strings.CutPrefix(line, "## "); ok {
			section = rest
		}
		if len(line) < 5 || !strings.ContainsRune("+-~", rune(line[0])) {
			continue
		}
		one := family{section: section, weak: line[0] == '~'}
		rest := strings.ReplaceAll(line[len("+ en "):], "⏎", "\n")
		for {
			before, after, ok := strings.Cut(rest, "[[")
			one.text += before
			if !ok {
				break
			}
			var value string
			value, rest, ok = strings.Cut(after, "]]")
			if !ok {
				t.Fatalf("no ]] in %s", line)
			}
			one.text += value
			one.want = append(one.want, value)
		}
		if !one.weak && (line[0] == '+') != (len(one.want) > 0) {
			t.Fatalf("marks and sign disagree in %s", line)
		}
		all = append(all, one)
	}
	return all
}

// Each family of turns of phrase has sentences that say it and sentences that
// only look so.
func TestFamiliesOfTurnsOfPhrase(t *testing.T) {
	for _, one := range families(t) {
		kind, role, _ := strings.Cut(one.section, " ")
		var got []string
		for _, f := range extract.Text(one.text, extract.Options{Country: "US"}) {
			if string(f.Kind) == kind && (role == "" || string(f.Role) == role) && !slices.Contains(got, f.Raw) {
				got = append(got, f.Raw)
			}
		}
		slices.Sort(got)
		slices.Sort(one.want)
		one.want = slices.Compact(one.want)
		if right := slices.Equal(got, one.want); right == one.weak {
			t.Errorf("%s: %q: %q, want %q; marked as not read right yet: %v", one.section, one.text, got, one.want, one.weak)
		}
	}
}
