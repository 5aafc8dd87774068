package ledger

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

// Head is what a log shows a witness: its checkpoint, and the proof that it
// extends the size that the witness saw last.
type Head struct {
	Old         int64       `json:"old"` // leaves
	Consistency []tlog.Hash `json:"consistency"`
	Checkpoint  string      `json:"checkpoint"`
}

// Fork is the error that names a peer which showed two histories. Its two
// notes carry the peer's own signatures: whoever has the peer's public key can
// see that both cannot be true. It is a fraud.ErrConflict.
type Fork struct {
	Peer   fraud.OrgID `json:"peer"`
	Seen   string      `json:"seen"`  // the note we cosigned
	Shown  string      `json:"shown"` // the note that contradicts it
	Why    string      `json:"why"`
	Caught time.Time   `json:"caught"`
}

// Error names the peer and what it did.
func (f *Fork) Error() string {
	return fmt.Sprintf("ledger of peer %s %s; both its signed checkpoints are kept as evidence", f.Peer, f.Why)
}

// Unwrap makes it a fraud.ErrConflict.
func (f *Fork) Unwrap() error { return fraud.ErrConflict }

// Digest stands for the evidence in our own ledger.
func (f *Fork) Digest() [32]byte { return sha256.Sum256([]byte(f.Seen + "\n" + f.Shown)) }

// Witnessed is the size of a peer's log that we cosigned last, 0 for none.
func (l *Log) Witnessed(ctx context.Context, peer fraud.Org) (int64, error) {
	_, c, err := l.lastSeen(ctx, peer)
	return c.Size, err
}

func (l *Log) lastSeen(ctx context.Context, peer fraud.Org) (string, Checkpoint, error) {
	signed, err := l.c.Notes.PeerCheckpoint(ctx, peer.ID)
	if errors.Is(err, fraud.ErrNotFound) {
		return "", Checkpoint{}, nil
	}
	if err != nil {
		return "", Checkpoint{}, fmt.Errorf("read the last checkpoint of peer %s: %w", peer.ID, err)
	}
	key, _, err := Verifiers(peer.Keys)
	if err != nil {
		return "", Checkpoint{}, fmt.Errorf("keys of peer %s: %w", peer.ID, err)
	}
	c, _, err := OpenCheckpoint(signed, key)
	if err != nil {
		return "", Checkpoint{}, fmt.Errorf("kept checkpoint of peer %s: %w", peer.ID, err)
	}
	return signed, c, nil
}

// Head is our head for a witness that has seen old leaves.
func (l *Log) Head(ctx context.Context, old int64) (Head, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return Head{}, err
	}
	c, _, err := OpenCheckpoint(signed, l.c.Key)
	if err != nil {
		return Head{}, err
	}
	if old < 0 || old > c.Size {
		return Head{}, fmt.Errorf("the witness says it saw %d leaves of our %d: %w", old, c.Size, fraud.ErrConflict)
	}
	proof, err := l.consistency(ctx, old, c.Size)
	return Head{Old: old, Consistency: proof, Checkpoint: signed}, err
}

// Witness cosigns a peer's head if it extends the last one of that peer that
// we cosigned, remembers it, and returns our cosignature as one line of a
// signed note. A head by another key is fraud.ErrInvalid; one that starts
// from another size than the last is fraud.ErrConflict, and the peer asks
// again from [Log.Witnessed]; a head that contradicts the last is a [*Fork].
// One that is shorter than the last and does not know of it was overtaken on
// its way by another of an honest peer, which may well send two at a time: that
// is no contradiction. One that knows of it, and is shorter, was rolled back.
func (l *Log) Witness(ctx context.Context, peer fraud.Org, h Head) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key, _, err := Verifiers(peer.Keys)
	if err != nil {
		return "", fmt.Errorf("keys of peer %s: %w", peer.ID, err)
	}
	now, _, err := OpenCheckpoint(h.Checkpoint, key)
	if err != nil {
		return "", fmt.Errorf("head of peer %s: %w", peer.ID, err)
	}
	seen, last, err := l.lastSeen(ctx, peer)
	if err != nil {
		return "", err
	}
	if seen != "" {
		// The peer signed this head, so what contradicts the last is its doing.
		switch {
		case now.Size < last.Size && h.Old >= last.Size:
			return "", l.caught(ctx, Fork{Peer: peer.ID, Seen: seen, Shown: h.Checkpoint, Why: fmt.Sprintf("was rolled back from %d leaves to %d", last.Size, now.Size)})
		case now.Size == last.Size && now.Root != last.Root:
			return "", l.caught(ctx, Fork{Peer: peer.ID, Seen: seen, Shown: h.Checkpoint, Why: fmt.Sprintf("has two different trees of %d leaves", now.Size)})
		case now == last: // the same head again, whose answer may have been lost
		case h.Old != last.Size:
			return "", fmt.Errorf("we saw %d leaves of peer %s, send the proof from there: %w", last.Size, peer.ID, fraud.ErrConflict)
		case !consistent(last, now, h.Consistency):
			return "", l.caught(ctx, Fork{Peer: peer.ID, Seen: seen, Shown: h.Checkpoint, Why: fmt.Sprintf("gave no proof that its %d leaves extend the %d we saw", now.Size, last.Size)})
		}
	} else if h.Old != 0 || len(h.Consistency) != 0 {
		return "", fmt.Errorf("we have seen nothing of peer %s yet, send the head from 0: %w", peer.ID, fraud.ErrConflict)
	}
	return l.cosign(ctx, peer, now, h.Checkpoint)
}

// cosign signs, remembers, and only then lets the cosignature out.
func (l *Log) cosign(ctx context.Context, peer fraud.Org, c Checkpoint, signed string) (string, error) {
	msg, err := note.Sign(&note.Note{Text: c.String()}, l.c.Witness)
	if err != nil {
		return "", fmt.Errorf("cosign the head of peer %s: %w", peer.ID, err)
	}
	_, line, _ := strings.Cut(string(msg), "\n\n")
	if err := l.c.Notes.SavePeerCheckpoint(ctx, peer.ID, c.Size, signed+line); err != nil {
		return "", fmt.Errorf("remember the head of peer %s: %w", peer.ID, err)
	}
	return line, nil
}

// caught keeps the evidence, in our own ledger too, and returns it.
func (l *Log) caught(ctx context.Context, f Fork) error {
	at := time.Now()
	if c, ok := l.c.Witness.(cosigner); ok {
		at = c.now()
	}
	f.Caught = at.UTC()
	_, err := l.c.Leaves.AppendLeaf(ctx, fraud.Leaf{Kind: fraud.LeafStatus, Ref: "fork/" + string(f.Peer), Digest: f.Digest(), At: f.Caught})
	if l.c.Keep != nil {
		err = errors.Join(err, l.c.Keep(ctx, f))
	}
	if err != nil {
		return fmt.Errorf("keep the evidence (%w): %w", err, &f)
	}
	return &f
}

// AddCosignature puts a peer's cosignature under our checkpoint. line is what
// the peer's Witness returned. It returns fraud.ErrInvalid if the line is not
// that peer's cosignature of signed. If the log has moved on since, the note
// comes back cosigned all the same, for the caller to keep.
func (l *Log) AddCosignature(ctx context.Context, peer fraud.Org, signed, line string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, witness, err := Verifiers(peer.Keys)
	if err != nil {
		return "", fmt.Errorf("keys of peer %s: %w", peer.ID, err)
	}
	both, err := merge(signed, line, l.c.Key, witness)
	if err != nil {
		return "", fmt.Errorf("cosignature of peer %s: %w", peer.ID, err)
	}
	now, _, err := OpenCheckpoint(both, l.c.Key)
	if err != nil {
		return "", err
	}
	kept, err := l.c.Notes.Checkpoint(ctx)
	if err != nil {
		return "", fmt.Errorf("read our checkpoint: %w", err)
	}
	if last, _, err := OpenCheckpoint(kept, l.c.Key); err != nil {
		return "", err
	} else if last == now {
		if both, err = merge(kept, line, l.c.Key, witness); err != nil { // keep what others cosigned meanwhile
			return "", fmt.Errorf("cosignature of peer %s: %w", peer.ID, err)
		}
		if err := l.c.Notes.SaveCheckpoint(ctx, now.Size, both); err != nil {
			return "", fmt.Errorf("save the cosigned checkpoint: %w", err)
		}
	}
	return both, nil
}

// merge adds a cosignature line to a signed checkpoint if it is the witness's
// and not there yet.
func merge(signed, line string, log, witness note.Verifier) (string, error) {
	if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
		return "", fmt.Errorf("it is not one line: %w", fraud.ErrInvalid)
	}
	_, seen, err := OpenCheckpoint(signed, log, witness)
	if err != nil {
		return "", err
	}
	if len(seen) > 0 {
		return signed, nil
	}
	if _, seen, err = OpenCheckpoint(signed+line, log, witness); err != nil || len(seen) != 1 {
		return "", fmt.Errorf("it is not the witness's: %w", fraud.ErrInvalid)
	}
	return signed + line, nil
}
