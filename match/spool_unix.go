//go:build unix

package match

import (
	"errors"
	"os"
	"syscall"
)

// mapFile maps a file for reading. Bytes that are changed in memory never
// reach the file.
func mapFile(f *os.File, n int) ([]byte, error) {
	return syscall.Mmap(int(f.Fd()), 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE)
}

func unmap(b []byte) { _ = syscall.Munmap(b) } // fails only for what was not mapped

// lockFile takes a file for this program alone, if no other has it.
func lockFile(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
