package web_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
	"ringbreaker.example/link"
	"ringbreaker.example/match"
	"ringbreaker.example/protect"
	"ringbreaker.example/web"
)

// asOf is when every test happens, so that golden pages do not age.
var asOf = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

func ago(days float64) time.Time {
	return asOf.Add(-time.Duration(days * 24 * float64(time.Hour))).Truncate(time.Minute)
}

// world is a node's data in memory, all invented. It satisfies what pages
// read, and the agency's storage.
type world struct {
	org        fraud.Org
	people     map[fraud.PersonID]access.Person
	sessions   map[string]access.Session
	reports    []*fraud.Report
	sightings  map[fraud.ReportID][]fraud.Sighting
	rings      []fraud.Ring
	links      []fraud.Link
	suggest    []fraud.Suggestion
	events     []fraud.RingEvent
	judged     []fraud.Judgement
	transfers  []fraud.Transfer
	peers      []fraud.Peer
	matches    []fraud.Match
	keyChanges []access.KeyRecord
	didKeys    []string // what was done to keys
	status     match.Status
	joint      []fraud.JointCase
	entries    []fraud.JointEntry
	shares     []fraud.Share
	recalls    []fraud.Recall
	waiting    []fraud.Letter
	refused    []fraud.Letter
	posted     int // how often somebody had all of them tried
	referrals  []fraud.Referral
	holds      []fraud.Hold
	safe       []fraud.SafeEntry
	listings   []fraud.Listing
	disputed   []fraud.Dispute
	alerts     []fraud.Alert
	outcomes   []fraud.Outcome
	audits     []fraud.AuditEntry
	deletions  []fraud.Deletion
	bar        fraud.Bar
	shelves    map[string]fraud.Shelf
	agency
}

func (w *world) Shelf(_ context.Context, list string) (fraud.Shelf, error) {
	s := w.shelves[list]
	s.List = list
	return s, nil
}

func (w *world) Shelve(_ context.Context, c fraud.Shelving) error {
	s := w.shelves[c.List]
	if c.Fill != s.Fill+1 || len(c.Added) > 0 && !c.Added[0].Added.After(s.Last) {
		return fmt.Errorf("somebody else changed it: %w", fraud.ErrConflict)
	}
	s.List, s.Fill = c.List, c.Fill
	s.Objects = slices.DeleteFunc(slices.Clone(s.Objects), func(o fraud.Shelved) bool {
		return slices.Contains(c.Gone, o.ID) || slices.ContainsFunc(c.Added, func(n fraud.Shelved) bool { return n.ID == o.ID })
	})
	for _, o := range c.Added {
		s.Objects, s.Last = append(s.Objects, o), o.Added
	}
	if w.shelves == nil {
		w.shelves = map[string]fraud.Shelf{}
	}
	w.shelves[c.List] = s
	return nil
}

func find[T any](list []T, is func(T) bool) (T, error) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], nil
	}
	var none T
	return none, fraud.ErrNotFound
}

func (w *world) Person(_ context.Context, id fraud.PersonID) (access.Person, error) {
	p, ok := w.people[id]
	if !ok {
		return p, fraud.ErrNotFound
	}
	return p, nil
}

func (w *world) AddSession(_ context.Context, s access.Session) error {
	w.sessions[s.TokenHash] = s
	return nil
}

func (w *world) Session(_ context.Context, hash string) (access.Session, error) {
	s, ok := w.sessions[hash]
	if !ok {
		return s, fraud.ErrNotFound
	}
	return s, nil
}

func (w *world) DropSession(_ context.Context, hash string) error {
	delete(w.sessions, hash)
	return nil
}

func (w *world) Report(_ context.Context, id fraud.ReportID) (*fraud.Report, error) {
	return find(w.reports, func(r *fraud.Report) bool { return r.Name() == id })
}

// ReportStand follows the corrections, and knows of readings what the trail
// says.
func (w *world) ReportStand(ctx context.Context, id fraud.ReportID) (fraud.ReportStand, error) {
	var out fraud.ReportStand
	for _, r := range w.reports {
		if r.Name() == id || len(out.All) > 0 && fraud.NewReportID(r.Source, r.Supersedes) == out.Newest() {
			out.All = append(out.All, r.Name())
		}
	}
	if len(out.All) == 0 {
		return out, fraud.ErrNotFound
	}
	out.Received = asOf
	for _, e := range w.audits {
		if e.Act == "report.read" && slices.Contains(out.All, fraud.ReportID(e.Ref)) && out.Read.IsZero() {
			out.Read = e.At
		}
	}
	if d, err := w.Deletion(ctx, id); err == nil {
		out.Deleted = d.At
	}
	return out, nil
}

func (w *world) Deletion(_ context.Context, id fraud.ReportID) (fraud.Deletion, error) {
	return find(w.deletions, func(d fraud.Deletion) bool { return d.Report == id })
}

func (w *world) CountReports(context.Context) (int, error) { return len(w.reports), nil }
func (w *world) SightingsOf(_ context.Context, id fraud.ReportID) ([]fraud.Sighting, error) {
	return w.sightings[id], nil
}

func (w *world) Ring(_ context.Context, id fraud.RingID) (fraud.Ring, error) {
	return find(w.rings, func(r fraud.Ring) bool { return r.ID == id })
}

func (w *world) RingDigest(ctx context.Context, id fraud.RingID) (string, error) {
	r, err := w.Ring(ctx, id)
	return fmt.Sprintf("%+v", r), err
}

func (w *world) RingOf(_ context.Context, id fraud.ReportID) (fraud.RingID, error) {
	r, err := find(w.rings, func(r fraud.Ring) bool { return slices.Contains(r.Reports, id) })
	return r.ID, err
}

func (w *world) StrongestLinks(_ context.Context, id fraud.RingID) ([]fraud.Link, int, error) {
	var out []fraud.Link
	for _, l := range w.links {
		if l.Ring == id {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b fraud.Link) int { return cmp.Compare(b.Bits, a.Bits) })
	return out, len(out), nil
}

func (w *world) RingLinks(ctx context.Context, id fraud.RingID) ([]fraud.Link, error) {
	links, _, err := w.StrongestLinks(ctx, id)
	return links, err
}

func (w *world) TopIndicators(_ context.Context, ids []fraud.RingID) (map[fraud.RingID][]fraud.RingIndicator, error) {
	out := map[fraud.RingID][]fraud.RingIndicator{}
	for _, r := range w.rings {
		if slices.Contains(ids, r.ID) {
			out[r.ID] = r.Indicators
		}
	}
	return out, nil
}

func (w *world) RingEvents(_ context.Context, id fraud.RingID) ([]fraud.RingEvent, error) {
	var out []fraud.RingEvent
	for _, e := range w.events {
		if e.Ring == id {
			out = append(out, e)
		}
	}
	return out, nil
}

func (w *world) AddJudgement(_ context.Context, j fraud.Judgement) error {
	w.judged = append(w.judged, j)
	return nil
}
func (w *world) Peers(context.Context) ([]fraud.Peer, error)            { return w.peers, nil }
func (w *world) KeyChanges(context.Context) ([]access.KeyRecord, error) { return w.keyChanges, nil }

func (w *world) Matches(context.Context) ([]fraud.Match, error) { return slices.Clone(w.matches), nil }

func (w *world) Match(_ context.Context, id fraud.MatchID) (fraud.Match, []byte, error) {
	m, err := find(w.matches, func(m fraud.Match) bool { return m.ID == id })
	return m, nil, err
}

func (w *world) JointCases(context.Context) ([]fraud.JointCase, error) {
	return slices.Clone(w.joint), nil
}

func (w *world) JointEntries(_ context.Context, id fraud.JointCaseID) ([]fraud.JointEntry, error) {
	return slices.DeleteFunc(slices.Clone(w.entries), func(e fraud.JointEntry) bool { return e.Case != id }), nil
}

func (w *world) JointCase(_ context.Context, id fraud.JointCaseID) (fraud.JointCase, error) {
	return find(w.joint, func(c fraud.JointCase) bool { return c.ID == id })
}
func (w *world) Shares(context.Context) ([]fraud.Share, error) { return w.shares, nil }

func (w *world) Recalls(context.Context) ([]fraud.Recall, error) { return w.recalls, nil }

// fakePost is a node's outbox: what is due is taken.
type fakePost struct{ w *world }

func (f fakePost) Waiting(context.Context) ([]fraud.Letter, error) { return f.w.waiting, nil }
func (f fakePost) Refused(_ context.Context, since time.Time) ([]fraud.Letter, error) {
	return slices.DeleteFunc(slices.Clone(f.w.refused), func(l fraud.Letter) bool { return l.Ended.Before(since) }), nil
}

func (f fakePost) SendNow(context.Context) error {
	f.w.posted++
	return nil
}

func (w *world) Referrals(context.Context) ([]fraud.Referral, error) {
	return slices.Clone(w.referrals), nil
}

func (w *world) Referral(_ context.Context, id fraud.ReferralID, version int) (fraud.Referral, error) {
	return find(w.referrals, func(r fraud.Referral) bool { return r.ID == id && (version == 0 || r.Version == version) })
}
func (w *world) Holds(context.Context) ([]fraud.Hold, error) { return w.holds, nil }
func (w *world) AddHold(_ context.Context, h fraud.Hold) error {
	w.holds = append(w.holds, h)
	return nil
}
func (w *world) SafeList(context.Context) ([]fraud.SafeEntry, error) { return w.safe, nil }
func (w *world) ReleaseHold(_ context.Context, id string, _ fraud.PersonID, at time.Time) error {
	for i := range w.holds {
		if w.holds[i].ID == id {
			w.holds[i].Released = at
			return nil
		}
	}
	return fraud.ErrNotFound
}
func (w *world) Listings(context.Context) ([]fraud.Listing, error) { return w.listings, nil }
func (w *world) Alerts(context.Context) ([]fraud.Alert, error)     { return slices.Clone(w.alerts), nil }

func (w *world) SeeAlert(_ context.Context, id string, _ fraud.PersonID, at time.Time) error {
	for i := range w.alerts {
		if w.alerts[i].ID == id {
			w.alerts[i].Seen = at
			return nil
		}
	}
	return fraud.ErrNotFound
}
func (w *world) Outcomes(context.Context) ([]fraud.Outcome, error) { return w.outcomes, nil }
func (w *world) AddOutcome(_ context.Context, o fraud.Outcome) error {
	w.outcomes = append(w.outcomes, o)
	return nil
}

func (w *world) AddAudit(_ context.Context, e fraud.AuditEntry) error {
	e.Seq = int64(len(w.audits) + 1)
	w.audits = append(w.audits, e)
	return nil
}

func (w *world) Audits(_ context.Context, limit int) ([]fraud.AuditEntry, error) {
	out := slices.Clone(w.audits)
	slices.Reverse(out)
	return out[:min(limit, len(out))], nil
}
func (w *world) LeafCount(context.Context) (int64, error) { return 2412, nil }
func (w *world) Checkpoint(context.Context) (string, error) {
	return "alder.example/ledger\n2412\nq2S0bX0W6y0m0a1rZP3sX8pQmYw2k1o0u9d3l7c5b4E=\n\n— alder.example/ledger 3kz0AAbb…\n", nil
}

// fakeIntake keeps what the form sends in the world.
type fakeIntake struct{ w *world }

func (f fakeIntake) Submit(_ context.Context, r *fraud.Report) (intake.Receipt, error) {
	mine := *r
	mine.Source, mine.ID = "alder", "r-NEW"
	f.w.reports = append(f.w.reports, &mine)
	return intake.Receipt{Code: "7K2M-9QXT-4HBD-R3WE", Report: mine.Name(), Taken: fraud.TakenNew}, nil
}

func (f fakeIntake) CodeReport(code string) (fraud.ReportID, bool) {
	return "alder/r-NEW", strings.EqualFold(code, "7K2M-9QXT-4HBD-R3WE")
}

func (f fakeIntake) correct(ctx context.Context, id fraud.ReportID, change func(*fraud.Report)) error {
	r, err := f.w.Report(ctx, id)
	if err != nil {
		return err
	}
	mine := *r
	mine.ID, mine.Supersedes = r.ID+"-2", r.ID
	change(&mine)
	f.w.reports = append(f.w.reports, &mine)
	return nil
}

func (f fakeIntake) Add(ctx context.Context, _ intake.Told, id fraud.ReportID, text string) error {
	if len(text) > 1000 {
		return fraud.ErrInvalid
	}
	return f.correct(ctx, id, func(r *fraud.Report) { r.Narrative += "\n\n" + text })
}

func (f fakeIntake) Withdraw(ctx context.Context, _ intake.Told, id fraud.ReportID) error {
	return f.correct(ctx, id, func(r *fraud.Report) { r.Consent = fraud.Consent{} })
}

// fakeProtect answers from two known values; advice is the real book.
type fakeProtect struct {
	w    *world
	book *protect.Book
}

func (f fakeProtect) Check(_ context.Context, q protect.Question) (protect.Answer, error) {
	for _, x := range extract.Text(q.Text, extract.Options{Country: "US"}) {
		if x.Value == "+12125550142" {
			return protect.Answer{
				Verdict: protect.VerdictKnownScam, Sentence: "This is a known scam. Do not call it, do not open it, do not pay.",
				Reasons: []protect.Reason{
					{Says: "+1 212 555 0142 was reported by several independent sources, last on 2026-02-27."},
					{Says: "The message looks like an error from Microsoft and shows a phone number.", Rule: "Error and warning messages from Microsoft never include a phone number.", Publisher: "Microsoft", URL: "https://support.microsoft.com/", AsOf: ago(40)},
				},
				Do: []string{"Do not call, click or pay.", "If you already did, tell us what happened."},
			}, nil
		}
	}
	return protect.Answer{Verdict: protect.VerdictUnknown, Sentence: "We do not know this. That does not make it safe.", Do: []string{"Look up the company's number yourself, on your card or bill, and ask there."}}, nil
}

func (f fakeProtect) Dispute(_ context.Context, value, says, contact string) (fraud.Dispute, error) {
	if value != "+1 212 555 0142" {
		return fraud.Dispute{}, fmt.Errorf("this is not on our list: %w", fraud.ErrNotFound)
	}
	d := fraud.Dispute{ID: "dispute-4M2K", Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}, Says: says, Contact: contact, At: asOf}
	f.w.disputed = append(f.w.disputed, d)
	return d, nil
}

func (f fakeProtect) Disputes(context.Context) ([]fraud.Dispute, error) {
	return slices.Clone(f.w.disputed), nil
}

func (f fakeProtect) DecideDispute(_ context.Context, id string, upheld bool, reason string) (fraud.Dispute, error) {
	if reason == "" {
		return fraud.Dispute{}, fmt.Errorf("a decision needs its reason: %w", fraud.ErrInvalid)
	}
	for i := range f.w.disputed {
		if f.w.disputed[i].ID == id {
			f.w.disputed[i].Decided, f.w.disputed[i].Upheld, f.w.disputed[i].Reason = asOf, upheld, reason
			return f.w.disputed[i], nil
		}
	}
	return fraud.Dispute{}, fraud.ErrNotFound
}
func (f fakeProtect) Advise(x protect.Situation) []protect.Step { return f.book.Advice(x, asOf) }
func (f fakeProtect) Advice() *protect.Book                     { return f.book }

type fakeMatch struct{ w *world }

func (f fakeMatch) Offer(_ context.Context, peer fraud.OrgID, t match.Terms) (fraud.Match, error) {
	m := fraud.Match{ID: "M-OFFERED", Peer: peer, Offered: true, Step: fraud.MatchOffered, Kinds: t.Kinds, MinReports: t.MinReports, At: asOf}
	f.w.status.Terms = t
	f.w.matches = append(f.w.matches, m)
	return m, nil
}

func (f fakeMatch) OfferNext(ctx context.Context, id fraud.MatchID) (fraud.Match, error) {
	t := f.w.status.Terms
	t.Continues = id
	return f.Offer(ctx, "birch", t)
}

func (f fakeMatch) Status(context.Context, fraud.MatchID) (match.Status, error) {
	return f.w.status, nil
}

func (f fakeMatch) Accept(ctx context.Context, id fraud.MatchID) (fraud.Match, error) {
	m, _, err := f.w.Match(ctx, id)
	return m, err
}

func (f fakeMatch) Consent(_ context.Context, id fraud.MatchID, step fraud.MatchStep) (fraud.Match, error) {
	for i := range f.w.matches {
		if f.w.matches[i].ID == id {
			f.w.matches[i].Consent[step] = asOf
			return f.w.matches[i], nil
		}
	}
	return fraud.Match{}, fraud.ErrNotFound
}

func (f fakeMatch) Refuse(ctx context.Context, id fraud.MatchID, _ string) (fraud.Match, error) {
	m, _, err := f.w.Match(ctx, id)
	return m, err
}

type fakeJoint struct{ w *world }

func (f fakeJoint) Preview(_ context.Context, _ fraud.OrgID, _ match.Terms) (int, int, error) {
	return 1284, 23, nil
}

func (f fakeJoint) OpenCase(_ context.Context, c fraud.JointCase) (fraud.JointCaseID, error) {
	c.ID = "JC-NEW"
	f.w.joint = append(f.w.joint, c)
	return c.ID, nil
}

func (f fakeJoint) AddJoint(_ context.Context, e fraud.JointEntry) (string, error) {
	e.ID, e.Org, e.At = "JE-NEW", "alder", asOf
	f.w.entries = append(f.w.entries, e)
	return e.ID, nil
}
func (f fakeJoint) AcceptCase(context.Context, fraud.JointCaseID) error { return nil }
func (f fakeJoint) Recall(context.Context, string, string) error        { return nil }

type fakeRefer struct{ w *world }

func (f fakeRefer) Build(context.Context, fraud.JointCaseID, fraud.OrgID, string) (fraud.ReferralID, error) {
	return f.w.referrals[0].ID, nil
}

func (f fakeRefer) Override(_ context.Context, id fraud.ReferralID, _, check int, reason string) error {
	for i := range f.w.referrals {
		for j := range f.w.referrals[i].Checks {
			if f.w.referrals[i].ID == id && f.w.referrals[i].Checks[j].No == check {
				f.w.referrals[i].Checks[j].Override = reason
				return nil
			}
		}
	}
	return fraud.ErrNotFound
}
func (f fakeRefer) Rebuild(context.Context, fraud.ReferralID) error { return nil }
func (f fakeRefer) Supplement(context.Context, fraud.ReferralID, string) (int, error) {
	return 2, nil
}
func (f fakeRefer) Sign(context.Context, fraud.ReferralID, int) error { return nil }
func (f fakeRefer) Send(context.Context, fraud.ReferralID, int) error { return nil }
func (f fakeRefer) Words(context.Context, string) ([]string, error) {
	return strings.Fields("acid bacon copper dune ember fable gravel harbor"), nil
}

// fakePackage holds the same three files for every referral, and an exhibit.
type fakePackage struct{}

func (fakePackage) Files(context.Context, fraud.ReferralID, int) ([]fraud.Exhibit, error) {
	return []fraud.Exhibit{
		{Name: "referral.json", What: "who, to whom, about what", Size: 2311, SHA256: strings.Repeat("3f", 32)},
		{Name: "dossier.html", What: "the readable whole", Size: 88211, SHA256: strings.Repeat("a1", 32)},
		{Name: "annex-victims.age", What: "identities, to the agency's key alone", Size: 40122, SHA256: strings.Repeat("9c", 32)},
		{Name: "dossier.pdf", Size: 912, SHA256: strings.Repeat("4d", 32)},
		{Name: "exhibits/0001-page.html", Size: 12, SHA256: strings.Repeat("4e", 32)},
	}, nil
}

func (f fakePackage) File(ctx context.Context, id fraud.ReferralID, version int, name string) (io.ReadCloser, error) {
	list, err := f.Files(ctx, id, version)
	if err != nil || !slices.ContainsFunc(list, func(x fraud.Exhibit) bool { return x.Name == name }) {
		return nil, fraud.ErrNotFound
	}
	return io.NopCloser(strings.NewReader("the bytes of " + name)), nil
}

func (fakePackage) Names(_ context.Context, _ fraud.ReferralID, _ int, reports []fraud.ReportID) (bool, error) {
	return slices.Contains(reports, "alder/r-NEW"), nil
}

// fakeDelete notes what was deleted; the bar is the test's to set.
type fakeDelete struct{ w *world }

func (f fakeDelete) DeletionBar(context.Context, fraud.ReportID) (fraud.Bar, error) {
	return f.w.bar, nil
}

func (f fakeDelete) DeleteTold(_ context.Context, id fraud.ReportID) error {
	f.w.deletions = append(f.w.deletions, fraud.Deletion{Report: id, Basis: "who reported asked for it", At: asOf})
	return nil
}

func (f fakeDelete) DeleteReport(ctx context.Context, id fraud.ReportID, basis string) ([]fraud.Deletion, error) {
	thing := access.Thing{Kind: access.ThingReport, ID: string(id), Reason: basis}
	if err := access.Decide(access.From(ctx), access.ActDelete, thing, access.Recipient{}, asOf).Err(); err != nil {
		return nil, err
	}
	d := fraud.Deletion{Report: id, By: access.From(ctx).Person, Basis: basis, At: asOf}
	f.w.deletions = append(f.w.deletions, d)
	return []fraud.Deletion{d}, nil
}

type fakeVault struct{}

func (fakeVault) OpenIdentity(context.Context, fraud.ReportID, string) (fraud.Identity, error) {
	return fraud.Identity{Name: "Rosa Example", Email: "rosa@mail.example", Phone: "+1 212 555 0199"}, nil
}

type fakeTrace struct{ w *world }

func (f fakeTrace) FreezeList(context.Context) ([]fraud.FreezeCandidate, error) {
	inr := func(v int64) fraud.Money { return fraud.Money{Minor: v, Currency: "USD"} }
	return []fraud.FreezeCandidate{
		{Account: "bank_account:HDFC0000001/50100200300", Tainted: map[string]fraud.Money{"fifo": inr(4_120_000), "haircut": inr(3_880_000)}, Low: inr(3_880_000), High: inr(4_120_000), LastIn: ago(1.2), Channel: "IC3 RAT / FFKC", Deadline: asOf.Add(43 * time.Hour), Hops: 1, Path: []string{"victims", "bank_account:HDFC0000001/50100200300"}},
		{Account: "upi:bright.services@okbank", Tainted: map[string]fraud.Money{"fifo": inr(900_000), "haircut": inr(610_000)}, Low: inr(610_000), High: inr(900_000), LastIn: ago(3), Channel: "1930", Hops: 2, Path: []string{"victims", "bank_account:HDFC0000001/50100200300", "upi:bright.services@okbank"}},
	}, nil
}

type fakeExplain struct{ w *world }

func (f fakeExplain) Explain(_ context.Context, a, b fraud.ReportID) (link.Explanation, error) {
	if b == "" {
		return link.Explanation{A: a, Same: true, RingA: "R-17", Bits: 14.2, Chain: f.w.links[:1], Says: []string{"It is in R-17 by one link."}, Fails: []string{"The number would have to have been rented to somebody else between the two reports."}}, nil
	}
	return link.Explanation{A: a, B: b, Same: true, RingA: "R-17", RingB: "R-17", Bits: 14.2, Chain: f.w.links[:1], Says: []string{"Both were told to call +1 212 555 0142 in the same week."}, Fails: []string{"The number would have to have been rented to somebody else between the two reports."}}, nil
}

// fakeAct is the real workspace over the world, with an opening that finds
// what the test put there.
type fakeAct struct {
	*act.Service
	w *world
}

func (f fakeAct) AskMore(_ context.Context, ref fraud.ReferralID, _ string) error {
	_, err := find(f.w.inbox, func(x fraud.InboxItem) bool { return x.Referral == ref })
	return err
}

func (f fakeAct) Open(ctx context.Context, ref fraud.ReferralID, version int) (fraud.InboxItem, error) {
	return f.Opened(ctx, ref, version, act.Opening{
		Title: "Joint referral", Package: strings.Repeat("b7", 32), Mark: fraud.Mark{TLP: fraud.TLPAmberStrict, PAP: fraud.PAPAmber},
		Checks: []fraud.Check{{No: 1, Name: "Seal", OK: true, Says: "The package opened with this agency's key."}},
	})
}

// password is every test person's; its hash is made once, since argon2id is
// meant to be slow.
const password = "correct horse battery staple"

type noisy struct{ t testing.TB }

func (n noisy) Write(p []byte) (int, error) {
	n.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

// serve starts the pages of a world.
func serve(t testing.TB, w *world) *httptest.Server {
	t.Helper()
	srv, _ := serveWith(t, w)
	return srv
}

func serveWith(t testing.TB, w *world, more ...func(*web.Config)) (*httptest.Server, *web.Server) {
	t.Helper()
	book, err := protect.LoadAdvice()
	if err != nil {
		t.Fatal(err)
	}
	cfg := web.Config{
		Org: w.org, Now: func() time.Time { return asOf }, Random: &counter{}, Store: w, Log: slog.New(slog.NewTextHandler(noisy{t}, nil)),
		Intake: fakeIntake{w}, Protect: fakeProtect{w, book}, Judge: w, Explain: fakeExplain{w}, Trace: fakeTrace{w}, Vault: fakeVault{}, Delete: fakeDelete{w}, Evidence: fakeEvidence{}, Imports: fakeImports{}, Keys: fakeKeys{w}, Post: fakePost{w}, Package: fakePackage{}, Shelves: w,
	}
	if w.org.Kind == fraud.OrgAgency {
		cfg.Match, cfg.Joint = fakeMatch{w}, fakeJoint{w}
		cfg.Act = fakeAct{act.New(w, func() time.Time { return asOf }, &counter{}), w}
	} else {
		cfg.Match, cfg.Joint, cfg.Refer = fakeMatch{w}, fakeJoint{w}, fakeRefer{w}
	}
	for _, add := range more {
		add(&cfg)
	}
	s, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(lasting(s.Handler()))
	t.Cleanup(srv.Close)
	return srv, s
}

// lasting takes the expiry off cookies: a browser's clock is not asOf.
func lasting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		for name, values := range rec.Header() {
			for _, v := range values {
				if at := strings.Index(v, "; Expires="); name == "Set-Cookie" && at >= 0 {
					_, rest, _ := strings.Cut(v[at+2:], ";")
					v = v[:at] + ";" + rest
				}
				w.Header().Add(name, v)
			}
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes()) // a browser that went away
	})
}

type fakeEvidence struct{}

func (fakeEvidence) Put(_ context.Context, r io.Reader) (string, int64, error) {
	n, err := io.Copy(io.Discard, r)
	return strings.Repeat("d4", 32), n, err
}
func (fakeEvidence) Has(context.Context, string) (bool, error) { return true, nil }
