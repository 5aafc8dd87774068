package link

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"

	"ringbreaker.example/fraud"
)

// textGroup is texts that hold one another nearly whole.
type textGroup struct {
	texts []sketch // their report is a rank
	told  bool     // victims' own narratives, not what was read or shown to them
}

// groupTexts finds texts that hold one another nearly whole, among what was
// read or shown to victims or among what they told themselves. Candidates are
// sketches that share a hash; each is verified by containment before the two
// are joined, so nothing is joined by a chance of hashing alone.
func (m *material) groupTexts(told bool) []textGroup {
	var out []textGroup
	narrative := m.b.story
	least := m.b.model.Param("containment")
	if told {
		least = m.b.model.Param("containment_story")
	}
	sk := m.liveSketches(func(s sketch) bool { return (s.field == narrative) == told })
	for _, g := range m.joinNear(sk, least).groups(2) {
		group := textGroup{told: told}
		for _, i := range g {
			group.texts = append(group.texts, sk[i])
		}
		out = append(out, group)
	}
	return out
}

// liveSketches gives the sketches of reports that count, in an order that
// depends on content alone.
func (m *material) liveSketches(wanted func(sketch) bool) []sketch {
	var out []sketch
	low := uint32(m.b.model.Param("script_words_low"))
	for _, s := range m.b.sketches {
		r := m.rank[s.report]
		if r == none || s.words < low || !wanted(s) {
			continue
		}
		s.report = r
		out = append(out, s)
	}
	slices.SortFunc(out, func(x, y sketch) int {
		return cmp.Or(cmp.Compare(x.report, y.report), cmp.Compare(m.b.texture[x.set].digest, m.b.texture[y.set].digest), cmp.Compare(x.words, y.words))
	})
	// A report that was given twice must not be a near-duplicate of itself.
	return slices.CompactFunc(out, func(x, y sketch) bool { return x.report == y.report && x.set == y.set })
}

func (b *Builder) digest(s sketch) uint64 { return b.texture[s.set].digest }

// keySpace is the part of all hashes that bring candidates together, beside
// the lowest of each text: one in eight is enough to find a text that holds
// most of another, and costs an eighth.
const (
	keySpace  = 1 << 29
	keyLowest = 4
)

// joinNear joins equal texts, and those that hold one another nearly whole.
// It verifies neighbours in each hash's list of texts: a list of n texts costs
// n-1 comparisons, not n².
func (m *material) joinNear(sk []sketch, least float64) *forest {
	sets := newForest(len(sk))
	place := make([]uint32, len(m.b.texture)) // of a text: its first sketch + 1, then its place in texts + 1
	var texts []uint32                        // the first sketch of each text; it stands for all that have the same
	for i, s := range sk {
		if at := place[s.set]; at != 0 {
			sets.union(at-1, uint32(i))
			continue
		}
		place[s.set] = uint32(i) + 1
		texts = append(texts, uint32(i))
	}
	slices.SortFunc(texts, func(x, y uint32) int {
		a, b := &m.b.texture[sk[x].set], &m.b.texture[sk[y].set]
		return cmp.Or(cmp.Compare(a.place&255, b.place&255), cmp.Compare(a.digest, b.digest))
	})
	for p, i := range texts {
		place[sk[i].set] = uint32(p) + 1
	}
	// A list lies in one range of hashes, and what is joined does not depend on
	// the order of lists.
	var rows []uint64 // hash, then the text's place
	step := uint64(keySpace) / uint64(1+len(texts)/nearTexts)
	for low := uint64(0); low <= math.MaxUint32; {
		high := low + step
		if high > keySpace {
			high = math.MaxUint32 + 1 // the lowest hashes of short texts
		}
		rows = m.keysBetween(rows[:0], place, low, high)
		slices.Sort(rows)
		for k := 1; k < len(rows); k++ {
			if rows[k]>>32 != rows[k-1]>>32 {
				continue
			}
			a, b := texts[uint32(rows[k-1])], texts[uint32(rows[k])]
			if sets.find(a) != sets.find(b) && contained(m.b.hashesOf(sk[a].set), m.b.hashesOf(sk[b].set), least) {
				sets.union(a, b)
			}
		}
		low = high
	}
	return sets
}

// nearTexts is how many texts have their lists sorted at once: a text has a
// dozen keys of eight bytes.
const nearTexts = 1 << 19

// keysBetween lists the keys in a range of the texts that have a place.
func (m *material) keysBetween(rows []uint64, place []uint32, low, high uint64) []uint64 {
	for set, p := range place {
		if p == 0 {
			continue
		}
		for k, h := range m.b.hashesOf(uint32(set)) { // ascending
			if k >= keyLowest && h >= keySpace || uint64(h) >= high {
				break
			}
			if uint64(h) >= low {
				rows = append(rows, uint64(h)<<32|uint64(p-1))
			}
		}
	}
	return rows
}

// contained estimates whether of the smaller set of shingles the other holds so
// large a share, from the lowest hashes of both: below the lower of the two
// highest kept hashes both samples are whole. Too few common samples count as
// none. Most that are asked do not, and are told after a few hashes.
func contained(a, b []uint32, share float64) bool {
	top := min(a[len(a)-1], b[len(b)-1])
	na, nb := len(a), len(b)
	for na > 0 && a[na-1] > top {
		na--
	}
	for nb > 0 && b[nb-1] > top {
		nb--
	}
	least := min(na, nb)
	if least < 4 {
		return false
	}
	common := int(share * float64(least)) // that is enough
	for float64(common)/float64(least) < share {
		common++
	}
	a, b = a[:na], b[:nb]
	lackA, lackB := na-common, nb-common // how many of each the other may lack
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch x, y := a[i], b[j]; {
		case x == y:
			i++
			j++
		case x < y:
			i++
			if lackA--; lackA < 0 {
				return false
			}
		default:
			j++
			if lackB--; lackB < 0 {
				return false
			}
		}
	}
	return true
}

// addTexts makes a soft tenure of each group of near-identical texts. A short
// text says little, a long one more (model: script_*). Victims' own words are
// evidence only where a report holds nothing else: a pasted transcript.
func (m *material) addTexts(groups []textGroup) {
	low, high := m.b.model.Param("script_words_low"), m.b.model.Param("script_words_high")
	short, long := m.b.model.Param("script_short"), m.b.model.Param("script_long")
	kit := m.b.model.Param("script_kit")
	bare := m.bare()
	for _, g := range groups {
		var sum [8]byte
		binary.BigEndian.PutUint64(sum[:], m.b.digest(g.texts[0]))
		t := tenure{
			value: none, start: uint32(len(m.incs)), kind: kindNumber(fraud.Script), family: uint8(slices.Index(families, fraud.FamilyScript)),
			soft: softText, note: uint32(len(m.notes)), hash: binary.BigEndian.Uint64(sum[:]), from: none,
		}
		for _, s := range g.texts {
			if g.told && (!bare[s.report] || s.words < 2*uint32(high)) {
				continue
			}
			at := m.at[s.report]
			t.from, t.to = min(t.from, at), max(t.to, at)
			most := long
			if !bare[s.report] {
				most = kit
			}
			bits := short + (most-short)*min(max((float64(s.words)-low)/(high-low), 0), 1)
			m.incs = append(reserve(m.b.spill, m.incs, 1), incidence{s.report, m.weigh(bits, s.report), at, roleNumber(fraud.RoleScript)})
		}
		if t.from == none {
			continue
		}
		m.notes = append(m.notes, "script:"+hex.EncodeToString(sum[:]))
		m.close(t)
	}
}

// bare tells which reports hold no value that could link them.
func (m *material) bare() []bool {
	medium := int32(m.b.model.Param("medium") * 1000)
	out := make([]bool, len(m.order))
	for r := range out {
		out[r] = true
	}
	for _, inc := range m.incs {
		if inc.bits >= medium {
			out[inc.report] = false
		}
	}
	return out
}

func (m *material) weigh(bits float64, r uint32) int32 {
	if m.weak[r] {
		bits *= m.b.model.Param("poison_factor")
	}
	return int32(bits * 1000)
}
