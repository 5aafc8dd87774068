package act_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
)

// clock is a time that a test moves.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// counter is a source of ids that are told apart and the same in every run.
type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0
	}
	c.n++
	p[len(p)-1] = c.n
	return len(p), nil
}

// memory is a store in memory that keeps the promises of act.Store.
type memory struct {
	inbox    map[string]fraud.InboxItem
	cases    []fraud.Case
	ops      []fraud.Operation
	sites    []fraud.Site
	searches []fraud.Search
	items    []fraud.Seizure
	chain    map[fraud.SeizureID][]fraud.CustodyEvent
	freezes  []fraud.Freeze
	arrests  []fraud.Arrest
	leads    []fraud.Lead
	outcomes []fraud.Outcome
	reports  map[fraud.Indicator][]fraud.ReportID
	audits   []fraud.AuditEntry
	officer  string
}

func newMemory() *memory {
	return &memory{inbox: map[string]fraud.InboxItem{}, chain: map[fraud.SeizureID][]fraud.CustodyEvent{}, reports: map[fraud.Indicator][]fraud.ReportID{}, officer: "Insp. Rao"}
}

func key(id fraud.ReferralID, version int) string { return fmt.Sprintf("%s/%d", id, version) }

// find returns the element that fits, or ErrNotFound.
func find[T any](all []T, fits func(T) bool) (T, error) {
	if i := slices.IndexFunc(all, fits); i >= 0 {
		return all[i], nil
	}
	var none T
	return none, fmt.Errorf("in memory: %w", fraud.ErrNotFound)
}

func (m *memory) AddInbox(_ context.Context, x fraud.InboxItem) error {
	m.inbox[key(x.Referral, x.Version)] = x
	return nil
}

func (m *memory) Inbox(context.Context) (out []fraud.InboxItem, _ error) {
	for _, x := range m.inbox {
		out = append(out, x)
	}
	return out, nil
}

func (m *memory) InboxItem(_ context.Context, id fraud.ReferralID, v int) (fraud.InboxItem, error) {
	x, ok := m.inbox[key(id, v)]
	if !ok {
		return x, fraud.ErrNotFound
	}
	return x, nil
}

func (m *memory) SaveOpened(ctx context.Context, x fraud.InboxItem) error { return m.AddInbox(ctx, x) }

func (m *memory) AddCase(_ context.Context, c fraud.Case) error {
	m.cases = append(m.cases, c)
	return nil
}

func (m *memory) Case(_ context.Context, id fraud.CaseID) (fraud.Case, error) {
	return find(m.cases, func(c fraud.Case) bool { return c.ID == id })
}
func (m *memory) Cases(context.Context) ([]fraud.Case, error) { return m.cases, nil }
func (m *memory) LinkCases(_ context.Context, a, b fraud.CaseID) error {
	for i := range m.cases {
		switch m.cases[i].ID {
		case a:
			m.cases[i].Linked = append(m.cases[i].Linked, b)
		case b:
			m.cases[i].Linked = append(m.cases[i].Linked, a)
		}
	}
	return nil
}

func (m *memory) UnsealCase(_ context.Context, id fraud.CaseID, order string, _ fraud.PersonID, _ time.Time) error {
	for i := range m.cases {
		if m.cases[i].ID == id {
			m.cases[i].Sealed, m.cases[i].UnsealOrder = false, order
		}
	}
	return nil
}

func (m *memory) AddOperation(_ context.Context, o fraud.Operation) error {
	m.ops = append(m.ops, o)
	return nil
}

func (m *memory) Operation(_ context.Context, id fraud.OperationID) (fraud.Operation, error) {
	return find(m.ops, func(o fraud.Operation) bool { return o.ID == id })
}
func (m *memory) Operations(context.Context) ([]fraud.Operation, error) { return m.ops, nil }
func (m *memory) EndOperation(_ context.Context, id fraud.OperationID, at time.Time, _ fraud.PersonID) error {
	for i := range m.ops {
		if m.ops[i].ID == id {
			m.ops[i].Done = at
		}
	}
	return nil
}

func (m *memory) AddSite(_ context.Context, s fraud.Site) error {
	m.sites = append(m.sites, s)
	return nil
}

func (m *memory) Site(_ context.Context, id fraud.SiteID) (fraud.Site, error) {
	return find(m.sites, func(s fraud.Site) bool { return s.ID == id })
}

func (m *memory) Sites(_ context.Context, op fraud.OperationID) (out []fraud.Site, _ error) {
	for _, s := range m.sites {
		if s.Operation == op {
			out = append(out, s)
		}
	}
	return out, nil
}

func (m *memory) SaveSearch(_ context.Context, x fraud.Search) error {
	if i := slices.IndexFunc(m.searches, func(o fraud.Search) bool { return o.ID == x.ID }); i >= 0 {
		m.searches[i] = x
		return nil
	}
	m.searches = append(m.searches, x)
	return nil
}

func (m *memory) Search(_ context.Context, id fraud.SearchID) (fraud.Search, error) {
	return find(m.searches, func(x fraud.Search) bool { return x.ID == id })
}

func (m *memory) Searches(_ context.Context, op fraud.OperationID) (out []fraud.Search, _ error) {
	for _, x := range m.searches {
		if s, err := find(m.sites, func(s fraud.Site) bool { return s.ID == x.Site }); err == nil && s.Operation == op {
			out = append(out, x)
		}
	}
	return out, nil
}

func (m *memory) AddSeizure(ctx context.Context, s fraud.Seizure) (fraud.Seizure, error) {
	n := 0
	for _, x := range m.items {
		if x.Search == s.Search {
			n++
			if s.Key != "" && x.Key == s.Key {
				return x, nil
			}
		}
	}
	s.No = n + 1
	m.items = append(m.items, s)
	_, err := m.AddCustody(ctx, fraud.CustodyEvent{Item: s.ID, Act: fraud.CustodySeized, Holder: m.officer, Place: s.Place, Why: "seized", Seal: s.Seal, SHA256: s.SHA256, At: s.At, By: s.By})
	return s, err
}

func (m *memory) Seizure(_ context.Context, id fraud.SeizureID) (fraud.Seizure, error) {
	return find(m.items, func(x fraud.Seizure) bool { return x.ID == id })
}

func (m *memory) Seizures(_ context.Context, id fraud.SearchID) (out []fraud.Seizure, _ error) {
	for _, x := range m.items {
		if x.Search == id {
			out = append(out, x)
		}
	}
	return out, nil
}

func (m *memory) AddCustody(_ context.Context, e fraud.CustodyEvent) (fraud.CustodyEvent, error) {
	c := m.chain[e.Item]
	e.Seq, e.Prev = len(c)+1, ""
	if len(c) > 0 {
		e.Prev = c[len(c)-1].Hash
	}
	var err error
	if e.Hash, err = e.ChainHash(); err != nil {
		return e, err
	}
	m.chain[e.Item] = append(c, e)
	return e, nil
}

func (m *memory) Custody(_ context.Context, id fraud.SeizureID) ([]fraud.CustodyEvent, error) {
	return slices.Clone(m.chain[id]), nil
}

func (m *memory) AddFreeze(_ context.Context, f fraud.Freeze) error {
	m.freezes = append(m.freezes, f)
	return nil
}

func (m *memory) AddFreezeEvent(_ context.Context, e fraud.FreezeEvent) error {
	for i := range m.freezes {
		if m.freezes[i].ID == e.Freeze {
			m.freezes[i].State = e.State
			m.freezes[i].History = append(m.freezes[i].History, e)
			if e.Held.Currency != "" {
				m.freezes[i].Held = e.Held
			}
		}
	}
	return nil
}

func (m *memory) Freeze(_ context.Context, id fraud.FreezeID) (fraud.Freeze, error) {
	return find(m.freezes, func(f fraud.Freeze) bool { return f.ID == id })
}

func (m *memory) Freezes(context.Context) ([]fraud.Freeze, error) {
	return slices.Clone(m.freezes), nil
}

func (m *memory) AddArrest(_ context.Context, a fraud.Arrest) error {
	m.arrests = append(m.arrests, a)
	return nil
}
func (m *memory) Arrests(context.Context) ([]fraud.Arrest, error) { return m.arrests, nil }
func (m *memory) AddLead(_ context.Context, l fraud.Lead) error {
	m.leads = append(m.leads, l)
	return nil
}
func (m *memory) Leads(context.Context) ([]fraud.Lead, error) { return m.leads, nil }
func (m *memory) AddOutcome(_ context.Context, o fraud.Outcome) error {
	m.outcomes = append(m.outcomes, o)
	return nil
}
func (m *memory) Outcomes(context.Context) ([]fraud.Outcome, error) { return m.outcomes, nil }
func (m *memory) ReportsWith(_ context.Context, i fraud.Indicator, _ int) ([]fraud.ReportID, error) {
	return m.reports[i], nil
}

func (m *memory) AddAudit(_ context.Context, e fraud.AuditEntry) error {
	m.audits = append(m.audits, e)
	return nil
}

// desk is an agency with a clock that tests move.
type desk struct {
	*act.Service
	mem *memory
	*clock
	ctx context.Context
}

func newDesk(t testing.TB) desk {
	t.Helper()
	m, c := newMemory(), &clock{time.Date(2023, 10, 19, 13, 0, 0, 0, time.UTC)}
	who := access.Who{Person: "inv", Org: "cfb", OrgKind: fraud.OrgAgency, Roles: []access.Role{access.RoleInvestigator, access.RoleOfficer}}
	return desk{act.New(m, c.now, &counter{}), m, c, access.With(context.Background(), who)}
}
