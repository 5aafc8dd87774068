package refer_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

var someone = refer.Victim{Pseudonym: "V-1", Identity: fraud.Identity{
	Name: "Vera Müller-Examplewoman", Email: "Vera@Mail.example", Phone: "+44 20 7946 0123", Address: "12 Example Street, Exampletown",
}}

func looksFor(v ...refer.Victim) *refer.Matcher {
	m := refer.NewMatcher()
	m.Add(v...)
	return m
}

func TestAVictimIsFoundHoweverTheNameOrTheNumberIsWritten(t *testing.T) {
	m := looksFor(someone)
	for _, found := range []string{
		"Vera Müller-Examplewoman", "…said VERA  MÜLLER-EXAMPLEWOMAN, who", "Vera\n\tMüller-Examplewoman", "Müller-Examplewoman, Vera", "müller-examplewoman vera",
		"mail to vera@mail.example.", "lives at 12 Example  Street, Exampletown", "call 020 7946 0123", "(020) 7946-0123", "+44.20.7946.0123", "0044 20\u00a07946\u20110123", "x207946012399",
	} {
		if got := m.Text(found); got != "V-1" {
			t.Errorf("%q: got %q, want V-1", found, got)
		}
	}
	for _, free := range []string{"", "Vera", "Müller-Examplewoman", "vera@mail", "020 7946 0124", "20 7946, 0123", "12 Example Street", "V-1", strings.Repeat("7", 100)} {
		if got := m.Text(free); got != "" {
			t.Errorf("%q: got %q, want nobody", free, got)
		}
	}
	if got := refer.NewMatcher().Text("Vera Müller-Examplewoman"); got != "" {
		t.Errorf("a matcher that looks for nobody found %q", got)
	}
}

// Where a stream happens to be cut must not matter, nor how much stands before.
func TestAVictimIsFoundWhereverTheStreamIsCut(t *testing.T) {
	m := looksFor(someone)
	for _, hit := range []string{"Vera Müller-Examplewoman", "+44 (20) 7946‑0123"} {
		for before := range 200 {
			text := strings.Repeat("ü é ", 16<<10)[:64<<10-before-before%2] + hit
			for name, cut := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader} {
				got, err := m.File("x.txt", func() (io.ReadCloser, error) { return io.NopCloser(cut(strings.NewReader(text))), nil })
				if err != nil || got.Pseudonym != "V-1" {
					t.Fatalf("%s, %d bytes: got %+v, %v", name, len(text), got, err)
				}
			}
		}
		got, err := m.File("x.txt", func() (io.ReadCloser, error) {
			return io.NopCloser(iotest.OneByteReader(strings.NewReader("so " + hit))), nil
		})
		if err != nil || got.Pseudonym != "V-1" {
			t.Errorf("byte by byte: got %+v, %v", got, err)
		}
	}
}

func zipOf(t testing.TB, members map[string]string) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range members {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func gzipOf(t testing.TB, text string) string {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func utf16Of(s string, little bool) string {
	out := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	if little {
		for i := 0; i < len(out); i += 2 {
			out[i], out[i+1] = out[i+1], out[i]
		}
	}
	return string(out)
}

func TestAVictimIsFoundInsideTheFilesThatOfficesUse(t *testing.T) {
	m := looksFor(someone)
	for _, tt := range []struct {
		name, file string
		want       refer.Searched
	}{
		{"a.csv", "id,name\n1,Vera Müller-Examplewoman\n", refer.Searched{Pseudonym: "V-1"}},
		{"a.json", `{"n":"Vera M\u00fcller-Examplewoman"}`, refer.Searched{Pseudonym: "V-1"}},
		{"a.jsonl", `{"n":"Vera M\u00FCller\u002DExamplewoman"}`, refer.Searched{Pseudonym: "V-1"}},
		{"a.json", `{"n":"Vera\nMüller-Examplewoman"}`, refer.Searched{Pseudonym: "V-1"}},
		{"a.html", "<p>Vera M&uuml;ller-Examplewoman", refer.Searched{Pseudonym: "V-1"}},
		{"a.html", "<p>Vera <b>Mül</b>ler-Examplewoman", refer.Searched{Pseudonym: "V-1"}},
		{"a.txt", utf16Of("so Vera Müller-Examplewoman 😀", true), refer.Searched{Pseudonym: "V-1"}},
		{"a.txt", utf16Of("so Vera Müller-Examplewoman 😀", false), refer.Searched{Pseudonym: "V-1"}},
		{"a.csv.gz", gzipOf(t, "1,Vera Müller-Examplewoman"), refer.Searched{Pseudonym: "V-1"}},
		{"a.docx", zipOf(t, map[string]string{"word/document.xml": "<w:t>Vera </w:t></w:r><w:r><w:t>Müller-Examplewoman</w:t>"}), refer.Searched{Pseudonym: "V-1"}},
		{"a.zip", zipOf(t, map[string]string{"Vera Müller-Examplewoman.txt": "x"}), refer.Searched{Pseudonym: "V-1"}},
		{"a.zip", zipOf(t, map[string]string{"a.txt": "nobody", "b.txt": "nobody"}), refer.Searched{}},
		{"a.zip", zipOf(t, map[string]string{"b.zip": zipOf(t, map[string]string{"a": "Vera"})}), refer.Searched{Opaque: true}},
		{"a.zip", "PK\x03\x04 is no zip", refer.Searched{Opaque: true}},
		{"a.zip", "PK\x03\x04 is no zip of vera@mail.example", refer.Searched{Pseudonym: "V-1", Opaque: true}},
		{"a.gz", "\x1f\x8b is no gzip", refer.Searched{Opaque: true}},
		{"a.pdf", "%PDF-1.7 …", refer.Searched{Opaque: true}},
		{"a.jpg", "\xff\xd8\xff\xe0\x00\x10JFIF", refer.Searched{Opaque: true}},
		{"a.img", "\x00\xff\x00Vera  M\u00fcller-EXAMPLEWOMAN", refer.Searched{Pseudonym: "V-1", Opaque: true}},
		{"a.img", "\x00\xfftel 020-7946 0123\x00", refer.Searched{Pseudonym: "V-1", Opaque: true}},
		{"a.img", "\x00\xfftel 020-7946\x000123", refer.Searched{Opaque: true}},
		{"a.txt", "nobody", refer.Searched{}},
		{"a.txt", "", refer.Searched{}},
	} {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := m.File(tt.name, func() (io.ReadCloser, error) { return os.Open(path) })
		if err != nil || got != tt.want {
			t.Errorf("%s %.40q: got %+v, %v, want %+v", tt.name, tt.file, got, err, tt.want)
		}
	}
}

// A file that unpacks without end is not searched for ever: the check fails.
func TestABombEndsTheSearch(t *testing.T) {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	// Members of one gzip stream follow each other (RFC 1952 §2.2).
	if _, err := z.Write(make([]byte, 64<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	m := looksFor(someone)
	file := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(buf.Bytes()), &again{b: buf.Bytes()})), nil
	}
	if _, err := m.File("bomb.gz", file); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

// again gives the same bytes for ever.
type again struct {
	b  []byte
	at int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.b[a.at:])
	a.at = (a.at + n) % len(a.b)
	return n, nil
}

func TestAMatcherOfManyFindsEachOfThem(t *testing.T) {
	m := refer.NewMatcher()
	var all []refer.Victim
	for i := range 5000 {
		v := refer.Victim{Pseudonym: fmt.Sprint("V-", i), Identity: fraud.Identity{Name: fmt.Sprintf("First%d Last%d", i, i*7), Phone: fmt.Sprintf("+44 20 79%07d", i)}}
		all = append(all, v)
		m.Add(v)
	}
	for _, v := range all {
		if got := m.Text("x " + v.Identity.Name + " x"); got != v.Pseudonym && !strings.HasPrefix(v.Identity.Name, "First"+strings.TrimPrefix(got, "V-")) {
			t.Fatalf("%s: got %q", v.Pseudonym, got)
		}
		if got := m.Text("tel. " + v.Identity.Phone); got != v.Pseudonym {
			t.Fatalf("%s: by number got %q", v.Pseudonym, got)
		}
	}
}

// Whatever the bytes, the search ends, and a name that stands in plain text is
// found behind them.
func FuzzMatcher(f *testing.F) {
	f.Add("a.json", []byte(`{"a":"\u00fc\ud83d\ude00\`))
	f.Add("a.zip", []byte(zipOf(f, map[string]string{"a.xml": "<a>b</a>", "b": "c"})))
	f.Add("a.gz", []byte(gzipOf(f, "some text")))
	f.Add("a.txt", []byte(utf16Of("text", true)))
	f.Add("a.html", []byte("<p>&amp;&#x41;<"))
	m := looksFor(someone)
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := m.File(name, func() (io.ReadCloser, error) { return os.Open(path) }); err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Fatal(err)
		}
		if got := m.Text(string(b) + "\x00vera@mail.example"); got != "V-1" {
			t.Fatalf("got %q", got)
		}
	})
}
