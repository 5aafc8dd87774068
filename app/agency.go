package app

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// hasher hashes what it passes on.
type hasher struct {
	w io.Writer
	h hash.Hash
}

func newHasher(w io.Writer) *hasher { return &hasher{w, sha256.New()} }

func (h *hasher) Write(b []byte) (int, error) {
	h.h.Write(b)
	return h.w.Write(b)
}

// Sum is the SHA-256 of all that was written, in hex.
func (h *hasher) Sum() string { return hex.EncodeToString(h.h.Sum(nil)) }

func (n *Node) publicKey() ed25519.PublicKey { return n.keys.Sign.Public().(ed25519.PublicKey) }

// receiveSealed takes a sealed referral in at an agency's node and answers
// with a signed receipt. Nothing inside has been read.
func (n *Node) receiveSealed(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	if n.Org.Kind != fraud.OrgAgency {
		return nil, forbiddenf("%s is no agency; referrals go to one", n.Org.ID)
	}
	id := fraud.ReferralID(r.URL.Query().Get("referral"))
	version, err := strconv.Atoi(r.URL.Query().Get("version"))
	if err != nil {
		return nil, invalidf("version of referral %s is no number", id)
	}
	sum, _, err := n.blobs.Put(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	item, err := n.Act.Receive(ctx, id, version, sum, []fraud.OrgID{from.ID})
	if err != nil {
		return nil, err
	}
	e := fraud.StatusEvent{Referral: id, Status: fraud.ReferralReceived, Says: "Received, sealed, SHA-256 " + sum, From: n.Org.ID, At: item.ReceivedAt}
	text, err := canonicalStatus(e)
	if err != nil {
		return nil, err
	}
	e.Signature = n.signWords(text)
	return e, n.db.AddStatus(ctx, e)
}

// OpenReferral unseals and verifies a package that came, with the keys that
// this node knows from its peers, writes down what held and what did not, and
// tells the complainants that it was opened.
func (n *Node) OpenReferral(ctx context.Context, id fraud.ReferralID, version int) (fraud.InboxItem, error) {
	item, err := n.Act.InboxItem(ctx, id, version)
	if err != nil {
		return item, err
	}
	if err := n.decide(ctx, access.ActOpenReferral, access.Thing{Kind: access.ThingReferral, ID: string(id), Sealed: true}, access.Recipient{}); err != nil {
		return item, err
	}
	name := n.referralFile(id, item.Version, "referral")
	sum, err := n.unseal(ctx, item.Sealed, name)
	if err != nil {
		return item, err
	}
	v, verr := refer.VerifyPath(name, n.trust(ctx, peersOf(name)))
	o := act.Opening{Title: v.Title, Package: sum, Mark: v.Mark, Checks: v.Checks}
	for _, s := range v.Signers {
		o.From = append(o.From, s.Org)
	}
	if p, err := refer.Load(name); err == nil {
		o.Embargo = p.Document.Embargo
		p.Close()
	}
	if item, err = n.Act.Opened(ctx, id, item.Version, o); err != nil {
		return item, err
	}
	if verr != nil {
		return item, verr
	}
	e := fraud.StatusEvent{Referral: id, Status: fraud.ReferralOpened, Says: "Opened and verified: every signature, hash and ledger proof holds"}
	return item, n.Tell(ctx, e, item.From)
}

// peersOf are the complainants whom a package names, before it is trusted.
func peersOf(name string) []fraud.OrgID {
	p, err := refer.Load(name)
	if err != nil {
		return nil
	}
	defer p.Close()
	var out []fraud.OrgID
	for _, c := range p.Document.Complainants {
		out = append(out, c.Org.ID)
	}
	return out
}

// unseal decrypts a stored sealed package into a file and returns its SHA-256.
func (n *Node) unseal(ctx context.Context, sealed, name string) (string, error) {
	f, err := n.blobs.Get(ctx, sealed)
	if err != nil {
		return "", err
	}
	defer f.Close()
	plain, err := refer.Unseal(f, n.keys.Seal)
	if err != nil {
		return "", err
	}
	var sum string
	err = n.keep(name, func(w io.Writer) error {
		h := newHasher(w)
		_, err := io.Copy(h, plain)
		sum = h.Sum()
		return err
	})
	return sum, err
}

// RegisterCases registers the cases of a referral and tells the complainants.
func (n *Node) RegisterCases(ctx context.Context, r act.Registration) ([]fraud.Case, error) {
	cases, err := n.Act.RegisterCases(ctx, r)
	if err != nil {
		return nil, err
	}
	item, err := n.Act.InboxItem(ctx, r.Referral, r.Version)
	if err != nil {
		return cases, err
	}
	e := fraud.StatusEvent{Referral: r.Referral, Status: fraud.ReferralRegistered, Says: strconv.Itoa(len(cases)) + " cases registered, one per complainant; sealed until a court says otherwise"}
	return cases, n.Tell(ctx, e, item.From)
}

// RecordOutcome records what came of a referral and tells the complainants
// what the agency allows: the sentence, the figures and the disrupted rings.
func (n *Node) RecordOutcome(ctx context.Context, o fraud.Outcome) (fraud.Outcome, error) {
	o, err := n.Act.RecordOutcome(ctx, o)
	if err != nil {
		return o, err
	}
	to, err := n.complainantsOf(ctx, o.Referral)
	if err != nil {
		return o, err
	}
	e := fraud.StatusEvent{Referral: o.Referral, Status: fraud.ReferralOutcome, Says: o.Says, Figures: o.Figures, Disrupted: o.Disrupted}
	return o, n.Tell(ctx, e, to)
}

func (n *Node) complainantsOf(ctx context.Context, id fraud.ReferralID) ([]fraud.OrgID, error) {
	items, err := n.Act.InboxItems(ctx)
	if err != nil {
		return nil, err
	}
	var out []fraud.OrgID
	for _, i := range items {
		if i.Referral == id {
			out = append(out, i.From...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// ReferralMaterial reads an opened package's rings, for the agency's pages
// and for planning: what the complainants say, not what the agency knows.
func (n *Node) ReferralMaterial(ctx context.Context, id fraud.ReferralID, version int) (*refer.Package, error) {
	if err := n.decide(ctx, access.ActRead, access.Thing{Kind: access.ThingReferral, ID: string(id)}, access.Recipient{}); err != nil {
		return nil, err
	}
	return refer.Load(n.referralFile(id, version, "referral"))
}
