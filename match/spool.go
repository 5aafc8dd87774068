package match

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ringbreaker.example/fraud"
)

// spool keeps a match's long lists out of memory: each is a file of one
// folder, written once and then mapped, so that a restart finds what had come
// and the machine may drop the pages that nobody reads. Without a folder the
// lists stay in memory, as between two small files.
//
//	set           our elements and their order, sealed: it holds values
//	our-NAME      a list that we gave
//	peer-NAME     a list that we were given, whole
//	peer-NAME.part  what has come of one
//	tags-of       our tags of the peer's points, by position, as they are made
//	matched       the tags in common, ascending
//
// and of a match of an epoch, for the next one:
//
//	known         which indicators the set has, hashed with a secret key
//	tree, leaves  of the commitment, and which element stands where
//	sorted, back  all of our tags of the peer's points, and all that it gave back, ascending
//	N-…           what the N-th match of the epoch left: the same files, by hard links
//	past-…        the lists of the match before
//
// Points, tags, kinds and labels are what travels: they tell a reader of the
// disk no more than they told the peer. The tree's leaves hide their values
// behind salts of 32 secret bytes, the known ones behind a key as long.
type spool struct {
	dir   string
	brief bool     // for a run that nobody continues: nothing waits for the disk
	maps  [][]byte // to be given back
}

func (s *spool) kept() bool { return s.dir != "" }

func (s *spool) sync(f *os.File) error {
	if s.brief {
		return nil
	}
	return f.Sync()
}

func (s *spool) path(name string) string { return filepath.Join(s.dir, name) }

// keep puts a list away and returns it as it is to be read from then on.
func (s *spool) keep(name string, list []byte) ([]byte, error) {
	if !s.kept() || list == nil {
		return list, nil
	}
	if err := s.put(name, list); err != nil {
		return nil, err
	}
	return s.load(name)
}

// put writes a list into a file.
func (s *spool) put(name string, list []byte) error {
	return s.write(name, func(w io.Writer) error {
		_, err := w.Write(list)
		return err
	})
}

// link takes a file of another match's folder over, as it is: nobody changes
// it any more. A file that is not there is left out; whoever needs it sees.
func (s *spool) link(from *spool, name, as string) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of a match: %w", err)
	}
	old, to := from.path(name), s.path(as)
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) { // from a time that was cut short
		return fmt.Errorf("take list %s over: %w", name, err)
	}
	err := os.Link(old, to)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	b, err := os.ReadFile(old) // a file system without links
	if err != nil {
		return fmt.Errorf("take list %s over: %w", name, err)
	}
	return s.put(as, b)
}

// write makes a file that is there whole or not at all.
func (s *spool) write(name string, f func(io.Writer) error) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of a match: %w", err)
	}
	tmp := s.path(name) + ".new"
	file, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("put list %s away: %w", name, err)
	}
	err = errors.Join(f(file), s.sync(file), file.Close())
	if err == nil {
		err = os.Rename(tmp, s.path(name))
	}
	if err != nil {
		return fmt.Errorf("put list %s away: %w", name, err)
	}
	return nil
}

// load returns a list that was put away, nil if there is none.
func (s *spool) load(name string) ([]byte, error) {
	if !s.kept() {
		return nil, nil
	}
	f, err := os.Open(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read list %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read list %s: %w", name, err)
	}
	if info.Size() == 0 {
		return []byte{}, nil
	}
	b, err := mapFile(f, int(info.Size()))
	if err != nil {
		return nil, fmt.Errorf("read list %s: %w", name, err)
	}
	s.maps = append(s.maps, b)
	return b, nil
}

// patch writes bytes at a place of a list that is being made, durably.
func (s *spool) patch(name string, at int, b []byte) error {
	if !s.kept() {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of a match: %w", err)
	}
	f, err := os.OpenFile(s.path(name), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("write list %s: %w", name, err)
	}
	_, err = f.WriteAt(b, int64(at))
	if err = errors.Join(err, s.sync(f), f.Close()); err != nil {
		return fmt.Errorf("write list %s: %w", name, err)
	}
	return nil
}

// lock takes the match for this program, or returns nil if another holds it.
func (s *spool) lock() (release func(), err error) {
	if !s.kept() {
		return func() {}, nil
	}
	above := filepath.Dir(s.dir)
	if err := os.MkdirAll(above, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of matches: %w", err)
	}
	f, err := os.OpenFile(s.dir+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock a match: %w", err)
	}
	ok, err := lockFile(f)
	if err != nil || !ok {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // closing lets it go
}

// release gives the mapped lists back. Nobody may read them after that.
func (s *spool) release() {
	for _, b := range s.maps {
		unmap(b)
	}
	s.maps = nil
}

// forget removes all lists of the match.
func (s *spool) forget() error {
	s.release()
	if !s.kept() {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// growing is a list that is still coming.
type growing struct {
	n    int // bytes that are here
	s    *spool
	name string
	mem  []byte
	f    *os.File
}

// coming opens a list that is still coming, with what was there before a
// restart.
func (s *spool) coming(name string) (*growing, error) {
	g := &growing{s: s, name: name}
	if !s.kept() {
		return g, nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of a match: %w", err)
	}
	part := s.path(name) + ".part"
	// Whole, but the match did not get to note it before it was stopped.
	if err := os.Rename(s.path(name), part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("take list %s up again: %w", name, err)
	}
	var err error
	if g.f, err = os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return nil, fmt.Errorf("take list %s up: %w", name, err)
	}
	info, err := g.f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("take list %s up: %w", name, err), g.f.Close())
	}
	g.n = int(info.Size())
	return g, nil
}

// add appends a part, durably.
func (g *growing) add(part []byte) error {
	if g.f == nil {
		g.mem, g.n = append(g.mem, part...), g.n+len(part)
		return nil
	}
	n, err := g.f.Write(part)
	if err == nil {
		err = g.s.sync(g.f)
	}
	if err != nil { // half a part would shift all that follows
		if n > 0 {
			err = errors.Join(err, g.f.Truncate(int64(g.n)))
		}
		return fmt.Errorf("keep list %s: %w", g.name, err)
	}
	g.n += len(part)
	return nil
}

// cut keeps the first n bytes of what has come: a part that was torn by a
// failing machine comes again.
func (g *growing) cut(n int) error {
	if g.n <= n {
		return nil
	}
	g.n = n
	if g.f == nil {
		g.mem = g.mem[:n]
		return nil
	}
	if err := g.f.Truncate(int64(n)); err != nil {
		return fmt.Errorf("cut list %s: %w", g.name, err)
	}
	return nil
}

// whole ends the list and returns it.
func (g *growing) whole() ([]byte, error) {
	if g.f == nil {
		return g.mem, nil
	}
	err := g.f.Close()
	g.f = nil
	if err == nil {
		err = os.Rename(g.s.path(g.name)+".part", g.s.path(g.name))
	}
	if err != nil {
		return nil, fmt.Errorf("end list %s: %w", g.name, err)
	}
	list, err := g.s.load(g.name)
	if err == nil && len(list) != g.n {
		err = fmt.Errorf("list %s has %d bytes on disk, %d came: %w", g.name, len(list), g.n, fraud.ErrConflict)
	}
	return list, err
}

func (g *growing) close() {
	if g.f != nil {
		_ = g.f.Close() // read only from here on; each part was synced
		g.f = nil
	}
}
