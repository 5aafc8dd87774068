package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
)

func TestACheckpointHasTheC2SPForm(t *testing.T) {
	a := newParty(t, "alder")
	a.grow(t, 0, 5)
	signed, err := a.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(signed, "\n")
	if len(lines) != 6 || lines[0] != "alder.example/ringbreaker" || lines[1] != "5" || len(lines[2]) != 44 || lines[3] != "" ||
		!strings.HasPrefix(lines[4], "— alder.example/ringbreaker ") || lines[5] != "" {
		t.Errorf("got %q", signed)
	}
	again, err := a.Checkpoint(t.Context())
	if err != nil || again != signed {
		t.Errorf("an unchanged tree was signed anew: %v", err)
	}
}

// A tree of fewer leaves stays what it was as more come; one of more leaves than
// there are, as of a store that was restored from an older copy, is none.
func TestATreeThatWasStaysAsItWas(t *testing.T) {
	a := newParty(t, "alder")
	a.grow(t, 0, 5)
	was, err := a.Tree(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	a.grow(t, 5, 9)
	if now, err := a.Tree(t.Context(), 5); err != nil || now != was {
		t.Errorf("%v is %v, %v", was, now, err)
	}
	if more, err := a.Tree(t.Context(), 9); err != nil || more.Root == was.Root || more.Size != 9 {
		t.Errorf("the whole tree is %v, %v", more, err)
	}
	for _, size := range []int64{10, -1} {
		if _, err := a.Tree(t.Context(), size); !errors.Is(err, fraud.ErrNotFound) {
			t.Errorf("%d leaves: %v", size, err)
		}
	}
}

// witnessed brings a's present head to b and back.
func witnessed(t testing.TB, a, b *party) string {
	t.Helper()
	old, err := b.Witnessed(t.Context(), a.org)
	if err != nil {
		t.Fatal(err)
	}
	h, err := a.Head(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	line, err := b.Witness(t.Context(), a.org, h)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := a.AddCosignature(t.Context(), b.org, h.Checkpoint, line)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestEachLeafIsProvenUnderACosignedCheckpoint(t *testing.T) {
	a, b, c := newParty(t, "alder"), newParty(t, "birch"), newParty(t, "cfb")
	logKey, _ := a.verifiers(t)
	_, bKey := b.verifiers(t)
	_, cKey := c.verifiers(t)
	for size := 1; size <= 40; size++ {
		a.grow(t, size-1, size)
		if size%7 != 0 {
			continue
		}
		witnessed(t, a, b)
		witnessed(t, a, c)
		for i := range size {
			p, err := a.Prove(t.Context(), fraud.LeafReport, fmt.Sprintf("src/%d", i))
			if err != nil {
				t.Fatal(err)
			}
			got, err := ledger.VerifyProof(throughJSON(t, p), logKey, bKey, cKey)
			if err != nil {
				t.Fatalf("leaf %d of %d: %v", i, size, err)
			}
			if got.Leaf.Ref != fmt.Sprintf("src/%d", i) || got.Checkpoint.Size != int64(size) || len(got.Cosignatures) != 2 || !got.Cosignatures[0].At.Equal(now) {
				t.Errorf("leaf %d of %d: got %+v", i, size, got)
			}
		}
	}
	if _, err := a.Prove(t.Context(), fraud.LeafReport, "src/99"); !errors.Is(err, fraud.ErrNotFound) {
		t.Errorf("a leaf that is not there: got %v, want ErrNotFound", err)
	}
}

func throughJSON(t testing.TB, p ledger.Proof) ledger.Proof {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out ledger.Proof
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Every bit of a proof's JSON is flipped in turn: the proof is refused, or
// says exactly what it said before (a flip in the name of an unknown field,
// or one that JSON reads alike).
func TestAnyFlippedBitOfAProofIsFoundOrChangesNothing(t *testing.T) {
	a, b := newParty(t, "alder"), newParty(t, "birch")
	a.grow(t, 0, 11)
	witnessed(t, a, b)
	logKey, _ := a.verifiers(t)
	_, bKey := b.verifiers(t)
	p, err := a.Prove(t.Context(), fraud.LeafReport, "src/6")
	if err != nil {
		t.Fatal(err)
	}
	want, err := ledger.VerifyProof(p, logKey, bKey)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := range whole {
		for bit := range 8 {
			bad := bytes.Clone(whole)
			bad[i] ^= 1 << bit
			var q ledger.Proof
			if json.Unmarshal(bad, &q) != nil {
				refused++
				continue
			}
			got, err := ledger.VerifyProof(q, logKey, bKey)
			if err != nil {
				if !errors.Is(err, fraud.ErrInvalid) {
					t.Fatalf("byte %d bit %d: got %v, want ErrInvalid", i, bit, err)
				}
				refused++
				continue
			}
			// A cosignature whose name no longer is the witness's is not counted.
			if got.Leaf != want.Leaf || got.Checkpoint != want.Checkpoint || len(got.Cosignatures) > len(want.Cosignatures) {
				t.Fatalf("byte %d bit %d: a changed proof says %+v", i, bit, got)
			}
		}
	}
	if refused < len(whole)*8*9/10 {
		t.Errorf("only %d of %d flips were refused", refused, len(whole)*8)
	}
}

func TestAForkedOrRolledBackLogIsCaughtAndNamed(t *testing.T) {
	for _, tt := range []struct {
		name string
		// lie makes alder's second history from the first 10 leaves on.
		lie  func(t *testing.T, second *party) ledger.Head
		want string
	}{
		{"rolled back", func(t *testing.T, s *party) ledger.Head {
			s.grow(t, 0, 9)
			h := head(t, s, 0)
			h.Old = 10 // it was told what the witness saw
			return h
		}, "rolled back"},
		{"same size, other leaf", func(t *testing.T, s *party) ledger.Head { s.grow(t, 0, 9); s.grow(t, 77, 78); return head(t, s, 0) }, "two different trees"},
		{"longer, other past", func(t *testing.T, s *party) ledger.Head { s.grow(t, 1, 20); return head(t, s, 10) }, "no proof"},
		{"longer, no proof", func(t *testing.T, s *party) ledger.Head {
			s.grow(t, 0, 20)
			h := head(t, s, 10)
			h.Consistency = nil
			return h
		}, "no proof"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := newParty(t, "alder"), newParty(t, "birch")
			a.grow(t, 0, 10)
			witnessed(t, a, b)
			_, err := b.Witness(t.Context(), a.org, tt.lie(t, newParty(t, "alder")))
			var fork *ledger.Fork
			if !errors.Is(err, fraud.ErrConflict) || !errors.As(err, &fork) {
				t.Fatalf("got %v, want a Fork", err)
			}
			if fork.Peer != "alder" || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "alder") {
				t.Errorf("got %v, want it to name alder and say %q", err, tt.want)
			}
			if len(b.forks) != 1 || b.forks[0].Seen == "" || b.forks[0].Shown == "" {
				t.Error("the evidence was not kept")
			}
			logKey, _ := a.verifiers(t)
			for _, n := range []string{fork.Seen, fork.Shown} {
				if _, _, err := ledger.OpenCheckpoint(n, logKey); err != nil {
					t.Errorf("the evidence does not carry alder's signature: %v", err)
				}
			}
			if _, err := b.Prove(t.Context(), fraud.LeafStatus, "fork/alder"); err != nil {
				t.Errorf("our own ledger does not hold the evidence: %v", err)
			}
		})
	}
}

// Two heads of an honest log may be on their way to one witness: an hour's, a
// match's, a referral's. The one that comes late is no second history, and its
// log is cosigned from where the witness is.
func TestAHeadThatWasOvertakenIsNoRollback(t *testing.T) {
	a, b := newParty(t, "alder"), newParty(t, "birch")
	a.grow(t, 0, 10)
	witnessed(t, a, b)
	a.grow(t, 10, 12)
	late := head(t, a, 10)
	a.grow(t, 12, 20)
	witnessed(t, a, b)
	var fork *ledger.Fork
	for _, old := range []int64{10, 0, 19} {
		late.Old = old
		if _, err := b.Witness(t.Context(), a.org, late); !errors.Is(err, fraud.ErrConflict) || errors.As(err, &fork) {
			t.Errorf("a head of 12 leaves from %d: got %v, want to be asked for one from 20", old, err)
		}
	}
	if len(b.forks) != 0 {
		t.Error("alder was named for what the network did")
	}
	a.grow(t, 20, 21)
	witnessed(t, a, b)
}

func head(t testing.TB, p *party, old int64) ledger.Head {
	t.Helper()
	h, err := p.Head(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAHeadByAStrangerIsRefused(t *testing.T) {
	a, b, c := newParty(t, "alder"), newParty(t, "birch"), newParty(t, "cedar")
	c.grow(t, 0, 3)
	if _, err := b.Witness(t.Context(), a.org, head(t, c, 0)); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
	if len(b.forks) != 0 {
		t.Error("alder was named for what cedar did")
	}
}

// Property: however a log grows and whenever it is witnessed, an honest log
// is always cosigned.
func TestAnHonestLogIsAlwaysCosigned(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := newParty(t, "alder"), newParty(t, "birch")
		size := 0
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 9), 1, 12).Draw(rt, "growth") {
			a.grow(t, size, size+n)
			size += n
			witnessed(t, a, b)
		}
		if got, _ := b.Witnessed(t.Context(), a.org); got != int64(size) {
			rt.Fatalf("birch saw %d leaves, want %d", got, size)
		}
	})
}

func TestALogThatLostLeavesIsNotSignedAgain(t *testing.T) {
	a := newParty(t, "alder")
	a.grow(t, 0, 10)
	if _, err := a.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	lost := newParty(t, "alder")
	lost.grow(t, 0, 8)
	lost.store.own = a.store.own
	if _, err := lost.Checkpoint(t.Context()); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("shorter: got %v, want ErrConflict", err)
	}
	lost.grow(t, 20, 30)
	if _, err := lost.Checkpoint(t.Context()); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("other leaves: got %v, want ErrConflict", err)
	}
}

func TestAForeignLineIsNoCosignature(t *testing.T) {
	a, b, c := newParty(t, "alder"), newParty(t, "birch"), newParty(t, "cfb")
	a.grow(t, 0, 3)
	h := head(t, a, 0)
	line, err := c.Witness(t.Context(), a.org, h)
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]string{"another's": line, "empty": "", "two lines": line + line, "nonsense": "— birch.example/ringbreaker AAAA\n"} {
		if _, err := a.AddCosignature(t.Context(), b.org, h.Checkpoint, l); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

// serve puts b's ledger behind HTTP, where everybody who asks is a.
func serve(t *testing.T, b *party, as fraud.Org) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(b.Handler(func(context.Context) (fraud.Org, error) { return as, nil }, func(w http.ResponseWriter, _ *http.Request, err error) {
		code := http.StatusBadRequest
		if errors.Is(err, fraud.ErrNotFound) {
			code = http.StatusNotFound
		}
		http.Error(w, err.Error(), code)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestAPeerWitnessesOverHTTPAndRemembersWhereItWas(t *testing.T) {
	a, b := newParty(t, "alder"), newParty(t, "birch")
	s := serve(t, b, a.org)
	logKey, _ := a.verifiers(t)
	_, bKey := b.verifiers(t)
	for _, size := range []int{3, 3, 4, 17} {
		have, _ := a.store.LeafCount(t.Context())
		a.grow(t, int(have), size)
		signed, err := a.AskWitness(t.Context(), s.Client(), s.URL, b.org)
		if err != nil {
			t.Fatalf("%d leaves: %v", size, err)
		}
		c, seen, err := ledger.OpenCheckpoint(signed, logKey, bKey)
		if err != nil || c.Size != int64(size) || len(seen) != 1 {
			t.Errorf("%d leaves: got %+v %v %v", size, c, seen, err)
		}
	}
}

func TestTilesHoldTheTreesHashes(t *testing.T) {
	a := newParty(t, "alder")
	a.grow(t, 0, 300)
	for _, tt := range []struct {
		path string
		want int
	}{{"0/000", 256}, {"0/001.p/44", 44}, {"1/000.p/1", 1}, {"0/001", -1}, {"0/002", -1}, {"1/000.p/2", -1}, {"data/000", -1}, {"x", -1}} {
		got, err := a.Tile(t.Context(), tt.path)
		if (err != nil) != (tt.want < 0) || err == nil && len(got) != tt.want*tlog.HashSize {
			t.Errorf("tile %s: got %d bytes, %v; want %d hashes", tt.path, len(got), err, tt.want)
		}
	}
}

func TestAHeadComesBackFromItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := ledger.Head{Old: rapid.Int64Range(0, 1<<40).Draw(t, "old"), Checkpoint: "a\n1\nb\n\n— a c\n"}
		for range rapid.IntRange(0, 63).Draw(t, "n") {
			h.Consistency = append(h.Consistency, tlog.Hash(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash")))
		}
		got, err := ledger.ParseHead(ledger.FormatHead(h))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(h) {
			t.Fatalf("got %v, %v; want %v", got, err, h)
		}
	})
}

func FuzzHeadAndCheckpoint(f *testing.F) {
	f.Add("old 0\n\na\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
	f.Add("a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := ledger.ParseHead(s); err == nil {
			if back := ledger.FormatHead(h); back != s {
				t.Errorf("head %q comes back as %q", s, back)
			}
		} else if !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("got %v, want ErrInvalid", err)
		}
		if c, err := ledger.ParseCheckpoint(s); err == nil && c.String() != s {
			t.Errorf("checkpoint %q comes back as %q", s, c.String())
		}
	})
}
