package link

import "ringbreaker.example/fraud"

// rules is what people decided, ready to be obeyed.
type rules struct {
	noLink    map[uint32]bool // values that never link
	wrong     map[uint32]bool // reports, by number in ids, that are false or framed
	confirmed map[uint32]bool // reports that a person stands behind
	same      []verdict
	apart     []verdict
	waiting   []fraud.Judgement // name a report that is not there
}

// verdict is a pair of reports by number in ids, and the judgement on it.
type verdict struct {
	a, b uint32
	j    fraud.Judgement
}

// rules reads the judgements that stand: of two about the same thing the later
// counts.
func (b *Builder) rules() *rules {
	r := &rules{noLink: map[uint32]bool{}, wrong: map[uint32]bool{}, confirmed: map[uint32]bool{}}
	last := map[[2]uint32]fraud.Judgement{}
	var pairs [][2]uint32
	for _, j := range fraud.Standing(b.judged()) {
		switch j.Verdict {
		case fraud.VerdictNotIndicator:
			if v, ok := b.values.find(string([]byte{kindNumber(j.Indicator.Kind)}) + j.Indicator.Value); ok {
				r.noLink[v] = true
			}
		case fraud.VerdictWrong, fraud.VerdictConfirmed:
			n, ok := b.ids.find(string(j.A))
			if !ok {
				r.waiting = append(r.waiting, j)
				continue
			}
			r.wrong[n], r.confirmed[n] = j.Verdict == fraud.VerdictWrong, j.Verdict == fraud.VerdictConfirmed
		case fraud.VerdictSame, fraud.VerdictDifferent:
			x, okA := b.ids.find(string(j.A))
			y, okB := b.ids.find(string(j.B))
			if !okA || !okB || x == y {
				r.waiting = append(r.waiting, j)
				continue
			}
			key := [2]uint32{min(x, y), max(x, y)}
			if _, known := last[key]; !known {
				pairs = append(pairs, key)
			}
			last[key] = j
		}
	}
	for _, key := range pairs {
		j := last[key]
		if j.Verdict == fraud.VerdictSame {
			r.same = append(r.same, verdict{key[0], key[1], j})
		} else {
			r.apart = append(r.apart, verdict{key[0], key[1], j})
		}
	}
	return r
}
