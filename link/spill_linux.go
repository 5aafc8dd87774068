package link

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// spills says that arrays can be put elsewhere than in the heap on this
// system.
const spills = true

func mapFile(f *os.File, n int) ([]byte, error) {
	return unix.Mmap(int(f.Fd()), 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func mapMemory(n int) ([]byte, error) {
	return huge(unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON))
}

// moreMemory makes mapped memory longer, where it is or elsewhere. Its pages
// move without being copied.
func moreMemory(b []byte, n int) ([]byte, error) {
	return huge(unix.Mremap(b, n, unix.MREMAP_MAYMOVE))
}

// huge asks for huge pages for long memory (madvise(2): MADV_HUGEPAGE); a
// system that has none does without.
func huge(b []byte, err error) ([]byte, error) {
	if len(b) >= hugeLeast {
		_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
	}
	return b, err
}

func unmap(b []byte) { _ = unix.Munmap(b) } // fails only for what was not mapped

// lengthen makes a file longer, with its place on the disk taken.
func lengthen(f *os.File, from, to int64) error {
	err := unix.Fallocate(int(f.Fd()), 0, from, to-from)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) {
		return zeros(f, from, to)
	}
	return err
}

// resident is how many bytes the program has in memory, and how many of them are
// of files (proc(5), statm: resident, shared).
func resident() (all, files int64) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 3 {
		return 0, 0
	}
	pages := func(field string) int64 {
		n, _ := strconv.ParseInt(field, 10, 64) // 0 where it is no number
		return n * int64(os.Getpagesize())
	}
	return pages(fields[1]), pages(fields[2])
}

// drop takes the pages out of the program's memory; what they hold is in the
// file (madvise(2): MADV_DONTNEED of a shared mapping loses nothing).
func drop(b []byte) { _ = unix.Madvise(b, unix.MADV_DONTNEED) }
