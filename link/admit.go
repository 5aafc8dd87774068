package link

import (
	"slices"

	"ringbreaker.example/fraud"
)

// admit gives each report that looks like part of a poisoning to the group
// that it would belong to if it were believed, where somebody of that group
// paid or tells of money or machines, and the group knew all that the report
// names without it. So it brings a group a victim and nothing else: no value
// that is new to it, no second group. Real bursts look the same (a number in a
// mail to thousands), and their victims belong to the ring. Who names a firm is
// not admitted: complaints about lawful firms come in bursts too.
func (w *world) admit() {
	type admitted struct{ node, group int32 }
	var list []admitted
	var harmed []bool
	q := asking{w: w}
	for i := range int32(w.len()) {
		if !w.flagged(i) || w.groups[w.of[i]].nodes > 1 {
			continue
		}
		if harmed == nil {
			harmed = w.harmed()
		}
		w.believe(i)
		q.ask(i)
		if best := q.likeliest(func(g int32) bool { return harmed[g] && w.knows(g, i) }); best.group >= 0 && best.odds >= w.p.attribute*best.all {
			list = append(list, admitted{i, best.group})
		}
	}
	for _, x := range list {
		w.take(x.node)
		w.place(x.node, x.group)
	}
}

// flagged says whether a node is a report that looks like part of a poisoning.
func (w *world) flagged(i int32) bool {
	rs := w.reportsOf(i)
	return len(rs) == 1 && w.m.weak[rs[0]]
}

// harmed tells of which groups a report tells of money or machines.
func (w *world) harmed() []bool {
	out := make([]bool, len(w.groups))
	for i, g := range w.of {
		for _, r := range w.reportsOf(int32(i)) {
			out[g] = out[g] || w.m.b.reports[w.m.order[r]].flags&flagPaid != 0
		}
		for _, t := range w.tokensOf(int32(i)) {
			f := families[w.values[t.value].family]
			out[g] = out[g] || f == fraud.FamilyMoney || f == fraud.FamilyRemote
		}
	}
	return out
}

// believe counts whole what a flagged node holds.
func (w *world) believe(i int32) {
	for k := range w.tokensOf(i) {
		t := &w.tokens[w.nodes[i].tokens+uint32(k)]
		t.bits = min(int32(float64(t.bits)/w.p.poison), w.values[t.value].prior)
	}
}

// knows says whether a group names every value of a flagged report that could
// link it, more than once, and none of them says who somebody is. A page is
// known by its site.
func (w *world) knows(g, i int32) bool {
	for _, h := range w.m.held(w.reportsOf(i)[0]) {
		x := &w.m.tenures[h.tenure]
		if x.soft != hard || kinds[x.kind] == fraud.URL || float64(w.m.incs[h.inc].bits) < w.p.poison*float64(w.p.medium) {
			continue
		}
		if x.end-x.start < 2 || families[x.family] == fraud.FamilyIdentity {
			return false
		}
		k := slices.IndexFunc(w.tokensOf(i), func(t token) bool { return w.values[t.value].tenure == h.tenure })
		if w.values[w.tokensOf(i)[k].value].holders.count(g) < 2 {
			return false
		}
	}
	return true
}
