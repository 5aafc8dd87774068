package intake_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

// compound writes a compound file ([MS-CFB], version 3) out of streams by
// their paths. Siblings hang in one chain, which every reader takes.
func compound(streams map[string][]byte) []byte {
	const sector, mini, cutoff = 512, 64, 4096
	const end, free, fatMark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
	type node struct {
		name     string
		kids     []int
		data     []byte
		storage  bool
		right    uint32
		start    uint32
		children uint32
	}
	nodes := []*node{{name: "Root Entry", storage: true}}
	byPath := map[string]int{"": 0}
	var folder func(path string) int
	folder = func(path string) int {
		if n, ok := byPath[path]; ok {
			return n
		}
		parent, name := "", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			parent, name = path[:i], path[i+1:]
		}
		up := folder(parent)
		nodes = append(nodes, &node{name: name, storage: true})
		n := len(nodes) - 1
		byPath[path] = n
		nodes[up].kids = append(nodes[up].kids, n)
		return n
	}
	var paths []string
	for p := range streams {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		dir, name := "", p
		if i := strings.LastIndexByte(p, '/'); i >= 0 {
			dir, name = p[:i], p[i+1:]
		}
		up := folder(dir)
		nodes = append(nodes, &node{name: name, data: streams[p]})
		nodes[up].kids = append(nodes[up].kids, len(nodes)-1)
	}
	var fat, miniFAT []uint32
	var body, minis bytes.Buffer
	chain := func(table *[]uint32, n int) uint32 {
		start := uint32(len(*table))
		for i := range n {
			next := start + uint32(i) + 1
			if i == n-1 {
				next = end
			}
			*table = append(*table, next)
		}
		return start
	}
	put := func(b []byte) uint32 {
		n := max(1, (len(b)+sector-1)/sector)
		start := chain(&fat, n)
		body.Write(b)
		body.Write(make([]byte, n*sector-len(b)))
		return start
	}
	for _, n := range nodes {
		n.right, n.children, n.start = free, free, end
		slices.SortFunc(n.kids, func(a, b int) int {
			if d := len(nodes[a].name) - len(nodes[b].name); d != 0 {
				return d
			}
			return strings.Compare(strings.ToUpper(nodes[a].name), strings.ToUpper(nodes[b].name))
		})
	}
	for _, n := range nodes {
		for i, k := range n.kids {
			if i == 0 {
				n.children = uint32(k)
			} else {
				nodes[n.kids[i-1]].right = uint32(k)
			}
		}
		switch {
		case n.storage || len(n.data) == 0:
		case len(n.data) >= cutoff:
			n.start = put(n.data)
		default:
			k := (len(n.data) + mini - 1) / mini
			n.start = chain(&miniFAT, k)
			minis.Write(n.data)
			minis.Write(make([]byte, k*mini-len(n.data)))
		}
	}
	nodes[0].start, nodes[0].data = put(minis.Bytes()), minis.Bytes()
	table := func(t []uint32) []byte {
		var b bytes.Buffer
		for _, v := range t {
			_ = binary.Write(&b, binary.LittleEndian, v)
		}
		for b.Len()%sector != 0 {
			_ = binary.Write(&b, binary.LittleEndian, uint32(free))
		}
		return b.Bytes()
	}
	miniTable := table(miniFAT)
	miniAt := put(miniTable)
	var dir bytes.Buffer
	for _, n := range nodes {
		var e [128]byte
		u := utf16.Encode([]rune(n.name))
		for i, c := range u {
			binary.LittleEndian.PutUint16(e[2*i:], c)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(u)+2))
		e[66], e[67] = 2, 1
		if n.storage {
			e[66] = 1
		}
		if n == nodes[0] {
			e[66] = 5
		}
		binary.LittleEndian.PutUint32(e[68:], free)
		binary.LittleEndian.PutUint32(e[72:], n.right)
		binary.LittleEndian.PutUint32(e[76:], n.children)
		binary.LittleEndian.PutUint32(e[116:], n.start)
		binary.LittleEndian.PutUint32(e[120:], uint32(len(n.data)))
		dir.Write(e[:])
	}
	dirAt := put(dir.Bytes())
	fatSectors := 1
	for (len(fat)+fatSectors)*4 > fatSectors*sector {
		fatSectors++
	}
	fatAt := len(fat)
	for range fatSectors {
		fat = append(fat, fatMark)
	}
	body.Write(table(fat))
	head := make([]byte, 512)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le := binary.LittleEndian
	le.PutUint16(head[24:], 0x3e)
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[28:], 0xfffe)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], uint32(fatSectors))
	le.PutUint32(head[48:], dirAt)
	le.PutUint32(head[56:], cutoff)
	le.PutUint32(head[60:], miniAt)
	le.PutUint32(head[64:], uint32(len(miniTable)/sector))
	le.PutUint32(head[68:], end)
	for i := range 109 {
		v := uint32(free)
		if i < fatSectors {
			v = uint32(fatAt + i)
		}
		le.PutUint32(head[76+4*i:], v)
	}
	return append(head, body.Bytes()...)
}

// utf16le is text as an Outlook message holds it.
func utf16le(s string) []byte {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return b
}

// fixedProps are a storage's properties of eight bytes, after a head.
func fixedProps(head int, props map[uint32]uint64) []byte {
	b := make([]byte, head)
	for tag, v := range props {
		b = binary.LittleEndian.AppendUint32(b, tag)
		b = binary.LittleEndian.AppendUint32(b, 6)
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// filetime is a time as [MS-DTYP] §2.3.3 writes it.
func filetime(t time.Time) uint64 { return uint64(t.Unix()+11644473600) * 1e7 }

// scamMsg is a message under a path; head is 32 for the outermost.
func scamMsg(path string, head int, number string) map[string][]byte {
	return map[string][]byte{
		path + "__properties_version1.0":                              fixedProps(head, map[uint32]uint64{0x00390040: filetime(time.Date(2023, 10, 18, 13, 59, 0, 0, time.UTC)), 0x3FDE0003: 1252}),
		path + "__substg1.0_001A001F":                                 utf16le("IPM.Note"),
		path + "__substg1.0_0037001F":                                 utf16le("Your order — final notice"),
		path + "__substg1.0_0042001F":                                 utf16le("Billing"),
		path + "__substg1.0_5D01001F":                                 utf16le("billing@renew-desk.example"),
		path + "__substg1.0_1000001F":                                 utf16le("Your subscription renewed. Call " + number + " to cancel."),
		path + "__substg1.0_10130102":                                 []byte("<html><body>Caf\xe9: call " + number + " or see <a href=\"http://fix-desk.example/pay\">here</a></body></html>"),
		path + "__substg1.0_0E04001F":                                 utf16le("Someone"),
		path + "__recip_version1.0_#00000000/__properties_version1.0": fixedProps(8, map[uint32]uint64{0x0C150003: 1}),
		path + "__recip_version1.0_#00000000/__substg1.0_39FE001F":    utf16le("someone@mail.example"),
	}
}

func merge(all ...map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for _, m := range all {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func TestOutlookMessageIsReadAsTheMailThatItIs(t *testing.T) {
	msg := compound(merge(scamMsg("", 32, "+1 (888) 555-0107"), map[string][]byte{
		"__attach_version1.0_#00000000/__properties_version1.0": fixedProps(8, nil),
		"__attach_version1.0_#00000000/__substg1.0_3707001F":    utf16le("Rechnung für Sie.docx"),
		"__attach_version1.0_#00000000/__substg1.0_37010102":    docxOf(t, map[string]string{"word/document.xml": "<p>Ring +1 888 555 0113</p>"}),
		"__attach_version1.0_#00000001/__properties_version1.0": fixedProps(8, nil),
		"__attach_version1.0_#00000001/__substg1.0_3704001F":    utf16le("big.bin"),
		"__attach_version1.0_#00000001/__substg1.0_37010102":    bytes.Repeat([]byte("0123456789abcdef"), 1000),
	}))
	kept := shelf{}
	s, k := newIntake(t, intake.Config{KeepFile: kept.keep})
	res, err := s.Import(analyst(), write(t, "order.msg", string(msg)), nil)
	if err != nil || res.New != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	r := only(t, k)
	c := r.Report.Contacts[0]
	if c.Sender != "billing@renew-desk.example" || !c.At.Equal(time.Date(2023, 10, 18, 13, 59, 0, 0, time.UTC)) {
		t.Errorf("sender %q at %v", c.Sender, c.At)
	}
	for _, want := range []string{"Your order — final notice", "Café", "Call +1 (888) 555-0107"} {
		if !strings.Contains(c.Text, want) {
			t.Errorf("%q is not in the text %q", want, c.Text)
		}
	}
	for _, i := range []fraud.Indicator{{Kind: fraud.Phone, Value: "+18885550107"}, {Kind: fraud.Phone, Value: "+18885550113"}, {Kind: fraud.Domain, Value: "fix-desk.example"}, {Kind: fraud.Email, Value: "billing@renew-desk.example"}} {
		if !sees(r, i) {
			t.Errorf("%s was not found", i)
		}
	}
	if strings.Contains(string(r.Report.Raw), "someone@mail") {
		t.Error("the recipient's address is in the stored report")
	}
	if e := r.Report.Evidence[0]; e.MediaType != "application/vnd.ms-outlook" || !bytes.Equal(kept[e.SHA256], msg) {
		t.Errorf("evidence %+v: want the file as it came", e)
	}
	if n, ok := notesOf(t, r.Report)["Rechnung für Sie.docx"]; !ok || n.Pages != 1 {
		t.Errorf("the attachment's name or its text is lost: %+v", notesOf(t, r.Report))
	}
}

// A mail forwarded as an attachment in Outlook is a message inside a message:
// the inner is the fraudster's, and who forwarded it goes to the vault.
func TestForwardedOutlookMessageTellsItsForwarderToTheVaultOnly(t *testing.T) {
	inner := scamMsg("__attach_version1.0_#00000000/__substg1.0_3701000D/", 24, "+1 (888) 555-0107")
	outer := map[string][]byte{
		"__properties_version1.0":                               fixedProps(32, nil),
		"__substg1.0_0037001F":                                  utf16le("FW: is this real?"),
		"__substg1.0_007D001F":                                  utf16le("Received: from a by b; Thu, 19 Oct 2023 09:00:00 +0000\r\nFrom: Edna Sample\r\n <edna@mail.example>\r\nContent-Type: text/plain\r\nSubject: FW: is this real?\r\n\r\n"),
		"__substg1.0_1000001F":                                  utf16le("I nearly called."),
		"__attach_version1.0_#00000000/__properties_version1.0": fixedProps(8, nil),
	}
	file := compound(merge(outer, inner))
	mail := mailWith("see it", attached{"FW is this real.msg", "application/octet-stream", file})
	mail = strings.Replace(mail, "Billing <billing@renew-desk.example>", "Carer <carer@mail.example>", 1)
	for name, bytesOf := range map[string]string{"fw.msg": string(file), "outer.eml": mail} {
		s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep})
		if res, err := s.Import(analyst(), write(t, name, bytesOf), nil); err != nil || res.New != 1 {
			t.Fatalf("%s: %+v, %v", name, res, err)
		}
		r := only(t, k)
		if r.Report.Contacts[0].Sender != "billing@renew-desk.example" || len(r.Vault) == 0 || !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}) {
			t.Errorf("%s: sender %q, vault of %d bytes", name, r.Report.Contacts[0].Sender, len(r.Vault))
		}
		for _, x := range r.Sightings {
			if strings.Contains(x.Indicator.Value, "edna") || strings.Contains(x.Indicator.Value, "carer") {
				t.Errorf("%s: the reporter became a sighting: %s as %s", name, x.Indicator, x.Role)
			}
		}
	}
}

func TestRichTextBodyIsReadWhereThereIsNoOther(t *testing.T) {
	for name, rtf := range map[string]string{
		"plain": `{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Call \b +1 888 555 0107\b0\par Caf\'e9 \u8364?5}`,
		"html":  `{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf hidden \htmlrtf0 Call {\*\htmltag84 <b>}+1 888 555 0107{\*\htmltag92 </b>} Caf\'e9 \u8364?5}`,
	} {
		body := append([]byte{}, make([]byte, 16)...)
		copy(body[8:], "MELA")
		m := scamMsg("", 32, "x")
		delete(m, "__substg1.0_1000001F")
		delete(m, "__substg1.0_10130102")
		m["__substg1.0_10090102"] = append(body, rtf...)
		s, k := newIntake(t, intake.Config{})
		if _, err := s.Import(analyst(), write(t, "m.msg", string(compound(m))), nil); err != nil {
			t.Fatal(err)
		}
		r := only(t, k)
		if text := r.Report.Contacts[0].Text; !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}) || !strings.Contains(text, "Café €5") || strings.Contains(text, "hidden") || strings.Contains(text, "Arial") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// The example of [MS-OXRTFCP] §4.1.1, whose unpacked text the standard gives.
func TestCompressedRichTextUnpacksAsTheStandardSays(t *testing.T) {
	packed := []byte{
		0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32,
		0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
	}
	m := scamMsg("", 32, "x")
	delete(m, "__substg1.0_1000001F")
	delete(m, "__substg1.0_10130102")
	m["__substg1.0_10090102"] = packed
	s, k := newIntake(t, intake.Config{})
	if _, err := s.Import(analyst(), write(t, "m.msg", string(compound(m))), nil); err != nil {
		t.Fatal(err)
	}
	if text := only(t, k).Report.Contacts[0].Text; !strings.Contains(text, "hello world") {
		t.Errorf("got %q, want the standard's text", text)
	}
}

func TestWhatIsNoOutlookMessageIsToldInOneLine(t *testing.T) {
	for name, b := range map[string][]byte{
		"document.doc": compound(map[string][]byte{"WordDocument": []byte("old")}),
		"cut.msg":      compound(scamMsg("", 32, "x"))[:700],
		"none.msg":     []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
	} {
		s, _ := newIntake(t, intake.Config{})
		p := write(t, name, string(b))
		res, err := s.Import(analyst(), p, nil)
		if err != nil || res.Rejected != 1 || res.New != 0 {
			t.Errorf("%s: %+v, %v", name, res, err)
		}
	}
}

func FuzzOutlook(f *testing.F) {
	f.Add(compound(scamMsg("", 32, "+1 (888) 555-0107")))
	f.Add(compound(merge(scamMsg("", 32, "x"), scamMsg("__attach_version1.0_#00000000/__substg1.0_3701000D/", 24, "y"))))
	rtf := scamMsg("", 32, "x")
	delete(rtf, "__substg1.0_1000001F")
	delete(rtf, "__substg1.0_10130102")
	rtf["__substg1.0_10090102"] = append(append(make([]byte, 8), "MELA    "...), `{\rtf1\fromhtml1 {\*\htmltag64 <p>}\'e9\u8364?}`...)
	f.Add(compound(rtf))
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	fuzzImport(f, "f.msg")
}

// FuzzAttachment brings in a mail that carries foreign bytes under each name
// that a reader listens to. The programs that read PDFs and pictures are not
// ours to fuzz; what we do before we hand bytes to them is.
func FuzzAttachment(f *testing.F) {
	f.Add(docxOf(f, map[string]string{"word/document.xml": "<p>Call +1 888 555 0113</p>", "word/_rels/a.rels": `<Relationship Target="http://x.example" TargetMode="External"/>`}))
	f.Add(pdfOf("Call"))
	f.Add(hugePNG(100))
	f.Add(pngOf(f, image.NewGray(image.Rect(0, 0, 80, 60))))
	f.Add([]byte("GIF89a\x40\x00\x40\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	f.Add([]byte("II*\x00\x08\x00\x00\x00"))
	f.Add([]byte(`<svg><a href="http://x.example"><text>call</text></a></svg>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep, FindTool: func(string) (string, error) { return "/bin/true", nil }})
		mail := mailWith("see it", attached{"a.docx", "application/octet-stream", b}, attached{"a.svg", "image/svg+xml", append([]byte("<svg>"), b...)}, attached{"a.msg", "x/y", append([]byte{0}, b...)})
		res, err := s.Import(analyst(), write(t, "m.eml", mail), nil)
		if err != nil || res.New != 1 {
			t.Fatalf("the mail must come in whatever it carries: %+v, %v", res, err)
		}
		for _, x := range only(t, k).Sightings {
			if x.Place.Field != "" && x.Place.Start > x.Place.End {
				t.Errorf("a sighting without a place: %+v", x)
			}
		}
	})
}
