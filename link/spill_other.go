//go:build !unix

package link

import (
	"errors"
	"os"
)

// spills: on this system everything stays in the heap.
const spills = false

func mapFile(*os.File, int) ([]byte, error)  { return nil, errors.ErrUnsupported }
func mapMemory(int) ([]byte, error)          { return nil, errors.ErrUnsupported }
func moreMemory([]byte, int) ([]byte, error) { return nil, errors.ErrUnsupported }
func lengthen(*os.File, int64, int64) error  { return errors.ErrUnsupported }
func unmap([]byte)                           {}
func drop([]byte)                            {}
func resident() (all, files int64)           { return 0, 0 }
