package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// Send verifies the package once more, seals it to the agency's key and
// hands it in. If the agency's node is not reached it is handed in as soon as
// it is, and the error says so.
func (n *Node) Send(ctx context.Context, id fraud.ReferralID, version int) error {
	r, _, c, err := n.seal(ctx, id, version)
	if err != nil {
		return err
	}
	l, known, err := n.waitingFor(ctx, r, letterSealed)
	if err != nil {
		return err
	}
	if !known {
		if err := n.shared(ctx, "referral", string(id), r.To, c.Basis, r.Mark); err != nil {
			return err
		}
		l = n.packageLetter(r.To, letterSealed, r)
		if err := n.db.Post(ctx, l); err != nil {
			return err
		}
	} else if err := n.db.HurryLetters(ctx, r.To, n.now().UTC()); err != nil {
		return err
	}
	return n.sendNow(ctx, l)
}

// waitingFor is the letter with which a version of a referral waits already.
func (n *Node) waitingFor(ctx context.Context, r fraud.Referral, what string) (*fraud.Letter, bool, error) {
	all, err := n.db.WaitingLetters(ctx)
	for i, l := range all {
		if l.What == what && l.Ref == string(r.ID) && l.Version == r.Version {
			return &all[i], true, nil
		}
	}
	return nil, false, err
}

// handIn carries a sealed package to the agency's node and takes its signed
// receipt.
func (n *Node) handIn(ctx context.Context, id fraud.ReferralID, version int) error {
	r, err := n.db.Referral(ctx, id, version)
	if err != nil {
		return err
	}
	sent, err := n.ownStep(r, fraud.ReferralSent, fmt.Sprintf("Sent version %d to the node of %s", r.Version, r.To))
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
	agency, err := n.peer(ctx, r.To)
	if err != nil {
		return err
	}
	if r.Status == fraud.ReferralSealed { // and not a letter that goes twice
		if err := n.db.AddStatus(ctx, sent); err != nil {
			return err
		}
	}
	if err := n.takeStatus(ctx, agency.Org, receipt); err != nil {
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
	var letters []*fraud.Letter
	for _, to := range r.Complainants {
		if to == n.Org.ID {
			continue
		}
		l, err := n.letter(to, letterStatus, string(e.Referral), statusPath, e)
		if err != nil {
			return err
		}
		letters = append(letters, l)
	}
	if err := n.db.Post(ctx, letters...); err != nil {
		return err
	}
	return n.told(ctx, letters...)
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
		h := refer.NewHasher(w)
		defer func() { r.Sealed = h.Sum() }()
		return SealReferral(name, []string{agency.Keys.Seal}, h)
	})
	if err != nil {
		return r, agency, c, err
	}
	r.Status = fraud.ReferralSealed
	step, err := n.ownStep(r, fraud.ReferralSealed, fmt.Sprintf("Sealed version %d to the key of %s, SHA-256 of the file %s", r.Version, agency.ID, r.Sealed))
	if err != nil {
		return r, agency, c, err
	}
	r.History = append(r.History, step)
	return r, agency, c, n.db.SaveReferral(ctx, r)
}

// ownStep is a step of a referral that this node took, now, signed as the
// agency signs those that it takes.
func (n *Node) ownStep(r fraud.Referral, status fraud.ReferralStatus, says string) (fraud.StatusEvent, error) {
	e := fraud.StatusEvent{Referral: r.ID, Status: status, Says: says, From: n.Org.ID, At: n.now().UTC().Truncate(time.Microsecond)}
	text, err := canonicalStatus(e)
	if err != nil {
		return e, err
	}
	e.Signature = n.signWords(text)
	return e, nil
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
