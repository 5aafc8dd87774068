package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"ringbreaker.example/fraud"
)

// The cost of a password hash: OWASP Password Storage Cheat Sheet, argon2id
// with 19 MiB, 2 passes, 1 lane. Recorded in each hash, so that it can be
// raised without asking anybody for a new password.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32
)

// The length of a password in bytes: NIST SP 800-63B-4 §3.1.1.2 asks for 15
// characters where a password is the only factor; the upper bound keeps a
// stranger from making us hash megabytes.
const (
	MinPassword = 15
	MaxPassword = 1024
)

// HashPassword makes the argon2id PHC string that [Person] keeps, with salt
// from random (RFC 9106; PHC string format). It returns fraud.ErrInvalid for
// a password that is too short or too long.
func HashPassword(password string, random io.Reader) (string, error) {
	if len(password) < MinPassword || len(password) > MaxPassword {
		return "", fmt.Errorf("a password has %d to %d characters: %w", MinPassword, MaxPassword, fraud.ErrInvalid)
	}
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, argonMemory, argonTime, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// CheckPassword says whether password is the one that phc was made from. An
// empty or broken phc costs the same time as a real one and is never right,
// so that nobody learns by the clock who has an account: call it with "" for
// an unknown user.
func CheckPassword(phc, password string) bool {
	h, err := parsePHC(phc)
	if err != nil {
		h = phcHash{memory: argonMemory, time: argonTime, lanes: argonLanes, salt: make([]byte, argonSalt), key: make([]byte, argonKey)}
	}
	if len(password) > MaxPassword {
		password, err = password[:MaxPassword], fraud.ErrInvalid
	}
	got := argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.lanes, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(got, h.key) == 1 && err == nil
}

// NeedsRehash says whether the hash was made at a lower cost than today's:
// hash the password anew at the next sign-in.
func NeedsRehash(phc string) bool {
	h, err := parsePHC(phc)
	return err != nil || h.memory < argonMemory || h.time < argonTime || len(h.key) < argonKey
}

type phcHash struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

// parsePHC reads "$argon2id$v=19$m=M,t=T,p=P$SALT$KEY" and refuses costs that
// would hang the node.
func parsePHC(s string) (phcHash, error) {
	bad := func(what string) (phcHash, error) {
		return phcHash{}, fmt.Errorf("password hash %s: %w", what, fraud.ErrInvalid)
	}
	f := strings.Split(s, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != "v="+strconv.Itoa(argon2.Version) {
		return bad("is not argon2id version 19")
	}
	var h phcHash
	p := strings.Split(f[3], ",")
	if len(p) != 3 {
		return bad("has no cost")
	}
	m, errM := strconv.ParseUint(strings.TrimPrefix(p[0], "m="), 10, 32)
	t, errT := strconv.ParseUint(strings.TrimPrefix(p[1], "t="), 10, 32)
	l, errL := strconv.ParseUint(strings.TrimPrefix(p[2], "p="), 10, 8)
	if errM != nil || errT != nil || errL != nil || m < 8 || m > 1<<20 || t < 1 || t > 16 || l < 1 || l > 16 {
		return bad("has a cost out of bounds")
	}
	h.memory, h.time, h.lanes = uint32(m), uint32(t), uint8(l)
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(f[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return bad("has a broken salt")
	}
	if h.key, err = base64.RawStdEncoding.DecodeString(f[5]); err != nil || len(h.key) < 16 || len(h.key) > 64 {
		return bad("has a broken key")
	}
	return h, nil
}

// NewPassword draws a password of 120 bits for a person's first sign-in.
func NewPassword() string { return rand.Text()[:24] }
