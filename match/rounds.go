package match

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/cloudflare/circl/group"
	"golang.org/x/mod/sumdb/note"

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

// makePoints blinds our set; of one that continues an earlier match, what is
// new.
func (p *party) makePoints() (listBody, error) {
	points, err := p.Set.points(len(p.Set.Runs)-1, func(done, of int) { p.tell("points", "blind", done, of) })
	if err != nil {
		return listBody{}, err
	}
	b, err := p.announce("points", points, nil)
	p.Points = p.Mine["points"]
	p.Now.Ours = piece{Name: "our-points", Sum: b.Hash}
	return b, err
}

// ourPoint is our point at a position, of whichever run.
func (p *party) ourPoint(at int) (group.Element, error) {
	n := runOf(len(p.Past), func(n int) int { return p.Past[n].Points }, at)
	if n == len(p.Past) {
		return pointAt(p.Points, at-p.Set.before().Points)
	}
	list, err := p.ourPoints(n)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		at -= p.Past[n-1].Points
	}
	return pointAt(list, at)
}

// ourPoints are those of an earlier run, made again if they do not fit.
func (p *party) ourPoints(n int) ([]byte, error) {
	c := &p.Past[n].Ours
	list, err := c.get(p.lists())
	if err == nil {
		return list, nil
	}
	if list, err = p.Set.points(n, func(int, int) {}); err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(list); !bytes.Equal(sum[:], c.Sum) {
		return nil, errShelf("it gives other points than the peer has")
	}
	*c, err = p.lists().piece(fmt.Sprintf("%d-our-points", n), list)
	return list, err
}

// peerPoint is the peer's point at a position.
func (p *party) peerPoint(at int) (group.Element, error) {
	n := runOf(len(p.Past), func(n int) int { return p.Past[n].Theirs }, at)
	if n == len(p.Past) {
		return pointAt(p.PeerPts, at-p.Before.Points)
	}
	list, err := p.peerPoints(n)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		at -= p.Past[n-1].Theirs
	}
	return pointAt(list, at)
}

// peerPoints are those of an earlier run. Nobody but the peer can make them
// again.
func (p *party) peerPoints(n int) ([]byte, error) {
	list, err := p.Past[n].Peers.get(p.lists())
	if errors.Is(err, errDamaged) {
		err = fmt.Errorf("points that the peer gave in match %s are gone or changed on disk, %w", p.Past[n].Of, errLost)
	}
	return list, err
}

// pastTags are our tags of the peer's points of an earlier run, by position,
// made again from the points if they do not fit.
func (p *party) pastTags(n int) ([]byte, error) {
	c := &p.Past[n].Tags
	tags, err := c.get(p.lists())
	if err == nil {
		return tags, nil
	}
	list, err := p.peerPoints(n)
	if err != nil {
		return nil, err
	}
	tags = make([]byte, len(list)/pointLen*tagLen)
	if err := p.raise(list, 0, tags); err != nil {
		return nil, err
	}
	*c, err = p.lists().piece(fmt.Sprintf("%d-tags-of", n), tags)
	return tags, err
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

func unflat(b []byte) []tag {
	out := make([]tag, len(b)/tagLen)
	for i := range out {
		out[i] = tag(b[i*tagLen:])
	}
	return out
}

func flat(tags []tag) []byte {
	out := make([]byte, 0, len(tags)*tagLen)
	for _, t := range tags {
		out = append(out, t[:]...)
	}
	return out
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

// raise makes our tags of some points of the peer's; before is how many stand
// before them in its list.
func (p *party) raise(list []byte, before int, tags []byte) error {
	k, err := decodeScalar(p.Set.Key)
	if err != nil {
		return err
	}
	return raiseAll(k, points{
		n: len(list) / pointLen, encoded: true,
		bytes: func(i int) []byte { return list[i*pointLen : (i+1)*pointLen] },
		bad:   func(i int) error { return caught("sent a bad point at %d", before+i) },
	}, func(first int, encoded []byte) {
		for i := range len(encoded) / pointLen {
			t := tagOf(encoded[i*pointLen : (i+1)*pointLen])
			copy(tags[(first+i)*tagLen:], t[:])
		}
	})
}

// usePoints packs the tags of the peer's points when all are there.
func (p *party) usePoints(list []byte) error {
	p.PeerPts, p.sorted = list, nil
	sorted := p.sortedTags()
	all, err := p.allTags()
	if err != nil {
		return err
	}
	for i := 1; i < len(all); i++ {
		if all[i] != all[i-1] {
			continue
		}
		points, err := p.allPeerPoints()
		if err != nil {
			return err
		}
		if !distinctPoints(points) { // a point twice has one tag twice
			return caught("sent a point twice")
		}
		return fmt.Errorf("two points have one tag, which chance does once in 2^32 matches, start again: %w", fraud.ErrConflict)
	}
	sum := sha256.Sum256(p.TagsOf)
	p.Now.Tags = piece{Name: "tags-of", Sum: sum[:]}
	p.Now.Peers = piece{Name: "peer-points", Sum: p.Want["points"]}
	if p.Mine["tags"], err = p.lists().keep("our-tags", packTags(sorted)); err != nil || !p.Terms.Epoch {
		return err
	}
	p.Lists.Sorted, err = p.lists().piece("sorted", flat(all))
	return err
}

// allPeerPoints are the peer's points of all runs.
func (p *party) allPeerPoints() ([]byte, error) {
	var out []byte
	for n := range p.Past {
		list, err := p.peerPoints(n)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return append(out, p.PeerPts...), nil
}

// sortedTags are our tags of the peer's points of this run, ascending.
func (p *party) sortedTags() []tag {
	out := unflat(p.TagsOf)
	slices.SortFunc(out, compareTags)
	return out
}

// allTags are our tags of the peer's points of all runs, ascending: what was
// sorted stays so.
func (p *party) allTags() ([]tag, error) {
	if p.sorted != nil {
		return p.sorted, nil
	}
	if p.Lists.Sorted.Name != "" { // of this match, from before a restart
		if b, err := p.Lists.Sorted.get(p.lists()); err == nil {
			p.sorted = unflat(b)
			return p.sorted, nil
		}
	}
	if len(p.Past) == 0 {
		p.sorted = p.sortedTags()
		return p.sorted, nil
	}
	var old []tag
	if b, err := p.Older.Sorted.get(p.lists()); err == nil && len(b) == p.Before.Points*tagLen {
		old = unflat(b)
	} else {
		for n := range p.Past {
			tags, err := p.pastTags(n)
			if err != nil {
				return nil, err
			}
			old = append(old, unflat(tags)...)
		}
		slices.SortFunc(old, compareTags)
	}
	p.sorted = merged(old, p.sortedTags())
	return p.sorted, nil
}

// backTags are the tags of our points that the peer gave back in the matches
// before this one, ascending, put together again if they do not fit.
func (p *party) backTags() ([]tag, error) {
	if len(p.Past) == 0 {
		return nil, nil
	}
	if b, err := p.Older.Back.get(p.lists()); err == nil {
		return unflat(b), nil
	}
	var out []tag
	for n := range p.Past {
		list, err := p.Past[n].Gave.get(p.lists())
		if err != nil {
			return nil, lostTags(p.Past[n].Of)
		}
		points := p.Set.Runs[n].Points
		if n > 0 {
			points -= p.Set.Runs[n-1].Points
		}
		tags, err := unpackTags(list, points)
		if err != nil {
			return nil, err
		}
		out = append(out, tags...)
	}
	slices.SortFunc(out, compareTags)
	return out, nil
}

func lostTags(of fraud.MatchID) error {
	return fmt.Errorf("tags that the peer gave back in match %s are gone or changed on disk, %w", of, errLost)
}

// useTags counts what is in common, after each of our sentinels has shown
// that the peer used its committed key.
func (p *party) useTags(list []byte) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	theirs, err := unpackTags(list, p.Set.newPoints())
	if err != nil {
		return caught("sent tags that cannot be read, or one twice")
	}
	key, err := decodePoint(c.Key)
	if err != nil {
		return err
	}
	q := curve().NewElement()
	for _, i := range p.Set.Order[p.Set.before().Points:] {
		if i&isSentinel == 0 {
			continue
		}
		want := tagOf(encodePoint(q.Mul(key, p.Set.sentinel(int(i&^isSentinel)))))
		if _, there := slices.BinarySearchFunc(theirs, want, compareTags); !there {
			return caught("did not raise our points to the key it had committed to")
		}
	}
	back, err := p.backTags()
	if err != nil {
		return err
	}
	back = merged(back, theirs)
	sorted, err := p.allTags()
	if err != nil {
		return err
	}
	p.Matched, p.at = common(sorted, back), nil
	if !p.Terms.Deconflict {
		p.Report.Count = len(p.Matched)
	}
	if p.lists().kept() {
		if p.Lists.Matched, err = p.lists().piece("matched", flat(p.Matched)); err != nil {
			return err
		}
	}
	p.Now.Gave = piece{Name: "peer-tags", Sum: p.Want["tags"]}
	if p.Terms.Epoch {
		p.Lists.Back, err = p.lists().piece("back", flat(back))
	}
	return err
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
