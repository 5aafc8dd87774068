package refer

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// Whatever is packed, sealed, opened or verified is hashed on the way. The
// hash is taken on another core while the bytes go on to be written, sealed or
// hashed once more, so that a package costs the time of the slower of the two
// and not of both.
const (
	// copySize is how much is read at a time: enough that handing it to another
	// core costs next to nothing.
	copySize = 1 << 20
	// apartFrom is the fewest bytes that are worth another core.
	apartFrom = 64 << 10
)

// hashing passes on what it reads, and hashes it meanwhile. Nobody may change
// the bytes of one Read before the next Read or sum: io.Copy does not.
type hashing struct {
	r    io.Reader
	h    hash.Hash
	done chan struct{} // full when the hash has taken the last bytes
	busy bool
}

func newHashing(r io.Reader) *hashing {
	return &hashing{r: r, h: sha256.New(), done: make(chan struct{}, 1)}
}

func (x *hashing) wait() {
	if x.busy {
		<-x.done
		x.busy = false
	}
}

func (x *hashing) Read(p []byte) (int, error) {
	x.wait()
	n, err := x.r.Read(p)
	if n < apartFrom {
		x.h.Write(p[:n])
		return n, err
	}
	x.busy = true
	go func() {
		x.h.Write(p[:n])
		x.done <- struct{}{}
	}()
	return n, err
}

// sum is the SHA-256 of all that was read, in hex.
func (x *hashing) sum() string {
	x.wait()
	return hex.EncodeToString(x.h.Sum(nil))
}

// Hasher writes to another writer and hashes what it writes meanwhile, on
// another core where that is worth it.
type Hasher struct {
	w io.Writer
	h hash.Hash
}

// NewHasher returns a Hasher that writes to w.
func NewHasher(w io.Writer) *Hasher { return &Hasher{w, sha256.New()} }

func (h *Hasher) Write(b []byte) (int, error) {
	if len(b) < apartFrom {
		h.h.Write(b)
		return h.w.Write(b)
	}
	done := make(chan struct{})
	go func() {
		h.h.Write(b)
		close(done)
	}()
	n, err := h.w.Write(b)
	<-done
	return n, err
}

// Sum is the SHA-256 of all that was written, in hex.
func (h *Hasher) Sum() string { return hex.EncodeToString(h.h.Sum(nil)) }

// copyAll copies in large pieces with a buffer that the caller keeps: neither
// side's own copying in small ones is used.
func copyAll(w io.Writer, r io.Reader, buf []byte) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, buf)
}

// newBuffer is a buffer for copying a file of size bytes and all smaller ones.
func newBuffer(size int64) []byte { return make([]byte, min(size+1, copySize)) }
