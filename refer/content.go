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
	kept map[string][]byte
}

// mostKept is how much of a package is kept for the last checks.
const mostKept = 512 << 20

func newContent() content { return content{kept: map[string][]byte{}} }

func (c *content) bytes(name string) []byte { return c.kept[name] }

func (c *content) wants(name string) bool {
	return strings.HasPrefix(name, certDir) || slices.Contains([]string{dossierHTML, ringsName, indicatorsName, transfersName, victimsName, disclosureName}, name)
}

// watch passes a file of size bytes through and keeps it if it is wanted. Its
// room is made at once, within what [verifier.budget] allows: one that claims
// what is not there takes addresses and no memory.
func (c *content) watch(name string, size int64, r io.Reader) io.Reader {
	if !c.wants(name) {
		return r
	}
	c.kept[name] = make([]byte, 0, size)
	return io.TeeReader(r, keeper{c, name})
}

type keeper struct {
	c    *content
	name string
}

func (k keeper) Write(p []byte) (int, error) {
	k.c.kept[k.name] = append(k.c.kept[k.name], p...)
	return len(p), nil
}

// known are the files that the format and this document have a place for.
func (d *Document) known() map[string]bool {
	out := map[string]bool{}
	for _, name := range []string{referralName, dossierHTML, ringsName, indicatorsName, transfersName, victimsName, disclosureName, stixName, caseName} {
		out[name] = true
	}
	if d.DossierPDF == dossierPDF {
		out[dossierPDF] = true
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
	for _, step := range []func() error{vr.complete, vr.exhibits, vr.annexes, vr.custody, vr.citations, vr.certificates, vr.dossier, vr.numbers, vr.overrides} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// complete wants every file that a referral must have, and from each
// complainant one statement under its own name.
func (vr *verifier) complete() error {
	must := []string{dossierHTML, ringsName, indicatorsName, transfersName, victimsName, disclosureName, stixName, caseName}
	if vr.doc.DossierPDF == dossierPDF {
		must = append(must, dossierPDF)
	}
	for _, name := range must {
		if _, ok := vr.m.Find(name); !ok {
			return broken("%s is missing, and a referral must have it", name)
		}
	}
	for i, c := range vr.doc.Complainants {
		if i >= len(vr.doc.Statements) || vr.doc.Statements[i] != (StatementFile{c.Org.ID, statementName(c.Org.ID)}) {
			return broken("the statement of %s is missing or out of place", c.Org.ID)
		}
		if _, ok := vr.m.Find(vr.doc.Statements[i].Path); !ok {
			return broken("the statement of %s is not there", c.Org.ID)
		}
	}
	if len(vr.doc.Statements) > len(vr.doc.Complainants) {
		return broken("there is a statement of %.80q, who is not a complainant or has one already", vr.doc.Statements[len(vr.doc.Complainants)].Org)
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
	seen := make(map[string]bool, len(vr.doc.Certificates))
	for _, c := range vr.doc.Certificates {
		text, ok := vr.content.kept[c.Path]
		if !ok || !strings.HasPrefix(c.Path, certDir) {
			return broken("certificate %.120q is not there", c.Path)
		}
		if seen[c.Path] { // each is looked through once
			return broken("certificate %s stands twice in %s", c.Path, referralName)
		}
		seen[c.Path] = true
		if c.Section == "" || len(c.Covers) == 0 {
			return broken("certificate %s says nothing", c.Path)
		}
		for _, e := range c.Covers {
			if f, ok := vr.m.Find(e.Path); !ok || f.SHA256 != e.SHA256 {
				return broken("certificate %s covers exhibit %s with another SHA-256 than its file has", c.Path, e.Exhibit)
			}
		}
		if problem := certificateHolds(c, text, blank); problem != "" {
			return broken("certificate %s: %s", c.Path, problem)
		}
	}
	vr.says("certificates", "%d certificates cite their section and hold the SHA-256 of each exhibit that they cover. What they state is for their signatories to swear.",
		len(vr.doc.Certificates))
	return nil
}

func (vr *verifier) dossier() error {
	digest := schedulesDigest(vr.m.Files)
	if !bytes.Contains(vr.content.bytes(dossierHTML), []byte("schedules SHA-256 "+digest)) {
		return broken("%s does not carry the digest of the schedules %.16s…", dossierHTML, digest)
	}
	vr.says("dossier", "The dossier was made from these very schedules (digest %.16s… in its footer).", digest)
	return nil
}

// numbers counts again what the language of query.go can count.
func (vr *verifier) numbers() error {
	again, read := 0, 0
	for _, q := range vr.doc.Queries {
		lang, ok := parseQuery(q.Text)
		if !ok {
			continue
		}
		if read += len(vr.content.bytes(lang.file)); again >= maxQueries || read > maxCounted {
			return broken("the queries count through more than %d tables or %d bytes", maxQueries, maxCounted)
		}
		got, err := lang.run(vr.content.bytes(lang.file))
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
