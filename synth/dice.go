package synth

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// dice is a generator of its own for one thing of the world: the world's seed
// and the thing's number decide everything that it draws.
type dice struct {
	*rand.Rand
	src rand.PCG
}

// Streams of numbers: what is drawn for, so that no two things share draws.
const (
	forCast uint64 = iota + 1
	forReport
	forVictim
	forAfter
	forAfterVictim
	forMoney
	forPlan
	forOperator
)

func roll(seed int64, stream, number uint64) *dice {
	d := &dice{}
	d.reset(seed, stream, number)
	return d
}

// reset makes d what roll would return, without a new allocation.
func (d *dice) reset(seed int64, stream, number uint64) {
	d.src.Seed(uint64(seed)*0x9E3779B97F4A7C15^stream<<56, number*0xD1B54A32D192ED03+stream)
	if d.Rand == nil {
		d.Rand = rand.New(&d.src)
	}
	d.Uint64() // neighbouring seeds part after the first step
}

func (d *dice) chance(p float64) bool { return d.Float64() < p }

// between draws from lo to hi, both included.
func (d *dice) between(lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + d.IntN(hi-lo+1)
}

func (d *dice) logNormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*d.NormFloat64())
}

func (d *dice) within(from, to time.Time) time.Time {
	return from.Add(time.Duration(d.Float64() * float64(to.Sub(from)))).Truncate(time.Second)
}

func pick[T any](d *dice, list []T) T { return list[d.IntN(len(list))] }

// weighted is a list of names with shares, in a fixed order.
type weighted struct {
	names []string
	upTo  []float64
}

func newWeighted(shares map[string]float64) weighted {
	var w weighted
	for n := range shares {
		w.names = append(w.names, n)
	}
	slices.Sort(w.names)
	sum := 0.0
	for _, n := range w.names {
		sum += shares[n]
		w.upTo = append(w.upTo, sum)
	}
	return w
}

func (w weighted) draw(d *dice) string {
	if len(w.names) == 0 {
		return ""
	}
	x := d.Float64() * w.upTo[len(w.upTo)-1]
	i, _ := slices.BinarySearch(w.upTo, x)
	return w.names[min(i, len(w.names)-1)]
}

const day = 24 * time.Hour

func days(n float64) time.Duration { return time.Duration(n * float64(day)) }
