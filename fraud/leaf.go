package fraud

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// LeafKind says what a leaf of the ledger attests.
type LeafKind string

// The kinds of leaf (DESIGN §9).
const (
	LeafReport       LeafKind = "report"
	LeafCommitment   LeafKind = "commitment"
	LeafManifest     LeafKind = "manifest"
	LeafCustody      LeafKind = "custody"
	LeafJudgement    LeafKind = "judgement"
	LeafVaultOpening LeafKind = "vault_opening"
	LeafStatus       LeafKind = "status"
	LeafShare        LeafKind = "share"
	LeafJoint        LeafKind = "joint"
	LeafRow          LeafKind = "row"      // a row of the node's database as it was written
	LeafFound        LeafKind = "found"    // the same, as an upgrade found it
	LeafDeletion     LeafKind = "deletion" // a report that was deleted
)

// Leaf is one entry of an Org's ledger. Its bytes are what the Merkle tree
// hashes (docs/spec/ledger.md):
//
//	ringbreaker/leaf/1\n KIND\n REF\n HEX-SHA-256\n RFC3339-UTC-SECONDS\n
//
// (without the blanks). REF holds an id, never a victim's word.
type Leaf struct {
	Kind   LeafKind
	Ref    string
	Digest [32]byte
	At     time.Time
}

const leafHead = "ringbreaker/leaf/1"

// Bytes is the leaf as the tree hashes it. It returns ErrInvalid if Kind or
// Ref holds a line break, which would let one leaf pass for another.
func (l Leaf) Bytes() ([]byte, error) {
	if strings.ContainsAny(string(l.Kind)+l.Ref, "\n\r") {
		return nil, fmt.Errorf("a leaf's kind and reference are one line each: %w", ErrInvalid)
	}
	return []byte(strings.Join([]string{
		leafHead, string(l.Kind), l.Ref, hex.EncodeToString(l.Digest[:]), l.At.UTC().Format(time.RFC3339), "",
	}, "\n")), nil
}

// ParseLeaf reads what Bytes wrote, and nothing that only means the same: one
// leaf has one text, or two hashes would stand for it.
func ParseLeaf(b []byte) (Leaf, error) {
	f := strings.Split(string(b), "\n")
	if len(f) != 6 || f[0] != leafHead || f[5] != "" {
		return Leaf{}, fmt.Errorf("leaf is not %s with four lines: %w", leafHead, ErrInvalid)
	}
	l := Leaf{Kind: LeafKind(f[1]), Ref: f[2]}
	sum, err := hex.DecodeString(f[3])
	if err != nil || len(sum) != len(l.Digest) {
		return Leaf{}, fmt.Errorf("leaf digest is not 64 hex digits: %w", ErrInvalid)
	}
	copy(l.Digest[:], sum)
	if l.At, err = time.Parse(time.RFC3339, f[4]); err != nil {
		return Leaf{}, fmt.Errorf("leaf time is not RFC 3339: %w", ErrInvalid)
	}
	if again, err := l.Bytes(); err != nil || !bytes.Equal(again, b) {
		return Leaf{}, fmt.Errorf("leaf is not written as %s is: %w", leafHead, ErrInvalid)
	}
	return l, nil
}
