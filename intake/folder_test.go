package intake_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ringbreaker.example/intake"
)

// watched opens a folder in which a file is ready at the second look.
func watched(t *testing.T, s *intake.Service, dir string) (*intake.Folder, *[]intake.FolderFile) {
	t.Helper()
	told := &[]intake.FolderFile{}
	f, err := s.OpenFolder(dir, intake.FolderConfig{Settle: time.Nanosecond, Told: func(x intake.FolderFile) { *told = append(*told, x) }})
	if err != nil {
		t.Fatal(err)
	}
	return f, told
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func look(t *testing.T, f *intake.Folder, times int) {
	t.Helper()
	for range times {
		if err := f.Look(analyst()); err != nil {
			t.Fatal(err)
		}
	}
}

// lying are the files under a folder, but for the list of what was taken.
func lying(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "taken.tsv" {
			rel, _ := filepath.Rel(dir, p)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWatchedFilesAreTakenOnceAndMovedWithTheirReason(t *testing.T) {
	dir := t.TempDir()
	s, k := newIntake(t, intake.Config{})
	f, told := watched(t, s, dir)
	put(t, dir, "good.jsonl", line("1", "")+"bad\n")
	put(t, dir, "bad.jsonl", "not json\n")
	put(t, dir, "song.bin", "\x00\x01\x02")
	put(t, dir, "coming.jsonl.part", line("9", ""))
	put(t, dir, ".hidden.jsonl", line("9", ""))
	if err := os.Symlink(filepath.Join(dir, "good.jsonl"), filepath.Join(dir, "link.jsonl")); err != nil {
		t.Fatal(err)
	}
	look(t, f, 3)
	want := []string{
		".hidden.jsonl", "coming.jsonl.part", "done/good.jsonl", "done/good.jsonl.rejects.jsonl", "link.jsonl",
		"refused/bad.jsonl", "refused/bad.jsonl.reason", "refused/bad.jsonl.rejects.jsonl", "refused/song.bin", "refused/song.bin.reason",
	}
	if got := lying(t, dir); !slices.Equal(got, want) {
		t.Errorf("there lie %q, want %q", got, want)
	}
	if len(k.reports) != 1 || len(*told) != 3 {
		t.Errorf("%d reports, %d told", len(k.reports), len(*told))
	}
	for name, want := range map[string]string{"bad.jsonl": "none of its 1 records could be taken: bad.jsonl.rejects.jsonl says why, one by one\n", "song.bin": "song.bin holds no reports in a format that is known, so it was left alone: known are JSONL, CSV, mails, Outlook messages, pages, STIX, MISP and text, packed or not\n"} {
		b, err := os.ReadFile(filepath.Join(dir, "refused", name+".reason"))
		if err != nil || string(b) != want {
			t.Errorf("%s: %q, %v, want %q", name, b, err, want)
		}
	}
	// The same bytes under another name, and after a new start, are not read again.
	batches := k.batches
	f, told = watched(t, s, dir)
	put(t, dir, "copy.jsonl", line("1", "")+"bad\n")
	look(t, f, 3)
	if len(*told) != 1 || !(*told)[0].Again || k.batches != batches {
		t.Errorf("the copy: %+v, %d batches more", *told, k.batches-batches)
	}
	// Another content under a name that lies in done keeps both.
	put(t, dir, "good.jsonl", line("2", ""))
	look(t, f, 3)
	if n := len(slices.DeleteFunc(lying(t, dir), func(p string) bool { return !strings.HasPrefix(p, "done/good") })); n != 3 || len(k.reports) != 2 {
		t.Errorf("%d files done/good*, %d reports", n, len(k.reports))
	}
}

func TestAFileThatStillGrowsIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s, k := newIntake(t, intake.Config{})
	f, _ := watched(t, s, dir)
	text := ""
	for _, id := range []string{"1", "2", "3"} {
		text += line(id, "")
		put(t, dir, "grows.jsonl", text)
		look(t, f, 1)
	}
	if len(k.reports) != 0 {
		t.Fatalf("%d reports of a file that still grew", len(k.reports))
	}
	look(t, f, 1)
	if len(k.reports) != 3 {
		t.Errorf("%d reports, want 3", len(k.reports))
	}
}

// A full disk leaves the file where it is, and later it comes in.
func TestAFaultOfTheMachineLosesNoFile(t *testing.T) {
	dir := t.TempDir()
	s, k := newIntake(t, intake.Config{})
	f, told := watched(t, s, dir)
	put(t, dir, "a.jsonl", line("1", ""))
	k.fail = errors.New("disk full")
	look(t, f, 2)
	if got := lying(t, dir); !slices.Equal(got, []string{"a.jsonl"}) || len(*told) != 1 || (*told)[0].Fault == nil || strings.Contains((*told)[0].Fault.Error(), dir) {
		t.Fatalf("there lie %q; told %+v", got, *told)
	}
	k.fail = nil
	look(t, f, 2)
	if got := lying(t, dir); !slices.Equal(got, []string{"done/a.jsonl"}) || len(k.reports) != 1 {
		t.Errorf("there lie %q, %d reports", got, len(k.reports))
	}
}

// Such a file was taken again and again for ever, since its rejects had a name
// too long for the disk.
func TestAFileWithTheLongestNameIsTakenWithItsRejects(t *testing.T) {
	dir := t.TempDir()
	s, _ := newIntake(t, intake.Config{})
	f, told := watched(t, s, dir)
	name := strings.Repeat("हि", 41) + ".jsonl" // 252 bytes, and names end at 255
	for _, text := range []string{line("1", "") + "bad\n", line("2", "") + "bad\n", "bad\n"} {
		put(t, dir, name, text)
		look(t, f, 2)
	}
	for _, x := range *told {
		if x.Fault != nil {
			t.Errorf("it waits: %v", x.Fault)
		}
	}
	var rejects, reasons int
	for _, n := range lying(t, dir) {
		switch {
		case !utf8.ValidString(n) || len(filepath.Base(n)) > 255 || filepath.Dir(n) == ".":
			t.Errorf("there lies %q", n)
		case strings.HasSuffix(n, ".rejects.jsonl"):
			rejects++
		case strings.HasSuffix(n, ".reason"):
			reasons++
		}
	}
	if rejects != 3 || reasons != 1 {
		t.Errorf("%d files of rejects and %d of reasons, want 3 and 1: %q", rejects, reasons, lying(t, dir))
	}
}

func TestOnlyWhoMayImportMayWatch(t *testing.T) {
	s, _ := newIntake(t, intake.Config{})
	f, _ := watched(t, s, t.TempDir())
	if err := f.Watch(context.Background()); err == nil {
		t.Error("somebody unknown watches a folder")
	}
	if _, err := s.OpenFolder(filepath.Join(t.TempDir(), "none"), intake.FolderConfig{}); err == nil {
		t.Error("a folder that is not there is watched")
	}
}
