package storetest

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

var ledgerTests = []test{
	{"any leaf can be proven in any tree that holds it", func(b *bench) {
		const n = 40
		trees := make([]tlog.Hash, n+1)
		var all [][]byte
		for i := range n {
			l := fraud.Leaf{Kind: fraud.LeafCommitment, Ref: id("c", i), Digest: digest(fmt.Sprint(i)), At: after(time.Duration(i) * time.Second)}
			got, err := b.AppendLeaf(b.ctx, l)
			same(b, got, err, int64(i))
			raw, err := l.Bytes()
			b.must(err)
			all = append(all, raw)
			trees[i+1], err = tlog.TreeHash(int64(i+1), reader{b})
			b.must(err)
		}
		leaves, err := b.Leaves(b.ctx, 0, 0)
		same(b, leaves, err, all)
		leaves, err = b.Leaves(b.ctx, 38, 5)
		same(b, leaves, err, all[38:])
		for i := range int64(n) {
			proof, err := tlog.ProveRecord(n, i, reader{b})
			b.must(err)
			b.must(tlog.CheckRecord(proof, n, trees[n], i, tlog.RecordHash(all[i])))
			grown, err := tlog.ProveTree(n, i+1, reader{b})
			b.must(err)
			b.must(tlog.CheckTree(grown, n, trees[n], i+1, trees[i+1]))
		}
		b.sound()
	}},
	{"leaves appended in a batch hash like leaves appended one by one", func(b *bench) {
		_, err := b.AppendLeaf(b.ctx, fraud.Leaf{Kind: fraud.LeafCommitment, Ref: "first"})
		b.must(err)
		for n := range 9 {
			var batch []fraud.Acceptance
			for i := range n {
				batch = append(batch, report("s", fmt.Sprintf("%d-%d", n, i), phoneA))
			}
			_, err := b.AcceptBatch(b.ctx, batch)
			b.must(err)
		}
		size, err := b.LeafCount(b.ctx)
		same(b, size, err, 37+2*8) // and two runs of rows for each batch but the empty one
		leaves, err := b.Leaves(b.ctx, 0, 0)
		b.must(err)
		known := reader{b}
		var all []tlog.Hash
		memory := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(at))
			for i, x := range at {
				out[i] = all[x]
			}
			return out, nil
		})
		for i, l := range leaves {
			hashes, err := tlog.StoredHashes(int64(i), l, memory)
			b.must(err)
			all = append(all, hashes...)
		}
		want, err := tlog.TreeHash(size, memory)
		b.must(err)
		got, err := tlog.TreeHash(size, known)
		same(b, got, err, want)
	}},
	{"hashes come in the order asked for and a missing one is told", func(b *bench) {
		for i := range 3 {
			_, err := b.AppendLeaf(b.ctx, fraud.Leaf{Kind: fraud.LeafManifest, Ref: id("m", i)})
			b.must(err)
		}
		forth, err := b.ReadHashes(b.ctx, []int64{0, 1, 2, 3})
		b.must(err)
		back, err := b.ReadHashes(b.ctx, []int64{3, 1, 1, 0})
		same(b, back, err, []tlog.Hash{forth[3], forth[1], forth[1], forth[0]})
		none, err := b.ReadHashes(b.ctx, nil)
		same(b, none, err, nil)
		_, err = b.ReadHashes(b.ctx, []int64{0, 4})
		b.refused(err, fraud.ErrNotFound)
	}},
	{"a thing attested twice is found by its newest leaf", func(b *bench) {
		for range 2 {
			_, err := b.AppendLeaf(b.ctx, fraud.Leaf{Kind: fraud.LeafManifest, Ref: "R-1"})
			b.must(err)
		}
		_, err := b.AppendLeaf(b.ctx, fraud.Leaf{Kind: fraud.LeafStatus, Ref: "R-1"})
		b.must(err)
		i, err := b.LeafIndex(b.ctx, fraud.LeafManifest, "R-1")
		same(b, i, err, 1)
		_, err = b.LeafIndex(b.ctx, fraud.LeafManifest, "R-2")
		b.refused(err, fraud.ErrNotFound)
	}},
	{"a leaf that could pass for another is refused", func(b *bench) {
		_, err := b.AppendLeaf(b.ctx, fraud.Leaf{Kind: fraud.LeafManifest, Ref: "R-1\nreport"})
		b.refused(err, fraud.ErrInvalid)
		n, err := b.LeafCount(b.ctx)
		same(b, n, err, 0)
	}},
	{"our checkpoints never shrink and never run ahead", func(b *bench) {
		_, err := b.Checkpoint(b.ctx)
		b.refused(err, fraud.ErrNotFound)
		for i := range 3 {
			_, err := b.AppendLeaf(b.ctx, fraud.Leaf{Kind: fraud.LeafManifest, Ref: id("m", i)})
			b.must(err)
		}
		b.must(b.SaveCheckpoint(b.ctx, 2, "two"))
		b.must(b.SaveCheckpoint(b.ctx, 2, "two, cosigned"))
		b.refused(b.SaveCheckpoint(b.ctx, 4, "four"), fraud.ErrInvalid)
		b.refused(b.SaveCheckpoint(b.ctx, 1, "one"), fraud.ErrConflict)
		got, err := b.Checkpoint(b.ctx)
		same(b, got, err, "two, cosigned")
		b.must(b.SaveCheckpoint(b.ctx, 3, "three"))
		got, err = b.Checkpoint(b.ctx)
		same(b, got, err, "three")
	}},
	{"a peer whose ledger shrinks is caught", func(b *bench) {
		b.refused(b.SavePeerCheckpoint(b.ctx, "birch", 5, "five"), fraud.ErrNotFound)
		b.must(b.AddPeer(b.ctx, peer("birch")))
		_, err := b.PeerCheckpoint(b.ctx, "birch")
		b.refused(err, fraud.ErrNotFound)
		b.must(b.SavePeerCheckpoint(b.ctx, "birch", 5, "five"))
		b.refused(b.SavePeerCheckpoint(b.ctx, "birch", 4, "four"), fraud.ErrConflict)
		b.must(b.SavePeerCheckpoint(b.ctx, "birch", 9, "nine"))
		got, err := b.PeerCheckpoint(b.ctx, "birch")
		same(b, got, err, "nine")
	}},
}

// reader lets tlog read a store's hashes.
type reader struct{ b *bench }

func (r reader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	return r.b.ReadHashes(context.Background(), indexes)
}
