package access

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/plugin"
	"filippo.io/age/tag"

	"ringbreaker.example/fraud"
)

// What is sealed goes to age recipients, and is opened by age identities. Both
// come in age's own text forms:
//
//	age1…             AGE-SECRET-KEY-1…       X25519
//	age1pq1…          AGE-SECRET-KEY-PQ-1…    ML-KEM-768 with X25519, for the time of quantum computers
//	age1tag1…         AGE-PLUGIN-…            a hardware key, P-256; age1tagpq1… with ML-KEM-768
//	age1NAME1…        AGE-PLUGIN-NAME-1…      whatever the program age-plugin-NAME stands for
//	ssh-ed25519 …     -----BEGIN OPENSSH…     a key that somebody has already; ssh-rsa too
//
// An organisation's own key, which is on its card, is one of the first three: a
// card must not make another's node run a program.

// CardRecipient reads a recipient that may stand on an organisation's card.
func CardRecipient(text string) (age.Recipient, error) {
	if strings.HasPrefix(text, "age1tag1") || strings.HasPrefix(text, "age1tagpq1") {
		r, err := tag.ParseRecipient(text)
		if err != nil {
			return nil, fmt.Errorf("sealing key is not an age recipient: %w", fraud.ErrInvalid)
		}
		return r, nil
	}
	list, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(list) != 1 || strings.ContainsAny(text, "\n#") {
		return nil, fmt.Errorf("sealing key is not an age recipient (age1…, age1pq1… or age1tag1…): %w", fraud.ErrInvalid)
	}
	return list[0], nil
}

// SealRecipient reads any of the forms above, for somebody who chose whom to seal
// to. A plugin's program is run when something is sealed; it must be installed.
func SealRecipient(text string) (age.Recipient, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "ssh-") {
		r, err := agessh.ParseRecipient(text)
		if err != nil {
			return nil, fmt.Errorf("not an SSH key to seal to (ssh-ed25519, or ssh-rsa of 2048 bits and more): %w", fraud.ErrInvalid)
		}
		return r, nil
	}
	if r, err := CardRecipient(text); err == nil {
		return r, nil
	}
	r, err := plugin.NewRecipient(text, alone)
	if err != nil || r.Name() == "" {
		return nil, fmt.Errorf("not an age recipient (age1…, age1pq1…, age1tag1…, a plugin's age1NAME1… or ssh-ed25519 …): %w", fraud.ErrInvalid)
	}
	return r, nil
}

// alone is how a plugin meets a program at which nobody sits: what it says is
// not shown, and what it asks stays unanswered. A touch on a token needs
// neither.
var alone = &plugin.ClientUI{
	DisplayMessage: func(string, string) error { return nil },
	RequestValue:   func(string, string, bool) (string, error) { return "", errNobody },
	Confirm:        func(string, string, string, string) (bool, error) { return false, errNobody },
}

var errNobody = errors.New("nobody sits at this program to answer")

// Identities reads an identity file: lines of age's own and of plugins, with
// comments, or one SSH private key without a passphrase. ask is how a plugin
// meets the person; nil means that nobody is there.
func Identities(text []byte, ask *plugin.ClientUI) ([]age.Identity, error) {
	if ask == nil {
		ask = alone
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("-----BEGIN")) {
		id, err := agessh.ParseIdentity(text)
		if err != nil {
			return nil, fmt.Errorf("not an SSH private key, or one under a passphrase (write a copy without one by ssh-keygen -p): %w", fraud.ErrInvalid)
		}
		return []age.Identity{id}, nil
	}
	var out []age.Identity
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, err := identity(line, ask)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no age identity in the file: %w", fraud.ErrInvalid)
	}
	return out, nil
}

// identity reads one line. What is wrong is not quoted: it may be a secret.
func identity(line string, ask *plugin.ClientUI) (age.Identity, error) {
	if strings.HasPrefix(line, "AGE-PLUGIN-") {
		id, err := plugin.NewIdentity(line, ask)
		if err != nil {
			return nil, fmt.Errorf("not a plugin's identity: %w", fraud.ErrInvalid)
		}
		return id, nil
	}
	list, err := age.ParseIdentities(strings.NewReader(line))
	if err != nil {
		return nil, fmt.Errorf("not an age identity (AGE-SECRET-KEY-1…, AGE-SECRET-KEY-PQ-1… or AGE-PLUGIN-…): %w", fraud.ErrInvalid)
	}
	return list[0], nil
}

// SealKey is the key that opens what is sealed to an Org: an age identity with
// its text and the recipient that others seal to.
type SealKey struct {
	age.Identity
	text      string // of the key file
	recipient string
}

// Recipient is what stands on the Org's card.
func (s SealKey) Recipient() string { return s.recipient }

// String is the recipient: a key that is printed by mistake gives nothing away.
func (s SealKey) String() string { return s.recipient }

// PostQuantum says whether what is sealed to this key withstands a quantum
// computer, too.
func (s SealKey) PostQuantum() bool {
	return strings.HasPrefix(s.recipient, "age1pq1") || strings.HasPrefix(s.recipient, "age1tagpq1")
}

// drawn says whether a fresh key of the same kind can be drawn here: one on a
// token cannot.
func (s SealKey) drawn() bool {
	return strings.HasPrefix(s.recipient, "age1") && !strings.HasPrefix(s.recipient, "age1tag")
}

// newSealKey draws a sealing key, X25519 or post-quantum hybrid.
func newSealKey(postQuantum bool) (SealKey, error) {
	if postQuantum {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			return SealKey{}, err
		}
		return sealKey(id, id.Recipient().String(), id.String()), nil
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return SealKey{}, err
	}
	return sealKey(id, id.Recipient().String(), id.String()), nil
}

func sealKey(id age.Identity, recipient, secret string) SealKey {
	return SealKey{id, "# public key: " + recipient + "\n" + secret + "\n", recipient}
}

// parseSealKey reads seal.txt. A plugin's identity does not say which recipient
// it opens; a comment before it does, as the plugins' own files have it.
func parseSealKey(text []byte) (SealKey, error) {
	ids, err := Identities(text, nil)
	if err != nil || len(ids) != 1 {
		return SealKey{}, fmt.Errorf("a key file of one age identity is wanted: %w", fraud.ErrInvalid)
	}
	k := SealKey{Identity: ids[0], text: string(text)}
	switch id := ids[0].(type) {
	case *age.X25519Identity:
		k.recipient = id.Recipient().String()
	case *age.HybridIdentity:
		k.recipient = id.Recipient().String()
	default:
		for line := range strings.Lines(string(text)) {
			if _, says, ok := strings.Cut(line, ":"); ok && strings.HasPrefix(line, "#") && strings.HasPrefix(strings.TrimSpace(says), "age1") {
				k.recipient = strings.TrimSpace(says)
			}
		}
	}
	if _, err := CardRecipient(k.recipient); err != nil {
		return SealKey{}, fmt.Errorf("the key file does not say which recipient its identity opens (# recipient: age1tag1…): %w", fraud.ErrInvalid)
	}
	return k, nil
}
