package link

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A text that holds another is told by counting what they have in common.
func TestContainedCountsWhatIsCommon(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	draw := func() []uint32 {
		out := make([]uint32, 1+rng.IntN(40))
		for i := range out {
			out[i] = rng.Uint32N(60)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	yes := 0
	for range 200_000 {
		a, b, share := draw(), draw(), float64(rng.IntN(21))/20
		top := min(a[len(a)-1], b[len(b)-1])
		na, nb, both := 0, 0, 0
		for _, x := range a {
			if x <= top {
				na++
				if slices.Contains(b, x) {
					both++
				}
			}
		}
		for _, x := range b {
			if x <= top {
				nb++
			}
		}
		least := min(na, nb)
		want := least >= 4 && float64(both)/float64(least) >= share
		if got := contained(a, b, share); got != want {
			t.Fatalf("%v and %v: %v, want %v of %v", a, b, got, want, share)
		}
		if want {
			yes++
		}
	}
	if yes < 1000 {
		t.Fatalf("only %d of 200,000 are contained", yes)
	}
}
