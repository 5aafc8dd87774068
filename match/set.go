package match

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cloudflare/circl/group"
	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

// ownSet is one side's set in one match, with the secrets that blind it. All
// of it is kept, sealed, until the match is over.
type ownSet struct {
	Elements []Element `json:"elements"` // in the order of prepare
	Seed     [32]byte  `json:"seed"`     // of the salts, labels and sentinels
	Order    []uint32  `json:"order"`    // what stands at each position: an element, or a sentinel
	Runs     []run     `json:"runs"`     // the epoch's matches so far, this one last
	Key      []byte    `json:"key"`      // the blinding key
	LabelKey []byte    `json:"label_key"`
	Coin     [32]byte  `json:"coin"` // our half of the toss that chooses the audit

	hashes []byte      // of the leaves by element, 32 bytes each: carried to the next match of the epoch
	tree   []tlog.Hash // stored hashes of the commitment's tree, built when needed
	place  []uint32    // leaf at which each element stands
	leaf   []uint32    // element that stands at each leaf
	spot   []uint32    // position at which each element stands
}

// run is how far the set went with one match of an epoch.
type run struct{ Elements, Points int }

// isSentinel marks, in Order, a sentinel's number.
const isSentinel = 1 << 31

// newSet draws the secrets of a match.
func newSet(set []Element, t Terms) (*ownSet, error) {
	elements, err := prepare(set, t)
	if err != nil {
		return nil, err
	}
	s := &ownSet{Key: encodeScalar(randomScalar()), LabelKey: encodeScalar(randomScalar())}
	_, _ = rand.Read(s.Seed[:]) // never fails (crypto/rand, Go 1.24)
	return s, s.grow(elements, t)
}

// extended is the set of an earlier match with what is new since: its
// elements keep their places, salts and key. An element that may no longer go
// to the peer cannot be taken out of points that the peer holds; then a fresh
// match must begin another epoch (fraud.ErrConflict).
func (s *ownSet) extended(set []Element, t Terms) (*ownSet, error) {
	now, err := prepare(set, t)
	if err != nil {
		return nil, err
	}
	had := make(map[fraud.Indicator]bool, len(s.Elements))
	for _, e := range s.Elements {
		had[e.Indicator] = true
	}
	fresh := now[:0:0]
	for _, e := range now {
		if !had[e.Indicator] {
			fresh = append(fresh, e)
		}
	}
	if gone := len(s.Elements) + len(fresh) - len(now); gone != 0 {
		return nil, fmt.Errorf("%d elements of the match that this one continues may no longer be matched, offer a fresh one: %w", gone, fraud.ErrConflict)
	}
	next := &ownSet{
		Elements: slices.Clone(s.Elements), Seed: s.Seed, Order: slices.Clone(s.Order), Runs: slices.Clone(s.Runs), Key: s.Key, LabelKey: s.LabelKey,
		hashes: bytes.Clone(s.hashes), // salts and places stay, so these do too
	}
	return next, next.grow(fresh, t)
}

// grow adds a run of elements and sentinels in a random order, and tosses a
// new coin.
func (s *ownSet) grow(elements []Element, t Terms) error {
	_, _ = rand.Read(s.Coin[:])
	order := make([]uint32, 0, len(elements)+t.Sentinels)
	for i := range elements {
		order = append(order, uint32(len(s.Elements)+i))
	}
	for range t.Sentinels {
		order = append(order, isSentinel|uint32(len(s.Order)-len(s.Elements)+len(order)-len(elements)))
	}
	for i := range order { // Fisher and Yates
		j, err := randomBelow(i + 1)
		if err != nil {
			return err
		}
		order[i], order[j] = order[j], order[i]
	}
	s.Elements, s.Order = append(s.Elements, elements...), append(s.Order, order...)
	s.Runs = append(s.Runs, run{len(s.Elements), len(s.Order)})
	return nil
}

// before is how far the set went before this match.
func (s *ownSet) before() run {
	if len(s.Runs) < 2 {
		return run{}
	}
	return s.Runs[len(s.Runs)-2]
}

func randomBelow(n int) (int, error) {
	v, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0, fmt.Errorf("draw an order: %w", err)
	}
	return int(v.Int64()), nil
}

func u32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

func (s *ownSet) salt(what string, element int) [32]byte {
	return digest("salt", s.Seed[:], []byte(what), u32(element))
}

// sentinel is the exponent of a point that stands for nothing. Raised to the
// peer's key it is the peer's public key to this exponent, which we can work
// out alone: so we see whether the peer did its work with that key.
func (s *ownSet) sentinel(i int) group.Scalar {
	d := digest("sentinel", s.Seed[:], u32(i))
	return curve().HashToScalar(d[:], []byte(labelDST))
}

// The three parts of a commitment's leaf. Each can be opened without the
// others.
func valuePart(salt [32]byte, i fraud.Indicator) [32]byte {
	return digest("value", salt[:], []byte(i.Kind), []byte(i.Value))
}

func evidencePart(salt [32]byte, reports int, digests [][32]byte) [32]byte {
	parts := [][]byte{salt[:], u32(reports)}
	for _, d := range digests {
		parts = append(parts, d[:])
	}
	return digest("evidence", parts...)
}

func ringPart(salt [32]byte, l label) [32]byte { return digest("ring", salt[:], l[:]) }

func leafBytes(value, evidence, ring [32]byte) []byte {
	return slices.Concat([]byte("ringbreaker/match/1/leaf\n"), value[:], evidence[:], ring[:])
}

func digestsOf(e Element) [][32]byte {
	out := make([][32]byte, len(e.Evidence))
	for i, v := range e.Evidence {
		out[i] = v.Digest
	}
	return out
}

func (s *ownSet) leafOf(i int) []byte {
	e := s.Elements[i]
	return leafBytes(valuePart(s.salt("value", i), e.Indicator), evidencePart(s.salt("evidence", i), e.Reports, digestsOf(e)), ringPart(s.salt("ring", i), s.label(e)))
}

// build makes the tree of the commitment: the leaves in the order of their
// hashes, which says nothing of the values.
func (s *ownSet) build() error {
	if s.tree != nil {
		return nil
	}
	n := len(s.Elements)
	hashes := make([]tlog.Hash, n)
	had := min(len(s.hashes)/tlog.HashSize, n)
	for i := range had {
		hashes[i] = tlog.Hash(s.hashes[i*tlog.HashSize:])
	}
	if err := eachCore(n-had, func(lo, hi int) error {
		for i := had + lo; i < had+hi; i++ {
			hashes[i] = tlog.RecordHash(s.leafOf(i))
		}
		return nil
	}); err != nil {
		return err
	}
	all := append(make([]byte, 0, n*tlog.HashSize), s.hashes[:had*tlog.HashSize]...)
	for _, h := range hashes[had:] {
		all = append(all, h[:]...)
	}
	s.hashes = all
	leaf := make([]uint32, n)
	for i := range leaf {
		leaf[i] = uint32(i)
	}
	from := 0
	for _, r := range s.Runs { // what was committed keeps its place
		slices.SortFunc(leaf[from:r.Elements], func(a, b uint32) int { return bytes.Compare(hashes[a][:], hashes[b][:]) })
		from = r.Elements
	}
	s.leaf, s.place = leaf, make([]uint32, n)
	tree := make([]tlog.Hash, 0, 2*n)
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) { return pick(tree, at) })
	for at, i := range leaf {
		s.place[i] = uint32(at)
		more, err := tlog.StoredHashesForRecordHash(int64(at), hashes[i], reader)
		if err != nil {
			return fmt.Errorf("hash the set: %w", err)
		}
		tree = append(tree, more...)
	}
	s.tree = tree
	return nil
}

func pick(tree []tlog.Hash, at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, a := range at {
		if a < 0 || a >= int64(len(tree)) {
			return nil, fmt.Errorf("tree has no hash %d: %w", a, fraud.ErrInvalid)
		}
		out[i] = tree[a]
	}
	return out, nil
}

func (s *ownSet) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) { return pick(s.tree, at) })
}

// begins makes sure that the tree begins with the one of an earlier commitment
// of ours, by making it anew if it does not: hashes that a failing disk changed
// would look like a set that we changed.
func (s *ownSet) begins(old Commitment) error {
	if err := s.build(); err != nil {
		return err
	}
	if root, err := tlog.TreeHash(int64(old.Size), s.reader()); err == nil && bytes.Equal(root[:], old.Root) {
		return nil
	}
	s.hashes, s.tree = nil, nil
	return s.build()
}

func (s *ownSet) root() (tlog.Hash, error) {
	if err := s.build(); err != nil {
		return tlog.Hash{}, err
	}
	return tlog.TreeHash(int64(len(s.Elements)), s.reader())
}

// points are the blinded run of this match: for each of its positions the
// element's point to our key, or a sentinel.
func (s *ownSet) points(tell func(done, of int)) ([]byte, error) {
	k, err := decodeScalar(s.Key)
	if err != nil {
		return nil, err
	}
	first := s.before()
	place := make([]uint32, len(s.Elements)-first.Elements)
	out := make([]byte, (len(s.Order)-first.Points)*pointLen)
	for at, i := range s.Order[first.Points:] {
		if i&isSentinel != 0 {
			copy(out[at*pointLen:], encodePoint(curve().NewElement().MulGen(s.sentinel(int(i&^isSentinel)))))
		} else {
			place[int(i)-first.Elements] = uint32(at)
		}
	}
	var done atomic.Int64
	from := points{n: len(place), bytes: func(i int) []byte { return input(s.Elements[first.Elements+i].Indicator) }}
	return out, raiseAll(k, from, func(lo int, encoded []byte) {
		for i := range len(encoded) / pointLen {
			copy(out[int(place[lo+i])*pointLen:], encoded[i*pointLen:(i+1)*pointLen])
		}
		tell(int(done.Add(int64(len(encoded)/pointLen))), len(place))
	})
}

// where is the position of each element.
func (s *ownSet) where() []uint32 {
	if len(s.spot) == len(s.Elements) {
		return s.spot
	}
	s.spot = make([]uint32, len(s.Elements))
	for at := range s.Order {
		if i, ok := s.at(at); ok {
			s.spot[i] = uint32(at)
		}
	}
	return s.spot
}

// frame is how many elements are sealed together.
const frame = 1 << 14

// keep puts the elements and their order away, sealed: a set of a million
// would be too much to write anew with every message.
func (s *ownSet) keep(to *spool, of string, box Sealer) error {
	return to.write("set", func(w io.Writer) error {
		for n := 0; n*frame < max(len(s.Elements), len(s.Order)); n++ {
			f := framed{Elements: part(s.Elements, n), Order: part(s.Order, n)}
			var plain bytes.Buffer
			if err := gob.NewEncoder(&plain).Encode(f); err != nil {
				return fmt.Errorf("write elements: %w", err)
			}
			sealed := box.SealBytes(fmt.Sprintf("%s set %d", of, n), plain.Bytes())
			if _, err := w.Write(append(u32(len(sealed)), sealed...)); err != nil {
				return err
			}
		}
		return nil
	})
}

type framed struct {
	Elements []Element
	Order    []uint32
}

func part[T any](all []T, n int) []T {
	return all[min(n*frame, len(all)):min((n+1)*frame, len(all))]
}

// load reads what keep wrote.
func (s *ownSet) load(from *spool, of string, box Sealer) error {
	b, err := from.load("set")
	if err != nil {
		return err
	}
	bad := fmt.Errorf("the set of this match is gone from the node's folder; refuse the match and offer a fresh one: %w", fraud.ErrNotFound)
	for n := 0; len(b) > 0; n++ {
		if len(b) < 4 || int(binary.BigEndian.Uint32(b)) > len(b)-4 {
			return bad
		}
		size := int(binary.BigEndian.Uint32(b))
		plain, err := box.OpenBytes(fmt.Sprintf("%s set %d", of, n), b[4:4+size])
		if err != nil {
			return fmt.Errorf("open the set: %w", err)
		}
		var f framed
		if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&f); err != nil {
			return fmt.Errorf("read the set: %w", err)
		}
		s.Elements, s.Order, b = append(s.Elements, f.Elements...), append(s.Order, f.Order...), b[4+size:]
	}
	if last := s.Runs[len(s.Runs)-1]; len(s.Elements) != last.Elements || len(s.Order) != last.Points {
		return bad
	}
	return nil
}

// kinds are the kinds' codes by position, 0 for a sentinel.
func (s *ownSet) kinds() []byte {
	out := make([]byte, len(s.Order))
	for at, i := range s.Order {
		if i&isSentinel == 0 {
			out[at] = kindCode(s.Elements[i].Indicator.Kind)
		}
	}
	return out
}

// kindsHash commits to the kinds by position.
func kindsHash(nonce [32]byte, kinds []byte) [32]byte { return digest("kinds", nonce[:], kinds) }

func (s *ownSet) kindsNonce() [32]byte { return digest("kinds nonce", s.Seed[:]) }

// at is the element at a position, false for a sentinel.
func (s *ownSet) at(position int) (int, bool) {
	if position < 0 || position >= len(s.Order) || s.Order[position]&isSentinel != 0 {
		return 0, false
	}
	return int(s.Order[position]), true
}

// label stands for a ring in one match: eight bytes that only we can turn
// back, and a byte for the relation. No ring has the zero label.
type label [9]byte

func (s *ownSet) label(e Element) label {
	var l label
	l[8] = byte(slices.Index(relations(), e.Relation))
	if e.Ring != "" {
		d := digest("ring label", s.Seed[:], []byte(e.Ring))
		copy(l[:8], d[:])
	}
	return l
}

// name is how the peer sees the ring.
func (l label) name() string {
	if [8]byte(l[:8]) == [8]byte{} {
		return ""
	}
	return "R-" + hex.EncodeToString(l[:8])
}

func (l label) relation() (fraud.LinkKind, bool) {
	all := relations()
	if int(l[8]) >= len(all) {
		return "", false
	}
	return all[l[8]], true
}

func (l label) point() group.Element { return curve().HashToElement(l[:], []byte(labelDST)) }

// Commitment is what a side binds itself to before the first point is sent.
// Its SHA-256 is a leaf of the side's ledger, under a checkpoint that the
// peer has cosigned.
type Commitment struct {
	Match     fraud.MatchID `json:"match"`
	From      fraud.OrgID   `json:"from"`
	To        fraud.OrgID   `json:"to"`
	Terms     []byte        `json:"terms"` // SHA-256 of the terms as offered
	Root      []byte        `json:"root"`  // of the tree of elements
	Size      int           `json:"size"`
	Points    int           `json:"points"`     // elements and sentinels
	Key       []byte        `json:"key"`        // public key of the blinding
	LabelKey  []byte        `json:"label_key"`  // public key of the ring labels
	KindsHash []byte        `json:"kinds_hash"` // of the kinds by position
	CoinHash  []byte        `json:"coin_hash"`  // of our half of the audit's toss
	At        time.Time     `json:"at"`
	// Of a match that continues another: the size of the set then, and the
	// proof (RFC 6962 §2.1.2) that this tree begins with that one.
	Continues fraud.MatchID `json:"continues,omitempty"`
	Had       int           `json:"had,omitempty"`
	Extends   []tlog.Hash   `json:"extends,omitempty"`
}

func coinHash(coin [32]byte) [32]byte { return digest("coin", coin[:]) }

// commit binds the set.
func (s *ownSet) commit(id fraud.MatchID, from, to fraud.OrgID, terms [32]byte, at time.Time) (Commitment, error) {
	root, err := s.root()
	if err != nil {
		return Commitment{}, err
	}
	key, err := decodeScalar(s.Key)
	if err != nil {
		return Commitment{}, err
	}
	labelKey, err := decodeScalar(s.LabelKey)
	if err != nil {
		return Commitment{}, err
	}
	kinds, coin := kindsHash(s.kindsNonce(), s.kinds()), coinHash(s.Coin)
	c := Commitment{
		Match: id, From: from, To: to, Terms: terms[:], Root: root[:], Size: len(s.Elements), Points: len(s.Order),
		Key: publicKey(key), LabelKey: publicKey(labelKey), KindsHash: kinds[:], CoinHash: coin[:], At: unix(at),
	}
	if had := s.before().Elements; had > 0 && had < c.Size {
		if c.Extends, err = tlog.ProveTree(int64(c.Size), int64(had), s.reader()); err != nil {
			return Commitment{}, fmt.Errorf("prove that the set was only added to: %w", err)
		}
	}
	c.Had = s.before().Elements
	return c, nil
}

// extends says whether the commitment is an earlier one of the same epoch
// with elements added and nothing else changed.
func (c Commitment) extends(old Commitment) bool {
	if !bytes.Equal(c.Key, old.Key) || !bytes.Equal(c.LabelKey, old.LabelKey) || c.Had != old.Size || c.Size < old.Size || len(old.Root) != tlog.HashSize {
		return false
	}
	if c.Size == old.Size {
		return bytes.Equal(c.Root, old.Root) && len(c.Extends) == 0
	}
	return tlog.CheckTree(c.Extends, int64(c.Size), tlog.Hash(c.Root), int64(old.Size), tlog.Hash(old.Root)) == nil
}

// Opening opens a leaf of a commitment. Evidence is always open; Value and
// Ring only where the step says so, else their hashes stand in.
type Opening struct {
	Leaf         int              `json:"leaf"`
	Value        *fraud.Indicator `json:"value,omitempty"`
	ValueSalt    []byte           `json:"value_salt,omitempty"`
	ValueHash    []byte           `json:"value_hash,omitempty"`
	Label        []byte           `json:"label,omitempty"`
	RingSalt     []byte           `json:"ring_salt,omitempty"`
	RingHash     []byte           `json:"ring_hash,omitempty"`
	Reports      int              `json:"reports"`
	Evidence     [][]byte         `json:"evidence"`
	EvidenceSalt []byte           `json:"evidence_salt"`
	Path         []tlog.Hash      `json:"path"`
}

// open opens an element, with its value and ring or without.
func (s *ownSet) open(i int, whole bool) (Opening, error) {
	if err := s.build(); err != nil {
		return Opening{}, err
	}
	e := s.Elements[i]
	path, err := tlog.ProveRecord(int64(len(s.Elements)), int64(s.place[i]), s.reader())
	if err != nil {
		return Opening{}, fmt.Errorf("prove an element: %w", err)
	}
	vs, rs, es := s.salt("value", i), s.salt("ring", i), s.salt("evidence", i)
	o := Opening{Leaf: int(s.place[i]), Reports: e.Reports, EvidenceSalt: es[:], Path: path}
	for _, d := range e.Evidence {
		o.Evidence = append(o.Evidence, bytes.Clone(d.Digest[:]))
	}
	l := s.label(e)
	if whole {
		o.Value, o.ValueSalt, o.Label, o.RingSalt = &e.Indicator, vs[:], l[:], rs[:]
		return o, nil
	}
	vh, rh := valuePart(vs, e.Indicator), ringPart(rs, l)
	o.ValueHash, o.RingHash = vh[:], rh[:]
	return o, nil
}

// check holds an opening against a commitment. whole says that value and
// ring must be open.
func (o Opening) check(c Commitment, t Terms, whole bool) error {
	bad := func(what string) error { return fmt.Errorf("element %d %s: %w", o.Leaf, what, fraud.ErrConflict) }
	if len(o.EvidenceSalt) != 32 || len(o.Evidence) < t.MinReports || len(o.Evidence) > maxEvidence || o.Reports < len(o.Evidence) {
		return bad("does not rest on the reports that were agreed")
	}
	digests := make([][32]byte, len(o.Evidence))
	for i, d := range o.Evidence {
		if len(d) != 32 || i > 0 && bytes.Compare(o.Evidence[i-1], d) >= 0 {
			return bad("counts a report twice")
		}
		digests[i] = [32]byte(d)
	}
	var value, ring [32]byte
	switch {
	case whole:
		if o.Value == nil || len(o.ValueSalt) != 32 || len(o.Label) != len(label{}) || len(o.RingSalt) != 32 || !slices.Contains(t.Kinds, o.Value.Kind) {
			return bad("was not opened whole")
		}
		value, ring = valuePart([32]byte(o.ValueSalt), *o.Value), ringPart([32]byte(o.RingSalt), label(o.Label))
	case len(o.ValueHash) != 32 || len(o.RingHash) != 32:
		return bad("was not opened")
	default:
		value, ring = [32]byte(o.ValueHash), [32]byte(o.RingHash)
	}
	leaf := leafBytes(value, evidencePart([32]byte(o.EvidenceSalt), o.Reports, digests), ring)
	if o.Leaf < 0 || o.Leaf >= c.Size || len(c.Root) != tlog.HashSize ||
		tlog.CheckRecord(o.Path, int64(c.Size), tlog.Hash(c.Root), int64(o.Leaf), tlog.RecordHash(leaf)) != nil {
		return bad("does not open against the commitment")
	}
	return nil
}

// audited chooses the elements to audit by both sides' coins: r of n leaves,
// none twice.
func audited(coinA, coinB [32]byte, of string, n, r int) []int {
	seed := digest("audit", coinA[:], coinB[:], []byte(of))
	r = min(r, n)
	out, taken := make([]int, 0, r), map[int]bool{}
	for ctr := 0; len(out) < r; ctr++ {
		d := digest("pick", seed[:], u32(ctr))
		if i := int(binary.BigEndian.Uint64(d[:]) % uint64(n)); !taken[i] {
			taken[i] = true
			out = append(out, i)
		}
	}
	return out
}
