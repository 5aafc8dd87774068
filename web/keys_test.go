package web_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// fakeKeys writes down what it was told to do.
type fakeKeys struct{ w *world }

func (f fakeKeys) Ours(context.Context) (fraud.OrgKeys, error) { return f.w.org.Keys, nil }

func (f fakeKeys) Change(_ context.Context, reason string, giveUp bool) (told, waiting []fraud.OrgID, err error) {
	did := "rotate"
	c := access.KeyRecord{No: 9, KeyChange: access.KeyChange{Org: f.w.org.ID, Old: f.w.org.Keys, New: fraud.OrgKeys{Sign: "bmV3"}, Reason: reason, At: asOf}, Came: asOf}
	if giveUp {
		did, c.New = "give-up", fraud.OrgKeys{}
	}
	f.w.didKeys = append(f.w.didKeys, did+" "+reason)
	f.w.keyChanges = append(f.w.keyChanges, c)
	return []fraud.OrgID{"birch"}, nil, nil
}

func (f fakeKeys) Tell(context.Context) (told, waiting []fraud.OrgID, err error) {
	f.w.didKeys = append(f.w.didKeys, "tell")
	return []fraud.OrgID{"birch"}, []fraud.OrgID{"cfb"}, nil
}

func (f fakeKeys) Notices(context.Context) (map[int64]map[fraud.OrgID]bool, error) {
	return map[int64]map[fraud.OrgID]bool{9: {"birch": true}}, nil
}

func (f fakeKeys) Revoke(_ context.Context, peer fraud.OrgID, why string) error {
	f.w.didKeys = append(f.w.didKeys, "revoke "+string(peer)+" "+why)
	for i := range f.w.peers {
		if f.w.peers[i].Org.ID == peer {
			f.w.peers[i].Revoked = asOf
		}
	}
	return nil
}

func TestKeysChangeInTwoStepsAndByNoSlip(t *testing.T) {
	w := company(t)
	peer := w.peers[0].Org.ID
	words, _ := access.Fingerprint(w.org.Keys)
	list := strings.FieldsFunc(words, func(r rune) bool { return r == ' ' || r == '-' })
	v := visit(t, serve(t, w)).as("admin")
	for _, x := range []struct {
		what, peer, typed, button, did string
	}{
		{"rotate", "", list[len(list)-1], "Change our keys:", "rotate yearly"},
		{"give-up", "", list[len(list)-1], "Give our keys up:", "give-up yearly"},
		{"revoke", string(peer), string(peer), "Revoke " + string(peer) + ":", "revoke " + string(peer) + " yearly"},
	} {
		v.get("/keys")
		form := url.Values{"csrf": {v.csrf}, "what": {x.what}, "peer": {x.peer}}
		if status, _, body := v.post("/keys", form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Say why") {
			t.Errorf("%s without a reason: %d", x.what, status)
		}
		form.Set("reason", "yearly")
		status, _, body := v.post("/keys", form)
		if status != http.StatusOK || !strings.Contains(body, x.button) || len(w.didKeys) > 0 {
			t.Fatalf("%s, first step: %d, done %v\n%s", x.what, status, w.didKeys, body)
		}
		for _, p := range htmlProblems(body) {
			t.Error(p)
		}
		form.Set("typed", "yes")
		if status, _, body := v.post("/keys", form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Nothing was changed") || len(w.didKeys) > 0 {
			t.Errorf("%s with the wrong word: %d, done %v", x.what, status, w.didKeys)
		}
		form.Set("typed", " "+strings.ToUpper(x.typed)+" ")
		if status, _, _ := v.post("/keys", form); status != http.StatusOK || !slices.Equal(w.didKeys, []string{x.did}) {
			t.Errorf("%s: %d, done %v", x.what, status, w.didKeys)
		}
		w.didKeys = nil
	}
	form := url.Values{"csrf": {v.csrf}, "what": {"revoke"}, "peer": {string(peer)}, "reason": {"again"}}
	if status, _, _ := v.post("/keys", form); status != http.StatusConflict {
		t.Errorf("revoking twice: %d", status)
	}
	form.Set("peer", "nobody")
	if status, _, _ := v.post("/keys", form); status != http.StatusNotFound {
		t.Errorf("revoking who is no peer: %d", status)
	}
	if status, _, _ := visit(t, serve(t, w)).as("signatory").get("/keys"); status != http.StatusForbidden {
		t.Errorf("for a signatory: %d", status)
	}
}

func TestKeysSayWhoTookAStatementAndWhoWaits(t *testing.T) {
	w := company(t)
	_, _, body := visit(t, serve(t, w)).as("admin").get("/keys")
	for _, want := range []string{"The signed statement", "Tell cfb again", "birch"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q\n%s", want, body)
		}
	}
}
