package link

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"ringbreaker.example/fraud"
)

// tenure is one unbroken run of use of one value: the node that reports hang
// on. Its incidences are incs[start:end], one a report, in order of reports.
type tenure struct {
	value      uint32 // number in Builder.values
	from, to   uint32 // minutes
	start, end uint32
	hash       uint64 // of value and start: breaks ties
	kind       uint8
	family     uint8
	soft       uint8  // not a value that was seen but a likeness of values
	note       uint32 // for soft ones: number in material.notes
}

// The soft tenures: evidence that is no shared value.
const (
	hard      = iota
	softBlock // numbers of one consecutive block on the same days
	softReuse // one value in two tenures
	softText  // near-identical texts
)

// incidence is a report's part in a tenure.
type incidence struct {
	report uint32 // rank, see material.order
	bits   int32  // what it is worth in this report, in 1/1000 bit
	at     uint32 // minutes, first sighting
	role   uint8
}

// material is what the linking works on: reports by rank (time, then name),
// tenures, and which report holds which.
type material struct {
	b       *Builder
	order   []uint32 // rank → number in Builder.ids; replaced, wrong and unknown reports are left out
	rank    []uint32 // number in Builder.ids → rank, none if left out
	tenures []tenure
	incs    []incidence
	mine    []held // of the report with rank r: mine[starts[r]:starts[r+1]]
	starts  []uint32
	weak    []bool // by rank: the report looks like part of a poisoning
	mute    []bool // by rank: the report names nothing that could link it by itself
	notes   []string
	at      []uint32 // by rank: minutes

	moneyStart []uint32 // by number in Builder.ids, into Builder.moneys
	brandStart []uint32 // likewise, into Builder.brands

	params  params
	last    int64                   // see weighHarm
	typical map[uint32]float64      // likewise
	scratch struct{ local []int32 } // by tenure; zero between uses
}

// held is a tenure that a report holds, and its part in it.
type held struct {
	tenure uint32
	inc    uint32 // in material.incs
}

const none = math.MaxUint32

var families = []fraud.Family{
	fraud.FamilyContact, fraud.FamilyWeb, fraud.FamilyMoney, fraud.FamilyRemote, fraud.FamilyScript, fraud.FamilyIdentity,
}

const numFamilies = 6

// prepare sorts everything into an order that depends on content alone.
func (b *Builder) prepare(rules *rules) *material {
	m := &material{b: b, params: b.params()}
	b.sortMoney()
	m.moneyStart = starts(len(b.reports), len(b.moneys), func(i int) uint32 { return b.moneys[i].report })
	m.brandStart = starts(len(b.reports), len(b.brands), func(i int) uint32 { return b.brands[i].a })
	m.rankReports(rules)
	var sights []sight
	var shown, told []textGroup
	var side sync.WaitGroup // the three only read what is there
	side.Go(func() { shown = m.groupTexts(false) })
	side.Go(func() { told = m.groupTexts(true) })
	sights = m.liveSights(rules)
	side.Wait()
	texts := slices.Concat(shown, told)
	if b.last {
		release(b.spill, &b.hashes)
		release(b.spill, &b.textures)
	}
	m.weak = m.findPoison(sights, texts, rules)
	m.cut(sights)
	if b.last {
		release(b.spill, &b.sights)
		release(b.spill, &b.sketches)
	} else {
		release(b.spill, &sights)
	}
	m.addTexts(texts)
	m.addReuse()
	m.addBlocks()
	m.attach()
	if b.last {
		m.mute = nil
		release(b.spill, &b.texture)
		release(b.spill, &b.values.hashes)
		release(b.spill, &b.ids.hashes)
	}
	return m
}

func (m *material) rankReports(rules *rules) {
	b := m.b
	m.rank = make([]uint32, len(b.reports))
	replaced := make([]bool, len(b.reports))
	for n := range b.reports {
		if by := b.reports[n].replaces; by != 0 {
			replaced[by-1] = true
		}
	}
	for n := range b.reports {
		m.rank[n] = none
		if b.reports[n].flags&flagKnown != 0 && !replaced[n] && !rules.wrong[uint32(n)] {
			m.order = append(m.order, uint32(n))
		}
	}
	slices.SortFunc(m.order, func(x, y uint32) int {
		if c := cmp.Compare(b.reports[x].at, b.reports[y].at); c != 0 {
			return c
		}
		return slices.Compare(b.ids.bytes(x), b.ids.bytes(y))
	})
	m.at = make([]uint32, len(m.order))
	for r, n := range m.order {
		m.rank[n] = uint32(r)
		m.at[r] = uint32(min(max(b.reports[n].at/60, 0), math.MaxUint32))
	}
}

// liveSights gives the sightings of the reports that count, by value, time
// and rank.
func (m *material) liveSights(rules *rules) []sight {
	out := m.b.sights[:0] // nobody reads them after the last linking
	if !m.b.last {
		out = long[sight](m.b.spill, len(m.b.sights))[:0]
	}
	for _, s := range m.b.sights {
		r := m.rank[s.report]
		if r == none || rules.noLink[s.value] {
			continue
		}
		s.report = r
		out = append(out, s)
	}
	slices.SortFunc(out, func(x, y sight) int {
		a, b := uint64(x.value)<<32|uint64(x.at), uint64(y.value)<<32|uint64(y.at)
		if a == b {
			a, b = uint64(x.report)<<8|uint64(x.role), uint64(y.report)<<8|uint64(y.role)
		}
		return cmp.Compare(a, b)
	})
	return out
}

// cut splits each value's sightings into tenures: a silence longer than the
// gap of its kind and role starts a new one (numbers are rented and recycled).
func (m *material) cut(sights []sight) {
	m.findMute(sights)
	m.redate(sights)
	m.incs = reserve(m.b.spill, m.incs, len(sights))
	for i := 0; i < len(sights); {
		j := i + 1
		for j < len(sights) && sights[j].value == sights[i].value && !m.silent(sights[j-1], sights[j]) {
			j++
		}
		m.addTenure(sights[i:j])
		i = j
	}
}

// redate mends times that people told wrongly: a sighting that stands alone
// in time among those of its value, but whose report came in while the value
// was in use, is dated by when the report came in.
func (m *material) redate(sights []sight) {
	var mended []sight
	var gone []int
	for i := 0; i < len(sights); {
		j := i + 1
		for j < len(sights) && sights[j].value == sights[i].value {
			j++
		}
		if run := sights[i:j]; len(run) > 1 {
			mended, gone = mended[:0], gone[:0]
			for k := range run {
				if at, ok := m.redateOne(run, k); ok {
					mended, gone = append(mended, run[k]), append(gone, k)
					mended[len(mended)-1].at = at
				}
			}
			for k, at := range gone {
				run[at] = mended[k]
			}
			if len(mended) > 0 {
				slices.SortFunc(run, byTime)
			}
		}
		i = j
	}
}

func byTime(x, y sight) int {
	return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.report, y.report), cmp.Compare(x.role, y.role))
}

// redateOne gives the time by which a sighting of a value, at k in the run of
// all of them in order of time, is better dated, if there is one.
func (m *material) redateOne(run []sight, k int) (uint32, bool) {
	own := run[k]
	before, after := k-1, k+1
	for before >= 0 && run[before].report == own.report {
		before--
	}
	for after < len(run) && run[after].report == own.report {
		after++
	}
	if before >= 0 && !m.silent(run[before], own) || after < len(run) && !m.silent(own, run[after]) {
		return 0, false
	}
	came := own
	came.at = uint32(min(max(m.b.reports[m.order[own.report]].received/60, 0), math.MaxUint32))
	near, _ := slices.BinarySearchFunc(run, came.at, func(s sight, at uint32) int { return cmp.Compare(s.at, at) })
	for _, step := range []int{-1, 1} {
		i := near
		if step < 0 {
			i--
		}
		for ; i >= 0 && i < len(run); i += step {
			if run[i].report != own.report {
				if !m.silentBetween(run[i], came) {
					return came.at, true
				}
				break
			}
		}
	}
	return 0, false
}

func (m *material) silentBetween(a, b sight) bool {
	if a.at > b.at {
		a, b = b, a
	}
	return m.silent(a, b)
}

func (m *material) silent(a, b sight) bool {
	gaps := m.params.priors[m.b.values.bytes(a.value)[0]]
	ga, gb := gaps[a.role].gap, gaps[b.role].gap
	return ga != 0 && gb != 0 && b.at-a.at > max(ga, gb)
}

func (m *material) addTenure(run []sight) {
	kind := m.b.values.bytes(run[0].value)[0]
	t := tenure{value: run[0].value, from: run[0].at, to: run[len(run)-1].at, start: uint32(len(m.incs)), kind: kind, hash: m.b.values.hashes[run[0].value] ^ uint64(run[0].at)*0x9e3779b97f4a7c15}
	best := int32(-1)
	shown := m.shownBits(kind, run)
	named := kinds[kind] == fraud.Company && strings.HasPrefix(string(m.b.values.bytes(t.value)[1:]), "name:") // no register number: half
	for _, s := range run {
		p := &m.params.priors[kind][s.role]
		bits := p.bits
		if s.role == shownCaller && m.mute[s.report] {
			bits = max(bits, shown)
		}
		if !s.valid || named {
			bits /= 2
		}
		if m.weak[s.report] {
			bits = int32(float64(bits) * m.params.poison)
		}
		if bits > best {
			best, t.family = bits, p.family
		}
		m.incs = append(reserve(m.b.spill, m.incs, 1), incidence{s.report, bits, s.at, s.role})
	}
	m.close(t)
}

var shownCaller = roleNumber(fraud.RoleShownCallerID)

// findMute tells which reports name nothing that could link them by itself.
func (m *material) findMute(sights []sight) {
	m.mute = make([]bool, len(m.order))
	for r := range m.mute {
		m.mute[r] = true
	}
	for _, s := range sights {
		if m.params.priors[m.b.values.bytes(s.value)[0]][s.role].bits >= m.params.medium {
			m.mute[s.report] = false
		}
	}
}

// shownBits is what a number that phones displayed is worth to a report that
// has nothing else to tell. Displayed once it is worth nothing: it is forged,
// mostly drawn at random. Displayed in several reports of one tenure it is no
// longer random: somebody calls under it.
func (m *material) shownBits(kind uint8, run []sight) int32 {
	reports, last := 0, uint32(none)
	for _, s := range run {
		if s.role == shownCaller && s.report != last && !m.weak[s.report] && kinds[kind] == fraud.Phone {
			last = s.report
			reports++
		}
	}
	if reports < m.params.shownReports {
		return 0
	}
	return m.params.shownBits
}

// close keeps one incidence a report, the strongest, in order of reports.
func (m *material) close(t tenure) {
	run := m.incs[t.start:]
	slices.SortFunc(run, func(x, y incidence) int {
		return cmp.Or(cmp.Compare(x.report, y.report), cmp.Compare(y.bits, x.bits), cmp.Compare(x.role, y.role), cmp.Compare(x.at, y.at))
	})
	run = slices.CompactFunc(run, func(x, y incidence) bool { return x.report == y.report })
	m.incs = m.incs[:int(t.start)+len(run)]
	t.end = uint32(len(m.incs))
	m.tenures = append(reserve(m.b.spill, m.tenures, 1), t)
}

// attach lists for each report the tenures that it holds and shares, in an
// order that depends on content alone.
func (m *material) attach() {
	slices.SortFunc(m.tenures, func(x, y tenure) int {
		return cmp.Or(cmp.Compare(x.hash, y.hash), cmp.Compare(x.from, y.from), cmp.Compare(x.soft, y.soft), cmp.Compare(x.start, y.start))
	})
	m.starts = make([]uint32, len(m.order)+1)
	for i := range m.tenures {
		for _, inc := range m.of(i) {
			m.starts[inc.report+1]++
		}
	}
	for r := range m.order {
		m.starts[r+1] += m.starts[r]
	}
	m.mine = long[held](m.b.spill, int(m.starts[len(m.order)]))
	next := slices.Clone(m.starts)
	for i := range m.tenures {
		t := &m.tenures[i]
		for k := t.start; k < t.end; k++ {
			r := m.incs[k].report
			m.mine[next[r]] = held{uint32(i), k}
			next[r]++
		}
	}
	m.scratch.local = make([]int32, len(m.tenures))
}

// rest lets the machine put away what parting a component does not read.
func (m *material) rest() {
	b := m.b
	cool(b.spill, m.tenures)
	cool(b.spill, m.incs)
	cool(b.spill, m.mine)
	cool(b.spill, b.reports)
	cool(b.spill, b.moneys)
	cool(b.spill, b.brands)
	for _, in := range []*interner{&b.ids, &b.values} {
		cool(in.spill, in.arena)
		cool(in.spill, in.ends)
	}
}

func (m *material) of(t int) []incidence { return m.incs[m.tenures[t].start:m.tenures[t].end] }

func (m *material) held(r uint32) []held { return m.mine[m.starts[r]:m.starts[r+1]] }

// sortMoney puts payments and brands beside their reports.
func (b *Builder) sortMoney() {
	slices.SortStableFunc(b.moneys, func(x, y money) int { return cmp.Compare(x.report, y.report) })
	slices.SortStableFunc(b.brands, func(x, y pair32) int { return cmp.Compare(x.a, y.a) })
}

// starts gives for each of n keys where its rows begin; rows are sorted.
func starts(n, rows int, key func(int) uint32) []uint32 {
	out := make([]uint32, n+1)
	for i := range rows {
		out[key(i)+1]++
	}
	for i := range n {
		out[i+1] += out[i]
	}
	return out
}
