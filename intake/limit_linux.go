package intake

import (
	"golang.org/x/sys/unix"
)

// limit sets what a program that was just started may use. A program that has
// ended by now needs no limit, so errors say nothing.
func limit(pid int) {
	for what, most := range map[int]uint64{
		unix.RLIMIT_AS: toolMemory, unix.RLIMIT_CPU: uint64(toolCPU.Seconds()), unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0,
	} {
		_ = unix.Prlimit(pid, what, &unix.Rlimit{Cur: most, Max: most}, nil)
	}
}
