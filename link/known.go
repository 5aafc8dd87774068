package link

import (
	"encoding/binary"
	"slices"

	"github.com/zeebo/xxh3"
)

// known remembers what became of components, by all that they hold: the same
// component is parted the same way, so it is parted once. It is an
// abbreviation and no more; without it the result is the same.
type known struct {
	parted map[xxh3.Uint128][]uint32 // for each report of a component, in order of rank: the first that is with it
	now    map[xxh3.Uint128][]uint32 // those of this linking
	m      *material
	judged map[uint32][]string // by rank: the judgements that name it
	sum    *xxh3.Hasher
	buf    []byte       // of one report
	key    xxh3.Uint128 // of the component that was last asked for
}

// begin starts a linking.
func (k *known) begin(m *material, rules *rules) {
	k.m, k.now, k.judged, k.sum = m, map[xxh3.Uint128][]uint32{}, map[uint32][]string{}, xxh3.New()
	k.note("same", rules.same)
	k.note("apart", rules.apart)
}

func (k *known) note(what string, list []verdict) {
	for _, v := range list {
		a, b := k.m.rank[v.a], k.m.rank[v.b]
		if a == none || b == none {
			continue
		}
		word := what + "\x00" + v.j.ID + "\x00" + string(v.j.A) + "\x00" + string(v.j.B)
		k.judged[a] = append(k.judged[a], word)
		k.judged[b] = append(k.judged[b], word)
	}
}

// end lets go of components that are no more.
func (k *known) end() { *k = known{parted: k.now} }

// apply joins the reports of a component that was parted before.
func (k *known) apply(reports []uint32, sets *forest) bool {
	k.key = k.digest(reports)
	with, ok := k.parted[k.key]
	if !ok {
		return false
	}
	for i, first := range with {
		sets.union(reports[i], reports[first])
	}
	k.now[k.key] = with
	return true
}

// learn keeps what became of the component that was just asked for.
func (k *known) learn(reports []uint32, sets *forest) {
	with := make([]uint32, len(reports))
	for i, r := range reports {
		first, _ := slices.BinarySearch(reports, sets.find(r)) // the root is the lowest
		with[i] = uint32(first)
	}
	k.now[k.key] = with
}

// digest is the same for components that hold the same: reports with all
// their facts, what each holds and what that is worth there, and what people
// decided.
func (k *known) digest(reports []uint32) xxh3.Uint128 {
	m, buf := k.m, k.buf
	k.sum.Reset()
	for _, r := range reports {
		buf = buf[:0]
		row := &m.b.reports[m.order[r]]
		buf = binary.LittleEndian.AppendUint64(buf, m.b.ids.hashes[m.order[r]])
		buf = binary.LittleEndian.AppendUint64(buf, row.digest)
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(m.held(r))))
		for _, h := range m.held(r) {
			t, inc := &m.tenures[h.tenure], &m.incs[h.inc]
			buf = binary.LittleEndian.AppendUint64(buf, t.hash)
			buf = binary.LittleEndian.AppendUint32(buf, t.from)
			buf = binary.LittleEndian.AppendUint32(buf, t.to)
			buf = binary.LittleEndian.AppendUint32(buf, uint32(inc.bits))
			buf = binary.LittleEndian.AppendUint32(buf, inc.at)
			buf = append(buf, t.kind, t.family, t.soft, inc.role)
		}
		for _, word := range k.judged[r] {
			buf = append(buf, word...)
		}
		_, _ = k.sum.Write(buf) // it never fails
	}
	k.buf = buf
	return k.sum.Sum128()
}
