package app

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

// What was linked is of these reports, or it is not taken: not of another
// node's, not of a store that was since restored from an older backup, and not
// when a bit of it fell over. The store has them all the same.
func TestWhatWasLinkedIsTakenOnlyOfTheSameReports(t *testing.T) {
	dirs := []string{t.TempDir(), t.TempDir()}
	open := func(dir string) *Node {
		t.Helper()
		n, err := Open(t.Context(), Config{Data: dir, Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		n.rings.keepFrom = 1
		return n
	}
	for i, dir := range dirs {
		n := open(dir)
		takeReports(n.Console(t.Context()), t, n, "+12125550101", []string{"+12125550101", "+13125550102"}[i])
		if _, err := n.Relink(n.Console(t.Context())); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !n.keeps(filepath.Join(dir, f.Name())) {
				t.Errorf("%s would be brought in as a report", f.Name())
			}
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	own, err := os.ReadFile(filepath.Join(dirs[0], linkedFile))
	if err != nil {
		t.Fatal(err)
	}
	others, err := os.ReadFile(filepath.Join(dirs[1], linkedFile))
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte{}, own...)
	flipped[len(flipped)/2] ^= 1
	program, err := thisProgram()
	if err != nil {
		t.Fatal(err)
	}
	older := bytes.Replace(own, []byte(program), []byte(strings.Repeat("0", len(program))), 1)
	for what, b := range map[string][]byte{"another node's": others, "another program's": older, "flipped": flipped, "cut": own[:len(own)-1], "empty": nil} {
		if err := os.WriteFile(filepath.Join(dirs[0], linkedFile), b, 0o600); err != nil {
			t.Fatal(err)
		}
		n := open(dirs[0])
		if changes, err := n.rings.follow(t.Context()); err != nil || changes != 0 || n.rings.kept.Load() != 0 {
			t.Errorf("%s: %d changes, %v, %d reports of it were taken", what, changes, err, n.rings.kept.Load())
		}
		if _, err := os.Stat(filepath.Join(dirs[0], linkedFile)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: it is still there: %v", what, err)
		}
		if s, err := n.Relink(n.Console(t.Context())); err != nil || len(s.Result().Rings) != 1 {
			t.Errorf("%s: linked %v, %v", what, s, err)
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
