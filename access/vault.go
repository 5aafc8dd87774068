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

// boxVersion opens every box: it names the layout below.
const boxVersion = 1

// Vault encrypts victims' identities to the node's vault key. A box is
//
//	1 byte version (1) | 24 bytes nonce | ciphertext of the identity's JSON | 16 bytes tag
//
// by XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, over RFC 8439) with a
// fresh nonce for each record and the report's id as associated data, so that
// a box moved under another report's name does not open. Who may open one is
// [Decide]'s to say, and the store logs it; the Vault only holds the key.
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

// Seal encrypts who reported report.
func (v *Vault) Seal(report fraud.ReportID, id fraud.Identity) ([]byte, error) {
	plain, err := json.Marshal(id)
	if err != nil {
		return nil, fmt.Errorf("write the identity of report %s: %w", report, err)
	}
	return v.SealBytes("report "+string(report), plain), nil
}

// Open decrypts a box of Seal. It returns fraud.ErrInvalid if the box was
// changed, belongs to another report or was sealed with another key.
func (v *Vault) Open(report fraud.ReportID, box []byte) (fraud.Identity, error) {
	plain, err := v.OpenBytes("report "+string(report), box)
	if err != nil {
		return fraud.Identity{}, fmt.Errorf("open the vault record of report %s: %w", report, err)
	}
	var id fraud.Identity
	if err := json.Unmarshal(plain, &id); err != nil {
		return fraud.Identity{}, fmt.Errorf("read the vault record of report %s: %w", report, fraud.ErrInvalid)
	}
	return id, nil
}

// Whole says whether a box of Seal is as it was sealed, for this report and
// with this key; fraud.ErrInvalid if not. It shows nobody what is in it, so it
// is no opening.
func (v *Vault) Whole(report fraud.ReportID, box []byte) error {
	_, err := v.OpenBytes("report "+string(report), box)
	return err
}

// SealBytes encrypts other secrets that a node keeps at rest (the state of a
// running match), bound to what they are of.
func (v *Vault) SealBytes(of string, plain []byte) []byte {
	box := make([]byte, 1+v.aead.NonceSize(), 1+v.aead.NonceSize()+len(plain)+v.aead.Overhead())
	box[0] = boxVersion
	_, _ = rand.Read(box[1:]) // never fails (crypto/rand, Go 1.24)
	return v.aead.Seal(box, box[1:], plain, []byte(of))
}

// OpenBytes decrypts what SealBytes made for the same of, or returns
// fraud.ErrInvalid.
func (v *Vault) OpenBytes(of string, box []byte) ([]byte, error) {
	head := 1 + v.aead.NonceSize()
	if len(box) < head+v.aead.Overhead() || box[0] != boxVersion {
		return nil, fmt.Errorf("this is no vault record of version %d: %w", boxVersion, fraud.ErrInvalid)
	}
	plain, err := v.aead.Open(nil, box[1:head], box[head:], []byte(of))
	if err != nil {
		return nil, fmt.Errorf("the vault key does not open it: wrong key, or it was changed: %w", fraud.ErrInvalid)
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
