package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// linkedFile holds what the rings were last linked from, as it lies in memory.
// A node that starts reads it, and from the store only what came since: of a
// million reports that takes seconds, where taking each apart again takes a
// minute. It is an abbreviation: without it, or with one that does not fit, the
// node does the same and later. So a backup leaves it out.
const linkedFile = "linked.cache"

const (
	// linkedLeast is of how many reports the file is written: fewer are loaded
	// within a second or two.
	linkedLeast = 20_000
	// linkedGrowth is by how much the reports grow until it is written anew, a
	// sixteenth: so what has to be read besides stays small, and each report is
	// written some sixteen times in all.
	linkedGrowth = 16
)

// linkedHeadMost bounds the file's first line, in bytes.
const linkedHeadMost = 1 << 10

// linkedHead is the file's first line: the program that wrote it, since another
// packs otherwise, the reports that are in it, and the ledger that held their
// receipts. If the node's ledger still begins with that tree, its store holds
// just these reports; a store that was restored from an older backup and went
// another way does not.
type linkedHead struct {
	Program string `json:"program"`
	Through int64  `json:"through"` // number of the last report in it
	Size    int64  `json:"ledger_size"`
	Tree    string `json:"ledger_root"`
	Deleted int    `json:"deleted"` // reports that were deleted before and are not in it
}

func (r *rings) headOf(ctx context.Context, through, size int64, deleted int) (linkedHead, error) {
	tree, err := r.n.ledger.Tree(ctx, size)
	if err != nil {
		return linkedHead{}, err
	}
	program, err := thisProgram()
	return linkedHead{program, through, tree.Size, tree.Root.String(), deleted}, err
}

// thisProgram is a digest of the program that runs.
var thisProgram = sync.OnceValues(func() (string, error) {
	f, err := os.Open("/proc/self/exe") // it runs on when its file is replaced by a newer one (proc(5))
	if err != nil {
		name, err := os.Executable()
		if err != nil {
			return "", err
		}
		if f, err = os.Open(name); err != nil {
			return "", err
		}
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
})

// keepLinked writes the file if the reports have grown enough for it. That
// it could not is logged: nothing hangs on it.
func (r *rings) keepLinked(ctx context.Context, begun *link.Settling, l fraud.Linking) {
	through := l.Through
	if kept := r.kept.Load(); through < r.keepFrom || through < kept+kept/linkedGrowth {
		return
	}
	err := func() error {
		size, err := r.n.db.LeafCount(ctx)
		if err != nil {
			return err
		}
		now, err := r.headOf(ctx, through, size, l.Deleted)
		if err != nil {
			return err
		}
		head, err := json.Marshal(now)
		if err != nil {
			return err
		}
		return r.n.keep(r.linkedFile(), func(w io.Writer) error {
			if _, err := fmt.Fprintf(w, "%s\n", head); err != nil {
				return err
			}
			return begun.Keep(w)
		})
	}()
	if err != nil {
		r.n.log.WarnContext(ctx, "keep what was linked; the next start takes longer", slog.String("error", err.Error()))
		return
	}
	r.kept.Store(through)
}

func (r *rings) linkedFile() string { return filepath.Join(r.n.Data, linkedFile) }

// reopen gives the base of the file and the number of the last report in it,
// which is not after to. A file that does not fit is removed, and an empty base
// is what there is.
func (r *rings) reopen(ctx context.Context, to int64) (base *link.Base, after int64) {
	base, after, err := r.readLinked(ctx, to)
	if err == nil {
		r.kept.Store(after)
		return base, after
	}
	if !errors.Is(err, fs.ErrNotExist) {
		r.n.log.WarnContext(ctx, "what was linked is read anew from the store", slog.String("error", err.Error()))
		if err := os.Remove(r.linkedFile()); err != nil {
			r.n.log.WarnContext(ctx, "remove "+linkedFile, slog.String("error", err.Error()))
		}
	}
	return link.NewBase(r.n.model), 0
}

func (r *rings) readLinked(ctx context.Context, to int64) (*link.Base, int64, error) {
	f, err := os.Open(r.linkedFile())
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	buf := bufio.NewReaderSize(f, linkedHeadMost)
	line, err := buf.ReadSlice('\n')
	if err != nil {
		return nil, 0, fmt.Errorf("%s begins otherwise: %w", linkedFile, fraud.ErrInvalid)
	}
	var head linkedHead
	if err := json.Unmarshal(line, &head); err != nil || head.Through > to {
		return nil, 0, fmt.Errorf("%s is of other reports: %w", linkedFile, fraud.ErrInvalid)
	}
	now, err := r.headOf(ctx, head.Through, head.Size, r.deleted)
	if err != nil {
		return nil, 0, err
	}
	if now != head {
		return nil, 0, fmt.Errorf("%s is by another program or of another ledger: %w", linkedFile, fraud.ErrInvalid)
	}
	base, err := link.OpenBase(r.n.model, buf, st.Size()-int64(len(line)))
	return base, head.Through, err
}
