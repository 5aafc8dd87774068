package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// suggestionsPage shows pairs of rings between the thresholds, one above the
// other, for a person to decide.
type suggestionsPage struct {
	base
	Rows     []suggestionRow
	All      int
	From     int // the place of the first row
	Withheld int // pairs of this page that this person may not read
	Prev     string
	Next     string
	CanJudge bool
	Just     *fraud.Judgement // what this person decided a moment ago
	Judged   []judgementRow
	At       int // the pair on this page, from 0, that keys act on first: where the person was
}

type suggestionRow struct {
	fraud.Suggestion
	RingA, RingB fraud.RingHead
	Only         sideBySide
	Reason       string // what is recorded unless the person writes another
}

// sideBySide is what two rings do not share, so that a person sees both.
type sideBySide struct{ A, B []fraud.RingIndicator }

// suggestionsShown is how many pairs one page holds: as many as a person
// decides without looking up.
const suggestionsShown = 10

func (s *Server) suggestions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := suggestionsPage{base: s.base(w, r, "Suggestions"), From: 1}
	if from, err := strconv.Atoi(r.URL.Query().Get("from")); err == nil && from > 0 {
		p.From = from
	}
	if at, err := strconv.Atoi(r.URL.Query().Get("at")); err == nil && at > 0 {
		p.At = at
	}
	page, all, err := s.Store.SuggestionPage(ctx, p.From-1, suggestionsShown)
	if err != nil {
		return fmt.Errorf("read the suggestions: %w", err)
	}
	p.All = all
	if p.From > 1 {
		p.Prev = "/suggestions?from=" + strconv.Itoa(max(1, p.From-suggestionsShown))
	}
	if p.From-1+len(page) < all {
		p.Next = "/suggestions?from=" + strconv.Itoa(p.From+suggestionsShown)
	}
	if err := s.suggestionRows(ctx, &p, page); err != nil {
		return err
	}
	if p.Said, err = s.whatIsSaid(ctx, p.scripts()); err != nil {
		return err
	}
	log, err := s.Store.JudgementPage(ctx, 0, judgedLately)
	if err != nil {
		return fmt.Errorf("read the judgements: %w", err)
	}
	p.CanJudge = s.canJudge(ctx)
	p.Judged = s.judgementRows(ctx, log)
	if id := r.URL.Query().Get("judged"); id != "" && p.CanJudge {
		for _, e := range log {
			if e.ID == id && e.WithdrawnBy == "" {
				p.Just = &e.Judgement
			}
		}
	}
	return s.render(w, http.StatusOK, "suggestions.html", p)
}

func (p *suggestionsPage) scripts() (out []script) {
	for _, row := range p.Rows {
		out = append(out, scriptsIn(row.Link)...)
		out = append(append(out, scriptsOf(row.Only.A)...), scriptsOf(row.Only.B)...)
	}
	return out
}

// judgedLately is how many of the newest judgements stand below the
// suggestions; the log holds all.
const judgedLately = 10

func (s *Server) canJudge(ctx context.Context) bool {
	return s.Judge != nil && s.can(ctx, access.ActJudge, access.Thing{})
}

// suggestionRows lays the rings of each pair side by side, and counts the
// pairs that this person may not read; what somebody has decided already is
// left out.
func (s *Server) suggestionRows(ctx context.Context, p *suggestionsPage, page []fraud.Suggestion) error {
	var ids []fraud.RingID
	for _, x := range page {
		ids = append(ids, x.A, x.B)
	}
	list, err := s.Store.RingHeads(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the rings of the suggestions: %w", err)
	}
	tops, err := s.Store.TopIndicators(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the rings of the suggestions: %w", err)
	}
	heads := make(map[fraud.RingID]fraud.RingHead, len(list))
	for _, h := range list {
		heads[h.ID] = h
	}
	for _, x := range page {
		decided, err := s.decided(ctx, x.Link)
		if err != nil {
			return err
		}
		if decided {
			continue // the rings follow
		}
		row := suggestionRow{Suggestion: x, RingA: heads[x.A], RingB: heads[x.B]}
		if !s.mayReadRing(ctx, row.RingA) || !s.mayReadRing(ctx, row.RingB) {
			p.Withheld++
			continue
		}
		row.lay(tops)
		p.Rows = append(p.Rows, row)
	}
	return nil
}

// mayReadRing asks the rules about a ring in a list.
func (s *Server) mayReadRing(ctx context.Context, h fraud.RingHead) bool {
	return s.can(ctx, access.ActRead, access.Thing{Kind: access.ThingRing, ID: string(h.ID), Mark: h.Mark})
}

// lay says what only one of the two rings holds.
func (row *suggestionRow) lay(tops map[fraud.RingID][]fraud.RingIndicator) {
	shared := map[fraud.Indicator]bool{}
	for _, c := range row.Link.Cause {
		shared[c.Indicator] = true
	}
	only := func(in []fraud.RingIndicator) []fraud.RingIndicator {
		out := slices.DeleteFunc(byReports(in), func(i fraud.RingIndicator) bool { return shared[i.Indicator] })
		return out[:min(len(out), 5)]
	}
	row.Only = sideBySide{only(tops[row.A]), only(tops[row.B])}
	row.Reason = seenReason(row.Suggestion)
}

// decided says whether a person has answered what a link suggests.
func (s *Server) decided(ctx context.Context, l fraud.Link) (bool, error) {
	judged, err := s.Store.JudgementsAbout(ctx, l.A)
	if err != nil {
		return false, fmt.Errorf("read the judgements about %s: %w", l.A, err)
	}
	return slices.ContainsFunc(fraud.Standing(judged), func(j fraud.Judgement) bool {
		about := j.A == l.A && j.B == l.B || j.A == l.B && j.B == l.A
		return about && (j.Verdict == fraud.VerdictSame || j.Verdict == fraud.VerdictDifferent)
	}), nil
}

// seenReason is the reason that is recorded when a person decides on one key:
// what they had before them.
func seenReason(x fraud.Suggestion) string {
	var held []string
	for _, c := range x.Link.Cause {
		held = append(held, kindWord(c.Indicator.Kind)+" "+indicatorText(c.Indicator))
	}
	if len(held) > 3 {
		held = append(held[:3], plural(len(held)-3, "more value"))
	}
	return fmt.Sprintf("Looked at %s and %s side by side: both hold %s (%s bits).", x.A, x.B, cmp.Or(strings.Join(held, ", "), "too little"), bits(x.Link.Bits))
}

// judgementRow is a judgement in the log, with what became of it.
type judgementRow struct {
	fraud.JudgementEntry
	Conflict string // why it is not obeyed as it stands
	CanUndo  bool
}

// judgementRows says of each judgement whether the rings obey it.
func (s *Server) judgementRows(ctx context.Context, log []fraud.JudgementEntry) []judgementRow {
	can := s.canJudge(ctx)
	out := make([]judgementRow, len(log))
	for i, e := range log {
		out[i] = judgementRow{JudgementEntry: e, CanUndo: can && e.WithdrawnBy == ""}
		if e.WithdrawnBy != "" {
			continue
		}
		switch e.Verdict {
		case fraud.VerdictSame:
			if e.RingA != e.RingB || e.RingA == "" {
				out[i].Conflict = "They are not in one ring: another judgement keeps them apart, or the rings are not worked out again yet."
			}
		case fraud.VerdictDifferent:
			if e.RingA == e.RingB && e.RingA != "" {
				out[i].Conflict = fmt.Sprintf("Both are in ring %s: other judgements hold them together, or the rings are not worked out again yet.", e.RingA)
			}
		}
		if newer := overruledBy(e, log[:i]); newer != "" {
			out[i].Conflict = fmt.Sprintf("Judgement %s, made later about the same, says otherwise; the later counts.", newer)
		}
	}
	return out
}

// overruledBy finds the newest standing judgement about the same things with
// another verdict, among those made after e.
func overruledBy(e fraud.JudgementEntry, later []fraud.JudgementEntry) string {
	pair := func(j fraud.Judgement) [2]fraud.ReportID { return [2]fraud.ReportID{min(j.A, j.B), max(j.A, j.B)} }
	aboutPair := func(v fraud.Verdict) bool { return v == fraud.VerdictSame || v == fraud.VerdictDifferent }
	aboutOne := func(v fraud.Verdict) bool { return v == fraud.VerdictConfirmed || v == fraud.VerdictWrong }
	for _, x := range later {
		if x.WithdrawnBy != "" || x.Verdict == e.Verdict {
			continue
		}
		if aboutPair(x.Verdict) && aboutPair(e.Verdict) && pair(x.Judgement) == pair(e.Judgement) || aboutOne(x.Verdict) && aboutOne(e.Verdict) && x.A == e.A {
			return x.ID
		}
	}
	return ""
}

// judgementsPage is the log of what persons decided, newest first.
type judgementsPage struct {
	base
	Judged []judgementRow
	Next   string
}

const judgementsShown = 100

func (s *Server) judgements(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := judgementsPage{base: s.base(w, r, "Judgements")}
	before, err := strconv.ParseInt(cmp.Or(r.URL.Query().Get("before"), "0"), 10, 64)
	if err != nil {
		return fmt.Errorf("this page of the log has no place in it; open the log again: %w", fraud.ErrInvalid)
	}
	log, err := s.Store.JudgementPage(ctx, before, judgementsShown)
	if err != nil {
		return fmt.Errorf("read the judgements: %w", err)
	}
	if len(log) == judgementsShown {
		p.Next = "/judgements?before=" + strconv.FormatInt(log[len(log)-1].No, 10)
	}
	p.Judged = s.judgementRows(ctx, log)
	return s.render(w, http.StatusOK, "judgements.html", p)
}
