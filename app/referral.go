package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
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

// maxPackage is the largest package that travels by request; a larger one is
// brought on a disk, which `referral open` takes as well.
const maxPackage = access.MaxSignedBody

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
	in := referralInput{ID: fraud.ReferralID(id), Version: 1, JointCase: from, To: to, Title: title, At: n.now().UTC().Truncate(time.Second)}
	ask := askContribution{JointCase: from, Agency: to, Recipients: []string{agency.Org.Keys.Seal}, TimeZone: agencyZone(agency.Org)}
	if err := n.call(ctx, c.Peer, "/peer/v1/joint-cases/contribution", ask, &in.Theirs); err != nil {
		return "", err
	}
	var mine []refer.Victim
	if in.Mine, mine, err = n.contribution(ctx, c, agency.Org, ask.TimeZone); err != nil {
		return "", err
	}
	if err := n.draft(ctx, in, c, agency.Org, mine); err != nil {
		return "", err
	}
	return in.ID, nil
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
	m := material(in, c, agency, mine)
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
	return n.keepPackage(ctx, p, fraud.Referral{
		ID: in.ID, Version: in.Version, Title: in.Title, JointCase: in.JointCase, To: in.To,
		Complainants: []fraud.OrgID{n.Org.ID, c.Peer}, Mark: p.Document.Mark, Embargo: c.Embargo, Status: fraud.ReferralDraft, At: in.At,
	})
}

// keepPackage writes a package's file and what the node knows of it.
func (n *Node) keepPackage(ctx context.Context, p *refer.Package, r fraud.Referral) error {
	var sum string
	err := n.keep(n.referralFile(r.ID, r.Version, "referral"), func(w io.Writer) error {
		h := newHasher(w)
		err := p.Pack(h)
		sum = h.Sum()
		return err
	})
	if err != nil {
		return err
	}
	r.Package, r.Manifest, r.Checks = sum, p.Digest(), p.Document.Checks
	return n.db.SaveReferral(ctx, r)
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
	_, mine, err := n.contribution(ctx, c, agency.Org, agencyZone(agency.Org))
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
	if err := p.Sign(ctx, refer.SignAs{Org: n.Org.ID, Person: person.Name, Office: person.Office, Key: n.keys.Sign, At: at}); err != nil {
		return err
	}
	r.Signers = append(r.Signers, fraud.Signer{Org: n.Org.ID, Person: person.Name + ", " + person.Office, KeyID: refer.KeyID(n.publicKey()), At: at})
	if everySigned(r) {
		r.Status = fraud.ReferralSigned
	}
	if err := n.keepPackage(ctx, p, r); err != nil {
		return err
	}
	n.audit(ctx, "referral.sign", string(id), "", true)
	return n.passOn(ctx, r)
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

// passOn sends a package to the complainant who has to do something next.
func (n *Node) passOn(ctx context.Context, r fraud.Referral) error {
	path := "/peer/v1/referrals/to-sign"
	if everySigned(r) {
		path = "/peer/v1/referrals/signed"
	}
	b, err := os.ReadFile(n.referralFile(r.ID, r.Version, "referral"))
	if err != nil {
		return err
	}
	if len(b) > maxPackage {
		return conflictf("package %s is larger than %d bytes: bring it to the other complainant on a disk", r.ID, maxPackage)
	}
	for _, to := range r.Complainants {
		if to != n.Org.ID {
			if err := n.send(ctx, to, path, "application/octet-stream", b, nil); err != nil {
				return err
			}
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
	p, done, err := n.incoming(r)
	if err != nil {
		return nil, err
	}
	defer done()
	c, err := n.db.JointCase(ctx, p.Document.JointCase)
	if err != nil {
		return nil, err
	}
	if c.Peer != from.ID {
		return nil, forbiddenf("joint case %s is not with %s", c.ID, from.ID)
	}
	if err := n.ours(p); err != nil {
		return nil, err
	}
	rec := fraud.Referral{
		ID: p.Document.ID, Version: p.Document.Version, Title: p.Document.Title, JointCase: c.ID, To: p.Document.To.Org.ID,
		Mark: p.Document.Mark, Embargo: p.Document.Embargo, Status: fraud.ReferralDraft, At: p.Document.At,
	}
	for _, x := range p.Document.Complainants {
		rec.Complainants = append(rec.Complainants, x.Org.ID)
	}
	if rec.Signers, err = signersOf(p); err != nil {
		return nil, err
	}
	n.audit(ctx, "referral.to_sign", string(rec.ID), "", true)
	return nil, n.keepPackage(ctx, p, rec)
}

// incoming reads the package of a request into a file of its own.
func (n *Node) incoming(r *http.Request) (*refer.Package, func(), error) {
	f, err := os.CreateTemp("", "ringbreaker-*.referral")
	if err != nil {
		return nil, nil, err
	}
	drop := func() { os.Remove(f.Name()) }
	if _, err := io.Copy(f, r.Body); err != nil {
		f.Close()
		drop()
		return nil, nil, invalidf("package broke off")
	}
	if err := f.Close(); err != nil {
		drop()
		return nil, nil, err
	}
	p, err := refer.Load(f.Name())
	if err != nil {
		drop()
		return nil, nil, err
	}
	return p, func() { p.Close(); drop() }, nil
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
		if e.Org == n.Org.ID && !slices.Contains(given, e.SHA256) {
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

// receiveSigned takes the package back with the other's signature.
func (n *Node) receiveSigned(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	p, done, err := n.incoming(r)
	if err != nil {
		return nil, err
	}
	defer done()
	rec, err := n.db.Referral(ctx, p.Document.ID, p.Document.Version)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(rec.Complainants, from.ID) || rec.Manifest != p.Digest() {
		return nil, forbiddenf("what came back for referral %s is not the package that was sent", rec.ID)
	}
	if rec.Signers, err = signersOf(p); err != nil {
		return nil, err
	}
	if everySigned(rec) {
		rec.Status = fraud.ReferralSigned
	}
	return nil, n.keepPackage(ctx, p, rec)
}

// Send verifies the package once more, seals it to the agency's key and
// hands it in.
func (n *Node) Send(ctx context.Context, id fraud.ReferralID, version int) error {
	r, err := n.db.Referral(ctx, id, version)
	if err != nil {
		return err
	}
	agency, err := n.peer(ctx, r.To)
	if err != nil {
		return err
	}
	c, err := n.db.JointCase(ctx, r.JointCase)
	if err != nil {
		return err
	}
	thing := access.Thing{Kind: access.ThingReferral, ID: string(id), Mark: r.Mark, Embargo: r.Embargo, Sealed: true, Basis: c.Basis}
	if err := n.decide(ctx, access.ActRefer, thing, access.ToOrg(agency.Org)); err != nil {
		return err
	}
	name := n.referralFile(id, r.Version, "referral")
	if _, err := refer.VerifyPath(name, n.trust(ctx, r.Complainants)); err != nil {
		return err
	}
	plain, err := os.Open(name)
	if err != nil {
		return err
	}
	defer plain.Close()
	var sealed bytes.Buffer
	w, err := refer.Seal(&sealed, []string{agency.Org.Keys.Seal})
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, plain); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := n.keep(n.referralFile(id, r.Version, "referral.age"), func(w io.Writer) error { _, err := w.Write(sealed.Bytes()); return err }); err != nil {
		return err
	}
	r.Sealed, r.Status = sha256Hex(sealed.Bytes()), fraud.ReferralSealed
	if err := n.db.SaveReferral(ctx, r); err != nil {
		return err
	}
	var receipt fraud.StatusEvent
	path := fmt.Sprintf("/peer/v1/referrals/sealed?referral=%s&version=%d", r.ID, r.Version)
	if err := n.send(ctx, r.To, path, "application/age-encryption.org", sealed.Bytes(), &receipt); err != nil {
		return err
	}
	if err := n.shared(ctx, "referral", string(id), r.To, c.Basis, r.Mark); err != nil {
		return err
	}
	return n.takeStatus(ctx, agency.Org, receipt)
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
