package refer_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// opensslTSA makes a time-stamping service of openssl's: a root, the service's
// certificate under it, and stamps.
type opensslTSA struct {
	t   *testing.T
	dir string
}

func newOpensslTSA(t *testing.T, name string) opensslTSA {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("SKIPPED ALOUD: openssl is not installed, so it cannot make a time stamp")
	}
	s := opensslTSA{t, t.TempDir()}
	for file, text := range map[string]string{
		"tsa.cnf": "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\ncrypto_device = builtin\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\naccuracy = secs:1\ness_cert_id_alg = sha256\n",
		"ext.cnf": "extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\nbasicConstraints = CA:FALSE\n",
	} {
		if err := os.WriteFile(filepath.Join(s.dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t.Context(), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN="+name+" root", "-days", "30")
	s.run(t.Context(), "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN="+name)
	s.run(t.Context(), "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", "tsa.pem", "-days", "30", "-extfile", "ext.cnf")
	return s
}

func (s opensslTSA) run(ctx context.Context, args ...string) []byte {
	s.t.Helper()
	cmd := exec.CommandContext(ctx, "openssl", args...)
	cmd.Dir = s.dir
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("openssl %s: %v: %s", args[0], err, said.String())
	}
	return out.Bytes()
}

// stamp is a [refer.Stamper].
func (s opensslTSA) stamp(ctx context.Context, digest [32]byte) ([]byte, error) {
	s.run(ctx, "ts", "-query", "-digest", hex.EncodeToString(digest[:]), "-sha256", "-cert", "-out", "q.tsq")
	s.run(ctx, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "r.tsr")
	return s.run(ctx, "ts", "-reply", "-in", "r.tsr", "-token_out"), nil
}

func (s opensslTSA) root() []byte {
	b, err := os.ReadFile(filepath.Join(s.dir, "root.pem"))
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

func TestAStampByOpensslIsHeldAgainstTheRootsThatAreGiven(t *testing.T) {
	s, other := newOpensslTSA(t, "Known Clock"), newOpensslTSA(t, "Other Clock")
	whole := stampedBy(t, small(t), s.stamp)
	for _, tt := range []struct {
		name, want string
		roots      []byte
	}{
		{"its root", "", s.root()},
		{"its root among others, with text between", "", append(append(other.root(), "A comment.\n\n"...), s.root()...)},
		{"another's root", "not lead to a service that is known", other.root()},
	} {
		roots, err := refer.StampRoots(tt.roots)
		if err != nil {
			t.Fatal(err)
		}
		v, err := refer.Verify(bytes.NewReader(whole), refer.Trust{Stamps: roots})
		switch {
		case tt.want == "" && (err != nil || !v.Signers[0].Stamp.Pinned || !v.Signers[1].Stamp.Pinned || !strings.Contains(v.Signers[0].Stamp.By, "Known Clock")):
			t.Errorf("%s: %v, %+v", tt.name, err, v.Signers)
		case tt.want != "" && (!errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	// Who gives roots is told of a signature without a stamp.
	roots, err := refer.StampRoots(s.root())
	if err != nil {
		t.Fatal(err)
	}
	v, err := refer.Verify(bytes.NewReader(small(t).packed(t)), refer.Trust{Stamps: roots})
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if err := v.Show(&said); err != nil || !strings.Contains(said.String(), "There is no time stamp") {
		t.Errorf("%v: %s", err, said.String())
	}
}

func TestAFileOfRootsWithoutOneIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no PEM": "hello", "a key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	} {
		if _, err := refer.StampRoots([]byte(text)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}
