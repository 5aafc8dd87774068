package match

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
)

// The two sides of a match. The offerer speaks first in every round.
const (
	offerer  = "a"
	answerer = "b"
)

// round is one exchange: a message each way, or a list each way.
type round struct {
	name string
	list bool
	gate fraud.MatchStep // whose consent by both it needs; "" for those that offer and acceptance cover
	done fraud.MatchStep // the step that is reached when it is over
}

// rounds of a match, but for the openings, whose number hangs on the count.
func rounds() []round {
	return []round{
		{name: "commit"},
		{name: "witness", done: fraud.MatchCommitted},
		{name: "blind"},
		{name: "points", list: true, done: fraud.MatchBlinded},
		{name: "tags"},
		{name: "tags", list: true},
		{name: "result"},
		{name: "audit", done: fraud.MatchCount},
		{name: "kinds", gate: fraud.MatchKinds},
		{name: "kinds", list: true, gate: fraud.MatchKinds, done: fraud.MatchKinds},
		{name: "labels", gate: fraud.MatchSuspects},
		{name: "labels", list: true, gate: fraud.MatchSuspects},
		{name: "ask", gate: fraud.MatchSuspects},
		{name: "rings", gate: fraud.MatchSuspects, done: fraud.MatchSuspects},
	}
}

// party is one side of a match: all it knows, and what it may do next. It
// does not know how messages travel.
type party struct {
	ID    fraud.MatchID
	Role  string
	Us    fraud.OrgID
	Peer  fraud.OrgID
	Terms Terms

	Next       int      // index of the round to do
	Transcript [32]byte // over all messages so far, both ways
	Pending    []byte
	Heard      []byte // the last message that was answered,
	Answered   []byte // and the answer, for a peer that did not get it

	Set     *ownSet
	Ours    []byte // our commitment, its bytes
	Theirs  []byte // the peer's
	Cosigns string
	Note    string            // our checkpoint over our commitment, cosigned by the peer
	PeerPt  string            // the peer's, cosigned by us
	Mine    map[string][]byte // lists that we gave
	Got     map[string][]byte // lists that we were given
	Want    map[string][]byte // hashes of the lists to come
	Size    map[string]int    // and their bytes
	TagsOf  []byte            // our tags of the peer's points of this run, by position
	Matched []tag             // ascending, of all runs
	Points  []byte            // ours of this run, by position
	PeerPts []byte            // the peer's of this run
	Before  Commitment        // the peer's, of the match that this one continues
	Coin    []byte            // the peer's half
	Labels  []label           // of our rings, by matched tag
	PeerLb  []label
	Opened  []int // our element by matched tag, as the peer opened it
	Report  fraud.MatchReport

	Past   []past // what the epoch's matches before this one left
	Now    past   // what this one leaves
	Lists  lists  // what it leaves of all runs together
	Older  lists  // and what was there of the runs before
	sorted []tag  // our tags of all the peer's points, ascending, once they are needed

	env        env
	seenByPeer int64               // leaves of our ledger that the peer has witnessed
	in         map[string]*growing // lists that are still coming
	at         []int               // positions of Matched, once they are known
}

// lists are the tags of all runs of an epoch up to a match.
type lists struct {
	Sorted  piece // ours of the peer's points, ascending
	Back    piece // those of our points that the peer gave back, ascending
	Matched piece // in both
}

// env is what a party needs of the world.
type env struct {
	sign   ed25519.PrivateKey
	verify ed25519.PublicKey // the peer's
	now    func() time.Time
	ledger witnesser // nil between two files
	peer   fraud.Org
	spool  *spool // where lists are put away; nil keeps them in memory
	box    Sealer // seals the set there; nil keeps it in memory
	tell   func(Progress)
	call   string // whom the peer may call, in a deconfliction
}

// Progress says how far the work of a round is.
type Progress struct {
	Round string // the round's name
	Doing string // what is done: blind, send, take, label
	Done  int    // of Of, in points or bytes
	Of    int
}

// lists is where the party's lists are put away.
func (p *party) lists() *spool {
	if p.env.spool == nil {
		p.env.spool = &spool{}
	}
	return p.env.spool
}

func (p *party) tell(round, doing string, done, of int) {
	if p.env.tell != nil {
		p.env.tell(Progress{round, doing, done, of})
	}
}

// witnesser is what a match needs of the ledger.
type witnesser interface {
	Append(ctx context.Context, leaf fraud.Leaf) (int64, error)
	Head(ctx context.Context, old int64) (ledger.Head, error)
	Witnessed(ctx context.Context, peer fraud.Org) (int64, error)
	Witness(ctx context.Context, peer fraud.Org, h ledger.Head) (string, error)
	AddCosignature(ctx context.Context, peer fraud.Org, signed, line string) (string, error)
	ProveUnder(ctx context.Context, kind fraud.LeafKind, ref, signed string) (ledger.Proof, error)
	ProveBlind(ctx context.Context, index int64, signed string) (ledger.Proof, error)
}

// cheat is the error of a peer that was caught out: the match is broken.
type cheat struct{ what string }

func (c cheat) Error() string { return "the peer " + c.what }

// Unwrap makes it a fraud.ErrConflict.
func (c cheat) Unwrap() error { return fraud.ErrConflict }

func caught(format string, a ...any) error { return cheat{fmt.Sprintf(format, a...)} }

// isCheat tells a peer that was caught from a fault of ours.
func isCheat(err error) bool {
	var c cheat
	var fork *ledger.Fork
	return errors.As(err, &c) || errors.As(err, &fork)
}

func newParty(id fraud.MatchID, role string, us, peer fraud.OrgID, t Terms, set []Element, e env) (*party, error) {
	own, err := newSet(set, t)
	if err != nil {
		return nil, err
	}
	return fresh(id, role, us, peer, t, own, e), nil
}

// continued is a side in a match that continues an earlier one: what it knows
// of the peer's points and tags stays. Only what is new costs, but for one look
// at each element of today's set and one pass over the sorted tags.
func continued(old *party, id fraud.MatchID, t Terms, set []Element, e env) (p *party, err error) {
	if len(old.Past)+1 >= maxRuns {
		return nil, fmt.Errorf("an epoch has at most %d matches, offer a fresh one: %w", maxRuns, fraud.ErrConflict)
	}
	before, err := old.theirCommitment()
	if err != nil {
		return nil, err
	}
	mine, err := old.commitment()
	if err != nil {
		return nil, err
	}
	own := &ownSet{Seed: old.Set.Seed, Order: slices.Clone(old.Set.Order), Runs: slices.Clone(old.Set.Runs), Key: old.Set.Key, LabelKey: old.Set.LabelKey}
	p = fresh(id, old.Role, old.Us, old.Peer, t, own, e)
	p.Before = before
	defer func() {
		if err != nil {
			err = errors.Join(err, p.lists().forget())
		}
	}()
	if err := p.inherit(old); err != nil {
		return nil, err
	}
	if err := own.begins(mine); err != nil {
		return nil, err
	}
	return p, own.extended(set, t)
}

// inherit takes over what the earlier match left.
func (p *party) inherit(old *party) error {
	now := old.Now
	now.Of, now.Elements, now.Points, now.Theirs = old.ID, old.Set.size(), len(old.Set.Order), p.Before.Points
	if !p.lists().kept() {
		now.Ours.List, now.Peers.List, now.Tags.List, now.Gave.List = old.Points, old.PeerPts, old.TagsOf, old.Got["tags"]
		if err := old.Set.build(); err != nil {
			return err
		}
		last := len(old.Set.Runs) - 1
		now.Tree.List, now.Leaves.List, now.Known.List = old.Set.tree.parts[last], old.Set.leaf[last], old.Set.knownOf(old.Set.Elements)
		p.Set.Old = slices.Concat(old.Set.Old, old.Set.Elements)
	}
	var err error
	if p.Past, err = inherit(old.lists(), append(slices.Clone(old.Past), now), p.lists()); err != nil {
		return err
	}
	p.Older = old.Lists
	for name, c := range map[string]*piece{"past-sorted": &p.Older.Sorted, "past-back": &p.Older.Back} {
		c.read = nil
		if c.Name == "" {
			continue
		}
		if err := p.lists().link(old.lists(), c.Name, name); err != nil {
			return err
		}
		c.Name = name
	}
	p.Older.Matched = piece{}
	p.house()
	return nil
}

// house tells the set where it is kept.
func (p *party) house() {
	if s := p.Set; s != nil {
		s.spool, s.box, s.id, s.past = p.lists(), p.env.box, p.ID, p.Past
	}
}

func fresh(id fraud.MatchID, role string, us, peer fraud.OrgID, t Terms, own *ownSet, e env) *party {
	p := &party{
		ID: id, Role: role, Us: us, Peer: peer, Terms: t, Set: own,
		Mine: map[string][]byte{}, Got: map[string][]byte{}, Want: map[string][]byte{}, Size: map[string]int{}, env: e,
		Transcript: digest("transcript", []byte(id)), Report: fraud.MatchReport{Deconfliction: t.Deconflict},
	}
	p.house()
	return p
}

// round is the round to do next, false when all is done.
func (p *party) round() (round, bool) {
	fixed := rounds()
	if p.Next < len(fixed) {
		return fixed[p.Next], true
	}
	batches := (len(p.Matched) + p.Terms.Batch - 1) / p.Terms.Batch
	i := p.Next - len(fixed)
	if i >= 2*batches {
		return round{}, false
	}
	r := round{name: fmt.Sprintf("open-%d", i/2), gate: fraud.MatchIndicators}
	if i%2 == 1 {
		r.name = fmt.Sprintf("show-%d", i/2)
		if i/2 == batches-1 {
			r.done = fraud.MatchIndicators
		}
	}
	return r, true
}

// envelope is a message: signed by its sender, and bound to all that went
// before, so that it cannot be used at another place or denied later.
type envelope struct {
	Match      fraud.MatchID `json:"match"`
	Round      string        `json:"round"`
	From       string        `json:"from"` // role
	Transcript []byte        `json:"transcript"`
	Body       []byte        `json:"body"`
	Sig        []byte        `json:"sig"`
}

func (e envelope) signed() []byte {
	sum := sha256.Sum256(e.Body)
	return fmt.Appendf(nil, "ringbreaker/match/1/message\n%s\n%s\n%s\n%s\n%s\n", e.Match, e.Round, e.From, hex.EncodeToString(e.Transcript), hex.EncodeToString(sum[:]))
}

// seal makes our message of a round.
func (p *party) seal(r round, body any) ([]byte, envelope, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, envelope{}, fmt.Errorf("write message %s: %w", r.name, err)
	}
	e := envelope{Match: p.ID, Round: r.name, From: p.Role, Transcript: bytes.Clone(p.Transcript[:]), Body: b}
	e.Sig = ed25519.Sign(p.env.sign, e.signed())
	msg, err := json.Marshal(e)
	if err != nil {
		return nil, envelope{}, fmt.Errorf("write message %s: %w", r.name, err)
	}
	return msg, e, nil
}

// unseal checks the peer's message of a round. A message of another place in
// the match is fraud.ErrConflict and changes nothing.
func (p *party) unseal(r round, raw []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fmt.Errorf("message is no JSON that we know: %w", fraud.ErrInvalid)
	}
	if e.Match != p.ID || e.Round != r.name || e.From == p.Role || (e.From != offerer && e.From != answerer) {
		return e, fmt.Errorf("message %q does not belong here, %q is next: %w", e.Round, r.name, fraud.ErrConflict)
	}
	if !ed25519.Verify(p.env.verify, e.signed(), e.Sig) {
		return e, fmt.Errorf("message %s is not signed by peer %s: %w", r.name, p.Peer, fraud.ErrForbidden)
	}
	return e, nil
}

// absorb puts a message into the transcript.
func (p *party) absorb(e envelope) {
	sum := sha256.Sum256(e.Body)
	p.Transcript = digest("transcript", p.Transcript[:], []byte(e.From), []byte(e.Round), sum[:])
}

// say makes our message of the present round, once: asked again, it gives the
// same bytes.
func (p *party) say(ctx context.Context, r round) ([]byte, error) {
	if p.Pending != nil {
		return p.Pending, nil
	}
	body, err := p.body(ctx, r)
	if err != nil {
		return nil, err
	}
	msg, _, err := p.seal(r, body)
	if err != nil {
		return nil, err
	}
	p.Pending = msg
	return msg, nil
}

// hear takes the answerer's reply to our pending message; both go into the
// transcript and the round is over.
func (p *party) hear(ctx context.Context, r round, reply []byte) error {
	var own envelope
	if err := json.Unmarshal(p.Pending, &own); err != nil {
		return fmt.Errorf("read our own message: %w", err)
	}
	before := p.Transcript
	p.absorb(own)
	e, err := p.unseal(r, reply)
	if err == nil && !bytes.Equal(e.Transcript, p.Transcript[:]) {
		err = caught("signed another course of the match than ours in round %s", r.name)
	}
	if err == nil {
		err = p.take(ctx, r, e.Body)
	}
	if err != nil {
		p.Transcript = before
		return err
	}
	p.absorb(e)
	p.Pending = nil
	return p.advance(ctx, r)
}

// answer takes the offerer's message and makes our reply. The same message
// again gets the same reply.
func (p *party) answer(ctx context.Context, raw []byte) ([]byte, error) {
	if p.Heard != nil && bytes.Equal(raw, p.Heard) {
		return p.Answered, nil
	}
	r, more := p.round()
	if !more || r.list {
		return nil, fmt.Errorf("no message is due: %w", fraud.ErrConflict)
	}
	e, err := p.unseal(r, raw)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(e.Transcript, p.Transcript[:]) {
		return nil, caught("signed another course of the match than ours in round %s", r.name)
	}
	if err := p.take(ctx, r, e.Body); err != nil {
		return nil, err
	}
	before := p.Transcript
	p.absorb(e)
	reply, own, err := p.reply(ctx, r)
	if err != nil {
		p.Transcript = before
		return nil, err
	}
	p.absorb(own)
	p.Heard, p.Answered = bytes.Clone(raw), reply
	return reply, p.advance(ctx, r)
}

// reply makes the answerer's message of a round.
func (p *party) reply(ctx context.Context, r round) ([]byte, envelope, error) {
	body, err := p.body(ctx, r)
	if err != nil {
		return nil, envelope{}, err
	}
	return p.seal(r, body)
}

// come is the peer's list of a round as far as it is here.
func (p *party) come(name string) (*growing, error) {
	if g := p.in[name]; g != nil {
		return g, nil
	}
	g, err := p.lists().coming("peer-" + name)
	if err != nil {
		return nil, err
	}
	// A part that a failing machine tore comes again; so does the last one,
	// whose tags may not have been written.
	unit := 1
	if name == "points" || name == "labels" {
		unit = pointLen
	}
	if err := g.cut(min(g.n, p.Size[name]) / unit * unit); err != nil {
		return nil, err
	}
	if p.in == nil {
		p.in = map[string]*growing{}
	}
	p.in[name] = g
	return g, nil
}

// receive takes the next part of the peer's list, works on it, and says
// whether the list is whole and the round over.
func (p *party) receive(ctx context.Context, r round, part []byte) (done bool, err error) {
	g, err := p.come(r.name)
	if err != nil {
		return false, err
	}
	if g.n+len(part) > p.Size[r.name] {
		return false, caught("sent a longer list of %s than it had announced", r.name)
	}
	if len(part) > 0 {
		// Worked on first: what is kept is never without its tags.
		if err := p.feed(r.name, g.n, part); err != nil {
			return false, err
		}
		if err := g.add(part); err != nil {
			return false, err
		}
		p.tell(r.name, "take", g.n, p.Size[r.name])
	}
	if g.n < p.Size[r.name] {
		return false, nil
	}
	list, err := g.whole()
	if err != nil {
		return false, err
	}
	delete(p.in, r.name)
	return true, p.takeList(ctx, r, list)
}

// takeList takes the whole of the peer's list of the present round.
func (p *party) takeList(ctx context.Context, r round, list []byte) error {
	if sum := sha256.Sum256(list); len(list) != p.Size[r.name] || !bytes.Equal(sum[:], p.Want[r.name]) {
		return caught("sent other %s than it had announced", r.name)
	}
	if err := p.useList(r.name, list); err != nil {
		return err
	}
	p.Got[r.name] = list
	return p.advance(ctx, r)
}

// advance ends a round. Reaching a step is written into our ledger.
func (p *party) advance(ctx context.Context, r round) error {
	p.Next++
	if r.done == "" || p.env.ledger == nil {
		return nil
	}
	_, err := p.env.ledger.Append(ctx, fraud.Leaf{
		Kind: fraud.LeafCommitment, Ref: string(p.ID) + "/" + string(r.done), Digest: p.Transcript, At: unix(p.env.now()),
	})
	return err
}

// step is the last step that was reached.
func (p *party) step() fraud.MatchStep {
	reached := fraud.MatchOffered
	for _, r := range rounds()[:min(p.Next, len(rounds()))] {
		if r.done != "" {
			reached = r.done
		}
	}
	if _, more := p.round(); !more {
		reached = fraud.MatchIndicators
	}
	return reached
}

// below says whether the match must stop because too little is in common.
func (p *party) below() bool {
	return slices.Index(stepOrder(), p.step()) >= slices.Index(stepOrder(), fraud.MatchCount) && len(p.Matched) < p.Terms.MinCount
}

func stepOrder() []fraud.MatchStep {
	return []fraud.MatchStep{
		fraud.MatchOffered, fraud.MatchCommitted, fraud.MatchBlinded, fraud.MatchCount, fraud.MatchKinds, fraud.MatchSuspects, fraud.MatchIndicators,
	}
}

func (p *party) commitment() (Commitment, error) {
	var c Commitment
	if err := json.Unmarshal(p.Ours, &c); err != nil {
		return c, fmt.Errorf("read our commitment: %w", err)
	}
	return c, nil
}

func (p *party) theirCommitment() (Commitment, error) {
	var c Commitment
	if err := json.Unmarshal(p.Theirs, &c); err != nil {
		return c, fmt.Errorf("read the peer's commitment: %w", err)
	}
	return c, nil
}

func (t Terms) hash() ([32]byte, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return [32]byte{}, fmt.Errorf("write the terms: %w", err)
	}
	return digest("terms", b), nil
}
