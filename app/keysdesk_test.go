package app_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// Keys that an administrator changes on a page are taken up by the node that
// serves, and its peer goes on talking to it.
func TestKeysChangedOnAPageAreTakenUpByTheNodeThatServes(t *testing.T) {
	a, b := newStation(t, "alder", fraud.OrgCompany), newStation(t, "birch", fraud.OrgCompany)
	trust(t, a, b)
	h, follow, err := a.Living()
	if err != nil {
		t.Fatal(err)
	}
	a.h = h
	ctx, stop := context.WithCancel(t.Context())
	var beside sync.WaitGroup
	beside.Go(func() { follow(ctx) })
	t.Cleanup(func() { stop(); beside.Wait() })
	const password = "correct horse battery staple"
	if _, err := a.AddUserNamed(a.ctx, "ada", "Ada", "", []string{"admin"}, password); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	post := func(path string, form url.Values) string {
		t.Helper()
		res, err := browser.PostForm(a.cfg.URL+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v\n%s", path, res.StatusCode, err, body)
		}
		return string(body)
	}
	body := post("/signin", url.Values{"name": {"ada"}, "password": {password}, "next": {"/keys"}})
	_, rest, _ := strings.Cut(body, `name="csrf" value="`)
	csrf, _, _ := strings.Cut(rest, `"`)
	before, _ := a.Card().Fingerprint()
	words := strings.FieldsFunc(before, func(r rune) bool { return r == ' ' || r == '-' })
	form := url.Values{"csrf": {csrf}, "what": {"rotate"}, "reason": {"yearly"}, "typed": {words[len(words)-1]}}
	body = post("/keys", form)
	if !strings.Contains(body, "Our keys are new") || !strings.Contains(body, "Took it: birch") || strings.Contains(body, `<p class="mono wrap">`+before+`</p>`) {
		t.Fatalf("the page does not show the change\n%s", body)
	}
	for range 100 { // within a second; a busy machine gets some more
		res, err := http.Get(a.cfg.URL + "/peer/v1/card")
		if err != nil {
			t.Fatal(err)
		}
		card, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(card), a.keys(t).Public().Sign) {
			break
		}
		<-time.After(100 * time.Millisecond)
	}
	stop()
	beside.Wait() // nobody changes the node's keys from here on
	if now, _ := a.Card().Fingerprint(); now == before {
		t.Fatal("the node that serves still has the old keys")
	}
	if err := a.AskWitness(a.ctx, "birch"); err != nil {
		t.Errorf("birch refuses the new keys: %v", err)
	}
}
