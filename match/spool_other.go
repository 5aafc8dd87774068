//go:build !unix

package match

import (
	"io"
	"os"
)

// mapFile reads a file: this system has no mapping that we know.
func mapFile(f *os.File, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(f, b)
	return b, err
}

func unmap([]byte) {}

// lockFile always succeeds: on this system only one program may work on a
// node at a time.
func lockFile(*os.File) (bool, error) { return true, nil }
