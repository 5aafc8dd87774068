package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
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
	c.Peer, c.Overlaps = m.Peer, m.Report.Overlaps
	if err := n.mayTell(ctx, c, access.ActShare, ringsOf(c)); err != nil {
		return "", err
	}
	if err := n.noVictim(ctx, c, c.Title, c.Basis.Purpose, c.Basis.LegalBasis, c.Basis.Agreement); err != nil {
		return "", err
	}
	id, err := n.newID("J")
	if err != nil {
		return "", err
	}
	c.ID, c.OpenedBy, c.OpenedAt = fraud.JointCaseID(id), n.Org.ID, n.now().UTC()
	c.Mark = c.Mark.Filled()
	msg := jointMessage{ID: c.ID, Title: c.Title, Match: c.Match, Basis: c.Basis, Mark: c.Mark, Embargo: c.Embargo, At: c.OpenedAt}
	if err := n.saveJoint(ctx, c, "/peer/v1/joint-cases", msg); err != nil {
		return "", err
	}
	if err := n.embargo(ctx, c); err != nil {
		return "", err
	}
	if err := n.staff(ctx, c); err != nil {
		return "", err
	}
	return c.ID, n.shared(ctx, shareCase, string(c.ID), c.Peer, c.Basis, c.Mark)
}

// saveJoint keeps a joint case as it was decided here, and tells the other side.
func (n *Node) saveJoint(ctx context.Context, c fraud.JointCase, path string, msg jointMessage) error {
	l, err := n.letter(c.Peer, letterJoint, string(c.ID), path, msg)
	if err != nil {
		return err
	}
	if err := n.db.SaveJointCase(ctx, c, l); err != nil {
		return err
	}
	return n.told(ctx, l)
}

// receiveJointCase is the other side of OpenCase: it waits for a person.
func (n *Node) receiveJointCase(r *http.Request) (any, error) {
	ctx := r.Context()
	from, msg, err := asked[jointMessage](n, r)
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
	recalls, err := n.db.Recalls(ctx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(recalls, func(x fraud.Recall) bool { return x.Ref == string(id) }); i >= 0 && len(c.Overlaps) == 0 {
		return conflictf("joint case %s was recalled at %s (%s): there is nothing left to accept", id, recalls[i].At.Format(time.RFC3339), recalls[i].Why)
	}
	// The offer names the sides as the opener sees them; we answer to it.
	if !slices.Contains(c.Basis.Recipients, c.Peer) {
		c.Basis.Recipients = append(c.Basis.Recipients, c.Peer)
	}
	if err := n.mayTell(ctx, c, access.ActShare, ringsOf(c)); err != nil {
		return err
	}
	c.Accepted = n.now().UTC()
	if err := n.saveJoint(ctx, c, "/peer/v1/joint-cases/accepted", jointMessage{ID: id, Match: c.Match, At: c.Accepted}); err != nil {
		return err
	}
	if err := n.embargo(ctx, c); err != nil {
		return err
	}
	if err := n.staff(ctx, c); err != nil {
		return err
	}
	return n.shared(ctx, shareCase, string(id), c.Peer, c.Basis, c.Mark)
}

func (n *Node) receiveAcceptance(r *http.Request) (any, error) {
	ctx := r.Context()
	from, msg, err := asked[jointMessage](n, r)
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

// check wants the words to be signed, and to be about this share: the same key
// signed receipts for others.
func (r recallReceipt) check(by fraud.Org, s fraud.Share) error {
	if err := verifyWords(by, r.Says, r.Signature); err != nil {
		return err
	}
	what := strings.ReplaceAll(s.What, "_", " ") + " " + s.Ref
	if !strings.HasPrefix(r.Says, string(by.ID)+" ") || !strings.Contains(r.Says, " "+what+", ") && !strings.Contains(r.Says, " "+what+" (") {
		return forbiddenf("the receipt that %s signed is not about %s", by.ID, what)
	}
	return nil
}

// Recall takes a share back: the recipient's node stops using it and answers
// with a signed receipt, which is kept with the share and, of a joint case,
// stands in the log of both.
func (n *Node) Recall(ctx context.Context, share, reason string) error {
	list, err := n.db.Shares(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(s fraud.Share) bool { return s.ID == share })
	if i < 0 {
		return fmt.Errorf("share %.60q: %w", share, fraud.ErrNotFound)
	}
	s := list[i]
	if s.Receipt != "" {
		return conflictf("share %s was recalled at %s and %s signed for it", share, s.Recalled.Format(time.RFC3339), s.To)
	}
	thing := access.Thing{ID: s.Ref, Mark: s.Mark, Basis: s.Basis, Reason: reason}
	if err := n.decide(ctx, access.ActRecall, thing, access.Recipient{}); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return invalidf("say why share %s is taken back", share)
	}
	if c, err := n.db.JointCase(ctx, fraud.JointCaseID(s.Ref)); err == nil {
		if err := n.noVictim(ctx, c, reason); err != nil {
			return err
		}
	}
	l, err := n.letter(s.To, letterRecall, share, "/peer/v1/shares/recall", recallMessage{s.What, s.Ref, reason, n.now().UTC()})
	if err != nil {
		return err
	}
	// Recalled from now on, also while the other side cannot be reached.
	if err := n.db.RecallShare(ctx, share, n.now().UTC(), "", l); err != nil {
		return err
	}
	return n.sendNow(ctx, l)
}

// askRecall asks a peer to stop using a share, and keeps its signed receipt.
func (n *Node) askRecall(ctx context.Context, l fraud.Letter) error {
	list, err := n.db.Shares(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(s fraud.Share) bool { return s.ID == l.Ref })
	if i < 0 {
		return fmt.Errorf("share %.60q: %w", l.Ref, fraud.ErrNotFound)
	}
	s := list[i]
	if s.Receipt != "" {
		return nil
	}
	var got recallReceipt
	if err := n.call(ctx, s.To, l.Path, json.RawMessage(l.Body), &got); err != nil {
		return err
	}
	p, err := n.peer(ctx, s.To)
	if err != nil {
		return err
	}
	if err := got.check(p.Org, s); err != nil {
		return err
	}
	if err := n.db.RecallShare(ctx, s.ID, n.now().UTC(), got.Says+"\n"+got.Signature); err != nil {
		return err
	}
	return n.logRecall(ctx, s, got)
}

// logRecall writes the receipt into the log of the joint case that the share
// belonged to, on both nodes.
func (n *Node) logRecall(ctx context.Context, s fraud.Share, got recallReceipt) error {
	if s.What != shareCase && s.What != shareContribution {
		return nil
	}
	c, err := n.db.JointCase(ctx, fraud.JointCaseID(s.Ref))
	if err != nil {
		return err
	}
	_, err = n.writeJoint(ctx, c, fraud.JointEntry{Kind: fraud.JointRecalled, Person: access.From(ctx).Person, About: s.What, Says: got.Says})
	return err
}

// What a share is of.
const (
	shareCase         = "joint_case"
	shareContribution = "contribution"
	shareReferral     = "referral"
)

// receiveRecall puts what was shared out of use and says so, signed.
func (n *Node) receiveRecall(r *http.Request) (any, error) {
	ctx := r.Context()
	from, msg, err := asked[recallMessage](n, r)
	if err != nil {
		return nil, err
	}
	says := fmt.Sprintf("%s no longer uses %s %s, recalled by %s at %s", n.Org.ID, strings.ReplaceAll(msg.What, "_", " "), msg.Ref, from.ID, n.now().UTC().Format(time.RFC3339))
	if msg.What == shareCase || msg.What == shareContribution {
		more, err := n.drop(ctx, from.ID, msg)
		if err != nil {
			return nil, err
		}
		says += more
	} else if msg.What == shareReferral && n.Org.Kind == fraud.OrgAgency {
		says = fmt.Sprintf("%s has noted that %s withdraws referral %s (%s) at %s; what was registered or done on it stays on record",
			n.Org.ID, from.ID, msg.Ref, msg.Reason, n.now().UTC().Format(time.RFC3339))
	}
	n.audit(ctx, fraud.AuditRecalled, msg.Ref, msg.Reason, true)
	return recallReceipt{Says: says, Signature: n.signWords(says)}, nil
}

// drop takes a recalled joint case or contribution out of use: no draft that
// rests on it can be signed or sent any more. It says what had gone to an
// agency before.
func (n *Node) drop(ctx context.Context, from fraud.OrgID, msg recallMessage) (string, error) {
	c, err := n.db.JointCase(ctx, fraud.JointCaseID(msg.Ref))
	if err != nil {
		return "", err
	}
	if c.Peer != from {
		return "", forbiddenf("joint case %s is not %s's to recall", c.ID, from)
	}
	if msg.What == shareCase {
		// Without its overlaps nothing can be built from the case any more.
		c.Overlaps, c.Accepted = nil, time.Time{}
		c.Title = "Recalled by " + string(from)
		if err := n.db.SaveJointCase(ctx, c); err != nil {
			return "", err
		}
	}
	all, err := n.db.Referrals(ctx)
	if err != nil {
		return "", err
	}
	says, dropped := "", 0
	for _, r := range all {
		switch {
		case r.JointCase != c.ID:
		case r.Sealed != "" || r.Status != fraud.ReferralDraft && r.Status != fraud.ReferralSigned:
			says += fmt.Sprintf("; %s has referral %s version %d already", r.To, r.ID, r.Version)
		default:
			dropped++
			for _, suffix := range []string{"input.json", "referral"} {
				if err := os.Remove(n.referralFile(r.ID, r.Version, suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return "", err
				}
			}
		}
	}
	if dropped > 0 {
		says += fmt.Sprintf("; %d unsent packages that held it were destroyed", dropped)
	}
	return says, nil
}
