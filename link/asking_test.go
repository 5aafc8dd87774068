package link

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// drawnBuilder holds n reports of operators that rent from one another.
func drawnBuilder(n int, seed uint64) *Builder {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	b := NewBuilder(DefaultModel())
	ops := max(2, n/40)
	for i := range n {
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.Float64() * 300 * 24 * float64(time.Hour)))
		op, id := rng.IntN(ops), fraud.ReportID(fmt.Sprintf("a/%d", i))
		pick := func(share int) int {
			if rng.IntN(share) == 0 {
				return rng.IntN(ops)
			}
			return op
		}
		var sights []fraud.Sighting
		see := func(kind fraud.Kind, role fraud.Role, value string) {
			sights = append(sights, fraud.Sighting{Report: id, Indicator: fraud.Indicator{Kind: kind, Value: value}, Role: role, At: at, Valid: true})
		}
		see(fraud.Phone, fraud.RoleCallback, fmt.Sprintf("+1%d-%d", pick(4), at.YearDay()/14))
		see(fraud.RemoteID, fraud.RoleRemote, fmt.Sprintf("anydesk:%d-%d", pick(8), at.YearDay()/90))
		if rng.IntN(2) == 0 {
			see(fraud.UPI, fraud.RolePayee, fmt.Sprintf("u%d", pick(3)))
		}
		if rng.IntN(3) == 0 {
			see(fraud.UPI, fraud.RolePayee, fmt.Sprintf("mule%d", rng.IntN(3)))
		}
		b.Add(fraud.ReportFacts{ID: id, At: at, Sent: []fraud.Money{{Minor: 100, Currency: "USD"}}}, sights, nil)
	}
	return b
}

// largest gives the largest component, ready to be parted.
func largest(b *Builder) *world {
	rules := b.rules()
	m := b.prepare(rules)
	touching := newForest(len(m.order))
	for i := range m.tenures {
		incs := m.of(i)
		for k := 1; k < len(incs); k++ {
			touching.union(incs[k-1].report, incs[k].report)
		}
	}
	best := slices.MaxFunc(touching.groups(1), func(x, y []uint32) int { return len(x) - len(y) })
	return m.newWorld(best, newForest(len(m.order)), rules)
}

// A node that is asked inside its group says the same of every group as when
// it was taken out first, and no group comes to more than was hoped of it.
func TestANodeIsAskedAsIfItStoodOutside(t *testing.T) {
	for seed := range uint64(3) {
		w := largest(drawnBuilder(1500, seed))
		w.insert()
		inside, outside := asking{w: w}, asking{w: w}
		asked := 0
		for i := range int32(w.len()) {
			was := w.of[i]
			if w.groups[was].nodes == 1 {
				continue
			}
			inside.ask(i)
			w.take(i)
			outside.ask(i)
			for n, g := range outside.near {
				k, ok := slices.BinarySearch(inside.near, g)
				if !ok {
					continue // taking it out ranked the holders of a hub anew
				}
				saves, fits := outside.joining(hopeOf(n)), outside.fit(n)
				w.place(i, was)
				if got := inside.joining(hopeOf(k)); math.Abs(got-saves) > 1e-9 {
					t.Fatalf("node %d of %d: to be in %d saves %v when asked inside, %v outside", i, was, g, got, saves)
				}
				if got := inside.fit(k); math.Abs(got-fits) > 1e-9 {
					t.Fatalf("node %d of %d: %d fits by %v when asked inside, %v outside", i, was, g, got, fits)
				}
				w.take(i)
				if hope, ok := outside.mayJoin(n); ok && saves > hope.bits+1e-9 {
					t.Fatalf("node %d: to be in %d saves %v, more than the %v hoped for", i, g, saves, hope.bits)
				}
				if hope := outside.mayFit(n).bits; fits > hope+1e-9 {
					t.Fatalf("node %d: %d fits by %v, better than the %v hoped for", i, g, fits, hope)
				}
				asked++
			}
			w.place(i, was)
		}
		if asked < 3000 {
			t.Fatalf("only %d answers compared", asked)
		}
	}
}

func hopeOf(n int) hope { return hope{near: n} }

func TestHowManyAreAskedAtOnceChangesNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first []Assigned
	for _, n := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(n)
		got := drawnBuilder(9000, 1).Solve().Assign()
		if first == nil {
			first = got
		} else if !slices.Equal(got, first) {
			t.Fatalf("%d at once part the reports in another way", n)
		}
	}
}

// Counting anew gives what placing one by one gave.
func TestCountingAnewChangesNoCount(t *testing.T) {
	w := largest(drawnBuilder(1500, 5))
	w.insert()
	w.recount()
	type count struct {
		size, nodes int32
		stats       []stat
		holds       []holder
	}
	counts := func() []count {
		out := make([]count, len(w.groups))
		for g := range w.groups {
			gr := &w.groups[g]
			out[g] = count{size: gr.size, nodes: gr.nodes}
			for kind := range w.kinds {
				for month := int32(0); month < 20; month++ {
					out[g].stats = append(out[g].stats, w.stat(gr, month, uint8(kind)))
				}
			}
		}
		for i := range w.values {
			for _, h := range w.values[i].holders.list {
				h.first += 1000 * int32(i)
				out[h.group].holds = append(out[h.group].holds, h)
			}
		}
		return out
	}
	at := counts()
	of := slices.Clone(w.of)
	w.dissolve()
	w.groups = make([]group, len(at))
	for i, g := range of {
		w.place(int32(i), g)
	}
	for g, c := range counts() {
		if fmt.Sprint(c) != fmt.Sprint(at[g]) {
			t.Fatalf("group %d: %v placed one by one, %v counted anew", g, c, at[g])
		}
	}
}

// What moved is counted anew, and what did not is left as it is.
func TestWhatMovedIsCountedAnew(t *testing.T) {
	w := largest(drawnBuilder(1500, 5))
	w.insert()
	w.recount()
	kept := &w.groups[0]
	if w.recount(); &w.groups[0] != kept || !w.counted {
		t.Error("nothing moved, and it was counted anew")
	}
	moves := map[string]func(){
		"one node": func() {
			w.take(0)
			w.place(0, w.vacant())
		},
		"a join":  func() { w.unite() },
		"all new": func() { w.dissolve(); w.insert() },
	}
	for _, name := range []string{"one node", "a join", "all new"} {
		moves[name]()
		w.recount()
		nodes, next := make([]int32, len(w.groups)), int32(0)
		for i, g := range w.of {
			if g > next {
				t.Fatalf("%s: node %d is in group %d, and the groups before it are %d", name, i, g, next)
			}
			next = max(next, g+1)
			nodes[g]++
		}
		for g := range w.groups {
			if w.groups[g].nodes != nodes[g] {
				t.Fatalf("%s: group %d counts %d nodes, has %d", name, g, w.groups[g].nodes, nodes[g])
			}
		}
	}
}

func TestHoldersAreFoundAsInAMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var h holders
		want := map[int32]int32{}
		groups := int32(1 + rng.IntN(300))
		for range 3000 {
			g := rng.Int32N(groups) * 64 // groups far apart, as they are named by few
			if want[g] > 0 && rng.IntN(2) == 0 {
				if gone := h.remove(g, 1); gone != (want[g] == 1) {
					t.Fatalf("group %d with %d: gone %v", g, want[g], gone)
				}
				want[g]--
			} else {
				if first := h.add(g, &token{count: 1}, nil); first != (want[g] == 0) {
					t.Fatalf("group %d with %d: first %v", g, want[g], first)
				}
				want[g]++
			}
			if probe := rng.Int32N(groups) * 64; h.count(probe) != want[probe] {
				t.Fatalf("group %d: %d, want %d", probe, h.count(probe), want[probe])
			}
			a, b := g, rng.Int32N(groups)*64
			if na, nb := h.countBoth(a, b); a != b && (nb != want[b] || nb == 0 && na != want[a]) {
				t.Fatalf("groups %d and %d: %d and %d, want %d and %d", a, b, na, nb, want[a], want[b])
			}
		}
	}
}
