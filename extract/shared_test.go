package extract

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedData finds a folder of the public scam data that stands beside the
// checkout (or where RINGBREAKER_SHARED says). The test is skipped aloud
// where it is not there.
func sharedData(tb testing.TB, name string) string {
	tb.Helper()
	root := os.Getenv("RINGBREAKER_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			tb.Fatal(err)
		}
		for ; ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				root = filepath.Join(filepath.Dir(dir), "shared")
				break
			}
			if dir == filepath.Dir(dir) {
				tb.Skip("skipped: no checkout found above the test")
			}
		}
	}
	path := filepath.Join(root, "data", name)
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("skipped: the public data ../shared/data/%s is not here", name)
	}
	return path
}
