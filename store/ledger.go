package store

import (
	"context"
	"database/sql"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

const (
	growLedgerSQL = `UPDATE ledger_head SET size = size + $1 WHERE one = 1 RETURNING size - $1`
	leafCountSQL  = `SELECT size FROM ledger_head WHERE one = 1`
	addLeafSQL    = `
	INSERT INTO leaves (idx, kind, ref, digest, at, bytes)
	VALUES ($1, $2, $3, $4, $5, $6)`
	addHashSQL = `INSERT INTO ledger_hashes (idx, hash) VALUES ($1, $2)`
	hashesSQL  = `
	SELECT idx, hash FROM ledger_hashes
	WHERE idx IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
	ORDER BY idx`
	leavesSQL    = `SELECT bytes FROM leaves WHERE idx >= $1 ORDER BY idx LIMIT $2`
	leafIndexSQL = `SELECT idx FROM leaves WHERE ref = $1 AND kind = $2 ORDER BY idx DESC LIMIT 1`
)

// lockLedger makes this transaction the only one that may append, until it
// ends: whatever is numbered or chained is numbered after this.
func (t *tx) lockLedger(ctx context.Context) error {
	_, err := t.grow(ctx, 0)
	return err
}

// grow makes room for n leaves and says which index the first of them has.
func (t *tx) grow(ctx context.Context, n int) (first int64, err error) {
	return one(ctx, t, scanInt, "ledger", growLedgerSQL, n)
}

// leaf appends one leaf; see leaves.
func (t *tx) leaf(ctx context.Context, kind fraud.LeafKind, ref string, digest [32]byte) (int64, error) {
	return t.leaves(ctx, []fraud.Leaf{{Kind: kind, Ref: ref, Digest: digest, At: t.now}})
}

// leaves appends leaves and the Merkle hashes that they complete, and says
// which index the first of them has. The hashes stand where
// [tlog.StoredHashIndex] puts them.
func (t *tx) leaves(ctx context.Context, list []fraud.Leaf) (int64, error) {
	first, err := t.grow(ctx, len(list))
	if err != nil {
		return 0, err
	}
	known, err := t.frontier(ctx, first)
	if err != nil {
		return 0, err
	}
	leafRows := make([][]any, 0, len(list))
	hashRows := make([][]any, 0, 2*len(list))
	for i, l := range list {
		idx := first + int64(i)
		b, err := l.Bytes()
		if err != nil {
			return 0, err
		}
		hashes, err := tlog.StoredHashes(idx, b, known)
		if err != nil {
			return 0, fmt.Errorf("hash leaf %d: %w", idx, err)
		}
		at := tlog.StoredHashIndex(0, idx)
		for j, h := range hashes {
			known[at+int64(j)] = h
			hashRows = append(hashRows, []any{at + int64(j), h[:]})
		}
		leafRows = append(leafRows, []any{idx, string(l.Kind), l.Ref, l.Digest[:], l.At.UnixMicro(), b})
	}
	if err := t.bulk(ctx, addLeafSQL, leafRows); err != nil {
		return 0, err
	}
	return first, t.bulk(ctx, addHashSQL, hashRows)
}

// hashMap is a [tlog.HashReader] over hashes in memory.
type hashMap map[int64]tlog.Hash

func (m hashMap) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, idx := range indexes {
		h, ok := m[idx]
		if !ok {
			return nil, fmt.Errorf("ledger hash %d: %w", idx, fraud.ErrNotFound)
		}
		out[i] = h
	}
	return out, nil
}

// frontier reads the roots of the whole subtrees that a tree of size leaves
// consists of: all that appending needs to know of the past.
func (t *tx) frontier(ctx context.Context, size int64) (hashMap, error) {
	var indexes []int64
	for level := 0; size>>level > 0; level++ {
		if size>>level&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, size>>level-1))
		}
	}
	return readHashes(ctx, t, indexes)
}

func readHashes(ctx context.Context, q queryer, indexes []int64) (hashMap, error) {
	known := make(hashMap, 2*len(indexes))
	if len(indexes) == 0 {
		return known, nil
	}
	err := each(ctx, q, hashesSQL, []any{texts(indexes)}, func(r row) error {
		var idx int64
		var h []byte
		if err := r.Scan(&idx, &h); err != nil {
			return err
		}
		known[idx] = tlog.Hash(h)
		return nil
	})
	return known, err
}

// AppendLeaf appends one leaf to the ledger and says which index it has. A
// leaf without a time gets the present one.
func (db *DB) AppendLeaf(ctx context.Context, l fraud.Leaf) (index int64, err error) {
	err = db.write(ctx, func(t *tx) error {
		if l.At.IsZero() {
			l.At = t.now
		}
		l.At = cut(l.At)
		index, err = t.leaves(ctx, []fraud.Leaf{l})
		return err
	})
	return index, doing(err, "append a leaf of kind %s", l.Kind)
}

// LeafCount says how many leaves the ledger has.
func (db *DB) LeafCount(ctx context.Context) (int64, error) {
	return oneOf(ctx, db, scanInt, "ledger size", leafCountSQL)
}

// Leaves gives the bytes of up to n leaves from index from on, in order.
func (db *DB) Leaves(ctx context.Context, from int64, n int) ([][]byte, error) {
	return listAll(ctx, db, scanBytes, "leaves", leavesSQL, from, most(n))
}

func scanBytes(r row) (b []byte, err error) {
	err = r.Scan(&b)
	return b, err
}

// ReadHashes gives the Merkle hashes at the positions of
// [tlog.StoredHashIndex], in the order asked for: with a context, what
// [tlog.HashReader] wants. It returns ErrNotFound if one is not there.
func (db *DB) ReadHashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	err := db.read(ctx, func(t *sql.Tx) error {
		known, err := readHashes(ctx, t, indexes)
		if err != nil {
			return err
		}
		out, err = known.ReadHashes(indexes)
		return err
	})
	return out, doing(err, "read the ledger's hashes")
}

// LeafIndex says which leaf attests the thing: the newest, if it was attested
// more than once. ErrNotFound if it never was.
func (db *DB) LeafIndex(ctx context.Context, kind fraud.LeafKind, ref string) (int64, error) {
	return oneOf(ctx, db, scanInt, "leaf", leafIndexSQL, ref, string(kind))
}

const (
	addCheckpointSQL = `
	INSERT INTO checkpoints (size, note, at) VALUES ($1, $2, $3)
	ON CONFLICT (size) DO UPDATE SET note = excluded.note, at = excluded.at`
	checkpointSQL        = `SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1`
	checkpointSizeSQL    = `SELECT COALESCE(MAX(size), 0) FROM checkpoints`
	addPeerCheckpointSQL = `
	INSERT INTO peer_checkpoints (org, size, note, at) VALUES ($1, $2, $3, $4)
	ON CONFLICT (org, size) DO UPDATE SET note = excluded.note, at = excluded.at`
	peerCheckpointSQL     = `SELECT note FROM peer_checkpoints WHERE org = $1 ORDER BY size DESC LIMIT 1`
	peerCheckpointSizeSQL = `SELECT COALESCE(MAX(size), 0) FROM peer_checkpoints WHERE org = $1`
)

// SaveCheckpoint keeps our signed checkpoint of the given size; again with
// the same size it replaces the note, which may have gained cosignatures. It
// refuses a size beyond the ledger (ErrInvalid) and one below the newest
// checkpoint (ErrConflict): a ledger never shrinks.
func (db *DB) SaveCheckpoint(ctx context.Context, size int64, note string) error {
	err := db.write(ctx, func(t *tx) error {
		have, err := t.grow(ctx, 0)
		if err != nil {
			return err
		}
		if size < 0 || size > have {
			return invalid(fmt.Sprintf("the ledger has %d leaves", have))
		}
		last, err := one(ctx, t, scanInt, "checkpoint", checkpointSizeSQL)
		if err != nil {
			return err
		}
		if size < last {
			return conflict(fmt.Sprintf("there is a checkpoint of size %d already", last))
		}
		_, err = t.exec(ctx, addCheckpointSQL, size, note, t.now.UnixMicro())
		return err
	})
	return doing(err, "save a checkpoint of size %d", size)
}

// Checkpoint gives our newest checkpoint, or ErrNotFound.
func (db *DB) Checkpoint(ctx context.Context) (note string, err error) {
	return oneOf(ctx, db, scanText[string], "checkpoint", checkpointSQL)
}

// SavePeerCheckpoint keeps a checkpoint that a peer signed and that was
// verified. One smaller than the newest is refused with ErrConflict: a peer
// whose ledger shrinks is caught.
func (db *DB) SavePeerCheckpoint(ctx context.Context, org fraud.OrgID, size int64, note string) error {
	err := db.write(ctx, func(t *tx) error {
		if err := t.lockLedger(ctx); err != nil {
			return err
		}
		last, err := one(ctx, t, scanInt, "checkpoint", peerCheckpointSizeSQL, org)
		if err != nil {
			return err
		}
		if size < last {
			return conflict(fmt.Sprintf("its ledger had size %d before", last))
		}
		_, err = t.exec(ctx, addPeerCheckpointSQL, org, size, note, t.now.UnixMicro())
		return err
	})
	return doing(err, "save a checkpoint of %s of size %d", org, size)
}

// PeerCheckpoint gives the newest checkpoint of a peer, or ErrNotFound.
func (db *DB) PeerCheckpoint(ctx context.Context, org fraud.OrgID) (note string, err error) {
	return oneOf(ctx, db, scanText[string], "checkpoint of this peer", peerCheckpointSQL, org)
}
