package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestPartsOfAKilledProgramAreSweptAndNoOthers(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "list.csv")
	for _, f := range []string{".list.csv.part-123", ".list.csv.part-abc", ".list.csv.gz.part-123", "list.csv.part-7"} {
		if err := os.WriteFile(filepath.Join(dir, f), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Another program is writing the same file: its part is its own.
	err := WriteWhole(name, 0o600, func(w io.Writer) error {
		if err := WriteWhole(name, 0o600, func(w io.Writer) error { _, err := io.WriteString(w, "second"); return err }); err != nil {
			return err
		}
		_, err := io.WriteString(w, "first")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != "first" {
		t.Errorf("%q, %v; want what was done last", b, err)
	}
	if got, want := names(t, dir), []string{".list.csv.gz.part-123", ".list.csv.part-abc", "list.csv", "list.csv.part-7"}; !slices.Equal(got, want) {
		t.Errorf("left: %q, want %q", got, want)
	}
}

func TestFilesThatFailTogetherLeaveThoseOfTheLastTime(t *testing.T) {
	dir := t.TempDir()
	says := func(what string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, what); return err }
	}
	if err := WriteTogether(dir, []File{{"a", says("a1")}, {"b", says("b1")}}); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	err := WriteTogether(dir, []File{{"a", says("a2")}, {"b", func(io.Writer) error { return full }}})
	if !errors.Is(err, full) {
		t.Errorf("%v, want %v", err, full)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "a")); string(b) != "a1" {
		t.Errorf("a holds %q, want that of the last time", b)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("left: %q", got)
	}
}

func TestADeviceIsWrittenToWhereItIs(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	link := filepath.Join(t.TempDir(), "out")
	if err := os.Symlink(fmt.Sprintf("/dev/fd/%d", w.Fd()), link); err != nil {
		t.Skip("no links here:", err)
	}
	if err := WriteWhole(link, 0o600, func(w io.Writer) error { _, err := io.WriteString(w, "list"); return err }); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if b, err := io.ReadAll(r); err != nil || string(b) != "list" {
		t.Errorf("%q, %v", b, err)
	}
	if is, err := os.Lstat(link); err != nil || is.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", is.Mode(), err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, 0, len(list))
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}
