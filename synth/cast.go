package synth

import (
	"fmt"
	"math"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// bankAccount is where wires go.
type bankAccount struct {
	holder, bank string
	code, number string // routing and account; code is empty for an IBAN
}

func (a bankAccount) indicator() fraud.Indicator {
	if a.code == "" {
		return fraud.Indicator{Kind: fraud.BankAccount, Value: a.number}
	}
	return fraud.Indicator{Kind: fraud.BankAccount, Value: a.code + "/" + a.number}
}

// firm is a registered company: an operator's cover, a shell or an innocent.
type firm struct {
	name, cin, gstin, address string
}

// operator is one ring's people and things, from before the raid or after.
type operator struct {
	id      string
	number  int   // in cast.operators
	orgs    []int // whose customers it hits
	weight  float64
	from    time.Time // it works in [from, to)
	to      time.Time
	lines   [5][]line // by region
	sites   float64   // lure sites over its time
	sellers []int
	mules   []int
	kit     int
	script  [2]int   // by lure: which call script
	wording [2][]int // by lure: wording of each sentence
	agents  []string
	tool    string
	remotes []string // ids of the tool, one after the other
	relay   string
	cards   []string
	us, eu  []bankAccount
	wallets []string
	firm    firm
	head    string // the director
	site    int    // city
	tracker string
	kept    []string // by a return: what it kept
	was     int      // by a return: the operator it was; else -1
}

// seller is a lead seller: its numbers and its redirecting site bring calls
// to several operators.
type seller struct {
	id       string
	lines    [5][]line
	redirect string
	clients  []int
}

// mule is an account, or a processor's card descriptor, used for several
// operators.
type mule struct {
	id      string
	card    string // a processor, if not empty
	us, eu  bankAccount
	clients []int
}

// maker sells pop-up kits: one text and the file of its alarm.
type maker struct {
	id, asset string
	clients   []int
}

// cast is everybody and everything in a world that reports can show.
type cast struct {
	sc        Scenario
	seed      int64
	orgs      int
	reports   int // before the raid
	after     int
	exchange  *exchange
	operators []operator // before the raid
	returned  []operator // after it: returns and new ones
	sellers   []seller
	mules     []mule
	makers    []maker
	innocents []firm     // honest firms, some at an operator's address
	innocentN []uint64   // their numbers
	recycled  []recycled // numbers that an innocent took over
	rails     weighted
	countries weighted
	sources   []float64
}

// recycled is a number that an operator gave up and an innocent holds.
type recycled struct {
	number uint64
	firm   int
	from   int64
}

func newCast(sc Scenario, seed int64, reports, orgs int) *cast {
	c := &cast{sc: sc, seed: seed, orgs: orgs, reports: reports, after: int(float64(reports) * sc.Returns.Reports)}
	c.rails, c.countries = newWeighted(sc.Payments.Rails), newWeighted(sc.Victims.Countries)
	sum := 0.0
	for _, s := range sc.Sources {
		sum += s.Share
		c.sources = append(c.sources, sum)
	}
	d := roll(seed, forCast, 0)
	c.exchange = newExchange(d, sc.Numbers.Block, reports > sc.Numbers.ReservedUpTo)
	c.addFirms(d)
	n := sc.Operators.Count
	if sc.Operators.ReportsEach > 0 {
		n = max(2, reports/sc.Operators.ReportsEach)
	}
	c.addOperators(n)
	c.addSuppliers(d)
	c.addLaunderers(d)
	c.addLines(d)
	c.recycleNumbers(d)
	c.addReturns(d)
	return c
}

func (c *cast) addFirms(d *dice) {
	for i := range max(1, c.sc.Decoys.Firms) {
		c.innocents = append(c.innocents, firm{
			name: pick(d, firmWords) + " " + pick(d, []string{"Bakery Supplies", "Outsourcing", "Payroll Care", "Travel Desk"}),
			cin:  cin(d, pick(d, cities).Code, d.between(2004, 2018)), gstin: gstin(d),
		})
		c.innocentN = append(c.innocentN, c.bystander(d))
		_ = i
	}
}

// bystander draws a number that no operator is given.
func (c *cast) bystander(d *dice) uint64 {
	code := nanpCodes[d.IntN((len(nanpCodes)+2)/3)*3]
	return 10000000000 + code*10000000 + 5550100 + uint64(d.IntN(100))
}

func (c *cast) addOperators(n int) {
	both := int(math.Round(float64(n) * c.sc.Operators.HitBoth))
	for i := range n {
		d := roll(c.seed, forOperator, uint64(i))
		o := c.newOperator(d, i)
		switch {
		case c.orgs == 1:
			o.orgs = []int{0}
		case i < both:
			first := i % c.orgs
			o.orgs = []int{first, (first + 1) % c.orgs}
			slices.Sort(o.orgs)
		default:
			o.orgs = []int{i % c.orgs}
		}
		c.operators = append(c.operators, o)
	}
}

func (c *cast) newOperator(d *dice, i int) operator {
	k := c.sc.Operators
	site := d.IntN(len(cities))
	o := operator{
		id: fmt.Sprintf("op-%02d", i+1), number: i, weight: d.logNormal(1, k.SizeSigma), from: c.sc.Start, to: c.sc.Raid, was: -1,
		site: site, head: pick(d, directors), tracker: trackerID(d), kit: d.IntN(max(1, c.sc.Suppliers.PopupMakers)),
		tool: pick(d, []string{"AnyDesk", "AnyDesk", "TeamViewer", "UltraViewer"}),
	}
	o.firm = c.newFirm(d, site)
	for lure := range callScripts {
		o.script[lure] = lure
		for _, s := range callScripts[lure] {
			w := 0
			if !c.sc.Suppliers.OneScript {
				w = d.IntN(len(s))
			}
			o.wording[lure] = append(o.wording[lure], w)
		}
	}
	for range max(4, d.between(k.Agents/2, k.Agents*3/2)) {
		if a := pick(d, agentNames); !slices.Contains(o.agents, a) {
			o.agents = append(o.agents, a)
		}
	}
	for range d.between(max(1, k.RemoteIDs/2), k.RemoteIDs*3/2) {
		o.remotes = append(o.remotes, digits(d, map[string]int{"AnyDesk": 10, "TeamViewer": 10, "UltraViewer": 8}[o.tool]))
	}
	if d.chance(k.RelayShare) {
		o.relay = "instance-" + hexDigits(d, 6) + "-relay." + slug(pick(d, firmWords)) + "-connect.example"
	}
	c.giveAccounts(d, &o)
	return o
}

func (c *cast) newFirm(d *dice, site int) firm {
	city := cities[site]
	return firm{
		name: pick(d, firmWords) + " " + pick(d, firmEnds) + " Pvt Ltd", cin: cin(d, city.Code, d.between(2014, 2021)), gstin: gstin(d),
		address: fmt.Sprintf("%d, Tower %s, Sector %d, %s, %s", d.between(1, 900), upperLetters(d, 1), d.between(1, 90), city.City, city.State),
	}
}

// giveAccounts gives an operator accounts of its own, one after the other.
func (c *cast) giveAccounts(d *dice, o *operator) {
	for range max(1, c.sc.Payments.OwnAccounts) {
		o.cards = append(o.cards, c.descriptor(d))
		o.us = append(o.us, c.account(d, "US"))
		o.eu = append(o.eu, c.account(d, pick(d, []string{"GB", "LT", "DE"})))
		if d.chance(0.5) {
			o.wallets = append(o.wallets, btcAddress(d))
		} else {
			o.wallets = append(o.wallets, ethAddress(d))
		}
	}
}

func (c *cast) descriptor(d *dice) string {
	return fmt.Sprintf("%s*%s%s %s", upperLetters(d, 3), pick(d, []string{"TECH", "SOFT", "CARE", "HELP", "NET", "PCFIX"}), upperLetters(d, 3), digits(d, 5))
}

func (c *cast) account(d *dice, country string) bankAccount {
	a := bankAccount{holder: pick(d, firstNames) + " " + pick(d, holderNames), bank: pick(d, banks)}
	if country == "US" {
		a.code, a.number = abaRouting(d), digits(d, 10)
	} else {
		a.number = iban(d, country)
	}
	return a
}

// some draws up to n different operators.
func (c *cast) some(d *dice, n int) []int {
	var out []int
	if all := len(c.operators); all <= 64 {
		out = d.Perm(all)[:min(n, all)]
	} else {
		for len(out) < min(n, all) {
			if o := d.IntN(all); !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (c *cast) addSuppliers(d *dice) {
	k := c.sc.Suppliers
	n := k.LeadSellers
	if k.PerOperator > 0 {
		n = int(math.Ceil(k.PerOperator * float64(len(c.operators))))
	}
	for i := range n {
		s := seller{id: fmt.Sprintf("lead-%02d", i+1), clients: c.some(d, k.Clients)}
		s.redirect = fmt.Sprintf("go-%s%d.example", pick(d, siteWords), d.between(100, 99999))
		for _, o := range s.clients {
			c.operators[o].sellers = append(c.operators[o].sellers, i)
		}
		c.sellers = append(c.sellers, s)
	}
	for i := range k.PopupMakers {
		c.makers = append(c.makers, maker{id: fmt.Sprintf("maker-%02d", i+1), asset: hexDigits(d, 64)})
	}
	for i, o := range c.operators {
		if len(c.makers) > 0 {
			m := &c.makers[o.kit]
			m.clients = append(m.clients, i)
		}
	}
}

func (c *cast) addLaunderers(d *dice) {
	k := c.sc.Launderers
	n := k.Mules
	if k.PerOperator > 0 {
		n = int(math.Ceil(k.PerOperator * float64(len(c.operators))))
	}
	for i := range n {
		m := mule{id: fmt.Sprintf("mule-%02d", i+1), clients: c.some(d, k.Clients), us: c.account(d, "US"), eu: c.account(d, "GB")}
		if i%3 == 2 {
			m.id, m.card = fmt.Sprintf("processor-%02d", i+1), c.descriptor(d)
		}
		for _, o := range m.clients {
			c.operators[o].mules = append(c.operators[o].mules, i)
		}
		c.mules = append(c.mules, m)
	}
}

// regionShares is how many of the callback numbers lie in each region.
func (c *cast) regionShares() [5]float64 {
	var out [5]float64
	for country, share := range c.sc.Victims.Countries {
		switch country {
		case "GB":
			out[2] += share
		case "DE":
			out[3] += share
		case "AU":
			out[4] += share
		}
	}
	out[0] = 1 - out[2] - out[3] - out[4]
	return out
}

// addLines gives operators and lead sellers their numbers: as many as their
// reports need at ReportsPer reports a number, the sellers' share of them.
func (c *cast) addLines(d *dice) {
	k := c.sc.Numbers
	sum := 0.0
	for _, o := range c.operators {
		sum += o.weight
	}
	shares := c.regionShares()
	all := float64(c.reports) / k.ReportsPer
	for i := range c.operators {
		o := &c.operators[i]
		mine := all * o.weight / sum * (1 - k.Shared)
		o.sites = max(1, mine*c.sc.Domains.PerNumber)
		c.fill(d, &o.lines, mine, shares, o.from, o.to)
	}
	for i := range c.sellers {
		c.fill(d, &c.sellers[i].lines, all*k.Shared/float64(len(c.sellers)), shares, c.sc.Start, c.sc.Raid)
	}
	c.recycleToRivals(d)
}

func (c *cast) fill(d *dice, lines *[5][]line, n float64, shares [5]float64, from, to time.Time) {
	for r := range regions {
		want := n * shares[r]
		count := int(want)
		if d.chance(want - float64(count)) {
			count++
		}
		if r == 0 && count == 0 {
			count = 1
		}
		if count > 0 {
			lines[r] = c.exchange.lines(d, c.sc.Numbers, regions[r], count, from, to)
		}
	}
}

// recycleToRivals lets an operator take over a number that a rival gave up
// long enough ago.
func (c *cast) recycleToRivals(d *dice) {
	if len(c.operators) < 2 {
		return
	}
	for i := range c.operators {
		for j := range c.operators[i].lines[0] {
			l := &c.operators[i].lines[0][j]
			if !d.chance(c.sc.Numbers.RecycleToRival) {
				continue
			}
			rival := d.IntN(len(c.operators))
			theirs := c.operators[rival].lines[0]
			if rival == i || len(theirs) == 0 {
				continue
			}
			old := pick(d, theirs)
			if c.idle(rival, old.number, l.from, int64(c.sc.Numbers.RecycleDays*86400)) {
				l.number = old.number
			}
		}
	}
}

// idle says whether an operator gave the number up at least gap seconds
// before at, and did not take it up again later.
func (c *cast) idle(op int, number uint64, at, gap int64) bool {
	for _, l := range c.operators[op].lines[0] {
		if l.number == number && l.to > at-gap {
			return false
		}
	}
	return true
}

// recycleNumbers gives some early numbers to honest firms.
func (c *cast) recycleNumbers(d *dice) {
	gap := int64(c.sc.Numbers.RecycleDays * 86400)
	for i := 0; i < 200 && len(c.recycled) < len(c.innocents); i++ {
		o := d.IntN(len(c.operators))
		mine := c.operators[o].lines[0]
		if len(mine) == 0 {
			continue
		}
		old := pick(d, mine)
		last := int64(0)
		for _, op := range c.operators {
			for _, l := range op.lines[0] {
				if l.number == old.number {
					last = max(last, l.to)
				}
			}
		}
		if from := last + gap; from < c.sc.Raid.Add(-days(60)).Unix() {
			c.recycled = append(c.recycled, recycled{number: old.number, firm: len(c.recycled), from: from})
		}
	}
	for i := range c.innocents {
		if i%2 == 0 { // at an operator's address
			c.innocents[i].address = c.operators[i%len(c.operators)].firm.address
		} else {
			c.innocents[i].address = c.newFirm(d, d.IntN(len(cities))).address
		}
	}
}
