package web_test

import (
	"context"
	"slices"
	"strconv"
	"time"

	"ringbreaker.example/fraud"
)

// agency is an agency's records in memory.
type agency struct {
	inbox      []fraud.InboxItem
	cases      []fraud.Case
	operations []fraud.Operation
	sites      []fraud.Site
	searches   []fraud.Search
	seizures   []fraud.Seizure
	custody    []fraud.CustodyEvent
	freezes    []fraud.Freeze
	arrests    []fraud.Arrest
	leads      []fraud.Lead
}

func (a *agency) AddInbox(_ context.Context, i fraud.InboxItem) error {
	a.inbox = append(a.inbox, i)
	return nil
}
func (a *agency) Inbox(context.Context) ([]fraud.InboxItem, error) { return a.inbox, nil }
func (a *agency) InboxItem(_ context.Context, ref fraud.ReferralID, v int) (fraud.InboxItem, error) {
	return find(a.inbox, func(i fraud.InboxItem) bool { return i.Referral == ref && i.Version == v })
}

func (a *agency) SaveOpened(_ context.Context, x fraud.InboxItem) error {
	for i := range a.inbox {
		if a.inbox[i].Referral == x.Referral && a.inbox[i].Version == x.Version {
			a.inbox[i] = x
		}
	}
	return nil
}

func (a *agency) AddCase(_ context.Context, c fraud.Case) error {
	a.cases = append(a.cases, c)
	return nil
}

func (a *agency) Case(_ context.Context, id fraud.CaseID) (fraud.Case, error) {
	return find(a.cases, func(c fraud.Case) bool { return c.ID == id })
}
func (a *agency) Cases(context.Context) ([]fraud.Case, error) { return a.cases, nil }
func (a *agency) LinkCases(_ context.Context, x, y fraud.CaseID) error {
	for i := range a.cases {
		if a.cases[i].ID == x {
			a.cases[i].Linked = append(a.cases[i].Linked, y)
		}
		if a.cases[i].ID == y {
			a.cases[i].Linked = append(a.cases[i].Linked, x)
		}
	}
	return nil
}

func (a *agency) UnsealCase(_ context.Context, id fraud.CaseID, order string, _ fraud.PersonID, _ time.Time) error {
	for i := range a.cases {
		if a.cases[i].ID == id {
			a.cases[i].Sealed, a.cases[i].UnsealOrder = false, order
		}
	}
	return nil
}

func (a *agency) AddOperation(_ context.Context, o fraud.Operation) error {
	a.operations = append(a.operations, o)
	return nil
}

func (a *agency) Operation(_ context.Context, id fraud.OperationID) (fraud.Operation, error) {
	return find(a.operations, func(o fraud.Operation) bool { return o.ID == id })
}

func (a *agency) Operations(context.Context) ([]fraud.Operation, error) {
	return slices.Clone(a.operations), nil
}

func (a *agency) EndOperation(_ context.Context, id fraud.OperationID, at time.Time, _ fraud.PersonID) error {
	for i := range a.operations {
		if a.operations[i].ID == id {
			a.operations[i].Done = at
		}
	}
	return nil
}

func (a *agency) AddSite(_ context.Context, s fraud.Site) error {
	a.sites = append(a.sites, s)
	return nil
}

func (a *agency) Site(_ context.Context, id fraud.SiteID) (fraud.Site, error) {
	return find(a.sites, func(s fraud.Site) bool { return s.ID == id })
}

func (a *agency) Sites(_ context.Context, op fraud.OperationID) ([]fraud.Site, error) {
	var out []fraud.Site
	for _, s := range a.sites {
		if s.Operation == op {
			out = append(out, s)
		}
	}
	return out, nil
}

func (a *agency) SaveSearch(_ context.Context, s fraud.Search) error {
	for i := range a.searches {
		if a.searches[i].ID == s.ID {
			a.searches[i] = s
			return nil
		}
	}
	a.searches = append(a.searches, s)
	return nil
}

func (a *agency) Search(_ context.Context, id fraud.SearchID) (fraud.Search, error) {
	return find(a.searches, func(s fraud.Search) bool { return s.ID == id })
}

func (a *agency) Searches(ctx context.Context, op fraud.OperationID) ([]fraud.Search, error) {
	sites, _ := a.Sites(ctx, op)
	var out []fraud.Search
	for _, s := range a.searches {
		if slices.ContainsFunc(sites, func(x fraud.Site) bool { return x.ID == s.Site }) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (a *agency) AddSeizure(ctx context.Context, x fraud.Seizure) (fraud.Seizure, error) {
	if have, err := find(a.seizures, func(s fraud.Seizure) bool { return x.Key != "" && s.Key == x.Key && s.Search == x.Search }); err == nil {
		return have, nil
	}
	list, _ := a.Seizures(ctx, x.Search)
	x.No = len(list) + 1
	if x.ID == "" {
		x.ID = fraud.SeizureID("X-" + strconv.Itoa(len(a.seizures)+1))
	}
	a.seizures = append(a.seizures, x)
	_, err := a.AddCustody(ctx, fraud.CustodyEvent{Item: x.ID, Act: fraud.CustodySeized, Holder: string(x.By), Place: x.Place, Why: "seized under the warrant", Seal: x.Seal, At: x.At, By: x.By})
	return x, err
}

func (a *agency) Seizure(_ context.Context, id fraud.SeizureID) (fraud.Seizure, error) {
	return find(a.seizures, func(s fraud.Seizure) bool { return s.ID == id })
}

func (a *agency) Seizures(_ context.Context, id fraud.SearchID) ([]fraud.Seizure, error) {
	var out []fraud.Seizure
	for _, s := range a.seizures {
		if s.Search == id {
			out = append(out, s)
		}
	}
	return out, nil
}

func (a *agency) AddCustody(ctx context.Context, e fraud.CustodyEvent) (fraud.CustodyEvent, error) {
	chain, _ := a.Custody(ctx, e.Item)
	e.Seq = len(chain) + 1
	if len(chain) > 0 {
		e.Prev = chain[len(chain)-1].Hash
	}
	var err error
	e.Hash, err = e.ChainHash()
	a.custody = append(a.custody, e)
	return e, err
}

func (a *agency) Custody(_ context.Context, id fraud.SeizureID) ([]fraud.CustodyEvent, error) {
	var out []fraud.CustodyEvent
	for _, e := range a.custody {
		if e.Item == id {
			out = append(out, e)
		}
	}
	return out, nil
}

func (a *agency) AddFreeze(_ context.Context, f fraud.Freeze) error {
	a.freezes = append(a.freezes, f)
	return nil
}

func (a *agency) AddFreezeEvent(_ context.Context, e fraud.FreezeEvent) error {
	for i := range a.freezes {
		if a.freezes[i].ID == e.Freeze {
			a.freezes[i].State, a.freezes[i].Held = e.State, e.Held
			a.freezes[i].History = append(a.freezes[i].History, e)
		}
	}
	return nil
}

func (a *agency) Freeze(_ context.Context, id fraud.FreezeID) (fraud.Freeze, error) {
	return find(a.freezes, func(f fraud.Freeze) bool { return f.ID == id })
}
func (a *agency) Freezes(context.Context) ([]fraud.Freeze, error) { return a.freezes, nil }
func (a *agency) AddArrest(_ context.Context, x fraud.Arrest) error {
	a.arrests = append(a.arrests, x)
	return nil
}
func (a *agency) Arrests(context.Context) ([]fraud.Arrest, error) { return a.arrests, nil }
func (a *agency) AddLead(_ context.Context, l fraud.Lead) error {
	a.leads = append(a.leads, l)
	return nil
}
func (a *agency) Leads(context.Context) ([]fraud.Lead, error) { return a.leads, nil }
