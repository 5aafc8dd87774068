package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// partMark stands between the name of a file and what makes the name of its
// part another one. Watched folders and imports pass over a leading point.
const partMark = ".part-"

// WriteWhole writes a file under another name first: it appears whole, and on
// disk, or not at all. A terminal, a pipe or another device is written to
// where it is: it can have no part.
func WriteWhole(name string, mode os.FileMode, write func(io.Writer) error) error {
	if is, err := os.Stat(name); err == nil && !is.Mode().IsRegular() && !is.IsDir() {
		return writeInto(name, write)
	}
	p, err := newPart(name, mode, write)
	if err != nil {
		return err
	}
	defer p.drop()
	if err := p.f.Sync(); err != nil {
		return named(name, err)
	}
	return p.settle()
}

func writeInto(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// File is a file of a folder, and what is in it.
type File struct {
	Name  string
	Write func(io.Writer) error
}

// WriteTogether writes files that tell one thing together: none takes its name
// before all are written, so a disk that fills leaves those of the last time.
// One is written after the other, since each is made on all cores. They are
// derived and can be made again, so nobody waits for the disk.
func WriteTogether(dir string, files []File) error {
	var parts []*part
	defer func() {
		for _, p := range parts {
			p.drop()
		}
	}()
	for _, f := range files {
		p, err := newPart(filepath.Join(dir, f.Name), 0o644, f.Write)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	for _, p := range parts {
		if err := p.settle(); err != nil {
			return err
		}
	}
	return nil
}

// part is a file under another name than it is to have. It is locked for as
// long as it is open, so that a part whose program was killed is told from one
// that is being written.
type part struct {
	f    *os.File // nil once it has its name, or was dropped
	name string   // that it is to have
}

// newPart writes what is to have the name under another one; of what could not
// be written whole nothing is left, nor of what a killed program began there.
func newPart(name string, mode os.FileMode, write func(io.Writer) error) (*part, error) {
	sweepParts(name)
	f, err := lockedPart(name)
	if err != nil {
		return nil, err
	}
	p := &part{f, name}
	if err = write(f); err == nil {
		err = f.Chmod(mode)
	}
	if err != nil {
		p.drop()
		return nil, named(name, err)
	}
	return p, nil
}

// named is what went wrong with the disk, by the name that somebody gave and
// not by the part's; what its content has to say stands alone.
func named(name string, err error) error {
	var disk *fs.PathError
	if errors.As(err, &disk) && strings.Contains(filepath.Base(disk.Path), partMark) {
		return fmt.Errorf("write %s: %w", name, disk.Err)
	}
	return err
}

// lockedPart makes an empty part. A sweeper may come between its making and
// its lock, and take it for a dead program's: then another is made.
func lockedPart(name string) (*os.File, error) {
	for {
		f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+partMark+"*")
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("write %s: there is no folder %s; make it first", name, filepath.Dir(name))
		}
		if err != nil {
			return nil, named(name, err)
		}
		ours, err := lockFile(f)
		if err != nil {
			return f, nil // nobody can lock it here, so nobody sweeps it
		}
		is, err := f.Stat()
		if named, gone := os.Lstat(f.Name()); ours && err == nil && gone == nil && os.SameFile(is, named) {
			return f, nil
		}
		f.Close()
	}
}

// sweepParts takes away the parts of a name that nobody writes any more. What
// cannot be looked at stays.
func sweepParts(name string) {
	left, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return
	}
	for _, e := range left {
		if !isPartOf(e.Name(), filepath.Base(name)) || !e.Type().IsRegular() {
			continue
		}
		sweepPart(filepath.Join(filepath.Dir(name), e.Name()))
	}
}

func sweepPart(name string) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	if dead, err := lockFile(f); err == nil && dead {
		os.Remove(name)
	}
}

// isPartOf says whether a file in the folder of base is a part of it: what
// CreateTemp put in place of the star is digits.
func isPartOf(file, base string) bool {
	digits, ok := strings.CutPrefix(file, "."+base+partMark)
	if !ok || digits == "" {
		return false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// settle gives the part its name.
func (p *part) settle() error {
	if err := os.Rename(p.f.Name(), p.name); err != nil {
		return err
	}
	f := p.f
	p.f = nil
	if err := f.Close(); err != nil { // some disks over the network tell only now
		return fmt.Errorf("write %s: %w", p.name, err)
	}
	return nil
}

// drop takes the part away, if it has no name yet.
func (p *part) drop() {
	if p.f == nil {
		return
	}
	os.Remove(p.f.Name())
	p.f.Close()
	p.f = nil
}
