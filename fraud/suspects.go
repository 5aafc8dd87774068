package fraud

// leastKinds of evidence make an overlap a suspect in common. Two rings that
// only rent numbers from one seller meet in one kind or two (27 % of callback
// numbers are shared by different campaigns, SnorCall, USENIX Security 2023).
const leastKinds = 3

// Suspects are the overlaps in which one operator is likely to stand behind
// both rings: each ring is the other's best, by evidence of several kinds. The
// rest stays in the match report for people to look at.
func Suspects(all []Overlap) []Overlap {
	ours, theirs := map[RingID]float64{}, map[string]float64{}
	for _, o := range all {
		if o.Relation == SameOperator {
			ours[o.OurRing] = max(ours[o.OurRing], o.Bits)
			theirs[o.PeerRing] = max(theirs[o.PeerRing], o.Bits)
		}
	}
	var out []Overlap
	for _, o := range all {
		if o.Relation == SameOperator && len(o.Kinds) >= leastKinds && o.Bits == ours[o.OurRing] && o.Bits == theirs[o.PeerRing] {
			out = append(out, o)
		}
	}
	return out
}
