package match

import (
	"crypto"
	"crypto/rand"
	_ "crypto/sha512" // the suite's hash
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/zk/dleq"

	"ringbreaker.example/fraud"
)

// The suite is OPRF(ristretto255, SHA-512) in verifiable mode (RFC 9497 §4.1,
// §3.1): the context string below gives the domain separation tags.
const (
	suite    = "OPRFV1-\x01-ristretto255-SHA512"
	groupDST = "HashToGroup-" + suite
	labelDST = "ringbreaker/match/1/label-" + suite
	pointLen = 32
)

func curve() group.Group { return group.Ristretto255 }

func dleqParams() dleq.Params {
	return dleq.Params{G: curve(), H: crypto.SHA512, DST: []byte(suite)}
}

// hashToGroup is RFC 9497's HashToGroup.
func hashToGroup(in []byte) group.Element { return curve().HashToElement(in, []byte(groupDST)) }

// decodePoint reads a point that a peer sent. Encodings that are not
// canonical (RFC 9496 §4.3.1) and the identity are fraud.ErrInvalid: the
// first could make one element two, the second has the same tag under every
// key.
func decodePoint(b []byte) (group.Element, error) {
	if len(b) != pointLen {
		return nil, fmt.Errorf("a point has %d bytes: %w", pointLen, fraud.ErrInvalid)
	}
	p := curve().NewElement()
	if err := p.UnmarshalBinary(b); err != nil {
		return nil, fmt.Errorf("bytes are no point of the group in its one encoding: %w", fraud.ErrInvalid)
	}
	if p.IsIdentity() {
		return nil, fmt.Errorf("the identity is no element: %w", fraud.ErrInvalid)
	}
	return p, nil
}

func encodePoint(p group.Element) []byte {
	b, err := p.MarshalBinaryCompress()
	if err != nil { // the library never fails here
		return nil
	}
	return b
}

func randomScalar() group.Scalar { return curve().RandomNonZeroScalar(rand.Reader) }

func encodeScalar(s group.Scalar) []byte {
	b, err := s.MarshalBinary()
	if err != nil { // the library never fails here
		return nil
	}
	return b
}

func decodeScalar(b []byte) (group.Scalar, error) {
	s := curve().NewScalar()
	if err := s.UnmarshalBinary(b); err != nil || s.IsZero() {
		return nil, fmt.Errorf("bytes are no scalar of the group: %w", fraud.ErrInvalid)
	}
	return s, nil
}

// publicKey is the base point raised to a key, encoded.
func publicKey(k group.Scalar) []byte { return encodePoint(curve().NewElement().MulGen(k)) }

// eachCore splits 0…n-1 into runs and does them on all cores. The first error
// comes back; the other runs end on their own.
func eachCore(n int, f func(lo, hi int) error) error {
	workers := min(runtime.GOMAXPROCS(0), max(n/64, 1))
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { errs[w] = f(n*w/workers, n*(w+1)/workers) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// eachOf does 0…n-1, which are large, on all cores.
func eachOf(n int, f func(i int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n && errs[w] == nil; i += workers {
				errs[w] = f(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// proofBatch is how many points one proof covers; RFC 9497 counts them in two
// bytes.
const proofBatch = 1 << 14

// prove shows that each of to is the same power of each of from as key is of
// the base point: batched DLEQ (RFC 9497 §2.2.1). The proofs are 64 bytes
// each, one for every proofBatch points.
func prove(k group.Scalar, key []byte, from, to []group.Element) ([]byte, error) {
	ka, err := decodePoint(key)
	if err != nil {
		return nil, err
	}
	var out []byte
	for lo := 0; lo < len(from); lo += proofBatch {
		hi := min(lo+proofBatch, len(from))
		p, err := (dleq.Prover{Params: dleqParams()}).ProveBatchRFC9497(k, ka, from[lo:hi], to[lo:hi], rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("prove powers: %w", err)
		}
		b, err := p.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("write proof: %w", err)
		}
		out = append(out, b...)
	}
	return out, nil
}

// proved checks what prove made (RFC 9497 §2.2.2).
func proved(key []byte, from, to []group.Element, proof []byte) bool {
	ka, err := decodePoint(key)
	if err != nil || len(from) != len(to) || len(proof) != 64*((len(from)+proofBatch-1)/proofBatch) {
		return false
	}
	for lo := 0; lo < len(from); lo += proofBatch {
		hi := min(lo+proofBatch, len(from))
		var p dleq.Proof
		at := 64 * (lo / proofBatch)
		if p.UnmarshalBinary(curve(), proof[at:at+64]) != nil {
			return false
		}
		if !(dleq.Verifier{Params: dleqParams()}).VerifyBatchRFC9497(ka, from[lo:hi], to[lo:hi], &p) {
			return false
		}
	}
	return true
}
