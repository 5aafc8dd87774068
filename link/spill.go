package link

import (
	"fmt"
	"os"
	"sync"
	"time"
	"unsafe"
)

// spill keeps a Builder's long arrays out of the garbage collector's heap and
// within a bound. There an array that grows leaves its old self behind, and
// garbage lies in proportion to what lives. What would grow beyond the bound
// goes into temporary files that are mapped into memory, so the machine may put
// its pages away when it is short. The files have no names: nothing is left of
// them at the end, nor after a crash.
//
//	array ─ grows ─▶ mapped memory, while all arrays together stay within most
//	              └▶ else a file of its own, from then on
//
// Arrays are plain slices all the same. They hold no pointers, since the
// garbage collector does not see them. A slice that was grown or released must
// not be used by its old name: it may be elsewhere, or no more.
//
// A nil spill keeps everything in the heap, as a node does, which shares its
// arrays with linkings that go on.
type spill struct {
	dir  string
	most int64

	mu    sync.Mutex // the rest
	held  int64      // bytes of arrays that are in memory
	maps  map[*byte]*region
	bytes int64         // of all files, at their longest
	err   error         // the first that kept an array from its place
	done  chan struct{} // closed at the end, see sweep; nil while there are no files
}

// region is mapped memory, or a file and where it is mapped.
type region struct {
	f    *os.File // nil: memory
	data []byte
}

// spillLeast is the size below which an array stays in the heap.
const spillLeast = 1 << 14

// hugeLeast is the size from which an array takes huge pages: rows are read and
// written at random, and with pages of 4 KiB finding where each lies takes as
// long as to fetch it. A shorter one would lose too much of its last page.
const (
	hugePage  = 2 << 20
	hugeLeast = 2 * hugePage
)

// wholePages is a size that ends with a huge page, if it takes huge pages.
func wholePages(size int) int {
	if size < hugeLeast {
		return size
	}
	return (size + hugePage - 1) &^ (hugePage - 1)
}

// reserve makes room for n more rows. It is what append would do, but that a
// long array may go into a file.
func reserve[T any](sp *spill, s []T, n int) []T {
	if sp == nil || len(s)+n <= cap(s) {
		return s
	}
	return grown(sp, s, max(len(s)+n, len(s)+len(s)/4, 1<<8))
}

// grown gives the same rows with room for so many.
func grown[T any](sp *spill, s []T, rows int) []T {
	size := int(unsafe.Sizeof(*new(T)))
	sp.mu.Lock()
	defer sp.mu.Unlock()
	was := sp.maps[key(s)]
	if was != nil || spills && rows*size >= spillLeast && sp.err == nil {
		now, err := sp.region(was, wholePages(rows*size))
		if err == nil {
			rows = len(now.data) / size
			out := unsafe.Slice((*T)(unsafe.Pointer(&now.data[0])), rows)
			if was == nil {
				copy(out, s)
				sp.held -= int64(cap(s) * size) // of the heap
			}
			return out[:len(s):rows]
		}
		sp.err = fmt.Errorf("put what memory does not hold into %s: %w", sp.dir, err)
	}
	// It goes on in the heap, after an error until somebody asks for it.
	sp.held += int64((rows - cap(s)) * size)
	out := make([]T, len(s), rows)
	copy(out, s)
	return out
}

// region gives a place of so many bytes, with what was in the one before.
func (sp *spill) region(was *region, size int) (now *region, err error) {
	old := 0
	if was != nil {
		old = len(was.data)
	}
	file := was != nil && was.f != nil
	switch {
	case file:
		now, err = was, lengthen(was.f, int64(old), int64(size))
		if err == nil {
			var data []byte
			if data, err = mapFile(was.f, size); err == nil {
				unmap(was.data)
				sp.bytes += int64(size - old)
				delete(sp.maps, &was.data[0])
				was.data = data
			}
		}
	case sp.held+int64(size-old) > sp.most:
		if now, err = sp.newFile(size); err == nil && was != nil {
			copy(now.data, was.data)
			sp.held -= int64(old)
			delete(sp.maps, &was.data[0])
			unmap(was.data)
		}
	default:
		var data []byte
		if was == nil {
			data, err = mapMemory(size)
		} else {
			at := &was.data[0]
			if data, err = moreMemory(was.data, size); err == nil {
				delete(sp.maps, at)
			}
		}
		now = &region{data: data}
		if err == nil {
			sp.held += int64(size - old)
		}
	}
	if err != nil {
		return nil, err
	}
	if sp.maps == nil {
		sp.maps = map[*byte]*region{}
	}
	sp.maps[&now.data[0]] = now
	return now, nil
}

// newFile makes a file of so many bytes that has no name.
func (sp *spill) newFile(size int) (*region, error) {
	f, err := os.CreateTemp(sp.dir, ".link-*")
	if err != nil {
		return nil, err
	}
	err = os.Remove(f.Name())
	if err == nil {
		err = lengthen(f, 0, int64(size))
	}
	var data []byte
	if err == nil {
		data, err = mapFile(f, size)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	sp.bytes += int64(size)
	if sp.done == nil {
		sp.done = make(chan struct{})
		go sp.sweep(sp.done)
	}
	return &region{f, data}, nil
}

// sweepEvery is how often the pages of files are counted. Two cores can bring
// in 50 MB in that time; at 100 ms a limit of 600 MiB was passed by 12 MB.
const sweepEvery = 20 * time.Millisecond

// sweep hands the pages of files back to the machine when there are more of
// them in memory than they may have. Else all that
// was ever read of a file would stay as long as nobody else wants the memory,
// and count as the program's. What they hold is still in the system's cache if
// it has the room, so to read it again costs little.
func (sp *spill) sweep(done <-chan struct{}) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if all, files := resident(); files > max(sp.filesMay(all-files), sweepLeast) {
			sp.handBack()
		}
	}
}

// filesMay is how many bytes of files may be in memory beside so many others: a
// quarter of the limit, as the arrays that are in none, or what the heap
// leaves of it but for an eighth, or what may come before they are counted
// again. To hand back too soon is dear: each page that is wanted again is a fault.
func (sp *spill) filesMay(others int64) int64 {
	limit := 4 * sp.most
	return max(sp.most, limit-max(limit/8, sweepBurst)-others)
}

// sweepBurst is more than two cores bring in, and the heap grows by, in a few
// times sweepEvery.
const sweepBurst = 128 << 20

// handBack gives all pages of files back.
func (sp *spill) handBack() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for _, x := range sp.maps {
		if x.f != nil {
			drop(x.data)
		}
	}
}

// sweepLeast is what the program itself has of pages of files, and some.
const sweepLeast = 128 << 20

// end gives a place back.
func (x *region) end() {
	unmap(x.data)
	if x.f != nil {
		x.f.Close()
	}
}

// long makes an array of so many zero rows.
func long[T any](sp *spill, rows int) []T {
	if sp == nil {
		return make([]T, rows)
	}
	return reserve(sp, []T(nil), rows)[:rows:rows]
}

// release lets go of an array. Whoever else holds it must use it no more.
func release[T any](sp *spill, s *[]T) {
	was := *s
	*s = nil
	if sp == nil || cap(was) == 0 {
		return
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	at := key(was)
	x := sp.maps[at]
	switch {
	case x == nil:
		sp.held -= int64(cap(was)) * int64(unsafe.Sizeof(*new(T)))
	case x.f == nil:
		sp.held -= int64(len(x.data))
	}
	if x != nil {
		delete(sp.maps, at)
		x.end()
	}
}

// cool tells the machine that an array is not needed for a while.
func cool[T any](sp *spill, s []T) {
	if sp == nil {
		return
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if x := sp.maps[key(s)]; x != nil && x.f != nil {
		drop(x.data)
	}
}

func key[T any](s []T) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(s))) }

// end gives everything back.
func (sp *spill) end() {
	if sp == nil {
		return
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for at, x := range sp.maps {
		delete(sp.maps, at)
		x.end()
	}
	if sp.done != nil {
		close(sp.done)
		sp.done = nil
	}
}

func (sp *spill) spilled() int64 {
	if sp == nil {
		return 0
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.bytes
}

func (sp *spill) failed() error {
	if sp == nil {
		return nil
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.err
}
