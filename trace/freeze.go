package trace

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Channel is a way to have money held, with who may use it and its clock.
type Channel struct {
	Name   string        `json:"name"`
	Who    string        `json:"who"`
	Window time.Duration `json:"window_ns"` // from the payment; 0 means at once, without a fixed end
	Clock  string        `json:"clock"`     // the same, for a person
}

// The channels of the field and their clocks. Thresholds and success rates
// change; the window is what a desk must not miss.
var (
	ffkc = Channel{
		"IC3 Recovery Asset Team, FFKC (international wire)", "FBI field office or IC3, on the victim's complaint", 72 * time.Hour,
		"72 hours from the wire; recall by the bank (SWIFT) asked first; from USD 50,000 by the first rule",
	}
	rat = Channel{
		"IC3 Recovery Asset Team (domestic)", "IC3, on the victim's complaint with the bank's data", 72 * time.Hour,
		"best within 72 hours of the payment",
	}
	rrp = Channel{
		"FinCEN Rapid Response Program", "FBI or Secret Service for the victim; never the victim alone", 72 * time.Hour,
		"better odds within 72 hours of the payment",
	}
	igrip = Channel{
		"INTERPOL I-GRIP", "police of the victim's country, through its National Central Bureau", 0,
		"at once; no fixed window",
	}
	cfcfrms = Channel{
		"India 1930 / CFCFRMS", "victim's call, bank or police", 24 * time.Hour,
		"minutes count; the portal must be completed within 24 hours of the acknowledgement",
	}
	exchangeDesk = Channel{
		"exchange or issuer, by IC3 with address and transaction hash", "IC3 or police with the address; the issuer for stablecoins", 0,
		"at once; no fixed window",
	}
	acquirer = Channel{
		"card scheme and acquirer (chargeback, merchant hold)", "the victim's card issuer", 120 * 24 * time.Hour,
		"chargeback commonly within 120 days; a hold of payouts at once",
	}
	police = Channel{"seizure by local police", "police where the goods or cash are", 0, "at once"}
	bank   = Channel{"fraud desk of the receiving bank", "the victim's bank", 0, "at once; no fixed window"}
)

var (
	ifscForm = regexp.MustCompile(`^[A-Z]{4}0[A-Z0-9]{6}$`)              // RBI: four letters, a zero, six characters
	ibanForm = regexp.MustCompile(`^([A-Z]{2})[0-9]{2}[A-Z0-9]{11,30}$`) // ISO 13616
	abaForm  = regexp.MustCompile(`^[0-9]{9}$`)                          // ABA routing number
	bigWire  = fraud.Money{Minor: 50_000_00, Currency: "USD"}            // FFKC's first threshold
	cardLike = []string{string(fraud.CardDescriptor), string(fraud.MerchantID)}
)

// country guesses where an account is held from its name; "" if it does not
// say.
func country(account string) string {
	kind, value, ok := strings.Cut(account, ":")
	if !ok {
		kind, value = "", account
	}
	if kind == string(fraud.UPI) {
		return "IN"
	}
	code, _, split := strings.Cut(value, "/")
	switch {
	case split && ifscForm.MatchString(code):
		return "IN"
	case split && abaForm.MatchString(code):
		return "US"
	}
	if m := ibanForm.FindStringSubmatch(value); m != nil {
		return m[1]
	}
	return ""
}

// channel chooses the way that fits where the money is, the money that the
// victims paid in, and how it moved.
func channel(account string, in fraud.Money, rail fraud.Rail) Channel {
	kind, _, _ := strings.Cut(account, ":")
	at := country(account)
	switch {
	case kind == string(fraud.Wallet) || rail == "crypto" || rail == "crypto_atm":
		return exchangeDesk
	case rail == "gold_courier" || rail == "cash":
		return police
	case slices.Contains(cardLike, kind) || rail == "card_gateway":
		return acquirer
	case at == "IN":
		return cfcfrms
	case in.Currency == "USD" && at == "US":
		return rat
	case in.Currency == "USD" && at != "" && in.Minor >= bigWire.Minor:
		return ffkc
	case in.Currency == "USD" && at != "":
		return rrp
	case at != "":
		return igrip
	}
	return bank
}

// Urgent is an account on the freeze list, most urgent first.
type Urgent struct {
	fraud.FreezeCandidate
	Currency string        `json:"currency"`
	Exit     bool          `json:"exit,omitempty"`
	Basis    fraud.Basis   `json:"basis"`
	Dwell    time.Duration `json:"dwell_ns"` // how long money usually stays; the account's own habit, else all accounts'
	Habit    bool          `json:"own_habit"`
	LeavesAt time.Time     `json:"leaves_at"` // LastIn and Dwell; in the past: overdue
	Overdue  bool          `json:"overdue"`   // by its habit it should be gone: ask for the balance first
	Who      string        `json:"who_may_ask"`
	Clock    string        `json:"clock"`
	Closed   bool          `json:"window_closed"` // the channel's window is over; it is sometimes tried all the same
	Score    float64       `json:"score"`
	Why      string        `json:"why"`
}

// dwelling is how long money stayed in each touched purse before it went, by
// FIFO over all of its money, weighted by amount.
type dwelling struct {
	own   []time.Duration // by touched; -1 if nothing went out
	usual time.Duration
}

// dwelling measures stays from the moment a purse was touched: the mean time
// between what comes in and what goes out, first in first out.
func (t *tracer) dwelling() dwelling {
	type stay struct {
		amount int64
		at     int64
	}
	queues := make([][]stay, len(t.touched))
	heads := make([]int, len(t.touched))
	weight, sum := make([]float64, len(t.touched)), make([]float64, len(t.touched))
	for i := range t.n {
		if s := t.state[t.b.from[i]]; s != 0 {
			k, left := s-1, t.b.amount[i]
			for left > 0 && heads[k] < len(queues[k]) {
				q := &queues[k][heads[k]]
				n := min(left, q.amount)
				left -= n
				weight[k] += float64(n)
				sum[k] += float64(n) * float64(t.b.at[i]-q.at)
				if q.amount -= n; q.amount == 0 {
					heads[k]++
				}
			}
		}
		if s := t.state[t.b.to[i]]; s != 0 {
			queues[s-1] = append(queues[s-1], stay{t.b.amount[i], t.b.at[i]})
		}
	}
	d := dwelling{own: make([]time.Duration, len(t.touched)), usual: 24 * time.Hour}
	var known []time.Duration
	for k := range d.own {
		d.own[k] = -1
		if weight[k] > 0 {
			d.own[k] = time.Duration(sum[k] / weight[k])
			known = append(known, d.own[k])
		}
	}
	if len(known) > 0 {
		slices.Sort(known)
		d.usual = known[len(known)/2]
	}
	return d
}

// freezeList ranks the accounts that still hold victims' money: by how much,
// and by how soon it is likely to leave.
func (t *tracer) freezeList(r Result, d dwelling) []Urgent {
	byName := make(map[[2]string]int32, len(t.touched))
	for i, x := range t.touched {
		byName[[2]string{t.b.account(x.purse), t.b.currency(x.purse)}] = int32(i)
	}
	out := []Urgent{}
	for _, a := range r.Accounts {
		if a.High <= 0 {
			continue
		}
		i := byName[[2]string{a.Account, a.Currency}]
		out = append(out, t.urgent(a, &t.touched[i], d.own[i], d.usual, r.AsOf))
	}
	slices.SortFunc(out, func(x, y Urgent) int {
		return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.Account, y.Account), cmp.Compare(x.Currency, y.Currency))
	})
	return out
}

func (t *tracer) urgent(a Account, x *touched, own, usual time.Duration, asOf time.Time) Urgent {
	money := func(n int64) fraud.Money { return fraud.Money{Minor: n, Currency: a.Currency} }
	u := Urgent{
		FreezeCandidate: fraud.FreezeCandidate{
			Account: a.Account, Tainted: map[string]fraud.Money{}, Low: money(a.Low), High: money(a.High), LastIn: a.LastIn, Hops: a.Hops, Path: accountsOf(a.Path),
		},
		Currency: a.Currency, Exit: a.Exit, Basis: a.Basis, Dwell: usual,
	}
	for m, n := range a.Taint {
		u.Tainted[string(m)] = money(n)
	}
	if own >= 0 {
		u.Dwell, u.Habit = own, true
	}
	u.LeavesAt = a.LastIn.Add(u.Dwell)
	u.Overdue = u.LeavesAt.Before(asOf)
	rail := fraud.Rail("")
	if x.near >= 0 {
		rail = t.b.rails[t.b.rail[t.flows[x.near].transfer]]
	}
	c := channel(a.Account, money(a.High), rail)
	u.Channel, u.Who, u.Clock = c.Name, c.Who, c.Clock
	if c.Window > 0 {
		u.Deadline = a.LastIn.Add(c.Window)
		u.Closed = u.Deadline.Before(asOf)
	}
	u.Score, u.Why = rank(u, a, asOf)
	return u
}

// rank is the money at stake in whole units, halved for each day that it is
// likely to stay, and for what speaks against finding it. Currencies are
// compared at face value: a rate would be a guess here.
func rank(u Urgent, a Account, asOf time.Time) (float64, string) {
	middle, ok := a.Taint[Haircut]
	if !ok {
		middle = (a.Low + a.High) / 2
	}
	stake := float64(middle) / math.Pow10(fraud.Exponent(a.Currency))
	why := []string{u.Channel}
	days := max(0, u.LeavesAt.Sub(asOf).Hours()/24)
	score := stake * math.Pow(0.5, min(days, 30)/7)
	switch {
	case u.Overdue && u.Habit:
		late := asOf.Sub(u.LeavesAt)
		score *= math.Pow(0.5, min(late.Hours()/24/14, 20))
		why = append(why, "by this account's habit the money should have gone: ask for the balance")
	case u.Habit:
		why = append(why, "money usually stays "+round(u.Dwell)+" here")
	default:
		why = append(why, "nothing has gone out of it yet")
	}
	if u.Closed {
		score *= 0.7
		why = append(why, "the window is over, it is sometimes tried all the same")
	}
	if u.Exit {
		score *= 0.1
		why = append(why, "an exit: the money has left the accounts")
	}
	if a.Basis == fraud.Inferred {
		score *= 0.6
		why = append(why, "a step on the way is inferred")
	}
	return score, strings.Join(why, "; ")
}

func round(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return d.Round(time.Minute).String()
	case d < 48*time.Hour:
		return d.Round(time.Hour).String()
	}
	return d.Round(24 * time.Hour).String()
}

func accountsOf(path []Step) []string {
	var out []string
	for i, s := range path {
		if i == 0 {
			out = append(out, s.From)
		}
		out = append(out, s.To)
	}
	return out
}
