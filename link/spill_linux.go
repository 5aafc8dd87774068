package link

import (
	"errors"
	"os"
	"syscall"
)

// lengthen makes a file longer, with its place on the disk taken.
func lengthen(f *os.File, from, to int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, from, to-from)
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return zeros(f, from, to)
	}
	return err
}

// drop takes the pages out of the program's memory; what they hold is in the
// file (madvise(2): MADV_DONTNEED of a shared mapping loses nothing).
func drop(b []byte) { _ = syscall.Madvise(b, syscall.MADV_DONTNEED) }
