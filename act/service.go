package act

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Inbox is what receiving referrals needs from storage. *store.DB satisfies
// this and the other interfaces here; each method is one transaction.
type Inbox interface {
	// AddInbox keeps a sealed package's entry; the same referral and version
	// twice is fraud.ErrConflict.
	AddInbox(context.Context, fraud.InboxItem) error
	// Inbox returns all entries, newest first.
	Inbox(context.Context) ([]fraud.InboxItem, error)
	// InboxItem returns one entry or fraud.ErrNotFound.
	InboxItem(context.Context, fraud.ReferralID, int) (fraud.InboxItem, error)
	// SaveOpened writes down what opening and verifying it showed.
	SaveOpened(context.Context, fraud.InboxItem) error
}

// Cases keeps the agency's cases.
type Cases interface {
	AddCase(context.Context, fraud.Case) error
	Case(context.Context, fraud.CaseID) (fraud.Case, error)
	Cases(context.Context) ([]fraud.Case, error)
	// LinkCases makes each of the two name the other.
	LinkCases(ctx context.Context, a, b fraud.CaseID) error
	// UnsealCase opens a case by a court's order, with its audit entry.
	UnsealCase(ctx context.Context, id fraud.CaseID, order string, by fraud.PersonID, at time.Time) error
}

// Operations keeps operations and their sites.
type Operations interface {
	AddOperation(context.Context, fraud.Operation) error
	Operation(context.Context, fraud.OperationID) (fraud.Operation, error)
	Operations(context.Context) ([]fraud.Operation, error)
	EndOperation(ctx context.Context, id fraud.OperationID, at time.Time, by fraud.PersonID) error
	AddSite(context.Context, fraud.Site) error
	Site(context.Context, fraud.SiteID) (fraud.Site, error)
	Sites(context.Context, fraud.OperationID) ([]fraud.Site, error)
}

// Searches keeps searches and what they seized.
type Searches interface {
	SaveSearch(context.Context, fraud.Search) error
	Search(context.Context, fraud.SearchID) (fraud.Search, error)
	Searches(context.Context, fraud.OperationID) ([]fraud.Search, error)
	// AddSeizure numbers the item within its search, writes its first custody
	// event and ledger leaf, and returns it as kept. The same Key in the same
	// search is the same item: nothing is written again.
	AddSeizure(context.Context, fraud.Seizure) (fraud.Seizure, error)
	Seizure(context.Context, fraud.SeizureID) (fraud.Seizure, error)
	Seizures(context.Context, fraud.SearchID) ([]fraud.Seizure, error)
}

// Chains keeps custody.
type Chains interface {
	// AddCustody appends an event: it sets Seq, Prev and Hash.
	AddCustody(context.Context, fraud.CustodyEvent) (fraud.CustodyEvent, error)
	Custody(context.Context, fraud.SeizureID) ([]fraud.CustodyEvent, error)
}

// Freezes keeps requests to freeze accounts.
type Freezes interface {
	AddFreeze(context.Context, fraud.Freeze) error
	// AddFreezeEvent appends a step and moves the freeze to its state.
	AddFreezeEvent(context.Context, fraud.FreezeEvent) error
	Freeze(context.Context, fraud.FreezeID) (fraud.Freeze, error)
	Freezes(context.Context) ([]fraud.Freeze, error)
}

// Results keeps arrests, leads and outcomes.
type Results interface {
	AddArrest(context.Context, fraud.Arrest) error
	Arrests(context.Context) ([]fraud.Arrest, error)
	AddLead(context.Context, fraud.Lead) error
	Leads(context.Context) ([]fraud.Lead, error)
	AddOutcome(context.Context, fraud.Outcome) error
	Outcomes(context.Context) ([]fraud.Outcome, error)
}

// Reports finds the reports that hold a seized value.
type Reports interface {
	ReportsWith(context.Context, fraud.Indicator, int) ([]fraud.ReportID, error)
}

// Store is all of it: what New asks for.
type Store interface {
	Inbox
	Cases
	Operations
	Searches
	Chains
	Freezes
	Results
	Reports
	AddAudit(context.Context, fraud.AuditEntry) error
}

// Service is the agency's workspace. It keeps nothing in memory: two may
// serve one store.
type Service struct {
	store  Store
	now    func() time.Time
	random io.Reader
}

// New returns a workspace over store. now is the clock and random the source
// of ids (crypto/rand.Reader outside tests).
func New(store Store, now func() time.Time, random io.Reader) *Service {
	return &Service{store: store, now: now, random: random}
}

// door asks access whether the person in ctx may do action to thing, and
// returns who it is. A refusal wraps fraud.ErrForbidden and is audited.
func (s *Service) door(ctx context.Context, action access.Action, thing access.Thing) (access.Who, error) {
	who := access.From(ctx)
	d := access.Decide(who, action, thing, access.Recipient{}, s.now())
	if d.Allow {
		return who, nil
	}
	err := s.store.AddAudit(ctx, fraud.AuditEntry{
		At: s.now().UTC(), By: who.Person, Org: who.Org, Act: string(action), Ref: thing.ID, Why: d.Reason,
	})
	if err != nil {
		return who, fmt.Errorf("write down a refusal: %w", err)
	}
	return who, d.Err()
}

func (s *Service) newID(prefix string) (string, error) { return fraud.NewID(prefix, s.random) }

// required returns ErrInvalid naming the first field whose value is blank.
func required(fields ...string) error {
	for i := 0; i+1 < len(fields); i += 2 {
		if strings.TrimSpace(fields[i+1]) == "" {
			return fmt.Errorf("%s is missing: fill it in: %w", fields[i], fraud.ErrInvalid)
		}
	}
	return nil
}

// thing is what an agency's record is to access: a case and all that hangs on
// it are open to the agency's people only.
func thing(id string) access.Thing {
	return access.Thing{Kind: access.ThingCase, ID: id}
}
