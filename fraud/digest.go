package fraud

import (
	"crypto/sha256"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// CanonicalDigest is the SHA-256 of v's canonical JSON (RFC 8785): what a
// record that is no file is known by in the ledger. It returns ErrInvalid for
// what cannot be written as JSON.
func CanonicalDigest(v any) ([32]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return [32]byte{}, fmt.Errorf("write a record as JSON: %w", ErrInvalid)
	}
	doc := jsontext.Value(b)
	if err := doc.Canonicalize(); err != nil {
		return [32]byte{}, fmt.Errorf("canonical form of a record: %w", ErrInvalid)
	}
	return sha256.Sum256(doc), nil
}
