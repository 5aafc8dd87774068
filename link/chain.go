package link

import (
	"cmp"
	"container/heap"
	"math"
	"slices"

	"ringbreaker.example/fraud"
)

// chain is the way from report a to report b of a ring that is least likely to
// be wrong somewhere. It goes over the links of the ring's tree, and over the
// strong values that the causes of those links show in two reports' hands: a
// tree holds neighbours in time together, so between a ring's first report and
// its last it goes a long way round where one account was in use all along.
// Each link leads on from where the one before ended. It is nil if the links
// do not join the two.
func (r Result) chain(ring fraud.RingID, a, b fraud.ReportID) []fraud.Link {
	w := ways{ring: ring, report: map[fraud.ReportID]int{}, direct: map[[2]int]int{}, value: map[inHand]int{}}
	for i := range r.Links {
		if l := &r.Links[i]; l.Ring == ring && l.Kind == fraud.SameOperator {
			w.links = append(w.links, l)
		}
	}
	// Whatever order the links came in, the way is the same.
	slices.SortFunc(w.links, func(x, y *fraud.Link) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	for i := range w.links {
		w.add(i)
	}
	from, okA := w.report[a]
	to, okB := w.report[b]
	if !okA || !okB || from == to {
		return nil
	}
	var out []fraud.Link
	stops := w.cheapest(from, to)
	for i := 1; i < len(stops); i++ {
		out = append(out, w.link(stops[i-1], stops[i]))
	}
	return out
}

// doubt is how likely a link of so many bits is to be wrong: by chance, and
// because a report was taken down wrongly, which no number of bits rules out.
// Of links of 20 to 30 bits one in 200 joins two operators (docs/scores.md).
func doubt(bits float64) float64 {
	const mistaken = 1.0 / 200
	return mistaken + math.Exp2(-bits)
}

// strongAlone is the bits from which a value may stand for a link by itself,
// as the model's "strong".
const strongAlone = 10

// inHand is a value in one tenure; times are seconds, since a time read from a
// file is not the same Go value.
type inHand struct {
	fraud.Indicator
	from, to int64
}

// ways is who holds what in a ring: reports and values are joined in turn.
type ways struct {
	ring   fraud.RingID
	links  []*fraud.Link
	report map[fraud.ReportID]int // its place
	value  map[inHand]int         // its place
	places []place
	direct map[[2]int]int // the link of two reports, by places, the lower first
}

// place is a report or a value, and the doubt of going on from it.
type place struct {
	id    fraud.ReportID // "" = a value
	cause fraud.Cause    // of a value: one link's
	next  []hop
	bits  map[int]float64 // of a value: for each report that holds it
}

type hop struct {
	to   int
	cost float64
}

func (w *ways) at(id fraud.ReportID) int {
	i, ok := w.report[id]
	if !ok {
		i = len(w.places)
		w.report[id] = i
		w.places = append(w.places, place{id: id})
	}
	return i
}

func (w *ways) add(i int) {
	l := w.links[i]
	a, b := w.at(l.A), w.at(l.B)
	w.direct[[2]int{min(a, b), max(a, b)}] = i
	cost := doubt(l.Bits)
	w.places[a].next = append(w.places[a].next, hop{b, cost})
	w.places[b].next = append(w.places[b].next, hop{a, cost})
	for _, c := range l.Cause {
		if c.Judgement != "" || c.Bits < strongAlone {
			continue
		}
		key := inHand{c.Indicator, c.Tenure.From.Unix(), c.Tenure.To.Unix()}
		v, ok := w.value[key]
		if !ok {
			v = len(w.places)
			w.value[key] = v
			w.places = append(w.places, place{cause: c, bits: map[int]float64{}})
		}
		for _, p := range []int{a, b} {
			if _, known := w.places[v].bits[p]; !known {
				half := doubt(c.Bits) / 2 // the other half is paid on the way out
				w.places[v].next = append(w.places[v].next, hop{p, half})
				w.places[p].next = append(w.places[p].next, hop{v, half})
			}
			w.places[v].bits[p] = max(w.places[v].bits[p], c.Bits)
		}
	}
}

// cheapest is Dijkstra's way between two reports: the reports on it.
func (w *ways) cheapest(from, to int) []int {
	cost, came := make([]float64, len(w.places)), make([]int, len(w.places))
	for i := range cost {
		cost[i], came[i] = math.Inf(1), -1
	}
	cost[from] = 0
	q := &queue{{from, 0}}
	for q.Len() > 0 {
		x := heap.Pop(q).(hop)
		if x.to == to {
			break
		}
		if x.cost > cost[x.to] {
			continue
		}
		for _, h := range w.places[x.to].next {
			if c := x.cost + h.cost; c < cost[h.to] {
				cost[h.to], came[h.to] = c, x.to
				heap.Push(q, hop{h.to, c})
			}
		}
	}
	var out []int
	for p := to; p >= 0; p = came[p] {
		if w.places[p].id != "" {
			out = append(out, p)
		}
	}
	slices.Reverse(out)
	return out
}

// link is the link of two reports that follow one another on a way: the
// tree's, or one by all strong values that both are known to hold, of each
// family the best.
func (w *ways) link(from, to int) fraud.Link {
	a, b := w.places[from].id, w.places[to].id
	if i, ok := w.direct[[2]int{min(from, to), max(from, to)}]; ok {
		l := *w.links[i]
		l.A, l.B = a, b
		return l
	}
	l := fraud.Link{Kind: fraud.SameOperator, A: a, B: b, Ring: w.ring}
	for _, h := range w.places[from].next {
		v := &w.places[h.to]
		other, both := v.bits[to]
		if !both {
			continue
		}
		c := v.cause
		c.Bits = min(v.bits[from], other)
		l.Cause = append(l.Cause, c)
	}
	slices.SortFunc(l.Cause, func(x, y fraud.Cause) int {
		return cmp.Or(cmp.Compare(y.Bits, x.Bits), cmp.Compare(x.Indicator.Kind, y.Indicator.Kind), cmp.Compare(x.Indicator.Value, y.Indicator.Value))
	})
	best := map[fraud.Family]bool{}
	for _, c := range l.Cause {
		if !best[c.Family] {
			best[c.Family] = true
			l.Bits += c.Bits
		}
	}
	return l
}

// queue is a heap of places, the cheapest first, and among equals the first
// that was met.
type queue []hop

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].cost < q[j].cost || q[i].cost == q[j].cost && q[i].to < q[j].to
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(hop)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}
