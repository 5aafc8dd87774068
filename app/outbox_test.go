package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// What was said while the other side's node was down arrives when it is up
// again, in the order in which it was said, and once.
func TestWhatWasSaidToANodeThatIsDownArrivesLater(t *testing.T) {
	a, b, through := pair(t)
	ctx := a.Console(t.Context())
	at := a.now().UTC()
	for _, x := range []struct{ of, with *Node }{{a, b}, {b, a}} {
		c := fraud.JointCase{ID: "J-1", Title: "t", Peer: x.with.Org.ID, OpenedBy: "alder", OpenedAt: at, Accepted: at, Mark: fraud.Mark{}.Filled()}
		c.Basis = fraud.ShareBasis{Purpose: "p", LegalBasis: "l", Agreement: "a", Recipients: []fraud.OrgID{"alder", "bramble"}}
		if err := x.of.db.SaveJointCase(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	through.down.Store(true)
	for _, says := range []string{"first", "second", "third"} {
		if _, err := a.AddJoint(ctx, fraud.JointEntry{Case: "J-1", Kind: fraud.JointComment, Says: says}); err != nil {
			t.Fatalf("%s: %v", says, err)
		}
	}
	waiting, err := a.Waiting(ctx)
	if err != nil || len(waiting) != 3 || waiting[0].Tries != 1 || waiting[1].Tries != 0 || !strings.Contains(waiting[0].Problem, "reach the node of bramble") {
		t.Fatalf("got %+v, %v, want three, of which the first was tried", waiting, err)
	}
	if !waiting[0].Next.After(a.now()) {
		t.Error("the first is not put off")
	}
	// Put off, nothing is tried; later it is, and put off for longer.
	if _, err := a.deliver(ctx); err != nil {
		t.Fatal(err)
	}
	pairAhead.Store(int64(2 * firstPutOff))
	defer pairAhead.Store(0)
	if _, err := a.deliver(ctx); err != nil {
		t.Fatal(err)
	}
	again, err := a.Waiting(ctx)
	if err != nil || again[0].Tries != 2 || again[0].Next.Sub(a.now()) < firstPutOff*3/2 {
		t.Errorf("got %+v, %v, want it tried twice and put off for longer", again[0], err)
	}
	pairAhead.Store(0)
	through.down.Store(false)
	left, err := a.SendWaiting(ctx)
	if err != nil || len(left) != 0 {
		t.Fatalf("still waiting: %+v, %v", left, err)
	}
	log, err := b.db.JointEntries(t.Context(), "J-1")
	if err != nil || len(log) != 3 || log[0].Says != "first" || log[1].Says != "second" || log[2].Says != "third" {
		t.Errorf("bramble has %+v, %v", log, err)
	}
}

// A node's letters are dated and due by its own clock, wherever that stands.
func TestALetterIsDueAtOnceByTheClockOfItsNode(t *testing.T) {
	pairAhead.Store(int64(time.Until(time.Date(2023, 10, 19, 9, 0, 0, 0, time.UTC))))
	defer pairAhead.Store(0)
	a, b, _ := pair(t)
	ctx := a.Console(t.Context())
	l, err := a.letter("bramble", letterStatus, "REF-1", "/peer/v1/x", "x")
	if err != nil {
		t.Fatal(err)
	}
	whole := a.packageLetter("bramble", letterSealed, fraud.Referral{ID: "REF-2", Version: 1})
	if err := a.db.Post(ctx, l, whole); err != nil {
		t.Fatal(err)
	}
	due, err := a.db.DueLetters(ctx, a.now())
	if err != nil || len(due) != 2 || due[0].No != l.No || due[1].No != whole.No {
		t.Errorf("in 2023 are due %+v, %v, want both", due, err)
	}
	// And over a door of a peer whose clock stands there too.
	for _, x := range []struct{ of, with *Node }{{a, b}, {b, a}} {
		c := fraud.JointCase{ID: "J-1", Title: "t", Peer: x.with.Org.ID, OpenedBy: "alder", OpenedAt: a.now(), Accepted: a.now(), Mark: fraud.Mark{}.Filled()}
		c.Basis = fraud.ShareBasis{Purpose: "p", LegalBasis: "l", Agreement: "a", Recipients: []fraud.OrgID{"alder", "bramble"}}
		if err := x.of.db.SaveJointCase(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.AddJoint(ctx, fraud.JointEntry{Case: "J-1", Kind: fraud.JointComment, Says: "first"}); err != nil {
		t.Fatal(err)
	}
	if log, err := b.db.JointEntries(ctx, "J-1"); err != nil || len(log) != 1 {
		t.Errorf("bramble has %+v, %v, want the line", log, err)
	}
}

// Of letters that go out together each refusal is told, not the first's alone.
func TestEveryRefusalOfLettersThatGoTogetherIsTold(t *testing.T) {
	a, _, _ := pair(t)
	ctx := a.Console(t.Context())
	var bad []*fraud.Letter
	for _, ref := range []string{"J-1", "J-2"} {
		l, err := a.letter("bramble", letterJoint, ref, "/peer/v1/joint-cases/entries", "no line")
		if err != nil {
			t.Fatal(err)
		}
		bad = append(bad, l)
	}
	if err := a.db.Post(ctx, bad...); err != nil {
		t.Fatal(err)
	}
	err := a.told(ctx, bad...)
	if all, ok := err.(interface{ Unwrap() []error }); !ok || strings.Count(err.Error(), "entries") != 2 {
		t.Errorf("got %v (%v), want two refusals", err, all)
	}
}

// A refusal is told to whoever is there, is in the audit trail, and does not
// stop what comes after it.
func TestALetterThatIsRefusedForGoodIsToldAndNotSentAgain(t *testing.T) {
	a, _, _ := pair(t)
	ctx := a.Console(t.Context())
	at := a.now().UTC()
	c := fraud.JointCase{ID: "J-1", Title: "t", Peer: "bramble", OpenedBy: "alder", OpenedAt: at, Accepted: at, Mark: fraud.Mark{}.Filled()}
	if err := a.db.SaveJointCase(ctx, c); err != nil {
		t.Fatal(err)
	}
	l, err := a.letter("bramble", letterStatus, "REF-1", "/peer/v1/matches/go-on", "M-1")
	if err != nil {
		t.Fatal(err)
	}
	bad, err := a.letter("bramble", letterJoint, "J-1", "/peer/v1/joint-cases/entries", "no line")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.db.Post(ctx, bad, l); err != nil {
		t.Fatal(err)
	}
	if err := a.sendNow(ctx, bad); !errors.Is(err, fraud.ErrInvalid) || errors.Is(err, errWaits) {
		t.Errorf("what is no line: got %v, want ErrInvalid", err)
	}
	waiting, err := a.Waiting(ctx)
	if err != nil || len(waiting) != 1 || waiting[0].No != l.No {
		t.Errorf("got %+v, %v, want the one that is about what bramble may still hear of", waiting, err)
	}
	if err := a.sendNow(ctx, l); !errors.Is(err, errWaits) {
		t.Errorf("what waits: got %v", err)
	}
	// Nobody sends to a peer that is trusted no more.
	if err := a.RevokePeer(ctx, "bramble", "test"); err != nil {
		t.Fatal(err)
	}
	if left, err := a.SendWaiting(ctx); err != nil || len(left) != 0 {
		t.Errorf("to a revoked peer still waits %+v, %v", left, err)
	}
}

// Who may have what waits sent does it from a page; others are refused, and
// both stand in the audit trail.
func TestWhatWaitsIsSentFromAPage(t *testing.T) {
	a, b, through := pair(t)
	ctx := a.Console(t.Context())
	at := a.now().UTC()
	for _, x := range []struct{ of, with *Node }{{a, b}, {b, a}} {
		c := fraud.JointCase{ID: "J-1", Title: "t", Peer: x.with.Org.ID, OpenedBy: "alder", OpenedAt: at, Accepted: at, Mark: fraud.Mark{}.Filled()}
		c.Basis = fraud.ShareBasis{Purpose: "p", LegalBasis: "l", Agreement: "a", Recipients: []fraud.OrgID{"alder", "bramble"}}
		if err := x.of.db.SaveJointCase(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	through.down.Store(true)
	if _, err := a.AddJoint(ctx, fraud.JointEntry{Case: "J-1", Kind: fraud.JointComment, Says: "first"}); err != nil {
		t.Fatal(err)
	}
	through.down.Store(false)
	page := postDesk{a}
	who := func(roles ...access.Role) context.Context {
		return access.With(t.Context(), access.Who{Person: "p", Org: "alder", OrgKind: fraud.OrgCompany, Roles: roles})
	}
	if err := page.SendNow(who(access.RoleAuditor)); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("an auditor sends: %v", err)
	}
	if left, err := page.Waiting(ctx); err != nil || len(left) != 1 {
		t.Fatalf("%d letters wait, %v", len(left), err)
	}
	if err := page.SendNow(who(access.RoleAdmin)); err != nil {
		t.Fatal(err)
	}
	if left, err := page.Waiting(ctx); err != nil || len(left) != 0 {
		t.Errorf("%d letters wait still, %v", len(left), err)
	}
	if log, err := b.db.JointEntries(ctx, "J-1"); err != nil || len(log) != 1 {
		t.Errorf("bramble has %+v, %v", log, err)
	}
	trail, err := a.db.Audits(ctx, 50)
	if err != nil {
		t.Fatal(err)
	}
	var done, refused bool
	for _, e := range trail {
		done = done || e.Act == "letters.post" && e.OK && e.By == "p"
		refused = refused || e.Act == "post" && !e.OK
	}
	if !done || !refused {
		t.Errorf("the trail holds the sending %v, the refusal %v", done, refused)
	}
	// What is refused for good stands there for whoever looks later.
	bad, err := a.letter("bramble", letterJoint, "J-1", "/peer/v1/joint-cases/entries", "no line")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.db.Post(ctx, bad); err != nil {
		t.Fatal(err)
	}
	if err := page.SendNow(who(access.RoleSignatory)); err != nil {
		t.Fatal(err)
	}
	if gone, err := page.Refused(ctx, at.Add(-time.Hour)); err != nil || len(gone) != 1 || gone[0].No != bad.No || gone[0].Problem == "" || gone[0].Ended.IsZero() {
		t.Errorf("refused for good: %+v, %v", gone, err)
	}
}

// What was taken back can no longer be accepted, by whatever door.
func TestARecalledCaseCannotBeAccepted(t *testing.T) {
	_, b, _ := pair(t)
	ctx := b.Console(t.Context())
	c := fraud.JointCase{ID: "J-1", Title: "t", Peer: "alder", OpenedBy: "alder", OpenedAt: b.now(), Mark: fraud.Mark{}.Filled()}
	c.Basis = fraud.ShareBasis{Purpose: "p", LegalBasis: "l", Agreement: "a", Recipients: []fraud.OrgID{"alder", "bramble"}}
	if err := b.db.SaveJointCase(ctx, c); err != nil {
		t.Fatal(err)
	}
	b.audit(ctx, fraud.AuditRecalled, "J-1", "it was another's", true)
	if err := b.AcceptCase(ctx, "J-1"); !errors.Is(err, fraud.ErrConflict) || !strings.Contains(err.Error(), "recalled") {
		t.Errorf("accepted with %v, want that it was recalled", err)
	}
}

// A joint case is between two: no third peer of ours accepts it or takes it back.
func TestAThirdPeerHasNoPartInAJointCase(t *testing.T) {
	_, b, _ := pair(t)
	ctx := b.Console(t.Context())
	third := fraud.Peer{Org: fraud.Org{ID: "cypress", Name: "Cypress", Kind: fraud.OrgCompany}, URL: "http://127.0.0.1:1", AddedAt: b.now()}
	keys, err := access.GenerateKeys("cypress", "cypress.example/ringbreaker")
	if err != nil {
		t.Fatal(err)
	}
	third.Org.Keys = keys.Public()
	if err := b.db.AddPeer(ctx, third); err != nil {
		t.Fatal(err)
	}
	c := fraud.JointCase{ID: "J-1", Title: "t", Peer: "alder", OpenedBy: "bramble", OpenedAt: b.now(), Mark: fraud.Mark{}.Filled()}
	c.Basis = fraud.ShareBasis{Purpose: "p", LegalBasis: "l", Agreement: "a", Recipients: []fraud.OrgID{"alder", "bramble"}}
	if err := b.db.SaveJointCase(ctx, c); err != nil {
		t.Fatal(err)
	}
	as := access.With(t.Context(), access.Who{Org: "cypress", OrgKind: fraud.OrgCompany, Peer: true})
	said := httptest.NewRequest(http.MethodPost, "/peer/v1/joint/accepted", strings.NewReader(`{"id":"J-1"}`)).WithContext(as)
	if _, err := b.receiveAcceptance(said); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("accepted by a third: got %v, want ErrForbidden", err)
	}
	if _, err := b.drop(ctx, "cypress", recallMessage{What: shareCase, Ref: "J-1", Reason: "mine", At: b.now()}); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("taken back by a third: got %v, want ErrForbidden", err)
	}
	if got, err := b.db.JointCase(ctx, "J-1"); err != nil || !got.Accepted.IsZero() {
		t.Errorf("the case is accepted at %v, %v", got.Accepted, err)
	}
}
