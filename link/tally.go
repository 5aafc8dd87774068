package link

import "math/bits"

// stat counts a group's reports that name a value of a kind in a month, and
// how many of them name one that the group had named before.
type stat struct{ tokens, repeats int32 }

// tally is a hash table of stats by group, month and kind: open addressing,
// flat arrays, cleared without freeing. Kind 0 counts the reports themselves.
type tally struct {
	keys []uint64 // 0 is free
	vals []stat
	used int
}

func tallyKey(group, month int32, kind uint8) uint64 {
	return uint64(uint32(group))<<32 | uint64(uint32(month)&0xffffff)<<8 | uint64(kind) + 1
}

func (t *tally) clear() {
	clear(t.keys)
	t.used = 0
}

func (t *tally) get(key uint64) stat {
	if len(t.keys) == 0 {
		return stat{}
	}
	for i := t.slot(key); t.keys[i] != 0; i = (i + 1) & (len(t.keys) - 1) {
		if t.keys[i] == key {
			return t.vals[i]
		}
	}
	return stat{}
}

func (t *tally) slot(key uint64) int {
	hi, lo := bits.Mul64(key, 0x9e3779b97f4a7c15)
	return int((hi ^ lo) & uint64(len(t.keys)-1))
}

func (t *tally) add(key uint64, tokens, repeats int32) {
	if 2*(t.used+1) > len(t.keys) {
		t.grow()
	}
	i := t.slot(key)
	for t.keys[i] != 0 && t.keys[i] != key {
		i = (i + 1) & (len(t.keys) - 1)
	}
	if t.keys[i] == 0 {
		t.keys[i], t.vals[i] = key, stat{}
		t.used++
	}
	t.vals[i].tokens += tokens
	t.vals[i].repeats += repeats
}

func (t *tally) grow() {
	old := *t
	*t = tally{keys: make([]uint64, max(64, 2*len(old.keys))), vals: make([]stat, max(64, 2*len(old.keys)))}
	for i, k := range old.keys {
		if k != 0 {
			t.add(k, old.vals[i].tokens, old.vals[i].repeats)
		}
	}
}
