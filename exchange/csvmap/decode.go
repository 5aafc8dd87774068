package csvmap

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// headSize is how much of a table is looked at to find out how it is written.
const headSize = 32 << 10

// decoded gives a table as UTF-8 with lines that end as encoding/csv knows
// them: without the mark of its encoding, out of UTF-16 (what Excel calls
// "Unicode text"), and with LF for the lone CR of old Macs.
func decoded(in io.Reader) *bufio.Reader {
	b := bufio.NewReaderSize(in, 64<<10)
	head, _ := b.Peek(headSize)
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = b.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		_, _ = b.Discard(2)
		b = bufio.NewReaderSize(&wide{r: b, order: binary.LittleEndian}, 64<<10)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		_, _ = b.Discard(2)
		b = bufio.NewReaderSize(&wide{r: b, order: binary.BigEndian}, 64<<10)
	case halfZero(head, 1):
		b = bufio.NewReaderSize(&wide{r: b, order: binary.LittleEndian}, 64<<10)
	case halfZero(head, 0):
		b = bufio.NewReaderSize(&wide{r: b, order: binary.BigEndian}, 64<<10)
	}
	head, _ = b.Peek(headSize)
	if western(head) {
		b = bufio.NewReaderSize(charmap.Windows1252.NewDecoder().Reader(b), 64<<10)
		head, _ = b.Peek(headSize)
	}
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		return bufio.NewReaderSize(&oldMac{b}, 64<<10)
	}
	return b
}

// western says whether bytes are of Windows-1252, as Excel writes "CSV" in
// western Europe and America: letters beyond ASCII, and not one of them UTF-8.
func western(head []byte) bool {
	other := false
	for i := 0; i < len(head); {
		r, n := utf8.DecodeRune(head[i:])
		switch {
		case r == utf8.RuneError && n == 1 && len(head)-i >= utf8.UTFMax:
			other = true
		case n > 1:
			return false
		}
		i += n
	}
	return other
}

// halfZero says whether bytes look like UTF-16 without its mark: nearly every
// second one, from first on, is zero, and hardly any of the others.
func halfZero(head []byte, first int) bool {
	if len(head) < 8 {
		return false
	}
	zero, other := 0, 0
	for i, c := range head {
		switch {
		case c != 0:
		case i%2 == first:
			zero++
		default:
			other++
		}
	}
	return other*20 <= zero && zero*10 >= len(head)*4
}

// wide reads UTF-16 as UTF-8; half a pair becomes U+FFFD.
type wide struct {
	r     *bufio.Reader
	order binary.ByteOrder
	out   []byte
	ahead uint16
	has   bool // ahead holds a unit that was read too far
}

func (w *wide) unit() (uint16, error) {
	if w.has {
		w.has = false
		return w.ahead, nil
	}
	var b [2]byte
	if _, err := io.ReadFull(w.r, b[:]); err != nil {
		if err == io.ErrUnexpectedEOF {
			err = io.EOF // an odd byte at the end
		}
		return 0, err
	}
	return w.order.Uint16(b[:]), nil
}

// Read fills p with what the next units are in UTF-8.
func (w *wide) Read(p []byte) (int, error) {
	for len(w.out) < len(p) && len(w.out) < headSize {
		u, err := w.unit()
		if err != nil {
			if len(w.out) > 0 {
				break
			}
			return 0, err
		}
		r := rune(u)
		if utf16.IsSurrogate(r) {
			next, err := w.unit()
			if err == nil {
				pair := utf16.DecodeRune(r, rune(next))
				if pair == utf8.RuneError {
					w.ahead, w.has = next, true
				}
				r = pair
			} else {
				r = utf8.RuneError
			}
		}
		w.out = utf8.AppendRune(w.out, r)
	}
	n := copy(p, w.out)
	w.out = append(w.out[:0], w.out[n:]...)
	return n, nil
}

// oldMac reads CR as LF.
type oldMac struct{ r io.Reader }

func (m *oldMac) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// separator takes the line "sep=;" that Excel writes before the head.
func separator(b *bufio.Reader) rune {
	head, _ := b.Peek(8)
	if len(head) < 6 || !bytes.EqualFold(head[:4], []byte("sep=")) {
		return 0
	}
	switch {
	case head[5] == '\n':
		_, _ = b.Discard(6)
	case len(head) >= 7 && head[5] == '\r' && head[6] == '\n':
		_, _ = b.Discard(7)
	default:
		return 0
	}
	if c := rune(head[4]); c == ',' || c == ';' || c == '\t' || c == '|' {
		return c
	}
	return 0
}
