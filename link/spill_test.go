package link_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringbreaker.example/link"
)

func (w *world) addTo(b *link.Builder) {
	for i := range w.facts {
		b.Add(w.facts[i], w.found[i].Sightings, w.found[i].Sketches)
	}
}

type failer interface {
	Helper()
	Fatal(args ...any)
}

// streamed writes a linking out as the command does.
func streamed(t failer, l *link.Linking) string {
	t.Helper()
	var buf bytes.Buffer
	_, err1 := l.WriteAssign(&buf)
	_, err2 := l.WriteRings(&buf)
	_, err3 := l.WriteLinks(&buf)
	for _, err := range []error{err1, err2, err3, link.WriteSuggestions(&buf, l.Suggestions())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return buf.String()
}

// What goes to files because memory is short changes no byte of the result,
// and nothing of it is left in the folder, not even while it is there.
func TestArraysInFilesChangeNoByte(t *testing.T) {
	w := makeWorld(t, "kits", 5, 1500)
	b := link.NewBuilder(link.DefaultModel())
	w.addTo(b)
	want := streamed(t, b.Solve())
	for _, most := range []int64{0, 300_000, 1 << 40} {
		dir := t.TempDir()
		b := link.NewBuilder(link.DefaultModel())
		b.Spill(dir, most)
		w.addTo(b)
		in := b.Spilled()
		l, err := b.SolveLast()
		if err != nil {
			t.Fatal(err)
		}
		if got := streamed(t, l); got != want {
			t.Errorf("with %d bytes of memory the result is another: %d bytes, want %d", most, len(got), len(want))
		}
		switch n := b.Spilled(); {
		case most == 1<<40 && n != 0:
			t.Errorf("with enough memory %d bytes went to files", n)
		case most < 1<<40 && (in < 500_000 || n < in+100_000):
			t.Errorf("with %d bytes of memory only %d bytes went to files, %d of them while reports came", most, n, in)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("the folder holds %v (%v), want nothing", left, err)
		}
		b.Close()
	}
}

// The last linking lets go of what it needs no more, and is the same.
func TestTheLastLinkingIsAsAnyOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := someReports(t)
		b := link.NewBuilder(link.DefaultModel())
		add(b, reports...)
		l, err := b.SolveLast()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := streamed(t, l), written(t, linked(nil, reports...)); got != want {
			t.Fatalf("the last linking gives\n%s, want\n%s", got, want)
		}
	})
}

// A disk that cannot take what memory does not hold is told in one line, by
// who adds reports and by who links them.
func TestAFolderThatTakesNoFilesIsTold(t *testing.T) {
	w := makeWorld(t, "kits", 5, 300)
	for name, dir := range map[string]string{"missing": filepath.Join(t.TempDir(), "missing"), "full": fullDisk(t)} {
		if dir == "" {
			continue
		}
		b := link.NewBuilder(link.DefaultModel())
		b.Spill(dir, 0)
		w.addTo(b)
		if b.Err() == nil {
			t.Errorf("%s: adding reports found nothing wrong", name)
		}
		_, err := b.SolveLast()
		if err == nil || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line that names %s", name, err, dir)
		}
		b.Close()
	}
}

// A settling that has no memory for its arrays gives the same rings, and what
// it leaves for the settlings after it is no part of what it gives back.
func TestASettlingInFilesChangesNoByte(t *testing.T) {
	w := makeWorld(t, "kits", 5, 1500)
	base, plain := link.NewBase(link.DefaultModel()), link.NewBase(link.DefaultModel())
	dir := t.TempDir()
	for i := range w.facts {
		for _, b := range []*link.Base{base, plain} {
			b.Add(w.facts[i], w.found[i].Sightings, w.found[i].Sketches)
		}
		if i != 700 && i != len(w.facts)-1 {
			continue
		}
		x := base.Begin()
		x.Spill(dir, 0)
		s := x.Settle(day0)
		if got, want := streamed(t, s.Linking), streamed(t, plain.Settle(day0).Linking); got != want {
			t.Errorf("after %d reports the result is another: %d bytes, want %d", i+1, len(got), len(want))
		}
		if s.Spilled() < 300_000 {
			t.Errorf("only %d bytes went to files", s.Spilled())
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("the folder holds %v (%v), want nothing", left, err)
		}
		if err := s.Err(); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}

// A disk that takes nothing costs a settling memory and no more; it is told
// at the end.
func TestASettlingGoesOnWithoutADisk(t *testing.T) {
	w := makeWorld(t, "kits", 5, 300)
	base, plain := link.NewBase(link.DefaultModel()), link.NewBase(link.DefaultModel())
	for i := range w.facts {
		for _, b := range []*link.Base{base, plain} {
			b.Add(w.facts[i], w.found[i].Sightings, w.found[i].Sketches)
		}
	}
	dir := filepath.Join(t.TempDir(), "missing")
	x := base.Begin()
	x.Spill(dir, 0)
	s := x.Settle(day0)
	if got, want := streamed(t, s.Linking), streamed(t, plain.Settle(day0).Linking); got != want {
		t.Errorf("the result is another: %d bytes, want %d", len(got), len(want))
	}
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v, want what could not be done in %s", err, dir)
	}
	s.Close()
}
