package link

import (
	"math/rand/v2"
	"testing"
)

// Arrays of an arena keep their content while others grow, shrink and take the
// places of those that were given back, and stay within what was taken for
// them.
func TestArraysOfAnArenaAreTheirOwn(t *testing.T) {
	for name, a := range map[string]*arena{
		"the heap": nil, "memory": {sp: &spill{dir: t.TempDir(), most: 1 << 40}}, "files": {sp: &spill{dir: t.TempDir()}},
		"no folder": {sp: &spill{dir: t.TempDir() + "/none"}},
	} {
		rng := rand.New(rand.NewPCG(3, 4))
		lists, want := make([][]holder, 400), make([]int, 400)
		words := carve[uint32](a, 5)[:5]
		held, most := 0, 0
		for step := range 60_000 {
			i := rng.IntN(len(lists))
			if rng.IntN(300) == 0 {
				held -= cap(lists[i])
				giveBack(a, lists[i])
				lists[i], want[i] = nil, 0
				continue
			}
			held -= cap(lists[i])
			lists[i] = append(roomy(a, lists[i]), holder{group: int32(i), count: int32(want[i])})
			held += cap(lists[i])
			most = max(most, held)
			want[i]++
			words[step%5] = 1 << 30
		}
		for i, list := range lists {
			if len(list) != want[i] {
				t.Fatalf("%s: list %d has %d rows, want %d", name, i, len(list), want[i])
			}
			for k, x := range list {
				if x != (holder{group: int32(i), count: int32(k)}) {
					t.Fatalf("%s: row %d of list %d is %v", name, k, i, x)
				}
			}
		}
		if a == nil {
			continue
		}
		took := 0
		for _, x := range a.all {
			took += 8 * len(x)
		}
		if took > 4*16*most {
			t.Errorf("%s: took %d bytes, while at most %d were in use at a time", name, took, 16*most)
		}
		a.end()
		a.sp.end()
		if a.sp.held != 0 && name != "no folder" {
			t.Errorf("%s: %d bytes are said to be in use at the end", name, a.sp.held)
		}
	}
}

// A long array keeps its rows as it grows: in the heap, in memory, in huge
// pages and in files; and all that it took is given back.
func TestALongArrayKeepsItsRows(t *testing.T) {
	for name, most := range map[string]int64{"memory": 1 << 40, "files": 0, "both": 3 * hugeLeast} {
		sp := &spill{dir: t.TempDir(), most: most}
		type row [3]uint64 // no part of a page
		var s []row
		for i := range uint64(4 * hugeLeast / 24) {
			s = append(reserve(sp, s, 1), row{i, 2 * i, 3 * i})
		}
		for i, x := range s {
			if n := uint64(i); x != (row{n, 2 * n, 3 * n}) {
				t.Fatalf("%s: row %d is %v", name, i, x)
			}
		}
		release(sp, &s)
		if sp.held != 0 || len(sp.maps) != 0 || sp.err != nil {
			t.Errorf("%s: %d bytes and %d places are still held, error %v", name, sp.held, len(sp.maps), sp.err)
		}
		sp.end()
	}
}
