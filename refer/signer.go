package refer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"ringbreaker.example/fraud"
)

// A signatory's key need not be the node's. It can be in a file of its own
// ([FileSigner]), in an SSH agent ([AgentSigner]), which OpenSSH fills from a file or, with `ssh-add -s`,
// from a PKCS#11 token; or behind a program ([CommandSigner]) that talks to a
// token, a card or a service. Either way the node's key vouches for it
// ([VouchFor]), and the agency needs to know the node's key alone.

// signerTimeout is how long a person may take to touch a token or to type its
// PIN.
const signerTimeout = 2 * time.Minute

// VouchFor is what an organisation's own key signs to say that a signatory's
// key is one.
func VouchFor(org fraud.OrgID, key string) []byte {
	return []byte("ringbreaker/signatory-key/1\n" + string(org) + "\n" + key + "\n")
}

// signingKey is the key that a complainant's envelopes are signed with: its
// own, or its signatory's, for which its own vouches.
func (c Complainant) signingKey() (ed25519.PublicKey, error) {
	own, err := publicKey(c.Org.Keys.Sign)
	if err != nil || c.SignKey == "" {
		return own, err
	}
	key, err := publicKey(c.SignKey)
	if err != nil {
		return nil, err
	}
	proof, err := unbase64(c.SignKeyProof)
	if err != nil || !ed25519.Verify(own, VouchFor(c.Org.ID, c.SignKey), proof) {
		return nil, broken("the signatory's key of %s is not vouched for by its own", c.Org.ID)
	}
	return key, nil
}

// outside is an Ed25519 key that is not here.
type outside struct {
	pub  ed25519.PublicKey
	sign func(message []byte) ([]byte, error)
}

func (o outside) Public() crypto.PublicKey { return o.pub }

// Sign signs the message itself, as Ed25519 does (RFC 8032 §5.1.6), and holds
// the answer against the key: what came from elsewhere may be of another one.
func (o outside) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != 0 {
		return nil, fmt.Errorf("an Ed25519 key signs messages, not hashes: %w", fraud.ErrInvalid)
	}
	sig, err := o.sign(message)
	if err != nil {
		return nil, err
	}
	if !ed25519.Verify(o.pub, message, sig) {
		return nil, fmt.Errorf("what came back is not signed by key %s: %w", KeyID(o.pub), fraud.ErrForbidden)
	}
	return sig, nil
}

// FileSigner is the key pub (base64) in a file: PKCS #8 or OpenSSH, without a
// passphrase, readable by its owner alone. ErrForbidden if it is another key or
// others may read it.
func FileSigner(path, pub string) (crypto.Signer, error) {
	want, err := publicKey(pub)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no signatory's key at %s: %w", path, fraud.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("signatory's key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the signatory's key %s may be read by others, run chmod 600 on it: %w", path, fraud.ErrForbidden)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("signatory's key: %w", err)
	}
	raw, err := ssh.ParseRawPrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("the signatory's key %s cannot be read; an Ed25519 key without a passphrase is wanted, one with it belongs into ssh-agent: %w", path, fraud.ErrInvalid)
	}
	var key ed25519.PrivateKey
	switch k := raw.(type) {
	case ed25519.PrivateKey:
		key = k
	case *ed25519.PrivateKey:
		key = *k
	default:
		return nil, fmt.Errorf("the signatory's key %s is not Ed25519: %w", path, fraud.ErrInvalid)
	}
	if !want.Equal(key.Public()) {
		return nil, fmt.Errorf("the key %s is not the signatory's: %w", path, fraud.ErrForbidden)
	}
	return key, nil
}

// AgentSigner is the key pub (base64) in the SSH agent at a socket; an empty
// socket is the one that SSH_AUTH_SOCK names. ErrNotFound if the agent does
// not hold it. Close the connection with the returned function.
func AgentSigner(socket, pub string) (crypto.Signer, func() error, error) {
	key, err := publicKey(pub)
	if err != nil {
		return nil, nil, err
	}
	if socket == "" {
		socket = os.Getenv("SSH_AUTH_SOCK")
	}
	if socket == "" {
		return nil, nil, fmt.Errorf("no SSH agent runs here (SSH_AUTH_SOCK is not set); start one with `eval $(ssh-agent)`: %w", fraud.ErrNotFound)
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, nil, fmt.Errorf("reach the SSH agent: %w", err)
	}
	if err := conn.SetDeadline(time.Now().Add(signerTimeout)); err != nil {
		return nil, nil, fmt.Errorf("reach the SSH agent: %w", err)
	}
	a := agent.NewClient(conn)
	want, err := ssh.NewPublicKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("signatory's key: %w", err)
	}
	list, err := a.List()
	if err != nil {
		conn.Close()
		return nil, nil, fmt.Errorf("ask the SSH agent for its keys: %w", err)
	}
	for _, k := range list {
		if bytes.Equal(k.Blob, want.Marshal()) {
			return outside{key, func(m []byte) ([]byte, error) {
				sig, err := a.Sign(k, m)
				if err != nil {
					return nil, fmt.Errorf("the SSH agent did not sign: %w", err)
				}
				return sig.Blob, nil
			}}, conn.Close, nil
		}
	}
	conn.Close()
	return nil, nil, fmt.Errorf("the SSH agent holds %d keys and not key %s; add it with `ssh-add`: %w", len(list), KeyID(key), fraud.ErrNotFound)
}

// CommandSigner is the key pub (base64) behind a program: it gets the message
// on standard input and prints the signature of 64 bytes in base64, or says
// on standard error why not.
func CommandSigner(ctx context.Context, command []string, pub string) (crypto.Signer, error) {
	key, err := publicKey(pub)
	if err != nil {
		return nil, err
	}
	if len(command) == 0 {
		return nil, fmt.Errorf("no signing program is given: %w", fraud.ErrInvalid)
	}
	return outside{key, func(m []byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, signerTimeout)
		defer cancel()
		cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the administrator names the program
		cmd.Stdin = bytes.NewReader(m)
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("the signing program did not sign (%.200s): %w", strings.TrimSpace(said.String()), err)
		}
		sig, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(out)))
		if err != nil {
			return nil, fmt.Errorf("the signing program printed no base64: %w", fraud.ErrInvalid)
		}
		return sig, nil
	}}, nil
}
