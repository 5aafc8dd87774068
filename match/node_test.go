package match_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
	"ringbreaker.example/match"
)

// memory is a store in a few maps: the ledger's and the matches'.
type memory struct {
	mu      sync.Mutex
	leaves  [][]byte
	hashes  []tlog.Hash
	at      map[string]int64
	own     string
	notes   map[fraud.OrgID]string
	matches map[fraud.MatchID]fraud.Match
	states  map[fraud.MatchID][]byte
	peers   map[fraud.OrgID]fraud.Peer
	nonces  map[string]bool
}

func newMemory() *memory {
	return &memory{
		at: map[string]int64{}, notes: map[fraud.OrgID]string{}, matches: map[fraud.MatchID]fraud.Match{},
		states: map[fraud.MatchID][]byte{}, peers: map[fraud.OrgID]fraud.Peer{}, nonces: map[string]bool{},
	}
}

func (m *memory) AppendLeaf(_ context.Context, l fraud.Leaf) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, err := l.Bytes()
	if err != nil {
		return 0, err
	}
	n := int64(len(m.leaves))
	hashes, err := tlog.StoredHashes(n, b, tlog.HashReaderFunc(m.read))
	if err != nil {
		return 0, err
	}
	m.leaves, m.hashes = append(m.leaves, b), append(m.hashes, hashes...)
	m.at[string(l.Kind)+"\n"+l.Ref] = n
	return n, nil
}

func (m *memory) read(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, a := range at {
		out[i] = m.hashes[a]
	}
	return out, nil
}

func (m *memory) LeafCount(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.leaves)), nil
}

func (m *memory) Leaves(_ context.Context, from int64, n int) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.leaves[from:min(from+int64(n), int64(len(m.leaves)))], nil
}

func (m *memory) ReadHashes(_ context.Context, at []int64) ([]tlog.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.read(at)
}

func (m *memory) LeafIndex(_ context.Context, kind fraud.LeafKind, ref string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i, ok := m.at[string(kind)+"\n"+ref]; ok {
		return i, nil
	}
	return 0, fraud.ErrNotFound
}

func (m *memory) SaveCheckpoint(_ context.Context, _ int64, n string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.own = n
	return nil
}

func (m *memory) Checkpoint(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.own == "" {
		return "", fraud.ErrNotFound
	}
	return m.own, nil
}

func (m *memory) SavePeerCheckpoint(_ context.Context, p fraud.OrgID, _ int64, n string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notes[p] = n
	return nil
}

func (m *memory) PeerCheckpoint(_ context.Context, p fraud.OrgID) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n, ok := m.notes[p]; ok {
		return n, nil
	}
	return "", fraud.ErrNotFound
}

func (m *memory) SaveMatch(_ context.Context, x fraud.Match, state []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.matches[x.ID], m.states[x.ID] = x, bytes.Clone(state)
	return nil
}

func (m *memory) Match(_ context.Context, id fraud.MatchID) (fraud.Match, []byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x, ok := m.matches[id]
	if !ok {
		return x, nil, fraud.ErrNotFound
	}
	return x, m.states[id], nil
}

func (m *memory) Matches(context.Context) ([]fraud.Match, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []fraud.Match
	for _, x := range m.matches {
		out = append(out, x)
	}
	return out, nil
}

func (m *memory) Peer(_ context.Context, id fraud.OrgID) (fraud.Peer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.peers[id]
	if !ok {
		return p, fraud.ErrNotFound
	}
	return p, nil
}

func (m *memory) useNonce(_ context.Context, key, nonce string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.nonces[key+nonce] {
		return fraud.ErrConflict
	}
	m.nonces[key+nonce] = true
	return nil
}

// node is an Org's node on loopback: a store, a ledger, an engine and a door.
type node struct {
	*match.Engine
	*memory
	org     fraud.Org
	keys    *access.Keys
	ledger  *ledger.Log
	set     []match.Element
	limits  match.Limits
	server  *httptest.Server
	wire    http.RoundTripper // between signer and network, for faults
	now     time.Time
	spool   string
	contact string
}

func newNode(t testing.TB, id fraud.OrgID, set []match.Element) *node {
	t.Helper()
	n := &node{memory: newMemory(), set: set, spool: t.TempDir(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	var err error
	if n.keys, err = access.GenerateKeys(id, string(id)+".example/ringbreaker"); err != nil {
		t.Fatal(err)
	}
	n.org = fraud.Org{ID: id, Name: string(id), Kind: fraud.OrgCompany, Keys: n.keys.Public()}
	key, err := note.NewVerifier(n.org.Keys.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	n.ledger, err = ledger.New(ledger.Config{
		Leaves: n.memory, Notes: n.memory, Signer: n.keys.Ledger, Key: key,
		Witness: ledger.NewCosigner(n.keys.Origin(), n.keys.Sign, func() time.Time { return n.now }),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range set {
		for _, v := range e.Evidence {
			if _, err := n.ledger.Append(t.Context(), fraud.Leaf{Kind: fraud.LeafReport, Ref: string(v.Report), Digest: v.Digest, At: n.now}); err != nil {
				t.Fatal(err)
			}
		}
	}
	n.start(t)
	n.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		access.VerifyPeers(http.StripPrefix("/peer/match", n.Handler()), func(ctx context.Context, id fraud.OrgID) (fraud.Org, error) {
			p, err := n.memory.Peer(ctx, id)
			return p.Org, err
		}, n.useNonce, time.Now, func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusForbidden)
		}).ServeHTTP(w, r)
	}))
	t.Cleanup(n.server.Close)
	return n
}

// RoundTrip passes on to the wire of the moment.
func (n *node) RoundTrip(r *http.Request) (*http.Response, error) {
	if n.wire != nil {
		return n.wire.RoundTrip(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// start makes a fresh engine over the store, as after a restart.
func (n *node) start(t testing.TB) {
	t.Helper()
	vault, err := access.NewVault(n.keys.Vault[:])
	if err != nil {
		t.Fatal(err)
	}
	n.Engine, err = match.New(match.Config{
		Org: n.org, Key: n.keys.Sign, Store: n.memory, Ledger: n.ledger, Vault: vault, Limits: n.limits, Spool: n.spool, Contact: n.contact,
		Client: &http.Client{Transport: access.Signer{Org: n.org.ID, Key: n.keys.Sign, Next: n}},
		Set: func(context.Context, match.Terms, fraud.Peer) ([]match.Element, error) {
			return slices.Clone(n.set), nil
		},
		Now: func() time.Time { return n.now },
	})
	if err != nil {
		t.Fatal(err)
	}
}

func befriend(nodes ...*node) {
	for _, a := range nodes {
		for _, b := range nodes {
			if a != b {
				a.peers[b.org.ID] = fraud.Peer{Org: b.org, URL: b.server.URL}
			}
		}
	}
}

// person is somebody at a node's Org.
func (n *node) person(t testing.TB, roles ...access.Role) context.Context {
	return access.With(t.Context(), access.Who{Person: "p-" + fraud.PersonID(n.org.ID), Org: n.org.ID, OrgKind: n.org.Kind, Roles: roles})
}

func (n *node) desk(t testing.TB) context.Context {
	return n.person(t, access.RoleAnalyst, access.RoleSignatory)
}

func terms() match.Terms {
	return match.Terms{
		MinReports: 2, Batch: 4, Audit: 8, Sentinels: 16,
		Basis: fraud.ShareBasis{Purpose: "joint referral", LegalBasis: "GDPR Art. 6(1)(f)", Agreement: "MoU 7"},
	}
}

// wireFunc is a fault between two nodes.
type wireFunc func(*http.Request) (*http.Response, error)

func (f wireFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func must(t testing.TB, m fraud.Match, err error, step fraud.MatchStep) fraud.Match {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if m.Step != step {
		t.Fatalf("match is %s (%s), want %s", m.Step, m.Problem, step)
	}
	return m
}

func isPath(r *http.Request, part string) bool { return strings.Contains(r.URL.Path, part) }
