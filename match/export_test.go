package match

// What the tests that stand outside the package need of its inside.
var (
	CPUTime    = cpuTime
	PeakMemory = peakMemory
)
