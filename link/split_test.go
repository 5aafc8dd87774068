package link

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// twoRenters are reports of two operators with numbers, machines and accounts
// of their own, who rent some numbers from one seller; and, so that values are
// as rare as they are, of others.
func twoRenters(n int) (b *Builder, op func(fraud.ReportID) int) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	b = NewBuilder(DefaultModel())
	ops := map[fraud.ReportID]int{}
	for i := range n {
		op := rng.IntN(12)
		id := fraud.ReportID(fmt.Sprintf("a/%d", i))
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.Float64() * 60 * 24 * float64(time.Hour)))
		ops[id] = op
		number := fmt.Sprintf("+1%d-%d", op, rng.IntN(6))
		if op < 2 && rng.IntN(4) == 0 {
			number = fmt.Sprintf("+1seller-%d", rng.IntN(8))
		}
		see := func(kind fraud.Kind, role fraud.Role, value string) fraud.Sighting {
			return fraud.Sighting{Report: id, Indicator: fraud.Indicator{Kind: kind, Value: value}, Role: role, At: at, Valid: true}
		}
		b.Add(fraud.ReportFacts{ID: id, At: at, Sent: []fraud.Money{{Minor: 100, Currency: "USD"}}}, []fraud.Sighting{
			see(fraud.Phone, fraud.RoleCallback, number),
			see(fraud.RemoteID, fraud.RoleRemote, fmt.Sprintf("anydesk:%d-%d", op, rng.IntN(4))),
			see(fraud.UPI, fraud.RolePayee, fmt.Sprintf("u%d-%d", op, rng.IntN(4))),
		}, nil)
	}
	return b, func(id fraud.ReportID) int { return ops[id] }
}

// together puts all nodes of some operators into one group, the others into
// one each.
func together(w *world, op func(fraud.ReportID) int, joined ...int) {
	w.groups, w.free = make([]group, 12), nil
	for i := range w.of {
		w.of[i] = int32(op(w.m.id(w.reportsOf(int32(i))[0])))
		if slices.Contains(joined, int(w.of[i])) {
			w.of[i] = int32(joined[0])
		}
	}
	number := map[int32]int32{}
	for i, g := range w.of {
		if _, ok := number[g]; !ok {
			number[g] = int32(len(number))
		}
		w.of[i] = number[g]
	}
	w.groups = w.groups[:len(number)]
	w.recount()
}

func TestAGroupThatIsTwoIsParted(t *testing.T) {
	b, op := twoRenters(900)
	w := largest(b)
	together(w, op, 0, 1)
	if !w.split() {
		t.Fatal("two operators with one seller stay one")
	}
	at := map[int]map[int32]int{}
	for i, g := range w.of {
		o := op(w.m.id(w.reportsOf(int32(i))[0]))
		if at[o] == nil {
			at[o] = map[int32]int{}
		}
		at[o][g]++
	}
	for o, groups := range at {
		if len(groups) > 2 || len(groups) == 2 && o > 1 {
			t.Errorf("operator %d is in groups %v", o, groups)
		}
	}
	if len(w.groups) != len(at) {
		t.Errorf("%d groups of %d operators", len(w.groups), len(at))
	}
}

func TestAGroupThatIsOneStaysOne(t *testing.T) {
	b, op := twoRenters(900)
	w := largest(b)
	together(w, op)
	if w.split() {
		t.Error("an operator was parted")
	}
}

// The halves of a cut are asked as two groups are.
func TestACutIsWeighedAsTwoGroupsAre(t *testing.T) {
	b, op := twoRenters(900)
	w := largest(b)
	together(w, op, 0, 1)
	starts, order := w.byGroup()
	for g := range w.groups {
		nodes := order[starts[g]:starts[g+1]]
		c := cutter{w: w, gr: &w.groups[g], nodes: nodes, local: make([]int32, len(w.values))}
		c.load()
		for k := range c.side {
			c.side[k] = uint8(c.of(k)[0].value % 3 / 2) // so that each half lacks numbers of the other
		}
		c.count()
		got := c.gain()

		v := *w
		v.of = slices.Clone(w.of)
		v.groups = append(slices.Clone(w.groups), group{})
		for k, i := range nodes {
			if c.side[k] == 1 {
				v.of[i] = int32(len(v.groups) - 1)
			}
		}
		v.values = slices.Clone(w.values)
		for i := range v.values {
			v.values[i].holders = holders{}
		}
		v.counts, v.counted = nil, false
		v.recount()
		u := v.newUniting()
		s := scale{u: u, slot: make([]int32, len(u.into))}
		a, b := v.of[nodes[slices.Index(c.side, 0)]], v.of[nodes[slices.Index(c.side, 1)]]
		var x weighing
		for _, vi := range u.values[a] {
			val := &v.values[vi]
			if n := val.holders.count(b); n > 0 {
				x.add(val, val.saved(&v.p, val.holders.count(a)+n, v.seenIn(&v.groups[a], val)+v.seenIn(&v.groups[b], val)))
			}
		}
		want := x.bits(&v.p, s.u.lacking(a, b, math.Inf(1))) - v.p.merge
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("group %d: %v as halves, %v as groups", g, got, want)
		}
	}
}

// Where one account holds a ring together, a cut goes through it, and what the
// halves lack of each other they lack because of where it went.
func TestARingOfOneAccountAndManyPagesIsNotCut(t *testing.T) {
	b := NewBuilder(DefaultModel())
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 1200 {
		id := fraud.ReportID(fmt.Sprintf("a/%04d", i))
		see := func(kind fraud.Kind, role fraud.Role, value string) fraud.Sighting {
			return fraud.Sighting{Report: id, Indicator: fraud.Indicator{Kind: kind, Value: value}, Role: role, At: at, Valid: true}
		}
		wallet := "0xall"
		if i >= 400 { // others, who make pages as rare as they are and are tied to the ring by one
			wallet = fmt.Sprintf("0x%d", i/40)
		}
		page := fmt.Sprintf("page%d.example", i/5)
		if i == 0 || i == 400 {
			page = "both.example"
		}
		sights := []fraud.Sighting{see(fraud.Wallet, fraud.RolePayee, wallet), see(fraud.Domain, fraud.RoleLure, page)}
		if i%5 == 0 && i < 400 {
			sights = append(sights, see(fraud.Domain, fraud.RoleLure, fmt.Sprintf("page%d.example", (i+5)%400/5)))
		}
		b.Add(fraud.ReportFacts{ID: id, At: at, Sent: []fraud.Money{{Minor: 100, Currency: "USD"}}}, sights, nil)
	}
	w := largest(b)
	w.groups = make([]group, 1, 50)
	for i := range w.of {
		if n, _ := strconv.Atoi(string(w.m.id(w.reportsOf(int32(i))[0]))[2:]); n >= 400 {
			for len(w.groups) <= n/40-9 {
				w.groups = append(w.groups, group{})
			}
			w.of[i] = int32(n/40 - 9)
		} else {
			w.of[i] = 0
		}
	}
	w.recount()
	if n := len(w.groups); w.split() {
		t.Errorf("%d groups became %d", n, len(w.groups))
	}
}

// A number that one operator named four times and the next, when it had the
// number, in half of its reports, ties the second to the first and not the
// first to the second: they are two.
func TestWhoTakesUpANumberIsCutFromWhoHadIt(t *testing.T) {
	b := NewBuilder(DefaultModel())
	first, handed := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), 60
	for i := range 100 {
		id, at := fraud.ReportID(fmt.Sprintf("a/%03d", i)), first.AddDate(0, 0, i)
		see := func(kind fraud.Kind, role fraud.Role, value string) fraud.Sighting {
			return fraud.Sighting{Report: id, Indicator: fraud.Indicator{Kind: kind, Value: value}, Role: role, At: at, Valid: true}
		}
		who := "one"
		if i >= handed {
			who = "two"
		}
		sights := []fraud.Sighting{
			see(fraud.Email, fraud.RoleSender, fmt.Sprintf("desk%d@%s.example", i%6, who)),
			see(fraud.Wallet, fraud.RolePayee, fmt.Sprintf("%s%d", who, i%5)),
		}
		if i >= handed-4 && (i < handed || i%2 == 0) {
			sights = append(sights, see(fraud.Phone, fraud.RoleCallback, "+12125550142"))
		}
		b.Add(fraud.ReportFacts{ID: id, At: at, Sent: []fraud.Money{{Minor: 100, Currency: "USD"}}}, sights, nil)
	}
	w := largest(b)
	w.groups = make([]group, 1)
	clear(w.of)
	w.recount()
	if !w.split() || len(w.groups) != 2 || min(w.groups[0].size, w.groups[1].size) != 40 {
		t.Errorf("%d groups, want the first 60 reports and the last 40", len(w.groups))
	}
}
