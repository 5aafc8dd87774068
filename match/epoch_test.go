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
