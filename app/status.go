package app

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// signWords signs a line of text with the node's key.
func (n *Node) signWords(says string) string {
	return base64.StdEncoding.EncodeToString(ed25519.Sign(n.keys.Sign, []byte(says)))
}

func verifyWords(by fraud.Org, says, signature string) error {
	key, err := access.SignKey(by.Keys)
	if err != nil {
		return err
	}
	sig, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || !ed25519.Verify(key, []byte(says), sig) {
		return forbiddenf("what %s answered is not signed by its key", by.ID)
	}
	return nil
}

// canonicalStatus is a status event without its signature, by RFC 8785.
func canonicalStatus(e fraud.StatusEvent) (string, error) {
	e.Signature = ""
	b, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	v := jsontext.Value(b)
	if err := v.Canonicalize(); err != nil {
		return "", err
	}
	return string(v), nil
}

// Tell signs a status of a referral and sends it to every complainant, to whom
// is not reached as soon as they are. It
// is the agency's only way to answer, so what the agency allows is what it
// puts in.
func (n *Node) Tell(ctx context.Context, e fraud.StatusEvent, to []fraud.OrgID) error {
	thing := access.Thing{Kind: access.ThingReferral, ID: string(e.Referral)}
	e.From, e.At = n.Org.ID, n.now().UTC()
	if err := n.noVictimOf(ctx, e.Referral, e.Says); err != nil {
		return err
	}
	text, err := canonicalStatus(e)
	if err != nil {
		return err
	}
	e.Signature = n.signWords(text)
	for _, org := range to {
		p, err := n.peer(ctx, org)
		if err != nil {
			return err
		}
		thing.Basis = fraud.ShareBasis{Purpose: "status of a referral", LegalBasis: "answer to a complainant", Recipients: to}
		if err := n.decide(ctx, access.ActStatus, thing, access.ToOrg(p.Org)); err != nil {
			return err
		}
	}
	var letters []*fraud.Letter
	for _, org := range to {
		l, err := n.letter(org, letterStatus, string(e.Referral), statusPath, e)
		if err != nil {
			return err
		}
		letters = append(letters, l)
	}
	if err := n.db.AddStatus(ctx, e, letters...); err != nil {
		return err
	}
	return n.told(ctx, letters...)
}

const statusPath = "/peer/v1/referrals/status"

// receiveStatus takes an agency's word on a referral of ours: from the agency,
// or relayed by the complainant who got it. An outcome marks our rings as
// disrupted, which starts the watch.
func (n *Node) receiveStatus(r *http.Request) (any, error) {
	ctx := r.Context()
	from, e, err := asked[fraud.StatusEvent](n, r)
	if err != nil {
		return nil, err
	}
	ref, err := n.db.Referral(ctx, e.Referral, 0)
	if err != nil {
		return nil, err
	}
	if from.ID != ref.To && !slices.Contains(ref.Complainants, from.ID) {
		return nil, forbiddenf("%s has no part in referral %s", from.ID, e.Referral)
	}
	agency, err := n.peer(ctx, ref.To)
	if err != nil {
		return nil, err
	}
	return nil, n.takeStatus(ctx, agency.Org, e)
}

// takeStatus keeps an agency's signed word on one of our referrals.
func (n *Node) takeStatus(ctx context.Context, agency fraud.Org, e fraud.StatusEvent) error {
	ref, err := n.db.Referral(ctx, e.Referral, 0)
	if err != nil {
		return err
	}
	if ref.To != agency.ID || e.From != agency.ID {
		return forbiddenf("referral %s was not made to %s", e.Referral, e.From)
	}
	text, err := canonicalStatus(e)
	if err != nil {
		return err
	}
	if err := verifyWords(agency, text, e.Signature); err != nil {
		return err
	}
	if err := n.db.AddStatus(ctx, e); err != nil {
		return err
	}
	_, err = n.Watch.Disrupted(ctx, e.Disrupted, e.At)
	return err
}
