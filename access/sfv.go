package access

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"ringbreaker.example/fraud"
)

// The part of structured field values (RFC 9651) that HTTP Message
// Signatures need: a dictionary of one inner list of strings with parameters,
// and dictionaries of byte sequences. Anything else is refused: what we send
// is always this, and what we cannot read we cannot check.

// sigInput is one member of Signature-Input: the covered components and the
// parameters, with the text they were read from, which is what is signed.
type sigInput struct {
	label      string
	components []string
	text       string // the inner list with its parameters, exactly as sent
	created    int64
	expires    int64
	nonce      string
	keyID      string
	alg        string
	tag        string
}

// limits of the headers we read.
const (
	maxSigHeader  = 4096
	maxComponents = 16
)

func sfError(what string) error {
	return fmt.Errorf("signature header %s: %w", what, fraud.ErrInvalid)
}

// parseSigInput reads "label=("a" "b");created=1;keyid="k"…".
func parseSigInput(header string) (sigInput, error) {
	var in sigInput
	if len(header) > maxSigHeader {
		return in, sfError("is too long")
	}
	label, rest, ok := strings.Cut(strings.TrimSpace(header), "=")
	if !ok || !isKey(label) {
		return in, sfError("has no label")
	}
	in.label, in.text = label, rest
	if !strings.HasPrefix(rest, "(") {
		return in, sfError("has no list of components")
	}
	rest = rest[1:]
	for {
		rest = strings.TrimLeft(rest, " ")
		if strings.HasPrefix(rest, ")") {
			rest = rest[1:]
			break
		}
		var name string
		if name, rest, ok = quoted(rest); !ok || name == "" || (rest != "" && rest[0] != ' ' && rest[0] != ')') {
			return in, sfError("has a broken list of components")
		}
		if in.components = append(in.components, name); len(in.components) > maxComponents {
			return in, sfError("covers too many components")
		}
	}
	return in, in.params(rest)
}

// params reads ";key=value" to the end of the header.
func (in *sigInput) params(rest string) error {
	seen := map[string]bool{}
	for rest != "" {
		if rest[0] != ';' {
			return sfError("holds more than one signature, or a broken parameter")
		}
		key, after, ok := strings.Cut(strings.TrimLeft(rest[1:], " "), "=")
		if !ok || !isKey(key) || seen[key] {
			return sfError("has a broken or doubled parameter")
		}
		seen[key] = true
		switch key {
		case "created", "expires":
			n := 0
			for n < len(after) && (after[n] >= '0' && after[n] <= '9') {
				n++
			}
			v, err := strconv.ParseInt(after[:n], 10, 64)
			if err != nil || n > 15 {
				return sfError("has a broken time")
			}
			if rest = after[n:]; key == "created" {
				in.created = v
			} else {
				in.expires = v
			}
		case "nonce", "keyid", "alg", "tag":
			var v string
			if v, rest, ok = quoted(after); !ok {
				return sfError("has a broken parameter")
			}
			switch key {
			case "nonce":
				in.nonce = v
			case "keyid":
				in.keyID = v
			case "alg":
				in.alg = v
			default:
				in.tag = v
			}
		default:
			return sfError("has a parameter that we do not know")
		}
	}
	return nil
}

// quoted reads one sf-string (RFC 9651 §4.2.5) and gives what follows it.
func quoted(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:], true
		case c == '\\':
			if i++; i >= len(s) || (s[i] != '"' && s[i] != '\\') {
				return "", s, false
			}
			b.WriteByte(s[i])
		case c < 0x20 || c > 0x7e:
			return "", s, false
		default:
			b.WriteByte(c)
		}
	}
	return "", s, false
}

// parseBytes reads "label=:base64:" and nothing else.
func parseBytes(header string) (label string, value []byte, err error) {
	if len(header) > maxSigHeader {
		return "", nil, sfError("is too long")
	}
	label, rest, ok := strings.Cut(strings.TrimSpace(header), "=")
	if !ok || !isKey(label) || len(rest) < 2 || rest[0] != ':' || rest[len(rest)-1] != ':' {
		return "", nil, sfError("is not label=:bytes:")
	}
	if value, err = base64.StdEncoding.Strict().DecodeString(rest[1 : len(rest)-1]); err != nil {
		return "", nil, sfError("is not base64")
	}
	return label, value, nil
}

// isKey says whether s is an sf-key (RFC 9651 §3.1.2).
func isKey(s string) bool {
	const first, rest = "*abcdefghijklmnopqrstuvwxyz", "*abcdefghijklmnopqrstuvwxyz0123456789_-."
	return s != "" && strings.IndexByte(first, s[0]) >= 0 && strings.Trim(s, rest) == ""
}
