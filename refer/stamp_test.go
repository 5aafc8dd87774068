package refer_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"golang.org/x/crypto/ssh/agent"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// tsa is a time-stamping service in this process: a root, a certificate for
// time stamping alone, and a clock.
type tsa struct {
	root *x509.Certificate
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	at   time.Time
	*httptest.Server
}

func newTSA(t *testing.T, name string) *tsa {
	t.Helper()
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	make := func(c, parent *x509.Certificate, pub, by any) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, c, parent, pub, by)
		if err != nil {
			t.Fatal(err)
		}
		out, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	life := func(serial int64, cn string) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: cn}, NotBefore: asOf.AddDate(-1, 0, 0), NotAfter: asOf.AddDate(5, 0, 0)}
	}
	ca := life(1, name+" root")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	s := &tsa{key: key, at: asOf.Add(time.Hour)}
	s.root = make(ca, ca, &rootKey.PublicKey, rootKey)
	leaf := life(2, name)
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	leaf.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}} // RFC 3161 §2.3: critical
	s.cert = make(leaf, s.root, &key.PublicKey, rootKey)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		ask, err := timestamp.ParseRequest(b)
		if err != nil {
			http.Error(w, "no", http.StatusBadRequest)
			return
		}
		answer := timestamp.Timestamp{
			HashAlgorithm: ask.HashAlgorithm, HashedMessage: ask.HashedMessage, Time: s.at, Nonce: ask.Nonce, AddTSACertificate: true,
			Policy: asn1.ObjectIdentifier{1, 2, 3, 4}, Accuracy: time.Second,
		}
		out, err := answer.CreateResponseWithOpts(s.cert, s.key, crypto.SHA256)
		if err != nil {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		if _, err := w.Write(out); err != nil {
			return
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// stampedBy is a whole package whose signatures a service stamped.
func stampedBy(t *testing.T, w *world, by refer.Stamper) []byte {
	t.Helper()
	p := w.build(t)
	w.complete(t, p)
	for _, s := range w.signers() {
		s.Stamp = by
		if err := p.Sign(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := p.Pack(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestATimeStampVerifiesOfflineByTheCertificateInThePackage(t *testing.T) {
	s := newTSA(t, "Example Time")
	whole := stampedBy(t, newWorld(t), refer.StampAt(s.Client(), s.URL))
	s.Close() // from here on nobody answers
	v, err := refer.Verify(bytes.NewReader(whole), refer.Trust{})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Signers) != 2 || v.Signers[0].Stamp == nil || !v.Signers[0].Stamp.At.Equal(s.at) || v.Signers[0].Stamp.By != "CN=Example Time" || v.Signers[0].Stamp.Pinned {
		t.Fatalf("got %+v", v.Signers)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.root)
	if v, err = refer.Verify(bytes.NewReader(whole), refer.Trust{Stamps: roots}); err != nil || !v.Signers[1].Stamp.Pinned {
		t.Errorf("with the service's root: %v, %+v", err, v.Signers)
	}
	other := x509.NewCertPool()
	other.AddCert(newTSA(t, "Another Time").root)
	if _, err := refer.Verify(bytes.NewReader(whole), refer.Trust{Stamps: other}); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "not lead to a service that is known") {
		t.Errorf("with another service's root: got %v", err)
	}
}

func TestATimeStampOfSomethingElseIsRefused(t *testing.T) {
	s := newTSA(t, "Example Time")
	w := newWorld(t)
	real := refer.StampAt(s.Client(), s.URL)
	for name, tt := range map[string]struct {
		by   refer.Stamper
		want string
	}{
		"of another digest": {func(ctx context.Context, d [32]byte) ([]byte, error) { d[0] ^= 1; return real(ctx, d) }, "of something else"},
		"cut off": {func(ctx context.Context, d [32]byte) ([]byte, error) {
			b, err := real(ctx, d)
			return b[:len(b)-9], err
		}, "cannot be read"},
		"too large": {func(context.Context, [32]byte) ([]byte, error) { return make([]byte, 65<<10), nil }, "more than"},
		"with a changed signature": {func(ctx context.Context, d [32]byte) ([]byte, error) {
			b, err := real(ctx, d)
			b[len(b)-3] ^= 1
			return b, err
		}, "does not hold"},
	} {
		if _, err := refer.Verify(bytes.NewReader(stampedBy(t, w, tt.by)), refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	s.at = asOf.AddDate(-3, 0, 0)
	if _, err := real(t.Context(), [32]byte{1}); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("from before its certificate: got %v", err)
	}
}

// A service that is down, refuses or talks nonsense stops nobody from signing,
// and the package says that there is no time stamp.
func TestNobodyWaitsForATimeStampingServiceThatFails(t *testing.T) {
	nonsense := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }))
	refuses := httptest.NewServer(http.NotFoundHandler())
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	defer nonsense.Close()
	defer refuses.Close()
	for _, url := range []string{nonsense.URL, refuses.URL, gone.URL, ":"} {
		v, err := refer.Verify(bytes.NewReader(stampedBy(t, newWorld(t), refer.StampAt(http.DefaultClient, url))), refer.Trust{})
		if err != nil || v.Signers[0].Stamp != nil {
			t.Fatalf("%s: %v", url, err)
		}
		var said strings.Builder
		if err := v.Show(&said); err != nil || !strings.Contains(said.String(), "There is no time stamp") {
			t.Errorf("%s: the verification does not say so: %s", url, said.String())
		}
	}
}

// Each bit of a token is covered by the statement's signature.
func TestABitOfATimeStampCannotBeFlipped(t *testing.T) {
	s := newTSA(t, "Example Time")
	whole := stampedBy(t, small(t), refer.StampAt(s.Client(), s.URL))
	list := take(t, whole)
	var sigs refer.Signatures
	if err := json.Unmarshal(list[1].body, &sigs); err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(sigs.By[0].Statement.Payload)
	if err != nil {
		t.Fatal(err)
	}
	var says refer.Signing
	if err := json.Unmarshal(raw, &says); err != nil || says.TimeStamp == "" {
		t.Fatal(err)
	}
	token, err := base64.StdEncoding.DecodeString(says.TimeStamp)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(token); at += 7 {
		bad := bytes.Clone(token)
		bad[at] ^= 4
		changed := bytes.Replace(raw, []byte(says.TimeStamp), []byte(base64.StdEncoding.EncodeToString(bad)), 1)
		b := signatures(t, whole, func(s *refer.Signatures) { s.By[0].Statement.Payload = base64.StdEncoding.EncodeToString(changed) })
		if _, err := refer.Verify(bytes.NewReader(b), refer.Trust{}); !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("byte %d of the token: got %v", at, err)
		}
	}
}

// signatory gives alder's counsel a key of his own, for which alder vouches.
func signatory(t *testing.T, w *world) ed25519.PrivateKey {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &w.m.Complainants[0]
	c.SignKey = base64.StdEncoding.EncodeToString(pub)
	c.SignKeyProof = base64.StdEncoding.EncodeToString(ed25519.Sign(w.alder.sign, refer.VouchFor("alder", c.SignKey)))
	return key
}

func TestASignatorySignsWithAKeyInAnSSHAgent(t *testing.T) {
	w := newWorld(t)
	key := signatory(t, w)
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(ring, conn) }() // ends with its connection
		}
	}()
	signer, done, err := refer.AgentSigner(socket, w.m.Complainants[0].SignKey)
	if err != nil {
		t.Fatal(err)
	}
	p := w.build(t)
	if err := p.Sign(t.Context(), refer.SignAs{Org: "alder", Key: w.alder.sign, At: asOf}); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("the node's key in the place of the signatory's: got %v", err)
	}
	if err := p.Sign(t.Context(), refer.SignAs{Org: "alder", Key: signer, At: asOf}); err != nil {
		t.Fatal(err)
	}
	if err := done(); err != nil {
		t.Error(err)
	}
	if err := p.Sign(t.Context(), w.signers()[1]); err != nil {
		t.Fatal(err)
	}
	v := verified(t, w, p)
	if !v.Signers[0].Pinned || v.Signers[0].KeyID != refer.KeyID(key.Public().(ed25519.PublicKey)) {
		t.Errorf("got %+v", v.Signers[0])
	}
	t.Setenv("SSH_AUTH_SOCK", "")
	if _, _, err := refer.AgentSigner("", w.m.Complainants[0].SignKey); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("without an agent: got %v", err)
	}
	if _, _, err := refer.AgentSigner(socket, w.birch.Keys.Sign); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("a key that the agent does not hold: got %v", err)
	}
}

// verified proves the manifest in both ledgers and verifies with the keys that
// an agency knows: the organisations' own.
func verified(t *testing.T, w *world, p *refer.Package) refer.Verification {
	t.Helper()
	leaf, err := p.Leaf(asOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ of, by org }{{w.alder, w.birch}, {w.birch, w.alder}} {
		if err := p.Prove(x.of.ID, prove(t, x.of, leaf, x.by)); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := p.Pack(&buf); err != nil {
		t.Fatal(err)
	}
	v, err := refer.Verify(&buf, refer.Trust{Keys: map[fraud.OrgID]string{"alder": w.alder.Keys.Sign, "birch": w.birch.Keys.Sign}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A program stands for a token: it signs what comes on standard input.
func TestASignatorySignsThroughAProgram(t *testing.T) {
	w := newWorld(t)
	key := signatory(t, w)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key.der"), der, 0o600); err != nil {
		t.Fatal(err)
	}
	sign := []string{"sh", "-c", `cat >"$0/m" && openssl pkeyutl -sign -inkey "$0/key.der" -keyform DER -rawin -in "$0/m" | base64 -w0`, dir}
	signer, err := refer.CommandSigner(t.Context(), sign, w.m.Complainants[0].SignKey)
	if err != nil {
		t.Fatal(err)
	}
	p := w.build(t)
	if err := p.Sign(t.Context(), refer.SignAs{Org: "alder", Key: signer, At: asOf}); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		command []string
		kind    error
	}{
		"says why not":    {[]string{"sh", "-c", "echo the token is locked >&2; exit 1"}, nil},
		"prints nonsense": {[]string{"echo", "?"}, fraud.ErrInvalid},
		"another's key":   {[]string{"sh", "-c", "cat >/dev/null; head -c 64 /dev/zero | base64 -w0"}, fraud.ErrForbidden},
	} {
		bad, err := refer.CommandSigner(t.Context(), tt.command, w.m.Complainants[0].SignKey)
		if err != nil {
			t.Fatal(err)
		}
		err = p.Sign(t.Context(), refer.SignAs{Org: "alder", Key: bad, At: asOf})
		if err == nil || tt.kind != nil && !errors.Is(err, tt.kind) || tt.kind == nil && !strings.Contains(err.Error(), "the token is locked") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	// A key that nobody vouched for is nobody's.
	w.m.Complainants[0].SignKeyProof = ""
	if err := w.build(t).Sign(t.Context(), refer.SignAs{Org: "alder", Key: signer, At: asOf}); !errors.Is(err, fraud.ErrForbidden) && !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("not vouched for: got %v", err)
	}
}

// FuzzStamp: a token is somebody's bytes; what is not a stamp of this digest
// is invalid.
func FuzzStamp(f *testing.F) {
	f.Add([]byte{0x30, 0x80, 0, 0})
	f.Add([]byte("0\x82\x01\x00"))
	w := small(f)
	p := w.build(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		key := w.signers()[0]
		key.Stamp = func(context.Context, [32]byte) ([]byte, error) { return b, nil }
		if err := p.Sign(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		other := w.signers()[1]
		if err := p.Sign(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		if err := p.Pack(&buf); err != nil {
			t.Fatal(err)
		}
		_, err := refer.Verify(&buf, refer.Trust{})
		if err == nil || !errors.Is(err, fraud.ErrInvalid) || len(b) > 0 && !strings.Contains(err.Error(), "time stamp") {
			t.Fatalf("got %v", err)
		}
	})
}
