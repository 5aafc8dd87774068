package watch

import (
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// prior says how many bits a kept value of a kind is worth if the linker gave
// none, and how many it is worth at most. All are inference from what the
// field says of each feature's strength and half-life; a phone number is low
// because numbers are rented again by others, a script because kits are sold.
type prior struct {
	family     fraud.Family
	bits, most float64
}

var priors = map[fraud.Kind]prior{
	fraud.BankAccount:    {fraud.FamilyMoney, 16, 20},
	fraud.UPI:            {fraud.FamilyMoney, 16, 20},
	fraud.Wallet:         {fraud.FamilyMoney, 16, 20},
	fraud.MerchantID:     {fraud.FamilyMoney, 14, 18},
	fraud.CardDescriptor: {fraud.FamilyMoney, 12, 16},
	fraud.Company:        {fraud.FamilyIdentity, 18, 22},
	fraud.TaxID:          {fraud.FamilyIdentity, 18, 22},
	fraud.PersonAlias:    {fraud.FamilyIdentity, 2, 3},
	fraud.RemoteID:       {fraud.FamilyRemote, 12, 16},
	fraud.RemoteHost:     {fraud.FamilyRemote, 12, 16},
	fraud.Tracker:        {fraud.FamilyWeb, 12, 16},
	fraud.Image:          {fraud.FamilyWeb, 5, 8},
	fraud.File:           {fraud.FamilyWeb, 5, 8},
	fraud.Script:         {fraud.FamilyScript, 6, 8},
	fraud.Email:          {fraud.FamilyContact, 9, 12},
	fraud.Handle:         {fraud.FamilyContact, 9, 12},
	fraud.Phone:          {fraud.FamilyContact, 6, 6},
	fraud.Domain:         {fraud.FamilyWeb, 8, 10},
}

// blockBits is what a number from the same block of a hundred is worth: the
// reseller's other customers have numbers there too.
const blockBits = 3

// weak roles never survive into a signature: a shown caller id is forged, and
// a mention may be anybody's.
func survives(x fraud.RingIndicator) bool {
	_, known := priors[x.Kind]
	return known && x.Role.Links() && x.Role != fraud.RoleShownCallerID && x.Role != fraud.RoleMention
}

// namedBits is what a company is worth that is known by its name alone: any
// reporter can write any firm's name, and rivals frame each other.
const namedBits = 6

// bitsOf is what a kept value is worth.
func bitsOf(x fraud.RingIndicator) float64 {
	p := priors[x.Kind]
	if x.Kind == fraud.Company && (strings.HasPrefix(x.Value, "name:") || x.Reports < 2) {
		return namedBits
	}
	if x.Bits > 0 {
		return min(x.Bits, p.most)
	}
	return p.bits
}

// SignatureOf takes down what survives of a ring that was disrupted at a
// time: its values in roles that count, the strongest first, and its hours of
// calling in UTC. times are when its reports happened; dates without an hour
// (midnight to the second) are left out. Only what was seen before the
// disruption is kept.
func SignatureOf(ring fraud.Ring, disrupted time.Time, times []time.Time) fraud.Signature {
	s := fraud.Signature{Ring: ring.ID, Disrupted: disrupted.UTC()}
	shared := map[fraud.Indicator]bool{}
	for _, tie := range ties(ring) {
		shared[tie.Indicator] = true
	}
	for _, x := range ring.Indicators {
		if survives(x) && !shared[x.Indicator] && x.Tenure.From.Before(disrupted) {
			x.Bits, x.Held = bitsOf(x), nil // places in a list that grows on
			s.Keeps = append(s.Keeps, x)
		}
	}
	slices.SortStableFunc(s.Keeps, func(a, b fraud.RingIndicator) int {
		switch {
		case a.Bits != b.Bits && a.Bits > b.Bits:
			return -1
		case a.Bits != b.Bits:
			return 1
		case a.Less(b.Indicator):
			return -1
		case b.Less(a.Indicator):
			return 1
		}
		return strings.Compare(string(a.Role), string(b.Role))
	})
	for _, t := range times {
		if t.Before(disrupted) {
			count(&s.Hours, t)
		}
	}
	return s
}

func ties(ring fraud.Ring) []fraud.Tie {
	return append(slices.Clone(ring.Suppliers), ring.Launderers...)
}

// count adds a time to a clock of 24 hours, unless it is a date only.
func count(hours *[24]int, t time.Time) {
	u := t.UTC()
	if u.IsZero() || u.Hour()+u.Minute()+u.Second()+u.Nanosecond() == 0 {
		return
	}
	hours[u.Hour()]++
}

// block is the hundred numbers that a number is sold with; empty for what is
// too short to have one.
func block(phone string) string {
	if len(phone) < 9 || phone[0] != '+' {
		return ""
	}
	return phone[:len(phone)-2]
}
