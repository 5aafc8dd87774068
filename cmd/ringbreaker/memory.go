package main

import (
	"fmt"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// memoryShare is the part of the machine's memory that a linking takes unless
// it is told otherwise: the rest is for the machine and what else it does.
const memoryShare = 0.75

// arrayShare is the part of its memory that goes to the linker's long arrays
// before they go to files, and as much again to the pages of those files. The
// rest is the heap's, with the garbage in it.
const arrayShare = 0.25

// memoryLimit reads "6GiB", "500MB" or bytes; empty means a share of what the
// machine, or the control group that the program runs in, has.
func memoryLimit(s string) (int64, error) {
	if s == "" {
		have := machineMemory(os.ReadFile)
		if have == math.MaxInt64 {
			return have, nil
		}
		return int64(memoryShare * float64(have)), nil
	}
	number := strings.TrimRight(s, "BKMGTikb")
	unit, known := map[string]float64{
		"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40,
		"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}[s[len(number):]]
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !known || !(n*unit >= 1 && n*unit < math.MaxInt64) {
		return 0, usagef("-memory %q is not a size such as 6GiB or 800MB", s)
	}
	return int64(n * unit), nil
}

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

// boundMemory tells the garbage collector what is left of a limit beside the
// linker's long arrays and pages of files, which are not its own.
func boundMemory(limit int64) (undo func()) {
	percent := debug.SetGCPercent(100)
	bound := debug.SetMemoryLimit(int64((1 - 2*arrayShare) * float64(limit)))
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(bound)
	}
}

// seldomCollect lets more garbage lie while reports are read: what lives in the
// heap then is some megabytes of dictionaries, since the reports are elsewhere
// ([link.Builder.Spill]), and to read them over for every few of them is a waste.
func seldomCollect() { debug.SetGCPercent(400) }

// oftenCollect lets the garbage collector come more often while so many
// reports are parted: left alone it lets as much garbage lie as there is life,
// and what lives then is mostly without pointers, which costs it nothing.
func oftenCollect(reports int) {
	const lying, least, each = 64 << 20, 15, 300 // bytes of garbage, or per cent of what lives; bytes a report
	debug.SetGCPercent(min(max(100*lying/(each*max(reports, 1)), least), 100))
}

// sizeWord tells a number of bytes to a person.
func sizeWord(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}
