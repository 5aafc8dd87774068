package protect

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"ringbreaker.example/fraud"
)

// Index answers "is it perhaps listed?" in 8 bytes a value: the first 8 bytes
// of SHA-256 over "kind:value", sorted. It never says no to a listed value;
// it says yes wrongly once in 2^64 over its size, and the store has the last
// word. Since it holds no value, a stolen memory image tells little more
// than the public prefixes do.
type Index struct{ keys []uint64 }

// NewIndex makes an index of these indicators.
func NewIndex(values []fraud.Indicator) Index {
	keys := make([]uint64, 0, len(values))
	for _, v := range values {
		h := HashOf(v)
		keys = append(keys, binary.BigEndian.Uint64(h[:8]))
	}
	slices.Sort(keys)
	return Index{keys: slices.Clip(slices.Compact(keys))}
}

// HashOf is an indicator's full hash: SHA-256 over "kind:value", for example
// over "phone:+12125550142". It is what hash prefixes are prefixes of.
func HashOf(i fraud.Indicator) [32]byte {
	var buf [256]byte
	b := append(append(append(buf[:0], i.Kind...), ':'), i.Value...)
	return sha256.Sum256(b)
}

// Len is how many values it holds.
func (x Index) Len() int { return len(x.keys) }

// Bytes is the memory that its values take.
func (x Index) Bytes() int { return 8 * cap(x.keys) }

// Has says whether i is perhaps in the index. The keys are spread evenly, so
// the search starts where the key should be and walks from there.
func (x Index) Has(i fraud.Indicator) bool {
	if len(x.keys) == 0 {
		return false
	}
	h := HashOf(i)
	return x.has(binary.BigEndian.Uint64(h[:8]))
}

func (x Index) has(key uint64) bool {
	// Guess by proportion and open the window until it holds the key.
	at := int((key >> 32) * uint64(len(x.keys)) >> 32)
	for step := 32; ; step *= 4 {
		l, h := max(at-step, 0), min(at+step, len(x.keys))
		if (l == 0 || x.keys[l] <= key) && (h == len(x.keys) || x.keys[h-1] >= key) {
			_, found := slices.BinarySearch(x.keys[l:h], key)
			return found
		}
	}
}

// snapshot is what Check answers from; it never changes once it is in use.
type snapshot struct {
	listed Index
	safe   map[fraud.Indicator]string // owner by genuine value
	hashes *Hashes
}

func newSnapshot(all []fraud.Listing, safe []fraud.SafeEntry) *snapshot {
	var active []fraud.Indicator
	for _, l := range all {
		if l.State == fraud.ListingActive {
			active = append(active, l.Indicator)
		}
	}
	s := &snapshot{listed: NewIndex(active), safe: make(map[fraud.Indicator]string, len(safe)), hashes: NewHashes(all)}
	for _, e := range safe {
		s.safe[e.Indicator] = e.Owner
	}
	return s
}
