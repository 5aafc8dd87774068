package synth

import (
	"slices"
	"time"
)

// line is one callback number with one life: a tenure.
type line struct {
	number   uint64 // E.164 digits
	from, to int64  // Unix seconds
}

// area is a run of numbers that nobody can own.
type area struct {
	base uint64
	size uint64
}

// nanpCodes are area codes of the United States by state and of Canada. In
// each, 555-0100 to 555-0199 are kept for drama (ATIS-0300115 §4).
var nanpCodes = []uint64{
	201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231, 234,
	239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307, 308, 309,
	310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 334, 336, 337, 347, 351, 352, 360, 361, 385,
	386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 424, 425, 430, 432, 434, 435,
	440, 443, 469, 478, 479, 480, 484, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518, 520,
	530, 540, 541, 551, 559, 561, 562, 563, 567, 570, 571, 573, 574, 580, 585, 586, 601, 602, 603, 605, 606, 607, 608,
	609, 610, 612, 614, 615, 616, 617, 618, 619, 620, 623, 626, 630, 631, 636, 641, 646, 650, 651, 660, 661, 662, 678,
	682, 701, 702, 703, 704, 706, 707, 708, 712, 713, 714, 715, 716, 717, 718, 719, 720, 724, 727, 731, 732, 734, 740,
	754, 757, 760, 763, 765, 770, 772, 773, 774, 775, 781, 785, 786, 801, 802, 803, 804, 805, 806, 808, 810, 812, 813,
	814, 815, 816, 817, 818, 828, 830, 831, 832, 843, 845, 847, 848, 850, 856, 857, 858, 859, 860, 862, 863, 864, 865,
	870, 901, 903, 904, 906, 907, 908, 909, 910, 912, 913, 914, 915, 916, 917, 918, 919, 920, 925, 928, 931, 936, 937,
	940, 941, 947, 949, 951, 952, 954, 956, 970, 971, 972, 973, 978, 979, 980, 985, 989,
}

var tollFreeCodes = []uint64{800, 833, 844, 855, 866, 877, 888}

// foreign are the ranges kept for drama elsewhere: Ofcom (United Kingdom),
// BNetzA (Germany) and ACMA (Australia). Spain keeps none, so operators there
// use numbers of other countries.
var foreign = map[string][]area{
	"GB": {{442079460000, 1000}, {448081570000, 1000}, {441614960000, 1000}, {441214960000, 1000}},
	"DE": {{493023125000, 1000}, {496990009000, 1000}, {494066969000, 1000}, {492214710000, 1000}, {498999998000, 1000}},
	"AU": {{61255500000, 10000}, {61370100000, 10000}},
}

// exchange hands out blocks of neighbouring numbers, as resellers do.
type exchange struct {
	blocks map[string][]uint64 // by region: first numbers of blocks, shuffled
	next   map[string]int
	size   int
	bulk   bool
	seed   uint64
}

// regions are where callback numbers belong: NA is the United States and
// Canada, TF a toll-free number there.
var regions = []string{"NA", "TF", "GB", "DE", "AU"}

func newExchange(d *dice, size int, bulk bool) *exchange {
	x := &exchange{blocks: map[string][]uint64{}, next: map[string]int{}, size: size, bulk: bulk, seed: d.Uint64N(1 << 40)}
	add := func(region string, a area) {
		for n := uint64(0); n+uint64(size) <= a.size; n += uint64(size) {
			x.blocks[region] = append(x.blocks[region], a.base+n)
		}
	}
	for i, code := range nanpCodes {
		if i%3 != 0 { // every third code is left to victims and bystanders
			add("NA", area{10000000000 + code*10000000 + 5550100, 100})
		}
	}
	for _, code := range tollFreeCodes {
		add("TF", area{10000000000 + code*10000000 + 5550100, 100})
	}
	for _, region := range regions[2:] {
		for _, a := range foreign[region] {
			add(region, area{a.base, a.size / 2}) // the upper half is left to victims and bystanders
		}
	}
	for _, region := range regions {
		b := x.blocks[region]
		d.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
	}
	return x
}

// block gives the first number of a block that nobody else gets, and the
// region it lies in: a region that is sold out gives way to NA.
func (x *exchange) block(region string) uint64 {
	if x.bulk && (region == "NA" || region == "TF") {
		return x.bulkBlock(region)
	}
	for _, r := range []string{region, "NA", "AU", "GB", "DE"} {
		if k := x.next[r]; k < len(x.blocks[r]) {
			x.next[r]++
			return x.blocks[r][k]
		}
	}
	return x.bulkBlock("NA")
}

// bulkBlock walks all exchanges of all area codes in a scattered order that
// never meets the same block twice (a step prime to their number).
func (x *exchange) bulkBlock(region string) uint64 {
	codes := nanpCodes
	if region == "TF" {
		codes = tollFreeCodes
	}
	perOffice := uint64(10000 / x.size)
	all := uint64(len(codes)) * 790 * perOffice
	k := (x.seed + uint64(x.next["bulk"+region])*1_000_003_001) % all
	x.next["bulk"+region]++
	code := codes[k%uint64(len(codes))]
	k /= uint64(len(codes))
	office := 200 + k%790
	if office%100 == 11 {
		office = 990 + office/100 - 2 // N11 codes are services
	}
	return 10000000000 + code*10000000 + office*10000 + (k/790)*uint64(x.size)
}

// lines draws the numbers of one user of the exchange over [from, to): one
// after the other, each with a life, taken in sequence from a few blocks.
func (x *exchange) lines(d *dice, k NumberKnobs, region string, n int, from, to time.Time) []line {
	out := make([]line, 0, n)
	var block uint64
	left := 0
	span := to.Sub(from).Seconds()
	for i := range n {
		life := d.logNormal(k.MedianLifeDays, k.LifeSigma) * 86400
		start := float64(from.Unix()) + span*(float64(i)+d.Float64())/float64(n) - life/2
		start = max(start, float64(from.Unix()))
		l := line{from: int64(start), to: int64(start + life)}
		if old, ok := x.taken(d, k, out, l.from); ok {
			l.number = old
		} else {
			if left == 0 {
				r := region
				if r == "NA" && d.chance(k.TollFree) {
					r = "TF"
				}
				block, left = x.block(r), d.between(max(1, x.size/3), x.size)
			}
			l.number = block
			block++
			left--
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b line) int { return int(a.from - b.from) })
	return out
}

// taken finds a number of the same user that has cooled down.
func (x *exchange) taken(d *dice, k NumberKnobs, have []line, at int64) (uint64, bool) {
	if !d.chance(k.Reuse) || len(have) == 0 {
		return 0, false
	}
	old := pick(d, have)
	for _, l := range have {
		if l.number == old.number && l.to > at-int64(k.CooldownDays*86400) {
			return 0, false
		}
	}
	return old.number, true
}

// active picks a number that is in use at the time, or the one taken up last
// before it.
func active(d *dice, lines []line, at int64) (line, bool) {
	if len(lines) == 0 {
		return line{}, false
	}
	end, _ := slices.BinarySearchFunc(lines, at+1, func(l line, at int64) int {
		if l.from < at {
			return -1
		}
		return 1
	})
	if end == 0 {
		return lines[0], true
	}
	low := max(0, end-24)
	var found [24]int
	n := 0
	for i := low; i < end; i++ {
		if lines[i].to >= at {
			found[n] = i
			n++
		}
	}
	if n == 0 {
		return lines[end-1], true
	}
	return lines[found[d.IntN(n)]], true
}
