package main

import "testing"

func TestMemoryIsReadAsPeopleWriteIt(t *testing.T) {
	for s, want := range map[string]int64{"6GiB": 6 << 30, "800MB": 800e6, "1.5G": 3 << 29, "4096": 4096, "64kB": -1, "64KB": 64e3, "-1GiB": -1, "x": -1, "0": -1, "6 GiB": -1, "1e30TiB": -1, "NaN": -1} {
		got, err := memoryLimit(s)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q is %d (%v), want %d", s, got, err, want)
		}
	}
	if n, err := memoryLimit(""); err != nil || n < 1<<20 {
		t.Errorf("left alone it is %d (%v)", n, err)
	}
}
