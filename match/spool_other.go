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
