package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// awaitFor is how long a script waits for what another process does.
const awaitFor = 60 * time.Second

// await PATTERN PROGRAM ARG…: runs the program until it ends well and prints
// what matches.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN PROGRAM ARG…")
	}
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	said := ""
	for end := time.Now().Add(awaitFor); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		if said = ts.ReadFile("stdout"); err == nil && want.MatchString(said) {
			return
		}
	}
	ts.Fatalf("%q never came; last it was: %s%s", args[0], said, ts.ReadFile("stderr"))
}

// liar offer|commit KEYS ORG URL MATCH: a peer that has its keys and cheats: it offers a
// match, and once its offer is accepted, commits in a message that it signs to
// something that is no commitment.
func liar(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 5, "liar offer|commit KEYS ORG URL MATCH")
	keys, err := access.LoadKeys(fraud.OrgID(args[2]), ts.MkAbs(args[1]))
	ts.Check(err)
	post := func(path string, v any) (int, string) {
		b, err := json.Marshal(v)
		ts.Check(err)
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, args[3]+"/peer/v1/match"+path, bytes.NewReader(b))
		ts.Check(err)
		res, err := (&http.Client{Transport: access.Signer{Org: fraud.OrgID(args[2]), Key: keys.Sign}}).Do(req)
		ts.Check(err)
		defer res.Body.Close()
		var no struct{ Error string }
		_ = json.NewDecoder(res.Body).Decode(&no)
		return res.StatusCode, no.Error
	}
	if args[0] == "offer" {
		code, says := post("/offer", map[string]any{"id": args[4], "terms": map[string]any{"min_reports": 2}})
		if code != http.StatusOK {
			ts.Fatalf("the offer was answered %d: %s", code, says)
		}
		return
	}
	body := []byte(`{"commitment":"e30=","seen":0}`)
	start := "ringbreaker/match/1/transcript\n" + "\x00\x00\x00\x00\x00\x00\x00" + string(rune(len(args[4]))) + args[4]
	transcript, sum := sha256.Sum256([]byte(start)), sha256.Sum256(body)
	signed := fmt.Sprintf("ringbreaker/match/1/message\n%s\ncommit\na\n%s\n%s\n", args[4], hex.EncodeToString(transcript[:]), hex.EncodeToString(sum[:]))
	code, says := post("/"+args[4]+"/message", map[string]any{
		"match": args[4], "round": "commit", "from": "a", "transcript": transcript[:], "body": body, "sig": ed25519.Sign(keys.Sign, []byte(signed)),
	})
	if code != http.StatusConflict {
		ts.Fatalf("a lie was answered %d: %s", code, says)
	}
}
