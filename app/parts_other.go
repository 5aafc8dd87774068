//go:build !unix

package app

import (
	"errors"
	"os"
)

// lockFile never succeeds: on this system parts of killed programs stay.
func lockFile(*os.File) (bool, error) { return false, errors.ErrUnsupported }
