package extract

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

var update = flag.Bool("update", false, "write testdata/score.md anew")

type label struct {
	Kind  fraud.Kind `json:"kind"`
	Value string     `json:"value"`
	Role  fraud.Role `json:"role"`
	Start int        `json:"start"`
	End   int        `json:"end"`
}

type labelled struct {
	ID       string  `json:"id"`
	Language string  `json:"language"`
	Country  string  `json:"country"`
	Voice    string  `json:"voice"`
	Text     string  `json:"text"`
	Marks    []label `json:"marks"`
}

func corpus(tb testing.TB) []labelled {
	tb.Helper()
	f, err := os.Open("testdata/corpus.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var all []labelled
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var one labelled
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			tb.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// tally counts what was right, what was too much and what was missed.
type tally struct{ right, over, missed int }

func (c tally) precision() float64 { return ratio(c.right, c.right+c.over) }
func (c tally) recall() float64    { return ratio(c.right, c.right+c.missed) }
func (c tally) f1() float64        { return ratio(2*c.right, 2*c.right+c.over+c.missed) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// scored is the outcome on the whole corpus.
type scored struct {
	kinds, roles, langs map[string]*tally
	all                 tally
	snippets, exact     int // of the right ones, those whose place is exact too
}

func count(m map[string]*tally, key string) *tally {
	if m[key] == nil {
		m[key] = &tally{}
	}
	return m[key]
}

// unused is the first finding that is what the label says and has not been
// matched yet, -1 if there is none.
func unused(found []Finding, used []bool, want label) int {
	for i, f := range found {
		if !used[i] && f.Kind == want.Kind && f.Value == want.Value {
			return i
		}
	}
	return -1
}

func (s *scored) add(t *testing.T, one labelled) {
	s.snippets++
	found := Text(one.Text, Options{Country: one.Country, FromFraudster: one.Voice == "f"})
	used := make([]bool, len(found))
	for _, want := range one.Marks {
		at := unused(found, used, want)
		if at < 0 {
			count(s.kinds, string(want.Kind)).missed++
			count(s.langs, one.Language).missed++
			s.all.missed++
			t.Logf("%s missed %s %s in %q", one.ID, want.Kind, want.Value, one.Text)
			continue
		}
		used[at] = true
		count(s.kinds, string(want.Kind)).right++
		count(s.langs, one.Language).right++
		s.all.right++
		if found[at].Start == want.Start && found[at].End == want.End {
			s.exact++
		}
		if found[at].Role == want.Role {
			count(s.roles, string(want.Role)).right++
			continue
		}
		count(s.roles, string(want.Role)).missed++
		count(s.roles, string(found[at].Role)).over++
		t.Logf("%s role %s %s is %s, want %s: %q", one.ID, want.Kind, want.Value, found[at].Role, want.Role, one.Text)
	}
	for i, f := range found {
		if !used[i] {
			count(s.kinds, string(f.Kind)).over++
			count(s.langs, one.Language).over++
			s.all.over++
			t.Logf("%s extra %s %s in %q", one.ID, f.Kind, f.Value, one.Text)
		}
	}
}

func (s *scored) table() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Extraction on the labelled corpus\n\nWritten by `go test ./extract -run Score -update`; a test fails when it is stale. %d snippets, %d values; the place in bytes is exact for %d of the %d found.\n", s.snippets, s.all.right+s.all.missed, s.exact, s.all.right)
	for _, part := range []struct {
		name string
		m    map[string]*tally
	}{{"kind", s.kinds}, {"role", s.roles}, {"language", s.langs}} {
		fmt.Fprintf(&b, "\n| %s | right | too much | missed | precision | recall | F1 |\n|---|---|---|---|---|---|---|\n", part.name)
		var sum tally
		for _, key := range slices.Sorted(maps.Keys(part.m)) {
			c := part.m[key]
			sum.right, sum.over, sum.missed = sum.right+c.right, sum.over+c.over, sum.missed+c.missed
			fmt.Fprintf(&b, "| %s | %d | %d | %d | %.4f | %.4f | %.4f |\n", key, c.right, c.over, c.missed, c.precision(), c.recall(), c.f1())
		}
		fmt.Fprintf(&b, "| all | %d | %d | %d | %.4f | %.4f | %.4f |\n", sum.right, sum.over, sum.missed, sum.precision(), sum.recall(), sum.f1())
	}
	return b.String()
}

// The committed table says what the code does, and the promises of the
// design hold on it.
func TestScoreOfTheCorpusIsTheCommittedOne(t *testing.T) {
	s := &scored{kinds: map[string]*tally{}, roles: map[string]*tally{}, langs: map[string]*tally{}}
	for _, one := range corpus(t) {
		s.add(t, one)
	}
	if s.snippets < 1500 {
		t.Errorf("%d snippets, want at least 1,500", s.snippets)
	}
	if f1 := count(s.kinds, "phone").f1(); f1 < 0.98 {
		t.Errorf("phones: F1 %.4f, want 0.98", f1)
	}
	if f1 := s.all.f1(); f1 < 0.97 {
		t.Errorf("all kinds: F1 %.4f, want 0.97", f1)
	}
	right := 0
	for _, c := range s.roles {
		right += c.right
	}
	if r := ratio(right, s.all.right); r < 0.93 {
		t.Errorf("roles: %.4f right, want 0.93", r)
	}
	got := s.table()
	if *update {
		if err := os.WriteFile("testdata/score.md", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/score.md")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(got) != strings.TrimSpace(string(want)) {
		t.Error("testdata/score.md is stale: run go test ./extract -run Score -update and read the diff")
	}
}
