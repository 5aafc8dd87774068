package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"ringbreaker.example/link"
)

// memoryLimit reads "6GiB", "500MB" or bytes; empty means what a linking takes
// that nobody gives a limit.
func memoryLimit(s string) (int64, error) {
	if s == "" {
		return link.DefaultMemory(), nil
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
