package link_test

import (
	"os"
	"syscall"
	"testing"
)

// fullDisk gives a folder on a disk of 128 KiB, if one may be made here.
func fullDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=128k"); err != nil {
		t.Logf("SKIPPED: a full disk: %v (mounting one takes root)", err)
		return ""
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(os.NewSyscallError("unmount", err))
		}
	})
	return dir
}
