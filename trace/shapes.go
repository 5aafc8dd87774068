package trace

import (
	"cmp"
	"slices"
	"time"
)

// Shapes are patterns in the victims' money that launderers make.
type Shapes struct {
	FanIn       []Fan     `json:"fan_in"`       // many pay into one
	FanOut      []Fan     `json:"fan_out"`      // one pays out to many
	PassThrough []Through `json:"pass_through"` // in and out again, soon
	Cycles      []Cycle   `json:"cycles"`       // money that comes back round
}

// Fan is an account with many that pay it, or many that it pays.
type Fan struct {
	Account  string `json:"account"`
	Currency string `json:"currency"`
	Others   int    `json:"others"`
	Amount   int64  `json:"amount"` // of the transfers that carried victims' money
}

// Through is an account that passes on what it gets.
type Through struct {
	Account  string        `json:"account"`
	Currency string        `json:"currency"`
	In       int64         `json:"in"`
	Out      int64         `json:"out"`
	Dwell    time.Duration `json:"dwell_ns"`
}

// Cycle is a set of accounts that pay each other round, and one way round.
type Cycle struct {
	Currency string   `json:"currency"`
	Accounts []string `json:"accounts"` // all that are on some way round, sorted
	Way      []string `json:"way"`      // the shortest way round from the first of them
}

const (
	fanAtLeast     = 5
	throughShare   = 0.9
	throughDwell   = 7 * 24 * time.Hour
	cyclesListed   = 100
	shapesListedAt = 500
)

// node is what the flows say about one touched purse.
type node struct {
	in, out       int64
	payers, payee []int32 // touched + 1, or minus the source's purse - 1
}

func (t *tracer) shapes(d dwelling) Shapes {
	nodes := make([]node, len(t.touched))
	next := make([][]int32, len(t.touched))
	for _, f := range t.flows {
		from, to := t.b.from[f.transfer], t.b.to[f.transfer]
		sf, st := t.state[from], t.state[to]
		payer := sf
		if sf == 0 {
			payer = -from - 1
		}
		if st != 0 {
			n := &nodes[st-1]
			n.in += t.b.amount[f.transfer]
			n.payers = append(n.payers, payer)
		}
		if sf != 0 {
			n := &nodes[sf-1]
			n.out += t.b.amount[f.transfer]
			n.payee = append(n.payee, to)
		}
		if sf != 0 && st != 0 {
			next[sf-1] = append(next[sf-1], st-1)
		}
	}
	s := Shapes{FanIn: []Fan{}, FanOut: []Fan{}, PassThrough: []Through{}, Cycles: []Cycle{}}
	for i := range nodes {
		n, p := &nodes[i], t.touched[i].purse
		name, code := t.b.account(p), t.b.currency(p)
		if k := distinct(n.payers); k >= fanAtLeast {
			s.FanIn = append(s.FanIn, Fan{name, code, k, n.in})
		}
		if k := distinct(n.payee); k >= fanAtLeast {
			s.FanOut = append(s.FanOut, Fan{name, code, k, n.out})
		}
		if n.in > 0 && float64(n.out) >= throughShare*float64(n.in) && d.own[i] >= 0 && d.own[i] <= throughDwell {
			s.PassThrough = append(s.PassThrough, Through{name, code, n.in, n.out, d.own[i]})
		}
	}
	byOthers := func(a, b Fan) int {
		return cmp.Or(cmp.Compare(b.Others, a.Others), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
	}
	slices.SortFunc(s.FanIn, byOthers)
	slices.SortFunc(s.FanOut, byOthers)
	slices.SortFunc(s.PassThrough, func(a, b Through) int {
		return cmp.Or(cmp.Compare(b.Out, a.Out), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
	})
	s.FanIn, s.FanOut = s.FanIn[:min(len(s.FanIn), shapesListedAt)], s.FanOut[:min(len(s.FanOut), shapesListedAt)]
	s.PassThrough = s.PassThrough[:min(len(s.PassThrough), shapesListedAt)]
	for i := range next {
		slices.Sort(next[i])
		next[i] = slices.Compact(next[i])
	}
	s.Cycles = t.cycles(next)
	return s
}

func distinct(list []int32) int {
	slices.Sort(list)
	return len(slices.Compact(list))
}

// cycles are the strongly connected components of two accounts or more
// (Tarjan 1972, without recursion).
func (t *tracer) cycles(next [][]int32) []Cycle {
	var out []Cycle
	for _, c := range components(next) {
		if len(c) < 2 {
			continue
		}
		in := map[int32]bool{}
		for _, v := range c {
			in[v] = true
		}
		name := func(v int32) string { return t.b.account(t.touched[v].purse) }
		slices.SortFunc(c, func(a, b int32) int { return cmp.Compare(name(a), name(b)) })
		cy := Cycle{Currency: t.b.currency(t.touched[c[0]].purse)}
		for _, v := range c {
			cy.Accounts = append(cy.Accounts, name(v))
		}
		for _, v := range shortestRound(next, c[0], in) {
			cy.Way = append(cy.Way, name(v))
		}
		out = append(out, cy)
	}
	slices.SortFunc(out, func(a, b Cycle) int {
		return cmp.Or(cmp.Compare(len(b.Accounts), len(a.Accounts)), cmp.Compare(a.Accounts[0], b.Accounts[0]), cmp.Compare(a.Currency, b.Currency))
	})
	if out == nil {
		out = []Cycle{}
	}
	return out[:min(len(out), cyclesListed)]
}

// shortestRound finds the shortest way from start back to itself.
func shortestRound(next [][]int32, start int32, in map[int32]bool) []int32 {
	prev := map[int32]int32{}
	queue := []int32{start}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, w := range next[v] {
			if w == start {
				way := []int32{start}
				for x := v; x != start; x = prev[x] {
					way = append(way, x)
				}
				way = append(way, start)
				slices.Reverse(way)
				return way
			}
			if _, seen := prev[w]; in[w] && !seen {
				prev[w] = v
				queue = append(queue, w)
			}
		}
	}
	return nil
}

func components(next [][]int32) [][]int32 {
	n := len(next)
	index, low := make([]int32, n), make([]int32, n)
	onStack := make([]bool, n)
	var stack []int32
	var out [][]int32
	type frame struct{ v, edge int32 }
	var calls []frame
	counter := int32(0)
	for root := range n {
		if index[root] != 0 {
			continue
		}
		calls = append(calls[:0], frame{v: int32(root)})
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			v := f.v
			if f.edge == 0 {
				counter++
				index[v], low[v] = counter, counter
				stack, onStack[v] = append(stack, v), true
			}
			down := false
			for int(f.edge) < len(next[v]) {
				w := next[v][f.edge]
				f.edge++
				if index[w] == 0 {
					calls = append(calls, frame{v: w})
					down = true
					break
				}
				if onStack[w] {
					low[v] = min(low[v], index[w])
				}
			}
			if down {
				continue
			}
			if low[v] == index[v] {
				var c []int32
				for {
					w := stack[len(stack)-1]
					stack, onStack[w] = stack[:len(stack)-1], false
					c = append(c, w)
					if w == v {
						break
					}
				}
				out = append(out, c)
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				u := calls[len(calls)-1].v
				low[u] = min(low[u], low[v])
			}
		}
	}
	return out
}
