package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// referralsDir holds, for each version of a referral, what it was built from,
// the package and the sealed package:
//
//	ID-v1.input.json   ID-v1.referral   ID-v1.referral.age
const referralsDir = "referrals"

// referralInput is all that a package is built from, so that an override or
// a mended record builds it again and everything else stays as it was.
type referralInput struct {
	ID        fraud.ReferralID  `json:"id"`
	Version   int               `json:"version"`
	JointCase fraud.JointCaseID `json:"joint_case"`
	To        fraud.OrgID       `json:"to"`
	Title     string            `json:"title"`
	At        time.Time         `json:"at"`
	Mine      Contribution      `json:"mine"`
	Theirs    Contribution      `json:"theirs"`
	Overrides []refer.Override  `json:"overrides"`
	Previous  *refer.Numbering  `json:"previous,omitempty"` // of the version before, whose numbers go on
}

func (n *Node) referralFile(id fraud.ReferralID, version int, suffix string) string {
	return filepath.Join(n.Data, referralsDir, fmt.Sprintf("%s-v%d.%s", id, version, suffix))
}

// PackageFile is where the package of a referral lies, sealed or not.
func (n *Node) PackageFile(id fraud.ReferralID, version int, sealed bool) string {
	if sealed {
		return n.referralFile(id, version, "referral.age")
	}
	return n.referralFile(id, version, "referral")
}

// Build makes the draft of a joint referral: it asks the other side's node
// for its part, adds our own, runs every check and keeps the package.
func (n *Node) Build(ctx context.Context, from fraud.JointCaseID, to fraud.OrgID, title string) (fraud.ReferralID, error) {
	c, err := n.db.JointCase(ctx, from)
	if err != nil {
		return "", err
	}
	agency, err := n.peer(ctx, to)
	if err != nil {
		return "", err
	}
	thing := access.Thing{Kind: access.ThingReferral, ID: string(from), Mark: c.Mark, Basis: c.Basis}
	if err := n.decide(ctx, access.ActBuild, thing, access.Recipient{}); err != nil {
		return "", err
	}
	if c.Accepted.IsZero() {
		return "", conflictf("joint case %s was not accepted by %s yet", c.ID, c.Peer)
	}
	id, err := n.newID("REF")
	if err != nil {
		return "", err
	}
	return fraud.ReferralID(id), n.assemble(ctx, c, agency.Org, referralInput{ID: fraud.ReferralID(id), Version: 1, JointCase: from, To: to, Title: title})
}

// Supplement makes the next version of a referral that was sent: what was
// gathered since, with the numbers of exhibits and of the disclosure schedule
// going on. It returns the version, a draft like any other.
func (n *Node) Supplement(ctx context.Context, id fraud.ReferralID, title string) (int, error) {
	r, err := n.db.Referral(ctx, id, 0)
	if err != nil {
		return 0, err
	}
	if r.Sealed == "" {
		return 0, conflictf("version %d of referral %s was not sent yet; a supplement follows what an agency has", r.Version, id)
	}
	c, err := n.db.JointCase(ctx, r.JointCase)
	if err != nil {
		return 0, err
	}
	agency, err := n.peer(ctx, r.To)
	if err != nil {
		return 0, err
	}
	thing := access.Thing{Kind: access.ThingReferral, ID: string(id), Mark: r.Mark, Basis: c.Basis}
	if err := n.decide(ctx, access.ActBuild, thing, access.Recipient{}); err != nil {
		return 0, err
	}
	last, err := refer.Load(n.referralFile(id, r.Version, "referral"))
	if err != nil {
		return 0, err
	}
	numbers := last.Document.Numbering
	if err := last.Close(); err != nil {
		return 0, err
	}
	if title == "" {
		title = fmt.Sprintf("Supplement %d to: %s", r.Version, strings.TrimPrefix(r.Title, fmt.Sprintf("Supplement %d to: ", r.Version-1)))
	}
	return r.Version + 1, n.assemble(ctx, c, agency.Org, referralInput{
		ID: id, Version: r.Version + 1, JointCase: c.ID, To: r.To, Title: title, Previous: &numbers,
	})
}

// Rebuild gathers the records of a draft anew, on both nodes, and runs every
// check on them. Reasons that were given for a check stay.
func (n *Node) Rebuild(ctx context.Context, id fraud.ReferralID) error {
	r, err := n.db.Referral(ctx, id, 0)
	if err != nil {
		return err
	}
	thing := access.Thing{Kind: access.ThingReferral, ID: string(id), Mark: r.Mark}
	if err := n.decide(ctx, access.ActBuild, thing, access.Recipient{}); err != nil {
		return err
	}
	if r.Status != fraud.ReferralDraft || len(r.Signers) > 0 {
		return conflictf("referral %s version %d is signed; a new version says what changed", id, r.Version)
	}
	var in referralInput
	if err := n.readInput(id, r.Version, &in); err != nil {
		return err
	}
	c, err := n.db.JointCase(ctx, in.JointCase)
	if err != nil {
		return err
	}
	agency, err := n.peer(ctx, in.To)
	if err != nil {
		return err
	}
	in.Mine, in.Theirs = Contribution{}, Contribution{}
	return n.assemble(ctx, c, agency.Org, in)
}

// assemble asks the other side's node for its part and its exhibits, adds our
// own and builds the draft.
func (n *Node) assemble(ctx context.Context, c fraud.JointCase, agency fraud.Org, in referralInput) error {
	in.At = n.now().UTC().Truncate(time.Second)
	ask := in.ask(agency)
	if err := n.call(ctx, c.Peer, "/peer/v1/joint-cases/contribution", ask, &in.Theirs); err != nil {
		return err
	}
	for _, e := range in.Theirs.Exhibits {
		if err := n.fetchExhibit(ctx, c.Peer, c.ID, carried{SHA256: e.SHA256, Size: e.Size}); err != nil {
			return err
		}
	}
	var mine []refer.Victim
	var err error
	if in.Mine, mine, err = n.contribution(ctx, c, agency, ask); err != nil {
		return err
	}
	return n.draft(ctx, in, c, agency, mine)
}

// ask is the question to both sides' nodes that an input answers.
func (in referralInput) ask(agency fraud.Org) askContribution {
	ask := askContribution{JointCase: in.JointCase, Agency: agency.ID, Recipients: []string{agency.Keys.Seal}, TimeZone: agencyZone(agency)}
	if in.Previous != nil {
		ask.Referral, ask.Before = in.ID, in.Version-1
	}
	return ask
}

// agencyZone is the clock by which a ring's hours are first shown: that of
// the agency's country, where the premises are believed to be.
func agencyZone(o fraud.Org) string {
	if z, ok := map[string]string{"IN": "Asia/Kolkata", "GB": "Europe/London", "DE": "Europe/Berlin", "SG": "Asia/Singapore", "JP": "Asia/Tokyo"}[o.Country]; ok {
		return z
	}
	return "UTC"
}

// draft builds the package of an input and keeps both.
func (n *Node) draft(ctx context.Context, in referralInput, c fraud.JointCase, agency fraud.Org, mine []refer.Victim) error {
	m := material(in, c, agency, mine, func(sum string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return n.blobs.Get(context.WithoutCancel(ctx), sum) }
	})
	p, err := refer.Build(ctx, &m, n.tools())
	if err != nil {
		return err
	}
	defer p.Close()
	raw, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("keep the input of referral %s: %w", in.ID, err)
	}
	if err := n.keep(n.referralFile(in.ID, in.Version, "input.json"), func(w io.Writer) error { _, err := w.Write(raw); return err }); err != nil {
		return err
	}
	_, err = n.keepPackage(ctx, p, fraud.Referral{
		ID: in.ID, Version: in.Version, Supplements: m.Supplements, Title: in.Title, JointCase: in.JointCase, To: in.To,
		Complainants: []fraud.OrgID{n.Org.ID, c.Peer}, Mark: p.Document.Mark, Embargo: c.Embargo, Status: fraud.ReferralDraft, At: in.At,
	})
	return err
}

// keepPackage writes a package's file and what the node knows of it.
func (n *Node) keepPackage(ctx context.Context, p *refer.Package, r fraud.Referral, letters ...*fraud.Letter) (fraud.Referral, error) {
	var sum string
	err := n.keep(n.referralFile(r.ID, r.Version, "referral"), func(w io.Writer) error {
		h := refer.NewHasher(w)
		err := p.Pack(h)
		sum = h.Sum()
		return err
	})
	if err != nil {
		return r, err
	}
	r.Package, r.Manifest, r.Checks = sum, p.Digest(), p.Document.Checks
	return r, n.db.SaveReferral(ctx, r, letters...)
}

// keep writes a file of the node whole or not at all.
func (n *Node) keep(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return WriteWhole(name, 0o600, write)
}

// tools are what building needs of the machine: Chromium, where it is, for
// the dossier's PDF.
func (n *Node) tools() refer.Tools {
	if n.Browser == "" {
		return refer.Tools{}
	}
	return refer.Tools{PDF: refer.ChromiumPDF(n.Browser)}
}

// Override signs a person's reason into the draft: the check failed and the
// referral goes all the same.
func (n *Node) Override(ctx context.Context, id fraud.ReferralID, version, check int, reason string) error {
	thing := access.Thing{Kind: access.ThingReferral, ID: string(id), Reason: reason}
	if err := n.decide(ctx, access.ActBuild, thing, access.Recipient{}); err != nil {
		return err
	}
	r, err := n.db.Referral(ctx, id, version)
	if err != nil {
		return err
	}
	if r.Status != fraud.ReferralDraft || len(r.Signers) > 0 {
		return conflictf("referral %s version %d is signed; a new version says what changed", id, r.Version)
	}
	var in referralInput
	if err := n.readInput(id, r.Version, &in); err != nil {
		return err
	}
	in.Overrides = append(in.Overrides, refer.Override{No: check, Reason: reason, By: access.From(ctx).Person})
	c, err := n.db.JointCase(ctx, in.JointCase)
	if err != nil {
		return err
	}
	agency, err := n.peer(ctx, in.To)
	if err != nil {
		return err
	}
	_, mine, err := n.contribution(ctx, c, agency.Org, in.ask(agency.Org))
	if err != nil {
		return err
	}
	return n.draft(ctx, in, c, agency.Org, mine)
}

func (n *Node) readInput(id fraud.ReferralID, version int, in *referralInput) error {
	b, err := os.ReadFile(n.referralFile(id, version, "input.json"))
	if err != nil {
		return fmt.Errorf("referral %s was not built on this node: %w", id, fraud.ErrNotFound)
	}
	if err := json.Unmarshal(b, in); err != nil {
		return fmt.Errorf("input of referral %s: %w", id, fraud.ErrInvalid)
	}
	return nil
}
