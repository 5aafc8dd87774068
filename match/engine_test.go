package match_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
	"ringbreaker.example/match"
)

func companies(t testing.TB) (a, b *node) {
	t.Helper()
	a, b = newNode(t, "alder", phones("a", 0, 60)), newNode(t, "birch", phones("b", 50, 60))
	befriend(a, b)
	return a, b
}

// agreed is a match that both sides have taken up.
func agreed(t testing.TB, a, b *node) fraud.MatchID { return agreedOn(t, a, b, terms()) }

func agreedOn(t testing.TB, a, b *node, tm match.Terms) fraud.MatchID {
	t.Helper()
	m, err := a.Offer(a.desk(t), "birch", tm)
	must(t, m, err, fraud.MatchOffered)
	m, err = b.Accept(b.desk(t), m.ID)
	must(t, m, err, fraud.MatchOffered)
	return m.ID
}

func TestTwoNodesMatchStepByStepByConsentOfBoth(t *testing.T) {
	a, b := companies(t)
	m, err := a.Offer(a.desk(t), "birch", terms())
	must(t, m, err, fraud.MatchOffered)
	id := m.ID
	m, err = a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchOffered) // birch's people have not accepted
	m, err = b.Accept(b.desk(t), id)
	must(t, m, err, fraud.MatchOffered)
	m, err = a.Advance(t.Context(), id)
	m = must(t, m, err, fraud.MatchCount)
	if m.Report.Count != 10 || m.Report.ByKind != nil || m.Report.Overlaps != nil || m.PeerSize != 60 || m.OurRoot == "" || m.PeerRoot == "" {
		t.Errorf("at the count: got %+v", m)
	}
	for _, step := range []fraud.MatchStep{fraud.MatchKinds, fraud.MatchSuspects, fraud.MatchIndicators} {
		before := m.Step
		m, err = a.Consent(a.desk(t), id, step)
		must(t, m, err, before)
		m, err = a.Advance(t.Context(), id)
		must(t, m, err, before) // one side's consent is not enough
		st, err := b.Status(t.Context(), id)
		if err != nil || st.Wants != step || !st.Ours {
			t.Errorf("birch is told %q is wanted of it (%v), %v; want %q", st.Wants, st.Ours, err, step)
		}
		m, err = b.Consent(b.desk(t), id, step)
		must(t, m, err, before)
		m, err = a.Advance(t.Context(), id)
		m = must(t, m, err, step)
	}
	if len(m.Report.Overlaps) != 2 || len(m.Report.Shared) != 10 {
		t.Errorf("got %d overlaps and %d indicators, want 2 and 10", len(m.Report.Overlaps), len(m.Report.Shared))
	}
	other := b.matches[id]
	if other.Step != fraud.MatchIndicators || len(other.Report.Shared) != 10 || other.Report.Overlaps[0].OurRing == m.Report.Overlaps[0].OurRing {
		t.Errorf("birch has %s with %d indicators, want its own view of the same", other.Step, len(other.Report.Shared))
	}
	for name, n := range map[string]*node{"alder": a, "birch": b} {
		for _, ref := range []string{"", "/committed", "/count", "/kinds", "/suspects", "/indicators"} {
			if _, err := n.ledger.Prove(t.Context(), fraud.LeafCommitment, string(id)+ref); err != nil {
				t.Errorf("%s's ledger has no leaf %q: %v", name, ref, err)
			}
		}
	}
	if bytesOf := string(a.states[id]); strings.Contains(bytesOf, "+1200555") {
		t.Error("the state at rest shows a value")
	}
}

func TestTheCommitmentIsWitnessedBeforeTheFirstPointIsSent(t *testing.T) {
	a, b := companies(t)
	id := agreed(t, a, b)
	_, bKey, err := ledger.Verifiers(b.org.Keys)
	if err != nil {
		t.Fatal(err)
	}
	aKey, _, err := ledger.Verifiers(a.org.Keys)
	if err != nil {
		t.Fatal(err)
	}
	asked := false
	a.wire = wireFunc(func(r *http.Request) (*http.Response, error) {
		if isPath(r, "/list/points") && !asked {
			asked = true
			proof, err := a.ledger.Prove(t.Context(), fraud.LeafCommitment, string(id))
			if err != nil {
				t.Error(err)
			}
			// The proof of now is under a later head; what birch cosigned last must cover the leaf.
			c, seen, err := ledger.OpenCheckpoint(b.notes["alder"], aKey, bKey)
			if err != nil || c.Size <= proof.Index || len(seen) != 1 {
				t.Errorf("birch cosigned %d leaves (%v, %v), the commitment is leaf %d", c.Size, seen, err, proof.Index)
			}
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	m, err := a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchCount)
	if !asked {
		t.Error("no point was sent")
	}
}

// cut fails every n-th request, half of them after the peer has worked on it.
func cut(n int) http.RoundTripper {
	i := 0
	return wireFunc(func(r *http.Request) (*http.Response, error) {
		i++
		if i%n != 0 {
			return http.DefaultTransport.RoundTrip(r)
		}
		if i%(2*n) == 0 {
			return nil, errors.New("connection reset")
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		return nil, errors.New("connection reset after the answer")
	})
}

func TestALostConnectionAndRestartsChangeNothing(t *testing.T) {
	for _, every := range []int{3, 5, 7} {
		a, b := companies(t)
		id := agreed(t, a, b)
		a.wire = cut(every)
		var m fraud.Match
		var err error
		consented := false
		for try := 0; try < 400; try++ {
			m, err = a.Advance(t.Context(), id)
			if m.Step == fraud.MatchBroken {
				t.Fatalf("every %d: a lost connection was taken for a lie: %s", every, m.Problem)
			}
			if m.Step == fraud.MatchCount && !consented {
				consented = true
				for _, n := range []*node{a, b} {
					if _, err := n.Consent(n.desk(t), id, fraud.MatchIndicators); err != nil {
						t.Fatal(err)
					}
				}
			}
			if m.Step == fraud.MatchIndicators {
				break
			}
			if try%7 == 3 {
				a.start(t)
			}
			if try%7 == 5 {
				b.start(t)
			}
		}
		if m.Step != fraud.MatchIndicators || len(m.Report.Shared) != 10 {
			t.Errorf("every %d: got %s with %d indicators, %v; want the whole match", every, m.Step, len(m.Report.Shared), err)
		}
	}
}

func TestTooLittleInCommonStopsAtTheCount(t *testing.T) {
	a, b := companies(t)
	tm := terms()
	tm.MinCount = 11
	m, err := a.Offer(a.desk(t), "birch", tm)
	must(t, m, err, fraud.MatchOffered)
	if _, err := b.Accept(b.desk(t), m.ID); err != nil {
		t.Fatal(err)
	}
	m, err = a.Advance(t.Context(), m.ID)
	must(t, m, err, fraud.MatchCount)
	for _, n := range []*node{a, b} {
		if _, err := n.Consent(n.desk(t), m.ID, fraud.MatchKinds); !errors.Is(err, fraud.ErrForbidden) {
			t.Errorf("consent at %s: got %v, want ErrForbidden", n.org.ID, err)
		}
		if st, err := n.Status(t.Context(), m.ID); err != nil || !st.Stopped {
			t.Errorf("%s is not told that the match stopped: %v", n.org.ID, err)
		}
	}
}

func TestOnlyTheRightPeopleOfferAcceptAndConsent(t *testing.T) {
	a, b := companies(t)
	if _, err := a.Offer(t.Context(), "birch", terms()); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("the public offers: got %v", err)
	}
	if _, err := a.Offer(a.person(t, access.RoleAuditor), "birch", terms()); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("an auditor offers: got %v", err)
	}
	if _, err := a.Offer(a.desk(t), "cedar", terms()); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("an offer to a stranger: got %v", err)
	}
	noBasis := terms()
	noBasis.Basis = fraud.ShareBasis{}
	if _, err := a.Offer(a.desk(t), "birch", noBasis); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("an offer without a basis: got %v", err)
	}
	id := agreed(t, a, b)
	if m, err := a.Advance(t.Context(), id); err != nil {
		t.Fatal(m.Problem, err)
	}
	if _, err := a.Consent(a.person(t, access.RoleAnalyst), id, fraud.MatchIndicators); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("an analyst releases indicators: got %v, want it to need a signatory", err)
	}
	if _, err := a.Consent(a.desk(t), id, fraud.MatchCount); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("consent to the count: got %v", err)
	}
	if _, err := a.Accept(a.desk(t), id); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("we accept our own offer: got %v", err)
	}
}

func TestBudgetsBoundWhatAPeerMayLearn(t *testing.T) {
	a, b := companies(t)
	b.limits = match.Limits{RunsPerDay: 2, Lifetime: 130}
	b.start(t)
	agreed(t, a, b)
	m, err := a.Offer(a.desk(t), "birch", terms())
	must(t, m, err, fraud.MatchOffered)
	if _, err := a.Offer(a.desk(t), "birch", terms()); !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), "of the day") {
		t.Errorf("a third match of the day: got %v", err)
	}
	b.now, a.now = b.now.Add(48*time.Hour), a.now.Add(48*time.Hour)
	for i := range 3 {
		m, err := a.Offer(a.desk(t), "birch", terms())
		if err == nil {
			if _, err = b.Accept(b.desk(t), m.ID); err == nil {
				_, err = a.Advance(t.Context(), m.ID)
			}
		}
		if refused := errors.Is(err, fraud.ErrForbidden); refused != (i == 2) {
			t.Errorf("match %d of 60 elements: got %v; a lifetime of 130 allows two", i+1, err)
		}
		b.now, a.now = b.now.Add(48*time.Hour), a.now.Add(48*time.Hour)
	}
	big := terms()
	big.MaxSet = 2 << 20
	if _, err := a.Offer(a.desk(t), "birch", big); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("sets beyond our limit: got %v", err)
	}
}

func TestARefusalReachesThePeer(t *testing.T) {
	a, b := companies(t)
	id := agreed(t, a, b)
	m, err := b.Refuse(b.desk(t), id, "not now")
	must(t, m, err, fraud.MatchRefused)
	m, err = a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchRefused)
	if !strings.Contains(m.Problem, "not now") {
		t.Errorf("alder is told %q", m.Problem)
	}
	if _, err := a.Refuse(a.desk(t), id, "x"); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("refused twice: got %v", err)
	}
}

func TestAThirdNodeSeesNothingOfAMatch(t *testing.T) {
	a, b := companies(t)
	c := newNode(t, "cedar", phones("c", 0, 10))
	befriend(a, b, c)
	id := agreed(t, a, b)
	for _, path := range []string{"/peer/match/" + string(id), "/peer/match/" + string(id) + "/list/points?offset=0"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: access.Signer{Org: "cedar", Key: c.keys.Sign}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, resp.StatusCode)
		}
	}
}

func TestABentMessageIsRefusedAndNothingIsApplied(t *testing.T) {
	a, b := companies(t)
	id := agreed(t, a, b)
	for _, tt := range []struct {
		name, method, path, body string
		want                     int
	}{
		{"no json", http.MethodPost, "/message", "x", http.StatusBadRequest},
		{"wrong round", http.MethodPost, "/message", `{"match":"` + string(id) + `","round":"audit","from":"a"}`, http.StatusConflict},
		{"our own role", http.MethodPost, "/message", `{"match":"` + string(id) + `","round":"commit","from":"b"}`, http.StatusConflict},
		{"unsigned", http.MethodPost, "/message", `{"match":"` + string(id) + `","round":"commit","from":"a"}`, http.StatusForbidden},
		{"list too early", http.MethodPut, "/list/points?offset=0", "abc", http.StatusConflict},
		{"list before ours", http.MethodGet, "/list/points?offset=0", "", http.StatusConflict},
		{"offset", http.MethodGet, "/list/points?offset=-1", "", http.StatusBadRequest},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, b.server.URL+"/peer/match/"+string(id)+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: access.Signer{Org: "alder", Key: a.keys.Sign}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, resp.StatusCode, tt.want)
		}
	}
	m, err := a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchCount)
}

func TestEvidenceThatIsNotInTheLedgerFailsTheAudit(t *testing.T) {
	a, b := companies(t)
	for i := range b.set {
		b.set[i].Evidence[0].Digest[5] ^= 1 // the report is there, with another content
	}
	id := agreed(t, a, b)
	m, err := a.Advance(t.Context(), id)
	if !errors.Is(err, fraud.ErrConflict) || m.Step != fraud.MatchBroken || !strings.Contains(m.Problem, "was not in its ledger before the match") {
		t.Errorf("got %s (%s), %v; want the match broken", m.Step, m.Problem, err)
	}
	if _, err := a.ledger.Prove(t.Context(), fraud.LeafCommitment, string(id)+"/broken"); err != nil {
		t.Errorf("our ledger does not say that it broke: %v", err)
	}
}

func TestAPeerWithTwoHistoriesIsNamedBeforeAPointIsSent(t *testing.T) {
	a, b := companies(t)
	first := agreed(t, a, b)
	m, err := a.Advance(t.Context(), first)
	must(t, m, err, fraud.MatchCount)
	// birch begins its ledger anew and grows it beyond what alder saw.
	b.leaves, b.hashes, b.at, b.own = nil, nil, map[string]int64{}, ""
	for i := range 400 {
		v := b.set[i%len(b.set)].Evidence[i%2]
		if _, err := b.ledger.Append(t.Context(), fraud.Leaf{Kind: fraud.LeafReport, Ref: string(v.Report), Digest: v.Digest, At: b.now.Add(time.Second)}); err != nil {
			t.Fatal(err)
		}
	}
	id := agreed(t, a, b)
	a.wire = wireFunc(func(r *http.Request) (*http.Response, error) {
		if isPath(r, "/list/") {
			t.Error("a list was sent to a peer with two histories")
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	m, err = a.Advance(t.Context(), id)
	var fork *ledger.Fork
	if !errors.As(err, &fork) || m.Step != fraud.MatchBroken || !strings.Contains(m.Problem, "birch") {
		t.Errorf("got %s (%s), %v; want birch named", m.Step, m.Problem, err)
	}
}

func TestASetIsFixedWhenTheMatchIsTakenUp(t *testing.T) {
	a, b := companies(t)
	id := agreed(t, a, b)
	b.set = phones("b", 0, 5)
	m, err := a.Advance(t.Context(), id)
	m = must(t, m, err, fraud.MatchCount)
	if m.PeerSize != 60 || m.Report.Count != 10 {
		t.Errorf("got %d in common with a set of %d, want the set of when birch accepted", m.Report.Count, m.PeerSize)
	}
}
