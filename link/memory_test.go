package link

import (
	"io/fs"
	"math"
	"runtime/debug"
	"testing"
)

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

// Linkings that overlap leave the collector as it was before the first.
func TestCollectorIsLeftAsItWas(t *testing.T) {
	percent := func() int {
		was := debug.SetGCPercent(100)
		debug.SetGCPercent(was)
		return was
	}
	before := percent()
	large := CollectOften(1_000_000)
	if got := percent(); got >= before {
		t.Errorf("while a million are linked %d %% of garbage may lie", got)
	}
	small := CollectOften(10)
	if got := percent(); got >= before {
		t.Errorf("a small linking lets %d %% of garbage lie beside a large one", got)
	}
	large()
	large()
	small()
	if got := percent(); got != before {
		t.Errorf("after both %d %% of garbage may lie, %d before", got, before)
	}
}
