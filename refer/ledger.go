package refer

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
)

const ledgerFormat = "ringbreaker/ledger/1"

// Ledgers is ledger.json: for each complainant that keeps a ledger, the
// proof that the manifest is in it.
type Ledgers struct {
	Format string        `json:"format"`
	Proofs []LedgerProof `json:"proofs"` // in the order of referral.json's complainants
}

// LedgerProof is one complainant's proof.
type LedgerProof struct {
	Org   fraud.OrgID  `json:"org"`
	Proof ledger.Proof `json:"proof"`
}

func noLedger() []byte {
	return []byte("{\n  \"format\": \"" + ledgerFormat + "\",\n  \"proofs\": []\n}\n")
}

// LeafRef is the reference under which a package's manifest stands in a
// ledger.
func LeafRef(id fraud.ReferralID, version int) string {
	return string(id) + "/" + strconv.Itoa(version)
}

// Leaf is what each complainant appends to its ledger for this package.
func (p *Package) Leaf(at time.Time) (fraud.Leaf, error) {
	l := fraud.Leaf{Kind: fraud.LeafManifest, Ref: LeafRef(p.Document.ID, p.Document.Version), At: at}
	sum, err := hex.DecodeString(p.Digest())
	if err != nil {
		return l, fmt.Errorf("digest of referral %s: %w", p.Document.ID, err)
	}
	copy(l.Digest[:], sum)
	return l, nil
}

// Prove adds a complainant's ledger proof, in place of an earlier one of its
// own. It returns ErrInvalid if the proof does not hold for this package.
func (p *Package) Prove(org fraud.OrgID, proof ledger.Proof) error {
	c, ok := p.Document.complainant(org)
	if !ok {
		return fmt.Errorf("%s is not a complainant of referral %s: %w", org, p.Document.ID, fraud.ErrForbidden)
	}
	if _, err := checkProof(&p.Document, c, proof, p.Digest()); err != nil {
		return err
	}
	var all Ledgers
	if err := decodeExact(p.ledger, &all, ledgerName); err != nil {
		return err
	}
	all.Proofs = slices.DeleteFunc(all.Proofs, func(l LedgerProof) bool { return l.Org == org })
	all.Proofs = append(all.Proofs, LedgerProof{org, proof})
	rank := func(o fraud.OrgID) int {
		return slices.IndexFunc(p.Document.Complainants, func(c Complainant) bool { return c.Org.ID == o })
	}
	slices.SortFunc(all.Proofs, func(a, b LedgerProof) int { return rank(a.Org) - rank(b.Org) })
	b, err := encode(all)
	if err != nil {
		return err
	}
	p.ledger = b
	return nil
}

// org finds an organisation that the package names, with its keys.
func (d *Document) org(id fraud.OrgID) (fraud.Org, bool) {
	if c, ok := d.complainant(id); ok {
		return c.Org, true
	}
	return d.To.Org, d.To.Org.ID == id
}

// checkProof holds one proof against the manifest, and wants the cosignature
// of each witness that referral.json names: a forked ledger has none.
func checkProof(d *Document, c Complainant, proof ledger.Proof, manifest string) (ledger.Proven, error) {
	log, _, err := ledger.Verifiers(c.Org.Keys)
	if err != nil {
		return ledger.Proven{}, fmt.Errorf("the ledger key of %s: %w", c.Org.ID, err)
	}
	var witnesses []note.Verifier
	for _, id := range c.Witnesses {
		o, ok := d.org(id)
		if !ok {
			return ledger.Proven{}, broken("witness %.80q of the ledger of %s is not named with its keys", id, c.Org.ID)
		}
		_, w, err := ledger.Verifiers(o.Keys)
		if err != nil {
			return ledger.Proven{}, fmt.Errorf("the keys of witness %s: %w", id, err)
		}
		witnesses = append(witnesses, w)
	}
	proven, err := ledger.VerifyProof(proof, log, witnesses...)
	if err != nil {
		return proven, fmt.Errorf("the ledger proof of %s: %w", c.Org.ID, err)
	}
	if len(proven.Cosignatures) != len(witnesses) {
		return proven, broken("the ledger checkpoint of %s has %d of its %d witnesses' cosignatures: it may be a fork", c.Org.ID, len(proven.Cosignatures), len(witnesses))
	}
	if err := exactNote(proof.Checkpoint, 1+len(witnesses)); err != nil {
		return proven, fmt.Errorf("the ledger checkpoint of %s: %w", c.Org.ID, err)
	}
	leaf := proven.Leaf
	if leaf.Kind != fraud.LeafManifest || leaf.Ref != LeafRef(d.ID, d.Version) || hex.EncodeToString(leaf.Digest[:]) != manifest {
		return proven, broken("the ledger proof of %s is about something else than this manifest", c.Org.ID)
	}
	return proven, nil
}

// exactNote wants just the signature lines that were verified, each in the
// one base64 form: other lines are ignored by C2SP's rules, and so would be
// free to change.
func exactNote(signed string, lines int) error {
	_, sigs, ok := strings.Cut(signed, "\n\n")
	if !ok || strings.Count(sigs, "\n") != lines || !strings.HasSuffix(sigs, "\n") {
		return broken("it has signature lines that nobody here can verify")
	}
	for l := range strings.Lines(sigs) {
		f := strings.Split(strings.TrimSuffix(l, "\n"), " ")
		if len(f) != 3 || f[0] != "\u2014" {
			return broken("a signature line is not one")
		}
		b, err := unbase64(f[2])
		if err != nil || !bytes.Equal([]byte(base64.StdEncoding.EncodeToString(b)), []byte(f[2])) {
			return broken("a signature line is not in its one form")
		}
	}
	return nil
}

// ledgers wants a proof from each complainant that keeps a ledger.
func (vr *verifier) ledgers() error {
	var all Ledgers
	if err := decodeExact(vr.ledger, &all, ledgerName); err != nil {
		return err
	}
	if all.Format != ledgerFormat {
		return broken("%s has format %.40q, want %s", ledgerName, all.Format, ledgerFormat)
	}
	rest := all.Proofs
	for _, c := range vr.doc.Complainants {
		if !c.LedgerUse {
			vr.says("ledger "+string(c.Org.ID), "%s claims no ledger proof.", c.Org.Name)
			continue
		}
		if len(rest) == 0 || rest[0].Org != c.Org.ID {
			return broken("the ledger proof of %s is missing or out of place", c.Org.ID)
		}
		proven, err := checkProof(&vr.doc, c, rest[0].Proof, vr.v.Manifest)
		if err != nil {
			return err
		}
		if pin, ok := vr.trust.Ledgers[c.Org.ID]; ok && pin != c.Org.Keys.Ledger {
			return broken("the ledger key of %s is not the one known for it", c.Org.ID)
		}
		index := rest[0].Proof.Index
		rest = rest[1:]
		by := make([]string, len(proven.Cosignatures))
		for i, w := range proven.Cosignatures {
			by[i] = w.Witness + " at " + w.At.Format(time.RFC3339)
		}
		seen := "no witness"
		if len(by) > 0 {
			seen = strings.Join(by, ", ")
		}
		vr.says("ledger "+string(c.Org.ID), "The manifest is entry %d of the ledger %s, logged at %s; its checkpoint of %d entries was witnessed by %s.",
			index, proven.Checkpoint.Origin, proven.Leaf.At.Format(time.RFC3339), proven.Checkpoint.Size, seen)
	}
	if len(rest) > 0 {
		return broken("%s has a proof of %.80q, which claims no ledger", ledgerName, rest[0].Org)
	}
	return nil
}
