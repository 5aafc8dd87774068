package link

import "testing"

// Pages of files go back to the machine and their content stays.
func TestPagesOfFilesAreHandedBack(t *testing.T) {
	const rows = 8 << 20 // 64 MiB
	sp := &spill{dir: t.TempDir()}
	defer sp.end()
	s := long[uint64](sp, rows)
	for i := range s {
		s[i] = uint64(i) * 3
	}
	before := filePages()
	if before < 8*rows {
		t.Fatalf("only %d bytes of files are in memory after writing %d", before, 8*rows)
	}
	sp.handBack()
	if after := filePages(); before-after < 7*rows {
		t.Errorf("%d bytes of files in memory, %d after they were handed back", before, after)
	}
	for i, x := range s {
		if x != uint64(i)*3 {
			t.Fatalf("row %d is %d", i, x)
		}
	}
}
