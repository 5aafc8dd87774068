package match

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sort"

	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

// What a match of an epoch leaves for the next one is cut by runs: what a run
// added never changes, so the next match takes its files over as they are
// (hard links) and writes only its own. Nothing of it is believed: elements
// are sealed, every other list is held against the SHA-256 that the sealed
// state of the match has of it when it is read, and what we can make again
// from the elements and the peer's points is made again if it does not fit.

// maxRuns is how many matches an epoch may have: a year of days. A key that
// is a year old has done enough, and each run is some files more.
const maxRuns = 366

// past is what one run of an epoch left.
type past struct {
	Of       fraud.MatchID // the match that it was
	Elements int           // of ours, after it
	Points   int           // of ours, after it
	Theirs   int           // the peer's points, after it

	Set    piece // our elements and what stands where, sealed (shelf)
	Known  piece // a keyed hash of each element's indicator, by element
	Tree   piece // the hashes that the run added to the commitment's tree (tlog's stored hashes)
	Leaves piece // the element at each leaf, four bytes each
	Ours   piece // our points
	Peers  piece // the peer's
	Tags   piece // our tags of the peer's points, by position
	Gave   piece // the tags of our points that the peer gave back, as they came
}

// pieces of a run, with the names of their files.
func (p *past) pieces() map[string]*piece {
	return map[string]*piece{
		"set": &p.Set, "known": &p.Known, "tree": &p.Tree, "leaves": &p.Leaves, "our-points": &p.Ours, "peer-points": &p.Peers, "tags-of": &p.Tags, "peer-tags": &p.Gave,
	}
}

// piece is a list that is kept: a file, with its hash, or in memory where the
// match has no folder.
type piece struct {
	Name string
	Sum  []byte // SHA-256; nil of a set, whose boxes prove themselves
	List []byte

	read []byte // the file, once it was held against Sum
}

// errDamaged is of a list that is not there or is not the one that was kept.
var errDamaged = errors.New("a list that this match kept is gone or changed on disk")

// keep puts a list away.
func (s *spool) piece(name string, list []byte) (piece, error) {
	if !s.kept() {
		return piece{List: list}, nil
	}
	if err := s.put(name, list); err != nil {
		return piece{}, err
	}
	sum := sha256.Sum256(list)
	return piece{Name: name, Sum: sum[:], read: list}, nil
}

// get reads a piece, or returns errDamaged.
func (p *piece) get(s *spool) ([]byte, error) {
	switch {
	case p.List != nil:
		return p.List, nil
	case p.read != nil:
		return p.read, nil
	case p.Name == "":
		return nil, errDamaged
	}
	b, err := s.load(p.Name)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(b); b == nil || !bytes.Equal(sum[:], p.Sum) {
		return nil, errDamaged
	}
	p.read = b
	return b, nil
}

// inherit takes over what a match and those before it left, into the folder
// of the one that continues it.
func inherit(from *spool, runs []past, to *spool) ([]past, error) {
	out := slices.Clone(runs)
	for n := range out {
		for name, c := range out[n].pieces() {
			c.read = nil
			if c.Name == "" || !to.kept() {
				continue
			}
			as := fmt.Sprintf("%d-%s", n, name)
			if err := to.link(from, c.Name, as); err != nil {
				return nil, err
			}
			c.Name = as
		}
	}
	return out, nil
}

// runOf finds the run in which something stands: ends are counts after each.
func runOf(runs int, end func(int) int, i int) int {
	return sort.Search(runs, func(n int) bool { return end(n) > i })
}

// knownLen is how many bytes say which element an indicator is: with a secret
// key no two of 2^32 share them but by a chance of 2^-65.
const knownLen = 16

// known is a keyed hash of an indicator: it tells a reader of the disk nothing.
func (s *ownSet) known(i fraud.Indicator) [knownLen]byte {
	var room [256]byte
	b := append(room[:0], "ringbreaker/match/known\n"...)
	b = append(b, s.Seed[:]...)
	b = append(append(append(b, i.Kind...), 0), i.Value...)
	sum := sha256.Sum256(b)
	return [knownLen]byte(sum[:knownLen])
}

// knownOf are the hashes of a run of elements.
func (s *ownSet) knownOf(list []Element) []byte {
	out := make([]byte, len(list)*knownLen)
	_ = eachCore(len(list), func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			h := s.known(list[i].Indicator)
			copy(out[i*knownLen:], h[:])
		}
		return nil
	})
	return out
}

// index finds the elements that a set has by their indicator.
type index struct {
	slots []uint32 // element + 1
	of    []byte   // hashes by element
}

func newIndex(of []byte) index {
	n := len(of) / knownLen
	size := 16
	for size < 2*n {
		size *= 2
	}
	x := index{slots: make([]uint32, size), of: of}
	for i := range n {
		at := binary.LittleEndian.Uint64(of[i*knownLen:]) & uint64(size-1)
		for x.slots[at] != 0 {
			at = (at + 1) & uint64(size-1)
		}
		x.slots[at] = uint32(i) + 1
	}
	return x
}

func (x index) find(h [knownLen]byte) (int, bool) {
	mask := uint64(len(x.slots) - 1)
	for at := binary.LittleEndian.Uint64(h[:]) & mask; x.slots[at] != 0; at = (at + 1) & mask {
		if i := int(x.slots[at]) - 1; [knownLen]byte(x.of[i*knownLen:]) == h {
			return i, true
		}
	}
	return 0, false
}

// fresh tells what of today's set is new, in the order of prepare. What was
// in the set and is no more is fraud.ErrConflict: it cannot be taken out of
// points that the peer holds, and a fresh match must begin another epoch.
func (s *ownSet) fresh(set []Element, t Terms) ([]Element, error) {
	had := s.size()
	of, err := s.knownSoFar()
	if err != nil {
		return nil, err
	}
	x := newIndex(of)
	at := make([]int32, len(set)) // element + 1, 0 for a new one
	if err := eachCore(len(set), func(lo, hi int) error {
		for n := lo; n < hi; n++ {
			if i, ok := x.find(s.known(set[n].Indicator)); ok {
				at[n] = int32(i) + 1
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	var out []Element
	seen, here := make([]bool, had), 0
	for n, i := range at {
		if i == 0 {
			out = append(out, set[n])
			continue
		}
		if seen[i-1] {
			return nil, fmt.Errorf("set holds a %s twice: %w", set[n].Indicator.Kind, fraud.ErrInvalid)
		}
		seen[i-1] = true
		here++
	}
	if here != had {
		return nil, fmt.Errorf("%d elements of the match that this one continues may no longer be matched, offer a fresh one: %w", had-here, fraud.ErrConflict)
	}
	if len(set) > t.MaxSet {
		return nil, tooMany(len(set), t)
	}
	return checked(out, t)
}

// knownSoFar are the hashes of all elements, made again for a run whose file
// does not fit.
func (s *ownSet) knownSoFar() ([]byte, error) {
	var out []byte
	for n := range s.past {
		b, err := s.past[n].Known.get(s.spool)
		if err != nil || len(b) != (s.Runs[n].Elements-s.from(n))*knownLen {
			list, errList := s.elementsOf(n)
			if errList != nil {
				return nil, errList
			}
			b = s.knownOf(list)
			if s.past[n].Known, err = s.spool.piece(fmt.Sprintf("%d-known", n), b); err != nil {
				return nil, err
			}
		}
		if len(s.past) == 1 {
			return b, nil
		}
		out = append(out, b...)
	}
	return out, nil
}

// forest is the tree of a commitment in the parts that each run added.
type forest struct {
	parts [][]byte // tlog's stored hashes
	ends  []int    // leaves after each
}

// ReadHashes is tlog's reader.
func (f *forest) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, a := range at {
		first := int64(0)
		found := false
		for _, part := range f.parts {
			n := int64(len(part)) / tlog.HashSize
			if a >= first && a < first+n {
				out[i], found = tlog.Hash(part[(a-first)*tlog.HashSize:]), true
				break
			}
			first += n
		}
		if !found {
			return nil, fmt.Errorf("tree has no hash %d: %w", a, fraud.ErrInvalid)
		}
	}
	return out, nil
}

func (f *forest) size() int {
	if len(f.ends) == 0 {
		return 0
	}
	return f.ends[len(f.ends)-1]
}

// add puts leaves behind those that are there: what RFC 6962 §2.1 hashes
// anew for them, and nothing else, in tlog's order.
func (f *forest) add(leaves []tlog.Hash) error {
	n := f.size()
	var left [64]tlog.Hash // of each size 2^i, the whole tree that waits for its right half
	for i := range left {
		if n>>i&1 == 0 {
			continue
		}
		h, err := f.ReadHashes([]int64{tlog.StoredHashIndex(i, int64(n>>i)-1)})
		if err != nil {
			return fmt.Errorf("add to the set's tree: %w", err)
		}
		left[i] = h[0]
	}
	part := make([]byte, 0, 2*(len(leaves)+32)*tlog.HashSize)
	for _, h := range leaves {
		part = append(part, h[:]...)
		i := 0
		for ; n>>i&1 == 1; i++ {
			h = tlog.NodeHash(left[i], h)
			part = append(part, h[:]...)
		}
		left[i] = h
		n++
	}
	f.parts, f.ends = append(f.parts, part), append(f.ends, n)
	return nil
}
