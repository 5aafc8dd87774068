package link

import "slices"

// What a group saves with another depends on the two, and on which of them are
// among the largest holders of the hubs that both hold. One that is weighed anew
// because its best partner changed finds with most others what it found before:
// where few operators have most of the reports, hundreds of fragments stand
// around each of them, and each time that one joins all the others are weighed
// again. So what was found is kept, and only those pairs are weighed again of
// which something changed since.

// pair is what a group saves with another, as one that is weighed finds it.
type pair struct {
	with int32
	bits float64 // without what is faint
	gain float64
}

// keptLeast is how many pairs of a group must have been weighed whole at one
// time for what it found to be kept: of most groups that is a handful.
const keptLeast = 8

// move is that a group came among the largest holders of a hub or left them, or
// that the value is no hub any more.
type move struct {
	round uint32
	group int32
}

func (u *uniting) move(value, g int32) {
	u.moves[value] = append(u.moves[value], move{u.round, g})
}

// rerank finds anew who holds a value most.
func (u *uniting) rerank(value int32) {
	h := &u.w.values[value].holders
	was := slices.Clone(h.ranked())
	h.rank()
	if len(h.list) <= manyHolders {
		return // no hub: it pairs all its holders
	}
	for _, g := range was {
		if !slices.Contains(h.ranked(), g) {
			u.move(value, g)
		}
	}
	for _, g := range h.ranked() {
		if !slices.Contains(was, g) {
			u.move(value, g)
		}
	}
}

// weighOne finds with whom a group saves, and offers each to the other.
func (s *scale) weighOne(a int32) {
	u, w := s.u, s.u.w
	if w.groups[a].nodes == 0 {
		return
	}
	since := s.recall(a)
	for _, vi := range u.values[a] {
		v := &w.values[vi]
		if v.worth < w.p.medium || len(v.holders.list) < 2 {
			continue
		}
		h := &v.holders
		s.own.count = 0
		if len(h.list) > manyHolders {
			for _, b := range h.ranked() {
				if b != a && s.wants(b, since) {
					s.share(a, h.list[h.find(b)], v)
				}
			}
			continue
		}
		for _, x := range h.list {
			if x.group != a && s.wants(x.group, since) {
				s.share(a, x, v)
			}
		}
	}
	slices.Sort(s.met)
	whole := 0
	for _, b := range s.met {
		x := &s.acc[s.slot[b]-1]
		s.slot[b] = 0
		if w.p.sum(&x.best) == 0 || u.barred[[2]int32{a, b}] {
			continue
		}
		whole++
		if p := u.pair(a, b, x); p.bits > -faintBits {
			s.found = append(s.found, p)
		}
	}
	s.met, s.acc = s.met[:0], s.acc[:0]
	for _, b := range s.again {
		s.slot[b] = 0
	}
	for _, p := range s.found {
		if p.gain > 0 {
			s.offers = append(s.offers, proposal{a, offer{p.with, p.gain}}, proposal{p.with, offer{a, p.gain}})
		}
	}
	u.weighed[a] = u.round
	if had := u.kept[a]; had != nil || whole >= keptLeast {
		u.kept[a] = append(slices.Grow(had[:0], max(len(s.found), 1)), s.found...)
	}
}

// recall begins with what a group found when it was last weighed, as far as it
// still holds, and gives the round since which others must have changed to be
// weighed again: none if all are.
func (s *scale) recall(a int32) (since uint32) {
	u := s.u
	s.found, s.again = s.found[:0], s.again[:0]
	since = u.weighed[a]
	if u.kept[a] == nil || u.changed[a] >= since {
		return 0
	}
	moved := false
	for _, vi := range u.values[a] {
		v := &u.w.values[vi]
		if v.worth < u.w.p.medium || !v.holders.many() {
			continue // no hub, or one that is faint whoever holds it
		}
		moves := u.moves[vi]
		for k := len(moves) - 1; k >= 0 && moves[k].round >= since; k-- {
			switch g := moves[k].group; {
			case g == a:
				moved = true
			case s.slot[g] == 0:
				s.slot[g] = again
				s.again = append(s.again, g)
			}
		}
	}
	for _, p := range u.kept[a] {
		if s.wants(p.with, since) {
			continue
		}
		if moved { // what is faint are hubs too of which neither is a large holder
			p.gain = fine(p.bits + u.faint(a, p.with))
		}
		s.found = append(s.found, p)
	}
	return since
}

// again stands in a slot for one that is to be weighed again.
const again = -1

// wants says whether a group is to be weighed again.
func (s *scale) wants(b int32, since uint32) bool { return s.u.changed[b] >= since || s.slot[b] != 0 }

// pair is what two groups save that share so much by values that can bring them
// together; of one that is hopeless it is minus what is faint at most.
func (u *uniting) pair(a, b int32, x *weighing) pair {
	w, p := u.w, pair{b, -faintBits, 0}
	l := u.lacking(a, b, x.most(&w.p)-w.p.merge+faintBits)
	if l == nil {
		return p
	}
	if p.bits = x.bits(&w.p, l) - w.p.merge; p.bits > -faintBits {
		p.gain = fine(p.bits + u.faint(a, b))
	}
	return p
}
