package link

import (
	"fmt"
	"os"
	"sync"
	"unsafe"
)

// spill keeps a Builder's long arrays within a bound: what would grow beyond
// it goes into temporary files that are mapped into memory, so the machine
// may put its pages away when it is short. The files have no names: nothing
// is left of them at the end, nor after a crash.
//
//	array ─ grows ─▶ in memory, while all arrays together stay within most
//	              └▶ else in a file of its own, from then on
//
// Arrays are plain slices all the same. They hold no pointers, since what
// lies in a file is not seen by the garbage collector. A slice that was grown
// or released must not be used by its old name: its file may be mapped
// elsewhere, or no more.
//
// A nil spill keeps everything in memory, as a node does, which shares its
// arrays with linkings that go on.
type spill struct {
	dir  string
	most int64

	mu    sync.Mutex // the rest
	held  int64      // bytes of arrays that are in memory
	files map[*byte]*spillFile
	bytes int64 // of all files, at their longest
	err   error // the first that kept an array from its file
}

// spillFile is a file and where it is mapped.
type spillFile struct {
	f    *os.File
	data []byte
}

// spillLeast is the size below which an array is not worth a file.
const spillLeast = 1 << 14

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
	at := key(s)
	file := sp.files[at]
	more := int64(rows-cap(s)) * int64(size)
	if file == nil && (sp.held+more <= sp.most || rows*size < spillLeast || !spills || sp.err != nil) {
		sp.held += more
		out := make([]T, len(s), rows)
		copy(out, s)
		return out
	}
	data, err := sp.file(file, at, rows*size)
	if err != nil { // it goes on in memory until somebody asks for the error
		sp.err = fmt.Errorf("put what memory does not hold into %s: %w", sp.dir, err)
		out := make([]T, len(s), rows)
		copy(out, s)
		return out
	}
	out := unsafe.Slice((*T)(unsafe.Pointer(&data[0])), rows)
	if file == nil {
		copy(out, s)
		sp.held -= int64(cap(s)) * int64(size)
	}
	return out[:len(s):rows]
}

// file makes a file of so many bytes, or lengthens the one that is there, and
// maps it.
func (sp *spill) file(x *spillFile, at *byte, size int) ([]byte, error) {
	if x == nil {
		f, err := os.CreateTemp(sp.dir, ".link-*")
		if err != nil {
			return nil, err
		}
		if err := os.Remove(f.Name()); err != nil {
			return nil, err
		}
		x, at = &spillFile{f: f}, nil
	}
	old := len(x.data)
	if err := lengthen(x.f, int64(old), int64(size)); err != nil {
		if at == nil {
			x.f.Close()
		}
		return nil, err
	}
	data, err := mapped(x.f, size)
	if err != nil {
		return nil, err
	}
	if at != nil {
		unmap(x.data)
		delete(sp.files, at)
	}
	x.data = data
	if sp.files == nil {
		sp.files = map[*byte]*spillFile{}
	}
	sp.files[&data[0]] = x
	sp.bytes += int64(size - old)
	return data, nil
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
	if x := sp.files[at]; x != nil {
		delete(sp.files, at)
		unmap(x.data)
		x.f.Close()
		return
	}
	sp.held -= int64(cap(was)) * int64(unsafe.Sizeof(*new(T)))
}

// cool tells the machine that an array is not needed for a while.
func cool[T any](sp *spill, s []T) {
	if sp == nil {
		return
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if x := sp.files[key(s)]; x != nil {
		drop(x.data)
	}
}

func key[T any](s []T) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(s))) }

// end gives all files back.
func (sp *spill) end() {
	if sp == nil {
		return
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for at, x := range sp.files {
		delete(sp.files, at)
		unmap(x.data)
		x.f.Close()
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
