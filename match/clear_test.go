package match_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// holds counts the files that a node keeps for a match.
func (n *node) holds(t testing.TB, id fraud.MatchID) int {
	t.Helper()
	list, err := os.ReadDir(n.folder(id))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return len(list)
}

func (n *node) clears(t testing.TB, want int) {
	t.Helper()
	if got, err := n.Clear(t.Context()); err != nil || got != want {
		t.Errorf("%s cleared %d matches, %v; want %d", n.org.ID, got, err, want)
	}
}

// What an epoch's matches keep is on disk once, however many days it has:
// yesterday's folder goes when today's has come to the count, and the epoch
// goes on. What was over keeps its report.
func TestWhatTheNextMatchOfAnEpochHasIsClearedFromTheOneBefore(t *testing.T) {
	a, b := companies(t)
	tm := terms()
	tm.Epoch = true
	var all []fraud.MatchID
	for day := range 4 {
		if day > 0 {
			a.learn(t, phones("a", 500+day, 1))
			b.learn(t, phones("b", 500+day, 1))
			tm.Continues = all[day-1]
		}
		m := through(t, a, b, tm)
		if m.Report.Count != 10+day || len(m.Report.Shared) != 10+day {
			t.Fatalf("day %d has %d in common and opened %d, want %d", day, m.Report.Count, len(m.Report.Shared), 10+day)
		}
		all = append(all, m.ID)
		for _, n := range []*node{a, b} {
			n.start(t)
			n.clears(t, min(day, 1))
			n.clears(t, 0)
			for d, id := range all {
				if has := n.holds(t, id) > 0; has != (d == day) {
					t.Errorf("%s, day %d: files of day %d: %v", n.org.ID, day, d, has)
				}
				if got, err := n.Status(t.Context(), id); err != nil || got.Gone != (d < day) || len(got.Match.Report.Shared) != 10+d {
					t.Errorf("%s, day %d: of day %d it says %+v, %v", n.org.ID, day, d, got, err)
				}
			}
		}
	}
	if _, err := a.OfferNext(a.desk(t), all[1]); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("a match that let its keys go is continued: %v", err)
	}
}

// What people may still consent to, and what an epoch may still go on from,
// stays; of a partner who is revoked nothing does.
func TestOnlyWhatNobodyGoesOnFromIsCleared(t *testing.T) {
	a, b := companies(t)
	tm := terms()
	tm.Epoch = true
	first := upTo(t, a, b, tm, fraud.MatchCount)
	tm.Continues = first.ID
	second := upTo(t, a, b, tm, fraud.MatchIndicators)
	for _, n := range []*node{a, b} {
		n.clears(t, 0)
		if n.holds(t, first.ID) == 0 || n.holds(t, second.ID) == 0 {
			t.Errorf("%s let go of what is not over, or of what the epoch goes on from", n.org.ID)
		}
		if _, err := n.Consent(n.desk(t), first.ID, fraud.MatchIndicators); err != nil {
			t.Fatal(err)
		}
	}
	m, err := a.Advance(t.Context(), first.ID) // its lists are there
	if must(t, m, err, fraud.MatchIndicators); len(m.Report.Shared) != 10 {
		t.Errorf("%d opened, want 10", len(m.Report.Shared))
	}
	// A third match that does not come to its count takes nothing from the second.
	tm.Continues = second.ID
	third, err := a.Offer(a.desk(t), "birch", tm)
	must(t, third, err, fraud.MatchOffered)
	if _, err := b.Accept(b.desk(t), third.ID); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*node{a, b} {
		n.clears(t, 1) // the first
		if n.holds(t, first.ID) > 0 || n.holds(t, second.ID) == 0 {
			t.Errorf("%s keeps %d files of the first and %d of the second", n.org.ID, n.holds(t, first.ID), n.holds(t, second.ID))
		}
	}
	// A folder that was lost is no reason to keep the keys.
	if err := os.RemoveAll(a.folder(second.ID)); err != nil {
		t.Fatal(err)
	}
	p := a.peers["birch"]
	p.Revoked = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	a.peers["birch"] = p
	a.start(t)
	a.clears(t, 1)
	if left, err := filepath.Glob(filepath.Join(a.folder(second.ID), "*")); err != nil || len(left) > 0 {
		t.Errorf("of a match with a revoked peer %v stays, %v", left, err)
	}
}
