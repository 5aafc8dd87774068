package trace

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Options say what to trace. The zero value of each field but From is its
// default.
type Options struct {
	// From are the accounts whose money is the victims'. A name that ends in
	// "*" stands for all accounts that begin so: "victim:*".
	From []string
	// Methods to run; none means all.
	Methods []Method
	// AsOf leaves out what happened later; zero takes all, and dwelling times
	// count to the last transfer.
	AsOf time.Time
	// Exits are accounts (or prefixes with "*") at which money has left: cash,
	// gold, a machine. Zero means "cash:*" and "exit:*".
	Exits []string
	// Companies behind accounts, where a register or an analyst tells them.
	Companies []Company
	// Accounts, Edges and Paths say how much the result lists: accounts that
	// hold most (0 means 20,000; the freeze list is made of them), transfers
	// that carried most (0 means 100,000), and accounts with their path
	// written out (0 means 1,000). Totals always count everything.
	Accounts, Edges, Paths int
}

// tracer is one run over a book.
type tracer struct {
	b       *Book
	n       int // transfers up to asOf
	want    [methods]bool
	source  []bool
	exit    []bool
	balance []int64 // by purse
	opening []int64
	state   []int32 // by purse: number in touched + 1; 0 is untouched
	touched []touched
	flows   []flow
	totals  []totals // by currency
	fifo    []lot
	lifo    []lot
}

// totals keep the books of one currency.
type totals struct {
	in       int64 // out of the sources, by transfers
	infected int64 // poison alone
	returned amounts
}

// Run traces the money of the accounts from by one method, up to asOf.
// Method "all" or "" runs all of them side by side. For more see [Book.Trace].
func Run(transfers []fraud.Transfer, from []string, method Method, asOf time.Time) (Result, error) {
	b, err := NewBook(transfers)
	if err != nil {
		return Result{}, err
	}
	opt := Options{From: from, AsOf: asOf}
	if method != "" && method != "all" {
		opt.Methods = []Method{method}
	}
	return b.Trace(opt)
}

// Trace follows the money. It returns ErrInvalid for an unknown method or an
// empty From, and ErrNotFound if no transfer leaves any of the accounts.
func (b *Book) Trace(opt Options) (Result, error) {
	t, err := b.newTracer(&opt)
	if err != nil {
		return Result{}, err
	}
	sources, accounts, missing := b.match(opt.From)
	t.source = sources
	if accounts == 0 {
		return Result{}, fmt.Errorf("none of the %d accounts to start from is in the transfers: %w", len(opt.From), fraud.ErrNotFound)
	}
	t.exit, _, _ = b.match(opt.Exits)
	t.openings()
	for i := range int32(t.n) {
		t.step(i)
	}
	return t.result(opt, accounts, missing), nil
}

func (b *Book) newTracer(opt *Options) (*tracer, error) {
	t := &tracer{b: b, n: b.upTo(opt.AsOf), totals: make([]totals, len(b.currencies))}
	if len(opt.From) == 0 {
		return nil, fmt.Errorf("name the accounts to start from: %w", fraud.ErrInvalid)
	}
	if len(opt.Methods) == 0 {
		opt.Methods = Methods
	}
	for _, m := range opt.Methods {
		i := slices.Index(Methods, m)
		if i < 0 {
			return nil, fmt.Errorf("no method %q; there are %s: %w", m, methodNames(), fraud.ErrInvalid)
		}
		t.want[i] = true
	}
	if opt.Exits == nil {
		opt.Exits = []string{"cash:*", "exit:*"}
	}
	for _, d := range []struct {
		value *int
		usual int
	}{{&opt.Accounts, 20_000}, {&opt.Edges, 100_000}, {&opt.Paths, 1000}} {
		if *d.value == 0 {
			*d.value = d.usual
		}
	}
	return t, nil
}

func methodNames() string {
	var names []string
	for _, m := range Methods {
		names = append(names, string(m))
	}
	return strings.Join(names, ", ")
}

// openings finds what each purse must have held before its first transfer:
// as much as it ever sends beyond what it received. That money is the oldest
// and is clean, which is the cautious reading.
func (t *tracer) openings() {
	t.balance = make([]int64, len(t.b.purses))
	t.opening = make([]int64, len(t.b.purses))
	for i := range t.n {
		from, a := t.b.from[i], t.b.amount[i]
		t.balance[t.b.to[i]] += a
		t.balance[from] -= a
		if v := -t.balance[from]; v > t.opening[from] {
			t.opening[from] = v
		}
	}
	copy(t.balance, t.opening)
	t.state = make([]int32, len(t.b.purses))
}

// step books one transfer.
func (t *tracer) step(i int32) {
	b := t.b
	from, to, a := b.from[i], b.to[i], b.amount[i]
	heldFrom, heldTo := t.balance[from], t.balance[to]
	t.balance[from], t.balance[to] = heldFrom-a, heldTo+a
	sf, st := t.state[from], t.state[to]
	if sf == 0 && st == 0 && !t.source[from] {
		return
	}
	var spoilt amounts
	t.fifo, t.lifo = t.fifo[:0], t.lifo[:0]
	prev, hops := int32(-1), int32(1)
	switch {
	case t.source[from]:
		spoilt = t.fromVictim(i, a)
		if t.source[to] {
			return // between the victims' own accounts
		}
		t.totals[b.purses[from].currency].in += a
	case sf == 0:
		t.fifo, t.lifo = append(t.fifo, lot{amount: a}), append(t.lifo, lot{amount: a})
	default:
		x := &t.touched[sf-1]
		spoilt, t.fifo, t.lifo = x.leave(a, heldFrom, t.want, t.fifo, t.lifo)
		prev, hops = x.near, x.hops+1
	}
	carries := spoilt != amounts{}
	if carries {
		t.flows = append(t.flows, flow{transfer: i, prev: prev, hops: hops, spoilt: spoilt})
	}
	if t.source[to] { // back to a victim
		for m := range spoilt {
			t.totals[b.purses[to].currency].returned[m] += spoilt[m]
		}
		return
	}
	if st == 0 {
		if !carries {
			return
		}
		st = t.touch(to, heldTo)
	}
	x := &t.touched[st-1]
	t.totals[b.purses[to].currency].infected += x.arrive(a, heldTo, spoilt, t.want, t.fifo, t.lifo)
	if carries {
		k := int32(len(t.flows) - 1)
		if x.first < 0 {
			x.first = k
		}
		if x.near < 0 || hops < x.hops {
			x.near, x.hops = k, hops
		}
		x.last = b.at[i]
	}
}

// fromVictim makes the lots of money that leaves a source.
func (t *tracer) fromVictim(i int32, a int64) (spoilt amounts) {
	l := lot{amount: a, origin: i + 1}
	t.fifo, t.lifo = append(t.fifo, l), append(t.lifo, l)
	for m := range spoilt {
		if t.want[m] {
			spoilt[m] = a
		}
	}
	return spoilt
}

// touch opens the books of a purse that victims' money comes into.
func (t *tracer) touch(p int32, held int64) int32 {
	x := touched{purse: p, first: -1, near: -1}
	if held > 0 {
		x.queue = append(x.queue, lot{amount: held})
		x.stack = append(x.stack, lot{amount: held})
	}
	t.touched = append(t.touched, x)
	t.state[p] = int32(len(t.touched))
	return t.state[p]
}
