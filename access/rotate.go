package access

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"ringbreaker.example/fraud"
)

// KeyChange is an Org's signed statement that its keys are others from now
// on, or that they are revoked and it has none: New is then empty. The old
// signing key signs it, so that peers need not compare fingerprints again; the
// new one signs it too, so that nobody can claim a key that is not theirs.
//
// It does not help an Org whose old key was stolen: the thief can sign as
// well. Then the peers revoke it by hand and compare fingerprints anew.
type KeyChange struct {
	Org    fraud.OrgID   `json:"org"`
	Old    fraud.OrgKeys `json:"old"`
	New    fraud.OrgKeys `json:"new"`
	Reason string        `json:"reason"`
	At     time.Time     `json:"at"`
	ByOld  string        `json:"by_old,omitempty"` // base64 Ed25519
	ByNew  string        `json:"by_new,omitempty"` // base64 Ed25519, empty for a revocation
}

// KeyRecord is a statement as a node keeps it.
type KeyRecord struct {
	No int64 // in the order of their coming
	KeyChange
	Came time.Time // when this node took it, or made it
}

// keyChangeLife is how long before its arrival a statement may have been
// signed: an old one must not undo what came after it.
const keyChangeLife = 7 * 24 * time.Hour

// Rotated draws a new signing key and a new sealing key. The ledger keeps its
// key, by which witnesses know it, and the vault its own, without which its
// records would not open. A sealing key on a token stays too: put another one's
// identity into its file instead.
func (k *Keys) Rotated() (*Keys, error) {
	fresh, err := GenerateKeys(k.Org, k.Origin())
	if err != nil {
		return nil, err
	}
	fresh.Ledger, fresh.ledger, fresh.ledgerKey, fresh.Vault = k.Ledger, k.ledger, k.ledgerKey, k.Vault
	switch {
	case !k.Seal.drawn():
		fresh.Seal = k.Seal
	case k.Seal.PostQuantum():
		err = fresh.SealPostQuantum()
	}
	return fresh, err
}

// signed is what both keys sign: the statement without its signatures.
func (c KeyChange) signed() ([]byte, error) {
	c.ByOld, c.ByNew = "", ""
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write the key change of %s: %w", c.Org, err)
	}
	return append([]byte("ringbreaker/key-change/1\n"), b...), nil
}

// ChangeKeys states that an Org's keys change from old to fresh; with fresh
// nil it revokes old.
func ChangeKeys(old, fresh *Keys, reason string, now time.Time) (KeyChange, error) {
	c := KeyChange{Org: old.Org, Old: old.Public(), Reason: reason, At: now.UTC().Truncate(time.Second)}
	if fresh != nil {
		c.New = fresh.Public()
		if c.New.Ledger != c.Old.Ledger {
			return KeyChange{}, fmt.Errorf("a ledger keeps its key, use Rotated: %w", fraud.ErrInvalid)
		}
	}
	msg, err := c.signed()
	if err != nil {
		return KeyChange{}, err
	}
	c.ByOld = base64.StdEncoding.EncodeToString(ed25519.Sign(old.Sign, msg))
	if fresh != nil {
		c.ByNew = base64.StdEncoding.EncodeToString(ed25519.Sign(fresh.Sign, msg))
	}
	return c, nil
}

// Revokes says whether the statement leaves the Org without keys.
func (c KeyChange) Revokes() bool { return c.New == fraud.OrgKeys{} }

// Check holds a statement against the keys that we have of the Org. It
// returns fraud.ErrForbidden if it is not signed as it must be or not about
// those keys, and fraud.ErrInvalid if the new keys cannot be used.
func (c KeyChange) Check(org fraud.Org, now time.Time) error {
	refuse := func(why string) error {
		return fmt.Errorf("key change of %s %s: %w", org.ID, why, fraud.ErrForbidden)
	}
	if c.Org != org.ID || c.Old != org.Keys {
		return refuse("is not about the keys that we know")
	}
	if c.At.After(now.Add(ClockSkew)) || now.Sub(c.At) > keyChangeLife {
		return refuse("is too old or from the future")
	}
	msg, err := c.signed()
	if err != nil {
		return err
	}
	if !signedBy(c.Old, msg, c.ByOld) {
		return refuse("is not signed with the old key")
	}
	if c.Revokes() {
		return nil
	}
	if err := ValidKeys(c.New); err != nil {
		return err
	}
	if c.New.Ledger != c.Old.Ledger {
		return refuse("would give its ledger another key, which begins another ledger")
	}
	if !signedBy(c.New, msg, c.ByNew) {
		return refuse("is not signed with the new key")
	}
	return nil
}

func signedBy(keys fraud.OrgKeys, msg []byte, sig string) bool {
	key, err := SignKey(keys)
	raw, errSig := base64.StdEncoding.DecodeString(sig)
	return err == nil && errSig == nil && ed25519.Verify(key, msg, raw)
}
