package refer

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"html"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// What a file may unpack to while it is searched, so that a bomb ends the
// search and not the machine.
const (
	// freeUnpacked bytes may come out of any file, and beyond that mostRatio
	// bytes for each that it has: logs pack a hundredfold, a bomb a thousandfold
	// (RFC 1951 can reach 1,032).
	freeUnpacked = 64 << 20
	mostRatio    = 300
	mostMembers  = 100_000
	mostPage     = 256 << 20 // an HTML page is held in memory
)

// Searched says what a search of one file came to.
type Searched struct {
	// Pseudonym of the first victim found, or nothing.
	Pseudonym string
	// Opaque files are pictures, sound, PDF, sealed or packed in a way that is
	// not read here: their bytes were searched, and what they show was not.
	Opaque bool
}

// File looks through a file: as its bytes are, and as they read where that
// differs (HTML's entities, JSON's escapes, UTF-16, what gzip and zip pack, which
// covers .docx, .xlsx and .odt).
func (m *Matcher) File(name string, open func() (io.ReadCloser, error)) (Searched, error) {
	if m.needles == 0 {
		return Searched{}, nil
	}
	r, err := open()
	if err != nil {
		return Searched{}, err
	}
	defer r.Close()
	if at, ok := r.(io.ReaderAt); ok {
		if s, ok := r.(io.Seeker); ok {
			size, err := s.Seek(0, io.SeekEnd)
			if err == nil {
				_, err = s.Seek(0, io.SeekStart)
			}
			if err != nil {
				return Searched{}, err
			}
			return m.whole(name, r, at, size)
		}
	}
	return m.whole(name, r, nil, 0)
}

func (m *Matcher) whole(name string, r io.Reader, at io.ReaderAt, size int64) (Searched, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return Searched{}, err
	}
	if at != nil && bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		out, err := m.zipped(at, size)
		if out.Pseudonym != "" || err == nil {
			return out, err
		}
		if !errors.Is(err, fraud.ErrInvalid) {
			return out, err
		}
		hit, err := m.stream(b)
		return Searched{hit, true}, err // begins like one and is none
	}
	return m.one(name, head, b)
}

// one looks through a file that is no folder of others.
func (m *Matcher) one(name string, head []byte, r io.Reader) (Searched, error) {
	switch ext := strings.ToLower(path.Ext(name)); {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return m.gzipped(r)
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		hit, err := m.stream(&wide{r: r, order: binary.LittleEndian})
		return Searched{hit, false}, err
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		hit, err := m.stream(&wide{r: r, order: binary.BigEndian})
		return Searched{hit, false}, err
	case ext == ".html" || ext == ".htm" || ext == ".xml" || ext == ".svg":
		hit, err := m.page(name, r)
		return Searched{hit, false}, err
	case ext == ".json" || ext == ".jsonl" || ext == ".jsonld" || ext == ".ndjson":
		return m.json(r)
	}
	hit, err := m.stream(r)
	return Searched{hit, opaque(head)}, err
}

// opaque says whether a file that begins so is no text: bytes that no text has.
func opaque(head []byte) bool {
	return bytes.HasPrefix(head, []byte("%PDF-")) || bytes.HasPrefix(head, []byte("age-encryption.org/")) || bytes.IndexByte(head, 0) >= 0
}

var tags = regexp.MustCompile(`<[^<>]*>`)

// page is read as it is written, as it is shown, and without its tags, which may
// stand within a name.
func (m *Matcher) page(name string, r io.Reader) (string, error) {
	b, err := readMost(r, name, mostPage)
	if err != nil {
		return "", err
	}
	for _, text := range [][]byte{b, []byte(html.UnescapeString(string(b))), []byte(html.UnescapeString(string(tags.ReplaceAll(b, nil))))} {
		if hit, err := m.stream(bytes.NewReader(text)); hit != "" || err != nil {
			return hit, err
		}
	}
	return "", nil
}

// json is read as it is written and with its escapes undone, in one pass each
// over the same stream.
func (m *Matcher) json(r io.Reader) (Searched, error) {
	in, out := io.Pipe()
	type found struct {
		hit string
		err error
	}
	plain := make(chan found, 1)
	go func() {
		hit, err := m.stream(&unescaped{r: bufio.NewReader(in)})
		in.CloseWithError(io.ErrClosedPipe)
		plain <- found{hit, err}
	}()
	hit, err := m.stream(io.TeeReader(r, lenient{out}))
	out.Close()
	p := <-plain
	if hit == "" {
		hit = p.hit
	}
	return Searched{hit, false}, errors.Join(err, p.err)
}

// lenient goes on when nobody listens any more.
type lenient struct{ w io.Writer }

func (l lenient) Write(b []byte) (int, error) {
	_, _ = l.w.Write(b) // the other side has found what it looks for
	return len(b), nil
}

// unescaped undoes \u with its four digits and \/ (RFC 8259 §7); the other escapes are of signs
// that no needle holds.
type unescaped struct {
	r   *bufio.Reader
	buf []byte
}

func (u *unescaped) Read(p []byte) (int, error) {
	for len(u.buf) < len(p) {
		c, err := u.r.ReadByte()
		if err != nil {
			if len(u.buf) > 0 {
				break
			}
			return 0, err
		}
		if c != '\\' {
			u.buf = append(u.buf, c)
			continue
		}
		u.escape()
	}
	n := copy(p, u.buf)
	u.buf = append(u.buf[:0], u.buf[n:]...)
	return n, nil
}

func (u *unescaped) escape() {
	b, err := u.r.Peek(5)
	switch {
	case len(b) > 0 && b[0] == '/':
		_, _ = u.r.Discard(1)
		u.buf = append(u.buf, '/')
	case err == nil && b[0] == 'u':
		v, err := strconv.ParseUint(string(b[1:]), 16, 16)
		if err != nil {
			break
		}
		_, _ = u.r.Discard(5)
		r := rune(v)
		if utf16.IsSurrogate(r) {
			if b, err := u.r.Peek(6); err == nil && b[0] == '\\' && b[1] == 'u' {
				if low, err := strconv.ParseUint(string(b[2:]), 16, 16); err == nil {
					r = utf16.DecodeRune(r, rune(low))
					_, _ = u.r.Discard(6)
				}
			}
		}
		u.buf = utf8.AppendRune(u.buf, r)
	case len(b) > 0:
		_, _ = u.r.Discard(1)
		u.buf = append(u.buf, ' ')
	}
}

// wide reads UTF-16 as UTF-8.
type wide struct {
	r     io.Reader
	order binary.ByteOrder
	high  rune
	buf   []byte
}

func (w *wide) Read(p []byte) (int, error) {
	for len(w.buf) < len(p) {
		var two [2]byte
		if _, err := io.ReadFull(w.r, two[:]); err != nil {
			if len(w.buf) > 0 {
				break
			}
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			return 0, err
		}
		r := rune(w.order.Uint16(two[:]))
		switch {
		case w.high != 0:
			r, w.high = utf16.DecodeRune(w.high, r), 0
		case utf16.IsSurrogate(r):
			w.high = r
			continue
		}
		w.buf = utf8.AppendRune(w.buf, r)
	}
	n := copy(p, w.buf)
	w.buf = append(w.buf[:0], w.buf[n:]...)
	return n, nil
}

func (m *Matcher) gzipped(r io.Reader) (Searched, error) {
	in := &bounded{in: r, left: freeUnpacked}
	z, err := gzip.NewReader(in.packed())
	if err != nil {
		return Searched{Opaque: true}, nil // begins like one and is none
	}
	b := bufio.NewReaderSize(in.unpacked(z), 64<<10)
	head, err := b.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return Searched{Opaque: true}, unpacked(err)
	}
	out, err := m.plain("", head, b)
	return out, unpacked(err)
}

// plain looks through what was unpacked; what is packed twice stays opaque.
func (m *Matcher) plain(name string, head []byte, r io.Reader) (Searched, error) {
	if bytes.HasPrefix(head, []byte("\x1f\x8b")) || bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		hit, err := m.stream(r)
		return Searched{hit, true}, err
	}
	return m.one(name, head, r)
}

// unpacked turns what a library says of damaged bytes into nothing: they were
// searched as far as they can be read. Only what is too large is an error.
func unpacked(err error) error {
	if errors.Is(err, fraud.ErrInvalid) {
		return err
	}
	return nil
}

func (m *Matcher) zipped(at io.ReaderAt, size int64) (Searched, error) {
	z, err := zip.NewReader(at, size)
	if err != nil {
		return Searched{}, broken("it is no zip")
	}
	if len(z.File) > mostMembers {
		return Searched{}, fmt.Errorf("it packs more than %d files", mostMembers)
	}
	in := &bounded{left: freeUnpacked + mostRatio*size}
	var out Searched
	for _, f := range z.File {
		if hit := m.Text(f.Name); hit != "" {
			return Searched{hit, false}, nil
		}
		r, err := f.Open()
		if err != nil {
			out.Opaque = true // sealed with a password, or packed in a way that is not read here
			continue
		}
		b := bufio.NewReaderSize(in.unpacked(r), 64<<10)
		head, _ := b.Peek(512) // an error comes again when it is read
		one, err := m.plain(f.Name, head, b)
		if err = errors.Join(unpacked(err), r.Close()); one.Pseudonym != "" || errors.Is(err, fraud.ErrInvalid) {
			return one, err
		}
		out.Opaque = out.Opaque || one.Opaque
	}
	return out, nil
}

// bounded counts what goes into an unpacker and what comes out of it, which
// ends with ErrInvalid when it is too much.
type bounded struct {
	in   io.Reader
	left int64
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func (b *bounded) packed() io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		n, err := b.in.Read(p)
		b.left += mostRatio * int64(n)
		return n, err
	})
}

func (b *bounded) unpacked(r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		if b.left -= int64(n); b.left < 0 {
			return 0, broken("it unpacks to more than %d times its size", mostRatio)
		}
		return n, err
	})
}
