package protect

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Limits and times of the hash-prefix door, after Safe Browsing v5
// (hashes:search): prefixes of four bytes, at most a thousand a call, one
// cache duration for the whole answer.
const (
	PrefixBytes   = 4
	MaxPrefixes   = 1000
	CacheDuration = 10 * time.Minute
)

// Hashes answers a search by prefix: all full hashes of listed values in 36
// bytes each, sorted. A node that does not serve the door need not load it.
type Hashes struct {
	rows []hashRow
}

type hashRow struct {
	hash    [32]byte
	expires uint32 // hours since 1970, rounded down
}

// NewHashes makes the table of the active listings that a stranger may see
// (TLP CLEAR: the door asks nobody who they are).
func NewHashes(all []fraud.Listing) *Hashes {
	h := &Hashes{}
	for _, l := range all {
		if l.State == fraud.ListingActive && l.Mark.Filled().TLP == fraud.TLPClear {
			h.rows = append(h.rows, hashRow{HashOf(l.Indicator), uint32(l.Expires.Unix() / 3600)})
		}
	}
	slices.SortFunc(h.rows, func(a, b hashRow) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	h.rows = slices.CompactFunc(h.rows, func(a, b hashRow) bool { return a.hash == b.hash })
	return h
}

// FullHash is one listed value that has an asked prefix.
type FullHash struct {
	Hash    [32]byte
	Expires time.Time // to the hour
}

// Search returns the full hashes under one prefix that have not expired.
func (h *Hashes) Search(prefix [PrefixBytes]byte, now time.Time) []FullHash {
	at, _ := slices.BinarySearchFunc(h.rows, prefix, func(r hashRow, p [PrefixBytes]byte) int { return bytes.Compare(r.hash[:PrefixBytes], p[:]) })
	var out []FullHash
	for ; at < len(h.rows) && [PrefixBytes]byte(h.rows[at].hash[:PrefixBytes]) == prefix; at++ {
		expires := time.Unix(int64(h.rows[at].expires)*3600, 0).UTC()
		if expires.After(now) {
			out = append(out, FullHash{Hash: h.rows[at].hash, Expires: expires})
		}
	}
	return out
}

// Prefixes returns the distinct prefixes in order: the list a client loads.
func (h *Hashes) Prefixes() [][PrefixBytes]byte {
	out := make([][PrefixBytes]byte, 0, len(h.rows))
	for _, r := range h.rows {
		p := [PrefixBytes]byte(r.hash[:PrefixBytes])
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	return out
}

// SearchHashes is the k-anonymous look-up: a client sends the first four
// bytes of the hashes that hit its local list, gets all full hashes under
// them, and compares at home. So nobody here learns what was asked, and
// nothing of it is written down. More than MaxPrefixes is fraud.ErrInvalid;
// a prefix nobody is listed under adds nothing and is no error.
func (s *Service) SearchHashes(ctx context.Context, prefixes [][]byte) ([]FullHash, time.Duration, error) {
	if err := s.allowed(ctx, access.ActCheck, access.Thing{Kind: access.ThingListing}, access.Recipient{Kind: access.ToPublic}); err != nil {
		return nil, 0, err
	}
	if len(prefixes) > MaxPrefixes {
		return nil, 0, fmt.Errorf("at most %d prefixes a call: send fewer: %w", MaxPrefixes, fraud.ErrInvalid)
	}
	hashes, now := s.ready.Load().hashes, s.now()
	var out []FullHash
	asked := map[[PrefixBytes]byte]bool{}
	for _, p := range prefixes {
		if len(p) != PrefixBytes {
			return nil, 0, fmt.Errorf("a prefix is %d bytes: %w", PrefixBytes, fraud.ErrInvalid)
		}
		if key := [PrefixBytes]byte(p); !asked[key] {
			asked[key] = true
			out = append(out, hashes.Search(key, now)...)
		}
	}
	return out, CacheDuration, nil
}

// Expressions are the indicators whose hashes a client looks up for one
// value: the value itself, and for a page or mailbox the domains it lives on,
// up to five as in Safe Browsing v5.
func Expressions(i fraud.Indicator) []fraud.Indicator {
	out := []fraud.Indicator{i}
	n := 0
	for host := range func(yield func(string) bool) { parents(hostOf(i), yield) } {
		d := fraud.Indicator{Kind: fraud.Domain, Value: host}
		if d != i && n < 5 {
			out = append(out, d)
			n++
		}
	}
	return out
}

// PrefixList is the list that a client keeps: for each distinct prefix its
// four bytes, ascending, no doubles.
func (s *Service) PrefixList() []byte {
	prefixes := s.ready.Load().hashes.Prefixes()
	out := make([]byte, 0, PrefixBytes*len(prefixes))
	for _, p := range prefixes {
		out = binary.BigEndian.AppendUint32(out, binary.BigEndian.Uint32(p[:]))
	}
	return out
}
