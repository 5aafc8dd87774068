package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

// Checkpoint is the text of a log's head (C2SP tlog-checkpoint): whose log,
// how many leaves, and the root that stands for all of them.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// String is the checkpoint's text: origin, size and root, a line each.
func (c Checkpoint) String() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// ParseCheckpoint reads a checkpoint's text. It returns fraud.ErrInvalid for
// one that is not exactly the three lines: we write no extension lines, and
// do not vouch for what we cannot read.
func ParseCheckpoint(text string) (Checkpoint, error) {
	bad := func(what string) (Checkpoint, error) {
		return Checkpoint{}, fmt.Errorf("checkpoint %s: %w", what, fraud.ErrInvalid)
	}
	f := strings.Split(text, "\n")
	if len(f) != 4 || f[3] != "" || f[0] == "" {
		return bad("is not origin, size and root, a line each")
	}
	c := Checkpoint{Origin: f[0]}
	var err error
	if c.Size, err = strconv.ParseInt(f[1], 10, 64); err != nil || c.Size < 0 || f[1] != strconv.FormatInt(c.Size, 10) {
		return bad("has a broken size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(f[2])
	if err != nil || len(root) != tlog.HashSize {
		return bad("has a broken root")
	}
	copy(c.Root[:], root)
	if c.String() != text { // the decoder passes over line breaks within base64
		return bad("is not in its one form")
	}
	return c, nil
}

// OpenCheckpoint verifies a signed note as a checkpoint of the log whose key
// log is. It returns the checkpoint and those of the witnesses' cosignatures
// that hold. Lines by unknown keys are ignored; a line that claims to be of a
// known key and is not makes it fraud.ErrInvalid.
func OpenCheckpoint(signed string, log note.Verifier, witnesses ...note.Verifier) (Checkpoint, []Cosignature, error) {
	n, err := note.Open([]byte(signed), note.VerifierList(append([]note.Verifier{log}, witnesses...)...))
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("signed checkpoint of %s does not verify: %w", log.Name(), fraud.ErrInvalid)
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	ours := false
	var seen []Cosignature
	for _, s := range n.Sigs {
		if s.Name == log.Name() && s.Hash == log.KeyHash() {
			ours = true
			continue
		}
		at, err := cosignedAt(s)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		seen = append(seen, Cosignature{Witness: s.Name, At: at})
	}
	if !ours || c.Origin != log.Name() {
		return Checkpoint{}, nil, fmt.Errorf("checkpoint is not signed by the key of its origin %s: %w", log.Name(), fraud.ErrInvalid)
	}
	return c, seen, nil
}

// Cosignature says that a witness saw a checkpoint, consistent with all that
// it had seen of that log before, at a time by the witness's clock.
type Cosignature struct {
	Witness string    `json:"witness"`
	At      time.Time `json:"at"`
}

// The algorithm byte of cosignature/v1 with Ed25519 (C2SP signed-note,
// signature types), and the length of timestamp and signature.
const (
	algCosignature = 0x04
	cosignatureLen = 8 + ed25519.SignatureSize
)

// cosigner signs and verifies cosignatures (C2SP tlog-cosignature): eight
// bytes of POSIX time, big-endian, and the Ed25519 signature of
// "cosignature/v1", the time and the checkpoint's text.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PrivateKey
	pub  ed25519.PublicKey
	now  func() time.Time
}

func newCosigner(name string, pub ed25519.PublicKey) cosigner {
	h := sha256.Sum256(append([]byte(name+"\n"+string(rune(algCosignature))), pub...))
	return cosigner{name: name, hash: binary.BigEndian.Uint32(h[:4]), pub: pub}
}

// NewCosigner signs cosignatures as the witness called name.
func NewCosigner(name string, key ed25519.PrivateKey, now func() time.Time) note.Signer {
	pub, _ := key.Public().(ed25519.PublicKey)
	c := newCosigner(name, pub)
	c.key, c.now = key, now
	return c
}

// NewCosignatureVerifier verifies the cosignatures of the witness called
// name.
func NewCosignatureVerifier(name string, pub ed25519.PublicKey) note.Verifier {
	return newCosigner(name, pub)
}

// Name is the witness's name.
func (c cosigner) Name() string { return c.name }

// KeyHash names the key, by its algorithm too.
func (c cosigner) KeyHash() uint32 { return c.hash }

// Sign cosigns a checkpoint's text now.
func (c cosigner) Sign(msg []byte) ([]byte, error) {
	at := uint64(max(c.now().Unix(), 0))
	return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(c.key, cosigned(msg, at))...), nil
}

// Verify says whether sig is this witness's cosignature of msg.
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != cosignatureLen {
		return false
	}
	return ed25519.Verify(c.pub, cosigned(msg, binary.BigEndian.Uint64(sig)), sig[8:])
}

func cosigned(msg []byte, at uint64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, msg)
}

func cosignedAt(s note.Signature) (time.Time, error) {
	raw, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(raw) != 4+cosignatureLen {
		return time.Time{}, fmt.Errorf("signature of %s is no cosignature: %w", s.Name, fraud.ErrInvalid)
	}
	at := binary.BigEndian.Uint64(raw[4:])
	if at > 1<<40 {
		return time.Time{}, fmt.Errorf("cosignature of %s has a time beyond reason: %w", s.Name, fraud.ErrInvalid)
	}
	return time.Unix(int64(at), 0).UTC(), nil
}

// Verifiers are the two keys by which an Org's ledger is checked: the key of
// its own checkpoints and the key of its cosignatures under others'. Both
// follow from its public keys.
func Verifiers(keys fraud.OrgKeys) (log, witness note.Verifier, err error) {
	log, err = note.NewVerifier(keys.Ledger)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger key is not a C2SP note verifier key: %w", fraud.ErrInvalid)
	}
	pub, err := base64.StdEncoding.DecodeString(keys.Sign)
	if err != nil || len(pub) != ed25519.PublicKeySize {
		return nil, nil, fmt.Errorf("signing key is not 32 bytes of base64: %w", fraud.ErrInvalid)
	}
	return log, NewCosignatureVerifier(log.Name(), pub), nil
}
