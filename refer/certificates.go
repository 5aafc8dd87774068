package refer

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

//go:embed templates
var templates embed.FS

// bsaInForce is the day from which BSA 2023 s.63(4) takes the place of the
// Indian Evidence Act s.65B(4); proceedings begun before stay under the old
// Act (BSA 2023 s.170(2)). The day begins in India.
var bsaInForce = time.Date(2024, 7, 1, 0, 0, 0, 0, time.FixedZone("IST", 5*3600+1800))

// certForm is one form of certificate that we can fill.
type certForm struct {
	form     string
	section  string // as it must stand in the certificate
	template string
}

var (
	formBSA = certForm{"bsa-63-4", "section 63(4) of the Bharatiya Sakshya Adhiniyam, 2023", "bsa-63-4.html"}
	formIEA = certForm{"iea-65b", "section 65B(4) of the Indian Evidence Act, 1872", "iea-65b.html"}
	form13  = certForm{"fre-902-13", "Federal Rule of Evidence 902(13)", "fre-902-13.html"}
	form14  = certForm{"fre-902-14", "Federal Rule of Evidence 902(14)", "fre-902-14.html"}
	formS9  = certForm{"cja-s9", "section 9 of the Criminal Justice Act 1967", "cja-s9.html"}
)

// formsFor says which forms a court of a country wants, by the date of the
// proceeding. ok is false for a country whose form is not known here.
func formsFor(country string, proceeding time.Time) (forms []certForm, ok bool) {
	switch country {
	case "IN":
		if proceeding.Before(bsaInForce) {
			return []certForm{formIEA}, true
		}
		return []certForm{formBSA}, true
	case "US":
		return []certForm{form13, form14}, true
	case "GB":
		return []certForm{formS9}, true
	}
	return nil, false
}

// courts are the countries to certify for: those named, and the United
// Kingdom where a complainant is British.
func (m *Material) courts() []string {
	out := slices.Clone(m.Jurisdictions)
	for _, c := range m.Complainants {
		if c.Org.Country == "GB" && !slices.Contains(out, "GB") {
			out = append(out, "GB")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// certPage is what a certificate's template shows: facts only.
type certPage struct {
	Form, Section, Title string
	Doc                  *Document
	C                    Complainant
	Exhibits             []ExhibitLine
	Proceeding           string
	Devices              []tick
	Controls             []tick
	Algorithms           []tick
	Abroad               bool // signed outside the United States (28 U.S.C. 1746(1))
	PartB                template.HTML
}

type tick struct {
	Label string
	On    bool
}

// deviceBoxes are the boxes of BSA 2023, Schedule, Part A, item 2.
var deviceBoxes = []string{"Computer/Storage Media", "DVR", "Mobile", "Flash Drive", "CD/DVD", "Server", "Cloud", "Other"}

func ticks(labels []string, on string) []tick {
	out := make([]tick, len(labels))
	found := false
	for i, l := range labels {
		out[i] = tick{l, l == on}
		found = found || l == on
	}
	if !found && on != "" && labels[len(labels)-1] == "Other" {
		out[len(out)-1] = tick{"Other: " + on, true}
	}
	return out
}

// partB is Part B of the certificate, word for word as the Schedule has it
// and empty: the expert fills it, never this program.
func partB() (template.HTML, error) {
	b, err := templates.ReadFile("templates/bsa-part-b.html")
	if err != nil {
		return "", fmt.Errorf("read Part B: %w", err)
	}
	return template.HTML(b), nil //nolint:gosec // our own file, no one's text
}

// certificates makes each complainant's certificates for each court, over
// the exhibits that it produces.
func (b *builder) certificates(context.Context) error {
	for _, c := range b.m.Complainants {
		var own []ExhibitLine
		for _, e := range b.doc.Exhibits {
			if e.Org == c.Org.ID {
				own = append(own, e)
			}
		}
		if len(own) == 0 {
			continue
		}
		for _, court := range b.m.courts() {
			forms, _ := formsFor(court, b.proceeding())
			for _, f := range forms {
				if err := b.certificate(c, own, f); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// proceeding is when the proceeding begins: on its date, or with this
// referral.
func (b *builder) proceeding() time.Time {
	if b.m.Proceeding.IsZero() {
		return b.m.At
	}
	return b.m.Proceeding
}

func (b *builder) certificate(c Complainant, own []ExhibitLine, f certForm) error {
	blank, err := partB()
	if err != nil {
		return err
	}
	page := certPage{
		Form: f.form, Section: f.section, Title: f.title(), Doc: &b.doc, C: c, Exhibits: own, PartB: blank,
		Proceeding: b.proceeding().UTC().Format("2 January 2006"), Devices: ticks(deviceBoxes, c.System.Kind),
		Controls:   ticks([]string{"Owned", "Maintained", "Managed", "Operated"}, c.System.Control),
		Algorithms: ticks([]string{"SHA1", "SHA256", "MD5", "Other"}, "SHA256"), Abroad: c.Org.Country != "US",
	}
	content, err := render(f.template, page)
	if err != nil {
		return err
	}
	path := certDir + f.form + "-" + plainName(string(c.Org.ID), 30) + ".html"
	line := Certificate{Path: path, Form: f.form, Section: f.section, Org: c.Org.ID}
	for _, e := range own {
		line.Covers = append(line.Covers, CertifiedExhibit{e.ID, e.Path, b.files[e.Path].SHA256})
	}
	b.doc.Certificates = append(b.doc.Certificates, line)
	b.texts = append(b.texts, path)
	return b.put(path, content)
}

func (f certForm) title() string { return "Certificate under " + f.section }

// render executes one of our templates with the shared parts.
func render(name string, data any) ([]byte, error) {
	t, err := template.New(name).Funcs(pageFuncs).ParseFS(templates, "templates/shared.html", "templates/"+name)
	if err != nil {
		return nil, fmt.Errorf("read template %s: %w", name, err)
	}
	var buf bytes.Buffer
	if err := t.Execute(&buf, data); err != nil {
		return nil, fmt.Errorf("fill template %s: %w", name, err)
	}
	return buf.Bytes(), nil
}

// checkCertificates is rule 7.
func checkCertificates(b *builder) verdict {
	unknown := []string{}
	for _, court := range b.m.courts() {
		forms, ok := formsFor(court, b.proceeding())
		if !ok {
			unknown = append(unknown, court)
			continue
		}
		if court == "IN" && b.m.Proceeding.IsZero() {
			return fails("proceeding", "The date of the proceeding decides which Indian certificate is right, and it is not given.")
		}
		for _, c := range b.m.Complainants {
			if v := b.certified(c, forms); !v.ok {
				return v
			}
		}
	}
	says := fmt.Sprintf("%d certificates are of the right form for their court and date; every Part B is empty.", len(b.doc.Certificates))
	if len(unknown) > 0 {
		says += " No form is known here for " + strings.Join(unknown, ", ") + ": ask the agency."
	}
	return holds("%s", says)
}

// certified wants one certificate of each form from a complainant with
// exhibits, filled with the facts of its system.
func (b *builder) certified(c Complainant, forms []certForm) verdict {
	produces := slices.ContainsFunc(b.doc.Exhibits, func(e ExhibitLine) bool { return e.Org == c.Org.ID })
	if !produces {
		return holds("")
	}
	s := c.System
	if s.Name == "" || s.Kind == "" || s.Process == "" || s.Control == "" || c.Signatory == "" || c.Office == "" {
		return fails("complainant "+string(c.Org.ID), "The facts of its record-keeping system or its signatory are not all given, so its certificates have blanks.")
	}
	for _, e := range b.doc.Exhibits {
		if e.Org == c.Org.ID && b.files[e.Path].SHA256 != e.SHA256 {
			return fails("exhibit "+string(e.ID), "Its certificates would say that its hash is the recorded one, and it is not.")
		}
	}
	blank, err := partB()
	if err != nil {
		return fails("templates", "Part B could not be read.")
	}
	for _, f := range forms {
		i := slices.IndexFunc(b.doc.Certificates, func(x Certificate) bool { return x.Org == c.Org.ID && x.Form == f.form })
		if i < 0 {
			return fails("complainant "+string(c.Org.ID), "The certificate under %s is missing.", f.section)
		}
		content, err := b.bytesOf(b.doc.Certificates[i].Path)
		if err != nil {
			return fails("file "+b.doc.Certificates[i].Path, "The certificate could not be read.")
		}
		if v := certificateHolds(b.doc.Certificates[i], content, blank); v != "" {
			return fails("file "+b.doc.Certificates[i].Path, "%s", v)
		}
	}
	return holds("")
}

// hashRun finds the SHA-256s in a certificate, all at once: it may cover
// thousands of exhibits.
var hashRun = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// certificateHolds says what is wrong with a certificate's text, or nothing:
// it must cite its section, hold the hash of each exhibit, and its Part B
// must be the empty one.
func certificateHolds(c Certificate, content []byte, blank template.HTML) string {
	if !bytes.Contains(content, []byte(c.Section)) {
		return "The certificate does not cite " + c.Section + "."
	}
	stands := map[string]bool{}
	for _, sum := range hashRun.FindAll(content, -1) {
		stands[string(sum)] = true
	}
	for _, e := range c.Covers {
		if !stands[e.SHA256] {
			return "The certificate does not hold the SHA-256 of exhibit " + string(e.Exhibit) + "."
		}
	}
	if c.Form == formBSA.form && !bytes.Contains(content, []byte(blank)) {
		return "Part B of the certificate is not empty."
	}
	return ""
}

// statements writes each complainant's own statement.
func (b *builder) statements(context.Context) error {
	for _, c := range b.m.Complainants {
		path := statementName(c.Org.ID)
		if _, twice := b.files[path]; twice {
			return fmt.Errorf("two complainants would have the file %s: %w", path, fraud.ErrInvalid)
		}
		b.doc.Statements = append(b.doc.Statements, StatementFile{c.Org.ID, path})
		b.texts = append(b.texts, path)
		if err := b.put(path, b.statement(c)); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) statement(c Complainant) []byte {
	var w bytes.Buffer
	d := &b.doc
	p := func(format string, args ...any) { fmt.Fprintf(&w, format+"\n", args...) }
	p("%s\n", d.handling())
	p("# Statement of %s\n", c.Org.Name)
	p("Referral %s, version %d: %s\n", d.ID, d.Version, d.Title)
	p("To: %s, %s\n", d.To.Org.Name, d.To.Unit)
	p("## Standing\n\n%s\n", c.Standing)
	p("## Authorised signatory\n\n%s, %s. %s\n", c.Signatory, c.Office, c.Authority)
	p("%s\n", c.Address)
	p("## What happened\n\n%s\n", strings.TrimSpace(c.Statement))
	p("## What we hold\n")
	for _, r := range b.m.Rings {
		if r.Org == c.Org.ID {
			p("- Ring %s (%s): %d reports, %d victims, sent %s; first %s, last %s.", r.Label, r.Ring.ID, r.Ring.Harm.Reports, r.Ring.Harm.Victims,
				sums(r.Ring.Harm.Sent), day(r.Ring.Harm.FirstAt), day(r.Ring.Harm.LastAt))
		}
	}
	p("\n## Exhibits that we produce\n\nThis statement claims nothing of the other complainant's exhibits.\n")
	for _, e := range d.Exhibits {
		if e.Org == c.Org.ID {
			p("- %d (%s): %s, SHA-256 `%s`", e.No, e.ID, e.What, e.SHA256)
		}
	}
	p("\n%s", d.handling())
	return w.Bytes()
}

// handling is the line of marks that stands on every page.
func (d *Document) handling() string {
	s := fmt.Sprintf("TLP:%s · PAP:%s", d.Mark.TLP, d.Mark.PAP)
	if !d.Embargo.IsZero() {
		s += " · EMBARGO until " + d.Embargo.UTC().Format("2 January 2006 15:04 UTC")
	}
	return s + " · For " + d.To.Org.Name + " only"
}
