package match

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
)

// The bodies of the messages, by round.
type (
	commitBody struct {
		Commitment []byte        `json:"commitment"` // JSON of Commitment, exactly as hashed
		Head       *ledger.Head  `json:"head,omitempty"`
		Proof      *ledger.Proof `json:"proof,omitempty"` // of the commitment's leaf
		Seen       int64         `json:"seen"`            // leaves of the receiver's ledger that the sender has witnessed
	}
	witnessBody struct {
		Line string `json:"line,omitempty"` // cosignature of the receiver's checkpoint
	}
	listBody struct {
		Hash  []byte `json:"hash"`            // SHA-256 of the list to come
		Size  int    `json:"size"`            // its bytes
		Nonce []byte `json:"nonce,omitempty"` // opens the kinds' hash
	}
	resultBody struct {
		Count   int    `json:"count"`
		Matched []byte `json:"matched"` // SHA-256 of the matched tags, ascending
		Coin    []byte `json:"coin"`
		Contact string `json:"contact,omitempty"` // of a deconfliction with a target in common
	}
	auditBody struct {
		Hidden []Opening        `json:"hidden"`
		Leaves [][]ledger.Proof `json:"leaves,omitempty"` // of each opening's evidence, by element
		Whole  []wholeOpening   `json:"whole,omitempty"`
		Proof  []byte           `json:"proof,omitempty"` // that the whole ones were blinded with the key
	}
	wholeOpening struct {
		Opening
		Position int `json:"position"`
	}
	askBody struct {
		Ciphers []askedLabel `json:"ciphers"` // by matched tag
	}
	ringsBody struct {
		Labels [][]byte `json:"labels"` // the sender's own, by matched tag
	}
	openBody struct {
		Positions []int    `json:"positions"` // in the receiver's points, by matched tag
		Points    [][]byte `json:"points"`    // those points to the sender's key
		Proof     []byte   `json:"proof"`
	}
	showBody struct {
		Elements []Opening `json:"elements"` // whole, by matched tag
		Proof    []byte    `json:"proof"`    // that they were blinded with the key
	}
)

// body makes our message of a round.
func (p *party) body(ctx context.Context, r round) (any, error) {
	switch r.name {
	case "commit":
		return p.makeCommit(ctx)
	case "witness":
		return witnessBody{Line: p.Cosigns}, nil
	case "blind":
		return p.makePoints()
	case "tags":
		return p.announce("tags", p.Mine["tags"], nil)
	case "result":
		return p.makeResult(), nil
	case "audit":
		return p.makeAudit(ctx)
	case "kinds":
		nonce := p.Set.kindsNonce()
		list, err := p.Set.kinds()
		if err != nil {
			return nil, err
		}
		return p.announce("kinds", list, nonce[:])
	case "labels":
		list, err := p.makeLabels()
		if err != nil {
			return nil, err
		}
		return p.announce("labels", list, nil)
	case "ask":
		return p.makeAsk()
	case "rings":
		return p.makeRings(), nil
	}
	if strings.HasPrefix(r.name, "open-") {
		return p.makeOpen()
	}
	return p.makeShow()
}

// take checks and keeps the peer's message of a round.
func (p *party) take(ctx context.Context, r round, raw []byte) error {
	switch r.name {
	case "commit":
		return decode(raw, func(b commitBody) error { return p.takeCommit(ctx, b) })
	case "witness":
		return decode(raw, func(b witnessBody) error { return p.takeWitness(ctx, b) })
	case "blind":
		return decode(raw, func(b listBody) error { return p.expect("points", b) })
	case "tags", "labels":
		return decode(raw, func(b listBody) error { return p.expect(r.name, b) })
	case "kinds":
		return decode(raw, p.takeKinds)
	case "result":
		return decode(raw, p.takeResult)
	case "audit":
		return decode(raw, func(b auditBody) error { return p.takeAudit(b) })
	case "ask":
		return decode(raw, p.takeAsk)
	case "rings":
		return decode(raw, p.takeRings)
	}
	if strings.HasPrefix(r.name, "open-") {
		return decode(raw, p.takeOpen)
	}
	return decode(raw, p.takeShow)
}

func decode[T any](raw []byte, f func(T) error) error {
	var b T
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil {
		return caught("sent a message that cannot be read")
	}
	return f(b)
}

// announce puts a list of ours away and says what it will be.
func (p *party) announce(name string, list, nonce []byte) (listBody, error) {
	sum := sha256.Sum256(list)
	kept, err := p.lists().keep("our-"+name, list)
	if err != nil {
		return listBody{}, err
	}
	p.Mine[name] = kept
	return listBody{Hash: sum[:], Size: len(list), Nonce: nonce}, nil
}

// expect notes what the peer announced of a list. Points, labels and kinds
// have the size that follows from the commitment; packed tags have one that
// chance makes, a few bytes each.
func (p *party) expect(name string, b listBody) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	ok := b.Size == c.Points*pointLen
	switch name {
	case "points":
		ok = b.Size == (c.Points-p.Before.Points)*pointLen
	case "kinds":
		ok = b.Size == c.Points
	case "tags":
		ok = b.Size > 0 && b.Size <= (tagLen+1)*p.Set.newPoints()+16
	}
	if !ok || len(b.Hash) != sha256.Size {
		return caught("announced %s of %d bytes for a set of %d points", name, b.Size, c.Points)
	}
	p.Want[name], p.Size[name] = b.Hash, b.Size
	return nil
}

func (p *party) makeResult() resultBody {
	sum := sha256.Sum256(flat(p.Matched))
	b := resultBody{Count: len(p.Matched), Matched: sum[:], Coin: p.Set.Coin[:]}
	if p.Terms.Deconflict && len(p.Matched) >= p.Terms.MinCount {
		b.Contact = p.env.call
	}
	return b
}

// makeCommit binds our set, in our ledger first.
func (p *party) makeCommit(ctx context.Context) (commitBody, error) {
	if p.Ours == nil {
		terms, err := p.Terms.hash()
		if err != nil {
			return commitBody{}, err
		}
		c, err := p.Set.commit(p.ID, p.Us, p.Peer, terms, p.env.now())
		if err != nil {
			return commitBody{}, err
		}
		c.Continues = p.Terms.Continues
		if err := p.keepTree(); err != nil {
			return commitBody{}, err
		}
		if p.Ours, err = json.Marshal(c); err != nil {
			return commitBody{}, fmt.Errorf("write the commitment: %w", err)
		}
		if p.env.ledger != nil {
			if _, err := p.env.ledger.Append(ctx, fraud.Leaf{Kind: fraud.LeafCommitment, Ref: string(p.ID), Digest: sha256.Sum256(p.Ours), At: c.At}); err != nil {
				return commitBody{}, err
			}
		}
	}
	b := commitBody{Commitment: p.Ours}
	if p.env.ledger == nil {
		return b, nil
	}
	seen, err := p.env.ledger.Witnessed(ctx, p.env.peer)
	if err != nil {
		return commitBody{}, err
	}
	head, err := p.env.ledger.Head(ctx, p.seenByPeer)
	if err != nil {
		return commitBody{}, err
	}
	proof, err := p.env.ledger.ProveUnder(ctx, fraud.LeafCommitment, string(p.ID), head.Checkpoint)
	if err != nil {
		return commitBody{}, err
	}
	p.Note = head.Checkpoint
	b.Head, b.Proof, b.Seen = &head, &proof, seen
	return b, nil
}

// keepTree puts what this run added to the tree away: the next match of the
// epoch need not hash it again.
func (p *party) keepTree() error {
	if !p.Terms.Epoch || !p.lists().kept() {
		return nil
	}
	last := len(p.Set.Runs) - 1
	var errTree, errLeaves error
	p.Now.Tree, errTree = p.lists().piece("tree", p.Set.tree.parts[last])
	p.Now.Leaves, errLeaves = p.lists().piece("leaves", p.Set.leaf[last])
	return errors.Join(errTree, errLeaves)
}

// takeCommit checks the peer's commitment and cosigns the checkpoint over it.
func (p *party) takeCommit(ctx context.Context, b commitBody) error {
	var c Commitment
	dec := json.NewDecoder(bytes.NewReader(b.Commitment))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return caught("sent a commitment that cannot be read")
	}
	terms, err := p.Terms.hash()
	if err != nil {
		return err
	}
	switch {
	case c.Match != p.ID || c.From != p.Peer || c.To != p.Us:
		return caught("sent the commitment of another match")
	case !bytes.Equal(c.Terms, terms[:]):
		return caught("committed under other terms than were agreed")
	case c.Continues != p.Terms.Continues || c.Continues == "" && c.Had != 0 || c.Continues != "" && !c.extends(p.Before):
		return caught("changed its set since the match that this one continues")
	case c.Size < 1 || c.Size > p.Terms.MaxSet || c.Points-p.Before.Points != c.Size-c.Had+p.Terms.Sentinels:
		return caught("committed to %d elements, at most %d were agreed", c.Size, p.Terms.MaxSet)
	case len(c.Root) != 32 || len(c.KindsHash) != 32 || len(c.CoinHash) != 32:
		return caught("sent a commitment that is not whole")
	}
	for _, k := range [][]byte{c.Key, c.LabelKey} {
		if _, err := decodePoint(k); err != nil {
			return caught("committed to a key that is no point of the group")
		}
	}
	if p.env.ledger != nil {
		if err := p.witness(ctx, b); err != nil {
			return err
		}
	}
	p.Theirs = b.Commitment
	return nil
}

// witness checks that the commitment is in the peer's ledger, and cosigns.
func (p *party) witness(ctx context.Context, b commitBody) error {
	if b.Head == nil || b.Proof == nil || b.Proof.Checkpoint != b.Head.Checkpoint {
		return caught("did not show its commitment in its ledger")
	}
	key, _, err := ledger.Verifiers(p.env.peer.Keys)
	if err != nil {
		return err
	}
	proven, err := ledger.VerifyProof(*b.Proof, key)
	if err != nil || proven.Leaf.Kind != fraud.LeafCommitment || proven.Leaf.Ref != string(p.ID) || proven.Leaf.Digest != sha256.Sum256(b.Commitment) {
		return caught("did not show its commitment in its ledger")
	}
	if p.Cosigns, err = p.env.ledger.Witness(ctx, p.env.peer, *b.Head); err != nil {
		return err
	}
	p.seenByPeer, p.PeerPt = b.Seen, b.Head.Checkpoint
	return nil
}

// takeWitness keeps the peer's cosignature of our checkpoint: from here on
// neither can say later that its set was another.
func (p *party) takeWitness(ctx context.Context, b witnessBody) error {
	if p.env.ledger == nil {
		return nil
	}
	both, err := p.env.ledger.AddCosignature(ctx, p.env.peer, p.Note, b.Line)
	if err != nil {
		return caught("did not cosign the checkpoint over our commitment")
	}
	p.Note = both
	return nil
}

// useList checks a list of the peer's and works on it.
func (p *party) useList(name string, list []byte) error {
	switch name {
	case "points":
		return p.usePoints(list)
	case "tags":
		return p.useTags(list)
	case "kinds":
		return p.useKinds(list)
	default:
		return nil // labels are opened only where they matched
	}
}

// feed works on a part of a list while it comes: points are raised to our key
// at once, so that computing and travelling overlap.
func (p *party) feed(name string, at int, part []byte) error {
	if name != "points" {
		return nil
	}
	if at%pointLen != 0 || len(part)%pointLen != 0 {
		return caught("sent half a point")
	}
	if n := p.Size[name] / pointLen * tagLen; len(p.TagsOf) != n {
		tags := make([]byte, n)
		copy(tags, p.TagsOf) // what was made before a restart
		p.TagsOf = tags
	}
	before := at / pointLen
	tags := p.TagsOf[before*tagLen:]
	if err := p.raise(part, before, tags); err != nil {
		return err
	}
	return p.lists().patch("tags-of", before*tagLen, tags[:len(part)/pointLen*tagLen])
}

func (p *party) takeResult(b resultBody) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	if len(b.Coin) != 32 {
		return caught("did not toss its coin")
	}
	if want := coinHash([32]byte(b.Coin)); !bytes.Equal(want[:], c.CoinHash) {
		return caught("tossed another coin than it had committed to")
	}
	sum := sha256.Sum256(flat(p.Matched))
	if b.Count != len(p.Matched) || !bytes.Equal(b.Matched, sum[:]) {
		return caught("counts %d elements in common where we count %d", b.Count, len(p.Matched))
	}
	p.Coin = b.Coin
	if !p.Terms.Deconflict {
		if b.Contact != "" {
			return caught("told whom to call, which was not agreed")
		}
		return nil
	}
	if p.Report.Same = len(p.Matched) >= p.Terms.MinCount; !p.Report.Same {
		return nil
	}
	if len(b.Contact) > maxContact || strings.ContainsFunc(b.Contact, unicode.IsControl) {
		return caught("told whom to call in more than a line")
	}
	p.Report.Contact = b.Contact
	return nil
}

func other(role string) string {
	if role == offerer {
		return answerer
	}
	return offerer
}

// reason is an error's text without the sentinel at its end.
func reason(err error) string {
	return strings.TrimSuffix(err.Error(), ": "+fraud.ErrConflict.Error())
}
