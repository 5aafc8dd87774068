//go:build unix && !linux

package link

import (
	"os"
	"syscall"
)

// spills says that arrays can be put elsewhere than in the heap on this
// system.
const spills = true

func mapFile(f *os.File, n int) ([]byte, error) {
	return syscall.Mmap(int(f.Fd()), 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
}

func mapMemory(n int) ([]byte, error) {
	return syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
}

// moreMemory gives longer memory with the same content.
func moreMemory(b []byte, n int) ([]byte, error) {
	more, err := mapMemory(n)
	if err != nil {
		return nil, err
	}
	copy(more, b)
	unmap(b)
	return more, nil
}

func unmap(b []byte) { _ = syscall.Munmap(b) } // fails only for what was not mapped

// lengthen makes a file longer, with its place on the disk taken.
func lengthen(f *os.File, from, to int64) error { return zeros(f, from, to) }

// resident is not asked where drop does nothing.
func resident() (all, files int64) { return 0, 0 }

// drop leaves it to the system which pages it puts away.
func drop([]byte) {}
