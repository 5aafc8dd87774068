package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// inboxPage lists reports, those with money still moving first.
type inboxPage struct {
	base
	Rows     []inboxRow
	Withheld int // reports of this page that this person may not read
	All      int
	Shown    int
	Next     string // address of the next page
	Filters  []chip
}

type inboxRow struct {
	ID       fraud.ReportID
	Received time.Time
	Country  string
	Language string
	Aged     string
	Brands   []string
	Sent     []fraud.Money
	Clock    string // what is left of the recall window, if money moves still
	Ring     fraud.RingID
	Sees     []fraud.Indicator
	Mark     fraud.Mark
	Repeat   bool // the same person reported before
}

// chip is one filter above a table.
type chip struct {
	Word, Href string
	Chosen     bool
}

const inboxPageSize = 60

func (s *Server) inbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := inboxPage{base: s.base(w, r, "Inbox")}
	var err error
	if p.All, err = s.Store.CountReports(ctx); err != nil {
		return fmt.Errorf("count the reports: %w", err)
	}
	ask := r.URL.Query()
	only := ask.Get("only")
	for _, f := range []struct{ key, word string }{{"", "All"}, {"clock", "Money still moving"}, {"sent", "Money sent"}, {"aged", "60 and older"}, {"alone", "In no ring yet"}} {
		p.Filters = append(p.Filters, chip{Word: f.word, Href: "/reports?only=" + f.key, Chosen: f.key == only})
	}
	q := fraud.InboxQuery{Limit: inboxPageSize}
	switch only {
	case "clock":
		q.Only, q.PaidFrom = fraud.InboxPaid, s.Now().Add(-recallWindow)
	case "sent":
		q.Only = fraud.InboxPaid
	case "aged":
		q.Only = fraud.InboxAged
	case "alone":
		q.Only = fraud.InboxAlone
	}
	if before := ask.Get("before"); before != "" {
		var paid int64
		if q.Before, err = strconv.ParseInt(before, 10, 64); err == nil && ask.Get("paid") != "" {
			paid, err = strconv.ParseInt(ask.Get("paid"), 10, 64)
			q.PaidTo = time.UnixMicro(paid).UTC()
		}
		if err != nil {
			return fmt.Errorf("this page of the inbox has no place in it; open the inbox again: %w", fraud.ErrInvalid)
		}
	}
	list, err := s.Store.ReportInbox(ctx, q)
	if err != nil {
		return fmt.Errorf("read the reports: %w", err)
	}
	if len(list) == inboxPageSize {
		last := list[len(list)-1]
		v := url.Values{"before": {strconv.FormatInt(last.No, 10)}}
		if only != "" {
			v.Set("only", only)
		}
		if !last.PaidAt.IsZero() {
			v.Set("paid", strconv.FormatInt(last.PaidAt.UnixMicro(), 10))
		}
		p.Next = "/reports?" + v.Encode()
	}
	if only == "" && q.Before == 0 { // what is most urgent stands first on the first page
		moving, err := s.Store.ReportInbox(ctx, fraud.InboxQuery{Only: fraud.InboxPaid, PaidFrom: s.Now().Add(-recallWindow), Limit: inboxPageSize / 3})
		if err != nil {
			return fmt.Errorf("read the reports: %w", err)
		}
		for _, e := range moving {
			if !slices.ContainsFunc(list, func(x fraud.InboxEntry) bool { return x.No == e.No }) {
				list = append(list, e)
			}
		}
	}
	if p.Rows, err = s.inboxRows(ctx, list); err != nil {
		return err
	}
	p.Shown, p.Withheld = len(p.Rows), len(list)-len(p.Rows)
	return s.render(w, http.StatusOK, "inbox.html", p)
}

// inboxRows fills in what the inbox shows of each report that this person may
// read, those with money still moving first.
func (s *Server) inboxRows(ctx context.Context, list []fraud.InboxEntry) ([]inboxRow, error) {
	victims := make([]string, 0, len(list))
	ids := make([]fraud.ReportID, 0, len(list))
	for _, e := range list {
		victims, ids = append(victims, e.Report.Victim), append(ids, e.Report.Name())
	}
	repeat, err := s.Store.RepeatVictims(ctx, victims)
	if err != nil {
		return nil, fmt.Errorf("look for victims who reported before: %w", err)
	}
	sights, err := s.Store.SightingsOfMany(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read what the reports hold: %w", err)
	}
	var rows []inboxRow
	for _, e := range list {
		if !s.can(ctx, access.ActRead, access.Thing{Kind: access.ThingReport, ID: string(e.Report.Name()), Mark: e.Report.Mark()}) {
			continue
		}
		row := s.inboxRow(e, sights[e.Report.Name()])
		row.Repeat = repeat[e.Report.Victim]
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b inboxRow) int { return boolFirst(a.Clock != "", b.Clock != "") })
	return rows, nil
}

func boolFirst(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

func (s *Server) inboxRow(e fraud.InboxEntry, sights []fraud.Sighting) inboxRow {
	rep := e.Report
	facts := rep.Facts()
	row := inboxRow{
		ID: rep.Name(), Received: rep.ReceivedAt, Country: rep.Reporter.Country, Language: rep.Reporter.Language, Aged: rep.Reporter.AgeBand,
		Brands: facts.Brands, Sent: facts.Sent, Mark: rep.Mark(), Ring: e.Ring,
	}
	if x := situation(rep); x.Paid && x.PaidAt.Add(recallWindow).After(s.Now()) {
		row.Clock = left(x.PaidAt.Add(recallWindow), s.Now())
	}
	for _, x := range sights {
		if x.Role.Links() && x.Role != fraud.RoleMention && x.Indicator.Kind != fraud.Script && !slices.Contains(row.Sees, x.Indicator) && len(row.Sees) < 3 {
			row.Sees = append(row.Sees, x.Indicator)
		}
	}
	return row
}

// reportViewPage is one report: the original beside what was taken out of it.
type reportViewPage struct {
	base
	Report    *fraud.Report
	ID        fraud.ReportID
	Mark      fraud.Mark
	Ring      fraud.RingID
	Placed    fraud.RingID // where it was put at once, until the rings are derived
	Texts     []markedText
	Files     []fileRead
	Sightings []sightingRow
	Facts     fraud.ReportFacts
	Judged    []fraud.Judgement
	CanJudge  bool
	CanOpen   bool // may open the reporter's identity
	Identity  *fraud.Identity
	Alike     []fraud.ReportID
	CanDelete bool
	Gone      *fraud.Deletion // how it was deleted; then nothing else is there
}

// markedText is one field of the report with the sightings underlined.
type markedText struct {
	Field string
	Parts []textPart
	From  []fileRead // files that a machine read it in, whole or in part
}

type textPart struct {
	Text  string
	No    int  // of the sighting in the table; 0 is plain text
	Never bool // its role never links
	Tip   string
}

type sightingRow struct {
	fraud.Sighting
	No    int
	Never bool
}

func reportIDOf(r *http.Request) fraud.ReportID {
	return fraud.NewReportID(r.PathValue("source"), r.PathValue("rest"))
}

func (s *Server) reportView(w http.ResponseWriter, r *http.Request) error {
	return s.showReport(w, r, nil)
}

// readReport is a report that this person may read, or why not; readable leaves
// out what they may not.
func (s *Server) readReport(ctx context.Context, id fraud.ReportID) (*fraud.Report, error) {
	rep, err := s.Store.Report(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read report %s: %w", id, err)
	}
	return rep, s.may(ctx, access.ActRead, access.Thing{Kind: access.ThingReport, ID: string(id), Mark: rep.Mark()})
}

// identity opens who the reporter is: one record, with a reason, logged by
// the vault. What it shows is in no cache and on no other page.
func (s *Server) identity(w http.ResponseWriter, r *http.Request) error {
	ctx, name := r.Context(), reportIDOf(r)
	// Who may not read the report does not learn whose it is.
	if _, err := s.readReport(ctx, name); err != nil {
		return err
	}
	id, err := s.Vault.OpenIdentity(ctx, name, strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.showReport(w, r, &id)
}

func (s *Server) showReport(w http.ResponseWriter, r *http.Request, who *fraud.Identity) error {
	ctx, id := r.Context(), reportIDOf(r)
	rep, err := s.readReport(ctx, id)
	if err != nil {
		return err
	}
	if err := s.note(ctx, "report.read", string(id), ""); err != nil {
		return err
	}
	p := reportViewPage{base: s.base(w, r, "Report "+string(id)), Report: rep, ID: id, Mark: rep.Mark(), Facts: rep.Facts(), Identity: who}
	if gone, err := s.Store.Deletion(ctx, id); err == nil {
		p.Gone = &gone
		return s.render(w, http.StatusOK, "report_view.html", p)
	} else if !isNotFound(err) {
		return fmt.Errorf("ask whether %s was deleted: %w", id, err)
	}
	if p.Ring, err = s.Store.RingOf(ctx, id); err != nil && !isNotFound(err) {
		return fmt.Errorf("find the ring of %s: %w", id, err)
	}
	if p.Ring == "" && s.Pending != nil {
		if p.Placed, err = s.Pending.PlacedIn(ctx, id); err != nil {
			return fmt.Errorf("ask where %s was placed: %w", id, err)
		}
	}
	sights, err := s.Store.SightingsOf(ctx, id)
	if err != nil {
		return fmt.Errorf("read what %s holds: %w", id, err)
	}
	p.Texts, p.Sightings = markTexts(rep, sights)
	p.Files = filesOf(rep)
	for i, t := range p.Texts {
		for _, f := range p.Files {
			if f.Field == t.Field && f.How != "" {
				p.Texts[i].From = append(p.Texts[i].From, f)
			}
		}
	}
	if p.Judged, err = s.Store.JudgementsAbout(ctx, id); err != nil {
		return fmt.Errorf("read the judgements: %w", err)
	}
	p.CanJudge = s.Judge != nil && s.can(ctx, access.ActJudge, access.Thing{})
	p.CanOpen = s.Vault != nil && s.can(ctx, access.ActOpenVault, access.Thing{Kind: access.ThingIdentity, Reason: "asked"})
	p.CanDelete = s.Delete != nil && s.can(ctx, access.ActDelete, access.Thing{Kind: access.ThingReport, Reason: "asked"})
	return s.render(w, http.StatusOK, "report_view.html", p)
}

// deleteReport takes everything out of a report at its victim's wish, on the
// basis that the person states.
func (s *Server) deleteReport(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), reportIDOf(r)
	// Who may not read the report does not delete it either.
	if _, err := s.readReport(ctx, id); err != nil {
		return err
	}
	if r.PostFormValue("sure") != "yes" {
		return fmt.Errorf("tick that it is to be deleted for good: %w", fraud.ErrInvalid)
	}
	if _, err := s.Delete.DeleteReport(ctx, id, strings.TrimSpace(r.PostFormValue("reason"))); err != nil {
		return err
	}
	return done(w, r, "/reports/"+string(id), "deleted")
}

// markTexts cuts each free text at its sightings. Offsets are bytes of the
// field; those that do not fit the text are left to the table.
func markTexts(rep *fraud.Report, sights []fraud.Sighting) ([]markedText, []sightingRow) {
	rows := make([]sightingRow, len(sights))
	byField := map[string][]int{}
	for i, x := range sights {
		rows[i] = sightingRow{Sighting: x, No: i + 1, Never: !x.Role.Links()}
		byField[x.Place.Field] = append(byField[x.Place.Field], i)
	}
	var out []markedText
	add := func(field, text string) {
		if strings.TrimSpace(text) == "" {
			return
		}
		out = append(out, markedText{Field: field, Parts: markText(text, rows, byField[field])})
	}
	add("narrative", rep.Narrative)
	for i, c := range rep.Contacts {
		add("contacts["+strconv.Itoa(i)+"].text", c.Text)
	}
	return out, rows
}

func markText(text string, rows []sightingRow, at []int) []textPart {
	at = slices.Clone(at)
	slices.SortStableFunc(at, func(a, b int) int {
		return cmp.Or(cmp.Compare(rows[a].Place.Start, rows[b].Place.Start), cmp.Compare(rows[b].Place.End, rows[a].Place.End))
	})
	var out []textPart
	done := 0
	for _, i := range at {
		from, to := rows[i].Place.Start, rows[i].Place.End
		if from < done || to <= from || to > len(text) || strings.ToValidUTF8(text[from:to], "") != text[from:to] || rows[i].Indicator.Kind == fraud.Script {
			continue
		}
		if from > done {
			out = append(out, textPart{Text: text[done:from]})
		}
		out = append(out, textPart{Text: text[from:to], No: rows[i].No, Never: rows[i].Never, Tip: kindWord(rows[i].Indicator.Kind) + ", " + roleWord(rows[i].Role)})
		done = to
	}
	if done < len(text) {
		out = append(out, textPart{Text: text[done:]})
	}
	return out
}

// note writes who did what; a page that shows a report writes it before it
// shows it.
func (s *Server) note(r context.Context, act, ref, why string) error {
	who := access.From(r)
	err := s.Store.AddAudit(r, fraud.AuditEntry{At: s.Now().UTC(), By: who.Person, Org: who.Org, Act: act, Ref: ref, Why: why, OK: true})
	if err != nil {
		return fmt.Errorf("write down %s: %w", act, err)
	}
	return nil
}
