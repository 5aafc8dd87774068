package intake_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

// needTool skips aloud where a program is not installed; CI installs it.
func needTool(t testing.TB, names ...string) {
	t.Helper()
	for _, n := range names {
		if _, err := exec.LookPath(n); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed, and CI skips nothing: scripts/needs.sh", n)
			}
			t.Skipf("SKIPPED ALOUD: %s is not installed (scripts/needs.sh)", n)
		}
	}
}

// shelf keeps evidence in memory.
type shelf map[string][]byte

func (s shelf) keep(_ context.Context, r io.Reader) (string, int64, error) {
	b, err := io.ReadAll(r)
	sum := sha256.Sum256(b)
	s[hex.EncodeToString(sum[:])] = b
	return hex.EncodeToString(sum[:]), int64(len(b)), err
}

// pdfOf writes a PDF with a page for each text, in Helvetica.
func pdfOf(pages ...string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(body string) { at = append(at, b.Len()); fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body) }
	b.WriteString("%PDF-1.4\n")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	object("<</Type/Catalog/Pages 2 0 R>>")
	object(fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(pages), strings.Join(kids, " ")))
	object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	for i, p := range pages {
		object(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", 5+2*i))
		s := "BT /F1 14 Tf 72 700 Td (" + p + ") Tj ET"
		object(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(s), s))
	}
	return pdfEnd(&b, at)
}

// scanOf writes a PDF that is one picture.
func scanOf(img *image.Gray) []byte {
	var b, z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(img.Pix)
	_ = w.Close()
	var at []int
	object := func(body string) { at = append(at, b.Len()); fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body) }
	b.WriteString("%PDF-1.4\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Count 1/Kids[3 0 R]>>")
	object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>")
	s := "q 500 0 0 250 50 400 cm /I Do Q"
	object(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(s), s))
	object(fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream",
		img.Rect.Dx(), img.Rect.Dy(), z.Len(), z.String()))
	return pdfEnd(&b, at)
}

func pdfEnd(b *bytes.Buffer, at []int) []byte {
	xref := b.Len()
	fmt.Fprintf(b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}

// drawn draws lines of text in black on white.
func drawn(t testing.TB, lines ...string) *image.Gray {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 36, DPI: 96})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewGray(image.Rect(0, 0, 1200, 120+80*len(lines)))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for i, l := range lines {
		d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: face, Dot: fixed.P(60, 100+80*i)}
		d.DrawString(l)
	}
	return img
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// attached is a file for mailWith.
type attached struct {
	name, mediaType string
	data            []byte
}

func mailWith(text string, files ...attached) string {
	var b strings.Builder
	b.WriteString("From: Billing <billing@renew-desk.example>\r\nTo: someone@mail.example\r\nSubject: Your order\r\nDate: Wed, 18 Oct 2023 13:59:00 +0000\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n")
	for _, f := range files {
		b.WriteString("--B\r\nContent-Type: " + f.mediaType + "\r\nContent-Disposition: attachment; filename=\"" + f.name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		for e := base64.StdEncoding.EncodeToString(f.data); e != ""; e = e[min(76, len(e)):] {
			b.WriteString(e[:min(76, len(e))] + "\r\n")
		}
	}
	b.WriteString("--B--\r\n")
	return b.String()
}

// note is what a record says of an attachment.
type note struct {
	Evidence  int
	Field, By string
	Pages     int
	Unread    string
	Printed   bool
}

func notesOf(t testing.TB, r *fraud.Report) map[string]note {
	t.Helper()
	var doc struct {
		Notes []note `json:"attachments_read"`
	}
	if err := json.Unmarshal(r.Raw, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]note{}
	for _, n := range doc.Notes {
		out[r.Evidence[n.Evidence].Name] = n
	}
	return out
}

func docxOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatAMailCarriesIsKeptAndReadWithItsPlace(t *testing.T) {
	needTool(t, "pdftotext", "pdftoppm", "tesseract")
	docx := docxOf(t, map[string]string{
		"[Content_Types].xml":          "<Types/>",
		"word/document.xml":            `<w:document xmlns:w="x"><w:body><w:p><w:r><w:t>Agent line +1 888 555</w:t></w:r><w:r><w:t> 0113</w:t></w:r></w:p></w:body></w:document>`,
		"word/_rels/document.xml.rels": `<Relationships><Relationship Target="http://fix-desk.example/pay" TargetMode="External"/><Relationship Target="styles.xml"/></Relationships>`,
	})
	files := []attached{
		{"invoice.pdf", "application/pdf", pdfOf("Thank you for your order", "To cancel call +1 888 555 0111 today")},
		{"screen.png", "image/png", pngOf(t, drawn(t, "Your computer is blocked", "Call 888-555-0112 now"))},
		{"letter.docx", "application/octet-stream", docx},
		{"scan.pdf", "application/pdf", scanOf(drawn(t, "Security department", "Call 888-555-0114 now"))},
		{"tool.exe", "application/octet-stream", []byte("MZ\x90\x00 and so on")},
		{"logo.png", "image/png", pngOf(t, image.NewGray(image.Rect(0, 0, 20, 20)))},
	}
	kept := shelf{}
	s, k := newIntake(t, intake.Config{KeepFile: kept.keep})
	res, err := s.Import(analyst(), write(t, "m.eml", mailWith("See the attached bill.", files...)), nil)
	if err != nil || res.New != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	r := only(t, k)
	notes := notesOf(t, r.Report)
	for name, want := range map[string]struct{ by, number, why string }{
		"invoice.pdf": {"pdftotext", "+18885550111", "page 2)"},
		"screen.png":  {"tesseract", "+18885550112", "page 1)"},
		"letter.docx": {"document", "+18885550113", "page 2)"},
		"scan.pdf":    {"tesseract", "+18885550114", "page 1)"},
	} {
		n := notes[name]
		if n.By != want.by || n.Unread != "" || n.Printed != (want.by == "tesseract") {
			t.Errorf("%s: %+v, want it read by %s", name, n, want.by)
		}
		found := false
		for _, x := range r.Sightings {
			if x.Indicator == (fraud.Indicator{Kind: fraud.Phone, Value: want.number}) && x.Place.Field == n.Field {
				found = true
				if !strings.HasSuffix(x.Why, want.why) || !strings.Contains(x.Why, fmt.Sprintf("evidence[%d]", n.Evidence)) {
					t.Errorf("%s: the sighting says %q, want it to name evidence[%d], %s", name, x.Why, n.Evidence, want.why)
				}
			}
		}
		if !found {
			t.Errorf("%s: %s was not found in %q", name, want.number, n.Field)
		}
	}
	if n := notes["tool.exe"]; n.Unread == "" || n.Field != "" {
		t.Errorf("the program: %+v, want it told as not read", n)
	}
	if _, ok := notes["logo.png"]; ok {
		t.Error("a tiny icon, which unrelated mails share, became evidence of its own")
	}
	for _, e := range r.Report.Evidence[1:] {
		for _, f := range files {
			if f.name == e.Name && !bytes.Equal(kept[e.SHA256], f.data) {
				t.Errorf("%s was not kept to the byte", e.Name)
			}
		}
	}
	if !sees(r, fraud.Indicator{Kind: fraud.Domain, Value: "fix-desk.example"}) {
		t.Error("where the letter's link leads was not found")
	}
	// The same bytes again are the same record.
	if res, err = s.Import(analyst(), write(t, "again.eml", mailWith("See the attached bill.", files...)), nil); err != nil || res.Same != 1 {
		t.Errorf("again: %+v, %v", res, err)
	}
}

func TestWithoutTheProgramsTheRecordSaysSoAloud(t *testing.T) {
	s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep, FindTool: func(string) (string, error) { return "", errors.New("no") }})
	mail := mailWith("See the bill.", attached{"invoice.pdf", "application/pdf", pdfOf("Call +1 888 555 0111")}, attached{"screen.png", "image/png", pngOf(t, drawn(t, "x"))})
	res, err := s.Import(analyst(), write(t, "m.eml", mail), nil)
	if err != nil || res.New != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	notes := notesOf(t, only(t, k).Report)
	if got := notes["invoice.pdf"].Unread; got != "pdftotext is not installed on this node" {
		t.Errorf("the PDF: %q", got)
	}
	if got := notes["screen.png"].Unread; got != "tesseract is not installed on this node" {
		t.Errorf("the image: %q", got)
	}
}

// hugePNG claims a size that would take gigabytes; it holds nothing.
func hugePNG(side uint32) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, body []byte) {
		fmt.Fprintf(&b, "%c%c%c%c", byte(len(body)>>24), byte(len(body)>>16), byte(len(body)>>8), byte(len(body)))
		sum := crc32.NewIEEE()
		for _, p := range [][]byte{[]byte(name), body} {
			b.Write(p)
			_, _ = sum.Write(p)
		}
		b.Write(sum.Sum(nil))
	}
	be := func(v uint32) []byte { return []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)} }
	chunk("IHDR", append(append(be(side), be(side)...), 8, 2, 0, 0, 0))
	chunk("tEXt", bytes.Repeat([]byte("padding "), 1000))
	chunk("IEND", nil)
	return b.Bytes()
}

func TestHostileAttachmentsCostTheMailNothing(t *testing.T) {
	needTool(t, "pdftotext", "tesseract")
	bomb := docxOf(t, map[string]string{"word/document.xml": "<w:p>" + strings.Repeat(" ", 80<<20) + "</w:p>"})
	laughs := docxOf(t, map[string]string{"word/document.xml": `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><w:p>&b;</w:p>`})
	deep := docxOf(t, map[string]string{"word/document.xml": strings.Repeat("<a>", 100_000)})
	mail := mailWith("Call +1 888 555 0107.",
		attached{"huge.png", "image/png", hugePNG(60_000)},
		attached{"cut.png", "image/png", pngOf(t, drawn(t, "x"))[:9000]},
		attached{"broken.pdf", "application/pdf", []byte("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>")},
		attached{"bomb.docx", "x/y", bomb},
		attached{"laughs.docx", "x/y", laughs},
		attached{"deep.docx", "x/y", deep},
		attached{"none.docx", "x/y", []byte("PK\x03\x04 no zip")},
	)
	s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep})
	if res, err := s.Import(analyst(), write(t, "m.eml", mail), nil); err != nil || res.New != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	r := only(t, k)
	notes := notesOf(t, r.Report)
	for name, want := range map[string]string{
		"huge.png": "60000 × 60000 pixels", "cut.png": "damaged image", "broken.pdf": "", "bomb.docx": "too large", "deep.docx": "damaged", "none.docx": "damaged document",
	} {
		if n, ok := notes[name]; !ok || n.Unread == "" || !strings.Contains(n.Unread, want) {
			t.Errorf("%s: %+v, want it told as not read: %s", name, n, want)
		}
	}
	if strings.Contains(string(r.Report.Raw), "aaaa") {
		t.Error("an entity was expanded")
	}
	if !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}) {
		t.Error("the mail's own number is gone")
	}
}

// What the reporter adds to a forwarded mail is theirs: it is kept and read,
// and its bytes never join two reports.
func TestTheReportersOwnFilesNeverLink(t *testing.T) {
	outer := "From: Edna Sample <edna@mail.example>\r\nTo: reports@alder.example\r\nSubject: Fwd: is this real?\r\nDate: Thu, 19 Oct 2023 09:00:00 +0000\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nI nearly called.\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n" + scamMail +
		"\r\n--B\r\nContent-Type: image/png; name=signature.png\r\nContent-Disposition: inline; filename=signature.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(pngOf(t, drawn(t, "Oak Bank, Edna Sample"))) + "\r\n--B--\r\n"
	s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep, FindTool: func(string) (string, error) { return "", errors.New("no") }})
	if _, err := s.Import(analyst(), write(t, "m.eml", outer), nil); err != nil {
		t.Fatal(err)
	}
	r := only(t, k)
	seen := false
	for _, x := range r.Sightings {
		if x.Indicator.Kind == fraud.Image {
			seen = true
			if x.Role != fraud.RoleVictimOwned {
				t.Errorf("the reporter's picture has the role %s", x.Role)
			}
		}
	}
	if !seen {
		t.Error("the reporter's picture was not kept")
	}
}
