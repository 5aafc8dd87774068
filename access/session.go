package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"time"

	"ringbreaker.example/fraud"
)

// SessionLife is how long a sign-in lasts.
const SessionLife = 12 * time.Hour

// SessionCookie is the name of the cookie. The prefix makes browsers insist
// on Secure, Path=/ and no Domain (RFC 6265bis §4.1.3.2); on plain loopback
// HTTP, where that is impossible, the name loses its prefix.
const SessionCookie = "__Host-ringbreaker"

const plainCookie = "ringbreaker"

// NewSession signs a person in: the token goes into the browser's cookie and
// nowhere else, the Session into the store.
func NewSession(person fraud.PersonID, now time.Time) (token string, s Session) {
	token = randomToken()
	return token, Session{TokenHash: HashToken(token), Person: person, CSRF: randomToken(), Created: now.UTC(), Expires: now.UTC().Add(SessionLife)}
}

// HashToken is the name under which the store keeps a session: SHA-256, hex.
// The token has 256 random bits, so no salt or slow hash is needed.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// RightCSRF says whether a form sent back what its session gave it.
func (s Session) RightCSRF(sent string) bool {
	return s.CSRF != "" && subtle.ConstantTimeCompare([]byte(s.CSRF), []byte(sent)) == 1
}

// Cookie is what the browser keeps: not for scripts, not for other sites.
// An empty token makes a cookie that deletes itself. life is told as Max-Age,
// so that a browser whose clock is not the node's keeps it as long.
func Cookie(token string, life time.Duration, secure bool) *http.Cookie {
	c := &http.Cookie{Name: plainCookie, Value: token, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode}
	if secure {
		c.Name = SessionCookie
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// TokenOf reads the session's token off a request, "" if there is none.
func TokenOf(r *http.Request) string {
	for _, name := range []string{SessionCookie, plainCookie} {
		if c, err := r.Cookie(name); err == nil && c.Value != "" {
			return c.Value
		}
	}
	return ""
}

// randomToken draws 256 bits.
func randomToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b[:])
}
