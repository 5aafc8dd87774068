package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// ringsNode is a node whose background links, and who decides there.
func ringsNode(t *testing.T) (*Node, context.Context) {
	t.Helper()
	cfg := Config{Data: t.TempDir(), Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany}}
	n, err := Open(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { n.rings.keep(ctx); close(done) }()
	t.Cleanup(func() {
		stop()
		<-done
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n, n.Console(ctx)
}

// takeReports brings in a report on each number; those of one number name one
// machine too.
func takeReports(ctx context.Context, t *testing.T, n *Node, numbers ...string) {
	t.Helper()
	takeReportsOf(ctx, t, n, time.Now(), numbers...)
}

func takeReportsOf(ctx context.Context, t *testing.T, n *Node, day time.Time, numbers ...string) {
	t.Helper()
	at := day.UTC().Format(time.RFC3339)
	var lines bytes.Buffer
	for i, number := range numbers {
		fmt.Fprintf(&lines, `{"id":"%s-%d-%d","source":"alder","received_at":"%s","contacts":[{"callback":"%s","at":"%s","direction":"to_victim","medium":"popup"}],`+
			`"remote_access":[{"tool":"AnyDesk","id":"123456%s"}]}`+"\n", number[len(number)-4:], day.Unix(), i, at, number, at, number[len(number)-3:])
	}
	name := filepath.Join(t.TempDir(), "reports.jsonl")
	if err := os.WriteFile(name, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	res, err := n.Import(ctx, name, nil)
	if err != nil || res.New != len(numbers) {
		t.Fatalf("%+v, %v, want %d new reports", res, err, len(numbers))
	}
}

// until waits for the background to do what it does within seconds.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

func TestNewReportsAreLinkedInTheBackground(t *testing.T) {
	n, ctx := ringsNode(t)
	takeReports(ctx, t, n, "+12125550101", "+12125550101", "+12125550101")
	until(t, "the rings are said to be pending", func() bool {
		since, err := n.PendingSince(ctx, "")
		return err == nil && !since.IsZero()
	})
	until(t, "a ring of three", func() bool {
		rings, err := n.db.RingsByHarm(ctx, 9)
		return err == nil && len(rings) == 1 && len(rings[0].Reports) == 3
	})
	until(t, "nothing is pending", func() bool {
		since, err := n.PendingSince(ctx, "")
		return err == nil && since.IsZero()
	})
}

func TestDecisionIsObeyedByTheBackground(t *testing.T) {
	n, ctx := ringsNode(t)
	takeReports(ctx, t, n, "+12125550101", "+12125550101", "+13125550102", "+13125550102")
	var rings []fraud.Ring
	until(t, "two rings", func() bool {
		var err error
		rings, err = n.db.RingsByHarm(ctx, 9)
		return err == nil && len(rings) == 2
	})
	ana := access.Who{Person: "ana", Org: n.Org.ID, OrgKind: n.Org.Kind, Roles: []access.Role{access.RoleAnalyst}}
	err := n.AddJudgement(access.With(ctx, ana), fraud.Judgement{Verdict: fraud.VerdictSame, A: rings[0].Reports[0], B: rings[1].Reports[0], Reason: "one voice"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "one ring", func() bool {
		now, err := n.db.RingsByHarm(ctx, 9)
		return err == nil && len(now) == 1 && len(now[0].Reports) == 4 &&
			slices.ContainsFunc(rings, func(r fraud.Ring) bool { return r.ID == now[0].ID })
	})
}

// A large node links for minutes. What comes meanwhile is placed all the same,
// and is not taken for settled.
func TestReportsArePlacedWhileTheBackgroundLinks(t *testing.T) {
	n, ctx := ringsNode(t)
	takeReports(ctx, t, n, "+12125550101", "+12125550101", "+12125550101")
	until(t, "a ring of three, settled", func() bool {
		since, err := n.PendingSince(ctx, "")
		rings, rerr := n.db.RingsByHarm(ctx, 9)
		return err == nil && since.IsZero() && rerr == nil && len(rings) == 1
	})
	n.rings.one.Lock() // a linking that does not end
	if err := n.rings.changed(ctx); err != nil {
		t.Fatal(err)
	}
	takeReportsOf(ctx, t, n, time.Now().Add(-time.Hour), "+12125550101")
	newest, err := n.db.ReportInbox(ctx, fraud.InboxQuery{Limit: 1})
	if err != nil || len(newest) != 1 {
		t.Fatalf("%d reports, %v", len(newest), err)
	}
	until(t, "the new report is placed", func() bool {
		ring, err := n.PlacedIn(ctx, newest[0].Report.Name())
		return err == nil && ring != ""
	})
	n.rings.one.Unlock()
	until(t, "a ring of four", func() bool {
		rings, err := n.db.RingsByHarm(ctx, 9)
		return err == nil && len(rings) == 1 && len(rings[0].Reports) == 4
	})
}

// Who follows is told of what came through a door of this node, once, and not
// of what was there before.
func TestFollowerIsToldWhatCame(t *testing.T) {
	n, err := Open(t.Context(), Config{Data: t.TempDir(), Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	ctx := n.Console(t.Context())
	told := func() bool {
		select {
		case <-n.rings.came:
			return true
		default:
			return false
		}
	}
	name := filepath.Join(t.TempDir(), "reports.jsonl")
	line := `{"id":"1","source":"alder","received_at":"2023-10-19T09:00:00Z","contacts":[{"callback":"+12125550101"}]}` + "\n"
	if err := os.WriteFile(name, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		if _, err := n.Import(ctx, name, nil); err != nil {
			t.Fatal(err)
		}
		if got := told(); got != want {
			t.Errorf("import %d: told %v, want %v", i+1, got, want)
		}
	}
}

// A node that starts takes up the rings as they were saved, and links only if
// they lack something.
func TestStartingNodeLinksOnlyWhatItsRingsLack(t *testing.T) {
	t.Run("from the store", func(t *testing.T) { startingNode(t, linkedLeast, 0) })
	t.Run("from what was linked", func(t *testing.T) { startingNode(t, 1, 4) })
}

func startingNode(t *testing.T, keepFrom, kept int64) {
	t.Helper()
	cfg := Config{Data: t.TempDir(), Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany}}
	start := func() (*Node, context.Context) {
		n, err := Open(t.Context(), cfg, nil)
		if err != nil {
			t.Fatal(err)
		}
		n.rings.keepFrom = keepFrom
		return n, n.Console(t.Context())
	}
	stop := func(n *Node) {
		t.Helper()
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	lacks := func(n *Node, ctx context.Context, want int) {
		t.Helper()
		if got, err := n.rings.follow(ctx); err != nil || got != want {
			t.Fatalf("%d changes are seen at the start, %v, want %d", got, err, want)
		}
		if since, err := n.PendingSince(ctx, ""); err != nil || since.IsZero() != (want == 0) {
			t.Fatalf("pending since %v, %v, with %d changes", since, err, want)
		}
	}
	relinks := func(n *Node, ctx context.Context, want bool) {
		t.Helper()
		if s, err := n.rings.link(ctx, false); err != nil || (s != nil) != want {
			t.Fatalf("linked: %v, %v, want %v", s != nil, err, want)
		}
	}

	n, ctx := start()
	takeReports(ctx, t, n, "+12125550101", "+12125550101", "+12125550101", "+13125550102")
	lacks(n, ctx, 4)
	relinks(n, ctx, true)
	all, err := n.db.ReportInbox(ctx, fraud.InboxQuery{Limit: 9})
	if err != nil || len(all) != 4 {
		t.Fatalf("%d reports, %v", len(all), err)
	}
	judge := func(verdict fraud.Verdict) {
		j := fraud.Judgement{ID: "J-" + string(verdict), Verdict: verdict, A: all[0].Report.Name(), By: "ana", Reason: "heard the tape"}
		if err := n.db.AddJudgement(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	judge(fraud.VerdictConfirmed)
	relinks(n, ctx, true)
	relinks(n, ctx, false)
	if s, err := n.Relink(ctx); err != nil || len(s.Result().Rings) != 1 {
		t.Fatalf("who asks for the whole linking gets %v, %v", s, err)
	}
	rings, err := n.db.RingsByHarm(ctx, 9)
	if err != nil || len(rings) != 1 {
		t.Fatalf("%d rings, %v, want one", len(rings), err)
	}
	stop(n)

	n, ctx = start()
	lacks(n, ctx, 0)
	if got := n.rings.kept.Load(); got != kept {
		t.Errorf("%d reports were read from what was linked, want %d", got, kept)
	}
	relinks(n, ctx, false)
	takeReportsOf(ctx, t, n, time.Now().Add(-time.Hour), "+12125550101")
	stop(n) // before it looked

	n, ctx = start()
	lacks(n, ctx, 1)
	newest, err := n.db.ReportInbox(ctx, fraud.InboxQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if ring, err := n.PlacedIn(ctx, newest[0].Report.Name()); err != nil || ring != rings[0].ID {
		t.Fatalf("what came before the start is placed in %q, %v, want %s", ring, err, rings[0].ID)
	}
	relinks(n, ctx, true)
	judge(fraud.VerdictWrong)
	stop(n)

	n, ctx = start()
	lacks(n, ctx, 1)
	relinks(n, ctx, true)
	stop(n)

	n, ctx = start()
	n.model.Version = "another"
	lacks(n, ctx, 7) // five reports and two judgements: its rings are by the other model
	relinks(n, ctx, true)
	if now, err := n.db.RingsByHarm(ctx, 9); err != nil || len(now) != 1 || now[0].ID != rings[0].ID || now[0].Model != "another" {
		t.Errorf("rings %+v, %v", now, err)
	}
	stop(n)
}

// A node that is told to stop waits for no linking: the next start does it.
func TestStoppingNodeWaitsForNoLinking(t *testing.T) {
	n, err := Open(t.Context(), Config{Data: t.TempDir(), Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	takeReports(n.Console(t.Context()), t, n, "+12125550101", "+12125550101")
	begun, end := make(chan struct{}), make(chan struct{})
	n.rings.settle = func(s *link.Settling, at time.Time) *link.Settled {
		close(begun)
		<-end // minutes, at a million reports
		return s.Settle(at)
	}
	ctx, stop := context.WithCancel(n.Console(t.Context()))
	go func() { <-begun; stop() }()
	if s, err := n.Relink(ctx); s != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v, want that it was called off", s != nil, err)
	}
	close(end)
	n.rings.settle = (*link.Settling).Settle
	if s, err := n.Relink(n.Console(t.Context())); s == nil || err != nil {
		t.Errorf("linked: %v, %v, want what was called off", s != nil, err)
	}
	if rings, err := n.db.RingsByHarm(t.Context(), 9); err != nil || len(rings) != 1 {
		t.Errorf("%d rings, %v, want one", len(rings), err)
	}
}

// Another program on the same folder links too; what this one keeps in memory
// is then let go, and nothing is in two rings.
func TestRingsThatAnotherProgramSavedAreRespected(t *testing.T) {
	cfg := Config{Data: t.TempDir(), Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany}}
	one, err := Open(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	ctx := one.Console(t.Context())
	takeReports(ctx, t, one, "+12125550101", "+12125550101")
	if _, err := one.Relink(ctx); err != nil {
		t.Fatal(err)
	}
	two, err := Open(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	takeReports(ctx, t, one, "+14155550104", "+14155550104")
	if _, err := two.rings.follow(ctx); err != nil { // it reads, and has linked nothing yet
		t.Fatal(err)
	}
	before, err := one.Relink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// An older report would give the ring another id, had it not got one.
	takeReportsOf(ctx, t, one, time.Now().Add(-48*time.Hour), "+14155550104")
	takeReports(ctx, t, two, "+13125550102", "+13125550102")
	after, err := two.Relink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	of := func(s *link.Settled) (id fraud.RingID) {
		for _, r := range s.Result().Rings {
			if slices.ContainsFunc(r.Indicators, func(i fraud.RingIndicator) bool { return i.Value == "+14155550104" }) {
				id = r.ID
			}
		}
		return id
	}
	if of(before) == "" || of(before) != of(after) {
		t.Errorf("the ring of +14155550104 was %q and is %q", of(before), of(after))
	}
	takeReports(ctx, t, one, "+12125550103", "+12125550103")
	s, err := one.Relink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rings, err := one.db.RingsByHarm(ctx, 9)
	if err != nil || len(rings) != 4 || len(s.Result().Rings) != 4 {
		t.Errorf("%d rings are kept, %d linked, %v, want four", len(rings), len(s.Result().Rings), err)
	}
}

// Two programs that link one folder at the same moment both end well, and no
// report is in two rings.
func TestTwoProgramsThatLinkAtOnceBothEndWell(t *testing.T) {
	cfg := Config{Data: t.TempDir(), Org: fraud.Org{ID: "alder", Name: "Alder", Kind: fraud.OrgCompany}}
	const programs = 3
	var nodes []*Node
	for range programs {
		n, err := Open(t.Context(), cfg, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		nodes = append(nodes, n)
	}
	ctx := nodes[0].Console(t.Context())
	for round := range 4 {
		for i, n := range nodes {
			number := fmt.Sprintf("+1212555010%d", (round+i)%8)
			takeReportsOf(ctx, t, n, time.Now().Add(-time.Duration(programs*round+i)*time.Hour), number, number, "+14155550104")
		}
		var ready, all sync.WaitGroup
		ready.Add(programs)
		failed := make([]error, programs)
		for i, n := range nodes {
			met := sync.OnceFunc(func() { ready.Done(); ready.Wait() }) // all of them save at one moment
			n.rings.settle = func(x *link.Settling, at time.Time) *link.Settled {
				s := x.Settle(at)
				met()
				return s
			}
			all.Go(func() { failed[i] = n.Flow(n.Console(t.Context())) })
		}
		all.Wait()
		if err := errors.Join(failed...); err != nil {
			t.Fatal(err)
		}
	}
	in := map[fraud.ReportID]fraud.RingID{}
	err := nodes[0].db.EachRingReport(ctx, func(report fraud.ReportID, ring fraud.RingID) error {
		if in[report] != "" {
			t.Errorf("%s is in %s and %s", report, in[report], ring)
		}
		in[report] = ring
		return nil
	})
	if err != nil || len(in) == 0 {
		t.Fatalf("%d reports are in rings, %v", len(in), err)
	}
	s, err := nodes[0].Relink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, a := range s.Assign() {
		if in[a.Report] != a.Ring {
			t.Errorf("%s was left in %q, and belongs to %q", a.Report, in[a.Report], a.Ring)
		}
	}
}

// Why two reports are together does not hang on which of them is named first.
func TestTwoReportsAreExplainedInEitherOrder(t *testing.T) {
	n, ctx := ringsNode(t)
	takeReports(ctx, t, n, "+12125550101", "+12125550101", "+12125550177")
	if err := n.Flow(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := n.db.ReportInbox(ctx, fraud.InboxQuery{Limit: 10})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d reports, %v", len(all), err)
	}
	for _, a := range all {
		for _, b := range all {
			x, y := a.Report.Name(), b.Report.Name()
			if x == y {
				continue
			}
			why, err := n.Explain(ctx, x, y)
			if err != nil {
				t.Fatal(err)
			}
			both := a.Ring != "" && a.Ring == b.Ring
			if why.Same != both || both && len(why.Chain) == 0 || slices.ContainsFunc(why.Says, func(s string) bool { return strings.Contains(s, "is not in this linking") }) {
				t.Errorf("%s (ring %q) and %s (ring %q): %+v", x, a.Ring, y, b.Ring, why)
			}
			if !both && (len(why.Would) == 0 || why.Missing != 10) {
				t.Errorf("%s and %s, which name nothing in common: %+v", x, y, why)
			}
		}
	}
}
