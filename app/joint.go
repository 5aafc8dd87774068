package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// jointMessage is what one node tells the other of a joint case: never a
// report, never a customer. Each side reads the overlaps off its own match.
type jointMessage struct {
	ID      fraud.JointCaseID `json:"id"`
	Title   string            `json:"title"`
	Match   fraud.MatchID     `json:"match"`
	Basis   fraud.ShareBasis  `json:"basis"`
	Mark    fraud.Mark        `json:"mark"`
	Embargo time.Time         `json:"embargo,omitzero"`
	At      time.Time         `json:"at"`
}

// OpenCase opens a joint case over a match's report and offers it to the
// other side. c says title, match, basis, mark and embargo.
func (n *Node) OpenCase(ctx context.Context, c fraud.JointCase) (fraud.JointCaseID, error) {
	m, _, err := n.db.Match(ctx, c.Match)
	if err != nil {
		return "", err
	}
	if len(m.Report.Overlaps) == 0 {
		return "", conflictf("match %s shows no suspects in common yet; both sides consent to that step first", m.ID)
	}
	if err := n.mayShare(ctx, access.ThingJointCase, string(m.ID), c.Mark, c.Basis, m.Peer); err != nil {
		return "", err
	}
	id, err := n.newID("J")
	if err != nil {
		return "", err
	}
	c.ID, c.Peer, c.OpenedBy, c.OpenedAt, c.Overlaps = fraud.JointCaseID(id), m.Peer, n.Org.ID, n.now().UTC(), m.Report.Overlaps
	c.Mark = c.Mark.Filled()
	if err := n.db.SaveJointCase(ctx, c); err != nil {
		return "", err
	}
	msg := jointMessage{ID: c.ID, Title: c.Title, Match: c.Match, Basis: c.Basis, Mark: c.Mark, Embargo: c.Embargo, At: c.OpenedAt}
	if err := n.call(ctx, c.Peer, "/peer/v1/joint-cases", msg, nil); err != nil {
		return "", err
	}
	return c.ID, n.shared(ctx, "joint_case", string(c.ID), c.Peer, c.Basis, c.Mark)
}

// receiveJointCase is the other side of OpenCase: it waits for a person.
func (n *Node) receiveJointCase(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	msg, err := read[jointMessage](r)
	if err != nil {
		return nil, err
	}
	m, _, err := n.db.Match(ctx, msg.Match)
	if err != nil || m.Peer != from.ID {
		return nil, invalidf("joint case %s names a match that this node did not run with %s", msg.ID, from.ID)
	}
	if old, err := n.db.JointCase(ctx, msg.ID); err == nil && old.Peer != from.ID {
		return nil, conflictf("joint case %s is with somebody else", msg.ID)
	} else if err == nil {
		return nil, nil // sent again
	} else if !errors.Is(err, fraud.ErrNotFound) {
		return nil, err
	}
	c := fraud.JointCase{
		ID: msg.ID, Title: msg.Title, Peer: from.ID, Match: msg.Match, Overlaps: m.Report.Overlaps, Basis: msg.Basis,
		Mark: msg.Mark.Filled(), Embargo: msg.Embargo, OpenedBy: from.ID, OpenedAt: msg.At,
	}
	n.audit(ctx, "joint_case.offered", string(c.ID), "", true)
	return nil, n.db.SaveJointCase(ctx, c)
}

// AcceptCase agrees to a joint case that the other side opened.
func (n *Node) AcceptCase(ctx context.Context, id fraud.JointCaseID) error {
	c, err := n.db.JointCase(ctx, id)
	if err != nil {
		return err
	}
	if c.OpenedBy == n.Org.ID {
		return conflictf("joint case %s was opened here; the other side accepts it", id)
	}
	if err := n.mayShare(ctx, access.ThingJointCase, string(id), c.Mark, c.Basis, c.Peer); err != nil {
		return err
	}
	c.Accepted = n.now().UTC()
	if err := n.db.SaveJointCase(ctx, c); err != nil {
		return err
	}
	if err := n.call(ctx, c.Peer, "/peer/v1/joint-cases/accepted", jointMessage{ID: id, Match: c.Match, At: c.Accepted}, nil); err != nil {
		return err
	}
	return n.shared(ctx, "joint_case", string(id), c.Peer, c.Basis, c.Mark)
}

func (n *Node) receiveAcceptance(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	msg, err := read[jointMessage](r)
	if err != nil {
		return nil, err
	}
	c, err := n.db.JointCase(ctx, msg.ID)
	if err != nil {
		return nil, err
	}
	if c.Peer != from.ID || c.OpenedBy != n.Org.ID {
		return nil, forbiddenf("joint case %s is not %s's to accept", msg.ID, from.ID)
	}
	c.Accepted = n.now().UTC()
	n.audit(ctx, "joint_case.accepted", string(c.ID), "", true)
	return nil, n.db.SaveJointCase(ctx, c)
}

// mayShare asks the door whether a thing may go to a peer.
func (n *Node) mayShare(ctx context.Context, kind access.ThingKind, id string, mark fraud.Mark, basis fraud.ShareBasis, to fraud.OrgID) error {
	p, err := n.peer(ctx, to)
	if err != nil {
		return err
	}
	return n.decide(ctx, access.ActShare, access.Thing{Kind: kind, ID: id, Mark: mark, Basis: basis}, access.ToOrg(p.Org))
}

// shared writes down what left the node, why and to whom (DESIGN §6.4).
func (n *Node) shared(ctx context.Context, what, ref string, to fraud.OrgID, basis fraud.ShareBasis, mark fraud.Mark) error {
	id, err := n.newID("S")
	if err != nil {
		return err
	}
	return n.db.AddShare(ctx, fraud.Share{
		ID: id, What: what, Ref: ref, To: to, By: access.From(ctx).Person, Basis: basis, Mark: mark.Filled(), At: n.now().UTC(),
	})
}

// recallMessage asks a peer to stop using what it was given.
type recallMessage struct {
	What   string    `json:"what"`
	Ref    string    `json:"ref"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// recallReceipt is the peer's signed word that it did.
type recallReceipt struct {
	Says      string `json:"says"`
	Signature string `json:"signature"` // base64 Ed25519 over Says
}

// Recall takes a share back: the recipient's node stops using it and answers
// with a signed receipt, which is kept with the share.
func (n *Node) Recall(ctx context.Context, share, reason string) error {
	list, err := n.db.Shares(ctx)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.ID != share {
			continue
		}
		thing := access.Thing{ID: s.Ref, Mark: s.Mark, Basis: s.Basis, Reason: reason}
		if err := n.decide(ctx, access.ActRecall, thing, access.Recipient{}); err != nil {
			return err
		}
		var got recallReceipt
		if err := n.call(ctx, s.To, "/peer/v1/shares/recall", recallMessage{s.What, s.Ref, reason, n.now().UTC()}, &got); err != nil {
			return err
		}
		p, err := n.peer(ctx, s.To)
		if err != nil {
			return err
		}
		if err := verifyWords(p.Org, got.Says, got.Signature); err != nil {
			return err
		}
		return n.db.RecallShare(ctx, share, n.now().UTC(), got.Says+"\n"+got.Signature)
	}
	return fraud.ErrNotFound
}

// receiveRecall puts what was shared out of use and says so, signed.
func (n *Node) receiveRecall(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	msg, err := read[recallMessage](r)
	if err != nil {
		return nil, err
	}
	if msg.What == "joint_case" {
		c, err := n.db.JointCase(ctx, fraud.JointCaseID(msg.Ref))
		if err != nil {
			return nil, err
		}
		if c.Peer != from.ID {
			return nil, forbiddenf("joint case %s is not %s's to recall", c.ID, from.ID)
		}
		// Without its overlaps nothing can be built from the case any more.
		c.Overlaps, c.Accepted = nil, time.Time{}
		c.Title = "Recalled by " + string(from.ID)
		if err := n.db.SaveJointCase(ctx, c); err != nil {
			return nil, err
		}
	}
	n.audit(ctx, "share.recalled", msg.Ref, "", true)
	says := string(n.Org.ID) + " no longer uses " + msg.What + " " + msg.Ref + ", recalled by " + string(from.ID) + " at " + n.now().UTC().Format(time.RFC3339)
	return recallReceipt{Says: says, Signature: n.signWords(says)}, nil
}
