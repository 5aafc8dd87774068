package fraud

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ChainHash computes what Hash must be: the SHA-256, in hex, over the
// event's canonical JSON (RFC 8785) without the field "hash". Who writes an
// event sets Hash to it; who reads a chain computes it again, so an event
// changed in the store shows.
func (e CustodyEvent) ChainHash() (string, error) {
	e.Hash = ""
	e.At = e.At.UTC()
	b, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("write custody event %d of %s: %w", e.Seq, e.Item, err)
	}
	var doc map[string]jsontext.Value
	if err := json.Unmarshal(b, &doc); err != nil {
		return "", fmt.Errorf("read custody event %d of %s: %w", e.Seq, e.Item, err)
	}
	delete(doc, "hash")
	b, err = json.Marshal(doc, json.Deterministic(true))
	if err != nil {
		return "", fmt.Errorf("write custody event %d of %s: %w", e.Seq, e.Item, err)
	}
	v := jsontext.Value(b)
	if err := v.Canonicalize(); err != nil {
		return "", fmt.Errorf("canonical form of custody event %d of %s: %w", e.Seq, e.Item, err)
	}
	sum := sha256.Sum256(v)
	return hex.EncodeToString(sum[:]), nil
}
