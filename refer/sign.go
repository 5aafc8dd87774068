package refer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"ringbreaker.example/fraud"
)

// The payload types of the two envelopes that each complainant signs (DSSE
// v1.0, envelope.md and protocol.md).
const (
	ManifestType = "application/vnd.ringbreaker.manifest+json"
	SigningType  = "application/vnd.ringbreaker.signing+json"

	signaturesFormat = "ringbreaker/signatures/1"
	signingFormat    = "ringbreaker/signing/1"
)

// Signatures is signatures.json.
type Signatures struct {
	Format string        `json:"format"`
	By     []SignatureOf `json:"by"` // in the order of referral.json's complainants
}

// SignatureOf is what one complainant signed: the manifest, and a statement
// of who signs it, in what office and when, which is signed too so that
// nobody else can set its time.
type SignatureOf struct {
	Org       fraud.OrgID `json:"org"`
	Manifest  Envelope    `json:"manifest"`
	Statement Envelope    `json:"statement"`
}

// Envelope is a DSSE envelope (DSSE v1.0 envelope.md).
type Envelope struct {
	PayloadType string              `json:"payloadType"`
	Payload     string              `json:"payload"` // standard base64 with padding
	Signatures  []EnvelopeSignature `json:"signatures"`
}

// EnvelopeSignature is one signature of an envelope.
type EnvelopeSignature struct {
	KeyID string `json:"keyid"`
	Sig   string `json:"sig"`
}

// Signing is the statement of who signs, as what, when.
type Signing struct {
	Format   string           `json:"format"`
	Referral fraud.ReferralID `json:"referral"`
	Version  int              `json:"version"`
	Manifest string           `json:"manifest_sha256"`
	Org      fraud.OrgID      `json:"org"`
	Person   string           `json:"person"`
	Office   string           `json:"office"`
	KeyID    string           `json:"keyid"`
	At       time.Time        `json:"at"`
	Says     string           `json:"says"`
	// TimeStamp is an RFC 3161 token in base64 over the SHA-256 of the
	// manifest's signature; NoTimeStamp says that one was asked for in vain.
	TimeStamp   string `json:"time_stamp,omitempty"`
	NoTimeStamp string `json:"no_time_stamp,omitempty"`
}

// signingSays is what a signatory declares; it is part of what is signed.
const signingSays = "I am authorised to sign this referral for the complainant named here. I have read my organisation's statement " +
	"and the checks in referral.json, and lay the files that the manifest lists before the agency named in referral.json."

// KeyID names an Ed25519 key in a package: SHA-256 of its 32 bytes, in hex.
func KeyID(pub ed25519.PublicKey) string { return sha256Hex(pub) }

// SignAs says who signs for which complainant with which key. Key is an
// Ed25519 key that may live elsewhere: a token or an agent satisfies
// crypto.Signer (it is called with the message itself and crypto.Hash(0)).
type SignAs struct {
	Org    fraud.OrgID
	Person string // empty: the signatory that referral.json names
	Office string
	Key    crypto.Signer
	At     time.Time
	Stamp  Stamper // of a time-stamping service; nil asks none
}

// Sign adds one complainant's signature, in place of an earlier one of its
// own. It first reads the whole package and refuses, with ErrConflict, to
// sign one whose files are not what the manifest says, or that has a failing
// check which nobody overrode with a reason.
func (p *Package) Sign(ctx context.Context, as SignAs) error {
	c, ok := p.Document.complainant(as.Org)
	if !ok {
		return fmt.Errorf("%s is not a complainant of referral %s: %w", as.Org, p.Document.ID, fraud.ErrForbidden)
	}
	pub, ok := as.Key.Public().(ed25519.PublicKey)
	if !ok {
		return fmt.Errorf("the signing key of %s is not Ed25519: %w", as.Org, fraud.ErrInvalid)
	}
	if want, err := c.signingKey(); err != nil || !want.Equal(pub) {
		return fmt.Errorf("the key is not the one that referral.json gives for %s (%s): %w", as.Org, KeyID(pub), fraud.ErrForbidden)
	}
	if err := Blocking(p.Document.Checks); err != nil {
		return err
	}
	if err := p.whole(ctx); err != nil {
		return err
	}
	if as.Person == "" {
		as.Person, as.Office = c.Signatory, c.Office
	}
	mine := SignatureOf{Org: as.Org}
	var err error
	if mine.Manifest, err = seal(as.Key, pub, ManifestType, p.manifest); err != nil {
		return fmt.Errorf("sign referral %s for %s: %w", p.Document.ID, as.Org, err)
	}
	says := Signing{
		Format: signingFormat, Referral: p.Document.ID, Version: p.Document.Version, Manifest: p.Digest(), Org: as.Org,
		Person: as.Person, Office: as.Office, KeyID: KeyID(pub), At: as.At.UTC().Truncate(time.Second), Says: signingSays,
	}
	if err := says.stamp(ctx, as.Stamp, mine.Manifest); err != nil {
		return err
	}
	stmt, err := encode(says)
	if err != nil {
		return err
	}
	if mine.Statement, err = seal(as.Key, pub, SigningType, stmt); err != nil {
		return fmt.Errorf("sign referral %s for %s: %w", p.Document.ID, as.Org, err)
	}
	return p.putSignature(mine)
}

func (p *Package) putSignature(mine SignatureOf) error {
	var all Signatures
	if err := decodeExact(p.signatures, &all, signaturesName); err != nil {
		return err
	}
	all.By = slices.DeleteFunc(all.By, func(s SignatureOf) bool { return s.Org == mine.Org })
	all.By = append(all.By, mine)
	rank := func(o fraud.OrgID) int {
		return slices.IndexFunc(p.Document.Complainants, func(c Complainant) bool { return c.Org.ID == o })
	}
	slices.SortFunc(all.By, func(a, b SignatureOf) int { return rank(a.Org) - rank(b.Org) })
	b, err := encode(all)
	if err != nil {
		return err
	}
	p.signatures = b
	return nil
}

// whole reads every file and holds it against the manifest.
func (p *Package) whole(ctx context.Context) error {
	buf := p.buffer()
	for _, name := range p.Names() {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("read referral %s: %w", p.Document.ID, err)
		}
		if err := p.each(name, func(r io.Reader) error { _, err := copyAll(io.Discard, r, buf); return err }); err != nil {
			return err
		}
	}
	return nil
}

func noSignatures() []byte {
	return []byte("{\n  \"format\": \"" + signaturesFormat + "\",\n  \"by\": []\n}\n")
}

// seal makes a DSSE envelope: the signature is over PAE(type, payload).
func seal(key crypto.Signer, pub ed25519.PublicKey, payloadType string, payload []byte) (Envelope, error) {
	sig, err := key.Sign(rand.Reader, dsse.PAE(payloadType, payload), crypto.Hash(0))
	if err != nil {
		return Envelope{}, fmt.Errorf("the key did not sign: %w", err)
	}
	return Envelope{
		PayloadType: payloadType, Payload: base64.StdEncoding.EncodeToString(payload),
		Signatures: []EnvelopeSignature{{KeyID: KeyID(pub), Sig: base64.StdEncoding.EncodeToString(sig)}},
	}, nil
}

// openEnvelope returns the payload if the one signature is pub's.
func openEnvelope(e Envelope, payloadType string, pub ed25519.PublicKey) ([]byte, error) {
	if e.PayloadType != payloadType {
		return nil, broken("its payload type is %.80q, want %s", e.PayloadType, payloadType)
	}
	payload, err := unbase64(e.Payload)
	if err != nil {
		return nil, broken("its payload is not base64")
	}
	if len(e.Signatures) != 1 {
		return nil, broken("it has %d signatures, want 1", len(e.Signatures))
	}
	if e.Signatures[0].KeyID != KeyID(pub) {
		return nil, broken("its key id %.16s… is not that of the complainant's key %.16s…", e.Signatures[0].KeyID, KeyID(pub))
	}
	sig, err := unbase64(e.Signatures[0].Sig)
	if err != nil || len(sig) != ed25519.SignatureSize {
		return nil, broken("its signature is not 64 bytes in base64")
	}
	if !ed25519.Verify(pub, dsse.PAE(payloadType, payload), sig) {
		return nil, broken("its signature does not hold")
	}
	return payload, nil
}

// unbase64 reads standard base64 that must be in its one form. The library's
// strict decoder still passes over CR and LF, wherever they stand, so that a
// signature or a payload would have bytes that are free to change.
func unbase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, broken("a line break in base64")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, broken("it is not base64")
	}
	return b, nil
}

// publicKey reads an Org's signing key: 32 bytes in standard base64.
func publicKey(s string) (ed25519.PublicKey, error) {
	b, err := unbase64(strings.TrimSpace(s))
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("a signing key is 32 bytes in base64: %w", fraud.ErrInvalid)
	}
	return b, nil
}

// checkSignature holds one complainant's two envelopes against the manifest.
func checkSignature(s SignatureOf, c Complainant, d *Document, manifest []byte) (Signing, error) {
	var st Signing
	pub, err := c.signingKey()
	if err != nil {
		return st, fmt.Errorf("complainant %s: %w", c.Org.ID, err)
	}
	payload, err := openEnvelope(s.Manifest, ManifestType, pub)
	if err != nil {
		return st, fmt.Errorf("the manifest signature of %s: %w", c.Org.ID, err)
	}
	if !bytes.Equal(payload, manifest) {
		return st, broken("the manifest that %s signed is another one", c.Org.ID)
	}
	payload, err = openEnvelope(s.Statement, SigningType, pub)
	if err != nil {
		return st, fmt.Errorf("the signing statement of %s: %w", c.Org.ID, err)
	}
	if err := decodeExact(payload, &st, "the signing statement of "+string(c.Org.ID)); err != nil {
		return st, err
	}
	want := Signing{
		Format: signingFormat, Referral: d.ID, Version: d.Version, Manifest: sha256Hex(manifest), Org: c.Org.ID,
		Person: st.Person, Office: st.Office, KeyID: KeyID(pub), At: st.At, Says: signingSays,
		TimeStamp: st.TimeStamp, NoTimeStamp: st.NoTimeStamp,
	}
	if st != want {
		return st, broken("the signing statement of %s is about something else", c.Org.ID)
	}
	return st, nil
}
