package match

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/cloudflare/circl/group"
	"golang.org/x/mod/sumdb/note"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
)

// auditOf is which leaves of a side are audited.
func (p *party) auditOf(of string, size int) []int {
	a, b := p.Set.Coin, [32]byte(p.Coin)
	if p.Role == answerer {
		a, b = b, a
	}
	return audited(a, b, of, size, p.Terms.Audit)
}

// makeAudit opens the evidence of the chosen elements, and the first few
// whole if the terms say so.
func (p *party) makeAudit(ctx context.Context) (auditBody, error) {
	if err := p.Set.build(); err != nil {
		return auditBody{}, err
	}
	var b auditBody
	var from, to []group.Element
	for n, leaf := range p.auditOf(p.Role, p.Set.size()) {
		i := p.Set.elementAt(leaf)
		e, err := p.Set.element(i)
		if err != nil {
			return auditBody{}, err
		}
		o, err := p.Set.open(i, n < p.Terms.Open)
		if err != nil {
			return auditBody{}, err
		}
		if n < p.Terms.Open {
			at := int(p.Set.where()[i])
			b.Whole = append(b.Whole, wholeOpening{Opening: o, Position: at})
			pt, err := p.ourPoint(at)
			if err != nil {
				return auditBody{}, err
			}
			from, to = append(from, hashToGroup(input(e.Indicator))), append(to, pt)
		} else {
			b.Hidden = append(b.Hidden, o)
		}
		proofs, err := p.proveEvidence(ctx, e)
		if err != nil {
			return auditBody{}, err
		}
		b.Leaves = append(b.Leaves, proofs)
	}
	if len(from) == 0 {
		return b, nil
	}
	k, err := decodeScalar(p.Set.Key)
	if err != nil {
		return auditBody{}, err
	}
	b.Proof, err = prove(k, publicKey(k), from, to)
	return b, err
}

// proveEvidence shows the agreed number of an element's reports in our
// ledger, under the checkpoint that the peer cosigned: they were there before
// the match.
func (p *party) proveEvidence(ctx context.Context, e Element) ([]ledger.Proof, error) {
	if p.env.ledger == nil {
		return nil, nil
	}
	out := make([]ledger.Proof, p.Terms.MinReports)
	for i := range out {
		var err error
		if p.Terms.Casework {
			if out[i], err = p.env.ledger.ProveBlind(ctx, e.Evidence[i].Leaf, p.Note); err != nil {
				return nil, fmt.Errorf("show a record in the ledger: %w", err)
			}
			continue
		}
		if out[i], err = p.env.ledger.ProveUnder(ctx, fraud.LeafReport, string(e.Evidence[i].Report), p.Note); err != nil {
			return nil, fmt.Errorf("show report %s in the ledger: %w", e.Evidence[i].Report, err)
		}
	}
	return out, nil
}

func (p *party) takeAudit(b auditBody) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	want := p.auditOf(other(p.Role), c.Size)
	if len(b.Whole)+len(b.Hidden) != len(want) || len(b.Whole) != min(p.Terms.Open, len(want)) || len(b.Leaves) != len(want) {
		return caught("did not open the elements that the toss chose")
	}
	for n, leaf := range want {
		o, whole := Opening{}, n < len(b.Whole)
		if whole {
			o = b.Whole[n].Opening
		} else {
			o = b.Hidden[n-len(b.Whole)]
		}
		if o.Leaf != leaf {
			return caught("did not open the elements that the toss chose")
		}
		if err := o.check(c, p.Terms, whole); err != nil {
			return caught("failed the audit: %s", reason(err))
		}
		if err := p.checkEvidence(o, b.Leaves[n]); err != nil {
			return err
		}
	}
	return p.checkWhole(c, b)
}

// checkEvidence holds the ledger proofs against an opening.
func (p *party) checkEvidence(o Opening, proofs []ledger.Proof) error {
	if p.env.ledger == nil {
		return nil
	}
	if len(proofs) != p.Terms.MinReports {
		return caught("failed the audit: element %d has no reports in its ledger", o.Leaf)
	}
	key, _, err := ledger.Verifiers(p.env.peer.Keys)
	if err != nil {
		return err
	}
	if p.Terms.Casework {
		return p.checkBlind(o, proofs, key)
	}
	seen := map[string]bool{}
	for i, proof := range proofs {
		got, err := ledger.VerifyProof(proof, key)
		if err != nil || proof.Checkpoint != p.PeerPt && !strings.HasPrefix(proof.Checkpoint, p.PeerPt) ||
			got.Leaf.Kind != fraud.LeafReport || !bytes.Equal(got.Leaf.Digest[:], o.Evidence[i]) || seen[got.Leaf.Ref] {
			return caught("failed the audit: a report behind element %d was not in its ledger before the match", o.Leaf)
		}
		seen[got.Leaf.Ref] = true
	}
	return nil
}

// checkBlind holds proofs without leaves' texts against an opening.
func (p *party) checkBlind(o Opening, proofs []ledger.Proof, key note.Verifier) error {
	seen := map[int64]bool{}
	for i, proof := range proofs {
		err := ledger.VerifyBlind(proof, [32]byte(o.Evidence[i]), key)
		if err != nil || !strings.HasPrefix(proof.Checkpoint, p.PeerPt) || seen[proof.Index] {
			return caught("failed the audit: a record behind element %d was not in its ledger before the match", o.Leaf)
		}
		seen[proof.Index] = true
	}
	return nil
}

// checkWhole holds the elements that were opened whole against the points.
func (p *party) checkWhole(c Commitment, b auditBody) error {
	if len(b.Whole) == 0 {
		return nil
	}
	var from, to []group.Element
	for _, w := range b.Whole {
		if w.Position < 0 || w.Position >= c.Points {
			return caught("failed the audit: element %d was not among its points", w.Leaf)
		}
		pt, err := p.peerPoint(w.Position)
		if err != nil {
			return err
		}
		from, to = append(from, hashToGroup(input(*w.Value))), append(to, pt)
	}
	if !proved(c.Key, from, to, b.Proof) {
		return caught("failed the audit: its points were not blinded with the key it had committed to")
	}
	return nil
}
