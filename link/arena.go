package link

import (
	"math/bits"
	"unsafe"
)

// arena is memory for the many short arrays that grow and shrink while a
// component is parted: who holds each value. They lie in few long arrays of
// the builder's spill, so the garbage collector neither follows nor counts
// them. A block is as long as a power of two; one that is given back is handed
// out again to who wants one of its length.
//
// The long arrays are kept here: a place that no disk could take is in the
// heap, and the collector does not see who uses it. A nil arena hands out
// memory of the heap.
type arena struct {
	sp   *spill
	all  [][]uint64
	rest []uint64             // of the last of all
	back [64][]unsafe.Pointer // blocks that were given back, by the logarithm of their bytes
}

// The long arrays of an arena are as long as all before them together, within
// these words: a small component takes little, and a large one few files.
const (
	arenaLeast = 1 << 13
	arenaMost  = 1 << 23
)

// shortBlock is the logarithm of the bytes of the shortest block: one holder.
const shortBlock = 4

// carve gives an empty array with room for n rows or more, whose size is a
// power of two.
func carve[T any](a *arena, n int) []T {
	if a == nil {
		return make([]T, 0, n)
	}
	size := int(unsafe.Sizeof(*new(T)))
	class := max(bits.Len(uint(n*size-1)), shortBlock)
	return unsafe.Slice((*T)(a.block(class)), (1<<class)/size)[:0]
}

// block gives a block of 1<<class bytes.
func (a *arena) block(class int) unsafe.Pointer {
	if n := len(a.back[class]); n > 0 {
		p := a.back[class][n-1]
		a.back[class] = a.back[class][:n-1]
		return p
	}
	words := 1 << (class - 3)
	if len(a.rest) < words {
		a.more(words)
	}
	p := unsafe.Pointer(unsafe.SliceData(a.rest))
	a.rest = a.rest[words:]
	return p
}

// more begins another long array. What is left of the one before is handed out
// as shorter blocks.
func (a *arena) more(words int) {
	for left := len(a.rest); left >= 1<<(shortBlock-3); left = len(a.rest) {
		class := bits.Len(uint(left)) + 2
		a.back[class] = append(a.back[class], unsafe.Pointer(unsafe.SliceData(a.rest)))
		a.rest = a.rest[1<<(class-3):]
	}
	have := 0
	for _, x := range a.all {
		have += len(x)
	}
	a.rest = long[uint64](a.sp, max(words, min(max(have, arenaLeast), arenaMost)))
	a.all = append(a.all, a.rest)
}

// giveBack takes an array that carve gave.
func giveBack[T any](a *arena, s []T) {
	if a == nil || cap(s) == 0 {
		return
	}
	class := bits.Len(uint(cap(s)*int(unsafe.Sizeof(*new(T))) - 1))
	a.back[class] = append(a.back[class], unsafe.Pointer(unsafe.SliceData(s)))
}

// roomy gives the same rows with room for one more.
func roomy[T any](a *arena, s []T) []T {
	if len(s) < cap(s) {
		return s
	}
	out := append(carve[T](a, max(2*cap(s), 1)), s...)
	giveBack(a, s)
	return out
}

// end lets go of everything that was carved.
func (a *arena) end() {
	for i := range a.all {
		release(a.sp, &a.all[i])
	}
}
