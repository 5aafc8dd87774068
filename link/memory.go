package link

import (
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// memoryShare is the part of the machine's memory that a linking takes unless
// it is told otherwise: the rest is for the machine and what else it does.
const memoryShare = 0.75

// arrayShare is the part of its memory that goes to the linker's long arrays
// before they go to files, and as much again to the pages of those files. The
// rest is the heap's, with the garbage in it.
const arrayShare = 0.25

// DefaultMemory is how many bytes a linking takes that nobody gives a limit: a
// share of what the machine has, or the control group that the program runs in.
// Where nobody says how much that is, it is without bound.
func DefaultMemory() int64 {
	have := machineMemory(os.ReadFile)
	if have == math.MaxInt64 {
		return have
	}
	return int64(memoryShare * float64(have))
}

// ArrayMemory is how much of a limit is for long arrays, see [Builder.Spill].
func ArrayMemory(limit int64) int64 { return int64(arrayShare * float64(limit)) }

// machineMemory is how many bytes of memory the program may have at most: what
// the machine has, or less if a control group says so (Linux: proc(5),
// cgroups(7)). Where nobody says, it is without bound.
func machineMemory(read func(string) ([]byte, error)) int64 {
	most := int64(math.MaxInt64)
	lower := func(text string, unit int64) {
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil && n > 0 && n < most/unit {
			most = min(most, n*unit)
		}
	}
	if info, err := read("/proc/meminfo"); err == nil {
		_, rest, _ := strings.Cut(string(info), "MemTotal:")
		total, _, _ := strings.Cut(rest, "kB")
		lower(total, 1<<10)
	}
	groups, err := read("/proc/self/cgroup")
	if err != nil {
		return most
	}
	for line := range strings.Lines(string(groups)) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) < 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		if part[0] != "0" { // the first version of control groups
			if part[1] != "memory" {
				continue
			}
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		}
		// A group has no more than those it is in. Inside a container the name
		// may be one that only the machine knows: then the root is the group's.
		for at := path.Clean("/" + part[2]); ; at = path.Dir(at) {
			if text, err := read(path.Join(root, at, file)); err == nil {
				lower(string(text), 1)
			}
			if at == "/" {
				break
			}
		}
	}
	return most
}

// BoundHeap tells the garbage collector what is left of a limit beside the
// long arrays and pages of files, which are not its own.
func BoundHeap(limit int64) (undo func()) {
	bound := debug.SetMemoryLimit(int64((1 - 2*arrayShare) * float64(limit)))
	return func() { debug.SetMemoryLimit(bound) }
}

// collecting is how much garbage may lie, in per cent of what lives: by each
// that wants it to be less, and before the first of them.
var collecting struct {
	sync.Mutex
	wants  map[*int]bool
	before int
}

// CollectOften lets the garbage collector come more often while so many
// reports are held: left alone it lets as much garbage lie as there is life,
// and what lives then is mostly without pointers, which costs it nothing.
func CollectOften(reports int) (undo func()) {
	const lying, least, each = 64 << 20, 15, 300 // bytes of garbage, or per cent of what lives; bytes a report
	want := min(max(100*lying/(each*max(reports, 1)), least), 100)
	c := &collecting
	c.Lock()
	defer c.Unlock()
	if len(c.wants) == 0 {
		c.wants, c.before = map[*int]bool{}, debug.SetGCPercent(100)
	}
	c.wants[&want] = true
	collect()
	return func() {
		c.Lock()
		defer c.Unlock()
		delete(c.wants, &want)
		collect()
	}
}

// collect tells the collector what is wanted; collecting is held.
func collect() {
	least := collecting.before
	for want := range collecting.wants {
		least = min(least, *want)
	}
	debug.SetGCPercent(least)
}
