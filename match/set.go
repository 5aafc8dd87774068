package match

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
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
	Elements []Element // of this match's run, in the order of prepare; nil while they lie on the shelf
	Old      []Element // of the runs before it, where there is no folder for them
	Seed     [32]byte  // of the salts, labels and sentinels
	Order    []uint32  // what stands at each position: an element, or a sentinel
	Runs     []run     // the epoch's matches so far, this one last
	Key      []byte    // the blinding key
	LabelKey []byte
	Coin     [32]byte // our half of the toss that chooses the audit

	// Where it is kept: the party's, which outlives no match.
	spool *spool
	box   Sealer
	id    fraud.MatchID
	past  []past // the runs before this one

	shelves map[int]*shelf   // runs whose elements lie on disk
	tree    *forest          // of the commitment, built when needed
	leaf    [][]byte         // element that stands at each leaf, by run, four bytes each
	place   map[int][]uint32 // leaf at which each element stands, by run, where it was asked for
	spot    []uint32         // position at which each element stands
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
// elements keep their places, salts and key. Its lists must be there already
// (past, spool, Order). See fresh for what ends an epoch.
func (s *ownSet) extended(set []Element, t Terms) error {
	fresh, err := s.fresh(set, t)
	if err != nil {
		return err
	}
	return s.grow(fresh, t)
}

// grow adds a run of elements and sentinels in a random order, and tosses a
// new coin.
func (s *ownSet) grow(elements []Element, t Terms) error {
	_, _ = rand.Read(s.Coin[:])
	had, sentinels := s.size(), len(s.Order)-s.size()
	order := make([]uint32, 0, len(elements)+t.Sentinels)
	for i := range elements {
		order = append(order, uint32(had+i))
	}
	for i := range t.Sentinels {
		order = append(order, isSentinel|uint32(sentinels+i))
	}
	for i := range order { // Fisher and Yates
		j, err := randomBelow(i + 1)
		if err != nil {
			return err
		}
		order[i], order[j] = order[j], order[i]
	}
	s.Elements, s.Order = elements, append(s.Order, order...)
	s.Runs = append(s.Runs, run{had + len(elements), len(s.Order)})
	return nil
}

// size is how many elements the set has.
func (s *ownSet) size() int {
	if len(s.Runs) == 0 {
		return 0
	}
	return s.Runs[len(s.Runs)-1].Elements
}

// from is the first element of a run.
func (s *ownSet) from(run int) int {
	if run == 0 {
		return 0
	}
	return s.Runs[run-1].Elements
}

// runOf is the run that an element came with.
func (s *ownSet) runOf(i int) int {
	return runOf(len(s.Runs), func(n int) int { return s.Runs[n].Elements }, i)
}

// element is the i-th of the whole set.
func (s *ownSet) element(i int) (Element, error) {
	n := s.runOf(i)
	at := i - s.from(n)
	if n == len(s.Runs)-1 && s.Elements != nil {
		return s.Elements[at], nil
	}
	if n < len(s.Runs)-1 && i < len(s.Old) {
		return s.Old[i], nil
	}
	shelf, err := s.shelfOf(n)
	if err != nil {
		return Element{}, err
	}
	return shelf.element(at)
}

// elementsOf are the elements of a run.
func (s *ownSet) elementsOf(n int) ([]Element, error) {
	switch {
	case s.from(n) == s.Runs[n].Elements:
		return nil, nil
	case n == len(s.Runs)-1 && s.Elements != nil:
		return s.Elements, nil
	case n < len(s.Runs)-1 && len(s.Old) > 0:
		return s.Old[s.from(n):s.Runs[n].Elements], nil
	}
	shelf, err := s.shelfOf(n)
	if err != nil {
		return nil, err
	}
	return shelf.all()
}

// each goes through the whole set.
func (s *ownSet) each(f func(i int, e Element)) error {
	i := 0
	for n := range s.Runs {
		list, err := s.elementsOf(n)
		if err != nil {
			return err
		}
		for _, e := range list {
			f(i, e)
			i++
		}
	}
	return nil
}

// shelfOf is a run's elements on disk.
func (s *ownSet) shelfOf(n int) (*shelf, error) {
	if sh := s.shelves[n]; sh != nil {
		return sh, nil
	}
	if s.spool == nil || !s.spool.kept() || s.box == nil {
		return nil, errShelf("it was never there")
	}
	name, of := "set", s.id
	if n < len(s.past) {
		name, of = s.past[n].Set.Name, s.past[n].Of
	}
	points := s.Runs[n].Points
	if n > 0 {
		points -= s.Runs[n-1].Points
	}
	sh, err := openShelf(s.spool, name, "match "+string(of), s.box, s.Runs[n].Elements-s.from(n), points)
	if err != nil {
		return nil, err
	}
	if s.shelves == nil {
		s.shelves = map[int]*shelf{}
	}
	s.shelves[n] = sh
	return sh, nil
}

// before is how far the set went before this match.
func (s *ownSet) before() run {
	if len(s.Runs) < 2 {
		return run{}
	}
	return s.Runs[len(s.Runs)-2]
}

// newPoints is how many points this match sends.
func (s *ownSet) newPoints() int { return s.Runs[len(s.Runs)-1].Points - s.before().Points }

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

func (s *ownSet) leafOf(i int, e Element) []byte {
	return leafBytes(valuePart(s.salt("value", i), e.Indicator), evidencePart(s.salt("evidence", i), e.Reports, digestsOf(e)), ringPart(s.salt("ring", i), s.label(e)))
}

// build makes the tree of the commitment, the leaves of each run in the order
// of their hashes, which says nothing of the values. What earlier runs left of
// it is taken as it is if it fits, and made again if not.
func (s *ownSet) build() error {
	if s.tree == nil {
		s.tree, s.leaf, s.place = &forest{}, nil, nil
	}
	for n := len(s.tree.parts); n < len(s.Runs); n++ {
		if n < len(s.past) && s.recall(n) {
			continue
		}
		if err := s.plant(n); err != nil {
			s.tree = nil
			return err
		}
	}
	return nil
}

// recall takes a run's part of the tree from where it was kept, if it fits.
func (s *ownSet) recall(n int) bool {
	size := s.Runs[n].Elements - s.from(n)
	leaves, errLeaves := s.past[n].Leaves.get(s.spool)
	tree, errTree := s.past[n].Tree.get(s.spool)
	whole := tlog.StoredHashIndex(0, int64(s.Runs[n].Elements)) - tlog.StoredHashIndex(0, int64(s.from(n)))
	if errLeaves != nil || errTree != nil || len(leaves) != 4*size || int64(len(tree)) != whole*tlog.HashSize {
		return false
	}
	s.leaf = append(s.leaf, leaves)
	s.tree.parts, s.tree.ends = append(s.tree.parts, tree), append(s.tree.ends, s.Runs[n].Elements)
	return true
}

// plant makes a run's part of the tree out of its elements, and puts it away
// again if it is one that was lost.
func (s *ownSet) plant(n int) error {
	list, err := s.elementsOf(n)
	if err != nil {
		return err
	}
	first := s.from(n)
	hashes := make([]tlog.Hash, len(list))
	if err := eachCore(len(list), func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			hashes[i] = tlog.RecordHash(s.leafOf(first+i, list[i]))
		}
		return nil
	}); err != nil {
		return err
	}
	order := make([]uint32, len(list))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return bytes.Compare(hashes[a][:], hashes[b][:]) })
	sorted, leaf := make([]tlog.Hash, len(list)), make([]byte, 0, 4*len(list))
	for at, i := range order {
		sorted[at] = hashes[i]
		leaf = binary.BigEndian.AppendUint32(leaf, uint32(first)+i)
	}
	if err := s.tree.add(sorted); err != nil {
		return err
	}
	s.leaf = append(s.leaf, leaf)
	if n >= len(s.past) || s.spool == nil {
		return nil
	}
	var errLeaves error
	s.past[n].Tree, err = s.spool.piece(fmt.Sprintf("%d-tree", n), s.tree.parts[n])
	s.past[n].Leaves, errLeaves = s.spool.piece(fmt.Sprintf("%d-leaves", n), leaf)
	return errors.Join(err, errLeaves)
}

// begins makes sure that the tree begins with the one of an earlier commitment
// of ours, by making it anew if it does not: what a failing disk changed would
// look like a set that we changed.
func (s *ownSet) begins(old Commitment) error {
	for range 2 {
		if err := s.build(); err != nil {
			return err
		}
		if root, err := tlog.TreeHash(int64(old.Size), s.tree); err == nil && bytes.Equal(root[:], old.Root) {
			return nil
		}
		for n := range s.past {
			s.past[n].Tree, s.past[n].Leaves = piece{}, piece{}
		}
		s.tree = nil
	}
	return fmt.Errorf("the kept set of the match that this one continues is not the one that was committed to, offer a fresh one: %w", fraud.ErrConflict)
}

func (s *ownSet) root() (tlog.Hash, error) {
	if err := s.build(); err != nil {
		return tlog.Hash{}, err
	}
	return tlog.TreeHash(int64(s.size()), s.tree)
}

// elementAt is the element at a leaf.
func (s *ownSet) elementAt(leaf int) int {
	n := s.runOf(leaf)
	return int(binary.BigEndian.Uint32(s.leaf[n][4*(leaf-s.from(n)):]))
}

// placeOf is the leaf of an element.
func (s *ownSet) placeOf(i int) int {
	n := s.runOf(i)
	first := s.from(n)
	if s.place[n] == nil {
		place := make([]uint32, len(s.leaf[n])/4)
		for at := range place {
			place[int(binary.BigEndian.Uint32(s.leaf[n][4*at:]))-first] = uint32(first + at)
		}
		if s.place == nil {
			s.place = map[int][]uint32{}
		}
		s.place[n] = place
	}
	return int(s.place[n][i-first])
}

// points are the blinded run of a match: for each of its positions the
// element's point to our key, or a sentinel.
func (s *ownSet) points(n int, tell func(done, of int)) ([]byte, error) {
	k, err := decodeScalar(s.Key)
	if err != nil {
		return nil, err
	}
	list, err := s.elementsOf(n)
	if err != nil {
		return nil, err
	}
	var first run
	if n > 0 {
		first = s.Runs[n-1]
	}
	place := make([]uint32, len(list))
	out := make([]byte, (s.Runs[n].Points-first.Points)*pointLen)
	for at, i := range s.Order[first.Points:s.Runs[n].Points] {
		if i&isSentinel != 0 {
			copy(out[at*pointLen:], encodePoint(curve().NewElement().MulGen(s.sentinel(int(i&^isSentinel)))))
		} else {
			place[int(i)-first.Elements] = uint32(at)
		}
	}
	var done atomic.Int64
	from := points{n: len(place), bytes: func(i int) []byte { return input(list[i].Indicator) }}
	return out, raiseAll(k, from, func(lo int, encoded []byte) {
		for i := range len(encoded) / pointLen {
			copy(out[int(place[lo+i])*pointLen:], encoded[i*pointLen:(i+1)*pointLen])
		}
		tell(int(done.Add(int64(len(encoded)/pointLen))), len(place))
	})
}

// where is the position of each element.
func (s *ownSet) where() []uint32 {
	if len(s.spot) == s.size() {
		return s.spot
	}
	s.spot = make([]uint32, s.size())
	for at := range s.Order {
		if i, ok := s.at(at); ok {
			s.spot[i] = uint32(at)
		}
	}
	return s.spot
}

// keep puts this run's elements and their order away, sealed: a set of a
// million would be too much to write anew with every message.
func (s *ownSet) keep() error {
	return shelve(s.spool, "set", "match "+string(s.id), s.box, s.Elements, s.Order[s.before().Points:])
}

// load takes up what keep wrote, of this run and those before it: the order
// at once, elements when they are asked for.
func (s *ownSet) load() error {
	s.Order = nil
	for n := range s.Runs {
		sh, err := s.shelfOf(n)
		if err != nil {
			return err
		}
		s.Order = append(s.Order, sh.order...)
	}
	return nil
}

// kinds are the kinds' codes by position, 0 for a sentinel.
func (s *ownSet) kinds() ([]byte, error) {
	by := make([]byte, 0, s.size())
	for n := range s.Runs {
		if n == len(s.Runs)-1 && s.Elements != nil || len(s.Old) > 0 {
			list, err := s.elementsOf(n)
			if err != nil {
				return nil, err
			}
			for _, e := range list {
				by = append(by, kindCode(e.Indicator.Kind))
			}
			continue
		}
		sh, err := s.shelfOf(n)
		if err != nil {
			return nil, err
		}
		by = append(by, sh.kinds...)
	}
	out := make([]byte, len(s.Order))
	for at, i := range s.Order {
		if i&isSentinel == 0 {
			out[at] = by[i]
		}
	}
	return out, nil
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
	codes, err := s.kinds()
	if err != nil {
		return Commitment{}, err
	}
	kinds, coin := kindsHash(s.kindsNonce(), codes), coinHash(s.Coin)
	c := Commitment{
		Match: id, From: from, To: to, Terms: terms[:], Root: root[:], Size: s.size(), Points: len(s.Order),
		Key: publicKey(key), LabelKey: publicKey(labelKey), KindsHash: kinds[:], CoinHash: coin[:], At: unix(at),
	}
	if had := s.before().Elements; had > 0 && had < c.Size {
		if c.Extends, err = tlog.ProveTree(int64(c.Size), int64(had), s.tree); err != nil {
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
	e, err := s.element(i)
	if err != nil {
		return Opening{}, err
	}
	place := s.placeOf(i)
	path, err := tlog.ProveRecord(int64(s.size()), int64(place), s.tree)
	if err != nil {
		return Opening{}, fmt.Errorf("prove an element: %w", err)
	}
	vs, rs, es := s.salt("value", i), s.salt("ring", i), s.salt("evidence", i)
	o := Opening{Leaf: place, Reports: e.Reports, EvidenceSalt: es[:], Path: path}
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
