package refer

import (
	"fmt"
	"time"

	"ringbreaker.example/fraud"
)

const referralFormat = "ringbreaker/referral/1"

// Document is referral.json: who says what to whom, and by what rules it was
// made. Every other file hangs on it.
type Document struct {
	Format        string               `json:"format"`
	ID            fraud.ReferralID     `json:"id"`
	Version       int                  `json:"version"`
	Supplements   fraud.ReferralID     `json:"supplements,omitempty"`
	Title         string               `json:"title"`
	Summary       string               `json:"summary"`
	At            time.Time            `json:"as_of"`
	Mark          fraud.Mark           `json:"mark"`
	Embargo       time.Time            `json:"embargo,omitzero"`
	Basis         fraud.ShareBasis     `json:"basis"`
	JointCase     fraud.JointCaseID    `json:"joint_case,omitempty"`
	Proceeding    time.Time            `json:"proceeding,omitzero"`
	Jurisdictions []string             `json:"jurisdictions"`
	Nexus         []Nexus              `json:"nexus"`
	Complainants  []Complainant        `json:"complainants"`
	To            Agency               `json:"to"`
	Statements    []StatementFile      `json:"statements"`
	Rings         []RingLine           `json:"rings"`
	Overlaps      []Overlap            `json:"overlaps"`
	Subjects      []fraud.Subject      `json:"subjects"`
	Premises      []Premises           `json:"premises"`
	Hours         []Hours              `json:"hours"`
	Method        string               `json:"method"`
	Timeline      []Event              `json:"timeline"`
	Money         Money                `json:"money"`
	Exhibits      []ExhibitLine        `json:"exhibits"`
	Custody       []fraud.CustodyEvent `json:"custody"`
	Gaps          []Gap                `json:"custody_gaps"`
	Figures       []fraud.Figure       `json:"figures"`
	Queries       []Query              `json:"queries"`
	Contrary      []string             `json:"contrary_evidence"`
	NotDone       []string             `json:"tests_not_done"`
	Requests      []Request            `json:"requests"`
	Holds         []fraud.Hold         `json:"holds"`
	Deconfliction string               `json:"deconfliction"`
	Certificates  []Certificate        `json:"certificates"`
	Numbering     Numbering            `json:"numbering"`
	Annex         AnnexLine            `json:"annex"`
	DossierPDF    string               `json:"dossier_pdf"` // the file's name, or why there is none
	Checks        []fraud.Check        `json:"checks"`
}

// StatementFile says which file is whose statement.
type StatementFile struct {
	Org  fraud.OrgID `json:"org"`
	Path string      `json:"path"`
}

// RingLine is a ring in the table of contents; the whole is in rings.jsonl.
type RingLine struct {
	Label   string       `json:"label"`
	Org     fraud.OrgID  `json:"org"`
	Ring    fraud.RingID `json:"ring"`
	Mark    fraud.Mark   `json:"mark"`
	Reports int          `json:"reports"`
}

// ExhibitLine is an exhibit with its place in the package.
type ExhibitLine struct {
	Exhibit
	Path string `json:"path"`
}

// Numbering is where the two schedules start and end, so that a supplement
// continues them.
type Numbering struct {
	FirstExhibit    int `json:"first_exhibit"`
	LastExhibit     int `json:"last_exhibit"`
	FirstDisclosure int `json:"first_disclosure"`
	LastDisclosure  int `json:"last_disclosure"`
}

// Certificate says which file certifies which exhibits under which law.
type Certificate struct {
	Path    string             `json:"path"`
	Form    string             `json:"form"`    // "bsa-63-4", "iea-65b", "fre-902-13", "fre-902-14", "cja-s9"
	Section string             `json:"section"` // as the certificate cites it
	Org     fraud.OrgID        `json:"org"`
	Covers  []CertifiedExhibit `json:"covers"`
}

// CertifiedExhibit is an exhibit as a certificate names it.
type CertifiedExhibit struct {
	Exhibit fraud.ExhibitID `json:"exhibit"`
	Path    string          `json:"path"`
	SHA256  string          `json:"sha256"`
}

// AnnexLine says whether there is a sealed annex, for how many people, and
// to which keys. It names nobody.
type AnnexLine struct {
	Path       string   `json:"path"` // empty: no victim agreed to be named
	Victims    int      `json:"victims"`
	Withheld   int      `json:"withheld"` // known to a complainant and not named, for want of consent
	Recipients []string `json:"recipients"`
	// Others are the annexes of the other complainants.
	Others []OtherAnnexLine `json:"others"`
}

// OtherAnnexLine is the annex that another complainant sealed.
type OtherAnnexLine struct {
	Org     fraud.OrgID `json:"org"`
	Path    string      `json:"path"`
	Victims int         `json:"victims"`
}

// annexes are the paths of all sealed annexes.
func (a AnnexLine) annexes() []string {
	var out []string
	if a.Path != "" {
		out = append(out, a.Path)
	}
	for _, o := range a.Others {
		out = append(out, o.Path)
	}
	return out
}

// decodeDocument reads referral.json and checks its inner references.
func decodeDocument(b []byte) (Document, error) {
	var d Document
	if err := decodeExact(b, &d, referralName); err != nil {
		return d, err
	}
	if d.Format != referralFormat {
		return d, fmt.Errorf("%s has format %.40q, want %s: %w", referralName, d.Format, referralFormat, fraud.ErrInvalid)
	}
	if len(d.Complainants) > maxComplainants {
		return d, fmt.Errorf("%s names %d complainants, the most is %d: %w", referralName, len(d.Complainants), maxComplainants, fraud.ErrInvalid)
	}
	if len(d.Complainants) == 0 {
		return d, fmt.Errorf("%s names no complainant: %w", referralName, fraud.ErrInvalid)
	}
	if len(d.Checks) > len(rules) {
		return d, fmt.Errorf("%s has %d checks, there are %d: %w", referralName, len(d.Checks), len(rules), fraud.ErrInvalid)
	}
	seen := map[fraud.OrgID]bool{}
	for _, c := range d.Complainants {
		if c.Org.ID == "" || seen[c.Org.ID] {
			return d, fmt.Errorf("%s names complainant %.80q twice or without an id: %w", referralName, c.Org.ID, fraud.ErrInvalid)
		}
		seen[c.Org.ID] = true
		if len(c.Witnesses) > maxWitnesses {
			return d, fmt.Errorf("%s names %d witnesses of the ledger of %s, the most is %d: %w", referralName, len(c.Witnesses), c.Org.ID, maxWitnesses, fraud.ErrInvalid)
		}
	}
	return d, nil
}

// complainant finds one by its org's id.
func (d *Document) complainant(id fraud.OrgID) (Complainant, bool) {
	for _, c := range d.Complainants {
		if c.Org.ID == id {
			return c, true
		}
	}
	return Complainant{}, false
}
