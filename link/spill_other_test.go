//go:build !linux

package link_test

import "testing"

// fullDisk: none can be made on this system.
func fullDisk(t *testing.T) string {
	t.Helper()
	t.Log("SKIPPED: a full disk can be made on Linux only")
	return ""
}
