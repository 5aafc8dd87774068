package synth

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// Shell is a company through which money goes: it has a director and an
// accountant whom other shells have too.
type Shell struct {
	Account    string   `json:"account"`
	Name       string   `json:"name"`
	CIN        string   `json:"cin"`
	Director   string   `json:"director"`
	Accountant string   `json:"accountant"`
	Address    string   `json:"address"`
	Serves     []string `json:"-"`
}

// Layering is how the money goes on from the accounts that victims paid to.
type Layering struct {
	Mules          []string `json:"upi_mules"`       // accounts
	PayoutMerchant string   `json:"payout_merchant"` // a name
	PayoutAccounts []string `json:"payout_accounts"`
	Shells         []Shell  `json:"shells"`
	Exits          []string `json:"exits"` // exchange deposits and gold dealers
}

// layering draws the accounts behind the payees.
func (c *cast) layering() Layering {
	d := roll(c.seed, forMoney, 0)
	k := c.sc.Launderers
	l := Layering{PayoutMerchant: pick(d, firmWords) + " Payouts"}
	for range max(4, 2*len(c.mules)) {
		l.Mules = append(l.Mules, "upi:"+slug(pick(d, firstNames))+digits(d, 4)+"@"+pick(d, []string{"okxbank", "ybx", "payx"}))
	}
	for range max(1, k.PayoutAccounts) {
		l.PayoutAccounts = append(l.PayoutAccounts, "bank_account:XPAY0"+digits(d, 6)+"/"+digits(d, 12))
	}
	var accountants []string
	for range 2 {
		accountants = append(accountants, pick(d, lastNames)+" & Co")
	}
	var heads []string
	for i := range max(1, k.Directors) {
		heads = append(heads, directors[i%len(directors)])
	}
	for i := range max(1, k.Shells) {
		city := pick(d, cities)
		l.Shells = append(l.Shells, Shell{
			Account: "bank_account:XSHL0" + digits(d, 6) + "/" + digits(d, 12), Name: shellName(d, i), CIN: cin(d, "KA", d.between(2021, 2023)),
			Director: pick(d, heads), Accountant: pick(d, accountants), Address: fmt.Sprintf("%d, %d Cross, %s", d.between(1, 40), d.between(1, 30), city.City),
		})
	}
	for i := range 6 {
		if i%3 == 2 {
			l.Exits = append(l.Exits, "merchant_id:GOLD"+digits(d, 8))
		} else {
			l.Exits = append(l.Exits, "wallet:"+ethAddress(d))
		}
	}
	return l
}

// transfers makes the money's whole way of what victims sent: to the payees,
// swept to UPI mules, to one payout merchant's accounts, to shells, and out
// as crypto or gold. All legs are kept in the currency that victims paid in.
func (c *cast) transfers(l Layering, all []paid) []fraud.Transfer {
	d := roll(c.seed, forMoney, 1)
	slices.SortFunc(all, func(a, b paid) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.report, b.report), cmp.Compare(a.money.Minor, b.money.Minor))
	})
	b := booker{d: d}
	type purse struct{ account, currency string }
	held := map[purse]int64{}
	var order []purse
	add := func(account string, m fraud.Money) {
		p := purse{account, m.Currency}
		if _, ok := held[p]; !ok {
			order = append(order, p)
		}
		held[p] += m.Minor
	}
	week := time.Time{}
	for i, p := range all {
		b.book("victim:"+string(p.report), p.to.String(), p.money, p.at, p.rail, fraud.Reported, p.report)
		add(p.to.String(), p.money)
		if i+1 < len(all) && all[i+1].at.Sub(week) < 7*day {
			continue
		}
		week = p.at
		for _, pu := range order {
			if held[pu] > 0 && d.chance(0.85) {
				held[pu] -= b.layer(l, pu.account, fraud.Money{Minor: held[pu], Currency: pu.currency}, p.at)
			}
		}
	}
	slices.SortFunc(b.out, func(x, y fraud.Transfer) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
	return b.out
}

// booker writes transfers down.
type booker struct {
	d   *dice
	n   int
	out []fraud.Transfer
}

func (b *booker) book(from, to string, m fraud.Money, at time.Time, rail fraud.Rail, basis fraud.Basis, report fraud.ReportID) {
	b.n++
	b.out = append(b.out, fraud.Transfer{
		ID: fmt.Sprintf("T%08d", b.n), From: from, To: to, Amount: m, At: at.UTC().Truncate(time.Second), Rail: rail, Basis: basis, Report: report,
		Source: map[fraud.Basis]string{fraud.Reported: "reports", fraud.Observed: "bank", fraud.Inferred: "analyst"}[basis],
	})
}

// layer moves most of what an account holds through the layers and returns
// how much left it.
func (b *booker) layer(l Layering, from string, m fraud.Money, at time.Time) int64 {
	d := b.d
	leave := m.Minor * int64(d.between(60, 97)) / 100
	if leave == 0 {
		return 0
	}
	basis := func() fraud.Basis {
		if d.chance(0.15) {
			return fraud.Inferred
		}
		return fraud.Observed
	}
	part := func(minor int64) fraud.Money { return fraud.Money{Minor: minor, Currency: m.Currency} }
	rest := leave
	for n := d.between(1, 3); rest > 0; n-- {
		amount := rest
		if n > 1 {
			amount = max(1, rest/int64(n))
		}
		rest -= amount
		t := at.Add(time.Duration(d.between(6, 72)) * time.Hour)
		mule := pick(d, l.Mules)
		b.book(from, mule, part(amount), t, "bank_wire", basis(), "")
		if d.chance(0.1) {
			continue // rests at the mule
		}
		t = t.Add(time.Duration(d.between(1, 30)) * time.Hour)
		payout := pick(d, l.PayoutAccounts)
		b.book(mule, payout, part(amount), t, "upi", basis(), "")
		if d.chance(0.08) {
			continue
		}
		t = t.Add(time.Duration(d.between(2, 48)) * time.Hour)
		shell := pick(d, l.Shells)
		b.book(payout, shell.Account, part(amount), t, "bank_wire", basis(), "")
		switch x := d.Float64(); {
		case x < 0.15: // rests in the shell
		case x < 0.3: // goes round once more
			next := pick(d, l.Shells)
			if next.Account != shell.Account {
				b.book(shell.Account, next.Account, part(amount), t.Add(time.Duration(d.between(5, 60))*time.Hour), "bank_wire", basis(), "")
			}
		default:
			exit, rail := pick(d, l.Exits), fraud.Rail("crypto")
			if exit[0] == 'm' {
				rail = "gold_courier"
			}
			b.book(shell.Account, exit, part(amount), t.Add(time.Duration(d.between(5, 60))*time.Hour), rail, basis(), "")
		}
	}
	return leave
}

// WriteTransfers writes transfers in the form that trace reads: a header,
// then id, from, to, amount (decimal), currency, at, rail, basis, source,
// report.
func WriteTransfers(w io.Writer, transfers []fraud.Transfer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"id", "from", "to", "amount", "currency", "at", "rail", "basis", "source", "report"}); err != nil {
		return err
	}
	for _, t := range transfers {
		if err := out.Write([]string{
			t.ID, t.From, t.To, t.Amount.Decimal(), t.Amount.Currency, t.At.Format(time.RFC3339), string(t.Rail), string(t.Basis), t.Source, string(t.Report),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
