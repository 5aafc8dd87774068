package score

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// Tally counts what was right, what was too much and what was missed.
type Tally struct{ Right, Over, Missed int }

// Precision is the share of what was found that is right, 1 if nothing was.
func (c Tally) Precision() float64 { return share(c.Right, c.Right+c.Over) }

// Recall is the share of what is there that was found, 1 if nothing is there.
func (c Tally) Recall() float64 { return share(c.Right, c.Right+c.Missed) }

// F1 is the harmonic mean of the two.
func (c Tally) F1() float64 { return share(2*c.Right, 2*c.Right+c.Over+c.Missed) }

func share(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func (c *Tally) add(o Tally) {
	c.Right, c.Over, c.Missed = c.Right+o.Right, c.Over+o.Over, c.Missed+o.Missed
}

// Miss is one disagreement between a reader's marks and what was found.
type Miss struct {
	Snippet string
	What    string // "missed", "too much" or "role"
	Mark    Mark   // the reader's; the finding where it is too much
	Got     string // the role that was said, where the role is wrong
	Raw     string // the text at the mark
}

// Extraction is the score of an extractor on labelled texts.
//
// A value is right when kind and canonical value are those of a mark that has
// not been matched yet, in plain text at a place that overlaps the mark's. In
// pages and mails, whose places are those of a decoded text, each value counts
// once however often it stands there. A role is only judged where the value
// is right.
type Extraction struct {
	Kinds, Roles, Languages map[string]*Tally
	All                     Tally // of values
	Snippets                int
	Values                  int // marks that count
	Exact                   int // of the right ones in plain text, those whose place is the mark's to the byte
	Placed                  int // the right ones in plain text
	RolesRight              int
	Misses                  []Miss
}

// NewExtraction returns an empty score.
func NewExtraction() *Extraction {
	return &Extraction{Kinds: map[string]*Tally{}, Roles: map[string]*Tally{}, Languages: map[string]*Tally{}}
}

func at(m map[string]*Tally, key string) *Tally {
	if m[key] == nil {
		m[key] = &Tally{}
	}
	return m[key]
}

// Add scores one text: what was found has the form of a mark.
func (e *Extraction) Add(one Snippet, found []Mark) {
	e.Snippets++
	want, places := one.Marks, one.Format == "text"
	if !places {
		want, found = once(want), once(found)
	}
	used := make([]bool, len(found))
	for _, w := range want {
		e.Values++
		i := match(w, found, used, places)
		if i < 0 {
			e.value(one, w, Tally{Missed: 1})
			e.miss(one, Miss{What: "missed", Mark: w})
			continue
		}
		used[i] = true
		e.value(one, w, Tally{Right: 1})
		if places {
			e.Placed++
			if found[i].Start == w.Start && found[i].End == w.End {
				e.Exact++
			}
		}
		if found[i].Role == w.Role {
			e.RolesRight++
			at(e.Roles, string(w.Role)).Right++
			continue
		}
		at(e.Roles, string(w.Role)).Missed++
		at(e.Roles, string(found[i].Role)).Over++
		e.miss(one, Miss{What: "role", Mark: w, Got: string(found[i].Role)})
	}
	for i, f := range found {
		if !used[i] {
			e.value(one, f, Tally{Over: 1})
			e.miss(one, Miss{What: "too much", Mark: f})
		}
	}
}

func (e *Extraction) value(one Snippet, m Mark, t Tally) {
	at(e.Kinds, string(m.Kind)).add(t)
	at(e.Languages, one.Language).add(t)
	e.All.add(t)
}

func (e *Extraction) miss(one Snippet, m Miss) {
	m.Snippet = one.ID
	if one.Format == "text" && m.Mark.Start >= 0 && m.Mark.Start <= m.Mark.End && m.Mark.End <= len(one.Text) {
		m.Raw = one.Text[m.Mark.Start:m.Mark.End]
	}
	e.Misses = append(e.Misses, m)
}

// once keeps the first mark of each kind and value, the more telling role
// first: a page repeats its number in text, link and script.
func once(marks []Mark) []Mark {
	type key struct{ kind, value string }
	seen := map[key]int{}
	var out []Mark
	for _, m := range marks {
		k := key{string(m.Kind), m.Value}
		if i, ok := seen[k]; ok {
			if !out[i].Role.Links() && m.Role.Links() {
				out[i].Role = m.Role
			}
			continue
		}
		seen[k] = len(out)
		out = append(out, m)
	}
	return out
}

// match is the first finding that is what the mark says, preferring one in
// the same role, -1 if there is none.
func match(w Mark, found []Mark, used []bool, places bool) int {
	best := -1
	for i, f := range found {
		if used[i] || f.Kind != w.Kind || f.Value != w.Value || places && (f.Start >= w.End || w.Start >= f.End) {
			continue
		}
		if f.Role == w.Role {
			return i
		}
		if best < 0 {
			best = i
		}
	}
	return best
}

// Role is the share of right values whose role is right too.
func (e *Extraction) Role() float64 { return share(e.RolesRight, e.All.Right) }

// Table writes the score per kind, role and language in Markdown.
func (e *Extraction) Table() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d snippets, %d values; kind and value F1 %.4f, roles %.4f of the %d found; in plain text the place is exact to the byte for %d of %d.\n",
		e.Snippets, e.Values, e.All.F1(), e.Role(), e.All.Right, e.Exact, e.Placed)
	for _, part := range []struct {
		name string
		m    map[string]*Tally
	}{{"kind", e.Kinds}, {"role", e.Roles}, {"language", e.Languages}} {
		fmt.Fprintf(&b, "\n| %s | right | too much | missed | precision | recall | F1 |\n|---|---|---|---|---|---|---|\n", part.name)
		var sum Tally
		for _, key := range slices.Sorted(maps.Keys(part.m)) {
			sum.add(*part.m[key])
			row(&b, key, *part.m[key])
		}
		row(&b, "all", sum)
	}
	return b.String()
}

func row(b *bytes.Buffer, name string, c Tally) {
	fmt.Fprintf(b, "| %s | %d | %d | %d | %.4f | %.4f | %.4f |\n", name, c.Right, c.Over, c.Missed, c.Precision(), c.Recall(), c.F1())
}
