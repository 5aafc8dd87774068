package access

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/text/unicode/norm"

	"ringbreaker.example/fraud"
)

// VaultKeySize is the length of a vault key in bytes.
const VaultKeySize = 32

// What opens every box and names its layout.
const (
	boxSecret  = 1 // sealed to the vault's own key: secrets of a node, keys of boxes, identities of before
	boxOwnKey  = 2 // an identity, sealed with a key of its own
	boxReboxed = 3 // a box of before (version 1), sealed as it was with a key of its own
)

// Vault encrypts victims' identities, each to a key of its own, which is
// wrapped by the node's vault key and kept beside the box: who destroys the
// one wrapped key has destroyed the one identity, and nothing else. A box is
//
//	1 byte version (2) | 24 bytes nonce | ciphertext of the identity's JSON | 16 bytes tag
//
// by XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, over RFC 8439) with a
// fresh nonce for each record and the report's id as associated data, so that
// a box moved under another report's name does not open; its key is a box of
// version 1, by a key derived from the vault's. Who may open one is [Decide]'s
// to say, and the store logs it; the Vault only holds the key.
type Vault struct {
	aead  cipher.AEAD
	alias []byte // key of the pseudonyms
}

// NewVault returns the vault of a 32-byte key, fraud.ErrInvalid for any other
// length. Two keys are derived from it (HKDF, RFC 5869): one seals, one makes
// pseudonyms.
func NewVault(key []byte) (*Vault, error) {
	if len(key) != VaultKeySize {
		return nil, fmt.Errorf("vault key has %d bytes, not %d: %w", len(key), VaultKeySize, fraud.ErrInvalid)
	}
	seal, err := hkdf.Key(sha256.New, key, nil, "ringbreaker/vault/seal/1", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive the sealing key: %w", err)
	}
	alias, err := hkdf.Key(sha256.New, key, nil, "ringbreaker/vault/pseudonym/1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the pseudonym key: %w", err)
	}
	aead, err := chacha20poly1305.NewX(seal)
	if err != nil {
		return nil, fmt.Errorf("start the vault's cipher: %w", err)
	}
	return &Vault{aead: aead, alias: alias}, nil
}

// Seal encrypts who reported report, with a fresh key, and wraps that.
func (v *Vault) Seal(report fraud.ReportID, id fraud.Identity) (box, key []byte, err error) {
	plain, err := json.Marshal(id)
	if err != nil {
		return nil, nil, fmt.Errorf("write the identity of report %s: %w", report, err)
	}
	return v.sealOwn(boxOwnKey, report, plain)
}

// Rebox gives a box of before, which had no key of its own, one: what was
// sealed stays inside as it was, so that a ledger that tells of the old box
// still can be asked (see [Vault.Was]).
func (v *Vault) Rebox(report fraud.ReportID, old []byte) (box, key []byte, err error) {
	return v.sealOwn(boxReboxed, report, old)
}

func (v *Vault) sealOwn(version byte, report fraud.ReportID, plain []byte) (box, key []byte, err error) {
	own := make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(own) // never fails (crypto/rand, Go 1.24)
	defer clear(own)
	aead, err := chacha20poly1305.NewX(own)
	if err != nil {
		return nil, nil, fmt.Errorf("start the cipher of report %s: %w", report, err)
	}
	return sealWith(aead, version, "report "+string(report), plain), v.SealBytes("key of report "+string(report), own), nil
}

// Open decrypts a box of Seal or Rebox with its wrapped key; a box of before
// has none. It returns fraud.ErrInvalid if box or key was changed, belongs to
// another report or was sealed with another vault's key.
func (v *Vault) Open(report fraud.ReportID, box, key []byte) (fraud.Identity, error) {
	plain, err := v.open(report, box, key)
	if err != nil {
		return fraud.Identity{}, fmt.Errorf("open the vault record of report %s: %w", report, err)
	}
	var id fraud.Identity
	if err := json.Unmarshal(plain, &id); err != nil {
		return fraud.Identity{}, fmt.Errorf("read the vault record of report %s: %w", report, fraud.ErrInvalid)
	}
	return id, nil
}

func (v *Vault) open(report fraud.ReportID, box, key []byte) ([]byte, error) {
	old, err := v.Was(report, box, key)
	if err != nil {
		return nil, err
	}
	if len(old) > 0 && old[0] == boxSecret {
		return v.OpenBytes("report "+string(report), old)
	}
	return v.openOwn(boxOwnKey, report, box, key)
}

func (v *Vault) openOwn(version byte, report fraud.ReportID, box, key []byte) ([]byte, error) {
	own, err := v.OpenBytes("key of report "+string(report), key)
	if err != nil {
		return nil, fmt.Errorf("the key of the record: %w", err)
	}
	defer clear(own)
	aead, err := chacha20poly1305.NewX(own)
	if err != nil {
		return nil, fmt.Errorf("the key of the record: %w: %w", err, fraud.ErrInvalid)
	}
	return openWith(aead, version, "report "+string(report), box)
}

// Was is the box as it was when the report was accepted, which is what the
// ledger tells of: of a box of Rebox the one of before, of any other itself.
func (v *Vault) Was(report fraud.ReportID, box, key []byte) ([]byte, error) {
	if len(box) == 0 || box[0] != boxReboxed {
		return box, nil
	}
	return v.openOwn(boxReboxed, report, box, key)
}

// Whole says whether a box is as it was sealed, for this report and with this
// key; fraud.ErrInvalid if not. It shows nobody what is in it, so it is no
// opening.
func (v *Vault) Whole(report fraud.ReportID, box, key []byte) error {
	_, err := v.open(report, box, key)
	return err
}

// SealBytes encrypts other secrets that a node keeps at rest (the state of a
// running match), bound to what they are of.
func (v *Vault) SealBytes(of string, plain []byte) []byte {
	return sealWith(v.aead, boxSecret, of, plain)
}

// OpenBytes decrypts what SealBytes made for the same of, or returns
// fraud.ErrInvalid.
func (v *Vault) OpenBytes(of string, box []byte) ([]byte, error) {
	return openWith(v.aead, boxSecret, of, box)
}

func sealWith(aead cipher.AEAD, version byte, of string, plain []byte) []byte {
	box := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
	box[0] = version
	_, _ = rand.Read(box[1:]) // never fails (crypto/rand, Go 1.24)
	return aead.Seal(box, box[1:], plain, []byte(of))
}

func openWith(aead cipher.AEAD, version byte, of string, box []byte) ([]byte, error) {
	head := 1 + aead.NonceSize()
	if len(box) < head+aead.Overhead() || box[0] != version {
		return nil, fmt.Errorf("this is no vault record of version %d: %w", version, fraud.ErrInvalid)
	}
	plain, err := aead.Open(nil, box[1:head], box[head:], []byte(of))
	if err != nil {
		return nil, fmt.Errorf("the key does not open it: wrong key, or it was changed: %w", fraud.ErrInvalid)
	}
	return plain, nil
}

// Pseudonym is what a victim is called outside the vault: "V-" and twelve
// characters, a keyed hash (HMAC-SHA-256, RFC 2104) of the e-mail, else the
// phone, else the name with the address, each folded. The same person
// reporting twice at one node has one pseudonym; without the key nobody can
// test a guess, and another node's pseudonym for the same person is another.
// It is empty for an empty identity.
func (v *Vault) Pseudonym(id fraud.Identity) string {
	var what string
	switch {
	case fold(id.Email) != "":
		what = "email\n" + fold(id.Email)
	case digits(id.Phone) != "":
		what = "phone\n" + digits(id.Phone)
	case fold(id.Name) != "":
		what = "name\n" + fold(id.Name) + "\n" + fold(id.Address)
	default:
		return ""
	}
	mac := hmac.New(sha256.New, v.alias)
	mac.Write([]byte(what))
	return fraud.DerivedID("V", [32]byte(mac.Sum(nil)))
}

// fold takes away what two writings of one name differ by: case, accents'
// composition, width and blanks (Unicode NFKC, UAX #15).
func fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}

func digits(s string) string {
	return strings.TrimLeft(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, norm.NFKC.String(s)), "0")
}
