package app

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ringbreaker.example/access"
)

// keysLook is how often a running node looks whether a command gave it new
// keys.
const keysLook = time.Second

// face is the node's handler, which can be exchanged while nobody is being
// served.
type face struct {
	mu sync.RWMutex // held for reading by each request
	h  http.Handler
}

// ServeHTTP passes the request on to the handler of the moment.
func (f *face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	f.h.ServeHTTP(w, r)
}

// Living is the node's handler, and what must run beside it until its context
// ends: new keys, put into the node's folder by a command or by a page, are
// taken up within a second.
func (n *Node) Living() (h http.Handler, follow func(context.Context), err error) {
	now, err := n.Handler()
	if err != nil {
		return nil, nil, err
	}
	f := &face{h: now}
	return f, func(ctx context.Context) {
		look := time.NewTicker(keysLook)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
				if err := n.followKeys(f); err != nil {
					n.log.ErrorContext(ctx, "new keys cannot be used", slog.String("error", err.Error()))
				}
			}
		}
	}, nil
}

// followKeys takes up keys that a command put into the node's folder, once
// nobody is being served and nothing goes on.
func (n *Node) followKeys(f *face) error {
	now, err := os.Stat(filepath.Join(n.Data, keysDir))
	if err != nil || os.SameFile(now, n.keysInfo) {
		return nil // between the two renames of a change there is no such folder
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n.work.Wait()
	keys, err := access.LoadKeys(n.Org.ID, filepath.Join(n.Data, keysDir))
	if err != nil {
		return err
	}
	n.keys, n.keysInfo, n.Org.Keys = keys, now, keys.Public()
	if err := n.wireKeys(); err != nil {
		return err
	}
	f.h, err = n.Handler()
	return err
}
