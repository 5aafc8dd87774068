package access_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// RFC 9421 Appendix B.1.4 and B.2.6: the test key, the request, the base and
// the signature as printed there.
func TestSignatureBaseIsThatOfRFC9421(t *testing.T) {
	const (
		keyPEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n"
		input  = `sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`
		want   = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n" +
			"\"content-type\": application/json\n\"content-length\": 18\n" +
			`"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`
		wantSig = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
	)
	req := httptest.NewRequest(http.MethodPost, "/foo?param=Value&Pet=dog", strings.NewReader(`{"hello": "world"}`))
	req.Host = "example.com"
	req.Header.Set("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
	req.Header.Set("Content-Type", "application/json")
	got, err := access.SignatureBaseFor(req, input)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got base\n%s\nwant\n%s", got, want)
	}
	block, _ := pem.Decode([]byte(keyPEM))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if sig := base64.StdEncoding.EncodeToString(ed25519.Sign(key.(ed25519.PrivateKey), []byte(got))); sig != wantSig {
		t.Errorf("got signature %s, want %s", sig, wantSig)
	}
}

// node is a signed door that answers with who came in and what they brought.
type node struct {
	*httptest.Server
	now   time.Time
	spent map[string]bool
	org   fraud.Org
}

func newNode(t *testing.T, org fraud.Org) *node {
	t.Helper()
	n := &node{now: now, spent: map[string]bool{}, org: org}
	h := access.VerifyPeers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := access.From(r.Context())
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s peer=%v %s %v", who.Org, who.Peer, body, err)
	}), n.lookup, n.useNonce, func() time.Time { return n.now }, func(w http.ResponseWriter, _ *http.Request, err error) {
		code := http.StatusForbidden
		if errors.Is(err, fraud.ErrInvalid) {
			code = http.StatusBadRequest
		}
		http.Error(w, err.Error(), code)
	})
	n.Server = httptest.NewServer(h)
	t.Cleanup(n.Close)
	return n
}

func (n *node) lookup(_ context.Context, id fraud.OrgID) (fraud.Org, error) {
	if id != n.org.ID {
		return fraud.Org{}, fraud.ErrNotFound
	}
	return n.org, nil
}

func (n *node) useNonce(_ context.Context, key, nonce string, _ time.Time) error {
	if n.spent[key+nonce] {
		return fraud.ErrConflict
	}
	n.spent[key+nonce] = true
	return nil
}

func keysOf(t *testing.T, org fraud.OrgID) *access.Keys {
	t.Helper()
	k, err := access.GenerateKeys(org, string(org)+".example/ringbreaker")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func send(t *testing.T, rt http.RoundTripper, req *http.Request) (int, string) {
	t.Helper()
	resp, err := (&http.Client{Transport: rt}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func post(t *testing.T, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

// change stands between signer and wire and changes the signed request.
type change func(*http.Request)

func (c change) RoundTrip(r *http.Request) (*http.Response, error) {
	c(r)
	return http.DefaultTransport.RoundTrip(r)
}

func TestASignedRequestComesThroughAsThePeer(t *testing.T) {
	k := keysOf(t, "alder")
	n := newNode(t, fraud.Org{ID: "alder", Kind: fraud.OrgCompany, Keys: k.Public()})
	signer := access.Signer{Org: "alder", Key: k.Sign, Now: func() time.Time { return now }}
	for _, tt := range []struct{ path, body, want string }{
		{"/peer/offer", `{"a":1}`, `alder peer=true {"a":1} <nil>`},
		{"/peer/a%2Fb?x=1&y=%20", "", "alder peer=true  <nil>"},
		{"", "x", "alder peer=true x <nil>"},
	} {
		if code, got := send(t, signer, post(t, n.URL+tt.path, tt.body)); code != 200 || got != tt.want {
			t.Errorf("%q: got %d %q, want %q", tt.path, code, got, tt.want)
		}
	}
}

func TestAChangedOldOrForeignRequestIsRefused(t *testing.T) {
	k, other := keysOf(t, "alder"), keysOf(t, "alder")
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		at     time.Duration
		key    ed25519.PrivateKey
		org    fraud.OrgID
	}{
		{name: "body", change: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"a":2}`)) }},
		{name: "method", change: func(r *http.Request) { r.Method = http.MethodPut }},
		{name: "path", change: func(r *http.Request) { r.URL.Path = "/peer/other" }},
		{name: "query", change: func(r *http.Request) { r.URL.RawQuery = "x=2" }},
		{name: "host", change: func(r *http.Request) { r.Host = "birch.example" }},
		{name: "content type", change: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }},
		{name: "no signature", change: func(r *http.Request) { r.Header.Del("Signature") }},
		{name: "two signatures", change: func(r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) }},
		{name: "longer life", change: func(r *http.Request) {
			r.Header.Set("Signature-Input", strings.Replace(r.Header.Get("Signature-Input"), "expires=", "expires=9", 1))
		}},
		{name: "fewer components", change: func(r *http.Request) {
			r.Header.Set("Signature-Input", strings.Replace(r.Header.Get("Signature-Input"), ` "content-digest"`, "", 1))
		}},
		{name: "flipped bit", change: func(r *http.Request) {
			s := []byte(r.Header.Get("Signature"))
			s[20] ^= 1
			r.Header.Set("Signature", string(s))
		}},
		{name: "too old", at: -10 * time.Minute},
		{name: "from the future", at: 10 * time.Minute},
		{name: "another key", key: other.Sign},
		{name: "unknown organisation", org: "cedar"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNode(t, fraud.Org{ID: "alder", Keys: k.Public()})
			s := access.Signer{Org: "alder", Key: k.Sign, Now: func() time.Time { return now.Add(tt.at) }}
			if tt.change != nil {
				s.Next = change(tt.change)
			}
			if tt.key != nil {
				s.Key = tt.key
			}
			if tt.org != "" {
				s.Org = tt.org
			}
			if code, got := send(t, s, post(t, n.URL+"/peer/offer?x=1", `{"a":1}`)); code != http.StatusForbidden {
				t.Errorf("got %d %s, want 403", code, got)
			}
			if len(n.spent) != 0 {
				t.Error("a refused request spent a nonce")
			}
		})
	}
}

func TestAReplayIsRefused(t *testing.T) {
	k := keysOf(t, "alder")
	n := newNode(t, fraud.Org{ID: "alder", Keys: k.Public()})
	var kept http.Header
	s := access.Signer{Org: "alder", Key: k.Sign, Now: func() time.Time { return now }, Next: change(func(r *http.Request) { kept = r.Header.Clone() })}
	if code, got := send(t, s, post(t, n.URL+"/x", "a")); code != 200 {
		t.Fatalf("got %d %s", code, got)
	}
	again := post(t, n.URL+"/x", "a")
	again.Header = kept
	code, got := send(t, http.DefaultTransport, again)
	if code != http.StatusForbidden || !strings.Contains(got, "seen before") {
		t.Errorf("got %d %s, want the replay refused", code, got)
	}
}

func TestABodyBeyondTheLimitIsRefusedOnBothSides(t *testing.T) {
	k := keysOf(t, "alder")
	n := newNode(t, fraud.Org{ID: "alder", Keys: k.Public()})
	big := bytes.Repeat([]byte("a"), access.MaxSignedBody+1)
	s := access.Signer{Org: "alder", Key: k.Sign, Now: func() time.Time { return now }}
	resp, err := (&http.Client{Transport: s}).Do(post(t, n.URL, string(big)))
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("signer: got %v, want ErrInvalid", err)
	}
	req := post(t, n.URL+"/x", string(big))
	if err := access.Sign(req, big, "alder", k.Sign, now); err != nil {
		t.Fatal(err)
	}
	if code, got := send(t, http.DefaultTransport, req); code != http.StatusBadRequest {
		t.Errorf("verifier: got %d %s, want 400", code, got)
	}
}

// Whatever stands in the headers, the parsers end, and what they accept is
// within its limits.
func FuzzSignatureHeaders(f *testing.F) {
	f.Add(`sig1=("@method" "@path");created=1;expires=2;nonce="n";keyid="k";alg="ed25519";tag="t"`)
	f.Add(`sig1=:AAAA:`)
	f.Add(`sig1=();keyid="a\"b\\"`)
	f.Add(`*=("a""b")`)
	f.Fuzz(func(t *testing.T, s string) {
		components, keyID, err := access.ParseSignatureHeaders(s)
		if err != nil {
			if !errors.Is(err, fraud.ErrInvalid) {
				t.Errorf("got %v, want ErrInvalid", err)
			}
			return
		}
		for _, c := range append(components, keyID) {
			if strings.ContainsAny(c, "\r\n\x00") {
				t.Errorf("%q went through", c)
			}
		}
	})
}
