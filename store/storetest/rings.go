package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

func ring(name string, score float64, reports ...fraud.ReportID) fraud.Ring {
	return fraud.Ring{
		ID: fraud.RingID(name), Reports: reports,
		Indicators: []fraud.RingIndicator{{
			Indicator: fraud.Indicator{Kind: fraud.Phone, Value: phoneA}, Role: fraud.RoleCallback,
			Tenure: fraud.Tenure{From: t0, To: after(time.Hour)}, Bits: 17.25, Reports: len(reports), Sources: 1,
		}},
		Suppliers: []fraud.Tie{{
			ID: "S-1", Indicator: fraud.Indicator{Kind: fraud.Script, Value: "script:1"}, Role: fraud.RoleScript,
			Rings: []fraud.RingID{"R-1", "R-2"}, Reports: 1, Bits: 4, Why: "both read one script",
		}},
		Harm: fraud.Harm{
			Reports: len(reports), Victims: 2, Sent: fraud.Sums{"USD": 59998}, Asked: fraud.Sums{}, Aged60: 1,
			FirstAt: t0, LastAt: after(time.Hour), Last30d: 2, Score: score,
		},
		Brands: []string{"Alder"}, Countries: []string{"US"}, Mark: fraud.Mark{TLP: fraud.TLPAmber, PAP: fraud.PAPAmber}, Model: "m1",
	}
}

func link(kind fraud.LinkKind, a, b fraud.ReportID, ring fraud.RingID) fraud.Link {
	return fraud.Link{
		Kind: kind, A: a, B: b, Bits: 17.25, Ring: ring,
		Cause: []fraud.Cause{{
			Indicator: fraud.Indicator{Kind: fraud.Phone, Value: phoneA}, Role: fraud.RoleCallback, Family: fraud.FamilyContact,
			Bits: 17.25, Tenure: fraud.Tenure{From: t0, To: after(time.Hour)}, Reports: 2, Why: "both were told to call it",
		}},
	}
}

// linking is two rings of the three reports.
func linking() fraud.Linking {
	return fraud.Linking{
		Rings: []fraud.Ring{ring("R-2", 1.5, "s/3"), ring("R-1", 9, "s/1", "s/2")},
		Links: []fraud.Link{
			link(fraud.SameOperator, "s/1", "s/2", "R-1"),
			link(fraud.SameSupplier, "s/1", "s/3", ""),
			link(fraud.SameSupplier, "s/1", "s/2", ""),
		},
		Suggestions: []fraud.Suggestion{{A: "R-1", B: "R-2", Link: link(fraud.SameOperator, "s/2", "s/3", "")}},
		Events: []fraud.RingEvent{
			{At: t0, What: "born", Ring: "R-1", Cause: "one number"},
			{What: "merged", Ring: "R-1", Others: []fraud.RingID{"R-0"}, Cause: "one account"},
			{At: t0, What: "born", Ring: "R-2", Cause: "one report"},
		},
		Model: "m1", At: after(time.Minute),
	}
}

var ringTests = []test{
	{"a linking comes back whole", func(b *bench) {
		b.three()
		l := linking()
		b.must(b.SaveRings(b.ctx, l))
		rings, err := b.RingsByHarm(b.ctx, 0)
		same(b, rings, err, []fraud.Ring{l.Rings[1], l.Rings[0]})
		rings, err = b.RingsByHarm(b.ctx, 1)
		same(b, rings, err, l.Rings[1:])
		r, err := b.Ring(b.ctx, "R-2")
		same(b, r, err, l.Rings[0])
		_, err = b.Ring(b.ctx, "R-9")
		b.refused(err, fraud.ErrNotFound)
		_, err = b.RingDigest(b.ctx, "R-9")
		b.refused(err, fraud.ErrNotFound)
		digest, err := b.RingDigest(b.ctx, "R-2")
		b.must(err)
		changed := l
		changed.Rings = slices.Clone(l.Rings)
		changed.Rings[0].Harm.Victims++
		b.must(b.SaveRings(b.ctx, changed))
		if now, err := b.RingDigest(b.ctx, "R-2"); err != nil || now == digest {
			b.Errorf("a changed ring has the digest of the old one (%v)", err)
		}
		b.must(b.SaveRings(b.ctx, l))
		if now, err := b.RingDigest(b.ctx, "R-2"); err != nil || now != digest {
			b.Errorf("the same ring has another digest (%v)", err)
		}
		of, err := b.RingOf(b.ctx, "s/2")
		same(b, of, err, "R-1")
		_, err = b.RingOf(b.ctx, "s/9")
		b.refused(err, fraud.ErrNotFound)
		links, err := b.RingLinks(b.ctx, "R-1")
		same(b, links, err, l.Links)
		links, err = b.RingLinks(b.ctx, "R-2")
		same(b, links, err, l.Links[1:2])
		_, err = b.RingLinks(b.ctx, "R-9")
		b.refused(err, fraud.ErrNotFound)
		for id, want := range map[fraud.RingID][]fraud.Link{"R-1": l.Links, "R-2": l.Links[1:2]} {
			links, all, err := b.StrongestLinks(b.ctx, id)
			same(b, links, err, want)
			same(b, all, nil, len(want))
		}
		_, _, err = b.StrongestLinks(b.ctx, "R-9")
		b.refused(err, fraud.ErrNotFound)
		tops, err := b.TopIndicators(b.ctx, []fraud.RingID{"R-1", "R-9"})
		same(b, tops, err, map[fraud.RingID][]fraud.RingIndicator{"R-1": l.Rings[1].Indicators})
		suggestions, err := b.Suggestions(b.ctx)
		same(b, suggestions, err, l.Suggestions)
		when, model, n, err := b.LastLinking(b.ctx)
		same(b, when, err, l.At)
		same(b, model, nil, "m1")
		same(b, n, nil, 2)
	}},
	{"each report of the rings is told with its ring", func(b *bench) {
		b.three()
		b.must(b.SaveRings(b.ctx, linking()))
		got := map[fraud.ReportID]fraud.RingID{}
		b.must(b.EachRingReport(b.ctx, func(report fraud.ReportID, ring fraud.RingID) error {
			got[report] = ring
			return nil
		}))
		same(b, got, nil, map[fraud.ReportID]fraud.RingID{"s/1": "R-1", "s/2": "R-1", "s/3": "R-2"})
		stop := errors.New("enough")
		b.refused(b.EachRingReport(b.ctx, func(fraud.ReportID, fraud.RingID) error { return stop }), stop)
	}},
	{"each ring is told, most harm first, until enough", func(b *bench) {
		b.three()
		l := linking()
		b.must(b.SaveRings(b.ctx, l))
		var got []fraud.Ring
		b.must(b.EachRing(b.ctx, func(r fraud.Ring) error { got = append(got, r); return nil }))
		same(b, got, nil, []fraud.Ring{l.Rings[1], l.Rings[0]})
		stop, told := errors.New("enough"), 0
		b.refused(b.EachRing(b.ctx, func(fraud.Ring) error { told++; return stop }), stop)
		same(b, told, nil, 1)
	}},
	{"a partial linking changes the rings that it names and no others", func(b *bench) {
		b.three()
		b.must(b.SaveRings(b.ctx, linking()))
		b.must(b.SaveRings(b.ctx, fraud.Linking{
			Partial: true, Rings: []fraud.Ring{ring("R-3", 2, "s/2")}, Gone: []fraud.RingID{"R-1"}, Model: "m2", At: after(time.Hour),
			Links: []fraud.Link{link(fraud.SameSupplier, "s/2", "s/3", "")},
		}))
		rings, err := b.RingsByHarm(b.ctx, 0)
		same(b, rings, err, []fraud.Ring{ring("R-3", 2, "s/2"), linking().Rings[0]})
		links, err := b.RingLinks(b.ctx, "R-2")
		same(b, links, err, linking().Links[1:2])
		_, err = b.RingOf(b.ctx, "s/1")
		b.refused(err, fraud.ErrNotFound)
		_, model, n, err := b.LastLinking(b.ctx)
		same(b, model, err, "m2")
		same(b, n, nil, 2)
		grown := ring("R-3", 3, "s/1", "s/2")
		b.must(b.SaveRings(b.ctx, fraud.Linking{Partial: true, Rings: []fraud.Ring{grown}, Model: "m2", At: after(2 * time.Hour)}))
		rings, err = b.RingsByHarm(b.ctx, 0)
		same(b, rings, err, []fraud.Ring{grown, linking().Rings[0]})
		list, err := b.ListRings(b.ctx, fraud.RingQuery{Limit: 9})
		if err != nil || len(list.Rings) != 2 {
			b.Fatalf("lists show %d rings, %v, want two", len(list.Rings), err)
		}
	}},
	{"a linking replaces the rings before it and keeps the events", func(b *bench) {
		b.three()
		_, _, _, err := b.LastLinking(b.ctx)
		b.refused(err, fraud.ErrNotFound)
		b.must(b.SaveRings(b.ctx, linking()))
		next := fraud.Linking{
			Rings:  []fraud.Ring{ring("R-2", 1.5, "s/3"), ring("R-3", 2, "s/2")},
			Events: []fraud.RingEvent{{At: after(time.Hour), What: "gone", Ring: "R-1", Others: []fraud.RingID{"R-3"}, Cause: "judged apart"}},
			Model:  "m2", At: after(time.Hour),
		}
		b.must(b.SaveRings(b.ctx, next))
		b.must(b.SaveRings(b.ctx, fraud.Linking{Rings: next.Rings, Model: "m2", At: after(2 * time.Hour)}))
		rings, err := b.RingsByHarm(b.ctx, 0)
		same(b, rings, err, []fraud.Ring{next.Rings[1], next.Rings[0]})
		_, err = b.RingOf(b.ctx, "s/1")
		b.refused(err, fraud.ErrNotFound)
		of, err := b.RingOf(b.ctx, "s/2")
		same(b, of, err, "R-3")
		suggestions, err := b.Suggestions(b.ctx)
		same(b, suggestions, err, nil)
		links, err := b.RingLinks(b.ctx, "R-2")
		same(b, links, err, nil)
		events, err := b.RingEvents(b.ctx, "R-1")
		b.must(err)
		for i := range events {
			if i > 0 && events[i].Seq <= events[i-1].Seq {
				b.Errorf("event %d has number %d after %d", i, events[i].Seq, events[i-1].Seq)
			}
			events[i].Seq = 0
		}
		same(b, events, nil, []fraud.RingEvent{
			{At: t0, What: "born", Ring: "R-1", Cause: "one number"},
			{At: after(time.Minute), What: "merged", Ring: "R-1", Others: []fraud.RingID{"R-0"}, Cause: "one account"},
			next.Events[0],
		})
		b.sound()
	}},
	{"rings are listed in any order and by any filter, page by page", func(b *bench) {
		var acc []fraud.Acceptance
		for i := range 8 {
			acc = append(acc, told(fmt.Sprint(i), fmt.Sprintf(`"reporter":{"language":"%s"}`, []string{"en", "hi", "ja"}[i%3])))
		}
		b.accept(acc...)
		rings := make([]fraud.Ring, 8)
		for i := range rings {
			r := ring(fmt.Sprint("R-", i), float64(i/2), fraud.ReportID(fmt.Sprint("s/", i)))
			r.Harm.Victims, r.Harm.LastAt, r.Harm.Last30d, r.Harm.Before30 = 10-i, after(time.Duration(i*i%5)*time.Hour), i%3, 1
			r.Brands, r.Countries = []string{[]string{"Alder", "Birch"}[i%2], "Cedar"}[:1+i%2], []string{[]string{"US", "DE"}[i/4]}
			r.Mark.TLP = []fraud.TLP{fraud.TLPGreen, fraud.TLPRed}[i/6]
			if i == 3 {
				r.Harm.Sent = fraud.Sums{"EUR": 10_000_000}
			}
			if i == 5 {
				r.Harm.Sent = fraud.Sums{}
			}
			rings[i] = r
		}
		b.must(b.SaveRings(b.ctx, fraud.Linking{Rings: rings}))
		names := func(q fraud.RingQuery) string {
			var out []string
			q.Limit = 3
			for {
				page, err := b.ListRings(b.ctx, q)
				b.must(err)
				if len(page.Rings) == 0 {
					return strings.Join(out, " ")
				}
				for _, h := range page.Rings {
					out = append(out, strings.TrimPrefix(string(h.ID), "R-"))
				}
				q.After, q.Key = page.Rings[len(page.Rings)-1].ID, page.Keys[len(page.Keys)-1]
			}
		}
		for _, x := range []struct {
			q    fraud.RingQuery
			want string
		}{
			{fraud.RingQuery{}, "6 7 4 5 2 3 0 1"},
			{fraud.RingQuery{Order: fraud.RingsByVictims}, "0 1 2 3 4 5 6 7"},
			{fraud.RingQuery{Order: fraud.RingsByLastSeen}, "2 3 7 1 4 6 0 5"},
			{fraud.RingQuery{Order: fraud.RingsByGrowth}, "2 5 1 4 7 0 3 6"},
			{fraud.RingQuery{Brand: "Alder"}, "6 4 2 0"},
			{fraud.RingQuery{Brand: "Cedar", Country: "DE"}, "7 5"},
			{fraud.RingQuery{Language: "hi"}, "7 4 1"},
			{fraud.RingQuery{Kind: fraud.Phone, TLP: fraud.TLPRed}, "6 7"},
			{fraud.RingQuery{Kind: fraud.Email}, ""},
			{fraud.RingQuery{Money: "EUR"}, "3"},
			{fraud.RingQuery{Money: fraud.RingMoneyGreat}, "3"},
			{fraud.RingQuery{Money: fraud.RingMoneyNone}, "5"},
			{fraud.RingQuery{Money: fraud.RingMoneySent, Country: "DE"}, "6 7 4"},
			{fraud.RingQuery{SeenFrom: after(4 * time.Hour)}, "7 2 3"},
			{fraud.RingQuery{SeenTo: after(time.Hour)}, "5 0"},
			{fraud.RingQuery{Only: []fraud.RingID{"R-1", "R-6"}}, "6 1"},
			{fraud.RingQuery{Only: []fraud.RingID{}}, ""},
			{fraud.RingQuery{Not: []fraud.RingID{"R-7", "R-0"}, Brand: "Birch"}, "5 3 1"},
		} {
			if got := names(x.q); got != x.want {
				b.Errorf("%+v lists %q, want %q", x.q, got, x.want)
			}
		}
		count := func(facet, value string) int {
			all, err := b.RingFacets(b.ctx)
			b.must(err)
			for _, f := range all {
				if f.Facet == facet && f.Value == value {
					return f.Rings
				}
			}
			return 0
		}
		same(b, []int{count("all", ""), count("brand", "Cedar"), count("language", "en"), count("money", "sent")}, nil, []int{8, 4, 3, 7})
		heads, err := b.RingHeads(b.ctx, []fraud.RingID{"R-5", "R-9", "R-2"})
		same(b, heads, err, []fraud.RingHead{rings[2].Head([]string{"ja"}), rings[5].Head([]string{"ja"})})
		rings[1].Brands = []string{"Dogwood"}
		b.must(b.SaveRings(b.ctx, fraud.Linking{Rings: rings[:4]}))
		same(b, []int{count("all", ""), count("brand", "Cedar"), count("brand", "Dogwood"), count("language", "ja")}, nil, []int{4, 1, 1, 1})
		same(b, names(fraud.RingQuery{}), nil, "2 3 0 1")
		if got := names(fraud.RingQuery{Brand: "Dogwood"}); got != "1" {
			b.Errorf("after its brand changed the ring is found as %q", got)
		}
	}},
	{"suggestions come in pages and by ring", func(b *bench) {
		b.three()
		l := linking()
		other := l.Suggestions[0]
		other.B = "R-3"
		l.Suggestions = append(l.Suggestions, other)
		b.must(b.SaveRings(b.ctx, l))
		page, all, err := b.SuggestionPage(b.ctx, 0, 1)
		same(b, page, err, l.Suggestions[:1])
		same(b, all, nil, 2)
		page, _, err = b.SuggestionPage(b.ctx, 1, 1)
		same(b, page, err, l.Suggestions[1:])
		page, err = b.SuggestionsOf(b.ctx, "R-3", 5)
		same(b, page, err, l.Suggestions[1:])
	}},
	{"the log of judgements says what became of each", func(b *bench) {
		b.three()
		b.must(b.SaveRings(b.ctx, linking()))
		one := fraud.Judgement{ID: "J-1", Verdict: fraud.VerdictDifferent, A: "s/1", B: "s/3", By: "ana", Reason: "two voices", At: t0}
		back := fraud.Judgement{ID: "J-2", Verdict: fraud.VerdictWithdrawn, Withdraws: "J-1", By: "kim", Reason: "one voice", At: after(time.Hour)}
		b.must(b.AddJudgement(b.ctx, one))
		b.must(b.AddJudgement(b.ctx, back))
		got, err := b.JudgementPage(b.ctx, 0, 10)
		same(b, got, err, []fraud.JudgementEntry{{Judgement: back, No: 2}, {Judgement: one, No: 1, RingA: "R-1", RingB: "R-2", WithdrawnBy: "J-2"}})
		got, err = b.JudgementPage(b.ctx, 2, 10)
		same(b, len(got), err, 1)
		about, err := b.JudgementsAbout(b.ctx, "s/3")
		same(b, about, err, []fraud.Judgement{one})
		j, err := b.Judgement(b.ctx, "J-2")
		same(b, j, err, back)
		_, err = b.Judgement(b.ctx, "J-9")
		b.refused(err, fraud.ErrNotFound)
	}},
	{"transfers of accounts come alone", func(b *bench) {
		move := func(id, from, to string) fraud.Transfer {
			return fraud.Transfer{ID: id, From: from, To: to, Amount: fraud.Money{Minor: 1, Currency: "INR"}, At: t0, Rail: "upi", Basis: fraud.Observed, Source: "bank"}
		}
		list := []fraud.Transfer{move("T-1", "a", "b"), move("T-2", "b", "c"), move("T-3", "c", "d"), move("T-4", "b", "b")}
		_, err := b.AddTransfers(b.ctx, list)
		b.must(err)
		got, err := b.TransfersOf(b.ctx, []string{"b", "z"}, 10)
		same(b, got, err, []fraud.Transfer{list[0], list[1], list[3]})
		n, err := b.CountTransfers(b.ctx)
		same(b, n, err, 4)
	}},
	{"a linking that cannot be is refused whole", func(b *bench) {
		b.three()
		b.must(b.SaveRings(b.ctx, linking()))
		unknown := fraud.Linking{Rings: []fraud.Ring{ring("R-7", 1, "s/9")}}
		b.refused(b.SaveRings(b.ctx, unknown), fraud.ErrNotFound)
		twice := fraud.Linking{Rings: []fraud.Ring{ring("R-7", 1, "s/1"), ring("R-8", 1, "s/1")}}
		b.refused(b.SaveRings(b.ctx, twice), fraud.ErrConflict)
		odd := fraud.Linking{Events: []fraud.RingEvent{{At: t0, What: "vanished", Ring: "R-1"}}}
		b.refused(b.SaveRings(b.ctx, odd), fraud.ErrInvalid)
		rings, err := b.RingsByHarm(b.ctx, 0)
		same(b, rings, err, []fraud.Ring{linking().Rings[1], linking().Rings[0]})
	}},
	{"judgements come in the order in which they were made and are in the ledger", func(b *bench) {
		b.three()
		phone := fraud.Indicator{Kind: fraud.Phone, Value: phoneA}
		want := []fraud.Judgement{
			{ID: "J-3", Verdict: fraud.VerdictSame, A: "s/1", B: "s/2", By: "ana", Reason: "one voice", At: after(time.Hour)},
			{ID: "J-1", Verdict: fraud.VerdictNotIndicator, Indicator: phone, By: "ana", Reason: "the bank's own", At: t0},
			{ID: "J-2", Verdict: fraud.VerdictWrong, A: "s/3", By: "kim", Reason: "framed", At: t0},
			{ID: "J-4", Verdict: fraud.VerdictWithdrawn, Withdraws: "J-3", A: "s/1", B: "s/2", By: "ana", Reason: "two voices", At: after(2 * time.Hour)},
		}
		for _, j := range want {
			b.must(b.AddJudgement(b.ctx, j))
		}
		got, err := b.Judgements(b.ctx)
		same(b, got, err, want)
		got, err = b.JudgementsAfter(b.ctx, 2)
		same(b, got, err, want[2:])
		i, err := b.place(fraud.LeafJudgement, "J-1")
		same(b, i, err, 4)
		b.sound()
	}},
	{"a judgement without person, reason, object or report is refused and leaves no leaf", func(b *bench) {
		b.three()
		whole := fraud.Judgement{ID: "J-1", Verdict: fraud.VerdictSame, A: "s/1", B: "s/2", By: "ana", Reason: "one voice", At: t0}
		b.must(b.AddJudgement(b.ctx, whole))
		for _, x := range []struct {
			change func(*fraud.Judgement)
			want   error
		}{
			{func(j *fraud.Judgement) { j.ID = "J-1" }, fraud.ErrConflict},
			{func(j *fraud.Judgement) { j.By = "" }, fraud.ErrInvalid},
			{func(j *fraud.Judgement) { j.Reason = "" }, fraud.ErrInvalid},
			{func(j *fraud.Judgement) { j.B = "" }, fraud.ErrInvalid},
			{func(j *fraud.Judgement) { j.B = "s/1" }, fraud.ErrInvalid},
			{func(j *fraud.Judgement) { j.Verdict = "perhaps" }, fraud.ErrInvalid},
			{func(j *fraud.Judgement) { j.B = "s/9" }, fraud.ErrNotFound},
			{func(j *fraud.Judgement) { j.Verdict = fraud.VerdictNotIndicator }, fraud.ErrInvalid},
			{func(j *fraud.Judgement) { j.Verdict = fraud.VerdictWithdrawn }, fraud.ErrInvalid},
			{func(j *fraud.Judgement) { j.Verdict, j.Withdraws = fraud.VerdictWithdrawn, "J-9" }, fraud.ErrNotFound},
			{func(j *fraud.Judgement) { j.Verdict, j.Withdraws = fraud.VerdictWithdrawn, "J-2" }, fraud.ErrInvalid},
		} {
			j := whole
			j.ID = "J-2"
			x.change(&j)
			b.refused(b.AddJudgement(b.ctx, j), x.want)
		}
		n, err := b.nouns(-1)
		same(b, n, err, 4)
	}},
	{"transfers come by time and are added once", func(b *bench) {
		x := fraud.Transfer{
			ID: "T-2", From: "bank_account:X/1", To: "upi:shop@example", Amount: fraud.Money{Minor: 1<<53 + 1, Currency: "INR"},
			At: after(time.Hour), Rail: "upi", Basis: fraud.Observed, Report: "other/1", Source: "bank",
		}
		y := x
		y.ID, y.At, y.Basis = "T-1", after(time.Hour), fraud.Inferred
		z := x
		z.ID, z.At, z.Report = "T-9", t0, ""
		n, err := b.AddTransfers(b.ctx, []fraud.Transfer{x, y})
		same(b, n, err, 2)
		n, err = b.AddTransfers(b.ctx, []fraud.Transfer{x, z})
		same(b, n, err, 1)
		got, err := b.Transfers(b.ctx)
		same(b, got, err, []fraud.Transfer{z, y, x})
		bad := x
		bad.ID, bad.Amount.Minor = "T-3", -1
		n, err = b.AddTransfers(b.ctx, []fraud.Transfer{{ID: "T-4", Basis: fraud.Observed, At: t0}, bad})
		if !errors.Is(err, fraud.ErrInvalid) || n != 0 {
			b.Errorf("got %d and %v, want none and ErrInvalid", n, err)
		}
		got, err = b.Transfers(b.ctx)
		same(b, len(got), err, 3)
	}},
}
