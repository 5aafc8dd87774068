package refer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

// Tools are the helpers outside this room that Build may use.
type Tools struct {
	// PDF prints an HTML page; [ChromiumPDF] does it. With nil the package has
	// no dossier.pdf and referral.json says why.
	PDF func(ctx context.Context, html []byte) ([]byte, error)
}

// Build makes the package of a referral from its material. It runs every
// check and writes the results into referral.json, also the failing ones: a
// draft can be read, and [Package.Sign] refuses it. It returns ErrInvalid if
// the material cannot make a package at all (no complainant, an exhibit that
// cannot be read).
func Build(ctx context.Context, m *Material, tools Tools) (*Package, error) {
	b := &builder{m: m, files: map[string]File{}, open: map[string]opener{}}
	for _, step := range []func(context.Context) error{b.outline, b.exhibits, b.annex, b.tables, b.statements, b.certificates, b.exchange, b.preview, b.checks} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("build referral %s: %w", m.ID, err)
		}
	}
	if err := b.dossier(ctx, tools); err != nil {
		return nil, fmt.Errorf("build referral %s: %w", m.ID, err)
	}
	return b.pack()
}

// builder gathers the files of one package.
type builder struct {
	m     *Material
	doc   Document
	files map[string]File
	open  map[string]opener
	texts []string // names of what is scanned for victims' identities
}

func (b *builder) put(name string, content []byte) error {
	if err := checkPath(name); err != nil {
		return err
	}
	b.files[name] = File{Path: name, Size: int64(len(content)), SHA256: sha256Hex(content)}
	b.open[name] = openBytes(content)
	return nil
}

// line is one JSON line in the one form; unline reads it.
func line(v any) ([]byte, error) {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return append(b, '\n'), nil
}

func unline(b []byte, v any) error { return json.Unmarshal(b, v) }

// outline fills what referral.json says of the whole.
func (b *builder) outline(context.Context) error {
	m := b.m
	if m.ID == "" || m.Version < 1 || len(m.Complainants) == 0 {
		return fmt.Errorf("a referral needs an id, a version and a complainant: %w", fraud.ErrInvalid)
	}
	if err := m.Mark.Valid(); err != nil {
		return err
	}
	b.doc = Document{
		Format: referralFormat, ID: m.ID, Version: m.Version, Supplements: m.Supplements, Title: m.Title, Summary: m.Summary, At: m.At.UTC(),
		Mark: m.Mark.Filled(), Embargo: m.Embargo, Basis: m.Basis, JointCase: m.JointCase, Proceeding: m.Proceeding, Jurisdictions: m.Jurisdictions,
		Nexus: m.Nexus, Complainants: m.Complainants, To: m.To, Overlaps: m.Overlaps, Subjects: m.Subjects, Premises: m.Premises, Hours: m.Hours,
		Method: m.Method, Timeline: m.Timeline, Money: m.Money, Custody: m.Custody, Gaps: m.Gaps, Figures: m.Figures, Queries: m.Queries,
		Contrary: m.Contrary, NotDone: m.NotDone, Requests: m.Requests, Holds: m.Holds, Deconfliction: m.Deconfliction,
	}
	for _, r := range m.Rings {
		b.doc.Rings = append(b.doc.Rings, RingLine{r.Label, r.Org, r.Ring.ID, r.Ring.Mark.Filled(), len(r.Ring.Reports)})
	}
	b.doc.Numbering = Numbering{
		FirstExhibit: first(m.FirstExhibit), LastExhibit: first(m.FirstExhibit) + len(m.Exhibits) - 1,
		FirstDisclosure: first(m.FirstDisclosure), LastDisclosure: first(m.FirstDisclosure) + len(m.Disclosure) - 1,
	}
	return nil
}

// exhibits numbers the exhibits, hashes each as it is now and gives it its
// place. A hash that is not the recorded one is check 1's to report.
func (b *builder) exhibits(ctx context.Context) error {
	for i, e := range b.m.Exhibits {
		if err := ctx.Err(); err != nil {
			return err
		}
		e.No = first(b.m.FirstExhibit) + i
		path := fmt.Sprintf("%s%04d-%s", exhibitsDir, e.No, plainName(e.Name, 60))
		sum, size, err := hashExhibit(e)
		if err != nil {
			return err
		}
		e.Mark = e.Mark.Filled()
		b.doc.Exhibits = append(b.doc.Exhibits, ExhibitLine{Exhibit: e, Path: path})
		b.files[path] = File{Path: path, Size: size, SHA256: sum}
		b.open[path] = e.Open
	}
	return nil
}

func hashExhibit(e Exhibit) (sum string, size int64, err error) {
	if e.Open == nil {
		return "", 0, fmt.Errorf("exhibit %s has no bytes: %w", e.ID, fraud.ErrInvalid)
	}
	r, err := e.Open()
	if err != nil {
		return "", 0, fmt.Errorf("open exhibit %s: %w", e.ID, err)
	}
	h := newHashing(r)
	size, err = copyAll(io.Discard, h, newBuffer(e.Size))
	sum = h.sum()
	if err = errors.Join(err, r.Close()); err != nil {
		return "", 0, fmt.Errorf("read exhibit %s: %w", e.ID, err)
	}
	return sum, size, nil
}

func (b *builder) annex(context.Context) error {
	line := AnnexLine{Recipients: b.m.To.Recipients}
	for _, v := range b.m.Victims {
		switch {
		case v.consents():
			line.Victims++
		case !v.Identity.Empty():
			line.Withheld++
		}
	}
	sealed := b.m.Annex
	if sealed == nil && line.Victims > 0 {
		var err error
		if sealed, err = SealAnnex(b.m); err != nil {
			return err
		}
	}
	if line.Victims > 0 {
		line.Path = annexName
		if err := b.put(annexName, sealed); err != nil {
			return err
		}
	}
	for _, o := range b.m.OtherAnnexes {
		path := otherAnnexName(o.Org)
		if _, twice := b.files[path]; twice || len(o.Sealed) == 0 {
			return fmt.Errorf("the annex of %s is empty or given twice: %w", o.Org, fraud.ErrInvalid)
		}
		line.Others = append(line.Others, OtherAnnexLine{o.Org, path, o.Victims})
		if err := b.put(path, o.Sealed); err != nil {
			return err
		}
	}
	b.doc.Annex = line
	return nil
}

func (b *builder) tables(context.Context) error {
	named := map[string]bool{}
	for _, v := range b.m.Victims {
		elsewhere := v.Consent.ShareLawEnforcement && slices.ContainsFunc(b.m.OtherAnnexes, func(o OtherAnnex) bool { return o.Org == v.Org })
		named[v.Pseudonym] = named[v.Pseudonym] || v.consents() || elsewhere
	}
	for _, t := range []struct {
		name string
		make func(*Material) ([]byte, error)
	}{
		{ringsName, ringsJSONL},
		{indicatorsName, indicatorsCSV},
		{transfersName, transfersCSV},
		{disclosureName, disclosureCSV},
		{victimsName, func(m *Material) ([]byte, error) { return victimsCSV(m, named) }},
	} {
		content, err := t.make(b.m)
		if err != nil {
			return err
		}
		if err := b.put(t.name, content); err != nil {
			return err
		}
	}
	return nil
}

// preview puts a dossier in place that lacks only the checks, so that the
// checks look at it too.
func (b *builder) preview(context.Context) error {
	page, err := b.dossierHTML()
	if err != nil {
		return err
	}
	b.texts = append(b.texts, dossierHTML)
	return b.put(dossierHTML, page)
}

// bytesOf reads a small file back.
func (b *builder) bytesOf(name string) ([]byte, error) {
	open := b.open[name]
	if open == nil {
		return nil, fmt.Errorf("%s: %w", name, fraud.ErrNotFound)
	}
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readMost(r, name, 1<<30)
}

// pack writes referral.json and the manifest.
func (b *builder) pack() (*Package, error) {
	doc, err := encode(b.doc)
	if err != nil {
		return nil, err
	}
	if err := b.put(referralName, doc); err != nil {
		return nil, err
	}
	m := Manifest{Format: manifestFormat, Referral: b.m.ID, Version: b.m.Version}
	for _, f := range b.files {
		m.Files = append(m.Files, f)
	}
	slices.SortFunc(m.Files, func(x, y File) int { return strings.Compare(x.Path, y.Path) })
	manifest, err := encode(m)
	if err != nil {
		return nil, err
	}
	if m, err = decodeManifest(manifest); err != nil {
		return nil, err
	}
	p := &Package{Manifest: m, manifest: manifest, signatures: noSignatures(), ledger: noLedger(), open: b.open}
	if p.Document, err = decodeDocument(doc); err != nil {
		return nil, err
	}
	return p, nil
}
