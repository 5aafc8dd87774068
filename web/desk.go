package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// moneyPage is what can be frozen now, most urgent first.
type moneyPage struct {
	base
	Rows      []fraud.FreezeCandidate
	Left      int
	Transfers int
}

const freezeShown = 200

func (s *Server) money(w http.ResponseWriter, r *http.Request) error {
	p := moneyPage{base: s.base(w, r, "Money")}
	var err error
	if p.Transfers, err = s.Store.CountTransfers(r.Context()); err != nil {
		return fmt.Errorf("count the transfers: %w", err)
	}
	if s.Trace != nil {
		if p.Rows, err = s.Trace.FreezeList(r.Context()); err != nil {
			return fmt.Errorf("trace the money: %w", err)
		}
	}
	if len(p.Rows) > freezeShown {
		p.Left, p.Rows = len(p.Rows)-freezeShown, p.Rows[:freezeShown]
	}
	return s.render(w, http.StatusOK, "money.html", p)
}

// watchPage is what came back, what is new and why.
type watchPage struct {
	base
	Alerts   []fraud.Alert
	CanSee   bool
	Withheld int // that this person may not read
}

func (s *Server) watch(w http.ResponseWriter, r *http.Request) error {
	p := watchPage{base: s.base(w, r, "Watch")}
	all, err := s.Store.Alerts(r.Context())
	if err != nil {
		return fmt.Errorf("read the alerts: %w", err)
	}
	marks, err := s.ringMarks(r.Context(), all)
	if err != nil {
		return err
	}
	p.Alerts, p.Withheld = readable(s, r.Context(), all, func(a fraud.Alert) access.Thing {
		return access.Thing{Kind: access.ThingRing, ID: string(a.Ring), Mark: fraud.Strictest(marks[a.Ring], marks[a.Broken])}
	})
	slices.SortStableFunc(p.Alerts, func(a, b fraud.Alert) int {
		return cmp.Or(boolFirst(a.Seen.IsZero(), b.Seen.IsZero()), b.At.Compare(a.At))
	})
	p.CanSee = s.can(r.Context(), access.ActJudge, access.Thing{})
	var kept []script
	for _, a := range p.Alerts {
		kept = append(kept, scriptsIn(fraud.Link{Cause: a.Kept})...)
	}
	if p.Said, err = s.whatIsSaid(r.Context(), kept); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "watch.html", p)
}

// ringMarks are the marks of the rings that alerts are about.
func (s *Server) ringMarks(ctx context.Context, alerts []fraud.Alert) (map[fraud.RingID]fraud.Mark, error) {
	var ids []fraud.RingID
	for _, a := range alerts {
		ids = append(ids, a.Ring, a.Broken)
	}
	slices.Sort(ids)
	heads, err := s.Store.RingHeads(ctx, slices.Compact(ids))
	if err != nil {
		return nil, fmt.Errorf("read the rings: %w", err)
	}
	marks := map[fraud.RingID]fraud.Mark{}
	for _, h := range heads {
		marks[h.ID] = h.Mark
	}
	return marks, nil
}

// kindGroups are values by kind, so that seventy of them can be read.
type kindGroups struct {
	Counts string
	Short  bool // few enough to stand open
	Kinds  []kindGroup
}

type kindGroup struct {
	Word   string
	Values []fraud.Indicator
}

func byKind(list []fraud.Indicator) kindGroups {
	counts := map[fraud.Kind]int{}
	for _, x := range list {
		counts[x.Kind]++
	}
	g := kindGroups{Counts: kindCounts(counts), Short: len(list) <= 12}
	at := map[fraud.Kind]int{}
	for _, x := range list {
		if _, ok := at[x.Kind]; !ok {
			at[x.Kind] = len(g.Kinds)
			g.Kinds = append(g.Kinds, kindGroup{Word: kindWords(x.Kind)})
		}
		k := &g.Kinds[at[x.Kind]]
		k.Values = append(k.Values, x)
	}
	return g
}

func (s *Server) watchSeen(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.SeeAlert(r.Context(), r.PathValue("id"), access.From(r.Context()).Person, s.Now().UTC()); err != nil {
		return fmt.Errorf("mark alert %s as seen: %w", r.PathValue("id"), err)
	}
	return done(w, r, "/watch", "seen")
}

// listsPage is what the public side shows and what keeps the rest back.
type listsPage struct {
	base
	Rows   []fraud.Listing
	States []chip
	Count  map[fraud.ListingState]int
	Shares []fraud.Share

	Withheld int // that this person may not read
}

func (s *Server) lists(w http.ResponseWriter, r *http.Request) error {
	p := listsPage{base: s.base(w, r, "Lists")}
	all, err := s.Store.Listings(r.Context())
	if err != nil {
		return fmt.Errorf("read the listings: %w", err)
	}
	only := fraud.ListingState(r.URL.Query().Get("state"))
	count := map[fraud.ListingState]int{}
	all, p.Withheld = readable(s, r.Context(), all, func(l fraud.Listing) access.Thing {
		return access.Thing{Kind: access.ThingListing, ID: l.Indicator.String(), Mark: l.Mark}
	})
	for _, l := range all {
		count[l.State]++
		if (only == "" || l.State == only) && len(p.Rows) < 500 {
			p.Rows = append(p.Rows, l)
		}
	}
	p.States = append(p.States, chip{Word: fmt.Sprintf("all %d", len(all)), Href: "/lists", Chosen: only == ""})
	for _, st := range []fraud.ListingState{fraud.ListingActive, fraud.ListingDisputed, fraud.ListingHeld, fraud.ListingExpired, fraud.ListingRemoved} {
		p.States = append(p.States, chip{Word: fmt.Sprintf("%s %d", st, count[st]), Href: "/lists?state=" + string(st), Chosen: only == st})
	}
	shares, err := s.Store.Shares(r.Context())
	if err != nil {
		return fmt.Errorf("read the shares: %w", err)
	}
	shares, more := readable(s, r.Context(), shares, func(x fraud.Share) access.Thing {
		return access.Thing{ID: x.Ref, Mark: x.Mark}
	})
	p.Shares, p.Withheld = shares, p.Withheld+more
	return s.render(w, http.StatusOK, "lists.html", p)
}

// disputesPage is the objections that wait for a person.
type disputesPage struct {
	base
	Rows []fraud.Dispute
}

func (s *Server) disputes(w http.ResponseWriter, r *http.Request) error {
	p := disputesPage{base: s.base(w, r, "Objections")}
	var err error
	if p.Rows, err = s.Protect.Disputes(r.Context()); err != nil {
		return err
	}
	slices.SortStableFunc(p.Rows, func(a, b fraud.Dispute) int {
		return cmp.Or(boolFirst(a.Decided.IsZero(), b.Decided.IsZero()), a.At.Compare(b.At))
	})
	return s.render(w, http.StatusOK, "disputes.html", p)
}

func (s *Server) decideDispute(w http.ResponseWriter, r *http.Request) error {
	_, err := s.Protect.DecideDispute(r.Context(), r.PathValue("id"), r.PostFormValue("upheld") == "yes", strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return done(w, r, "/disputes", "decided")
}

// auditPage is who saw, opened, sent or changed what.
type auditPage struct {
	base
	Rows       []fraud.AuditEntry
	Leaves     int64
	Checkpoint string
	Only       string
}

const auditShown = 500

func (s *Server) auditTrail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := auditPage{base: s.base(w, r, "Audit"), Only: r.URL.Query().Get("only")}
	rows, err := s.Store.Audits(ctx, auditShown)
	if err != nil {
		return fmt.Errorf("read the audit trail: %w", err)
	}
	for _, e := range rows {
		if p.Only == "refused" && e.OK {
			continue
		}
		p.Rows = append(p.Rows, e)
	}
	if p.Leaves, err = s.Store.LeafCount(ctx); err != nil {
		return fmt.Errorf("count the ledger's leaves: %w", err)
	}
	if p.Checkpoint, err = s.Store.Checkpoint(ctx); err != nil && !isNotFound(err) {
		return fmt.Errorf("read the ledger's checkpoint: %w", err)
	}
	return s.render(w, http.StatusOK, "audit.html", p)
}
