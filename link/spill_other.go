//go:build !unix

package link

import (
	"errors"
	"os"
)

// spills: on this system everything stays in memory.
const spills = false

func mapped(*os.File, int) ([]byte, error)  { return nil, errors.ErrUnsupported }
func lengthen(*os.File, int64, int64) error { return errors.ErrUnsupported }
func unmap([]byte)                          {}
func drop([]byte)                           {}
