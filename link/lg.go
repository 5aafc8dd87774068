package link

import "math"

// lgSize is how many logarithms are kept: most counts are below it, and the
// table fits into a core's second-level cache.
const lgSize = 1 << 14

var lgTable = func() (t [lgSize]float64) {
	for i := 1; i < lgSize; i++ {
		t[i] = math.Log2(float64(i))
	}
	return t
}()

// lg is log2(n) of a count; lg(0) is 0.
func lg(n int32) float64 {
	if uint32(n) < lgSize {
		return lgTable[n]
	}
	return math.Log2(float64(n))
}
