//go:build findings

package extract

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/score"
)

// Whoever makes the scanner quicker and means to change no finding runs this
// twice with -tags findings: RINGBREAKER_FINDINGS names a file; where it is not there, all that is
// found in the corpora, the public data and in mutations of both is written
// to it, else it is held against it, line by line.
// RINGBREAKER_FINDINGS_REPORTS names files of reports to be read as well.
func TestFindingsAreTheSameAsInAFile(t *testing.T) {
	path := os.Getenv("RINGBREAKER_FINDINGS")
	if path == "" {
		t.Fatal("RINGBREAKER_FINDINGS names no file to write or to hold against")
	}
	var lines []string
	add := func(what string, value any) {
		b, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, what+" "+string(b))
	}
	texts := textsOfAllKinds(t)
	countries := []string{"US", "GB", "DE", "FR", "ES", "IN", "JP", "MX", "AR", ""}
	for i, text := range texts {
		opt := Options{Country: countries[i/2%len(countries)], FromFraudster: i%2 == 0}
		add(fmt.Sprintf("text %d %+v %q", i, opt, text), Text(text, opt))
		if i%7 == 0 {
			doc, found := HTML([]byte(text), opt)
			add(fmt.Sprintf("html %d %q", i, text), []any{doc, found})
			add(fmt.Sprintf("sketch %d %q", i, text), Sketch("narrative", text))
		}
		if i%7 == 1 || strings.HasPrefix(text, "From: ") {
			for _, head := range []string{"", "From: a <a@b.example>\nTo: c@d.example\nSubject: Re: x\n\n", "From: a@b.example\r\nTo: reports@d.example\r\nSubject: Fwd: x\r\nContent-Type: text/html\r\n\r\n"} {
				doc, found, err := Mail([]byte(head+text), opt)
				add(fmt.Sprintf("mail %d %q %v", i, text, err), []any{doc, found})
			}
		}
	}
	for _, file := range strings.Fields(os.Getenv("RINGBREAKER_FINDINGS_REPORTS")) {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewScanner(f)
		in.Buffer(nil, fraud.MaxReportBytes)
		for in.Scan() {
			r, err := fraud.DecodeReport(in.Bytes())
			if err != nil {
				continue
			}
			add("report "+string(r.Name()), Report(r, Options{}))
		}
		_ = f.Close()
	}
	now := strings.Join(lines, "\n") + "\n"
	before, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(path, []byte(now), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d texts and reports written to %s", len(lines), path)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if string(before) == now {
		t.Logf("%d texts and reports give what they gave", len(lines))
		return
	}
	differ := 0
	old := strings.Split(strings.TrimSuffix(string(before), "\n"), "\n")
	if len(old) != len(lines) {
		t.Errorf("%d texts and reports, %d in the file", len(lines), len(old))
	}
	for i := range min(len(old), len(lines)) {
		if old[i] != lines[i] {
			if differ++; differ <= 20 {
				t.Errorf("was %s\nis  %s", old[i], lines[i])
			}
		}
	}
	t.Errorf("%d of %d differ", differ, len(lines))
}

// textsOfAllKinds is the texts of the corpora and of the public data, and
// three mutations of each, always the same.
func textsOfAllKinds(tb testing.TB) []string {
	tb.Helper()
	var texts []string
	for _, one := range corpus(tb) {
		texts = append(texts, one.Text)
	}
	var files []string
	for _, root := range []string{"testdata", filepath.Dir(sharedData(tb, "README.md"))} {
		if err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				files = append(files, path)
			}
			return err
		}); err != nil {
			tb.Fatal(err)
		}
	}
	slices.Sort(files)
	const most = 64 << 10 // of each file: the rest is more of the same
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		if marked, err := score.ReadMarked(bytes.NewReader(b)); err == nil && !strings.HasSuffix(file, ".eml") { // whole, without their labels, in both voices
			for _, one := range marked {
				texts = append(texts, one.Text, one.Text)
			}
		}
		all := string(b[:min(len(b), most)])
		texts = append(texts, all)
		if strings.HasSuffix(file, ".eml") {
			if doc, _, err := Mail(b, Options{}); err == nil {
				texts = append(texts, doc.Text)
			}
			texts = append(texts, string(b))
		}
		for line := range strings.Lines(all) {
			texts = append(texts, line)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	units := []string{"\u200b", "８８８", "१२३", "&#49;", "<b>", "</b>", "ä", "é", "電話番号は", "です。", "\x00", "\xff", "\xf0\x9f\x93\x9e", "(0)", "+", "@", ".", "://", "[.]", " ", "  ", "\n", "\n\n", "0", "Ltd ", "dot ", "five ", "$", "€", "_", "&", "'"}
	for i := range len(texts) {
		short := texts[i][:min(len(texts[i]), 600)]
		for range 3 {
			b := []byte(short)
			for range 1 + r.IntN(4) {
				at := r.IntN(len(b) + 1)
				switch r.IntN(5) {
				case 0:
					b = slices.Insert(b, at, []byte(units[r.IntN(len(units))])...)
				case 1:
					b = slices.Delete(b, at, min(len(b), at+1+r.IntN(9)))
				case 2:
					other := texts[r.IntN(i+1)]
					from := r.IntN(len(other) + 1)
					b = slices.Insert(b, at, []byte(other[from:min(len(other), from+r.IntN(80))])...)
				case 3:
					b = append(b[:at:at], []byte(strings.ToUpper(string(b[at:])))...)
				default:
					if at < len(b) {
						b[at] = byte(r.IntN(256))
					}
				}
			}
			texts = append(texts, string(b))
		}
	}
	return texts
}
