package ledger

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
)

// maxHead bounds an add-checkpoint request in bytes.
const maxHead = 64 << 10

// maxConsistency is the longest proof of C2SP tlog-witness, in hashes.
const maxConsistency = 63

// FormatHead writes a head as the body of C2SP tlog-witness add-checkpoint:
// "old N", a base64 hash a line, a blank line, the signed note.
func FormatHead(h Head) string {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n", h.Old)
	for _, p := range h.Consistency {
		b.WriteString(base64.StdEncoding.EncodeToString(p[:]) + "\n")
	}
	b.WriteString("\n" + h.Checkpoint)
	return b.String()
}

// ParseHead reads what FormatHead wrote, or returns fraud.ErrInvalid.
func ParseHead(body string) (Head, error) {
	bad := fmt.Errorf("request is not add-checkpoint of C2SP tlog-witness: %w", fraud.ErrInvalid)
	head, signed, ok := strings.Cut(body, "\n\n")
	if !ok || len(body) > maxHead {
		return Head{}, bad
	}
	h := Head{Checkpoint: signed}
	sc := bufio.NewScanner(strings.NewReader(head))
	for n := 0; sc.Scan(); n++ {
		line := sc.Text()
		if n == 0 {
			old, ok := strings.CutPrefix(line, "old ")
			v, err := strconv.ParseInt(old, 10, 64)
			if !ok || err != nil || v < 0 || strconv.FormatInt(v, 10) != old {
				return Head{}, bad
			}
			h.Old = v
			continue
		}
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize || n > maxConsistency {
			return Head{}, bad
		}
		h.Consistency = append(h.Consistency, tlog.Hash(raw))
	}
	if sc.Err() != nil || signed == "" || FormatHead(h) != body {
		return Head{}, bad
	}
	return h, nil
}

// Handler serves the log to its peers:
//
//	GET  /checkpoint            the signed head              (C2SP tlog-tiles)
//	GET  /tile/L/N[.p/W]        hashes, 256 to a tile        (C2SP tlog-tiles)
//	POST /add-checkpoint        asks us to cosign their head (C2SP tlog-witness)
//
// Entries are not served: leaves hold ids, which are ours. peer says which
// Org's node asks; fail answers an error.
func (l *Log) Handler(peer func(context.Context) (fraud.Org, error), fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
	door := func(f func(http.ResponseWriter, *http.Request, fraud.Org) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			org, err := peer(r.Context())
			if err == nil {
				err = f(w, r, org)
			}
			if err != nil {
				fail(w, r, err)
			}
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", door(func(w http.ResponseWriter, r *http.Request, _ fraud.Org) error {
		signed, err := l.Checkpoint(r.Context())
		if err != nil {
			return err
		}
		return answer(w, "text/plain; charset=utf-8", []byte(signed))
	}))
	mux.HandleFunc("GET /tile/{path...}", door(func(w http.ResponseWriter, r *http.Request, _ fraud.Org) error {
		tile, err := l.Tile(r.Context(), r.PathValue("path"))
		if err != nil {
			return err
		}
		return answer(w, "application/octet-stream", tile)
	}))
	mux.HandleFunc("POST /add-checkpoint", door(l.addCheckpoint))
	return mux
}

func answer(w http.ResponseWriter, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	_, err := w.Write(body)
	return err
}

// addCheckpoint answers 200 with our cosignature, or 409 with the size that
// we saw last, from which the peer must prove (C2SP tlog-witness).
func (l *Log) addCheckpoint(w http.ResponseWriter, r *http.Request, org fraud.Org) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxHead+1))
	if err != nil {
		return fmt.Errorf("read the head of peer %s: %w", org.ID, err)
	}
	h, err := ParseHead(string(body))
	if err != nil {
		return err
	}
	line, err := l.Witness(r.Context(), org, h)
	var fork *Fork
	if errors.Is(err, fraud.ErrConflict) && !errors.As(err, &fork) {
		size, err := l.Witnessed(r.Context(), org)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/x.tlog.size")
		w.WriteHeader(http.StatusConflict)
		_, err = fmt.Fprintf(w, "%d\n", size)
		return err
	}
	if err != nil {
		return err
	}
	return answer(w, "text/plain; charset=utf-8", []byte(line))
}

// Tile is a tile of hashes by its C2SP path without the leading "tile/":
// "0/x001/234", "1/000.p/17". It returns fraud.ErrNotFound for one that the
// tree has not grown yet.
func (l *Log) Tile(ctx context.Context, path string) ([]byte, error) {
	t, err := tlog.ParseTilePath("tile/8/" + path)
	if err != nil || t.L < 0 {
		return nil, fmt.Errorf("tile path is not C2SP tlog-tiles: %w", fraud.ErrInvalid)
	}
	size, err := l.c.Leaves.LeafCount(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the ledger's leaves: %w", err)
	}
	if level := uint(8 * t.L); level > 56 || t.N*256+int64(t.W) > size>>level {
		return nil, fmt.Errorf("the tree has no such tile yet: %w", fraud.ErrNotFound)
	}
	data, err := tlog.ReadTileData(t, l.hashes(ctx))
	if err != nil {
		return nil, fmt.Errorf("read tile: %w", err)
	}
	return data, nil
}

// AskWitness shows our head to a peer's node and keeps its cosignature. base
// is the URL under which the peer serves its [Log.Handler]; client signs
// requests. It returns our checkpoint with the peer's cosignature.
func (l *Log) AskWitness(ctx context.Context, client *http.Client, base string, peer fraud.Org) (string, error) {
	old := int64(0)
	for range 4 { // an answer may tell us what the peer saw last, and another head of ours may overtake the next
		h, err := l.headFor(ctx, old)
		if err != nil {
			return "", err
		}
		code, body, err := postHead(ctx, client, strings.TrimSuffix(base, "/")+"/add-checkpoint", h)
		if err != nil {
			return "", fmt.Errorf("ask peer %s to witness our ledger: %w", peer.ID, err)
		}
		switch code {
		case http.StatusOK:
			return l.AddCosignature(ctx, peer, h.Checkpoint, body)
		case http.StatusConflict:
			if old, err = strconv.ParseInt(strings.TrimSpace(body), 10, 64); err != nil {
				return "", fmt.Errorf("peer %s answered without the size it saw: %w", peer.ID, fraud.ErrInvalid)
			}
		default:
			return "", fmt.Errorf("peer %s did not cosign, it answered %d: %w", peer.ID, code, fraud.ErrForbidden)
		}
	}
	return "", fmt.Errorf("peer %s did not cosign our ledger from %d leaves on: %w", peer.ID, old, fraud.ErrConflict)
}

// headFor is our head for a witness that says what it saw. A ledger that is
// shorter than that, as one out of an old backup, shows itself as it is, and
// the witness names it: nobody may go on with such a ledger unseen.
func (l *Log) headFor(ctx context.Context, old int64) (Head, error) {
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return Head{}, err
	}
	c, _, err := OpenCheckpoint(signed, l.c.Key)
	if err == nil && old > c.Size {
		return Head{Old: old, Checkpoint: signed}, nil
	}
	if err != nil {
		return Head{}, err
	}
	return l.Head(ctx, old)
}

func postHead(ctx context.Context, client *http.Client, url string, h Head) (code int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(FormatHead(h))))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxHead))
	return resp.StatusCode, string(b), errors.Join(err, resp.Body.Close())
}
