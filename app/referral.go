package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
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
func (n *Node) keepPackage(ctx context.Context, p *refer.Package, r fraud.Referral) (fraud.Referral, error) {
	var sum string
	err := n.keep(n.referralFile(r.ID, r.Version, "referral"), func(w io.Writer) error {
		h := newHasher(w)
		err := p.Pack(h)
		sum = h.Sum()
		return err
	})
	if err != nil {
		return r, err
	}
	r.Package, r.Manifest, r.Checks = sum, p.Digest(), p.Document.Checks
	return r, n.db.SaveReferral(ctx, r)
}

// keep writes a file of the node whole or not at all.
func (n *Node) keep(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
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

// Sign signs a package for this node's organisation, by the person in ctx,
// and proves its manifest in our witnessed ledger. The first signature sends
// the package to the other complainant; the last brings it back.
func (n *Node) Sign(ctx context.Context, id fraud.ReferralID, version int) error {
	r, err := n.db.Referral(ctx, id, version)
	if err != nil {
		return err
	}
	thing := access.Thing{Kind: access.ThingReferral, ID: string(id), Mark: r.Mark}
	if err := n.decide(ctx, access.ActSign, thing, access.Recipient{}); err != nil {
		return err
	}
	person, err := n.db.Person(ctx, access.From(ctx).Person)
	if err != nil {
		return err
	}
	p, err := refer.Load(n.referralFile(id, r.Version, "referral"))
	if err != nil {
		return err
	}
	defer p.Close()
	if err := refer.Blocking(p.Document.Checks); err != nil {
		return err
	}
	at := n.now().UTC().Truncate(time.Second)
	if err := n.prove(ctx, p, at); err != nil {
		return err
	}
	as := refer.SignAs{Org: n.Org.ID, Person: person.Name, Office: person.Office, At: at}
	if n.TimeStamps != "" {
		as.Stamp = refer.StampAt(http.DefaultClient, n.TimeStamps)
	}
	done, err := n.signatoryKey(ctx, p, &as)
	if err != nil {
		return err
	}
	err = p.Sign(ctx, as)
	if err := errors.Join(err, done()); err != nil {
		return err
	}
	if r.Signers, err = signersOf(p); err != nil {
		return err
	}
	if everySigned(r) {
		r.Status = fraud.ReferralSigned
	}
	if r, err = n.keepPackage(ctx, p, r); err != nil {
		return err
	}
	n.audit(ctx, "referral.sign", string(id), "", true)
	return n.passOn(ctx, p, r)
}

// signatoryKey fills the key that signs: the node's, or the signatory's own in
// the SSH agent or behind the configured program. Call done after signing.
func (n *Node) signatoryKey(ctx context.Context, p *refer.Package, as *refer.SignAs) (done func() error, err error) {
	nothing := func() error { return nil }
	i := slices.IndexFunc(p.Document.Complainants, func(c refer.Complainant) bool { return c.Org.ID == n.Org.ID })
	switch {
	case i < 0 || p.Document.Complainants[i].SignKey == "":
		as.Key = n.keys.Sign
		return nothing, nil
	case len(n.SignCommand) > 0:
		as.Key, err = refer.CommandSigner(ctx, n.SignCommand, p.Document.Complainants[i].SignKey)
		return nothing, err
	}
	as.Key, done, err = refer.AgentSigner("", p.Document.Complainants[i].SignKey)
	return done, err
}

func everySigned(r fraud.Referral) bool {
	return !slices.ContainsFunc(r.Complainants, func(o fraud.OrgID) bool {
		return !slices.ContainsFunc(r.Signers, func(s fraud.Signer) bool { return s.Org == o })
	})
}

// prove appends the manifest to our ledger, has the checkpoint witnessed by
// every complainant that the package names as our witness, and puts the
// proof into the package.
func (n *Node) prove(ctx context.Context, p *refer.Package, at time.Time) error {
	leaf, err := p.Leaf(at)
	if err != nil {
		return err
	}
	if _, err := n.ledger.Append(ctx, leaf); err != nil {
		return err
	}
	for _, c := range p.Document.Complainants {
		if c.Org.ID != n.Org.ID {
			if err := n.AskWitness(ctx, c.Org.ID); err != nil {
				return err
			}
		}
	}
	proof, err := n.ledger.Prove(ctx, leaf.Kind, leaf.Ref)
	if err != nil {
		return err
	}
	return p.Prove(n.Org.ID, proof)
}

// AskWitness has a peer cosign our newest checkpoint.
func (n *Node) AskWitness(ctx context.Context, id fraud.OrgID) error {
	p, err := n.peer(ctx, id)
	if err != nil {
		return err
	}
	if _, err := n.ledger.AskWitness(ctx, n.client, p.URL+"/peer/v1/ledger", p.Org); err != nil {
		return fmt.Errorf("have our checkpoint witnessed by %s: %w", id, err)
	}
	return nil
}

// toSign tells a complainant of a package that was sent to its node.
type toSign struct {
	Referral fraud.ReferralID `json:"referral"`
	Version  int              `json:"version"`
	Package  carried          `json:"package"`
}

// signedBack is what a complainant answers with: the package itself is there
// already.
type signedBack struct {
	Referral   fraud.ReferralID `json:"referral"`
	Version    int              `json:"version"`
	Manifest   string           `json:"manifest_sha256"`
	Signatures []byte           `json:"signatures"`
	Ledger     []byte           `json:"ledger"`
}

// passOn sends a package to the complainant who has to sign next, or, when
// everyone has, the signatures to the others.
func (n *Node) passOn(ctx context.Context, p *refer.Package, r fraud.Referral) error {
	sigs, proofs := p.Seals()
	back := signedBack{Referral: r.ID, Version: r.Version, Manifest: p.Digest(), Signatures: sigs, Ledger: proofs}
	for _, to := range r.Complainants {
		if to == n.Org.ID {
			continue
		}
		if everySigned(r) {
			if err := n.call(ctx, to, "/peer/v1/referrals/signed", back, nil); err != nil {
				return err
			}
			continue
		}
		c, err := n.carryTo(ctx, to, n.referralFile(r.ID, r.Version, "referral"), r.Package)
		if err != nil {
			return err
		}
		if err := n.call(ctx, to, "/peer/v1/referrals/to-sign", toSign{r.ID, r.Version, c}, nil); err != nil {
			return err
		}
	}
	return nil
}

// receiveToSign takes a package that the other complainant built and signed.
// It is refused unless our part in it is ours, byte for byte; whether to sign
// is for our signatory.
func (n *Node) receiveToSign(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	msg, err := read[toSign](r)
	if err != nil {
		return nil, err
	}
	name, err := n.arrived(from.ID, msg.Package)
	if err != nil {
		return nil, err
	}
	p, err := refer.Load(name)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	rec, err := n.signable(ctx, from.ID, p)
	if err != nil {
		return nil, err
	}
	old, err := n.db.Referral(ctx, rec.ID, rec.Version)
	if err == nil && old.Status != fraud.ReferralDraft {
		return nil, conflictf("referral %s version %d was signed by both; a new version says what changed", rec.ID, rec.Version)
	}
	rec.Package, rec.Manifest, rec.Checks = msg.Package.SHA256, p.Digest(), p.Document.Checks
	if err := n.db.SaveReferral(ctx, rec); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(n.Data, referralsDir), 0o700); err != nil {
		return nil, err
	}
	n.audit(ctx, "referral.to_sign", string(rec.ID), "", true)
	return nil, os.Rename(name, n.referralFile(rec.ID, rec.Version, "referral"))
}

// signable is the record of a package that a peer asks us to sign, if our
// part in it is ours.
func (n *Node) signable(ctx context.Context, from fraud.OrgID, p *refer.Package) (fraud.Referral, error) {
	d := &p.Document
	rec := fraud.Referral{
		ID: d.ID, Version: d.Version, Supplements: d.Supplements, Title: d.Title, JointCase: d.JointCase, To: d.To.Org.ID,
		Mark: d.Mark, Embargo: d.Embargo, Status: fraud.ReferralDraft, At: d.At,
	}
	if !plainID(string(d.ID)) {
		return rec, invalidf("%.60q is no id of a referral", d.ID)
	}
	c, err := n.acceptedWith(ctx, d.JointCase, from)
	if err != nil {
		return rec, err
	}
	if err := n.ours(p); err != nil {
		return rec, err
	}
	for _, x := range d.Complainants {
		rec.Complainants = append(rec.Complainants, x.Org.ID)
	}
	rec.JointCase = c.ID
	rec.Signers, err = signersOf(p)
	return rec, err
}

// plainID says whether an id of another node's can be part of a file's name.
func plainID(id string) bool {
	return id != "" && len(id) <= 80 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	})
}

// ours holds a package against what this node gave: our keys, our exhibits
// byte for byte, and nothing in our name that we did not give.
func (n *Node) ours(p *refer.Package) error {
	i := slices.IndexFunc(p.Document.Complainants, func(c refer.Complainant) bool { return c.Org.ID == n.Org.ID })
	if i < 0 || p.Document.Complainants[i].Org.Keys != n.Org.Keys {
		return forbiddenf("referral %s does not name us with our keys", p.Document.ID)
	}
	given, err := n.given(p.Document.JointCase)
	if err != nil {
		return err
	}
	for _, e := range p.Document.Exhibits {
		if e.Org == n.Org.ID && !given[e.SHA256] {
			return forbiddenf("referral %s holds an exhibit %s in our name that we did not give", p.Document.ID, e.ID)
		}
	}
	return nil
}

// signersOf reads who signed a package off its statements. Whether the
// signatures hold is for Verify to say.
func signersOf(p *refer.Package) ([]fraud.Signer, error) {
	f, err := p.Open("signatures.json")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all refer.Signatures
	if err := json.NewDecoder(f).Decode(&all); err != nil {
		return nil, invalidf("signatures of referral %s cannot be read", p.Document.ID)
	}
	var out []fraud.Signer
	for _, s := range all.By {
		raw, err := base64.StdEncoding.DecodeString(s.Statement.Payload)
		var says refer.Signing
		if err != nil || json.Unmarshal(raw, &says) != nil {
			return nil, invalidf("statement of the signature of %s in referral %s cannot be read", s.Org, p.Document.ID)
		}
		out = append(out, fraud.Signer{Org: s.Org, Person: says.Person + ", " + says.Office, KeyID: says.KeyID, At: says.At})
	}
	return out, nil
}

// receiveSigned takes the other's signature and ledger proof into our copy of
// the package that we sent it.
func (n *Node) receiveSigned(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	back, err := read[signedBack](r)
	if err != nil {
		return nil, err
	}
	rec, err := n.db.Referral(ctx, back.Referral, back.Version)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(rec.Complainants, from.ID) || rec.Manifest != back.Manifest {
		return nil, forbiddenf("what came back for referral %s is not the package that was sent", rec.ID)
	}
	if rec.Status != fraud.ReferralDraft {
		return nil, nil // sent again
	}
	p, err := refer.Load(n.referralFile(rec.ID, rec.Version, "referral"))
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := p.Adopt(back.Signatures, back.Ledger); err != nil {
		return nil, err
	}
	if rec.Signers, err = signersOf(p); err != nil {
		return nil, err
	}
	if everySigned(rec) {
		rec.Status = fraud.ReferralSigned
	}
	_, err = n.keepPackage(ctx, p, rec)
	return nil, err
}

// Send verifies the package once more, seals it to the agency's key and
// hands it in.
func (n *Node) Send(ctx context.Context, id fraud.ReferralID, version int) error {
	r, agency, c, err := n.seal(ctx, id, version)
	if err != nil {
		return err
	}
	file, err := n.carryTo(ctx, r.To, n.referralFile(id, r.Version, "referral.age"), r.Sealed)
	if err != nil {
		return err
	}
	var receipt fraud.StatusEvent
	if err := n.call(ctx, r.To, "/peer/v1/referrals/sealed", toSign{r.ID, r.Version, file}, &receipt); err != nil {
		return err
	}
	if err := n.shared(ctx, "referral", string(id), r.To, c.Basis, r.Mark); err != nil {
		return err
	}
	if err := n.takeStatus(ctx, agency, receipt); err != nil {
		return err
	}
	return n.relay(ctx, r, receipt)
}

// SendOnDisk seals a package for an agency that is not reached by network: a
// person carries the file that it names, and brings back a receipt for
// [Node.TakeReceipt].
func (n *Node) SendOnDisk(ctx context.Context, id fraud.ReferralID, version int) (string, error) {
	r, _, c, err := n.seal(ctx, id, version)
	if err != nil {
		return "", err
	}
	return n.referralFile(id, r.Version, "referral.age"), n.shared(ctx, "referral", string(id), r.To, c.Basis, r.Mark)
}

// TakeReceipt takes an agency's signed word that came back on a disk, and
// passes it to the other complainant.
func (n *Node) TakeReceipt(ctx context.Context, e fraud.StatusEvent) error {
	r, err := n.db.Referral(ctx, e.Referral, 0)
	if err != nil {
		return err
	}
	agency, err := n.peer(ctx, e.From)
	if err != nil {
		return err
	}
	if err := n.takeStatus(ctx, agency.Org, e); err != nil {
		return err
	}
	return n.relay(ctx, r, e)
}

// relay passes an agency's word to the other complainants, who hold its
// signature against the key that they know.
func (n *Node) relay(ctx context.Context, r fraud.Referral, e fraud.StatusEvent) error {
	for _, to := range r.Complainants {
		if to != n.Org.ID {
			if err := n.call(ctx, to, "/peer/v1/referrals/status", e, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// seal asks the rules, verifies the package and writes it sealed, in one
// stream.
func (n *Node) seal(ctx context.Context, id fraud.ReferralID, version int) (r fraud.Referral, agency fraud.Org, c fraud.JointCase, err error) {
	if r, err = n.db.Referral(ctx, id, version); err != nil {
		return r, agency, c, err
	}
	p, err := n.peer(ctx, r.To)
	if err != nil {
		return r, agency, c, err
	}
	agency = p.Org
	if c, err = n.db.JointCase(ctx, r.JointCase); err != nil {
		return r, agency, c, err
	}
	thing := access.Thing{Kind: access.ThingReferral, ID: string(id), Mark: r.Mark, Embargo: r.Embargo, Sealed: true, Basis: c.Basis, Recalled: len(c.Overlaps) == 0}
	if err := n.decide(ctx, access.ActRefer, thing, access.ToOrg(agency)); err != nil {
		return r, agency, c, err
	}
	if r.Status == fraud.ReferralDraft {
		return r, agency, c, conflictf("referral %s version %d is not signed by every complainant yet", id, r.Version)
	}
	if r.Sealed != "" && r.Status != fraud.ReferralSealed {
		return r, agency, c, conflictf("%s has referral %s version %d already", r.To, id, r.Version)
	}
	if r.Sealed != "" {
		// Sealed before and perhaps received: age never seals the same way twice.
		if sum, err := hashFile(n.referralFile(id, r.Version, "referral.age")); err == nil && sum == r.Sealed {
			return r, agency, c, nil
		}
	}
	name := n.referralFile(id, r.Version, "referral")
	if _, err := refer.VerifyPath(name, n.trust(ctx, r.Complainants)); err != nil {
		return r, agency, c, err
	}
	err = n.keep(n.referralFile(id, r.Version, "referral.age"), func(w io.Writer) error {
		h := newHasher(w)
		defer func() { r.Sealed = h.Sum() }()
		return SealReferral(name, []string{agency.Keys.Seal}, h)
	})
	if err != nil {
		return r, agency, c, err
	}
	r.Status = fraud.ReferralSealed
	return r, agency, c, n.db.SaveReferral(ctx, r)
}

// trust pins the keys that this node knows from its peers, and its own.
func (n *Node) trust(ctx context.Context, orgs []fraud.OrgID) refer.Trust {
	t := refer.Trust{Keys: map[fraud.OrgID]string{}, Ledgers: map[fraud.OrgID]string{}}
	for _, id := range orgs {
		keys := n.Org.Keys
		if id != n.Org.ID {
			p, err := n.peer(ctx, id)
			if err != nil {
				continue // not a peer: verification says that its key is not pinned
			}
			keys = p.Org.Keys
		}
		t.Keys[id], t.Ledgers[id] = keys.Sign, keys.Ledger
	}
	return t
}
