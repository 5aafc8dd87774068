package match_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

// folder is where a node keeps a match.
func (n *node) folder(id fraud.MatchID) string {
	return filepath.Join(n.spool, hex.EncodeToString([]byte(id)))
}

// upTo runs a match to the count, or to the end.
func upTo(t *testing.T, a, b *node, tm match.Terms, step fraud.MatchStep) fraud.Match {
	t.Helper()
	if step == fraud.MatchIndicators {
		return through(t, a, b, tm)
	}
	m, err := a.Offer(a.desk(t), "birch", tm)
	must(t, m, err, fraud.MatchOffered)
	if _, err := b.Accept(b.desk(t), m.ID); err != nil {
		t.Fatal(err)
	}
	m, err = a.Advance(t.Context(), m.ID)
	return must(t, m, err, fraud.MatchCount)
}

// Day after day, with restarts: what is counted and opened is what both hold,
// whenever each of them learnt of it.
func TestManyDaysCountWhatBothHold(t *testing.T) {
	days := 8
	if testing.Short() {
		days = 3
	}
	a, b := companies(t)
	for _, n := range []*node{a, b} {
		n.limits = match.Limits{RunsPerDay: 100}
		n.start(t)
	}
	draw := rand.New(rand.NewPCG(7, 11))
	has := map[*node]map[int]bool{a: {}, b: {}}
	for i := range 60 {
		has[a][i], has[b][50+i] = true, true
	}
	tm := terms()
	tm.Epoch, tm.MinCount, tm.Open = true, 1, 8
	for day := range days {
		step := fraud.MatchCount
		if day%3 == 2 {
			step = fraud.MatchIndicators
		}
		m := upTo(t, a, b, tm, step)
		want := 0
		for i := range has[a] {
			if has[b][i] {
				want++
			}
		}
		if m.Report.Count != want || b.matches[m.ID].Report.Count != want {
			t.Fatalf("day %d: alder counts %d and birch %d, want %d", day, m.Report.Count, b.matches[m.ID].Report.Count, want)
		}
		if step == fraud.MatchIndicators {
			for _, s := range m.Report.Shared {
				if s.OurRing == "" || s.PeerReports != 2 {
					t.Errorf("day %d: %+v was opened as of no ring or on other reports", day, s)
				}
			}
			if len(m.Report.Shared) != want {
				t.Errorf("day %d: %d opened, want %d", day, len(m.Report.Shared), want)
			}
		}
		tm.Continues = m.ID
		for n, org := range map[*node]string{a: "a", b: "b"} {
			for range draw.IntN(6) { // some days nothing is new
				if i := draw.IntN(140); !has[n][i] {
					has[n][i] = true
					n.learn(t, phones(org, i, 1))
				}
			}
			if draw.IntN(2) == 0 {
				n.start(t)
			}
		}
	}
}

// What a day writes is what is new: the earlier runs' files are taken over as
// they are.
func TestADaysFilesHoldOnlyWhatIsNew(t *testing.T) {
	a, b := newNode(t, "alder", phones("a", 0, 3000)), newNode(t, "birch", phones("b", 2900, 3000))
	befriend(a, b)
	tm := terms()
	tm.Epoch = true
	first := upTo(t, a, b, tm, fraud.MatchCount)
	a.learn(t, phones("a", 7000, 10))
	b.learn(t, phones("b", 7005, 10))
	tm.Continues = first.ID
	second := upTo(t, a, b, tm, fraud.MatchCount)
	if second.Report.Count != 105 {
		t.Fatalf("counted %d, want 105", second.Report.Count)
	}
	for _, n := range []*node{a, b} {
		for _, name := range []string{"set", "known", "tree", "leaves", "our-points", "peer-points", "tags-of", "peer-tags"} {
			old, errOld := os.Stat(filepath.Join(n.folder(first.ID), name))
			kept, errKept := os.Stat(filepath.Join(n.folder(second.ID), "0-"+name))
			fresh, errFresh := os.Stat(filepath.Join(n.folder(second.ID), name))
			if err := errors.Join(errOld, errKept, errFresh); err != nil {
				t.Fatal(err)
			}
			if !os.SameFile(old, kept) {
				t.Errorf("%s wrote %s of the first match again", n.org.ID, name)
			}
			if fresh.Size() > old.Size()/20 {
				t.Errorf("%s wrote %d bytes of %s for ten new elements, %d for 3,000", n.org.ID, fresh.Size(), name, old.Size())
			}
		}
	}
}

// damages are what a disk may do to a file.
func damages() map[string]func(t *testing.T, file string) {
	return map[string]func(t *testing.T, file string){
		"a bit": func(t *testing.T, file string) {
			b, err := os.ReadFile(file)
			if err != nil || len(b) == 0 {
				t.Fatalf("%s: %d bytes, %v", file, len(b), err)
			}
			b[len(b)/2] ^= 4
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"its end": func(t *testing.T, file string) {
			info, err := os.Stat(file)
			if err == nil {
				err = os.Truncate(file, info.Size()/2)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		"all": func(t *testing.T, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// Whatever is lost or changed of what a match kept for the next is made again
// from the rest, or the match says that a fresh one must be offered. It is
// never believed: no count is wrong and nobody looks like a cheat.
func TestWhatAnEpochKeptIsNeverBelieved(t *testing.T) {
	damage := damages()
	// Whether it can be made again.
	files := map[string]bool{
		"known": true, "tree": true, "leaves": true, "tags-of": true, "sorted": true, "our-points": true, "matched": true, "back": true,
		"set": false, "peer-points": false,
		"0-known": true, "0-tree": true, "0-leaves": true, "0-tags-of": true, "0-our-points": true, "past-sorted": true, "past-back": true,
		"0-set": false, "0-peer-points": false,
	}
	for name, again := range files {
		for how, do := range damage {
			if whole := name == "tree" || name == "0-set" || name == "peer-points"; how != "a bit" && (testing.Short() || !whole) {
				continue // one of each sort is enough
			}
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				a, b := companies(t)
				tm := terms()
				tm.Epoch = true
				m := upTo(t, a, b, tm, fraud.MatchCount)
				tm.Continues = m.ID
				a.learn(t, phones("a", 100, 5))
				b.learn(t, phones("b", 300, 2))
				m = upTo(t, a, b, tm, fraud.MatchCount)
				tm.Continues = m.ID
				do(t, filepath.Join(b.folder(m.ID), name))
				a.start(t)
				b.start(t)
				a.learn(t, phones("a", 300, 1))
				b.learn(t, phones("b", 40, 3))
				next, err := a.Offer(a.desk(t), "birch", tm)
				must(t, next, err, fraud.MatchOffered)
				_, err = b.Accept(b.desk(t), next.ID)
				if err == nil {
					next, err = a.Advance(t.Context(), next.ID)
				}
				for _, n := range []*node{a, b} {
					if err == nil {
						_, err = n.Consent(n.desk(t), next.ID, fraud.MatchIndicators)
					}
				}
				if err == nil {
					next, err = a.Advance(t.Context(), next.ID)
				}
				if x := a.matches[next.ID]; x.Step == fraud.MatchBroken || b.matches[next.ID].Step == fraud.MatchBroken {
					t.Fatalf("birch's disk made somebody a cheat: %s, %s", x.Problem, b.matches[next.ID].Problem)
				}
				if again {
					if err != nil || len(next.Report.Shared) != 10+5+1+3 || len(b.matches[next.ID].Report.Shared) != 19 {
						t.Fatalf("%d were opened, %v; want it made again and 19", len(next.Report.Shared), err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), "offer a fresh one") && !strings.Contains(err.Error(), "could not do it") {
					t.Fatalf("got %v, want it to ask for a fresh match", err)
				}
				// The match can still be refused, and a fresh one begins another epoch.
				st, err := b.Status(t.Context(), next.ID)
				if err != nil {
					t.Fatalf("no status: %v", err)
				}
				if st.Match.Step != fraud.MatchOffered && !strings.Contains(st.Match.Problem, "fresh one") {
					t.Errorf("birch's people are told %q, want them to offer a fresh one", st.Match.Problem)
				}
				if got, err := b.Refuse(b.desk(t), next.ID, "lost"); err != nil || got.Step != fraud.MatchRefused {
					t.Errorf("refused: got %s, %v", got.Step, err)
				}
				tm.Continues = ""
				if m = upTo(t, a, b, tm, fraud.MatchCount); m.Report.Count != 19 {
					t.Errorf("a fresh match counts %d, want 19", m.Report.Count)
				}
			})
		}
	}
}

// The same of a match that is under way, of an epoch or not.
func TestWhatARunningMatchKeptIsNeverBelieved(t *testing.T) {
	for name, again := range map[string]bool{"our-points": true, "tags-of": true, "matched": true, "set": false, "peer-points": false} {
		for _, epoch := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s %v", name, epoch), func(t *testing.T) {
				t.Parallel()
				a, b := companies(t)
				tm := terms()
				tm.Epoch = epoch
				m := upTo(t, a, b, tm, fraud.MatchCount)
				file := filepath.Join(b.folder(m.ID), name)
				list, err := os.ReadFile(file)
				for i := range list {
					list[i] ^= 4
				}
				if err = errors.Join(err, os.WriteFile(file, list, 0o600)); err != nil {
					t.Fatal(err)
				}
				b.start(t)
				_, err = b.Consent(b.desk(t), m.ID, fraud.MatchIndicators)
				if err == nil {
					if _, err := a.Consent(a.desk(t), m.ID, fraud.MatchIndicators); err != nil {
						t.Fatal(err)
					}
					m, err = a.Advance(t.Context(), m.ID)
				}
				switch {
				case a.matches[m.ID].Step == fraud.MatchBroken:
					t.Errorf("birch's disk made it a cheat: %s", a.matches[m.ID].Problem)
				case again && (err != nil || len(m.Report.Shared) != 10):
					t.Errorf("%d were opened, %v; want it made again and 10", len(m.Report.Shared), err)
				case !again && (err == nil || !strings.Contains(err.Error(), "offer a fresh one")):
					t.Errorf("got %v, want it to ask for a fresh match", err)
				}
			})
		}
	}
}

// A machine that stopped while a match was taken up left half a folder behind.
func TestAHalfTakenUpMatchIsTakenUpAgain(t *testing.T) {
	a, b := companies(t)
	tm := terms()
	tm.Epoch = true
	m := upTo(t, a, b, tm, fraud.MatchCount)
	tm.Continues = m.ID
	next, err := a.Offer(a.desk(t), "birch", tm)
	must(t, next, err, fraud.MatchOffered)
	for _, n := range []*node{a, b} {
		if err := os.MkdirAll(n.folder(next.ID), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"0-set", "0-tree", "set", "known", "past-sorted", "tags-of", "set.new"} {
			if err := os.WriteFile(filepath.Join(n.folder(next.ID), name), []byte("half of it"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		n.start(t)
	}
	if _, err := b.Accept(b.desk(t), next.ID); err != nil {
		t.Fatal(err)
	}
	next, err = a.Advance(t.Context(), next.ID)
	if must(t, next, err, fraud.MatchCount); next.Report.Count != 10 {
		t.Errorf("counted %d, want 10", next.Report.Count)
	}
	// And one that could not be taken up leaves none.
	tm.Continues = next.ID
	last, err := a.Offer(a.desk(t), "birch", tm)
	must(t, last, err, fraud.MatchOffered)
	b.set = b.set[1:]
	if _, err := b.Accept(b.desk(t), last.ID); !errors.Is(err, fraud.ErrConflict) {
		t.Fatalf("got %v, want it refused", err)
	}
	if _, err := os.Stat(b.folder(last.ID)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a match that was not taken up left a folder: %v", err)
	}
}

// A set that holds an element of before twice, or more than was agreed, does not go in.
func TestADaysSetIsCheckedWhole(t *testing.T) {
	for name, change := range map[string]func(*node, *match.Terms){
		"twice":   func(n *node, _ *match.Terms) { n.set = append(n.set, n.set[3]) },
		"at most": func(n *node, tm *match.Terms) { tm.MaxSet = 60 },
		"3 reports, 2 were agreed|on 1 reports": func(n *node, _ *match.Terms) {
			e := phones("b", 400, 1)[0]
			e.Evidence, e.Reports = e.Evidence[:1], 1
			n.set = append(n.set, e)
		},
	} {
		a, b := companies(t)
		tm := terms()
		tm.Epoch = true
		m := upTo(t, a, b, tm, fraud.MatchCount)
		tm.Continues = m.ID
		b.learn(t, phones("b", 200, 1))
		change(b, &tm)
		next, err := a.Offer(a.desk(t), "birch", tm)
		must(t, next, err, fraud.MatchOffered)
		_, err = b.Accept(b.desk(t), next.ID)
		held := false
		for _, want := range strings.Split(name, "|") {
			held = held || err != nil && strings.Contains(err.Error(), want)
		}
		if !held || !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
