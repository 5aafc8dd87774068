package app_test

import (
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
)

// A program that polls a list of a node that was started again in between is
// given what came since and nothing twice: the node remembers since when its
// lists hold what they hold.
func TestWhatAListHoldsIsNoNewsAfterAStart(t *testing.T) {
	s := newStation(t, "alder", fraud.OrgCompany)
	const secret = "invented words for a program"
	if _, err := s.AddUserNamed(s.ctx, "carrier", "Carrier", "", []string{"subscriber"}, secret); err != nil {
		t.Fatal(err)
	}
	list := func(number string) {
		t.Helper()
		db, err := store.Open(t.Context(), filepath.Join(s.cfg.Data, "ringbreaker.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		now := time.Now().UTC()
		if err := db.SaveListings(t.Context(), []fraud.Listing{{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: number}, State: fraud.ListingActive, Since: now, LastSeen: now, Expires: now.Add(24 * time.Hour), Sources: 2, Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}}}); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(what string) (string, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.cfg.URL+"/taxii2/lists/collections/public/"+what, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth("carrier", secret)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		b, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%d, %v\n%s", res.StatusCode, err, b)
		}
		return res.Header.Get("X-TAXII-Date-Added-Last"), string(b)
	}
	list("+12125550142")
	last, manifest := ask("manifest/")
	if last == "" {
		t.Fatal("the list is empty")
	}
	for range 2 {
		s.restart(t)
		if at, got := ask("manifest/"); at != last || got != manifest {
			t.Errorf("after a start it was added last at %s, before at %s", at, last)
		}
		if at, got := ask("objects/?added_after=" + last); at != "" || got != "{}\n" {
			t.Errorf("after a start it gives anew %s", got)
		}
	}
	list("+12125550143")
	s.restart(t)
	if at, got := ask("manifest/?match[type]=indicator&added_after=" + last); at <= last || got == "{}\n" {
		t.Errorf("what came since is %s at %q", got, at)
	}
	if wrong, err := s.Fsck(s.ctx); err != nil || len(wrong) > 0 {
		t.Errorf("fsck: %v, %v", wrong, err)
	}
}
