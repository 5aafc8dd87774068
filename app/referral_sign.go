package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
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
	letters, err := n.passOn(p, r)
	if err != nil {
		return err
	}
	if _, err := n.keepPackage(ctx, p, r, letters...); err != nil {
		return err
	}
	n.audit(ctx, "referral.sign", string(id), "", true)
	return n.told(ctx, letters...)
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
	case n.SignKeyFile != "":
		as.Key, err = refer.FileSigner(n.SignKeyFile, p.Document.Complainants[i].SignKey)
		return nothing, err
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

// passOn are the letters by which a package goes to the complainant who has to
// sign next, or, when everyone has, the signatures to the others.
func (n *Node) passOn(p *refer.Package, r fraud.Referral) ([]*fraud.Letter, error) {
	sigs, proofs := p.Seals()
	back := signedBack{Referral: r.ID, Version: r.Version, Manifest: p.Digest(), Signatures: sigs, Ledger: proofs}
	var letters []*fraud.Letter
	for _, to := range r.Complainants {
		if to == n.Org.ID {
			continue
		}
		l := n.packageLetter(to, letterToSign, r)
		if everySigned(r) {
			var err error
			if l, err = n.letter(to, letterSigned, string(r.ID), "/peer/v1/referrals/signed", back); err != nil {
				return nil, err
			}
		}
		letters = append(letters, l)
	}
	return letters, nil
}

// askSignature carries a package to the complainant who has to sign next.
func (n *Node) askSignature(ctx context.Context, to fraud.OrgID, id fraud.ReferralID, version int) error {
	r, err := n.db.Referral(ctx, id, version)
	if err != nil {
		return err
	}
	if len(r.Signers) == 0 || everySigned(r) {
		return nil // it was built anew, or both have signed, while this waited
	}
	c, err := n.carryTo(ctx, to, n.referralFile(r.ID, r.Version, "referral"), r.Package)
	if err != nil {
		return err
	}
	return n.call(ctx, to, "/peer/v1/referrals/to-sign", toSign{r.ID, r.Version, c}, nil)
}

// receiveToSign takes a package that the other complainant built and signed.
// It is refused unless our part in it is ours, byte for byte; whether to sign
// is for our signatory.
func (n *Node) receiveToSign(r *http.Request) (any, error) {
	ctx := r.Context()
	from, msg, err := asked[toSign](n, r)
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
	if ctx, err = n.agreed(ctx, c); err != nil {
		return rec, err
	}
	if err := n.noVictimIn(ctx, c, p); err != nil {
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
	from, back, err := asked[signedBack](n, r)
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
