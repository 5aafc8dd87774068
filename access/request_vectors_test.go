package access_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// requestVector is one request of docs/spec/vectors/requests.json, as it comes
// to the other node. Refused says why it is not let in; empty means that it is.
type requestVector struct {
	What    string            `json:"what"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"` // hex
	Now     int64             `json:"now"`  // of the node that it comes to, POSIX seconds
	Base    string            `json:"base,omitempty"`
	Refused string            `json:"refused,omitempty"`
}

type requestVectors struct {
	Seed     string          `json:"seed"` // of the sender's Ed25519 key, hex
	Key      string          `json:"key"`  // base64
	Org      fraud.OrgID     `json:"org"`
	Requests []requestVector `json:"requests"` // in this order to one node
}

var signedAt = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func (v requestVector) request(t *testing.T) *http.Request {
	t.Helper()
	body, err := hex.DecodeString(v.Body)
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(v.Method, v.URL, bytes.NewReader(body))
	for name, value := range v.Headers {
		req.Header.Set(name, value)
	}
	return req
}

// signedVector is a request signed by our own code with a nonce that is given.
func signedVector(t *testing.T, what, method, url, kind, nonce string, body []byte) requestVector {
	t.Helper()
	req := httptest.NewRequest(method, url, bytes.NewReader(body))
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if err := access.SignWith(req, body, "alder", seed("sign old"), signedAt, nonce); err != nil {
		t.Fatal(err)
	}
	v := requestVector{What: what, Method: method, URL: url, Headers: map[string]string{}, Body: hex.EncodeToString(body), Now: signedAt.Unix() + 5}
	for _, name := range []string{"Content-Type", "Content-Digest", "Signature-Input", "Signature"} {
		v.Headers[name] = req.Header.Get(name)
	}
	var err error
	if v.Base, err = access.SignatureBaseFor(req, req.Header.Get("Signature-Input")); err != nil {
		t.Fatal(err)
	}
	return v
}

// madeRequests are the vectors as our own code makes them.
func madeRequests(t *testing.T) requestVectors {
	t.Helper()
	pub, _ := seed("sign old").Public().(ed25519.PublicKey)
	out := requestVectors{Seed: hex.EncodeToString(seed("sign old").Seed()), Key: base64.StdEncoding.EncodeToString(pub), Org: "alder"}
	get := signedVector(t, "without a body", http.MethodGet, "https://birch.example/peer/v1/ledger/checkpoint", "", "NONCE0000000000000000000001", nil)
	post := signedVector(t, "with a body, a query and a port", http.MethodPost, "https://Birch.example:8443/peer/v1/files/part?sha256=00ff&at=0", "application/json", "NONCE0000000000000000000002", []byte(`{"hello":"world"}`))
	other := signedVector(t, "with a path that has escapes", http.MethodPut, "https://birch.example:443/peer/v1/match/M%2F1/list/points?offset=524288", "", "NONCE0000000000000000000003", []byte{0, 1, 2, 0xff})
	out.Requests = append(out.Requests, get, post, other)
	change := func(refused string, from requestVector, f func(*requestVector)) {
		v := from
		v.What, v.Refused, v.Base, v.Headers = refused, refused, "", map[string]string{}
		for name, value := range from.Headers {
			v.Headers[name] = value
		}
		f(&v)
		out.Requests = append(out.Requests, v)
	}
	fresh := signedVector(t, "", http.MethodPost, "https://birch.example/peer/v1/keys?x=1", "application/json", "NONCE0000000000000000000004", []byte(`{"a":1}`))
	swap := func(name, old, new string) func(*requestVector) {
		return func(v *requestVector) {
			if !bytes.Contains([]byte(v.Headers[name]), []byte(old)) {
				t.Fatalf("%s does not hold %s", name, old)
			}
			v.Headers[name] = string(bytes.Replace([]byte(v.Headers[name]), []byte(old), []byte(new), 1))
		}
	}
	change("the same request again", post, func(*requestVector) {})
	change("another body", fresh, func(v *requestVector) { v.Body = hex.EncodeToString([]byte(`{"a":2}`)) })
	change("another body with its digest", fresh, func(v *requestVector) {
		sum := signedVector(t, "", http.MethodPost, fresh.URL, "application/json", "x", []byte(`{"a":2}`))
		v.Body, v.Headers["Content-Digest"] = sum.Body, sum.Headers["Content-Digest"]
	})
	change("another method", fresh, func(v *requestVector) { v.Method = http.MethodPut })
	change("another path", fresh, func(v *requestVector) { v.URL = "https://birch.example/peer/v1/key?x=1" })
	change("another query", fresh, func(v *requestVector) { v.URL = "https://birch.example/peer/v1/keys?x=2" })
	change("another node", fresh, func(v *requestVector) { v.URL = "https://cedar.example/peer/v1/keys?x=1" })
	change("another type", fresh, func(v *requestVector) { v.Headers["Content-Type"] = "text/plain" })
	change("another nonce", fresh, swap("Signature-Input", "0004", "0005"))
	change("a component left out", fresh, swap("Signature-Input", ` "content-digest"`, ""))
	change("another algorithm", fresh, swap("Signature-Input", "ed25519", "hmac-sha256"))
	change("another tag", fresh, swap("Signature-Input", `tag="ringbreaker"`, `tag="other"`))
	change("a stranger's name", fresh, swap("Signature-Input", `keyid="alder"`, `keyid="mallory"`))
	change("no signature", fresh, func(v *requestVector) { delete(v.Headers, "Signature") })
	change("too late", fresh, func(v *requestVector) { v.Now = signedAt.Add(access.SignatureLife + access.ClockSkew).Unix() })
	change("before it was made", fresh, func(v *requestVector) { v.Now = signedAt.Add(-access.ClockSkew).Unix() - 1 })
	fresh.What = "all of the refused ones as it was signed, which is let in"
	out.Requests = append(out.Requests, fresh)
	return out
}

// By these another implementation checks that it signs requests, and lets them
// in, as we do (RFC 9421, our profile: docs/spec/requests.md).
func TestRequestsAreSignedAndLetInAsPublished(t *testing.T) {
	got, err := json.MarshalIndent(madeRequests(t), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("..", "docs", "spec", "vectors", "requests.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(got) != string(want) {
		t.Errorf("the format has changed: other implementations would no longer agree with us (%v)\n%s", err, got)
	}
	var all requestVectors
	if err := json.Unmarshal(want, &all); err != nil {
		t.Fatal(err)
	}
	spent := map[string]bool{}
	lookup := func(_ context.Context, id fraud.OrgID) (fraud.Org, error) {
		if id != all.Org {
			return fraud.Org{}, fraud.ErrNotFound
		}
		return fraud.Org{ID: id, Keys: fraud.OrgKeys{Sign: all.Key}}, nil
	}
	once := func(_ context.Context, key, nonce string, _ time.Time) error {
		if spent[key+nonce] {
			return fraud.ErrConflict
		}
		spent[key+nonce] = true
		return nil
	}
	let := 0
	for _, v := range all.Requests {
		org, body, err := access.Verify(v.request(t), lookup, once, time.Unix(v.Now, 0))
		switch {
		case v.Refused == "" && (err != nil || org.ID != all.Org || hex.EncodeToString(body) != v.Body):
			t.Errorf("%s: got %v", v.What, err)
		case v.Refused != "" && !errors.Is(err, fraud.ErrForbidden):
			t.Errorf("%s: got %v, want ErrForbidden", v.What, err)
		case v.Refused == "":
			let++
		}
	}
	if let != 4 || len(all.Requests) < 20 {
		t.Errorf("%d of %d let in, want 4 of at least 20", let, len(all.Requests))
	}
}
