package match_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

// through runs a match to the end, with everybody's consent.
func through(t *testing.T, a, b *node, tm match.Terms) fraud.Match {
	t.Helper()
	m, err := a.Offer(a.desk(t), "birch", tm)
	must(t, m, err, fraud.MatchOffered)
	id := m.ID
	if _, err := b.Accept(b.desk(t), id); err != nil {
		t.Fatal(err)
	}
	m, err = a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchCount)
	for _, n := range []*node{a, b} {
		if _, err := n.Consent(n.desk(t), id, fraud.MatchIndicators); err != nil {
			t.Fatal(err)
		}
	}
	m, err = a.Advance(t.Context(), id)
	return must(t, m, err, fraud.MatchIndicators)
}

// counted sums what goes up in lists of points.
func counted(points *int64) http.RoundTripper {
	return wireFunc(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPut && isPath(r, "/list/points") {
			*points += r.ContentLength
		}
		return http.DefaultTransport.RoundTrip(r)
	})
}

func (n *node) learn(t testing.TB, more []match.Element) {
	t.Helper()
	n.set = append(n.set, more...)
	for _, e := range more {
		for _, v := range e.Evidence {
			if _, err := n.ledger.Append(t.Context(), fraud.Leaf{Kind: fraud.LeafReport, Ref: string(v.Report), Digest: v.Digest, At: n.now}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestADaysMatchCarriesOnlyWhatIsNew(t *testing.T) {
	a, b := companies(t) // 0…59 and 50…109
	tm := terms()
	tm.Epoch = true
	var first, second, third int64
	a.wire = counted(&first)
	m := through(t, a, b, tm)
	if m.Report.Count != 10 || first != (60+16)*32 {
		t.Fatalf("the first match has %d in common and sent %d bytes of points", m.Report.Count, first)
	}
	a.learn(t, phones("a", 100, 5))                                // five that birch had: new against old
	b.learn(t, append(phones("b", 40, 3), phones("b", 200, 2)...)) // three that alder had: old against new
	a.learn(t, phones("a", 200, 1))                                // and one new on both sides
	a.start(t)
	b.start(t) // all of it comes back from the store
	tm.Continues = m.ID
	a.wire = counted(&second)
	m = through(t, a, b, tm)
	if m.Report.Count != 10+5+3+1 || len(m.Report.Shared) != 19 {
		t.Errorf("the second match has %d in common and opened %d, want 19", m.Report.Count, len(m.Report.Shared))
	}
	if want := int64((6 + 16) * 32); second != want {
		t.Errorf("the second match sent %d bytes of points, want %d for six new elements", second, want)
	}
	if other := b.matches[m.ID]; len(other.Report.Shared) != 19 || other.PeerSize != 66 {
		t.Errorf("birch opened %d of a set of %d, want 19 of 66", len(other.Report.Shared), other.PeerSize)
	}
	tm.Continues = m.ID
	a.wire = counted(&third)
	if m = through(t, a, b, tm); m.Report.Count != 19 || third != 16*32 {
		t.Errorf("a third match with nothing new has %d in common and sent %d bytes of points", m.Report.Count, third)
	}
}

func TestWhatMayNoLongerBeMatchedEndsTheEpoch(t *testing.T) {
	a, b := companies(t)
	tm := terms()
	tm.Epoch = true
	m := through(t, a, b, tm)
	b.set = b.set[1:] // a hold, or a recall
	tm.Continues = m.ID
	m, err := a.Offer(a.desk(t), "birch", tm)
	must(t, m, err, fraud.MatchOffered)
	if _, err := b.Accept(b.desk(t), m.ID); !errors.Is(err, fraud.ErrConflict) || !strings.Contains(err.Error(), "fresh one") {
		t.Errorf("got %v, want it to ask for a fresh match", err)
	}
	tm.Continues = ""
	if m = through(t, a, b, tm); m.Report.Count != 9 {
		// the element that left was one that matched
		t.Errorf("a fresh match has %d in common, want 9", m.Report.Count)
	}
}

func TestOnlyAMatchThatKeptItsKeysCanBeContinued(t *testing.T) {
	a, b := companies(t)
	m := through(t, a, b, terms()) // no epoch
	tm := terms()
	for name, id := range map[string]fraud.MatchID{"kept nothing": m.ID, "unknown": "M-NOSUCH"} {
		tm.Continues = id
		got, err := a.Offer(a.desk(t), "birch", tm)
		must(t, got, err, fraud.MatchOffered)
		if _, err := b.Accept(b.desk(t), got.ID); err == nil {
			t.Errorf("%s: it was continued", name)
		}
	}
}

// What an epoch fixed stays fixed: who offers, to whom, which kinds, on how
// many reports and on what evidence.
func TestAnEpochGoesOnOnlyAsItBegan(t *testing.T) {
	epoch := func(tm *match.Terms) { tm.Epoch = true }
	for name, tt := range map[string]struct {
		first, next func(*match.Terms)
		turned      bool // the other side offers the next one
		agencies    bool
		want        string
	}{
		"as it began":     {first: epoch, next: epoch},
		"other kinds":     {first: epoch, next: func(tm *match.Terms) { tm.Epoch, tm.Kinds = true, []fraud.Kind{fraud.Phone} }, want: "other kinds or reports"},
		"fewer reports":   {first: epoch, next: func(tm *match.Terms) { tm.Epoch, tm.MinReports = true, 1 }, want: "other kinds or reports"},
		"kept no keys":    {first: func(*match.Terms) {}, next: epoch, want: "kept nothing"},
		"the other side":  {first: epoch, next: epoch, turned: true, want: "not offered by the same side"},
		"with casework":   {first: func(tm *match.Terms) { tm.Epoch, tm.Deconflict = true, true }, next: func(tm *match.Terms) { tm.Epoch, tm.Deconflict, tm.Casework = true, true, true }, agencies: true, want: "other evidence"},
		"without it":      {first: func(tm *match.Terms) { tm.Epoch, tm.Deconflict = true, true }, next: func(tm *match.Terms) { tm.Epoch, tm.Deconflict = true, true }, agencies: true},
		"of nobody's own": {first: epoch, next: func(tm *match.Terms) { tm.Epoch, tm.Continues = true, "M-NOSUCH" }, want: "M-NOSUCH"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := companies(t)
			if tt.agencies {
				for n, peer := range map[*node]*node{a: b, b: a} {
					n.org.Kind, n.contact = fraud.OrgAgency, "desk +1 212 555 0100"
					p := n.peers[peer.org.ID]
					p.Org.Kind = fraud.OrgAgency
					n.peers[peer.org.ID] = p
				}
				a.start(t)
				b.start(t)
			}
			tm := terms()
			tt.first(&tm)
			m := upTo(t, a, b, tm, fraud.MatchCount)
			next := terms()
			next.Continues = m.ID
			tt.next(&next)
			if tt.turned {
				a, b = b, a
			}
			got, err := a.Offer(a.desk(t), b.org.ID, next)
			must(t, got, err, fraud.MatchOffered)
			if _, err = b.Accept(b.desk(t), got.ID); err == nil {
				got, err = a.Advance(t.Context(), got.ID)
			}
			switch {
			case tt.want == "" && (err != nil || got.Step != fraud.MatchCount):
				t.Errorf("got %s, %v; want it to go on", got.Step, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// The elements of an epoch are counted once against the budget over all time,
// those of a fresh match anew.
func TestAnEpochsElementsAreCountedOnce(t *testing.T) {
	a, b := companies(t)
	for _, n := range []*node{a, b} {
		n.limits = match.Limits{Lifetime: 100, RunsPerDay: 100}
		n.start(t)
	}
	tm := terms()
	tm.Epoch = true
	m := upTo(t, a, b, tm, fraud.MatchCount)
	for range 3 {
		tm.Continues = m.ID
		m = upTo(t, a, b, tm, fraud.MatchCount) // 60 elements, the same ones
	}
	tm.Continues = ""
	m, err := a.Offer(a.desk(t), "birch", tm)
	if err == nil {
		if _, err = b.Accept(b.desk(t), m.ID); err == nil {
			_, err = a.Advance(t.Context(), m.ID)
		}
	}
	if !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), "over all time") {
		t.Errorf("60 elements more: got %v, want the budget to hold them back", err)
	}
}
