package intake

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"

	"ringbreaker.example/fraud"
)

// Limits of archives: a mail folder of a year fits, a bomb does not. Bytes and
// files are counted over an archive and all archives in it, so that a hundred
// bombs in one are one.
const (
	maxEntries  = 100_000
	maxDepth    = 2        // archives in archives
	maxRatio    = 200      // unpacked to packed; text packs to a twentieth at best
	ratioFrom   = 1 << 20  // a file may unpack to this much whatever its ratio
	maxInMemory = 64 << 20 // an archive within an archive
)

// budget is what an archive and all in it may still unpack to.
type budget struct {
	bytes int64
	files int
}

// spend counts one more file.
func (b *budget) spend() error {
	if b.bytes < 0 {
		return fmt.Errorf("the archive unpacks to more than is allowed: %w", fraud.ErrInvalid)
	}
	if b.files--; b.files < 0 {
		return fmt.Errorf("the archive holds more than %d files: %w", maxEntries, fraud.ErrInvalid)
	}
	return nil
}

// budget is the one of the archive that src lies in, or a new one.
func (r *run) budget(src source) *budget {
	if src.budget != nil {
		return src.budget
	}
	return &budget{r.s.cfg.MaxArchive, maxEntries}
}

// inside names a file in an archive for rejects and notes. Names come from
// strangers and go to terminals: signs that steer one are taken out.
func inside(src source, name string) string {
	name = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) {
			return '\ufffd'
		}
		return c
	}, cut(name, 500))
	return src.label + "!" + name
}

// counted counts the bytes read, for a progress bar in another goroutine.
type counted struct {
	r io.Reader
	n atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// bounded ends a stream that unpacks to too much, wrapping fraud.ErrInvalid.
type bounded struct {
	r      io.Reader
	packed func() int64 // bytes that it came from, so far or in all
	left   *int64       // of the whole archive
	n      int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	*b.left -= int64(n)
	switch {
	case *b.left < 0:
		return n, fmt.Errorf("the archive unpacks to more than is allowed: %w", fraud.ErrInvalid)
	case b.n > ratioFrom && b.n > maxRatio*max(b.packed(), 1):
		return n, fmt.Errorf("the file unpacks to more than %d times its size: %w", maxRatio, fraud.ErrInvalid)
	case err != nil && !errors.Is(err, io.EOF):
		return n, fmt.Errorf("the archive is damaged: %w", fraud.ErrInvalid)
	}
	return n, err
}

// tar reads the files of a tape archive in the order in which they lie there:
// it is a stream and has no list of names. Names are labels only: nothing is
// ever unpacked to disk.
func (r *run) tar(src source) error {
	if src.depth >= maxDepth {
		return tooDeep()
	}
	t := tar.NewReader(src.r)
	left := r.budget(src)
	for n := 0; ; n++ {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && errors.Is(err, fraud.ErrInvalid):
			return err
		case err != nil:
			return fmt.Errorf("the archive is damaged after %d files: %w", n, fraud.ErrInvalid)
		}
		if err := left.spend(); err != nil {
			return err
		}
		name := path.Base(strings.ReplaceAll(h.Name, `\`, "/"))
		if h.Typeflag != tar.TypeReg || strings.HasPrefix(name, ".") || strings.HasPrefix(h.Name, "__MACOSX/") {
			continue
		}
		label := inside(src, h.Name)
		err = r.read(source{
			name: name, label: label, modified: h.ModTime, depth: src.depth + 1, budget: left,
			r: &bounded{r: t, packed: func() int64 { return h.Size }, left: &left.bytes},
		})
		if err != nil && errors.Is(err, fraud.ErrInvalid) {
			err = r.reject(label, 0, err)
		}
		if err != nil {
			return err
		}
	}
}

func tooDeep() error {
	return fmt.Errorf("archives are packed into each other more than %d deep: %w", maxDepth, fraud.ErrInvalid)
}

// gzip reads one packed file.
func (r *run) gzip(src source) error {
	if src.depth >= maxDepth {
		return tooDeep()
	}
	packed := &counted{r: src.r}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return fmt.Errorf("the archive is damaged: %w", fraud.ErrInvalid)
	}
	left := r.budget(src)
	inner := src
	inner.name, inner.at, inner.depth, inner.budget = unpackedName(src.name), nil, src.depth+1, left
	inner.r = &bounded{r: z, packed: packed.n.Load, left: &left.bytes}
	return r.read(inner)
}

// unpackedName is the name of what a packed file holds.
func unpackedName(name string) string {
	if base, ok := strings.CutSuffix(name, ".tgz"); ok {
		return base + ".tar"
	}
	return strings.TrimSuffix(name, ".gz")
}

// zip reads the files of an archive in the order of their names. Names are
// labels only: nothing is ever unpacked to disk.
func (r *run) zip(src source) error {
	if src.depth >= maxDepth {
		return tooDeep()
	}
	if src.at == nil {
		b, err := io.ReadAll(io.LimitReader(src.r, maxInMemory+1))
		if err != nil {
			return fmt.Errorf("read %s: %w", src.label, err)
		}
		if len(b) > maxInMemory {
			return fmt.Errorf("an archive in an archive may have %d bytes: %w", maxInMemory, fraud.ErrInvalid)
		}
		src.at, src.size = bytes.NewReader(b), int64(len(b))
	}
	z, err := zip.NewReader(src.at, src.size)
	if err != nil {
		return fmt.Errorf("the archive is damaged: %w", fraud.ErrInvalid)
	}
	left := r.budget(src)
	if len(z.File) > left.files {
		return fmt.Errorf("the archive holds more than %d files: %w", maxEntries, fraud.ErrInvalid)
	}
	files := slices.Clone(z.File)
	slices.SortStableFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range files {
		if err := left.spend(); err != nil {
			return err
		}
		if err := r.entry(src, f, left); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) entry(src source, f *zip.File, left *budget) error {
	name := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	if f.FileInfo().IsDir() || !f.Mode().IsRegular() || strings.HasPrefix(name, ".") || strings.HasPrefix(f.Name, "__MACOSX/") {
		return nil
	}
	label := inside(src, f.Name)
	if f.Flags&1 != 0 {
		return r.reject(label, 0, fmt.Errorf("the file is encrypted: send it without a password: %w", fraud.ErrInvalid))
	}
	in, err := f.Open()
	if err != nil {
		return r.reject(label, 0, fmt.Errorf("the archive packs this file in a way that is not known: %w", fraud.ErrInvalid))
	}
	defer in.Close()
	packed := int64(f.CompressedSize64)
	err = r.read(source{
		name: name, label: label, modified: f.Modified, depth: src.depth + 1, budget: left,
		r: &bounded{r: in, packed: func() int64 { return packed }, left: &left.bytes},
	})
	if err != nil && errors.Is(err, fraud.ErrInvalid) {
		return r.reject(label, 0, err)
	}
	return err
}
