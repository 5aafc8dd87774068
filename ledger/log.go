package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

// Leaves is what the ledger needs of the store for its own tree.
type Leaves interface {
	// AppendLeaf adds a leaf and its hashes in one transaction and returns
	// its index, from 0.
	AppendLeaf(ctx context.Context, l fraud.Leaf) (index int64, err error)
	LeafCount(ctx context.Context) (int64, error)
	// Leaves returns the bytes of up to n leaves from an index on.
	Leaves(ctx context.Context, from int64, n int) ([][]byte, error)
	// ReadHashes returns the stored hashes at the given indexes of
	// tlog.StoredHashIndex.
	ReadHashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error)
	// LeafIndex finds the last leaf of a kind and reference, or returns
	// fraud.ErrNotFound.
	LeafIndex(ctx context.Context, kind fraud.LeafKind, ref string) (int64, error)
}

// Notes is what the ledger needs of the store for signed checkpoints. Both
// getters return fraud.ErrNotFound while there is none.
type Notes interface {
	SaveCheckpoint(ctx context.Context, size int64, note string) error
	Checkpoint(ctx context.Context) (note string, err error)
	SavePeerCheckpoint(ctx context.Context, peer fraud.OrgID, size int64, note string) error
	PeerCheckpoint(ctx context.Context, peer fraud.OrgID) (note string, err error)
}

// Config is what a Log is made of.
type Config struct {
	Leaves  Leaves
	Notes   Notes
	Signer  note.Signer   // of our checkpoints; its name is the origin
	Key     note.Verifier // of Signer
	Witness note.Signer   // of our cosignatures, by NewCosigner
	// Keep is called with the evidence when a peer is caught with two
	// histories; nil keeps it only as a leaf of our own ledger.
	Keep func(context.Context, Fork) error
}

// Log is an Org's own ledger and its memory of its peers' ledgers.
type Log struct {
	c  Config
	mu sync.Mutex // guards read-then-write of checkpoints, ours and peers'
}

// New returns the Log of a store and its keys, or fraud.ErrInvalid if the
// keys do not belong together.
func New(c Config) (*Log, error) {
	if c.Leaves == nil || c.Notes == nil || c.Signer == nil || c.Key == nil || c.Witness == nil {
		return nil, fmt.Errorf("a ledger needs leaves, notes, a signer with its key and a witness key: %w", fraud.ErrInvalid)
	}
	if c.Signer.Name() != c.Key.Name() || c.Signer.KeyHash() != c.Key.KeyHash() {
		return nil, fmt.Errorf("ledger key %s does not belong to its signer: %w", c.Key.Name(), fraud.ErrInvalid)
	}
	return &Log{c: c}, nil
}

// Origin names this log.
func (l *Log) Origin() string { return l.c.Signer.Name() }

// Append adds a leaf and returns its index.
func (l *Log) Append(ctx context.Context, leaf fraud.Leaf) (int64, error) {
	i, err := l.c.Leaves.AppendLeaf(ctx, leaf)
	if err != nil {
		return 0, fmt.Errorf("append a %s leaf: %w", leaf.Kind, err)
	}
	return i, nil
}

func (l *Log) hashes(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		h, err := l.c.Leaves.ReadHashes(ctx, at)
		if err == nil && len(h) != len(at) {
			err = fmt.Errorf("the store gave %d of %d hashes: %w", len(h), len(at), fraud.ErrInvalid)
		}
		return h, err
	})
}

// Checkpoint returns the signed head of the tree as it is now. If nothing
// was appended since the last, that one comes back with the cosignatures it
// has gathered. It refuses with fraud.ErrConflict to sign a tree that does
// not extend the last one signed: the store has lost or changed leaves.
func (l *Log) Checkpoint(ctx context.Context) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.checkpoint(ctx)
}

func (l *Log) checkpoint(ctx context.Context) (string, error) {
	size, err := l.c.Leaves.LeafCount(ctx)
	if err != nil {
		return "", fmt.Errorf("count the ledger's leaves: %w", err)
	}
	now, err := l.tree(ctx, size)
	if err != nil {
		return "", err
	}
	signed, err := l.c.Notes.Checkpoint(ctx)
	switch {
	case errors.Is(err, fraud.ErrNotFound):
	case err != nil:
		return "", fmt.Errorf("read the last checkpoint: %w", err)
	default:
		last, _, err := OpenCheckpoint(signed, l.c.Key)
		if err != nil {
			return "", fmt.Errorf("our own last checkpoint: %w", err)
		}
		if last == now {
			return signed, nil
		}
		if err := l.extends(ctx, last, now); err != nil {
			return "", err
		}
	}
	msg, err := note.Sign(&note.Note{Text: now.String()}, l.c.Signer)
	if err != nil {
		return "", fmt.Errorf("sign the checkpoint of %d leaves: %w", size, err)
	}
	if err := l.c.Notes.SaveCheckpoint(ctx, size, string(msg)); err != nil {
		return "", fmt.Errorf("save the checkpoint of %d leaves: %w", size, err)
	}
	return string(msg), nil
}

// extends proves to ourselves that now is last with more leaves.
func (l *Log) extends(ctx context.Context, last, now Checkpoint) error {
	if last.Size < now.Size {
		proof, err := l.consistency(ctx, last.Size, now.Size)
		if err != nil {
			return err
		}
		if consistent(last, now, proof) {
			return nil
		}
	}
	return fmt.Errorf("ledger of %d leaves does not extend the checkpoint of %d leaves that was signed: restore it from a backup and run ringbreaker fsck: %w",
		now.Size, last.Size, fraud.ErrConflict)
}

// consistency proves that the tree of size begins with the tree of old.
func (l *Log) consistency(ctx context.Context, old, size int64) (tlog.TreeProof, error) {
	if old == 0 || old == size {
		return tlog.TreeProof{}, nil
	}
	if old < 0 || old > size {
		return nil, fmt.Errorf("no proof from %d to %d leaves: %w", old, size, fraud.ErrInvalid)
	}
	p, err := tlog.ProveTree(size, old, l.hashes(ctx))
	if err != nil {
		return nil, fmt.Errorf("prove that %d leaves extend %d: %w", size, old, err)
	}
	return p, nil
}

// consistent checks a consistency proof, with the two cases that need none.
func consistent(old, now Checkpoint, proof tlog.TreeProof) bool {
	switch {
	case old.Size > now.Size:
		return false
	case old.Size == now.Size:
		return old.Root == now.Root && len(proof) == 0
	case old.Size == 0:
		return len(proof) == 0
	default:
		return tlog.CheckTree(proof, now.Size, now.Root, old.Size, old.Root) == nil
	}
}

// Proof shows that a leaf is in the log: all that a stranger needs to check
// it offline, but for the keys. It is what a referral's ledger.json holds.
type Proof struct {
	Leaf       string      `json:"leaf"`       // the leaf's text, fraud.Leaf.Bytes
	Index      int64       `json:"index"`      // from 0
	Checkpoint string      `json:"checkpoint"` // signed note with its cosignatures
	Inclusion  []tlog.Hash `json:"inclusion"`  // RFC 6962 §2.1.1, from the leaf up, base64
}

// Prove shows that the last leaf of a kind and reference is in the log, under
// the present checkpoint. It returns fraud.ErrNotFound if there is none.
func (l *Log) Prove(ctx context.Context, kind fraud.LeafKind, ref string) (Proof, error) {
	i, err := l.c.Leaves.LeafIndex(ctx, kind, ref)
	if err != nil {
		return Proof{}, fmt.Errorf("find the %s leaf of %s: %w", kind, ref, err)
	}
	return l.ProveIndex(ctx, i)
}

// ProveIndex shows that the leaf at an index is in the log.
func (l *Log) ProveIndex(ctx context.Context, index int64) (Proof, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return Proof{}, err
	}
	return l.proveUnder(ctx, index, signed)
}

// ProveUnder shows that the last leaf of a kind and reference is in the log
// as it was at an earlier checkpoint of ours. It returns fraud.ErrNotFound if
// the leaf was not there yet.
func (l *Log) ProveUnder(ctx context.Context, kind fraud.LeafKind, ref, signed string) (Proof, error) {
	i, err := l.c.Leaves.LeafIndex(ctx, kind, ref)
	if err != nil {
		return Proof{}, fmt.Errorf("find the %s leaf of %s: %w", kind, ref, err)
	}
	return l.proveUnder(ctx, i, signed)
}

// ProveBlind shows that the leaf at an index is in the log as it was at an
// earlier checkpoint of ours, without the leaf's text: who is shown it learns
// the index alone, and checks it by the leaf's hash with [VerifyBlind].
func (l *Log) ProveBlind(ctx context.Context, index int64, signed string) (Proof, error) {
	p, err := l.proveUnder(ctx, index, signed)
	p.Leaf = ""
	return p, err
}

func (l *Log) proveUnder(ctx context.Context, index int64, signed string) (Proof, error) {
	c, _, err := OpenCheckpoint(signed, l.c.Key)
	if err != nil {
		return Proof{}, err
	}
	if index < 0 || index >= c.Size {
		return Proof{}, fmt.Errorf("leaf %d is not among the %d of the checkpoint: %w", index, c.Size, fraud.ErrNotFound)
	}
	leaf, err := l.c.Leaves.Leaves(ctx, index, 1)
	if err != nil || len(leaf) != 1 {
		return Proof{}, fmt.Errorf("read leaf %d: %w", index, errors.Join(err, fraud.ErrNotFound))
	}
	path, err := tlog.ProveRecord(c.Size, index, l.hashes(ctx))
	if err != nil {
		return Proof{}, fmt.Errorf("prove leaf %d: %w", index, err)
	}
	return Proof{Leaf: string(leaf[0]), Index: index, Checkpoint: signed, Inclusion: path}, nil
}

// LeafHash is the hash of a leaf's bytes as the tree holds it (RFC 6962 §2.1).
func LeafHash(leaf []byte) [32]byte { return tlog.RecordHash(leaf) }

// VerifyBlind checks a proof without a leaf's text: that a leaf with this hash
// stands at the index in the tree that the log's key signed. It returns
// fraud.ErrInvalid, saying what does not hold.
func VerifyBlind(p Proof, leaf [32]byte, log note.Verifier) error {
	c, _, err := OpenCheckpoint(p.Checkpoint, log)
	if err != nil {
		return err
	}
	if p.Leaf != "" {
		return fmt.Errorf("leaf %d is shown with its text: %w", p.Index, fraud.ErrInvalid)
	}
	if p.Index < 0 || p.Index >= c.Size || tlog.CheckRecord(p.Inclusion, c.Size, c.Root, p.Index, leaf) != nil {
		return fmt.Errorf("leaf %d is not in the tree of %d leaves that %s signed: %w", p.Index, c.Size, c.Origin, fraud.ErrInvalid)
	}
	return nil
}

// Proven is what a Proof shows.
type Proven struct {
	Leaf         fraud.Leaf
	Checkpoint   Checkpoint
	Cosignatures []Cosignature // of the witnesses that were given
}

// VerifyProof checks a proof offline with the log's key and those of the
// witnesses one knows. It returns fraud.ErrInvalid, saying what does not
// hold. Whether enough witnesses cosigned is for the caller to say.
func VerifyProof(p Proof, log note.Verifier, witnesses ...note.Verifier) (Proven, error) {
	c, seen, err := OpenCheckpoint(p.Checkpoint, log, witnesses...)
	if err != nil {
		return Proven{}, err
	}
	leaf, err := fraud.ParseLeaf([]byte(p.Leaf))
	if err != nil {
		return Proven{}, err
	}
	if again, err := leaf.Bytes(); err != nil || string(again) != p.Leaf {
		return Proven{}, fmt.Errorf("leaf %d is not written as the format says: %w", p.Index, fraud.ErrInvalid)
	}
	if p.Index < 0 || p.Index >= c.Size || tlog.CheckRecord(p.Inclusion, c.Size, c.Root, p.Index, tlog.RecordHash([]byte(p.Leaf))) != nil {
		return Proven{}, fmt.Errorf("leaf %d is not in the tree of %d leaves that %s signed: %w", p.Index, c.Size, c.Origin, fraud.ErrInvalid)
	}
	return Proven{Leaf: leaf, Checkpoint: c, Cosignatures: seen}, nil
}

// Tree is the tree of the first size leaves, which nobody signed.
// fraud.ErrNotFound says that there are not so many.
func (l *Log) Tree(ctx context.Context, size int64) (Checkpoint, error) {
	have, err := l.c.Leaves.LeafCount(ctx)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("count the ledger's leaves: %w", err)
	}
	if size < 0 || size > have {
		return Checkpoint{}, fmt.Errorf("the ledger has %d leaves and not %d: %w", have, size, fraud.ErrNotFound)
	}
	return l.tree(ctx, size)
}

func (l *Log) tree(ctx context.Context, size int64) (Checkpoint, error) {
	root, err := tlog.TreeHash(size, l.hashes(ctx))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("hash the ledger's tree of %d leaves: %w", size, err)
	}
	return Checkpoint{Origin: l.Origin(), Size: size, Root: root}, nil
}
