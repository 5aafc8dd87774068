package link

import (
	"math"
	"slices"

	"ringbreaker.example/fraud"
)

// Placing is what can be said at once of a report that just came: with whom
// it most probably belongs, by what it shares with those that were there
// before it. The next settling has the last word.
type Placing struct {
	Report fraud.ReportID
	Ring   fraud.RingID      // empty: it is not like any ring, or it cannot be said which
	Share  float64           // how probable the ring is among all that hold what the report holds, 0 to 1
	Bits   float64           // what rules out that this is chance
	By     []fraud.Indicator // what the report has in common with the ring, in the report's order
}

// recent chains the sightings of each value and the sketches of each text, the
// latest first, so that who used it lately is found without a look at
// everybody who ever did.
type recent struct {
	sights []uint32 // by place in Builder.sights: the one before of the same value + 1
	value  []uint32 // by value: the latest + 1
	texts  []uint32 // by place in Builder.sketches: the one before of the same text + 1
	text   []uint32 // by text: the latest + 1
}

// recentMost is how many of the latest reports on a value are asked: more of
// them do not change who uses it now, and a value that a million reports name
// costs no more than this.
const recentMost = 512

// follow takes up what was added to the builder.
func (r *recent) follow(b *Builder) {
	for i := len(r.sights); i < len(b.sights); i++ {
		r.sights, r.value = chain(r.sights, r.value, b.sights[i].value)
	}
	for i := len(r.texts); i < len(b.sketches); i++ {
		r.texts, r.text = chain(r.texts, r.text, b.sketches[i].set)
	}
}

func chain(before, latest []uint32, key uint32) (_, _ []uint32) {
	for int(key) >= len(latest) {
		latest = append(latest, 0)
	}
	before = append(before, latest[key])
	latest[key] = uint32(len(before))
	return before, latest
}

// arrival is a report that came since the last settling began, with what it
// holds.
type arrival struct {
	report   uint32
	sights   []sight
	sketches []sketch
}

// use is who used one thing lately that a report holds.
type use struct {
	what   fraud.Indicator
	family uint8
	weight float64 // how much of the evidence is believed, 0 to 1
	all    int     // reports
	rings  []ringUse
}

// ringUse is one ring's part in a use.
type ringUse struct {
	ring uint32
	n    int
	bits int32
}

func (u *use) add(ring uint32, bits int32) {
	u.all++
	if ring == 0 {
		return
	}
	for i := range u.rings {
		if x := &u.rings[i]; x.ring == ring-1 {
			x.n++
			x.bits = max(x.bits, bits)
			return
		}
	}
	u.rings = append(u.rings, ringUse{ring - 1, 1, bits})
}

func (u *use) of(ring uint32) ringUse {
	for _, x := range u.rings {
		if x.ring == ring {
			return x
		}
	}
	return ringUse{ring: ring}
}

// place finds the ring of a report and puts it there until the next settling.
// A ring is asked if what it shares with the report rules out chance (DESIGN
// §7.5); of those, the one that most probably used all that the report holds
// is taken if it is probable enough (model: attribute).
func (s *Base) place(a arrival) Placing {
	out := Placing{Report: fraud.ReportID(s.b.ids.text(a.report))}
	uses := s.usesOf(a)
	best, bestBits, top, sum := uint32(0), int32(0), 0.0, 0.0
	for _, ring := range ringsOf(uses) {
		bits, fit := s.weigh(uses, ring)
		if bits == 0 {
			continue
		}
		odds := math.Exp2(fit)
		sum += odds
		if odds > top || odds == top && s.rings[ring] < s.rings[best] {
			best, bestBits, top = ring, bits, odds
		}
	}
	if top == 0 || top < s.params.attribute*sum {
		return out
	}
	s.ringOf[a.report] = best + 1
	out.Ring, out.Share, out.Bits = s.rings[best], top/sum, bitsOf(bestBits)
	for i := range uses {
		if uses[i].of(best).n > 0 {
			out.By = append(out.By, uses[i].what)
		}
	}
	return out
}

// weigh says what rules out that a report shares its values with a ring by
// chance, and log2 of how well the ring explains them.
func (s *Base) weigh(uses []use, ring uint32) (bits int32, fit float64) {
	const unseen = 0.25 // what a ring is given for a value that it was not seen to use
	var best [numFamilies]int32
	for i := range uses {
		u := &uses[i]
		x := u.of(ring)
		best[u.family] = max(best[u.family], x.bits)
		fit += u.weight * math.Log2((float64(x.n)+unseen)/(float64(u.all)+unseen))
	}
	return s.params.sum(&best), fit
}

// ringsOf lists the rings that have a part in any of the uses.
func ringsOf(uses []use) []uint32 {
	var out []uint32
	for i := range uses {
		for _, x := range uses[i].rings {
			out = append(out, x.ring)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// usesOf asks who else used lately what a report holds.
func (s *Base) usesOf(a arrival) []use {
	var out []use
	for i, x := range a.sights {
		if slices.ContainsFunc(a.sights[:i], func(y sight) bool { return y.value == x.value }) {
			continue
		}
		if u := s.useOf(a.report, x); u.all > 0 {
			out = append(out, u)
		}
	}
	for _, x := range a.sketches {
		if u := s.useOfText(a.report, x); u.all > 0 {
			out = append(out, u)
		}
	}
	return out
}

func (s *Base) useOf(report uint32, x sight) use {
	row := s.params.priors[s.b.values.bytes(x.value)[0]]
	worth := func(y sight) int32 {
		if !y.valid {
			return row[y.role].bits / 2
		}
		return row[y.role].bits
	}
	own := incidence{bits: worth(x)}
	u := use{what: s.b.indicator(x.value), family: row[x.role].family, weight: min(float64(own.bits)/float64(s.params.strong), 1)}
	last := report
	for i, left := s.recent.value[x.value], recentMost; i != 0 && left > 0; i, left = s.recent.sights[i-1], left-1 {
		y := s.b.sights[i-1]
		if y.report == report || y.report == last || s.b.reports[y.report].flags&flagKnown == 0 {
			continue
		}
		gap := max(row[x.role].gap, row[y.role].gap)
		if away := max(x.at, y.at) - min(x.at, y.at); gap > 0 && away > gap {
			continue // another tenure
		}
		last = y.report
		u.add(s.ringOf[y.report], pairBits(own, incidence{bits: worth(y)}))
	}
	return u
}

// useOfText asks who else has the very same text.
func (s *Base) useOfText(report uint32, x sketch) use {
	m := &s.b.model
	low, high := m.Param("script_words_low"), m.Param("script_words_high")
	if float64(x.words) < low || x.field == s.b.story {
		return use{}
	}
	bits := int32(1000 * (m.Param("script_short") + (m.Param("script_kit")-m.Param("script_short"))*min((float64(x.words)-low)/(high-low), 1)))
	u := use{what: fraud.Indicator{Kind: fraud.Script}, family: uint8(slices.Index(families, fraud.FamilyScript)), weight: min(float64(bits)/float64(s.params.strong), 1)}
	for i, left := s.recent.text[x.set], recentMost; i != 0 && left > 0; i, left = s.recent.texts[i-1], left-1 {
		if y := s.b.sketches[i-1]; y.report != report && s.b.reports[y.report].flags&flagKnown != 0 {
			u.add(s.ringOf[y.report], bits)
		}
	}
	return u
}
