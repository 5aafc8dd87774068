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
	_, before := resident()
	if before < 8*rows {
		t.Fatalf("only %d bytes of files are in memory after writing %d", before, 8*rows)
	}
	sp.handBack()
	if _, after := resident(); before-after < 7*rows {
		t.Errorf("%d bytes of files in memory, %d after they were handed back", before, after)
	}
	for i, x := range s {
		if x != uint64(i)*3 {
			t.Fatalf("row %d is %d", i, x)
		}
	}
}

// Files may have what the heap leaves of the limit, and a quarter at least.
func TestFilesMayHaveWhatTheHeapLeaves(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct{ most, others, want int64 }{
		{1536 * mb, 0, 5376 * mb},
		{1536 * mb, 3000 * mb, 2376 * mb},
		{1536 * mb, 4000 * mb, 1536 * mb},
		{1536 * mb, 9000 * mb, 1536 * mb},
		{150 * mb, 300 * mb, 172 * mb},
		{150 * mb, 400 * mb, 150 * mb},
	} {
		if got := (&spill{most: c.most}).filesMay(c.others); got != c.want {
			t.Errorf("within %d MB, beside %d MB, files may have %d MB, want %d", 4*c.most/mb, c.others/mb, got/mb, c.want/mb)
		}
	}
}
