package refer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ringbreaker.example/fraud"
)

// content keeps, while a package streams by, the few files whose inside is
// checked at the end: certificates, tables, the dossier. Exhibits are hashed
// and forgotten, so memory does not grow with the package.
type content struct {
	kept map[string]*bytes.Buffer
	left int64
}

// mostKept is how much of a package is kept for the last checks.
const mostKept = 512 << 20

func newContent() content { return content{kept: map[string]*bytes.Buffer{}, left: mostKept} }

func (c *content) wants(name string) bool {
	return strings.HasPrefix(name, certDir) || slices.Contains([]string{dossierHTML, ringsName, indicatorsName, transfersName, victimsName, disclosureName}, name)
}

// watch passes a file through and keeps it if it is wanted.
func (c *content) watch(name string, r io.Reader) io.Reader {
	if !c.wants(name) {
		return r
	}
	c.kept[name] = new(bytes.Buffer)
	return io.TeeReader(r, limited{c, c.kept[name]})
}

type limited struct {
	c   *content
	buf *bytes.Buffer
}

func (l limited) Write(p []byte) (int, error) {
	if l.c.left < int64(len(p)) {
		return 0, broken("the tables and certificates are larger than %d bytes together", mostKept)
	}
	l.c.left -= int64(len(p))
	return l.buf.Write(p)
}

// known are the files that the format and this document have a place for.
func (d *Document) known() map[string]bool {
	out := map[string]bool{}
	for _, name := range []string{referralName, dossierHTML, ringsName, indicatorsName, transfersName, victimsName, disclosureName, stixName, caseName, d.DossierPDF} {
		out[name] = true
	}
	for _, name := range d.Annex.annexes() {
		out[name] = d.annexed(name)
	}
	for _, s := range d.Statements {
		out[s.Path] = true
	}
	for _, e := range d.Exhibits {
		out[e.Path] = true
	}
	for _, c := range d.Certificates {
		out[c.Path] = true
	}
	return out
}

// annexed says whether name is one of the sealed annexes, under a name that
// an annex may have.
func (d *Document) annexed(name string) bool {
	own := name == d.Annex.Path && name == annexName
	return own || slices.ContainsFunc(d.Annex.Others, func(o OtherAnnexLine) bool { return o.Path == name && name == otherAnnexName(o.Org) })
}

// inside checks what the files say of each other: exhibits, citations,
// certificates, the dossier's digest, the numbers, the checks.
func (vr *verifier) inside() error {
	known := vr.doc.known()
	for _, f := range vr.m.Files {
		if !known[f.Path] {
			return broken("%s is in the manifest and has no place in a referral", f.Path)
		}
	}
	for _, step := range []func() error{vr.exhibits, vr.annexes, vr.custody, vr.citations, vr.certificates, vr.dossier, vr.numbers, vr.overrides} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (vr *verifier) exhibits() error {
	seen := make(map[fraud.ExhibitID]bool, len(vr.doc.Exhibits))
	for i, e := range vr.doc.Exhibits {
		if e.ID == "" || seen[e.ID] {
			return broken("two exhibits are called %.80q, so a citation would be ambiguous", e.ID)
		}
		seen[e.ID] = true
		f, ok := vr.m.Find(e.Path)
		if !ok || !strings.HasPrefix(e.Path, exhibitsDir) {
			return broken("exhibit %s names the file %.120q, which is not there", e.ID, e.Path)
		}
		if e.No != vr.doc.Numbering.FirstExhibit+i {
			return broken("exhibit %s has number %d out of turn", e.ID, e.No)
		}
		overridden := slices.ContainsFunc(vr.doc.Checks, func(c fraud.Check) bool { return c.No == 1 && c.Override != "" })
		if (f.SHA256 != e.SHA256 || f.Size != e.Size) && !overridden {
			return broken("exhibit %s is recorded with another SHA-256 than its file has", e.ID)
		}
	}
	for _, s := range vr.doc.Statements {
		if _, ok := vr.m.Find(s.Path); !ok {
			return broken("the statement of %s is not there", s.Org)
		}
	}
	vr.says("exhibits", "%d exhibits, numbered %d to %d, have the SHA-256 that was recorded for them.",
		len(vr.doc.Exhibits), vr.doc.Numbering.FirstExhibit, vr.doc.Numbering.LastExhibit)
	return nil
}

// annexes wants each annex that referral.json names. What is in them only the
// agency can say.
func (vr *verifier) annexes() error {
	for _, path := range vr.doc.Annex.annexes() {
		if _, ok := vr.m.Find(path); !ok {
			return broken("the annex %.120q is not there", path)
		}
	}
	return nil
}

// custody computes the hash of every custody event again.
func (vr *verifier) custody() error {
	for _, c := range vr.doc.Custody {
		if h, err := c.ChainHash(); (err != nil || h != c.Hash) && !vr.overridden(8) && !slices.ContainsFunc(vr.doc.Gaps, func(g Gap) bool { return string(g.Exhibit) == string(c.Item) }) {
			return broken("custody event %d of exhibit %s is not what its hash was made from", c.Seq, c.Item)
		}
	}
	vr.says("custody", "%d custody events have the hash that was made when they were written; %d gaps are disclosed.", len(vr.doc.Custody), len(vr.doc.Gaps))
	return nil
}

func (vr *verifier) citations() error {
	n := 0
	have := make(map[fraud.ExhibitID]bool, len(vr.doc.Exhibits))
	for _, e := range vr.doc.Exhibits {
		have[e.ID] = true
	}
	cite := func(about string, ids []fraud.ExhibitID) error {
		n++
		for _, id := range ids {
			if !have[id] {
				return broken("%s cites exhibit %.80q, which is not there", about, id)
			}
		}
		return nil
	}
	for _, s := range vr.doc.Subjects {
		for _, a := range s.Assertions {
			if err := cite("subject "+s.ID, a.Exhibits); err != nil {
				return err
			}
		}
	}
	for _, o := range vr.doc.Overlaps {
		for _, s := range o.Sides {
			if err := cite("overlap "+o.ID, s.Exhibits); err != nil {
				return err
			}
		}
	}
	vr.says("citations", "%d citations lead to exhibits of this package.", n)
	return nil
}

func (vr *verifier) certificates() error {
	blank, err := partB()
	if err != nil {
		return err
	}
	for _, c := range vr.doc.Certificates {
		buf := vr.content.kept[c.Path]
		if buf == nil || !strings.HasPrefix(c.Path, certDir) {
			return broken("certificate %.120q is not there", c.Path)
		}
		if c.Section == "" || len(c.Covers) == 0 {
			return broken("certificate %s says nothing", c.Path)
		}
		for _, e := range c.Covers {
			if f, ok := vr.m.Find(e.Path); !ok || f.SHA256 != e.SHA256 {
				return broken("certificate %s covers exhibit %s with another SHA-256 than its file has", c.Path, e.Exhibit)
			}
		}
		if problem := certificateHolds(c, buf.Bytes(), blank); problem != "" {
			return broken("certificate %s: %s", c.Path, problem)
		}
	}
	vr.says("certificates", "%d certificates cite their section and hold the SHA-256 of each exhibit that they cover. What they state is for their signatories to swear.",
		len(vr.doc.Certificates))
	return nil
}

func (vr *verifier) dossier() error {
	buf := vr.content.kept[dossierHTML]
	if buf == nil {
		return broken("%s is missing", dossierHTML)
	}
	digest := schedulesDigest(vr.m.Files)
	if !bytes.Contains(buf.Bytes(), []byte("schedules SHA-256 "+digest)) {
		return broken("%s does not carry the digest of the schedules %.16s…", dossierHTML, digest)
	}
	vr.says("dossier", "The dossier was made from these very schedules (digest %.16s… in its footer).", digest)
	return nil
}

// numbers counts again what the language of query.go can count.
func (vr *verifier) numbers() error {
	again := 0
	for _, q := range vr.doc.Queries {
		lang, ok := parseQuery(q.Text)
		if !ok {
			continue
		}
		buf := vr.content.kept[lang.file]
		if buf == nil {
			return broken("query %s counts %s, which is not there", q.ID, lang.file)
		}
		got, err := lang.run(buf.Bytes())
		if err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
		if got != q.Result && !vr.overridden(13) {
			return broken("query %s gives %d, and %d is recorded", q.ID, got, q.Result)
		}
		again++
	}
	vr.says("numbers", "%d of %d queries were run again on the package's tables and give the numbers recorded.", again, len(vr.doc.Queries))
	return nil
}

func (vr *verifier) overridden(no int) bool {
	return slices.ContainsFunc(vr.doc.Checks, func(c fraud.Check) bool { return c.No == no && c.Override != "" })
}

func (vr *verifier) overrides() error {
	if err := Blocking(vr.doc.Checks); err != nil {
		return errors.Join(broken("the referral was signed although a check does not hold"), err)
	}
	var said []string
	for _, c := range vr.doc.Checks {
		if !c.OK {
			said = append(said, fmt.Sprintf("check %d (%s), reason: %s", c.No, c.Name, c.Override))
		}
	}
	if len(said) == 0 {
		vr.says("checks", "All %d checks before signing held.", len(vr.doc.Checks))
		return nil
	}
	vr.says("checks", "%d checks held; a person overrode %s.", len(vr.doc.Checks)-len(said), strings.Join(said, "; "))
	return nil
}
