package match_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// large are two nodes whose lists travel in several parts.
func large(t *testing.T) (a, b *node) {
	t.Helper()
	a, b = newNode(t, "alder", phones("a", 0, 20_000)), newNode(t, "birch", phones("b", 19_990, 20_000))
	befriend(a, b)
	return a, b
}

// stopAt fails the n-th request of a kind, before the peer has seen it or
// after, and all that follow until it is mended.
type stopAt struct {
	method, part string
	n            int
	after        bool
	down         bool
	bodies       map[string][32]byte
	t            *testing.T
}

func (s *stopAt) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.down {
		return nil, errors.New("connection refused")
	}
	if s.bodies != nil && r.Method == http.MethodPost && isPath(r, "/message") {
		s.same(r)
	}
	if r.Method == s.method && isPath(r, s.part) {
		if s.n--; s.n == 0 {
			s.down = true
			if !s.after {
				return nil, errors.New("connection reset")
			}
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
			return nil, errors.New("connection reset after the answer")
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// same notes what is sent in each round: asked again, a side says the same
// bytes, so a repeat reveals nothing that one run would not.
func (s *stopAt) same(r *http.Request) {
	body, err := r.GetBody()
	if err != nil {
		s.t.Error(err)
		return
	}
	b, err := io.ReadAll(body)
	if err != nil {
		s.t.Error(err)
	}
	_, round, _ := strings.Cut(string(b), `"round":"`)
	round, _, _ = strings.Cut(round, `"`)
	sum := sha256.Sum256(b)
	if had, ok := s.bodies[round]; ok && had != sum {
		s.t.Errorf("round %s was said twice in two ways", round)
	}
	s.bodies[round] = sum
}

// A connection that is cut in the middle of a list, and a restart of either
// node or both, change nothing: the lists go on where they were, from disk,
// and the same bytes are said again.
func TestAMatchGoesOnWhereItWasCut(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: sets of 20,000, eight times")
	}
	for _, tt := range []struct {
		method, part string
		n            int
		after        bool
		restart      string
	}{
		{http.MethodPut, "/list/points", 1, false, "a"},
		{http.MethodPut, "/list/points", 2, true, "b"},
		{http.MethodPut, "/list/points", 2, true, "ab"}, // the last part came, its answer did not
		{http.MethodGet, "/list/points", 2, false, "a"},
		{http.MethodGet, "/list/points", 2, true, "ab"},
		{http.MethodPut, "/list/tags", 1, true, "ab"},
		{http.MethodGet, "/list/tags", 1, true, "b"},
		{http.MethodPost, "/message", 6, true, "ab"},
	} {
		name := fmt.Sprintf("%s %s %d %v %s", tt.method, strings.Trim(tt.part, "/"), tt.n, tt.after, tt.restart)
		t.Run(strings.ReplaceAll(name, "/", "-"), func(t *testing.T) {
			a, b := large(t)
			id := agreed(t, a, b)
			wire := &stopAt{method: tt.method, part: tt.part, n: tt.n, after: tt.after, bodies: map[string][32]byte{}, t: t}
			a.wire = wire
			m, err := a.Advance(t.Context(), id)
			if err == nil || m.Step == fraud.MatchBroken {
				t.Fatalf("the connection was cut: got %s, %v", m.Step, err)
			}
			roots := [2]string{a.matches[id].OurRoot, b.matches[id].OurRoot}
			if strings.Contains(tt.restart, "a") {
				a.start(t)
			}
			if strings.Contains(tt.restart, "b") {
				b.start(t)
			}
			sent := int64(0)
			wire.down, wire.n = false, 0
			a.wire = wireFunc(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPut {
					sent += r.ContentLength
				}
				return wire.RoundTrip(r)
			})
			m, err = a.Advance(t.Context(), id)
			m = must(t, m, err, fraud.MatchCount)
			if m.Report.Count != 10 || b.matches[id].Report.Count != 10 {
				t.Errorf("%d and %d in common, want 10", m.Report.Count, b.matches[id].Report.Count)
			}
			if roots[0] != a.matches[id].OurRoot || roots[1] != "" && roots[1] != b.matches[id].OurRoot {
				t.Error("a set was committed to anew")
			}
			if whole := int64(20_016 * 32); tt.n > 1 && isPutPoints(tt.method, tt.part) && sent >= whole-400_000 {
				t.Errorf("%d bytes were sent after the cut: what was there came again", sent)
			}
			if len(a.matches) != 1 || len(b.matches) != 1 {
				t.Errorf("%d and %d matches: a cut made another run", len(a.matches), len(b.matches))
			}
		})
	}
}

func isPutPoints(method, part string) bool {
	return method == http.MethodPut && part == "/list/points"
}

func TestNoListStaysOnDiskOnceAMatchIsOver(t *testing.T) {
	a, b := companies(t)
	id := agreed(t, a, b)
	m, err := a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchCount)
	lists := func(n *node) (out []string) {
		out, err := filepath.Glob(filepath.Join(n.spool, "*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if len(lists(a)) == 0 || len(lists(b)) == 0 {
		t.Fatal("nothing is kept on disk while the match runs")
	}
	for _, n := range []*node{a, b} {
		for _, name := range lists(n) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "+1200555") {
				t.Errorf("%s shows a value", filepath.Base(name))
			}
			if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s may be read by others: %v", filepath.Base(name), err)
			}
		}
	}
	for _, n := range []*node{a, b} {
		if _, err := n.Consent(n.desk(t), id, fraud.MatchIndicators); err != nil {
			t.Fatal(err)
		}
	}
	m, err = a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchIndicators)
	for _, n := range []*node{a, b} {
		if left := lists(n); len(left) > 0 {
			t.Errorf("%s keeps %v after the match", n.org.ID, left)
		}
	}
}

// A peer that takes our values and then says nothing more is told as such,
// with what each has seen.
func TestAPeerThatStopsHalfWayIsExposed(t *testing.T) {
	a, b := companies(t)
	id := agreed(t, a, b)
	m, err := a.Advance(t.Context(), id)
	must(t, m, err, fraud.MatchCount)
	for _, n := range []*node{a, b} {
		if _, err := n.Consent(n.desk(t), id, fraud.MatchIndicators); err != nil {
			t.Fatal(err)
		}
	}
	shows := 0
	a.wire = wireFunc(func(r *http.Request) (*http.Response, error) {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return nil, err
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err == nil && strings.Contains(string(text), `"round":"show-`) {
			if shows++; shows == 2 { // birch has read it
				_ = resp.Body.Close()
				return nil, errors.New("birch says nothing more")
			}
		}
		return resp, err
	})
	if _, err := a.Advance(t.Context(), id); err == nil {
		t.Fatal("the match ended")
	}
	a.wire = wireFunc(func(*http.Request) (*http.Response, error) { return nil, errors.New("birch says nothing more") })
	if st, err := a.Status(t.Context(), id); err != nil || st.Exposed != "" {
		t.Errorf("a moment later: got %q, %v; want patience", st.Exposed, err)
	}
	a.now = a.now.Add(2 * time.Hour)
	_, _ = a.Advance(t.Context(), id)
	a.start(t)
	st, err := a.Status(t.Context(), id)
	if err != nil || st.Shown != 8 || st.Seen != 4 {
		t.Errorf("alder showed %d and saw %d, %v; want 8 and 4: one batch ahead, no more", st.Shown, st.Seen, err)
	}
	for _, want := range []string{"birch stopped half-way", "seen 8 of our values and we 4 of its", "show-1"} {
		if !strings.Contains(st.Exposed, want) {
			t.Errorf("alder is told %q, want %q in it", st.Exposed, want)
		}
	}
}
