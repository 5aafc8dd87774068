package trace_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/trace"
)

var update = flag.Bool("update", false, "write the golden files anew")

func transfer(id, from, to, currency string, minor int64, rail fraud.Rail, hour int) fraud.Transfer {
	return fraud.Transfer{
		ID: id, From: from, To: to, Amount: fraud.Money{Minor: minor, Currency: currency}, Rail: rail,
		At: start.Add(time.Duration(hour) * time.Hour), Basis: fraud.Observed,
	}
}

func TestEachAccountGetsTheChannelThatFitsIt(t *testing.T) {
	for _, tt := range []struct {
		name, to, currency string
		minor              int64
		rail               fraud.Rail
		channel            string
		window             time.Duration
	}{
		{"a domestic account in the United States", "bank_account:325272021/1234567890", "USD", 90_000_00, "ach", "IC3 Recovery Asset Team (domestic)", 72 * time.Hour},
		{"a large wire abroad", "bank_account:LT121000011101001000", "USD", 90_000_00, "bank_wire", "IC3 Recovery Asset Team, FFKC (international wire)", 72 * time.Hour},
		{"a small wire abroad", "bank_account:LT121000011101001000", "USD", 900_00, "bank_wire", "FinCEN Rapid Response Program", 72 * time.Hour},
		{"pounds to a foreign account", "bank_account:DE89370400440532013000", "GBP", 900_00, "bank_wire", "INTERPOL I-GRIP", 0},
		{"an Indian payment address", "upi:someone@okxbank", "USD", 900_00, "upi", "India 1930 / CFCFRMS", 24 * time.Hour},
		{"an Indian bank code", "bank_account:XPAY0123456/99887766", "INR", 900_00, "bank_wire", "India 1930 / CFCFRMS", 24 * time.Hour},
		{"a wallet", "wallet:0x52908400098527886e0f7030069857d2e4169ee7", "USD", 900_00, "crypto_atm", "exchange or issuer, by IC3 with address and transaction hash", 0},
		{"a card payment", "card_descriptor:ABC*TECHXYZ 12345", "USD", 900_00, "card_gateway", "card scheme and acquirer (chargeback, merchant hold)", 120 * 24 * time.Hour},
		{"a gold dealer", "merchant_id:GOLD1", "USD", 900_00, "gold_courier", "seizure by local police", 0},
		{"an account that says nothing", "acct-7", "USD", 900_00, "", "fraud desk of the receiving bank", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := trace.Run([]fraud.Transfer{transfer("1", "v", tt.to, tt.currency, tt.minor, tt.rail, 0)}, []string{"v"}, "", time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			u := r.Freeze[0]
			if u.Channel != tt.channel {
				t.Errorf("got %q, want %q", u.Channel, tt.channel)
			}
			if want := start.Add(tt.window); tt.window > 0 && !u.Deadline.Equal(want) || tt.window == 0 && !u.Deadline.IsZero() {
				t.Errorf("deadline: got %v, want %v after the payment", u.Deadline, tt.window)
			}
			if len(u.Path) != 2 || u.Path[0] != "v" || u.High.Minor != tt.minor || u.Who == "" || u.Clock == "" {
				t.Errorf("got %+v", u)
			}
		})
	}
}

func TestFreezeListPutsWhatIsThereAndLeavingSoonFirst(t *testing.T) {
	ts := []fraud.Transfer{
		// "slow" keeps money for weeks, "fast" for hours; both hold the same now.
		transfer("01", "x", "slow", "USD", 1000_00, "ach", 0), transfer("02", "x", "fast", "USD", 1000_00, "ach", 0),
		transfer("03", "fast", "y", "USD", 1000_00, "ach", 8), transfer("04", "slow", "y", "USD", 1000_00, "ach", 24*20),
		transfer("05", "v", "slow", "USD", 5000_00, "ach", 24*20), transfer("06", "v", "fast", "USD", 5000_00, "ach", 24*20),
		transfer("07", "v", "empty", "USD", 9000_00, "ach", 24*20), transfer("08", "empty", "gone", "USD", 9000_00, "ach", 24*20+1),
		transfer("09", "gone", "v", "USD", 9000_00, "ach", 24*20+2),
	}
	r, err := trace.Run(ts, []string{"v"}, "", start.Add((24*20+3)*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, u := range r.Freeze {
		order = append(order, u.Account)
	}
	if got := strings.Join(order, " "); got != "fast slow" {
		t.Errorf("got %s, want fast before slow, and neither the emptied account nor the one that paid back", got)
	}
	for _, x := range r.Totals {
		if x.Returned != 9000_00 || !x.Conserved() {
			t.Errorf("got %+v, want the refund booked as returned", x)
		}
	}
}

func TestClosedWindowsAreToldAndNotHidden(t *testing.T) {
	ts := []fraud.Transfer{transfer("1", "v", "bank_account:325272021/1234567890", "USD", 900_00, "ach", 0)}
	r, err := trace.Run(ts, []string{"v"}, "", start.Add(100*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if u := r.Freeze[0]; !u.Closed || !strings.Contains(u.Why, "the window is over") {
		t.Errorf("got %+v, want a closed window that says so", u)
	}
}

func TestPeopleBehindAccountsJoinThemWithoutMerging(t *testing.T) {
	b, err := trace.NewBook(book(t, "v>s1 100; v>s2 200; v>s3 300; v>s4 400"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Trace(trace.Options{From: []string{"v"}, Companies: []trace.Company{
		{Account: "s1", Director: "D One", Accountant: "A & Co"},
		{Account: "s2", Director: "D  One", Accountant: "B & Co"},
		{Account: "s3", Director: "D Two", Accountant: "B & Co"},
		{Account: "elsewhere", Director: "D Two"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Groups) != 2 {
		t.Fatalf("got %+v, want one group by director and one by accountant", r.Groups)
	}
	for _, g := range r.Groups {
		want := map[string]int64{"accountant": 500, "director": 300}[g.By]
		if g.Held[trace.FIFO] != want || len(g.Accounts) != 2 {
			t.Errorf("%s %s: got %v holding %d, want two accounts holding %d", g.By, g.Value, g.Accounts, g.Held[trace.FIFO], want)
		}
	}
}

func TestTableReadsAsItShould(t *testing.T) {
	ts := []fraud.Transfer{
		transfer("01", "bystander", "bank_account:325272021/1234567890", "USD", 500_00, "ach", 0),
		transfer("02", "victim:alder/R1", "bank_account:325272021/1234567890", "USD", 299_99, "ach", 1),
		transfer("03", "victim:alder/R2", "card_descriptor:ABC*TECHXYZ 12345", "GBP", 120_50, "card_gateway", 2),
		transfer("04", "bank_account:325272021/1234567890", "upi:mule1@okxbank", "USD", 600_00, "bank_wire", 9),
		transfer("05", "upi:mule1@okxbank", "cash:atm-4", "USD", 100_00, "cash", 20),
	}
	ts[3].Basis = fraud.Inferred
	r, err := trace.Run(ts, []string{"victim:*"}, "", start.Add(30*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.WriteTable(&b, 0); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "table.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("the table changed; run with -update and look at the difference:\n%s", got)
	}
}
