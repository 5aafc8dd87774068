package refer

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"

	"ringbreaker.example/fraud"
)

// A .referral is a tar with one byte form: regular files only, mode 0644,
// every owner and time zero, the files in the fixed order, zero padding, two
// zero blocks, nothing after them (POSIX.1-1988 ustar; sizes of 8 GiB and
// more in GNU base-256).
const block = 512

// tarHeader is the one header for a file of this name and size.
func tarHeader(name string, size int64) ([block]byte, error) {
	var out [block]byte
	var buf bytes.Buffer
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, Format: tar.FormatUSTAR}
	if size >= 1<<33 {
		h.Format = tar.FormatGNU
	}
	if err := tar.NewWriter(&buf).WriteHeader(h); err != nil {
		return out, fmt.Errorf("tar header of %s: %w", name, err)
	}
	if buf.Len() != block {
		return out, fmt.Errorf("tar header of %s is not one block: %w", name, fraud.ErrInvalid)
	}
	copy(out[:], buf.Bytes())
	return out, nil
}

func padding(size int64) int64 { return (block - size%block) % block }

var zeros [2 * block]byte

// tarWriter writes the one form. The caller gives exactly size bytes.
type tarWriter struct {
	w   io.Writer
	buf []byte // for copying
}

func (t tarWriter) file(name string, size int64, r io.Reader) error {
	h, err := tarHeader(name, size)
	if err != nil {
		return err
	}
	if _, err := t.w.Write(h[:]); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	n, err := copyAll(t.w, io.LimitReader(r, size), t.buf)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if n != size {
		return fmt.Errorf("%s has %d bytes, its list says %d: %w", name, n, size, fraud.ErrConflict)
	}
	if _, err := t.w.Write(zeros[:padding(size)]); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (t tarWriter) close() error {
	if _, err := t.w.Write(zeros[:]); err != nil {
		return fmt.Errorf("end the package: %w", err)
	}
	return nil
}

// tarReader reads the one form and refuses every other byte.
type tarReader struct {
	r    io.Reader
	left int64 // of the current file
	pad  int64
	name string
}

// errBroken is what every refusal of a package's bytes wraps.
func broken(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, fraud.ErrInvalid)...)
}

// next gives the next file's name and size, or io.EOF after the two zero
// blocks and the end of the stream.
func (t *tarReader) next() (string, int64, error) {
	if err := t.finish(); err != nil {
		return "", 0, err
	}
	var h [block]byte
	if err := t.full(h[:], "after "+t.after()); err != nil {
		return "", 0, err
	}
	if h == [block]byte{} {
		return "", 0, t.end()
	}
	if t.name == "" && bytes.HasPrefix(h[:], []byte("age-encryption.org/")) {
		return "", 0, broken("the package is sealed: the agency opens it with `ringbreaker referral open`, and what comes out is verified")
	}
	parsed, err := tar.NewReader(bytes.NewReader(append(h[:], zeros[:]...))).Next()
	if err != nil {
		return "", 0, broken("the tar header after %s is damaged", t.after())
	}
	if parsed.Typeflag != tar.TypeReg {
		return "", 0, broken("%.120q in the tar is not a plain file (type %q)", parsed.Name, parsed.Typeflag)
	}
	if err := checkPath(parsed.Name); err != nil {
		return "", 0, err
	}
	if parsed.Size < 0 {
		return "", 0, broken("%s in the tar has no size", parsed.Name)
	}
	want, err := tarHeader(parsed.Name, parsed.Size)
	if err != nil || want != h {
		return "", 0, broken("the tar header of %s is not in its one byte form", parsed.Name)
	}
	t.name, t.left, t.pad = parsed.Name, parsed.Size, padding(parsed.Size)
	return parsed.Name, parsed.Size, nil
}

func (t *tarReader) after() string {
	if t.name == "" {
		return "the start"
	}
	return t.name
}

// Read reads the current file.
func (t *tarReader) Read(p []byte) (int, error) {
	if t.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > t.left {
		p = p[:t.left]
	}
	n, err := t.r.Read(p)
	t.left -= int64(n)
	if errors.Is(err, io.EOF) && t.left > 0 {
		return n, broken("the package ends in the middle of %s", t.name)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// finish skips what is left of the current file and checks its padding.
func (t *tarReader) finish() error {
	if t.left > 0 {
		if _, err := io.Copy(io.Discard, t); err != nil {
			return err
		}
	}
	if t.pad > 0 {
		var p [block]byte
		if err := t.full(p[:t.pad], "in the padding of "+t.name); err != nil {
			return err
		}
		if p != [block]byte{} {
			return broken("the padding after %s is not zero", t.name)
		}
		t.pad = 0
	}
	return nil
}

func (t *tarReader) end() error {
	var h [block]byte
	if err := t.full(h[:], "before its second end block"); err != nil {
		return err
	}
	if h != [block]byte{} {
		return broken("the package has something after its first end block")
	}
	var one [1]byte
	switch _, err := io.ReadFull(t.r, one[:]); {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return fmt.Errorf("read the package: %w", err)
	}
	return broken("the package has bytes after its end")
}

func (t *tarReader) full(p []byte, where string) error {
	_, err := io.ReadFull(t.r, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return broken("the package ends %s", where)
	}
	if err != nil {
		return fmt.Errorf("read the package %s: %w", where, err)
	}
	return nil
}
