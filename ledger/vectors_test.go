package ledger_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
)

var update = flag.Bool("update", false, "write docs/spec/vectors anew")

// ledgerVectors is docs/spec/vectors/ledger.json: a ledger of seven leaves, as it
// grows and is witnessed, and two histories that name their owner.
type ledgerVectors struct {
	Seeds  map[string]string        `json:"seeds"` // Ed25519 private keys in hex: of each ledger, and of each organisation
	Keys   map[string]fraud.OrgKeys `json:"keys"`
	Leaves []leafVector             `json:"leaves"`
	Roots  []string                 `json:"roots"` // of the first n leaves, hex; n from 0
	Proofs []ledger.Proof           `json:"proofs"`
	Heads  []headVector             `json:"heads"` // what is sent to a witness, in order, and what it answers
	Forks  []forkVector             `json:"forks"` // what names a ledger that shows two histories
}

type leafVector struct {
	Leaf string `json:"leaf"`
	Hash string `json:"hash"`
}

type headVector struct {
	Body        string `json:"body"`        // of POST /add-checkpoint
	Cosignature string `json:"cosignature"` // the line in the answer
}

type forkVector struct {
	Why   string `json:"why"`
	Seen  string `json:"seen"`
	Shown string `json:"shown"`
}

func published(t *testing.T) ledgerVectors {
	t.Helper()
	ctx := t.Context()
	a, b := newParty(t, "alder"), newParty(t, "birch")
	v := ledgerVectors{Seeds: map[string]string{}, Keys: map[string]fraud.OrgKeys{"alder": a.org.Keys, "birch": b.org.Keys}}
	for _, id := range []string{"alder", "birch"} {
		for _, use := range []string{"ledger", "sign"} {
			v.Seeds[use+" of "+id] = hex.EncodeToString([]byte(fmt.Sprintf("%-32s", use+" of "+id)))
		}
	}
	kinds := []fraud.LeafKind{fraud.LeafReport, fraud.LeafCommitment, fraud.LeafManifest, fraud.LeafCustody, fraud.LeafJudgement, fraud.LeafVaultOpening, fraud.LeafStatus}
	root := func(p *party, n int64) string {
		h, err := tlog.TreeHash(n, tlog.HashReaderFunc(p.store.read))
		if err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(h[:])
	}
	v.Roots = append(v.Roots, root(a, 0))
	for i, kind := range kinds {
		l := fraud.Leaf{Kind: kind, Ref: fmt.Sprintf("ref/%d", i), Digest: [32]byte{byte(i + 1)}, At: now}
		text, err := l.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		h := ledger.LeafHash(text)
		v.Leaves = append(v.Leaves, leafVector{string(text), hex.EncodeToString(h[:])})
		if _, err := a.Append(ctx, l); err != nil {
			t.Fatal(err)
		}
		v.Roots = append(v.Roots, root(a, int64(i+1)))
		if i == 2 || i == 6 { // the witness looks twice
			v.Heads = append(v.Heads, a.shownTo(t, b))
		}
	}
	for i := range kinds {
		p, err := a.ProveIndex(ctx, int64(i))
		if err != nil {
			t.Fatal(err)
		}
		v.Proofs = append(v.Proofs, p)
	}
	for _, lie := range []struct{ grow int }{{5}, {7}, {9}} { // rolled back; as large and another; larger and no continuation
		liar := newParty(t, "alder")
		liar.grow(t, 0, lie.grow)
		seen, err := b.Witnessed(ctx, a.org)
		if err != nil {
			t.Fatal(err)
		}
		h, err := liar.Head(ctx, 0)
		if err != nil {
			t.Fatal(err)
		}
		h.Old = seen
		var fork *ledger.Fork
		if _, err := b.Witness(ctx, a.org, h); !errors.As(err, &fork) {
			t.Fatalf("a ledger of %d other leaves is not named: %v", lie.grow, err)
		}
		v.Forks = append(v.Forks, forkVector{fork.Why, fork.Seen, fork.Shown})
	}
	return v
}

// shownTo has a peer witness the ledger as it stands.
func (p *party) shownTo(t *testing.T, witness *party) headVector {
	t.Helper()
	old, err := witness.Witnessed(t.Context(), p.org)
	if err != nil {
		t.Fatal(err)
	}
	h, err := p.Head(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	line, err := witness.Witness(t.Context(), p.org, h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.AddCosignature(t.Context(), witness.org, h.Checkpoint, line); err != nil {
		t.Fatal(err)
	}
	return headVector{ledger.FormatHead(h), line}
}

// By these another implementation checks leaves, trees, checkpoints,
// cosignatures and proofs; we make them again and read them, too.
func TestTheLedgerIsAsPublished(t *testing.T) {
	path := filepath.Join("..", "docs", "spec", "vectors", "ledger.json")
	got, err := json.MarshalIndent(published(t), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(got) != string(want) {
		t.Errorf("the format has changed: other implementations would no longer agree with us (%v)\n%s", err, got)
	}
	var v ledgerVectors
	if err := json.Unmarshal(want, &v); err != nil {
		t.Fatal(err)
	}
	for who, keys := range v.Keys {
		seed, err := hex.DecodeString(v.Seeds["sign of "+who])
		if err != nil {
			t.Fatal(err)
		}
		pub, _ := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
		if _, w, err := ledger.Verifiers(keys); err != nil || w.KeyHash() != ledger.NewCosignatureVerifier(who+".example/ringbreaker", pub).KeyHash() {
			t.Errorf("keys of %s are not those of its seed: %v", who, err)
		}
	}
	log, _, err := ledger.Verifiers(v.Keys["alder"])
	if err != nil {
		t.Fatal(err)
	}
	_, witness, err := ledger.Verifiers(v.Keys["birch"])
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range v.Proofs {
		proven, err := ledger.VerifyProof(p, log, witness)
		if err != nil || p.Leaf != v.Leaves[i].Leaf || len(proven.Cosignatures) != 1 || hex.EncodeToString(proven.Checkpoint.Root[:]) != v.Roots[7] {
			t.Errorf("proof %d: %v", i, err)
		}
	}
	for i, f := range v.Forks { // each history bears its owner's own signature
		for _, n := range []string{f.Seen, f.Shown} {
			if _, _, err := ledger.OpenCheckpoint(n, log, witness); err != nil {
				t.Errorf("fork %d: %v", i, err)
			}
		}
	}
}
