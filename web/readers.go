package web

import (
	"context"
	"io"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
	"ringbreaker.example/link"
	"ringbreaker.example/match"
	"ringbreaker.example/protect"
)

// Each interface below is what some pages need, with the store's own
// signatures; *store.DB satisfies them all. Absent things are
// fraud.ErrNotFound everywhere.

// People signs persons in.
type People interface {
	Person(context.Context, fraud.PersonID) (access.Person, error)
	AddSession(context.Context, access.Session) error
	Session(ctx context.Context, tokenHash string) (access.Session, error)
	DropSession(ctx context.Context, tokenHash string) error
}

// Reports reads what was reported.
type Reports interface {
	Report(context.Context, fraud.ReportID) (*fraud.Report, error)
	CountReports(context.Context) (int, error)
	// ReportStand says what became of a report, as its reporter may know it.
	ReportStand(context.Context, fraud.ReportID) (fraud.ReportStand, error)
	// ReportInbox gives a page of reports, newest first.
	ReportInbox(context.Context, fraud.InboxQuery) ([]fraud.InboxEntry, error)
	// RepeatVictims says which pseudonyms reported more than once.
	RepeatVictims(context.Context, []string) (map[string]bool, error)
	// Deletion says how a report was deleted; fraud.ErrNotFound if it was not.
	Deletion(context.Context, fraud.ReportID) (fraud.Deletion, error)
	SightingsOf(context.Context, fraud.ReportID) ([]fraud.Sighting, error)
	// SightingsOfMany and Incidents leave out reports that are not there.
	SightingsOfMany(context.Context, []fraud.ReportID) (map[fraud.ReportID][]fraud.Sighting, error)
	Incidents(context.Context, []fraud.ReportID) ([]fraud.Incident, error)
	// ReportEntries gives those of the reports named that are there, by id.
	ReportEntries(context.Context, []fraud.ReportID) ([]fraud.InboxEntry, error)
}

// Rings reads what the linker found.
type Rings interface {
	ListRings(context.Context, fraud.RingQuery) (fraud.RingList, error)
	// RingFacets says how many rings have each value of what lists are
	// filtered by, most first.
	RingFacets(context.Context) ([]fraud.FacetCount, error)
	// RingHeads gives those of the rings named that are there, by id.
	RingHeads(context.Context, []fraud.RingID) ([]fraud.RingHead, error)
	RingsWith(ctx context.Context, i fraud.Indicator, limit int) ([]fraud.RingID, error)
	Ring(context.Context, fraud.RingID) (fraud.Ring, error)
	// RingDigest tells one state of a ring from another, without reading it.
	RingDigest(context.Context, fraud.RingID) (string, error)
	RingOf(context.Context, fraud.ReportID) (fraud.RingID, error)
	// StrongestLinks gives the links with most bits, and says how many there are.
	StrongestLinks(context.Context, fraud.RingID) (links []fraud.Link, all int, err error)
	RingLinks(context.Context, fraud.RingID) ([]fraud.Link, error)
	// TopIndicators gives of those of the rings named that are there the
	// indicators with most reports.
	TopIndicators(context.Context, []fraud.RingID) (map[fraud.RingID][]fraud.RingIndicator, error)
	RingEvents(context.Context, fraud.RingID) ([]fraud.RingEvent, error)
	// LastLinking says when the rings were derived; fraud.ErrNotFound before
	// the first time.
	LastLinking(context.Context) (when time.Time, model string, rings int, err error)
}

// Judgements reads what waits for a person and what persons decided.
type Judgements interface {
	// SuggestionPage skips the first pairs and says how many there are in all.
	SuggestionPage(ctx context.Context, skip, limit int) ([]fraud.Suggestion, int, error)
	SuggestionsOf(ctx context.Context, id fraud.RingID, limit int) ([]fraud.Suggestion, error)
	Judgement(ctx context.Context, id string) (fraud.Judgement, error)
	// JudgementPage gives judgements made before a number (0: the newest),
	// newest first.
	JudgementPage(ctx context.Context, before int64, limit int) ([]fraud.JudgementEntry, error)
	JudgementsAbout(context.Context, fraud.ReportID) ([]fraud.Judgement, error)
}

// Finder searches everything. It decides nothing: the page asks the rules
// about each hit.
type Finder interface {
	Find(ctx context.Context, q string, limit int) ([]fraud.Hit, error)
	// Held says of those of the indicators that are known who holds them.
	Held(ctx context.Context, indicators []fraud.Indicator, limit int) ([]fraud.Held, error)
	// TextsBehind says how many reports' texts are not searched yet.
	TextsBehind(context.Context) (int, error)
}

// Money reads transfers.
type Money interface {
	TransfersOf(ctx context.Context, accounts []string, limit int) ([]fraud.Transfer, error)
	CountTransfers(context.Context) (int, error)
}

// Pending says since when rings are being worked out again in the background:
// the zero time if they are not. What pages show meanwhile is as of then.
type Pending interface {
	// PendingSince asks about one ring, or about any if id is empty.
	PendingSince(ctx context.Context, id fraud.RingID) (time.Time, error)
	// PlacedIn says which ring a report most probably belongs to that came
	// after the rings were derived; empty if that cannot be said at once.
	PlacedIn(ctx context.Context, id fraud.ReportID) (fraud.RingID, error)
}

// Partners reads what two organisations do together.
type Partners interface {
	Peers(context.Context) ([]fraud.Peer, error)
	// KeyChanges are the statements about keys, ours and the peers', oldest
	// first.
	KeyChanges(context.Context) ([]access.KeyRecord, error)
	Matches(context.Context) ([]fraud.Match, error)
	// Match returns a run and its protocol's state, which pages leave alone.
	Match(context.Context, fraud.MatchID) (fraud.Match, []byte, error)
	JointCases(context.Context) ([]fraud.JointCase, error)
	JointCase(context.Context, fraud.JointCaseID) (fraud.JointCase, error)
	// JointEntries is the log of a joint case, in order.
	JointEntries(context.Context, fraud.JointCaseID) ([]fraud.JointEntry, error)
	Shares(context.Context) ([]fraud.Share, error)
	// Recalls are what peers took back, in the order in which it came.
	Recalls(context.Context) ([]fraud.Recall, error)
	Referrals(context.Context) ([]fraud.Referral, error)
	// Referral returns one version; 0 means the newest.
	Referral(ctx context.Context, id fraud.ReferralID, version int) (fraud.Referral, error)
}

// Restraints reads and places holds.
type Restraints interface {
	Holds(context.Context) ([]fraud.Hold, error)
	AddHold(context.Context, fraud.Hold) error
	// SafeList is what is genuine: never taken for a fraudster's.
	SafeList(context.Context) ([]fraud.SafeEntry, error)
	ReleaseHold(ctx context.Context, id string, by fraud.PersonID, at time.Time) error
}

// PublicSide reads listings and objections, and what watch found.
type PublicSide interface {
	Listings(context.Context) ([]fraud.Listing, error)
	Alerts(context.Context) ([]fraud.Alert, error)
	SeeAlert(ctx context.Context, id string, by fraud.PersonID, at time.Time) error
	Outcomes(context.Context) ([]fraud.Outcome, error)
}

// Trail is who saw, opened, sent or changed what.
type Trail interface {
	AddAudit(context.Context, fraud.AuditEntry) error
	Audits(ctx context.Context, limit int) ([]fraud.AuditEntry, error)
	LeafCount(context.Context) (int64, error)
	Checkpoint(context.Context) (note string, err error)
}

// Store is all of it.
type Store interface {
	People
	Reports
	Rings
	Judgements
	Finder
	Money
	Partners
	Restraints
	PublicSide
	Trail
}

// Intake takes the public form's reports; *intake.Service is one.
type Intake interface {
	// Submit keeps the report and returns once it is on disk. The report has
	// no ID and no source yet: Submit gives both. The reporter's identity goes
	// to the vault.
	Submit(context.Context, *fraud.Report) (intake.Receipt, error)
	// CodeReport is the report that a receipt's code opens, however it was
	// typed; ok is false for what cannot be a code.
	CodeReport(code string) (id fraud.ReportID, ok bool)
	// Add keeps a text as a correction that says all that the report says and
	// this; Withdraw keeps one that says the same without any consent.
	Add(ctx context.Context, from intake.Told, id fraud.ReportID, text string) error
	Withdraw(ctx context.Context, from intake.Told, id fraud.ReportID) error
}

// Evidence keeps files that come with reports; they are never shown as pages.
type Evidence interface {
	Put(context.Context, io.Reader) (sha256 string, size int64, err error)
	Has(ctx context.Context, sha256 string) (bool, error)
}

// Protect answers the public; *protect.Service is one.
type Protect interface {
	Check(context.Context, protect.Question) (protect.Answer, error)
	// Dispute records an objection to a listing and pauses it.
	Dispute(ctx context.Context, value, says, contact string) (fraud.Dispute, error)
	Disputes(context.Context) ([]fraud.Dispute, error)
	DecideDispute(ctx context.Context, id string, upheld bool, reason string) (fraud.Dispute, error)
	// Advise says what to do now, most urgent first.
	Advise(protect.Situation) []protect.Step
	// Advice is the book of authorities and steps.
	Advice() *protect.Book
}

// Judge records a person's decision and has the rings linked again.
type Judge interface {
	AddJudgement(context.Context, fraud.Judgement) error
}

// Explain says why two reports are together, or why not.
type Explain interface {
	Explain(ctx context.Context, a, b fraud.ReportID) (link.Explanation, error)
}

// Trace says what can be frozen now, most urgent first.
type Trace interface {
	FreezeList(context.Context) ([]fraud.FreezeCandidate, error)
}

// Match runs private matching with a peer; *match.Engine is one.
type Match interface {
	Offer(context.Context, fraud.OrgID, match.Terms) (fraud.Match, error)
	// OfferNext offers the match that continues one which keeps its keys.
	OfferNext(context.Context, fraud.MatchID) (fraud.Match, error)
	// Accept takes up a peer's offer.
	Accept(context.Context, fraud.MatchID) (fraud.Match, error)
	// Consent lets the match go up to a step on our side.
	Consent(context.Context, fraud.MatchID, fraud.MatchStep) (fraud.Match, error)
	Refuse(ctx context.Context, id fraud.MatchID, why string) (fraud.Match, error)
	// Status says where a match stands, and how far its work is.
	Status(context.Context, fraud.MatchID) (match.Status, error)
}

// Joint is what two organisations do after a match.
type Joint interface {
	// Preview counts what a match under these terms would send, and how many
	// more runs today's budget with the peer allows. It sends nothing.
	Preview(ctx context.Context, peer fraud.OrgID, t match.Terms) (size, runsLeft int, err error)
	// OpenCase opens a joint case over a match's report and tells the peer.
	OpenCase(context.Context, fraud.JointCase) (fraud.JointCaseID, error)
	// AcceptCase accepts the joint case that the other side opened.
	AcceptCase(context.Context, fraud.JointCaseID) error
	// AddJoint writes a line into a joint case's log, on both nodes.
	AddJoint(context.Context, fraud.JointEntry) (id string, err error)
	// Recall takes a share back; the recipient's node signs a receipt.
	Recall(ctx context.Context, share, reason string) error
}

// Refer makes and signs referrals.
type Refer interface {
	Build(ctx context.Context, from fraud.JointCaseID, to fraud.OrgID, title string) (fraud.ReferralID, error)
	Override(ctx context.Context, id fraud.ReferralID, version, check int, reason string) error
	// Rebuild gathers the records of a draft anew and runs every check.
	Rebuild(ctx context.Context, id fraud.ReferralID) error
	// Supplement makes the next version of a referral that was sent, a draft.
	Supplement(ctx context.Context, id fraud.ReferralID, title string) (version int, err error)
	Sign(ctx context.Context, id fraud.ReferralID, version int) error
	// Send seals the package to the agency's key and sends it.
	Send(ctx context.Context, id fraud.ReferralID, version int) error
	// Words gives a signing key's fingerprint as words to read aloud.
	Words(ctx context.Context, keyID string) ([]string, error)
}

// Vault opens one victim's identity, with a stated reason, which is logged.
type Vault interface {
	OpenIdentity(ctx context.Context, report fraud.ReportID, reason string) (fraud.Identity, error)
}

// Delete takes everything out of a report that its victim wants deleted.
type Delete interface {
	// DeletionBar says what stands against it, as who reported may be told it.
	DeletionBar(context.Context, fraud.ReportID) (fraud.Bar, error)
	// DeleteTold is for who reported: the page has looked at the receipt's code.
	DeleteTold(context.Context, fraud.ReportID) error
	// DeleteReport is for a person of ours, on a stated basis.
	DeleteReport(ctx context.Context, id fraud.ReportID, basis string) ([]fraud.Deletion, error)
}

// Act is the agency's workspace; *act.Service satisfies all but Open.
type Act interface {
	Inbound
	Planning
	Field
	Following
}

// Inbound is how a referral becomes cases.
type Inbound interface {
	// Open unseals and verifies a package that came.
	Open(ctx context.Context, ref fraud.ReferralID, version int) (fraud.InboxItem, error)
	InboxItems(context.Context) ([]fraud.InboxItem, error)
	InboxItem(ctx context.Context, ref fraud.ReferralID, version int) (fraud.InboxItem, error)
	RegisterCases(context.Context, act.Registration) ([]fraud.Case, error)
	// AskMore asks the complainants for more than a referral holds.
	AskMore(ctx context.Context, ref fraud.ReferralID, says string) error
	Case(context.Context, fraud.CaseID) (fraud.Case, error)
	Cases(context.Context) ([]fraud.Case, error)
	UnsealCase(ctx context.Context, id fraud.CaseID, order string) error
}

// Planning is operations and their sites.
type Planning interface {
	OpenOperation(ctx context.Context, name string, cases []fraud.CaseID, goAt time.Time) (fraud.Operation, error)
	EndOperation(context.Context, fraud.OperationID) error
	Operation(context.Context, fraud.OperationID) (fraud.Operation, error)
	Operations(context.Context) ([]fraud.Operation, error)
	AddSite(context.Context, fraud.Site) (fraud.Site, error)
	Site(context.Context, fraud.SiteID) (fraud.Site, error)
	Sites(context.Context, fraud.OperationID) ([]fraud.Site, error)
	Board(context.Context, fraud.OperationID) (act.Board, error)
}

// Field is what happens in a raided room, and to what was taken there.
type Field interface {
	StartSearch(context.Context, fraud.SiteID, act.Warrant) (fraud.Search, error)
	Search(context.Context, fraud.SearchID) (fraud.Search, error)
	Searches(context.Context, fraud.OperationID) ([]fraud.Search, error)
	AddItem(context.Context, fraud.Seizure) (fraud.Seizure, error)
	Item(context.Context, fraud.SeizureID) (fraud.Seizure, error)
	Items(context.Context, fraud.SearchID) ([]fraud.Seizure, error)
	SignList(ctx context.Context, id fraud.SearchID, officer string, witnesses []string) (fraud.Search, error)
	EndSearch(ctx context.Context, id fraud.SearchID, recording string) (fraud.Search, error)
	HandOver(context.Context, act.Handover) ([]fraud.CustodyEvent, error)
	Custody(context.Context, fraud.SeizureID) ([]fraud.CustodyEvent, []act.Gap, error)
}

// Following is what comes after: freezes, arrests, leads, outcomes.
type Following interface {
	RequestFreeze(ctx context.Context, f fraud.Freeze, movedAt time.Time, why string) (fraud.Freeze, error)
	MoveFreeze(context.Context, fraud.FreezeEvent) (fraud.Freeze, error)
	Freeze(context.Context, fraud.FreezeID) (fraud.Freeze, error)
	Freezes(context.Context) ([]fraud.Freeze, error)
	RecordArrest(context.Context, fraud.Arrest) (fraud.Arrest, error)
	Arrests(context.Context) ([]fraud.Arrest, error)
	SendLead(context.Context, fraud.Lead) (fraud.Lead, error)
	Leads(context.Context) ([]fraud.Lead, error)
	RecordOutcome(context.Context, fraud.Outcome) (fraud.Outcome, error)
	Outcomes(context.Context) ([]fraud.Outcome, error)
}
