package trace_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/synth"
	"ringbreaker.example/trace"
)

var start = time.Date(2023, 10, 1, 9, 0, 0, 0, time.UTC)

// book reads "a>b 10; b>c 5": transfers an hour apart, in cents of a dollar.
func book(t testing.TB, s string) []fraud.Transfer {
	t.Helper()
	var out []fraud.Transfer
	for i, part := range strings.Split(s, ";") {
		var amount int64
		way, rest, ok := strings.Cut(strings.TrimSpace(part), " ")
		if _, err := fmt.Sscan(rest, &amount); err != nil || !ok {
			t.Fatalf("%q: %v", part, err)
		}
		from, to, _ := strings.Cut(way, ">")
		out = append(out, fraud.Transfer{
			ID: fmt.Sprintf("T%03d", i), From: from, To: to, Amount: fraud.Money{Minor: amount, Currency: "USD"},
			At: start.Add(time.Duration(i) * time.Hour), Basis: fraud.Observed,
		})
	}
	return out
}

func taint(r trace.Result, account string, m trace.Method) int64 {
	for _, a := range r.Accounts {
		if a.Account == account {
			return a.Taint[m]
		}
	}
	return 0
}

func TestMethodsAgreeWithHandCountedCases(t *testing.T) {
	for _, tt := range []struct {
		name, transfers string
		want            map[string][6]int64 // account: fifo, haircut, poison, lifo, dirty first, clean first
	}{
		{
			"all of it goes on", "v>m 100; m>s 100",
			map[string][6]int64{"m": {}, "s": {100, 100, 100, 100, 100, 100}},
		},
		{
			"clean money came first", "x>m 100; v>m 100; m>s 100",
			map[string][6]int64{"s": {0, 50, 100, 100, 100, 0}, "m": {100, 50, 100, 0, 0, 100}},
		},
		{
			"clean money came after", "v>m 100; x>m 100; m>s 100",
			map[string][6]int64{"s": {100, 50, 100, 0, 100, 0}, "m": {0, 50, 100, 100, 0, 100}},
		},
		{
			"three cents in thirds do not vanish", "v>m 1; x>m 2; m>a 1; m>b 1; m>c 1",
			map[string][6]int64{"a": {1, 0, 1, 0, 1, 0}, "b": {0, 1, 1, 0, 0, 0}, "c": {0, 0, 1, 1, 0, 1}},
		},
		{
			"what is sent beyond what came in was there before", "v>m 100; m>s 150",
			map[string][6]int64{"s": {100, 100, 150, 100, 100, 100}},
		},
		{
			"the opening balance goes first", "v>m 100; m>s 50; m>u 100",
			map[string][6]int64{"s": {0, 33, 50, 50, 50, 0}, "u": {100, 67, 100, 50, 50, 100}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := trace.Run(book(t, tt.transfers), []string{"v"}, "all", time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			for account, want := range tt.want {
				for i, m := range trace.Methods {
					if got := taint(r, account, m); got != want[i] {
						t.Errorf("%s by %s: got %d, want %d", account, m, got, want[i])
					}
				}
			}
		})
	}
}

// drawTransfers draws a tangle of payments among a few accounts.
func drawTransfers(t *rapid.T) []fraud.Transfer {
	names := []string{"v1", "v2", "a", "b", "c", "d", "e", "cash:x"}
	n := rapid.IntRange(1, 60).Draw(t, "n")
	var out []fraud.Transfer
	for i := range n {
		out = append(out, fraud.Transfer{
			ID: fmt.Sprintf("T%03d", i), From: rapid.SampledFrom(names).Draw(t, "from"), To: rapid.SampledFrom(names).Draw(t, "to"),
			Amount: fraud.Money{Minor: rapid.Int64Range(1, 1000).Draw(t, "amount"), Currency: rapid.SampledFrom([]string{"USD", "USD", "JPY"}).Draw(t, "currency")},
			At:     start.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "hour")) * time.Hour),
			Basis:  rapid.SampledFrom([]fraud.Basis{fraud.Observed, fraud.Reported, fraud.Inferred}).Draw(t, "basis"),
		})
	}
	return out
}

// Property: no method makes or loses a unit of money, in any currency.
func TestMoneyIsConservedToTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := trace.Run(drawTransfers(t), []string{"v*"}, "", time.Time{})
		if errors.Is(err, fraud.ErrNotFound) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range r.Totals {
			if !x.Conserved() {
				t.Fatalf("%s in %s: in %d + infected %d, but held %d + left %d + returned %d", x.Method, x.Currency, x.In, x.Infected, x.Held, x.Left, x.Returned)
			}
			if x.Method != trace.Poison && x.Infected != 0 {
				t.Fatalf("%s infected %d, want none", x.Method, x.Infected)
			}
		}
		for _, a := range r.Accounts {
			for m, n := range a.Taint {
				if n < 0 || n > a.Balance {
					t.Fatalf("%s holds %d of victims' money by %s and %d in all", a.Account, n, m, a.Balance)
				}
				if m != trace.Poison && n > a.CameIn[m] {
					t.Fatalf("%s holds %d by %s of %d that came in", a.Account, n, m, a.CameIn[m])
				}
			}
			if a.Taint[trace.Poison] < max(a.Taint[trace.FIFO], a.Taint[trace.Haircut], a.Taint[trace.LIFO]) {
				t.Fatalf("poison is the outer bound, got %v", a.Taint)
			}
		}
	})
}

// Property: what each method finds does not depend on the order of the input
// or on which other methods run beside it.
func TestOrderAndCompanyOfMethodsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ts := drawTransfers(t)
		all, err := trace.Run(ts, []string{"v1"}, "", time.Time{})
		if err != nil {
			return
		}
		shuffled := rapid.Permutation(ts).Draw(t, "shuffled")
		again, err := trace.Run(shuffled, []string{"v1"}, "", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := text(t, all), text(t, again); a != b {
			t.Fatalf("another order of input gave another result:\n%s\n%s", a, b)
		}
		m := rapid.SampledFrom(trace.Methods).Draw(t, "method")
		one, err := trace.Run(ts, []string{"v1"}, m, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range one.Accounts {
			i := slices.IndexFunc(all.Accounts, func(o trace.Account) bool { return o.Account == a.Account && o.Currency == a.Currency })
			if i < 0 || all.Accounts[i].Taint[m] != a.Taint[m] {
				t.Fatalf("%s in %s by %s: alone %d, beside others it differs (%d)", a.Account, a.Currency, m, a.Taint[m], i)
			}
		}
	})
}

func text(t *rapid.T, r trace.Result) string {
	var b bytes.Buffer
	if err := r.WriteTable(&b, 100); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Property: each path starts at a victim, each step starts where the last
// ended, and time never runs backwards.
func TestPathsAreWalkable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := trace.Run(drawTransfers(t), []string{"v*"}, "", time.Time{})
		if err != nil {
			return
		}
		for _, a := range r.Accounts {
			if len(a.Path) != a.Hops || a.Path[0].From[0] != 'v' || a.Path[len(a.Path)-1].To != a.Account {
				t.Fatalf("path of %s (%d hops): %+v", a.Account, a.Hops, a.Path)
			}
			for i := 1; i < len(a.Path); i++ {
				if a.Path[i].From != a.Path[i-1].To || a.Path[i].At.Before(a.Path[i-1].At) {
					t.Fatalf("path of %s breaks at step %d: %+v", a.Account, i, a.Path)
				}
			}
		}
	})
}

func TestAsOfLeavesOutWhatHappenedLater(t *testing.T) {
	r, err := trace.Run(book(t, "v>m 100; m>s 100"), []string{"v"}, trace.FIFO, start)
	if err != nil {
		t.Fatal(err)
	}
	if got := taint(r, "m", trace.FIFO); got != 100 {
		t.Errorf("held at the mule before it went on: got %d, want 100", got)
	}
}

func TestUnknownStartAndMethodAreRefused(t *testing.T) {
	ts := book(t, "v>m 100")
	if _, err := trace.Run(ts, []string{"nobody"}, "", time.Time{}); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if _, err := trace.Run(ts, nil, "", time.Time{}); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
	if _, err := trace.Run(ts, []string{"v"}, "guess", time.Time{}); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

func TestShapesAreFound(t *testing.T) {
	r, err := trace.Run(book(t, "v1>m 100; v2>m 100; v3>m 100; v4>m 100; v5>m 100; m>a 500; a>b 490; b>c 480; c>a 400; a>p1 50; a>p2 50; a>p3 50; a>p4 50"), []string{"v*"}, "", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Shapes.FanIn) != 1 || r.Shapes.FanIn[0].Account != "m" || r.Shapes.FanIn[0].Others != 5 {
		t.Errorf("fan-in: got %+v", r.Shapes.FanIn)
	}
	if len(r.Shapes.FanOut) != 1 || r.Shapes.FanOut[0].Account != "a" {
		t.Errorf("fan-out: got %+v", r.Shapes.FanOut)
	}
	if len(r.Shapes.Cycles) != 1 || strings.Join(r.Shapes.Cycles[0].Way, ">") != "a>b>c>a" {
		t.Errorf("cycles: got %+v", r.Shapes.Cycles)
	}
	if len(r.Shapes.PassThrough) == 0 || r.Shapes.PassThrough[0].Account != "m" {
		t.Errorf("pass-through: got %+v", r.Shapes.PassThrough)
	}
}

func TestReadCSVGoesOnAfterBadLines(t *testing.T) {
	in := "Transaction_ID,Sender,Beneficiary,Amount,Ccy,Date,note\n" +
		"1,a,b,10.50,USD,2023-10-01,x\n" +
		"2,a,b,ten,USD,2023-10-01,x\n" +
		"3,a,b,0,USD,2023-10-01,x\n" +
		"4,,b,1,USD,2023-10-01,x\n" +
		"5,a,b,1,USD,yesterday,x\n" +
		"6,a,b,1,JPY,2023-10-01T10:00:00+09:00,x\n" +
		"1,a,b,11,USD,2023-10-01,x\n" +
		"1,a,b,10.50,USD,2023-10-01,x\n" +
		"7,a,b,1.001,USD,2023-10-01,x\n"
	ts, rejects, err := trace.ReadCSV(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	if len(ts) != 2 || ts[0].Amount.Minor != 1050 || ts[1].At.Hour() != 1 {
		t.Errorf("transfers: got %+v", ts)
	}
	var lines []int
	for _, r := range rejects {
		lines = append(lines, r.Line)
	}
	if got, want := fmt.Sprint(lines), "[3 4 5 6 8 10]"; got != want {
		t.Errorf("rejected lines: got %s, want %s (%v)", got, want, rejects)
	}
}

func TestOneBadLineDoesNotEatTheRest(t *testing.T) {
	in := "id,from,to,amount,currency,at\r\n" +
		"1,\"a, the first \"\"one\"\"\",b,1,USD,2023-10-01\r\n" +
		"2,\"a,b,1,USD,2023-10-01\r\n" +
		"3,\"a\"x,b,1,USD,2023-10-01\r\n" +
		"4," + strings.Repeat("a", 1<<20) + ",b,1,USD,2023-10-01\r\n" +
		"\r\n" +
		"5,a,b,1,USD,2023-10-01"
	ts, rejects, err := trace.ReadCSV(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	if len(ts) != 2 || ts[0].From != `a, the first "one"` || ts[1].ID != "5" {
		t.Errorf("transfers: got %+v", ts)
	}
	if len(rejects) != 3 || rejects[0].Line != 3 || rejects[1].Line != 4 || rejects[2].Line != 5 {
		t.Errorf("rejects: got %+v", rejects)
	}
}

func TestReadCSVNeedsAHeader(t *testing.T) {
	for _, in := range []string{"", "a,b\n1,2\n", "from,to,currency,at\n", "from,to,currency,at,amount,amount_minor\n"} {
		if _, _, err := trace.ReadCSV(strings.NewReader(in)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%q: got %v, want ErrInvalid", in, err)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("id,from,to,amount,currency,at\n1,a,b,10.50,USD,2023-10-01\n"))
	f.Add([]byte("from,to,amount_minor,currency,at,rail,basis\n\"a\",b,5,JPY,2023-10-01T00:00:00Z,upi,inferred\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ts, _, err := trace.ReadCSV(bytes.NewReader(b))
		if err != nil || len(ts) == 0 {
			return
		}
		r, err := trace.Run(ts, []string{"*"}, "", time.Time{})
		if err != nil {
			return
		}
		for _, x := range r.Totals {
			if !x.Conserved() {
				t.Fatalf("not conserved: %+v", x)
			}
		}
	})
}

func TestChakraMoneyIsFollowedToTheShells(t *testing.T) {
	w, err := synth.Make("chakra", 3, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := synth.WriteTransfers(&b, w.Transfers); err != nil {
		t.Fatal(err)
	}
	ts, rejects, err := trace.ReadCSV(&b)
	if err != nil || len(rejects) > 0 {
		t.Fatalf("%v, %v", err, rejects)
	}
	book, err := trace.NewBook(ts)
	if err != nil {
		t.Fatal(err)
	}
	var behind []trace.Company
	for _, s := range w.Truth.Layering.Shells {
		behind = append(behind, trace.Company{Account: s.Account, Name: s.Name, Number: s.CIN, Director: s.Director, Accountant: s.Accountant, Address: s.Address})
	}
	r, err := book.Trace(trace.Options{From: []string{"victim:*"}, Companies: behind})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range r.Totals {
		if !x.Conserved() {
			t.Errorf("not conserved: %+v", x)
		}
	}
	shells := 0
	for _, a := range r.Accounts {
		if strings.HasPrefix(a.Account, "bank_account:XSHL0") && a.Currency == "USD" {
			shells++
		}
	}
	if shells < 100 {
		t.Errorf("got %d shells that victims' money reached, want most of 137", shells)
	}
	if len(r.Groups) == 0 || len(r.Freeze) < 10 || len(r.Shapes.FanIn) == 0 {
		t.Errorf("groups %d, freeze list %d, fan-in %d: want some of each", len(r.Groups), len(r.Freeze), len(r.Shapes.FanIn))
	}
	s := r.Sankey("USD", trace.Haircut, 12)
	var out, in int64
	for _, x := range s.Boxes {
		if x.Y < 0 || x.Y+x.H > float64(s.Height)+1 || x.X+x.W > float64(s.Width)+1 {
			t.Errorf("box %s lies outside the picture: %+v", x.ID, x)
		}
		if x.ID == "victims" {
			out = x.Out
		} else {
			in += x.Held
		}
	}
	if out != in {
		t.Errorf("the picture shows %d out of victims and %d held, want the same", out, in)
	}
}

// cpuTime is what this process has used of all cores: on a shared machine the
// fairer figure.
func cpuTime(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func BenchmarkTrace(b *testing.B) {
	for _, n := range []int{1_000_000, 10_000_000} {
		b.Run(fmt.Sprintf("transfers=%d", n), func(b *testing.B) {
			if n > 1_000_000 && testing.Short() {
				b.Skip("needs 4 GiB and a minute")
			}
			book, err := trace.NewBook(manyTransfers(n))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			began := cpuTime(b)
			for b.Loop() {
				if _, err := book.Trace(trace.Options{From: []string{"v0*"}, Methods: []trace.Method{trace.FIFO, trace.Haircut, trace.Poison}}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "transfers/s")
			b.ReportMetric((cpuTime(b)-began).Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}

// manyTransfers is a market of n payments among n/10 accounts, of which one
// in a thousand comes from a victim.
func manyTransfers(n int) []fraud.Transfer {
	out := make([]fraud.Transfer, n)
	names := make([]string, n/10)
	for i := range names {
		names[i] = fmt.Sprintf("acct-%d", i)
	}
	x := uint64(88172645463325252)
	next := func() uint64 { x ^= x << 13; x ^= x >> 7; x ^= x << 17; return x }
	for i := range out {
		from := names[next()%uint64(len(names))]
		if i%1000 == 0 {
			from = fmt.Sprintf("v%d", i/1000%100)
		}
		out[i] = fraud.Transfer{
			ID: fmt.Sprintf("T%09d", i), From: from, To: names[next()%uint64(len(names))], Amount: fraud.Money{Minor: int64(next()%1_000_00) + 1, Currency: "USD"},
			At: start.Add(time.Duration(i) * time.Second), Basis: fraud.Observed,
		}
	}
	return out
}
