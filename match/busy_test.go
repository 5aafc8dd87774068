package match_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

// gate stops the first request that asks where a match stands once it has
// come to a step, and with it the engine that asks, which holds the match.
type gate struct {
	n       *node
	id      fraud.MatchID
	step    fraud.MatchStep
	once    sync.Once
	stopped chan struct{}
	open    chan struct{}
}

func stopAsking(n *node, id fraud.MatchID, step fraud.MatchStep) *gate {
	return &gate{n: n, id: id, step: step, stopped: make(chan struct{}), open: make(chan struct{})}
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+string(g.id)) {
		m, _, err := g.n.Match(r.Context(), g.id)
		if err != nil {
			return nil, err
		}
		if m.Step == g.step {
			g.once.Do(func() {
				close(g.stopped)
				<-g.open
			})
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// worksOn begins work on a match, which stands at its count until the end.
func (n *node) worksOn(t *testing.T, id fraud.MatchID) (end func()) {
	g := stopAsking(n, id, fraud.MatchCount)
	n.wire = g
	worked := n.Engine
	var beside sync.WaitGroup
	beside.Go(func() {
		if _, err := worked.Advance(t.Context(), id); err != nil {
			t.Error(err)
		}
	})
	<-g.stopped
	return func() {
		close(g.open)
		beside.Wait()
	}
}

// Who looks at a match while a node works on it is told all that was saved of
// it: its terms, what it continues and whose consent it waits for. A page that
// looked in such a moment said of a match of a series that it kept no keys.
func TestAMatchThatIsWorkedOnIsToldAsItWasSaved(t *testing.T) {
	a, b := companies(t)
	tm := terms()
	tm.Epoch = true
	tm.Continues = through(t, a, b, tm).ID
	id := agreedOn(t, a, b, tm)
	worked := a.Engine
	end := a.worksOn(t, id)
	here, errHere := worked.Status(t.Context(), id)
	a.start(t) // another program on the same node
	there, errThere := a.Status(t.Context(), id)
	end()
	after, errAfter := a.Status(t.Context(), id)
	if errHere != nil || errThere != nil || errAfter != nil {
		t.Fatal(errHere, errThere, errAfter)
	}
	for name, st := range map[string]match.Status{"the same program": here, "another program": there} {
		if !st.Busy || st.Match.Step != fraud.MatchCount || !st.Terms.Epoch || st.Terms.Continues != tm.Continues || st.Round != after.Round || st.Wants != fraud.MatchKinds || st.Wants != after.Wants || st.Ours != after.Ours || st.Stopped {
			t.Errorf("%s says %+v, and %+v when nobody works on it", name, st, after)
		}
	}
}

func TestAMatchThatStoppedIsToldSoWhileSomebodyAsks(t *testing.T) {
	a, b := companies(t)
	tm := terms()
	tm.MinCount = 11
	id := agreedOn(t, a, b, tm)
	end := a.worksOn(t, id)
	st, err := a.Status(t.Context(), id)
	end()
	if err != nil || !st.Busy || !st.Stopped {
		t.Errorf("got %+v, %v", st, err)
	}
}

// A match waits for the one that it continues while somebody asks after that
// one, and does not fail for it.
func TestAMatchWaitsForTheOneThatItContinues(t *testing.T) {
	a, b := companies(t)
	tm := terms()
	tm.Epoch = true
	id := agreedOn(t, a, b, tm)
	first, err := a.Advance(t.Context(), id)
	must(t, first, err, fraud.MatchCount)
	next, err := a.OfferNext(a.desk(t), id)
	must(t, next, err, fraud.MatchOffered)
	if _, err := b.Accept(b.desk(t), next.ID); err != nil {
		t.Fatal(err)
	}
	end := a.worksOn(t, id)
	var beside sync.WaitGroup
	beside.Go(func() {
		got, err := a.Advance(t.Context(), next.ID)
		if err != nil || got.Step != fraud.MatchCount {
			t.Errorf("the next match is %s, %v", got.Step, err)
		}
	})
	time.Sleep(50 * time.Millisecond) // long enough to ask for what is held, and to fail for it
	end()
	beside.Wait()
}

// A peer that saw more of our ledger while our commitment was on its way hears
// it anew: the match does not stand still until somebody asks again.
func TestACommitmentIsSaidAnewWhenThePeerSawMoreOfOurLedger(t *testing.T) {
	a, b := companies(t)
	id := agreed(t, a, b)
	said := 0
	a.wire = wireFunc(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost && isPath(r, "/message") {
			if said++; said == 1 {
				old, err := b.ledger.Witnessed(t.Context(), a.org)
				if err != nil {
					return nil, err
				}
				a.learn(t, phones("later", 900, 3))
				head, err := a.ledger.Head(t.Context(), old)
				if err != nil {
					return nil, err
				}
				if _, err := b.ledger.Witness(t.Context(), a.org, head); err != nil {
					return nil, err
				}
			}
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	m, err := a.Advance(t.Context(), id)
	if must(t, m, err, fraud.MatchCount); m.Report.Count != 10 {
		t.Errorf("%d in common, want 10", m.Report.Count)
	}
}

// A match that a lost connection left standing goes on within the hour; nobody
// is asked about one that waits for people.
func TestAMatchThatStandsStillGoesOnByItself(t *testing.T) {
	a, b := companies(t)
	id := agreed(t, a, b)
	down := true
	asked := 0
	a.wire = wireFunc(func(r *http.Request) (*http.Response, error) {
		asked++
		if down && isPath(r, "/list/tags") {
			return nil, errors.New("connection refused")
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	resumed := func(want int, fails bool) {
		t.Helper()
		if n, err := a.Resume(t.Context()); n != want || (err != nil) != fails {
			t.Errorf("it went on with %d matches, %v; want %d, an error: %v", n, err, want, fails)
		}
	}
	if _, err := a.Advance(t.Context(), id); err == nil {
		t.Fatal("the connection was lost")
	}
	a.start(t)
	resumed(0, true)
	down = false
	b.start(t)
	resumed(1, false)
	m, err := a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchCount)
	asked = 0
	resumed(0, false) // people have not agreed to the kinds
	if n, err := b.Resume(t.Context()); n != 0 || err != nil {
		t.Errorf("the side that answers went on with %d, %v", n, err)
	}
	if asked != 0 {
		t.Errorf("the peer was asked %d times about what waits for people", asked)
	}
	// An offer whose acceptance did not reach us is found; one of weeks ago is let rest.
	old, err := a.Offer(a.desk(t), "birch", terms())
	must(t, old, err, fraud.MatchOffered)
	a.now = a.now.Add(8 * 24 * time.Hour)
	young, err := a.Offer(a.desk(t), "birch", terms())
	must(t, young, err, fraud.MatchOffered)
	for _, id := range []fraud.MatchID{old.ID, young.ID} {
		if _, err := b.Accept(b.desk(t), id); err != nil {
			t.Fatal(err)
		}
	}
	resumed(1, false)
	if a.matches[old.ID].Step != fraud.MatchOffered || a.matches[young.ID].Step != fraud.MatchCount {
		t.Errorf("the old offer is %s and the young one %s", a.matches[old.ID].Step, a.matches[young.ID].Step)
	}
}
