package ledger_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
)

// memory is a store in a few slices.
type memory struct {
	leaves [][]byte
	hashes []tlog.Hash
	at     map[string]int64
	own    string
	peers  map[fraud.OrgID]string
}

func newMemory() *memory {
	return &memory{at: map[string]int64{}, peers: map[fraud.OrgID]string{}}
}

func (m *memory) AppendLeaf(_ context.Context, l fraud.Leaf) (int64, error) {
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

func (m *memory) LeafCount(context.Context) (int64, error) { return int64(len(m.leaves)), nil }

func (m *memory) Leaves(_ context.Context, from int64, n int) ([][]byte, error) {
	return m.leaves[from:min(from+int64(n), int64(len(m.leaves)))], nil
}

func (m *memory) ReadHashes(_ context.Context, at []int64) ([]tlog.Hash, error) { return m.read(at) }

func (m *memory) read(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, a := range at {
		if a >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("hash %d: %w", a, fraud.ErrNotFound)
		}
		out[i] = m.hashes[a]
	}
	return out, nil
}

func (m *memory) LeafIndex(_ context.Context, kind fraud.LeafKind, ref string) (int64, error) {
	if i, ok := m.at[string(kind)+"\n"+ref]; ok {
		return i, nil
	}
	return 0, fraud.ErrNotFound
}

func (m *memory) SaveCheckpoint(_ context.Context, _ int64, n string) error { m.own = n; return nil }

func (m *memory) Checkpoint(context.Context) (string, error) {
	if m.own == "" {
		return "", fraud.ErrNotFound
	}
	return m.own, nil
}

func (m *memory) SavePeerCheckpoint(_ context.Context, p fraud.OrgID, _ int64, n string) error {
	m.peers[p] = n
	return nil
}

func (m *memory) PeerCheckpoint(_ context.Context, p fraud.OrgID) (string, error) {
	if n, ok := m.peers[p]; ok {
		return n, nil
	}
	return "", fraud.ErrNotFound
}

// party is an Org with a ledger in memory. Its keys follow from its name, so
// that a second party of the same name is the same Org with another history.
type party struct {
	*ledger.Log
	store *memory
	org   fraud.Org
	forks []ledger.Fork
}

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newParty(t testing.TB, id fraud.OrgID) *party {
	t.Helper()
	p := &party{store: newMemory()}
	origin := string(id) + ".example/ringbreaker"
	ledgerKey := ed25519.NewKeyFromSeed([]byte(fmt.Sprintf("%-32s", "ledger of "+id)))
	signKey := ed25519.NewKeyFromSeed([]byte(fmt.Sprintf("%-32s", "sign of "+id)))
	vkey, err := note.NewEd25519VerifierKey(origin, ledgerKey.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", origin, verifier.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{1}, ledgerKey.Seed()...))))
	if err != nil {
		t.Fatal(err)
	}
	p.org = fraud.Org{ID: id, Keys: fraud.OrgKeys{Ledger: vkey, Sign: base64.StdEncoding.EncodeToString(signKey.Public().(ed25519.PublicKey))}}
	p.Log, err = ledger.New(ledger.Config{
		Leaves: p.store, Notes: p.store, Signer: signer, Key: verifier,
		Witness: ledger.NewCosigner(origin, signKey, func() time.Time { return now }),
		Keep: func(_ context.Context, f ledger.Fork) error {
			p.forks = append(p.forks, f)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *party) grow(t testing.TB, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if _, err := p.Append(t.Context(), fraud.Leaf{Kind: fraud.LeafReport, Ref: fmt.Sprintf("src/%d", i), Digest: [32]byte{byte(i)}, At: now}); err != nil {
			t.Fatal(err)
		}
	}
}

// verifiers are a party's two public keys.
func (p *party) verifiers(t testing.TB) (log, witness note.Verifier) {
	t.Helper()
	log, witness, err := ledger.Verifiers(p.org.Keys)
	if err != nil {
		t.Fatal(err)
	}
	return log, witness
}
