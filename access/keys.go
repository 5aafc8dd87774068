package access

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"ringbreaker.example/fraud"
)

// Keys are an Org's secrets. They live in a folder of their own, each in its
// tool's own text form, so that they can be looked at, backed up and replaced
// with openssl, age-keygen and any C2SP tool:
//
//	sign.pem     Ed25519 private key, PKCS #8 PEM (RFC 8410)
//	ledger.skey  C2SP signed-note private key
//	seal.txt     age identity: X25519, post-quantum hybrid, or a plugin's
//	vault.key    32 random bytes, base64
type Keys struct {
	Org               fraud.OrgID
	Sign              ed25519.PrivateKey // requests between nodes, manifests
	Ledger            note.Signer        // checkpoints
	Seal              SealKey            // opens what is sealed to this Org
	Vault             [VaultKeySize]byte // victims' identities
	ledger, ledgerKey string             // the note key pair as text
}

// The files of a key folder.
const (
	fileSign   = "sign.pem"
	fileLedger = "ledger.skey"
	fileSeal   = "seal.txt"
	fileVault  = "vault.key"
)

// GenerateKeys draws a new set of keys for an Org. The ledger's origin is the
// host under which its node is known, e.g. "alder.example/ringbreaker"; it
// stands in the first line of every checkpoint (C2SP tlog-checkpoint) and
// must not change later.
func GenerateKeys(org fraud.OrgID, origin string) (*Keys, error) {
	_, sign, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("draw the signing key of %s: %w", org, err)
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, fmt.Errorf("draw the ledger key of %s: %w", org, err)
	}
	seal, err := newSealKey(false)
	if err != nil {
		return nil, fmt.Errorf("draw the sealing key of %s: %w", org, err)
	}
	k := &Keys{Org: org, Sign: sign, Seal: seal, ledger: skey, ledgerKey: vkey}
	if k.Ledger, err = note.NewSigner(skey); err != nil {
		return nil, fmt.Errorf("origin %q cannot name a ledger: give it as host/path without blanks or '+': %w", origin, fraud.ErrInvalid)
	}
	_, _ = rand.Read(k.Vault[:]) // never fails (crypto/rand, Go 1.24)
	return k, nil
}

// SealPostQuantum draws the sealing key anew, as a post-quantum hybrid: what is
// recorded on its way today is not opened by a quantum computer later. Who seals
// or opens by hand needs age 1.3 or newer.
func (k *Keys) SealPostQuantum() error {
	var err error
	if k.Seal, err = newSealKey(true); err != nil {
		return fmt.Errorf("draw the sealing key of %s: %w", k.Org, err)
	}
	return nil
}

// SaveKeys writes the keys into dir, which only the node's user may enter,
// each file readable by that user only. It never overwrites: a key that is
// there already gives fraud.ErrConflict and nothing is changed.
func SaveKeys(dir string, k *Keys) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the key folder: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.Sign)
	if err != nil {
		return fmt.Errorf("write the signing key: %w", err)
	}
	files := []struct {
		name string
		text []byte
	}{
		{fileSign, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})},
		{fileLedger, []byte(k.ledger + "\n")},
		{fileSeal, []byte(k.Seal.text)},
		{fileVault, []byte(base64.StdEncoding.EncodeToString(k.Vault[:]) + "\n")},
	}
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, f.name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("key file %s is there already and is not overwritten: %w", f.name, fraud.ErrConflict)
		}
	}
	for _, f := range files {
		if err := writeSecret(filepath.Join(dir, f.name), f.text); err != nil {
			return fmt.Errorf("write key file %s: %w", f.name, err)
		}
	}
	return nil
}

func writeSecret(path string, text []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

// LoadKeys reads what SaveKeys wrote. It returns fraud.ErrNotFound if there
// is no key, fraud.ErrInvalid if one cannot be read, and fraud.ErrForbidden
// if others on the machine may read one.
func LoadKeys(org fraud.OrgID, dir string) (*Keys, error) {
	k := &Keys{Org: org}
	for _, part := range []struct {
		name string
		read func([]byte) error
	}{
		{fileSign, k.readSign}, {fileLedger, k.readLedger}, {fileSeal, k.readSeal}, {fileVault, k.readVault},
	} {
		path := filepath.Join(dir, part.name)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("key file %s is missing, make keys with ringbreaker keygen: %w", part.name, fraud.ErrNotFound)
		}
		if err != nil {
			return nil, fmt.Errorf("look at key file %s: %w", part.name, err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return nil, fmt.Errorf("key file %s may be read by others, run chmod 600 on it: %w", part.name, fraud.ErrForbidden)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read key file %s: %w", part.name, err)
		}
		if err := part.read(text); err != nil {
			return nil, fmt.Errorf("key file %s cannot be used, restore it from a backup: %w", part.name, fraud.ErrInvalid)
		}
	}
	return k, nil
}

func (k *Keys) readSign(text []byte) error {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return fraud.ErrInvalid
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return fraud.ErrInvalid
	}
	var ok bool
	if k.Sign, ok = key.(ed25519.PrivateKey); !ok {
		return fraud.ErrInvalid
	}
	return nil
}

func (k *Keys) readLedger(text []byte) error {
	k.ledger = strings.TrimSpace(string(text))
	signer, err := note.NewSigner(k.ledger)
	if err != nil {
		return fraud.ErrInvalid
	}
	// The private key is PRIVATE+KEY+NAME+HASH+BASE64(0x01 || seed) (C2SP signed-note).
	f := strings.Split(k.ledger, "+")
	raw, err := base64.StdEncoding.DecodeString(strings.Join(f[4:], "+"))
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return fraud.ErrInvalid
	}
	public, _ := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	if k.ledgerKey, err = note.NewEd25519VerifierKey(signer.Name(), public); err != nil {
		return fraud.ErrInvalid
	}
	k.Ledger = signer
	return nil
}

func (k *Keys) readSeal(text []byte) error {
	var err error
	k.Seal, err = parseSealKey(text)
	return err
}

func (k *Keys) readVault(text []byte) error {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != VaultKeySize {
		return fraud.ErrInvalid
	}
	copy(k.Vault[:], raw)
	return nil
}

// Public is what others may know of the keys.
func (k *Keys) Public() fraud.OrgKeys {
	public, _ := k.Sign.Public().(ed25519.PublicKey)
	return fraud.OrgKeys{Sign: base64.StdEncoding.EncodeToString(public), Ledger: k.ledgerKey, Seal: k.Seal.Recipient()}
}

// Origin names the Org's ledger: the first line of its checkpoints.
func (k *Keys) Origin() string { return k.Ledger.Name() }

// SignKey reads the Ed25519 public key out of an Org's public keys, or
// returns fraud.ErrInvalid.
func SignKey(keys fraud.OrgKeys) (ed25519.PublicKey, error) {
	raw, err := base64.StdEncoding.DecodeString(keys.Sign)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("signing key is not 32 bytes of base64: %w", fraud.ErrInvalid)
	}
	return raw, nil
}

// ValidKeys says whether all three public keys can be used.
func ValidKeys(keys fraud.OrgKeys) error {
	if _, err := SignKey(keys); err != nil {
		return err
	}
	if _, err := note.NewVerifier(keys.Ledger); err != nil {
		return fmt.Errorf("ledger key is not a C2SP note verifier key: %w", fraud.ErrInvalid)
	}
	_, err := CardRecipient(keys.Seal)
	return err
}
