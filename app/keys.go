package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/age"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// How keys change. The new ones are made in keys.next; the statement and its
// leaf are written; then the folders change places, and the old keys stay as
// keys.until-NANOSECONDS: they open what was sealed to them, and sign the requests
// that tell peers of the change. A node that was stopped half-way ends it when
// it is opened again.
const (
	keysNext  = "keys.next"
	keysUntil = "keys.until-"
	keysPath  = "/peer/v1/keys"
)

// KeyNews is what became of a change of our keys.
type KeyNews struct {
	Words   string        // the new keys' fingerprint, to read out
	Told    []fraud.OrgID // peers that took it
	Waiting []fraud.OrgID // peers that could not be reached or refused; they are told again
}

// RotateKeys draws new signing and sealing keys, states so with the old key
// and the new one, and tells every peer.
func (n *Node) RotateKeys(ctx context.Context, reason string) (KeyNews, error) {
	return n.changeKeys(ctx, reason, false)
}

// GiveUpKeys states that our signing key is no longer ours, because it was
// lost or stolen: every peer that hears it refuses us at once. New keys are
// drawn; peers trust them only after people have compared fingerprints anew.
func (n *Node) GiveUpKeys(ctx context.Context, reason string) (KeyNews, error) {
	return n.changeKeys(ctx, reason, true)
}

func (n *Node) changeKeys(ctx context.Context, reason string, giveUp bool) (KeyNews, error) {
	if err := n.decide(ctx, access.ActManage, access.Thing{Kind: access.ThingSettings, ID: string(n.Org.ID)}, access.Recipient{}); err != nil {
		return KeyNews{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return KeyNews{}, invalidf("say why the keys change: peers and auditors see it")
	}
	fresh, err := n.keys.Rotated()
	if err == nil && n.PostQuantum && !fresh.Seal.PostQuantum() {
		err = fresh.SealPostQuantum()
	}
	if err != nil {
		return KeyNews{}, err
	}
	named := fresh
	if giveUp {
		named = nil
	}
	c, err := access.ChangeKeys(n.keys, named, reason, n.now())
	if err != nil {
		return KeyNews{}, err
	}
	next := filepath.Join(n.Data, keysNext)
	if err := os.RemoveAll(next); err != nil {
		return KeyNews{}, err
	}
	if err := access.SaveKeys(next, fresh); err != nil {
		return KeyNews{}, err
	}
	if err := n.db.AddKeyChange(ctx, c); err != nil {
		return KeyNews{}, err
	}
	if err := n.endKeyChange(ctx); err != nil {
		return KeyNews{}, err
	}
	n.audit(ctx, "keys.change", string(n.Org.ID), reason, true)
	told, waiting, err := n.TellKeys(ctx)
	words, _ := n.Card().Fingerprint()
	return KeyNews{Words: words, Told: told, Waiting: waiting}, err
}

// endKeyChange puts keys that were stated into their place.
func (n *Node) endKeyChange(ctx context.Context) error {
	next, dir := filepath.Join(n.Data, keysNext), filepath.Join(n.Data, keysDir)
	fresh, err := access.LoadKeys(n.Org.ID, next)
	if errors.Is(err, fraud.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	changes, err := n.db.KeyChanges(ctx)
	if err != nil {
		return err
	}
	stated := false
	for _, c := range changes {
		stated = stated || c.Org == n.Org.ID && c.Old == n.keys.Public() && (c.New == fresh.Public() || c.Revokes())
	}
	if !stated { // stopped before the statement was written: nothing was changed
		return os.RemoveAll(next)
	}
	if err := os.Rename(dir, filepath.Join(n.Data, keysUntil+strconv.FormatInt(n.now().UnixNano(), 10))); err != nil {
		return err
	}
	if err := os.Rename(next, dir); err != nil {
		return err
	}
	if n.keysInfo, err = os.Stat(dir); err != nil {
		return err
	}
	n.keys, n.Org.Keys = fresh, fresh.Public()
	return n.wireKeys()
}

// takeUpKeys puts new keys into their place where a stop came between the two
// renames of endKeyChange.
func takeUpKeys(data string) error {
	dir, next := filepath.Join(data, keysDir), filepath.Join(data, keysNext)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(next); err != nil {
		return nil
	}
	return os.Rename(next, dir)
}

// oldKeys are the keys that this node had before, newest last.
func (n *Node) oldKeys() []*access.Keys {
	dirs, err := filepath.Glob(filepath.Join(n.Data, keysUntil+"*"))
	if err != nil {
		return nil
	}
	var out []*access.Keys
	for _, dir := range dirs {
		k, err := access.LoadKeys(n.Org.ID, dir)
		if err != nil {
			n.log.Warn("old keys cannot be read", slog.String("folder", filepath.Base(dir)), slog.String("error", err.Error()))
			continue
		}
		out = append(out, k)
	}
	return out
}

// seals are the identities that open what was sealed to this node, now or
// before its keys changed.
func (n *Node) seals() []age.Identity {
	out := []age.Identity{n.keys.Seal}
	for _, k := range n.oldKeys() {
		out = append(out, k.Seal)
	}
	return out
}

// TellKeys tells peers of changes of our keys that they have not taken yet. A
// peer that knows the old key is asked with a request that the old key signs;
// one whose answer was lost has the new one already.
func (n *Node) TellKeys(ctx context.Context) (told, waiting []fraud.OrgID, err error) {
	changes, err := n.db.KeyChanges(ctx)
	if err != nil {
		return nil, nil, err
	}
	done, err := n.db.KeyNotices(ctx)
	if err != nil {
		return nil, nil, err
	}
	peers, err := n.db.Peers(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range peers {
		if !p.Revoked.IsZero() {
			continue
		}
		due, failed := 0, error(nil)
		for _, c := range changes {
			// Who became a peer after the change saw the new keys on our card.
			if c.Org != n.Org.ID || done[c.No][p.Org.ID] || p.AddedAt.After(c.Came) {
				continue
			}
			due++
			if failed = n.tellKeys(ctx, p, c); failed != nil {
				n.log.WarnContext(ctx, "peer did not take our new keys", slog.String("peer", string(p.Org.ID)), slog.String("error", failed.Error()))
				break
			}
		}
		switch {
		case failed != nil:
			waiting = append(waiting, p.Org.ID)
		case due > 0:
			told = append(told, p.Org.ID)
		}
	}
	return told, waiting, nil
}

func (n *Node) tellKeys(ctx context.Context, p fraud.Peer, c access.KeyRecord) error {
	var last error
	for _, k := range append(n.oldKeys(), n.keys) {
		if k.Public().Sign != c.Old.Sign && k.Public().Sign != c.New.Sign {
			continue
		}
		if last = n.sendKeys(ctx, p, k.Sign, c.KeyChange); last == nil {
			return n.db.AddKeyNotice(ctx, c.No, p.Org.ID)
		}
	}
	if last == nil {
		last = fmt.Errorf("the key that signed the statement is gone: %w", fraud.ErrNotFound)
	}
	return last
}

func (n *Node) sendKeys(ctx context.Context, p fraud.Peer, key ed25519.PrivateKey, c access.KeyChange) error {
	signer := &http.Client{Timeout: peerTimeout, Transport: access.Signer{Org: n.Org.ID, Key: key, Now: n.now}}
	return post(ctx, signer, p.URL+keysPath, c)
}

// receiveKeys takes a peer's statement that its keys changed.
func (n *Node) receiveKeys(r *http.Request) (any, error) {
	ctx := r.Context()
	from, c, err := asked[access.KeyChange](n, r)
	if err != nil {
		return nil, err
	}
	if c.Org != from.ID {
		return nil, forbiddenf("%s cannot change the keys of %s", from.ID, c.Org)
	}
	err = n.db.ChangePeerKeys(ctx, c, n.now())
	n.audit(ctx, "peer.keys", string(c.Org), c.Reason, err == nil)
	if err != nil {
		return nil, err
	}
	words, _ := access.Fingerprint(c.New)
	return map[string]string{"words": words}, nil
}

// KeyEntry is one change of keys for a page or a command: by whom, when, why,
// and the fingerprints of both, as words.
type KeyEntry struct {
	access.KeyRecord
	OldWords string
	NewWords string // empty: the key was given up
}

// KeyChanges are all changes of keys that this node knows, its own too.
func (n *Node) KeyChanges(ctx context.Context) ([]KeyEntry, error) {
	all, err := n.db.KeyChanges(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]KeyEntry, len(all))
	for i, c := range all {
		out[i].KeyRecord = c
		out[i].OldWords, _ = access.Fingerprint(c.Old)
		if !c.Revokes() {
			out[i].NewWords, _ = access.Fingerprint(c.New)
		}
	}
	return out, nil
}

// PeerFaults are the lies of peers' ledgers that this node has caught, with
// the evidence.
func (n *Node) PeerFaults(ctx context.Context) ([]fraud.PeerFault, error) {
	return n.db.PeerFaults(ctx)
}
