package synth

import (
	"fmt"
	"math"
	"slices"
)

// What an operator may keep when it comes back (the field's experience: the
// numbers and sites are new, the money's way and the people often are not).
const (
	keptAccount  = "account"
	keptDirector = "director"
	keptScript   = "script"
	keptTracker  = "tracker"
)

var keepable = []string{keptAccount, keptDirector, keptScript, keptTracker}

// addReturns draws who works after the raid: operators that come back under
// new numbers, sites, accounts and firms, each keeping a few things, and new
// ones that keep nothing.
func (c *cast) addReturns(d *dice) {
	k := c.sc.Returns
	back := int(math.Round(float64(len(c.operators)) * k.Share))
	order := d.Perm(len(c.operators))[:back]
	slices.Sort(order)
	if len(order) > 2000 {
		order = order[:2000] // enough to watch, in the largest worlds
	}
	for _, i := range order {
		c.returned = append(c.returned, c.comeBack(d, &c.operators[i]))
	}
	for i := range k.NewOnes {
		n := len(c.operators) + i
		o := c.newOperator(roll(c.seed, forOperator, uint64(n)), n)
		o.orgs = []int{i % c.orgs}
		o.from, o.to = c.sc.Raid.Add(days(d.logNormal(k.DelayDays, 0.5))), c.sc.End
		c.returned = append(c.returned, o)
	}
	sum := 0.0
	for _, o := range c.returned {
		sum += o.weight
	}
	shares, all := c.regionShares(), float64(c.after)/c.sc.Numbers.ReportsPer
	for i := range c.returned {
		o := &c.returned[i]
		mine := all * o.weight / sum
		o.sites = max(1, mine*c.sc.Domains.PerNumber)
		c.fill(d, &o.lines, mine, shares, o.from, o.to)
		o.number = len(c.operators) + 10000 + i // sites of its own
	}
}

// comeBack is the operator under new things, but for those that it keeps.
func (c *cast) comeBack(d *dice, old *operator) operator {
	k := c.sc.Returns
	fresh := c.newOperator(d, old.number)
	fresh.id, fresh.orgs, fresh.was, fresh.weight = old.id, old.orgs, old.number, old.weight*d.logNormal(1, 0.3)
	delay := min(d.logNormal(k.DelayDays, 0.6), c.sc.End.Sub(c.sc.Raid).Hours()/24*0.8)
	fresh.from, fresh.to = c.sc.Raid.Add(days(delay)), c.sc.End
	keep := append([]string(nil), keepable...)
	d.Shuffle(len(keep), func(i, j int) { keep[i], keep[j] = keep[j], keep[i] })
	fresh.kept = keep[:min(max(1, k.Keep), len(keep))]
	slices.Sort(fresh.kept)
	for _, what := range fresh.kept {
		switch what {
		case keptAccount:
			last := len(old.cards) - 1
			fresh.cards = spliced(fresh.cards, old.cards[last])
			fresh.us = spliced(fresh.us, old.us[last])
			fresh.eu = spliced(fresh.eu, old.eu[last])
			fresh.wallets = spliced(fresh.wallets, old.wallets[last])
		case keptDirector:
			fresh.head = old.head
		case keptScript:
			fresh.script, fresh.wording, fresh.kit = old.script, old.wording, old.kit
		case keptTracker:
			fresh.tracker = old.tracker
		}
	}
	return fresh
}

// spliced puts the kept value before the new ones.
func spliced[T any](list []T, kept T) []T { return append([]T{kept}, list[:max(1, len(list)/2)]...) }

func shellName(d *dice, i int) string {
	return fmt.Sprintf("%s %s %d Pvt Ltd", pick(d, firmWords), pick(d, []string{"Traders", "Ventures", "Exports", "Consultancy"}), i+1)
}
