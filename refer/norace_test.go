//go:build !race

package refer_test

// raced says that the race detector slows this test down tenfold.
const raced = false
