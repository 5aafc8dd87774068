package link

import (
	"bytes"
	"cmp"
	"slices"

	"ringbreaker.example/fraud"
)

// addStems finds which values stem from one thing: the tenures of one number,
// what likens them, and the hosts below one site. They are one fact
// however many of them two groups share or lack, see fact.
func (w *world) addStems() {
	var hosts []int32
	for i := range w.values {
		v := &w.values[i]
		t := &w.m.tenures[v.tenure]
		if v.stem = t.value; t.soft == softText {
			v.stem = none - uint32(i) // no other text is this one
		}
		if t.soft != softText && kinds[t.kind] == fraud.Domain {
			hosts = append(hosts, int32(i))
		}
	}
	w.stemHosts(hosts)
	w.byStem = long[int32](w.sp, len(w.values))
	for i := range w.byStem {
		w.byStem[i] = int32(i)
	}
	slices.SortFunc(w.byStem, w.compareStems)
	// What was numbered as reports came is numbered by the first value of a stem,
	// which depends on content alone.
	last, first := uint32(none), uint32(0)
	for k, i := range w.byStem {
		v := &w.values[i]
		if k == 0 || v.stem != last {
			last, first = v.stem, uint32(i)
		}
		v.stem = first
	}
	slices.SortFunc(w.byStem, w.compareStems)
}

// stemHosts gives hosts the stem of the shortest among them that they lie
// below. Read from their ends, all that begin as a site does stand behind it,
// though not only what lies below it.
func (w *world) stemHosts(hosts []int32) {
	name := func(i int32) []byte { return w.m.b.values.bytes(w.m.tenures[w.values[i].tenure].value)[1:] }
	slices.SortFunc(hosts, func(x, y int32) int { return compareEnds(name(x), name(y)) })
	var above []int32 // each is the end of the next
	for _, i := range hosts {
		for len(above) > 0 && !bytes.HasSuffix(name(i), name(above[len(above)-1])) {
			above = above[:len(above)-1]
		}
		site := slices.IndexFunc(above, func(j int32) bool { return below(name(i), name(j)) })
		if site >= 0 {
			w.values[i].stem = w.values[above[site]].stem
		}
		above = append(above, i)
	}
}

// below says whether a host is a site or lies below it.
func below(host, site []byte) bool {
	at := len(host) - len(site)
	return at == 0 || at > 0 && host[at-1] == '.'
}

// compareEnds orders texts by their last byte, then by the one before it, and
// so on.
func compareEnds(x, y []byte) int {
	for k := 1; k <= min(len(x), len(y)); k++ {
		if c := cmp.Compare(x[len(x)-k], y[len(y)-k]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

func (w *world) compareStems(x, y int32) int {
	return cmp.Or(cmp.Compare(w.values[x].stem, w.values[y].stem), cmp.Compare(x, y))
}

// mergedByStem gives two lists of values, each by stem, as one.
func (w *world) mergedByStem(xs, ys []int32) []int32 {
	out := make([]int32, 0, len(xs)+len(ys))
	for len(xs) > 0 && len(ys) > 0 {
		if w.compareStems(xs[0], ys[0]) < 0 {
			out, xs = append(out, xs[0]), xs[1:]
		} else {
			out, ys = append(out, ys[0]), ys[1:]
		}
	}
	return append(append(out, xs...), ys...)
}
