//go:build unix

package app

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes a file for this program alone, if no other has it. A disk that
// knows no locks says so by an error.
func lockFile(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
