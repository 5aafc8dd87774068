package link

// attribute gives each node to the group that it most probably belongs to,
// among those with which it shares enough to rule out chance. A number that
// three rings use rules out chance and does not say which of the three; the
// agent's name, the text, the account and the month may (naive Bayes over all
// that the node holds, each group's counts without the node itself).
//
// All are asked the first time, and then those of which a value changed hands.
func (w *world) attribute(all bool) bool {
	return w.inBlocks(func(i int32) bool { return all || w.stale(i) }, (*asking).belongs)
}

// belongs is where a node most probably belongs, if that is clear enough: it
// leaves its group only for one that explains it twice as well.
func (q *asking) belongs() int32 {
	alone := q.was < 0
	best := q.likeliest(nil)
	switch {
	case best.group >= 0 && best.odds >= q.w.p.attribute*best.all && (alone || best.odds >= 2*best.stay):
		return best.group
	case best.stay > 0:
		return q.was
	default:
		return -1
	}
}

// tallyOf adds up evidence by family: the strongest for and the strongest
// against count whole, the rest of a family for a part, since the values of
// one family come from one hand.
type tallyOf struct {
	up, down         [numFamilies]float64
	moreUp, moreDown [numFamilies]float64
}

func (s *tallyOf) add(family uint8, bits float64) {
	switch {
	case bits > s.up[family]:
		s.moreUp[family] += s.up[family]
		s.up[family] = bits
	case bits > 0:
		s.moreUp[family] += bits
	case bits < s.down[family]:
		s.moreDown[family] += s.down[family]
		s.down[family] = bits
	default:
		s.moreDown[family] += bits
	}
}

func (s *tallyOf) total(part float64) float64 {
	sum := 0.0
	for f := range s.up {
		sum += s.up[f] + s.down[f] + part*(s.moreUp[f]+s.moreDown[f])
	}
	return sum
}
