package protect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// term says how long a kind's listing lasts after its last sighting, and in
// which roles it may be listed at all. Phone and domain are DESIGN §6.6 (a
// scam number's median life is 14 days: Cisco Talos, 2026); the others follow
// the linker's tenure of their kind (inference).
type term struct {
	lasts time.Duration
	roles []fraud.Role
}

const day = 24 * time.Hour

// terms is closed: a kind that is not here is never listed. Names, companies
// and tax numbers are absent, since a list that anybody can read is no place
// to accuse a person; so are scripts and trackers, which nobody can look up.
var terms = map[fraud.Kind]term{
	fraud.Phone:          {30 * day, []fraud.Role{fraud.RoleCallback}},
	fraud.Domain:         {90 * day, []fraud.Role{fraud.RoleLure, fraud.RoleRedirect, fraud.RoleRemote}},
	fraud.URL:            {90 * day, []fraud.Role{fraud.RoleLure, fraud.RoleRedirect}},
	fraud.Email:          {90 * day, []fraud.Role{fraud.RoleSender, fraud.RoleCallback}},
	fraud.Handle:         {90 * day, []fraud.Role{fraud.RoleSender, fraud.RoleCallback}},
	fraud.RemoteHost:     {90 * day, []fraud.Role{fraud.RoleRemote}},
	fraud.RemoteID:       {30 * day, []fraud.Role{fraud.RoleRemote}},
	fraud.Wallet:         {180 * day, []fraud.Role{fraud.RolePayee}},
	fraud.UPI:            {90 * day, []fraud.Role{fraud.RolePayee}},
	fraud.CardDescriptor: {180 * day, []fraud.Role{fraud.RolePayee}},
}

// Lasts is how long a listing of this kind lasts after its last sighting;
// zero for kinds that are never listed.
func Lasts(k fraud.Kind) time.Duration { return terms[k].lasts }

// listable says whether an indicator in this role may be listed at all. A
// shown caller id never is: it is forged as a rule.
func listable(k fraud.Kind, r fraud.Role) bool { return slices.Contains(terms[k].roles, r) }

// Backing is what stands behind one indicator, counting only reports whose
// own marks let a list be made from them.
type Backing struct {
	Reports  int
	Sources  []string // each once, in order
	Since    time.Time
	LastSeen time.Time
	Mark     fraud.Mark // the strictest of those reports'
	Brand    string     // the one named first in order of the alphabet
	against  int        // reports in which it is a victim's, a bystander's or genuine
}

// Gathering collects the backings of the indicators that it was told to want,
// report by report, in any order. Others, such as the numbers of a million
// victims, are passed over: nothing hangs on them.
type Gathering map[fraud.Indicator]*Backing

// Want makes it collect what stands behind an indicator, if one of its kind
// may be listed at all.
func (g Gathering) Want(i fraud.Indicator) {
	if _, listed := terms[i.Kind]; listed && g[i] == nil {
		g[i] = nil
	}
}

// Add takes one report in. A report marked PAP AMBER or RED, or TLP AMBER and
// up, adds nothing: what is derived from it could not be listed (DESIGN §6.1).
// A report in which the value belongs to a victim or bystander counts against.
func (g Gathering) Add(facts fraud.ReportFacts, sightings []fraud.Sighting) {
	mark := facts.Mark.Filled()
	usable := !mark.PAP.AtLeast(fraud.PAPAmber) && !mark.TLP.AtLeast(fraud.TLPAmber)
	seen := map[fraud.Indicator]bool{}
	for _, x := range sightings {
		if _, wanted := g[x.Indicator]; !wanted || seen[x.Indicator] {
			continue
		}
		if !x.Role.Links() {
			seen[x.Indicator] = true
			g.at(x.Indicator).against++
			continue
		}
		if !usable || !x.Valid || !listable(x.Indicator.Kind, x.Role) {
			continue
		}
		seen[x.Indicator] = true
		g.at(x.Indicator).add(facts, mark, x.At)
	}
}

func (g Gathering) at(i fraud.Indicator) *Backing {
	b := g[i]
	if b == nil {
		b = &Backing{}
		g[i] = b
	}
	return b
}

func (b *Backing) add(facts fraud.ReportFacts, mark fraud.Mark, at time.Time) {
	if at.IsZero() {
		at = facts.At
	}
	if b.Reports == 0 || at.Before(b.Since) {
		b.Since = at
	}
	if at.After(b.LastSeen) {
		b.LastSeen = at
	}
	if b.Reports == 0 {
		b.Mark = mark
	} else {
		b.Mark = fraud.Strictest(b.Mark, mark)
	}
	b.Reports++
	if at, had := slices.BinarySearch(b.Sources, facts.Source); !had {
		b.Sources = slices.Insert(b.Sources, at, facts.Source)
	}
	for _, brand := range facts.Brands {
		if b.Brand == "" || brand < b.Brand {
			b.Brand = brand
		}
	}
}

// Basis is all that Decide-ing about listings needs; see [Relist].
type Basis struct {
	Backings Gathering
	Rings    []fraud.Ring
	// Judged holds, by indicator, the judgement by which a person confirmed a
	// report that it stands in; Never holds what a person said is no evidence.
	Judged map[fraud.Indicator]string
	Never  map[fraud.Indicator]bool
	Holds  []fraud.Hold
	// Embargo is until when nothing about a ring may be shown.
	Embargo  map[fraud.RingID]time.Time
	Safe     []fraud.SafeEntry
	Disputes []fraud.Dispute
	Have     []fraud.Listing
	Rules    *Rules
	Now      time.Time
}

// restraint is what keeps one indicator back.
type restraint struct {
	held, embargo time.Time
	safe          bool
	disputed      bool // an objection waits for a person
	upheld        bool // a person took it off the list
	never         bool
}

// Relist decides which indicators are listed, and in which state. It is a
// pure function: the same basis in any order gives the same listings, sorted
// by indicator. What was listed before and no longer may be stays in the
// result as expired, held, disputed or removed, so that whoever took it from
// us learns that it is gone.
func Relist(b Basis) []fraud.Listing {
	ringOf := ringsByIndicator(b.Rings)
	r := restraints(b, ringOf)
	out := map[fraud.Indicator]fraud.Listing{}
	for _, have := range b.Have {
		out[have.Indicator] = have
	}
	for i, back := range b.Backings {
		ring, inRing := ringOf[i]
		if back == nil || back.Reports == 0 || back.against > 0 || (!inRing && b.Judged[i] == "") {
			continue
		}
		if len(back.Sources) < 2 && b.Judged[i] == "" {
			continue
		}
		have, listed := out[i]
		l := fraud.Listing{
			Indicator: i, State: fraud.ListingActive, Since: back.Since.UTC(), LastSeen: back.LastSeen.UTC(), Sources: len(back.Sources),
			Judged: b.Judged[i], Reports: back.Reports, Ring: ring, Brand: back.Brand, Mark: back.Mark,
		}
		if listed && have.Since.Before(l.Since) && !have.Since.IsZero() {
			l.Since = have.Since
		}
		l.Expires = l.LastSeen.Add(Lasts(i.Kind))
		out[i] = l
	}
	return settle(out, r, b)
}

// settle gives each listing its state, and drops what was never to be listed.
func settle(out map[fraud.Indicator]fraud.Listing, r func(fraud.Indicator) restraint, b Basis) []fraud.Listing {
	had := map[fraud.Indicator]bool{}
	for _, l := range b.Have {
		had[l.Indicator] = true
	}
	var all []fraud.Listing
	for _, i := range slices.SortedFunc(maps.Keys(out), compareIndicators) {
		l, x := out[i], r(i)
		unfit := x.safe || x.never || (b.Backings[i] != nil && b.Backings[i].against > 0)
		switch {
		case unfit && !had[i]:
			continue
		case unfit, x.upheld:
			l.State = fraud.ListingRemoved
		case x.disputed:
			l.State = fraud.ListingDisputed
		case x.held.After(b.Now), x.embargo.After(b.Now):
			l.State = fraud.ListingHeld
		case !b.Now.Before(l.Expires):
			if !had[i] {
				continue // never listed, and already too old to be
			}
			l.State = fraud.ListingExpired
		default:
			l.State = fraud.ListingActive
		}
		all = append(all, l)
	}
	return all
}

// ringsByIndicator says to which ring an indicator of a kind that may be
// listed belongs now: of several
// (a recycled number) the one whose tenure ended last. Suppliers' and
// launderers' indicators count with the first ring they serve.
func ringsByIndicator(rings []fraud.Ring) map[fraud.Indicator]fraud.RingID {
	type owner struct {
		ring fraud.RingID
		to   time.Time
	}
	best := map[fraud.Indicator]owner{}
	take := func(i fraud.Indicator, o owner) {
		if Lasts(i.Kind) == 0 {
			return
		}
		have, ok := best[i]
		if !ok || o.to.After(have.to) || (o.to.Equal(have.to) && o.ring < have.ring) {
			best[i] = o
		}
	}
	for _, ring := range rings {
		for _, x := range ring.Indicators {
			take(x.Indicator, owner{ring.ID, x.Tenure.To})
		}
		for _, tie := range append(slices.Clone(ring.Suppliers), ring.Launderers...) {
			take(tie.Indicator, owner{ring: ring.ID})
		}
	}
	out := make(map[fraud.Indicator]fraud.RingID, len(best))
	for i, o := range best {
		out[i] = o.ring
	}
	return out
}

// restraints returns a function that says what keeps an indicator back.
func restraints(b Basis, ringOf map[fraud.Indicator]fraud.RingID) func(fraud.Indicator) restraint {
	safe := map[fraud.Indicator]bool{}
	for _, e := range b.Safe {
		safe[e.Indicator] = true
		// Blocking a site blocks what lies below it: its parents are as safe.
		for h := range func(yield func(string) bool) { parents(hostOf(e.Indicator), yield) } {
			safe[fraud.Indicator{Kind: fraud.Domain, Value: h}] = safe[fraud.Indicator{Kind: fraud.Domain, Value: h}] || e.Indicator.Kind == fraud.Domain
		}
	}
	heldValue, heldRing := heldBy(b.Holds)
	// A ring's hold covers everything in it, also what another ring uses too.
	for _, ring := range b.Rings {
		until := later(heldRing[ring.ID], b.Embargo[ring.ID])
		if until.IsZero() {
			continue
		}
		for _, x := range ring.Indicators {
			holdValue(heldValue, x.Indicator, until)
		}
		for _, tie := range append(slices.Clone(ring.Suppliers), ring.Launderers...) {
			holdValue(heldValue, tie.Indicator, until)
		}
	}
	open, upheld := disputesOf(b.Disputes)
	return func(i fraud.Indicator) restraint {
		ring := ringOf[i]
		return restraint{
			held: later(heldValue[i], later(coverOf(i, heldValue), heldRing[ring])), embargo: b.Embargo[ring],
			safe: safe[i] || b.Rules.covered(i, safe) || b.Rules.Genuine(i) != "", disputed: open[i], upheld: upheld[i], never: b.Never[i],
		}
	}
}

// heldBy says until when values and rings are held by holds that nobody
// released.
func heldBy(holds []fraud.Hold) (values map[fraud.Indicator]time.Time, rings map[fraud.RingID]time.Time) {
	values, rings = map[fraud.Indicator]time.Time{}, map[fraud.RingID]time.Time{}
	for _, h := range holds {
		if !h.Released.IsZero() {
			continue
		}
		if h.Ring != "" {
			rings[h.Ring] = later(rings[h.Ring], h.Until)
		}
		if h.Indicator != (fraud.Indicator{}) {
			holdValue(values, h.Indicator, h.Until)
		}
	}
	return values, rings
}

// holdValue holds a value, and the domains above it: a list that blocks a
// domain blocks all that lies below.
func holdValue(held map[fraud.Indicator]time.Time, i fraud.Indicator, until time.Time) {
	held[i] = later(held[i], until)
	for h := range func(yield func(string) bool) { parents(hostOf(i), yield) } {
		d := fraud.Indicator{Kind: fraud.Domain, Value: h}
		held[d] = later(held[d], until)
	}
}

// disputesOf says which indicators have an open objection, and of which the
// last decision took them off.
func disputesOf(all []fraud.Dispute) (open, upheld map[fraud.Indicator]bool) {
	open, upheld = map[fraud.Indicator]bool{}, map[fraud.Indicator]bool{}
	last := map[fraud.Indicator]time.Time{}
	for _, d := range all {
		if d.Decided.IsZero() {
			open[d.Indicator] = true
			continue
		}
		if !d.Decided.Before(last[d.Indicator]) {
			last[d.Indicator], upheld[d.Indicator] = d.Decided, d.Upheld
		}
	}
	return open, upheld
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func compareIndicators(a, b fraud.Indicator) int {
	switch {
	case a.Less(b):
		return -1
	case b.Less(a):
		return 1
	}
	return 0
}

// lean is what of a ring lists are made from: its name, and its values with
// the end of their tenure, of every kind, since a hold of one kind covers
// others. The rest, of a million reports, is gigabytes.
func lean(r fraud.Ring) fraud.Ring {
	out := fraud.Ring{ID: r.ID}
	for _, x := range r.Indicators {
		out.Indicators = append(out.Indicators, fraud.RingIndicator{Indicator: x.Indicator, Tenure: fraud.Tenure{To: x.Tenure.To}})
	}
	ties := func(list []fraud.Tie) (out []fraud.Tie) {
		for _, t := range list {
			out = append(out, fraud.Tie{Indicator: t.Indicator})
		}
		return out
	}
	out.Suppliers, out.Launderers = ties(r.Suppliers), ties(r.Launderers)
	return out
}

// Refresh makes the listings anew from everything in the store and saves
// what changed. It returns the listings that are active now.
func (s *Service) Refresh(ctx context.Context) ([]fraud.Listing, error) {
	if err := s.allowed(ctx, access.ActList, access.Thing{Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}, Judged: true}, access.Recipient{}); err != nil {
		return nil, err
	}
	b, err := s.basis(ctx)
	if err != nil {
		return nil, err
	}
	all := Relist(b)
	have := map[fraud.Indicator]fraud.Listing{}
	for _, l := range b.Have {
		have[l.Indicator] = l
	}
	var changed []fraud.Listing
	for _, l := range all {
		if was, ok := have[l.Indicator]; !ok || was != l {
			changed = append(changed, l)
		}
	}
	if len(changed) > 0 {
		if err := s.store.SaveListings(ctx, changed); err != nil {
			return nil, fmt.Errorf("save %d listings: %w", len(changed), err)
		}
	}
	s.ready.Store(newSnapshot(all, b.Safe))
	return slices.DeleteFunc(slices.Clone(all), func(l fraud.Listing) bool { return l.State != fraud.ListingActive }), nil
}

// Load reads the listings and the safe list from the store, so that Check
// answers from them. A node calls it at its start.
func (s *Service) Load(ctx context.Context) error {
	all, err := s.store.Listings(ctx)
	if err != nil {
		return fmt.Errorf("read the listings: %w", err)
	}
	safe, err := s.store.SafeList(ctx)
	if err != nil {
		return fmt.Errorf("read the safe list: %w", err)
	}
	s.ready.Store(newSnapshot(all, safe))
	return nil
}

func (s *Service) basis(ctx context.Context) (Basis, error) {
	b := Basis{Backings: Gathering{}, Judged: map[fraud.Indicator]string{}, Never: map[fraud.Indicator]bool{}, Rules: s.rules, Now: s.now().UTC()}
	fail := func(what string, err error) (Basis, error) {
		return b, fmt.Errorf("read the %s for listing: %w", what, err)
	}
	var err error
	err = s.store.EachRing(ctx, func(r fraud.Ring) error {
		b.Rings = append(b.Rings, lean(r))
		return nil
	})
	if err != nil {
		return fail("rings", err)
	}
	if b.Holds, err = s.store.Holds(ctx); err != nil {
		return fail("holds", err)
	}
	if b.Safe, err = s.store.SafeList(ctx); err != nil {
		return fail("safe list", err)
	}
	if b.Disputes, err = s.store.Disputes(ctx); err != nil {
		return fail("disputes", err)
	}
	if b.Have, err = s.store.Listings(ctx); err != nil {
		return fail("listings", err)
	}
	joint, err := s.store.JointCases(ctx)
	if err != nil {
		return fail("joint cases", err)
	}
	referrals, err := s.store.Referrals(ctx)
	if err != nil {
		return fail("referrals", err)
	}
	b.Embargo = Embargoes(joint, referrals)
	if err := s.judged(ctx, &b); err != nil {
		return b, err
	}
	// Only what is in a ring, was judged or is listed can come onto a list or
	// off it.
	for i := range b.Rings {
		for _, x := range b.Rings[i].Indicators {
			b.Backings.Want(x.Indicator)
		}
		for _, tie := range slices.Concat(b.Rings[i].Suppliers, b.Rings[i].Launderers) {
			b.Backings.Want(tie.Indicator)
		}
	}
	for i := range b.Judged {
		b.Backings.Want(i)
	}
	for _, l := range b.Have {
		b.Backings.Want(l.Indicator)
	}
	err = s.store.EachCurrent(ctx, func(f fraud.ReportFacts, x []fraud.Sighting) error {
		b.Backings.Add(f, x)
		return nil
	})
	if err != nil {
		return fail("reports", err)
	}
	return b, nil
}

// Embargoes says until when nothing about a ring may be shown: the latest
// embargo of the joint cases it is in, and of the referrals made of those.
func Embargoes(joint []fraud.JointCase, referrals []fraud.Referral) map[fraud.RingID]time.Time {
	until := map[fraud.JointCaseID]time.Time{}
	for _, r := range referrals {
		until[r.JointCase] = later(until[r.JointCase], r.Embargo)
	}
	out := map[fraud.RingID]time.Time{}
	for _, j := range joint {
		t := later(j.Embargo, until[j.ID])
		for _, o := range j.Overlaps {
			out[o.OurRing] = later(out[o.OurRing], t)
		}
	}
	return out
}

// judged fills in what people decided: a confirmed report lists what stands
// in it in a listable role; a later "wrong" takes that back.
func (s *Service) judged(ctx context.Context, b *Basis) error {
	all, err := s.store.Judgements(ctx)
	if err != nil {
		return fmt.Errorf("read the judgements for listing: %w", err)
	}
	confirmed := map[fraud.ReportID]fraud.Judgement{}
	for _, j := range fraud.Standing(all) {
		switch j.Verdict {
		case fraud.VerdictConfirmed, fraud.VerdictWrong:
			if have, ok := confirmed[j.A]; !ok || !j.At.Before(have.At) {
				confirmed[j.A] = j
			}
		case fraud.VerdictNotIndicator:
			b.Never[j.Indicator] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(confirmed)) {
		j := confirmed[id]
		if j.Verdict != fraud.VerdictConfirmed {
			continue
		}
		sightings, err := s.store.SightingsOf(ctx, id)
		if err != nil {
			return fmt.Errorf("read the sightings of report %s: %w", id, err)
		}
		for _, x := range sightings {
			if x.Valid && listable(x.Indicator.Kind, x.Role) {
				b.Judged[x.Indicator] = j.ID
			}
		}
	}
	return nil
}
