// Package blob keeps evidence files by what they are: each under the SHA-256
// of its bytes, in a folder.
//
//	bytes ──▶ tmp/… (hashed as they stream) ──▶ fsync ──▶ rename to ab/cd/HASH ──▶ fsync the folders ──▶ name
//
//	DIR/tmp/            half-written files, removed by a later Open
//	DIR/ab/cd/abcd…     64 hex digits: a file named by its own hash, read-only
//
// What must stay true: a name is given only for bytes that are on disk; a
// file never changes and is never replaced by another content; the same bytes
// put twice are kept once. Nothing here looks into a file: evidence is
// untrusted and is never rendered or run.
package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// MaxSize is the most bytes that one file may have: a telephone's full image
// fits (half a terabyte and more is sold today), and an endless upload ends
// before it has filled the disk of a common server.
const MaxSize = 1 << 40

const tmpFolder = "tmp"

// Store is a folder of files by hash. Safe for use by many goroutines and by
// several processes on one folder.
type Store struct {
	dir string
	max int64
}

// staleAfter is how old a half-written file must be before Open removes it:
// no upload lasts that long, so none that another process writes is touched.
const staleAfter = 24 * time.Hour

// Open opens the store in dir, which is made if it is not there. What a crash
// left half-written a day ago or more is removed: nobody was given its name.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, max: MaxSize}
	if err := s.open(time.Now()); err != nil {
		return nil, fmt.Errorf("open the evidence folder: %w", err)
	}
	return s, nil
}

func (s *Store) open(now time.Time) error {
	tmp := filepath.Join(s.dir, tmpFolder)
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return err
	}
	left, err := os.ReadDir(tmp)
	if err != nil {
		return err
	}
	for _, f := range left {
		info, err := f.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // its writer is done
		}
		if err != nil {
			return err
		}
		if now.Sub(info.ModTime()) < staleAfter {
			continue
		}
		if err := removeIfThere(filepath.Join(tmp, f.Name())); err != nil {
			return err
		}
	}
	return nil
}

// WithLimit is the same store, taking no file of more than the given bytes:
// for a door where the public uploads. It never takes more than [MaxSize].
func (s *Store) WithLimit(bytes int64) *Store { return &Store{dir: s.dir, max: min(bytes, s.max)} }

// path is where the file of a hash lies. It returns ErrInvalid for what is no
// hash, so that no name can lead out of the folder.
func (s *Store) path(sum string) (string, error) {
	if len(sum) != 2*sha256.Size || strings.Trim(sum, "0123456789abcdef") != "" {
		return "", fmt.Errorf("a file is named by 64 lower-case hex digits: %w", fraud.ErrInvalid)
	}
	return filepath.Join(s.dir, sum[:2], sum[2:4], sum), nil
}

// Put keeps what r gives and says under which hash and how long it is. When
// it returns, the bytes are on disk. ErrInvalid if they are more than the
// limit; then, and after any error, nothing is kept.
func (s *Store) Put(ctx context.Context, r io.Reader) (sum string, size int64, err error) {
	return s.put(ctx, r, "")
}

// PutExpected is Put for bytes whose hash was told beforehand. ErrConflict,
// and nothing kept, if they have another: they are not what was promised.
func (s *Store) PutExpected(ctx context.Context, r io.Reader, sum string) (size int64, err error) {
	if _, err := s.path(sum); err != nil {
		return 0, err
	}
	_, size, err = s.put(ctx, r, sum)
	return size, err
}

func (s *Store) put(ctx context.Context, r io.Reader, expected string) (sum string, size int64, err error) {
	f, err := s.temporary()
	if err != nil {
		return "", 0, fmt.Errorf("keep a file: %w", err)
	}
	defer func() {
		if f != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, h), io.LimitReader(reader{ctx, r}, s.max+1))
	if err != nil {
		return "", 0, fmt.Errorf("keep a file: %w", err)
	}
	sum = hex.EncodeToString(h.Sum(nil))
	switch {
	case size > s.max:
		return "", 0, fmt.Errorf("keep a file: it has more than %d bytes: %w", s.max, fraud.ErrInvalid)
	case expected != "" && sum != expected:
		return "", 0, fmt.Errorf("keep a file: its hash is %s and %s was promised: %w", sum, expected, fraud.ErrConflict)
	}
	if err := errors.Join(f.Chmod(0o400), f.Sync()); err != nil {
		return "", 0, fmt.Errorf("keep file %s: %w", sum, err)
	}
	name := f.Name()
	if err := f.Close(); err != nil {
		return "", 0, fmt.Errorf("keep file %s: %w", sum, err)
	}
	f = nil
	if err := s.settle(name, sum); err != nil {
		return "", 0, fmt.Errorf("keep file %s: %w", sum, errors.Join(err, removeIfThere(name)))
	}
	return sum, size, nil
}

func (s *Store) temporary() (*os.File, error) {
	return os.OpenFile(filepath.Join(s.dir, tmpFolder, rand.Text()), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

// settle moves a whole, synced file to its name and syncs the folders that
// were changed, inner first: after a power cut the name is there or it is not,
// and if it is, so are the bytes.
func (s *Store) settle(from, sum string) error {
	to, err := s.path(sum)
	if err != nil {
		return err
	}
	inner := filepath.Dir(to)
	outer := filepath.Dir(inner)
	if err := os.MkdirAll(inner, 0o700); err != nil {
		return err
	}
	// The same name has the same bytes, so replacing a file by itself is no
	// change; it heals one that was damaged.
	if err := os.Rename(from, to); err != nil {
		return err
	}
	for _, dir := range []string{inner, outer, s.dir} {
		if err := syncFolder(dir); err != nil {
			return err
		}
	}
	return nil
}

// Remove takes a file away, for who asked for it to be forgotten; one that is
// not there is no error. When it returns, the folder is on disk without it.
func (s *Store) Remove(sum string) error {
	name, err := s.path(sum)
	if err != nil {
		return err
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := removeIfThere(name); err != nil {
		return fmt.Errorf("remove an evidence file: %w", err)
	}
	return syncFolder(filepath.Dir(name))
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// reader stops when its context ends.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// Has says whether the file of a hash is here. ErrInvalid for what is no hash.
func (s *Store) Has(ctx context.Context, sum string) (bool, error) {
	path, err := s.path(sum)
	if err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	switch _, err := os.Lstat(path); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, fmt.Errorf("look for file %s: %w", sum, err)
	}
}

// Get opens the file of a hash for reading, or says ErrNotFound. It gives the
// bytes as they lie there; [Store.GetVerified] holds them against the hash.
func (s *Store) Get(ctx context.Context, sum string) (io.ReadCloser, error) {
	f, err := s.file(ctx, sum)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (s *Store) file(ctx context.Context, sum string) (*os.File, error) {
	path, err := s.path(sum)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no file %s here: %w", sum, fraud.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open file %s: %w", sum, err)
	}
	return f, nil
}

// GetVerified is Get with the bytes hashed as they are read: where the file
// ends, ErrConflict comes in place of io.EOF if they are not those that were
// put. Whoever passes evidence on reads to the end before he believes it.
func (s *Store) GetVerified(ctx context.Context, sum string) (io.ReadCloser, error) {
	f, err := s.file(ctx, sum)
	if err != nil {
		return nil, err
	}
	return &verified{f: f, h: sha256.New(), sum: sum}, nil
}

type verified struct {
	f   *os.File
	h   hash.Hash
	sum string
}

func (v *verified) Read(p []byte) (int, error) {
	n, err := v.f.Read(p)
	v.h.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(v.h.Sum(nil)) != v.sum {
		return n, changed(v.sum)
	}
	return n, err
}

func (v *verified) Close() error { return v.f.Close() }

func changed(sum string) error {
	return fmt.Errorf("file %s is not what was put there: restore it from a backup: %w", sum, fraud.ErrConflict)
}

// Each calls fn for every file, in the order of their hashes. An error of fn
// ends it and is returned.
func (s *Store) Each(ctx context.Context, fn func(sum string, size int64) error) error {
	return s.walk(ctx, func(path string, d fs.DirEntry) error {
		sum := d.Name()
		if want, err := s.path(sum); err != nil || want != path {
			return nil // Verify tells of it
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return fn(sum, info.Size())
	})
}

// walk calls fn for everything that is no folder, apart from what is being
// written just now.
func (s *Store) walk(ctx context.Context, fn func(path string, d fs.DirEntry) error) error {
	tmp := filepath.Join(s.dir, tmpFolder)
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case path == tmp:
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		return fn(path, d)
	})
	if err != nil {
		return fmt.Errorf("go through the evidence folder: %w", err)
	}
	return nil
}

// Verify reads every file and gives what is wrong, a sentence each: bytes
// that are not what their name says, and what does not belong in the folder.
func (s *Store) Verify(ctx context.Context) ([]string, error) {
	var found []string
	buf := make([]byte, 1<<20)
	err := s.walk(ctx, func(path string, d fs.DirEntry) error {
		if want, err := s.path(d.Name()); err != nil || want != path || !d.Type().IsRegular() {
			rel, err := filepath.Rel(s.dir, path)
			found = append(found, fmt.Sprintf("evidence: %q does not belong here", rel))
			return err
		}
		err := s.verify(ctx, d.Name(), buf)
		if errors.Is(err, fraud.ErrConflict) {
			found = append(found, "evidence: "+err.Error())
			return nil
		}
		return err
	})
	return found, err
}

func (s *Store) verify(ctx context.Context, sum string, buf []byte) error {
	f, err := s.GetVerified(ctx, sum)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyBuffer(io.Discard, reader{ctx, f}, buf)
	return err
}
