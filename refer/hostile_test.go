package refer_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// Go's decoder of base64 passes over line breaks, even the strict one: a
// package could have been changed at any place of a signature.
func TestALineBreakInBase64IsAChange(t *testing.T) {
	whole := small(t).packed(t)
	for name, change := range map[string]func(*refer.Signatures, string){
		"manifest":             func(s *refer.Signatures, nl string) { s.By[0].Manifest.Payload = nl + s.By[0].Manifest.Payload },
		"statement":            func(s *refer.Signatures, nl string) { s.By[1].Statement.Payload += nl },
		"manifest's signature": func(s *refer.Signatures, nl string) { s.By[0].Manifest.Signatures[0].Sig += nl },
		"statement's signature": func(s *refer.Signatures, nl string) {
			s.By[1].Statement.Signatures[0].Sig = nl + s.By[1].Statement.Signatures[0].Sig
		},
	} {
		for _, nl := range []string{"\n", "\r", "\r\n"} {
			b := signatures(t, whole, func(s *refer.Signatures) { change(s, nl) })
			if _, err := refer.Verify(bytes.NewReader(b), refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) {
				t.Errorf("%s with %q: got %v, want ErrInvalid", name, nl, err)
			}
		}
	}
}

// resigned changes a package and has both complainants sign and log it again,
// so that it is refused for what it is.
func resigned(t *testing.T, w *world, p *refer.Package, change func(list []entry) []entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := p.Pack(&buf); err != nil {
		t.Fatal(err)
	}
	list := change(take(t, buf.Bytes()))
	var m refer.Manifest
	if err := json.Unmarshal(list[0].body, &m); err != nil {
		t.Fatal(err)
	}
	m.Files = nil
	for _, e := range list[3:] {
		m.Files = append(m.Files, refer.File{Path: e.h.Name, Size: int64(len(e.body)), SHA256: refer.SHA256Hex(e.body)})
	}
	slices.SortFunc(m.Files, func(a, b refer.File) int { return strings.Compare(a.Path, b.Path) })
	for i, e := range list {
		if e.h.Name == "dossier.html" {
			at := bytes.Index(e.body, []byte("schedules SHA-256 ")) + len("schedules SHA-256 ")
			old := string(e.body[at : at+64])
			list[i].body = bytes.ReplaceAll(e.body, []byte(old), []byte(refer.SchedulesDigest(m.Files)))
			k := slices.IndexFunc(m.Files, func(f refer.File) bool { return f.Path == "dossier.html" })
			m.Files[k].Size, m.Files[k].SHA256 = int64(len(list[i].body)), refer.SHA256Hex(list[i].body)
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	list[0].body = append(text, '\n')
	list[1].body = []byte("{\n  \"format\": \"ringbreaker/signatures/1\",\n  \"by\": []\n}\n")
	list[2].body = []byte("{\n  \"format\": \"ringbreaker/ledger/1\",\n  \"proofs\": []\n}\n")
	whole := put(t, list)
	q, err := refer.LoadBytes(whole)
	if err != nil {
		return whole // its outline alone is refused
	}
	for _, s := range w.signers() {
		if err := q.Sign(context.Background(), s); err != nil {
			t.Fatal(err)
		}
	}
	leaf, err := q.Leaf(asOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ of, by org }{{w.alder, w.birch}, {w.birch, w.alder}} {
		if err := q.Prove(x.of.ID, prove(t, x.of, leaf, x.by)); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := q.Pack(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What both complainants signed is refused all the same if it is no referral,
// or would be something else on another system or in a folder.
func TestWhatBothSignedMustStillBeAReferral(t *testing.T) {
	w := small(t)
	p := w.build(t)
	without := func(name string) func([]entry) []entry {
		return func(l []entry) []entry { i := index(t, l, name); return slices.Delete(l, i, i+1) }
	}
	document := func(old, new string) func([]entry) []entry {
		return func(l []entry) []entry {
			if !bytes.Contains(l[3].body, []byte(old)) {
				t.Fatalf("referral.json does not hold %q", old)
			}
			l[3].body = bytes.Replace(l[3].body, []byte(old), []byte(new), 1)
			return l
		}
	}
	exhibit := ""
	for _, f := range p.Manifest.Files {
		if strings.HasPrefix(f.Path, "exhibits/") {
			exhibit = f.Path
			break
		}
	}
	renamed := func(name string) func([]entry) []entry {
		return func(l []entry) []entry {
			l[index(t, l, exhibit)].h.Name = name
			l[3].body = bytes.ReplaceAll(l[3].body, []byte(exhibit), []byte(name))
			slices.SortFunc(l[4:], func(a, b entry) int { return strings.Compare(a.h.Name, b.h.Name) })
			return l
		}
	}
	added := func(name string) func([]entry) []entry {
		return func(l []entry) []entry {
			l = append(l, file(name, "x"))
			slices.SortFunc(l[4:], func(a, b entry) int { return strings.Compare(a.h.Name, b.h.Name) })
			return l
		}
	}
	for name, tt := range map[string]struct {
		change func([]entry) []entry
		want   string
	}{
		"as it was":              {func(l []entry) []entry { return l }, ""},
		"under another name":     {renamed("exhibits/0001-another.csv"), ""},
		"without stix.json":      {without("stix.json"), "stix.json is missing"},
		"without case.jsonld":    {without("case.jsonld"), "case.jsonld is missing"},
		"without indicators.csv": {without("indicators.csv"), "indicators.csv is missing"},
		"without disclosure.csv": {without("disclosure.csv"), "disclosure.csv is missing"},
		"without a statement":    {without("statement-birch.md"), "statement of birch is not there"},
		"the statements exchanged": {func(l []entry) []entry {
			l[3].body = []byte(strings.NewReplacer(`"path": "statement-alder.md"`, `"path": "statement-birch.md"`, `"path": "statement-birch.md"`, `"path": "statement-alder.md"`).Replace(string(l[3].body)))
			return l
		}, "statement of alder is missing or out of place"},
		"a PDF that is not there":         {document(p.Document.DossierPDF, "dossier.pdf"), "dossier.pdf is missing"},
		"a file below a file":             {added("stix.json/x"), "below a file"},
		"a file below the manifest":       {added("manifest.json/x"), "below a file"},
		"a name that Windows shortens":    {renamed("exhibits/0001-another."), "not a plain path"},
		"a folder that Windows shortens":  {renamed("exhibits./0001-another"), "not a plain path"},
		"a device of Windows":             {renamed("exhibits/con.csv"), "not a plain path"},
		"a device of Windows as a folder": {renamed("AUX/x.csv"), "not a plain path"},
	} {
		t.Run(name, func(t *testing.T) {
			b := resigned(t, w, p, tt.change)
			_, err := refer.Verify(bytes.NewReader(b), refer.Trust{})
			if tt.want == "" && err != nil || tt.want != "" && (!errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	planted := resigned(t, w, p, func(l []entry) []entry {
		return added("planted.exe")(document(p.Document.DossierPDF, "planted.exe")(l))
	})
	if _, err := refer.Verify(bytes.NewReader(planted), refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "no place in a referral") {
		t.Errorf("any file as the PDF: got %v", err)
	}
}

// A statement has one form, too: its signatory cannot sign it in two.
func TestAStatementInAnotherFormIsRefused(t *testing.T) {
	w := small(t)
	whole := w.packed(t)
	for name, change := range map[string]func(string) string{
		"with a blank": func(s string) string { return s + " " }, "compact": func(s string) string { return strings.ReplaceAll(s, "\n", "") },
		"with an escape": func(s string) string { return strings.Replace(s, "/", `\/`, 1) }, "as it was": func(s string) string { return s },
	} {
		b := signatures(t, whole, func(s *refer.Signatures) {
			raw, err := base64.StdEncoding.DecodeString(s.By[0].Statement.Payload)
			if err != nil {
				t.Fatal(err)
			}
			e, err := refer.SealEnvelope(w.alder.sign, refer.SigningType, []byte(change(string(raw))))
			if err != nil {
				t.Fatal(err)
			}
			s.By[0].Statement = e
		})
		if _, err := refer.Verify(bytes.NewReader(b), refer.Trust{}); (err == nil) != (name == "as it was") || err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAFolderThatHoldsNothingIsAdded(t *testing.T) {
	w := small(t)
	p := w.build(t)
	w.complete(t, p)
	for _, extra := range []string{"planted", "exhibits/planted", ".git"} {
		dir := filepath.Join(t.TempDir(), "ref")
		if err := p.WriteDir(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := refer.VerifyPath(dir, refer.Trust{}); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, extra), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := refer.VerifyPath(dir, refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), extra) {
			t.Errorf("%s: got %v, want ErrInvalid that names it", extra, err)
		}
	}
}

// What a co-signer sends back is held against this manifest, the ledger proofs
// like the signatures.
func TestAnotherPackagesLedgerProofsAreNotAdopted(t *testing.T) {
	w := newWorld(t)
	p := w.build(t)
	w.complete(t, p)
	sigs, proofs := p.Seals()
	if err := p.Adopt(sigs, proofs); err != nil {
		t.Fatalf("its own: %v", err)
	}
	w.m.Title = "Another referral"
	q := w.build(t)
	w.complete(t, q)
	_, foreign := q.Seals()
	if err := p.Adopt(sigs, foreign); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "about something else") {
		t.Errorf("another package's: got %v", err)
	}
	if err := p.Adopt(sigs, bytes.ReplaceAll(proofs, []byte(`"org": "birch"`), []byte(`"org": "mallory"`))); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("a stranger's: got %v", err)
	}
	if _, got := p.Seals(); !bytes.Equal(got, proofs) {
		t.Error("what was refused was taken all the same")
	}
}

// A few bytes of JSON must not become the machine's memory before anybody's
// signature was looked at.
func TestJSONThatGrowsInMemoryIsRefusedEarly(t *testing.T) {
	whole := small(t).packed(t)
	for _, tt := range []struct {
		file  int
		field string
	}{{0, "files"}, {1, "by"}, {2, "proofs"}} {
		for _, item := range []string{"{},", "null,"} {
			list := take(t, whole)
			text := string(list[tt.file].body)
			at := strings.Index(text, `"`+tt.field+`": [`) + len(tt.field) + 5
			list[tt.file].body = []byte(text[:at] + strings.Repeat(item, (8<<20)/len(item)) + item[:len(item)-1] + "]\n}\n")
			packed := put(t, list)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := refer.Verify(bytes.NewReader(packed), refer.Trust{})
			runtime.ReadMemStats(&after)
			if !errors.Is(err, fraud.ErrInvalid) {
				t.Errorf("%s of %q: got %v, want ErrInvalid", tt.field, item, err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 100<<20 {
				t.Errorf("%s of %q: %d MiB were allocated for 8 MiB", tt.field, item, took>>20)
			}
		}
	}
}

func TestWhatTakesLongToVerifyIsRefused(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*refer.Document){
		"witnesses":    func(d *refer.Document) { d.Complainants[0].Witnesses = slices.Repeat([]fraud.OrgID{"birch"}, 33) },
		"checks":       func(d *refer.Document) { d.Checks = slices.Repeat(d.Checks, 2) },
		"queries":      func(d *refer.Document) { d.Queries = slices.Repeat(d.Queries, 1001) },
		"certificates": func(d *refer.Document) { d.Certificates = slices.Repeat(d.Certificates, 2) },
		"":             func(*refer.Document) {},
	} {
		p := w.build(t)
		if len(p.Document.Certificates) == 0 || len(p.Document.Queries) == 0 {
			t.Fatal("the package has no certificate or no query: the test cannot tell")
		}
		b := resigned(t, w, p, func(l []entry) []entry {
			d := p.Document
			change(&d)
			text, err := refer.Encode(d)
			if err != nil {
				t.Fatal(err)
			}
			l[3].body = text
			return l
		})
		if _, err := refer.Verify(bytes.NewReader(b), refer.Trust{}); (err == nil) != (name == "") || err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("too many %s: got %v", name, err)
		}
	}
}
