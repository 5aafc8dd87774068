package refer_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// softToken makes a PKCS#11 token of software with an Ed25519 key that was
// drawn on it and never leaves it. It gives the key and the program that signs
// with it, as docs/keys.md has it.
func softToken(t *testing.T) (pub string, sign []string) {
	t.Helper()
	module := "/usr/lib/softhsm/libsofthsm2.so"
	for _, tool := range []string{"softhsm2-util", "pkcs11-tool"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED ALOUD: %s is not installed, so no token can be asked (make needs installs it)", tool)
		}
	}
	if err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import PyKCS11").Run(); err != nil {
		t.Skip("SKIPPED ALOUD: python3-pykcs11 is not installed, so no token can be asked (make needs installs it)")
	}
	if _, err := os.Stat(module); err != nil {
		t.Skip("SKIPPED ALOUD: SoftHSM's module is not where Debian has it")
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "softhsm2.conf")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "tokens"), 0o700), os.WriteFile(conf, []byte("directories.tokendir = "+dir+"/tokens\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", conf)
	t.Setenv("TOKEN_PIN", "1234")
	run := func(name string, args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	run("softhsm2-util", "--init-token", "--free", "--label", "signatory", "--pin", "1234", "--so-pin", "4321")
	said := run("pkcs11-tool", "--module", module, "--login", "--pin", "env:TOKEN_PIN", "--token-label", "signatory",
		"--keypairgen", "--key-type", "EC:edwards25519", "--id", "01", "--label", "referrals")
	if !strings.Contains(said, "never extractable") {
		t.Errorf("the key may leave the token: %s", said)
	}
	point := regexp.MustCompile(`EC_POINT:\s+0420([0-9a-f]{64})`).FindStringSubmatch(said)
	if point == nil {
		t.Fatalf("the token does not say its public key: %s", said)
	}
	raw, err := hex.DecodeString(point[1])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw), []string{"/usr/bin/python3", program(t, filepath.Join(dir, "sign.py"))}
}

// program writes down the program that docs/keys.md gives.
func program(t *testing.T, path string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "docs", "keys.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "```python\n")
	text, _, end := strings.Cut(rest, "```")
	if !ok || !end {
		t.Fatal("docs/keys.md has no program")
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASignatorySignsWithAPKCS11Token(t *testing.T) {
	pub, sign := softToken(t)
	w := newWorld(t)
	c := &w.m.Complainants[0]
	c.SignKey, c.SignKeyProof = pub, base64.StdEncoding.EncodeToString(ed25519.Sign(w.alder.sign, refer.VouchFor("alder", pub)))
	p := w.build(t)
	signer, err := refer.CommandSigner(t.Context(), sign, pub)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Sign(t.Context(), refer.SignAs{Org: "alder", Key: signer, At: asOf}); err != nil {
		t.Fatal(err)
	}
	if err := p.Sign(t.Context(), w.signers()[1]); err != nil {
		t.Fatal(err)
	}
	if v := verified(t, w, p); !v.OK || !v.Signers[0].Pinned {
		t.Errorf("got %+v", v.Signers)
	}
	t.Setenv("TOKEN_PIN", "9999")
	if err := p.Sign(t.Context(), refer.SignAs{Org: "alder", Key: signer, At: asOf}); err == nil || errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("with a wrong PIN: got %v, want what the token said", err)
	}
}

func TestASignatorySignsWithAKeyInAFile(t *testing.T) {
	w := newWorld(t)
	key := signatory(t, w)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	open, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	p, path := w.build(t), filepath.Join(t.TempDir(), "key")
	for name, tt := range map[string]struct {
		text []byte
		mode os.FileMode
		want error
	}{
		"PKCS #8":            {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600, nil},
		"OpenSSH":            {pem.EncodeToMemory(open), 0o400, nil},
		"under a passphrase": {pem.EncodeToMemory(locked), 0o600, fraud.ErrInvalid},
		"open to others":     {pem.EncodeToMemory(open), 0o644, fraud.ErrForbidden},
		"nonsense":           {[]byte("key"), 0o600, fraud.ErrInvalid},
	} {
		_ = os.Remove(path) // of the turn before
		if err := os.WriteFile(path, tt.text, tt.mode); err != nil {
			t.Fatal(err)
		}
		signer, err := refer.FileSigner(path, w.m.Complainants[0].SignKey)
		if err == nil {
			err = p.Sign(t.Context(), refer.SignAs{Org: "alder", Key: signer, At: asOf})
		}
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(open), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := refer.FileSigner(path, w.birch.Keys.Sign); !errors.Is(err, fraud.ErrForbidden) && !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("another's key: got %v", err)
	}
	if _, err := refer.FileSigner(path+"x", w.birch.Keys.Sign); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("no file: got %v", err)
	}
}
