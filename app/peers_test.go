package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
)

// station is an organisation's node on loopback.
type station struct {
	*app.Node
	cfg app.Config
	ctx context.Context // of its console
	h   http.Handler
}

func newStation(t *testing.T, id fraud.OrgID, kind fraud.OrgKind) *station {
	t.Helper()
	s := &station{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.h.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s.cfg = app.Config{Data: filepath.Join(t.TempDir(), "node"), URL: server.URL, Org: fraud.Org{ID: id, Name: strings.ToUpper(string(id)), Kind: kind, Country: "GB"}}
	s.open(t)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// open opens the node, again after a stop.
func (s *station) open(t *testing.T) {
	t.Helper()
	var err error
	if s.Node, err = app.Open(t.Context(), s.cfg, nil); err != nil {
		t.Fatal(err)
	}
	s.take(t)
}

// take serves with what the node is now.
func (s *station) take(t *testing.T) {
	t.Helper()
	var err error
	if s.h, err = s.Handler(); err != nil {
		t.Fatal(err)
	}
	s.ctx = s.Console(t.Context())
}

func (s *station) restart(t *testing.T) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.open(t)
}

// trust makes each the other's peer, by the fingerprints' words.
func trust(t *testing.T, a, b *station) {
	t.Helper()
	for _, p := range [][2]*station{{a, b}, {b, a}} {
		words, _ := p[1].Card().Fingerprint()
		if err := p[0].AddPeer(p[0].ctx, p[1].Card(), words); err != nil {
			t.Fatal(err)
		}
	}
}

// report makes the node's ledger grow.
func (s *station) report(t *testing.T, says string) {
	t.Helper()
	r := &fraud.Report{ReceivedAt: time.Now().UTC(), Narrative: says, Reporter: fraud.Reporter{Country: "GB"}}
	if _, err := s.Intake.Submit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func (s *station) listed(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.ListPeers(s.ctx, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func (s *station) keys(t *testing.T) *access.Keys {
	t.Helper()
	k, err := access.LoadKeys(s.Org.ID, filepath.Join(s.cfg.Data, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// says sends a statement about keys to a node, the request signed with a key.
func says(t *testing.T, to *station, org fraud.OrgID, by *access.Keys, c access.KeyChange) int {
	t.Helper()
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to.cfg.URL+"/peer/v1/keys", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Transport: access.Signer{Org: org, Key: by.Sign}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestKeysThatWereRotatedAreTakenAndTheOldOnesRefused(t *testing.T) {
	a, b := newStation(t, "alder", fraud.OrgCompany), newStation(t, "birch", fraud.OrgCompany)
	trust(t, a, b)
	if err := a.AskWitness(a.ctx, "birch"); err != nil {
		t.Fatal(err)
	}
	old := a.keys(t)
	news, err := a.RotateKeys(a.ctx, "yearly")
	if err != nil || len(news.Told) != 1 || len(news.Waiting) != 0 {
		t.Fatalf("got %+v, %v", news, err)
	}
	if !strings.Contains(b.listed(t), news.Words) || !strings.Contains(b.listed(t), "trusted") {
		t.Errorf("birch does not show the new words %q:\n%s", news.Words, b.listed(t))
	}
	if err := a.AskWitness(a.ctx, "birch"); err != nil {
		t.Errorf("the new key is refused: %v", err)
	}
	a.restart(t)
	if err := a.AskWitness(a.ctx, "birch"); err != nil {
		t.Errorf("the new key is refused after a restart: %v", err)
	}
	fresh, err := old.Rotated()
	if err != nil {
		t.Fatal(err)
	}
	again, err := access.ChangeKeys(old, fresh, "a thief's", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if code := says(t, b, "alder", old, again); code != http.StatusUnauthorized {
		t.Errorf("a request signed with the old key: got %d, want it refused", code)
	}
	if code := says(t, b, "alder", a.keys(t), again); code != http.StatusForbidden {
		t.Errorf("a statement by the old key: got %d, want it refused", code)
	}
	for name, s := range map[string]*station{"alder": a, "birch": b} {
		all, err := s.KeyChanges(s.ctx)
		if err != nil || len(all) != 1 || all[0].NewWords != news.Words || all[0].Reason != "yearly" {
			t.Errorf("%s tells of %+v, %v", name, all, err)
		}
		if problems, err := s.Fsck(s.ctx); err != nil || len(problems) > 0 {
			t.Errorf("%s: %v, %v", name, problems, err)
		}
	}
	if err := b.AskWitness(b.ctx, "alder"); err != nil {
		t.Errorf("the other way: %v", err)
	}
}

func TestForgedReplayedAndDowngradedStatementsAreRefused(t *testing.T) {
	a, b := newStation(t, "alder", fraud.OrgCompany), newStation(t, "birch", fraud.OrgCompany)
	c := newStation(t, "cedar", fraud.OrgCompany)
	trust(t, a, b)
	trust(t, c, b)
	first := a.keys(t)
	if _, err := a.RotateKeys(a.ctx, "yearly"); err != nil {
		t.Fatal(err)
	}
	second := a.keys(t)
	all, err := a.KeyChanges(a.ctx)
	if err != nil {
		t.Fatal(err)
	}
	statement := all[0].KeyChange
	if code := says(t, b, "alder", second, statement); code != http.StatusOK {
		t.Errorf("the statement again, whose answer was lost: got %d", code)
	}
	if _, err := a.RotateKeys(a.ctx, "once more"); err != nil {
		t.Fatal(err)
	}
	third := a.keys(t)
	if code := says(t, b, "alder", third, statement); code != http.StatusForbidden {
		t.Errorf("the first statement replayed after the second: got %d", code)
	}
	back, err := access.ChangeKeys(third, first, "back to the first", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if code := says(t, b, "alder", third, back); code != http.StatusConflict {
		t.Errorf("back to a key that was given up: got %d", code)
	}
	fresh, err := third.Rotated()
	if err != nil {
		t.Fatal(err)
	}
	good, err := access.ChangeKeys(third, fresh, "yearly", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if code := says(t, b, "cedar", c.keys(t), good); code != http.StatusForbidden {
		t.Errorf("cedar hands in a statement of alder's: got %d", code)
	}
	forged := good
	forged.New = c.Card().Org.Keys
	if code := says(t, b, "alder", third, forged); code != http.StatusForbidden {
		t.Errorf("other keys than were signed: got %d", code)
	}
	stale, err := access.ChangeKeys(third, fresh, "yearly", time.Now().Add(-30*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if code := says(t, b, "alder", third, stale); code != http.StatusForbidden {
		t.Errorf("a statement of last month: got %d", code)
	}
	if err := a.AskWitness(a.ctx, "birch"); err != nil {
		t.Errorf("after all of that alder's own key is refused: %v", err)
	}
}

func TestAKeyThatWasGivenUpIsRefusedAtOnceAndForEver(t *testing.T) {
	a, b := newStation(t, "alder", fraud.OrgCompany), newStation(t, "birch", fraud.OrgCompany)
	trust(t, a, b)
	stolen := a.Card()
	words, _ := stolen.Fingerprint()
	if _, err := a.GiveUpKeys(a.ctx, " "); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("without a reason: got %v", err)
	}
	news, err := a.GiveUpKeys(a.ctx, "the laptop was stolen")
	if err != nil || len(news.Told) != 1 {
		t.Fatalf("got %+v, %v", news, err)
	}
	if got := b.listed(t); !strings.Contains(got, "revoked: it gave its key up: the laptop was stolen") {
		t.Errorf("birch's list does not say why:\n%s", got)
	}
	if err := a.AskWitness(a.ctx, "birch"); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("the new key without a ceremony: got %v", err)
	}
	if err := b.AddPeer(b.ctx, stolen, words); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("the key that was given up is added again: got %v", err)
	}
	// A person hears the new words and says so.
	if err := b.AddPeer(b.ctx, a.Card(), words); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("the new card with the old words: got %v", err)
	}
	if err := b.AddPeer(b.ctx, a.Card(), news.Words); err != nil {
		t.Fatal(err)
	}
	if err := a.AskWitness(a.ctx, "birch"); err != nil {
		t.Errorf("after the ceremony: %v", err)
	}
	if got := b.listed(t); !strings.Contains(got, "trusted") || strings.Contains(got, "stolen") {
		t.Errorf("birch's list:\n%s", got)
	}
}

func TestAPeerThatWasNotReachedIsToldLater(t *testing.T) {
	a, b := newStation(t, "alder", fraud.OrgCompany), newStation(t, "birch", fraud.OrgCompany)
	trust(t, a, b)
	down := true
	up := b.h
	b.h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down {
			panic(http.ErrAbortHandler)
		}
		up.ServeHTTP(w, r)
	})
	news, err := a.RotateKeys(a.ctx, "yearly")
	if err != nil || len(news.Waiting) != 1 {
		t.Fatalf("got %+v, %v", news, err)
	}
	if news, err = a.RotateKeys(a.ctx, "again before anybody heard"); err != nil || len(news.Waiting) != 1 {
		t.Fatalf("got %+v, %v", news, err)
	}
	a.restart(t)
	down = false
	told, waiting, err := a.TellKeys(a.ctx)
	if err != nil || len(told) != 1 || len(waiting) != 0 {
		t.Fatalf("told %v, waiting %v, %v", told, waiting, err)
	}
	if !strings.Contains(b.listed(t), news.Words) {
		t.Errorf("birch has not the newest words %q:\n%s", news.Words, b.listed(t))
	}
	if told, waiting, err = a.TellKeys(a.ctx); err != nil || len(told)+len(waiting) != 0 {
		t.Errorf("told again: %v, %v, %v", told, waiting, err)
	}
}

func TestANodeStoppedHalfWayThroughAKeyChangeEndsIt(t *testing.T) {
	for _, at := range []string{"before the statement", "between the renames"} {
		t.Run(at, func(t *testing.T) {
			a, b := newStation(t, "alder", fraud.OrgCompany), newStation(t, "birch", fraud.OrgCompany)
			trust(t, a, b)
			if _, err := a.RotateKeys(a.ctx, "yearly"); err != nil {
				t.Fatal(err)
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			dir, next := filepath.Join(a.cfg.Data, "keys"), filepath.Join(a.cfg.Data, "keys.next")
			want := a.keys(t).Public()
			if at == "between the renames" {
				if err := os.Rename(dir, next); err != nil {
					t.Fatal(err)
				}
			} else {
				drawn, err := a.keys(t).Rotated()
				if err != nil {
					t.Fatal(err)
				}
				if err := access.SaveKeys(next, drawn); err != nil {
					t.Fatal(err)
				}
			}
			a.open(t)
			if got := a.keys(t).Public(); got != want || a.Card().Org.Keys != want {
				t.Error("the node has other keys than it stated")
			}
			if err := a.AskWitness(a.ctx, "birch"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestARunningNodeTakesUpKeysThatACommandChanged(t *testing.T) {
	a, b := newStation(t, "alder", fraud.OrgCompany), newStation(t, "birch", fraud.OrgCompany)
	trust(t, a, b)
	ctx, stop := context.WithCancel(t.Context())
	cfg := a.cfg
	cfg.Addr = "127.0.0.1:0"
	running, err := app.Open(ctx, cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	url, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- running.Serve(ctx, func(u string) { url <- u }, func(string) {}) }()
	at := <-url
	news, err := a.RotateKeys(a.ctx, "yearly") // beside the running one
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		card, err := app.FetchCard(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if words, _ := card.Fingerprint(); words == news.Words {
			stop()
			if err := errors.Join(<-done, running.Close()); err != nil {
				t.Error(err)
			}
			return
		}
		select {
		case err := <-done:
			t.Fatal(err)
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Error("the running node still shows the old keys")
	stop()
}

// A ledger that is rolled back, or that goes on in another way from where a
// peer saw it, is found by the peer, and the page and the command say who.
func TestAPeerWhoseLedgerTellsTwoStoriesIsNamedAndRefused(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		after      int // reports that the lying node takes in after it went back
	}{
		{"rolled back", "was rolled back", 0},
		{"forked at the same size", "has two different trees", 2},
		{"forked and grown", "gave no proof", 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := newStation(t, "alder", fraud.OrgCompany), newStation(t, "birch", fraud.OrgCompany)
			trust(t, a, b)
			a.report(t, "They called from +44 20 7946 0101.")
			saved := filepath.Join(t.TempDir(), "a.backup")
			if err := a.Backup(a.ctx, saved); err != nil {
				t.Fatal(err)
			}
			a.report(t, "They called from +44 20 7946 0102.")
			a.report(t, "They called from +44 20 7946 0103.")
			if err := a.AskWitness(a.ctx, "birch"); err != nil {
				t.Fatal(err)
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			a.cfg.Data = filepath.Join(t.TempDir(), "restored")
			if err := app.Restore(saved, a.cfg.Data); err != nil {
				t.Fatal(err)
			}
			a.open(t)
			for range tt.after {
				a.report(t, "They called from +44 20 7946 0104.")
			}
			if err := a.AskWitness(a.ctx, "birch"); err == nil {
				t.Fatal("birch cosigned a ledger that contradicts what it saw")
			}
			if got := b.listed(t); !strings.Contains(got, "revoked: its ledger "+tt.want) || !strings.HasPrefix(got, "alder\t") {
				t.Errorf("birch's list does not name alder's lie:\n%s", got)
			}
			err := b.AskWitness(b.ctx, "alder")
			if !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "alder") {
				t.Errorf("birch goes on with alder: got %v", err)
			}
			_, err = b.OfferMatch(b.ctx, "alder", nil, 1)
			if !errors.Is(err, fraud.ErrForbidden) {
				t.Errorf("birch offers alder a match: got %v", err)
			}
			faults, err := b.PeerFaults(b.ctx)
			if err != nil || len(faults) != 1 || faults[0].Seen == "" || faults[0].Shown == "" || faults[0].Seen == faults[0].Shown {
				t.Errorf("birch keeps %+v, %v; want both notes", faults, err)
			}
			if problems, err := b.Fsck(b.ctx); err != nil || len(problems) > 0 {
				t.Errorf("birch: %v, %v", problems, err)
			}
		})
	}
}
