package access_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/plugin"
	"golang.org/x/crypto/ssh"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// TestMain lets this program stand for a plugin of age that a test starts: one
// whose identities hold an X25519 key, as a token would hold it.
func TestMain(m *testing.M) {
	if os.Getenv("RINGBREAKER_PLUGIN") == "" {
		os.Exit(m.Run())
	}
	p, err := plugin.New("rbtest")
	if err != nil {
		panic(err)
	}
	p.HandleRecipient(func(data []byte) (age.Recipient, error) { return age.ParseX25519Recipient(string(data)) })
	p.HandleIdentity(func(data []byte) (age.Identity, error) { return age.ParseX25519Identity(string(data)) })
	p.RegisterFlags(nil)
	os.Exit(p.Main())
}

// withPlugin puts age-plugin-rbtest into PATH.
func withPlugin(t *testing.T) {
	t.Helper()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nRINGBREAKER_PLUGIN=1 exec '%s' \"$@\"\n", me)
	if err := os.WriteFile(filepath.Join(dir, "age-plugin-rbtest"), []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func sealAndOpen(t *testing.T, recipient, identity string) error {
	t.Helper()
	r, err := access.SealRecipient(recipient)
	if err != nil {
		return err
	}
	ids, err := access.Identities([]byte(identity), nil)
	if err != nil {
		return err
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, r)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "sealed"); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	plain, err := age.Decrypt(&sealed, ids...)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(plain)
	if err == nil && string(b) != "sealed" {
		err = fmt.Errorf("opened %q", b)
	}
	return err
}

func TestWhatIsSealedToAKeyOfAnyKindOpensWithIt(t *testing.T) {
	withPlugin(t)
	plain, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sshPublic, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	sshLine := string(ssh.MarshalAuthorizedKey(sshPublic))
	token := plugin.EncodeIdentity("rbtest", []byte(plain.String()))
	for _, tt := range []struct {
		name, recipient, identity string
		want                      error
	}{
		{"X25519", plain.Recipient().String(), "# mine\n" + plain.String() + "\n", nil},
		{"post-quantum", hybrid.Recipient().String(), hybrid.String(), nil},
		{"a plugin's", plugin.EncodeRecipient("rbtest", []byte(plain.Recipient().String())), "# recipient: …\n" + token, nil},
		{"SSH", sshLine, string(pem.EncodeToMemory(block)), nil},
		{"SSH under a passphrase", sshLine, string(pem.EncodeToMemory(locked)), fraud.ErrInvalid},
		{"several in one file", plain.Recipient().String(), hybrid.String() + "\n" + plain.String(), nil},
		{"no recipient", "age1nonsense", plain.String(), fraud.ErrInvalid},
		{"nothing", "", plain.String(), fraud.ErrInvalid},
		{"two at once", plain.Recipient().String() + "\n" + plain.Recipient().String(), plain.String(), fraud.ErrInvalid},
		{"a secret given for a recipient", plain.String(), plain.String(), fraud.ErrInvalid},
		{"no identity", plain.Recipient().String(), "# only a comment\n", fraud.ErrInvalid},
		{"a recipient given for an identity", plain.Recipient().String(), plain.Recipient().String(), fraud.ErrInvalid},
		{"a broken plugin's identity", plain.Recipient().String(), "AGE-PLUGIN-RBTEST-1QQQQ", fraud.ErrInvalid},
	} {
		err := sealAndOpen(t, tt.recipient, tt.identity)
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), plain.String()) {
			t.Errorf("%s: the error holds a secret", tt.name)
		}
	}
	var missing *plugin.NotFoundError
	if err := sealAndOpen(t, plugin.EncodeRecipient("nowhere", []byte("x")), plain.String()); !errors.As(err, &missing) {
		t.Errorf("a plugin that is not installed: got %v", err)
	}
}

// A card makes no node run a program: plugins' recipients stand on none.
func TestACardHoldsNoPlugin(t *testing.T) {
	k, err := access.GenerateKeys("cfb", "cfb.example/log")
	if err != nil {
		t.Fatal(err)
	}
	if err := access.ValidKeys(k.Public()); err != nil {
		t.Fatal(err)
	}
	for _, seal := range []string{plugin.EncodeRecipient("rbtest", []byte("x")), "ssh-ed25519 AAAA", "", k.Seal.Recipient() + "\n" + k.Seal.Recipient(), "# x\n" + k.Seal.Recipient()} {
		keys := k.Public()
		keys.Seal = seal
		if err := access.ValidKeys(keys); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%.30q: got %v, want ErrInvalid", seal, err)
		}
	}
}

func TestAPostQuantumKeyIsKeptAndRotatedAsOne(t *testing.T) {
	k, err := access.GenerateKeys("cfb", "cfb.example/log")
	if err != nil {
		t.Fatal(err)
	}
	if k.Seal.PostQuantum() {
		t.Error("an X25519 key is called post-quantum")
	}
	if err := k.SealPostQuantum(); err != nil || !k.Seal.PostQuantum() || access.ValidKeys(k.Public()) != nil {
		t.Fatalf("got %v, %v", k.Seal, err)
	}
	dir := filepath.Join(t.TempDir(), "keys")
	if err := access.SaveKeys(dir, k); err != nil {
		t.Fatal(err)
	}
	again, err := access.LoadKeys("cfb", dir)
	if err != nil || again.Public() != k.Public() {
		t.Fatalf("read again: %v", err)
	}
	fresh, err := again.Rotated()
	if err != nil || !fresh.Seal.PostQuantum() || fresh.Seal.Recipient() == k.Seal.Recipient() {
		t.Errorf("rotated: %.20s, %v", fresh.Seal, err)
	}
	if s := fmt.Sprintf("%v %+v %s", k.Seal, k.Seal, k.Seal); strings.Contains(s, "SECRET") {
		t.Error("printing the key prints its secret")
	}
}

// A key on a token: its file says which recipient it opens, and a change of
// keys leaves it where it is.
func TestASealingKeyMayLiveOnAToken(t *testing.T) {
	k, err := access.GenerateKeys("cfb", "cfb.example/log")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "keys")
	if err := access.SaveKeys(dir, k); err != nil {
		t.Fatal(err)
	}
	const tagged = "age1tag1qwe0kafsjrar4txm6heqnhpfuggzr0gvznz7fvygxrlq90u5mq2pysxtw6h" // of the age library's tests
	token := plugin.EncodeIdentity("rbtest", []byte("slot 1"))
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"with its recipient": {"#       Serial: 1\n#    Recipient: " + tagged + "\n" + token + "\n", nil},
		"without":            {token + "\n", fraud.ErrInvalid},
		"two identities":     {"# Recipient: " + tagged + "\n" + token + "\n" + token + "\n", fraud.ErrInvalid},
	} {
		if err := os.WriteFile(filepath.Join(dir, "seal.txt"), []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := access.LoadKeys("cfb", dir)
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
			continue
		}
		if err != nil {
			continue
		}
		fresh, err := got.Rotated()
		if err != nil || got.Public().Seal != tagged || fresh.Seal.Recipient() != tagged || fresh.Public().Sign == got.Public().Sign {
			t.Errorf("%s: recipient %s, rotated %s, %v", name, got.Public().Seal, fresh.Seal, err)
		}
	}
}

// FuzzIdentities: an identity file is somebody's bytes; what is none is
// invalid, and never told in the error.
func FuzzIdentities(f *testing.F) {
	f.Add("AGE-SECRET-KEY-1QQQQ\n# x")
	f.Add("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----")
	f.Add("AGE-PLUGIN-X-1QQQQ")
	f.Add("age1tag1qqqq")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := access.Identities([]byte(s), nil); err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Fatal(err)
		}
		if _, err := access.SealRecipient(s); err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Fatal(err)
		}
	})
}
