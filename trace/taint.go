package trace

import "math/bits"

// Method is a rule for whose money leaves a mixed account.
type Method string

// The methods. No court or standard has settled on one.
const (
	// FIFO lets what came first go first (Clayton's case, Devaynes v Noble,
	// 1816).
	FIFO Method = "fifo"
	// Haircut lets each payment carry the account's own mix (pari passu).
	Haircut Method = "haircut"
	// Poison spoils all money that touches spoilt money: an outer bound that
	// grows beyond what victims lost.
	Poison Method = "poison"
	// LIFO lets what came last go first.
	LIFO Method = "lifo"
	// DirtyFirst lets spoilt money go first ("taint in, highest out").
	DirtyFirst Method = "dirty_first"
	// CleanFirst lets clean money go first: the holder keeps the victims'
	// money as long as it can.
	CleanFirst Method = "clean_first"
)

// Methods are all methods, in the order of the tables.
var Methods = []Method{FIFO, Haircut, Poison, LIFO, DirtyFirst, CleanFirst}

const (
	mFIFO = iota
	mHaircut
	mPoison
	mLIFO
	mDirty
	mClean
	methods
)

// amounts holds one amount for each method.
type amounts [methods]int64

// lot is money that came into a purse together.
type lot struct {
	amount int64
	origin int32 // the source transfer by number + 1; 0 is clean
}

// touched is a purse that victims' money has come into. Before that moment
// all of its money is clean, and its balance alone says everything.
type touched struct {
	purse  int32
	queue  []lot // FIFO: oldest at head
	head   int
	stack  []lot   // LIFO: newest at the end
	spoilt amounts // of the balance; FIFO and LIFO keep it in step with their lots
	// the whole that came in, by method
	cameIn amounts
	first  int32 // flow that touched it first
	near   int32 // flow with the fewest hops
	hops   int32
	last   int64 // time of the last spoilt money in
}

// flow is a transfer that carries victims' money.
type flow struct {
	transfer int32
	prev     int32 // the flow by which the sender was nearest to a victim then; -1 from a victim
	hops     int32
	spoilt   amounts
}

// add puts lots of clean or spoilt money into the queue and the stack.
func push(lots []lot, l lot) []lot {
	if n := len(lots); n > 0 && lots[n-1].origin == l.origin {
		lots[n-1].amount += l.amount
		return lots
	}
	return append(lots, l)
}

// takeOldest removes amount from the head of the queue and appends what it
// took to out.
func (t *touched) takeOldest(amount int64, out []lot) []lot {
	for amount > 0 {
		l := &t.queue[t.head]
		n := min(l.amount, amount)
		out = push(out, lot{n, l.origin})
		amount -= n
		if l.amount -= n; l.amount == 0 {
			t.head++
		}
	}
	if t.head > 64 && t.head*2 > len(t.queue) {
		t.queue = append(t.queue[:0], t.queue[t.head:]...)
		t.head = 0
	}
	return out
}

// takeNewest removes amount from the top of the stack. What it took is in out
// oldest first, so that the receiver's newest is the sender's newest.
func (t *touched) takeNewest(amount int64, out []lot) []lot {
	start := len(out)
	for amount > 0 {
		l := &t.stack[len(t.stack)-1]
		n := min(l.amount, amount)
		out = append(out, lot{n, l.origin})
		amount -= n
		if l.amount -= n; l.amount == 0 {
			t.stack = t.stack[:len(t.stack)-1]
		}
	}
	for i, j := start, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func spoiltIn(lots []lot) (n int64) {
	for _, l := range lots {
		if l.origin != 0 {
			n += l.amount
		}
	}
	return n
}

// share is round(part × spoilt / balance), computed in 128 bits. It never
// exceeds part, and what stays never exceeds what the purse still holds, so
// that integers are conserved by construction.
func share(part, spoilt, balance int64) int64 {
	if balance == 0 || spoilt == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(part), uint64(spoilt))
	lo, carry := bits.Add64(lo, uint64(balance)/2, 0)
	hi += carry
	q, _ := bits.Div64(hi, lo, uint64(balance))
	return int64(q)
}

// leave takes amount out of a touched purse that holds balance, and says how
// much of it is spoilt by each method.
func (t *touched) leave(amount, balance int64, want [methods]bool, fifo, lifo []lot) (amounts, []lot, []lot) {
	var out amounts
	if want[mFIFO] {
		fifo = t.takeOldest(amount, fifo)
		out[mFIFO] = spoiltIn(fifo)
	}
	if want[mLIFO] {
		lifo = t.takeNewest(amount, lifo)
		out[mLIFO] = spoiltIn(lifo)
	}
	out[mHaircut] = share(amount, t.spoilt[mHaircut], balance)
	if t.spoilt[mPoison] > 0 {
		out[mPoison] = amount
	}
	out[mDirty] = min(amount, t.spoilt[mDirty])
	out[mClean] = max(0, amount-(balance-t.spoilt[mClean]))
	for m := range out {
		if !want[m] {
			out[m] = 0
		}
		t.spoilt[m] -= out[m]
	}
	return out, fifo, lifo
}

// arrive puts amount into a touched purse that held balance before it.
func (t *touched) arrive(amount, balance int64, spoilt amounts, want [methods]bool, fifo, lifo []lot) (infected int64) {
	if want[mFIFO] {
		for _, l := range fifo {
			if t.head == len(t.queue) {
				t.queue, t.head = t.queue[:0], 0
			}
			t.queue = push(t.queue, l)
		}
	}
	if want[mLIFO] {
		for _, l := range lifo {
			t.stack = push(t.stack, l)
		}
	}
	for m := range spoilt {
		t.spoilt[m] += spoilt[m]
		t.cameIn[m] += spoilt[m]
	}
	if want[mPoison] && t.spoilt[mPoison] > 0 {
		whole := balance + amount
		infected = whole - t.spoilt[mPoison]
		t.spoilt[mPoison] = whole
	}
	return infected
}
