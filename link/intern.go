package link

import "github.com/zeebo/xxh3"

// interner gives each distinct text a small number, in the order in which
// texts are first seen. Ten million texts are two flat arrays and one arena,
// so the garbage collector has nothing to follow.
type interner struct {
	arena  []byte
	ends   []uint64 // text i is arena[ends[i-1]:ends[i]]
	hashes []uint64 // of text i; ties are broken by it, never by i
	table  []uint64 // open addressing: the upper half of a text's hash, and its number+1; 0 is free
	spill  *spill
}

func (in *interner) text(i uint32) string {
	start := uint64(0)
	if i > 0 {
		start = in.ends[i-1]
	}
	return string(in.arena[start:in.ends[i]])
}

func (in *interner) bytes(i uint32) []byte {
	start := uint64(0)
	if i > 0 {
		start = in.ends[i-1]
	}
	return in.arena[start:in.ends[i]]
}

// find gives the number of a text that is already there.
func (in *interner) find(s string) (uint32, bool) { return in.findHashed(s, xxh3.HashString(s)) }

func (in *interner) findHashed(s string, h uint64) (uint32, bool) {
	if len(in.table) == 0 {
		return 0, false
	}
	mask := uint64(len(in.table) - 1)
	for at := h & mask; in.table[at] != 0; at = (at + 1) & mask {
		x := in.table[at]
		if i := uint32(x) - 1; x>>32 == h>>32 && string(in.bytes(i)) == s {
			return i, true
		}
	}
	return 0, false
}

// add gives the number of a text, a new one if it is new.
func (in *interner) add(s string) uint32 {
	h := xxh3.HashString(s)
	if i, ok := in.findHashed(s, h); ok {
		return i
	}
	if 4*(len(in.ends)+1) > 3*len(in.table) {
		in.grow()
	}
	in.arena = append(reserve(in.spill, in.arena, len(s)), s...)
	in.ends = append(reserve(in.spill, in.ends, 1), uint64(len(in.arena)))
	in.hashes = append(reserve(in.spill, in.hashes, 1), h)
	in.place(h, uint32(len(in.ends)))
	return uint32(len(in.ends) - 1)
}

func (in *interner) grow() {
	n := max(1024, 2*len(in.table))
	release(in.spill, &in.table)
	in.table = long[uint64](in.spill, n)
	for i, h := range in.hashes {
		in.place(h, uint32(i+1))
	}
}

func (in *interner) place(h uint64, number uint32) {
	mask := uint64(len(in.table) - 1)
	at := h & mask
	for in.table[at] != 0 {
		at = (at + 1) & mask
	}
	in.table[at] = h>>32<<32 | uint64(number)
}

// close lets go of what only add and find need.
func (in *interner) close() { release(in.spill, &in.table) }

// index makes the table of the texts that are there.
func (in *interner) index() {
	n := 1024
	for 4*(len(in.ends)+1) > 3*n {
		n *= 2
	}
	in.hashes, in.table = make([]uint64, len(in.ends)), make([]uint64, n)
	for i := range in.ends {
		in.hashes[i] = xxh3.Hash(in.bytes(uint32(i)))
		in.place(in.hashes[i], uint32(i+1))
	}
}
