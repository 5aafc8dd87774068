package refer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/cryptotest"

	"ringbreaker.example/refer"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The same material gives the same bytes, on any machine. What draws random
// numbers (age keys, the sealed annex) draws fixed ones here; with
// Material.Annex given, Build draws none.
func TestTheSameMaterialGivesTheSameBytes(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 7)
	sum := sha256.Sum256(small(t).packed(t))
	got := hex.EncodeToString(sum[:]) + "\n"
	path := filepath.Join("testdata", "small.sha256")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the package's SHA-256 is %s, want %s: if the format was to change, run with -update and raise its number", got, want)
	}
}

func TestBuildingTwiceWithAGivenAnnexGivesTheSameManifest(t *testing.T) {
	w := newWorld(t)
	var err error
	if w.m.Annex, err = refer.SealAnnex(w.m); err != nil {
		t.Fatal(err)
	}
	if a, b := w.build(t).Digest(), w.build(t).Digest(); a != b {
		t.Errorf("two builds differ: %s, %s", a, b)
	}
	w.m.Annex = nil
	if a, b := w.build(t).Digest(), w.build(t).Digest(); a == b {
		t.Error("two annexes sealed anew are equal: age should never do that")
	}
}

func TestTheDossierIsGolden(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 7)
	w := newWorld(t)
	p := w.build(t)
	for _, name := range []string{"dossier.html", "statement-alder.md", "certificates/iea-65b-alder.html", "transactions.csv", "victims.csv", "disclosure.csv"} {
		got := []byte(read(t, p, name))
		path := filepath.Join("testdata", filepath.Base(name)+".golden")
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from %s: run with -update and read the diff", name, path)
		}
	}
}

// loads finds an element that fetches or runs something.
var loads = regexp.MustCompile(`<[a-z]+[^>]* (src|srcset|data|action|on[a-z]+)=`)

func TestTheDossierFetchesNothingAndRunsNothing(t *testing.T) {
	w := newWorld(t)
	w.m.Title = `<script>alert(1)</script><img src=x onerror=alert(1)>`
	w.m.Subjects[0].Name = `"><svg onload=alert(1)>`
	w.m.Rings[0].Ring.Indicators[2].Value = `javascript:alert(1)`
	w.m.Overlaps[0].Shared[0].Indicator.Value = `</text><script>alert(2)</script>`
	p := w.build(t)
	for _, name := range p.Names() {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		text := strings.ToLower(read(t, p, name))
		for _, not := range []string{"<script", "<img", "<svg onload", "<link", "@import", "url(", "<iframe", "<form"} {
			if strings.Contains(text, not) {
				t.Errorf("%s holds %q", name, not)
			}
		}
		if tag := loads.FindString(text); tag != "" {
			t.Errorf("%s holds %q", name, tag)
		}
		text = strings.ReplaceAll(text, "http://www.w3.org/2000/svg", "")
		if strings.Contains(text, "href=\"http") {
			t.Errorf("%s links elsewhere", name)
		}
	}
}

// The same material gives the same PDF, byte for byte, and its Hindi is Hindi.
// hindi reads the PDF as a reader's program does: the words must come out in
// the order of speech, and be drawn with a font that has the script.
func hindi(t *testing.T, pdf string) {
	t.Helper()
	for _, tool := range []string{"pdftotext", "pdffonts"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED ALOUD: %s is not installed (Debian's poppler-utils), so the PDF's Hindi was not read", tool)
		}
	}
	name := filepath.Join(t.TempDir(), "d.pdf")
	if err := os.WriteFile(name, []byte(pdf), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-enc", "UTF-8", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"हम", "ब्यूरो", "दर्ज", "अनुरोध"} {
		if !strings.Contains(string(text), word) {
			t.Errorf("the PDF's text does not hold %s", word)
		}
	}
	fonts, err := exec.CommandContext(t.Context(), "pdffonts", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(fonts), "Devanagari") && !strings.Contains(string(fonts), "Lohit") && !strings.Contains(string(fonts), "FreeS") && !strings.Contains(string(fonts), "Hindi") {
		t.Errorf("no font of the PDF is one for Devanagari:\n%s", fonts)
	}
}

func TestThePDFIsPrintedWithTheDateOfTheReferral(t *testing.T) {
	browser := ""
	for _, b := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(b); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("SKIPPED ALOUD: no Chromium, so no dossier.pdf")
	}
	w := newWorld(t)
	w.m.Summary = "हम ब्यूरो से मामला दर्ज करने का अनुरोध करते हैं। " + w.m.Summary
	var err error
	if w.m.Annex, err = refer.SealAnnex(w.m); err != nil {
		t.Fatal(err)
	}
	p, err := refer.Build(t.Context(), w.m, refer.Tools{PDF: refer.ChromiumPDF(browser)})
	if err != nil {
		t.Fatal(err)
	}
	pdf := read(t, p, "dossier.pdf")
	if p.Document.DossierPDF != "dossier.pdf" || !strings.HasPrefix(pdf, "%PDF-") || !strings.Contains(pdf, "/CreationDate (D:20231001080000") {
		t.Fatalf("dossier_pdf is %q, %d bytes", p.Document.DossierPDF, len(pdf))
	}
	w.complete(t, p)
	var buf bytes.Buffer
	if err := p.Pack(&buf); err != nil {
		t.Fatal(err)
	}
	if _, err := refer.Verify(&buf, refer.Trust{}); err != nil {
		t.Fatal(err)
	}
	again, err := refer.Build(t.Context(), w.m, refer.Tools{PDF: refer.ChromiumPDF(browser)})
	if err != nil {
		t.Fatal(err)
	}
	if read(t, again, "dossier.pdf") != pdf {
		t.Error("printed again from the same material, the dossier has other bytes")
	}
	hindi(t, pdf)
	if dir := os.Getenv("RINGBREAKER_KEEP"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "dossier.pdf"), []byte(pdf), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheJudgesOfTheFieldAcceptWhatIsInside(t *testing.T) {
	p := newWorld(t).build(t)
	dir := t.TempDir()
	for _, tt := range []struct {
		tool string
		args []string
		file string
	}{
		{"stix2_validator", []string{"--version", "2.1", "--strict", "--disable", "101,102,103,401,303"}, "stix.json"},
		{"case_validate", []string{"--built-version", "case-1.4.0"}, "case.jsonld"},
	} {
		t.Run(tt.tool, func(t *testing.T) {
			path, err := exec.LookPath(tt.tool)
			if err != nil {
				t.Skipf("SKIPPED ALOUD: %s is not installed (make interop installs it)", tt.tool)
			}
			in := filepath.Join(dir, tt.file)
			if err := os.WriteFile(in, []byte(read(t, p, tt.file)), 0o600); err != nil {
				t.Fatal(err)
			}
			if said, err := exec.CommandContext(t.Context(), path, append(tt.args, in)...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, said)
			}
		})
	}
}
