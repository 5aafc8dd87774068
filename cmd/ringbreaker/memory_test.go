package main

import (
	"io/fs"
	"math"
	"testing"
)

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

// The bound is the least of what the machine has and what any control group
// around the program allows, of either version.
func TestMemoryIsWhatTheControlGroupAllows(t *testing.T) {
	const machine = "MemTotal:       16384 kB\nMemFree: 1 kB\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"nobody says", nil, math.MaxInt64},
		{"machine", map[string]string{"/proc/meminfo": machine}, 16 << 20},
		{"no bound", map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "0::/a\n", "/sys/fs/cgroup/a/memory.max": "max\n"}, 16 << 20},
		{"own group", map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "1000000\n"}, 1000000},
		{"group around it", map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/memory.max": "2000000\n", "/sys/fs/cgroup/a/b/memory.max": "3000000\n"}, 2000000},
		{"container", map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "0::/../../x\n", "/sys/fs/cgroup/memory.max": "4000000\n"}, 4000000},
		{"first version", map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "5:cpu:/a\n4:memory:/a\n", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "5000000\n"}, 5000000},
		{"first version without bound", map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "4:memory:/\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 16 << 20},
		{"broken", map[string]string{"/proc/meminfo": "MemTotal: much kB", "/proc/self/cgroup": "x\n:\n"}, math.MaxInt64},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := machineMemory(func(name string) ([]byte, error) {
				text, ok := tt.files[name]
				if !ok {
					return nil, fs.ErrNotExist
				}
				return []byte(text), nil
			})
			if got != tt.want {
				t.Errorf("%d bytes, want %d", got, tt.want)
			}
		})
	}
}
