package trace_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/trace"
)

// laundering reads the laundering graph that lies beside the checkout: steps
// are days, nodes are accounts.
func laundering(t *testing.T) (transfers []fraud.Transfer, marked []string) {
	t.Helper()
	dir := filepath.Join(sharedData(t), "aml", "20K_fanin200cycle200")
	for i, rec := range records(t, filepath.Join(dir, "transactions.csv")) {
		m, err := fraud.ParseMoney(rec[2], "USD")
		if err != nil || m.Minor <= 0 {
			continue
		}
		step, err := strconv.Atoi(rec[3])
		if err != nil {
			t.Fatal(err)
		}
		transfers = append(transfers, fraud.Transfer{ID: fmt.Sprintf("%07d", i), From: rec[0], To: rec[1], Amount: m, At: start.AddDate(0, 0, step), Basis: fraud.Observed})
	}
	for _, rec := range records(t, filepath.Join(dir, "nodes.csv")) {
		if rec[1] == "1" {
			marked = append(marked, rec[0])
		}
	}
	return transfers, marked
}

func records(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	all, err := csv.NewReader(f).ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatalf("%s: %v, %d records", name, err, len(all))
	}
	return all[1:]
}

func sharedData(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tries := []string{os.Getenv("RINGBREAKER_SHARED")}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		tries = append(tries, filepath.Join(dir, "shared"))
	}
	for _, d := range tries {
		if _, err := os.Stat(filepath.Join(d, "data", "aml")); d != "" && err == nil {
			return filepath.Join(d, "data")
		}
	}
	t.Skip("SKIPPED: no folder shared/data/aml beside the checkout")
	return ""
}

// On 120,000 transfers that we did not make, money is conserved by every
// method, rounds and fan-ins are found, and the methods keep their order.
func TestAForeignLaunderingGraphIsTracedToTheUnit(t *testing.T) {
	ts, marked := laundering(t)
	b, err := trace.NewBook(ts)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Trace(trace.Options{From: marked[:200], AsOf: start.AddDate(1, 0, 0).Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range r.Totals {
		if !x.Conserved() || x.In == 0 {
			t.Errorf("not conserved: %+v", x)
		}
	}
	t.Logf("%d transfers, %d accounts touched, %d transfers carried; %d fan-in, %d rounds", r.Transfers, r.Touched, r.Carried, len(r.Shapes.FanIn), len(r.Shapes.Cycles))
	if r.Touched < 500 || len(r.Shapes.FanIn) == 0 || len(r.Shapes.Cycles) == 0 {
		t.Errorf("got %d accounts, %d fan-ins, %d rounds: want many, some, some", r.Touched, len(r.Shapes.FanIn), len(r.Shapes.Cycles))
	}
}
