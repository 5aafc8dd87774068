package act

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Board is an operation's counts. Every figure of Counted was counted from
// records by the query that its Source names. Stated holds figures that the
// agency's outcomes state: sources disagree in real life, so both are shown.
type Board struct {
	Operation fraud.Operation
	Counted   []fraud.Figure
	Stated    []fraud.Figure
	Clocks    []Clock // of searches and freezes that are still open, soonest first
	AsOf      time.Time
}

// itemNames is how a board calls the item types, in their plural.
var itemNames = map[fraud.ItemType]string{
	fraud.ItemMobilePhone: "mobile phones", fraud.ItemSIM: "SIM cards", fraud.ItemLaptop: "laptops",
	fraud.ItemHardDisk: "hard disks", fraud.ItemServerImage: "server images", fraud.ItemPenDrive: "pen drives",
	fraud.ItemMailbox: "mailboxes", fraud.ItemDVR: "DVRs", fraud.ItemDocument: "documents",
	fraud.ItemCash: "cash items", fraud.ItemGold: "gold items",
}

// records is all that a board counts.
type records struct {
	sites    []fraud.Site
	searches []fraud.Search
	items    []fraud.Seizure
	freezes  []fraud.Freeze
	arrests  []fraud.Arrest
	outcomes []fraud.Outcome
}

// Board counts an operation from its records. A figure is Unknown, which is
// not zero, while no record could tell it: items before any search has ended,
// accounts and money before any bank has answered, arrests before one is
// recorded (that none is recorded does not mean that none was made).
func (s *Service) Board(ctx context.Context, id fraud.OperationID) (Board, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(id))); err != nil {
		return Board{}, err
	}
	op, err := s.store.Operation(ctx, id)
	if err != nil {
		return Board{}, fmt.Errorf("find operation %s: %w", id, err)
	}
	r, err := s.records(ctx, op)
	if err != nil {
		return Board{}, err
	}
	now := s.now().UTC()
	b := Board{Operation: op, AsOf: now}
	count := func(name, source string, n int, unknown bool) {
		if unknown {
			n = 0
		}
		b.Counted = append(b.Counted, fraud.Figure{Name: name, Value: int64(n), Unknown: unknown, Source: source + " of " + string(id), AsOf: now})
	}
	r.countSearches(op, count)
	r.countItems(count)
	r.countFreezes(count)
	sums, err := r.held()
	if err != nil {
		return Board{}, err
	}
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		b.Counted = append(b.Counted, fraud.Figure{
			Name: "money held", Value: sums[currency], Unit: currency, AsOf: now,
			Source: "sum of held over freezes in state held, partial or extended of " + string(id),
		})
	}
	if len(sums) == 0 {
		count("money held", "sum of held over freezes", 0, true)
	}
	count("arrests", "count of arrests in cases", len(r.arrests), len(r.arrests) == 0)
	for _, o := range r.outcomes {
		b.Stated = append(b.Stated, o.Figures...)
	}
	b.Clocks = r.clocks(now)
	return b, nil
}

func (s *Service) records(ctx context.Context, op fraud.Operation) (records, error) {
	var r records
	fail := func(what string, err error) (records, error) {
		return r, fmt.Errorf("read the %s of operation %s: %w", what, op.ID, err)
	}
	var err error
	if r.sites, err = s.store.Sites(ctx, op.ID); err != nil {
		return fail("sites", err)
	}
	if r.searches, err = s.store.Searches(ctx, op.ID); err != nil {
		return fail("searches", err)
	}
	for _, x := range r.searches {
		items, err := s.store.Seizures(ctx, x.ID)
		if err != nil {
			return fail("items", err)
		}
		r.items = append(r.items, Standing(items)...)
	}
	freezes, err := s.store.Freezes(ctx)
	if err != nil {
		return fail("freezes", err)
	}
	for _, f := range freezes {
		if slices.Contains(op.Cases, f.Case) {
			r.freezes = append(r.freezes, f)
		}
	}
	arrests, err := s.store.Arrests(ctx)
	if err != nil {
		return fail("arrests", err)
	}
	for _, a := range arrests {
		if slices.Contains(op.Cases, a.Case) {
			r.arrests = append(r.arrests, a)
		}
	}
	return s.outcomesOf(ctx, op, r)
}

func (s *Service) outcomesOf(ctx context.Context, op fraud.Operation, r records) (records, error) {
	referrals := map[fraud.ReferralID]bool{}
	for _, id := range op.Cases {
		c, err := s.store.Case(ctx, id)
		if err != nil {
			return r, fmt.Errorf("find case %s of operation %s: %w", id, op.ID, err)
		}
		referrals[c.Referral] = true
	}
	all, err := s.store.Outcomes(ctx)
	if err != nil {
		return r, fmt.Errorf("read the outcomes of operation %s: %w", op.ID, err)
	}
	for _, o := range all {
		if referrals[o.Referral] {
			r.outcomes = append(r.outcomes, o)
		}
	}
	return r, nil
}

type counter func(name, source string, n int, unknown bool)

func (r records) countSearches(op fraud.Operation, count counter) {
	begun, ended, states := 0, 0, map[string]bool{}
	stateOf := map[fraud.SiteID]string{}
	for _, s := range r.sites {
		stateOf[s.ID] = s.State
	}
	for _, x := range r.searches {
		if x.StartedAt.IsZero() {
			continue
		}
		begun++
		states[stateOf[x.Site]] = true
		if !x.EndedAt.IsZero() {
			ended++
		}
	}
	count("cases", "count of cases", len(op.Cases), false)
	count("sites", "count of sites", len(r.sites), false)
	count("searches", "count of searches begun", begun, false)
	count("searches ended", "count of searches ended", ended, false)
	count("states searched", "count of different states of sites whose search began", len(states), false)
}

func (r records) countItems(count counter) {
	none := !slices.ContainsFunc(r.searches, func(x fraud.Search) bool { return !x.EndedAt.IsZero() })
	byType := map[fraud.ItemType]int{}
	for _, x := range r.items {
		byType[x.Type]++
	}
	for _, t := range fraud.ItemTypes {
		count(itemNames[t], "count of items of type "+string(t)+" on seizure lists, corrected entries left out,", byType[t], none && byType[t] == 0)
	}
}

// holding are the states in which a bank holds money.
var holding = []fraud.FreezeState{fraud.FreezeHeld, fraud.FreezePartial, fraud.FreezeExtended}

func (r records) countFreezes(count counter) {
	frozen, answered := map[string]bool{}, false
	for _, f := range r.freezes {
		if slices.Contains(holding, f.State) {
			frozen[f.Bank+"\x00"+f.Account] = true
		}
		if f.State != fraud.FreezeRequested && f.State != fraud.FreezeAcknowledged {
			answered = true
		}
	}
	count("freezes requested", "count of freezes", len(r.freezes), false)
	count("accounts frozen", "count of different accounts with a freeze in state held, partial or extended", len(frozen), !answered)
}

// held sums what banks say they hold, by currency; one account is counted
// once, by its freeze with the most held.
func (r records) held() (fraud.Sums, error) {
	best := map[string]fraud.Money{}
	for _, f := range r.freezes {
		if !slices.Contains(holding, f.State) || f.Held.Currency == "" {
			continue
		}
		key := f.Bank + "\x00" + f.Account + "\x00" + f.Held.Currency
		if have, ok := best[key]; !ok || f.Held.Minor > have.Minor {
			best[key] = f.Held
		}
	}
	sums := fraud.Sums{}
	for _, key := range slices.Sorted(maps.Keys(best)) {
		if err := sums.Add(best[key]); err != nil {
			return nil, fmt.Errorf("sum what is held: %w", err)
		}
	}
	return sums, nil
}

func (r records) clocks(now time.Time) []Clock {
	var out []Clock
	for _, x := range r.searches {
		out = append(out, SearchClocks(x, now)...)
	}
	for _, f := range r.freezes {
		if c, ok := FreezeClock(f, now); ok {
			out = append(out, c)
		}
	}
	out = slices.DeleteFunc(out, func(c Clock) bool { return c.Done })
	slices.SortStableFunc(out, func(a, b Clock) int { return a.Due.Compare(b.Due) })
	return out
}
