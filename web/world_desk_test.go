package web_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// What the desk's lists and searches read of a world in memory, by the same
// promises as the store's own methods.

func (w *world) ReportInbox(_ context.Context, q fraud.InboxQuery) ([]fraud.InboxEntry, error) {
	var out []fraud.InboxEntry
	for i, r := range w.reports {
		e := fraud.InboxEntry{No: int64(i + 1), Report: r}
		for _, ring := range w.rings {
			if slices.Contains(ring.Reports, r.Name()) {
				e.Ring = ring.ID
			}
		}
		for _, p := range r.Payments {
			if p.Status == "sent" && p.At.After(e.PaidAt) {
				e.PaidAt = p.At
			}
		}
		switch q.Only {
		case fraud.InboxPaid:
			if e.PaidAt.IsZero() || e.PaidAt.Before(q.PaidFrom) || !q.PaidTo.IsZero() && (e.PaidAt.After(q.PaidTo) || e.PaidAt.Equal(q.PaidTo) && e.No >= q.Before) {
				continue
			}
		case fraud.InboxAged:
			if r.Reporter.AgeBand != "60_plus" {
				continue
			}
		case fraud.InboxAlone:
			if e.Ring != "" {
				continue
			}
		}
		if q.Only != fraud.InboxPaid {
			e.PaidAt = time.Time{}
			if q.Before > 0 && e.No >= q.Before {
				continue
			}
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b fraud.InboxEntry) int { return cmp.Or(b.PaidAt.Compare(a.PaidAt), cmp.Compare(b.No, a.No)) })
	return out[:min(len(out), q.Limit)], nil
}

func (w *world) ReportEntries(ctx context.Context, ids []fraud.ReportID) ([]fraud.InboxEntry, error) {
	all, err := w.ReportInbox(ctx, fraud.InboxQuery{Limit: len(w.reports)})
	out := slices.DeleteFunc(all, func(e fraud.InboxEntry) bool { return !slices.Contains(ids, e.Report.Name()) })
	slices.SortFunc(out, func(a, b fraud.InboxEntry) int { return cmp.Compare(a.Report.Name(), b.Report.Name()) })
	return out, err
}

func (w *world) Held(ctx context.Context, list []fraud.Indicator, limit int) ([]fraud.Held, error) {
	var out []fraud.Held
	for _, i := range list {
		h := fraud.Held{Indicator: i}
		for _, r := range w.reports {
			if len(h.Reports) < limit && slices.ContainsFunc(w.sightings[r.Name()], func(s fraud.Sighting) bool { return s.Indicator == i }) {
				h.Reports = append(h.Reports, r.Name())
			}
		}
		h.Rings, _ = w.RingsWith(ctx, i, limit)
		if len(h.Reports)+len(h.Rings) > 0 {
			out = append(out, h)
		}
	}
	return out, nil
}

func (w *world) RepeatVictims(_ context.Context, victims []string) (map[string]bool, error) {
	n := map[string]int{}
	for _, r := range w.reports {
		n[r.Victim]++
	}
	out := map[string]bool{}
	for _, v := range victims {
		if v != "" && n[v] > 1 {
			out[v] = true
		}
	}
	return out, nil
}

func (w *world) SightingsOfMany(_ context.Context, ids []fraud.ReportID) (map[fraud.ReportID][]fraud.Sighting, error) {
	out := map[fraud.ReportID][]fraud.Sighting{}
	for _, id := range ids {
		if list, ok := w.sightings[id]; ok {
			out[id] = list
		}
	}
	return out, nil
}

func (w *world) Incidents(_ context.Context, ids []fraud.ReportID) ([]fraud.Incident, error) {
	var out []fraud.Incident
	for _, r := range w.reports {
		if slices.Contains(ids, r.Name()) {
			out = append(out, fraud.Incident{At: r.HappenedAt(), Country: r.Reporter.Country, AgeBand: r.Reporter.AgeBand, TimeZone: r.Reporter.TimeZone})
		}
	}
	return out, nil
}

func (w *world) head(r fraud.Ring) fraud.RingHead { return r.Head([]string{"en"}) }

func (w *world) ListRings(_ context.Context, q fraud.RingQuery) (fraud.RingList, error) {
	key := func(h fraud.RingHead) float64 {
		switch q.Order {
		case fraud.RingsByVictims:
			return float64(h.Harm.Victims)
		case fraud.RingsByLastSeen:
			return float64(h.Harm.LastAt.UnixMicro())
		case fraud.RingsByGrowth:
			return float64(h.Harm.Last30d - h.Harm.Before30)
		}
		return h.Harm.Score
	}
	var heads []fraud.RingHead
	for _, r := range w.rings {
		h := w.head(r)
		fits := (q.Brand == "" || slices.Contains(h.Brands, q.Brand)) && (q.Country == "" || slices.Contains(h.Countries, q.Country)) &&
			(q.Language == "" || slices.Contains(h.Languages, q.Language)) && (q.Kind == "" || slices.Contains(h.Kinds, q.Kind)) &&
			(q.TLP == "" || h.Mark.TLP == q.TLP) && (q.SeenFrom.IsZero() || !h.Harm.LastAt.Before(q.SeenFrom)) && (q.SeenTo.IsZero() || h.Harm.LastAt.Before(q.SeenTo)) &&
			(q.Only == nil || slices.Contains(q.Only, h.ID)) && !slices.Contains(q.Not, h.ID) && (q.Money != fraud.RingMoneyNone || len(h.Harm.Sent) == 0)
		if fits && (q.After == "" || key(h) < q.Key || key(h) == q.Key && h.ID > q.After) {
			heads = append(heads, h)
		}
	}
	slices.SortFunc(heads, func(a, b fraud.RingHead) int { return cmp.Or(cmp.Compare(key(b), key(a)), cmp.Compare(a.ID, b.ID)) })
	var out fraud.RingList
	for _, h := range heads[:min(len(heads), q.Limit)] {
		out.Rings, out.Keys = append(out.Rings, h), append(out.Keys, key(h))
	}
	return out, nil
}

func (w *world) RingFacets(context.Context) ([]fraud.FacetCount, error) {
	n := map[[2]string]int{}
	for _, r := range w.rings {
		h := w.head(r)
		n[[2]string{"all", ""}]++
		n[[2]string{"tlp", string(h.Mark.TLP)}]++
		for _, v := range h.Brands {
			n[[2]string{"brand", v}]++
		}
		for _, v := range h.Countries {
			n[[2]string{"country", v}]++
		}
		for _, v := range h.Kinds {
			n[[2]string{"kind", string(v)}]++
		}
	}
	var out []fraud.FacetCount
	for f, c := range n {
		out = append(out, fraud.FacetCount{Facet: f[0], Value: f[1], Rings: c})
	}
	slices.SortFunc(out, func(a, b fraud.FacetCount) int {
		return cmp.Or(cmp.Compare(a.Facet, b.Facet), cmp.Compare(b.Rings, a.Rings), cmp.Compare(a.Value, b.Value))
	})
	return out, nil
}

func (w *world) RingHeads(_ context.Context, ids []fraud.RingID) ([]fraud.RingHead, error) {
	var out []fraud.RingHead
	for _, r := range w.rings {
		if slices.Contains(ids, r.ID) {
			out = append(out, w.head(r))
		}
	}
	slices.SortFunc(out, func(a, b fraud.RingHead) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

func (w *world) RingsWith(_ context.Context, i fraud.Indicator, limit int) ([]fraud.RingID, error) {
	var out []fraud.RingID
	for _, r := range w.rings {
		holds := slices.ContainsFunc(r.Indicators, func(x fraud.RingIndicator) bool { return x.Indicator == i }) ||
			slices.ContainsFunc(slices.Concat(r.Suppliers, r.Launderers), func(x fraud.Tie) bool { return x.Indicator == i })
		if holds && len(out) < limit {
			out = append(out, r.ID)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (w *world) LastLinking(context.Context) (time.Time, string, int, error) {
	return ago(0.1), "1.0", len(w.rings), nil
}

func (w *world) SuggestionPage(_ context.Context, skip, limit int) ([]fraud.Suggestion, int, error) {
	rest := w.suggest[min(skip, len(w.suggest)):]
	return rest[:min(limit, len(rest))], len(w.suggest), nil
}

func (w *world) SuggestionsOf(_ context.Context, id fraud.RingID, limit int) ([]fraud.Suggestion, error) {
	var out []fraud.Suggestion
	for _, s := range w.suggest {
		if (s.A == id || s.B == id) && len(out) < limit {
			out = append(out, s)
		}
	}
	return out, nil
}

func (w *world) Judgement(_ context.Context, id string) (fraud.Judgement, error) {
	return find(w.judged, func(j fraud.Judgement) bool { return j.ID == id })
}

func (w *world) JudgementPage(ctx context.Context, before int64, limit int) ([]fraud.JudgementEntry, error) {
	var out []fraud.JudgementEntry
	for i := len(w.judged) - 1; i >= 0 && len(out) < limit; i-- {
		e := fraud.JudgementEntry{Judgement: w.judged[i], No: int64(i + 1)}
		if before > 0 && e.No >= before {
			continue
		}
		if e.A != "" {
			e.RingA, _ = w.RingOf(ctx, e.A)
		}
		if e.B != "" {
			e.RingB, _ = w.RingOf(ctx, e.B)
		}
		for _, j := range w.judged {
			if j.Withdraws == e.ID {
				e.WithdrawnBy = j.ID
			}
		}
		out = append(out, e)
	}
	return out, nil
}

func (w *world) JudgementsAbout(_ context.Context, id fraud.ReportID) ([]fraud.Judgement, error) {
	var out []fraud.Judgement
	for _, j := range w.judged {
		if j.A == id || j.B == id {
			out = append(out, j)
		}
	}
	return out, nil
}

func (w *world) Find(_ context.Context, q string, limit int) ([]fraud.Hit, error) {
	var out []fraud.Hit
	for _, r := range w.rings {
		if strings.HasPrefix(string(r.ID), q) {
			out = append(out, fraud.Hit{Kind: fraud.HitRing, Ref: string(r.ID), Ring: r.ID, Reports: len(r.Reports)})
		}
	}
	for _, r := range w.reports {
		if strings.Contains(strings.ToLower(r.Narrative), strings.ToLower(q)) && len(out) < limit {
			out = append(out, fraud.Hit{Kind: fraud.HitText, Ref: string(r.Name()), Reports: 1})
		}
	}
	for _, c := range w.cases {
		if strings.HasPrefix(c.Number, q) {
			out = append(out, fraud.Hit{Kind: fraud.HitCase, Ref: string(c.ID), Says: c.Number + ": " + c.Title})
		}
	}
	for _, x := range w.seizures {
		if x.Seal == q {
			out = append(out, fraud.Hit{Kind: fraud.HitExhibit, Ref: string(x.ID), Says: x.What})
		}
	}
	for _, x := range w.operations {
		if strings.HasPrefix(x.Name, q) {
			out = append(out, fraud.Hit{Kind: fraud.HitOperation, Ref: string(x.ID), Says: x.Name})
		}
	}
	for _, x := range w.sites {
		if strings.HasPrefix(x.Name, q) {
			out = append(out, fraud.Hit{Kind: fraud.HitSite, Ref: string(x.ID), Says: x.Name})
		}
	}
	for _, x := range w.matches {
		if strings.HasPrefix(string(x.ID), q) {
			out = append(out, fraud.Hit{Kind: fraud.HitMatch, Ref: string(x.ID)})
		}
	}
	for _, x := range w.joint {
		if strings.HasPrefix(string(x.ID), q) {
			out = append(out, fraud.Hit{Kind: fraud.HitJointCase, Ref: string(x.ID), Says: x.Title, Mark: x.Mark})
		}
	}
	for _, x := range w.referrals {
		if strings.HasPrefix(string(x.ID), q) {
			out = append(out, fraud.Hit{Kind: fraud.HitReferral, Ref: string(x.ID), Says: x.Title, Mark: x.Mark})
		}
	}
	return out, nil
}

func (w *world) TextsBehind(context.Context) (int, error) { return 0, nil }

func (w *world) TransfersOf(_ context.Context, accounts []string, limit int) ([]fraud.Transfer, error) {
	var out []fraud.Transfer
	for _, t := range w.transfers {
		if (slices.Contains(accounts, t.From) || slices.Contains(accounts, t.To)) && len(out) < limit {
			out = append(out, t)
		}
	}
	return out, nil
}

func (w *world) CountTransfers(context.Context) (int, error) { return len(w.transfers), nil }

// ReportsWith is what the agency's workspace asks.
func (w *world) ReportsWith(ctx context.Context, i fraud.Indicator, limit int) ([]fraud.ReportID, error) {
	held, err := w.Held(ctx, []fraud.Indicator{i}, limit)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	return held[0].Reports, nil
}
