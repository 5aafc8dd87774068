package app

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// Where the signatory's key lies is what the configuration says first: a file,
// a program, and with neither the SSH agent. Without a key of their own the
// node's signs.
func TestTheSignatorysKeyIsTakenFromWhereTheConfigurationSays(t *testing.T) {
	a, _, _ := pair(t)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	file, pub := filepath.Join(t.TempDir(), "counsel.key"), base64.StdEncoding.EncodeToString(public)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	// A program that signs one message alone, which is enough to be known by.
	message := []byte("a message")
	answer := base64.StdEncoding.EncodeToString(ed25519.Sign(private, message))
	program := []string{"/bin/sh", "-c", "cat >/dev/null; echo " + answer}
	t.Setenv("SSH_AUTH_SOCK", filepath.Join(t.TempDir(), "no-agent"))
	for _, tt := range []struct {
		name, own, file string
		program         []string
		want            ed25519.PublicKey // nil: an error, as no agent is there
	}{
		{"none of their own", "", file, program, a.keys.Sign.Public().(ed25519.PublicKey)},
		{"a file", pub, file, nil, public},
		{"a program", pub, "", program, public},
		{"a file before a program", pub, file, []string{"/bin/false"}, public},
		{"neither", pub, "", nil, nil},
	} {
		a.SignKeyFile, a.SignCommand = tt.file, tt.program
		p := &refer.Package{}
		p.Document.Complainants = []refer.Complainant{{Org: fraud.Org{ID: "bramble"}, SignKey: "another's"}, {Org: a.Org, SignKey: tt.own}}
		var as refer.SignAs
		done, err := a.signatoryKey(t.Context(), p, &as)
		if tt.want == nil {
			if err == nil {
				t.Errorf("%s: got a key, want an error", tt.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		sig, err := as.Key.Sign(rand.Reader, message, &ed25519.Options{})
		if err != nil || !ed25519.Verify(tt.want, message, sig) {
			t.Errorf("%s: signed by another key: %v", tt.name, err)
		}
		if err := done(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
