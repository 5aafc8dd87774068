package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
	"ringbreaker.example/refer"
)

// casework gathers what an agency's open cases and operations are about, for
// a deconfliction: the indicators of the referrals, the accounts to be frozen
// and the identifiers of seized items. A value that one open case keeps back
// (a hold, an embargo, a mark, a court's seal) goes in by no other case.
type casework struct {
	terms  match.Terms
	guard  guarded
	leaves map[leafName]match.Evidence
	who    access.Who
	to     access.Recipient
	now    time.Time

	withdrawn map[withdrawal]bool
	found     map[fraud.Indicator]match.Element
	kept      map[fraud.Indicator]bool // that a rule keeps back
}

// caseworkBits is what a value of a case counts for that no linker weighed:
// an account or a device is one operator's nearly always.
const caseworkBits = 10

// withCasework adds to the elements of an agency's own rings what its open
// cases are about. A value of both goes in by the ring.
func (n *Node) withCasework(ctx context.Context, own []match.Element, w casework) ([]match.Element, error) {
	w.found, w.kept = map[fraud.Indicator]match.Element{}, map[fraud.Indicator]bool{}
	var err error
	if w.withdrawn, err = n.withdrawals(ctx); err != nil {
		return nil, err
	}
	cases, err := n.openCases(ctx)
	if err != nil {
		return nil, err
	}
	inbox, err := n.db.Inbox(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		for _, item := range inbox {
			if ok, _ := act.Sound(item); ok && item.Referral == c.Referral {
				if err := n.addReferred(&w, c, item); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := n.addFreezes(ctx, &w, cases); err != nil {
		return nil, err
	}
	if err := n.addItems(ctx, &w, cases); err != nil {
		return nil, err
	}
	for _, e := range own {
		delete(w.found, e.Indicator)
	}
	for i, e := range w.found {
		if !w.kept[i] {
			own = append(own, e)
		}
	}
	return own, nil
}

// withdrawal is a complainant taking back a referral.
type withdrawal struct {
	by       fraud.OrgID
	referral fraud.ReferralID
}

// withdrawals says who took what back.
func (n *Node) withdrawals(ctx context.Context) (map[withdrawal]bool, error) {
	list, err := n.db.Recalls(ctx)
	out := map[withdrawal]bool{}
	for _, r := range list {
		out[withdrawal{r.By, fraud.ReferralID(r.Ref)}] = true
	}
	return out, err
}

// openCases are the cases that are still worked on: those that no operation
// was made of yet, or of whose operations one has not ended.
func (n *Node) openCases(ctx context.Context) (map[fraud.CaseID]fraud.Case, error) {
	cases, err := n.db.Cases(ctx)
	if err != nil {
		return nil, err
	}
	ops, err := n.db.Operations(ctx)
	if err != nil {
		return nil, err
	}
	ended, going := map[fraud.CaseID]bool{}, map[fraud.CaseID]bool{}
	for _, op := range ops {
		for _, id := range op.Cases {
			if op.Done.IsZero() {
				going[id] = true
			} else {
				ended[id] = true
			}
		}
	}
	out := map[fraud.CaseID]fraud.Case{}
	for _, c := range cases {
		if going[c.ID] || !ended[c.ID] {
			out[c.ID] = c
		}
	}
	return out, nil
}

// add puts one value of some cases in, if it identifies, rests on a record of
// the ledger and every rule lets it go for every one of them.
func (w *casework) add(e match.Element, record leafName, thing access.Thing, cases ...fraud.Case) {
	if !slices.Contains(w.terms.Kinds, e.Indicator.Kind) {
		return
	}
	thing.Kind, thing.Safe, thing.Basis = access.ThingCase, w.guard.safe[e.Indicator], w.terms.Basis
	thing.Basis.Recipients = []fraud.OrgID{w.to.Org}
	if held := w.guard.indicators[e.Indicator]; held.After(thing.HeldTill) {
		thing.HeldTill = held
	}
	for _, c := range cases {
		thing.ID, thing.SealedBy = string(c.ID), c.Sealed
		thing.Recalled = w.withdrawn[withdrawal{c.Complainant, c.Referral}]
		if !access.Decide(w.who, access.ActMatch, thing, w.to, w.now).Allow {
			w.kept[e.Indicator] = true
			return
		}
	}
	proof, there := w.leaves[record]
	if !there || len(cases) == 0 || w.terms.MinReports > 1 {
		return
	}
	e.Ring, e.Reports, e.Evidence = fraud.RingID(cases[0].ID), 1, []match.Evidence{proof}
	old, twice := w.found[e.Indicator]
	if !twice || e.Bits > old.Bits || e.Bits == old.Bits && e.Ring < old.Ring {
		w.found[e.Indicator] = e
	}
}

// addReferred adds the indicators of the rings that a case is about, as the
// opened package lists them: the complainant's, or those that the case names.
func (n *Node) addReferred(w *casework, c fraud.Case, item fraud.InboxItem) (err error) {
	p, err := refer.Load(n.referralFile(item.Referral, item.Version, "referral"))
	if err != nil {
		return fmt.Errorf("referral %s of case %s: %w", item.Referral, c.ID, err)
	}
	defer func() {
		if cerr := p.Close(); err == nil {
			err = cerr
		}
	}()
	record := leafName{fraud.LeafStatus, string(item.Referral)}
	return p.EachRing(func(r refer.RingOf) error {
		if len(c.Rings) == 0 && r.Org != c.Complainant || len(c.Rings) > 0 && !slices.Contains(c.Rings, r.Ring.ID) {
			return nil
		}
		thing := access.Thing{Mark: fraud.Strictest(item.Mark, r.Ring.Mark), Embargo: item.Embargo}
		add := func(i fraud.Indicator, role fraud.Role, relation fraud.LinkKind, bits float64) {
			if !role.Links() || role == fraud.RoleShownCallerID || !match.Plain(i.Value) {
				return
			}
			thing := thing
			thing.HeldTill = w.guard.held(i, r.Ring.ID)
			for _, h := range p.Document.Holds {
				if h.Released.IsZero() && (h.Ring == r.Ring.ID || h.Indicator == i) && h.Until.After(thing.HeldTill) {
					thing.HeldTill = h.Until
				}
			}
			w.add(match.Element{Indicator: i, Relation: relation, Bits: bits}, record, thing, c)
		}
		for _, i := range r.Ring.Indicators {
			add(i.Indicator, i.Role, fraud.SameOperator, i.Bits)
		}
		for _, t := range r.Ring.Suppliers {
			add(t.Indicator, t.Role, fraud.SameSupplier, t.Bits)
		}
		for _, t := range r.Ring.Launderers {
			add(t.Indicator, t.Role, fraud.SameLaunderer, t.Bits)
		}
		return nil
	})
}

// addFreezes adds the accounts that open cases have asked to freeze, as long
// as the request stands. They rest on the receipt of the case's referral.
func (n *Node) addFreezes(ctx context.Context, w *casework, cases map[fraud.CaseID]fraud.Case) error {
	list, err := n.db.Freezes(ctx)
	if err != nil {
		return err
	}
	for _, f := range list {
		c, open := cases[f.Case]
		switch f.State {
		case fraud.FreezeRefused, fraud.FreezeReleased, fraud.FreezeExpired:
			open = false
		}
		kind, raw, ok := strings.Cut(f.Account, ":")
		if !open || !ok || !slices.Contains([]fraud.Kind{fraud.BankAccount, fraud.UPI, fraud.Wallet}, fraud.Kind(kind)) {
			continue
		}
		if value, ok := extract.Canonical(fraud.Kind(kind), raw, n.Org.Country); ok {
			i := fraud.Indicator{Kind: fraud.Kind(kind), Value: value}
			w.add(match.Element{Indicator: i, Relation: fraud.SameLaunderer, Bits: caseworkBits}, leafName{fraud.LeafStatus, string(c.Referral)}, access.Thing{}, c)
		}
	}
	return nil
}

// addItems adds the devices and cards seized in operations that have not
// ended. They rest on the first event of their custody.
func (n *Node) addItems(ctx context.Context, w *casework, cases map[fraud.CaseID]fraud.Case) error {
	ops, err := n.db.Operations(ctx)
	if err != nil {
		return err
	}
	for _, op := range ops {
		if !op.Done.IsZero() {
			continue
		}
		sites, err := n.db.Sites(ctx, op.ID)
		if err != nil {
			return err
		}
		searches, err := n.db.Searches(ctx, op.ID)
		if err != nil {
			return err
		}
		for _, x := range searches {
			about := op.Cases // a site of no one case is of all of the operation's
			if k := slices.IndexFunc(sites, func(s fraud.Site) bool { return s.ID == x.Site }); k >= 0 && sites[k].Case != "" {
				about = []fraud.CaseID{sites[k].Case}
			}
			var of []fraud.Case
			for _, id := range about {
				if c, open := cases[id]; open {
					of = append(of, c)
				}
			}
			items, err := n.db.Seizures(ctx, x.ID)
			if err != nil {
				return err
			}
			for _, item := range items {
				if slices.ContainsFunc(items, func(o fraud.Seizure) bool { return o.Corrects == item.ID }) {
					continue
				}
				w.addItem(item, of)
			}
		}
	}
	return nil
}

func (w *casework) addItem(item fraud.Seizure, of []fraud.Case) {
	for kind, value := range map[fraud.Kind]string{fraud.IMEI: item.IMEI, fraud.ICCID: item.ICCID} {
		if value, ok := extract.Canonical(kind, value, ""); ok {
			i := fraud.Indicator{Kind: kind, Value: value}
			w.add(match.Element{Indicator: i, Relation: fraud.SameOperator, Bits: caseworkBits}, leafName{fraud.LeafCustody, string(item.ID) + "#1"}, access.Thing{}, of...)
		}
	}
}
