package access

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// How requests between nodes are signed: HTTP Message Signatures (RFC 9421)
// with Ed25519, one signature named "sig1", over exactly these components, in
// this order, with created, expires, nonce, keyid, alg and tag.
//
//	Content-Digest: sha-256=:…:                                        (RFC 9530)
//	Signature-Input: sig1=("@method" "@authority" "@path" "@query" "content-type" "content-digest");
//	                 created=…;expires=…;nonce="…";keyid="ORG";alg="ed25519";tag="ringbreaker"
//	Signature: sig1=:…:
//
// "@authority", "@path" and "@query" stand for "@target-uri", whose scheme a
// node behind a TLS proxy cannot see.
const (
	sigLabel = "sig1"
	sigTag   = "ringbreaker"
	sigAlg   = "ed25519"
	// SignatureLife is how long a signed request may be presented.
	SignatureLife = 2 * time.Minute
	// ClockSkew is how far two nodes' clocks may be apart.
	ClockSkew = 1 * time.Minute
	// MaxSignedBody bounds the body of a signed request, in bytes. It is read
	// into memory only after the signature over its digest has held, so only
	// a peer can ask for that; a whole referral of a thousand reports fits.
	MaxSignedBody = 64 << 20
)

// sigComponents is what every signature covers.
func sigComponents() []string {
	return []string{"@method", "@authority", "@path", "@query", "content-type", "content-digest"}
}

// Sign signs req for org: it adds Content-Digest, Signature-Input and
// Signature. The body must be the bytes that the request will send.
func Sign(req *http.Request, body []byte, org fraud.OrgID, key ed25519.PrivateKey, now time.Time) error {
	return signWith(req, body, org, key, now, rand.Text())
}

// signWith is Sign with a nonce that is given: the same twice is refused as a
// replay, so only the published vectors choose one.
func signWith(req *http.Request, body []byte, org fraud.OrgID, key ed25519.PrivateKey, now time.Time, nonce string) error {
	sum := sha256.Sum256(body)
	req.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	params := fmt.Sprintf(`("%s");created=%d;expires=%d;nonce=%q;keyid=%q;alg=%q;tag=%q`,
		strings.Join(sigComponents(), `" "`), now.Unix(), now.Add(SignatureLife).Unix(), nonce, string(org), sigAlg, sigTag)
	if _, err := parseSigInput(sigLabel + "=" + params); err != nil {
		return fmt.Errorf("organisation %q cannot stand in a header: %w", org, fraud.ErrInvalid)
	}
	base, err := signatureBase(req, sigComponents(), params)
	if err != nil {
		return err
	}
	req.Header.Set("Signature-Input", sigLabel+"="+params)
	req.Header.Set("Signature", sigLabel+"=:"+base64.StdEncoding.EncodeToString(ed25519.Sign(key, base))+":")
	return nil
}

// signatureBase is what is signed (RFC 9421 §2.5): a line for each covered
// component and one for the parameters, as they stand in the header.
func signatureBase(req *http.Request, components []string, params string) ([]byte, error) {
	var b bytes.Buffer
	for i, c := range components {
		if slices.Contains(components[:i], c) {
			return nil, sfError("covers a component twice")
		}
		v, err := componentValue(req, c)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q: %s\n", c, v)
	}
	fmt.Fprintf(&b, `"@signature-params": %s`, params)
	return b.Bytes(), nil
}

// componentValue is one component's value (RFC 9421 §2.1 fields, §2.2
// derived components).
func componentValue(req *http.Request, name string) (string, error) {
	host := req.Host
	if host == "" && req.URL != nil {
		host = req.URL.Host
	}
	switch name {
	case "@method":
		return req.Method, nil
	case "@authority":
		host = strings.ToLower(host)
		if req.URL.Scheme == "https" || req.TLS != nil {
			return strings.TrimSuffix(host, ":443"), nil
		}
		return strings.TrimSuffix(host, ":80"), nil
	case "@path":
		if p := req.URL.EscapedPath(); p != "" {
			return p, nil
		}
		return "/", nil
	case "@query":
		return "?" + req.URL.RawQuery, nil
	}
	if strings.HasPrefix(name, "@") || name != strings.ToLower(name) {
		return "", sfError("covers a component that we do not know")
	}
	if name == "content-length" && req.Header.Get("Content-Length") == "" {
		return fmt.Sprint(req.ContentLength), nil
	}
	values := req.Header.Values(name)
	if len(values) == 0 {
		return "", sfError("covers a header that is not there")
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		if trimmed[i] = strings.TrimSpace(v); strings.ContainsAny(v, "\r\n") {
			return "", sfError("covers a header with a line break")
		}
	}
	return strings.Join(trimmed, ", "), nil
}

// Lookup gives the public keys of an Org that we know as a peer, or an error
// for one that we do not know or no longer trust.
type Lookup func(ctx context.Context, org fraud.OrgID) (fraud.Org, error)

// UseNonce records a nonce until its signature can no longer be presented,
// and returns fraud.ErrConflict if it was used before.
type UseNonce func(ctx context.Context, keyID, nonce string, until time.Time) error

// Verify checks a request's signature, that it is fresh and not a replay, and
// that the body is the one that was signed. It returns the Org that signed
// and the body. Every failure is fraud.ErrForbidden, a body beyond
// [MaxSignedBody] fraud.ErrInvalid.
func Verify(req *http.Request, lookup Lookup, useNonce UseNonce, now time.Time) (fraud.Org, []byte, error) {
	refuse := func(why string) (fraud.Org, []byte, error) {
		return fraud.Org{}, nil, fmt.Errorf("signature of the request: %s: %w", why, fraud.ErrForbidden)
	}
	if len(req.Header.Values("Signature-Input")) != 1 || len(req.Header.Values("Signature")) != 1 {
		return refuse("there is not exactly one")
	}
	in, err := parseSigInput(req.Header.Get("Signature-Input"))
	if err != nil {
		return refuse("its parameters cannot be read")
	}
	label, sig, err := parseBytes(req.Header.Get("Signature"))
	if err != nil || label != in.label {
		return refuse("it cannot be read")
	}
	if !slices.Equal(in.components, sigComponents()) || in.tag != sigTag || in.alg != sigAlg || in.nonce == "" || len(in.nonce) > 64 {
		return refuse("it does not cover what it must")
	}
	created, expires := time.Unix(in.created, 0), time.Unix(in.expires, 0)
	switch {
	case in.created == 0 || created.After(now.Add(ClockSkew)):
		return refuse("it was made in the future, check both nodes' clocks")
	case !expires.After(now.Add(-ClockSkew)) || expires.Sub(created) > SignatureLife || expires.Before(created):
		return refuse("it is too old or lives too long, check both nodes' clocks")
	}
	org, err := lookup(req.Context(), fraud.OrgID(in.keyID))
	if err != nil {
		return refuse("the organisation is not a peer of this node")
	}
	key, err := SignKey(org.Keys)
	if err != nil {
		return refuse("the peer's key cannot be used")
	}
	base, err := signatureBase(req, in.components, in.text)
	if err != nil || !ed25519.Verify(key, base, sig) {
		return refuse("it is not the peer's")
	}
	body, err := signedBody(req)
	if err != nil {
		return fraud.Org{}, nil, err
	}
	// Only now: a nonce is spent by its owner alone.
	if err := useNonce(req.Context(), in.keyID, in.nonce, expires.Add(ClockSkew)); errors.Is(err, fraud.ErrConflict) {
		return refuse("this very request was seen before")
	} else if err != nil {
		return fraud.Org{}, nil, fmt.Errorf("record the nonce of %s: %w", org.ID, err)
	}
	return org, body, nil
}

// signedBody reads the body and holds it against Content-Digest (RFC 9530).
func signedBody(req *http.Request) ([]byte, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(req.Body, MaxSignedBody+1)); err != nil {
			return nil, fmt.Errorf("read the signed body: %w", err)
		}
	}
	if len(body) > MaxSignedBody {
		return nil, fmt.Errorf("the signed body is longer than %d bytes: %w", MaxSignedBody, fraud.ErrInvalid)
	}
	name, want, err := parseBytes(req.Header.Get("Content-Digest"))
	got := sha256.Sum256(body)
	if err != nil || name != "sha-256" || subtle.ConstantTimeCompare(got[:], want) != 1 {
		return nil, fmt.Errorf("the body is not the one that was signed: %w", fraud.ErrForbidden)
	}
	return body, nil
}

// Signer is an http.RoundTripper that signs every request it passes on, so
// that the rooms which talk to peers need not know how.
type Signer struct {
	Org  fraud.OrgID
	Key  ed25519.PrivateKey
	Next http.RoundTripper // nil: http.DefaultTransport
	Now  func() time.Time  // nil: time.Now
}

// RoundTrip signs a copy of req and sends it.
func (s Signer) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(io.LimitReader(req.Body, MaxSignedBody+1))
		if err = errors.Join(err, req.Body.Close()); err != nil {
			return nil, fmt.Errorf("read the body to sign it: %w", err)
		}
		if len(body) > MaxSignedBody {
			return nil, fmt.Errorf("a signed body has at most %d bytes, send it in parts: %w", MaxSignedBody, fraud.ErrInvalid)
		}
	}
	now, next := s.Now, s.Next
	if now == nil {
		now = time.Now
	}
	if next == nil {
		next = http.DefaultTransport
	}
	out := req.Clone(req.Context())
	out.Body, out.ContentLength = http.NoBody, 0
	if len(body) > 0 {
		out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	if err := Sign(out, body, s.Org, s.Key, now()); err != nil {
		return nil, err
	}
	return next.RoundTrip(out)
}

// VerifyPeers lets only signed requests of peers through to next, with the
// peer as [Who] in the context and a body that is the signed one. refuse
// writes the answer to a request that fails.
func VerifyPeers(next http.Handler, lookup Lookup, useNonce UseNonce, now func() time.Time, refuse func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		org, body, err := Verify(r, lookup, useNonce, now())
		if err != nil {
			refuse(w, r, err)
			return
		}
		r = r.WithContext(With(r.Context(), Who{Org: org.ID, OrgKind: org.Kind, Peer: true}))
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		next.ServeHTTP(w, r)
	})
}
