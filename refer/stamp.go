package refer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"time"

	"github.com/digitorus/timestamp"

	"ringbreaker.example/fraud"
)

// maxStamp bounds a time stamp, in bytes: one with a chain of certificates
// has some six thousand.
const maxStamp = 64 << 10

// stampTimeout is how long a time-stamping service may take. Signing does not
// wait for one that does not answer.
const stampTimeout = 20 * time.Second

// Stamper gives an RFC 3161 time-stamp token over a SHA-256.
type Stamper func(ctx context.Context, digest [32]byte) ([]byte, error)

// StampAt asks the time-stamping service at a URL (RFC 3161 §3.4). The answer
// is held against what was asked, and must hold the service's certificate, so
// that anybody can verify it offline.
func StampAt(client *http.Client, url string) Stamper {
	return func(ctx context.Context, digest [32]byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, stampTimeout)
		defer cancel()
		nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
		if err != nil {
			return nil, fmt.Errorf("ask for a time stamp: %w", err)
		}
		ask := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Certificates: true, Nonce: nonce}
		der, err := ask.Marshal()
		if err != nil {
			return nil, fmt.Errorf("ask for a time stamp: %w", err)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(der))
		if err != nil {
			return nil, fmt.Errorf("ask for a time stamp: %w", err)
		}
		req.Header.Set("Content-Type", "application/timestamp-query")
		res, err := client.Do(req)
		if err != nil {
			return nil, fmt.Errorf("ask for a time stamp: %w", err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("ask for a time stamp: the service answered %d", res.StatusCode)
		}
		b, err := readMost(res.Body, "the time stamp", maxStamp)
		if err != nil {
			return nil, err
		}
		got, err := parseStamp(b, timestamp.ParseResponse)
		if err != nil {
			return nil, fmt.Errorf("time stamp: %w", err)
		}
		if got.Nonce == nil || got.Nonce.Cmp(nonce) != 0 {
			return nil, broken("the time stamp answers another question")
		}
		_, err = checkStamp(got.RawToken, digest, nil)
		return got.RawToken, err
	}
}

// Stamped is a time stamp as it was verified.
type Stamped struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`     // the service, as its certificate names it
	Pinned bool      `json:"pinned"` // its certificate leads to a root that the verifier already knew
}

// StampRoots reads the certificates of time-stamping services, or of the
// authorities above them, for [Trust].Stamps: PEM, one after the other, text
// between them is skipped as openssl skips it. A file without one, or with
// one that cannot be read, is ErrInvalid: a verifier that trusts nobody by
// mistake would take it for a bad stamp.
func StampRoots(text []byte) (*x509.CertPool, error) {
	pool, n := x509.NewCertPool(), 0
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			break
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if b.Type != "CERTIFICATE" || err != nil {
			return nil, fmt.Errorf("block %d of the time-stamping services' file is no certificate: %w", n+1, fraud.ErrInvalid)
		}
		pool.AddCert(c)
		n++
	}
	if n == 0 {
		return nil, fmt.Errorf("the time-stamping services' file holds no certificate in PEM: %w", fraud.ErrInvalid)
	}
	return pool, nil
}

// mostNested is how deep the values of a time stamp may lie in each other: a
// real one has a dozen levels.
const mostNested = 40

// der says whether b is one value in definite lengths, and every value in it
// too. RFC 3161 §2.4.2 asks for DER; the library also reads BER, and runs out
// of bytes that its lengths promise.
func der(b []byte, deep int) bool {
	for len(b) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(b, &v)
		if err != nil || deep > mostNested || v.IsCompound && !der(v.Bytes, deep+1) || deep == 0 && len(rest) > 0 {
			return false
		}
		b = rest
	}
	return true
}

// parseStamp reads a token or an answer by the library, whose panic on foreign
// bytes is a refusal.
func parseStamp(b []byte, parse func([]byte) (*timestamp.Timestamp, error)) (t *timestamp.Timestamp, err error) {
	if len(b) == 0 || !der(b, 0) {
		return nil, broken("the time stamp is not DER")
	}
	defer func() {
		if recover() != nil {
			t, err = nil, broken("the time stamp cannot be read")
		}
	}()
	return parse(b)
}

// checkStamp holds a token against the digest, with the certificate that is in
// it; roots are the services that the verifier knows from elsewhere.
func checkStamp(token []byte, digest [32]byte, roots *x509.CertPool) (Stamped, error) {
	var out Stamped
	if len(token) > maxStamp {
		return out, broken("the time stamp has more than %d bytes", maxStamp)
	}
	t, err := parseStamp(token, timestamp.Parse)
	if err != nil {
		return out, broken("the time stamp cannot be read or its signature does not hold")
	}
	if t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, digest[:]) {
		return out, broken("the time stamp is of something else")
	}
	// Without a certificate the library would check no signature.
	i := slices.IndexFunc(t.Certificates, func(c *x509.Certificate) bool {
		return !c.IsCA && slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageTimeStamping)
	})
	if i < 0 {
		return out, broken("the time stamp holds no certificate of a time-stamping service (RFC 3161 §2.3)")
	}
	c := t.Certificates[i]
	if t.Time.Before(c.NotBefore) || t.Time.After(c.NotAfter) {
		return out, broken("the time stamp is from outside its certificate's life")
	}
	out.At, out.By = t.Time.UTC(), c.Subject.String()
	if roots != nil {
		between := x509.NewCertPool()
		for _, x := range t.Certificates {
			between.AddCert(x)
		}
		_, err := c.Verify(x509.VerifyOptions{
			Roots: roots, Intermediates: between, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
		})
		if err != nil {
			return out, broken("the time stamp of %.80q does not lead to a service that is known here", out.By)
		}
		out.Pinned = true
	}
	return out, nil
}

// stamped is the digest that a complainant has stamped: of its signature over
// the manifest, which therefore existed at that time. The token stands in the
// signing statement, so that the second signature covers each bit of it.
func stamped(e Envelope) ([32]byte, error) {
	if len(e.Signatures) != 1 {
		return [32]byte{}, broken("the manifest's envelope has %d signatures, want 1", len(e.Signatures))
	}
	sig, err := unbase64(e.Signatures[0].Sig)
	if err != nil {
		return [32]byte{}, broken("the manifest's signature is not base64")
	}
	return sha256.Sum256(sig), nil
}

// stamp fills a statement's time stamp, or why there is none: a service that
// does not answer stops nobody from signing.
func (s *Signing) stamp(ctx context.Context, by Stamper, manifest Envelope) error {
	if by == nil {
		return nil
	}
	digest, err := stamped(manifest)
	if err != nil {
		return err
	}
	token, err := by(ctx, digest)
	switch {
	case err == nil:
		s.TimeStamp = base64.StdEncoding.EncodeToString(token)
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return fmt.Errorf("ask for a time stamp: %w", err)
	default:
		s.NoTimeStamp = "a time stamp was asked for, and the service gave none that holds"
	}
	return nil
}

// timeStamp verifies a statement's time stamp, if it has one.
func (s *Signing) timeStamp(manifest Envelope, roots *x509.CertPool) (*Stamped, error) {
	if s.TimeStamp == "" {
		return nil, nil
	}
	token, err := unbase64(s.TimeStamp)
	if err != nil {
		return nil, broken("the time stamp is not base64")
	}
	digest, err := stamped(manifest)
	if err != nil {
		return nil, err
	}
	out, err := checkStamp(token, digest, roots)
	return &out, err
}
