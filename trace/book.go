package trace

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Book is transfers in a flat form, in the order of (time, id), ready to be
// traced again and again. A purse is one account in one currency.
type Book struct {
	ids      []string
	from, to []int32 // purses
	amount   []int64 // minor units
	at       []int64 // Unix nanoseconds
	basis    []uint8
	rail     []uint8

	purses     []purse
	accounts   []string
	currencies []string
	rails      []fraud.Rail
	skipped    int // transfers to oneself
}

// purse names an account and a currency by number.
type purse struct{ account, currency int32 }

var bases = []fraud.Basis{fraud.Observed, fraud.Reported, fraud.Inferred}

// NewBook brings transfers into flat form. It returns ErrInvalid for amounts
// that are not positive or sums that do not fit 63 bits, and for an id that
// stands twice.
func NewBook(transfers []fraud.Transfer) (*Book, error) {
	order, err := inOrder(transfers)
	if err != nil {
		return nil, err
	}
	n := len(order)
	b := &Book{
		ids: make([]string, 0, n), from: make([]int32, 0, n), to: make([]int32, 0, n), amount: make([]int64, 0, n),
		at: make([]int64, 0, n), basis: make([]uint8, 0, n), rail: make([]uint8, 0, n),
	}
	names := newIntern()
	sums := map[int32]int64{}
	for _, i := range order {
		t := &transfers[i]
		if t.Amount.Minor <= 0 {
			return nil, fmt.Errorf("transfer %s has no positive amount: %w", t.ID, fraud.ErrInvalid)
		}
		if t.From == t.To {
			b.skipped++
			continue
		}
		c := names.currency(b, t.Amount.Currency)
		if sums[c] > math.MaxInt64/2-t.Amount.Minor {
			return nil, fmt.Errorf("the transfers in %s add up to more than 62 bits hold: %w", t.Amount.Currency, fraud.ErrInvalid)
		}
		sums[c] += t.Amount.Minor
		b.ids = append(b.ids, t.ID)
		b.from = append(b.from, names.purse(b, t.From, c))
		b.to = append(b.to, names.purse(b, t.To, c))
		b.amount = append(b.amount, t.Amount.Minor)
		b.at = append(b.at, t.At.UnixNano())
		b.basis = append(b.basis, uint8(max(0, slices.Index(bases, t.Basis))))
		b.rail = append(b.rail, names.rail(b, t.Rail))
	}
	return b, nil
}

// inOrder sorts the transfers by (time, id) without moving them.
func inOrder(ts []fraud.Transfer) ([]int32, error) {
	if len(ts) > math.MaxInt32 {
		return nil, fmt.Errorf("a book holds at most %d transfers: %w", math.MaxInt32, fraud.ErrInvalid)
	}
	order := make([]int32, len(ts))
	sorted := true
	for i := range ts {
		order[i] = int32(i)
		if i > 0 && sorted && (ts[i].At.Before(ts[i-1].At) || (ts[i].At.Equal(ts[i-1].At) && ts[i].ID <= ts[i-1].ID)) {
			sorted = false
		}
	}
	if !sorted {
		slices.SortFunc(order, func(x, y int32) int {
			return cmp.Or(ts[x].At.Compare(ts[y].At), cmp.Compare(ts[x].ID, ts[y].ID))
		})
		for k := 1; k < len(order); k++ {
			if a, b := &ts[order[k-1]], &ts[order[k]]; a.ID == b.ID && a.At.Equal(b.At) {
				return nil, fmt.Errorf("transfer %s stands twice: %w", b.ID, fraud.ErrInvalid)
			}
		}
	}
	return order, nil
}

// intern gives numbers to names while a book is made.
type intern struct {
	accounts   map[string]int32
	purses     map[purse]int32
	currencies map[string]int32
	rails      map[fraud.Rail]uint8
	home       []int32 // by account: its purse in the first currency met
}

func newIntern() *intern {
	return &intern{accounts: map[string]int32{}, purses: map[purse]int32{}, currencies: map[string]int32{}, rails: map[fraud.Rail]uint8{}}
}

func (n *intern) currency(b *Book, code string) int32 {
	c, ok := n.currencies[code]
	if !ok {
		c = int32(len(b.currencies))
		n.currencies[code] = c
		b.currencies = append(b.currencies, code)
	}
	return c
}

func (n *intern) rail(b *Book, r fraud.Rail) uint8 {
	k, ok := n.rails[r]
	if !ok && len(b.rails) < 255 {
		k = uint8(len(b.rails))
		n.rails[r] = k
		b.rails = append(b.rails, r)
	}
	return k
}

func (n *intern) purse(b *Book, account string, currency int32) int32 {
	a, ok := n.accounts[account]
	if !ok {
		a = int32(len(b.accounts))
		n.accounts[account] = a
		b.accounts = append(b.accounts, account)
		n.home = append(n.home, int32(len(b.purses)))
		b.purses = append(b.purses, purse{a, currency})
		return n.home[a]
	}
	if home := n.home[a]; b.purses[home].currency == currency {
		return home
	}
	p := purse{a, currency}
	k, ok := n.purses[p]
	if !ok {
		k = int32(len(b.purses))
		n.purses[p] = k
		b.purses = append(b.purses, p)
	}
	return k
}

// Len is the number of transfers.
func (b *Book) Len() int { return len(b.ids) }

// Accounts are the accounts' names, in the order in which they are met.
func (b *Book) Accounts() []string { return b.accounts }

func (b *Book) account(p int32) string  { return b.accounts[b.purses[p].account] }
func (b *Book) currency(p int32) string { return b.currencies[b.purses[p].currency] }
func (b *Book) time(i int32) time.Time  { return time.Unix(0, b.at[i]).UTC() }

// upTo is how many transfers happened at asOf or before; zero means all.
func (b *Book) upTo(asOf time.Time) int {
	if asOf.IsZero() {
		return len(b.at)
	}
	n, _ := slices.BinarySearch(b.at, asOf.UnixNano()+1)
	return n
}

// match marks the purses whose account is named; a name that ends in "*"
// stands for all that begin so. It returns how many accounts were meant.
func (b *Book) match(names []string) (marked []bool, accounts int, missing []string) {
	exact := map[string]bool{}
	var prefixes []string
	for _, n := range names {
		if p, ok := strings.CutSuffix(n, "*"); ok {
			prefixes = append(prefixes, p)
		} else {
			exact[n] = true
		}
	}
	hit := make([]bool, len(b.accounts))
	met := map[string]bool{}
	for i, a := range b.accounts {
		if exact[a] {
			hit[i], met[a] = true, true
		}
		for _, p := range prefixes {
			if strings.HasPrefix(a, p) {
				hit[i], met[p+"*"] = true, true
			}
		}
		if hit[i] {
			accounts++
		}
	}
	for _, n := range names {
		if !met[n] {
			missing = append(missing, n)
		}
	}
	marked = make([]bool, len(b.purses))
	for i, p := range b.purses {
		marked[i] = hit[p.account]
	}
	return marked, accounts, missing
}
