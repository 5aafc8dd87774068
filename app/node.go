package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/blob"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
	"ringbreaker.example/ledger"
	"ringbreaker.example/link"
	"ringbreaker.example/match"
	"ringbreaker.example/protect"
	"ringbreaker.example/store"
	"ringbreaker.example/watch"
)

// Node is one organisation's running node. Build it with [Open], give it back
// with Close.
type Node struct {
	Config
	Act     *act.Service
	Protect *protect.Service
	Intake  *intake.Service
	Match   *match.Engine
	Watch   *watch.Service

	db       *store.DB
	blobs    *blob.Store
	uploads  *intake.Uploads
	keys     *access.Keys
	keysInfo os.FileInfo // of the folder that keys came from
	vault    *access.Vault
	ledger   *ledger.Log
	model    link.Model
	client   *http.Client
	now      func() time.Time
	random   io.Reader
	log      *slog.Logger
	work     sync.WaitGroup // what goes on after an answer was given
	carry    carrier        // files that peers send in parts
	out      outbox         // letters that peers have not taken
	watch    watchlists     // victims whom no text may name
	rings    *rings
}

const (
	keysDir  = "keys"
	blobsDir = "evidence"
	dbFile   = "ringbreaker.db"
	// uploadsDir holds files that people brought to a page. They hold what
	// victims told, so a backup leaves them out.
	uploadsDir = "uploads"
	// peerTimeout is how long a node waits for another's answer. What is large
	// goes in parts, each of which takes less over a slow line.
	peerTimeout = 2 * time.Minute
)

// Open opens the node in cfg.Data and makes what is not there yet: folder,
// keys, database. now is the clock; nil means the machine's.
func Open(ctx context.Context, cfg Config, now func() time.Time) (*Node, error) {
	if now == nil {
		now = time.Now
	}
	n := &Node{Config: cfg, now: now, random: rand.Reader, log: slog.Default()}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, err
	}
	if err := takeUpKeys(cfg.Data); err != nil {
		return nil, err
	}
	n.rings = newRings(n)
	var err error
	if n.model, err = loadModel(cfg); err != nil {
		return nil, err
	}
	if n.keys, err = loadOrMakeKeys(cfg); err != nil {
		return nil, err
	}
	n.Org.Keys = n.keys.Public()
	if n.keysInfo, err = os.Stat(filepath.Join(cfg.Data, keysDir)); err != nil {
		return nil, err
	}
	if n.vault, err = access.NewVault(n.keys.Vault[:]); err != nil {
		return nil, err
	}
	if n.blobs, err = blob.Open(filepath.Join(cfg.Data, blobsDir)); err != nil {
		return nil, err
	}
	if n.db, err = store.Open(ctx, cfg.database()); err != nil {
		return nil, fmt.Errorf("open the database of node %s: %w", cfg.Org.ID, err)
	}
	if err := errors.Join(n.wire(ctx), n.endKeyChange(ctx), n.rebox(ctx)); err != nil {
		n.db.Close()
		return nil, err
	}
	return n, nil
}

// loadOrMakeKeys reads the node's keys; a node that has none yet gets new ones.
func loadOrMakeKeys(cfg Config) (*access.Keys, error) {
	dir := filepath.Join(cfg.Data, keysDir)
	k, err := access.LoadKeys(cfg.Org.ID, dir)
	if !errors.Is(err, fraud.ErrNotFound) {
		return k, err
	}
	if k, err = access.GenerateKeys(cfg.Org.ID, string(cfg.Org.ID)+".example/ringbreaker"); err != nil {
		return nil, err
	}
	if cfg.PostQuantum {
		if err := k.SealPostQuantum(); err != nil {
			return nil, err
		}
	}
	return k, access.SaveKeys(dir, k)
}

// wire makes the rooms of the node over its store.
func (n *Node) wire(ctx context.Context) error {
	if err := n.wireKeys(); err != nil {
		return err
	}
	n.Act = act.New(n.db, n.now, n.random)
	return n.wireVerbs(ctx)
}

// wireKeys makes what holds the node's keys: again, when they changed.
func (n *Node) wireKeys() error {
	n.client = &http.Client{
		Timeout:   peerTimeout,
		Transport: access.Signer{Org: n.Org.ID, Key: n.keys.Sign, Now: n.now},
	}
	logKey, _, err := ledger.Verifiers(n.Org.Keys)
	if err != nil {
		return err
	}
	n.ledger, err = ledger.New(ledger.Config{
		Leaves: n.db, Notes: n.db, Signer: n.keys.Ledger, Key: logKey,
		Witness: ledger.NewCosigner(n.witnessName(), n.keys.Sign, n.now), Keep: n.caughtPeer,
	})
	if err != nil {
		return err
	}
	n.Match, err = match.New(match.Config{
		Org: n.Org, Key: n.keys.Sign, Store: n.db, Ledger: n.ledger, Vault: n.vault, Set: n.matchSet, Limits: match.Limits{RunsPerDay: matchesPerDay}, Prefix: matchPrefix, Now: n.now,
		Spool: filepath.Join(n.Data, matchesDir), Contact: n.Contact, Opened: n.shareMatch,
		// A large set takes longer than any other message between nodes.
		Client: &http.Client{Transport: n.client.Transport, Timeout: time.Hour},
	})
	return err
}

// caughtPeer ends the exchange with a peer whose ledger told two stories.
func (n *Node) caughtPeer(ctx context.Context, f ledger.Fork) error {
	n.audit(ctx, "peer.caught", string(f.Peer), f.Why, false)
	return n.db.CatchPeer(ctx, fraud.PeerFault{Peer: f.Peer, Why: f.Why, Seen: f.Seen, Shown: f.Shown, At: f.Caught})
}

// witnessName is the name under which this node cosigns others' checkpoints.
func (n *Node) witnessName() string { return n.keys.Origin() }

// Close waits for what still goes on and gives back what the node holds.
func (n *Node) Close() error {
	n.work.Wait()
	n.rings.close()
	return n.db.Close()
}

// as is the context of a person of this node who does something through the
// command line or the demo: the same doors are asked as on a page.
func (n *Node) as(ctx context.Context, id fraud.PersonID) (context.Context, error) {
	p, err := n.db.Person(ctx, id)
	if err != nil {
		return nil, err
	}
	if !p.Active() {
		return nil, fmt.Errorf("person %s is disabled: %w", id, fraud.ErrForbidden)
	}
	return access.With(ctx, p.As(n.Org.Kind)), nil
}

// As returns a context in which a person of this node acts.
func (n *Node) As(ctx context.Context, id fraud.PersonID) (context.Context, error) {
	return n.as(ctx, id)
}

// decide asks the one door for whoever is in ctx and writes a refusal down.
func (n *Node) decide(ctx context.Context, action access.Action, thing access.Thing, to access.Recipient) error {
	err := access.Decide(access.From(ctx), action, thing, to, n.now()).Err()
	if err != nil {
		n.audit(ctx, string(action), thing.ID, err.Error(), false)
	}
	return err
}

// audit writes down what was done. A line that cannot be written is a fault
// of the machine: it is logged with ids, and the act is not undone by it.
func (n *Node) audit(ctx context.Context, what, ref, why string, ok bool) {
	who := access.From(ctx)
	e := fraud.AuditEntry{At: n.now().UTC(), By: who.Person, Org: who.Org, Act: what, Ref: ref, Why: why, OK: ok}
	if err := n.db.AddAudit(context.WithoutCancel(ctx), e); err != nil {
		n.log.ErrorContext(ctx, "audit entry not written", slog.String("act", what), slog.String("ref", ref), slog.String("error", err.Error()))
	}
}

// newID draws an id with a prefix.
func (n *Node) newID(prefix string) (string, error) { return fraud.NewID(prefix, n.random) }
