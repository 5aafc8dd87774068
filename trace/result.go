package trace

import (
	"cmp"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// Result is what a trace found. It is plain data with JSON names.
type Result struct {
	AsOf      time.Time `json:"as_of"` // what was asked for, else the last transfer's time
	Transfers int       `json:"transfers"`
	Skipped   int       `json:"skipped_to_oneself"`
	Sources   int       `json:"sources"`                   // accounts that From meant
	Missing   []string  `json:"missing_sources,omitempty"` // names of From that are in no transfer
	Methods   []Method  `json:"methods"`
	Totals    []Total   `json:"totals"`   // by currency and method
	Accounts  []Account `json:"accounts"` // that hold or held victims' money, most held first
	Touched   int       `json:"accounts_in_all"`
	Edges     []Edge    `json:"edges"` // transfers that carried it, in order of time
	Carried   int       `json:"edges_in_all"`
	Freeze    []Urgent  `json:"freeze"` // most urgent first
	Shapes    Shapes    `json:"shapes"`
	Groups    []Group   `json:"groups"` // accounts joined by the people behind them
}

// Total is the balance of one method in one currency:
// In + Infected = Held + Left + Returned, to the unit.
type Total struct {
	Method   Method `json:"method"`
	Currency string `json:"currency"`
	In       int64  `json:"in"`       // out of the victims' accounts
	Infected int64  `json:"infected"` // clean money that poison spoilt; 0 for every other method
	Held     int64  `json:"held"`     // in accounts
	Left     int64  `json:"left"`     // in accounts named as exits
	Returned int64  `json:"returned"` // back in the victims' accounts
}

// Conserved says whether the balance holds.
func (t Total) Conserved() bool { return t.In+t.Infected == t.Held+t.Left+t.Returned }

// Account is one account in one currency.
type Account struct {
	Account  string           `json:"account"`
	Currency string           `json:"currency"`
	Exit     bool             `json:"exit,omitempty"` // money that came here has left
	Taint    map[Method]int64 `json:"taint"`          // of the victims' money, what is held
	CameIn   map[Method]int64 `json:"came_in"`        // of it, what came in over the time
	Low      int64            `json:"low"`            // least held over the methods
	High     int64            `json:"high"`           // most held over the methods
	Balance  int64            `json:"balance"`        // by the records, opening included
	Opening  int64            `json:"opening"`        // assumed: sent beyond what was received
	FirstIn  time.Time        `json:"first_in"`
	LastIn   time.Time        `json:"last_in"` // of victims' money
	Hops     int              `json:"hops"`    // from the nearest victim
	Basis    fraud.Basis      `json:"basis"`   // the weakest on the path: observed, reported, inferred
	Path     []Step           `json:"path,omitempty"`
	// Origins are the victims' transfers whose money is held by FIFO, most
	// first: whom a return would go to.
	Origins []Origin `json:"origins,omitempty"`
}

// Step is one transfer of a path, from a victim to the account.
type Step struct {
	Transfer string      `json:"transfer"`
	From     string      `json:"from"`
	To       string      `json:"to"`
	Amount   int64       `json:"amount"`
	At       time.Time   `json:"at"`
	Basis    fraud.Basis `json:"basis"`
}

// Origin is a victim's transfer and how much of it lies here by FIFO.
type Origin struct {
	Transfer string `json:"transfer"`
	Account  string `json:"account"`
	Held     int64  `json:"held"`
}

// Edge is a transfer that carried victims' money.
type Edge struct {
	Transfer string           `json:"transfer"`
	From     string           `json:"from"`
	To       string           `json:"to"`
	Currency string           `json:"currency"`
	Amount   int64            `json:"amount"`
	Taint    map[Method]int64 `json:"taint"`
	At       time.Time        `json:"at"`
	Rail     fraud.Rail       `json:"rail,omitempty"`
	Basis    fraud.Basis      `json:"basis"`
	Hops     int              `json:"hops"`
}

func (t *tracer) result(opt Options, sources int, missing []string) Result {
	r := Result{AsOf: opt.AsOf.UTC(), Transfers: t.n, Skipped: t.b.skipped, Sources: sources, Missing: missing}
	if opt.AsOf.IsZero() && t.n > 0 {
		r.AsOf = t.b.time(int32(t.n - 1))
	}
	for i, m := range Methods {
		if t.want[i] {
			r.Methods = append(r.Methods, m)
		}
	}
	r.Totals = t.sums()
	r.Accounts, r.Touched = t.accounts(opt), len(t.touched)
	r.Edges, r.Carried = t.edges(opt.Edges), len(t.flows)
	dwell := t.dwelling()
	r.Freeze = t.freezeList(r, dwell)
	r.Shapes = t.shapes(dwell)
	r.Groups = groups(r.Accounts, opt.Companies)
	return r
}

func (t *tracer) sums() []Total {
	held := make([]amounts, len(t.b.currencies))
	left := make([]amounts, len(t.b.currencies))
	for _, x := range t.touched {
		c := t.b.purses[x.purse].currency
		for m := range x.spoilt {
			if t.exit[x.purse] {
				left[c][m] += x.spoilt[m]
			} else {
				held[c][m] += x.spoilt[m]
			}
		}
	}
	out := []Total{}
	for c, code := range t.b.currencies {
		if t.totals[c].in == 0 {
			continue
		}
		for i, m := range Methods {
			if !t.want[i] {
				continue
			}
			total := Total{Method: m, Currency: code, In: t.totals[c].in, Held: held[c][i], Left: left[c][i], Returned: t.totals[c].returned[i]}
			if m == Poison {
				total.Infected = t.totals[c].infected
			}
			out = append(out, total)
		}
	}
	slices.SortStableFunc(out, func(a, b Total) int { return cmp.Compare(a.Currency, b.Currency) })
	return out
}

func (t *tracer) byMethod(a amounts) map[Method]int64 {
	out := make(map[Method]int64, methods)
	for i, m := range Methods {
		if t.want[i] {
			out[m] = a[i]
		}
	}
	return out
}

// interval is the least and the most over the methods that ran.
func (t *tracer) interval(a amounts) (low, high int64) {
	first := true
	for i := range a {
		if !t.want[i] {
			continue
		}
		if first || a[i] < low {
			low = a[i]
		}
		if first || a[i] > high {
			high = a[i]
		}
		first = false
	}
	return low, high
}

func (t *tracer) accounts(opt Options) []Account {
	b := t.b
	order := t.mostFirst()
	order = order[:min(len(order), opt.Accounts)]
	out := make([]Account, 0, len(order))
	for _, i := range order {
		x := &t.touched[i]
		a := Account{
			Account: b.account(x.purse), Currency: b.currency(x.purse), Exit: t.exit[x.purse], Taint: t.byMethod(x.spoilt), CameIn: t.byMethod(x.cameIn),
			Balance: t.balance[x.purse], Opening: t.opening[x.purse], Hops: int(x.hops),
			FirstIn: b.time(t.flows[x.first].transfer), LastIn: time.Unix(0, x.last).UTC(),
		}
		a.Low, a.High = t.interval(x.spoilt)
		a.Basis = t.weakest(x.near)
		if len(out) < opt.Paths {
			a.Path = t.path(x.near)
			a.Origins = t.origins(x)
		}
		out = append(out, a)
	}
	return out
}

// mostFirst orders the touched purses by the most that they may hold, then by
// name.
func (t *tracer) mostFirst() []int32 {
	b := t.b
	order := make([]int32, len(t.touched))
	high := make([]int64, len(t.touched))
	for i := range order {
		order[i] = int32(i)
		_, high[i] = t.interval(t.touched[i].spoilt)
	}
	slices.SortFunc(order, func(i, j int32) int {
		if high[i] != high[j] {
			return cmp.Compare(high[j], high[i])
		}
		x, y := t.touched[i].purse, t.touched[j].purse
		return cmp.Or(cmp.Compare(b.account(x), b.account(y)), cmp.Compare(b.currency(x), b.currency(y)))
	})
	return order
}

// path walks back from a flow to a victim: each flow remembers by which flow
// its sender was nearest to one at that moment, so times never run backwards.
func (t *tracer) path(k int32) []Step {
	var out []Step
	for ; k >= 0; k = t.flows[k].prev {
		i := t.flows[k].transfer
		out = append(out, Step{
			Transfer: t.b.ids[i], From: t.b.account(t.b.from[i]), To: t.b.account(t.b.to[i]), Amount: t.b.amount[i], At: t.b.time(i), Basis: bases[t.b.basis[i]],
		})
	}
	slices.Reverse(out)
	return out
}

// weakest is the least certain basis on the path to a flow.
func (t *tracer) weakest(k int32) fraud.Basis {
	worst := uint8(0)
	for ; k >= 0; k = t.flows[k].prev {
		worst = max(worst, t.b.basis[t.flows[k].transfer])
	}
	return bases[worst]
}

const originsListed = 10

func (t *tracer) origins(x *touched) []Origin {
	held := map[int32]int64{}
	for _, l := range x.queue[min(x.head, len(x.queue)):] {
		if l.origin != 0 {
			held[l.origin-1] += l.amount
		}
	}
	var out []Origin
	for i, n := range held {
		out = append(out, Origin{Transfer: t.b.ids[i], Account: t.b.account(t.b.from[i]), Held: n})
	}
	slices.SortFunc(out, func(a, b Origin) int { return cmp.Or(cmp.Compare(b.Held, a.Held), cmp.Compare(a.Transfer, b.Transfer)) })
	return out[:min(len(out), originsListed)]
}

// edges lists the flows; of more than most, those that carry the most money.
func (t *tracer) edges(most int) []Edge {
	flows := t.flows
	if len(flows) > most {
		order := make([]int32, len(flows))
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortFunc(order, func(i, j int32) int {
			_, x := t.interval(flows[i].spoilt)
			_, y := t.interval(flows[j].spoilt)
			return cmp.Or(cmp.Compare(y, x), cmp.Compare(i, j))
		})
		order = order[:most]
		slices.Sort(order)
		flows = make([]flow, 0, most)
		for _, i := range order {
			flows = append(flows, t.flows[i])
		}
	}
	out := make([]Edge, 0, len(flows))
	for _, f := range flows {
		i := f.transfer
		out = append(out, Edge{
			Transfer: t.b.ids[i], From: t.b.account(t.b.from[i]), To: t.b.account(t.b.to[i]), Currency: t.b.currency(t.b.from[i]), Amount: t.b.amount[i],
			Taint: t.byMethod(f.spoilt), At: t.b.time(i), Rail: t.b.rails[t.b.rail[i]], Basis: bases[t.b.basis[i]], Hops: int(f.hops),
		})
	}
	return out
}
