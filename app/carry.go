package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"ringbreaker.example/fraud"
)

// Files that are larger than one signed request go from node to node in
// parts. Both ways are the same to a reader: the receiver keeps what came in
// DIR/incoming, says how much it has, and takes the next part from there; when
// all is there it hashes the file once, and only then has it a name.
//
//	offer {sha256, size} ─▶ have N ─▶ part at N ─▶ … ─▶ have size ─▶ hashed ─▶ done
//
// A lost connection costs the part that was under way. Memory is one part.
const (
	incomingDir = "incoming"
	// partSize is one part: a signed request holds it in memory on both sides.
	partSize = 8 << 20
	// maxCarried is the largest file that a peer may send, in bytes: the
	// images of a few telephones. What is larger goes on a disk.
	maxCarried = 64 << 30
	// mostUnfinished files of one peer may lie half-sent at a time, and staleCarry
	// is how long one may: then it is begun anew.
	mostUnfinished = 8
	staleCarry     = 7 * 24 * time.Hour
	// sendTries is how often a part is sent again after a lost connection.
	sendTries = 5
)

// carried names a file by what it is.
type carried struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

func (c carried) valid() error {
	if !shaForm(c.SHA256) {
		return invalidf("a file is named by 64 lower-case hex digits")
	}
	if c.Size < 0 || c.Size > maxCarried {
		return invalidf("a file of %d bytes is more than the %d that nodes send each other: bring it on a disk", c.Size, int64(maxCarried))
	}
	return nil
}

func shaForm(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

// carriedSoFar is a receiver's answer: how many bytes it has, and whether the
// whole was hashed and is what was promised.
type carriedSoFar struct {
	Have int64 `json:"have"`
	Done bool  `json:"done"`
}

// carrier guards what is being received. The zero value is ready.
type carrier struct {
	mu   sync.Mutex       // guards busy and bad
	busy map[string]bool  // paths that are being written or hashed
	bad  map[string]error // what became of a file whose hash was not its name
}

// take reserves a path; ok is false while another request works on it.
func (c *carrier) take(path string) (ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.bad[path]; err != nil {
		delete(c.bad, path)
		return false, err
	}
	if c.busy[path] {
		return false, nil
	}
	if c.busy == nil {
		c.busy, c.bad = map[string]bool{}, map[string]error{}
	}
	c.busy[path] = true
	return true, nil
}

func (c *carrier) give(path string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.busy, path)
	if err != nil {
		c.bad[path] = err
	}
}

// incomingFile is where a peer's file lies, whole or in part.
func (n *Node) incomingFile(from fraud.OrgID, sum string, whole bool) string {
	suffix := ".part"
	if whole {
		suffix = ""
	}
	return filepath.Join(n.Data, incomingDir, hex.EncodeToString([]byte(from)), sum+suffix)
}

func sizeOf(name string) (int64, bool) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, false
	}
	return info.Size(), true
}

// receiveOffer says how much of a file is here already. Of a file that is
// all here it begins to take the hash.
func (n *Node) receiveOffer(r *http.Request) (any, error) {
	from, err := n.asking(r.Context())
	if err != nil {
		return nil, err
	}
	c, err := read[carried](r)
	if err != nil {
		return nil, err
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	return n.soFar(r.Context(), from.ID, c)
}

func (n *Node) soFar(ctx context.Context, from fraud.OrgID, c carried) (carriedSoFar, error) {
	if size, ok := sizeOf(n.incomingFile(from, c.SHA256, true)); ok && size == c.Size {
		return carriedSoFar{Have: size, Done: true}, nil
	}
	part := n.incomingFile(from, c.SHA256, false)
	if err := n.roomFor(filepath.Dir(part), part); err != nil {
		return carriedSoFar{}, err
	}
	ok, err := n.carry.take(part)
	if err != nil {
		return carriedSoFar{}, err
	}
	if !ok {
		size, _ := sizeOf(part)
		return carriedSoFar{Have: size}, nil
	}
	size, _ := sizeOf(part)
	if size > c.Size {
		n.carry.give(part, nil)
		return carriedSoFar{}, errors.Join(os.Remove(part), conflictf("file %s was offered before with another size", c.SHA256))
	}
	if size == c.Size {
		return carriedSoFar{Have: size}, n.finish(ctx, from, c)
	}
	n.carry.give(part, nil)
	return carriedSoFar{Have: size}, nil
}

// roomFor removes what lies half-sent for too long, and refuses a peer that
// has too many files under way.
func (n *Node) roomFor(dir, part string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	open := 0
	for _, e := range left {
		name := filepath.Join(dir, e.Name())
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || name == part {
			continue
		}
		if err != nil {
			return err
		}
		if n.now().Sub(info.ModTime()) > staleCarry {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			continue
		}
		if open++; open >= mostUnfinished {
			return conflictf("%d files of yours lie here unfinished; finish one first", open)
		}
	}
	return nil
}

// finish hashes a whole part in the background and gives it its name. The
// caller has taken the part.
func (n *Node) finish(ctx context.Context, from fraud.OrgID, c carried) error {
	part, whole := n.incomingFile(from, c.SHA256, false), n.incomingFile(from, c.SHA256, true)
	ctx = context.WithoutCancel(ctx)
	n.work.Go(func() {
		err := func() error {
			sum, err := hashFile(part)
			if err != nil {
				return err
			}
			if sum != c.SHA256 {
				return errors.Join(os.Remove(part), invalidf("file %s came with the hash %s: send it again", c.SHA256, sum))
			}
			return os.Rename(part, whole)
		}()
		if err != nil {
			n.audit(ctx, "file.received", c.SHA256, err.Error(), false)
		}
		n.carry.give(part, err)
	})
	return nil
}

func hashFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, f, make([]byte, 1<<20)); err != nil {
		return "", fmt.Errorf("hash %s: %w", filepath.Base(name), err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// receivePart takes the next part of a file that was offered.
func (n *Node) receivePart(r *http.Request) (any, error) {
	from, err := n.asking(r.Context())
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	size, err1 := strconv.ParseInt(q.Get("size"), 10, 64)
	at, err2 := strconv.ParseInt(q.Get("at"), 10, 64)
	c := carried{SHA256: q.Get("sha256"), Size: size}
	if err1 != nil || err2 != nil || at < 0 {
		return nil, invalidf("a part needs size and at")
	}
	if err := c.valid(); err != nil {
		return nil, err
	}
	part := n.incomingFile(from.ID, c.SHA256, false)
	ok, err := n.carry.take(part)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, conflictf("another part of file %s is being written", c.SHA256)
	}
	have, err := n.append(part, at, c.Size, r.Body)
	n.carry.give(part, nil)
	if err != nil {
		return nil, err
	}
	if have == c.Size {
		return n.soFar(r.Context(), from.ID, c)
	}
	return carriedSoFar{Have: have}, nil
}

// append writes a part where the file ends; a part of another place is
// answered with a conflict, and the sender asks again where to go on.
func (n *Node) append(part string, at, size int64, body io.Reader) (int64, error) {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, conflictf("nothing of this file is here; offer it first")
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	if have != at {
		return have, conflictf("%d bytes of this file are here, and the part begins at %d", have, at)
	}
	took, err := io.Copy(f, io.LimitReader(body, min(partSize, size-at)+1))
	if err == nil && took > min(partSize, size-at) {
		err = invalidf("a part has at most %d bytes and ends with its file", partSize)
	}
	if err != nil {
		return have, errors.Join(err, f.Truncate(have))
	}
	return have + took, f.Sync()
}

// carryTo sends a file to a peer's node, from where it was left off.
func (n *Node) carryTo(ctx context.Context, to fraud.OrgID, name, sum string) (carried, error) {
	f, err := os.Open(name)
	if err != nil {
		return carried{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return carried{}, err
	}
	c := carried{SHA256: sum, Size: info.Size()}
	if err := c.valid(); err != nil {
		return c, err
	}
	buf := make([]byte, min(partSize, c.Size))
	failed := 0
	for {
		var got carriedSoFar
		err := n.call(ctx, to, "/peer/v1/files/offer", c, &got)
		for err == nil && got.Have < c.Size && !got.Done {
			if got, err = n.sendPart(ctx, to, f, c, got.Have, buf); err == nil {
				failed = 0
			}
		}
		switch {
		case err == nil && got.Done:
			return c, nil
		case err == nil:
			failed = 0 // all is there and being hashed
		case errors.Is(err, fraud.ErrForbidden), errors.Is(err, fraud.ErrInvalid), errors.Is(err, fraud.ErrNotFound), ctx.Err() != nil:
			return c, fmt.Errorf("send file %s to %s: %w", sum[:12], to, err)
		default:
			if failed++; failed == sendTries {
				return c, fmt.Errorf("send file %s to %s, after %d tries: %w", sum[:12], to, failed, err)
			}
		}
		if err := pause(ctx, time.Duration(1+failed*failed)*pollEvery); err != nil {
			return c, err
		}
	}
}

// pollEvery is how often a sender asks whether the whole was hashed.
const pollEvery = 100 * time.Millisecond

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func (n *Node) sendPart(ctx context.Context, to fraud.OrgID, f io.ReaderAt, c carried, at int64, buf []byte) (got carriedSoFar, err error) {
	b := buf[:min(int64(len(buf)), c.Size-at)]
	if _, err := f.ReadAt(b, at); err != nil {
		return got, err
	}
	path := fmt.Sprintf("/peer/v1/files/part?sha256=%s&size=%d&at=%d", c.SHA256, c.Size, at)
	return got, n.send(ctx, to, path, "application/octet-stream", b, &got)
}

// arrived is the path of a file that a peer sent whole. Who takes it moves or
// removes it.
func (n *Node) arrived(from fraud.OrgID, c carried) (string, error) {
	if err := c.valid(); err != nil {
		return "", err
	}
	name := n.incomingFile(from, c.SHA256, true)
	if size, ok := sizeOf(name); !ok || size != c.Size {
		return "", conflictf("file %s of %s has not arrived whole; send it first", c.SHA256, from)
	}
	return name, nil
}

// askExhibit asks a peer for a part of an exhibit that it gave to a joint
// case.
type askExhibit struct {
	JointCase fraud.JointCaseID `json:"joint_case"`
	SHA256    string            `json:"sha256"`
	At        int64             `json:"at"`
}

// giveExhibit sends a part of an exhibit that this node gave: to the other
// side of that joint case, and nothing else than what was given.
func (n *Node) giveExhibit(w http.ResponseWriter, r *http.Request) {
	err := func() error { //nolint:contextcheck // the request carries it
		ctx := r.Context()
		from, err := n.asking(ctx)
		if err != nil {
			return err
		}
		ask, err := read[askExhibit](r)
		if err != nil {
			return err
		}
		c, err := n.acceptedWith(ctx, ask.JointCase, from.ID)
		if err != nil {
			return err
		}
		given, err := n.given(c.ID)
		if err != nil {
			return err
		}
		if !given[ask.SHA256] {
			return forbiddenf("exhibit %.64s was not given to joint case %s", ask.SHA256, c.ID)
		}
		f, err := n.blobs.Get(ctx, ask.SHA256)
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := io.CopyN(io.Discard, seekTo(f, ask.At), 0); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusOK)
		_, _ = io.CopyN(w, f, partSize) // a peer that goes away asks again
		return nil
	}()
	if err != nil {
		n.refuse(w, r, err)
	}
}

// seekTo moves a file forward; a reader that cannot seek is read.
func seekTo(r io.Reader, at int64) io.Reader {
	if s, ok := r.(io.Seeker); ok {
		if _, err := s.Seek(at, io.SeekStart); err == nil {
			return r
		}
	}
	_, _ = io.CopyN(io.Discard, r, at) // past its end: the next read says so
	return r
}

// fetchExhibit brings an exhibit of a peer's contribution here, part by part,
// and holds it against its hash.
func (n *Node) fetchExhibit(ctx context.Context, from fraud.OrgID, id fraud.JointCaseID, c carried) error {
	if err := c.valid(); err != nil {
		return err
	}
	if have, err := n.blobs.Has(ctx, c.SHA256); err != nil || have {
		return err
	}
	part := n.incomingFile(from, c.SHA256, false)
	if err := os.MkdirAll(filepath.Dir(part), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	for failed := 0; have < c.Size; {
		took, err := n.fetchPart(ctx, from, askExhibit{id, c.SHA256, have}, f)
		if have += took; err == nil && took > 0 {
			failed = 0
			continue
		}
		if failed++; failed == sendTries || ctx.Err() != nil || errors.Is(err, fraud.ErrForbidden) {
			return fmt.Errorf("fetch exhibit %s from %s: %w", c.SHA256[:12], from, errors.Join(err, io.ErrUnexpectedEOF))
		}
		if err := pause(ctx, time.Duration(failed)*pollEvery); err != nil {
			return err
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := n.blobs.PutExpected(ctx, io.LimitReader(f, c.Size), c.SHA256); err != nil {
		return errors.Join(fmt.Errorf("exhibit of %s: %w", from, err), os.Remove(part))
	}
	return os.Remove(part)
}

func (n *Node) fetchPart(ctx context.Context, from fraud.OrgID, ask askExhibit, w io.Writer) (int64, error) {
	p, err := n.peer(ctx, from)
	if err != nil {
		return 0, err
	}
	b, err := json.Marshal(ask)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/peer/v1/joint-cases/exhibit", bytes.NewReader(b))
	if err != nil {
		return 0, invalidf("address of peer %s cannot be used", from)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := n.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("reach the node of %s: %w", from, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0, readAnswer(res, nil)
	}
	return io.Copy(w, io.LimitReader(res.Body, partSize))
}

// acceptedWith is a joint case that both sides agreed to, with this peer.
func (n *Node) acceptedWith(ctx context.Context, id fraud.JointCaseID, peer fraud.OrgID) (fraud.JointCase, error) {
	c, err := n.db.JointCase(ctx, id)
	switch {
	case err != nil:
		return c, err
	case c.Peer != peer:
		return c, forbiddenf("joint case %s is not with %s", c.ID, peer)
	case c.Accepted.IsZero():
		return c, conflictf("joint case %s was not accepted by both sides", c.ID)
	}
	return c, nil
}
